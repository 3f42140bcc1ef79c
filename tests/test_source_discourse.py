from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from repwatch.errors import FetchError, ParseError
from repwatch.model import Answer, Brand, Known, Mention, Page, Request, Secret, Task
from repwatch.sources import build
from repwatch.sources.discourse import LOOKS, PAGES_OF_A_SEARCH, Discourse

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SINCE = NOW - timedelta(days=14)
BASE = "https://forum.example/community"
SOURCE = Discourse(BASE)
TASK = Task(source="forum", query="posts", since=SINCE, until=NOW)
HITS = replace(TASK, query="search:acme anvils")
TOPICS = replace(TASK, query="category:support/7")
ACME = Brand(key="acme", name="Acme", terms=("acme anvils", "@acme_anvils"), weak_terms=("ac",))
SPACE = "discourse:forum.example/community"


def read(body: Any, task: Task = TASK) -> Page:
    return SOURCE.parse(task, answered(body))


def answered(body: Any, status: int = 200, url: str = f"{BASE}/posts.json") -> Answer:
    return Answer(status, url, {"content-type": "application/json"}, json.dumps(body).encode())


def sample() -> dict[str, Mention]:
    body = json.loads((Path(__file__).parent / "data/source_discourse.json").read_bytes())
    return {mention.native_id or "": mention for mention in read(body).mentions}


def post(id: int, number: int = 2, at: datetime = NOW, topic: int = 57, **more: Any) -> dict[str, Any]:
    place = {"topic_id": topic, "topic_slug": "which-anvil", "post_number": number}
    return {"id": id, "created_at": at.isoformat(), "cooked": f"<p>{id}</p>", **place, **more}


def hit(id: int, number: int = 2, at: datetime = NOW) -> dict[str, Any]:
    return {
        "id": id,
        "topic_id": 57,
        "post_number": number,
        "created_at": at.isoformat(),
        "blurb": "... cut ...",
    }


def topic(id: int, at: datetime | None = NOW, **more: Any) -> dict[str, Any]:
    return {"id": id, "last_posted_at": at and at.isoformat(), "pinned": False, **more}


def known(id: str, number: int = 1, ref: str | None = None) -> Known:
    url = f"{BASE}/t/which-anvil/57/{number}"
    return Known(id=f"m_{id}", space=SPACE, native_id=id, kind="post", url=url, ref=ref)


# What is asked


def test_the_newest_posts_are_read_unless_categories_or_a_search_are_asked_for() -> None:
    assert SOURCE.queries([ACME]) == ("posts",)
    chosen = build("discourse", {"base_url": BASE, "categories": [f"{BASE}/c/help/8", "c/help/anvils/9/"]})
    assert chosen.queries([ACME]) == ("category:help/8", "category:help/anvils/9")
    both = Discourse(BASE, search=True)
    assert both.queries([ACME]) == ("posts", "search:acme anvils", "search:acme_anvils")
    only = Discourse(BASE, posts=False, search=True, shortest_term=2)
    assert only.queries([ACME]) == ("search:acme anvils", "search:acme_anvils", "search:ac")


def test_a_category_without_its_number_and_half_a_login_are_mistakes() -> None:
    with pytest.raises(ValidationError, match=r'"support" is no category; write it .* "support/7"'):
        build("discourse", {"base_url": BASE, "categories": ["support"]})
    with pytest.raises(ValidationError, match="belong together"):
        build("discourse", {"base_url": BASE, "api_key": "hush"})
    with pytest.raises(ValidationError, match="it reads nothing"):
        build("discourse", {"base_url": BASE, "posts": False})


def test_every_step_has_its_address() -> None:
    def asked(task: Task, cursor: str | None = None) -> tuple[str, dict[str, str]]:
        request = SOURCE.request(replace(task, cursor=cursor))
        return request.url.removeprefix(BASE), dict(request.params)

    words = "acme anvils order:latest after:2026-11-07 before:2026-11-22"
    assert asked(TASK) == ("/posts.json", {})
    assert asked(TASK, "before:41") == ("/posts.json", {"before": "41"})
    assert asked(HITS) == ("/search.json", {"q": words, "page": "1"})
    assert asked(HITS, "hits:2:14") == ("/search.json", {"q": words, "page": "2"})
    assert asked(HITS, "post:12:Acme: broken") == ("/posts/12.json", {})
    assert asked(TOPICS) == ("/c/support/7.json", {"page": "0"})
    assert asked(TOPICS, "topic:57:123") == ("/t/57.json", {"post_number": "123"})


