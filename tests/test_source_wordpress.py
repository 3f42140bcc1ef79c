from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from repwatch.errors import FetchError, ParseError
from repwatch.fetch import full_url
from repwatch.model import Answer, Brand, Known, Mention, Page, Revisit, Task
from repwatch.sources.wordpress import REMEMBERED, WordPress

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BASE = "https://blog.example/news"
SPACE = "wordpress:blog.example/news"
SOURCE = WordPress(base_url=f"{BASE}/")
POSTS = Task(source="blog", query="posts", since=NOW - timedelta(days=14), until=NOW)
COMMENTS = replace(POSTS, query="comments")
ACME = Brand(key="acme", name="Acme", terms=("acme anvils",), weak_terms=("acme",))
HTML = b"<!DOCTYPE html><html><head><title>My blog</title></head><body>Welcome</body></html>"


def url(task: Task = POSTS, source: WordPress = SOURCE) -> str:
    return full_url(source.request(task))


def read(body: Any, task: Task = POSTS, **headers: str) -> Page:
    said = body if isinstance(body, bytes) else json.dumps(body).encode()
    return SOURCE.parse(task, Answer(200, url(task), headers, said))


def sample() -> Page:
    return read((Path(__file__).parent / "data/source_wordpress.json").read_bytes())


def comment(id: int, **more: Any) -> dict[str, Any]:
    said = {"id": id, "post": 7, "parent": 0, "author_name": "Bea &amp; Co", "author_url": ""}
    link = f"{BASE}/horns/#comment-{id}"
    return {
        **said,
        "date_gmt": "2026-11-20T10:00:00",
        "content": {"rendered": "<p>Ow</p>"},
        "link": link,
        **more,
    }


def known(native_id: str, space: str = SPACE, ref: str | None = None) -> Known:
    return Known(id=f"m_{native_id}", space=space, native_id=native_id, kind="comment", ref=ref)


# What is asked


def test_newest_posts_and_comments_are_asked_for_with_a_day_more_at_both_ends() -> None:
    assert SOURCE.queries([ACME]) == ("posts", "comments")
    request = SOURCE.request(POSTS)
    assert request.url == f"{BASE}/wp-json/wp/v2/posts"
    params = dict(request.params)
    assert (params["after"], params["before"]) == ("2026-11-06T00:00:00", "2026-11-23T00:00:00")
    assert (params["page"], params["order"]) == ("1", "desc")
    assert url(replace(POSTS, until=NOW + timedelta(hours=11))) == url(), "caches may answer all day long"
    assert SOURCE.request(COMMENTS).url == f"{BASE}/wp-json/wp/v2/comments"


def test_posts_are_searched_for_each_term_where_that_is_asked_for() -> None:
    source = WordPress(base_url=BASE, search=True)
    assert source.queries([ACME]) == ("posts:acme anvils", "posts:acme", "comments")
    task = replace(POSTS, query="posts:acme anvils")
    assert dict(source.request(task).params)["search"] == "acme anvils"
    assert url(replace(task, cursor="feed 2"), source) == f"{BASE}/?s=acme+anvils&feed=rss2&paged=2"


# What is read


def test_a_post_is_read_with_all_that_the_site_says() -> None:
    page = sample()
    assert page.mentions[0] == Mention(
        space=SPACE,
        native_id="post:471103",
        kind="article",
        url="https://blog.example:8443/news/2026/11/horns-and-heels/",
        title="Horns & heels — an anvil diary",
        text="The Acme Anvils horn cracked & I wept.\nZed Forge laughed.",
        author="Bea & Co",
        author_id="blog.example:Bea & Co",
        author_url="https://blog.example:8443/news/author/bellows_bea/",
        published_at=datetime(2026, 11, 21, 6, 30, tzinfo=UTC),
        edited_at=datetime(2026, 11, 21, 7, tzinfo=UTC),
        ref="wp-json",
    )
    assert page.skipped == ("no text",)
    assert page.resume is None


