from __future__ import annotations

import base64
import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from repwatch.errors import FetchError, ParseError
from repwatch.model import Answer, Brand, Known, Mention, Page, Secret, Session, Task
from repwatch.sources import build
from repwatch.sources.bluesky import Bluesky

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BASE = "https://pds.example"
PUBLIC = "https://public.example"
SOURCE = Bluesky(handle="help.acme.example", password=Secret("hush-hush"), base_url=BASE, public_url=PUBLIC)
TASK = Task(source="sky", query="search:acme anvils", since=NOW - timedelta(days=14), until=NOW)
TOLD = replace(TASK, query="notifications:")
SESSION = Session({"accessJwt": "the-access-token", "refreshJwt": "the-refresh-token"})
FAN = {"did": "did:plc:fan", "handle": "anvil-fan-7.example"}
SMITH = {"did": "did:plc:smith", "handle": "smith-4.example"}
ACME = {"did": "did:plc:acme", "handle": "help.acme.example"}


def answer(body: Any, status: int = 200) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, f"{BASE}/xrpc/x", {"content-type": "application/json"}, raw)


def read(*posts: dict[str, Any]) -> list[Mention]:
    return list(SOURCE.parse(TASK, answer({"posts": posts})).mentions)


def sample() -> Page:
    return SOURCE.parse(TASK, answer((Path(__file__).parent / "data/source_bluesky.json").read_bytes()))


def uri(key: str, did: str = "did:plc:fan") -> str:
    return f"at://{did}/app.bsky.feed.post/{key}"


def post(
    key: str, text: str, *, author: dict[str, str] = FAN, seen: datetime = NOW, **more: Any
) -> dict[str, Any]:
    record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": NOW.isoformat(), **more}
    return {"uri": uri(key, author["did"]), "author": author, "record": record, "indexedAt": seen.isoformat()}


def facet(text: str, part: str, **feature: str) -> dict[str, Any]:
    start = text.encode().index(part.encode())
    return between(start, start + len(part.encode()), **feature)


