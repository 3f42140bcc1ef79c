"""The own page on Facebook: its posts and those of visitors, where it is tagged, comments, recommendations.

Documentation: https://developers.facebook.com/docs/graph-api/reference/page/
Limits: by page and app; X-App-Usage and X-Business-Use-Case-Usage say how many per cent are used.
Terms: own page only, with a page token of an app that Meta has reviewed; there is no public search.

The newest posts of the page are looked at in each scan, and their comments with them, however old the
posts are. A page is followed by its cursor; the address of the next page holds the token.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import parse_qsl, quote, urlencode

from repwatch.dates import moment
from repwatch.errors import FetchError, ParseError
from repwatch.model import Answer, Brand, Kind, Known, Mention, Page, Request, Reread, Revisit, Secret, Task
from repwatch.sources.common import (
    Checked,
    WebAddress,
    askable,
    count,
    entries,
    first_word,
    json_or_none,
    remark,
    rows,
    sifted,
    stars,
    table,
    web_link,
    word,
)

POSTS_ON_A_PAGE = 15
"""The comments of each are a page of their own, which is read in any case."""
COMMENTS_ON_A_PAGE = 100
NEARLY_USED_UP = 90
"""Per cent of what may be asked; beyond it we pause."""
PAUSE_S = 15 * 60.0

_Stream = Literal["feed", "tagged", "ratings"]
_STREAMS: tuple[_Stream, ...] = ("feed", "tagged", "ratings")
_TOO_MANY_CALLS = (4, 17, 32, 613, 80001)
_FIELDS: Mapping[str, str] = {
    "posts": "id,message,created_time,from,permalink_url,shares,reactions.limit(0).summary(true),"
    "comments.limit(0).summary(true)",
    "comments": "id,message,created_time,from,parent{id},permalink_url,like_count,comment_count",
    "ratings": "created_time,recommendation_type,has_rating,rating,review_text,reviewer,open_graph_story{id}",
}
_PER_CENT = ("call_count", "total_time", "total_cputime")
_NO_SUCH_OBJECT = 33
"""The subcode of error 100 for what was deleted, or is hidden from this token."""


def _page_id(value: str) -> str:
    """Return the number of a page."""
    if not (value.isascii() and value.isdigit()):
        raise ValueError(f'"{value}" is no page id: it is a number, see About > Page transparency')
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Facebook:
    """Reads one page, with its own token.

    Visitors' posts, comments and recommendations are to the brand that has "facebook:<page id>"
    among its own_accounts, and need not name it; what the page itself writes is that brand's own.
    `streams` are what to read, `graph_version` is the API's, such as "v23.0"; without it, the app's.
    """

    type: ClassVar[str] = "facebook"
    reads: ClassVar[str] = "the own page: posts, visitors' posts, tags, comments, recommendations"
    login: ClassVar[str] = "page token with pages_read_engagement and pages_read_user_content"
    terms: ClassVar[str] = "own page only; the app needs Meta's review"
    author_like: ClassVar[str] = "facebook:100200300"
    author_id: ClassVar[str] = r"[0-9]+"
    pace_s: ClassVar[float] = 0.0
    version: ClassVar[int] = 1
    reread_for_s: ClassVar[float] = 7 * 86_400.0

    base_url: WebAddress = "https://graph.facebook.com"
    page_id: Annotated[str, Checked(_page_id)]
    token: Secret
    streams: tuple[_Stream, ...] = _STREAMS
    graph_version: str = ""

    @property
    def account(self) -> str:
        """The page that all is said to."""
        return f"facebook:{self.page_id}"

    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return "feed:<page id>" and the like for each stream; the brands do not matter."""
        return tuple(dict.fromkeys(f"{stream}:{self.page_id}" for stream in self.streams))

    def request(self, task: Task) -> Request:
        """Return the request for one page of posts, comments or recommendations, newest first."""
        here = _position(task)
        if "comments" in here:
            return self._comments(here["comments"], here.get("after"))
        stream, _, page = task.query.partition(":")
        fields = _FIELDS["ratings" if stream == "ratings" else "posts"]
        return self._get(f"{page}/{stream}", fields, {"limit": str(POSTS_ON_A_PAGE)}, here.get("after"))

    def parse(self, task: Task, answer: Answer) -> Page:
        """Return the posts, comments or recommendations of a page.

        Raises:
            ParseError: the answer has no list of them.
        """
        body, here = answer.json(), _position(task)
        items = [table(item) for item in entries(body, "data")]
        if "comments" in here:
            read = [self._comment(item, here["comments"]) for item in items]
        elif task.query.startswith("ratings:"):
            read = [self._rating(item) for item in items]
        else:
            read = [self._post(item) for item in items]
        paging = table(table(body).get("paging"))
        after = word(table(paging.get("cursors")).get("after")) if "next" in paging else None
        discussed = _discussed(items) if task.query.startswith("feed:") and "comments" not in here else ()
        return sifted(
            read,
            cursors=(urlencode({**here, "after": after}),) if after else (),
            branches=tuple(urlencode({"comments": id}) for id in discussed),
            wait_s=_pause_s(answer.headers),
        )

    def explain(self, answer: Answer) -> FetchError | Page | None:
        """Say what the number of an error means, which all come with the same few statuses."""
        body = json_or_none(answer)
        error = table(table(body).get("error"))
        code, said = count(error.get("code")), remark(body) or "Facebook refuses"
        if code == 190:
            hint = "make a new page token at developers.facebook.com, best one that does not expire"
            return FetchError("login", said, hint=hint)
        if code in _TOO_MANY_CALLS:
            return FetchError("rate_limited", said, retry_after_s=_pause_s(answer.headers))
        edge = answer.url.partition("?")[0].rpartition("/")[2]
        if code == 10 or (code is not None and 200 <= code <= 299):
            permission = "pages_read_engagement" if edge == "feed" else "pages_read_user_content"
            hint = f"the page token needs {permission}, which Meta grants to an app after a review"
            return FetchError("forbidden", said, hint=hint)
        if code == 100 and count(error.get("error_subcode")) == _NO_SUCH_OBJECT:
            # Between the list of posts and this request, one was deleted.
            if edge == "comments":
                return Page()
            return FetchError("not_found", said, hint="check page_id" if edge in _STREAMS else None)
        return None

    def rereads(self, known: Sequence[Known]) -> Iterator[Reread]:
        """Yield a request for each post and comment; recommendations can't be asked for one by one."""
        for one in askable(known, "facebook"):
            if one.kind in ("post", "comment"):
                fields = _FIELDS["comments" if one.kind == "comment" else "posts"]
                yield Reread(self._get(quote(one.native_id, safe=""), fields), (one,))

    def revisit(self, known: Sequence[Known], answer: Answer) -> Revisit:
        """Return a post or comment as it is now.

        Raises:
            ParseError: the answer is neither.
        """
        one, item = known[0], table(answer.json())
        if word(item.get("id")) != one.native_id:
            raise ParseError("the answer is not what was asked for")
        read = self._comment(item, one.ref) if one.kind == "comment" else self._post(item)
        return Revisit(mentions=(read,)) if isinstance(read, Mention) else Revisit(missing=(one.id,))

    def thread(self, known: Known) -> Request | None:
        """Return the request for the comments under a post or a comment."""
        ours = askable([known], "facebook") and known.kind in ("post", "comment")
        return self._comments(known.native_id) if ours else None

    def replies(self, known: Known, answer: Answer) -> Page:
        """Return the comments under a post or a comment.

        Raises:
            ParseError: the answer has no list of them.
        """
        post, parent = known.ref or known.native_id, known.native_id
        read = [self._comment(table(item), post, parent) for item in entries(answer.json(), "data")]
        return sifted(read)

    def _comments(self, id: str, after: str | None = None) -> Request:
        # A stream has replies to comments in it as well, each with its parent.
        options = {
            "filter": "stream",
            "order": "reverse_chronological",
            "limit": str(COMMENTS_ON_A_PAGE),
        }
        return self._get(f"{quote(id, safe='')}/comments", _FIELDS["comments"], options, after)

    def _get(
        self, path: str, fields: str, options: Mapping[str, str] | None = None, after: str | None = None
    ) -> Request:
        parts = filter(None, (self.base_url.rstrip("/"), self.graph_version.strip("/"), path))
        params = {"fields": fields, **(options or {}), **({"after": after} if after else {})}
        return Request("GET", "/".join(parts), (*params.items(), ("access_token", Secret(self.token))))

    def _post(self, post: Mapping[str, Any]) -> Mention | str:
        text = word(post.get("message"))
        if text is None:
            return _wordless(post)
        return replace(
            self._said(post, "post", text, post.get("from")),
            likes=_total(post, "reactions"),
            replies=_total(post, "comments"),
            reposts=count(table(post.get("shares")).get("count")),
        )

    def _comment(
        self, comment: Mapping[str, Any], post: str | None, parent: str | None = None
    ) -> Mention | str:
        """Return what a comment says; it answers `parent` (else the post) unless it names another comment."""
        text = word(comment.get("message"))
        if text is None:
            return _wordless(comment)
        return replace(
            self._said(comment, "comment", text, comment.get("from")),
            parent_id=first_word((table(comment.get("parent")).get("id"), parent, post)),
            thread_id=post,
            likes=count(comment.get("like_count")),
            replies=count(comment.get("comment_count")),
            ref=post,
        )

    def _rating(self, rating: Mapping[str, Any]) -> Mention | str:
        """Return what a recommendation says: yes (1) or no (0); older ones gave stars."""
        recommends = {"positive": 1.0, "negative": 0.0}.get(word(rating.get("recommendation_type")) or "")
        given, worst, best = stars(rating.get("rating"))
        if recommends is not None:
            given, worst, best = recommends, 0.0, 1.0
        text = word(rating.get("review_text"))
        if text is None and given is None:
            return "neither text nor rating"
        story = {
            "id": table(rating.get("open_graph_story")).get("id"),
            "created_time": rating.get("created_time"),
        }
        return replace(
            self._said(story, "review", text or "", rating.get("reviewer")),
            rating=given,
            rating_worst=worst,
            rating_best=best,
        )

    def _said(self, entry: Mapping[str, Any], kind: Kind, text: str, who: object) -> Mention:
        """Return what all of them have in common; whoever writes here writes to the page."""
        author = table(who)
        id = word(author.get("id"))
        return Mention(
            space="facebook",
            native_id=word(entry.get("id")),
            kind=kind,
            url=web_link(entry.get("permalink_url")),
            text=text,
            author=word(author.get("name")),
            author_id=f"facebook:{id}" if id else None,
            published_at=moment(entry.get("created_time")),
            addressed_to=() if id == self.page_id else (f"facebook:{self.page_id}",),
        )


