"""`import`: mentions out of files that other programs, or people, have made."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Literal

import typer

from repwatch.commands.base import Session, general
from repwatch.commands.options import DryRunOption, JsonOption
from repwatch.commands.stop import Stop
from repwatch.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from repwatch.imports.load import Job, Result
    from repwatch.imports.plan import Asked, Plan
    from repwatch.imports.values import Scale

HOW = "How the files are read"
COUNTS = "What it counts as"

ENDINGS = (
    *(".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".rejected"),
    *(".html", ".htm", ".xml", ".rss", ".atom", ".mbox"),
)
"""Of files' names, these are no part of their source's name."""
LARGE = 50_000_000
"""Bytes of a file at which it takes some time to look at all of it."""
TOLD = 20
"""Rejected rows of a file that are told one by one."""
LONGEST_NAME = 100
LONGEST_TEXT = 300
"""Characters of a text in a dry run."""


@dataclass(frozen=True, kw_only=True)
class Flags:
    """What was asked of an import."""

    format: str | None
    map: tuple[str, ...]
    source: str | None
    about: str | None
    kind: Literal["post", "comment", "review", "article"] | None
    dates: Literal["day-first", "month-first"] | None
    zone: str | None
    scale: str | None
    encoding: str | None
    delimiter: str | None
    header: bool
    url: str | None
    dry_run: bool
    json: bool


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
        Literal["post", "comment", "review", "article"] | None,
        typer.Option(
            "--kind",
            help="All of it is this: what the file says, else review if it has ratings, else post.",
            rich_help_panel=COUNTS,
        ),
    ] = None,
    dates: Annotated[
        Literal["day-first", "month-first"] | None,
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

    from repwatch.imports.load import Loader
    from repwatch.judge import judge_for
    from repwatch.outcomes import NOTHING_WORKED, PARTIAL

    asked = _asked(session, flags)
    config = session.settings
    with ExitStack() as held:
        # All files are looked at before the first one is read: what is asked back is asked at once.
        jobs = [_job(session, path, flags, asked, held) for path in files]
        if not flags.json:
            _tell_plans(session, jobs, flags)
        stop, watch = Stop(), _Watch(session, jobs) if not flags.json else None
        loader = Loader(
            judge_for(config.brands.values(), config.scoring, session.taught()),
            clock=lambda: datetime.now(UTC),
            stop=stop,
            progress=watch,
        )
        with stop, watch or nullcontext():
            if flags.dry_run:
                results = loader.try_out(jobs)
            else:
                store = held.enter_context(_closing(session))
                results = loader.load(jobs, store)
    if stop.code:
        code = stop.code
    elif all(result.good for result in results):
        code = 0
    else:
        code = NOTHING_WORKED if all(r.broken and not r.about for r in results) else PARTIAL
    if flags.json:
        sys.stdout.write(_document(results, flags, code))
    else:
        _show(session, results, flags)
        if stop.code:
            session.say("Stopped. What was read is kept; import it again for the rest.")
    return code


@contextmanager
def _closing(session: Session) -> Iterator[Any]:
    store = session.store()
    try:
        yield store
    finally:
        store.close()


# What is asked


def _asked(session: Session, flags: Flags) -> Asked:
    """Return what the flags say about the files.

    Raises:
        UsageError: one of them says nothing that is known.
    """
    from repwatch.imports.plan import FORMATS, Asked
    from repwatch.render import pick

    brands = session.settings.brands
    keys = {brand.name.casefold(): key for key, brand in brands.items()} | {k.casefold(): k for k in brands}
    return Asked(
        format=pick(flags.format, FORMATS, "format") if flags.format else None,
        map=_map(flags.map),
        encoding=flags.encoding,
        delimiter=flags.delimiter,
        header=flags.header,
        order=flags.dates,
        scale=_scale(flags.scale),
        zone=_zone(flags.zone) if flags.zone else session.settings.timezone,
        kind=flags.kind,
        url=_address(session, flags),
        brands=keys,
    )


def _map(typed: Sequence[str]) -> dict[str, str]:
    """Return columns by field; a comma in the name of a column does no harm.

    Raises:
        UsageError: it is no map.
    """
    found: dict[str, str] = {}
    last = None
    for part in (part for text in typed for part in text.split(",")):
        name, equals, column = part.partition("=")
        if equals:
            last = name.strip()
            found[last] = column
        elif last is not None:
            found[last] += f",{part}"
        else:
            raise UsageError(f'"{part}" is no map', hint="Such is one: --map text=body,url=link")
    return {name: column.strip() for name, column in found.items()}


def _scale(typed: str | None) -> Scale | None:
    from repwatch.imports.values import scale

    try:
        return scale(typed) if typed else None
    except ValueError as error:
        raise UsageError(f'"{typed}" is no scale of ratings', hint="Such are: 1-5, 1-10, 0-100") from error


def _zone(name: str) -> ZoneInfo:
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise UsageError(f'there is no time zone "{name}"', hint="Such are: UTC, Europe/Berlin") from error


def _address(session: Session, flags: Flags) -> str | None:
    """Return the address that saved pages and feeds are from: as typed, or of the source they count under.

    Raises:
        UsageError: it is none.
    """
    from repwatch.urls import canonical

    if flags.url is not None:
        if canonical(flags.url) is None:
            raise UsageError(f'"{flags.url}" is no address', hint="It begins with https:// or http://")
        return flags.url
    place = session.settings.sources.get(flags.source or "")
    url = place.settings.get("url") if place and place.type in ("feed", "reviews") else None
    return url if isinstance(url, str) else None


def _job(session: Session, path: Path, flags: Flags, asked: Asked, held: ExitStack) -> Job:
    """Look at a file.

    Raises:
        UsageError: it can't be read, or more has to be said about it.
    """
    from repwatch.commands.filters import known_brands
    from repwatch.imports.load import Job
    from repwatch.imports.look import look
    from repwatch.words import size

    name = "stdin" if str(path) == "-" else str(path)
    aside = held.enter_context(_seekable(path))
    if aside.is_file() and aside.stat().st_size > LARGE:
        session.say(f"{name} ({size(aside.stat().st_size)}) is looked at as a whole first.")
    plan = look(aside, name, asked, now=session.now)
    place = session.settings.sources.get(flags.source or "")
    about = known_brands(session, [flags.about])[0] if flags.about else place.about if place else None
    return Job(
        plan=plan,
        source=_label(flags.source) if flags.source else f"import:{_stem(name)}",
        is_default=flags.source is None,
        about=about,
        brands=frozenset(place.brands) if place and place.brands else None,
        beside=path if aside == path else Path(Path(name).name),
    )


def _label(typed: str) -> str:
    from repwatch.text import one_line

    if one_line(typed, LONGEST_NAME) != typed:
        raise UsageError(f"a source's name is one line of at most {LONGEST_NAME} characters")
    return typed


def _stem(name: str) -> str:
    """Return a file's name without its endings, those of rejected rows among them."""
    from repwatch.text import one_line

    path = Path(name)
    while path.suffix.lower() in (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".rejected", ".txt"):
        path = path.with_suffix("")
    stem = (
        path.stem if path.suffix.lower() in (".html", ".htm", ".xml", ".rss", ".atom", ".mbox") else path.name
    )
    return one_line(stem, LONGEST_NAME - 7) or "file"


