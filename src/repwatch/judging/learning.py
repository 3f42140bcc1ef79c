"""Fitting the shipped model to one brand, from the labels that people corrected.

The shipped weights are the prior: what a brand's labels add to them stays small unless many labels
agree, so that a few change little and hundreds a lot. Whether it is any good is tried on labels that
were held back, each in turn, and what is not is not kept.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, NamedTuple

from repwatch.judging.model import GRAIN, SHORTEST, Model, chance
from repwatch.judging.quick import Quick
from repwatch.judging.reading import Reading
from repwatch.model import Label

FEWEST: Final = 25
"""Labels below which nothing can be told: neither what to learn, nor whether it helped."""

PRIOR: Final = 30.0
"""How firmly the shipped weights are held; larger is firmer."""

ROUNDS: Final = 60
STEP: Final = 0.25
FOLDS: Final = 5
CUTS: Final = tuple(at / 100 for at in range(10, 71, 2))
PULL: Final = 150
"""Labels that the usual cut counts for, where another one promises more."""


WOBBLE: Final = 0.05
"""F1 that may be lost on labels held back: of some dozens, one or two called otherwise are as much. How far
a lesson is surprised tells more, since every label counts in it."""


class Labelled(NamedTuple):
    """A text as the model reads it, and what a person calls it; `id` is whose it is."""

    id: str
    text: str
    label: Label


@dataclass(frozen=True, slots=True)
class Figures:
    """How well the negative ones were found, from 0 to 1; `loss` is the mean surprise, lower is better."""

    precision: float
    recall: float
    f1: float
    average_precision: float
    loss: float


@dataclass(frozen=True, slots=True)
class Learned:
    """What a brand's labels add to the shipped model, and how it did on labels that were held back.

    `weights` are those of Model.own, `negative_from` is the cut of p(negative).
    """

    weights: Mapping[str, complex]
    negative_from: float
    before: Figures
    after: Figures

    @property
    def is_better(self) -> bool:
        """Less surprised by labels that were held back, and no worse at finding complaints than by chance."""
        return self.after.loss < self.before.loss and self.after.f1 >= self.before.f1 - WOBBLE


def contradictions(labels: Iterable[Labelled]) -> list[Labelled]:
    """Return the labels of texts that read the same and are called negative here and not there."""
    alike: dict[str, list[Labelled]] = {}
    for one in labels:
        alike.setdefault(_even(one.text), []).append(one)
    return [
        one for same in alike.values() if len({each.label == "negative" for each in same}) > 1 for one in same
    ]


def _even(text: str) -> str:
    """Return what two texts have in common that read the same."""
    return " ".join(text.lower().split())


def learn(model: Model, labels: Sequence[Labelled], cut: float) -> Learned | None:
    """Return what labels teach the shipped model; None where they can't: too few, or all of one kind.

    It is worked out the same way every time, in a second or so for some hundreds of labels. Texts that
    read the same are held back together: to know one of them is to know all.
    """
    quick = Quick(model)
    alike: dict[str, list[_Example]] = {}
    for each in sorted(labels):
        alike.setdefault(_even(each.text), []).append(_example(quick, each))
    examples = list(chain.from_iterable(alike.values()))
    negatives = sum(one.negative for one in examples)
    if len(examples) < FEWEST or min(negatives, len(examples) - negatives) < FOLDS:
        return None
    held: list[tuple[float, bool]] = []
    shipped: list[tuple[float, bool]] = []
    dealt = sorted(alike.values(), key=lambda same: same[0].negative)  # each part has its share of both
    for fold in range(FOLDS):
        own = _fit(model, [one for at, same in enumerate(dealt) if at % FOLDS != fold for one in same])
        for one in chain.from_iterable(dealt[fold::FOLDS]):
            held.append((_chance(model, one, own), one.negative))
            shipped.append((_chance(model, one, {}), one.negative))
    learned = _cut([p for p, _ in held], cut)
    return Learned(
        weights=_fit(model, examples),
        negative_from=learned,
        before=figures(shipped, cut),
        after=figures(held, learned),
    )


def figures(pairs: Sequence[tuple[float, bool]], cut: float) -> Figures:
    """Return how well probabilities find what is negative."""
    both = sum(true and p >= cut for p, true in pairs)
    found, there = sum(p >= cut for p, _ in pairs), sum(true for _, true in pairs)
    surprise = -sum(math.log(max(1e-6, p if true else 1 - p)) for p, true in pairs)
    return Figures(
        precision=both / max(1, found),
        recall=both / max(1, there),
        f1=_f1(pairs, cut),
        average_precision=average_precision(pairs),
        loss=surprise / max(1, len(pairs)),
    )


def average_precision(pairs: Iterable[tuple[float, bool]]) -> float:
    """Return the area under precision over recall; equal probabilities are one step."""
    ordered = sorted(pairs, key=lambda pair: -pair[0])
    there = sum(true for _, true in ordered)
    area, hits, at = 0.0, 0, 0
    while at < len(ordered):
        end = at
        while end < len(ordered) and ordered[end][0] == ordered[at][0]:
            end += 1
        new = sum(true for _, true in ordered[at:end])
        hits += new
        area += new * hits / end
        at = end
    return area / max(1, there)


@dataclass(frozen=True, slots=True)
class _Example:
    odds: complex
    features: tuple[tuple[str, float], ...]
    negative: bool
    positive: bool


def _example(quick: Quick, labelled: Labelled) -> _Example:
    heard = quick.hear(labelled.text)
    return _Example(
        odds=heard.odds,
        features=tuple(_features(heard.reading())),
        negative=labelled.label == "negative",
        positive=labelled.label == "positive",
    )


def _features(found: Reading) -> Iterable[tuple[str, float]]:
    yield "[bias]", 1.0
    share = max(len(found.words), SHORTEST) ** -0.5
    for word in sorted(set(found.words)):
        yield word, share * found.words.count(word)
    for name in found.names():
        yield f"[{name}]", 1.0


def _fit(model: Model, examples: Sequence[_Example]) -> dict[str, complex]:
    """Return the weights that fit best under the prior, in steps that shrink where they were many."""
    (slope_bad, _), (slope_good, _) = model.calibration
    own: dict[str, complex] = {}
    moved: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        steep: dict[str, complex] = {}
        for one in examples:
            odds = model.calibrated(_odds(one, own))
            error = complex(
                slope_bad * (chance(odds.real) - one.negative),
                slope_good * (chance(odds.imag) - one.positive),
            )
            for name, value in one.features:
                steep[name] = steep.get(name, 0j) + error * value
        for name, slope in steep.items():
            at = own.get(name, 0j)
            down = slope + PRIOR * at
            total = moved.setdefault(name, [PRIOR * PRIOR, PRIOR * PRIOR])
            total[0] += down.real * down.real
            total[1] += down.imag * down.imag
            own[name] = at - STEP * complex(down.real / math.sqrt(total[0]), down.imag / math.sqrt(total[1]))
    return {name: _grained(weight) for name, weight in sorted(own.items()) if abs(weight) > 1e-3}


def _grained(weight: complex) -> complex:
    return complex(round(weight.real / GRAIN) * GRAIN, round(weight.imag / GRAIN) * GRAIN)


def _odds(one: _Example, own: Mapping[str, complex]) -> complex:
    return one.odds + sum((own[name] * value for name, value in one.features if name in own), 0j)


def _chance(model: Model, one: _Example, own: Mapping[str, complex]) -> float:
    return chance(model.calibrated(_odds(one, own)).real)


def _cut(chances: Sequence[float], usual: float) -> float:
    """Return the cut that promises the best F1 where probabilities are right, with the usual one's pull.

    No label is asked: a few of them say more about chance than about a cut.

    Source:
        Lipton, Elkan and Narayanaswamy (2014): the best cut is half of the best F1.
    """
    there = sum(chances)

    def promised(cut: float) -> float:
        found = [p for p in chances if p >= cut]
        return 2 * sum(found) / (len(found) + there)

    best = max(map(promised, CUTS)) / 2
    return (len(chances) * best + PULL * usual) / (len(chances) + PULL)


def _f1(pairs: Sequence[tuple[float, bool]], cut: float) -> float:
    both = sum(true and p >= cut for p, true in pairs)
    return 2 * both / max(1, sum(p >= cut for p, _ in pairs) + sum(true for _, true in pairs))
