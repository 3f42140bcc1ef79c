"""Addresses have one spelling, lead to the web only, and hide their secrets."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from w3lib.url import canonicalize_url

from repwatch import urls
from repwatch.urls import LONGEST_URL, absolute, canonical, host, origin, redact

SESSION = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("url", "spelling"),
    [
        ("https://acme.example", "https://acme.example/"),
        ("HTTPS://ACME.example./A/b", "https://acme.example/A/b"),
        ("http://acme.example:80/", "http://acme.example/"),
        ("https://acme.example:443/", "https://acme.example/"),
        ("http://acme.example:443/", "http://acme.example:443/"),
        (" https://acme.example/a\n", "https://acme.example/a"),
        ("https://acme.example/a/../b/./c", "https://acme.example/b/c"),
        ("https://acme.example/%7euser/%2f", "https://acme.example/~user/%2F"),
        ("https://acme.example/größe é", "https://acme.example/gr%C3%B6%C3%9Fe%20%C3%A9"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://name:pass@acme.example/", "https://acme.example/"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("https://acme.example/?b=2&a=1", "https://acme.example/?a=1&b=2"),
        ("https://acme.example/?q=%e4&b=", "https://acme.example/?b=&q=%E4"),
        ("https://acme.example/a?", "https://acme.example/a"),
        ("https://acme.example/t.php?12-a-title", "https://acme.example/t.php?12-a-title"),
        ("https://acme.example/i?action=.xml;type=rss2", "https://acme.example/i?action=.xml;type=rss2"),
        # what only says how a reader came
        ("https://acme.example/a?utm_source=x&utm_medium=y&id=3&fbclid=z", "https://acme.example/a?id=3"),
        ("https://acme.example/a?gclid=1&mc_cid=2&_hsenc=3&igshid=4&msclkid=5", "https://acme.example/a"),
        ("https://acme.example/a?source=rss----12", "https://acme.example/a"),
        ("https://acme.example/a?ref=rss", "https://acme.example/a"),
        ("https://acme.example/a?ref=main&source=python", "https://acme.example/a?ref=main&source=python"),
        # sessions
        (f"https://forum.example/t?t=1&sid={SESSION}", "https://forum.example/t?t=1"),
        (f"https://forum.example/t?s={SESSION}&t=1", "https://forum.example/t?t=1"),
        ("https://news.example/article?sid=42&s=test", "https://news.example/article?s=test&sid=42"),
        ("https://shop.example/a;jsessionid=AB12.n1?x=1", "https://shop.example/a?x=1"),
        ("https://shop.example/a?PHPSESSID=1&x=1", "https://shop.example/a?x=1"),
        # places in a page
        ("https://acme.example/a#top", "https://acme.example/a"),
        ("https://acme.example/a#:~:text=x", "https://acme.example/a"),
        ("https://acme.example/a#comment-12", "https://acme.example/a#comment-12"),
        ("https://acme.example/a#issuecomment-12", "https://acme.example/a#issuecomment-12"),
        ("https://acme.example/a#p123", "https://acme.example/a#p123"),
        ("https://acme.example/a#!/topic/3", "https://acme.example/a#!/topic/3"),
        ("https://acme.example/#/topic/3", "https://acme.example/#/topic/3"),
    ],
)
def test_an_address_has_one_spelling(url: str, spelling: str) -> None:
    assert canonical(url) == spelling
    assert canonical(spelling) == spelling


@pytest.mark.parametrize(
    "url",
    [
        "", "acme.example", "//acme.example/", "/a", "javascript:alert(1)", "data:text/html,x", "file:///a",
        "ftp://acme.example/", "mailto:help@acme.example", "https://", "https:///a", "http://[::1",
        "http://a b/", "http://a<b>.example/", "http://.example/", "http://..//http://", "http://\ud800.example/",
        "http://xn--\u00fc.example/", "http://acme.example:99999/", "http://acme.example:0/",
        "http://acme.example:x/", "https://acme.example/" + "a" * 2_048,
    ],
    ids=ascii,
)  # fmt: skip
def test_what_is_no_web_address_has_no_spelling(url: str) -> None:
    assert canonical(url) is None


PARTS = st.sampled_from(
    [
        *(
            "http://",
            "https://",
            "HTTP://",
            "acme.example",
            "Bücher.example",
            "[::1]",
            "127.0.0.1",
            ":80",
            ":8080",
        ),
        *(
            "/",
            "//",
            "a",
            "B-c_d",
            "..",
            ".",
            "%2f",
            "%zz",
            "é",
            " ",
            "?",
            "&",
            "=",
            ";",
            "utm_source=x",
            "b=2",
        ),
        *("#", "p12", "u:p@", "\\", "|", "\ud800", "\0", "+", "~", f"sid={SESSION}", ";jsessionid=1"),
    ]
)
ADDRESSES = st.lists(PARTS, max_size=12).map("".join) | st.lists(PARTS, max_size=10).map(
    lambda parts: "https://acme.example/" + "".join(parts)
)


@settings(max_examples=300)
@given(ADDRESSES)
def test_an_address_is_spelled_once_or_not_at_all(url: str) -> None:
    spelling = canonical(url)
    if spelling is not None:
        assert canonical(spelling) == spelling
        assert re.fullmatch(r"https?://[!-~]+", spelling)
        assert len(spelling) <= LONGEST_URL
        assert origin(spelling) == origin(url.strip(urls._BLANKS))


@settings(max_examples=200)
@given(st.lists(st.text("aZ09-._~/%", max_size=6), max_size=8).map("/".join), st.booleans())
def test_the_short_way_spells_as_the_long_one(path: str, secure: bool) -> None:
    url = f"http{'s' * secure}://www.acme-anvils.example/{path}"
    if urls._PLAIN.fullmatch(url):
        assert canonicalize_url(url) == canonical(url) == url


@pytest.mark.parametrize(
    "tail", ["a" * 2_000, "a/" * 1_000, "a." * 900, "-" * 2_000 + "%", "/" * 2_000, ";" * 2_000]
)
def test_a_long_address_is_spelled_in_bounded_time(tail: str) -> None:
    assert canonical(f"https://acme.example/{tail}!") is not None


@pytest.mark.parametrize(
    ("link", "leads_to"),
    [
        ("b.xml", "https://acme.example/blog/b.xml"),
        ("/b.xml", "https://acme.example/b.xml"),
        ("?page=2", "https://acme.example/blog/?page=2"),
        ("//other.example/x", "https://other.example/x"),
        ("http://other.example/x#y", "http://other.example/x#y"),
        (" /a\n b ", "https://acme.example/a%20b"),
        ('/a"<b>', "https://acme.example/a%22%3Cb%3E"),
        ("", "https://acme.example/blog/"),
        ("javascript:alert(1)", None),
        ("mailto:help@acme.example", None),
        ("file:///etc/passwd", None),
        ("http://[::1", None),
        ("a" * 3_000, None),
    ],
)
def test_a_link_leads_to_the_web_or_nowhere(link: str, leads_to: str | None) -> None:
    assert absolute("https://acme.example/blog/", link) == leads_to


@settings(max_examples=200)
@given(ADDRESSES, ADDRESSES)
def test_a_link_never_fails_and_has_no_blanks(base: str, link: str) -> None:
    joined = absolute(base, link)
    assert joined is None or re.fullmatch(r"https?://\S+", joined, re.IGNORECASE)


@pytest.mark.parametrize(
    ("url", "its_origin", "its_host"),
    [
        ("https://Acme.example:443/a", "https://acme.example", "acme.example"),
        ("http://u:p@acme.example:8080", "http://acme.example:8080", "acme.example"),
        ("http://[::1]:80/", "http://[::1]", "::1"),
        ("https://Bücher.example/", "https://xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("mailto:a@acme.example", "", ""),
        ("http://[::1", "", ""),
        ("acme", "", ""),
    ],
)
def test_an_address_has_an_origin_and_a_host(url: str, its_origin: str, its_host: str) -> None:
    assert origin(url) == its_origin
    assert host(url) == its_host


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET https://u:p@acme.example/x failed", "GET https://***@acme.example/x failed"),
        ("redis://:pass@h/0", "redis://***@h/0"),
        ("https://h.example/?api_key=A1&q=acme", "https://h.example/?api_key=***&q=acme"),
        ("https://h.example/?q=acme&access_token=A1#x", "https://h.example/?q=acme&access_token=***#x"),
        ("https://h.example/#id_token=A1", "https://h.example/#id_token=***"),
        ("https://h.example/?X-Amz-Signature=A1&clientSecret=B2", "https://h.example/?X-Amz-Signature=***&clientSecret=***"),
        ("https://h.example/?code=A1&zip=9", "https://h.example/?code=***&zip=9"),
        ("https://h.example/?PHPSESSID=A1;sid=B2", "https://h.example/?PHPSESSID=***;sid=***"),
        ("a=1&amp;token=A1&amp;b=2", "a=1&amp;token=***&amp;b=2"),
        ("/?u=https%3A%2F%2Fh%3Ftoken%3DA1%26q%3Dx&b=1", "/?u=https%3A%2F%2Fh%3Ftoken%3D***%26q%3Dx&b=1"),
        ("/?token=A1%26B2", "/?token=***"),
        ("https://h.example/?keyword=acme&author=kim&monkey_business=1", "https://h.example/?keyword=acme&author=kim&monkey_business=1"),
        ("mail help@acme.example, what? key = 5", "mail help@acme.example, what? key = 5"),
        ("nothing to hide", "nothing to hide"),
    ],
)  # fmt: skip
def test_secrets_of_addresses_are_not_shown(text: str, shown: str) -> None:
    assert redact(text) == shown
    assert redact(shown) == shown


@settings(max_examples=100)
@given(
    st.sampled_from(
        ["token", "key", "api_key", "sig", "password", "X-Auth-Token", "session_id", "client_secret"]
    ),
    st.text(st.sampled_from("abcXYZ0189-._~%/+@:"), min_size=6).map(lambda value: f"S3CR3T{value}"),
    st.sampled_from(["?{}={}", "?a=1&{}={}", "#{}={}", "?a=1&{}={}&b=2", "?x=1;{}={}"]),
)
def test_no_secret_parameter_survives(name: str, secret: str, form: str) -> None:
    assert secret not in redact(f"error at https://h.example/{form.format(name, secret)} (502)")


@pytest.mark.parametrize("piece", ["?", "&a", "://", "?key", "%3Fkey", "https://", "@", "=", "?a=%3F"])
def test_a_long_hostile_text_is_redacted_in_bounded_time(piece: str) -> None:
    assert redact(piece * 100_000 + "@=")


def test_a_link_with_a_lone_surrogate_leads_nowhere() -> None:
    link = absolute("https://news.example/", "/p?a=\ud800")
    assert link is None or link.encode()
