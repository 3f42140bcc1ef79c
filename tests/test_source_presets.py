"""Feeds of well-known places, found by the name of what runs there."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest
from pydantic import ValidationError

from repwatch.errors import FetchError, ParseError
from repwatch.fetch import full_url
from repwatch.model import Answer, Brand, Page, Task
from repwatch.sources import build
from repwatch.sources.feed import Feed
from repwatch.sources.presets import PRESETS
from repwatch.text import clean
from repwatch.tidy import tidy_page

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TASK = Task(source="here", query="", since=NOW, until=NOW)
ACME = Brand(key="acme", name="Acme", terms=("acme anvils", "@acme"), weak_terms=("acme",))
FORUM = "https://forum.example/board"


def asked(source: Feed, task: Task = TASK) -> str:
    return full_url(source.request(task))


def rss(*items: str) -> bytes:
    entries = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0"><channel><title>T</title>{entries}</channel></rss>'.encode()


def atom(*entries: str) -> bytes:
    said = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>{said}</feed>'.encode()


def read(source: Feed, body: bytes, task: Task = TASK) -> Page:
    return source.parse(task, Answer(200, asked(source, task), {"content-type": "application/xml"}, body))


# Where a place has its feed


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        ({"preset": "fluxbb", "url": FORUM}, f"{FORUM}/extern.php?action=feed&type=atom"),
        ({"preset": "googlealerts", "url": "https://a.example/alerts/feeds/1/2"}, "https://a.example/alerts/feeds/1/2"),
        ({"preset": "hyperkitty", "url": "https://lists.example/", "name": "users@lists.example"}, "https://lists.example/archives/list/users@lists.example/feed/"),
        ({"preset": "medium", "name": "tag/anvils"}, "https://medium.com/feed/tag/anvils"),
        ({"preset": "medium", "name": "@bea"}, "https://medium.com/feed/@bea"),
        ({"preset": "medium", "name": "the forge?"}, "https://medium.com/feed/the%20forge%3F"),
        ({"preset": "mybb", "url": FORUM}, f"{FORUM}/syndication.php?type=atom1.0&limit=50"),
        ({"preset": "nodebb", "url": FORUM}, f"{FORUM}/recentposts.rss"),
        ({"preset": "phpbb", "url": f"{FORUM}/index.php?sid=1"}, f"{FORUM}/feed.php?mode=topics"),
        ({"preset": "phpbb", "url": FORUM, "name": "12"}, f"{FORUM}/feed.php?f=12"),
        ({"preset": "smf", "url": FORUM}, f"{FORUM}/index.php?action=.xml;type=rss2;sa=recent;limit=50"),
        ({"preset": "vanilla", "url": FORUM}, f"{FORUM}/discussions/feed.rss"),
        ({"preset": "vbulletin", "url": FORUM}, f"{FORUM}/external.php?type=RSS2&count=50&lastpost=1"),
        ({"preset": "wordpress-plugin", "name": "anvils"}, "https://wordpress.org/support/plugin/anvils/reviews/feed/"),
        ({"preset": "xenforo", "url": FORUM}, f"{FORUM}/forums/-/index.rss"),
        ({"preset": "xenforo", "url": FORUM, "name": "anvils.12"}, f"{FORUM}/forums/anvils.12/index.rss"),
        ({"preset": "youtube-channel", "name": "UC_1"}, "https://www.youtube.com/feeds/videos.xml?channel_id=UC_1"),
        ({"preset": "youtube-channel", "url": "http://127.0.0.1:1", "name": "UC"}, "http://127.0.0.1:1/feeds/videos.xml?channel_id=UC"),
    ],
)  # fmt: skip
def test_a_preset_knows_where_the_feed_is(settings: dict[str, str], address: str) -> None:
    source = build("feed", settings)
    assert isinstance(source, Feed)
    assert source.queries([ACME]) == ("",)
    assert asked(source) == address


@pytest.mark.parametrize(
    ("settings", "address", "space"),
    [
        (
            {"preset": "googlenews"},
            "https://news.google.com/rss/search?q=%22acme+anvils%22+when:7d&hl=en-US&gl=US&ceid=US:en",
            "feed:https://news.google.com/rss/search",
        ),
        (
            {"preset": "googlenews", "url": "http://127.0.0.1:1", "name": "de-DE"},
            "http://127.0.0.1:1/rss/search?q=%22acme+anvils%22+when:7d&hl=de-DE&gl=DE&ceid=DE:de",
            "feed:http://127.0.0.1:1/rss/search",
        ),
        (
            {"preset": "public-inbox", "url": "https://inbox.example/users"},
            "https://inbox.example/users/?q=%22acme+anvils%22&x=A",
            "feed:https://inbox.example/users/",
        ),
    ],
)
def test_a_search_is_asked_for_each_term_and_shares_its_ids(
    settings: dict[str, str], address: str, space: str
) -> None:
    source = build("feed", settings)
    assert isinstance(source, Feed)
    assert source.queries([ACME]) == ("acme anvils", "acme")
    body = rss("<guid isPermaLink='false'>g-1</guid><title>Acme</title>")
    one, other = (replace(TASK, query=query) for query in ("acme anvils", "acme"))
    assert asked(source, one) == address
    assert [mention.space for mention in read(source, body, one).mentions] == [space]
    assert read(source, body, one) == read(source, body, other)


def test_the_separators_of_smf_stay_as_they_are_on_the_wire() -> None:
    address = asked(Feed(url=FORUM, preset="smf"))
    assert httpx.URL(address).raw_path == b"/board/index.php?action=.xml;type=rss2;sa=recent;limit=50"
    link = f"{FORUM}/index.php?topic=12.msg34;topicseen#msg34"
    body = rss(f"<title>Acme</title><link>{link}</link><guid>{link}</guid>")
    [mention] = tidy_page(read(Feed(url=FORUM, preset="smf"), body), NOW).mentions
    assert mention.url == link


@pytest.mark.parametrize(
    ("preset", "first", "second"),
    [
        ("phpbb", "/feed.php?mode=topics", "/app.php/feed/topics"),
        ("vbulletin", "/external.php?type=RSS2&count=50&lastpost=1", "/external?type=rss2"),
        ("nodebb", "/recentposts.rss", "/recent.rss"),
    ],
)
def test_where_one_address_has_no_feed_the_next_is_asked_and_remembered(
    preset: str, first: str, second: str
) -> None:
    source = Feed(url=FORUM, preset=preset)
    web_page = b"<!DOCTYPE html><html><body>No such page</body></html>"
    onwards = Page(cursors=(FORUM + second,), discovered=True)
    assert source.explain(Answer(404, FORUM + first, {}, web_page)) == onwards
    assert source.explain(Answer(404, FORUM.replace("https", "http") + first, {}, web_page)) == onwards
    assert read(source, web_page) == onwards
    step = replace(TASK, cursor=FORUM + second)
    assert asked(source, step) == FORUM + second
    page = read(source, rss("<title>T</title>"), step)
    assert page.resume == FORUM + second
    assert asked(source, replace(TASK, resume=page.resume)) == FORUM + second
    assert asked(source, replace(TASK, resume="https://left.example/")) == FORUM + first
    with pytest.raises(ParseError, match="web page instead of a feed"):
        read(source, web_page, step)


def test_a_feed_that_is_nowhere_is_not_found_and_says_what_to_do() -> None:
    source = Feed(url=FORUM, preset="vanilla")
    error = source.explain(Answer(404, f"{FORUM}/discussions/feed.rss"))
    assert isinstance(error, FetchError)
    assert error.reason == "not_found"
    assert "switched off" in (error.hint or "")
    assert source.explain(Answer(403, f"{FORUM}/discussions/feed.rss")) is None
    assert Feed(url=FORUM).explain(Answer(404, FORUM)) is None


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "url is missing"),
        ({"name": "x", "url": FORUM}, "name goes with a preset"),
        ({"preset": "phpbb"}, "url is missing: give the address of the forum"),
        ({"preset": "smf", "url": FORUM, "name": "1"}, "name is not needed"),
        ({"preset": "medium"}, "name is missing: give a tag"),
        ({"preset": "phpb", "url": FORUM}, 'no preset. Did you mean "phpbb"?'),
        ({"preset": "???", "url": FORUM}, "no preset. There are fluxbb, googlealerts"),
    ],
)
def test_a_preset_without_what_it_needs_is_a_mistake(settings: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        build("feed", settings)
    assert said in str(caught.value)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_says_what_it_reads_on_which_terms_and_what_it_needs(name: str) -> None:
    preset = PRESETS[name]
    for words in (preset.reads, preset.terms):
        assert words
        assert clean(words) == words
    assert preset.paths or preset.name_is
    assert preset.base or preset.url_is
    assert bool(preset.named) == bool(preset.name_is)


# What it knows of the entries


def test_headlines_of_google_news_lose_the_publisher_that_the_feed_names_and_nothing_else() -> None:
    source = Feed(preset="googlenews")
    task = replace(TASK, query="acme anvils")
    link = "<link>https://news.google.com/rss/articles/CB1?oc=5</link><guid isPermaLink='false'>CB1</guid>"
    others = "<description>&lt;ol&gt;&lt;li&gt;Zed Forge sues&lt;/li&gt;&lt;/ol&gt;</description>"
    of = '<source url="https://daily.example">The Daily - Anvil</source>'
    one, other, bare = read(
        source,
        rss(
            f"<title>Acme - a test - The Daily - Anvil</title>{link}{others}{of}",
            f"<title>Acme - a test</title>{of}",
            "<title>Acme - The Daily</title>",
        ),
        task,
    ).mentions
    assert (one.title, one.text, one.kind) == ("Acme - a test", "", "article")
    assert (one.native_id, one.author, one.author_url) == (
        "CB1",
        "The Daily - Anvil",
        "https://daily.example",
    )
    assert one.author_id == "news.google.com:The Daily - Anvil"
    assert other.title == "Acme - a test"
    assert (bare.title, bare.author) == ("Acme - The Daily", None)


@pytest.mark.parametrize(
    ("text", "rating", "left"),
    [
        ("<p>Replies: 0</p><p>Rating: 2 stars</p><p>It fell.</p>", 2.0, "Replies: 0\nIt fell."),
        ("<p>Rating: 1 star</p>", 1.0, ""),
        ("Replies: 0 Rating: 5 stars Great", 5.0, "Replies: 0 Rating: 5 stars Great"),
        ("<p>Rating: 7 stars</p>", None, "Rating: 7 stars"),
        ("<p>I give it stars</p>", None, "I give it stars"),
    ],
)
def test_a_review_on_wordpress_org_says_its_rating_in_words(
    text: str, rating: float | None, left: str
) -> None:
    body = rss(f"<title>Hm</title><description><![CDATA[{text}]]></description>")
    [mention] = read(Feed(preset="wordpress-plugin", name="anvils"), body).mentions
    scale = (1.0, 5.0) if rating is not None else (None, None)
    assert (mention.kind, mention.rating, mention.text) == ("review", rating, left)
    assert (mention.rating_worst, mention.rating_best) == scale


def test_sessions_and_other_noise_are_taken_out_of_links() -> None:
    link = f"https://forum.example/viewtopic.php?t=1&amp;sid={'0a' * 16}#p12"
    [mention] = tidy_page(
        read(Feed(url=FORUM, preset="phpbb"), atom(f'<title>T</title><link href="{link}"/>')), NOW
    ).mentions
    assert mention.url == "https://forum.example/viewtopic.php?t=1#p12"
    assert mention.kind == "post"
    link = "https://medium.com/the-forge/acme-12ab?source=rss------anvils-5"
    [mention] = tidy_page(
        read(Feed(preset="medium", name="tag/anvils"), rss(f"<title>T</title><link>{link}</link>")), NOW
    ).mentions
    assert mention.url == "https://medium.com/the-forge/acme-12ab"


def test_an_alert_leads_to_the_page_that_it_found() -> None:
    entry = """<id>tag:google.com,2013:googlealerts/feed:12</id>
      <title type="html">&lt;b&gt;Acme&lt;/b&gt; falls</title>
      <link href="https://www.google.com/url?rct=j&amp;url=https://daily.example/acme&amp;ct=ga&amp;usg=x"/>
      <published>2026-11-20T10:00:00Z</published>
      <content type="html">An &lt;b&gt;Acme&lt;/b&gt; anvil</content>"""
    [mention] = read(
        Feed(url="https://www.google.com/alerts/feeds/1/2", preset="googlealerts"), atom(entry)
    ).mentions
    assert (mention.title, mention.text) == ("Acme falls", "An Acme anvil")
    assert mention.url == "https://daily.example/acme"
    assert mention.kind == "article"


# What real places send

RECORDED = Path(os.environ.get("REPWATCH_RECORDINGS", "")) / "feeds"


@pytest.mark.skipif(not os.environ.get("REPWATCH_RECORDINGS"), reason="needs $REPWATCH_RECORDINGS")
@pytest.mark.parametrize(
    "file", ["google_news_search_2026.xml", "realworld/108-extractus-rss-feed-standard-realworld.xml"]
)
def test_recorded_headlines_are_read_in_full(file: str) -> None:
    body = (RECORDED / file).read_bytes()
    items = [
        {each.tag: (each.text or "").strip() for each in item}
        for item in ElementTree.fromstring(body).iter("item")
    ]
    mentions = read(Feed(preset="googlenews"), body, replace(TASK, query="x")).mentions
    assert [mention.native_id for mention in mentions] == [item["guid"] for item in items]
    assert [f"{mention.title} - {mention.author}" for mention in mentions] == [
        item["title"] for item in items
    ]
    assert {mention.text for mention in mentions} == {""}
