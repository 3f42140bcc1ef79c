"""The types of sources: those that come with repwatch, and those that other packages add.

Another package adds one with an entry point:

    [project.entry-points."repwatch.sources"]
    guestbook = "my_package:Guestbook"

Its name is the type, as in `type = "guestbook"`; base.Source says what the class can do.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from repwatch.sources.base import Source

if TYPE_CHECKING:
    from pydantic import TypeAdapter

GROUP = "repwatch.sources"

BUILT_IN: Mapping[str, str] = MappingProxyType(
    {
        "appstore": "repwatch.sources.appstore:AppStore",
        "bluesky": "repwatch.sources.bluesky:Bluesky",
        "devto": "repwatch.sources.devto:DevTo",
        "discourse": "repwatch.sources.discourse:Discourse",
        "facebook": "repwatch.sources.facebook:Facebook",
        "feed": "repwatch.sources.feed:Feed",
        "github": "repwatch.sources.github:GitHub",
        "googleplay": "repwatch.sources.googleplay:GooglePlay",
        "hackernews": "repwatch.sources.hackernews:HackerNews",
        "html": "repwatch.sources.html:Html",
        "lemmy": "repwatch.sources.lemmy:Lemmy",
        "mastodon": "repwatch.sources.mastodon:Mastodon",
        "producthunt": "repwatch.sources.producthunt:ProductHunt",
        "reddit": "repwatch.sources.reddit:Reddit",
        "reviews": "repwatch.sources.reviews:Reviews",
        "stackexchange": "repwatch.sources.stackexchange:StackExchange",
        "steam": "repwatch.sources.steam:Steam",
        "telegram": "repwatch.sources.telegram:Telegram",
        "trustpilot": "repwatch.sources.trustpilot:Trustpilot",
        "wordpress": "repwatch.sources.wordpress:WordPress",
        "x": "repwatch.sources.x:X",
        "youtube": "repwatch.sources.youtube:YouTube",
    }
)
"""Where each type is found; a place is imported when its type is asked for."""

_NEEDED = ("type", "reads", "login", "terms", "pace_s", "version", "queries", "request", "parse")


@dataclasses.dataclass(frozen=True, slots=True)
class Registry:
    """The types of sources by name, and for each plugin that can't be used the reason."""

    types: Mapping[str, type[Source]]
    broken: Mapping[str, str]


@cache
def registry() -> Registry:
    """Return all types there are; a broken plugin is reported, never fatal."""
    types = {name: _built_in(name) for name in BUILT_IN}
    broken: dict[str, str] = {}
    for point in entry_points(group=GROUP):
        try:
            if point.name in types:
                raise ValueError(f'the type "{point.name}" is taken')
            types[point.name] = _plugin(point)
        except Exception as error:  # whatever a foreign module raises, the others work
            broken[f"{point.name} ({point.value})"] = f"{type(error).__name__}: {error}"
    return Registry(MappingProxyType(dict(sorted(types.items()))), MappingProxyType(broken))


def source_types() -> dict[str, type[Source]]:
    """Return the classes of all types of sources that can be used, by name."""
    return dict(registry().types)


def build(type: str, settings: Mapping[str, Any]) -> Source:
    """Return the source of a type with these settings, which are all checked.

    Raises:
        KeyError: there is no such type.
        pydantic.ValidationError: settings are missing, unknown or wrong; all of them at once,
            each with the path of its key. An empty path means the settings as a whole.
    """
    source = _built_in(type) if type in BUILT_IN else registry().types[type]
    return _adapter(source).validate_python(dict(settings))


@cache
def _adapter(source: type[Source]) -> TypeAdapter[Source]:
    from pydantic import TypeAdapter, with_config  # noqa: PLC0415 (only where a configuration is checked)

    with_config(extra="forbid")(source)
    return TypeAdapter(source)


def _built_in(name: str) -> type[Source]:
    module, _, attribute = BUILT_IN[name].partition(":")
    return cast(type[Source], getattr(import_module(module), attribute))


def _plugin(point: EntryPoint) -> type[Source]:
    """Return the class that an entry point names.

    Raises:
        TypeError: it is no source.
    """
    source = point.load()
    if not (isinstance(source, type) and dataclasses.is_dataclass(source)):
        raise TypeError(f"{point.value} is not a dataclass")
    missing = [name for name in _NEEDED if not hasattr(source, name)]
    if missing:
        raise TypeError(f"{point.value} has no {', '.join(missing)}")
    if source.type != point.name:  # type: ignore[attr-defined]  # it was just looked up
        raise TypeError(f'{point.value} calls itself "{source.type}"')  # type: ignore[attr-defined]  # the same
    return cast(type[Source], source)
