"""`repwatch doctor`: whether everything that a scan needs is there."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from repwatch.commands.base import Session, general
from repwatch.commands.options import JsonOption
from repwatch.errors import NEXT, ConfigError, RepwatchError, StoreError

if TYPE_CHECKING:
    from repwatch.config import Config
    from repwatch.crawl.crawler import Said
    from repwatch.model import Request
    from repwatch.sources.base import Source
    from repwatch.store.base import Reader

CONDITION_MET = 8
LITTLE_BYTES = 200 * 1024 * 1024
CLOCK_OFF_S = 120.0
DEAR = 0.02
"""The share of a quota that a check may cost."""
MOSTLY_UNSCORED = 0.3
LATE = 3
"""A scan that is overdue by so many of its intervals is not running any more."""

Level = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Finding:
    """What was found out about one part."""

    level: Level
    part: str
    text: str


@general
def doctor(
    session: Session,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask no source; look only at this machine.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 8 for warnings, too.")] = False,
    json: JsonOption = False,
) -> None:
    """Check the configuration, the store, the disk, the clock, the sources and the schedule.

    Each source is asked once, politely, with its login; nothing of what it says is stored.
    Exits with 8 if something is broken.

    Examples:

        repwatch doctor --offline
        repwatch doctor --json
    """
    findings = list(_examine(session, offline))
    worst = {finding.level for finding in findings}
    if json:
        from repwatch.formats import json_document

        body = {"ok": "fail" not in worst, "findings": [asdict(finding) for finding in findings]}
        sys.stdout.write(json_document("repwatch.doctor/1", body))
    else:
        _show(session, findings)
    if "fail" in worst or (strict and "warn" in worst):
        raise typer.Exit(CONDITION_MET)


def _examine(session: Session, offline: bool) -> Iterator[Finding]:
    from repwatch.config import examine
    from repwatch.words import plural

    try:
        checked = examine(session.flags.config, database=session.flags.db)
    except ConfigError as error:
        if not error.mistakes:
            yield Finding("fail", "config", f"{error.message}. {error.hint or ''}".strip())
        for one in error.mistakes:
            place = f"{one.file}:{one.line}" if one.line else one.file
            yield Finding("fail", "config", f"{place}: {one.key}: {one.message}")
        return
    except RepwatchError as error:
        yield Finding("fail", "config", f"{error.message}. {error.hint or ''}".strip())
        return
    config = checked.config
    brands, sources = plural(len(config.brands), "brand"), plural(len(config.sources), "source")
    yield Finding("ok", "config", f"{config.path}, {brands}, {sources}")
    yield from (Finding("warn", "config", f"{one.key}: {one.message}") for one in checked.warnings)
    yield from _modes(config)
    yield _disk(config)
    if config.database.exists():
        try:
            with closing(session.reader()) as reader:
                yield from _store(session, config, reader)
        except StoreError as error:
            yield Finding("fail", "store", f"{error.message}. {error.hint or ''}".strip())
            return
    else:
        yield Finding("warn", "store", f"{config.database} is not there yet; the first scan makes it")
    if not offline:
        yield from _sources(session, config)
    yield _terminal(session)


def _modes(config: Config) -> Iterator[Finding]:
    for path, others in (
        (config.path, stat.S_IWGRP | stat.S_IWOTH),
        (config.database, stat.S_IRWXG | stat.S_IRWXO),
    ):
        if path.exists() and path.stat().st_mode & others:
            verb = "change" if path == config.path else "read"
            yield Finding("warn", "files", f"others may {verb} {path}; set it with: chmod 600 {path}")


def _disk(config: Config) -> Finding:
    from repwatch.words import size

    folder = next(parent for parent in config.database.absolute().parents if parent.exists())
    free = shutil.disk_usage(folder).free
    writable = os.access(config.database if config.database.exists() else folder, os.W_OK)
    if not writable:
        return Finding("fail", "disk", f"{config.database} can't be written")
    return Finding("warn" if free < LITTLE_BYTES else "ok", "disk", f"{size(free)} free at {folder}")


def _store(session: Session, config: Config, reader: Reader) -> Iterator[Finding]:
    from repwatch.commands.standing import standing, tolerance, troubled
    from repwatch.learning.training import outdated
    from repwatch.outcomes import worn_out
    from repwatch.store.base import Filter
    from repwatch.words import ago, percent, plural, size

    info = reader.info()
    details = ", ".join(f"{name} {value}" for name, value in info.details.items())
    yield Finding(
        "ok",
        "store",
        f"schema {info.schema}, {plural(info.mentions, 'mention')}, {size(info.bytes)}, {details}",
    )
    runs = reader.runs(limit=1)
    every_s = min((source.every_s for source in config.sources.values()), default=config.scan.every_s)
    if not runs:
        yield Finding("warn", "schedule", "never scanned; see: repwatch schedule --cron")
    else:
        late = session.now - runs[0].started_at > timedelta(seconds=LATE * every_s)
        text = f"last scan {ago(runs[0].started_at, session.now)}"
        yield Finding(
            "warn" if late else "ok", "schedule", text + ("; see: repwatch schedule --cron" if late else "")
        )
    health = reader.health()
    for state in troubled(health, config.sources):
        text = standing(state, config.timezone, session.now)
        if worn_out([state.last], health, config.scan.tolerate):
            yield Finding("warn", "history", text)
        else:
            yield Finding("ok", "history", f"{text}; {tolerance(state, config.scan.tolerate)}")
    for count in reader.counts(Filter(since=session.now - timedelta(days=14)), by=("source",)):
        if count.mentions and count.unscored / count.mentions > MOSTLY_UNSCORED:
            share = percent(count.unscored / count.mentions)
            read = ", ".join(config.scoring.languages)
            text = f"{share} of {count.key[0]} was not scored in 14 days; the scorer reads {read} only"
            yield Finding("warn", "languages", text)
    for brand in outdated(reader.lessons()):
        text = f"what {brand} taught belongs to another model and does not count: repwatch train -b {brand}"
        yield Finding("warn", "learning", text)


def _sources(session: Session, config: Config) -> Iterator[Finding]:
    """Ask each source for its first page, as a scan would: logged in, and at the pace of its host."""
    from repwatch.errors import SourceError
    from repwatch.probe import Probe
    from repwatch.scan import first_request

    watched = [source for source in config.sources.values() if not (source.paused or source.lacks)]
    errors: dict[str, SourceError] = {}
    wanted: dict[str, tuple[Source, Request]] = {}
    dear: list[str] = []
    unpaid: list[str] = []
    for source in watched:
        try:
            request = first_request(config, source, session.now)
        except SourceError as error:
            errors[source.key] = error
            continue
        if request is None:
            continue
        share = _share(source.built, request)
        if share <= DEAR:
            wanted[source.key] = (source.built, request)
        else:
            (dear if share <= 1 else unpaid).append(source.key)
    with closing(session.pacing_store()) as store, closing(Probe(config, store)) as probe:
        found = probe.ask(wanted)
    errors |= {key: answer for key, answer in found.items() if isinstance(answer, SourceError)}
    silent = [key for key in wanted if key not in found]
    idle = [source.key for source in watched if source.key not in {*wanted, *errors, *dear, *unpaid}]
    asked = len(watched) - len(dear) - len(unpaid)
    good = asked - len(errors) - len(silent) - len(idle)
    level: Level = "ok" if good == asked else "fail" if not good else "warn"
    yield Finding(level, "sources", f"{good} of {asked} answer")
    if dear:
        yield Finding(
            "ok", "sources", f"{', '.join(dear)}: not asked, since a request costs much of its quota"
        )
    for key in unpaid:
        text = f"{key}: nothing is asked there, since a request may cost more than all of its quota"
        yield Finding("warn", "sources", text)
    by_trouble: dict[str, list[str]] = {}
    for key, trouble in errors.items():
        why = f"{trouble.message.removesuffix('.')}; {trouble.hint or NEXT[trouble.reason]}"
        by_trouble.setdefault(why, []).append(key)
    yield from (Finding("warn", "sources", f"{', '.join(keys)}: {why}") for why, keys in by_trouble.items())
    yield from (Finding("warn", "sources", f"{key}: no answer in time") for key in silent)
    yield from (Finding("warn", "sources", f"{key}: asks for nothing: no brand has a term") for key in idle)
    yield from _clock(session, found)


def _share(source: Source, request: Request) -> float:
    """Return which share of what may be asked of a platform a request takes at most; 0 where it is free."""
    from math import inf

    from repwatch.crawl.asker import asked
    from repwatch.sources.base import Metered

    if not isinstance(source, Metered):
        return 0.0
    quota, cost = asked(lambda: (source.quota, source.cost(request)))
    if quota is None or cost <= 0:
        return 0.0
    return cost / quota.limit if quota.limit else inf


def _clock(session: Session, found: dict[str, Said]) -> Iterator[Finding]:
    from datetime import UTC, datetime

    from repwatch.dates import moment
    from repwatch.model import Answer

    now = datetime.now(UTC)
    dates = [moment(a.headers.get("date")) for a in found.values() if isinstance(a, Answer)]
    offs = sorted(abs((now - date).total_seconds()) for date in dates if date is not None)
    if offs:
        off_s = offs[len(offs) // 2]
        took_s = (now - session.now).total_seconds()  # the answers are as old as this check took
        level: Level = "warn" if off_s > CLOCK_OFF_S + took_s else "ok"
        yield Finding(level, "clock", f"{off_s:.0f} s from what the sources' servers say")


def _terminal(session: Session) -> Finding:
    out = session.out
    encoding = getattr(sys.stdout, "encoding", None) or "unknown"
    colour = "colour" if out.color_system else "no colour"
    level: Level = "ok" if encoding.lower().replace("-", "") == "utf8" else "warn"
    return Finding(level, "terminal", f"{out.width} columns, {encoding}, {colour}")


def _show(session: Session, findings: list[Finding]) -> None:
    from rich.text import Text

    from repwatch.formats import folded
    from repwatch.render import Column, table
    from repwatch.words import plural

    styles = {"ok": "green", "warn": "yellow", "fail": "red"}
    columns = [
        Column("level", title="", show=lambda level: Text(level, styles[level])),
        Column("part", title=""),
        Column("text", title=""),
    ]
    if session.out.is_terminal:
        # Long lines go on below: what is wrong must not be cut off.
        for finding in findings:
            head = f"{finding.level:5} {finding.part:10} "
            first, *more = folded(head + finding.text, session.out.width, indent=len(head))
            session.out.print(Text.assemble((first[:5], styles[finding.level]), first[5:]), soft_wrap=True)
            for line in more:
                session.out.print(line, soft_wrap=True)
    else:
        table(session.out, [asdict(finding) for finding in findings], columns)
    warnings = sum(finding.level == "warn" for finding in findings)
    failures = sum(finding.level == "fail" for finding in findings)
    if warnings or failures:
        session.say(f"{plural(failures, 'failure')}, {plural(warnings, 'warning')}")
    else:
        session.say("All is well.")
