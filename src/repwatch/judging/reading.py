"""What there is in a text that tells how it is meant, and what its spellings stand for."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape
from itertools import accumulate, pairwise
from typing import Final, NamedTuple
from zlib import crc32

from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

from repwatch.judging.lexicon import PHRASES, SPELLINGS, WORDS, patterns
from repwatch.judging.tone import NEGATED, Token, vader

MOST_CHARACTERS: Final = 5600
"""Characters of a text that are read, from its beginning."""

LONGEST_TOKEN: Final = 40
"""Characters of a word that are looked at."""

MOST_KEPT: Final = 100_000
"""Spellings whose meaning is kept; more than that, and all are forgotten."""

WORD_GROUPS: Final = tuple(WORDS)
PHRASE_GROUPS: Final = tuple(PHRASES)

NEAR: Final = tuple(
    (first, second)
    for first, seconds in {
        "negation": "doing praise failure service thing thanks fine waiting rage time more money",
        "first": "failure thing waiting negation rage praise leaving money doing",
        "second": "failure thing rage praise negation service doing",
        "thing": "failure negation rage praise waiting doing",
        "service": "failure negation rage praise waiting",
        "failure": "thing service time more",
        "rage": "thing service second",
        "praise": "thing service",
        "waiting": "time thing money doing",
        "time": "waiting failure more negation",
        "why": "negation second thing first doing",
        "more": "rage failure praise waiting",
        "thanks": "failure negation second",
        "ask": "second failure thing doing",
        "modal": "second praise negation",
        "money": "failure negation more",
        "third": "rage negation praise",
    }.items()
    for second in seconds.split()
)
"""Groups of words of which one within three words after another tells more than both alone."""


@cache
def ahead(groups: int) -> int:
    """Return the pairs of NEAR, as bits, that a word of some groups may begin."""
    return sum(1 << at for at, (first, _) in enumerate(NEAR) if groups >> WORD_GROUPS.index(first) & 1)


@cache
def behind(groups: int) -> int:
    """Return the pairs of NEAR, as bits, that a word of some groups may end."""
    return sum(1 << at for at, (_, second) in enumerate(NEAR) if groups >> WORD_GROUPS.index(second) & 1)


MARKS: Final = ("handle", "link", "hashtag", "sad", "glad", "long", "digit", "capitals")
HANDLE, LINK, HASHTAG, SAD, GLAD, LONG, DIGIT, CAPITALS = (1 << at for at in range(8))

LOOKS: Final = (
    "exclaims", "exclaims twice", "asks", "asks twice", "ends asking", "asks and exclaims",
    "starts with handle", "retweet",
    "dots", "quotes",
    "over 4 words", "over 7 words", "over 12 words", "over 18 words", "over 26 words", "over 45 words",
    "no tone", "bad tone", "good tone", "no known word",
)  # fmt: skip

BITS: Final = (
    *WORD_GROUPS,
    *(f"{group}, twice" for group in WORD_GROUPS),
    *(f"phrase of {group}" for group in PHRASE_GROUPS),
    *(f"phrases of {group}" for group in PHRASE_GROUPS),
    *(f"{first} before {second}" for first, second in NEAR),
    *MARKS,
    *(f"{mark}, twice" for mark in MARKS),
    *LOOKS,
)
"""What is either there or not, by name, in the order of Reading.bits."""

SHIFTS: Final = tuple(
    accumulate(
        (
            0,
            len(WORD_GROUPS),
            len(WORD_GROUPS),
            len(PHRASE_GROUPS),
            len(PHRASE_GROUPS),
            len(NEAR),
            len(MARKS),
            len(MARKS),
        )
    )
)
"""Where each kind of BITS begins."""

_APOSTROPHES = str.maketrans(dict.fromkeys("‘’ʼ´`＇′", "'"))
_RUN = re.compile(r"([^\x00-\x7f][\ufe0f\U0001f3fb-\U0001f3ff]?)\1{3,}")
_CORE = re.compile(r"[a-z]+(?:'[a-z]+)*|[0-9]+|[^\W_a-z0-9]+")
STRETCHED = re.compile(r"(.)\1{2,}")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ESCAPE = re.compile(r"\\u([0-9a-f]{4})")


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as a model is trained on it: its TONES, its BITS as those of one number, and its words."""

    tones: tuple[float, ...]
    bits: int
    words: list[str]

    def names(self) -> Iterator[str]:
        """Yield the names of its BITS."""
        return (BITS[at] for at in places(self.bits))

    def pairs(self) -> list[int]:
        """Return a number for each pair of words that follow each other."""
        numbers = map(checksum, self.words)
        return [first * 31 + second for first, second in pairwise(numbers)]


