"""What trying a source came to: for a person who looks at it, and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from rich.console import Console
from rich.text import Text

from repwatch.commands.base import Session
from repwatch.config import SourceConfig
from repwatch.crawl.quotas import amount, spent_of
from repwatch.fetch import shown_url
from repwatch.formats import flat
from repwatch.model import Answer, Assessment, Judged, Quota
from repwatch.probe import Look, Trial
from repwatch.render import Column, table, wrapped
from repwatch.sources.presets import PRESETS
from repwatch.words import NONE, duration, plural, signed, size, when

EXCERPT = 280
"""Characters of a text at a terminal and in a pipe; JSON has it whole."""
MOST_STREAMS = 5
"""Streams that are named one by one at a terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A source that was tried: which of its streams, and what came of it.

    `quota` is what limits it, with how much of that is spent.
    """

    place: SourceConfig
    streams: Sequence[str]
    stream: str
    trial: Trial
    requests: int
    logs_in: bool = False
    quota: tuple[Quota, int] | None = None
    rereads_for_s: float | None = None
    threads: bool = False


# What a person sees


def _facts(tried: Tried) -> list[tuple[str, str]]:
    """Return what is to be said about a trial, each part with its name."""
    place, trial = tried.place, tried.trial
    at = tried.streams.index(tried.stream) + 1
    stream = f"{tried.stream or 'all of it'}"
    facts = [("source", f"{place.key}, {place.typed}: {_reads(place)}")]
    facts.append(("stream", f"{stream} ({at} of {len(tried.streams)})" if len(tried.streams) > 1 else stream))
    sent = "asked" if tried.requests else "would ask"
    facts += [(sent, f"{each.method} {shown_url(each)}") for each in trial.asked]
    facts += [("answered", _answered(look.answer)) for look in trial.looks]
    if trial.unread is not None:
        facts.append(("answered", _answered(trial.unread)))
        facts.append(("it begins", trial.beginning or "there is nothing in it"))
    if trial.error is None:
        facts.append(("entries", _entries(trial)))
        facts.append(("kept", _kept(trial)))
        if onwards := _onwards(trial.looks[-1]):
            facts.append(("onwards", onwards))
    if tried.logs_in:
        facts.append(("login", "it logs in" + ("; its session is kept" if trial.error is None else "")))
    if tried.quota:
        quota, spent = tried.quota
        facts.append(("quota", f"{spent_of(quota, spent)} are spent"))
    if later := _later(tried):
        facts.append(("later", later))
    facts.append(("sent", f"{plural(tried.requests, 'request')} in all"))
    return facts


def _reads(place: SourceConfig) -> str:
    """Return what a source reads, in a few words."""
    return PRESETS[place.preset].reads if place.preset else place.built.reads


def _answered(answer: Answer | None) -> str:
    if answer is None:
        return "there is nothing, which is no failure here"
    return f"{answer.status}, {answer.content_type or 'of no type'}, {size(len(answer.body))}"


def _entries(trial: Trial) -> str:
    """Return how many entries there were, and why others were left out."""
    skipped = Counter(reason for look in trial.looks for reason in look.page.skipped)
    said = [plural(len(trial.judged), "entry", "entries")]
    if skipped:
        why = ", ".join(f"{n} × {reason}" if n > 1 else reason for reason, n in skipped.most_common())
        said.append(f"{skipped.total()} skipped: {why}")
    if any(look.page.damaged for look in trial.looks):
        said.append("the answer is damaged, some may be missing")
    if len(trial.looks) > 1:
        said.append("the first page had none and led on, so more was read")
    return "; ".join(said)


def _kept(trial: Trial) -> str:
    about = [each for each in trial.judged if each.assessments]
    near = sum(bool(each.near_misses) for each in trial.judged if not each.assessments)
    others = len(trial.judged) - len(about) - near
    by_brand = Counter(one.brand for each in about for one in each.assessments)
    negative = sum(any(one.sentiment.label == "negative" for one in each.assessments) for each in about)
    brands = ", ".join(f"{n} {brand}" for brand, n in by_brand.most_common())
    said = [f"{len(about)} would be kept" + (f" ({brands}; {negative} negative)" if about else "")]
    if near:
        said.append(f"{near} {'is a near miss' if near == 1 else 'are near misses'}")
    if others:
        said.append(f"{others} name{'s' * (others == 1)} no brand")
    return "; ".join(said) if trial.judged else "nothing"


def _onwards(look: Look) -> str:
    """Return what a scan would read after this page."""
    pages = len(look.page.cursors), len(look.page.branches)
    said = [plural(pages[0], "page that follows", "pages that follow")] if pages[0] else []
    return "; ".join([*said, plural(pages[1], "page beneath it", "pages beneath it")] if pages[1] else said)


def _later(tried: Tried) -> str:
    """Return what scans do with what they have kept."""
    for_s, said = tried.rereads_for_s, []
    if for_s:
        said.append(f"mentions are read again {f'for {duration(for_s)}' if isfinite(for_s) else 'for ever'}")
    if tried.threads:
        said.append("replies to them are looked for")
    return "; ".join(said)


def show(session: Session, tried: Tried, limit: int) -> None:
    """Print what was asked and what came, and what to do next."""
    show_facts(session.out, tried)
    judged = sorted(tried.trial.judged, key=_weight)
    if judged:
        session.out.print()
        table(session.out, [_row(each) for each in judged[:limit]], _columns(session, judged[:limit]))
    session.say("")
    if len(tried.streams) > 1:
        others = [f"--query {n}  {each}" for n, each in enumerate(tried.streams, 1) if each != tried.stream]
        more = len(others) - MOST_STREAMS
        session.say("Its other streams:")
        for line in others[:MOST_STREAMS]:
            session.say(f"  {line}")
        if more > 0:
            session.say(f"  and {more} more, by their number or words")
    left_out = f"{plural(len(judged) - limit, 'more entry', 'more entries')} with -n {len(judged)}. "
    session.say(f"{left_out if len(judged) > limit else ''}Nothing was stored.")
    session.say(f"Read it for good: repwatch scan {tried.place.key}")


def show_facts(out: Console, tried: Tried) -> None:
    """Print what was asked and what came, without the entries."""
    facts = [{"fact": name, "value": value} for name, value in _facts(tried)]
    columns = [Column("fact", style="dim"), Column("value")]
    if out.is_terminal:
        wrapped(out, facts, columns, header=False)
    else:
        table(out, facts, columns)


def _weight(judged: Judged) -> int:
    """Order entries: what would be kept, then near misses, then the rest."""
    return 0 if judged.assessments else 1 if judged.near_misses else 2


def _row(judged: Judged) -> dict[str, Any]:
    one = judged.mention
    said = [one.text] if one.text.startswith(one.title) else [one.title, one.text]
    return {
        "id": one.id,
        "at": one.published_at,
        "author": one.author,
        "rating": one.rating,
        "brands": [each.brand for each in judged.assessments],
        "labels": [each.sentiment.label for each in judged.assessments],
        "near_misses": [each.brand for each in judged.near_misses],
        "for": judged,
        "tone": judged,
        "url": one.url,
        "text": flat(" · ".join(filter(None, said)))[:EXCERPT],
    }


def _columns(session: Session, shown: Sequence[Judged]) -> list[Column]:
    def moment(at: Any) -> str:
        return when(at, session.config.timezone, session.now)

    rated = any(each.mention.rating is not None for each in shown)
    return [
        Column("id", where="machine"),
        Column("at", "when", show=moment, optional=2),
        Column("author", show=_short, optional=1),
        Column("rating", right=True, where="everywhere" if rated else "machine", show=_stars),
        *(Column(name, where="machine") for name in ("brands", "labels", "near_misses", "url")),
        Column("for", show=_verdict, where="terminal"),
        Column("tone", show=_tones, where="terminal", right=True, optional=3),
        Column("text"),
    ]


def _short(author: str | None) -> str:
    longest = 20
    if author is None or len(author) <= longest:
        return author or NONE
    return f"{author[: longest - 1]}…"


def _stars(rating: float | None) -> str:
    return NONE if rating is None else f"{rating:g}"


def _verdict(judged: Judged) -> Text:
    """Return which brands an entry is about, and how it sounds, or why it would not be kept."""
    styles = {"negative": "red", "positive": "green"}
    if judged.assessments:
        parts = [Text(_said(one), style=styles.get(one.sentiment.label, "")) for one in judged.assessments]
        return Text(", ").join(parts)
    if judged.near_misses:
        return Text(f"near miss: {', '.join(each.brand for each in judged.near_misses)}", style="yellow")
    return Text("names no brand", style="dim")


def _said(one: Assessment) -> str:
    return f"{one.brand}{' (its own)' if one.own else ''} {one.sentiment.label}"


def _tones(judged: Judged) -> str:
    return ", ".join(signed(one.sentiment.score) for one in judged.assessments)


# What a program gets


def document(tried: Tried) -> dict[str, Any]:
    """Return it as a JSON document has it."""
    trial, quota = tried.trial, tried.quota
    last = trial.looks[-1].page
    for_s = tried.rereads_for_s
    return {
        "source": tried.place.key,
        "type": tried.place.type,
        "stream": tried.stream,
        "streams": list(tried.streams),
        "requests": tried.requests,
        "asked": [{"method": each.method, "url": shown_url(each)} for each in trial.asked],
        "answers": [
            {
                "status": look.answer.status if look.answer else None,
                "content_type": look.answer.content_type if look.answer else None,
                "bytes": len(look.answer.body) if look.answer else None,
                "entries": len(look.judged),
                "skipped": list(look.page.skipped),
                "damaged": look.page.damaged,
            }
            for look in trial.looks
        ],
        "kept": sum(bool(each.assessments) for each in trial.judged),
        "near_misses": sum(not each.assessments and bool(each.near_misses) for each in trial.judged),
        "pages_that_follow": len(last.cursors),
        "branches": len(last.branches),
        "logs_in": tried.logs_in,
        "quota": quota
        and {
            "name": quota[0].name,
            "spent": amount(quota[0], quota[1]),
            "limit": amount(quota[0], quota[0].limit),
            "unit": quota[0].unit,
            "every": quota[0].every,
        },
        "rereads": for_s is not None and for_s > 0,
        "rereads_for_s": for_s if for_s is not None and isfinite(for_s) else None,
        "threads": tried.threads,
        "entries": [_record(each) for each in sorted(trial.judged, key=_weight)],
    }


def _record(judged: Judged) -> dict[str, Any]:
    one = judged.mention
    return {
        "id": one.id,
        "kind": one.kind,
        "at": one.published_at,
        "author": one.author,
        "author_id": one.author_id,
        "url": one.url,
        "title": one.title,
        "text": one.text,
        "rating": one.rating,
        "lang": one.lang,
        "brands": [
            {
                "brand": each.brand,
                "own": each.own,
                "label": each.sentiment.label,
                "sentiment": each.sentiment.score,
                "reasons": list(each.sentiment.reasons),
                "matched": list(dict.fromkeys(span.term for span in each.spans)),
            }
            for each in judged.assessments
        ],
        "near_misses": [{"brand": each.brand, "why": each.why} for each in judged.near_misses],
    }
