"""Which column of a file is what: by what a person says, by named maps, and by usual names.

The maps know the columns that some tools write, as far as that is public:

* play-console: https://support.google.com/googleplay/android-developer/answer/6135870
* play-scraper: https://pypi.org/project/google-play-scraper/
* hit-sentences, full-text and article-attributes: what public code reads that works on exports of
  Meltwater, Brandwatch and Talkwalker
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from repwatch.errors import UsageError
from repwatch.imports.values import Scale
from repwatch.model import Kind

FIELDS: Mapping[str, str] = {
    "title": "its title",
    "text": "its text; HTML becomes plain text",
    "url": "where it can be read",
    "author": "the author's name, as shown",
    "author_id": "the author's account, in the form that own_accounts have",
    "author_url": "the author's page",
    "published_at": "when the author spoke",
    "edited_at": "when it was edited",
    "answered_at": "when whom it is about answered under it",
    "kind": "post, comment, review or article",
    "lang": "its language, such as en",
    "rating": "the stars or points of a review",
    "rating_worst": "the lowest rating that there is",
    "rating_best": "the highest rating that there is",
    "item": "what a review is about",
    "likes": "likes",
    "replies": "replies",
    "reposts": "reposts",
    "views": "views",
    "score": "up-votes less down-votes",
    "brand": "the brand that it is about, by its key or name",
    "space": "where its id is unique, as repwatch names it: reddit, hackernews",
    "native_id": "its id there",
    "parent_id": "the id of what it answers; needs space",
    "thread_id": "the id of its thread; needs space",
}
"""What a column may be, in the words of `repwatch export`."""

ALSO: Mapping[str, str] = {"id": "native_id", "date": "published_at", "language": "lang"}
"""Other words for fields."""

USUAL: Mapping[str, tuple[str, ...]] = {
    "text": (
        "text", "full text", "body", "content", "review text", "review body", "review content", "review",
        "comment text", "comment body", "comment content", "comment", "message", "post text", "post content",
        "mention text", "mention", "description", "snippet", "excerpt", "opening text", "caption", "selftext",
        "feedback", "response text", "tweet text", "tweet", "post",
    ),
    "title": (
        "title", "headline", "subject", "review title", "review headline", "post title", "article title",
        "summary",
    ),
    "url": (
        "url", "link", "permalink", "permalink url", "review url", "review link", "post url", "post link",
        "comment url", "mention url", "mention link", "article url", "source url", "web url",
    ),
    "author": (
        "author", "author name", "author username", "author display name", "user name", "username", "user",
        "reviewer", "reviewer name", "reviewer display name", "display name", "nickname", "screen name",
        "consumer name", "customer name", "posted by", "created by", "by", "from", "influencer",
    ),
    "author_url": ("author url", "author link", "author profile", "profile url", "user profile url"),
    "published_at": (
        "published at", "published", "publish date", "published date", "date published", "publication date",
        "pub date", "created at", "created", "created utc", "creation date", "created date", "date created",
        "create time", "review date", "date of review", "review created at", "comment date", "post date",
        "posted at", "posted on", "posted", "submitted at", "submission date", "date", "date time",
        "datetime", "timestamp", "time", "at",
    ),
    "answered_at": ("answered at", "replied at", "reply date", "response date"),
    "edited_at": ("edited at", "edited", "updated at", "last updated", "date modified", "modified"),
    "rating": (
        "rating", "star rating", "stars", "review rating", "review stars", "rating value", "overall rating",
        "number of stars",
    ),
    "rating_worst": ("rating worst", "worst rating"),
    "rating_best": ("rating best", "best rating", "max rating", "rating max", "rating scale"),
    "kind": ("kind", "mention type", "content type", "page type"),
    "lang": ("lang", "language", "language code", "review language", "reviewer language", "locale"),
    "likes": (
        "likes", "like count", "number of likes", "likes count", "favorites", "favourites", "favorite count",
        "thumbs up count", "thumbs up", "helpful count", "helpful votes",
    ),
    "replies": ("replies", "reply count", "comments", "comment count", "comments count", "num comments"),
    "reposts": ("reposts", "retweets", "retweet count", "shares", "share count", "shares count"),
    "views": ("views", "view count", "views count"),
    "native_id": (
        "native id", "id", "review id", "comment id", "post id", "mention id", "message id", "tweet id",
        "document id", "resource id", "uuid", "guid",
    ),
}  # fmt: skip
"""Names that columns usually have, by field; of several that are there the first counts."""

Columns = tuple[tuple[str, ...], ...]
"""Where a field is found: the first of the alternatives that says anything, its columns put together."""


@dataclass(frozen=True, slots=True)
class NamedMap:
    """The columns that a tool writes; it is recognised by those in `known_by`."""

    about: str
    known_by: tuple[str, ...]
    columns: Mapping[str, str]
    kind: Kind | None = None
    scale: Scale | None = None


FIVE_STARS = Scale(1, 5)

MAPS: Mapping[str, NamedMap] = {
    "play-console": NamedMap(
        "reviews of an app, as Google's Play Console writes them month by month",
        ("Star Rating", "Review Text", "Review Link", "Review Submit Millis Since Epoch"),
        {
            "title": "Review Title",
            "text": "Review Text",
            "url": "Review Link",
            "rating": "Star Rating",
            "lang": "Reviewer Language",
            "published_at": "Review Submit Millis Since Epoch",
            "edited_at": "Review Last Update Millis Since Epoch",
            "answered_at": "Developer Reply Millis Since Epoch",
        },
        kind="review",
        scale=FIVE_STARS,
    ),
    "play-scraper": NamedMap(
        "reviews of an app, as the library google-play-scraper returns them",
        ("reviewId", "userName", "content", "score", "thumbsUpCount", "at"),
        {
            "native_id": "reviewId",
            "text": "content",
            "author": "userName",
            "rating": "score",
            "likes": "thumbsUpCount",
            "published_at": "at",
            "answered_at": "repliedAt",
        },
        kind="review",
        scale=FIVE_STARS,
    ),
    "hit-sentences": NamedMap(
        "mentions with an opening text and a hit sentence, as Meltwater exports them",
        ("Hit Sentence", "Opening Text", "URL", "Date"),
        {
            "title": "Headline|Title",
            "text": "Opening Text+Hit Sentence",
            "url": "URL",
            "author": "Influencer",
            "published_at": "Date",
            "lang": "Language",
        },
    ),
    "full-text": NamedMap(
        "mentions with a full text and a query's name, as Brandwatch exports them",
        ("Full Text", "Query Name", "Url", "Date"),
        {
            "title": "Title",
            "text": "Full Text|Snippet",
            "url": "Url",
            "author": "Author",
            "published_at": "Date",
            "lang": "Language",
        },
    ),
    "article-attributes": NamedMap(
        "mentions with extended attributes, as Talkwalker exports them",
        ("content", "url", "published", "extra_author_attributes.name"),
        {
            "title": "title",
            "text": "content",
            "url": "url",
            "author": "extra_author_attributes.name|extra_author_attributes.short_name",
            "published_at": "published",
            "lang": "lang",
        },
    ),
}
"""Columns of tools by the name that --as takes."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which columns are which field, and what the tool they come from implies."""

    columns: Mapping[str, Columns]
    map: str | None = None
    kind: Kind | None = None
    scale: Scale | None = None
    unused: tuple[str, ...] = field(default=())

    @property
    def words(self) -> str:
        """The map as it would be typed: text=body,url=link."""
        return ",".join(f"{name}={written(columns)}" for name, columns in self.columns.items())


