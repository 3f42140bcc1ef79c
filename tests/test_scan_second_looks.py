"""Second looks that go wrong: platforms in trouble, posts that can't be asked for, scans that are killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

import pytest
from werkzeug import Request as Incoming
from werkzeug import Response

from repwatch.config import SourceConfig
from repwatch.model import Answer, Known, Quota, Request, Reread, Revisit, Task
from repwatch.scan import Scan
from repwatch.second_looks import SECOND_LOOKS
from repwatch.store import open_store
from repwatch.store.base import Filter, Store
from repwatch.windows import BRANCHES_PER_WINDOW
from test_scan_platform import HOUR, NOW, Club, Clubhouse, Lender, World, _mention, post, server

DAY = timedelta(days=1)


@dataclass(frozen=True)
class OneByOne(Club):
    """A club that shows its posts again one by one."""

    def rereads(self, known: Sequence[Known]) -> Iterable[Reread]:
        for one in known:
            yield Reread(Request("GET", f"{self.url}/post/{one.native_id}"), (one,))

    def revisit(self, known: Sequence[Known], answer: Answer) -> Revisit:
        return Revisit(mentions=(_mention(answer.json()),))


@dataclass(frozen=True)
class Picky(OneByOne):
    """A club that shows nothing again whose number is even."""

    def rereads(self, known: Sequence[Known]) -> Iterable[Reread]:
        return super().rereads([one for one in known if int(one.native_id) % 2])

    def thread(self, known: Known) -> Request | None:
        return super().thread(known) if int(known.native_id) % 2 else None


@dataclass(frozen=True)
class For(Club):
    """A club that lends for ever."""

    keep_s: ClassVar[float | None] = 1e14


@dataclass(frozen=True)
class Branching(Club):
    """A club whose page leads to as many others as it says."""

    def request(self, task: Task) -> Request:
        return Request("GET", f"{self.url}/posts", params=(("page", task.cursor or "1"),))

    def parse(self, task: Task, answer: Answer) -> object:  # type: ignore[override]
        body = answer.json()
        page = super().parse(task, answer)
        return replace(page, branches=tuple(body.get("branches", ())), cursors=tuple(body.get("next", ())))


@dataclass(frozen=True)
class Lost(Club):
    """A club whose quota begins anew where there is no time."""

    @property
    def quota(self) -> Quota | None:
        return Quota("club", 100, zone="Nowhere/Land")


@dataclass(frozen=True)
class Monthly(Club):
    """A club that counts by the month."""

    @property
    def quota(self) -> Quota | None:
        return Quota("club", self.daily or 0, every="month")


@dataclass
class House(Clubhouse):
    """A clubhouse that answers for single posts as it was told to."""

    single: dict[str, Response] = field(default_factory=dict)
    branches: dict[str, list[str]] = field(default_factory=dict)
    next: list[str] = field(default_factory=list)
    bad: dict[str, Response] = field(default_factory=dict)

    def __call__(self, request: Incoming) -> Response:
        if request.path == "/posts" and request.args["page"] in self.bad:
            self.asked.append(request.full_path)
            return self.bad[request.args["page"]]
        if request.path.startswith("/post/"):
            self.asked.append(request.full_path)
            id = request.path.rpartition("/")[2]
            shown = Response(json.dumps(self.again[id])) if id in self.again else Response("", 404)
            return self.single.get(id, shown)
        if request.path == "/posts" and self.branches:
            self.asked.append(request.full_path)
            page = request.args["page"]
            posts = self.posts if page == "1" else [post(f"on {page}", f"acme anvils on {page}")]
            return Response(json.dumps({"posts": posts, "branches": self.branches.get(page, [])}))
        if request.path == "/posts" and self.next:
            self.asked.append(request.full_path)
            return Response(json.dumps({"posts": [post(f"on {request.args['page']}")], "next": self.next}))
        return super().__call__(request)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    house = House()
    with server(house) as url, closing(open_store(tmp_path / "club.db", ZoneInfo("UTC"))) as store:
        yield World(tmp_path, store, house, url)


def house(world: World) -> House:
    assert isinstance(world.club, House)
    return world.club


def filled(world: World, count: int, kind: type[Club] = Club) -> dict[str, dict[str, object]]:
    """Let a scan read so many posts, and return what they are."""
    world.club.posts = [post(str(n), f"acme anvils order {n}") for n in range(count)]
    world.scan(kind=kind)
    world.club.asked.clear()
    return {one["id"]: one for one in world.club.posts}


def asked_again(world: World) -> list[str]:
    found = [
        path.rstrip("?") for path in world.club.asked if path.startswith(("/post/", "/again", "/thread"))
    ]
    world.club.asked.clear()
    return found


# What is believed


def test_a_platform_that_shows_nothing_at_all_is_not_believed_for_two_days(world: World) -> None:
    filled(world, 6)
    for hours in (2, 6, 12, 40):
        outcome = world.scan(NOW + hours * HOUR)
        assert outcome.gone == 0, hours
        assert "none of 6 that were asked for is there" in outcome.detail
    assert world.scan(NOW + 54 * HOUR).gone == 6


def test_after_an_outage_nothing_was_lost(world: World) -> None:
    posts = filled(world, 6)
    world.scan(NOW + 2 * HOUR)
    world.club.again = posts
    assert world.scan(NOW + 6 * HOUR).detail == ""
    world.club.again = {}
    assert world.scan(NOW + 60 * HOUR).gone == 0, "it is counted from the beginning again"
    assert len([row for row in world.rows().values() if row.text]) == 6


def test_a_few_that_are_missing_while_nothing_is_there_are_not_believed_for_two_days(world: World) -> None:
    filled(world, 2)
    for hours in (2, 6, 12, 40):
        outcome = world.scan(NOW + hours * HOUR)
        assert (outcome.gone, outcome.detail) == (0, ""), hours
    assert world.scan(NOW + 54 * HOUR).gone == 2


@pytest.mark.parametrize("status", [404, 410])
def test_one_post_alone_that_is_not_found_is_not_believed_for_two_days(world: World, status: int) -> None:
    filled(world, 1, OneByOne)
    house(world).single = {"0": Response("", status)}
    gone = [world.scan(NOW + hours * HOUR, kind=OneByOne).gone for hours in (2, 6, 12, 40, 54)]
    assert gone == [0, 0, 0, 0, 1]


def test_an_answer_that_shows_none_of_several_proves_nothing_though_another_one_does(world: World) -> None:
    posts = filled(world, 4)
    world.club.again = {id: posts[id] for id in ("0", "1")}
    assert [world.scan(NOW + hours * HOUR).gone for hours in (2, 6, 30)] == [0, 0, 0]
    assert world.scan(NOW + 54 * HOUR).gone == 2


def test_what_is_missing_among_others_that_are_there_is_believed_after_a_day(world: World) -> None:
    posts = filled(world, 6)
    world.club.again = {id: posts[id] for id in ("0", "2", "4")}
    assert world.scan(NOW + 2 * HOUR).gone == 0
    assert world.scan(NOW + 6 * HOUR).gone == 0
    assert world.scan(NOW + 30 * HOUR).gone == 3


def test_where_scans_are_far_apart_two_looks_are_not_enough(world: World) -> None:
    posts = filled(world, 6)
    world.club.again = {id: posts[id] for id in ("0", "2", "4")}
    assert [world.scan(NOW + days * 24 * HOUR).gone for days in (2, 4)] == [0, 0]
    assert world.scan(NOW + 6 * 24 * HOUR).gone == 3


def test_what_was_there_in_between_is_counted_anew(world: World) -> None:
    posts = filled(world, 6)
    some = {id: posts[id] for id in ("0", "2", "4")}
    for hours, again in ((24, some), (48, some), (72, posts), (96, some), (120, some)):
        world.club.again = again
        assert world.scan(NOW + hours * HOUR).gone == 0
    assert world.scan(NOW + 144 * HOUR).gone == 3


@pytest.mark.parametrize("status", [404, 410])
def test_an_interface_that_was_taken_away_takes_no_mentions_with_it(world: World, status: int) -> None:
    filled(world, 6, OneByOne)
    house(world).single = {str(n): Response("", status) for n in range(6)}
    for hours in (2, 6, 12):
        assert world.scan(NOW + hours * HOUR, kind=OneByOne).gone == 0
    assert all(row.text for row in world.rows().values())


def test_one_that_is_gone_beside_others_is_believed_at_once(world: World) -> None:
    world.club.again = filled(world, 6, OneByOne)
    house(world).single = {"3": Response("", 410), "4": Response("", 404)}
    assert world.scan(NOW + 2 * HOUR, kind=OneByOne).gone == 1
    assert world.scan(NOW + 6 * HOUR, kind=OneByOne).gone == 0
    assert world.scan(NOW + 30 * HOUR, kind=OneByOne).gone == 1


def test_an_edit_that_takes_the_brand_out_takes_the_mention_out_of_reports(world: World) -> None:
    filled(world, 1)
    world.club.again = {"0": post("0", "never mind")}
    assert world.scan(NOW + 2 * HOUR).updated == 1
    assert world.rows() == {}
    assert not list(world.store.mentions(Filter(words="order")))
    world.club.again = {"0": post("0", "acme anvils again")}
    world.scan(NOW + 6 * HOUR)
    assert [row.text for row in world.rows().values()] == ["acme anvils again"]


# Who waits for whom


def test_what_can_not_be_read_again_does_not_keep_others_from_it(world: World) -> None:
    world.club.again = filled(world, 2 * SECOND_LOOKS, OneByOne)
    house(world).single = {str(n): Response("it broke", 200) for n in range(SECOND_LOOKS)}
    outcome = world.scan(NOW + 2 * HOUR, kind=OneByOne)
    assert "could not be read again" in outcome.detail
    assert asked_again(world) == [f"/post/{n}" for n in range(SECOND_LOOKS)]
    world.scan(NOW + 2.5 * HOUR, kind=OneByOne)
    assert asked_again(world) == [f"/post/{n}" for n in range(SECOND_LOOKS, 2 * SECOND_LOOKS)]


def test_what_a_source_never_asks_for_does_not_keep_others_from_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("repwatch.second_looks.MENTIONS_READ_AGAIN", 4)
    world.club.again = filled(world, 8, Picky)
    found = []
    for n in range(3):
        world.scan(NOW + (2 + n / 3) * HOUR, kind=Picky)
        found += asked_again(world)
    assert sorted(found) == ["/post/1", "/post/3", "/post/5", "/post/7"]


def test_replies_that_can_not_be_read_do_not_keep_others_from_it(world: World) -> None:
    world.club.posts = [post(str(n), f"acme anvils order {n}", replies=1) for n in range(12)]
    read = []
    for n in range(4):
        world.scan(NOW + n / 4 * HOUR, kind=Picky)
        read += asked_again(world)
    assert sorted(set(read)) == sorted(f"/thread?id={n}" for n in range(1, 12, 2))
    assert len(read) == 6


def test_a_post_that_became_private_does_not_lock_its_place(world: World) -> None:
    world.club.again = filled(world, 3, OneByOne)
    house(world).single = {"1": Response("members only", 403)}
    assert world.scan(NOW + 2 * HOUR, kind=OneByOne).good
    assert len(asked_again(world)) == 3
    assert world.scan(NOW + 4 * HOUR, kind=OneByOne).good


def test_what_is_lent_is_given_back_while_nothing_is_read(world: World) -> None:
    filled(world, 1, Lender)
    paused = SourceConfig(
        key="club", type="club", every_s=1800.0, about=None, brands=(), paused=True, settings={},
        source=Lender(world.url),
    )  # fmt: skip
    later = NOW + 31 * DAY
    config = replace(world.config(paused), sources={"club": paused})
    Scan(config, world.store, clock=lambda: later, sessions=world.folder).run([])
    assert [row.gone_at for row in world.rows().values()] == [later]


def test_a_time_that_is_longer_than_time_has_lasted_is_for_ever(world: World) -> None:
    world.club.again = filled(world, 1, For)
    assert world.scan(NOW + 2 * HOUR, kind=For, reread_s=1e14).good
    assert asked_again(world) == ["/again?ids=ref-0"]
    assert [row.gone_at for row in world.rows().values()] == [None]


# Branches and cursors


def test_branches_without_number_are_read_a_stretch_at_a_time_and_end(world: World) -> None:
    world.club.posts = [post("1")]
    house(world).branches = {"1": [f"b{n}" for n in range(5000)]}
    outcome = world.scan(kind=Branching, reread_s=0.0)
    assert outcome.status == "partial"
    assert len(world.club.asked) == 2 + BRANCHES_PER_WINDOW, "a login and a page beside them"
    for n in range(1, 8):
        outcome = world.scan(NOW + n * HOUR, kind=Branching, reread_s=0.0)
    read = {path for path in world.club.asked if "page=b" in path}
    assert len(read) == 199, "then the window is through, and a new one begins"


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (Response("no", 403), "forbidden"),
        (Response("?", 500), "unreachable"),
        (Response("<p>"), "blocked_page"),
    ],
)
def test_a_branch_that_always_fails_holds_up_nothing_else(
    world: World, trouble: Response, reason: str
) -> None:
    house(world).branches = {"1": ["b1", "b2", "b3"]}
    house(world).bad = {"b2": trouble}
    for hours in (0, 1):
        outcome = world.scan(NOW + hours * HOUR, kind=Branching, reread_s=0.0)
        assert (outcome.status, outcome.reason) == ("partial", reason)
        assert "1 page that others lead to left out" in outcome.detail
        assert world.store.streams("club")[""].read_until == NOW + hours * HOUR
    assert world.row("on b1").text
    assert world.row("on b3").text
    assert world.club.asked.count("/posts?page=b2") >= 2, "it is tried again each time"


def test_a_branch_waits_for_a_place_that_has_a_limit(world: World) -> None:
    house(world).branches = {"1": ["b1", "b2"]}
    house(world).bad = {"b2": Response("", 429, headers={"Retry-After": "1800"})}
    assert world.scan(kind=Branching, reread_s=0.0).reason == "rate_limited"
    assert world.store.streams("club")[""].read_until is None
    house(world).bad = {}
    assert world.scan(NOW + HOUR, kind=Branching, reread_s=0.0).good
    assert world.row("on b2").text


def test_a_window_whose_pages_fail_for_days_begins_anew(world: World) -> None:
    busy = Response("", 429, headers={"Retry-After": "60"})
    place = House(valid=world.club.valid, next=["2"], bad={"2": busy})
    with server(place) as url:
        World(world.folder, world.store, place, url).scan(kind=Branching, reread_s=0.0)
    for hours in (47, 50):  # nobody is there any more
        assert [task.task.cursor for task in world.store.open_tasks(["club"])] == ["2"], hours
        World(world.folder, world.store, place, url).scan(NOW + hours * HOUR, kind=Branching, reread_s=0.0)
    assert not world.store.open_tasks(["club"])


def test_a_cursor_that_repeats_a_secret_is_not_kept(world: World) -> None:
    house(world).next = ["https://club.example/?access=refresh-me&after=7"]
    assert world.scan(kind=Branching, reread_s=0.0).good
    assert len([path for path in world.club.asked if path.startswith("/posts")]) == 1
    kept = b"".join(file.read_bytes() for file in world.folder.glob("club.db*"))
    assert b"after=7" not in kept
    world.club.asked.clear()
    house(world).next = ["after-7"]
    world.scan(NOW + HOUR, kind=Branching, reread_s=0.0)
    assert len(world.club.asked) == 2


# Plug-ins, and what is known of them


def test_a_quota_in_a_zone_that_there_is_not_costs_its_own_source(world: World) -> None:
    outcome = world.scan(kind=Lost)
    assert (outcome.status, outcome.reason) == ("failed", "crashed")


def test_a_quota_that_is_raised_is_seen_the_next_day(world: World) -> None:
    world.scan(kind=Monthly, daily=15, reread_s=0.0)
    outcome = world.scan(NOW + HOUR, kind=Monthly, daily=15, reread_s=0.0)
    assert (outcome.status, outcome.reason) == ("waiting", "quota")
    assert outcome.next_at == NOW + 25 * HOUR


def test_a_source_that_is_asked_for_less_is_not_blind(world: World) -> None:
    for day in range(16):
        world.club.posts = [post(f"{day}-{n}") for n in range(10)]
        world.scan(NOW + day * DAY, reread_s=0.0)
    narrowed = NOW + 17 * DAY
    assert world.scan(narrowed, reread_s=0.0, daily=10_000).good
    assert world.scan(narrowed + 2 * DAY, reread_s=0.0, daily=10_000).good
    assert world.scan(narrowed + 3 * DAY, reread_s=0.0).good, "nor is it when that is undone"


# Company and crashes

RUN = """
import sys
sys.path[:0] = {path!r}
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo
from datetime import timedelta
from test_scan_second_looks import *
if __name__ == "__main__":
    with closing(open_store({db!r}, ZoneInfo("UTC"))) as store:
        World(Path({folder!r}), store, House(), {url!r}).scan(NOW + {hours} * HOUR, kind=OneByOne)
