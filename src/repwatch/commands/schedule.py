"""`repwatch schedule`: lines for cron or systemd, printed and never installed."""

from __future__ import annotations

import hashlib
import shlex
import shutil
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer

from repwatch.commands.base import Session, general
from repwatch.errors import UsageError


@general
def schedule(
    session: Session,
    cron: Annotated[bool, typer.Option("--cron", help="A line for crontab -e.")] = False,
    systemd: Annotated[bool, typer.Option("--systemd", help="A service and a timer.")] = False,
    every: Annotated[str, typer.Option("--every", metavar="TIME", help="How often: 15m, 30m, 2h.")] = "30m",
) -> None:
    """Print what makes cron or systemd scan regularly; nothing is installed.

    Examples:

        repwatch schedule --cron
        repwatch schedule --systemd --every 15m
    """
    if cron == systemd:
        raise UsageError("choose one: --cron or --systemd", hint="For most people: repwatch schedule --cron")
    from repwatch.period import duration_s

    config = session.settings
    minutes = duration_s(every) / 60
    offset = offset_minutes(socket.gethostname(), minutes)
    command = [*_program(), "--config", str(config.path.absolute()), "scan"]
    crontab, calendar = times(minutes, offset)
    if cron:
        print(f"# repwatch: scan every {every}. Paste with: crontab -e")
        print("MAILTO=you@example.com")
        print(f"{crontab}  {shlex.join(command).replace('%', chr(92) + '%')}")  # cron reads % as a new line
    else:
        stop_s = int(config.scan.max_time_s) + 60
        print(SYSTEMD.format(every=every, when=calendar, command=_quoted(command), stop_s=stop_s))


SYSTEMD = """\
# ~/.config/systemd/user/repwatch.service
[Unit]
Description=repwatch scan

[Service]
Type=oneshot
ExecStart={command}
TimeoutStartSec={stop_s}

# ~/.config/systemd/user/repwatch.timer
[Unit]
Description=repwatch scan every {every}

[Timer]
OnCalendar={when}
RandomizedDelaySec=60
Persistent=true

[Install]
WantedBy=timers.target

# then: systemctl --user daemon-reload && systemctl --user enable --now repwatch.timer"""


def offset_minutes(host: str, minutes: float) -> int:
    """Return a minute within the interval that differs from machine to machine.

    Else every user of this program would visit the same site at the full hour.
    """
    digest = hashlib.blake2b(host.encode("utf-8", "replace"), digest_size=4).digest()
    return int.from_bytes(digest, "big") % max(1, min(60, int(minutes)))


def times(minutes: float, offset: int) -> tuple[str, str]:
    """Return the five fields of a crontab line, and the same as an OnCalendar expression of systemd.

    Raises:
        UsageError: they can't do that evenly.
    """
    hours = minutes / 60
    if minutes == 1:
        return "* * * * *", "*:0/1"
    if 1 < minutes < 60 and 60 % minutes == 0:
        starts = ",".join(str(start) for start in range(offset, 60, int(minutes)))
        return f"{starts} * * * *", f"*:{offset}/{int(minutes)}"
    if hours == 1:
        return f"{offset} * * * *", f"*:{offset:02}"
    if hours == 24:
        return f"{offset} 6 * * *", f"*-*-* 06:{offset:02}"
    if 1 < hours < 24 and hours.is_integer() and 24 % hours == 0:
        return f"{offset} */{int(hours)} * * *", f"0/{int(hours)}:{offset:02}"
    raise UsageError(
        "--every must divide an hour or a day evenly", hint="Such as 5m, 10m, 15m, 30m, 1h, 2h, 6h, 1d."
    )


def _program() -> list[str]:
    """Return how cron, with its short PATH, calls this program."""
    started_as = Path(sys.argv[0]).absolute()
    if started_as.name == "repwatch" and started_as.exists():
        return [str(started_as)]
    found = shutil.which("repwatch")
    return [found] if found else [sys.executable, "-m", "repwatch"]


def _quoted(command: list[str]) -> str:
    """Quote for ExecStart: systemd reads double quotes, and % as its own."""
    return " ".join(f'"{part}"' if " " in part else part for part in command).replace("%", "%%")
