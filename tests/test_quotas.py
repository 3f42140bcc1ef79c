"""Stretches of quotas follow the clocks of their platforms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repwatch.crawl.quotas import amount, spent_of, stretch, too_much
from repwatch.model import Quota


@pytest.mark.parametrize(
    ("every", "zone", "now", "began", "ends"),
    [
        ("day", "UTC", "2026-11-21T12:00", "2026-11-21T00:00", "2026-11-22T00:00"),
        ("day", "America/Los_Angeles", "2026-11-21T05:00", "2026-11-20T08:00", "2026-11-21T08:00"),
        ("day", "America/Los_Angeles", "2026-11-01T12:00", "2026-11-01T07:00", "2026-11-02T08:00"),
        ("month", "UTC", "2026-12-31T23:00", "2026-12-01T00:00", "2027-01-01T00:00"),
        ("hour", "Asia/Kathmandu", "2026-11-21T12:50", "2026-11-21T12:00", "2026-11-21T13:00"),
    ],
)
def test_a_stretch_begins_by_the_clock_of_its_zone(
    every: Literal["hour", "day", "month"], zone: str, now: str, began: str, ends: str
) -> None:
    quota = Quota("q", 1, every, zone)
    wanted = tuple(datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (began, ends))
    assert stretch(quota, datetime.fromisoformat(now).replace(tzinfo=UTC)) == wanted


@given(
    st.sampled_from(["hour", "day", "month"]),
    st.sampled_from(["UTC", "America/Sao_Paulo", "Europe/Berlin", "Australia/Lord_Howe"]),
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),  # noqa: DTZ001
)
def test_every_moment_lies_in_one_stretch_and_the_next_begins_where_it_ends(
    every: Literal["hour", "day", "month"], zone: str, now: datetime
) -> None:
    quota = Quota("q", 1, every, zone)
    began, ends = stretch(quota, now)
    assert began <= now < ends
    assert stretch(quota, ends)[0] == ends
    assert stretch(quota, ends - timedelta(seconds=1))[0] == began


MONEY = Quota("x", 5_000, "month", unit="USD", in_thousandths=True)


def test_money_is_shown_as_money() -> None:
    assert spent_of(MONEY, 350) == "0.35 of 5.00 USD of this month"
    assert spent_of(MONEY, 1_234_005) == "1,234.005 of 5.00 USD of this month"
    assert too_much(MONEY, 3_505, 1_500) == (
        "3.505 of 5.00 USD of this month are spent or reserved, and this may take 1.50 more"
    )
    assert amount(MONEY, 350) == 0.35


def test_what_is_no_money_is_counted() -> None:
    requests = Quota("q", 10_000)
    assert spent_of(requests, 9_990) == "9,990 of 10,000 requests of this day"
    assert amount(requests, 9_990) == 9_990


def test_a_quota_of_nothing_says_so() -> None:
    nothing = Quota("x", 0, "month", unit="USD", in_thousandths=True)
    assert too_much(nothing, 0, 1_500) == "nothing is asked, since 0 USD a month may be spent"
