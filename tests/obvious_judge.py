"""The judge's slow and obvious ways, which its quick ones are held against."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from repwatch.judging.lexicon import patterns
from repwatch.judging.model import SHORTEST, ZERO, Model, _grained, pair_bucket, word_features
from repwatch.judging.quick import LEAST
from repwatch.judging.reading import (
    BITS,
    HANDLE,
    LOOKS,
    MARKS,
    NEAR,
    PHRASE_GROUPS,
    SOMEONE,
    SOMEWHERE,
    WORD_GROUPS,
    Spelled,
    checksum,
    is_handle,
    is_link,
    looks,
    negations,
    places,
    plain,
    spelled,
    word_groups,
)
from repwatch.judging.reasons import MOST_WORDS, Reason, _quoted
from repwatch.judging.tone import NEGATES, PIECE, Token, mean_tone, tone_of, tones_of

REACH = 3
FLIPPED = NEGATED = -0.74
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
                if (weight > 0 or group == "fault") and set(words[max(0, at - 2) : at]) & negations():
                    weight *= NEGATED
                found.append((at, at + length - 1, PHRASE_GROUPS.index(group), weight))
                at += length
                break
        else:
            at += 1
    return found


@dataclass(slots=True)
class Word:
    """A word of a text, in which token it stands, and what that is to VADER if the word is its first."""

    plain: str
    place: int
    token: Token
    groups: list[str] = field(init=False)

    def __post_init__(self) -> None:
        bits = word_groups().get(self.plain, 0)
        self.groups = [WORD_GROUPS[at] for at in places(bits)]


@dataclass(slots=True)
class Read:
    """A text, read word by word: its TONES, the names of its BITS, its words and phrases."""

    tones: tuple[float, ...]
    names: set[str]
    words: list[Word]
    phrases: list[tuple[int, int, int, float]]


def spelling(raw: str) -> Spelled:
    """Return what a token stands for."""
    return SOMEONE if is_handle(raw) else SOMEWHERE if is_link(raw) else spelled(raw)


def read(text: str) -> Read:
    """Return what there is in a text."""
    text = plain(text)
    tokens = [spelling(raw) for raw in text.split()]
    words: list[Word] = []
    for place, one in enumerate(tokens):
        for at, word in enumerate(one.words):
            words.append(Word(word, place, Token("") if at else one.token))
    groups = [group for word in words for group in word.groups]
    marks = [MARKS[at] for one in tokens for at in places(one.marks)]
    names = {*groups, *marks}
    names |= {f"{one}, twice" for some in (groups, marks) for one in some if some.count(one) > 1}
    names |= {
        f"{first} before {second}"
        for at, word in enumerate(words)
        for second in word.groups
        for other in words[max(0, at - REACH) : at]
        for first in other.groups
        if (first, second) in NEAR
    }
    phrases = phrases_in([word.plain for word in words])
    phrased = [PHRASE_GROUPS[group] for _, _, group, _ in phrases]
    names |= {f"phrase of {group}" for group in phrased}
    names |= {f"phrases of {group}" for group in phrased if phrased.count(group) > 1}
    tones = tones_in(text, [one.token for one in tokens], [valence for _, _, _, valence in phrases])
    shape = looks(
        text,
        addressed=bool(tokens) and tokens[0].marks & HANDLE > 0,
        count=len(words),
        tone=tones[1],
        known=bool(groups),
    )
    return Read(tones, names | {LOOKS[at] for at in places(shape)}, words, phrases)


def tones_in(text: str, tokens: Sequence[Token], phrases: Sequence[float]) -> tuple[float, ...]:
    """Return the TONES of a text."""
    sums = tone_of(tokens, text) if len(text) <= PIECE else mean_tone(text, lambda raw: spelling(raw).token)
    up = down = 0.0
    for value in phrases:
        up, down = up + max(0.0, value), down - min(0.0, value)
    return tones_of(*sums, up, down)


def weight_of_word(model: Model, word: str) -> complex:
    """Return a word's weight, one weight after another."""
    weight = 0j
    (own, _), *grams = word_features(word)
    for column in (0, 1):
        sign = (1, 1j)[column]
        table, scale = model.tables[column], model.scales[0][column]
        letters = sum(table[bucket] for bucket, _ in grams) - ZERO * len(grams)
        share = grams[0][1] if grams else 0.0
        weight += sign * (table[own] - ZERO + share * letters) * scale
    return _grained(weight + model.own.get(word, 0j))


