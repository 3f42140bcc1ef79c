from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from repwatch.errors import ParseError
from repwatch.model import ITEM_OF_PAGE, Answer, Mention, Page, Task
from repwatch.sources import build
from repwatch.sources.appstore import AppStore
from repwatch.tidy import tidy_page, twins

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SOURCE = AppStore(app_id=900100200, countries=("us", "DE", "us"))
TASK = Task(source="app", query="us/900100200", since=NOW - timedelta(days=14), until=NOW)
SELF = {"attributes": {"rel": "self", "href": "https://itunes.apple.com/us/rss/customerreviews/json"}}


def read(body: Any, task: Task = TASK) -> Page:
    return SOURCE.parse(task, Answer(200, SOURCE.request(task).url, {}, json.dumps(body).encode()))


def sample() -> Page:
    return read(json.loads((Path(__file__).parent / "data/source_appstore.json").read_bytes()))


def review(id: str = "1", **labels: Any) -> dict[str, Any]:
    given = {"id": id, "title": "Fine", "content": "Good.", "im:rating": "4", **labels}
    return {name: {"label": label} for name, label in given.items()}


def feed(entry: Any = None, links: Any = SELF) -> dict[str, Any]:
    return {"feed": {"link": links, **({} if entry is None else {"entry": entry})}}


def test_each_country_is_a_stream_of_its_own() -> None:
    assert SOURCE.queries([]) == ("us/900100200", "de/900100200")
    request = SOURCE.request(replace(TASK, query="de/900100200", cursor="3"))
    assert request.url == (
        "https://itunes.apple.com/de/rss/customerreviews/page=3/id=900100200/sortby=mostrecent/json"
    )


def test_settings_that_name_no_country_are_refused() -> None:
    assert build("appstore", {"app_id": "900100200"}) == AppStore(app_id=900100200)
    with pytest.raises(ValidationError, match='"usa" is no country'):
        build("appstore", {"app_id": 1, "countries": ["us", "usa"]})
    with pytest.raises(ValidationError, match="it needs a country"):
        build("appstore", {"app_id": 1, "countries": []})


def test_a_review_is_read_with_all_that_the_feed_says() -> None:
    assert sample().mentions[0] == Mention(
        space="appstore",
        native_id="11471100001",
        kind="review",
        url="https://apps.apple.com/us/app/id900100200#review-11471100001",
        title="Bellows & bugs",
        text="The Acme app closes as soon as I light the forge.\nTwice <today>.",
        author="anvil_fan_7",
        author_id="appstore:301",
        author_url="https://itunes.apple.com/us/reviews/id301",
        published_at=datetime(2026, 11, 21, 8, 30, tzinfo=UTC),
        rating=1.0,
        rating_worst=1.0,
        rating_best=5.0,
        item="Acme Anvils Pocket Forge",
        score=-2,
        marks=(ITEM_OF_PAGE,),
    )


def test_an_app_that_comes_first_in_its_feed_is_no_review_but_names_the_item() -> None:
    page = sample()
    assert [each.native_id for each in page.mentions] == ["11471100001", "11471100002", "11471100003"]
    assert page.skipped == ("neither text nor rating",)
    assert read(feed([review()])).mentions[0].item is None


def test_what_the_feed_does_not_say_is_not_made_up() -> None:
    _, undated, mute = sample().mentions
    assert (undated.published_at, undated.author_id, undated.author_url) == (None, None, None)
    assert undated.lang is None
    assert (mute.text, mute.title, mute.rating) == ("", "", 3.0)
    [unrated] = read(feed([review(content="", **{"im:rating": "eleven"})])).mentions
    assert (unrated.title, unrated.text, unrated.rating, unrated.rating_best) == ("Fine", "", None, None)


def test_a_single_review_is_no_list_and_none_leaves_no_key() -> None:
    assert [each.native_id for each in read(feed(review("7"))).mentions] == ["7"]
    assert read(feed()) == Page()


def test_an_unknown_app_is_told_from_one_without_reviews() -> None:
    with pytest.raises(ParseError, match='the App Store of "us" has no app 900100200') as caught:
        read(feed(links=[{"attributes": {"rel": "alternate"}}]))
    assert caught.value.reason == "not_found"
    assert "app_id" in (caught.value.hint or "")
    assert read(feed(links=[]), replace(TASK, cursor="2")) == Page(), "a page after the last one"


def test_ten_pages_are_all_there_is() -> None:
    assert read(feed([review()])).cursors == ("2",)
    assert read(feed([review()]), replace(TASK, cursor="9")).cursors == ("10",)
    assert read(feed([review()]), replace(TASK, cursor="10")).cursors == ()
    assert read(feed([])).cursors == ()


def test_the_same_words_in_two_reviews_are_two_reviews() -> None:
    first, second = tidy_page(read(feed([review("1"), review("2")])), NOW).mentions
    assert set(twins(first)).isdisjoint(twins(second))


def test_every_review_of_the_recorded_feeds_is_there() -> None:
    folder = os.environ.get("REPWATCH_RECORDINGS")
    if not folder:
        pytest.skip("REPWATCH_RECORDINGS is not set")
    seen = 0
    for path in sorted(Path(folder, "appstore").glob("*.json")):
        body = json.loads(path.read_bytes())
        if "unknown_app" in path.name:
            with pytest.raises(ParseError, match="has no app"):
                read(body)
            continue
        entries = body["feed"].get("entry", [])
        entries = [entries] if isinstance(entries, dict) else entries
        reviews = [entry for entry in entries if "im:rating" in entry]
        page = read(body)
        assert page.skipped == ()
        for mention, entry in zip(page.mentions, reviews, strict=True):
            assert mention.native_id == entry["id"]["label"]
            assert (mention.author, mention.title) == (
                entry["author"]["name"]["label"],
                entry["title"]["label"],
            )
            assert mention.text == entry["content"]["label"]
            assert mention.rating == float(entry["im:rating"]["label"])
            assert mention.published_at == datetime.fromisoformat(entry["updated"]["label"])
        seen += len(reviews)
    assert seen >= 5
