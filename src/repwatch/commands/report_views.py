"""A report written out: to a terminal, a pipe, as Markdown, as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from repwatch.commands.report_tables import (
    COMPARED,
    Table,
    Wording,
    block_notes,
    block_tables,
    counts,
    heading,
    report_notes,
    rounded,
    view_table,
    voices,
)
from repwatch.files import output
from repwatch.formats import flat, json_document, markdown
from repwatch.metrics import compare
from repwatch.render import choose, console, listing, markdown_table, paged, table
from repwatch.writers import record

if TYPE_CHECKING:
    from repwatch.commands.base import Session
    from repwatch.commands.report import Block, Report, ReportFormat

SCHEMA = "repwatch.report/1"
_NARROWED = (
    *("brands", "sources", "labels", "langs"),
    *("intents", "urgencies", "senders", "relevance"),
)


def show(
    session: Session,
    report: Report,
    view: str,
    *,
    format: ReportFormat,
    path: Path | None,
    columns: str | None,
    header: bool,
    utc: bool,
) -> None:
    """Write a report in the format that was asked for, to standard output or a file.

    Raises:
        UsageError: a column is unknown, or the file can't be written.
    """
    wording = Wording(UTC if utc else report.window.zone, session.now)
    if format == "json":
        with output(path, session.out.file) as stream:
            stream.write(json_document(SCHEMA, document(report, view, wording)))
    elif format == "md":
        with output(path, session.out.file) as stream:
            stream.writelines(markdown_report(report, view, wording, columns))
    elif format == "table" and path is None:
        with paged(session.out, not session.flags.no_pager):
            _print(session, session.out, report, view, wording, columns, header)
        _hint(session, report)
    elif format == "table":
        with output(path, session.out.file) as stream:
            _print(session, console(stream, "never"), report, view, wording, columns, header)
    else:
        wording = replace(wording, machine=True)
        found = view_table(report, view)
        picked = choose(found.columns, columns)
        listing(
            session.out, found.rows, picked, schema=SCHEMA, key=view, format=format, path=path, header=header
        )
        _warn(session, report, wording)


def _print(
    session: Session,
    out: Console,
    report: Report,
    view: str,
    wording: Wording,
    columns: str | None,
    header: bool,
) -> None:
    wording = replace(wording, machine=not out.is_terminal)
    if view == "summary" and columns is None:
        _print_summary(out, report, wording)
        return
    found = view_table(report, view)
    picked = choose(found.columns, columns)
    if wording.machine:
        table(out, found.rows, picked, header=header)
        _warn(session, report, wording)
        return
    whose = f"{flat(report.blocks[0].brand.name)} · " if len(report.blocks) == 1 and view != "brands" else ""
    out.print(Text.assemble((whose, "bold"), heading(report, wording)))
    out.print()
    table(out, found.rows, picked, header=header)
    notes = [note for block in report.blocks for note in block_notes(block, wording)]
    if notes := notes + report_notes(report, wording):
        out.print()
        _print_notes(out, notes)


def _print_summary(out: Console, report: Report, wording: Wording) -> None:
    for block in report.blocks:
        name = flat(block.brand.name)
        out.print(Text.assemble((name, "bold"), f" · {heading(report, wording)}"))
        out.print()
        for each in block_tables(report, block, wording):
            _print_table(out, each)
        notes = block_notes(block, wording)
        if notes:
            _print_notes(out, notes)
            out.print()
    if len(report.voices) > 1:
        _print_table(out, voices(report))
    _print_notes(out, report_notes(report, wording))


def _print_table(out: Console, found: Table) -> None:
    if not found.rows:
        return
    if found.title:
        out.print(Text(found.title, style="bold"))
    table(out, found.rows, found.columns)
    out.print()


def _print_notes(out: Console, notes: Sequence[str]) -> None:
    for note in notes:
        out.print(Text.assemble(("! ", "yellow"), note))


def _warn(session: Session, report: Report, wording: Wording) -> None:
    """Say beside a table for programs what its columns have no place for."""
    if not session.flags.quiet:
        notes = [note for block in report.blocks for note in block_notes(block, wording)]
        for note in [*notes, *report_notes(report, wording)]:
            session.warn(note)


def _hint(session: Session, report: Report) -> None:
    if report.last_scan_at is None:
        session.say("Next: repwatch scan")
    elif not any(block.now.mentions for block in report.blocks):
        session.say("Look further back, such as: repwatch report --since 30d")


def markdown_report(report: Report, view: str, wording: Wording, columns: str | None) -> Iterator[str]:
    """Yield a report in Markdown, piece by piece; foreign texts show as they are."""
    about = markdown(heading(report, wording))
    if view == "summary" and columns is None:
        for block in report.blocks:
            yield f"# {markdown(block.brand.name)}\n\n{about}\n\n"
            for each in block_tables(report, block, wording):
                yield _markdown_table(each)
            yield _markdown_notes(block_notes(block, wording))
        if len(report.voices) > 1:
            yield _markdown_table(voices(report))
    else:
        found = view_table(report, view)
        picked = choose(found.columns, columns)
        yield f"# {view.capitalize()}\n\n{about}\n\n"
        yield _markdown_table(Table("", found.rows, picked))
        yield _markdown_notes([note for block in report.blocks for note in block_notes(block, wording)])
    yield _markdown_notes(report_notes(report, wording))


def _markdown_table(found: Table) -> str:
    if not found.rows:
        return ""
    title = f"## {found.title}\n\n" if found.title else ""
    return f"{title}{markdown_table(found.rows, found.columns)}\n"


def _markdown_notes(notes: Sequence[str]) -> str:
    return "".join(f"- {markdown(note)}\n" for note in notes) + ("\n" if notes else "")


def document(report: Report, view: str, wording: Wording) -> dict[str, Any]:
    """Return a report as its JSON document has it; the keys are the same for every view."""
    compared = report.compared
    return {
        "view": view,
        "generated_at": wording.now,
        "timezone": str(report.window.zone),
        "since": report.window.since,
        "until": report.window.until,
        "compared": {"since": compared.since, "until": compared.until} if compared else None,
        "filter": {name: getattr(report.filter, name) for name in _NARROWED},
        "first_scan_at": report.first_scan_at,
        "last_scan_at": report.last_scan_at,
        "brands": [_block(block) for block in report.blocks],
        "shares": [{key: row[key] for key in row if key != "bar"} for row in voices(report).rows],
    }


def _block(block: Block) -> dict[str, Any]:
    changed = compare(block.now, block.before) if block.before else None
    return {
        "brand": block.brand.key,
        "name": block.brand.name,
        "role": block.brand.role,
        "now": rounded(counts(block.now)),
        "before": rounded(counts(block.before)) if block.before else None,
        "change": rounded({name: getattr(changed, name) for name in COMPARED}) if changed else None,
        "unsure": block.unsure,
        "others": block.now.others,
        "by_hand": block.now.by_hand,
        "undated": block.undated,
        "unscored_by_lang": dict(block.unscored),
        "days": [rounded({"day": day, **counts(tally)}) for day, tally in block.days],
        "sources": [
            {
                "source": line.source,
                **rounded(counts(line.tally)),
                "coverage": line.coverage.state,
                "gaps": [
                    {"since": gap.since, "until": gap.until, "partial": gap.partial, "blind": gap.blind}
                    for gap in line.coverage.gaps
                ],
            }
            for line in block.sources
        ],
        "most_negative": [record(row) for row in block.negative],
        "most_engaged": [record(row) for row in block.engaged],
    }