def places(bits: int) -> Iterator[int]:
    """Yield where a number has bits that are set, lowest first."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


@cache
def word_groups() -> dict[str, int]:
    """Return the bits of the WORD_GROUPS that each word is in."""
    groups: dict[str, int] = {}
    for at, group in enumerate(WORD_GROUPS):
        for word in WORDS[group].split():
            for spelling in {word, SPELLINGS.get(word, word)}:
                groups[spelling] = groups.get(spelling, 0) | 1 << at
    return groups


@cache
def negations() -> frozenset[str]:
    """Return the words that turn what follows."""
    bit = 1 << WORD_GROUPS.index("negation")
    return frozenset(word for word, groups in word_groups().items() if groups & bit)


def checksum(word: str) -> int:
    """Return the number of a word; the same on every machine."""
    return crc32(word.encode("utf-8", "replace"))


_FAULT: Final = PHRASE_GROUPS.index("fault")


class Phrase(NamedTuple):
    """A phrase in a text: its first and its last word by their places, its group, and its weight there."""

    first: int
    last: int
    group: int
    valence: float


class Phrases:
    """The phrases of the lexicon, to be found in one pass over the codes of words.

    A code has two bytes, the first of which is never the second of another one.
    """

    def __init__(self) -> None:
        found = list(patterns())
        said = dict.fromkeys([*sorted(negations()), *(word for words, _, _ in found for word in words)])
        self._codes = {word: bytes((128 + (at >> 7), at & 127)) for at, word in enumerate(said)}
        self._negations = frozenset(map(self.code, negations()))
        self._known = [(PHRASE_GROUPS.index(group), weight) for _, group, weight in found]
        self._automaton = BytesAhoCorasick(
            [b"".join(map(self.code, words)) for words, _, _ in found],
            matchkind=MatchKind.LeftmostLongest,
            implementation=Implementation.ContiguousNFA,
        )

    def code(self, word: str) -> bytes:
        """Return the code of a word; all words that no phrase has share one."""
        return self._codes.get(word, b"\xff\x7f")

    def find(self, codes: bytes) -> list[Phrase]:
        """Return the phrases among some words from left to right: the longest ones, without overlap.

        Praise and faults count for the contrary behind a negation.
        """
        phrases: list[Phrase] = []
        for index, start, end in self._automaton.find_matches_as_indexes(codes):
            group, weight = self._known[index]
            if weight > 0 or group == _FAULT:
                before = codes[max(0, start - 4) : start]
                if before[:2] in self._negations or before[2:] in self._negations:
                    weight *= NEGATED
            phrases.append(Phrase(start // 2, end // 2 - 1, group, weight))
        return phrases


@cache
def phrases() -> Phrases:
    """Return the phrases of the lexicon, made ready once in a process."""
    return Phrases()


def plain(text: str, *, faces: bool = False) -> str:
    """Return what is read of a text, as the lexicons spell it: emoji in words, and not hundreds of one.

    With `faces` emoji stay what they are, once for each of their words.
    """
    text = text[: 2 * MOST_CHARACTERS]
    if "\\u" in text:
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    if "&" in text and ";" in text:
        text = unescape(text)
    if not text.isascii():
        text = _RUN.sub(r"\1\1\1", text.translate(_APOSTROPHES)).translate(
            vader().faces if faces else vader().emoji
        )
    return text[:MOST_CHARACTERS]


class Spelled(NamedTuple):
    """What a token stands for: what VADER takes it for, its words, normalised, and its MARKS."""

    token: Token
    words: list[str]
    marks: int


def spelled(raw: str) -> Spelled:
    """Work out what a token stands for; done once for each spelling."""
    if raw.isalpha() and raw.isascii() and len(raw) <= LONGEST_TOKEN:  # nothing to strip or to split
        low = raw.lower()
        short = STRETCHED.sub(r"\1\1", low) if len(low) > 3 else low
        marks = (LONG if short != low else 0) | _capitals(raw)
        return Spelled(vader().token(raw), [SPELLINGS.get(short, short)], marks)
    raw = raw[: 4 * LONGEST_TOKEN]
    low = raw.lower()
    bare = raw.strip(string.punctuation)
    word = raw if len(bare) <= 2 else bare
    words, marks = _words_of(raw, low, bare)
    if len(words[0] if words else "") <= 1 and not raw.isalnum():
        feeling = vader().lexicon.get(raw) or vader().lexicon.get(low) or 0.0
        if feeling:
            words = [":)" if feeling > 0 else ":("]
            marks |= GLAD if feeling > 0 else SAD
    if not raw[-1].isalnum():
        tail = raw[-3:]
        words += [mark for mark in "?!" if mark in tail]
    return Spelled(vader().token(word), words, marks | _capitals(word))


def _capitals(word: str) -> int:
    return CAPITALS if len(word) > 2 and word.isupper() else 0


def _words_of(raw: str, low: str, bare: str) -> tuple[list[str], int]:
    """Return the words in a token that is not a plain word, normalised, and its marks."""
    marks = 0
    spelled = low[:LONGEST_TOKEN]
    if raw[0] == "#" and len(raw) > 2:
        marks |= HASHTAG
        spelled = _CAMEL.sub(" ", raw[:LONGEST_TOKEN]).lower()
    if STRETCHED.search(spelled):
        if bare.isalpha() and STRETCHED.search(bare):
            marks |= LONG
        spelled = STRETCHED.sub(r"\1\1", spelled)
    words: list[str] = []
    for found in _CORE.findall(spelled):
        if found.isdigit():
            words.append("0")
            marks |= DIGIT
        elif found != "s":
            words.append(SPELLINGS.get(found, found))
    return words, marks


def is_handle(raw: str) -> bool:
    """Tell whether a token is somebody's name."""
    return (raw[0] in "@＠" and len(raw) > 1) or raw[1:2] == "@"


