"""What a model says of a text, and what it found there.

Python is slow at single steps and quick at whole columns. What a word or a spelling means wherever it
stands is a row that is worked out once and kept; a text is its rows, turned into columns, and each column
is dealt with at once:

* Groups and marks are counted in the digits of one large number: one sum counts them all.
* What is near what is in two large numbers that hold the words of a text side by side: one of them is
  laid over the other, one, two and three words further on.
* Phrases are found by an automaton.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain
from operator import add
from typing import Final, NamedTuple

from repwatch.judging.model import PAIR_BUCKETS, SHORTEST, ZERO, Model, Sums
from repwatch.judging.reading import (
    BITS,
    EVERYWHERE,
    LONGEST_TOKEN,
    MARKS,
    MOST_KEPT,
    NEAR,
    NOBODYS,
    PHRASE_GROUPS,
    SHIFTS,
    SOMEONE,
    SOMEWHERE,
    STRETCHED,
    WORD_GROUPS,
    Phrase,
    Reading,
    Spelled,
    ahead,
    behind,
    checksum,
    is_handle,
    is_link,
    looks,
    phrases,
    places,
    plain,
    spelled,
    word_groups,
)
from repwatch.judging.tone import PIECE, TONED, TONELESS, Token, mean_tone, tone_of_values, tones_of

LEAST: Final = 0.25
"""What moves the odds by less is no reason."""

NEAR_BYTES: Final = (len(NEAR) + 7) // 8
NEAR_BITS: Final = 8 * NEAR_BYTES

_, _TWICE_AT, _PHRASES_AT, _, _NEAR_AT, _MARKS_AT, _MARKS_TWICE_AT, _LOOKS_AT = SHIFTS
_PAIR_MASK: Final = PAIR_BUCKETS - 1
_PAIR: Final = 32
"""Bits for the sum of the weights of pairs: a text has 5,600 characters and fewer pairs."""

# The digits of a count, lowest first: words of each group, tokens with each mark.

_DIGIT: Final = 14
"""Bits of a digit; a text has fewer words than half of what that holds."""

_COUNTED: Final = (*WORD_GROUPS, *MARKS)
_TOP: Final = 1 << _DIGIT - 1
_TOPS, _NOT_ONCE, _NOT_TWICE = (
    sum(digit << _DIGIT * at for at in range(len(_COUNTED))) for digit in (_TOP, _TOP - 1, _TOP - 2)
)
_MARKED: Final = [
    sum(1 << _DIGIT * (len(WORD_GROUPS) + at) for at in places(marks)) for marks in range(1 << len(MARKS))
]


def _there(names: Iterable[str]) -> int:
    """Return the bits by which _counted says that something is there."""
    return sum(_TOP << _DIGIT * _COUNTED.index(name) for name in names)


_KNOWN: Final = _there(WORD_GROUPS)
_ENGLISH: Final = _there(set(WORD_GROUPS).difference(EVERYWHERE))
_CAPITALS: Final = _there(["capitals"])


class Word(NamedTuple):
    """What a word means wherever it stands.

    `first` and `last` are the numbers by which it ends a pair of words and begins one, `code` is its own
    (see Phrases); `groups` are its WORD_GROUPS as bits, `counted` as digits; `ahead` and `behind` are the
    pairs of NEAR that it may begin and end. `worth` is what it adds by itself, to be divided by the root
    of the number of words, and `by_groups` what its groups add (see Model.worth).
    """

    plain: str
    weight: complex
    first: int
    last: int
    code: bytes
    worth: float
    groups: int
    counted: int
    ahead: bytes
    behind: bytes
    by_groups: float


class Spelling(NamedTuple):
    """What a token means wherever it stands: its words, its MARKS as digits, and what it is to VADER.

    `valence` is its score there, if that counts (see TONED).
    """

    words: tuple[Word, ...]
    marks: int
    flags: int
    valence: float
    token: Token


class Said(NamedTuple):
    """A text and its tokens, as they were written; the columns of its spellings; and those of its words."""

    text: str
    raws: Sequence[str]
    words: Sequence[tuple[Word, ...]] = ()
    marks: Sequence[int] = ()
    flags: Sequence[int] = ()
    valences: Sequence[float] = ()
    tokens: Sequence[Token] = ()
    plain: Sequence[str] = ()
    weights: Sequence[complex] = ()
    firsts: Sequence[int] = ()
    lasts: Sequence[int] = ()
    codes: Sequence[bytes] = ()
    worths: Sequence[float] = ()
    groups: Sequence[int] = ()
    counted: Sequence[int] = ()
    ahead: Sequence[bytes] = ()
    behind: Sequence[bytes] = ()
    by_groups: Sequence[float] = ()


class Heard(NamedTuple):
    """A text as the model hears it.

    `odds` are the log-odds of negative (real) and of positive (imaginary), before calibration. `counted`
    is what there is once and twice (see _counted), `near` the pairs of NEAR at each word, `looks`
    the bits of LOOKS.
    """

    odds: complex
    said: Said
    tones: tuple[float, ...]
    phrases: Sequence[Phrase]
    counted: int
    near: int
    looks: int

    @property
    def has_capitals(self) -> bool:
        """Some of it is in capitals."""
        return self.counted & _CAPITALS > 0

    @property
    def is_wordless(self) -> bool:
        """It is nothing but handles and links."""
        return _NOBODYS.issuperset(self.said.plain)

    @property
    def is_understood(self) -> bool:
        """It has a phrase, a tone or a word that says something in English alone."""
        return bool(self.phrases or self.tones[0] or self.counted & _ENGLISH)

    def reading(self) -> Reading:
        """Return it as a model is trained on it."""
        once, twice = _gathered(self.counted >> _DIGIT - 1), _gathered(self.counted >> _DIGIT - 2)
        groups = (1 << len(WORD_GROUPS)) - 1
        marks = len(WORD_GROUPS)
        bits = (
            once & groups
            | (twice & groups) << _TWICE_AT
            | _groups_of(self.phrases) << _PHRASES_AT
            | _anywhere(self.near, len(self.said.plain)) << _NEAR_AT
            | once >> marks << _MARKS_AT
            | twice >> marks << _MARKS_TWICE_AT
            | self.looks << _LOOKS_AT
        )
        return Reading(self.tones, bits, list(self.said.plain))


class Quick:
    """A model made ready to hear texts. What it finds out of spellings it keeps."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._spellings = _Spellings(model)
        self._phrases = phrases()
        self._pairs = _side_by_side(model.tables[2], model.tables[3])
        weights = [model.weight_of_bit(at) for at in range(len(BITS))]
        once = [*weights[:_TWICE_AT], *weights[_MARKS_AT:_MARKS_TWICE_AT]]
        twice = [*weights[_TWICE_AT:_PHRASES_AT], *weights[_MARKS_TWICE_AT:_LOOKS_AT]]
        counted = [0j] * (_DIGIT * len(_COUNTED))
        counted[_DIGIT - 1 :: _DIGIT], counted[_DIGIT - 2 :: _DIGIT] = once, twice
        self._counted = _Parts(counted, 8 * _DIGIT)
        self._phrased = Sums(weights[_PHRASES_AT:_NEAR_AT])
        self._near = _Parts(weights[_NEAR_AT:_MARKS_AT], 21)
        self._looks = Sums(weights[_LOOKS_AT:])
        self._bias = model.bias + model.own.get("[bias]", 0j)

    def read(self, text: str) -> Reading:
        """Return a text as a model is trained on it."""
        return self.hear(text).reading()

    def hear(self, text: str) -> Heard:
        """Return how a text is meant."""
        (heard,) = self.hear_all([text])
        return heard

    def hear_all(self, texts: Iterable[str]) -> list[Heard]:
        """Return how texts are meant.

        Each step is taken for all of them before the next one: it is quicker a second time, while what it
        needs is at hand.
        """
        said = [self._said(plain(text)) for text in texts]
        counted = list(map(_counted, said))
        near = [_near(one) if counts & _KNOWN else 0 for one, counts in zip(said, counted, strict=True)]
        found = [self._phrases.find(b"".join(one.codes)) for one in said]
        tones = list(map(self._tones, said, found))
        spoken = list(map(self._spoken, said))
        return list(map(self._heard, said, spoken, tones, found, counted, near))

    def _said(self, text: str) -> Said:
        """Return a text in numbers."""
        raws = text.split()
        rows = [*map(self._spellings.__getitem__, raws)]
        if not rows:
            return Said(text, raws)
        spellings = [*zip(*rows, strict=True)]
        words = zip(*chain.from_iterable(spellings[0]), strict=True)
        return Said(text, raws, *spellings, *words)

    def _heard(
        self,
        said: Said,
        odds: complex,
        tones: tuple[float, ...],
        phrases: Sequence[Phrase],
        counted: int,
        near: int,
    ) -> Heard:
        """Return all that was found in a text, and what it comes to."""
        if tones is not _NO_TONES:
            for tone, weight in zip(tones, self.model.tones):  # noqa: B905 (both have the length of TONES)
                if tone:
                    odds += tone * weight
        shape = looks(
            said.text,
            addressed=bool(said.raws) and is_handle(said.raws[0]),
            count=len(said.plain),
            tone=tones[1],
            known=counted & _KNOWN > 0,
        )
        bits = self._looks[shape] + self._counted[counted]
        if phrases:
            bits += self._phrased[_groups_of(phrases)]
        if near:
            bits += self._near[_anywhere(near, len(said.plain))]
        return Heard(odds + bits, said, tones, phrases, counted, near, shape)

    def _spoken(self, said: Said) -> complex:
        """Return what words and pairs of words say."""
        pairs = [*map(self._pairs.__getitem__, map(add, said.lasts, said.firsts[1:]))]
        total, zeros = sum(pairs), ZERO * len(pairs)
        scale, scale_good = self.model.scales[1]
        odds = sum(said.weights) + complex(
            ((total & _PAIR_ALL) - zeros) * scale, ((total >> _PAIR) - zeros) * scale_good
        )
        return odds / math.sqrt(max(len(said.plain), SHORTEST)) + self._bias

    def _tones(self, said: Said, phrases: Sequence[Phrase]) -> tuple[float, ...]:
        """Return the TONES of a text."""
        if len(said.text) > PIECE:
            sums = mean_tone(said.text, lambda raw: self._spellings[raw].token)
        else:
            sums = TONELESS
            if values := [*filter(None, said.valences)]:
                sums = tone_of_values(values, said.tokens, said.flags, said.text)
        if not phrases:
            return _NO_TONES if sums is TONELESS else tones_of(*sums)
        up = down = 0.0
        for _, _, _, value in phrases:
            if value > 0:
                up += value
            else:
                down -= value
        return tones_of(*sums, up, down)


