"""The nouns of repwatch: plain values that one step hands to the next."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal

from repwatch.errors import ParseError

Kind = Literal["post", "comment", "review", "article"]
Role = Literal["own", "competitor"]
Relevance = Literal["about", "unsure", "not_about"]
"""Whether a text is about a brand; that it is not is said only by a person."""
Label = Literal["negative", "neutral", "positive", "unscored"]
Intent = Literal["complaint", "question", "praise", "request", "promotion", "other"]
"""What somebody wants with a text about a brand; programs call it its kind."""
Urgency = Literal["high", "medium", "low"]
Sender = Literal["customer", "spam", "giveaway", "job_ad", "bot", "own"]
"""Who speaks; only customers are answered."""
Field = Literal["about", "label", "kind"]
"""What a person can correct: whether it is about a brand, how it sounds, and what it wants (Intent)."""

LABELS: tuple[Label, ...] = ("negative", "neutral", "positive", "unscored")
INTENTS: tuple[Intent, ...] = ("complaint", "question", "praise", "request", "promotion", "other")


class Secret(str):
    """A text that may be sent to its own origin and shown to nobody."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Let settings of this type be checked: they are texts, and stay secret."""
        from pydantic_core import core_schema  # noqa: PLC0415 (only where a configuration is checked)

        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema())


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """A name that is watched: what names it, what only seems to, and what is its own."""

    key: str
    name: str
    terms: tuple[str, ...] = ()
    weak_terms: tuple[str, ...] = ()
    need_one_of: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    own_accounts: tuple[str, ...] = ()
    own_domains: tuple[str, ...] = ()
    role: Role = "own"


def account_key(account: str) -> str:
    """Return what all spellings of an account have in common: reddit:acme for "Reddit:u/Acme"."""
    place, _, name = account.strip().casefold().partition(":")
    place = _PLACES.get(place.strip(), place.strip())
    name = name.strip().lstrip("@/")
    return f"{place}:{name.removeprefix('u/') if place == 'reddit' else name}"


