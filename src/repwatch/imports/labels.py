"""Labels that people gave on another machine, as `export labels` writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from repwatch.dates import moment
from repwatch.formats import armed
from repwatch.imports import delimited, jsonlines
from repwatch.imports.base import Record, Rejected, Unreadable, Unusable
from repwatch.imports.encoding import find_encoding
from repwatch.imports.read import text_of
from repwatch.imports.values import shown
from repwatch.model import INTENTS, Field, mention_id
from repwatch.text import one_line

SAID: Mapping[Field, tuple[str, tuple[str, ...]]] = {
    "about": ("relevance", ("about", "not_about")),
    "label": ("label", ("negative", "neutral", "positive")),
    "kind": ("intent", INTENTS),
}
"""What people say of a mention: the column that it stands in, and what it may be."""
COLUMNS = ("id", "space", "native_id", "brand", "corrected", *(column for column, _ in SAID.values()))

_SAMPLE = 64 * 1024
_LONGEST_WHO = 100
_LONGEST_WHY = 500


@dataclass(frozen=True, slots=True)
class Labelled:
    """What a person said of a mention (its whole id) and a brand, and the line where that stands."""

    line: int
    mention: str
    brand: str
    said: Mapping[Field, str]
    who: str
    why: str
    said_at: datetime | None


def labels(stream: BinaryIO) -> Iterator[Labelled | Rejected]:
    """Yield the labels of a file, CSV or JSON; of other exports, what people have corrected of them.

    Raises:
        Unreadable: it is another file, or can't be read any further.
    """
    encoding = find_encoding(stream)
    if encoding is None:
        raise Unreadable("it is no text")
    with text_of(stream, encoding) as text:
        sample = text.read(_SAMPLE)
    with text_of(stream, encoding) as text:
        guarded = not sample.lstrip("\ufeff \t\r\n").startswith(("{", "["))
        if guarded:
            found = _rows(delimited.sniff(sample, _known), text)
        else:
            found = jsonlines.listed(text) if jsonlines.is_list(sample) else jsonlines.records(text)
        for record in found:
            try:
                label = _label(record, guarded=guarded)
            except Unusable as error:
                yield Rejected(record.line, str(error), record.raw)
            else:
                if label.said:
                    yield label


def _known(columns: Any) -> int:
    return len({*COLUMNS} & {*columns})


def _rows(table: delimited.Table, text: Any) -> Iterator[Record]:
    if "brand" not in table.columns or not {column for column, _ in SAID.values()} & {*table.columns}:
        raise Unreadable(
            "it has no column brand, or none of relevance, label and intent",
            "Such a file is written by: repwatch export labels -o labels.csv",
        )
    return delimited.records(text, table, COLUMNS)


def _label(record: Record, *, guarded: bool) -> Labelled:
    """Return what a record says.

    Raises:
        Unusable: it is of no mention and brand, or says what can't be said.
    """
    if record.wrong is not None:
        raise Unusable(record.wrong)

    def text(name: str) -> str | None:
        value = record.values.get(name)
        if value in (None, ""):
            return None
        if not isinstance(value, str):
            raise Unusable(f"its {name} is no text")
        return armed(value) if guarded else value

    brand = text("brand")
    if brand is None:
        raise Unusable("it has no brand")
    corrected = record.values.get("corrected")
    fields = None if corrected is None else re.findall(r"\w+", str(corrected))
    said: dict[Field, str] = {}
    for field, (column, known) in SAID.items():
        value = text(column) if fields is None or field in fields else None
        if value is not None and value not in known:
            raise Unusable(f"its {column} {shown(value)} is none of {', '.join(known)}")
        if value is not None:
            said[field] = value
    return Labelled(
        line=record.line,
        mention=_mention(text("space"), text("native_id"), text("id")),
        brand=brand,
        said=said,
        who=one_line(text("who") or "", _LONGEST_WHO) or "somebody",
        why=one_line(text("why") or "", _LONGEST_WHY),
        said_at=moment(text("said_at")),
    )


def _mention(space: str | None, native_id: str | None, id: str | None) -> str:
    """Return the identity of a mention: where it is from, and its id there, are the same everywhere."""
    if space is None or native_id is None:
        if id is None:
            raise Unusable("it has no space and native_id, and no id")
        return id
    found = mention_id(space, native_id)
    if id not in (None, found):
        raise Unusable("its id is not that of its native_id: a spreadsheet may have changed the number")
    return found
