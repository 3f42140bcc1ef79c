"""Reviews of a game or program on Steam.

Documentation: https://partner.steamgames.com/doc/store/getreviews; languages are named there as in
https://partner.steamgames.com/doc/store/localization/languages
Limits: no login; about 200 requests in five minutes.
Terms: those of Steam (https://store.steampowered.com/subscriber_agreement/); the reviews are their
authors'.

What Steam would leave out unasked is asked for: all languages, keys from other shops, and the
time of a "review bomb". An app that does not exist answers as one without reviews does: nothing
tells the two apart, so look at a new source once (repwatch source test). The names of authors are
not in the answer; of the answers of developers, which have no id, only the time is kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote

from repwatch.dates import moment
from repwatch.model import Answer, Brand, Mention, Page, Request, Task
from repwatch.sources.common import WebAddress, count, entries, sifted, table, word

REVIEWS_ON_A_PAGE = 100
FIRST_PAGE = "*"

_LANGUAGES = {
    "arabic": "ar", "brazilian": "pt-BR", "bulgarian": "bg", "czech": "cs", "danish": "da", "dutch": "nl",
    "english": "en", "finnish": "fi", "french": "fr", "german": "de", "greek": "el", "hungarian": "hu",
    "indonesian": "id", "italian": "it", "japanese": "ja", "koreana": "ko", "latam": "es-419",
    "norwegian": "no", "polish": "pl", "portuguese": "pt-PT", "romanian": "ro", "russian": "ru",
    "schinese": "zh-CN", "spanish": "es-ES", "swedish": "sv", "tchinese": "zh-TW", "thai": "th",
    "turkish": "tr", "ukrainian": "uk", "vietnamese": "vi",
}  # fmt: skip
"""Steam's names for languages, as tags that everybody knows."""

_TAG = re.compile(r"\[/?(?P<name>\*|[a-z][a-z0-9]{0,9})(?:=[^\[\]\n]{0,2000})?\]", re.IGNORECASE)
_BREAKS = dict.fromkeys(
    ("*", "code", "h1", "h2", "h3", "hr", "list", "olist", "p", "quote", "table", "tr"), "\n"
)
_LEAVES = (
    _BREAKS
    | dict.fromkeys(("td", "th"), " ")
    | dict.fromkeys(("b", "i", "noparse", "s", "spoiler", "strike", "u", "url"), "")
)
"""What the tags of Steam's BBCode leave in the text; other words in brackets are the author's."""


@dataclass(frozen=True, slots=True)
class Steam:
    """Reads the reviews of one app."""

    type: ClassVar[str] = "steam"
    reads: ClassVar[str] = "reviews of a game or program"
    login: ClassVar[str] = "none"
    terms: ClassVar[str] = "Steam's own; the reviews are their authors'"
    author_like: ClassVar[str] = "steam:900100200"
    author_id: ClassVar[str] = r"[0-9]+"
    pace_s: ClassVar[float] = 1.5
    version: ClassVar[int] = 1

    app_id: int
    base_url: WebAddress = "https://store.steampowered.com"
    site: WebAddress = "https://steamcommunity.com"

    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return the id of the app."""
        return (str(self.app_id),)

    def request(self, task: Task) -> Request:
        """Return the request for one page of reviews, newest first."""
        params = {
            "json": "1",
            "filter": "recent",
            "language": "all",
            "purchase_type": "all",
            "filter_offtopic_activity": "0",
            "num_per_page": str(REVIEWS_ON_A_PAGE),
            "cursor": task.cursor or FIRST_PAGE,
        }
        return Request("GET", f"{self.base_url.rstrip('/')}/appreviews/{task.query}", tuple(params.items()))

    def parse(self, task: Task, answer: Answer) -> Page:
        """Return the reviews of a page.

        Raises:
            ParseError: the answer has no list of reviews.
        """
        body = answer.json()
        reviews = entries(body, "reviews")
        read = [self._review(task, review) if isinstance(review, dict) else "no object" for review in reviews]
        following = word(body.get("cursor")) if reviews else None
        return sifted(
            read,
            cursors=() if following in (None, task.cursor or FIRST_PAGE) else (following,),
        )

    def _review(self, task: Task, review: Mapping[str, Any]) -> Mention | str:
        """Return what a review says, or why it can't be used."""
        text = _plain(word(review.get("review")) or "")
        recommended = review.get("voted_up")
        rating = float(recommended) if isinstance(recommended, bool) else None
        if not text and rating is None:
            return "neither text nor rating"
        account = word(table(review.get("author")).get("steamid"))
        profile = f"{self.site.rstrip('/')}/profiles/{quote(account, safe='')}" if account else None
        written, changed = moment(review.get("timestamp_created")), moment(review.get("timestamp_updated"))
        return Mention(
            space="steam",
            native_id=word(review.get("recommendationid")),
            kind="review",
            url=f"{profile}/recommended/{task.query}/" if profile else None,
            text=text,
            author_id=f"steam:{account}" if account else None,
            author_url=profile,
            published_at=written,
            edited_at=changed if changed != written else None,
            lang=_LANGUAGES.get(word(review.get("language")) or ""),
            rating=rating,
            rating_worst=None if rating is None else 0.0,
            rating_best=None if rating is None else 1.0,
            likes=count(review.get("votes_up")),
            replies=count(review.get("comment_count")),
            answered_at=moment(review.get("timestamp_dev_responded")),
        )


def _plain(bbcode: str) -> str:
    """Return the text that a reader of BBCode sees, blocks as lines."""
    text = _TAG.sub(lambda tag: _LEAVES.get(tag["name"].lower(), tag[0]), bbcode)
    return "\n".join(filter(None, (" ".join(line.split()) for line in text.split("\n"))))
