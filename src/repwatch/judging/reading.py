"""What a text holds that tells how it is meant.

A text is split once into tokens. Whatever depends on a token alone (its score in VADER, its words, what
they tell) is worked out once for each spelling and kept, so that reading a text is looking up its
tokens and noting what stands near what.
"""

from __future__ import annotations

import math
import re
import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from html import unescape
from typing import Final, NamedTuple
from zlib import crc32

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from repwatch.judging.lexicon import EMOJI, PHRASES, SPELLINGS, WORDS, patterns

PIECE: Final = 280
"""Characters that VADER judges at once; it is made for texts of this size, and saturates on longer ones."""

MOST_CHARACTERS: Final = 5600
"""Characters of a text that are read, from its beginning."""

LONGEST_TOKEN: Final = 40
"""Characters of a word that are looked at."""

MOST_KEPT: Final = 100_000
"""Spellings whose meaning is kept; more than that, and all are forgotten."""

NEUTRAL: Final = frozenset(
    (  # noqa: SIM905 (words)
        "support help please care someone link brand free united energy share shares credit security secure "
        "interest"
    ).split()
)
"""Words that VADER takes for praise, and that are names of departments or of things here."""

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

MARKS: Final = ("handle", "link", "hashtag", "sad", "glad", "long", "digit", "capitals")
HANDLE, LINK, HASHTAG, SAD, GLAD, LONG, DIGIT, CAPITALS, LOUD, TONED, BUT, STIRS = (
    1 << at for at in range(12)
)

LOOKS: Final = (
    "exclaims", "exclaims twice", "asks", "asks twice", "ends asking", "asks and exclaims",
    "starts with handle", "retweet",
    "dots", "quotes",
    "over 4 words", "over 7 words", "over 12 words", "over 18 words", "over 26 words", "over 45 words",
    "no tone", "bad tone", "good tone", "no known word",
)  # fmt: skip

TONES: Final = (
    "tone",
    "tone with phrases",
    "good tone",
    "bad tone",
    "praised",
    "scolded",
    "best word",
    "worst word",
    "good phrases",
    "bad phrases",
)

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
    sum(
        (
            len(WORD_GROUPS),
            len(WORD_GROUPS),
            len(PHRASE_GROUPS),
            len(PHRASE_GROUPS),
            len(NEAR),
            len(MARKS),
            len(MARKS),
        )[:at]
    )
    for at in range(8)
)

_APOSTROPHES = str.maketrans(dict.fromkeys("‘’ʼ´`＇′", "'"))
_RUN = re.compile(r"([^\x00-\x7f][\ufe0f\U0001f3fb-\U0001f3ff]?)\1{3,}")
_CORE = re.compile(r"[a-z]+(?:'[a-z]+)*|[0-9]+|[^\W_a-z0-9]+")
STRETCHED = re.compile(r"(.)\1{2,}")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ESCAPE = re.compile(r"\\u([0-9a-f]{4})")
_UPPER = 0.733
_NEGATED = -0.74
_FADING = (1.0, 0.95, 0.9)
_STRESSING = ("so", "this")
_STIRRING = frozenset(("no", "or", "nor", "never", "without", "least", *_STRESSING))
"""Words that can change what VADER says of words behind them, besides boosters and negations."""

