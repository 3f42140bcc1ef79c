"""Entries of any feed: RSS, Atom, RDF, CDF and JSON Feed, given its address or that of a page with it.

Documentation: https://www.rssboard.org/rss-specification, https://www.rfc-editor.org/rfc/rfc4287,
https://www.jsonfeed.org/version/1.1/ and, for feeds in pages, https://www.rfc-editor.org/rfc/rfc5005
Limits: none of the formats; a site may name its own in robots.txt or by status 429.
Terms: those of the site. A feed is published to be read, some of them for personal use only.

Where an address is that of a web page, the page says where its feed is, and from then on the feed
itself is asked (`Page.resume`). A cursor is the address of a page of the feed; if it is not the
feed's own address, that follows after a blank, because it is what the ids belong to.

The ids of a feed are its own. Where a place has a type of its own as well (Discourse, WordPress, YouTube,
Mastodon, Lemmy, dev.to, Hacker News), its entries in a feed are other mentions than those of that type:
one of the two is to be read. Copies are counted once as a story, but each is stored.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from repwatch.dates import moment
from repwatch.errors import FetchError, ParseError, SourceError
from repwatch.model import Answer, Brand, Mention, Page, Request, Task
from repwatch.sources import quickfeed
from repwatch.sources.common import (
    WebAddress,
    count,
    search_terms,
    unveiled,
    veiled,
    wall,
    web_link,
    without_secrets,
    word,
)
from repwatch.sources.presets import PRESETS, Preset, PresetName
from repwatch.sources.quickfeed import Entry
from repwatch.text import clean, plain
from repwatch.urls import absolute, canonical, host, origin, redact

MOST_ITEMS = 100_000
"""A feed of more is refused: it is made to fill the memory."""
ENTRIES_READ = 1_000
HEAD_BYTES = 1_000_000
"""How far into a web page its feed is looked for."""

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, text/html;q=0.6, */*;q=0.5"
)

_SNIFFED = 4_096
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_XML_FEED = re.compile(rb"<(?:\w+:)?(?:rss|feed|rdf|channel)[\s>]", re.IGNORECASE)
_END = re.compile(rb"</(?:\w+:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)
_REFERENCE = re.compile(rb"&#(?:x(?P<hex>[0-9a-f]+)|(?P<decimal>[0-9]+));?", re.IGNORECASE)
_LINK_TAG = re.compile(rb"<(?:link|base)\s[^<>]{1,2000}>", re.IGNORECASE)
_PASSWORD_FIELD = re.compile(rb"<input\s[^<>]{0,1000}type\s*=\s*[\"']?password", re.IGNORECASE)
_WITH_MAIL = re.compile(r"[^\s()<>@]+@\S+ \((?P<after>[^()]+)\)|(?P<before>[^()<>]+) [(<]\S+@\S+[)>]")
FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"}
_GUESSED = ("windows-1252", "iso-8859-2")
"""Encodings in which everything can be read, so they prove nothing."""


@dataclass(frozen=True, slots=True)
class Feed:
    """Reads one feed. `url` is its address, or that of a web page that links to it.

    With a preset, `url` is the place that the preset is for, and `name` what it reads there.
    """

    type: ClassVar[str] = "feed"
    reads: ClassVar[str] = "RSS, Atom, RDF and JSON feeds of blogs, news, forums; found from a page's address"
    login: ClassVar[str] = "none"
    terms: ClassVar[str] = "feeds are published to be read; some news searches allow personal use only"
    author_like: ClassVar[str] = "forum.example:Acme Service"
    pace_s: ClassVar[float] = 0.0
    version: ClassVar[int] = 1

    url: WebAddress | None = None
    preset: PresetName | None = None
    name: str | None = None

    def __post_init__(self) -> None:
        """Check what no single setting can say.

        Raises:
            ValueError: what the feed or its preset needs is missing.
        """
        preset, mistake = self._preset, None
        if preset is not None:
            mistake = preset.mistake(self.url, self.name)
        elif self.name:
            mistake = 'name goes with a preset, such as preset = "medium"'
        elif not self.url:
            mistake = "url is missing: give the address of the feed, or of a page with it"
        if mistake:
            raise ValueError(mistake)

    @property
    def _preset(self) -> Preset | None:
        return PRESETS[self.preset] if self.preset else None

    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return one empty query, as a feed is read as a whole; the terms if it is a search."""
        return search_terms(brands) if self._preset and self._preset.searched else ("",)

    def request(self, task: Task) -> Request:
        """Return the request for the feed, one of its further pages, or the web page that has it."""
        return Request("GET", self._asked(task)[0], headers=(("Accept", ACCEPT),))

    def parse(self, task: Task, answer: Answer) -> Page:
        """Return the entries of a feed, or where it is if the answer is a web page.

        Raises:
            ParseError: the answer is neither a feed nor a page that links to one.
        """
        page_url, feed_url = self._asked(task)
        if _is_json(answer):
            channel = _json_feed(answer)
        elif _is_html(answer):
            further = self._further(page_url)
            if further is not None:
                return Page(cursors=(further,), discovered=True)
            alone = self.preset is None and task.cursor is None and task.resume is None
            return self._discovered(answer, may_lead_on=alone)
        else:
            channel = _xml_feed(answer)
        entries, skipped = _newest(channel)
        preset = self._preset
        read = channel.read if preset is None else partial(_as_preset, preset, channel.read)
        space = _space(feed_url.partition("?")[0] if preset and preset.searched else feed_url)
        cursors: tuple[str, ...] = ()
        if channel.next_url is not None:
            if origin(channel.next_url) == origin(page_url):
                cursors = (self._stored(f"{channel.next_url} {feed_url}"),)
            else:
                skipped.append("a next page on another origin")
        return Page(
            mentions=tuple(without_secrets(read(space, entry), self.url or "") for entry in entries),
            cursors=cursors,
            resume=self._stored(feed_url) if feed_url != self._addresses(task.query)[0] else None,
            skipped=(*channel.skipped, *skipped),
            damaged=channel.damaged,
        )

    def explain(self, answer: Answer) -> SourceError | Page | None:
        """Return where else a preset's feed may be."""
        if self.preset is None or answer.status != 404:
            return None
        further = self._further(answer.url)
        if further is not None:
            return Page(cursors=(further,), discovered=True)
        return FetchError(
            "not_found",
            f"{self.preset} has no feed at {answer.url}",
            status=answer.status,
            hint="it may be switched off, or be elsewhere: then give its address as url, without a preset",
        )

    def _addresses(self, query: str) -> tuple[str, ...]:
        """Return where the feed may be; `query` is a term if it is a search."""
        preset = self._preset
        return (self.url or "",) if preset is None else preset.addresses(self.url, self.name, query)

    def _further(self, url: str) -> str | None:
        """Return the address to ask where this one shows no feed; a redirect may have changed its host."""
        asked, addresses = _on_host(url), self._addresses("")
        return next((there for here, there in pairwise(addresses) if _on_host(here) == asked), None)

    def _asked(self, task: Task) -> tuple[str, str]:
        """Return the address that a task is about, and that of the feed it belongs to."""
        addresses = self._addresses(task.query)
        # What was found under other settings is none of a preset's addresses.
        resume = task.resume if self.preset is None or task.resume in addresses else None
        asked = (task.cursor or resume or addresses[0]).split(" ")
        page_url, *rest = (unveiled(address, self.url or "") for address in asked)
        return page_url, rest[0] if rest else page_url

    def _stored(self, addresses: str) -> str:
        """Return addresses without what is secret in that of the feed, since cursors are stored."""
        return veiled(addresses, self.url or "")

    def _discovered(self, answer: Answer, *, may_lead_on: bool) -> Page:
        feed_url = _feed_of_page(answer) if may_lead_on else None
        if feed_url is not None:
            feed_url = self._stored(feed_url)
            return Page(cursors=(feed_url,), resume=feed_url, discovered=True)
        if _PASSWORD_FIELD.search(answer.body[:HEAD_BYTES]):
            raise ParseError("a login page instead of a feed", reason="login")
        raise ParseError(
            "a web page instead of a feed, and it links to none",
            hint="give the address of the feed itself",
        )