@contextmanager
def _seekable(path: Path) -> Iterator[Path]:
    """Yield a file that can be read twice; what comes through a pipe is kept aside meanwhile.

    Raises:
        UsageError: it can't be read.
    """
    from shutil import copyfileobj
    from tempfile import NamedTemporaryFile

    if str(path) != "-" and (path.is_file() or not path.exists() or path.is_dir()):
        yield path
        return
    with NamedTemporaryFile(prefix="repwatch-") as aside:
        try:
            if str(path) == "-":
                copyfileobj(_stdin(), aside)
            else:
                with path.open("rb") as stream:
                    copyfileobj(stream, aside)
            aside.flush()
        except OSError as error:
            raise UsageError(f"can't read {path}: {error.strerror or error}") from error
        yield Path(aside.name)


def _stdin() -> BinaryIO:
    return sys.stdin.buffer


# What is shown


class _Watch(AbstractContextManager["_Watch"]):
    """A bar on stderr for somebody who watches."""

    def __init__(self, session: Session, jobs: Sequence[Job]) -> None:
        self._bar: Any = None
        self._before, self._name, self._size = 0, "", 0
        if sys.stderr.isatty() and not session.flags.quiet:
            from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

            self._bar = Progress(
                BarColumn(24),
                TaskProgressColumn(),
                TextColumn("{task.description}", markup=False),
                TimeRemainingColumn(),
                console=session.err,
                transient=True,
            )
            self._task = self._bar.add_task("", total=sum(job.plan.size for job in jobs))

    def __enter__(self) -> _Watch:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def update(self, name: str, done: int, size: int, rows: int) -> None:
        from repwatch.text import one_line
        from repwatch.words import plural

        if self._bar is None:
            return
        if name != self._name:
            self._before += self._size
            self._name, self._size = name, size
        said = f"{one_line(name, 40)}, {plural(rows, 'row')}"
        self._bar.update(self._task, completed=self._before + done, description=said)


def _tell_plans(session: Session, jobs: Sequence[Job], flags: Flags) -> None:
    """Say on stderr what each file was taken for."""
    if session.flags.quiet:
        return
    for job in jobs:
        session.warn(f"{job.plan.name}: {job.plan.words}")
        if flags.dry_run:
            for line in _map_words(job.plan):
                session.warn(f"{job.plan.name}: {line}")
    if flags.source in session.settings.sources:
        session.warn(f'It counts under the configured source "{flags.source}".')


