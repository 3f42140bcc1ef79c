"""The scorer of this trade: whether a text complains, by words of customer care and a small model.

The model gives p(negative) and p(positive); see judging, and MODEL_CARD.md there for what it was
trained on and how good it is.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Final, NamedTuple

from repwatch.judging.language import only_in
from repwatch.judging.model import Model, chance, log_odds, shipped
from repwatch.judging.quick import Heard, Quick
from repwatch.judging.reading import negates, plain
from repwatch.judging.reasons import Explainer, Reason
from repwatch.model import Label, Sentiment

NEGATIVE_FROM: Final = 0.29
POSITIVE_FROM: Final = 0.51
"""The cuts that label best over sources that the model was not trained on: of p(negative) by F1, since a
complaint that is missed costs more than one that is none; of p(positive) by both other labels."""

RULES: Final = 1
"""Raised when the rules below change, so that assessments say which were followed."""

TAUGHT: Final = "+"
"""Stands in a version before the name of what a brand taught."""

MOST_REASONS: Final = 6
RATING_WEIGHT: Final = 0.7
"""The rating's part in a review's odds; the rest is the text's (see score.RATING_WEIGHT)."""

RATING_ODDS: Final = 4.0
"""How far the odds of one star, and of five, are from those of three; a text counts for no more."""

POINT: Final = 1.0
"""What a point of a word in the configuration moves the odds."""

NEGATED: Final = -0.74
"""What a word of the configuration counts behind a negation, as in VADER."""


class Asked(NamedTuple):
    """A text that is to be judged, its language, if that is known, and its rating, if it has one."""

    text: str
    lang: str | None
    rating: float | None


class _Part(NamedTuple):
    """What of a text can be judged (None: nothing), without the words that the configuration scores.

    `own` is what those say, `remark` what a person should know of the rest.
    """

    said: str | None
    own: list[Reason]
    remark: str


class Taught(NamedTuple):
    """What a brand's corrections added: weights by name (see judging.model.Model.own) and a cut.

    `base` is the version of the model they belong to, `name` another one whenever they change.
    """

    name: str
    base: str
    weights: tuple[tuple[str, float, float], ...]
    negative_from: float


@dataclass(frozen=True)
class Care:
    """A model of complaints that reads English (see judging).

    p(negative) is that of the model, moved by the configuration's own `words` and by a review's
    rating, in log-odds; from `negative_from` on a text is negative, whatever else it says. The
    sentiment of a negative text is -p(negative), of a positive one p(positive), and of a neutral one
    the difference. What is in another language, or has no words, stays unscored, unless its rating
    says how it is meant.
    """

    negative_from: float = NEGATIVE_FROM
    positive_from: float = POSITIVE_FROM
    languages: frozenset[str] = frozenset({"en"})
    words: tuple[tuple[str, float], ...] = ()
    taught: Taught | None = None
    name: str = field(default="care", init=False)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what each process reads for itself."""
        return {name: value for name, value in self.__dict__.items() if name not in _UNPICKLED}

    @cached_property
    def version(self) -> str:
        """The model's own version, a hash of what the configuration says, and what the brand taught it."""
        said = [RULES, self.negative_from, self.positive_from, sorted(self.languages), self.words]
        hashed = hashlib.blake2b(json.dumps(said).encode(), digest_size=4).hexdigest()
        return f"{self.model.version}-{hashed}" + (f"{TAUGHT}{self.taught.name}" if self.taught else "")

    @cached_property
    def model(self) -> Model:
        """The model that judges: the shipped one, and what the brand taught it.

        Raises:
            ModelError: the shipped one can't be used.
        """
        if self.taught is None:
            return shipped()
        return shipped().taught({name: complex(bad, good) for name, bad, good in self.taught.weights})

    def score(self, text: str, *, lang: str | None, rating: float | None) -> Sentiment:
        """Judge one text."""
        (sentiment,) = self.scores([Asked(text, lang, rating)])
        return sentiment

    def scores(self, asked: Sequence[Asked]) -> list[Sentiment]:
        """Judge texts.

        Each step is taken for all of them before the next one: it is quicker a second time, while what it
        needs is at hand (a fifth of the time of all).
        """
        parts = [self._part(one.text, one.lang) for one in asked]
        heard = self.quick.hear_all([_unnamed(part.said or "") for part in parts])
        parts = [_mute(part, found, one.lang) for part, found, one in zip(parts, heard, asked, strict=True)]
        reasons = list(map(self._reasons, parts, heard))
        return [
            self._sentiment(part, found.odds, why, one.rating)
            for part, found, why, one in zip(parts, heard, reasons, asked, strict=True)
        ]

    def readable(self, text: str, lang: str | None) -> str | None:
        """Return what of a text the model reads; None if that is nothing."""
        part = self._part(text, lang)
        said = _unnamed(part.said or "")
        return said if said and _mute(part._replace(own=[]), self.quick.hear(said), lang).said else None

    def _reasons(self, part: _Part, heard: Heard) -> list[Reason]:
        """Return what of a text carried its verdict, words of the configuration among it."""
        if not part.said:
            return []
        unchanged = part.said.isascii() and heard.said.text is part.said
        shown = None if unchanged else plain(part.said, faces=True).split()
        reasons = self._explainer.reasons(heard, MOST_REASONS, shown)
        return _strongest([*part.own, *reasons]) if part.own else reasons

    def _sentiment(
        self, part: _Part, odds: complex, reasons: Sequence[Reason], rating: float | None
    ) -> Sentiment:
        """Return what a text comes to, with the rating beside it."""
        if part.said is None:
            if rating is None:
                return Sentiment(None, "unscored", (part.remark,))
            odds = self.quick.hear("").odds
        odds = self.model.calibrated(odds)
        if part.own:
            odds += sum([complex(-one.weight, one.weight) for one in part.own])
        named = [f"{name} {weight:+.1f}" for name, weight in reasons]
        if part.remark:
            named.insert(0, part.remark)
        if rating is not None:
            cuts = complex(log_odds(self.cut), log_odds(self.positive_from))
            odds = with_rating(odds, rating, cuts)
            named.insert(0, f"rating {2 * min(1.0, max(0.0, rating)) - 1:+.1f}")
        p_negative, p_positive = round(chance(odds.real), 4), round(chance(odds.imag), 4)
        return told(p_negative, p_positive, self.label(p_negative, p_positive), tuple(named))

    def label(self, p_negative: float, p_positive: float) -> Label:
        """Return the word for two probabilities."""
        if p_negative >= self.cut:
            return "negative"
        return "positive" if p_positive >= self.positive_from else "neutral"

    @cached_property
    def cut(self) -> float:
        """The cut of p(negative); what a brand taught moves it as far as it moved the usual one."""
        if self.taught is None:
            return self.negative_from
        moved = log_odds(self.taught.negative_from) - log_odds(NEGATIVE_FROM)
        return chance(log_odds(self.negative_from) + moved)

    @cached_property
    def quick(self) -> Quick:
        """The model, made ready to hear texts."""
        return Quick(self.model)

    @cached_property
    def _explainer(self) -> Explainer:
        return Explainer(self.model)

    def _part(self, text: str, lang: str | None) -> _Part:
        """Return what of a text can be judged."""
        if not text or text.isspace():
            return _Part(None, [], "no text")
        part = only_in(text, lang, self.languages)
        if part is None:
            return _Part(None, [], f"language {lang} is not scored")
        said, own = self._without_own_words(part)
        return _Part(said, own, "" if part is text else "only the part in a language that is scored")

    def _without_own_words(self, text: str) -> tuple[str, list[Reason]]:
        """Return a text without the words that the configuration scores, and what they say."""
        if not self.words:
            return text, []
        pattern, weights = _own_words(self.words)
        found: list[Reason] = []

        def taken(match: re.Match[str]) -> str:
            weight = weights[_spelled(match[0])] * POINT
            if any(map(negates, text[: match.start()].split()[-3:])):
                weight *= NEGATED
            if weight:
                found.append(Reason(f'"{" ".join(match[0].split())}"', weight))
            return _NOTHING

        return pattern.sub(taken, text), found


