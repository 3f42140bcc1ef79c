"""Stored mentions judged anew, with the brands and the scorer of today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Protocol

from repwatch.judge import Judge
from repwatch.leases import held
from repwatch.match import Matched
from repwatch.model import Assessment, Judged, Mention
from repwatch.store.base import Assessed, Filter, Reader, Store
from repwatch.tidy import version

PAGE = 300
"""Mentions kept in one transaction."""
NOT_NAMED = "nothing names the brand any more"
"""Why a mention is unsure that was about a brand before its terms were changed."""
REFUSED = "Nothing was judged. Try again when it is through."


class Place(Protocol):
    """What the configuration says of a source that matters to the judge."""

    @property
    def about(self) -> str | None:
        """The brand that everything from it is about."""

    @property
    def brands(self) -> Iterable[str]:
        """The brands that are looked for; all if there is none."""


@dataclass(kw_only=True)
class Result:
    """What came of judging anew.

    `changes` counts what the machine says otherwise, by brand, field (about, label, kind, urgency),
    before and after; `kept` of them change nothing, because a person has said how it is. `other`
    assessments changed in anything else, and `added` are brands that were not found before.
    """

    mentions: int = 0
    changes: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    kept: int = 0
    other: int = 0
    added: int = 0

    @property
    def labels(self) -> int:
        """How many labels change."""
        return sum(count for (_, what, *_), count in self.changes.items() if what == "label")


class Rescorer:
    """Judges what is stored; `progress` hears how many mentions are through.

    `stop` is asked after each page whether to leave; what was judged before is kept.
    """

    def __init__(
        self,
        judge: Judge,
        places: Mapping[str, Place],
        *,
        clock: Callable[[], datetime],
        progress: Callable[[int], None] | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._judge = judge
        self._places = places
        self._brands = frozenset(brand.key for brand in judge.matcher.brands)
        self._clock = clock
        self._progress = progress
        self._stop = stop

    def try_out(self, reader: Reader, filter: Filter) -> Result:
        """Judge mentions without keeping anything."""
        result = Result()
        for _ in self._pages(reader, filter, result):
            pass
        return result

    def rescore(self, store: Store, filter: Filter) -> Result:
        """Judge mentions and keep what is found; what people said still counts.

        Raises:
            Busy: a scan is running.
            StoreError: the database can't be used; the pages before were kept.
        """
        result = Result()
        with held(store, self._clock, refused=REFUSED, lost="Judge them again.") as renew:
            for page in self._pages(store, filter, result):
                renew()
                store.save_judgements(page)
        return result

    def _pages(self, reader: Reader, filter: Filter, result: Result) -> Iterator[list[Judged]]:
        page: list[Judged] = []
        for _, rows in groupby(reader.assessed(filter), key=attrgetter("id")):
            page.append(self._judged(list(rows), filter, result))
            if len(page) == PAGE:
                yield page
                page = []
                if self._progress is not None:
                    self._progress(result.mentions)
                if self._stop():
                    return
        if page:
            yield page

    def _judged(self, stored: list[Assessed], filter: Filter, result: Result) -> Judged:
        """Return a mention as it is judged now, for the brands that are looked for."""
        mention, place = stored[0].mention, self._places.get(stored[0].source)
        about = place.about if place else _place_of(stored)
        brands = self._brands_for(place, about, stored, filter)
        matched = self._judge.match(mention, about=about, brands=brands, asked=stored[0].query)
        judged = self._judge.assess(mention, matched, version=version(mention))
        found = {each.brand: each for each in judged.assessments if each.brand in brands}
        for brand in brands.intersection(each.assessment.brand for each in stored) - found.keys():
            found[brand] = self._unsure(mention, brand, matched)
        _count(stored, found, result)
        return replace(judged, assessments=tuple(found.values()))

    def _brands_for(
        self, place: Place | None, about: str | None, stored: list[Assessed], filter: Filter
    ) -> frozenset[str]:
        """Return which brands are looked for: of a choice of assessments only those chosen."""
        if filter.labels or filter.intents or filter.urgencies or filter.senders or filter.relevance:
            return self._brands & {each.assessment.brand for each in stored}
        brands = self._brands
        if filter.brands:
            brands &= frozenset(filter.brands)
        if place and place.brands:
            brands &= {*place.brands, *([about] if about else [])}
        return brands

    def _unsure(self, mention: Mention, brand: str, matched: Matched) -> Assessment:
        """Return how a brand is treated that was found before and is not now: a person has to decide."""
        unplaced = replace(mention, item=None)  # of something else it would be about no brand at all
        placed = self._judge.assess(mention, self._judge.match(unplaced, about=brand), version=b"")
        assessment = next(each for each in placed.assessments if each.brand == brand)
        why = next((miss.why for miss in matched.near_misses if miss.brand == brand), NOT_NAMED)
        return replace(assessment, relevance="unsure", spans=(), why=(why, *assessment.why))


def _place_of(stored: Iterable[Assessed]) -> str | None:
    """Return the brand that all of a source was about, where the source is configured no more."""
    return next(
        (
            each.assessment.brand
            for each in stored
            if any(span.rule == "about source" for span in each.assessment.spans)
        ),
        None,
    )


def _count(stored: Iterable[Assessed], found: Mapping[str, Assessment], result: Result) -> None:
    result.mentions += 1
    known = {each.assessment.brand: each for each in stored}
    result.added += len(found.keys() - known.keys())
    for brand in known.keys() & found.keys():
        before, now = known[brand].assessment, found[brand]
        fields = (
            ("about", before.relevance, now.relevance),
            ("label", before.sentiment.label, now.sentiment.label),
            ("kind", before.intent, now.intent),
            ("urgency", before.urgency, now.urgency),
        )
        changed = [(what, was, is_now) for what, was, is_now in fields if was != is_now]
        for what, was, is_now in changed:
            result.changes[brand, what, was, is_now] += 1
            result.kept += what in known[brand].said
        result.other += not changed and now != before
