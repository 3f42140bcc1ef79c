"""Moments in the spellings that platforms use.

A wrong moment is worse than none: what is not understood for sure is None.
"""

from __future__ import annotations

import math
import re
from collections.abc import Set
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Literal

Order = Literal["day-first", "month-first"]
"""How a date such as 03/04/2026 is meant."""

_LONGEST = 80
_FIRST_MS = 1e11
"""Numbers from here on are milliseconds: as seconds they would lie after the year 5000."""

_MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
    *("november", "december"),
)
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_MONTHS |= {name[:3]: number for name, number in _MONTHS.items()} | {"sept": 9}

_ZONES_H = (
    {"z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "met": 1, "mez": 1}
    | {"cest": 2, "mest": 2, "mesz": 2, "eet": 2, "eest": 3, "sast": 2, "msk": 3, "trt": 3, "pkt": 5}
    | {"ist": 5.5, "ict": 7, "wib": 7, "hkt": 8, "sgt": 8, "pht": 8, "awst": 8, "jst": 9, "kst": 9}
    | {"acst": 9.5, "acdt": 10.5, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13}
    | {"brt": -3, "art": -3, "adt": -3, "ast": -4, "edt": -4, "est": -5, "cdt": -5, "cst": -6}
    | {"mdt": -6, "mst": -7, "pdt": -7, "pst": -8, "akdt": -8, "akst": -9, "hst": -10}
)
"""Hours ahead of UTC; where a name has several meanings, that of RFC 822 or the commonest."""

_TIME = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?"
    r"(?:\s*(?P<half>[ap])\.?\s?m\.?)?"
)
_ZONE = r"(?P<zone>[a-z]{1,5})?\s*(?P<offset>[+-]\d\d?(?::?\d\d)?)?(?:\s*\([^()]*\))?"
_CLOCK = rf"(?:[\s,]+(?:at\s+)?{_TIME}\s*{_ZONE})?"
_DIGITS = rf"(?:t?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)(?:\.(?P<fraction>\d+))?{_ZONE})?"
_WEEKDAY = r"(?:[^\W\d_]{2,12}\.?,?\s+)?"
_MONTH = r"(?P<month>[a-z]{3,9})"

_FORMS = tuple(
    re.compile(form, re.IGNORECASE | re.ASCII)
    for form in (
        # 2024-05-30, 2024-05-30T12:00:00.123Z, 2024/05/30 12:00 CET
        rf"(?P<year>\d{{4}})(?P<mark>[-/.])(?P<month>\d\d?)(?P=mark)(?P<day>\d\d?)(?:(?:t|,?\s+){_TIME}\s*)?{_ZONE}",
        # 20240530, 20240530T120000Z
        rf"(?P<year>\d{{4}})(?P<month>\d\d)(?P<day>\d\d){_DIGITS}",
        # Thu, 30 May 2024 12:00:00 GMT
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})[\s-]+{_MONTH}\.?,?[\s-]+(?P<year>\d{{4}}|\d\d){_CLOCK}",
        # May 30, 2024, Thu May 30 2024 12:00:00 GMT+0200 (CEST)
        rf"{_WEEKDAY}{_MONTH}\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}}){_CLOCK}",
        # Thu May 30 12:00:00 2024, Thu May 30 12:00:00 +0000 2024
        rf"{_WEEKDAY}{_MONTH}\s+(?P<day>\d{{1,2}})\s+{_TIME}\s*{_ZONE}\s+(?P<year>\d{{4}})",
    )
)

_IN_DIGITS = re.compile(
    rf"{_WEEKDAY}(?P<one>\d{{1,2}})(?P<mark>[-/.])(?P<other>\d{{1,2}})(?P=mark)(?P<year>\d{{4}}|\d\d){_CLOCK}",
    re.IGNORECASE | re.ASCII,
)
"""21.11.2026, 11/21/26 9:05 PM: what is the day, and what the month, is not said."""


