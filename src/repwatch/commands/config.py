"""repwatch config: which configuration is used, what it comes to, and whether it is right."""

from __future__ import annotations

from typing import Annotated

import typer

from repwatch.commands.base import Group, Session, general
from repwatch.commands.options import JsonOption

app = typer.Typer(cls=Group, help="See and check the configuration.", no_args_is_help=True)

OriginOption = Annotated[bool, typer.Option("--origin", help="Say where each value comes from.")]


@app.command("path")
@general
def path(session: Session) -> None:
    """Print which configuration file is used.

    Examples:

        repwatch config path
    """
    from repwatch.config.files import find, missing

    found = find(session.flags.config)
    if found is None:
        raise missing()
    print(found.absolute())


@app.command("check")
@general
def check(session: Session) -> None:
    """Say every mistake in the configuration, and what in it may not be meant.

    Exits with 3 if something is wrong, with 4 if only a secret is missing.

    Examples:

        repwatch config check
    """
    from repwatch.config import examine, shown
    from repwatch.outcomes import NO_ACCESS
    from repwatch.words import plural

    checked = examine(session.flags.config, database=session.flags.db)
    for warning in checked.warnings:
        line = "" if warning.line is None else f"line {warning.line}  "
        session.warn(f"! {line}{warning.key}  {warning.message}")
    config = checked.config
    if not session.flags.quiet:
        brands = plural(len(config.brands), "brand")
        sources = plural(len(config.sources), "source")
        print(f"{shown(config.path)} is right: {brands}, {sources}")
    if lacking := [key for key, source in config.sources.items() if source.lacks and not source.paused]:
        session.warn(f"{', '.join(lacking)} can't be read until its secret is there")
        raise typer.Exit(NO_ACCESS)


@app.command("show")
@general
def show(session: Session, origin: OriginOption = False, json: JsonOption = False) -> None:
    """Print every option with the value that holds in the end; secrets stay hidden.

    Examples:

        repwatch config show --origin
    """
    from repwatch.config.files import layers
    from repwatch.config.show import nested, settings

    layered = layers(session.flags.config, database=session.flags.db)
    found = settings(layered)
    if json:
        from repwatch.formats import json_document

        values = {"path": str(layered.path.absolute()), "values": nested(found)}
        origins = {"origins": {one.key: one.origin for one in found}} if origin else {}
        print(json_document("repwatch.config/1", values | origins), end="")
    elif origin:
        from repwatch.config.show import written
        from repwatch.render import Column, table

        rows = [{"key": one.key, "value": written(one.value), "origin": one.origin} for one in found]
        table(session.out, rows, [Column("key"), Column("origin"), Column("value")])
    else:
        import tomlkit

        print(tomlkit.dumps(nested(found)), end="")
