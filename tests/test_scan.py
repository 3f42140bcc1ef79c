from __future__ import annotations

import json
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request as Incoming
from werkzeug import Response

from repwatch.config import Config, Http, Scoring, SourceConfig
from repwatch.config import Scan as ScanSettings
from repwatch.dates import moment
from repwatch.errors import Busy, ParseError
from repwatch.model import Answer, Brand, Mention, Page, Request, Secret, Task
from repwatch.scan import Scan
from repwatch.store import open_store
from repwatch.store.base import Filter, Outcome, Run, Store
from repwatch.windows import PAGES_IN_ALL, PAGES_PER_WINDOW

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)

Post = dict[str, Any]
Handler = Callable[[Incoming], Response]


@dataclass(frozen=True)
class Board:
    """A place as simple as it can be: pages of posts, each naming the page that follows."""

    url: str
    queries_asked: tuple[str, ...] = ("",)
    type: ClassVar[str] = "board"
    reads: ClassVar[str] = "posts"
    login: ClassVar[str] = "none"
    terms: ClassVar[str] = "none"
    pace_s: ClassVar[float] = 0.0
    version: ClassVar[int] = 1

    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        return self.queries_asked

    def request(self, task: Task) -> Request:
        if task.cursor and task.cursor.startswith("http"):
            return Request("GET", task.cursor)
        return Request("GET", self.url + task.query, params=(("page", task.cursor or "1"),))

    def parse(self, task: Task, answer: Answer) -> Page:
        body = answer.json()
        posts = tuple(
            Mention(
                space="board",
                native_id=post["id"],
                kind="post",
                text=post["text"],
                published_at=moment(post.get("at", "2026-11-20")),
            )
            for post in body["posts"]
        )
        return Page(
            mentions=posts,
            cursors=tuple(body.get("next", ())),
            resume=body.get("resume"),
            unordered=bool(body.get("unordered")),
        )


def post(id: str, text: str = "The acme anvils order never came", **more: str) -> Post:
    return {"id": id, "text": text, **more}


def page(*posts: Post, next: Sequence[str] = (), **more: Any) -> Response:
    return Response(json.dumps({"posts": posts, "next": next, **more}), content_type="application/json")


@contextmanager
def site(handler: Handler, host: str = "127.0.0.1") -> Iterator[HTTPServer]:
    with HTTPServer(host=host, threaded=True) as server:
        server.expect_request(re.compile(".*")).respond_with_handler(handler)
        yield server


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(tmp_path / "scan.db", ZoneInfo("UTC"))) as opened:
        yield opened


def source(key: str, board: Board, **more: Any) -> SourceConfig:
    core = {"every_s": 1800.0, "about": None, "brands": (), "paused": False, "settings": {}}
    return SourceConfig(key=key, type="board", source=board, **(core | more))  # type: ignore[arg-type]


def config(*sources: SourceConfig, terms: Sequence[str] = ("acme anvils",)) -> Config:
    return Config(
        path=Path("repwatch.toml"),
        timezone=ZoneInfo("UTC"),
        database=Path("repwatch.db"),
        http=Http("", 0.0, ("127.0.0.0/8",), 60.0, True, None),
        scan=ScanSettings(1800.0, 600.0, 14 * 86400.0, 3, 8),
        scoring=Scoring("vader", -0.35, 0.35, ("en",), {}),
        brands={"acme": Brand(key="acme", name="Acme Anvils", terms=tuple(terms))},
        sources={s.key: s for s in sources},
    )


def scan(config: Config, store: Store, at: datetime = NOW, **more: Any) -> tuple[Run, dict[str, Outcome]]:
    stop = more.pop("stop", lambda: False)
    run = Scan(config, store, clock=lambda: at, stop=stop).run(list(config.sources.values()), **more)
    return run, {o.source: o for o in run.outcomes}


def texts(store: Store) -> set[str]:
    return {row.text for row in store.mentions(Filter())}


