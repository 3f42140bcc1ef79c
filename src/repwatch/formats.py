"""Values and foreign texts made safe for what they are written in: a line, JSON, CSV, Markdown."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from repwatch.text import clean
from repwatch.words import iso

SHORT_ID = 10
"""Characters of an id at a terminal: enough to be the only one among millions."""


def flat(text: str) -> str:
    """Return a foreign text without anything that could act or break the line."""
    return " ".join(clean(text).split())


def folded(text: str, width: int | None, *, indent: int = 2) -> list[str]:
    """Return a line as lines of so many characters, all but the first one indented; whole without a width.

    Words stay whole, so that an address can be copied.
    """
    if width is None or len(text) <= width:
        return [text]
    return textwrap.wrap(
        text, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    )


def short_id(id: str) -> str:
    """Return the beginning of an id, by which it is found."""
    return id[:SHORT_ID]


def plain(value: Any) -> str:
    """Return a value as pipes get it: whole, UTC, empty for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, list | tuple):
        return "; ".join(plain(part) for part in value)
    return str(value)


def markdown(text: str) -> str:
    """Return a foreign text for the middle of a line of Markdown, where it shows as it is.

    Neither marks nor HTML nor addresses in it act.
    """
    escaped = re.sub(r"([\\`*_\[\]|~$@])", r"\\\1", flat(text))
    unlinked = re.sub(r"(?i)(?=://)|(?<=www)(?=\.)", r"\\", escaped)
    return unlinked.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""What JSON may hold as it is, and a terminal or a parser of lines had better not see."""


def _json_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON")


_DOCUMENT = json.JSONEncoder(ensure_ascii=False, indent=2, default=_json_value, allow_nan=False)
_LINE = json.JSONEncoder(ensure_ascii=False, default=_json_value, allow_nan=False)


def _escaped(text: str) -> str:
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def json_document(schema: str, body: Mapping[str, Any]) -> str:
    """Return one JSON document whose first key names its schema; times become UTC texts."""
    return _escaped(_DOCUMENT.encode({"schema": schema, **body})) + "\n"


def json_line(record: Mapping[str, Any]) -> str:
    """Return one record as a line of JSON."""
    return _escaped(_LINE.encode(record)) + "\n"


def disarm(text: str) -> str:
    """Return a foreign text that no spreadsheet takes for a formula; `armed` undoes it.

    It is cleaned first: spreadsheets drop control characters and then see the formula behind.
    """
    if _TAME.fullmatch(text):
        return text
    text = clean(text)
    return "'" + text if _is_formula(text.lstrip("'")) else text


def armed(text: str) -> str:
    """Return the text that was disarmed."""
    return text[1:] if text.startswith("'") and _is_formula(text.lstrip("'")) else text


def _is_formula(text: str) -> bool:
    return text.startswith(("\t", "\n")) or text.lstrip().startswith(_FORMULA)


_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""How formulas begin; the full-width forms are formulas too where East Asian input is usual."""

_TAME = re.compile(r"[!-&(-*,./0-<>?A-~][ -~\n]*")
"""Nearly every text: ASCII that begins no formula, and no apostrophe before one."""
