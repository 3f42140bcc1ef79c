"""What is true of a SQLite file: who may read it, what it refuses, what survives."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlite_utils import Database

from repwatch.errors import StoreError
from repwatch.model import Assessment, Judged, Mention, NearMiss, Sentiment, Span, Task
from repwatch.store import open_reader, open_store, rows, schema
from repwatch.store.base import By, Filter, PageSave, SecondLook, Verdict
from repwatch.store.connect import (
    APPLICATION_ID,
    LOG_PAGES,
    SAFE_CHECKPOINTS,
    VERSION,
    open_for_reading,
    open_for_writing,
)
from repwatch.store.sqlite import SqliteStore, prepare
from repwatch.store.views import COLUMNS

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
FORKSERVER = multiprocessing.get_context("forkserver")
TASK = Task(source="forum", query="", since=NOW - WEEK, until=NOW)


def page(numbers: range, text: str = "The anvil broke", **fields: Any) -> PageSave:
    items = [
        Judged(
            mention=Mention(
                space="forum.example",
                native_id=str(n),
                kind="post",
                title=f"Number {n}",
                text=text,
                author="Mara",
                published_at=NOW - timedelta(hours=n % 500),
                likes=n,
            ),
            version=n.to_bytes(16, "big"),
            twins=(b"twin" + n.to_bytes(12, "big"),),
            assessments=(
                Assessment(
                    brand=("acme", "zed")[n % 2],
                    relevance="about",
                    own=False,
                    spans=(Span("text", 4, 9, "anvil", "term"), Span("text", 4, 9, "anvil", "term")),
                    sentiment=Sentiment(-0.5, "negative", ("broke -1.2",)),
                    scorer="test/1",
                ),
            ),
        )
        for n in numbers
    ]
    shown = [item.mention.id for item in items]
    return PageSave(
        task=TASK,
        collected_at=NOW,
        judged=items,
        shown=shown,
        seen=[item.version for item in items],
        **fields,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "repwatch.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    with closing(open_store(path, ZONE)) as store:
        assert isinstance(store, SqliteStore)
        yield store


def check(path: Path) -> None:
    """Have SQLite compare the tables with their indexes, and the search with the texts."""
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert db.execute("pragma foreign_key_check").fetchall() == []
        db.execute("insert into mention_fts (mention_fts, rank) values ('integrity-check', 1)")


# Files


def test_only_its_owner_can_read_a_database(tmp_path: Path) -> None:
    path = tmp_path / "some" / "where" / "repwatch.db"
    before = os.umask(0o022)
    try:
        with closing(open_store(path, ZONE)) as store:
            store.save_page(page(range(3)))
            modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
            assert modes == {"repwatch.db": 0o600, "repwatch.db-wal": 0o600, "repwatch.db-shm": 0o600}
            assert path.parent.stat().st_mode & 0o777 == 0o700
            assert path.parent.parent.stat().st_mode & 0o777 == 0o700
    finally:
        os.umask(before)


def test_a_path_may_hold_what_an_address_may_not(tmp_path: Path) -> None:
    path = tmp_path / "a?b=c#d %20 é.db"
    open_store(path, ZONE).close()
    open_reader(str(path)).close()
    assert path.stat().st_size > 0


def _foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("create table theirs (x)")
        db.commit()


def _foreign_with_live_log(path: Path) -> None:
    """Leave a database as a killed program would: its table stands in the log alone."""
    with closing(sqlite3.connect(path.with_name("living.db"))) as db:
        db.execute("pragma journal_mode = wal")
        db.execute("create table theirs (x)")
        db.commit()
        for suffix in ("", "-wal"):
            path.with_name(path.name + suffix).write_bytes(
                Path(f"{path.parent}/living.db{suffix}").read_bytes()
            )


def _other_application(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("pragma application_id = 7")


def _newer(path: Path) -> None:
    open_store(path, ZONE).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"pragma user_version = {VERSION + 1}")


def _cut_header(path: Path) -> None:
    open_store(path, ZONE).close()
    path.write_bytes(path.read_bytes()[:90])


def _cut(path: Path) -> None:
    open_store(path, ZONE).close()
    path.write_bytes(path.read_bytes()[: 4096 * 3 + 17])


def _scribbled(path: Path) -> None:
    open_store(path, ZONE).close()
    body = bytearray(path.read_bytes())
    body[100:4096] = b"\xa5" * 3996
    path.write_bytes(body)


def _text(path: Path) -> None:
    path.write_text("brand,mentions\nacme,3\n")


@pytest.mark.parametrize(
    "opened", [lambda path: open_store(path, ZONE), open_reader], ids=["store", "reader"]
)
@pytest.mark.parametrize(
    ("made", "message"),
    [
        (_foreign, "another program"),
        (_foreign_with_live_log, "another program"),
        (_other_application, "another program"),
        (_newer, f"newer repwatch .schema {VERSION + 1}"),
        (_cut_header, "not a database"),
        (_cut, "damaged"),
        (_scribbled, "damaged|not a database|another program"),
        (_text, "not a database"),
        (Path.mkdir, "a directory"),
        (os.mkfifo, "no regular file"),
        (lambda path: path.symlink_to(path), "can't be opened"),
    ],
)
def test_a_file_that_is_not_ours_or_not_whole_is_refused_and_left_as_it_was(
    path: Path, made: Callable[[Path], None], message: str, opened: Callable[[Path], Any]
) -> None:
    made(path)
    before = {file: file.read_bytes() for file in path.parent.iterdir() if file.is_file()}
    with pytest.raises(StoreError, match=message) as caught:
        opened(path)
    assert str(path) in caught.value.message
    assert caught.value.hint
    assert {file: file.read_bytes() for file in before} == before


@pytest.mark.parametrize("made", [lambda path: None, Path.touch, lambda path: Database(path).vacuum()])
def test_a_reader_of_nothing_says_what_to_do_first(path: Path, made: Callable[[Path], Any]) -> None:
    made(path)
    there = path.exists()
    with pytest.raises(StoreError, match="no database") as caught:
        open_reader(path)
    assert caught.value.hint == "Run repwatch scan first"
    assert path.exists() == there
    with closing(open_store(path, ZONE)) as store:
        assert store.info().mentions == 0


def test_a_directory_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="can't be opened"):
        open_store(tmp_path / "file" / "repwatch.db", ZONE)


def test_a_python_with_an_old_sqlite_is_told_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(StoreError, match="too old"):
        open_store(path, ZONE)


def test_a_locked_database_is_given_up_after_a_while(path: Path) -> None:
    open_store(path, ZONE).close()
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as other,
        closing(open_store(path, ZONE, busy_s=0.05)) as store,
    ):
        other.execute("begin immediate")
        with pytest.raises(StoreError, match="locked") as caught:
            store.save_page(page(range(3)))
        assert str(path) in str(caught.value)
        with closing(open_reader(path)) as reader:
            assert list(reader.mentions(Filter())) == []
        other.execute("rollback")
        assert store.save_page(page(range(3))).new == 3


def test_a_full_disk_loses_nothing_and_is_survived(store: SqliteStore, path: Path) -> None:
    store.save_page(page(range(10)))
    (pages,) = store.db.raw.execute("pragma page_count").fetchone()
    store.db.raw.execute(f"pragma max_page_count = {pages + 2}")
    with pytest.raises(StoreError, match="no room") as caught:
        store.save_page(page(range(10, 500), text="The anvil broke " * 40, window_done=True))
    assert caught.value.hint is not None
    with closing(open_reader(path)) as reader:
        assert reader.counts(Filter())[0].mentions == 10
    assert store.streams("forum")[""].read_until is None

    store.db.raw.execute("pragma max_page_count = 1000000")
    assert store.save_page(page(range(10, 500))).new == 490
    check(path)


READ_WITHOUT_ROOM = """
import resource, sys
from pathlib import Path
from repwatch.errors import StoreError
from repwatch.store import open_reader
resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
try:
    open_reader(Path(sys.argv[1])).info()
