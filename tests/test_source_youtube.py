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
from repwatch.sources.base import Explains, Metered, Rereads, Threads
from repwatch.sources.youtube import YouTube

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BASE = "https://videos.example"
OWN = "UCacme_anvils_000000"
FAN = "UCanvil_fan_00000007"
SOURCE = YouTube(base_url=BASE, api_key=Secret("hush"), channel_id=OWN, videos=("hAnd4711-01",))
SEARCH = Task(source="yt", query="search:acme anvils", since=NOW - timedelta(days=14), until=NOW)
CHANNEL = replace(SEARCH, query=f"channel:{OWN}")
ACME = Brand(key="acme", name="Acme", terms=("acme anvils", "@acme_anvils"), weak_terms=("acme",))
SAMPLE = json.loads((Path(__file__).parent / "data/source_youtube.json").read_bytes())


def answer(body: Any, status: int = 200, url: str = BASE) -> Answer:
    return Answer(status, url, {}, json.dumps(body).encode())


def read(items: list[Any], task: Task = CHANNEL, **more: Any) -> Page:
    return SOURCE.parse(task, answer({"items": items, **more}))


def asked(task: Task) -> dict[str, str]:
    return dict(SOURCE.request(task).params)


def found(id: str, title: str = "acme anvils") -> dict[str, Any]:
    snippet = {"title": title, "description": "", "publishedAt": "2026-11-20T00:00:00Z"}
    return {"kind": "youtube#searchResult", "id": {"videoId": id}, "snippet": snippet}


def comment(id: str, text: str = "it broke", author: str = FAN, **snippet: Any) -> dict[str, Any]:
    said = {
        "textDisplay": f"{text}<br>",
        "textOriginal": text,
        "authorDisplayName": "@anvil_fan_7",
        "authorChannelUrl": f"http://www.youtube.com/channel/{author}",
        "authorChannelId": {"value": author},
        "likeCount": 2,
        "publishedAt": "2026-11-20T10:00:00.000Z",
        "updatedAt": "2026-11-20T10:00:00.000Z",
    }
    return {"kind": "youtube#comment", "id": id, "snippet": said | snippet}


def thread(id: str, *replies: dict[str, Any], total: int | None = None, **top: Any) -> dict[str, Any]:
    return {
        "kind": "youtube#commentThread",
        "id": id,
        "snippet": {
            "videoId": "aCm4711--01",
            "topLevelComment": comment(id, **top),
            "totalReplyCount": len(replies) if total is None else total,
        },
        **({"replies": {"comments": list(replies)}} if replies else {}),
    }


def trouble(status: int, reason: str, url: str = BASE, source: YouTube = SOURCE) -> FetchError | Page | None:
    said = {"message": 'See <a href="/quota">the quota</a>.', "domain": "youtube", "reason": reason}
    body = {"error": {"code": status, "message": said["message"], "errors": [said]}}
    return source.explain(answer(body, status, url))


# What is asked


def test_terms_are_searched_for_and_named_places_read() -> None:
    assert SOURCE.queries([ACME]) == (
        "search:acme anvils",
        "search:acme_anvils",
        f"channel:{OWN}",
        "video:hAnd4711-01",
    )
    assert replace(SOURCE, search=False).queries([ACME]) == SOURCE.queries([])
    assert all(isinstance(SOURCE, each) for each in (Explains, Metered, Rereads, Threads))


def test_a_search_asks_for_the_newest_videos_of_the_window_as_a_phrase() -> None:
    assert asked(SEARCH) == {
        "part": "snippet",
        "type": "video",
        "q": '"acme anvils"',
        "order": "date",
        "publishedAfter": "2026-11-07T12:00:00Z",
        "maxResults": "50",
        "key": "hush",
    }
    assert dict(replace(SOURCE, exact=False).request(SEARCH).params)["q"] == "acme anvils"


