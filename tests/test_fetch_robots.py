"""What robots.txt allows."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repwatch.errors import FetchError, Reason
from repwatch.fetch import DENY_ALL, allowed, crawl_delay_s, read_robots, robots_request
from repwatch.model import Answer, Request

AGENT = "repwatch/1.0 (+mailto:care@acme.example)"
PAGE = "https://shop.example/reviews?page=2"


def answered(body: bytes, status: int = 200) -> Answer:
    return Answer(status, "https://shop.example/robots.txt", {"content-type": "text/plain"}, body)


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        (PAGE, "https://shop.example/robots.txt"),
        ("http://me:pw@shop.example:8080/a#b", "http://shop.example:8080/robots.txt"),
    ],
)
def test_robots_txt_is_asked_for_at_the_root_of_the_host(url: str, asked: str) -> None:
    request = robots_request(url)
    assert (request.url, request.page) == (asked, False)


def test_a_page_without_a_proper_address_does_not_stop_anything() -> None:
    assert isinstance(robots_request("http://[::1"), Request)
    assert allowed("User-agent: *\nDisallow: /", "http://[::1", AGENT)


@pytest.mark.parametrize(
    ("rules", "may"),
    [
        ("", True),
        ("User-agent: *\nDisallow:", True),
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow: /rev", False),
        ("User-agent: *\nDisallow: /*page=", False),
        ("User-agent: *\nDisallow: /reviews$", True),
        ("User-agent: *\nDisallow: /\nAllow: /reviews", True),
        ("User-agent: RepWatch\nDisallow: /\n\nUser-agent: *\nDisallow:", False),
        ("User-agent: repwatch\nAllow: /\n\nUser-agent: *\nDisallow: /", True),
        ("User-agent: RepWatch/2.0\nDisallow: /", False),
        ("User-agent: acme\nDisallow: /", True),
        ("User-agent: other\nUser-agent: *\nDisallow: /", False),
        ("User-agent: *\nUser-agent: other\nDisallow: /", False),
        ("User-agent: *\nAllow: /\nUser-agent: other\nDisallow: /", True),
        ("user agent REP*watch # us\nDisallow: /", False),
        ("Useragent: rep*\nDisallow: /", False),
        ("User-agent: mailto\nDisallow: /", True),
    ],
)
def test_rules_for_everybody_and_for_us_are_kept(rules: str, may: bool) -> None:
    assert allowed(rules, PAGE, AGENT) is may


def test_everything_is_denied_by_what_stands_for_a_failure() -> None:
    assert not allowed(DENY_ALL, PAGE, AGENT)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 304])
def test_a_host_without_robots_txt_allows_everything(status: int) -> None:
    assert read_robots(answered(b"User-agent: *\nDisallow: /", status)) == ""


@pytest.mark.parametrize("status", [429, 500, 503, 599])
def test_a_host_that_fails_or_wants_quiet_allows_nothing_for_now(status: int) -> None:
    assert read_robots(answered(b"", status)) == DENY_ALL


@pytest.mark.parametrize(
    ("reason", "status", "text"),
    [
        ("unreachable", None, DENY_ALL),
        ("timeout", None, DENY_ALL),
        ("tls", None, DENY_ALL),
        ("http", None, DENY_ALL),
        ("http", 503, DENY_ALL),
        ("rate_limited", 429, DENY_ALL),
        ("not_found", 404, ""),
        ("forbidden", 403, ""),
        ("http", 302, ""),
        ("refused", None, ""),
    ],
)
def test_a_failed_request_for_robots_txt_allows_or_denies(
    reason: Reason, status: int | None, text: str
) -> None:
    assert read_robots(FetchError(reason, "no", status=status)) == text


@pytest.mark.parametrize(
    "body", [b"<!DOCTYPE html><p>User-agent: *\nDisallow: /", b"\xef\xbb\xbf  \n<html>Disallow: /</html>"]
)
def test_a_page_in_the_place_of_robots_txt_allows_everything(body: bytes) -> None:
    assert read_robots(answered(body)) == ""


def test_rules_are_read_past_a_bom_and_damaged_bytes() -> None:
    text = read_robots(answered(b"\xef\xbb\xbfUser-agent: *\nDisallow: /\xff\n\0Disallow: /reviews"))
    assert "\0" not in text
    assert not allowed(text, PAGE, AGENT)


def test_only_the_first_500_kib_count() -> None:
    rules = b"User-agent: *\n" + b"# padding\n" * 60_000 + b"Disallow: /reviews\n"
    assert len(rules) > 500 * 1024
    text = read_robots(answered(rules))
    assert len(text) <= 500 * 1024
    assert allowed(text, PAGE, AGENT)
    assert not allowed(read_robots(answered(rules.replace(b"# padding\n" * 20_000, b""))), PAGE, AGENT)


def test_hostile_patterns_are_answered_in_bounded_time() -> None:
    stars = b"Disallow: /" + b"*a" * 900 + b"$\n"
    text = read_robots(answered(b"User-agent: *\n" + stars * 250))
    assert allowed(text, "https://shop.example/" + "a" * 2000 + "b", AGENT)


@pytest.mark.parametrize("spelling", ["User-agent: a{}\n", "user  agent : *{}*\n", "useragent r*{}\n"])
def test_thousands_of_agents_with_thousands_of_rules_fill_no_memory(spelling: str) -> None:
    agents = "".join(spelling.format(number) for number in range(10_000))
    rules = "".join(f"Disallow: /{number}\n" for number in range(10_000))
    tracemalloc.start()
    try:
        assert allowed(agents + rules, "https://shop.example/1", AGENT)
        assert not allowed(agents + "User-agent: *\n" + rules, "https://shop.example/1", AGENT)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 50 * 1024 * 1024


@pytest.mark.parametrize(
    ("said", "delay_s"),
    [("5", 5.0), ("0.5", 0.5), ("1e9", 86400.0), ("-3", None), ("nan", None), ("inf", None), ("soon", None)],
)
def test_a_crawl_delay_is_kept_up_to_a_day(said: str, delay_s: float | None) -> None:
    assert crawl_delay_s(f"User-agent: *\nCrawl-delay: {said}", AGENT) == delay_s


def test_no_crawl_delay_is_none() -> None:
    assert crawl_delay_s("", AGENT) is None


@settings(max_examples=80)
@given(st.binary(max_size=200), st.text(max_size=40))
def test_any_bytes_are_rules_of_some_kind(body: bytes, path: str) -> None:
    text = read_robots(answered(b"User-agent: *\n" + body))
    text.encode()
    assert allowed(text, f"https://shop.example/{path}", AGENT) in (True, False)
