"""`repwatch scan`: read the places that are due."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from repwatch.commands.bar import Bar
from repwatch.commands.base import Session, general
from repwatch.commands.options import DryRunOption, JsonOption
from repwatch.commands.stop import Stop
from repwatch.errors import NEXT

if TYPE_CHECKING:
    from repwatch.config import Config
    from repwatch.outcomes import FailOn, Plan
    from repwatch.store.base import Health, Outcome, Run, Store


@dataclass(frozen=True, kw_only=True)
class ScanFlags:
    """What was asked of a scan."""

    names: tuple[str, ...] = ()
    everything: bool = False
    since: datetime | None = None
    max_time_s: float | None = None
    fail_on: FailOn = "error"
    dry_run: bool = False
    json: bool = False


@general
def scan(
    session: Session,
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="SOURCE", help="Read these, due or not.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Read all sources, due or not.")] = False,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="TIME", help="Read back to then: 7d, 2026-11-01, yesterday."),
    ] = None,
    max_time: Annotated[
        str | None,
        typer.Option("--max-time", metavar="TIME", help="Stop cleanly after so long: 10m."),
    ] = None,
    fail_on: Annotated[
        Literal["error", "partial", "never"],
        typer.Option("--fail-on", help="When to exit with 5: a source failed repeatedly, at all, or never."),
    ] = "error",
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Read the places that are due, judge what is new, and keep what is about a brand.

    Made for cron: it says nothing when all is well and nobody watches, a second one leaves at
    once while the first is running, and whatever was cut off is read by the next one.

    Examples:

        repwatch scan
        repwatch scan blog forum --max-time 2m
        repwatch scan --all --json
    """
    from repwatch.period import duration_s, parse_time

    zone = session.config.timezone
    flags = ScanFlags(
        names=tuple(sources or ()),
        everything=everything,
        since=parse_time(since, now=session.now, zone=zone) if since else None,
        max_time_s=duration_s(max_time) if max_time else None,
        fail_on=fail_on,
        dry_run=dry_run,
        json=json,
    )
    raise typer.Exit(scan_now(session, flags))


def scan_now(session: Session, flags: ScanFlags | None = None) -> int:
    """Scan and show what came of it; return the exit code.

    Raises:
        ConfigError: nothing was fetched.
        StoreError: the database can't be used.
    """
    from repwatch import outcomes
    from repwatch.errors import Busy
    from repwatch.render import pick
    from repwatch.scan import Scan
    from repwatch.score import trouble

    flags = flags or ScanFlags()
    config = session.config
    for name in flags.names:
        pick(name, config.sources, "source")
    store = session.store()
    try:
        todo = outcomes.plan(
            config.sources.values(),
            store.health(),
            session.now,
            names=flags.names,
            everything=flags.everything,
        )
        if flags.dry_run:
            return _show_plan(session, todo)
        watch = _Watch(session, len(todo.due)) if not flags.json else None
        stop = Stop()
        run_scan = Scan(config, store, progress=watch, stop=stop)
        _say_plan(session, todo)
        if why := trouble(config.scoring.scorer, config.scoring.model):
            session.warn(f"scoring.scorer: {why}")
        try:
            with stop, watch or nullcontext():
                run = run_scan.run(todo.due, since=flags.since, max_time_s=flags.max_time_s)
        except Busy:
            return _leave(session, store.lease("scan"))
        if config.scoring.learn and not stop.code:
            _learn(session, config, store)
        health = store.health()
        code = stop.code or outcomes.exit_code(
            run.outcomes,
            health,
            fail_on=flags.fail_on,
            tolerate=config.scan.tolerate,
            interrupted=run_scan.interrupted,
        )
        store.end_run(replace(run, exit_code=code))
    finally:
        store.close()
    if flags.json:
        sys.stdout.write(_document(session, run, code, health))
    else:
        _show(session, run, code, health)
    return code


def _learn(session: Session, config: Config, store: Store) -> None:
    """Let the model learn from what people corrected, where that has become more."""
    from repwatch.learning.training import train_if_due

    for one in train_if_due(store, config.brands, config.scoring, session.now):
        learned = (
            f"kept as version {one.lesson.version}" if one.lesson and not one.why else f"not kept: {one.why}"
        )
        session.say(f"learned about {one.brand} from {one.labels} labels: {learned}")


