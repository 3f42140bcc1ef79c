"""Everything that is remembered, behind a protocol in words of the domain."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from repwatch.store.base import Reader, Store

BUSY_S = 10.0
"""How long a write waits for another program's."""


def open_store(path: str | Path, timezone: ZoneInfo, *, busy_s: float = BUSY_S) -> Store:
    """Return the store in a file, made or migrated if need be; days are counted in `timezone`.

    Raises:
        StoreError: it is locked, full, foreign, newer than this program, damaged or read-only. The
            file is left as it was.
    """
    from repwatch.store.connect import open_for_writing  # noqa: PLC0415 (opening is not asked for by --help)
    from repwatch.store.sqlite import SqliteStore, prepare  # noqa: PLC0415 (likewise)

    connection = open_for_writing(Path(path), busy_s)
    try:
        prepare(connection)
        return SqliteStore(connection, timezone)
    except BaseException:
        connection.close()
        raise


def open_reader(path: str | Path) -> Reader:
    """Return a reader of the store in a file, which sees it as it is now until it is closed.

    It never waits for a scan, and a scan never waits for it.

    Raises:
        StoreError: it is missing, foreign, of another version, damaged or unreadable.
    """
    from repwatch.store.connect import open_for_reading  # noqa: PLC0415 (opening is not asked for by --help)
    from repwatch.store.queries import SqlReader  # noqa: PLC0415 (likewise)

    return SqlReader(open_for_reading(Path(path)))
