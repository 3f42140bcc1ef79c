from __future__ import annotations

import re
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request as Incoming
from werkzeug import Response

from repwatch import fetch
from repwatch.crawl.crawler import Crawler, Manners, Said
from repwatch.errors import FetchError, ParseError, SourceError
from repwatch.model import Answer, Page, Request
from repwatch.store import open_store
from repwatch.store.base import Store

AGENT = "repwatch/test (+mailto:dev@acme.example)"

Handler = Callable[[Incoming], Response]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(tmp_path / "crawl.db", ZoneInfo("UTC"))) as opened:
        yield opened


@contextmanager
def site(handler: Handler, host: str = "127.0.0.1") -> Iterator[HTTPServer]:
    with HTTPServer(host=host, threaded=True) as server:
        server.expect_request(re.compile(".*")).respond_with_handler(handler)
        yield server


@contextmanager
def crawler(store: Store, *, gap_s: float = 0.0, **manners: object) -> Iterator[Crawler[str]]:
    fetcher = fetch.Fetcher(user_agent=AGENT, allow_private=("127.0.0.0/8",))
    made: Crawler[str] = Crawler(fetcher, store, Manners(user_agent=AGENT, min_gap_s=gap_s, **manners))  # type: ignore[arg-type]
    with closing(made):
        yield made


def answers(crawler: Crawler[str]) -> dict[str, Said]:
    """Wait for the answers to all that was submitted, a minute at most, and return them."""
    done: dict[str, Said] = {}
    end_s = time.monotonic() + 60
    while crawler.pending and time.monotonic() < end_s:
        slot_s = crawler.next_slot_in_s
        select.select([crawler.wake], [], [], 0.5 if slot_s is None else min(0.5, slot_s))
        done |= dict(crawler.collect())
    return done


def get(url: str, *, page: bool = False) -> Request:
    return Request("GET", url, page=page)


def test_a_host_is_never_asked_twice_at_once_and_others_are_asked_meanwhile(store: Store) -> None:
    busy: dict[str, int] = {}
    most: dict[str, int] = {}
    lock, both = threading.Lock(), threading.Barrier(2)

    def handler(request: Incoming) -> Response:
        host = request.host
        with lock:
            busy[host] = busy.get(host, 0) + 1
            most[host] = max(most.get(host, 0), busy[host])
        both.wait(60)  # until the other host is asked as well
        time.sleep(0.05)
        with lock:
            busy[host] -= 1
        return Response("ok")

    with site(handler) as one, site(handler, "127.0.0.2") as two, crawler(store) as crawl:
        urls = [s.url_for(f"/{n}") for s in (one, two) for n in range(4)]
        for url in urls:
            crawl.submit(url, get(url))
        done = answers(crawl)
    assert {
        url: answer.status for url, answer in done.items() if isinstance(answer, Answer)
    } == dict.fromkeys(urls, 200)
    assert set(most.values()) == {1}


def test_the_gap_between_requests_holds_from_one_crawl_to_the_next(store: Store) -> None:
    came: list[str] = []

    def handler(request: Incoming) -> Response:
        came.append(request.path)
        return Response("ok")

    with site(handler) as server:
        began_s = time.monotonic()
        for _ in range(2):
            with crawler(store, gap_s=0.2) as crawl:
                crawl.submit("a", get(server.url_for("/a")))
                crawl.submit("b", get(server.url_for("/b")))
                answers(crawl)
        took_s = time.monotonic() - began_s
    assert came == ["/a", "/b"] * 2
    assert took_s >= 0.6, "three gaps"


def test_a_redirect_waits_for_the_gate_and_the_robots_of_its_own_host(store: Store) -> None:
    asked: list[str] = []

    def other(request: Incoming) -> Response:
        asked.append(request.path)
        return Response("User-agent: *\nDisallow: /private" if request.path == "/robots.txt" else "page")

    with site(other, "127.0.0.2") as there:

        def here(request: Incoming) -> Response:
            if request.path == "/robots.txt":
                return Response("", 404)
            return Response(status=302, headers={"Location": there.url_for(request.path)})

        with site(here) as start, crawler(store) as crawl:
            crawl.submit("open", get(start.url_for("/open"), page=True))
            crawl.submit("private", get(start.url_for("/private"), page=True))
            done = answers(crawl)
    assert isinstance(done["open"], Answer)
    assert done["open"].url == there.url_for("/open")
    assert isinstance(done["private"], FetchError)
    assert done["private"].reason == "robots"
    assert sorted(asked) == ["/open", "/robots.txt"]


