"""A short way through feeds that are written as most are: RSS 2.0, RDF and Atom, well-formed and in UTF-8.

Entries come out as feedparser gives them and under its names, in a fraction of its time. What is not
sure to come out the same is left to feedparser as a whole: other encodings, document types (and with
them all entities), xml:base, markup in XML, elements that are not known here, huge feeds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from html.entities import entitydefs
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from repwatch.model import Answer

LARGEST = 2_000_000
"""Bytes of a feed that is read here; the tree takes up to fifty times as many."""

Entry = Mapping[str, Any]
_Made = dict[str, Any]

_ATOM = "{http://www.w3.org/2005/Atom}"
_RSS1 = "{http://purl.org/rss/1.0/}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_THR = "{http://purl.org/syndication/thread/1.0}"
_SLASH = "{http://purl.org/rss/1.0/modules/slash/}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
_FEEDBURNER = "{http://rssnamespace.org/feedburner/ext/1.0}"
_ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
_MEDIA = "{http://search.yahoo.com/mrss/}"
_SYNDICATION = "{http://purl.org/rss/1.0/modules/syndication/}"
_WFW = "{http://wellformedweb.org/CommentAPI/}"
_GEORSS = "{http://www.georss.org/georss}"
_GEO = "{http://www.w3.org/2003/01/geo/wgs84_pos#}"
_GOOGLE = "{http://schemas.google.com/g/2005}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_ABOUT = _RDF + "about"

_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml[^>]*>")
_SAYS_UTF8 = re.compile(rb"\sencoding=[\"']utf-8[\"']", re.IGNORECASE)
_C1 = re.compile("[\x80-\x9f]")
_AMPERSAND = re.compile(r"&([A-Za-z0-9_]+);")
_REFERENCE = re.compile(r"&#?\w+;")
_NAMED = re.compile(r"&(\w+);")
_CLOSING = re.compile(r"</\w+>")


class _UnsureError(Exception):
    """Feedparser might read it in another way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A feed in the words of feedparser, as far as they are used; `format` is "rss20", "atom10" and so on."""

    format: str
    about: Entry
    entries: Sequence[Entry]
    damaged: bool = False


def parsed(answer: Answer) -> Parsed | None:
    """Return a feed, or None if it is to be read by feedparser."""
    body = answer.body
    if len(body) > LARGEST or b"\0" in body or b"<!DOCTYPE" in body or not _is_utf8(answer):
        return None
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 (there is no entity in it)
        if root.tag == "rss":
            return _rss(root)
        if root.tag == _ATOM + "feed" and _RSS1[1:-1].encode() not in body:
            return _atom(root)
        if root.tag == _RDF + "RDF" and _ATOM[1:-1].encode() not in body:
            return _rdf(root)
    except (_UnsureError, ElementTree.ParseError, ValueError, LookupError):
        pass
    return None


def _is_utf8(answer: Answer) -> bool:
    """Tell whether nobody calls the encoding another; the parser sees whether it is true."""
    if answer.charset is not None and answer.charset.lower() not in ("utf-8", "utf8"):
        return False
    declaration = _DECLARATION.match(answer.body)
    if declaration is None or b"encoding" not in declaration[0]:
        return answer.charset is not None or not answer.content_type.startswith("text/")
    return _SAYS_UTF8.search(declaration[0]) is not None


# The three formats


def _rss(root: Element) -> Parsed:
    _allow(root, {"version"})
    if [child.tag for child in root] != ["channel"]:
        raise _UnsureError
    _allow(root[0])
    feed: _Made = {"links": []}
    entries = []
    for element in root[0]:
        if element.tag == "item":
            _allow(element)
            entries.append(_read({}, element, _ITEM, None))
        else:
            _read_one(feed, element, _CHANNEL, None)
    return Parsed(format="rss20", about=feed, entries=entries)


def _rdf(root: Element) -> Parsed:
    _allow(root, {_LANG})
    lang = root.get(_LANG)
    feed: _Made = {"links": []}
    entries = []
    for element in root:
        _allow(element, {_ABOUT})
        if element.tag == _RSS1 + "item":
            about = element.get(_ABOUT)
            entries.append(_read({"id": about} if about else {}, element, _RDF_ITEM, lang))
        elif element.tag == _RSS1 + "channel":
            _read(feed, element, _RDF_CHANNEL, lang)
        elif element.tag == _RSS1 + "image":
            _image(feed, element, lang)
        else:
            raise _UnsureError
    return Parsed(format="rss10", about=feed, entries=entries)


def _atom(root: Element) -> Parsed:
    _allow(root, {_LANG})
    lang = root.get(_LANG)
    feed: _Made = {"links": [], "language": lang.replace("_", "-") if lang else None}
    entries = []
    for element in root:
        if element.tag == _ATOM + "entry":
            _allow(element, {_LANG})
            entries.append(_read({}, element, _ENTRY, element.get(_LANG, lang)))
        else:
            _read_one(feed, element, _FEED, lang)
    return Parsed(format="atom10", about=feed, entries=entries)


def _read(entry: _Made, parent: Element, readers: _Readers, lang: str | None) -> _Made:
    for element in parent:
        _read_one(entry, element, readers, lang)
    return entry


def _read_one(entry: _Made, element: Element, readers: _Readers, lang: str | None) -> None:
    reader = readers.get(element.tag)
    if reader is None:
        raise _UnsureError(element.tag)
    reader(entry, element, lang)


_Reader = Callable[[_Made, Element, "str | None"], None]
_Readers = Mapping[str, _Reader]
"""What is done with each element; others make a feed unsure."""


# Values


def _allow(element: Element, names: Iterable[str] = ()) -> None:
    """Raise if an element has other attributes; many have a meaning that is not read here."""
    if element.attrib and not element.attrib.keys() <= set(names):
        raise _UnsureError


def _text(element: Element) -> str:
    """Return the text of an element that has nothing else in it, as feedparser repairs it."""
    if len(element):
        raise _UnsureError
    text = (element.text or "").strip()
    if not text.isascii():
        with suppress(UnicodeError):
            text = text.encode("latin-1").decode("utf-8")
        if _C1.search(text):
            raise _UnsureError
    return text


def _address(text: str) -> str:
    if "///" in text:  # feedparser takes slashes away
        raise _UnsureError
    return text


def _once(entry: _Made, key: str, value: object) -> None:
    if key in entry:
        raise _UnsureError
    entry[key] = value


def _looks_like_html(text: str) -> bool:
    """Tell whether text that is said to be plain isn't, by feedparser's rules."""
    if "&" not in text and "</" not in text:
        return False
    if "<" in text:
        if _CLOSING.search(text) or _REFERENCE.search(text):
            raise _UnsureError
        return False
    return bool(_REFERENCE.search(text)) and all(name in entitydefs for name in _NAMED.findall(text))


# Readers


def _ignore(entry: _Made, element: Element, lang: str | None) -> None:  # noqa: ARG001 (a reader)
    if len(element) or _has_base(element):
        raise _UnsureError


def _ignore_tree(*names: str) -> _Reader:
    """Return what ignores an element that is made of nothing but elements of these names."""

    def ignore(entry: _Made, element: Element, lang: str | None) -> None:  # noqa: ARG001 (a reader)
        for each in element.iter():
            if each.tag.rpartition("}")[2] not in names or _has_base(each):
                raise _UnsureError

    return ignore


def _has_base(element: Element) -> bool:
    """Tell whether an element moves the addresses after it; feedparser takes any attribute of that name."""
    return bool(element.attrib) and any(name.lower().endswith("base") for name in element.attrib)


def _said(key: str) -> _Reader:
    """Return what reads a text; of several the last one counts."""

    def read(entry: _Made, element: Element, lang: str | None) -> None:  # noqa: ARG001 (a reader)
        _allow(element)
        entry[key] = _text(element)

    return read


def _date(key: str) -> _Reader:
    def read(entry: _Made, element: Element, lang: str | None) -> None:  # noqa: ARG001 (a reader)
        _allow(element)
        date = _text(element)
        if not date.isascii():
            raise _UnsureError
        entry[key] = date

    return read


def _detail(key: str, *, type: str, guessed: bool, listed: bool = False) -> _Reader:
    """Return what reads a text with its type, which may have to be guessed."""

    def read(entry: _Made, element: Element, lang: str | None) -> None:
        said, value = type, _text(element)
        if element.attrib:
            _allow(element, {"type", _LANG})
            lang = element.get(_LANG, lang)
            said = _TYPES.get(element.get("type", type).lower(), "")
        if not said:
            raise _UnsureError
        if guessed and said == "text/plain" and _looks_like_html(value):
            said = "text/html"
        detail = {"type": said, "value": value, "language": lang.replace("_", "-") if lang else None}
        _once(entry, key, [detail] if listed else detail)

    return read


def _rss_link(entry: _Made, element: Element, lang: str | None) -> None:  # noqa: ARG001 (a reader)
    _allow(element)
    url = _AMPERSAND.sub(r"&\g<1>", _address(_text(element)).replace("&amp;", "&"))
    entry["link"] = url
    entry.setdefault("links", []).append({"rel": "alternate", "href": url})


def _atom_link(entry: _Made, element: Element, lang: str | None) -> None:  # noqa: ARG001 (a reader)
    _allow(element, _LINK_ATTRIBUTES)
    href = element.get("href")
    if href is None or len(element):
        raise _UnsureError
    rel = element.get("rel", "alternate").lower()
    entry.setdefault("links", []).append({"rel": rel, "href": _address(href)})
    if rel == "alternate" and element.get("type", "text/html").lower() in _PAGE_TYPES:
        entry["link"] = href


def _guid(entry: _Made, element: Element, lang: str | None) -> None:  # noqa: ARG001 (a reader)
    _allow(element, {"isPermaLink"})
    entry["id"] = _address(_text(element))
    if element.get("isPermaLink", "true") == "true":
        entry.setdefault("link", entry["id"])


def _source(entry: _Made, element: Element, lang: str | None) -> None:
    _ignore(entry, element, lang)
    entry["source"] = {"title": _text(element), "href": element.get("url")}


def _person(entry: _Made, element: Element, lang: str | None) -> None:  # noqa: ARG001 (a reader)
    _allow(element)
    person: dict[str, str] = {}
    for child in element:
        if child.tag == _ATOM + "uri":
            person["href"] = _address(_text(child))
        elif child.tag in (_ATOM + "name", _ATOM + "email") and not len(child):
            person[child.tag.removeprefix(_ATOM)] = (child.text or "").strip()
        elif not child.tag.startswith(_GOOGLE):
            raise _UnsureError
        _ignore(entry, child, None)
    name, mail = person.get("name"), person.get("email")
    if "author" in entry and (not name or "@" in entry["author"]):
        raise _UnsureError  # feedparser mixes them up
    entry["author"] = f"{name} ({mail})" if name and mail else name or mail or ""
    entry["author_detail"] = entry.get("author_detail", {}) | person


def _reply(entry: _Made, element: Element, lang: str | None) -> None:
    _ignore(entry, element, lang)
    if not element.attrib:
        raise _UnsureError
    entry["thr_in-reply-to"] = dict(element.attrib)


_TYPES = dict.fromkeys(("text", "plain", "text/plain"), "text/plain") | dict.fromkeys(
    ("html", "text/html"), "text/html"
)
_PAGE_TYPES = {"text/html", "html", "application/xhtml+xml", "xhtml"}
_LINK_ATTRIBUTES = frozenset(
    ("rel", "href", "type", "title", "hreflang", "length", _THR + "count", _THR + "updated")
)
_image = _ignore_tree("image", "title", "url", "link", "width", "height", "description")


def _ignored(namespace: str, names: str) -> dict[str, _Reader]:
    return dict.fromkeys((namespace + name for name in names.split()), _ignore)


_LEAVES = (
    _ignored(_DC, "contributor coverage format identifier publisher relation rights source subject type")
    | _ignored(
        _ITUNES, "block duration episode episodeType explicit image keywords order season subtitle title"
    )
    | _ignored(_MEDIA, "content copyright credit keywords thumbnail")
    | _ignored(_SLASH, "department hit_parade section")
    | _ignored(_WFW, "comment commentRss")
    | _ignored(_GEORSS, "featurename point")
    | _ignored(_GEO, "lat long")
    | _ignored("{com-wordpress:feed-additions:1}", "post-id site")
    | _ignored("{http://madskills.com/public/xml/rss/module/trackback/}", "ping")
    | _ignored("{http://www.w3.org/2007/app}", "edited")
)
_SHARED: _Readers = _LEAVES | {
    _ATOM + "link": _atom_link,
    _DC + "creator": _said("author"),
    _DC + "date": _date("updated"),
    _DC + "language": _said("language"),
    _ITUNES + "author": _said("author"),
    _CONTENT + "encoded": _detail("content", type="text/html", guessed=True, listed=True),
    _FEEDBURNER + "origLink": _said("feedburner_origlink"),
    _SLASH + "comments": _said("slash_comments"),
    _THR + "total": _said("thr_total"),
    _THR + "in-reply-to": _reply,
}
_OF_ITEM: _Readers = {
    "title": _detail("title_detail", type="text/plain", guessed=True),
    "description": _detail("summary_detail", type="text/html", guessed=True),
    "link": _rss_link,
}
_ITEM: _Readers = {
    **_SHARED,
    **_OF_ITEM,
    **_ignored("", "category comments enclosure"),
    "source": _source,
    "guid": _guid,
    "pubDate": _date("published"),
    "author": _said("author"),
}
_RDF_ITEM: _Readers = {**_SHARED, **{_RSS1 + name: reader for name, reader in _OF_ITEM.items()}}
_ENTRY: _Readers = {
    **_SHARED,
    **_ignored(_ATOM, "category rights"),
    _ATOM + "title": _detail("title_detail", type="text/plain", guessed=False),
    _ATOM + "summary": _detail("summary_detail", type="text/plain", guessed=False),
    _ATOM + "content": _detail("content", type="text/plain", guessed=False, listed=True),
    _ATOM + "id": _guid,
    _ATOM + "published": _date("published"),
    _ATOM + "updated": _date("updated"),
    _ATOM + "author": _person,
}
_OF_CHANNEL = (
    _LEAVES
    | _ignored(_DC, "creator date description title")
    | _ignored(_ITUNES, "author summary type new-feed-url")
    | _ignored(_SYNDICATION, "updateBase updateFrequency updatePeriod")
    | _ignored(_FEEDBURNER, "browserFriendly emailServiceId feedburnerHostname feedFlare info")
    | _ignored(_ATOM, "icon id logo updated")
    | {
        _ATOM + "link": _atom_link,
        _DC + "language": _said("language"),
        _ITUNES + "owner": _ignore_tree("owner", "name", "email"),
        _ITUNES + "category": _ignore_tree("category"),
    }
)
_CHANNEL: _Readers = {
    **_OF_CHANNEL,
    **_ignored("", "category cloud copyright description docs generator lastBuildDate link managingEditor"),
    **_ignored("", "pubDate rating title ttl webMaster"),
    "image": _image,
    "language": _said("language"),
}
_RDF_CHANNEL: _Readers = {
    **_OF_CHANNEL,
    **_ignored(_RSS1, "title link description image"),
    _RSS1 + "items": _ignore_tree("items", "Seq", "li"),
}
_FEED: _Readers = {
    **_ignored(_ATOM, "category generator icon id logo rights subtitle title updated"),
    **_ignored("{http://a9.com/-/spec/opensearchrss/1.0/}", "totalResults startIndex itemsPerPage"),
    **_ignored("{http://a9.com/-/spec/opensearch/1.1/}", "totalResults startIndex itemsPerPage"),
    **_ignored(_SYNDICATION, "updateBase updateFrequency updatePeriod"),
    _ATOM + "link": _atom_link,
    _ATOM + "author": _person,
}
