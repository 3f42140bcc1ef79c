"""Public posts of Mastodon and of servers that speak its API: by hashtag, by search, and to an account.

Documentation: https://docs.joinmastodon.org/methods/timelines/#tag, /methods/search/,
/methods/notifications/ and /methods/statuses/
Limits: 300 requests in five minutes for an address and for an account.
Terms: every instance has its own rules. People who keep search engines away (noindex) are left
out; of those who are not to be found by search (indexable is false, as it is at first) the post is
kept and the name is not, unless it is that of a brand's own account.

A tag timeline is read downwards (max_id) the first time, and upwards (min_id) from where the
last window ended after that: however much was posted in between, nothing is jumped over. A post
from another server gets its place by the time it was written but comes in later, so the next
window starts `LATE` before this one ended. Notifications are paged through in the same way.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from repwatch.dates import moment
from repwatch.errors import FetchError, ParseError, Reason, SourceError
from repwatch.model import (
    UNNAMED,
    Answer,
    Brand,
    Known,
    Mention,
    Page,
    Request,
    Reread,
    Revisit,
    Secret,
    Task,
)
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
from repwatch.text import plain
from repwatch.urls import host

STATUSES_ON_A_PAGE = 40
LATE = timedelta(hours=6)
PUBLIC = ("public", "unlisted")
ACCESS = "access"
"""The cursor of the page that says who may read hashtags (since Mastodon 4.5)."""

_INSTANCE = "/api/v2/instance"
_REFUSALS: Mapping[int, Reason] = {401: "login", 403: "forbidden", 422: "login"}
_NEEDS_ACCOUNT = "set a token of an account on this instance, or read another one"
_NEEDS_SCOPES = "make a token with read:search, read:notifications and read:statuses, and set it as token"
_NEXT = re.compile(r'\brel="?next\b', re.IGNORECASE)
"""The Link header is asked whether there is more; where it is follows from the ids."""


@dataclass(frozen=True, slots=True)
class Mastodon:
    """Reads hashtags on instances; with a token, also what its instance finds and what mentions its account.

    A token belongs to one instance. Without `tags`, the brands' terms are taken as hashtags:
    "acme anvils" is #acmeanvils.
    """

    type: ClassVar[str] = "mastodon"
    reads: ClassVar[str] = "posts with a hashtag; with a token, search and own mentions"
    login: ClassVar[str] = "none; search and own mentions: a token with read"
    terms: ClassVar[str] = "each instance has its own rules"
    author_like: ClassVar[str] = "mastodon:@acme@mastodon.example"
    pace_s: ClassVar[float] = 0.0
    version: ClassVar[int] = 2
    reread_for_s: ClassVar[float] = 7 * 24 * 3600.0

    instances: tuple[WebAddress, ...] = ()
    base_url: WebAddress | None = None
    tags: tuple[str, ...] = ()
    token: Secret | None = None

    def __post_init__(self) -> None:
        """Check what no single setting can say.

        Raises:
            ValueError: there is no instance, or a token and several instances.
        """
        if not self._bases:
            raise ValueError('it needs an instance, such as instances = ["https://mastodon.example"]')
        if self.token is not None and len(self._bases) > 1:
            raise ValueError("a token belongs to one instance: make a source of its own for that instance")

    @property
    def _bases(self) -> tuple[str, ...]:
        given = [self.base_url, *self.instances] if self.base_url else self.instances
        return tuple(dict.fromkeys(base.rstrip("/") for base in given))

    @property
    def account(self) -> str | None:
        """The account of the token, if there is one; which one it is, only the instance knows."""
        return "mastodon:*" if self.token is not None else None

    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return "tag:acmeanvils@https://mastodon.example" for each tag and instance.

        With a token "search:acme anvils@..." and "mentions:@..." as well.
        """
        terms = search_terms(brands, weak=False)
        asked = [f"tag:{tag}" for tag in _tags(self.tags or terms)]
        if self.token is not None:
            asked += [*(f"search:{term}" for term in terms), "mentions:"]
        return tuple(f"{what}@{base}" for base in self._bases for what in asked)

    def request(self, task: Task) -> Request:
        """Return the request for one page of a tag's timeline, a search or the mentions."""
        way, what, base = _stream(task.query)
        if task.cursor == ACCESS:
            return self._asks(base, _INSTANCE)
        params = [("limit", str(STATUSES_ON_A_PAGE))]
        if way == "search":
            params += [("q", f'"{what}"'), ("type", "statuses"), ("offset", task.cursor or "0")]
            return self._asks(base, "/api/v2/search", params)
        params += [(name, value) for name, value in _position(task).items() if name != "from"]
        if way == "tag":
            return self._asks(base, f"/api/v1/timelines/tag/{quote(what, safe='')}", params)
        # What strangers write may be filtered away from people: here they count most.
        params += [("types[]", "mention"), ("include_filtered", "true")]
        return self._asks(base, "/api/v1/notifications", params)

    def parse(self, task: Task, answer: Answer) -> Page:
        """Return the public posts of a page.

        Raises:
            ParseError: the answer is no list of posts, or the instance shows no hashtags.
        """
        way, _, base = _stream(task.query)
        body = answer.json()
        if task.cursor == ACCESS:
            _check_access(body, with_token=self.token is not None)
            return Page()
        found = entries(body, *(("statuses",) if way == "search" else ()))
        shown = rows(found)
        if way == "mentions":
            found = [table(each).get("status") for each in found if table(each).get("type") == "mention"]
        cursors: tuple[str, ...] = ()
        resume: str | None = None
        if way != "search":
            cursors, resume = _onwards(task, answer, shown)
        elif shown:
            cursors = (str(int(task.cursor or 0) + len(found)),)
        # Instances that keep hashtags for their users may answer with nothing rather than a refusal.
        silent = way == "tag" and not found and not (task.cursor or task.resume)
        return replace(
            _page(found, base), cursors=cursors, resume=resume, branches=(ACCESS,) if silent else ()
        )

    def explain(self, answer: Answer) -> SourceError | Page | None:
        """Return what an instance means by a refusal; its words are in its own language."""
        reason = _REFUSALS.get(answer.status)
        if urlsplit(answer.url).path.endswith(_INSTANCE):
            return Page() if answer.status in (404, *_REFUSALS) else None  # then it is of an older kind
        said = remark(json_or_none(answer))
        if reason is None or said is None:
            return None
        hint = _NEEDS_SCOPES if self.token else _NEEDS_ACCOUNT
        return FetchError(reason, f"the instance refused: {said}", hint=hint)

    # Second looks

    def rereads(self, known: Sequence[Known]) -> Iterable[Reread]:
        """Yield a request for each post, to the instance that showed it."""
        for each in known:
            if place := self._place(each):
                yield Reread(self._asks(*place), (each,))

    def revisit(self, known: Sequence[Known], answer: Answer) -> Revisit:
        """Return the post as it is now.

        It counts as gone if its author does not want it read here any more.

        Raises:
            ParseError: the answer is no post.
        """
        status = answer.json()
        if not (isinstance(status, dict) and word(status.get("id")) and _uri(status)):
            raise ParseError(f"the instance answered without a post: {remark(status) or 'no id'}")
        asked = [each for each in known if each.native_id == _uri(status)]
        missing = tuple(each.id for each in known if each not in asked)
        read = [_read(status, _base(each), {}) for each in asked]
        return Revisit(
            mentions=tuple(each for each in read if isinstance(each, Mention)),
            gone=tuple(each.id for each, now in zip(asked, read, strict=True) if isinstance(now, str)),
            missing=missing,
        )

    def thread(self, known: Known) -> Request | None:
        """Return the request for what stands around a post, on the instance that showed it."""
        place = self._place(known)
        return self._asks(place[0], f"{place[1]}/context") if place else None

    def replies(self, known: Known, answer: Answer) -> Page:
        """Return the replies under a post, and theirs.

        Raises:
            ParseError: the answer has no list of them.
        """
        body = answer.json()
        above = rows(table(body).get("ancestors"))
        id, _, base = (known.ref or "").rpartition("@")
        page = _page(entries(body, "descendants"), base, {id: known.native_id})
        first = next((_uri(each) for each in above if word(each.get("in_reply_to_id")) is None), None)
        thread = first or (known.native_id if known.kind != "comment" else None)
        return replace(page, mentions=tuple(replace(each, thread_id=thread) for each in page.mentions))

    def _place(self, known: Known) -> tuple[str, str] | None:
        """Return the instance and the path of a post, None for an instance that is not configured."""
        id = (known.ref or "").rpartition("@")[0]
        base = _base(known)
        ours = id and base in self._bases and askable([known], "mastodon")
        return (base, f"/api/v1/statuses/{quote(id, safe='')}") if ours else None

    def _asks(self, base: str, path: str, params: Sequence[tuple[str, str]] = ()) -> Request:
        # A page of an instance that is no longer configured may still be open: the token is not for it.
        ours = self.token is not None and base in self._bases
        headers = (("Authorization", Secret(f"Bearer {self.token}")),) if ours else ()
        return Request("GET", f"{base}{path}", tuple(params), headers)


