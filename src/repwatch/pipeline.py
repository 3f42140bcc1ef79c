"""One page on its way from an answer to what is worth keeping: parse, tidy, match, score.

Pure functions over plain values. The same code runs in a scan's worker processes, in
`source test` and wherever else an answer is to be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from repwatch.errors import ParseError
from repwatch.judge import Judge
from repwatch.model import Answer, Judged, Page, Task
from repwatch.sources.base import Source
from repwatch.tidy import tidy_page, version


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A source as far as reading its pages goes: `about` is the brand that everything is about."""

    source: Source
    about: str | None = None
    brands: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageJob:
    """An answer to be read; `seen` are versions of mentions that need no second look."""

    task: Task
    answer: Answer
    collected_at: datetime
    seen: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPage:
    """A page as it was read.

    `judged` are the mentions that are new to the stream, `shown` and `versions` those of all of
    its mentions. `page` has the rest of what the source said, without the mentions themselves.
    `stale` says that all dated mentions are older than the task's window.
    """

    page: Page
    judged: tuple[Judged, ...]
    shown: tuple[str, ...]
    versions: tuple[bytes, ...]
    stale: bool


@dataclass(frozen=True)
class PageReader:
    """Reads the pages of all places; goes to a worker process once and stays there."""

    places: Mapping[str, Place]
    judge: Judge

    def __call__(self, job: PageJob) -> ReadPage:
        """Read one page.

        Raises:
            ParseError: the answer is not what the source expects.
        """
        return read_page(self.places[job.task.source], self.judge, job)


def read_page(place: Place, judge: Judge, job: PageJob) -> ReadPage:
    """Parse an answer, and judge those of its mentions that have not been seen before.

    Raises:
        ParseError: the answer is not what the source expects.
    """
    page = tidy_page(place.source.parse(job.task, job.answer), job.collected_at)
    if page.damaged and not page.mentions:
        raise ParseError("the answer is cut or malformed, and nothing of it could be read")
    judged: list[Judged] = []
    versions: list[bytes] = []
    for mention in page.mentions:
        versions.append(version(mention))
        if versions[-1] in job.seen:
            continue
        matched = judge.match(mention, about=place.about, brands=place.brands)
        # An edit may take the brand out of a text that is stored; on a first read nothing is stored.
        if matched.about or matched.near_misses or job.seen:
            judged.append(judge.assess(mention, matched, version=versions[-1]))
    dates = [m.published_at for m in page.mentions if m.published_at is not None]
    return ReadPage(
        page=Page(
            cursors=page.cursors,
            resume=page.resume,
            skipped=page.skipped,
            discovered=page.discovered,
            damaged=page.damaged,
        ),
        judged=tuple(judged),
        shown=tuple(m.id for m in page.mentions),
        versions=tuple(versions),
        stale=bool(dates) and max(dates) < job.task.since,
    )
