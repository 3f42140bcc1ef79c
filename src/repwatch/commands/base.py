"""What every command has: the general flags, and a session opened by them.

A command is a function whose first parameter is a Session. `general` adds the general flags to
its signature, so that they work before and after the command's name and are worded once.
Everything heavy is imported when a command asks for it: `--help` and completion stay quick.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, Literal, ParamSpec

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from repwatch.config import Config
    from repwatch.judge import Judge
    from repwatch.judging.care import Taught
    from repwatch.store.base import Reader, Store

P = ParamSpec("P")

Color = Literal["auto", "always", "never"]

GENERAL = "General options"
LONGEST_LINE = 1_000


@dataclass(frozen=True)
class Flags:
    """The general flags as they were typed."""

    config: Path | None = None
    db: str | None = None
    quiet: bool = False
    verbose: int = 0
    color: Color | None = None
    no_input: bool = False
    no_pager: bool = False

    def over(self, outer: Flags) -> Flags:
        """Return these flags, and the outer ones (typed before the command's name) where unset."""
        default = Flags()
        unset = {
            name: getattr(outer, name)
            for name in self.__dataclass_fields__
            if getattr(self, name) == getattr(default, name)
        }
        return replace(self, **unset)


class Session:
    """What a command works with; opened when first asked for."""

    def __init__(self, flags: Flags) -> None:
        self.flags = flags
        self.now = datetime.now(UTC)
        self._needed: tuple[str, ...] | None = None

    def needs(self, *sources: str) -> None:
        """Say, before anything else, which sources are asked: others may lack their secrets."""
        self._needed = sources

    @cached_property
    def config(self) -> Config:
        """The checked configuration, its sources included.

        Raises:
            ConfigError: it is missing or wrong.
        """
        from repwatch.config import load

        return load(self.flags.config, database=self.flags.db, needed=self._needed)

    @cached_property
    def settings(self) -> Config:
        """The configuration as reading commands need it: without built sources, so it opens fast.

        Raises:
            ConfigError: it is missing or wrong.
        """
        from repwatch.config import load

        if "config" in self.__dict__:
            return self.config
        return load(self.flags.config, database=self.flags.db, sources=False)

    def reader(self) -> Reader:
        """Open the store for reading.

        Raises:
            StoreError: it is missing, foreign, newer than this program or unreadable.
        """
        from repwatch.store import open_reader

        return open_reader(self.settings.database)

    def store(self) -> Store:
        """Open the store for writing, made or migrated if need be.

        Raises:
            StoreError: it is locked, full, foreign, newer than this program or read-only.
        """
        from repwatch.store import open_store

        return open_store(self.settings.database, self.settings.timezone)

    def taught(self) -> dict[str, Taught]:
        """Return what brands taught the model, by their keys; nothing where there is no database yet."""
        from contextlib import closing

        from repwatch.errors import StoreError
        from repwatch.learning.training import taught

        if not self.settings.database.exists():
            return {}
        try:
            with closing(self.reader()) as reader:
                return taught(reader.lessons())
        except StoreError as error:
            self.warn(f"what brands taught the model does not count: {error.message}")
            return {}

    def judge(self, name: str | None = None) -> Judge:
        """Return the judge that is configured, or the same with another scorer; say so if that can't work.

        Raises:
            ConfigError: the configuration is missing or wrong.
            UsageError: there is no such scorer.
        """
        from repwatch.judge import judge_for
        from repwatch.score import trouble

        scoring = replace(self.settings.scoring, scorer=name or self.settings.scoring.scorer)
        if why := trouble(scoring.scorer, scoring.model):
            self.warn(f"{scoring.scorer}: {why}")
        return judge_for(self.settings.brands.values(), scoring, self.taught())

    def pacing_store(self) -> Store:
        """Open the store for whoever asks sources without a scan: its pace and its quotas count for them.

        Where there is none yet, that is one to throw away: nothing but a scan makes the real one.

        Raises:
            StoreError: as for `store`.
        """
        import atexit
        import tempfile

        from repwatch.store import open_store

        if self.settings.database.exists():
            return self.store()
        folder = tempfile.TemporaryDirectory(prefix="repwatch-")
        atexit.register(folder.cleanup)
        return open_store(Path(folder.name) / "asked.db", self.settings.timezone)

    @cached_property
    def out(self) -> Console:
        """Results go here."""
        from repwatch.render import console

        return console(sys.stdout, self.flags.color)

    @cached_property
    def err(self) -> Console:
        """Progress, hints, warnings and errors go here."""
        from repwatch.render import console

        return console(sys.stderr, self.flags.color)

    @property
    def may_ask(self) -> bool:
        """Whether a person is there to answer a prompt."""
        return not self.flags.no_input and sys.stdin.isatty() and sys.stderr.isatty()

    def say(self, text: str) -> None:
        """Tell a person at the terminal something that is no result; not with --quiet or in a pipe."""
        from repwatch.formats import folded

        if self.flags.quiet or not sys.stderr.isatty():
            return
        for line in text.split("\n"):
            for part in folded(line, self.err.width):
                self.err.print(part, markup=False, highlight=False, soft_wrap=True)

    def warn(self, text: str) -> None:
        """Tell whoever reads stderr something that should not be missed."""
        from repwatch.formats import folded
        from repwatch.text import one_line

        width = self.err.width if self.err.is_terminal else None
        for line in text.split("\n"):
            print(*folded(one_line(line, LONGEST_LINE), width), sep="\n", file=sys.stderr)


class Group(typer.core.TyperGroup):
    """Commands under one noun; their summaries are listed whole."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands."""
        named = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, (one.help or "").split("\n\n")[0]) for name, one in named if one and not one.hidden]
            )