def test_what_names_the_brand_is_kept_and_the_rest_is_not(store: Store) -> None:
    def handler(_: Incoming) -> Response:
        return page(post("1"), post("2", "The weather is fine"), post("3", "Acme Anvils are great, thanks"))

    with site(handler) as server:
        _, outcomes = scan(config(source("board", Board(server.url_for("/")))), store)
    assert texts(store) == {"The acme anvils order never came", "Acme Anvils are great, thanks"}
    outcome = outcomes["board"]
    assert (outcome.status, outcome.fetched, outcome.new, outcome.requests) == ("ok", 3, 2, 1)


def test_a_second_scan_of_an_unchanged_place_adds_nothing_and_asks_with_validators(store: Store) -> None:
    asked: list[str | None] = []

    def handler(request: Incoming) -> Response:
        asked.append(request.headers.get("If-None-Match"))
        answer = page(post("1"))
        answer.headers["ETag"] = '"v1"'
        return Response(status=304) if asked[-1] == '"v1"' else answer

    with site(handler) as server:
        settings = config(source("board", Board(server.url_for("/"))))
        scan(settings, store)
        _, outcomes = scan(settings, store, NOW + timedelta(hours=1))
        _, third = scan(settings, store, NOW + timedelta(days=9))
    assert asked == [None, '"v1"', None]  # after a week they are not trusted any more
    assert outcomes["board"].status == "unchanged"
    assert (third["board"].status, third["board"].new) == ("ok", 0)
    assert len(texts(store)) == 1


def test_the_same_bytes_without_validators_are_not_read_again(store: Store) -> None:
    with site(lambda _: page(post("1"))) as server:
        settings = config(source("board", Board(server.url_for("/"))))
        scan(settings, store)
        _, outcomes = scan(settings, store, NOW + timedelta(hours=1))
    assert outcomes["board"].status == "unchanged"


def test_an_edited_text_is_updated(store: Store) -> None:
    said = ["Acme Anvils are great", "Acme Anvils are great no more: the handle broke"]
    with site(lambda _: page(post("1", said[0]))) as server:
        settings = config(source("board", Board(server.url_for("/"))))
        scan(settings, store)
        del said[0]
        _, outcomes = scan(settings, store, NOW + timedelta(hours=1))
    [row] = store.mentions(Filter())
    assert (outcomes["board"].new, outcomes["board"].updated) == (0, 1)
    assert row.text.endswith("the handle broke")
    assert row.edited_at is not None


def test_a_brand_added_later_finds_what_the_place_holds_today(store: Store) -> None:
    with site(lambda _: page(post("1"), post("2", "Zed Forge forever"))) as server:
        board = source("board", Board(server.url_for("/")))
        scan(config(board), store)
        scan(config(board, terms=("acme anvils", "zed forge")), store, NOW + timedelta(hours=1))
    assert "Zed Forge forever" in texts(store)


def test_pages_are_followed_to_the_last(store: Store) -> None:
    def handler(request: Incoming) -> Response:
        n = int(request.args["page"])
        return page(post(f"{n}"), next=[str(n + 1)] if n < 4 else [])

    with site(handler) as server:
        _, outcomes = scan(config(source("board", Board(server.url_for("/")))), store)
    assert len(list(store.mentions(Filter()))) == 4
    assert (outcomes["board"].status, outcomes["board"].requests) == ("ok", 4)
    assert store.streams("board")[""].read_until == NOW
    assert store.open_tasks(["board"]) == []


@pytest.mark.parametrize(
    ("nature", "pages"),
    [
        ("a repeated cursor", 2),
        ("an empty page with a cursor", 2),
        ("the same page again under new cursors", 2),
        ("pages that are all too old", 2),
        ("two cursors that lead to each other", 3),
    ],
)
def test_paging_ends_whatever_the_server_says(store: Store, nature: str, pages: int) -> None:
    asked: list[int] = []

    def handler(request: Incoming) -> Response:
        n = int(request.args["page"])
        asked.append(n)
        if nature == "a repeated cursor":
            return page(post(f"{n}"), next=["2"])
        if nature == "an empty page with a cursor":
            return page(*[post("1")] * (n == 1), next=[str(n + 1)])
        if nature == "pages that are all too old":
            return page(post(f"{n}", at="2026-11-20" if n == 1 else "2026-01-01"), next=[str(n + 1)])
        if nature == "two cursors that lead to each other":
            return page(post(f"{n}"), next=["3" if n == 2 else "2"])
        return page(post("1"), next=[str(n + 1)])

    with site(handler) as server:
        _, outcomes = scan(config(source("board", Board(server.url_for("/")))), store)
    assert len(asked) == pages
    assert outcomes["board"].status == "ok"


