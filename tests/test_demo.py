from __future__ import annotations

import csv
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

import pytest

from repwatch import demo
from repwatch.demo import reviews
from repwatch.demo.corpus import Place, ago, load
from repwatch.demo.hackernews import found
from repwatch.demo.site import DOWN_FOR, Site, serving
from repwatch.model import Answer, Mention, Request, Task
from repwatch.sources.base import Source
from repwatch.sources.feed import Feed
from repwatch.sources.hackernews import HackerNews
from repwatch.sources.mastodon import Mastodon
from repwatch.sources.reviews import Reviews

STARTED = datetime(2026, 11, 21, 12, tzinfo=UTC)
BASE = "http://127.0.0.1:8765"
PLACES = load()


@pytest.fixture
def site() -> Site:
    return Site(PLACES, STARTED, 8765)


def ask(site: Site, request: Request, now: datetime = STARTED) -> Answer:
    target = urlsplit(request.url)
    query = "&".join(filter(None, (target.query, urlencode(request.params))))
    response = site.answer(f"{target.path}?{query}", dict(request.headers), now)
    headers = {"content-type": response.type} | {k.lower(): v for k, v in response.headers.items()}
    return Answer(response.status, request.url, headers, response.body)


def read_all(
    site: Site, source: Source, query: str | None = None, now: datetime = STARTED
) -> list[list[Mention]]:
    """Read a stream page by page, as a scan does: cursors, and feeds that a page leads to."""
    [query] = source.queries(()) if query is None else [query]
    task = Task(source="x", query=query, since=now - timedelta(days=15), until=now)
    pages: list[list[Mention]] = []
    todo = [task]
    while todo:
        task = todo.pop(0)
        answer = ask(site, source.request(task), now)
        assert answer.status == 200
        page = source.parse(task, answer)
        assert not page.skipped
        assert not page.damaged
        pages.append(list(page.mentions))
        todo += [replace(task, cursor=cursor) for cursor in page.cursors]
        assert len(pages) < 20
    return pages


def visible(key: str, now: datetime = STARTED) -> int:
    return len(PLACES[key].shown(STARTED, now))


# The texts


def test_the_demo_has_a_few_hundred_texts_in_eight_languages() -> None:
    posts = [post for place in PLACES.values() for post in place.posts]
    languages = {post.lang or place.lang for place in PLACES.values() for post in place.posts}
    assert len(posts) >= 350
    assert languages == {"en", "de", "fr", "es", "it", "pt", "nl", "ja"}
    assert len({post.text for post in posts}) > 0.95 * len(posts)


@pytest.mark.parametrize("place", PLACES.values(), ids=lambda place: place.key)
def test_every_post_of_a_place_has_its_own_id_and_answers_an_older_one(place: Place) -> None:
    by_id = {post.id: post for post in place.posts}
    assert len(by_id) == len(place.posts)
    for post in place.posts:
        if post.to is not None:
            parent = by_id[post.to]
            assert parent.ago is not None
            assert post.ago is not None
            assert parent.ago >= post.ago
        if post.edited is not None:
            assert post.now_reads
            assert post.ago is not None
            assert post.ago > post.edited


def test_the_demo_names_no_host_that_could_exist() -> None:
    folder = files("repwatch.demo")
    texts = [entry.read_text("utf-8") for entry in (folder / "places").iterdir()]
    hosts = set(re.findall(r"https?://([\w.-]+)", " ".join(texts)))
    assert len(hosts) > 10
    assert {host for host in hosts if not host.endswith(".example")} == set()
    config = (folder / demo.CONFIG).read_text("utf-8")
    assert set(re.findall(r"https?://([\w.-]+)", config)) == {"127.0.0.1"}


def test_the_texts_of_the_demo_stay_small() -> None:
    sizes = [len(entry.read_bytes()) for entry in (files("repwatch.demo") / "places").iterdir()]
    assert sum(sizes) < 200_000


def test_the_demo_covers_two_weeks_with_a_crisis_three_days_ago() -> None:
    days: Counter[int] = Counter()
    for place in PLACES.values():
        for shown in place.shown(STARTED, STARTED):
            if shown.at and re.search("charged twice|logged out|double charge", shown.text, re.IGNORECASE):
                days[(STARTED - shown.at).days] += 1
    assert days.most_common(1)[0][0] == 3
    ages = [post.ago for place in PLACES.values() for post in place.posts if post.ago is not None]
    assert timedelta(days=13) < max(ages) < timedelta(days=14)


