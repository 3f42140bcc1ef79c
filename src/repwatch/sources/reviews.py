"""Reviews that a web page marks up as schema.org Review, in JSON-LD or microdata.

Documentation: https://schema.org/Review and https://schema.org/Rating (without other bounds a
rating goes from 1 to 5)
Limits: those of the site; its robots.txt is obeyed.
Terms: each site has its own, and many of them forbid this: name only pages that you may read.

Hardly any review has an id or an address of its own (2,124 of 2,127 seen had neither). It is
known by its author, day and first words then, whichever of the following pages it has moved to.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urldefrag

from repwatch.dates import moment
from repwatch.errors import ParseError
from repwatch.model import ITEM_OF_PAGE, Answer, Mention, Page, Task
from repwatch.sources.common import (
    LITTLE_TEXT,
    OfPages,
    fingerprint,
    markup,
    next_pages,
    number,
    veiled,
    visible,
    web_link,
    without_secrets,
    word,
)
from repwatch.text import plain
from repwatch.urls import canonical

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

MOST_REVIEWS = 1_000
"""Reviews taken from one page."""
MOST_NESTED = 32
"""How deep microdata items may stand in each other."""
DEFAULT_WORST, DEFAULT_BEST = 1.0, 5.0

_REVIEW_TYPES = {"Review", "UserReview", "CriticReview", "EmployerReview"}
_HOLDS_REVIEWS = ("review", "reviews")
_OF_REVIEWABLE = ("aggregateRating", "offers", *_HOLDS_REVIEWS)
_BROKEN_BLOCK = "a block of JSON-LD that can't be read"
_OPENINGS = ("//", "/*", "<!--", "<![CDATA[", "*/")
_CLOSINGS = (";", "*/", "]]>", "-->", "/*", "//")
_BLANK = " \t\r\n\ufeff"
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--")
_NEXT = "link[rel~=next i][href], a[rel~=next i][href]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviews(OfPages):
    """Reads the reviews of given pages, and of the pages that these name as next."""

    type: ClassVar[str] = "reviews"
    reads: ClassVar[str] = "schema.org reviews on given pages"
    login: ClassVar[str] = "none"
    terms: ClassVar[str] = "each site has its own; many forbid it"
    pace_s: ClassVar[float] = 0.0
    version: ClassVar[int] = 1

    def parse(self, task: Task, answer: Answer) -> Page:
        """Return the reviews of a page.

        Raises:
            ParseError: the page has no structured data, or none that can be read.
        """
        tree, page = markup(answer), self.page_of(task)
        data = _structured_data(tree)
        found = list(_reviews(data.items))
        if not found:
            _ensure_readable(tree, data)
        read = _Reader(task.query, answer.url)
        mentions = [read(review, thing) for review, thing in found[:MOST_REVIEWS]]
        return Page(
            mentions=tuple(without_secrets(each, page) for each in mentions if isinstance(each, Mention)),
            skipped=(
                *(each for each in mentions if isinstance(each, str)),
                *["more than can be read of one page"] * len(found[MOST_REVIEWS:]),
                *[_BROKEN_BLOCK] * len(data.broken),
            ),
            cursors=tuple(veiled(each, page) for each in next_pages(tree, _NEXT, answer.url)),
            damaged=any('Review"' in block for block in data.broken),
        )


# What a page says about itself


@dataclass(slots=True)
class _Data:
    items: list[Any] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def _structured_data(tree: LexborHTMLParser) -> _Data:
    """Return the items of a page's JSON-LD, and those of its microdata if there is no review among them.

    Pages that have both say the same in both.
    """
    data = _Data()
    for script in tree.css('script[type*="ld+json" i]'):
        block = script.text()
        try:
            data.items.append(_json(block))
        except (ValueError, RecursionError):
            data.broken.append(block)
    if next(_reviews(data.items), None) is None:
        data.items += _microdata(tree)
    return data


def _json(block: str) -> Any:
    """Return a block of JSON-LD; line breaks in its texts, and wrapping from other times, do no harm.

    Raises:
        ValueError: it is no JSON.
    """
    try:
        return json.loads(block, strict=False)
    except ValueError:
        for opening in _OPENINGS:
            block = block.strip(_BLANK).removeprefix(opening)
        for closing in _CLOSINGS:
            block = block.strip(_BLANK).removesuffix(closing)
        return json.loads(block, strict=False)


def _ensure_readable(tree: LexborHTMLParser, data: _Data) -> None:
    """Tell a page without reviews from one that does not show them.

    Raises:
        ParseError: it asks for a login, is empty without its scripts, or has nothing to be read.
    """
    asks_for_login = tree.css_first("input[type=password i]") is not None
    if data.items and not asks_for_login:
        return
    if any(key in item for item in _objects(data.items) for key in _OF_REVIEWABLE):
        return
    if data.broken:
        raise ParseError("the page's structured data can't be read")
    scripts_only = len(visible(tree)) < LITTLE_TEXT
    if asks_for_login or scripts_only:
        why = "asks for a login" if asks_for_login else "is empty without its scripts"
        raise ParseError(f"the page {why}: it holds no reviews", reason="blocked_page")
    raise ParseError(
        "the page has no schema.org data",
        hint="reviews are read from JSON-LD and microdata only; look for them in the page's source",
    )


# Microdata


def _microdata(tree: LexborHTMLParser) -> list[dict[str, Any]]:
    """Return a page's microdata items in the shape that JSON-LD has."""
    items: list[dict[str, Any]] = []
    scopes: list[tuple[LexborNode, dict[str, Any]]] = []
    node, climbing = tree.root, False
    while node is not None:
        if not climbing:
            _enter(node, scopes, items)
            if node.child is not None:
                node = node.child
                continue
        if scopes and scopes[-1][0].mem_id == node.mem_id:
            scopes.pop()
        climbing = node.next is None
        node = node.parent if climbing else node.next
    return items


