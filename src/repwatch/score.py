"""How a text sounds.

This is the one place where texts are scored: whatever judges them is a Scorer, made by `scorer`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Final, Protocol

from ahocorasick_rs import AhoCorasick, MatchKind

from repwatch.errors import UsageError
from repwatch.judging import transformer
from repwatch.judging.care import NEGATIVE_FROM, POSITIVE_FROM, Care
from repwatch.judging.model import ModelError, shipped
from repwatch.judging.transformer import Transformer
from repwatch.model import Label, Sentiment, Span

NEGATIVE_BELOW = -0.05
POSITIVE_ABOVE = 0.35
"""The cuts that label best over a dozen sets of labelled posts and reviews: a lexicon misses more
complaints than it makes up, and takes politeness for praise."""

PIECE = 280
"""Characters that are scored at once; VADER is made for texts of this size, and saturates on longer ones."""

MOST_PIECES = 20
"""Pieces of one text that are scored, from its beginning."""

MOST_REASONS = 6
"""Words that are named as having carried a score."""

RATING_WEIGHT = 0.7
"""The rating's part in a review's score; the rest is the text's. A person's own verdict outweighs a
lexicon: one star is negative and five are positive, whatever words go with them."""


class Scorer(Protocol):
    """What judges a text. Its assessments are stored under "name/version".

    It must be picklable, since texts are scored in worker processes.
    """

    @property
    def name(self) -> str:
        """The word for it in the configuration."""

    @property
    def version(self) -> str:
        """Another one whenever the same text could get another score."""

    def score(self, text: str, *, lang: str | None, rating: float | None) -> Sentiment:
        """Judge one text.

        Args:
            text: with the names of brands already masked (see masked).
            lang: an ISO 639 code, or None when it is not known.
            rating: what the author gave, as a share of its scale: 0.0 worst to 1.0 best.
        """


SCORERS: Final = ("care", "vader", "onnx")
"""The scorers there are, the usual one first."""


def scorer(
    name: str = SCORERS[0],
    *,
    negative_from: float = NEGATIVE_FROM,
    positive_from: float = POSITIVE_FROM,
    negative_below: float = NEGATIVE_BELOW,
    positive_above: float = POSITIVE_ABOVE,
    languages: Iterable[str] = ("en",),
    words: Mapping[str, float] | None = None,
    model: str = "",
) -> Scorer:
    """Return the scorer of that name; the one by a lexicon alone where another one can't work (see trouble).

    `model` is the folder of the one called onnx (see transformer).

    Raises:
        UsageError: there is none.
    """
    if name not in SCORERS:
        raise UsageError(f'there is no scorer "{name}"', hint=f"those there are: {', '.join(SCORERS)}")
    own = tuple(sorted((words or {}).items()))
    if name == "onnx" and trouble(name, model) is None:
        return Transformer(model, negative_from, positive_from, frozenset(languages))
    if name == "care" and trouble(name) is None:
        return Care(negative_from, positive_from, frozenset(languages), own)
    return Vader(negative_below, positive_above, frozenset(languages), own)


def trouble(name: str, model: str = "") -> str | None:
    """Return why a scorer can't work, so that texts are judged by a lexicon alone; None if it can."""
    if name == "onnx":
        why = transformer.trouble(model)
        return why and f"plain VADER judges: {why}"
    try:
        if name == "care":
            shipped()
    except ModelError as error:
        return f"its model can't be used, so that plain VADER judges: {error}; install repwatch anew"
    return None


