"""The software of forums, blogs and mailing lists, told by the signs that its pages have.

The signs are those of the software's own templates: a tag, words in a script, a header.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from repwatch.model import Answer
from repwatch.sources.common import base_of, markup
from repwatch.sources.links import Candidate, Settings
from repwatch.text import one_line
from repwatch.urls import absolute, host, origin

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

READ_BYTES = 1_000_000
"""As much of a page is looked at: software says its name near its beginning."""
LONGEST_EVIDENCE = 120
MOST_LISTS = 3


class WebPage:
    """A web page, taken apart when it is first looked at."""

    def __init__(self, answer: Answer) -> None:
        self.answer = Answer(answer.status, answer.url, answer.headers, answer.body[:READ_BYTES])
        self.url = answer.url

    @cached_property
    def tree(self) -> LexborHTMLParser:
        """Its tags."""
        return markup(self.answer)

    @cached_property
    def text(self) -> str:
        """Its source."""
        return self.answer.body.decode("utf-8", "replace")

    def link(self, selector: str, attribute: str = "href") -> str | None:
        """Return where the first such tag leads to."""
        node = self.tree.css_first(selector)
        value = node.attributes.get(attribute) if node is not None else None
        return absolute(base_of(self.tree, self.url), value) if value else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Software:
    """A software: its signs are tags (by CSS), words in the page, and headers.

    `make` returns the settings for what is on a page, which may be nothing after all; None says that
    there is no source for it.
    """

    what: str
    make: Callable[[WebPage], Sequence[Settings]] | None
    tags: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    note: str = ""


def made_by(page: WebPage) -> Iterator[Candidate]:
    """Yield the ways to read what is made by a software that is known."""
    for software in _SOFTWARE:
        evidence = next(_signs(software, page), None)
        if evidence is None:
            continue
        for settings in software.make(page) if software.make else (None,):
            yield Candidate(
                what=software.what,
                evidence=one_line(f"its page says {evidence}", LONGEST_EVIDENCE),
                name=_name_of(settings, page.url),
                settings=settings,
                note=software.note,
            )


def _signs(software: _Software, page: WebPage) -> Iterator[str]:
    for selector in software.tags:
        for node in page.tree.css(selector):
            yield _opening(node)
    for pattern in software.words:
        if found := re.search(pattern, page.text):
            yield found[0]
    for name, value in software.headers:
        if value.lower() in page.answer.headers.get(name, "").lower():
            yield f"{name}: {value}"


def _opening(node: LexborNode) -> str:
    """Return a tag as it is written, with the attributes that name something."""
    told = ("id", "name", "content", "rel", "href", "src")
    said = [f'{name}="{node.attributes[name]}"' for name in told if node.attributes.get(name)]
    return f"<{node.tag} {' '.join(said)}>"


def _name_of(settings: Settings | None, url: str) -> str:
    part = str((settings or {}).get("name") or "")
    return f"{host(url)}-{part.partition('@')[0]}" if part else host(url)


def site_of(url: str, words: str = "") -> str:
    """Return the address that a site begins at: without a script, or the first of these words in its path."""
    path = urlsplit(url).path
    cut = re.search(rf"/(?:\w+\.php|{words})(?=/|$)" if words else r"/\w+\.php(?=/|$)", path)
    return origin(url) + (path[: cut.start()] if cut else path).rstrip("/")


def _beside(page: WebPage, selector: str, mark: str) -> str | None:
    """Return the address that a file of the software's own lies at, up to a mark in it."""
    return _up_to(mark, page.link(selector), page)


def _up_to(mark: str, url: str | None, page: WebPage) -> str | None:
    found = re.search(mark, url) if url and origin(url) == origin(page.url) else None
    return url[: found.start()] if url and found else None


def _preset(name: str, base: str, part: str = "") -> Settings:
    settings = {"type": "feed", "preset": name, "url": base}
    return settings | ({"name": part} if part else {})


def discourse(url: str) -> Settings:
    """Return the settings for a Discourse forum, and for the category that an address is in."""
    base = site_of(url, "t|c|u|tags?|latest|top|new|categories|g|search|about|posts|p")
    category = re.match(r"/c/((?:[\w%-]+/){1,2}\d+)", url.removeprefix(base))
    return {"type": "discourse", "base_url": base} | ({"categories": [category[1]]} if category else {})


def nodebb(url: str) -> Settings:
    """Return the settings for a NodeBB forum."""
    return _preset("nodebb", site_of(url, "topic|category|user|users|tags|recent|popular|unread|groups"))


def _wordpress(page: WebPage) -> Sequence[Settings]:
    """Return the settings for where the site begins, which its interface or its oldest door tell."""
    mark = r"/(?:index\.php/?)?(?:wp-json\b|\?rest_route=|xmlrpc\.php)"
    doors = 'link[rel="https://api.w.org/"]', 'link[rel="EditURI" i]', 'link[rel="pingback" i]'
    header = re.search(r'<([^<>]+)>;\s*rel="https://api\.w\.org/"', page.answer.headers.get("link", ""))
    told = (_up_to(mark, header and header[1], page), *(_beside(page, door, mark) for door in doors))
    return ({"type": "wordpress", "base_url": next(filter(None, told), origin(page.url))},)


