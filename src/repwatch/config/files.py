"""Where the configuration is, what it says, and what speaks over it."""

from __future__ import annotations

import copy
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from repwatch.config.lines import KeyPath
from repwatch.config.values import DEFAULTS
from repwatch.errors import ConfigError, Mistake, UsageError

SECTIONS = tuple(name for name, value in DEFAULTS.items() if isinstance(value, dict))
"""The tables whose options the environment may set, as REPWATCH_SECTION__OPTION."""

ENVIRONMENT = "environment"
"""Stands for the file of a mistake that is not in a file."""

_MOST_BYTES = 4 * 2**20
_OVERRIDE = re.compile(r"REPWATCH_(.*?)__(.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """What a configuration says once defaults, file, environment and flags are laid upon each other.

    `written` is what the file says, `values` what holds in the end, both unchecked. `overrides`
    tells which environment variable set an option; `database_from` is the flag or variable that
    named the database, or None. `mode` and `owner` are those of the file.
    """

    path: Path
    raw: bytes
    mode: int
    owner: int
    written: dict[str, Any]
    values: dict[str, Any]
    overrides: dict[KeyPath, str]
    database: Path
    database_from: str | None
    env: Mapping[str, str] = field(repr=False)
    mistakes: tuple[Mistake, ...] = ()

    @property
    def text(self) -> str:
        """The file as text; line ends as tomllib counts them."""
        return self.raw.decode("utf-8-sig")

    @property
    def name(self) -> str:
        """The file as a person here would call it."""
        return shown(self.path)


def find(
    path: Path | None = None, *, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Path | None:
    """Return the configuration that is used: the first that is there, None if none is.

    Looked for are `path`, $REPWATCH_CONFIG, ./repwatch.toml, config.toml in the user's
    configuration folder, and /etc/repwatch/config.toml.

    Raises:
        ConfigError: `path` or $REPWATCH_CONFIG names a file that is not there.
    """
    env = os.environ if env is None else env
    here = Path.cwd() if cwd is None else cwd
    named = (path, "--config") if path is not None else (env.get("REPWATCH_CONFIG"), "$REPWATCH_CONFIG")
    if named[0]:
        asked = here / Path(named[0]).expanduser()
        if not os.path.lexists(asked):
            raise ConfigError(
                f"there is no configuration {asked}",
                hint=f"{named[1]} names it. Write a first one with: repwatch init",
                where=str(asked),
            )
        return asked
    return next((place for place in places(here) if os.path.lexists(place)), None)


def places(here: Path | None = None) -> tuple[Path, ...]:
    """Return where a configuration is looked for when none is named, in this order."""
    from platformdirs import user_config_path  # noqa: PLC0415 (not needed where a file is named)

    return (
        (here or Path.cwd()) / "repwatch.toml",
        user_config_path("repwatch", appauthor=False) / "config.toml",
        Path("/etc/repwatch/config.toml"),
    )


def missing(here: Path | None = None) -> ConfigError:
    """Return the error that there is no configuration, and where it was looked for."""
    looked = ", ".join(shown(place) for place in places(here))
    return ConfigError(
        f"there is no configuration yet: not in {looked}",
        hint='Write one with: repwatch init --brand "Your brand"',
    )


def read(path: Path) -> tuple[bytes, os.stat_result]:
    """Return what a configuration file holds, and whose it is.

    Raises:
        ConfigError: it can't be read, or is too large to be one.
    """
    try:
        with path.open("rb") as file:
            raw, status = file.read(_MOST_BYTES + 1), os.fstat(file.fileno())
    except IsADirectoryError as error:
        raise ConfigError(
            f"{shown(path)} is a folder, not a configuration file",
            hint=f"Perhaps: --config {shown(path / 'repwatch.toml')}",
            where=str(path),
        ) from error
    except (OSError, ValueError) as error:
        why = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        raise ConfigError(f"{shown(path)} can't be read: {why}", where=str(path)) from error
    if len(raw) > _MOST_BYTES:
        raise ConfigError(
            f"{shown(path)} is larger than {_MOST_BYTES // 2**20} MiB, so it is no configuration",
            where=str(path),
        )
    return raw, status


def parse(path: Path, raw: bytes) -> dict[str, Any]:
    """Return what a TOML file says, unchecked.

    Raises:
        ConfigError: it is not UTF-8, or not TOML; with the line.
    """
    name = shown(path)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _unreadable(name, None, "is in UTF-16; save it as UTF-8")
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _unreadable(name, line, "is not in UTF-8; save the file as UTF-8") from error
    except RecursionError as error:
        raise _unreadable(name, None, "is nested too deeply") from error
    except ValueError as error:
        said = str(error)
        at = re.search(r" \(at line (\d+), column (\d+)\)", said)
        where = int(at[1]) if at else raw.count(b"\n") + 1 if "at end of document" in said else None
        why = said.replace(at[0], f", column {at[2]}") if at else said
        raise _unreadable(name, where, f"is not valid TOML: {why}") from error


def layers(
    path: Path | None = None,
    *,
    database: str | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Layers:
    """Return what the configuration says, unchecked: flag over environment over file over default.

    Raises:
        ConfigError: there is none, or it is no TOML that can be read.
        UsageError: `database` can't be a file.
    """
    env = os.environ if env is None else env
    here = Path.cwd() if cwd is None else cwd
    found = find(path, env=env, cwd=here)
    if found is None:
        raise missing(here)
    raw, status = read(found)
    written = parse(found, raw)
    values = _over_defaults(written)
    overrides, mistakes = _override(values, env)
    where, origin = _database(written, found, flag=database, env=env, here=here)
    return Layers(
        path=found,
        raw=raw,
        mode=status.st_mode,
        owner=status.st_uid,
        written=written,
        values=values,
        overrides=overrides,
        database=where,
        database_from=origin,
        env=env,
        mistakes=mistakes,
    )


def shown(path: Path) -> str:
    """Return a path as a person standing here would write it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _unreadable(name: str, line: int | None, why: str) -> ConfigError:
    return ConfigError(
        f"{name} can't be read",
        (Mistake(name, line, "", why),),
        hint="Nothing was fetched. Check again with: repwatch config check",
        where=name,
    )


def _over_defaults(written: dict[str, Any]) -> dict[str, Any]:
    values = copy.deepcopy(DEFAULTS)
    for key, value in written.items():
        both = isinstance(value, dict) and isinstance(values.get(key), dict)
        values[key] = values[key] | value if both else value
    return values


def _override(
    values: dict[str, Any], env: Mapping[str, str]
) -> tuple[dict[KeyPath, str], tuple[Mistake, ...]]:
    """Put what the environment says into the values; return which variable set what."""
    overrides: dict[KeyPath, str] = {}
    mistakes = []
    for name in sorted(env):
        found = _OVERRIDE.fullmatch(name)
        if found is None:
            continue
        section, option = found[1].lower(), found[2].lower()
        if section not in SECTIONS or option not in DEFAULTS[section]:
            mistakes.append(Mistake(ENVIRONMENT, None, name, "sets no option" + _nearest_variable(name)))
        elif isinstance(values[section], dict):
            values[section][option] = _typed(env[name], DEFAULTS[section][option])
            overrides[section, option] = name
    return overrides, tuple(mistakes)


def _nearest_variable(name: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 (only for a mistake)

    known = [f"REPWATCH_{section}__{key}".upper() for section in SECTIONS for key in DEFAULTS[section]]
    near = get_close_matches(name, known, n=1)
    return f'. Did you mean "{near[0]}"?' if near else ""


def _typed(text: str, default: Any) -> Any:
    """Return what a variable says as TOML would; as text where it can't be that."""
    if isinstance(default, str):
        return text
    if isinstance(default, list) and not text.lstrip().startswith("["):
        return [part.strip() for part in text.split(",") if part.strip()]
    try:
        said = tomllib.loads(f"it = {text}") if "\n" not in text else {}
    except (ValueError, RecursionError):
        said = {}
    return said.get("it", text)


def _database(
    written: dict[str, Any], config: Path, *, flag: str | None, env: Mapping[str, str], here: Path
) -> tuple[Path, str | None]:
    """Return where the database is, and which flag or variable said so."""
    for said, origin in ((flag, "--db"), (env.get("REPWATCH_DB") or None, "REPWATCH_DB")):
        if said is not None:
            if why := not_a_file(said):
                raise UsageError(f"{origin}: {said[:60]!r} {why}")
            return here / Path(said).expanduser(), origin
    said = written.get("database")
    if isinstance(said, str) and not not_a_file(said):
        return config.absolute().parent / Path(said).expanduser(), None
    from platformdirs import user_data_path  # noqa: PLC0415 (not needed where a file is named)

    return user_data_path("repwatch", appauthor=False) / "repwatch.db", None


def not_a_file(database: str) -> str | None:
    """Return why a text can't name a database file, None if it can."""
    if not database.strip():
        return "names no file"
    if "://" in database:
        return "is not a file; the data are kept in an SQLite file"
    return None
