from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from repwatch.errors import ParseError
from repwatch.model import ITEM_OF_PAGE, Answer, Mention, Page, Secret, Task
from repwatch.sources import build
from repwatch.sources.producthunt import ProductHunt
from repwatch.tidy import tidy_page

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SOURCE = ProductHunt(slugs=("pocket-forge", "zed-tongs", "pocket-forge"), token=Secret("hush"))
TASK = Task(source="launch", query="pocket-forge", since=NOW - timedelta(days=14), until=NOW)


def read(body: Any, task: Task = TASK) -> Page:
    return SOURCE.parse(task, Answer(200, SOURCE.request(task).url, {}, json.dumps(body).encode()))


def sample() -> Page:
    return read(json.loads((Path(__file__).parent / "data/source_producthunt.json").read_bytes()))


def answer(*nodes: Any, **info: Any) -> dict[str, Any]:
    comments = {"edges": [{"node": node} for node in nodes], "pageInfo": info}
    return {"data": {"post": {"id": "9", "name": "Pocket Forge", "comments": comments}}}


def test_a_launch_is_asked_for_by_its_slug_with_the_token_as_a_secret() -> None:
    assert SOURCE.queries([]) == ("pocket-forge", "zed-tongs")
    request = SOURCE.request(replace(TASK, cursor="MjA"))
    assert (request.method, request.url) == ("POST", "https://api.producthunt.com/v2/api/graphql")
    asked = json.loads(request.body or b"")
    assert asked["variables"] == {"slug": "pocket-forge", "after": "MjA"}
    assert asked["query"].count("{") == asked["query"].count("}")
    name, value = request.headers[0]
    assert (name, str(value), isinstance(value, Secret)) == ("Authorization", "Bearer hush", True)
    assert "hush" not in repr(request)


def test_settings_without_a_launch_or_with_an_address_are_refused() -> None:
    with pytest.raises(ValidationError, match="it needs a launch"):
        build("producthunt", {"slugs": [], "token": "hush"})
    with pytest.raises(ValidationError, match="is no slug: it takes the last part"):
        build("producthunt", {"slugs": ["https://hunt.example/posts/x"], "token": "hush"})


def test_a_comment_is_read_with_all_that_product_hunt_says() -> None:
    assert sample().mentions[0] == Mention(
        space="producthunt",
        native_id="4711001",
        kind="comment",
        url="https://www.producthunt.com/posts/pocket-forge?comment=4711001",
        text="Is there an Acme forge for left hands & small yards?",
        author="Bea",
        author_id="producthunt:@bellows_bea",
        author_url="https://www.producthunt.com/@bellows_bea",
        published_at=datetime(2026, 11, 21, 8, 30, tzinfo=UTC),
        item="Acme Anvils Pocket Forge",
        thread_id="post:900100",
        likes=3,
        marks=(ITEM_OF_PAGE,),
    )


def test_replies_follow_their_comment_and_a_hidden_name_is_none() -> None:
    _, reply, plain = sample().mentions
    assert (reply.native_id, reply.parent_id, reply.thread_id) == ("4711002", "4711001", "post:900100")
    assert (reply.author, reply.author_id, reply.author_url) == (None, None, None)
    assert (plain.url, plain.likes, plain.author) == (None, None, None)
    assert sample().skipped == ("no text", "no object")


def test_a_reply_that_is_listed_as_a_comment_too_is_one_mention() -> None:
    reply = {"id": "2", "parentId": "1", "body": "Soon."}
    thread = {"id": "1", "body": "When?", "replies": {"edges": [{"node": reply}]}}
    assert [each.native_id for each in tidy_page(read(answer(thread, reply)), NOW).mentions] == ["1", "2"]


def test_a_reply_that_does_not_name_its_comment_stands_under_it() -> None:
    thread = {"id": "1", "body": "When?", "replies": {"edges": [{"node": {"id": "2", "body": "Soon."}}]}}
    assert [each.parent_id for each in read(answer(thread)).mentions] == [None, "1"]


def test_the_cursor_leads_on_while_there_is_a_next_page() -> None:
    assert sample().cursors == ("MjA",)
    assert read(answer(hasNextPage=False, endCursor="MjA")).cursors == ()
    assert read(answer(hasNextPage=True, endCursor=None)).cursors == ()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ({"error": "invalid_oauth_token", "error_description": "Please supply a valid token."}, "login"),
        ({"error": "rate_limit_reached", "error_description": "You have exceeded it."}, "rate_limited"),
        ({"message": "Field 'parentId' doesn't exist on type 'Comment'"}, "layout"),
        ({"message": "Query has complexity of 9000, which exceeds 1000"}, "layout"),
    ],
)
def test_an_error_with_status_200_keeps_its_words_and_gets_its_reason(error: Any, reason: str) -> None:
    with pytest.raises(ParseError, match=next(iter(error.values()))) as caught:
        read({"data": None, "errors": [error]})
    assert caught.value.reason == reason


def test_an_unknown_launch_is_told_from_a_strange_answer() -> None:
    with pytest.raises(ParseError, match='no launch "pocket-forge"') as caught:
        read({"data": {"post": None}})
    assert caught.value.reason == "not_found"
    for strange in ({}, [], None, {"data": {}}, {"data": {"post": {"id": "9"}}}):
        with pytest.raises(ParseError) as caught:
            read(strange)
        assert caught.value.reason == "layout"


def test_an_error_beside_comments_marks_the_page_as_damaged() -> None:
    page = read({**answer({"id": "1", "body": "When?"}), "errors": [{"message": "timeout"}]})
    assert (len(page.mentions), page.damaged) == (1, True)
    assert not sample().damaged
