"""How good a judge of negatives is, measured on labels: precision, recall and ranking, with intervals.

Everything here is arithmetic on plain values, and the same for the same marks in any order.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

FEW = 20
"""Below so many labels a figure says nothing."""
FEWEST = 5
"""Below so many flagged, or negative ones, no share of them is told, nor how sure it is."""
RESAMPLES = 1_000
"""Samples that an interval is made of."""
STEPS = 5_000_000
"""Marks that are drawn in all; many labels get fewer samples, and need no more."""
LEAST = 200
LOW, HIGH = 0.025, 0.975


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """One text: whether it is negative, whether the judge said so, and how negative it ranked it."""

    rank: float
    negative: bool
    flagged: bool


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure from 0.0 to 1.0 and the interval that holds it in 95 of 100 samples like this one."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """How good a judge was on so many texts; a figure without a sample that bears it is None.

    `precision` is the share of the flagged that are negative, `recall` that of the negative that were
    flagged, `f1` their harmonic mean; `ap`, the average precision, is about the ranking alone.
    """

    texts: int
    negative: int
    flagged: int
    precision: Estimate | None = None
    recall: Estimate | None = None
    f1: Estimate | None = None
    ap: Estimate | None = None


def quality(marks: Iterable[Mark], *, seed: int = 0) -> Quality:
    """Return how good the judge was; of fewer than FEW texts only how many there are.

    Source:
        The intervals are those of the bootstrap's percentiles, Efron and Tibshirani (1993), chapter 13.
    """
    ranked = sorted(marks, reverse=True)
    negative = sum(mark.negative for mark in ranked)
    flagged = sum(mark.flagged for mark in ranked)
    if len(ranked) < FEW:
        return Quality(texts=len(ranked), negative=negative, flagged=flagged)
    once = [1] * len(ranked)
    samples = list(_samples(len(ranked), seed))

    def estimate(figure: Callable[[Sequence[Mark], Sequence[int]], float | None]) -> Estimate | None:
        value = figure(ranked, once)
        if value is None:
            return None
        drawn = sorted(
            found for sample in samples if (found := figure(ranked, sample)) is not None
        )  # a sample may lack what the figure is about
        return Estimate(value, min(value, _at(drawn, LOW)), max(value, _at(drawn, HIGH)))

    return Quality(
        texts=len(ranked),
        negative=negative,
        flagged=flagged,
        precision=estimate(precision) if flagged >= FEWEST else None,
        recall=estimate(recall) if negative >= FEWEST else None,
        f1=estimate(f1) if negative >= FEWEST else None,
        ap=estimate(average_precision) if negative >= FEWEST else None,
    )


def precision(marks: Sequence[Mark], times: Sequence[int]) -> float | None:
    """Return the share of the flagged that are negative, each mark counted so many times."""
    flagged = sum(n for mark, n in zip(marks, times, strict=True) if mark.flagged)
    right = sum(n for mark, n in zip(marks, times, strict=True) if mark.flagged and mark.negative)
    return right / flagged if flagged else None


def recall(marks: Sequence[Mark], times: Sequence[int]) -> float | None:
    """Return the share of the negative that were flagged."""
    negative = sum(n for mark, n in zip(marks, times, strict=True) if mark.negative)
    right = sum(n for mark, n in zip(marks, times, strict=True) if mark.flagged and mark.negative)
    return right / negative if negative else None


def f1(marks: Sequence[Mark], times: Sequence[int]) -> float | None:
    """Return the harmonic mean of precision and recall; None where nothing is negative."""
    share = recall(marks, times)
    if share is None:
        return None
    right = precision(marks, times) or 0.0
    return 2 * right * share / (right + share) if right + share else 0.0


def average_precision(marks: Sequence[Mark], times: Sequence[int]) -> float | None:
    """Return the mean precision at each negative, going down the ranking (which the marks come in).

    Texts of the same rank come at once: their order is chance.
    """
    negative = sum(n for mark, n in zip(marks, times, strict=True) if mark.negative)
    if not negative:
        return None
    total, seen, right, new = 0.0, 0, 0, 0
    for place, (mark, n) in enumerate(zip(marks, times, strict=True), start=1):
        seen += n
        new += n if mark.negative else 0
        if place == len(marks) or marks[place].rank != mark.rank:
            right += new
            total += new * right / seen if seen else 0.0
            new = 0
    return total / negative


def _samples(size: int, seed: int) -> Iterable[list[int]]:
    """Yield how many times each of `size` is drawn in a sample of as many, with putting back."""
    chance = random.Random(seed)  # noqa: S311 (the same samples every time is what is wanted)
    for _ in range(max(LEAST, min(RESAMPLES, STEPS // size))):
        times = [0] * size
        for place in chance.choices(range(size), k=size):
            times[place] += 1
        yield times


def _at(ordered: Sequence[float], share: float) -> float:
    """Return the value that such a share of the others is below."""
    return ordered[round(share * (len(ordered) - 1))]
