"""Which brands a mention is about, and how it treats them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, Protocol, TypeVar

from repwatch.judging import clauses
from repwatch.judging.care import Asked, Care, Taught
from repwatch.judging.intent import Wording, decided, sounds, wants, written, written_in
from repwatch.judging.language import detect
from repwatch.judging.senders import by_words, sender
from repwatch.match import Match, Matched, Matcher
from repwatch.model import (
    ITEM_OF_PAGE,
    UNNAMED,
    Assessment,
    Brand,
    Intent,
    Judged,
    Mention,
    Sentiment,
    Span,
    Urgency,
)
from repwatch.score import Scorer, masked, scorer
from repwatch.tidy import twins, version


@dataclass(frozen=True)
class Judge:
    """Reads mentions for all brands at once; picklable, and the same in every process.

    `own` are the scorers of brands that taught theirs something; `scorer` is that of all others.
    """

    matcher: Matcher
    scorer: Scorer
    wording: Wording = field(default_factory=Wording)
    own: Mapping[str, Scorer] = field(default_factory=dict)

    def scored_by(self, brand: str | None = None) -> str:
        """Return the name and version of what judges a brand; it changes with what is configured for it."""
        scorer = self._scorer(brand)
        return f"{scorer.name}/{scorer.version}{self.wording.version}"

    def judge(
        self,
        mention: Mention,
        *,
        about: str | None = None,
        brands: frozenset[str] | None = None,
        asked: str = "",
    ) -> Judged:
        """Return a tidied mention with an assessment for each brand that it may be about (see match)."""
        matched = self.match(mention, about=about, brands=brands, asked=asked)
        return self.assess(mention, matched, version=version(mention))

    def match(
        self,
        mention: Mention,
        *,
        about: str | None = None,
        brands: frozenset[str] | None = None,
        asked: str = "",
    ) -> Matched:
        """Return which brands a tidied mention is about, or may be.

        Args:
            mention: as the source gave it, tidied.
            about: the brand that everything from this source is about, named or not. A review whose
                item is something else still has to name it; one that only stands in something on
                its page has to if that names another brand.
            brands: look for these alone (and for `about`); None for all.
            asked: what its source was searched for.
        """
        matched = self.matcher.match(mention, asked=asked)
        if about is not None:
            matched = self._with_place(matched, mention, about)
        if brands is not None:
            matched = only(matched, brands | {about} if about else brands)
        return matched

    def assess(
        self, mention: Mention, matched: Matched, *, version: bytes, lang: str | None = None
    ) -> Judged:
        """Return a mention with an assessment for each brand that was found in it.

        Who does not want to be found is not named from here on, unless it is a brand itself. The
        language is worked out, unless `lang` names it for sure, and the text scored, only if there is an
        assessment. It is scored once, as a whole, unless it says something else of each of several brands.
        """
        if UNNAMED in mention.marks and not any(match.own for match in matched.about):
            mention = replace(mention, author=None, author_id=None, author_url=None)
        assessments: tuple[Assessment, ...] = ()
        known = twins(mention)
        if matched.about:
            words = spoken(mention, [span for match in matched.about for span in match.spans])
            lang = lang or detect(words, mention.lang)
            if lang != mention.lang:
                mention = replace(mention, lang=lang)
            assessments = self._assessments(mention, words, matched.about)
        return Judged(
            mention=mention,
            version=version,
            twins=known,
            assessments=assessments,
            near_misses=matched.near_misses,
        )

    def hear(self, brand: str, texts: Sequence[Text]) -> list[Heard]:
        """Return how texts sound that are about a brand and of which nothing else is known.

        The same as `assess` says of such mentions, for those who ask of many at once and need no reasons
        for what is wanted. Each step is taken for all texts before the next one: it is quicker a second
        time, while what it needs is at hand (a sixth of the time of all).
        """
        scorer = self._scorer(brand)
        words = [masked(one.text, one.spans) if one.spans else one.text for one in texts]
        langs = [one.lang or detect(said) for one, said in zip(texts, words, strict=True)]
        asked = [Asked(said, lang, one.rating) for one, said, lang in zip(texts, words, langs, strict=True)]
        sentiments = (
            scorer.scores(asked)
            if isinstance(scorer, Care)
            else [scorer.score(one.text, lang=one.lang, rating=one.rating) for one in asked]
        )
        signs = [
            self.wording.phrases(said, lang) | written_in(one.text)
            for one, said, lang in zip(texts, words, langs, strict=True)
        ]
        return [
            Heard(lang, sentiment, *_wanted(one, sentiment, found))
            for one, lang, sentiment, found in zip(texts, langs, sentiments, signs, strict=True)
        ]

    def _assessments(self, mention: Mention, words: str, matches: Sequence[Match]) -> tuple[Assessment, ...]:
        readings = self._compared(mention, matches) if len(matches) > 1 else {}
        beside = written(mention)
        whole: _Reading | None = None
        for match in matches:
            if match.brand in readings:
                continue
            if match.brand in self.own:
                readings[match.brand] = self._reading(match.brand, words, mention.lang, rating_share(mention))
                continue
            whole = whole or self._reading(match.brand, words, mention.lang, rating_share(mention))
            readings[match.brand] = whole
        return tuple(self._assessment(mention, match, readings[match.brand], beside) for match in matches)

    def _scorer(self, brand: str | None) -> Scorer:
        return self.own.get(brand, self.scorer) if brand is not None else self.scorer

    def _reading(
        self, brand: str, words: str, lang: str | None, rating: float | None, side: str | None = None
    ) -> _Reading:
        """Return what some words come to for a brand."""
        said = f"{words}. brand is {side}" if side else words
        sentiment = self._scorer(brand).score(said, lang=lang, rating=rating)
        tone = sounds(sentiment, rating)
        if side:
            compared = f"{side} than another brand"
            own = [why for why in sentiment.reasons if side in words.lower() or side not in why]
            sentiment = replace(sentiment, reasons=(compared, *own))
            tone[f"compared {side}"] = compared
        return _Reading(sentiment, self.wording.signs(words, lang), tone)

    def _compared(self, mention: Mention, matches: Sequence[Match]) -> dict[str, _Reading]:
        """Return what a text says of each brand that it names, empty where it says the same of all."""
        named = [m for m in matches if m.relevance == "about" and any(s.field in _SAID for s in m.spans)]
        if not 1 < len(named) <= clauses.MOST_BRANDS:
            return {}
        marked = {
            name: clauses.marked(
                getattr(mention, name),
                [
                    (s.start, s.end, index)
                    for index, m in enumerate(named)
                    for s in m.spans
                    if s.field == name
                ],
            )
            for name in _SAID
        }
        parts = clauses.apart(_joined(marked["title"], marked["text"]), len(named))
        rating = rating_share(mention)
        rated = [m.brand for m in named if any(s.field == "item" for s in m.spans)]
        return {
            match.brand: replace(
                self._reading(
                    match.brand,
                    part.text,
                    mention.lang,
                    rating if not rated or match.brand in rated else None,
                    part.side,
                ),
                comparison=True,
            )
            for match, part in zip(named, parts, strict=True)
            if part is not None
        }

    def _assessment(
        self, mention: Mention, match: Match, reading: _Reading, beside: Mapping[str, str]
    ) -> Assessment:
        signs = {**reading.signs, **beside}
        who, who_why = sender(mention, signs, own=match.own)
        wanted = wants({**signs, **reading.tone}, who)
        about = f"{match.relevance}: {', '.join(match.why)}" if match.why else ""
        return Assessment(
            brand=match.brand,
            relevance=match.relevance,
            own=match.own,
            spans=match.spans,
            sentiment=reading.sentiment,
            scorer=self.scored_by(match.brand),
            intent=wanted.intent,
            urgency=wanted.urgency,
            sender=who,
            comparison=reading.comparison,
            why=tuple(filter(None, (about, who_why, *wanted.why))),
        )

    def _with_place(self, matched: Matched, mention: Mention, about: str) -> Matched:
        """Return what was found, and the brand that everything here is about."""
        if any(match.brand == about and match.relevance == "about" for match in matched.about):
            return matched
        near = [
            *(match.spans for match in matched.about if match.brand == about),
            *(miss.spans for miss in matched.near_misses if miss.brand == about),
        ]
        if mention.item and not self._names(mention.item, about, near):
            others_item = any(span.field == "item" for match in matched.about for span in match.spans)
            if others_item or ITEM_OF_PAGE not in mention.marks:
                return matched
        why = ("all of its source is",)
        place = Match(about, False, (Span("text", 0, 0, about, "about source"),), why=why)
        found = tuple(match for match in matched.about if match.brand != about)
        others = tuple(miss for miss in matched.near_misses if miss.brand != about)
        return Matched((*found, place), others)

    def _names(self, item: str, brand: str, near: Sequence[Sequence[Span]]) -> bool:
        """Tell whether an item may be the brand's: by its name, or by a weak term."""
        if any(
            span.field == "item" and span.rule.startswith("weak term") for spans in near for span in spans
        ):
            return True
        name = next((one.name for one in self.matcher.brands if one.key == brand), brand)
        return name.casefold() in item.casefold()