def test_a_login_is_sent_and_the_key_is_shown_to_nobody() -> None:
    request = Discourse(BASE, api_key=Secret("hush"), api_username="desk").request(TASK)
    assert request.headers == (("Api-Key", "hush"), ("Api-Username", "desk"))
    assert isinstance(request.headers[0][1], Secret)
    assert "hush" not in repr(request)


# What is read


def test_a_post_is_read_with_all_that_the_forum_says() -> None:
    assert sample()["904711"] == Mention(
        space=SPACE,
        native_id="904711",
        kind="comment",
        url=f"{BASE}/t/which-anvil/57/3",
        text="@acme_help the horn of my Acme Anvils anvil came off & nobody answers.\nTwice!",
        author="Fan of Anvils",
        author_id=f"{SPACE}/anvil_fan_7",
        author_url=f"{BASE}/u/anvil_fan_7",
        published_at=datetime(2026, 11, 21, 9, 30, 0, 123000, tzinfo=UTC),
        edited_at=datetime(2026, 11, 21, 9, 45, tzinfo=UTC),
        parent_id="704711",
        thread_id="704711",
        likes=4,
        replies=1,
        views=12,
        addressed_to=(f"{SPACE}/bellows_bea", f"{SPACE}/acme_help"),
    )


def test_only_the_first_post_of_a_topic_has_its_title_and_that_is_not_escaped() -> None:
    first, second = sample()["704711"], sample()["804711"]
    assert (first.kind, first.title) == ("post", "Which anvil for a small forge? <b> & more")
    assert first.ref == first.title, "a post read by itself does not say it"
    assert (second.kind, second.title, second.author) == ("comment", "", "clinker")
    assert (first.parent_id, first.edited_at, first.author) == (None, None, "bellows_bea")


def test_what_is_hidden_or_no_text_is_left_out_and_counted() -> None:
    body = json.loads((Path(__file__).parent / "data/source_discourse.json").read_bytes())
    assert read(body).skipped == ("deleted or hidden", "not for readers", "no text")
    whisper = post(1, post_type=4)
    gone = [post(2, deleted_at=NOW.isoformat()), post(3, user_deleted=True)]
    assert read({"latest_posts": [whisper, *gone, 5]}).mentions == ()


def test_a_parent_that_is_on_another_page_is_not_known() -> None:
    [mention] = read({"latest_posts": [post(9, 4, reply_to_post_number=3)]}).mentions
    assert (mention.parent_id, mention.thread_id) == (None, None)
    two_topics = [post(9, 2, reply_to_post_number=1), post(8, 1, topic=58)]
    assert read({"latest_posts": two_topics}).mentions[0].parent_id is None


def test_likes_are_the_actions_with_id_2() -> None:
    actions = [{"id": 3, "count": 9}, {"id": 2, "count": 5}]
    assert read({"latest_posts": [post(1, actions_summary=actions)]}).mentions[0].likes == 5
    assert read({"latest_posts": [post(1, actions_summary=actions[:1])]}).mentions[0].likes is None


def test_a_post_without_a_slug_or_a_number_has_the_address_that_can_be_told() -> None:
    assert read({"latest_posts": [post(1, topic_slug="")]}).mentions[0].url == f"{BASE}/t/57/2"
    assert read({"latest_posts": [post(1, post_number=None)]}).mentions[0].url is None


def test_newest_posts_go_on_below_the_lowest_id() -> None:
    assert read({"latest_posts": [post(9), post(7), post(8)]}).cursors == ("before:7",)
    assert read({"latest_posts": []}) == Page()


def test_two_forums_on_one_host_do_not_share_ids() -> None:
    spaces = {Discourse(base)._space for base in ("https://F.example", "https://f.example/de/")}
    assert spaces == {"discourse:f.example", "discourse:f.example/de"}
    assert Discourse("http://127.0.0.1:8080")._space == "discourse:127.0.0.1:8080"


