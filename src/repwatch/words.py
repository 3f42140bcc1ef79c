"""Numbers and times as people write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from repwatch.model import Sentiment

MINUS = "−"
"""The typographic minus, which stands in sums and tables at a terminal."""
NONE = "–"
"""What stands for a value that there is not."""

# Numbers


def number(value: float | None) -> str:
    """Return a count as people write it: 41,208."""
    return NONE if value is None else f"{value:,}".replace("-", MINUS)


def signed(value: float | None, digits: int = 2, *, ascii: bool = False) -> str:
    """Return a number with its sign: −0.12, +0.05, 0.00; with `ascii` a program can read the minus."""
    if value is None:
        return NONE
    value = round(value, digits) + 0.0  # -0.0 is 0.0
    minus = "-" if ascii else MINUS
    return f"{value:+,.{digits}f}".replace("-", minus) if value else f"{value:.{digits}f}"


def percent(share: float | None) -> str:
    """Return a fraction as a per cent: 32 %."""
    return NONE if share is None else f"{round(share * 100)} %"


def change(fraction: float | None) -> str:
    """Return a relative change: +34 %."""
    return NONE if fraction is None else f"{signed(fraction * 100, 0)} %"


def points(difference: float | None) -> str:
    """Return the difference of two shares: +11 pts."""
    return NONE if difference is None else f"{signed(difference * 100, 0)} pts"


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return a count and its noun: 1 mention, 2 mentions."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def size(count: int) -> str:
    """Return bytes as people write them: 212 MB."""
    value, power = float(count), 0
    while value >= 999.5 and power < 4:
        value, power = value / 1000, power + 1
    digits = 1 if power and value < 9.95 else 0
    return f"{value:.{digits}f} {('bytes', 'kB', 'MB', 'GB', 'TB')[power]}"


_SPARKS = "▁▂▃▄▅▆▇█"
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def spark(values: Sequence[float | None], *, low: float | None = None) -> str:
    """Return a line of blocks, one for each value, from `low` (else the least one) to the greatest.

    What is not known is a dot.
    """
    known = [value for value in values if value is not None]
    if not known:
        return "·" * len(values)
    least = min(known) if low is None else low
    reach = max(known) - least
    level = _SPARKS[0] if low is not None else _SPARKS[3]

    def block(value: float | None) -> str:
        if value is None:
            return "·"
        return _SPARKS[round((value - least) / reach * 7)] if reach > 0 else level

    return "".join(map(block, values))


def bar(value: float, most: float, width: int = 10) -> str:
    """Return a bar that is `width` cells long for the greatest value, in steps of an eighth."""
    if most <= 0 or value <= 0:
        return ""
    eighths = max(1, round(min(value / most, 1.0) * width * 8))
    whole, rest = divmod(eighths, 8)
    return "█" * whole + (_EIGHTHS[rest] if rest else "")


# Times


def iso(moment: datetime) -> str:
    """Return a moment in UTC, to the second: 2026-11-21T08:00:00Z."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return utc.isoformat()[:19] + "Z"


def when(moment: datetime | None, zone: tzinfo, now: datetime) -> str:
    """Return a moment as people in a zone write it, with the year if it is not this one."""
    if moment is None:
        return NONE
    local = moment.astimezone(zone)
    year = "" if local.year == now.astimezone(zone).year else f" {local.year}"
    return f"{local.day} {local:%b}{year} {local:%H:%M}"


def duration(seconds: float) -> str:
    """Return a stretch of time in one or two units: 0.9 s, 12 min, 5 h 10 min, 3 d."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 59.95 else "1 min"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours and days < 3 else f"{days} d"


def age(moment: datetime, now: datetime) -> str:
    """Return how long ago a moment was, in its largest unit: 12 min, 2 h, 3 d."""
    seconds = max(0.0, (now - moment) / timedelta(seconds=1))
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{int(seconds // length)} {unit}"
    return f"{int(seconds)} s"


def ago(moment: datetime | None, now: datetime) -> str:
    """Return how long ago a moment was: 12 min ago, in 18 min, just now, never."""
    if moment is None:
        return "never"
    seconds = (now - moment) / timedelta(seconds=1)
    if abs(seconds) < 5:
        return "just now"
    return f"{age(moment, now)} ago" if seconds > 0 else f"in {age(now, moment)}"


# Verdicts


def verdict(sentiment: Sentiment) -> str:
    """Return how a text sounds, and why, as a sentence: negative, 87 %: "no reply" and "three weeks"."""
    bad, good, remarks = _told(sentiment.reasons)
    chance = "" if sentiment.p_negative is None else percent(sentiment.p_negative)
    match sentiment.label:
        case "negative":
            said, why = f"negative, {chance}" if chance else "negative", _outweighing(bad, good)
        case "positive":
            said, why = "positive", _outweighing(good, bad)
        case "neutral":
            said = f"neutral, {chance} negative" if chance else "neutral"
            why = " against ".join(filter(None, (listed(good), listed(bad))))
        case _:
            said, why = "unscored", ""
    return f"{said}: {'; '.join(filter(None, (why, *remarks))) or 'nothing weighs much'}"


def _outweighing(names: Sequence[str], others: Sequence[str]) -> str:
    """Return what speaks for a label, and what speaks against it in vain."""
    do = "does" if len(others) == 1 else "do"
    but = f"{listed(others)} {do} not outweigh {'that' if names else 'the rest'}" if others else ""
    return "; ".join(filter(None, (listed(names), but)))


def carried(reasons: Sequence[str], *, negative: bool = False) -> list[str]:
    """Return the words that weighed in a text, its rating aside; with `negative` those of a complaint."""
    bad, good, _ = _told(reasons)
    return [name.strip('"') for name in (bad if negative else [*bad, *good]) if name != _RATING]


def _told(reasons: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """Return what speaks for a complaint, what against it, and what is a remark without a weight."""
    bad: list[str] = []
    good: list[str] = []
    remarks: list[str] = []
    for reason in reasons:
        name, _, weight = reason.rpartition(" ")
        if not _WEIGHT.fullmatch(weight):
            remarks.append(reason)
        elif float(weight):
            (bad if float(weight) < 0 else good).append(_RATING if name == "rating" else name)
    return bad, good, remarks


_RATING = "its rating"
_WEIGHT = re.compile(r"[+-]\d+(?:\.\d+)?")


def listed(names: Sequence[str]) -> str:
    """Return names as a person lists them: a, b and c."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
