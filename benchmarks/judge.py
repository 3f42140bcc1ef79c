"""How quick the judge is beside vaderSentiment, on one core, in the same process and in turns.

The texts come from the grammar that the judge is trained with, or from files of one's own: `--texts` is a
folder of *.jsonl or *.jsonl.gz with a "text" in each line.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tools.written import written

from benchmarks.corpus import SEED
from benchmarks.crawl import PEERS
from benchmarks.measure import Cost, measure
from benchmarks.tables import Costs, Line

PEER = "vaderSentiment"
PHASES = {"first": "texts seen for the first time", "again": "the same texts again"}
SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "wu", "za")
TWICE_AS_QUICK = 0.5


def run(folder: Path, *, count: int, rounds: int, texts: str | None) -> Costs:
    """Judge so many texts in each round, each round in a process of its own."""
    file = folder / "texts.jsonl"
    chosen = list(islice(_found(Path(texts)) if texts else _made(count), count))
    file.write_text("\n".join(map(json.dumps, chosen)), "utf-8")
    costs = Costs()
    for _ in range(rounds):
        cost, printed = measure([sys.executable, PEERS / "judging.py", file])
        for name, phase, wall_s, cpu_s in json.loads(printed):
            costs.add(name, phase, Cost(wall_s, cpu_s, cost.peak_mb))
    return costs


def lines(costs: Costs) -> Iterator[Line]:
    """Yield the figures that count."""
    for name in ("scorer", "whole judge"):
        for phase, what in PHASES.items():
            pair = (name, phase), (PEER, phase)
            yield Line(
                f"{name} / {PEER}, {what}", costs.ratio(*pair), TWICE_AS_QUICK, costs.ratio(*pair, "cpu_s")
            )


def rates(costs: Costs, count: int) -> str:
    """Return how many texts a second were judged, which depends on the machine."""
    return "\n".join(
        f"{name}, {phase}: {count / costs.median(name, phase, 'cpu_s'):,.0f} texts/s"
        for name in (PEER, "scorer", "whole judge")
        for phase in PHASES
    )


def _made(count: int) -> Iterator[str]:
    """Yield texts of our own as long as posts are, each to somebody and with a name that few others have."""
    rng = random.Random(SEED)
    drawn = [text for _, text in written(2 * count, seed=SEED)]
    for one, other in zip(drawn[::2], drawn[1::2], strict=False):
        somebody, something = ("".join(rng.choices(SYLLABLES, k=3)) for _ in range(2))
        yield f"@{somebody} {one} {other} {something.capitalize()}"


def _found(folder: Path) -> Iterator[str]:
    """Yield the texts of a folder's files."""
    for path in sorted([*folder.glob("*.jsonl"), *folder.glob("*.jsonl.gz")]):
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as rows:
            yield from (row["text"] for row in map(json.loads, rows) if row.get("text"))
