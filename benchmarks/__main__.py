"""Measure repwatch beside its peers: `make bench`, or `python -m benchmarks [start|judge|report|crawl]`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks import crawl, judge, report, start
from benchmarks.measure import MeasureError
from benchmarks.tables import lines_table, machine

PARTS = ("start", "judge", "report", "crawl")
SIZES = (0, 100_000, 1_000_000)
CRAWL_ROUNDS = 3  # each takes some minutes
TEXTS = 8_000


def main() -> None:
    """Run the parts that were asked for and print what came of them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all by default")
    parser.add_argument("--quick", action="store_true", help="small, once: to see that everything runs")
    parser.add_argument("--rounds", type=int, default=5, help="how often each takes its turn; 5 by default")
    parser.add_argument(
        "--peers",
        metavar="PYTHON",
        default=os.environ.get("REPWATCH_PEERS"),
        help="an interpreter that has the package reader installed (or $REPWATCH_PEERS)",
    )
    parser.add_argument(
        "--texts",
        metavar="FOLDER",
        default=os.environ.get("REPWATCH_TEXTS"),
        help="files of texts (*.jsonl, *.jsonl.gz) that the judge is measured with (or $REPWATCH_TEXTS)",
    )
    asked = parser.parse_args()
    parts = asked.parts or list(PARTS)
    if unknown := set(parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    said = [machine()]
    for part in PARTS:
        if part in parts:
            print(part, file=sys.stderr)
            with tempfile.TemporaryDirectory(prefix="repwatch-bench-") as folder:
                said += _measured(part, Path(folder), asked)
    print("\n\n".join(said))


def _measured(part: str, folder: Path, asked: argparse.Namespace) -> list[str]:
    """Run one part and return its tables."""
    rounds = 1 if asked.quick else asked.rounds
    if part == "start":
        costs = start.run(folder, rounds=rounds)
        return [costs.table(part), lines_table(start.lines(costs))]
    if part == "judge":
        count = 1_000 if asked.quick else TEXTS
        costs = judge.run(folder, count=count, rounds=rounds, texts=asked.texts)
        return [costs.table(part), lines_table(judge.lines(costs)), judge.rates(costs, count)]
    if part == "report":
        sizes = (0, 10_000) if asked.quick else SIZES
        costs = report.run(folder, sizes=sizes, rounds=rounds)
        return [costs.table(part), lines_table(report.lines(costs, sizes)), report.rates(costs, sizes)]
    costs = crawl.run(
        folder,
        count=50 if asked.quick else 500,
        rounds=min(rounds, CRAWL_ROUNDS),
        python=asked.peers,
        stored=None if asked.quick else report.store(SIZES[-1]),
    )
    return [costs.table(part), lines_table(crawl.lines(costs))]


if __name__ == "__main__":
    try:
        main()
    except MeasureError as error:
        sys.exit(f"benchmarks: {error}")
