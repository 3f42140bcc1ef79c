"""The same text read in two ways of one platform is one mention: search, list, item, page, country."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from repwatch.model import Answer, Known, Mention, Secret, Task
from repwatch.sources.appstore import AppStore
from repwatch.sources.base import Source
from repwatch.sources.discourse import Discourse
from repwatch.sources.github import GitHub
from repwatch.sources.hackernews import HackerNews
from repwatch.sources.trustpilot import Trustpilot, saved_page
from repwatch.sources.youtube import YouTube

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TASK = Task(source="here", query="", since=NOW - timedelta(days=14), until=NOW)


def answer(body: Any) -> Answer:
    return Answer(200, "https://there.example/", {}, json.dumps(body).encode())


def read(source: Source, body: Any, query: str, cursor: str | None = None) -> list[Mention]:
    return list(source.parse(replace(TASK, query=query, cursor=cursor), answer(body)).mentions)


def known(mention: Mention) -> Known:
    assert mention.native_id is not None
    return Known(
        id=mention.id,
        space=mention.space,
        native_id=mention.native_id,
        kind=mention.kind,
        url=mention.url,
        ref=mention.ref,
    )


def test_a_story_of_hacker_news_is_the_same_in_the_search_and_on_the_site() -> None:
    source = HackerNews()
    hit = {"objectID": "1", "title": "Acme", "story_text": "It <b>rang</b>", "author": "bea", "points": 3}
    [found] = read(source, {"hits": [{**hit, "_tags": ["story"], "created_at_i": 1795168800}]}, "acme")
    item = {"id": 1, "title": "Acme", "text": "It <b>rang</b>", "by": "bea", "score": 3, "time": 1795168800}
    [again] = source.revisit((known(found),), answer(item)).mentions
    assert again.id == found.id
    assert replace(again, thread_id=None) == replace(found, thread_id=None)


def test_a_post_of_a_forum_is_the_same_in_its_list_its_topic_and_by_itself() -> None:
    source = Discourse("https://forum.example")
    post = {
        "id": 9,
        "topic_id": 4,
        "topic_slug": "t",
        "post_number": 1,
        "cooked": "<p>Hi</p>",
        "username": "b",
    }
    [listed] = read(source, {"latest_posts": [{**post, "topic_title": "T"}]}, "posts")
    [within] = read(source, {"title": "T", "post_stream": {"posts": [post]}}, "category:a/1", "topic:4:")
    [single] = read(source, post, "search:acme", "post:9:T")
    [again] = source.revisit((known(listed),), answer(post)).mentions
    assert listed == within == single == again


def test_an_issue_is_the_same_in_the_search_and_by_itself() -> None:
    source = GitHub()
    issue = {
        "id": 7,
        "title": "Crack",
        "body": "It cracked",
        "user": {"login": "bea", "type": "User"},
        "url": "https://api.github.com/repos/a/b/issues/1",
        "created_at": "2026-11-20T10:00:00Z",
    }
    [found] = read(source, {"items": [issue]}, "issues:acme")
    assert source.revisit((known(found),), answer(issue)).mentions == (found,)


def test_a_video_is_the_same_in_the_search_and_in_the_list() -> None:
    source = YouTube(api_key=Secret("hush"))
    about = {"channelId": "UCbea", "channelTitle": "Bea", "publishedAt": "2026-11-20T10:00:00Z"}
    found_as = {"kind": "youtube#searchResult", "id": {"videoId": "v1"}}
    snippet = {**about, "title": "Horns &amp; heels", "description": "How I"}
    [found] = read(source, {"items": [{**found_as, "snippet": snippet}]}, "search:acme")
    listed_as = {"kind": "youtube#video", "id": "v1"}
    snippet = {**about, "title": "Horns & heels", "description": "How I"}
    assert read(source, {"items": [{**listed_as, "snippet": snippet}]}, "search:acme") == [found]


def test_a_review_of_trustpilot_is_the_same_from_its_interface_and_on_a_saved_page() -> None:
    review = {"id": "r1", "title": "T", "text": "Bad", "language": "en"}
    by_interface = {**review, "stars": 1, "createdAt": "2026-11-20T10:00:00Z", "consumer": {"id": "c"}}
    on_page = {
        **review,
        "rating": 1,
        "dates": {"publishedDate": "2026-11-20T10:00:00Z"},
        "consumer": {"id": "c"},
    }
    source = Trustpilot("5a00000000000000000000b1", Secret("hush"))
    [asked] = read(source, {"reviews": [by_interface]}, "5a00000000000000000000b1")
    data = json.dumps({"props": {"pageProps": {"reviews": [on_page]}}})
    html = f'<script id="__NEXT_DATA__" type="application/json">{data}</script>'
    [saved] = saved_page(Answer(200, "https://www.trustpilot.com/review/a", {}, html.encode())).mentions
    assert saved == asked


def test_a_review_of_an_app_is_the_same_in_every_country() -> None:
    source = AppStore(app_id=5, countries=("us", "de"))
    entry = {"id": {"label": "1"}, "content": {"label": "Bad"}, "im:rating": {"label": "1"}}
    [here], [there] = (read(source, {"feed": {"entry": entry}}, f"{cc}/5") for cc in ("us", "de"))
    assert here.id == there.id
