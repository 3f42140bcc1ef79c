"""`inbox`: mentions that need an answer, the most urgent first."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from repwatch.commands.base import Session, general
from repwatch.commands.options import FILTER, Asked, Listing, filtered, listed

if TYPE_CHECKING:
    from rich.text import Text

    from repwatch.model import Intent
    from repwatch.render import Column
    from repwatch.store.base import Filter, MentionRow

DEFAULT_WINDOW = "14d"
"""How far back an answer is still worth something."""
LIMIT = 20
"""Mentions shown at a terminal."""
ANSWERED: tuple[Intent, ...] = ("complaint", "question", "request")
"""What needs an answer."""
BASIS = 24
"""Characters of the words that counted."""
BRIEF = "id,at,brand,source,urgency,intent,label,sentiment,p_negative,relevance,because,url,text"
"""What a pipe gets of each mention, unless it asks for other columns."""


@general
@filtered
@listed
def inbox(
    session: Session,
    unsure: Annotated[
        bool,
        typer.Option(
            "--unsure", help="What may be about something else, to be decided.", rich_help_panel=FILTER
        ),
    ] = False,
    all: Annotated[
        bool, typer.Option("--all", help="Praise as well: it wants thanks.", rich_help_panel=FILTER)
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option(
            "-n", "--limit", min=1, help=f"At most so many; {LIMIT} at a terminal.", rich_help_panel=FILTER
        ),
    ] = None,
    *,
    asked: Asked,
    shown: Listing,
) -> None:
    """Show what needs an answer, the most urgent first.

    That is complaints, questions and requests of customers in the last 14 days, of your own brands. What
    the brand has answered is left out, as far as the platform tells: its answer stands under the mention,
    or later in a thread without levels. What could not be judged, since it is in another language, is not
    among it: --label unscored shows it.

    Examples:

        repwatch inbox
        repwatch inbox --brand acme --urgency high --since 24h
        repwatch inbox --unsure -o unsure.csv
    """
    from repwatch.commands.filters import build_filter
    from repwatch.render import paged

    found, _ = build_filter(session, asked, default=DEFAULT_WINDOW)
    wanted = narrowed(session, found, asked, unsure=unsure, all=all)
    terminal = shown.format == "table" and shown.path is None and session.out.is_terminal
    most = limit or (LIMIT if terminal else None)
    if shown.columns is None and shown.format == "table" and not terminal:
        shown = replace(shown, columns=BRIEF)
    with closing(session.reader()) as reader:
        rows = [_shown(row, unsure=unsure) for row in reader.mentions(wanted, order="urgent", limit=most)]
        by_urgency = {count.key[0]: count.mentions for count in reader.counts(wanted, ["urgency"])}
        bucket = narrowed(session, found, asked, unsure=True, all=False)
        undecided = 0 if unsure else sum(count.mentions for count in reader.counts(bucket))
        unread = 0
        if not (unsure or found.labels or found.intents):
            foreign = narrowed(session, replace(found, labels=("unscored",)), asked, unsure=False, all=False)
            unread = sum(count.mentions for count in reader.counts(foreign))
    if rows or not terminal:
        several = len(wanted.brands) > 1
        with paged(session.out, terminal and not session.flags.no_pager):
            shown.show(
                session.out,
                rows,
                columns(session, several=several, unsure=unsure),
                schema="repwatch.inbox/1",
                key="mentions",
            )
    session.say(footer(len(rows), by_urgency, undecided, unread, unsure=unsure))


def narrowed(session: Session, found: Filter, asked: Asked, *, unsure: bool, all: bool) -> Filter:
    """Return what of these mentions belongs into the inbox; what was asked for counts first."""
    own = tuple(key for key, brand in session.settings.brands.items() if brand.role == "own")
    wants: tuple[Intent, ...] = (*ANSWERED, "praise") if all else ANSWERED
    if unsure or found.labels == ("unscored",):  # what can't be read seems to want nothing
        wants = ()
    return replace(
        found,
        brands=found.brands or own or tuple(session.settings.brands),
        relevance=("unsure",) if unsure else found.relevance if asked.relevance else ("about", "unsure"),
        intents=found.intents or wants,
        senders=found.senders or ("customer",),
        waiting=True,
    )


def columns(session: Session, *, several: bool, unsure: bool) -> list[Column]:
    """Return the columns of an inbox; the text is last, so that it alone is shortened."""
    from repwatch.commands.excerpts import emphasised
    from repwatch.formats import short_id
    from repwatch.render import Column
    from repwatch.words import age, signed
    from repwatch.writers import COLUMNS

    machine: Literal["machine"] = "machine"
    first = {"id", "at", "brand", "source", "urgency", "sentiment"}
    return [
        Column("id", show=short_id, style="cyan"),
        Column("at", "age", right=True, show=lambda at: age(at, session.now)),
        Column("urgency", "urg", show=_urgency),
        Column("wants", "kind", where="terminal", optional=1),
        Column("brand", optional=4) if several else Column("brand", where=machine),
        Column("source", optional=3),
        Column("sentiment", "tone", right=True, show=signed, optional=2),
        *(Column(name, where=machine) for name in COLUMNS if name not in first),
        Column("because", where=machine),
        Column("basis", "found by" if unsure else "because", where="terminal", optional=5),
        Column("what", "", show=emphasised, where="terminal"),
    ]


def _urgency(urgency: str) -> Text:
    from rich.text import Text

    return Text({"medium": "med"}.get(urgency, urgency), style={"high": "bold red"}.get(urgency, ""))


def _shown(row: MentionRow, *, unsure: bool) -> dict[str, Any]:
    from repwatch.commands.excerpts import counted, cut, excerpt
    from repwatch.formats import flat
    from repwatch.writers import record

    carried = counted(row)
    basis = [_doubt(why) for why in row.why[:1]] if unsure else carried or _rating(row)
    return record(row) | {
        "because": carried,
        "wants": row.intent if row.relevance == "about" or unsure else f"{row.intent}?",
        "basis": cut(flat(", ".join(basis)), BASIS),
        "what": excerpt(row, carried),
    }


def _doubt(why: str) -> str:
    """Return why it is unsure, without saying so again."""
    return why.removeprefix("unsure: ")


def _rating(row: MentionRow) -> tuple[str, ...]:
    if row.rating is None:
        return ()
    best = "" if row.rating_best is None else f" of {row.rating_best:g}"
    return (f"rating {row.rating:g}{best}",)


def footer(
    shown: int, by_urgency: Mapping[str, int], undecided: int = 0, unread: int = 0, *, unsure: bool
) -> str:
    """Return what is said below an inbox."""
    from repwatch.words import number, plural

    whole = sum(by_urgency.values())
    if unsure:
        parts = [f"{plural(whole, 'mention')} to decide" if whole else "Nothing to decide"]
    else:
        parts = [f"{number(whole)} to answer" if whole else "Nothing to answer"]
        parts += [f"{number(by_urgency['high'])} urgent"] if by_urgency.get("high") else []
    lines = [" · ".join(parts)]
    if shown < whole:
        lines.append(f"These are the first {shown}; more with -n {shown * 5}")
    if unsure and whole:
        lines.append("Decide: repwatch mention correct ID --about, or --not-about")
    elif whole:
        lines.append("Next: repwatch mention show ID, or repwatch mention correct ID if it is wrong")
    if undecided:
        lines.append(f"{plural(undecided, 'mention')} may be about something else: repwatch inbox --unsure")
    if unread:
        lines.append(f"{plural(unread, 'mention')} could not be judged: repwatch inbox --label unscored")
    return "\n".join(lines)