_PAIR_ALL: Final = (1 << _PAIR) - 1
_NOBODYS: Final = frozenset(NOBODYS)
_NO_TONES: Final = tones_of(*TONELESS)


class _Parts:
    """What large sets of bits add, looked up in parts: few of the possible ones are ever seen."""

    def __init__(self, weights: Sequence[complex], size: int) -> None:
        self._parts = [(at, Sums(weights[at : at + size])) for at in range(0, len(weights), size)]
        self._mask = (1 << size) - 1

    def __getitem__(self, bits: int) -> complex:
        total = 0j
        for start, sums in self._parts:
            if part := bits >> start & self._mask:
                total += sums[part]
        return total


def _side_by_side(bad: bytes, good: bytes) -> array[int]:
    """Return the weights of pairs towards negative and positive in one number each, twice over.

    The sum of two masked numbers is up to twice the mask.
    """
    return 2 * array("Q", [one + (other << _PAIR) for one, other in zip(bad, good, strict=True)])


def _groups_of(phrases: Iterable[Phrase]) -> int:
    """Return which groups phrases have once, and above those which twice."""
    once = twice = 0
    for phrase in phrases:
        bit = 1 << phrase.group
        twice |= once & bit
        once |= bit
    return once | twice << len(PHRASE_GROUPS)


