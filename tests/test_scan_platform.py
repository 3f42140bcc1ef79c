"""A scan of a platform that has everything: logins, quotas, words for failures, edits and deletions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request as Incoming
from werkzeug import Response

from repwatch.config import Config, Http, Scoring, SourceConfig
from repwatch.config import Scan as ScanSettings
from repwatch.dates import moment
from repwatch.errors import FetchError, ParseError, SourceError
from repwatch.model import (
    Answer,
    Brand,
    Known,
    Mention,
    Page,
    Quota,
    Request,
    Reread,
    Revisit,
    Secret,
    Session,
    Task,
)
from repwatch.scan import Scan
from repwatch.store import open_store
from repwatch.store.base import Filter, MentionRow, Outcome, Store

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Club:
    """A platform that one has to log in to."""

    url: str
    password: str = "correct horse"
    daily: int | None = None
    keep_s: ClassVar[float | None] = None
    type: ClassVar[str] = "club"
    reads: ClassVar[str] = "posts"
    login: ClassVar[str] = "a password"
    terms: ClassVar[str] = "none"
    pace_s: ClassVar[float] = 0.0
    version: ClassVar[int] = 1
    reread_for_s: ClassVar[float] = 7 * 86400.0

    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        return ("",)

    def request(self, task: Task) -> Request:
        return Request("GET", f"{self.url}/posts", params=(("page", task.cursor or "1"),))

    def parse(self, task: Task, answer: Answer) -> Page:
        body = answer.json()
        if "slow_down" in body:
            wait_s = body["slow_down"]
            raise ParseError("the club says: slow down", reason="rate_limited", retry_after_s=wait_s)
        return Page(mentions=tuple(map(_mention, body["posts"])), cost=body.get("cost"))

    # Explains

    def explain(self, answer: Answer) -> SourceError | Page | None:
        if answer.status == 400 and b"expired" in answer.body:
            return FetchError("login", "the session has expired")
        if answer.status == 403 and b"quota" in answer.body:
            return FetchError("quota", "the club is full", retry_after_s=3600)
        if answer.status == 404 and answer.url.endswith("page=1"):
            return Page(cursors=("2",))
        return None

    # LogsIn

    def log_in(self, session: Session | None) -> Request | None:
        said = {"refresh": session.values["refresh"]} if session else {"password": self.password}
        return Request("POST", f"{self.url}/login", body=json.dumps(said).encode())

    def session(self, answer: Answer) -> Session:
        body = answer.json()
        ends_at = moment(body.get("until"))
        return Session({"token": body["token"], "refresh": body["refresh"]}, ends_at)

    def signed(self, request: Request, session: Session) -> Request:
        token = Secret(f"Bearer {session.values['token']}")
        return Request(request.method, request.url, request.params, (("Authorization", token),))

    # Metered

    @property
    def quota(self) -> Quota | None:
        return None if self.daily is None else Quota("club", self.daily)

    def cost(self, request: Request) -> int:
        return 10

    # Rereads, Threads

    def rereads(self, known: Sequence[Known]) -> Iterable[Reread]:
        for start in range(0, len(known), 2):
            some = tuple(known[start : start + 2])
            ids = ",".join(one.ref or "" for one in some)
            yield Reread(Request("GET", f"{self.url}/again", params=(("ids", ids),)), some)

    def revisit(self, known: Sequence[Known], answer: Answer) -> Revisit:
        shown = {post["id"]: post for post in answer.json()["posts"]}
        there = [post for post in shown.values() if not post.get("deleted")]
        return Revisit(
            mentions=tuple(map(_mention, there)),
            gone=tuple(one.id for one in known if shown.get(one.native_id, {}).get("deleted")),
            missing=tuple(one.id for one in known if one.native_id not in shown),
        )

    def thread(self, known: Known) -> Request | None:
        return Request("GET", f"{self.url}/thread", params=(("id", known.native_id),))

    def replies(self, known: Known, answer: Answer) -> Page:
        return Page(mentions=tuple(map(_mention, answer.json()["posts"])))


@dataclass(frozen=True)
class Lender(Club):
    """A platform that lends its posts for a month."""

    keep_s: ClassVar[float | None] = 30 * 86400.0
    reread_for_s: ClassVar[float] = 0.0


@dataclass(frozen=True)
class Halls(Club):
    """A platform that is asked for several things."""

    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        return ("north", "south", "west")


@dataclass(frozen=True)
class Hall(Club):
    """A platform with several places, one of which the settings name."""

    hall: str = ""

    def request(self, task: Task) -> Request:
        since = ("since", task.since.isoformat())
        return Request("GET", f"{self.url}/{self.hall}/posts", params=(("page", "1"), since))


@dataclass(frozen=True)
class Member(Club):
    """A platform that counts for each of its members."""

    member: Secret | None = None

    @property
    def quota(self) -> Quota | None:
        return Quota("club", self.daily or 0)


@dataclass(frozen=True)
class Free(Member):
    """A platform that has limits, and says nothing of them before they are reached."""

    place: str = ""

    @property
    def quota(self) -> Quota | None:
        return None

    def request(self, task: Task) -> Request:
        return Request("GET", f"{self.url}/posts", params=(("page", "1"), ("place", self.place)))


def _mention(post: dict[str, Any]) -> Mention:
    return Mention(
        space="club",
        native_id=post["id"],
        kind="post",
        text=post["text"],
        author=post.get("by"),
        author_id=f"club:{post['by']}" if post.get("by") else None,
        url=f"https://club.example/{post.get('by')}/{post['id']}",
        published_at=moment(post.get("at", "2026-11-21T10:00:00Z")),
        parent_id=post.get("parent"),
        likes=post.get("likes"),
        replies=post.get("replies"),
        ref=f"ref-{post['id']}",
    )


@dataclass
class Clubhouse:
    """What stands behind the server, and what was asked of it."""

    posts: list[dict[str, Any]] = field(default_factory=list)
    again: dict[str, dict[str, Any]] = field(default_factory=dict)
    thread: list[dict[str, Any]] = field(default_factory=list)
    password: str = "correct horse"
    refresh_works: bool = True
    valid: set[str] = field(default_factory=set)
    until: str | None = None
    cost: int | None = None
    trouble: Response | None = None
    first_page_missing: bool = False
    asked: list[str] = field(default_factory=list)
    logins: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, request: Incoming) -> Response:  # noqa: PLR0911 (one for each page there is)
        self.asked.append(request.full_path)
        if request.path == "/login":
            return self.log_in(json.loads(request.data))
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.valid:
            return Response('{"error": "token expired"}', 400)
        if self.trouble is not None:
            return self.trouble
        match request.path:
            case "/posts" | "/north/posts" | "/south/posts":
                if self.first_page_missing and request.args["page"] == "1":
                    return Response("no such page", 404)
                return self.answer(self.posts)
            case "/again":
                ids = [ref.removeprefix("ref-") for ref in request.args["ids"].split(",")]
                return self.answer([self.again[id] for id in ids if id in self.again])
            case "/thread":
                return self.answer(self.thread)
        return Response("?", 404)

    def log_in(self, said: dict[str, str]) -> Response:
        self.logins.append(said)
        good = said.get("password") == self.password or (self.refresh_works and said.get("refresh"))
        if not good:
            return Response('{"error": "no"}', 401)
        token = f"token-{len(self.logins)}"
        self.valid = {token}
        return Response(json.dumps({"token": token, "refresh": "refresh-me", "until": self.until}))

    def answer(self, posts: list[dict[str, Any]]) -> Response:
        return Response(json.dumps({"posts": posts, "cost": self.cost}))


@dataclass
class World:
    """A store, a clubhouse, and scans of it."""

    folder: Path
    store: Store
    club: Clubhouse
    url: str

    def scan(self, at: datetime = NOW, kind: type[Club] = Club, **settings: Any) -> Outcome:
        key = settings.pop("key", "club")
        reread_s = settings.pop("reread_s", None)
        built = kind(self.url, **settings)
        place = SourceConfig(
            key=key, type="club", every_s=1800.0, about=None, brands=(), paused=False, settings={},
            source=built, reread_s=reread_s,
        )  # fmt: skip
        scan = Scan(self.config(place), self.store, clock=lambda: at, sessions=self.folder / "sessions")
        (outcome,) = scan.run([place]).outcomes
        return outcome

    def config(self, place: SourceConfig) -> Config:
        return Config(
            path=Path("repwatch.toml"),
            timezone=ZoneInfo("UTC"),
            database=Path("repwatch.db"),
            http=Http("", 0.0, ("127.0.0.0/8",), 60.0, True, None),
            scan=ScanSettings(1800.0, 600.0, 14 * 86400.0, 3, 8),
            scoring=Scoring("vader", -0.05, 0.35, ("en",), {}),
            brands={
                "acme": Brand(
                    key="acme", name="Acme", terms=("acme anvils",), own_accounts=("club:acme_help",)
                )
            },
            sources={place.key: place},
        )

    def rows(self, **filter: Any) -> dict[str, MentionRow]:
        found = self.store.mentions(Filter(own=None, **filter))
        return {row.id: row for row in found}

    def row(self, native_id: str) -> MentionRow:
        id = _mention({"id": native_id, "text": ""}).id
        return self.rows()[id]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    club = Clubhouse()
    with server(club) as url, closing(open_store(tmp_path / "club.db", ZoneInfo("UTC"))) as store:
        yield World(tmp_path, store, club, url)


@contextmanager
def server(club: Clubhouse) -> Iterator[str]:
    with HTTPServer(threaded=True) as http:
        http.expect_request(re.compile(".*")).respond_with_handler(club)
        yield http.url_for("").rstrip("/")


def post(id: str, text: str = "My acme anvils order never came", **more: Any) -> dict[str, Any]:
    return {"id": id, "text": text, "by": "anvil_fan_7", **more}


# Logins


def test_a_source_logs_in_once_and_the_next_scan_uses_the_same_session(world: World) -> None:
    world.club.posts = [post("1")]
    assert world.scan().good
    assert world.scan(NOW + HOUR).good
    assert world.club.logins == [{"password": "correct horse"}]


def test_a_session_is_kept_for_its_owner_alone_and_not_in_the_database(world: World) -> None:
    world.scan()
    (kept,) = (world.folder / "sessions").glob("*.json")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "refresh-me" in kept.read_text()
    assert "refresh-me" not in (world.folder / "club.db").read_bytes().decode("latin-1")


def test_a_session_that_has_run_out_is_renewed_and_not_made_anew(world: World) -> None:
    world.club.until = "2026-11-21T12:30:00Z"
    world.scan()
    world.club.until = "2026-11-21T14:30:00Z"
    assert world.scan(NOW + HOUR).good
    assert world.club.logins == [{"password": "correct horse"}, {"refresh": "refresh-me"}]


def test_a_session_that_the_platform_forgot_is_renewed_in_the_middle_of_a_scan(world: World) -> None:
    world.club.posts = [post("1")]
    world.scan()
    world.club.valid = set()
    assert world.scan(NOW + HOUR).good
    assert world.club.logins[1:] == [{"refresh": "refresh-me"}]


def test_a_session_that_can_not_be_renewed_is_made_from_the_beginning(world: World) -> None:
    world.scan()
    world.club.valid = set()
    world.club.refresh_works = False
    assert world.scan(NOW + HOUR).good
    assert world.club.logins[1:] == [{"refresh": "refresh-me"}, {"password": "correct horse"}]


def test_a_refused_password_is_no_access_and_asked_once(world: World) -> None:
    world.club.password = "changed"
    outcome = world.scan()
    assert (outcome.status, outcome.reason) == ("no_access", "login")
    assert len(world.club.logins) == 1


def test_with_another_password_it_logs_in_again(world: World) -> None:
    world.scan()
    world.club.password = "changed"
    world.scan(NOW + HOUR, password="changed")
    assert world.club.logins == [{"password": "correct horse"}, {"password": "changed"}]


def test_a_damaged_session_file_means_a_new_login(world: World) -> None:
    world.scan()
    (kept,) = (world.folder / "sessions").glob("*.json")
    kept.write_text('{"values": [')
    assert world.scan(NOW + HOUR).good
    assert len(world.club.logins) == 2


def test_a_source_whose_settings_name_another_place_reads_that_from_its_beginning(world: World) -> None:
    world.club.posts = [post("1")]
    for at, hall in ((NOW, "north"), (NOW + HOUR, "north"), (NOW + 2 * HOUR, "south")):
        assert world.scan(at, Hall, hall=hall).good
    read = [parse_qs(urlsplit(url).query) for url in world.club.asked if "/posts" in url]
    [first, second, other] = [datetime.fromisoformat(page["since"][0]) for page in read]
    assert first == NOW - timedelta(days=14)
    assert second == NOW - timedelta(days=2)
    assert other == NOW + 2 * HOUR - timedelta(days=14)


# Failures in the platform's own words


def test_a_quota_that_comes_as_403_is_waiting_and_not_forbidden(world: World) -> None:
    world.scan()
    world.club.trouble = Response('{"why": "quota"}', 403)
    outcome = world.scan(NOW + HOUR)
    assert (outcome.status, outcome.reason) == ("waiting", "quota")
    assert outcome.next_at == NOW + 2 * HOUR


def test_a_limit_that_comes_as_an_answer_of_success_is_heeded(world: World) -> None:
    world.club.trouble = Response('{"slow_down": 300}', 200)
    outcome = world.scan()
    assert (outcome.status, outcome.reason) == ("waiting", "rate_limited")
    world.club.trouble = None
    asked = len(world.club.asked)
    assert world.scan(NOW + timedelta(seconds=290)).status == "waiting"
    assert len(world.club.asked) == asked, "it is left alone"
    assert world.scan(NOW + timedelta(seconds=300)).good, "after as long as the platform said"


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (Response("slow down", 429, {"Retry-After": "600"}), "rate_limited"),
        (Response("", 403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "600"}), "rate_limited"),
        (Response('{"slow_down": 600}', 200), "rate_limited"),
        (Response('{"why": "quota"}', 403), "quota"),
        (Response("you may not", 403), "forbidden"),
    ],
)
def test_what_a_login_is_told_holds_for_it_alone_and_for_all_its_sources(
    world: World, trouble: Response, reason: str
) -> None:
    ann, bob = {"member": Secret("ann")}, {"member": Secret("bob")}
    world.scan(kind=Free, **ann)
    world.club.trouble = trouble
    assert world.scan(NOW + HOUR, kind=Free, **ann).reason == reason
    world.club.trouble = None
    asked = len(world.club.asked)
    soon = [NOW + HOUR + timedelta(minutes=minute) for minute in (7, 8, 9)]
    assert world.scan(soon[0], kind=Free, **ann).reason == reason
    assert world.scan(soon[1], kind=Free, key="north", place="north", **ann).reason == reason
    assert len(world.club.asked) == asked, "it is left alone, though a new session would be had"
    assert world.scan(soon[2], kind=Free, key="bob", **bob).good


def test_a_failure_that_is_none_leads_on(world: World) -> None:
    world.club.first_page_missing = True
    world.club.posts = [post("1")]
    outcome = world.scan()
    assert (outcome.status, outcome.new) == ("ok", 1)


def test_a_place_of_which_no_way_leads_on_has_failed(world: World) -> None:
    world.club.first_page_missing = True
    world.club.trouble = Response("no such page", 404)
    outcome = world.scan()
    assert (outcome.status, outcome.reason) == ("failed", "not_found")


# Quotas


def test_a_refused_login_costs_no_quota(world: World) -> None:
    world.scan(daily=15)
    world.club.trouble = Response("you may not", 403)
    assert world.scan(NOW + 24 * HOUR, daily=15).reason == "forbidden"
    assert world.store.spent("club", datetime(2026, 11, 22, tzinfo=UTC)) == 0


def test_what_is_out_of_quota_is_waiting_and_nothing_is_sent(world: World) -> None:
    assert world.scan(daily=15).good
    asked = len(world.club.asked)
    outcome = world.scan(NOW + HOUR, daily=15)
    assert (outcome.status, outcome.reason) == ("waiting", "quota")
    assert "10 of 15 requests of this day" in outcome.detail
    assert outcome.next_at == datetime(2026, 11, 22, tzinfo=UTC)
    assert len(world.club.asked) == asked


def test_a_quota_begins_anew_the_next_day(world: World) -> None:
    world.scan(daily=15)
    assert world.scan(NOW + 12 * HOUR, daily=15).good


def test_what_an_answer_did_not_cost_is_given_back(world: World) -> None:
    world.club.cost = 3
    world.scan(daily=15)
    assert world.store.spent("club", datetime(2026, 11, 21, tzinfo=UTC)) == 3
    assert world.scan(NOW + HOUR, daily=15).good


def test_a_request_waits_for_what_another_reserved_and_does_not_need(world: World) -> None:
    world.club.cost = 3
    outcome = world.scan(kind=Halls, daily=16)
    assert (outcome.status, outcome.requests) == ("ok", 4), "a login, and a page of each hall"
    assert world.store.spent("club", datetime(2026, 11, 21, tzinfo=UTC)) == 9


@pytest.mark.parametrize(
    "trouble", [Response("<html>", 200), Response("no", 404), Response('{"slow_down": true}', 200)]
)
def test_what_waits_for_a_request_that_failed_is_not_forgotten(world: World, trouble: Response) -> None:
    world.club.trouble = trouble
    outcome = world.scan(kind=Halls, daily=16)
    assert "3 of 3 queries" in outcome.detail
    assert world.store.spent("club", datetime(2026, 11, 21, tzinfo=UTC)) == 10


def test_a_quota_that_is_used_up_holds_for_its_login_and_not_for_others_at_the_host(world: World) -> None:
    world.club.trouble = Response('{"why": "quota"}', 403)
    ann, bob = {"member": Secret("ann")}, {"member": Secret("bob")}
    assert world.scan(kind=Member, daily=100, **ann).reason == "quota"
    world.club.trouble = None
    asked = len(world.club.asked)
    outcome = world.scan(NOW + HOUR / 2, kind=Member, daily=100, **ann)
    assert (outcome.status, outcome.reason, outcome.next_at) == ("waiting", "quota", NOW + HOUR)
    assert len(world.club.asked) == asked
    assert world.scan(NOW + HOUR / 3, kind=Member, daily=100, **bob).good
    assert world.scan(NOW + HOUR, kind=Member, daily=100, **ann).good, "it has begun anew"


# Second looks


def test_an_edit_shows_and_counts_grow(world: World) -> None:
    world.club.posts = [post("1", likes=1)]
    world.scan()
    world.club.again = {"1": post("1", "My acme anvils order came, thanks, great!", likes=40)}
    outcome = world.scan(NOW + 2 * HOUR)
    row = world.row("1")
    assert (row.text, row.likes, row.label) == ("My acme anvils order came, thanks, great!", 40, "positive")
    assert outcome.updated == 1
    assert [(e.at, e.likes) for e in world.store.engagement(row.id)] == [(NOW, 1), (NOW + 2 * HOUR, 40)]


def test_what_was_deleted_there_is_blanked_here_and_its_counts_stay(world: World) -> None:
    world.club.posts = [post("1", "acme anvils: a secret word", likes=5)]
    world.scan()
    world.club.again = {"1": {"id": "1", "deleted": True}}
    outcome = world.scan(NOW + 2 * HOUR)
    assert outcome.gone == 1
    row = world.rows().popitem()[1]
    assert (row.text, row.title, row.author, row.author_id, row.url) == ("", "", None, None, None)
    assert (row.likes, row.gone_at) == (5, NOW + 2 * HOUR)
    assert not list(world.store.mentions(Filter(words="secret")))
    assert "anvil_fan_7" not in str(row)


def test_what_is_only_missing_is_believed_to_be_gone_after_a_day_beside_others(world: World) -> None:
    world.club.posts = [post("1"), post("2", "acme anvils is fine")]
    world.club.again = {"2": world.club.posts[1]}
    world.scan()
    world.club.posts = []
    assert [world.scan(NOW + hours * HOUR).gone for hours in (2, 5, 20)] == [0, 0, 0]
    assert world.row("1").text
    assert world.scan(NOW + 27 * HOUR).gone == 1
    assert world.row("2").text


def test_what_was_missing_and_is_there_again_is_not_gone(world: World) -> None:
    world.club.posts = [post("1")]
    world.scan()
    world.scan(NOW + 2 * HOUR)
    world.club.again = {"1": post("1")}
    world.scan(NOW + 5 * HOUR)
    world.club.again = {}
    assert world.scan(NOW + 10 * HOUR).gone == 0


def test_a_stale_page_brings_nothing_back_that_was_deleted(world: World) -> None:
    world.club.posts = [post("1")]
    world.scan()
    world.club.again = {"1": {"id": "1", "deleted": True}}
    world.scan(NOW + 2 * HOUR)
    world.club.posts = [post("1", likes=9)]
    world.scan(NOW + 4 * HOUR)
    assert next(iter(world.rows().values())).text == ""


def test_only_a_bounded_share_is_read_again_in_one_scan(world: World) -> None:
    world.club.posts = [post(str(n), f"acme anvils order {n}") for n in range(60)]
    world.club.again = {one["id"]: one for one in world.club.posts}
    world.scan()
    world.club.asked.clear()
    world.scan(NOW + 2 * HOUR)
    first = [path for path in world.club.asked if path.startswith("/again")]
    assert len(first) == 10
    world.club.asked.clear()
    world.scan(NOW + 2.5 * HOUR)
    second = [path for path in world.club.asked if path.startswith("/again")]
    assert len(second) == 10
    assert not {*first} & {*second}, "those that were not read yet come first"


def test_old_mentions_are_left_alone_and_the_setting_decides_how_old(world: World) -> None:
    world.club.posts = [post("1", at="2026-11-20T10:00:00Z")]
    world.scan()
    for hours, reread_s in ((2, 0.0), (3, 3600.0)):
        world.scan(NOW + hours * HOUR, reread_s=reread_s)
        assert not [path for path in world.club.asked if path.startswith("/again")]
    world.scan(NOW + 30 * HOUR, reread_s=10 * 86400.0)
    assert [path for path in world.club.asked if path.startswith("/again")]


def test_a_second_look_that_fails_is_said_and_does_not_make_the_source_fail(world: World) -> None:
    world.club.posts = [post("1")]
    world.scan()
    world.club.again = {"1": {"id": "1"}}  # a post without a text
    outcome = world.scan(NOW + 2 * HOUR)
    assert outcome.status in ("ok", "unchanged")
    assert "could not be read again" in outcome.detail


def test_replies_show_whether_we_answered(world: World) -> None:
    world.club.posts = [post("1", replies=2)]
    world.club.again = {"1": post("1", replies=2)}
    world.club.thread = [
        post("2", "We are sorry, we look into it", by="acme_help", parent="1"),
        post("3", "what a lovely day", parent="1"),
    ]
    world.scan()
    rows = {row.native_id: row for row in world.rows().values()}
    assert set(rows) == {"1", "2"}, "other people's small talk is not kept"
    assert rows["2"].own
    assert rows["2"].parent_id == rows["1"].id
    world.club.asked.clear()
    world.scan(NOW + 2 * HOUR)
    assert not [path for path in world.club.asked if path.startswith("/thread")], "nobody replied since"


def test_what_is_lent_is_given_back_after_its_time(world: World) -> None:
    world.club.posts = [post("1")]
    world.scan(kind=Lender)
    world.club.posts = []
    world.scan(NOW + timedelta(days=29), kind=Lender)
    assert world.row("1").text
    world.scan(NOW + timedelta(days=31), kind=Lender)
    assert next(iter(world.rows().values())).gone_at is not None


# Blindness


def test_a_source_that_always_had_something_and_is_empty_now_is_blind(world: World) -> None:
    for day in range(6):
        world.club.posts = [post(f"{day}-{n}") for n in range(4)]
        world.scan(NOW + timedelta(days=day))
    last_good = NOW + timedelta(days=5)
    world.club.posts = []
    outcome = world.scan(last_good + HOUR)
    assert (outcome.status, outcome.blind_since) == ("blind", last_good)
    assert world.scan(last_good + 2 * HOUR).blind_since == last_good, "it stays blind since then"
    world.club.posts = [post("back")]
    assert world.scan(last_good + 3 * HOUR).good
    assert world.store.health()["club"].blind_since is None


def test_a_source_that_worked_and_answers_with_a_web_page_now_is_blind(world: World) -> None:
    world.club.posts = [post("1")]
    world.scan()
    world.club.trouble = Response("<html><title>Just a moment...</title></html>", content_type="text/html")
    outcome = world.scan(NOW + HOUR)
    assert (outcome.status, outcome.reason, outcome.blind_since) == ("blind", "blocked_page", NOW)


def test_a_source_that_worked_and_whose_entries_say_nothing_any_more_is_blind(world: World) -> None:
    world.club.posts = [post(str(n), f"acme anvils order {n}") for n in range(6)]
    assert world.scan().good
    world.club.posts = [post(str(n), "") for n in range(6)]
    outcome = world.scan(NOW + HOUR)
    assert (outcome.status, outcome.reason, outcome.blind_since) == ("blind", "layout", NOW)
    assert "none of 6 entries can be read: no text; its format has changed" in outcome.detail


def test_a_source_that_falls_silent_is_blind_since_its_last_new_mention(world: World) -> None:
    for day in range(16):
        world.club.posts = [post(f"{day}-{n}") for n in range(10)]
        world.scan(NOW + timedelta(days=day), reread_s=0.0)
    last = NOW + timedelta(days=15)
    assert world.scan(last + timedelta(hours=20), reread_s=0.0).good
    outcome = world.scan(last + timedelta(days=2), reread_s=0.0)
    assert (outcome.status, outcome.blind_since) == ("blind", last)
    assert "nothing new" in outcome.detail


def test_a_source_that_shows_again_what_it_showed_before_a_wall_is_not_blind(world: World) -> None:
    world.club.posts = [post("1")]
    world.scan()
    wall = Response("<html><title>Just a moment...</title></html>", content_type="text/html")
    world.club.trouble = wall
    assert world.scan(NOW + HOUR).status == "blind"
    world.club.trouble = None
    assert world.scan(NOW + 2 * HOUR, reread_s=0.0).status == "unchanged"


def test_an_outage_does_not_make_an_empty_place_see_again(world: World) -> None:
    for day in range(6):
        world.club.posts = [post(f"{day}-{n}") for n in range(4)]
        world.scan(NOW + timedelta(days=day))
    last_good = NOW + timedelta(days=5)
    world.club.posts = []
    assert world.scan(last_good + HOUR).status == "blind"
    world.club.trouble = Response("", 500)
    assert world.scan(last_good + 2 * HOUR).status == "failed"
    world.club.trouble = None
    outcome = world.scan(last_good + 3 * HOUR)
    assert (outcome.status, outcome.blind_since) == ("blind", last_good)
