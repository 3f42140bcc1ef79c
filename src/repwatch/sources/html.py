"""Entries of any web page that lists them, found by CSS selectors from the configuration.

Documentation: https://developer.mozilla.org/docs/Web/CSS/CSS_selectors
Limits: those of the site; its robots.txt is obeyed.
Terms: each site has its own, and many of them forbid this: name only pages that you may read.

A selector may end in "@attribute", which reads that instead of the text; "@attribute" alone is an
attribute of the entry itself. What stands in an entry within an entry belongs to the inner one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, ClassVar
from urllib.parse import urldefrag

from repwatch.dates import moment
from repwatch.errors import ParseError
from repwatch.model import Answer, Kind, Mention, Page, Task
from repwatch.sources.common import (
    LITTLE_TEXT,
    Checked,
    OfPages,
    base_of,
    fingerprint,
    markup,
    next_pages,
    number,
    veiled,
    visible,
    wall,
    without_secrets,
    word,
)
from repwatch.text import clean, plain
from repwatch.urls import absolute, canonical, host

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

MOST_ENTRIES = 1_000
"""Entries taken from one page."""
MOST_PARTS = 100
"""Parts that one text is made of."""
TEXT_OF_A_WALL = 2_000
"""Visible characters of a page that turns readers away; one that lists something has more."""

_ATTRIBUTE = re.compile(r"(?P<css>.*?)@(?P<attribute>[\w:.-]+)", re.DOTALL)
_DIGIT = re.compile(r"\d")


def css(value: str) -> str:
    """Return a CSS selector.

    Raises:
        ValueError: it is none.
    """
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError  # noqa: PLC0415 (not for every start)

    try:
        LexborHTMLParser("").css(value)
    except SelectolaxError as error:
        raise ValueError(f'"{value}" is no CSS selector that can be read') from error
    return value


def css_and_attribute(value: str) -> str:
    """Return a CSS selector, an attribute, or both.

    Raises:
        ValueError: it is none of them.
    """
    selector, attribute = _parts(value)
    if selector or not attribute:
        css(selector)
    return value


def time_form(value: str) -> str:
    """Return how times are written, in the letters of strptime.

    Raises:
        ValueError: a time can't be read like that.
    """
    try:
        datetime.strptime(datetime(2026, 11, 21, 13, 5, tzinfo=UTC).strftime(value), value)  # noqa: DTZ007 (only tried)
    except (ValueError, re.error) as error:
        raise ValueError(f'"{value}" is no form of times, such as "%d.%m.%Y, %H:%M"') from error
    return value


Selector = Annotated[str, Checked(css)]
Place = Annotated[str, Checked(css_and_attribute)]


@dataclass(frozen=True, slots=True)
class Fields:
    """Where an entry says what. Without title and text, all of it is its text."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    title: Place | None = None
    text: Place | None = None
    url: Place | None = None
    time: Place | None = None
    author: Place | None = None
    rating: Place | None = None
    id: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Html(OfPages):
    """Reads the entries of given pages, and of the pages that follow them."""

    type: ClassVar[str] = "html"
    reads: ClassVar[str] = "entries of any web page, by CSS selectors"
    login: ClassVar[str] = "none"
    terms: ClassVar[str] = "each site has its own; many forbid it"
    author_like: ClassVar[str] = "forum.example:Acme Service"
    pace_s: ClassVar[float] = 0.0
    version: ClassVar[int] = 1

    item: Selector
    fields: Fields = field(default_factory=Fields)
    next: Selector | None = None
    drop: tuple[Selector, ...] = ()
    kind: Kind | None = None
    rating_best: float | None = None
    time_format: Annotated[str, Checked(time_form)] | None = None

    def parse(self, task: Task, answer: Answer) -> Page:
        """Return the entries of a page.

        Raises:
            ParseError: the first page shows none, or none of them says anything.
        """
        tree, page = markup(answer), self.page_of(task)
        onwards = next_pages(tree, self.next, answer.url) if self.next else ()
        for selector in self.drop:
            _drop(tree, selector)
        found = _all(tree, self.item)
        first = task.cursor is None
        if first and not found:
            raise self._nothing(tree, answer)
        reader = _Reader(self, task.query, answer.url, base_of(tree, answer.url), found[:MOST_ENTRIES])
        read = [reader(node) for node in found[:MOST_ENTRIES]]
        mentions = tuple(without_secrets(each, page) for each in read if isinstance(each, Mention))
        if first and not mentions:
            raise ParseError(f"none of {len(found)} entries has a text", hint=f"look at {self._named()}")
        return Page(
            mentions=mentions,
            skipped=(
                *(each for each in read if isinstance(each, str)),
                *["more than can be read of one page"] * len(found[MOST_ENTRIES:]),
            ),
            cursors=tuple(veiled(each, page) for each in onwards),
        )

    def _nothing(self, tree: LexborHTMLParser, answer: Answer) -> ParseError:
        """Return why a page shows no entries."""
        shown = len(visible(tree))
        if shown < TEXT_OF_A_WALL and (turned_away := wall(answer)):
            return turned_away
        if shown < LITTLE_TEXT:
            return ParseError("the page is empty without its scripts", reason="blocked_page")
        return ParseError(
            "the page has none of the entries that it should have",
            hint=f'nothing there matches item = "{self.item}": look at the source of the page',
        )

    def _named(self) -> str:
        named = {each.name: getattr(self.fields, each.name) for each in fields(self.fields)}
        said = [f'{name} = "{named[name]}"' for name in ("title", "text", "rating") if named[name]]
        return f"fields: {', '.join(said)}" if said else f'item = "{self.item}"'


