from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from repwatch.errors import FetchError, ParseError
from repwatch.model import Answer, Brand, Known, Mention, Page, Quota, Request, Secret, Task
from repwatch.sources.stackexchange import IDS_IN_A_REQUEST, StackExchange

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SINCE = NOW - timedelta(days=14)
UNTIL_S = int(NOW.timestamp())
BASE = "https://api.stackexchange.com/2.3"
SOURCE = StackExchange()
KEYED = StackExchange(sites=("stackoverflow", "superuser"), api_key=Secret("hush"))
TASK = Task(source="so", query="questions:acme anvils@stackoverflow", since=SINCE, until=NOW)
ANSWERS = replace(TASK, query="answers:acme anvils@stackoverflow")
ACME = Brand(key="acme", name="Acme", terms=("acme anvils",), weak_terms=("acme",))
USUAL = {"site": "stackoverflow", "pagesize": "100", "filter": "withbody"}


def read(body: Any, task: Task = TASK, source: StackExchange = SOURCE) -> Page:
    return source.parse(task, answered(body))


def answered(body: Any, status: int = 200) -> Answer:
    return Answer(status, BASE, {"content-type": "application/json"}, json.dumps(body).encode())


def sample() -> Page:
    return read(json.loads((Path(__file__).parent / "data/source_stackexchange.json").read_bytes()))


def question(id: int, at: datetime = NOW, **more: Any) -> dict[str, Any]:
    return {"question_id": id, "title": f"Q{id}", "creation_date": int(at.timestamp()), **more}


def known(id: int, site: str = "stackoverflow", kind: Any = "post") -> Known:
    return Known(id=f"m_{id}", space=f"stackexchange:{site}", native_id=str(id), kind=kind)


# What is asked


def test_answers_take_a_second_search_and_are_searched_with_a_key() -> None:
    assert SOURCE.queries([ACME]) == ("questions:acme anvils@stackoverflow", "questions:acme@stackoverflow")
    assert KEYED.queries([replace(ACME, weak_terms=())]) == (
        "questions:acme anvils@stackoverflow",
        "answers:acme anvils@stackoverflow",
        "questions:acme anvils@superuser",
        "answers:acme anvils@superuser",
    )
    assert len(StackExchange(answers=True).queries([ACME])) == 4
    assert len(replace(KEYED, answers=False).queries([ACME])) == 4


def test_the_newest_questions_of_the_window_are_asked_for() -> None:
    request = SOURCE.request(TASK)
    assert request.url == f"{BASE}/search/advanced"
    assert dict(request.params) == {
        "q": "acme anvils",
        "sort": "creation",
        "order": "desc",
        "fromdate": str(int(SINCE.timestamp())),
        "todate": str(UNTIL_S),
        "page": "1",
        **USUAL,
    }
    assert SOURCE.request(ANSWERS).url == f"{BASE}/search/excerpts"


def test_a_key_is_sent_and_shown_to_nobody() -> None:
    request = KEYED.request(TASK)
    assert isinstance(dict(request.params)["key"], Secret)
    assert "hush" not in repr((KEYED, request, KEYED.quota))


def test_the_quota_is_that_of_an_address_or_of_a_key() -> None:
    assert SOURCE.quota == Quota("stackexchange", 300)
    assert KEYED.quota.limit == 10_000
    assert KEYED.quota.name != SOURCE.quota.name
    assert StackExchange(requests_a_day=50).quota.limit == 50
    assert SOURCE.cost(SOURCE.request(TASK)) == 1


# What is read


def test_a_question_is_read_with_all_that_the_site_says() -> None:
    assert sample().mentions[0] == Mention(
        space="stackexchange:stackoverflow",
        native_id="904711",
        kind="post",
        url="https://questions.example/questions/horn-falls-off",
        title='Why does the horn of my "Acme Anvils" fall off if x < &y?',
        text="It fell off twice & I can't weld.\nstrike(&anvil);\n[acme-anvils] [forging]",
        author="Bea & Bellows",
        author_id="stackexchange:stackoverflow/31",
        author_url="https://questions.example/users/31/bea-bellows",
        published_at=datetime(2026, 11, 21, 5, tzinfo=UTC),
        edited_at=datetime(2026, 11, 21, 6, tzinfo=UTC),
        replies=2,
        views=48,
        score=-1,
    )