def _on_host(url: str) -> str:
    return url.removeprefix(origin(url))


def _space(url: str) -> str:
    return "feed:" + redact(canonical(url) or url)


def _as_preset(preset: Preset, read: Callable[[str, Entry], Mention], space: str, entry: Entry) -> Mention:
    source = _dict(entry, "source")
    name = plain(_said(source, "title"))
    mention = preset.refined(read(space, entry), (name, _said(source, "href") or None) if name else None)
    return replace(mention, author_id=_account(space, mention.author))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Channel:
    """A feed taken apart, whatever its format: its entries, and how to read one of them."""

    entries: Sequence[Entry]
    read: Callable[[str, Entry], Mention]
    published_at: Callable[[Entry], datetime | None]
    next_url: str | None = None
    skipped: tuple[str, ...] = ()
    damaged: bool = False


def _newest(channel: _Channel) -> tuple[Sequence[Entry], list[str]]:
    """Return the entries that are read, and a reason for each of the others."""
    left_out = len(channel.entries) - ENTRIES_READ
    if left_out <= 0:
        return channel.entries, []
    oldest = datetime.min.replace(tzinfo=UTC)
    newest = sorted(channel.entries, key=lambda entry: channel.published_at(entry) or oldest, reverse=True)
    return newest[:ENTRIES_READ], [f"beyond the newest {ENTRIES_READ:,}"] * left_out