def _parts(place: str) -> tuple[str, str | None]:
    """Return the selector and the attribute of a place."""
    found = _ATTRIBUTE.fullmatch(place)
    return (found["css"].strip(), found["attribute"]) if found else (place, None)


def _all(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    """Return what a selector finds in the order of the document; "a, b" finds some things twice."""
    return list({node.mem_id: node for node in tree.css(selector)}.values())


def _drop(tree: LexborHTMLParser, selector: str) -> None:
    for node in reversed(_all(tree, selector)):  # inner ones first: what is in one that is gone is gone
        if node.tag not in ("html", "head", "body"):
            node.decompose()


class _Reader:
    """Makes mentions of the entries of one page."""

    def __init__(self, source: Html, start: str, url: str, base: str, entries: Sequence[LexborNode]) -> None:
        self._source = source
        self._start = urldefrag(start).url
        self._space = f"html:{canonical(self._start) or self._start}"
        self._pages = {canonical(self._start), canonical(urldefrag(url).url)}
        self._base = base
        self._entries = {node.mem_id for node in entries}

    def __call__(self, entry: LexborNode) -> Mention | str:
        at = self._source.fields
        whole = at.title is None and at.text is None
        title = next(self._values(entry, at.title), "")
        text = plain(entry.html or "") if whole else "\n".join(self._values(entry, at.text))
        value, worst, best = self._rating(entry)
        if not (title or text) and value is None:
            return "neither text nor rating"
        author = next(self._values(entry, at.author), None)
        published_at = next(filter(None, map(self._moment, self._values(entry, at.time, "datetime"))), None)
        url = self._link(entry)
        id = word(next(self._values(entry, at.id), None))
        if id is None and url is None:
            id = fingerprint(author, published_at, text or title or value)
        return Mention(
            space=self._space,
            native_id=id,
            kind=self._source.kind or ("review" if at.rating else "post"),
            url=url or self._start,
            title=title,
            text=text,
            author=author,
            author_id=f"{host(self._start)}:{author}" if author else None,
            published_at=published_at,
            rating=value,
            rating_worst=worst,
            rating_best=best,
        )

    def _values(self, entry: LexborNode, place: str | None, preferred: str | None = None) -> Iterator[str]:
        """Yield what is at a place in an entry; an attribute that is preferred stands in for the text."""
        if place is None:
            return
        selector, attribute = _parts(place)
        for node in self._nodes(entry, selector) if selector else [entry]:
            given = node.attributes.get(attribute or preferred or "") or ""
            value = " ".join(clean(given).split()) if attribute or given else plain(node.html or "")
            if value:
                yield value

    def _nodes(self, entry: LexborNode, selector: str) -> Iterator[LexborNode]:
        """Yield what a selector finds in an entry, but not in an entry within it."""
        taken: set[int] = set()
        for node in entry.css(selector)[:MOST_PARTS]:
            if node.mem_id == entry.mem_id:
                continue
            above = node
            while (
                above.mem_id not in self._entries and above.mem_id not in taken and above.parent is not None
            ):
                above = above.parent
            if above.mem_id == entry.mem_id:
                taken.add(node.mem_id)
                yield node

    def _moment(self, said: str) -> datetime | None:
        if self._source.time_format is not None:
            try:
                # moment() takes a time without a zone for UTC.
                return moment(datetime.strptime(said, self._source.time_format))  # noqa: DTZ007 (see above)
            except (ValueError, OverflowError):
                pass
        return moment(said)

    def _link(self, entry: LexborNode) -> str | None:
        """Return an entry's own address; that of the whole page is none."""
        for said in self._values(entry, self._source.fields.url, "href"):
            found = canonical(absolute(self._base, said) or "")
            if found and found not in self._pages:
                return found
        return None

    def _rating(self, entry: LexborNode) -> tuple[float | None, float | None, float | None]:
        """Return a rating with the ends of its scale, as far as they are known."""
        for said in self._values(entry, self._source.fields.rating):
            digit = _DIGIT.search(said)
            value, best = number(said[digit.start() :]) if digit else (None, None)
            best = self._source.rating_best or best
            if value is not None and (best is None or value <= best):
                return value, 0.0 if best == 100 else None, best
        return None, None, None
