"""What of a text carried the model's verdict, in the text's own words.

Many features belong to one word: its own weight, its groups, its tone in VADER, the phrase it stands
in. Single features contradict each other, so what a person is shown is their sum: each phrase with
all that it brings, each other word likewise, and words near each other that say something together.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import Final, NamedTuple

from repwatch.judging.model import SHORTEST, Model
from repwatch.judging.quick import LEAST, NEAR_BITS, NEAR_BYTES, Heard, Said
from repwatch.judging.reading import (
    LOOKS,
    MARKS,
    MOST_CHARACTERS,
    NOBODYS,
    PHRASE_GROUPS,
    SHIFTS,
    ahead,
    behind,
    places,
    word_groups,
)
from repwatch.judging.tone import FELT, NEGATED, NEGATES, tones_of

MOST_WORDS: Final = 300
"""Words of a text that are looked at."""

_REACH: Final = 3
_PHRASES_AT, _NEAR_AT, _MARKS_AT, _LOOKS_AT = SHIFTS[2], SHIFTS[4], SHIFTS[5], SHIFTS[7]
_REMARKS: Final = {
    "ends asking": "a question",
    "asks twice": "questions",
    "exclaims twice": "exclamation marks",
    "asks and exclaims": '"?!"',
    "retweet": "a retweet",
    "quotes": "a quotation",
}
"""What else is worth telling a person; length and the like say how sure a verdict is, not why."""

_CAPITALS: Final = "words in capitals"


class Reason(NamedTuple):
    """A piece of a text, or a remark on it, and what it adds; below 0 it speaks for a complaint."""

    name: str
    weight: float


_Piece = tuple[int, int, float]
"""Words that say something together, by the places of the first and the last, and what they add."""


class Explainer:
    """Says of texts what carried a model's verdict."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._tone = cache(self._tone_alone)
        self._together = cache(self._near_words)
        self._by_phrase = [self._bit(_PHRASES_AT + at) for at in range(len(PHRASE_GROUPS))]
        self._remarks = [
            (1 << at, _REMARKS[name], self._bit(_LOOKS_AT + at))
            for at, name in enumerate(LOOKS)
            if name in _REMARKS
        ]
        self._remarkable = sum(bit for bit, _, _ in self._remarks)
        self._capitals = self._bit(_MARKS_AT + MARKS.index("capitals"))
        self._telling = self._telling_pairs()

    def reasons(self, heard: Heard, most: int, shown: Sequence[str] | None = None) -> list[Reason]:
        """Return what carried a verdict, weightiest first; nothing that weighs less than LEAST.

        `shown` are the tokens of the same text as a person is to read them.
        """
        said = heard.said
        raws = said.raws if shown is None else shown
        ends = [*accumulate(map(len, said.words[:MOST_WORDS]))]
        alone = _alone(said)[: ends[-1] if ends else 0]
        phrases = self._phrases(heard, alone)
        named: dict[str, float] = {}
        for first, last, weight in phrases + self._others(heard, ends, alone, phrases):
            if not -LEAST < weight < LEAST and said.plain[first] not in NOBODYS:
                name = _quoted(raws[bisect_right(ends, first) : bisect_right(ends, last) + 1])
                named[name] = named.get(name, 0.0) + weight
        if heard.looks & self._remarkable:
            named.update((name, weight) for bit, name, weight in self._remarks if heard.looks & bit)
        if heard.has_capitals:
            named[_CAPITALS] = self._capitals
        strongest = sorted([(-abs(weight), name) for name, weight in named.items() if abs(weight) >= LEAST])
        return [Reason(name, named[name]) for _, name in strongest[:most]]

    def _phrases(self, heard: Heard, alone: Sequence[float]) -> list[_Piece]:
        """Return what the phrases of a text add."""
        return [
            (first, last, sum(alone[first : last + 1]) + self._tone(valence) + self._by_phrase[group])
            for first, last, group, valence in heard.phrases
            if last < len(alone)
        ]

    def _others(
        self, heard: Heard, ends: Sequence[int], alone: Sequence[float], phrases: Sequence[_Piece]
    ) -> list[_Piece]:
        """Return the words outside phrases that weigh something, some of them together."""
        taken = {at for first, last, _ in phrases for at in range(first, last + 1)}
        telling = {at for at, weight in enumerate(alone) if not -LEAST < weight < LEAST}
        felt = _felt(heard.said, ends)
        near = self._near_places(heard) if heard.near else set()
        groups = heard.said.groups
        pieces: list[_Piece] = []
        for at in sorted(telling.union(felt, near) - taken):
            if at >= len(alone):
                break
            weight, first = alone[at], at
            if at in felt:
                weight += self._tone(felt[at])
            if at in near:
                for other in range(at - 1, max(-1, at - 1 - _REACH), -1):
                    together = self._together(groups[at], groups[other])
                    if abs(together) >= LEAST and taken.isdisjoint(range(other, at)):
                        weight, first = weight + together, other
                        break
            last = at - 1
            while last >= first:  # what lies between comes along
                if pieces and pieces[-1][1] == last:
                    joined, _, more = pieces.pop()
                    weight, last = weight + more, joined - 1
                else:
                    weight, last = weight + alone[last], last - 1
            pieces.append((min(first, last + 1), at, weight))
        return pieces

    def _near_places(self, heard: Heard) -> set[int]:
        """Return the places of words that may say something together with one shortly before."""
        found = set()
        left = heard.near & self._telling
        while left:
            at = ((left & -left).bit_length() - 1) // NEAR_BITS
            found.add(at)
            left = left >> (at + 1) * NEAR_BITS << (at + 1) * NEAR_BITS
        return found

    def _telling_pairs(self) -> int:
        """Return the pairs of NEAR, at each word, without which no two words say anything together."""
        groups = set(word_groups().values())
        bits = 0
        for one in groups:
            for other in groups:
                if abs(self._together(one, other)) >= LEAST:
                    bits |= behind(one) & ahead(other)
        return int.from_bytes(bits.to_bytes(NEAR_BYTES, "little") * MOST_CHARACTERS, "little")

    def _bit(self, at: int) -> float:
        return self._model.worth(self._model.weight_of_bit(at))

    def _near_words(self, groups: int, before: int) -> float:
        return sum(self._bit(_NEAR_AT + at) for at in places(behind(groups) & ahead(before)))

    def _tone_alone(self, valence: float) -> float:
        """Return what a score in VADER adds, alone in a text."""
        tones = tones_of(valence, max(0.0, valence), max(0.0, -valence), valence, valence)
        weights = zip(tones, self._model.tones, strict=True)
        return sum(self._model.worth(tone * weight) for tone, weight in weights)