def _counted(said: Said) -> int:
    """Return what there is of each group and mark.

    The highest bit of a digit says that it is there, and the next that it is there twice.
    """
    counts = sum(said.counted) + sum(said.marks)
    return (counts + _NOT_ONCE & _TOPS) | (counts + _NOT_TWICE & _TOPS) >> 1


def _gathered(digits: int) -> int:
    """Return the lowest bits of digits side by side."""
    return sum((digits >> _DIGIT * at & 1) << at for at in range(len(_COUNTED)))


def _near(said: Said) -> int:
    """Return at each word the pairs of NEAR that it makes with one of the three before it."""
    first = int.from_bytes(b"".join(said.ahead), "little")
    second = int.from_bytes(b"".join(said.behind), "little")
    return (first << NEAR_BITS | first << 2 * NEAR_BITS | first << 3 * NEAR_BITS) & second


def _anywhere(near: int, n_words: int) -> int:
    """Return which pairs of NEAR there are at any word."""
    while n_words > 1:
        n_words = (n_words + 1) // 2
        half = n_words * NEAR_BITS
        near = near >> half | near & (1 << half) - 1
    return near


# Rows


class _Spellings(dict[str, Spelling]):
    """What each spelling means, found out when first asked for."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self._vocabulary = _Vocabulary(model)
        self._someone, self._somewhere = self._spelling(SOMEONE), self._spelling(SOMEWHERE)

    def __missing__(self, raw: str) -> Spelling:
        if len(self) >= MOST_KEPT:
            self.clear()
        if is_handle(raw):
            found = self._someone
        elif is_link(raw):
            return self._somewhere  # hardly ever seen again
        elif (usual := _usual(raw)) != raw:
            found = self[usual]
        else:
            found = self._spelling(spelled(raw))
        self[raw] = found
        return found

    def _spelling(self, new: Spelled) -> Spelling:
        words = tuple([self._vocabulary[word] for word in new.words])
        flags, valence = new.token.flags, new.token.valence
        return Spelling(words, _MARKED[new.marks], flags, valence if flags & TONED else 0.0, new.token)


class _Vocabulary(dict[str, Word]):
    """What each word means, found out when first asked for."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self._model = model
        self._grouped = cache(self._of_groups)

    def __missing__(self, word: str) -> Word:
        if len(self) >= MOST_KEPT:
            self.clear()
        weight, pair = self._model.weight_of_word(word), checksum(word)
        found = self[word] = Word(
            word,
            weight,
            pair & _PAIR_MASK,
            pair * 31 & _PAIR_MASK,
            phrases().code(word),
            self._model.worth(weight),
            *self._grouped(word_groups().get(word, 0)),
        )
        return found

    def _of_groups(self, groups: int) -> tuple[int, int, bytes, bytes, float]:
        """Return what a word means by its groups, from Word.groups on."""
        model = self._model
        return (
            groups,
            sum(1 << _DIGIT * at for at in places(groups)),
            ahead(groups).to_bytes(NEAR_BYTES, "little"),
            behind(groups).to_bytes(NEAR_BYTES, "little"),
            sum(model.worth(model.weight_of_bit(at)) for at in places(groups)),
        )


def _usual(raw: str) -> str:
    """Return the spelling of a word that means the same: in small letters, without a comma behind it."""
    bare = raw[:-1] if raw[-1] in ",.;:" else raw
    if _SHORT < len(bare) <= LONGEST_TOKEN and bare.isalpha() and bare.isascii() and not bare.isupper():
        low = bare.lower()
        return raw if STRETCHED.search(low) else low
    return raw


_SHORT: Final = 2
"""Letters of a word that VADER takes together with the marks around it, since they may be an emoticon."""
