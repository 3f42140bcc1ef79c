"""Records of repwatch's own export, which are the mentions that they were."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from repwatch.dates import moment
from repwatch.formats import armed
from repwatch.imports.base import Record, Row, Unusable
from repwatch.imports.values import shown
from repwatch.model import Kind, Mention, mention_id
from repwatch.text import one_line
from repwatch.tidy import tidy

KNOWN_BY = ("id", "space", "native_id")
"""Columns without which a mention can't be known again."""

LONGEST_SOURCE = 100
_KINDS: tuple[Kind, ...] = ("post", "comment", "review", "article")
_NUMBERS = ("rating", "rating_worst", "rating_best")
_COUNTS = ("likes", "replies", "reposts", "views", "score")
_TIMES = ("published_at", "edited_at", "answered_at")
_TEXTS = (
    *("space", "native_id", "url", "title", "text", "author", "author_id", "author_url", "lang", "item"),
    *("parent_id", "thread_id"),
)
READ = (*_TEXTS, *_NUMBERS, *_COUNTS, *_TIMES, "kind", "marks")
"""What an export holds of a mention."""


@dataclass(frozen=True, kw_only=True)
class OwnExport:
    """Reads records of an export. `guarded` says that formulas in it were disarmed, as in CSV."""

    guarded: bool
    now: datetime

    def __call__(self, record: Record) -> Row | None:
        """Return the mention that a record holds; None for one that is gone upstream.

        Raises:
            Unusable: it holds none.
        """
        if record.wrong is not None:
            raise Unusable(record.wrong)
        found = record.values
        if found.get("gone_at"):
            return None
        given: dict[str, Any] = {name: self._text(found, name) for name in _TEXTS}
        for name in ("title", "text"):
            given[name] = given[name] or ""
        if given["space"] is None or given["native_id"] is None:
            raise Unusable("it has no space or no native_id")
        given |= {name: _number(found, name, float) for name in _NUMBERS}
        given |= {name: _number(found, name, int) for name in _COUNTS}
        given |= {name: _time(found, name) for name in _TIMES}
        kind = next((kind for kind in _KINDS if kind == found.get("kind")), None)
        if kind is None and found.get("kind"):
            raise Unusable(f"there is no kind {shown(str(found['kind']))}")
        mention = tidy(Mention(kind=kind or "post", marks=self._marks(found), **given), self.now)
        id = found.get("id")
        if id and id != mention_id(given["space"], given["native_id"]):
            raise Unusable("its id is not that of its native_id: a spreadsheet may have changed the number")
        if not (mention.text or mention.title or mention.rating is not None):
            raise Unusable("it has neither text nor rating")
        return Row(
            record.line,
            mention,
            about=self._text(found, "brand") if found.get("relevance", "about") == "about" else None,
            source=one_line(self._text(found, "source") or "", LONGEST_SOURCE) or None,
            collected_at=_time(found, "collected_at"),
        )

    def _text(self, found: Mapping[str, Any], name: str) -> str | None:
        value = found.get(name)
        if value in (None, ""):
            return None
        if not isinstance(value, str):
            raise Unusable(f"its {name} is no text")
        return armed(value) if self.guarded else value

    def _marks(self, found: Mapping[str, Any]) -> tuple[str, ...]:
        value = found.get("marks")
        if isinstance(value, list):
            return tuple(each for each in value if isinstance(each, str))
        return tuple(filter(None, (self._text(found, "marks") or "").split("; ")))


def _number(found: Mapping[str, Any], name: str, make: Callable[[Any], Any]) -> Any:
    value = found.get(name)
    if value in (None, ""):
        return None
    try:
        return make(value)
    except (ValueError, TypeError, OverflowError):
        raise Unusable(f"its {name} {shown(str(value))} is no number") from None


def _time(found: Mapping[str, Any], name: str) -> datetime | None:
    value = found.get(name)
    if value in (None, ""):
        return None
    at = moment(value)
    if at is None:
        raise Unusable(f"its {name} {shown(str(value))} is no date")
    return at