def with_rating(odds: complex, rating: float, cuts: complex) -> complex:
    """Return the log-odds of a review, of negative (real) and of positive (imaginary).

    At three stars the text decides, and at the ends nothing that it says.

    Args:
        odds: those of its text.
        rating: what its author gave, as a share of its scale.
        cuts: the log-odds from which a text is called so.
    """
    stars, share = 2 * min(1.0, max(0.0, rating)) - 1, 1 - RATING_WEIGHT
    far = RATING_WEIGHT * RATING_ODDS * stars
    return cuts + complex(
        share * _bounded(odds.real - cuts.real) - far, share * _bounded(odds.imag - cuts.imag) + far
    )


def told(p_negative: float, p_positive: float, label: Label, reasons: tuple[str, ...]) -> Sentiment:
    """Return a sentiment that orders texts by their labels, and those of one label by how clear it is."""
    if label == "neutral":
        return Sentiment(round(p_positive - p_negative, 4) + 0.0, label, reasons, p_negative)
    return Sentiment(p_positive if label == "positive" else -p_negative, label, reasons, p_negative)


_UNPICKLED = frozenset(("model", "quick", "_explainer", "version", "cut"))
_NAME = re.compile(r"\b(?:brand|BRAND)\b")
_NOTHING = " "
"""Stands where a word of the configuration stood, which says what it counts."""


def _mute(part: _Part, heard: Heard, lang: str | None) -> _Part:
    """Return a part of a text, or why it says nothing that can be judged."""
    if part.said is None or part.own:
        return part
    if heard.is_wordless:
        return _Part(None, [], "no words but handles and links")
    if lang is not None or heard.is_understood:
        return part
    has_letters = any(map(str.isalpha, part.said))
    return _Part(
        None, [], "language not recognised" if has_letters else "no words, and no emoji with feeling"
    )


def _unnamed(text: str) -> str:
    """Return a text whose masked names are the plainest of words.

    In what the model was trained on it is rather complaints that name whom they are about.
    """
    if "brand" not in text and "BRAND" not in text:
        return text
    return _NAME.sub(lambda name: "THAT" if name[0].isupper() else "that", text)


def _bounded(odds: float) -> float:
    return max(-RATING_ODDS, min(RATING_ODDS, odds))


def _strongest(reasons: list[Reason]) -> list[Reason]:
    return sorted(reasons, key=lambda reason: (-abs(reason.weight), reason.name))[:MOST_REASONS]


@lru_cache(maxsize=8)
def _own_words(words: tuple[tuple[str, float], ...]) -> tuple[re.Pattern[str], dict[str, float]]:
    weights = {_spelled(word): weight for word, weight in words}
    longest_first = sorted(weights, key=lambda word: (-len(word), word))
    either = "|".join(re.escape(word).replace(r"\ ", r"\s+").replace("'", "['’]") for word in longest_first)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE), weights


def _spelled(word: str) -> str:
    return " ".join(word.lower().replace("’", "'").split())