def test_the_demo_has_what_every_feature_needs_to_show_something() -> None:
    posts = [(place, post) for place in PLACES.values() for post in place.posts]
    everything = "\n".join(post.text + (post.html or "") + post.title for _, post in posts)
    for needle in (
        "\x1b",
        "\x00",
        "\u202e",
        "\u200b",
        "<script>",
        "=cmd|",
        "[link=",
        "&#0;",
        "hammerhead" * 500,
    ):
        assert needle in everything
    assert any(post.ago is None for _, post in posts)
    assert any(post.stars and not post.text for _, post in posts)
    assert any(post.stars and "," in post.stars for _, post in posts)
    assert {place.best for place, post in posts if post.stars} == {"5", "10"}
    own = {"acme_support", "acme_anvils", "Acme Anvils Service"}
    assert own <= {post.by for _, post in posts if post.to}


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("3d4h", timedelta(days=3, hours=4)),
        ("45m", timedelta(minutes=45)),
        ("-1d2h", -timedelta(days=1, hours=2)),
    ],
)
def test_a_span_of_time_is_read(text: str, span: timedelta) -> None:
    assert ago(text) == span


@pytest.mark.parametrize("text", ["", "-", "3", "d", "4h3d", "3d 4h", "-3d-4h"])
def test_what_is_no_span_of_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no span of time"):
        ago(text)


# The site in the shapes of the platforms


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("forum", "/forum/latest.rss"),
        ("tool-news", "/tool-news/feed.xml"),
        ("wire", "/wire/feed.xml"),
        ("valley-gazette", "/valley-gazette/"),
        ("smith-diary", "/smith-diary/atom.xml"),
        ("museum", "/museum/index.rdf"),
        ("makers", "/makers/feed.json"),
    ],
)
def test_every_feed_of_the_demo_is_read_in_full(site: Site, key: str, path: str) -> None:
    pages = read_all(site, Feed(url=f"{BASE}{path}"))
    mentions = [mention for page in pages for mention in page]
    assert len(mentions) == visible(key) > 5
    assert len({mention.native_id for mention in mentions}) == len(mentions)
    hosts = {urlsplit(mention.url or "").hostname for mention in mentions}
    assert hosts == {urlsplit(PLACES[key].home).hostname}
    dated = [mention for mention in mentions if mention.published_at]
    assert len(dated) == sum(shown.at is not None for shown in PLACES[key].shown(STARTED, STARTED))


def test_an_old_encoding_is_read_right(site: Site) -> None:
    assert "großartig".encode("iso-8859-1") in site.answer("/museum/index.rdf", {}, STARTED).body
    texts = [
        mention.text for page in read_all(site, Feed(url=f"{BASE}/museum/index.rdf")) for mention in page
    ]
    assert any("großartig" in text for text in texts)


def test_an_entry_that_was_edited_says_so(site: Site) -> None:
    [page] = read_all(site, Feed(url=f"{BASE}/smith-diary/atom.xml"))
    [edited] = [mention for mention in page if mention.edited_at]
    assert "hat off" in edited.text
    assert edited.published_at == STARTED - timedelta(days=5, hours=12)
    assert edited.edited_at == STARTED - timedelta(days=4, hours=2)


