"""What every source promises. A new one needs a line in SAMPLES and a saved answer in tests/data.

A saved answer is invented. Each post's id has the digits 4711 in it, as have the addresses and threads
that repeat it, and nothing else has: tests make further pages of it by putting other digits there. Its
newest post is of 8 to 21 November 2026.
"""

from __future__ import annotations

import copy
import json
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from pytest_socket import disable_socket, enable_socket

from repwatch import fetch
from repwatch.config.check import settings_of
from repwatch.errors import ParseError
from repwatch.model import Answer, Brand, Known, Page, Secret, Task
from repwatch.sources import BUILT_IN, build, source_types
from repwatch.sources.base import Explains, LogsIn, Metered, Rereads, Source, Threads
from repwatch.text import clean
from repwatch.tidy import tidy_page
from repwatch.urls import origin

DATA = Path(__file__).parent / "data"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BRAND = Brand(
    key="acme",
    name="Acme Anvils",
    terms=("acme anvils", "Acme Anvils", "@acme_anvils"),
    weak_terms=("acme",),
    own_domains=("acme.example",),
)


@dataclass(frozen=True)
class Sample:
    """An invented answer, and the source that reads it: settings, the origin asked, file, media type.

    The first setting is a WebAddress. `query` is the beginning of the query that the answer is for, and
    `cursor` its page, if the first one only leads to others. `platform` says that ids are unique on the
    whole platform, `session` is the answer to a login. `bare` says that an answer is just a list, so that
    an empty one is nothing strange.
    """

    settings: Mapping[str, Any]
    origin: str
    file: str
    content_type: str
    query: str = ""
    cursor: str | None = None
    platform: bool = False
    session: Mapping[str, Any] | None = None
    bare: bool = False

    @property
    def body(self) -> bytes:
        return (DATA / self.file).read_bytes()


