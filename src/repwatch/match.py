"""Which brands a mention is about, and where it says so.

A term counts where it stands as a word of its own, however it is written (see spelling). A phrase is
also found as a whole tag without its blanks: "#acmeanvils". A link or mail address names a brand only
through `own_domains`.

An account is the same with and without its @, u/ and capitals; @acme_jones is another one than @acme.

A term, an own handle or an own domain names the brand. A weak term does beside one of the brand's
context words, which also count in the plural; without one, `relevance` weighs what stands around it:
the mention may be about the brand (unsure), or it is a near-miss.

A hit that lies inside an excluded phrase does not count. An excluded phrase beside a hit casts doubt
on it: on a weak term always, on a term where the phrase holds no name of the brand.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, Literal, NamedTuple

from ahocorasick_rs import AhoCorasick

from repwatch.judging.relevance import Around, Place, Verdict, in_list, sentence, weigh
from repwatch.model import Brand, Mention, NearMiss, Relevance, Span, account_key
from repwatch.spelling import Part, Text, fold, host_in, is_whole_host, searched, stands_alone

RULES = 7
"""Raised when the rules above change, so that places are read again."""

MAX_SPANS = 100
"""Spans kept for one brand in one mention; the rest of a text that repeats a name adds nothing."""

_FIELDS: tuple[Part, ...] = ("title", "text", "item")
_MOST_LABELS = 10
"""Labels of a host name that are looked at, from its end."""
MOST_WEIGHED = 20
"""Places of a weak term that are weighed in one mention, from its beginning."""

_Role = Literal["term", "weak term", "own handle", "own domain", "context", "exclude"]
_NAMING: frozenset[_Role] = frozenset({"term", "weak term", "own handle", "own domain"})


@dataclass(frozen=True, slots=True)
class Match:
    """A brand that a mention is about, or may be, and where it says so; `own` if the brand itself wrote it.

    `why` are the reasons for its relevance, in words.
    """

    brand: str
    own: bool
    spans: tuple[Span, ...]
    relevance: Relevance = "about"
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matched:
    """What was found in one mention, in the order of the brands; `about` holds the unsure as well."""

    about: tuple[Match, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()


def taken_for(found: Matched, brand: str) -> Matched:
    """Return what was found of a text that is taken to be about a brand: that brand last.

    Others stand before it only where it is named as well; a near-miss counts where it stands.
    """
    own = next((match for match in found.about if match.brand == brand), None)
    if own is not None:
        return Matched((*(match for match in found.about if match is not own), own))
    near = next((miss.spans for miss in found.near_misses if miss.brand == brand), ())
    return Matched((Match(brand, False, near),))


class Matcher:
    """All terms of all brands, looked for in one pass over a text.

    `fingerprint` is the same for matchers that decide alike, in every process.
    """

    def __init__(self, brands: Iterable[Brand]) -> None:
        self.brands = tuple(brands)
        self.fingerprint = _fingerprint(self.brands)
        patterns: defaultdict[str, list[_Owner]] = defaultdict(list)
        accounts: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        domains: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        for index, brand in enumerate(self.brands):
            for role, words in _vocabulary(brand):
                for word in dict.fromkeys(words):
                    for pattern in _spellings(word, role):
                        patterns[pattern].append(_Owner(index, role, word))
            for account in dict.fromkeys(brand.own_accounts):
                accounts[account_key(account)].append((index, account))
            for domain in dict.fromkeys(brand.own_domains):
                for host in _host_names(domain):
                    domains[host].append((index, domain))
        self._automaton = AhoCorasick(list(patterns)) if patterns else None
        self._naming = [[owner for owner in owners if owner.role in _NAMING] for owners in patterns.values()]
        self._around = [_by_brand(owners) for owners in patterns.values()]
        self._accounts = dict(accounts)
        self._domains = dict(domains)

    def __reduce__(self) -> tuple[Any, ...]:
        return Matcher, (self.brands,)

    def match(self, mention: Mention, *, asked: str = "") -> Matched:
        """Return the brands that a mention is about, or may be, and those it almost names.

        Spans count characters of the mention's own title, text, item, url and author_id. `asked` is
        what its source was searched for.
        """
        found: defaultdict[int, _Found] = defaultdict(_Found)
        texts = [Text(name, text) for name in _FIELDS if (text := getattr(mention, name))]
        self._find_words(texts, found)
        self._find_addresses(texts, mention.url, found)
        if mention.author_id:
            for index, account in self._accounts.get(account_key(mention.author_id), ()):
                found[index].own.append(Span("author", 0, len(mention.author_id), account, "own account"))
        for addressed in mention.addressed_to:
            for index, account in self._accounts.get(account_key(addressed), ()):
                found[index].links.append(Span("to", 0, len(addressed), account, "addressed to"))
        about: list[Match] = []
        near: list[NearMiss] = []
        said = {text.field: text.text for text in texts}
        for index in sorted(found):
            naming = _Naming(self.brands[index], found[index])
            decided: Match | NearMiss | None
            if not naming.sure and naming.weak:
                other = next((self.brands[i].name for i in found if i != index and found[i].sure), None)
                decided = naming.weighed(said, other, fold(asked))
            else:
                decided = naming.decided(said)
            if isinstance(decided, Match):
                about.append(decided)
            elif decided is not None:
                near.append(decided)
        return Matched(tuple(about), tuple(near))

    def _find_words(self, texts: Sequence[Text], found: defaultdict[int, _Found]) -> None:
        if self._automaton is None or not texts:
            return
        pieces = [piece for text in texts for piece in searched(text)]
        haystack = "\n".join(piece.folded for piece in pieces)
        hits = [
            hit
            for hit in self._automaton.find_matches_as_indexes(haystack, overlapping=True)
            if stands_alone(haystack, hit[1], hit[2])
        ]
        if not hits:
            return
        begins = list(accumulate((len(piece.folded) + 1 for piece in pieces), initial=0))

        def original(start: int, end: int) -> tuple[Text, int, int]:
            at = bisect_right(begins, start) - 1
            return pieces[at].text, *pieces[at].original(start - begins[at], end - begins[at])

        for pattern, start, end in hits:
            if not self._naming[pattern]:
                continue
            text, first, last = original(start, end)
            for index, role, word in self._naming[pattern]:
                if _is_whole(role, word, text.text, first, last):
                    found[index].hits(role).append(_Hit(text.field, first, last, word))
        # a context word may be shared by a thousand brands: only those that were named are asked
        for pattern, start, end in hits:
            for index in found.keys() & self._around[pattern].keys():
                text, first, last = original(start, end)
                for role, word in self._around[pattern][index]:
                    found[index].hits(role).append(_Hit(text.field, first, last, word))

    def _find_addresses(
        self, texts: Sequence[Text], url: str | None, found: defaultdict[int, _Found]
    ) -> None:
        if not self._domains:
            return
        spans: list[tuple[Literal["title", "text", "item", "url"], int, int, str]] = [
            (text.field, *address) for text in texts for address in text.addresses
        ]
        if url and (named := host_in(url)):
            spans.append(("url", 0, len(url), named))
        for name, start, end, host in spans:
            labels = host.split(".")
            for depth in range(max(0, len(labels) - _MOST_LABELS), len(labels)):
                for index, domain in self._domains.get(".".join(labels[depth:]), ()):
                    found[index].links.append(Span(name, start, end, domain, "own domain"))


def _is_whole(role: _Role, word: str, text: str, start: int, end: int) -> bool:
    """Tell whether what names a brand is no part of another host, handle or tag: @acme_jones is not @acme."""
    if role == "own domain":
        return is_whole_host(text, start, end)
    return (role != "own handle" and word[0] not in "#@") or text[end : end + 1] != "_"


class _Owner(NamedTuple):
    brand: int
    role: _Role
    word: str


class _Hit(NamedTuple):
    field: Part
    start: int
    end: int
    word: str


@dataclass(slots=True)
class _Found:
    """What one mention holds of one brand."""

    terms: list[_Hit] = field(default_factory=list)
    weak: list[_Hit] = field(default_factory=list)
    handles: list[_Hit] = field(default_factory=list)
    domains: list[_Hit] = field(default_factory=list)
    context: list[_Hit] = field(default_factory=list)
    excluded: list[_Hit] = field(default_factory=list)
    links: list[Span] = field(default_factory=list)
    own: list[Span] = field(default_factory=list)

    def hits(self, role: _Role) -> list[_Hit]:
        match role:
            case "term":
                return self.terms
            case "weak term":
                return self.weak
            case "own handle":
                return self.handles
            case "own domain":
                return self.domains
            case "context":
                return self.context
            case "exclude":
                return self.excluded

    @property
    def sure(self) -> bool:
        """Something of the brand's own is there."""
        return bool(self.terms or self.handles or self.domains or self.links or self.own)


