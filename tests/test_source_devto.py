from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from repwatch.errors import ParseError
from repwatch.model import Answer, Brand, Known, Mention, Page, Task
from repwatch.sources.devto import COMMENTS_ON_A_PAGE, MOST_DISCUSSIONS, MOST_PAGES, DevTo

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SOURCE = DevTo()
TASK = Task(source="dev", query="tag:acmeanvils", since=NOW - timedelta(days=14), until=NOW)
COMMENTS = replace(TASK, cursor="4711001:1")
ACME = Brand(key="acme", name="Acme", terms=("acme anvils", "@acme_anvils"), weak_terms=("acme",))


def read(body: Any, task: Task = TASK) -> Page:
    return SOURCE.parse(task, Answer(200, SOURCE.request(task).url, {}, json.dumps(body).encode()))


def sample() -> Page:
    return read(json.loads((Path(__file__).parent / "data/source_devto.json").read_bytes()))


def comment(id: str | None, *children: Any, **more: Any) -> dict[str, Any]:
    user = {"name": "Bea", "username": "bellows_bea"}
    given = {"type_of": "comment", "id_code": id, "created_at": "2026-11-20T08:00:00Z", "user": user}
    return {**given, "body_html": f"<p>{id}</p>", "children": list(children), **more}


def article(id: int, **more: Any) -> dict[str, Any]:
    return {"id": id, "title": "Anvils", "published_at": "2026-11-20T08:00:00Z", **more}


# What is asked


def test_terms_are_read_as_tags_of_letters_and_digits() -> None:
    assert SOURCE.queries([ACME]) == ("tag:acmeanvils",)
    assert DevTo(tags=("#Black Smith", "ｆｏｒｇｅ", "!")).queries([ACME]) == ("tag:blacksmith", "tag:forge")
    request = SOURCE.request(TASK)
    assert request.url == "https://dev.to/api/articles"
    assert request.params == (("tag", "acmeanvils"), ("per_page", "100"), ("page", "1"))


def test_comments_are_a_page_of_their_own_for_each_article() -> None:
    assert sample().branches == ("4711001:1",), "not of an article that nobody has commented on since"
    request = SOURCE.request(COMMENTS)
    assert request.url == "https://dev.to/api/comments"
    assert request.params == (("a_id", "4711001"), ("per_page", "50"), ("page", "1"))


def test_of_many_articles_those_are_read_on_that_were_commented_on_last() -> None:
    many = [
        article(number, comments_count=1, last_comment_at=(NOW - timedelta(hours=number)).isoformat())
        for number in range(100, 0, -1)
    ]
    page = read([*many, article(500, comments_count=1)])
    assert page.branches == tuple(f"{number}:1" for number in range(1, MOST_DISCUSSIONS + 1))
    assert read([article(500, comments_count=1), article(501)]).branches == ("500:1",)


def test_pages_follow_until_one_is_empty() -> None:
    assert sample().cursors == (":2",)
    following = replace(TASK, cursor=":2")
    assert dict(SOURCE.request(following).params)["page"] == "2"
    assert read([article(1)], following).cursors == (":3",)
    assert not read([]).cursors
    assert not read([article(1)], replace(TASK, cursor=f":{MOST_PAGES}")).cursors


def test_what_is_popular_comes_first_so_that_old_articles_are_no_end() -> None:
    assert read([article(1)]).unordered


def test_only_a_full_page_of_comments_has_another_one() -> None:
    full = [comment(str(number)) for number in range(COMMENTS_ON_A_PAGE)]
    assert read(full, COMMENTS).cursors == ("4711001:2",)
    assert read(full[1:], COMMENTS).cursors == ()


# What is read


def test_an_article_is_read_with_its_tags() -> None:
    assert sample().mentions[0] == Mention(
        space="devto:dev.to",
        native_id="4711001",
        kind="article",
        url="https://dev.to/bellows_bea/dropping-an-anvil-4711001",
        title="Dropping an Acme anvil & what it taught me",
        text="A forge, a floor, and gravity.\n#acmeanvils #gravity",
        author="Bea Bellows",
        author_id="devto:bellows_bea",
        author_url="https://dev.to/bellows_bea",
        published_at=datetime(2026, 11, 21, 7, tzinfo=UTC),
        edited_at=datetime(2026, 11, 21, 8, tzinfo=UTC),
        lang="en",
        likes=12,
        replies=3,
    )
    _, titled, nameless = sample().mentions
    assert (titled.text, titled.author, titled.lang) == ("", "tongs_tim", None)
    assert (nameless.author, nameless.author_id, nameless.author_url) == (None, None, None)
    assert sample().skipped == ("no text",)


def test_comments_know_what_they_answer_and_under_which_article() -> None:
    page = read([comment("1k", comment("1m", comment("1n"))), comment("2")], COMMENTS)
    assert [(each.native_id, each.parent_id) for each in page.mentions] == [
        ("comment/1k", "4711001"),
        ("comment/1m", "comment/1k"),
        ("comment/1n", "comment/1m"),
        ("comment/2", "4711001"),
    ]
    assert {each.thread_id for each in page.mentions} == {"4711001"}
    assert page.mentions[0] == Mention(
        space="devto:dev.to",
        native_id="comment/1k",
        kind="comment",
        url="https://dev.to/bellows_bea/comment/1k",
        text="1k",
        author="Bea",
        author_id="devto:bellows_bea",
        author_url="https://dev.to/bellows_bea",
        published_at=datetime(2026, 11, 20, 8, tzinfo=UTC),
        parent_id="4711001",
        thread_id="4711001",
    )


def test_a_deleted_comment_is_left_out_and_what_answers_it_is_not() -> None:
    page = read([comment("1", comment("2"), user={}, body_html="<p>[deleted]</p>")], COMMENTS)
    assert [each.native_id for each in page.mentions] == ["comment/2"]
    assert page.skipped == ("deleted, or hidden by the article's author",)
    [orphan] = read([comment(None, comment("2"), body_html="")], COMMENTS).mentions
    assert orphan.parent_id is None


def test_another_site_has_ids_of_its_own() -> None:
    source = DevTo(base_url="https://forem.example/")
    body = json.dumps([article(1)]).encode()
    [mention] = source.parse(TASK, Answer(200, source.request(TASK).url, {}, body)).mentions
    assert mention.space == "devto:forem.example"


def test_one_request_brings_the_thread_of_an_article() -> None:
    known = Known(id="m_1", space="devto:dev.to", native_id="4711001", kind="article")
    assert SOURCE.thread(known) == SOURCE.request(COMMENTS)
    answer = Answer(200, "https://dev.to/api/comments", {}, json.dumps([comment("1")]).encode())
    assert SOURCE.replies(known, answer) == read([comment("1")], COMMENTS)
    assert SOURCE.thread(replace(known, native_id="comment/1", kind="comment")) is None


def test_an_article_that_has_gone_is_no_failure() -> None:
    assert SOURCE.explain(Answer(404, "https://dev.to/api/comments?a_id=1", {}, b"")) == Page()
    assert SOURCE.explain(Answer(404, "https://dev.to/api/articles?tag=x", {}, b"")) is None
    assert SOURCE.explain(Answer(429, "https://dev.to/api/comments?a_id=1", {}, b"")) is None


def test_an_answer_that_is_no_list_is_an_error() -> None:
    with pytest.raises(ParseError, match="not found"):
        read({"error": "not found", "status": 404})
