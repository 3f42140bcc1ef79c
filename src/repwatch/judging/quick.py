"""The verdict of the model on a text, sooner than by reading it as it is read for training.

It says to the last digit what `Model.odds` says of what `reading.read` finds; the tests hold it to that.
Python is slow at single steps and quick at whole columns, so a text becomes columns of what its
spellings mean (see Spelling), and each column is dealt with as a whole:

* What adds up over words stands in the digits of one large number for each spelling: how many words it
  has of each group and mark, and what the model says of them. One sum adds up all of it.
* What is near what is in two large numbers that hold the words of a text side by side: one of them is
  laid over the other, one, two and three words further on.
* Phrases are found by an automaton.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from operator import add
from typing import Any, Final, NamedTuple

from repwatch.judging.model import GRAIN, PAIR_BUCKETS, SHORTEST, ZERO, Model, Sums
from repwatch.judging.reading import (
    BETWEEN,
    BUT,
    EVERYWHERE,
    HANDLE,
    LONGEST_TOKEN,
    LOUD,
    MARKS,
    MOST_KEPT,
    NEAR,
    PHRASE_GROUPS,
    PIECE,
    SHIFTS,
    SOMEONE,
    SOMEWHERE,
    STRETCHED,
    TONED,
    TONELESS,
    WORD_GROUPS,
    Phrase,
    Token,
    checksum,
    is_handle,
    is_link,
    looks,
    mean_tone,
    phrases,
    plain,
    spelled,
    tone_of,
    tones_of,
    word_groups,
)

_TWICE_AT, _PHRASES_AT, _NEAR_AT, _MARKS_AT, _LOOKS_AT = (SHIFTS[part] for part in (1, 2, 4, 5, 7))
_PAIR_MASK: Final = PAIR_BUCKETS - 1

# The digits of Spelling.sums, lowest first: how many words there are of each group and mark, and so on.
# A text has 5,600 characters and fewer words, so no digit runs over.

_DIGIT: Final = 14
_ALL: Final = (1 << _DIGIT) - 1
_GROUPS: Final = len(WORD_GROUPS)
_FEATURES: Final = _GROUPS + len(MARKS)
"""Digits that are features of the model, by being one or more, and by being two or more."""

_LOUD, _TONED, _BUT, _WORDS, _NOBODYS, _WORDLESS, _PAIRS = (_DIGIT * (_FEATURES + at) for at in range(7))
_PAIR: Final = 24
_WEIGHTS: Final = _PAIRS + 2 * _PAIR
"""Above the weights of pairs within spellings, negative and positive: those of words, in grains."""

_WEIGHT: Final = 64

# A set of features: the highest bit of a digit says that it is one or more, the next that it is two or more.

_EACH: Final = sum(1 << _DIGIT * at for at in range(_FEATURES))
_ONCE: Final = _EACH << _DIGIT - 1
_KNOWN: Final = _ONCE & (1 << _DIGIT * _GROUPS) - 1
_ENGLISH: Final = sum(1 << _DIGIT * (at + 1) - 1 for at in range(_GROUPS) if not EVERYWHERE >> at & 1)
_CAPITALS: Final = 1 << _DIGIT * (_GROUPS + MARKS.index("capitals") + 1) - 1
_CHUNK: Final = 8
"""Features whose sets are looked up together: few of the possible ones are ever seen."""

_CHUNK_BITS: Final = _CHUNK * _DIGIT
_CHUNKS: Final = tuple(range(0, _FEATURES * _DIGIT, _CHUNK_BITS))
_CHUNK_MASK: Final = (1 << _CHUNK_BITS) - 1

LEAST: Final = 0.25
"""What moves the odds by less is no reason."""

NEAR_BYTES: Final = (len(NEAR) + 7) // 8
NEAR_BITS: Final = 8 * NEAR_BYTES
_NEAR_CHUNK: Final = 21
_NEAR_MASK: Final = (1 << _NEAR_CHUNK) - 1


class Word(NamedTuple):
    """A word in a spelling: what tells how much it carries.

    `worth` is what it adds by itself, to be divided by the root of the number of words, and `by_groups`
    what its groups add (see Model.worth); `valence` is its score in VADER.
    """

    plain: str
    groups: int
    worth: float
    by_groups: float
    valence: float
    negates: bool


class Spelling(NamedTuple):
    """What a token means wherever it stands: a row of the columns that a text is made of.

    `first` and `last` are the numbers by which its first word ends a pair of words and its last one
    begins one; `ahead` and `behind` are the pairs of NEAR in which each of its words may come first and
    second. `tells_from` is the share of their worth (see Word) from which its words may be a reason.
    """

    sums: int
    first: int
    last: int
    ahead: bytes
    behind: bytes
    said: str
    tells_from: float
    words: tuple[Word, ...]
    token: Token


_NO_COLUMNS: Final[Any] = ((),) * len(Spelling._fields)


class Heard(NamedTuple):
    """A text as the model hears it.

    `odds` are the calibrated log-odds of negative (real) and of positive (imaginary). `tokens` and
    `words` go together, one by one; `telling` are the places of those that may be a reason. `share` is
    the part of its worth that a word counts for, `near` the pairs of NEAR at each word, `looks` the bits
    of LOOKS. `is_wordless` says that the text is nothing but handles and links, `is_understood` that it
    has a phrase, a tone or a word that says something in English alone.
    """

    odds: complex
    tokens: Sequence[str]
    words: Sequence[tuple[Word, ...]]
    telling: Sequence[int]
    share: float
    is_word_by_word: bool
    phrases: Sequence[Phrase]
    near: int
    looks: int
    has_capitals: bool
    is_wordless: bool
    is_understood: bool


class Quick:
    """A model made ready to hear texts. What it finds out of spellings it keeps."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._spellings = _Spellings(model)
        self._phrases = phrases()
        bad, good = model.tables[2], model.tables[3]
        self._pairs = (bad + bad, good + good)  # the sum of two masked numbers is up to twice the mask
        once = [*range(_GROUPS), *range(_MARKS_AT, _MARKS_AT + len(MARKS))]
        twice = [*range(_TWICE_AT, _TWICE_AT + _GROUPS), *range(_MARKS_AT + len(MARKS), _LOOKS_AT)]
        digits = [0j] * (_DIGIT * _FEATURES)
        for at in range(_FEATURES):
            digits[_DIGIT * at + _DIGIT - 1] = model.weight_of_bit(once[at])
            digits[_DIGIT * at + _DIGIT - 2] = model.weight_of_bit(twice[at])
        self._counted = [(start, Sums(digits[start : start + _CHUNK_BITS])) for start in _CHUNKS]
        bits = [model.weight_of_bit(at) for at in range(len(model.bits))]
        self._phrased = Sums(bits[_PHRASES_AT:_NEAR_AT])
        near = bits[_NEAR_AT:_MARKS_AT]
        self._near = [(at, Sums(near[at : at + _NEAR_CHUNK])) for at in range(0, len(near), _NEAR_CHUNK)]
        self._looks = Sums(bits[_LOOKS_AT:])
        self._bias = model.bias + model.own.get("[bias]", 0j)

    def meet(self, texts: Iterable[str]) -> None:
        """Find out at once what the new spellings of some texts mean, which takes longer one by one."""
        for raw in {raw for text in texts for raw in plain(text).split()} - self._spellings.keys():
            self._spellings[raw]

    def hear(self, text: str) -> Heard:
        """Return how a text is meant."""
        text = plain(text)
        raws = text.split()
        found = list(map(self._spellings.__getitem__, raws))
        columns = zip(*found, strict=True) if found else _NO_COLUMNS
        sums, firsts, lasts, ahead, behind, said, tells_from, words, tokens = columns
        total = sum(sums)
        n_words, wordless = total >> _WORDS & _ALL, total >> _WORDLESS & _ALL
        if wordless:
            spoken = [one for one in found if one.words]
            _, firsts, lasts, ahead, behind, said, *_ = zip(*spoken, strict=True) if spoken else _NO_COLUMNS
        share = max(n_words, SHORTEST) ** -0.5
        telling = [at for at, least in enumerate(tells_from) if least <= share]
        features = _features(total)
        found_phrases = self._phrases.find(said)
        tones = _NO_TONES
        if total >> _TONED & _ALL or found_phrases:
            toned = [at for at in telling if tokens[at].marks & TONED]
            tones = self._tones(text, tokens, toned, total, found_phrases)
        shape = looks(
            text,
            addressed=bool(tokens) and tokens[0].marks & HANDLE > 0,
            count=n_words,
            tone=tones[1],
            known=features & _KNOWN > 0,
        )
        odds = self._odds(total, n_words, list(map(add, lasts, firsts[1:])))
        if tones is not _NO_TONES:
            for tone, weight in zip(tones, self.model.tones):  # noqa: B905 (both have the length of TONES)
                if tone:
                    odds += tone * weight
        known = self._looks[shape]
        if found_phrases:
            known += self._phrased[_groups_of(found_phrases)]
        for start, sums_of in self._counted:
            if part := features >> start & _CHUNK_MASK:
                known += sums_of[part]
        near = _near(b"".join(ahead), b"".join(behind)) if features & _KNOWN else 0
        if near:
            anywhere = _anywhere(near, n_words)
            for start, sums_of in self._near:
                if part := anywhere >> start & _NEAR_MASK:
                    known += sums_of[part]
        return Heard(
            self.model.calibrated(odds + known),
            raws,
            words,
            telling,
            share,
            wordless == 0 and n_words == len(found),
            found_phrases,
            near,
            shape,
            features & _CAPITALS > 0,
            total >> _NOBODYS & _ALL == n_words,
            bool(found_phrases or tones[0] or features & _ENGLISH),
        )

    def _odds(self, total: int, n_words: int, pairs: list[int]) -> complex:
        """Return what words and pairs of words say."""
        bad, good = self._pairs
        scale, good_scale = self.model.scales[1]
        zeros = ZERO * (n_words - 1) if n_words else 0
        weights = total >> _WEIGHTS
        negative = weights & (1 << _WEIGHT) - 1
        if negative >> _WEIGHT - 1:
            negative -= 1 << _WEIGHT
        positive = weights - negative >> _WEIGHT
        inner = total >> _PAIRS
        odds = complex(negative * GRAIN, positive * GRAIN) + complex(
            ((inner & _PAIR_ALL) + sum(map(bad.__getitem__, pairs)) - zeros) * scale,
            ((inner >> _PAIR & _PAIR_ALL) + sum(map(good.__getitem__, pairs)) - zeros) * good_scale,
        )
        return odds / math.sqrt(max(n_words, SHORTEST)) + self._bias

    def _tones(
        self, text: str, tokens: Sequence[Token], toned: Sequence[int], total: int, phrases: Sequence[Phrase]
    ) -> tuple[float, ...]:
        """Return the TONES of a text."""
        if len(text) > PIECE:
            sums = mean_tone(text, lambda raw: self._spellings[raw].token)
        elif total >> _TONED & _ALL:
            marks = (LOUD if total >> _LOUD & _ALL else 0) | (BUT if total >> _BUT & _ALL else 0)
            sums = tone_of(tokens, text, toned, marks)
        else:
            sums = TONELESS
        up = down = 0.0
        for _, _, _, value in phrases:
            if value > 0:
                up += value
            else:
                down -= value
        return tones_of(*sums, up, down)