def _is_json(answer: Answer) -> bool:
    start = answer.body[:_SNIFFED].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return start.startswith((b"{", b"["))


def _is_html(answer: Answer) -> bool:
    start = answer.body[:_SNIFFED].replace(b"\0", b"")
    return _HTML.search(start) is not None and _XML_FEED.search(start) is None


# A web page that says where its feed is


def _feed_of_page(answer: Answer) -> str | None:
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 (few places are web pages)

    # Only these tags are parsed: a whole page can take the parser minutes, if it is made to.
    tags = _LINK_TAG.findall(answer.body[:HEAD_BYTES])[:200]
    tree = LexborHTMLParser(b"".join(tags).decode("utf-8", "replace"))
    base = tree.css_first("base[href]")
    base_url = absolute(answer.url, (base and base.attributes["href"]) or "") or answer.url
    for link in tree.css("link[rel][href]"):
        rel, media, href = (link.attributes.get(name) or "" for name in ("rel", "type", "href"))
        media = media.partition(";")[0].strip().lower()
        # Version 1 of JSON Feed has the type that links to any interface have as well.
        is_feed = media in FEED_TYPES or (media == "application/json" and "feed" in href)
        if is_feed and "alternate" in rel.lower().split():
            url = absolute(base_url, href)
            if url is not None and url != answer.url:
                return url
    return None


# RSS, Atom, RDF and CDF


def written(answer: Answer, space: str) -> Iterator[tuple[Mention, str]]:
    """Yield the entries of an XML feed and the HTML of each, for a platform that writes more into it.

    Raises:
        ParseError: the answer is no such feed.
    """
    if _is_html(answer):
        raise wall(answer) or ParseError("a web page instead of a feed")
    channel = _xml_feed(answer)
    for entry in _newest(channel)[0]:
        yield channel.read(space, entry), _said(_body(entry)[0], "value")


def _xml_feed(answer: Answer) -> _Channel:
    feed = quickfeed.parsed(answer) or _parsed(answer)
    follow = [link for link in _dicts(feed.about, "links") if _said(link, "rel").lower() == "next"]
    defaults = _Defaults(
        url=answer.url,
        lang=_said(feed.about, "language") or None,
        # RFC 4287, 4.2.1; in other formats it is who runs the site.
        author=feed.about if feed.format.startswith("atom") else {},
    )
    return _Channel(
        entries=feed.entries,
        read=lambda space, entry: _read(space, entry, defaults),
        published_at=_published_at,
        next_url=absolute(answer.url, _said(follow[0], "href")) if follow else None,
        damaged=feed.damaged,
    )