ConfigOption = Annotated[
    Path | None,
    typer.Option("-c", "--config", metavar="FILE", help="Configuration file.", rich_help_panel=GENERAL),
]
DbOption = Annotated[
    str | None,
    typer.Option("--db", metavar="PATH", help="Database file.", rich_help_panel=GENERAL),
]
QuietOption = Annotated[bool, typer.Option("-q", "--quiet", help="Say less.", rich_help_panel=GENERAL)]
VerboseOption = Annotated[
    int,
    typer.Option(
        "-v",
        "--verbose",
        count=True,
        show_default=False,
        help="Say more; twice for debugging.",
        rich_help_panel=GENERAL,
    ),
]
ColorOption = Annotated[
    Color | None,
    typer.Option("--color", help="When to use colour: auto.", rich_help_panel=GENERAL),
]
NoInputOption = Annotated[bool, typer.Option("--no-input", help="Never ask.", rich_help_panel=GENERAL)]
NoPagerOption = Annotated[bool, typer.Option("--no-pager", help="Never page.", rich_help_panel=GENERAL)]

_GENERAL_OPTIONS: dict[str, tuple[Any, Any]] = {
    "config": (ConfigOption, None),
    "db": (DbOption, None),
    "quiet": (QuietOption, False),
    "verbose": (VerboseOption, 0),
    "color": (ColorOption, None),
    "no_input": (NoInputOption, False),
    "no_pager": (NoPagerOption, False),
}


def general(command: Callable[Concatenate[Session, P], None]) -> Callable[..., None]:
    """Give a command the general flags; it is called with the session that they open.

    A closed pipe ends it quietly with 141, as it ends every other Unix tool.
    """
    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    contexts = [p.name for p in own if p.annotation is typer.Context]  # typer passes just one
    has_context, context_name = bool(contexts), contexts[0] if contexts else "_context"

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        context: typer.Context = kwargs[context_name] if has_context else kwargs.pop(context_name)
        typed = Flags(**{name: kwargs.pop(f"general_{name}") for name in _GENERAL_OPTIONS})
        outer = context.find_root().obj
        flags = typed.over(outer) if isinstance(outer, Flags) else typed
        if flags.verbose:
            _log(flags.verbose)
        try:
            command(Session(flags), *args, **kwargs)
            sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(141) from None

    added = [
        inspect.Parameter(f"general_{name}", inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in _GENERAL_OPTIONS.items()
    ]
    if not has_context:
        added.append(
            inspect.Parameter(context_name, inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
        )
    parameters = [*(p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own), *added]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # functions carry it, typeshed does not say so
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    run.__doc__ = flowing(command.__doc__ or "")
    return run


def _log(verbose: int) -> None:
    """Tell on stderr what is done: requests with -v, pages as well with -vv."""
    import logging

    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    logging.getLogger("repwatch").setLevel(logging.DEBUG if verbose > 1 else logging.INFO)


def flowing(doc: str) -> str:
    """Return a docstring as help: paragraphs to be wrapped by a terminal, examples as they are."""
    paragraphs = inspect.cleandoc(doc).split("\n\n")
    return "\n\n".join(f"\b\n{p}" if p.startswith(" ") else " ".join(p.split()) for p in paragraphs)