_PAIR_ALL: Final = (1 << _PAIR) - 1
_NO_TONES: Final = tones_of(*TONELESS)


def _groups_of(phrases: Iterable[Phrase]) -> int:
    """Return which groups phrases have once, and above those which twice."""
    once = twice = 0
    for phrase in phrases:
        bit = 1 << phrase.group
        twice |= once & bit
        once |= bit
    return once | twice << len(PHRASE_GROUPS)


def _features(total: int) -> int:
    """Return which groups and marks are there once, and which twice."""
    counts = total & _EACH * _ALL
    return (counts + _EACH * (_TOP - 1) & _ONCE) | (counts + _EACH * (_TOP - 2) & _ONCE) >> 1


_TOP: Final = 1 << _DIGIT - 1


def _near(ahead: bytes, behind: bytes) -> int:
    """Return at each word the pairs of NEAR that it makes with one of the three before it."""
    first = int.from_bytes(ahead, "little")
    before = first << NEAR_BITS | first << 2 * NEAR_BITS | first << 3 * NEAR_BITS
    return before & int.from_bytes(behind, "little")


def _anywhere(near: int, n_words: int) -> int:
    """Return which pairs of NEAR there are at any word."""
    while n_words > 1:
        n_words = (n_words + 1) // 2
        half = n_words * NEAR_BITS
        near = near >> half | near & (1 << half) - 1
    return near


