"""What the scan writes, for SQLite."""

# ruff: noqa: S608 (SQL is put together from names in this package; values are always bound)

from __future__ import annotations

import math
import os
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from repwatch.errors import Reason
from repwatch.model import Correction, Judged, Task, epoch_ms, from_epoch_ms
from repwatch.store import rows
from repwatch.store.base import (
    HostState,
    Lease,
    Lesson,
    OpenTask,
    Outcome,
    PageSave,
    Run,
    Saved,
    SecondLook,
    Stream,
    Verdict,
)
from repwatch.store.connect import Connection, fold_log, refuse, stamp
from repwatch.store.filed import FileKeeper
from repwatch.store.followups import Followups
from repwatch.store.judgements import Judgements
from repwatch.store.keeper import Keeper
from repwatch.store.queries import GOOD, SOURCES, SqlReader
from repwatch.store.schema import STEPS, Step, migrate

SEEN_KEPT = timedelta(days=30)
NEAR_MISSES_KEPT = timedelta(days=14)
RUNS_KEPT = timedelta(days=400)
RETRIED_S = 0.01
PURGED_PAGES = 64
PURGED_S = 0.5
"""So long a scan may merge the search index, and so much of it in one transaction."""

_SAVE_OUTCOME = f"""
    {rows.insert("run_source", (*rows.OUTCOME, "run_ms"))}
    on conflict (run, source) do update set {rows.assignments(rows.OUTCOME[2:], "excluded.")}
"""

# What stays of the old outcomes is what reports of younger ones begin with, and when a source last worked.
_DROP_RUNS = (
    f"""
    {SOURCES},
    kept (source, run_ms) as (
        select s.source, max(o.run_ms) from source_name s
        join run_source o on o.source = s.source and o.run_ms < :old_ms
        group by s.source
        union all
        select s.source, max(o.run_ms) from source_name s
        join run_source o on o.source = s.source and o.run_ms < :old_ms and o.status in {GOOD}
        group by s.source
    )
    delete from run_source
    where run in (select id from run where started_ms < :old_ms)
        and (source, run_ms) not in (select source, run_ms from kept)
    """,
    """
    delete from run where started_ms < :old_ms
        and not exists (select 1 from run_source o where o.run = run.id)
    """,
)