class Text(NamedTuple):
    """A text that is judged by itself: where it names the brand, its rating as a share, its language."""

    text: str
    spans: Sequence[Span] = ()
    rating: float | None = None
    lang: str | None = None


class Heard(NamedTuple):
    """The language of a text, how it sounds, and what somebody wants with it."""

    lang: str | None
    sentiment: Sentiment
    intent: Intent
    urgency: Urgency


def _wanted(said: Text, sentiment: Sentiment, signs: Mapping[str, str]) -> tuple[Intent, Urgency]:
    who, _ = by_words(said.text, signs)
    wanted = decided(frozenset((*signs, *sounds(sentiment, said.rating))), who)
    return wanted.intent, wanted.urgency


@dataclass(frozen=True, slots=True)
class _Reading:
    """How some words sound, and the signs in them."""

    sentiment: Sentiment
    signs: Mapping[str, str]
    tone: Mapping[str, str]
    comparison: bool = False


_Verdict = TypeVar("_Verdict", Intent, Urgency)
_SAID: tuple[Literal["title", "text"], ...] = ("title", "text")


class Scoring(Protocol):
    """How the configuration wants texts to be scored (see score.scorer)."""

    @property
    def scorer(self) -> str:
        """Its name."""

    @property
    def negative_from(self) -> float:
        """Texts that are so probably negative are labelled so (care)."""

    @property
    def positive_from(self) -> float:
        """Texts that are so probably positive are labelled so (care)."""

    @property
    def negative_below(self) -> float:
        """Lower scores are negative (vader)."""

    @property
    def positive_above(self) -> float:
        """Higher scores are positive (vader)."""

    @property
    def languages(self) -> Iterable[str]:
        """Codes of the languages that are scored."""

    @property
    def words(self) -> Mapping[str, float]:
        """Words and phrases that are added, from -4 to 4."""

    @property
    def model(self) -> str:
        """The folder of a transformer (onnx)."""

    @property
    def kinds(self) -> Mapping[str, Intent]:
        """Phrases that make a text of one kind, before all other rules."""

    @property
    def urgency(self) -> Mapping[str, Urgency]:
        """Phrases that make a text so urgent, before all other rules."""