@pytest.mark.parametrize(
    ("key", "path", "best"),
    [
        ("shop-acme", "/shop/acme-anvils/reviews", 5.0),
        ("shop-zed", "/shop/zed-forge/reviews", 5.0),
        ("app-reviews", "/apps/acme-app/reviews", 10.0),
    ],
)
def test_every_review_of_the_demo_is_read_page_by_page(site: Site, key: str, path: str, best: float) -> None:
    pages = read_all(site, Reviews(url=f"{BASE}{path}"))
    mentions = [mention for page in pages for mention in page]
    assert len(pages) == -(-visible(key) // reviews.ON_A_PAGE)
    assert len(mentions) == visible(key)
    rated = [mention for mention in mentions if mention.rating is not None]
    assert len(rated) == sum(bool(shown.post.stars) for shown in PLACES[key].shown(STARTED, STARTED))
    assert {mention.rating_best for mention in rated} == {best}
    assert all(mention.rating is not None and 1 <= mention.rating <= best for mention in rated)


def test_searches_find_whole_words_and_phrases_in_any_case() -> None:
    assert found('"acme anvils"', "My ACME Anvils, again")
    assert not found('"acme anvils"', "anvils by acme")
    assert not found("acme", "an Acmeist poem")
    assert found("acme -anvils", "the acme of taste")
    assert not found("acme -anvils", "acme anvils")
    assert found('"acme.example"', "https://acme.example/jobs")
    assert found("", "anything")


def test_the_search_of_the_news_site_yields_each_hit_once(site: Site) -> None:
    mentions = [
        mention for page in read_all(site, HackerNews(base_url=f"{BASE}/hn"), "acme") for mention in page
    ]
    assert len(mentions) > 25
    assert len({mention.native_id for mention in mentions}) == len(mentions)
    assert {mention.kind for mention in mentions} == {"post", "comment"}
    ids = {post.id for post in PLACES["hn"].posts}
    assert all((mention.thread_id or "")[-3:] in ids for mention in mentions)


@pytest.mark.parametrize("on_a_page", [1, 7, 100])
def test_the_search_is_paged_and_bounded_in_time(site: Site, on_a_page: int) -> None:
    since, until = STARTED - timedelta(days=4), STARTED - timedelta(days=2)
    seen: list[dict[str, object]] = []
    number = pages = 0
    while number == 0 or number < pages:
        params = {
            "query": "acme",
            "numericFilters": f"created_at_i>={since.timestamp():.0f},created_at_i<{until.timestamp():.0f}",
            "hitsPerPage": str(on_a_page),
            "page": str(number),
        }
        answer = ask(site, Request("GET", f"{BASE}/hn/api/v1/search_by_date", tuple(params.items()))).json()
        seen += answer["hits"]
        pages, number = answer["nbPages"], number + 1
    assert len(seen) == answer["nbHits"] > 5
    assert len({hit["objectID"] for hit in seen}) == len(seen)
    times = [hit["created_at_i"] for hit in seen]
    assert times == sorted(times, reverse=True)
    assert all(since.timestamp() <= float(str(time)) < until.timestamp() for time in times)


def test_a_filter_that_the_search_does_not_know_is_refused(site: Site) -> None:
    request = Request("GET", f"{BASE}/hn/api/v1/search_by_date", (("numericFilters", "points>3"),))
    answer = ask(site, request)
    assert answer.status == 400
    assert "invalid" in answer.json()["message"]


def test_a_tag_timeline_is_walked_down_and_up_again(site: Site) -> None:
    source = Mastodon(base_url=f"{BASE}/anvil.social", tags=("acmeanvils",))
    pages = read_all(site, source)
    down = [mention.native_id for page in pages for mention in page]
    assert [len(page) for page in pages][-1] == 0
    assert len(down) == len(set(down)) > 50

    oldest = site.answer("/anvil.social/api/v1/timelines/tag/acmeanvils?limit=40", {}, STARTED)
    above, up = "1", []
    while statuses := json.loads(
        site.answer(f"/anvil.social/api/v1/timelines/tag/ACMEANVILS?limit=9&min_id={above}", {}, STARTED).body
    ):
        up = [status["uri"] for status in statuses] + up
        above = statuses[0]["id"]
    assert up == down
    assert len(json.loads(oldest.body)) == 40


def test_a_post_on_two_instances_has_one_uri_and_two_ids(site: Site) -> None:
    def statuses(place: str) -> dict[str, str]:
        response = site.answer(f"/{place}/api/v1/timelines/tag/acmeanvils?limit=40", {}, STARTED)
        return {status["uri"]: status["id"] for status in json.loads(response.body)}

    here, there = statuses("anvil.social"), statuses("forge.town")
    shared = here.keys() & there.keys()
    assert len(shared) >= 3
    assert all(here[uri] != there[uri] for uri in shared)


def test_an_escaped_tag_is_the_same_tag(site: Site) -> None:
    plain, escaped = (
        site.answer(f"/forge.town/api/v1/timelines/tag/{tag}", {}, STARTED)
        for tag in ("zedforge", "%7Aedforge")
    )
    assert escaped.body == plain.body != b"[]"


def test_a_tag_that_nobody_uses_has_an_empty_timeline(site: Site) -> None:
    response = site.answer("/anvil.social/api/v1/timelines/tag/%E9%87%91%E5%BA%8A", {}, STARTED)
    assert (response.status, response.body) == (200, b"[]")
    assert "Link" not in response.headers


def test_a_broken_place_comes_back_after_an_hour(site: Site) -> None:
    assert site.answer("/club/feed.xml", {}, STARTED).status == 500
    later = STARTED + DOWN_FOR
    [mentions] = read_all(site, Feed(url=f"{BASE}/club/feed.xml"), now=later)
    assert len(mentions) == visible("club", later)


def test_an_unknown_address_is_not_found_and_a_bad_number_refused(site: Site) -> None:
    assert site.answer("/nowhere", {}, STARTED).status == 404
    assert site.answer("/nowhere/api/v1/timelines/tag/acmeanvils", {}, STARTED).status == 404
    assert site.answer("/shop/acme-anvils/reviews?page=one", {}, STARTED).status == 400
    assert site.answer("/anvil.social/api/v1/timelines/tag/x?max_id=y", {}, STARTED).status == 400


# Time


def test_posts_arrive_as_time_passes(site: Site) -> None:
    feed = Feed(url=f"{BASE}/forum/latest.rss")
    [before] = read_all(site, feed)
    [after] = read_all(site, feed, now=STARTED + timedelta(minutes=30))
    assert [m.title for m in after if m.native_id not in {b.native_id for b in before}] == ["Bolts!"]


def test_the_same_question_at_the_same_time_has_the_same_answer() -> None:
    paths = ["/forum/latest.rss", "/museum/index.rdf", "/shop/acme-anvils/reviews?page=2"]
    paths += ["/hn/api/v1/search_by_date?query=acme", "/anvil.social/api/v1/timelines/tag/acmeanvils"]
    for path in paths:
        once, again = (Site(load(), STARTED, 8765).answer(path, {}, STARTED) for _ in range(2))
        assert once == again


def test_a_feed_that_did_not_change_is_not_sent_again(site: Site) -> None:
    path = "/tool-news/feed.xml"
    full = site.answer(path, {}, STARTED)
    etag, modified = full.headers["ETag"], full.headers["Last-Modified"]
    for known in (
        {"if-none-match": etag},
        {"if-none-match": f'"x", W/{etag}'},
        {"if-modified-since": modified},
    ):
        unchanged = site.answer(path, known, STARTED + timedelta(minutes=5))
        assert (unchanged.status, unchanged.body) == (304, b"")
        changed = site.answer(path, known, STARTED + timedelta(minutes=26))
        assert changed.status == 200
        assert changed.body != full.body
    for unknown in (
        {"if-none-match": '"x"', "if-modified-since": modified},
        {"if-modified-since": "yesterday"},
    ):
        assert site.answer(path, unknown, STARTED).status == 200


# Over HTTP


@pytest.fixture(scope="module")
def served() -> Iterator[Site]:
    with serving(PLACES, STARTED, 0) as site:
        yield site


def test_the_site_speaks_http(served: Site) -> None:
    request = urllib.request.Request(urljoin(served.base, "/forum/latest.rss"))
    with urllib.request.urlopen(request, timeout=60) as response:
        body = response.read()
        assert response.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
        assert int(response.headers["Content-Length"]) == len(body)
        request.add_header("If-None-Match", response.headers["ETag"])
    with pytest.raises(urllib.error.HTTPError) as unchanged:
        urllib.request.urlopen(request, timeout=60)
    with unchanged.value as answer:
        assert answer.status == 304
        assert answer.read() == b""
    head = urllib.request.Request(urljoin(served.base, "/"), method="HEAD")
    with urllib.request.urlopen(head, timeout=60) as response:
        assert response.read() == b""


def test_the_site_is_not_reached_from_other_machines(served: Site) -> None:
    assert urlsplit(served.base).hostname == "127.0.0.1"
    with pytest.raises(OSError, match="in use"), serving(PLACES, STARTED, served.port):
        pass


# The folder


def test_a_demo_folder_remembers_its_time_and_port(tmp_path: Path) -> None:
    assert demo.read(tmp_path) is None
    saved = demo.Demo(STARTED, 9000)
    demo.save(tmp_path, saved)
    assert demo.read(tmp_path) == saved


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"schema": "other/1"}', '{"schema": "repwatch.demo/1", "started": 3, "port": 1}'],
)
def test_a_file_of_that_name_alone_makes_no_demo(tmp_path: Path, text: str) -> None:
    (tmp_path / demo.MARKER).write_text(text)
    assert demo.read(tmp_path) is None
    assert demo.hint(tmp_path / demo.CONFIG) is None


