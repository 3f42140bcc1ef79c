"""The list of commands, and errors put into words and exit codes."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from repwatch import __version__
from repwatch.commands import (
    brand,
    completion,
    config,
    demo,
    doctor,
    export,
    help,
    init,
    mention,
    report,
    runs,
    scan,
    schedule,
    score,
    search,
    source,
    status,
)
from repwatch.commands.base import (
    ColorOption,
    ConfigOption,
    DbOption,
    Flags,
    NoInputOption,
    NoPagerOption,
    QuietOption,
    VerboseOption,
)
from repwatch.errors import Busy, ConfigError, RepwatchError, SourceError, StoreError, UsageError

START, COLLECT, REPORT, SET_UP = "Start", "Collect", "Report", "Set up"

app = typer.Typer(
    name="repwatch",
    help="Hear what customers say about a brand in public, find what needs an answer, report numbers.",
    epilog="Start with: repwatch init --brand NAME    Try it with: repwatch demo    More: repwatch help",
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"repwatch {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    config: ConfigOption = None,
    db: DbOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = 0,
    color: ColorOption = None,
    no_input: NoInputOption = False,
    no_pager: NoPagerOption = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Take the general flags; without a command show the status, or help before there is any."""
    del version  # its callback has seen to it
    context.obj = Flags(config, db, quiet, verbose, color, no_input, no_pager)
    if context.invoked_subcommand is None:
        from repwatch.config import find  # noqa: PLC0415 (not for help and completion)

        if config is None and find() is None:
            print(context.get_help())
        else:
            status.status(
                _context=context,
                **{f"general_{name}": getattr(context.obj, name) for name in Flags.__dataclass_fields__},
            )


app.command("demo", rich_help_panel=START)(demo.demo)
app.command("init", rich_help_panel=START)(init.init)
app.command("status", rich_help_panel=START)(status.status)
app.command("doctor", rich_help_panel=START)(doctor.doctor)
app.command("schedule", rich_help_panel=START)(schedule.schedule)
app.command("scan", rich_help_panel=COLLECT)(scan.scan)
app.command("score", rich_help_panel=COLLECT)(score.score)
app.add_typer(runs.app, name="runs", rich_help_panel=COLLECT)
app.command("report", rich_help_panel=REPORT)(report.report)
app.command("search", rich_help_panel=REPORT)(search.search)
app.command("export", rich_help_panel=REPORT)(export.export)
app.add_typer(mention.app, name="mention", rich_help_panel=REPORT)
app.add_typer(brand.app, name="brand", rich_help_panel=SET_UP)
app.add_typer(source.app, name="source", rich_help_panel=SET_UP)
app.add_typer(config.app, name="config", rich_help_panel=SET_UP)
app.command("completion", rich_help_panel=SET_UP)(completion.completion)
app.command("help", rich_help_panel=SET_UP)(help.help)


def run() -> int:
    """Run the command line; return its exit code."""
    try:
        app()
    except RepwatchError as error:
        _tell(error)
        return exit_code(error)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        return _report_bug(error)
    return 0


EXIT_CODES: dict[type[RepwatchError], int] = {
    UsageError: 2,
    ConfigError: 3,
    Busy: 75,
    StoreError: 7,
    SourceError: 6,
    RepwatchError: 1,
}
"""Each error's exit code; of several that fit, the first."""


def exit_code(error: RepwatchError) -> int:
    """Return what an error means to a shell, as `repwatch help exit-codes` lists it."""
    if isinstance(error, SourceError) and error.reason == "login":
        return 4
    return next(code for kind, code in EXIT_CODES.items() if isinstance(error, kind))


def _tell(error: RepwatchError) -> None:
    """Put an error into words on stderr, or into JSON for who asked for JSON."""
    from repwatch.text import clean  # noqa: PLC0415 (not for help and completion)
    from repwatch.urls import redact  # noqa: PLC0415 (as above)

    mistakes = error.mistakes if isinstance(error, ConfigError) else ()
    if "--json" in sys.argv or "--jsonl" in sys.argv:
        record = {
            "code": _code(error),
            "exit": exit_code(error),
            "message": redact(clean(error.message)),
            "hint": error.hint and redact(clean(error.hint)),
            "where": error.where,
        }
        if mistakes:
            record["mistakes"] = [
                {"file": m.file, "line": m.line, "key": m.key, "message": m.message} for m in mistakes
            ]
        print(json.dumps({"error": record}, ensure_ascii=False), file=sys.stderr)
        return
    lines = [error.message if mistakes else f"repwatch: {error.message}"]
    if mistakes:
        places = [f"line {m.line}" if m.line else m.file for m in mistakes]
        wide, keys = max(map(len, places)), max(len(m.key) for m in mistakes)
        lines += [
            "",
            *(f"  {p:{wide}}  {m.key:{keys}}  {m.message}" for p, m in zip(places, mistakes, strict=True)),
            "",
        ]
    if error.hint:
        lines.append(error.hint)
    print(redact("\n".join(clean(line) for line in lines)), file=sys.stderr)


def _code(error: RepwatchError) -> str:
    match error:
        case ConfigError():
            return "config_invalid" if error.mistakes else "config_missing"
        case SourceError():
            return error.reason
        case Busy():
            return "busy"
        case StoreError():
            return "store"
        case UsageError():
            return "usage"
    return "error"


def _report_bug(error: Exception) -> int:
    """Say in two lines that this is our fault, and where the details are."""
    from platformdirs import user_state_path  # noqa: PLC0415 (only when something broke)

    from repwatch.urls import redact  # noqa: PLC0415 (as above)

    details = redact("".join(traceback.format_exception(error)))
    name = redact(f"{type(error).__name__}: {error}")
    print(f"repwatch: something went wrong that should not have: {name}"[:500], file=sys.stderr)
    log = Path(user_state_path("repwatch")) / "errors.log"
    with contextlib.suppress(OSError):
        log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
            file.write(f"{datetime.now(UTC).isoformat()} repwatch {__version__}\n{details}\n")
        print(f"The details are in {log}", file=sys.stderr)
    return 1