def _tags(names: Iterable[str]) -> tuple[str, ...]:
    """Return names as hashtags: letters, digits and underscores, with a letter among them, each once."""
    tags = (re.sub(r"[^\w]", "", unicodedata.normalize("NFKC", name)).casefold() for name in names)
    return tuple(dict.fromkeys(tag for tag in tags if re.search(r"[^\W\d_]", tag)))


def _stream(query: str) -> tuple[str, str, str]:
    """Return the parts of a query: tag, search or mentions, what for, and where."""
    way, _, rest = query.partition(":")
    what, _, base = rest.rpartition("@")
    return way, what, base


def _check_access(body: Any, *, with_token: bool) -> None:
    """See whether hashtags can be read.

    Raises:
        ParseError: an instance shows them to nobody, or to its users alone.
    """
    settings = table(table(body).get("configuration")).get("timelines_access")
    feeds = table(table(settings).get("hashtag_feeds"))
    access = {word(feeds.get("local")), word(feeds.get("remote"))}
    if access == {"disabled"}:
        raise ParseError(
            "this instance shows hashtags to nobody", reason="forbidden", hint="read another one"
        )
    if access <= {"disabled", "authenticated"} and not with_token:
        raise ParseError(
            "this instance shows hashtags to its users alone", reason="login", hint=_NEEDS_ACCOUNT
        )