class _Watch(Bar):
    """A bar that is as many sources long as are due."""

    def __init__(self, session: Session, due: int) -> None:
        super().__init__(session, due, counts=True)

    def update(self, source: str, pages: int, mentions: int) -> None:
        if pages > 1:
            self.move(f"{source}, page {pages}, {mentions} read")

    def finish(self, outcome: Outcome) -> None:
        self.move(outcome.source, advance=1)


def _say_plan(session: Session, todo: Plan) -> None:
    from repwatch.words import plural

    if todo.due:
        brands = len(session.config.brands)
        left = [f"{todo.not_due} not due yet"] * bool(todo.not_due) + [f"{todo.paused} paused"] * bool(
            todo.paused
        )
        session.say(
            f"Scanning {plural(len(todo.due), 'due source')} for {plural(brands, 'brand')}"
            + (f" ({', '.join(left)})" if left else "")
        )
    else:
        session.say("No source is due. Read them all the same with: repwatch scan --all")


def _show_plan(session: Session, todo: Plan) -> int:
    from repwatch.render import Column, table
    from repwatch.words import plural

    columns = [Column("source"), Column("type"), Column("about"), Column("brands")]
    rows = [
        {"source": s.key, "type": s.type, "about": s.about, "brands": ", ".join(s.brands) or "all"}
        for s in todo.due
    ]
    table(session.out, rows, columns)
    session.say(f"{plural(len(rows), 'source')} would be read. Nothing was fetched.")
    return 0


def _leave(session: Session, lease: Any) -> int:
    """Another scan holds the lease: that is normal while it is young, and worth a line when it is not."""
    from repwatch.outcomes import TRY_LATER

    age_s = (session.now - lease.taken_at).total_seconds() if lease else 0.0
    if age_s <= session.config.scan.max_time_s:
        session.say("Another scan is running; this one leaves the work to it.")
        return 0
    session.warn(
        f"repwatch scan: another scan ({lease.holder}) has been running since"
        f" {lease.taken_at:%Y-%m-%d %H:%M} UTC, longer than max_time"
    )
    return TRY_LATER


def _show(session: Session, run: Run, code: int, health: dict[str, Health]) -> None:
    from repwatch.commands.standing import standing
    from repwatch.outcomes import worn_out

    zone = session.config.timezone
    at_terminal = sys.stderr.isatty() and not session.flags.quiet
    if at_terminal and run.outcomes:
        _show_table(session, run, health)
        return
    if code == 0:
        return
    ok = sum(o.good for o in run.outcomes)
    bad = worn_out(run.outcomes, health, session.config.scan.tolerate) if code != 6 else []
    for state in bad:
        session.warn(f"repwatch scan: {standing(state, zone, session.now)}")
    if bad:
        session.warn(
            f"repwatch scan: {ok} of {len(run.outcomes)} sources ok; nothing is counted for the others"
            f" meanwhile, and reports show the gap. Try: repwatch source test {bad[0].source}"
        )
    else:
        for outcome in run.outcomes:
            if not outcome.good and outcome.status != "waiting":
                session.warn(f"repwatch scan: {standing(health[outcome.source], zone, session.now)}")
    remedy = _remedy(session, run)
    if remedy:
        session.warn(f"repwatch scan: {remedy}")


def _show_table(session: Session, run: Run, health: dict[str, Health]) -> None:
    from repwatch.commands.standing import standing, status_word
    from repwatch.render import Column, table

    columns = [
        Column("source"),
        Column("status", show=status_word),
        Column("fetched", right=True, optional=1),
        Column("new", right=True),
        Column("negative", right=True),
        Column("time", right=True, optional=2),
        Column("note"),
    ]
    rows = [
        {
            "source": o.source,
            "status": o.status,
            "fetched": o.fetched,
            "new": o.new,
            "negative": o.negative,
            "time": f"{(o.ended_at - o.started_at).total_seconds():.1f} s",
            "note": _note(o, session),
        }
        for o in run.outcomes
    ]
    table(session.err, rows, columns)
    session.say("")
    session.say(_summary(run))
    troubled = [outcome for outcome in run.outcomes if outcome.reason or outcome.blind_since]
    if troubled:
        session.say("")
        for outcome in troubled:
            said = standing(health[outcome.source], session.config.timezone, session.now)
            session.say(f"! {said}")
    remedy = _remedy(session, run)
    if remedy:
        session.say(remedy)
    elif any(o.broken for o in troubled):
        worst = next(o.source for o in troubled if o.broken)
        session.say(f"Look closer: repwatch source test {worst}")
    if not remedy and any(o.new for o in run.outcomes):
        session.say("Next: repwatch report --since 7d")


