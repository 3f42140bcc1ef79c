"""Sources ask, and get what came of it: logged in, within their quota, in their own words for failures.

`Crawler` sends requests with good manners and knows no sources. This stands between it and whoever
asks for a source: a request is signed if its source logs in, and waits for the login if need be; what
it may cost is reserved before it is sent, and where that does not fit beside what others have
reserved, it waits for what these turn out not to need; and its source explains what a failure means.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Hashable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Generic, TypeVar

from repwatch import fetch
from repwatch.crawl.crawler import Crawler, Said
from repwatch.crawl.logins import Logins
from repwatch.crawl.quotas import stretch, too_much
from repwatch.errors import FetchError, ParseError, Reason, SourceError
from repwatch.model import Answer, Page, Quota, Request, Secret, Session
from repwatch.sources.base import Explains, LogsIn, Metered, Source
from repwatch.sources.common import pot
from repwatch.store.base import Store, Validators
from repwatch.urls import origin

Key = TypeVar("Key", bound=Hashable)
T = TypeVar("T")

MADE_ANEW: frozenset[Reason] = frozenset(("login", "forbidden", "http", "not_found", "gone", "layout"))
"""Reasons for which a session that could not be renewed is made from the beginning."""
NOT_COUNTED: frozenset[Reason] = frozenset(("login", "forbidden"))
"""Reasons for which a request was turned away before it could cost anything."""
SHORTEST_SECRET = 8
"""Shorter values of a session are too common to be hidden wherever they stand."""


@dataclass(frozen=True, slots=True)
class _Ways:
    """What a source can do, found out once."""

    source: Any
    pace_s: float
    explains: bool
    logs_in: bool
    metered: bool


@dataclass(eq=False)
class _Asking(Generic[Key]):
    """One request of a source, for as long as it is under way."""

    key: Key
    ways: _Ways
    request: Request
    aside: bool
    validators: Validators | None = None
    session: Session | None = None  # what it was signed with
    login: str = ""  # what stands for the login that it was sent with
    signed_anew: bool = False
    reserved: tuple[Quota, datetime, int] | None = None
    waits_for: str | None = None  # the quota that others have reserved too much of


@dataclass(eq=False)
class _Login(Generic[Key]):
    """A session that is being made, and who waits for it."""

    ways: _Ways
    request: Request
    waiting: list[_Asking[Key]]
    aside: bool = True
    validators: None = None


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
        self._kinds: dict[type, tuple[bool, bool, bool]] = {}
        self._ways: dict[int, _Ways] = {}  # this and what follows by the id of their source
        self._logging_in: dict[int, _Login[Key]] = {}
        self._unproven: dict[int, Session] = {}
        self._asked: dict[Key, _Asking[Key]] = {}
        self._reserving: set[_Asking[Key]] = set()
        self._short: list[tuple[str, _Asking[Key]]] = []  # of which quota each waits for what is not needed
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
        self,
        key: Key,
        source: Source,
        request: Request,
        *,
        validators: Validators | None = None,
        aside: bool = False,
    ) -> None:
        """Ask for an answer to a source's request; it comes out of `collect` under its key.

        With `aside`, being refused it says nothing about its host (see Crawler.submit).
        """
        try:
            asking = _Asking(key, self._ways_of(source), request, aside, validators)
        except SourceError as error:
            self._done.append((key, error))
            return
        self._asked[key] = asking
        self._sign(asking)

    def collect(self, *, hold: bool = False) -> list[tuple[Key, Said]]:
        """Return what has come, and send the requests whose turn it is; with `hold`, nothing is sent."""
        # What an answer means for the others is seen to before they are sent.
        for about, said in self._crawler.collect(hold=True):
            if isinstance(about, _Login):
                self._logged_in(about, said)
                continue
            if not isinstance(said, SourceError):
                self._accepted(about)
            else:
                self._release(about, 0 if said.reason in NOT_COUNTED else None)
                if self._sign_anew(about, said) or self._ask_later(about):
                    continue
            self._done.append((about.key, said))
        if not hold:
            self._crawler.send()
        done, self._done = self._done, []
        return done

    def requests(self, key: Key) -> int:
        """Return how many requests an answer took, and forget about them."""
        asking = self._asked.get(key)
        return self._crawler.requests.pop(asking, 0) if asking else 0

    def settle(self, key: Key, page: Page) -> None:
        """Give back what a page did not cost, and leave its host alone for as long as it asks for.

        To be called for every answer, whatever came of it: others may wait for what it does not need.
        """
        asking = self._asked.pop(key, None)
        if asking is None:
            return
        self._release(asking, page.cost)
        if page.wait_s is not None and page.wait_s > 0:
            self._crawler.hold(fetch.gate_key(asking.request.url), page.wait_s, asking.login)

    def close(self) -> None:
        """Stop at once: what is under way is abandoned."""
        self._crawler.close()

    def _ways_of(self, source: Source) -> _Ways:
        """Return what a source can do.

        Raises:
            SourceError: it has a bug.
        """
        if id(source) not in self._ways:
            self._ways[id(source)] = asked(
                lambda: _Ways(source, float(source.pace_s), *self._abilities(source))
            )
        return self._ways[id(source)]

    def _abilities(self, source: Source) -> tuple[bool, bool, bool]:
        kind = type(source)
        if kind not in self._kinds:  # to compare a class with a protocol takes its time
            abilities = isinstance(source, Explains), isinstance(source, LogsIn), isinstance(source, Metered)
            self._kinds[kind] = abilities
        return self._kinds[kind]

    def _send(self, about: _Asking[Key] | _Login[Key], request: Request) -> None:
        ways = about.ways
        explain = spend = None
        if ways.explains:
            explain = lambda answer: self._explained(ways, answer)  # noqa: E731 (it needs no name)
        if ways.metered and isinstance(about, _Asking):
            spend = lambda sent: self._spend(about, sent)  # noqa: E731 (likewise)
        login = _login(about, request)
        if isinstance(about, _Asking):
            about.login = login
        self._crawler.submit(
            about,
            request,
            validators=about.validators,
            pace_s=ways.pace_s,
            explain=explain,
            spend=spend,
            aside=about.aside,
            login=login,
        )

    def _explained(self, ways: _Ways, answer: Answer) -> SourceError | Page | None:
        """Return what a failure means to its source."""
        try:
            meaning: SourceError | Page | None = asked(lambda: ways.source.explain(answer))
            if isinstance(meaning, FetchError) and meaning.reason == "quota":
                meaning.whole_host = True
                meaning.retry_after_s = meaning.retry_after_s or self._anew_in_s(ways)
        except SourceError as error:
            return error
        return meaning

    # -- quotas

    def _release(self, asking: _Asking[Key], cost: int | None) -> None:
        """Give back what was reserved for a request beyond what it cost; None: it may have cost all of it."""
        if asking.reserved is None:
            return
        quota, began, units = asking.reserved
        asking.reserved = None
        self._reserving.discard(asking)
        if cost is not None and cost < units:
            self._store.spend(quota.name, began, max(0, cost) - units, quota.limit)
        short, self._short = self._short, [each for each in self._short if each[0] != quota.name]
        for name, other in short:
            if name == quota.name:
                self._sign(other)

    def _spend(self, asking: _Asking[Key], request: Request) -> SourceError | None:
        """Take what a request may cost from its source's quota, or say why it can't be sent."""
        source = asking.ways.source
        self._release(asking, None)  # what was reserved for a try before this one may be spent
        try:
            quota, units = asked(lambda: (source.quota, source.cost(request)))
            if quota is None or units <= 0:
                return None
            began, _ = asked(lambda: stretch(quota, self._clock()))
            anew_in_s = self._anew_in_s(asking.ways)
        except SourceError as error:
            return error
        if self._store.spend(quota.name, began, units, quota.limit):
            asking.reserved = (quota, began, units)
            self._reserving.add(asking)
            return None
        if self._is_reserved(quota.name):
            asking.waits_for = quota.name
        spent = self._store.spent(quota.name, began)
        return FetchError("quota", too_much(quota, spent, units), retry_after_s=anew_in_s)

    def _is_reserved(self, name: str) -> bool:
        return any(each.reserved and each.reserved[0].name == name for each in self._reserving)

    def _ask_later(self, asking: _Asking[Key]) -> bool:
        """Keep a request that its quota has no room for until others know what they have spent."""
        name, asking.waits_for = asking.waits_for, None
        if name is None:
            return False
        if self._is_reserved(name):
            self._short.append((name, asking))
        else:
            self._sign(asking)  # they have found out meanwhile
        return True

    def _anew_in_s(self, ways: _Ways) -> float | None:
        """Return when to look again at a quota that is used up: it may be raised before it begins anew.

        None where there is none that we know of.

        Raises:
            SourceError: the source has a bug, or a time zone that there is not.
        """
        now = self._clock()
        quota = asked(lambda: ways.source.quota) if ways.metered else None
        if quota is None:
            return None
        _, ends = asked(lambda: stretch(quota, now))
        return min((ends - now).total_seconds(), fetch.MOST_WAIT_S)

    # -- logins

    def _sign(self, asking: _Asking[Key]) -> None:
        """Send a request, signed if its source logs in; what can't be signed yet waits for the login."""
        ways = asking.ways
        if not ways.logs_in:
            self._send(asking, asking.request)
            return
        if (login := self._logging_in.get(id(ways.source))) is not None:
            login.waiting.append(asking)
            return
        session = asking.session = self._logins.session(ways.source)
        if session is None:
            self._log_in(ways, [asking])
            return
        self._hide(session)
        try:
            request = asked(lambda: ways.source.signed(asking.request, session))
        except SourceError as error:
            self._done.append((asking.key, error))
            return
        self._send(asking, request)

    def _log_in(self, ways: _Ways, waiting: list[_Asking[Key]]) -> None:
        """Ask for a session, and sign nothing meanwhile; what was signed with the last one waits as well."""
        try:
            request = asked(lambda: self._logins.request(ways.source))
        except SourceError as error:
            self._done += [(asking.key, error) for asking in waiting]
            return
        if request is None:
            for asking in waiting:
                self._send(asking, asking.request)
            return
        waiting += self._crawler.take_back(lambda about: about.ways is ways)
        login = self._logging_in[id(ways.source)] = _Login(ways, request, waiting)
        self._send(login, request)

    def _logged_in(self, login: _Login[Key], said: Said) -> None:
        """Go on with what waited for a session, or say why there is none."""
        source = login.ways.source
        del self._logging_in[id(source)]
        self._count(login)
        try:
            session = self._session(login, said)
        except SourceError as error:
            if error.reason in MADE_ANEW:
                if self._logins.refused(source):
                    self._log_in(login.ways, login.waiting)
                    return
                if isinstance(error, FetchError) and error.status in (400, 401, 403):
                    error.reason = "login"
            self._done += [(asking.key, error) for asking in login.waiting]
            return
        self._unproven[id(source)] = session
        for asking in login.waiting:
            self._sign(asking)

    def _session(self, login: _Login[Key], said: Said) -> Session:
        """Return the session that a login gave, which is kept.

        Raises:
            SourceError: it gave none.
        """
        if isinstance(said, SourceError):
            raise said
        if isinstance(said, Page):
            raise ParseError("the login gave no session")
        if origin(said.url) != origin(login.request.url):
            raise FetchError("refused", "another place answered the login than was asked")
        source = login.ways.source
        return asked(lambda: self._logins.keep(source, source.session(said)))

    def _count(self, login: _Login[Key]) -> None:
        """Count a login's requests as those of the first that waited for it."""
        took = self._crawler.requests.pop(login, 0)
        first = login.waiting[0]
        self._crawler.requests[first] = self._crawler.requests.get(first, 0) + took

    def _accepted(self, asking: _Asking[Key]) -> None:
        """Note that a session has opened a door."""
        if asking.session is not None and self._unproven.get(id(asking.ways.source)) is asking.session:
            del self._unproven[id(asking.ways.source)]

    def _sign_anew(self, asking: _Asking[Key], error: SourceError) -> bool:
        """Ask again with another session if the one that was used is not good any more."""
        source = asking.ways.source
        if error.reason != "login" or asking.session is None or asking.signed_anew:
            return False
        if self._unproven.get(id(source)) is asking.session:
            return False  # another one would hardly be better
        asking.signed_anew = True
        self._logins.expired(source, asking.session)
        self._sign(asking)
        return True

    def _hide(self, session: Session) -> None:
        self._secrets |= {value for value in session.values.values() if len(value) >= SHORTEST_SECRET}


def _login(about: _Asking[Any] | _Login[Any], request: Request) -> str:
    """Return what stands for the login that a request is sent with; empty if it carries none."""
    if isinstance(about, _Login) or about.session is not None:
        # A session is made anew every now and then, and counted with what it was made for.
        source = about.ways.source
        settings = (getattr(source, field.name) for field in fields(source))
        secrets = [str(each) for each in settings if isinstance(each, Secret)]
    elif not (secrets := list(fetch.secrets_in(request))):
        return ""
    return pot("login", "\n".join(sorted(secrets)))


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
