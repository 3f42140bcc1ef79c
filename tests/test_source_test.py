"""`source test` and `doctor` ask over loopback: with logins, quotas and words for failures."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import typer
from pytest_httpserver import HTTPServer
from typer.testing import CliRunner, Result
from werkzeug import Request as Incoming
from werkzeug import Response

import test_cli
from filled_store import lesson
from repwatch.cli import exit_code
from repwatch.commands import doctor, scan, source
from repwatch.commands.source_test import chosen
from repwatch.errors import NEXT, ConfigError, SourceError, UsageError
from repwatch.store import open_reader, open_store

app = typer.Typer()
app.add_typer(source.app, name="source")
app.command("doctor")(doctor.doctor)
app.command("scan")(scan.scan)

SECRET = "s3cr3t-t0ken-value"
CONFIG = """
schema = 1
database = "repwatch.db"
[http]
contact = "mailto:social@acme.example"
min_gap = "0s"
allow_private = ["127.0.0.0/8"]
[brands.acme]
name = "Acme Anvils"
terms = ["acme anvils"]
weak_terms = ["acme"]
need_one_of = ["anvil"]
[brands.zed]
name = "Zed Forge"
terms = ["zed forge"]
role = "competitor"
"""
ITEM = (
    "<item><guid>{n}</guid><title>{title}</title><link>http://news.example/{n}</link>"
    "<pubDate>Sat, 21 Nov 2026 1{n}:00:00 GMT</pubDate></item>"
)
TITLES = ("A fair opened", "The acme of taste", "Acme Anvils broke twice", "Zed Forge is great")


def feed(*titles: str) -> Response:
    items = "".join(ITEM.format(n=n, title=title) for n, title in enumerate(titles))
    return Response(
        f'<rss version="2.0"><channel>{items}</channel></rss>', content_type="application/rss+xml"
    )


class Desk:
    """A folder with a configuration, and repwatch as it runs in it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "repwatch.toml"
        self.path.write_text(CONFIG)
        self.path.chmod(0o600)

    def add(self, table: str) -> None:
        with self.path.open("a") as file:
            file.write(table)

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(app, [*words, "-c", str(self.path)], catch_exceptions=True)

    def json(self, *words: str) -> Any:
        done = self.run(*words, "--json")
        assert done.exception is None, done.exception
        return json.loads(done.stdout)

    def fails(self, *words: str) -> SourceError:
        """Run what is not to work; nothing of it is on stdout."""
        done = self.run(*words)
        assert isinstance(done.exception, SourceError), done.output
        assert done.stdout == ""
        return done.exception


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    return Desk(tmp_path)


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    with HTTPServer(host="127.0.0.1", threaded=True) as running:
        yield running


def serve(server: HTTPServer, handler: Callable[[Incoming], Response]) -> str:
    server.expect_request(re.compile(".*")).respond_with_handler(handler)
    return server.url_for("").rstrip("/")


def asked(server: HTTPServer) -> list[str]:
    return [request.path for request, _ in server.log]


def a_feed(desk: Desk, server: HTTPServer, handler: Callable[[Incoming], Response]) -> None:
    base = serve(server, handler)
    desk.add(f'[sources.blog]\ntype = "feed"\nurl = "{base}/news.xml?token={SECRET}"\n')


# What a trial shows


def test_a_trial_shows_what_is_kept_first_and_then_what_is_not(desk: Desk, server: HTTPServer) -> None:
    a_feed(desk, server, lambda _: feed(*TITLES))
    said = desk.json("source", "test", "blog")
    assert said["schema"] == "repwatch.source_test/1"
    assert [each["title"] for each in said["entries"]] == [TITLES[2], TITLES[3], TITLES[1], TITLES[0]]
    assert [[one["brand"] for one in each["brands"]] for each in said["entries"]] == [
        ["acme"],
        ["zed"],
        [],
        [],
    ]
    assert said["entries"][0]["brands"][0]["label"] == "negative"
    assert [one["brand"] for one in said["entries"][2]["near_misses"]] == ["acme"]
    assert (said["kept"], said["near_misses"]) == (2, 1)


