"""A scan: every due source is read from where it was left, and what it showed is kept.

The main thread holds the store and decides; `crawl` fetches, `workers` read pages. Each source
has streams, one for each of its queries; a scan opens one window for each stream and follows its
pages until the window is done. A page is kept with its place in the window in one transaction,
so a scan that is cut off costs one page, and the next scan is the retry.
"""

from __future__ import annotations

import hashlib
import logging
import os
import socket
import time
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import wait
from pathlib import Path
from typing import Protocol

from platformdirs import user_state_path

from repwatch import fetch
from repwatch.config import Config, SourceConfig, hide, secrets
from repwatch.crawl.asker import SHORTEST_SECRET, Asker, asked
from repwatch.crawl.crawler import Said, crawler_for
from repwatch.crawl.logins import Logins
from repwatch.errors import Busy, FetchError, ParseError, Reason, SourceError
from repwatch.habits import REMEMBERED
from repwatch.leases import LEASE, LEASE_S, RENEWED_EVERY_S
from repwatch.model import Answer, Brand, Page, Request, Task
from repwatch.outcomes import ABSENT, WAITING, Tally, with_sight
from repwatch.pipeline import PageJob, PageReader, Place, ReadAgain, ReadPage, SecondJob
from repwatch.second_looks import Look, SecondLooks
from repwatch.sources.base import Source
from repwatch.store.base import (
    OpenTask,
    Outcome,
    PageSave,
    Run,
    Store,
    Stream,
    Validators,
)
from repwatch.text import one_line
from repwatch.urls import origin, redact
from repwatch.windows import OVERLAP, Next, Window, fingerprint, is_of, opened, up_to
from repwatch.workers import MEMORY_BYTES, Workers

log = logging.getLogger(__name__)

LONGEST_VALIDATOR = 1_024
LONGEST_CURSOR = 8_192
LONGEST_DETAIL = 300
PASSING: frozenset[Reason] = frozenset(("timeout", "unreachable", "tls", "rate_limited", "quota"))
"""Reasons that pass by themselves; a server that answers with its own trouble may do so for one page."""
OF_THE_PLACE: frozenset[Reason] = WAITING | {"login", "tls"}
"""Reasons that say nothing about a branch: it is read when its place can be."""
NOTHING = ReadPage(page=Page(), judged=(), shown=(), versions=(), stale=False)
PENDING_BYTES = 16 * 1024 * 1024
"""Answers that may wait to be read, in bytes; beyond that nothing more is fetched."""
TICK_S = 0.5

PRELOAD = (
    "repwatch.pipeline",
    "feedparser",
    "selectolax.lexbor",
    "repwatch.judging.loaded",
    "fasttext",
)


class Progress(Protocol):
    """Who is told how a scan gets on."""

    def update(self, source: str, pages: int, mentions: int) -> None:
        """Hear that another page of a source was read."""

    def finish(self, outcome: Outcome) -> None:
        """Hear that a source is through."""


@dataclass(eq=False)
class _Visit:
    """One page that is being read."""

    source: str
    request: Request
    window: Window
    next: Next

    @property
    def task(self) -> Task:
        return self.next.task


_Look = _Visit | Look
_Job = PageJob | SecondJob
_Read = ReadPage | ReadAgain


