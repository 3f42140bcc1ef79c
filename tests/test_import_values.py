"""Cells of tables in the usual spellings."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repwatch.imports import values
from repwatch.imports.base import Unusable
from repwatch.imports.values import Rating, Scale
from repwatch.text import clean

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
JUNK = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.text("0123456789.,/ %★☆½⭐-+kKMeEinf", max_size=12)
    | st.lists(st.integers(), max_size=1)
    | st.dictionaries(st.text(max_size=2), st.integers(), max_size=1)
)


@pytest.mark.parametrize(
    ("cell", "value", "scale"),
    [
        ("4", 4, None), ("4.5", 4.5, None), ("4,5", 4.5, None), (4, 4, None), (4.5, 4.5, None),
        ("4/5", 4, (1, 5)), ("4,5 / 5", 4.5, (1, 5)), ("8/10", 8, (1, 10)), ("4 out of 5 stars", 4, (1, 5)),
        ("4,0 von 5 Sternen", 4, (1, 5)), ("4 sur 5", 4, (1, 5)), ("80 %", 80, (0, 100)),
        ("80%", 80, (0, 100)), ("1 star", 1, None), ("5 Sterne", 5, None),
        ("★★★★☆", 4, (1, 5)), ("★★★½☆", 3.5, (1, 5)), ("★★★½", 3.5, None),
        ("⭐⭐⭐", 3, None), ("⭐️ ⭐️", 2, None),
        ("★ 4.5", 4.5, None), ("4 ★", 4, None), ("4 stars", 4, None),
        ("FOUR", 4, None), ("five stars", 5, None), ("0", 0, None), (" 4 ", 4, None),
    ],
)  # fmt: skip
def test_a_rating_is_read(cell: Any, value: float, scale: tuple[float, float] | None) -> None:
    assert values.rating(cell) == Rating(value, Scale(*scale) if scale else None)


@pytest.mark.parametrize("cell", ["", " ", "n/a", "N/A", "-", "–", "null", "None", None])
def test_a_cell_may_say_that_there_is_nothing(cell: Any) -> None:
    assert values.rating(cell) is None
    assert values.count(cell, "likes") is None
    assert values.line(cell, "author") is None
    assert values.date(cell, "date", zone=UTC, order=None, now=NOW) is None


def test_a_number_that_is_none_says_nothing() -> None:
    assert values.rating(float("nan")) is values.count(float("nan"), "likes") is None


@pytest.mark.parametrize(
    "cell", ["good", "4 or 5", "1e1", "4/", "/5", "☹", True, "4-5", "４", [4], {"stars": 4}]
)
def test_what_is_no_rating_for_sure_is_refused(cell: Any) -> None:
    with pytest.raises(Unusable, match="rating"):
        values.rating(cell)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("12", 12), ("1,234", 1234), ("1.234", 1234), ("1 234 567", 1234567), ("1'234", 1234), ("12.0", 12),
        ("1.2k", 1200), ("3,45 K", 3450), ("2M", 2_000_000), (12, 12), (12.0, 12), ("0", 0), ("007", 7),
    ],
)  # fmt: skip
def test_a_count_is_read(cell: Any, number: int) -> None:
    assert values.count(cell, "likes") == number


@pytest.mark.parametrize(
    "cell", ["1.5", "1,23", "12,34,567", "many", "-3", -3, 1.5, "9" * 30, 2**70, [1], "1e5"]
)
def test_what_is_no_count_for_sure_is_refused(cell: Any) -> None:
    with pytest.raises(Unusable, match="likes"):
        values.count(cell, "likes")


def test_a_balance_of_votes_may_be_negative() -> None:
    assert values.count("-1,234", "score", negative=True) == -1234
    assert values.count("−3", "score", negative=True) == -3


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<p>Bell &amp; forge</p><p>rings</p>", "Bell & forge\nrings"),
        ("I <3 anvils, a < b & c", "I <3 anvils, a < b & c"),
        ("it&#39;s fine &amp; dandy", "it's fine & dandy"),
        ("R&D; AT&T", "R&D; AT&T"),
        ("line\n<br>break", "line\nbreak"),
        (7, "7"),
        (None, ""),
    ],
)
def test_prose_is_plain_text_also_where_it_was_kept_as_html(cell: Any, text: str) -> None:
    assert values.prose(cell, "text") == text


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("Review", "review"), ("tweets", "post"), ("news", "article"), ("blog-post", "article"),
        ("Reply", "comment"), ("hologram", None), ("", None), (None, None), ("status", "post"),
    ],
)  # fmt: skip
def test_kinds_go_by_several_names(cell: Any, kind: str | None) -> None:
    assert values.kind(cell) == kind


def test_dates_that_can_not_be_are_refused_with_the_reason() -> None:
    def read(cell: Any, **more: Any) -> Any:
        return values.date(
            cell, "date", **{"zone": ZoneInfo("Europe/Berlin"), "order": None, "now": NOW, **more}
        )

    assert read("2026-11-20 09:00") == datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert read(1_700_000_000) == read("1700000000") == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    for cell, order, why in [
        ("1985-01-01", None, 'the date "1985-01-01" is before 1990'),
        ("2062-01-01", None, 'the date "2062-01-01" is in the future'),
        ("yesterday", None, 'the date "yesterday" can\'t be read'),
        ("13/25/2026", "day-first", 'the date "13/25/2026" can\'t be read'),
        ("05/25/2026", "day-first", 'the date "05/25/2026" can\'t be read day first'),
        ("x" * 200, None, 'the date "' + "x" * 39 + "…\" can't be read"),
    ]:
        with pytest.raises(Unusable) as refused:
            read(cell, order=order)
        assert str(refused.value) == why


@pytest.mark.parametrize(
    ("said", "scale"), [("10", (1, 10)), ("0-10", (0, 10)), ("1 – 5", (1, 5)), ("0..100", (0, 100))]
)
def test_a_scale_is_named(said: str, scale: tuple[float, float]) -> None:
    assert values.scale(said) == Scale(*scale)


@pytest.mark.parametrize("said", ["", "5-1", "ten", "1-2-3", "1", "-5"])
def test_what_is_no_scale_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match=f"^{said}$"):
        values.scale(said)


@given(JUNK)
def test_any_junk_is_read_or_refused_in_words_that_are_safe_to_show(cell: Any) -> None:
    for read in (
        values.rating,
        values.kind,
        lambda cell: values.count(cell, "likes"),
        lambda cell: values.prose(cell, "text"),
        lambda cell: values.line(cell, "author"),
        lambda cell: values.date(cell, "date", zone=UTC, order="day-first", now=NOW),
    ):
        try:
            read(cell)
        except Unusable as error:
            said = str(error)
            assert said.split("\n") == [clean(said)]
