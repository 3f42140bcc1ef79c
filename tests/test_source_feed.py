"""Feeds in every format that is found in the wild, healthy and broken."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_socket import disable_socket, enable_socket

from repwatch.errors import ParseError
from repwatch.model import Answer, Mention, Page, Task
from repwatch.sources.feed import ENTRIES_READ, Feed
from repwatch.tidy import tidy_page

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
URL = "https://news.example/feed.xml"


@pytest.fixture(autouse=True)
def _no_network() -> Iterator[None]:
    disable_socket()
    yield
    enable_socket()


def task(cursor: str | None = None, resume: str | None = None) -> Task:
    return Task(source="news", query="", since=NOW, until=NOW, cursor=cursor, resume=resume)


def read(
    body: bytes | str,
    *,
    content_type: str | None = "application/rss+xml; charset=utf-8",
    url: str = URL,
    asked: Task | None = None,
) -> Page:
    headers = {"content-type": content_type} if content_type else {}
    said = body.encode() if isinstance(body, str) else body
    return Feed(url=url).parse(asked or task(), Answer(200, url, headers, said))


def rss(*items: str, head: str = "") -> str:
    spaces = {
        "atom": "http://www.w3.org/2005/Atom",
        "content": "http://purl.org/rss/1.0/modules/content/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "slash": "http://purl.org/rss/1.0/modules/slash/",
        "thr": "http://purl.org/syndication/thread/1.0",
        "media": "http://search.yahoo.com/mrss/",
        "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    }
    declared = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in spaces.items())
    entries = "".join(f"<item>{item}</item>" for item in items)
    body = f"<channel><title>T</title>{head}{entries}</channel>"
    return f'<?xml version="1.0"?><rss version="2.0" {declared}>{body}</rss>'


def atom(*entries: str, head: str = "") -> str:
    spaces = 'xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0"'
    body = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f"<feed {spaces}><title>T</title>{head}{body}</feed>"


def json_feed(*items: object, **more: object) -> str:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": items, **more})


def only(page: Page) -> Mention:
    [mention] = page.mentions
    return mention


# What an entry says


def test_an_rss_entry_is_read_with_all_it_says() -> None:
    item = """<title>Anvils &amp;amp; more</title><link>/2026/1?utm_source=rss</link>
      <guid isPermaLink="false">n-1</guid><dc:creator>Kim</dc:creator>
      <pubDate>Sat, 21 Nov 2026 09:00 CET</pubDate><slash:comments>12</slash:comments>
      <description>short</description>
      <content:encoded><![CDATA[<p>Long &amp; <b>full</b>.</p>]]></content:encoded>"""
    page = read(rss(item, head="<language>en-GB</language>"))
    assert page == Page(
        mentions=(
            Mention(
                space=f"feed:{URL}",
                native_id="n-1",
                kind="article",
                url="https://news.example/2026/1?utm_source=rss",
                title="Anvils & more",
                text="Long & full.",
                author="Kim",
                author_id="news.example:Kim",
                published_at=datetime(2026, 11, 21, 8, tzinfo=UTC),
                lang="en-GB",
                replies=12,
            ),
        )
    )


def test_an_atom_entry_is_read_with_all_it_says() -> None:
    entry = """<id>tag:news.example,2026:1</id>
      <title type="html">&lt;b&gt;Acme&lt;/b&gt; &amp;amp; Zed</title>
      <link rel="alternate" href="1"/><link rel="replies" href="1/c"/>
      <author><name>Kim</name><uri>/kim</uri></author><thr:total>3</thr:total>
      <published>2026-11-20T10:00:00Z</published><updated>2026-11-20T12:00:00+01:00</updated>
      <summary>short</summary><content type="xhtml" xml:lang="de"><div xmlns="http://www.w3.org/1999/xhtml">
      <p>Ganz <i>lang</i></p><p>&lt;so&gt;</p></div></content>"""
    mention = only(read(atom(entry), content_type="application/atom+xml"))
    assert mention == Mention(
        space=f"feed:{URL}",
        native_id="tag:news.example,2026:1",
        kind="article",
        url="https://news.example/1",
        title="Acme & Zed",
        text="Ganz lang\n<so>",
        author="Kim",
        author_id="news.example:Kim",
        author_url="https://news.example/kim",
        published_at=datetime(2026, 11, 20, 10, tzinfo=UTC),
        edited_at=datetime(2026, 11, 20, 11, tzinfo=UTC),
        lang="de",
        replies=3,
    )


def test_an_rdf_entry_is_read() -> None:
    body = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
      xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://news.example/"><title>T</title></channel>
      <item rdf:about="https://news.example/1"><title>Old</title><link>https://news.example/1</link>
      <description>Anvils</description><dc:date>2026-11-20T10:00:00+02:00</dc:date></item></rdf:RDF>"""
    mention = only(read(body, content_type="application/rdf+xml"))
    assert (mention.native_id, mention.url, mention.text) == ("https://news.example/1",) * 2 + ("Anvils",)
    assert mention.published_at == datetime(2026, 11, 20, 8, tzinfo=UTC)