# Search


def test_hits_are_excerpts_so_the_whole_posts_are_asked_for() -> None:
    topics = [{"id": 57, "title": "Acme\u00a0Anvils: broken", "fancy_title": "x"}]
    body = {"posts": [hit(11, 1), hit(12)], "topics": topics, "grouped_search_result": {"error": None}}
    page = read(body, HITS)
    assert page.mentions == ()
    assert page.branches == ("post:11:Acme Anvils: broken", "post:12:")
    [first] = read(post(11, 1), replace(HITS, cursor=page.branches[0])).mentions
    assert (first.title, first.text) == ("Acme Anvils: broken", "11")
    unseen = {**body, "topics": [{"id": 57, "title": "Acme\u200bAnvils"}]}
    assert read(unseen, HITS).branches[0] == "post:11:", (
        "what can't be a cursor loses its title, not its place"
    )


def test_many_hits_are_looked_at_in_turns_and_pages_end() -> None:
    more = {"more_full_page_results": True, "error": None}
    body = {"posts": [hit(id) for id in range(1, 21)], "topics": [], "grouped_search_result": more}
    first = read(body, HITS).branches
    assert len(first) == LOOKS + 1
    assert first[-1] == f"hits:1:{LOOKS}"
    second = read(body, replace(HITS, cursor=first[-1])).branches
    assert second == (*(f"post:{id}:" for id in range(15, 21)), "hits:2:0")
    last = read(body, replace(HITS, cursor=f"hits:{PAGES_OF_A_SEARCH}:{LOOKS}")).branches
    assert last == second[:-1]
    old = [hit(id, at=SINCE - timedelta(days=1)) for id in range(20)]
    assert read({**body, "posts": old}, HITS) == Page(), "a forum that takes no notice of after:"


def test_a_refused_search_says_why() -> None:
    refused = {"posts": [], "topics": [], "grouped_search_result": {"error": "Your term is too short."}}
    with pytest.raises(ParseError, match="Your term is too short") as caught:
        read(refused, HITS)
    assert caught.value.reason == "http"
    assert "shortest_term" in (caught.value.hint or "")
    assert read({**refused, "posts": [hit(11)]}, HITS).branches == ("post:11:",)
    with pytest.raises(ParseError, match="no posts"):
        read({"topics": []}, HITS)


def test_the_search_of_old_forums_finds_topics() -> None:
    found = [{"type": "topic", "results": [{"id": 57, "title": "A", "url": "/t/a/57"}]}, {"type": "user"}]
    assert read(found, HITS).branches == ("topic:57:",)
    assert read([], HITS) == Page()


# Categories


def test_topics_that_were_written_in_are_read_from_their_end() -> None:
    pinned = topic(1, SINCE - timedelta(days=90), pinned=True)
    undated = topic(2, None, bumped_at=NOW.isoformat(), highest_post_number=1)
    listed = [pinned, undated, topic(3, highest_post_number=123), topic(4, SINCE - timedelta(days=1))]
    body = {"topic_list": {"topics": listed, "more_topics_url": "/c/support/7?page=1"}}
    page = read(body, TOPICS)
    assert page.branches == ("topic:2:1", "topic:3:123", "topics:1:0")


def test_topics_end_where_only_pinned_ones_are_left() -> None:
    listed = [topic(1, pinned=True), topic(4, SINCE - timedelta(days=1))]
    body = {"topic_list": {"topics": listed, "more_topics_url": "/c/support/7?page=1"}}
    assert read(body, TOPICS).branches == ("topic:1:",)
    long = {"topic_list": {"topics": [topic(id) for id in range(1, 31)]}}
    branches = [read(long, replace(TOPICS, cursor=f"topics:0:{at}")).branches for at in (0, LOOKS, 2 * LOOKS)]
    assert [len(each) for each in branches] == [LOOKS + 1, LOOKS + 1, 2]


