"""Reading commands over a year of mentions of 1,000 brands, each as a whole process.

The stores are made once a day, through the same door as a scan's, and kept in the system's
folder for temporary files.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from getpass import getuser
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.corpus import COMMON_WORD, POPULAR, SOURCES, midnight, pages
from benchmarks.crawl import PEERS, REPWATCH
from benchmarks.measure import MeasureError, measure
from benchmarks.tables import Costs, Line

BRANDS = 1_000
COMMANDS: dict[str, Sequence[str]] = {
    "report, a popular brand": ("report", "--since", "7d", "-b", f"brand-{POPULAR // 2}"),
    "report, a rare brand": ("report", "--since", "7d", "-b", f"brand-{BRANDS - 1}"),
    "report, all brands": ("report", "--since", "7d"),
    "search, a common word": ("search", COMMON_WORD),
    "search, a rare word": ("search", "99999"),
    "inbox": ("inbox",),
    "status": ("status",),
}


def store(count: int) -> Path:
    """Return a database with so many mentions, made if there is none of today."""
    from repwatch.store import open_store  # noqa: PLC0415 (the parent of what is measured stays small)
    from repwatch.store.base import Outcome, Run  # noqa: PLC0415 (likewise)
    from repwatch.store.schema import VERSION  # noqa: PLC0415 (likewise)

    newest_at = midnight()
    kept = Path(tempfile.gettempdir()) / f"repwatch-benchmarks-{getuser()}"
    kept.mkdir(mode=0o700, exist_ok=True)
    for old in kept.glob(f"{count}-*"):
        if not old.name.startswith(f"{count}-{newest_at:%Y%m%d}-{VERSION}."):
            old.unlink()
    path = kept / f"{count}-{newest_at:%Y%m%d}-{VERSION}.db"
    if path.exists():
        return path
    print(f"  making a store of {count:,} mentions", file=sys.stderr)
    draft = path.with_suffix(".draft")
    for left in kept.glob(f"{draft.name}*"):
        left.unlink()
    new = open_store(draft, ZoneInfo("UTC"))
    sources: set[str] = set()
    for page in pages(count, BRANDS, newest_at):
        new.save_page(page)
        new.tidy(newest_at)  # as each scan does at its end
        sources.add(page.task.source)
    run = Run(id="r_1", started_at=newest_at, ended_at=newest_at, exit_code=0, due=len(sources))
    new.begin_run(run)
    for source in sorted(sources):
        new.save_outcome(
            Outcome(run=run.id, source=source, status="ok", started_at=newest_at, ended_at=newest_at)
        )
    new.end_run(run)
    new.close()
    draft.rename(path)
    return path


def run(folder: Path, *, sizes: Sequence[int], rounds: int) -> Costs:
    """Measure each command on stores of these sizes, which include 0 for the comparison."""
    costs = Costs()
    configs = {size: _config(folder, size) for size in sizes}
    env = {"XDG_CACHE_HOME": str(folder / "cache"), "COLUMNS": "100"}
    for size, config in configs.items():
        said = json.loads(measure([REPWATCH, "status", "--json", "--config", config], env=env)[1])
        if said["mentions"] != size:
            raise MeasureError(f"{config} has {said['mentions']} mentions, not {size}")
    for name, words in COMMANDS.items():
        for config in configs.values():
            measure([REPWATCH, *words, "--config", config], env=env)  # once unmeasured, for the caches
        for _ in range(rounds):
            for size, config in configs.items():
                cost, _ = measure([REPWATCH, *words, "--config", config], env=env)
                costs.add(name, _stored(size), cost)
    for _ in range(min(rounds, 3)):
        for size, config in configs.items():
            command = [REPWATCH, "export", "--csv", "--config", config]
            costs.add("export", _stored(size), measure(command, env=env, discard=True)[0])
            command = [sys.executable, PEERS / "dump.py", store(size)]
            costs.add("sqlite3 and csv", _stored(size), measure(command, discard=True)[0])
    return costs


def lines(costs: Costs, sizes: Sequence[int]) -> Iterator[Line]:
    """Yield the figures that count."""
    empty = _stored(0)
    for name in COMMANDS:
        for size in sizes[1:]:
            pair = (name, _stored(size)), (name, empty)
            yield Line(f"{name}, {size:,} / empty", costs.ratio(*pair), 2.0, costs.ratio(*pair, "cpu_s"))
    for size in sizes[1:]:
        pair = ("export", _stored(size)), ("sqlite3 and csv", _stored(size))
        yield Line(
            f"export, {size:,} / sqlite3 and csv", costs.ratio(*pair), None, costs.ratio(*pair, "cpu_s")
        )
        pair = ("export", _stored(size)), ("export", empty)
        yield Line(f"memory of export, {size:,} / empty", costs.ratio(*pair, "peak_mb"), 1.2)


def rates(costs: Costs, sizes: Sequence[int]) -> str:
    """Return how many rows a second were exported, which depends on the machine."""
    return "\n".join(
        f"export of {size:,}: {size / costs.median('export', _stored(size), 'wall_s'):,.0f} rows/s"
        for size in sizes[1:]
    )


def _stored(size: int) -> str:
    return f"{size:,} stored"


def _config(folder: Path, size: int) -> Path:
    path = folder / f"{size}.toml"
    brands = "".join(
        f'[brands.brand-{n}]\nname = "Smithy {n}"\nterms = ["smithy number {n}"]\nrole = "{role}"\n'
        for n in range(BRANDS)
        for role in ("own" if n < POPULAR else "competitor",)
    )
    sources = "".join(
        f'[sources.bench-{n}]\ntype = "feed"\nurl = "http://bench{n}.example/feed"\n' for n in range(SOURCES)
    )
    path.write_text(f'schema = 1\ntimezone = "UTC"\ndatabase = "{store(size)}"\n{brands}{sources}', "utf-8")
    return path