def test_a_json_feed_is_read_with_all_it_says() -> None:
    item = {
        "id": 2**53 + 1,
        "url": "/1",
        "title": "AT&T <b>",
        "content_html": "<p>Long &amp; full</p>",
        "content_text": "short",
        "date_published": "2026-11-20T10:00:00Z",
        "date_modified": "2026-11-20T11:00:00Z",
        "authors": [{"name": "Kim", "url": "https://kim.example/"}],
    }
    mention = only(read(json_feed(item, language="en"), content_type="application/feed+json"))
    assert mention == Mention(
        space=f"feed:{URL}",
        native_id="9007199254740993",
        kind="article",
        url="https://news.example/1",
        title="AT&T <b>",
        text="Long & full",
        author="Kim",
        author_id="news.example:Kim",
        author_url="https://kim.example/",
        published_at=datetime(2026, 11, 20, 10, tzinfo=UTC),
        edited_at=datetime(2026, 11, 20, 11, tzinfo=UTC),
        lang="en",
    )


def test_a_json_feed_of_version_1_names_one_author_and_may_use_numbers() -> None:
    item = {"id": 1.5, "url": 7.0, "external_url": "https://else.example/", "content_text": "5 < 6"}
    body = json_feed(item, version="https://jsonfeed.org/version/1", author={"name": "Kim"})
    mention = only(read("\ufeff" + body, content_type=None))
    assert (mention.native_id, mention.url) == ("1.5", "https://else.example/")
    assert (mention.author, mention.text) == ("Kim", "5 < 6")


@pytest.mark.parametrize(
    ("body", "parent_id"),
    [
        (rss('<guid>c2</guid><description>x</description><thr:in-reply-to ref="c1" href="/c1"/>'), "c1"),
        (atom('<id>c2</id><summary>x</summary><thr:in-reply-to ref="c1"/>'), "c1"),
    ],
)
def test_an_entry_that_answers_another_is_a_comment(body: str, parent_id: str) -> None:
    mention = only(read(body))
    assert (mention.kind, mention.parent_id) == ("comment", parent_id)


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ("<description>plain text, 5 &lt; 6</description>", "plain text, 5 < 6"),
        ("<description>&lt;p&gt;one&lt;/p&gt;&lt;p&gt;two&lt;/p&gt;</description>", "one\ntwo"),
        ("<description>AT&amp;amp;amp;T</description>", "AT&amp;T"),
        ("<description>a</description><content:encoded>&lt;img src='x'&gt;</content:encoded>", "a"),
        ("<media:description>moving</media:description>", "moving"),
        ("<description><![CDATA[<script>alert(1)</script>safe]]></description>", "safe"),
    ],
)
def test_the_fullest_text_of_an_entry_is_plain(item: str, text: str) -> None:
    assert only(read(rss(f"<title>T</title>{item}"))).text == text