def moment(value: object, *, zone: tzinfo = UTC, order: Order | None = None) -> datetime | None:
    """Return the UTC moment that a platform's value means, None if that is not certain.

    Read are ISO 8601 and RFC 822 in their many spellings, English dates, and seconds or
    milliseconds since 1970 as number or text. A day without a time is its midnight. A time that
    names no zone is one of `zone`. Dates such as 03/04/2026 are read only in a given order.
    """
    try:
        if isinstance(value, datetime):
            return value.replace(tzinfo=value.tzinfo or zone).astimezone(UTC)
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=zone).astimezone(UTC)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return _from_epoch(float(value))
        if isinstance(value, str) and len(value) <= _LONGEST:
            return _from_text(value.strip(), zone, order)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def orders(text: str) -> Set[Order] | None:
    """Return how a date such as 03/04/2026 may be meant, None for any text that is no such date.

    A year of two digits proves nothing: it may as well be the year that comes first.

    Source:
        Unicode CLDR: where dates are written with dots, the day comes first.
    """
    match = _IN_DIGITS.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    if match is None:
        return None
    possible: set[Order] = set()
    if int(match["other"]) <= 12:
        possible.add("day-first")
    if int(match["one"]) <= 12:
        possible.add("month-first")
    if possible and len(match["year"]) == 2:
        return {"day-first", "month-first"}
    return {"day-first"} if match["mark"] == "." and "day-first" in possible else possible


def _from_epoch(number: float) -> datetime | None:
    if not math.isfinite(number):
        return None
    seconds = number / 1000 if abs(number) >= _FIRST_MS else number
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def _from_text(text: str, zone: tzinfo, order: Order | None) -> datetime | None:
    if re.fullmatch(r"\d{9,10}(?:\.\d+)?|\d{12,13}(?:\.\d+)?", text, re.ASCII):
        return _from_epoch(float(text))
    for form in _FORMS:
        if match := form.fullmatch(text):
            return _from_parts(match.groupdict(), zone)
    if order is not None and (match := _IN_DIGITS.fullmatch(text)):
        day, month = match.group("one", "other") if order == "day-first" else match.group("other", "one")
        return _from_parts({**match.groupdict(), "day": day, "month": month}, zone)
    return None


def _from_parts(parts: dict[str, str | None], zone: tzinfo) -> datetime | None:
    offset = _offset(parts.get("zone"), parts.get("offset"))
    month = _month(parts["month"] or "")
    hour = _hour(int(parts.get("hour") or 0), parts.get("half"))
    if offset is None or month is None or hour is None:
        return None
    minute, second = int(parts.get("minute") or 0), int(parts.get("second") or 0)
    if hour == 24 and (minute or second):
        return None
    midnight = datetime(_year(parts["year"] or ""), month, int(parts["day"] or 0))  # noqa: DTZ001 (wait for it)
    if minute > 59 or second > 60:
        return None
    seconds = min(second, 59) + float(f"0.{parts.get('fraction') or 0}")  # 23:59:60 is a leap second
    at = midnight + timedelta(hours=hour, minutes=minute, seconds=seconds)
    if parts.get("zone") or parts.get("offset"):
        return at.replace(tzinfo=UTC) - offset
    return at.replace(tzinfo=zone).astimezone(UTC)


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 2:
        return year + (2000 if year < 50 else 1900)  # RFC 5322, 4.3
    return year


def _month(word: str) -> int | None:
    return int(word) if word.isdigit() else _MONTHS.get(word.lower())


def _hour(hour: int, half: str | None) -> int | None:
    if half is None:
        return hour if hour <= 24 else None
    if not 1 <= hour <= 12:
        return None
    return hour % 12 + (12 if half.lower() == "p" else 0)


def _offset(zone: str | None, offset: str | None) -> timedelta | None:
    """Return how far a zone is ahead of UTC, None for a zone that does not exist."""
    hours = _ZONES_H.get(zone.lower()) if zone else 0
    if hours is None:
        return None
    if not offset:
        return timedelta(hours=hours)
    if hours:  # "CET+1": nobody knows
        return None
    digits = offset[1:].replace(":", "").rjust(2, "0").ljust(4, "0")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if size > timedelta(hours=14) or int(digits[2:]) > 59:
        return None
    return -size if offset.startswith("-") else size