TONELESS = (0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(slots=True)
class Token:
    """What a spelling means, wherever it stands.

    Its word as VADER looks it up (`word`), with VADER's score, step and negation; its MARKS; its first
    word, normalised (`plain`, "" if it has none), with its groups and its checksum; the token of the
    next word in it; what the model says of its words.
    """

    word: str
    valence: float
    booster: float
    negates: bool
    known: bool
    upper: bool
    marks: int
    plain: str = ""
    groups: int = 0
    number: int = 0
    weight: complex = 0j
    then: Token | None = None


@dataclass(slots=True)
class Reading:
    """A text as the model sees it.

    Its TONES; the BITS that are set, in parts (see SHIFTS); its words; a number for each pair of words
    that follow each other; its phrases with their weights; and the sum of its words' weights.
    """

    tones: tuple[float, ...]
    bits: tuple[int, ...]
    words: list[str]
    pairs: list[int]
    phrases: list[Phrase]
    weight: complex


class _Vader:
    """The lexicon and the lists of vaderSentiment, read once."""

    def __init__(self) -> None:
        from vaderSentiment import vaderSentiment  # noqa: PLC0415 (30 ms; most commands score nothing)

        analyzer = vaderSentiment.SentimentIntensityAnalyzer()
        self.lexicon: dict[str, float] = {
            **analyzer.lexicon,
            **{word: 0.0 for word in NEUTRAL if word in analyzer.lexicon},
        }
        self.boosters: Mapping[str, float] = vaderSentiment.BOOSTER_DICT
        self.negations = frozenset(vaderSentiment.NEGATE)
        names = {**analyzer.emojis, **EMOJI}
        self.emoji = {ord(char): f" {name} " for char, name in names.items() if len(char) == 1}
        self.faces = {
            code: f" {' '.join([chr(code)] * len(name.split()))} " for code, name in self.emoji.items()
        }


@cache
def _vader() -> _Vader:
    return _Vader()


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


def pair_number(first: int, second: int) -> int:
    """Return the number of a pair of words, from the checksum of each."""
    return first * 31 + second


def checksum(word: str) -> int:
    """Return the number of a word; the same on every machine."""
    return crc32(word.encode("utf-8", "replace"))


BETWEEN: Final = "  "
"""Two blanks between words: one phrase takes the blank behind it, and the next may need that before it."""


class Phrase(NamedTuple):
    """A phrase in a text: its first and its last word by their places, its group, and its weight there."""

    first: int
    last: int
    group: int
    valence: float


class Phrases:
    """The phrases of the lexicon, to be found in one pass."""

    def __init__(self) -> None:
        self._known: list[tuple[int, int, float]] = []
        said: list[str] = []
        for words, group, weight in patterns():
            said.append(f" {BETWEEN.join(words)} ")
            self._known.append((len(words), PHRASE_GROUPS.index(group), weight))
        self._automaton = AhoCorasick(
            said, matchkind=MatchKind.LeftmostLongest, implementation=Implementation.ContiguousNFA
        )

    def find(self, words: Iterable[str]) -> list[Phrase]:
        """Return the phrases among some words from left to right: the longest ones, without overlap.

        Praise counts for the contrary behind a negation.
        """
        text = f" {BETWEEN.join(words)} "
        phrases: list[Phrase] = []
        for index, start, _ in self._automaton.find_matches_as_indexes(text):
            length, group, weight = self._known[index]
            if weight > 0 and not negations().isdisjoint(text[:start].rsplit(None, 2)[-2:]):
                weight *= _NEGATED
            first = text.count(BETWEEN, 0, start + 1)
            phrases.append(Phrase(first, first + length - 1, group, weight))
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
            _vader().faces if faces else _vader().emoji
        )
    return text[:MOST_CHARACTERS]


def spelled(raw: str) -> tuple[Token, list[str]]:
    """Work out what a token is to VADER, and its words, normalised; done once for each spelling."""
    vader = _vader()
    low = raw.lower()
    marks = 0
    if (
        raw.isalpha() and raw.isascii() and len(raw) <= LONGEST_TOKEN
    ):  # nothing to strip or to split: three in four
        word, lower = raw, low
        short = STRETCHED.sub(r"\1\1", low) if len(low) > 3 else low
        if short != low:
            marks |= LONG
        words = [SPELLINGS.get(short, short)]
    else:
        raw = raw[: 4 * LONGEST_TOKEN]
        low = raw.lower()
        bare = raw.strip(string.punctuation)
        word = raw if len(bare) <= 2 else bare
        lower = word.lower()
        words, more = _words_of(raw, low, bare)
        marks |= more
    if len(words[0] if words else "") <= 1 and (not raw.isalnum()):
        feeling = vader.lexicon.get(raw) or vader.lexicon.get(low) or 0.0
        if feeling:
            words = [":)" if feeling > 0 else ":("]
            marks |= GLAD if feeling > 0 else SAD
    if not raw[-1].isalnum():
        tail = raw[-3:]
        words += [mark for mark in "?!" if mark in tail]
    if word.isupper():
        marks |= LOUD | (CAPITALS if len(word) > 2 else 0)
    valence = vader.lexicon.get(lower, 0.0)
    booster = vader.boosters.get(lower, 0.0)
    if valence and not booster:
        marks |= TONED
    if lower == "but":
        marks |= BUT
    negates = lower in vader.negations or "n't" in lower
    if booster or negates or lower in _STIRRING:
        marks |= STIRS
    made = Token(lower, valence, booster, negates, lower in vader.lexicon, marks & LOUD > 0, marks)
    return made, words


def _with_words(made: Token, words: list[str], weigh: Callable[[str], complex]) -> Token:
    """Return a token with its words in it."""
    groups = word_groups()
    at = made
    for place, word in enumerate(words):
        if place:
            at.then = at = Token("", 0.0, 0.0, False, False, False, 0)
        at.plain, at.groups, at.number, at.weight = word, groups.get(word, 0), checksum(word), weigh(word)
    return made


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


SOMEONE: Final = Token("someone", 0.0, 0.0, False, False, False, HANDLE), ["@"]
SOMEWHERE: Final = Token("link", 0.0, 0.0, False, False, False, LINK), ["link"]
"""What handles and addresses are to VADER, and their words."""


