"""Feeds in four formats, written as the platforms write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import quoteattr

from repwatch.demo.answers import Response, as_json, page
from repwatch.demo.corpus import Place, Shown, answers, html_of, newest

_THREAD = 'xmlns:thr="http://purl.org/syndication/thread/1.0"'


def rss(place: Place, shown: Sequence[Shown]) -> Response:
    """Return RSS 2.0 with creators, what an item answers and how many answers it has."""
    answered = answers(shown)
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        f' xmlns:slash="http://purl.org/rss/1.0/modules/slash/" {_THREAD}>\n'
        f"<channel><title>{escape(place.title)}</title><link>{escape(place.home)}/</link>"
        f"<description>{escape(place.title)}</description><language>{place.lang}</language>\n"
        f"{''.join(_rss_item(place, each, answered[each.post.id]) for each in shown)}</channel></rss>\n"
    )
    return Response(body=body.encode(), type="application/rss+xml; charset=utf-8", changed_at=newest(shown))


def atom(place: Place, shown: Sequence[Shown], started: datetime) -> Response:
    """Return Atom, where an edited entry has a later `updated`."""
    updated = (newest(shown) or started).isoformat()
    body = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{place.lang}">\n'
        f"<title>{escape(place.title)}</title><id>{escape(place.home)}/</id><updated>{updated}</updated>\n"
        f"<link href={quoteattr(place.home + '/')}/>\n"
        f"{''.join(_atom_entry(place, each) for each in shown)}</feed>\n"
    )
    return Response(body=body.encode(), type="application/atom+xml; charset=utf-8", changed_at=newest(shown))


def rdf(place: Place, shown: Sequence[Shown]) -> Response:
    """Return RSS 1.0, in the encoding of its age."""
    resources = "".join(f"<rdf:li rdf:resource={quoteattr(place.address(each.post))}/>" for each in shown)
    body = (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f"<channel rdf:about={quoteattr(place.home + '/')}><title>{escape(place.title)}</title>"
        f"<link>{escape(place.home)}/</link><description>{escape(place.title)}</description>"
        f"<items><rdf:Seq>{resources}</rdf:Seq></items></channel>\n"
        f"{''.join(_rdf_item(place, each) for each in shown)}</rdf:RDF>\n"
    )
    encoded = body.encode("iso-8859-1", "xmlcharrefreplace")
    return Response(body=encoded, type="application/rdf+xml", changed_at=newest(shown))


def json_feed(place: Place, shown: Sequence[Shown]) -> Response:
    """Return a JSON Feed."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": place.title,
        "home_page_url": place.home + "/",
        "language": place.lang,
        "items": [_json_item(place, each) for each in shown],
    }
    return as_json(feed, type="application/feed+json; charset=utf-8", changed_at=newest(shown))


def front_page(place: Place, shown: Sequence[Shown]) -> Response:
    """Return a web page that says where its feed is."""
    stories = "".join(f"<article><h2>{escape(each.post.title)}</h2></article>" for each in shown)
    link = '<link rel="alternate" type="application/rss+xml" title="All stories" href="feed.xml">'
    return page(place.title, stories, head=link, lang=place.lang, changed_at=newest(shown))


def _rss_item(place: Place, shown: Shown, comments: int) -> str:
    post = shown.post
    parts = (
        f"<title>{escape(post.title)}</title>" if post.title else "",
        f"<link>{escape(place.address(post))}</link>",
        f'<guid isPermaLink="false">{escape(place.key)}-{escape(post.id)}</guid>',
        f"<dc:creator>{escape(post.by)}</dc:creator>" if post.by else "",
        f"<pubDate>{format_datetime(shown.at)}</pubDate>" if shown.at else "",
        f'<thr:in-reply-to ref="{escape(place.key)}-{escape(post.to)}"/>' if post.to else "",
        f"<slash:comments>{comments}</slash:comments>",
        f"<description>{_cdata(html_of(shown))}</description>",
    )
    return f"<item>{''.join(parts)}</item>\n"


def _cdata(html: str) -> str:
    return "<![CDATA[" + html.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _atom_entry(place: Place, shown: Shown) -> str:
    post = shown.post
    parts = (
        f"<id>tag:{urlsplit(place.home).hostname},2026:{escape(post.id)}</id>",
        f'<title type="text">{escape(post.title)}</title>',
        f"<link href={quoteattr(place.address(post))}/>",
        f"<author><name>{escape(post.by)}</name></author>" if post.by else "",
        f"<published>{shown.at.isoformat()}</published>" if shown.at else "",
        f"<updated>{shown.changed_at.isoformat()}</updated>" if shown.changed_at else "",
        f'<content type="html">{escape(html_of(shown))}</content>',
    )
    return f"<entry>{''.join(parts)}</entry>\n"


def _rdf_item(place: Place, shown: Shown) -> str:
    post, link = shown.post, place.address(shown.post)
    parts = (
        f"<title>{escape(post.title)}</title>",
        f"<link>{escape(link)}</link>",
        f"<description>{escape(shown.text)}</description>",
        f"<dc:creator>{escape(post.by)}</dc:creator>" if post.by else "",
        f"<dc:date>{shown.at.isoformat(timespec='minutes')}</dc:date>" if shown.at else "",
    )
    return f"<item rdf:about={quoteattr(link)}>{''.join(parts)}</item>\n"


def _json_item(place: Place, shown: Shown) -> dict[str, Any]:
    post = shown.post
    item = {
        "id": place.address(post),
        "url": place.address(post),
        "title": post.title or None,
        "content_html": post.html,
        "content_text": shown.text if post.html is None else None,
        "date_published": shown.at.isoformat() if shown.at else None,
        "date_modified": shown.edited_at.isoformat() if shown.edited_at else None,
        "authors": [{"name": post.by}] if post.by else None,
        "language": post.lang,
    }
    return {name: value for name, value in item.items() if value is not None}
