"""From counts to what a report says: shares, tone, change, days, and what was not seen.

Everything here is arithmetic on plain values. A share without a sample, and a comparison of
samples that are too small, is None and never a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

from repwatch.period import Window

FEW = 20
"""Below so many mentions a share moves by five points with each, so nothing is compared."""

State = Literal["full", "partial", "gap", "none yet", "imported"]


class Counted(Protocol):
    """What the store counts; see store.base.Count."""

    @property
    def mentions(self) -> int:
        """All of them."""

    @property
    def negative(self) -> int:
        """Labelled negative."""

    @property
    def neutral(self) -> int:
        """Labelled neutral."""

    @property
    def positive(self) -> int:
        """Labelled positive."""

    @property
    def unscored(self) -> int:
        """Not judged."""

    @property
    def tone_sum(self) -> float:
        """The sum of the sentiments of the scored."""

    @property
    def untoned(self) -> int:
        """Scored, but by a person alone, who says no more than the label."""

    @property
    def by_hand(self) -> int:
        """Labelled by a person."""

    @property
    def others(self) -> int:
        """Spam, giveaways, job ads, and what bots say."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many mentions there are of each label, and the sum of their sentiments.

    `untoned` are scored and have no sentiment, `by_hand` were labelled by a person, `others` are not
    by customers.
    """

    mentions: int = 0
    negative: int = 0
    neutral: int = 0
    positive: int = 0
    unscored: int = 0
    tone_sum: float = 0.0
    untoned: int = 0
    by_hand: int = 0
    others: int = 0

    @property
    def scored(self) -> int:
        """The sample that shares and tone are computed from."""
        return self.negative + self.neutral + self.positive

    @property
    def negative_share(self) -> float | None:
        """The negative ones of the scored, 0.0 to 1.0."""
        return self.negative / self.scored if self.scored else None

    @property
    def net_sentiment(self) -> float | None:
        """Positive less negative ones of the scored, -1.0 to 1.0."""
        return (self.positive - self.negative) / self.scored if self.scored else None

    @property
    def tone(self) -> float | None:
        """The mean sentiment of the scored that have one, -1.0 to 1.0."""
        toned = self.scored - self.untoned
        return max(-1.0, min(1.0, self.tone_sum / toned)) if toned else None


def total(counts: Iterable[Counted]) -> Tally:
    """Return the sum of counts."""
    mentions = negative = neutral = positive = unscored = untoned = by_hand = others = 0
    tone_sum = 0.0
    for count in counts:
        mentions += count.mentions
        negative += count.negative
        neutral += count.neutral
        positive += count.positive
        unscored += count.unscored
        tone_sum += count.tone_sum
        untoned += count.untoned
        by_hand += count.by_hand
        others += count.others
    return Tally(mentions, negative, neutral, positive, unscored, tone_sum, untoned, by_hand, others)


@dataclass(frozen=True, slots=True)
class Change:
    """What changed between two windows; None where they can't be compared.

    `mentions` and `negative` are relative (0.34 is 34 % more), the others are differences.
    """

    mentions: float | None = None
    negative: float | None = None
    negative_share: float | None = None
    net_sentiment: float | None = None
    tone: float | None = None


def compare(now: Tally, before: Tally) -> Change:
    """Return what changed from `before` to `now`, as far as both samples have at least FEW."""
    enough = min(now.scored, before.scored) >= FEW
    return Change(
        mentions=_relative(now.mentions, before.mentions)
        if min(now.mentions, before.mentions) >= FEW
        else None,
        negative=_relative(now.negative, before.negative) if enough else None,
        negative_share=_difference(now.negative_share, before.negative_share) if enough else None,
        net_sentiment=_difference(now.net_sentiment, before.net_sentiment) if enough else None,
        tone=_difference(now.tone, before.tone) if enough else None,
    )


def _relative(now: int, before: int) -> float | None:
    return now / before - 1.0 if before else None


def _difference(now: float | None, before: float | None) -> float | None:
    return None if now is None or before is None else now - before


def shares(counts: Mapping[str, int]) -> dict[str, float | None]:
    """Return each one's part of the sum, 0.0 to 1.0; None for all when there is nothing to share."""
    whole = sum(counts.values())
    return {key: count / whole if whole else None for key, count in counts.items()}


def by_day(days: Iterable[date], tallies: Mapping[str, Tally]) -> list[tuple[str, Tally]]:
    """Return a tally for each day in order, an empty one where nothing was said.

    Days that were counted but not asked for stay in, so that the sum is always the whole.
    """
    every = {day.isoformat() for day in days} | tallies.keys()
    return [(day, tallies.get(day, Tally())) for day in sorted(every)]


def grouped(series: Sequence[tuple[str, Tally]], size: int) -> list[tuple[str, Tally]]:
    """Return a series of days as one of `size` days each, named by their first; the last may be short."""
    starts = range(0, len(series), size)
    return [(series[at][0], total(tally for _, tally in series[at : at + size])) for at in starts]


