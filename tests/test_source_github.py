from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from repwatch.errors import FetchError, ParseError
from repwatch.model import Answer, Brand, Known, Mention, Page, Secret, Task
from repwatch.sources.common import json_or_none
from repwatch.sources.github import HITS_ON_A_PAGE, LOOKS, MOST_PAGES, GitHub

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SINCE = NOW - timedelta(days=14)
BASE = "https://api.github.com"
SOURCE = GitHub()
WITH_TOKEN = GitHub(token=Secret("hush"))
TASK = Task(source="gh", query="issues:acme anvils", since=SINCE, until=NOW)
COMMENTS = replace(TASK, cursor="comments repos/smithy/coal/issues/40 2024711 1")
DISCUSSIONS = replace(TASK, query="discussions:acme anvils")
ACME = Brand(key="acme", name="Acme", terms=("acme anvils",), own_domains=("acme.example",))


def read(body: Any, task: Task = TASK, source: GitHub = SOURCE) -> Page:
    return source.parse(task, answered(body))


def answered(body: Any, status: int = 200, url: str = BASE) -> Answer:
    return Answer(status, url, {"content-type": "application/json"}, json.dumps(body).encode())


def sample(source: GitHub = SOURCE) -> Page:
    return read(json.loads((Path(__file__).parent / "data/source_github.json").read_bytes()), source=source)


def issue(id: int, at: datetime = NOW, **more: Any) -> dict[str, Any]:
    url = f"{BASE}/repos/smithy/coal/issues/{id}"
    return {"id": id, "title": "Acme Anvils", "url": url, "created_at": at.isoformat(), **more}


def comment(id: int, **more: Any) -> dict[str, Any]:
    url = f"{BASE}/repos/smithy/coal/issues/comments/{id}"
    return {"id": id, "url": url, "body": f"Acme {id}", "created_at": NOW.isoformat(), **more}


def known(id: str, ref: str | None) -> Known:
    return Known(id=f"m_{id}", space="github", native_id=id, kind="post", ref=ref)


# What is asked


def test_issues_and_pull_requests_are_searched_apart_and_discussions_with_a_token() -> None:
    terms = ("acme anvils", "acme.example")
    assert SOURCE.queries([ACME]) == tuple(f"{way}:{term}" for way in ("issues", "pulls") for term in terms)
    assert len(WITH_TOKEN.queries([ACME])) == 6
    few = GitHub(token=Secret("hush"), pull_requests=False, discussions=False)
    assert few.queries([ACME]) == ("issues:acme anvils", "issues:acme.example")


def test_a_search_always_says_what_kind_it_wants() -> None:
    source = GitHub(repositories=("smithy/coal", "smithy/tongs"), exclude_orgs=("acme",))
    request = source.request(TASK)
    assert request.url == f"{BASE}/search/issues"
    assert dict(request.params) == {
        "q": '"acme anvils" is:issue in:title,body,comments created:>=2026-11-07'
        " repo:smithy/coal repo:smithy/tongs -org:acme",
        "sort": "created",
        "order": "desc",
        "per_page": "100",
        "page": "1",
    }
    pulls = dict(SOURCE.request(replace(TASK, query="pulls:acme anvils")).params)
    assert pulls["q"] == '"acme anvils" is:pull-request in:title,body,comments created:>=2026-11-07'


def test_discussions_are_asked_for_in_one_request_with_their_comments() -> None:
    request = WITH_TOKEN.request(replace(DISCUSSIONS, cursor="abc"))
    assert (request.method, request.url) == ("POST", f"{BASE}/graphql")
    body = json.loads(request.body or b"")
    assert body["variables"] == {
        "q": '"acme anvils" in:title,body,comments created:>=2026-11-07',
        "after": "abc",
    }
    assert "type: DISCUSSION" in body["query"]


def test_a_token_is_sent_and_shown_to_nobody() -> None:
    for task in (TASK, DISCUSSIONS, COMMENTS):
        request = WITH_TOKEN.request(task)
        [login] = [value for name, value in request.headers if name == "Authorization"]
        assert (str(login), isinstance(login, Secret)) == ("Bearer hush", True)
        assert "hush" not in repr(request)


# What is read


