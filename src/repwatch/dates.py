"""Moments in the spellings that platforms use.

A wrong moment is worse than none: what is not understood for sure is None.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, timedelta

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
    r"(?:\s*(?P<half>[ap])\.?m\.?)?"
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
        rf"(?P<year>\d{{4}})(?P<mark>[-/.])(?P<month>\d\d)(?P=mark)(?P<day>\d\d)(?:(?:t|\s+){_TIME}\s*)?{_ZONE}",
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


def moment(value: object) -> datetime | None:
    """Return the UTC moment that a platform's value means, None if that is not certain.

    Read are ISO 8601 and RFC 822 in their many spellings, English dates, and seconds or
    milliseconds since 1970 as number or text. A day without a time is its midnight, a time
    without a zone is UTC.
    """
    try:
        if isinstance(value, datetime):
            return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return _from_epoch(float(value))
        if isinstance(value, str) and len(value) <= _LONGEST:
            return _from_text(value.strip())
    except (ValueError, OverflowError, OSError):
        return None
    return None


def _from_epoch(number: float) -> datetime | None:
    if not math.isfinite(number):
        return None
    seconds = number / 1000 if abs(number) >= _FIRST_MS else number
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def _from_text(text: str) -> datetime | None:
    if re.fullmatch(r"\d{9,10}(?:\.\d+)?|\d{12,13}(?:\.\d+)?", text, re.ASCII):
        return _from_epoch(float(text))
    for form in _FORMS:
        if match := form.fullmatch(text):
            return _from_parts(match.groupdict())
    return None


def _from_parts(parts: dict[str, str | None]) -> datetime | None:
    offset = _offset(parts.get("zone"), parts.get("offset"))
    month = _month(parts["month"] or "")
    hour = _hour(int(parts.get("hour") or 0), parts.get("half"))
    if offset is None or month is None or hour is None:
        return None
    minute, second = int(parts.get("minute") or 0), int(parts.get("second") or 0)
    if hour == 24 and (minute or second):
        return None
    midnight = datetime(_year(parts["year"] or ""), month, int(parts["day"] or 0), tzinfo=UTC)
    if minute > 59 or second > 60:
        return None
    seconds = min(second, 59) + float(f"0.{parts.get('fraction') or 0}")  # 23:59:60 is a leap second
    return midnight + timedelta(hours=hour, minutes=minute, seconds=seconds) - offset


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
