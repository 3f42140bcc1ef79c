"""Posts and comments of a WordPress site, through its own interface or, where that is off, its feeds.

Documentation: https://developer.wordpress.org/rest-api/reference/posts/ and .../comments/
Limits: none of the software's own; 100 entries a page.
Terms: those of the site.

A site answers under /wp-json/, under ?rest_route= if its addresses are plain, or has switched both
off and shows its feeds alone. These ways are tried in turn; the one that works is kept in
`Page.resume` for `REMEMBERED`, and a cursor is a way and a page of it, such as "wp-json 2".

The bounds of a window are compared with the site's local time, which nobody tells: a day more is
asked for at both ends. Posts and comments count their ids apart, so ids here are "post:12" and
"comment:12", also where a feed tells them: in its ids and links. (Read as a `feed`, a site's entries
are others.) A comment says in its author's words who wrote it, as one in a feed does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby, islice
from typing import Any, ClassVar

from repwatch.dates import moment
from repwatch.errors import FetchError, ParseError, SourceError
from repwatch.model import Answer, Brand, Known, Mention, Page, Request, Reread, Revisit, Task
from repwatch.sources.common import (
    WebAddress,
    askable,
    count,
    entries,
    json_or_none,
    rows,
    search_terms,
    sifted,
    table,
    wall,
    web_link,
    word,
)
from repwatch.sources.feed import Feed
from repwatch.text import plain
from repwatch.urls import canonical, host

ENTRIES_ON_A_PAGE = {"posts": 50, "comments": 100}
"""Posts may be long, and an answer must not be larger than what is fetched."""
READ_AGAIN_AT_ONCE = 100
REMEMBERED = timedelta(days=30)
ZONES_DIFFER = timedelta(days=1)

_PAST_THE_END = "rest_post_invalid_page_number"
_OFF = (401, 403, 404, 410)
_FIELDS = {
    "posts": "id,date_gmt,modified_gmt,link,title,content,_links.author,_embedded.author",
    "comments": "id,post,parent,author,author_name,author_url,date_gmt,content,link",
}
_POST_OF_FEED = re.compile(r"[?&]p=([0-9]{1,18})(?:#|$)")
_COMMENT_OF_FEED = re.compile(r"#comment-([0-9]{1,18})$")
_KINDS = {"post": "posts", "comment": "comments"}


@dataclass(frozen=True, slots=True)
class WordPress:
    """Reads the newest posts and comments of one site; with `search`, the posts that it finds instead."""

    type: ClassVar[str] = "wordpress"
    reads: ClassVar[str] = "posts and comments of a WordPress site"
    login: ClassVar[str] = "none"
    terms: ClassVar[str] = "each site has its own"
    author_like: ClassVar[str] = "forum.example:Acme Service"
    pace_s: ClassVar[float] = 0.0
    version: ClassVar[int] = 1
    reread_for_s: ClassVar[float] = 7 * 86_400.0

    base_url: WebAddress
    search: bool = False

    @property
    def _base(self) -> str:
        return self.base_url.rstrip("/")

    @property
    def _space(self) -> str:
        return "wordpress:" + (canonical(self.base_url) or self.base_url).partition("://")[2].rstrip("/")

    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return "posts", or "posts:acme anvils" for each term; and "comments", which are read as a whole."""
        posts = [f"posts:{term}" for term in search_terms(brands)] if self.search else ["posts"]
        return (*posts, "comments")

    def request(self, task: Task) -> Request:
        """Return the request for one page of posts or comments, newest first."""
        what, _, term = task.query.partition(":")
        way, page = _position(task)
        if way == "feed":
            return self._feed_request(what, term, page)
        params = {
            "per_page": str(ENTRIES_ON_A_PAGE[what]),
            "page": str(page),
            "orderby": "date",
            "order": "desc",
            # Whole days, so that the address is the same all day long, and caches may answer.
            "after": f"{task.since - ZONES_DIFFER:%Y-%m-%d}T00:00:00",
            "before": f"{task.until + 2 * ZONES_DIFFER:%Y-%m-%d}T00:00:00",
        }
        return self._asking(what, way, params | ({"search": term} if term else {}))

    def parse(self, task: Task, answer: Answer) -> Page:
        """Return the posts or comments of a page, or where else they may be.

        Raises:
            ParseError: the answer is no list of them.
        """
        what = task.query.partition(":")[0]
        way, page = _position(task)
        if way == "feed":
            return self._feed_page(task, what, page, answer)
        if page == 1 and _is_markup(answer):
            return _elsewhere(way)
        found = entries(answer.json())
        read = [self._read(what, way, entry) if isinstance(entry, dict) else "no object" for entry in found]
        return sifted(
            read,
            cursors=(f"{way} {page + 1}",) if _goes_on(what, page, answer, found) else (),
            resume=None if way == "wp-json" else _remembered(task, way),
        )

    def explain(self, answer: Answer) -> SourceError | Page | None:
        """Return that a list is at its end, or where else to ask a site that has its interface off."""
        code = word(table(json_or_none(answer)).get("code"))
        if code == _PAST_THE_END:
            return Page()
        if "/wp-json/" in answer.url or "rest_route=" in answer.url:
            # A page that turns everybody away comes without a code, and is no interface that is off.
            if answer.status in _OFF and (code or answer.status != 403):
                return _elsewhere("rest_route" if code or "rest_route=" in answer.url else "wp-json")
        elif answer.status == 404 and "paged=" in answer.url:
            return Page()
        elif answer.status == 404:
            return FetchError(
                "not_found",
                f"there is neither WordPress's interface nor its feed: {answer.url}",
                status=answer.status,
                hint='give the address that the blog begins at, such as base_url = "https://acme.example/blog"',
            )
        return None

    # Edits and deletions

    def rereads(self, known: Sequence[Known]) -> Iterable[Reread]:
        """Yield a request for each hundred posts or comments; what came from a feed can't be asked for."""
        ours = sorted((one for one in askable(known, self._space) if one.ref != "feed"), key=_list_of)
        for (what, way), group in groupby(ours, key=_list_of):
            while some := tuple(islice(group, READ_AGAIN_AT_ONCE)):
                ids = ",".join(one.native_id.partition(":")[2] for one in some)
                params = {"per_page": str(READ_AGAIN_AT_ONCE), "include": ids}
                yield Reread(self._asking(what, way, params), some)

    def revisit(self, known: Sequence[Known], answer: Answer) -> Revisit:
        """Return the posts or comments as they are now; who deletes one leaves no trace of it.

        Raises:
            ParseError: the answer is no list of them.
        """
        what, way = _list_of(known[0])
        read = [self._read(what, way, entry) for entry in rows(entries(answer.json()))]
        mentions = tuple(each for each in read if isinstance(each, Mention))
        shown = {mention.native_id for mention in mentions}
        return Revisit(
            mentions=mentions, missing=tuple(one.id for one in known if one.native_id not in shown)
        )

    # Threads

    def thread(self, known: Known) -> Request | None:
        """Return the request for the comments on a post, or for those that answer a comment."""
        if not askable([known], self._space) or known.ref == "feed":
            return None
        kind, _, id = known.native_id.partition(":")
        params = {"per_page": str(ENTRIES_ON_A_PAGE["comments"]), "post" if kind == "post" else "parent": id}
        return self._asking("comments", _list_of(known)[1], params)

    def replies(self, known: Known, answer: Answer) -> Page:
        """Return the comments.

        Raises:
            ParseError: the answer is no list of them.
        """
        read = [self._read("comments", _list_of(known)[1], each) for each in rows(entries(answer.json()))]
        return sifted(read)

    # The interface

    def _asking(self, what: str, way: str, params: Mapping[str, str]) -> Request:
        more = {"_fields": _FIELDS[what]} | ({"_embed": "author"} if what == "posts" else {})
        path = f"/?rest_route=/wp/v2/{what}" if way == "rest_route" else f"/wp-json/wp/v2/{what}"
        return Request("GET", self._base + path, tuple({**params, **more}.items()))

    def _read(self, what: str, way: str, entry: Mapping[str, Any]) -> Mention | str:
        """Return what a post or comment says, or why it can't be used."""
        id, post, parent = (word(entry.get(name)) for name in ("id", "post", "parent"))
        kind = "post" if what == "posts" else "comment"
        title, text = _rendered(entry.get("title")), _rendered(entry.get("content"))
        if not (title or text):
            return "no text"
        author, author_url = _author(entry)
        guest = kind == "comment" and count(entry.get("author")) == 0  # who may call themselves anything
        published_at, edited_at = moment(entry.get("date_gmt")), moment(entry.get("modified_gmt"))
        above = f"comment:{parent}" if parent not in (None, "0") else post and f"post:{post}"
        return Mention(
            space=self._space,
            native_id=id and f"{kind}:{id}",
            kind="article" if kind == "post" else "comment",
            url=web_link(entry.get("link")),
            title=title,
            text=text,
            author=author,
            author_id=f"{host(self.base_url)}:{author}" if author and not guest else None,
            author_url=author_url,
            published_at=published_at,
            edited_at=edited_at if published_at and edited_at and edited_at > published_at else None,
            parent_id=above if kind == "comment" else None,
            thread_id=f"post:{post}" if kind == "comment" and post else None,
            ref=way,
        )

    # The feeds

    def _feed_request(self, what: str, term: str, page: int) -> Request:
        url = f"{self._base}/" if term else self._feed_url(what)
        params = [("s", term), ("feed", "rss2")] if term else []
        return Request("GET", url, (*params, *([("paged", str(page))] if page > 1 else [])))

    def _feed_url(self, what: str) -> str:
        return f"{self._base}/feed/" if what == "posts" else f"{self._base}/comments/feed/"

    def _feed_page(self, task: Task, what: str, page: int, answer: Answer) -> Page:
        url = self._feed_url(what)
        try:
            # With a cursor, a feed is not looked for in a web page.
            found = Feed(url).parse(replace(task, query="", cursor=url, resume=None), answer)
        except ParseError as error:
            raise wall(answer) or error from error
        return replace(
            found,
            mentions=tuple(self._of_feed(what, each) for each in found.mentions),
            cursors=(f"feed {page + 1}",) if found.mentions else (),
            resume=_remembered(task, "feed"),
        )

    def _of_feed(self, what: str, entry: Mention) -> Mention:
        """Return an entry of a feed under the id that the interface has for it, as far as the feed tells.

        An id of a post is that of another site if the site was moved from there.
        """
        guid = entry.native_id or ""
        post = _POST_OF_FEED.search(guid) if _bare_host(guid) == _bare_host(self.base_url) else None
        thread = post and f"post:{post[1]}"
        if what == "posts":
            return replace(entry, space=self._space, native_id=thread, ref="feed") if post else entry
        comment = _COMMENT_OF_FEED.search(entry.url or "")
        entry = replace(entry, kind="comment")
        if comment is None:
            return entry
        id = f"comment:{comment[1]}"
        return replace(entry, space=self._space, native_id=id, thread_id=thread, ref="feed")


