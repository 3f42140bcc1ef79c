from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from repwatch.errors import FetchError, ParseError
from repwatch.model import Answer, Brand, Known, Mention, Page, Secret, Session, Task, mention_id
from repwatch.sources import build
from repwatch.sources.reddit import GONE, NAMES_TOLD, Reddit

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
APP: dict[str, Any] = {"client_id": Secret("my-app"), "client_secret": Secret("hush")}
PERSONAL: dict[str, Any] = {"feed_token": Secret("0123456789abcdef"), "feed_user": Secret("acme_support")}
SOURCE = Reddit(**APP)
FEED = Reddit(**PERSONAL, subreddits=("anvils",))
TASK = Task(source="r", query="search:acme anvils", since=NOW - timedelta(days=14), until=NOW)
ACME = Brand(
    key="acme",
    name="Acme",
    terms=("acme anvils", "@acme_anvils"),
    own_domains=("acme.example",),
    own_accounts=("reddit:u/acme_support", "hn:acme"),
)


def answer(body: Any, status: int = 200, **headers: str) -> Answer:
    said = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, "https://oauth.reddit.com/search", headers, said)


def listing(*children: Any, after: str | None = None) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"after": after, "dist": len(children), "children": list(children)}}


def post(id: str, **more: Any) -> dict[str, Any]:
    given = {"name": f"t3_{id}", "id": id, "title": f"Acme Anvils {id}", "author": "bea", "is_self": True}
    return {"kind": "t3", "data": {**given, "created_utc": NOW.timestamp(), **more}}


def comment(id: str, parent: str, *below: Any, **more: Any) -> dict[str, Any]:
    replies = listing(*below) if below else ""
    given = {"name": f"t1_{id}", "id": id, "body": f"words {id}", "author": "clinker", "replies": replies}
    return {"kind": "t1", "data": {**given, "link_id": "t3_a", "parent_id": parent, **more}}


def known(name: str, ref: str | None = None) -> Known:
    kind: Any = "post" if name.startswith("t3_") else "comment"
    return Known(id=mention_id("reddit", name), space="reddit", native_id=name, kind=kind, ref=ref)


def read(body: Any, task: Task = TASK, source: Reddit = SOURCE) -> Page:
    return source.parse(task, answer(body))


def sample() -> dict[str, Mention]:
    body = (Path(__file__).parent / "data/source_reddit.json").read_bytes()
    return {mention.native_id or "": mention for mention in read(body).mentions}


def asked(query: str, source: Reddit = SOURCE, cursor: str | None = None) -> tuple[str, dict[str, str]]:
    request = source.request(replace(TASK, query=query, cursor=cursor))
    return request.url, dict(request.params)


# Settings


@pytest.mark.parametrize(
    ("settings", "mistake"),
    [
        ({}, "it needs client_id and client_secret .* or feed_token and feed_user"),
        ({"client_id": "x"}, "client_id and client_secret belong together"),
        ({"feed_user": "x"}, "feed_token and feed_user belong together"),
        ({**APP, **PERSONAL}, "not both"),
        ({**APP, "search_in_subreddits": True}, "needs subreddits"),
        ({**APP, "subreddits": ["anvils and tongs"]}, "is no subreddit"),
    ],
)
def test_only_what_the_chosen_way_needs_is_asked_for(settings: dict[str, Any], mistake: str) -> None:
    with pytest.raises(ValidationError, match=mistake) as caught:
        build("reddit", settings)
    assert "hush" not in str(caught.value)
    assert build("reddit", APP)
    assert build("reddit", PERSONAL)


def test_a_subreddit_may_be_named_as_people_write_it() -> None:
    spelled = ["r/Anvils", "/r/tongs/", "https://www.reddit.com/r/forge", "u_acme_support"]
    source = build("reddit", {**APP, "subreddits": spelled})
    assert source.subreddits == ("Anvils", "tongs", "forge", "u_acme_support")  # type: ignore[attr-defined]


# What is asked


def test_terms_and_own_accounts_are_searched_for_and_subreddits_and_domains_are_read() -> None:
    assert Reddit(**APP, subreddits=("anvils",)).queries([ACME]) == (
        "search:acme anvils",
        "search:acme_anvils",
        "search:u/acme_support",
        "domain:acme.example",
        "new:anvils",
        "comments:anvils",
    )
    narrow = Reddit(**APP, subreddits=("anvils", "forge"), search_in_subreddits=True)
    assert "search r/forge:acme anvils" in narrow.queries([ACME])
    assert "search:acme anvils" not in narrow.queries([ACME])


