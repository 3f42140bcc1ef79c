"""Feeds that are read without feedparser say the same as with it."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repwatch.errors import ParseError
from repwatch.model import Answer, Page, Task
from repwatch.sources import quickfeed
from repwatch.sources.feed import Feed

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
URL = "https://news.example/feed.xml"
SPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "georss": "http://www.georss.org/georss",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "thr": "http://purl.org/syndication/thread/1.0",
    "wfw": "http://wellformedweb.org/CommentAPI/",
}
FOR_FEEDPARSER = b"<!-- no <!DOCTYPE is read the short way, not even one that is none -->"


def answer(body: bytes | str, content_type: str | None = "application/xml") -> Answer:
    headers = {"content-type": content_type} if content_type else {}
    return Answer(200, URL, headers, body.encode() if isinstance(body, str) else body)


def read(said: Answer) -> Page | str:
    try:
        return Feed(url=URL).parse(Task(source="news", query="", since=NOW, until=NOW), said)
    except ParseError as error:
        return str(error)


def read_by_feedparser(said: Answer) -> Page | str:
    slow = Answer(200, URL, said.headers, said.body + FOR_FEEDPARSER)
    assert quickfeed.parsed(slow) is None
    return read(slow)


def spaces(*prefixes: str) -> str:
    return " ".join(f'xmlns:{prefix}="{SPACES[prefix]}"' for prefix in prefixes)


def rss(items: list[str], head: str) -> str:
    declared = spaces(*SPACES)
    body = head + "".join(f"<item>{item}</item>" for item in items)
    start = f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" {declared}>'
    return f"{start}<channel>{body}</channel></rss>"


def rdf(items: list[str], head: str) -> str:
    declared = spaces(*(prefix for prefix in SPACES if prefix != "atom"))
    entries = "".join(f'<item rdf:about="{n}">{item}</item>' for n, item in enumerate(items))
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
        f' xml:lang="ja" {declared}><channel rdf:about="https://news.example/">{head}'
        "<items><rdf:Seq><rdf:li rdf:resource='1'/></rdf:Seq></items></channel>"
        f"<image rdf:about='i'><title>I</title><url>i</url><link>l</link></image>{entries}</rdf:RDF>"
    )


def atom(entries: list[str], head: str) -> str:
    declared = spaces("feedburner", "georss", "itunes", "media", "thr", "wfw")
    body = head + "".join(f'<entry xml:lang="pt_BR">{entry}</entry>' for entry in entries)
    return f'<feed xmlns="{SPACES["atom"]}" xml:lang="en-GB" {declared}>{body}</feed>'


TEXTS = st.lists(
    st.sampled_from(
        [
            *(
                "Acme",
                "anvils",
                " ",
                "\n",
                "é",
                "’",
                "漢字",
                "😀",
                "&",
                "<",
                ">",
                "]]",
                "<b>bold</b>",
                "<br/>",
            ),
            *(
                "&amp;",
                "&#8217;",
                "&nbsp;",
                "&made;",
                "</p>",
                "caf\u00c3\u00a9",
                "\u00e9\u00a0",
                "<p>one<p>two",
                "\t",
            ),
        ]
    ),
    max_size=6,
).map("".join)
WRITTEN = TEXTS.map(escape) | TEXTS.filter(lambda text: "]]" not in text).map("<![CDATA[{}]]>".format)
ADDRESSES = st.sampled_from(
    [
        "",
        "/1",
        "1?a=1&b=2",
        "https://news.example/1",
        "tag:news.example,2026:1",
        " http://n.example/é ",
        "a&amp;b",
    ]
)
DATES = st.sampled_from(
    [*("Sat, 21 Nov 2026 09:00 CET", "2026-11-20T10:00:00Z", "2026-11-20", "yesterday", ""), "21/11/2026"]
)
NAMES = st.sampled_from(
    ["Kim", "kim@n.example (Kim)", "Kim <kim@n.example>", "José", "", "Kim &amp; Lee", " Kim "]
)
COUNTS = st.sampled_from(["3", "", "-1", "many"])


def leaf(name: str, texts: st.SearchStrategy[str], attributes: str = "") -> st.SearchStrategy[str]:
    return texts.map(lambda text: f"<{name}{attributes}>{text}</{name}>")


def said(name: str, texts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return leaf(name, texts.map(escape))


def optional(*elements: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return some of these elements, in any order and each at most once."""
    chosen = st.tuples(*(st.just("") | element for element in elements))
    return chosen.flatmap(st.permutations).map("".join)


def links(name: str) -> st.SearchStrategy[str]:
    rels = st.sampled_from(["", ' rel="alternate"', ' rel="Replies"', ' rel="self"', ' rel="next"'])
    types = st.sampled_from(["", ' type="text/html"', ' type="application/json"', ' type="HTML"'])
    urls = ADDRESSES.map(quoteattr)
    return st.tuples(rels, types, urls).map(lambda link: f"<{name}{link[0]}{link[1]} href={link[2]}/>")