def _enter(
    node: LexborNode, scopes: list[tuple[LexborNode, dict[str, Any]]], items: list[dict[str, Any]]
) -> None:
    if not node.is_element_node:
        return
    attributes = node.attributes
    names = (attributes.get("itemprop") or "").split()
    if "itemscope" not in attributes:
        if names and scopes:
            _add(scopes[-1][1], names, lambda: _value(node, names))
        return
    if len(scopes) >= MOST_NESTED:
        return
    item: dict[str, Any] = {"@type": (attributes.get("itemtype") or "").split()}
    if attributes.get("itemid"):
        item["@id"] = attributes["itemid"]
    if names and scopes:
        _add(scopes[-1][1], names, lambda: item, many=True)
    else:
        items.append(item)
    scopes.append((node, item))


def _add(item: dict[str, Any], names: Iterable[str], value: Callable[[], Any], *, many: bool = False) -> None:
    """Give an item a property; of plain values the first one is kept, as the rest is never asked for."""
    for name in names:
        if name not in item:
            item[name] = [value()] if many else value()
        elif many and isinstance(item[name], list):
            item[name].append(value())


def _value(node: LexborNode, names: Sequence[str]) -> str:
    """Return a property's value as HTML, which is what the texts of JSON-LD are taken for as well."""
    attributes = node.attributes
    sources = ["content", "datetime"]
    if node.tag in ("data", "meter"):
        sources.append("value")
    if "url" in names:  # a name that is a link is meant as a name, whatever the specification says
        sources.append("href")
    given = next((attributes[name] for name in sources if attributes.get(name)), None)
    return escape(given if given is not None else plain(node.html or ""), quote=False)


# Reviews


_Object = dict[str, Any]


def _nested(data: Any) -> Iterator[tuple[_Object, _Object | None]]:
    """Yield every object in the order of the document, and the one that holds it as a review.

    Nesting costs no stack.
    """
    waiting: list[tuple[Any, _Object | None]] = [(data, None)]
    while waiting:
        value, thing = waiting.pop()
        if isinstance(value, dict):
            yield value, thing
            waiting.extend(
                (each, value if name in _HOLDS_REVIEWS else None) for name, each in reversed(value.items())
            )
        elif isinstance(value, list):
            waiting.extend((each, thing) for each in reversed(value))


def _objects(data: Any) -> Iterator[_Object]:
    return (each for each, _ in _nested(data))


def _reviews(data: Any) -> Iterator[tuple[_Object, _Object | None]]:
    return (
        (each, None if thing is None or _is_review(thing) else thing)
        for each, thing in _nested(data)
        if _is_review(each)
    )


def _is_review(item: Mapping[str, Any]) -> bool:
    return not _REVIEW_TYPES.isdisjoint(_types(item))


