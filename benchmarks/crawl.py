"""Many feeds over loopback: read first, read again unchanged, and read with a little that is new.

Each contestant keeps what it keeps in a folder of its own, made anew in each round; the phases of
a round follow each other at once. What a contestant did is checked, so that nothing is measured
that did not happen.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

from benchmarks.corpus import BRANDS
from benchmarks.measure import Cost, MeasureError, measure
from benchmarks.server import ENTRIES, NEW, ONE_IN, address
from benchmarks.tables import Costs, Line

ROOT = Path(__file__).parent.parent
PEERS = Path(__file__).parent / "peers"
REPWATCH = Path(sys.executable).with_name("repwatch")

PHASES = ("first", "second", "third")
STORED = "repwatch, a million stored"


@dataclass(frozen=True)
class Feeds:
    """The feeds on the loopback server."""

    count: int
    port: int

    @property
    def addresses(self) -> list[str]:
        """Their addresses."""
        return [f"http://{address(n)}:{self.port}/" for n in range(self.count)]

    @property
    def fetched(self) -> Mapping[str, int]:
        """How many entries are read in each phase, by whoever asks with validators."""
        changed = len(range(0, self.count, ONE_IN))
        return {"first": self.count * ENTRIES, "second": 0, "third": changed * (ENTRIES + NEW)}

    @property
    def kept(self) -> Mapping[str, int]:
        """How many entries there are in all by the end of each phase."""
        first = self.count * ENTRIES
        return {"first": first, "second": first, "third": first + NEW * len(range(0, self.count, ONE_IN))}

    def enter(self, phase: str) -> None:
        """Make them what they are in a phase."""
        if phase in ("first", "third"):
            urlopen(Request(f"http://127.0.0.1:{self.port}/{phase}", method="POST"), timeout=5).close()


@contextmanager
def served(count: int) -> Iterator[Feeds]:
    """Serve feeds from a process of its own."""
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.server", str(count)], cwd=ROOT, stdout=subprocess.PIPE
    )
    try:
        assert server.stdout is not None
        yield Feeds(count, int(server.stdout.readline()))
    finally:
        server.terminate()
        server.wait()


Contestant = Callable[[Feeds, Path, str], Cost]
"""Reads all feeds once: takes them, a folder kept from one phase to the next, and the phase."""


def repwatch(feeds: Feeds, folder: Path, phase: str) -> Cost:
    """Scan: match, judge, keep what names a brand, and its words for the search."""
    config = folder / "repwatch.toml"
    config.write_text(_config(feeds), "utf-8")
    cost, printed = measure(
        [REPWATCH, "scan", "--all", "--json", "--config", config],
        env={"XDG_CACHE_HOME": str(folder / "cache")},
    )
    said = json.loads(printed)
    if said["ok"] != feeds.count or said["fetched"] != feeds.fetched[phase]:
        raise MeasureError(f"{said['ok']} feeds were read, and {said['fetched']} entries")
    return cost


def curl(feeds: Feeds, folder: Path, phase: str) -> Cost:  # noqa: ARG001 (it only fetches, whatever there is)
    """Fetch alone, 50 at a time: the limit of the wire. It asks without validators."""
    config = folder / "curl"
    config.write_text("".join(f'url = "{url}"\noutput = "/dev/null"\n' for url in feeds.addresses), "ascii")
    return measure(
        ["curl", "-s", "-f", "--parallel", "--parallel-max", "50", "--config", config], discard=True
    )[0]


def sfeed(feeds: Feeds, folder: Path, phase: str) -> Cost:
    """Fetch with curl and ETags, 50 at a time, parse in C, keep a file for each feed."""
    (folder / "etags").mkdir(exist_ok=True)
    calls = "\n".join(f"feed f{n} {url}" for n, url in enumerate(feeds.addresses))
    etag = f'"{folder}/etags/$1"'
    (folder / "sfeedrc").write_text(
        f'sfeedpath="{folder}/feeds"\nmaxjobs=50\n'
        f'fetch() {{ curl -s -f -m 15 --etag-save {etag} --etag-compare {etag} "$2"; }}\n'
        f"feeds() {{\n{calls}\n}}\n",
        "ascii",
    )
    cost, _ = measure(["sfeed_update", folder / "sfeedrc"], discard=True)
    lines = sum(file.read_bytes().count(b"\n") for file in (folder / "feeds").iterdir())
    return _checked(cost, str(lines), feeds, phase)


def obvious(feeds: Feeds, folder: Path, phase: str) -> Cost:
    """Use the same packages the obvious way: all entries are parsed, scored, kept and indexed."""
    command = [sys.executable, PEERS / "obvious.py", folder / "entries.db", _listed(feeds, folder)]
    return _checked(*measure(command), feeds, phase)


def reader(python: str, *, search: bool) -> Contestant:
    """Return what updates all feeds with the package `reader`, which an interpreter has."""

    def update(feeds: Feeds, folder: Path, phase: str) -> Cost:
        script, wanted = PEERS / "reader_update.py", "search" if search else "plain"
        command = [python, script, folder / "reader.db", _listed(feeds, folder), wanted]
        return _checked(*measure(command), feeds, phase)

    return update


def contestants(python: str | None) -> dict[str, Contestant]:
    """Return who takes part: repwatch, and the peers that are installed."""
    found: dict[str, Contestant] = {"repwatch": repwatch}
    if shutil.which("curl"):
        found["curl"] = curl
    if shutil.which("sfeed_update"):
        found["sfeed"] = sfeed
    if python:
        found["reader"] = reader(python, search=False)
        found["reader with search"] = reader(python, search=True)
    found["the obvious way"] = obvious
    return found


def run(folder: Path, *, count: int, rounds: int, python: str | None, stored: Path | None) -> Costs:
    """Measure all contestants, one after the other in each round.

    Args:
        folder: for what they keep.
        count: of feeds.
        rounds: how often each takes its turn.
        python: an interpreter that has the package `reader`, or None.
        stored: a database that holds a million mentions already, or None.
    """
    print("  first a few feeds, so that all byte code is there", file=sys.stderr)
    with served(ONE_IN) as few:
        for name, contestant in contestants(python).items():
            _take_turn(Costs(), few, folder / "own", name, contestant)
    costs = Costs()
    with served(count) as feeds:
        for _ in range(rounds):
            for name, contestant in contestants(python).items():
                _take_turn(costs, feeds, folder / "own", name, contestant)
                if stored and name == "repwatch":
                    _take_turn(costs, feeds, folder / "own", STORED, contestant, stored)
    return costs


def _take_turn(
    costs: Costs, feeds: Feeds, own: Path, name: str, contestant: Contestant, stored: Path | None = None
) -> None:
    own.mkdir()
    if stored:
        shutil.copyfile(stored, own / "repwatch.db")
    for phase in PHASES:
        feeds.enter(phase)
        costs.add(name, phase, contestant(feeds, own, phase))
    shutil.rmtree(own)


def lines(costs: Costs) -> Iterator[Line]:
    """Yield the figures that count."""
    aims = {
        ("sfeed", "first"): 0.5,
        ("reader", "first"): 1 / 8,
        ("reader", "second"): 0.55,
        ("reader", "third"): 0.35,
        (STORED, "first"): 1.2,
        (STORED, "second"): 1.2,
        (STORED, "third"): 1.2,
    }
    for peer in ("curl", "sfeed", "reader", "reader with search", "the obvious way"):
        for phase in PHASES:
            pair = ("repwatch", phase), (peer, phase)
            yield Line(
                f"{phase} scan / {peer}",
                costs.ratio(*pair),
                aims.get((peer, phase)),
                costs.ratio(*pair, "cpu_s"),
            )
    for phase in PHASES:
        pair = (STORED, phase), ("repwatch", phase)
        yield Line(
            f"{phase} scan, a million stored / none",
            costs.ratio(*pair),
            aims[STORED, phase],
            costs.ratio(*pair, "cpu_s"),
        )
    peak_mb = max(costs.median("repwatch", phase, "peak_mb") for phase in PHASES)
    yield Line("memory of the largest process / 150 MiB", peak_mb / 150, 1.0)


def _listed(feeds: Feeds, folder: Path) -> Path:
    path = folder / "addresses"
    path.write_text("\n".join(feeds.addresses), "ascii")
    return path


def _checked(cost: Cost, printed: str, feeds: Feeds, phase: str) -> Cost:
    if int(printed) != feeds.kept[phase]:
        raise MeasureError(f"{printed.strip()} entries were kept, not {feeds.kept[phase]}")
    return cost


def _config(feeds: Feeds) -> str:
    brands = "".join(
        f'[brands.b{number}]\nname = "{name}"\nterms = ["{name}"]\n' for number, name in enumerate(BRANDS)
    )
    sources = "".join(
        f'[sources.f{number}]\ntype = "feed"\nurl = "{url}"\n' for number, url in enumerate(feeds.addresses)
    )
    return (
        'schema = 1\ntimezone = "UTC"\ndatabase = "repwatch.db"\n'
        '[http]\nmin_gap = "0s"\nallow_private = ["127.0.0.0/8"]\n'
        f"{brands}{sources}"
    )
