"""Fitting the shipped model to one brand, from the labels that a person corrected.

The shipped weights are the prior: what a brand's labels add to them stays small unless many labels
agree, so that three labels change little and three hundred a lot. Labels that contradict each other
cancel out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from .model import SHORTEST, Model
from .reading import BITS, SHIFTS, Reading, read

FEWEST: Final = 8
"""Labels below which nothing is learned."""

PRIOR: Final = {"bias": 0.25, "bit": 6.0, "word": 6.0}
"""How firmly the shipped weights are held; larger is firmer."""

ROUNDS: Final = 120
STEP: Final = 0.25
FOLDS: Final = 5
CUTS: Final = tuple(at / 100 for at in range(10, 71, 2))
PULL: Final = 40
"""Labels that a cut at half the F1 (the best one where probabilities are right) counts for against those
at hand."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What a brand's labels add: weights by name (see Model.own) and cuts, and the F1 before and after."""

    own: dict[str, complex]
    cuts: tuple[float, float]
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class _Example:
    odds: complex
    features: tuple[tuple[str, float], ...]
    negative: bool
    positive: bool


def learn(model: Model, labels: Sequence[tuple[str, str]]) -> Learned | None:
    """Return what the labels (text, "negative" and so on) teach; None for too few, or all of one kind.

    It is made the same way every time, in a second or so for some hundreds of labels.
    """
    examples = [_example(model, text, label) for text, label in labels]
    negatives = sum(one.negative for one in examples)
    if len(examples) < FEWEST or negatives in (0, len(examples)):
        return None
    held: list[tuple[float, bool]] = []
    shipped: list[tuple[float, bool]] = []
    for fold in range(FOLDS):
        own = _fit([one for at, one in enumerate(examples) if at % FOLDS != fold])
        for one in examples[fold::FOLDS]:
            held.append((_chance(model, one, own), one.negative))
            shipped.append((_chance(model, one, {}), one.negative))
    half = _f1(held, model.cuts[0]) / 2
    cut = _cut(held, half)
    return Learned(_fit(examples), (cut, model.cuts[1]), _f1(shipped, model.cuts[0]), _f1(held, cut))


def applied(model: Model, learned: Learned) -> Model:
    """Return a model with what a brand taught it."""
    return replace(model, own=learned.own, cuts=learned.cuts)


def _example(model: Model, text: str, label: str) -> _Example:
    found = read(text, model.tokens)
    return _Example(
        model.odds(found), tuple(_features(found)), label in ("negative", "complaint"), label == "positive"
    )


def _features(found: Reading) -> Iterable[tuple[str, float]]:
    yield "[bias]", 1.0
    share = max(len(found.words), SHORTEST) ** -0.5
    for word in sorted(set(found.words)):
        yield word, share * found.words.count(word)
    for shift, bits in zip(SHIFTS, found.bits, strict=True):
        left = bits
        while left:
            low = left & -left
            yield f"[{BITS[shift + low.bit_length() - 1]}]", 0.5
            left ^= low


def _fit(examples: Sequence[_Example]) -> dict[str, complex]:
    """Return the weights that fit best under the prior, in steps that shrink where they were many."""
    own: dict[str, complex] = {}
    moved: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        slope: dict[str, complex] = {}
        for one in examples:
            odds = one.odds + sum((own.get(name, 0j) * value for name, value in one.features), 0j)
            error = complex(_sigmoid(odds.real) - one.negative, _sigmoid(odds.imag) - one.positive)
            for name, value in one.features:
                slope[name] = slope.get(name, 0j) + error * value
        for name, steep in slope.items():
            at = own.get(name, 0j)
            firm = PRIOR["bias" if name == "[bias]" else "bit" if name[0] == "[" else "word"]
            down = steep + firm * at
            total = moved.setdefault(name, [firm * firm, firm * firm])
            total[0] += down.real * down.real
            total[1] += down.imag * down.imag
            step = complex(down.real / math.sqrt(total[0]), down.imag / math.sqrt(total[1]))
            own[name] = at - STEP * step
    return {name: weight for name, weight in sorted(own.items()) if abs(weight) > 1e-4}


def _chance(model: Model, one: _Example, own: dict[str, complex]) -> float:
    odds = one.odds + sum((own.get(name, 0j) * value for name, value in one.features), 0j)
    slope, offset = model.calibration[0]
    return _sigmoid(slope * odds.real + offset)


def _cut(held: Sequence[tuple[float, bool]], usual: float) -> float:
    """Return the cut with the best F1, over its neighbours, and with the usual one's pull."""
    scores = {cut: _f1(held, cut) for cut in CUTS}

    def smooth(cut: float) -> float:
        near = [score for other, score in scores.items() if abs(other - cut) < 0.07]
        return sum(near) / len(near) - PULL / len(held) * (cut - usual) ** 2

    return max(CUTS, key=lambda cut: (smooth(cut), -abs(cut - usual)))


def _f1(pairs: Sequence[tuple[float, bool]], cut: float) -> float:
    both = sum(true and p >= cut for p, true in pairs)
    return 2 * both / max(1, sum(p >= cut for p, _ in pairs) + sum(true for _, true in pairs))


def _sigmoid(odds: float) -> float:
    if odds < 0:
        high = math.exp(max(odds, -700.0))
        return high / (1 + high)
    return 1 / (1 + math.exp(-min(odds, 700.0)))
