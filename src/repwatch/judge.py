"""Which brands a mention is about, and how it treats them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from repwatch.language import detect
from repwatch.match import Match, Matched, Matcher
from repwatch.model import (
    ITEM_OF_PAGE,
    UNNAMED,
    Assessment,
    Brand,
    Judged,
    Mention,
    NearMiss,
    Sentiment,
    Span,
)
from repwatch.score import Scorer, masked, scorer
from repwatch.tidy import twins, version


@dataclass(frozen=True)
class Judge:
    """Reads mentions for all brands at once; picklable, and the same in every process."""

    matcher: Matcher
    scorer: Scorer

    def judge(
        self, mention: Mention, *, about: str | None = None, brands: frozenset[str] | None = None
    ) -> Judged:
        """Return a tidied mention with an assessment for each brand that it is about (see match)."""
        matched = self.match(mention, about=about, brands=brands)
        return self.assess(mention, matched, version=version(mention))

    def match(
        self, mention: Mention, *, about: str | None = None, brands: frozenset[str] | None = None
    ) -> Matched:
        """Return which brands a tidied mention is about.

        Args:
            mention: as the source gave it, tidied.
            about: the brand that everything from this source is about, named or not. A review whose
                item is something else still has to name it; one that only stands in something on
                its page has to if that names another brand.
            brands: look for these alone (and for `about`); None for all.
        """
        matched = self.matcher.match(mention)
        if about is not None:
            matched = self._with_place(matched, mention, about)
        if brands is not None:
            matched = only(matched, brands | {about} if about else brands)
        return matched

    def assess(
        self, mention: Mention, matched: Matched, *, version: bytes, lang: str | None = None
    ) -> Judged:
        """Return a mention with an assessment for each brand that was found in it.

        Who does not want to be found is not named from here on, unless it is a brand itself.
        Its language is worked out, unless `lang` names it for sure, and its text scored, only if there
        is one.
        """
        if UNNAMED in mention.marks and not any(match.own for match in matched.about):
            mention = replace(mention, author=None, author_id=None, author_url=None)
        judged = Judged(
            mention=mention,
            version=version,
            twins=twins(mention),
            near_misses=matched.near_misses,
        )
        if not matched.about:
            return judged
        words = spoken(mention, [span for match in matched.about for span in match.spans])
        lang = lang or detect(words, mention.lang)
        sentiment = self.scorer.score(words, lang=lang, rating=rating_share(mention))
        return replace(
            judged,
            mention=replace(mention, lang=lang),
            assessments=tuple(self._assessment(match, sentiment) for match in matched.about),
        )

    def _assessment(self, match: Match, sentiment: Sentiment) -> Assessment:
        return Assessment(
            brand=match.brand,
            relevance="about",
            own=match.own,
            spans=match.spans,
            sentiment=sentiment,
            scorer=f"{self.scorer.name}/{self.scorer.version}",
        )

    def _with_place(self, matched: Matched, mention: Mention, about: str) -> Matched:
        """Return what was found, and the brand that everything here is about."""
        if any(match.brand == about for match in matched.about):
            return matched
        near = [miss for miss in matched.near_misses if miss.brand == about]
        if mention.item and not self._names(mention.item, about, near):
            others_item = any(span.field == "item" for match in matched.about for span in match.spans)
            if others_item or ITEM_OF_PAGE not in mention.marks:
                return matched
        place = Match(about, False, (Span("text", 0, 0, about, "about source"),))
        others = tuple(miss for miss in matched.near_misses if miss.brand != about)
        return Matched((*matched.about, place), others)

    def _names(self, item: str, brand: str, near: Sequence[NearMiss]) -> bool:
        """Tell whether an item may be the brand's: by its name, or by a weak term."""
        if any(span.field == "item" and span.rule == "weak term" for miss in near for span in miss.spans):
            return True
        name = next((one.name for one in self.matcher.brands if one.key == brand), brand)
        return name.casefold() in item.casefold()


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


def judge_for(brands: Iterable[Brand], scoring: Scoring) -> Judge:
    """Return the judge that a configuration describes.

    Raises:
        UsageError: there is no such scorer.
    """
    return Judge(Matcher(brands), scorer_for(scoring))


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
    )


def spoken(mention: Mention, spans: Sequence[Span] = ()) -> str:
    """Return what a mention says, title first, names masked; a title that the text repeats is left out."""
    title, text = (
        masked(getattr(mention, name), [s for s in spans if s.field == name]) for name in ("title", "text")
    )
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
