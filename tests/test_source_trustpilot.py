from __future__ import annotations

import gzip
import json
import os
import re
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repwatch.errors import FetchError, ParseError
from repwatch.model import ITEM_OF_PAGE, Answer, Mention, Page, Secret, Task
from repwatch.sources.trustpilot import Trustpilot, saved_page

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
UNIT = "5a00000000000000000000b1"
SOURCE = Trustpilot(business_unit=UNIT, api_key=Secret("hush"))
TASK = Task(source="shop", query=UNIT, since=NOW - timedelta(days=14), until=NOW)
DOMAIN = replace(TASK, query="acme.example")
ROOT = "https://api.trustpilot.com/v1/business-units"
PAGE = "https://www.trustpilot.com/review/acme.example"


def read(body: Any, task: Task = TASK) -> Page:
    return SOURCE.parse(task, Answer(200, SOURCE.request(task).url, {}, json.dumps(body).encode()))


def sample() -> Page:
    return read(json.loads((Path(__file__).parent / "data/source_trustpilot.json").read_bytes()))


def saved(html: str | bytes) -> Page:
    return saved_page(Answer(200, PAGE, {}, html.encode() if isinstance(html, str) else html))


def page_with(reviews: Any, company: str = "Acme Anvils") -> str:
    data = {"props": {"pageProps": {"businessUnit": {"displayName": company}, "reviews": reviews}}}
    script = json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
    return f'<html><body><script id="__NEXT_DATA__" type="application/json">{script}</script></body></html>'


ON_PAGE = {
    "id": "66f0c0de4711000000000001",
    "text": "It arrived broken.\nSupport <never> answered.",
    "rating": 1,
    "title": "Two parts & no horn",
    "likes": 2,
    "dates": {"publishedDate": "2026-11-21T09:15:00.000Z", "updatedDate": "2026-11-21T10:00:00.000Z"},
    "consumer": {"id": "5f00000000000000000000c1", "displayName": "Bea B."},
    "reply": {"message": "We are sorry.", "publishedDate": "2026-11-21T11:00:00.000Z"},
    "language": "en",
}


# The API


def test_the_key_is_sent_as_a_secret_header() -> None:
    assert SOURCE.queries([]) == (UNIT,)
    request = SOURCE.request(TASK)
    assert request.url == f"{ROOT}/{UNIT}/reviews"
    assert dict(request.params) == {"perPage": "100", "page": "1", "orderBy": "createdat.desc"}
    [(name, value)] = request.headers
    assert (name, str(value), isinstance(value, Secret)) == ("apikey", "hush", True)
    assert "hush" not in repr(request)
    german = replace(SOURCE, language="de").request(TASK)
    assert dict(german.params)["language"] == "de"


def test_a_review_that_was_never_changed_is_not_called_edited() -> None:
    at = "2026-11-20T10:00:00Z"
    [mention] = read({"reviews": [{"id": "r1", "stars": 4, "createdAt": at, "updatedAt": at}]}).mentions
    assert mention.published_at is not None
    assert mention.edited_at is None


def test_a_domain_is_looked_up_before_its_reviews_are_read() -> None:
    request = SOURCE.request(DOMAIN)
    assert (request.url, request.params) == (f"{ROOT}/find", (("name", "acme.example"),))
    page = read({"id": UNIT, "displayName": "Acme Anvils"}, DOMAIN)
    assert page == Page(branches=(f"{UNIT}:1",), resume=UNIT)
    first = replace(DOMAIN, cursor=page.branches[0])
    assert SOURCE.request(first) == SOURCE.request(TASK)
    assert read({"reviews": []}, first).resume == UNIT


def test_a_domain_is_looked_up_once_as_its_answer_never_changes() -> None:
    later = replace(DOMAIN, resume=UNIT)
    assert SOURCE.request(later) == SOURCE.request(TASK)
    assert read({"reviews": [{"id": "1", "stars": 5}]}, later).cursors == (f"{UNIT}:2",)


def test_a_domain_that_is_not_known_says_what_to_do() -> None:
    error = SOURCE.explain(Answer(404, f"{ROOT}/find", {}, b"{}"))
    assert isinstance(error, FetchError)
    assert (error.reason, "business_unit is" in (error.hint or "")) == ("not_found", True)
    assert SOURCE.explain(Answer(401, f"{ROOT}/find", {}, b"{}")) is None
    with pytest.raises(ParseError, match=r'no id for "acme\.example": Unknown'):
        read({"message": "Unknown"}, DOMAIN)