def between(start: int, end: int, **feature: str) -> dict[str, Any]:
    return {"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}


def known(key: str, did: str = "did:plc:fan") -> Known:
    return Known(id=f"m_{key}", space="bluesky", native_id=uri(key, did), kind="post")


# What is asked


def test_terms_domains_and_other_accounts_are_searched_and_the_own_account_is_told() -> None:
    acme = Brand(
        key="acme",
        name="Acme",
        terms=("acme anvils", "@acme_anvils"),
        own_domains=("acme.example",),
        own_accounts=("bluesky:help.acme.example", "hn:acme.example"),
    )
    zed = Brand(key="zed", name="Zed", own_accounts=("bluesky:@Zed.example", "bluesky:no handle"))
    assert SOURCE.queries([acme, zed]) == (
        "search:acme anvils",
        "search:acme_anvils",
        "domain:acme.example",
        "mentions:zed.example",
        "notifications:",
    )


def test_a_search_is_asked_for_a_phrase_in_a_window() -> None:
    request = SOURCE.request(TASK)
    assert request.url == f"{BASE}/xrpc/app.bsky.feed.searchPosts"
    assert dict(request.params) == {
        "limit": "100",
        "q": '"acme anvils"',
        "sort": "latest",
        "since": "2026-11-07T12:00:00.000Z",
        "until": "2026-11-21T12:00:00.000Z",
    }
    german = replace(SOURCE, language="de", exact=False)
    assert {("lang", "de"), ("q", "acme anvils")} <= set(german.request(TASK).params)
    assert ("q", "acme") in SOURCE.request(replace(TASK, query="search:acme")).params
    assert ("cursor", "17__baf") in SOURCE.request(replace(TASK, cursor="17__baf")).params


@pytest.mark.parametrize("query", ["domain:acme.example", "mentions:acme.example"])
def test_a_domain_or_an_account_is_searched_for_in_posts_of_any_words(query: str) -> None:
    params = SOURCE.request(replace(TASK, query=query)).params
    assert {("q", "*"), tuple(query.split(":"))} <= set(params)


def test_notifications_are_asked_for_by_reason_and_from_everybody() -> None:
    request = SOURCE.request(TOLD)
    assert request.url == f"{BASE}/xrpc/app.bsky.notification.listNotifications"
    assert request.params == (
        ("limit", "100"),
        ("reasons", "mention"),
        ("reasons", "reply"),
        ("reasons", "quote"),
        ("priority", "false"),
    )


def test_a_handle_is_written_as_people_write_it() -> None:
    settings = {"base_url": BASE, "password": "hush"}
    assert build("bluesky", {**settings, "handle": "@Acme.Example"}).handle == "acme.example"  # type: ignore[attr-defined]
    with pytest.raises(ValidationError, match="is no handle; one looks like"):
        build("bluesky", {**settings, "handle": "help@acme.example"})


# Sessions


def test_a_login_sends_the_password_once_and_is_renewed_without_it() -> None:
    first = SOURCE.log_in(None)
    assert (first.method, first.url) == ("POST", f"{BASE}/xrpc/com.atproto.server.createSession")
    assert json.loads(first.body or b"") == {"identifier": "help.acme.example", "password": "hush-hush"}
    again = SOURCE.log_in(SESSION)
    assert (again.method, again.url) == ("POST", f"{BASE}/xrpc/com.atproto.server.refreshSession")
    assert again.body is None
    [(name, value)] = again.headers
    assert (name, str(value)) == ("Authorization", "Bearer the-refresh-token")
    assert isinstance(value, Secret)
    assert SOURCE.log_in(Session({})) == first


def test_a_session_lasts_as_long_as_its_token_says() -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": NOW.timestamp()}).encode()).decode().rstrip("=")
    session = SOURCE.session(answer({"accessJwt": f"e30.{claims}.sig", "refreshJwt": "the-refresh-token"}))
    assert session.expires_at == NOW
    assert "refresh-token" not in repr(session)


@pytest.mark.parametrize(
    "token", ["opaque", "a.b.c", "a.e30.c", "a.W10.c", "a.eyJleHAiOiIyMDI2LTExLTIxIn0.c"]
)
def test_a_token_that_does_not_say_when_it_expires_is_used_until_it_is_refused(token: str) -> None:
    assert SOURCE.session(answer({"accessJwt": token, "refreshJwt": "r"})).expires_at is None


@pytest.mark.parametrize("body", [{}, [], {"accessJwt": "a.b.c"}, {"error": "X", "message": "not today"}])
def test_an_answer_without_tokens_is_no_session(body: Any) -> None:
    with pytest.raises(ParseError, match="brought no session"):
        SOURCE.session(answer(body))


def test_only_the_own_server_gets_to_see_the_session() -> None:
    signed = SOURCE.signed(SOURCE.request(TASK), SESSION)
    [(name, value)] = signed.headers
    assert (name, str(value)) == ("Authorization", "Bearer the-access-token")
    assert "access-token" not in repr(signed)
    [look] = SOURCE.rereads([known("1")])
    assert SOURCE.signed(look.request, SESSION) == look.request


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (400, {"error": "ExpiredToken", "message": "Token has expired"}, "login"),
        (400, {"error": "InvalidToken", "message": "Token could not be verified"}, "login"),
        (401, {"error": "AuthMissing", "message": "Authentication Required"}, "login"),
        (401, {"error": "AuthenticationRequired", "message": "Invalid identifier or password"}, "login"),
        (400, {"error": "NotFound", "message": "Post not found: at://x"}, "not_found"),
        (400, {"error": "InvalidRequest", "message": "Profile not found"}, "http"),
        (
            403,
            b"<html><body><h1>403 Forbidden</h1>\nRequest forbidden by administrative rules.\n",
            "forbidden",
        ),
        (403, b"<html><title>Just a moment...</title>", None),
        (429, {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}, None),
        (502, {"error": "InternalServerError", "message": "Internal Server Error"}, None),
        (500, b"", None),
    ],
)
def test_what_a_server_says_about_a_failure_is_understood(status: int, body: Any, reason: str | None) -> None:
    error = SOURCE.explain(answer(body, status))
    assert (error.reason if error else None) == reason


