"""Posts of Reddit that a search finds, comments of chosen subreddits, and links to the brands' domains.

Documentation: https://www.reddit.com/dev/api and https://github.com/reddit-archive/reddit/wiki/OAuth2
Limits: 100 requests a minute for an app, counted over ten; a listing ends after about 1,000 entries,
a search after about 250. Nothing is answered without an app or a personal feed.
Terms: Data API Terms: approved use only (new apps need approval since November 2025), commercial
use needs a contract; what is deleted on Reddit is deleted here, so all that is kept is read again.

Comments can't be searched: those of chosen subreddits are read as they come in, and matched here.
Listings are read from their top each time and downwards by the name of the last entry. A name that
was deleted meanwhile leads to an empty page; then the one before it is tried.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape
from typing import Annotated, Any, ClassVar
from urllib.parse import quote

from repwatch.dates import moment
from repwatch.errors import FetchError, ParseError, Reason, SourceError
from repwatch.model import (
    Answer,
    Brand,
    Known,
    Mention,
    Page,
    Request,
    Reread,
    Revisit,
    Secret,
    Session,
    Task,
)
from repwatch.sources import feed
from repwatch.sources.common import (
    Checked,
    WebAddress,
    askable,
    balance,
    beneath,
    count,
    entries,
    first_word,
    json_or_none,
    own_names,
    remark,
    rows,
    search_terms,
    sifted,
    table,
    web_link,
    with_addresses,
    word,
)
from repwatch.sources.markdown import plain_markdown

ENTRIES_ON_A_PAGE = 100
NAMES_TOLD = 3
"""Names that a cursor holds, for the case that the first of them was deleted."""
NAMES_ASKED_AT_ONCE = 100
COMMENTS_OF_A_POST = 2_048
SITE = "https://www.reddit.com"
API = "https://oauth.reddit.com"
ACCOUNT = "reddit:u/"
NOBODY = "[deleted]"
BLANKED = ("[deleted]", "[removed]", "[ Removed by Reddit ]")
GONE = "deleted or removed on Reddit"

_NAME = re.compile(r"t[13]_[0-9a-z]{1,20}", re.IGNORECASE)
_PEOPLE = re.compile(r"(?<![\w/.])/?u/([\w-]{2,30})(?![\w/])", re.IGNORECASE)
_POST_OF_URL = re.compile(r"/comments/([0-9a-z]{1,20})(?:/|$)", re.IGNORECASE)
_FEED_LINK = re.compile(r"<a\s[^<>]*href=\"([^\"<>]+)\"[^<>]*>\s*\[link\]\s*</a>", re.IGNORECASE)
_FEED_ENDING = re.compile(r"\s*(?:submitted by\s.{0,200})?\[link\]\s*\[comments\]\s*$", re.DOTALL)
_OF_STATUS: Mapping[int, Reason] = {403: "forbidden", 404: "not_found"}


def subreddit(value: str) -> str:
    """Return the name of a subreddit without its r/.

    Raises:
        ValueError: it can't be one.
    """
    name = re.sub(r"^(?:https?://[^/]+)?/?(?:r/)?", "", value.strip(), flags=re.IGNORECASE).rstrip("/")
    if not re.fullmatch(r"\w{2,30}", name, re.ASCII):
        raise ValueError(f'"{value[:40]}" is no subreddit; write it like "r/anvils"')
    return name


Subreddit = Annotated[str, Checked(subreddit)]


@dataclass(frozen=True, slots=True)
class Reddit:
    """Reads as an app of one's own, or the personal feeds of an account.

    Feeds show the newest hundred entries without scores, and what was deleted since they don't say.
    Posts are searched for everywhere, or with `search_in_subreddits` only in `subreddits`, whose
    newest posts and comments are read in any case. `exact` asks for terms as phrases.
    """

    type: ClassVar[str] = "reddit"
    reads: ClassVar[str] = "posts by search, posts and comments of subreddits, links to your domains"
    login: ClassVar[str] = "id and secret of an approved app, or token of a personal feed"
    terms: ClassVar[str] = "approved use; commercial use by contract; deletions are followed"
    author_like: ClassVar[str] = "reddit:u/acme"
    pace_s: ClassVar[float] = 1.0
    version: ClassVar[int] = 1
    reread_for_s: ClassVar[float] = math.inf

    base_url: WebAddress | None = None
    login_url: WebAddress = SITE
    client_id: Secret | None = None
    client_secret: Secret | None = None
    feed_token: Secret | None = None
    feed_user: Secret | None = None
    subreddits: tuple[Subreddit, ...] = ()
    search_in_subreddits: bool = False
    exact: bool = True

    def __post_init__(self) -> None:
        """Check what no single setting can say.

        Raises:
            ValueError: credentials are missing or too many, or there is no subreddit to search.
        """
        app, personal = (self.client_id, self.client_secret), (self.feed_token, self.feed_user)
        if any(app) and any(personal):
            raise ValueError("it reads as an app or by a personal feed, not both: take one of them away")
        if any(app) and not all(app):
            raise ValueError("client_id and client_secret belong together, and one of them is missing")
        if any(personal) and not all(personal):
            raise ValueError("feed_token and feed_user belong together, and one of them is missing")
        if not any(app) and not any(personal):
            raise ValueError(
                f"it needs client_id and client_secret of an app ({SITE}/prefs/apps),"
                f" or feed_token and feed_user of a personal feed ({SITE}/prefs/feeds)"
            )
        if self.search_in_subreddits and not self.subreddits:
            raise ValueError('search_in_subreddits needs subreddits = ["anvils"]')

    @property
    def _by_feed(self) -> bool:
        return self.feed_token is not None

    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return "search:acme", "search r/anvils:acme", "domain:acme.example", "comments:anvils" and so on.

        A brand's own accounts are searched for as well: a post that names one is addressed to it.
        """
        ways = [f"search r/{name}" for name in self.subreddits] if self.search_in_subreddits else ["search"]
        terms = *search_terms(brands), *(f"u/{name}" for name in own_names(brands, "reddit"))
        asked = [f"{way}:{term}" for way in ways for term in terms]
        asked += [f"domain:{domain}" for brand in brands for domain in brand.own_domains]
        asked += [f"{way}:{name}" for name in self.subreddits for way in ("new", "comments")]
        return tuple(dict.fromkeys(asked))

    def request(self, task: Task) -> Request:
        """Return the request for one page of a listing, newest first."""
        way, _, what = task.query.partition(":")
        search, _, within = way.partition(" ")
        params = [("limit", str(ENTRIES_ON_A_PAGE))]
        if search == "search":
            path = f"{within}/search" if within else "search"
            params += [("q", f'"{what}"' if self.exact else what), ("sort", "new")]
            params += [("restrict_sr", "on" if self._by_feed else "true")] if within else []
        elif way == "domain":
            path = f"domain/{quote(what, safe='')}/new"
        else:
            path = f"r/{quote(what, safe='')}/{way}"
        if self._by_feed:
            return self._personal(path, params)
        if search == "search":
            params += [("t", "all"), ("type", "link")]
        if task.cursor:
            params.append(("after", task.cursor.partition(" ")[0]))
        return self._api(path, params)

    def parse(self, task: Task, answer: Answer) -> Page:
        """Return the posts and comments of a page that have not been deleted.

        Raises:
            ParseError: the answer is neither a listing nor a feed.
        """
        if self._by_feed:
            return _personal_page(answer)
        body = answer.json()
        children = entries(body, "data", "children")
        names = [name for child in children if (name := _name(child))]
        if not names and any(table(child).get("kind") == "t5" for child in children):
            why = "a list of subreddits instead of posts: there is none of this name"
            raise ParseError(why, reason="not_found", hint="check subreddits")
        page = _page(children)
        following = _following(task, word(table(table(body).get("data")).get("after")), names)
        # A page of nothing but deleted entries, or behind a deleted name, is no end.
        return replace(page, cursors=following) if page.mentions else replace(page, branches=following)

    # Failures

    def explain(self, answer: Answer) -> SourceError | Page | None:
        """Return what Reddit says about a failure that concerns this request, not the whole of Reddit."""
        body = table(json_or_none(answer))
        said = first_word((body.get("explanation"), body.get("reason"), body.get("message")))
        if answer.url.partition("?")[0].endswith("/access_token") and 400 <= answer.status < 404:
            hint = f"check client_id and client_secret at {SITE}/prefs/apps; a new app needs approval first"
            return FetchError("login", f"the app is refused: {remark(body) or answer.status}", hint=hint)
        if "insufficient_scope" in answer.headers.get("www-authenticate", ""):
            return FetchError("forbidden", "the app may not read this", hint="give it the scope read")
        if answer.status == 403 and said in ("private", "quarantined"):
            hint = "take it out of subreddits, or let the account of the app in"
            return FetchError("forbidden", f"this subreddit is {said}", hint=hint)
        if body and answer.status in (400, *_OF_STATUS):
            return FetchError(
                _OF_STATUS.get(answer.status, "http"), f"{answer.status}: {said or 'no reason given'}"
            )
        return None

    # Login

    def log_in(self, session: Session | None) -> Request | None:
        """Return the request for a session of the app; None for a personal feed, which needs none."""
        if self._by_feed:
            return None
        login = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        return Request(
            "POST",
            f"{self.login_url.rstrip('/')}/api/v1/access_token",
            headers=(
                ("Authorization", Secret(f"Basic {login}")),
                ("Content-Type", "application/x-www-form-urlencoded"),
            ),
            body=b"grant_type=client_credentials",
        )

    def session(self, answer: Answer) -> Session:
        """Return the session in an answer; its end counts from the server's own clock.

        Raises:
            ParseError: there is none in it.
        """
        body = table(answer.json())
        token = word(body.get("access_token"))
        if token is None:
            raise ParseError(f"no session: {remark(body) or 'no reason given'}", reason="login")
        lasts_s, now = count(body.get("expires_in")), moment(answer.headers.get("date"))
        ends_at = moment(now.timestamp() + lasts_s) if now and lasts_s is not None else None
        return Session({"access_token": token}, ends_at)

    def signed(self, request: Request, session: Session) -> Request:
        """Return a request with the session's token."""
        token = Secret(f"bearer {session.values['access_token']}")
        return replace(request, headers=(*request.headers, ("Authorization", token)))

    # Second looks

    def rereads(self, known: Sequence[Known]) -> Iterator[Reread]:
        """Yield requests for a hundred entries each; a personal feed has no way to ask for them."""
        ours = [] if self._by_feed else askable(known, "reddit")
        named = [one for one in ours if _NAME.fullmatch(one.native_id)]
        for start in range(0, len(named), NAMES_ASKED_AT_ONCE):
            some = tuple(named[start : start + NAMES_ASKED_AT_ONCE])
            yield Reread(self._api("api/info", [("id", ",".join(one.native_id for one in some))]), some)

    def revisit(self, known: Sequence[Known], answer: Answer) -> Revisit:
        """Return the entries as they are now, and which of them were deleted.

        Raises:
            ParseError: the answer is no listing.
        """
        asked = {one.native_id: one for one in known}
        mentions: list[Mention] = []
        gone: list[str] = []
        for child in entries(answer.json(), "data", "children"):
            one = asked.pop(_name(child) or "", None)
            if one is None:
                continue
            read = _mention(child, (one.ref or "").partition(" ")[2] or None)
            if isinstance(read, Mention):
                mentions.append(read)
            elif read == GONE:
                gone.append(one.id)
        return Revisit(
            mentions=tuple(mentions), gone=tuple(gone), missing=tuple(one.id for one in asked.values())
        )

    def thread(self, known: Known) -> Request | None:
        """Return the request for the comments under a post, or under the post of a comment."""
        post = known.native_id if known.native_id.startswith("t3_") else (known.ref or "").partition(" ")[0]
        if self._by_feed or not post.startswith("t3_") or not askable([known], "reddit"):
            return None
        return self._api(f"comments/{quote(post[3:], safe='')}", [("limit", str(COMMENTS_OF_A_POST))])

    def replies(self, known: Known, answer: Answer) -> Page:
        """Return the comments under a post or comment.

        Raises:
            ParseError: the answer is not a post and its comments.
        """
        body = answer.json()
        post, comments = body if isinstance(body, list) and len(body) == 2 else (None, body)
        first = next(iter(rows(table(table(post).get("data")).get("children"))), {})
        writer = _author(table(first.get("data")))
        page = _page(tuple(_tree(entries(comments, "data", "children"))), writer)
        return replace(page, mentions=tuple(beneath(known.native_id, page.mentions)))

    def _api(self, path: str, params: Sequence[tuple[str, str]]) -> Request:
        base = (self.base_url or API).rstrip("/")
        return Request("GET", f"{base}/{path}", (*params, ("raw_json", "1")))

    def _personal(self, path: str, params: Sequence[tuple[str, str]]) -> Request:
        base = (self.base_url or SITE).rstrip("/")
        ending = ".rss" if path.endswith("search") else "/.rss"
        token = (("feed", self.feed_token or Secret()), ("user", self.feed_user or Secret()))
        return Request("GET", f"{base}/{path}{ending}", (*params, *token))


