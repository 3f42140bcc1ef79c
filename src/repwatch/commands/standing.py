"""How a source stands, in the words that scan, status and doctor share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from repwatch.outcomes import LONGEST_WAIT
from repwatch.words import plural, when

if TYPE_CHECKING:
    from repwatch.config import SourceConfig
    from repwatch.store.base import Health, Outcome

WORDS: dict[str, str] = {
    "ok": "ok",
    "unchanged": "unchanged",
    "partial": "partial",
    "failed": "failed",
    "waiting": "waiting",
    "no_access": "no access",
    "blind": "blind",
    "not_reached": "not reached",
}
_STYLES: dict[str, str] = {
    "failed": "red",
    "no_access": "red",
    "blind": "red",
    "partial": "yellow",
    "waiting": "yellow",
}
_STANDS: dict[str, str] = {
    "partial": "was read in part",
    "no_access": "has no valid login",
    "blind": "is blind",
    "waiting": "has been waiting",
    "not_reached": "was not reached",
}


def status_word(status: str) -> Any:
    """Return a status as a person reads it."""
    from rich.text import Text

    return Text(WORDS.get(status, status), _STYLES.get(status, ""))


def trouble(outcome: Outcome) -> str:
    """Return why a source was not read as it should be, and what to do."""
    if outcome.status == "blind" and not outcome.reason:
        return f"{outcome.detail}; see whether the place is still the same"
    return outcome.detail


def troubled(health: Mapping[str, Health], sources: Mapping[str, SourceConfig]) -> list[Health]:
    """Return the health of those sources that were not read as they should be; what is paused may rest."""
    watched = (health[key] for key, source in sources.items() if key in health and not source.paused)
    return [state for state in watched if state.last.reason or state.blind_since]


def standing(state: Health, zone: tzinfo, now: datetime) -> str:
    """Say of a source in trouble since when that is so, why, and what to do about it."""
    last, since = state.last, state.blind_since or state.failing_since
    often = f" {plural(state.failures_in_a_row, 'time')} in a row" if state.failures_in_a_row > 1 else ""
    stands = _STANDS.get(last.status, f"failed{often}")
    at = f" since {when(since, zone, now)}" if since else ""
    long = last.status == "waiting" and since is not None and last.ended_at - since >= LONGEST_WAIT
    todo = "; ask it less often (every), or let it spend more" if long else ""
    return f"{state.source} {stands}{at}: {trouble(last)}{todo}"


def tolerance(state: Health, tolerate: int) -> str:
    """Say why scans keep quiet about a source in trouble that is not worn out yet."""
    match state.last.status:
        case "partial":
            return "no alarm, as the rest of it was read"
        case "waiting":
            return f"no alarm before it has waited for {LONGEST_WAIT // timedelta(hours=1)} hours"
        case _:
            return f"no alarm before {plural(tolerate, 'scan')} in a row"