def test_the_key_is_a_secret_and_no_part_of_the_quotas_name() -> None:
    request = SOURCE.request(SEARCH)
    assert isinstance(dict(request.params)["key"], Secret)
    assert "hush" not in repr((request, SOURCE, SOURCE.quota))
    assert SOURCE.quota.name == replace(SOURCE, daily_units=5).quota.name
    assert SOURCE.quota.name != replace(SOURCE, api_key=Secret("other")).quota.name


def test_a_search_costs_a_hundred_units_and_all_else_one() -> None:
    assert SOURCE.cost(SOURCE.request(SEARCH)) == 100
    assert SOURCE.cost(SOURCE.request(CHANNEL)) == 1
    assert (SOURCE.quota.limit, SOURCE.quota.every) == (10_000, "day")
    assert SOURCE.quota.zone == "America/Los_Angeles"
    assert build("youtube", {"api_key": "hush", "daily_units": 0}).quota.limit == 0  # type: ignore[attr-defined]
    with pytest.raises(ValidationError, match="daily_units is no negative number"):
        build("youtube", {"api_key": "hush", "daily_units": -1})


def test_videos_and_the_channel_may_be_given_by_their_addresses() -> None:
    given = {
        "api_key": "hush",
        "channel_id": f"https://www.youtube.com/channel/{OWN}/videos",
        "videos": [
            "https://www.youtube.com/watch?t=3&v=aCm4711--01&a=b",
            "https://youtu.be/bLo4711--02?si=1",
        ],
    }
    source = build("youtube", given)
    assert source.queries([]) == (f"channel:{OWN}", "video:aCm4711--01", "video:bLo4711--02")
    for name, wrong in (
        ("channel_id", "@acme"),
        ("videos", ["https://videos.example/"]),
        ("comments_of", 99),
    ):
        with pytest.raises(ValidationError, match=f"is no|{name} is a number"):
            build("youtube", {"api_key": "hush", name: wrong})


# Videos


def test_a_found_video_is_a_post_whose_title_is_unescaped_once() -> None:
    first, _, nameless = SOURCE.parse(SEARCH, answer(SAMPLE)).mentions
    assert first == Mention(
        space="youtube",
        native_id="aCm4711--01",
        kind="post",
        url="https://www.youtube.com/watch?v=aCm4711--01",
        title='Acme Anvils: "forever" & a day? I hit one 10,000 times',
        text="The horn held. The face didn't. The Acme Anvils No. 9 <50 kg>, and what else ...",
        author="Forge Fails & Wins",
        author_id="youtube:UCforge_fails_0000000000",
        author_url="https://www.youtube.com/channel/UCforge_fails_0000000000",
        published_at=datetime(2026, 11, 21, 8, tzinfo=UTC),
    )
    assert (nameless.title, nameless.text) == ("Anvil drop", "")
    [twice] = read([found("aCm4711--01", "&amp;lt;b&amp;gt;")], SEARCH).mentions
    assert twice.title == "&lt;b&gt;"


def test_a_channel_among_the_hits_is_skipped() -> None:
    assert SOURCE.parse(SEARCH, answer(SAMPLE)).skipped == ("no text",)


def test_a_page_that_is_not_half_full_ends_a_search_whatever_token_it_has() -> None:
    few, many = [found("x")] * 24, [found("x")] * 25
    assert read(few, SEARCH, nextPageToken="T").cursors == ()
    [cursor] = read(many, SEARCH, nextPageToken="T").cursors
    assert asked(replace(SEARCH, cursor=cursor)) == asked(SEARCH) | {"pageToken": "T"}
    assert read(many, SEARCH).cursors == ()


