"""`mention`: one mention, and all that is known about it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from repwatch.commands.base import Group, Session, general
from repwatch.commands.correct import correct
from repwatch.commands.judged import held, judged
from repwatch.commands.options import JsonOption, OutputOption, UtcOption
from repwatch.errors import UsageError

if TYPE_CHECKING:
    from datetime import tzinfo

    from rich.console import Console

    from repwatch.model import Correction
    from repwatch.store.base import Engagement, MentionRow, Reader

app = typer.Typer(cls=Group, help="Single mentions.", no_args_is_help=True)

app.command("correct")(correct)

_PER_BRAND = (
    *("brand", "label", "sentiment", "relevance", "own", "matched", "reasons", "scorer", "p_negative"),
    *("intent", "urgency", "sender", "comparison", "why", "corrected"),
    *("machine_relevance", "machine_sentiment", "machine_label", "machine_intent"),
)


@app.command("show")
@general
def show(
    session: Session,
    ids: Annotated[
        list[str], typer.Argument(metavar="ID…", help="Beginnings of ids; - reads them from stdin.")
    ],
    json: JsonOption = False,
    output: OutputOption = None,
    utc: UtcOption = False,
) -> None:
    """Show mentions: text, author, link, and how each brand's label came about.

    Examples:

        repwatch mention show m_7Q2KABCD
        repwatch search refund --columns id --no-header | repwatch mention show -
    """
    from datetime import UTC

    from repwatch.files import output as opened
    from repwatch.formats import json_document
    from repwatch.render import console, paged

    zone = UTC if utc else session.settings.timezone
    with closing(session.reader()) as reader:
        found = [_known(reader, id) for id in wanted(ids)]
    if json:
        with opened(output, session.out.file) as stream:
            body = {"mentions": [document(known) for known in found]}
            stream.write(json_document("repwatch.mention/1", body))
    elif output is not None:
        with opened(output, session.out.file) as stream:
            for known in found:
                describe(console(stream, "never"), known, zone, session)
    else:
        with paged(session.out, not session.flags.no_pager):
            for known in found:
                describe(session.out, known, zone, session)


@dataclass(frozen=True, slots=True)
class Known:
    """A mention as each brand sees it, how its counts grew, and what people said of it, oldest first."""

    rows: Sequence[MentionRow]
    grown: Sequence[Engagement]
    said: Sequence[Correction]


def _known(reader: Reader, id: str) -> Known:
    rows = reader.mention(id)
    return Known(rows, reader.engagement(rows[0].id), reader.corrections(rows[0].id))


def wanted(ids: Sequence[str], stdin: Iterable[str] | None = None) -> list[str]:
    """Return ids as they were given, each once; "-" stands for those on stdin.

    Raises:
        UsageError: there is none.
    """
    lines = [] if "-" not in ids else (sys.stdin if stdin is None else stdin)
    piped = [word for line in lines for word in line.split()[:1]]
    found = [word for id in ids for word in (piped if id == "-" else [id])]
    if not found:
        raise UsageError("there is no id on standard input")
    return list(dict.fromkeys(found))


def document(known: Known) -> dict[str, object]:
    """Return one mention as JSON has it.

    It has lists of how each brand sees it, how its counts grew, and what people said.
    """
    from dataclasses import asdict

    from repwatch.writers import record

    records = [record(row) for row in known.rows]
    common = {key: value for key, value in records[0].items() if key not in _PER_BRAND}
    brands = [{key: record[key] for key in _PER_BRAND} for record in records]
    return common | {
        "brands": brands,
        "corrections": [asdict(each) for each in known.said],
        "engagement_history": [asdict(each) for each in known.grown],
    }


def describe(out: Console, known: Known, zone: tzinfo, session: Session) -> None:
    """Print one mention for a person."""
    from rich.text import Text

    from repwatch.formats import flat, folded
    from repwatch.text import clean
    from repwatch.words import iso, plural, signed, when

    row = known.rows[0]
    ascii = not out.is_terminal

    def moment(at: object) -> str:
        from datetime import datetime

        if not isinstance(at, datetime):
            return ""
        return when(at, zone, session.now) if out.is_terminal else iso(at)

    def line(name: str, value: str | None) -> None:
        if value:
            head = f"{name:<12}"
            first, *more = folded(
                head + flat(value), out.width if out.is_terminal else None, indent=len(head)
            )
            out.print(Text.assemble((head, "dim"), first[len(head) :]), soft_wrap=True)
            for part in more:
                out.print(Text(part), soft_wrap=True)

    out.print(Text.assemble((row.id, "bold cyan"), f"  {row.kind} · {row.source} · {moment(row.at)}"))
    out.print()
    if row.title:
        out.print(Text(flat(row.title), style="bold"))
    for paragraph in clean(row.text).split("\n") if row.text else ():
        out.print(Text(paragraph.expandtabs(4)))
    if row.gone_at:
        out.print(
            Text(f"gone there since {moment(row.gone_at)}: its text and author are gone here, too", "dim")
        )
    if row.title or row.text or row.gone_at:
        out.print()
    stars = "" if row.rating is None else f"{row.rating:g}"
    if stars and row.rating_best is not None:
        stars += f" of {row.rating_best:g}"
    counted = (
        (row.likes, "like"),
        (row.replies, "reply", "replies"),
        (row.reposts, "repost"),
        (row.views, "view"),
    )
    line("author", " · ".join(dict.fromkeys(filter(None, (row.author, row.author_id, row.author_url)))))
    line("link", row.url)
    line("about", row.item)
    line("rating", stars)
    line("published", moment(row.published_at) or "no date")
    line("edited", moment(row.edited_at))
    line("answered", moment(row.answered_at))
    line("collected", moment(row.collected_at))
    line("language", row.lang)
    line("engagement", " · ".join(plural(count, *name) for count, *name in counted if count is not None))
    line("grew", growth(known.grown, moment))
    line("votes", None if row.score is None else signed(row.score, 0, ascii=ascii))
    line("answers", row.parent_id)
    line("thread", row.thread_id)
    line("known as", f"{row.space} {row.native_id}" if row.native_id else None)
    line("marks", ", ".join(row.marks))
    for each in known.rows:
        out.print()
        out.print(Text.assemble((flat(each.brand), "bold"), f"  {held(each, ascii=ascii)}"))
        for name, value in judged(each, known.said, moment, ascii=ascii):
            line(name, value)
    out.print()


def growth(grown: Sequence[Engagement], moment: Callable[[object], str]) -> str | None:
    """Return how the likes, replies and reposts of a mention grew together; None if they did not."""
    from repwatch.words import spark

    totals = [(e.likes or 0) + (e.replies or 0) + (e.reposts or 0) for e in grown]
    if len(set(totals)) < 2:
        return None
    return f"{spark(totals)} {totals[0]} to {totals[-1]}, {moment(grown[0].at)} to {moment(grown[-1].at)}"