SAMPLES = {
    "appstore": Sample(
        {"base_url": "https://apps.example/feeds", "app_id": 900100200},
        "https://apps.example",
        "source_appstore.json",
        "application/json",
        platform=True,
    ),
    "bluesky": Sample(
        {
            "base_url": "https://pds.example",
            "public_url": "https://pds.example",
            "handle": "help.acme.example",
            "password": "hush",
        },
        "https://pds.example",
        "source_bluesky.json",
        "application/json; charset=utf-8",
        query="search:",
        platform=True,
        session={"accessJwt": "an.access.token", "refreshJwt": "a.refresh.token", "did": "did:plc:acmehelp"},
    ),
    "devto": Sample(
        {"base_url": "https://forem.example"},
        "https://forem.example",
        "source_devto.json",
        "application/json",
        bare=True,
    ),
    "discourse": Sample(
        {"base_url": "https://forum.example/community"},
        "https://forum.example",
        "source_discourse.json",
        "application/json; charset=utf-8",
    ),
    "facebook": Sample(
        {"base_url": "https://graph.example", "page_id": "900100", "token": "hush"},
        "https://graph.example",
        "source_facebook.json",
        "application/json",
        platform=True,
    ),
    "feed": Sample(
        {"url": "https://notes.example/feed.xml"},
        "https://notes.example",
        "source_feed.xml",
        "application/rss+xml",
    ),
    "github": Sample(
        {"base_url": "https://api.github.example"},
        "https://api.github.example",
        "source_github.json",
        "application/json; charset=utf-8",
        platform=True,
    ),
    "googleplay": Sample(
        {"base_url": "https://play.example", "app_id": "example.acme.forge", "unofficial": True},
        "https://play.example",
        "source_googleplay.txt",
        "text/plain",
        platform=True,
    ),
    "hackernews": Sample(
        {"base_url": "https://hn.example:8443/algolia/"},
        "https://hn.example:8443",
        "source_hackernews.json",
        "application/json",
        platform=True,
    ),
    "html": Sample(
        {
            "url": "https://forum.example/board/new",
            "item": "article.post",
            "fields": {"title": "h3", "text": ".body", "url": "h3 a", "time": "time", "id": "@data-id"},
            "next": "a.next",
        },
        "https://forum.example",
        "source_html.html",
        "text/html; charset=utf-8",
    ),
    "lemmy": Sample(
        {"instances": ["https://lemmy.example"]},
        "https://lemmy.example",
        "source_lemmy.json",
        "application/json",
        platform=True,
    ),
    "mastodon": Sample(
        {"instances": ["https://social.example"]},
        "https://social.example",
        "source_mastodon.json",
        "application/json",
        platform=True,
        bare=True,
    ),
    "producthunt": Sample(
        {"base_url": "https://hunt.example", "slugs": ["pocket-forge"], "token": "hush"},
        "https://hunt.example",
        "source_producthunt.json",
        "application/json",
        platform=True,
    ),
    "reddit": Sample(
        {
            "base_url": "https://oauth.reddit.example",
            "client_id": Secret("my-app"),
            "client_secret": Secret("my-secret"),
            "subreddits": ["anvils"],
        },
        "https://oauth.reddit.example",
        "source_reddit.json",
        "application/json; charset=UTF-8",
        platform=True,
        session={"access_token": "a-token", "token_type": "bearer", "expires_in": 86400, "scope": "*"},
    ),
    "reviews": Sample(
        {"url": "https://shop.example/anvil"},
        "https://shop.example",
        "source_reviews.html",
        "text/html; charset=utf-8",
    ),
    "stackexchange": Sample(
        {"base_url": "https://api.questions.example"},
        "https://api.questions.example",
        "source_stackexchange.json",
        "application/json; charset=utf-8",
    ),
    "steam": Sample(
        {"base_url": "https://store.example", "app_id": 900100},
        "https://store.example",
        "source_steam.json",
        "application/json",
        platform=True,
    ),
    "telegram": Sample(
        {"base_url": "https://t.example", "channels": ["forge_talk"]},
        "https://t.example",
        "source_telegram.html",
        "text/html; charset=utf-8",
        platform=True,
    ),
    "trustpilot": Sample(
        {
            "base_url": "https://reviews.example",
            "business_unit": "5a00000000000000000000b1",
            "api_key": "hush",
        },
        "https://reviews.example",
        "source_trustpilot.json",
        "application/json",
        platform=True,
    ),
    "wordpress": Sample(
        {"base_url": "https://blog.example:8443/news/"},
        "https://blog.example:8443",
        "source_wordpress.json",
        "application/json; charset=UTF-8",
        query="posts",
        bare=True,
    ),
    "x": Sample(
        {"base_url": "https://posts.example", "token": "hush", "monthly_usd": 20},
        "https://posts.example",
        "source_x.json",
        "application/json",
        platform=True,
    ),
    "youtube": Sample(
        {"base_url": "https://videos.example", "api_key": "hush", "channel_id": "UCacme_anvils_000000"},
        "https://videos.example",
        "source_youtube.json",
        "application/json",
        query="search:",
        platform=True,
    ),
}

every_source = pytest.mark.parametrize("type", sorted(BUILT_IN))


@pytest.fixture(autouse=True)
def _no_network() -> Iterator[None]:
    disable_socket()
    yield
    enable_socket()


def source_of(type: str) -> Source:
    return build(type, SAMPLES[type].settings)


def task_of(type: str) -> Task:
    queries = source_of(type).queries([BRAND])
    query = next(query for query in queries if query.startswith(SAMPLES[type].query))
    since = NOW - timedelta(days=14)
    return Task(source="here", query=query, since=since, until=NOW, cursor=SAMPLES[type].cursor)


def answer_of(type: str, body: bytes | None = None) -> Answer:
    sample = SAMPLES[type]
    url = source_of(type).request(task_of(type)).url
    return Answer(200, url, {"content-type": sample.content_type}, sample.body if body is None else body)


