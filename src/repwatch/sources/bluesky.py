"""Posts on Bluesky: found by search, and those that mention, answer or quote an account.

Documentation: https://docs.bsky.app/docs/api/app-bsky-feed-search-posts and
/docs/api/app-bsky-notification-list-notifications
Limits: search and notifications need a login, with an app password. 30 logins in five minutes and
300 a day for an account, so a session is kept; 3,000 requests in five minutes for an address. A
search may end before its hits do.
Terms: posts are public by design, and a deleted one is to be forgotten. The search is not meant as
a source of data in bulk.

Handles change and the id of an account (its DID) does not, so author_url is made of the id, while
author_id is the handle, as people write it: "bluesky:acme.example".

An account is not shown who blocks it, nor whom it blocks, so to it their posts look deleted. Second
looks are therefore taken without a login, at `public_url`.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar

from repwatch.dates import moment
from repwatch.errors import FetchError, ParseError, SourceError
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
from repwatch.sources.common import (
    Checked,
    WebAddress,
    askable,
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
    wall,
    web_link,
    word,
)
from repwatch.text import clean

SITE = "https://bsky.app"
SERVER = "https://bsky.social"
PUBLIC_SERVER = "https://public.api.bsky.app"
POSTS_ON_A_PAGE = 100
POSTS_READ_AGAIN = 25
DEEPEST_REPLY = 100
EVERYTHING = "*"
"""What is searched for where a domain or an account says it all: the search wants a word."""

REASONS = ("mention", "reply", "quote")
BACKDATED = timedelta(days=1)
"""From here on Bluesky's own app calls a post archived, and shows when it was first seen."""

_HANDLE = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}", re.IGNORECASE)
_DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]+")
_POST = re.compile(rf"at://({_DID.pattern})/app\.bsky\.feed\.post/([A-Za-z0-9._:~-]+)")
_NOBODY = "handle.invalid"
"""The handle of an account whose handle does not lead back to it."""

_OF_SESSIONS = ("ExpiredToken", "InvalidToken", "AuthMissing")
_APP_PASSWORD = f"make an app password at {SITE}/settings/app-passwords and set it as password"
_OWN_SERVER = f"set base_url and public_url to the server of the account, such as {SERVER}"


def account_name(value: str) -> str:
    """Return a handle without its @.

    Raises:
        ValueError: it is none, and what one looks like.
    """
    name = value.strip().lstrip("@")
    if not (_HANDLE.fullmatch(name) or _DID.fullmatch(name)):
        raise ValueError(f'"{value}" is no handle; one looks like acme.example or acme.bsky.social')
    return name if name.startswith("did:") else name.lower()


