"""Posts and comments of Lemmy that the search of an instance finds, in versions 0.19 and 1.0.

Documentation: https://join-lemmy.org/api/ and https://lemmy.readme.io/
Limits: 60 searches in ten minutes for an address, unless an instance says otherwise; a scan that
needs more is sent away and goes on later.
Terms: every instance has its own rules.

Version 1.0 still answers in the way of 0.19, but without regard to the page, the order and the
number that were asked for. So the new way is tried first and the old one where there is no new
one; which of them it was is remembered (`Page.resume`). An instance that shows the same page twice
in the old way has become 1.0, and is asked in the new one from there on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from repwatch.dates import moment
from repwatch.errors import FetchError, ParseError, SourceError
from repwatch.model import Answer, Brand, Mention, Page, Request, Task
from repwatch.sources.common import (
    WebAddress,
    balance,
    count,
    first_word,
    json_or_none,
    own_names,
    remark,
    search_terms,
    sifted,
    table,
    web_link,
    with_addresses,
    word,
)
from repwatch.sources.markdown import plain_markdown
from repwatch.urls import host

ENTRIES_ON_A_PAGE = 50
OLD, NEW = "3", "4"
"""The ways to ask, as cursors begin and as they are remembered: those of 0.19 and of 1.0."""
OVER_THE_LIMIT = ("rate_limit_error", "too_many_requests")

_HANDLE = re.compile(r"(?<![\w@/])@([\w.-]{1,60})@([a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Lemmy:
    """Searches instances for the terms, weak terms, own domains and own accounts of the brands.

    An instance knows what its own members subscribe to: a large one, or the one where the people
    of a trade meet, finds the most.
    """

    type: ClassVar[str] = "lemmy"
    reads: ClassVar[str] = "posts and comments that an instance's search finds"
    login: ClassVar[str] = "none"
    terms: ClassVar[str] = "each instance has its own rules"
    author_like: ClassVar[str] = "lemmy:@acme@lemmy.example"
    pace_s: ClassVar[float] = 0.0
    version: ClassVar[int] = 1

    instances: tuple[WebAddress, ...] = ()
    base_url: WebAddress | None = None

    def __post_init__(self) -> None:
        """Check what no single setting can say.

        Raises:
            ValueError: there is no instance.
        """
        if not self._bases:
            raise ValueError('it needs an instance, such as instances = ["https://lemmy.example"]')

    @property
    def _bases(self) -> tuple[str, ...]:
        given = [self.base_url, *self.instances] if self.base_url else self.instances
        return tuple(dict.fromkeys(base.rstrip("/") for base in given))

    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return "acme anvils@https://lemmy.example" for each term, own account and instance."""
        accounts = (f"@{name}" for name in own_names(brands, "lemmy"))
        terms = *search_terms(brands, domains=True), *accounts
        return tuple(f"{term}@{base}" for base in self._bases for term in terms)

    def request(self, task: Task) -> Request:
        """Return the request for one page of posts and comments, newest first."""
        term, _, base = task.query.rpartition("@")
        way, page, _ = _position(task)
        params = {"limit": str(ENTRIES_ON_A_PAGE)}
        if way == OLD:
            params |= {"q": term, "type_": "All", "sort": "New", "listing_type": "All", "page": page or "1"}
        else:
            params |= {"search_term": term, **({"page_cursor": page} if page else {})}
        return Request("GET", f"{base}/api/v{way}/search", tuple(params.items()))

    def parse(self, task: Task, answer: Answer) -> Page:
        """Return the posts and comments of a page.

        Raises:
            ParseError: the answer has neither posts nor comments.
        """
        body = table(answer.json())
        lists = [each for each in (body.get("posts"), body.get("comments")) if isinstance(each, list)]
        if not lists:
            said = remark(body)
            raise ParseError(f"the instance answered without posts{f': {said}' if said else ''}")
        found = [view for each in lists for view in each]
        way, page, first_before = _position(task)
        first = next(_ids(found), "")
        if way == OLD and first and first == first_before:
            return Page(branches=(NEW,), resume=NEW, skipped=("a page that was shown before",))
        read = _read(found)
        following = f"{OLD} {int(page or 1) + 1} {first}" if way == OLD else _onwards(body)
        return sifted(
            read,
            cursors=(following,) if found and following else (),
            resume=way,
        )

    def explain(self, answer: Answer) -> SourceError | Page | None:
        """Return that an instance knows only the old way, or has been searched too often."""
        if answer.status == 404 and answer.url.partition("?")[0].endswith(f"/api/v{NEW}/search"):
            return Page(branches=(OLD,), resume=OLD)
        said = remark(json_or_none(answer))
        return FetchError("rate_limited", f"the instance says {said}") if said in OVER_THE_LIMIT else None


