"""Labelled texts of a file, for `eval --labels`."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

from repwatch.errors import UsageError
from repwatch.model import Mention

LABELS = {"negative": True, "neg": True, "neutral": False, "neu": False, "positive": False, "pos": False}
"""What a label may be called, and whether it is negative."""
DELIMITERS = ",;\t"
"""What parts the cells of a table; spreadsheets of some countries write semicolons."""
LONGEST = 100_000
"""Characters of a text; more is cut."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text somebody has labelled; `brand` is the key of the brand that it is about, if the file says so."""

    mention: Mention
    negative: bool
    source: str
    brand: str | None


def read_labels(path: Path) -> list[Text]:
    """Return the labelled texts of a file: CSV with a line of names, or JSON lines.

    Of an export only what people have labelled is taken.

    Raises:
        UsageError: it can't be read, or a line has no text or no label that is known.
    """
    texts = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            found = _json(path, stream) if path.suffix in (".jsonl", ".ndjson") else _table(path, stream)
            for line, record in found:
                if "corrected" not in record or "label" in (record["corrected"] or ()):
                    texts.append(_text(path, line, record))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"can't read {path}: {why}", where=str(path)) from error
    if not texts:
        raise UsageError(f"there is no label in {path}", where=str(path))
    return texts


def _json(path: Path, stream: TextIO) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for line, text in enumerate(stream, start=1):
        if not text.strip():
            continue
        try:
            record = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"line {line} of {path} is no JSON", where=str(path)) from error
        if not isinstance(record, dict):
            raise UsageError(f"line {line} of {path} is no object", where=str(path))
        yield line, record


def _table(path: Path, stream: TextIO) -> Iterator[tuple[int, Mapping[str, Any]]]:
    names = stream.readline()
    reader = csv.DictReader(chain([names], stream), delimiter=max(DELIMITERS, key=names.count))
    if lacking := {"text", "label"} - set(reader.fieldnames or ()):
        raise UsageError(f"{path} has no column {' and no column '.join(sorted(lacking))}", where=str(path))
    for record in reader:
        yield reader.line_num, record


def _text(path: Path, line: int, record: Mapping[str, Any]) -> Text:
    from repwatch.text import clean

    def said(name: str) -> str | None:
        value = record.get(name)
        return value.strip() if isinstance(value, str) and value.strip() else None

    label = LABELS.get((said("label") or "").casefold())
    text = record.get("text")
    if label is None or not isinstance(text, str):
        what = "label negative, neutral or positive" if label is None else "text"
        raise UsageError(f"line {line} of {path} has no {what}", where=str(path))
    mention = Mention(
        space="label",
        native_id=str(line),
        kind="review" if record.get("rating") not in (None, "") else "post",
        title=clean(said("title") or ""),
        text=clean(text[:LONGEST]),
        lang=said("lang"),
        rating=_number(path, line, record, "rating"),
        rating_worst=_number(path, line, record, "rating_worst"),
        rating_best=_number(path, line, record, "rating_best"),
    )
    return Text(mention, label, said("source") or "", said("brand"))


def _number(path: Path, line: int, record: Mapping[str, Any], name: str) -> float | None:
    value: Any = record.get(name)
    if value in (None, ""):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        raise UsageError(f"line {line} of {path}: its {name} is no number", where=str(path)) from None