def test_a_trial_judges_with_what_the_brand_taught_the_model(desk: Desk, server: HTTPServer) -> None:
    a_feed(desk, server, lambda _: feed("We have two Acme Anvils and they go clanky at night"))

    def label() -> str:
        (entry,) = desk.json("source", "test", "blog")["entries"]
        return str(entry["brands"][0]["label"])

    assert label() == "neutral"
    with closing(open_store(desk.path.parent / "repwatch.db", ZoneInfo("UTC"))) as store:
        store.save_lesson(lesson(0.3, clanky=6.0))
    assert label() == "negative"


def test_a_trial_says_how_it_was_asked_and_what_came(desk: Desk, server: HTTPServer) -> None:
    a_feed(desk, server, lambda _: feed(*TITLES, ""))
    said = desk.json("source", "test", "blog")
    assert said["asked"][0]["method"] == "GET"
    assert said["asked"][0]["url"].endswith("/news.xml?token=***")
    answer = said["answers"][0]
    assert (answer["status"], answer["content_type"]) == (200, "application/rss+xml")
    assert (answer["entries"], answer["skipped"]) == (4, ["no text"])
    assert said["requests"] == len(server.log) == 1


def test_a_trial_keeps_nothing(desk: Desk, server: HTTPServer) -> None:
    a_feed(desk, server, lambda _: feed(*TITLES))
    desk.run("source", "test", "blog")
    assert not desk.path.with_name("repwatch.db").exists()
    desk.run("scan", "-q")
    before = stored(desk)
    a_trial = desk.run("source", "test", "blog")
    assert "2 would be kept" in a_trial.stdout
    assert stored(desk) == before


def stored(desk: Desk) -> tuple[int, int, int, int]:
    with closing(open_reader(desk.path.with_name("repwatch.db"))) as reader:
        info = reader.info()
        return info.mentions, info.near_misses, len(reader.runs(limit=9)), len(reader.health())


def test_the_pace_of_scans_counts_for_a_trial(desk: Desk, server: HTTPServer) -> None:
    a_feed(desk, server, lambda _: Response("slow down", 429, {"Retry-After": "3600"}))
    desk.run("scan", "-q")
    error = desk.fails("source", "test", "blog")
    assert error.reason == "rate_limited"
    assert len(server.log) == 1


def test_a_page_that_leads_to_a_feed_is_followed_once(desk: Desk, server: HTTPServer) -> None:
    page = '<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head></html>'

    def handler(request: Incoming) -> Response:
        return feed(*TITLES) if request.path == "/feed.xml" else Response(page, content_type="text/html")

    base = serve(server, handler)
    desk.add(f'[sources.blog]\ntype = "feed"\nurl = "{base}/"\n')
    said = desk.json("source", "test", "blog")
    assert [one["url"].removeprefix(base) for one in said["asked"]] == ["/", "/feed.xml"]
    assert said["kept"] == 2
    assert "led on, so more was read" in desk.run("source", "test", "blog").stdout


def test_a_site_without_its_interface_is_followed_to_its_feed(desk: Desk, server: HTTPServer) -> None:
    def handler(request: Incoming) -> Response:
        return feed(*TITLES) if request.path == "/feed/" else Response("", 404)

    base = serve(server, handler)
    desk.add(f'[sources.blog]\ntype = "wordpress"\nbase_url = "{base}"\n')
    said = desk.json("source", "test", "blog")
    assert (len(said["asked"]), said["kept"]) == (3, 2)


def test_it_is_not_led_on_for_ever(desk: Desk, server: HTTPServer) -> None:
    page = '<html><head><link rel="alternate" type="application/rss+xml" href="/{}.xml"></head></html>'
    base = serve(server, lambda request: Response(page.format(request.path), content_type="text/html"))
    desk.add(f'[sources.blog]\ntype = "wordpress"\nbase_url = "{base}"\n')
    desk.run("source", "test", "blog")
    assert len(server.log) <= 3