except StoreError as error:
    print(error)
"""


def test_a_disk_without_room_for_readers_either_is_called_full(path: Path) -> None:
    open_store(path, ZONE).close()
    said = subprocess.run(
        [sys.executable, "-c", READ_WITHOUT_ROOM, str(path)], capture_output=True, text=True, check=True
    )
    assert said.stdout.startswith(f"there is no room left for {path}")


def test_a_file_that_cannot_be_written_says_so(store: SqliteStore) -> None:
    store.db.raw.execute("pragma query_only = on")
    with pytest.raises(StoreError, match="can't be written"):
        store.save_page(page(range(1)))


def test_damage_found_while_reading_is_reported_as_damage(path: Path) -> None:
    with closing(open_store(path, ZONE)) as store:
        store.save_page(page(range(2000)))
        store.tidy(NOW)
    body = bytearray(path.read_bytes())
    body[60 * 4096 :] = b"\xff" * (len(body) - 60 * 4096)
    path.write_bytes(body)
    with closing(open_reader(path)) as reader, pytest.raises(StoreError, match="damaged"):
        list(reader.mentions(Filter(), order="oldest"))


# Versions


def _m002_more(db: Database) -> None:
    db.execute("create table later (x integer) strict")


def _m002_broken(db: Database) -> None:
    db.execute("create table later (x integer) strict")
    db.execute("insert into nowhere values (1)")


def test_a_new_database_says_whose_it_is(path: Path, store: SqliteStore) -> None:
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("pragma application_id").fetchone() == (APPLICATION_ID,)
        assert db.execute("pragma user_version").fetchone() == (VERSION,)
        assert db.execute("pragma journal_mode").fetchone() == ("wal",)
        tables = db.execute("select name, strict from pragma_table_list where type = 'table'").fetchall()
        assert {name for name, strict in tables if not strict} <= {
            "sqlite_schema", "sqlite_temp_schema", "_sqlite_migrations",
        }  # fmt: skip
    assert store.info().schema == VERSION


def test_an_older_database_is_copied_and_brought_up_to_date(path: Path) -> None:
    with closing(open_store(path, ZONE)) as store:
        store.save_page(page(range(5)))
    with closing(open_for_writing(path)) as connection:
        prepare(connection, (*schema.STEPS, _m002_more))
        assert connection.one("pragma user_version") == (VERSION + 1,)
        assert connection.one("select count(*) from later") == (0,)
    copy = path.with_name(f"repwatch.db.schema-{VERSION}.bak")
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(open_reader(copy)) as reader:
        assert reader.counts(Filter())[0].mentions == 5
    assert sorted(file.name for file in path.parent.iterdir()) == [path.name, copy.name]


def test_a_database_of_the_first_version_is_taken_along(path: Path) -> None:
    with closing(open_for_writing(path)) as connection:
        prepare(connection, schema.STEPS[:1])
        with connection.writing() as raw:
            raw.execute(
                "insert into mention (id, source, space, native_id, kind, collected_ms, trended, marks,"
                " title, text) values ('m_OLD', 'forum', 'forum.example', '1', 'post', 0, 1, '[]', '', 'anvil')"  # noqa: E501 (one row)
            )
            raw.execute("insert into mention_fts (rowid, title, text) select seq, title, text from mention")
            raw.execute("insert into stream (source, query) values ('forum', '')")
            raw.execute("insert into seen (stream, version, shown_ms) values (1, x'00', 0)")
    with closing(open_store(path, ZONE)) as store:
        assert store.info().schema == schema.VERSION
        assert store.info().mentions == 1
        assert store.seen("forum", "") == {}
    assert (path.parent / "repwatch.db.schema-1.bak").stat().st_mode & 0o777 == 0o600
    check(path)


def test_a_database_from_before_corrections_keeps_its_labels_as_the_machines(path: Path) -> None:
    with closing(open_for_writing(path)) as connection:
        prepare(connection, schema.STEPS[:2])
        with connection.writing() as raw:
            raw.execute(
                "insert into mention (id, source, space, native_id, kind, collected_ms, trended, marks,"
                " title, text) values ('m_OLD', 'forum', 'forum.example', '1', 'post', 0, 1, '[]', '', 'anvil')"  # noqa: E501 (one row)
            )
            raw.execute("insert into mention_fts (rowid, title, text) select seq, title, text from mention")
            for brand, own in (("acme", 0), ("zed", 1)):
                raw.execute(
                    "insert into assessment values (1, ?, 'unsure', ?, -0.5, 'negative', 'test/1', 0,"
                    " '1970-01-01', 'forum', 'en', 'post', 0, 1, '[]', '[]', '[]')",
                    (brand, own),
                )
    with closing(open_store(path, ZONE)) as store:
        for row in store.mentions(Filter(relevance=("unsure",), own=None), order="oldest"):
            assert (row.machine_relevance, row.machine_label, row.machine_sentiment) == (
                "unsure",
                "negative",
                -0.5,
            )
            assert (row.sender, row.intent) == ("own" if row.brand == "zed" else "customer", "other")
        verdict = Verdict(mention="m_OLD", brand="acme", field="label", value="positive")
        assert len(store.correct([verdict], who="mara", why="", now=NOW)) == 1
    check(path)


def test_what_was_missing_before_looks_were_counted_is_looked_for_anew(path: Path) -> None:
    with closing(open_for_writing(path)) as connection:
        prepare(connection, schema.STEPS[:4])
        with connection.writing() as raw:
            raw.execute(
                "insert into mention (id, source, space, native_id, kind, collected_ms, trended, marks,"
                " title, text) values ('m_OLD', 'forum', 'forum.example', '1', 'post', 0, 1, '[]', '', 'anvil')"  # noqa: E501 (one row)
            )
            raw.execute("insert into mention_fts (rowid, title, text) select seq, title, text from mention")
            raw.execute("insert into followup values (1, 'forum', 0, null, 0, 0, 0, null)")
    with closing(open_store(path, ZONE)) as store:
        look = SecondLook(source="forum", at=NOW, asked=["m_OLD"], missing=["m_OLD"])
        assert [store.save_second_look(look).gone for _ in range(3)] == [0, 0, 1]
    check(path)


def test_a_migration_that_breaks_off_changes_nothing(path: Path) -> None:
    with closing(open_store(path, ZONE)) as store:
        store.save_page(page(range(5)))
    for _ in range(2):
        with closing(open_for_writing(path)) as connection, pytest.raises(StoreError):
            prepare(connection, (*schema.STEPS, _m002_broken))
    with closing(open_reader(path)) as reader:
        assert (reader.info().schema, reader.info().mentions) == (VERSION, 5)


def test_a_reader_leaves_an_older_database_to_a_scan(path: Path) -> None:
    open_store(path, ZONE).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("pragma user_version = 0")
    with pytest.raises(StoreError, match="older repwatch") as caught:
        open_for_reading(path)
    assert "scan" in str(caught.value.hint)


def _open(paths: list[Path], together: Barrier) -> None:
    for path in paths:
        together.wait()
        open_store(path, ZONE).close()


def test_a_database_may_be_made_by_several_at_once(tmp_path: Path) -> None:
    paths = [tmp_path / f"{n}.db" for n in range(40)]
    _at_once(_open, [(paths, FORKSERVER.Barrier(3))] * 3)
    for path in paths:
        with closing(open_reader(path)) as reader:
            assert reader.info().schema == VERSION


@pytest.mark.parametrize("writes", [False, True])
def test_a_database_that_is_up_to_date_is_opened_without_sqlite_utils(path: Path, *, writes: bool) -> None:
    open_store(path, ZONE).close()
    opened = (
        f"open_store({str(path)!r}, ZoneInfo('Europe/Berlin'))" if writes else f"open_reader({str(path)!r})"
    )
    code = f"""
