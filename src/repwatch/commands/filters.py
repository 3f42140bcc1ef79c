"""The options that say which mentions are meant, turned into a Filter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, cast, overload

if TYPE_CHECKING:
    from repwatch.commands.base import Session
    from repwatch.commands.options import Asked
    from repwatch.model import Intent, Label, Relevance, Sender, Urgency
    from repwatch.period import Window
    from repwatch.store.base import Filter

EARLIEST = "1990-01-01"
"""No mention is older: an earlier date counts as none."""


@overload
def build_filter(session: Session, asked: Asked, *, default: str) -> tuple[Filter, Window]: ...


@overload
def build_filter(session: Session, asked: Asked, *, default: None = None) -> tuple[Filter, Window | None]: ...


def build_filter(
    session: Session, asked: Asked, *, default: str | None = None
) -> tuple[Filter, Window | None]:
    """Return which mentions the options mean, and the window of time they are in.

    Without `default` and without a time the window is None, and all times are meant.

    Raises:
        UsageError: a brand, source or time is unknown.
    """
    from repwatch.period import window
    from repwatch.store.base import Filter

    within = None
    if default is not None or asked.since or asked.until or asked.period:
        zone = session.settings.timezone
        within = window(
            asked.since,
            asked.until,
            asked.period,
            now=session.now,
            zone=zone,
            default=default or EARLIEST,
        )
    found = Filter(
        brands=known_brands(session, asked.brand or ()),
        sources=known_sources(session, asked.source or ()),
        since=within.since if within else None,
        until=within.until if within else None,
        labels=cast("tuple[Label, ...]", _words(asked.label)),
        langs=tuple(name.strip().lower() for name in asked.lang or ()),
        relevance=cast("tuple[Relevance, ...]", _words(asked.relevance)) or ("about",),
        intents=cast("tuple[Intent, ...]", _words(asked.kind)),
        urgencies=cast("tuple[Urgency, ...]", _words(asked.urgency)),
        senders=cast("tuple[Sender, ...]", _words(asked.sender)),
    )
    return found, within


def _words(chosen: Iterable[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(name) for name in chosen or ()))


def known_brands(session: Session, names: Iterable[str]) -> tuple[str, ...]:
    """Return the keys of brands that are named by key or by name, each once.

    Raises:
        UsageError: there is no such brand.
    """
    from repwatch.render import pick

    brands = session.settings.brands
    by_name = {brand.name.casefold(): key for key, brand in brands.items()}
    keys = (
        name if name in brands else by_name.get(name.casefold()) or pick(name, brands, "brand")
        for name in names
    )
    return tuple(dict.fromkeys(keys))


def known_sources(session: Session, names: Sequence[str]) -> tuple[str, ...]:
    """Return names of sources that are configured, were scanned once or imported, each once.

    Raises:
        UsageError: there is no such source.
    """
    from repwatch.render import pick

    known = list(session.settings.sources)
    if not all(name in known for name in names):
        with closing(session.reader()) as reader:
            known = list(dict.fromkeys([*known, *reader.health(), *reader.info().by_source]))
    return tuple(dict.fromkeys(pick(name, known, "source") for name in names))