def test_robots_txt_is_read_once_a_day_and_only_for_pages(store: Store) -> None:
    asked: list[str] = []

    def handler(request: Incoming) -> Response:
        asked.append(request.path)
        return Response("User-agent: *\nDisallow: /no" if request.path == "/robots.txt" else "ok")

    with site(handler) as server:
        for _ in range(2):
            with crawler(store) as crawl:
                crawl.submit("feed", get(server.url_for("/no/feed.xml")))
                crawl.submit("page", get(server.url_for("/yes"), page=True))
                crawl.submit("no", get(server.url_for("/no"), page=True))
                done = answers(crawl)
            assert isinstance(done["feed"], Answer)
            assert isinstance(done["page"], Answer)
            assert isinstance(done["no"], FetchError)
    assert asked.count("/robots.txt") == 1
    assert "/no" not in asked


def test_robots_txt_that_redirects_elsewhere_is_asked_for_once(store: Store) -> None:
    asked: list[str] = []

    def rules(request: Incoming) -> Response:
        asked.append(request.path)
        return Response("User-agent: *\nDisallow: /no")

    with site(rules, "127.0.0.2") as there:

        def here(request: Incoming) -> Response:
            asked.append(request.path)
            if request.path == "/robots.txt":
                return Response(status=301, headers={"Location": there.url_for("/rules")})
            return Response("ok")

        with site(here) as start, crawler(store) as crawl:
            crawl.submit("yes", get(start.url_for("/yes"), page=True))
            crawl.submit("no", get(start.url_for("/no"), page=True))
            done = answers(crawl)
    assert isinstance(done["yes"], Answer)
    assert isinstance(done["no"], FetchError)
    assert asked == ["/robots.txt", "/rules", "/yes"]


def test_robots_txt_that_leads_to_a_host_that_turned_us_away_is_not_waited_for(store: Store) -> None:
    with site(lambda _: Response("", 429, headers={"Retry-After": "600"}), "127.0.0.2") as away:

        def here(request: Incoming) -> Response:
            return Response(status=302, headers={"Location": away.url_for("/robots.txt")})

        with site(here) as start, crawler(store) as crawl:
            crawl.submit("first", get(away.url_for("/")))
            assert isinstance(answers(crawl)["first"], FetchError)
            crawl.submit("page", get(start.url_for("/page"), page=True))
            done = answers(crawl)
            assert crawl.pending == 0
    assert isinstance(done["page"], FetchError)
    assert done["page"].reason == "rate_limited"


def test_who_wants_to_be_asked_once_a_day_is_asked_once(store: Store) -> None:
    asked: list[str] = []

    def handler(request: Incoming) -> Response:
        asked.append(request.path)
        rules = "User-agent: *\nCrawl-delay: 1000000000"
        return Response(rules if request.path == "/robots.txt" else "ok")

    with site(handler) as server, crawler(store) as crawl:
        crawl.submit("/1", get(server.url_for("/1"), page=True))
        crawl.submit("/2", get(server.url_for("/2"), page=True))
        done = answers(crawl)
        assert crawl.pending == 0
    assert asked == ["/robots.txt", "/1"]
    assert isinstance(done["/2"], FetchError)
    assert done["/2"].reason == "rate_limited"
    assert done["/2"].retry_after_s == pytest.approx(86_400, rel=0.01)


def test_a_host_that_turns_us_away_is_left_alone_in_the_next_crawl_too(store: Store) -> None:
    asked: list[str] = []

    def handler(request: Incoming) -> Response:
        asked.append(request.path)
        return Response("slow down", 429, headers={"Retry-After": "120"})

    began = datetime.now(UTC)
    with site(handler) as server:
        for _ in range(2):
            with crawler(store) as crawl:
                for path in ("/a", "/b"):
                    crawl.submit(path, get(server.url_for(path)))
                done = answers(crawl)
            reasons = {e.reason for e in done.values() if isinstance(e, FetchError)}
            assert (len(done), reasons) == (2, {"rate_limited"})
        state = store.host(fetch.gate_key(server.url_for("/")))
    assert asked == ["/a"]
    assert state.back_off_until is not None
    assert timedelta(seconds=120) <= state.back_off_until - began < timedelta(seconds=200)


