from __future__ import annotations

import gzip
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from selectolax.lexbor import LexborHTMLParser

from repwatch.errors import ParseError
from repwatch.model import Answer, Mention, Page, Task
from repwatch.sources import build
from repwatch.sources.html import Html
from repwatch.tidy import tidy_page

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
URL = "https://forum.example/board/new"
FIELDS = {"title": "h3", "text": ".body", "url": "h3 a", "time": "time", "author": ".by", "id": "@data-id"}
SETTINGS: dict[str, Any] = {
    "url": URL,
    "item": "article.post",
    "fields": FIELDS,
    "next": "a.next",
    "drop": ["blockquote"],
}
TASK = Task(source="here", query=URL, since=NOW, until=NOW)


def source(**more: Any) -> Html:
    built = build("html", {**SETTINGS, **more})
    assert isinstance(built, Html)
    return built


def read(body: str | bytes, task: Task = TASK, url: str = URL, **more: Any) -> Page:
    said = body if isinstance(body, bytes) else body.encode()
    return source(**more).parse(task, Answer(200, url, {"content-type": "text/html"}, said))


def sample(**more: Any) -> Page:
    return read((Path(__file__).parent / "data/source_html.html").read_bytes(), **more)


def only(body: str, **more: Any) -> Mention:
    [mention] = read(f"<div class=e>{body}</div>", **{"item": ".e", "fields": {}, **more}).mentions
    return mention


# What is read


def test_an_entry_is_read_with_all_that_the_selectors_find() -> None:
    first = sample().mentions[0]
    assert first == Mention(
        space=f"html:{URL}",
        native_id="471103",
        kind="post",
        url="https://forum.example/board/t/horns#p471103",
        title="Horn & heel",
        text="The horn of my Acme Anvils anvil broke.\nTwice.",
        author="bellows_bea",
        author_id="forum.example:bellows_bea",
        published_at=datetime(2026, 11, 21, 7, 30, tzinfo=UTC),
    )


def test_an_entry_within_an_entry_keeps_its_own() -> None:
    outer, inner, _ = sample().mentions
    assert inner.title == "Re: Horn & heel"
    assert inner.text == "Zed Forge never did that."
    assert inner.text not in outer.text


def test_an_entry_that_says_nothing_is_skipped_and_what_is_missing_is_none() -> None:
    page = sample()
    assert page.skipped == ("neither text nor rating",)
    rust = page.mentions[2]
    assert (rust.author, rust.author_id) == (None, None)
    assert rust.published_at == datetime(2026, 11, 12, tzinfo=UTC)
    assert rust.text == "Café anvils rust."


def test_what_is_dropped_is_not_read() -> None:
    assert "love my Acme" in sample(drop=[]).mentions[0].text
    body = "<b>a<i>b</i></b><b>c</b> d"
    assert only(body, drop=["b, i"]).text == "d"
    assert only(body, drop=["body", "html"]).text == "abc d"


@pytest.mark.parametrize(
    ("body", "fields", "title", "text"),
    [
        ("<b>one</b> <p>two</p>", {}, "", "one\ntwo"),
        ("<b>one</b> <p>two</p>", {"title": "b"}, "one", ""),
        ("<p>one</p><div>x</div><p>two</p>", {"text": "p"}, "", "one\ntwo"),
        ("<p>same</p><p>same</p>", {"text": "p"}, "", "same\nsame"),
        ("<div><div>one</div></div>", {"text": "div"}, "", "one"),
        ("<p class=a>one</p>", {"text": "p, .a"}, "", "one"),
        ("<p> </p><p>one</p>", {"title": "p"}, "one", ""),
        ("<p title='&lt;b&gt; &amp;copy'>one</p>", {"title": "p@title"}, "<b> &copy", ""),
        ("<p>one</p>", {"title": "p@title", "text": "p"}, "", "one"),
    ],
)
def test_a_text_is_all_that_its_selector_finds_and_anything_else_the_first(
    body: str, fields: dict[str, str], title: str, text: str
) -> None:
    mention = only(body, fields=fields)
    assert (mention.title, mention.text) == (title, text)


def test_links_count_from_the_base_of_the_page_and_their_parameters_are_not_changed() -> None:
    mention = only("<base href='/x/'><a href='t?a=1&amp;copy=2'>one</a>", fields={"text": "a", "url": "a"})
    assert mention.url == "https://forum.example/x/t?a=1&copy=2"
    assert mention.native_id is None, "its own address tells it apart"


def test_an_entry_without_id_and_link_is_known_by_who_said_what_and_when() -> None:
    fields = {"text": "p", "author": "b", "url": "a"}
    one = only("<b>bea</b><p>ow</p>", fields=fields)
    again = only("<i>new</i> <b>bea</b><p>ow</p><a href='#'>top</a><a href='new'>x</a>", fields=fields)
    other = only("<b>bea</b><p>oh</p>", fields=fields)
    assert one.native_id == again.native_id != other.native_id
    assert one.url == again.url == URL, "the page itself is no address of an entry"
    page = read("".join(f"<p>{n}</p>" for n in range(3)) + "<p>1</p>", item="p", fields={})
    assert len(tidy_page(page, NOW).mentions) == 3


