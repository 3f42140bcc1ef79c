"""Costs by contestant, phase and round, and the two tables that they end in."""

from __future__ import annotations

import platform
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from operator import attrgetter
from os import cpu_count, getloadavg
from statistics import median
from typing import Literal

from benchmarks.measure import Cost

Quantity = Literal["wall_s", "cpu_s", "peak_mb"]


class Costs:
    """What each contestant needed for each phase, a cost for each round."""

    def __init__(self) -> None:
        self._rounds: defaultdict[tuple[str, str], list[Cost]] = defaultdict(list)

    def add(self, contestant: str, phase: str, cost: Cost) -> None:
        """Keep one round's cost, and say so to whoever waits."""
        self._rounds[contestant, phase].append(cost)
        print(
            f"  {contestant}, {phase}: {cost.wall_s:.2f} s, {cost.cpu_s:.2f} s CPU, {cost.peak_mb:.0f} MiB",
            file=sys.stderr,
        )

    def has(self, contestant: str) -> bool:
        """Tell whether a contestant took part."""
        return any(name == contestant for name, _ in self._rounds)

    def median(self, contestant: str, phase: str, quantity: Quantity) -> float:
        """Return the median over the rounds."""
        return float(median(map(attrgetter(quantity), self._rounds[contestant, phase])))

    def ratio(
        self, ours: tuple[str, str], theirs: tuple[str, str], quantity: Quantity = "wall_s"
    ) -> float | None:
        """Return the median over the rounds of ours by theirs; None if either did not take part.

        Each round's two ran one after the other, so what else the machine does weighs on both.
        """
        of = attrgetter(quantity)
        pairs = list(zip(self._rounds.get(ours, ()), self._rounds.get(theirs, ()), strict=False))
        return median(of(mine) / max(of(other), 1e-6) for mine, other in pairs) if pairs else None

    def table(self, title: str) -> str:
        """Return the medians as Markdown."""
        return markdown(
            (title, "phase", "wall s", "CPU s", "peak MiB"),
            (
                (
                    contestant,
                    phase,
                    f"{self.median(contestant, phase, 'wall_s'):.2f}",
                    f"{self.median(contestant, phase, 'cpu_s'):.2f}",
                    f"{self.median(contestant, phase, 'peak_mb'):.0f}",
                )
                for contestant, phase in self._rounds
            ),
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One figure that counts, and the most that it should be."""

    what: str
    figure: float | None
    aim: float | None = None
    by_cpu: float | None = None
    """The same ratio in CPU time, which says more on a machine that has other things to do."""


def lines_table(lines: Iterable[Line]) -> str:
    """Return figures beside their aims as Markdown; those of peers that are not installed are left out."""
    return markdown(
        ("figure", "wall", "CPU", "aim", ""),
        (
            (
                line.what,
                f"{line.figure:.3g}",
                "" if line.by_cpu is None else f"{line.by_cpu:.3g}",
                "" if line.aim is None else f"<= {line.aim:.3g}",
                "" if line.aim is None else "reached" if line.figure <= line.aim else "not yet",
            )
            for line in lines
            if line.figure is not None
        ),
    )


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table as Markdown, its columns aligned."""
    body = [head, *rows]
    widths = [max(len(row[n]) for row in body) for n in range(len(head))]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in body]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def machine() -> str:
    """Return what the figures were taken on."""
    python, system = platform.python_version(), f"{platform.system()} {platform.machine()}"
    when, sqlite = f"{datetime.now(UTC):%Y-%m-%d}", sqlite3.sqlite_version
    packages = ("repwatch", "feedparser", "vaderSentiment", "httpx", "sqlite-utils", "typer")
    said = [
        f"{when}, {cpu_count()} cores, {system}, Python {python}, SQLite {sqlite}",
        ", ".join(f"{name} {version(name)}" for name in packages),
        f"load before: {getloadavg()[0]:.1f} (well above 0: other programs share the machine)",
    ]
    return "\n".join(said)
