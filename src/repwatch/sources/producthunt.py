"""Comments on launches at Product Hunt.

Documentation: https://api.producthunt.com/v2/docs
Limits: 6,250 points in 15 minutes; a page costs some hundreds, and each answer says what is left.
Terms: no commercial use without Product Hunt's consent (hello@producthunt.com).

There is no search, so the launches are named. Each comment brings its newest replies along. Who
wrote them is hidden from most tokens ("[REDACTED]"): such a comment is kept without a name. The
launch itself is no mention, but its name is what the comments are about.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote

from repwatch.dates import moment
from repwatch.errors import ParseError, Reason
from repwatch.model import ITEM_OF_PAGE, Answer, Brand, Mention, Page, Request, Secret, Task
from repwatch.sources.common import WebAddress, count, entries, rows, sifted, table, web_link, word
from repwatch.text import one_line, plain

COMMENTS_ON_A_PAGE = 20
REPLIES_OF_EACH = 5
LONGEST_SAID = 160

_QUERY = f"""
query ($slug: String!, $after: String) {{
  post(slug: $slug) {{
    id name
    comments(first: {COMMENTS_ON_A_PAGE}, after: $after) {{
      edges {{ node {{ ...said replies(first: {REPLIES_OF_EACH}) {{ edges {{ node {{ ...said }} }} }} }} }}
      pageInfo {{ hasNextPage endCursor }}
    }}
  }}
}}
fragment said on Comment {{ id parentId body createdAt url votesCount user {{ name username }} }}
"""
_HIDDEN = "[redacted]"
_SLUG = re.compile(r"[\w-]+")
_REASONS: tuple[tuple[re.Pattern[str], Reason], ...] = (
    (re.compile(r"rate.?limit", re.IGNORECASE), "rate_limited"),
    (re.compile(r"oauth|access.?token|unauthori[sz]ed|authenticat", re.IGNORECASE), "login"),
)
"""What an error that comes with status 200 is about; its words are all there is to go by."""


@dataclass(frozen=True, slots=True)
class ProductHunt:
    """Reads the comments on the launches named, by the last part of their addresses."""

    type: ClassVar[str] = "producthunt"
    reads: ClassVar[str] = "comments on launches"
    login: ClassVar[str] = "token of an app, free"
    terms: ClassVar[str] = "no commercial use without Product Hunt's consent"
    author_like: ClassVar[str] = "producthunt:@acme"
    pace_s: ClassVar[float] = 0.0
    version: ClassVar[int] = 1

    slugs: tuple[str, ...]
    token: Secret
    base_url: WebAddress = "https://api.producthunt.com"
    site: WebAddress = "https://www.producthunt.com"

    def __post_init__(self) -> None:
        """Check the launches.

        Raises:
            ValueError: there is none, or one is no slug.
        """
        if not self.slugs:
            raise ValueError('it needs a launch, such as slugs = ["acme-forge"]')
        wrong = [slug for slug in self.slugs if not _SLUG.fullmatch(slug)]
        if wrong:
            raise ValueError(f'"{wrong[0]}" is no slug: it takes the last part of the launch\'s address')

    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return the slug of each launch."""
        return tuple(dict.fromkeys(self.slugs))

    def request(self, task: Task) -> Request:
        """Return the request for one page of a launch's comments, newest first."""
        asked = {"query": _QUERY, "variables": {"slug": task.query, "after": task.cursor}}
        headers = (("Authorization", Secret(f"Bearer {self.token}")), ("Content-Type", "application/json"))
        url = f"{self.base_url.rstrip('/')}/v2/api/graphql"
        return Request("POST", url, (), headers, json.dumps(asked).encode())

    def parse(self, task: Task, answer: Answer) -> Page:
        """Return the comments of a page, each followed by its replies.

        Raises:
            ParseError: there is an error in the place of the launch, or no such launch.
        """
        body = answer.json()
        post = _post(body, task)
        read = tuple(self._comments(post))
        onwards = table(table(post.get("comments")).get("pageInfo"))
        following = word(onwards.get("endCursor")) if onwards.get("hasNextPage") is True else None
        return sifted(
            read,
            cursors=(following,) if following else (),
            damaged=bool(table(body).get("errors")),
        )

    def _comments(self, post: Mapping[str, Any]) -> Iterator[Mention | str]:
        """Yield what the comments of a launch say, or why one can't be used."""
        for comment in _nodes(entries(post, "comments", "edges")):
            yield self._read(comment, post, None)
            answers = table(comment).get("replies")
            for reply in _nodes(table(answers).get("edges")):
                yield self._read(reply, post, word(table(comment).get("id")))

    def _read(self, comment: object, post: Mapping[str, Any], answered: str | None) -> Mention | str:
        if not isinstance(comment, dict):
            return "no object"
        text = plain(word(comment.get("body")) or "")
        if not text:
            return "no text"
        user, item, launch = table(comment.get("user")), word(post.get("name")), word(post.get("id"))
        account = _shown(user.get("username"))
        return Mention(
            space="producthunt",
            native_id=word(comment.get("id")),
            kind="comment",
            url=web_link(comment.get("url")),
            text=text,
            author=_shown(user.get("name")) or account,
            author_id=f"producthunt:@{account}" if account else None,
            author_url=f"{self.site.rstrip('/')}/@{quote(account, safe='')}" if account else None,
            published_at=moment(comment.get("createdAt")),
            item=item,
            parent_id=word(comment.get("parentId")) or answered,
            # Launches and comments are counted apart, and only comments have plain numbers here.
            thread_id=f"post:{launch}" if launch else None,
            likes=count(comment.get("votesCount")),
            marks=(ITEM_OF_PAGE,) if item else (),
        )


def _post(body: object, task: Task) -> Mapping[str, Any]:
    """Return the launch in an answer.

    Raises:
        ParseError: there is none, with the reason that the answer gives.
    """
    data = table(table(body).get("data"))
    post = data.get("post")
    if isinstance(post, dict):
        return post
    said = _said(table(body).get("errors"))
    if said:
        reason: Reason = next((why for words, why in _REASONS if words.search(said)), "layout")
        raise ParseError(f"Product Hunt says: {said}", reason=reason)
    if "post" in data:
        raise ParseError(
            f'Product Hunt knows no launch "{task.query}"',
            reason="not_found",
            hint="a slug is the last part of the launch's address: producthunt.com/posts/acme-forge",
        )
    raise ParseError("Product Hunt answered without a launch")


def _said(errors: object) -> str | None:
    """Return what the first error says: its name, and what it means."""
    first = table(next(iter(rows(errors)), None))
    words = (word(first.get(key)) for key in ("error", "error_description", "message"))
    return one_line(": ".join(filter(None, words)), LONGEST_SAID) or None


def _nodes(edges: object) -> Iterator[Any]:
    return (edge.get("node") for edge in rows(edges))


def _shown(name: object) -> str | None:
    """Return a name, unless it is hidden."""
    shown = word(name)
    return None if shown is None or shown.casefold() == _HIDDEN else shown