def test_comments_of_found_videos_are_read_and_again_by_the_next_scan() -> None:
    page = SOURCE.parse(SEARCH, answer(SAMPLE))
    assert page.resume == "aCm4711--01 bLo4711--02 cNo4711--03"
    [first, *_] = [asked(replace(SEARCH, cursor=branch)) for branch in page.branches]
    assert (first["videoId"], first["order"], first["textFormat"]) == ("aCm4711--01", "time", "plainText")
    later = read([found("new4711"), found("odd4711", "something else")], replace(SEARCH, resume=page.resume))
    assert later.resume == "new4711 aCm4711--01 bLo4711--02 cNo4711--03 odd4711"
    assert len(later.branches) == 5
    quiet = read([], replace(SEARCH, resume=later.resume))
    assert (quiet.resume, len(quiet.branches)) == (later.resume, 5)


def test_the_list_of_videos_is_bounded() -> None:
    page = read([found(f"vid4711{number}") for number in range(40)], SEARCH)
    assert len(page.branches) == len((page.resume or "").split()) == 10
    assert read([found("a b/c?"), found("")], SEARCH).branches == (), "nothing but ids is remembered"
    assert not replace(SOURCE, comments_of=0).parse(SEARCH, answer({"items": [found("vid4711")]})).branches
    second = read([found("vid4711")], replace(SEARCH, cursor="search=acme+anvils&at=T", resume="old4711"))
    assert (second.resume, second.branches) == (None, ("video=vid4711",))


# Comments


def test_a_comment_is_read_with_its_thread_and_whom_it_is_addressed_to() -> None:
    edited = comment("Ug4711.1", "same", "UCother_0000000000", updatedAt="2026-11-20T11:00:00Z")
    top, reply = read([thread("Ug4711", edited)]).mentions
    assert top == Mention(
        space="youtube",
        native_id="Ug4711",
        kind="comment",
        url="https://www.youtube.com/watch?v=aCm4711--01&lc=Ug4711",
        text="it broke",
        author="@anvil_fan_7",
        author_id=f"youtube:{FAN}",
        author_url=f"http://www.youtube.com/channel/{FAN}",
        published_at=datetime(2026, 11, 20, 10, tzinfo=UTC),
        parent_id="aCm4711--01",
        thread_id="Ug4711",
        likes=2,
        replies=1,
        addressed_to=(f"youtube:{OWN}",),
        ref=top.ref,
    )
    assert (reply.parent_id, reply.thread_id) == ("Ug4711", "Ug4711")
    [nowhere] = read([comment("Ug4711")]).mentions
    assert (nowhere.url, nowhere.parent_id) == (None, None), "it does not say on which video"
    assert reply.addressed_to == (f"youtube:{OWN}", f"youtube:{FAN}")
    assert reply.edited_at == datetime(2026, 11, 20, 11, tzinfo=UTC)


def test_what_the_own_channel_writes_is_not_addressed_to_itself() -> None:
    [mine] = read([thread("Ug4711", author=OWN)]).mentions
    assert mine.author_id == f"youtube:{OWN}"
    assert mine.addressed_to == ()


def test_comments_on_a_found_video_are_addressed_to_whose_video_it_is_if_that_is_said() -> None:
    on_video = replace(SEARCH, cursor="video=aCm4711--01")
    silent, told = thread("Ug47111"), thread("Ug47112", channelId=OWN)
    assert [each.ref for each in read([silent], on_video).mentions] == ["on=aCm4711--01&to="]
    assert [each.addressed_to for each in read([silent, told], on_video).mentions] == [
        (),
        (f"youtube:{OWN}",),
    ]


def test_what_was_written_is_taken_before_what_is_displayed() -> None:
    displayed = comment("Ug47112", textOriginal=None, textDisplay="one<br>two &amp; three")
    first, second = read([comment("Ug47111", "a < b & <i>"), displayed]).mentions
    assert first.text == "a < b & <i>"
    assert second.text == "one\ntwo & three"