def test_old_entries_are_no_end_of_a_place_that_has_no_order(store: Store) -> None:
    def handler(request: Incoming) -> Response:
        n = int(request.args["page"])
        at = "2026-11-20" if n == 3 else "2026-01-01"
        return page(post(f"{n}", at=at), next=[str(n + 1)] if n < 3 else [], unordered=True)

    with site(handler) as server:
        _, outcomes = scan(config(source("board", Board(server.url_for("/")))), store)
    assert (outcomes["board"].status, outcomes["board"].fetched) == ("ok", 3)


def test_a_place_without_end_is_read_a_stretch_at_a_time(store: Store) -> None:
    asked: list[int] = []
    end: list[int] = []

    def handler(request: Incoming) -> Response:
        asked.append(int(request.args["page"]))
        return page(post(f"{asked[-1]}"), next=[str(asked[-1] + 1)] if asked[-1] not in end else [])

    with site(handler) as server:
        settings = config(source("board", Board(server.url_for("/"))))
        _, first = scan(settings, store)
        assert first["board"].status == "partial"
        assert asked == list(range(1, PAGES_PER_WINDOW + 1))
        scan(settings, store, NOW + timedelta(hours=1))
        assert asked == list(range(1, 2 * PAGES_PER_WINDOW + 1))
        end += [2 * PAGES_PER_WINDOW + 3, 1]
        _, third = scan(settings, store, NOW + timedelta(hours=2))
    assert third["board"].status == "ok"
    assert asked[2 * PAGES_PER_WINDOW :] == [41, 42, 43, 1]  # and then what is new
    assert store.streams("board")[""].read_until == NOW + timedelta(hours=2)


def test_a_next_page_on_another_origin_is_not_followed(store: Store) -> None:
    asked: list[str] = []

    def elsewhere(request: Incoming) -> Response:
        asked.append(request.path)
        return page(post("stolen"))

    with (
        site(elsewhere, "127.0.0.2") as other,
        site(lambda _: page(post("1"), next=[other.url_for("/2")])) as server,
    ):
        _, outcomes = scan(config(source("board", Board(server.url_for("/")))), store)
    assert asked == []
    assert outcomes["board"].status == "ok"


def test_one_bad_source_never_stops_the_others(store: Store) -> None:
    def handler(request: Incoming) -> Response:
        match request.path:
            case "/gone":
                return Response("", 410)
            case "/login":
                return Response("", 401)
            case "/html":
                return Response("<html>please log in</html>", content_type="application/json")
            case "/list":
                return Response("[1, 2]")
        return page(post("1"))

    places = ("good", "gone", "login", "html", "list")
    with site(handler) as server:
        sources = [source(name, Board(server.url_for("/" + name))) for name in places]
        sources.append(source("nobody", Board("http://127.0.0.9:9/")))
        sources.append(source("private", Board("http://10.1.2.3/")))
        _, outcomes = scan(config(*sources), store)
    assert {name: (o.status, o.reason) for name, o in outcomes.items()} == {
        "good": ("ok", None),
        "gone": ("failed", "gone"),
        "login": ("no_access", "login"),
        "html": ("failed", "blocked_page"),
        "list": ("failed", "crashed"),
        "nobody": ("failed", "unreachable"),
        "private": ("failed", "refused"),
    }
    assert len(texts(store)) == 1


