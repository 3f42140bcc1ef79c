"""What a configuration comes to, and where each value was said; secrets stay hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from repwatch import urls
from repwatch.config.check import settings_of
from repwatch.config.files import Layers
from repwatch.config.lines import KeyPath, key_lines
from repwatch.config.secret import HIDDEN, is_reference
from repwatch.config.words import dotted

_SECRET_NAME = re.compile(r"password|passwd|token|secret|(?:^|_)key$|credential", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Setting:
    """One option: its key, what holds in the end, and where it was said ("default", "file:12", ...)."""

    path: KeyPath
    value: Any
    origin: str

    @property
    def key(self) -> str:
        """The key as a person writes it."""
        return dotted(self.path)


def settings(layers: Layers) -> list[Setting]:
    """Return every option that has a value: those of repwatch first, then brands and sources."""
    lines = key_lines(layers.text)
    return [
        Setting(path, _masked(layers, path, value), _origin(layers, lines, path))
        for path, value in _leaves(_ordered(layers), ())
    ]


def _ordered(layers: Layers) -> dict[str, Any]:
    """Return the values with single options first, as TOML needs it, and the database that is used."""
    values = layers.values | {"database": str(layers.database)}
    return dict(sorted(values.items(), key=lambda item: isinstance(item[1], dict)))


def written(value: Any) -> str:
    """Return a value as TOML writes it."""
    import tomlkit  # noqa: PLC0415 (not where values are printed as JSON)

    return str(tomlkit.item(value).as_string())


def nested(found: list[Setting]) -> dict[str, Any]:
    """Return settings as the tables that they stand in."""
    root: dict[str, Any] = {}
    for one in found:
        table = root
        for part in one.path[:-1]:
            table = table.setdefault(str(part), {})
        table[str(one.path[-1])] = one.value
    return root


def _leaves(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    else:
        yield path, value


def _origin(layers: Layers, lines: dict[KeyPath, int], path: KeyPath) -> str:
    if path == ("database",) and layers.database_from:
        return layers.database_from
    if path[:2] in layers.overrides:
        return layers.overrides[path[:2]]
    return f"{layers.name}:{lines[path]}" if path in lines else "default"


def _masked(layers: Layers, path: KeyPath, value: Any) -> Any:
    """Return a value without what must not be shown; a reference to a secret may be."""
    if isinstance(value, list):
        return [_masked(layers, path, inner) for inner in value]
    if isinstance(value, str):
        return HIDDEN if _is_secret(layers, path) and not is_reference(value) else urls.redact(value)
    return value if isinstance(value, bool | int | float | dict) else str(value)


def _is_secret(layers: Layers, path: KeyPath) -> bool:
    if len(path) < 3 or path[0] != "sources":
        return False
    known = settings_of(layers.values["sources"][path[1]].get("type"))
    return known.get(str(path[2]), False) or _SECRET_NAME.search(str(path[2])) is not None
