"""`source discover`: what runs at an address is told by it, by its page, by its NodeInfo, and tried."""

from __future__ import annotations

import gzip
import json
import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from typer.testing import CliRunner, Result
from werkzeug import Request as Incoming
from werkzeug import Response

from repwatch.commands.source import app
from repwatch.commands.source_discover import MOST_REQUESTS, Find, _table
from repwatch.config import load
from repwatch.errors import ParseError, SourceError, UsageError
from repwatch.model import Answer
from repwatch.sources import BUILT_IN
from repwatch.sources.discover import Seen, node_found, of_answer, of_node
from repwatch.sources.links import Candidate, of_address
from repwatch.sources.presets import PRESETS

RECORDINGS = os.environ.get("REPWATCH_RECORDINGS")

CONFIG = """
schema = 1
database = "repwatch.db"
[http]
contact = "mailto:social@acme.example"
min_gap = "0s"
allow_private = ["127.0.0.0/8"]
[brands.acme]
name = "Acme Anvils"
terms = ["acme anvils"]
"""

ADDRESSES: dict[str, dict[str, Any] | None] = {
    "https://apps.apple.com/de/app/acme/id4711?l=en": {
        "type": "appstore",
        "app_id": 4711,
        "countries": ["de"],
    },
    "https://play.google.com/store/apps/details?id=example.acme&hl=de": {
        "type": "googleplay",
        "app_id": "example.acme",
        "unofficial": True,
        "paused": True,
    },
    "https://store.steampowered.com/app/4711/Acme_Forge/": {"type": "steam", "app_id": 4711},
    "https://t.me/s/acme_news": {"type": "telegram", "channels": ["@acme_news"]},
    "https://t.me/acme_news/12": {"type": "telegram", "channels": ["@acme_news"]},
    "https://t.me/+abcd": None,
    "https://old.reddit.com/r/anvils/comments/x1/": {
        "type": "reddit",
        "client_id": "env:REPWATCH_REDDIT_ID",
        "client_secret": "env:REPWATCH_REDDIT_SECRET",
        "subreddits": ["anvils"],
    },
    "https://www.reddit.com": {
        "type": "reddit",
        "client_id": "env:REPWATCH_REDDIT_ID",
        "client_secret": "env:REPWATCH_REDDIT_SECRET",
    },
    "https://www.youtube.com/channel/UC0123456789abcdefghijkl": {
        "type": "feed",
        "preset": "youtube-channel",
        "name": "UC0123456789abcdefghijkl",
    },
    "https://youtu.be/abcdefghijk": {
        "type": "youtube",
        "api_key": "env:REPWATCH_YOUTUBE_KEY",
        "search": False,
        "videos": ["abcdefghijk"],
    },
    "https://www.youtube.com/playlist?list=PL0123456789": {
        "type": "feed",
        "url": "https://www.youtube.com/feeds/videos.xml?playlist_id=PL0123456789",
    },
    "https://medium.com/@bea/on-anvils-4711": {"type": "feed", "preset": "medium", "name": "@bea"},
    "https://dev.to/t/anvils": {"type": "devto", "tags": ["anvils"]},
    "https://dev.to/bea": {"type": "devto"},
    "https://github.com/acme/anvil/issues": {"type": "github", "repositories": ["acme/anvil"]},
    "https://github.com/acme": {"type": "github"},
    "https://stackoverflow.com/questions/tagged/anvil": {"type": "stackexchange", "sites": ["stackoverflow"]},
    "https://diy.stackexchange.com/q/4711": {"type": "stackexchange", "sites": ["diy"]},
    "https://bsky.app/profile/acme.example": {
        "type": "bluesky",
        "handle": "acme.example",
        "password": "env:REPWATCH_BSKY_PASSWORD",
    },
    "https://de.trustpilot.com/review/acme.example?page=2": {
        "type": "trustpilot",
        "business_unit": "acme.example",
        "api_key": "env:REPWATCH_TRUSTPILOT_KEY",
    },
    "https://news.ycombinator.com/item?id=4711": {"type": "hackernews"},
    "https://www.producthunt.com/posts/acme-forge": {
        "type": "producthunt",
        "slugs": ["acme-forge"],
        "token": "env:REPWATCH_PRODUCTHUNT_TOKEN",
    },
    "https://wordpress.org/plugins/acme-anvils/#reviews": {
        "type": "feed",
        "preset": "wordpress-plugin",
        "name": "acme-anvils",
    },
    "https://www.google.com/alerts/feeds/1/2": {
        "type": "feed",
        "preset": "googlealerts",
        "url": "https://www.google.com/alerts/feeds/1/2",
    },
    "https://news.google.com/search?q=acme&hl=de-DE": {
        "type": "feed",
        "preset": "googlenews",
        "name": "de-DE",
    },
    "https://x.com/acme": {"type": "x", "token": "env:REPWATCH_X_TOKEN", "monthly_usd": 0.0},
    "https://www.facebook.com/profile.php?id=100047110815": {
        "type": "facebook",
        "page_id": "100047110815",
        "token": "env:REPWATCH_FACEBOOK_TOKEN",
    },
    "https://www.facebook.com/acme": None,
    "https://www.yelp.com/biz/acme-anvils": None,
}
"""What addresses tell by themselves."""

