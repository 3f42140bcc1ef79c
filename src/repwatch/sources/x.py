"""Posts of X that name a brand: its search of the last seven days, where every post read costs money.

Documentation: https://docs.x.com/x-api
Limits: a page is 10 to 100 posts; 2 million posts a month; x-rate-limit headers say when it goes on.
Terms: pay per use; what people delete, protect or edit is to be deleted or changed here as well.

There is one query for each brand, its terms joined by OR. What costs is posts and authors, and a post
found twice in a day costs once, so fewer queries save requests and not money; and since a query that
changes is read again from its beginning, one for all brands would charge for all when one changes.
The next window starts behind the newest post that was seen (since_id): nothing is paid for twice.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote, urlencode

from repwatch.dates import moment
from repwatch.errors import FetchError, ParseError
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
    WebAddress,
    askable,
    count,
    first_word,
    json_or_none,
    own_names,
    pot,
    remark,
    rows,
    search_terms,
    sifted,
    table,
    web_link,
    word,
)
from repwatch.text import one_line
from repwatch.urls import canonical

SITE = "https://x.com"
REACH = timedelta(days=7) - timedelta(hours=1)
"""How far back the search goes, less the time that a scan may take."""
FEWEST_RESULTS, MOST_RESULTS = 10, 100
LONGEST_POST = 25_000
FIELDS = "created_at,lang,public_metrics,conversation_id,referenced_tweets,note_tweet,entities"
UNITS_IN_A_USD = 1_000

_HANDLE = re.compile(r"@?(\w{1,15})", re.ASCII)
_SHORT_LINK = re.compile(r"https?://t\.co/\w+", re.ASCII)
_NOT_PAID = re.compile(r"credit|billing|\bspend|usage.?cap", re.IGNORECASE)
_TOO_OLD = re.compile(r"\b(?:since_id|start_time)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class X:
    """Searches for the terms of each brand and for its handles ("x:@acme" among its own_accounts).

    `monthly_usd` is never exceeded: before a page is asked for, what it can cost at most is set
    aside (max_results posts, and as many authors), and what it did not cost is given back. A page
    that does not fit into what is left of the month is not asked for; a smaller max_results fits
    longer. With monthly_usd = 0, nothing is asked. `authors = false` saves two thirds, and then our
    own posts are not told from others. `narrow` is added to each query, such as "lang:en".
    Posts are read again only where `reread` says for how long: that costs the same once more.
    """

    type: ClassVar[str] = "x"
    reads: ClassVar[str] = "posts of the last seven days that name a brand"
    login: ClassVar[str] = "bearer token with credits (paid)"
    terms: ClassVar[str] = "pay per use; honour deletions and edits"
    author_like: ClassVar[str] = "x:@acme"
    pace_s: ClassVar[float] = 0.0
    version: ClassVar[int] = 1
    reread_for_s: ClassVar[float] = 0.0

    base_url: WebAddress = "https://api.x.com"
    token: Secret
    monthly_usd: float
    usd_per_post: float = 0.005
    usd_per_user: float = 0.010
    max_results: int = MOST_RESULTS
    authors: bool = True
    narrow: str = ""
    query_length: int = 512

    def __post_init__(self) -> None:
        """Check what types do not say.

        Raises:
            ValueError: a number is out of its range, or the cap does not pay for a single page.
        """
        if not FEWEST_RESULTS <= self.max_results <= MOST_RESULTS:
            raise ValueError(f"max_results is a number from {FEWEST_RESULTS} to {MOST_RESULTS}")
        for name in ("monthly_usd", "usd_per_post", "usd_per_user"):
            if not 0 <= getattr(self, name) <= 1e9:
                raise ValueError(f"{name} is an amount of USD, 0 or more")
        if 0 < self.quota.limit < self._price(self.max_results):
            page_usd = self._price(self.max_results) / UNITS_IN_A_USD
            raise ValueError(
                f"monthly_usd = {self.monthly_usd:g} does not pay for a page of {self.max_results} posts,"
                f" which is up to {page_usd:.2f} USD: raise it, or set a lower max_results"
            )

    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return a query for each brand, or several where one would be too long."""
        return tuple(dict.fromkeys(query for brand in brands for query in self._searches(brand)))

    def request(self, task: Task) -> Request:
        """Return the request for one page of posts, newest first."""
        params = {"query": task.query, "max_results": str(self.max_results)}
        earliest = task.until - REACH
        id, _, at = (task.resume or "").partition("@")
        written = moment(at)
        if written and written > earliest:
            params["since_id"] = id
        else:
            params["start_time"] = f"{max(task.since, earliest):%Y-%m-%dT%H:%M:%SZ}"
        token = dict(parse_qsl(task.cursor or "")).get("token")
        return self._get("/search/recent", params | ({"next_token": token} if token else {}))

    def parse(self, task: Task, answer: Answer) -> Page:
        """Return the posts of a page.

        Raises:
            ParseError: the answer is no list of posts.
        """
        body = answer.json()
        posts, users = _posts(body), _users(body)
        read = [_post(post, users) for post in posts]
        before = dict(parse_qsl(task.cursor or "")).get("newest")
        resume = max(filter(None, (task.resume, before, *map(_place, posts))), key=_age, default=None)
        token = word(table(table(body).get("meta")).get("next_token"))
        return sifted(
            read,
            cursors=(urlencode({"token": token, "newest": resume or ""}),) if token and posts else (),
            resume=resume,
            cost=self._price(len(posts) + len(rows(_included(body).get("tweets"))), len(users)),
        )

    def explain(self, answer: Answer) -> FetchError | Page | None:
        """Tell an empty account from a refusal, and the end of what can be searched from a failure."""
        body = table(json_or_none(answer))
        said = remark(body)
        problem = " ".join(word(body.get(key)) or "" for key in ("title", "type", "detail"))
        if answer.status == 402 or (answer.status in (403, 429) and _NOT_PAID.search(problem)):
            hint = "buy credits in the developer console of X, or set paused = true"
            return FetchError("quota", said or "X wants to be paid first", hint=hint)
        if answer.status == 403:
            hint = "check in the developer console of X that the token's app may search"
            return FetchError("forbidden", said or "X refuses the search", hint=hint)
        mistakes = [said for each in rows(body.get("errors")) if (said := word(each.get("message")))]
        if answer.status == 400 and any(map(_TOO_OLD.search, mistakes)):
            # A window that was left open for a week: what it was to find can't be had any more.
            return Page(cost=0)
        if answer.status == 400 and mistakes:
            hint = "check narrow, and query_length: it may be more than the plan allows"
            return FetchError("http", one_line(mistakes[0], LONGEST_REMARK), hint=hint)
        return None

    @property
    def quota(self) -> Quota:
        """What may be spent in a month, in thousandths of a USD."""
        units = math.floor(round(self.monthly_usd * UNITS_IN_A_USD, 6))
        return Quota(name=pot("x", self.token), limit=units, every="month", unit="USD", in_thousandths=True)

    def cost(self, request: Request) -> int:
        """Return what a request costs if it finds as many posts as it may, each by somebody else."""
        params = dict(request.params)
        price = self._price(len(params["ids"].split(",")) if "ids" in params else self.max_results)
        return max(1, price)  # what costs nothing is not counted, and a cap of 0 holds whatever the prices

    def rereads(self, known: Sequence[Known]) -> Iterator[Reread]:
        """Yield requests that read posts again."""
        ours = askable(known, "x")
        for start in range(0, len(ours), self.max_results):
            some = tuple(ours[start : start + self.max_results])
            yield Reread(self._get("", {"ids": ",".join(one.ref or one.native_id for one in some)}), some)

    def revisit(self, known: Sequence[Known], answer: Answer) -> Revisit:
        """Return posts as they are now; those that were deleted or protected are gone.

        Raises:
            ParseError: the answer is no list of posts.
        """
        body = answer.json()
        errors, users = rows(table(body).get("errors")), _users(body)
        posts = _posts(body) if "data" in table(body) or not errors else []
        mentions = [each for post in posts if isinstance(each := _post(post, users), Mention)]
        shown = {mention.native_id for mention in mentions}
        lost = {first_word((each.get("resource_id"), each.get("value"))) for each in errors}
        left = [one for one in known if one.native_id not in shown]
        gone = tuple(one.id for one in left if (one.ref or one.native_id) in lost)
        return Revisit(
            cost=self._price(len(posts) + len(rows(_included(body).get("tweets"))), len(users)),
            mentions=tuple(mentions),
            gone=gone,
            missing=tuple(one.id for one in left if one.id not in gone),
        )

    def _searches(self, brand: Brand) -> Iterator[str]:
        """Yield queries that find a brand's terms and handles, none longer than the platform takes."""
        ending = " ".join(("-is:retweet", *self.narrow.split()))
        named = (*(term for term in brand.terms if term.startswith("@")), *own_names([brand], "x"))
        handles = [f"@{found[1].lower()}" for name in named if (found := _HANDLE.fullmatch(name))]
        phrases = [f'"{term}"' for term in search_terms([brand], weak=False)]
        group = ""
        for asked in dict.fromkeys((*phrases, *handles)):
            longer = f"{group} OR {asked}" if group else asked
            if group and len(f"({longer}) {ending}") > self.query_length:
                yield f"({group}) {ending}"
                longer = asked
            group = longer
        if group:
            yield f"({group}) {ending}"

    def _get(self, path: str, params: Mapping[str, str]) -> Request:
        fields = "username,name,public_metrics"
        people = {"expansions": "author_id", "user.fields": fields} if self.authors else {}
        return Request(
            "GET",
            f"{self.base_url.rstrip('/')}/2/tweets{path}",
            tuple({**params, "tweet.fields": FIELDS, **people}.items()),
            (("Authorization", Secret(f"Bearer {self.token}")),),
        )

    def _price(self, posts: int, users: int | None = None) -> int:
        """Return what posts and their authors cost; without a number of authors, what they may cost."""
        if users is None:
            users = posts if self.authors else 0
        usd = posts * self.usd_per_post + users * self.usd_per_user
        return math.ceil(round(usd * UNITS_IN_A_USD, 6))  # 0.1 + 0.2 is a bit more than 0.3


