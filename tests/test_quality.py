from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repwatch.learning.quality import (
    FEW,
    FEWEST,
    Estimate,
    Mark,
    average_precision,
    f1,
    precision,
    quality,
    recall,
)

laws = settings(max_examples=30)
marks = st.lists(
    st.builds(Mark, st.sampled_from((0.1, 0.3, 0.5, 0.7, 0.9)), st.booleans(), st.booleans()),
    min_size=FEW,
    max_size=60,
)


def once(found: list[Mark]) -> tuple[list[Mark], list[int]]:
    return sorted(found, reverse=True), [1] * len(found)


def perfect(count: int) -> list[Mark]:
    return [Mark(0.9, True, True)] * count + [Mark(0.1, False, False)] * count


def test_a_judge_that_is_always_right_scores_one() -> None:
    found = quality(perfect(FEW))
    assert (found.texts, found.negative, found.flagged) == (40, 20, 20)
    for figure in (found.precision, found.recall, found.f1, found.ap):
        assert figure == Estimate(1.0, 1.0, 1.0)


def test_figures_are_those_of_the_textbook() -> None:
    ranked = [
        Mark(0.9, True, True),
        Mark(0.8, False, True),
        Mark(0.7, True, True),
        Mark(0.6, False, False),
        Mark(0.5, True, False),
    ]
    each = [1] * 5
    assert precision(ranked, each) == pytest.approx(2 / 3)
    assert recall(ranked, each) == pytest.approx(2 / 3)
    assert f1(ranked, each) == pytest.approx(2 / 3)
    assert average_precision(ranked, each) == pytest.approx((1 + 2 / 3 + 3 / 5) / 3)


def test_what_has_no_sample_has_no_figure() -> None:
    calm = [Mark(0.1, False, False)] * FEW
    found = quality(calm)
    assert (found.precision, found.recall, found.f1, found.ap) == (None, None, None, None)
    missed = quality([*calm, *[Mark(0.1, True, False)] * FEW])
    assert missed.precision is None
    assert (missed.recall, missed.f1) == (Estimate(0.0, 0.0, 0.0), Estimate(0.0, 0.0, 0.0))


def test_fewer_than_twenty_texts_are_only_counted() -> None:
    found = quality(perfect(FEW)[: FEW - 1])
    assert (found.texts, found.negative, found.ap) == (FEW - 1, FEW - 1, None)


def test_a_share_of_a_handful_is_not_told() -> None:
    calm = [Mark(0.1, False, False)] * FEW
    found = quality([*calm, *[Mark(0.9, True, True)] * (FEWEST - 1)])
    assert (found.precision, found.recall, found.f1, found.ap) == (None, None, None, None)
    found = quality([*calm, *[Mark(0.9, True, True)] * (FEWEST - 1), Mark(0.2, True, False)])
    assert found.precision is None
    assert found.recall is not None


def test_an_interval_narrows_with_the_sample() -> None:
    mixed = [Mark(0.9, True, True), Mark(0.8, False, True), Mark(0.2, True, False), Mark(0.1, False, False)]
    small, large = quality(mixed * 10).f1, quality(mixed * 100).f1
    assert small is not None
    assert large is not None
    assert large.high - large.low < (small.high - small.low) / 2


@laws
@given(marks, st.randoms())
def test_the_order_of_the_labels_does_not_matter(found: list[Mark], chance: Any) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert quality(shuffled) == quality(found)


@laws
@given(marks)
def test_every_figure_lies_in_its_interval_and_every_interval_between_zero_and_one(found: list[Mark]) -> None:
    measured = quality(found)
    for figure in (measured.precision, measured.recall, measured.f1, measured.ap):
        if figure is not None:
            assert 0.0 <= figure.low <= figure.value <= figure.high <= 1.0


@laws
@given(marks)
def test_only_the_order_of_the_ranks_matters_for_the_average_precision(found: list[Mark]) -> None:
    squeezed = [Mark(mark.rank**3, mark.negative, mark.flagged) for mark in found]
    assert average_precision(*once(squeezed)) == average_precision(*once(found))


@laws
@given(marks, st.data())
def test_a_mark_that_is_drawn_twice_counts_as_two(found: list[Mark], data: st.DataObject) -> None:
    ranked, _ = once(found)
    times = data.draw(st.lists(st.integers(0, 3), min_size=len(ranked), max_size=len(ranked)))
    spread = [mark for mark, n in zip(ranked, times, strict=True) for _ in range(n)]
    for figure in (precision, recall, f1, average_precision):
        assert figure(ranked, times) == pytest.approx(figure(*once(spread)))
