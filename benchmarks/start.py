"""How long until something happens: bare Python, typer, and repwatch's quick commands."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.crawl import PEERS, REPWATCH
from benchmarks.measure import measure
from benchmarks.report import store
from benchmarks.tables import Costs, Line

PHASE = "start"


def run(folder: Path, *, rounds: int) -> Costs:
    """Measure each of them in turn, so many times."""
    config = folder / "repwatch.toml"
    config.write_text(
        f'schema = 1\ntimezone = "UTC"\ndatabase = "{store(0)}"\n'
        '[brands.acme]\nname = "Acme Anvils"\nterms = ["acme anvils"]\n'
        '[sources.blog]\ntype = "feed"\nurl = "http://blog.example/feed"\n',
        "utf-8",
    )
    env = {"XDG_CACHE_HOME": str(folder / "cache"), "COLUMNS": "100"}
    words = {"COMP_WORDS": "x ", "COMP_CWORD": "1"}
    hello: list[object] = [sys.executable, PEERS / "hello.py"]
    commands: dict[str, tuple[list[object], dict[str, str]]] = {
        "python -c pass": ([sys.executable, "-c", "pass"], {}),
        "repwatch --version": ([REPWATCH, "--version"], {}),
        "python -c 'import typer'": ([sys.executable, "-c", "import typer"], {}),
        "hello --help": ([*hello, "--help"], {}),
        "repwatch --help": ([REPWATCH, "--help"], {}),
        "hello, completion": (hello, {**words, "_HELLO_COMPLETE": "complete_bash"}),
        "repwatch, completion": ([REPWATCH], {**words, "_REPWATCH_COMPLETE": "complete_bash"}),
        "typer, sqlite3, a rich table": ([sys.executable, PEERS / "one_table.py", store(0)], {}),
        "repwatch report, empty store": ([REPWATCH, "report", "--config", config], {}),
    }
    costs = Costs()
    for turn in range(rounds + 1):
        for name, (command, more) in commands.items():
            cost, _ = measure(command, env={**env, **more})
            if turn:  # the first one fills the caches of the system, and writes byte code
                costs.add(name, PHASE, cost)
    return costs


def lines(costs: Costs) -> Iterator[Line]:
    """Yield the figures that count."""
    for ours, theirs, aim in (
        ("repwatch --version", "python -c pass", 1.5),
        ("repwatch --help", "python -c 'import typer'", 1.5),
        ("repwatch --help", "hello --help", 1.2),
        ("repwatch, completion", "hello, completion", 1.2),
        ("repwatch report, empty store", "typer, sqlite3, a rich table", 1.2),
    ):
        pair = (ours, PHASE), (theirs, PHASE)
        yield Line(f"{ours} / {theirs}", costs.ratio(*pair), aim, costs.ratio(*pair, "cpu_s"))
