from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from repwatch.errors import FetchError, ParseError
from repwatch.model import Answer, Brand, Known, Mention, Page, Secret, Task
from repwatch.sources import build
from repwatch.sources.base import Explains, Rereads, Threads
from repwatch.sources.facebook import Facebook

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BASE = "https://graph.example"
PAGE = "900100"
SOURCE = Facebook(base_url=BASE, page_id=PAGE, token=Secret("hush"))
FEED = Task(source="page", query=f"feed:{PAGE}", since=NOW - timedelta(days=14), until=NOW)
TAGGED, RATINGS = replace(FEED, query=f"tagged:{PAGE}"), replace(FEED, query=f"ratings:{PAGE}")
COMMENTS = replace(FEED, cursor="comments=900100_471109")
ACME = Brand(key="acme", name="Acme", terms=("acme anvils",))
SAMPLE = json.loads((Path(__file__).parent / "data/source_facebook.json").read_bytes())


def answer(body: Any, status: int = 200, url: str = BASE, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, url, named, json.dumps(body).encode())


def read(data: list[Any], task: Task = FEED, **more: Any) -> Page:
    return SOURCE.parse(task, answer({"data": data, **more}))


def asked(task: Task) -> dict[str, str]:
    return dict(SOURCE.request(task).params)


def comment(id: str = "900100_471109_471101", **more: Any) -> dict[str, Any]:
    said = {"message": "Mine came without a horn.", "created_time": "2026-11-21T09:00:00+0000"}
    return {"id": id, **said, "from": {"id": "77002", "name": "Anvil Fan"}, "like_count": 2, **more}


def trouble(
    code: int, path: str = "900100/feed", subcode: int = 0, **headers: str
) -> FetchError | Page | None:
    said = {"message": "(#1) No.", "type": "OAuthException", "code": code, "error_subcode": subcode}
    return SOURCE.explain(answer({"error": said}, 400, f"{BASE}/{path}?limit=15", **headers))


# What is asked


def test_each_stream_of_the_page_is_read_whatever_the_brands() -> None:
    assert SOURCE.queries([ACME]) == SOURCE.queries([]) == ("feed:900100", "tagged:900100", "ratings:900100")
    few = build("facebook", {"page_id": PAGE, "token": "hush", "streams": ["ratings"]})
    assert few.queries([]) == ("ratings:900100",)
    assert all(isinstance(SOURCE, each) for each in (Explains, Rereads, Threads))


def test_streams_and_comments_are_asked_for_with_the_token_as_a_secret() -> None:
    urls = [SOURCE.request(task).url for task in (FEED, TAGGED, RATINGS, COMMENTS)]
    assert urls == [
        f"{BASE}/900100/feed",
        f"{BASE}/900100/tagged",
        f"{BASE}/900100/ratings",
        f"{BASE}/900100_471109/comments",
    ]
    fields = [asked(task)["fields"] for task in (FEED, TAGGED, RATINGS, COMMENTS)]
    assert ["recommendation_type" in each for each in fields] == [False, False, True, False]
    assert ["parent{id}" in each for each in fields] == [False, False, False, True]
    assert [asked(task)["limit"] for task in (FEED, COMMENTS)] == ["15", "100"]
    assert asked(COMMENTS)["filter"] == "stream"
    assert asked(COMMENTS)["order"] == "reverse_chronological"
    assert isinstance(asked(FEED)["access_token"], Secret)
    assert "hush" not in repr((SOURCE, SOURCE.request(FEED)))
    assert replace(SOURCE, graph_version="v23.0").request(FEED).url == f"{BASE}/v23.0/900100/feed"


def test_a_page_is_named_by_its_number() -> None:
    with pytest.raises(ValidationError, match='"acmeanvils" is no page id'):
        build("facebook", {"page_id": "acmeanvils", "token": "hush"})


# Posts


def test_a_visitors_post_is_addressed_to_the_page_and_need_not_name_it() -> None:
    assert read(SAMPLE["data"]).mentions[1] == Mention(
        space="facebook",
        native_id="900100_471108",
        kind="post",
        url="https://www.facebook.com/900100/posts/471108",
        text="Ordered three weeks ago, charged twice, no anvil. Hello?",
        author="Bea Bellows",
        author_id="facebook:77001",
        published_at=datetime(2026, 11, 20, 19, 2, 11, tzinfo=UTC),
        likes=4,
        replies=1,
        addressed_to=("facebook:900100",),
    )