PAGES: dict[str, tuple[str, str, Mapping[str, str], dict[str, Any] | None]] = {
    "Discourse": (
        "https://forum.example/t/anvils/12",
        '<meta name="generator" content="Discourse 3.4.1 - https://github.com/discourse/discourse">',
        {},
        {"type": "discourse", "base_url": "https://forum.example"},
    ),
    "Discourse, a category": (
        "https://acme.example/forum/c/support/anvils/7?x=1",
        '<meta content="Discourse 3.4.1" name="generator">',
        {},
        {
            "type": "discourse",
            "base_url": "https://acme.example/forum",
            "categories": ["support/anvils/7"],
        },
    ),
    "WordPress": (
        "https://acme.example/blog/2026/11/anvils/",
        '<link rel="https://api.w.org/" href="https://acme.example/blog/wp-json/">',
        {},
        {"type": "wordpress", "base_url": "https://acme.example/blog"},
    ),
    "WordPress with plain addresses": (
        "https://acme.example/?p=4",
        '<link rel="https://api.w.org/" href="https://acme.example/index.php?rest_route=/">',
        {},
        {"type": "wordpress", "base_url": "https://acme.example"},
    ),
    "WordPress that says so in a header alone": (
        "https://acme.example/blog/anvils",
        "",
        {"link": '<https://acme.example/blog/wp-json/>; rel="https://api.w.org/", </x>; rel=next'},
        {"type": "wordpress", "base_url": "https://acme.example/blog"},
    ),
    "WordPress without its interface": (
        "https://acme.example/blog/anvils",
        (
            '<meta name="generator" content="WordPress 6.5">'
            '<link rel="EditURI" type="application/rsd+xml" href="/blog/xmlrpc.php?rsd">'
        ),
        {},
        {"type": "wordpress", "base_url": "https://acme.example/blog"},
    ),
    "XenForo": (
        "https://forum.example/community/threads/anvils.12/page-2",
        '<link rel="stylesheet" href="/community/css.php?css=public%3Anormalize.css">',
        {},
        {"type": "feed", "preset": "xenforo", "url": "https://forum.example/community"},
    ),
    "XenForo, a part": (
        "https://forum.example/forums/anvils-and-tongs.12/",
        "",
        {},
        {
            "type": "feed",
            "preset": "xenforo",
            "url": "https://forum.example",
            "name": "anvils-and-tongs.12",
        },
    ),
    "phpBB": (
        "https://forum.example/board/viewtopic.php?f=2&t=12",
        "",
        {},
        {"type": "feed", "preset": "phpbb", "url": "https://forum.example/board"},
    ),
    "phpBB, a part": (
        "https://forum.example/viewforum.php?f=12",
        '<link href="./styles/prosilver/theme/stylesheet.css" rel="stylesheet">',
        {},
        {"type": "feed", "preset": "phpbb", "url": "https://forum.example", "name": "12"},
    ),
    "vBulletin": (
        "https://www.forum.example/showthread.php?12-anvils",
        '<meta name="vb_meta_bburl" content="https://www.forum.example/vb">',
        {},
        {"type": "feed", "preset": "vbulletin", "url": "https://www.forum.example/vb"},
    ),
    "vBulletin 3": (
        "https://forum.example/showthread.php?t=12",
        '<meta name="generator" content="vBulletin 3.8.7" />',
        {},
        {"type": "feed", "preset": "vbulletin", "url": "https://forum.example"},
    ),
    "Simple Machines": (
        "https://forum.example/smf/index.php?topic=12.0",
        '<script>var smf_scripturl = "https://forum.example/smf/index.php?PHPSESSID=1";</script>',
        {},
        {"type": "feed", "preset": "smf", "url": "https://forum.example/smf"},
    ),
    "MyBB": (
        "https://forum.example/thread-anvils.html",
        '<script>var my_post_key = "0"; var rootpath = "https://forum.example";</script>',
        {},
        {"type": "feed", "preset": "mybb", "url": "https://forum.example"},
    ),
    "FluxBB": (
        "https://forum.example/viewtopic.php?id=12",
        '<p id="poweredby">Powered by <a href="http://fluxbb.org/">FluxBB</a></p>',
        {},
        {"type": "feed", "preset": "fluxbb", "url": "https://forum.example"},
    ),
    "NodeBB": (
        "https://forum.example/topic/12/anvils",
        "",
        {"x-powered-by": "NodeBB"},
        {"type": "feed", "preset": "nodebb", "url": "https://forum.example"},
    ),
    "Vanilla": (
        "https://forum.example/discussions/p2",
        '<script>gdn=window.gdn||{};gdn.meta={"WebRoot":""};</script>',
        {},
        {"type": "feed", "preset": "vanilla", "url": "https://forum.example"},
    ),
    "HyperKitty": (
        "https://lists.example/archives/list/users@lists.example/2026/11/",
        '<link rel="shortcut icon" href="/static/hyperkitty/img/favicon.ico">',
        {},
        {
            "type": "feed",
            "preset": "hyperkitty",
            "url": "https://lists.example",
            "name": "users@lists.example",
        },
    ),
    "HyperKitty elsewhere": (
        "https://lists.example/mail/",
        '<script src="/static/hyperkitty/js/hk.js"></script><a href="list/users@lists.example/">users</a>',
        {},
        {"type": "feed", "url": "https://lists.example/mail/list/users@lists.example/feed/"},
    ),
    "public-inbox": (
        "https://inbox.example/users/4711@acme.example/",
        '<a\nhref="../_/text/help/">help</a>',
        {},
        {"type": "feed", "preset": "public-inbox", "url": "https://inbox.example/users"},
    ),
    "Flarum": ("https://forum.example/d/12-anvils", '<div id="flarum-loading">Loading</div>', {}, None),
}
"""What pages tell: the address, something on the page, headers, and the settings that come of it."""

