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
from repwatch.sources.base import Explains, Metered, Rereads
from repwatch.sources.x import X

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BASE = "https://posts.example"
SOURCE = X(base_url=BASE, token=Secret("hush"), monthly_usd=20)
QUERY = '("acme anvils" OR "acme_anvils" OR @acme_anvils) -is:retweet'
TASK = Task(source="x", query=QUERY, since=NOW - timedelta(days=2), until=NOW)
ACME = Brand(
    key="acme",
    name="Acme",
    terms=("acme anvils", "@acme_anvils"),
    weak_terms=("acme",),
    own_accounts=("x:@acme_anvils", "reddit:u/acme"),
)
SAMPLE = json.loads((Path(__file__).parent / "data/source_x.json").read_bytes())
NEWEST = "1990000000047110090@1795251605"


def answer(body: Any, status: int = 200) -> Answer:
    return Answer(status, BASE, {}, json.dumps(body).encode())


def read(body: Any, task: Task = TASK, source: X = SOURCE) -> Page:
    return source.parse(task, answer(body))


def asked(task: Task = TASK, source: X = SOURCE) -> dict[str, str]:
    return dict(source.request(task).params)


def post(id: str, text: str = "acme anvils", **more: Any) -> dict[str, Any]:
    return {"id": id, "text": text, "created_at": "2026-11-20T10:00:00.000Z", **more}


# What is asked


def test_a_brand_is_one_query_with_all_its_terms_and_handles() -> None:
    zed = Brand(key="zed", name="Zed", terms=("zed forge",))
    assert SOURCE.queries([ACME, zed]) == (QUERY, '("zed forge") -is:retweet')
    termless = Brand(key="t", name="T", own_accounts=("x:zed_help", "x:no handle", "github:zed"))
    assert SOURCE.queries([termless]) == ("(@zed_help) -is:retweet",)
    tagged = Brand(key="h", name="H", terms=("@zed_forge", "zed@forge"))
    assert SOURCE.queries([tagged]) == ('("zed_forge" OR "zed@forge" OR @zed_forge) -is:retweet',)
    assert SOURCE.queries([Brand(key="dry", name="Dry", weak_terms=("dry",))]) == ()
    assert replace(SOURCE, narrow=" lang:en  -is:reply").queries([zed]) == (
        '("zed forge") -is:retweet lang:en -is:reply',
    )


def test_a_query_that_is_too_long_becomes_several() -> None:
    wordy = Brand(key="w", name="W", terms=tuple(f"anvil number {number}" for number in range(100)))
    queries = SOURCE.queries([wordy])
    assert len(queries) > 1
    assert max(map(len, queries)) <= 512
    assert sum(query.count('"') for query in queries) == 200
    assert all(query.endswith(") -is:retweet") for query in queries)


def test_the_first_window_begins_seven_days_back_at_most() -> None:
    request = SOURCE.request(TASK)
    assert request.url == f"{BASE}/2/tweets/search/recent"
    assert asked()["query"] == QUERY
    assert asked()["max_results"] == "100"
    assert asked()["expansions"] == "author_id"
    assert asked()["start_time"] == "2026-11-19T12:00:00Z"
    assert asked(replace(TASK, since=NOW - timedelta(days=14)))["start_time"] == "2026-11-14T13:00:00Z"


def test_the_token_is_a_secret_and_no_part_of_the_quotas_name() -> None:
    [(name, value)] = SOURCE.request(TASK).headers
    assert (name, str(value)) == ("Authorization", "Bearer hush")
    assert isinstance(value, Secret)
    assert "hush" not in repr((SOURCE, SOURCE.request(TASK), SOURCE.quota))


def test_the_next_window_starts_behind_the_newest_post() -> None:
    assert read(SAMPLE).resume == NEWEST
    later = replace(TASK, until=NOW + timedelta(hours=1), resume=NEWEST)
    assert asked(later)["since_id"] == "1990000000047110090"
    assert "start_time" not in asked(later)
    assert read({"meta": {"result_count": 0}}, later).resume == NEWEST


