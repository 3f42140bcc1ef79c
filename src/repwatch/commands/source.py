"""`source`: the places that are read, and the types there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from repwatch.commands import source_discover, source_test
from repwatch.commands.base import Group, Session, general
from repwatch.commands.options import JsonOption, Listing, listed
from repwatch.errors import UsageError

if TYPE_CHECKING:
    from repwatch.config.show import Setting
    from repwatch.sources.base import Source

app = typer.Typer(cls=Group, help="The places that are read.", no_args_is_help=True)


@app.command("types")
@general
@listed
def types(
    session: Session,
    type: Annotated[
        str | None, typer.Argument(metavar="[TYPE]", help="Only this one, with all of its settings.")
    ] = None,
    everything: Annotated[
        bool,
        typer.Option("--all", help="Also places that no source reads: why, and what to do instead."),
    ] = False,
    *,
    shown: Listing,
) -> None:
    """List the types of sources: what they read, which login they need, on which terms.

    A preset of feeds is written as type = "feed" with preset = "phpbb", say.

    Examples:

        repwatch source types
        repwatch source types discourse
        repwatch source types --all
    """
    from repwatch.render import Column, choose, paged, wrapped
    from repwatch.sources import registry

    if type is not None:
        _show_type(session, type, shown)
        return
    known = registry()
    rows = [*_readable(known.types)]
    left_alone = _left_alone() if everything else []
    columns = [
        Column("type", where="machine"),
        Column("typed", "type", where="terminal"),
        Column("reads"),
        Column("login", optional=1),
        Column("terms", optional=2),
        *(Column(name, where="machine") for name in ("preset", "usable", "instead")),
    ]
    if shown.format == "table" and shown.path is None and session.out.is_terminal:
        with paged(session.out, not session.flags.no_pager):
            wrapped(session.out, rows, choose(columns, shown.columns), header=shown.header)
            if left_alone:
                session.out.print("\nNo source reads these:\n")
                columns = [Column("name"), Column("reads", "what there is"), Column("terms", "why")]
                wrapped(session.out, left_alone, columns)
                session.out.print("\nWhat you exported or saved of them, and may keep: repwatch import FILE")
        session.say("\nThe settings of one: repwatch source types TYPE")
    else:
        schema = "repwatch.source_types/1"
        shown.show(session.out, [*rows, *left_alone], columns, schema=schema, key="types")
    for plugin, why in known.broken.items():
        session.warn(f"the plugin {plugin} can't be used: {why}")


def _show_type(session: Session, name: str, shown: Listing) -> None:
    """Show one type, as lines of a configuration or as JSON."""
    from rich.text import Text

    from repwatch.commands.source_type import as_toml, described
    from repwatch.files import output
    from repwatch.formats import json_document

    if shown.format in ("jsonl", "csv"):
        raise UsageError(
            f"one type is no list for --{shown.format}", hint="It is shown as TOML, or with --json."
        )
    said = described(name)
    with output(shown.path, session.out.file) as stream:
        if shown.format == "json":
            stream.write(json_document("repwatch.source_type/1", said))
        elif shown.path is None and session.out.is_terminal:
            for line in as_toml(said):
                style = "dim" if line.startswith("#") else ""
                session.out.print(Text(line, style=style), soft_wrap=True)
        else:
            stream.writelines(f"{line}\n" for line in as_toml(said))


def _readable(known: Mapping[str, type[Source]]) -> Iterator[dict[str, Any]]:
    """Yield a row for each type, and after that of feeds one for each preset."""
    from repwatch.sources.presets import PRESETS

    for name, kind in known.items():
        said = {"type": name, "reads": kind.reads, "login": kind.login, "terms": kind.terms}
        yield said | {"typed": name, "preset": None, "usable": True, "instead": None}
        for key, preset in PRESETS.items() if name == "feed" else ():
            yield {
                "type": name,
                "typed": f"{name}: {key}",
                "reads": preset.reads,
                "login": kind.login,
                "terms": preset.terms,
                "preset": key,
                "usable": True,
                "instead": None,
            }


def _left_alone() -> list[dict[str, Any]]:
    """Return a row for each place that no source reads; there, `terms` are why."""
    from repwatch.sources.off_limits import OFF_LIMITS

    return [
        {
            "type": key,
            "name": place.name,
            "reads": place.has,
            "login": None,
            "terms": place.why,
            "preset": None,
            "usable": False,
            "instead": place.todo(key),
        }
        for key, place in OFF_LIMITS.items()
    ]


@app.command("list")
@general
@listed
def list_sources(session: Session, *, shown: Listing) -> None:
    """List the configured sources.

    Examples:

        repwatch source list
    """
    from repwatch.render import Column
    from repwatch.words import duration

    known = [
        Column("source"),
        Column("type", where="machine"),
        Column("typed", "type", where="terminal"),
        Column("every_s", title="every", show=duration, right=True),
        Column("about"),
        Column("preset", where="machine"),
        Column("paused", show=lambda paused: "paused" if paused else "", title=""),
    ]
    rows = [
        {
            "source": place.key,
            "type": place.type,
            "typed": place.typed,
            "preset": place.preset,
            "every_s": round(place.every_s),
            "about": place.about,
            "paused": place.paused,
        }
        for place in session.settings.sources.values()
    ]
    shown.show(session.out, rows, known, schema="repwatch.sources/1", key="sources")
    if not rows:
        session.say("No place is read yet. Find one: repwatch source discover https://forum.example")


@app.command("show")
@general
def show(
    session: Session,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Its key in the configuration.")],
    json: JsonOption = False,
) -> None:
    """Show the settings of one source, and where each was said; secrets stay hidden.

    Examples:

        repwatch source show hn
    """
    from repwatch.config.show import written
    from repwatch.formats import json_document
    from repwatch.render import Column, pick, table

    key = pick(source, session.settings.sources, "source")
    found = _settings(session, key)
    if json:
        values = {_name(one): one.value for one in found}
        session.out.file.write(json_document("repwatch.source/1", {"source": key, "settings": values}))
        return
    rows = [{"setting": _name(one), "value": written(one.value), "origin": one.origin} for one in found]
    table(session.out, rows, [Column("setting"), Column("origin"), Column("value")])


def _name(setting: Setting) -> str:
    return ".".join(str(part) for part in setting.path[2:])


def _settings(session: Session, key: str) -> list[Setting]:
    """Return what the configuration says of a source, then what its type takes for the rest."""
    from dataclasses import MISSING, fields

    from repwatch.config.files import layers
    from repwatch.config.show import Setting, settings
    from repwatch.sources import source_types

    at = ("sources", key)
    layered = layers(session.flags.config, database=session.flags.db)
    said = [one for one in settings(layered) if one.path[:2] == at]
    options: tuple[Any, ...] = fields(cast(Any, source_types()[session.settings.sources[key].type]))
    taken = {option.name: option.default for option in options if option.default not in (MISSING, None, ())}
    for one in said:
        taken.pop(str(one.path[2]), None)
    return [*said, *(Setting((*at, name), value, "default") for name, value in taken.items())]


app.command("test")(source_test.try_source)
app.command("discover")(source_discover.discover)
