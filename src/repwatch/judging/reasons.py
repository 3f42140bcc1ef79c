"""What of a text carried the model's verdict, in the text's own words.

Many features belong to one word: its own weight, its groups, its tone in VADER, the phrase it stands
in. Single features contradict each other, so what a person is shown is their sum: each phrase with
all that it brings, each other word likewise, and words near each other that say something together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from repwatch.judging.model import SHORTEST, Model
from repwatch.judging.reading import (
    LOOKS,
    MARKS,
    SHIFTS,
    Reading,
    Token,
    near_each_other,
    phrase_group,
    plain,
    tones_of,
)

LEAST: Final = 0.25
"""What moves the odds by less is no reason."""

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
    "capitals": "words in capitals",
    "retweet": "a retweet",
    "quotes": "a quotation",
}
"""What else is worth telling a person; length and the like say how sure a verdict is, not why."""

_NOBODYS: Final = ("@", "link")
"""Handles and addresses: where they stand tells something, but they are no words of anybody."""


class Reason(NamedTuple):
    """A piece of a text, or a remark on it, and what it adds; below 0 it speaks for a complaint."""

    name: str
    weight: float


@dataclass(slots=True)
class _Piece:
    """Words that say something together, by their places, and what they add."""

    first: int
    last: int
    weight: float


class Explainer:
    """Says of texts what carried a model's verdict; keeps what belongs to a spelling or a phrase."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._alone = cache(self._alone_in_groups)
        self._tone = cache(self._tone_alone)
        self._near = cache(self._near_words)
        self._phrase = cache(self._phrase_bit)

    def reasons(self, text: str, found: Reading, most: int, shown: str | None = None) -> list[Reason]:
        """Return what carried a verdict, weightiest first; nothing that weighs less than LEAST.

        `shown` is the same text, word for word, as a person is to read it.
        """
        raws = plain(text).split()
        said = raws if shown is None else plain(shown).split()
        places, words = self._words(raws)
        share = max(len(found.words), SHORTEST) ** -0.5
        weights = [self._worth(word.weight) * share + self._alone(word.groups) for word in words]
        pieces = self._phrases(words, weights, found)
        pieces += self._others(words, weights, {at for p in pieces for at in range(p.first, p.last + 1)})
        named: dict[str, float] = {}
        for piece in pieces:
            if abs(piece.weight) >= LEAST and words[piece.first].plain not in _NOBODYS:
                name = _quoted(said[places[piece.first] : places[piece.last] + 1])
                named[name] = named.get(name, 0.0) + piece.weight
        named.update(self._remarks(found))
        strongest = sorted(named.items(), key=lambda item: (-abs(item[1]), item[0]))
        return [Reason(name, weight) for name, weight in strongest[:most] if abs(weight) >= LEAST]

    def _words(self, raws: Sequence[str]) -> tuple[list[int], list[Token]]:
        """Return the words of a text, and in which of its tokens each stands."""
        places: list[int] = []
        words: list[Token] = []
        for place, raw in enumerate(raws[:MOST_WORDS]):
            one: Token | None = self._model.tokens[raw]
            while one is not None and one.plain:
                places.append(place)
                words.append(one)
                one = one.then
        return places, words

    def _phrases(self, words: Sequence[Token], weights: Sequence[float], found: Reading) -> list[_Piece]:
        """Return the phrases of a text where they stand."""
        pieces: list[_Piece] = []
        at = 0
        for phrase, valence in found.phrases:
            parts = phrase.split(" ")
            while at <= len(words) - len(parts):
                if all(word.plain == part for word, part in zip(words[at:], parts, strict=False)):
                    weight = sum(weights[at : at + len(parts)]) + self._tone(valence) + self._phrase(phrase)
                    pieces.append(_Piece(at, at + len(parts) - 1, weight))
                    at += len(parts)
                    break
                at += 1
        return pieces

    def _others(self, words: Sequence[Token], weights: Sequence[float], taken: set[int]) -> list[_Piece]:
        """Return the words outside phrases, those together that say something together."""
        pieces: list[_Piece] = []
        for at, word in enumerate(words):
            if at in taken:
                continue
            weight, first = weights[at], at
            before = range(at - 1, max(-1, at - 1 - _REACH), -1)
            if word.valence:
                negated = any(words[other].negates for other in before)
                weight += self._tone(word.valence * (_FLIPPED if negated else 1.0))
            for other in before if word.groups else ():
                together = self._near(word.groups, words[other].groups)
                if abs(together) >= LEAST and taken.isdisjoint(range(other, at)):
                    weight, first = weight + together, other
                    break
            while pieces and pieces[-1].last >= first:
                joined = pieces.pop()
                weight, first = weight + joined.weight, min(first, joined.first)
            pieces.append(_Piece(first, at, weight))
        return pieces

    def _remarks(self, found: Reading) -> Iterator[tuple[str, float]]:
        for part, names, start in ((5, MARKS, _MARKS_AT), (7, LOOKS, _LOOKS_AT)):
            for at, name in enumerate(names):
                if found.bits[part] >> at & 1 and name in _REMARKS:
                    yield _REMARKS[name], self._bit(start + at)

    def _worth(self, weight: complex) -> float:
        """Return what a weight says: how much rather good than bad, in log-odds as they were calibrated."""
        (bad, _), (good, _) = self._model.calibration
        return (good * weight.imag - bad * weight.real) / 2

    def _bit(self, at: int) -> float:
        return self._worth(self._model.weight_of_bit(at))

    def _alone_in_groups(self, groups: int) -> float:
        return sum(self._bit(at) for at in range(groups.bit_length()) if groups >> at & 1)

    def _near_words(self, groups: int, before: int) -> float:
        bits = near_each_other(groups, before)
        return sum(self._bit(_NEAR_AT + at) for at in range(bits.bit_length()) if bits >> at & 1)

    def _phrase_bit(self, phrase: str) -> float:
        return self._bit(_PHRASES_AT + phrase_group(phrase))

    def _tone_alone(self, valence: float) -> float:
        """Return what a score in VADER adds, alone in a text."""
        tones = tones_of(valence, max(0.0, valence), max(0.0, -valence), valence, valence)
        weights = zip(tones, self._model.tones, strict=True)
        return sum(self._worth(tone * weight) for tone, weight in weights)


def _quoted(raws: Sequence[str]) -> str:
    """Return words as they were written, in quotes."""
    said = " ".join(raws).strip(".,;:!?…\"'()[]“”*~-") or " ".join(raws)
    return f'"{said[:60]}"'