def test_a_newest_post_that_the_search_no_longer_reaches_is_not_named() -> None:
    later = replace(TASK, since=NOW + timedelta(days=8), until=NOW + timedelta(days=10), resume=NEWEST)
    assert "since_id" not in asked(later)
    assert asked(later)["start_time"] == "2026-11-29T12:00:00Z"


def test_the_newest_post_is_that_of_all_pages() -> None:
    [cursor] = read(SAMPLE).cursors
    second = replace(TASK, cursor=cursor)
    assert asked(second) == asked() | {"next_token": "b26v89c19zqg8o3f"}
    assert read({"data": [post("471109")], "meta": {"next_token": "n"}}, second).resume == NEWEST
    older = replace(TASK, resume="471109@1795251605")
    assert read({"data": [post("471108"), post("4711010")]}, older).resume == "4711010@1795168800"


def test_a_page_without_posts_is_the_end() -> None:
    assert read({"meta": {"result_count": 0, "next_token": "n"}}) == Page(cost=0)


# What is read


def test_a_post_is_read_with_its_author_counts_and_links() -> None:
    assert read(SAMPLE).mentions[0] == Mention(
        space="x",
        native_id="1990000000047110090",
        kind="post",
        url="https://x.com/anvil_fan_7/status/1990000000047110090",
        text="Two weeks and the horn of my Acme Anvils No. 9 is gone. @acme_anvils <3 refund & sorry?"
        " https://acme.example/no-9",
        author="Anvil Fan",
        author_id="x:@anvil_fan_7",
        author_url="https://x.com/anvil_fan_7",
        author_followers=310,
        published_at=datetime(2026, 11, 21, 9, 0, 5, tzinfo=UTC),
        lang="en",
        thread_id="1990000000047110090",
        likes=17,
        replies=2,
        reposts=3,
        views=940,
        addressed_to=("x:@acme_anvils",),
    )


def test_an_answer_names_its_parent_and_its_thread() -> None:
    reply = read(SAMPLE).mentions[1]
    assert (reply.kind, reply.author_id) == ("comment", "x:@acme_anvils")
    assert reply.parent_id == reply.thread_id == "1990000000047110070"
    [quote] = read({"data": [post("4711", referenced_tweets=[{"type": "quoted", "id": "47110"}])]}).mentions
    assert (quote.kind, quote.parent_id) == ("post", None)


def test_a_long_post_is_read_as_a_whole_and_an_edited_one_stays_the_one_it_was() -> None:
    long = read(SAMPLE).mentions[2]
    assert long.text.endswith("It rings.")
    assert len(long.text) > 280
    assert long.native_id == "1990000000047110050"
    assert long.ref == "1990000000047110060"
    assert long.url == "https://x.com/bellows_bea/status/1990000000047110060"


def test_a_post_without_an_author_has_none() -> None:
    bare = read(SAMPLE).mentions[3]
    assert bare.native_id == "1990000000047110030"
    assert bare.url == "https://x.com/i/status/1990000000047110030"
    assert (bare.author, bare.author_id, bare.author_url, bare.published_at) == (None, None, None, None)
    assert read(SAMPLE).skipped == ("no text",)


def test_short_links_cannot_make_a_text_explode() -> None:
    urls = [
        {"url": f"https://t.co/{n}", "expanded_url": f"https://t.co/{n} https://t.co/{n}"} for n in range(50)
    ]
    [mention] = read({"data": [post("4711", "https://t.co/0 " * 100, entities={"urls": urls})]}).mentions
    assert len(mention.text) < 5_000


def test_an_answer_without_posts_repeats_what_is_said() -> None:
    with pytest.raises(ParseError, match="no posts: Something broke"):
        read({"errors": [{"message": "Something broke"}]})