def is_link(raw: str) -> bool:
    """Tell whether a token is an address."""
    return raw[:4].lower() in ("http", "www.") or "://" in raw or raw == "{link}"


SOMEONE: Final = Spelled(Token("someone"), ["@"], HANDLE)
SOMEWHERE: Final = Spelled(Token("link"), ["link"], LINK)
"""What handles and addresses stand for."""

NOBODYS: Final = ("@", "link")
"""Their words; they are no words of anybody."""


def negates(word: str) -> bool:
    """Tell whether a word, as it is written, turns what follows."""
    low = word.lower().replace("’", "'").strip(string.punctuation)
    return SPELLINGS.get(low, low) in negations()


EVERYWHERE: Final = ("negation", "first", "second", "third", "contrast")
"""Groups of words that stand in other languages, too: no, me, just."""


def looks(text: str, *, addressed: bool, count: int, tone: float, known: bool) -> int:
    """Return the bits of LOOKS.

    Args:
        text: all of it.
        addressed: it starts with a handle.
        count: how many words it has.
        tone: that of its words and phrases.
        known: one of its words has a group.
    """
    bits = 0
    if "!" in text:
        bits = 1 if text.count("!") == 1 else 3
    if "?" in text:
        bits |= 4 if text.count("?") == 1 else 12
        if text.rstrip()[-1] == "?":
            bits |= 16
        if bits & 1 and ("?!" in text or "!?" in text):
            bits |= 32
    if addressed:
        bits |= 64
    if text.startswith("RT "):
        bits |= 128
    if ".." in text or "…" in text:
        bits |= 256
    if '"' in text or "“" in text:
        bits |= 512
    if count > 4:
        bits |= _LENGTHS[count] if count < 46 else 0b111111 << 10
    bits |= 1 << (16 if -0.05 < tone < 0.05 else 17 if tone < 0 else 18)
    return bits if known else bits | 1 << 19


_LENGTHS = tuple(
    sum(1 << 10 + at for at, limit in enumerate((4, 7, 12, 18, 26, 45)) if count > limit)
    for count in range(46)
)
