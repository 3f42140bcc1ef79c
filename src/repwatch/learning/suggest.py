"""Words that would sharpen a brand's query, out of mentions that were confirmed and rejected.

A word speaks for the brand where it stands in a larger share of the confirmed mentions than of the
rejected ones; it becomes a context word (need_one_of). A phrase that holds the brand's name, or a
word, speaks against it where it is the other way round; it becomes an exclusion.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from repwatch.judging.signs import tables
from repwatch.model import Brand
from repwatch.spelling import fold, words

LEAST = 3
"""Mentions that a word has to stand in."""

SURE = 1.5
"""Standard errors that its log-odds have to be away from nothing."""

MOST = 12
"""Words that are proposed of each sort."""

SHORTEST = 3
"""Letters of a word that is proposed by itself."""

AROUND = 2
"""Words beside a name that become part of a phrase with it."""


@dataclass(frozen=True, slots=True, order=True)
class Suggestion:
    """A word or phrase, and in how many confirmed and rejected mentions it stands.

    `log_odds` is how much more likely it is in confirmed ones; below zero, in rejected ones.
    """

    phrase: str
    confirmed: int
    rejected: int
    log_odds: float


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What is proposed for a brand, out of how many different texts."""

    confirmed: int
    rejected: int
    need_one_of: tuple[Suggestion, ...] = ()
    exclude: tuple[Suggestion, ...] = ()


def suggest(brand: Brand, confirmed: Iterable[str], rejected: Iterable[str]) -> Suggestions:
    """Return context words and exclusions that tell confirmed texts from rejected ones, the surest first.

    Copies of a text count once. What the brand's query has already is left out.
    """
    query = _Query(brand)
    here, there = (
        list({fold(text): words(text) for text in some}.values()) for some in (confirmed, rejected)
    )
    alone = _rated((map(query.news, here), map(query.news, there)), len(here), len(there))
    named = _rated((map(query.named, here), map(query.named, there)), len(here), len(there))
    against = sorted(one for one in (*alone, *named) if one[1].log_odds < 0)
    return Suggestions(
        confirmed=len(here),
        rejected=len(there),
        need_one_of=tuple(one for _, one in sorted(alone) if one.log_odds > 0)[:MOST],
        exclude=tuple(_shortest(one for _, one in against))[:MOST],
    )


class _Query:
    """What a brand's query has already, and what may be added to it."""

    def __init__(self, brand: Brand) -> None:
        self._names = {tuple(said) for name in (*brand.terms, *brand.weak_terms) if (said := words(name))}
        self._excluded = {" ".join(words(phrase)) for phrase in brand.exclude}
        told = (*brand.terms, *brand.weak_terms, *brand.need_one_of, *brand.exclude, brand.name)
        self._told = {word for said in told for word in words(said)}

    def news(self, said: Sequence[str]) -> set[str]:
        """Return the words of a text that the query does not know."""
        return {
            word
            for word in said
            if len(word) >= SHORTEST and word not in _SMALL and not {word, word + "s", word[:-1]} & self._told
        }

    def named(self, said: Sequence[str]) -> set[str]:
        """Return the phrases of a text that hold a name and the words next to it."""
        found = set()
        for name in self._names:
            for at in range(len(said) - len(name) + 1):
                if tuple(said[at : at + len(name)]) == name:
                    found |= set(_around(said, at, at + len(name)))
        return found - self._excluded


def _around(said: Sequence[str], start: int, end: int) -> Iterator[str]:
    for before in range(AROUND + 1):
        for after in range(AROUND + 1 - before):
            first, last = start - before, end + after
            if (before or after) and first >= 0 and last <= len(said):
                yield " ".join(said[first:last])


_SMALL = frozenset(tables("names-en")["small"])


def _rated(
    texts: tuple[Iterable[set[str]], Iterable[set[str]]], confirmed: int, rejected: int
) -> list[tuple[float, Suggestion]]:
    """Return what stands in one sort of texts rather than the other; the surest have the least number."""
    here, there = (Counter(chain.from_iterable(some)) for some in texts)
    rated = []
    for phrase in here.keys() | there.keys():
        if max(here[phrase], there[phrase]) < LEAST:
            continue
        odds, error = _log_odds(here[phrase], confirmed, there[phrase], rejected)
        enough = here[phrase] if odds > 0 else there[phrase]
        if enough >= LEAST and abs(odds) >= SURE * error:
            rated.append(
                (-abs(odds) / error, Suggestion(phrase, here[phrase], there[phrase], round(odds, 3)))
            )
    return sorted(rated, key=lambda one: (one[0], one[1].phrase))


def _log_odds(here: int, confirmed: int, there: int, rejected: int) -> tuple[float, float]:
    """Return the log of an odds ratio, and its standard error.

    Source:
        Haldane (1956) and Anscombe (1956): a half is added to each cell, so that none is empty.
    """
    cells = here + 0.5, confirmed - here + 0.5, there + 0.5, rejected - there + 0.5
    odds = math.log(cells[0] / cells[1]) - math.log(cells[2] / cells[3])
    return odds, math.sqrt(sum(1 / cell for cell in cells))


def _shortest(found: Iterable[Suggestion]) -> Iterator[Suggestion]:
    """Yield suggestions but for those that hold one before them, or are held by it."""
    chosen: list[str] = []
    for one in found:
        padded = f" {one.phrase} "
        if not any(f" {phrase} " in padded or padded in f" {phrase} " for phrase in chosen):
            chosen.append(one.phrase)
            yield one
