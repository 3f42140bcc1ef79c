"""What a store can do, in words of the domain; the only door to SQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from repwatch.errors import Reason
from repwatch.habits import Habit
from repwatch.model import (
    Assessment,
    Correction,
    Field,
    Intent,
    Judged,
    Kind,
    Known,
    Label,
    Mention,
    NearMiss,
    Relevance,
    Sender,
    Task,
    Urgency,
)

Order = Literal["newest", "oldest", "negative", "engaged", "urgent", "rank"]
"""How rows come: by time, most negative first, most engagement first, most urgent first (then what is
most probably negative, has most engagement, is newest), best search hit first."""

By = Literal["brand", "source", "day", "label", "lang", "author", "kind", "intent", "urgency", "sender"]

Status = Literal["ok", "unchanged", "partial", "failed", "waiting", "no_access", "blind", "not_reached"]
"""What a source did in a run: *waiting* is a rate limit or quota, *no_access* a refused login,
*partial* that some of its pages or streams failed or were left, *not_reached* that time ran out.
*blind* is a source that answers, but not with what it used to: nothing new for far too long, nothing
at all where there always was something, or a page that can't be read as what it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which mentions are meant; an empty tuple means all. `since` is included, `until` is not.

    `words` is a search: words, "phrases", -not, OR. Own posts and unsure mentions are left out
    unless asked for.
    """

    brands: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    labels: tuple[Label, ...] = ()
    langs: tuple[str, ...] = ()
    words: str | None = None
    relevance: tuple[Relevance, ...] = ("about",)
    own: bool | None = False
    trended: bool = False
    """Leave out undated mentions of a stream's first read: their day is not known."""
    intents: tuple[Intent, ...] = ()
    urgencies: tuple[Urgency, ...] = ()
    senders: tuple[Sender, ...] = ()
    waiting: bool = False
    """Leave out what is gone, what its platform calls answered, and what the brand itself has answered:
    under it, or later in its thread and not under somebody else's post."""


