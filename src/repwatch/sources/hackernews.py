"""Stories and comments of Hacker News, through Algolia's search by date.

Documentation: https://hn.algolia.com/api and https://github.com/HackerNews/API
Limits: no login; about 10,000 requests an hour for an address, far more than the general gap
between two requests allows. A query shows its newest 1,000 hits at most.
Terms: none are stated for the API; the posts are public, and their authors'.

The search keeps what was deleted, so single items are read again where the site itself keeps them.
It says which story a comment belongs to and they don't: `Mention.ref` remembers it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote

from repwatch.dates import moment
from repwatch.errors import ParseError
from repwatch.model import Answer, Brand, Known, Mention, Page, Request, Reread, Revisit, Task
from repwatch.sources.common import (
    WebAddress,
    askable,
    balance,
    beneath,
    count,
    entries,
    rows,
    search_terms,
    sifted,
    table,
    web_link,
    word,
)
from repwatch.text import plain

HITS_ON_A_PAGE = 100
MOST_HITS = 1_000
"""How deep a query can be paged, whatever number of hits it reports."""
SITE = "https://news.ycombinator.com"
SEARCHED = "title,url,story_text,comment_text"


@dataclass(frozen=True, slots=True)
class HackerNews:
    """Searches for the terms, weak terms and own domains of the brands."""

    type: ClassVar[str] = "hackernews"
    reads: ClassVar[str] = "stories and comments that name a brand"
    login: ClassVar[str] = "none"
    terms: ClassVar[str] = "none stated; the posts are public"
    author_like: ClassVar[str] = "hn:acme"
    pace_s: ClassVar[float] = 0.0
    version: ClassVar[int] = 1
    reread_for_s: ClassVar[float] = 3 * 86_400.0

    base_url: WebAddress = "https://hn.algolia.com"
    items_url: WebAddress = "https://hacker-news.firebaseio.com"

    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return each term, weak term and own domain once."""
        return search_terms(brands, domains=True)

    def request(self, task: Task) -> Request:
        """Return the request for one page of hits, newest first."""
        until_s, page = _position(task)
        params = {
            "query": f'"{task.query}"',
            "tags": "(story,comment,poll)",
            "numericFilters": f"created_at_i>={math.floor(task.since.timestamp())},created_at_i<{until_s}",
            "hitsPerPage": str(HITS_ON_A_PAGE),
            "page": str(page),
            # Without these, "acme" also finds "acmeist" and "acne".
            "typoTolerance": "false",
            "queryType": "prefixNone",
            "advancedSyntax": "true",
            "restrictSearchableAttributes": SEARCHED,
        }
        return self._search(params)

    def parse(self, task: Task, answer: Answer) -> Page:
        """Return the stories and comments among the hits.

        Raises:
            ParseError: the answer has no list of hits.
        """
        body = answer.json()
        hits = entries(body, "hits")
        return replace(_read(hits), cursors=_following(task, body, rows(hits)))

    def rereads(self, known: Sequence[Known]) -> Iterator[Reread]:
        """Yield a request for each item: the site hands them out one by one."""
        for one in askable(known, "hackernews"):
            id = quote(one.native_id, safe="")
            yield Reread(Request("GET", f"{self.items_url.rstrip('/')}/v0/item/{id}.json"), (one,))

    def revisit(self, known: Sequence[Known], answer: Answer) -> Revisit:
        """Return an item as it is now; it is gone when it was deleted, taken down or never was.

        Raises:
            ParseError: the answer is no item.
        """
        item = answer.json()
        if item is None or (isinstance(item, dict) and True in (item.get("deleted"), item.get("dead"))):
            return Revisit(gone=tuple(one.id for one in known))
        asked = {one.native_id: one for one in known}
        one = asked.get(word(table(item).get("id")) or "")
        if one is None:
            raise ParseError("the answer is not the item that was asked for")
        read = _mention(_as_hit(item, one))
        return Revisit(mentions=(read,) if isinstance(read, Mention) else ())

    def thread(self, known: Known) -> Request | None:
        """Return the request for the newest comments on a story, or on the story of a comment."""
        story = known.native_id if known.kind == "post" else known.ref
        params = {"query": "", "tags": f"comment,story_{story}", "hitsPerPage": str(MOST_HITS)}
        return self._search(params) if story and askable([known], "hackernews") else None

    def replies(self, known: Known, answer: Answer) -> Page:
        """Return the comments among the hits that stand under a story or comment.

        Raises:
            ParseError: the answer has no list of hits.
        """
        page = _read(entries(answer.json(), "hits"))
        return replace(page, mentions=tuple(beneath(known.native_id, page.mentions)))

    def _search(self, params: Mapping[str, str]) -> Request:
        url = f"{self.base_url.rstrip('/')}/api/v1/search_by_date"
        return Request("GET", url, tuple(params.items()))


