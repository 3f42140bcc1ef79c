"""Videos of YouTube that name a brand, and comments: of these, of the own channel, of videos named by hand.

Documentation: https://developers.google.com/youtube/v3/docs
Limits: 10,000 units a day from midnight Pacific time; a page of a search takes 100, any other page 1.
Terms: what is kept is refreshed or deleted within 30 days, and shown with its channel and links.

People comment long after a video came out, so each search hands the videos whose comments it read on
to the next one, which reads them again (`Page.resume`). Titles are escaped in a search, and only there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Annotated, Any, ClassVar
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urlsplit

from repwatch.dates import moment
from repwatch.errors import FetchError, Reason
from repwatch.model import (
    Answer,
    Brand,
    Known,
    Mention,
    Page,
    Quota,
    Request,
    Reread,
    Revisit,
    Secret,
    Task,
)
from repwatch.sources.common import (
    LONGEST_REMARK,
    Checked,
    WebAddress,
    askable,
    count,
    entries,
    first_word,
    json_or_none,
    pot,
    rows,
    search_terms,
    sifted,
    table,
    web_link,
    word,
)
from repwatch.text import one_line, plain

VIDEOS_ON_A_PAGE = 50
COMMENTS_ON_A_PAGE = 100
IDS_IN_A_REQUEST = 50
UNITS_OF_A_SEARCH = 100
MOST_BRANCHES = 15
"""Pages of comments or replies that one page leads to; a scan reads 20 pages of a search, all in all."""
SITE = "https://www.youtube.com"

_VIDEO = re.compile(
    r"(?:https?://\S*?(?:[?&]v=|youtu\.be/|/shorts/|/live/))?(?P<id>[\w-]{6,20})(?:[?&#]\S*)?", re.ASCII
)
_CHANNEL = re.compile(r"(?:https?://\S*/channel/)?(?P<id>UC[\w-]{10,40})(?:[/?]\S*)?", re.ASCII)


def _video_named(value: str) -> str:
    """Return the id in a video's address, or the id itself."""
    found = _VIDEO.fullmatch(value)
    if found is None:
        raise ValueError(f'"{value}" is no video: give its address, or what follows v= in it')
    return found["id"]


def _channel_named(value: str) -> str:
    """Return the id in a channel's address, or the id itself."""
    found = _CHANNEL.fullmatch(value)
    if found is None:
        raise ValueError(f'"{value}" is no channel id: it begins with UC, see youtube.com/account_advanced')
    return found["id"]


_DEAD: frozenset[str] = frozenset(("commentsDisabled", "videoNotFound", "commentNotFound"))
"""What is no failure: there is nothing to be read any more, or nothing was ever to be said."""

