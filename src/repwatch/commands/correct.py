"""`mention correct`: a person's word against the machine's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from repwatch.commands.base import Session, general
from repwatch.commands.options import DryRunOption, KindChoice, Listing, listed
from repwatch.errors import UsageError

if TYPE_CHECKING:
    from repwatch.model import Correction, Field
    from repwatch.render import Column
    from repwatch.store.base import MentionRow, Reader, Verdict

LONGEST_WHY = 500


@general
@listed
def correct(
    session: Session,
    ids: Annotated[
        list[str], typer.Argument(metavar="ID…", help="Beginnings of ids; - reads them from stdin.")
    ],
    label: Annotated[
        Literal["negative", "neutral", "positive"] | None,
        typer.Option("--label", help="How it treats the brand."),
    ] = None,
    about: Annotated[
        bool | None, typer.Option("--about/--not-about", help="Whether it is about the brand at all.")
    ] = None,
    kind: Annotated[KindChoice | None, typer.Option("--kind", help="What its author wants.")] = None,
    brand: Annotated[
        str | None,
        typer.Option("-b", "--brand", metavar="BRAND", help="Needed where a mention is about several."),
    ] = None,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason, for whoever reads it.")] = "",
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Take back what people said: the machine's word counts again.")
    ] = False,
    dry_run: DryRunOption = False,
    *,
    shown: Listing,
) -> None:
    """Correct what the machine made of mentions; it counts at once, and stays whatever is judged later.

    A correction is kept beside the machine's word, with your user name, and is what eval measures with.
    The last one counts. To agree with the machine is one, too.

    Examples:

        repwatch mention correct m_7Q2KABCD --label negative --why sarcasm
        repwatch search refund --columns id --no-header | repwatch mention correct - --kind request --dry-run
    """
    from repwatch.commands.mention import wanted
    from repwatch.text import one_line
    from repwatch.words import plural

    said: dict[Field, str | None] = {}
    if about is not None:
        said["about"] = "about" if about else "not_about"
    if label is not None:
        said["label"] = label
    if kind is not None:
        said["kind"] = str(kind)
    if withdraw and said:
        raise UsageError("--withdraw takes back all that was said", hint="Leave out the other options.")
    if not withdraw and not said:
        raise UsageError(
            "there is nothing to correct",
            hint="Say it with --label, --kind, --about, --not-about or --withdraw.",
        )
    asked = brand_key(session, brand)
    with closing(session.reader()) as reader:
        found = {row.id: row for row in (chosen(reader.mention(id), asked) for id in wanted(ids))}
        before = {id: _in_force(reader, row) for id, row in found.items()}
    verdicts = [
        verdict
        for id, row in found.items()
        for verdict in verdicts_on(row, dict.fromkeys(before[id]) if withdraw else said)
    ]
    after = found
    if not dry_run and verdicts:
        with closing(session.store()) as store:
            kept = store.correct(verdicts, who=user(), why=one_line(why, LONGEST_WHY), now=session.now)
            after = {id: chosen(store.mention(id), row.brand) for id, row in found.items()}
    rows = []
    for verdict in verdicts:
        row, was = found[verdict.mention], before[verdict.mention].get(verdict.field)
        now = held_of(after[row.id], verdict.field)
        if dry_run:
            now = verdict.value or machine_of(row, verdict.field)
        rows.append(_changed(row, verdict.field, now, was, _note(session, was, now)))
    shown.show(session.out, rows, _columns(), schema="repwatch.corrected/1", key="corrections")
    if dry_run:
        session.say("Nothing was changed.")
    elif not verdicts:
        session.say("Nobody had said anything that could be taken back.")
    elif len(kept) < len(verdicts):
        session.say(f"{plural(len(kept), 'correction')} kept; the rest was said before.")


def brand_key(session: Session, typed: str | None) -> str | None:
    """Return the key of a brand that was typed by its key or name; it may be configured no longer."""
    if typed is None:
        return None
    names = {brand.name.casefold(): key for key, brand in session.settings.brands.items()}
    return names.get(typed.casefold(), typed)


def chosen(rows: Sequence[MentionRow], brand: str | None) -> MentionRow:
    """Return a mention as the one brand sees it that is meant.

    Raises:
        UsageError: it was read for several brands, or not for this one.
    """
    found = [row for row in rows if brand is None or row.brand == brand]
    if len(found) == 1:
        return found[0]
    brands = ", ".join(row.brand for row in rows)
    if not found:
        raise UsageError(f"{rows[0].id} was not read for {brand}", hint=f"It was for: {brands}")
    raise UsageError(
        f"{rows[0].id} is about several brands: {brands}", hint=f"Say which: --brand {found[0].brand}"
    )


def verdicts_on(row: MentionRow, said: Mapping[Field, str | None]) -> Iterator[Verdict]:
    """Yield what is said of a mention and its brand."""
    from repwatch.store.base import Verdict

    for field, value in said.items():
        yield Verdict(mention=row.id, brand=row.brand, field=field, value=value)


def user() -> str:
    """Return the name of whoever types."""
    from getpass import getuser

    from repwatch.text import one_line

    try:
        return one_line(getuser(), 100) or "somebody"
    except (OSError, KeyError):  # a container may have a user without a name
        return "somebody"


def _in_force(reader: Reader, row: MentionRow) -> dict[Field, Correction]:
    from repwatch.corrections import in_force

    return in_force(each for each in reader.corrections(row.id) if each.brand == row.brand)


def held_of(row: MentionRow, field: Field) -> str:
    """Return what counts of a field."""
    return {"about": row.relevance, "label": row.label, "kind": row.intent}[field]


def machine_of(row: MentionRow, field: Field) -> str:
    """Return what the machine says of a field."""
    return {"about": row.machine_relevance, "label": row.machine_label, "kind": row.machine_intent}[field]


def _changed(row: MentionRow, field: Field, now: str, was: Correction | None, note: str) -> dict[str, Any]:
    """Return what a correction changes, as a row of the listing."""
    return {
        "id": row.id,
        "brand": row.brand,
        "field": field,
        "before": held_of(row, field),
        "now": now,
        "machine": machine_of(row, field),
        "said_before": was.value if was else None,
        "said_by": was.who if was else None,
        "said_at": was.at if was else None,
        "note": note,
    }


def _note(session: Session, was: Correction | None, now: str) -> str:
    """Word whom a correction contradicts."""
    from repwatch.words import when

    if was is None or was.value is None or was.value == now:
        return ""
    return f"{was.who} said {_words(was.value)} on {when(was.at, session.settings.timezone, session.now)}"


def _columns() -> list[Column]:
    from repwatch.formats import short_id
    from repwatch.render import Column

    machine: Literal["machine"] = "machine"
    return [
        Column("id", show=short_id, style="cyan"),
        Column("brand", optional=2),
        Column("field", "what"),
        Column("before", "was", show=_words),
        Column("now", show=_words),
        Column("machine", optional=1, show=_words),
        *(Column(name, where=machine) for name in ("said_before", "said_by", "said_at")),
        Column("note", "", where="terminal"),
    ]


def _words(value: str | None) -> str:
    return (value or "").replace("_", " ")