def test_a_refused_login_and_a_refused_reader_are_told_what_to_do() -> None:
    login = SOURCE.explain(answer({"error": "AuthenticationRequired", "message": "Invalid password"}, 401))
    assert isinstance(login, FetchError)
    assert "Invalid password" in login.message
    assert "app password" in (login.hint or "")
    refused = SOURCE.explain(answer(b"<h1>403 Forbidden</h1>", 403))
    assert isinstance(refused, FetchError)
    assert refused.whole_host
    assert "https://bsky.social" in (refused.hint or "")


# What is read


def test_a_post_is_read_with_all_that_the_server_says() -> None:
    assert sample().mentions[1] == Mention(
        space="bluesky",
        native_id="at://did:plc:anvilfan7/app.bsky.feed.post/3naa4711aa22y",
        kind="post",
        url="https://bsky.app/profile/did:plc:anvilfan7/post/3naa4711aa22y",
        text="🔨 Fünf Monate: @help.acme.example, the horn of my Acme Anvils anvil broke,"
        " see https://shop.acme.example/anvils/london-pattern",
        author="Anvil Fan 7 🔨",
        author_id="bluesky:anvil-fan-7.example",
        author_url="https://bsky.app/profile/did:plc:anvilfan7",
        published_at=datetime(2026, 11, 21, 8, tzinfo=UTC),
        lang="en",
        likes=3,
        replies=1,
        reposts=2,
        addressed_to=("bluesky:help.acme.example", "bluesky:did:plc:acmehelp"),
    )
    assert sample().skipped == ("no text",)


def test_an_answer_names_its_parent_and_its_thread_and_whom_it_answers() -> None:
    own, complaint, *_ = sample().mentions
    assert own.kind == "comment"
    assert own.parent_id == own.thread_id == complaint.native_id
    assert own.author_id == "bluesky:help.acme.example", "as own_accounts name it"
    assert own.addressed_to == ("bluesky:anvil-fan-7.example", "bluesky:did:plc:anvilfan7")
    assert (complaint.parent_id, complaint.thread_id) == (None, None)


def test_a_quoted_account_is_addressed_and_a_card_shows_where_it_leads() -> None:
    quoting = sample().mentions[2]
    assert quoting.addressed_to == ("bluesky:help.acme.example", "bluesky:did:plc:acmehelp")
    assert quoting.text == "Look at this\nhttps://news.example/acme-anvils-recalled"
    assert quoting.kind == "post"
    assert quoting.lang is None, "it names two languages"


def test_an_account_whose_handle_leads_nowhere_is_known_by_its_id() -> None:
    nobody = sample().mentions[2]
    assert nobody.author == "did:plc:smithy"
    assert nobody.author_id == "bluesky:did:plc:smithy"


def test_links_count_bytes_and_lead_to_whole_addresses() -> None:
    text = "🔨🔨 é zed.exam... and zed.exam..."
    whole = "https://zed.example/forge?a=1"
    first = facet(text, "zed.exam...", uri=whole)
    size = len(text.encode())
    [mention] = read(post("1", text, facets=[between(size - 11, size, uri=f"{whole}&b=2"), first]))
    assert mention.text == f"🔨🔨 é {whole} and {whole}&b=2"


def test_words_that_are_a_link_stay() -> None:
    text = "Read about the new price here."
    [mention] = read(post("1", text, facets=[facet(text, "new price", uri="https://acme.example/p")]))
    assert mention.text == "Read about the new price https://acme.example/p here."
    card = {"external": {"uri": "https://acme.example/p"}}
    [same] = read(
        post("1", text, facets=[facet(text, "new price", uri="https://acme.example/p")], embed=card)
    )
    assert same.text == mention.text, "an address is shown once"


@pytest.mark.parametrize(
    "wrong",
    [
        between(1, 6, uri="https://a.example"),
        between(0, 500, uri="https://a.example"),
        between(6, 6, uri="https://a.example"),
        between(0, 4, uri="javascript:alert(1)"),
        {"index": {"byteStart": -1, "byteEnd": "4"}, "features": [{"uri": "https://a.example"}]},
        {"index": None, "features": None},
        None,
    ],
)
def test_a_link_that_can_not_be_placed_leaves_the_text_alone(wrong: Any) -> None:
    [mention] = read(post("1", "🔨 acme 🔨", facets=[wrong]))
    assert mention.text == "🔨 acme 🔨"