class Tokens(dict[str, Token]):
    """What each spelling means, worked out when first asked for; all handles mean one, and all addresses."""

    def __init__(self, weigh: Callable[[str], complex] = lambda word: 0j) -> None:  # noqa: ARG005 (no weights)
        super().__init__()
        self._weigh = weigh
        self._handle = _with_words(replace(SOMEONE[0]), SOMEONE[1], weigh)
        self._link = _with_words(replace(SOMEWHERE[0]), SOMEWHERE[1], weigh)

    def __missing__(self, raw: str) -> Token:
        if is_handle(raw):
            return self._handle
        if is_link(raw):
            return self._link
        if len(self) >= MOST_KEPT:
            self.clear()
        found = self[raw] = _with_words(*spelled(raw), self._weigh)
        return found


class _Near(dict[tuple[int, int], int]):
    """The pairs of NEAR that a word and those before it make, as bits."""

    def __missing__(self, key: tuple[int, int]) -> int:
        if len(self) >= MOST_KEPT:
            self.clear()
        groups, before = key
        bits = 0
        left = groups
        while left:
            low = left & -left
            for first, bit in _BEFORE.get(low, ()):
                if before & first:
                    bits |= bit
            left ^= low
        self[key] = bits
        return bits


_BEFORE: dict[int, list[tuple[int, int]]] = {}
for _at, (_first, _second) in enumerate(NEAR):
    _BEFORE.setdefault(1 << WORD_GROUPS.index(_second), []).append((1 << WORD_GROUPS.index(_first), 1 << _at))
_near = _Near()


def near_each_other(groups: int, before: int) -> int:
    """Return the bits of NEAR that a word's groups make with those of a word shortly before it."""
    return _near[groups, before]


def negates(word: str) -> bool:
    """Tell whether a word, as it is written, turns what follows."""
    low = word.lower().replace("’", "'").strip(string.punctuation)
    return SPELLINGS.get(low, low) in negations()


def is_understood(found: Reading) -> bool:
    """Tell whether a text has a phrase, a tone or a word that says something in English alone."""
    return bool(found.phrases or found.tones[0] or found.bits[0] & ~EVERYWHERE)


EVERYWHERE = sum(
    1 << WORD_GROUPS.index(group) for group in ("negation", "first", "second", "third", "contrast")
)
"""Groups of words that stand in other languages, too: no, me, just."""


def read(text: str, tokens: Tokens) -> Reading:  # noqa: PLR0912 (the hottest loop; calls would double its time)
    """Return what a text holds."""
    text = plain(text)
    found = list(map(tokens.__getitem__, text.split()))
    # one pass over the words: which groups, what is near what, which pairs
    marks = marks_twice = seen = twice = near = before = last = second = base = 0
    words: list[str] = []
    pairs: list[int] = []
    toned: list[int] = []
    weight = 0j
    near_of, add_word, add_pair = _near, words.append, pairs.append
    for place, one in enumerate(found):
        if one.marks:
            marks_twice |= marks & one.marks
            marks |= one.marks
            if one.marks & TONED:
                toned.append(place)
        if not one.plain:
            continue
        word: Token | None = one
        while word is not None:
            add_word(word.plain)
            weight += word.weight
            number = word.number
            add_pair(base + number)
            base = number * 31
            groups = word.groups
            if groups:
                twice |= seen & groups
                seen |= groups
                if before:
                    near |= near_of[groups, before]
                before = groups | last | second
            else:
                before = last | second
            second = last
            last = groups
            word = word.then
    del pairs[:1]
    if len(text) <= PIECE:
        total, good, bad, best, worst = tone_of(found, text, toned, marks) if toned else TONELESS
    else:
        total, good, bad, best, worst = mean_tone(text, tokens.__getitem__)
    found_phrases = phrases().find(words)
    phrased = phrased_twice = 0
    up = down = 0.0
    for _, _, group, value in found_phrases:
        phrased_twice |= phrased & 1 << group
        phrased |= 1 << group
        if value > 0:
            up += value
        else:
            down -= value
    tones = tones_of(total, good, bad, best, worst, up, down)
    return Reading(
        tones,
        (
            seen,
            twice,
            phrased,
            phrased_twice,
            near,
            marks & 255,
            marks_twice & 255,
            looks(
                text,
                addressed=bool(found) and found[0].marks & HANDLE > 0,
                count=len(words),
                tone=tones[1],
                known=seen > 0,
            ),
        ),
        words,
        pairs,
        found_phrases,
        weight,
    )