def written(columns: Columns) -> str:
    """Return where a field is found as a person would type it: Full Text|Snippet, pros+cons."""
    return "|".join("+".join(parts) for parts in columns)


def known(names: Sequence[str]) -> int:
    """Return how many of some names are usual ones of columns, or stand in a map."""
    return len({normal(name) for name in names} & _KNOWN)


def choose(
    columns: Sequence[str], asked: Mapping[str, str], map: str | None, *, wordiest: str | None = None
) -> Chosen:
    """Return which column is what.

    Args:
        columns: those of the file.
        asked: columns by field, as a person typed them; they go before everything else.
        map: a named map to use; without one it is recognised, if it can be.
        wordiest: the column to propose where none is known to hold what was written.

    Raises:
        UsageError: a field or a column does not exist, or nothing says what was written.
    """
    named = map or next((name for name, one in MAPS.items() if _has(columns, one.known_by)), None)
    found: dict[str, Columns] = {}
    given = MAPS[named] if named else None
    for name, spec in (given.columns if given else {}).items():
        if there := _there(spec, columns):
            found[name] = there
    if given is None:
        found |= _usual(columns)
    for said, spec in asked.items():
        name = ALSO.get(said, said)
        if name not in FIELDS:
            raise UsageError(f'no field "{name}"', hint=_near(name, FIELDS, "The fields are: "))
        found.pop(name, None)
        if spec:
            found[name] = _named(spec, columns)
    if not found.keys() & {"text", "title", "rating"}:
        raise UsageError(
            "no column holds texts, titles or ratings, as far as the names tell",
            hint=f'Say which one: --map text="{wordiest or "NAME"}"   It has: {", ".join(columns) or "none"}',
        )
    used = {part for each in found.values() for parts in each for part in parts}
    return Chosen(
        columns={name: found[name] for name in FIELDS if name in found},
        map=named,
        kind=given.kind if given else None,
        scale=given.scale if given else None,
        unused=tuple(name for name in columns if name not in used),
    )


