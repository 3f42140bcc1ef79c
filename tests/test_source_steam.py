from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from repwatch.errors import ParseError
from repwatch.fetch import full_url
from repwatch.model import Answer, Mention, Page, Task
from repwatch.sources.steam import Steam

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SOURCE = Steam(app_id=900100)
TASK = Task(source="game", query="900100", since=NOW - timedelta(days=14), until=NOW)


def read(body: Any, task: Task = TASK) -> Page:
    return SOURCE.parse(task, Answer(200, SOURCE.request(task).url, {}, json.dumps(body).encode()))


def sample() -> Page:
    return read(json.loads((Path(__file__).parent / "data/source_steam.json").read_bytes()))


def text_of(bbcode: str) -> str:
    [mention] = read({"reviews": [{"recommendationid": "1", "review": bbcode, "voted_up": True}]}).mentions
    return mention.text


def test_nothing_is_left_out_that_steam_leaves_out_unasked() -> None:
    assert SOURCE.queries([]) == ("900100",)
    request = SOURCE.request(TASK)
    assert request.url == "https://store.steampowered.com/appreviews/900100"
    assert dict(request.params) == {
        "json": "1",
        "filter": "recent",
        "language": "all",
        "purchase_type": "all",
        "filter_offtopic_activity": "0",
        "num_per_page": "100",
        "cursor": "*",
    }


def test_a_cursor_keeps_its_signs_on_the_way() -> None:
    assert sample().cursors == ("AoJ4z5X4+sDfvLQ/gI=",)
    onwards = SOURCE.request(replace(TASK, cursor="AoJ4z5X4+sDfvLQ/gI="))
    assert full_url(onwards).endswith("cursor=AoJ4z5X4%2BsDfvLQ%2FgI%3D")


def test_a_repeated_cursor_and_an_empty_page_are_the_end() -> None:
    one = {"recommendationid": "1", "voted_up": True}
    assert read({"reviews": [one], "cursor": "A="}).cursors == ("A=",)
    assert read({"reviews": [one], "cursor": "A="}, replace(TASK, cursor="A=")).cursors == ()
    assert read({"reviews": [one], "cursor": "*"}).cursors == ()
    assert read({"success": 1, "reviews": [], "cursor": "B="}) == Page()


def test_a_review_is_read_with_all_that_steam_says() -> None:
    assert sample().mentions[0] == Mention(
        space="steam",
        native_id="147110001",
        kind="review",
        url="https://steamcommunity.com/profiles/70000000000000001/recommended/900100/",
        text=(
            "Acme Forge Simulator\nCrashes & burns since the patch.\nno sound\nno anvil\nSolid [2/10] [sic]."
        ),
        author_id="steam:70000000000000001",
        author_url="https://steamcommunity.com/profiles/70000000000000001",
        published_at=datetime(2026, 11, 21, 10, tzinfo=UTC),
        edited_at=datetime(2026, 11, 21, 11, tzinfo=UTC),
        lang="en",
        rating=0.0,
        rating_worst=0.0,
        rating_best=1.0,
        likes=31,
        replies=3,
        answered_at=datetime(2026, 11, 21, 12, tzinfo=UTC),
    )


def test_a_thumb_is_a_rating_and_needs_no_text() -> None:
    _, korean, mute = sample().mentions
    assert (korean.rating, korean.lang, korean.edited_at) == (1.0, "ko", None)
    assert (mute.text, mute.rating, mute.lang) == ("", 1.0, None)
    assert sample().skipped == ("neither text nor rating",)


@pytest.mark.parametrize(
    ("bbcode", "text"),
    [
        ("[quote=anvil_fan_7]it fell[/quote]So it did.", "it fell\nSo it did."),
        ("[table][tr][td]a[/td][td]b[/td][/tr][/table]", "a b"),
        ("[URL=https://acme.example]here[/URL]", "here"),
        ("[noparse][b][/noparse] 9 < 10 &amp; [x=1]", "9 < 10 &amp; [x=1]"),
        ("[url=" * 3 + "x", "[url=[url=[url=x"),
    ],
)
def test_bbcode_becomes_what_its_reader_sees(bbcode: str, text: str) -> None:
    assert text_of(bbcode) == text


def test_an_answer_without_a_list_of_reviews_is_an_error() -> None:
    with pytest.raises(ParseError, match="the answer has no reviews"):
        read({"success": 2})


def test_every_review_of_the_recorded_answers_is_there() -> None:
    folder = os.environ.get("REPWATCH_RECORDINGS")
    if not folder:
        pytest.skip("REPWATCH_RECORDINGS is not set")
    seen = 0
    for path in sorted(Path(folder, "steam").glob("*.json")):
        body = json.loads(path.read_bytes())
        page = read(body)
        assert page.skipped == ()
        for mention, review in zip(page.mentions, body["reviews"], strict=True):
            assert mention.native_id == review["recommendationid"]
            assert mention.author_id == f"steam:{review['author']['steamid']}"
            assert mention.rating == (1.0 if review["voted_up"] else 0.0)
            assert mention.published_at == datetime.fromtimestamp(review["timestamp_created"], UTC)
            assert mention.likes == review["votes_up"]
            assert "[b]" in review["review"]
            assert mention.text == review["review"].replace("[b]", "").replace("[/b]", "")
        assert page.cursors == ((body["cursor"],) if body["reviews"] else ())
        seen += len(body["reviews"])
    assert seen >= 1
