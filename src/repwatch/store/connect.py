"""A database file is opened, or refused in words; foreign exceptions end here."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from repwatch.errors import StoreError
from repwatch.store.schema import APPLICATION_ID, VERSION

BUSY_S = 10.0
"""How long a write waits for another one."""

OLDEST_SQLITE = (3, 37, 0)
"""The first with STRICT tables."""

SAFE_CHECKPOINTS = (3, 51, 3)
"""Before this version two connections that checkpoint at once can damage a database; so only the holder of
a lease does."""

LOG_PAGES = 16_384
"""How far the write-ahead log of a long scan grows (64 MiB) before it is folded into the file."""

Row = tuple[Any, ...]
Values = Sequence[Any] | dict[str, Any]

_MAGIC = b"SQLite format 3\0"
_HEAD = 108  # the file header and the header of its first page
_EMPTY_LEAF = (13, 0)  # type of the schema's root page, and how many cells it has

# A value that SQLite can't take (a lone surrogate, an integer beyond 64 bits) is an error of the page.
_FOREIGN = (sqlite3.Error, sqlite3.Warning, OverflowError, UnicodeEncodeError)


class Connection:
    """A connection whose failures are StoreErrors that name the file and what to do."""

    def __init__(self, raw: sqlite3.Connection, path: Path) -> None:
        self.raw = raw
        self.path = path

    def rows(self, sql: str, values: Values = ()) -> Iterator[Row]:
        """Yield rows as they are found."""
        try:
            # Not `yield from`: given up half-way, it would close a cursor whose connection is closed.
            for row in self.raw.execute(sql, values):  # noqa: UP028 (see above)
                yield row
        except _FOREIGN as error:
            refuse(self.path, error)

    def all(self, sql: str, values: Values = ()) -> list[Row]:
        """Return all rows."""
        return list(self.rows(sql, values))

    def one(self, sql: str, values: Values = ()) -> Row | None:
        """Return the first row."""
        try:
            row: Row | None = self.raw.execute(sql, values).fetchone()
        except _FOREIGN as error:
            refuse(self.path, error)
        return row

    @contextmanager
    def reading(self) -> Iterator[None]:
        """See one moment of the database in several queries."""
        if self.raw.in_transaction:
            yield
            return
        with self._transaction("begin"):
            yield

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Keep all that is written inside, or nothing; wait for another writer first.

        A plain BEGIN would become a write too late: when another one wrote in between, SQLite
        fails at once instead of waiting.
        """
        with self._transaction("begin immediate"):
            yield self.raw

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        try:
            self.raw.execute(begin)
            try:
                yield
                self.raw.execute("commit")
            finally:
                if self.raw.in_transaction:
                    self.raw.execute("rollback")
        except _FOREIGN as error:
            refuse(self.path, error)

    def close(self) -> None:
        """Give the file back."""
        self.raw.close()


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a database says about itself."""

    application: int
    version: int
    empty: bool

    def check(self, path: Path) -> None:
        """Refuse a database that is not ours or newer than this program."""
        if self.empty and self.application in (0, APPLICATION_ID):
            return
        if self.application != APPLICATION_ID:
            raise StoreError(
                f"{path} is a database of another program",
                hint="Name another file: database in the configuration, or --db",
                where=str(path),
            )
        if self.version > VERSION:
            raise StoreError(
                f"{path} was written by a newer repwatch (schema {self.version}, this one knows {VERSION})",
                hint="Update repwatch",
                where=str(path),
            )


def stamp(raw: sqlite3.Connection) -> Stamp:
    """Read what an open database says about itself, all at one moment: it may be being made."""
    found = raw.execute(
        """
        select application_id, user_version, not exists (select 1 from sqlite_master)
        from pragma_application_id, pragma_user_version
        """
    ).fetchone()
    return Stamp(found[0], found[1], bool(found[2]))


def inspect(path: Path) -> Stamp | None:
    """Look at a file before it is opened, and refuse it untouched; None when there is none.

    Opening alone may leave its mark: the last connection to close moves what a foreign
    write-ahead log holds. So the header is read as bytes while it is the whole truth.
    """
    head = _head(path)
    if head is None:
        return None
    if head and (len(head) < _HEAD or not head.startswith(_MAGIC)):
        raise _no_database(path)
    if not head:
        found = Stamp(0, 0, True)
    elif any(size(file) for file in beside(path)):
        found = _inspect_by_sqlite(path)
    else:
        found = Stamp(
            application=int.from_bytes(head[68:72], "big"),
            version=int.from_bytes(head[60:64], "big"),
            empty=(head[100], int.from_bytes(head[103:105], "big")) == _EMPTY_LEAF,
        )
    found.check(path)
    return found


def open_for_reading(path: Path) -> Connection:
    """Open a database that is there and ours, and see it as it is now until it is closed.

    Raises:
        StoreError: it is missing, not ours, of another version or unreadable.
    """
    found = inspect(path)
    if found is None or found.empty:
        raise StoreError(
            f"there is no database at {path} yet", hint="Run repwatch scan first", where=str(path)
        )
    try:
        raw = _connect(path, "ro", BUSY_S)
    except sqlite3.Error as error:
        refuse(path, error)
    connection = Connection(raw, path)
    try:
        raw.execute("begin")
        found = stamp(raw)
        found.check(path)
        if found.version < VERSION:
            raise StoreError(
                f"{path} was written by an older repwatch (schema {found.version}, this one reads {VERSION})",
                hint="Run repwatch scan once: it brings the database up to date",
                where=str(path),
            )
    except sqlite3.Error as error:
        raw.close()
        refuse(path, error)
    except StoreError:
        raw.close()
        raise
    return connection


def open_for_writing(path: Path, busy_s: float = BUSY_S) -> Connection:
    """Open a database, or an empty file where there is none; what it holds is not looked at yet.

    Raises:
        StoreError: it is not ours, newer than this program, locked or can't be written.
    """
    if inspect(path) is None:
        _make(path)
    try:
        raw = _connect(path, "rw", busy_s)
    except sqlite3.Error as error:
        refuse(path, error)
    try:
        stamp(raw).check(path)
        raw.execute("pragma foreign_keys = on")
        raw.execute("pragma synchronous = normal")
        fold_log(raw, alone=False)
    except sqlite3.Error as error:
        raw.close()
        refuse(path, error)
    except StoreError:
        raw.close()
        raise
    return Connection(raw, path)


def fold_log(raw: sqlite3.Connection, *, alone: bool) -> None:
    """Have a connection fold the log into the file as it grows, if that is safe or it does so `alone`."""
    if sqlite3.sqlite_version_info < SAFE_CHECKPOINTS:
        raw.execute(f"pragma wal_autocheckpoint = {LOG_PAGES if alone else 0}")


def refuse(path: Path, error: BaseException) -> NoReturn:
    """Raise the StoreError for what SQLite said."""
    raise _translated(path, error) from error


_WHAT_TO_DO: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_BUSY: (
        "{path} is locked by another program",
        "try again when it is done, or find out who holds it: fuser {path}",
    ),
    sqlite3.SQLITE_READONLY: (
        "{path} can't be written",
        "check who owns the file and its directory, and whether the disk is mounted read-only",
    ),
    sqlite3.SQLITE_FULL: (
        "there is no room left for {path}",
        "free some space and try again: nothing that was stored is lost",
    ),
    sqlite3.SQLITE_CORRUPT: (
        "{path} is damaged",
        "put back a backup, or save what can be read: sqlite3 {path} .recover",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "{path} can't be opened",
        "check that you may write to its directory: SQLite keeps a file beside it",
    ),
    sqlite3.SQLITE_IOERR: (
        "{path} could not be read or written",
        "check the disk, and that it is a local one: a network file system won't do",
    ),
}


def _translated(path: Path, error: BaseException) -> StoreError:
    extended = getattr(error, "sqlite_errorcode", 0)
    no_room = extended == sqlite3.SQLITE_IOERR_SHMSIZE  # for the index of the log, which readers need
    code = sqlite3.SQLITE_FULL if no_room else extended & 0xFF
    if code == sqlite3.SQLITE_NOTADB:
        return _no_database(path)
    message, hint = _WHAT_TO_DO.get(code, ("{path} could not be used", None))
    return StoreError(
        f"{message.format(path=path)}: {str(error)[:200]}",
        hint=hint and hint.format(path=path),
        where=str(path),
    )


def _no_database(path: Path) -> StoreError:
    return StoreError(
        f"{path} is not a database",
        hint="Name another file: database in the configuration, or --db",
        where=str(path),
    )


def _no_access(path: Path, error: OSError) -> StoreError:
    return StoreError(
        f"{path} can't be opened: {error.strerror or error}",
        hint="Check the path, and who owns the file and its directory",
        where=str(path),
    )


def _head(path: Path) -> bytes | None:
    """Return what a file begins with, up to its first table; None when there is no file."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode):
            with path.open("rb") as file:
                return file.read(_HEAD)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _no_access(path, error) from error
    what = "a directory" if stat.S_ISDIR(mode) else "no regular file"
    raise StoreError(
        f"{path} is {what}, so it is no database",
        hint="Name a file: database in the configuration, or --db",
        where=str(path),
    )