def test_a_topic_is_read_upwards_as_long_as_it_is_new() -> None:
    task = replace(TOPICS, cursor="topic:57:60")
    body = {"title": "Which anvil?", "post_stream": {"posts": [post(9, 41), post(10, 42)]}}
    assert read(body, task).cursors == ("topic:57:40",)
    old = {"post_stream": {"posts": [post(9, 41, SINCE - timedelta(days=1)), post(10, 42)]}}
    assert read(old, task).cursors == ()
    whole = {"title": "Which anvil?", "post_stream": {"posts": [post(9, 1), post(10, 2)]}}
    page = read(whole, task)
    assert page.cursors == ()
    assert [mention.title for mention in page.mentions] == ["Which anvil?", ""]
    assert page.mentions[1].parent_id == "9", "who answers nobody answers the topic"


# Second looks


def test_a_post_is_read_again_under_its_title() -> None:
    [reread] = SOURCE.rereads([known("12", ref="Acme: broken")])
    assert reread.request == Request("GET", f"{BASE}/posts/12.json")
    revisit = SOURCE.revisit(reread.known, answered(post(12, 1)))
    assert [(each.native_id, each.title) for each in revisit.mentions] == [("12", "Acme: broken")]


def test_a_post_that_was_withdrawn_is_gone() -> None:
    assert SOURCE.revisit((known("12"),), answered(post(12, user_deleted=True))).gone == ("m_12",)


def test_an_answer_that_is_no_post_blanks_nothing() -> None:
    with pytest.raises(ParseError, match="no post: try later"):
        SOURCE.revisit((known("12"),), answered({"errors": ["try later"]}))


def test_a_thread_is_what_answers_a_post() -> None:
    assert SOURCE.thread(known("12", 30)) == Request("GET", f"{BASE}/t/57.json", (("post_number", "30"),))
    assert SOURCE.thread(replace(known("12"), url=None)) is None
    posts = [post(12, 1), post(13, 2), post(14, 3, reply_to_post_number=2)]
    body = answered({"post_stream": {"posts": posts}})
    assert [each.native_id for each in SOURCE.replies(known("12"), body).mentions] == ["13", "14"]
    assert [each.native_id for each in SOURCE.replies(known("13", 2), body).mentions] == ["14"]


# Failures


def test_a_closed_forum_asks_for_a_login() -> None:
    closed = answered({"errors": ["You need to be logged in."], "error_type": "not_logged_in"}, 403)
    error = SOURCE.explain(closed)
    assert isinstance(error, FetchError)
    assert (error.reason, error.message) == ("login", "You need to be logged in.")
    assert "api_key" in (error.hint or "")
    mine = Discourse(BASE, api_key=Secret("hush"), api_username="desk")
    invalid = answered(
        {"errors": ["The API username or key is invalid."], "error_type": "invalid_access"}, 403
    )
    assert isinstance(refused := mine.explain(invalid), FetchError)
    assert refused.reason == "login"


def test_a_category_for_members_does_not_close_the_forum() -> None:
    said = {"errors": ["You are not permitted to view this."], "error_type": "invalid_access"}
    error = SOURCE.explain(answered(said, 403, f"{BASE}/c/support/7.json?page=0"))
    assert isinstance(error, FetchError)
    assert (error.reason, error.message, error.whole_host) == ("forbidden", said["errors"][0], False)
    assert "categories" in (error.hint or "")


def test_a_single_post_that_is_hidden_now_is_gone_and_says_nothing_about_the_login() -> None:
    said = {"errors": ["You are not permitted to view this."], "error_type": "invalid_access"}
    for source in (SOURCE, Discourse(BASE, api_key=Secret("hush"), api_username="desk")):
        error = source.explain(answered(said, 403, f"{BASE}/posts/471.json"))
        assert isinstance(error, FetchError)
        assert error.reason == "not_found"
        assert source.explain(answered(said, 403, f"{BASE}/t/57.json?post_number=3")) == Page()


def test_a_limit_says_how_long_it_lasts() -> None:
    body = {"errors": ["slow down"], "error_type": "rate_limit", "extras": {"wait_seconds": 17}}
    error = SOURCE.explain(answered(body, 429))
    assert isinstance(error, FetchError)
    assert (error.reason, error.retry_after_s) == ("rate_limited", 17)


