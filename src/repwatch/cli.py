"""The list of commands, and errors put into words and exit codes."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from importlib import import_module
from itertools import chain
from keyword import iskeyword
from pathlib import Path
from typing import Annotated, Any

import typer

from repwatch import __version__
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
from repwatch.errors import Busy, ConfigError, Mistake, RepwatchError, SourceError, StoreError, UsageError

COMMANDS: dict[str, dict[str, str]] = {
    "Start": {
        "demo": "Try repwatch on an invented brand, offline: scan, report and export, all for real.",
        "init": "Write a first configuration; asks for what it is not told.",
        "status": "Show how fresh each source is, what fails, and when the last scan was.",
        "doctor": "Check the configuration, the store, the disk, the clock, the sources and the schedule.",
        "schedule": "Print what makes cron or systemd scan regularly; nothing is installed.",
    },
    "Collect": {
        "scan": "Read the places that are due, judge what is new, and keep what is about a brand.",
        "import": "Read mentions out of files: tables, exports of other tools, mails, saved pages, feeds.",
        "score": "Say how a text sounds: its label, and a score from -1 to 1.",
        "train": "Let the model learn about a brand from the labels that people corrected.",
        "runs": "What each scan did.",
    },
    "Work": {
        "inbox": "Show what needs an answer, the most urgent first.",
        "search": "Find mentions by their words, in titles and texts.",
        "mention": "Single mentions.",
        "label": "Label the mentions that would teach most, with one key each.",
    },
    "Report": {
        "report": "Say how brands fared: how much was said, how it sounded, where, and what was not seen.",
        "export": "Write mentions out, oldest first, each with all that is known about it.",
    },
    "Care": {
        "eval": "Say how well negative mentions are told from others, on the labels that you gave yourself.",
    },
    "Set up": {
        "brand": "What is watched.",
        "source": "The places that are read.",
        "config": "See and check the configuration.",
        "completion": "Print a script that completes commands and flags in a shell.",
        "help": "Show help on a command or a topic.",
    },
}
"""Every command with its summary, as help lists them. A command is the function, or else the `app`,
of the module of its name; a test holds the summaries against theirs."""

NARROWEST = 40
"""Characters that a message has beside what it is about; where there are fewer, it stands below."""

COMPLETING = "_REPWATCH_COMPLETE" in os.environ


class _Listing(typer.core.TyperGroup):
    """Help that lists the commands under headings."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 (the context is typer's)
        """Write the list of commands."""
        for heading, commands in COMMANDS.items():
            with formatter.section(heading):
                formatter.write_dl(list(commands.items()))


# Help is plain text: drawing boxes would cost more than all the rest of it.
app = typer.Typer(
    name="repwatch",
    cls=_Listing,
    help="Hear what customers say about a brand in public, find what needs an answer, report numbers.",
    epilog="Start with: repwatch init --brand NAME    Try it with: repwatch demo    More: repwatch help",
    rich_markup_mode=None,
    add_completion=COMPLETING,
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
        from repwatch.config import find

        if config is None and find() is None:
            print(context.get_help())
        else:
            from repwatch.commands.status import status

            status(
                _context=context,
                **{f"general_{name}": getattr(context.obj, name) for name in Flags.__dataclass_fields__},
            )


def add_commands(words: Iterable[str]) -> None:
    """Add all commands, and load those that are named in words; all of them for `help`."""
    for name, summary in chain.from_iterable(commands.items() for commands in COMMANDS.values()):
        if name not in words and "help" not in words:
            app.command(name, help=summary)(_not_loaded)  # enough to list it and to complete its name
            continue
        module = import_module(f"repwatch.commands.{_in_python(name)}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name)
        else:
            app.command(name)(getattr(module, _in_python(name)))


def _in_python(name: str) -> str:
    """Return a command's name as Python's grammar allows it: import_ for import."""
    return name + "_" * iskeyword(name)


def _not_loaded() -> None:
    raise AssertionError("a command runs only when it is named")


def run() -> int:
    """Run the command line; return its exit code."""
    add_commands([*sys.argv[1:], *os.environ.get("COMP_WORDS", "").split()])
    try:
        app(prog_name="repwatch")
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
    from repwatch.formats import folded
    from repwatch.text import clean
    from repwatch.urls import redact

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
    width = shutil.get_terminal_size().columns if sys.stderr.isatty() else None
    lines = folded(error.message if mistakes else f"repwatch: {error.message}", width)
    if mistakes:
        lines += ["", *_listed(mistakes, width), ""]
    for hint in (error.hint or "").splitlines():
        lines += folded(hint, width)
    print(redact("\n".join(clean(line) for line in lines)), file=sys.stderr)


def _listed(mistakes: Sequence[Mistake], width: int | None) -> Iterator[str]:
    """Yield a line for each mistake; on a screen it is folded beside its key, or below it if that is wide."""
    from repwatch.formats import folded

    rows = [(f"line {m.line}" if m.line else m.file, m.key, m.message) for m in mistakes]
    wide, keys = max(len(row[0]) for row in rows), max(len(row[1]) for row in rows)
    for place, key, message in rows:
        head = "  ".join(("", f"{place:{wide}}", *[f"{key:{keys}}"] * bool(keys), ""))
        if width is None or width - len(head) >= NARROWEST:
            yield from folded(head + message, width, indent=len(head))
        else:
            yield head.rstrip()
            yield from folded(f"    {message}", width, indent=4)


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
    from platformdirs import user_state_path

    from repwatch.urls import redact

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