def beside(path: Path) -> list[Path]:
    """Return where SQLite keeps what is not in the file itself yet."""
    return [path.with_name(path.name + suffix) for suffix in ("-wal", "-journal")]


def size(path: Path) -> int:
    """Return the bytes in a file; 0 when there is none, for logs come and go."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _connect(path: Path, mode: str, busy_s: float) -> sqlite3.Connection:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StoreError(
            f"this Python comes with SQLite {sqlite3.sqlite_version}, which is too old",
            hint=f"Use a Python with SQLite {'.'.join(map(str, OLDEST_SQLITE))} or newer",
            where=str(path),
        )
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=busy_s, isolation_level=None
    )


def _inspect_by_sqlite(path: Path) -> Stamp:
    try:
        with closing(_connect(path, "ro", BUSY_S)) as raw:
            return stamp(raw)
    except sqlite3.Error as error:
        refuse(path, error)


def _make(path: Path) -> None:
    """Make an empty file that only its owner may read, and the directories that lead to it."""
    try:
        for directory in _missing(path.absolute().parent):
            directory.mkdir(mode=0o700, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise _no_access(path, error) from error


def _missing(directory: Path) -> Iterable[Path]:
    """Return the directories that are not there yet, outermost first."""
    return reversed([place for place in (directory, *directory.parents) if not place.exists()])