def test_a_topic_that_has_gone_meanwhile_is_no_failure() -> None:
    assert SOURCE.explain(answered({}, 404, f"{BASE}/t/57.json?post_number=3")) == Page()
    assert SOURCE.explain(answered({}, 404, f"{BASE}/posts.json")) is None
    assert SOURCE.explain(Answer(502, BASE, {}, b"<html>")) is None


# Real answers


def recorded(name: str) -> Any:
    folder = os.environ.get("REPWATCH_RECORDINGS")
    if not folder:
        pytest.skip("REPWATCH_RECORDINGS is not set")
    return json.loads(Path(folder, "discourse", name).read_bytes())


@pytest.mark.parametrize("name", ["api_posts_before", "api_posts_latest"])
def test_every_recorded_newest_post_is_there(name: str) -> None:
    body = recorded(f"{name}.json")
    page = read(body)
    assert [mention.native_id for mention in page.mentions] == [
        str(each["id"]) for each in body["latest_posts"]
    ]
    assert page.skipped == ()
    for mention, each in zip(page.mentions, body["latest_posts"], strict=True):
        assert mention.url == f"{BASE}/t/{each['topic_slug']}/{each['topic_id']}/{each['post_number']}"
        assert (mention.kind == "post") == (each["post_number"] == 1)


@pytest.mark.parametrize(
    "name",
    [
        *("api_topic", "api_topic_posts", "discourse_posts"),
        *("discourse_topic_1148", "discourse_topic_1149", "discourse_topic_1150"),
    ],
)
def test_every_post_of_the_recorded_topics_is_there(name: str) -> None:
    body = recorded(f"{name}.json")
    posts = [each for each in body["post_stream"]["posts"] if re.sub(r"<[^<>]*>|\s", "", each["cooked"])]
    page = read(body, replace(TOPICS, cursor="topic:57:"))
    assert len(page.mentions) + page.skipped.count("no text") == len(body["post_stream"]["posts"])
    assert [mention.native_id for mention in page.mentions] == [str(each["id"]) for each in posts]
    ids = {each["post_number"]: str(each["id"]) for each in posts}
    for mention, each in zip(page.mentions, posts, strict=True):
        liked = [action["count"] for action in each["actions_summary"] if action["id"] == 2]
        assert mention.likes == (liked[0] if liked else None)
        assert mention.author == (each["name"] or each["username"])
        assert mention.published_at == datetime.fromisoformat(each["created_at"])
        if each["reply_to_post_number"]:
            assert mention.parent_id == ids.get(each["reply_to_post_number"])


@pytest.mark.parametrize(
    "name",
    [
        *("api_hot", "api_latest", "api_top"),
        *("discourse_topics_last_posted_at_null", "discourse_topics_pinned"),
    ],
)
def test_every_topic_of_the_recorded_lists_is_looked_at(name: str) -> None:
    body = recorded(f"{name}.json")
    long_ago = replace(TOPICS, since=datetime(1990, 1, 1, tzinfo=UTC))
    looks = {branch.split(":")[1] for branch in read(body, long_ago).branches if branch.startswith("topic:")}
    assert looks == {str(each["id"]) for each in body["topic_list"]["topics"]}


def test_the_constructed_answers_are_understood() -> None:
    found = recorded("CONSTRUCTED_search.json")
    then = replace(HITS, since=datetime(2026, 7, 1, tzinfo=UTC))
    first, *rest = read(found, then).branches
    assert first == f"post:{found['posts'][0]['id']}:{found['topics'][0]['title']}"
    assert rest == [f"post:{found['posts'][1]['id']}:", "hits:2:0"]
    with pytest.raises(ParseError, match="too short"):
        read(recorded("CONSTRUCTED_search_term_too_short.json"), HITS)
    for name, status, reason in (("403_login_required", 403, "login"), ("429", 429, "rate_limited")):
        error = SOURCE.explain(answered(recorded(f"CONSTRUCTED_{name}.json"), status))
        assert isinstance(error, FetchError)
        assert error.reason == reason


def test_no_recorded_answer_of_another_kind_is_mistaken_for_posts() -> None:
    for name in ("api_user.json", "api_replies.json"):
        for task in (TASK, HITS, TOPICS, replace(TOPICS, cursor="topic:1:"), replace(HITS, cursor="post:1:")):
            with pytest.raises(ParseError):
                read(recorded(name), task)