def test_a_locked_post_shows_its_title_and_an_author_that_the_site_hides_is_nobody() -> None:
    locked = sample().mentions[1]
    assert (locked.title, locked.text, locked.author) == ("Protected: Acme price list", "", None)
    assert locked.edited_at is None


def test_a_comment_belongs_to_its_post_or_to_the_comment_that_it_answers() -> None:
    first, answer = read(
        [comment(8), comment(9, parent=8, author_url="https://bea.example/")], COMMENTS
    ).mentions
    assert (first.native_id, first.parent_id, first.thread_id) == ("comment:8", "post:7", "post:7")
    assert (answer.parent_id, answer.thread_id, answer.kind) == ("comment:8", "post:7", "comment")
    assert (answer.author, answer.author_id) == ("Bea & Co", "blog.example:Bea & Co")
    assert (first.author_url, answer.author_url) == (None, "https://bea.example/")


def test_posts_and_comments_of_one_number_are_two() -> None:
    [one] = read([comment(7)], COMMENTS).mentions
    [other] = read([{"id": 7, "title": {"rendered": "x"}}]).mentions
    assert one.space == other.space
    assert one.native_id != other.native_id


# Paging


@pytest.mark.parametrize(
    ("headers", "entries", "cursors"),
    [
        ({"x-wp-totalpages": "3"}, 1, ("wp-json 2",)),
        ({"x-wp-totalpages": "1"}, 100, ()),
        ({"link": '<https://blog.example/?page=2>; rel="next"'}, 1, ("wp-json 2",)),
        ({"link": '<https://blog.example/wp-json/>; rel="https://api.w.org/"'}, 1, ()),
        ({}, 99, ()),
        ({}, 100, ("wp-json 2",)),
    ],
)
def test_there_is_another_page_where_the_site_says_so_or_this_one_is_full(
    headers: dict[str, str], entries: int, cursors: tuple[str, ...]
) -> None:
    assert read([comment(n) for n in range(entries)], COMMENTS, **headers).cursors == cursors
    step = replace(COMMENTS, cursor="wp-json 3")
    assert dict(SOURCE.request(step).params)["page"] == "3"


def test_past_the_last_page_there_is_nothing_and_no_failure() -> None:
    body = {
        "code": "rest_post_invalid_page_number",
        "message": "The page number is too large.",
        "data": {"status": 400},
    }
    assert SOURCE.explain(Answer(400, url(), {}, json.dumps(body).encode())) == Page()
    assert SOURCE.explain(Answer(404, f"{BASE}/feed/?paged=9")) == Page()
    assert SOURCE.explain(Answer(400, url(), {}, b'{"code": "rest_invalid_param"}')) is None


# A site that has its interface off

PLAIN = Page(cursors=("rest_route 1",), discovered=True)
FEED = Page(cursors=("feed 1",), discovered=True)


@pytest.mark.parametrize(
    ("status", "body", "onwards"),
    [
        (401, b'{"code": "rest_forbidden"}', FEED),
        (403, b'{"code": "rest_cannot_access"}', FEED),
        (404, b'{"code": "rest_no_route"}', FEED),
        (404, HTML, PLAIN),
        (401, HTML, PLAIN),
        (403, HTML, None),
        (500, HTML, None),
        (429, b"{}", None),
    ],
)
def test_where_the_interface_is_off_the_other_ways_are_tried(
    status: int, body: bytes, onwards: Page | None
) -> None:
    assert SOURCE.explain(Answer(status, url(), {}, body)) == onwards


def test_plain_addresses_come_before_the_feed() -> None:
    assert read(HTML) == PLAIN
    step = replace(POSTS, cursor="rest_route 1")
    assert url(step).startswith(f"{BASE}/?rest_route=/wp/v2/posts&per_page=50&page=1&")
    assert read(HTML, step) == SOURCE.explain(Answer(404, url(step), {}, HTML)) == FEED
    page = read([comment(8)], replace(COMMENTS, cursor="rest_route 1"), **{"x-wp-totalpages": "2"})
    assert page.cursors == ("rest_route 2",)
    assert page.resume == "rest_route 2026-12-21"
    assert page.mentions[0].ref == "rest_route"


