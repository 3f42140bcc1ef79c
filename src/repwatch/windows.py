"""A window of a stream: the stretch of it that a scan reads, and which of its pages come next."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from repwatch.model import Task
from repwatch.store.base import OpenTask, Stream, Validators

OVERLAP = timedelta(hours=48)
PAGES_PER_WINDOW = 20
BRANCHES_PER_WINDOW = 60
"""So many are read in one scan, of those that follow each other and of those that they lead to (three for
each); then the window stays open. At the slowest pace that an interface asks for, one in six seconds, that
is what a scan has time for."""
PAGES_IN_ALL = 200
"""Pages of a window over all scans: a place without end is given up there, and read from its top again."""
VALIDATORS_KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Next:
    """A page that is to be read."""

    task: Task
    discovered: bool = False
    branch: bool = False  # it may have gone since its page was read


@dataclass(eq=False)
class Window:
    """A stretch of a stream that is being read."""

    first: Task
    fingerprint: str
    seen: Mapping[str, bytes]
    remembers: bool  # whether anything is known of what it showed before
    pages: int
    shown: set[str]
    first_read: bool
    known: Validators | None = None  # from last time
    validators: Validators | None = None  # for next time
    resume: str | None = None
    pending: int = 0
    cursors: set[str | None] = field(default_factory=set)
    waiting: deque[Next] = field(default_factory=deque)
    failed: bool = False
    lost: bool = False
    left: dict[bool, int] = field(  # what may still be asked for in this scan, by whether it is a branch
        default_factory=lambda: {False: PAGES_PER_WINDOW, True: BRANCHES_PER_WINDOW}
    )

    @property
    def stream(self) -> tuple[str, str]:
        """The stream's source and query."""
        return self.first.source, self.first.query

    @property
    def is_read(self) -> bool:
        """Whether all of it was read that can be."""
        return not (self.pending or self.waiting or self.failed)

    def wait_for(self, pages: Iterable[Next]) -> None:
        """Note pages that are to be read."""
        for next in pages:
            self.cursors.add(next.task.cursor)
            self.waiting.append(next)

    def take(self) -> Next | None:
        """Return the next page to ask for; None if none waits, or a scan has asked for enough."""
        for next in self.waiting:
            if self.left[next.branch]:
                self.left[next.branch] -= 1
                self.waiting.remove(next)
                self.pending += 1
                return next
        return None

    def show(self, ids: Sequence[str]) -> bool:
        """Note what a page that was asked for has shown; tell whether any of it is new here."""
        went_on = not self.shown.issuperset(ids)
        self.shown.update(ids)
        self.pages += 1
        self.pending -= 1
        return went_on

    def unasked(self, cursors: Iterable[str]) -> list[str]:
        """Return those of the cursors that lead to pages not asked for yet, as many as there is room for."""
        room = max(0, PAGES_IN_ALL - self.pages - self.pending - len(self.waiting))
        return [cursor for cursor in dict.fromkeys(cursors) if cursor not in self.cursors][:room]


def fingerprint(rules: str, place: str) -> str:
    """Return what stands for how a stream is read, and where."""
    return f"{rules}@{place}"


def is_of(stream: Stream, fingerprint: str) -> bool:
    """Tell whether a stream was read from the place that a fingerprint is of, as far as that is known."""
    before, now = (each.partition("@")[2] for each in (stream.fingerprint, fingerprint))
    return before == now or not (before and now)


def opened(
    open_task: OpenTask, stream: Stream, seen: Mapping[str, bytes], fingerprint: str, now: datetime
) -> Window:
    """Return the window that a page is the first of.

    What was read by other rules, as the fingerprint tells, is read as if for the first time.
    """
    same = stream.fingerprint == fingerprint
    known = stream.validators
    if known is not None and (not same or now - known.at > VALIDATORS_KEPT):
        known = None
    return Window(
        first=open_task.task,
        fingerprint=fingerprint,
        seen=seen if same else {},
        remembers=bool(seen),
        pages=open_task.pages,
        shown=set(open_task.shown),
        first_read=open_task.first_read,
        known=known,
    )


def up_to(
    now: datetime,
    stream: Stream,
    left: Sequence[OpenTask],
    *,
    since: datetime | None,
    first_look_back: timedelta,
) -> Task:
    """Return the first page of the window from where a stream was read, or is being read, up to now."""
    until = [t.task.until for t in left] + ([stream.read_until] if stream.read_until else [])
    begins = max(until) - OVERLAP if until else now - first_look_back
    return Task(
        source=stream.source,
        query=stream.query,
        since=since or begins,
        until=now,
        # Where the last window ended is no place to look back from.
        resume=stream.resume if since is None else None,
    )