def judge_for(brands: Iterable[Brand], scoring: Scoring, taught: Mapping[str, Taught] | None = None) -> Judge:
    """Return the judge that a configuration describes, with what each brand taught it (see training).

    Raises:
        UsageError: there is no such scorer.
    """
    matcher, usual = Matcher(brands), scorer_for(scoring)
    wording = Wording(_phrases(scoring.kinds, matcher.brands), _phrases(scoring.urgency, matcher.brands))
    if not isinstance(usual, Care):
        return Judge(matcher, usual, wording)
    own = {brand: replace(usual, taught=lesson) for brand, lesson in (taught or {}).items()}
    return Judge(matcher, usual, wording, own)


def _phrases(said: Mapping[str, _Verdict], brands: Sequence[Brand]) -> tuple[tuple[str, _Verdict], ...]:
    """Return phrases with their verdicts: as written, and as they read where names of brands are masked."""
    names = {name for brand in brands for name in brand.terms + brand.weak_terms}
    longest_first = "|".join(map(re.escape, sorted(names, key=lambda name: (-len(name), name))))
    pattern = re.compile(rf"(?<!\w)(?:{longest_first})(?!\w)", re.IGNORECASE)
    spelled = dict(said)
    for phrase, verdict in said.items():
        spans = [Span("text", *name.span(), name[0], "term") for name in pattern.finditer(phrase) if name[0]]
        spelled.setdefault(masked(phrase, spans), verdict)
    return tuple(sorted(spelled.items()))


def scorer_for(scoring: Scoring) -> Scorer:
    """Return the scorer that a configuration describes.

    Raises:
        UsageError: there is no such scorer.
    """
    return scorer(
        scoring.scorer,
        negative_from=scoring.negative_from,
        positive_from=scoring.positive_from,
        negative_below=scoring.negative_below,
        positive_above=scoring.positive_above,
        languages=scoring.languages,
        words=scoring.words,
        model=scoring.model,
    )


def spoken(mention: Mention, spans: Sequence[Span] = ()) -> str:
    """Return what a mention says, title first, names masked; a title that the text repeats is left out."""
    title, text = (masked(getattr(mention, name), [s for s in spans if s.field == name]) for name in _SAID)
    return _joined(title, text)


def _joined(title: str, text: str) -> str:
    return text if not title or text.startswith(title) else f"{title}\n{text}".strip()


def rating_share(mention: Mention) -> float | None:
    """Return a rating as a share of its scale, from 0.0 to 1.0; None without one, or on no sensible scale.

    Source:
        schema.org Rating: where a scale isn't given it goes from 1 to 5.
    """
    if mention.rating is None:
        return None
    worst = 1.0 if mention.rating_worst is None else mention.rating_worst
    best = 5.0 if mention.rating_best is None else mention.rating_best
    if not (worst < best and worst <= mention.rating <= best and math.isfinite(best - worst)):
        return None
    return (mention.rating - worst) / (best - worst)


def only(matched: Matched, brands: frozenset[str]) -> Matched:
    """Return what was found of some brands."""
    return Matched(
        tuple(match for match in matched.about if match.brand in brands),
        tuple(miss for miss in matched.near_misses if miss.brand in brands),
    )