def test_each_stream_is_a_listing_of_its_own() -> None:
    whole = {"limit": "100", "raw_json": "1"}
    search = {"q": '"acme anvils"', "sort": "new", "t": "all", "type": "link"}
    api = "https://oauth.reddit.com"
    assert asked("search:acme anvils") == (f"{api}/search", {**whole, **search})
    assert asked("search r/anvils:acme anvils") == (
        f"{api}/r/anvils/search",
        {**whole, **search, "restrict_sr": "true"},
    )
    assert asked("comments:anvils") == (f"{api}/r/anvils/comments", whole)
    assert asked("new:anvils") == (f"{api}/r/anvils/new", whole)
    assert asked("domain:acme.example", cursor="t3_b t3_a") == (
        f"{api}/domain/acme.example/new",
        {**whole, "after": "t3_b"},
    )
    assert asked("search:acme", Reddit(**APP, exact=False))[1]["q"] == "acme"


def test_a_personal_feed_is_asked_with_its_token_and_without_a_login() -> None:
    assert FEED.log_in(None) is None
    www = "https://www.reddit.com"
    own = {"limit": "100", "feed": "0123456789abcdef", "user": "acme_support"}
    search = {"q": '"acme"', "sort": "new"}
    assert asked("search:acme", FEED) == (f"{www}/search.rss", {**own, **search})
    assert asked("search r/anvils:acme", FEED) == (
        f"{www}/r/anvils/search.rss",
        {**own, **search, "restrict_sr": "on"},
    )
    assert asked("comments:anvils", FEED) == (f"{www}/r/anvils/comments/.rss", own)
    assert asked("domain:acme.example", FEED) == (f"{www}/domain/acme.example/new/.rss", own)
    request = FEED.request(TASK)
    assert {name for name, value in request.params if isinstance(value, Secret)} == {"feed", "user"}
    assert "0123456789abcdef" not in repr(request)


def test_both_ways_may_be_sent_to_another_address() -> None:
    for settings in (APP, PERSONAL):
        request = Reddit(**settings, base_url="http://127.0.0.1:9/").request(TASK)
        assert request.url.startswith("http://127.0.0.1:9/search")


# Login


def test_an_app_logs_in_with_its_id_and_secret() -> None:
    request = SOURCE.log_in(None)
    assert request is not None
    assert (request.method, request.url) == ("POST", "https://www.reddit.com/api/v1/access_token")
    assert request.body == b"grant_type=client_credentials"
    headers = dict(request.headers)
    assert isinstance(headers["Authorization"], Secret)
    scheme, _, login = headers["Authorization"].partition(" ")
    assert (scheme, base64.b64decode(login)) == ("Basic", b"my-app:hush")
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "hush" not in repr(request)


def test_a_session_lasts_as_long_as_the_server_says_on_its_own_clock() -> None:
    body = {"access_token": "secret-token", "token_type": "bearer", "expires_in": 86400, "scope": "*"}
    session = SOURCE.session(answer(body, date="Sat, 21 Nov 2026 12:00:00 GMT"))
    assert session == Session({"access_token": "secret-token"}, NOW + timedelta(days=1))
    assert SOURCE.session(answer(body)).expires_at is None
    eternal = {**body, "expires_in": 2**52}
    assert SOURCE.session(answer(eternal, date="Fri, 31 Dec 9999 23:59:59 GMT")).expires_at is None
    signed = SOURCE.signed(SOURCE.request(TASK), session)
    [(name, value)] = signed.headers
    assert (name, str(value)) == ("Authorization", "bearer secret-token")
    assert isinstance(value, Secret)


def test_an_answer_without_a_session_is_a_refused_login() -> None:
    with pytest.raises(ParseError, match="unsupported_grant_type") as caught:
        SOURCE.session(answer({"error": "unsupported_grant_type"}))
    assert caught.value.reason == "login"


# What is read