def _xenforo(page: WebPage) -> Sequence[Settings]:
    base = _beside(page, 'link[href*="css.php?"]', r"/css\.php\?") or site_of(
        page.url, "threads|forums|members|whats-new"
    )
    part = re.match(r"/(?:index\.php\?)?forums/([\w%.-]+\.\d+)", page.url.removeprefix(base))
    return (_preset("xenforo", base, part[1] if part else ""),)


def _phpbb(page: WebPage) -> Sequence[Settings]:
    base = _beside(page, 'link[href*="/styles/"], link[href^="styles/"]', "/styles/") or site_of(page.url)
    part = parse_qs(urlsplit(page.url).query).get("f", [""])[0] if "viewforum.php" in page.url else ""
    return (_preset("phpbb", base, part if part.isdigit() else ""),)


def _vbulletin(page: WebPage) -> Sequence[Settings]:
    told = page.link('meta[name="vb_meta_bburl"]', "content")
    base = told or site_of(page.url, "showthread|forumdisplay|threads|members?|archive")
    return (_preset("vbulletin", base.rstrip("/")),)


def _smf(page: WebPage) -> Sequence[Settings]:
    return (_preset("smf", _said(page, r"smf_scripturl\s*=\s*[\"'](https?:[^\"'?]+)")),)


def _mybb(page: WebPage) -> Sequence[Settings]:
    return (_preset("mybb", _said(page, r"rootpath\s*=\s*[\"'](https?:[^\"'?]+)")),)


def _said(page: WebPage, pattern: str) -> str:
    """Return where a site begins as a script of its page says, or else its address."""
    found = re.search(pattern, page.text)
    url = found[1].replace("\\/", "/") if found else page.url
    return site_of(url if host(url) == host(page.url) else page.url)


def _fluxbb(page: WebPage) -> Sequence[Settings]:
    return (_preset("fluxbb", site_of(page.url)),)


def _vanilla(page: WebPage) -> Sequence[Settings]:
    return (
        _preset("vanilla", site_of(page.url, "discussions?|categories|profile|activity|entry|search|kb")),
    )


def _hyperkitty(page: WebPage) -> Sequence[Settings]:
    """Return the settings for the list of the page, or for the first ones that it links to."""
    here = _mailing_list(page.url)
    if here is not None:
        return (here,)
    base = base_of(page.tree, page.url)
    links = (absolute(base, node.attributes.get("href") or "") for node in page.tree.css('a[href*="list/"]'))
    found = [each for url in dict.fromkeys(filter(None, links)) if (each := _mailing_list(url))]
    return [each for n, each in enumerate(found) if each not in found[:n]][:MOST_LISTS]


def _mailing_list(url: str) -> Settings | None:
    found = re.match(r"(?P<before>.*?)(?P<mount>/[^/]+)/list/(?P<list>[^/@]+@[^/]+)", urlsplit(url).path)
    if found is None:
        return None
    if found["mount"] == "/archives":
        return _preset("hyperkitty", origin(url) + found["before"], found["list"])
    return {"type": "feed", "url": f"{origin(url)}{found[0]}/feed/"}


def _public_inbox(page: WebPage) -> Sequence[Settings]:
    base = _beside(page, _HELP_OF_AN_INBOX, "/_/text/help")
    return (_preset("public-inbox", base),) if base else ()


_HELP_OF_AN_INBOX = 'a[href*="_/text/help"]'

_SOFTWARE = (
    _Software(
        what="a Discourse forum",
        tags=('meta[name="generator" i][content^="Discourse" i]',),
        make=lambda page: (discourse(page.url),),
    ),
    _Software(
        what="a WordPress site",
        tags=('link[rel="https://api.w.org/"]', 'meta[name="generator" i][content^="WordPress" i]'),
        headers=(("link", 'rel="https://api.w.org/"'),),
        make=_wordpress,
    ),
    _Software(what="a XenForo forum", tags=("html#XF", "html#XenForo"), make=_xenforo),
    _Software(what="a phpBB forum", tags=("body#phpbb",), make=_phpbb),
    _Software(
        what="a vBulletin forum",
        tags=("html#vbulletin_html", 'meta[name="generator" i][content^="vBulletin" i]'),
        make=_vbulletin,
    ),
    _Software(what="a Simple Machines forum", words=(r"\bsmf_scripturl\s*=\s*[\"']",), make=_smf),
    _Software(what="a MyBB forum", words=(r"\bvar my_post_key\s*=\s*[\"']",), make=_mybb),
    _Software(what="a FluxBB forum", tags=('#poweredby a[href*="fluxbb.org" i]',), make=_fluxbb),
    _Software(
        what="a NodeBB forum",
        headers=(("x-powered-by", "NodeBB"),),
        make=lambda page: (nodebb(page.url),),
    ),
    _Software(what="a Vanilla forum", words=(r"\bgdn\.meta\s*=\s*\{",), make=_vanilla),
    _Software(
        what="mailing lists in HyperKitty",
        tags=('link[href*="/hyperkitty/" i]', 'script[src*="/hyperkitty/" i]'),
        make=_hyperkitty,
    ),
    _Software(what="a public-inbox archive", tags=(_HELP_OF_AN_INBOX,), make=_public_inbox),
    _Software(
        what="a Flarum forum",
        tags=("#flarum-json-payload", "#flarum-content", "#flarum-loading"),
        make=None,
        note="there is no source for it yet; some of these forums have an extension that gives them feeds",
    ),
)