class SqliteStore(SqlReader):
    """Reads and writes a database in one file; see the protocol in base.py."""

    def __init__(self, connection: Connection, zone: ZoneInfo) -> None:
        super().__init__(connection)
        self._day = rows.local_day(zone)
        self._count_days_in(str(zone))

    def take_lease(self, name: str, holder: str, now: datetime, seconds: float) -> Lease | None:
        """Take or renew a lease; return None when we hold it now, else the other one's.

        Its holder is the one that may fold the log into the file.
        """
        now_ms = epoch_ms(now)
        with self.db.writing() as raw:
            taken = raw.execute(
                """
                insert into lease (name, holder, taken_ms, until_ms)
                values (:name, :holder, :now_ms, :until_ms)
                on conflict (name) do update set
                    holder = excluded.holder,
                    until_ms = excluded.until_ms,
                    taken_ms = case when lease.holder = excluded.holder
                        then lease.taken_ms else excluded.taken_ms end
                where lease.holder = excluded.holder or lease.until_ms <= :now_ms
                returning holder
                """,
                {"name": name, "holder": holder, "now_ms": now_ms, "until_ms": now_ms + _ms(seconds)},
            ).fetchall()
            fold_log(raw, alone=bool(taken))
            return None if taken else self.lease(name)

    def release_lease(self, name: str, holder: str) -> None:
        """Give a lease back if we hold it."""
        with self.db.writing() as raw:
            if raw.execute("delete from lease where name = ? and holder = ?", (name, holder)).rowcount:
                fold_log(raw, alone=False)

    def begin_run(self, run: Run) -> None:
        """Note that a scan has begun."""
        with self.db.writing() as raw:
            raw.execute(
                "insert into run (id, started_ms, due) values (?, ?, ?)",
                (run.id, epoch_ms(run.started_at), run.due),
            )

    def save_outcome(self, outcome: Outcome) -> None:
        """Note what a source did in a run, replacing what was noted before."""
        with self.db.writing() as raw:
            (run_ms,) = raw.execute("select started_ms from run where id = ?", (outcome.run,)).fetchone()
            raw.execute(_SAVE_OUTCOME, {**rows.outcome_values(outcome), "run_ms": run_ms})

    def end_run(self, run: Run) -> None:
        """Note how a scan ended."""
        with self.db.writing() as raw:
            raw.execute(
                "update run set ended_ms = ?, exit_code = ?, due = ? where id = ?",
                (rows.milliseconds(run.ended_at), run.exit_code, run.due, run.id),
            )

    def streams(self, source: str) -> dict[str, Stream]:
        """Return the streams of a source by query."""
        found = self.db.rows(f"select {', '.join(rows.STREAM)} from stream where source = ?", (source,))
        return {stream.query: stream for stream in map(rows.stream, found)}

    def open_window(self, task: Task) -> OpenTask:
        """Store the first page of a window and return it; a window that is open is returned as it is.

        A stream has one window open at a time: while pages of it are still to be read, the first
        of them is returned.
        """
        with self.db.writing() as raw:
            stream = _stream_id(raw, task)
            if not raw.execute("select 1 from task where stream = ? and done = 0", (stream,)).fetchone():
                raw.execute("delete from task where stream = ?", (stream,))
                _add_tasks(raw, stream, [task])
            return self._open_tasks("s.id = ?", [stream])[0]

    def start_over(self, source: str, query: str) -> None:
        """Drop a stream's open window and its resume cursor: they led nowhere."""
        with self.db.writing() as raw:
            raw.execute("update stream set resume = null where source = ? and query = ?", (source, query))
            raw.execute(
                "delete from task where stream = (select id from stream where source = ? and query = ?)",
                (source, query),
            )

    def seen(self, source: str, query: str) -> dict[str, bytes]:
        """Return the mentions that a stream has shown in the last 30 days: versions by id."""
        found = self.db.rows(
            "select n.id, n.version from stream s join seen n on n.stream = s.id"
            " where s.source = ? and s.query = ?",
            (source, query),
        )
        return dict(found)

    def save_page(self, page: PageSave) -> Saved:
        """Keep one page, all of it or nothing."""
        now_ms = epoch_ms(page.collected_at)
        with self.db.writing() as raw:
            stream = _stream_id(raw, page.task)
            saved = Keeper(raw, page, self._day).keep()
            known = _seen_of(raw, stream, page.shown)
            raw.executemany(
                "insert into seen (stream, id, version, shown_ms) values (?, ?, ?, ?)"
                " on conflict (stream, id) do update set"
                " version = excluded.version, shown_ms = excluded.shown_ms",
                ((stream, id, version, now_ms) for id, version in zip(page.shown, page.seen, strict=True)),
            )
            raw.execute("update stream set saved_ms = ? where id = ?", (now_ms, stream))
            if page.window_done:
                _close_window(raw, stream, page)
            else:
                _advance(raw, stream, page)
        # What was there before anybody looked is no news.
        return saved if page.first_read else replace(saved, fresh=len(page.shown) - known)

    def save_unchanged(self, task: Task) -> None:
        """Note that a task's stream was unchanged: its window is done, what it showed is still there."""
        with self.db.writing() as raw:
            stream = _stream_id(raw, task)
            _drop_window(raw, stream, task)
            raw.execute("update stream set read_until_ms = ? where id = ?", (epoch_ms(task.until), stream))

    def host(self, host: str) -> HostState:
        """Return what is remembered of a host; a blank state for a new one."""
        row = self.db.one(
            "select next_ms, back_off_ms, back_off_why, strikes, robots, robots_until_ms"
            " from host where host = ?",
            (host,),
        )
        if row is None:
            return HostState(host=host)
        next_ms, back_off_ms, why, strikes, robots, robots_until_ms = row
        return HostState(
            host=host,
            next_at=rows.moment(next_ms),
            back_off_until=rows.moment(back_off_ms),
            back_off_why=why,
            strikes=strikes,
            robots=robots,
            robots_until=rows.moment(robots_until_ms),
        )

    def reserve(self, host: str, now: datetime, gap_s: float) -> datetime:
        """Reserve the host's next slot, the earliest that is `gap_s` after the one before, and return it."""
        with self.db.writing() as raw:
            (slot_ms,) = raw.execute(
                """
                insert into host (host, next_ms) values (:host, :now_ms + :gap_ms)
                on conflict (host) do update set next_ms = :gap_ms + case
                    when host.next_ms > :now_ms then host.next_ms else :now_ms end
                returning next_ms - :gap_ms
                """,
                {"host": host, "now_ms": epoch_ms(now), "gap_ms": _ms(gap_s)},
            ).fetchone()
        return from_epoch_ms(slot_ms)

    def back_off(self, host: str, until: datetime, why: Reason) -> None:
        """Leave a host alone until then, and count the strike."""
        with self.db.writing() as raw:
            raw.execute(
                """
                insert into host (host, back_off_ms, back_off_why, strikes) values (?, ?, ?, 1)
                on conflict (host) do update set
                    back_off_ms = excluded.back_off_ms,
                    back_off_why = excluded.back_off_why,
                    strikes = host.strikes + 1
                """,
                (host, epoch_ms(until), why),
            )

    def forgive(self, host: str) -> None:
        """Forget a host's strikes: it answered."""
        if self.host(host).strikes == 0:
            return
        with self.db.writing() as raw:
            raw.execute(
                "update host set strikes = 0, back_off_ms = null, back_off_why = null where host = ?", (host,)
            )

    def hold(self, host: str, until: datetime) -> None:
        """Let the host's next slot be no earlier than that."""
        with self.db.writing() as raw:
            raw.execute(
                "insert into host (host, next_ms) values (:host, :until_ms) on conflict (host) do update set"
                " next_ms = :until_ms where host.next_ms is null or host.next_ms < :until_ms",
                {"host": host, "until_ms": epoch_ms(until)},
            )

    def spend(self, quota: str, since: datetime, units: int, limit: int) -> bool:
        """Spend units of a quota in the stretch that began then, and say whether that was possible.

        Nothing is spent where it would exceed the limit. Negative units give back what was not used.
        """
        with self.db.writing() as raw:
            spent = self.spent(quota, since)
            if units > 0 and spent + units > limit:
                return False
            raw.execute(
                "insert into quota (name, since_ms, spent) values (?, ?, ?)"
                " on conflict (name, since_ms) do update set spent = excluded.spent",
                (quota, epoch_ms(since), max(0, spent + units)),
            )
        return True

    def save_second_look(self, look: SecondLook) -> Saved:
        """Keep what reading mentions again brought, all of it or nothing.

        A mention that is gone, or was missing in three looks over a day, is blanked: title, text, author
        and address go, from the search as well; its counts, its label and its id stay. Where that is
        doubted, it must have been missing for two days.
        """
        task = Task(source=look.source, query="", since=look.at, until=look.at)
        page = PageSave(
            task=task,
            collected_at=look.at,
            judged=look.judged,
            shown=(),
            seen=(),
            followed=True,
            asked_again=True,
        )
        with self.db.writing() as raw:
            saved = Keeper(raw, page, self._day).keep()
            again = Followups(raw, epoch_ms(look.at))
            again.asked(look.asked)
            if look.thread_of is not None:
                again.thread_read(look.thread_of)
            if look.doubted:
                gone = again.missed([*look.gone, *look.missing], doubted=True)
            else:
                gone = [*look.gone, *again.missed(look.missing)]
            return replace(saved, gone=again.blank(gone))

    def save_import(self, pages: Sequence[PageSave]) -> Saved:
        """Keep what was read from a file, all of it or nothing; no stream moves.

        It adds to what is stored, and changes nothing of it.
        """
        with self.db.writing() as raw:
            return sum((FileKeeper(raw, page, self._day).keep() for page in pages), Saved())

    def correct(self, verdicts: Sequence[Verdict], *, who: str, why: str, now: datetime) -> list[Correction]:
        """Keep what a person says, all of it or nothing, and return what of it is new.

        It counts from now on, whatever is judged or edited later, until somebody says otherwise. Its
        time is after that of all corrections before, even if the clock was set back.

        Raises:
            UsageError: a mention is not stored, or was not assessed for that brand.
        """
        with self.db.writing() as raw:
            return Judgements(raw, self._day).correct(verdicts, who, why, epoch_ms(now))

    def save_judgements(self, judged: Sequence[Judged]) -> None:
        """Keep how stored mentions are judged now, for the brands that are given, all of it or nothing.

        What was found for other brands stays, and what people said still counts.
        """
        with self.db.writing() as raw:
            Judgements(raw, self._day).rejudge(judged)

    def save_lesson(self, lesson: Lesson) -> Lesson:
        """Keep what corrections taught about a brand, or that it was not worth it (see base.Store)."""
        with self.db.writing() as raw:
            (last,) = raw.execute(
                "select max(version) from lesson where brand = ?", (lesson.brand,)
            ).fetchone()
            kept = replace(lesson, version=max(lesson.version, (last or 0) + 1))
            raw.execute(rows.insert("lesson", rows.LESSON), rows.lesson_values(kept))
        return kept

    def undo_lesson(self, brand: str) -> Lesson | None:
        """Take back the last lesson that is kept, and return it; None where there is none."""
        with self.db.writing() as raw:
            found = raw.execute(
                f"""
                update lesson set state = 'undone' where brand = :brand and version = (
                    select max(version) from lesson where brand = :brand and state = 'kept'
                ) returning {", ".join(rows.LESSON)}
                """,
                {"brand": brand},
            ).fetchone()
        return rows.lesson(tuple(found)) if found else None

    def expire(self, source: str, before: datetime, now: datetime) -> int:
        """Blank the mentions of a source that were last shown before then; return how many."""
        with self.db.writing() as raw:
            return Followups(raw, epoch_ms(now)).expire(source, epoch_ms(before))

    def asked_since(self, source: str, asked: str, now: datetime) -> datetime:
        """Return since when a source is asked for the same; `asked` stands for it."""
        found = self.db.one("select since_ms from habit where source = ? and asked = ?", (source, asked))
        if found is not None:
            return from_epoch_ms(found[0])
        with self.db.writing() as raw:
            raw.execute(
                "insert into habit (source, asked, since_ms) values (?, ?, ?) on conflict (source) do update"
                " set asked = excluded.asked, since_ms = excluded.since_ms",
                (source, asked, epoch_ms(now)),
            )
        return now

    def save_robots(self, host: str, robots: str, until: datetime) -> None:
        """Keep a host's robots.txt."""
        with self.db.writing() as raw:
            raw.execute(
                """
                insert into host (host, robots, robots_until_ms) values (?, ?, ?)
                on conflict (host) do update set
                    robots = excluded.robots, robots_until_ms = excluded.robots_until_ms
                """,
                (host, robots, epoch_ms(until)),
            )

    def tidy(self, now: datetime) -> None:
        """Drop what has expired, then checkpoint.

        Seen marks last for 30 days, near-misses for 14, runs and outcomes for 400. Of each source the
        last outcome that is older stays, and the last one that read something. A stream that was not
        read keeps its marks: they age by its newest page.
        """
        with self.db.writing() as raw:
            raw.execute(
                "delete from seen where shown_ms <"
                " (select s.saved_ms - ? from stream s where s.id = seen.stream)",
                (_ms(SEEN_KEPT.total_seconds()),),
            )
            raw.execute("delete from near_miss where shown_ms < ?", (epoch_ms(now - NEAR_MISSES_KEPT),))
            raw.execute("delete from quota where since_ms < ?", (epoch_ms(now - RUNS_KEPT),))
            for statement in _DROP_RUNS:
                raw.execute(statement, {"old_ms": epoch_ms(now - RUNS_KEPT)})
        self._purge()
        self._checkpoint()

    def _purge(self) -> None:
        """Merge the search index anew if it still holds words of what is gone, some of it in each scan."""
        last_s = time.monotonic() + PURGED_S
        while (found := self.db.one("select value from meta where key = 'purge'")) is not None:
            begins = found[0] == "wanted"
            with self.db.writing() as raw:
                raw.execute("pragma secure_delete = on")
                before = raw.total_changes
                pages = -PURGED_PAGES if begins else PURGED_PAGES  # below 0, all of it is to be merged
                raw.execute("insert into mention_fts (mention_fts, rank) values ('merge', ?)", (pages,))
                if begins:
                    raw.execute("update meta set value = 'begun' where key = 'purge'")
                elif raw.total_changes - before < 2:  # it says so when there is nothing left to do
                    raw.execute("delete from meta where key = 'purge' and value = 'begun'")
                    raw.execute("update meta set value = 'wanted' where key = 'purge'")
            if time.monotonic() > last_s:
                return

    def _checkpoint(self) -> None:
        """Move the write-ahead log into the file, as far as readers allow, without waiting for them."""
        raw = self.db.raw
        try:
            (busy_ms,) = raw.execute("pragma busy_timeout").fetchone()
            raw.execute("pragma busy_timeout = 0")
            try:
                raw.execute("pragma wal_checkpoint(truncate)").fetchall()
            finally:
                raw.execute(f"pragma busy_timeout = {busy_ms}")
        except sqlite3.Error as error:
            refuse(self.db.path, error)

    def _count_days_in(self, zone: str) -> None:
        """Make every stored day a day of this zone."""
        if self.db.one("select 1 from meta where key = 'timezone' and value = ?", (zone,)):
            return
        with self.db.writing() as raw:
            raw.create_function("local_day", 1, self._day, deterministic=True)
            raw.execute("update assessment set day = local_day(at_ms) where day <> local_day(at_ms)")
            raw.execute(
                "insert into meta (key, value) values ('timezone', ?)"
                " on conflict (key) do update set value = excluded.value",
                (zone,),
            )