def test_a_post_is_its_title_and_its_text_as_people_wrote_them() -> None:
    assert sample()["t3_1p4711a"] == Mention(
        space="reddit",
        native_id="t3_1p4711a",
        kind="post",
        url="https://www.reddit.com/r/blacksmithing/comments/1p4711a/the_horn_came_off/",
        title="The horn came off my Acme Anvils anvil & nobody answers",
        text=(
            "Bought it in May.\nTwice I wrote to /u/acme_support,"
            " see their page (https://acme.example/help?a=1&b=2). It says <soon>."
        ),
        author="bellows_bea",
        author_id="reddit:u/bellows_bea",
        author_url="https://www.reddit.com/user/bellows_bea",
        published_at=datetime(2026, 11, 21, 8, tzinfo=UTC),
        edited_at=datetime(2026, 11, 21, 9, tzinfo=UTC),
        thread_id="t3_1p4711a",
        replies=7,
        reposts=1,
        score=42,
        addressed_to=("reddit:u/acme_support",),
    )


def test_a_link_is_where_it_leads_to() -> None:
    link = sample()["t3_1p4711b"]
    assert link.text == "https://news.acme.example/recall?x=1&y=2"
    assert (link.score, link.replies, link.edited_at) == (0, 0, None)


def test_a_comment_knows_its_parent_and_whom_it_answers() -> None:
    first, second = sample()["t1_o14711c"], sample()["t1_o14711d"]
    assert (first.kind, first.title, first.text) == (
        "comment",
        "",
        'Mine too. Acme Anvils said it\'s "normal" & hung up.',
    )
    assert (first.parent_id, first.thread_id) == ("t3_1p4711a", "t3_1p4711a")
    assert first.addressed_to == ("reddit:u/bellows_bea",), "on the first level it answers the post"
    assert (second.parent_id, second.thread_id) == ("t1_o14711c", "t3_1p4711a")
    assert second.addressed_to == ("reddit:u/zed_forge", "reddit:u/acme_support")
    assert second.score == -3


def test_a_comment_has_neither_the_replies_of_its_post_nor_a_score_that_is_hidden() -> None:
    assert (sample()["t1_o14711c"].replies, sample()["t1_o14711c"].score) == (None, None)


def test_what_was_deleted_or_removed_is_left_out_and_the_words_of_who_left_are_kept() -> None:
    removed = [
        post("1", removed_by_category="author"),
        post("2", selftext="[removed]"),
        comment("3", "t3_a", body="[removed]"),
        comment("4", "t3_a", body="[ Removed by Reddit ]"),
        comment("5", "t3_a", body="[deleted]", author="[deleted]"),
    ]
    assert read(listing(*removed)) == Page(skipped=(GONE,) * 5)
    assert "t3_1p4711e" not in sample()
    left = sample()["t3_1p4711g"]
    assert (left.author, left.author_id, left.author_url) == (None, None, None)
    assert left.text


def test_an_address_is_no_person() -> None:
    words = "https://www.reddit.com/u/bea and acme/u/x, but /u/clinker"
    [mention] = read(listing(post("1", selftext=words))).mentions
    assert mention.addressed_to == ("reddit:u/clinker",)


def test_what_is_neither_post_nor_comment_is_skipped_and_counted() -> None:
    page = read(listing({"kind": "t5", "data": {"name": "t5_x"}}, 7, post("1")))
    assert [mention.native_id for mention in page.mentions] == ["t3_1"]
    assert len(page.skipped) == 2


def test_a_subreddit_that_does_not_exist_is_not_an_empty_one() -> None:
    with pytest.raises(ParseError, match="there is none of this name") as caught:
        read(listing({"kind": "t5", "data": {"name": "t5_x", "display_name": "anvil"}}))
    assert caught.value.reason == "not_found"


def test_an_answer_without_a_listing_says_what_reddit_said() -> None:
    with pytest.raises(ParseError, match="Too Many Requests"):
        read({"message": "Too Many Requests", "error": 429})
    with pytest.raises(ParseError) as caught:
        read(b" <!doctype html><title>Too Many Requests</title>")
    assert caught.value.reason == "blocked_page"


# Paging


