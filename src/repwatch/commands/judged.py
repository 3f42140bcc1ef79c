"""How a mention was judged, in words: by the machine, and by people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from repwatch.model import Correction
    from repwatch.store.base import MentionRow


def judged(
    row: MentionRow, said: Sequence[Correction], moment: Callable[[object], str], *, ascii: bool
) -> Iterator[tuple[str, str]]:
    """Yield what is known of how a brand's verdict came about, each with its name."""
    from repwatch.model import Sentiment
    from repwatch.words import verdict

    if row.corrected:
        yield "machine", machine(row, ascii=ascii)
    for correction in said:
        if correction.brand == row.brand:
            yield "said", spoken(correction, moment)
    if row.gone_at is None:
        heard = Sentiment(row.machine_sentiment, row.machine_label, row.reasons, row.p_negative)
        yield "because", verdict(heard)
    yield "why", "; ".join(row.why)
    yield "found by", " · ".join(row.matched)
    yield "scorer", row.scorer


def held(row: MentionRow, *, ascii: bool) -> str:
    """Return what counts of a mention for a brand, in a few words."""
    return _verdict(row, row.relevance, row.label, row.sentiment, row.intent, ascii=ascii)


def machine(row: MentionRow, *, ascii: bool) -> str:
    """Return what the machine made of it, in the same words."""
    return _verdict(
        row, row.machine_relevance, row.machine_label, row.machine_sentiment, row.machine_intent, ascii=ascii
    )


def _verdict(
    row: MentionRow, relevance: str, label: str, sentiment: float | None, intent: str, *, ascii: bool
) -> str:
    from repwatch.words import signed

    tone = "" if sentiment is None else signed(sentiment, ascii=ascii)
    parts = (
        "" if relevance == "about" else relevance.replace("_", " "),
        "its own" if row.own else "",
        f"{label} {tone}".strip(),
        "" if intent == "other" else intent,
        "" if row.urgency == "low" else f"{row.urgency} urgency",
        "" if row.sender in ("customer", "own") else f"by {row.sender.replace('_', ' ')}",
        "a comparison: only what is said of this brand counts" if row.comparison else "",
    )
    return " · ".join(filter(None, parts))


def spoken(correction: Correction, moment: Callable[[object], str]) -> str:
    """Return what a person said, when and why."""
    what = _SPOKEN.get(correction.field, correction.field)
    value = "taken back" if correction.value is None else correction.value.replace("_", " ")
    why = f": “{correction.why}”" if correction.why else ""
    return f"{what} {value} · {correction.who} · {moment(correction.at)}{why}"


_SPOKEN = {"about": "the mention is", "label": "label"}
