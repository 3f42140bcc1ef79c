"""Whether a name that could mean something else means the brand.

A weak term ("acme" for Acme Anvils) is everybody's word. What stands around it speaks for the brand
or against it, each clue with the points of its row in CLUES; of several places the one with the most
points decides. UNSURE points make the mention one that may be about the brand. ABOUT points make it
one that is, if a clue is among them that settles such things, or a word of trade is near what is
written as only names are; with fewer it is a near-miss.

The words looked for are English. Texts in other languages have the clues of how a name is written,
and the brand's own context words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple

from repwatch.judging.signs import tables
from repwatch.model import Relevance

ABOUT = 3
UNSURE = 1


class Clue(NamedTuple):
    """What speaks for a brand, or against it: its points, and its reason in words."""

    points: int
    why: str
    settles: bool = False


CLUES = {
    "context": Clue(4, 'beside "{}"', settles=True),
    "context elsewhere": Clue(3, 'with "{}"', settles=True),
    "more context": Clue(2, 'and "{}"'),
    "customer's word": Clue(3, 'followed by "{}"', settles=True),
    "company's word": Clue(2, 'followed by "{}"', settles=True),
    "list": Clue(3, "in a row of names", settles=True),
    "use": Clue(2, 'after "{}"', settles=True),
    "trade near": Clue(2, 'near "{}"'),
    "trade": Clue(1, 'in a sentence with "{}"'),
    "searched for": Clue(1, 'found by a search for "{}"'),
    "another brand": Clue(1, "together with {}"),
    "another term": Clue(1, 'together with "{}"'),
    "tag": Clue(1, "written as a tag or handle"),
    "name": Clue(1, "written like a name"),
    "name at most": Clue(1, "written like a name or the end of one"),
    "owner": Clue(1, "with something of its own"),
    "subject": Clue(1, 'before "{}"'),
    "whereabouts": Clue(1, 'after "{}"'),
    "article": Clue(-1, 'but after "{}"'),
    "small letters": Clue(-2, "but in small letters"),
    "longer tag": Clue(-4, 'but in "{}"'),
    "longer name": Clue(-2, 'but perhaps "{}"'),
    "exclusion": Clue(-2, 'but near the excluded "{}"'),
}
"""All that is looked for around a weak term; a place has each clue once at most."""

_SHAPES = frozenset({"name", "tag", "owner", "subject"})
"""How only names are written: with one of them, words of trade settle it, too."""

_WORDS = tables("names-en")
_CUSTOMERS, _COMPANYS, _TRADE, _USE, _WHEREABOUTS, _ARTICLES, _VERBS, _CAPITALS, _SMALL = (
    frozenset(_WORDS[name])
    for name in (
        "customer's word",
        "company's word",
        "trade",
        "use",
        "whereabouts",
        "article",
        "verb",
        "capital",
        "small",
    )
)
_FOLLOWING = _CUSTOMERS | _COMPANYS
_PREDICATES = _VERBS | _FOLLOWING
_BEGINNINGS = _SMALL | _WHEREABOUTS | _USE
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_STOP = re.compile(r"[.!?…][\s\"'”’)]+|[\n()|•]|: ")
_TAGGED = re.compile(r"[#@＃＠]\w+")
_REACH = 160
"""Characters on each side of a name that are looked at."""


class Place(NamedTuple):
    """A weak term as it is written, and its sentence before and after it."""

    before: str
    name: str
    after: str


@dataclass(frozen=True, slots=True)
class Around:
    """What else the mention holds, each as a person would call it."""

    context: str | None = None
    context_elsewhere: str | None = None
    context_follows: bool = False
    more_context: str | None = None
    searched: str | None = None
    another_brand: str | None = None
    another_term: str | None = None
    excluded: str | None = None
    in_list: bool = False


class Verdict(NamedTuple):
    """What a place comes to, None where too little speaks for it, and the reasons, weightiest first."""

    points: int
    relevance: Relevance | None
    why: tuple[str, ...]


def weigh(place: Place, around: Around) -> Verdict:
    """Return how much speaks for the brand at one place, and what."""
    found = dict((*_said(around), *_written(place, around.context_follows)))
    points = sum(CLUES[name].points for name in found)
    relevance: Relevance | None = "unsure" if points >= UNSURE else None
    if points >= ABOUT and _is_settled(found):
        relevance = "about"
    weightiest = sorted(found, key=lambda name: -abs(CLUES[name].points))
    return Verdict(points, relevance, tuple(CLUES[name].why.format(found[name]) for name in weightiest))


def _is_settled(found: Iterable[str]) -> bool:
    names = set(found)
    return any(CLUES[name].settles for name in names) or ("trade near" in names and bool(names & _SHAPES))


def sentence(text: str, start: int, end: int) -> tuple[str, str]:
    """Return what stands before and after a place in its sentence, each cut where it is long."""
    before, after = text[max(0, start - _REACH) : start], text[end : end + _REACH]
    begin = max((stop.end() for stop in _STOP.finditer(before)), default=0)
    stop = _STOP.search(after)
    return before[begin:], after[: stop.start()] if stop else after


def in_list(text: str, start: int, end: int) -> bool:
    """Tell whether a name stands there in one of several lines or sentences that hold a name each."""
    if not _has_capital(text[start:end]):
        return False
    sides = _LINES.split(text[max(0, start - _REACH) : start])[::-1], _LINES.split(text[end : end + _REACH])
    left, right = ([part.strip(" .-*") for part in side] for side in sides)
    if left[0] or right[0]:
        return False
    return sum(sum(1 for _ in takewhile(_NAME.fullmatch, side[1:])) for side in (left, right)) >= _ROW


def _said(around: Around) -> Iterator[tuple[str, str]]:
    """Yield the clues that the mention has as a whole."""
    for name, said in (
        ("context", around.context),
        ("context elsewhere", around.context_elsewhere),
        ("more context", around.more_context),
        ("searched for", around.searched),
        ("another brand", around.another_brand),
        ("another term", around.another_term),
        ("exclusion", around.excluded),
        ("list", "" if around.in_list else None),
    ):
        if said is not None:
            yield name, said


def _written(place: Place, context_follows: bool) -> Iterator[tuple[str, str]]:
    """Yield the clues of how a name is written, and of the words around it."""
    around = _around(place)
    yield from _trade(around)
    yield from _form(place, around, context_follows)
    last = around.last.lower()
    if last in _USE and around.named:
        yield "use", last
    elif last in _WHEREABOUTS and (
        around.capital or not around.following or around.following.lower() in _SMALL
    ):
        yield "whereabouts", last
    if last in _ARTICLES and not (around.customers or around.named or around.ordinary):
        yield "article", last


class _Words(NamedTuple):
    """The words before and after a name; the `last` before and the one `following` if they stand beside it.

    `capital` tells whether it is written with one that says something, `named` whether the sentence
    has small letters otherwise, `ordinary` whether it is in small letters though the sentence has
    capitals, and `owner` whether something is called its own.
    """

    before: list[str]
    after: list[str]
    last: str
    following: str
    tagged: bool
    capital: bool
    named: bool
    ordinary: bool
    owner: bool

    @property
    def customers(self) -> bool:
        """What follows is a company's: its order, its app."""
        return self.following.lower() in _FOLLOWING


