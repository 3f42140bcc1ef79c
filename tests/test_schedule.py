from __future__ import annotations

import shutil
import subprocess
from itertools import pairwise

import pytest

from repwatch.commands.schedule import offset_minutes, times
from repwatch.errors import UsageError


def minutes_of_a_day(crontab: str) -> list[int]:
    """Return the minutes of a day at which cron would start."""
    minute, hour, *rest = crontab.split()
    assert rest == ["*", "*", "*"]
    hours = range(24)
    if hour.startswith("*/"):
        hours = range(0, 24, int(hour[2:]))
    elif hour != "*":
        hours = range(int(hour), int(hour) + 1)
    minutes = range(60) if minute == "*" else [int(m) for m in minute.split(",")]
    return [60 * h + m for h in hours for m in minutes]


@pytest.mark.parametrize("every", [1, 5, 10, 15, 20, 30, 60, 120, 360, 720, 1440])
def test_a_line_for_cron_starts_as_often_as_was_asked(every: int) -> None:
    crontab, _ = times(float(every), offset_minutes("desk.example", every))
    started = minutes_of_a_day(crontab)
    assert len(started) == 1440 // every
    assert {later - earlier for earlier, later in pairwise(started)} <= {every}


@pytest.mark.parametrize("every", [0.5, 7, 45, 90, 300, 2880])
def test_what_cron_cannot_do_evenly_is_refused(every: float) -> None:
    with pytest.raises(UsageError):
        times(every, 0)


def test_machines_start_at_different_minutes() -> None:
    offsets = {offset_minutes(f"host{n}.example", 30) for n in range(200)}
    assert offsets == set(range(30))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed here")
@pytest.mark.parametrize("every", [1, 15, 30, 60, 360, 1440])
def test_systemd_understands_the_calendar(every: int) -> None:
    _, calendar = times(float(every), 7 % every)
    subprocess.run(["systemd-analyze", "calendar", calendar], check=True, capture_output=True)
