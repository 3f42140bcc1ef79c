from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repwatch import period
from repwatch.errors import UsageError
from repwatch.period import Window, day_of, days, describe, duration_s, parse_period, parse_time, window

BERLIN = ZoneInfo("Europe/Berlin")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
KATHMANDU = ZoneInfo("Asia/Kathmandu")
APIA = ZoneInfo("Pacific/Apia")
HAVANA = ZoneInfo("America/Havana")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
ZONES = [BERLIN, SAO_PAULO, KATHMANDU, HAVANA, LORD_HOWE]

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=BERLIN)

WORDS = ["90m", "24h", "1.5h", "7d", "2w", "3mo", "1y", "now", "today", "yesterday", "2017-03-01"]
PERIODS = [
    "today",
    "yesterday",
    "this-week",
    "last-week",
    "this-month",
    "last-month",
    "2017-W46",
    "2017-11",
    "2017",
]

moments = st.integers(1_451_606_400, 1_798_675_200).map(lambda second: datetime.fromtimestamp(second, UTC))
zones = st.sampled_from(ZONES)


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("10s", 10),
        ("30m", 1800),
        ("1.5h", 5400),
        ("14d", 1_209_600),
        ("2w", 1_209_600),
        ("0s", 0),
        (" 5 m ", 300),
    ],
)
def test_a_length_of_time_is_a_number_and_a_unit(text: str, seconds: float) -> None:
    assert duration_s(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "30", "m", "-5m", "5mo", "1e3s", "five minutes", "5M", "٣m", "9" * 400 + "s", "1..5h", "inf"]
)
def test_what_is_no_length_of_time_is_refused_with_what_is(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        duration_s(text)
    assert "1.5h" in str(caught.value.hint)
    assert len(caught.value.message) < 100


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("90m", "2026-11-21T07:30"),
        ("24h", "2026-11-20T09:00"),
        ("7d", "2026-11-14T09:00"),
        ("2w", "2026-11-07T09:00"),
        ("3mo", "2026-08-21T09:00"),
        ("1y", "2025-11-21T09:00"),
        ("now", "2026-11-21T09:00"),
        ("Today", "2026-11-21T00:00"),
        ("yesterday", "2026-11-20T00:00"),
        ("2026-11-01", "2026-11-01T00:00"),
        ("2026-11-01T08:15", "2026-11-01T08:15"),
        ("2026-11-01 08:15:30", "2026-11-01T08:15:30"),
    ],
)
def test_times_are_read_in_the_zone_of_the_configuration(text: str, moment: str) -> None:
    assert parse_time(text, now=NOW, zone=BERLIN) == at(moment)


def test_a_time_with_an_offset_keeps_it() -> None:
    noon = datetime(2026, 11, 1, 12, tzinfo=UTC)
    assert parse_time("2026-11-01T12:00Z", now=NOW, zone=KATHMANDU) == noon
    assert parse_time("2026-11-01T17:45+05:45", now=NOW, zone=BERLIN) == noon


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        "7 days ago",
        "-7d",
        "2026-13-01",
        "2026-02-30",
        "11/21/2026",
        "2026-11-21T25:00",
        "٧d",
        "7d7d",
    ],
)
def test_a_time_that_is_not_understood_is_refused_with_those_that_are(text: str) -> None:
    with pytest.raises(UsageError, match="is no time") as caught:
        parse_time(text, now=NOW, zone=BERLIN)
    assert "3mo" in str(caught.value.hint)


@pytest.mark.parametrize(
    "text", ["999999y", "999999mo", "999999w", "999999999h", "1899-12-31", "9999-01-01", "0001-01-01"]
)
def test_a_time_out_of_reach_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="too far away"):
        parse_time(text, now=NOW, zone=KATHMANDU)


def test_a_period_in_place_of_a_time_is_told_apart() -> None:
    with pytest.raises(UsageError, match="is a period") as caught:
        parse_time("last-week", now=NOW, zone=BERLIN)
    assert caught.value.hint == "Use --period last-week."


@pytest.mark.parametrize(
    ("text", "first", "after"),
    [
        ("today", "2026-11-21", "2026-11-22"),
        ("yesterday", "2026-11-20", "2026-11-21"),
        ("this-week", "2026-11-16", "2026-11-23"),
        ("last-week", "2026-11-09", "2026-11-16"),
        ("this-month", "2026-11-01", "2026-12-01"),
        ("last-month", "2026-10-01", "2026-11-01"),
        ("2026-W46", "2026-11-09", "2026-11-16"),
        ("2026-w01", "2025-12-29", "2026-01-05"),
        ("2026-W53", "2026-12-28", "2027-01-04"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("2026", "2026-01-01", "2027-01-01"),
        ("2026-02-28", "2026-02-28", "2026-03-01"),
    ],
)
def test_periods_are_whole_on_the_calendar(text: str, first: str, after: str) -> None:
    assert parse_period(text, now=NOW, zone=BERLIN) == (at(first), at(after))


@pytest.mark.parametrize(
    "text", ["", "2025-W53", "2026-W00", "2026-13", "0000", "1899", "9999", "next-week", "7d", "2026-11-31"]
)
def test_a_period_that_is_not_understood_is_refused_with_those_that_are(text: str) -> None:
    with pytest.raises(UsageError, match="is no period") as caught:
        parse_period(text, now=NOW, zone=BERLIN)
    assert "2026-W46" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("now", "text", "moment"),
    [
        ("2026-03-31T12:00", "1mo", "2026-02-28T12:00"),
        ("2024-03-31T12:00", "1mo", "2024-02-29T12:00"),
        ("2024-02-29T12:00", "1y", "2023-02-28T12:00"),
        ("2026-05-31T12:00", "3mo", "2026-02-28T12:00"),
        ("2026-01-15T12:00", "1mo", "2025-12-15T12:00"),
        ("2026-01-31T12:00", "13mo", "2024-12-31T12:00"),
    ],
)
def test_months_end_where_the_calendar_says(now: str, text: str, moment: str) -> None:
    assert parse_time(text, now=at(now), zone=BERLIN) == at(moment)


