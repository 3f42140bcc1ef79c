"""A place that falls blind, as cron, `status` and `report` tell of it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import time_machine
import typer
from pytest_httpserver import HTTPServer
from typer.testing import CliRunner, Result
from werkzeug import Request, Response

from repwatch.commands.doctor import doctor
from repwatch.commands.report import report
from repwatch.commands.scan import scan
from repwatch.commands.status import status

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
GAP = re.compile("forum was blind 2026-11-26T08:0.:..Z – 2026-11-26T12:0")  # commands take minutes, at worst
CONFIG = """
schema = 1
timezone = "Europe/Berlin"
database = "repwatch.db"

[http]
min_gap = "0s"
allow_private = ["127.0.0.1", "localhost"]

[brands.acme]
name = "Acme Anvils"
terms = ["acme anvils"]

[sources.forum]
type = "feed"
url = "{url}"
"""


class Forum:
    """A feed with the entries of a day, and commands that are run at a time."""

    def __init__(self, folder: Path, server: HTTPServer) -> None:
        self.config = folder / "repwatch.toml"
        self.config.write_text(CONFIG.format(url=server.url_for("/feed")))
        self.today: datetime | None = None
        server.expect_request("/feed").respond_with_handler(self._answer)

    def _answer(self, _: Request) -> Response:
        numbers = range(4) if self.today else ()
        items = "".join(
            f"<item><guid>{self.today:%d}-{n}</guid><title>Acme Anvils, order {n}</title>"
            f"<link>https://forum.example/{self.today:%d}/{n}</link>"
            f"<pubDate>{format_datetime(self.today)}</pubDate></item>"
            for n in numbers
        )
        body = f'<rss version="2.0"><channel><title>Forum</title>{items}</channel></rss>'
        return Response(body, content_type="application/rss+xml")

    def run(self, at: datetime, *words: str) -> Result:
        with time_machine.travel(at, tick=True):
            return CliRunner().invoke(_app(), [*words, "--config", str(self.config)])


def _app() -> typer.Typer:
    made = typer.Typer(pretty_exceptions_enable=False)
    for command in (scan, status, report, doctor):
        made.command()(command)
    return made


@pytest.fixture
def forum(tmp_path: Path, httpserver: HTTPServer) -> Forum:
    made = Forum(tmp_path, httpserver)
    for day in range(6):
        made.today = NOW + day * DAY
        assert made.run(made.today, "scan", "--all").exit_code == 0
    return made


def test_a_place_that_is_suddenly_empty_is_told_of_after_a_few_scans(forum: Forum) -> None:
    forum.today = None
    last_good = NOW + 5 * DAY
    scans, levels = [], []
    for n in (1, 2, 3):
        scans.append(forum.run(last_good + n * HOUR, "scan", "--all"))
        found = json.loads(forum.run(last_good + n * HOUR, "doctor", "--offline", "--json").stdout)
        (history,) = [each for each in found["findings"] if each["part"] == "history"]
        assert "forum is blind since 26 Nov" in history["text"]
        levels.append(history["level"])
    assert levels == ["ok", "ok", "warn"]
    assert [scan.exit_code for scan in scans] == [0, 0, 5]
    assert [scan.stderr for scan in scans[:2]] == ["", ""]
    assert re.search(r"forum is blind since 26 Nov 09:0\d: it shows nothing", scans[2].stderr)
    assert len(scans[2].stderr.splitlines()) == 2
    said = json.loads(forum.run(last_good + 4 * HOUR, "status", "--json").stdout)
    (source,) = said["sources"]
    assert source["status"] == "blind"
    assert source["blind_since"].startswith("2026-11-26T08:0")
    assert source["last_ok"].startswith("2026-11-26T08:0")
    report = forum.run(last_good + 4 * HOUR, "report", "--since", "7d").stdout
    assert GAP.search(report)
    strict = forum.run(last_good + 5 * HOUR, "scan", "--all", "--fail-on", "partial")
    assert strict.exit_code == 5


def test_a_place_that_sees_again_is_told_of_no_more_and_the_gap_stays(forum: Forum) -> None:
    forum.today = None
    last_good = NOW + 5 * DAY
    for hours in (1, 2, 3):
        forum.run(last_good + hours * HOUR, "scan", "--all")
    forum.today = last_good + 4 * HOUR
    scan = forum.run(last_good + 4 * HOUR, "scan", "--all")
    assert (scan.exit_code, scan.stderr) == (0, "")
    report = forum.run(last_good + 5 * HOUR, "report", "--since", "7d").stdout
    assert GAP.search(report)
