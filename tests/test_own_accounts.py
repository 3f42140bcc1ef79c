"""What is said to a brand's own account is about the brand, and what the account says is the brand's own.

Each platform names accounts in its own way: here they go all the way from its answer to the judgement.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from repwatch.config import Scoring
from repwatch.judge import judge_for
from repwatch.model import Answer, Assessment, Brand, Secret, Task, account_key
from repwatch.pipeline import PageJob, Place, ReadPage, read_page
from repwatch.sources import build, source_types

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SAID = "It broke again. Who can help?"
REPLY = "Sorry! Please send us a picture."


SCORING = Scoring("vader", -0.05, 0.35, ("en",), {})


@dataclass(frozen=True)
class Told:
    """A platform: how its account stands in own_accounts, what is asked, and an answer.

    In the answer somebody says SAID to the account, and the account says REPLY; no text names the brand.
    """

    account: str
    settings: Mapping[str, Any]
    query: str
    answer: Any


def bluesky() -> Told:
    ours, theirs = ({"did": f"did:plc:{who}", "handle": f"{who}.example"} for who in ("acme", "fan"))

    def notified(author: Any, number: int, reason: str, text: str, **more: Any) -> Any:
        uri = f"at://{author['did']}/app.bsky.feed.post/{number}"
        record = {"text": text, "createdAt": "2026-11-20T10:00:00Z", **more}
        return {"uri": uri, "author": author, "reason": reason, "record": record}

    parent = {"parent": {"uri": "at://did:plc:acme/app.bsky.feed.post/9"}}
    told = [notified(theirs, 1, "reply", SAID, reply=parent), notified(ours, 2, "quote", REPLY)]
    settings = {"handle": "acme.example", "password": Secret("hush")}
    return Told("bluesky:acme.example", settings, "notifications:", {"notifications": told})


def mastodon() -> Told:
    base = "https://social.example"

    def status(number: int, who: str, text: str, *mentions: str) -> Any:
        url = f"{base}/@{who}"
        return {
            "id": str(number),
            "uri": f"{url}/{number}",
            "content": f"<p>{text}</p>",
            "created_at": "2026-11-20T10:00:00Z",
            # Nobody is, at first: our own posts have to be told from others all the same.
            "account": {"acct": who, "url": url, "indexable": False},
            "mentions": [{"acct": each, "url": f"{base}/@{each}"} for each in mentions],
        }

    told = [
        {"id": "1", "type": "mention", "status": status(1, "fan", SAID, "acme")},
        {"id": "2", "type": "mention", "status": status(2, "acme", REPLY, "fan")},
    ]
    settings = {"instances": [base], "token": Secret("hush")}
    return Told("mastodon:@acme@social.example", settings, f"mentions:@{base}", told)


def youtube() -> Told:
    channel = "UCacme_anvils_000000"

    def comment(id: str, who: str, text: str) -> Any:
        said = {"textOriginal": text, "publishedAt": "2026-11-20T10:00:00Z", "videoId": "v1"}
        return {"id": id, "snippet": {**said, "authorChannelId": {"value": who}}}

    items = [
        {
            "kind": "youtube#commentThread",
            "id": id,
            "snippet": {"channelId": channel, "topLevelComment": comment(id, who, text)},
        }
        for id, who, text in (("c1", "UCfan", SAID), ("c2", channel, REPLY))
    ]
    settings = {"api_key": Secret("hush"), "channel_id": channel}
    return Told(f"youtube:{channel}", settings, f"channel:{channel}", {"items": items})


def facebook() -> Told:
    data = [
        {"id": f"900_{who}", "message": text, "from": {"id": who, "name": "N"}}
        for who, text in (("7", SAID), ("900", REPLY))
    ]
    settings = {"page_id": "900", "token": Secret("hush")}
    return Told("facebook:900", settings, "feed:900", {"data": data})


def x() -> Told:
    def post(id: str, author: str, text: str, to: str) -> Any:
        entities = {"mentions": [{"username": to}]}
        return {"id": id, "text": f"@{to} {text}", "author_id": author, "entities": entities}

    data = [post("1", "71", SAID, "Acme"), post("2", "72", REPLY, "fan")]
    users = [{"id": "71", "username": "fan"}, {"id": "72", "username": "Acme"}]
    settings = {"token": Secret("hush"), "monthly_usd": 20}
    return Told("x:@acme", settings, "(@acme) -is:retweet", {"data": data, "includes": {"users": users}})


def github() -> Told:
    items = [
        {"id": 1, "title": "Help", "body": f"{SAID} @acme", "user": {"login": "fan"}},
        {"id": 2, "title": "Help", "body": REPLY, "user": {"login": "acme"}},
    ]
    return Told("github:acme", {}, "issues:acme anvils", {"items": items})


def discourse() -> Told:
    posts = [
        {"id": 1, "username": "fan", "cooked": SAID, "reply_to_user": {"username": "Acme"}},
        {"id": 2, "username": "Acme", "cooked": REPLY},
    ]
    settings = {"base_url": "https://forum.example"}
    return Told("discourse:forum.example/acme", settings, "posts", {"latest_posts": posts})


def reddit() -> Told:
    children = [
        {"kind": "t3", "data": {"name": "t3_a", "title": f"{SAID} u/Acme", "author": "fan"}},
        {"kind": "t3", "data": {"name": "t3_b", "title": REPLY, "author": "acme"}},
    ]
    settings = {"client_id": Secret("hush"), "client_secret": Secret("hush")}
    return Told("reddit:u/acme", settings, "search:u/acme", {"data": {"children": children}})


def lemmy() -> Told:
    def view(number: int, who: str, text: str) -> Any:
        creator = {"name": who, "ap_id": f"https://lemmy.example/u/{who}"}
        post = {"id": number, "name": "Help", "body": text, "ap_id": f"https://lemmy.example/post/{number}"}
        return {"post": post, "creator": creator}

    posts = [view(1, "fan", f"{SAID} @acme@lemmy.example"), view(2, "acme", REPLY)]
    settings = {"instances": ["https://lemmy.example"]}
    query = "acme@https://lemmy.example"
    return Told("lemmy:@acme@lemmy.example", settings, query, {"posts": posts, "comments": []})


PLACES = {
    made.__name__: made()
    for made in (bluesky, mastodon, youtube, facebook, x, github, discourse, reddit, lemmy)
}


def read(type: str, account: str) -> ReadPage:
    """Return an answer as a scan reads it."""
    place = PLACES[type]
    brand = Brand(key="acme", name="Acme Anvils", terms=("acme anvils",), own_accounts=(account,))
    source = build(type, place.settings)
    task = Task(source="here", query=place.query, since=NOW - timedelta(days=14), until=NOW)
    url = source.request(task).url
    body = json.dumps(place.answer).encode()
    answer = Answer(200, url, {"content-type": "application/json"}, body)
    job = PageJob(task=task, answer=answer, collected_at=NOW)
    return read_page(Place(source=source), judge_for([brand], SCORING), job)


def judged(type: str, account: str) -> dict[str, tuple[Assessment, ...]]:
    """Return what was found out about each text of an answer, by its text."""
    page = read(type, account)
    return {one.mention.text or one.mention.title: one.assessments for one in page.judged}


@pytest.mark.parametrize("type", PLACES)
def test_what_is_said_to_our_account_is_about_us_and_what_it_says_is_our_own(type: str) -> None:
    found = judged(type, PLACES[type].account)
    ((asked, about),) = [(text, about) for text, about in found.items() if SAID in text]
    ((answered, own),) = [(text, own) for text, own in found.items() if REPLY in text]
    assert [(one.brand, one.own) for one in about] == [("acme", False)], asked
    assert "addressed to" in {span.rule for span in about[0].spans}
    assert [(one.brand, one.own) for one in own] == [("acme", True)], answered


@pytest.mark.parametrize("type", PLACES)
def test_another_account_is_not_ours(type: str) -> None:
    assert not any(judged(type, f"{PLACES[type].account}_fanclub").values())


@pytest.mark.parametrize("type", PLACES)
def test_an_account_is_named_in_the_form_that_its_source_tells(type: str) -> None:
    form = source_types()[type].author_like  # type: ignore[attr-defined]  # all of these have accounts
    place, _, name = PLACES[type].account.partition(":")
    assert form.partition(":")[0] == place
    assert form.partition(":")[2][:1].isalnum() == name[:1].isalnum()


def test_who_does_not_want_to_be_found_is_not_named_unless_it_is_us() -> None:
    page = read("mastodon", PLACES["mastodon"].account)
    names = [(one.mention.author, one.mention.author_id, one.mention.author_url) for one in page.judged]
    ours = ("@acme@social.example", "mastodon:@acme@social.example", "https://social.example/@acme")
    assert names == [(None, None, None), ours]


def test_an_account_is_the_same_however_it_is_spelt() -> None:
    for spelling in ("x:acme", "X:@Acme", "twitter:@acme", " x: acme"):
        assert account_key(spelling) == account_key("x:@acme"), spelling
    for spelling in ("reddit:acme", "reddit:/u/Acme", "Reddit:u/acme"):
        assert account_key(spelling) == account_key("reddit:u/acme"), spelling
    assert account_key("hackernews:acme") == account_key("hn:acme")
    assert account_key("forum.example:Acme Service") != account_key("forum.example:Acme")
    assert account_key("mastodon:@acme@a.example") != account_key("mastodon:@acme@b.example")
    assert account_key("github:u/acme") != account_key("github:acme")


def test_a_spelling_without_the_at_sign_is_recognised_as_well() -> None:
    found = judged("x", "x:acme")
    assert [one.own for about in found.values() for one in about] == [False, True]