def page_or_error(type: str, body: bytes, task: Task | None = None) -> Page | None:
    """Read a body as the scan does: any exception but ParseError fails the test that called."""
    try:
        page = source_of(type).parse(task or task_of(type), answer_of(type, body))
    except ParseError:
        return None
    tidied = tidy_page(page, NOW)
    assert len({mention.id for mention in tidied.mentions}) == len(tidied.mentions)
    assert pickle.loads(pickle.dumps(page)) == page
    return page


def test_every_source_has_a_sample() -> None:
    assert BUILT_IN.keys() == SAMPLES.keys(), "each type has a line in SAMPLES, above"
    assert BUILT_IN.keys() == source_types().keys()


@every_source
def test_a_source_says_what_it_is(type: str) -> None:
    kind = source_of(type).__class__
    assert kind.type == type
    for words in (kind.reads, kind.login, kind.terms):
        assert words
        assert clean(words) == words
        assert "\n" not in words
    assert source_of(type).pace_s >= 0
    assert kind.version >= 1
    module = sys.modules[kind.__module__].__doc__ or ""
    assert "https://" in module, "its docstring says where its facts come from"
    for each in ("Documentation:", "Limits:", "Terms:"):
        assert each in module, f"its docstring says {each}"


@every_source
def test_a_source_survives_the_way_to_a_worker_process(type: str) -> None:
    source = source_of(type)
    assert pickle.loads(pickle.dumps(source)) == source


@every_source
def test_settings_are_fields_and_unknown_ones_are_refused(type: str) -> None:
    source = source_of(type)
    assert SAMPLES[type].settings.keys() <= {option.name for option in fields(source)}  # type: ignore[arg-type]
    with pytest.raises(ValidationError) as caught:
        build(type, {**SAMPLES[type].settings, "no_such_setting": 1, "nor_this": 2})
    assert [error["loc"] for error in caught.value.errors()] == [("no_such_setting",), ("nor_this",)]


@every_source
def test_every_wrong_setting_is_reported_at_once(type: str) -> None:
    wrong = {name: {"a": "table"} for name in SAMPLES[type].settings}
    with pytest.raises(ValidationError) as caught:
        build(type, {**wrong, "no_such_setting": 1})
    assert {str(error["loc"][0]) for error in caught.value.errors()} == {*wrong, "no_such_setting"}


@every_source
def test_an_address_without_https_is_named_as_the_mistake(type: str) -> None:
    name, value = next(iter(SAMPLES[type].settings.items()))
    bare = ["m.example"] if isinstance(value, list) else "m.example"
    with pytest.raises(ValidationError, match=r"m\.example.* is not a URL: it lacks https://"):
        build(type, {name: bare})


@every_source
def test_what_is_asked_is_the_same_every_time_and_stays_on_its_origin(type: str) -> None:
    source, other = source_of(type), source_of(type)
    queries = source.queries([BRAND])
    assert queries
    assert len(set(queries)) == len(queries)
    assert queries == other.queries([BRAND])
    for query in queries:
        task = replace(task_of(type), query=query)
        page = page_or_error(type, SAMPLES[type].body, task) or Page()
        for cursor in (None, *page.cursors, *page.branches):
            step = replace(task, cursor=cursor)
            request = source.request(step)
            assert request == other.request(step)
            assert origin(request.url) == SAMPLES[type].origin
            assert pickle.loads(pickle.dumps(request)) == request


@every_source
def test_when_a_place_is_read_does_not_change_where_it_is(type: str) -> None:
    source = source_of(type)
    for query in source.queries([BRAND]):
        task = replace(task_of(type), query=query, cursor=None)
        later = replace(task, since=NOW, until=NOW + timedelta(days=3))
        addresses = [source.request(when).url.partition("?")[0] for when in (task, later)]
        assert addresses[0] == addresses[1], "another path is another place, read anew"


