"""Entries of any feed: RSS, Atom, RDF, CDF and JSON Feed, given its address or that of a page with it.

Documentation: https://www.rssboard.org/rss-specification, https://www.rfc-editor.org/rfc/rfc4287,
https://www.jsonfeed.org/version/1.1/, https://www.rfc-editor.org/rfc/rfc5005 (pages of a feed).

A place is read in two steps where its address is that of a web page: the page says where the feed
is, and from then on the feed itself is asked (`Page.resume`). A cursor is the address of a page of
the feed; from the second page on, a blank and the address of the feed follow.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from repwatch.dates import moment
from repwatch.errors import ParseError
from repwatch.model import Answer, Brand, Mention, Page, Request, Task
from repwatch.sources.common import WebAddress, count, word
from repwatch.text import clean, plain
from repwatch.urls import absolute, canonical, origin, redact

ENTRIES_READ = 1_000
BYTES_OF_A_PAGE_HEAD = 300_000
"""How far into a web page its feed is looked for."""

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, text/html;q=0.6, */*;q=0.5"
)

_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_XML_FEED = re.compile(rb"<(?:\w+:)?(?:rss|feed|rdf|channel)[\s>]", re.IGNORECASE)
_END = re.compile(rb"</(?:\w+:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)
_REFERENCE = re.compile(rb"&#(?:x([0-9a-fA-F]+)|([0-9]+));?")
_FEED_TYPE = re.compile(r"application/(?:(?:rss|atom|rdf)\+xml|(?:feed\+)?json)")
_GUESSED = ("windows-1252", "iso-8859-2")
"""Encodings in which everything can be read, so they prove nothing."""


@dataclass(frozen=True, slots=True)
class Feed:
    """Reads one feed. `url` is its address, or that of a web page that links to it."""

    type: ClassVar[str] = "feed"
    reads: ClassVar[str] = "RSS, Atom, RDF and JSON feeds of blogs, news, forums; found from a page's address"
    login: ClassVar[str] = "none"
    terms: ClassVar[str] = "feeds are published to be read; some news searches allow personal use only"
    pace_s: ClassVar[float] = 0.0
    version: ClassVar[int] = 1

    url: WebAddress

    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return one empty query: a feed is read as a whole, and matched against every brand here."""
        return ("",)

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
            return _discovered(answer, first_look=task.cursor is None and task.resume is None)
        else:
            channel = _xml_feed(answer)
        entries, skipped = _newest(channel.entries)
        space = "feed:" + redact(canonical(feed_url) or feed_url)
        cursors: tuple[str, ...] = ()
        if channel.next_url is not None:
            if origin(channel.next_url) == origin(page_url):
                cursors = (f"{channel.next_url} {feed_url}",)
            else:
                skipped.append("a next page on another origin")
        return Page(
            mentions=tuple(channel.read(space, entry) for entry in entries),
            cursors=cursors,
            resume=feed_url if feed_url != self.url else None,
            skipped=(*channel.skipped, *skipped),
            damaged=channel.damaged,
        )

    def _asked(self, task: Task) -> tuple[str, str]:
        """Return the address that a task is about, and that of the feed it belongs to."""
        page_url, _, feed_url = (task.cursor or task.resume or self.url).partition(" ")
        return page_url, feed_url or page_url