SHARED = (
    said("dc:creator", NAMES),
    said("dc:date", DATES),
    said("slash:comments", COUNTS),
    said("thr:total", COUNTS),
    said("feedburner:origLink", ADDRESSES),
    leaf("content:encoded", WRITTEN),
    st.just('<media:content url="i.png" medium="image" lang="fr"/>'),
    st.just("<media:thumbnail url='t.png'/><itunes:image href='i.png'/>"),
    st.just('<thr:in-reply-to ref="tag:news.example,2026:0" href="0"/>'),
    leaf("itunes:subtitle", WRITTEN),
    said("dc:subject", TEXTS),
)
ITEMS = st.lists(
    optional(
        *SHARED,
        said("dc:language", st.sampled_from(["de", "en-GB", ""])),
        leaf("title", WRITTEN),
        leaf("description", WRITTEN),
        said("link", ADDRESSES),
    ),
    max_size=3,
)
RSS_ITEMS = st.lists(
    optional(
        *SHARED,
        leaf("title", WRITTEN) | leaf("title", WRITTEN, ' type="html"'),
        leaf("description", WRITTEN) | leaf("description", WRITTEN, ' type="text/plain"'),
        said("link", ADDRESSES),
        links("atom:link"),
        said("guid", ADDRESSES) | leaf("guid", ADDRESSES.map(escape), ' isPermaLink="false"'),
        said("pubDate", DATES),
        said("author", NAMES),
        st.just('<enclosure url="a.mp3" length="1" type="audio/mpeg"/><category domain="d">c</category>'),
        st.just('<source url="https://other.example/">Other</source>'),
    ),
    max_size=3,
)
PEOPLE = st.tuples(
    *(st.just("") | said(name, NAMES | ADDRESSES) for name in ("name", "uri", "email")),
).map(lambda person: f"<author>{''.join(person)}</author>")
KINDS = st.sampled_from(
    ["", ' type="text"', ' type="html"', ' type="text/html"', ' xml:lang="de_DE" type="HTML"']
)
ATOM_TEXTS = {
    name: st.tuples(KINDS, WRITTEN).map(lambda text, name=name: f"<{name}{text[0]}>{text[1]}</{name}>")
    for name in ("title", "summary", "content")
}
ENTRIES = st.lists(
    optional(
        *ATOM_TEXTS.values(),
        links("link"),
        links("link"),
        said("id", ADDRESSES),
        said("published", DATES),
        said("updated", DATES),
        said("thr:total", COUNTS),
        PEOPLE,
        PEOPLE,
        st.just("<category term='t'/><rights>all</rights><media:thumbnail url='t.png'/>"),
    ),
    max_size=3,
)
HEADS = optional(
    leaf("title", WRITTEN),
    said("link", ADDRESSES),
    said("dc:language", st.sampled_from(["de", "en-GB", ""])),
    st.just("<sy:updatePeriod>hourly</sy:updatePeriod>"),
)
RSS_HEADS = optional(
    HEADS,
    links("atom:link"),
    said("language", st.sampled_from(["fr", "en_US", ""])),
    said("managingEditor", NAMES),
    st.just("<image><title>I</title><url>i</url><link>l</link></image>"),
    st.just('<itunes:owner><itunes:name>O</itunes:name></itunes:owner><itunes:category text="T"/>'),
)
ATOM_HEADS = optional(ATOM_TEXTS["title"], links("link"), PEOPLE, said("id", ADDRESSES))
FEEDS = st.one_of(
    st.builds(rss, RSS_ITEMS, RSS_HEADS), st.builds(rdf, ITEMS, HEADS), st.builds(atom, ENTRIES, ATOM_HEADS)
)


@settings(max_examples=200)
@given(FEEDS)
def test_what_is_read_the_short_way_is_what_feedparser_reads(feed: str) -> None:
    said = answer(feed)
    if quickfeed.parsed(said) is not None:
        assert read(said) == read_by_feedparser(said)


@pytest.mark.parametrize(
    "feed",
    [
        rss(
            ["<title>Acme &amp;amp; Zed</title><guid>1</guid><pubDate>2026-11-20</pubDate>"],
            "<title>T</title>",
        ),
        rss(
            ["<link>1</link><content:encoded><![CDATA[<p>Acme</p>]]></content:encoded>"],
            '<atom:link href="x"/>',
        ),
        rdf(["<title>Acme</title><link>1</link><dc:date>2026-11-20</dc:date>"], "<title>T</title>"),
        atom(
            ['<id>1</id><title>Acme</title><link href="1"/><content type="html">&lt;p></content>'],
            "<id>0</id>",
        ),
        '<rss version="2.0"><channel/></rss>',
        '\ufeff<?xml version="1.0" encoding="utf-8" ?><rss version="2.0"><channel><ttl/></channel></rss>',
    ],
)
def test_feeds_as_most_are_written_are_read_the_short_way(feed: str) -> None:
    assert quickfeed.parsed(answer(feed)) is not None
    assert read(answer(feed)) == read_by_feedparser(answer(feed))