# Answers, of version 2 and of 1.1


def _posts(body: Any) -> list[Mapping[str, Any]]:
    """Return the posts in an answer; without any there is no list, but it still says so (meta).

    Raises:
        ParseError: it says nothing of the kind, or what it has are no posts.
    """
    about = table(body)
    found = about.get("data", about.get("statuses")) if isinstance(body, dict) else body
    if found is None and isinstance(about.get("meta"), dict):
        return []
    posts = rows([found] if isinstance(found, dict) else found)
    if any(map(_id, posts)) or (found == [] and about):
        return posts
    said = remark(body)
    raise ParseError(f"the answer has no posts{f': {said}' if said else ''}")


def _id(post: Mapping[str, Any]) -> str | None:
    return first_word((post.get("id_str"), post.get("id")))


def _included(body: Any) -> Mapping[str, Any]:
    return table(table(body).get("includes"))


def _users(body: Any) -> dict[str, Mapping[str, Any]]:
    """Return the authors of an answer by id."""
    return {id: user for user in rows(_included(body).get("users")) if (id := word(user.get("id")))}


def _place(post: Mapping[str, Any]) -> str | None:
    """Return where the next window may start if this is the newest post: its id and its second."""
    id, written = _id(post), moment(post.get("created_at"))
    return f"{id}@{math.floor(written.timestamp())}" if id and id.isdigit() and written else None


