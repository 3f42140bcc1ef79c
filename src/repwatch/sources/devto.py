"""Articles with a tag on dev.to, or on another site that runs Forem, and the comments on them.

Documentation: https://developers.forem.com/api/v1
Limits: 30 requests in 30 seconds; no login.
Terms: https://dev.to/terms; articles and comments are their authors'.

There is no search, so articles are found by their tags, the most popular ones first, so that new ones
may stand on any page; the list has their description, not their text. The comments are read of those
articles of a page that were commented on last.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from repwatch.dates import moment
from repwatch.model import Answer, Brand, Known, Mention, Page, Request, Task
from repwatch.sources.common import (
    WebAddress,
    askable,
    count,
    entries,
    first_word,
    search_terms,
    sifted,
    table,
    web_link,
    word,
)
from repwatch.text import plain
from repwatch.urls import host

ARTICLES_ON_A_PAGE = 100
MOST_PAGES = 10
"""Pages of a tag that are read in search of what is new."""
COMMENTS_ON_A_PAGE = 50
"""Comments on the article itself; what answers them comes along."""
MOST_DISCUSSIONS = 15
"""Articles of a page whose comments are read."""


@dataclass(frozen=True, slots=True)
class DevTo:
    """Reads tags; without `tags`, the brands' terms are taken as tags: "acme anvils" is acmeanvils."""

    type: ClassVar[str] = "devto"
    reads: ClassVar[str] = "articles with a tag, and their comments"
    login: ClassVar[str] = "none"
    terms: ClassVar[str] = "the texts are their authors'"
    author_like: ClassVar[str] = "devto:acme"
    pace_s: ClassVar[float] = 1.0
    version: ClassVar[int] = 1

    tags: tuple[str, ...] = ()
    base_url: WebAddress = "https://dev.to"

    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return "tag:acmeanvils" for each tag."""
        return tuple(f"tag:{tag}" for tag in _tags(self.tags or search_terms(brands, weak=False)))

    def request(self, task: Task) -> Request:
        """Return the request for one page of a tag's articles, or of an article's comments."""
        article, page = _position(task)
        if article is not None:
            return self._comments(article, page)
        tag = task.query.removeprefix("tag:")
        params = (("tag", tag), ("per_page", str(ARTICLES_ON_A_PAGE)), ("page", str(page)))
        return Request("GET", f"{self.base_url.rstrip('/')}/api/articles", params)

    def _comments(self, article: str, page: int) -> Request:
        params = (("a_id", article), ("per_page", str(COMMENTS_ON_A_PAGE)), ("page", str(page)))
        return Request("GET", f"{self.base_url.rstrip('/')}/api/comments", params)

    def parse(self, task: Task, answer: Answer) -> Page:
        """Return the articles of a page, or the comments on one.

        Raises:
            ParseError: the answer is no list.
        """
        found = entries(answer.json())
        article, page = _position(task)
        if article is not None:
            full = len(found) >= COMMENTS_ON_A_PAGE
            return self._discussion(article, found, (f"{article}:{page + 1}",) if full else ())
        read = [self._article(each) for each in found]
        return sifted(
            read,
            cursors=(f":{page + 1}",) if found and page < MOST_PAGES else (),
            unordered=True,
            branches=tuple(f"{id}:1" for id in _discussed(found, task.since)),
        )

    def explain(self, answer: Answer) -> Page | None:
        """Say that it is no failure if an article has gone before its comments were read."""
        gone = answer.status == 404 and urlsplit(answer.url).path.endswith("/api/comments")
        return Page() if gone else None

    def thread(self, known: Known) -> Request | None:
        """Return the request for the comments on an article."""
        ours = askable([known], self._space) and known.kind == "article"
        return self._comments(known.native_id, 1) if ours else None

    def replies(self, known: Known, answer: Answer) -> Page:
        """Return the comments on an article, and what answers them.

        Raises:
            ParseError: the answer is no list.
        """
        return self._discussion(known.native_id, entries(answer.json()))

    def _discussion(self, article: str, comments: list[Any], cursors: tuple[str, ...] = ()) -> Page:
        read = [self._comment(each, parent, article) for each, parent in _nested(comments, article)]
        return sifted(read, cursors=cursors, unordered=True)

    def _article(self, article: object) -> Mention | str:
        """Return what the list says about an article, or why it can't be used."""
        if not isinstance(article, dict):
            return "no object"
        title, description = (plain(word(article.get(name)) or "") for name in ("title", "description"))
        if not (title or description):
            return "no text"
        tags = article.get("tag_list")
        labels = " ".join(f"#{tag}" for tag in map(word, tags if isinstance(tags, list) else ()) if tag)
        name, account = self._author(article)
        return Mention(
            space=self._space,
            native_id=word(article.get("id")),
            kind="article",
            url=web_link(article.get("url")),
            title=title,
            text="\n".join(filter(None, (description, labels))),
            author=name,
            author_id=f"devto:{account}" if account else None,
            author_url=self._address(account),
            published_at=moment(article.get("published_at")),
            edited_at=moment(article.get("edited_at")),
            lang=word(article.get("language")),
            likes=count(article.get("public_reactions_count")),
            replies=count(article.get("comments_count")),
        )

    def _comment(self, comment: object, parent: str | None, article: str) -> Mention | str:
        if not isinstance(comment, dict):
            return "no object"
        if comment.get("user") == {}:
            return "deleted, or hidden by the article's author"
        text = plain(word(comment.get("body_html")) or "")
        if not text:
            return "no text"
        id, (name, account) = word(comment.get("id_code")), self._author(comment)
        return Mention(
            space=self._space,
            native_id=_comment_id(comment),
            kind="comment",
            url=self._address(account, "comment", id) if id else None,
            text=text,
            author=name,
            author_id=f"devto:{account}" if account else None,
            author_url=self._address(account),
            published_at=moment(comment.get("created_at")),
            parent_id=parent,
            thread_id=article,
        )

    @property
    def _space(self) -> str:
        return f"devto:{host(self.base_url)}"

    def _author(self, entry: Mapping[str, Any]) -> tuple[str | None, str | None]:
        """Return the name of who wrote something, and the account."""
        user = table(entry.get("user"))
        return first_word((user.get("name"), user.get("username"))), word(user.get("username"))

    def _address(self, *parts: str | None) -> str | None:
        """Return the address of an account, or of something of its own; None if there is no account."""
        path = [quote(part, safe="") for part in parts if part]
        return "/".join((self.base_url.rstrip("/"), *path)) if parts[0] else None


