"""Sources ask, and get what came of it: logged in, within their quota, in their own words for failures.

`Crawler` sends requests with good manners and knows no sources. This stands between it and whoever
asks for a source: a request is signed if its source logs in, and waits for the login if need be; what
it may cost is reserved before it is sent; and its source explains what a failure means.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from repwatch import fetch
from repwatch.crawl import Crawler, Said
from repwatch.errors import FetchError, ParseError, Reason, SourceError
from repwatch.logins import Logins
from repwatch.model import Answer, Page, Quota, Request, Session
from repwatch.quotas import stretch
from repwatch.sources.base import Explains, LogsIn, Metered, Source
from repwatch.store.base import Store, Validators

Key = TypeVar("Key", bound=Hashable)
T = TypeVar("T")

MADE_ANEW: frozenset[Reason] = frozenset(("login", "forbidden", "http", "not_found", "gone", "layout"))
"""Reasons for which a session that could not be renewed is made from the beginning."""
SHORTEST_SECRET = 8
"""Shorter values of a session are too common to be hidden wherever they stand."""


@dataclass(eq=False)
class _Asking(Generic[Key]):
    """One request of a source, for as long as it is under way."""

    key: Key
    source: Source
    request: Request
    validators: Validators | None = None
    session: Session | None = None  # what it was signed with
    signed_anew: bool = False
    reserved: tuple[Quota, datetime, int] | None = None


@dataclass(eq=False)
class _Login(Generic[Key]):
    """A session that is being made, and who waits for it."""

    source: LogsIn
    waiting: list[_Asking[Key]] = field(default_factory=list)


class Asker(Generic[Key]):
    """Answers what sources ask; all methods belong to the thread that holds the store.

    `secrets` are hidden wherever words are shown; what logins bring is added to them.
    """

    def __init__(
        self,
        crawler: Crawler[Any],
        store: Store,
        logins: Logins,
        secrets: set[str],
        clock: Callable[[], datetime],
    ) -> None:
        self._crawler = crawler
        self._store = store
        self._logins = logins
        self._secrets = secrets
        self._clock = clock
        self._logging_in: dict[int, _Login[Key]] = {}  # by the id of their source
        self._asked: dict[Key, _Asking[Key]] = {}
        self._done: list[tuple[Key, Said]] = []

    @property
    def pending(self) -> int:
        """How much is under way; 0 when there is nothing to wait for."""
        return self._crawler.pending + len(self._done)

    @property
    def wake(self) -> socket.socket:
        """What becomes readable when there is something to collect."""
        return self._crawler.wake

    @property
    def next_slot_in_s(self) -> float | None:
        """How long until the next request may be sent, in seconds; None when none waits for its turn."""
        return 0.0 if self._done else self._crawler.next_slot_in_s

    def ask(
        self, key: Key, source: Source, request: Request, *, validators: Validators | None = None
    ) -> None:
        """Ask for an answer to a source's request; it comes out of `collect` under its key."""
        asking = self._asked[key] = _Asking(key, source, request, validators)
        self._sign(asking)

    def collect(self, *, hold: bool = False) -> list[tuple[Key, Said]]:
        """Return what has come, and send the requests whose turn it is; with `hold`, nothing is sent."""
        for about, said in self._crawler.collect(hold=hold):
            if isinstance(about, _Login):
                self._logged_in(about, said)
            elif not (isinstance(said, SourceError) and self._sign_anew(about, said)):
                self._done.append((about.key, said))
        done, self._done = self._done, []
        return done

    def requests(self, key: Key) -> int:
        """Return how many requests an answer took, and forget about them."""
        asking = self._asked.get(key)
        return self._crawler.requests.pop(asking, 0) if asking else 0

    def settle(self, key: Key, page: Page) -> None:
        """Give back what a page did not cost, and leave its host alone for as long as it asks for."""
        asking = self._asked.pop(key, None)
        if asking is None:
            return
        if page.cost is not None and asking.reserved is not None:
            quota, began, units = asking.reserved
            if page.cost < units:
                self._store.spend(quota.name, began, max(0, page.cost) - units, quota.limit)
        if page.wait_s is not None and page.wait_s > 0:
            self._crawler.hold(fetch.gate_key(asking.request.url), page.wait_s)

    def close(self) -> None:
        """Stop at once: what is under way is abandoned."""
        self._crawler.close()

    def _send(self, about: _Asking[Key] | _Login[Key], source: Any, request: Request) -> None:
        metered = isinstance(source, Metered) and isinstance(about, _Asking)
        self._crawler.submit(
            about,
            request,
            validators=about.validators if isinstance(about, _Asking) else None,
            pace_s=source.pace_s,
            explain=(lambda answer: self._explained(source, answer))
            if isinstance(source, Explains)
            else None,
            spend=(lambda sent: self._spend(about, source, sent)) if metered else None,
        )

    def _explained(self, source: Any, answer: Answer) -> SourceError | Page | None:
        """Return what a failure means to its source; a quota that is used up lasts until it begins anew."""
        try:
            meaning: SourceError | Page | None = asked(lambda: source.explain(answer))
            quota = source.quota if isinstance(source, Metered) else None
            if isinstance(meaning, FetchError) and meaning.reason == "quota" and quota is not None:
                _, ends = stretch(quota, self._clock())
                meaning.retry_after_s = meaning.retry_after_s or (ends - self._clock()).total_seconds()
        except SourceError as error:
            return error
        return meaning

    # -- quotas

    def _spend(self, asking: Any, source: Metered, request: Request) -> SourceError | None:
        """Take what a request may cost from its source's quota, or say why it can't be sent."""
        try:
            quota, units = asked(lambda: (source.quota, source.cost(request)))
            if quota is None or units <= 0:
                return None
            began, ends = stretch(quota, self._clock())
        except (SourceError, ValueError, LookupError) as error:  # a plug-in's time zone may not exist
            return error if isinstance(error, SourceError) else ParseError(f"its quota is wrong: {error}")
        if self._store.spend(quota.name, began, units, quota.limit):
            asking.reserved = (quota, began, units)
            return None
        spent = self._store.spent(quota.name, began)
        return FetchError(
            "quota",
            f"{spent:,} of {quota.limit:,} {quota.unit} of this {quota.every} are used up,"
            f" and this would take {units:,} more",
            retry_after_s=(ends - self._clock()).total_seconds(),
        )

    # -- logins

    def _sign(self, asking: _Asking[Key]) -> None:
        """Send a request, signed if its source logs in; what can't be signed yet waits for the login."""
        source = asking.source
        if not isinstance(source, LogsIn):
            self._send(asking, source, asking.request)
            return
        if (login := self._logging_in.get(id(source))) is not None:
            login.waiting.append(asking)
            return
        session = asking.session = self._logins.session(source)
        if session is None:
            self._log_in(source, [asking])
            return
        self._hide(session)
        try:
            request = asked(lambda: source.signed(asking.request, session))
        except SourceError as error:
            self._done.append((asking.key, error))
            return
        self._send(asking, source, request)

    def _log_in(self, source: LogsIn, waiting: list[_Asking[Key]]) -> None:
        try:
            request = asked(lambda: self._logins.request(source))
        except SourceError as error:
            self._done += [(asking.key, error) for asking in waiting]
            return
        if request is None:
            for asking in waiting:
                self._send(asking, source, asking.request)
            return
        login = self._logging_in[id(source)] = _Login(source, waiting)
        self._send(login, source, request)

    def _logged_in(self, login: _Login[Key], said: Said) -> None:
        """Go on with what waited for a session, or say why there is none."""
        source = login.source
        del self._logging_in[id(source)]
        error = said if isinstance(said, SourceError) else ParseError("the login gave no session")
        if isinstance(said, Answer):
            try:
                session = asked(lambda: source.session(said))
            except SourceError as refused:
                error = refused
            else:
                self._logins.keep(source, session)
                for asking in login.waiting:
                    self._sign(asking)
                return
        if error.reason in MADE_ANEW and self._logins.refused(source):
            self._log_in(source, login.waiting)
            return
        if isinstance(error, FetchError) and error.status in (400, 401, 403):
            error.reason = "login"
        self._done += [(asking.key, error) for asking in login.waiting]

    def _sign_anew(self, asking: _Asking[Key], error: SourceError) -> bool:
        """Ask again with another session if the one that was used is not good any more."""
        source = asking.source
        if error.reason != "login" or not isinstance(source, LogsIn) or asking.signed_anew:
            return False
        asking.signed_anew = True
        if not self._logins.expired(source, asking.session):
            return False
        self._sign(asking)
        return True

    def _hide(self, session: Session) -> None:
        self._secrets |= {value for value in session.values.values() if len(value) >= SHORTEST_SECRET}


def asked(ask: Callable[[], T]) -> T:
    """Return what a source says.

    Raises:
        SourceError: what it raised, or that it has a bug: that costs it a page, and not others their scan.
    """
    try:
        return ask()
    except SourceError:
        raise
    except Exception as error:
        raise ParseError(f"the source failed: {type(error).__name__}: {error}", reason="crashed") from error