def test_a_page_with_entries_is_not_followed(desk: Desk, server: HTTPServer) -> None:
    article = {
        "id": 4711,
        "title": "Acme Anvils",
        "published_at": "2026-11-20T10:00:00Z",
        "comments_count": 3,
    }
    base = serve(server, lambda _: answer([article]))
    desk.add(f'[sources.dev]\ntype = "devto"\nbase_url = "{base}"\n')
    said = desk.json("source", "test", "dev")
    assert (len(said["asked"]), said["kept"], said["branches"]) == (1, 1, 1)
    assert "1 page beneath it" in desk.run("source", "test", "dev").stdout


def test_in_a_pipe_there_are_two_tables(desk: Desk, server: HTTPServer) -> None:
    a_feed(desk, server, lambda _: feed(*TITLES))
    facts, entries = desk.run("source", "test", "blog", "-n", "2").stdout.split("\n\n")
    said = dict(line.split("\t") for line in facts.splitlines())
    assert said["kept"] == "2 would be kept (1 acme, 1 zed; 1 negative); 1 is a near miss; 1 names no brand"
    assert said["entries"] == "4 entries"
    rows = [line.split("\t") for line in entries.splitlines()]
    assert rows[0] == ["id", "at", "author", "rating", "brands", "labels", "near_misses", "url", "text"]
    assert [row[-1] for row in rows[1:]] == [TITLES[2], TITLES[3]]


def test_at_a_terminal_it_says_what_to_do_next(tmp_path: Path, server: HTTPServer) -> None:
    serve(server, lambda _: feed(*TITLES))
    desk = test_cli.Desk(tmp_path)
    desk.configure(server.url_for(f"/?token={SECRET}"))
    shown = test_cli.at_terminal(desk, "source", "test", "feed0", "-n", "2")
    assert SECRET not in shown
    assert "token=***" in shown
    assert "acme negative" in shown
    assert "2 more entries with -n 4. Nothing was stored." in shown
    assert "repwatch scan feed0" in shown


def test_on_a_narrow_screen_the_text_has_more_room_than_its_tone(tmp_path: Path, server: HTTPServer) -> None:
    serve(server, lambda _: feed("Switched from Acme Anvils to Zed Forge, so much better"))
    desk = test_cli.Desk(tmp_path)
    desk.configure(server.url_for("/"))
    with (tmp_path / "repwatch.toml").open("a") as file:
        file.write('[brands.zed]\nterms = ["zed forge"]\n')
    assert "−0." in test_cli.at_terminal(desk, "source", "test", "feed0", columns=100)
    shown = test_cli.at_terminal(desk, "source", "test", "feed0", columns=60)
    assert "acme negative" in shown
    assert "zed positive" in shown
    assert "Switched from Acme Anvils" in shown


# Streams


def test_another_stream_is_asked_by_its_number_or_its_words(desk: Desk, server: HTTPServer) -> None:
    base = serve(server, lambda _: Response("[]", content_type="application/json"))
    desk.add(f'[sources.fedi]\ntype = "mastodon"\ninstances = ["{base}"]\n')
    for words in ("2", "zedforge", f"tag:zedforge@{base}"):
        said = desk.json("source", "test", "fedi", "--query", words)
        assert said["stream"] == f"tag:zedforge@{base}"
        assert said["asked"][0]["url"].startswith(f"{base}/api/v1/timelines/tag/zedforge")


def test_streams_are_listed_if_none_is_meant() -> None:
    assert chosen(["a:1", "b:1"], None, "x") == "a:1"
    assert chosen(["1", "2"], "2", "x") == "2"
    with pytest.raises(UsageError, match="no stream") as caught:
        chosen(["a:1", "b:1"], "3", "x")
    assert caught.value.hint
    assert "2 b:1" in caught.value.hint
    with pytest.raises(UsageError, match="2 streams have"):
        chosen(["a:1", "b:1"], ":1", "x")
    with pytest.raises(ConfigError, match="asks for nothing"):
        chosen([], None, "x")


# Logins and quotas


class Sky:
    """A small Bluesky server."""

    def __init__(self) -> None:
        self.password = SECRET
        self.logins = 0

    def __call__(self, request: Incoming) -> Response:
        if request.path.endswith("createSession"):
            self.logins += 1
            if json.loads(request.data)["password"] != self.password:
                return answer({"error": "AuthenticationRequired", "message": "Invalid password"}, 401)
            return answer({"accessJwt": "jwt-jwt-jwt", "refreshJwt": "r-r-r-r-r-r", "did": "did:plc:acme"})
        if request.headers.get("Authorization") != "Bearer jwt-jwt-jwt":
            return answer({"error": "AuthMissing", "message": "Authentication Required"}, 401)
        return answer({"posts": []})