def _age(place: str) -> tuple[int, str]:
    """Order posts by age: their ids are numbers written as text."""
    id = place.partition("@")[0]
    return len(id), id


def _post(post: Mapping[str, Any], users: Mapping[str, Mapping[str, Any]]) -> Mention | str:
    """Return what a post says, or why it can't be used."""
    if "id_str" in post:
        post, author = _as_version_2(post)
    else:
        author = users.get(word(post.get("author_id")) or "", {})
    long = table(post.get("note_tweet"))
    entities = table(post.get("entities")), table(long.get("entities"))
    text = _text(first_word((long.get("text"), post.get("text"))) or "", entities)
    if not text:
        return "no text"
    id, handle = word(post.get("id")), word(author.get("username"))
    versions = post.get("edit_history_tweet_ids")
    first = first_word(versions[:1]) if isinstance(versions, list) else None
    above = {word(each.get("type")): word(each.get("id")) for each in rows(post.get("referenced_tweets"))}
    named = [word(each.get("username")) for some in entities for each in rows(some.get("mentions"))]
    counted = table(post.get("public_metrics"))
    return Mention(
        space="x",
        # An edited post gets a new id; it stays the one that it was.
        native_id=first or id,
        kind="comment" if "replied_to" in above else "post",
        url=f"{SITE}/{quote(handle or 'i', safe='')}/status/{quote(id, safe='')}" if id else None,
        text=text,
        author=first_word((author.get("name"), handle)),
        author_id=f"x:@{handle}" if handle else None,
        author_url=f"{SITE}/{quote(handle, safe='')}" if handle else None,
        author_followers=count(table(author.get("public_metrics")).get("followers_count")),
        published_at=moment(post.get("created_at")),
        lang=word(post.get("lang")),
        parent_id=above.get("replied_to"),
        thread_id=word(post.get("conversation_id")),
        likes=count(counted.get("like_count")),
        replies=count(counted.get("reply_count")),
        reposts=count(counted.get("retweet_count")),
        views=count(counted.get("impression_count")),
        addressed_to=tuple(dict.fromkeys(f"x:@{name}" for name in named if name)),
        ref=id if first and first != id else None,
    )


def _text(text: str, entities: Iterable[Mapping[str, Any]]) -> str:
    """Return a text with its entities as letters, once, and its short links as what they lead to."""
    longer = {
        word(link.get("url")): web_link(link.get("unwound_url")) or web_link(link.get("expanded_url"))
        for some in entities
        for link in rows(some.get("urls"))
    }

    def unfolded(short: re.Match[str]) -> str:
        return canonical(longer.get(short[0]) or "") or short[0]

    return word(_SHORT_LINK.sub(unfolded, unescape(text[:LONGEST_POST]))) or ""


def _as_version_2(post: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return a post of version 1.1 as version 2 has it, the original for a repost, and its author."""
    post = table(post.get("retweeted_status")) or post
    user, entities = table(post.get("user")), table(post.get("entities"))
    parent = word(post.get("in_reply_to_status_id_str"))
    return {
        "id": post.get("id_str"),
        "text": first_word((post.get("full_text"), post.get("text"))),
        "created_at": post.get("created_at"),
        "lang": post.get("lang"),
        "referenced_tweets": [{"type": "replied_to", "id": parent}] if parent else [],
        "public_metrics": {
            "like_count": post.get("favorite_count"),
            "retweet_count": post.get("retweet_count"),
        },
        "entities": {
            "urls": entities.get("urls"),
            "mentions": [
                {"username": each.get("screen_name")} for each in rows(entities.get("user_mentions"))
            ],
        },
    }, {"username": user.get("screen_name"), "name": user.get("name")}