def test_what_the_page_writes_is_known_as_its_own() -> None:
    own, _, unnamed = read(SAMPLE["data"]).mentions
    assert (own.author_id, own.addressed_to, own.reposts) == ("facebook:900100", (), 3)
    assert (unnamed.author, unnamed.author_id) == (None, None), "without the permission, nobody is named"
    assert unnamed.addressed_to == ("facebook:900100",)


def test_comments_of_every_post_are_read_also_of_one_without_words() -> None:
    page = read(SAMPLE["data"])
    assert page.skipped == ("a picture, or another thing without words",)
    assert page.branches == ("comments=900100_471109", "comments=900100_471108", "comments=900100_471107")
    assert read(SAMPLE["data"], TAGGED).branches == (), "those of others' posts are not to us"
    assert len(read([{"id": f"4711{number}"} for number in range(40)]).branches) == 15


def test_the_address_of_the_next_page_holds_the_token_and_is_never_kept() -> None:
    page = SOURCE.parse(FEED, answer(SAMPLE))
    assert page.cursors == ("after=QVFIUlast",)
    assert asked(replace(FEED, cursor=page.cursors[0])) == asked(FEED) | {"after": "QVFIUlast"}
    assert "hush" not in repr(page)
    last = {"cursors": {"after": "QVFIUlast"}}
    assert read(SAMPLE["data"], paging=last).cursors == (), "the last page has a cursor as well"


# Comments and recommendations


def test_a_comment_belongs_to_its_post_and_answers_it_or_another_comment() -> None:
    reply = comment("900100_471109_471102", parent={"id": "900100_471109_471101"})
    page = read([comment(comment_count=1), reply], COMMENTS, paging={"cursors": {"after": "A"}, "next": "x"})
    first, second = page.mentions
    assert first == Mention(
        space="facebook",
        native_id="900100_471109_471101",
        kind="comment",
        text="Mine came without a horn.",
        author="Anvil Fan",
        author_id="facebook:77002",
        published_at=datetime(2026, 11, 21, 9, tzinfo=UTC),
        parent_id="900100_471109",
        thread_id="900100_471109",
        likes=2,
        replies=1,
        addressed_to=("facebook:900100",),
        ref="900100_471109",
    )
    assert (second.parent_id, second.thread_id) == ("900100_471109_471101", "900100_471109")
    assert page.branches == ()
    assert asked(replace(FEED, cursor=page.cursors[0])) == asked(COMMENTS) | {"after": "A"}


def test_a_recommendation_is_a_review_from_no_to_yes_and_stars_are_stars() -> None:
    base = {"created_time": "2026-11-20T08:00:00+0000", "reviewer": {"id": "77003", "name": "Clinker"}}
    yes = {**base, "recommendation_type": "positive", "open_graph_story": {"id": "4711"}}
    no = {**base, "recommendation_type": "negative", "review_text": "Cracked."}
    old = {**base, "has_rating": True, "rating": 4, "review_text": "Fine."}
    page = read([yes, no, old, base], RATINGS)
    assert page.skipped == ("neither text nor rating",)
    assert [(m.native_id, m.text, m.rating, m.rating_worst, m.rating_best) for m in page.mentions] == [
        ("4711", "", 1.0, 0.0, 1.0),
        (None, "Cracked.", 0.0, 0.0, 1.0),
        (None, "Fine.", 4.0, 1.0, 5.0),
    ]
    assert {(m.kind, m.author_id, m.addressed_to, m.published_at) for m in page.mentions} == {
        ("review", "facebook:77003", ("facebook:900100",), datetime(2026, 11, 20, 8, tzinfo=UTC))
    }


def test_an_answer_without_data_repeats_what_is_said() -> None:
    with pytest.raises(ParseError, match="Something went wrong"):
        SOURCE.parse(FEED, answer({"error": {"message": "Something went wrong"}}))


# Failures and limits


@pytest.mark.parametrize(
    ("code", "reason", "hint"),
    [
        (190, "login", "page token"),
        (4, "rate_limited", None),
        (17, "rate_limited", None),
        (32, "rate_limited", None),
        (613, "rate_limited", None),
        (10, "forbidden", "pages_read_engagement"),
        (200, "forbidden", "pages_read_engagement"),
    ],
)
def test_the_number_of_an_error_says_what_it_means(code: int, reason: str, hint: str | None) -> None:
    error = trouble(code)
    assert isinstance(error, FetchError)
    assert (error.reason, error.message) == (reason, "(#1) No.")
    assert hint is None or hint in (error.hint or "")


