from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repwatch import words

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)

laws = settings(max_examples=80)


@pytest.mark.parametrize(
    ("worded", "expected"),
    [
        (words.number(41208), "41,208"),
        (words.number(-4), "−4"),
        (words.number(None), "–"),
        (words.signed(-0.123), "−0.12"),
        (words.signed(0.05), "+0.05"),
        (words.signed(-0.001), "0.00"),
        (words.signed(-0.123, ascii=True), "-0.12"),
        (words.signed(-1200, 0, ascii=True), "-1,200"),
        (words.percent(0.3234), "32 %"),
        (words.percent(None), "–"),
        (words.change(0.338), "+34 %"),
        (words.change(-0.5), "−50 %"),
        (words.change(10.5), "+1,050 %"),
        (words.points(0.11), "+11 pts"),
        (words.points(None), "–"),
        (words.plural(1, "mention"), "1 mention"),
        (words.plural(1200, "mention"), "1,200 mentions"),
        (words.plural(2, "reply", "replies"), "2 replies"),
        (words.size(999), "999 bytes"),
        (words.size(1500), "1.5 kB"),
        (words.size(212_000_000), "212 MB"),
        (words.size(999_999), "1.0 MB"),
        (words.duration(0.94), "0.9 s"),
        (words.duration(59.99), "1 min"),
        (words.duration(725), "12 min"),
        (words.duration(18_600), "5 h 10 min"),
        (words.duration(3 * 86_400), "3 d"),
        (words.ago(NOW - timedelta(minutes=12), NOW), "12 min ago"),
        (words.ago(NOW + timedelta(hours=2), NOW), "in 2 h"),
        (words.ago(NOW, NOW), "just now"),
        (words.ago(None, NOW), "never"),
        (words.iso(datetime(2026, 11, 21, 9, 0, 5, 999, BERLIN)), "2026-11-21T08:00:05Z"),
        (words.when(NOW, BERLIN, NOW), "21 Nov 09:00"),
        (words.when(NOW - timedelta(days=365), BERLIN, NOW), "21 Nov 2025 09:00"),
        (words.when(None, BERLIN, NOW), "–"),
    ],
)
def test_numbers_and_times_are_worded_as_people_write_them(worded: str, expected: str) -> None:
    assert worded == expected


def test_a_spark_line_goes_from_the_least_to_the_greatest() -> None:
    assert words.spark([0, 5, 10], low=0) == "▁▅█"
    assert words.spark([-0.5, None, 0.5]) == "▁·█"
    assert words.spark([0, 0], low=0) == "▁▁"
    assert words.spark([None, None]) == "··"


@laws
@given(st.lists(st.none() | st.floats(-1, 1), max_size=40))
def test_a_spark_line_has_a_block_for_every_value(values: list[float | None]) -> None:
    line = words.spark(values)
    assert len(line) == len(values)
    assert {block == "·" for block, value in zip(line, values, strict=True) if value is None} <= {True}


@laws
@given(st.integers(0, 1000), st.integers(1, 1000))
def test_a_bar_is_never_longer_than_its_width_and_never_hides_a_value(value: int, most: int) -> None:
    drawn = words.bar(value, most, 10)
    assert len(drawn) <= 10
    assert bool(drawn) == (value > 0)


def test_the_words_that_weighed_are_told_from_the_rating_and_from_remarks() -> None:
    reasons = ("rating -1.0", '"broke" -1.2', "in 3 weeks -0.5", "great +3.1", "no text")
    assert words.carried(reasons) == ["broke", "in 3 weeks", "great"]
    assert words.carried(reasons, negative=True) == ["broke", "in 3 weeks"]