def normal(name: str) -> str:
    """Return a column's name in small letters, its words apart: reviewText, Review_Text: review text."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", unicodedata.normalize("NFKC", name))
    return " ".join(re.sub(r"[^\w]|_", " ", apart).casefold().split())


_KNOWN = {normal(each) for names in USUAL.values() for each in names} | {
    normal(name) for one in MAPS.values() for name in one.known_by
}


def _usual(columns: Sequence[str]) -> dict[str, Columns]:
    by_name: dict[str, str] = {}
    for column in columns:
        by_name.setdefault(normal(column), column)
    found: dict[str, Columns] = {}
    for name, usual in USUAL.items():
        first = next((each for each in usual if each in by_name), None)
        if first is not None:
            found[name] = ((by_name.pop(first),),)
    return found


def _has(columns: Sequence[str], wanted: Iterable[str]) -> bool:
    return {each.casefold() for each in wanted} <= {each.casefold() for each in columns}


def _there(spec: str, columns: Sequence[str]) -> Columns:
    """Return those columns of a map that a file has."""
    by_name = {column.casefold(): column for column in reversed(columns)}
    alternatives = (
        tuple(by_name[part.casefold()] for part in each.split("+") if part.casefold() in by_name)
        for each in spec.split("|")
    )
    return tuple(parts for parts in alternatives if parts)


def _named(spec: str, columns: Sequence[str]) -> Columns:
    """Return the columns that a person means.

    Raises:
        UsageError: one of them does not exist.
    """
    if spec in columns:
        return ((spec,),)
    return tuple(tuple(_column(part, columns) for part in each.split("+")) for each in spec.split("|"))


def _column(name: str, columns: Sequence[str]) -> str:
    name = name.strip()
    if name in columns:
        return name
    alike = [column for column in columns if normal(column) == normal(name)]
    if len(alike) == 1:
        return alike[0]
    raise UsageError(f'no column "{name}"', hint=_near(name, columns, "It has: "))


def _near(name: str, names: Iterable[str], all: str) -> str:
    close = get_close_matches(name, list(names), 1)
    return f'Did you mean "{close[0]}"?' if close else all + (", ".join(names) or "none")