def test_a_scan_of_a_demo_is_told_how_to_start_its_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "my tour"
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as site:
        port = site.getsockname()[1]
        demo.save(folder, demo.Demo(STARTED, port))
        monkeypatch.chdir(tmp_path)
        assert demo.hint(Path("my tour/repwatch.toml")) is None, "it runs"
    said = "the demo site is not running; start it with: repwatch demo {} --serve"
    assert demo.hint(Path("my tour/repwatch.toml")) == said.format("'my tour'")
    monkeypatch.chdir(folder)
    assert demo.hint(Path("repwatch.toml")) == said.format(".")
    assert demo.hint(tmp_path / "repwatch.toml") is None


# The command


def repwatch(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "repwatch", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)


def test_a_folder_that_is_no_demo_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    done = repwatch("demo", tmp_path, cwd=tmp_path)
    assert done.returncode == 2
    assert "no demo" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    file = repwatch("demo", tmp_path / "notes.txt", cwd=tmp_path)
    assert file.returncode == 2
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_taken_port_names_the_option_and_leaves_no_folder(tmp_path: Path, served: Site) -> None:
    done = repwatch("demo", "tour", "--port", str(served.port), cwd=tmp_path)
    assert done.returncode == 2
    assert f"port {served.port} is taken" in done.stderr
    assert "--port" in done.stderr
    assert not (tmp_path / "tour").exists()


