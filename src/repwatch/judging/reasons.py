"""What of a text carried the model's verdict, in the text's own words.

Many features belong to one word: its own weight, its groups, its tone in VADER, the phrase it stands
in. Single features contradict each other, so what a person is shown is their sum: each phrase with
all that it brings, each other word likewise, and words near each other that say something together.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

from repwatch.judging.model import Model
from repwatch.judging.quick import LEAST, NEAR_BITS, NEAR_BYTES, Heard, Word
from repwatch.judging.reading import (
    LOOKS,
    MARKS,
    MOST_CHARACTERS,
    PHRASE_GROUPS,
    SHIFTS,
    near_each_other,
    tones_of,
    word_groups,
)

MOST_WORDS: Final = 300
"""Words of a text that are looked at."""

_REACH: Final = 3
_FLIPPED: Final = -0.74
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
_NOBODYS: Final = ("@", "link")
"""Handles and addresses: where they stand tells something, but they are no words of anybody."""


class Reason(NamedTuple):
    """A piece of a text, or a remark on it, and what it adds; below 0 it speaks for a complaint."""

    name: str
    weight: float


class _Piece(NamedTuple):
    """Words that say something together, by their places, and what they add."""

    first: int
    last: int
    weight: float


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
        self._capitals = self._bit(_MARKS_AT + MARKS.index("capitals"))
        self._telling = self._telling_pairs()

    def reasons(self, heard: Heard, most: int, shown: Sequence[str] | None = None) -> list[Reason]:
        """Return what carried a verdict, weightiest first; nothing that weighs less than LEAST.

        `shown` are the tokens of the same text as a person is to read them.
        """
        said = heard.tokens if shown is None else shown
        words = [word for some in heard.words[:MOST_WORDS] for word in some]
        places: Sequence[int] = range(len(words))
        telling = set(heard.telling)
        if not heard.is_word_by_word:
            places = [place for place, some in enumerate(heard.words[:MOST_WORDS]) for _ in some]
            telling = {at for at, place in enumerate(places) if place in telling}
        phrases = self._phrases(heard, words)
        named: dict[str, float] = {}
        for first, last, weight in phrases + self._others(heard, words, telling, phrases):
            if (weight >= LEAST or weight <= -LEAST) and words[first].plain not in _NOBODYS:
                name = _quoted(said[places[first] : places[last] + 1])
                named[name] = named.get(name, 0.0) + weight
        for bit, name, weight in self._remarks:
            if heard.looks & bit:
                named[name] = weight
        if heard.has_capitals:
            named[_CAPITALS] = self._capitals
        strongest = sorted([(-abs(weight), name) for name, weight in named.items() if abs(weight) >= LEAST])
        return [Reason(name, named[name]) for _, name in strongest[:most]]

    def _phrases(self, heard: Heard, words: Sequence[Word]) -> list[_Piece]:
        """Return what the phrases of a text add."""
        pieces = []
        for first, last, group, valence in heard.phrases:
            if last < len(words):
                alone = [one.worth * heard.share + one.by_groups for one in words[first : last + 1]]
                weight = sum(alone) + self._tone(valence) + self._by_phrase[group]
                pieces.append(_Piece(first, last, weight))
        return pieces

    def _others(
        self, heard: Heard, words: Sequence[Word], telling: set[int], phrases: Sequence[_Piece]
    ) -> list[_Piece]:
        """Return the words outside phrases that weigh something, some of them together."""
        taken = {at for first, last, _ in phrases for at in range(first, last + 1)}
        near = self._near_places(heard) if heard.near else set()
        share = heard.share
        pieces: list[_Piece] = []
        for at in sorted((telling | near) - taken):
            if at >= len(words):
                break
            word, first = words[at], at
            weight = word.worth * share + word.by_groups
            before = range(at - 1, max(-1, at - 1 - _REACH), -1)
            if word.valence:
                negated = [True for other in before if words[other].negates]
                weight += self._tone(word.valence * (_FLIPPED if negated else 1.0))
            for other in before if at in near else ():
                together = self._together(word.groups, words[other].groups)
                if abs(together) >= LEAST and taken.isdisjoint(range(other, at)):
                    weight, first = weight + together, other
                    break
            last = at - 1
            while last >= first:  # what lies between comes along
                if pieces and pieces[-1].last == last:
                    joined = pieces.pop()
                    weight, last = weight + joined.weight, joined.first - 1
                else:
                    weight, last = weight + (words[last].worth * share + words[last].by_groups), last - 1
            pieces.append(_Piece(min(first, last + 1), at, weight))
        return pieces

    def _near_places(self, heard: Heard) -> set[int]:
        """Return the places of words that may say something together with one shortly before."""
        places = set()
        left = heard.near & self._telling
        while left:
            at = ((left & -left).bit_length() - 1) // NEAR_BITS
            places.add(at)
            left = left >> (at + 1) * NEAR_BITS << (at + 1) * NEAR_BITS
        return places

    def _telling_pairs(self) -> int:
        """Return the pairs of NEAR, at each word, without which no two words say anything together."""
        groups = set(word_groups().values())
        bits = 0
        for one in groups:
            for other in groups:
                if abs(self._together(one, other)) >= LEAST:
                    bits |= near_each_other(one, other)
        return int.from_bytes(bits.to_bytes(NEAR_BYTES, "little") * MOST_CHARACTERS, "little")

    def _bit(self, at: int) -> float:
        return self._model.worth(self._model.weight_of_bit(at))

    def _near_words(self, groups: int, before: int) -> float:
        bits = near_each_other(groups, before)
        return sum(self._bit(_NEAR_AT + at) for at in range(bits.bit_length()) if bits >> at & 1)

    def _tone_alone(self, valence: float) -> float:
        """Return what a score in VADER adds, alone in a text."""
        tones = tones_of(valence, max(0.0, valence), max(0.0, -valence), valence, valence)
        weights = zip(tones, self._model.tones, strict=True)
        return sum(self._model.worth(tone * weight) for tone, weight in weights)


def _quoted(raws: Sequence[str]) -> str:
    """Return words as they were written, in quotes; of the words of an emoji only it."""
    once = [raw for at, raw in enumerate(raws) if raw.isascii() or raw not in raws[at - 1 : at]]
    said = " ".join(once).strip(".,;:!?…\"'()[]“”*~-") or " ".join(once)
    return f'"{said[:60]}"'
