"""Issues, pull requests and discussions on GitHub that name a brand, and comments on them.

Documentation: https://docs.github.com/en/rest/search/search#search-issues-and-pull-requests and
https://docs.github.com/en/graphql/reference/queries#search
Limits: 10 searches a minute for an address, 30 with a token; other requests 60 and 5,000 an hour. A
search shows its newest 1,000 hits.
Terms: what is public may be read by programs at a moderate rate; texts are their authors'.

An issue is also found by its comments. If it does not have the term itself, one of them has: the
comments on such issues are read, `LOOKS` from each page of hits, if there is a token.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from repwatch.dates import moment
from repwatch.errors import FetchError, ParseError
from repwatch.model import Answer, Brand, Known, Mention, Page, Request, Reread, Revisit, Secret, Task
from repwatch.sources.common import (
    WebAddress,
    askable,
    count,
    entries,
    first_word,
    json_or_none,
    remark,
    rows,
    search_terms,
    sifted,
    table,
    web_link,
    word,
)
from repwatch.sources.markdown import plain_markdown

HITS_ON_A_PAGE = 100
MOST_PAGES = 10
LOOKS = 15
DISCUSSIONS_ON_A_PAGE = 25
COMMENTS_OF_A_DISCUSSION = 50
TOKENS = "https://github.com/settings/tokens"

_SIZE = ("per_page", str(HITS_ON_A_PAGE))
_WHERE = "in:title,body,comments"
_KIND = {"issues": f"is:issue {_WHERE}", "pulls": f"is:pull-request {_WHERE}", "discussions": _WHERE}
_API_PATH = re.compile(r"repos/[\w.-]{1,100}/[\w.-]{1,100}/issues/(comments/)?[0-9]{1,18}\Z", re.ASCII)
_LIMITED = re.compile(r"rate limit|abuse detection", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w/.@-])@([a-z0-9](?:[a-z0-9-]{0,38}))(?![\w@])", re.IGNORECASE | re.ASCII)

_AUTHOR = "author { __typename login url }"
_POST = f"id url body createdAt lastEditedAt {_AUTHOR}"
_DISCUSSIONS = f"""
query ($q: String!, $after: String) {{
  search(type: DISCUSSION, query: $q, first: {DISCUSSIONS_ON_A_PAGE}, after: $after) {{
    pageInfo {{ hasNextPage endCursor }}
    nodes {{
      ... on Discussion {{
        {_POST} title upvoteCount
        comments(last: {COMMENTS_OF_A_DISCUSSION}) {{ totalCount nodes {{ {_POST} upvoteCount }} }}
      }}
    }}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class GitHub:
    """Searches all that is public, or only `repositories`; what belongs to `exclude_orgs` is left out.

    Discussions are searched with a token only, and so are, unless `comments` says otherwise, the
    comments on issues that name a brand nowhere else.
    """

    type: ClassVar[str] = "github"
    reads: ClassVar[str] = "issues and pull requests that name a brand; with a token, discussions"
    login: ClassVar[str] = "none; discussions, comments: a token without any scope"
    terms: ClassVar[str] = "moderate rates; the texts are their authors'"
    author_like: ClassVar[str] = "github:acme"
    version: ClassVar[int] = 1
    reread_for_s: ClassVar[float] = 14 * 24 * 3600.0

    base_url: WebAddress = "https://api.github.com"
    token: Secret | None = None
    repositories: tuple[str, ...] = ()
    exclude_orgs: tuple[str, ...] = ()
    pull_requests: bool = True
    discussions: bool = True
    comments: bool | None = None

    @property
    def pace_s(self) -> float:
        """Ten searches a minute, or thirty with a token."""
        return 6.0 if self.token is None else 2.0

    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return "issues:acme anvils" for each term and own domain; "pulls:" and "discussions:" likewise."""
        ways = ["issues"]
        ways += ["pulls"] if self.pull_requests else []
        ways += ["discussions"] if self.discussions and self.token is not None else []
        return tuple(f"{way}:{term}" for way in ways for term in search_terms(brands, domains=True))

    def request(self, task: Task) -> Request:
        """Return the request for one page of hits, or of the comments on an issue."""
        way, _, term = task.query.partition(":")
        if task.cursor is not None and task.cursor.startswith("comments "):
            _, path, _, comments_page = task.cursor.split(" ")
            since = ("since", f"{task.since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
            return self._get(f"{path}/comments", since, _SIZE, ("page", comments_page))
        if way == "discussions":
            variables = {"q": self._query(way, term, task), "after": task.cursor}
            body = json.dumps({"query": _DISCUSSIONS, "variables": variables}).encode()
            url = f"{self.base_url.rstrip('/')}/graphql"
            return Request("POST", url, (), (("Content-Type", "application/json"), *self._headers), body)
        page, until = _position(task)
        return self._get(
            "search/issues",
            ("q", self._query(way, term, task, until)),
            ("sort", "created"),
            ("order", "desc"),
            _SIZE,
            ("page", str(page)),
        )

    def _query(self, way: str, term: str, task: Task, until: str = "") -> str:
        since = f"{task.since:%Y-%m-%d}"
        created = f"created:{since}..{until}" if until else f"created:>={since}"
        places = (*(f"repo:{name}" for name in self.repositories), *(f"-org:{n}" for n in self.exclude_orgs))
        return " ".join((f'"{term}"', _KIND[way], created, *places))

    def parse(self, task: Task, answer: Answer) -> Page:
        """Return the issues, discussions or comments in an answer.

        Raises:
            ParseError: the answer has no list of them.
        """
        way, _, term = task.query.partition(":")
        body = answer.json()
        if task.cursor is not None and task.cursor.startswith("comments "):
            _, path, issue, page = task.cursor.split(" ")
            found = entries(body)
            more = len(found) >= HITS_ON_A_PAGE
            return _page(found, issue, cursors=(f"comments {path} {issue} {int(page) + 1}",) if more else ())
        if way == "discussions":
            return _discussions(body)
        hits = entries(body, "items")
        looks = self.comments is True or (self.comments is None and self.token is not None)
        return _page(
            hits,
            cursors=_following(task, body, rows(hits)),
            branches=tuple(_to_comments(rows(hits), term)) if looks else (),
            damaged=bool(hits) and table(body).get("incomplete_results") is True,
        )

    def explain(self, answer: Answer) -> FetchError | Page | None:
        """Tell limits, refused tokens and refused queries apart."""
        body = json_or_none(answer)
        errors = (error.get("message") for error in rows(table(body).get("errors")))
        said = first_word((*errors, remark(body)))
        if answer.status in (403, 429) and said and _LIMITED.search(said):
            hint = None if self.token else f"a token allows more requests: {TOKENS}"
            return FetchError("rate_limited", said, hint=hint)
        if answer.status == 401:
            hint = f"make a new token: {TOKENS}"
            return FetchError("login", f"the token was refused{f': {said}' if said else ''}", hint=hint)
        if answer.status == 422:
            hint = "see whether repositories and exclude_orgs exist, and the token may read them"
            return FetchError("http", said or "the search was refused", hint=hint)
        if answer.status == 403 and said:
            hint = "see what the token may read" if self.token else None
            return FetchError("forbidden", said, hint=hint)
        lost = answer.status in (404, 410) and urlsplit(answer.url).path.endswith("/comments")
        return Page() if lost else None

    def rereads(self, known: Sequence[Known]) -> Iterator[Reread]:
        """Yield a request for each issue, pull request and comment."""
        for one in askable(known, "github"):
            path, _ = _reference(one)
            if path:
                yield Reread(self._get(path), (one,))

    def revisit(self, known: Sequence[Known], answer: Answer) -> Revisit:
        """Return an issue or a comment as it is now, or that another one stands in its place.

        Raises:
            ParseError: the answer is neither.
        """
        entry = table(answer.json())
        if count(entry.get("id")) is None:
            raise ParseError(f"the answer is no issue: {remark(entry) or 'it has no id'}")
        mentions = _page([entry], _reference(known[0])[1]).mentions
        # An issue that was moved to another repository is another one from then on.
        there = any(mention.native_id == known[0].native_id for mention in mentions)
        return Revisit(mentions=mentions, missing=() if there else (known[0].id,))

    def thread(self, known: Known) -> Request | None:
        """Return the request for the comments on an issue or a pull request."""
        path, _ = _reference(known)
        is_issue = path and "/comments/" not in path and askable([known], "github")
        return self._get(f"{path}/comments", _SIZE) if is_issue else None

    def replies(self, known: Known, answer: Answer) -> Page:
        """Return the comments on an issue or a pull request.

        Raises:
            ParseError: the answer is no list.
        """
        return _page(entries(answer.json()), known.native_id)

    def _get(self, path: str, *params: tuple[str, str]) -> Request:
        return Request("GET", f"{self.base_url.rstrip('/')}/{path}", params, self._headers)

    @property
    def _headers(self) -> tuple[tuple[str, str], ...]:
        login = (("Authorization", Secret(f"Bearer {self.token}")),) if self.token else ()
        return (("Accept", "application/vnd.github+json"), *login)


# Paging


def _position(task: Task) -> tuple[int, str]:
    """Return the page of hits, and when the newest of them was written if not in the present."""
    page, _, until = (task.cursor or "1").partition(" ")
    return int(page), until


def _following(task: Task, body: object, hits: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the next page, or, where a search shows no more, the hits up to the oldest one."""
    page, until = _position(task)
    shown, there = (page - 1) * HITS_ON_A_PAGE + len(hits), count(table(body).get("total_count"))
    if not hits or (len(hits) < HITS_ON_A_PAGE if there is None else shown >= there):
        return ()
    if page < MOST_PAGES:
        return (f"{page + 1} {until}".rstrip(),)
    times = [at for hit in hits if (at := moment(hit.get("created_at"))) is not None]
    return (f"1 {min(times):%Y-%m-%dT%H:%M:%SZ}",) if times else ()


def _to_comments(hits: Sequence[Mapping[str, Any]], term: str) -> list[str]:
    """Return where the comments are on issues that were found by nothing else."""
    looks = []
    for hit in hits:
        named = f"{word(hit.get('title'))}\n{word(hit.get('body'))}".casefold()
        path, id = _path(hit), word(hit.get("id"))
        if path and id and count(hit.get("comments")) and term.casefold() not in named:
            looks.append(f"comments {path} {id} 1")
    return looks[:LOOKS]


def _path(entry: Mapping[str, Any]) -> str | None:
    """Return where the API has an issue or a comment."""
    found = _API_PATH.search(word(entry.get("url")) or "")
    return found[0] if found else None


def _reference(known: Known) -> tuple[str, str | None]:
    """Return where the API has a stored mention, and the issue that it is a comment on."""
    path, _, issue = (known.ref or "").partition(" ")
    return path, issue or None


# Issues and comments


def _page(hits: Sequence[Any], issue: str | None = None, **more: Any) -> Page:
    read = [_mention(hit, issue) if isinstance(hit, dict) else "no object" for hit in hits]
    return sifted(
        read,
        **more,
    )


def _mention(entry: Mapping[str, Any], issue: str | None) -> Mention | str:
    """Return what an issue, a pull request or a comment on one says, or why it can't be used."""
    title = word(entry.get("title")) or ""
    text = plain_markdown(word(entry.get("body")) or "")
    if not (title or text):
        return "no text"
    id, comments = word(entry.get("id")), "title" not in entry
    path = _path(entry)
    return Mention(
        space="github",
        # Issues and comments are numbered each for themselves.
        native_id=f"issuecomment-{id}" if id and comments else id,
        kind="comment" if comments else "post",
        url=web_link(entry.get("html_url")),
        title=title,
        text=text,
        **_author(table(entry.get("user")), "html_url", "type"),
        published_at=moment(entry.get("created_at")),
        edited_at=_edited(entry) if comments else None,
        parent_id=issue if comments else None,
        thread_id=issue if comments else None,
        likes=count(table(entry.get("reactions")).get("+1")),
        replies=None if comments else count(entry.get("comments")),
        addressed_to=_addressed(text),
        ref=f"{path} {issue}" if path and comments and issue else path,
    )


def _edited(comment: Mapping[str, Any]) -> datetime | None:
    """Return when a comment was changed; that an issue was updated may mean that it was answered."""
    written_at, updated_at = moment(comment.get("created_at")), moment(comment.get("updated_at"))
    return updated_at if updated_at != written_at else None


def _author(user: Mapping[str, Any], address: str, kind: str) -> dict[str, Any]:
    """Return who wrote something; of people who left GitHub nothing is said."""
    login, sort = word(user.get("login")), word(user.get(kind))
    return {
        "author": login,
        "author_id": f"github:{login}" if login else None,
        "author_url": web_link(user.get(address)),
        "author_is_bot": sort == "Bot" if sort else None,
    }


def _addressed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"github:{name}" for name in _HANDLE.findall(text)))


# Discussions


def _discussions(body: object) -> Page:
    """Return the discussions of a page, and the comments that came with them."""
    error = next(iter(rows(table(body).get("errors"))), {})
    if error.get("type") == "RATE_LIMITED":
        raise ParseError(remark(body) or "too many requests", reason="rate_limited")
    read: list[Mention | str] = []
    for node in entries(body, "data", "search", "nodes"):
        read.append(_node(node, None))
        if isinstance(node, dict):
            comments = table(node.get("comments")).get("nodes")
            read += [_node(each, word(node.get("id"))) for each in rows(comments)]
    about = table(table(table(table(body).get("data")).get("search")).get("pageInfo"))
    following = word(about.get("endCursor")) if about.get("hasNextPage") is True else None
    return sifted(
        read,
        cursors=(following,) if following else (),
    )


def _node(node: object, discussion: str | None) -> Mention | str:
    """Return what a discussion or a comment in one says, or why it can't be used."""
    if not isinstance(node, dict):
        return "no object"
    title = word(node.get("title")) or ""
    text = plain_markdown(word(node.get("body")) or "")
    if not (title or text):
        return "no text"
    return Mention(
        space="github",
        native_id=word(node.get("id")),
        kind="comment" if discussion else "post",
        url=web_link(node.get("url")),
        title=title,
        text=text,
        **_author(table(node.get("author")), "url", "__typename"),
        published_at=moment(node.get("createdAt")),
        edited_at=moment(node.get("lastEditedAt")),
        parent_id=discussion,
        thread_id=discussion,
        likes=count(node.get("upvoteCount")),
        replies=count(table(node.get("comments")).get("totalCount")),
        addressed_to=_addressed(text),
    )
