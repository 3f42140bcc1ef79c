"""`label --from`: what people said on another machine, kept here as well."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path

from repwatch.commands.base import Session
from repwatch.commands.import_files import seekable
from repwatch.commands.import_results import TOLD
from repwatch.errors import UsageError
from repwatch.imports.base import Rejected, Unreadable
from repwatch.imports.labels import Labelled, labels
from repwatch.outcomes import PARTIAL
from repwatch.render import Column, table
from repwatch.store.base import Reader, Store, Verdict
from repwatch.words import number, plural

COLUMNS = (
    Column("kept", "labels", right=True, show=number),
    Column("known", right=True, show=number),
    Column("otherwise", "said otherwise here since", right=True, show=number),
    Column("rejected", right=True, show=number),
)


@dataclass(slots=True)
class _Found:
    """What of a file is to be kept, what is known or said otherwise here, and what can't be used."""

    wanted: list[tuple[Labelled, list[Verdict]]] = field(default_factory=list)
    known: int = 0
    otherwise: int = 0
    rejected: list[Rejected] = field(default_factory=list)


def label_from(session: Session, path: Path, *, dry_run: bool) -> int:
    """Keep the labels of a file that are not known yet; return the exit code.

    Raises:
        UsageError: the file can't be read.
    """
    name = "stdin" if str(path) == "-" else str(path)
    with seekable(path) as file:
        read = _read(file, name)
    if dry_run:
        with closing(session.reader()) as reader:
            found = _compared(read, reader)
    else:
        with closing(session.store()) as store:
            found = _compared(read, store)
            _keep(store, found, session.now)
    for each in found.rejected[:TOLD]:
        session.warn(f"{name}:{each.line}: {each.reason}")
    if len(found.rejected) > TOLD:
        session.warn(f"{name}: and {plural(len(found.rejected) - TOLD, 'more row')} that can't be used")
    kept = sum(len(verdicts) for _, verdicts in found.wanted)
    counted = {
        "kept": kept,
        "known": found.known,
        "otherwise": found.otherwise,
        "rejected": len(found.rejected),
    }
    table(session.out, [counted], COLUMNS)
    if dry_run:
        session.say("Nothing was kept. Keep them by leaving out --dry-run.")
    elif kept:
        session.say("Next: repwatch eval")
    return PARTIAL if found.rejected else 0


def _read(path: Path, name: str) -> list[Labelled | Rejected]:
    try:
        with path.open("rb") as stream:
            return list(labels(stream))
    except OSError as error:
        raise UsageError(f"can't read {name}: {error.strerror or error}") from error
    except Unreadable as error:
        raise UsageError(f"{name}: {error}", hint=error.hint, where=name) from error


def _compared(read: list[Labelled | Rejected], reader: Reader) -> _Found:
    """Hold the labels of a file against what is stored here, and what was said of it."""
    found = _Found()
    for each in read:
        if isinstance(each, Rejected):
            found.rejected.append(each)
        elif (why := _stranger(each, reader)) is not None:
            found.rejected.append(Rejected(each.line, why))
        else:
            verdicts = list(_news(each, reader, found))
            if verdicts:
                found.wanted.append((each, verdicts))
    return found


def _stranger(each: Labelled, reader: Reader) -> str | None:
    """Return why nothing can be said of a mention here; None if it can."""
    try:
        rows = [row for row in reader.mention(each.mention) if row.id == each.mention]
    except UsageError:
        rows = []
    if not rows:
        return f"{each.mention} is not stored here"
    if each.brand not in {row.brand for row in rows}:
        return f"{each.mention} was not read for {each.brand} here"
    return None


def _news(each: Labelled, reader: Reader, found: _Found) -> Iterator[Verdict]:
    """Yield what of a label is news here, and count what is not.

    What somebody else said here after it counts on.
    """
    last = {one.field: one for one in reader.corrections(each.mention) if one.brand == each.brand}
    for about, value in each.said.items():
        before = last.get(about)
        if before is not None and before.value == value:
            found.known += 1
        elif before and each.said_at and before.at > each.said_at and before.who != each.who:
            found.otherwise += 1
        else:
            yield Verdict(mention=each.mention, brand=each.brand, field=about, value=value)


def _keep(store: Store, found: _Found, now: datetime) -> None:
    """Keep what is wanted, under the names of those who said it."""
    for (who, why), group in groupby(found.wanted, key=lambda each: (each[0].who, each[0].why)):
        store.correct([verdict for _, verdicts in group for verdict in verdicts], who=who, why=why, now=now)
