#!/usr/bin/env python3
"""Train the judge: train_judge.py DATA [OUT] writes the model file from the labelled sets below DATA.

DATA has NAME.jsonl.gz in dev/ or permissive/, with text and label in each line. OUT is the file to write, by
default the one in the package. It needs numpy, scipy and an installed repwatch; what it writes needs only the
last. The same sets give the same file: nothing is drawn but by a seed, and with OMP_NUM_THREADS=1 sums are
made in the same order.

How: two logistic models (negative or not, positive or not) on the bits and tones that judging.quick finds, on
words with their 4- and 5-grams of letters and on pairs of words, hashed by crc32. A source counts for the
root of its size (SHARES says how much of that). Those that are not NEAR to what is to be judged have weights
of their own for their words as well, which are not kept: what holds in one source alone goes there. Cuts and
calibration come from sources that were left out, never from sets kept for evaluation. Weights are rounded to
int8.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.optimize import minimize
from written import written

from repwatch.judging import reading
from repwatch.judging.model import (
    PAIR_BUCKETS,
    SHIPPED,
    SHORTEST,
    WORD_BUCKETS,
    blank,
    pack,
    pair_bucket,
    word_features,
)
from repwatch.judging.quick import Quick
from repwatch.judging.tone import TONES

VERSION = 1
"""Raised whenever a model is trained that is to be told from the ones before."""

SHARES = {
    "reddit_goemotions": 1.0, "uci_amazon": 1.0, "uci_yelp": 1.0, "vader_tweets": 1.0,
    "vader_amazon": 1.0, "stackoverflow": 0.7, "entity_tweets": 0.3, "entity_full": 1.0,
    "clothing": 0.4, "druglib": 0.3, "cfpb": 0.6, "banking77": 0.3, "multidogo": 0.5,
    "bitext": 0.3, "clinc": 0.2, "hwu64": 0.2, "smile": 0.7, "written": 1.0,
}  # fmt: skip
"""The sets a model is trained on, and how much each counts; `written` is our own."""

LEFT_OUT = (
    ("uci_amazon", "uci_yelp", "vader_amazon"),
    ("vader_tweets",),
    ("entity_tweets", "entity_full", "smile"),
    ("stackoverflow",),
)
"""Sources that are left out together to find the cuts and the calibration."""

NEAR = ("vader_tweets", "entity_tweets", "entity_full", "smile", "written")
"""Sources like what is to be judged: short, said in public, often of a brand.

