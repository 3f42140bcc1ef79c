"""An invented brand, the places that talk about it, and a small site that serves them.

Nothing in here is known to the rest of repwatch: the site answers over HTTP on loopback, and a
scan of it is a scan like any other.
"""

from __future__ import annotations

import json
import shlex
import socket
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

MARKER = "site.json"
"""The file that makes a folder a demo folder."""

CONFIG = "repwatch.toml"
"""The configuration in a demo folder."""

_SCHEMA = "repwatch.demo/1"


@dataclass(frozen=True, slots=True)
class Demo:
    """What a demo folder remembers: when its time began, and the port of its site."""

    started: datetime
    port: int


def save(folder: Path, demo: Demo) -> None:
    """Make `folder` a demo folder."""
    values = {"schema": _SCHEMA, **asdict(demo), "started": demo.started.isoformat()}
    (folder / MARKER).write_text(json.dumps(values, indent=1) + "\n")


def read(folder: Path) -> Demo | None:
    """Return what a demo folder remembers; None for any other folder."""
    try:
        values = json.loads((folder / MARKER).read_text())
        if values["schema"] != _SCHEMA:
            return None
        return Demo(datetime.fromisoformat(values["started"]).astimezone(UTC), int(values["port"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def hint(config_path: Path) -> str | None:
    """Return what to do when the site of a demo folder is not running; None for any other configuration."""
    folder = config_path.absolute().parent
    known = read(folder)
    if known is None or _is_open(known.port):
        return None
    return f"the demo site is not running; start it with: repwatch demo {_as_typed(folder)} --serve"


def _is_open(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except (OSError, OverflowError):
        return False


def _as_typed(folder: Path) -> str:
    """Return the path as a person would type it from where they stand."""
    here = Path.cwd()
    path = folder.relative_to(here) if folder.is_relative_to(here) else folder
    return shlex.quote(str(path))