@every_source
def test_a_sample_is_read_into_clean_mentions_with_ids_of_their_own(type: str) -> None:
    page = source_of(type).parse(task_of(type), answer_of(type))
    tidied = tidy_page(page, NOW)
    assert page.mentions
    assert len(tidied.mentions) == len(page.mentions)
    assert len({mention.id for mention in tidied.mentions}) == len(tidied.mentions)
    assert any(mention.url for mention in page.mentions), "links may need the base: web_link(link, base_url)"
    newest = max(mention.published_at for mention in page.mentions if mention.published_at)
    assert task_of(type).since < newest < NOW, "a saved answer's newest post is of mid-November 2026"
    for mention in page.mentions:
        assert mention.space != type or SAMPLES[type].platform, "name the installation, or say platform=True"
        assert mention.text or mention.title or mention.rating is not None
        assert clean(mention.text) == mention.text
        assert "<p>" not in mention.text
        assert "&amp;" not in mention.text + mention.title
        for moment in (mention.published_at, mention.edited_at):
            assert moment is None or moment.utcoffset() == timedelta(0)


@every_source
def test_other_digits_in_a_sample_make_other_mentions_of_it(type: str) -> None:
    body = SAMPLES[type].body
    shown, others = page_or_error(type, body), page_or_error(type, body.replace(b"4711", b"4712"))
    assert shown
    assert others
    ids = [{mention.id for mention in tidy_page(page, NOW).mentions} for page in (shown, others)]
    assert ids[1] - ids[0], "ids in a saved answer have the digits 4711"


@every_source
def test_reading_twice_is_reading_once(type: str) -> None:
    first = source_of(type).parse(task_of(type), answer_of(type))
    assert source_of(type).parse(task_of(type), answer_of(type)) == first


@every_source
def test_what_another_place_showed_is_not_looked_for_here(type: str) -> None:
    source = source_of(type)
    shown = source.parse(task_of(type), answer_of(type)).mentions
    known = [
        Known(id=m.id, space=m.space, native_id=m.native_id or "", kind=m.kind, url=m.url, ref=m.ref)
        for m in tidy_page(Page(mentions=shown), NOW).mentions
    ]
    others = [replace(one, space="elsewhere:forum.example") for one in known]
    others += [replace(one, native_id="said:0123456789abcdef") for one in known]
    if isinstance(source, Rereads):
        assert list(source.rereads(known))
        assert not list(source.rereads(others))
    if isinstance(source, Threads):
        assert [one for one in known if source.thread(one)]
        assert not [one for one in others if source.thread(one)]


STRANGE = (
    *(b"{}", b'{"foo": 1}', b'{"status": "ok", "result": []}', b"null", b"true", b'"ok"', b"[1, 2]", b"[]"),
    *(
        b'{"%s": {}}' % key
        for key in (b"data", b"items", b"posts", b"hits", b"feed", b"response", b"results")
    ),
)
"""Answers in JSON, none of which is one of a platform that we know."""


def strange_to(type: str) -> list[bytes]:
    return [body for body in STRANGE if not (body == b"[]" and SAMPLES[type].bare)]


@every_source
def test_an_answer_of_another_shape_is_an_error_and_not_a_page_without_entries(type: str) -> None:
    source = source_of(type)
    for query in source.queries([BRAND]):
        task = replace(task_of(type), query=query, cursor=None)
        read = [body for body in strange_to(type) if page_or_error(type, body, task) is not None]
        assert not read, query


@every_source
def test_an_answer_of_another_shape_takes_nothing_for_deleted(type: str) -> None:
    source = source_of(type)
    if not isinstance(source, Rereads):
        return
    shown = tidy_page(Page(mentions=source.parse(task_of(type), answer_of(type)).mentions), NOW).mentions
    known = [
        Known(id=m.id, space=m.space, native_id=m.native_id or "", kind=m.kind, url=m.url, ref=m.ref)
        for m in shown
    ]
    for reread in source.rereads(known):
        for body in strange_to(type):
            if type == "hackernews" and body == b"null":
                continue  # that is how it says that there is no such item
            answer = Answer(200, reread.request.url, {"content-type": "application/json"}, body)
            with pytest.raises(ParseError):
                source.revisit(reread.known, answer)