Each of the others has weights of its own for its words beside those of all, under the same prior. They take
up what a word says only there (whoever writes to a bank's chat asks), and are not kept.
"""

WRITTEN = 9000
STRENGTH = 8.0
"""Of the prior on the weights: larger keeps them smaller."""

SMOOTH = 0.1
"""Labels are this far from certain."""

ROUNDS = 40
"""At most; three times as many rank texts no better."""

SPREAD = 0.15
"""Added to a feature's deviation, so that rare ones are not blown up."""


class Sets:
    """Texts as matrices."""

    def __init__(self, rows: list[tuple[str, str, str]]) -> None:
        reader = Quick(blank())
        self.source = np.array([source for source, _, _ in rows])
        self.label = np.array([label for _, _, label in rows])
        dense = np.zeros((len(rows), len(TONES) + len(reading.BITS)), np.float32)
        vocabulary: dict[str, int] = {}
        pairs: dict[int, int] = {}
        words_at: list[list[int]] = [[], [], []]
        pairs_at: list[list[int]] = [[], [], []]
        for at, (_, text, _) in enumerate(rows):
            found = reader.read(text)
            dense[at, : len(found.tones)] = found.tones
            for bit in reading.places(found.bits):
                dense[at, len(found.tones) + bit] = 1.0
            norm = max(len(found.words), SHORTEST) ** -0.5
            for word in found.words:
                words_at[0].append(at)
                words_at[1].append(vocabulary.setdefault(word, len(vocabulary)))
                words_at[2].append(norm)
            for pair in found.pairs():
                pairs_at[0].append(at)
                pairs_at[1].append(pairs.setdefault(pair, len(pairs)))
                pairs_at[2].append(norm)
        self.dense = dense
        self.words = _matrix(words_at, (len(rows), len(vocabulary)))
        self.pairs = _matrix(pairs_at, (len(rows), len(pairs)))
        spelled: list[list[float]] = [[], [], []]
        for word, at in vocabulary.items():
            for bucket, value in word_features(word):
                spelled[0].append(at)
                spelled[1].append(bucket)
                spelled[2].append(value)
        self.spelled = _matrix(spelled, (len(vocabulary), WORD_BUCKETS))
        hashed = [list(range(len(pairs))), [pair_bucket(pair) for pair in pairs], [1.0] * len(pairs)]
        self.hashed = _matrix(hashed, (len(pairs), PAIR_BUCKETS))

    def targets(self) -> tuple[np.ndarray, np.ndarray]:
        """Return for both models what is true of each text, and its weight; 0.0 where a set says nothing."""
        true = np.full((len(self.label), 2), np.nan, np.float32)
        weight = np.zeros((len(self.label), 2), np.float32)
        for source in np.unique(self.source):
            here = self.source == source
            label = self.label[here]
            negative, positive = _truth(str(source), label)
            known = ~np.isnan(negative)
            if not known.any() or source not in SHARES:
                continue
            true[here] = np.stack([negative, positive], 1)
            counts = SHARES[source] * known.sum() ** -0.5 * np.ones(len(label))
            if source in ("clothing", "druglib"):  # three stars are not "nothing felt"
                counts[label == "neutral"] *= 0.3
            weight[here] = counts[:, None]
        weight[np.isnan(true)] = 0.0
        return np.nan_to_num(true), weight


def _truth(source: str, label: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if source in ("cfpb",):
        return np.ones(len(label)), np.zeros(len(label))
    if source in ("banking77", "multidogo", "bitext", "clinc", "hwu64"):
        negative = np.where(np.isin(label, ("problem", "complaint")), 1.0, 0.0)
        if source == "bitext":
            negative[label == "question"] = np.nan
        return negative, np.zeros(len(label))
    return (label == "negative").astype(float), (label == "positive").astype(float)


def _matrix(at: list[list[Any]], shape: tuple[int, int]) -> sp.csr_matrix:
    return sp.csr_matrix((np.array(at[2], np.float32), (at[0], at[1])), shape)


class Fitted:
    """Weights for both models, by block."""

    def __init__(self, weights: np.ndarray, columns: int, mean: np.ndarray, deviation: np.ndarray) -> None:
        ends = np.cumsum([1, columns, WORD_BUCKETS, PAIR_BUCKETS])
        (self.bias,), self.dense, self.words, self.pairs = np.split(weights[: ends[-1]], ends[:-1])
        self.mean, self.deviation = mean, deviation

    def score(self, sets: Sets, rows: np.ndarray) -> np.ndarray:
        """Return both models' log-odds."""
        dense = (sets.dense[rows] - self.mean) / self.deviation
        return (
            dense @ self.dense + self.bias
            + sets.words[rows] @ (sets.spelled @ self.words) + sets.pairs[rows] @ (sets.hashed @ self.pairs)
        )  # fmt: skip


def fit(sets: Sets, rows: np.ndarray) -> Fitted:
    """Return the weights that fit these rows best under the prior."""
    true, weight = sets.targets()
    true, weight = true[rows] * (1 - 2 * SMOOTH) + SMOOTH, weight[rows].copy()
    weight *= len(rows) / weight.sum(0)
    mean, deviation = sets.dense[rows].mean(0), sets.dense[rows].std(0) + SPREAD
    ones = np.ones((len(rows), 1), np.float32)
    dense = np.hstack([ones, (sets.dense[rows] - mean) / deviation])
    sparse = _sparse(sets, rows)
    back, width = sparse.T.tocsr(), dense.shape[1]
    prior = np.full((width + sparse.shape[1], 1), STRENGTH, np.float32)
    prior[0] = 0.0
    scale = (prior + _steepness(dense, sparse, weight)) ** -0.5

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(-1, 2).astype(np.float32) * scale
        odds = dense @ weights[:width] + sparse @ weights[width:]
        error = (weight * (1 / (1 + np.exp(-odds)) - true)).astype(np.float32)
        slope = prior * weights
        slope[:width] += dense.T @ error
        slope[width:] += back @ error
        total = (weight.astype(np.float64) * (np.logaddexp(0, odds) - true * odds)).sum()
        total += 0.5 * float((prior * weights.astype(np.float64) ** 2).sum())
        return float(total), (slope * scale).ravel().astype(np.float64)

    found = minimize(
        loss, np.zeros(2 * len(scale)), jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS, "maxcor": 6}
    )
    print(
        f"fit {len(rows)} rows in {found.nit} rounds, loss {found.fun / len(rows):.4f}",
        file=sys.stderr,
        flush=True,
    )
    weights = found.x.reshape(-1, 2).astype(np.float32) * scale
    return Fitted(weights, width - 1, mean, deviation)


def _sparse(sets: Sets, rows: np.ndarray) -> sp.csr_matrix:
    """Return the buckets of words, those of pairs, and the words of each source that is not NEAR once more.

    The last are in columns that no other source has. What is there once teaches nothing.
    """
    words, pairs, source = sets.words[rows], sets.pairs[rows], sets.source[rows]
    often, twice = words.getnnz(0) >= 2, pairs.getnnz(0) >= 2
    blocks = [words[:, often] @ sets.spelled[often], pairs[:, twice] @ sets.hashed[twice]]
    for one in np.unique(source[~np.isin(source, NEAR)]):
        own = sp.diags((source == one).astype(np.float32)) @ words
        blocks.append(own[:, own.getnnz(0) >= 2])
    return sp.hstack(blocks, "csr")


def _steepness(dense: np.ndarray, sparse: sp.csr_matrix, weight: np.ndarray) -> np.ndarray:
    """Return about how fast the slope of the loss changes with each weight.

    When each is counted in its own steps, none is far from its place, and few rounds find them all.
    """
    curve = 0.2 * weight.mean(1)
    steep = np.concatenate([(dense**2).T @ curve, sparse.power(2).T @ curve])
    return steep[:, None].astype(np.float32)


def left_out(sets: Sets) -> np.ndarray:
    """Return both models' log-odds for the sources of LEFT_OUT, from models that never saw them; else NaN."""
    odds = np.full((len(sets.label), 2), np.nan)
    for sources in LEFT_OUT:
        out = np.isin(sets.source, sources)
        odds[out] = fit(sets, np.nonzero(~out)[0]).score(sets, np.nonzero(out)[0])
    return odds


def calibrate(sets: Sets, odds: np.ndarray, column: int, name: str) -> tuple[float, float]:
    """Return slope and offset that make log-odds of left-out sources fit how often they are right."""
    known = ~np.isnan(odds[:, column])
    true = (sets.label[known] == name).astype(float)
    source = sets.source[known]
    share = np.zeros(len(true))
    for one in np.unique(source):
        share[source == one] = 1 / (source == one).sum()
    share /= share.sum()
    x = odds[known, column]

    def loss(at: np.ndarray) -> float:
        z = at[0] * x + at[1]
        return float((share * (np.logaddexp(0, z) - true * z)).sum())

    slope, offset = minimize(loss, np.array([1.0, 0.0]), method="Nelder-Mead").x
    return float(slope), float(offset)


def cuts(sets: Sets, odds: np.ndarray, calibration: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the cuts: of p(negative) with the best mean F1, then of p(positive) with the best macro-F1."""
    known = ~np.isnan(odds[:, 0])
    chance = [
        1 / (1 + np.exp(-(slope * odds[known, at] + offset)))
        for at, (slope, offset) in enumerate(calibration)
    ]
    label, source = sets.label[known], sets.source[known]
    groups = [source == one for one in np.unique(source)]

    def f1(name: str, guess: np.ndarray, here: np.ndarray) -> float:
        both = (guess & (label == name) & here).sum()
        return float(2 * both / max(1, (guess & here).sum() + ((label == name) & here).sum()))

    steps = np.arange(0.1, 0.7, 0.01)
    low = _best(steps, lambda cut: np.mean([f1("negative", chance[0] >= cut, here) for here in groups]))
    rest = chance[0] < low

    groups_with_neutral = [here for here in groups if (label[here] == "neutral").any()]

    def macro(cut: float) -> float:
        up = rest & (chance[1] >= cut)
        both = [(f1("positive", up, here), f1("neutral", rest & ~up, here)) for here in groups_with_neutral]
        return float(np.mean(both))

    return low, _best(steps, macro)


def _best(steps: np.ndarray, figure: Callable[[float], float]) -> float:
    """Return the cut around which a figure is best: five of them together, since one may be so by chance."""
    around = np.convolve([figure(step) for step in steps], np.ones(5), "same")
    return round(float(steps[around.argmax()]), 2)


def load(data: Path) -> tuple[list[tuple[str, str, str]], dict[str, str]]:
    """Return (source, text, label) of every training text, and the checksum of each file."""
    rows: list[tuple[str, str, str]] = []
    sums: dict[str, str] = {}
    for name in SHARES:
        if name == "written":
            rows += [(name, text, label) for text, label in written(WRITTEN)]
            continue
        path = next(
            path for folder in ("dev", "permissive") if (path := data / folder / f"{name}.jsonl.gz").exists()
        )
        sums[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows += [
                (name, row["text"], row["label"])
                for row in map(json.loads, lines)
                if row["label"] != "irrelevant"
            ]
    return rows, sums


def thinned(rows: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Return at most 9,000 texts of a source, chosen by a hash: enough to find cuts."""
    kept: list[tuple[str, str, str]] = []
    by_source: dict[str, list[tuple[str, str, str]]] = {}
    for row in rows:
        by_source.setdefault(row[0], []).append(row)
    for some in by_source.values():
        kept += sorted(some, key=lambda row: zlib.crc32(row[1].encode()))[:9000]
    return kept


def main() -> None:
    """Train, and write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path, nargs="?", default=SHIPPED)
    args = parser.parse_args()
    rows, sums = load(args.data)
    few = Sets(thinned(rows))
    odds = left_out(few)
    calibration = [calibrate(few, odds, 0, "negative"), calibrate(few, odds, 1, "positive")]
    found = cuts(few, odds, calibration)
    print(f"calibration {calibration}, cuts {found}", file=sys.stderr, flush=True)
    sets = Sets(rows)
    fitted = fit(sets, np.arange(len(rows)))
    dense = fitted.dense / fitted.deviation[:, None]
    bias = fitted.bias - (fitted.mean[:, None] * dense).sum(0)
    packed = pack(
        VERSION, bias.tolist(), dense.tolist(), fitted.words, fitted.pairs, calibration, found, sums
    )
    args.out.write_bytes(packed)
    print(f"{len(packed)} bytes, sha256 {hashlib.sha256(packed).hexdigest()}", file=sys.stderr)


if __name__ == "__main__":
    main()
