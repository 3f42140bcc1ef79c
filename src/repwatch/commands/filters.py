"""The options that say which mentions are meant, turned into a Filter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, cast, overload

if TYPE_CHECKING:
    from repwatch.commands.base import Session
    from repwatch.model import Label
    from repwatch.period import Window
    from repwatch.store.base import Filter

EARLIEST = "1990-01-01"
"""No mention is older: an earlier date counts as none."""


@overload
def build_filter(
    session: Session,
    *,
    brand: Sequence[str] | None = None,
    source: Sequence[str] | None = None,
    since: str | None = None,
    until: str | None = None,
    period: str | None = None,
    label: Sequence[str] | None = None,
    lang: Sequence[str] | None = None,
    default: str,
) -> tuple[Filter, Window]: ...


@overload
def build_filter(
    session: Session,
    *,
    brand: Sequence[str] | None = None,
    source: Sequence[str] | None = None,
    since: str | None = None,
    until: str | None = None,
    period: str | None = None,
    label: Sequence[str] | None = None,
    lang: Sequence[str] | None = None,
    default: None = None,
) -> tuple[Filter, Window | None]: ...


def build_filter(
    session: Session,
    *,
    brand: Sequence[str] | None = None,
    source: Sequence[str] | None = None,
    since: str | None = None,
    until: str | None = None,
    period: str | None = None,
    label: Sequence[str] | None = None,
    lang: Sequence[str] | None = None,
    default: str | None = None,
) -> tuple[Filter, Window | None]:
    """Return which mentions the options mean, and the window of time they are in.

    Without `default` and without a time the window is None, and all times are meant.

    Raises:
        UsageError: a brand, source or time is unknown.
    """
    from repwatch.period import window
    from repwatch.store.base import Filter

    asked = None
    if default is not None or since or until or period:
        zone = session.settings.timezone
        asked = window(since, until, period, now=session.now, zone=zone, default=default or EARLIEST)
    found = Filter(
        brands=known_brands(session, brand or ()),
        sources=known_sources(session, source or ()),
        since=asked.since if asked else None,
        until=asked.until if asked else None,
        labels=cast("tuple[Label, ...]", tuple(str(name) for name in label or ())),
        langs=tuple(name.strip().lower() for name in lang or ()),
    )
    return found, asked


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