def test_the_older_shape_is_read_as_well_and_a_repost_is_what_it_repeats() -> None:
    original = {
        "id": 47110,
        "id_str": "47110",
        "created_at": "Fri Nov 20 10:00:00 +0000 2026",
        "full_text": "@acme_anvils it broke https://t.co/a",
        "user": {"id_str": "7", "screen_name": "anvil_fan_7", "name": "Anvil Fan"},
        "entities": {
            "user_mentions": [{"screen_name": "acme_anvils"}],
            "urls": [{"url": "https://t.co/a", "expanded_url": "https://acme.example/"}],
        },
        "in_reply_to_status_id_str": "471",
        "favorite_count": 3,
        "retweet_count": 1,
        "lang": "en",
    }
    [mention] = read([{**original, "id_str": "47119", "retweeted_status": original}]).mentions
    assert mention == Mention(
        space="x",
        native_id="47110",
        kind="comment",
        url="https://x.com/anvil_fan_7/status/47110",
        text="@acme_anvils it broke https://acme.example/",
        author="Anvil Fan",
        author_id="x:@anvil_fan_7",
        author_url="https://x.com/anvil_fan_7",
        published_at=datetime(2026, 11, 20, 10, tzinfo=UTC),
        lang="en",
        parent_id="471",
        likes=3,
        reposts=1,
        addressed_to=("x:@acme_anvils",),
    )


# Money


def test_what_a_page_can_cost_is_set_aside_and_what_it_cost_is_told() -> None:
    assert (SOURCE.quota.limit, SOURCE.quota.every) == (20_000, "month")
    assert SOURCE.cost(SOURCE.request(TASK)) == 1_500
    assert read(SAMPLE).cost == 5 * 5 + 3 * 10
    quoted = {"data": [post("47111")], "includes": {"tweets": [post("47112"), post("47113")]}}
    assert read(quoted).cost == 3 * 5
    assert (read(SAMPLE).cost or 0) <= SOURCE.cost(SOURCE.request(TASK))


def test_parts_of_a_unit_are_rounded_up_and_noise_of_floats_is_not() -> None:
    cheap = replace(SOURCE, usd_per_post=0.0001, usd_per_user=0.0)
    assert read({"data": [post("4711")]}, source=cheap).cost == 1
    assert (
        replace(SOURCE, usd_per_post=0.1, usd_per_user=0.2, max_results=10).cost(SOURCE.request(TASK))
        == 3_000
    )


def test_without_authors_only_posts_are_paid_for() -> None:
    source = replace(SOURCE, authors=False)
    assert "expansions" not in asked(source=source)
    assert source.cost(source.request(TASK)) == 500


def test_the_cap_has_no_default_and_zero_pays_for_nothing() -> None:
    with pytest.raises(ValidationError, match=r"monthly_usd\s+Field required"):
        build("x", {"token": "hush"})
    none = replace(SOURCE, monthly_usd=0)
    assert none.quota.limit == 0 < none.cost(none.request(TASK))
    assert replace(none, usd_per_post=0, usd_per_user=0).cost(none.request(TASK)) > 0


def test_a_cap_that_never_pays_for_a_page_is_a_mistake() -> None:
    with pytest.raises(ValidationError, match=r"up to 1\.50 USD: raise it, or set a lower max_results"):
        build("x", {"token": "hush", "monthly_usd": 1})
    assert build("x", {"token": "hush", "monthly_usd": 1, "max_results": 50})
    for name, value in (("max_results", 5), ("monthly_usd", -1), ("usd_per_post", float("nan"))):
        with pytest.raises(ValidationError, match=f"{name} is"):
            build("x", {"token": "hush", "monthly_usd": 20, name: value})


# Failures


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (402, {"title": "CreditsDepleted", "detail": "Your account has no credits."}, "quota"),
        (402, "<html>", "quota"),
        (403, {"title": "Forbidden", "detail": "Your credits ended."}, "quota"),
        (429, {"title": "UsageCapExceeded", "detail": "Usage cap exceeded: Monthly product cap"}, "quota"),
        (403, {"title": "Forbidden", "detail": "Your account is suspended."}, "forbidden"),
    ],
)
def test_an_empty_account_is_a_quota_and_no_refusal(status: int, body: Any, reason: str) -> None:
    error = SOURCE.explain(answer(body, status))
    assert isinstance(error, FetchError)
    assert error.reason == reason
    assert error.hint
    if isinstance(body, dict):
        assert error.message == body["detail"]


