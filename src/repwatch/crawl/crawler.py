"""Requests become answers, with good manners towards every host.

The main thread decides and remembers (through the store): whose turn it is, how long to wait,
what robots.txt allows, whether to follow, retry or give up. Threads do single exchanges. A
redirect is a new request that waits for the gate of its own host, so pace, robots.txt and "never
two at once" hold on every hop.

Pace and robots.txt are a host's. That we asked too much is told to a login, or to who has none:
others may go on, each until the host says so to them as well.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import logging
import queue
import random
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from repwatch import __version__, fetch
from repwatch.config import Http
from repwatch.errors import FetchError, SourceError
from repwatch.model import Answer, Page, Request
from repwatch.store.base import HostState, Store, Validators
from repwatch.urls import origin

Key = TypeVar("Key", bound=Hashable)

Said = Answer | Page | SourceError
"""What comes of a request: an answer to be read, a page without entries, or why there is neither."""

Explain = Callable[[Answer], "SourceError | Page | None"]
"""What a failure means on a platform; None leaves it to its status (see sources.base.Explains)."""

Spend = Callable[[Request], "SourceError | None"]
"""Asked right before a request is sent; an error keeps it from being sent."""

log = logging.getLogger(__name__)

ROBOTS_KEPT = timedelta(hours=24)
CLOCK_SLACK_S = 60.0
LONGEST_WAIT_S = 60.0
"""A request whose slot is further away is left to a later scan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How hosts are treated: `timeout_s` is for a request in all, redirects and body included."""

    user_agent: str
    min_gap_s: float = 1.0
    timeout_s: float = 30.0
    respect_robots: bool = True
    threads: int = 16


@dataclass(eq=False)
class _Exchange(Generic[Key]):
    key: Key
    request: Request
    pace_s: float
    validators: Validators | None = None
    hops: int = 0
    tries: int = 0
    spent_s: float = 0.0
    not_before_s: float = 0.0  # on the monotonic clock
    robots_for: str | None = None  # the host whose robots.txt this fetches
    explain: Explain | None = None
    spend: Spend | None = None
    aside: bool = False
    login: str = ""  # what stands for it; empty for none

    @property
    def visitor(self) -> str:
        """What it is remembered by that the host turned this login away."""
        return visitor(fetch.gate_key(self.request.url), self.login)


@dataclass
class _Host(Generic[Key]):
    waiting: deque[_Exchange[Key]] = field(default_factory=deque)
    busy: bool = False  # a request is under way, or its slot is reserved
    robots_awaited: bool = False


class Crawler(Generic[Key]):
    """Answers requests, many hosts at a time and each host one at a time.

    All methods belong to the thread that holds the store.
    """

    def __init__(
        self,
        fetcher: fetch.Fetcher,
        store: Store,
        manners: Manners,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._fetcher = fetcher
        self._store = store
        self._manners = manners
        self._clock = clock
        self._random = random.Random()  # noqa: S311 (jitter, no secret)
        self._hosts: dict[str, _Host[Key]] = {}
        self._slots: list[tuple[float, int, _Exchange[Key]]] = []
        self._order = itertools.count()
        self._work: queue.SimpleQueue[_Exchange[Key] | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[tuple[_Exchange[Key], Answer | FetchError]] = queue.SimpleQueue()
        self._done: list[tuple[Key, Said]] = []
        self._threads: list[threading.Thread] = []
        self._under_way = 0
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self.requests: dict[Key, int] = {}
        """How many requests each key took, robots.txt, redirects and retries included."""

    @property
    def pending(self) -> int:
        """Requests that are under way, have a slot, or were answered; 0 when there is nothing to wait for.

        Whoever else waits at a host waits for one of these.
        """
        return len(self._slots) + self._under_way + len(self._done)

    @property
    def wake(self) -> socket.socket:
        """What becomes readable when there is something to collect."""
        return self._wake_in

    @property
    def next_slot_in_s(self) -> float | None:
        """How long until a reserved slot comes, in seconds; None when none is reserved."""
        if self._done:
            return 0.0
        return max(0.0, self._slots[0][0] - time.monotonic()) if self._slots else None

    def submit(
        self,
        key: Key,
        request: Request,
        *,
        validators: Validators | None = None,
        pace_s: float = 0.0,
        explain: Explain | None = None,
        spend: Spend | None = None,
        aside: bool = False,
        login: str = "",
    ) -> None:
        """Ask for an answer to a request; it comes out of `collect` under its key.

        `spend` is asked before every sending, retries and redirects included. With `aside`, 403 is about
        what was asked for alone: a login, or one of many things of a host that shows others. `login`
        stands for the one that the request is sent with.
        """
        self._queue(
            _Exchange(
                key, request, pace_s, validators, explain=explain, spend=spend, aside=aside, login=login
            )
        )

    def take_back(self, wanted: Callable[[Key], bool]) -> list[Key]:
        """Forget the requests whose keys are wanted and that were not sent yet; return their keys."""
        slots = sorted(slot for slot in self._slots if _is_wanted(slot[2], wanted))
        taken = [exchange.key for _, _, exchange in slots]
        for slot in slots:
            self._give_up(slot)
        for host in self._hosts.values():
            taken += [exchange.key for exchange in host.waiting if _is_wanted(exchange, wanted)]
            host.waiting = deque(each for each in host.waiting if not _is_wanted(each, wanted))
        for name in {fetch.gate_key(exchange.request.url) for _, _, exchange in slots}:
            self._next(name, self._hosts[name])
        return taken

    def collect(self, *, hold: bool = False) -> list[tuple[Key, Said]]:
        """Return the answers that are there, and send the requests whose slot has come.

        With `hold`, nothing is sent: whoever reads the answers is behind.
        """
        with contextlib.suppress(BlockingIOError):
            while self._wake_in.recv(4096):
                pass
        while True:
            try:
                exchange, result = self._results.get_nowait()
            except queue.Empty:
                break
            self._under_way -= 1
            self._settle(exchange, result)
        if not hold:
            self.send()
        done, self._done = self._done, []
        return done

    def send(self) -> None:
        """Send the requests whose slot has come."""
        while self._slots and self._slots[0][0] <= time.monotonic():
            self._send(heapq.heappop(self._slots)[2])

    def close(self) -> None:
        """Stop at once: what is under way is abandoned."""
        for _ in self._threads:
            self._work.put(None)
        self._fetcher.close()
        self._wake_in.close()
        self._wake_out.close()

    def _queue(self, exchange: _Exchange[Key], *, first: bool = False) -> None:
        name = fetch.gate_key(exchange.request.url)
        host = self._hosts.setdefault(name, _Host())
        if first:
            host.waiting.appendleft(exchange)
        else:
            host.waiting.append(exchange)
        self._next(name, host)

    def _next(self, name: str, host: _Host[Key]) -> None:
        """Reserve a slot for the host's next request, if it has one and none is under way."""
        agent = self._manners.user_agent
        while host.waiting and not host.busy:
            state = self._store.host(name)
            exchange = host.waiting.popleft()
            if exchange.request.page and self._manners.respect_robots and exchange.robots_for is None:
                if not self._robots_known(state):
                    host.waiting.appendleft(exchange)
                    if host.robots_awaited:
                        return
                    host.robots_awaited = True
                    exchange = _Exchange(
                        exchange.key, fetch.robots_request(exchange.request.url), 0.0, robots_for=name
                    )
                elif not fetch.allowed(state.robots or "", fetch.full_url(exchange.request), agent):
                    self._fail(exchange, FetchError("robots", "robots.txt does not allow this page"))
                    continue
            turned_away = self._turned_away(name, exchange)
            if turned_away is not None:
                self._fail(exchange, turned_away)
                continue
            self._reserve(name, host, exchange, state)

    def _robots_known(self, state: HostState) -> bool:
        until, now = state.robots_until, self._clock()
        # What is kept for longer was noted by a clock that was wrong.
        return state.robots is not None and until is not None and now < until <= now + 2 * ROBOTS_KEPT

    def _turned_away(self, name: str, exchange: _Exchange[Key]) -> FetchError | None:
        """Return the error for a host that does not want to be asked by this login now; None if it may be."""
        now = self._clock()
        state = self._store.host(exchange.visitor)
        until = left_alone_until(state, now)
        if until is None:
            return None
        why = state.back_off_why or "rate_limited"
        did = "said that a quota is used up" if why == "quota" else "turned us away"
        said = f"{name} {did}; next try {until:%Y-%m-%d %H:%M} UTC"
        return FetchError(why, said, retry_after_s=(until - now).total_seconds())

    def _reserve(self, name: str, host: _Host[Key], exchange: _Exchange[Key], state: HostState) -> None:
        gap_s = max(self._manners.min_gap_s, exchange.pace_s)
        if exchange.request.page and state.robots:
            gap_s = max(gap_s, fetch.crawl_delay_s(state.robots, self._manners.user_agent) or 0.0)
        now = self._clock()
        ahead_s = (state.next_at - now).total_seconds() if state.next_at else 0.0
        if max(LONGEST_WAIT_S, self._manners.min_gap_s) < ahead_s <= gap_s + CLOCK_SLACK_S:
            why = f"{name} wants to be asked once in {gap_s:.0f} s"
            self._fail(exchange, FetchError("rate_limited", why, retry_after_s=ahead_s))
            return
        host.busy = True
        wait_s = (self._store.reserve(name, now, gap_s) - now).total_seconds()
        if wait_s > max(gap_s, LONGEST_WAIT_S) + CLOCK_SLACK_S:
            # The clock was set back, or many processes queue here: the slot is too far to wait for.
            wait_s = gap_s
        at_s = max(time.monotonic() + wait_s, exchange.not_before_s)
        heapq.heappush(self._slots, (at_s, next(self._order), exchange))

    def _give_up(self, slot: tuple[float, int, _Exchange[Key]]) -> None:
        """Send nothing in a slot that was reserved."""
        self._slots.remove(slot)
        heapq.heapify(self._slots)
        self._hosts[fetch.gate_key(slot[2].request.url)].busy = False

    def _send(self, exchange: _Exchange[Key]) -> None:
        if exchange.spend is not None and exchange.robots_for is None:
            refused = exchange.spend(exchange.request)
            if refused is not None:
                name = fetch.gate_key(exchange.request.url)
                self._hosts[name].busy = False
                self._fail(exchange, refused)
                self._next(name, self._hosts[name])
                return
        self.requests[exchange.key] = self.requests.get(exchange.key, 0) + 1
        self._under_way += 1
        self._work.put(exchange)
        if len(self._threads) < min(self._manners.threads, self._under_way):
            # Daemons: nobody waits for a thread that waits for a server.
            thread = threading.Thread(target=self._exchange_all, name="fetch", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _exchange_all(self) -> None:
        while (exchange := self._work.get()) is not None:
            began_s = time.monotonic()
            result: Answer | FetchError
            try:
                result = self._fetcher.exchange(
                    exchange.request,
                    validators=exchange.validators,
                    deadline_s=self._manners.timeout_s - exchange.spent_s,
                )
            except FetchError as error:
                result = error
            except Exception as error:  # a bug of ours must not silence a host for ever
                result = FetchError("crashed", f"fetching failed: {type(error).__name__}: {error}")
                result.__cause__ = error
            exchange.spent_s += time.monotonic() - began_s
            self._results.put((exchange, result))
            with contextlib.suppress(OSError):  # full: it wakes anyway; closed: nobody listens
                self._wake_out.send(b"\0")

    def _settle(self, exchange: _Exchange[Key], result: Answer | FetchError) -> None:
        name = fetch.gate_key(exchange.request.url)
        host = self._hosts[name]
        host.busy = False
        outcome = result.reason if isinstance(result, FetchError) else result.status
        log.info("%s %s: %s", exchange.request.method, fetch.shown_url(exchange.request), outcome)
        if exchange.robots_for is not None:
            self._keep_robots(exchange, result)
        else:
            try:
                if isinstance(result, FetchError):
                    raise result
                step = self._explained(exchange, result) or fetch.settle(
                    exchange.request, result, exchange.hops
                )
            except FetchError as error:
                self._failed(name, exchange, error)
            except SourceError as error:
                self._fail(exchange, error)
            else:
                if isinstance(step, Request):
                    self._follow(exchange, step)
                else:
                    self._answered(exchange, step)
                    self._heed_limit(exchange, result)
        self._next(name, host)

    def _explained(self, exchange: _Exchange[Key], answer: Answer) -> Page | None:
        """Let the source say what a failure means.

        Raises:
            SourceError: it is one.
        """
        if exchange.explain is None or answer.status < 400:
            return None
        meaning = exchange.explain(answer)
        if not isinstance(meaning, SourceError):
            return meaning
        if isinstance(meaning, FetchError):
            meaning.status = answer.status
            if meaning.reason == "rate_limited":
                meaning.whole_host = True
            if meaning.whole_host:
                meaning.retry_after_s = (
                    meaning.retry_after_s
                    or fetch.retry_after_s(answer.headers, self._clock())
                    or fetch.limit_reset_s(answer.headers, self._clock())
                )
        raise meaning

    def _heed_limit(self, exchange: _Exchange[Key], answer: Answer | FetchError) -> None:
        """Leave a host alone that says this was the last request it allows for now."""
        if isinstance(answer, Answer) and fetch.limit_left(answer.headers) == 0:
            wait_s = fetch.limit_reset_s(answer.headers, self._clock())
            if wait_s:
                self.hold(fetch.gate_key(exchange.request.url), wait_s, exchange.login)

    def hold(self, name: str, wait_s: float, login: str = "") -> None:
        """Leave a host alone for so long, as it asked; what waits for it longer than a scan is told so.

        A pause that a scan can wait for is a matter of pace, and kept by all who ask there.
        """
        until = self._clock() + timedelta(seconds=min(wait_s, fetch.MOST_WAIT_S))
        if wait_s <= LONGEST_WAIT_S:
            self._store.hold(name, until)
        else:
            self._store.back_off(visitor(name, login), until, "rate_limited")
        for slot in [each for each in self._slots if fetch.gate_key(each[2].request.url) == name]:
            if slot[0] < time.monotonic() + wait_s:
                self._give_up(slot)
                self._queue(slot[2], first=True)

    def _answered(self, exchange: _Exchange[Key], answer: Answer | Page) -> None:
        state = self._store.host(exchange.visitor)
        if state.strikes and left_alone_until(state, self._clock()) is None:
            self._store.forgive(exchange.visitor)
        self._done.append((exchange.key, answer))

    def _follow(self, exchange: _Exchange[Key], request: Request) -> None:
        if origin(request.url) != origin(exchange.request.url):
            exchange.login = ""  # which stays behind
        exchange.request = request
        exchange.hops += 1
        exchange.validators = None  # they belong to the address that was asked first
        if exchange.spent_s >= self._manners.timeout_s:
            self._fail(exchange, FetchError("timeout", "redirects took all the time there was"))
        else:
            self._queue(exchange, first=True)

    def _failed(self, name: str, exchange: _Exchange[Key], error: FetchError) -> None:
        if error.whole_host and not (exchange.aside and error.reason == "forbidden"):
            self._back_off(exchange.visitor, error)
        elif error.transient and exchange.request.method == "GET":
            asked_s = error.retry_after_s or 0.0
            retry_s = fetch.retry_wait_s(exchange.tries, rng=self._random)
            if retry_s is not None and asked_s <= self._manners.timeout_s:
                exchange.tries += 1
                exchange.spent_s = 0.0
                exchange.not_before_s = time.monotonic() + max(retry_s, asked_s)
                self._hosts[name].waiting.appendleft(exchange)
                return
        self._fail(exchange, error)
        if error.absent:
            # Nobody was there: that is true for all that was to be asked of it in this crawl.
            waiting = self._hosts[name].waiting
            while waiting:
                self._fail(waiting.popleft(), FetchError(error.reason, f"no connection to {name}"))

    def _fail(self, exchange: _Exchange[Key], error: SourceError) -> None:
        if exchange.robots_for is None:
            self._done.append((exchange.key, error))
        elif isinstance(error, FetchError):
            self._keep_robots(exchange, error)

    def _keep_robots(self, exchange: _Exchange[Key], result: Answer | FetchError) -> None:
        name = exchange.robots_for
        assert name is not None  # noqa: S101 (told apart by the caller)
        host = self._hosts[name]
        outcome = result
        if isinstance(result, Answer):
            try:
                step = fetch.settle(exchange.request, result, exchange.hops)
            except FetchError as error:
                outcome = error
            else:
                if isinstance(step, Request):
                    # Its rules count for the host that was asked, wherever it sent us.
                    exchange.request = step
                    exchange.hops += 1
                    self._queue(exchange, first=True)
                    return
        host.robots_awaited = False
        rules = fetch.read_robots(outcome)
        if isinstance(outcome, FetchError) and rules == fetch.DENY_ALL:
            # Without rules no page may be read; that there are none for now is why.
            if outcome.whole_host:
                self._back_off(name, outcome)
            pages = [waiting for waiting in host.waiting if waiting.request.page]
            host.waiting = deque(waiting for waiting in host.waiting if not waiting.request.page)
            for page in pages:
                self._fail(page, outcome)
        else:
            self._store.save_robots(name, rules, self._clock() + ROBOTS_KEPT)
        self._next(name, host)

    def _back_off(self, visitor: str, error: FetchError) -> None:
        """Leave a host alone for as long as it asked, or as it has turned this visitor away before."""
        wait_s = fetch.back_off_s(error.reason, self._store.host(visitor).strikes, error.retry_after_s)
        self._store.back_off(visitor, self._clock() + timedelta(seconds=wait_s), error.reason)
        error.retry_after_s = wait_s


def _is_wanted(exchange: _Exchange[Key], wanted: Callable[[Key], bool]) -> bool:
    return exchange.robots_for is None and wanted(exchange.key)


def visitor(host: str, login: str) -> str:
    """Return what a login is remembered by at a host; who has none is remembered as the host."""
    return f"{host}#{login}" if login else host


def left_alone_until(state: HostState, now: datetime) -> datetime | None:
    """Return until when a host is to be left alone, None if it may be asked."""
    until = state.back_off_until
    # Nobody is left alone for longer: the clock was wrong when that was noted.
    latest = now + timedelta(seconds=fetch.MOST_WAIT_S + CLOCK_SLACK_S)
    return until if until is not None and now < until <= latest else None


def crawler_for(http: Http, threads: int, store: Store, clock: Callable[[], datetime]) -> Crawler[Any]:
    """Return the crawler that a configuration describes."""
    user_agent = fetch.identity(__version__, http.contact)
    fetcher = fetch.Fetcher(user_agent=user_agent, allow_private=http.allow_private, proxy=http.proxy)
    manners = Manners(
        user_agent=user_agent,
        min_gap_s=http.min_gap_s,
        timeout_s=http.timeout_s,
        respect_robots=http.respect_robots,
        threads=threads,
    )
    return Crawler(fetcher, store, manners, clock=clock)