RSS = '<rss version="2.0"><channel><item><title>{}</title>{}</item></channel></rss>'
LATIN = '<?xml version="1.0" encoding="iso-8859-1"?>'


@pytest.mark.parametrize(
    "body",
    [
        '<!DOCTYPE rss [<!ENTITY acme "anvil">]>' + RSS.format("&acme;", ""),
        RSS.format("&nbsp;", ""),
        RSS.format("Acme", "")[:-6],
        LATIN + RSS.format("Acme", ""),
        (LATIN + RSS.format("é", "")).encode("latin-1"),
        RSS.format("é", "").encode("latin-1"),
        RSS.format("Acme", "").encode("utf-16"),
        '<?xml version="1.0" encoding = "utf-7"?>' + RSS.format("+AGE-", ""),
        "<!---->" + LATIN + RSS.format("Acme", ""),
        RSS.format("<b>Acme</b>", ""),
        RSS.format("Acme", "<title>Zed</title>"),
        RSS.format("Acme", "<anvil>1</anvil>"),
        RSS.format("Acme", '<link xml:base="https://other.example/">1</link>'),
        RSS.format("Acme", '<enclosure base="https://other.example/"/><link>1</link>'),
        RSS.format("Acme", "<link>http:///news.example/1</link>"),
        RSS.format("Acme \x96 Zed", ""),
        RSS.format("Acme", "<item><title>Zed</title></item>"),
        RSS.format("Acme", "").replace("<channel>", '<channel xml:lang="de">'),
        RSS.format("Acme", "").replace("channel", "feed"),
        f'<feed xmlns="{SPACES["atom"]}"><entry><content type="xhtml"><p/></content></entry></feed>',
        f'<feed xmlns="{SPACES["atom"]}"><entry><content type="image/png" src="1"/></entry></feed>',
        f'<feed xmlns="{SPACES["atom"]}"><entry><source><title>T</title></source></entry></feed>',
        f'<feed xmlns="{SPACES["atom"]}"><entry>{"<author><email>k@n</email></author>" * 2}</entry></feed>',
        "<html><body>Acme</body></html>",
        "",
    ],
)
def test_what_is_not_sure_is_left_to_feedparser(body: bytes | str) -> None:
    assert quickfeed.parsed(answer(body)) is None


@pytest.mark.parametrize(
    "content_type", ["text/xml; charset=iso-8859-1", "text/xml", 'text/xml; charset="koi8-r"']
)
def test_a_server_that_says_another_encoding_or_none_is_left_to_feedparser(content_type: str) -> None:
    assert quickfeed.parsed(answer(RSS.format("é", ""), content_type)) is None
    assert quickfeed.parsed(answer(RSS.format("é", ""), "text/xml; charset=UTF-8")) is not None


def test_a_huge_feed_is_left_to_feedparser() -> None:
    feed = RSS.format("Acme", "<description>{}</description>")
    assert quickfeed.parsed(answer(feed.format("a" * 1_000_000))) is not None
    assert quickfeed.parsed(answer(feed.format("a" * quickfeed.LARGEST))) is None


@pytest.mark.parametrize("parent", ["rss", "channel", "item", "title"])
def test_a_feed_that_nests_without_end_is_left_to_feedparser(parent: str) -> None:
    deep = "<a>" * 200_000 + "</a>" * 200_000
    body = RSS.format("Acme", "").replace(f"<{parent}>", f"<{parent}>{deep}")
    body = body.replace('<rss version="2.0">', f'<rss version="2.0">{deep}') if parent == "rss" else body
    assert len(body) < quickfeed.LARGEST
    assert quickfeed.parsed(answer(body)) is None


def recorded() -> list[Any]:
    folder = Path(os.environ.get("REPWATCH_RECORDINGS", "")) / "feeds"
    if not os.environ.get("REPWATCH_RECORDINGS") or not (folder / "index.jsonl").exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason="needs $REPWATCH_RECORDINGS"))]
    rows = map(json.loads, (folder / "index.jsonl").read_text(encoding="utf-8").splitlines())
    return [pytest.param(folder / row["file"], id=row["file"]) for row in rows]


@pytest.mark.parametrize("content_type", [None, "application/rss+xml", "text/xml; charset=utf-8"])
@pytest.mark.parametrize("file", recorded())
def test_a_recorded_feed_says_the_same_both_ways(file: Path, content_type: str | None) -> None:
    said = answer(file.read_bytes(), content_type)
    if quickfeed.parsed(said) is not None:
        assert read(said) == read_by_feedparser(said)
