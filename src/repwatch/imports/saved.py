"""Web pages and feeds that somebody saved, read by the sources that read them from their sites."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from repwatch.errors import ParseError
from repwatch.imports.base import Container, Row, Unreadable
from repwatch.model import Answer, Page, Task
from repwatch.text import clean
from repwatch.tidy import tidy_page
from repwatch.urls import canonical

LONGEST_FILE = 10 * 1024 * 1024
"""Bytes of a page or feed: as many as are read from the web."""
HEAD = 256 * 1024

_ADDRESS = r"https?://[^\s\"'<>]{1,2000}"
_TOLD: Mapping[Container, tuple[re.Pattern[str], ...]] = {
    "page": tuple(
        re.compile(pattern, re.IGNORECASE)
        for pattern in (
            rf"<!--\s*saved from url=\(\d+\)({_ADDRESS})",  # browsers
            rf"<!--[^<>]{{0,200}}?\burl:\s*({_ADDRESS})",  # SingleFile
            rf"<link\s[^<>]{{0,500}}?rel=[\"']?canonical[\"']?\s[^<>]{{0,500}}?href=[\"']?({_ADDRESS})",
            rf"<link\s[^<>]{{0,500}}?href=[\"']?({_ADDRESS})[\"']?\s[^<>]{{0,500}}?rel=[\"']?canonical",
            rf"<meta\s[^<>]{{0,500}}?property=[\"']?og:url[\"']?\s[^<>]{{0,500}}?content=[\"']?({_ADDRESS})",
            rf"<meta\s[^<>]{{0,500}}?content=[\"']?({_ADDRESS})[\"']?\s[^<>]{{0,500}}?property=[\"']?og:url",
        )
    ),
    "rss": tuple(
        re.compile(pattern, re.IGNORECASE)
        for pattern in (
            rf"<(?:atom:|atom10:)?link\s[^<>]{{0,500}}?rel=[\"']self[\"']\s[^<>]{{0,500}}?href=[\"']({_ADDRESS})",
            rf"<(?:atom:|atom10:)?link\s[^<>]{{0,500}}?href=[\"']({_ADDRESS})[\"']\s[^<>]{{0,500}}?rel=[\"']self",
            rf"\"feed_url\"\s*:\s*\"({_ADDRESS})\"",
        )
    ),
}
"""Where files say from which address they are."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What was read from a saved file: mentions, and why other entries can't be used."""

    rows: tuple[Row, ...]
    skipped: tuple[str, ...]
    damaged: bool


def address(container: Container, head: bytes) -> str | None:
    """Return the address that a saved page or feed says it is from."""
    text = head[:HEAD].decode("utf-8", "replace").replace("\\/", "/")
    for pattern in _TOLD[container]:
        if found := pattern.search(text):
            return canonical(clean(found[1]).replace("&amp;", "&"))
    return None


def read(container: Container, body: bytes, url: str, *, now: datetime) -> Saved:
    """Return what a saved page or feed holds; its mentions are those that a scan of it would find.

    Raises:
        Unreadable: it holds nothing that can be read.
    """
    task = Task(source="import", query=url, since=now, until=now)
    answer = Answer(200, url, {}, body)
    try:
        page = tidy_page(_parsed(container, task, answer), now)
    except ParseError as error:
        raise Unreadable(error.message, error.hint) from error
    return Saved(tuple(Row(1, mention) for mention in page.mentions), page.skipped, page.damaged)


def _parsed(container: Container, task: Task, answer: Answer) -> Page:
    from repwatch.sources import feed, reviews, trustpilot  # noqa: PLC0415 (few files need them)

    if container == "rss":
        return feed.Feed(url=answer.url).parse(task, answer)
    if _is_trustpilot(answer):
        return trustpilot.saved_page(answer)
    return reviews.Reviews(url=answer.url).parse(task, answer)


def _is_trustpilot(answer: Answer) -> bool:
    host = urlsplit(answer.url).hostname or ""
    return b"__NEXT_DATA__" in answer.body and f".{host}".endswith(".trustpilot.com")