@dataclass(frozen=True, slots=True)
class Bluesky:
    """Searches for the brands' terms, own domains and other accounts; reads the notifications of `handle`.

    `base_url` is the account's own server (its PDS), `public_url` one that shows posts without a
    login. `exact = false` is for servers that take the quotes around a phrase as letters.
    """

    type: ClassVar[str] = "bluesky"
    reads: ClassVar[str] = "posts that name a brand, link to it, or mention its account"
    login: ClassVar[str] = "handle and app password (free)"
    terms: ClassVar[str] = "public by design; deleted posts are to be forgotten"
    author_like: ClassVar[str] = "bluesky:acme.example"
    pace_s: ClassVar[float] = 1.0
    version: ClassVar[int] = 1
    reread_for_s: ClassVar[float] = 30 * 24 * 3600.0

    handle: Annotated[str, Checked(account_name)]
    password: Secret
    base_url: WebAddress = SERVER
    public_url: WebAddress = PUBLIC_SERVER
    language: str | None = None
    exact: bool = True

    @property
    def account(self) -> str:
        """The account that is told of what is said to it."""
        return f"bluesky:{self.handle}"

    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return "search:acme anvils", "domain:acme.example", "mentions:zed.example", "notifications:"."""
        named = own_names(brands, self.type)
        others = {name for name in named if _HANDLE.fullmatch(name) or _DID.fullmatch(name)} - {self.handle}
        asked = [f"search:{term}" for term in search_terms(brands)]
        asked += [f"domain:{domain}" for brand in brands for domain in brand.own_domains]
        asked += [f"mentions:{account}" for account in sorted(others)]
        return tuple(dict.fromkeys([*asked, "notifications:"]))

    def request(self, task: Task) -> Request:
        """Return the request for one page of a search or of the notifications, newest first."""
        way, _, what = task.query.partition(":")
        params = [("limit", str(POSTS_ON_A_PAGE)), *([("cursor", task.cursor)] if task.cursor else [])]
        if way == "notifications":
            # An account can be set to be told of none but those it follows: here everybody counts.
            params += [*(("reasons", reason) for reason in REASONS), ("priority", "false")]
            return self._asks("app.bsky.notification.listNotifications", params)
        params += [
            *([("q", self._words(what))] if way == "search" else [("q", EVERYTHING), (way, what)]),
            ("sort", "latest"),
            ("since", _written(task.since)),
            ("until", _written(task.until)),
            *([("lang", self.language)] if self.language else []),
        ]
        return self._asks("app.bsky.feed.searchPosts", params)

    def parse(self, task: Task, answer: Answer) -> Page:
        """Return the posts of a page.

        Raises:
            ParseError: the answer has no list of posts.
        """
        body = answer.json()
        told = task.query.startswith("notifications:")
        found = entries(body, "notifications" if told else "posts")
        if told:
            posts = [each for each in found if table(each).get("reason") in REASONS]
            read = _read(posts, addressed=(f"bluesky:{self.handle}",))
        else:
            read = _read(found)
        cursor = word(body.get("cursor"))
        return replace(read, cursors=(cursor,) if found and cursor else ())

    def explain(self, answer: Answer) -> SourceError | None:
        """Return what the server says about a request that it did not like."""
        body = table(json_or_none(answer))
        name, said = word(body.get("error")), remark(body) or "it does not say why"
        if name in _OF_SESSIONS:
            return FetchError("login", f"the session is not valid: {said}")
        if answer.status == 401:
            return FetchError("login", f"the login was refused: {said}", hint=_APP_PASSWORD)
        if name == "NotFound":
            return FetchError("not_found", f"the post is not there: {said}")
        if answer.status == 400:
            return FetchError("http", f"the request was refused: {said}")
        if answer.status == 403 and not body and wall(answer) is None:
            return FetchError("forbidden", "this server turns us away", whole_host=True, hint=_OWN_SERVER)
        return None

    # Sessions

    def log_in(self, session: Session | None) -> Request:
        """Return the request for a session: by password, or by what is left of an expired one."""
        refresh = session.values.get("refreshJwt") if session else None
        if refresh:
            headers = (("Authorization", Secret(f"Bearer {refresh}")),)
            return Request("POST", self._method("com.atproto.server.refreshSession"), headers=headers)
        login = {"identifier": self.handle, "password": str(self.password)}
        return Request(
            "POST",
            self._method("com.atproto.server.createSession"),
            headers=(("Content-Type", "application/json"),),
            body=json.dumps(login).encode(),
        )

    def session(self, answer: Answer) -> Session:
        """Return the session, and when it expires, if its token can be read.

        Raises:
            ParseError: there is none in the answer.
        """
        body = table(answer.json())
        access, refresh = word(body.get("accessJwt")), word(body.get("refreshJwt"))
        if access is None or refresh is None:
            raise ParseError(f"the login brought no session: {remark(body) or 'no tokens'}")
        return Session({"accessJwt": Secret(access), "refreshJwt": Secret(refresh)}, _expiry(access))

    def signed(self, request: Request, session: Session) -> Request:
        """Return a request to the account's server with the session's token."""
        if not request.url.startswith(self._method("")):
            return request
        token = Secret(f"Bearer {session.values.get('accessJwt', '')}")
        return replace(request, headers=(*request.headers, ("Authorization", token)))

    # Second looks

    def rereads(self, known: Sequence[Known]) -> Iterable[Reread]:
        """Yield requests for 25 posts each."""
        posts = [each for each in askable(known, "bluesky") if each.native_id.startswith("at://")]
        for start in range(0, len(posts), POSTS_READ_AGAIN):
            few = tuple(posts[start : start + POSTS_READ_AGAIN])
            uris = [("uris", each.native_id) for each in few]
            yield Reread(self._looks("app.bsky.feed.getPosts", uris), few)

    def revisit(self, known: Sequence[Known], answer: Answer) -> Revisit:
        """Return the posts that are still there; of a deleted one, nothing is said.

        Raises:
            ParseError: the answer has no list of posts.
        """
        posts = entries(answer.json(), "posts")
        there = {word(post.get("uri")) for post in rows(posts)}
        missing = tuple(each.id for each in known if each.native_id not in there)
        return Revisit(mentions=_read(posts).mentions, missing=missing)

    def thread(self, known: Known) -> Request | None:
        """Return the request for all that stands under a post."""
        if not (askable([known], "bluesky") and known.native_id.startswith("at://")):
            return None
        params = [("uri", known.native_id), ("depth", str(DEEPEST_REPLY)), ("parentHeight", "0")]
        return self._looks("app.bsky.feed.getPostThread", params)

    def replies(self, known: Known, answer: Answer) -> Page:
        """Return the replies under a post, and theirs.

        Raises:
            ParseError: the answer has no thread.
        """
        top = table(answer.json()).get("thread")
        if not isinstance(top, dict):
            raise ParseError(f"the answer has no thread of {known.native_id}")
        found: list[Any] = []
        lost: list[str] = []
        waiting = deque(rows(top.get("replies")))
        while waiting:
            node = waiting.popleft()
            if isinstance(node.get("post"), dict):
                found.append(node["post"])
                waiting.extend(rows(node.get("replies")))
            else:
                lost.append("blocked" if node.get("blocked") else "deleted")
        page = _read(found, also=[top.get("post")])
        return replace(page, skipped=(*page.skipped, *lost))

    def _words(self, term: str) -> str:
        return f'"{term}"' if self.exact and not re.fullmatch(r"\w+", term) else term

    def _method(self, name: str) -> str:
        return f"{self.base_url.rstrip('/')}/xrpc/{name}"

    def _asks(self, method: str, params: Sequence[tuple[str, str]]) -> Request:
        return Request("GET", self._method(method), tuple(params))

    def _looks(self, method: str, params: Sequence[tuple[str, str]]) -> Request:
        return Request("GET", f"{self.public_url.rstrip('/')}/xrpc/{method}", tuple(params))


def _written(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _expiry(token: str) -> datetime | None:
    """Return when a JSON Web Token expires, None if that is not to be read from it."""
    try:
        claims = json.loads(urlsafe_b64decode(f"{token.split('.')[1]}=="))
    except (LookupError, ValueError, RecursionError):
        return None
    at = table(claims).get("exp")
    return moment(at) if isinstance(at, int | float) else None


# Posts


def _read(found: Sequence[Any], *, addressed: tuple[str, ...] = (), also: Iterable[Any] = ()) -> Page:
    """Return the posts of a list; what else is shown (`also`) tells more handles."""
    handles = dict(_handles([*rows(found), *map(table, also)]))
    read = [_mention(each, handles, addressed) if isinstance(each, dict) else "no object" for each in found]
    return sifted(read)


def _handles(posts: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield the ids and handles of all authors whom the answer shows, quoted ones included."""
    for post in posts:
        quoted = table(table(post.get("embed")).get("record"))
        for shown in (post, quoted, table(quoted.get("record"))):
            author = table(shown.get("author"))
            did, handle = word(author.get("did")), word(author.get("handle"))
            if did and handle and handle != _NOBODY:
                yield did, handle