def tones_of(
    total: float, good: float, bad: float, best: float, worst: float, up: float = 0.0, down: float = 0.0
) -> tuple[float, ...]:
    """Return the TONES of what tone_of says of a text, and of the sums of its good and bad phrases."""
    both = total + up - down
    mixed = both / math.sqrt(both * both + 15)
    return (
        total / math.sqrt(total * total + 15), mixed, max(0.0, mixed), max(0.0, -mixed),
        good / (good + 4), bad / (bad + 4), best / 4, worst / 4, up / (up + 3), down / (down + 3),
    )  # fmt: skip


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


def mean_tone(text: str, tokens: Callable[[str], Token]) -> tuple[float, float, float, float, float]:
    """Return the tone of a long text: that of its pieces, each weighted by its own strength."""
    sums = []
    at = 0
    while at < len(text):
        end = at + PIECE
        if end < len(text):
            blank = text.rfind(" ", at + 1, end)
            end = blank if blank > at else end
        piece = text[at:end]
        found = list(map(tokens, piece.split()))
        toned = [place for place, one in enumerate(found) if one.marks & TONED]
        sums.append(tone_of(found, piece, toned, LOUD | BUT))
        at = end
    strength = sum(abs(one[0]) for one in sums)
    total = sum(one[0] * abs(one[0]) for one in sums) / strength if strength else 0.0
    root = math.sqrt(len(sums))
    return (
        total, sum(one[1] for one in sums) / root, sum(one[2] for one in sums) / root,
        max(one[3] for one in sums), min(one[4] for one in sums),
    )  # fmt: skip


def tone_of(  # noqa: PLR0912 (one rule of VADER each)
    found: Sequence[Token], text: str, toned: Sequence[int], marks: int
) -> tuple[float, float, float, float, float]:
    """Return VADER's sum over a text, the good and the bad of it, and its best and its worst word.

    The sum is the one before it is squeezed into -1 to 1.

    Source:
        Hutto and Gilbert (2014), VADER; the same rules in the same order as in vaderSentiment 3.3.2, except
        that "but" is applied by place (theirs mistakes words of equal score for each other), that "kind of"
        and "sort of" damp nothing, and that its nine idioms ("bad ass") are left to the lexicon's phrases.
    """
    shouted = marks & LOUD > 0 and 0 < sum([one.upper for one in found]) < len(found)
    values: list[float] = []
    places: list[int] = []
    for at in toned:
        one = found[at]
        value = one.valence
        after = found[at + 1] if at + 1 < len(found) else None
        if after is not None and one.word == "kind" and after.word == "of":
            continue
        before = found[at - 1] if at else None
        stirred = [True for other in found[max(0, at - 3) : at] if other.marks & STIRS]
        if before is not None and stirred and _after_no(found, at):
            value *= _NEGATED
        elif after is not None and one.word == "no" and after.known:
            value = 0.0
        if shouted and one.upper:
            value += _UPPER if value > 0 else -_UPPER
        if before is not None and stirred:
            for back in (1, 2, 3):
                if back > at:
                    break
                other = found[at - back]
                if not other.known:
                    value = _moved(value, found, at, back, other, shouted)
            if before.word == "least" and not (at > 1 and found[at - 2].word in ("at", "very")):
                value *= _NEGATED
        if value:
            values.append(value)
            places.append(at)
    turn = next((at for at, one in enumerate(found) if one.marks & BUT), -1) if marks & BUT else -1
    if turn >= 0:
        values = [value * (0.5 if at < turn else 1.5) for value, at in zip(values, places, strict=True)]
    if not values:
        return TONELESS
    total = good = 0.0
    for value in values:
        total += value
        if value > 0:
            good += value
    bad = good - total  # the same sum with the signs of the bad turned
    if total:
        emphasis = min(4, text.count("!")) * 0.292
        asked = text.count("?")
        if asked > 1:
            emphasis += asked * 0.18 if asked <= 3 else 0.96
        total += emphasis if total > 0 else -emphasis
    return total, good, max(0.0, bad), max(values), min(values)


def _after_no(found: Sequence[Token], at: int) -> bool:
    if found[at - 1].word == "no" or (at > 1 and found[at - 2].word == "no"):
        return True
    return at > 2 and found[at - 3].word == "no" and found[at - 1].word in ("or", "nor")


def _moved(value: float, found: Sequence[Token], at: int, back: int, other: Token, shouted: bool) -> float:
    """Return a word's score after a booster or a negation so many words before it."""
    if other.booster:
        step = other.booster if value >= 0 else -other.booster
        if shouted and other.upper:
            step += _UPPER if value > 0 else -_UPPER
        value += step * _FADING[back - 1]
    if back > 1:
        between = found[at - 1].word
        if other.word == "never" and found[at - back + 1].word in _STRESSING:
            return value * 1.25
        if back == 3 and between in _STRESSING:
            return value * 1.25
        if other.word == "without" and "doubt" in (between, found[at - back + 1].word):
            return value
    return value * _NEGATED if other.negates else value
