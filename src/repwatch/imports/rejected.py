"""Entries that can't be used, written to a file beside, with the reason; mended, it can be imported."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any, TextIO

from repwatch.files import output
from repwatch.formats import armed, disarm, json_line
from repwatch.imports.base import Record, Rejected

LINE, REASON = "rejected_line", "rejected_reason"
TEXT = "rejected_text"
"""Holds what is no record at all."""
ENDING = ".rejected"


class RejectedFile(AbstractContextManager["RejectedFile"]):
    """Takes rejected entries; the file is made with the first one, and replaced whole at the end.

    `columns` are those of a table; without them each entry is a JSON record a line.
    """

    def __init__(self, of: Path, columns: tuple[str, ...] | None) -> None:
        self.path = of.with_name(of.name + ENDING + (".jsonl" if columns is None else ".csv"))
        self.written = 0
        self._columns = columns and tuple(name for name in columns if name not in (LINE, REASON))
        self._open = ExitStack()
        self._stream: TextIO | None = None
        self._table: Any = None

    def __exit__(self, *error: Any) -> None:
        """Close the file and put it in its place."""
        self._open.__exit__(*error)

    def add(self, rejected: Rejected) -> None:
        """Write an entry.

        Raises:
            UsageError: the file can't be written.
        """
        stream = self._stream or self._begin()
        if self._table is not None:
            self._table.writerow([rejected.line, rejected.reason, *map(disarm, rejected.raw)])
        else:
            stream.write(json_line(_record(rejected)))
        self.written += 1

    def _begin(self) -> TextIO:
        self._stream = self._open.enter_context(output(self.path, None))
        if self._columns is not None:
            self._table = csv.writer(self._stream)
            self._table.writerow([LINE, REASON, *map(disarm, self._columns)])
        return self._stream


def _record(rejected: Rejected) -> Mapping[str, Any]:
    told = {LINE: rejected.line, REASON: rejected.reason}
    text = "".join(rejected.raw)
    try:
        value = json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        value = None
    return {**told, **value, **told} if isinstance(value, dict) else {**told, TEXT: text}


def is_ours(columns: tuple[str, ...]) -> bool:
    """Say whether a table was written here."""
    return {LINE, REASON} <= set(columns)


def as_it_was(record: Record) -> Record:
    """Return a record of such a table as it stood in the file that it was rejected from."""
    values = {name: armed(value) for name, value in record.values.items()}
    return Record(record.line, values, tuple(map(armed, record.raw[2:])), record.wrong)
