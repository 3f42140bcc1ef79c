"""A look at a source before a scan: it is asked once or twice, and what it shows is read and judged.

Nothing of it is kept. All the rest is as in a scan: pace, back-off, robots.txt and quotas are those
of the store, a login is kept for the next time, and foreign bytes are read in a process of their own.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, TypeVar, cast

from repwatch.config import Config, SourceConfig, hide, secrets
from repwatch.crawl.asker import Asker, asked
from repwatch.crawl.crawler import Said, crawler_for
from repwatch.crawl.logins import Logins, sessions
from repwatch.errors import FetchError, SourceError
from repwatch.judge import Judge, judge_for
from repwatch.learning.training import taught
from repwatch.model import Answer, Judged, Page, Request, Task
from repwatch.pipeline import PageJob, Place, ReadPage, read_page
from repwatch.sources.base import Source
from repwatch.store.base import Store
from repwatch.text import one_line
from repwatch.urls import origin, redact
from repwatch.workers import Workers

Key = TypeVar("Key")
T = TypeVar("T")

MOST_PAGES = 3
"""A page that shows nothing may lead on to one that does: a site without its interface has a feed."""
LONGEST_REMARK = 300
LONGEST_BEGINNING = 200
"""Characters of an answer that could not be read."""
TICK_S = 0.5

ALL_OF_THEM: Mapping[str, bytes] = {"": b""}
"""Something that was seen before: then mentions that name no brand are judged as well (see read_page)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A page that was asked for, and what was read of it.

    `answer` is None where the source says that a failure is none. All entries are in `judged`,
    also those that name no brand.
    """

    task: Task
    request: Request
    answer: Answer | None
    page: Page
    judged: tuple[Judged, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of trying a source: the requests of its own, the pages they brought, and what went wrong.

    `unread` is an answer that could not be made sense of, and `beginning` how it begins.
    """

    asked: tuple[Request, ...]
    looks: tuple[Look, ...]
    error: SourceError | None = None
    unread: Answer | None = None
    beginning: str = ""

    @property
    def judged(self) -> tuple[Judged, ...]:
        """Every entry of every page."""
        return tuple(each for look in self.looks for each in look.judged)


