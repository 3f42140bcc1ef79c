"""Questions and answers of Stack Overflow and the other sites of Stack Exchange.

Documentation: https://api.stackexchange.com/docs
Limits: 300 requests a day for an address, 10,000 with a free key; an answer may name seconds to wait
before the next request (backoff). Pages after the 25th need a key.
Terms: CC BY-SA: whoever shows a text shows its link and its author.

A search finds whole questions. Another one finds excerpts of answers, too, whose whole text is then
asked for; it takes as many requests again, so it is made only with a key unless it is asked for.
The tags of a question are the last line of its text: a brand may be named by nothing else.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote

from repwatch.dates import moment
from repwatch.errors import FetchError
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
    WebAddress,
    balance,
    count,
    entries,
    first_word,
    json_or_none,
    pot,
    rows,
    search_terms,
    seconds,
    sifted,
    table,
    web_link,
    word,
)
from repwatch.sources.markdown import plain_markdown
from repwatch.text import plain
from repwatch.urls import origin

ITEMS_ON_A_PAGE = 100
IDS_IN_A_REQUEST = 100
REQUESTS_A_DAY = 300
REQUESTS_A_DAY_WITH_KEY = 10_000
KEYS = "https://stackapps.com/apps/oauth/register"

_WAIT = re.compile(r"([0-9]{1,6}) seconds")


@dataclass(frozen=True, slots=True)
class StackExchange:
    """Searches each of the sites, named as in the API: "stackoverflow", "superuser", "meta.stackexchange".

    Without `answers`, answers are searched if there is a key. `requests_a_day` is 300 without a key
    and 10,000 with one if it is not set.
    """

    type: ClassVar[str] = "stackexchange"
    reads: ClassVar[str] = "questions that name a brand; with a key, answers as well"
    login: ClassVar[str] = "none; free key: more requests"
    terms: ClassVar[str] = "CC BY-SA: keep link and author with a text"
    author_like: ClassVar[str] = "stackexchange:stackoverflow/900100"
    pace_s: ClassVar[float] = 1.0
    version: ClassVar[int] = 1
    reread_for_s: ClassVar[float] = 14 * 24 * 3600.0

    base_url: WebAddress = "https://api.stackexchange.com"
    sites: tuple[str, ...] = ("stackoverflow",)
    api_key: Secret | None = None
    answers: bool | None = None
    requests_a_day: int | None = None
    deepest_page: int = 25

    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return "questions:acme anvils@stackoverflow" for each term and site; answers likewise."""
        answers = self.api_key is not None if self.answers is None else self.answers
        ways = ("questions", "answers") if answers else ("questions",)
        asked = [f"{way}:{term}" for way in ways for term in search_terms(brands)]
        return tuple(f"{what}@{site}" for site in dict.fromkeys(self.sites) for what in asked)

    @property
    def quota(self) -> Quota:
        """What the sites together allow in a day."""
        usual = REQUESTS_A_DAY if self.api_key is None else REQUESTS_A_DAY_WITH_KEY
        name = self.type if self.api_key is None else pot(self.type, self.api_key)
        return Quota(name, usual if self.requests_a_day is None else self.requests_a_day)

    def cost(self, request: Request) -> int:
        """Return 1: a hundred questions count as much as one."""
        return 1

    def request(self, task: Task) -> Request:
        """Return the request for one page of hits, or for the answers that a page of excerpts named."""
        way, term, site = _stream(task.query)
        if task.cursor is not None and task.cursor.startswith("ids:"):
            return self._get(f"answers/{task.cursor.split(':')[1]}", site)
        page, until_s = _position(task)
        return self._get(
            "search/excerpts" if way == "answers" else "search/advanced",
            site,
            ("q", term),
            ("sort", "creation"),
            ("order", "desc"),
            ("fromdate", str(math.floor(task.since.timestamp()))),
            ("todate", str(until_s)),
            ("page", str(page)),
        )

    def parse(self, task: Task, answer: Answer) -> Page:
        """Return the questions or answers of a page, or which answers the excerpts are from.

        Raises:
            ParseError: the answer has no list of items.
        """
        way, _, site = _stream(task.query)
        body = answer.json()
        items = entries(body, "items")
        wait_s = seconds(table(body).get("backoff"))
        if task.cursor is not None and task.cursor.startswith("ids:"):
            return self._page(items, site, wait_s, task.cursor.split(":", 2)[2])
        following = self._following(task, body, rows(items))
        if way == "questions":
            return self._page(items, site, wait_s, following)
        ids = dict.fromkeys(str(id) for item in rows(items) if (id := count(item.get("answer_id"))))
        # The page after these excerpts is read if there was something new among their answers.
        look = f"ids:{';'.join(list(ids)[:IDS_IN_A_REQUEST])}:{following}" if ids else following
        return Page(branches=(look,) if look else (), wait_s=wait_s)

    def explain(self, answer: Answer) -> FetchError | None:
        """Tell a throttle from a mistake: both are 400 Bad Request."""
        body = table(json_or_none(answer))
        name, said = word(body.get("error_name")), word(body.get("error_message"))
        if name == "throttle_violation":
            wait = _WAIT.search(said or "")
            hint = None if self.api_key else f"a free key allows more requests: {KEYS}"
            wait_s = float(wait[1]) if wait else None
            return FetchError("rate_limited", said or name, retry_after_s=wait_s, hint=hint)
        if name is None or answer.status >= 500:
            return None
        hint = "see whether sites and api_key are spelled right"
        return FetchError("http", f"{name}: {said}" if said else name, hint=hint)

    def rereads(self, known: Sequence[Known]) -> Iterator[Reread]:
        """Yield requests for questions and for answers, a hundred of one site at a time."""
        groups: dict[tuple[str, str], list[Known]] = {}
        for one in known:
            if one.native_id.isdecimal() and one.space.startswith(f"{self.type}:"):
                method = "questions" if one.kind == "post" else "answers"
                groups.setdefault((method, _site(one)), []).append(one)
        for (method, site), members in groups.items():
            for start in range(0, len(members), IDS_IN_A_REQUEST):
                batch = tuple(members[start : start + IDS_IN_A_REQUEST])
                yield Reread(self._get(f"{method}/{';'.join(one.native_id for one in batch)}", site), batch)

    def revisit(self, known: Sequence[Known], answer: Answer) -> Revisit:
        """Return the questions or answers as they are now; the API does not mention what was deleted.

        Raises:
            ParseError: the answer has no list of items.
        """
        items = entries(answer.json(), "items")
        there = {str(id) for item in rows(items) for id in map(item.get, ("question_id", "answer_id"))}
        return Revisit(
            mentions=self._page(items, _site(known[0])).mentions,
            missing=tuple(one.id for one in known if one.native_id not in there),
        )

    def _get(self, method: str, site: str, *params: tuple[str, str]) -> Request:
        usual = (("site", site), ("pagesize", str(ITEMS_ON_A_PAGE)), ("filter", "withbody"))
        key = (("key", self.api_key),) if self.api_key else ()
        url = f"{self.base_url.rstrip('/')}/2.3/{quote(method, safe='/;')}"
        return Request("GET", url, (*params, *usual, *key))

    def _page(
        self, items: Sequence[Any], site: str, wait_s: float | None = None, following: str = ""
    ) -> Page:
        read = [said for item in items for said in _read(item, site)]
        return sifted(
            read,
            cursors=(following,) if following else (),
            wait_s=wait_s,
        )

    def _following(self, task: Task, body: object, items: Sequence[Mapping[str, Any]]) -> str:
        """Return the next page; where a key is needed for it, the first of a window that ends earlier."""
        times = [at for item in items if (at := moment(item.get("creation_date"))) is not None]
        if table(body).get("has_more") is not True or not items or (times and max(times) < task.since):
            return ""
        page, until_s = _position(task)
        if self.api_key is not None or page < self.deepest_page:
            return f"{page + 1}:{until_s}"
        # The second of the oldest item may have more of them, unless it filled the window by itself.
        return f"1:{min(math.floor(min(times).timestamp()), until_s - 1)}" if times else ""


