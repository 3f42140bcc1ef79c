"""`import`: mentions out of files that other programs, or people, have made."""

from __future__ import annotations

import sys
from contextlib import ExitStack, closing, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from repwatch.commands.base import Session, general
from repwatch.commands.options import DryRunOption, JsonOption
from repwatch.commands.stop import Stop
from repwatch.dates import Order
from repwatch.model import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from repwatch.commands.import_files import Flags

HOW = "How the files are read"
COUNTS = "What it counts as"


@general
def import_(
    session: Session,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Files to read; - is standard input.")
    ],
    format: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="FORMAT",
            help="csv, jsonl, mbox, page, rss, repwatch, or columns that are known: repwatch help formats."
            " By what is in the file, else by its name.",
            rich_help_panel=HOW,
        ),
    ] = None,
    map: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="FIELD=COLUMN",
            help="Which column is what: text=body,url=link. a|b is the first that says anything, a+b both;"
            " nothing behind = leaves a field out.",
            rich_help_panel=HOW,
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--source",
            metavar="NAME",
            help="The source that it counts under: import: and the file's name.",
            rich_help_panel=COUNTS,
        ),
    ] = None,
    about: Annotated[
        str | None,
        typer.Option(
            "--about",
            metavar="BRAND",
            help="All of it is about this brand, named or not.",
            rich_help_panel=COUNTS,
        ),
    ] = None,
    kind: Annotated[
        Kind | None,
        typer.Option(
            "--kind",
            help="All of it is this: what the file says, else review if it has ratings, else post.",
            rich_help_panel=COUNTS,
        ),
    ] = None,
    dates: Annotated[
        Order | None,
        typer.Option(
            "--dates",
            help="How 03/04/2026 is meant, where the file as a whole does not tell.",
            rich_help_panel=HOW,
        ),
    ] = None,
    tz: Annotated[
        str | None,
        typer.Option(
            "--tz",
            metavar="ZONE",
            help="The zone of times that name none: the configured one.",
            rich_help_panel=HOW,
        ),
    ] = None,
    scale: Annotated[
        str | None,
        typer.Option(
            "--scale",
            metavar="1-10",
            help="How far ratings go: 1-5, or as far as those of the file do.",
            rich_help_panel=HOW,
        ),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(
            "--encoding",
            metavar="NAME",
            help="UTF-8, UTF-16 or Windows-1252, as the bytes tell.",
            rich_help_panel=HOW,
        ),
    ] = None,
    delimiter: Annotated[
        str | None,
        typer.Option(
            "--delimiter",
            metavar="SIGN",
            help="What parts the cells of a table: , ; | or tab, as its rows tell.",
            rich_help_panel=HOW,
        ),
    ] = None,
    no_header: Annotated[
        bool,
        typer.Option(
            "--no-header", help="The table has no column names; they are 1, 2, 3.", rich_help_panel=HOW
        ),
    ] = False,
    url: Annotated[
        str | None,
        typer.Option(
            "--url",
            metavar="ADDRESS",
            help="Where a saved page or feed is from, if it does not say so.",
            rich_help_panel=HOW,
        ),
    ] = None,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Read mentions out of files: tables, exports of other tools, mails, saved pages, feeds.

    They are matched, judged and kept like those of a scan, and importing a file again adds nothing.
    Rows that can't be used are named with their line and written to FILE.rejected.csv (or .jsonl)
    beside the file, with the reason; all others are kept, and the exit code is 5.

    Examples:

        repwatch import reviews.csv --about acme --dry-run
        repwatch import comments.jsonl --map text=body,published_at=created --source shop
        repwatch export --period last-week | repwatch import -
    """
    from repwatch.commands.import_files import Flags

    flags = Flags(
        format=format,
        map=tuple(map or ()),
        source=source,
        about=about,
        kind=kind,
        dates=dates,
        zone=tz,
        scale=scale,
        encoding=encoding,
        delimiter=delimiter,
        header=not no_header,
        url=url,
        dry_run=dry_run,
        json=json,
    )
    raise typer.Exit(import_now(session, files, flags))


def import_now(session: Session, files: Sequence[Path], flags: Flags) -> int:
    """Import files and show what came of it; return the exit code.

    Raises:
        UsageError: a file can't be read, or more has to be said about it; nothing was imported.
        Busy: a scan is running.
        StoreError: the database can't be used.
    """
    from datetime import UTC, datetime

    from repwatch.commands.import_files import asked_of, job
    from repwatch.commands.import_results import Watch, document, show, tell_plans
    from repwatch.imports.load import Loader
    from repwatch.outcomes import NOTHING_WORKED, PARTIAL

    asked = asked_of(session, flags)
    with ExitStack() as held:
        # All files are looked at before the first one is read: what is asked back is asked at once.
        jobs = [job(session, path, flags, asked, held) for path in files]
        if not flags.json:
            tell_plans(session, jobs, flags)
        stop, watch = Stop(), Watch(session, jobs) if not flags.json else None
        store = None if flags.dry_run else held.enter_context(closing(session.store()))
        loader = Loader(
            session.judge(),
            clock=lambda: datetime.now(UTC),
            stop=stop,
            progress=watch,
        )
        with stop, watch or nullcontext():
            results = loader.try_out(jobs) if store is None else loader.load(jobs, store)
    if stop.code:
        code = stop.code
    elif all(result.good for result in results):
        code = 0
    else:
        code = NOTHING_WORKED if all(r.broken and not r.about for r in results) else PARTIAL
    if flags.json:
        sys.stdout.write(document(results, flags, code))
    else:
        show(session, results, flags)
        if stop.code:
            session.say("Stopped. What was read is kept; import it again for the rest.")
    return code