_PLACES = {"hackernews": "hn", "twitter": "x"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One page to read: `since` is included, `until` is not.

    `query` and `cursor` are the source's own words; the query is empty where a place is read as a
    whole, the cursor None on the first page. `resume` is what the stream's last finished window
    left behind (see Page.resume).
    """

    source: str
    query: str
    since: datetime
    until: datetime
    cursor: str | None = None
    resume: str | None = None

    @property
    def id(self) -> str:
        """The same text for the same page of the same window, in every process."""
        parts = (
            self.source,
            self.query,
            epoch_ms(self.since),
            epoch_ms(self.until),
            self.cursor,
        )
        return hashlib.blake2b(json.dumps(parts).encode(), digest_size=10).hexdigest()


@dataclass(frozen=True, slots=True)
class Request:
    """What a source asks for.

    Values of type Secret in params and headers never reach another origin. `page` marks a web
    page, where robots.txt applies. A list of params keeps repeated keys.
    """

    method: Literal["GET", "POST"]
    url: str
    params: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = field(default=None, repr=False)  # of a login it holds the password
    page: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said; the body is decoded from its content coding, header names are lower case."""

    status: int
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def content_type(self) -> str:
        """The media type in lower case, without parameters; empty if none was sent."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        """The charset that the header names, if it names one."""
        from email.message import Message  # noqa: PLC0415 (20 ms that reports need not pay)

        header = Message()
        header["content-type"] = self.headers.get("content-type", "")
        charset = header.get_param("charset")
        return charset if isinstance(charset, str) and charset else None

    def json(self) -> Any:
        """Return the parsed body.

        Raises:
            ParseError: the body is no JSON, or nested or sized beyond what can be read.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            if self.body[:200].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
                hint = "look at its address in a browser: it moved, wants a login, or keeps programs out"
                raise ParseError("a web page instead of data", reason="blocked_page", hint=hint) from error
            raise ParseError(f"the answer is not JSON: {str(error)[:120]}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One public text: a post, comment, review or article.

    A source fills in what the platform says, and None for what it does not say. `space` and
    `native_id` say where the id is unique and what it is; `parent_id` and `thread_id` are native
    ids of the same space. `author_id` is the account in the form that own_accounts use for it.
    `answered_at` is when whom it is about answered under it, where the platform says so.
    `addressed_to` are the accounts that it names or answers, in the same form.
    `likes`, `replies`, `reposts` and `views` are counts, `score` a balance of votes, and
    `author_followers` is how many follow its author.
    `marks` are remarks for a person, such as "undated". `ref` is what its source needs to ask for
    it again, where the id alone does not tell (see sources.base.Rereads).
    """

    space: str
    native_id: str | None
    kind: Kind
    url: str | None = None
    title: str = ""
    text: str = ""
    author: str | None = None
    author_id: str | None = None
    author_url: str | None = None
    author_is_bot: bool | None = None
    author_followers: int | None = None
    published_at: datetime | None = None
    edited_at: datetime | None = None
    lang: str | None = None
    rating: float | None = None
    rating_worst: float | None = None
    rating_best: float | None = None
    item: str | None = None
    parent_id: str | None = None
    thread_id: str | None = None
    likes: int | None = None
    replies: int | None = None
    reposts: int | None = None
    views: int | None = None
    score: int | None = None
    marks: tuple[str, ...] = ()
    addressed_to: tuple[str, ...] = ()
    answered_at: datetime | None = None
    ref: str | None = None

    @property
    def id(self) -> str:
        """The mention's identity; defined once the native id is (see tidy)."""
        if self.native_id is None:
            raise ValueError("a mention without a native id has no identity yet: tidy it first")
        return mention_id(self.space, self.native_id)


ITEM_OF_PAGE = "item of its page"
"""Mark of a review that does not say what it is about: its item is what it stands in on its page."""


UNNAMED = "its author is not to be found"
"""Mark of a text whose author keeps searches away: it is kept without a name, unless it is our own."""


@lru_cache(maxsize=1 << 10)  # it is asked for again and again while a page is read and saved
def mention_id(space: str, native_id: str) -> str:
    """Return "m_" and 16 letters that are the same wherever this text is read."""
    digest = hashlib.blake2b(f"{space}\n{native_id}".encode("utf-8", "replace"), digest_size=10)
    return "m_" + base64.b32encode(digest.digest()).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a source read in one answer.

    `cursors` are the pages that follow; they are read only if this one had something new in the
    window. `branches` are pages to read in any case, such as the comments of each post.
    `resume` is where the stream's next window may start, and `skipped` has one reason for each
    entry that could not be used. `discovered` says that the cursors are feeds found on a web page,
    which may live on another origin; `unordered` that what is old on this page does not mean that the
    next one has nothing new; `damaged` that the answer was cut or malformed, so that
    entries may be missing. `wait_s` is how long the platform wants to be left alone now, and
    `cost` what the answer really took of the source's quota, if that is less than was reserved.
    """

    mentions: tuple[Mention, ...] = ()
    cursors: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    resume: str | None = None
    skipped: tuple[str, ...] = ()
    discovered: bool = False
    unordered: bool = False
    damaged: bool = False
    wait_s: float | None = None
    cost: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A stored mention in the words of its source, to be read again. `ref` is Mention.ref."""

    id: str
    space: str
    native_id: str
    kind: Kind
    url: str | None = None
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Reread:
    """A request that reads stored mentions again, and which ones."""

    request: Request
    known: tuple[Known, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revisit:
    """What a second look showed: mentions as they are now.

    `gone` are the ids (Known.id) of those that the platform says were deleted, `missing` those that
    it does not mention: they are believed to be gone when they stay missing.
    `cost` is as in Page.
    """

    mentions: tuple[Mention, ...] = ()
    gone: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    cost: int | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """What a login gave: values of the source's own, all of them secret, and when they expire."""

    values: Mapping[str, str] = field(repr=False)
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """How much may be asked of a platform in a stretch of time.

    Sources with the same `name` spend from the same pot; a name never holds a secret. The stretch
    begins at midnight, on the first of the month or at the full hour in `zone`. `limit` and what is
    spent are whole numbers of the `unit`, or of its thousandths, as for money.
    """

    name: str
    limit: int
    every: Literal["hour", "day", "month"] = "day"
    zone: str = "UTC"
    unit: str = "requests"
    in_thousandths: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """Where a text names a brand: characters `start` to `end` of the title or the text."""

    field: Literal["title", "text", "url", "author", "item", "to"]
    start: int
    end: int
    term: str
    rule: str


@dataclass(frozen=True, slots=True)
class Sentiment:
    """How a text sounds: from -1.0 to 1.0, None when it could not be judged, and its label.

    `reasons` are the words, phrases and ratings that carried it, as a person would say them.
    `p_negative` is how probably it is a negative one, from 0.0 to 1.0; None if the scorer can't say.
    """

    score: float | None
    label: Label
    reasons: tuple[str, ...] = ()
    p_negative: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """One mention read for one brand; `own` says that the brand itself wrote it.

    `comparison` says that another brand stands in the text, so that only the clauses about this one
    were judged. `why` are the reasons for its relevance, sender, intent and urgency.
    """

    brand: str
    relevance: Relevance
    own: bool
    spans: tuple[Span, ...]
    sentiment: Sentiment
    scorer: str
    intent: Intent = "other"
    urgency: Urgency = "low"
    sender: Sender = "customer"
    comparison: bool = False
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a person said of one mention and brand. Corrections are only ever added: the last one counts.

    `value` is a Relevance, Label or Intent, by the field; None takes back what was said before.
    """

    id: str
    mention: str
    brand: str
    field: Field
    value: str | None
    who: str
    why: str = ""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """A text that almost named a brand, kept for a while so that a changed query can be tried."""

    brand: str
    spans: tuple[Span, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A tidied mention with all that was found out about it.

    `version` changes when anything that the platform says about the mention changes. `twins` are
    hashes by which a mention is known again when its id flaps (see tidy.twins).
    """

    mention: Mention
    version: bytes
    twins: tuple[bytes, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()


def epoch_ms(moment: datetime) -> int:
    """Return a UTC moment as whole milliseconds since 1970."""
    return round(moment.timestamp() * 1000)


def from_epoch_ms(ms: int) -> datetime:
    """Return the UTC moment of milliseconds since 1970."""
    return datetime.fromtimestamp(ms / 1000, UTC)