def test_who_left_the_site_has_a_name_and_no_account() -> None:
    left = sample().mentions[1]
    assert (left.author, left.author_id, left.author_url) == ("user905", None, None)
    assert left.edited_at is None
    assert sample().skipped == ("no text",)


def test_a_title_is_unescaped_once() -> None:
    twice = question(1, title="Is &amp;lt;b&amp;gt; bold in Acme?")
    assert read({"items": [twice]}).mentions[0].title == "Is &lt;b&gt; bold in Acme?"


def test_answers_and_comments_belong_to_their_question() -> None:
    comment = {"comment_id": 1, "post_id": 8, "body": "no", "owner": {}}
    answer = {"answer_id": 8, "question_id": 7, "body": "<p>yes</p>", "title": "Q7", "comment_count": 1}
    nested = question(7, answers=[{**answer, "comments": [comment]}], comments=[{**comment, "post_id": 7}])
    asked, answering, commenting = read({"items": [nested]}).mentions
    assert (asked.native_id, asked.kind, asked.parent_id) == ("7", "post", None)
    assert (answering.native_id, answering.kind, answering.title) == ("8", "comment", "")
    assert (answering.parent_id, answering.thread_id, answering.replies) == ("7", "7", 1)
    assert (commenting.native_id, commenting.parent_id, commenting.thread_id) == ("comment-1", "7", "7")


def test_an_item_without_a_link_is_found_where_its_author_is() -> None:
    owner = {"user_id": 5, "display_name": "bea", "link": "https://stackoverflow.example/users/5/bea"}
    answer = {"answer_id": 8, "question_id": 7, "body": "yes", "owner": owner}
    assert read({"items": [answer]}).mentions[0].url == "https://stackoverflow.example/a/8"
    assert read({"items": [question(7, owner=owner)]}).mentions[0].url == "https://stackoverflow.example/q/7"
    assert read({"items": [question(7)]}).mentions[0].url is None
    assert read({"items": [{"comment_id": 1, "body": "no", "owner": owner}]}).mentions[0].url is None


# Paging


def test_pages_go_on_as_long_as_the_site_has_more() -> None:
    page = read({"items": [question(1)], "has_more": True})
    assert page.cursors == (f"2:{UNTIL_S}",)
    params = dict(SOURCE.request(replace(TASK, cursor=page.cursors[0])).params)
    assert (params["page"], params["todate"]) == ("2", str(UNTIL_S))
    assert read({"items": [question(1)], "has_more": False}).cursors == ()
    assert read({"items": [], "has_more": True}) == Page()


def test_without_a_key_a_new_window_begins_where_pages_end() -> None:
    oldest = NOW - timedelta(days=1)
    body = {"items": [question(2), question(1, oldest)], "has_more": True}
    deepest = replace(TASK, cursor=f"25:{UNTIL_S}")
    assert read(body, deepest).cursors == (f"1:{int(oldest.timestamp())}",)
    assert read({**body, "items": [question(1)]}, deepest).cursors == (f"1:{UNTIL_S - 1}",)
    assert read(body, deepest, KEYED).cursors == (f"26:{UNTIL_S}",)
    assert read({**body, "items": [{"title": "undated"}]}, deepest).cursors == ()


def test_excerpts_lead_to_whole_answers_and_these_to_the_next_page() -> None:
    excerpts = {
        "items": [question(7), {"answer_id": 8, "question_id": 7, "excerpt": "..."}],
        "has_more": True,
    }
    page = read(excerpts, ANSWERS)
    assert page.mentions == ()
    assert page.branches == (f"ids:8:2:{UNTIL_S}",)
    whole = replace(ANSWERS, cursor=page.branches[0])
    request = SOURCE.request(whole)
    assert (request.url, dict(request.params)) == (f"{BASE}/answers/8", USUAL)
    answers = read({"items": [{"answer_id": 8, "question_id": 7, "body": "yes"}], "has_more": False}, whole)
    assert [mention.native_id for mention in answers.mentions] == ["8"]
    assert answers.cursors == (f"2:{UNTIL_S}",)
    assert SOURCE.request(replace(ANSWERS, cursor=answers.cursors[0])).url == f"{BASE}/search/excerpts"


