"""Stretches of quotas follow the clocks of their platforms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repwatch.crawl.quotas import stretch
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
