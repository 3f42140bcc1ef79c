"""Records of tables to mentions, by a map of their columns."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

from repwatch.dates import Order
from repwatch.imports import values
from repwatch.imports.base import Record, Row, Unusable
from repwatch.imports.columns import Columns
from repwatch.imports.jsonlines import lookup
from repwatch.imports.values import Scale
from repwatch.model import Kind, Mention
from repwatch.tidy import tidy

SPACE = "import"
"""Where mentions of files are unique that bring no id of their platform."""
FIRST_WORDS = 200
"""Characters of a text that tell it from others of the same author and moment."""

TIMES = ("published_at", "edited_at", "answered_at")
_NONE_YET = "none yet"
_TEXTS = ("author", "author_id", "author_url", "url", "lang", "item")
_COUNTS = ("likes", "replies", "reposts", "views", "score")


@dataclass(frozen=True, kw_only=True)
class Entries:
    """Reads records whose columns are known.

    `kind` is that of all of them, `usual_kind` of those that don't say. `brands` are the keys of
    brands by key and by name, in small letters.
    """

    columns: Mapping[str, Columns]
    zone: tzinfo
    now: datetime
    order: Order | None = None
    scale: Scale | None = None
    kind: Kind | None = None
    usual_kind: Kind | None = None
    brands: Mapping[str, str]

    def __call__(self, record: Record) -> Row:
        """Return the mention that a record holds.

        Raises:
            Unusable: it holds none.
        """
        if record.wrong is not None:
            raise Unusable(record.wrong)
        rating, scale = self._rating(record)
        said: dict[str, Any] = {name: self._line(record, name) for name in _TEXTS if name in self.columns}
        for name in _COUNTS:
            if name in self.columns:
                said[name] = values.count(self._value(record, name), name, negative=name == "score")
        said |= {name: self._date(record, name) for name in TIMES if name in self.columns}
        native_id, space = self._line(record, "native_id"), self._line(record, "space")
        placed = native_id is not None and space is not None
        mention = Mention(
            space=space if placed and space else SPACE,
            native_id=native_id if placed else _NONE_YET,
            kind=self.kind or values.kind(self._value(record, "kind")) or self._usual_kind,
            title=values.prose(self._value(record, "title"), "title"),
            text=self._text(record),
            **said,
            rating=rating,
            rating_worst=scale.worst if scale else None,
            rating_best=scale.best if scale else None,
            parent_id=self._line(record, "parent_id") if placed else None,
            thread_id=self._line(record, "thread_id") if placed else None,
        )
        tidied = tidy(mention, self.now)
        if not (tidied.text or tidied.title or tidied.rating is not None):
            raise Unusable("it has neither text nor rating")
        if not placed:
            tidied = _known_by_itself(tidied, native_id)
        return Row(record.line, tidied, about=self._brand(record))

    @property
    def _usual_kind(self) -> Kind:
        return self.usual_kind or ("review" if "rating" in self.columns else "post")

    def _value(self, record: Record, name: str) -> Any:
        """Return what stands in the columns of a field: one value as it is, several as a text."""
        for parts in self.columns.get(name, ()):
            found = [value for part in parts if (value := lookup(record.values, part)) not in (None, "")]
            if len(found) > 1:
                return " ".join(values.text(value, name) or "" for value in found)
            if found:
                return found[0]
        return None

    def _text(self, record: Record) -> str:
        """Return the text; of columns that are put together, those that repeat another are left out."""
        for parts in self.columns.get("text", ()):
            said: list[str] = []
            for part in parts:
                words = values.prose(lookup(record.values, part), "text")
                if not any(words in other for other in said):
                    said = [*(other for other in said if other not in words), words]
            if any(said):
                return "\n".join(said)
        return ""

    def _line(self, record: Record, name: str) -> str | None:
        return values.line(self._value(record, name), name)

    def _date(self, record: Record, name: str) -> datetime | None:
        value = self._value(record, name)
        return values.date(value, name, zone=self.zone, order=self.order, now=self.now)

    def _rating(self, record: Record) -> tuple[float | None, Scale | None]:
        """Return a rating and its scale: its own, the record's, or the one of all of the file."""
        rating = values.rating(self._value(record, "rating"))
        if rating is None:
            return None, None
        scale = rating.scale or self._scale_of(record) or self.scale
        if scale is None or scale.worst <= rating.value <= scale.best:
            return rating.value, scale
        if rating.value == 0:
            return None, None  # which is how many tools write that there is none
        raise Unusable(f"the rating {rating.value:g} is not on the scale {scale.words}")

    def _scale_of(self, record: Record) -> Scale | None:
        best = values.rating(self._value(record, "rating_best")) if "rating_best" in self.columns else None
        if best is None:
            return None
        worst = values.rating(self._value(record, "rating_worst"))
        return Scale(worst.value if worst else 1.0, best.value)

    def _brand(self, record: Record) -> str | None:
        named = self._line(record, "brand")
        if named is None:
            return None
        if key := self.brands.get(named.casefold()):
            return key
        raise Unusable(f"there is no brand {values.shown(named)} in the configuration")


def _known_by_itself(mention: Mention, id: str | None) -> Mention:
    """Return a mention with an identity made of what its record says, whatever file it stands in.

    An id alone would not do: the next file may count from 1 as well. Nor would an address: many
    reviews have that of their product.
    """
    said = (mention.text or mention.title)[:FIRST_WORDS]
    at = mention.published_at.isoformat() if mention.published_at else None
    parts = (id, mention.url, mention.author, at, mention.rating, said)
    digest = hashlib.blake2b(json.dumps(parts).encode(), digest_size=16)
    return replace(mention, space=SPACE, native_id=f"row:{digest.hexdigest()}")


def names_of(columns: Columns) -> Sequence[str]:
    """Return all columns of a field."""
    return [part for parts in columns for part in parts]