def test_of_several_texts_of_an_entry_the_longest_is_read() -> None:
    entry = '<content>short</content><content type="html">&lt;p&gt;the long one&lt;/p&gt;</content>'
    assert only(read(atom(entry))).text == "the long one"


def test_a_title_that_only_looks_like_html_keeps_its_words() -> None:
    assert (
        only(read(rss("<title>How to use the &lt;div&gt; tag</title>"))).title == "How to use the <div> tag"
    )


@pytest.mark.parametrize(
    ("item", "url", "native_id"),
    [
        ("<guid>https://news.example/1</guid>", "https://news.example/1", "https://news.example/1"),
        ("<guid>12345</guid>", None, "12345"),
        ('<guid isPermaLink="false">https://news.example/1</guid>', None, "https://news.example/1"),
        ("<guid>0</guid><link>/1</link>", "https://news.example/1", "0"),
        ("<link>/1</link>", "https://news.example/1", None),
        ("<link>javascript:alert(1)</link>", None, None),
        (
            "<link>https://go.example/x</link><feedburner:origLink>https://a.example/1</feedburner:origLink>",
            "https://a.example/1",
            None,
        ),
        (
            "<link>https://www.google.example/url?rct=j&amp;url=https://a.example/1&amp;ct=ga</link>",
            "https://a.example/1",
            None,
        ),
        ("<link>https://www.google.example/url?q=a:b</link>", "https://www.google.example/url?q=a:b", None),
    ],
)  # fmt: skip
def test_a_link_is_where_the_entry_is_and_never_its_id(
    item: str, url: str | None, native_id: str | None
) -> None:
    mention = only(read(rss(f"<title>T</title>{item}")))
    assert (mention.url, mention.native_id) == (url, native_id)


def test_ids_stay_as_they_are_wherever_the_feed_moves_to() -> None:
    body = rss("<title>T</title><guid>12345</guid>").encode()
    here, there = (
        Feed(url=URL).parse(task(), Answer(200, url, {"content-type": "text/xml"}, body))
        for url in (URL, "http://cdn.example/other/place.xml")
    )
    assert only(here).native_id == only(there).native_id == "12345"
    assert only(here).space == only(there).space


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("<pubDate>1717243200</pubDate>", datetime(2024, 6, 1, 12, tzinfo=UTC)),
        ("<pubDate>Sat, 01 Jun 2024 12:00 CET</pubDate>", datetime(2024, 6, 1, 11, tzinfo=UTC)),
        ("<pubDate>2024-02-30</pubDate>", None),
        ("<pubDate>-0001-01-01</pubDate>", None),
        ("<pubDate>2024-06-01T12:00:00+9999</pubDate>", None),
        ("<pubDate>Fri, 05/03/2019 - 15:21</pubDate>", None),
        ("<pubDate></pubDate>", None),
        ("<dc:date>2024-06-01</dc:date>", datetime(2024, 6, 1, tzinfo=UTC)),
        ("<atom:updated>2024-06-01T12:00:00Z</atom:updated>", datetime(2024, 6, 1, 12, tzinfo=UTC)),
        ("<pubDate>soon</pubDate><dc:date>2024-06-01</dc:date>", datetime(2024, 6, 1, tzinfo=UTC)),
        ("<pubDate>2004-05-25 \uc624\ud6c4 11:23:17</pubDate>", None),
    ],
)
def test_a_date_is_read_right_or_not_at_all(date: str, at: datetime | None) -> None:
    mention = only(read(rss(f"<title>T</title>{date}")))
    assert mention.published_at == at
    assert mention.edited_at is None