def _position(task: Task) -> tuple[int, int]:
    """Return the second before which the hits lie, and the page among them."""
    if task.cursor is None:
        return math.ceil(task.until.timestamp()), 0
    until_s, _, page = task.cursor.partition(":")
    return int(until_s), int(page)


def _following(task: Task, body: Mapping[str, Any], hits: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the next page, or, where paging ends before the hits do, a window that ends earlier."""
    if not hits:
        return ()
    until_s, page = _position(task)
    pages, on_a_page = count(body.get("nbPages")), count(body.get("hitsPerPage")) or HITS_ON_A_PAGE
    if page + 1 < pages if pages is not None else len(hits) >= on_a_page:
        return (f"{until_s}:{page + 1}",)
    shown = page * on_a_page + len(hits)
    if (count(body.get("nbHits")) or 0) <= shown < MOST_HITS:
        return ()
    times = [at for at in map(_created_at, hits) if at is not None]
    if not times:
        return ()
    # The second of the oldest hit may have more of them, unless it filled the window by itself.
    oldest_s = math.floor(min(times).timestamp())
    return (f"{min(oldest_s + 1, until_s - 1)}:0",)


def _created_at(hit: Mapping[str, Any]) -> datetime | None:
    return moment(hit.get("created_at_i")) or moment(hit.get("created_at"))


def _read(hits: Sequence[Any]) -> Page:
    return sifted(_mention(hit) if isinstance(hit, dict) else "no object" for hit in hits)


def _as_hit(item: Mapping[str, Any], known: Known) -> Mapping[str, Any]:
    """Return an item of the site in the words of the search."""
    is_comment = known.kind == "comment"
    return {
        "objectID": item.get("id"),
        "_tags": ["comment" if is_comment else "story"],
        "title": item.get("title"),
        "url": item.get("url"),
        "comment_text" if is_comment else "story_text": item.get("text"),
        "author": item.get("by"),
        "created_at_i": item.get("time"),
        "parent_id": item.get("parent"),
        "story_id": known.ref if is_comment else item.get("id"),
        "children": item.get("kids"),
        "num_comments": item.get("descendants"),
        "points": item.get("score"),
    }


def _mention(hit: Mapping[str, Any]) -> Mention | str:
    """Return what a hit says, or why it can't be used."""
    labels = hit.get("_tags")
    tags = [tag for tag in labels if isinstance(tag, str)] if isinstance(labels, list) else []
    id = word(hit.get("objectID"))
    parent = word(hit.get("parent_id"))
    is_comment = "comment" in tags or (parent is not None and "story" not in tags)
    body = plain(word(hit.get("comment_text")) or word(hit.get("story_text")) or "")
    # A story may name a brand by nothing but the address that it leads to.
    link = None if is_comment else web_link(hit.get("url"))
    title = plain(word(hit.get("title")) or "")
    if not (title or body or link):
        return "no text"
    author = word(hit.get("author"))
    story = word(hit.get("story_id")) or _story_in(tags)
    children = hit.get("children")
    return Mention(
        space="hackernews",
        native_id=id,
        kind="comment" if is_comment else "post",
        url=f"{SITE}/item?id={quote(id, safe='')}" if id else None,
        title=title,
        text="\n".join(filter(None, (body, link))),
        author=author,
        author_id=f"hn:{author}" if author else None,
        author_url=f"{SITE}/user?id={quote(author, safe='')}" if author else None,
        published_at=_created_at(hit),
        parent_id=parent,
        thread_id=story,
        replies=len(children)
        if is_comment and isinstance(children, list)
        else count(hit.get("num_comments")),
        score=balance(hit.get("points")),
        ref=story if is_comment else None,
    )


def _story_in(tags: Sequence[str]) -> str | None:
    """Return the story that an answer of the older shape names only among its tags."""
    return next((tag[6:] for tag in tags if tag.startswith("story_") and tag[6:].isdigit()), None)
