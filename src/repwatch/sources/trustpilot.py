"""Reviews of a company on Trustpilot, through its API, and those of a page that somebody saved.

Documentation: https://developers.trustpilot.com/business-units-api-(public)
Limits: a key belongs to a paid plan, which has limits of its own.
Terms: Trustpilot's (https://legal.trustpilot.com) forbid reading its pages with a program, so they
are never asked for. What a person saved from the browser can be imported: see `saved_page`.

A company is named by the id of its business unit, or by its domain, which is looked up once; the id
is where all later windows start. Of answers of companies, which have no id, only the time is kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote

from repwatch.dates import moment
from repwatch.errors import FetchError, ParseError, SourceError
from repwatch.model import ITEM_OF_PAGE, Answer, Brand, Mention, Page, Request, Secret, Task
from repwatch.sources.common import WebAddress, count, entries, remark, rows, sifted, stars, table, wall, word

REVIEWS_ON_A_PAGE = 100
SITE = "https://www.trustpilot.com"

_ID = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True, slots=True)
class Trustpilot:
    """Reads the reviews of one business unit, in all languages or in one."""

    type: ClassVar[str] = "trustpilot"
    reads: ClassVar[str] = "reviews of a company"
    login: ClassVar[str] = "API key of a paid plan"
    terms: ClassVar[str] = "the API by contract; its pages may not be read"
    author_like: ClassVar[str] = "trustpilot:5a00000000000000000000c1"
    pace_s: ClassVar[float] = 0.0
    version: ClassVar[int] = 1

    business_unit: str
    api_key: Secret
    language: str | None = None
    base_url: WebAddress = "https://api.trustpilot.com"
    site: WebAddress = SITE

    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return the business unit, as it is configured."""
        return (self.business_unit,)

    def request(self, task: Task) -> Request:
        """Return the request for one page of reviews, newest first, or for the id of a domain."""
        unit, page = _position(task)
        root = f"{self.base_url.rstrip('/')}/v1/business-units"
        headers = (("apikey", Secret(self.api_key)),)
        if unit is None:
            return Request("GET", f"{root}/find", (("name", task.query),), headers)
        params = {"perPage": str(REVIEWS_ON_A_PAGE), "page": str(page), "orderBy": "createdat.desc"}
        if self.language:
            params["language"] = self.language
        return Request("GET", f"{root}/{quote(unit, safe='')}/reviews", tuple(params.items()), headers)

    def parse(self, task: Task, answer: Answer) -> Page:
        """Return the reviews of a page.

        Raises:
            ParseError: the answer has no list of reviews, or no id for a domain.
        """
        body = answer.json()
        unit, page = _position(task)
        if unit is None:
            unit = _found(body, task)
            return Page(branches=(f"{unit}:1",), resume=unit)
        reviews = entries(body, "reviews")
        links = rows(body.get("links"))
        ends = not reviews or (links and all(word(link.get("rel")) != "next-page" for link in links))
        read = [_read(review, self.site, None) for review in reviews]
        return sifted(
            read,
            cursors=() if ends else (f"{unit}:{page + 1}",),
            resume=unit,
        )

    def explain(self, answer: Answer) -> SourceError | Page | None:
        """Say what to do about a business unit that Trustpilot does not know."""
        if answer.status != 404:
            return None
        return FetchError(
            "not_found",
            f'Trustpilot knows no business unit "{self.business_unit}"',
            hint="business_unit is the domain in the address of its page, trustpilot.com/review/…, or its id",
        )


def saved_page(answer: Answer) -> Page:
    """Return the reviews of a page of trustpilot.com that somebody saved.

    They are the same mentions as those of the API.

    Raises:
        ParseError: it is no page of reviews.
    """
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 (heavy, and not needed for the API)
    from w3lib.encoding import html_to_unicode  # noqa: PLC0415 (the same)

    _, html = html_to_unicode(answer.headers.get("content-type"), answer.body, default_encoding="utf-8")
    script = LexborHTMLParser(html).css_first("script#__NEXT_DATA__")
    if script is None:
        raise wall(answer) or ParseError(
            "this is no page of Trustpilot's reviews, or not all of it was saved"
        )
    try:
        data = json.loads(script.text())
    except (ValueError, RecursionError) as error:
        raise ParseError("the data in the page can't be read") from error
    page = table(table(table(data).get("props")).get("pageProps"))
    name = word(table(page.get("businessUnit")).get("displayName"))
    read = [_read(review, SITE, name) for review in entries(page, "reviews")]
    return sifted(read)


def _position(task: Task) -> tuple[str | None, int]:
    """Return the id of the business unit, None before it was looked up, and the page."""
    if task.cursor is not None:
        unit, _, page = task.cursor.rpartition(":")
        return unit, int(page)
    return (task.query if _ID.fullmatch(task.query) else task.resume), 1


def _found(body: object, task: Task) -> str:
    """Return the id of a domain that was looked up.

    Raises:
        ParseError: there is none.
    """
    id = word(table(body).get("id"))
    if id is None:
        said = remark(body)
        raise ParseError(f'Trustpilot names no id for "{task.query}"{f": {said}" if said else ""}')
    return id


def _read(review: object, site: str, company: str | None) -> Mention | str:
    """Return what a review says, in the words of the API or in those of a page, or why it can't be used."""
    if not isinstance(review, dict):
        return "no object"
    title, text = word(review.get("title")) or "", word(review.get("text")) or ""
    rating, worst, best = stars(review.get("stars", review.get("rating")))
    if not (title or text or rating):
        return "neither text nor rating"
    id, dates, consumer = word(review.get("id")), table(review.get("dates")), table(review.get("consumer"))
    account = word(consumer.get("id"))
    item = word(table(review.get("businessUnit")).get("displayName")) or company
    reply = table(review.get("companyReply") or review.get("reply"))
    written = moment(review.get("createdAt")) or moment(dates.get("publishedDate"))
    changed = moment(review.get("updatedAt")) or moment(dates.get("updatedDate"))
    return Mention(
        space="trustpilot",
        native_id=id,
        kind="review",
        url=_address(site, "reviews", id),
        title=title,
        text=text,
        author=word(consumer.get("displayName")),
        author_id=f"trustpilot:{account}" if account else None,
        author_url=_address(site, "users", account),
        published_at=written,
        edited_at=changed if changed != written else None,
        lang=word(review.get("language")),
        rating=rating,
        rating_worst=worst,
        rating_best=best,
        item=item,
        likes=count(review.get("numberOfLikes", review.get("likes"))),
        answered_at=moment(reply.get("createdAt")) or moment(reply.get("publishedDate")),
        marks=(ITEM_OF_PAGE,) if item else (),
    )


def _address(site: str, kind: str, id: str | None) -> str | None:
    return f"{site.rstrip('/')}/{kind}/{quote(id, safe='')}" if id else None