def test_the_author_of_an_atom_feed_wrote_its_entries_and_who_runs_an_rss_site_did_not() -> None:
    head = "<author><name>Kim</name></author>"
    assert only(read(atom("<title>T</title>", head=head))).author == "Kim"
    assert only(read(atom("<title>T</title><author><name>Lee</name></author>", head=head))).author == "Lee"
    assert only(read(rss("<title>T</title>", head="<managingEditor>Kim</managingEditor>"))).author is None
    assert only(read(rss("<title>T</title><author>lee@news.example (Lee)</author>"))).author == "Lee"


# Where it is asked


def test_a_feed_is_asked_once_for_all_brands() -> None:
    assert Feed(url=URL).queries([]) == ("",)
    request = Feed(url=URL).request(task())
    assert (request.method, request.url, request.page) == ("GET", URL, False)


def test_one_feed_under_two_spellings_of_its_address_is_one_space() -> None:
    body = rss("<title>T</title><guid>1</guid>")
    [one, other] = [
        only(read(body, url=url)) for url in (URL, "HTTPS://News.example:443/feed.xml?utm_source=here#top")
    ]
    assert one.space == other.space == f"feed:{URL}"


def test_a_token_in_the_address_of_a_feed_is_not_in_its_space() -> None:
    mention = only(read(rss("<title>T</title>"), url="https://news.example/feed?token=S3CR3T&q=acme"))
    assert mention.space == "feed:https://news.example/feed?q=acme&token=***"


@pytest.mark.parametrize(
    ("link", "feed_url"),
    [
                ('<link rel="alternate" type="application/rss+xml" href="rss.xml">', "https://news.example/blog/rss.xml"),
        ("<LINK REL='Alternate' HREF=/a TYPE='application/atom+xml; x=y' />", "https://news.example/a"),
        (
            '<link href="//f.example/j?a=1&amp;b=2" rel="alternate" type="application/feed+json">',
            "https://f.example/j?a=1&b=2",
        ),
        (
            '<base href="https://b.example/x/"><link rel="alternate" type="application/rss+xml" href="f">',
            "https://b.example/x/f",
        ),
        (
            """<link rel="alternate" type="application/json" href="wp-json/posts/1">
            <link rel="alternate" type="application/json+oembed" href="o">
            <link rel="alternate" type="application/rss+xml" href="f">""",
            "https://news.example/blog/f",
        ),
    ],
)  # fmt: skip
def test_a_web_page_leads_to_its_feed(link: str, feed_url: str) -> None:
    body = f'<!DOCTYPE html><html><head><link rel="icon" href="x">{link}</head><body>Hello</body></html>'
    page = read(body, content_type="text/html", url="https://news.example/blog/")
    assert page == Page(cursors=(feed_url,), resume=feed_url, discovered=True)


def test_a_feed_that_was_found_is_asked_from_then_on_and_is_a_space_of_its_own() -> None:
    source, found = Feed(url="https://news.example/"), "https://feeds.example/news"
    body = rss("<title>T</title>", head='<atom:link rel="next" href="?page=2"/>').encode()
    for asked in (task(cursor=found), task(resume=found)):
        assert source.request(asked).url == found
        page = source.parse(asked, Answer(200, found, {}, body))
        assert only(page).space == f"feed:{found}"
        assert page.resume == found
        [cursor] = page.cursors
        assert source.request(task(cursor=cursor)).url == f"{found}?page=2"
        assert (
            only(source.parse(task(cursor=cursor), Answer(200, f"{found}?page=2", {}, body))).space
            == f"feed:{found}"
        )


def test_a_page_without_a_feed_a_feed_that_became_a_page_and_a_login_are_said() -> None:
    linked = '<html><link rel="alternate" type="application/rss+xml" href="/rss.xml"></html>'
    with pytest.raises(ParseError, match="links to none") as caught:
        read("<html><body>No feed here</body></html>")
    assert caught.value.reason == "layout"
    with pytest.raises(ParseError, match="web page instead of a feed"):
        read(linked, asked=task(resume=URL))
    with pytest.raises(ParseError, match="login") as caught:
        read('<html><form><input name="p" type="password"></form></html>')
    assert caught.value.reason == "login"


