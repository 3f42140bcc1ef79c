from __future__ import annotations

import gzip
import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from pydantic import ValidationError

from repwatch.errors import ParseError
from repwatch.model import Answer, Mention, Page, Task
from repwatch.sources import build
from repwatch.sources.googleplay import GooglePlay

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SOURCE = GooglePlay(app_id="example.acme.forge", unofficial=True, languages=("en", "de"), country="de")
TASK = Task(source="app", query="en/example.acme.forge", since=NOW - timedelta(days=14), until=NOW)
REFUSED = [13, None, [["type.googleapis.com/wireless.android.finsky.boq.web.rpc.PlayGatewayError", [1]]]]


def read(body: str | bytes, task: Task = TASK) -> Page:
    raw = body.encode() if isinstance(body, str) else body
    return SOURCE.parse(task, Answer(200, SOURCE.request(task).url, {}, raw))


def sample() -> Page:
    return read((Path(__file__).parent / "data/source_googleplay.txt").read_bytes())


def answer(payload: Any, *more: Any) -> str:
    given = payload if isinstance(payload, str) or payload is None else json.dumps(payload)
    return f")]}}'\n\n{json.dumps([['wrb.fr', 'oCPfdb', given, None, None, *(more or [None]), 'generic']])}"


def refusal(body: str | bytes, task: Task = TASK) -> ParseError:
    with pytest.raises(ParseError) as caught:
        read(body, task)
    return caught.value


def test_it_has_to_be_switched_on_by_name_and_says_why() -> None:
    for settings in ({}, {"unofficial": False}):
        with pytest.raises(ValidationError, match="breaks without notice, and Google's terms forbid it"):
            build("googleplay", {"app_id": "example.acme.forge", **settings})
    assert build("googleplay", {"app_id": "example.acme.forge", "unofficial": True})
    with pytest.raises(ValidationError, match="it needs a language"):
        build("googleplay", {"app_id": "example.acme.forge", "unofficial": True, "languages": []})


def test_the_call_is_json_inside_of_json_inside_of_a_form() -> None:
    assert SOURCE.queries([]) == ("en/example.acme.forge", "de/example.acme.forge")
    request = SOURCE.request(replace(TASK, query="de/example.acme.forge"))
    assert request.method == "POST"
    assert request.url == "https://play.google.com/_/PlayStoreUi/data/batchexecute"
    assert request.params == (("hl", "de"), ("gl", "de"))
    [[call]] = json.loads(parse_qs((request.body or b"").decode())["f.req"][0])
    assert (call[0], call[2:]) == ("oCPfdb", [None, "generic"])
    assert json.loads(call[1]) == [None, [2, 2, [100], None, [None] * 9], ["example.acme.forge", 7]]


def test_a_token_leads_to_the_next_page() -> None:
    assert sample().cursors == ("CsEBCr4BKlEKNEXT",)
    request = SOURCE.request(replace(TASK, cursor='to"ken'))
    [[call]] = json.loads(parse_qs((request.body or b"").decode())["f.req"][0])
    assert json.loads(call[1])[1][2] == [100, None, 'to"ken']


@pytest.mark.parametrize("pages", [None, [], [None, None], [None, ["T"]], "T"])
def test_what_is_no_token_leads_nowhere(pages: Any) -> None:
    assert read(answer([[["gp:1", ["Bea"], 5, None, "ok"]], pages])).cursors == ()


def test_a_token_that_comes_again_or_brings_nothing_leads_nowhere() -> None:
    review = ["gp:1", ["Bea"], 5, None, "ok"]
    assert read(answer([[review], [None, "T"], []])).cursors == ("T",)
    assert read(answer([[review], [None, "T"]]), replace(TASK, cursor="T")).cursors == ()
    assert read(answer([[], [None, "T"]])).cursors == ()


def test_a_review_is_read_with_all_that_google_says() -> None:
    first, russian, mute = sample().mentions
    assert first == Mention(
        space="googleplay",
        native_id="gp:AOq4711a",
        kind="review",
        url="https://play.google.com/store/apps/details?id=example.acme.forge&reviewId=gp%3AAOq4711a",
        text="The Acme app does not open & never did.\nTwice.",
        author="Anvil Fan 7",
        published_at=datetime(2026, 11, 21, 10, tzinfo=UTC),
        rating=1.0,
        rating_worst=1.0,
        rating_best=5.0,
        likes=4,
        answered_at=datetime(2026, 11, 21, 11, tzinfo=UTC),
    )
    assert (russian.text, russian.rating, russian.lang) == ("Отлично!", 5.0, None)
    assert (mute.text, mute.rating, mute.published_at) == ("", 3.0, None)
    assert sample().skipped == ("neither text nor rating",)


def test_an_error_of_the_gateway_with_status_200_means_to_wait() -> None:
    assert refusal(answer(None, REFUSED)).reason == "rate_limited"


def test_nothing_in_the_place_of_reviews_is_never_no_reviews() -> None:
    unknown = refusal(answer(None, [5]))
    assert (unknown.reason, "example.acme.forge" in unknown.message) == ("not_found", True)
    assert refusal(answer(None, [5]), replace(TASK, cursor="T")).reason == "layout"
    assert refusal(answer(None)).reason == "layout"
    assert refusal(answer({"a": 1})).reason == "layout"
    assert refusal(answer("no JSON")).reason == "layout"
    assert refusal(answer(["reviews"])).reason == "layout"
    assert "paused = true" in (refusal(")]}'\n\n[]").hint or "")
    assert refusal("<html>Before you continue</html>").reason == "blocked_page"
    assert read(answer([])) == Page()


def test_parts_with_their_lengths_between_them_are_read() -> None:
    row = answer([[["gp:1", ["Bea"], 5, None, "ok"]], []]).removeprefix(")]}'\n\n")
    assert len(read(f')]}}\'\n\n18\n[["di",87]]\n{len(row)}\n{row}\n').mentions) == 1


def test_every_review_of_the_recorded_answers_is_there() -> None:
    folder = os.environ.get("REPWATCH_RECORDINGS")
    if not folder:
        pytest.skip("REPWATCH_RECORDINGS is not set")
    reasons = {
        "CONSTRUCTED_PlayGatewayError_http200.txt": "rate_limited",
        "CONSTRUCTED_reviews_null_payload.txt": "not_found",
    }
    seen = 0
    for path in sorted(Path(folder, "play").glob("*.txt")):
        if path.name in reasons:
            assert refusal(path.read_bytes()).reason == reasons[path.name]
            continue
        payload = json.loads(json.loads(path.read_text().split("\n", 2)[2])[0][2])
        reviews = payload[0] if payload else []
        page = read(path.read_bytes())
        assert page.skipped == ()
        for mention, review in zip(page.mentions, reviews, strict=True):
            assert (mention.native_id, mention.author) == (review[0], review[1][0])
            assert (mention.text, mention.rating, mention.likes) == (review[4], review[2], review[6])
            assert mention.published_at == datetime.fromtimestamp(review[5][0], UTC)
        seen += len(reviews)
    assert seen >= 3
    for path in Path(folder, "negative_html").iterdir():
        assert refusal(gzip.decompress(path.read_bytes())).reason == "blocked_page"
