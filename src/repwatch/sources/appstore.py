"""Reviews of an app in Apple's App Store, one country at a time.

Documentation: none; the feed is what https://itunes.apple.com/us/rss/customerreviews/id=1/json
answers with the id of an app in the place of 1.
Limits: the newest 500 reviews of a country, in ten pages; an answer is hours old.
Terms: none are stated for the feed; the reviews are public, and their authors'.

Ids are those of the whole store, whatever the country. A review has no page of its own, so its
address is that of the app, with the review's id behind it. The one date that the feed gives is
that of the last change, and it was missing for years; no language is given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote

from repwatch.dates import moment
from repwatch.errors import ParseError
from repwatch.model import ITEM_OF_PAGE, Answer, Brand, Mention, Page, Request, Task
from repwatch.sources.common import WebAddress, balance, rows, sifted, stars, table, web_link, word

MOST_PAGES = 10
"""How deep a country can be paged; the page after that is an error."""

_COUNTRY = re.compile(r"[a-z]{2}")
_AUTHOR = re.compile(r"/id(\d{1,20})\b", re.ASCII)


@dataclass(frozen=True, slots=True)
class AppStore:
    """Reads the reviews of an app in the countries named, such as countries = ["us", "de"]."""

    type: ClassVar[str] = "appstore"
    reads: ClassVar[str] = "reviews of an app, by country"
    login: ClassVar[str] = "none"
    terms: ClassVar[str] = "none stated for the feed; the reviews are public"
    author_like: ClassVar[str] = "appstore:900100200"
    author_id: ClassVar[str] = r"[0-9]+"
    pace_s: ClassVar[float] = 0.0
    version: ClassVar[int] = 1

    app_id: int
    countries: tuple[str, ...] = ("us",)
    base_url: WebAddress = "https://itunes.apple.com"
    site: WebAddress = "https://apps.apple.com"

    def __post_init__(self) -> None:
        """Check the countries.

        Raises:
            ValueError: there is none, or one is no code of a country.
        """
        if not self.countries:
            raise ValueError('it needs a country, such as countries = ["us", "de"]')
        wrong = [country for country in self.countries if not _COUNTRY.fullmatch(country.lower())]
        if wrong:
            raise ValueError(
                f'"{wrong[0]}" is no country of the App Store: it takes two letters, such as "us"'
            )

    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return "us/123456789" for each country."""
        return tuple(dict.fromkeys(f"{country.lower()}/{self.app_id}" for country in self.countries))

    def request(self, task: Task) -> Request:
        """Return the request for one page of a country's reviews, newest first."""
        country, app = _place(task)
        way = f"customerreviews/page={_page(task)}/id={app}/sortby=mostrecent/json"
        return Request("GET", f"{self.base_url.rstrip('/')}/{country}/rss/{way}")

    def parse(self, task: Task, answer: Answer) -> Page:
        """Return the reviews of a page.

        Raises:
            ParseError: the answer is no feed, or the country has no such app.
        """
        body = answer.json()
        feed = body.get("feed") if isinstance(body, dict) else None
        if not isinstance(feed, dict):
            raise ParseError("the App Store answered without a feed")
        entries = _listed(feed.get("entry"))
        if not entries and task.cursor is None and not _knows_itself(feed):
            raise _no_such_app(task)
        apps = [entry for entry in entries if _is_app(entry)]
        name = next(filter(None, (_label(app, "im:name") for app in apps)), None)
        read = [self._review(task, entry, name) for entry in entries if not _is_app(entry)]
        return sifted(
            read,
            cursors=(str(_page(task) + 1),) if read and _page(task) < MOST_PAGES else (),
        )

    def _review(self, task: Task, entry: Any, app: str | None) -> Mention | str:
        """Return what a review says, or why it can't be used."""
        if not isinstance(entry, dict):
            return "no object"
        title, text = _label(entry, "title") or "", _label(entry, "content") or ""
        rating, worst, best = stars(_label(entry, "im:rating"))
        if not (title or text or rating):
            return "neither text nor rating"
        id = _label(entry, "id")
        about = web_link(_label(entry, "author", "uri"))
        account = _AUTHOR.search(about) if about else None
        return Mention(
            space="appstore",
            native_id=id,
            kind="review",
            url=self._address(task, id) if id else None,
            title=title,
            text=text,
            author=_label(entry, "author", "name"),
            author_id=f"appstore:{account[1]}" if account else None,
            author_url=about,
            published_at=moment(_label(entry, "updated")),
            rating=rating,
            rating_worst=worst,
            rating_best=best,
            item=app,
            score=balance(_label(entry, "im:voteSum")),
            marks=(ITEM_OF_PAGE,) if app else (),
        )

    def _address(self, task: Task, id: str) -> str:
        country, app = _place(task)
        return f"{self.site.rstrip('/')}/{country}/app/id{app}#review-{quote(id, safe='')}"


def _place(task: Task) -> tuple[str, str]:
    """Return the country and the app of a query."""
    country, _, app = task.query.partition("/")
    return country, app


def _page(task: Task) -> int:
    return int(task.cursor or 1)


def _listed(entries: object) -> list[Any]:
    """Return the entries of a feed: a single one is not put into a list, and none leaves no key."""
    if entries is None:
        return []
    return entries if isinstance(entries, list) else [entries]


def _is_app(entry: object) -> bool:
    """Tell whether an entry is the app itself, which some feeds put before its reviews."""
    return isinstance(entry, dict) and "im:name" in entry


def _knows_itself(feed: Mapping[str, Any]) -> bool:
    """Tell whether a feed has an address of its own: that of an app which does not exist has none."""
    links = rows(_listed(feed.get("link")))
    return any(word(table(link.get("attributes")).get("rel")) == "self" for link in links)


def _no_such_app(task: Task) -> ParseError:
    country, app = _place(task)
    return ParseError(
        f'the App Store of "{country}" has no app {app}',
        reason="not_found",
        hint="app_id is the number behind /id in the app's address; countries are where the app is sold",
    )


def _label(entry: Mapping[str, Any], *path: str) -> str | None:
    """Return the text at a path of keys, which stands under one more key in this feed."""
    found: object = entry
    for key in path:
        found = table(found).get(key)
    return word(table(found).get("label"))