def test_a_server_that_stumbles_is_asked_again_and_then_believed(store: Store) -> None:
    asked: list[str] = []

    def handler(request: Incoming) -> Response:
        asked.append(request.path)
        return Response("", 503) if len(asked) == 1 else Response("back")

    with site(handler) as server, crawler(store) as crawl:
        crawl.submit("a", get(server.url_for("/a")))
        done = answers(crawl)
        requests = crawl.requests["a"]
    assert isinstance(done["a"], Answer)
    assert done["a"].body == b"back"
    assert requests == len(asked) == 2


@pytest.mark.parametrize("status", [400, 401, 404, 410, 500])
def test_what_cannot_pass_is_not_asked_again(store: Store, status: int) -> None:
    asked: list[str] = []

    def handler(request: Incoming) -> Response:
        asked.append(request.path)
        return Response("", status)

    with site(handler) as server, crawler(store) as crawl:
        crawl.submit("a", get(server.url_for("/a")))
        done = answers(crawl)
    assert isinstance(done["a"], FetchError)
    assert asked == ["/a"]


def test_redirects_that_never_end_are_given_up(store: Store) -> None:
    asked: list[str] = []

    def handler(request: Incoming) -> Response:
        asked.append(request.path)
        return Response(status=302, headers={"Location": f"/{len(asked)}"})

    with site(handler) as server, crawler(store) as crawl:
        crawl.submit("a", get(server.url_for("/0")))
        done = answers(crawl)
    assert isinstance(done["a"], FetchError)
    assert len(asked) == 6


def test_when_nobody_is_there_it_is_found_out_once_for_all(store: Store) -> None:
    urls = [f"http://127.0.0.4:9/{n}" for n in range(20)]
    with crawler(store) as crawl:
        for url in urls:
            crawl.submit(url, get(url))
        done = answers(crawl)
        requests = sum(crawl.requests.values())
    assert {error.reason for error in done.values() if isinstance(error, FetchError)} == {"unreachable"}
    assert len(done) == len(urls)
    assert requests == 3


def test_a_server_that_hangs_up_on_one_page_is_asked_for_the_others(store: Store) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    asked = connection.recv(4096)
                    if b"/good" in asked:
                        connection.sendall(
                            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
                        )

        threading.Thread(target=answer, daemon=True).start()
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with crawler(store) as crawl:
            for path in ("/bad", "/good"):
                crawl.submit(path, get(base + path))
            done = answers(crawl)
        listening.shutdown(socket.SHUT_RDWR)
    assert isinstance(done["/bad"], FetchError)
    assert isinstance(done["/good"], Answer)


@pytest.mark.parametrize("status", [500, 503, 429])
def test_when_robots_txt_cannot_be_read_that_is_why_no_page_is(store: Store, status: int) -> None:
    asked: list[str] = []

    def handler(request: Incoming) -> Response:
        asked.append(request.path)
        return Response("", status) if request.path == "/robots.txt" else Response("ok")

    with site(handler) as server, crawler(store) as crawl:
        for path in ("/a", "/b"):
            crawl.submit(path, get(server.url_for(path), page=True))
        crawl.submit("feed", get(server.url_for("/feed.xml")))
        done = answers(crawl)
        state = store.host(fetch.gate_key(server.url_for("/")))
    wanted = "rate_limited" if status == 429 else "unreachable"
    assert {e.reason for e in done.values() if isinstance(e, FetchError)} == {wanted}
    assert not {"/a", "/b"} & set(asked)
    assert state.robots is None  # the next scan asks again
    assert isinstance(done["feed"], Answer) == (status != 429)


def test_a_source_says_what_a_failure_means(store: Store) -> None:
    meanings: dict[bytes, SourceError | Page | None] = {
        b"login": FetchError("login", "the token has expired"),
        b"nothing": Page(cursors=("2",)),
        b"layout": ParseError("nobody knows this version"),
        b"unknown": None,
    }

    def handler(request: Incoming) -> Response:
        return Response(request.path[1:], 400)

    with site(handler) as server, crawler(store) as crawl:
        for name in meanings:
            url = server.url_for(f"/{name.decode()}")
            crawl.submit(name.decode(), get(url), explain=lambda answer: meanings[answer.body])
        done = answers(crawl)
    assert done["nothing"] == Page(cursors=("2",))
    reasons = {key: said.reason for key, said in done.items() if isinstance(said, SourceError)}
    assert reasons == {"login": "login", "layout": "layout", "unknown": "http"}


