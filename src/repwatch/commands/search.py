"""`search`: mentions that hold certain words."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from repwatch.commands.base import Session, general
from repwatch.commands.options import (
    FILTER,
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

if TYPE_CHECKING:
    from datetime import tzinfo

    from repwatch.render import Column, Format
    from repwatch.store.base import MentionRow

LIMIT = 20
BRIEF = "id,at,brand,source,label,sentiment,url,snippet"
"""What a pipe gets of each mention, unless it asks for other columns."""


@general
@filtered
def search(
    session: Session,
    query: Annotated[
        list[str], typer.Argument(metavar="QUERY", help='Words, "phrases", -not, OR; all must be there.')
    ],
    limit: Annotated[
        int, typer.Option("-n", "--limit", min=1, help="At most so many.", rich_help_panel=FILTER)
    ] = LIMIT,
    sort: Annotated[
        Literal["newest", "oldest", "negative", "engaged", "urgent", "rank"],
        typer.Option("--sort", help="What comes first; rank is the best hit.", rich_help_panel=FILTER),
    ] = "newest",
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
    """Find mentions by their words, in titles and texts.

    Examples:

        repwatch search refund
        repwatch search '"charged twice" OR refund' --since 7d --label negative
        repwatch search login -- -android
    """
    from datetime import UTC

    from repwatch.commands.filters import build_filter
    from repwatch.render import ENDINGS, choose, chosen_format, listing, paged

    format: Format = chosen_format(
        None, json=json, jsonl=jsonl, csv=csv, default="table", path=output, endings=ENDINGS
    )
    found, _ = build_filter(session, asked)
    words = " ".join(query)
    zone = UTC if utc else session.settings.timezone
    several = len(session.settings.brands) > 1
    if columns is None and format == "table" and (output or not session.out.is_terminal):
        columns = BRIEF
    picked = choose(result_columns(session, zone, several), columns)
    with closing(session.reader()) as reader:
        hits = reader.mentions(replace(found, words=words), order=sort, limit=limit + 1)
        rows = [_result(row) for row in hits]
    with paged(session.out, output is None and format == "table" and not session.flags.no_pager):
        listing(
            session.out,
            rows[:limit],
            picked,
            schema="repwatch.search/1",
            key="mentions",
            format=format,
            path=output,
            header=not no_header,
        )
    if not rows:
        session.say("No mention has these words. Fewer words, or another --since, find more.")
    elif len(rows) > limit:
        session.say(f"These are the first {limit}; more with -n {limit * 5}")


def result_columns(session: Session, zone: tzinfo, brands: bool) -> list[Column]:
    """Return the columns of a search; the snippet is last, so that it alone is shortened."""
    from repwatch.commands.excerpts import emphasised
    from repwatch.formats import short_id
    from repwatch.render import Column
    from repwatch.words import signed, when
    from repwatch.writers import COLUMNS

    def machine(*names: str) -> list[Column]:
        return [Column(name, where="machine") for name in names]

    first = {"id", "brand", "source", "at", "sentiment", "label"}
    return [
        Column("id", show=short_id, style="cyan"),
        Column("at", "when", show=lambda moment: when(moment, zone, session.now), optional=1),
        *([Column("brand", optional=2)] if brands else machine("brand")),
        Column("source", optional=2),
        *machine("label"),
        Column("sentiment", "tone", right=True, show=signed),
        *machine(*(name for name in COLUMNS if name not in first)),
        Column("snippet", where="machine"),
        Column("shown", "", show=emphasised, where="terminal"),
    ]


def _result(row: MentionRow) -> dict[str, Any]:
    from repwatch.commands.excerpts import begun, unmarked
    from repwatch.writers import record

    snippet = row.snippet or ""
    return record(row) | {"snippet": unmarked(snippet), "shown": begun(snippet)}
