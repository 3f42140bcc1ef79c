"""What the address of a well-known place tells about how to read it, without asking anybody.

    https://store.steampowered.com/app/4711/ -> type = "steam", app_id = 4711

The forms of addresses are those that people copy from their browsers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from repwatch.sources import off_limits
from repwatch.urls import host

Settings = Mapping[str, Any]
"""The keys of a source's table with their values, `type` first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A way to read an address.

    `what` is there, as the `evidence` says; `name` is what its key may be made of. Without
    `settings` there is no source for it, and `note` says what to do instead; else what is to be
    known first. `guessed` settings are to be looked at by a person.
    """

    what: str
    evidence: str
    name: str
    settings: Settings | None = None
    note: str = ""
    guessed: bool = False

    @property
    def secrets(self) -> tuple[str, ...]:
        """The environment variables that it takes its secrets from."""
        values = (self.settings or {}).values()
        return tuple(value.removeprefix("env:") for value in values if str(value).startswith("env:"))


class _Said(dict[str, str]):
    """What an address says, by name; empty for what it does not say."""

    def __missing__(self, name: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class _Link:
    """A form of addresses: `where` matches a host and a path, and `make` turns what it says into settings.

    These are empty if the address is of another form after all, and None if no source can read it.
    """

    where: str
    what: str
    name: str
    make: Callable[[_Said], Settings | None]
    note: str = ""


def of_address(url: str) -> tuple[Candidate, ...]:
    """Return the ways to read a well-known address, the best one first; nothing for any other."""
    parts = urlsplit(url)
    place = re.sub(r"^(?:www|m|old|new|mobile)\.", "", host(url))
    path = unquote(parts.path).rstrip("/")
    left_alone = off_limits.at(host(url), parts.path)
    if left_alone is not None:
        return (_left_alone(left_alone),)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    found: list[Candidate] = []
    for link in _LINKS:
        match = re.fullmatch(link.where, f"{place}{path}", re.IGNORECASE | re.ASCII)
        if match is None or any(link.what == each.what for each in found):
            continue
        groups = {name: said for name, said in match.groupdict().items() if said}
        at = _Said({"url": url, **asked, **groups})
        settings = link.make(at)
        if settings != {}:
            found.append(
                Candidate(
                    what=link.what,
                    evidence="its address says so",
                    name=link.name.format_map(at),
                    settings=settings,
                    note=link.note,
                )
            )
    return tuple(found)


def _left_alone(key: str) -> Candidate:
    place = off_limits.OFF_LIMITS[key]
    return Candidate(
        what=f"{place.name}, which no source reads",
        evidence="its address says so",
        name=key,
        note=f"{place.why}. Instead, {place.todo(key)}",
    )


_NEEDS_KEY = "needs a free API key"
_REDDIT = "needs an app that Reddit approved; or feed_token and feed_user of your own account"
_REDDIT_APP = {"client_id": "env:REPWATCH_REDDIT_ID", "client_secret": "env:REPWATCH_REDDIT_SECRET"}
_BLUESKY = re.compile(r"/profile/((?:[a-z0-9-]+\.)+[a-z]{2,24}|did:[a-z]+:[\w.:%-]+)", re.IGNORECASE)
_NO_NAME = (
    r"(?!(?:about|business|collections|company|explore|features|help|legal|marketplace|me|orgs|policy|search"
    r"|settings|sponsors|topics|trending)(?:/|$))"
)
"""Where other things than names stand in the paths of sites."""

_LINKS: tuple[_Link, ...] = (
    _Link(
        r"(?:apps|itunes)\.apple\.com/(?:(?P<country>[a-z]{2})/)?app/(?:[^/]+/)?id(?P<id>\d{1,18})",
        "an app in Apple's App Store",
        "appstore-{id}",
        lambda at: {
            "type": "appstore",
            "app_id": int(at["id"]),
            "countries": [at["country"].lower() or "us"],
        },
        "name the other countries that it is sold in as well",
    ),
    _Link(
        r"play\.google\.com/store/apps/details",
        "an app in Google Play",
        "googleplay-{id}",
        lambda at: (
            {"type": "googleplay", "app_id": at["id"], "unofficial": True, "paused": True}
            if re.fullmatch(r"[\w.]{1,150}", at["id"])
            else {}
        ),
        "Google's terms forbid it, and it breaks without notice: so it is paused, unless you want it all the"
        " same",
    ),
    _Link(
        r"(?:store\.steampowered|steamcommunity)\.com/app/(?P<id>\d{1,12})(?:/.*)?",
        "a game or program on Steam",
        "steam-{id}",
        lambda at: {"type": "steam", "app_id": int(at["id"])},
    ),
    _Link(
        r"(?:t|telegram)\.me/(?:s/)?(?!(?:joinchat|c|s|addstickers|share|proxy)\b)(?P<channel>[a-z]\w{3,31})(?:/\d+)?",
        "a public Telegram channel",
        "telegram-{channel}",
        lambda at: {"type": "telegram", "channels": [f"@{at['channel']}"]},
    ),
    _Link(
        r"(?:t|telegram)\.me/(?:joinchat/|\+|c/).*",
        "a private Telegram group",
        "telegram",
        lambda _: None,
        "only public channels can be read",
    ),
    _Link(
        r"reddit\.com/r/(?P<subreddit>\w{2,21})(?:/.*)?",
        "a subreddit",
        "reddit-{subreddit}",
        lambda at: {"type": "reddit", **_REDDIT_APP, "subreddits": [at["subreddit"]]},
        _REDDIT,
    ),
    _Link(
        r"reddit\.com(?!/r/)(?:/.*)?",
        "Reddit, searched for the brands",
        "reddit",
        lambda _: {"type": "reddit", **_REDDIT_APP},
        _REDDIT,
    ),
    _Link(
        r"youtube\.com/(?:channel/(?P<channel>UC[\w-]{22})(?:/.*)?|feeds/videos\.xml)",
        "the newest videos of a YouTube channel",
        "youtube-channel",
        lambda at: (
            {"type": "feed", "preset": "youtube-channel", "name": channel}
            if re.fullmatch(r"UC[\w-]{22}", channel := at["channel"] or at["channel_id"])
            else {}
        ),
    ),
    _Link(
        r"youtube\.com/channel/(?P<channel>UC[\w-]{22})(?:/.*)?",
        "the comments on a YouTube channel",
        "youtube",
        lambda at: {"type": "youtube", "api_key": "env:REPWATCH_YOUTUBE_KEY", "channel_id": at["channel"]},
        f"{_NEEDS_KEY}; search finds other videos that name a brand as well",
    ),
    _Link(
        r"youtube\.com/playlist",
        "the newest videos of a YouTube playlist",
        "youtube-playlist",
        lambda at: (
            {"type": "feed", "url": f"https://www.youtube.com/feeds/videos.xml?playlist_id={at['list']}"}
            if re.fullmatch(r"[\w-]{10,60}", at["list"])
            else {}
        ),
    ),
    _Link(
        r"(?:youtube\.com/(?:watch|shorts/(?P<short>[\w-]{11}))|youtu\.be/(?P<id>[\w-]{11}))",
        "the comments on a YouTube video",
        "youtube",
        lambda at: (
            {"type": "youtube", "api_key": "env:REPWATCH_YOUTUBE_KEY", "search": False, "videos": [video]}
            if re.fullmatch(r"[\w-]{11}", video := at["short"] or at["id"] or at["v"])
            else {}
        ),
        _NEEDS_KEY,
    ),
    _Link(
        rf"medium\.com/(?P<name>tag/[\w-]+|@[\w.-]+|{_NO_NAME}[\w-]+)(?:/.*)?",
        "stories on Medium",
        "medium-{name}",
        lambda at: {"type": "feed", "preset": "medium", "name": at["name"]},
    ),
    _Link(
        r"dev\.to/t/(?P<tag>\w+)(?:/.*)?",
        "articles with a tag on dev.to",
        "devto-{tag}",
        lambda at: {"type": "devto", "tags": [at["tag"].lower()]},
    ),
    _Link(
        r"dev\.to(?!/t/)(?:/.*)?",
        "articles on dev.to that have a brand's terms as tags",
        "devto",
        lambda _: {"type": "devto"},
    ),
    _Link(
        rf"github\.com/{_NO_NAME}(?P<owner>[\w-]{{1,39}})/(?P<repo>[\w.-]{{1,100}})(?:/.*)?",
        "issues and pull requests of a repository on GitHub that name a brand",
        "github-{owner}-{repo}",
        lambda at: {
            "type": "github",
            "repositories": [f"{at['owner']}/{at['repo'].removesuffix('.git')}"],
        },
        "without repositories all of GitHub is searched",
    ),
    _Link(
        rf"github\.com(?!/{_NO_NAME}[^/]+/[^/]+)(?:/.*)?",
        "issues and pull requests on GitHub that name a brand",
        "github",
        lambda _: {"type": "github"},
    ),
    _Link(
        r"(?:(?!chat|data|api|area51)(?P<exchange>[\w.-]+)\.stackexchange\.com|(?P<site>(?:[\w-]+\.)?(?:stackoverflow|superuser"
        r"|serverfault|askubuntu|stackapps)|mathoverflow\.net)(?:\.com)?)(?:/.*)?",
        "a site of Stack Exchange",
        "stackexchange-{exchange}{site}",
        lambda at: {"type": "stackexchange", "sites": [(at["exchange"] or at["site"]).lower()]},
    ),
    _Link(
        r"bsky\.app(?:/.*)?",
        "Bluesky, searched for the brands",
        "bluesky",
        lambda at: {
            "type": "bluesky",
            "handle": found[1] if (found := _BLUESKY.search(at["url"])) else "you.bsky.social",
            "password": "env:REPWATCH_BSKY_PASSWORD",
        },
        "handle is your own account, with an app password; somebody else's that is to be watched belongs"
        " into own_accounts of its brand",
    ),
    _Link(
        r"(?:\w+\.)?trustpilot\.com/review/(?P<domain>[\w-]+(?:\.[\w-]+)+)",
        "reviews of a company on Trustpilot",
        "trustpilot-{domain}",
        lambda at: {
            "type": "trustpilot",
            "business_unit": at["domain"].lower(),
            "api_key": "env:REPWATCH_TRUSTPILOT_KEY",
        },
        "needs an API key of a paid plan: its pages may not be read. Those that you saved: repwatch import"
        " FILE",
    ),
    _Link(
        r"(?:news\.ycombinator\.com|hn\.algolia\.com)(?:/.*)?",
        "Hacker News, searched for the brands",
        "hackernews",
        lambda _: {"type": "hackernews"},
    ),
    _Link(
        r"producthunt\.com/(?:posts|products)/(?P<slug>[\w-]+)(?:/.*)?",
        "comments on a launch on Product Hunt",
        "producthunt-{slug}",
        lambda at: {"type": "producthunt", "slugs": [at["slug"]], "token": "env:REPWATCH_PRODUCTHUNT_TOKEN"},
        "needs a free token; slugs are those of posts",
    ),
    _Link(
        r"(?:\w+\.)?wordpress\.org/(?:plugins|support/plugin)/(?P<plugin>[\w-]+)(?:/.*)?",
        "reviews of a plugin on wordpress.org",
        "wordpress-{plugin}",
        lambda at: {"type": "feed", "preset": "wordpress-plugin", "name": at["plugin"].lower()},
    ),
    _Link(
        r"google\.[a-z.]{2,6}/alerts/feeds/\d+/\d+",
        "what a Google Alert finds",
        "google-alert",
        lambda at: {"type": "feed", "preset": "googlealerts", "url": at["url"]},
        "for personal, non-commercial use, say Google's terms",
    ),
    _Link(
        r"news\.google\.com(?:/.*)?",
        "headlines on Google News that name a brand",
        "google-news",
        lambda at: {
            "type": "feed",
            "preset": "googlenews",
            "name": hl if re.fullmatch(r"[a-z]{2}-[A-Z]{2}", hl := at["hl"]) else "en-US",
        },
        "solely for a personal feed reader, for personal, non-commercial use, says the feed",
    ),
    _Link(
        r"(?:x|twitter)\.com(?:/.*)?",
        "posts on X that name a brand",
        "x",
        lambda _: {"type": "x", "token": "env:REPWATCH_X_TOKEN", "monthly_usd": 0.0},
        "X is paid for by use: monthly_usd is the most that it may cost in a month; at 0 nothing is asked",
    ),
    _Link(
        r"(?:\w+\.)?facebook\.com/(?:(?:pages|people)/[^/]+/|profile\.php)?(?P<id>\d{5,20})?(?:/.*)?",
        "a page on Facebook",
        "facebook-{id}",
        lambda at: (
            {"type": "facebook", "page_id": at["id"], "token": "env:REPWATCH_FACEBOOK_TOKEN"}
            if at["id"].isdigit()
            else {}
        ),
        "only a page of your own can be read, with its token",
    ),
    _Link(
        r"(?:\w+\.)?facebook\.com/(?!pages/|people/)[^/]*[^/0-9][^/]*(?:/.*)?",
        "a page on Facebook",
        "facebook",
        lambda _: None,
        'only a page of your own can be read: type = "facebook", with the number of the page (About > Page'
        " transparency) as page_id, and its token",
    ),
)
"""The forms of addresses. A place may have several."""
