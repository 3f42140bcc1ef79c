"""`source discover`: what runs at an address, and the tables that read it, tried and ready to paste."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from repwatch.commands.base import Session, general
from repwatch.commands.options import JsonOption
from repwatch.commands.source_test import explained, watching
from repwatch.errors import NEXT, ParseError, SourceError, UsageError

if TYPE_CHECKING:
    from repwatch.config import Config, SourceConfig
    from repwatch.model import Answer, Request
    from repwatch.probe import Probe
    from repwatch.sources.links import Candidate

MOST_REQUESTS = 6
"""So many requests go into finding out; what is found is tried with one or two more each."""
MOST_TRIED = 3
WIDTH = 88
"""Characters of a line of comment."""
USED_BY_ALL = ("every", "about", "brands", "paused", "reread")
"""Options of a table that are no settings of its type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """A way to read an address, the key of its table, and what came of trying it.

    `untried` says why it was not, `twin` which source reads the same already.
    """

    key: str
    candidate: Candidate
    twin: str | None = None
    entries: int | None = None
    kept: int | None = None
    error: SourceError | None = None
    untried: str = ""


@general
def discover(
    session: Session,
    url: Annotated[
        str, typer.Argument(metavar="URL", help="The address of a forum, a blog, an app, a feed.")
    ],
    json: JsonOption = False,
) -> None:
    """Find out what runs at an address, and print the tables that read it.

    A well-known place is told by its address; any other is asked a few times, politely: its page,
    what it says of its software, where its feed may be. Tables that need no login are tried, and
    nothing of what they bring is stored. Look at one again with source test.

    Examples:

        repwatch source discover https://forum.example
        repwatch source discover https://www.reddit.com/r/anvils
        repwatch source discover https://forum.example >> repwatch.toml
    """
    from repwatch.probe import Probe
    from repwatch.urls import redact

    address = _address(url)
    shown = redact(address)
    session.needs()
    with closing(session.pacing_store()) as store, closing(Probe(session.config, store)) as probe:
        try:
            with watching(session, f"Looking at {shown}"):
                found = [*_found(session.config, probe, address)]
        except SourceError as error:
            raise explained(error, shown) from error
        requests = probe.requests
    if not found:
        raise ParseError(
            f"nothing is known to read at {shown}",
            hint='Its feed, if it has one, can be named: type = "feed". Else repwatch import reads what you'
            " saved of it.",
        )
    found.sort(key=lambda find: find.error is not None)
    if json:
        from repwatch.formats import json_document

        body = {"url": shown, "requests": requests, "found": [_record(find) for find in found]}
        session.out.file.write(json_document("repwatch.source_discover/1", body))
        return
    _show(session, found)
    if any(find.candidate.settings for find in found):
        session.say("")
        session.say("Paste what you want of it into the configuration, then: repwatch source test NAME")


def _address(url: str) -> str:
    """Return the address that is meant.

    Raises:
        UsageError: it is none that can be asked.
    """
    from repwatch.sources.common import web_address

    try:
        return web_address(url if "://" in url else f"https://{url}")
    except ValueError as error:
        raise UsageError(str(error)) from error


# Finding out


def _found(config: Config, probe: Probe, address: str) -> Iterator[Find]:
    """Yield what is found, tried.

    Raises:
        SourceError: the address could not be read.
    """
    from repwatch.sources.links import of_address

    known: dict[str, Answer] = {}
    candidates = [each for each in of_address(address) or _looked(probe, address, known) if _is_right(each)]
    keys = _keys(candidates, config.sources)
    for n, (key, candidate) in enumerate(zip(keys, candidates, strict=True)):
        yield _tried(config, probe, key, candidate, known, left=n < MOST_TRIED)


def _looked(probe: Probe, address: str, known: dict[str, Answer]) -> Sequence[Candidate]:
    """Return what an address shows of itself; the answers that came are added to those that are known.

    Raises:
        SourceError: it could not be read.
    """
    from repwatch.sources import discover
    from repwatch.sources.links import of_address

    page = _ask(probe, discover.asks(address))
    known[page.url] = page
    if page.url != address and (elsewhere := of_address(page.url)):
        return elsewhere
    seen = probe.apart(discover.of_answer, page)
    if any(candidate.settings for candidate in seen.sure):
        return seen.sure
    found = [*seen.sure, *(_instance(probe, page.url) or seen.feeds)]
    if any(candidate.settings for candidate in found):
        return found
    found += _usual_feeds(probe, page.url, known)
    return found or ([seen.guess] if seen.guess else [])


def _instance(probe: Probe, url: str) -> Sequence[Candidate]:
    """Return what a host says of its software, if it says so."""
    from repwatch.sources import discover

    try:
        index = _ask(probe, discover.node_request(url))
        there = discover.node_found(index)
        return discover.of_node(_ask(probe, there), url) if there else ()
    except SourceError:
        return ()


def _usual_feeds(probe: Probe, url: str, known: dict[str, Answer]) -> Sequence[Candidate]:
    """Return the feed that is where feeds often are."""
    from repwatch.sources import discover
    from repwatch.urls import origin

    for path in discover.USUAL_FEEDS:
        if probe.requests >= MOST_REQUESTS:
            break
        try:
            answer = _ask(probe, discover.asks(origin(url) + path))
            seen = probe.apart(discover.of_answer, answer)
        except SourceError:
            continue
        if discover.is_feed(answer):
            known[answer.url] = answer
            return seen.feeds
    return ()