RSS = b"""<rss version="2.0"><channel><title>Comments</title><item><title>Comment on Horns by Bea</title>
<link>https://blog.example/news/horns/#comment-8</link><guid>https://blog.example/news/?p=7#comment-8</guid>
<description>Ow</description></item></channel></rss>"""


def test_the_feeds_are_read_last_and_remembered_for_a_while() -> None:
    step = replace(COMMENTS, cursor="feed 1")
    assert url(step) == f"{BASE}/comments/feed/"
    assert url(replace(POSTS, cursor="feed 2")) == f"{BASE}/feed/?paged=2"
    page = read(RSS, step)
    [mention] = page.mentions
    assert (mention.space, mention.kind) == (SPACE, "comment")
    assert page.cursors == ("feed 2",)
    assert page.resume == "feed 2026-12-21"
    later = replace(COMMENTS, resume=page.resume, until=NOW + timedelta(days=5))
    assert url(later) == url(step)
    assert read(RSS, later).resume == page.resume, "it is tried again one day"
    assert "/wp-json/" in url(replace(later, until=NOW + REMEMBERED))


def test_posts_and_comments_of_a_feed_are_those_of_the_interface() -> None:
    item = b"""<rss><channel><item><title>T</title><link>%s</link><guid>%s</guid></item></channel></rss>"""
    posts, comments = replace(POSTS, cursor="feed 1"), replace(COMMENTS, cursor="feed 1")
    guid, link = b"https://www.blog.example/news/?p=7", f"{BASE}/horns/".encode()
    [post] = read(item % (link, guid), posts).mentions
    [remark] = read(item % (link + b"#comment-12", guid + b"#comment-12"), comments).mentions
    assert (post.space, post.native_id) == (SPACE, "post:7")
    assert (remark.space, remark.native_id, remark.thread_id) == (SPACE, "comment:12", "post:7")
    [same] = read([comment(12)], COMMENTS).mentions
    assert remark.id == same.id
    again = [known(m.native_id or "", ref=m.ref) for m in (post, remark)]
    assert not list(SOURCE.rereads(again)), "the interface is off"
    assert not [one for one in again if SOURCE.thread(one)]


def test_an_id_from_before_a_site_moved_is_not_taken_for_one_of_its_own() -> None:
    item = b"<rss><channel><item><title>T</title><guid>https://old.example/?p=7</guid></item></channel></rss>"
    [post] = read(item, replace(POSTS, cursor="feed 1")).mentions
    assert post.space == f"feed:{BASE}/feed/"


def test_a_guest_may_take_any_name_so_it_is_nobodys_account() -> None:
    [guest] = read([comment(12, author=0, author_name="Acme Service")], COMMENTS).mentions
    [member] = read([comment(13, author=5, author_name="Acme Service")], COMMENTS).mentions
    assert (guest.author, guest.author_id) == ("Acme Service", None)
    assert member.author_id == "blog.example:Acme Service"


def test_what_is_neither_interface_nor_feed_says_what_to_do() -> None:
    step = replace(POSTS, cursor="feed 1")
    error = SOURCE.explain(Answer(404, url(step), {}, HTML))
    assert isinstance(error, FetchError)
    assert error.reason == "not_found"
    assert "base_url" in (error.hint or "")
    with pytest.raises(ParseError, match="web page instead of a feed"):
        read(
            HTML.replace(b"<head>", b'<head><link rel="alternate" type="application/rss+xml" href="/f">'),
            step,
        )
    with pytest.raises(ParseError) as caught:
        read(HTML.replace(b"Welcome", b"Just a moment..."), step)
    assert caught.value.reason == "blocked_page"


# Edits, deletions and threads