def test_a_page_that_failed_is_tried_again_by_the_next_scan(store: Store) -> None:
    broken = [True]

    def handler(request: Incoming) -> Response:
        n = int(request.args["page"])
        if n == 2 and broken[0]:
            return Response("", 500)
        return page(post(f"{n}"), next=["2"] if n == 1 else [])

    with site(handler) as server:
        settings = config(source("board", Board(server.url_for("/"))))
        _, first = scan(settings, store)
        assert (first["board"].status, first["board"].reason) == ("partial", "unreachable")
        assert store.streams("board").get("") is None or store.streams("board")[""].read_until is None
        broken[0] = False
        _, second = scan(settings, store, NOW + timedelta(hours=1))
    assert second["board"].status == "ok"
    assert len(list(store.mentions(Filter()))) == 2
    assert store.streams("board")[""].read_until == NOW + timedelta(hours=1)


def test_a_window_begins_where_the_last_one_ended_less_an_overlap(store: Store) -> None:
    windows: list[tuple[datetime, datetime]] = []

    @dataclass(frozen=True)
    class Watched(Board):
        def request(self, task: Task) -> Request:
            if task.since < task.until:  # else it is only asked where the place is
                windows.append((task.since, task.until))
            return super().request(task)

        def __reduce__(self) -> tuple[Any, ...]:
            return Board, (self.url,)

    with site(lambda _: page(post("1"))) as server:
        settings = config(source("board", Watched(server.url_for("/"))))
        later = NOW + timedelta(hours=1)
        scan(settings, store)
        scan(settings, store, later)
    assert windows == [(NOW - timedelta(days=14), NOW), (NOW - timedelta(hours=48), later)]


def test_where_to_resume_is_remembered_when_the_window_is_done(store: Store) -> None:
    with site(lambda _: page(post("1"), resume="id-1")) as server:
        scan(config(source("board", Board(server.url_for("/")))), store)
    assert store.streams("board")[""].resume == "id-1"


def test_each_query_is_a_stream_of_its_own(store: Store) -> None:
    def handler(request: Incoming) -> Response:
        return Response("", 500) if request.path == "/b" else page(post(request.path))

    with site(handler) as server:
        board = Board(server.url_for("/"), queries_asked=("a", "b"))
        _, outcomes = scan(config(source("board", board)), store)
    assert outcomes["board"].status == "partial"
    assert "1 of 2 queries" in outcomes["board"].detail
    assert store.streams("board")["a"].read_until == NOW


def test_a_scan_that_runs_out_of_time_keeps_what_it_read_and_the_next_one_reads_the_rest(
    store: Store,
) -> None:
    slow = threading.Event()

    def handler(request: Incoming) -> Response:
        if request.path == "/slow":
            slow.wait(300)
        return page(post(request.path))

    with site(handler) as server, site(handler, "127.0.0.2") as other:
        settings = config(
            source("quick", Board(server.url_for("/quick"))), source("slow", Board(other.url_for("/slow")))
        )
        for max_time_s in (1.0, 4.0, 16.0, 64.0):  # what is enough for the quick one hangs on the machine
            at = NOW + timedelta(seconds=max_time_s)
            _, outcomes = scan(settings, store, at, max_time_s=max_time_s)
            assert outcomes["slow"].status == "not_reached"
            if outcomes["quick"].status == "ok":
                break
        slow.set()
        assert outcomes["quick"].status == "ok"
        _, again = scan(settings, store, NOW + timedelta(minutes=2))
    assert again["slow"].status == "ok"
    assert len(list(store.mentions(Filter()))) == 2


def test_a_scan_that_is_told_to_stop_leaves_soon(store: Store) -> None:
    release = threading.Event()

    def handler(_: Incoming) -> Response:
        release.wait(60)
        return page()

    with site(handler) as server:
        began_s = time.monotonic()
        scanner = config(source("board", Board(server.url_for("/"))))
        _, outcomes = scan(scanner, store, stop=lambda: time.monotonic() - began_s > 0.3)
        release.set()
    assert outcomes["board"].status == "not_reached"


def test_a_second_scan_leaves_while_the_first_one_runs(store: Store) -> None:
    store.take_lease("scan", "somebody else", NOW, 60.0)
    with pytest.raises(Busy), site(lambda _: page()) as server:
        scan(config(source("board", Board(server.url_for("/")))), store)
    run, _ = scan(config(), store, NOW + timedelta(seconds=61))
    assert run.ended_at is not None