def test_a_demo_keeps_its_port(tmp_path: Path) -> None:
    demo.save(tmp_path, demo.Demo(STARTED, 9000))
    done = repwatch("demo", ".", "--port", "9001", cwd=tmp_path)
    assert done.returncode == 2
    assert "port 9000" in done.stderr


def free_port() -> int:
    """Return a port that nobody is given who asks for any."""
    for port in range(20_000 + os.getpid() % 10_000, 32_000):
        with closing(socket.socket()) as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def test_a_site_that_is_kept_up_ends_quietly_with_ctrl_c(tmp_path: Path) -> None:
    port = free_port()
    demo.save(tmp_path, demo.Demo(STARTED, port))
    command = [sys.executable, "-m", "repwatch", "demo", str(tmp_path), "--serve"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        said = [running.stderr.readline() for _ in range(3)]
        assert f"http://127.0.0.1:{port}/" in said[1]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/wire/feed.xml", timeout=60) as response:
            assert b"Forge Town Wire" in response.read()
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=300)
    assert (running.returncode, out, err) == (130, "", "")


def test_the_demo_scans_reports_and_exports_for_real(tmp_path: Path) -> None:
    done = repwatch("demo", "tour", "--port", "0", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert "repwatch demo . --serve" in done.stderr

    folder = tmp_path / "tour"
    config = tomllib.loads((folder / "repwatch.toml").read_text())
    with closing(sqlite3.connect(folder / "repwatch.db")) as database:
        by_source = dict(
            database.execute("select source, count(distinct id) from mentions group by source").fetchall()
        )
        brands = dict(database.execute("select brand, count(*) from mentions group by brand").fetchall())
        labels = {label for (label,) in database.execute("select distinct label from mentions")}
    # All places but the broken one; the wire's texts are in the papers too, but under ids of their own.
    assert by_source.keys() == config["sources"].keys() - {"club"}
    assert sum(by_source.values()) > 250
    assert by_source["shop"] == visible("shop-acme")
    assert brands["acme"] > 200
    assert brands["zed"] > 40
    assert labels == {"negative", "neutral", "positive", "unscored"}

    with (folder / "mentions.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 250
    assert not [value for row in rows for value in row.values() if value.startswith(("=", "+", "@"))]

    again = repwatch("demo", "tour", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    with closing(sqlite3.connect(folder / "repwatch.db")) as database:
        [(count,)] = database.execute("select count(distinct id) from mentions").fetchall()
    assert count == sum(by_source.values())