def _tags(names: Iterable[str]) -> tuple[str, ...]:
    """Return names as tags, each once: nothing but letters and digits."""
    tags = (re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", name)).casefold() for name in names)
    return tuple(dict.fromkeys(filter(None, tags)))


def _position(task: Task) -> tuple[str | None, int]:
    """Return the article whose comments are read, None for the list of articles, and the page."""
    article, _, page = (task.cursor or ":1").rpartition(":")
    return article or None, int(page)


def _discussed(articles: Sequence[object], since: datetime) -> list[str]:
    """Return the ids of the articles that were commented on last, as far as there is anything new."""
    commented = [
        (moment(article.get("last_comment_at")), id)
        for article in articles
        if isinstance(article, dict)
        and count(article.get("comments_count"))
        and (id := word(article.get("id")))
    ]
    lively = [(at or since, id) for at, id in commented if at is None or at >= since]
    return [id for _, id in sorted(lively, key=lambda each: each[0], reverse=True)[:MOST_DISCUSSIONS]]


def _comment_id(comment: Mapping[str, Any]) -> str | None:
    """Return a comment's id as its address has it: by itself it may look like that of an article."""
    id = word(comment.get("id_code"))
    return f"comment/{id}" if id else None


def _nested(comments: list[Any], article: str) -> Iterator[tuple[Any, str | None]]:
    """Yield every comment in the order of the page, and what it answers. Nesting costs no stack."""
    waiting: list[tuple[Any, str | None]] = [(each, article) for each in reversed(comments)]
    while waiting:
        comment, parent = waiting.pop()
        yield comment, parent
        children = table(comment).get("children")
        if isinstance(children, list):
            waiting.extend((each, _comment_id(comment)) for each in reversed(children))
