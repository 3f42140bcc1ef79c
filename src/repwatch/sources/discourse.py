"""Posts of a Discourse forum: its newest ones, those of chosen categories, and what a search finds.

Documentation: https://docs.discourse.org and https://meta.discourse.org/t/-/20576
Limits: 50 requests in ten seconds and 200 a minute for an address, fewer of them searches; a search
wants three letters or more and shows ten pages.
Terms: every forum has its own.

The list of the newest posts has their whole text, so it is what is read of a forum. A hit of a search is an
excerpt, and a category lists topics: for these, pages say where to look, and the posts are read one
by one, `LOOKS` from each page. Topics are read from their end, as that is where the news is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar
from urllib.parse import quote, unquote, urlsplit

from repwatch.dates import moment
from repwatch.errors import FetchError, ParseError
from repwatch.model import Answer, Brand, Known, Mention, Page, Request, Reread, Revisit, Secret, Task
from repwatch.sources.common import (
    Checked,
    WebAddress,
    askable,
    beneath,
    count,
    entries,
    first_word,
    installation,
    json_or_none,
    remark,
    rows,
    search_terms,
    seconds,
    sifted,
    table,
    word,
)
from repwatch.text import one_line, plain
from repwatch.tidy import LONGEST_TITLE

LOOKS = 14
"""Posts or topics that a page leads to; a further page of hits or topics makes 15 branches."""
PAGES_OF_A_SEARCH = 10
LIKE = 2
"""The id of likes among the actions on a post."""
OF_THE_STAFF = (3, 4)
"""Types of posts that are no texts for readers: notes of what was done to a topic, and whispers."""

_FIRST = {"posts": "before:", "search": "hits:1:0", "category": "topics:0:0"}
_MENTIONED = re.compile(
    r'<a\s[^<>]{0,300}?\bclass="mention"[^<>]{0,300}?\bhref="[^"<>]{0,300}/u(?:sers)?/([^"/?#<>]{1,100})"'
)
_SINGLE = re.compile(r"/(t|posts)/[0-9]+\.json$")
_PLACE_IN_TOPIC = re.compile(r"/t/(?:[^/]+/)?([0-9]{1,18})/([0-9]{1,18})/?")


def category(value: str) -> str:
    """Return the path of a category, as its address has it behind /c/.

    Raises:
        ValueError: its number is missing.
    """
    path = re.sub(r"^(?:https?://[^/\s]+(?:/[^/\s]+)*?/|/)?c/", "", value.strip()).strip("/")
    if not re.fullmatch(r"(?:[^/\s?#]+/){1,3}[0-9]{1,9}", path):
        raise ValueError(f'"{value[:60]}" is no category; write it like in its address: "support/7"')
    return path


Category = Annotated[str, Checked(category)]


@dataclass(frozen=True, slots=True)
class Discourse:
    """Reads the newest posts of a forum, or with `categories` only theirs; with `search`, hits for the terms.

    A forum with more than some 500 posts a day is better searched than read: posts = false, search = true.
    """

    type: ClassVar[str] = "discourse"
    reads: ClassVar[str] = "posts of a forum: newest, by category, by search"
    login: ClassVar[str] = "none; closed forums: api_key and api_username"
    terms: ClassVar[str] = "each forum has its own rules"
    author_like: ClassVar[str] = "discourse:forum.example/acme"
    pace_s: ClassVar[float] = 1.0
    version: ClassVar[int] = 1
    reread_for_s: ClassVar[float] = 14 * 24 * 3600.0

    base_url: WebAddress
    posts: bool = True
    categories: tuple[Category, ...] = ()
    search: bool = False
    shortest_term: int = 3
    api_key: Secret | None = None
    api_username: str | None = None

    def __post_init__(self) -> None:
        """Check what no single setting can say.

        Raises:
            ValueError: nothing is to be read, or half of a login is missing.
        """
        if not (self.posts or self.categories or self.search):
            raise ValueError("it reads nothing: set posts, categories or search")
        if (self.api_key is None) != (self.api_username is None):
            raise ValueError("api_key and api_username belong together, and one of them is missing")

    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return "posts", or "category:support/7" for each category, and "search:term" for each term."""
        asked = [f"category:{path}" for path in self.categories] or ["posts"] * self.posts
        if self.search:
            asked += [f"search:{term}" for term in search_terms(brands) if len(term) >= self.shortest_term]
        return tuple(dict.fromkeys(asked))

    def request(self, task: Task) -> Request:
        """Return the request for a page of posts, hits or topics, or for one of those that these led to."""
        step, what, more = _step(task)
        stream = task.query.partition(":")[2]
        if step == "hits":
            since, until = task.since, task.until + timedelta(days=1)
            words = f"{stream} order:latest after:{since:%Y-%m-%d} before:{until:%Y-%m-%d}"
            return self._get("search", q=words, page=what)
        if step == "topics":
            return self._get(f"c/{quote(stream)}", page=what)
        if step == "topic":
            return self._get(f"t/{what}", post_number=more)
        return self._get(f"posts/{what}") if step == "post" else self._get("posts", before=what)

    def parse(self, task: Task, answer: Answer) -> Page:
        """Return the posts in an answer, or where to look for them.

        Raises:
            ParseError: the answer has no list of what was asked for.
        """
        step, what, more = _step(task)
        body = answer.json()
        if step == "hits":
            return _hits(body, int(what), int(more), task.since)
        if step == "topics":
            return _topics(body, int(what), int(more), task.since)
        if step == "topic":
            posts = entries(body, "post_stream", "posts")
            return self._page(posts, title=_title(body), cursors=_upwards(what, posts, task.since))
        if step == "post":
            return self._page([_one(body)], title=more)
        posts = entries(body, "latest_posts")
        ids = [id for post in rows(posts) if (id := count(post.get("id"))) is not None]
        # Old forums read "before" as "up to", and a post that comes twice does no harm.
        return self._page(posts, cursors=(f"before:{min(ids)}",) if ids else ())

    def explain(self, answer: Answer) -> FetchError | Page | None:
        """Tell closed forums and their limits from other failures."""
        body = table(json_or_none(answer))
        kind, said = body.get("error_type"), remark(body)
        wait_s = seconds(table(body.get("extras")).get("wait_seconds"))
        if kind == "rate_limit" or wait_s is not None:
            return FetchError("rate_limited", said or "too many requests", retry_after_s=wait_s)
        single = _SINGLE.search(urlsplit(answer.url).path)
        if single and (answer.status in (404, 410) or (answer.status == 403 and kind == "invalid_access")):
            # One text that is not shown any more, or not to everybody, says nothing about the forum.
            return Page() if single[1] == "t" else FetchError("not_found", said or "the post is not there")
        if answer.status in (401, 403) and self.api_key is not None and said:
            hint = "see whether api_key is still valid and belongs to api_username, or to all users"
            return FetchError("login", said, hint=hint)
        if kind == "not_logged_in":
            hint = "the forum is for members: its administrators can make an api_key for an api_username"
            return FetchError("login", said or "the forum asks for a login", hint=hint)
        if kind == "invalid_access":
            hint = "it is for members: take it out of categories, or set an api_key that may read it"
            return FetchError("forbidden", said or "the forum does not show this", hint=hint)
        return None

    def rereads(self, known: Sequence[Known]) -> Iterator[Reread]:
        """Yield a request for each post."""
        for one in askable(known, self._space):
            if one.native_id.isdecimal():
                yield Reread(self._get(f"posts/{one.native_id}"), (one,))

    def revisit(self, known: Sequence[Known], answer: Answer) -> Revisit:
        """Return the post as it is now, or that it is no longer shown.

        Raises:
            ParseError: the answer is no post.
        """
        ids = tuple(one.id for one in known)
        post = _one(answer.json())
        if _withdrawn(post):
            return Revisit(gone=ids)
        return Revisit(mentions=self._page([post], title=known[0].ref or "").mentions)

    def thread(self, known: Known) -> Request | None:
        """Return the request for the posts around one in its topic."""
        place = _PLACE_IN_TOPIC.search(known.url or "") if askable([known], self._space) else None
        return self._get(f"t/{place[1]}", post_number=place[2]) if place else None

    def replies(self, known: Known, answer: Answer) -> Page:
        """Return what answers a post; a topic's first post is answered by all the others.

        Raises:
            ParseError: the answer is no topic.
        """
        body = answer.json()
        page = self._page(entries(body, "post_stream", "posts"), title=_title(body))
        return replace(page, mentions=tuple(beneath(known.native_id, page.mentions)))

    def _get(self, path: str, **params: str) -> Request:
        login = (("Api-Key", self.api_key), ("Api-Username", self.api_username))
        return Request(
            "GET",
            f"{self.base_url.rstrip('/')}/{path}.json",
            tuple((name, value) for name, value in params.items() if value),
            tuple((name, value) for name, value in login if value is not None),
        )

    def _page(self, posts: Sequence[Any], *, title: str = "", cursors: tuple[str, ...] = ()) -> Page:
        """Return a list of posts; a parent is known by its id if it is among them."""
        ids = {_place(post): word(post.get("id")) for post in rows(posts)}
        read = [self._post(post, ids, title) if isinstance(post, dict) else "no object" for post in posts]
        return sifted(
            read,
            cursors=cursors,
        )

    def _post(self, post: Mapping[str, Any], ids: Mapping[Any, str | None], title: str) -> Mention | str:
        """Return what a post says, or why it is left out."""
        if _withdrawn(post):
            return "deleted or hidden"
        if count(post.get("post_type")) in OF_THE_STAFF:
            return "not for readers"
        topic, number = _place(post)
        begins = number is None or number <= 1
        title = (word(post.get("topic_title")) or title) if begins else ""
        html = word(post.get("cooked")) or ""
        text = plain(html)
        if not (title or text):
            return "no text"
        user = word(post.get("username"))
        edited = (count(post.get("version")) or 1) > 1
        actions = rows(post.get("actions_summary"))
        parent = count(post.get("reply_to_post_number")) or 1
        return Mention(
            space=self._space,
            native_id=word(post.get("id")),
            kind="post" if begins else "comment",
            url=self._address("t", word(post.get("topic_slug")), topic, number) if topic and number else None,
            title=title,
            text=text,
            author=first_word((post.get("name"), user)),
            author_id=self._account(user) if user else None,
            author_url=self._address("u", user) if user else None,
            published_at=moment(post.get("created_at")),
            edited_at=moment(post.get("updated_at")) if edited else None,
            parent_id=None if begins else ids.get((topic, parent)),
            thread_id=None if begins else ids.get((topic, 1)),
            likes=next((count(each.get("count")) for each in actions if count(each.get("id")) == LIKE), None),
            replies=count(post.get("reply_count")),
            views=count(post.get("reads")),
            addressed_to=tuple(map(self._account, _addressed(post, html))),
            ref=title or None,
        )

    @property
    def _space(self) -> str:
        return f"discourse:{installation(self.base_url)}"

    def _account(self, user: str) -> str:
        return f"discourse:{installation(self.base_url)}/{user}"

    def _address(self, *parts: object) -> str:
        path = [quote(str(part), safe="") for part in parts if part is not None]
        return "/".join((self.base_url.rstrip("/"), *path))