@dataclass(frozen=True)
class Vader:
    """A lexicon of 7,500 English words and the rules by which words around them count.

    A text is cut into short pieces; its score is the mean of theirs, each weighted by its own
    strength, so that one furious sentence is not lost among the plain ones around it. A rating is
    mixed in by RATING_WEIGHT, and decides alone where the text can't be read. A text in a language
    that is not among `languages` stays unscored, and so does one in no language we can tell that
    holds no word of the lexicon. `words` add words and phrases to the lexicon, from -4 to 4.

    Source:
        Hutto and Gilbert (2014), VADER: A Parsimonious Rule-based Model for Sentiment Analysis of
        Social Media Text.
    """

    negative_below: float = NEGATIVE_BELOW
    positive_above: float = POSITIVE_ABOVE
    languages: frozenset[str] = frozenset({"en"})
    words: tuple[tuple[str, float], ...] = ()
    name: str = field(default="vader", init=False)

    @cached_property
    def version(self) -> str:
        """The rules' own number, and a hash of what the configuration says."""
        said = [self.negative_below, self.positive_above, sorted(self.languages), self.words]
        return "1-" + hashlib.blake2b(json.dumps(said).encode(), digest_size=4).hexdigest()

    def score(self, text: str, *, lang: str | None, rating: float | None) -> Sentiment:
        """Judge one text."""
        tone, reasons = self._read(text, lang)
        if rating is not None:
            verdict = 2 * min(1.0, max(0.0, rating)) - 1
            reasons = (f"rating {verdict:+.1f}", *reasons)
            tone = verdict if tone is None else RATING_WEIGHT * verdict + (1 - RATING_WEIGHT) * tone
        if tone is None:
            return Sentiment(None, "unscored", reasons)
        tone = round(tone, 4) + 0.0  # no -0.0
        return Sentiment(tone, self.label(tone), reasons)

    def label(self, tone: float) -> Label:
        """Return the word for a score."""
        if tone < self.negative_below:
            return "negative"
        return "positive" if tone > self.positive_above else "neutral"

    def _read(self, text: str, lang: str | None) -> tuple[float | None, tuple[str, ...]]:
        """Return the score of a text's words and what carried it, or None and why there is none."""
        if not text or text.isspace():
            return None, ("no text",)
        if lang is not None and lang not in self.languages:
            return None, (f"language {lang} is not scored",)
        lexicon = _lexicon(self.words)
        tones: list[float] = []
        weights: dict[str, float] = {}
        for piece in pieces(_plain(without_addresses(text))):
            tone, carried = lexicon.score(piece)
            tones.append(tone)
            for word, weight in carried:
                if abs(weight) > abs(weights.get(word, 0.0)):
                    weights[word] = weight
        if lang is None and not weights:
            return None, ("language not recognised",)
        strongest = sorted(weights.items(), key=lambda item: (-abs(item[1]), item[0]))[:MOST_REASONS]
        strength = sum(map(abs, tones))
        tone = sum(tone * abs(tone) for tone in tones) / strength if strength else 0.0
        return tone, tuple(f"{word} {weight:+.1f}" for word, weight in strongest)


def masked(text: str, spans: Iterable[Span] = ()) -> str:
    """Return a text whose brand names are a word without feeling; many are words with a score of their own.

    The spans are of this very text. A tag stays a tag, and a handle a handle.
    """
    parts: list[str] = []
    at = 0
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if span.end <= at:
            continue
        if span.start >= at:
            name = text[span.start : span.end]
            sign = name[0] if name[0] in "@#＠＃" else ""
            parts += [text[at : span.start], sign, "BRAND" if name.isupper() else "brand"]
        at = span.end
    parts.append(text[at:])
    return "".join(parts)


def without_addresses(text: str) -> str:
    """Return a text whose handles and addresses are words without feeling."""
    if "@" in text or "＠" in text:
        text = _HANDLE.sub("someone", _MAIL.sub("link", text))
    if "://" in text or "www." in text.lower():
        text = _ADDRESS.sub(" link ", text)
    return text


_ADDRESS = re.compile(r"(?:https?://|\bwww\.)[^\s<>\"]*", re.IGNORECASE)
_MAIL = re.compile(r"(?<![\w.+@-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_HANDLE = re.compile(r"(?<!\w)[@＠][\w.-]*\w(?:@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})?")


# A text in pieces


_APOSTROPHES = str.maketrans(dict.fromkeys("‘’ʼ´`＇′", "'"))
_RUN = re.compile(r"([^\x00-\x7f][\ufe0f\U0001f3fb-\U0001f3ff]?)\1{3,}")
_SENTENCE_END = re.compile(r"[.!?…]+[\"')\]”’]*\s+|[。！？\n]+")


def _plain(text: str) -> str:
    """Return the part of a text that is scored, as its lexicon spells it; runs of an emoji become three."""
    head = text[: 2 * PIECE * MOST_PIECES].translate(_APOSTROPHES)
    return _RUN.sub(r"\1\1\1", head)


def pieces(text: str) -> Iterator[str]:
    """Yield at most MOST_PIECES pieces of at most PIECE characters, cut between sentences where possible."""
    at = count = 0
    while at < len(text) and count < MOST_PIECES:
        end = at + PIECE
        if end < len(text):
            end = _last_end(text, at, end)
        piece = text[at:end].strip()
        if piece:
            yield piece
            count += 1
        at = end


def _last_end(text: str, start: int, end: int) -> int:
    """Return where the last whole sentence ends, else the last word, else the given end."""
    sentences = [match.end() for match in _SENTENCE_END.finditer(text, start, end)]
    if sentences:
        return sentences[-1]
    blank = text.rfind(" ", start + 1, end)
    return blank if blank > start else end


