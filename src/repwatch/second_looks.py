"""Second looks: what a source has shown is read again, so that edits, deletions and replies show.

A scan spends a bounded share on them, once a source's windows are through. What is blanked does not
come back, and a platform in trouble may answer that there is nothing. So what a platform says was
deleted is believed at once, what is just not there only when three looks have missed it, over a day while
others were there, or over two where nothing was; and all of that only when all looks at the source are in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

from repwatch.config import SourceConfig
from repwatch.crawl.asker import asked
from repwatch.errors import ParseError, Reason, SourceError
from repwatch.model import Known, Request
from repwatch.outcomes import ABSENT, Tally
from repwatch.pipeline import ReadAgain
from repwatch.sources.base import Rereads, Source, Threads
from repwatch.store.base import SecondLook, Store

REREAD_FOR_S = 7 * 86_400.0
REPLIES_FOR_S = 30 * 86_400.0
"""How long after it was published the replies under a mention are read, however long it is read again."""
SECOND_LOOKS = 10
THREADS_READ = 5
"""Requests a source and scan that go into reading mentions again, and into replies."""
MENTIONS_READ_AGAIN = 500
WHOLE = 5
"""So many that are all gone at once may as well be an outage, or a login that has lost its rights."""
LATER: frozenset[Reason] = frozenset(("rate_limited", "quota", "unreachable", "tls", "login"))
"""Reasons that have nothing to do with what was asked for: it keeps its place in the queue."""


@dataclass(eq=False)
class Look:
    """Stored mentions that are being read again, or the replies under one."""

    source: str
    request: Request
    known: tuple[Known, ...]
    thread: bool = False
    not_found: bool = False
    """Its answer was that there is nothing, which is what a place answers that was taken away."""

    @property
    def ids(self) -> list[str]:
        """The mentions that it asks for; those of a thread are not known yet."""
        return [] if self.thread else [one.id for one in self.known]


@dataclass(eq=False)
class _Round:
    """What a scan's looks at one source's mentions have shown so far."""

    there: int = 0
    unknown: int = 0
    absent: list[tuple[Look, ReadAgain]] = field(default_factory=list)

    @property
    def all_absent(self) -> bool:
        """Whether of several mentions not a single one was shown."""
        absent = sum(len(read.gone) + len(read.missing) for _, read in self.absent)
        return not self.there and absent + self.unknown >= WHOLE

    def doubts_gone(self, look: Look, read: ReadAgain) -> bool:
        """Tell whether what is said to be deleted may be there all the same."""
        whole = len(read.gone) + len(read.missing) >= WHOLE and not read.judged
        return self.all_absent or whole or (look.not_found and not self.there)

    def doubts_missing(self, look: Look, read: ReadAgain) -> bool:
        """Tell whether there is no sign that what is missing would be shown if it were there."""
        return not self.there or (len(look.known) > 1 and not read.judged)


class SecondLooks:
    """The second looks of one scan; what they come to is added to the tallies of their sources."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._rounds: dict[str, _Round] = {}
        self._kinds: dict[type, tuple[bool, bool]] = {}

    def follows(self, source: Source) -> bool:
        """Tell whether there is anything to look at again in what a source shows."""
        return any(self._abilities(source))

    def _abilities(self, source: Source) -> tuple[bool, bool]:
        kind = type(source)
        if kind not in self._kinds:  # to compare a class with a protocol takes its time
            self._kinds[kind] = isinstance(source, Rereads), isinstance(source, Threads)
        return self._kinds[kind]

    def begin(self, tally: Tally) -> list[Look]:
        """Return what is to be asked of a source now.

        Raises:
            SourceError: the source has a bug.
        """
        key = tally.source.key
        source: Any = tally.source.built
        rereads, has_threads = self._abilities(source)
        for_s = tally.source.reread_s
        if for_s is None:
            for_s = getattr(source, "reread_for_s", REREAD_FOR_S)
        if for_s <= 0:
            return []
        looks = [
            *(self._again(key, source, for_s) if rereads else ()),
            *(self._replies(key, source, for_s) if has_threads else ()),
        ]
        tally.second_looks = len(looks)
        self._rounds[key] = _Round()
        return looks

    def _again(self, key: str, source: Rereads, for_s: float) -> Sequence[Look]:
        now = self._clock()
        known = self._store.followups(key, now, _ago(now, for_s), MENTIONS_READ_AGAIN)
        if not known:
            return ()
        wanted = asked(lambda: list(islice(source.rereads(known), SECOND_LOOKS + 1)))
        if len(wanted) <= SECOND_LOOKS:
            # What it does not ask for must not stand before what it would ask for.
            taken = {one.id for each in wanted for one in each.known}
            self._give_way(key, [one.id for one in known if one.id not in taken])
        return [Look(key, each.request, each.known) for each in wanted[:SECOND_LOOKS]]

    def _replies(self, key: str, source: Threads, for_s: float) -> Sequence[Look]:
        since = _ago(self._clock(), min(for_s, REPLIES_FOR_S))
        looks = []
        for one in self._store.threads(key, since, THREADS_READ):
            request = asked(partial(source.thread, one))
            if request is None:
                self._give_way(key, thread_of=one.id)
            else:
                looks.append(Look(key, request, (one,), thread=True))
        return looks

    def give_back(self, sources: Iterable[SourceConfig]) -> None:
        """Blank what platforms lend for a time that is over, also of sources that are not read now."""
        now = self._clock()
        for source in sources:
            keep_s = getattr(source.source, "keep_s", None)
            before = None if keep_s is None else _ago(now, keep_s)
            if before is not None:
                self._store.expire(source.key, before, now)

    def keep(self, tally: Tally, look: Look, read: ReadAgain) -> None:
        """Keep what a look has shown."""
        tally.saved += self._store.save_second_look(
            SecondLook(
                source=look.source,
                at=self._clock(),
                asked=look.ids,
                judged=read.judged,
                thread_of=look.known[0].id if look.thread else None,
            )
        )
        round = self._rounds[look.source]
        if not look.thread:
            round.there += len(read.judged)
            round.unknown += max(0, len(look.ids) - len(read.judged) - len(read.gone) - len(read.missing))
        if read.gone or read.missing:
            round.absent.append((look, read))
        self._done(tally)

    def fail(self, tally: Tally, look: Look, error: SourceError) -> None:
        """Note why a look failed; that one mention is not there any more says enough."""
        if error.reason in ABSENT and (look.thread or len(look.known) == 1):
            look.not_found = True
            ids = tuple(look.ids)
            gone, missing = (ids, ()) if error.reason == "gone" else ((), ids)
            self.keep(tally, look, ReadAgain(gone=gone, missing=missing))
            return
        if error.reason not in LATER:
            self._give_way(look.source, look.ids, look.known[0].id if look.thread else None)
        self._rounds[look.source].unknown += len(look.ids)
        tally.not_looked_at.append(error)
        self._done(tally)

    def _done(self, tally: Tally) -> None:
        tally.second_looks -= 1
        if not tally.second_looks:
            self._believe(tally, self._rounds.pop(tally.source.key))

    def _believe(self, tally: Tally, round: _Round) -> None:
        """Blank what is gone, unless there may be another reason for not seeing it."""
        doubted = 0
        for look, read in round.absent:
            for doubt, gone, missing in (
                (round.doubts_gone(look, read), read.gone, ()),
                (round.doubts_missing(look, read), (), read.missing),
            ):
                if not (gone or missing):
                    continue
                saved = self._store.save_second_look(
                    SecondLook(
                        source=look.source, at=self._clock(), gone=gone, missing=missing, doubted=doubt
                    )
                )
                tally.saved += saved
                doubted += len(gone) + len(missing) - saved.gone if doubt else 0
        if doubted >= WHOLE:
            what = (
                f"none of {doubted} that were asked for is there; that is believed if it lasts for two days"
            )
            tally.not_looked_at.append(ParseError(what))

    def _give_way(self, key: str, ids: Sequence[str] = (), thread_of: str | None = None) -> None:
        """Let what can't be read again wait for its turn like what was read."""
        if ids or thread_of:
            look = SecondLook(source=key, at=self._clock(), asked=ids, thread_of=thread_of)
            self._store.save_second_look(look)


def _ago(now: datetime, seconds: float) -> datetime | None:
    """Return the moment so long ago; None if there was none."""
    try:
        return now - timedelta(seconds=seconds)
    except OverflowError:
        return None