@pytest.mark.parametrize("body", ["", "\x89PNG", "Moved."])
def test_what_is_no_feed_at_all_says_what_to_give(body: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(body)
    assert "address of a feed" in (caught.value.hint or "")


def test_a_page_that_leads_to_itself_leads_nowhere() -> None:
    with pytest.raises(ParseError):
        read(f'<html><link rel="alternate" type="application/rss+xml" href="{URL}"></html>')


def test_a_feed_wrapped_in_a_web_page_is_a_feed() -> None:
    assert (
        only(read("<!DOCTYPE html><html><body>" + atom("<title>T</title>") + "</body></html>")).title == "T"
    )


@pytest.mark.parametrize(
    "body",
    [
        rss("<title>T</title>", head='<atom:link rel="next" href="{}"/>'),
        atom("<title>T</title>", head='<link rel="next" href="{}"/>'),
        json_feed({"title": "T"}, next_url="{}"),
    ],
    ids=["rss", "atom", "json"],
)
def test_a_next_page_is_followed_on_the_same_origin_only(body: str) -> None:
    page = read(body.replace("{}", "/feed.xml?page=2"))
    assert page.cursors == (f"https://news.example/feed.xml?page=2 {URL}",)
    step = task(cursor=page.cursors[0])
    assert Feed(url=URL).request(step).url == "https://news.example/feed.xml?page=2"
    assert only(read(body, asked=step)).space == f"feed:{URL}"
    elsewhere = read(body.replace("{}", "https://evil.example/feed.xml?page=2"))
    assert elsewhere.cursors == ()
    assert elsewhere.skipped == ("a next page on another origin",)
    assert len(elsewhere.mentions) == 1


# What is no feed, or a broken one


@pytest.mark.parametrize(
    "body",
    [
        "", "  \n", "Not Found", "<p>down for maintenance</p>", "<?xml version='1.0'?><error>quota</error>",
        "{}", "[]", '{"items": 1}', '{"items": ', "[" * 100_000, '{"items": [' + "9" * 100_000 + "]}",
        "/etc/passwd", "file:///etc/passwd", "http://127.0.0.1:9/x", "/dev/zero", "\0\0\0",
        b"\xff\xfe\x00", b"\x1f\x8b\x08",
    ],
    ids=lambda body: repr(body)[:30],
)  # fmt: skip
def test_what_is_no_feed_is_said_never_no_entries(body: bytes | str) -> None:
    with pytest.raises(ParseError):
        read(body)


def test_a_body_that_names_a_file_is_not_opened(tmp_path: Path) -> None:
    secret = tmp_path / "feed.xml"
    secret.write_text(rss("<title>secret</title>"))
    with pytest.raises(ParseError):
        read(str(secret))


def test_a_feed_without_entries_is_empty_not_broken() -> None:
    assert read(rss()) == read(atom()) == read(json_feed()) == Page()


@pytest.mark.parametrize(
    "reference", ["&#xD800;", "&#99999999999;", "&#x110000;", "&#0;", "&#" + "9" * 5_000 + ";"]
)
def test_a_bad_character_reference_does_not_cost_the_feed(reference: str) -> None:
    page = read(rss(f"<title>one</title><description>a{reference}b</description>", "<title>two</title>"))
    assert [mention.title for mention in page.mentions] == ["one", "two"]
    assert page.mentions[0].text.startswith("a")
    assert tidy_page(page, NOW).mentions[0].text.encode()


def test_a_cut_feed_gives_what_is_whole_and_says_so() -> None:
    body = rss("<title>one</title>", "<title>two</title>", "<title>three</title>")
    page = read(body[: body.index("three")])
    assert [mention.title for mention in page.mentions][:2] == ["one", "two"]
    assert page.damaged


@pytest.mark.parametrize(
    "body",
    [
        rss("<title>Q & A</title>"),
        rss("<title>Q &nbsp; A</title>"),
        rss("<title>one</title>") + "<!-- junk --><p>",
        "\ufeff \n" + rss("<title>one</title>"),
        rss("<title>one\x01</title>"),
        rss("<title>one</title><odd:x>y</odd:x>"),
    ],
    ids=["bare &", "entity", "junk after", "blanks first", "control", "prefix"],
)
def test_harmless_faults_are_no_damage(body: str) -> None:
    page = read(body)
    assert only(page).title
    assert not page.damaged


GROSS = rss("<title>größe</title>")


@pytest.mark.parametrize(
    ("body", "content_type", "damaged"),
    [
        (GROSS.encode("utf-16"), "application/xml", False),
        (GROSS.replace("?>", ' encoding="iso-8859-1"?>', 1).encode("latin-1"), "text/xml", False),
        (GROSS.encode("latin-1"), "application/xml; charset=iso-8859-1", False),
        (GROSS.replace("?>", ' encoding="windows-1252"?>', 1).encode("cp1252"), None, False),
        (GROSS.encode("cp1252"), "application/xml; charset=utf-8", True),
        (GROSS.encode(), "text/xml; charset=nonsense", False),
        (GROSS.encode(), "text/html", False),
        (json_feed({"title": "größe"}).encode("utf-16"), None, False),
    ],
)  # fmt: skip
def test_every_encoding_is_read_and_a_guessed_one_is_said(
    body: bytes, content_type: str | None, damaged: bool
) -> None:
    page = read(body, content_type=content_type)
    assert only(page).title == "größe"
    assert page.damaged == damaged


def test_entities_of_a_document_type_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("SECRET")
    doctype = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file://{tmp_path}/secret"><!ENTITY l "lol">]>'
    page = read(rss("<title>a</title><description>&x;b</description>").replace("?>", "?>" + doctype, 1))
    assert "SECRET" not in repr(page)


def test_a_bomb_of_entities_does_not_go_off() -> None:
    bomb = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 8))
    body = rss("<title>a</title><description>&l7;</description>")
    page = read(body.replace("?>", f'?><!DOCTYPE rss [<!ENTITY l0 "lol">{bomb}]>', 1))
    assert sum(len(mention.text) for mention in page.mentions) < 1_000