def test_a_rate_limit_in_a_sources_words_holds_the_whole_host(store: Store) -> None:
    asked: list[str] = []

    def handler(request: Incoming) -> Response:
        asked.append(request.path)
        return Response("throttled", 400, headers={"Retry-After": "600"})

    with site(handler) as server, crawler(store) as crawl:
        for path in ("/a", "/b"):
            limited = FetchError("rate_limited", "throttled")
            crawl.submit(path, get(server.url_for(path)), explain=lambda _, error=limited: error)  # type: ignore[misc]
        done = answers(crawl)
        state = store.host(fetch.gate_key(server.url_for("/")))
    assert {said.reason for said in done.values() if isinstance(said, SourceError)} == {"rate_limited"}
    assert len(asked) == 1
    assert state.back_off_until is not None
    assert timedelta(seconds=500) < state.back_off_until - datetime.now(UTC) <= timedelta(seconds=600)


def test_who_has_a_key_waits_for_what_was_told_to_it_and_nobody_else(store: Store) -> None:
    keys = {"no key": "", "a key": "1", "another key": "2"}
    asked: list[str] = []

    def handler(request: Incoming) -> Response:
        asked.append(request.path)
        limited = request.path in ("/first", "/elsewhere")
        return Response("", 429, headers={"Retry-After": "600"}) if limited else Response("ok")

    with site(handler) as server:
        for told in ("no key", "a key"):
            with crawler(store) as crawl:
                crawl.submit("first", get(server.url_for("/first")), login=keys[told])
                answers(crawl)
                for name, login in keys.items():
                    crawl.submit(name, get(server.url_for(f"/{told}/{name}")), login=login)
                done = answers(crawl)
            assert {name for name, said in done.items() if isinstance(said, Answer)} == (
                {"a key", "another key"} if told == "no key" else {"another key"}
            )
    assert len(asked) == 5


def test_a_key_is_not_blamed_for_what_it_was_not_sent_to(store: Store) -> None:
    with (
        site(lambda _: Response("", 429, headers={"Retry-After": "600"}), "127.0.0.2") as busy,
        site(lambda _: Response("", 302, headers={"Location": busy.url_for("/")})) as server,
        crawler(store) as crawl,
    ):
        crawl.submit("moved", get(server.url_for("/")), login="1")
        answers(crawl)
        assert store.host(fetch.gate_key(busy.url_for("/"))).back_off_until is not None


def test_the_last_request_that_a_host_allows_is_heeded(store: Store) -> None:
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "600"}
    with site(lambda _: Response("ok", headers=headers)) as server, crawler(store) as crawl:
        for path in ("/a", "/b"):
            crawl.submit(path, get(server.url_for(path)))
        done = answers(crawl)
    assert isinstance(done["/a"], Answer)
    refused = done["/b"]
    assert isinstance(refused, FetchError)
    assert refused.reason == "rate_limited"


def test_what_may_not_be_spent_is_not_sent(store: Store) -> None:
    asked: list[str] = []

    def handler(request: Incoming) -> Response:
        asked.append(request.path)
        return Response("", 503) if request.path == "/flaky" else Response("ok")

    left = [4]

    def spend(_: Request) -> SourceError | None:
        left[0] -= 1
        return None if left[0] >= 0 else FetchError("quota", "nothing left")

    with site(handler) as server, crawler(store) as crawl:
        for path in ("/flaky", "/a", "/b"):
            crawl.submit(path, get(server.url_for(path)), spend=spend)
        done = answers(crawl)
    assert asked == ["/flaky"] * 3 + ["/a"], "retries are counted as well"
    assert [done[p].reason for p in ("/flaky", "/b")] == ["unreachable", "quota"]  # type: ignore[union-attr]


def test_while_the_reader_is_behind_nothing_more_is_asked_for(store: Store) -> None:
    asked: list[str] = []

    def handler(request: Incoming) -> Response:
        asked.append(request.path)
        return Response("ok")

    with site(handler) as server, crawler(store) as crawl:
        crawl.submit("a", get(server.url_for("/a")))
        for _ in range(3):
            assert crawl.collect(hold=True) == []
            time.sleep(0.05)
        assert asked == []
        assert isinstance(answers(crawl)["a"], Answer)


