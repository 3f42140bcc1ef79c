"""The program as a whole, as a shell and cron see it: what it prints where, and its exit codes."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request as Incoming
from werkzeug import Response

ITEM = "<item><guid>{id}</guid><title>{title}</title><link>http://news.example/{id}</link></item>"


def feed(*titles: str) -> Response:
    items = "".join(ITEM.format(id=title[:8].replace(" ", "-"), title=title) for title in titles)
    return Response(
        f'<rss version="2.0"><channel>{items}</channel></rss>', content_type="application/rss+xml"
    )


def dripping(answer: Response, release: threading.Event) -> Response:
    """Return an answer that takes until it is released. (A server that says nothing is left after 10 s.)"""

    def drops() -> Iterator[bytes]:
        while not release.wait(1):
            yield b" "
        yield answer.data

    return Response(drops(), content_type=answer.content_type)


class Desk:
    """A folder with a configuration, and a shell that runs repwatch in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("REPWATCH", "XDG", "PYTEST"))},
            "HOME": str(folder),
            "XDG_STATE_HOME": str(folder / "state"),
            "XDG_CACHE_HOME": str(folder / "cache"),
        }

    def configure(self, *sources: str, **options: str) -> None:
        """Watch Acme Anvils in feeds at these addresses; `options` are added to [scan]."""
        scan = "".join(f"{key} = {value}\n" for key, value in options.items())
        tables = "".join(
            f'[sources.feed{n}]\ntype = "feed"\nurl = "{url}"\nevery = "1s"\n'
            for n, url in enumerate(sources)
        )
        (self.folder / "repwatch.toml").write_text(
            f'schema = 1\ndatabase = "repwatch.db"\n[http]\ncontact = "dev@acme.example"\n'
            f'min_gap = "0s"\ntimeout = "5m"\nallow_private = ["127.0.0.0/8"]\n[scan]\n{scan}'
            f'[brands.acme]\nname = "Acme Anvils"\nterms = ["acme anvils"]\n{tables}'
        )
        (self.folder / "repwatch.toml").chmod(0o600)

    def start(self, *arguments: str, **more: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "repwatch", *arguments],
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **more,  # type: ignore[call-overload]
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Run to the end; return the exit code, stdout and stderr."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=300)
        assert "Traceback" not in err
        return process.returncode, out, err

    def mentions(self) -> int:
        with sqlite3.connect(self.folder / "repwatch.db") as db:
            (integrity,) = db.execute("pragma integrity_check").fetchone()
            assert integrity == "ok"
            count: int = db.execute("select count(*) from mentions").fetchone()[0]
        db.close()
        return count

    def mentions_now(self) -> int:
        """Count while a scan may be writing, or may not have begun."""
        try:
            return self.mentions()
        except sqlite3.OperationalError:
            return 0


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Return a desk where one mention was read, for commands that change nothing."""
    desk = Desk(tmp_path_factory.mktemp("scanned"))
    with HTTPServer(host="127.0.0.1", threaded=True) as running:
        serve(running, lambda _: feed("Acme Anvils"))
        desk.configure(running.url_for("/"))
        assert desk.run("scan") == (0, "", "")
    return desk


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    with HTTPServer(host="127.0.0.1", threaded=True) as running:
        yield running


def serve(server: HTTPServer, handler: Callable[[Incoming], Response]) -> None:
    server.expect_request(re.compile(".*")).respond_with_handler(handler)


def test_from_cron_a_scan_that_went_well_says_nothing(desk: Desk, server: HTTPServer) -> None:
    serve(server, lambda _: feed("Acme Anvils broke again"))
    desk.configure(server.url_for("/"))
    assert desk.run("scan") == (0, "", "")
    assert desk.mentions() == 1


def test_with_v_each_request_is_told_on_stderr(desk: Desk, server: HTTPServer) -> None:
    serve(server, lambda _: feed("Acme Anvils broke again"))
    desk.configure(server.url_for("/news.xml?token=hush-hush"))
    code, out, err = desk.run("scan", "-v")
    assert (code, out) == (0, "")
    assert re.search(r"INFO repwatch.crawl\S*: GET http://127.0.0.1:\d+/news.xml\?token=\*\*\*: 200", err)
    assert "hush" not in err


def test_scanning_twice_stores_once(desk: Desk, server: HTTPServer) -> None:
    serve(server, lambda _: feed("Acme Anvils broke again", "Nothing here"))
    desk.configure(server.url_for("/"))
    first = json.loads(desk.run("scan", "--json")[1])
    second = json.loads(desk.run("scan", "--all", "--json")[1])
    assert (first["schema"], first["new"], second["new"]) == ("repwatch.scan/1", 1, 0)
    assert desk.mentions() == 1


def test_files_are_made_for_their_owner_only(desk: Desk, server: HTTPServer) -> None:
    serve(server, lambda _: feed("Acme Anvils"))
    desk.configure(server.url_for("/"))
    desk.run("scan")
    desk.run("export", "-o", "out.csv")
    for name in ("repwatch.db", "out.csv"):
        assert (desk.folder / name).stat().st_mode & 0o077 == 0


def test_without_a_configuration_it_says_how_to_begin(desk: Desk) -> None:
    code, out, err = desk.run("scan")
    assert (code, out) == (3, "")
    assert "repwatch init" in err


def test_a_wrong_configuration_is_refused_with_every_mistake_and_nothing_is_fetched(
    desk: Desk, server: HTTPServer
) -> None:
    asked: list[str] = []
    serve(server, lambda request: asked.append(request.path) or feed())
    desk.configure(server.url_for("/"))
    with (desk.folder / "repwatch.toml").open("a") as file:
        file.write('colour = 1\n[brands.zed]\nterm = ["zed"]\n[sources.x]\ntype = "feeed"\n')
    code, out, err = desk.run("scan")
    assert (code, out, asked) == (3, "", [])
    assert "3 mistakes" in err or "4 mistakes" in err
    assert 'Did you mean "terms"?' in err
    assert 'Did you mean "feed"?' in err
    assert "Nothing was fetched" in err


def test_errors_are_json_for_who_asks_for_json(desk: Desk) -> None:
    code, out, err = desk.run("scan", "--json")
    error = json.loads(err)["error"]
    assert (out, error["code"], error["exit"]) == ("", "config_missing", code)
    assert "repwatch init" in error["hint"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("scan", "nowhere"),
        ("report", "--brand", "nobody"),
        ("report", "--source", "nowhere"),
        ("report", "--since", "some time ago"),
        ("report", "--period", "2026-W99"),
        ("report", "--json", "--format", "md"),
        ("scan", "--max-time", "soon"),
        ("search", '"never closed'),
        ("export", "--columns", "id,colour"),
        ("mention", "show", "m_NOBODY"),
        ("runs", "show", "r_1999"),
        ("schedule",),
        ("schedule", "--cron", "--every", "7m"),
        ("help", "nothing"),
        ("frobnicate",),
        ("scan", "--frobnicate"),
    ],
)
def test_what_is_typed_wrong_is_exit_code_2_and_one_clear_message(
    scanned: Desk, arguments: tuple[str, ...]
) -> None:
    code, out, err = scanned.run(*arguments)
    assert (code, out) == (2, "")
    assert err.strip()


def test_a_refused_login_is_exit_code_4(desk: Desk, server: HTTPServer) -> None:
    serve(server, lambda request: Response("", 401) if request.path == "/private" else feed("Acme Anvils"))
    desk.configure(server.url_for("/"), server.url_for("/private"))
    code, out, err = desk.run("scan")
    assert (code, out) == (4, "")
    assert "feed1" in err
    assert "login" in err


def test_a_source_that_keeps_failing_is_exit_code_5_the_third_time(desk: Desk, server: HTTPServer) -> None:
    serve(server, lambda request: Response("", 500) if request.path == "/bad" else feed("Acme Anvils"))
    desk.configure(server.url_for("/"), server.url_for("/bad"))
    assert [desk.run("scan", "--all")[:2] for _ in range(2)] == [(0, ""), (0, "")]
    code, _, err = desk.run("scan", "--all")
    assert code == 5
    assert "feed1 failed 3 times in a row" in err
    assert desk.run("scan", "--all", "--fail-on", "never")[0] == 0


def test_a_source_that_only_waits_is_exit_code_5_after_a_day(desk: Desk, server: HTTPServer) -> None:
    busy = Response("", 429, headers={"Retry-After": "3600"})
    serve(server, lambda request: busy if request.path == "/busy" else feed("Acme Anvils"))
    desk.configure(server.url_for("/"), server.url_for("/busy"))
    assert desk.run("scan") == (0, "", "")
    with closing(sqlite3.connect(desk.folder / "repwatch.db")) as db, db:
        day_ms = 86_400_000
        db.execute("update run_source set run_ms = run_ms - ?1, started_ms = started_ms - ?1", (day_ms,))
        db.execute("update run set started_ms = started_ms - ?", (day_ms,))
    code, out, err = desk.run("scan", "--all")
    assert (code, out) == (5, "")
    assert "feed1 has been waiting since" in err
    assert "ask it less often (every)" in err
    findings = json.loads(desk.run("doctor", "--offline", "--json")[1])["findings"]
    alarms = [each for each in findings if (each["part"], each["level"]) == ("history", "warn")]
    assert [each["text"][:22] for each in alarms] == ["feed1 has been waiting"]


def test_with_fail_on_partial_one_failure_is_exit_code_5(desk: Desk, server: HTTPServer) -> None:
    serve(server, lambda request: Response("", 500) if request.path == "/bad" else feed("Acme Anvils"))
    desk.configure(server.url_for("/"), server.url_for("/bad"))
    assert desk.run("scan", "--fail-on", "partial")[0] == 5


def test_when_nothing_works_it_is_exit_code_6(desk: Desk) -> None:
    desk.configure("http://127.0.0.1:9/", "http://10.0.0.1/")
    code, out, err = desk.run("scan")
    assert (code, out) == (6, "")
    assert "feed0" in err
    assert "feed1" in err


def damage(path: Path, how: str) -> None:
    match how:
        case "foreign":
            with sqlite3.connect(path) as db:
                db.execute("create table theirs (x)")
            db.close()
        case "text":
            path.write_text("this is no database, it is a long letter to a friend of mine " * 50)
        case "newer":
            with sqlite3.connect(path) as db:
                db.execute("pragma user_version = 9999")
            db.close()
        case "cut":
            path.write_bytes(path.read_bytes()[:5000])


@pytest.mark.parametrize("how", ["foreign", "text", "newer", "cut"])
@pytest.mark.parametrize("command", ["scan", "report", "status"])
def test_a_database_that_is_not_ours_to_use_is_exit_code_7_and_left_alone(
    desk: Desk, scanned: Desk, how: str, command: str
) -> None:
    desk.configure("http://127.0.0.1:9/")
    path = desk.folder / "repwatch.db"
    if how in ("newer", "cut"):
        path.write_bytes((scanned.folder / path.name).read_bytes())
    damage(path, how)
    before = path.read_bytes()
    code, out, err = desk.run(command)
    assert (code, out) == (7, "")
    assert "repwatch.db" in err
    assert path.read_bytes() == before


def test_reading_before_the_first_scan_says_what_to_do(desk: Desk) -> None:
    desk.configure()
    code, out, err = desk.run("report")
    assert (code, out) == (7, "")
    assert "repwatch scan" in err


def test_a_locked_database_is_exit_code_7(desk: Desk, server: HTTPServer) -> None:
    serve(server, lambda _: feed("Acme Anvils"))
    desk.configure(server.url_for("/"))
    desk.run("scan")
    holder = sqlite3.connect(desk.folder / "repwatch.db", isolation_level=None)
    holder.execute("begin immediate")
    try:
        code, _, err = desk.run("scan", "--all")
        assert desk.run("report")[0] == 0  # readers do not wait
    finally:
        holder.close()
    assert code == 7
    assert "locked" in err or "busy" in err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_exit_code_7(desk: Desk) -> None:
    desk.configure("http://127.0.0.1:9/")
    desk.folder.chmod(0o500)
    try:
        code, _, err = desk.run("scan")
    finally:
        desk.folder.chmod(0o700)
    assert code == 7
    assert "repwatch.db" in err


def test_an_old_status_is_exit_code_8(desk: Desk, server: HTTPServer) -> None:
    serve(server, lambda _: feed("Acme Anvils"))
    desk.configure(server.url_for("/"))
    desk.run("scan")
    assert desk.run("status", "--max-age", "1h")[0] == 0
    time.sleep(1.1)
    assert desk.run("status", "--max-age", "1s")[0] == 8


def test_a_second_scan_leaves_quietly_while_the_first_is_young_and_says_so_when_it_is_not(
    desk: Desk, server: HTTPServer
) -> None:
    release = threading.Event()

    serve(server, lambda _: dripping(feed("Acme Anvils"), release))
    desk.configure(server.url_for("/"), max_time='"5m"')
    first = desk.start("scan")
    wait_for_lease(desk, first)
    try:
        assert desk.run("scan") == (0, "", "")
        desk.configure(server.url_for("/"), max_time='"1s"')
        time.sleep(1)
        code, out, err = desk.run("scan")
        assert (code, out) == (75, "")
        assert "another scan" in err
    finally:
        release.set()
        assert first.wait(300) == 0
        first.communicate()


def wait_for_lease(desk: Desk, scan: subprocess.Popen[str]) -> None:
    path = desk.folder / "repwatch.db"
    while scan.poll() is None:
        if path.exists():
            db = sqlite3.connect(path)
            try:
                if db.execute("select count(*) from lease").fetchone()[0]:
                    return
            except sqlite3.OperationalError:
                pass
            finally:
                db.close()
        time.sleep(0.02)


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_scan_keeps_what_it_read(
    desk: Desk, server: HTTPServer, sent: signal.Signals, code: int
) -> None:
    asked, release = threading.Event(), threading.Event()

    def handler(request: Incoming) -> Response:
        if request.path == "/slow":
            asked.set()
            return dripping(feed("Acme Anvils" + request.path), release)
        return feed("Acme Anvils" + request.path)

    with HTTPServer(host="127.0.0.2", threaded=True) as other:
        serve(server, handler)
        serve(other, handler)
        desk.configure(server.url_for("/quick"), other.url_for("/slow"))
        process = desk.start("scan")
        assert asked.wait(300)
        while not desk.mentions_now() and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(sent)
        out, err = process.communicate(timeout=300)
        release.set()  # the slow place had not answered yet: nobody waited for it
        assert (process.returncode, out) == (code, "")
        assert "Traceback" not in err
        assert desk.mentions() == 1
        assert desk.run("scan")[0] == 0
    assert desk.mentions() == 2


def test_a_killed_scan_leaves_a_store_that_the_next_one_completes(desk: Desk, server: HTTPServer) -> None:
    titles = [f"{n} Acme Anvils" for n in range(200)]

    def handler(request: Incoming) -> Response:
        n = int(request.path.rpartition("/")[2])
        return feed(*titles[n * 5 : n * 5 + 5])

    serve(server, handler)
    desk.configure(*[server.url_for(f"/{n}") for n in range(40)])
    for patience_s in (0.0, 0.05, 0.1, 0.2, 0.4):
        process = desk.start("scan")
        wait_for_lease(desk, process)
        time.sleep(patience_s)
        process.kill()
        process.communicate()
        assert desk.mentions() % 5 == 0  # a page is kept whole or not at all
        with sqlite3.connect(desk.folder / "repwatch.db") as db:
            db.execute("delete from lease")  # as if its minute had passed
        db.close()
    assert desk.run("scan", "--all") == (0, "", "")
    assert desk.mentions() == 200


def test_a_closed_pipe_ends_an_export_quietly(desk: Desk, server: HTTPServer) -> None:
    serve(server, lambda _: feed(*[f"{n} Acme Anvils " + "x" * 200 for n in range(900)]))
    desk.configure(server.url_for("/"))
    desk.run("scan")
    process = desk.start("export")
    assert process.stdout
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr
    assert process.stderr.read() == ""
    assert process.wait(30) == 141
    process.stderr.close()


HOSTILE = "Acme Anvils \\u001b]0;owned\\u0007 \\u202e evil \\u009b31m [link=http://evil.example]x[/link] =1+1"


def test_hostile_mentions_reach_no_terminal_and_no_formula(desk: Desk, server: HTTPServer) -> None:
    item = {"id": "1", "url": "http://news.example/1", "content_text": "@SUM", "title": "@TITLE"}
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [item]})
    body = body.replace("@TITLE", HOSTILE).replace("@SUM", "=cmd|' /c calc'!A0 Acme Anvils")
    serve(server, lambda _: Response(body, content_type="application/feed+json"))
    desk.configure(server.url_for("/"))
    desk.run("scan")
    for arguments in (
        ("report",),
        ("search", "acme"),
        ("export", "--format", "csv"),
        ("export", "--format", "jsonl"),
        ("report", "--format", "md"),
        ("report", "--json"),
    ):
        code, out, err = desk.run(*arguments)
        assert (code, err) == (0, "")
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", out.replace("\r\n", "\n")), (
            arguments
        )
    _, out, _ = desk.run("export", "--format", "csv")
    assert "'=cmd" in out
    shown = at_terminal(desk, "search", "acme")
    assert "owned" not in shown
    assert "[link=http://evil.example]" in shown


def at_terminal(desk: Desk, *arguments: str, columns: int = 100) -> str:
    """Return what somebody at a terminal is shown, escape sequences of our own included."""
    ours, theirs = pty.openpty()
    env = {**desk.env, "COLUMNS": str(columns), "TERM": "xterm-256color", "PAGER": "cat"}
    process = subprocess.Popen(
        [sys.executable, "-m", "repwatch", *arguments],
        cwd=desk.folder,
        env=env,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        close_fds=True,
    )
    os.close(theirs)
    shown = b""
    while select.select([ours], [], [], 20)[0]:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(ours)
    process.wait(20)
    return shown.decode()


def test_at_a_terminal_a_scan_shows_what_each_source_did(desk: Desk, server: HTTPServer) -> None:
    serve(server, lambda request: Response("", 404) if request.path == "/bad" else feed("Acme Anvils broke"))
    desk.configure(server.url_for("/"), server.url_for("/bad"))
    shown = at_terminal(desk, "scan")
    assert "feed0" in shown
    assert re.search(r"! feed1 failed since [^:]+:\d\d: 404 Not Found", shown)
    assert "check its address" in shown
    assert "Look closer: repwatch source test feed1" in shown
    assert "1 new mention" in shown
    assert "1 of 2 sources ok" in shown


def test_status_says_why_a_source_is_not_read_and_what_to_do(desk: Desk, server: HTTPServer) -> None:
    serve(server, lambda request: Response("", 401) if request.path == "/bad" else feed("Acme Anvils broke"))
    desk.configure(server.url_for("/"), server.url_for("/bad"))
    desk.run("scan")
    shown = at_terminal(desk, "status")
    assert re.search(r"! feed1 has no valid login since .*: 401 Unauthorized", shown)
    assert "members only" in " ".join(shown.split())
    assert "Look closer: repwatch source test feed1" in shown


def test_who_watches_no_place_yet_is_told_how_to_find_one(desk: Desk) -> None:
    desk.configure()
    assert "Find one: repwatch source discover" in at_terminal(desk, "source", "list")


@pytest.mark.parametrize(
    ("trouble", "scans", "level", "more"),
    [
        (Response("", 500), 1, "ok", "; no alarm before 3 scans in a row"),
        (Response("", 500), 3, "warn", ""),
        (Response("", 401), 1, "warn", ""),
        (Response("", 429), 1, "ok", "; no alarm before it has waited for 24 hours"),
    ],
)
def test_doctor_says_of_a_source_what_status_says_and_whether_that_is_an_alarm(
    desk: Desk, server: HTTPServer, trouble: Response, scans: int, level: str, more: str
) -> None:
    serve(server, lambda request: trouble if request.path == "/bad" else feed("Acme Anvils broke"))
    desk.configure(server.url_for("/"), server.url_for("/bad"))
    for _ in range(scans):
        desk.run("scan", "--all")
    findings = json.loads(desk.run("doctor", "--offline", "--json")[1])["findings"]
    (found,) = [each for each in findings if each["part"] == "history"]
    assert found["level"] == level
    assert found["text"].endswith(more)
    shown = " ".join(at_terminal(desk, "status").split())
    assert f"! {found['text'].removesuffix(more)}" in shown


def test_on_a_narrow_screen_no_line_is_longer_than_it(desk: Desk, server: HTTPServer) -> None:
    late = f"Acme Anvils, {'word ' * 20}they never answered"
    serve(server, lambda _: feed(late, "Acme Anvils crack"))
    desk.configure(server.url_for("/"))
    desk.run("scan")
    file = desk.folder / "reviews.csv"
    file.write_text("Reviewer;Date;Review\nbo;never;Acme Anvils\nann;2026-11-20;Acme Anvils ring\n")
    for arguments in (
        ("status",),
        ("inbox",),
        ("inbox", "--unsure"),
        ("search", "answered"),
        ("source", "test", "feed0"),
        ("import", file.name, "--dry-run"),
        ("import", file.name),
        ("report", "sources"),
    ):
        shown = re.sub("\x1b\\[[0-9;?]*[A-Za-z]", "", at_terminal(desk, *arguments, columns=60))
        long = [line for line in shown.replace("\r", "\n").split("\n") if len(line) > 60]
        assert long == [], arguments
    assert "never answered" in shown_words(at_terminal(desk, "search", "answered", columns=60))
    assert shown_words(at_terminal(desk, "inbox", "--unsure")) == "Nothing to decide"
    assert shown_words(at_terminal(desk, "report", "sources")).startswith("Acme Anvils · ")


def shown_words(shown: str) -> str:
    return " ".join(re.sub("\x1b\\[[0-9;?]*[A-Za-z]", "", shown).split())


def test_secrets_are_shown_nowhere(desk: Desk, server: HTTPServer) -> None:
    secret = "s3cr3t-t0ken-value"
    review = {"@type": "Review", "reviewBody": "Acme Anvils crack", "author": "Bo"}
    page = f'<script type="application/ld+json">{json.dumps(review)}</script>'

    def handler(request: Incoming) -> Response:
        if request.path == "/robots.txt":
            return Response("", 404)
        if request.path == "/reviews":
            return Response(page, content_type="text/html")
        return feed("Acme Anvils broke") if request.path == "/good" else Response("", 500)

    serve(server, handler)
    desk.configure(*[server.url_for(path) + f"?token={secret}" for path in ("/", "/good")])
    with (desk.folder / "repwatch.toml").open("a") as file:
        base = server.url_for("").rstrip("/")
        file.write(
            f'[sources.social]\ntype = "mastodon"\ninstances = ["{base}"]\ntoken = "env:SOCIAL_TOKEN"\n'
        )
        file.write(f'[sources.shop]\ntype = "reviews"\nurl = "{base}/reviews?token={secret}"\n')
    desk.env["SOCIAL_TOKEN"] = secret
    for arguments in (
        ("scan",),
        ("scan", "--all", "--json"),
        ("status",),
        ("status", "--json"),
        ("runs", "show", "r_"),
        ("config", "show"),
        ("config", "show", "--origin"),
        ("source", "show", "social"),
        ("source", "test", "social"),
        ("source", "test", "shop", "--json"),
        ("source", "test", "feed1"),
        ("doctor",),
        ("doctor", "--json"),
        ("export",),
        ("mention", "show", "m_"),
    ):
        _, out, err = desk.run(*arguments)
        assert secret not in out + err, arguments
    assert desk.mentions() == 2
    for path in desk.folder.rglob("*"):
        if path.is_file() and path.name != "repwatch.toml":
            assert secret.encode() not in path.read_bytes(), path


def test_the_flags_work_before_and_after_the_command(desk: Desk, server: HTTPServer) -> None:
    serve(server, lambda _: feed("Acme Anvils"))
    desk.configure(server.url_for("/"))
    (desk.folder / "repwatch.toml").rename(desk.folder / "other.toml")
    assert desk.run("--config", "other.toml", "--db", "x.db", "scan")[0] == 0
    assert desk.run("status", "--config", "other.toml", "--db", "x.db")[0] == 0
    assert (desk.folder / "x.db").exists()
    assert not (desk.folder / "repwatch.db").exists()


def test_doctor_looks_and_leaves_no_trace(desk: Desk, server: HTTPServer) -> None:
    serve(server, lambda request: Response("", 404) if request.path == "/bad" else feed("Acme Anvils"))
    desk.configure(server.url_for("/"), server.url_for("/bad"))
    code, out, _ = desk.run("doctor", "--json")
    findings = json.loads(out)["findings"]
    assert code == 0
    assert {"level": "warn", "part": "sources", "text": "1 of 2 answer"} in findings
    assert any("feed1: 404 Not Found" in finding["text"] for finding in findings)
    assert not (desk.folder / "repwatch.db").exists()
    assert desk.run("doctor", "--strict")[0] == 8


def test_doctor_says_what_is_wrong_with_a_configuration(desk: Desk) -> None:
    desk.configure()
    with (desk.folder / "repwatch.toml").open("a") as file:
        file.write("colour = 1\n")
    code, out, _ = desk.run("doctor")
    assert code == 8
    assert "colour" in out


def test_at_a_terminal_a_mistake_is_folded_beside_its_key_or_on_a_narrow_one_below_it(desk: Desk) -> None:
    desk.configure()
    with (desk.folder / "repwatch.toml").open("a") as file:
        file.write('[sources.forum]\ntype = "phpbb"\n[sources.b]\ntype = "feed"\npreset = "xenforo"\n')
    wide = at_terminal(desk, "config", "check").replace("\r\n", "\n")
    begins = wide.index("url is missing") - wide.rindex("\n", 0, wide.index("url is missing"))
    goes_on = wide.index('"https://forum.example"')
    assert goes_on - wide.rindex("\n", 0, goes_on) == begins
    narrow = at_terminal(desk, "config", "check", columns=60).replace("\r\n", "\n")
    assert "sources.b\n    url is missing: give the address" in narrow
    assert max(map(len, narrow.splitlines())) <= 60


def test_help_knows_commands_and_topics(desk: Desk) -> None:
    _, listed, _ = desk.run("help")
    assert "Topics: config, cron, environment" in listed
    for topic in ("time", "formats", "exit-codes", "environment", "cron"):
        code, out, err = desk.run("help", topic)
        assert (code, err) == (0, "")
        assert out.startswith("# ")
    assert "[sources." in desk.run("help", "config")[1]
    assert desk.run("help", "runs", "show")[1].startswith("Usage: repwatch")
    summaries = " ".join(desk.run("source", "--help")[1].split())
    assert "matched and judged; nothing of it is stored." in summaries


def without_secret(desk: Desk, server: HTTPServer, *, more: str = "") -> None:
    """Configure a good source and one whose secret is missing."""
    serve(server, lambda _: feed("Acme Anvils"))
    desk.configure(server.url_for("/good"))
    with (desk.folder / "repwatch.toml").open("a") as file:
        file.write('[sources.social]\ntype = "mastodon"\ninstances = ["https://social.example"]\n')
        file.write(f'token = "env:NO_SUCH_TOKEN"\n{more}')


def test_a_source_whose_secret_is_missing_is_skipped_and_the_others_are_read(
    desk: Desk, server: HTTPServer
) -> None:
    without_secret(desk, server)
    code, out, err = desk.run("scan")
    assert (code, out) == (4, "")
    assert "social has no valid login since" in err
    assert "token: the environment has no NO_SUCH_TOKEN" in err
    assert 'say where else it is: "env:NAME"' in err
    sources = {one["source"]: one for one in json.loads(desk.run("status", "--json")[1])["sources"]}
    assert (sources["feed0"]["status"], sources["feed0"]["mentions"]) == ("ok", 1)
    assert (sources["social"]["status"], sources["social"]["reason"]) == ("no_access", "login")
    assert "NO_SUCH_TOKEN" in sources["social"]["note"]
    desk.env["NO_SUCH_TOKEN"] = "it is there"
    assert desk.run("config", "check")[0] == 0


def test_a_secret_that_is_missing_is_told_before_a_scan(desk: Desk, server: HTTPServer) -> None:
    without_secret(desk, server)
    code, out, err = desk.run("config", "check")
    assert code == 4
    assert "is right" in out
    assert "the environment has no NO_SUCH_TOKEN" in err
    assert "social can't be read until its secret is there" in err
    found = json.loads(desk.run("doctor", "--json")[1])["findings"]
    (told,) = [each["text"] for each in found if "NO_SUCH_TOKEN" in each["text"]]
    assert told.startswith("sources.social.token: ")
    assert "1 of 1 answer" in [each["text"] for each in found]
    code, _, err = desk.run("source", "test", "social")
    assert code == 4
    assert "NO_SUCH_TOKEN" in err


def test_a_paused_source_may_lack_its_secret_until_it_is_asked_by_name(
    desk: Desk, server: HTTPServer
) -> None:
    without_secret(desk, server, more="paused = true\n")
    assert desk.run("config", "check")[0] == 0
    assert desk.run("scan")[0] == 0
    code, _, err = desk.run("scan", "social")
    assert code == 4
    assert "NO_SUCH_TOKEN" in err


def test_no_time_at_all_is_no_time(desk: Desk, server: HTTPServer) -> None:
    asked: list[str] = []
    serve(server, lambda request: asked.append(request.path) or feed("Acme Anvils"))
    desk.configure(server.url_for("/"))
    assert desk.run("scan", "--max-time", "0s")[0] == 75