TAGS = {
    "XenForo": '<html id="XF" lang="en">',
    "XenForo, a part": '<html id="XenForo">',
    "phpBB": '<html><body id="phpbb" class="nojs">',
    "phpBB, a part": '<html><body id="phpbb">',
    "vBulletin": '<html id="vbulletin_html">',
}

LISTING = "<html><body><aside>{menu}</aside><main>{entries}</main></body></html>".format(
    menu="".join(
        f'<li class="teaser"><h3><a href="/{n}">Forge {n}</a></h3>{"What else there is here. " * 9}</li>'
        for n in range(9)
    ),
    entries="".join(
        f'<article class="topic row{n % 2}"><h2><a href="/t/{n}">Anvil {n} came late</a></h2>'
        f"<p>Acme Anvils sent it in week {n}, said the smith.</p>"
        f'<time datetime="2026-11-2{n}">x</time></article>'
        for n in range(5)
    ),
)

REVIEWED = (
    '<html><script type="application/ld+json">'
    '{"@type": "Review", "reviewBody": "It cracked.", "author": "Bo"}</script></html>'
)


def page(name: str) -> Answer:
    url, shown, headers, _ = PAGES[name]
    return answer(f"{TAGS.get(name, '<html>')}<head><title>Anvils</title></head>{shown}", url, headers)


def answer(body: str | bytes, url: str = "https://acme.example/", headers: Mapping[str, str] = {}) -> Answer:
    body = body if isinstance(body, bytes) else body.encode()
    return Answer(200, url, {"content-type": "text/html", **headers}, body)


# Addresses


@pytest.mark.parametrize("url", ADDRESSES)
def test_a_well_known_place_is_told_by_its_address(url: str) -> None:
    first = of_address(url)[0]
    assert (dict(first.settings) if first.settings is not None else None) == ADDRESSES[url]
    assert first.settings or first.note, "where nothing can be read, there is a reason"