def _alone(said: Said) -> list[float]:
    """Return what each word adds by itself, with its groups."""
    share = max(len(said.plain), SHORTEST) ** -0.5
    return [one * share + more for one, more in zip(said.worths, said.by_groups)]  # noqa: B905 (of all words)


def _felt(said: Said, ends: Sequence[int]) -> dict[int, float]:
    """Return the scores in VADER, the contrary behind a negation, by the words that begin their tokens.

    `ends` has the number of words up to each token.
    """
    felt: dict[int, float] = {}
    negating = -_REACH - 1
    for place in [at for at, some in enumerate(said.flags[: len(ends)]) if some & (FELT | NEGATES)]:
        first = ends[place - 1] if place else 0
        if first < ends[place]:
            if valence := said.tokens[place].valence:
                felt[first] = valence * NEGATED if negating >= first - _REACH else valence
            if said.flags[place] & NEGATES:
                negating = first
    return felt


def _quoted(raws: Sequence[str]) -> str:
    """Return words as they were written, in quotes; of the words of an emoji only it."""
    if len(raws) == 1:
        said = raws[0]
    else:
        said = " ".join([raw for at, raw in enumerate(raws) if raw.isascii() or raw not in raws[at - 1 : at]])
    return f'"{(said.strip(_EDGES) or said)[:60]}"'


_EDGES: Final = ".,;:!?…\"'()[]“”*~-"