class Scan:
    """One run over the due sources.

    `stop` is asked twice a second whether to leave; what was read by then is kept.
    """

    def __init__(
        self,
        config: Config,
        store: Store,
        *,
        progress: Progress | None = None,
        stop: Callable[[], bool] = lambda: False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sessions: Path | None = None,
    ) -> None:
        self._config = config
        self._store = store
        self._progress = progress
        self._stop = stop
        self._clock = clock
        self._secrets = set(secrets(config))
        self._sessions = sessions or user_state_path("repwatch") / "sessions"
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._renewed_s = 0.0
        self._jobs: deque[tuple[_Look, Answer]] = deque()
        self._job_bytes = 0
        self._tallies: dict[str, Tally] = {}
        self._later: dict[tuple[str, str], Task] = {}
        self._asked_since: dict[str, datetime] = {}
        self._first_look_back = timedelta(seconds=config.scan.first_look_back_s)
        self._second_looks = SecondLooks(store, clock)
        self.interrupted = False
        """Whether the scan was stopped, or ran out of time, before it was through."""

    def run(
        self, due: Sequence[SourceConfig], *, since: datetime | None = None, max_time_s: float | None = None
    ) -> Run:
        """Read the sources and return what each of them did; the exit code is the caller's.

        `since` reads that far back, whatever was read before.

        Raises:
            Busy: another scan is running.
            StoreError: the database can't be used; the pages before were kept.
        """
        now = self._clock()
        holder = self._store.take_lease(LEASE, self._holder, now, LEASE_S)
        if holder is not None:
            raise Busy(f"another scan is running since {holder.taken_at:%Y-%m-%d %H:%M} UTC")
        self._renewed_s = time.monotonic()
        run = Run(id=f"r_{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03}Z", started_at=now, due=len(due))
        try:
            self._store.begin_run(run)
            self._health = self._store.health()
            if due:
                deadline_s = time.monotonic() + (
                    self._config.scan.max_time_s if max_time_s is None else max_time_s
                )
                self._read_all(due, run, since, deadline_s)
            for key in self._tallies:
                self._close(key, run, now=True)
            outcomes = tuple(tally.closed for tally in self._tallies.values() if tally.closed)
            self._second_looks.give_back(self._config.sources.values())
            run = replace(run, ended_at=self._clock(), outcomes=outcomes)
            self._store.tidy(self._clock())
        finally:
            self._store.release_lease(LEASE, self._holder)
        return run

    def _read_all(
        self, due: Sequence[SourceConfig], run: Run, since: datetime | None, deadline_s: float
    ) -> None:
        workers = self._workers(due)
        workers.warm_up()  # before httpx is imported: both take their time
        crawler = crawler_for(self._config.http, self._config.scan.jobs, self._store, self._clock)
        logins = Logins(self._sessions, self._clock)
        asker: Asker[_Look] = Asker(crawler, self._store, logins, self._secrets, self._clock)
        try:
            for source in due:
                self._open(source, run.started_at, since, asker)
            self._loop(asker, workers, run, deadline_s)
        finally:
            asker.close()
            workers.close()

    def _workers(self, due: Sequence[SourceConfig]) -> Workers[_Look, _Job, _Read]:
        from repwatch.judge import judge_for  # noqa: PLC0415 (the main thread itself judges nothing)
        from repwatch.learning.training import taught  # noqa: PLC0415 (likewise)

        places = {
            s.key: Place(source=s.built, about=s.about, brands=frozenset(s.brands) or None)
            for s in due
            if s.lacks is None
        }
        lessons = taught(self._store.lessons())
        judge = judge_for(self._config.brands.values(), self._config.scoring, lessons)
        self._matching = judge.matcher.fingerprint
        count = min(os.cpu_count() or 1, max(1, len(due) // 2))
        memory_bytes = max(MEMORY_BYTES, getattr(judge.scorer, "memory_bytes", 0))
        return Workers(count, PageReader(places, judge), preload=PRELOAD, memory_bytes=memory_bytes)

    # -- windows

    def _open(self, config: SourceConfig, now: datetime, since: datetime | None, asker: Asker[_Look]) -> None:
        """Open a window for each stream of a source, or go on with the one that is open."""
        tally = self._tallies[config.key] = Tally(config, now)
        try:
            source = config.built
            queries = asked(lambda: source.queries(brands_of(self._config, config)))
        except SourceError as error:
            tally.streams = tally.failed = 1
            self._note(tally, error)
            return
        known = self._store.streams(config.key)
        left: dict[str, list[OpenTask]] = {}
        for open_task in self._store.open_tasks([config.key]):
            left.setdefault(open_task.task.query, []).append(open_task)
        rules = self._rules(config)
        self._asked_since[config.key] = self._store.asked_since(config.key, _digest(source, queries), now)
        for query in queries:
            tally.streams += 1
            stream = Stream(source=config.key, query=query)
            read_by = fingerprint(rules, self._place(source, query, now))
            if query in known and is_of(known[query], read_by):
                stream = known[query]
            elif query in known:
                # Its name stands for another place now, of which nothing was read yet.
                self._store.start_over(config.key, query)
                left.pop(query, None)
            window = up_to(
                now, stream, left.get(query, []), since=since, first_look_back=self._first_look_back
            )
            if query in left:
                self._later[config.key, query] = window
                self._resume(left[query], stream, read_by, asker)
            else:
                self._start(self._store.open_window(window), stream, read_by, asker)

    def _rules(self, config: SourceConfig) -> str:
        return _digest(self._matching, config.built.version, config.about, sorted(config.brands))

    def _place(self, source: Source, query: str, now: datetime) -> str:
        """Return what stands for the place that a stream is read from; empty if that can't be told.

        The query is not all: the settings may name another place, and ask it for the same.
        """
        try:
            url = asked(lambda: source.request(Task(source="", query=query, since=now, until=now))).url
        except SourceError:
            return ""
        return _digest(redact(url.partition("?")[0]))

    def _resume(self, left: Sequence[OpenTask], stream: Stream, read_by: str, asker: Asker[_Look]) -> None:
        """Go on with a window that an earlier scan left open."""
        oldest = left[0].task
        same = [t for t in left if (t.task.since, t.task.until) == (oldest.since, oldest.until)]
        window = self._window(same[0], stream, read_by)
        window.wait_for(Next(t.task) for t in same)
        self._read_on(window, asker)

    def _start(self, open_task: OpenTask, stream: Stream, read_by: str, asker: Asker[_Look]) -> None:
        window = self._window(open_task, stream, read_by)
        window.wait_for([Next(open_task.task)])
        self._read_on(window, asker)

    def _window(self, open_task: OpenTask, stream: Stream, read_by: str) -> Window:
        seen = self._store.seen(stream.source, stream.query)
        return opened(open_task, stream, seen, read_by, self._clock())

    def _read_on(self, window: Window, asker: Asker[_Look]) -> None:
        """Ask for the pages of a window that wait, as far as a scan goes; beyond that they stay open."""
        while (next := window.take()) is not None:
            self._visit(window, next, asker)
        if window.pending:
            return
        if window.waiting and not window.failed:
            # What is newer waits until this window is through: a stream has one open at a time.
            self._later.pop(window.stream, None)
            tally = self._tallies[window.first.source]
            tally.capped += 1
            tally.done += 1
        if window.lost:
            # The next scan begins at the beginning.
            self._store.start_over(*window.stream)

    def _visit(self, window: Window, next: Next, asker: Asker[_Look]) -> None:
        task = next.task
        source = self._tallies[task.source].source.built
        try:
            request = asked(lambda: source.request(task))
        except SourceError as error:
            self._lose(window, task, error)
            return
        known = window.known
        address = fetch.public_url(request)
        usable = known is not None and task.cursor is None and known.url == redact(address)
        validators = replace(known, url=address) if known is not None and usable else None
        visit = _Visit(task.source, request, window, next)
        asker.ask(visit, source, request, validators=validators, aside=next.branch)

    # -- the loop

    def _loop(
        self,
        asker: Asker[_Look],
        workers: Workers[_Look, _Job, _Read],
        run: Run,
        deadline_s: float,
    ) -> None:
        while asker.pending or self._jobs or workers.pipes:
            if self._stop() or time.monotonic() >= deadline_s:
                self.interrupted = True
                return
            wait([asker.wake, *workers.pipes], self._patience_s(asker, workers, deadline_s))
            for look, said in asker.collect(hold=self._job_bytes > PENDING_BYTES):
                self._answered(look, said, asker)
                self._go_on(look.source, run, asker)
            for asking, read in workers.collect():
                if isinstance(read, SourceError):
                    self._failed(asking, read, asker)
                elif isinstance(asking, _Visit) and isinstance(read, ReadPage):
                    self._keep(asking, read, asker)
                elif isinstance(asking, Look) and isinstance(read, ReadAgain):
                    self._keep_second_look(asking, read, asker)
                self._go_on(asking.source, run, asker)
            self._hand_out(workers)
            self._renew_lease()
        for tally in self._tallies.values():
            self._close(tally.source.key, run)

    def _go_on(self, key: str, run: Run, asker: Asker[_Look]) -> None:
        """Once a source's windows are through, look again at what it has shown; then it is through."""
        tally = self._tallies[key]
        if tally.open <= 0 and not tally.looked_again:
            tally.looked_again = True
            if tally.worked:
                self._look_again(tally, asker)
        self._close(key, run)

    def _patience_s(
        self,
        asker: Asker[_Look],
        workers: Workers[_Look, _Job, _Read],
        deadline_s: float,
    ) -> float:
        slot_s = asker.next_slot_in_s
        now_s = time.monotonic()
        due = [deadline_s - now_s, TICK_S]
        if slot_s is not None and self._job_bytes <= PENDING_BYTES:
            due.append(slot_s)
        if workers.next_due_s is not None:
            due.append(workers.next_due_s - now_s)
        return max(0.0, min(due))

    def _hand_out(self, workers: Workers[_Look, _Job, _Read]) -> None:
        while self._jobs and workers.free:
            asking, answer = self._jobs.popleft()
            self._job_bytes -= len(answer.body)
            now = self._clock()
            job: _Job
            if isinstance(asking, _Visit):
                job = PageJob(task=asking.task, answer=answer, collected_at=now, seen=asking.window.seen)
            else:
                job = SecondJob(
                    source=asking.source,
                    known=asking.known,
                    answer=answer,
                    collected_at=now,
                    thread=asking.thread,
                )
            workers.submit(asking, job)

    def _renew_lease(self) -> None:
        if time.monotonic() - self._renewed_s < RENEWED_EVERY_S:
            return
        self._renewed_s = time.monotonic()
        other = self._store.take_lease(LEASE, self._holder, self._clock(), LEASE_S)
        if other is not None:
            # This process was asleep for so long that another one took over, which reads on.
            raise Busy("another scan took over while this one was suspended")

    def _answered(self, look: _Look, said: Said, asker: Asker[_Look]) -> None:
        self._tallies[look.source].requests += asker.requests(look)
        if isinstance(said, SourceError):
            self._failed(look, said, asker)
        elif isinstance(said, Answer):
            if isinstance(look, _Visit):
                self._page_came(look, said, asker)
            else:
                self._queue(look, said)
        elif isinstance(look, _Visit):
            # What a failure leads to is read whatever it showed: that was nothing.
            page = replace(said, cursors=(), branches=(*said.cursors, *said.branches))
            self._keep(look, replace(NOTHING, page=page), asker, instead=True)
        else:
            self._keep_second_look(look, ReadAgain(page=said), asker)

    def _queue(self, asking: _Look, answer: Answer) -> None:
        self._jobs.append((asking, answer))
        self._job_bytes += len(answer.body)

    def _page_came(self, visit: _Visit, answer: Answer, asker: Asker[_Look]) -> None:
        window = visit.window
        if answer.status == 304:
            self._unchanged(visit, asker)
            return
        validators = Validators(
            url=redact(fetch.public_url(visit.request)),
            etag=_validator(answer, "etag"),
            last_modified=_validator(answer, "last-modified"),
            body_hash=hashlib.blake2b(answer.body, digest_size=16).hexdigest(),
            at=self._clock(),
        )
        known = window.known
        if known is not None and (known.url, known.body_hash) == (validators.url, validators.body_hash):
            self._unchanged(visit, asker)
            return
        if visit.task.cursor is None or visit.next.discovered:
            window.validators = validators
        self._queue(visit, answer)

    def _unchanged(self, visit: _Visit, asker: Asker[_Look]) -> None:
        tally = self._tallies[visit.task.source]
        asker.settle(visit, Page())
        self._store.save_unchanged(visit.task)
        tally.unchanged += 1
        self._finish(visit.window, asker)

    def _failed(self, asking: _Look, error: SourceError, asker: Asker[_Look]) -> None:
        """Note what went wrong; the next scan tries again."""
        wait_s = None
        if isinstance(error, ParseError) and error.reason in WAITING:
            # A limit that was told in an answer of success holds for what is still to be asked as well.
            wait_s = fetch.back_off_s(error.reason, 0, error.retry_after_s)
        asker.settle(asking, Page(wait_s=wait_s))
        if isinstance(asking, _Visit) and asking.next.branch and _is_of_page(error):
            self._give_up(asking, error, asker)
        elif isinstance(asking, _Visit):
            self._lose(asking.window, asking.task, error)
            self._read_on(asking.window, asker)
        else:
            self._reword(error)
            log.info("%s: not read again: %s", asking.source, error.message)
            self._second_looks.fail(self._tallies[asking.source], asking, error)

    def _give_up(self, visit: _Visit, error: SourceError, asker: Asker[_Look]) -> None:
        """Go on without a branch: others must not wait for it, and the next windows lead to it once more.

        That it is gone since its page was read is nothing strange.
        """
        if error.reason not in ABSENT:
            tally = self._tallies[visit.source]
            self._note(tally, error)
            tally.given_up += 1
            visit.window.validators = None  # its page may be unchanged, and it is to be tried again
        self._keep(visit, NOTHING, asker)

    def _lose(self, window: Window, task: Task, error: SourceError) -> None:
        """Note why a page could not be read; its task stays."""
        tally = self._tallies[task.source]
        self._note(tally, error)
        tally.failed += not window.failed
        window.failed = True
        window.pending -= 1
        # A cursor that leads nowhere may do so for ever, while there is news on the first page.
        nowhere = bool(task.cursor or task.resume) and not _passes(error)
        open_for = self._clock() - task.until
        for_ever = bool(task.cursor) and error.reason not in WAITING and open_for > OVERLAP
        window.lost = window.lost or nowhere or for_ever
        self._later.pop(window.stream, None)

    def _note(self, tally: Tally, error: SourceError) -> None:
        """Add an error to what a source did."""
        self._reword(error)
        tally.errors.append(error)

    def _reword(self, error: SourceError) -> None:
        """Make an error's words safe to be kept and shown: a server may have put anything into them."""
        error.message = one_line(redact(hide(error.message, self._secrets)), LONGEST_DETAIL)

    def _keep(self, visit: _Visit, read: ReadPage, asker: Asker[_Look], *, instead: bool = False) -> None:
        """Save a page, and go on to those that follow it, or that are to be read `instead` of it."""
        window, tally = visit.window, self._tallies[visit.task.source]
        went_on = window.show(read.shown) and not read.stale
        if read.page.resume and self._is_storable(read.page.resume):
            window.resume = read.page.resume
        if read.page.damaged or read.page.branches or not window.shown:
            # What it leads to may have changed although the page itself has not; and where there is
            # nothing, it is to be seen each time that there is nothing (see habits.emptiness).
            window.validators = None
        tally.damaged += read.page.damaged
        asker.settle(visit, read.page)
        following = self._following(visit, read.page, went_on=went_on, instead=instead)
        window.wait_for(following)
        done = window.is_read
        saved = self._store.save_page(
            PageSave(
                task=visit.task,
                collected_at=self._clock(),
                judged=read.judged,
                shown=read.shown,
                seen=read.versions,
                following=[next.task for next in following],
                window_done=done,
                resume=window.resume,
                validators=window.validators,
                fingerprint=window.fingerprint,
                first_read=window.first_read,
                followed=self._second_looks.follows(tally.source.built),
            )
        )
        tally.saved += saved if window.remembers else replace(saved, fresh=0)
        tally.pages += not (read.page.discovered or instead)
        log.debug(
            "%s: %d mentions, %d new, %s", visit.task.source, len(read.shown), saved.new, read.page.skipped
        )
        tally.fetched += len(read.shown)
        tally.skipped += len(read.page.skipped)
        if self._progress:
            self._progress.update(visit.task.source, tally.pages, tally.fetched)
        if done:
            self._finish(window, asker)
        else:
            self._read_on(window, asker)

    def _following(self, visit: _Visit, page: Page, *, went_on: bool, instead: bool) -> list[Next]:
        """Return the pages that come next, if this one gave reason to go on."""
        cursors = (*(page.cursors if went_on or page.discovered else ()), *page.branches)
        following = []
        for cursor in visit.window.unasked(filter(self._is_storable, cursors)):
            task = replace(visit.task, cursor=cursor)
            if page.discovered or self._stays(task, visit.request):
                following.append(Next(task, page.discovered, branch=not instead and cursor in page.branches))
        return following

    def _stays(self, task: Task, request: Request) -> bool:
        """Tell whether a page is on the origin of the one that led to it."""
        source = self._tallies[task.source].source.built
        try:
            return origin(asked(lambda: source.request(task)).url) == origin(request.url)
        except SourceError:
            return True  # it fails again, and is counted, when it is asked for its page

    def _is_storable(self, cursor: str) -> bool:
        """Tell whether a source's cursor can be kept: a server may have put anything into it."""
        if len(cursor) > LONGEST_CURSOR or not cursor.isprintable():
            return False
        secret = [value for value in self._secrets if len(value) >= SHORTEST_SECRET]
        return hide(cursor, secret) == cursor  # they are never stored

    def _finish(self, window: Window, asker: Asker[_Look]) -> None:
        """A window was read as far as it goes now; a newer one may have waited for it."""
        later = self._later.pop(window.stream, None)
        if later is None:
            self._tallies[window.first.source].done += 1
            return
        stream = self._store.streams(window.first.source).get(
            window.first.query, Stream(source=window.first.source, query=window.first.query)
        )
        self._start(
            self._store.open_window(replace(later, resume=stream.resume)),
            stream,
            window.fingerprint,
            asker,
        )

    # -- second looks

    def _look_again(self, tally: Tally, asker: Asker[_Look]) -> None:
        try:
            looks = self._second_looks.begin(tally)
        except SourceError as error:
            self._reword(error)
            tally.not_looked_at.append(error)
            return
        for look in looks:
            asker.ask(look, tally.source.built, look.request, aside=True)

    def _keep_second_look(self, look: Look, read: ReadAgain, asker: Asker[_Look]) -> None:
        asker.settle(look, read.page)
        self._second_looks.keep(self._tallies[look.source], look, read)

    # -- outcomes

    def _close(self, key: str, run: Run, *, now: bool = False) -> None:
        """Note what a source did once it is through, or now."""
        tally = self._tallies[key]
        under_way = tally.open > 0 or tally.second_looks > 0
        if tally.closed or (under_way and not now):
            return
        at, health = self._clock(), self._health.get(key)
        outcome = tally.outcome(run.id, at, health)
        learned = max(at - REMEMBERED, self._asked_since.get(key, at))
        tally.closed = with_sight(outcome, health, lambda: self._store.habit(key, learned), at)
        self._store.save_outcome(tally.closed)
        if self._progress:
            self._progress.finish(tally.closed)


def brands_of(config: Config, source: SourceConfig) -> list[Brand]:
    """Return the brands that a source is asked for."""
    return [brand for brand in config.brands.values() if not source.brands or brand.key in source.brands]


def first_request(config: Config, source: SourceConfig, now: datetime) -> Request | None:
    """Return what a source would be asked first in a scan of its last day; None if it has nothing to ask.

    Raises:
        SourceError: the source itself is broken.
    """
    queries = asked(lambda: source.built.queries(brands_of(config, source)))
    if not queries:
        return None
    task = Task(source=source.key, query=queries[0], since=now - timedelta(days=1), until=now)
    return asked(lambda: source.built.request(task))


def _digest(*parts: object) -> str:
    """Return a short text that stands for some values; secrets among them count as the same."""
    return hashlib.blake2b(repr(parts).encode("utf-8", "replace"), digest_size=12).hexdigest()


def _passes(error: SourceError) -> bool:
    """Tell whether an error has nothing to do with the page that was asked for."""
    answered = isinstance(error, FetchError) and error.status is not None
    return error.reason in PASSING and not (answered and error.reason == "unreachable")


def _is_of_page(error: SourceError) -> bool:
    """Tell whether an error is about one page of a place that may show others."""
    return error.reason not in OF_THE_PLACE and not (isinstance(error, FetchError) and error.absent)


def _validator(answer: Answer, name: str) -> str | None:
    value = answer.headers.get(name, "")
    return value if 0 < len(value) <= LONGEST_VALIDATOR and value.isprintable() else None