def _ask(probe: Probe, request: Request) -> Answer:
    """Return the answer to a request for anything.

    Raises:
        SourceError: there is none.
    """
    from repwatch.errors import FetchError
    from repwatch.model import Answer
    from repwatch.sources.feed import Feed

    said = probe.ask({request: (Feed(url=request.url), request)}).get(request)
    if isinstance(said, Answer):
        return said
    raise said if isinstance(said, SourceError) else FetchError("timeout", "no answer in time")


# Trying what was found


def _keys(candidates: Iterable[Candidate], taken: Iterable[str]) -> list[str]:
    """Return a key for each table, made of its name; one that is taken gets a number."""
    from repwatch.commands.init import slug

    used, keys = set(taken), list[str]()
    for candidate in candidates:
        name = slug(candidate.name + _port(candidate))[:60].strip("-")
        key = next(key for n in range(1, 1_000_000) if (key := f"{name}-{n}" if n > 1 else name) not in used)
        used.add(key)
        keys.append(key)
    return keys


def _port(candidate: Candidate) -> str:
    """Return the port of a place that is not at the usual one: several may be on one host."""
    from repwatch.urls import origin

    for value in (candidate.settings or {}).values():
        for each in value if isinstance(value, list | tuple) else [value]:
            if isinstance(each, str) and (port := urlsplit(origin(each)).port):
                return f"-{port}"
    return ""


def _tried(
    config: Config, probe: Probe, key: str, candidate: Candidate, known: Mapping[str, Answer], *, left: bool
) -> Find:
    """Return a find with what its source showed, if that can be asked at all."""
    if candidate.settings is None:
        return Find(key=key, candidate=candidate)
    why_not = "" if left else "others were"
    if candidate.secrets or candidate.settings.get("paused"):
        why_not = f"it needs {' and '.join(candidate.secrets)}" if candidate.secrets else "it is paused"
    if why_not:
        return Find(key=key, candidate=candidate, untried=why_not)
    place = _place(key, candidate)
    twin = next((each.key for each in config.sources.values() if each.source == place.source), None)
    streams = place.built.queries([*config.brands.values()])
    if not streams:
        return Find(key=key, candidate=candidate, untried="no brand has a term that it could ask for")
    trial = probe.try_out(place, streams[0], known=known)
    if trial.error is not None:
        return Find(key=key, candidate=candidate, twin=twin, error=trial.error)
    kept = sum(bool(judged.assessments) for judged in trial.judged)
    return Find(key=key, candidate=candidate, twin=twin, entries=len(trial.judged), kept=kept)


def _is_right(candidate: Candidate) -> bool:
    """Tell whether the settings can be used: names on foreign pages may be of any form."""
    from pydantic import ValidationError

    try:
        return candidate.settings is None or _place("", candidate).source is not None
    except ValidationError:
        return False


def _place(key: str, candidate: Candidate) -> SourceConfig:
    """Return a source as if it were configured."""
    from repwatch.config import SourceConfig
    from repwatch.sources import build

    written = dict(candidate.settings or {})
    kind = written.pop("type")
    settings = {name: value for name, value in written.items() if name not in USED_BY_ALL}
    return SourceConfig(
        key=key,
        type=kind,
        every_s=0.0,
        about=None,
        brands=(),
        paused=False,
        settings=settings,
        source=build(kind, settings),
    )


# Showing it


def _show(session: Session, found: Sequence[Find]) -> None:
    """Print what was found as a piece of configuration, all that is no setting in comments."""
    from rich.text import Text

    for n, find in enumerate(found):
        if n:
            session.out.print()
        for line in _comments(find):
            session.out.print(Text(line, style="dim"), soft_wrap=True)
        for line in _table(find):
            session.out.print(Text(line), soft_wrap=True)


def _comments(find: Find) -> Iterator[str]:
    from repwatch.formats import flat

    one = find.candidate
    twin = f"Already read by sources.{find.twin}" if find.twin else ""
    for remark in filter(None, (f"{one.what}: {one.evidence}", _outcome(find), twin, one.note)):
        line = flat(f"{remark[:1].upper()}{remark[1:]}")
        yield from textwrap.wrap(
            line,
            WIDTH,
            initial_indent="# ",
            subsequent_indent="#   ",
            break_on_hyphens=False,
            break_long_words=False,
        )


def _outcome(find: Find) -> str:
    """Return what came of trying it."""
    from repwatch.words import plural

    if find.error is not None:
        advice = find.error.hint or NEXT.get(find.error.reason, "")
        return f"Tried, and failed: {find.error.message}. To do: {advice}"
    if find.entries is not None:
        return f"Tried: {plural(find.entries, 'entry', 'entries')}, {find.kept} of them about a brand"
    return f"Not tried: {find.untried}" if find.untried else ""


def _table(find: Find) -> Iterator[str]:
    """Yield the lines of its table; none where there is no source for it."""
    if find.candidate.settings is not None:
        yield f"[sources.{find.key}]"
        yield from (f"{name} = {_written(value)}" for name, value in find.candidate.settings.items())


def _written(value: Any) -> str:
    """Return a value as TOML has it."""
    from repwatch.config.show import written

    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{name} = {_written(inner)}' for name, inner in value.items())} }}"
    return written(value)


def _record(find: Find) -> dict[str, Any]:
    one = find.candidate
    tried = find.entries is not None or find.error is not None
    return {
        "key": find.key if one.settings is not None else None,
        "what": one.what,
        "evidence": one.evidence,
        "guessed": one.guessed,
        "note": one.note or None,
        "settings": dict(one.settings) if one.settings is not None else None,
        "toml": "".join(f"{line}\n" for line in _table(find)) or None,
        "tried": tried,
        "entries": find.entries,
        "kept": find.kept,
        "already": find.twin,
        "error": {"code": find.error.reason, "message": find.error.message} if find.error else None,
    }
