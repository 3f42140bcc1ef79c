"""What stands in the cells of tables, in the usual spellings, to values.

A cell that is empty, or says "n/a" in one of the usual ways, is None. What is not understood for
sure is refused, never guessed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from html import unescape
from typing import Any

from repwatch.dates import Order, moment
from repwatch.imports.base import Unusable
from repwatch.model import Kind
from repwatch.text import clean, one_line, plain
from repwatch.tidy import CLOCKS_DIFFER, EARLIEST, LONGEST_TEXT

LARGEST = 2**53
_SHOWN = 40
_READ = 8 * LONGEST_TEXT
"""Characters of a cell that are looked at: no text is kept so long."""

_NOTHING = frozenset({
    "", "-", "–", "—", "n/a", "#n/a", "na", "nan", "null", "none", "nil", "undefined", "(none)", "(null)",
})  # fmt: skip

_HTML = re.compile(
    r"</?(?:a|b|blockquote|br|code|div|em|font|h[1-6]|hr|i|img|li|ol|p|pre|small|span|strong|table|td|tr|u|ul)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|hellip|#[0-9]{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE)

_FULL, _HALF, _EMPTY = "★⭐✭🌟", "½⯨⯪", "☆✩⚝"
_STARS = re.compile(rf"[{_FULL}{_HALF}{_EMPTY}\s\ufe0f]+")
_DIGITS = r"[+-]?[0-9]{1,9}(?:[.,][0-9]{1,9})?"
_RATING = re.compile(
    rf"(?P<value>{_DIGITS})\s*"
    rf"(?:(?P<percent>%)|(?:/|out of|of|von|sur|de|di|van|av|af|na|из|z)\s*(?P<best>[0-9]{{1,4}}))?"
    r"\s*(?:stars?|points?|pts?|sterne?n?|punkte?n?|étoiles?|estrellas?|estrelas?|stelle?|sterren|stjerner|stjärnor)?\.?",
    re.IGNORECASE,
)
_WORDS = {"one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0}

_GROUPED = re.compile(r"[0-9]{1,3}(?:([,.'’ ])[0-9]{3})(?:\1[0-9]{3})*")
_SHORTENED = re.compile(r"([0-9]{1,4})(?:[.,]([0-9]{1,3}))?\s?([kKM])")

_KINDS: Mapping[str, Kind] = {
    "review": "review", "rating": "review", "comment": "comment", "reply": "comment", "answer": "comment",
    "article": "article", "news": "article", "blog": "article", "blog post": "article", "story": "post",
    "post": "post", "tweet": "post", "status": "post", "thread": "post", "forum": "post", "message": "post",
    "submission": "post", "question": "post", "social": "post",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scale:
    """The ends of a scale of ratings."""

    worst: float
    best: float

    @property
    def words(self) -> str:
        """It as people say it: from 1 to 5."""
        return f"from {self.worst:g} to {self.best:g}"


@dataclass(frozen=True, slots=True)
class Rating:
    """A rating as it is written; the scale is None where that is not part of it."""

    value: float
    scale: Scale | None


def text(value: Any, field: str) -> str | None:
    """Return a cell as text.

    Raises:
        Unusable: it is an object or a list.
    """
    if value is None:
        return None
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) < 10**200:
        return str(value)
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < LARGEST else repr(value)
    raise Unusable(f"its {field} is no text")


def line(value: Any, field: str) -> str | None:
    """Return a cell as a short text; None for what stands for nothing.

    Raises:
        Unusable: it is an object or a list.
    """
    said = text(value, field)
    said = " ".join(said[:_READ].split()) if said else ""
    return None if said.casefold() in _NOTHING else said


def prose(value: Any, field: str) -> str:
    """Return what somebody wrote as plain text, also where it was kept as HTML.

    Raises:
        Unusable: it is an object or a list.
    """
    said = (text(value, field) or "")[:_READ].strip()
    if _HTML.search(said):
        return plain(said)
    return clean(unescape(said)) if _ENTITY.search(said) else said


def date(value: Any, field: str, *, zone: tzinfo, order: Order | None, now: datetime) -> datetime | None:
    """Return the moment that a cell names.

    Raises:
        Unusable: it is no date, or lies where none can.
    """
    if value is None or isinstance(value, bool):
        return None
    said = line(value, field)
    if said is None:
        return None
    at = moment(value if isinstance(value, int | float) else said, zone=zone, order=order)
    if at is None:
        raise Unusable(f"the date {shown(said)} can't be read{_which_order(said, order)}")
    if not EARLIEST <= at <= now + CLOCKS_DIFFER:
        side = "before 1990" if at < EARLIEST else "in the future"
        raise Unusable(f"the date {shown(said)} is {side}")
    return at


def _which_order(said: str, order: Order | None) -> str:
    other: Order = "month-first" if order == "day-first" else "day-first"
    return f" {order.replace('-', ' ')}" if order and moment(said, order=other) else ""


def rating(value: Any) -> Rating | None:
    """Return what a cell rates: 4, "4,5", "4/5", "4 out of 5", "80 %", "★★★★☆", "FOUR".

    Raises:
        Unusable: it is no rating.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not math.isfinite(value):
            return None
        return Rating(float(value), None)
    said = line(value, "rating")
    if said is None:
        return None
    if _STARS.fullmatch(said):
        return _stars(said)
    number = said.strip(_FULL + _EMPTY + "\ufe0f ")
    if word := _WORDS.get(number.casefold().removesuffix(" stars").removesuffix(" star")):
        return Rating(word, None)
    found = _RATING.fullmatch(number)
    if found is None:
        raise Unusable(f"the rating {shown(said)} can't be read")
    scale = Scale(0, 100) if found["percent"] else Scale(1, float(found["best"])) if found["best"] else None
    return Rating(float(found["value"].replace(",", ".")), scale)


