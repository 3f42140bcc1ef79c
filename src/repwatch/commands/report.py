"""`report`: how brands fared in a window, against an earlier one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from heapq import nsmallest
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from repwatch.commands.base import Session, general
from repwatch.commands.options import (
    FILTER,
    OUTPUT,
    Asked,
    ColumnsOption,
    CsvOption,
    JsonlOption,
    JsonOption,
    NoHeaderOption,
    OutputOption,
    UtcOption,
    filtered,
)
from repwatch.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from repwatch.config import SourceConfig
    from repwatch.metrics import Coverage, Tally
    from repwatch.model import Brand
    from repwatch.period import Window
    from repwatch.store.base import By, Filter, MentionRow, Reader

ReportFormat = Literal["table", "json", "jsonl", "csv", "md"]
View = Literal["summary", "trend", "sources", "brands"]

DEFAULT_WINDOW = "7d"
MOST_BLOCKS = 5
"""Own brands that a summary shows one by one; of more, those with the most mentions."""
EXAMPLES = 3
"""Most negative, and most engaged, mentions shown of each brand."""
CANDIDATES = 200
"""Most negative mentions that the examples are picked from."""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """What one source had of a brand, and how well it was read."""

    source: str
    tally: Tally
    coverage: Coverage


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One brand in one window; `before` is None when nothing was compared.

    `days` leave out undated mentions whose day is not known; `unsure` are counted nowhere else.
    """

    brand: Brand
    now: Tally
    before: Tally | None
    days: Sequence[tuple[str, Tally]]
    sources: Sequence[SourceLine]
    unscored: Mapping[str, int]
    unsure: int
    newest_at: datetime | None = None
    negative: Sequence[MentionRow] = ()
    engaged: Sequence[MentionRow] = ()

    @property
    def undated(self) -> int:
        """How many of the mentions are in none of the days."""
        return self.now.mentions - sum(tally.mentions for _, tally in self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that a report says, before it is worded."""

    filter: Filter
    window: Window
    compared: Window | None
    blocks: Sequence[Block]
    voices: Sequence[tuple[Brand, Tally, Tally | None]]
    """Every watched brand that was asked for, for the shares."""
    not_shown: Sequence[Brand] = ()
    coverage: Mapping[str, Coverage] = field(default_factory=dict)
    first_scan_at: datetime | None = None
    """The first scan of all, if it was in or after the window."""
    last_scan_at: datetime | None = None


def gather(
    reader: Reader,
    filter: Filter,
    window: Window,
    compared: Window | None,
    *,
    brands: Mapping[str, Brand],
    sources: Mapping[str, SourceConfig],
    now: datetime,
    examples: int = EXAMPLES,
    most_blocks: int | None = None,
) -> Report:
    """Return a report: arithmetic on the store's counts.

    Args:
        reader: asked a handful of questions, however many brands there are.
        filter: which mentions; brands that are not configured are left out.
        window: from when to when, the same as in the filter.
        compared: an earlier window, or None.
        brands: the configured brands by key.
        sources: the configured sources by key, shown also when they gave nothing.
        now: gaps are looked for up to here.
        examples: how many most negative and most engaged mentions each brand gets.
        most_blocks: so many brands get a block of their own, unless they were asked for.
    """
    from repwatch import metrics
    from repwatch.period import days

    asked = {key: brand for key, brand in brands.items() if not filter.brands or key in filter.brands}
    earlier = replace(filter, since=compared.since, until=compared.until) if compared else None
    by_source = _by_brand(reader, filter, "source")
    before = {key: tallies[""] for key, tallies in _by_brand(reader, earlier).items()} if earlier else {}
    by_day = _by_brand(reader, replace(filter, trended=True), "day")
    unsure = {} if "unsure" in filter.relevance else _by_brand(reader, replace(filter, relevance=("unsure",)))
    unscored = (
        _by_brand(reader, replace(filter, labels=("unscored",)), "lang") if _any_unscored(by_source) else {}
    )
    outcomes = reader.outcomes(window.since, now)
    every_s = {key: source.every_s for key, source in sources.items()}
    coverage = metrics.coverage(outcomes, window, now=now, every_s=every_s)

    def tally_of(key: str) -> Tally:
        return metrics.total(by_source.get(key, {}).values())

    def before_of(key: str) -> Tally | None:
        return before.get(key, metrics.Tally()) if compared else None

    own = [key for key, brand in asked.items() if brand.role == "own" or filter.brands] or list(asked)
    shown = own
    if most_blocks and len(own) > most_blocks and not filter.brands:
        shown = sorted(own, key=lambda key: -tally_of(key).mentions)[:most_blocks]
    every_day = days(window, window.zone)
    blocks = [
        Block(
            brand=asked[key],
            now=tally_of(key),
            before=before_of(key),
            days=metrics.by_day(every_day, by_day.get(key, {})),
            sources=_source_lines(by_source.get(key, {}), coverage, _asked_of(sources, key, filter)),
            unscored={lang: tally.mentions for lang, tally in sorted(unscored.get(key, {}).items())},
            unsure=unsure[key][""].mentions if key in unsure else 0,
            newest_at=None if tally_of(key).mentions else _newest_at(reader, filter, key),
            negative=_most_negative(reader, filter, key, examples),
            engaged=_most_engaged(reader, filter, key, examples),
        )
        for key in shown
    ]
    started = [outcome.started_at for outcome in outcomes]
    return Report(
        filter=filter,
        window=window,
        compared=compared,
        blocks=blocks,
        voices=[(brand, tally_of(key), before_of(key)) for key, brand in asked.items()],
        not_shown=[asked[key] for key in own if key not in shown],
        coverage=coverage,
        first_scan_at=min(started) if started and min(started) >= window.since else None,
        last_scan_at=max(started, default=None),
    )


def _by_brand(reader: Reader, filter: Filter, *by: By) -> dict[str, dict[str, Tally]]:
    """Return tallies by brand and then by the other group, which is "" when there is none."""
    from repwatch.metrics import total

    found: dict[str, dict[str, Tally]] = {}
    for count in reader.counts(filter, ("brand", *by)):
        found.setdefault(count.key[0], {})["".join(count.key[1:])] = total([count])
    return found


def _asked_of(sources: Mapping[str, SourceConfig], brand: str, filter: Filter) -> list[str]:
    return [
        key
        for key, source in sources.items()
        if (not source.brands or brand in source.brands)
        and source.about in (None, brand)
        and (not filter.sources or key in filter.sources)
    ]


def _any_unscored(tallies: Mapping[str, Mapping[str, Tally]]) -> bool:
    return any(tally.unscored for of_brand in tallies.values() for tally in of_brand.values())


def _source_lines(
    tallies: Mapping[str, Tally], coverage: Mapping[str, Coverage], sources: Iterable[str]
) -> list[SourceLine]:
    from repwatch.metrics import Coverage, Tally

    known = frozenset(sources)
    names = dict.fromkeys([*tallies, *sorted(known)])

    def covered(name: str) -> Coverage:
        return coverage.get(name) or Coverage("none yet" if name in known else "imported")

    lines = [SourceLine(name, tallies.get(name, Tally()), covered(name)) for name in names]
    return sorted(lines, key=lambda line: (-line.tally.mentions, line.source))


def _most_negative(reader: Reader, filter: Filter, brand: str, limit: int) -> list[MentionRow]:
    if not limit or (filter.labels and "negative" not in filter.labels):
        return []
    found = replace(filter, brands=(brand,), labels=("negative",))
    rows = reader.mentions(found, order="negative", limit=max(CANDIDATES, limit))
    return nsmallest(limit, (row for row in rows if row.gone_at is None), key=_complaint)


def _complaint(row: MentionRow) -> tuple[bool, float, int, float]:
    """Return what orders complaints: those in words, the most negative, discussed and newest first."""
    tone = 0.0 if row.sentiment is None else row.sentiment
    return by_rating_alone(row.reasons), round(tone, 2), -row.engagement, -row.at.timestamp()


_WEIGHT = re.compile(r" [+-][0-9]+\.[0-9]+$")


def by_rating_alone(reasons: Sequence[str]) -> bool:
    """Tell whether a label was carried by a rating and no word: see the reasons of score.py."""
    carried = [reason for reason in reasons if _WEIGHT.search(reason)]
    return bool(carried) and all(reason.startswith("rating ") for reason in carried)


def _most_engaged(reader: Reader, filter: Filter, brand: str, limit: int) -> list[MentionRow]:
    if not limit:
        return []
    rows = reader.mentions(replace(filter, brands=(brand,)), order="engaged", limit=max(CANDIDATES, limit))
    return [row for row in rows if row.engagement and row.gone_at is None][:limit]


def _newest_at(reader: Reader, filter: Filter, brand: str) -> datetime | None:
    anywhere = replace(filter, brands=(brand,), since=None, until=None)
    return next((row.at for row in reader.mentions(anywhere, limit=1)), None)


CompareOption = Annotated[
    Literal["previous", "year", "none"],
    typer.Option(
        "--compare",
        help="Against the window before, the same a year earlier, or nothing.",
        rich_help_panel=FILTER,
    ),
]
ExamplesOption = Annotated[
    int | None,
    typer.Option(
        "-n",
        "--limit",
        min=0,
        help=f"Most negative, and most engaged, mentions in a summary: {EXAMPLES}.",
        rich_help_panel=FILTER,
    ),
]
FormatOption = Annotated[
    ReportFormat | None,
    typer.Option("--format", help="By the ending of FILE, else table.", rich_help_panel=OUTPUT),
]


@general
@filtered
def report(
    session: Session,
    view: Annotated[
        View, typer.Argument(help="What to show: summary, trend, sources or brands.")
    ] = "summary",
    compare: CompareOption = "previous",
    limit: ExamplesOption = None,
    format: FormatOption = None,
    json: JsonOption = False,
    jsonl: JsonlOption = False,
    csv: CsvOption = False,
    output: OutputOption = None,
    columns: ColumnsOption = None,
    no_header: NoHeaderOption = False,
    utc: UtcOption = False,
    *,
    asked: Asked,
) -> None:
    """Say how brands fared: how much was said, how it sounded, where, and what was not seen.

    Examples:

        repwatch report --since 7d
        repwatch report sources --period last-week --brand acme
        repwatch report --period last-month --compare year -n 10 -o report.md
    """
    from repwatch.commands.filters import build_filter
    from repwatch.commands.report_views import show
    from repwatch.render import ENDINGS, chosen_format

    endings: dict[str, ReportFormat] = {**ENDINGS, ".md": "md", ".markdown": "md"}
    written = chosen_format(
        format, json=json, jsonl=jsonl, csv=csv, default="table", path=output, endings=endings
    )
    if limit is not None and view != "summary":
        raise UsageError(f"-n is about the examples of a summary, not {view}", hint="Leave out -n.")
    if columns is not None and written == "json":
        raise UsageError(
            "a report's JSON document is always whole", hint="Leave out --columns, or use --jsonl."
        )
    found, window = build_filter(session, asked, default=DEFAULT_WINDOW)
    settings = session.settings
    earlier = {"previous": window.before, "year": window.year_before}.get(compare)
    with closing(session.reader()) as reader:
        gathered = gather(
            reader,
            found,
            window,
            earlier() if earlier else None,
            brands=settings.brands,
            sources=settings.sources,
            now=session.now,
            examples=(EXAMPLES if limit is None else limit) if view == "summary" else 0,
            most_blocks=MOST_BLOCKS if view == "summary" and written in ("table", "md") else None,
        )
    show(
        session,
        gathered,
        view,
        format=written,
        path=output,
        columns=columns,
        header=not no_header,
        utc=utc,
    )