def _position(task: Task) -> dict[str, str]:
    """Return where a page lies: as "comments" whose they are, as "after" the cursor."""
    return dict(parse_qsl(task.cursor or ""))


def _discussed(posts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the posts that are not known to have no comments."""
    for post in posts[:POSTS_ON_A_PAGE]:
        id = word(post.get("id"))
        if id and _total(post, "comments") != 0:
            yield id


def _wordless(entry: Mapping[str, Any]) -> str:
    """Return why an entry without words can't be used."""
    return "no text" if word(entry.get("id")) is None else "a picture, or another thing without words"


def _total(post: Mapping[str, Any], what: str) -> int | None:
    return count(table(table(post.get(what)).get("summary")).get("total_count"))


def _pause_s(headers: Mapping[str, str]) -> float | None:
    """Return how long to ask nothing, None while there is enough left of what may be asked."""
    app, business = (
        table(json_or_none(Answer(200, "", body=headers.get(name, "").encode("utf-8", "replace"))))
        for name in ("x-app-usage", "x-business-use-case-usage")
    )
    usages = [app, *(usage for each in business.values() for usage in rows(each))]
    used = [count(usage.get(key)) or 0 for usage in usages for key in _PER_CENT]
    if max(used) < NEARLY_USED_UP:
        return None
    minutes = max(count(usage.get("estimated_time_to_regain_access")) or 0 for usage in usages)
    return max(minutes * 60.0, PAUSE_S)