# VADER


@lru_cache(maxsize=8)
def _lexicon(words: tuple[tuple[str, float], ...]) -> _Lexicon:
    return _Lexicon(words)


class _Lexicon:
    """VADER's analyzer with words of our own; its lexicon is read once in a process.

    Its rules look at three words before a word and two after. Its own loop hands them the whole
    text, which costs the square of its length; here they get just those words, and say the same.
    """

    def __init__(self, words: Sequence[tuple[str, float]]) -> None:
        from vaderSentiment import vaderSentiment  # noqa: PLC0415 (30 ms; most commands score nothing)

        self._analyzer = _analyzer()
        self._split = vaderSentiment.SentiText
        self._normalize = vaderSentiment.normalize
        self._emoji = {
            ord(char): f" {name} " for char, name in self._analyzer.emojis.items() if len(char) == 1
        }
        phrases = []
        for word, weight in (*_TRADE.items(), *words):
            spelled = " ".join(word.lower().translate(_APOSTROPHES).split())
            self._analyzer.lexicon[spelled.replace(" ", "_")] = weight
            if " " in spelled:
                phrases.append(spelled)
        self._phrases = AhoCorasick(phrases, matchkind=MatchKind.LeftmostLongest) if phrases else None

    def score(self, piece: str) -> tuple[float, list[tuple[str, float]]]:
        """Return a piece's tone, and the words that carried it with their weights."""
        text = " ".join((piece if piece.isascii() else piece.translate(self._emoji)).split())
        text = self._with_phrases_joined(text)
        split = self._split(text)
        words: list[str] = split.words_and_emoticons
        spelled = [word.lower() for word in words]
        weights = [0.0] * len(words)
        for at, word in enumerate(spelled):
            if word in self._analyzer.lexicon and spelled[at : at + 2] != _KIND_OF:
                around = _Around(words[max(0, at - 3) : at + 3], split.is_cap_diff)
                (weights[at],) = self._analyzer.sentiment_valence(0, around, words[at], min(at, 3), [])
        if "but" in spelled:
            turn = spelled.index("but")
            weights = [weight * (0.5 if at < turn else 1.5) for at, weight in enumerate(weights)]
        total = float(sum(weights))
        if total:
            emphasis = self._analyzer._punctuation_emphasis(text)
            total += emphasis if total > 0 else -emphasis
        tone: float = round(self._normalize(total), 4)
        pairs = zip(spelled, weights, strict=True)
        return tone, [(word.replace("_", " "), weight) for word, weight in pairs if weight]

    def _with_phrases_joined(self, text: str) -> str:
        """Return a text in which each phrase of the lexicon is one word, since VADER looks up words."""
        lowered = text.lower()
        if self._phrases is None or len(lowered) != len(text):
            return text
        parts: list[str] = []
        at = 0
        for _, start, end in self._phrases.find_matches_as_indexes(lowered):
            if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
                parts += [text[at:start], text[start:end].replace(" ", "_")]
                at = end
        return "".join([*parts, text[at:]])


def _analyzer() -> Any:
    """Return VADER's analyzer with its slowest rule, which words are negated, made quick."""
    from vaderSentiment import vaderSentiment  # noqa: PLC0415 (see _Lexicon)

    negations = frozenset(vaderSentiment.NEGATE)
    dampened: float = vaderSentiment.N_SCALAR

    class Analyzer(vaderSentiment.SentimentIntensityAnalyzer):  # type: ignore[misc]  # it has no types
        @staticmethod
        def _negation_check(valence: float, words: Sequence[str], words_between: int, at: int) -> float:
            first, *between = [word.lower() for word in words[at - 1 - words_between : at]]
            if (first == "never" and between and between[0] in _STRESSING) or (
                words_between == 2 and between[1] in _STRESSING
            ):
                return valence * 1.25
            if first == "without" and "doubt" in between:
                return valence
            return valence * dampened if first in negations or "n't" in first else valence

    return Analyzer()


_STRESSING = {"so", "this"}


@dataclass(slots=True)
class _Around:
    """The words around one, in the shape that VADER's rules ask for."""

    words_and_emoticons: list[str]
    is_cap_diff: bool


_TRADE = {"support": 0.0, "help": 0.0, "please": 0.0, "care": 0.0}
"""Words that are praise to VADER, and to a customer the name of a department or the start of a complaint."""

_KIND_OF = ["kind", "of"]
