"""Moments are read in many spellings, or not at all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repwatch.dates import Order, moment, orders

NOON = datetime(2024, 5, 30, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "said",
    [
        "2024-05-30T12:00:00Z",
        "2024-05-30t12:00:00z",
        "2024-05-30T12:00Z",
        "2024-05-30T12:00:00.000Z",
        "2024-05-30T12:00:00,0000000Z",
        "2024-05-30T14:00:00+02:00",
        "2024-05-30T14:00:00+0200",
        "2024-05-30T14:00:00+02",
        "2024-05-30 07:00:00 -0500",
        "2024-05-30 12:00:00",
        "2024-05-30 12:00:00 UTC",
        "2024-05-30T13:00:00 CET",
        "2024/05/30 12:00",
        "2024.05.30 12:00",
        "20240530T120000Z",
        "20240530120000",
        "Thu, 30 May 2024 12:00:00 GMT",
        "Thu, 30 May 2024 12:00:00 +0000",
        "Thu, 30 May 2024 12:00:00 -0000",
        "30 May 2024 12:00 UT",
        "Thursday, 30-May-24 12:00:00 GMT",
        "Thu, 30 May 2024 07:00:00 EST",
        "Thu, 30 May 2024 08:00:00 EDT",
        "Thu, 30 May 2024 05:00:00 PDT",
        "Thu, 30 May 2024 12:00 GMT (really)",
        "Thu, 30 May 2024 14:00:00 GMT+2",
        "Thu, 30 May 2024 13:00 CET",
        "Thu, 30 May 2024 21:00:00 JST",
        "Thu, 30 May 2024 17:30:00 IST",
        "Thu May 30 12:00:00 2024",
        "Thu May 30 12:00:00 +0000 2024",
        "Thu May 30 2024 14:00:00 GMT+0200 (CEST)",
        "May 30, 2024 12:00 pm",
        "May 30th, 2024 at 12:00 PM",
        "  Thu, 30 May 2024 12:00:00 GMT\n",
        "1717070400",
        "1717070400.0",
        "1717070400000",
        1717070400,
        1717070400.0,
        1717070400000,
        NOON,
        NOON.astimezone(timezone(timedelta(hours=5))),
        NOON.replace(tzinfo=None),
    ],
)
def test_noon_is_noon_however_it_is_said(said: object) -> None:
    assert moment(said) == NOON
    assert moment(said).utcoffset() == timedelta(0)  # type: ignore[union-attr]  # just compared


@pytest.mark.parametrize(
    "said",
    [
        "2024-05-30",
        "20240530",
        "2024/05/30",
        "30 May 2024",
        "Thu, 30 May 2024",
        "May 30, 2024",
        date(2024, 5, 30),
    ],
)
def test_a_day_is_its_midnight(said: object) -> None:
    assert moment(said) == datetime(2024, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("October 12, 2023", datetime(2023, 10, 12, tzinfo=UTC)),
        ("Sept. 5, 2024", datetime(2024, 9, 5, tzinfo=UTC)),
        ("1717243200", datetime(2024, 6, 1, 12, tzinfo=UTC)),
        ("Sat, 01 Jun 2024 12:00 CET", datetime(2024, 6, 1, 11, tzinfo=UTC)),
        ("2024-05-30T24:00:00Z", datetime(2024, 5, 31, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2024-05-30T12:00:00.123456789Z", datetime(2024, 5, 30, 12, 0, 0, 123457, tzinfo=UTC)),
        ("2024-05-30 12:05 am", datetime(2024, 5, 30, 0, 5, tzinfo=UTC)),
        ("1 Jan 70 00:00:00 GMT", datetime(1970, 1, 1, tzinfo=UTC)),
        (-86400, datetime(1969, 12, 31, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read(said: object, meant: datetime) -> None:
    assert moment(said) == meant


@pytest.mark.parametrize(
    "said",
    [
        None, "", " ", True, b"2024-05-30", [], {}, object(), float("nan"), float("inf"), 1e300, 10**400,
        "yesterday", "3 hours ago", "2024", "2024-05", "12:00", "0", "12345",
        "2024-02-30", "2024-13-01", "2024-05-30T25:00:00Z", "2024-05-30T24:00:01Z", "2024-05-30T12:60:00Z",
        "2024-05-30T12:00:61Z", "2024-05-30 13:00 pm", "30 May 2024 0:30 am",
        "-0001-01-01", "0000-01-01", "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00", "10000-01-01",
        "2024-05-30T12:00:00+9999", "2024-05-30T12:00:00+1500", "2024-05-30T12:00:00+02:75",
        "Thu, 30 May 2024 12:00:00 XYZ", "Thu, 30 May 2024 12:00:00 CET+1",
        "Seg, 24 Set 2018", "Fri, 05/03/2019 - 15:21", "22.11.2022 12:16:00", "05/06/2024", "30 mai 2024",
        "२०२४-०५-३०", "2024-05-30" * 50,
    ],
    ids=lambda said: repr(said)[:40] if isinstance(said, str | int | float) else type(said).__name__,
)  # fmt: skip
def test_what_is_not_certain_is_no_moment(said: object) -> None:
    assert moment(said) is None


@pytest.mark.parametrize(
    ("said", "order"),
    [
        ("30.05.2024 14:00", "day-first"),
        ("30.5.24, 14:00", "day-first"),
        ("Thu, 30/05/2024 2:00 PM", "day-first"),
        ("30-05-2024 14:00:00", "day-first"),
        ("5/30/2024 2:00 p. m.", "month-first"),
        ("05/30/24 14:00:00", "month-first"),
        ("2024-5-30, 14:00", None),
        ("30/05/2024 12:00 UTC", "day-first"),
        ("05/30/2024 07:00 -0500", "month-first"),
    ],
)
def test_noon_in_digits_is_read_in_a_given_order_and_zone(said: str, order: Order | None) -> None:
    assert moment(said, zone=ZoneInfo("Europe/Berlin"), order=order) == NOON


@pytest.mark.parametrize("said", ["2024-05-30", "30 May 2024", date(2024, 5, 30)])
def test_a_day_begins_when_it_does_in_its_zone(said: object) -> None:
    midnight = datetime(2024, 5, 30, tzinfo=ZoneInfo("America/New_York"))
    assert moment(said, zone=ZoneInfo("America/New_York")) == midnight


@pytest.mark.parametrize(
    ("said", "possible"),
    [
        ("03/04/2026", {"day-first", "month-first"}),
        ("30/04/2026 12:00", {"day-first"}),
        ("04/30/2026", {"month-first"}),
        ("30/30/2026", set()),
        ("03.04.2026", {"day-first"}),
        ("04.30.2026", {"month-first"}),
        ("30.04.26", {"day-first", "month-first"}),
        ("2026-04-03", None),
        ("3 April 2026", None),
        ("", None),
        ("03/04/2026" * 50, None),
    ],
)
def test_what_a_date_in_digits_may_mean_is_told(said: str, possible: set[str] | None) -> None:
    assert orders(said) == possible


def test_a_date_that_is_none_in_its_order_is_no_moment() -> None:
    assert moment("05/30/2024", order="day-first") is None
    assert moment("31.02.2024", order="day-first") is None


MOMENTS = st.timedeltas(timedelta(days=1), timedelta(days=47_000)).map(
    datetime(1970, 1, 1, tzinfo=UTC).__add__
)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@settings(max_examples=100)
@given(MOMENTS, OFFSETS)
def test_a_moment_survives_its_spelling(at: datetime, zone: timezone) -> None:
    local = at.astimezone(zone)
    assert moment(local.isoformat()) == at
    assert moment(local.isoformat(" ", "milliseconds")) == at.replace(
        microsecond=at.microsecond // 1000 * 1000
    )
    assert moment(format_datetime(local)) == at.replace(microsecond=0)
    assert moment(int(at.timestamp())) == at.replace(microsecond=0)


@settings(max_examples=200)
@given(
    st.text(max_size=90)
    | st.text("0123456789-+:TZ ./,MayGMTamp()", max_size=90)
    | st.integers()
    | st.floats()
)
def test_nothing_makes_it_fail(said: object) -> None:
    at = moment(said)
    assert at is None or at.utcoffset() == timedelta(0)