class Attempted(Protocol):
    """What a source did in a scan; see store.base.Outcome."""

    @property
    def source(self) -> str:
        """Its key in the configuration."""

    @property
    def status(self) -> str:
        """How it went; see store.base.Status."""

    @property
    def started_at(self) -> datetime:
        """When it began."""

    @property
    def blind_since(self) -> datetime | None:
        """When it last showed what it should, for a source that was blind."""


GOOD = frozenset({"ok", "unchanged"})
A_DAY = timedelta(days=1)
ONE_SCAN = timedelta(minutes=10)
"""A scan takes up to so long, so sources that one outage hit began to be missed so far apart."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch that a source was not read for; `partial` when some of its pages were.

    `blind` says that it answered, but not with what it used to.
    """

    since: datetime
    until: datetime
    partial: bool
    blind: bool = False

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.until - self.since


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a window a source was read for; "none yet" when it never was.

    "imported" is what came out of files: there was nothing to be read.
    """

    state: State
    gaps: tuple[Gap, ...] = ()


def coverage(
    outcomes: Iterable[Attempted],
    window: Window,
    *,
    now: datetime,
    every_s: Mapping[str, float] | None = None,
) -> dict[str, Coverage]:
    """Return how well each source was read in a window.

    A gap reaches from the last good scan before a failure to the next good one, or to the
    window's end; one of a blind source begins when it last showed what it should.
    The end is a gap as well when nobody tried for long. What came before a source's
    first scan is none: the first scan looks back. A stretch that is shorter than the time between
    two scans is none either, unless it is the whole window.

    Args:
        outcomes: those in and after the window, and the last before it, in any order.
        window: gaps are cut to it.
        now: what lies after it is no gap yet.
        every_s: how often a source is read, which is the least that counts as a gap; it is missed
            after twice that, and at least a day.
    """
    known = Window(window.since, max(window.since, min(window.until, now)), window.zone)
    by_source: dict[str, list[Attempted]] = {}
    for outcome in outcomes:
        by_source.setdefault(outcome.source, []).append(outcome)
    found = {}
    for source, attempts in sorted(by_source.items()):
        attempts.sort(key=lambda attempt: attempt.started_at)
        every = timedelta(seconds=(every_s or {}).get(source, 0.0))
        found[source] = _coverage(attempts, known, every)
    return found


def _coverage(attempts: Sequence[Attempted], window: Window, every: timedelta) -> Coverage:
    if attempts[0].started_at >= window.since and not any(attempt.status in GOOD for attempt in attempts):
        return Coverage("none yet")
    cut = (
        replace(gap, since=max(gap.since, window.since), until=min(gap.until, window.until))
        for gap in _gaps(attempts, window, max(A_DAY, 2 * every))
    )
    least = min(every, window.until - window.since)
    gaps = tuple(gap for gap in cut if gap.since < gap.until and gap.length >= least)
    if not gaps:
        return Coverage("full")
    return Coverage("partial" if all(gap.partial for gap in gaps) else "gap", gaps)


def _gaps(attempts: Sequence[Attempted], window: Window, patience: timedelta) -> Iterator[Gap]:
    was_read = max(attempts[0].started_at, window.since)
    failing_since: datetime | None = None
    ended, partial, blind = was_read, True, False
    for attempt in attempts:
        if attempt.status in GOOD:
            if failing_since is not None:
                yield Gap(failing_since, attempt.started_at, partial, blind)
                ended = attempt.started_at
            was_read, failing_since, partial, blind = attempt.started_at, None, True, False
        else:
            since = was_read if attempt.blind_since is None else max(attempt.blind_since, ended)
            failing_since = since if failing_since is None else min(failing_since, since)
            partial = partial and attempt.status == "partial"
            blind = blind or attempt.status == "blind"
    if failing_since is not None:
        yield Gap(failing_since, window.until, partial, blind)
    elif window.until - was_read > patience:
        yield Gap(was_read, window.until, False)


def outages(coverages: Mapping[str, Coverage]) -> list[tuple[Gap, list[str]]]:
    """Return the gaps of all sources, oldest first, each with the sources that share it.

    A gap is shared when both its ends are at most ONE_SCAN from those of the first source's.
    """
    gaps = [(gap, source) for source, coverage in coverages.items() for gap in coverage.gaps]
    found: list[tuple[Gap, list[str]]] = []
    for gap, source in sorted(gaps, key=lambda each: (each[0].since, each[0].until, each[1])):
        shared = next((names for names in _sharing(found, gap) if source not in names), None)
        if shared is None:
            found.append((gap, [source]))
        else:
            shared.append(source)
    return found


def _sharing(found: Sequence[tuple[Gap, list[str]]], gap: Gap) -> Iterator[list[str]]:
    for first, names in reversed(found):
        if gap.since - first.since > ONE_SCAN:
            return
        if (first.partial, first.blind) == (gap.partial, gap.blind) and abs(
            first.until - gap.until
        ) <= ONE_SCAN:
            yield names
