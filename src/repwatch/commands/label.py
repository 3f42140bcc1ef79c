"""`label`: mentions shown one by one, to be labelled with one key each, or labels of another machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from repwatch.commands.base import Session, general
from repwatch.commands.options import Asked, DryRunOption, filtered
from repwatch.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from repwatch.model import Field
    from repwatch.store.base import Assessed, Filter, Reader, Store, Verdict

DEFAULT_WINDOW = "90d"
"""How old a mention may be that is asked about."""
SAMPLE = 20
LOOKED_AT = 20_000
"""Mentions, last stored first, that the most telling are picked from."""
LONGEST = 1_200
"""Characters of a text that are shown."""

Move = Literal["skip", "back", "quit"]

LABELS = {"n": "negative", "u": "neutral", "p": "positive"}
MOVES: dict[str, Move] = {"s": "skip", " ": "skip", "b": "back", "q": "quit", "\x04": "quit"}
KEYS = "[n]egative  [u] neutral  [p]ositive  [x] not about us  [s]kip  [b]ack  [q]uit"


@general
@filtered
def label(
    session: Session,
    sample: Annotated[
        int, typer.Option("--sample", metavar="N", min=1, help="How many mentions are asked about.")
    ] = SAMPLE,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", help="Another one picks others where all teach alike.")
    ] = 0,
    from_file: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="Keep the labels of another machine, as export labels writes them; - is stdin.",
        ),
    ] = None,
    dry_run: DryRunOption = False,
    *,
    asked: Asked,
) -> None:
    """Label the mentions that would teach most, with one key each.

    They are likely complaints that may be none, from which it learns most, and what may be about
    something else: from all sources in turn, and only one of each author and story. What the machine
    thinks is not shown, so that you decide for yourself. Each key is kept at once, as mention correct
    keeps it.

    With --from, labels come from a file: CSV or JSON of export labels. Mentions are known by their
    space and native_id; what somebody else said here since stays. Read twice, it adds nothing.

    Examples:

        repwatch label
        repwatch label --sample 50 --brand acme
        repwatch label --from labels.csv --dry-run
    """
    if from_file is not None:
        from repwatch.commands.label_from import label_from

        if asked.anything or (sample, seed) != (SAMPLE, 0):
            raise UsageError("--from takes all labels of a file", hint="Only --dry-run goes with it.")
        raise typer.Exit(label_from(session, from_file, dry_run=dry_run))
    if dry_run:
        raise UsageError("what a key says is kept at once", hint="--dry-run goes with --from FILE")
    if not session.may_ask or not session.out.is_terminal:
        raise UsageError(
            "label asks for keys at a terminal",
            hint="Without one: repwatch mention correct ID --label negative",
        )
    with closing(session.reader()) as reader:
        chosen = pick(session, reader, asked, sample, seed)
    if not chosen:
        session.say("There is nothing to label: no mention that nobody has labelled. Try --since 1y")
        return
    answers = _Answers({}, set())
    try:
        with closing(session.store()) as store:
            _ask(session, store, chosen, answers)
    except KeyboardInterrupt:
        session.out.print("stopped", style="dim")
        raise
    finally:
        session.say(_summary(len(answers.given), len(answers.skipped)))


def pick(session: Session, reader: Reader, asked: Asked, count: int, seed: int) -> list[Assessed]:
    """Return the mentions that would teach most."""
    from repwatch.learning.sampling import Candidate, doubt, most_telling

    tone_cut = session.settings.scoring.negative_below
    found, known = {}, []
    for each in islice(reader.assessed(_wanted(session, asked)), LOOKED_AT):
        if "label" in each.said or "about" in each.said:
            known.append(_text(each))
        elif _text(each):
            found[each.id, each.assessment.brand] = each
    candidates = (
        Candidate(
            id=id,
            brand=brand,
            source=each.source,
            author=each.mention.author_id or each.mention.author,
            text=_text(each),
            doubt=doubt(each.assessment, tone_cut=tone_cut),
        )
        for (id, brand), each in found.items()
    )
    return [found[each.id, each.brand] for each in most_telling(candidates, count, seed=seed, known=known)]


def _text(each: Assessed) -> str:
    return each.mention.text or each.mention.title


def _wanted(session: Session, asked: Asked) -> Filter:
    from repwatch.commands.filters import build_filter

    found, _ = build_filter(session, asked, default=DEFAULT_WINDOW)
    own = tuple(key for key, brand in session.settings.brands.items() if brand.role == "own")
    return replace(
        found,
        brands=found.brands or own,
        relevance=found.relevance if asked.relevance else ("about", "unsure"),
        senders=found.senders or ("customer",),
    )


@dataclass(slots=True)
class _Answers:
    """What was answered so far; a mention that was gone back to is answered anew."""

    given: dict[int, str]
    skipped: set[int]


def _ask(session: Session, store: Store, chosen: Sequence[Assessed], answers: _Answers) -> None:
    """Ask for each mention, and keep what is answered."""
    place = 0
    while place < len(chosen):
        each = chosen[place]
        _show(session.out, session, each, place, len(chosen), answers.given.get(place))
        key = _key()
        move = MOVES.get(key)
        if move == "quit":
            session.out.print("quit", style="dim")
            break
        if move == "back":
            session.out.print("back", style="dim")
            place = max(0, place - 1)
            continue
        if move == "skip":
            session.out.print("skipped", style="dim")
            if place not in answers.given:
                answers.skipped.add(place)
        else:
            said = LABELS.get(key, "not about us")
            session.out.print(said, style="bold")
            keep(session, store, each, key)
            answers.given[place] = said
            answers.skipped.discard(place)
        place += 1


def keep(session: Session, store: Store, each: Assessed, key: str) -> None:
    """Keep what a key says of a mention; another answer than before takes the other one back."""
    from repwatch.commands.correct import user
    from repwatch.store.base import Verdict

    said: dict[Field, str | None] = {"about": None, "label": None}
    if key == "x":
        said["about"] = "not_about"
    else:
        said["label"] = LABELS[key]
        if each.assessment.relevance == "unsure":
            said["about"] = "about"
    verdicts: list[Verdict] = [
        Verdict(mention=each.id, brand=each.assessment.brand, field=field, value=value)
        for field, value in said.items()
    ]
    store.correct(verdicts, who=user(), why="", now=session.now)


def _key(read: Callable[[], str] | None = None) -> str:
    """Return the next key that means something."""
    while True:
        try:
            key = (read or typer.getchar)().lower()
        except EOFError:
            return "q"
        if key in LABELS or key in MOVES or key == "x":
            return key


def _show(
    out: Console, session: Session, each: Assessed, place: int, count: int, answered: str | None
) -> None:
    """Print one mention and what may be answered."""
    from rich.text import Text

    from repwatch.formats import flat
    from repwatch.text import clean
    from repwatch.words import when

    mention, assessment = each.mention, each.assessment
    brand = session.settings.brands.get(assessment.brand)
    at = when(each.at, session.settings.timezone, session.now)
    about = [brand.name if brand else assessment.brand, each.source, at, mention.author or ""]
    out.print()
    out.print(
        Text.assemble(
            (f"{place + 1} of {count}", "bold cyan"), f"  {' · '.join(flat(a) for a in about if a)}"
        )
    )
    if assessment.relevance == "unsure":
        out.print(Text("may be about something else", style="yellow"))
    if mention.rating is not None:
        best = "" if mention.rating_best is None else f" of {mention.rating_best:g}"
        out.print(Text(f"rating {mention.rating:g}{best}"))
    if mention.title:
        out.print(Text(flat(mention.title), style="bold"))
    text = clean(mention.text)
    for paragraph in (text if len(text) <= LONGEST else text[:LONGEST] + "…").split("\n"):
        out.print(Text(paragraph.expandtabs(4)))
    if mention.url:
        out.print(Text(flat(mention.url), style="dim"), soft_wrap=True)
    said = f"  (you said {answered})" if answered else ""
    out.print(Text(f"{KEYS}{said}  ", style="dim"), end="")


def _summary(kept: int, skipped: int) -> str:
    from repwatch.words import number, plural

    left = f", {number(skipped)} skipped" if skipped else ""
    following = "Next: repwatch eval" if kept else "Next: repwatch label"
    return f"{plural(kept, 'mention')} labelled{left}. {following}"
