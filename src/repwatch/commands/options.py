"""Options that several commands share, worded once."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
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


class KindChoice(StrEnum):
    """What somebody wants (model.Intent), as typer takes it."""

    complaint = "complaint"
    question = "question"
    praise = "praise"
    request = "request"
    promotion = "promotion"
    other = "other"


class UrgencyChoice(StrEnum):
    """The urgencies as typer takes them."""

    high = "high"
    medium = "medium"
    low = "low"


class SenderChoice(StrEnum):
    """Who speaks, as typer takes it; own posts have an option of their own where they are shown."""

    customer = "customer"
    spam = "spam"
    giveaway = "giveaway"
    job_ad = "job_ad"
    bot = "bot"


class RelevanceChoice(StrEnum):
    """The relevances as typer takes them."""

    about = "about"
    unsure = "unsure"
    not_about = "not_about"


KindOption = Annotated[
    list[KindChoice] | None,
    typer.Option("--kind", help="Only what wants this; may be repeated.", rich_help_panel=FILTER),
]
UrgencyOption = Annotated[
    list[UrgencyChoice] | None,
    typer.Option("--urgency", help="Only what is so urgent; may be repeated.", rich_help_panel=FILTER),
]
SenderOption = Annotated[
    list[SenderChoice] | None,
    typer.Option("--sender", help="Only what they say; may be repeated.", rich_help_panel=FILTER),
]
RelevanceOption = Annotated[
    list[RelevanceChoice] | None,
    typer.Option(
        "--relevance",
        help="Only these, instead of about; may be repeated.",
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
class Asked:
    """Which mentions a command is about, as it was typed; see filters.build_filter."""

    brand: Sequence[str] | None = None
    source: Sequence[str] | None = None
    since: str | None = None
    until: str | None = None
    period: str | None = None
    label: Sequence[str] | None = None
    lang: Sequence[str] | None = None
    kind: Sequence[str] | None = None
    urgency: Sequence[str] | None = None
    sender: Sequence[str] | None = None
    relevance: Sequence[str] | None = None

    @property
    def anything(self) -> bool:
        """Whether any of the options was used."""
        return self != Asked()


_FILTER_OPTIONS: dict[str, Any] = {
    "brand": BrandOption,
    "source": SourceOption,
    "since": SinceOption,
    "until": UntilOption,
    "period": PeriodOption,
    "label": LabelOption,
    "lang": LangOption,
    "kind": KindOption,
    "urgency": UrgencyOption,
    "sender": SenderOption,
    "relevance": RelevanceOption,
}


def filtered(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say which mentions are meant; they come as `asked`."""
    options = {name: (kind, None) for name, kind in _FILTER_OPTIONS.items()}
    return _given(command, "asked", options, lambda typed: Asked(**typed), first=True)


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
    return _given(command, "shown", _LISTING_OPTIONS, _listing)


def _listing(typed: Mapping[str, Any]) -> Listing:
    from repwatch.render import ENDINGS, chosen_format

    format = chosen_format(
        None,
        json=typed["json"],
        jsonl=typed["jsonl"],
        csv=typed["csv"],
        path=typed["output"],
        endings=ENDINGS,
        default="table",
    )
    return Listing(
        format=format,
        path=typed["output"],
        columns=typed["columns"],
        header=not typed["no_header"],
    )


def _given(
    command: Callable[..., None],
    name: str,
    options: Mapping[str, tuple[Any, Any]],
    make: Callable[[Mapping[str, Any]], object],
    *,
    first: bool = False,
) -> Callable[..., None]:
    """Give a command options (their types and defaults) that come to it as one value.

    They are listed after its own, or else right after its session.
    """

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        typed = {option: kwargs.pop(option, default) for option, (_, default) in options.items()}
        command(*args, **kwargs, **{name: make(typed)})

    own = [p for p in inspect.signature(command, eval_str=True).parameters.values() if p.name != name]
    added = [
        inspect.Parameter(option, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for option, (kind, default) in options.items()
    ]
    before, after = (own[:1], own[1:]) if first else (own, [])
    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # as in general
        [*before, *added, *(p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in after)]
    )
    return run
