"""Instances that answer as Mastodon does: the timelines of hashtags."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from repwatch.demo.answers import Response, as_json
from repwatch.demo.corpus import Place, Shown, answers, paragraphs

MOST_ON_A_PAGE = 40

_TAG = re.compile(r"#(\w+)")
_TRAVEL = timedelta(seconds=90)
"""How long a post takes to another instance."""


def timeline(
    address: str, statuses: Sequence[Mapping[str, Any]], tag: str, query: Mapping[str, str]
) -> Response:
    """Return a tag's newest statuses below max_id; with min_id, the oldest ones above it.

    Args:
        address: where this timeline is, for the links to its next pages.
        statuses: all that the instance knows, newest first.
        tag: without its #.
        query: limit, max_id, min_id, since_id.
    """
    limit = min(max(1, int(query.get("limit") or 20)), MOST_ON_A_PAGE)
    above = int(query.get("min_id") or query.get("since_id") or 0)
    below = int(query["max_id"]) if query.get("max_id") else None
    matching = [
        status
        for status in statuses
        if tag.casefold() in {each["name"] for each in status["tags"]}
        and above < int(status["id"])
        and (below is None or int(status["id"]) < below)
    ]
    chosen = matching[-limit:] if query.get("min_id") else matching[:limit]
    return as_json(chosen, headers=_links(address, chosen, limit) if chosen else {})


def _links(address: str, chosen: Sequence[Mapping[str, Any]], limit: int) -> dict[str, str]:
    older = urlencode({"limit": limit, "max_id": chosen[-1]["id"]})
    newer = urlencode({"limit": limit, "min_id": chosen[0]["id"]})
    return {"Link": f'<{address}?{older}>; rel="next", <{address}?{newer}>; rel="prev"'}


def statuses(
    here: Place, shown: Sequence[Shown], relayed: Sequence[tuple[Place, Shown]]
) -> list[dict[str, Any]]:
    """Return what an instance knows, newest first: its own posts, and those that reached it from others."""
    answered = answers(shown)
    known = [_status(here, here, each, answered[each.post.id]) for each in shown]
    known += [_status(home, here, each, 0) for home, each in relayed]
    return sorted(known, key=lambda status: int(status["id"]), reverse=True)


def _status(home: Place, here: Place, shown: Shown, replies: int) -> dict[str, Any]:
    """A status of `home` as the instance `here` shows it: the same uri, an id and counts of its own."""
    post, at, remote = shown.post, shown.dated, home is not here
    origin, name = home.home, post.by or "nobody"
    number = _snowflake(at, post.id)
    return {
        "id": str(_snowflake(at + _TRAVEL, post.id) if remote else number),
        "created_at": _iso_ms(at),
        **_reply_to(None if remote else home, shown),
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": post.lang,
        "uri": f"{origin}/users/{name}/statuses/{number}",
        "url": f"{origin}/@{name}/{number}",
        "replies_count": replies,
        "reblogs_count": 0 if remote else post.reposts,
        "favourites_count": 0 if remote else post.likes,
        "edited_at": _iso_ms(shown.edited_at) if shown.edited_at else None,
        "content": post.html if post.html is not None else _with_links(shown.text, origin),
        "reblog": None,
        "account": {
            "id": _account_id(name),
            "username": name,
            "acct": f"{name}@{urlsplit(origin).hostname}" if remote else name,
            "display_name": name.replace("_", " "),
            "bot": post.bot,
            "discoverable": True,
            "indexable": True,
            "noindex": False,
            "url": f"{origin}/@{name}",
            "uri": f"{origin}/users/{name}",
        },
        "media_attachments": [],
        "mentions": [],
        "tags": [
            {"name": tag.lower(), "url": f"{origin}/tags/{tag.lower()}"} for tag in _TAG.findall(shown.text)
        ],
        "emojis": [],
        "card": None,
        "poll": None,
    }


def _reply_to(home: Place | None, shown: Shown) -> dict[str, str | None]:
    """Which post and account it answers, by the ids of its own instance; another one knows neither."""
    post = shown.post
    parent = next((other for other in home.posts if other.id == post.to), None) if home else None
    if parent is None or parent.ago is None or post.ago is None:
        return {"in_reply_to_id": None, "in_reply_to_account_id": None}
    written_at = shown.dated + post.ago - parent.ago
    return {
        "in_reply_to_id": str(_snowflake(written_at, parent.id)),
        "in_reply_to_account_id": _account_id(parent.by or "nobody"),
    }


def _account_id(name: str) -> str:
    return str(109 * 10**15 + int.from_bytes(_digest(name)))


def _snowflake(at: datetime, post_id: str) -> int:
    """An id that grows with time, as these servers make them."""
    return (int(at.timestamp() * 1000) << 16) | int.from_bytes(_digest(post_id)[:2])


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=6).digest()


def _with_links(text: str, origin: str) -> str:
    """The text as these servers keep it: paragraphs, with hashtags as links."""
    link = rf'<a href="{origin}/tags/\1" class="mention hashtag" rel="tag">#<span>\1</span></a>'
    return _TAG.sub(link, paragraphs(text).replace("\n", "<br />"))


def _iso_ms(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
