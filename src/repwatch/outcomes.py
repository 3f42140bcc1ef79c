"""What a run's outcomes mean: which sources are due, when they are due again, and the exit code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from repwatch.config import SourceConfig
from repwatch.errors import NEXT, FetchError, Reason, SourceError
from repwatch.habits import SHORTEST_SILENCE, Blindness, Habit, emptiness, silence
from repwatch.store.base import Health, Outcome, Saved, Status
from repwatch.words import plural

FailOn = Literal["error", "partial", "never"]

OK = 0
NO_ACCESS = 4
PARTIAL = 5
NOTHING_WORKED = 6
TRY_LATER = 75

DUE_SLACK = timedelta(seconds=60)
"""Cron starts a second early or late; a source that is due that soon is due."""
GIVE_UP_AFTER_GONE = 2
"""Runs in a row that found a source gone; then it is not asked any more."""
SLOW_WAITS = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
SLOW_RETRY: frozenset[Reason] = frozenset(
    ("forbidden", "not_found", "gone", "http", "blocked_page", "layout", "robots", "refused")
)
"""Reasons that seldom pass by themselves within the hour."""
UNREADABLE: frozenset[Reason] = frozenset(("blocked_page", "layout"))
"""Reasons for which a source that once worked is blind: it answers, but shows nothing any more."""
ABSENT: frozenset[Reason] = frozenset(("not_found", "gone"))
"""Reasons that say that what was asked for is not there."""
WAITING: frozenset[Reason] = frozenset(("rate_limited", "quota"))
"""Reasons that only take patience."""
LONGEST_WAIT = timedelta(hours=24)
"""A source that could not be read for so long is in trouble, even if it only has to wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which sources a scan reads, and how many it leaves for later."""

    due: tuple[SourceConfig, ...]
    not_due: int = 0
    paused: int = 0


def plan(
    sources: Iterable[SourceConfig],
    health: Mapping[str, Health],
    now: datetime,
    *,
    names: Sequence[str] = (),
    everything: bool = False,
) -> Plan:
    """Return the sources that are due; those that are named are due in any case."""
    chosen = [s for s in sources if not names or s.key in names]
    awake = [s for s in chosen if not s.paused or s.key in names]
    due = [s for s in awake if names or everything or _is_due(s, health.get(s.key), now)]
    return Plan(due=tuple(due), not_due=len(awake) - len(due), paused=len(chosen) - len(awake))


def _is_due(source: SourceConfig, health: Health | None, now: datetime) -> bool:
    if health is None or health.last.started_at > now + DUE_SLACK:
        return True  # never read, or by a clock that was wrong
    at = health.last.next_at
    if health.last.good or health.last.status == "partial":
        # The interval may have been shortened since.
        at = min(at or now, health.last.started_at + timedelta(seconds=source.every_s))
    if at is None:
        return False
    return at <= now + min(DUE_SLACK, timedelta(seconds=source.every_s / 10))


def next_try(source: SourceConfig, outcome: Outcome, failures: int, wait_s: float) -> datetime | None:
    """Return when a source is due again; None when it has gone for good.

    `failures` counts the failed runs in a row, this one included; `wait_s` is what its host asked for.
    A run that asked for nothing, as its host was to be left alone, makes it wait no longer.
    """
    every = timedelta(seconds=source.every_s)
    if outcome.reason == "gone" and failures >= GIVE_UP_AFTER_GONE:
        return None
    if outcome.status == "failed" and outcome.reason in SLOW_RETRY and outcome.requests:
        every = max(every, SLOW_WAITS[min(failures, len(SLOW_WAITS)) - 1])
    return outcome.started_at + max(every, timedelta(seconds=wait_s))


@dataclass(eq=False)
class Tally:
    """What a source has done so far in a run."""

    source: SourceConfig
    started_at: datetime
    streams: int = 0
    done: int = 0
    unchanged: int = 0
    capped: int = 0
    damaged: int = 0
    failed: int = 0
    given_up: int = 0  # pages that others led to
    errors: list[SourceError] = field(default_factory=list)
    fetched: int = 0
    saved: Saved = field(default_factory=Saved)
    skipped: int = 0
    requests: int = 0
    pages: int = 0
    looked_again: bool = False
    second_looks: int = 0  # under way
    not_looked_at: list[SourceError] = field(default_factory=list)
    closed: Outcome | None = None

    @property
    def worked(self) -> bool:
        """Whether anything of it could be read."""
        return bool(self.done or self.pages)

    @property
    def open(self) -> int:
        """How many of its streams are still being read, or were left."""
        return self.streams - self.done - self.failed

    def outcome(self, run: str, now: datetime, health: Health | None) -> Outcome:
        """Return what it has done as it is kept; `health` is from before the run."""
        error = max(self.errors, key=_weight, default=None)
        status = self._status(error)
        outcome = Outcome(
            run=run,
            source=self.source.key,
            status=status,
            started_at=self.started_at,
            ended_at=now,
            reason=error.reason if error else None,
            detail=self._detail(error),
            fetched=self.fetched,
            new=self.saved.new,
            updated=self.saved.updated,
            negative=self.saved.negative,
            skipped=self.skipped,
            requests=self.requests,
            fresh=self.saved.fresh,
            gone=self.saved.gone,
        )
        if status == "not_reached":
            return replace(outcome, next_at=self.started_at)
        failures = (health.failures_in_a_row if health else 0) + 1
        waits_s = [e.retry_after_s or 0.0 for e in self.errors if isinstance(e, FetchError)]
        return replace(outcome, next_at=next_try(self.source, outcome, failures, max(waits_s, default=0.0)))

    def _status(self, error: SourceError | None) -> Status:
        if error is None:
            if self.open:
                return "partial" if self.worked else "not_reached"
            if self.capped:
                return "partial"
            return "unchanged" if self.unchanged and not self.pages else "ok"
        if self.worked:
            return "partial"
        if error.reason in WAITING:
            return "waiting"
        return "no_access" if error.reason == "login" else "failed"

    def _detail(self, error: SourceError | None) -> str:
        if error is not None:
            several = (
                f" ({self.failed} of {self.streams} queries)" if self.streams > 1 and self.failed else ""
            )
            if self.given_up:
                several += f" ({plural(self.given_up, 'page')} that others lead to left out)"
            todo = error.hint or (None if error.reason in WAITING else NEXT[error.reason])
            return error.message.removesuffix(".") + several + (f"; {todo}" if todo else "")
        if self.open:
            return "stopped before it was through"
        if self.capped:
            return "more pages than one scan reads; the next one goes on"
        if self.damaged:
            return "the answer was damaged; entries may be missing"
        if self.not_looked_at:
            return f"some mentions could not be read again: {self.not_looked_at[0].message}"
        return ""


def with_sight(outcome: Outcome, health: Health | None, habit: Callable[[], Habit], now: datetime) -> Outcome:
    """Return an outcome as blind if the source answered, but not with what it used to.

    `health` and `habit` are from before the run; the habit is only asked for if it may be strange that
    there is nothing new.
    """
    if health is None:
        return outcome
    blindness: Blindness | None = None
    if outcome.status == "failed" and outcome.reason in UNREADABLE and health.last_ok_at:
        blindness = Blindness(health.last_ok_at, outcome.detail)
    elif outcome.good and not outcome.fresh:
        empty = outcome.status == "ok" and not outcome.fetched
        quiet = health.last_fresh_at is not None and now - health.last_fresh_at >= SHORTEST_SILENCE
        if empty or quiet:
            usual = habit()
            blindness = silence(usual, now) or (emptiness(usual, health.last_ok_at) if empty else None)
    if blindness is None:
        return outcome
    since = health.blind_since or blindness.since
    return replace(outcome, status="blind", detail=blindness.why, blind_since=since)


def _weight(error: SourceError) -> int:
    """Order errors by how much a person has to do about them."""
    return 0 if error.reason in WAITING else 2 if error.reason == "login" else 1


def exit_code(
    outcomes: Sequence[Outcome],
    health: Mapping[str, Health],
    *,
    fail_on: FailOn = "error",
    tolerate: int = 3,
    interrupted: bool = False,
) -> int:
    """Return the exit code of a run, as `repwatch help exit-codes` lists them.

    `health` is from after the run: a source may fail `tolerate` runs in a row before anybody is told.
    """
    if interrupted and 2 * sum(o.status != "not_reached" for o in outcomes) < len(outcomes):
        return TRY_LATER
    failed = [o for o in outcomes if o.status == "failed" or (o.status == "blind" and o.reason)]
    refused = [o for o in outcomes if o.status == "no_access"]
    quiet = [o for o in outcomes if o.status == "blind" and not o.reason]
    others = [*failed, *quiet, *(o for o in outcomes if o.status == "partial" and o.reason)]
    if fail_on == "never":
        return OK
    if len(failed) + len(refused) == len(outcomes) and failed:
        return NOTHING_WORKED
    waiting = [o for o in outcomes if o.status == "waiting"]
    if worn_out([*failed, *quiet, *waiting], health, tolerate) or (others and fail_on == "partial"):
        return PARTIAL
    return NO_ACCESS if refused else OK


def worn_out(outcomes: Iterable[Outcome], health: Mapping[str, Health], tolerate: int) -> list[Health]:
    """Return the health of those sources that it is no use to keep quiet about any longer.

    They have no valid login, have failed too often in a row, or have waited for too long.
    """
    return [
        health[o.source]
        for o in outcomes
        if o.source in health and _is_worn_out(health[o.source], o, tolerate)
    ]


def _is_worn_out(health: Health, outcome: Outcome, tolerate: int) -> bool:
    if outcome.status == "waiting":
        since = health.failing_since
        return since is not None and outcome.ended_at - since >= LONGEST_WAIT
    return outcome.status == "no_access" or (outcome.broken and health.failures_in_a_row >= tolerate)