@pytest.mark.parametrize(
    "url",
    [
        "https://forum.example/r/anvils",
        "https://box.com/acme",
        "https://reddit.com.evil.example/r/anvils",
        "https://www.youtube.com/@acme",
        "https://play.google.com/store/apps/details?id=../../x",
        "https://medium.com/about",
        "https://apps.apple.com/us/developer/id4711",
    ],
)
def test_any_other_address_tells_nothing(url: str) -> None:
    assert of_address(url) == ()


def test_a_channel_can_be_read_in_two_ways() -> None:
    feed, comments = of_address("https://www.youtube.com/channel/UC0123456789abcdefghijkl/videos")
    assert feed.secrets == ()
    assert comments.secrets == ("REPWATCH_YOUTUBE_KEY",)


# Pages


@pytest.mark.parametrize("name", PAGES)
def test_software_is_told_by_its_page(name: str) -> None:
    (found,) = of_answer(page(name)).sure
    assert (dict(found.settings) if found.settings is not None else None) == PAGES[name][3]
    assert name.split(maxsplit=1)[0].strip(",") in found.what
    assert found.evidence.startswith("its page says ")


def test_every_preset_that_runs_somewhere_is_told() -> None:
    addresses = [candidate.settings for url in ADDRESSES for candidate in of_address(url)]
    told = [settings for *_, settings in PAGES.values()] + addresses
    assert {settings.get("preset") for settings in told if settings} >= PRESETS.keys()


def test_a_page_that_only_speaks_of_software_is_not_made_by_it() -> None:
    said = (
        "<p>git clone --mirror is how public-inbox works, phpBB has body#phpbb and Flarum flarum-loading.</p>"
        '<a href="https://inbox.example/users/_/text/help/">help</a><a href="https://www.phpbb.com">phpBB</a>'
    )
    assert of_answer(answer(f"<html>{said}</html>")) == Seen()


def test_feeds_are_those_that_the_page_names() -> None:
    head = (
        '<base href="https://acme.example/blog/">'
        '<link rel="alternate" type="application/rss+xml" title="News" href="feed.xml">'
        '<link rel="stylesheet" href="x.css"><link rel="alternate" hreflang="de" href="/de">'
        '<link rel="ALTERNATE" type="application/atom+xml" href="https://www.youtube.com/feeds/videos.xml?'
        'channel_id=UC0123456789abcdefghijkl">'
    )
    news, videos = of_answer(answer(f"<html><head>{head}</head></html>")).feeds
    assert news.settings == {"type": "feed", "url": "https://acme.example/blog/feed.xml"}
    assert news.evidence == "the page links to it as News"
    assert videos.settings is not None
    assert videos.settings["preset"] == "youtube-channel"


def test_a_feed_is_one_itself() -> None:
    (rss,) = of_answer(answer('<?xml version="1.0"?><rss version="2.0"><channel/></rss>')).feeds
    (as_json,) = of_answer(answer('{"version": "https://jsonfeed.org/version/1.1", "items": []}')).feeds
    assert rss.settings == as_json.settings == {"type": "feed", "url": "https://acme.example/"}


def test_reviews_are_those_that_are_marked_up() -> None:
    (found,) = of_answer(answer(REVIEWED)).sure
    assert found.settings == {"type": "reviews", "url": "https://acme.example/"}
    assert found.evidence == "1 on the page are marked up as schema.org Review"


def test_what_repeats_on_a_page_is_a_guess_and_its_menu_is_not() -> None:
    seen = of_answer(answer(LISTING))
    assert seen.guess is not None
    assert seen.guess.guessed
    assert seen.guess.settings == {
        "type": "html",
        "url": "https://acme.example/",
        "item": "article.topic",
        "fields": {"url": "h2 a@href", "time": "time"},
    }
    assert of_answer(answer("<html><body><p>One text about anvils.</p></body></html>")) == Seen()


def test_a_wall_is_told_as_such() -> None:
    with pytest.raises(ParseError) as caught:
        of_answer(answer("<html><title>Just a moment...</title></html>"))
    assert caught.value.reason == "blocked_page"


# NodeInfo


