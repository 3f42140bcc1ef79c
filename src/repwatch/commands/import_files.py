"""What is said of the files to import, and what each of them is."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfileobj
from tempfile import NamedTemporaryFile
from zoneinfo import ZoneInfo

from repwatch.commands.base import Session
from repwatch.commands.filters import known_brands
from repwatch.dates import Order
from repwatch.errors import UsageError
from repwatch.imports.load import Job
from repwatch.imports.look import look
from repwatch.imports.plan import FORMATS, Asked
from repwatch.imports.values import Scale, scale
from repwatch.model import Kind
from repwatch.render import pick
from repwatch.text import one_line
from repwatch.urls import canonical
from repwatch.words import size

ENDINGS = re.compile(
    r"(\.(csv|tsv|txt|jsonl?|ndjson|html?|xml|rss|atom|mbox))*(\.rejected\b.*)?$", re.IGNORECASE | re.DOTALL
)
"""Of files' names, these are no part of their source's name."""
LARGE = 50_000_000
"""Bytes of a file at which it takes some time to look at all of it."""
LONGEST_NAME = 100


@dataclass(frozen=True, kw_only=True)
class Flags:
    """What was asked of an import."""

    format: str | None
    map: tuple[str, ...]
    source: str | None
    about: str | None
    kind: Kind | None
    dates: Order | None
    zone: str | None
    scale: str | None
    encoding: str | None
    delimiter: str | None
    header: bool
    url: str | None
    dry_run: bool
    json: bool


def asked_of(session: Session, flags: Flags) -> Asked:
    """Return what the flags say about the files.

    Raises:
        UsageError: one of them says nothing that is known.
    """
    brands = session.settings.brands
    keys = {brand.name.casefold(): key for key, brand in brands.items()} | {k.casefold(): k for k in brands}
    return Asked(
        format=pick(flags.format, FORMATS, "format") if flags.format else None,
        map=_map(flags.map),
        encoding=flags.encoding,
        delimiter=flags.delimiter,
        header=flags.header,
        order=flags.dates,
        scale=_scale(flags.scale),
        zone=_zone(flags.zone) if flags.zone else session.settings.timezone,
        kind=flags.kind,
        url=_address(session, flags),
        brands=keys,
    )


def _map(typed: Sequence[str]) -> dict[str, str]:
    """Return columns by field; a comma in the name of a column does no harm.

    Raises:
        UsageError: it is no map.
    """
    found: dict[str, str] = {}
    last = None
    for part in (part for text in typed for part in text.split(",")):
        name, equals, column = part.partition("=")
        if equals:
            last = name.strip()
            found[last] = column
        elif last is not None:
            found[last] += f",{part}"
        else:
            raise UsageError(f'"{part}" is no map', hint="Such is one: --map text=body,url=link")
    return {name: column.strip() for name, column in found.items()}


def _scale(typed: str | None) -> Scale | None:
    try:
        return scale(typed) if typed else None
    except ValueError as error:
        raise UsageError(f'"{typed}" is no scale of ratings', hint="Such are: 1-5, 1-10, 0-100") from error


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise UsageError(f'there is no time zone "{name}"', hint="Such are: UTC, Europe/Berlin") from error


def _address(session: Session, flags: Flags) -> str | None:
    """Return the address that saved pages and feeds are from: as typed, or of the source they count under.

    Raises:
        UsageError: it is none.
    """
    if flags.url is not None:
        if canonical(flags.url) is None:
            raise UsageError(f'"{flags.url}" is no address', hint="It begins with https:// or http://")
        return flags.url
    place = session.settings.sources.get(flags.source or "")
    url = place.settings.get("url") if place and place.type in ("feed", "reviews") else None
    return url if isinstance(url, str) else None


def job(session: Session, path: Path, flags: Flags, asked: Asked, held: ExitStack) -> Job:
    """Look at a file.

    Raises:
        UsageError: it can't be read, or more has to be said about it.
    """
    name = "stdin" if str(path) == "-" else str(path)
    aside = held.enter_context(seekable(path))
    if aside.is_file() and aside.stat().st_size > LARGE:
        session.say(f"{name} ({size(aside.stat().st_size)}) is looked at as a whole first.")
    plan = look(aside, name, asked, now=session.now)
    place = session.settings.sources.get(flags.source or "")
    about = known_brands(session, [flags.about])[0] if flags.about else place.about if place else None
    return Job(
        plan=plan,
        source=_label(flags.source) if flags.source else f"import:{_stem(name)}",
        is_default=flags.source is None,
        about=about,
        brands=frozenset(place.brands) if place and place.brands else None,
        beside=path if aside == path else Path(Path(name).name),
    )


def _label(typed: str) -> str:
    if one_line(typed, LONGEST_NAME) != typed:
        raise UsageError(f"a source's name is one line of at most {LONGEST_NAME} characters")
    return typed


def _stem(name: str) -> str:
    """Return a file's name without its endings, those of rejected rows among them."""
    return one_line(ENDINGS.sub("", Path(name).name), LONGEST_NAME - 7) or "file"


@contextmanager
def seekable(path: Path) -> Iterator[Path]:
    """Yield a file that can be read twice; what comes through a pipe is kept aside meanwhile.

    Raises:
        UsageError: it can't be read.
    """
    if str(path) != "-" and (path.is_file() or not path.exists() or path.is_dir()):
        yield path
        return
    with NamedTemporaryFile(prefix="repwatch-") as aside:
        try:
            if str(path) == "-":
                copyfileobj(sys.stdin.buffer, aside)
            else:
                with path.open("rb") as stream:
                    copyfileobj(stream, aside)
            aside.flush()
        except OSError as error:
            raise UsageError(f"can't read {path}: {error.strerror or error}") from error
        yield Path(aside.name)