def test_an_issue_is_read_with_all_that_github_says() -> None:
    assert sample().mentions[0] == Mention(
        space="github",
        native_id="2004711",
        kind="post",
        url="https://github.example/smithy/tongs/issues/12",
        title="Acme Anvils driver cracks on `strike()`",
        text="What happened\nThe Acme Anvils driver, version 9, cracks & burns.\nforge.strike(list[int](3))\n"
        "cc @acme-help",
        author="anvil_fan_7",
        author_id="github:anvil_fan_7",
        author_url="https://github.example/anvil_fan_7",
        author_is_bot=False,
        published_at=datetime(2026, 11, 21, 8, tzinfo=UTC),
        likes=4,
        replies=3,
        addressed_to=("github:acme-help",),
        ref="repos/smithy/tongs/issues/12",
    )


def test_people_who_left_are_nobody_and_bots_are_known() -> None:
    _, ghost, bot = sample().mentions
    assert (ghost.author, ghost.author_id, ghost.author_url, ghost.author_is_bot) == (None,) * 4
    assert ghost.text == ""
    assert bot.author_is_bot is True
    assert sample().skipped == ("no text",)


def test_packages_and_mail_addresses_are_no_accounts_twice() -> None:
    body = "mail a@acme.example, @acme/sdk, @zed-forge. and @zed-forge again"
    [mention] = read({"items": [issue(1, body=body)]}).mentions
    assert mention.addressed_to == ("github:acme", "github:zed-forge")


def test_a_search_that_was_cut_short_says_so() -> None:
    assert read({"items": [issue(1)], "incomplete_results": True}).damaged
    assert not read({"items": [], "incomplete_results": True}).damaged
    assert not sample().damaged


# Comments


def test_comments_are_read_of_issues_that_name_the_brand_nowhere_else() -> None:
    assert sample().branches == ()
    assert sample(WITH_TOKEN).branches == (COMMENTS.cursor,)
    assert sample(GitHub(comments=True)).branches == (COMMENTS.cursor,)
    assert sample(GitHub(token=Secret("hush"), comments=False)).branches == ()
    many = [issue(id, title="other", comments=1) for id in range(30)]
    assert len(read({"items": many}, source=WITH_TOKEN).branches) == LOOKS


def test_comments_of_the_window_belong_to_their_issue() -> None:
    request = SOURCE.request(COMMENTS)
    assert request.url == f"{BASE}/repos/smithy/coal/issues/40/comments"
    assert dict(request.params) == {"since": "2026-11-07T12:00:00Z", "per_page": "100", "page": "1"}
    edited = comment(5, updated_at=(NOW + timedelta(hours=1)).isoformat())
    first, second = read([comment(4, updated_at=NOW.isoformat()), edited], COMMENTS).mentions
    assert (first.native_id, first.kind, first.parent_id) == ("issuecomment-4", "comment", "2024711")
    assert (first.thread_id, first.edited_at, first.replies) == ("2024711", None, None)
    assert second.edited_at == NOW + timedelta(hours=1)
    assert read([comment(4)], COMMENTS).cursors == ()
    full = [comment(id) for id in range(HITS_ON_A_PAGE)]
    assert read(full, COMMENTS).cursors == ("comments repos/smithy/coal/issues/40 2024711 2",)


def test_an_issue_and_a_comment_with_one_number_are_two() -> None:
    [asked], [said] = read({"items": [issue(7)]}).mentions, read([comment(7)], COMMENTS).mentions
    assert asked.id != said.id


# Paging


def test_pages_go_on_as_long_as_there_are_hits() -> None:
    hits = [issue(id) for id in range(HITS_ON_A_PAGE)]
    page = read({"items": hits, "total_count": 101})
    assert page.cursors == ("2",)
    assert dict(SOURCE.request(replace(TASK, cursor="2")).params)["page"] == "2"
    assert read({"items": hits, "total_count": 100}).cursors == ()
    assert read({"items": hits[:5], "total_count": 105}, replace(TASK, cursor="2")).cursors == ()
    assert read({"items": [], "total_count": 900}).cursors == ()


def test_beyond_a_thousand_hits_the_search_ends_at_the_oldest() -> None:
    oldest = NOW - timedelta(days=3)
    hits = [issue(1), issue(2, oldest)]
    page = read({"items": hits, "total_count": 4_000}, replace(TASK, cursor=str(MOST_PAGES)))
    assert page.cursors == ("1 2026-11-18T12:00:00Z",)
    further = replace(TASK, cursor=page.cursors[0])
    assert "created:2026-11-07..2026-11-18T12:00:00Z" in dict(SOURCE.request(further).params)["q"]
    assert read({"items": hits, "total_count": 4_000}, further).cursors == ("2 2026-11-18T12:00:00Z",)