@dataclass
class Listing:
    """A listing as Reddit serves it: newest first, empty after a name that is not there any more."""

    ids: list[str] = field(default_factory=list)
    deleted: set[str] = field(default_factory=set)
    size: int = 100

    def answer(self, task: Task) -> Answer:
        params = dict(SOURCE.request(task).params)
        assert "before" not in params
        there = [id for id in self.ids if id not in self.deleted]
        after = params.get("after", "t3_")[3:]
        start = there.index(after) + 1 if after in there else len(there) if after else 0
        found = there[start : start + self.size]
        more = found and there.index(found[-1]) + 1 < len(there)
        return answer(listing(*(post(id) for id in found), after=f"t3_{found[-1]}" if more else None))

    def walk(self, deleted_meanwhile: int = 0) -> list[str]:
        """Follow all pages; so many of the last names of the first page are deleted before the next one."""
        seen: list[str] = []
        cursors: list[str | None] = [None]
        for number, cursor in enumerate(cursors):
            assert number < 20
            task = replace(TASK, cursor=cursor)
            page = SOURCE.parse(task, self.answer(task))
            names = [mention.native_id or "" for mention in page.mentions]
            following = (*page.branches, *(page.cursors if set(names) - set(seen) else ()))
            cursors += [cursor for cursor in following if cursor not in cursors]
            seen += names
            if number == 0 and deleted_meanwhile:
                self.deleted |= {name[3:] for name in names[-deleted_meanwhile:]}
        return seen


@pytest.mark.parametrize("count", [0, 1, 100, 101, 350])
def test_a_listing_is_read_to_its_end(count: int) -> None:
    ids = [f"{number:x}" for number in range(count)]
    assert Listing(ids).walk() == [f"t3_{id}" for id in ids]


@pytest.mark.parametrize("deleted", range(1, NAMES_TOLD))
def test_names_that_were_deleted_between_two_pages_do_not_end_a_listing(deleted: int) -> None:
    ids = [f"{number:x}" for number in range(250)]
    assert Listing(ids).walk(deleted) == [f"t3_{id}" for id in ids]


def test_a_page_of_nothing_but_deleted_entries_is_no_end() -> None:
    page = read(listing(post("1", removed_by_category="author"), after="t3_1"))
    assert (page.cursors, page.branches) == ((), ("t3_1",))


def test_what_is_no_name_is_no_cursor() -> None:
    odd: list[Any] = ["https://evil.example", "", "t3_a&user=x", 7, {}]
    for after in odd:
        assert read(listing(post("1"), after=after)).cursors == ()


# Failures


@pytest.mark.parametrize(
    ("status", "body", "reason", "words"),
    [
        (403, b'{"reason": "private", "message": "Forbidden", "error": 403}', "forbidden", "private"),
        (403, b'{"reason": "quarantined", "error": 403}', "forbidden", "quarantined"),
        (403, b'{"message": "Forbidden", "error": 403}', "forbidden", "Forbidden"),
        (403, b'{"error": 403}', "forbidden", "no reason given"),
        (404, b'{"reason": "banned", "message": "Not Found", "error": 404}', "not_found", "banned"),
        (400, b'{"explanation": "that is too long", "message": "Bad Request"}', "http", "that is too long"),
    ],
)
def test_a_failure_that_concerns_one_listing_says_so(
    status: int, body: bytes, reason: str, words: str
) -> None:
    error = SOURCE.explain(answer(body, status))
    assert isinstance(error, FetchError)
    assert (error.reason, error.whole_host) == (reason, False)
    assert words in error.message


def test_a_missing_scope_is_named() -> None:
    says = {"www-authenticate": 'Bearer realm="reddit", error="insufficient_scope"'}
    error = SOURCE.explain(answer({"error": 403}, 403, **says))
    assert isinstance(error, FetchError)
    assert error.hint is not None
    assert "scope" in error.hint


def test_a_refused_app_is_a_refused_login() -> None:
    for status in (400, 401, 403):
        said = Answer(status, "https://www.reddit.com/api/v1/access_token", {}, b'{"error": 400}')
        error = SOURCE.explain(said)
        assert isinstance(error, FetchError)
        assert error.reason == "login"


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503, 520])
def test_web_pages_and_empty_bodies_are_left_to_their_status(status: int) -> None:
    html = b" <!doctype html><html><title>blocked by network security</title></html>"
    assert SOURCE.explain(answer(html, status)) is None
    assert SOURCE.explain(answer(b"", status)) is None


# Second looks


def test_a_hundred_entries_are_read_again_with_one_request() -> None:
    some = [known(f"t3_{number:x}") for number in range(150)]
    first, second = SOURCE.rereads([*some, known("odd")])
    assert (len(first.known), len(second.known)) == (100, 50)
    assert first.request.url == "https://oauth.reddit.com/api/info"
    assert dict(first.request.params)["id"].split(",") == [one.native_id for one in first.known]
    assert list(FEED.rereads(some)) == [], "a personal feed has no way to ask for them"