def test_of_links_that_overlap_the_first_is_taken() -> None:
    text = "acme.exam... it"
    links = [between(5, 14, uri="https://b.example"), between(0, 12, uri="https://acme.example/a")]
    assert read(post("1", text, facets=links))[0].text == "https://acme.example/a it"


def test_whoever_is_mentioned_is_named_as_the_answer_names_them() -> None:
    text = "@old.example @Acme and @me.example"
    facets = [
        facet(text, "@old.example", did="did:plc:acme"),
        facet(text, "@Acme", did="did:plc:other"),
        facet(text, "@me.example", did="did:plc:fan"),
    ]
    mention, _ = read(post("1", text, facets=facets), post("2", "hello", author=ACME))
    assert mention.addressed_to == (
        "bluesky:help.acme.example",
        "bluesky:did:plc:acme",
        "bluesky:did:plc:other",
    )
    [alone] = read(post("1", text, facets=facets))
    assert alone.addressed_to[0] == "bluesky:old.example", "no more is known here"


def test_a_back_dated_post_counts_from_when_it_was_first_seen() -> None:
    assert sample().mentions[3].published_at == datetime(2026, 11, 19, 12, tzinfo=UTC)
    hour, day = timedelta(hours=1), timedelta(days=1)
    for seen, published in ((NOW + hour, NOW), (NOW - hour, NOW - hour), (NOW + 2 * day, NOW + 2 * day)):
        assert read(post("1", "acme", seen=seen))[0].published_at == published
    assert read(post("1", "acme", createdAt="yesterday"))[0].published_at == NOW


def test_a_notification_is_the_post_that_it_tells_of() -> None:
    told = {"reason": "mention", "isRead": False, **post("1", "Hello, is anybody there?")}
    like = {"reason": "like", "uri": "at://did:plc:fan/app.bsky.feed.like/2", "author": FAN, "record": {}}
    page = SOURCE.parse(TOLD, answer({"notifications": [like, told, 5], "cursor": "c"}))
    [mention] = page.mentions
    assert mention.native_id == uri("1")
    assert mention.addressed_to == ("bluesky:help.acme.example",)
    assert mention.likes is None
    assert page.cursors == ("c",)
    assert page.skipped == (), "a like is no post that could not be read"


def test_an_empty_page_is_the_last_whatever_its_cursor_says() -> None:
    assert sample().cursors == ("1795000000000__bafyreibanvil",)
    assert SOURCE.parse(TASK, answer({"posts": [], "cursor": "more"})) == Page()


def test_an_error_in_the_place_of_posts_is_repeated() -> None:
    with pytest.raises(ParseError, match="has no posts: Upstream broke"):
        SOURCE.parse(TASK, answer({"error": "UpstreamFailure", "message": "Upstream broke"}))


# Second looks


def test_posts_are_read_again_25_at_a_time_and_deleted_ones_are_missing() -> None:
    posts = [known(str(number)) for number in range(30)]
    elsewhere = replace(known("x"), native_id="said:abc")
    looks = list(SOURCE.rereads([*posts, elsewhere]))
    assert [len(look.known) for look in looks] == [25, 5]
    assert looks[0].request.url == f"{PUBLIC}/xrpc/app.bsky.feed.getPosts"
    assert looks[1].request.params == tuple(("uris", uri(str(number))) for number in range(25, 30))
    again = {**post("26", "acme"), "likeCount": 9}
    revisit = SOURCE.revisit(looks[1].known, answer({"posts": [again, post("27", "")]}))
    assert [(each.native_id, each.likes) for each in revisit.mentions] == [(uri("26"), 9)]
    assert revisit.missing == ("m_25", "m_28", "m_29")
    assert revisit.gone == ()