# Paging


def _position(task: Task) -> dict[str, str]:
    """Return where a page lies: max_id or min_id, and as "from" where the next window may start."""
    if task.cursor is not None:
        return dict(parse_qsl(task.cursor))
    return {"min_id": task.resume, "from": task.resume} if task.resume else {}


def _onwards(
    task: Task, answer: Answer, statuses: Sequence[Mapping[str, Any]]
) -> tuple[tuple[str, ...], str | None]:
    """Return the page that follows in a timeline, and where the next window may start."""
    here = _position(task)
    dated = [(id, moment(each.get("created_at"))) for each in statuses if (id := word(each.get("id")))]
    settled = [id for id, at in dated if at is not None and at <= task.until - LATE]
    resume = max([*settled, *filter(None, [here.get("from")])], key=_age, default=None)
    if not dated:
        return (), resume
    links = answer.headers.get("link")
    if "min_id" in here:
        step = "min_id", max((id for id, _ in dated), key=_age)
    elif links and not _NEXT.search(links):
        return (), resume
    else:
        step = "max_id", min((id for id, _ in dated), key=_age)
    return (urlencode([step, *([("from", resume)] if resume else [])]),), resume


def _age(id: str) -> tuple[int, str]:
    """Order ids by age: they are numbers written as text, or texts of one length that sort by time."""
    return len(id), id


