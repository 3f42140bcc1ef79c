"""What a file is, found out before anything of it is kept: its format, encoding, columns, dates, ratings.

What can only be told from the file as a whole (whether the day or the month comes first, how far the
ratings go, in which encoding it is) is told from all of it, never row by row.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from repwatch.errors import UsageError
from repwatch.imports import columns, delimited, jsonlines, saved
from repwatch.imports.base import Container, Record, Unreadable
from repwatch.imports.columns import MAPS
from repwatch.imports.dumps import DUMPS
from repwatch.imports.encoding import Encoding, find_encoding
from repwatch.imports.own import KNOWN_BY
from repwatch.imports.plan import CONTAINERS, SAID, Asked, Plan
from repwatch.imports.read import first, records, text_of
from repwatch.imports.survey import surveyed
from repwatch.text import one_line
from repwatch.writers import COLUMNS as EXPORTED

SAMPLE = 64 * 1024
"""Characters by which the format and the columns are told."""

_ENDINGS: Mapping[str, Container] = {
    ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".mbox": "mbox",
    ".html": "page", ".htm": "page", ".rss": "rss", ".atom": "rss",
}  # fmt: skip
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


def look(path: Path, name: str, asked: Asked, *, now: datetime) -> Plan:
    """Return how a file is to be read, after all of it was looked at.

    Raises:
        UsageError: it can't be read, or more has to be said about it.
    """
    try:
        with path.open("rb") as stream:
            plan = _look(stream, path, name, asked, now)
            return surveyed(plan, stream) if plan.chosen is not None else plan
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
    with text_of(stream, encoding) as text:
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
            f"it is larger than {saved.LONGEST_FILE // 1024**2} MiB, too large for {SAID[container]}"
        )
    found = asked.url or saved.address(container, head)
    if found is None:
        raise Unreadable(
            f"{SAID[container]} that does not say from which address it is", "Say it: --url https://…"
        )
    return found


def _with_columns(plan: Plan, stream: BinaryIO, sample: str) -> Plan:
    """Return the plan with the columns of a table, and what they are."""
    asked = plan.asked
    if plan.container == "csv":
        whole = sample if len(sample) < SAMPLE or "\n" not in sample else sample[: sample.rindex("\n") + 1]
        table = delimited.sniff(whole, _score(asked), delimiter=_delimiter(asked), header=asked.header)
        plan = replace(plan, table=table)
        some, names = first(records(plan, io.StringIO(whole, newline=""))), table.columns
    else:
        with text_of(stream, plan.encoding) as text:
            some = first(records(plan, text))
        if all(record.wrong for record in some):
            hint = "Make it one, for example with: jq -c '.items[]' FILE | repwatch import -"
            raise Unreadable("no line of it is a JSON record", hint)
        names = jsonlines.columns(some)
    if dump := _dump(plan, names):
        return replace(plan, dump=dump)
    if _is_own(asked, names, sample):
        return replace(plan, own=True)
    named = asked.format if asked.format in MAPS else None
    return replace(plan, chosen=columns.choose(names, asked.map, named, wordiest=_wordiest(names, some)))


def _dump(plan: Plan, names: Sequence[str]) -> str | None:
    """Return of which platform a file is an archive."""
    asked, known = plan.asked, set(names)
    if asked.format in DUMPS and plan.container == "csv":
        raise Unreadable(f"{asked.format} has a JSON record a line")
    if asked.format in DUMPS:
        return asked.format
    if asked.format or asked.map or plan.container == "csv":
        return None
    return next((key for key, one in DUMPS.items() if any(set(each) <= known for each in one.known_by)), None)


def _is_own(asked: Asked, names: Sequence[str], sample: str) -> bool:
    """Tell whether a file is an export of repwatch."""
    plain = asked.format in ("csv", "jsonl", *MAPS) or asked.map
    if asked.format == "repwatch" or (not plain and set(KNOWN_BY) <= set(names)):
        if missing := [name for name in KNOWN_BY if name not in names]:
            raise Unreadable(f"it has no column {missing[0]}", "Export it again without --columns.")
        return True
    if not plain and "id" in names and set(names) <= {*EXPORTED} and _OWN_ID.search(sample):
        raise Unreadable(
            "an export of repwatch without space and native_id: its mentions can't be known again",
            "Export it again without --columns, or take it as any other table: --as csv",
        )
    return False


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