def test_a_second_look_shows_edits_deletions_and_what_is_not_there_any_more() -> None:
    there, deleted, missing = known("t1_a", "t3_a bea"), known("t3_b"), known("t3_c")
    body = listing(
        comment("a", "t3_a", body="better now"), post("b", selftext="[deleted]", author="[deleted]")
    )
    revisit = SOURCE.revisit([there, deleted, missing], answer(body))
    [mention] = revisit.mentions
    assert (mention.id, mention.text) == (there.id, "better now")
    assert mention.addressed_to == ("reddit:u/bea",), "the list of names does not say whose post it was"
    assert mention.ref == there.ref
    assert (revisit.gone, revisit.missing) == ((deleted.id,), (missing.id,))


TREE = [
    listing(post("a", author="bea")),
    listing(
        comment("b", "t3_a", comment("c", "t1_b", comment("d", "t1_c"))),
        comment("e", "t3_a", body="[deleted]", author="[deleted]"),
        comment("g", "t3_a"),
        {"kind": "more", "data": {"id": "_", "name": "t1__", "children": ["f"]}},
    ),
]


def test_a_thread_brings_the_replies_under_a_post_or_a_comment() -> None:
    request = SOURCE.thread(known("t3_a"))
    assert request is not None
    assert request.url == "https://oauth.reddit.com/comments/a"
    assert SOURCE.thread(known("t1_c", "t3_a bea")) == request
    assert SOURCE.thread(known("t1_c")) is None
    assert FEED.thread(known("t3_a")) is None
    under = {
        name: [mention.native_id for mention in SOURCE.replies(known(name), answer(TREE)).mentions]
        for name in ("t3_a", "t1_b", "t1_d")
    }
    assert under == {"t3_a": ["t1_b", "t1_c", "t1_d", "t1_g"], "t1_b": ["t1_c", "t1_d"], "t1_d": []}
    page = SOURCE.replies(known("t3_a"), answer(TREE))
    assert len(page.skipped) == 2
    assert page.mentions[0].addressed_to == ("reddit:u/bea",)
    assert [mention.parent_id for mention in page.mentions] == ["t3_a", "t1_b", "t1_c", "t3_a"]


def test_replies_that_are_no_replies_are_a_parse_error() -> None:
    odd: list[Any] = [[], {}, [1, 2], [listing()], None]
    for body in odd:
        with pytest.raises(ParseError):
            SOURCE.replies(known("t3_a"), answer(body))


# Personal feeds


def entry(id: str, content: str, title: str = "x", author: str = "/u/bea") -> str:
    html = content.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return (
        f"<entry><author><name>{author}</name></author><content type='html'>{html}</content><id>{id}</id>"
        f"<link href='https://www.reddit.com/r/anvils/comments/a1/slug/{id[3:]}/'/>"
        f"<updated>2026-11-20T10:00:00+00:00</updated><title>{title}</title></entry>"
    )


def atom(*entries: str) -> bytes:
    return (f"<feed xmlns='http://www.w3.org/2005/Atom'>{''.join(entries)}</feed>").encode()


ENDING = (
    ' &#32; submitted by &#32; <a href="https://www.reddit.com/user/bea"> /u/bea </a> <br/> '
    '<span><a href="{}">[link]</a></span> &#32; <span><a href="{}">[comments]</a></span>'
)


def test_an_entry_of_a_feed_is_the_post_that_it_stands_for() -> None:
    to = "https://acme.example/recall?a=1&amp;b=2"
    linked = entry("t3_a1", ENDING.format(to, "https://x.example"), "Acme &amp; recall")
    [mention] = read(atom(linked), source=FEED).mentions
    assert (mention.space, mention.native_id, mention.kind) == ("reddit", "t3_a1", "post")
    assert mention.title == "Acme & recall"
    assert mention.text == "https://acme.example/recall?a=1&b=2"
    assert (mention.author, mention.author_id) == ("bea", "reddit:u/bea")
    assert mention.published_at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert (mention.score, mention.replies, mention.lang) == (None, None, None)


