"""The invented texts: who said what, where, and how long before the demo began."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from importlib.resources import files
from typing import Any

_AGO = re.compile(r"(?P<sign>-?)(?P<span>(?:(?P<days>\d+)d)?(?:(?P<hours>\d+)h)?(?:(?P<minutes>\d+)m)?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One text as its place holds it.

    `ago` is how long before the demo began it was written, negative for one that arrives later,
    None for an undated one. `html` stands in for `text` where the markup itself matters. `to` is the id of
    the post it answers. From `edited` on, counted as `ago` is, it reads `now_reads`.
    """

    id: str
    by: str | None = None
    title: str = ""
    text: str = ""
    html: str | None = None
    ago: timedelta | None = None
    edited: timedelta | None = None
    now_reads: str | None = None
    to: str | None = None
    lang: str | None = None
    url: str | None = None
    stars: str | None = None
    likes: int = 0
    reposts: int = 0
    bot: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A post at a moment: with its time, and as it reads by then."""

    post: Post
    at: datetime | None
    edited_at: datetime | None

    @property
    def text(self) -> str:
        """The text that holds now."""
        changed = self.edited_at is not None and self.post.now_reads is not None
        return (self.post.now_reads or "") if changed else self.post.text

    @property
    def dated(self) -> datetime:
        """Its time, where every post has one."""
        if self.at is None:
            raise ValueError(f"{self.post.id} has no date")
        return self.at

    @property
    def changed_at(self) -> datetime | None:
        """When it was written or last edited."""
        return self.edited_at or self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A site with its posts.

    `home` is its public address, `also` names posts of other places that it shows too, as
    `place:id`, and `best` is the best rating that it knows.
    """

    key: str
    title: str
    home: str
    lang: str
    posts: tuple[Post, ...]
    also: tuple[str, ...] = ()
    item: str = ""
    best: str = "5"

    def shown(self, started: datetime, now: datetime) -> list[Shown]:
        """Return what can be seen at `now`, newest first; undated posts come last."""
        seen = [at_moment(post, started, now) for post in self.posts]
        there = [shown for shown in seen if shown is not None]
        return sorted(there, key=lambda shown: shown.at.timestamp() if shown.at else 0.0, reverse=True)

    def address(self, post: Post) -> str:
        """Return the public address of a post."""
        return post.url or f"{self.home}/{post.id}"


def at_moment(post: Post, started: datetime, now: datetime) -> Shown | None:
    """Return the post as it stands at `now`, or None when it is not written yet."""
    at = None if post.ago is None else started - post.ago
    if at is not None and at > now:
        return None
    edited_at = None if post.edited is None else started - post.edited
    if edited_at is not None and edited_at > now:
        edited_at = None
    return Shown(post, at, edited_at)


def newest(shown: Iterable[Shown]) -> datetime | None:
    """Return when any of them was last written or edited."""
    return max((each.changed_at for each in shown if each.changed_at), default=None)


def answers(shown: Iterable[Shown]) -> Counter[str]:
    """Return how many of them answer each post, by its id."""
    return Counter(each.post.to for each in shown if each.post.to is not None)


def html_of(shown: Shown) -> str:
    """Return a post as a platform keeps it: in paragraphs, with everything escaped that was typed."""
    return shown.post.html if shown.post.html is not None else paragraphs(shown.text)


def paragraphs(text: str) -> str:
    """Return plain text as HTML."""
    return "".join(f"<p>{escape(part, quote=False)}</p>" for part in text.split("\n\n"))


def load() -> dict[str, Place]:
    """Return all places by key."""
    folder = files("repwatch.demo") / "places"
    found = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda f: f.name
    )
    places = (
        _place(entry.name.removesuffix(".toml"), tomllib.loads(entry.read_text("utf-8"))) for entry in found
    )
    return {place.key: place for place in places}


def _place(key: str, values: dict[str, Any]) -> Place:
    posts = tuple(_post(post) for post in values.pop("posts"))
    return Place(key=key, posts=posts, **{name: _frozen(value) for name, value in values.items()})


def _post(values: dict[str, Any]) -> Post:
    times = values.pop("times", 1)
    spans: dict[str, Any] = {name: ago(values[name]) for name in ("ago", "edited") if name in values}
    return Post(**{**values, **spans, "text": values.get("text", "") * times})


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def ago(text: str) -> timedelta:
    """Return the span that `3d4h`, `45m` or, for later than the beginning, `-20m` means.

    Raises:
        ValueError: it is none.
    """
    found = _AGO.fullmatch(text)
    if found is None or not found["span"]:
        raise ValueError(f"{text!r} is no span of time like 3d4h")
    span = timedelta(**{unit: int(found[unit] or 0) for unit in ("days", "hours", "minutes")})
    return -span if found["sign"] else span
