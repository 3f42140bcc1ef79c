"""What follows an answer: redirects, reasons, waiting."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from random import Random
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repwatch.errors import FetchError
from repwatch.fetch import (
    back_off_s,
    full_url,
    gate_key,
    public_url,
    retry_after_s,
    retry_wait_s,
    secrets_in,
    settle,
)
from repwatch.model import Answer, Request, Secret

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY_S = 24 * 3600.0
HIDDEN = "hammer-and-tongs"


def get(url: str = "https://forge.example/feed", **more: object) -> Request:
    return Request("GET", url, **more)  # type: ignore[arg-type]


def moved(location: str | None, status: int = 302) -> Answer:
    return Answer(status, "https://forge.example/feed", {} if location is None else {"location": location})


def followed(request: Request, location: str, status: int = 302, hops: int = 0) -> Request:
    step = settle(request, moved(location, status), hops)
    assert isinstance(step, Request)
    return step


def failure(request: Request, answer: Answer, hops: int = 0) -> FetchError:
    with pytest.raises(FetchError) as caught:
        settle(request, answer, hops, now=NOW)
    return caught.value


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://Forge.Example/feed", "forge.example"),
        ("https://forge.example:443/feed", "forge.example:443"),
        ("http://user:p@ss@forge.example:8080", "forge.example:8080"),
        ("http://[::1]:80/", "[::1]:80"),
        ("http://[::1", ""),
        ("nonsense", ""),
    ],
)
def test_a_gate_is_named_by_host_and_port_as_written(url: str, key: str) -> None:
    assert gate_key(url) == key


@given(st.text(alphabet="htps:/[]@%?#.x1 \x00é", max_size=30))
def test_any_text_has_a_gate_and_a_form_that_may_be_shown(url: str) -> None:
    gate_key(url)
    assert HIDDEN not in public_url(get(url, params=(("key", Secret(HIDDEN)),)))


def test_parameters_follow_the_query_that_is_there() -> None:
    request = get(
        "https://forge.example/s?a=1&a=b%20c#top", params=(("q", "acme anvils"), ("q", "é&"), ("k", ""))
    )
    assert full_url(request) == "https://forge.example/s?a=1&a=b%20c&q=acme+anvils&q=%C3%A9%26&k=#top"
    assert full_url(get("https://forge.example/s?", params=(("q", "1"),))) == "https://forge.example/s?q=1"


def test_the_public_address_has_no_secret_login_or_fragment() -> None:
    request = get(f"https://me:{HIDDEN}@forge.example/s#x", params=(("q", "1"), ("key", Secret(HIDDEN))))
    assert public_url(request) == "https://forge.example/s?q=1"
    assert HIDDEN in full_url(request)


@pytest.mark.parametrize("status", [200, 201, 204, 304])
def test_a_success_and_unchanged_are_answers(status: int) -> None:
    answer = Answer(status, "https://forge.example/feed")
    assert settle(get(), answer, 0) is answer


@pytest.mark.parametrize(
    ("status", "reason", "whole_host", "transient"),
    [
        (400, "http", False, False),
        (401, "login", False, False),
        (402, "forbidden", False, False),
        (403, "forbidden", True, False),
        (404, "not_found", False, False),
        (410, "gone", False, False),
        (429, "rate_limited", True, False),
        (451, "forbidden", False, False),
        (500, "unreachable", False, False),
        (502, "unreachable", False, True),
        (503, "unreachable", False, True),
        (504, "unreachable", False, True),
        (300, "http", False, False),
        (305, "http", False, False),
        (101, "http", False, False),
        (599, "unreachable", False, False),
    ],
)
def test_a_status_has_its_reason(status: int, reason: str, whole_host: bool, transient: bool) -> None:
    error = failure(get(), Answer(status, "https://forge.example/feed"))
    assert (error.reason, error.whole_host, error.transient) == (reason, whole_host, transient)
    assert error.status == status
    assert str(status) in error.message
    assert "https://forge.example/feed" in error.message


def test_only_a_get_is_worth_trying_again() -> None:
    post = Request("POST", "https://forge.example/login", body=b"x")
    assert not failure(post, Answer(503, post.url)).transient


@pytest.mark.parametrize("status", [429, 503])
def test_how_long_to_wait_comes_with_the_error(status: int) -> None:
    assert failure(get(), Answer(status, "", {"retry-after": "120"})).retry_after_s == 120
    assert failure(get(), Answer(status, "", {})).retry_after_s is None
    assert failure(get(), Answer(404, "", {"retry-after": "120"})).retry_after_s is None


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "90"}, 90),
        ({"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "90"}, 90),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "1795262490"}, 90),
        ({"x-rate-limit-remaining": "0", "x-rate-limit-reset": "2026-11-21T12:01:30.000Z"}, 90),
        ({"x-ratelimit-remaining": "0"}, None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "nonsense"}, None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9" * 30}, None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "999999"}, 86400),
    ],
)
def test_no_requests_left_is_a_rate_limit_whatever_the_status(
    status: int, headers: dict[str, str], wait_s: float | None
) -> None:
    with pytest.raises(FetchError) as caught:
        settle(get(), Answer(status, "", headers), 0, now=datetime(2026, 11, 21, 12, tzinfo=UTC))
    assert (caught.value.reason, caught.value.retry_after_s) == ("rate_limited", wait_s)


def test_a_refusal_with_requests_left_is_no_rate_limit() -> None:
    headers = {"x-ratelimit-remaining": "12", "x-ratelimit-reset": "90"}
    error = failure(get(), Answer(403, "", headers))
    assert (error.reason, error.retry_after_s) == ("forbidden", None)


@pytest.mark.parametrize("status", [401, 403, 503])
def test_a_page_that_keeps_programs_out_is_told_from_a_refusal(status: int) -> None:
    wall = b"<html><title>Just a moment...</title><script src=/cdn/challenge-platform/x.js></script></html>"
    error = failure(get(), Answer(status, "", {}, wall))
    assert (error.reason, error.transient) == ("blocked_page", False)
    assert failure(get(), Answer(status, "", {}, b"<html>no</html>")).reason != "blocked_page"


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/new", "https://forge.example/new"),
        ("new?x=1", "https://forge.example/a/new?x=1"),
        ("?page=2", "https://forge.example/a/feed?page=2"),
        ("//other.example/x", "https://other.example/x"),
        ("http://other.example:8080/x#part", "http://other.example:8080/x"),
        ("https://me:pw@other.example/x", "https://other.example/x"),
        ("  /padded  ", "https://forge.example/padded"),
        ("/sp ace", "https://forge.example/sp%20ace"),
        ("/caf\u00c3\u00a9", "https://forge.example/caf%C3%A9"),  # UTF-8 as headers are read, byte by byte
        ("/caf\u00e9", "https://forge.example/caf%C3%A9"),
        ("/a\x1b[31mb", "https://forge.example/a%1B[31mb"),
        ("HTTPS://forge.example/up", "https://forge.example/up"),
        ("\\\\other.example\\x", "https://forge.example/a/\\\\other.example\\x"),
    ],
)
def test_a_redirect_leads_where_it_says(location: str, url: str) -> None:
    assert followed(get("https://forge.example/a/feed"), location).url == url


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        (None, "http"),
        ("", "http"),
        ("http://[::1", "http"),
        ("http://other.example:port/", "http"),
        ("http:///nowhere", "http"),
        ("https://other.example/" + "x" * 9000, "http"),
        ("file:///etc/passwd", "refused"),
        ("ftp://other.example/", "refused"),
        ("data:text/html,hello", "refused"),
        ("javascript:alert(1)", "refused"),
    ],
)
def test_a_redirect_to_no_page_is_a_failure(location: str | None, reason: str) -> None:
    assert failure(get(), moved(location)).reason == reason


def test_the_sixth_redirect_in_a_row_is_not_followed() -> None:
    assert followed(get(), "/again", hops=4).url == "https://forge.example/again"
    assert failure(get(), moved("/again"), hops=5).reason == "http"


@pytest.mark.parametrize(
    ("status", "method", "body"),
    [(301, "GET", None), (302, "GET", None), (303, "GET", None), (307, "POST", b"q=1")],
)
def test_what_was_posted_is_posted_again_only_where_the_status_says_so(
    status: int, method: str, body: bytes | None
) -> None:
    post = Request("POST", "https://forge.example/s", headers=(("Content-Type", "text/x"),), body=b"q=1")
    step = followed(post, "/t", status)
    assert (step.method, step.body) == (method, body)
    assert bool(step.headers) == (body is not None)


def test_what_was_posted_is_never_sent_on_to_another_origin() -> None:
    post = Request("POST", "https://forge.example/login", body=HIDDEN.encode())
    assert failure(post, moved("https://other.example/", 308)).reason == "refused"


PRIVATE_HEADERS = (
    ("Authorization", Secret(f"Bearer {HIDDEN}")),
    ("Cookie", "session=1"),
    ("Referer", "https://forge.example/private"),
    ("X-Api-Key", HIDDEN),
    ("Accept", Secret(HIDDEN)),
)
OPEN_HEADERS = (("accept", "application/json"), ("Accept-Language", "de"))


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://other.example/x",
        "https://forge.example:8443/x",
        "http://forge.example/x",
        "https://sub.forge.example/x",
        "//forge.example.other.example/x",
    ],
)
def test_another_origin_gets_no_header_of_ours_but_the_harmless_ones(elsewhere: str) -> None:
    request = get(params=(("key", Secret(HIDDEN)), ("q", "acme")), headers=(*PRIVATE_HEADERS, *OPEN_HEADERS))
    step = followed(request, elsewhere)
    assert step.headers == OPEN_HEADERS
    assert step.params == ()


@pytest.mark.parametrize(
    "same", ["/x", "https://forge.example/x", "https://forge.example:443/x", "//FORGE.example/x"]
)
def test_the_same_origin_gets_what_it_got_before(same: str) -> None:
    request = get("https://me:pw@forge.example/feed", headers=PRIVATE_HEADERS, page=True)
    step = followed(request, same)
    assert step.headers == PRIVATE_HEADERS
    assert "me:pw@" in step.url
    assert step.page


def test_a_login_of_the_redirect_is_not_used_instead_of_ours() -> None:
    step = followed(get("https://me:pw@forge.example/feed"), "https://evil:x@forge.example/x")
    assert step.url == "https://me:pw@forge.example/x"


@pytest.mark.parametrize(
    "request_",
    [
        get(params=(("k", Secret(HIDDEN)),)),
        get(f"https://forge.example/feed?token={HIDDEN}"),
        get(f"https://forge.example/feed?api_key={quote(HIDDEN)}"),
        get(headers=(("Authorization", Secret(f"Bearer {HIDDEN}")),)),
        get(f"https://me:{HIDDEN}@forge.example/feed"),
    ],
)
def test_a_secret_that_the_server_repeats_in_the_query_stays_behind(request_: Request) -> None:
    encoded = HIDDEN.replace("-", "%2D")
    for echo in (HIDDEN, encoded):
        step = followed(request_, f"https://other.example/x?a=1&k={echo}&sig=theirs")
        assert step.url == "https://other.example/x?a=1&sig=theirs"
        assert step.params == ()
        for place in (
            f"https://other.example/{echo}",
            f"https://{echo}.example/",
            f"https://other.example/?u=x{echo}",
        ):
            assert failure(request_, moved(place)).reason == "refused"


def test_a_repeated_secret_is_still_known_as_one_on_the_next_hop() -> None:
    request = get(params=(("k", Secret(HIDDEN)), ("q", "1")))
    step = followed(request, f"/v2?q=1&k={HIDDEN}")
    assert full_url(step) == f"https://forge.example/v2?q=1&k={HIDDEN}"
    assert step.params == (("k", HIDDEN),)
    assert isinstance(step.params[0][1], Secret)
    assert HIDDEN not in full_url(followed(step, f"https://other.example/v2?q=1&k={HIDDEN}"))


def test_an_empty_secret_takes_no_parameter_along() -> None:
    request = get(params=(("k", Secret("")),))
    assert followed(request, "https://other.example/?12-title").url == "https://other.example/?12-title"


def test_a_signature_that_the_server_itself_made_is_kept() -> None:
    signed = "https://cdn.example/feed?X-Amz-Signature=abc&token=theirs"
    assert followed(get(), signed).url == signed


@settings(max_examples=80)
@given(
    st.lists(
        st.sampled_from(
            ["https://", "//", "/", "other.example", "?", "&", "k=", HIDDEN, "#", "@", ":1", "%2D", " "]
        )
    ),
    st.sampled_from([301, 302, 303, 307, 308]),
)
def test_no_redirect_makes_a_secret_leave_its_origin(pieces: list[str], status: int) -> None:
    request = get(params=(("k", Secret(HIDDEN)),), headers=(("X-Key", Secret(HIDDEN)),))
    try:
        step = settle(request, moved("".join(pieces), status), 0)
    except FetchError as error:
        said = str(error)
    else:
        assert isinstance(step, Request)
        elsewhere = gate_key(step.url) != "forge.example"
        said = repr((full_url(step), tuple(map(str, step.headers)))) if elsewhere else ""
    assert HIDDEN not in said


def test_an_error_shows_no_secret_and_acts_on_no_terminal() -> None:
    url = f"https://me:{HIDDEN}@forge.example/\x1b]0;x\x07feed?token={HIDDEN}&q=1"
    error = failure(get(url, params=(("k", Secret(HIDDEN)),)), Answer(404, url))
    assert HIDDEN not in str(error)
    assert str(error).isprintable()
    assert "forge.example" in str(error)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("1.5", 1.5),
        ("99999999", DAY_S),
        ("9" * 5000, DAY_S),
        ("Sat, 21 Nov 2026 12:01:00 GMT", 60),
        ("Sat, 21 Nov 2026 13:01:00 +0100", 60),
        ("Sat, 21 Nov 2026 12:01:00 -0000", 60),
        ("Fri, 31 Dec 9999 23:59:59 GMT", DAY_S),
        ("Sat, 21 Nov 2026 11:00:00 GMT", None),
        ("0", None),
        ("-5", None),
        ("٣", None),
        ("soon", None),
        ("", None),
        ("Sat, 21 Nov 99999 11:00:00 GMT", None),
        ("Sat, 99 Nov 2026 11:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(said: str, seconds: float | None) -> None:
    assert retry_after_s({"retry-after": said}, NOW) == seconds


@given(st.text(max_size=40) | st.datetimes().map(lambda moment: moment.strftime("%a, %d %b %Y %H:%M:%S GMT")))
def test_whatever_retry_after_says_the_wait_is_bounded(said: str) -> None:
    wait = retry_after_s({"retry-after": said}, NOW)
    assert wait is None or 0 < wait <= DAY_S


def test_retries_wait_a_second_then_four_and_then_stop() -> None:
    rng = Random(7)
    waits = [[retry_wait_s(attempt, rng=rng) for _ in range(50)] for attempt in range(4)]
    assert all(wait is not None and 1 <= wait <= 1.5 for wait in waits[0])
    assert all(wait is not None and 4 <= wait <= 6 for wait in waits[1])
    assert len(set(waits[0])) > 40
    assert set(waits[2] + waits[3]) == {None}


def test_a_host_that_turned_us_away_is_left_alone_for_longer_each_time() -> None:
    assert [back_off_s("rate_limited", strikes, None) / 60 for strikes in range(8)] == [
        15, 30, 60, 120, 240, 480, 960, 1440,
    ]  # fmt: skip
    assert [back_off_s("forbidden", strikes, None) / 3600 for strikes in range(4)] == [1, 6, 24, 24]
    assert back_off_s("rate_limited", 10**9, None) == DAY_S


def test_a_host_that_says_how_long_is_taken_at_its_word_up_to_a_day() -> None:
    assert back_off_s("rate_limited", 5, 90) == 90
    assert back_off_s("forbidden", 0, timedelta(days=9).total_seconds()) == DAY_S
    for useless in (0.0, -5.0, math.nan, math.inf):
        assert back_off_s("rate_limited", 0, useless) == 900


def said(body: bytes, request: Request | None = None, status: int = 400) -> str:
    return failure(request or get(), Answer(status, "", {}, body)).message


def test_what_an_interface_says_about_its_failure_is_passed_on() -> None:
    assert said(b'{"message": "the query is too long"}') == (
        "400 Bad Request (the query is too long): https://forge.example/feed"
    )
    assert said(b'{"errors": [{"message": "no such\\u001b[31m field"}]}').startswith(
        "400 Bad Request (no such field)"
    )
    assert len(said(b'{"message": "' + b"long " * 1_000 + b'"}')) < 250


@pytest.mark.parametrize(
    "body", [b"", b"<html>Bad Request</html>", b'{"message": "Bad Request"}', b'{"error": 400}', b"[1]"]
)
def test_what_says_no_more_than_the_status_is_left_out(body: bytes) -> None:
    assert said(body) == "400 Bad Request: https://forge.example/feed"


def test_a_secret_that_a_failure_repeats_is_not_passed_on() -> None:
    request = get(headers=(("Authorization", Secret(f"Bearer {HIDDEN}")),))
    message = said(f'{{"message": "malformed token {HIDDEN}"}}'.encode(), request)
    assert message == "400 Bad Request: https://forge.example/feed"


@pytest.mark.parametrize(
    ("request_", "carried"),
    [
        (Request("GET", "https://a.example/?q=1", (("page", "2"),)), set()),
        (Request("GET", "https://a.example/", (("key", Secret("k1")), ("user", Secret()))), {"k1"}),
        (Request("GET", "https://a.example/", (), (("X-Key", Secret("k2")),)), {"k2"}),
        (Request("GET", "https://ann:k3@a.example/"), {"k3"}),
        (Request("GET", "https://a.example/feed?token=k4"), {"k4"}),
        (Request("GET", "https://[a.example/?token=k5"), set()),
    ],
)
def test_a_request_tells_what_of_it_only_its_origin_may_see(request_: Request, carried: set[str]) -> None:
    assert secrets_in(request_) == carried
