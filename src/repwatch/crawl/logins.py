"""Sessions of the sources that log in: made when they are needed, renewed when they have expired.

They are kept in files that only their owner may read, never in the database: platforms limit how
often one may log in, and a database is copied and shared.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from platformdirs import user_state_path

from repwatch.model import Request, Session, epoch_ms, from_epoch_ms
from repwatch.sources.base import LogsIn

GOOD_FOR = timedelta(minutes=1)
"""A session that ends sooner is renewed first."""


def sessions() -> Path:
    """Return the folder that sessions are kept in."""
    return user_state_path("repwatch") / "sessions"


class Logins:
    """The sessions there are; `folder` is made when one is to be kept."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._clock = clock
        self._known: dict[str, Session | None] = {}
        self._renewing: set[str] = set()

    def session(self, source: LogsIn) -> Session | None:
        """Return the session of a source, None when it has to log in first."""
        session = self._last(source)
        if session is None or _name(source) in self._renewing:
            return None
        ends_at = session.expires_at
        return session if ends_at is None or ends_at > self._clock() + GOOD_FOR else None

    def request(self, source: LogsIn) -> Request | None:
        """Return what to ask for a session, to renew the last one if there is one; None if none is needed."""
        return source.log_in(self._last(source))

    def keep(self, source: LogsIn, session: Session) -> Session:
        """Keep a new session, and return it as it will be used."""
        name = _name(source)
        ends_at = session.expires_at
        if ends_at is not None and ends_at <= self._clock() + GOOD_FOR:
            # One of the clocks is wrong, or it lasts for seconds: it is used until it is refused.
            session = replace(session, expires_at=None)
        self._known[name] = session
        self._renewing.discard(name)
        with contextlib.suppress(OSError):  # then it logs in again next time
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(self._path(name), session)
        return session

    def expired(self, source: LogsIn, session: Session) -> None:
        """Note that a session was refused; if it was the last one, it is to be renewed."""
        name = _name(source)
        if self._last(source) == session and not self._renewed_elsewhere(name):
            self._renewing.add(name)

    def refused(self, source: LogsIn) -> bool:
        """Note that a login was refused; say whether to log in once more, most often from the beginning."""
        name = _name(source)
        had_one = self._last(source) is not None
        self._renewing.discard(name)
        if self._renewed_elsewhere(name):
            return True
        self._known[name] = None
        with contextlib.suppress(OSError):
            self._path(name).unlink(missing_ok=True)
        return had_one

    def _last(self, source: LogsIn) -> Session | None:
        name = _name(source)
        if name not in self._known:
            self._known[name] = _read(self._path(name))
        return self._known[name]

    def _renewed_elsewhere(self, name: str) -> bool:
        """Take the session that another process has kept meanwhile, if it did."""
        kept = _read(self._path(name))
        if kept is None or kept == self._known[name]:
            return False
        self._known[name] = kept
        return True

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"


def _write(path: Path, session: Session) -> None:
    """Replace a file, in the end and never half, by one that only its owner may read."""
    ends_at = session.expires_at
    body = {"values": dict(session.values), "expires_ms": epoch_ms(ends_at) if ends_at else None}
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f"{path.stem}.")  # mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(body, file)
        os.replace(draft, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(draft)
        raise


def _read(path: Path) -> Session | None:
    try:
        with open(path, encoding="utf-8") as file:
            body = json.load(file)
        values = {str(name): str(value) for name, value in body["values"].items()}
        ends_ms = body["expires_ms"]
        return Session(values, from_epoch_ms(ends_ms) if ends_ms is not None else None)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None


def _name(source: Any) -> str:
    """Return what stands for a source with all its settings: with a new password it is another one."""
    settings = [(field.name, getattr(source, field.name)) for field in fields(source)]
    said = json.dumps([type(source).type, settings], default=str)
    return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()
