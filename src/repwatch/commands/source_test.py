"""`source test`: what one polite request to a source brings, matched and judged, and nothing of it stored."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from repwatch.commands.base import Session, general
from repwatch.commands.options import JsonOption
from repwatch.errors import NEXT, ConfigError, UsageError

if TYPE_CHECKING:
    from repwatch.commands.source_trial import Tried
    from repwatch.config import SourceConfig
    from repwatch.errors import SourceError


@general
def try_source(
    session: Session,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Its key in the configuration.")],
    query: Annotated[
        str | None,
        typer.Option(
            "--query",
            metavar="N|TEXT",
            help="Another of its streams: the second one, or the one with these words.",
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option("-n", "--limit", min=1, help="How many entries are shown; JSON has all of them.")
    ] = 10,
    json: JsonOption = False,
) -> None:
    """Ask a source once, and show what that brings, matched and judged; nothing of it is stored.

    It logs in if it has to, at the pace, and within the quota, that scans have. Where a page shows
    nothing but leads on, as to the feed that it names, that is read, too. What would be kept is
    shown first. Secrets of other sources need not be there. Exits with 4 if the login was refused,
    with 6 if anything else went wrong.

    Examples:

        repwatch source test hn
        repwatch source test hn --query 2 -n 30
        repwatch source test hn --json
    """
    from repwatch.commands.source_trial import document, show, show_facts
    from repwatch.render import pick

    session.needs(pick(source, session.settings.sources, "source"))
    place = session.config.sources[source]
    tried = _try(session, place, query)
    if tried.trial.error is not None:
        if not json and session.err.is_terminal and not session.flags.quiet:
            show_facts(session.err, tried)
        raise explained(tried.trial.error, place.key)
    if json:
        from repwatch.formats import json_document

        session.out.file.write(json_document("repwatch.source_test/1", document(tried)))
        return
    show(session, tried, limit)


def _try(session: Session, place: SourceConfig, query: str | None) -> Tried:
    """Ask a source.

    Raises:
        ConfigError: it has nothing to ask for.
        UsageError: it has no such stream.
        SourceError: it has a bug.
    """
    from repwatch.commands.source_trial import Tried
    from repwatch.crawl.asker import asked
    from repwatch.crawl.quotas import stretch
    from repwatch.probe import Probe
    from repwatch.scan import brands_of
    from repwatch.second_looks import REREAD_FOR_S
    from repwatch.sources.base import LogsIn, Metered, Rereads, Threads

    source = place.built
    streams = asked(lambda: source.queries(brands_of(session.config, place)))
    stream = chosen(streams, query, place.key)
    with closing(session.pacing_store()) as store, closing(Probe(session.config, store)) as probe:
        with watching(session, f"Asking {place.key}"):
            trial = probe.try_out(place, stream)
        quota = source.quota if isinstance(source, Metered) else None
        again_for_s = getattr(source, "reread_for_s", REREAD_FOR_S) if isinstance(source, Rereads) else None
        if again_for_s is not None and place.reread_s is not None:
            again_for_s = place.reread_s
        return Tried(
            place=place,
            streams=streams,
            stream=stream,
            trial=trial,
            requests=probe.requests,
            logs_in=isinstance(source, LogsIn) and asked(lambda: source.log_in(None)) is not None,
            quota=(quota, store.spent(quota.name, stretch(quota, session.now)[0])) if quota else None,
            rereads_for_s=again_for_s,
            threads=isinstance(source, Threads),
        )


def watching(session: Session, text: str) -> AbstractContextManager[object]:
    """Say at a terminal what takes its time, for as long as it does."""
    quiet = session.flags.quiet or not session.err.is_terminal
    return nullcontext() if quiet else session.err.status(text)


def chosen(streams: Sequence[str], query: str | None, key: str) -> str:
    """Return the stream that is meant: by its number, counted from 1, or by words in it; the first for None.

    Raises:
        ConfigError: there is no stream at all.
        UsageError: there is no such stream, or several have these words.
    """
    if not streams:
        raise ConfigError(
            f"sources.{key} asks for nothing",
            hint="No brand that it is asked for has a term: see brands and their terms in the configuration.",
        )
    if query is None:
        return streams[0]
    if query in streams:
        return query
    if query.isascii() and query.isdigit() and 1 <= int(query) <= len(streams):
        return streams[int(query) - 1]
    found = [stream for stream in streams if query.casefold() in stream.casefold()]
    if len(found) == 1:
        return found[0]
    listed = "\n".join(f"{n:5} {stream or '(all of it)'}" for n, stream in enumerate(streams, 1))
    why = f"{len(found)} streams have" if found else "no stream has"
    raise UsageError(f'of {key}, {why} "{query}"', hint=f"There is:\n{listed}")


def explained(error: SourceError, subject: str) -> SourceError:
    """Return an error that says of what it is, and what to do about it."""
    message = error.message.removesuffix(f": {subject}")
    error.message = f"{subject} can't be read ({error.reason}): {message}"
    todo = error.hint or NEXT[error.reason]
    error.hint = f"{todo[:1].upper()}{todo[1:]}"
    error.where = subject
    return error