WALL = b"""<!DOCTYPE html><html><head><title>Just a moment</title></head><body>
<form action="/login"><input type="password"></form><script>location.reload()</script></body></html>"""

HOSTILE: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda _: b"",
    "blanks": lambda _: b" \r\n\t ",
    "a login wall": lambda _: WALL,
    "an empty list": lambda _: b"[]",
    "an empty object": lambda _: b"{}",
    "null": lambda _: b"null",
    "a number": lambda _: b"1e400",
    "NaN": lambda _: b'{"hits": NaN, "statuses": [NaN], "items": -Infinity}',
    "lists in lists": lambda _: b"[" * 100_000,
    "closed lists in lists": lambda _: b"[" * 900 + b"]" * 900,
    "objects in objects": lambda _: b'{"hits":' * 100_000,
    "a number of 100,000 digits": lambda _: b'{"hits": [' + b"9" * 100_000 + b"]}",
    "a list of everything": lambda _: b'[null, true, -1, 1.5, "a", [], {}, {"id": {}}, [[]], ""]' * 50,
    "a path": lambda _: b"/dev/zero",
    "an address": lambda _: b"https://notes.example/other.xml",
    "Latin-1": lambda body: body.decode().encode("latin-1", "replace") + b"\xe9\xff\xfe",
    "UTF-16": lambda body: body.decode().encode("utf-16"),
    "zeros": lambda _: b"\0" * 10_000,
    "cut in half": lambda body: body[: len(body) // 2],
    "cut at the end": lambda body: body[:-20],
    "twice": lambda body: body + body,
    "escapes": lambda body: body.replace(b"Acme", b"\x1b]52;c;aGk=\x07\x1b[31m\xe2\x80\xaeAcme"),
    "lone surrogates": lambda body: body.replace(b"Acme", rb"\ud800Acme"),
    "open tags": lambda _: b"<div itemscope itemtype=https://schema.org/Review>" * 2_000,
    "open comments": lambda _: b"<!--" * 20_000,
}


@every_source
@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.timeout(120)
def test_a_hostile_answer_is_a_page_or_a_parse_error(type: str, name: str) -> None:
    page_or_error(type, HOSTILE[name](SAMPLES[type].body))


ODD = st.sampled_from(
    [
        *(None, True, False, 0, -1, 2**63, 2**200, 1.5, -0.0, float("nan"), float("inf")),
        *("", " ", "\0", "\ud800", "x" * 5_000, "<b>&#xD800;</b>", "https://[", "javascript:alert(1)"),
        *("9999-99-99T99:99:99Z", "1e999", [], {}, [[]], [None], {"": None}, {"@value": ["deep"]}),
        *([{"@type": "Review"}], ["a", 1, {}]),
    ]
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every container of a JSON value with every key or index in it."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield value, key
            yield from places(inner)


@pytest.mark.parametrize("type", sorted(type for type in SAMPLES if "json" in SAMPLES[type].content_type))
@settings(max_examples=50)
@given(data=st.data())
def test_values_of_the_wrong_type_are_a_page_or_a_parse_error(type: str, data: st.DataObject) -> None:
    body = json.loads(SAMPLES[type].body)
    for _ in range(data.draw(st.integers(1, 4))):
        found = list(places(body))
        container, key = found[data.draw(st.integers(0, 10_000)) % len(found)]
        container[key] = copy.deepcopy(data.draw(ODD))  # it may be changed inside in the next round
    page_or_error(type, json.dumps(body).encode())


@every_source
@settings(max_examples=50)
@given(data=st.data())
def test_a_damaged_answer_is_a_page_or_a_parse_error(type: str, data: st.DataObject) -> None:
    body = SAMPLES[type].body
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(body)))
        end = data.draw(st.integers(start, min(len(body), start + 200)))
        body = body[:start] + data.draw(st.binary(max_size=8)) + body[end:]
    page_or_error(type, body)