def _vocabulary(brand: Brand) -> tuple[tuple[_Role, tuple[str, ...]], ...]:
    return (
        ("term", brand.terms),
        ("weak term", brand.weak_terms),
        ("own handle", tuple(filter(None, map(_handle, brand.own_accounts)))),
        ("own domain", brand.own_domains),
        ("context", brand.need_one_of),
        ("exclude", brand.exclude),
    )


def _handle(account: str) -> str | None:
    """Return how texts write an account, where that is plain: @acme for "x:@Acme"."""
    place, _, name = account_key(account).partition(":")
    if place == "reddit":
        return f"u/{name}" if re.fullmatch(r"[\w-]+", name) else None
    return f"@{name}" if place in _HANDLED and re.fullmatch(r"\w+|[\w-]+(\.[\w-]+)+", name) else None


_HANDLED = frozenset({"x", "bluesky", "telegram", "producthunt", "instagram", "threads", "tiktok", "youtube"})
"""Places whose accounts are written as handles in texts, and mean the same in all of them."""


def _by_brand(owners: Iterable[_Owner]) -> dict[int, list[tuple[_Role, str]]]:
    around: defaultdict[int, list[tuple[_Role, str]]] = defaultdict(list)
    for index, role, word in owners:
        if role not in _NAMING:
            around[index].append((role, word))
    return dict(around)