def test_an_unreachable_host_is_one_failure_and_the_others_go_on(store: Store) -> None:
    with site(lambda _: Response("ok")) as server, crawler(store) as crawl:
        crawl.submit("gone", get("http://127.0.0.3:9/"))
        crawl.submit("refused", get("http://10.0.0.1/"))
        crawl.submit("here", get(server.url_for("/")))
        done = answers(crawl)
    assert isinstance(done["here"], Answer)
    assert {k: e.reason for k, e in done.items() if isinstance(e, FetchError)} == {
        "gone": "unreachable",
        "refused": "refused",
    }


def test_a_host_that_wants_to_wait_is_not_asked_in_a_slot_that_was_its_before(store: Store) -> None:
    at: dict[str, float] = {}

    def handler(request: Incoming) -> Response:
        at[request.path] = time.monotonic()
        return Response("ok")

    with site(handler) as server, crawler(store, gap_s=1.0) as crawl:
        for path in ("/a", "/b", "/c"):
            crawl.submit(path, get(server.url_for(path)))
        until_answered(crawl, "/a")
        crawl.hold(fetch.gate_key(server.url_for("/")), 1.5)  # the slot of /b is a second away
        until_answered(crawl, "/b")
        crawl.hold(fetch.gate_key(server.url_for("/")), 600.0)
        done = answers(crawl)
    assert at["/b"] - at["/a"] >= 1.49
    assert "/c" not in at
    assert isinstance(done["/c"], FetchError)
    assert done["/c"].reason == "rate_limited"


def test_an_answer_that_was_under_way_does_not_end_a_wait(store: Store) -> None:
    answered, held = threading.Event(), threading.Event()

    def handler(_: Incoming) -> Response:
        answered.set()
        held.wait(60)
        return Response("ok")

    with site(handler) as server, crawler(store) as crawl:
        name = fetch.gate_key(server.url_for("/"))
        crawl.submit("a", get(server.url_for("/a")))
        while not answered.wait(0.01):
            crawl.collect()
        crawl.hold(name, 600.0)
        held.set()
        assert isinstance(answers(crawl)["a"], Answer)
        until = store.host(name).back_off_until
    assert until is not None
    assert until > datetime.now(UTC) + timedelta(seconds=500)


def test_a_wait_that_was_noted_by_a_clock_gone_wrong_is_not_kept(store: Store) -> None:
    with site(lambda _: Response("ok")) as server, crawler(store) as crawl:
        far = datetime.now(UTC) + timedelta(days=3650)
        store.back_off(fetch.gate_key(server.url_for("/")), far, "rate_limited")
        crawl.submit("a", get(server.url_for("/a")))
        assert isinstance(answers(crawl)["a"], Answer)


def test_being_refused_one_thing_is_not_being_turned_away(store: Store) -> None:
    def handler(request: Incoming) -> Response:
        return Response("no", 403) if request.path == "/private" else Response("ok")

    with site(handler) as server, crawler(store) as crawl:
        crawl.submit("private", get(server.url_for("/private")), aside=True)
        crawl.submit("other", get(server.url_for("/other")))
        done = answers(crawl)
    assert isinstance(done["private"], FetchError)
    assert done["private"].reason == "forbidden"
    assert isinstance(done["other"], Answer)


def test_what_was_not_sent_yet_can_be_taken_back(store: Store) -> None:
    asked: list[str] = []

    def handler(request: Incoming) -> Response:
        asked.append(request.path)
        return Response("ok")

    with site(handler) as server, crawler(store, gap_s=1.0) as crawl:
        for path in ("/a", "/b", "/c", "/d"):
            crawl.submit(path, get(server.url_for(path)))
        until_answered(crawl, "/a")
        assert crawl.take_back(lambda key: key in ("/b", "/d")) == ["/b", "/d"], "one of them has a slot"
        assert set(answers(crawl)) == {"/c"}
    assert asked == ["/a", "/c"]


def until_answered(crawl: Crawler[str], key: str) -> None:
    while key not in dict(crawl.collect()):
        time.sleep(0.01)