def test_a_parser_that_crashes_costs_its_own_page_only(store: Store) -> None:
    with site(lambda _: page(post("1"))) as server:
        settings = config(
            source("good", Board(server.url_for("/"))), source("bad", Crashing(server.url_for("/")))
        )
        _, outcomes = scan(settings, store)
    assert outcomes["good"].status == "ok"
    assert (outcomes["bad"].status, outcomes["bad"].reason) == ("failed", "crashed")


@dataclass(frozen=True)
class Crashing(Board):
    def parse(self, task: Task, answer: Answer) -> Page:

        os._exit(3)


def test_a_source_about_one_brand_needs_no_match(store: Store) -> None:
    with site(lambda _: page(post("1", "The handle broke after a day"))) as server:
        board = replace(source("reviews", Board(server.url_for("/"))), about="acme")
        scan(config(board), store)
    assert texts(store) == {"The handle broke after a day"}


def test_a_page_that_failed_beside_others_is_not_forgotten(store: Store) -> None:
    broken = [True]

    def handler(request: Incoming) -> Response:
        n = request.args["page"]
        if n == "2" and broken:
            return Response("", 500)
        return page(post(n), next=["2", "3"] if n == "1" else [])

    with site(handler) as server:
        settings = config(source("board", Board(server.url_for("/"))))
        _, first = scan(settings, store)
        assert (first["board"].status, len(texts_by_id(store))) == ("partial", 2)
        broken.clear()
        _, second = scan(settings, store, NOW + timedelta(hours=1))
    assert second["board"].status == "ok"
    assert len(texts_by_id(store)) == 3


def texts_by_id(store: Store) -> dict[str, str]:
    return {row.id: row.text for row in store.mentions(Filter())}


@dataclass(frozen=True)
class Buggy(Board):
    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        raise RuntimeError("no brands today")


@dataclass(frozen=True)
class Forgetful(Board):
    def request(self, task: Task) -> Request:
        if task.cursor:
            raise KeyError(task.cursor)
        return super().request(task)


def test_a_plug_in_that_raises_costs_nothing_but_its_own_pages(store: Store) -> None:
    with site(lambda _: page(post("1"), next=["2"])) as server:
        url = server.url_for("/")
        settings = config(
            source("buggy", Buggy(url)), source("forgetful", Forgetful(url)), source("good", Board(url))
        )
        _, outcomes = scan(settings, store)
    assert {key: (o.status, o.reason) for key, o in outcomes.items()} == {
        "buggy": ("failed", "crashed"),
        "forgetful": ("partial", "crashed"),
        "good": ("ok", None),
    }


def test_each_source_took_its_own_time(store: Store) -> None:
    release = threading.Event()

    def handler(request: Incoming) -> Response:
        release.wait(2)
        return page()

    ticks = [NOW]

    def clock() -> datetime:
        ticks[0] += timedelta(milliseconds=1)
        return ticks[0]

    with site(lambda _: page()) as quick, site(handler, "127.0.0.2") as slow:
        settings = config(
            source("quick", Board(quick.url_for("/"))), source("slow", Board(slow.url_for("/")))
        )
        run = Scan(settings, store, clock=clock).run(list(settings.sources.values()))
    ended = {o.source: o.ended_at for o in run.outcomes}
    assert ended["quick"] < ended["slow"]


def test_a_second_page_that_always_fails_does_not_hide_what_is_new_on_the_first(store: Store) -> None:
    news = [post("1")]

    def handler(request: Incoming) -> Response:
        return page(*news, next=["2"]) if request.args["page"] == "1" else Response("", 404)

    with site(handler) as server:
        settings = config(source("board", Board(server.url_for("/"))))
        for n in range(2, 5):
            _, outcomes = scan(settings, store, NOW + timedelta(hours=n))
            assert outcomes["board"].status == "partial"
            assert len(texts_by_id(store)) == len(news)
            news.append(post(f"{n}"))