def _mention(
    post: Mapping[str, Any], handles: Mapping[str, str], addressed: tuple[str, ...]
) -> Mention | str:
    """Return what a post says, or why it can't be used."""
    record = table(post.get("record"))
    text = _text(record)
    if not text:
        return "no text"
    uri = word(post.get("uri"))
    parts = _POST.fullmatch(uri or "")
    author = table(post.get("author"))
    did = word(author.get("did"))
    handle = handles.get(did) if did else None
    reply = table(record.get("reply"))
    parent = word(table(reply.get("parent")).get("uri"))
    languages = record.get("langs")
    others = dict.fromkeys([*addressed, *_addressed(record, handles)])
    mine = {f"bluesky:{did}", f"bluesky:{handle}"}
    return Mention(
        space="bluesky",
        native_id=uri,
        kind="post" if parent is None else "comment",
        url=f"{SITE}/profile/{parts[1]}/post/{parts[2]}" if parts else None,
        text=text,
        author=first_word((author.get("displayName"), handle, did)),
        author_id=f"bluesky:{handle or did}" if did else None,
        author_url=f"{SITE}/profile/{did}" if did and _DID.fullmatch(did) else None,
        published_at=_published_at(post, record),
        # Who writes in several languages names them all, for every post.
        lang=word(languages[0]) if isinstance(languages, list) and len(languages) == 1 else None,
        parent_id=parent,
        thread_id=word(table(reply.get("root")).get("uri")),
        likes=count(post.get("likeCount")),
        replies=count(post.get("replyCount")),
        reposts=count(post.get("repostCount")),
        addressed_to=tuple(each for each in others if each not in mine),
    )