def test_replies_that_did_not_fit_into_their_thread_are_asked_for_on_the_own_channel() -> None:
    long = thread("Ug4711", comment("Ug4711.1"), total=7)
    [branch] = read([long, thread("Ug47112", comment("Ug47112.1"))]).branches
    here = replace(CHANNEL, cursor=branch)
    assert SOURCE.request(here).url == f"{BASE}/youtube/v3/comments"
    assert asked(here)["parentId"] == "Ug4711"
    [reply] = read([comment("Ug4711.9", author="UCx", parentId="Ug4711")], here).mentions
    assert reply.url == "https://www.youtube.com/watch?v=aCm4711--01&lc=Ug4711.9"
    assert reply.addressed_to == (f"youtube:{OWN}", f"youtube:{FAN}")
    assert read([long], replace(SEARCH, cursor="video=aCm4711--01")).branches == ()


def test_comments_go_on_at_the_token_of_their_page() -> None:
    [cursor] = read([thread("Ug4711")], nextPageToken="R0==").cursors
    assert asked(replace(CHANNEL, cursor=cursor)) == asked(CHANNEL) | {"pageToken": "R0=="}


def test_an_answer_without_items_repeats_what_is_said() -> None:
    with pytest.raises(ParseError, match="Backend Error"):
        SOURCE.parse(CHANNEL, answer({"error": {"message": "Backend Error"}}))


# Failures


@pytest.mark.parametrize(
    ("status", "reason", "meaning"),
    [
        (403, "quotaExceeded", "quota"),
        (403, "rateLimitExceeded", "rate_limited"),
        (400, "keyInvalid", "login"),
        (403, "accessNotConfigured", "login"),
        (403, "forbidden", "forbidden"),
        (404, "channelNotFound", "not_found"),
    ],
)
def test_a_failure_is_what_the_body_says_not_its_status(status: int, reason: str, meaning: str) -> None:
    error = trouble(status, reason)
    assert isinstance(error, FetchError)
    assert (error.reason, error.message) == (meaning, "See the quota.")


def test_a_key_that_is_not_valid_is_known_by_the_newer_shape_as_well() -> None:
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]
    body = {"error": {"code": 400, "message": "no", "errors": [{"reason": "badRequest"}], "details": details}}
    error = SOURCE.explain(answer(body, 400))
    assert isinstance(error, FetchError)
    assert error.reason == "login"
    assert error.hint


def test_a_video_without_comments_or_gone_is_no_failure() -> None:
    assert trouble(403, "commentsDisabled") == Page()
    assert trouble(404, "videoNotFound") == Page()
    private = f"{BASE}/youtube/v3/commentThreads?videoId="
    assert trouble(403, "forbidden", f"{private}aCm4711--01") == Page()
    assert isinstance(trouble(403, "forbidden", f"{private}hAnd4711-01"), FetchError), (
        "it was asked for by name"
    )


def test_what_is_not_known_is_left_to_the_status() -> None:
    assert trouble(500, "backendError") is None
    assert SOURCE.explain(Answer(502, BASE, {}, b"<html>")) is None


# Second looks


def known(native_id: str, kind: str = "comment", ref: str | None = None) -> Known:
    return Known(id=f"m_{native_id}", space="youtube", native_id=native_id, kind=kind, ref=ref)  # type: ignore[arg-type]


def test_videos_and_comments_are_read_again_fifty_at_a_time() -> None:
    many = [known(f"Ug4711{number}") for number in range(60)]
    requests = list(SOURCE.rereads([known("aCm4711--01", "post"), *many]))
    assert [len(each.known) for each in requests] == [1, 50, 10]
    assert [each.request.url.rpartition("/")[2] for each in requests] == ["videos", "comments", "comments"]
    assert dict(requests[0].request.params)["id"] == "aCm4711--01"
    assert [SOURCE.cost(each.request) for each in requests] == [1, 1, 1]


