"""`score --rescore`: stored mentions judged anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from repwatch.commands.base import Session
    from repwatch.commands.options import Asked
    from repwatch.judge import Judge
    from repwatch.learning.rescore import Result
    from repwatch.render import Column


def rescore(session: Session, judge: Judge, asked: Asked, *, dry_run: bool, json: bool) -> int:
    """Judge stored mentions anew, show how many labels change, and return the exit code.

    Raises:
        Busy: a scan is running.
    """
    from repwatch.commands.filters import build_filter
    from repwatch.commands.stop import Stop
    from repwatch.formats import json_document
    from repwatch.learning.rescore import Rescorer
    from repwatch.render import table

    found, _ = build_filter(session, asked)
    wanted = replace(found, relevance=found.relevance if asked.relevance else (), own=None)
    with Stop() as stop, _watched(session) as progress:
        rescorer = Rescorer(
            judge, session.settings.sources, clock=lambda: datetime.now(UTC), progress=progress, stop=stop
        )
        with closing(session.reader()) as reader:  # which says so where there is no database
            result = rescorer.try_out(reader, wanted) if dry_run else None
        if result is None:
            with closing(session.store()) as store:
                result = rescorer.rescore(store, wanted)
    rows = _rows(result)
    scorer = judge.scored_by()
    if json:
        names = ("mentions", "labels", "kept", "other", "added")
        body = {"dry_run": dry_run, "scorer": scorer, **{name: getattr(result, name) for name in names}}
        session.out.file.write(json_document("repwatch.rescore/1", {**body, "changes": rows}))
        return stop.code
    if rows:
        table(session.out, rows, _columns())
    session.say(summary(result, scorer, dry_run=dry_run))
    if stop.code and not dry_run:
        session.say("Stopped. What was judged is kept; judge them again for the rest.")
    return stop.code


def summary(result: Result, scorer: str, *, dry_run: bool) -> str:
    """Return what came of it, in a sentence or two."""
    from repwatch.words import number, plural

    parts = [f"{plural(result.labels, 'label')} {'would change' if dry_run else 'changed'}"]
    if result.kept:
        parts.append(f"people have corrected {number(result.kept)} of the changes, and that counts")
    if result.other:
        parts.append(f"{plural(result.other, 'verdict')} with other reasons or figures")
    if result.added:
        parts.append(f"{plural(result.added, 'new verdict')} on brands that were not looked for before")
    judged = f"{plural(result.mentions, 'mention')} judged by {scorer}: {'; '.join(parts)}."
    return f"{judged} Nothing was kept." if dry_run else judged


@contextmanager
def _watched(session: Session) -> Iterator[Callable[[int], None] | None]:
    """Yield what shows at a terminal how far it is."""
    from repwatch.words import plural

    if not session.err.is_terminal or session.flags.quiet:
        yield None
        return
    with session.err.status("judging") as status:
        yield lambda mentions: status.update(f"{plural(mentions, 'mention')} judged")


def _rows(result: Result) -> list[dict[str, Any]]:
    changes = sorted(result.changes.items(), key=lambda item: (-item[1], item[0]))
    return [
        {"brand": brand, "field": what, "before": before, "now": now, "mentions": count}
        for (brand, what, before, now), count in changes
    ]


def _columns() -> list[Column]:
    from repwatch.render import Column
    from repwatch.words import number

    return [
        Column("brand"),
        Column("field", "what"),
        Column("before", "was"),
        Column("now"),
        Column("mentions", right=True, show=number),
    ]