def test_a_thread_brings_the_replies_and_theirs() -> None:
    request = SOURCE.thread(known("1"))
    assert request is not None
    assert request.url == f"{PUBLIC}/xrpc/app.bsky.feed.getPostThread"
    assert ("uri", uri("1")) in request.params
    assert SOURCE.thread(replace(known("1"), native_id="said:abc")) is None

    root = {"uri": uri("1", "did:plc:smith")}
    first = post("2", "Sorry!", author=ACME, reply={"root": root, "parent": root})
    parent = {"uri": uri("2", "did:plc:acme")}
    second = post("3", "Thanks", reply={"root": root, "parent": parent})
    thread = {
        "post": post("1", "It broke", author=SMITH),
        "replies": [
            {"post": first, "replies": [{"post": second, "replies": []}]},
            {"uri": uri("4"), "notFound": True},
            {"uri": uri("5"), "blocked": True},
        ],
    }
    page = SOURCE.replies(known("1", "did:plc:smith"), answer({"thread": thread}))
    assert [(each.native_id, each.parent_id, each.thread_id) for each in page.mentions] == [
        (uri("2", "did:plc:acme"), root["uri"], root["uri"]),
        (uri("3"), uri("2", "did:plc:acme"), root["uri"]),
    ]
    assert page.mentions[0].addressed_to[0] == "bluesky:smith-4.example"
    assert page.skipped == ("deleted", "blocked")
    with pytest.raises(ParseError, match="no thread"):
        SOURCE.replies(known("1"), answer({"posts": []}))


# Real answers


def test_every_post_of_the_recorded_answers_is_there() -> None:
    folder = os.environ.get("REPWATCH_RECORDINGS")
    if not folder:
        pytest.skip("REPWATCH_RECORDINGS is not set")
    kinds: set[str] = set()
    for line in Path(folder, "bluesky/replay-local-appview.jsonl").read_text().splitlines():
        record = json.loads(line)
        status, body = record["response"]["status"], record["response"]["body"]
        body = json.loads(body) if isinstance(body, str) else body
        method = record["request"]["url"].partition("/xrpc/")[2].partition("?")[0].rpartition(".")[2]
        kinds.add(f"{method} {status}")
        if status != 200:
            error = SOURCE.explain(answer(body, status))
            assert (error is None) == (status == 429)
        elif method == "createSession":
            assert SOURCE.session(answer(body)).expires_at is None
        elif method in ("searchPosts", "getPosts", "getAuthorFeed"):
            posts = [each["post"] for each in body["feed"]] if "feed" in body else body["posts"]
            check(posts, SOURCE.parse(TASK, answer({**body, "posts": posts})))
            asked = [
                Known(id=each["uri"], space="bluesky", native_id=each["uri"], kind="post") for each in posts
            ]
            assert SOURCE.revisit(asked, answer({"posts": posts})).missing == ()
        elif method == "listNotifications":
            wanted = [
                each for each in body["notifications"] if each["record"]["$type"] == "app.bsky.feed.post"
            ]
            assert wanted
            check(wanted, SOURCE.parse(TOLD, answer(body)))
    assert len(kinds) >= 10


def test_every_record_of_the_captured_accounts_is_there() -> None:
    folder = os.environ.get("REPWATCH_RECORDINGS")
    if not folder:
        pytest.skip("REPWATCH_RECORDINGS is not set")
    captured = json.loads(Path(folder, "bluesky/indigo_capture_hackerdarkweb.json").read_bytes())
    posts = [{"uri": each["uri"], "record": each["value"]} for each in captured["postRecords"]]
    page = SOURCE.parse(TASK, answer({"posts": posts}))
    check(posts, page)
    assert any(mention.addressed_to for mention in page.mentions)
    thread = json.loads(Path(folder, "bluesky/marshal_thread_view_post_with_embed_media.json").read_bytes())
    assert SOURCE.replies(known("1"), answer(thread)) == Page()
    assert SOURCE.parse(TASK, answer({"posts": [thread["thread"]["post"]]})).skipped == ("no text",)


def check(posts: list[dict[str, Any]], page: Page) -> None:
    """Compare what was read with the answer itself."""
    assert [mention.native_id for mention in page.mentions] == [each["uri"] for each in posts]
    assert page.skipped == ()
    for each, mention in zip(posts, page.mentions, strict=True):
        record, author = each["record"], each.get("author", {})
        assert mention.likes == each.get("likeCount")
        assert mention.parent_id == record.get("reply", {}).get("parent", {}).get("uri")
        assert mention.author_id == (f"bluesky:{author['handle']}" if author else None)
        assert mention.published_at == datetime.fromisoformat(record["createdAt"])
        assert mention.url is not None
        assert mention.url.rpartition("/")[2] == each["uri"].rpartition("/")[2]
