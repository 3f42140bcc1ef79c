"""The records of a file, and the mentions that they become."""

from __future__ import annotations

import io
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import BinaryIO, TextIO

from repwatch.imports import delimited, jsonlines, mail, saved
from repwatch.imports.base import Record, Rejected, Row, Unreadable, Unusable
from repwatch.imports.delimited import Table
from repwatch.imports.dumps import DUMPS, DumpEntries
from repwatch.imports.encoding import Encoding
from repwatch.imports.entries import Entries, names_of
from repwatch.imports.own import KNOWN_BY, OwnExport
from repwatch.imports.plan import Plan
from repwatch.imports.rejected import as_it_was, is_ours

RECORDS_SAMPLED = 200
MOST_SAMPLED = 1024 * 1024
"""Records, and characters of them, by which columns are known where they have no header."""


@contextmanager
def text_of(stream: BinaryIO, encoding: Encoding) -> Iterator[TextIO]:
    """Yield a file as text, from its beginning.

    Raises:
        Unreadable: it is in another encoding.
    """
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding=encoding.name, errors="replace", newline="")
    try:
        yield text
    except (UnicodeError, LookupError) as error:
        raise Unreadable(f"it is not in {encoding.words}", "Name another one: --encoding cp1252") from error
    finally:
        text.detach()


def records(plan: Plan, text: TextIO) -> Iterator[Record]:
    """Yield the records of a table or of JSON.

    Raises:
        Unreadable: it can't be read any further.
    """
    if plan.container == "json":
        return jsonlines.listed(text)
    if plan.container == "jsonl":
        return jsonlines.records(text)
    assert plan.table is not None  # noqa: S101 (every table has one)
    found = _rows_of_table(plan, plan.table, text)
    return map(as_it_was, found) if is_ours(plan.table.columns) else found


def first(found: Iterator[Record]) -> list[Record]:
    """Return enough records to know the columns by."""
    some: list[Record] = []
    left = MOST_SAMPLED
    for record in islice(sound(found), RECORDS_SAMPLED):
        some.append(record)
        left -= sum(map(len, record.raw))
        if left < 0:
            break
    return some


def sound(found: Iterator[Record]) -> Iterator[Record]:
    """Yield records as far as they can be read; what then goes wrong is told when they are kept."""
    with suppress(Unreadable):
        yield from found


def _rows_of_table(plan: Plan, table: Table, text: TextIO) -> Iterator[Record]:
    needed = [
        name
        for each in ("text", "title", "rating", "url", "published_at")
        if plan.chosen is not None
        for name in names_of(plan.chosen.columns.get(each, ()))[:1]
    ]
    return delimited.records(text, table, [*needed, *(KNOWN_BY if plan.own else ())])


@dataclass(slots=True)
class Notes:
    """What is found while a file is read: entries that hold nothing, and what else is to be said."""

    empty: int = 0
    remarks: list[str] = field(default_factory=list)


def rows(plan: Plan, stream: BinaryIO, notes: Notes) -> Generator[Row | Rejected]:
    """Yield the mentions of a file, and the entries that can't be used.

    Raises:
        Unreadable: it can't be read any further.
    """
    if plan.container == "mbox":
        yield from mail.mails(stream, zone=plan.asked.zone, now=plan.now, kind=plan.asked.kind)
        return
    if plan.container in ("page", "rss"):
        yield from _saved(plan, stream, notes)
        return
    read = _reader(plan)
    with text_of(stream, plan.encoding) as text:
        for record in records(plan, text):
            try:
                row = read(record)
            except Unusable as error:
                yield Rejected(record.line, str(error), record.raw)
                continue
            if row is None:
                notes.empty += 1
            else:
                yield row


def _saved(plan: Plan, stream: BinaryIO, notes: Notes) -> Iterator[Row]:
    assert plan.url is not None  # noqa: S101 (every saved page has one)
    found = saved.read(plan.container, stream.read(), plan.url, now=plan.now)
    kind = plan.asked.kind
    for row in found.rows:
        yield row if kind is None else replace(row, mention=replace(row.mention, kind=kind))
    notes.empty += len(found.skipped)
    notes.remarks += dict.fromkeys(f"left out: {reason}" for reason in found.skipped)
    if found.damaged:
        raise Unreadable("it is cut or malformed: entries may be missing")


def _reader(plan: Plan) -> Callable[[Record], Row | None]:
    asked = plan.asked
    if plan.own:
        return OwnExport(guarded=plan.container == "csv", now=plan.now)
    if plan.dump:
        return DumpEntries(DUMPS[plan.dump], plan.now)
    assert plan.chosen is not None  # noqa: S101 (every other table has columns)
    return Entries(
        columns=plan.chosen.columns,
        zone=asked.zone,
        now=plan.now,
        order=plan.order,
        scale=plan.scale,
        kind=asked.kind,
        usual_kind=plan.chosen.kind,
        brands=asked.brands,
    )