@pytest.mark.parametrize(
    ("software", "url", "settings"),
    [
        (
            "mastodon",
            "https://social.example/@bea",
            {"type": "mastodon", "instances": ["https://social.example"]},
        ),
        ("Akkoma", "https://social.example/", {"type": "mastodon", "instances": ["https://social.example"]}),
        (
            "mastodon",
            "https://social.example/tags/anvils",
            {"type": "mastodon", "instances": ["https://social.example"], "tags": ["anvils"]},
        ),
        (
            "lemmy",
            "https://lemmy.example/c/anvils",
            {"type": "lemmy", "instances": ["https://lemmy.example"]},
        ),
        (
            "nodebb",
            "https://forum.example/topic/1",
            {"type": "feed", "preset": "nodebb", "url": "https://forum.example"},
        ),
        ("wordpress", "https://acme.example/x", {"type": "wordpress", "base_url": "https://acme.example"}),
        ("owncast", "https://acme.example/", None),
    ],
)
def test_an_instance_says_in_its_nodeinfo_what_it_is(
    software: str, url: str, settings: dict[str, Any] | None
) -> None:
    found = of_node(answer(json.dumps({"version": "2.0", "software": {"name": software}})), url)
    assert [candidate.settings for candidate in found] == ([settings] if settings else [])


def test_nodeinfo_of_another_host_is_not_asked() -> None:
    rel = "http://nodeinfo.diaspora.software/ns/schema/2.0"
    links = [{"rel": rel, "href": "/nodeinfo/2.0"}, {"rel": rel, "href": "https://evil.example/nodeinfo/2.0"}]
    request = node_found(answer(json.dumps({"links": links}), "https://social.example/.well-known/nodeinfo"))
    assert request is not None
    assert request.url == "https://social.example/nodeinfo/2.0"
    assert node_found(answer("<html>no</html>")) is None
    assert of_node(answer("[]"), "https://social.example") == ()


# Tables


def everything() -> Iterator[Candidate]:
    for url in ADDRESSES:
        yield from of_address(url)
    for name in PAGES:
        yield from of_answer(page(name)).sure
    yield from filter(None, [of_answer(answer(LISTING)).guess])
    yield from of_answer(answer(REVIEWED)).sure
    for software in ("mastodon", "lemmy"):
        yield from of_node(answer(json.dumps({"software": {"name": software}})), "https://social.example")


def test_every_table_is_a_right_piece_of_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    found = [each for each in everything() if each.settings is not None]
    tables = [
        "".join(f"{line}\n" for line in _table(Find(key=f"k{n}", candidate=c))) for n, c in enumerate(found)
    ]
    path = tmp_path / "repwatch.toml"
    path.write_text(CONFIG + "\n".join(tables))
    path.chmod(0o600)
    env = {name: "hush-hush" for candidate in found for name in candidate.secrets}
    config = load(path, env=env)
    assert [source.type for source in config.sources.values()] == [each.settings["type"] for each in found]
    assert all(source.source for source in config.sources.values())
    assert {source.type for source in config.sources.values()} == set(BUILT_IN)
    written = tomllib.loads(path.read_text())["sources"].values()
    assert list(written) == [dict(each.settings) for each in found]


# The command


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    path = tmp_path / "repwatch.toml"
    path.write_text(CONFIG)
    path.chmod(0o600)
    return path


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    with HTTPServer(host="127.0.0.1", threaded=True) as running:
        yield running


def serve(server: HTTPServer, handler: Callable[[Incoming], Response]) -> str:
    server.expect_request(re.compile(".*")).respond_with_handler(handler)
    return server.url_for("").rstrip("/")


def site(pages: Mapping[str, str | Response]) -> Callable[[Incoming], Response]:
    """Return a site of these pages; everything else is not there."""

    def handler(request: Incoming) -> Response:
        found = pages.get(request.path)
        if isinstance(found, str):
            return Response(found, content_type="text/html")
        return found or Response("", 404)

    return handler


def rss(*titles: str) -> Response:
    items = "".join(f"<item><guid>{n}</guid><title>{title}</title></item>" for n, title in enumerate(titles))
    return Response(
        f'<rss version="2.0"><channel>{items}</channel></rss>', content_type="application/rss+xml"
    )


def discover(desk: Path, *words: str) -> Result:
    done = CliRunner().invoke(app, ["discover", *words, "-c", str(desk)])
    if done.exception:
        raise done.exception
    return done