def test_a_hundred_posts_or_comments_are_read_again_with_one_request() -> None:
    many = [known(f"comment:{n}") for n in range(150)]
    others = [known("post:7"), known("x", space=f"feed:{BASE}/feed/"), known("comment:200", ref="rest_route")]
    asked = list(SOURCE.rereads([*many, *others]))
    assert [len(each.known) for each in asked] == [1, 100, 50, 1]
    plain, first, _, post = asked
    assert dict(first.request.params)["include"].split(",") == [str(n) for n in range(100)]
    assert first.request.url.endswith("/wp-json/wp/v2/comments")
    assert plain.request.url.endswith("/?rest_route=/wp/v2/comments")
    assert (dict(post.request.params)["include"], post.request.url[-6:]) == ("7", "/posts")


def test_what_is_edited_comes_again_and_what_is_deleted_is_missing() -> None:
    edited = comment(8, content={"rendered": "<p>Better now</p>"})
    answer = Answer(200, url(COMMENTS), {}, json.dumps([edited]).encode())
    asked = (known("comment:8"), known("comment:9"))
    revisit = SOURCE.revisit(asked, answer)
    assert revisit == Revisit(mentions=read([edited], COMMENTS).mentions, missing=("m_comment:9",))
    assert revisit.mentions[0].text == "Better now"


def test_the_comments_on_a_post_and_under_a_comment_are_asked_for() -> None:
    for one, name in ((known("post:7"), "post"), (known("comment:7"), "parent")):
        request = SOURCE.thread(one)
        assert request is not None
        assert request.url.endswith("/comments")
        assert dict(request.params)[name] == "7"
    assert SOURCE.thread(known("x", space=f"feed:{BASE}/feed/")) is None
    answer = Answer(200, url(COMMENTS), {}, json.dumps([comment(8), {"id": 9}]).encode())
    page = SOURCE.replies(known("post:7"), answer)
    assert [mention.native_id for mention in page.mentions] == ["comment:8"]
    assert page.skipped == ("no text",)


# What real software sends

RECORDINGS = os.environ.get("REPWATCH_RECORDINGS")


def recorded() -> list[Any]:
    if not RECORDINGS:
        return [pytest.param(None, marks=pytest.mark.skip(reason="needs $REPWATCH_RECORDINGS"))]
    lines = (Path(RECORDINGS) / "wordpress" / "replay-local.jsonl").read_text(encoding="utf-8").splitlines()
    return [pytest.param(each, id=each["id"]) for each in map(json.loads, lines)]


@pytest.mark.parametrize("exchange", recorded())
def test_recorded_answers_are_read_in_full_and_nothing_is_invented(exchange: dict[str, Any]) -> None:
    address, said = exchange["request"]["url"], exchange["response"]
    headers = {name.lower(): value for name, value in said["headers"].items()}
    body = said["body"] if isinstance(said["body"], str) else json.dumps(said["body"])
    answer = Answer(said["status"], address, headers, body.encode())
    source = WordPress(base_url="https://blog.example")
    what = "comments" if "comments" in address else "posts"
    step = replace(POSTS, query=what, cursor="feed 1" if "feed" in address else None)
    if answer.status >= 300:
        assert source.explain(answer) in (None, Page(), FEED)
        return
    page = source.parse(step, answer)
    if "feed" in address:
        shown = body.count("</item>") + body.count("</entry>")
        assert len(page.mentions) == shown
        assert {mention.kind for mention in page.mentions} <= {"comment" if what == "comments" else "article"}
        return
    rows = json.loads(body)
    if "/search" not in address.partition("?")[0]:
        assert [mention.native_id for mention in page.mentions] == [
            f"{what[:-1]}:{row['id']}" for row in rows
        ]
        assert [mention.url for mention in page.mentions] == [row["link"] for row in rows]
        assert bool(page.cursors) == ('rel="next"' in headers.get("link", ""))


@pytest.mark.skipif(not RECORDINGS, reason="needs $REPWATCH_RECORDINGS")
def test_answers_of_another_interface_are_a_page_or_a_parse_error() -> None:
    for file in (Path(RECORDINGS or "") / "wordpress").glob("wpcom_*.json"):
        for task in (POSTS, COMMENTS):
            try:
                page = read(file.read_bytes(), task)
            except ParseError:
                continue
            assert file.name == "wpcom_comments-v2-edit-context-success.json"
            assert len(page.mentions) == 2
