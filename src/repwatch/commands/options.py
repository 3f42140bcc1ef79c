"""Options that several commands share, worded once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

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
