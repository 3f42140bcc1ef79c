"""What runs at an address, told from what it answers, and how to read it.

Software says its name on its pages (see software), and well-known places are told by their addresses
alone (see links). Instances of the fediverse say it in their NodeInfo (https://nodeinfo.diaspora.software).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from repwatch.errors import ParseError
from repwatch.model import Answer, Request, Task
from repwatch.sources.common import base_of, json_or_none, rows, table, wall, word
from repwatch.sources.feed import FEED_TYPES, Feed
from repwatch.sources.links import Candidate, Settings, of_address
from repwatch.sources.reviews import Reviews
from repwatch.sources.software import WebPage, discourse, made_by, nodebb
from repwatch.text import one_line
from repwatch.urls import absolute, host, origin

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

USUAL_FEEDS = ("/feed", "/rss", "/feed.xml", "/atom.xml", "/index.xml")
"""Where a site's feed often is, if no page says where."""
MOST_FEEDS = 3

FEDIVERSE: Mapping[str, str] = {
    "mastodon": "mastodon",
    "pleroma": "mastodon",
    "akkoma": "mastodon",
    "gotosocial": "mastodon",
    "snac": "mastodon",
    "lemmy": "lemmy",
}
"""Which type of source reads an instance, by the name of its software."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a page shows: software and reviews, the feeds that it names, and a guess at its entries."""

    sure: tuple[Candidate, ...] = ()
    feeds: tuple[Candidate, ...] = ()
    guess: Candidate | None = None


def of_answer(answer: Answer) -> Seen:
    """Return what an answer tells: that of a page, or of a feed itself.

    Raises:
        ParseError: it is a wall, and nothing else can be seen.
    """
    if is_feed(answer):
        return Seen(feeds=(_feed(answer.url, "it is at the address below"),))
    page = WebPage(answer)
    sure = [*made_by(page)]
    if reviews := _reviews(answer):
        sure.append(reviews)
    seen = Seen(sure=tuple(sure), feeds=tuple(_feeds(page)), guess=None if sure else _guess(page))
    turned_away = None if seen.sure or seen.feeds else wall(answer)
    if turned_away is not None:
        raise turned_away
    return seen


def asks(url: str) -> Request:
    """Return the request for a web page, or for a feed."""
    now = datetime.min.replace(tzinfo=UTC)
    asking = Feed(url=url).request(Task(source="", query="", since=now, until=now))
    return Request("GET", asking.url, headers=asking.headers, page=True)


# NodeInfo


def node_request(url: str) -> Request:
    """Return the request for where a host says what runs there."""
    return Request("GET", f"{origin(url)}/.well-known/nodeinfo")


def node_found(answer: Answer) -> Request | None:
    """Return the request for an instance's NodeInfo; on another host it says nothing about this one."""
    for link in reversed(rows(table(json_or_none(answer)).get("links"))):
        url = absolute(answer.url, word(link.get("href")) or "")
        if url and "nodeinfo" in (word(link.get("rel")) or "") and origin(url) == origin(answer.url):
            return Request("GET", url)
    return None


def of_node(answer: Answer, url: str) -> tuple[Candidate, ...]:
    """Return what an instance's NodeInfo says of it; `url` is the address that was given."""
    said = word(table(table(json_or_none(answer)).get("software")).get("name"))
    software = one_line(said or "", 40)
    settings = _of_instance(software.lower(), url)
    if settings is None:
        return ()
    note = ""
    if settings["type"] == "mastodon":
        note = "search and own mentions need a token of an account there"
    return (
        Candidate(
            what=f"an instance of {software}",
            evidence=f"its NodeInfo says {software}",
            name=host(url),
            settings=settings,
            note=note,
        ),
    )


def _of_instance(software: str, url: str) -> Settings | None:
    if software in FEDIVERSE:
        settings = {"type": FEDIVERSE[software], "instances": [origin(url)]}
        tag = re.fullmatch(r"/tags?/([^/]+)/?", urlsplit(url).path)
        return settings | ({"tags": [tag[1]]} if tag and settings["type"] == "mastodon" else {})
    if software == "wordpress":
        return {"type": "wordpress", "base_url": origin(url)}
    forum = {"discourse": discourse, "nodebb": nodebb}.get(software)
    return forum(url) if forum else None


# Pages


def is_feed(answer: Answer) -> bool:
    """Tell whether an answer is a feed, whatever it says of itself."""
    start = answer.body[:4_096].replace(b"\0", b"").lower()
    if re.search(rb"<(?:!doctype\s+html|html|head|body)[\s>]", start):
        return False
    is_json = start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and b"jsonfeed.org" in start
    return is_json or re.search(rb"<(?:\w+:)?(?:rss|feed|rdf|channel)[\s>]", start) is not None