def prepare(connection: Connection, steps: Sequence[Step] = STEPS) -> None:
    """Make or migrate what a database holds, after a copy of what it held.

    Raises:
        StoreError: it is locked, full or read-only; it is as it was before.
    """
    try:
        found = stamp(connection.raw)
        _write_ahead(connection.raw)
        if found.version >= len(steps):
            return
        if not found.empty:
            _back_up(connection, found.version)
    except sqlite3.Error as error:
        refuse(connection.path, error)
    with connection.writing() as raw:
        migrate(raw, steps)  # which finds nothing to do when another process was quicker


def _write_ahead(raw: sqlite3.Connection) -> None:
    """Let readers and a writer work side by side; the file remembers it.

    SQLite does not wait for another process that does the same to a new file, so that is done here.
    """
    (busy_ms,) = raw.execute("pragma busy_timeout").fetchone()
    last_try_s = time.monotonic() + busy_ms / 1000
    while True:
        try:
            raw.execute("pragma journal_mode = wal").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > last_try_s:
                raise
            time.sleep(RETRIED_S)
        else:
            return


def _back_up(connection: Connection, version: int) -> None:
    """Copy the database to a file beside it that only its owner may read."""
    path = connection.path
    copy = path.with_name(f"{path.name}.schema-{version}.bak")
    draft = path.with_name(f"{copy.name}.{os.getpid()}")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        connection.raw.execute("vacuum into ?", (str(draft),))
        draft.replace(copy)
    except OSError as error:
        refuse(path, error)
    finally:
        draft.unlink(missing_ok=True)