def answer(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")


def a_sky(desk: Desk, server: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Sky:
    sky = Sky()
    base = serve(server, sky)
    monkeypatch.setenv("SKY_PASSWORD", SECRET)
    desk.add(
        f'[sources.sky]\ntype = "bluesky"\nhandle = "acme.example"\npassword = "env:SKY_PASSWORD"\n'
        f'base_url = "{base}"\n'
    )
    return sky


def test_a_source_that_logs_in_is_tried_with_its_login(
    desk: Desk, server: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sky = a_sky(desk, server, monkeypatch)
    said = desk.json("source", "test", "sky")
    assert said["logs_in"] is True
    assert said["answers"][0]["status"] == 200
    assert (said["rereads"], said["threads"]) == (True, True)
    desk.json("source", "test", "sky")
    assert sky.logins == 1, "the session is kept"


def test_a_refused_login_says_so_and_what_to_do(
    desk: Desk, server: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_sky(desk, server, monkeypatch).password = "another"
    error = desk.fails("source", "test", "sky")
    assert (error.reason, exit_code(error)) == ("login", 4)
    assert error.message.startswith("sky can't be read (login): ")
    assert error.hint
    assert error.hint.startswith("Make an app password")


def test_a_quota_is_shown_with_what_is_spent(
    desk: Desk, server: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = serve(server, lambda _: answer({"items": []}))
    monkeypatch.setenv("TUBE_KEY", SECRET)
    desk.add(f'[sources.tube]\ntype = "youtube"\napi_key = "env:TUBE_KEY"\nbase_url = "{base}"\n')
    quota = desk.json("source", "test", "tube")["quota"]
    assert (quota["spent"], quota["limit"], quota["every"]) == (100, 10_000, "day")
    assert "100 of 10,000" in desk.run("source", "test", "tube").stdout


def test_no_secret_is_shown(desk: Desk, server: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    base = serve(server, lambda _: answer({"error": f"{SECRET} may not"}, 403))
    monkeypatch.setenv("FEDI_TOKEN", SECRET)
    desk.add(f'[sources.fedi]\ntype = "mastodon"\ninstances = ["{base}"]\ntoken = "env:FEDI_TOKEN"\n')
    error = desk.fails("source", "test", "fedi")
    assert "the instance refused: *** may not" in error.message
    assert SECRET not in f"{error.message} {error.hint}"
    said = desk.run("doctor", "--json").stdout
    assert "the instance refused" in said
    assert SECRET not in said


# Failures


def test_a_failure_says_what_it_is_and_what_to_do(desk: Desk, server: HTTPServer) -> None:
    base = serve(server, lambda _: Response("", 404))
    desk.add(f'[sources.forum]\ntype = "feed"\npreset = "mybb"\nurl = "{base}"\n')
    error = desk.fails("source", "test", "forum", "--json")
    assert exit_code(error) == 6
    assert (
        error.message == "forum can't be read (not_found): "
        f"mybb has no feed at {base}/syndication.php?type=atom1.0&limit=50"
    )
    assert (error.hint or "").startswith("It may be switched off")


def test_what_has_no_advice_of_its_own_has_that_of_its_reason(desk: Desk, server: HTTPServer) -> None:
    a_feed(desk, server, lambda _: Response("", 404))
    error = desk.fails("source", "test", "blog")
    assert (error.hint or "").lower() == NEXT["not_found"]


def test_a_changed_format_is_a_failure_too(desk: Desk, server: HTTPServer) -> None:
    a_feed(desk, server, lambda _: Response("what?", content_type="text/plain"))
    assert desk.fails("source", "test", "blog").reason == "layout"


def test_at_a_terminal_a_failure_shows_how_the_answer_begins(tmp_path: Path, server: HTTPServer) -> None:
    serve(server, lambda _: answer({"data": {"nodes": []}, "key": SECRET}))
    desk = test_cli.Desk(tmp_path)
    desk.configure()
    with (tmp_path / "repwatch.toml").open("a") as file:
        file.write(f'[sources.forum]\ntype = "discourse"\nbase_url = "{server.url_for("").rstrip("/")}"\n')
        file.write('api_key = "env:FORUM_KEY"\napi_username = "acme"\n')
    desk.env["FORUM_KEY"] = SECRET
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", test_cli.at_terminal(desk, "source", "test", "forum"))
    assert re.search(r"answered +200, application/json", shown)
    assert re.search(r'it begins +\{"data": \{"nodes"', shown)
    assert SECRET not in shown


def test_a_secret_of_another_source_need_not_be_there(desk: Desk, server: HTTPServer) -> None:
    a_feed(desk, server, lambda _: feed(*TITLES))
    desk.add('[sources.tube]\ntype = "youtube"\napi_key = "env:NO_SUCH_KEY"\n')
    assert desk.json("source", "test", "blog")["kept"] == 2
    error = desk.run("source", "test", "tube").exception
    assert isinstance(error, SourceError)
    assert (error.reason, exit_code(error)) == ("login", 4)
    assert "NO_SUCH_KEY" in error.message


def test_a_preset_is_called_by_its_name(desk: Desk, server: HTTPServer) -> None:
    base = serve(server, lambda _: feed(*TITLES))
    desk.add(f'[sources.forum]\ntype = "feed"\npreset = "mybb"\nurl = "{base}"\n')
    assert "forum, feed: mybb: newest threads of a MyBB forum" in desk.run("source", "test", "forum").stdout
    (listed,) = json.loads(desk.run("source", "list", "--json").stdout)["sources"]
    assert (listed["type"], listed["preset"]) == ("feed", "mybb")


def test_robots_txt_is_obeyed(desk: Desk, server: HTTPServer) -> None:
    base = serve(server, lambda _: Response("User-agent: *\nDisallow: /", content_type="text/plain"))
    desk.add(f'[sources.shop]\ntype = "reviews"\nurl = "{base}/anvil"\n')
    assert desk.fails("source", "test", "shop").reason == "robots"
    assert asked(server) == ["/robots.txt"]


def test_an_unknown_source_is_a_usage_error(desk: Desk) -> None:
    assert isinstance(desk.run("source", "test", "blogg").exception, UsageError)


# doctor


def test_doctor_logs_in_and_lets_sources_explain_their_failures(
    desk: Desk, server: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sky = a_sky(desk, server, monkeypatch)
    desk.add(f'[sources.forum]\ntype = "feed"\npreset = "mybb"\nurl = "{server.url_for("/forum")}"\n')
    server.expect_oneshot_request(re.compile("/forum.*")).respond_with_data("", status=404)
    texts = [finding["text"] for finding in desk.json("doctor")["findings"] if finding["part"] == "sources"]
    assert "1 of 2 answer" in texts
    assert sky.logins == 1
    (forum,) = [text for text in texts if text.startswith("forum: ")]
    assert "mybb has no feed at" in forum
    assert "it may be switched off" in forum


def test_doctor_says_that_a_spend_cap_lets_nothing_be_asked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("X_TOKEN", SECRET)
    desk.add('[sources.x]\ntype = "x"\ntoken = "env:X_TOKEN"\nmonthly_usd = 0\n')
    findings = json.loads(desk.run("doctor", "--json").stdout)["findings"]
    (about,) = [finding for finding in findings if finding["text"].startswith("x: ")]
    assert (about["level"], about["part"]) == ("warn", "sources")
    assert "nothing is asked there" in about["text"]


def test_doctor_says_that_a_source_asks_for_nothing(desk: Desk, server: HTTPServer) -> None:
    base = serve(server, lambda _: feed())
    desk.path.write_text(CONFIG.replace('terms = ["acme anvils"]\nweak_', "weak_").split("[brands.zed]")[0])
    desk.add(f'[sources.fedi]\ntype = "mastodon"\ninstances = ["{base}"]\n')
    texts = [finding["text"] for finding in json.loads(desk.run("doctor", "--json").stdout)["findings"]]
    assert "fedi: asks for nothing: no brand has a term" in texts
