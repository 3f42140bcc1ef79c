"""JSON: a record a line, or one list of records, which is read piece by piece."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TextIO

from repwatch.imports.base import Record, Unreadable
from repwatch.imports.lines import LONGEST, TOO_LONG, Cut, Lines

PIECE = 256 * 1024
SHOWN = 10_000
"""Characters of a record that can't be read, as far as they are written out again."""
DEEPEST = 3
"""How far objects in objects are looked at for columns: user.name, user.address.city."""

_BEFORE_LIST = re.compile(
    r"\s*(?:\{\s*\"schema\"\s*:\s*\"[^\"]*\"\s*,\s*\"(?:mentions|labels)\"\s*:\s*)?\[\s*"
)
"""A list, or repwatch's own document with one."""
_BETWEEN = re.compile(r"\s*(,|\])\s*")
_DECODER = json.JSONDecoder()


def records(stream: TextIO) -> Iterator[Record]:
    """Yield the records of a file with one a line."""
    lines = Lines(stream)
    while (line := lines.take()) is not None:
        if isinstance(line, Cut):
            yield Record(lines.number, {}, (line,), TOO_LONG)
        elif text := line.strip():
            yield _record(lines.number, text)


def _record(line: int, text: str) -> Record:
    try:
        return _of_value(line, json.loads(text), text)
    except (ValueError, RecursionError) as error:
        return Record(line, {}, (text[:SHOWN],), f"it is not JSON: {_said(error)}")


def _of_value(line: int, value: Any, text: str) -> Record:
    if isinstance(value, dict):
        return Record(line, value, (text,))
    return Record(line, {}, (text[:SHOWN],), "it is no JSON object")


def _said(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} (column {error.colno})"
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)[:80]


def is_list(beginning: str) -> bool:
    """Say whether a text begins like one list of records."""
    return _BEFORE_LIST.match(beginning) is not None


def listed(stream: TextIO) -> Iterator[Record]:
    """Yield the records of a file that is one list.

    Raises:
        Unreadable: it breaks off, or is no JSON from some line on.
    """
    text = _Text(stream)
    if not text.skip(_BEFORE_LIST):
        raise Unreadable("it is no list of records")
    if text.peek() == "]":
        return
    while True:
        line = text.line
        value, said = text.value()
        yield _of_value(line, value, said)
        between = text.skip(_BETWEEN)
        if between is None:
            raise Unreadable(f"line {text.line}: it is no JSON list any more, or breaks off")
        if between == "]":
            return


class _Text:
    """A text that is read on as far as it is needed."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._text = ""
        self._at = 0
        self.line = 1

    def peek(self) -> str:
        """Return the next character, empty at the end."""
        while self._at >= len(self._text) and self._more():
            pass
        return self._text[self._at : self._at + 1]

    def skip(self, pattern: re.Pattern[str]) -> str | None:
        """Pass over what the pattern finds here, and return it (its group); None if it finds nothing."""
        while True:
            found = pattern.match(self._text, self._at)
            if (found is None or found.end() == len(self._text)) and self._more():
                continue
            if found is None:
                return None
            self._advance(found.end())
            return found[1] if found.lastindex else found[0]

    def value(self) -> tuple[Any, str]:
        """Return the JSON value that stands here, and its text.

        Raises:
            Unreadable: there is none.
        """
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except (ValueError, RecursionError) as error:
                # Where a piece ends is no fault, and where the file ends nothing more can come.
                unfinished = isinstance(error, json.JSONDecodeError) and len(self._text) - self._at < LONGEST
                if unfinished and self._more():
                    continue
                raise Unreadable(f"line {self.line}: {_said(error)}") from error
            if end == len(self._text) and self._more():
                continue  # a number may go on
            said = self._text[self._at : end]
            self._advance(end)
            return value, said

    def _advance(self, end: int) -> None:
        self.line += self._text.count("\n", self._at, end)
        self._at = end

    def _more(self) -> bool:
        piece = self._stream.read(PIECE)
        self._text = self._text[self._at :] + piece
        self._at = 0
        return bool(piece)


def columns(found: Iterable[Record]) -> tuple[str, ...]:
    """Return the columns that records have, those of objects inside them with a dot: user.name."""
    names: dict[str, None] = {}
    for record in found:
        names |= dict.fromkeys(_names(record.values, "", DEEPEST))
    return tuple(names)


def _names(values: Mapping[str, Any], before: str, deep: int) -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, dict) and deep > 1:
            yield from _names(value, f"{before}{name}.", deep - 1)
        else:
            yield before + name


def lookup(values: Mapping[str, Any], column: str) -> Any:
    """Return the value of a column, which may stand in an object: user.name."""
    if column in values:
        return values[column]
    first, dot, rest = column.partition(".")
    inner = values.get(first) if dot else None
    return lookup(inner, rest) if isinstance(inner, dict) else None