@pytest.mark.timeout(120)
def test_a_feed_of_comments_that_never_end_is_read() -> None:
    assert (
        only(read(rss("<title>T</title><description>" + "&lt;!--" * 100_000 + "</description>"))).title == "T"
    )


def test_the_newest_thousand_entries_of_a_huge_feed_are_read() -> None:
    items = [f"<title>{n}</title><pubDate>{1 + n % 28} Jan 2026</pubDate>" for n in range(1_120)]
    page = read(rss(*items))
    assert len(page.mentions) == ENTRIES_READ
    assert page.skipped == ("beyond the newest 1,000",) * 120
    assert min(mention.published_at for mention in page.mentions if mention.published_at) > datetime(
        2026, 1, 3, tzinfo=UTC
    )


def test_what_is_no_object_in_a_json_feed_is_skipped_and_counted() -> None:
    page = read(json_feed({"id": "1", "title": "T"}, 7, None, ["x"]))
    assert len(page.mentions) == 1
    assert page.skipped == ("not an object",) * 3


ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["", "x", "<b>", "http://[", "2026-11-20"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "url"]), inner, max_size=2)
    ),
    max_leaves=4,
)
KEYS = (
    "id url external_url title content_html content_text summary date_published date_modified authors author"
)


@settings(max_examples=100)
@given(st.lists(ODD | st.dictionaries(st.sampled_from(KEYS.split()), ODD), max_size=4), ODD, ODD)
def test_every_item_of_a_json_feed_is_a_mention_or_skipped(
    items: list[Any], next_url: Any, author: Any
) -> None:
    page = read(json_feed(*items, next_url=next_url, author=author))
    assert len(page.mentions) + page.skipped.count("not an object") == len(items)
    tidy_page(page, NOW)