def odds(model: Model, found: Read) -> complex:
    """Return the log-odds of a text before calibration, one weight after another and nothing kept."""
    pairs = 0j
    numbers = [checksum(word.plain) for word in found.words]
    buckets = [pair_bucket(first * 31 + second) for first, second in pairwise(numbers)]
    for column in (0, 1):
        table, scale = model.tables[2 + column], model.scales[1][column]
        pairs += (1, 1j)[column] * (sum(table[bucket] - ZERO for bucket in buckets) * scale)
    words = sum((weight_of_word(model, word.plain) for word in found.words), 0j)
    total = (words + pairs) / math.sqrt(max(len(found.words), SHORTEST))
    total += model.bias + model.own.get("[bias]", 0j)
    for tone, weight in zip(found.tones, model.tones, strict=True):
        total += tone * weight
    return total + sum((model.weight_of_bit(BITS.index(name)) for name in found.names), 0j)


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

    def reasons(self, text: str, found: Read, most: int, shown: str | None = None) -> list[Reason]:
        """Return what carried a verdict, weightiest first; nothing that weighs less than LEAST.

        `shown` is the same text, word for word, as a person is to read them.
        """
        said = plain(text if shown is None else shown).split()
        words = [word for word in found.words if word.place < MOST_WORDS]
        share = max(len(found.words), SHORTEST) ** -0.5
        weights = [
            self._model.worth(self._model.weight_of_word(word.plain)) * share + self._alone(word.groups)
            for word in words
        ]
        pieces = self._phrases(words, weights, found)
        pieces += self._others(words, weights, {at for p in pieces for at in range(p.first, p.last + 1)})
        named: dict[str, float] = {}
        for piece in pieces:
            if abs(piece.weight) >= LEAST and words[piece.first].plain not in ("@", "link"):
                name = _quoted(said[words[piece.first].place : words[piece.last].place + 1])
                named[name] = named.get(name, 0.0) + piece.weight
        named.update((REMARKS[name], self._bit(name)) for name in found.names if name in REMARKS)
        strongest = sorted(named.items(), key=lambda item: (-abs(item[1]), item[0]))
        return [Reason(name, weight) for name, weight in strongest[:most] if abs(weight) >= LEAST]

    def _phrases(self, words: Sequence[Word], weights: Sequence[float], found: Read) -> list[Piece]:
        """Return the phrases of a text where they stand."""
        pieces: list[Piece] = []
        for first, last, group, valence in found.phrases:
            if last < len(words):
                weight = (
                    sum(weights[first : last + 1])
                    + self._tone(valence)
                    + self._bit(f"phrase of {PHRASE_GROUPS[group]}")
                )
                pieces.append(Piece(first, last, weight))
        return pieces

    def _others(self, words: Sequence[Word], weights: Sequence[float], taken: set[int]) -> list[Piece]:
        """Return the words outside phrases, those together that say something together."""
        pieces: list[Piece] = []
        for at, word in enumerate(words):
            if at in taken:
                continue
            weight, first = weights[at], at
            before = range(at - 1, max(-1, at - 1 - REACH), -1)
            if valence := word.token.valence:
                negated = any(words[other].token.flags & NEGATES for other in before)
                weight += self._tone(valence * (FLIPPED if negated else 1.0))
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

    def _bit(self, name: str) -> float:
        return self._model.worth(self._model.weight_of_bit(BITS.index(name)))

    def _alone(self, groups: Sequence[str]) -> float:
        return sum(map(self._bit, groups))

    def _near(self, groups: Sequence[str], before: Sequence[str]) -> float:
        return sum(
            self._bit(f"{first} before {second}")
            for first, second in NEAR
            if first in before and second in groups
        )

    def _tone(self, valence: float) -> float:
        """Return what a score in VADER adds, alone in a text."""
        tones = tones_of(valence, max(0.0, valence), max(0.0, -valence), valence, valence)
        weights = zip(tones, self._model.tones, strict=True)
        return sum(self._model.worth(tone * weight) for tone, weight in weights)
