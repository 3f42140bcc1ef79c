#!/usr/bin/env python3
"""Measure a judge: measure_judge.py DATA [SET...] prints a table, with 95 % bootstrap intervals.

DATA has NAME.jsonl.gz in dev/, with id, text, label and perhaps target in each line. Texts go through the
batch door as a program would send them; those labelled irrelevant are left out. The sets named by default
were never trained on. With --after, so many labels of a set teach the judge first, as those of a brand would,
and others of the set measure it; what is not better on labels held back is not kept. The labels are drawn by
chance, or with --chosen as `repwatch label` chooses them.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from repwatch.batch import Batch
from repwatch.judge import Judge
from repwatch.judging.care import Care, Taught
from repwatch.judging.learning import Labelled, average_precision, learn
from repwatch.learning.sampling import TELLING
from repwatch.match import Matcher
from repwatch.model import Label, Span
from repwatch.score import masked, scorer

UNSEEN = (
    "airline", "complaints19", "apple_dfe", "sanders", "sxsw_brands", "alexa_reviews", "semeval17a", "sst2",
    "amazon_polarity_sample", "xlmt_english", "newsmtsc",
)  # fmt: skip
NEGATIVE = ("negative", "complaint")
COLUMNS = ("P", "R", "F1", "AP", "macro-F1", "P at R=.8")
FEW = 20_000
"""Texts from which a set is drawn from a quarter as often."""

MOST_CHOSEN_FROM = 1_000
"""Texts, and at most half of a set, that labels are chosen from."""

MOST_MEASURED = 3_000
"""Texts that measure what labels taught."""

Scored = tuple[float, str, str]
"""p(negative), label, and what a person called it."""


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the texts of a set that say how they are meant."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from (row for row in map(json.loads, lines) if row["label"] != "irrelevant")


def scored(batch: Batch, row: dict[str, Any]) -> tuple[Scored, bool]:
    """Return a text as the judge sees it, and whether it left it unscored."""
    asked = {key: row[key] for key in ("id", "text", "target") if row.get(key)}
    answer = batch.record({"text": "", **asked})
    chance = answer["p_negative"]
    rank = -(answer["sentiment"] or 0.0) if chance is None else chance
    return (rank, answer["label"], row["label"]), answer["label"] == "unscored"


def figures(rows: list[Scored]) -> list[float]:
    """Return precision, recall, F1 and AP of the negatives, macro-F1, and precision at recall .8."""
    pairs = [(rank, gold in NEGATIVE) for rank, _, gold in rows]
    both = sum(label == "negative" and gold in NEGATIVE for _, label, gold in rows)
    guessed, there = sum(label == "negative" for _, label, _ in rows), sum(true for _, true in pairs)
    classes = sorted({gold for _, _, gold in rows})
    if "complaint" in classes:
        said = {"negative": "complaint"}
        rows = [(rank, said.get(label, "other"), gold) for rank, label, gold in rows]
    macro = sum(
        f1(
            sum(label == one == gold for _, label, gold in rows),
            sum(label == one for _, label, _ in rows),
            sum(gold == one for _, _, gold in rows),
        )
        for one in classes
    ) / len(classes)
    return [
        both / max(1, guessed), both / max(1, there), f1(both, guessed, there), average_precision(pairs),
        macro, precision_at(pairs, 0.8),
    ]  # fmt: skip


def f1(both: int, guessed: int, there: int) -> float:
    """Return F1 from counts."""
    return 2 * both / max(1, guessed + there)


def precision_at(pairs: list[tuple[float, bool]], recall: float) -> float:
    """Return the best precision at that recall or more."""
    there, hits, best = sum(true for _, true in pairs), 0, 0.0
    for at, (_, true) in enumerate(sorted(pairs, key=lambda pair: -pair[0]), 1):
        hits += true
        if hits >= recall * there:
            best = max(best, hits / at)
    return best


def interval(rows: list[Scored], runs: int) -> str:
    """Return between what F1 and AP lie in 95 of 100 draws of the same size."""
    draw = random.Random(1)  # noqa: S311 (a fixed seed: the same intervals every time)
    drawn = [
        figures(draw.choices(rows, k=len(rows)))[2:4] for _ in range(runs if len(rows) < FEW else runs // 4)
    ]
    said = []
    for column in zip(*drawn, strict=True):
        ordered = sorted(column)
        cut = int(0.025 * len(ordered))
        said.append(f"{ordered[cut]:.3f}-{ordered[-1 - cut]:.3f}")
    return " ".join(said)


def after_labels(care: Care, rows: list[dict[str, Any]], count: int, draws: int, *, chosen: bool) -> str:
    """Return the means of F1 and AP before and after so many labels, and how often the lesson was kept."""
    usual = Batch(Judge(Matcher(()), care))
    before: list[list[float]] = []
    after: list[list[float]] = []
    kept = 0
    for seed in range(draws):
        order = random.Random(seed).sample(rows, len(rows))  # noqa: S311 (see interval)
        pool = min(MOST_CHOSEN_FROM, len(rows) // 2) if chosen else count
        rest = order[pool : pool + MOST_MEASURED]
        taught = lesson(care, telling(usual, order[:pool], count))
        kept += taught is not care
        for judge, means in ((care, before), (taught, after)):
            batch = Batch(Judge(Matcher(()), judge))
            means.append(figures([scored(batch, row)[0] for row in rest])[2:4])
    shown = [mean(column) for means in (before, after) for column in zip(*means, strict=True)]
    gains = [now[0] - was[0] for was, now in zip(before, after, strict=True)]
    error = stdev(gains) / len(gains) ** 0.5
    return "F1 {0:.4f} -> {2:.4f}  AP {1:.4f} -> {3:.4f}".format(*shown) + (
        f"  F1 {mean(gains):+.4f}, standard error {error:.4f}  kept {kept} of {draws}"
    )


def telling(batch: Batch, rows: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """Return the texts that would teach most: all of them, where there are no more than are wanted."""
    if len(rows) <= count:
        return rows
    rank = {row["id"]: scored(batch, row)[0][0] for row in rows}
    return sorted(rows, key=lambda row: abs(rank[row["id"]] - TELLING))[:count]


def lesson(care: Care, rows: list[dict[str, Any]]) -> Care:
    """Return the judge that labels taught something, or as it was where that is no better."""
    labels = []
    for row in rows:
        said: Label = "negative" if row["label"] in NEGATIVE else "neutral"
        if row["label"] == "positive":
            said = "positive"
        if text := care.readable(unnamed(row), None):
            labels.append(Labelled(row["id"], text, said))
    learned = learn(care.model, labels, care.cut)
    if learned is None or not learned.is_better:
        return care
    weights = tuple((name, at.real, at.imag) for name, at in learned.weights.items())
    return replace(care, taught=Taught("set", care.model.version, weights, learned.negative_from))


def unnamed(row: dict[str, Any]) -> str:
    """Return a text without the name that it is about, as the judge reads it."""
    name = row.get("target") or ""
    if len(name) < 2:
        return str(row["text"])
    found = re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", row["text"], re.IGNORECASE)
    return masked(row["text"], [Span("text", *one.span(), name, "target") for one in found])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("sets", nargs="*", default=UNSEEN)
    parser.add_argument("--scorer", default="care")
    parser.add_argument("--runs", type=int, default=0, help="draws for the intervals")
    parser.add_argument("--after", type=int, nargs="+", help="labels that teach the judge first")
    parser.add_argument("--chosen", action="store_true", help="as `repwatch label` chooses them")
    parser.add_argument("--draws", type=int, default=20, help="times that they are drawn")
    args = parser.parse_args()
    care = scorer(args.scorer)
    if args.after and isinstance(care, Care):
        for name in args.sets:
            texts = list(rows_of(args.data / "dev" / f"{name}.jsonl.gz"))
            for count in args.after:
                print(
                    f"{name:23}{count:4} {after_labels(care, texts, count, args.draws, chosen=args.chosen)}",
                    flush=True,
                )
        return
    batch = Batch(Judge(Matcher(()), care))
    table: dict[str, list[float]] = {}
    print(f"{'set':23}{'n':>6} {'neg':>5} {'unsc.':>6} " + " ".join(f"{name:>9}" for name in COLUMNS))
    for name in args.sets:
        found = [scored(batch, row) for row in rows_of(args.data / "dev" / f"{name}.jsonl.gz")]
        rows, unscored = [row for row, _ in found], sum(mute for _, mute in found)
        share = sum(gold in NEGATIVE for _, _, gold in rows) / len(rows)
        table[name] = figures(rows)
        said = " ".join(f"{value:9.3f}" for value in table[name])
        between = f"   F1, AP {interval(rows, args.runs)}" if args.runs else ""
        print(f"{name:23}{len(rows):6} {share:5.2f} {unscored / len(rows):6.3f} {said}{between}", flush=True)
    for title, names in (("mean of the first 7", args.sets[:7]), ("mean of all", args.sets)):
        means = [sum(column) / len(names) for column in zip(*(table[name] for name in names), strict=True)]
        print(f"{title:42} " + " ".join(f"{value:9.3f}" for value in means))


if __name__ == "__main__":
    main()
