"""One type of source: what it reads, on which terms, and the table that configures it, explained."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, cast

from repwatch.commands.help import example

if TYPE_CHECKING:
    from repwatch.sources.base import Source
    from repwatch.sources.off_limits import OffLimits
    from repwatch.sources.presets import Preset


def described(name: str) -> dict[str, Any]:
    """Return what is known of a type of source, of a preset of feeds, or of a place that no source reads.

    Raises:
        UsageError: it is none of them.
    """
    from repwatch.render import pick
    from repwatch.sources import source_types
    from repwatch.sources.off_limits import OFF_LIMITS, named
    from repwatch.sources.presets import PRESETS

    types, wanted = source_types(), name.removeprefix("feed: ").lower()
    if wanted not in types and wanted not in PRESETS and (place := named(name)) is not None:
        return _left_alone(place, OFF_LIMITS[place])
    wanted = pick(wanted, [*types, *PRESETS], "type of source")
    return _type(wanted, types[wanted]) if wanted in types else _preset(wanted, PRESETS[wanted])


def as_toml(said: dict[str, Any]) -> Iterator[str]:
    """Yield what is known of a type as lines of a configuration."""
    yield f"# {said['type']}{': ' + said['preset'] if said['preset'] else ''}: {said['reads']}"
    if said["instead"]:
        yield f"# read by no source: {said['terms']}"
        yield f"# instead, {said['instead']}"
        return
    yield f"# login: {said['login']}"
    yield f"# terms: {said['terms']}"
    yield ""
    yield from said["example"].splitlines()


def _type(name: str, kind: type[Source]) -> dict[str, Any]:
    return {
        "type": name,
        "preset": None,
        "reads": kind.reads,
        "login": kind.login,
        "terms": kind.terms,
        "instead": None,
        "settings": [*_settings(kind)],
        "example": _example(name, kind),
    }


def _preset(name: str, preset: Preset) -> dict[str, Any]:
    from repwatch.sources.feed import Feed

    lines = ["[sources.NAME]", 'type = "feed"', f'preset = "{name}"']
    if preset.url_is:
        lines.append(_asked_for(preset.url_is))
    if preset.name_is:
        needed = not (preset.paths or preset.name)
        lines.append(f"{'' if needed else '# '}{_asked_for(preset.name_is)}")
    return {
        "type": "feed",
        "preset": name,
        "reads": preset.reads,
        "login": Feed.login,
        "terms": preset.terms,
        "instead": None,
        "settings": [*_settings(Feed)],
        "example": "\n".join(lines),
    }


def _asked_for(what: str) -> str:
    """Return an option with what it is: 'give the number, such as name = "12"' as a line of TOML."""
    option = re.search(r'\w+ = "[^"]*"', what)
    meaning = what.removeprefix("give ").partition(", such as ")[0]
    return f"{option[0]}  # {meaning}" if option else f"# {meaning}"


def _left_alone(name: str, place: OffLimits) -> dict[str, Any]:
    return {
        "type": name,
        "preset": None,
        "reads": place.has,
        "login": None,
        "terms": place.why,
        "instead": place.todo(name),
        "settings": [],
        "example": None,
    }


def _settings(kind: type[Source]) -> Iterator[dict[str, Any]]:
    """Yield the settings of a type; `default` is None where there is none."""
    from repwatch.config.check import settings_in

    secret = settings_in(kind)
    for option in fields(cast(Any, kind)):
        needed = option.default is MISSING and option.default_factory is MISSING
        plain = isinstance(option.default, str | int | float | tuple)
        yield {
            "name": option.name,
            "needed": needed,
            "secret": secret[option.name],
            "default": option.default if plain else None,
        }


def _of_the_example(name: str) -> str:
    """Return the tables of a type in the example configuration, with what is said of each option there."""
    tables = [f"[sources.{part}".strip() for part in example().split("\n[sources.")[1:]]
    last = tables.pop().split("\n\n#")[0] if tables else ""
    ours = [
        table for table in (*tables, last) if f'\ntype = "{name}"' in table and "\npreset = " not in table
    ]
    # There, what needs a login is paused, as nobody has these.
    return "\n\n".join(table.split("\n\n")[0].removesuffix("\npaused = true") for table in ours)


def _example(name: str, kind: type[Source]) -> str:
    """Return the example's tables of a type, and the settings that are not in them; for a plug-in, all."""
    found = _of_the_example(name)
    lines = [found] if found else ["[sources.NAME]", f'type = "{name}"']
    if name == "feed":
        return f"{found}\n# preset = ...   # each has its own url and name: repwatch source types phpbb"
    lines += [
        f"{'' if one['needed'] else '# '}{one['name']} = {_value(one)}"
        for one in _settings(kind)
        if not re.search(rf"\b{one['name']} = ", found)
    ]
    return "\n".join(lines)


def _value(setting: dict[str, Any]) -> str:
    from repwatch.config.show import written

    if setting["secret"]:
        return f'"env:{setting["name"].upper()}"'
    return '""' if setting["default"] is None else written(setting["default"])