def test_a_comment_that_is_read_again_keeps_its_place() -> None:
    [first] = read([thread("Ug4711")]).mentions
    bare = comment("Ug4711", "it broke. Edit: they sent a new one", updatedAt="2026-11-21T10:00:00Z")
    again = SOURCE.revisit([known("Ug4711", ref=first.ref), known("Ug47112")], answer({"items": [bare]}))
    assert again.missing == ("m_Ug47112",)
    assert again.gone == ()
    [second] = again.mentions
    assert second == replace(first, text=second.text, edited_at=second.edited_at, replies=None)
    assert second.text != first.text


def test_a_video_that_is_read_again_has_its_whole_description_and_counts() -> None:
    video = {
        "kind": "youtube#video",
        "id": "aCm4711--01",
        "snippet": {"title": "5 &lt; 6", "description": "a\nb", "defaultAudioLanguage": "en-GB"},
        "statistics": {"viewCount": "940", "likeCount": "17", "commentCount": "3"},
    }
    [mention] = SOURCE.revisit([known("aCm4711--01", "post")], answer({"items": [video]})).mentions
    assert (mention.title, mention.text) == ("5 &lt; 6", "a\nb"), "only a search escapes titles"
    assert (mention.views, mention.likes, mention.replies, mention.lang) == (940, 17, 3, "en-GB")


def test_what_the_terms_allow_to_be_kept_is_said() -> None:
    assert SOURCE.keep_s == timedelta(days=30).total_seconds()
    assert SOURCE.reread_for_s == float("inf")
    assert replace(SOURCE, keep_days=7).keep_s == timedelta(days=7).total_seconds()
    for days in (0, -1, float("inf"), float("nan")):
        with pytest.raises(ValidationError, match="keep_days"):
            build("youtube", {"api_key": "hush", "keep_days": days})


def test_one_request_brings_what_is_under_a_mention() -> None:
    under = SOURCE.thread(known("Ug4711", ref="on=aCm4711--01"))
    assert under is not None
    assert dict(under.params)["parentId"] == "Ug4711"
    reply = comment("Ug4711.1", parentId="Ug4711")
    [mention] = SOURCE.replies(known("Ug4711", ref="on=aCm4711--01"), answer({"items": [reply]})).mentions
    assert (mention.parent_id, mention.thread_id) == ("Ug4711", "Ug4711")
    assert mention.url == "https://www.youtube.com/watch?v=aCm4711--01&lc=Ug4711.1"
    video = SOURCE.thread(known("aCm4711--01", "post"))
    assert video is not None
    assert dict(video.params)["videoId"] == "aCm4711--01"
    assert SOURCE.thread(known("Ug4711.1")) is None


# Real answers


def ids_in(item: dict[str, Any]) -> list[str]:
    """Return the ids of the texts in an item of a recorded answer."""
    if item["kind"] == "youtube#commentThread":
        replies = item.get("replies", {}).get("comments", [])
        return [item["snippet"]["topLevelComment"]["id"], *(reply["id"] for reply in replies)]
    if item["kind"] == "youtube#searchResult":
        return [item["id"]["videoId"]]
    return [item["id"]] if item["kind"] in ("youtube#video", "youtube#comment") else []


def test_every_video_and_comment_of_the_recorded_answers_is_there() -> None:
    folder = os.environ.get("REPWATCH_RECORDINGS")
    if not folder:
        pytest.skip("REPWATCH_RECORDINGS is not set")
    texts = 0
    for file in sorted(Path(folder, "youtube").glob("*.json")):
        items = json.loads(file.read_bytes())["items"]
        expected = [id for item in items if "snippet" in item for id in ids_in(item)]
        page = SOURCE.parse(SEARCH, answer({"items": items}))
        assert [mention.native_id for mention in page.mentions] == expected, file.name
        raw = file.read_text()
        for mention in page.mentions:
            assert mention.published_at is not None
            assert mention.author is None or json.dumps(mention.author)[1:-1] in raw or mention.author in raw
        texts += len(expected)
    assert texts >= 70
