"""Which configurations were found right before, so that reading commands need not check them again."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from repwatch import __version__
from repwatch.config.files import Layers

_KEPT = 32


def was_right(layers: Layers) -> bool:
    """Tell whether these very words were checked by this version and found right."""
    try:
        return fingerprint(layers) in _file().read_text("ascii").split()
    except (OSError, ValueError):
        return False


def is_right(layers: Layers) -> None:
    """Remember that these very words were found right; if it can't be, nothing is lost but time."""
    with suppress(OSError, ValueError):
        file = _file()
        known = file.read_text("ascii").split() if file.exists() else []
        kept = list(dict.fromkeys([fingerprint(layers), *known]))[:_KEPT]
        if kept == known:
            return
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # mkstemp makes it 0600; the rename lets a reader see the old list or the new one.
        handle, new = tempfile.mkstemp(dir=file.parent, prefix=f"{file.name}.")
        try:
            with open(handle, "w", encoding="ascii") as output:
                output.write("\n".join(kept) + "\n")
            os.replace(new, file)
        except OSError:
            os.unlink(new)
            raise


def fingerprint(layers: Layers) -> str:
    """Return what changes with anything that a check looks at."""
    overrides = {name: layers.env[name] for name in layers.overrides.values()}
    mistakes = [mistake.key for mistake in layers.mistakes]
    said = json.dumps([__version__, layers.mode, layers.owner, sorted(overrides.items()), mistakes])
    return hashlib.blake2b(layers.raw + b"\0" + said.encode(), digest_size=20).hexdigest()


def _file() -> Path:
    from platformdirs import user_cache_path  # noqa: PLC0415 (best effort; not part of reading a file)

    return user_cache_path("repwatch", appauthor=False) / "checked"