# Paging


def _position(task: Task) -> tuple[str, str, str]:
    """Return the way to ask, the page, and the id that the page before it began with."""
    said = task.cursor or (task.resume if task.resume in (OLD, NEW) else NEW)
    way, _, rest = said.partition(" ")
    page, _, first = rest.partition(" ")
    return way, page, first


def _onwards(body: Mapping[str, Any]) -> str | None:
    page = word(body.get("next_page"))
    return f"{NEW} {page}" if page and not re.search(r"\s", page) else None


# Posts and comments


def _ids(views: Sequence[Any]) -> Iterator[str]:
    for view in views:
        if id := word(_told(view).get("ap_id")):
            yield id


def _told(view: object) -> Mapping[str, Any]:
    """Return the comment or post that a view is about; a comment comes with its post."""
    return table(table(view).get("comment")) or table(table(view).get("post"))


def _read(views: Sequence[Any]) -> list[Mention | str]:
    comments = (table(table(view).get("comment")) for view in views)
    uris = {id: uri for one in comments if (id := word(one.get("id"))) and (uri := word(one.get("ap_id")))}
    return [_mention(table(view), uris) for view in views]


def _mention(view: Mapping[str, Any], uris: Mapping[str, str]) -> Mention | str:
    """Return what a post or comment says, or why it can't be used."""
    told, post = _told(view), table(view.get("post"))
    is_post = told is post
    if True in (told.get("deleted"), told.get("removed")):
        return "deleted or removed"
    title = (word(told.get("name")) or "") if is_post else ""
    body = plain_markdown(with_addresses(word(told.get("body" if is_post else "content")) or ""))
    text = "\n".join(filter(None, (body, web_link(told.get("url")) if is_post else None)))
    if not (title or text):
        return "no text"
    creator = table(view.get("creator"))
    # Version 1.0 has the counts among the rest.
    counts = {**table(view.get("counts")), **told}
    bot = creator.get("bot_account")
    uri, thread = word(told.get("ap_id")), word(post.get("ap_id"))
    handle = _handle(creator)
    return Mention(
        space="lemmy",
        native_id=uri,
        kind="post" if is_post else "comment",
        url=web_link(uri),
        title=title,
        text=text,
        author=first_word((creator.get("display_name"), creator.get("name"))),
        author_id=f"lemmy:{handle}" if handle else None,
        author_url=web_link(_address(creator)),
        author_is_bot=bot if isinstance(bot, bool) else None,
        published_at=moment(first_word((told.get("published_at"), told.get("published")))),
        edited_at=moment(first_word((told.get("updated_at"), told.get("updated")))),
        parent_id=None if is_post else _parent(told, thread, uris),
        thread_id=thread,
        likes=count(counts.get("upvotes")),
        replies=count(counts.get("comments" if is_post else "child_count")),
        score=balance(counts.get("score")),
        addressed_to=tuple(f"lemmy:@{name}@{where.lower()}" for name, where in _HANDLE.findall(body)),
    )


def _address(creator: Mapping[str, Any]) -> str | None:
    """Return the address of an account: ap_id in version 1.0, actor_id before."""
    return first_word((creator.get("ap_id"), creator.get("actor_id")))


def _handle(creator: Mapping[str, Any]) -> str | None:
    """Return "@name@host" as people write it."""
    name, home = word(creator.get("name")), host(_address(creator) or "")
    return f"@{name}@{home}" if name and home else None


def _parent(comment: Mapping[str, Any], thread: str | None, uris: Mapping[str, str]) -> str | None:
    """Return the uri of what a comment answers, as far as it can be told from this page.

    Its path holds the instance's own ids from the top, "0.70.77": a uri is known of those that are on
    the page, and of the post that a comment on the first level answers.
    """
    path = (word(comment.get("path")) or "").split(".")
    if len(path) < 2:
        return None
    return thread if len(path) == 2 else uris.get(path[-2])
