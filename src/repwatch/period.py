"""Words for time ("7d", "last-week", "2026-W46") to moments, by the calendar of a zone.

Minutes and hours are exact; days, weeks, months and years are counted on the calendar, so that
"1d" before nine o'clock is nine o'clock also on the day the clocks change.
"""

from __future__ import annotations

import json
import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from repwatch.errors import UsageError

_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
_YEARS = range(1900, 3000)  # leaves room to go as far back again, whatever was asked for

_REACH = "Times from 1900 to 2999 can be asked for."

_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?) ?([smhdw])")
_EXACT = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)([smh])")
_CALENDAR = re.compile(r"([0-9]{1,6})(d|w|mo|y)")
_WEEK = re.compile(r"([0-9]{4})-w([0-9]{2})")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_YEAR = re.compile(r"[0-9]{4}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

TIMES = "90m, 24h, 7d, 2w, 3mo, 1y, now, today, yesterday, 2026-11-21, 2026-11-21T09:00"
PERIODS = (
    "today, yesterday, this-week, last-week, this-month, last-month, 2026-W46, 2026-11, 2026, 2026-11-21"
)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time: `since` is included, `until` is not; both in UTC.

    `zone` is the calendar that its days are counted on.
    """

    since: datetime
    until: datetime
    zone: tzinfo = UTC

    def before(self) -> Window:
        """Return the window just before, as long as this one on the calendar.

        Before whole months come as many months, before days as many days, each from the same time
        of day; any other window is preceded by as many seconds.
        """
        return Window(_earlier(self), self.since, self.zone)

    def year_before(self) -> Window:
        """Return the same dates and times of day a year earlier.

        29 February is 28 February where a window begins, and 1 March where it ends.
        """
        since, until = (_back(end.astimezone(self.zone), 1, "y") for end in (self.since, self.until))
        if until.day != self.until.astimezone(self.zone).day:
            until += timedelta(days=1)
        return Window(since.astimezone(UTC), until.astimezone(UTC), self.zone)


def duration_s(text: str) -> float:
    """Return the seconds of a duration such as "10s", "30m", "1.5h", "14d" or "2w".

    Raises:
        UsageError: it is no such duration.
    """
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        why = " (it lacks a unit)" if re.fullmatch(r"[0-9.]+", text.strip()) else ""
        raise UsageError(
            f"{_shown(text)} is no length of time{why}", hint="Such are understood: 10s, 30m, 1.5h, 14d, 2w."
        )
    return float(found[1]) * _SECONDS[found[2]]


def parse_time(text: str, *, now: datetime, zone: tzinfo) -> datetime:
    """Return the moment, in UTC, that a word of TIMES stands for.

    A length of time is counted back from `now`; a date means its first moment in the zone, and a
    time of day without an offset is one of the zone.

    Raises:
        UsageError: the word is not understood, or is not between 1900 and 2999.
    """
    word = text.strip().lower()
    try:
        moment = _moment(word, now, zone)
    except OverflowError:
        raise UsageError(f"{_shown(text)} is too far away", hint=_REACH) from None
    if moment is None and _period(word, now.astimezone(zone).date()) is not None:
        raise UsageError(f"{_shown(text)} is a period, not a time", hint=f"Use --period {word}.")
    if moment is None:
        raise UsageError(f"{_shown(text)} is no time", hint=f"Such are understood: {TIMES}.")
    if moment.year not in _YEARS:
        raise UsageError(f"{_shown(text)} is too far away", hint=_REACH)
    return moment


def parse_period(text: str, *, now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return the first moment of a whole period and the first one after it, in UTC.

    Weeks begin on Monday, and are numbered as in ISO 8601.

    Raises:
        UsageError: the word is none of PERIODS.
    """
    days = _period(text.strip().lower(), now.astimezone(zone).date())
    if days is None:
        raise UsageError(f"{_shown(text)} is no period", hint=f"Such are understood: {PERIODS}.")
    first, after = days
    return _start_of(first, zone), _start_of(after, zone)


def window(
    since: str | None, until: str | None, period: str | None, *, now: datetime, zone: tzinfo, default: str
) -> Window:
    """Return the window that --since, --until and --period ask for.

    `default` stands in for a missing `since`; a missing `until` is now. A period that is not over
    yet ends now, so that what is counted per day is not diluted by days to come.

    Raises:
        UsageError: a word is not understood, the window is empty, or a period was given with an end.
    """
    if period is not None:
        if since is not None or until is not None:
            raise UsageError("--period says both ends: leave out --since and --until")
        first, after = parse_period(period, now=now, zone=zone)
        return Window(first, now if first < now < after else after, zone)
    end = now if until is None else parse_time(until, now=now, zone=zone)
    begin = (
        parse_time(default, now=end, zone=zone) if since is None else parse_time(since, now=now, zone=zone)
    )
    if begin >= end:
        raise UsageError(
            f"the time asked for is empty: it begins {_at(begin, zone)} and ends {_at(end, zone)}",
            hint="--since must come before --until.",
        )
    return Window(begin, end, zone)


def days(window: Window, zone: tzinfo) -> list[date]:
    """Return the days that a window touches, in order; a day that a zone skipped is not one."""
    first = window.since.astimezone(zone).date()
    last = (window.until - timedelta(microseconds=1)).astimezone(zone).date()
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in every if _start_of(day, zone) < _start_of(day + timedelta(days=1), zone)]


def day_of(moment: datetime, zone: tzinfo) -> str:
    """Return the ISO date of a moment in a zone."""
    return moment.astimezone(zone).date().isoformat()