def test_what_two_selectors_find_is_one_entry() -> None:
    assert len(read("<p class=a>one</p><p>two</p>", item="p, .a", fields={}).mentions) == 2


def test_entries_that_share_a_link_are_still_several() -> None:
    body = "<p>one <a href=/t>t</a></p><p>two <a href=/t>t</a></p>"
    assert len(tidy_page(read(body, item="p", fields={"url": "a"}), NOW).mentions) == 2


@pytest.mark.parametrize(
    ("shown", "form", "at"),
    [
        ("<time datetime='2026-11-20T10:00:00+02:00'>x</time>", None, datetime(2026, 11, 20, 8, tzinfo=UTC)),
        ("<time>20 November 2026</time>", None, datetime(2026, 11, 20, tzinfo=UTC)),
        ("<time>20.11.2026,&nbsp;10h</time>", "%d.%m.%Y, %Hh", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ("<time>2026-11-20</time>", "%d.%m.%Y", datetime(2026, 11, 20, tzinfo=UTC)),
        ("<time>20.11.2026</time>", None, None),
        ("<time>yesterday</time>", "%d.%m.%Y", None),
        ("", None, None),
    ],
)  # fmt: skip
def test_a_time_is_read_right_or_not_at_all(shown: str, form: str | None, at: datetime | None) -> None:
    more = {"time_format": form} if form else {}
    assert only(f"one {shown}", fields={"time": "time"}, **more).published_at == at


@pytest.mark.parametrize(
    ("shown", "best", "rating"),
    [
        ("4,5", None, (4.5, None, None)),
        ("4 of 5 stars", 5, (4.0, None, 5.0)),
        ("8/10", None, (8.0, None, 10.0)),
        ("rated: 80 %", None, (80.0, 0.0, 100.0)),
        ("stars star-3", 5, (3.0, None, 5.0)),
        ("45", 5, (None, None, None)),
        ("great", 5, (None, None, None)),
    ],
)
def test_a_rating_is_a_number_on_a_scale_that_is_known_or_not(
    shown: str, best: float | None, rating: tuple[float | None, ...]
) -> None:
    more = {"rating_best": best} if best else {}
    mention = only(f"one <i class='{shown}'></i>", fields={"rating": "i@class"}, **more)
    assert (mention.rating, mention.rating_worst, mention.rating_best) == rating
    assert mention.kind == "review"
    assert only("one", kind="article", fields={"rating": "i"}).kind == "article"


def test_a_rating_alone_is_an_entry() -> None:
    assert only("<i>5</i>", fields={"text": "p", "rating": "i"}).rating == 5.0


# Pages that follow


def test_the_next_page_is_followed_on_the_same_origin_only() -> None:
    assert sample().cursors == ("https://forum.example/board/new?page=2&copy=1",)
    step = replace(TASK, cursor=sample().cursors[0])
    request = source().request(step)
    assert (request.url, request.page) == (step.cursor, True)
    entry = "<article class=post><h3>x</h3></article>"
    for link in ("https://evil.example/", "javascript:alert(1)", "#top", URL, ""):
        assert read(f"{entry}<a class=next href='{link}'>older</a>").cursors == ()
    assert sample(next=None).cursors == ()


def test_a_page_that_follows_may_be_empty() -> None:
    assert read("<p>no more</p>", replace(TASK, cursor=f"{URL}?page=9")) == Page()


def test_each_page_is_a_stream_and_a_token_in_its_address_is_not_stored() -> None:
    several = source(url=None, urls=[URL, f"{URL}?token=hush", URL])
    assert several.queries([]) == (URL, f"{URL}?token=***")
    assert several.request(replace(TASK, query=f"{URL}?token=***")).url == f"{URL}?token=hush"


# A page that shows nothing


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<p>Nothing to see</p>" * 200, "layout"),
        ("<input type=password>" + "<p>Ordinary words of a forum</p>" * 200, "layout"),
        ("<form><input type='password'></form><p>Please log in</p>" + "<p>About us</p>" * 50, "login"),
        ("<title>Just a moment...</title><p>Enable JavaScript and cookies</p>", "blocked_page"),
        ("<div id=app></div><script>" + "x" * 5_000 + "</script>", "blocked_page"),
        ("", "blocked_page"),
    ],
)
def test_a_page_without_entries_is_a_failure_with_its_reason(body: str, reason: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(body)
    assert caught.value.reason == reason
    if reason == "layout":
        assert 'item = "article.post"' in (caught.value.hint or "")


def test_entries_without_any_text_are_a_failure_that_names_the_selectors() -> None:
    with pytest.raises(ParseError, match="none of 2 entries has a text") as caught:
        read("<article class=post></article>" * 2)
    assert 'text = ".body"' in (caught.value.hint or "")


# Settings


@pytest.mark.parametrize(
    ("settings", "at", "said"),
    [
        ({"item": "article["}, ("item",), '"article[" is no CSS selector'),
        ({"item": "article@id"}, ("item",), "no CSS selector"),
        ({"next": "> a"}, ("next",), '"> a" is no CSS selector'),
        ({"fields": {"text": "p..x"}}, ("fields", "text"), '"p..x" is no CSS selector'),
        ({"fields": {"text": "p[@href"}}, ("fields", "text"), '"p[" is no CSS selector'),
        ({"fields": {"text": ""}}, ("fields", "text"), "no CSS selector"),
        ({"fields": {"texts": "p"}}, ("fields", "texts"), "Unexpected keyword"),
        ({"drop": ["p", "("]}, ("drop", 1), '"(" is no CSS selector'),
        ({"time_format": "%d.%q"}, ("time_format",), "no form of times"),
        ({"url": None}, (), "it needs a page"),
    ],
)
def test_a_selector_that_can_not_be_read_is_a_mistake_that_is_named(
    settings: dict[str, Any], at: tuple[str | int, ...], said: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        source(**settings)
    [error] = caught.value.errors()
    assert error["loc"] == at
    assert said in error["msg"]


def test_attributes_may_be_named_in_many_ways() -> None:
    body = """<p data-a.b="1" href="x@y">one</p>"""
    assert only(body, fields={"text": "p", "id": "p@data-a.b"}).native_id == "1"
    assert only(body, fields={"text": "p", "id": "p[href*='@y']@href"}).native_id == "x@y"
    assert only(body, fields={"text": "p[href*='@y']"}).text == "one"


# What real sites send

RECORDINGS = os.environ.get("REPWATCH_RECORDINGS")
needs_recordings = pytest.mark.skipif(not RECORDINGS, reason="needs $REPWATCH_RECORDINGS")


@needs_recordings
@pytest.mark.parametrize(
    ("file", "settings", "ids", "marker"),
    [
        (
            "katzen-forum.net-Pepe.html",
            {
                "item": "article.message",
                "fields": {"text": ".bbWrapper", "author": "@data-author", "id": "@data-content",
                           "time": "time.u-dt", "url": "a.message-attribution-gadget"},
                "drop": ["blockquote"],
            },
            r"article[data-content^=post-]@data-content",
            "article.message-body",
        ),
        (
            "pocketpc.ch.auslieferung.html",
            {
                "item": "li.postcontainer",
                "fields": {"text": "blockquote.postcontent", "author": "a.username strong", "id": "@id",
                           "time": ".userstats dd", "url": "a.postcounter"},
                "next": "a[rel=next]",
                "drop": [".bbcode_container"],
                "time_format": "%d.%m.%Y, %H:%M",
            },
            r"li[id^=post_]@id",
            "a.postcounter",
        ),
        (
            "german.stackexchange.com.ausgeraubt.html",
            {
                "item": ".answer, #question",
                "fields": {"text": ".js-post-body", "id": ".js-voting-container@data-post-id",
                           "author": "[itemprop=author] [itemprop=name]",
                           "time": ".user-action-time .relativetime@title"},
            },
            r".js-voting-container@data-post-id",
            ".js-post-body",
        ),
        (
            "askbot_askbot_question.html",
            {
                "item": ".post",
                "fields": {"title": "h1", "text": ".post-body > p, .post-body > ul", "id": "@data-post-id",
                           "author": ".user-info > a", "time": "abbr.timeago@title"},
            },
            r".post@data-post-id",
            ".post-body",
        ),
        (
            "askbot_html_24396_multipage_openstack.html",
            {
                "item": ".post",
                "fields": {"title": "h1", "text": ".post-body", "id": "@data-post-id",
                           "author": ".user-info > a", "time": "abbr.timeago@title"},
                "next": ".next a",
            },
            r".post@data-post-id",
            ".post-body",
        ),
    ],
)  # fmt: skip
def test_a_recorded_forum_is_read_in_full(file: str, settings: dict[str, Any], ids: str, marker: str) -> None:
    body = (Path(RECORDINGS or "") / "forums_html" / file).read_bytes()
    tree = LexborHTMLParser(body.decode("utf-8", "replace"))
    selector, _, name = ids.partition("@")
    expected = list(dict.fromkeys(node.attributes[name] for node in tree.css(selector)))
    page = read(body, **{"next": None, "drop": [], **settings})
    assert [mention.native_id for mention in page.mentions] == expected
    assert page.skipped == ()
    assert len(expected) == len(tree.css(marker)) > 1
    written = tree.html or ""
    for mention in page.mentions:
        assert mention.author
        assert mention.author in written
        assert mention.published_at is not None
        assert str(mention.published_at.year) in written
        assert mention.text or mention.title
        assert mention.text.split()[0] in " ".join(written.split()) if mention.text else True
    assert len(tidy_page(page, NOW).mentions) == len(expected)


@needs_recordings
def test_recorded_walls_and_script_shells_are_never_no_entries() -> None:
    files = sorted((Path(RECORDINGS or "") / "negative_html").glob("*.html.gz"))
    assert files
    for file in files:
        with pytest.raises(ParseError):
            read(gzip.decompress(file.read_bytes()))