_NEW_KEY = "make a key at console.cloud.google.com, in a project where YouTube Data API v3 is enabled"
_SPENT = "it goes on at midnight Pacific time; ask less often (every), or for a larger quota at Google"
_TROUBLES: Mapping[str, tuple[Reason, str | None]] = {
    "quotaExceeded": ("quota", _SPENT),
    "dailyLimitExceeded": ("quota", _SPENT),
    "rateLimitExceeded": ("rate_limited", None),
    "userRateLimitExceeded": ("rate_limited", None),
    "keyInvalid": ("login", _NEW_KEY),
    "API_KEY_INVALID": ("login", _NEW_KEY),
    "accessNotConfigured": ("login", _NEW_KEY),
    "channelNotFound": ("not_found", "check channel_id"),
    "forbidden": ("forbidden", "a private video has no comments to read: leave it out of videos"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class YouTube:
    """Searches for the brands' terms, and reads comments.

    A search costs 100 units for each term and scan: with the usual 10,000 a day, four terms can be
    asked hourly. `channel_id` is the own channel; comments there are to the brand that has
    "youtube:<channel id>" among its own_accounts, and need not name it. `comments_of` is how many
    videos that a term found have their comments read, `exact` whether terms are searched for as
    phrases, and `keep_days` after how long what could not be read again is blanked.
    """

    type: ClassVar[str] = "youtube"
    reads: ClassVar[str] = "videos that name a brand, comments on them and on the own channel"
    login: ClassVar[str] = "free API key of Google Cloud"
    terms: ClassVar[str] = "refresh or delete what is kept within 30 days; show channel and links"
    author_like: ClassVar[str] = "youtube:UCacme00000000000000000a"
    author_id: ClassVar[str] = r"UC[\w-]{10,40}"
    pace_s: ClassVar[float] = 0.0
    version: ClassVar[int] = 1
    reread_for_s: ClassVar[float] = math.inf
    base_url: WebAddress = "https://www.googleapis.com"
    api_key: Secret
    search: bool = True
    exact: bool = True
    comments_of: int = 10
    channel_id: Annotated[str, Checked(_channel_named)] | None = None
    videos: tuple[Annotated[str, Checked(_video_named)], ...] = ()
    daily_units: int = 10_000
    keep_days: float = 30.0

    def __post_init__(self) -> None:
        """Check what types do not say.

        Raises:
            ValueError: a number is out of its range.
        """
        if not 0 <= self.comments_of <= MOST_BRANCHES:
            raise ValueError(f"comments_of is a number from 0 to {MOST_BRANCHES}")
        if self.daily_units < 0:
            raise ValueError("daily_units is no negative number")
        if not 0 < self.keep_days < math.inf:
            raise ValueError("keep_days is a number of days, more than 0")

    @property
    def keep_s(self) -> float:
        """How long what was not read again may be kept: the terms ask for refreshing or deleting."""
        return self.keep_days * 86_400.0

    @property
    def account(self) -> str | None:
        """The own channel, if there is one."""
        return f"youtube:{self.channel_id}" if self.channel_id else None

    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return "search:acme anvils" for each term, "channel:UC..." and "video:..." for each named one."""
        searched = search_terms(brands, weak=False) if self.search else ()
        return (
            *(f"search:{term}" for term in searched),
            *((f"channel:{self.channel_id}",) if self.channel_id else ()),
            *dict.fromkeys(f"video:{id}" for id in self.videos),
        )

    def request(self, task: Task) -> Request:
        """Return the request for one page of videos, or of comments."""
        here = _position(task)
        if "search" not in here:
            return self._comments(here)
        params = {
            "part": "snippet",
            "type": "video",
            "q": f'"{here["search"]}"' if self.exact else here["search"],
            "order": "date",
            "publishedAfter": f"{task.since:%Y-%m-%dT%H:%M:%SZ}",
            "maxResults": str(VIDEOS_ON_A_PAGE),
        }
        return self._get("search", params, here)

    def parse(self, task: Task, answer: Answer) -> Page:
        """Return the videos or the comments of a page.

        Raises:
            ParseError: the answer has no list of items.
        """
        body, here = answer.json(), _position(task)
        items = entries(body, "items")
        read = [each for item in items for each in _read(table(item), here)]
        mentions = tuple(each for each in read if isinstance(each, Mention))
        token = word(body.get("nextPageToken"))
        branches: tuple[str, ...] = ()
        resume: str | None = None
        if "search" in here:
            ids = self._commented(task, mentions)
            branches = tuple(urlencode({"video": id}) for id in ids)
            resume = " ".join(ids) if task.cursor is None else None
            # There is a token even where nothing follows, and to find that out costs 100 units.
            token = token if 2 * len(items) >= VIDEOS_ON_A_PAGE else None
        elif not task.query.startswith("search:"):
            branches = tuple(_unread(items, here))[:MOST_BRANCHES]
        return Page(
            mentions=mentions,
            skipped=tuple(each for each in read if isinstance(each, str)),
            cursors=(urlencode({**here, "at": token}),) if token else (),
            branches=branches,
            resume=resume or None,
        )

    def explain(self, answer: Answer) -> FetchError | Page | None:
        """Tell a spent quota from a refusal, and a video without comments from a failure."""
        error = table(table(json_or_none(answer)).get("error"))
        named = [
            word(each.get("reason")) or "" for key in ("errors", "details") for each in rows(error.get(key))
        ]
        asked = parse_qs(urlsplit(answer.url).query).get("videoId", [""])[0]
        if not _DEAD.isdisjoint(named) or ("forbidden" in named and asked and asked not in self.videos):
            return Page()  # a video that a search found, and that was made private since
        known = next((_TROUBLES[each] for each in named if each in _TROUBLES), None)
        if known is None:
            return None
        reason, hint = known
        # What it says has links in it.
        said = one_line(plain(word(error.get("message")) or ""), LONGEST_REMARK)
        return FetchError(reason, said or f"the platform says {reason}", hint=hint)

    @property
    def quota(self) -> Quota:
        """The units of a day."""
        return Quota(
            name=pot("youtube", self.api_key),
            limit=self.daily_units,
            zone="America/Los_Angeles",
            unit="units",
        )

    def cost(self, request: Request) -> int:
        """Return the units that a request takes, whatever it finds."""
        return UNITS_OF_A_SEARCH if request.url.endswith("/search") else 1

    def rereads(self, known: Sequence[Known]) -> Iterator[Reread]:
        """Yield a request for each 50 videos and for each 50 comments."""
        ours = askable(known, "youtube")
        videos = [one for one in ours if one.kind != "comment"]
        comments = [one for one in ours if one.kind == "comment"]
        for path, params, group in (
            ("videos", {"part": "snippet,statistics"}, videos),
            ("comments", {"part": "snippet", "textFormat": "plainText"}, comments),
        ):
            for start in range(0, len(group), IDS_IN_A_REQUEST):
                some = tuple(group[start : start + IDS_IN_A_REQUEST])
                ids = ",".join(one.native_id for one in some)
                yield Reread(self._get(path, {**params, "id": ids}), some)

    def revisit(self, known: Sequence[Known], answer: Answer) -> Revisit:
        """Return videos and comments as they are now; those that were deleted are just not there.

        Raises:
            ParseError: the answer has no list of items.
        """
        by_id = {one.native_id: one for one in known}
        mentions: list[Mention] = []
        for item in map(table, entries(answer.json(), "items")):
            one = by_id.get(word(item.get("id")) or "")
            here = dict(parse_qsl(one.ref or "")) if one else {}
            mentions += (each for each in _read(item, here) if isinstance(each, Mention))
        shown = {mention.native_id for mention in mentions}
        return Revisit(
            mentions=tuple(mentions),
            missing=tuple(one.id for one in known if one.native_id not in shown),
        )

    def thread(self, known: Known) -> Request | None:
        """Return the request for a video's comments or a comment's replies; a reply has none."""
        here = _under(known) if askable([known], "youtube") else None
        return self._comments(here) if here else None

    def replies(self, known: Known, answer: Answer) -> Page:
        """Return the comments on a video, or the replies to a comment.

        Raises:
            ParseError: the answer has no list of items.
        """
        items = map(table, entries(answer.json(), "items"))
        read = [each for item in items for each in _read(item, _under(known) or {})]
        return sifted(read)

    def _comments(self, here: Mapping[str, str]) -> Request:
        shown = {"maxResults": str(COMMENTS_ON_A_PAGE), "textFormat": "plainText"}
        if "replies" in here:
            return self._get("comments", {"part": "snippet", "parentId": here["replies"], **shown}, here)
        if "video" in here:
            whose = {"videoId": here["video"]}
        else:
            whose = {"allThreadsRelatedToChannelId": here.get("channel", "")}
        return self._get(
            "commentThreads", {"part": "snippet,replies", **whose, "order": "time", **shown}, here
        )

    def _get(self, path: str, params: Mapping[str, str], here: Mapping[str, str] | None = None) -> Request:
        page = {"pageToken": here["at"]} if here and "at" in here else {}
        return Request(
            "GET",
            f"{self.base_url.rstrip('/')}/youtube/v3/{path}",
            (*params.items(), *page.items(), ("key", Secret(self.api_key))),
        )

    def _commented(self, task: Task, videos: Iterable[Mention]) -> list[str]:
        """Return the videos to read comments of: that show the term, of the last search, others."""
        term = task.query.removeprefix("search:").casefold()
        found = {each.native_id: term in f"{each.title}\n{each.text}".casefold() for each in videos}
        before = task.resume.split() if task.resume and task.cursor is None else []
        named = [id for id, shows in found.items() if shows]
        ids = dict.fromkeys(id for id in (*named, *before, *found) if id and _VIDEO.fullmatch(id))
        return list(ids)[: self.comments_of]


def _position(task: Task) -> dict[str, str]:
    """Return where a page lies: search, channel, video or replies, and as "at" the page's token."""
    if task.cursor is not None:
        return dict(parse_qsl(task.cursor))
    way, _, what = task.query.partition(":")
    return {way: what}


def _under(known: Known) -> dict[str, str] | None:
    """Return where the replies under a mention lie; nobody can reply to a reply."""
    if known.kind != "comment":
        return {"video": known.native_id}
    place = dict(parse_qsl(known.ref or ""))
    return {"replies": known.native_id, **place} if "." not in known.native_id else None


def _unread(items: Iterable[Any], here: Mapping[str, str]) -> Iterator[str]:
    """Yield where the replies of threads lie that show only some of them."""
    for item in map(table, items):
        thread = table(item.get("snippet"))
        shown = len(rows(table(item.get("replies")).get("comments")))
        top = next(_thread(item, _addressed(here)), None)
        if isinstance(top, Mention) and top.native_id and (count(thread.get("totalReplyCount")) or 0) > shown:
            place = dict(parse_qsl(top.ref or ""))
            yield urlencode({"replies": top.native_id, **place, "to": " ".join(_to_answer(top))})


# Videos and comments


def _read(item: Mapping[str, Any], here: Mapping[str, str]) -> Iterator[Mention | str]:
    """Yield what an item says, and why what can't be used is left out."""
    match item.get("kind"):
        case "youtube#searchResult":
            id, title = table(item.get("id")).get("videoId"), table(item.get("snippet")).get("title")
            yield _video(item, word(id), unescape(title) if isinstance(title, str) else "")
        case "youtube#video":
            yield _video(item, word(item.get("id")), table(item.get("snippet")).get("title"))
        case "youtube#commentThread":
            yield from _thread(item, _addressed(here))
        case "youtube#comment":
            yield _comment(item, here.get("on"), _addressed(here))
        case _:
            yield "neither a video nor a comment"


def _video(item: Mapping[str, Any], id: str | None, title: object) -> Mention | str:
    about, counted = table(item.get("snippet")), table(item.get("statistics"))
    title, text = word(title), word(about.get("description"))
    if not (title or text):
        return "no text"
    channel = word(about.get("channelId"))
    return Mention(
        space="youtube",
        native_id=id,
        kind="post",
        url=f"{SITE}/watch?{urlencode({'v': id})}" if id else None,
        title=title or "",
        text=text or "",
        author=word(about.get("channelTitle")),
        author_id=f"youtube:{channel}" if channel else None,
        author_url=f"{SITE}/channel/{quote(channel, safe='')}" if channel else None,
        published_at=moment(about.get("publishedAt")),
        lang=first_word((about.get("defaultAudioLanguage"), about.get("defaultLanguage"))),
        likes=count(counted.get("likeCount")),
        replies=count(counted.get("commentCount")),
        views=count(counted.get("viewCount")),
    )


def _thread(item: Mapping[str, Any], to: tuple[str, ...]) -> Iterator[Mention | str]:
    """Yield a comment, and the replies that came with it."""
    about = table(item.get("snippet"))
    top = _comment(
        {"id": item.get("id"), **table(about.get("topLevelComment"))},
        word(about.get("videoId")),
        (*to, *_accounts(about.get("channelId"))),
        replies=count(about.get("totalReplyCount")),
    )
    yield top
    if isinstance(top, Mention):
        to = _to_answer(top)
    for reply in rows(table(item.get("replies")).get("comments")):
        yield _comment(reply, word(about.get("videoId")), to, parent=word(item.get("id")))


def _comment(
    comment: Mapping[str, Any],
    video: str | None,
    to: Iterable[str],
    *,
    parent: str | None = None,
    replies: int | None = None,
) -> Mention | str:
    """Return what a comment says; `to` are the accounts that it is addressed to."""
    said = table(comment.get("snippet"))
    # The original is not shown to everybody; what is displayed has tags in it.
    text = word(said.get("textOriginal")) or plain(word(said.get("textDisplay")) or "")
    if not text:
        return "no text"
    id, video = word(comment.get("id")), word(said.get("videoId")) or video
    parent = word(said.get("parentId")) or parent
    channel = word(table(said.get("authorChannelId")).get("value"))
    author_id = f"youtube:{channel}" if channel else None
    accounts = dict.fromkeys((*to, *_accounts(said.get("channelId"))))
    addressed_to = tuple(account for account in accounts if account != author_id)
    written, changed = moment(said.get("publishedAt")), moment(said.get("updatedAt"))
    return Mention(
        space="youtube",
        native_id=id,
        kind="comment",
        url=f"{SITE}/watch?{urlencode({'v': video, 'lc': id})}" if video and id else None,
        text=text,
        author=word(said.get("authorDisplayName")),
        author_id=author_id,
        author_url=web_link(said.get("authorChannelUrl")),
        published_at=written,
        edited_at=changed if changed != written else None,
        parent_id=parent or video,
        thread_id=parent or id,
        likes=count(said.get("likeCount")),
        replies=replies,
        addressed_to=addressed_to,
        # A comment that is read again does not say whose video it is about.
        ref=urlencode({"on": video or "", "to": " ".join(addressed_to)}) if video or addressed_to else None,
    )


def _addressed(here: Mapping[str, str]) -> tuple[str, ...]:
    """Return the accounts that all comments of a page are addressed to."""
    return (*_accounts(here.get("channel")), *here.get("to", "").split())


def _to_answer(comment: Mention) -> tuple[str, ...]:
    """Return the accounts that a reply to a comment is addressed to."""
    return (*comment.addressed_to, *filter(None, (comment.author_id,)))


def _accounts(channel: object) -> tuple[str, ...]:
    """Return a channel as it stands in own_accounts; empty if there is none."""
    id = word(channel)
    return (f"youtube:{id}",) if id else ()