# Ways


def _position(task: Task) -> tuple[str, int]:
    """Return the way to ask, and the page."""
    if task.cursor is not None:
        way, _, page = task.cursor.partition(" ")
        return way, int(page)
    way, until = _kept(task)
    return (way, 1) if until is not None and task.until < until else ("wp-json", 1)


def _kept(task: Task) -> tuple[str, datetime | None]:
    """Return the way that worked last time, and when the first one is to be tried again."""
    way, _, until = (task.resume or "").partition(" ")
    return way, moment(until)


def _remembered(task: Task, way: str) -> str:
    """Return the way for the next window; a site may switch its interface on again."""
    kept, until = _kept(task)
    if kept != way or until is None or task.until >= until:
        until = task.until + REMEMBERED
    return f"{way} {until:%Y-%m-%d}"


def _elsewhere(way: str) -> Page:
    following = "rest_route" if way == "wp-json" else "feed"
    return Page(cursors=(f"{following} 1",), discovered=True)


def _list_of(known: Known) -> tuple[str, str]:
    """Return the list that a stored mention stands in, and the way to it."""
    return _KINDS.get(known.native_id.partition(":")[0], "comments"), known.ref or "wp-json"


def _goes_on(what: str, page: int, answer: Answer, found: Sequence[Any]) -> bool:
    """Tell whether there is another page; without the headers that say so, a full one has a follower."""
    pages, links = count(answer.headers.get("x-wp-totalpages")), answer.headers.get("link", "")
    if pages is not None or 'rel="next"' in links:
        return 'rel="next"' in links or page < (pages or 0)
    return len(found) >= ENTRIES_ON_A_PAGE[what]


def _is_markup(answer: Answer) -> bool:
    return answer.body[:200].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


# Entries


def _bare_host(url: str) -> str:
    return host(url).removeprefix("www.")


def _rendered(value: Any) -> str:
    return plain(word(table(value).get("rendered")) or "")


def _author(entry: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return who wrote a comment, in their own words, or a post, as far as the site shows it."""
    if "author_name" in entry:
        return plain(word(entry.get("author_name")) or "") or None, web_link(entry.get("author_url"))
    people = rows(table(entry.get("_embedded")).get("author"))
    person = people[0] if people else {}
    return plain(word(person.get("name")) or "") or None, web_link(person.get("link"))