def test_what_visitors_write_needs_another_permission() -> None:
    for path in ("900100/tagged", "900100/ratings", "900100_4711/comments"):
        error = trouble(10, path)
        assert isinstance(error, FetchError)
        assert "pages_read_user_content" in (error.hint or "")


def test_a_post_that_vanished_before_its_comments_were_read_is_no_failure() -> None:
    assert trouble(100, "900100_4711/comments", 33) == Page()
    page = trouble(100, "900100/feed", 33)
    assert isinstance(page, FetchError)
    assert (page.reason, page.hint) == ("not_found", "check page_id")
    assert trouble(100) is None
    assert trouble(2) is None
    assert SOURCE.explain(Answer(502, BASE, {}, b"<html>")) is None


def test_it_pauses_before_the_limit_is_reached() -> None:
    low, high = '{"call_count":28,"total_time":25}', '{"call_count":28,"total_time":95,"total_cputime":3}'
    assert SOURCE.parse(FEED, answer({"data": []}, x_app_usage=low)).wait_s is None
    assert SOURCE.parse(FEED, answer({"data": []}, x_app_usage=high)).wait_s == 900
    usage = {"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 19}
    full = json.dumps({PAGE: [{"type": "other", "call_count": 1}, usage]})
    assert SOURCE.parse(FEED, answer({"data": []}, x_business_use_case_usage=full)).wait_s == 19 * 60
    error = trouble(32, x_business_use_case_usage=full)
    assert isinstance(error, FetchError)
    assert error.retry_after_s == 19 * 60
    for junk in ("", "[1]", "{", '{"a": 1}', '{"call_count": "x"}', "[" * 10_000):
        assert SOURCE.parse(FEED, answer({"data": []}, x_app_usage=junk)).wait_s is None


# Second looks


def known(native_id: str, kind: str, ref: str | None = None) -> Known:
    return Known(id="m_1", space="facebook", native_id=native_id, kind=kind, ref=ref)  # type: ignore[arg-type]


def test_posts_and_comments_are_read_again_one_by_one() -> None:
    three = [known("1_4711", "post"), known("1_4711_2", "comment"), known("4711", "review")]
    requests = list(SOURCE.rereads(three))
    assert [each.request.url for each in requests] == [f"{BASE}/1_4711", f"{BASE}/1_4711_2"]
    assert [each.known for each in requests] == [(three[0],), (three[1],)]
    fields = [dict(each.request.params)["fields"] for each in requests]
    assert fields == [asked(FEED)["fields"], asked(COMMENTS)["fields"]]


def test_a_comment_that_is_read_again_keeps_its_thread() -> None:
    [first] = read([comment()], COMMENTS).mentions
    edited = comment(message="Mine came without a horn. Solved!")
    again = SOURCE.revisit([known(first.native_id or "", "comment", first.ref)], answer(edited))
    assert again.mentions == (replace(first, text="Mine came without a horn. Solved!"),)
    with pytest.raises(ParseError):
        SOURCE.revisit([known("1_4711", "post")], answer({"data": []}))


def test_one_request_brings_the_comments_under_a_mention() -> None:
    request = SOURCE.thread(known("900100_471109_471101", "comment", "900100_471109"))
    assert request is not None
    assert request.url == f"{BASE}/900100_471109_471101/comments"
    under = known("900100_471109_471101", "comment", "900100_471109")
    [reply] = SOURCE.replies(under, answer({"data": [comment("900100_471109_471102")]})).mentions
    assert (reply.parent_id, reply.thread_id) == ("900100_471109_471101", "900100_471109")
    assert SOURCE.thread(known("4711", "review")) is None


# Real answers


def test_the_recorded_pages_of_facebook_are_no_answers() -> None:
    folder = os.environ.get("REPWATCH_RECORDINGS")
    if not folder:
        pytest.skip("REPWATCH_RECORDINGS is not set")
    pages = [
        *Path(folder, "http_raw").glob("*facebook*.response"),
        *Path(folder, "negative_html").glob("*.html.gz"),
    ]
    assert pages
    for page in pages:
        given = Answer(200, BASE, {}, page.read_bytes())
        with pytest.raises(ParseError):
            SOURCE.parse(FEED, given)
        assert SOURCE.explain(replace(given, status=403)) is None