PIECES = st.sampled_from(
    [
        *(
            "<item>",
            "</item>",
            "<title>",
            "</title>",
            "<link>",
            "</link>",
            "<guid>",
            "</guid>",
            "<![CDATA[",
            "]]>",
        ),
        *(
            '<link href="x" rel="next"/>',
            "<description>",
            "&#xD800;",
            "&amp;",
            "<",
            ">",
            "\0",
            "é",
            "<!--",
            "-->",
        ),
        *(
            "<rss>",
            "</rss>",
            "<feed>",
            "<entry>",
            "<pubDate>",
            "2026-13-45",
            "<content type='",
            "text",
            "a:b",
            "<?",
        ),
        *(
            "<author>",
            "<source>",
            "<image>",
            "<thr:in-reply-to ref='",
            "'>",
            "<slash:comments>",
            "1e9",
            "<!DOCTYPE",
        ),
    ]
)


@settings(max_examples=150)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_a_feed_of_rubble_is_read_or_refused(rubble: str) -> None:
    try:
        page = read(f'<rss version="2.0"><channel>{rubble}')
    except ParseError:
        return
    tidy_page(page, NOW)


# What real sites send


def recorded() -> list[Any]:
    folder = Path(os.environ.get("REPWATCH_RECORDINGS", "")) / "feeds"
    if not os.environ.get("REPWATCH_RECORDINGS") or not (folder / "index.jsonl").exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason="needs $REPWATCH_RECORDINGS"))]
    rows = map(json.loads, (folder / "index.jsonl").read_text(encoding="utf-8").splitlines())
    return [pytest.param((folder / row["file"], row), id=row["file"]) for row in rows]


@pytest.mark.parametrize("recording", recorded())
def test_a_recorded_feed_is_read_in_full(recording: tuple[Path, dict[str, Any]]) -> None:
    file, row = recording
    body = file.read_bytes()
    items = json.loads(body)["items"] if row["kind"] == "jsonfeed" else range(row["feedparser_entries"])
    try:
        page = read(body, content_type=None)
    except ParseError:
        assert len(items) == 0
        return
    assert len(page.mentions) == len(items)
    tidied = tidy_page(page, NOW)
    silent = sum(not (mention.title or mention.text) for mention in page.mentions)
    assert tidied.skipped.count("no text") == silent
    assert len({mention.id for mention in tidied.mentions}) == len(tidied.mentions)
    shown_twice = len(page.mentions) - silent - len(tidied.mentions)
    assert shown_twice <= sum(
        page.mentions.count(mention) > 1 for mention in page.mentions
    ) + tidied.skipped.count("same as another")


def test_an_author_is_an_account_of_the_feeds_host() -> None:
    item = b"<item><guid>1</guid><author>Acme Service</author></item>"
    body = b'<rss version="2.0"><channel>%b</channel></rss>' % item
    feed = Feed("https://forum.example/latest.rss")
    now = datetime(2026, 11, 21, tzinfo=UTC)
    task = Task(source="forum", query="", since=now, until=now)
    [mention] = feed.parse(task, Answer(200, feed.url, {}, body)).mentions
    assert mention.author_id == "forum.example:Acme Service"


def test_a_feed_made_to_fill_the_memory_is_refused() -> None:
    body = b'{"version": "https://jsonfeed.org/version/1.1", "items": [%s]}' % b",".join([b"{}"] * 100_001)
    now = datetime(2026, 11, 21, tzinfo=UTC)
    task = Task(source="forum", query="", since=now, until=now)
    answer = Answer(200, "https://forum.example/", {"content-type": "application/feed+json"}, body)
    with pytest.raises(ParseError, match="100001 entries"):
        Feed("https://forum.example/").parse(task, answer)
