"""Single exchanges with real servers on loopback, friendly and hostile ones."""

from __future__ import annotations

import base64
import contextlib
import gzip
import logging
import socket
import ssl
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from repwatch.errors import FetchError
from repwatch.fetch import Fetcher, Limits, gate_key, identity, settle
from repwatch.model import Answer, Request, Secret
from repwatch.store.base import Validators

CERTIFICATE = Path(__file__).parent / "data" / "localhost.pem"  # made for this test, trusted by nobody
HIDDEN = "hammer-and-tongs"
LOOPBACK = ("127.0.0.1", "localhost")
BRIEF = Limits(total_s=0.4, connect_s=15, quiet_s=15)
OK = b"HTTP/1.1 200 OK\r\n"
FEED = OK + b"Content-Length: 4\r\n\r\nfeed"

pytestmark = pytest.mark.timeout(120)  # whoever lets a server hold it fails here


@dataclass
class Wild:
    """A server that does as it likes: `serve` gets each connection."""

    serve: Callable[[socket.socket], None]
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    connections: int = 0
    closed: int = 0

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/feed"

    def run(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            self.serve(connection)
        self.closed += 1


@contextlib.contextmanager
def wild(serve: Callable[[socket.socket], None]) -> Iterator[Wild]:
    server = Wild(serve)
    threading.Thread(target=server.run, daemon=True).start()
    try:
        yield server
    finally:
        server.listener.shutdown(socket.SHUT_RDWR)
        server.listener.close()


def heard(connection: socket.socket) -> bytes:
    """Read one request's head."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            break
        data += part
    return data


def saying(*pieces: bytes) -> Callable[[socket.socket], None]:
    def serve(connection: socket.socket) -> None:
        heard(connection)
        for piece in pieces:
            connection.sendall(piece)

    return serve


def dripping(start: bytes, drop: bytes, pause_s: float = 0.02) -> Callable[[socket.socket], None]:
    def serve(connection: socket.socket) -> None:
        heard(connection)
        connection.sendall(start)
        while True:
            connection.sendall(drop)
            time.sleep(pause_s)

    return serve


def keeping(answer: bytes) -> Callable[[socket.socket], None]:
    def serve(connection: socket.socket) -> None:
        while heard(connection):
            connection.sendall(answer)

    return serve


@contextlib.contextmanager
def fetching(
    limits: Limits | None = None, allow_private: tuple[str, ...] = LOOPBACK, proxy: str | None = None
) -> Iterator[Fetcher]:
    agent = identity("1.0", "mailto:care@acme.example")
    fetcher = Fetcher(user_agent=agent, limits=limits, allow_private=allow_private, proxy=proxy)
    try:
        yield fetcher
    finally:
        fetcher.close()


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with fetching() as fetcher:
        yield fetcher


def get(url: str, **more: object) -> Request:
    return Request("GET", url, **more)  # type: ignore[arg-type]


def failure(fetcher: Fetcher, request: Request) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetcher.exchange(request)
    return caught.value


def noted(url: str, etag: str | None = '"v1"', last_modified: str | None = None) -> Validators:
    return Validators(url, etag, last_modified, "", datetime(2026, 11, 1, tzinfo=UTC))


# Ordinary exchanges


def test_an_answer_has_status_headers_and_body(httpserver: HTTPServer, fetcher: Fetcher) -> None:
    httpserver.expect_request("/feed").respond_with_data(
        "hello", 200, {"X-Kind": "Feed"}, content_type="text/xml"
    )
    answer = fetcher.exchange(get(httpserver.url_for("/feed")))
    assert (answer.status, answer.body, answer.content_type) == (200, b"hello", "text/xml")
    assert answer.headers["x-kind"] == "Feed"
    assert answer.url == httpserver.url_for("/feed")


def test_we_say_who_we_are_and_ask_only_for_what_we_decode(httpserver: HTTPServer, fetcher: Fetcher) -> None:
    httpserver.expect_request("/").respond_with_data("")
    own = (
        ("User-Agent", "Mozilla/5.0"),
        ("accept-encoding", "br"),
        ("Accept", "text/x"),
        ("X-Key", Secret("k")),
    )
    fetcher.exchange(get(httpserver.url_for("/"), headers=own))
    headers = httpserver.log[0][0].headers
    assert headers.getlist("User-Agent") == ["repwatch/1.0 (+mailto:care@acme.example)"]
    assert headers.getlist("Accept-Encoding") == ["gzip, deflate"]
    assert (headers["Accept"], headers["X-Key"]) == ("text/x", "k")


@pytest.mark.parametrize(
    ("contact", "agent"),
    [
        ("https://acme.example/care", "repwatch/2.0 (+https://acme.example/care)"),
        ("", "repwatch/2.0"),
        ("a\r\nX-Evil: 1 (b) \\ é\x1b[0m", "repwatch/2.0 (+aX-Evil:1b[0m)"),
    ],
)
def test_the_contact_can_break_no_header(contact: str, agent: str) -> None:
    assert identity("2.0", contact) == agent


def test_parameters_are_added_to_the_query(httpserver: HTTPServer, fetcher: Fetcher) -> None:
    httpserver.expect_request("/s").respond_with_data("")
    url = httpserver.url_for("/s?a=1&b=%2F")
    answer = fetcher.exchange(get(url, params=(("q", "ä b"), ("q", "2"), ("key", Secret(HIDDEN)))))
    assert httpserver.log[0][0].query_string == f"a=1&b=%2F&q=%C3%A4+b&q=2&key={HIDDEN}".encode()
    assert answer.url == f"{url}&q=%C3%A4+b&q=2"


def test_a_body_is_posted(httpserver: HTTPServer, fetcher: Fetcher) -> None:
    httpserver.expect_request("/q", method="POST", data="{}").respond_with_data("done")
    request = Request("POST", httpserver.url_for("/q"), headers=(("Content-Type", "text/x"),), body=b"{}")
    assert fetcher.exchange(request).body == b"done"


def test_a_login_in_the_address_is_used_and_not_repeated(httpserver: HTTPServer, fetcher: Fetcher) -> None:
    httpserver.expect_request("/").respond_with_data("")
    plain = httpserver.url_for("/")
    answer = fetcher.exchange(get(plain.replace("http://", f"http://me:{HIDDEN}@")))
    sent = httpserver.log[0][0].headers["Authorization"]
    assert base64.b64decode(sent.removeprefix("Basic ")) == f"me:{HIDDEN}".encode()
    assert answer.url == plain


@pytest.mark.parametrize("status", [301, 404, 429, 500, 503])
def test_any_final_status_is_an_answer_and_nothing_is_followed_or_repeated(
    httpserver: HTTPServer, fetcher: Fetcher, status: int
) -> None:
    httpserver.expect_request("/").respond_with_data(
        "why", status, {"Location": "/other", "Retry-After": "5"}
    )
    answer = fetcher.exchange(get(httpserver.url_for("/")))
    assert (answer.status, answer.body, answer.headers["retry-after"]) == (status, b"why", "5")
    assert len(httpserver.log) == 1


def test_an_error_with_an_unreadable_body_is_still_that_error(
    httpserver: HTTPServer, fetcher: Fetcher
) -> None:
    httpserver.expect_request("/").respond_with_data("junk", 404, {"Content-Encoding": "br"})
    answer = fetcher.exchange(get(httpserver.url_for("/")))
    assert (answer.status, answer.body) == (404, b"")


def test_no_cookie_is_kept(httpserver: HTTPServer, fetcher: Fetcher) -> None:
    httpserver.expect_request("/").respond_with_data("", headers={"Set-Cookie": f"id={HIDDEN}; Path=/"})
    answers = [fetcher.exchange(get(httpserver.url_for("/"))) for _ in range(2)]
    assert all("Cookie" not in asked.headers for asked, _ in httpserver.log)
    assert HIDDEN not in repr(answers)


def test_a_compressed_body_is_decoded(httpserver: HTTPServer, fetcher: Fetcher) -> None:
    packed = gzip.compress(b"anvil" * 1000)
    httpserver.expect_request("/").respond_with_data(packed, headers={"Content-Encoding": "gzip"})
    assert fetcher.exchange(get(httpserver.url_for("/"))).body == b"anvil" * 1000


# Validators


def test_unchanged_is_an_answer_when_validators_were_sent(httpserver: HTTPServer, fetcher: Fetcher) -> None:
    httpserver.expect_request("/feed").respond_with_handler(
        lambda asked: Response(status=304 if asked.headers.get("If-None-Match") == '"v\xe9"' else 200)
    )
    url = httpserver.url_for("/feed?tag=1")
    request = get(httpserver.url_for("/feed"), params=(("tag", "1"), ("key", Secret("k"))))
    assert fetcher.exchange(request).status == 200
    assert fetcher.exchange(request, validators=noted(url, '"v\xe9"')).status == 304
    fetcher.exchange(request, validators=noted(url, None, "Sat, 21 Nov 2026 12:00:00 GMT"))
    assert httpserver.log[-1][0].headers["If-Modified-Since"] == "Sat, 21 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("path", "etag"),
    [("/other", '"v1"'), ("/feed?x=1", '"v1"'), ("/feed", '"' + "x" * 70_000), ("/feed", '"a\r\nX-Evil: 1"')],
)
def test_validators_of_another_address_or_of_odd_shape_are_not_sent(
    httpserver: HTTPServer, fetcher: Fetcher, path: str, etag: str
) -> None:
    httpserver.expect_request("/feed").respond_with_data("")
    fetcher.exchange(get(httpserver.url_for("/feed")), validators=noted(httpserver.url_for(path), etag))
    assert "If-None-Match" not in httpserver.log[0][0].headers
    assert "X-Evil" not in httpserver.log[0][0].headers


def test_unchanged_that_nobody_asked_for_is_a_failure(httpserver: HTTPServer, fetcher: Fetcher) -> None:
    httpserver.expect_request("/").respond_with_data(status=304)
    assert failure(fetcher, get(httpserver.url_for("/"))).reason == "http"


# Connections


def test_a_connection_is_used_again(fetcher: Fetcher) -> None:
    with wild(keeping(FEED)) as server:
        for _ in range(5):
            assert fetcher.exchange(get(server.url)).body == b"feed"
        assert server.connections == 1


def test_a_connection_that_was_closed_meanwhile_is_replaced(fetcher: Fetcher) -> None:
    with wild(saying(FEED)) as server:
        for number in range(3):
            assert fetcher.exchange(get(server.url)).body == b"feed"
            while server.closed <= number:
                time.sleep(0.01)
            assert server.connections == number + 1


def test_one_origin_never_gets_two_requests_at_once(fetcher: Fetcher) -> None:
    under_way: list[int] = []
    most: list[int] = []

    def serve(connection: socket.socket) -> None:
        while heard(connection):
            under_way.append(1)
            most.append(len(under_way))
            time.sleep(0.05)
            under_way.pop()
            connection.sendall(FEED)

    with wild(serve) as server:
        threads = [threading.Thread(target=fetcher.exchange, args=(get(server.url),)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert most == [1, 1, 1, 1]


def test_no_more_connections_are_kept_than_the_limit() -> None:
    closed = threading.Event()

    def serve(connection: socket.socket) -> None:
        keeping(FEED)(connection)
        closed.set()

    with wild(serve) as first, wild(keeping(FEED)) as second, wild(keeping(FEED)) as third:
        with fetching(Limits(connections=2)) as fetcher:
            fetcher.exchange(get(first.url))
            fetcher.exchange(get(second.url))
            fetcher.exchange(get(first.url))
            fetcher.exchange(get(third.url))
            fetcher.exchange(get(first.url))
            assert not closed.is_set()
            assert (first.connections, second.connections) == (1, 1)
            fetcher.exchange(get(second.url))
            assert second.connections == 2
        assert closed.wait(60)


def test_many_threads_share_a_fetcher(fetcher: Fetcher) -> None:
    bodies: list[bytes] = []
    with contextlib.ExitStack() as stack:
        servers = [
            stack.enter_context(wild(keeping(OK + b"Content-Length: 1\r\n\r\n%d" % number)))
            for number in range(8)
        ]

        def work(number: int) -> None:
            for _ in range(10):
                bodies.append(b"%d" % number + fetcher.exchange(get(servers[number].url)).body)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(bodies) == sorted([b"%d%d" % (number, number) for number in range(8)] * 10)


def test_closing_ends_an_exchange_that_is_under_way() -> None:
    started = threading.Event()

    def serve(connection: socket.socket) -> None:
        heard(connection)
        started.set()
        heard(connection)

    caught: list[FetchError] = []
    with wild(serve) as server, fetching() as fetcher:
        thread = threading.Thread(target=lambda: caught.append(failure(fetcher, get(server.url))))
        thread.start()
        assert started.wait(60)
        fetcher.close()
        thread.join(60)
        assert [error.reason for error in caught] == ["timeout"]
        assert failure(fetcher, get(server.url)).reason == "timeout"


# Time


@pytest.mark.parametrize(
    ("start", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x"),
        (OK + b"Content-Length: 100000\r\n\r\n", b"x"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (OK + b"\r\n", b"x"),
        (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"),
    ],
    ids=["headers", "body", "chunks", "body without end", "early hints"],
)
def test_a_server_that_drips_is_left_when_time_is_up(start: bytes, drop: bytes) -> None:
    with wild(dripping(start, drop)) as server, fetching(BRIEF) as fetcher:
        error = failure(fetcher, get(server.url))
    assert (error.reason, error.transient) == ("timeout", False)


def test_early_hints_in_a_storm_are_left_when_time_is_up() -> None:
    with (
        wild(dripping(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100, 0)) as server,
        fetching(BRIEF) as fetcher,
    ):
        assert failure(fetcher, get(server.url)).reason == "timeout"


def test_early_hints_before_a_prompt_answer_do_no_harm(fetcher: Fetcher) -> None:
    with wild(saying(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n", FEED)) as server:
        assert fetcher.exchange(get(server.url)).body == b"feed"


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 ", OK + b"Content-Length: 9\r\n\r\nx"])
def test_a_server_that_falls_silent_is_left_before_the_whole_time_is_up(start: bytes) -> None:
    def serve(connection: socket.socket) -> None:
        saying(start)(connection)
        heard(connection)

    with wild(serve) as server, fetching(Limits(total_s=15, quiet_s=0.2)) as fetcher:
        error = failure(fetcher, get(server.url))
    assert error.reason == "timeout"
    assert "silent" in error.message


def test_the_time_of_a_single_call_is_what_counts() -> None:
    with wild(dripping(OK + b"\r\n", b"x")) as server, fetching(Limits(total_s=15)) as fetcher:
        with pytest.raises(FetchError, match=r"within 0\.5 s"):
            fetcher.exchange(get(server.url), deadline_s=0.5)
        with pytest.raises(FetchError, match="within 0 s"):
            fetcher.exchange(get(server.url), deadline_s=0)


def test_a_used_connection_does_not_keep_the_deadline_of_its_first_use() -> None:
    with wild(keeping(FEED)) as server, fetching() as fetcher:
        fetcher.exchange(get(server.url), deadline_s=2)
        time.sleep(2.1)
        assert fetcher.exchange(get(server.url), deadline_s=15).body == b"feed"
        assert server.connections == 1


def test_a_server_that_does_not_listen_to_what_is_posted_is_left_when_time_is_up() -> None:
    release = threading.Event()

    def serve(_: socket.socket) -> None:
        release.wait(30)

    with wild(serve) as server, fetching(BRIEF) as fetcher:
        error = failure(fetcher, Request("POST", server.url, body=bytes(32 * 1024 * 1024)))
        release.set()
    assert error.reason == "timeout"


def test_a_name_that_is_looked_up_for_ever_takes_no_longer_than_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: release.wait(15) and [])
    with fetching(Limits(total_s=0.3)) as fetcher:
        assert failure(fetcher, get("http://forge.example/")).reason == "timeout"
    with fetching(Limits(total_s=15, connect_s=0.2)) as fetcher:
        error = failure(fetcher, get("http://forge.example/"))
        assert (error.reason, error.transient) == ("timeout", True)
    release.set()


# Size


def test_a_body_without_end_is_cut_off() -> None:
    limits = Limits(wire_bytes=100_000)
    with wild(dripping(OK + b"\r\n", b"x" * 50_000, 0)) as server, fetching(limits) as fetcher:
        assert failure(fetcher, get(server.url)).reason == "too_large"


def test_headers_without_end_are_cut_off(fetcher: Fetcher) -> None:
    with wild(dripping(OK, b"X-Many: headers\r\n" * 1000, 0)) as server:
        assert failure(fetcher, get(server.url)).reason == "http"


def test_ten_declared_gigabytes_are_refused_before_the_first_is_read(fetcher: Fetcher) -> None:
    def serve(connection: socket.socket) -> None:
        saying(OK + b"Content-Length: 10000000000\r\n\r\n")(connection)
        heard(connection)

    with wild(serve) as server:
        assert failure(fetcher, get(server.url)).reason == "too_large"


@pytest.mark.parametrize("coding", ["gzip", "br", "gzip, gzip"])
def test_a_body_that_can_not_be_decoded_is_a_failure(
    httpserver: HTTPServer, fetcher: Fetcher, coding: str
) -> None:
    cut = gzip.compress(b"anvil" * 1000)[:-9]
    httpserver.expect_request("/").respond_with_data(cut, headers={"Content-Encoding": coding})
    assert failure(fetcher, get(httpserver.url_for("/"))).reason == "encoding"


# Servers that do not keep to HTTP


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "http"),
        (b"<html>hello</html>\r\n\r\n", "http"),
        (b"\x00\xff\x00\xff\r\n\r\n", "http"),
        (b"HTTP/1.1 abc\r\n\r\n", "http"),
        (OK + b"No colon here\r\n\r\n", "http"),
        (OK + b"X-Return: a\rb\r\n\r\n", "http"),
        (OK + b"Content-Length: 9\r\n\r\nshort", "http"),
        (OK + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nfeed!", "http"),
        (OK + b"Content-Length: -4\r\n\r\nfeed", "http"),
        (OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", "http"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nff\r\nshort", "http"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n", "http"),
        (OK + b"Transfer-Encoding: gzip\r\n\r\n", "http"),
        (b"", "unreachable"),
        (b"HTTP/1.1 20", "unreachable"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "unreachable"),
    ],
)
def test_what_is_not_proper_http_is_a_failure_with_a_reason(
    fetcher: Fetcher, said: bytes, reason: str
) -> None:
    with wild(saying(said)) as server:
        error = failure(fetcher, get(server.url))
    assert error.reason == reason


def test_a_connection_that_is_reset_may_work_the_next_time(fetcher: Fetcher) -> None:
    def serve(connection: socket.socket) -> None:
        heard(connection)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

    with wild(serve) as server:
        error = failure(fetcher, get(server.url))
        assert (error.reason, error.transient) == ("unreachable", True)
        assert not failure(fetcher, Request("POST", server.url)).transient


def test_what_follows_a_full_answer_does_not_reach_the_next_one(fetcher: Fetcher) -> None:
    with wild(keeping(FEED + OK + b"Content-Length: 4\r\n\r\nevil")) as server:
        assert fetcher.exchange(get(server.url)).body == b"feed"
        error = failure(fetcher, get(server.url))
        assert (error.reason, error.transient) == ("http", True)
        assert fetcher.exchange(get(server.url)).body == b"feed"
        assert server.connections == 2


def test_a_port_where_nobody_listens_is_unreachable(fetcher: Fetcher) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    error = failure(fetcher, get(f"http://127.0.0.1:{port}/"))
    assert (error.reason, error.transient) == ("unreachable", True)
    assert "connection refused" in error.message


@pytest.mark.parametrize(("number", "transient"), [(socket.EAI_NONAME, False), (socket.EAI_AGAIN, True)])
def test_an_unknown_name_is_unreachable(
    monkeypatch: pytest.MonkeyPatch, fetcher: Fetcher, number: int, transient: bool
) -> None:
    def look_up(*_: object, **__: object) -> None:
        raise socket.gaierror(number, "no such name")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    error = failure(fetcher, get("http://forge.example/"))
    assert (error.reason, error.transient) == ("unreachable", transient)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "forge.example/feed",
        "file:///etc/passwd",
        "ftp://forge.example/",
        "data:text/html,x",
        "javascript:alert(1)",
        "http://",
        "http:///feed",
        "http://[::1",
        "http://forge.example:port/",
        "http://forge.example:99999/",
        "http://xn--/",
        "http://" + "a" * 64 + ".example/",
        "http://a..example/",
        "http://forge.example/\x00",
        "http://forge.example\n.evil.example/",
        "http://" + "x" * 70_000,
        "http://\udcff/",
        "http://forge.example/\udcff",
    ],
)
def test_what_is_no_web_address_is_a_failure_and_no_crash(fetcher: Fetcher, url: str) -> None:
    assert failure(fetcher, get(url)).reason in ("refused", "unreachable", "http")


# Addresses that may not be fetched

PRIVATE_FORMS = [
    "127.0.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "127.1",
    "0177.0.0.1",
    "127.0.0.1.",
    "127。0。0。1",
    "１２７.０.０.１",
    "%31%32%37.0.0.1",
    "0.0.0.0",
    "0",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "localhost",
    "LOCALHOST.",
    "forge.example@127.0.0.1",
    "forge.example:80@localhost",
    "forge.example#@127.0.0.1",
]


@pytest.mark.parametrize("form", PRIVATE_FORMS)
def test_no_spelling_of_a_private_address_is_connected_to(form: str) -> None:
    with wild(saying(FEED)) as canary, fetching(Limits(connect_s=1), allow_private=()) as fetcher:
        error = failure(fetcher, get(f"http://{form}:{canary.port}/"))
        assert canary.connections == 0
    assert error.reason in ("refused", "unreachable")


def follow(fetcher: Fetcher, request: Request) -> Answer:
    for hops in range(9):
        step = settle(request, fetcher.exchange(request), hops)
        if isinstance(step, Answer):
            return step
        request = step
    raise AssertionError("settle follows for ever")


@pytest.mark.parametrize("form", PRIVATE_FORMS)
def test_no_redirect_leads_to_a_private_address(form: str) -> None:
    with wild(saying(FEED)) as canary:
        location = b"HTTP/1.1 302 Found\r\nLocation: http://%s:%d/\r\n\r\n" % (form.encode(), canary.port)
        with wild(saying(location)) as public:
            allowed = (f"127.0.0.1:{public.port}",)
            with (
                fetching(Limits(connect_s=1), allow_private=allowed) as fetcher,
                pytest.raises(FetchError) as caught,
            ):
                follow(fetcher, get(public.url))
        assert canary.connections == 0
    assert caught.value.reason in ("refused", "unreachable", "http")


@pytest.mark.parametrize("host", ["localhost", "127.1", "[::1]", "[::ffff:127.0.0.1]"])
def test_the_hint_on_a_refused_place_is_an_entry_that_allows_it(host: str) -> None:
    with fetching(allow_private=()) as fetcher:
        error = failure(fetcher, get(f"http://{host}:9/"))
    assert error.reason == "refused"
    entry = str(error.hint).split('"')[1]
    with fetching(allow_private=(entry,)) as fetcher:
        assert failure(fetcher, get(f"http://{host}:9/")).reason == "unreachable"


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    real = socket.getaddrinfo

    def look_up(host: str, port: int, *more: Any, **named: Any) -> Sequence[object]:
        found = addresses if host.endswith(".example") else (host,)
        return [entry for address in found for entry in real(address, port, *more, **named)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.mark.parametrize(
    "addresses", [("127.0.0.1",), ("93.184.215.14", "127.0.0.1"), ("10.0.0.1", "1.1.1.1")]
)
def test_a_name_with_one_private_address_is_refused(
    monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...]
) -> None:
    with wild(saying(FEED)) as canary, fetching(allow_private=("other.example",)) as fetcher:
        resolving(monkeypatch, *addresses)
        error = failure(fetcher, get(f"http://forge.example:{canary.port}/"))
        assert canary.connections == 0
        assert error.reason == "refused"
        assert f"forge.example:{canary.port}" in str(error.hint)


@pytest.mark.parametrize(
    "entry", ["forge.example", "forge.example:{}", "127.0.0.0/8", "127.0.0.1", "127.0.0.1:{}"]
)
def test_an_allowed_private_place_is_fetched_under_its_own_name(
    monkeypatch: pytest.MonkeyPatch, entry: str
) -> None:
    asked: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        asked.append(heard(connection))
        connection.sendall(FEED)

    with wild(serve) as server, fetching(allow_private=(entry.format(server.port),)) as fetcher:
        resolving(monkeypatch, "127.0.0.1")
        assert fetcher.exchange(get(f"http://forge.example:{server.port}/")).body == b"feed"
        assert f"Host: forge.example:{server.port}\r\n".encode() in asked[0]


def test_a_host_with_letters_beyond_ascii_is_asked_by_its_ascii_name(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        asked.append(heard(connection))
        connection.sendall(FEED)

    with wild(serve) as server, fetching(allow_private=("www.xn--bcher-kva.example",)) as fetcher:
        resolving(monkeypatch, "127.0.0.1")
        assert fetcher.exchange(get(f"http://www.bücher.example:{server.port}/")).body == b"feed"
    assert b"Host: www.xn--bcher-kva.example:" in asked[0]


@pytest.mark.parametrize("entry", ["other.example", "forge.example:1", "127.0.0.1:1", "10.0.0.0/8"])
def test_another_allowed_place_opens_no_door(monkeypatch: pytest.MonkeyPatch, entry: str) -> None:
    with wild(saying(FEED)) as canary, fetching(allow_private=(entry,)) as fetcher:
        resolving(monkeypatch, "127.0.0.1")
        assert failure(fetcher, get(f"http://forge.example:{canary.port}/")).reason == "refused"
        assert canary.connections == 0


def test_the_next_address_of_a_name_is_tried_when_the_first_does_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with wild(saying(FEED)) as server, fetching(allow_private=("127.0.0.0/8",)) as fetcher:
        resolving(monkeypatch, "127.9.9.9", "127.0.0.1")
        assert fetcher.exchange(get(f"http://forge.example:{server.port}/")).body == b"feed"


# Redirects


def test_a_redirect_loop_ends_after_six_requests(fetcher: Fetcher) -> None:
    asked: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        while request := heard(connection):
            asked.append(request)
            connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /feed\r\nContent-Length: 0\r\n\r\n")

    with wild(serve) as server, pytest.raises(FetchError, match="redirects"):
        follow(fetcher, get(server.url))
    assert len(asked) == 6


def test_no_credential_reaches_another_origin(fetcher: Fetcher) -> None:
    asked: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        asked.append(heard(connection))
        connection.sendall(FEED)

    with wild(serve) as other:
        location = f"http://127.0.0.1:{other.port}/x?key={HIDDEN}&page=2"
        with wild(saying(f"HTTP/1.1 307 Moved\r\nLocation: {location}\r\n\r\n".encode())) as first:
            url = first.url.replace("http://", f"http://me:{HIDDEN}@")
            headers = (("X-Api-Key", Secret(HIDDEN)), ("Authorization", HIDDEN), ("Cookie", HIDDEN))
            request = get(f"{url}?token={HIDDEN}", params=(("key", Secret(HIDDEN)),), headers=headers)
            assert follow(fetcher, request).body == b"feed"
    assert HIDDEN.encode() not in asked[0]
    assert b"GET /x?page=2 " in asked[0]
    assert not any(
        name in asked[0].lower() for name in (b"authorization", b"x-api-key", b"cookie", b"referer")
    )


@pytest.mark.parametrize(
    "location", ["data:text/html,x", "http://[::1", "//", "http://\x1b]0;x\x07/", "http://a:b:c/"]
)
def test_a_redirect_to_nonsense_is_a_failure_and_no_crash(fetcher: Fetcher, location: str) -> None:
    answer = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\n\r\n".encode()
    with wild(saying(answer)) as server, pytest.raises(FetchError) as caught:
        follow(fetcher, get(server.url))
    assert str(caught.value).isprintable()


# TLS


@contextlib.contextmanager
def secure() -> Iterator[Wild]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)

    def serve(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as wrapped:
            keeping(FEED)(wrapped)

    with wild(serve) as server:
        yield server


def test_a_certificate_that_nobody_vouches_for_is_a_failure(fetcher: Fetcher) -> None:
    with secure() as server:
        error = failure(fetcher, get(f"https://localhost:{server.port}/"))
    assert (error.reason, error.transient) == ("tls", False)
    assert "certificate" in error.message


def test_a_certificate_counts_for_the_name_in_the_address_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with secure() as server, fetching() as fetcher:
        for _ in range(3):
            assert fetcher.exchange(get(f"https://localhost:{server.port}/")).body == b"feed"
        assert server.connections == 1
        error = failure(fetcher, get(f"https://127.0.0.1:{server.port}/"))
    assert error.reason == "tls"


def test_a_server_without_tls_is_a_failure(fetcher: Fetcher) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(FEED)

    with wild(serve) as server:
        error = failure(fetcher, get(f"https://127.0.0.1:{server.port}/"))
    assert (error.reason, error.hint) == ("tls", "if it has none, begin its address with http://")


def test_a_handshake_that_never_ends_is_left() -> None:
    with wild(dripping(b"\x16\x03\x03\x40\x00", b"\x00")) as server, fetching(BRIEF) as fetcher:
        assert failure(fetcher, get(f"https://127.0.0.1:{server.port}/")).reason in ("timeout", "tls")


# Proxies


def test_a_proxy_in_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with wild(keeping(FEED)) as server, wild(saying(FEED)) as canary:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")
        with fetching() as fetcher:
            fetcher.exchange(get(server.url))
        assert canary.connections == 0


def test_a_configured_proxy_gets_the_request_and_its_own_login() -> None:
    asked: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        asked.append(heard(connection))
        connection.sendall(FEED)

    with (
        wild(serve) as proxy,
        fetching(allow_private=(), proxy=f"http://me:pw@127.0.0.1:{proxy.port}") as fetcher,
    ):
        assert fetcher.exchange(get("http://forge.example/feed?x=1")).body == b"feed"
    assert asked[0].startswith(b"GET http://forge.example/feed?x=1 HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic " + base64.b64encode(b"me:pw") in asked[0]


@pytest.mark.parametrize(
    "form", ["127.0.0.1", "2130706433", "127.1", "[::1]", "10.0.0.1", "[::ffff:10.0.0.1]"]
)
def test_a_proxy_is_not_asked_for_a_private_address(form: str) -> None:
    with wild(saying(FEED)) as proxy:
        with fetching(allow_private=(), proxy=f"http://127.0.0.1:{proxy.port}") as fetcher:
            assert failure(fetcher, get(f"http://{form}/")).reason == "refused"
            assert failure(fetcher, get(f"https://{form}/")).reason == "refused"
        assert proxy.connections == 0


def test_a_proxy_that_makes_no_connection_is_said_without_its_words() -> None:
    refusal = b"HTTP/1.1 407 \x1b[31mLogin, please\r\nContent-Length: 0\r\n\r\n"
    with (
        wild(saying(refusal)) as proxy,
        fetching(proxy=f"http://me:{HIDDEN}@127.0.0.1:{proxy.port}") as fetcher,
    ):
        error = failure(fetcher, get("https://forge.example/"))
    assert error.reason == "unreachable"
    assert str(error).isprintable()
    assert HIDDEN not in str(error)


@pytest.mark.parametrize(
    "proxy", ["proxy.example:3128", "https://proxy.example", "socks5://me:hammer-and-tongs@p", "http://["]
)
def test_a_proxy_that_is_not_supported_is_refused_at_once(proxy: str) -> None:
    with pytest.raises(ValueError, match="proxy") as caught:
        Fetcher(user_agent="x", proxy=proxy)
    assert HIDDEN not in str(caught.value)


# Secrets and logs


def test_no_error_tells_a_secret(fetcher: Fetcher) -> None:
    with wild(saying(b"HTTP/1.1 200 " + HIDDEN.encode() + b"\x00\r\n\r\n")) as garbage:
        port = garbage.port
        requests = [
            get(garbage.url, params=(("k", Secret(HIDDEN)),)),
            get(f"http://me:{HIDDEN}@127.0.0.1:{port}/?token={HIDDEN}"),
            get(garbage.url, headers=(("X-Key", Secret(f"{HIDDEN}\r\nX-Evil: 1")),)),
            get(garbage.url, headers=(("X-Key", Secret(f"{HIDDEN}\u2028")),)),
            get(garbage.url, headers=((f"X-Kéy-{HIDDEN}", "x"),)),
            get(f"http://10.0.0.1/?api_key={HIDDEN}", params=(("k", Secret(HIDDEN)),)),
            get(f"http://[::1/?api_key={HIDDEN}", params=(("k", Secret(HIDDEN)),)),
            get(f"ftp://me:{HIDDEN}@forge.example/"),
            get(f"http://127.0.0.1:{port}/\x00?token={HIDDEN}"),
        ]
        for request in requests:
            error = failure(fetcher, request)
            told = "".join(traceback.format_exception(error)) + repr(error) + str(error.hint)
            assert HIDDEN not in told
            assert str(error).isprintable()


def test_no_log_tells_a_secret_or_acts_on_a_terminal(
    caplog: pytest.LogCaptureFixture, fetcher: Fetcher
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = b"HTTP/1.1 200 \x1b[31mOK\r\nX-Kind: \x1b[2J\r\nContent-Length: 0\r\n\r\n"
    with wild(saying(answer)) as server:
        fetcher.exchange(get(f"{server.url}?token={HIDDEN}", headers=(("X-Key", Secret(HIDDEN)),)))
    told = "".join(record.getMessage() for record in caplog.records)
    assert HIDDEN not in told
    assert "\x1b" not in told


def test_what_names_the_gate_is_what_is_connected_to(httpserver: HTTPServer, fetcher: Fetcher) -> None:
    httpserver.expect_request("/").respond_with_data("")
    url = httpserver.url_for("/")
    fetcher.exchange(get(url))
    assert httpserver.log[0][0].headers["Host"] == gate_key(url)
    for odd in (
        "http://127.0.0.1\\@forge.example/",
        "http://forge.example\\@127.0.0.1/",
        "http://127.0.0.1%2F@x/",
    ):
        assert failure(fetcher, get(odd)).reason in ("refused", "unreachable")