def _stars(said: str) -> Rating:
    full, half, empty = (sum(map(said.count, signs)) for signs in (_FULL, _HALF, _EMPTY))
    return Rating(full + half / 2, Scale(1, full + half + empty) if empty else None)


def count(value: Any, field: str, *, negative: bool = False) -> int | None:
    """Return what a cell counts: 1234, "1,234", "1.2k"; a balance of votes may be negative.

    Raises:
        Unusable: it is no whole number.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        if isinstance(value, float) and math.isnan(value):
            return None
        if isinstance(value, float) and not value.is_integer():
            raise Unusable(f"its {field} {value!r} is no whole number")
        number = int(value)
    else:
        said = line(value, field)
        if said is None:
            return None
        number = _number(said, field)
    if abs(number) > LARGEST or (number < 0 and not negative):
        raise Unusable(f"its {field} can't be {shown(str(number))}")
    return number


def _number(said: str, field: str) -> int:
    sign = -1 if said[0] in "-−" else 1
    digits = said.lstrip("+-−").replace("\u202f", " ")
    if re.fullmatch(r"[0-9]{1,18}(?:\.0+)?", digits):
        return sign * int(digits.partition(".")[0])
    if _GROUPED.fullmatch(digits):
        return sign * int(re.sub(r"[^0-9]", "", digits))
    if found := _SHORTENED.fullmatch(digits):
        size = 1_000 if found[3] in "kK" else 1_000_000
        return sign * round(float(f"{found[1]}.{found[2] or 0}") * size)
    raise Unusable(f"its {field} {shown(said)} is no whole number")


def kind(value: Any) -> Kind | None:
    """Return what a mention is, None where the cell names nothing that is known here."""
    said = re.sub(r"[-_]", " ", (line(value, "kind") or "").casefold())
    return _KINDS.get(said) or _KINDS.get(said.removesuffix("s"))


def shown(said: str) -> str:
    """Return a foreign text for the middle of a message, quoted and cut."""
    return f'"{one_line(said, _SHOWN)}"'


def scale(said: str) -> Scale:
    """Return a scale that a person names: 10, 1-10, 0..100.

    Raises:
        ValueError: it is none.
    """
    found = re.fullmatch(r"\s*(?:([0-9]{1,4})\s*(?:-|–|\.\.)\s*)?([0-9]{1,4})\s*", said)
    if found is None:
        raise ValueError(said)
    worst, best = float(found[1] or 1), float(found[2])
    if worst >= best:
        raise ValueError(said)
    return Scale(worst, best)