def _feed(url: str, evidence: str) -> Candidate:
    """Return a feed; that of a well-known place is read as what it is."""
    known = [each for each in of_address(url) if each.settings and each.settings["type"] == "feed"]
    if known:
        return known[0]
    return Candidate(what="a feed", evidence=evidence, name=host(url), settings={"type": "feed", "url": url})


def _reviews(answer: Answer) -> Candidate | None:
    """Return the reviews that a page marks up as such."""
    now = datetime.now(UTC)
    try:
        page = Reviews(url=answer.url).parse(Task(source="", query=answer.url, since=now, until=now), answer)
    except ParseError:
        return None
    if not page.mentions:
        return None
    return Candidate(
        what="reviews",
        evidence=f"{len(page.mentions)} on the page are marked up as schema.org Review",
        name=f"{host(answer.url)}-reviews",
        settings={"type": "reviews", "url": answer.url},
        note='with about = "BRAND" all of them are about that brand; read only what the site\'s terms allow',
    )


def _feeds(page: WebPage) -> Iterator[Candidate]:
    """Yield the feeds that the page names as its own."""
    base, known = base_of(page.tree, page.url), set[str]()
    for link in page.tree.css("link[rel][href]"):
        rel, media, href = (link.attributes.get(name) or "" for name in ("rel", "type", "href"))
        url = absolute(base, href)
        is_feed = media.partition(";")[0].strip().lower() in FEED_TYPES
        if is_feed and "alternate" in rel.lower().split() and url and url not in known:
            known.add(url)
            title = one_line(link.attributes.get("title") or "", 60)
            yield _feed(url, f"the page links to it{f' as {title}' if title else ''}")
            if len(known) == MOST_FEEDS:
                return


# A list of something


FEWEST_ENTRIES = 4
SHORTEST_ENTRY = 30
LONGEST_COUNTED = 400
MOST_NODES = 20_000
_ENTRIES = ("article", "li", "tr", "div", "section", "dl", "details")
_FRAMES = ("nav", "header", "footer", "aside", "form", "select", "head")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5")
_TELLING = ", ".join([*(f"{tag} a[href]" for tag in _HEADINGS), "time"])
_CLASS = re.compile(r"[A-Za-z_][\w-]{0,60}")


def _guess(page: WebPage) -> Candidate | None:
    """Return the entries of a page if there is one thing on it that repeats: the one that says the most.

    Entries have a heading that leads somewhere, or say when they are from: menus do not.
    """
    best: tuple[int, str, list[LexborNode]] = 0, "", []
    for parent in page.tree.css("body, body *")[:MOST_NODES]:
        for tag in _ENTRIES:
            alike = [child for child in parent.iter() if child.tag == tag and _says_something(child)]
            if len(alike) < FEWEST_ENTRIES or _framed(parent):
                continue
            weight = sum(min(len(child.text()), LONGEST_COUNTED) for child in alike)
            selector = _selector(alike, parent)
            if weight > best[0] and selector and len(page.tree.css(selector)) < 2 * len(alike):
                best = weight, selector, alike
    _, selector, alike = best
    if not selector:
        return None
    heading = next((tag for tag in _HEADINGS if _most_have(alike, f"{tag} a[href]")), "")
    fields = {"url": f"{heading} a@href".strip()} | ({"time": "time"} if _most_have(alike, "time") else {})
    return Candidate(
        what="a web page that lists something",
        evidence=f"{len(page.tree.css(selector))} times {selector} on it",
        name=host(page.url),
        settings={"type": "html", "url": page.url, "item": selector, "fields": fields},
        note="a guess: see with source test whether these are the entries. Many sites forbid it",
        guessed=True,
    )


def _says_something(node: LexborNode) -> bool:
    return node.css_first(_TELLING) is not None and len(node.text().strip()) >= SHORTEST_ENTRY


def _framed(node: LexborNode) -> bool:
    above: LexborNode | None = node
    while above is not None and above.tag not in _FRAMES:
        above = above.parent
    return above is not None


def _selector(alike: Sequence[LexborNode], parent: LexborNode) -> str:
    """Return what finds these: a class that all of them have, or else one of what they are in."""
    classes = [(node.attributes.get("class") or "").split() for node in alike]
    common = [name for name in classes[0] if _CLASS.fullmatch(name) and all(name in each for each in classes)]
    if common:
        return f"{alike[0].tag}.{common[0]}"
    above = (parent.attributes.get("class") or "").split()
    named = [name for name in above if _CLASS.fullmatch(name)]
    return f"{parent.tag}.{named[0]} > {alike[0].tag}" if named else ""


def _most_have(nodes: Sequence[LexborNode], selector: str) -> bool:
    return sum(node.css_first(selector) is not None for node in nodes) >= 0.8 * len(nodes)
