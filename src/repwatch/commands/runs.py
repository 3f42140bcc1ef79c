"""`repwatch runs`: what each scan did."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from repwatch.commands.base import Group, Session, general
from repwatch.commands.options import LimitOption, Listing, listed

if TYPE_CHECKING:
    from repwatch.store.base import Outcome, Run

app = typer.Typer(cls=Group, help="What each scan did.")


@app.callback(invoke_without_command=True)
@general
@listed
def runs(session: Session, context: typer.Context, *, shown: Listing) -> None:
    """What each scan did.

    Examples:

        repwatch runs
        repwatch runs show r_20261121T130000123Z
    """
    if context.invoked_subcommand is None:
        _list(session, 20, shown)


@app.command("list")
@general
@listed
def list_runs(session: Session, limit: LimitOption = 20, *, shown: Listing) -> None:
    """List the newest scans, newest first.

    Examples:

        repwatch runs list -n 5
        repwatch runs list --csv -o runs.csv
    """
    _list(session, limit, shown)


@app.command("show")
@general
@listed
def show_run(
    session: Session,
    run: Annotated[str, typer.Argument(metavar="ID", help="A scan's id, as `runs list` shows it.")],
    *,
    shown: Listing,
) -> None:
    """Show what each source did in one scan.

    Examples:

        repwatch runs show r_20261121T130000123Z
    """
    from repwatch.commands.standing import status_word
    from repwatch.render import Column
    from repwatch.words import duration, when

    with closing(session.reader()) as reader:
        found = reader.run(run)
    zone, now = session.settings.timezone, session.now
    columns = [
        Column("source"),
        Column("status", show=status_word),
        Column("fetched", right=True),
        Column("new", right=True),
        Column("updated", right=True, optional=1),
        Column("negative", right=True),
        Column("gone", where="machine"),
        Column("skipped", right=True, optional=1),
        Column("requests", right=True, optional=2),
        Column("seconds", "time", show=lambda s: duration(s or 0.0), right=True, optional=2),
        Column("next", show=lambda at: when(at, zone, now), optional=3),
        Column("reason", where="machine"),
        Column("detail", "note"),
    ]
    rows = [_outcome_row(outcome) for outcome in found.outcomes]
    shown.show(session.out, rows, columns, schema="repwatch.run/1", key="sources")


def _list(session: Session, limit: int | None, shown: Listing) -> None:
    from repwatch.render import Column
    from repwatch.words import duration, when

    with closing(session.reader()) as reader:
        rows = [_run_row(run) for run in reader.runs(limit=limit)]
    zone, now = session.settings.timezone, session.now
    columns = [
        Column("run"),
        Column("started", show=lambda at: when(at, zone, now)),
        Column(
            "seconds", "time", show=lambda s: "cut off" if s is None else duration(s), right=True, optional=1
        ),
        Column("exit", right=True),
        Column("due", right=True, optional=3),
        Column("ok", right=True, optional=2),
        Column("failed", right=True, optional=2),
        Column("fetched", right=True, optional=3),
        Column("new", right=True),
        Column("negative", right=True),
    ]
    shown.show(session.out, rows, columns, schema="repwatch.runs/1", key="runs")
    if not rows:
        session.say("No scan was made yet. Start with: repwatch scan")


def _run_row(run: Run) -> dict[str, Any]:
    return {
        "run": run.id,
        "started": run.started_at,
        "seconds": (run.ended_at - run.started_at).total_seconds() if run.ended_at else None,
        "exit": run.exit_code,
        "due": run.due,
        "ok": sum(o.good for o in run.outcomes),
        "failed": sum(o.broken for o in run.outcomes),
        "fetched": sum(o.fetched for o in run.outcomes),
        "new": sum(o.new for o in run.outcomes),
        "negative": sum(o.negative for o in run.outcomes),
    }


def _outcome_row(outcome: Outcome) -> dict[str, Any]:
    return {
        "source": outcome.source,
        "status": outcome.status,
        "reason": outcome.reason,
        "fetched": outcome.fetched,
        "new": outcome.new,
        "updated": outcome.updated,
        "negative": outcome.negative,
        "gone": outcome.gone,
        "skipped": outcome.skipped,
        "requests": outcome.requests,
        "seconds": (outcome.ended_at - outcome.started_at).total_seconds(),
        "next": outcome.next_at,
        "detail": outcome.detail or None,
    }
