"""Every error that repwatch raises on purpose.

    RepwatchError
        ConfigError     a person edits a file                    exit 3
        UsageError      a person types another argument          exit 2
        StoreError      stop: the database can't be used         exit 7
            Busy        stop: another scan holds the lease       exit 75
        SourceError     one page failed; the scan goes on
            FetchError  wait `retry_after_s`, or give up
            ParseError  the site changed, so its source is edited

Foreign exceptions are translated once, at the edge they came through, with the cause chained.
Only `cli` turns errors into words and exit codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

Reason = Literal[
    "login",
    "forbidden",
    "robots",
    "refused",
    "not_found",
    "gone",
    "rate_limited",
    "quota",
    "unreachable",
    "tls",
    "timeout",
    "too_large",
    "encoding",
    "http",
    "blocked_page",
    "layout",
    "too_slow",
    "crashed",
]
"""Why a page could not be read. *refused* is an address that may not be fetched."""

NEXT: Mapping[Reason, str] = MappingProxyType(
    {
        "login": "check its credential in the configuration; without one, it is for members only",
        "forbidden": "the place does not let us in: look at its terms, and at what the login may do",
        "robots": "robots.txt forbids it: ask the site, or take the source out",
        "refused": "is the address meant? Private ones have to be named in [http] allow_private",
        "not_found": "check its address, or its name",
        "gone": "it is gone for good: take the source out",
        "rate_limited": "wait: a scan asks again by itself, when it may",
        "quota": "nothing: it goes on when the quota begins anew; a larger one is a setting",
        "unreachable": "if it lasts, check address and network",
        "tls": "its certificate is not sound: ask the site",
        "timeout": "if it lasts, raise [http] timeout",
        "too_large": "ask for less: an address of a feed instead of a page, or a narrower one",
        "encoding": "if it lasts, tell the site: its server sends damaged answers",
        "http": "check its address and its settings",
        "blocked_page": "it keeps programs out: look for a feed, an API, or an export to import",
        "layout": "its format has changed: see what comes (source test), update repwatch, or report it",
        "too_slow": "its answer is too much to read: ask for less of it",
        "crashed": "this is a bug: run it with REPWATCH_DEBUG=1 and report what it says",
    }
)
"""What a person can do about each reason."""


class RepwatchError(Exception):
    """Something a person can act on.

    `hint` is the next thing to do, `where` the file, key or place it is about.
    """

    def __init__(self, message: str, *, hint: str | None = None, where: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.where = where

    def __reduce__(self) -> tuple[Any, ...]:
        # A worker process hands its errors over; their constructors take more than `args`.
        return _rebuilt, (type(self), self.args, self.__dict__)


def _rebuilt(kind: type[RepwatchError], args: tuple[Any, ...], state: dict[str, Any]) -> RepwatchError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class UsageError(RepwatchError):
    """A flag or an argument that names nothing: an unknown brand, source or time."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong in a configuration; `line` is None when no line can be named."""

    file: str
    line: int | None
    key: str
    message: str


class ConfigError(RepwatchError):
    """A configuration that is missing, unreadable or wrong; all its mistakes at once."""

    def __init__(
        self,
        message: str,
        mistakes: tuple[Mistake, ...] = (),
        *,
        hint: str | None = None,
        where: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, where=where)
        self.mistakes = mistakes


class StoreError(RepwatchError):
    """A database that is missing, locked, full, foreign or newer than this program."""


class Busy(StoreError):  # noqa: N818 (it reads as what it is, like the names of exit codes)
    """Another process holds the lease that this one needs."""


class SourceError(RepwatchError):
    """One page that could not be read, with a reason from a closed list."""

    def __init__(self, reason: Reason, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.reason: Reason = reason


class FetchError(SourceError):
    """A request without a usable answer.

    `retry_after_s` is what the server asked for or None; `transient` says that the same request
    may work in a moment; `whole_host` that the host, not the page, turned us away; `absent` that
    there was nobody to ask.
    """

    def __init__(
        self,
        reason: Reason,
        message: str,
        *,
        status: int | None = None,
        retry_after_s: float | None = None,
        transient: bool = False,
        whole_host: bool = False,
        absent: bool = False,
        hint: str | None = None,
    ) -> None:
        super().__init__(reason, message, hint=hint)
        self.status = status
        self.retry_after_s = retry_after_s
        self.transient = transient
        self.whole_host = whole_host
        self.absent = absent


class ParseError(SourceError):
    """An answer that is not what the source's documentation promises, or a failure in one of success.

    `retry_after_s` is what the answer asked for, where its reason is that we asked too much.
    """

    def __init__(
        self,
        message: str,
        *,
        reason: Reason = "layout",
        retry_after_s: float | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(reason, message, hint=hint)
        self.retry_after_s = retry_after_s
