"""Tables as spreadsheets and other tools write them: CSV in its dialects.

Source: RFC 4180. What is read beside it: other delimiters, a line "sep=;", lines above the header,
quotes that are not doubled, rows without their last, empty cells. A quote that is never closed
costs the row it stands in, not the rest of the file.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from typing import TextIO

from repwatch.imports.base import Record, Unreadable
from repwatch.imports.lines import LONGEST, TOO_LONG, Cut, Lines

DELIMITERS = (",", ";", "\t", "|")
NO_DELIMITER = "\x1f"
"""Of a table with one column: a character that separates units, and stands in no text."""
ROWS_SNIFFED = 100
ROWS_ABOVE_HEADER = 20
MOST_READ_AGAIN = 64 * 1024 * 1024
"""Characters that are read again behind quotes that are not closed; with more, it is no such table."""

csv.field_size_limit(LONGEST)  # the module's own limit of 131,072 characters is below that of long articles


@dataclass(frozen=True, slots=True)
class Cells:
    """A row as it stands: the line it begins on, how many it spans, and its cells."""

    line: int
    lines: int
    cells: tuple[str, ...]
    wrong: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """How a table is to be read; `header_line` is 0 where it has no header."""

    delimiter: str
    columns: tuple[str, ...]
    header_line: int


def sniff(
    sample: str, score: Callable[[Sequence[str]], int], *, delimiter: str | None = None, header: bool = True
) -> Table:
    """Return how a table is to be read.

    Args:
        sample: its beginning, of whole lines.
        score: how many of some names are those of columns that are known.
        delimiter: what parts its cells, if a person has said so.
        header: whether it has a line of column names; else they are called 1, 2, 3.

    Raises:
        Unreadable: there is no row in it.
    """
    first, _, rest = sample.partition("\n")
    if told := _separator(first):
        return _table(_sample_rows(rest, delimiter or told, skipped=1), delimiter or told, score, header)
    if delimiter is not None:
        return _table(_sample_rows(sample, delimiter), delimiter, score, header)
    best: tuple[tuple[int, float, int], Table] | None = None
    for each in (*DELIMITERS, NO_DELIMITER):
        found = _sample_rows(sample, each)
        table = _table(found, each, score, header)
        width = len(table.columns)
        alike = sum(len(row.cells) == width for row in found) / len(found)
        merit = (score(table.columns), round(alike, 1), width)
        if (width > 1 or each == NO_DELIMITER) and (best is None or merit > best[0]):
            best = (merit, table)
    assert best is not None  # noqa: S101 (the last delimiter always counts)
    return best[1]


def _separator(line: str) -> str | None:
    """Return the delimiter that a first line tells to spreadsheets, as in "sep=;"."""
    told = line.rstrip("\r\n")
    return told[4] if len(told) == 5 and told.lower().startswith("sep=") else None


def _sample_rows(sample: str, delimiter: str, skipped: int = 0) -> list[Cells]:
    lines = Lines(StringIO(sample, newline=""))
    lines.number = skipped
    found = (row for row in rows(lines, delimiter) if any(map(str.strip, row.cells)))
    return list(islice(found, ROWS_SNIFFED))


def _table(
    found: Sequence[Cells], delimiter: str, score: Callable[[Sequence[str]], int], header: bool
) -> Table:
    if not found:
        raise Unreadable("there is no row in it")
    if not header:
        width = Counter(len(row.cells) for row in found).most_common(1)[0][0]
        return Table(delimiter, tuple(str(number) for number in range(1, width + 1)), 0)
    top = [row for row in found[:ROWS_ABOVE_HEADER] if not row.wrong]
    if not top:
        raise Unreadable("it has no row of column names that can be read")
    head, filled = top[0], 0
    for row in top:
        # Some tools write what was asked for above the names of the columns, in fewer cells.
        if score(row.cells) >= 2 and (row is head or len(list(filter(None, row.cells))) > filled):
            head = row
            break
        filled = max(filled, len(list(filter(None, row.cells))))
    return Table(delimiter, _named(head.cells), head.line + head.lines - 1)


def _named(cells: Sequence[str]) -> tuple[str, ...]:
    """Return names for all columns; of several with the same one, the later ones are numbered."""
    names: dict[str, None] = {}
    for number, cell in enumerate(cells, start=1):
        name = " ".join(cell.replace("\ufeff", "").split()) or f"column {number}"
        names[name if name not in names else f"{name} ({number})"] = None
    return tuple(names)


def records(stream: TextIO, table: Table, needed: Sequence[str]) -> Iterator[Record]:
    """Yield the rows of a table below its header; a row must reach as far as the needed columns.

    Raises:
        Unreadable: it can't be read any further.
    """
    lines = Lines(stream)
    first = lines.take()
    if first is not None and _separator(first) is None:
        lines.give_back([first])
    width = len(table.columns)
    least = max((table.columns.index(name) + 1 for name in needed if name in table.columns), default=1)
    for row in rows(lines, table.delimiter, width):
        if row.line <= table.header_line or (not any(map(str.strip, row.cells)) and not row.wrong):
            continue
        cells, wrong = row.cells, row.wrong
        if wrong is None and len(cells) > width and any(cells[width:]):
            wrong = f"it has {len(cells)} cells, and the header {width}: a quote may be missing"
        elif wrong is None and len(cells) < least:
            wrong = f"it ends after {len(cells)} of {width} cells"
        yield Record(row.line, dict(zip(table.columns, cells, strict=False)), cells, wrong)


def rows(lines: Lines, delimiter: str, width: int | None = None) -> Iterator[Cells]:
    """Yield the rows that stand in lines; rows of several lines should have `width` cells.

    Raises:
        Unreadable: there are so many quotes that are not closed that it is no such table.
    """
    read_again = 0
    while True:
        line = lines.take()
        if line is None:
            return
        number = lines.number
        if isinstance(line, Cut):
            yield Cells(number, 1, (line,), TOO_LONG)
            continue
        if '"' not in line:
            yield Cells(number, 1, _split(line, delimiter))
            continue
        taken = [line]
        cells = _strict(lines, taken, delimiter)
        if cells is None or (len(taken) > 1 and width is not None and len(cells) != width):
            lines.give_back(taken[1:])
            read_again += sum(map(len, taken[1:]))
            if read_again > MOST_READ_AGAIN:
                raise Unreadable(
                    f"from line {number} on, quotes are opened and not closed", "another program may mend it"
                )
            cells, taken = _lenient(line, delimiter), [line]
        if cells is None:
            yield Cells(number, 1, (line.rstrip("\r\n"),), "a quote is opened and not closed")
        else:
            yield Cells(number, len(taken), tuple(cells))


def _split(line: str, delimiter: str) -> tuple[str, ...]:
    """Return the cells of a line without quotes, as the module csv would."""
    return tuple(cell.lstrip(" ") for cell in line.rstrip("\r\n").split(delimiter))


def _strict(lines: Lines, taken: list[str], delimiter: str) -> list[str] | None:
    """Return the row that begins with a line that was taken, and take those that belong to it.

    None where it breaks the rules: a quote is not doubled, or not closed within reason.
    """

    def feed() -> Iterator[str]:
        yield taken[0]
        size = len(taken[0])
        while size < LONGEST:
            line = lines.take()
            if line is None:
                return
            taken.append(line)
            if isinstance(line, Cut):
                return
            size += len(line)
            yield line

    try:
        return next(csv.reader(feed(), delimiter=delimiter, strict=True, skipinitialspace=True), [])
    except csv.Error:
        return None


def _lenient(line: str, delimiter: str) -> list[str] | None:
    """Return the row of a single line whatever its quotes are like; None where the last is not closed."""
    closed = True

    def feed() -> Iterator[str]:
        nonlocal closed
        yield line
        closed = False

    cells = next(csv.reader(feed(), delimiter=delimiter, skipinitialspace=True), [])
    return cells if closed else None
