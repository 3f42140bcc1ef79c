"""Whether a name that could mean something else means the brand.

A weak term ("acme" for Acme Anvils) is everybody's word. What stands around it speaks for the brand
or against it, each clue with the points of its row in CLUES; of several places the one with the most
points decides. UNSURE points make the mention one that may be about the brand. ABOUT points make it
one that is, if a clue is among them that settles such things; with fewer it is a near-miss.

The words looked for are English. Texts in other languages have the clues of how a name is written,
and the brand's own context words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
    "customer's word": Clue(2, 'followed by "{}"', settles=True),
    "searched for": Clue(1, 'found by a search for "{}"'),
    "another brand": Clue(1, "together with {}"),
    "another term": Clue(1, 'together with "{}"'),
    "tag": Clue(1, "written as a tag or handle"),
    "name": Clue(1, "written like a name"),
    "owner": Clue(1, "with something of its own"),
    "trade": Clue(1, 'in a sentence with "{}"'),
    "whereabouts": Clue(1, 'after "{}"'),
    "article": Clue(-1, 'but after "{}"'),
    "longer name": Clue(-2, 'but perhaps "{}"'),
    "exclusion": Clue(-2, 'but near the excluded "{}"'),
}
"""All that is looked for around a weak term; a place has each clue once at most."""

_WORDS = tables("names-en")
_CUSTOMERS, _TRADE, _WHEREABOUTS, _ARTICLES = (
    frozenset(_WORDS[name]) for name in ("customer's word", "trade", "whereabouts", "article")
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_STOP = re.compile(r"[.!?…][\s\"'”’)]+|[\n()|•;]|: ")
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
    searched: str | None = None
    another_brand: str | None = None
    another_term: str | None = None
    excluded: str | None = None


class Verdict(NamedTuple):
    """What a place comes to, None where too little speaks for it, and the reasons, weightiest first."""

    points: int
    relevance: Relevance | None
    why: tuple[str, ...]


def weigh(place: Place, around: Around) -> Verdict:
    """Return how much speaks for the brand at one place, and what."""
    found = [(CLUES[name], said) for name, said in (*_said(around), *_written(place, around.context))]
    found.sort(key=lambda row: -abs(row[0].points))
    points = sum(clue.points for clue, _ in found)
    relevance: Relevance | None = "unsure" if points >= UNSURE else None
    if points >= ABOUT and any(clue.settles for clue, _ in found):
        relevance = "about"
    return Verdict(points, relevance, tuple(clue.why.format(said) for clue, said in found))


def sentence(text: str, start: int, end: int) -> tuple[str, str]:
    """Return what stands before and after a place in its sentence, each cut where it is long."""
    before, after = text[max(0, start - _REACH) : start], text[end : end + _REACH]
    begin = max((stop.end() for stop in _STOP.finditer(before)), default=0)
    stop = _STOP.search(after)
    return before[begin:], after[: stop.start()] if stop else after


def _said(around: Around) -> Iterator[tuple[str, str]]:
    """Yield the clues that the mention has as a whole."""
    for name, said in (
        ("context", around.context),
        ("context elsewhere", around.context_elsewhere),
        ("searched for", around.searched),
        ("another brand", around.another_brand),
        ("another term", around.another_term),
        ("exclusion", around.excluded),
    ):
        if said is not None:
            yield name, said


def _written(place: Place, context: str | None) -> Iterator[tuple[str, str]]:
    """Yield the clues of how a name is written, and of the words around it."""
    before, after = (
        _WORD.findall(_TAGGED.sub(",", place.before)),
        _WORD.findall(_TAGGED.sub(",", place.after)),
    )
    last, following = before[-1] if before else "", after[0] if after else ""
    near_last = place.before[-1:] == " " and place.before[:-1].endswith(last)
    near_following = place.after[:1] == " " and place.after[1:].startswith(following)
    tagged = place.before[-1:] in _TAGS or place.name[0] in _TAGS
    capital = place.name.lstrip("#@")[0].isupper()
    telling = _telling((*before, *after))
    named = capital and telling and not tagged
    owner = place.after[:2].lower() in ("'s", "’s")
    if owner:
        after, following = after[1:], after[1] if len(after) > 1 else ""
    customers = (near_following or owner) and following.lower() in _CUSTOMERS
    if customers:
        yield "customer's word", following.lower()
    else:
        trade = next((word.lower() for word in (*after, *before[::-1]) if word.lower() in _TRADE), None)
        if trade:
            yield "trade", trade
    if tagged:
        yield "tag", ""
    elif (
        named
        and near_following
        and following[:1].isupper()
        and not (customers or following.lower() == context)
    ):
        yield "longer name", f"{place.name} {following}"
    elif named and near_last and last[:1].isupper() and len(before) > 1:
        yield "longer name", f"{last} {place.name}"
    elif named and (before or owner):
        yield "name", ""
    if owner and capital:
        yield "owner", ""
    if near_last and last.lower() in _WHEREABOUTS:
        yield "whereabouts", last.lower()
    if near_last and last.lower() in _ARTICLES and not (customers or named):
        yield "article", last.lower()


_TAGS = frozenset("#@＃＠")


def _telling(words: Sequence[str]) -> bool:
    """Tell whether a capital says something: most of the other words begin with a small letter."""
    letters = [word for word in words if word[0].isalpha()]
    small = sum(word[0].islower() for word in letters)
    return small >= 2 and small * 2 >= len(letters)