# Not frozen: that takes four times as long to build, and an export builds a million.
@dataclass(slots=True, kw_only=True)
class MentionRow:
    """A stored mention as one brand's assessment sees it.

    `at` is when it was published, or collected when it is undated. `engagement` is likes, replies
    and reposts as far as they are known. `snippet` is only there after a search, with the words
    found between U+0002 and U+0003.
    """

    id: str
    brand: str
    source: str
    space: str
    native_id: str
    kind: Kind
    url: str | None
    title: str
    text: str
    author: str | None
    author_id: str | None
    author_url: str | None
    at: datetime
    published_at: datetime | None
    edited_at: datetime | None
    collected_at: datetime
    day: str
    lang: str | None
    rating: float | None
    rating_worst: float | None
    rating_best: float | None
    item: str | None
    parent_id: str | None
    thread_id: str | None
    likes: int | None
    replies: int | None
    reposts: int | None
    views: int | None
    score: int | None
    engagement: int
    marks: tuple[str, ...]
    relevance: Relevance
    own: bool
    sentiment: float | None
    label: Label
    reasons: tuple[str, ...]
    matched: tuple[str, ...]
    """The rules and terms by which the brand was found, as "rule: term"."""
    scorer: str
    answered_at: datetime | None = None
    """When whom it is about answered under it, where the platform says so."""
    gone_at: datetime | None = None
    """When it was found to be deleted upstream: title, text and author were blanked then."""
    p_negative: float | None = None
    """How probably the machine holds it to be negative, from 0.0 to 1.0."""
    intent: Intent = "other"
    urgency: Urgency = "low"
    sender: Sender = "customer"
    comparison: bool = False
    why: tuple[str, ...] = ()
    """The reasons for its relevance, sender, intent and urgency."""
    corrected: tuple[Field, ...] = ()
    """What of it a person has said."""
    machine_relevance: Relevance = "about"
    machine_sentiment: float | None = None
    machine_label: Label = "unscored"
    machine_intent: Intent = "other"
    snippet: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many mentions share `key`, the values of the groups in the order asked for.

    `tone_sum` is the sum of the sentiments of the scored ones. `untoned` are scored by a person alone,
    who gives a label and no sentiment; `by_hand` are all that were labelled by a person. `others` are
    spam, giveaways, job ads and by bots.
    """

    key: tuple[str, ...]
    mentions: int
    negative: int
    neutral: int
    positive: int
    unscored: int
    tone_sum: float
    untoned: int = 0
    by_hand: int = 0
    others: int = 0


@dataclass(frozen=True, slots=True)
class Validators:
    """What lets a server say "unchanged", and lets us see it when the server does not say so."""

    url: str
    etag: str | None
    last_modified: str | None
    body_hash: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """What is remembered of one query of one source between two scans."""

    source: str
    query: str
    read_until: datetime | None = None
    resume: str | None = None
    validators: Validators | None = None
    fingerprint: str = ""
    """What the stream was read with: matching rules and the parser's version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTask:
    """A page that is still to be read, and what its window has shown so far."""

    task: Task
    pages: int
    """Pages of this window that were read already."""
    shown: frozenset[str]
    """Mention ids that pages of this window have shown."""
    first_read: bool
    """The stream was never read to an end before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSave:
    """One page as it is kept: all of it or nothing, in one transaction.

    `following` are the pages that come next. With `window_done` the window's tasks are deleted,
    and the stream's `read_until` (to the task's until), `resume`, `validators` and `fingerprint`
    move; without, the task is done and those that follow stay open.
    """

    task: Task
    collected_at: datetime
    judged: Sequence[Judged]
    shown: Sequence[str]
    """Ids of all mentions of the page, kept or not."""
    seen: Sequence[bytes]
    """Versions of the mentions in `shown`, so that unchanged ones are not judged again."""
    following: Sequence[Task] = ()
    window_done: bool = False
    resume: str | None = None
    validators: Validators | None = None
    fingerprint: str = ""
    first_read: bool = False
    followed: bool = False
    """Its source can show these mentions again (sources.base.Rereads)."""
    asked_again: bool = False
    """It is a second look: counts that fell since then fall here, too."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What a page changed: mentions that are new, that were updated, and new negative ones.

    `fresh` are those that the stream had not shown before, kept or not, `gone` those that were
    blanked because they are gone upstream.
    """

    new: int = 0
    updated: int = 0
    negative: int = 0
    fresh: int = 0
    gone: int = 0

    def __add__(self, other: Saved) -> Saved:
        """Return both together."""
        return Saved(
            self.new + other.new,
            self.updated + other.updated,
            self.negative + other.negative,
            self.fresh + other.fresh,
            self.gone + other.gone,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondLook:
    """What reading stored mentions again brought, kept in one transaction.

    `asked` are the ids that were asked for, whatever came of it; `gone` and `missing` as in
    model.Revisit, and `doubted` that these may be an outage. `thread_of` says that `judged` are the
    replies under that mention.
    """

    source: str
    at: datetime
    asked: Sequence[str] = ()
    judged: Sequence[Judged] = ()
    gone: Sequence[str] = ()
    missing: Sequence[str] = ()
    doubted: bool = False
    thread_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a person says of a mention (its whole id) and a brand: see Correction."""

    mention: str
    brand: str
    field: Field
    value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """A stored mention, what the machine said of it for one brand, and the corrections that count.

    The mention is as it was when it was judged, but for its `ref`, and its parent's and thread's ids,
    which are ids of ours.
    """

    id: str
    source: str
    query: str
    """What its source was searched for when it was first shown."""
    at: datetime
    mention: Mention
    assessment: Assessment
    said: Mapping[Field, Correction]