def _fingerprint(brands: Iterable[Brand]) -> str:
    deciding = sorted(
        [
            b.key,
            *map(sorted, (b.terms, b.weak_terms, b.need_one_of, b.exclude, b.own_accounts, b.own_domains)),
        ]
        for b in brands
    )
    text = json.dumps([RULES, deciding], ensure_ascii=True)
    return hashlib.blake2b(text.encode(), digest_size=10).hexdigest()


class _Naming:
    """How one mention names one brand, without what lies inside excluded phrases."""

    def __init__(self, brand: Brand, found: _Found) -> None:
        self.brand = brand
        self.found = found
        self.terms, self.weak = found.terms, found.weak
        self.swallowed: list[tuple[_Hit, str]] = []
        if found.excluded:
            phrases = _Phrases(found.excluded)
            self.swallowed = [
                (hit, phrase)
                for hit in (*found.terms, *found.weak)
                if (phrase := phrases.around(hit)) is not None
            ]
            lost = {hit for hit, _ in self.swallowed}
            self.terms = [hit for hit in found.terms if hit not in lost]
            self.weak = [hit for hit in found.weak if hit not in lost]

    @property
    def sure(self) -> bool:
        return bool(self.terms or self._certain)

    @property
    def _certain(self) -> list[Span]:
        found = self.found
        spans = [Span(*hit, "own handle") for hit in found.handles]
        return spans + [Span(*hit, "own domain") for hit in found.domains] + found.links + found.own

    def decided(self, said: Mapping[Part, str]) -> Match | NearMiss | None:
        """Return what terms and the brand's own names say."""
        certain = self._certain
        spans = [Span(*hit, "term") for hit in self.terms] + certain
        if spans:
            doubt = None if certain else self._doubt(said)
            if self.found.context:
                spans += self._in_context()
            kept = _tidy(spans)
            why = f'{kept[0].rule} "{kept[0].term}"'
            if doubt is None:
                return Match(self.brand.key, bool(self.found.own), kept, why=(why,))
            return Match(self.brand.key, False, kept, "unsure", (why, f'near the excluded "{doubt}"'))
        if self.swallowed:
            names = _listed(dict.fromkeys(phrase for _, phrase in self.swallowed))
            hits = _tidy(Span(*hit, "excluded") for hit, _ in self.swallowed)
            return NearMiss(brand=self.brand.key, spans=hits, why=f"inside the excluded phrase {names}")
        return None

    def weighed(self, said: Mapping[Part, str], other: str | None, asked: str) -> Match | NearMiss:
        """Return what weak terms come to by what stands around them."""
        words = {hit.word for hit in self.weak}
        verdict = max(
            (weigh(*self._place(hit, words, said, other, asked)) for hit in self.weak[:MOST_WEIGHED]),
            key=lambda verdict: verdict.points,
        )
        if verdict.relevance is None:
            spans = _tidy(Span(*hit, "weak term") for hit in self.weak)
            return NearMiss(brand=self.brand.key, spans=spans, why=self._missing(verdict))
        spans = _tidy(
            self._in_context() if self.found.context else [Span(*hit, "weak term") for hit in self.weak]
        )
        return Match(
            self.brand.key, False, spans, verdict.relevance, (f'weak term "{spans[0].term}"', *verdict.why)
        )

    def _in_context(self) -> list[Span]:
        rule = f"weak term with {self.found.context[0].word}"
        return [Span(*hit, rule) for hit in self.weak]

    def _missing(self, verdict: Verdict) -> str:
        if self.found.context:
            return "weak term " + ", ".join(verdict.why)
        listed = _listed(self.brand.need_one_of)
        return f"weak term without context: {f'none of {listed}' if listed else 'need_one_of is empty'}"

    def _place(
        self, hit: _Hit, words: set[str], said: Mapping[Part, str], other: str | None, asked: str
    ) -> tuple[Place, Around]:
        before, after = sentence(said[hit.field], hit.start, hit.end)
        place = Place(before, said[hit.field][hit.start : hit.end], after)

        first, last = hit.start - len(before), hit.end + len(after)
        context = self.found.context
        beside = next(
            (o.word for o in context if o.field == hit.field and first <= o.start and o.end <= last), None
        )
        first_word = beside or (context[0].word if context else "")
        others = (o.word for o in context if o.word.removesuffix("s") != first_word.removesuffix("s"))
        searched = (
            term for term in (*self.brand.terms, *self.brand.own_domains) if fold(term).strip("@#") in asked
        )
        return place, Around(
            context=beside,
            context_elsewhere=first_word if context and beside is None else None,
            context_follows=any(o.field == hit.field and 0 <= o.start - hit.end <= 1 for o in context),
            more_context=next(others, None),
            excluded=next((one.word for one in self.found.excluded), None),
            searched=next(searched, None) if asked else None,
            another_brand=other,
            another_term=next((word for word in sorted(words) if word != hit.word), None),
            in_list=in_list(said[hit.field], hit.start, hit.end),
        )

    def _doubt(self, said: Mapping[Part, str]) -> str | None:
        """Return an excluded phrase without the brand's name, if one stands in the sentence of every term."""
        phrases = {phrase for _, phrase in self.swallowed}
        others = [hit for hit in self.found.excluded if hit.word not in phrases]
        doubt = None
        for hit in self.terms[:MOST_WEIGHED] if others else ():
            before, after = sentence(said[hit.field], hit.start, hit.end)
            first, last = hit.start - len(before), hit.end + len(after)
            doubt = next(
                (o.word for o in others if o.field == hit.field and first <= o.start and o.end <= last), None
            )
            if doubt is None:
                return None
        return doubt


