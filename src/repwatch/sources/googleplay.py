"""Reviews of an app on Google Play, in the way its own web page reads them.

Documentation: none, this is no public interface; what is known of it is what other clients found
out, such as https://github.com/facundoolano/google-play-scraper.
Limits: none are stated; too many requests are answered with PlayGatewayError and status 200.
Terms: Google's (https://play.google.com/about/play-terms/) forbid automated access, so this source
works only where it is switched on by name. The official way, for an app of your own, is the Play
Developer API.

An answer is JSON behind a guard, in which the reviews are a text that is JSON again; what they say
is known by its place alone. Of answers of developers, which have no id, only the time is kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from repwatch.dates import moment
from repwatch.errors import ParseError
from repwatch.model import Answer, Brand, Mention, Page, Request, Task
from repwatch.sources.common import WebAddress, count, sifted, stars, word

REVIEWS_ON_A_PAGE = 100
MOST_PARTS = 1_000
"""Of an answer; there are a few."""
NEWEST = 2

_CALL = "oCPfdb"
_GUARD = ")]}'"
_NO_FILTERS = (None,) * 9
_START = re.compile(r"\S")
_NOT_FOUND = 5
"""The code of google.rpc.Code for it."""


@dataclass(frozen=True, slots=True)
class GooglePlay:
    """Reads the reviews of one app in the languages named; Google shows each language apart."""

    type: ClassVar[str] = "googleplay"
    reads: ClassVar[str] = "reviews of an app, by language"
    login: ClassVar[str] = "none; switch it on: unofficial = true"
    terms: ClassVar[str] = "Google's forbid it, and it breaks without notice"
    pace_s: ClassVar[float] = 0.0
    version: ClassVar[int] = 1

    app_id: str
    unofficial: bool = False
    languages: tuple[str, ...] = ("en",)
    country: str = "us"
    base_url: WebAddress = "https://play.google.com"

    def __post_init__(self) -> None:
        """Check what no single setting can say.

        Raises:
            ValueError: nobody switched it on, or there is no language.
        """
        if not self.unofficial:
            raise ValueError(
                "it reads what Google made for its own page: it breaks without notice, and Google's terms"
                " forbid it. Say unofficial = true to use it all the same"
            )
        if not self.languages:
            raise ValueError('it needs a language, such as languages = ["en"]')

    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return "en/com.acme.forge" for each language."""
        return tuple(dict.fromkeys(f"{language}/{self.app_id}" for language in self.languages))

    def request(self, task: Task) -> Request:
        """Return the request for one page of reviews, newest first."""
        language, _, app = task.query.partition("/")
        size = [REVIEWS_ON_A_PAGE] if task.cursor is None else [REVIEWS_ON_A_PAGE, None, task.cursor]
        asked = json.dumps([None, [2, NEWEST, size, None, _NO_FILTERS], [app, 7]])
        call = json.dumps([[[_CALL, asked, None, "generic"]]])
        return Request(
            "POST",
            f"{self.base_url.rstrip('/')}/_/PlayStoreUi/data/batchexecute",
            (("hl", language), ("gl", self.country)),
            (("Content-Type", "application/x-www-form-urlencoded;charset=UTF-8"),),
            urlencode({"f.req": call}).encode(),
        )

    def parse(self, task: Task, answer: Answer) -> Page:
        """Return the reviews of a page.

        Raises:
            ParseError: Google turned us away, knows no such app, or answers in another way by now.
        """
        payload = _payload(answer, task)
        reviews = _at(payload, 0)
        if reviews is not None and not isinstance(reviews, list):
            raise _changed("where its reviews were is something else")
        read = [self._review(task, review) for review in reviews or ()]
        pages = _at(payload, 1)
        token = word(pages[-1]) if isinstance(pages, list) and pages else None
        return sifted(
            read,
            cursors=(token,) if token and read and token != task.cursor else (),
        )

    def _review(self, task: Task, review: Any) -> Mention | str:
        """Return what a review says, or why it can't be used."""
        text = word(_at(review, 4)) or ""
        rating, worst, best = stars(_at(review, 2))
        if not text and rating is None:
            return "neither text nor rating"
        id = word(_at(review, 0))
        place = urlencode({"id": task.query.partition("/")[2], "reviewId": id})
        return Mention(
            space="googleplay",
            native_id=id,
            kind="review",
            url=f"{self.base_url.rstrip('/')}/store/apps/details?{place}" if id else None,
            text=text,
            author=word(_at(review, 1, 0)),
            published_at=moment(_at(review, 5, 0)),
            rating=rating,
            rating_worst=worst,
            rating_best=best,
            likes=count(_at(review, 6)),
            answered_at=moment(_at(review, 7, 2, 0)),
        )


def _payload(answer: Answer, task: Task) -> list[Any]:
    """Return what the call for reviews brought, decoded twice.

    Raises:
        ParseError: it brought nothing, with what it says about that.
    """
    result = next((row for row in _rows(answer) if row[:2] == ["wrb.fr", _CALL]), None)
    if result is None:
        raise _changed("it did not answer the call for reviews")
    if not isinstance(_at(result, 2), str):
        raise _refused(result, answer, task)
    try:
        payload = json.loads(result[2])
    except (ValueError, RecursionError) as error:
        raise _changed("its reviews are no JSON") from error
    if not isinstance(payload, list):
        raise _changed("its reviews are no list")
    return payload


def _rows(answer: Answer) -> Iterator[list[Any]]:
    """Yield the rows of all parts of an answer, between which there may be their lengths.

    Raises:
        ParseError: a part is no JSON.
    """
    text = answer.body.decode("utf-8", "replace").strip().removeprefix(_GUARD)
    if text.startswith("<"):
        raise ParseError("a web page instead of data", reason="blocked_page")
    decoder, end = json.JSONDecoder(), 0
    for _ in range(MOST_PARTS):
        start = _START.search(text, end)
        if start is None:
            return
        try:
            part, end = decoder.raw_decode(text, start.start())
        except (ValueError, RecursionError) as error:
            raise _changed("its answer is no JSON") from error
        yield from (row for row in part if isinstance(row, list)) if isinstance(part, list) else ()


def _refused(result: list[Any], answer: Answer, task: Task) -> ParseError:
    """Return what an answer without reviews means."""
    if b"PlayGatewayError" in answer.body:
        return ParseError("Google Play turned us away: too many requests", reason="rate_limited")
    app = task.query.partition("/")[2]
    if task.cursor is None and _at(result, 5, 0) == _NOT_FOUND:
        return ParseError(
            f'Google Play knows no app "{app}"',
            reason="not_found",
            hint="app_id is what stands behind id= in the app's address",
        )
    return _changed(f"it gave nothing for {app}")


def _changed(what: str) -> ParseError:
    return ParseError(
        f"Google Play answers in another way than it used to: {what}",
        hint="it is unofficial: until repwatch is adapted, leave it alone (paused = true)",
    )


def _at(value: Any, *path: int) -> Any:
    """Return what stands at a path of places in lists; None where there is nothing."""
    for place in path:
        value = value[place] if isinstance(value, list) and place < len(value) else None
    return value
