"""What one command costs: it and every process that it starts.

Run as a script it is the launcher: a process of its own, small, that adopts whatever the command
leaves behind (worker processes are children of a fork server, which nobody waits for) and adds
up what the kernel says about each. A process begins with the memory of the one that started it,
so a large launcher would show in every figure.
"""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass

PR_SET_CHILD_SUBREAPER = 36  # <linux/prctl.h>


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall time up to the end of the command itself; CPU time of all its processes, in user and system.

    `peak_mb` is the resident memory of its largest process, in MiB.
    """

    wall_s: float
    cpu_s: float
    peak_mb: float


class MeasureError(Exception):
    """A command did not do what was to be measured."""


def measure(
    command: Sequence[object], *, env: dict[str, str] | None = None, discard: bool = False
) -> tuple[Cost, str]:
    """Run a command and return its cost and what it printed, up to a megabyte of it.

    With `discard`, what it prints is thrown away.

    Raises:
        MeasureError: it ended with another code than 0.
    """
    words = [str(word) for word in command]
    with tempfile.NamedTemporaryFile("r", suffix=".json") as report, tempfile.TemporaryFile("w+") as printed:
        launcher = [sys.executable, "-I", "-S", __file__, report.name, *words]
        done = subprocess.run(
            launcher,
            env=_environment() | (env or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if discard else printed,
            stderr=subprocess.PIPE,
            check=False,
        )
        if done.returncode:
            raise MeasureError(f"{' '.join(words)}: code {done.returncode}: {done.stderr.decode()[-2000:]}")
        printed.seek(0)
        return Cost(**json.load(report)), printed.read(1_000_000)


def _environment() -> dict[str, str]:
    """Return the environment, but let Python keep its byte code as it does for everybody."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _adopt_orphans() -> None:
    """Become the parent of processes whose own ended; elsewhere than on Linux theirs is not counted."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _launch(report: str, command: list[str]) -> int:
    _adopt_orphans()
    wall_s = cpu_s = 0.0
    peak = code = 0
    began_s = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, os.environ)
    while True:
        try:
            done, status, used = os.wait4(-1, 0)
        except ChildProcessError:
            break
        if done == pid:
            wall_s = time.perf_counter() - began_s
            code = os.waitstatus_to_exitcode(status)
        cpu_s += used.ru_utime + used.ru_stime
        peak = max(peak, used.ru_maxrss)
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    with open(report, "w", encoding="ascii") as file:
        json.dump({"wall_s": wall_s, "cpu_s": cpu_s, "peak_mb": peak / unit}, file)
    return code


if __name__ == "__main__":
    sys.exit(_launch(sys.argv[1], sys.argv[2:]))