@pytest.mark.parametrize(
    ("zone", "now", "hours"),
    [
        (BERLIN, "2026-03-29T12:00", 23),  # clocks went forward at 2:00
        (BERLIN, "2026-10-25T12:00", 25),
        (SAO_PAULO, "2018-11-04T12:00", 23),  # at midnight, so the day begins at 1:00
        (SAO_PAULO, "2018-02-18T12:00", 25),  # at midnight, which came twice
        (SAO_PAULO, "2018-02-17T23:30", 24),
        (KATHMANDU, "2026-03-29T12:00", 24),
        (LORD_HOWE, "2026-04-05T12:00", 24.5),
    ],
)
def test_a_day_is_a_day_on_the_clock_and_24h_are_24_hours(zone: ZoneInfo, now: str, hours: float) -> None:
    moment = at(now, zone).astimezone(UTC)
    assert moment - parse_time("24h", now=moment, zone=zone) == timedelta(hours=24)
    assert moment - parse_time("1d", now=moment, zone=zone) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["1mo", "31d"])
def test_a_time_that_the_clocks_skipped_is_as_much_later(text: str) -> None:
    assert parse_time(text, now=at("2026-04-29T02:30"), zone=BERLIN) == datetime(
        2026, 3, 29, 1, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (BERLIN, "2026-03-29", 23),
        (BERLIN, "2026-10-25", 25),
        (SAO_PAULO, "2018-11-04", 23),
        (SAO_PAULO, "2018-02-17", 25),
        (HAVANA, "2026-11-01", 25),  # clocks go back from 1:00 to midnight
        (KATHMANDU, "2026-11-01", 24),
    ],
)
def test_a_day_is_as_long_as_its_clocks_make_it(zone: ZoneInfo, day: str, hours: int) -> None:
    since, until = parse_period(day, now=NOW, zone=zone)
    assert until - since == timedelta(hours=hours)
    assert days(Window(since, until, zone), zone) == [date.fromisoformat(day)]


def test_a_day_that_a_zone_skipped_is_no_day() -> None:
    since, until = parse_period("2011-12", now=NOW, zone=APIA)
    found = days(Window(since, until, APIA), APIA)
    assert len(found) == 30
    assert date(2011, 12, 30) not in found


def test_a_window_begins_at_the_default_and_ends_now() -> None:
    asked = window(None, None, None, now=NOW, zone=BERLIN, default="7d")
    assert asked == Window(at("2026-11-14T09:00"), at("2026-11-21T09:00"), BERLIN)


def test_the_default_is_counted_from_the_end_that_was_asked_for() -> None:
    asked = window(None, "2026-11-01", None, now=NOW, zone=BERLIN, default="7d")
    assert (asked.since, asked.until) == (at("2026-10-25"), at("2026-11-01"))


def test_a_period_that_is_not_over_ends_now() -> None:
    assert window(None, None, "this-week", now=NOW, zone=BERLIN, default="7d").until == NOW
    assert window(None, None, "last-week", now=NOW, zone=BERLIN, default="7d").until == at("2026-11-16")


@pytest.mark.parametrize(
    ("since", "until"), [("now", None), ("0d", None), ("2026-11-02", "2026-11-01"), ("1d", "2d")]
)
def test_an_empty_window_is_refused_with_both_its_ends(since: str, until: str | None) -> None:
    with pytest.raises(UsageError, match=r"it begins 2026-11-\d\d \d\d:\d\d and ends 2026-11"):
        window(since, until, None, now=NOW, zone=BERLIN, default="7d")


def test_a_period_and_an_end_exclude_each_other() -> None:
    with pytest.raises(UsageError, match="leave out --since"):
        window("7d", None, "last-week", now=NOW, zone=BERLIN, default="7d")