def _types(item: Mapping[str, Any]) -> set[str]:
    """Return the types of an item without their vocabulary: Review for https://schema.org/Review."""
    types = item.get("@type")
    names = types if isinstance(types, list) else [types]
    return {re.split(r"[/#:]", name)[-1] for name in names if isinstance(name, str)}


class _Reader:
    """Makes mentions of the reviews of one page, each of them once."""

    def __init__(self, start: str, url: str) -> None:
        self._start = urldefrag(start).url
        self._space = f"reviews:{canonical(self._start) or self._start}"
        self._url = url
        self._pages = {_bare(start), _bare(url)}
        self._known: set[str] = set()

    def __call__(self, review: Mapping[str, Any], thing: Mapping[str, Any] | None) -> Mention | str:
        text = _text(review.get("reviewBody")) or _text(review.get("description"))
        title = _text(review.get("name")) or _text(review.get("headline"))
        value, worst, best = _rating(review.get("reviewRating"))
        if not text and not title and value is None:
            return "neither text nor rating"
        author, author_url = _author(review.get("author"))
        at = next(filter(None, map(moment, map(_text, _some(review, "datePublished", "dateCreated")))), None)
        address = self._address(review)
        id = address or fingerprint(author, at, text or title or value)
        if id in self._known:
            return "the same review again"
        self._known.add(id)
        item = _name(review.get("itemReviewed"))
        around = _name(thing) if item is None else None
        return Mention(
            space=self._space,
            native_id=id,
            kind="review",
            # No two reviews may share an address, and this one stays when a review moves to the next page.
            url=address or f"{self._start}#review-{id}",
            title=title,
            text=text,
            author=author,
            author_url=author_url,
            published_at=at,
            edited_at=moment(_text(review.get("dateModified"))),
            lang=word(_text(review.get("inLanguage"))),
            rating=value,
            rating_worst=worst,
            rating_best=best,
            item=item or around,
            marks=(ITEM_OF_PAGE,) if around else (),
        )

    def _address(self, review: Mapping[str, Any]) -> str | None:
        """Return a review's own address; one on the page itself may count from its top, so it is none."""
        for value in _some(review, "url", "@id"):
            link = web_link(value)
            if link and (found := canonical(link)) and _bare(found) not in self._pages:
                return found
        return None


def _some(item: Mapping[str, Any], *names: str) -> Iterator[Any]:
    return (item[name] for name in names if item.get(name))


def _bare(url: str) -> str:
    return canonical(urldefrag(url).url) or url


def _text(value: Any) -> str:
    """Return the plain text of a value; of several, the first one."""
    while isinstance(value, list | dict):
        value = (value[0] if value else None) if isinstance(value, list) else value.get("@value")
    if isinstance(value, float):
        return repr(value)
    if not isinstance(value, str):
        return word(value) or ""
    return plain(value if _TAG.search(value) else value.replace("<", "&lt;"))


def _name(value: Any) -> str | None:
    """Return the name of a thing or of the first of several; a text is its name."""
    while isinstance(value, list | dict) and not (isinstance(value, dict) and "@value" in value):
        value = (value[0] if value else None) if isinstance(value, list) else value.get("name")
    return _text(value) or None


def _author(value: Any) -> tuple[str | None, str | None]:
    """Return who wrote a review, all names if there are several, and the first one's address."""
    people = value if isinstance(value, list) else [value]
    names = [name for name in map(_name, people[:10]) if name]
    links = (web_link(person.get("url")) for person in people if isinstance(person, dict))
    return ", ".join(names) or None, next(filter(None, links), None)


def _rating(rating: Any) -> tuple[float | None, float | None, float | None]:
    """Return a rating with the ends of its scale; None for what is not known.

    The scale is what the rating says, also as "8/10" or "80 %"; else schema.org's 1 to 5, if the
    rating lies on it. A rating off its own scale says nothing.
    """
    while isinstance(rating, list):
        rating = rating[0] if rating else None
    told = rating if isinstance(rating, dict) else {"ratingValue": rating}
    value, best = number(_text(told.get("ratingValue")))
    if value is None:
        return None, None, None
    worst, _ = number(_text(told.get("worstRating")))
    best = number(_text(told.get("bestRating")))[0] or best
    if best is None and value > DEFAULT_BEST:
        return value, None, None
    best = DEFAULT_BEST if best is None else best
    if worst is None:
        worst = 0.0 if best == 100 and value < DEFAULT_WORST else DEFAULT_WORST
    if worst >= best or not worst <= value <= best:
        return None, None, None
    return value, worst, best
