"""Silence that is usual is told from silence that is strange."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repwatch.habits import DayYield, Habit, emptiness, silence

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY = date(2026, 11, 21)
DAY = timedelta(days=1)


def habit(*fresh: int, quiet_for: timedelta = DAY, least: int | None = 5) -> Habit:
    """Return a habit whose last day was yesterday."""
    first = TODAY - len(fresh) * DAY
    days = tuple(DayYield(first + n * DAY, count, least) for n, count in enumerate(fresh))
    return Habit(days, NOW - quiet_for)


def test_a_busy_place_that_falls_silent_is_blind_since_its_last_new_mention() -> None:
    found = silence(habit(*[10] * 28, quiet_for=3 * DAY), NOW)
    assert found is not None
    assert found.since == NOW - 3 * DAY
    assert "30 were to be expected" in found.why


@pytest.mark.parametrize(
    ("usual", "why"),
    [
        (habit(*[10] * 28, quiet_for=timedelta(hours=20)), "nights are quiet"),
        (habit(*[10] * 13, quiet_for=9 * DAY), "too few days are known"),
        (habit(*[0, 0, 1] * 9, quiet_for=5 * DAY), "too little ever comes"),
        (habit(*[*[0] * 6, 40] * 4, quiet_for=10 * DAY), "it has been quiet for as long before"),
        (Habit(), "nothing is known"),
    ],
)
def test_what_is_usual_is_not_blindness(usual: Habit, why: str) -> None:
    assert silence(usual, NOW) is None, why


def test_weekends_are_expected_to_be_like_weekends() -> None:
    first = TODAY - 28 * DAY
    days = tuple(
        DayYield(first + n * DAY, 0 if (first + n * DAY).weekday() >= 5 else 20, 1) for n in range(28)
    )
    friday_evening = datetime(2026, 11, 20, 20, tzinfo=UTC)
    usual = Habit(days, friday_evening)
    assert usual.expected(friday_evening, friday_evening + 2 * DAY) < usual.expected(
        friday_evening + 3 * DAY, friday_evening + 5 * DAY
    )


@given(st.lists(st.integers(0, 50), min_size=1, max_size=60), st.integers(0, 200), st.integers(0, 200))
def test_expectations_add_up_over_time(fresh: list[int], first_h: int, second_h: int) -> None:
    usual = habit(*fresh)
    middle = NOW + timedelta(hours=first_h)
    end = middle + timedelta(hours=second_h)
    parts = usual.expected(NOW, middle) + usual.expected(middle, end)
    assert parts == pytest.approx(usual.expected(NOW, end))


def test_a_place_that_always_showed_something_and_is_empty_now_is_blind() -> None:
    found = emptiness(habit(*[0] * 10), NOW - timedelta(hours=1))
    assert found is not None
    assert found.since == NOW - timedelta(hours=1)


@pytest.mark.parametrize(
    ("usual", "why"),
    [
        (habit(*[0] * 4), "too few days are known"),
        (habit(*[0] * 10, least=0), "it was empty before"),
        (habit(*[0] * 10, least=None), "it was never read whole"),
    ],
)
def test_an_empty_place_may_be_usual(usual: Habit, why: str) -> None:
    assert emptiness(usual, NOW - timedelta(hours=1)) is None, why