# Discussions


def node(id: str, **more: Any) -> dict[str, Any]:
    author = {"__typename": "User", "login": "clinker", "url": "https://github.example/clinker"}
    return {"id": id, "body": f"Acme **{id}**", "createdAt": NOW.isoformat(), "author": author, **more}


def discussions(*nodes: Any, **about: Any) -> dict[str, Any]:
    return {"data": {"search": {"nodes": list(nodes), "pageInfo": about}}}


def test_a_discussion_comes_with_its_comments() -> None:
    comments = {"totalCount": 9, "nodes": [node("DC_1", upvoteCount=2)]}
    asked = node("D_1", title="Which anvil?", url="https://github.example/d/1", comments=comments)
    page = read(discussions(asked, {}, hasNextPage=True, endCursor="abc"), DISCUSSIONS)
    first, second = page.mentions
    assert (first.native_id, first.kind, first.title, first.text) == (
        "D_1",
        "post",
        "Which anvil?",
        "Acme D_1",
    )
    assert (first.author_id, first.replies, first.published_at) == ("github:clinker", 9, NOW)
    assert (second.native_id, second.kind, second.parent_id, second.likes) == ("DC_1", "comment", "D_1", 2)
    assert page.cursors == ("abc",)
    assert page.skipped == ("no text",)
    assert read(discussions(hasNextPage=False, endCursor="abc"), DISCUSSIONS) == Page()


def test_an_error_of_the_graph_is_repeated() -> None:
    with pytest.raises(ParseError, match="Parse error on"):
        read({"errors": [{"message": "Parse error on ="}]}, DISCUSSIONS)
    limited = {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}
    with pytest.raises(ParseError, match="API rate limit exceeded") as caught:
        read(limited, DISCUSSIONS)
    assert caught.value.reason == "rate_limited"


# Second looks


def test_issues_and_comments_are_read_again_where_the_api_has_them() -> None:
    [asked], [said] = read({"items": [issue(7)]}).mentions, read([comment(7)], COMMENTS).mentions
    stored = [known("7", asked.ref), known("issuecomment-7", said.ref), known("D_1", None)]
    first, second = SOURCE.rereads(stored)
    assert first.request.url == f"{BASE}/repos/smithy/coal/issues/7"
    assert second.request.url == f"{BASE}/repos/smithy/coal/issues/comments/7"
    assert SOURCE.revisit(first.known, answered(issue(7))).mentions == (asked,)
    assert SOURCE.revisit(second.known, answered(comment(7))).mentions == (said,)


def test_an_issue_that_became_another_one_is_missing_and_an_error_blanks_nothing() -> None:
    assert SOURCE.revisit((known("7", "x"),), answered(issue(8))).missing == ("m_7",)
    with pytest.raises(ParseError, match="Server Error"):
        SOURCE.revisit((known("7", "x"),), answered({"message": "Server Error"}))


def test_the_thread_of_an_issue_are_its_comments() -> None:
    request = SOURCE.thread(known("7", "repos/smithy/coal/issues/7"))
    assert request is not None
    assert request.url == f"{BASE}/repos/smithy/coal/issues/7/comments"
    assert SOURCE.thread(known("issuecomment-7", "repos/smithy/coal/issues/comments/7 5")) is None
    assert SOURCE.thread(known("D_1", None)) is None
    [reply] = SOURCE.replies(known("7", "x"), answered([comment(9)])).mentions
    assert (reply.parent_id, reply.thread_id) == ("7", "7")


def test_addresses_that_are_none_of_the_api_are_not_asked() -> None:
    for url in ("https://evil.example/", f"{BASE}/repos/a/../issues/1/x", f"{BASE}/repos/a/b/issues/1?x=y"):
        assert read({"items": [issue(1, url=url)]}).mentions[0].ref is None


# Failures