def _step(task: Task) -> tuple[str, str, str]:
    """Return what a page is (before, hits, topics, topic or post), which, and what else is to be known."""
    way = task.query.partition(":")[0]
    step, _, rest = (task.cursor or _FIRST.get(way, "before:")).partition(":")
    which, _, more = rest.partition(":")
    return step, which, more


# Where to look


def _hits(body: object, page: int, start: int, since: datetime) -> Page:
    """Return the posts that a page of hits leads to, from one of them on, and the page that follows."""
    if isinstance(body, list):  # the search of 2013 found topics
        found = [
            hit for kind in rows(body) if kind.get("type") == "topic" for hit in rows(kind.get("results"))
        ]
        return Page(branches=tuple(f"topic:{id}:" for hit in found if (id := count(hit.get("id"))))[:LOOKS])
    hits = entries(body, "posts")
    about = table(table(body).get("grouped_search_result"))
    if (refused := word(about.get("error"))) and not hits:
        hint = "leave short terms out with shortest_term, or set search = false"
        raise ParseError(f"the search says: {refused[:120]}", reason="http", hint=hint)
    titles = {count(topic.get("id")): _title(topic) for topic in rows(table(body).get("topics"))}
    titles = {id: title for id, title in titles.items() if title.isprintable()}
    fresh = [hit for hit in rows(hits) if (moment(hit.get("created_at")) or since) >= since]
    looks = [
        f"post:{id}:{titles.get(topic, '') if number == 1 else ''}"
        for hit in fresh
        if (id := count(hit.get("id")))
        for topic, number in [_place(hit)]
    ]
    following = ""
    if len(looks) > start + LOOKS:
        following = f"hits:{page}:{start + LOOKS}"
    elif fresh and about.get("more_full_page_results") is True and page < PAGES_OF_A_SEARCH:
        following = f"hits:{page + 1}:0"
    return Page(branches=_branches(looks[start : start + LOOKS], following))


