"""Options that several commands share, worded once."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from repwatch.render import Column, Format, Row

FILTER = "Which mentions"
OUTPUT = "Output"

BrandOption = Annotated[
    list[str] | None,
    typer.Option(
        "-b", "--brand", metavar="BRAND", help="Only this brand; may be repeated.", rich_help_panel=FILTER
    ),
]
SourceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--source", metavar="SOURCE", help="Only this source; may be repeated.", rich_help_panel=FILTER
    ),
]
SinceOption = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="TIME",
        help="From then on: 24h, 7d, 2w, 3mo, 2026-11-01, today.",
        rich_help_panel=FILTER,
    ),
]
UntilOption = Annotated[
    str | None,
    typer.Option("--until", metavar="TIME", help="Up to then; the same words.", rich_help_panel=FILTER),
]
PeriodOption = Annotated[
    str | None,
    typer.Option(
        "--period",
        metavar="PERIOD",
        help="A whole one: last-week, 2026-W46, 2026-11.",
        rich_help_panel=FILTER,
    ),
]


class LabelChoice(StrEnum):
    """The labels as typer takes them: it knows lists of enumerations, but not of literals."""

    negative = "negative"
    neutral = "neutral"
    positive = "positive"
    unscored = "unscored"


LabelOption = Annotated[
    list[LabelChoice] | None,
    typer.Option("--label", help="Only this label; may be repeated.", rich_help_panel=FILTER),
]
LangOption = Annotated[
    list[str] | None,
    typer.Option(
        "--lang",
        metavar="LANG",
        help="Only this language, such as en; may be repeated.",
        rich_help_panel=FILTER,
    ),
]
LimitOption = Annotated[
    int | None,
    typer.Option("-n", "--limit", min=1, help="At most so many.", rich_help_panel=FILTER),
]

JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document.", rich_help_panel=OUTPUT)]
JsonlOption = Annotated[bool, typer.Option("--jsonl", help="One JSON record a line.", rich_help_panel=OUTPUT)]
CsvOption = Annotated[bool, typer.Option("--csv", help="Comma-separated values.", rich_help_panel=OUTPUT)]
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", metavar="FILE", help="Write there; - is standard output.", rich_help_panel=OUTPUT
    ),
]
ColumnsOption = Annotated[
    str | None,
    typer.Option(
        "--columns", metavar="A,B,C", help="Only these columns, in this order.", rich_help_panel=OUTPUT
    ),
]
NoHeaderOption = Annotated[
    bool, typer.Option("--no-header", help="No line of column names.", rich_help_panel=OUTPUT)
]
UtcOption = Annotated[
    bool, typer.Option("--utc", help="Times in UTC, also at a terminal.", rich_help_panel=OUTPUT)
]
YesOption = Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")]


@dataclass(frozen=True, kw_only=True)
class Listing:
    """How a command is to show what it lists."""

    format: Format
    path: Path | None
    columns: str | None
    header: bool

    def show(
        self, out: Console, rows: Iterable[Row], columns: Sequence[Column], *, schema: str, key: str
    ) -> None:
        """Write rows as was asked for; see render.listing."""
        from repwatch.render import choose, listing

        listing(
            out,
            rows,
            choose(columns, self.columns),
            schema=schema,
            key=key,
            format=self.format,
            path=self.path,
            header=self.header,
        )


_LISTING_OPTIONS: dict[str, tuple[Any, Any]] = {
    "json": (JsonOption, False),
    "jsonl": (JsonlOption, False),
    "csv": (CsvOption, False),
    "output": (OutputOption, None),
    "columns": (ColumnsOption, None),
    "no_header": (NoHeaderOption, False),
}


def listed(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that lists something the options that say how; they come as a Listing, `shown`."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        from repwatch.render import ENDINGS, chosen_format

        typed = {name: kwargs.pop(name, default) for name, (_, default) in _LISTING_OPTIONS.items()}
        format = chosen_format(
            None,
            json=typed["json"],
            jsonl=typed["jsonl"],
            csv=typed["csv"],
            path=typed["output"],
            endings=ENDINGS,
            default="table",
        )
        shown = Listing(
            format=format,
            path=typed["output"],
            columns=typed["columns"],
            header=not typed["no_header"],
        )
        command(*args, **kwargs, shown=shown)

    own = [p for p in inspect.signature(command, eval_str=True).parameters.values() if p.name != "shown"]
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in _LISTING_OPTIONS.items()
    ]
    run.__signature__ = inspect.Signature([*own, *added])  # type: ignore[attr-defined]  # as in general
    return run
