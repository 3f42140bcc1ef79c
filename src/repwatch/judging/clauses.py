"""What a text says of each of several brands that stand in it.

A text is cut into clauses. A clause is about the brands that it names, or else about those named
last before it; what comes before all names is about all of them. Where one clause names several it is
cut between them, unless they stand there as a list ("Acme and Zed are late"). Comparisons say
something of both sides: who switches from one to the other finds it worse.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Side = Literal["better", "worse"]

MOST_BRANDS = 20
"""Brands in one text that are told apart; one that names more is a list."""

LONGEST = 6_000
"""Characters of a text that are cut into clauses."""

_FIRST = 0xE000
_MARKS = re.compile(f"[{chr(_FIRST)}-{chr(_FIRST + MOST_BRANDS - 1)}]")


@dataclass(frozen=True, slots=True)
class Part:
    """What is said of one brand: its clauses, and how it comes off where it is compared."""

    text: str
    side: Side | None = None


def marked(text: str, names: Iterable[tuple[int, int, int]]) -> str:
    """Return a text in which each name is the mark of its brand.

    Args:
        text: what somebody wrote.
        names: where names start and end, and the index of their brand; of two that overlap the first counts.
    """
    text = _MARKS.sub(" ", text)
    parts: list[str] = []
    at = 0
    for start, end, index in sorted(names):
        if start >= at:
            parts += [text[at:start], mark(index)]
            at = end
    return "".join([*parts, text[at:]])


def mark(index: int) -> str:
    """Return the character that stands for a brand in a marked text."""
    return chr(_FIRST + index)


def unmarked(text: str, name: str = "brand") -> str:
    """Return a text with a word for the marks of brands, or for what looks like one."""
    return _MARKS.sub(name, text)


def apart(text: str, count: int) -> list[Part | None]:
    """Return what a marked text says of each brand; None for all where it says the same of them.

    Args:
        text: has the marks of brands (see mark) where they are named. Only its beginning is read: a
            brand that is named later has None.
        count: how many brands there are.
    """
    text = text[:LONGEST]
    said: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    sides: list[Side | None] = [None] * count
    current: Sequence[int] = range(count)
    divided = False
    for start, end in _clauses(text):
        for first, last in _between_names(text, start, end):
            current = _named(text[first:last]) or current
            divided = divided or len(current) < count
            for index in current:
                adjoins = bool(said[index]) and said[index][-1][1] == first
                said[index].append((said[index].pop()[0] if adjoins else first, last))
        for better, worse in _compared(text[start:end]):
            sides[better], sides[worse] = "better", "worse"
            divided = True
    if not divided:
        return [None] * count
    texts = (unmarked(" ".join(text[first:last].strip(" ,;") for first, last in places)) for places in said)
    named = _named(text)
    return [
        Part(said, side) if index in named else None
        for index, (said, side) in enumerate(zip(texts, sides, strict=True))
    ]


def _named(text: str) -> list[int]:
    return list(dict.fromkeys(ord(char) - _FIRST for char in _MARKS.findall(text)))


_CUT = re.compile(
    r"""(?<=[.!?;])\s+ | \n+ | ,\s+ | \s+[–—-]+\s+
    | \s+(?=(?:but|while|whereas|although|though|however|unlike|yet|and|because|since|until)\b)""",
    re.VERBOSE | re.IGNORECASE,
)


def _clauses(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the clauses of a text begin and end; a part of a list of names is none of its own."""
    at = 0
    for cut in _CUT.finditer(text):
        if not _is_listing(text, cut.start()):
            yield at, cut.end()
            at = cut.end()
    yield at, len(text)


_LIST = re.compile(r"[\s,&/+]*(?:\b(?:and|or|nor|vs\.?|versus|as well as)\b)?[\s,&/+]*(?:\bthe\s)?")


def _is_listing(text: str, at: int) -> bool:
    """Tell whether a name stands right before and, behind the words of a list, right after."""
    listing = _LIST.match(text, at)
    return bool(at and _MARKS.match(text[at - 1]) and listing and _MARKS.match(text, listing.end()))


_JOINT = re.compile(
    r"\s(?=(?:to|than|for|over|instead|and|or|vs\.?|versus|with|from|by|rather|compared|unlike)\b)|,",
    re.IGNORECASE,
)


def _between_names(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a clause cut between the brands that it names one by one."""
    marks = list(_MARKS.finditer(text, start, end))
    at = start
    for left, right in pairwise(marks):
        if left[0] != right[0] and not _LIST.fullmatch(text, left.end(), right.start()):
            joints = [joint.start() for joint in _JOINT.finditer(text, left.end(), right.start())]
            cut = joints[-1] if joints else left.end()
            yield at, cut
            at = cut
    yield at, end


_M = _MARKS.pattern
_GAP = f"[^{_M[1:-1]}]{{0,60}}?"
_THE = r"(?:\s+(?:the|a|an|my|our|your|their))?\s+"
_BETTER_FIRST = re.compile(
    rf"""(?P<better>{_M}){_GAP}
    (?:\b(?:better|faster|cheaper|nicer|easier|safer|superior|stronger|quicker|friendlier|bigger)\s+(?:than|to)
      |\b(?:beats?|outperforms?|instead\s+of|improvement\s+(?:on|over)|over)|\s>)
    {_THE}(?P<worse>{_M})""",
    re.VERBOSE | re.IGNORECASE,
)
_WORSE_FIRST = re.compile(
    rf"""(?P<worse>{_M}){_GAP}
    (?:\b(?:worse|slower|inferior|dearer|pricier|ruder|more\s+expensive)\s+(?:than|to)
      |(?:\b(?:not|nowhere\s+near|less)|n['’]t)\s+(?:as\s+|so\s+)?\w+\s+(?:as|than))
    {_THE}(?P<better>{_M})""",
    re.VERBOSE | re.IGNORECASE,
)
_SWITCHED = re.compile(
    rf"""\b(?:(?:switch|mov|chang|migrat|convert|go|went|cross|came|com)\w{{0,4}}\b{_GAP}\bfrom
      |left|leav\w+|ditch\w+|dump\w+|dropp\w+|quit\w*|abandon\w*|swap\w*|replac\w+)
    {_THE}(?P<worse>{_M}){_GAP}\b(?:to|for|with){_THE}(?P<better>{_M})""",
    re.VERBOSE | re.IGNORECASE,
)
_PREFERRED = re.compile(
    rf"""\b(?:prefer\w*|rather|choose|chose|pick\w*|take|took|recommend\w*){_GAP}(?P<better>{_M}){_GAP}
    \b(?:to|over|than|instead\s+of){_THE}(?P<worse>{_M})""",
    re.VERBOSE | re.IGNORECASE,
)


_NOT = re.compile(r"\b(?:not(?!\s+(?:only|just))|no|never|hardly)\b|n['’]t\b", re.IGNORECASE)


def _compared(clause: str) -> Iterator[tuple[int, int]]:
    """Yield the better and the worse of each comparison."""
    for pattern in (_BETTER_FIRST, _WORSE_FIRST, _SWITCHED, _PREFERRED):
        for found in pattern.finditer(clause):
            better, worse = (ord(found[side]) - _FIRST for side in ("better", "worse"))
            if better != worse:
                yield (
                    (worse, better) if _NOT.search(found[0]) and pattern is _BETTER_FIRST else (better, worse)
                )