def test_a_secret_stays_one_when_settings_are_checked() -> None:
    place = {"instances": ["https://social.example"]}
    for token in (Secret("hush"), "hush"):
        source = build("mastodon", {**place, "token": token})
        assert repr(source.token) == "'***'"  # type: ignore[attr-defined]
        assert "hush" not in repr(source)
    with pytest.raises(ValidationError) as caught:
        build("mastodon", {"instances": [], "token": Secret("hush")})
    assert "hush" not in str(caught.value)


def secrets_of(type: str) -> dict[str, Secret]:
    """Return secrets that occur nowhere else, for all settings of a type that take one."""
    return {name: Secret(f"S3CR3T-{name}") for name, secret in settings_of(type).items() if secret}


@every_source
def test_what_is_named_like_a_secret_is_one(type: str) -> None:
    named = {name for name in settings_of(type) if re.search(r"(^|_)(key|token|password|secret)$", name)}
    assert named <= secrets_of(type).keys(), "declare it as Secret, so that it is shown and stored nowhere"


@every_source
def test_accounts_are_written_as_their_type_says(type: str) -> None:
    page, form = source_of(type).parse(task_of(type), answer_of(type)), source_of(type).__class__
    like = getattr(form, "author_like", "").partition(":")[0]
    for mention in page.mentions:
        if like and "." not in like and mention.author_id:  # else it is the host
            assert mention.author_id.startswith(f"{like}:"), "as in author_like"


@pytest.mark.parametrize("type", [type for type in sorted(SAMPLES) if secrets_of(type)])
def test_secrets_are_only_where_they_are_sent(type: str) -> None:
    sample, secrets = SAMPLES[type], secrets_of(type)
    if type == "reddit":  # an app, or a personal feed
        secrets = {name: value for name, value in secrets.items() if name.startswith("client")}
    more = {"api_username": "acme_desk"} if type == "discourse" else {}
    source = build(type, {**sample.settings, **more, **secrets})
    task = replace(task_of(type), query=source.queries([BRAND])[0])
    page = page_or_error(type, sample.body) or Page()
    said: list[Any] = [source, task, page, *source.queries([BRAND])]
    for query in source.queries([BRAND]):
        for cursor in (None, *page.cursors, *page.branches):
            request = source.request(replace(task, query=query, cursor=cursor))
            said += [request.url, fetch.public_url(request), request]
            said += [value for _, value in request.headers if not isinstance(value, Secret)]
    if isinstance(source, Explains):
        echo = " ".join(secrets.values())
        body = json.dumps({"error": {"message": echo}, "message": echo}).encode()
        for status in (400, 401, 403, 404, 429):
            meaning = source.explain(Answer(status, fetch.public_url(request), {}, body))
            said.append(meaning and getattr(meaning, "hint", None))
    if isinstance(source, LogsIn):
        said.append(source.log_in(None))
        session = source.session(Answer(200, "", {}, json.dumps(sample.session).encode()))
        assert session.values
        assert not [value for value in session.values.values() if value in repr(session)]
    if isinstance(source, Metered):
        said.append(source.quota)
    assert "S3CR3T" not in repr(said)


WITH_TOKEN = {
    "feed": (
        {},
        b"""<feed xmlns='http://www.w3.org/2005/Atom'><link rel='next' href='/new?token=S3CR3T&amp;page=2'/>
        <entry><id>?token=S3CR3T</id><title>Acme</title><link href='/one?token=S3CR3T'/></entry></feed>""",
    ),
    "html": (
        {"item": "p", "fields": {"url": "a"}, "next": "b a"},
        b"<p><a href='/one?token=S3CR3T'>Acme</a></p><b><a href='/new?token=S3CR3T&page=2'>more</a></b>",
    ),
    "reviews": (
        {},
        b"""<script type=application/ld+json>{"@type": "Review", "reviewBody": "Acme",
        "url": "https://notes.example/one?token=S3CR3T"}</script><a rel=next href="?token=S3CR3T&page=2">""",
    ),
}


