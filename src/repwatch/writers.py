"""Mentions written out for other programs: CSV, JSON and spreadsheets, row by row.

The columns are a contract: they keep their names and meanings, and new ones come at the end.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import count, islice
from operator import attrgetter
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO, Literal, TextIO

from repwatch.formats import disarm, json_line
from repwatch.store.base import MentionRow
from repwatch.text import clean
from repwatch.words import iso

ExportFormat = Literal["csv", "json", "jsonl", "xlsx"]

ENDINGS: dict[str, ExportFormat] = {
    ".csv": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xlsx": "xlsx",
}
"""The format that a file's ending stands for."""

SCHEMA = "repwatch.export/1"

COLUMNS: dict[str, str] = {
    "id": "the mention's identity, the same wherever it is read",
    "brand": "the brand that it was read for; a mention of two brands is two rows",
    "source": "the source that showed it first",
    "kind": "post, comment, review or article",
    "at": "when it counts: published, or collected when it is undated; UTC",
    "day": "the day of `at` in the configured time zone",
    "label": "negative, neutral, positive or unscored",
    "sentiment": "from -1.0 to 1.0; empty when unscored, or when a person gave it another label",
    "relevance": "about, unsure when it may be about something else, not_about where a person says so",
    "own": "whether the brand itself wrote it",
    "title": "its title, as plain text",
    "text": "its text, as plain text",
    "url": "where it can be read",
    "author": "the author's name, as shown",
    "author_id": "the author's account",
    "author_url": "the author's page",
    "lang": "its language, such as en",
    "rating": "the stars or points of a review",
    "rating_worst": "the lowest rating that the place allows",
    "rating_best": "the highest rating that the place allows",
    "item": "what a review is about",
    "likes": "likes, as far as the platform gives them",
    "replies": "replies, as far as the platform gives them",
    "reposts": "reposts, as far as the platform gives them",
    "views": "views, as far as the platform gives them",
    "score": "up-votes less down-votes",
    "engagement": "likes, replies and reposts together",
    "published_at": "when the author spoke; UTC, empty when undated",
    "edited_at": "when its text was last seen to have changed; UTC",
    "collected_at": "when it was first read; UTC",
    "parent_id": "the id of the mention that it answers",
    "thread_id": "the id of the mention that its thread began with",
    "space": "where the platform's ids are unique",
    "native_id": "the platform's id",
    "matched": "the rules and terms by which the brand was found",
    "reasons": "the words, phrases and ratings that carried the label",
    "scorer": "what judged it, and its version",
    "marks": "remarks, such as undated",
    "answered_at": "when whom it is about answered under it, where the platform says so; UTC",
    "gone_at": "when it was found to be deleted upstream; text and author are gone here, too",
    "p_negative": "how probably it is negative, from 0.0 to 1.0, as the machine sees it",
    "intent": "what its author wants: complaint, question, praise, request, promotion or other",
    "urgency": "high, medium or low",
    "sender": "customer, spam, giveaway, job_ad, bot or own",
    "comparison": "whether another brand stands in it, so that only what is said of this one counts",
    "why": "the reasons for its relevance, sender, intent and urgency",
    "corrected": "what of it a person has said: about, label, kind",
    "machine_relevance": "the machine's own relevance, whatever a person said",
    "machine_sentiment": "the machine's own sentiment, likewise",
    "machine_label": "the machine's own label, likewise",
    "machine_intent": "the machine's own intent, likewise",
}
"""The columns of an export and what they mean, in order."""

SHEET_ROWS = 1_048_575
"""Rows of a spreadsheet beside its header."""

_TEXTS = frozenset({
    "brand", "source", "title", "text", "url", "author", "author_id", "author_url", "lang",
    "item", "parent_id", "thread_id", "space", "native_id", "scorer",
})  # fmt: skip
_TIMES = frozenset({"at", "published_at", "edited_at", "collected_at", "answered_at", "gone_at"})
_LISTS = frozenset({"matched", "reasons", "marks", "why", "corrected"})
_FLAGS = frozenset({"own", "comparison"})
_WORDS = frozenset({
    "id", "kind", "day", "label", "relevance", "intent", "urgency", "sender", "machine_relevance",
    "machine_label", "machine_intent",
})  # fmt: skip
"""Columns whose values are our own words, which nobody else can choose."""
_NUMBERS = COLUMNS.keys() - _TEXTS - _TIMES - _LISTS - _FLAGS - _WORDS
_FEW = frozenset({"brand", "source", "space", "lang", "item", "scorer"})
_REPEATED = 1_000
"""Values that are remembered of a column in which the same ones come again and again."""
_NO_XML = re.compile("[\ufffe\uffff]")


def record(row: MentionRow) -> dict[str, Any]:
    """Return a mention as the JSON outputs have it: every column, None for what is not known."""
    return {name: getattr(row, name) for name in COLUMNS}


def write_jsonl(stream: TextIO, rows: Iterable[MentionRow], names: Sequence[str] = tuple(COLUMNS)) -> int:
    """Write one JSON record a line, and return how many."""
    written = 0
    values = _getter(names)
    for row in rows:
        stream.write(json_line(dict(zip(names, values(row), strict=True))))
        written += 1
    return written