def _stream_id(raw: sqlite3.Connection, task: Task) -> int:
    raw.execute(
        "insert into stream (source, query) values (?, ?) on conflict (source, query) do nothing",
        (task.source, task.query),
    )
    found = raw.execute(
        "select id from stream where source = ? and query = ?", (task.source, task.query)
    ).fetchone()
    return int(found[0])


def _seen_of(raw: sqlite3.Connection, stream: int, ids: Sequence[str]) -> int:
    """Return how many of these mentions a stream has shown before."""
    (count,) = raw.execute(
        "select count(*) from seen where stream = ? and id in (select value from json_each(?))",
        (stream, rows.compact(list(ids))),
    ).fetchone()
    return int(count)


def _add_tasks(raw: sqlite3.Connection, stream: int, tasks: Iterable[Task]) -> None:
    raw.executemany(
        "insert into task (id, stream, since_ms, until_ms, page_cursor) values (?, ?, ?, ?, ?)"
        " on conflict (id) do nothing",
        ((task.id, stream, epoch_ms(task.since), epoch_ms(task.until), task.cursor) for task in tasks),
    )


def _advance(raw: sqlite3.Connection, stream: int, page: PageSave) -> None:
    """Mark the page's task as done and note those that follow."""
    _add_tasks(raw, stream, [page.task])
    raw.execute(
        "update task set done = 1, shown = ? where id = ?", (rows.compact(list(page.shown)), page.task.id)
    )
    _add_tasks(raw, stream, page.following)


def _close_window(raw: sqlite3.Connection, stream: int, page: PageSave) -> None:
    _drop_window(raw, stream, page.task)
    validators = page.validators
    raw.execute(
        """
        update stream set
            read_until_ms = ?, resume = coalesce(?, resume), fingerprint = ?,
            url = ?, etag = ?, last_modified = ?, body_hash = ?, validated_ms = ?
        where id = ?
        """,
        (
            epoch_ms(page.task.until),
            page.resume,
            page.fingerprint,
            validators and validators.url,
            validators and validators.etag,
            validators and validators.last_modified,
            validators and validators.body_hash,
            validators and epoch_ms(validators.at),
            stream,
        ),
    )


def _drop_window(raw: sqlite3.Connection, stream: int, task: Task) -> None:
    raw.execute(
        "delete from task where stream = ? and since_ms = ? and until_ms = ?",
        (stream, epoch_ms(task.since), epoch_ms(task.until)),
    )


def _ms(seconds: float) -> int:
    return math.ceil(seconds * 1000)