def test_a_window_too_old_to_be_searched_is_over() -> None:
    mistake = {"message": "'start_time' must be on or after 2026-11-14T12:00Z.", "parameters": {}}
    assert SOURCE.explain(answer({"errors": [mistake], "title": "Invalid Request"}, 400)) == Page(cost=0)
    refused = SOURCE.explain(answer({"errors": [{"message": "missing EOF"}], "detail": "One or more."}, 400))
    assert isinstance(refused, FetchError)
    assert (refused.reason, refused.message) == ("http", "missing EOF")
    assert "narrow" in (refused.hint or "")


def test_what_the_status_says_is_left_to_it() -> None:
    for status in (401, 429, 503):
        assert (
            SOURCE.explain(answer({"title": "Too Many Requests", "detail": "Too Many Requests"}, status))
            is None
        )


# Second looks


def known(native_id: str, ref: str | None = None) -> Known:
    return Known(id=f"m_{native_id}", space="x", native_id=native_id, kind="post", ref=ref)


def test_reading_again_costs_money_so_it_has_to_be_asked_for() -> None:
    assert all(isinstance(SOURCE, each) for each in (Explains, Metered, Rereads))
    assert SOURCE.reread_for_s == 0, "it costs money: only where the configuration says so"
    source = replace(SOURCE, max_results=10)
    requests = list(source.rereads([known(f"4711{number}") for number in range(13)]))
    assert [len(each.known) for each in requests] == [10, 3]
    assert requests[1].request.url == f"{BASE}/2/tweets"
    assert dict(requests[1].request.params)["ids"] == "471110,471111,471112"
    assert source.cost(requests[1].request) == 45


def test_what_was_deleted_or_protected_is_gone() -> None:
    body = {
        "data": [post("47111", "edited", edit_history_tweet_ids=["47110", "47111"])],
        "errors": [{"resource_id": "47112", "title": "Not Found Error"}, {"value": "47113", "title": "x"}],
    }
    asked_for = [known("47110", "47111"), known("47112"), known("47113"), known("47114")]
    again = SOURCE.revisit(asked_for, answer(body))
    assert [(mention.native_id, mention.text) for mention in again.mentions] == [("47110", "edited")]
    assert again.gone == ("m_47112", "m_47113")
    assert again.missing == ("m_47114",)
    assert SOURCE.revisit([known("47112")], answer({"errors": body["errors"]})).gone == ("m_47112",)


# Real answers


def test_every_post_of_the_recorded_answers_is_there() -> None:
    folder = os.environ.get("REPWATCH_RECORDINGS")
    if not folder:
        pytest.skip("REPWATCH_RECORDINGS is not set")
    posts = 0
    for line in Path(folder, "x/replay.jsonl").read_text().splitlines():
        body = json.loads(json.loads(line)["response"]["body"])
        listed = body if isinstance(body, list) else body.get("data")
        listed = [listed] if isinstance(listed, dict) else listed
        if not listed or not any("id" in each for each in listed):
            with pytest.raises(ParseError):
                read(body)
            continue
        listed = [each for each in listed if "text" in each]
        originals = [each.get("retweeted_status", each) for each in listed]
        expected = [str(each.get("id_str", each["id"])) for each in originals]
        page = read(body)
        assert [mention.native_id for mention in page.mentions] == expected
        for mention, given in zip(page.mentions, originals, strict=True):
            assert mention.author == given.get("user", {}).get("name")
            assert (mention.published_at is None) == ("created_at" not in given)
            assert mention.likes == given.get("favorite_count")
        posts += len(expected)
    assert posts >= 150