def paths(server: HTTPServer) -> list[str]:
    return [request.path for request, _ in server.log]


def test_what_is_found_is_tried_and_printed_ready_to_paste(desk: Path, server: HTTPServer) -> None:
    front = '<html><head><meta name="generator" content="Discourse 3.4"></head></html>'
    post = {
        "id": 4711,
        "cooked": "<p>Acme Anvils crack</p>",
        "topic_id": 1,
        "post_number": 1,
        "username": "bo",
    }
    posts = Response(json.dumps({"latest_posts": [post]}), content_type="application/json")
    base = serve(server, site({"/t/x/1": front, "/posts.json": posts}))
    said = discover(desk, f"{base}/t/x/1").stdout
    assert said.splitlines() == [
        '# A Discourse forum: its page says <meta name="generator" content="Discourse 3.4">',
        "# Tried: 1 entry, 1 of them about a brand",
        f"[sources.127-0-0-1-{server.port}]",
        'type = "discourse"',
        f'base_url = "{base}"',
    ]
    assert paths(server) == ["/robots.txt", "/t/x/1", "/posts.json"]
    desk.write_text(CONFIG + said)
    assert load(desk).sources[f"127-0-0-1-{server.port}"].type == "discourse"


def test_keys_collide_with_nothing_and_twins_are_named(desk: Path, server: HTTPServer) -> None:
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="/{name}.xml">' for name in "ab")
    base = serve(server, site({"/": f"<html>{links}</html>", "/a.xml": rss("x"), "/b.xml": rss("y")}))
    key = f"127-0-0-1-{server.port}"
    desk.write_text(f'{CONFIG}[sources.{key}]\ntype = "feed"\nurl = "{base}/b.xml"\n')
    found = json.loads(discover(desk, f"{base}/", "--json").stdout)["found"]
    assert [(each["key"], each["already"]) for each in found] == [
        (f"{key}-2", None),
        (f"{key}-3", key),
    ]


