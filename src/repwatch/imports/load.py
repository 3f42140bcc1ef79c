"""Files are read, judged and kept, a few hundred mentions at a time.

An import is a scan of the past: it holds the lease of scans, judges as they do, and keeps pages whole,
so that one that is stopped has kept what it had read. Read again, a file adds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from repwatch.imports.base import Rejected, Row, Unreadable
from repwatch.imports.plan import Plan
from repwatch.imports.read import Notes, rows
from repwatch.imports.rejected import RejectedFile
from repwatch.imports.values import shown
from repwatch.judge import Judge
from repwatch.leases import held
from repwatch.match import Matched
from repwatch.model import Judged, Mention, Task
from repwatch.store.base import PageSave, Saved, Store
from repwatch.tidy import version

PAGE = 300
"""Mentions kept in one transaction: half a second's work, which another writer can wait for."""
MOST_PROBLEMS = 100
"""Rejected entries that are told one by one; all of them stand in the file beside."""
MOST_HELD = 4 * 1024 * 1024
"""Characters of rejected entries that are held until they are written."""
REFUSED = "Nothing was imported. Try again when it is through."
SHOWN = 5
"""Mentions that a dry run shows."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A file, and what its mentions are to count as.

    Of repwatch's own export each mention keeps its source where `source` is only a default. `about`
    is the brand that all of it is about, `brands` those that are looked for (None for all).
    """

    plan: Plan
    source: str
    is_default: bool = False
    about: str | None = None
    brands: frozenset[str] | None = None
    beside: Path
    """What the file of rejected entries is named after."""


@dataclass(kw_only=True)
class Result:
    """What came of a file, in mentions: kept, known before, nearly or not about a brand, rejected."""

    job: Job
    rows: int = 0
    saved: Saved = field(default_factory=Saved)
    about: int = 0
    near: int = 0
    other: int = 0
    rejected: int = 0
    empty: int = 0
    problems: list[Rejected] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    shown: list[tuple[Row, Judged]] = field(default_factory=list)
    strangers: set[str] = field(default_factory=set)
    """Brands that the file speaks of, and nobody else."""
    rejected_file: Path | None = None
    broken: str | None = None
    """Why the file could not be read to its end."""

    @property
    def known(self) -> int:
        """Mentions about a brand that were stored already, or stand in the file twice."""
        return max(0, self.about - self.saved.new - self.saved.updated)

    @property
    def good(self) -> bool:
        """All of it could be used."""
        return not self.rejected and self.broken is None


class Progress(Protocol):
    """Who is told how an import gets on."""

    def update(self, name: str, done: int, size: int, rows: int) -> None:
        """Hear how many bytes and rows of a file were read."""