# Spellings


class _Spellings(dict[str, Spelling]):
    """What each spelling means, worked out when first asked for."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self._model = model
        self._words: dict[str, _Known] = {}
        self._grouped = cache(self._of_groups)
        self._someone = self._spelling(*SOMEONE)
        self._somewhere = self._spelling(*SOMEWHERE)

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
            found = self._spelling(*spelled(raw))
        self[raw] = found
        return found

    def _spelling(self, token: Token, words: list[str]) -> Spelling:
        known = list(map(self._known, words))
        marks = token.marks
        sums = _MARKED[marks & 255]
        for mark, digit in ((LOUD, _LOUD), (TONED, _TONED), (BUT, _BUT)):
            if marks & mark:
                sums += 1 << digit
        if not known:
            least = 0.0 if token.valence else math.inf
            return Spelling(sums + (1 << _WORDLESS), 0, 0, b"", b"", "", least, (), token)
        word, one = known[0]
        meant, least = one.words, one.tells_from
        if token.valence or token.negates:
            meant = (Word(*word[:4], token.valence, token.negates),)
            least = 0.0 if token.valence else least
        if len(known) == 1:
            return Spelling(
                sums + one.sums, one.first, one.last, one.ahead, one.behind, one.said, least, meant, token
            )
        bad, good = self._model.tables[2], self._model.tables[3]
        for before, after in pairwise(known):
            pair = (before.alone.last + after.alone.first) & _PAIR_MASK
            sums += bad[pair] + (good[pair] << _PAIR) << _PAIRS
        return Spelling(
            sums=sums + sum([each.alone.sums for each in known]),
            first=one.first,
            last=known[-1].alone.last,
            ahead=b"".join([each.alone.ahead for each in known]),
            behind=b"".join([each.alone.behind for each in known]),
            said=BETWEEN.join(words),
            tells_from=min(least, *[other.alone.tells_from for other in known[1:]]),
            words=(*meant, *[other.word for other in known[1:]]),
            token=token,
        )

    def _known(self, word: str) -> _Known:
        found = self._words.get(word)
        if found is None:
            if len(self._words) >= MOST_KEPT:
                self._words.clear()
            found = self._words[word] = self._meant(word)
        return found

    def _meant(self, word: str) -> _Known:
        model = self._model
        weight, number, groups = model.weight_of_word(word), checksum(word), word_groups().get(word, 0)
        sums, ahead, behind, by_groups = self._grouped(groups)
        worth = model.worth(weight)
        weights = round(weight.real / GRAIN) + (round(weight.imag / GRAIN) << _WEIGHT)
        one = Word(word, groups, worth, by_groups, 0.0, False)
        alone = Spelling(
            sums=(weights << _WEIGHTS) + sums + (1 << _WORDS) + (word in _NOBODYS_WORDS and 1 << _NOBODYS),
            first=number & _PAIR_MASK,
            last=number * 31 & _PAIR_MASK,
            ahead=ahead,
            behind=behind,
            said=word,
            tells_from=(LEAST - abs(by_groups)) / abs(worth) - GRAIN if worth else math.inf,
            words=(one,),
            token=SOMEONE[0],
        )
        return _Known(one, alone)

    def _of_groups(self, groups: int) -> tuple[int, bytes, bytes, float]:
        """Return the digits of a word's groups, the pairs of NEAR it may begin and end, and what they add."""
        bits = [at for at in range(_GROUPS) if groups >> at & 1]
        ahead = behind = 0
        for at in bits:
            ahead |= _AHEAD[at]
            behind |= _BEHIND[at]
        return (
            sum([1 << _DIGIT * at for at in bits]),
            ahead.to_bytes(NEAR_BYTES, "little"),
            behind.to_bytes(NEAR_BYTES, "little"),
            sum(self._model.worth(self._model.weight_of_bit(at)) for at in bits),
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


class _Known(NamedTuple):
    """A word, and what a token means that is nothing but this word."""

    word: Word
    alone: Spelling


_NOBODYS_WORDS: Final = frozenset(("@", "link"))
_MARKED: Final = [
    sum(1 << _DIGIT * (_GROUPS + at) for at in range(len(MARKS)) if marks >> at & 1) for marks in range(256)
]


def _pairs_with(group: str, place: int) -> int:
    return sum(1 << at for at, pair in enumerate(NEAR) if pair[place] == group)


_AHEAD: Final = [_pairs_with(group, 0) for group in WORD_GROUPS]
_BEHIND: Final = [_pairs_with(group, 1) for group in WORD_GROUPS]