def _map_words(plan: Plan) -> Iterator[str]:
    if plan.chosen is None:
        return
    yield f"columns: {plan.chosen.words}"
    if plan.chosen.unused:
        yield f"not used: {', '.join(plan.chosen.unused)}"


def _show(session: Session, results: Sequence[Result], flags: Flags) -> None:
    for result in results:
        _tell_problems(session, result)
    if flags.dry_run:
        _show_first(session, results)
    _show_table(session, results, kept=not flags.dry_run)
    rows, about = sum(r.rows for r in results), sum(r.about for r in results)
    if flags.dry_run:
        session.say("Nothing was kept. Import it by leaving out --dry-run.")
    elif rows and not about and not flags.about:
        session.say("None of it names a brand. If all of it is about one, say so: --about BRAND")
    elif any(r.saved.new for r in results):
        session.say("Next: repwatch report sources --since 1y")


def _tell_problems(session: Session, result: Result) -> None:
    """Say on stderr which entries can't be used, and where they are now."""
    from repwatch.words import plural

    name = result.job.plan.name
    for problem in result.problems[:TOLD]:
        session.warn(f"{name}:{problem.line}: {problem.reason}")
    if result.rejected > TOLD:
        session.warn(f"{name}: and {plural(result.rejected - TOLD, 'more row')} that can't be used")
    if result.rejected_file is not None:
        session.warn(f"{name}: rejected rows are in {result.rejected_file}, with the reasons")
    for remark in result.remarks:
        session.warn(f"{name}: {remark}")
    if result.empty and not result.remarks:
        session.say(
            f"{name}: {plural(result.empty, 'entry', 'entries')} with nothing in it, such as deleted ones"
        )
    if result.broken is not None:
        session.warn(f"{name}: {result.broken}")


def _show_first(session: Session, results: Sequence[Result]) -> None:
    from repwatch.render import Column, table
    from repwatch.words import when

    zone = session.settings.timezone
    columns = [
        Column("file", where="machine"),
        Column("line", right=True),
        Column("at", "when", show=lambda at: when(at, zone, session.now)),
        Column("kind", optional=2),
        Column("author", optional=1),
        Column("rating", right=True, optional=1),
        Column("brands"),
        Column("label"),
        Column("text"),
    ]
    table(session.out, _first(results), columns)
    session.say("")


def _first(results: Sequence[Result]) -> Iterator[Mapping[str, Any]]:
    from repwatch.judge import spoken
    from repwatch.text import one_line

    for result in results:
        for row, judged in result.shown:
            mention = judged.mention
            yield {
                "file": result.job.plan.name,
                "line": row.line,
                "at": mention.published_at,
                "kind": mention.kind,
                "author": mention.author,
                "rating": None
                if mention.rating is None
                else f"{mention.rating:g}/{mention.rating_best or 5:g}",
                "brands": ", ".join(a.brand for a in judged.assessments) or "nearly one",
                "label": judged.assessments[0].sentiment.label if judged.assessments else None,
                "text": one_line(spoken(mention), LONGEST_TEXT),
            }


def _counts(result: Result) -> dict[str, Any]:
    return {
        "rows": result.rows,
        "about": result.about,
        "new": result.saved.new,
        "updated": result.saved.updated,
        "known": result.known,
        "near": result.near,
        "other": result.other,
        "rejected": result.rejected,
        "empty": result.empty,
    }


def _show_table(session: Session, results: Sequence[Result], *, kept: bool) -> None:
    from repwatch.render import Column, table

    columns = [
        Column("file"),
        Column("source", optional=1),
        Column("rows", right=True),
        Column("about", "about a brand", right=True),
        *(Column(name, right=True) for name in ("new", "updated", "known") if kept),
        Column("near", "near misses", right=True, optional=2),
        Column("other", "about none", right=True),
        Column("rejected", right=True),
    ]
    rows = [{"file": r.job.plan.name, "source": r.job.source, **_counts(r)} for r in results]
    table(session.out, rows, columns)


def _document(results: Sequence[Result], flags: Flags, code: int) -> str:
    from repwatch.formats import json_document

    files = []
    for result in results:
        plan = result.job.plan
        files.append(
            {
                "file": plan.name,
                "format": plan.format,
                "encoding": plan.encoding.name,
                "delimiter": plan.table.delimiter if plan.table else None,
                "columns": plan.chosen.words if plan.chosen else None,
                "dates": plan.order,
                "source": result.job.source,
                **_counts(result),
                "rejected_file": result.rejected_file,
                "problems": [{"line": one.line, "reason": one.reason} for one in result.problems],
                "remarks": result.remarks,
                "broken": result.broken,
            }
        )
    body = {"exit": code, "dry_run": flags.dry_run, "files": files}
    if flags.dry_run:
        body["first"] = list(_first(results))
    return json_document("repwatch.import/1", body)