def test_an_instance_is_told_by_its_nodeinfo(desk: Path, server: HTTPServer) -> None:
    base = server.url_for("").rstrip("/")
    links = {
        "links": [{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": f"{base}/nodeinfo/2.0"}]
    }
    pages = {
        "/": "<html><div id='app'></div></html>",
        "/.well-known/nodeinfo": Response(json.dumps(links)),
        "/nodeinfo/2.0": Response(json.dumps({"software": {"name": "mastodon"}})),
        "/api/v1/timelines/tag/acmeanvils": Response("[]", content_type="application/json"),
        "/api/v2/instance": Response("{}", content_type="application/json"),
    }
    serve(server, site(pages))
    said = json.loads(discover(desk, f"{base}/", "--json").stdout)
    (found,) = said["found"]
    assert said["schema"] == "repwatch.source_discover/1"
    assert found["settings"] == {"type": "mastodon", "instances": [base]}
    assert found["evidence"] == "its NodeInfo says mastodon"
    assert (found["tried"], found["entries"], found["error"]) == (True, 0, None)
    assert said["requests"] == len(server.log)


def test_a_feed_is_looked_for_where_feeds_often_are(desk: Path, server: HTTPServer) -> None:
    base = serve(server, site({"/": "<html>Anvils</html>", "/rss": rss("Acme Anvils crack", "x")}))
    said = discover(desk, f"{base}/").stdout
    assert f'url = "{base}/rss"' in said
    assert "# A feed: it is at the address below" in said
    assert "# Tried: 2 entries, 1 of them about a brand" in said
    assert paths(server) == ["/robots.txt", "/", "/.well-known/nodeinfo", "/feed", "/rss"], (
        "it is not asked twice"
    )


def test_few_requests_are_made_where_nothing_is_to_be_found(desk: Path, server: HTTPServer) -> None:
    base = serve(server, site({"/": "<html>Anvils</html>"}))
    with pytest.raises(ParseError, match="nothing is known to read at"):
        discover(desk, f"{base}/")
    assert len(server.log) == MOST_REQUESTS


def test_a_guess_is_tried_on_the_page_that_was_read(desk: Path, server: HTTPServer) -> None:
    base = serve(server, site({"/new": LISTING}))
    said = discover(desk, f"{base}/new").stdout
    assert "# Tried: 5 entries, 5 of them about a brand" in said
    assert 'fields = { url = "h2 a@href", time = "time" }' in said
    assert "# A guess" in said
    assert paths(server).count("/new") == 1


def test_what_fails_when_it_is_tried_is_printed_with_the_reason(desk: Path, server: HTTPServer) -> None:
    base = serve(server, site({"/index.php": '<html><body id="phpbb"></body></html>'}))
    said = discover(desk, f"{base}/index.php").stdout
    assert 'preset = "phpbb"' in said
    assert "# Tried, and failed: phpbb has no feed at" in said
    assert "it may be switched off" in said.replace("\n#   ", " ")


def test_an_address_that_can_not_be_read_is_a_failure(desk: Path, server: HTTPServer) -> None:
    base = serve(server, lambda _: Response("User-agent: *\nDisallow: /", content_type="text/plain"))
    with pytest.raises(SourceError) as caught:
        discover(desk, base)
    assert caught.value.reason == "robots"
    assert paths(server) == ["/robots.txt"]


def test_a_place_that_no_source_reads_is_only_commented_on(desk: Path) -> None:
    said = discover(desk, "yelp.com/biz/acme-anvils").stdout
    assert all(line.startswith("#") for line in said.splitlines())
    assert "24 hours" in said
    (found,) = json.loads(discover(desk, "yelp.com/biz/acme-anvils", "--json").stdout)["found"]
    assert (found["key"], found["settings"], found["toml"]) == (None, None, None)


def test_what_needs_a_secret_is_not_tried(desk: Path) -> None:
    said = discover(desk, "https://www.reddit.com/r/anvils").stdout
    assert "# Not tried: it needs REPWATCH_REDDIT_ID and REPWATCH_REDDIT_SECRET" in said
    assert tomllib.loads(said)["sources"]["reddit-anvils"]["subreddits"] == ["anvils"]


def test_a_redirect_to_a_well_known_place_is_told_by_that(desk: Path, server: HTTPServer) -> None:
    moved = Response("", 302, {"Location": "/elsewhere"})
    base = serve(
        server,
        site({"/": moved, "/elsewhere": "<html id='XF'></html>", "/elsewhere/forums/-/index.rss": rss()}),
    )
    assert f'url = "{base}/elsewhere"' in discover(desk, base).stdout


@pytest.mark.parametrize("url", ["ftp://acme.example", "https://bo:hush@acme.example", "https://"])
def test_what_is_no_address_is_a_usage_error(desk: Path, url: str) -> None:
    with pytest.raises(UsageError):
        discover(desk, url)


# Recordings


@pytest.mark.skipif(not RECORDINGS, reason="needs $REPWATCH_RECORDINGS")
@pytest.mark.parametrize(
    ("name", "url", "settings"),
    [
        (
            "forums_html/katzen-forum.net-Pepe.html",
            "https://forum.example/threads/x.1/",
            {"type": "feed", "preset": "xenforo", "url": "https://forum.example"},
        ),
        (
            "forums_html/pocketpc.ch.auslieferung.html",
            "https://www.pocketpc.ch/x/1-y.html",
            {"type": "feed", "preset": "vbulletin", "url": "https://www.pocketpc.ch"},
        ),
        (
            "forums_html/aeb_8380689f.html",
            "https://www.snopes.com/fact-check/x/",
            {"type": "wordpress", "base_url": "https://www.snopes.com"},
        ),
    ],
)
def test_recorded_pages_tell_what_they_are_made_by(name: str, url: str, settings: dict[str, Any]) -> None:
    assert RECORDINGS
    found = of_answer(answer((Path(RECORDINGS) / name).read_bytes(), url)).sure
    assert [candidate.settings for candidate in found] == [settings]


@pytest.mark.skipif(not RECORDINGS, reason="needs $REPWATCH_RECORDINGS")
def test_no_recorded_page_crashes_and_login_walls_are_no_software() -> None:
    assert RECORDINGS
    pages = [*Path(RECORDINGS).glob("*_html/*"), *Path(RECORDINGS).glob("jsonld_reviews/*_full/*.gz")]
    assert len(pages) > 20
    for path in pages:
        body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        seen = Seen()
        with suppress(ParseError):
            seen = of_answer(answer(body, "https://place.example/x"))
        if path.parent.name == "negative_html":
            assert not seen.sure, path
            assert not seen.feeds, path
