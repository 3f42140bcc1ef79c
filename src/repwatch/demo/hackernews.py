"""A news site for makers that answers as the search engine of Hacker News does."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from http import HTTPStatus
from typing import Any

from repwatch.demo.answers import Response, as_json
from repwatch.demo.corpus import Post, Shown

MOST_HITS = 1_000
"""The real one gives no more to one query, however many pages are asked for."""

_FIRST_ID = 9_900_000_000  # beyond all real ones, since links to them lead to the real site
_SEARCHED = ("title", "url", "story_text", "comment_text")
_BOUND = re.compile(r"created_at_i\s*(>=|<=|=|>|<)\s*(\d+)")
_TERM = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')


def search(shown: Sequence[Shown], query: Mapping[str, str]) -> Response:
    """Return one page of the stories and comments that match, newest first.

    Words and "phrases" match whole words only, as they do without typo tolerance and prefixes.
    """
    filters = [part.strip() for part in query.get("numericFilters", "").split(",") if part.strip()]
    bounds = [_BOUND.fullmatch(part) for part in filters]
    if not all(bounds):
        refused = {"message": "invalid numeric attribute", "status": HTTPStatus.BAD_REQUEST}
        return as_json(refused, status=HTTPStatus.BAD_REQUEST)
    kinds = set(re.findall(r"\w+", query.get("tags", ""))) & {"story", "comment"} or {"story", "comment"}
    searched = [
        name for name in query.get("restrictSearchableAttributes", "").split(",") if name
    ] or _SEARCHED
    words = query.get("query", "")
    hits = [
        hit
        for hit in _hits(shown)
        if hit["_tags"][0] in kinds
        and all(_holds(hit["created_at_i"], bound) for bound in bounds if bound)
        and found(words, "\n".join(str(hit.get(name) or "") for name in searched))
    ]
    on_a_page = min(max(1, int(query.get("hitsPerPage") or 20)), MOST_HITS)
    number = max(0, int(query.get("page") or 0))
    reachable = hits[:MOST_HITS]
    return as_json(
        {
            "hits": reachable[number * on_a_page : (number + 1) * on_a_page],
            "nbHits": len(hits),
            "page": number,
            "nbPages": -(-len(reachable) // on_a_page),
            "hitsPerPage": on_a_page,
            "exhaustiveNbHits": True,
            "query": words,
            "processingTimeMS": 1,
        }
    )


def found(wanted: str, text: str) -> bool:
    """Whether all words and "phrases" occur as whole words, and no -excluded one, whatever the case."""
    words = _words(text)
    for minus, phrase, word in _TERM.findall(wanted):
        part = _words(phrase or word)
        there = any(words[i : i + len(part)] == part for i in range(len(words) - len(part) + 1))
        if part and there == bool(minus):
            return False
    return True


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _holds(value: int, bound: re.Match[str]) -> bool:
    limit = int(bound[2])
    return {
        ">": value > limit,
        ">=": value >= limit,
        "<": value < limit,
        "<=": value <= limit,
        "=": value == limit,
    }[bound[1]]


def _hits(shown: Sequence[Shown]) -> list[dict[str, Any]]:
    posts = {each.post.id: each.post for each in shown}
    stories = {post.id: _story(post, posts) for post in posts.values()}
    return [_hit(each, posts, stories) for each in shown]


def _story(post: Post, posts: Mapping[str, Post]) -> Post:
    while post.to is not None:
        post = posts[post.to]
    return post


def _hit(shown: Shown, posts: Mapping[str, Post], stories: Mapping[str, Post]) -> dict[str, Any]:
    """A story or a comment with the fields that it has there, null ones included."""
    post, at, story = shown.post, shown.dated, stories[shown.post.id]
    html = "<p>".join(escape(part).replace("/", "&#x2F;") for part in shown.text.split("\n\n"))
    kind = "story" if post is story else "comment"
    hit: dict[str, Any] = {
        "objectID": _number(post.id),
        "author": post.by,
        "created_at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "created_at_i": int(at.timestamp()),
        "updated_at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "story_id": int(_number(story.id)),
        "children": [int(_number(other.id)) for other in posts.values() if other.to == post.id],
        "_tags": [kind, f"author_{post.by}", f"story_{_number(story.id)}"],
    }
    if post.to is not None:
        return {
            **hit,
            "comment_text": html,
            "parent_id": int(_number(post.to)),
            "story_title": story.title,
            "story_url": story.url,
            "points": None,
        }
    comments = sum(its_story is post for its_story in stories.values()) - 1
    said = {"story_text": html} if html else {}
    return {
        **hit,
        **said,
        "title": post.title,
        "url": post.url,
        "points": post.likes,
        "num_comments": comments,
    }


def _number(post_id: str) -> str:
    return str(_FIRST_ID + int(post_id))