def _stream(query: str) -> tuple[str, str, str]:
    """Return the parts of a query: questions or answers, the term, and the site."""
    way, _, rest = query.partition(":")
    term, _, site = rest.rpartition("@")
    return way, term, site


def _position(task: Task) -> tuple[int, int]:
    """Return the page, and the second up to which its window goes."""
    if task.cursor is None:
        return 1, math.ceil(task.until.timestamp())
    page, _, until_s = task.cursor.partition(":")
    return int(page), int(until_s)


def _site(known: Known) -> str:
    return known.space.partition(":")[2]


def _read(item: object, site: str, question: str | None = None) -> Iterator[Mention | str]:
    """Yield what an item says, or why it can't be used, and after it what hangs below it."""
    if not isinstance(item, dict):
        yield "no object"
        return
    yield _mention(item, site, question)
    asked = question or word(item.get("question_id"))
    for below in (*_list(item, "answers"), *_list(item, "comments")):
        yield from _read(below, site, asked) if question is None else ()


def _list(item: Mapping[str, Any], name: str) -> list[Any]:
    found = item.get(name)
    return found if isinstance(found, list) else []


def _mention(item: Mapping[str, Any], site: str, question: str | None) -> Mention | str:
    asked, answered, commented = (word(item.get(f"{name}_id")) for name in ("question", "answer", "comment"))
    begins = not (answered or commented)
    # The title of an answer is that of its question.
    title = plain(word(item.get("title")) or "") if begins else ""
    text = plain(word(item.get("body")) or "") or plain_markdown(word(item.get("body_markdown")) or "")
    if not (title or text):
        return "no text"
    tags = item.get("tags")
    labels = " ".join(f"[{tag}]" for tag in map(word, tags if isinstance(tags, list) else ()) if tag)
    owner = table(item.get("owner"))
    user = word(owner.get("user_id"))
    root = asked or question
    return Mention(
        space=f"stackexchange:{site}",
        native_id=f"comment-{commented}" if commented else answered or asked,
        kind="post" if begins else "comment",
        url=first_word((web_link(item.get("link")), _short(owner, answered, asked))),
        title=title,
        text="\n".join(filter(None, (text, labels))),
        author=plain(word(owner.get("display_name")) or "") or None,
        author_id=f"stackexchange:{site}/{user}" if user else None,
        author_url=web_link(owner.get("link")),
        published_at=moment(item.get("creation_date")),
        edited_at=moment(item.get("last_edit_date")),
        parent_id=None if begins else first_word((item.get("post_id"), root)),
        thread_id=None if begins else root,
        replies=count(item.get("comment_count" if answered else "answer_count")),
        views=count(item.get("view_count")),
        score=balance(item.get("score")),
    )


def _short(owner: Mapping[str, Any], answered: str | None, asked: str | None) -> str | None:
    """Return the short address of a question or an answer: it is on the site where its author is."""
    home, id = origin(word(owner.get("link")) or ""), answered or asked
    return f"{home}/{'a' if answered else 'q'}/{quote(id, safe='')}" if home and id else None