LessonState = Literal["kept", "worse", "undone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What corrections taught the model about one brand, and how it did before and after.

    `base` is the version of the model that learned, `labels` how many labels there were, `figures` are
    shares by name and "before" or "after". `weights` and `negative_from` are those of care.Taught;
    there are none where the lesson was not worth keeping.
    """

    brand: str
    version: int
    at: datetime
    base: str
    labels: int
    state: LessonState
    figures: Mapping[str, Mapping[str, float]]
    negative_from: float
    weights: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlmostKept:
    """A mention that almost named brands, the source that showed it, and when it last did."""

    source: str
    at: datetime
    mention: Mention
    near_misses: tuple[NearMiss, ...]


@dataclass(frozen=True, slots=True)
class Engagement:
    """What a platform counted at a moment."""

    at: datetime
    likes: int | None
    replies: int | None
    reposts: int | None
    views: int | None
    score: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostState:
    """What is remembered of one host (host:port as written in the URL) between two scans.

    That it turned a login away is remembered as if that were a host of its own (see crawl.crawler.visitor).
    """

    host: str
    next_at: datetime | None = None
    """No request before this; moves with every request."""
    back_off_until: datetime | None = None
    back_off_why: Reason | None = None
    strikes: int = 0
    """Times in a row that the host turned us away."""
    robots: str | None = None
    """The text of robots.txt; empty when there is none, None when it was never read."""
    robots_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one source did in one run."""

    run: str
    source: str
    status: Status
    started_at: datetime
    ended_at: datetime
    reason: Reason | None = None
    detail: str = ""
    fetched: int = 0
    new: int = 0
    updated: int = 0
    negative: int = 0
    skipped: int = 0
    requests: int = 0
    next_at: datetime | None = None
    """When it is due again."""
    fresh: int = 0
    """Mentions that its streams had not shown before, kept or not."""
    gone: int = 0
    """Mentions that were found to be deleted upstream."""
    blind_since: datetime | None = None
    """When it last showed what it should, for a source that is blind."""

    @property
    def good(self) -> bool:
        """All of it was read."""
        return self.status in ("ok", "unchanged")

    @property
    def broken(self) -> bool:
        """None of it could be read, and waiting will not help."""
        return self.status in ("failed", "no_access", "blind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One scan. A run without an end was cut off, or is still going on."""

    id: str
    started_at: datetime
    ended_at: datetime | None = None
    exit_code: int | None = None
    due: int = 0
    outcomes: tuple[Outcome, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a source has fared, folded from its outcomes; *failed* in a row includes no_access.

    `failing_since` is when it first could not be read, or had to wait, after it was last read.
    """

    source: str
    last: Outcome
    last_ok_at: datetime | None
    failures_in_a_row: int
    failing_since: datetime | None
    last_fresh_at: datetime | None = None
    """When it last brought something that it had not shown before."""

    @property
    def blind_since(self) -> datetime | None:
        """When it last showed what it should, if it is blind now."""
        return self.last.blind_since


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds a lease, since when and until when."""

    name: str
    holder: str
    taken_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreInfo:
    """The store in numbers, for doctor and status."""

    path: str
    schema: int
    bytes: int
    mentions: int
    by_source: Mapping[str, int]
    """How many of them each source was the first to show."""
    near_misses: int
    details: Mapping[str, str] = field(default_factory=dict)


class Reader(Protocol):
    """The questions that reports ask; every call sees one moment of the store."""

    def mentions(
        self, filter: Filter, *, order: Order = "newest", limit: int | None = None
    ) -> Iterator[MentionRow]:
        """Yield matching rows, streamed.

        Raises:
            UsageError: the search in filter.words can't be read.
        """

    def counts(self, filter: Filter, by: Sequence[By] = ()) -> list[Count]:
        """Return a count for each group, or a single one with an empty key; ordered by key."""

    def mention(self, prefix: str) -> list[MentionRow]:
        """Return one mention, a row for each brand it was assessed for.

        Raises:
            UsageError: no id begins so, or several do (they are listed).
        """

    def assessed(self, filter: Filter, *, corrected: bool = False) -> Iterator[Assessed]:
        """Yield matching mentions as they were judged, last stored first, each mention's brands together.

        They are read a few hundred at a time: what is yielded may be judged anew and saved meanwhile.

        Args:
            filter: which; those that are gone are left out, and its words are not looked at.
            corrected: only those of which a person has said something.
        """

    def near_misses(self, since: datetime | None = None) -> Iterator[AlmostKept]:
        """Yield what was not kept since then, last shown first; it is there for two weeks (see tidy)."""

    def corrections(self, mention: str) -> list[Correction]:
        """Return all that people have said of a mention (its whole id), oldest first."""

    def lessons(self, brand: str | None = None) -> list[Lesson]:
        """Return what corrections taught about a brand, or each, oldest first; the last kept one holds."""

    def runs(self, limit: int | None = None) -> list[Run]:
        """Return the newest runs, newest first, with their outcomes."""

    def run(self, prefix: str) -> Run:
        """Return one run with its outcomes.

        Raises:
            UsageError: no id begins so, or several do (they are listed).
        """

    def outcomes(self, since: datetime, until: datetime) -> list[Outcome]:
        """Return what sources did in runs that started in the window, oldest first.

        The last outcome of each source before the window comes first, so that a gap that reaches
        into the window can be seen.
        """

    def health(self) -> dict[str, Health]:
        """Return how each source fares that has ever been scanned."""

    def open_tasks(self, sources: Sequence[str]) -> list[OpenTask]:
        """Return the pages that are still to be read, oldest window first."""

    def lease(self, name: str) -> Lease | None:
        """Return who holds a lease now."""

    def engagement(self, mention: str) -> list[Engagement]:
        """Return how the counts of a mention (its whole id) grew, oldest first."""

    def spent(self, quota: str, since: datetime) -> int:
        """Return what was spent of a quota in the stretch that began then."""

    def habit(self, source: str, since: datetime) -> Habit:
        """Return what a source has brought day by day (in UTC) since then."""

    def followups(self, source: str, now: datetime, since: datetime | None, limit: int) -> list[Known]:
        """Return mentions of a source, published since then, that are to be read again, longest ago first.

        A mention is due when a quarter of its age has passed since it was last asked for, at least an
        hour and at most a day. One that is gone is not read again.
        """

    def threads(self, source: str, since: datetime | None, limit: int) -> list[Known]:
        """Return mentions of a source whose replies have grown since they were read, newest first."""

    def info(self) -> StoreInfo:
        """Return the store in numbers."""

    def close(self) -> None:
        """Give the file back."""


class Store(Reader, Protocol):
    """What the scan writes; one process's main thread holds it."""

    def take_lease(self, name: str, holder: str, now: datetime, seconds: float) -> Lease | None:
        """Take or renew a lease; return None when we hold it now, else the other one's.

        Whoever writes pages takes one first: the file's upkeep on the way is its holder's.
        """

    def release_lease(self, name: str, holder: str) -> None:
        """Give a lease back if we hold it."""

    def begin_run(self, run: Run) -> None:
        """Note that a scan has begun."""

    def save_outcome(self, outcome: Outcome) -> None:
        """Note what a source did in a run, replacing what was noted before."""

    def end_run(self, run: Run) -> None:
        """Note how a scan ended."""

    def streams(self, source: str) -> dict[str, Stream]:
        """Return the streams of a source by query."""

    def open_window(self, task: Task) -> OpenTask:
        """Store the first page of a window and return it; a window that is open is returned as it is."""

    def start_over(self, source: str, query: str) -> None:
        """Drop a stream's open window and its resume cursor: they led nowhere."""

    def seen(self, source: str, query: str) -> dict[str, bytes]:
        """Return the mentions that a stream has shown in the last 30 days: versions by id."""

    def save_page(self, page: PageSave) -> Saved:
        """Keep one page, all of it or nothing."""

    def save_unchanged(self, task: Task) -> None:
        """Note that a task's stream was unchanged: its window is done, what it showed is still there."""

    def host(self, host: str) -> HostState:
        """Return what is remembered of a host; a blank state for a new one."""

    def reserve(self, host: str, now: datetime, gap_s: float) -> datetime:
        """Reserve the host's next slot, the earliest that is `gap_s` after the one before, and return it."""

    def back_off(self, host: str, until: datetime, why: Reason) -> None:
        """Leave a host alone until then, and count the strike."""

    def forgive(self, host: str) -> None:
        """Forget a host's strikes: it answered."""

    def hold(self, host: str, until: datetime) -> None:
        """Let the host's next slot be no earlier than that."""

    def asked_since(self, source: str, asked: str, now: datetime) -> datetime:
        """Return since when a source is asked for the same; `asked` stands for it."""

    def save_robots(self, host: str, robots: str, until: datetime) -> None:
        """Keep a host's robots.txt."""

    def spend(self, quota: str, since: datetime, units: int, limit: int) -> bool:
        """Spend units of a quota in the stretch that began then, and say whether that was possible.

        Nothing is spent where it would exceed the limit. Negative units give back what was not used.
        """

    def save_second_look(self, look: SecondLook) -> Saved:
        """Keep what reading mentions again brought, all of it or nothing.

        A mention that is gone, or was missing in three looks over a day, is blanked: title, text, author
        and address go, from the search as well; its counts, its label and its id stay. Where that is
        doubted, it must have been missing for two days.
        """

    def save_import(self, pages: Sequence[PageSave]) -> Saved:
        """Keep what was read from a file, all of it or nothing; no stream moves.

        It adds to what is stored, and changes nothing of it.
        """

    def correct(self, verdicts: Sequence[Verdict], *, who: str, why: str, now: datetime) -> list[Correction]:
        """Keep what a person says, all of it or nothing, and return what of it is new.

        It counts from now on, whatever is judged or edited later, until somebody says otherwise. Its
        time is after that of all corrections before, even if the clock was set back.

        Raises:
            UsageError: a mention is not stored, or was not assessed for that brand.
        """

    def save_judgements(self, judged: Sequence[Judged]) -> None:
        """Keep how stored mentions are judged now, for the brands that are given, all of it or nothing.

        What was found for other brands stays, and what people said still counts.
        """

    def save_lesson(self, lesson: Lesson) -> Lesson:
        """Keep what corrections taught about a brand, or that it was not worth it.

        Returns:
            The lesson as it is kept: with the next version, where another one got its own meanwhile.
        """

    def undo_lesson(self, brand: str) -> Lesson | None:
        """Take back the last lesson that is kept, and return it; None where there is none."""

    def expire(self, source: str, before: datetime, now: datetime) -> int:
        """Blank the mentions of a source that were last shown before then; return how many."""

    def tidy(self, now: datetime) -> None:
        """Drop what has expired, then checkpoint.

        Seen marks last for 30 days, near-misses for 14, runs and outcomes for 400. Of each source the
        last outcome that is older stays, and the last one that read something.
        """
