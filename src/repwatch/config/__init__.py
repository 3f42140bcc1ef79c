"""repwatch.toml to checked values.

Found, laid under the environment and the flags (files), checked with every mistake at once
(check), and built into plain values (values). Secrets stay references until sources are built.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from repwatch.config.files import ENVIRONMENT, Layers, find, layers, places, shown
from repwatch.config.secret import hide
from repwatch.config.values import (
    Config,
    Http,
    Scan,
    Scoring,
    SourceConfig,
    build,
    secrets,
)
from repwatch.errors import ConfigError, Mistake

__all__ = [
    "Checked",
    "Config",
    "ConfigError",
    "Http",
    "Layers",
    "Scan",
    "Scoring",
    "SourceConfig",
    "examine",
    "find",
    "hide",
    "layers",
    "load",
    "places",
    "secrets",
    "shown",
]


@dataclass(frozen=True, slots=True)
class Checked:
    """A right configuration, and what is not wrong in it but may not be meant."""

    config: Config
    warnings: tuple[Mistake, ...]


def load(
    path: Path | None = None,
    *,
    database: str | None = None,
    sources: bool = True,
    needed: Collection[str] | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Config:
    """Return the configuration; its sources are built and its secrets resolved unless told not to.

    Without sources, what was checked before and has not changed since is not checked again. Where
    only some are `needed`, the secrets of others are not looked up, so these can't be asked.
    `database` is the flag that names another one; `env` and `cwd` stand in for the process's own.

    Raises:
        ConfigError: there is none, or it is wrong; with every mistake.
        UsageError: `database` can't be a file.
    """
    from repwatch.config.remember import was_right  # noqa: PLC0415 (json and tempfile)

    layered = layers(path, database=database, env=env, cwd=cwd)
    if not sources and was_right(layered):
        return build(layered.path, layered.values, layered.database)
    return _checked(layered, sources=sources, needed=needed).config


def examine(
    path: Path | None = None,
    *,
    database: str | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Checked:
    """Return the configuration like `load`, and the warnings about it.

    Raises:
        ConfigError: there is none, or it is wrong; with every mistake.
        UsageError: `database` can't be a file.
    """
    return _checked(layers(path, database=database, env=env, cwd=cwd), sources=True)


def _checked(layered: Layers, *, sources: bool, needed: Collection[str] | None = None) -> Checked:
    from repwatch.config.check import check  # noqa: PLC0415 (pydantic, and every source)
    from repwatch.config.remember import is_right  # noqa: PLC0415 (json and tempfile)

    result = check(layered, resolve=sources, needed=needed)
    if result.mistakes:
        raise _wrong(layered, result.mistakes, result.n_mistakes)
    is_right(layered)
    config = build(
        layered.path,
        layered.values,
        layered.database,
        proxy=result.proxy,
        sources=result.sources,
        lacking=result.lacking,
    )
    return Checked(config, result.warnings)


def _wrong(layered: Layers, mistakes: tuple[Mistake, ...], n: int) -> ConfigError:
    where = "the environment" if all(one.file == ENVIRONMENT for one in mistakes) else layered.name
    more = f"; the first {len(mistakes)} are" if n > len(mistakes) else ""
    return ConfigError(
        f"{where} has {n} {'mistake' if n == 1 else 'mistakes'}{more}",
        mistakes,
        hint="Nothing was fetched. Check again with: repwatch config check",
        where=str(layered.path),
    )