def test_a_review_is_read_with_all_that_trustpilot_says() -> None:
    assert sample().mentions[0] == Mention(
        space="trustpilot",
        native_id="66f0c0de4711000000000001",
        kind="review",
        url="https://www.trustpilot.com/reviews/66f0c0de4711000000000001",
        title="Two parts & no horn",
        text="It arrived broken.\nSupport <never> answered.",
        author="Bea B.",
        author_id="trustpilot:5f00000000000000000000c1",
        author_url="https://www.trustpilot.com/users/5f00000000000000000000c1",
        published_at=datetime(2026, 11, 21, 9, 15, tzinfo=UTC),
        edited_at=datetime(2026, 11, 21, 10, tzinfo=UTC),
        lang="en",
        rating=1.0,
        rating_worst=1.0,
        rating_best=5.0,
        item="Acme Anvils",
        likes=2,
        answered_at=datetime(2026, 11, 21, 11, tzinfo=UTC),
        marks=(ITEM_OF_PAGE,),
    )


def test_stars_without_words_are_a_review_and_nothing_at_all_is_none() -> None:
    _, mute = sample().mentions
    assert (mute.rating, mute.text, mute.author, mute.author_id) == (4.0, "", None, None)
    assert sample().skipped == ("neither text nor rating",)
    [titled] = read({"reviews": [{"id": "1", "stars": 6, "title": "Fine"}]}).mentions
    assert (titled.title, titled.rating, titled.rating_best) == ("Fine", None, None)


def test_pages_follow_until_there_is_no_next_one() -> None:
    assert sample().cursors == (f"{UNIT}:2",)
    review = {"id": "1", "stars": 5}
    assert read({"reviews": [review]}, replace(TASK, cursor=f"{UNIT}:2")).cursors == (f"{UNIT}:3",)
    assert read({"reviews": [review], "links": [{"rel": "previous-page"}]}).cursors == ()
    assert read({"reviews": []}) == Page(resume=UNIT)


# Saved pages


def test_a_saved_page_holds_the_same_mentions_as_the_api() -> None:
    page = saved(page_with([ON_PAGE, "no review", {"id": "2"}]))
    assert page.mentions == sample().mentions[:1]
    assert page.skipped == ("no object", "neither text nor rating")


def test_a_saved_page_is_utf_8_unless_it_says_something_else() -> None:
    [mention] = saved(page_with([{**ON_PAGE, "text": "Schön schwer"}])).mentions
    assert mention.text == "Schön schwer"


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<html><title>Just a moment...</title></html>", "blocked_page"),
        ("<html><form><input type=password></form></html>", "login"),
        ("<html><p>Anvils.</p></html>", "layout"),
        ('<script id="__NEXT_DATA__">{"props": </script>', "layout"),
        ('<script id="__NEXT_DATA__">{"props": {"pageProps": {}}}</script>', "layout"),
    ],
)
def test_a_page_without_its_data_is_an_error_and_never_no_reviews(html: str, reason: str) -> None:
    with pytest.raises(ParseError) as caught:
        saved(html)
    assert caught.value.reason == reason


@given(junk=st.binary(max_size=40), place=st.integers(0, 1_000))
def test_a_damaged_page_is_a_page_or_a_parse_error(junk: bytes, place: int) -> None:
    body = page_with([ON_PAGE]).encode()
    place %= len(body)
    with suppress(ParseError):
        saved(body[:place] + junk + body[place:])


# Real answers


def test_every_review_of_the_recorded_answers_is_there() -> None:
    folder = os.environ.get("REPWATCH_RECORDINGS")
    if not folder:
        pytest.skip("REPWATCH_RECORDINGS is not set")
    body = json.loads(Path(folder, "trustpilot/CONSTRUCTED_api_reviews.json").read_bytes())
    for mention, review in zip(read(body).mentions, body["reviews"], strict=True):
        assert (mention.native_id, mention.text) == (review["id"], review["text"])
        assert (mention.author, mention.rating) == (review["consumer"]["displayName"], review["stars"])
        assert mention.published_at == datetime.fromisoformat(review["createdAt"])
    html = Path(folder, "trustpilot/CONSTRUCTED_review_page.html").read_bytes()
    found = re.search(rb'__NEXT_DATA__" type="application/json">(.*?)</script>', html)
    assert found
    reviews = json.loads(found[1])["props"]["pageProps"]["reviews"]
    assert len(reviews) == 3
    for mention, review in zip(saved(html).mentions, reviews, strict=True):
        assert (mention.native_id, mention.text) == (review["id"], review["text"])
        assert (mention.author, mention.rating) == (review["consumer"]["displayName"], review["rating"])
        assert mention.published_at == datetime.fromisoformat(review["dates"]["publishedDate"])
    with pytest.raises(ParseError):
        saved(Path(folder, "trustpilot/CONSTRUCTED_interstitial_no_next_data.html").read_bytes())
    for path in Path(folder, "negative_html").iterdir():
        with pytest.raises(ParseError):
            saved(gzip.decompress(path.read_bytes()))