def test_a_post_of_words_is_not_a_link_to_itself() -> None:
    own = "https://www.reddit.com/r/anvils/comments/a1/slug/a1/"
    words = '<div class="md"><p>It rang for /u/clinker.</p></div>' + ENDING.format(own, own)
    [mention] = read(atom(entry("t3_a1", words)), source=FEED).mentions
    assert mention.text == "It rang for /u/clinker."
    assert mention.addressed_to == ("reddit:u/clinker",)


def test_a_comment_of_a_feed_knows_its_post_by_its_address() -> None:
    said = entry("t1_b2", "<p>Cracked &amp; gone.</p>", "/u/bea on Acme Anvils")
    [mention] = read(atom(said), source=FEED).mentions
    assert (mention.kind, mention.title, mention.text) == ("comment", "", "Cracked & gone.")
    assert (mention.thread_id, mention.parent_id) == ("t3_a1", None)


def test_both_ways_know_a_post_by_the_same_identity() -> None:
    [by_feed] = read(atom(entry("t3_a1", "<p>words</p>")), source=FEED).mentions
    [by_app] = read(listing(post("a1"))).mentions
    assert by_feed.id == by_app.id
    assert by_feed.thread_id == by_app.thread_id


def test_a_feed_leaves_out_what_was_deleted_and_what_is_no_entry() -> None:
    page = read(
        atom(
            entry("t3_a1", "<p>[removed]</p>" + ENDING.format("x", "y")),
            entry("t1_b2", "<p>words</p>", author="/u/[deleted]"),
            entry("urn:x", "<p>words</p>"),
        ),
        source=FEED,
    )
    assert page == Page(skipped=(GONE, GONE, "neither a post nor a comment"))


def test_a_web_page_is_no_feed() -> None:
    with pytest.raises(ParseError) as caught:
        read(b"<!doctype html><html><body>Just a moment...</body></html>", source=FEED)
    assert caught.value.reason == "blocked_page"


# Real answers


def recorded() -> Iterator[tuple[dict[str, Any], Answer]]:
    folder = os.environ.get("REPWATCH_RECORDINGS")
    if not folder:
        pytest.skip("REPWATCH_RECORDINGS is not set")
    for line in Path(folder, "reddit/replay.jsonl").read_bytes().splitlines():
        record = json.loads(line)
        response = record["response"]
        headers = {name.lower(): str(value) for name, value in response["headers"].items()}
        said = Answer(response["status"], record["request"]["url"], headers, response["body"].encode())
        yield record, said


def test_every_entry_of_the_recorded_listings_is_there_unless_it_was_taken_away() -> None:
    listings = 0
    for _, said in recorded():
        if said.status != 200:
            continue
        body = json.loads(said.body)
        if isinstance(body, list):
            known_post = known(body[0]["data"]["children"][0]["data"]["name"])
            assert len(SOURCE.replies(known_post, said).mentions) == len(body[1]["data"]["children"])
            continue
        if any(each["kind"] == "t5" for each in body["data"]["children"]):
            with pytest.raises(ParseError):
                SOURCE.parse(TASK, said)
            continue
        listings += 1
        entries = [each["data"] for each in body["data"]["children"] if each["kind"] in ("t1", "t3")]
        public = [each for each in entries if not each.get("removed_by_category")]
        page = SOURCE.parse(TASK, said)
        assert [mention.native_id for mention in page.mentions] == [each["name"] for each in public]
        assert len(page.mentions) + len(page.skipped) == len(body["data"]["children"])
        for mention, data in zip(page.mentions, public, strict=True):
            assert mention.author == data["author"]
            assert mention.published_at is not None
            assert mention.published_at.timestamp() == data["created_utc"]
            assert mention.url
            assert mention.title == ("" if mention.kind == "comment" else data["title"].strip())
            assert not re.search(r"&(?:amp|lt|gt);", mention.title)
            if body["data"]["after"]:
                assert page.cursors[0].split(" ")[0] == body["data"]["after"]
            assert data.get("selftext") in (None, "") or mention.text
    assert listings >= 6


def test_every_recorded_failure_has_a_meaning_or_is_left_to_its_status() -> None:
    failures = [said for _, said in recorded() if said.status >= 400]
    assert len(failures) >= 20
    for said in failures:
        error = SOURCE.explain(said)
        assert error is None or isinstance(error, FetchError)
        if said.status in (401, 429) or said.status >= 500:
            assert error is None
        if said.status == 403:
            assert isinstance(error, FetchError)
            assert not error.whole_host
        with pytest.raises(ParseError):
            SOURCE.parse(TASK, said)