"""


def test_a_scan_that_is_killed_amid_second_looks_leaves_them_to_the_next(
    world: World, tmp_path: Path
) -> None:
    posts = filled(world, 8, OneByOne)
    again = {id: {**one, "likes": 7} for id, one in posts.items()}
    killed = threading.Event()

    class Hanging(House):
        def __call__(self, request: Incoming) -> Response:
            if request.path.startswith("/post/") and sum("/post/" in path for path in self.asked) >= 3:
                killed.wait(300)
            return super().__call__(request)

    hanging = House(valid=world.club.valid, again=again, posts=world.club.posts)
    world.club.__class__, world.club.__dict__ = Hanging, hanging.__dict__
    file = tmp_path / "run.py"
    db, folder = str(world.folder / "club.db"), str(world.folder)
    file.write_text(RUN.format(path=sys.path, db=db, folder=folder, url=world.url, hours=2))
    with subprocess.Popen([sys.executable, str(file)], start_new_session=True) as scan:
        while not (liked := sum(row.likes == 7 for row in world.rows().values())) and scan.poll() is None:
            time.sleep(0.02)
        os.killpg(scan.pid, signal.SIGKILL)
    killed.set()
    assert 1 <= liked < 8
    world.store.release_lease("scan", world.store.lease("scan").holder)  # type: ignore[union-attr]
    outcome = world.scan(NOW + 3 * HOUR, kind=OneByOne)
    assert outcome.good
    assert all(row.likes == 7 and row.text for row in world.rows().values())


def _spend(path: str, results: str) -> str:
    return (
        f"import sys; sys.path[:0] = {sys.path!r}\n"
        "from test_scan_second_looks import *\n"
        f"store = open_store({path!r}, ZoneInfo('UTC'))\n"
        f"taken = sum(store.spend('club', NOW, 3, 1000) for _ in range(300))\n"
        f"open({results!r}, 'w').write(str(taken))\n"
    )


def test_a_quota_holds_for_all_processes_together(world: World, tmp_path: Path) -> None:
    names = [str(tmp_path / f"taken{n}") for n in range(3)]
    path = str(world.folder / "club.db")
    running = [subprocess.Popen([sys.executable, "-c", _spend(path, name)]) for name in names]
    assert [each.wait() for each in running] == [0, 0, 0]
    taken = sum(int(Path(name).read_text()) for name in names)
    assert taken == 333
    assert spent(world.store) == 999


def spent(store: Store) -> int:
    return store.spent("club", NOW)