def _around(place: Place) -> _Words:
    before, after = (_WORD.findall(_TAGGED.sub(",", side)) for side in (place.before, place.after))
    tagged = place.before[-1:] in _TAGS or place.name[0] in _TAGS
    name = place.name.lstrip("#@")
    capital = _has_capital(name)
    named = capital and not tagged and _telling((*before, *after))
    owner = place.after[:2].lower() in ("'s", "’s")
    if owner:
        del after[:1]
    last, following = before[-1] if before else "", after[0] if after else ""
    return _Words(
        before=before,
        after=after,
        last=last if last and place.before.endswith(f"{last} ") else "",
        following=following if owner or place.after.startswith(f" {following}") else "",
        tagged=tagged,
        capital=capital,
        named=named,
        ordinary=not tagged and name.islower() and any(map(_has_capital, (*before, *after))),
        owner=owner,
    )


def _trade(around: _Words) -> Iterator[tuple[str, str]]:
    if around.customers:
        following = around.following.lower()
        yield "customer's word" if following in _CUSTOMERS else "company's word", following
        return
    before, after = around.before[::-1], around.after
    for clue, words in (
        ("trade near", (*after[:_NEAR], *before[:_NEAR])),
        ("trade", (*after[_NEAR:], *before[_NEAR:])),
    ):
        if word := next((word.lower() for word in words if word.lower() in _TRADE), None):
            yield clue, word
            return