import sys
from zoneinfo import ZoneInfo
from repwatch.store import open_reader, open_store
from repwatch.store.base import Filter
assert "sqlite3" not in sys.modules, "opening waits until it is asked for"
store = {opened}
list(store.mentions(Filter(words="anvil")))
assert "sqlite_utils" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


# Crashes and company


def _at_once(work: Callable[..., None], calls: list[tuple[Any, ...]]) -> None:
    workers = [FORKSERVER.Process(target=work, args=call) for call in calls]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * len(workers)


PAGE = 40
WRITER = f"""
import sys
sys.path[:0] = {sys.path!r}
from test_store_sqlite import *
with closing(open_store(sys.argv[1], ZONE)) as store:
    for first in range(int(sys.argv[2]), 10**9, PAGE):
        store.save_page(page(range(first, first + PAGE)))
        print(first + PAGE, flush=True)
"""


def test_a_killed_writer_leaves_a_whole_file_with_all_it_acknowledged(path: Path) -> None:
    stored = 0
    for round_ in range(4):
        command = [sys.executable, "-c", WRITER, str(path), str(stored)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline()
            time.sleep(0.03 + 0.017 * round_)
            writer.send_signal(signal.SIGKILL)
            said = writer.stdout.read().split()
        with closing(open_reader(path)) as reader:
            found = reader.counts(Filter())[0].mentions
        assert found % PAGE == 0
        assert found >= int(said[-1] if said else stored + PAGE)
        with closing(open_store(path, ZONE)) as store:
            assert len(list(store.mentions(Filter(words="anvil")))) == found
            assert len(store.seen("forum", "")) == found
        check(path)
        stored = found


def _reserve(path: Path, slots: Path) -> None:
    with closing(open_store(path, ZONE)) as store:
        taken = [store.reserve("slow.example", NOW, 0.25) for _ in range(10)]
    slots.write_text("\n".join(slot.isoformat() for slot in taken))


def test_the_pace_of_a_host_holds_across_processes(path: Path, tmp_path: Path) -> None:
    open_store(path, ZONE).close()
    files = [tmp_path / f"slots{n}" for n in range(3)]
    _at_once(_reserve, [(path, file) for file in files])
    slots = sorted(datetime.fromisoformat(line) for file in files for line in file.read_text().split())
    assert slots == [NOW + n * timedelta(seconds=0.25) for n in range(30)]


def test_the_log_is_folded_into_the_file_at_the_end_of_a_scan(store: SqliteStore, path: Path) -> None:
    store.save_page(page(range(500)))
    log = path.with_name(path.name + "-wal")
    assert log.stat().st_size > 100_000
    store.tidy(NOW)
    assert log.stat().st_size == 0


@pytest.mark.skipif(
    sqlite3.sqlite_version_info >= SAFE_CHECKPOINTS, reason="this SQLite folds safely by itself"
)
def test_an_old_sqlite_does_not_fold_the_log_in_the_midst_of_a_scan(store: SqliteStore, path: Path) -> None:
    store.tidy(NOW)
    before = path.read_bytes()
    for first in range(0, 1500, 500):
        store.save_page(page(range(first, first + 500)))
    assert path.read_bytes() == before


@pytest.mark.skipif(
    sqlite3.sqlite_version_info >= SAFE_CHECKPOINTS, reason="this SQLite folds safely by itself"
)
def test_only_the_holder_of_the_lease_folds_a_log_that_grows_long(store: SqliteStore, path: Path) -> None:
    def folds_after(store: SqliteStore) -> int:
        return int(store.db.raw.execute("pragma wal_autocheckpoint").fetchone()[0])

    with closing(open_store(path, ZONE)) as other:
        assert isinstance(other, SqliteStore)
        store.take_lease("scan", "a", NOW, 60)
        other.take_lease("scan", "b", NOW, 60)
        other.release_lease("scan", "b")
        assert (folds_after(store), folds_after(other)) == (LOG_PAGES, 0)
        other.take_lease("scan", "b", NOW + timedelta(seconds=60), 60)
        store.take_lease("scan", "a", NOW + timedelta(seconds=61), 60)
        assert (folds_after(store), folds_after(other)) == (0, LOG_PAGES)
        other.release_lease("scan", "b")
        assert folds_after(other) == 0


def test_the_log_of_a_long_scan_is_folded_in_the_midst_of_it(store: SqliteStore, path: Path) -> None:
    store.take_lease("scan", "a", NOW, 60)
    log = path.with_name(path.name + "-wal")
    store.save_page(page(range(LOG_PAGES * 4096 // 1_000_000 + 1), text="x" * 1_000_000))
    longest = log.stat().st_size
    store.save_page(page(range(100, 105), text="y" * 1_000_000))
    assert log.stat().st_size == longest, "written from its beginning again"


def test_a_write_waits_for_its_turn_before_it_looks(store: SqliteStore, path: Path) -> None:
    with closing(open_store(path, ZONE, busy_s=0.05)) as other:
        with store.db.writing(), pytest.raises(StoreError, match="locked"):
            other.reserve("a.example", NOW, 1.0)
        assert other.reserve("a.example", NOW, 1.0) == NOW


# The search index


def test_the_search_index_matches_the_texts_after_edits(store: SqliteStore, path: Path) -> None:
    store.save_page(page(range(20)))
    store.save_page(page(range(5, 25), text="The anvil was mended"))
    check(path)
    assert store.counts(Filter(words="mended"))[0].mentions == 20
    assert store.counts(Filter(words="broke"))[0].mentions == 5
    store.save_page(page(range(3, 8), text="この金床は壊れた"))
    store.save_page(page(range(5, 8), text="金床は直った"))
    check(path)
    assert store.counts(Filter(words="壊"))[0].mentions == 2
    with closing(sqlite3.connect(path)) as db:
        db.execute("insert into mention_fts (mention_fts) values ('rebuild')")
        db.commit()
    assert store.counts(Filter(words="直った"))[0].mentions == 3


def test_what_is_gone_is_gone_from_the_file_as_well(store: SqliteStore, path: Path) -> None:
    for first in range(0, 300, 100):
        store.save_page(page(range(first, first + 100), followed=True))
    secret = page(range(300, 301), text="The anvil said xyzzyplugh", followed=True)
    store.save_page(secret)
    store.save_page(page(range(301, 400), followed=True))
    store.tidy(NOW)
    assert b"xyzzyplugh" in path.read_bytes()
    ids = [judged.mention.id for judged in secret.judged]
    store.save_second_look(SecondLook(source="forum", at=NOW, asked=ids, gone=ids))
    store.tidy(NOW)
    for file in path.parent.iterdir():
        assert b"xyzzyplugh" not in file.read_bytes(), file
    check(path)
    assert store.counts(Filter(words="anvil"))[0].mentions == 399


def test_a_large_index_is_merged_anew_bit_by_bit(
    store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("repwatch.store.sqlite.PURGED_S", 0.0)
    monkeypatch.setattr("repwatch.store.sqlite.PURGED_PAGES", 1)
    for first in range(0, 3000, 500):
        store.save_page(
            page(range(first, first + 500), text=f"The anvil {first} {'broke ' * 50}", followed=True)
        )
    gone = page(range(3000, 3001), text="xyzzyplugh", followed=True)
    later = page(range(3001, 3002), text="xyzzynothing", followed=True)
    store.save_page(gone)
    store.save_page(later)
    for each, scans in ((gone, 2), (later, 200)):
        ids = [judged.mention.id for judged in each.judged]
        store.save_second_look(SecondLook(source="forum", at=NOW, gone=ids))
        for _ in range(scans):
            store.tidy(NOW)
    assert b"xyzzy" not in path.read_bytes()
    assert store.db.one("select * from meta where key = 'purge'") is None
    check(path)


# Plans


@pytest.fixture
def queried(store: SqliteStore) -> Callable[[Callable[[], Any]], list[str]]:
    """Return a function that tells how SQLite goes about a question."""
    store.save_page(page(range(300)))

    def plans(question: Callable[[], Any]) -> list[str]:
        raw = store.db.raw
        asked: list[str] = []
        raw.set_trace_callback(lambda sql: None if sql.startswith("--") else asked.append(sql))
        question()
        raw.set_trace_callback(None)
        return [row[3] for sql in asked for row in raw.execute(f"explain query plan {sql}")]

    return plans


@pytest.mark.parametrize("by", [(), ("brand",), ("day",), ("source",), ("label",), ("lang", "kind")])
@pytest.mark.parametrize(
    ("brands", "index"),
    [((), "assessment_at"), (("acme",), "assessment_brand"), (("acme", "zed"), "assessment_brand")],
)
def test_counts_of_a_window_read_one_covering_index(
    queried: Callable[..., list[str]],
    store: SqliteStore,
    by: tuple[By, ...],
    brands: tuple[str, ...],
    index: str,
) -> None:
    week = Filter(
        brands=brands,
        since=NOW - WEEK,
        until=NOW,
        labels=("negative",),
        trended=True,
        senders=("customer",),
        intents=("other",),
        urgencies=("low",),
    )
    plan = queried(lambda: store.counts(week, by))
    assert plan[0].startswith(f"SEARCH a USING COVERING INDEX {index} (")
    assert "at_ms>? AND at_ms<?" in plan[0]
    assert all("TEMP B-TREE" in step for step in plan[1:])


def test_an_inbox_goes_through_its_own_brands_and_their_own_posts(
    queried: Callable[[Callable[[], Any]], list[str]], store: SqliteStore
) -> None:
    waiting = Filter(brands=("acme",), since=NOW - WEEK, until=NOW, waiting=True)
    plan = queried(lambda: list(store.mentions(waiting, order="urgent", limit=5)))
    assert "SEARCH a USING COVERING INDEX assessment_brand (brand=? AND at_ms>? AND at_ms<?)" in plan
    assert [step for step in plan if "assessment_own" in step] == [
        "SEARCH o USING INDEX assessment_own (at_ms>?)"
    ] * 2
    assert sum("AUTOMATIC COVERING INDEX (target=?)" in step for step in plan) == 2


def test_what_people_judged_is_found_without_going_through_the_rest(
    queried: Callable[[Callable[[], Any]], list[str]], store: SqliteStore
) -> None:
    plan = queried(lambda: list(store.assessed(Filter(), corrected=True)))
    assert plan[0] == "SCAN a USING INDEX assessment_corrected"


@pytest.mark.parametrize("order", ["newest", "oldest", "negative", "engaged", "urgent"])
def test_the_first_rows_of_a_window_are_chosen_in_a_covering_index(
    queried: Callable[..., list[str]], store: SqliteStore, order: Any
) -> None:
    plan = queried(lambda: list(store.mentions(Filter(since=NOW - WEEK, until=NOW), order=order, limit=5)))
    assert any("a USING COVERING INDEX assessment_at (at_ms>? AND at_ms<?)" in step for step in plan)
    assert not [
        step for step in plan if step.startswith("SCAN") and step not in ("SCAN h", "SCAN (subquery-1)")
    ]


def test_an_export_is_streamed_in_the_order_of_an_index(
    queried: Callable[..., list[str]], store: SqliteStore
) -> None:
    plan = queried(lambda: list(store.mentions(Filter(), order="oldest")))
    assert "assessment_at" in plan[0]
    assert not [step for step in plan if "TEMP B-TREE" in step]


def test_health_takes_steps_in_an_index_not_the_whole_history(
    queried: Callable[..., list[str]], store: SqliteStore
) -> None:
    plan = queried(store.health)
    assert not [step for step in plan if step.startswith("SCAN") and "run_source" in step]
    assert not [step for step in plan if step.startswith(("SCAN b", "SCAN o"))]


SECOND_LOOKS = "SEARCH f USING INDEX {} (source=? AND {})"


def test_second_looks_cost_what_is_new_and_not_what_is_stored(
    queried: Callable[..., list[str]], store: SqliteStore
) -> None:
    store.save_page(page(range(300, 400), followed=True))
    recent = queried(lambda: store.followups("forum", NOW, NOW - WEEK, 500))
    assert recent[0] == SECOND_LOOKS.format("followup_at", "at_ms>?")
    replied = queried(lambda: store.threads("forum", NOW - WEEK, 5))
    assert replied[0] == SECOND_LOOKS.format("followup_at", "at_ms>?")
    assert not [step for step in replied if "TEMP B-TREE" in step], "the newest come first in the index"
    refreshed = queried(lambda: store.followups("forum", NOW, None, 500))
    assert refreshed[0] == SECOND_LOOKS.format("followup_read", "read_ms<?")
    assert not [step for step in refreshed if "TEMP B-TREE" in step], "the longest unread come first in it"
    lent = queried(lambda: store.expire("forum", NOW - WEEK, NOW))
    assert any("followup_read (source=? AND read_ms<?)" in step for step in lent)


# What others may build on


@pytest.mark.parametrize("view", COLUMNS)
def test_each_column_of_a_view_is_documented(path: Path, store: SqliteStore, view: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        assert [name for _, name, *_ in db.execute(f"pragma table_info({view})")] == list(COLUMNS[view])


def test_the_views_say_what_the_store_says(path: Path, store: SqliteStore) -> None:
    store.save_page(page(range(30)))
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        viewed = {row["id"]: row for row in db.execute("select * from mentions")}
        daily = db.execute("select * from daily").fetchall()
    told = list(store.mentions(Filter()))
    assert len(viewed) == len(told) == 30
    for row in told:
        for name in ("brand", "source", "day", "label", "sentiment", "title", "text", "likes", "engagement"):
            assert viewed[row.id][name] == getattr(row, name)
        assert datetime.fromisoformat(viewed[row.id]["at"]) == row.at
        assert viewed[row.id]["at_ms"] == row.at.timestamp() * 1000
    counted = {count.key: count for count in store.counts(Filter(), ["brand", "day", "source"])}
    assert {(row["brand"], row["day"], row["source"]) for row in daily} == set(counted)
    for row in daily:
        count = counted[row["brand"], row["day"], row["source"]]
        assert (row["mentions"], row["negative"]) == (count.mentions, count.negative)
        assert row["tone"] == pytest.approx(count.tone_sum / count.mentions)


def test_the_daily_view_counts_what_has_a_day_is_about_a_brand_and_not_its_own(
    path: Path, store: SqliteStore
) -> None:
    said = page(range(4)).judged[0]
    (about,) = said.assessments
    cases = [
        (replace(said.mention, native_id="counted"), about),
        (replace(said.mention, native_id="undated", published_at=None), about),
        (replace(said.mention, native_id="unsure"), replace(about, relevance="unsure")),
        (replace(said.mention, native_id="own"), replace(about, own=True)),
    ]
    judged = [Judged(mention=mention, version=b"", assessments=(found,)) for mention, found in cases]
    store.save_page(PageSave(task=TASK, collected_at=NOW, judged=judged, shown=(), seen=(), first_read=True))
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("select sum(mentions) from daily").fetchone() == (1,)
        assert db.execute("select count(*) from mentions").fetchone() == (4,)


def test_sqlite_utils_opens_and_searches_it(path: Path, store: SqliteStore) -> None:
    store.save_page(page(range(3)))
    db = Database(path)
    assert db["mention"].detect_fts() == "mention_fts"
    assert [row["native_id"] for row in db["mention"].search("number 2")] == ["2"]
    store.save_page(page(range(3, 4), text="この金床は壊れた"))
    assert [row["native_id"] for row in db["mention"].search('"金 床"')] == ["3"]
    assert [row["text"] for row in db["mentions"].rows_where("native_id = '3'")] == ["この金床は壊れた"]
    db.close()


# Rows


def test_a_near_miss_can_be_rebuilt_from_its_row() -> None:
    mention = Mention(
        space="forum.example",
        native_id="1",
        kind="comment",
        title="Té",
        text="acme 🔨",
        author="Mara",
        published_at=NOW,
        edited_at=NOW + WEEK,
        rating=0.0,
        parent_id="0",
        likes=0,
        author_is_bot=False,
        author_followers=20_000,
        marks=("cut", "undated"),
    )
    near = (NearMiss(brand="acme", spans=(Span("title", 0, 2, "té", "weak"),), why="no context word"),)
    judged = Judged(mention=mention, version=b"", near_misses=near)
    assert rows.near_miss(rows.near_miss_payload(judged)) == (mention, near)

    bare = Mention(space="forum.example", native_id=None, kind="post")
    assert rows.near_miss(rows.near_miss_payload(Judged(mention=bare, version=b""))) == (bare, ())


def test_a_rule_that_matched_twice_is_named_once(store: SqliteStore) -> None:
    store.save_page(page(range(1)))
    assert next(store.mentions(Filter())).matched == ("term: anvil",)