def test_excerpts_end() -> None:
    last = {"items": [{"answer_id": 8, "creation_date": UNTIL_S}], "has_more": False}
    assert read(last, ANSWERS).branches == ("ids:8:",)
    assert read({"items": []}, replace(ANSWERS, cursor="ids:8:")) == Page()
    none = {"items": [question(7)], "has_more": True}
    assert read(none, ANSWERS).branches == (f"2:{UNTIL_S}",)
    old = {"items": [question(7, SINCE - timedelta(days=1))], "has_more": True}
    assert read(old, ANSWERS) == Page(), "a window is not left downwards"


# Limits


def test_a_backoff_is_waited_for() -> None:
    assert sample().wait_s == 10
    assert read({"items": [], "backoff": 0.2}, ANSWERS).wait_s == 0.2
    assert read({"items": [], "backoff": "soon"}).wait_s is None


def test_a_throttle_is_a_limit_and_says_how_long_it_lasts() -> None:
    said = "too many requests from this IP, more requests available in 83265 seconds"
    body = {"error_id": 502, "error_name": "throttle_violation", "error_message": said}
    error = SOURCE.explain(answered(body, 400))
    assert isinstance(error, FetchError)
    assert (error.reason, error.retry_after_s) == ("rate_limited", 83265)
    assert "key" in (error.hint or "")
    assert isinstance(keyed := KEYED.explain(answered({**body, "error_message": ""}, 400)), FetchError)
    assert (keyed.message, keyed.retry_after_s, keyed.hint) == ("throttle_violation", None, None)


def test_another_refusal_says_what_is_wrong() -> None:
    body = {"error_id": 400, "error_name": "bad_parameter", "error_message": "No site found for name `acme`"}
    error = SOURCE.explain(answered(body, 400))
    assert isinstance(error, FetchError)
    assert error.message == "bad_parameter: No site found for name `acme`"
    assert "sites" in (error.hint or "")
    assert SOURCE.explain(Answer(403, BASE, {}, b"<html>banned")) is None
    assert SOURCE.explain(answered({"error_name": "temporarily_unavailable"}, 503)) is None
    with pytest.raises(ParseError, match="No site found"):
        read(body)


# Second looks


def test_a_hundred_of_one_site_are_read_again_at_once() -> None:
    many = [known(id) for id in range(1, 102)]
    rest = [known(1, "superuser"), known(500, kind="comment"), replace(known(1), native_id="comment-5")]
    rereads = list(SOURCE.rereads([*many, *rest]))
    assert [len(each.known) for each in rereads] == [IDS_IN_A_REQUEST, 1, 1, 1]
    assert rereads[1].request == Request("GET", f"{BASE}/questions/101", tuple(USUAL.items()))
    assert rereads[0].request.url.startswith(f"{BASE}/questions/1;2;3;")
    assert dict(rereads[2].request.params)["site"] == "superuser"
    assert rereads[3].request.url == f"{BASE}/answers/500"


def test_what_the_answer_does_not_mention_is_missing() -> None:
    revisit = SOURCE.revisit((known(1), known(2)), answered({"items": [question(2, title="edited")]}))
    assert [mention.title for mention in revisit.mentions] == ["edited"]
    assert (revisit.missing, revisit.gone) == (("m_1",), ())


# Real answers


def test_every_recorded_text_is_there_and_empty_ones_are_counted() -> None:
    folder = os.environ.get("REPWATCH_RECORDINGS")
    if not folder:
        pytest.skip("REPWATCH_RECORDINGS is not set")
    body = json.loads(Path(folder, "stackexchange/stackexchange_question_backoff_page.json").read_bytes())
    posts = [
        post for item in body["items"] for post in (item, *item.get("answers", ()), *item.get("comments", ()))
    ]
    texts = [each for each in posts if any(each.get(name) for name in ("title", "body", "body_markdown"))]
    page = read(body)
    assert len(page.mentions) == len(texts)
    assert page.skipped == ("no text",) * (len(posts) - len(texts))
    assert page.wait_s == body["backoff"]
    assert page.cursors == () or body["has_more"]
    named = [{**each, "title": "a title", "body": "a text"} for each in posts]
    mentions = read({"items": named}).mentions
    assert [mention.kind for mention in mentions] == [
        "comment" if "answer_id" in each or "comment_id" in each else "post" for each in posts
    ]
    for mention, each in zip(mentions, posts, strict=True):
        assert mention.author == each["owner"]["display_name"]
        assert mention.published_at == datetime.fromtimestamp(each["creation_date"], UTC)
