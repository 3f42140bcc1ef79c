"""What is shown of an import: what each file was taken for, how far it is, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from repwatch.commands.bar import Bar
from repwatch.commands.base import Session
from repwatch.commands.import_files import Flags
from repwatch.formats import json_document
from repwatch.imports.load import Job, Result
from repwatch.imports.plan import Plan
from repwatch.judge import spoken
from repwatch.render import Column, table
from repwatch.text import one_line
from repwatch.words import listed, number, plural, when

TOLD = 20
"""Rejected rows of a file that are told one by one."""
LONGEST_TEXT = 300
"""Characters of a text in a dry run."""


class Watch(Bar):
    """A bar that is as long as the files are."""

    def __init__(self, session: Session, jobs: Sequence[Job]) -> None:
        super().__init__(session, sum(job.plan.size for job in jobs), counts=False)
        self._before, self._name, self._size = 0, "", 0

    def update(self, name: str, done: int, size: int, rows: int) -> None:
        """Move on: so many bytes of a file, and so many rows, were read."""
        if name != self._name:
            self._before += self._size
            self._name, self._size = name, size
        self.move(f"{one_line(name, 40)}, {plural(rows, 'row')}", completed=self._before + done)


def tell_plans(session: Session, jobs: Sequence[Job], flags: Flags) -> None:
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


def show(session: Session, results: Sequence[Result], flags: Flags) -> None:
    """Print what came of it, and say what can't be used and what comes next."""
    for result in results:
        _tell_problems(session, result)
    if flags.dry_run:
        _show_first(session, results)
    counted = [{"file": r.job.plan.name, "source": r.job.source, **_counts(r)} for r in results]
    table(session.out, counted, columns(kept=not flags.dry_run))
    rows, about = sum(r.rows for r in results), sum(r.about for r in results)
    if flags.dry_run:
        session.say("Nothing was kept. Import it by leaving out --dry-run.")
    elif rows and not about and not flags.about:
        session.say("None of it names a brand. If all of it is about one, say so: --about BRAND")
    elif any(r.saved.new for r in results):
        sources = dict.fromkeys(r.job.source for r in results if r.saved.new)
        session.say(f"It counts under {listed(list(sources))}. Next: repwatch report sources --since 1y")


def _tell_problems(session: Session, result: Result) -> None:
    """Say on stderr which entries can't be used, and where they are now."""
    name = result.job.plan.name
    for problem in result.problems[:TOLD]:
        session.warn(f"{name}:{problem.line}: {problem.reason}")
    if result.rejected > TOLD:
        session.warn(f"{name}: and {plural(result.rejected - TOLD, 'more row')} that can't be used")
    if result.rejected_file is not None:
        session.warn(f"{name}: rejected rows are in {result.rejected_file}, with the reasons")
        session.say("Mended there, they can be imported from it with the same options.")
    for remark in result.remarks:
        session.warn(f"{name}: {remark}")
    if result.empty and not result.remarks:
        session.say(
            f"{name}: {plural(result.empty, 'entry', 'entries')} with nothing in it, such as deleted ones"
        )
    if result.broken is not None:
        session.warn(f"{name}: {result.broken}")


def _show_first(session: Session, results: Sequence[Result]) -> None:
    zone = session.settings.timezone
    found = [
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
    table(session.out, _first(results), found)
    session.say("")


def _first(results: Sequence[Result]) -> Iterator[Mapping[str, Any]]:
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


def columns(*, kept: bool) -> list[Column]:
    """Return the columns of what came of files; the only long one stands last at a terminal."""

    def count(name: str, title: str | None = None, optional: int = 0) -> Column:
        return Column(name, title, right=True, show=number, optional=optional)

    saved = [count("new"), count("updated", optional=3), count("known")]
    return [
        Column("file", where="machine"),
        Column("source", where="machine"),
        count("rows"),
        count("about"),
        *(saved if kept else []),
        count("near", "nearly", optional=2),
        count("other", "not about", optional=1),
        count("rejected"),
        Column("file", where="terminal"),
    ]


def document(results: Sequence[Result], flags: Flags, code: int) -> str:
    """Return what came of it as a JSON document."""
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