def _form(place: Place, around: _Words, context_follows: bool) -> Iterator[tuple[str, str]]:
    last, following = around.last, around.following
    if around.capital and _row(place) >= _ROW:
        yield "list", ""
    if tag := _longer_tag(place):
        yield "longer tag", tag
        return
    if rest := _HOST.match(place.after):
        yield "longer name", f"{place.name}{rest[0]}"
        return
    if around.tagged:
        yield "tag", ""
        return
    known = around.customers or context_follows
    if around.named:
        if not around.owner and following[:1].isupper() and not known:
            yield "longer name", f"{place.name} {following}"
        elif last[:1].isupper() and len(around.before) > 1:
            yield "longer name", f"{last} {place.name}"
        elif last[:1].isupper() and last.lower() not in _BEGINNINGS:
            yield "name at most", ""
        elif around.before or around.owner:
            yield "name", ""
    if around.ordinary and not known:
        yield "small letters", ""
    if around.capital and around.owner:
        yield "owner", ""
    if around.capital and not around.before and following.lower() in _PREDICATES:
        yield "subject", following.lower()


_TAGS = frozenset("#@＃＠")
_NEAR = 6
"""Words on either side that are near a name."""
_ROW = 2
"""Other names on either side that make a row."""
_PART = re.compile(r",| and | & | or |/|;")
_LINES = re.compile(r"[\n•|]\W*|\.\s\W*")
_NAME = re.compile(r"[#@]?[A-Z][\w.'’-]*(?: (?:& )?[A-Z][\w.'’-]*){0,2}")
_HOST = re.compile(r"\.(?!com\b)(?:[a-z]{2}\b|[a-z]{2,6}/)[\w./-]*")
"""The rest of an address; own ones are found as such, and "acme.com" is hardly another one."""
_TAG_BEFORE = re.compile(r"[#@]\w*_$")
_TAG_AFTER = re.compile(r"_\w+")


def _row(place: Place) -> int:
    """Return how many names stand beside this one, with commas, "and" or their like between them."""
    left = [part.strip(" #@") for part in _PART.split(place.before)[::-1]]
    right = [part.strip(" .!?") for part in _PART.split(place.after)]
    beside = (*left[0].split()[-1:], *right[0].split()[:1])
    if any(_NAME.match(word) and word.lower() not in _SMALL for word in beside):
        return 0  # a part of a longer name
    return sum(sum(1 for _ in takewhile(_is_name, side[1:])) for side in (left, right) if not side[0])


def _is_name(part: str) -> bool:
    return not part or _NAME.fullmatch(part) is not None


def _longer_tag(place: Place) -> str:
    """Return the tag or handle that a name is a part of, such as #acme_jones; empty if it is none."""
    before, after = _TAG_BEFORE.search(place.before), _TAG_AFTER.match(place.after)
    if not (before or after):
        return ""
    return f"{before[0] if before else ''}{place.name}{after[0] if after else ''}"


def _has_capital(word: str) -> bool:
    """Tell whether a word has a capital that says something."""
    return word[0].isupper() and re.split("['’]", word.lower(), maxsplit=1)[0] not in _CAPITALS


def _telling(words: Sequence[str]) -> bool:
    """Tell whether a capital says something: most of the other words begin with a small letter."""
    letters = [word for word in words if word[0].isalpha()]
    small = sum(word[0].islower() for word in letters)
    return small >= 2 and small * 2 >= len(letters)