def describe(window: Window, zone: tzinfo, *, now: datetime | None = None) -> str:
    """Return a window for people: "14 Nov 09:00 – 21 Nov 09:00 (Europe/Berlin, 7 days)".

    The years are named unless both ends are in the year of `now` (of `until` if it is not given).
    """
    ends = window.since.astimezone(zone), window.until.astimezone(zone)
    this_year = (now or window.until).astimezone(zone).year
    form = "%b %H:%M" if all(end.year == this_year for end in ends) else "%b %Y %H:%M"
    since, until = (f"{end.day} {end.strftime(form)}" for end in ends)
    return f"{since} – {until} ({zone}, {length(replace(window, zone=zone))})"


def length(window: Window) -> str:
    """Return how long a window is, for people: "7 days", "1 month", "90 min", "5 days 9 h"."""
    if months := _months(window):
        return _count(months, "month")
    if whole := _days(window):
        return _count(whole, "day")
    minutes = round((window.until - window.since).total_seconds() / 60)
    if minutes < 120:
        return f"{minutes} min"
    n_days, hours = divmod(round(minutes / 60), 24)
    if n_days < 2:
        return f"{24 * n_days + hours} h"
    return f"{n_days} days {hours} h" if hours else f"{n_days} days"


def before_words(window: Window) -> str:
    """Return what to call the window before: "the 7 days before", "the month before"."""
    return f"the {length(window).removeprefix('1 ')} before"


def _moment(word: str, now: datetime, zone: tzinfo) -> datetime | None:
    """Return the moment a word stands for; None when it is not understood."""
    today = now.astimezone(zone).date()
    if word == "now":
        return now
    if word in ("today", "yesterday"):
        return _start_of(today - timedelta(days=word == "yesterday"), zone)
    if found := _EXACT.fullmatch(word):
        return now - timedelta(seconds=float(found[1]) * _SECONDS[found[2]])
    if found := _CALENDAR.fullmatch(word):
        return _back(now.astimezone(zone), int(found[1]), found[2]).astimezone(UTC)
    return _written(word, zone) if _DAY.match(word) else None


def _written(word: str, zone: tzinfo) -> datetime | None:
    """Return the moment of a date, or of a date with a time of day, in ISO 8601."""
    try:
        if _DAY.fullmatch(word):
            return _start_of(date.fromisoformat(word), zone)
        moment = datetime.fromisoformat(word.upper())
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _back(local: datetime, n: int, unit: str) -> datetime:
    """Return the same time of day, so many days, weeks, months or years earlier."""
    if unit in ("d", "w"):
        return local - timedelta(days=n * (7 if unit == "w" else 1))
    year, month = divmod(local.year * 12 + local.month - 1 - n * (12 if unit == "y" else 1), 12)
    if year < 1:
        raise OverflowError("before the first year")
    day = min(local.day, monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day, fold=0)


def _period(word: str, today: date) -> tuple[date, date] | None:
    """Return the first day of a period and the first one after it; None when it is not understood."""
    try:
        days = _days_of(word, today)
    except (ValueError, OverflowError):
        return None
    return days if days is not None and days[0].year in _YEARS else None


def _days_of(word: str, today: date) -> tuple[date, date] | None:
    yesterday = today - timedelta(days=1)
    named = {
        "today": (today, today + timedelta(days=1)),
        "yesterday": (yesterday, today),
        "this-week": _week(today),
        "last-week": _week(today - timedelta(weeks=1)),
        "this-month": _month(today),
        "last-month": _month(today.replace(day=1) - timedelta(days=1)),
    }
    if word in named:
        return named[word]
    if found := _WEEK.fullmatch(word):
        return _week(date.fromisocalendar(int(found[1]), int(found[2]), 1))
    if found := _MONTH.fullmatch(word):
        return _month(date(int(found[1]), int(found[2]), 1))
    if _YEAR.fullmatch(word):
        return date(int(word), 1, 1), date(int(word) + 1, 1, 1)
    if _DAY.fullmatch(word):
        day = date.fromisoformat(word)
        return day, day + timedelta(days=1)
    return None


def _week(day: date) -> tuple[date, date]:
    """Return the Monday of a day's week and the next."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(weeks=1)


def _month(day: date) -> tuple[date, date]:
    """Return the first day of a day's month and of the next."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1)


def _start_of(day: date, zone: tzinfo) -> datetime:
    """Return the first moment of a day, in UTC, also where clocks jump over midnight."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _earlier(window: Window) -> datetime:
    """Return where the window before begins."""
    since = window.since.astimezone(window.zone)
    if months := _months(window):
        return _back(since, months, "mo").astimezone(UTC)
    if whole := _days(window):
        return _back(since, whole, "d").astimezone(UTC)
    return window.since - (window.until - window.since)


def _days(window: Window) -> int:
    """Return how many days lie between the same time of day at both ends; 0 if it is not the same."""
    since, until = window.since.astimezone(window.zone), window.until.astimezone(window.zone)
    return (until.date() - since.date()).days if since.time() == until.time() else 0


def _months(window: Window) -> int:
    """Return how many whole calendar months a window is; 0 if it is not."""
    since, until = window.since.astimezone(window.zone), window.until.astimezone(window.zone)
    if any(_start_of(end.date(), window.zone) != end or end.day != 1 for end in (since, until)):
        return 0
    return (until.year - since.year) * 12 + until.month - since.month


def _count(n: int, unit: str) -> str:
    return f"{n} {unit}" if n == 1 else f"{n} {unit}s"


def _at(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def _shown(text: str) -> str:
    return json.dumps(text[:40], ensure_ascii=False)