# Entries of listings


def _following(task: Task, after: str | None, names: Sequence[str]) -> tuple[str, ...]:
    """Return the page that follows, as the name it comes after and those to try if that was deleted."""
    if after is not None and _NAME.fullmatch(after):
        others = [name for name in reversed(names) if name != after]
        return (" ".join([after, *others[: NAMES_TOLD - 1]]),)
    untried = (task.cursor or "").split(" ")[1:]
    return (" ".join(untried),) if untried and not names else ()


def _page(children: Sequence[Any], writer: str | None = None) -> Page:
    read = [_mention(child, writer) for child in children]
    return sifted(read)


def _tree(children: Sequence[Any]) -> Iterator[Any]:
    """Yield comments and the comments under them; nesting costs no stack."""
    waiting = list(reversed(children))
    while waiting:
        child = waiting.pop()
        yield child
        below = table(table(table(child).get("data")).get("replies"))
        nested = table(below.get("data")).get("children")
        waiting.extend(reversed(nested) if isinstance(nested, list) else ())


def _name(child: object) -> str | None:
    """Return an entry's full name: t3_ and its id for a post, t1_ for a comment."""
    data = table(table(child).get("data"))
    names = word(data.get("name")), f"{table(child).get('kind')}_{word(data.get('id'))}"
    return next((name for name in names if name and _NAME.fullmatch(name)), None)


