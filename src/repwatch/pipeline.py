"""One page on its way from an answer to what is worth keeping: parse, tidy, match, score.

Pure functions over plain values. The same code runs in a scan's worker processes, in
`source test` and wherever else an answer is to be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from repwatch.errors import ParseError
from repwatch.judge import Judge
from repwatch.model import Answer, Judged, Known, Page, Task
from repwatch.sources.base import Rereads, Source, Threads
from repwatch.tidy import tidy_page, version

UNREAD = frozenset(
    (
        "no object",
        "not an object",
        "no text",
        "neither text nor rating",
        "neither a post nor a comment",
        "neither a video nor a comment",
        "no number",
    )
)
"""Reasons for leaving an entry out that may as well be ours: its words may stand in another field now.

Where it was deleted, is not public or is a picture, the platform said so.
"""
FEWEST_UNREAD = 5
"""A post or two without a word are nothing strange, so many on a page without any other are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A source as far as reading its pages goes: `about` is the brand that everything is about."""

    source: Source
    about: str | None = None
    brands: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageJob:
    """An answer to be read; mentions that are `seen` in the same version need no second look."""

    task: Task
    answer: Answer
    collected_at: datetime
    seen: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondJob:
    """An answer that shows stored mentions again, or, with `thread`, the replies under one."""

    source: str
    known: tuple[Known, ...]
    answer: Answer
    collected_at: datetime
    thread: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAgain:
    """What a second look showed (see model.Revisit); `page` has the rest of what the source said."""

    judged: tuple[Judged, ...] = ()
    gone: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    page: Page = field(default_factory=Page)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPage:
    """A page as it was read.

    `judged` are the mentions that are new to the stream, `shown` and `versions` those of all of
    its mentions. `page` has the rest of what the source said, without the mentions themselves.
    `stale` says that all dated mentions are older than the task's window, and so are those that follow.
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

    def __call__(self, job: PageJob | SecondJob) -> ReadPage | ReadAgain:
        """Read one answer.

        Raises:
            ParseError: the answer is not what the source expects.
        """
        if isinstance(job, SecondJob):
            return read_again(self.places[job.source], self.judge, job)
        return read_page(self.places[job.task.source], self.judge, job)


def read_page(place: Place, judge: Judge, job: PageJob) -> ReadPage:
    """Parse an answer, and judge those of its mentions that have not been seen before.

    Raises:
        ParseError: the answer is not what the source expects.
    """
    page = tidy_page(place.source.parse(job.task, job.answer), job.collected_at)
    if page.damaged and not page.mentions:
        raise ParseError("the answer is cut or malformed, and nothing of it could be read")
    if _is_unread(page):
        raise ParseError(f"none of {len(page.skipped)} entries can be read: {page.skipped[0]}")
    judged: list[Judged] = []
    versions: list[bytes] = []
    for mention in page.mentions:
        versions.append(version(mention))
        if job.seen.get(mention.id) == versions[-1]:
            continue
        matched = judge.match(mention, about=place.about, brands=place.brands, asked=job.task.query)
        # An edit may take the brand out of a text that is stored; on a first read nothing is stored.
        if matched.about or matched.near_misses or job.seen:
            judged.append(judge.assess(mention, matched, version=versions[-1]))
    dates = [m.published_at for m in page.mentions if m.published_at is not None]
    return ReadPage(
        page=replace(page, mentions=()),
        judged=tuple(judged),
        shown=tuple(m.id for m in page.mentions),
        versions=tuple(versions),
        stale=bool(dates) and max(dates) < job.task.since and not page.unordered,
    )


def _is_unread(page: Page) -> bool:
    """Tell whether a page has entries, none of which says anything to us, or leads to what hangs below."""
    several = len(page.skipped) >= FEWEST_UNREAD
    return several and UNREAD.issuperset(page.skipped) and not (page.mentions or page.branches)


def read_again(place: Place, judge: Judge, job: SecondJob) -> ReadAgain:
    """Judge what a second look shows: the mentions that were asked for, or the replies under one.

    Whatever else the answer holds is left out. Of replies, those are kept that are about a brand,
    and with them those of the brands' own accounts.

    Raises:
        ParseError: the answer is not what the source expects.
    """
    source = place.source
    gone: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    if job.thread:
        if not isinstance(source, Threads):
            raise ParseError("this source brings no replies", reason="crashed")
        page = tidy_page(source.replies(job.known[0], job.answer), job.collected_at)
        asked = None
    else:
        if not isinstance(source, Rereads):
            raise ParseError("this source reads nothing again", reason="crashed")
        revisit = source.revisit(job.known, job.answer)
        page = tidy_page(Page(mentions=revisit.mentions, cost=revisit.cost), job.collected_at)
        asked = {one.id for one in job.known}
        gone = tuple(id for id in revisit.gone if id in asked)
        missing = tuple(id for id in revisit.missing if id in asked and id not in gone)
    judged = []
    for mention in page.mentions:
        if asked is not None and mention.id not in asked:
            continue
        matched = judge.match(mention, about=None if job.thread else place.about, brands=place.brands)
        if matched.about or asked is not None:
            judged.append(judge.assess(mention, matched, version=version(mention)))
    rest = replace(page, mentions=())
    return ReadAgain(judged=tuple(judged), gone=gone, missing=missing, page=rest)