def _parsed(answer: Answer) -> quickfeed.Parsed:
    """Return what feedparser makes of an answer; bad character references must not cost the whole feed."""
    try:
        parsed = _feedparser(answer, answer.body)
    except Exception:  # OverflowError, UnicodeEncodeError and whatever else feedparser lets through
        try:
            parsed = _feedparser(answer, _REFERENCE.sub(_sound_reference, answer.body))
        except Exception as error:
            raise ParseError(f"the feed can't be read: {type(error).__name__}: {error}"[:200]) from error
    format = parsed.get("version")
    if not format and not parsed.entries:
        why = "not a feed" if answer.body.strip() else "an empty answer instead of a feed"
        raise ParseError(why, hint="give the address of a feed, or of a page that links to one")
    return quickfeed.Parsed(
        format=format or "", about=parsed.feed, entries=parsed.entries, damaged=_is_damaged(answer, parsed)
    )


def _feedparser(answer: Answer, body: bytes) -> Any:
    import feedparser  # noqa: PLC0415 (120 ms that a report need not pay)

    # Bytes or text would be taken for the name of a file or an address, and opened. Without the
    # address of the answer, ids stay as they are written wherever the feed moves to. HTML becomes
    # plain text here, and cleaning it first takes time that grows with its square.
    return feedparser.parse(
        io.BytesIO(body),
        response_headers={"content-type": answer.headers.get("content-type", "application/xml")},
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _sound_reference(reference: re.Match[bytes]) -> bytes:
    digits, radix = (reference["hex"], 16) if reference["hex"] else (reference["decimal"], 10)
    number = int(digits, radix) if len(digits) <= 8 else 0
    sound = number in (0x9, 0xA, 0xD) or 0x20 <= number < 0xD800 or 0xE000 <= number < 0x110000
    return b"&#%d;" % (number if sound else 0xFFFD)


def _is_damaged(answer: Answer, parsed: Any) -> bool:
    """Tell whether the feed was cut or its encoding had to be guessed; most faults of feeds are harmless."""
    tail = answer.body[-_SNIFFED:].replace(b"\0", b"")
    if parsed.bozo and not _END.search(tail):
        return True
    declared = f"{answer.charset} {answer.body[:200].decode('latin-1')}".lower()
    return not parsed.get("encoding") or (parsed.encoding in _GUESSED and parsed.encoding not in declared)


@dataclass(frozen=True, slots=True)
class _Defaults:
    """What a feed says for all of its entries."""

    url: str
    lang: str | None
    author: Entry


def _read(space: str, entry: Entry, defaults: _Defaults) -> Mention:
    title = _detail(entry, "title_detail")
    body, text = _body(entry)
    reply = _dict(entry, "thr_in-reply-to")
    author, author_url = _author(entry) or _author(defaults.author) or (None, None)
    published_at = _published_at(entry)
    edited_at = moment(_said(entry, "updated"))
    edited = published_at is not None and edited_at is not None and edited_at > published_at
    return Mention(
        space=space,
        native_id=_said(entry, "id") or None,
        kind="comment" if reply else "article",
        url=_link(entry, defaults.url),
        title=_plain(title),
        text=text,
        author=author,
        author_id=_account(space, author),
        author_url=web_link(author_url, defaults.url),
        published_at=published_at,
        edited_at=edited_at if edited else None,
        lang=_said(body, "language") or _said(entry, "language") or defaults.lang,
        parent_id=_said(reply, "ref") or None,
        replies=count(_said(entry, "slash_comments") or _said(entry, "thr_total")),
        views=count(_said(_dict(entry, "media_statistics"), "views")),
    )


def _published_at(entry: Entry) -> datetime | None:
    for key in ("published", "updated", "created"):
        if at := moment(_said(entry, key)):  # what feedparser makes of odd dates is often wrong
            return at
    return None


def _link(entry: Entry, base_url: str) -> str | None:
    """Return the address of an entry; feedparser takes the id for one where there is none."""
    links = [link for link in _dicts(entry, "links") if _said(link, "rel") == "alternate"]
    said = _said(entry, "feedburner_origlink") or _said(entry, "link")
    if links:
        said = said or _said(links[0], "href")
    elif not said.lower().startswith(("http://", "https://")):
        return None
    url = web_link(said, base_url)
    return _unwrapped(url) if url else None


def _unwrapped(url: str) -> str:
    """Return where a search engine's alert really leads to."""
    parts = urlsplit(url)
    if parts.path != "/url" or not (parts.hostname or "").startswith("www.google."):
        return url
    query = dict(parse_qsl(parts.query))
    return absolute(url, query.get("url") or query.get("q") or "") or url


def _body(entry: Entry) -> tuple[Entry, str]:
    """Return the fullest text that an entry has, in its details and as plain text."""
    contents = sorted(_dicts(entry, "content"), key=lambda each: len(_said(each, "value")), reverse=True)
    for detail in (*contents, _detail(entry, "summary_detail"), _detail(entry, "media_description")):
        if text := _plain(detail):
            return detail, text
    return {}, ""


def _plain(detail: Entry) -> str:
    type, value = _said(detail, "type"), _said(detail, "value")
    if type == "text/plain":
        return clean(value).strip()
    return plain(value) if type in ("text/html", "application/xhtml+xml", "") else ""


def _account(space: str, author: str | None) -> str | None:
    """Return who wrote it as own_accounts name them, such as "forum.example:Acme Service"."""
    return f"{host(space.removeprefix('feed:'))}:{author}" if author else None


def _author(entry: Entry) -> tuple[str, str | None] | None:
    said = plain(_said(entry, "author"))
    named = _WITH_MAIL.fullmatch(said)
    name = (named["after"] or named["before"]) if named else said
    return (name, _said(_dict(entry, "author_detail"), "href") or None) if name else None


def _detail(entry: Entry, key: str) -> Entry:
    """Return a text with its type; some are only there as text."""
    return _dict(entry, key) or {"value": _said(entry, key.removesuffix("_detail"))}


def _said(entry: Entry, key: str) -> str:
    # Not entry.get: feedparser's own one takes the place of keys that are missing.
    value = dict.get(entry, key) if isinstance(entry, dict) else None
    return value.strip() if isinstance(value, str) else ""


def _dict(entry: Entry, key: str) -> Entry:
    value = entry.get(key)
    return value if isinstance(value, dict) else {}


def _dicts(entry: Entry, key: str) -> list[Entry]:
    value = entry.get(key)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


# JSON Feed


def _json_feed(answer: Answer) -> _Channel:
    feed = answer.json()
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise ParseError("JSON, but no JSON Feed: it has no list of items")
    if len(items) > MOST_ITEMS:
        raise ParseError(f"a feed of {len(items)} entries", reason="too_large")
    entries = [item for item in items if isinstance(item, dict)]
    next_url = feed.get("next_url")
    return _Channel(
        entries=entries,
        read=lambda space, item: _read_item(space, item, feed, answer.url),
        published_at=_item_published_at,
        next_url=web_link(next_url, answer.url),
        skipped=("not an object",) * (len(items) - len(entries)),
    )


def _read_item(space: str, item: Entry, feed: Entry, base_url: str) -> Mention:
    author = _item_author(item) or _item_author(feed)
    published_at = _item_published_at(item)
    edited_at = moment(item.get("date_modified"))
    edited = published_at is not None and edited_at is not None and edited_at > published_at
    url = _said(item, "url") or _said(item, "external_url")
    author_url = _said(author, "url")
    return Mention(
        space=space,
        native_id=_number_or_text(item.get("id")),
        kind="article",
        url=web_link(url, base_url),
        title=clean(_said(item, "title")),
        text=plain(_said(item, "content_html"))
        or clean(_said(item, "content_text") or _said(item, "summary")),
        author=_said(author, "name") or None,
        author_id=_account(space, _said(author, "name")),
        author_url=web_link(author_url, base_url),
        published_at=published_at,
        edited_at=edited_at if edited else None,
        lang=_said(item, "language") or _said(feed, "language") or None,
    )


def _item_published_at(item: Entry) -> datetime | None:
    return moment(item.get("date_published")) or moment(item.get("date_modified"))


def _item_author(item: Entry) -> Entry:
    """Return the first author, as version 1.1 or 1 of the format has it."""
    return next(iter(_dicts(item, "authors")), {}) or _dict(item, "author")


def _number_or_text(value: object) -> str | None:
    """Return an id as text; the format asks for text and says to take numbers."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    return word(value)