def write_json(stream: TextIO, rows: Iterable[MentionRow], names: Sequence[str] = tuple(COLUMNS)) -> int:
    """Write one JSON document with a record on each line, and return how many records."""
    written = 0
    values = _getter(names)
    stream.write(f'{{"schema": "{SCHEMA}", "mentions": [')
    for row in rows:
        record = json_line(dict(zip(names, values(row), strict=True))).rstrip("\n")
        stream.write(f"{',' if written else ''}\n{record}")
        written += 1
    stream.write("\n]}\n")
    return written


def write_csv(
    stream: TextIO,
    rows: Iterable[MentionRow],
    names: Sequence[str] = tuple(COLUMNS),
    *,
    header: bool = True,
    excel: bool = False,
) -> int:
    """Write rows as RFC 4180 has it, and return how many.

    Texts that a spreadsheet would take for a formula get an apostrophe in front; numbers stay
    numbers. With `excel` the file begins with a byte order mark, without which Excel does not see
    that it is UTF-8.
    """
    if excel:
        stream.write("\ufeff")
    writer = csv.writer(stream)  # ends lines with CRLF, as the RFC and Excel want it
    if header:
        writer.writerow(names)
    values = _getter(names)
    words = [(at, _csv_word(name)) for at, name in enumerate(names) if name not in _NUMBERS | _WORDS]
    written = 0
    for row in rows:
        cells = list(values(row))
        for at, word in words:
            if (cell := cells[at]) is not None and cell != "":
                cells[at] = word(cell)
        writer.writerow(cells)
        written += 1
    return written


def _getter(names: Sequence[str]) -> Callable[[MentionRow], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda row: (getattr(row, names[0]),)


def _csv_word(name: str) -> Callable[[Any], str]:
    if name in _TIMES:
        return iso
    if name in _LISTS:
        return lru_cache(_REPEATED)(lambda parts: disarm("; ".join(parts)))
    if name in _FLAGS:
        return lambda flag: "true" if flag else "false"
    return lru_cache(_REPEATED)(disarm) if name in _FEW else disarm


def write_xlsx(
    stream: BinaryIO,
    rows: Iterable[MentionRow],
    names: Sequence[str] = tuple(COLUMNS),
    *,
    header: bool = True,
    sheet_rows: int = SHEET_ROWS,
) -> int:
    """Write rows as a workbook, and return how many; a full sheet is followed by another.

    No text becomes a formula or a link. Times are UTC.
    """
    from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415 (only spreadsheets need it)

    with TemporaryFile() as whole:  # a workbook is written with jumps, which a pipe does not have
        try:
            written = _write_book(whole, rows, names, header, sheet_rows)
        except FileCreateError as error:
            raise error.args[0] from None  # the OSError that xlsxwriter has wrapped
        whole.seek(0)
        copyfileobj(whole, stream)
    return written


def _write_book(
    stream: IO[bytes], rows: Iterable[MentionRow], names: Sequence[str], header: bool, sheet_rows: int
) -> int:
    from xlsxwriter import Workbook  # noqa: PLC0415 (only spreadsheets need it)

    book = Workbook(stream, _BOOK)
    bold = book.add_format({"bold": True})
    clock = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    values = _getter(names)
    written = 0
    for number, part in enumerate(_parts(rows, sheet_rows), start=1):
        sheet = book.add_worksheet("mentions" if number == 1 else f"mentions {number}")
        if header:
            sheet.write_row(0, 0, names, bold)
            sheet.freeze_panes(1, 0)
        for line, row in enumerate(part, start=int(header)):
            for at, (name, cell) in enumerate(zip(names, values(row), strict=True)):
                _write_cell(sheet, line, at, name, cell, clock)
            written += 1
    book.close()
    return written


_BOOK = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "use_zip64": True,
}


def _parts(rows: Iterable[MentionRow], length: int) -> Iterator[Iterator[MentionRow]]:
    """Yield the rows in stretches of at most so many, one even when there are none."""
    left = iter(rows)
    for number in count():
        part = islice(left, length)
        first = next(part, None)
        if first is None:
            if number == 0:
                yield iter(())
            return
        yield _chained(first, part)


def _chained(first: MentionRow, rest: Iterator[MentionRow]) -> Iterator[MentionRow]:
    yield first
    yield from rest


def _write_cell(sheet: Any, line: int, at: int, name: str, cell: Any, clock: Any) -> None:
    if cell is None or cell in ("", ()):
        return
    if isinstance(cell, datetime):
        sheet.write_datetime(line, at, cell.replace(tzinfo=None, microsecond=0), clock)
    elif isinstance(cell, bool):
        sheet.write_boolean(line, at, cell)
    elif name in _NUMBERS:
        sheet.write_number(line, at, cell)
    else:
        text = "; ".join(cell) if isinstance(cell, tuple) else cell
        sheet.write_string(line, at, _NO_XML.sub("", clean(text)))
