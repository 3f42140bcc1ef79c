"""What a file is, found out before anything of it is kept: its format, encoding, columns, dates, ratings.

What can only be told from the file as a whole (whether the day or the month comes first, how far the
ratings go, in which encoding it is) is told from all of it, never row by row.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TextIO

from repwatch.dates import Order, moment, orders
from repwatch.errors import UsageError
from repwatch.imports import columns, delimited, jsonlines, mail, saved, values
from repwatch.imports.base import Container, Record, Rejected, Row, Unreadable, Unusable
from repwatch.imports.columns import MAPS, Chosen
from repwatch.imports.delimited import Table
from repwatch.imports.dumps import DUMPS, DumpEntries
from repwatch.imports.encoding import Encoding, find_encoding
from repwatch.imports.entries import TIMES, Entries, names_of
from repwatch.imports.own import KNOWN_BY, OwnExport
from repwatch.imports.rejected import as_it_was, is_ours
from repwatch.imports.values import Scale
from repwatch.model import Kind
from repwatch.text import one_line
from repwatch.writers import COLUMNS as EXPORTED

CONTAINERS: Mapping[str, Container] = {
    "csv": "csv",
    "jsonl": "jsonl",
    "mbox": "mbox",
    "page": "page",
    "rss": "rss",
}
FORMATS: Mapping[str, str] = {
    "csv": "a table, its cells parted by commas, semicolons, tabs or bars",
    "jsonl": "JSON, a record a line, or one list of records",
    "repwatch": "what `repwatch export` writes as CSV, JSON or JSON lines, with all columns",
    "mbox": "a mailbox, as mailing lists archive them; own_accounts are `mail:` and the address",
    "page": "a saved web page with reviews in schema.org's terms, or one of Trustpilot",
    "rss": "a saved feed: RSS, Atom, RDF or JSON Feed",
    **{name: map.about for name, map in MAPS.items()},
    **{name: dump.about for name, dump in DUMPS.items()},
}
"""What --as takes, and what it stands for."""

SAMPLE = 64 * 1024
"""Characters by which the format and the columns are told."""
RECORDS_SAMPLED = 200
MOST_SAMPLED = 1024 * 1024
"""Records, and characters of them, by which columns are known where they have no header."""

_ENDINGS: Mapping[str, Container] = {
    ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".mbox": "mbox",
    ".html": "page", ".htm": "page", ".rss": "rss", ".atom": "rss",
}  # fmt: skip
_SAID: Mapping[Container, str] = {
    "csv": "a table",
    "jsonl": "JSON, a record a line",
    "json": "a JSON list",
    "mbox": "a mailbox",
    "page": "a saved page",
    "rss": "a feed",
}
_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
_NO_TEXT: Sequence[tuple[bytes, str, str]] = (
    (b"\x1f\x8b", "it is compressed", "Unpack it on the way: zcat FILE | repwatch import -"),
    (b"\x28\xb5\x2f\xfd", "it is compressed", "Unpack it on the way: zstdcat FILE | repwatch import -"),
    (b"BZh", "it is compressed", "Unpack it on the way: bzcat FILE | repwatch import -"),
    (b"\xfd7zXZ", "it is compressed", "Unpack it on the way: xzcat FILE | repwatch import -"),
    (b"PK\x03\x04", "it is a spreadsheet or an archive", "Save the sheet as CSV, or unpack the archive."),
    (b"\xd0\xcf\x11\xe0", "it is an old spreadsheet", "Save the sheet as CSV."),
    (
        b"SQLite format 3\x00",
        "it is a database",
        "If it is one of repwatch: repwatch export --db FILE",
    ),
    (b"%PDF", "it is a PDF", "Export it as CSV where it comes from."),
)
_FEED = re.compile(r"<(?:\w+:)?(?:rss|feed|rdf|channel)[\s>]", re.IGNORECASE)
_JSON_FEED = re.compile(
    r"\s*\{[^{}\[\]]{0,2000}?\"version\"\s*:\s*\"https?:\\?/\\?/jsonfeed\.org", re.IGNORECASE
)
_OWN_ID = re.compile(r"m_[A-Z2-7]{16}")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a person says about a file; None or empty leaves it to be found out."""

    format: str | None = None
    map: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    delimiter: str | None = None
    header: bool = True
    order: Order | None = None
    scale: Scale | None = None
    zone: tzinfo
    kind: Kind | None = None
    url: str | None = None
    brands: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a file is to be read. `name` is the file as it is called, `path` where its bytes are."""

    path: Path
    name: str
    container: Container
    encoding: Encoding
    asked: Asked
    now: datetime
    size: int
    table: Table | None = None
    chosen: Chosen | None = None
    own: bool = False
    dump: str | None = None
    order: Order | None = None
    scale: Scale | None = None
    url: str | None = None

    @property
    def format(self) -> str:
        """Its format in the words of --as."""
        named = self.dump or (self.chosen.map if self.chosen else None)
        return "repwatch" if self.own else named or ("jsonl" if self.container == "json" else self.container)

    @property
    def words(self) -> str:
        """What it was taken for, in a sentence."""
        parts = [f"{'an export of repwatch' if self.own else _SAID[self.container]}"]
        if self.container in ("csv", "jsonl", "json"):
            parts[0] += f" in {self.encoding.words}"
        if self.table is not None:
            signs = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
            if self.table.delimiter in signs:
                parts.append(f"separated by {signs[self.table.delimiter]}")
            if self.table.header_line > 1:
                parts.append(f"column names in line {self.table.header_line}")
        if self.chosen is not None and self.chosen.map:
            parts.append(f"columns as in {self.chosen.map}")
        if self.dump:
            parts.append(f"entries as in {self.dump}")
        if self.order:
            parts.append(f"dates {self.order.replace('-', ' ')}")
        if self.scale:
            parts.append(f"ratings {self.scale.words}")
        if self.url:
            parts.append(f"of {self.url}")
        return ", ".join(parts)


def look(path: Path, name: str, asked: Asked, *, now: datetime) -> Plan:
    """Return how a file is to be read, after all of it was looked at.

    Raises:
        UsageError: it can't be read, or more has to be said about it.
    """
    try:
        with path.open("rb") as stream:
            plan = _look(stream, path, name, asked, now)
            return _surveyed(plan, stream) if plan.chosen is not None else plan
    except OSError as error:
        raise UsageError(f"can't read {name}: {error.strerror or error}") from error
    except (Unreadable, UsageError) as error:
        said = error.message if isinstance(error, UsageError) else str(error)
        raise UsageError(f"{name}: {said}", hint=error.hint, where=name) from error


def _look(stream: BinaryIO, path: Path, name: str, asked: Asked, now: datetime) -> Plan:
    head = stream.read(SAMPLE)
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    if not head.strip():
        raise Unreadable("it is empty")
    for magic, what, hint in _NO_TEXT:
        if head.startswith(magic):
            raise Unreadable(what, hint)
    encoding = _encoding(stream, asked)
    with _text(stream, encoding) as text:
        sample = text.read(SAMPLE)
    container = _container(name, sample, asked)
    plan = Plan(path=path, name=name, container=container, encoding=encoding, asked=asked, now=now, size=size)
    if container in ("page", "rss"):
        return replace(plan, url=_url(container, head, size, asked))
    if container == "mbox":
        return plan
    return _with_columns(plan, stream, sample)


def _encoding(stream: BinaryIO, asked: Asked) -> Encoding:
    if asked.encoding is None:
        found = find_encoding(stream)
        if found is None:
            raise Unreadable("it is no text")
        return found
    try:
        "".encode(asked.encoding)
    except LookupError as error:
        raise Unreadable(f'there is no encoding "{asked.encoding}"', "Such are: utf-8, cp1252") from error
    return Encoding(asked.encoding)


def _container(name: str, sample: str, asked: Asked) -> Container:
    """Return how a file is built, by what it is said to be, what is in it, and how it is called."""
    start = sample.lstrip("\ufeff \t\r\n")
    by_content: Container | None = None
    if jsonlines.is_list(start):
        by_content = "json"
    elif _JSON_FEED.match(start):
        by_content = "rss"
    elif start.startswith("{"):
        by_content = "jsonl"
    elif re.match(r"From \S", start):
        by_content = "mbox"
    elif start.startswith("<"):
        by_content = "rss" if _FEED.search(start[:4_096]) else "page"
    wanted = CONTAINERS.get(asked.format or "")
    if wanted is not None:
        return "json" if (wanted, by_content) == ("jsonl", "json") else wanted
    if asked.format is not None:
        return by_content if by_content in ("json", "jsonl") else "csv"
    return by_content or _ENDINGS.get(Path(name).suffix.lower(), "csv")


def _url(container: Container, head: bytes, size: int, asked: Asked) -> str:
    if size > saved.LONGEST_FILE:
        raise Unreadable(
            f"it is larger than {saved.LONGEST_FILE // 1024**2} MiB, too large for {_SAID[container]}"
        )
    found = asked.url or saved.address(container, head)
    if found is None:
        raise Unreadable(
            f"{_SAID[container]} that does not say from which address it is", "Say it: --url https://…"
        )
    return found


def _with_columns(plan: Plan, stream: BinaryIO, sample: str) -> Plan:
    """Return the plan with the columns of a table, and what they are."""
    asked = plan.asked
    if plan.container == "csv":
        whole = sample if len(sample) < SAMPLE or "\n" not in sample else sample[: sample.rindex("\n") + 1]
        table = delimited.sniff(whole, _score(asked), delimiter=_delimiter(asked), header=asked.header)
        names = table.columns
        plan = replace(plan, table=table)
        records = list(_first(_sound(_records(plan, io.StringIO(whole, newline="")))))
    else:
        with _text(stream, plan.encoding) as text:
            records = list(_first(_sound(_records(plan, text))))
        if all(record.wrong for record in records):
            hint = "Make it one, for example with: jq -c '.items[]' FILE | repwatch import -"
            raise Unreadable("no line of it is a JSON record", hint)
        names = jsonlines.columns(records)
    named = asked.format if asked.format in MAPS else None
    dump = asked.format if asked.format in DUMPS else None
    if asked.format is None and not asked.map and plan.container != "csv":
        dump = next(
            (key for key, one in DUMPS.items() if any(set(k) <= set(names) for k in one.known_by)), None
        )
    if dump is not None:
        if plan.container == "csv":
            raise Unreadable(f"{dump} has a JSON record a line")
        return replace(plan, dump=dump)
    plain = asked.format in ("csv", "jsonl") or named is not None or asked.map
    if asked.format == "repwatch" or (not plain and set(KNOWN_BY) <= set(names)):
        if missing := [name for name in KNOWN_BY if name not in names]:
            raise Unreadable(f"it has no column {missing[0]}", "Export it again without --columns.")
        return replace(plan, own=True)
    if not plain and "id" in names and set(names) <= {*EXPORTED} and _OWN_ID.search(sample):
        raise Unreadable(
            "an export of repwatch without space and native_id: its mentions can't be known again",
            "Export it again without --columns, or take it as any other table: --as csv",
        )
    return replace(plan, chosen=columns.choose(names, asked.map, named, wordiest=_wordiest(names, records)))


def _wordiest(names: Sequence[str], records: Sequence[Record]) -> str | None:
    """Return the column whose texts have most words, as far as records go."""

    def words(name: str) -> int:
        values = (jsonlines.lookup(record.values, name) for record in records)
        return sum(len(value.split()) for value in values if isinstance(value, str))

    return max(names, key=words, default=None)


def _score(asked: Asked) -> Callable[[Sequence[str]], int]:
    wanted = {columns.normal(part) for spec in asked.map.values() for part in re.split(r"[|+]", spec)}
    return lambda names: columns.known(names) + len(wanted & {columns.normal(name) for name in names})


def _delimiter(asked: Asked) -> str | None:
    told = asked.delimiter and _DELIMITERS.get(asked.delimiter.lower(), asked.delimiter)
    if told and (len(told) != 1 or told in '"\r\n'):
        raise Unreadable(f'"{one_line(told, 20)}" is no delimiter', "Such are: , ; | tab")
    return told


# All of the file, once


def _surveyed(plan: Plan, stream: BinaryIO) -> Plan:
    """Return the plan with what only the file as a whole can tell."""
    assert plan.chosen is not None  # noqa: S101 (only tables are surveyed)
    survey = _Survey(plan.chosen)
    stream.seek(0)
    with _text(stream, plan.encoding) as text:
        for record in _sound(_records(plan, text)):
            if record.wrong is None:
                survey.add(record)
    return replace(
        plan,
        order=survey.order(plan.asked.order),
        scale=plan.asked.scale or plan.chosen.scale or survey.scale,
    )


class _Survey:
    """Collects what dates and ratings look like in all rows."""

    def __init__(self, chosen: Chosen) -> None:
        self._dates = [n for name in TIMES for n in names_of(chosen.columns.get(name, ()))]
        self._ratings = names_of(chosen.columns.get("rating", ()))
        self._seen: dict[Order, tuple[int, str]] = {}
        self._either: tuple[int, str] | None = None
        self._most, self._least = 0.0, 1.0

    def add(self, record: Record) -> None:
        """Look at a record."""
        for column in self._dates:
            value = jsonlines.lookup(record.values, column)
            possible = orders(" ".join(value.split())) if isinstance(value, str) and value else None
            if possible and len(possible) == 1:
                self._seen.setdefault(next(iter(possible)), (record.line, value))
            elif possible and self._either is None:
                self._either = (record.line, value)
        for column in self._ratings:
            try:
                rating = values.rating(jsonlines.lookup(record.values, column))
            except Unusable:
                continue
            if rating is not None and rating.scale is None:
                self._most, self._least = max(self._most, rating.value), min(self._least, rating.value)

    def order(self, asked: Order | None) -> Order | None:
        """Return what comes first in dates such as 03/04/2026.

        Raises:
            Unreadable: the file does not tell, or contradicts itself.
        """
        if asked is not None:
            return asked
        if len(self._seen) > 1:
            said = " and ".join(f"{values.shown(text)} in line {line}" for line, text in self._seen.values())
            hint = (
                "Say which is meant, and the others are rejected: --dates day-first, or --dates month-first"
            )
            raise Unreadable(f"days and months come in both orders: {said}", hint)
        if self._seen:
            return next(iter(self._seen))
        if self._either:
            line, text = self._either
            one, other = (moment(text, order=order) for order in ("day-first", "month-first"))
            meant = f"{one:%-d %B} or {other:%-d %B}" if one and other else "which is the day"
            raise Unreadable(
                f"line {line}: nothing in the file tells whether {values.shown(text)} is {meant}",
                "Say what comes first: --dates day-first, or --dates month-first",
            )
        return None

    @property
    def scale(self) -> Scale | None:
        """The scale that all ratings fit on which do not name their own."""
        if not self._ratings or not self._most:
            return None
        best = next((best for best in (5.0, 10.0, 100.0) if self._most <= best), None)
        # Of five stars, 0 means that there is no rating.
        return Scale(0.0 if self._least <= 0 and best != 5 else 1.0, best) if best else None


# Reading


@contextmanager
def _text(stream: BinaryIO, encoding: Encoding) -> Iterator[TextIO]:
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding=encoding.name, errors="replace", newline="")
    try:
        yield text
    except (UnicodeError, LookupError) as error:
        raise Unreadable(f"it is not in {encoding.words}", "Name another one: --encoding cp1252") from error
    finally:
        text.detach()


def _records(plan: Plan, text: TextIO) -> Iterator[Record]:
    if plan.container == "json":
        return jsonlines.listed(text)
    if plan.container == "jsonl":
        return jsonlines.records(text)
    assert plan.table is not None  # noqa: S101 (every table has one)
    found = _rows_of_table(plan, plan.table, text)
    return map(as_it_was, found) if is_ours(plan.table.columns) else found


def _first(records: Iterator[Record]) -> Iterator[Record]:
    """Yield enough records to know the columns by."""
    left = MOST_SAMPLED
    for record in islice(records, RECORDS_SAMPLED):
        yield record
        left -= sum(map(len, record.raw))
        if left < 0:
            return


def _sound(records: Iterator[Record]) -> Iterator[Record]:
    """Yield records as far as they can be read; what then goes wrong is told when they are kept."""
    with suppress(Unreadable):
        yield from records


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
    with _text(stream, plan.encoding) as text:
        for record in _records(plan, text):
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