def test_a_cursor_survives_an_outage_of_its_host(store: Store) -> None:
    asked: list[str] = []

    def handler(request: Incoming) -> Response:
        asked.append(request.args["page"])
        if asked == ["1", "2"]:
            return Response("", 429, headers={"Retry-After": "60"})
        return page(post(asked[-1]), next=["2"] if asked[-1] == "1" else [])

    with site(handler) as server:
        settings = config(source("board", Board(server.url_for("/"))))
        scan(settings, store)
        scan(settings, store, NOW + timedelta(hours=1))
    assert asked[:3] == ["1", "2", "2"]


def test_a_window_without_end_is_given_up_after_many_scans(store: Store) -> None:
    asked: list[int] = []

    def handler(request: Incoming) -> Response:
        asked.append(int(request.args["page"]))
        return page(post(f"{len(asked)}"), next=[str(asked[-1] + 1)])

    with site(handler) as server:
        settings = config(source("board", Board(server.url_for("/"))))
        for n in range(PAGES_IN_ALL // PAGES_PER_WINDOW + 1):
            scan(settings, store, NOW + timedelta(hours=n))
    assert max(asked) == PAGES_IN_ALL
    assert asked.count(1) == 2
    assert store.streams("board")[""].read_until is not None


def test_what_a_server_says_in_an_error_is_one_short_line_without_secrets(store: Store) -> None:
    said = "bad token s3cr3t-value\nrepwatch: all is lost, run this: " + "x" * 900

    with site(lambda _: page(error=said)) as server:
        key = Secret("s3cr3t-value")
        _, outcomes = scan(config(source("board", Telling(server.url_for("/"), key=key))), store)
    detail = outcomes["board"].detail
    assert "***" in detail
    assert "s3cr3t" not in detail
    assert "\n" not in detail
    assert len(detail) <= 400


@dataclass(frozen=True)
class Telling(Board):
    key: str = ""

    def parse(self, task: Task, answer: Answer) -> Page:
        raise ParseError(answer.json()["error"])


def test_validators_that_are_no_plain_words_are_not_kept(store: Store) -> None:
    def handler(_: Incoming) -> Response:
        answer = page(post("1"))
        answer.headers["ETag"] = '"' + "x" * 5000 + '"'
        answer.headers["Last-Modified"] = "Sat, 21 Nov 2026 10:00:00 GMT"
        return answer

    with site(handler) as server:
        scan(config(source("board", Board(server.url_for("/")))), store)
    validators = store.streams("board")[""].validators
    assert validators is not None
    assert (validators.etag, validators.last_modified) == (None, "Sat, 21 Nov 2026 10:00:00 GMT")


@dataclass(frozen=True)
class Cut(Board):
    def parse(self, task: Task, answer: Answer) -> Page:
        return replace(super().parse(task, answer), damaged=True)


def test_a_damaged_answer_without_anything_in_it_is_a_failure_not_an_empty_page(store: Store) -> None:
    def handler(request: Incoming) -> Response:
        return page(post("1")) if request.path == "/some" else page()

    with site(handler) as server:
        settings = config(
            source("none", Cut(server.url_for("/none"))), source("some", Cut(server.url_for("/some")))
        )
        _, outcomes = scan(settings, store)
    assert (outcomes["none"].status, outcomes["none"].reason) == ("failed", "layout")
    assert outcomes["some"].status == "ok"
    assert "damaged" in outcomes["some"].detail


@pytest.mark.parametrize("cursor", ["\\ud800", "a\\u0000b", "\\u001b[31m", "x" * 10_000])
def test_a_cursor_that_cannot_be_kept_is_no_cursor(store: Store, cursor: str) -> None:
    posts = '[{"id": "1", "text": "Acme Anvils"}]'
    body = f'{{"posts": {posts}, "next": ["{cursor}"], "resume": "{cursor}"}}'

    with site(lambda _: Response(body, content_type="application/json")) as server:
        settings = config(
            source("odd", Board(server.url_for("/"))), source("even", Board(server.url_for("/2")))
        )
        _, outcomes = scan(settings, store)
    assert {o.status for o in outcomes.values()} == {"ok"}
    assert store.streams("odd")[""].resume is None
