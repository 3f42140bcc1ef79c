"""Logins that go wrong: tokens that run out, servers that lie, places that send us elsewhere."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request as Incoming
from werkzeug import Response

from repwatch.crawl.logins import Logins
from repwatch.model import Answer, Brand, Request, Session, Task
from repwatch.store import open_store
from test_scan_platform import HOUR, NOW, Club, Clubhouse, World, post, server

EXPIRED = 400


@dataclass(frozen=True)
class Rooms(Club):
    """A club with seven rooms."""

    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        return tuple(f"room {n}" for n in range(7))

    def request(self, task: Task) -> Request:
        return Request("GET", f"{self.url}/posts", params=(("room", task.query),))


@dataclass(frozen=True)
class Doorman(Club):
    """A club whose logins are made elsewhere."""

    door: str = ""

    def log_in(self, session: Session | None) -> Request | None:
        made = super().log_in(session)
        return made and Request("POST", f"{self.door}/login", body=made.body)


@dataclass(frozen=True)
class Sloppy(Club):
    """A club whose session ends at a moment without a zone."""

    def session(self, answer: Answer) -> Session:
        return Session({"token": "token-1", "refresh": "refresh-me"}, datetime(2026, 11, 21, 20))  # noqa: DTZ001


@dataclass
class Strict(Clubhouse):
    """A clubhouse that counts what it refuses, and may refuse what it gave out itself."""

    refused: int = 0
    takes_nothing: bool = False
    login_says: list[Response] = field(default_factory=list)

    def __call__(self, request: Incoming) -> Response:
        if request.path == "/login" and self.login_says:
            self.asked.append(request.full_path)
            self.logins.append(json.loads(request.data))
            return self.login_says.pop(0)
        if self.takes_nothing and request.path != "/login":
            self.valid = set()
        answer = super().__call__(request)
        self.refused += answer.status_code == EXPIRED
        return answer


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    club = Strict()
    with server(club) as url, closing(open_store(tmp_path / "club.db", ZoneInfo("UTC"))) as store:
        yield World(tmp_path, store, club, url)


def strict(world: World) -> Strict:
    assert isinstance(world.club, Strict)
    return world.club


def test_a_session_that_is_over_at_once_is_used_all_the_same(world: World) -> None:
    world.club.until = "2026-11-21T11:00:00Z"  # one of the two clocks is wrong
    world.club.posts = [post("1")]
    assert world.scan(kind=Rooms).good
    assert len(world.club.logins) == 1


def test_a_forgotten_session_costs_one_request_and_not_all_that_were_signed_with_it(world: World) -> None:
    world.scan(kind=Rooms)
    world.club.valid = set()
    world.club.asked.clear()
    outcome = world.scan(NOW + HOUR, kind=Rooms)
    assert outcome.good
    assert strict(world).refused == 1
    assert len(world.club.logins) == 2
    assert outcome.requests == len(world.club.asked) == 7 + 1 + 1, "the login is counted as well"


def test_sessions_that_are_never_accepted_are_not_made_again_and_again(world: World) -> None:
    strict(world).takes_nothing = True
    outcome = world.scan(kind=Rooms)
    assert (outcome.status, outcome.reason) == ("no_access", "login")
    assert len(world.club.logins) == 1
    world.scan(NOW + HOUR, kind=Rooms)
    assert len(world.club.logins) == 2


def test_a_login_that_is_rate_limited_is_waiting_and_not_refused(world: World) -> None:
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1800"}
    strict(world).login_says = [Response("slow down", 403, headers=headers)]
    outcome = world.scan()
    assert (outcome.status, outcome.reason) == ("waiting", "rate_limited")
    assert len(world.club.logins) == 1


def test_a_wall_before_the_login_is_no_wrong_password(world: World) -> None:
    wall = "<html><title>Just a moment...</title><body>cf-challenge</body></html>"
    says = Response(wall, 403, content_type="text/html", headers={"cf-mitigated": "challenge"})
    strict(world).login_says = [says]
    assert world.scan().reason == "blocked_page"


def test_a_session_that_may_not_be_renewed_does_not_lock_the_door(world: World) -> None:
    world.scan()
    world.club.valid = set()
    strict(world).login_says = [Response('{"error": "revoked"}', 403)]
    assert world.scan(NOW + HOUR).good
    assert world.club.logins[1:] == [{"refresh": "refresh-me"}, {"password": "correct horse"}]


def test_a_login_that_answers_with_something_else_is_tried_once_more_and_said(world: World) -> None:
    world.scan()
    world.club.valid = set()
    strict(world).login_says = [Response("welcome"), Response("welcome")]
    outcome = world.scan(NOW + HOUR)
    assert outcome.reason == "layout"
    assert len(world.club.logins) == 3
    assert world.scan(NOW + 26 * HOUR).good, "nothing of it was kept"


def test_a_source_whose_session_can_not_be_used_fails_alone(world: World) -> None:
    outcome = world.scan(kind=Sloppy)
    assert (outcome.status, outcome.reason) == ("failed", "crashed")


def test_what_another_process_renewed_is_used_and_not_renewed_again(world: World) -> None:
    world.club.posts = [post("1")]
    world.scan()
    source = Club(world.url)
    theirs = Logins(world.folder / "sessions", lambda: NOW)

    @dataclass
    class Renewing(Strict):
        def __call__(self, request: Incoming) -> Response:
            if not self.asked:  # it happens while our first request is under way
                theirs.keep(source, Session({"token": "theirs-1", "refresh": "refresh-2"}))
                self.valid = {"theirs-1"}
            return super().__call__(request)

    house = Renewing(posts=world.club.posts)
    world.club.__class__, world.club.__dict__ = Renewing, house.__dict__
    assert world.scan(NOW + HOUR).good
    assert house.logins == []


def test_sessions_are_files_of_their_owner_whatever_stands_in_their_place(world: World) -> None:
    victim = world.folder / "victim"
    victim.write_text("precious")
    folder = world.folder / "sessions"
    world.scan()
    (kept,) = folder.iterdir()
    kept.unlink()
    kept.symlink_to(victim)
    (folder / f"{kept.stem}.{os.getpid()}").symlink_to(victim)
    umask = os.umask(0)
    try:
        world.scan(NOW + HOUR)
    finally:
        os.umask(umask)
    assert victim.read_text() == "precious"
    assert not kept.is_symlink()
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_login_may_be_made_on_another_host(world: World) -> None:
    with server(world.club) as door:
        world.club.posts = [post("1")]
        assert world.scan(kind=Doorman, door=door).new == 1
        world.club.valid = set()
        assert world.scan(NOW + HOUR, kind=Doorman, door=door).good
    assert len(world.club.logins) == 2


@pytest.mark.parametrize("status", [301, 303, 307, 308])
def test_a_password_does_not_follow_a_redirect_to_another_place(world: World, status: int) -> None:
    seen: list[bytes] = []

    def thief(request: Incoming) -> Response:
        seen.append(repr((request.full_path, dict(request.headers), request.data)).encode())
        return Response('{"token": "token-9", "refresh": "refresh-9"}')

    with HTTPServer(threaded=True) as elsewhere:
        elsewhere.expect_request(re.compile(".*")).respond_with_handler(thief)
        moved = Response("", status, headers={"Location": elsewhere.url_for("/login")})
        strict(world).login_says = [moved]
        outcome = world.scan()
    assert not outcome.good
    assert b"correct horse" not in b"".join(seen)


def test_a_token_does_not_follow_a_second_look_to_another_place(world: World) -> None:
    seen: list[str] = []

    def thief(request: Incoming) -> Response:
        seen.append(f"{request.full_path} {dict(request.headers)}")
        return Response('{"posts": []}')

    world.club.posts = [post("1")]
    world.scan()
    with HTTPServer(threaded=True) as elsewhere:
        elsewhere.expect_request(re.compile(".*")).respond_with_handler(thief)
        world.club.again = {}
        world.club.posts = []
        strict(world).moved_to = elsewhere.url_for("/again")  # type: ignore[attr-defined]
        original = Clubhouse.answer

        def answer(self: Clubhouse, posts: list[dict[str, object]]) -> Response:
            if self.asked[-1].startswith("/again"):
                return Response("", 302, headers={"Location": elsewhere.url_for("/again")})
            return original(self, posts)

        world.club.answer = answer.__get__(world.club)  # type: ignore[method-assign]
        world.scan(NOW + 2 * HOUR)
    assert seen, "the redirect was followed"
    assert "token-1" not in "".join(seen)