def _mention(child: object, writer: str | None) -> Mention | str:
    """Return what an entry says, or why it can't be used; `writer` wrote the post, where it doesn't say."""
    name, data = _name(child), table(table(child).get("data"))
    if name is None:
        return "neither a post nor a comment"
    is_post = name.startswith("t3_")
    body = plain_markdown(with_addresses(word(data.get("selftext" if is_post else "body")) or ""))
    author = _author(data)
    if word(data.get("removed_by_category")) is not None or body in BLANKED:
        return GONE
    title = word(data.get("title")) or "" if is_post else ""
    address = first_word((data.get("permalink"), data.get("context")))
    link = web_link(data.get("url")) if is_post and data.get("is_self") is not True else None
    text = "\n".join(filter(None, (body, link)))
    if not (title or text):
        return "no text"
    post = name if is_post else word(data.get("link_id"))
    parent = None if is_post else word(data.get("parent_id"))
    writer = word(data.get("link_author")) or writer
    answered = [writer] if writer and writer != NOBODY and parent is not None and parent == post else []
    return Mention(
        space="reddit",
        native_id=name,
        kind="post" if is_post else "comment",
        url=web_link(address, f"{SITE}/"),
        title=title,
        text=text,
        **_signed_by(author),
        published_at=moment(data.get("created_utc")),
        edited_at=moment(data.get("edited")),
        parent_id=parent,
        thread_id=post,
        # Of a comment, num_comments counts those of its post, and a hidden score is always 1.
        replies=count(data.get("num_comments")) if is_post else None,
        reposts=count(data.get("num_crossposts")),
        views=count(data.get("view_count")),
        score=balance(data.get("score")) if data.get("score_hidden") is not True else None,
        addressed_to=_accounts([*answered, *_PEOPLE.findall(f"{title}\n{body}")]),
        ref=f"{post} {writer or ''}".strip() if post and not is_post else None,
    )


