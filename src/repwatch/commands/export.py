"""`export`: mentions for spreadsheets and other programs."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
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
    LimitOption,
    NoHeaderOption,
    OutputOption,
    filtered,
)
from repwatch.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from repwatch.store.base import MentionRow
    from repwatch.writers import ExportFormat


@general
@filtered
def export(
    session: Session,
    what: Annotated[
        Literal["mentions", "labels"],
        typer.Argument(help="What is written: mentions, or the labels that people gave."),
    ] = "mentions",
    limit: LimitOption = None,
    unsure: Annotated[
        bool,
        typer.Option("--unsure", help="Also those that may be about something else.", rich_help_panel=FILTER),
    ] = False,
    own: Annotated[
        bool, typer.Option("--own", help="Also what the brand itself wrote.", rich_help_panel=FILTER)
    ] = False,
    format: Annotated[
        Literal["csv", "json", "jsonl", "xlsx"] | None,
        typer.Option("--format", help="By the ending of FILE, else csv.", rich_help_panel=OUTPUT),
    ] = None,
    json: JsonOption = False,
    jsonl: JsonlOption = False,
    csv: CsvOption = False,
    excel: Annotated[
        bool,
        typer.Option("--excel", help="CSV that Excel opens as UTF-8.", rich_help_panel=OUTPUT),
    ] = False,
    output: OutputOption = None,
    columns: ColumnsOption = None,
    no_header: NoHeaderOption = False,
    *,
    asked: Asked,
) -> None:
    """Write mentions out, oldest first, each with all that is known about it.

    Of labels it writes what people said (mention correct, label), with the texts that they said it of;
    eval --labels measures with such a file on another machine.

    Formulas in CSV are disarmed with an apostrophe; JSON has the texts as they are.

    Examples:

        repwatch export --since 7d -o mentions.csv
        repwatch export --period last-week --format xlsx -o week.xlsx
        repwatch export --columns id,at,brand,label,text > mentions.csv
        repwatch export labels -o labels.csv
    """
    from dataclasses import replace

    from repwatch.commands.filters import build_filter
    from repwatch.files import is_stdout
    from repwatch.render import chosen_format, pick
    from repwatch.writers import COLUMNS, ENDINGS

    chosen: ExportFormat = chosen_format(
        format, json=json, jsonl=jsonl, csv=csv, default="csv", path=output, endings=ENDINGS
    )
    if excel and chosen != "csv":
        raise UsageError(f"--excel is about CSV, not {chosen}", hint="Leave out --excel.")
    if chosen == "xlsx" and is_stdout(output) and session.out.is_terminal:
        raise UsageError("a spreadsheet can't be shown at a terminal", hint="Name a file: -o mentions.xlsx")
    found, _ = build_filter(session, asked)
    if what == "labels":
        from repwatch.commands.export_labels import export_labels

        every = replace(found, relevance=found.relevance if asked.relevance else (), own=None)
        export_labels(session, every, chosen, output, columns, header=not no_header, limit=limit)
        return
    names = list(COLUMNS)
    if columns is not None:
        names = [pick(name.strip(), COLUMNS, "column") for name in columns.split(",") if name.strip()]
        if not names:
            raise UsageError("--columns names no column", hint=f"There is: {', '.join(COLUMNS)}")
    found = replace(
        found,
        relevance=(*found.relevance, "unsure") if unsure else found.relevance,
        own=None if own else False,
    )
    mentions = 0

    def counted(rows: Iterable[MentionRow]) -> Iterator[MentionRow]:
        nonlocal mentions
        before = None
        for row in rows:  # oldest first, the rows of one mention stand together
            mentions += row.id != before
            before = row.id
            yield row

    with closing(session.reader()) as reader:
        rows = counted(reader.mentions(found, order="oldest", limit=limit))
        written = write(session, rows, chosen, output, names, header=not no_header, excel=excel)
    if output is not None and not is_stdout(output):
        session.say(f"{amount(written, mentions)} written to {output}")


def amount(rows: int, mentions: int) -> str:
    """Word how much was written: 317 mentions, or more rows than mentions where some name two brands."""
    from repwatch.words import plural

    said = plural(mentions, "mention")
    return said if rows == mentions else f"{plural(rows, 'row')} ({said})"


def write(
    session: Session,
    rows: Iterable[MentionRow],
    format: ExportFormat,
    path: Path | None,
    names: list[str],
    *,
    header: bool,
    excel: bool,
) -> int:
    """Write rows in a format, one after the other, and return how many."""
    from repwatch import writers
    from repwatch.files import output, output_bytes

    if format == "xlsx":
        with output_bytes(path, session.out.file) as stream:
            return writers.write_xlsx(stream, rows, names, header=header)
    with output(path, session.out.file) as text:
        if format == "json":
            return writers.write_json(text, rows, names)
        if format == "jsonl":
            return writers.write_jsonl(text, rows, names)
        return writers.write_csv(text, rows, names, header=header, excel=excel)
