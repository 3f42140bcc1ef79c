"""Where well-known places have their feeds, as data: a preset needs no code of its own.

    [sources.forum]
    type = "feed"
    preset = "phpbb"
    url = "https://forum.example"

Where forums have their feeds is what their software does as it comes; an address that was changed
is given as `url`, without a preset.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from types import MappingProxyType
from typing import Annotated
from urllib.parse import quote, quote_plus

from repwatch.model import Kind, Mention
from repwatch.sources.common import Checked

_INDEX = re.compile(r"/(?:index\.\w{2,5})?$")
_KEPT_IN_NAMES = "/@:~"


@dataclass(frozen=True, slots=True)
class Rating:
    """How a text says its rating: a pattern with a group `value`, and the ends of its scale."""

    pattern: re.Pattern[str]
    worst: float
    best: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """What is read of a place, on which terms, and where its feed is.

    `paths` come after the base address, the likeliest first: where one shows no feed, the next is
    asked. `named` take their place where a name is given. `{name}` and `{term}` are filled in;
    `{language}` and `{country}` are the two parts of a name such as "de-DE".
    """

    reads: str
    terms: str
    paths: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    base: str | None = None
    url_is: str = ""
    """What `url` is where it has to be given, with an example."""
    name_is: str = ""
    """What `name` is, with an example; empty if there is nothing to name."""
    name: str | None = None
    """The name where none is given."""
    kind: Kind = "post"
    rating: Rating | None = None
    of_publishers: bool = False
    """Titles end in the name of the publisher, and texts only repeat titles, those of others too."""

    @property
    def searched(self) -> bool:
        """Whether it is asked once for each term."""
        return any("{term}" in path for path in (*self.paths, *self.named))

    def mistake(self, url: str | None, name: str | None) -> str | None:
        """Return what is wrong with the settings for it."""
        if url is None and self.base is None:
            return f"url is missing: {self.url_is}"
        if name and not self.named:
            return "name is not needed: this preset has nothing to name"
        if not (name or self.name or self.paths):
            return f"name is missing: {self.name_is}"
        return None

    def addresses(self, url: str | None, name: str | None, term: str) -> tuple[str, ...]:
        """Return where its feed may be."""
        given = url or self.base or ""
        name = name or self.name or ""
        language, _, country = name.partition("-")
        words = {"name": name, "language": language, "country": country or language.upper()}
        filled = {key: quote(word, safe=_KEPT_IN_NAMES) for key, word in words.items()}
        paths = self.named if name else self.paths
        base = _INDEX.sub("", given.partition("?")[0])
        return tuple(base + path.format(term=quote_plus(term), **filled) if path else given for path in paths)

    def refined(self, mention: Mention, publisher: tuple[str, str | None] | None) -> Mention:
        """Return a mention with what the preset knows of it; `publisher` is a name and its address."""
        kind = "comment" if mention.kind == "comment" else self.kind
        mention = replace(mention, kind=kind)
        if self.rating is not None:
            mention = _rated(mention, self.rating)
        return _published(mention, publisher) if self.of_publishers else mention


def _rated(mention: Mention, rating: Rating) -> Mention:
    """Return a mention with the rating in its text, without the line that says nothing else."""
    found = rating.pattern.search(mention.text)
    if found is None or not rating.worst <= float(found["value"]) <= rating.best:
        return mention
    lines = mention.text.split("\n")
    return replace(
        mention,
        text="\n".join(line for line in lines if line.strip() != found[0]),
        rating=float(found["value"]),
        rating_worst=rating.worst,
        rating_best=rating.best,
    )


def _published(mention: Mention, publisher: tuple[str, str | None] | None) -> Mention:
    mention = replace(mention, text="" if mention.title else mention.text)
    if publisher is None:
        return mention
    name, url = publisher
    return replace(mention, title=mention.title.removesuffix(f" - {name}"), author=name, author_url=url)


_FORUM = "each forum has its own"
_FORUM_URL = 'give the address of the forum, such as url = "https://forum.example"'


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "fluxbb": Preset(
            reads="newest topics of a FluxBB forum",
            terms=_FORUM,
            paths=("/extern.php?action=feed&type=atom",),
            url_is=_FORUM_URL,
        ),
        "googlealerts": Preset(
            reads="what a Google Alert finds",
            terms="Google: for personal, non-commercial use",
            paths=("",),
            url_is='give the address of the feed, such as url = "https://www.google.com/alerts/feeds/1/2"',
            kind="article",
        ),
        "googlenews": Preset(
            reads="headlines of a week that Google News finds for a brand's terms",
            terms="solely for a personal feed reader, for personal, non-commercial use, says the feed",
            named=("/rss/search?q=%22{term}%22+when:7d&hl={name}&gl={country}&ceid={country}:{language}",),
            base="https://news.google.com",
            name_is='give language and country of an edition, such as name = "de-DE"',
            name="en-US",
            kind="article",
            of_publishers=True,
        ),
        "hyperkitty": Preset(
            reads="newest mails of a Mailman 3 list",
            terms="each list has its own",
            named=("/archives/list/{name}/feed/",),
            url_is='give the address of the archive, such as url = "https://lists.example"',
            name_is='give the address of the list, such as name = "users@lists.example"',
        ),
        "medium": Preset(
            reads="ten newest stories of a tag, a person or a publication on Medium",
            terms="those of Medium",
            named=("/feed/{name}",),
            base="https://medium.com",
            name_is='give a tag, a person or a publication: name = "tag/anvils", "@bea" or "the-forge"',
            kind="article",
        ),
        "mybb": Preset(
            reads="newest threads of a MyBB forum",
            terms=_FORUM,
            paths=("/syndication.php?type=atom1.0&limit=50",),
            url_is=_FORUM_URL,
        ),
        "nodebb": Preset(
            reads="newest posts of a NodeBB forum",
            terms=_FORUM,
            paths=("/recentposts.rss", "/recent.rss"),
            url_is=_FORUM_URL,
        ),
        "phpbb": Preset(
            reads="newest topics of a phpBB forum; posts of one part of it",
            terms=_FORUM,
            paths=("/feed.php?mode=topics", "/app.php/feed/topics"),
            named=("/feed.php?f={name}",),
            url_is=_FORUM_URL,
            name_is='give the number of a part of the forum, such as name = "12"',
        ),
        "public-inbox": Preset(
            reads="mails of a public-inbox archive that name a brand",
            terms="each list has its own",
            paths=("/?q=%22{term}%22&x=A",),
            url_is='give the address of the archive, such as url = "https://inbox.example/users"',
        ),
        "smf": Preset(
            reads="newest posts of a Simple Machines forum",
            terms=_FORUM,
            paths=("/index.php?action=.xml;type=rss2;sa=recent;limit=50",),
            url_is=_FORUM_URL,
        ),
        "vanilla": Preset(
            reads="newest discussions of a Vanilla forum",
            terms=_FORUM,
            paths=("/discussions/feed.rss",),
            url_is=_FORUM_URL,
        ),
        "vbulletin": Preset(
            reads="newest posts of a vBulletin forum, versions 3 to 5",
            terms=_FORUM,
            paths=("/external.php?type=RSS2&count=50&lastpost=1", "/external?type=rss2"),
            url_is=_FORUM_URL,
        ),
        "wordpress-plugin": Preset(
            reads="reviews of a plugin on wordpress.org",
            terms="those of wordpress.org",
            named=("/support/plugin/{name}/reviews/feed/",),
            base="https://wordpress.org",
            name_is='give the name of the plugin in its address, such as name = "acme-anvils"',
            kind="review",
            rating=Rating(re.compile(r"\bRating:\s*(?P<value>\d)\s+stars?\b", re.IGNORECASE), 1.0, 5.0),
        ),
        "xenforo": Preset(
            reads="newest threads of a XenForo forum or of one part of it",
            terms=_FORUM,
            paths=("/forums/-/index.rss",),
            named=("/forums/{name}/index.rss",),
            url_is=_FORUM_URL,
            name_is='give a part of the forum as its address has it, such as name = "anvils.12"',
        ),
        "youtube-channel": Preset(
            reads="15 newest videos of a YouTube channel",
            terms="those of YouTube",
            named=("/feeds/videos.xml?channel_id={name}",),
            base="https://www.youtube.com",
            name_is='give the id of the channel, such as name = "UC0123456789abcdefghijkl"',
        ),
    }
)
"""The presets by the name that `preset` takes."""


def preset_name(value: str) -> str:
    """Return the name of a preset.

    Raises:
        ValueError: there is no such preset.
    """
    if value in PRESETS:
        return value
    near = get_close_matches(value.casefold(), PRESETS, n=1)
    question = f'Did you mean "{near[0]}"?' if near else f"There are {', '.join(PRESETS)}"
    raise ValueError(f'"{value[:40]}" is no preset. {question}')


PresetName = Annotated[str, Checked(preset_name)]
"""A setting that names a preset."""
