"""The tone of a text: vaderSentiment's lexicon and its rules, over words that are looked up once.

Source:
    Hutto and Gilbert (2014), VADER; the same rules in the same order as in vaderSentiment 3.3.2, except
    that "but" is applied by place (theirs mistakes words of equal score for each other), that "kind of"
    and "sort of" damp nothing, and that its nine idioms ("bad ass") are left to the lexicon's phrases.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache, reduce
from operator import or_
from typing import Final, NamedTuple

from repwatch.judging.lexicon import EMOJI

PIECE: Final = 280
"""Characters that VADER judges at once; it is made for texts of this size, and saturates on longer ones."""

NEUTRAL: Final = frozenset(
    (  # noqa: SIM905 (words)
        "support help please care someone link brand free united energy share shares credit security secure "
        "interest"
    ).split()
)
"""Words that VADER takes for praise, and that are names of departments or of things here."""

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

KNOWN, FELT, TONED, STIRS, NEGATES, LOUD, BUT = (1 << at for at in range(7))
"""What there is to know of a token: the lexicon has it, with a score, and that counts; it can change the
score of words behind it, or its own; it turns what follows; it is in capitals; it is "but"."""

NEGATED: Final = -0.74
"""What a score counts behind a negation."""

_UPPER = 0.733
_FADING = (1.0, 0.95, 0.9)
_STRESSING = ("so", "this")
_STIRRING = frozenset(("no", "or", "nor", "never", "without", "least", "kind", *_STRESSING))
"""Words that can change a score, besides boosters and negations."""

Sums = tuple[float, float, float, float, float]
"""What tone_of says of a text."""

TONELESS: Final[Sums] = (0.0, 0.0, 0.0, 0.0, 0.0)


class Token(NamedTuple):
    """A word as VADER looks it up, with its score, its step as a booster, and flags."""

    word: str
    valence: float = 0.0
    booster: float = 0.0
    flags: int = 0


class Vader:
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

    def token(self, word: str) -> Token:
        """Return what a word is to VADER."""
        low = word.lower()
        valence, booster = self.lexicon.get(low), self.boosters.get(low, 0.0)
        flags = 0 if valence is None else KNOWN
        if valence:
            flags |= FELT if booster else FELT | TONED
        if word.isupper():
            flags |= LOUD
        if low == "but":
            flags |= BUT
        negates = low in self.negations or "n't" in low
        if negates:
            flags |= NEGATES
        if booster or negates or low in _STIRRING or (valence and flags & LOUD):
            flags |= STIRS
        return Token(low, valence or 0.0, booster, flags)


@cache
def vader() -> Vader:
    """Return the lexicon of VADER, read when it is first asked for."""
    return Vader()


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


def mean_tone(text: str, token: Callable[[str], Token]) -> Sums:
    """Return the tone of a long text: that of its pieces, each weighted by its own strength."""
    sums = []
    at = 0
    while at < len(text):
        end = at + PIECE
        if end < len(text):
            blank = text.rfind(" ", at + 1, end)
            end = blank if blank > at else end
        piece = text[at:end]
        sums.append(tone_of(list(map(token, piece.split())), piece))
        at = end
    strength = sum(abs(one[0]) for one in sums)
    total = sum(one[0] * abs(one[0]) for one in sums) / strength if strength else 0.0
    root = math.sqrt(len(sums))
    return (
        total, sum(one[1] for one in sums) / root, sum(one[2] for one in sums) / root,
        max(one[3] for one in sums), min(one[4] for one in sums),
    )  # fmt: skip


def tone_of(tokens: Sequence[Token], text: str) -> Sums:
    """Return VADER's sum over a text, the good and the bad of it, and its best and its worst word.

    The sum is the one before it is squeezed into -1 to 1.
    """
    values = [one.valence for one in tokens if one.flags & TONED]
    return tone_of_values(values, tokens, [one.flags for one in tokens], text)


def tone_of_values(values: Sequence[float], tokens: Sequence[Token], flags: Sequence[int], text: str) -> Sums:
    """Return the same where the scores and flags of tokens are at hand."""
    if values and reduce(or_, flags) & (STIRS | BUT):
        values = _moved_values(tokens, flags)
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


def _moved_values(tokens: Sequence[Token], flags: Sequence[int]) -> list[float]:
    """Return the scores of the toned among tokens, moved by what stands near them."""
    toned = [at for at, some in enumerate(flags) if some & TONED]
    seen = reduce(or_, flags)
    shouted = seen & LOUD > 0 and not all(some & LOUD for some in flags)
    values = [_in_its_place(tokens, flags, at, shouted) for at in toned]
    if seen & BUT:
        turn = next(at for at, some in enumerate(flags) if some & BUT)
        values = [value * (0.5 if at < turn else 1.5) for value, at in zip(values, toned, strict=True)]
    return [value for value in values if value]


def _in_its_place(tokens: Sequence[Token], flags: Sequence[int], at: int, shouted: bool) -> float:
    """Return a token's score, moved by what stands before it."""
    one = tokens[at]
    value = one.valence
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if after is not None and one.word == "kind" and after.word == "of":
        return 0.0
    stirred = reduce(or_, flags[max(0, at - 3) : at], 0) & STIRS
    if stirred and _after_no(tokens, at):
        value *= NEGATED
    elif after is not None and one.word == "no" and after.flags & KNOWN:
        value = 0.0
    if shouted and one.flags & LOUD:
        value += _UPPER if value > 0 else -_UPPER
    if stirred:
        for back in range(1, min(3, at) + 1):
            if not tokens[at - back].flags & KNOWN:
                value = _moved(value, tokens, at, back, shouted)
        if tokens[at - 1].word == "least" and not (at > 1 and tokens[at - 2].word in ("at", "very")):
            value *= NEGATED
    return value


def _after_no(tokens: Sequence[Token], at: int) -> bool:
    if tokens[at - 1].word == "no" or (at > 1 and tokens[at - 2].word == "no"):
        return True
    return at > 2 and tokens[at - 3].word == "no" and tokens[at - 1].word in ("or", "nor")


def _moved(value: float, tokens: Sequence[Token], at: int, back: int, shouted: bool) -> float:
    """Return a word's score after a booster or a negation so many words before it."""
    other = tokens[at - back]
    if other.booster:
        step = other.booster if value >= 0 else -other.booster
        if shouted and other.flags & LOUD:
            step += _UPPER if value > 0 else -_UPPER
        value += step * _FADING[back - 1]
    if back > 1:
        between, behind = tokens[at - 1].word, tokens[at - back + 1].word
        if other.word == "never" and behind in _STRESSING:
            return value * 1.25
        if back == 3 and between in _STRESSING:
            return value * 1.25
        if other.word == "without" and "doubt" in (between, behind):
            return value
    return value * NEGATED if other.flags & NEGATES else value