class Probe:
    """Asks sources with a scan's manners; to be closed."""

    def __init__(
        self,
        config: Config,
        store: Store,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        folder: Path | None = None,
    ) -> None:
        self._config = config
        self._clock = clock
        self._secrets = set(secrets(config))
        self._store = store
        self._crawler = crawler_for(config.http, config.scan.jobs, store, clock)
        logins = Logins(folder or sessions(), clock)
        self._asker: Asker[Any] = Asker(self._crawler, store, logins, self._secrets, clock)
        self._workers: Workers[None, tuple[Callable[..., Any], tuple[Any, ...]], Any] = Workers(1, _call)

    @cached_property
    def _judge(self) -> Judge:
        lessons = taught(self._store.lessons())
        return judge_for(self._config.brands.values(), self._config.scoring, lessons)

    @property
    def requests(self) -> int:
        """How many requests were sent: robots.txt, logins, redirects and retries included."""
        return sum(self._crawler.requests.values())

    def close(self) -> None:
        """Stop at once: what is under way is abandoned."""
        self._asker.close()
        self._workers.close()

    def ask(self, wanted: Mapping[Key, tuple[Source, Request]]) -> dict[Key, Said]:
        """Return what came in time of these requests, each a source's, in words that may be shown."""
        for key, (source, request) in wanted.items():
            self._asker.ask(key, source, request)
        came: dict[Key, Said] = {}
        end_s = time.monotonic() + self._config.scan.max_time_s
        while self._asker.pending and time.monotonic() < end_s:
            slot_s = self._asker.next_slot_in_s
            select.select([self._asker.wake], [], [], TICK_S if slot_s is None else min(TICK_S, slot_s))
            came |= dict(self._asker.collect())
        for said in came.values():
            if isinstance(said, SourceError):
                self._reword(said)
        return came

    def apart(self, work: Callable[..., T], *given: object) -> T:
        """Return what a function makes of foreign bytes, in a process that may hang or crash.

        Raises:
            SourceError: it did, or that is what the function raised.
        """
        self._workers.submit(None, (work, given))
        while True:
            wait(self._workers.pipes, TICK_S)
            for _, result in self._workers.collect():
                if isinstance(result, SourceError):
                    raise result
                return cast("T", result)

    def try_out(self, place: SourceConfig, query: str, *, known: Mapping[str, Answer] | None = None) -> Trial:
        """Ask a source for the first page of a stream, as far back as a first scan goes, and read it.

        Where a page shows nothing but leads on, that is followed. Addresses that were answered
        already can be `known`.
        """
        now = self._clock()
        since = now - timedelta(seconds=self._config.scan.first_look_back_s)
        task = Task(source=place.key, query=query, since=since, until=now)
        requests: list[Request] = []
        looks: list[Look] = []
        said: Answer | Page | None = None
        try:
            while len(looks) < MOST_PAGES:
                said = None
                requests.append(_request(place.built, task))
                said = self._said(place, task, requests[-1], known or {})
                looks.append(self._look(place, task, requests[-1], said))
                onwards = None if looks[-1].judged else self._onwards(place.built, looks[-1])
                if onwards is None:
                    break
                task = onwards
        except SourceError as error:
            self._reword(error)
            unread = said if isinstance(said, Answer) else None
            start = unread.body[:4_096].decode("utf-8", "replace") if unread else ""
            return Trial(
                asked=tuple(requests),
                looks=tuple(looks),
                error=error,
                unread=unread,
                beginning=self._safe(start, LONGEST_BEGINNING),
            )
        return Trial(asked=tuple(requests), looks=tuple(looks))

    def _said(
        self, place: SourceConfig, task: Task, request: Request, known: Mapping[str, Answer]
    ) -> Answer | Page:
        """Return the answer to a request, or what a failure means.

        Raises:
            SourceError: there is none.
        """
        said: Said | None = known.get(request.url) if not request.params else None
        if said is None:
            said = self.ask({task: (place.built, request)}).get(task)
        if isinstance(said, SourceError):
            raise said
        if said is None:
            raise FetchError("timeout", "no answer in time")
        return said

    def _look(self, place: SourceConfig, task: Task, request: Request, said: Answer | Page) -> Look:
        """Return a page.

        Raises:
            SourceError: it could not be read.
        """
        if isinstance(said, Page):
            # What a failure leads to is read in any case.
            self._asker.settle(task, said)
            said = replace(said, branches=(*said.cursors, *said.branches), cursors=())
            return Look(task=task, request=request, answer=None, page=said)
        about = Place(source=place.built, about=place.about, brands=frozenset(place.brands) or None)
        job = PageJob(task=task, answer=said, collected_at=self._clock(), seen=ALL_OF_THEM)
        read: ReadPage = self.apart(read_page, about, self._judge, job)
        self._asker.settle(task, read.page)
        return Look(task=task, request=request, answer=said, page=read.page, judged=read.judged)

    def _onwards(self, source: Source, look: Look) -> Task | None:
        """Return the page that one without entries leads to, as a scan would follow it."""
        for cursor in (*(look.page.cursors if look.page.discovered else ()), *look.page.branches):
            task = replace(look.task, cursor=cursor)
            if look.page.discovered or origin(_request(source, task).url) == origin(look.request.url):
                return task
        return None

    def _reword(self, error: SourceError) -> None:
        """Make an error's words safe to be shown: a server may have put anything into them."""
        error.message = self._safe(error.message, LONGEST_REMARK)

    def _safe(self, text: str, longest: int) -> str:
        """Return a foreign text as one line that may be shown."""
        return one_line(redact(hide(text, self._secrets)), longest)


def _request(source: Source, task: Task) -> Request:
    return asked(lambda: source.request(task))


def _call(job: tuple[Callable[..., Any], tuple[Any, ...]]) -> Any:
    work, given = job
    return work(*given)
