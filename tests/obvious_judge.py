"""The judge's slow and obvious ways, which its quick ones are held against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from repwatch.judging.lexicon import patterns
from repwatch.judging.model import SHORTEST, Model
from repwatch.judging.quick import LEAST
from repwatch.judging.reading import (
    LOOKS,
    MARKS,
    PHRASE_GROUPS,
    SHIFTS,
    Reading,
    Token,
    near_each_other,
    negations,
    plain,
    tones_of,
)
from repwatch.judging.reasons import MOST_WORDS, Reason, _quoted

REACH = 3
FLIPPED = NEGATED = -0.74
PHRASES_AT, NEAR_AT, MARKS_AT, LOOKS_AT = SHIFTS[2], SHIFTS[4], SHIFTS[5], SHIFTS[7]
REMARKS = {
    "ends asking": "a question",
    "asks twice": "questions",
    "exclaims twice": "exclamation marks",
    "asks and exclaims": '"?!"',
    "capitals": "words in capitals",
    "retweet": "a retweet",
    "quotes": "a quotation",
}
KNOWN = {words: (group, weight) for words, group, weight in patterns()}
LONGEST = max(map(len, KNOWN))


def phrases_in(words: Sequence[str]) -> list[tuple[int, int, int, float]]:
    """Return the phrases in some words, tried one by one at each word, the longest first."""
    found: list[tuple[int, int, int, float]] = []
    at = 0
    while at < len(words):
        for length in range(LONGEST, 0, -1):
            if (known := KNOWN.get(tuple(words[at : at + length]))) and at + length <= len(words):
                group, weight = known
                if weight > 0 and set(words[max(0, at - 2) : at]) & negations():
                    weight *= NEGATED
                found.append((at, at + length - 1, PHRASE_GROUPS.index(group), weight))
                at += length
                break
        else:
            at += 1
    return found


@dataclass(slots=True)
class Piece:
    """Words that say something together, by their places, and what they add."""

    first: int
    last: int
    weight: float


class SlowExplainer:
    """Says of texts what carried a model's verdict, word by word."""

    def __init__(self, model: Model) -> None:
        self._model = model

    def reasons(self, text: str, found: Reading, most: int, shown: str | None = None) -> list[Reason]:
        """Return what carried a verdict, weightiest first; nothing that weighs less than LEAST.

        `shown` is the same text, word for word, as a person is to read it.
        """
        raws = plain(text).split()
        said = raws if shown is None else plain(shown).split()
        places, words = self._words(raws)
        share = max(len(found.words), SHORTEST) ** -0.5
        weights = [self._model.worth(word.weight) * share + self._alone(word.groups) for word in words]
        pieces = self._phrases(words, weights, found)
        pieces += self._others(words, weights, {at for p in pieces for at in range(p.first, p.last + 1)})
        named: dict[str, float] = {}
        for piece in pieces:
            if abs(piece.weight) >= LEAST and words[piece.first].plain not in ("@", "link"):
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

    def _phrases(self, words: Sequence[Token], weights: Sequence[float], found: Reading) -> list[Piece]:
        """Return the phrases of a text where they stand."""
        pieces: list[Piece] = []
        for first, last, group, valence in phrases_in(found.words):
            if last < len(words):
                weight = sum(weights[first : last + 1]) + self._tone(valence) + self._bit(PHRASES_AT + group)
                pieces.append(Piece(first, last, weight))
        return pieces

    def _others(self, words: Sequence[Token], weights: Sequence[float], taken: set[int]) -> list[Piece]:
        """Return the words outside phrases, those together that say something together."""
        pieces: list[Piece] = []
        for at, word in enumerate(words):
            if at in taken:
                continue
            weight, first = weights[at], at
            before = range(at - 1, max(-1, at - 1 - REACH), -1)
            if word.valence:
                negated = any(words[other].negates for other in before)
                weight += self._tone(word.valence * (FLIPPED if negated else 1.0))
            for other in before if word.groups else ():
                together = self._near(word.groups, words[other].groups)
                if abs(together) >= LEAST and taken.isdisjoint(range(other, at)):
                    weight, first = weight + together, other
                    break
            while pieces and pieces[-1].last >= first:
                joined = pieces.pop()
                weight, first = weight + joined.weight, min(first, joined.first)
            pieces.append(Piece(first, at, weight))
        return pieces

    def _remarks(self, found: Reading) -> Iterator[tuple[str, float]]:
        for part, names, start in ((5, MARKS, MARKS_AT), (7, LOOKS, LOOKS_AT)):
            for at, name in enumerate(names):
                if found.bits[part] >> at & 1 and name in REMARKS:
                    yield REMARKS[name], self._bit(start + at)

    def _bit(self, at: int) -> float:
        return self._model.worth(self._model.weight_of_bit(at))

    def _alone(self, groups: int) -> float:
        return sum(self._bit(at) for at in range(groups.bit_length()) if groups >> at & 1)

    def _near(self, groups: int, before: int) -> float:
        bits = near_each_other(groups, before)
        return sum(self._bit(NEAR_AT + at) for at in range(bits.bit_length()) if bits >> at & 1)

    def _tone(self, valence: float) -> float:
        """Return what a score in VADER adds, alone in a text."""
        tones = tones_of(valence, max(0.0, valence), max(0.0, -valence), valence, valence)
        weights = zip(tones, self._model.tones, strict=True)
        return sum(self._model.worth(tone * weight) for tone, weight in weights)
