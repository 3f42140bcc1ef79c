"""What a source usually brings, and when it is strange that it brings nothing.

A scan that finds nothing new is the rule, so silence alone proves nothing. It is strange when a
source has been quiet for longer than ever, while by its own weekdays plenty was to be expected; or
when a place that always had something on its page is suddenly empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

REMEMBERED = timedelta(weeks=8)
"""How far back habits are learned from."""

FEWEST_DAYS = 14
FEWEST_ITEMS = 20
EXPECTED = 8.0
"""So many should have come since the last one: if they came independently, p(none) is 1 in 3,000."""
TIMES_LONGEST = 2
SHORTEST_SILENCE = timedelta(days=1)
"""Nights are quiet: the habits of hours are not learned."""
NEVER_EMPTY_DAYS = 5
ALWAYS_SHOWN = 3
_PRIOR_DAYS = 2.0


@dataclass(frozen=True, slots=True)
class DayYield:
    """What the runs of one day brought: `fresh` mentions that were new there, kept or not.

    `least` is the fewest mentions that a run which read all of it was shown, None without such a run.
    """

    day: date
    fresh: int
    least: int | None


@dataclass(frozen=True, slots=True)
class Habit:
    """What a source has brought on the days that it could be read, oldest first."""

    days: Sequence[DayYield] = ()
    last_fresh_at: datetime | None = None

    @property
    def never_empty(self) -> bool:
        """Whether it has always shown something, on enough days."""
        shown = [day.least for day in self.days if day.least is not None][-2 * NEVER_EMPTY_DAYS :]
        return len(shown) >= NEVER_EMPTY_DAYS and min(shown) >= ALWAYS_SHOWN

    def expected(self, since: datetime, until: datetime) -> float:
        """Return how many new mentions were to be expected in a stretch of time."""
        total = 0.0
        while since < until:
            midnight = datetime.combine(since.date() + timedelta(days=1), datetime.min.time(), UTC)
            end = min(midnight, until)
            total += self._per_day(since.weekday()) * ((end - since) / timedelta(days=1))
            since = end
        return total

    def _per_day(self, weekday: int) -> float:
        """Return the mean of a weekday; few of them are drawn towards the mean of all days."""
        if not self.days:
            return 0.0
        overall = sum(day.fresh for day in self.days) / len(self.days)
        same = [day.fresh for day in self.days if day.day.weekday() == weekday]
        return (sum(same) + _PRIOR_DAYS * overall) / (len(same) + _PRIOR_DAYS)

    @property
    def longest_silence(self) -> timedelta:
        """The longest stretch between two days that brought something new."""
        busy = [day.day for day in self.days if day.fresh]
        return max((later - day for day, later in pairwise(busy)), default=timedelta())


@dataclass(frozen=True, slots=True)
class Blindness:
    """Since when a source is blind, and why that is believed."""

    since: datetime
    why: str


def silence(habit: Habit, now: datetime) -> Blindness | None:
    """Return since when a source has been strangely quiet, None if that is nothing strange."""
    if len(habit.days) < FEWEST_DAYS or sum(day.fresh for day in habit.days) < FEWEST_ITEMS:
        return None
    since = habit.last_fresh_at
    if since is None or now - since < max(SHORTEST_SILENCE, TIMES_LONGEST * habit.longest_silence):
        return None
    expected = habit.expected(since, now)
    if expected < EXPECTED:
        return None
    return Blindness(since, f"nothing new, while about {expected:.0f} were to be expected")


def emptiness(habit: Habit, last_ok_at: datetime | None) -> Blindness | None:
    """Return since when a place that is empty has been so; None if it was before, or may have been."""
    if last_ok_at is None or not habit.never_empty:
        return None
    return Blindness(last_ok_at, "it shows nothing, where it always showed something")