def _topics(body: object, page: int, start: int, since: datetime) -> Page:
    """Return the topics of a list that were written in since then, and the page that follows."""
    topics = rows(entries(body, "topic_list", "topics"))
    fresh = [topic for topic in topics if (_written_in(topic) or since) >= since]
    looks = [
        f"topic:{id}:{count(topic.get('highest_post_number')) or ''}"
        for topic in fresh
        if (id := count(topic.get("id")))
    ]
    following = ""
    if len(looks) > start + LOOKS:
        following = f"topics:{page}:{start + LOOKS}"
    elif any(topic.get("pinned") is not True for topic in fresh) and _more_topics(body):
        # Pinned ones stand on top of every page.
        following = f"topics:{page + 1}:0"
    return Page(branches=_branches(looks[start : start + LOOKS], following))


def _branches(looks: Iterable[str], following: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*looks, *filter(None, [following]))))


def _written_in(topic: Mapping[str, Any]) -> datetime | None:
    """Return when a topic was last written in; it may not say so before it has been answered."""
    times = (moment(topic.get(name)) for name in ("last_posted_at", "bumped_at", "created_at"))
    return next(filter(None, times), None)


def _more_topics(body: object) -> bool:
    return word(table(table(body).get("topic_list")).get("more_topics_url")) is not None