def _published_at(post: Mapping[str, Any], record: Mapping[str, Any]) -> datetime | None:
    """Return when a post was written, or first seen where its author's program says otherwise.

    Anything can be written into createdAt: posts are moved here from elsewhere with their old
    dates, and clocks run ahead. indexedAt is when the network saw it. The two are seconds apart
    for all others, and createdAt is the one that is the same in every answer.
    """
    created, indexed = moment(record.get("createdAt")), moment(post.get("indexedAt"))
    if created is None or indexed is None:
        return created or indexed
    return created if timedelta(0) <= indexed - created <= BACKDATED else indexed


def _addressed(record: Mapping[str, Any], handles: Mapping[str, str]) -> Iterator[str]:
    """Yield the accounts that a post mentions, answers or quotes, by handle and by id."""
    raw = _raw(record)
    for start, end, feature in _features(record):
        did = word(feature.get("did"))
        if did:
            shown = raw[start:end].decode("utf-8", "replace").lstrip("@")
            handle = handles.get(did) or (shown if _HANDLE.fullmatch(shown) else None)
            yield from _names(did, handle)
    quoted = table(table(record.get("embed")).get("record"))
    answered = table(table(record.get("reply")).get("parent"))
    for uri in (answered.get("uri"), quoted.get("uri"), table(quoted.get("record")).get("uri")):
        if parts := _POST.fullmatch(word(uri) or ""):
            yield from _names(parts[1], handles.get(parts[1]))


def _names(did: str, handle: str | None) -> Iterator[str]:
    if handle:
        yield f"bluesky:{handle}"
    yield f"bluesky:{did}"


# Texts


def _raw(record: Mapping[str, Any]) -> bytes:
    """Return the bytes that facets count."""
    text = record.get("text")
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else b""


def _text(record: Mapping[str, Any]) -> str:
    """Return a post's text with the addresses that its links lead to, which it shows shortened."""
    raw = _raw(record)
    pieces: list[bytes] = []
    done = 0
    links = ((start, end, web_link(feature.get("uri"))) for start, end, feature in _features(record))
    for start, end, uri in sorted((link for link in links if link[2]), key=lambda link: link[:2]):
        if uri and start >= done and _is_letter(raw, start) and _is_letter(raw, end):
            shown = raw[start:end].decode("utf-8", "replace")
            # Words that are a link stay; what is only the beginning of its address does not.
            is_address = shown.rstrip(".…").casefold() in uri.casefold()
            pieces += [raw[done:start], (uri if is_address else f"{shown} {uri}").encode()]
            done = end
    text = b"".join([*pieces, raw[done:]]).decode("utf-8", "surrogatepass")
    embed = table(record.get("embed"))
    for card in (embed.get("external"), table(embed.get("media")).get("external")):
        uri = web_link(table(card).get("uri"))
        if uri and uri not in text:
            text += f"\n{uri}"
    return clean(text).strip()


def _features(record: Mapping[str, Any]) -> Iterator[tuple[int, int, Mapping[str, Any]]]:
    """Yield each mention, link and tag with the bytes of the text that it stands for."""
    size = len(_raw(record))
    for facet in rows(record.get("facets")):
        place = table(facet.get("index"))
        start, end = count(place.get("byteStart")), count(place.get("byteEnd"))
        if start is not None and end is not None and start < end <= size:
            for feature in rows(facet.get("features")):
                yield start, end, feature


def _is_letter(raw: bytes, at: int) -> bool:
    """Tell whether a letter begins at a byte, or the text ends there."""
    return at == len(raw) or raw[at] & 0xC0 != 0x80
