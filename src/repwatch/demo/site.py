"""A small web of invented places, served on loopback in the shapes that real platforms use.

All places share one origin, each at a path of its own, so that a base_url names it. `Site.answer` is a
pure function of a request and the time: the same question at the same time gets the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from repwatch.demo import feeds, hackernews, mastodon, reviews
from repwatch.demo.answers import Response, as_json, conditional, page
from repwatch.demo.corpus import Place, Shown, at_moment

HOST = "127.0.0.1"

DOWN_FOR = timedelta(hours=1)
"""How long the club's site stays broken from the beginning, so that there is a gap to be seen."""

_TIMELINE = re.compile(r"/(?P<place>[a-z.]+)/api/v1/timelines/tag/(?P<tag>[^/]+)")
_ROBOTS = "User-agent: *\nDisallow: /members/\n"

Query = Mapping[str, str]


class Site:
    """The places at a port of this machine, whose time began at `started`."""

    def __init__(self, places: Mapping[str, Place], started: datetime, port: int) -> None:
        self.places = places
        self.started = started
        self.port = port
        self.base = f"http://{HOST}:{port}"
        self._routes: dict[str, Callable[[Query, datetime], Response]] = {
            "/": self._index,
            "/robots.txt": self._robots,
            "/forum/latest.rss": partial(self._rss, "forum"),
            "/tool-news/feed.xml": partial(self._rss, "tool-news"),
            "/wire/feed.xml": partial(self._rss, "wire"),
            "/valley-gazette/": self._gazette,
            "/valley-gazette/feed.xml": partial(self._rss, "valley-gazette"),
            "/smith-diary/atom.xml": self._diary,
            "/museum/index.rdf": self._museum,
            "/makers/feed.json": self._makers,
            "/club/feed.xml": self._club,
            "/shop/acme-anvils/reviews": partial(self._shop, "shop-acme"),
            "/shop/zed-forge/reviews": partial(self._shop, "shop-zed"),
            "/apps/acme-app/reviews": self._app_reviews,
            "/hn/api/v1/search_by_date": self._maker_news,
        }

    def answer(self, target: str, headers: Mapping[str, str], now: datetime) -> Response:
        """Return what the site says to a GET of `target` at `now`; header names are lower case."""
        split = urlsplit(target)
        query = {name: values[-1] for name, values in parse_qs(split.query, keep_blank_values=True).items()}
        try:
            response = self._found(unquote(split.path), query, now)
        except ValueError:  # a number that is none
            response = as_json({"error": "invalid parameter"}, status=HTTPStatus.BAD_REQUEST)
        return conditional(response, headers)

    def _found(self, path: str, query: Query, now: datetime) -> Response:
        timeline = _TIMELINE.fullmatch(path)
        if timeline and timeline["place"] in self.places:
            return self._timeline(timeline["place"], timeline["tag"], query, now)
        if route := self._routes.get(path):
            return route(query, now)
        return page("Not found", "<h1>404 Not found</h1>", status=HTTPStatus.NOT_FOUND)

    def _shown(self, key: str, now: datetime) -> tuple[Place, list[Shown]]:
        place = self.places[key]
        return place, place.shown(self.started, now)

    def _index(self, _query: Query, _now: datetime) -> Response:
        links = "".join(f'<li><a href="{path}">{escape(path)}</a></li>' for path in self._routes)
        return page("Demo site", f"<p>The invented places of a repwatch demo.</p><ul>{links}</ul>")

    def _robots(self, _query: Query, _now: datetime) -> Response:
        return Response(body=_ROBOTS.encode(), type="text/plain; charset=utf-8")

    def _rss(self, key: str, _query: Query, now: datetime) -> Response:
        return feeds.rss(*self._shown(key, now))

    def _gazette(self, _query: Query, now: datetime) -> Response:
        return feeds.front_page(*self._shown("valley-gazette", now))

    def _diary(self, _query: Query, now: datetime) -> Response:
        return feeds.atom(*self._shown("smith-diary", now), self.started)

    def _museum(self, _query: Query, now: datetime) -> Response:
        return feeds.rdf(*self._shown("museum", now))

    def _makers(self, _query: Query, now: datetime) -> Response:
        return feeds.json_feed(*self._shown("makers", now))

    def _club(self, query: Query, now: datetime) -> Response:
        if now < self.started + DOWN_FOR:
            sorry = "<h1>Error establishing a database connection</h1>"
            return page("Database Error", sorry, status=HTTPStatus.INTERNAL_SERVER_ERROR)
        return self._rss("club", query, now)

    def _shop(self, key: str, query: Query, now: datetime) -> Response:
        return reviews.json_ld(*self._shown(key, now), query)

    def _app_reviews(self, query: Query, now: datetime) -> Response:
        return reviews.microdata(*self._shown("app-reviews", now), query)

    def _maker_news(self, query: Query, now: datetime) -> Response:
        _, shown = self._shown("hn", now)
        return hackernews.search(shown, query)

    def _timeline(self, key: str, tag: str, query: Query, now: datetime) -> Response:
        place, shown = self._shown(key, now)
        statuses = mastodon.statuses(place, shown, list(self._relayed(place, now)))
        return mastodon.timeline(f"{self.base}/{key}/api/v1/timelines/tag/{quote(tag)}", statuses, tag, query)

    def _relayed(self, place: Place, now: datetime) -> Iterator[tuple[Place, Shown]]:
        for reference in place.also:
            key, _, post_id = reference.partition(":")
            home = self.places[key]
            post = next(post for post in home.posts if post.id == post_id)
            if shown := at_moment(post, self.started, now):
                yield home, shown


@contextmanager
def serving(places: Mapping[str, Place], started: datetime, port: int) -> Iterator[Site]:
    """Serve the places on loopback until the block ends; port 0 takes any free one.

    Raises:
        OSError: the port can't be had.
    """
    with _Server((HOST, port), _Handler) as server:
        server.site = Site(places, started, server.server_port)
        thread = Thread(target=server.serve_forever, args=(0.05,), name="demo site", daemon=True)
        thread.start()
        try:
            yield server.site
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    """A server that knows its site."""

    daemon_threads = True
    site: Site

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no reason for a traceback."""


class _Handler(BaseHTTPRequestHandler):
    """HTTP for a Site; says nothing of its own."""

    protocol_version = "HTTP/1.1"
    timeout = 30
    server: _Server

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        response = self.server.site.answer(self.path, headers, datetime.now(UTC))
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", response.type)
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    do_HEAD = do_GET  # noqa: N815 (the name that http.server calls)

    def version_string(self) -> str:
        """Return what the Server header says."""
        return "repwatch-demo"

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not news."""