def test_limits_are_told_from_refusals() -> None:
    for status, said in (
        (403, "API rate limit exceeded for 198.51.100.7."),
        (403, "You have triggered an abuse detection mechanism."),
        (429, "You have exceeded a secondary rate limit."),
    ):
        error = SOURCE.explain(answered({"message": said}, status))
        assert isinstance(error, FetchError)
        assert (error.reason, error.message) == ("rate_limited", said)
        assert "token" in (error.hint or "")
    error = SOURCE.explain(answered({"message": "Resource not accessible"}, 403))
    assert isinstance(error, FetchError)
    assert (error.reason, error.whole_host) == ("forbidden", False), (
        "one place that is closed is not all of it"
    )
    assert SOURCE.explain(Answer(502, BASE, {}, b"<html>")) is None


def test_a_refused_token_and_a_refused_query_say_what_to_do() -> None:
    login = WITH_TOKEN.explain(answered({"message": "Bad credentials"}, 401))
    assert isinstance(login, FetchError)
    assert (login.reason, login.message) == ("login", "the token was refused: Bad credentials")
    why = "The listed users and repositories cannot be searched"
    refused = SOURCE.explain(answered({"message": "Validation Failed", "errors": [{"message": why}]}, 422))
    assert isinstance(refused, FetchError)
    assert (refused.reason, refused.message) == ("http", why)
    assert "repositories" in (refused.hint or "")


def test_an_issue_that_has_gone_before_its_comments_were_read_is_no_failure() -> None:
    url = f"{BASE}/repos/smithy/coal/issues/40/comments?page=1"
    assert SOURCE.explain(answered({"message": "Not Found"}, 404, url)) == Page()
    assert SOURCE.explain(answered({"message": "Not Found"}, 404, f"{BASE}/search/issues")) is None


# Real answers


def recorded() -> Iterator[Answer]:
    folder = os.environ.get("REPWATCH_RECORDINGS")
    if not folder:
        pytest.skip("REPWATCH_RECORDINGS is not set")
    for file in sorted(Path(folder, "github").glob("*.json")):
        yield Answer(200, f"{BASE}/{file.name}", {}, file.read_bytes())
    for line in Path(folder, "github/replay.jsonl").read_text().splitlines():
        record = json.loads(line)
        response = record["response"]
        headers = {name.lower(): str(value) for name, value in response["headers"].items()}
        yield Answer(response["status"], record["request"]["url"], headers, response["body"].encode())


def test_every_recorded_issue_and_comment_is_there() -> None:
    lists = 0
    for answer in recorded():
        body = json_or_none(answer)
        if not (isinstance(body, list) and all({"created_at", "url"} <= each.keys() for each in body)):
            continue
        lists += 1
        hits = {"items": body, "total_count": len(body)}
        for page in (read(hits), read(body, COMMENTS)):
            assert len(page.mentions) == len(body)
            for mention, each in zip(page.mentions, body, strict=True):
                assert mention.native_id in (str(each["id"]), f"issuecomment-{each['id']}")
                assert (mention.kind == "post") == ("title" in each)
                assert mention.author == each["user"]["login"]
                assert mention.url == each.get("html_url")
                assert mention.published_at == datetime.fromisoformat(each["created_at"])
                assert (mention.ref or "").split()[0] == each["url"].partition("github.com/")[2]
    assert lists == 4


def test_every_recorded_failure_has_its_reason() -> None:
    failures = [answer for answer in recorded() if answer.status >= 400]
    errors = [SOURCE.explain(answer) for answer in failures]
    reasons = [error.reason if isinstance(error, FetchError) else error for error in errors]
    seen = {(answer.status, reason) for answer, reason in zip(failures, reasons, strict=True)}
    assert seen == {(401, "login"), (403, "rate_limited"), (403, "forbidden"), (404, None)}


def test_a_recorded_answer_of_another_kind_is_a_parse_error_or_an_empty_page() -> None:
    for answer in recorded():
        for task in (TASK, COMMENTS, DISCUSSIONS):
            try:
                page = SOURCE.parse(task, answer)
            except ParseError:
                continue
            assert page.mentions or page.skipped


def test_comments_are_asked_for_as_they_were_recorded() -> None:
    [url] = {answer.url for answer in recorded() if answer.url.endswith("/comments")}
    request = SOURCE.thread(known("1", url.removeprefix(f"{BASE}/").removesuffix("/comments")))
    assert request is not None
    assert (request.method, request.url) == ("GET", url)