class _Phrases:
    """Excluded phrases of one mention, to be asked which of them holds a hit."""

    def __init__(self, hits: Iterable[_Hit]) -> None:
        # the phrase that reaches furthest among those that start no later
        self._reach: dict[Part, tuple[list[int], list[_Hit]]] = {}
        for hit in sorted(hits):
            starts, furthest = self._reach.setdefault(hit.field, ([], []))
            starts.append(hit.start)
            furthest.append(max(furthest[-1], hit, key=lambda one: one.end) if furthest else hit)

    def around(self, hit: _Hit) -> str | None:
        """Return a phrase that the hit lies in."""
        starts, furthest = self._reach.get(hit.field, ([], []))
        at = bisect_right(starts, hit.start) - 1
        return furthest[at].word if at >= 0 and furthest[at].end >= hit.end else None


def _tidy(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return spans in reading order, without those inside a longer one."""
    order = {"title": 0, "text": 1, "item": 2, "url": 3, "author": 4, "to": 5}
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (order[span.field], span.start, -span.end)):
        if not kept or kept[-1].field != span.field or span.end > kept[-1].end:
            kept.append(span)
        if len(kept) == MAX_SPANS:
            break
    return tuple(kept)


def _listed(words: Iterable[str]) -> str:
    some = list(words)
    return ", ".join(f'"{word}"' for word in some[:5]) + (" …" if len(some) > 5 else "")


# Words as they are looked for


def _spellings(word: str, role: _Role) -> Iterator[str]:
    folded = fold(word).strip()
    if not folded:
        return
    yield folded
    if role == "context" and folded.isascii() and folded[-1].isalpha():
        yield from _numbers(folded)
    if role not in ("own domain", "own handle") and " " in folded and folded[0] not in "#@":
        joined = "".join(filter(str.isalnum, folded))
        yield "#" + joined
        yield "@" + joined


def _numbers(word: str) -> Iterator[str]:
    """Yield an English word in the other number, as far as letters tell."""
    if word.endswith("s") and len(word) > 4 and word[-2] not in "suia":  # no class, virus, analysis or atlas
        yield word.removesuffix("s")
    elif word.endswith("y") and word[-2:-1] not in tuple("aeiou"):
        yield word[:-1] + "ies"
    else:
        yield word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s")


def _host_names(domain: str) -> Iterator[str]:
    """Return a domain as people write it, and as it stands in addresses."""
    written = unicodedata.normalize("NFKC", domain).casefold().strip(" .")
    yield written
    try:
        sent = written.encode("idna").decode()
    except UnicodeError:
        return
    if sent != written:
        yield sent