@pytest.mark.parametrize("type", WITH_TOKEN)
def test_a_token_in_an_address_is_sent_on_every_page_and_not_stored(type: str) -> None:
    more, body = WITH_TOKEN[type]
    url = "https://notes.example/new?token=S3CR3T"
    source = build(type, {"url": url, **more})
    task = replace(task_of(type), query=source.queries([BRAND])[0])
    assert source.request(task).url == url
    page = source.parse(task, Answer(200, url, {"content-type": "text/html"}, body))
    assert page.mentions
    assert "S3CR3T" not in repr((task, page))
    (following,) = page.cursors
    assert source.request(replace(task, cursor=following)).url == f"{url}&page=2"
    elsewhere = following.replace("notes.example", "evil.example")
    assert "S3CR3T" not in source.request(replace(task, cursor=elsewhere)).url


def test_a_type_that_does_not_exist_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        build("redit", {})


def run(code: str, path: Path | None = None) -> Any:
    paths = [str(path) if path else "", os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_asking_for_the_types_imports_nothing_heavy() -> None:
    loaded = run(
        "import json, sys; from repwatch.sources import source_types; source_types();"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    heavy = {
        "httpx",
        "feedparser",
        "selectolax",
        "pydantic",
        "pydantic_core",
        "w3lib",
        "sqlite_utils",
        "rich",
    }
    assert heavy.isdisjoint(loaded)


GUESTBOOK = """
from dataclasses import dataclass
from typing import ClassVar

from repwatch.model import Mention, Page, Request


@dataclass(frozen=True)
class Guestbook:
    type: ClassVar[str] = "guestbook"
    reads: ClassVar[str] = "a guestbook"
    login: ClassVar[str] = "none"
    terms: ClassVar[str] = "be kind"
    pace_s: ClassVar[float] = 0.0
    version: ClassVar[int] = 1

    url: str

    def queries(self, brands):
        return ("",)

    def request(self, task):
        return Request("GET", self.url)

    def parse(self, task, answer):
        return Page(mentions=(Mention(space="guestbook", native_id="1", kind="post", text="hello"),))


class Feed(Guestbook):
    pass


class HalfASource:
    type = "half"
"""

ENTRY_POINTS = """
[repwatch.sources]
guestbook = guestbook:Guestbook
feed = guestbook:Feed
half = guestbook:HalfASource
other = guestbook:Guestbook
missing = guestbook:Nowhere
lost = no_such_module:Source
"""

ASK = """
import json
from repwatch.sources import build, registry
known = registry()
book = build("guestbook", {"url": "https://guests.example"})
print(json.dumps({
    "types": list(known.types), "feed": known.types["feed"].__module__, "broken": dict(known.broken),
    "url": book.request(None).url,
}))
"""


def test_another_package_adds_a_source_and_a_broken_one_harms_nobody(tmp_path: Path) -> None:
    (tmp_path / "guestbook.py").write_text(GUESTBOOK)
    meta = tmp_path / "guestbook-1.0.dist-info"
    meta.mkdir()
    (meta / "METADATA").write_text("Metadata-Version: 2.1\nName: guestbook\nVersion: 1.0\n")
    (meta / "entry_points.txt").write_text(ENTRY_POINTS)
    said = run(ASK, tmp_path)
    assert set(said["types"]) == {*BUILT_IN, "guestbook"}
    assert said["url"] == "https://guests.example"
    assert said["feed"] == "repwatch.sources.feed", "a plugin can't take the place of a built-in source"
    broken = {name.partition(" ")[0]: why for name, why in said["broken"].items()}
    assert broken.keys() == {"feed", "half", "other", "missing", "lost"}
    assert "is taken" in broken["feed"]
    assert "not a dataclass" in broken["half"]
    assert 'calls itself "guestbook"' in broken["other"]
    assert "no_such_module" in broken["lost"]