class Loader:
    """Reads files; `stop` is asked after each page whether to leave."""

    def __init__(
        self,
        judge: Judge,
        *,
        clock: Callable[[], datetime],
        stop: Callable[[], bool] = lambda: False,
        progress: Progress | None = None,
    ) -> None:
        self._judge = judge
        self._brands = {brand.key for brand in judge.matcher.brands}
        self._clock = clock
        self._stop = stop
        self._progress = progress
        self.interrupted = False
        """Whether it was stopped before it was through."""

    def try_out(self, jobs: Sequence[Job]) -> list[Result]:
        """Read and judge files without keeping anything; the first mentions of each are shown."""
        return list(self._each(jobs, lambda job: self._read(job, None, None)))

    def load(self, jobs: Sequence[Job], store: Store) -> list[Result]:
        """Read, judge and keep files.

        Raises:
            Busy: a scan is running.
            StoreError: the database can't be used; the pages before were kept.
            UsageError: the file of rejected entries can't be written.
        """
        with held(store, self._clock, refused=REFUSED, lost="Import the file again.") as renew:
            results = list(self._each(jobs, lambda job: self._load(job, store, renew)))
            store.tidy(self._clock())
        return results

    def _each(self, jobs: Sequence[Job], read: Callable[[Job], Result]) -> Iterator[Result]:
        for job in jobs:
            if not self.interrupted:
                yield read(job)

    def _load(self, job: Job, store: Store, renew: Callable[[], None]) -> Result:
        table = job.plan.table
        with RejectedFile(job.beside, table.columns if table else None) as beside:

            def keep(found: Sequence[tuple[Row, Judged]]) -> Saved:
                renew()
                return store.save_import(self._pages(job, found)) if found else Saved()

            result = self._read(job, keep, beside)
        result.rejected_file = beside.path if beside.written else None
        return result

    def _read(
        self,
        job: Job,
        keep: Callable[[Sequence[tuple[Row, Judged]]], Saved] | None,
        beside: RejectedFile | None,
    ) -> Result:
        result, notes, plan = Result(job=job), Notes(), job.plan
        try:
            with _opened(plan) as stream, closing(rows(plan, stream, notes)) as found:
                for page in _paged(found):
                    judged = list(self._judged(job, page, result, beside))
                    if keep is not None:
                        result.saved += keep(judged)
                    else:
                        result.shown += judged[: SHOWN - len(result.shown)]
                    if self._progress:
                        self._progress.update(plan.name, stream.tell(), plan.size, result.rows)
                    if self._stop():
                        self.interrupted = True
                        break
        except Unreadable as error:
            result.broken = str(error)
        result.empty = notes.empty
        result.remarks += notes.remarks
        result.remarks += (f"no brand {shown(name)} is configured here" for name in sorted(result.strangers))
        return result

    def _judged(
        self, job: Job, page: Sequence[Row | Rejected], result: Result, beside: RejectedFile | None
    ) -> Iterator[tuple[Row, Judged]]:
        """Yield the rows of a page that are about a brand, or nearly, and count all of them."""
        for row in page:
            result.rows += 1
            if isinstance(row, Rejected):
                result.rejected += 1
                if len(result.problems) < MOST_PROBLEMS:
                    result.problems.append(Rejected(row.line, row.reason))
                if beside is not None:
                    beside.add(row)
                continue
            told = [brand for brand in (job.about, row.about) if brand in self._brands]
            if row.about and row.about not in self._brands and len(result.strangers) < MOST_PROBLEMS:
                result.strangers.add(row.about)
            matched = self._matched(row.mention, told, job.brands)
            result.about += bool(matched.about)
            result.near += bool(matched.near_misses) and not matched.about
            result.other += not (matched.about or matched.near_misses)
            if matched.about or matched.near_misses:
                judged = self._judge.assess(row.mention, matched, version=version(row.mention))
                yield row, judged

    def _matched(self, mention: Mention, told: Sequence[str], brands: frozenset[str] | None) -> Matched:
        """Return which brands a mention is about: by its words, and those that it is told to be about.

        A review of something else needs to name the brand where a place is read, but not where a
        person says so.
        """
        matched = self._judge.match(mention, brands=None if brands is None else brands.union(told))
        for brand in dict.fromkeys(told):
            if any(match.brand == brand for match in matched.about):
                continue
            placed = self._judge.match(replace(mention, item=None), about=brand).about
            about = (*matched.about, *(match for match in placed if match.brand == brand))
            matched = Matched(about, tuple(miss for miss in matched.near_misses if miss.brand != brand))
        return matched

    def _pages(self, job: Job, found: Sequence[tuple[Row, Judged]]) -> list[PageSave]:
        """Return what was found by the source and the moment that it counts under."""
        now = self._clock()
        groups: dict[tuple[str, datetime], list[Judged]] = {}
        for row, judged in found:
            source = row.source if job.is_default and row.source else job.source
            groups.setdefault((source, row.collected_at or now), []).append(judged)
        return [
            PageSave(
                task=Task(source=source, query="import", since=at, until=at),
                collected_at=at,
                judged=judged,
                shown=(),
                seen=(),
                first_read=True,  # the day of an import is not that of an undated mention
            )
            for (source, at), judged in groups.items()
        ]


@contextmanager
def _opened(plan: Plan) -> Iterator[BinaryIO]:
    try:
        stream = plan.path.open("rb")
    except OSError as error:
        raise Unreadable(f"it can't be read any more: {error.strerror or error}") from error
    with stream:
        yield stream


def _paged(found: Iterator[Row | Rejected]) -> Iterator[list[Row | Rejected]]:
    """Yield rows page by page; what came before the file could not be read any further as well.

    Raises:
        Unreadable: it can't be read any further.
    """
    page: list[Row | Rejected] = []
    size = 0
    try:
        for row in found:
            page.append(row)
            size += sum(map(len, row.raw)) if isinstance(row, Rejected) else 0
            if len(page) == PAGE or size > MOST_HELD:
                yield page
                page, size = [], 0
    except (Unreadable, OSError) as error:
        yield page
        if isinstance(error, OSError):
            raise Unreadable(f"it can't be read any further: {error.strerror or error}") from error
        raise
    yield page
