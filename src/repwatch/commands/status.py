"""`repwatch status`: how fresh is what is stored."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from repwatch.commands.base import Session, general
from repwatch.commands.options import JsonOption
from repwatch.errors import NEXT

if TYPE_CHECKING:
    from repwatch.config import SourceConfig
    from repwatch.store.base import Health, Run, StoreInfo

CONDITION_MET = 8


@general
def status(
    session: Session,
    max_age: Annotated[
        str | None,
        typer.Option(
            "--max-age", metavar="TIME", help="Exit with 8 if no source could be read for so long: 2h."
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Show how fresh each source is, what fails, and when the last scan was.

    Examples:

        repwatch status
        repwatch status --max-age 2h
    """
    from repwatch.period import duration_s

    limit_s = duration_s(max_age) if max_age else None
    with closing(session.reader()) as reader:
        health, runs, info = reader.health(), reader.runs(limit=1), reader.info()
    read = [state.last_ok_at for key, state in health.items() if key in session.settings.sources]
    good_at = max((at for at in read if at is not None), default=None)
    stale = limit_s is not None and (good_at is None or (session.now - good_at).total_seconds() > limit_s)
    if json:
        _print_json(session, health, runs, info, stale)
    else:
        _show(session, health, runs, info)
    if stale:
        from repwatch.words import ago

        session.warn(f"repwatch status: a source was last read {ago(good_at, session.now)}")
        raise typer.Exit(CONDITION_MET)


def _show(session: Session, health: dict[str, Health], runs: list[Run], info: StoreInfo) -> None:
    from repwatch.commands.standing import standing, status_word, troubled
    from repwatch.formats import folded
    from repwatch.render import Column, table
    from repwatch.words import ago, plural, when

    config, now = session.settings, session.now
    if session.out.is_terminal:
        last = runs[0] if runs else None
        parts = [
            config.database.name,
            plural(info.mentions, "mention"),
            plural(len(config.brands), "brand"),
            plural(len(config.sources), "source"),
            f"last scan {ago(last.started_at, now)}" if last else "never scanned",
        ]
        for line in folded(" · ".join(parts), session.out.width):
            session.out.print(line, markup=False, highlight=False, soft_wrap=True)
    columns = [
        Column("source"),
        Column("status", show=status_word),
        Column("last_ok", "last good", show=lambda at: ago(at, now)),
        Column("last_try", "last try", show=lambda at: ago(at, now), optional=4),
        Column("failures", "failed in a row", right=True, optional=3),
        Column("mentions", right=True, optional=1),
        Column("next", show=lambda at: when(at, config.timezone, now), optional=2),
        Column("note"),
    ]
    table(
        session.out, [_row(source, health.get(key), info) for key, source in config.sources.items()], columns
    )
    bad = troubled(health, config.sources)
    if session.out.is_terminal and bad:
        session.out.print()
        for state in bad:
            for line in folded(f"! {standing(state, config.timezone, now)}", session.out.width):
                session.out.print(line, markup=False, highlight=False, soft_wrap=True)
        broken = [state.source for state in bad if state.last.broken]
        if broken:
            session.say(f"Look closer: repwatch source test {broken[0]}")
    if session.out.is_terminal and not runs:
        session.say("Next: repwatch scan")


def _row(source: SourceConfig, health: Health | None, info: StoreInfo) -> dict[str, Any]:
    if health is None:
        return {"source": source.key, "status": "paused" if source.paused else "never read", "mentions": 0}
    return {
        "source": source.key,
        "status": "paused" if source.paused else health.last.status,
        "last_ok": health.last_ok_at,
        "last_try": health.last.ended_at,
        "failures": health.failures_in_a_row,
        "mentions": info.by_source.get(source.key, 0),
        "next": None if source.paused else health.last.next_at,
        "note": health.last.detail,
        "blind_since": health.blind_since,
        "failing_since": health.failing_since,
        "reason": health.last.reason,
        "todo": NEXT.get(health.last.reason) if health.last.reason else None,
    }


def _print_json(
    session: Session, health: dict[str, Health], runs: list[Run], info: StoreInfo, stale: bool
) -> None:
    from repwatch.formats import json_document

    config = session.settings
    last = runs[0] if runs else None
    body = {
        "database": config.database,
        "mentions": info.mentions,
        "stale": stale,
        "last_run": None
        if last is None
        else {
            "run": last.id,
            "started": last.started_at,
            "ended": last.ended_at,
            "exit": last.exit_code,
        },
        "sources": [_row(source, health.get(key), info) for key, source in config.sources.items()],
    }
    session.out.file.write(json_document("repwatch.status/1", body))