def _note(outcome: Outcome, session: Session) -> str:
    parts = []
    if outcome.blind_since:
        parts.append(f"since {outcome.blind_since.astimezone(session.config.timezone):%d %b %H:%M}")
    if (outcome.broken or outcome.status == "waiting") and outcome.next_at:
        parts.append(f"next try {outcome.next_at.astimezone(session.config.timezone):%d %b %H:%M}")
    if outcome.detail and not outcome.reason and not outcome.blind_since:
        parts.append(outcome.detail)
    if outcome.status == "unchanged":
        parts.append("nothing new there")
    if outcome.updated:
        parts.append(f"{outcome.updated} updated")
    if outcome.gone:
        parts.append(f"{outcome.gone} gone there, blanked here")
    if outcome.skipped:
        parts.append(f"{outcome.skipped} skipped")
    return "; ".join(parts)


def _summary(run: Run) -> str:
    from repwatch.words import plural

    new = sum(o.new for o in run.outcomes)
    negative = sum(o.negative for o in run.outcomes)
    ok = sum(o.good for o in run.outcomes)
    seconds = (run.ended_at - run.started_at).total_seconds() if run.ended_at else 0.0
    return (
        f"{plural(new, 'new mention')} · {negative} negative ·"
        f" {ok} of {plural(len(run.outcomes), 'source')} ok · {seconds:.1f} s"
    )


def _remedy(session: Session, run: Run) -> str | None:
    """Return what to do about places that nobody answered for, if that is known."""
    from repwatch import demo

    unreachable = any(o.reason == "unreachable" for o in run.outcomes)
    return demo.hint(session.config.path) if unreachable else None


def _document(session: Session, run: Run, code: int, health: dict[str, Health]) -> str:
    from repwatch.formats import json_document

    return json_document(
        "repwatch.scan/1",
        {
            "run": run.id,
            "started": run.started_at,
            "seconds": round((run.ended_at - run.started_at).total_seconds(), 3) if run.ended_at else None,
            "exit": code,
            "due": run.due,
            "ok": sum(o.good for o in run.outcomes),
            "failed": sum(o.status == "failed" for o in run.outcomes),
            "no_access": sum(o.status == "no_access" for o in run.outcomes),
            "blind": sum(o.status == "blind" for o in run.outcomes),
            "fetched": sum(o.fetched for o in run.outcomes),
            "new": sum(o.new for o in run.outcomes),
            "updated": sum(o.updated for o in run.outcomes),
            "negative": sum(o.negative for o in run.outcomes),
            "gone": sum(o.gone for o in run.outcomes),
            "hint": _remedy(session, run),
            "sources": [outcome_record(o, health) for o in run.outcomes],
        },
    )


def outcome_record(outcome: Outcome, health: dict[str, Health]) -> dict[str, Any]:
    """Return an outcome as JSON output shows it."""
    state = health.get(outcome.source)
    return {
        "id": outcome.source,
        "status": outcome.status,
        "error": outcome.reason,
        "detail": outcome.detail or None,
        "todo": NEXT.get(outcome.reason) if outcome.reason else None,
        "blind_since": outcome.blind_since,
        "fetched": outcome.fetched,
        "new": outcome.new,
        "updated": outcome.updated,
        "negative": outcome.negative,
        "gone": outcome.gone,
        "skipped": outcome.skipped,
        "requests": outcome.requests,
        "seconds": round((outcome.ended_at - outcome.started_at).total_seconds(), 3),
        "failures_in_a_row": state.failures_in_a_row if state else 0,
        "next": outcome.next_at,
    }