def _upwards(topic: str, posts: Sequence[Any], since: datetime) -> tuple[str, ...]:
    """Return the part of a topic before the posts given, if that may be of the window as well."""
    numbers = {number: post for post in rows(posts) if (number := _place(post)[1])}
    first = min(numbers, default=1)
    written_at = moment(numbers[first].get("created_at")) if numbers else None
    return (f"topic:{topic}:{first - 1}",) if first > 1 and (written_at or since) >= since else ()


# Posts


def _one(body: object) -> Mapping[str, Any]:
    """Return the answer itself as the post that it should be.

    Raises:
        ParseError: it is none.
    """
    post = table(body)
    if count(post.get("id")) is None or "cooked" not in post:
        said = remark(body)
        raise ParseError(f"the answer is no post{f': {said}' if said else ''}")
    return post


def _place(post: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Return the topic of a post, and its number there."""
    return count(post.get("topic_id")), count(post.get("post_number"))


def _title(topic: object) -> str:
    return one_line(word(table(topic).get("title")) or "", LONGEST_TITLE)


def _withdrawn(post: Mapping[str, Any]) -> bool:
    """Tell whether a post is shown to readers no longer."""
    return (
        post.get("hidden") is True or post.get("user_deleted") is True or post.get("deleted_at") is not None
    )


def _addressed(post: Mapping[str, Any], html: str) -> Iterable[str]:
    """Return the accounts that a post answers or mentions, each once."""
    answered = word(table(post.get("reply_to_user")).get("username"))
    return dict.fromkeys((*filter(None, [answered]), *map(unquote, _MENTIONED.findall(html))))