def _author(data: Mapping[str, Any]) -> str | None:
    name = word(data.get("author"))
    return name if name != NOBODY else None


def _accounts(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{ACCOUNT}{name}" for name in names))


def _signed_by(author: str | None) -> dict[str, Any]:
    """Return the fields of a mention that say who wrote it."""
    if author is None:
        return {}
    return {
        "author": author,
        "author_id": f"{ACCOUNT}{author}",
        "author_url": f"{SITE}/user/{quote(author, safe='')}",
    }


# Entries of personal feeds


def _personal_page(answer: Answer) -> Page:
    read = [_from_feed(mention, html) for mention, html in feed.written(answer, "reddit")]
    return sifted(read)


def _from_feed(mention: Mention, html: str) -> Mention | str:
    """Return what an entry of a feed says in the words of a listing, or why it can't be used."""
    name = mention.native_id or ""
    if not _NAME.fullmatch(name):
        return "neither a post nor a comment"
    is_post = name.startswith("t3_")
    author = (mention.author or "").removeprefix("/").removeprefix("u/") or None
    body = _FEED_ENDING.sub("", mention.text)
    if author == NOBODY or body in BLANKED:
        return GONE
    led_to = _FEED_LINK.search(html)
    link = web_link(unescape(led_to[1])) if led_to else None
    post = _POST_OF_URL.search(mention.url or "")
    return replace(
        mention,
        kind="post" if is_post else "comment",
        # Of a comment, it is the title of its post.
        title=mention.title if is_post else "",
        text="\n".join(filter(None, (body, link if link != mention.url else None))),
        **{"author": None, "author_id": None, "author_url": None, **_signed_by(author)},
        thread_id=name if is_post else f"t3_{post[1]}" if post else None,
        addressed_to=_accounts(_PEOPLE.findall(body)),
    )