# Posts


def _page(found: Sequence[Any], base: str, uris: Mapping[str, str] | None = None) -> Page:
    """Return the posts of a list; `uris` are those of further posts by their id on the instance."""
    known = {**_uris(rows(found)), **(uris or {})}
    read = [_read(entry, base, known) if isinstance(entry, dict) else "no object" for entry in found]
    return sifted(read)


def _uris(statuses: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {id: uri for each in statuses if (id := word(each.get("id"))) and (uri := _uri(each))}


def _uri(status: Mapping[str, Any]) -> str | None:
    return first_word((status.get("uri"), status.get("url")))


def _base(known: Known) -> str:
    """Return the instance that showed a post."""
    return (known.ref or "").rpartition("@")[2]


def _read(entry: Mapping[str, Any], base: str, uris: Mapping[str, str]) -> Mention | str:
    """Return what a post says, the original for a boost, or why it is left out."""
    boosted = entry.get("reblog")
    status = boosted if isinstance(boosted, dict) else entry
    if status.get("visibility", "public") not in PUBLIC:
        return "not public"
    about = status.get("account")
    account = about if isinstance(about, dict) else {}
    if account.get("noindex") is True:
        return "its author opted out of being indexed"
    parts = word(status.get("spoiler_text")), plain(word(status.get("content")) or "")
    text = "\n".join(filter(None, parts))
    if not text:
        return "no text"
    handle = _handle(account, base)
    url = web_link(status.get("url")) or web_link(status.get("uri"))
    bot = account.get("bot")
    id = word(status.get("id"))
    others = dict.fromkeys(_handle(each, base) for each in rows(status.get("mentions")))
    return Mention(
        space="mastodon",
        native_id=_uri(status),
        kind="post" if word(status.get("in_reply_to_id")) is None else "comment",
        url=url,
        text=text,
        author=first_word((account.get("display_name"), handle)),
        author_id=f"mastodon:{handle}" if handle else None,
        author_url=web_link(account.get("url")),
        author_is_bot=bot if isinstance(bot, bool) else None,
        author_followers=count(account.get("followers_count")),
        published_at=moment(status.get("created_at")),
        edited_at=moment(status.get("edited_at")),
        lang=word(status.get("language")),
        parent_id=_parent(status, uris),
        likes=count(status.get("favourites_count")),
        replies=count(status.get("replies_count")),
        reposts=count(status.get("reblogs_count")),
        addressed_to=tuple(f"mastodon:{other}" for other in others if other and other != handle),
        marks=(UNNAMED,) if account.get("indexable") is False else (),
        ref=f"{id}@{base}" if id else None,
    )


def _handle(account: Mapping[str, Any], base: str) -> str | None:
    """Return "@user@host"; an instance leaves its own host away."""
    name = first_word((account.get("acct"), account.get("username")))
    if name is None or "@" in name:
        return name and f"@{name}"
    return f"@{name}@{host(word(account.get('url')) or '') or urlsplit(base).netloc}"


def _parent(status: Mapping[str, Any], uris: Mapping[str, str]) -> str | None:
    """Return the uri of the post that this one answers, as far as it can be told from this page.

    A post names its parent by an id of the instance. Its uri is known when the parent is on the
    same page, or when somebody continues their own post: both uris then end in their ids.
    """
    parent, id, uri = word(status.get("in_reply_to_id")), word(status.get("id")), _uri(status)
    if parent is None or parent in uris:
        return uris.get(parent) if parent else None
    author = status.get("account")
    own = isinstance(author, dict) and word(author.get("id")) == word(status.get("in_reply_to_account_id"))
    if own and id and uri and uri.endswith(f"/{id}"):
        return f"{uri.removesuffix(id)}{parent}"
    return None