@pytest.mark.parametrize(
    ("asked", "first", "words"),
    [
        (
            Window(at("2026-11-14T09:00"), at("2026-11-21T09:00"), BERLIN),
            "2026-11-07T09:00",
            "the 7 days before",
        ),
        (
            Window(at("2026-10-23T09:00"), at("2026-10-30T09:00"), BERLIN),
            "2026-10-16T09:00",
            "the 7 days before",
        ),
        (Window(at("2026-11-20"), at("2026-11-21"), BERLIN), "2026-11-19", "the day before"),
        (Window(at("2026-03-01"), at("2026-04-01"), BERLIN), "2026-02-01", "the month before"),
        (Window(at("2026-01-01"), at("2027-01-01"), BERLIN), "2025-01-01", "the 12 months before"),
        (
            Window(at("2026-11-21T07:30"), at("2026-11-21T09:00"), BERLIN),
            "2026-11-21T06:00",
            "the 90 min before",
        ),
        (
            Window(at("2026-11-16"), at("2026-11-21T09:00"), BERLIN),
            "2026-11-10T15:00",
            "the 5 days 9 h before",
        ),
    ],
)
def test_the_window_before_is_as_long_on_the_calendar(asked: Window, first: str, words: str) -> None:
    assert asked.before() == Window(at(first).astimezone(UTC), asked.since, BERLIN)
    assert period.before_words(asked) == words


@pytest.mark.parametrize(
    ("since", "until", "first", "end"),
    [
        ("2026-11-14T09:00", "2026-11-21T09:00", "2025-11-14T09:00", "2025-11-21T09:00"),
        ("2026-03-01", "2026-04-01", "2025-03-01", "2025-04-01"),
        ("2024-02-29", "2024-03-01", "2023-02-28", "2023-03-01"),
        ("2024-02-28", "2024-02-29", "2023-02-28", "2023-03-01"),
    ],
)
def test_the_same_window_a_year_before_has_the_same_dates(
    since: str, until: str, first: str, end: str
) -> None:
    before = Window(at(since), at(until), BERLIN).year_before()
    assert before == Window(at(first).astimezone(UTC), at(end).astimezone(UTC), BERLIN)


def test_a_window_is_described_by_both_ends_zone_and_length() -> None:
    asked = window("7d", None, None, now=NOW, zone=BERLIN, default="7d")
    assert describe(asked, BERLIN) == "14 Nov 09:00 – 21 Nov 09:00 (Europe/Berlin, 7 days)"


def test_years_are_named_unless_it_is_this_one() -> None:
    asked = window(None, None, "2025-12", now=NOW, zone=BERLIN, default="7d")
    assert describe(asked, BERLIN) == "1 Dec 2025 00:00 – 1 Jan 2026 00:00 (Europe/Berlin, 1 month)"
    spring = Window(at("2025-03-01"), at("2025-03-02"), BERLIN)
    assert describe(spring, BERLIN, now=NOW) == "1 Mar 2025 00:00 – 2 Mar 2025 00:00 (Europe/Berlin, 1 day)"


@settings(max_examples=100)
@given(moment=moments, zone=zones, words=st.tuples(st.sampled_from(WORDS), st.sampled_from(WORDS)))
def test_a_window_and_the_one_before_touch_and_are_as_long(
    moment: datetime, zone: ZoneInfo, words: tuple[str, str]
) -> None:
    since, until = sorted(parse_time(word, now=moment, zone=zone) for word in words)
    asked = Window(since, until, zone)
    before = asked.before()
    assert before.until == asked.since
    assert before.since <= before.until
    if until - since < timedelta(days=27):  # months have different lengths, clocks change by an hour
        assert abs((before.until - before.since) - (until - since)) <= timedelta(hours=1)


@settings(max_examples=100)
@given(moment=moments, zone=zones, word=st.sampled_from(PERIODS))
def test_days_of_a_window_are_those_of_its_moments(moment: datetime, zone: ZoneInfo, word: str) -> None:
    since, until = parse_period(word, now=moment, zone=zone)
    found = days(Window(since, until, zone), zone)
    assert found[0].isoformat() == day_of(since, zone)
    assert found[-1].isoformat() == day_of(until - timedelta(milliseconds=1), zone)
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(found))


@settings(max_examples=100)
@given(first=moments, second=moments, zone=zones)
def test_a_later_moment_is_never_on_an_earlier_day(first: datetime, second: datetime, zone: ZoneInfo) -> None:
    earlier, later = sorted([first, second])
    assert day_of(earlier, zone) <= day_of(later, zone)


@settings(max_examples=100)
@given(moment=moments, zone=zones)
def test_weeks_and_months_follow_each_other_without_a_gap(moment: datetime, zone: ZoneInfo) -> None:
    for one, next_one in (("last-week", "this-week"), ("last-month", "this-month"), ("yesterday", "today")):
        _, end = parse_period(one, now=moment, zone=zone)
        begin, after = parse_period(next_one, now=moment, zone=zone)
        assert end == begin <= moment < after


@settings(max_examples=100)
@given(text=st.text(max_size=60) | st.from_regex(r"[0-9TWZ:.+ -]{1,30}", fullmatch=True))
def test_whatever_is_typed_is_understood_or_refused(text: str) -> None:
    for read in (
        lambda: duration_s(text),
        lambda: parse_time(text, now=NOW, zone=BERLIN),
        lambda: parse_period(text, now=NOW, zone=BERLIN),
    ):
        with suppress(UsageError):
            read()
