"""The questions that reports ask, worded alike for every SQL database as far as that goes."""

# ruff: noqa: S608 (SQL is put together from names in this package; values are always bound)

from __future__ import annotations

import json
import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from repwatch.errors import UsageError
from repwatch.habits import DayYield, Habit
from repwatch.model import Correction, Known, Task, epoch_ms, from_epoch_ms
from repwatch.store import followups, rows
from repwatch.store.base import (
    AlmostKept,
    Assessed,
    By,
    Count,
    Engagement,
    Filter,
    Health,
    Lease,
    Lesson,
    MentionRow,
    OpenTask,
    Order,
    Outcome,
    Run,
    StoreInfo,
)
from repwatch.store.connect import Connection, Row, beside, size
from repwatch.store.search import match_expression

_ORDERS: dict[Order, str] = {
    "newest": "a.at_ms desc, a.mention desc, a.brand desc",
    "oldest": "a.at_ms, a.mention, a.brand",
    "negative": "a.sentiment is null, a.sentiment, a.at_ms desc, a.mention desc, a.brand desc",
    "engaged": "a.engagement desc, a.at_ms desc, a.mention desc, a.brand desc",
    "urgent": (
        "case a.urgency when 'high' then 0 when 'medium' then 1 else 2 end, a.p_negative is null,"
        " a.p_negative desc, a.engagement desc, a.at_ms desc, a.mention desc, a.brand desc"
    ),
    "rank": "f.rank, a.at_ms desc, a.mention desc, a.brand desc",
}

_GROUPS: dict[By, str] = {
    "brand": "a.brand",
    "source": "a.source",
    "day": "a.day",
    "label": "a.label",
    "lang": "coalesce(a.lang, '')",
    "author": "coalesce(m.author, '')",
    "kind": "a.kind",
    "intent": "a.intent",
    "urgency": "a.urgency",
    "sender": "a.sender",
}

_COUNTED = """
    count(*),
    count(*) filter (where a.label = 'negative'),
    count(*) filter (where a.label = 'neutral'),
    count(*) filter (where a.label = 'positive'),
    count(*) filter (where a.label = 'unscored'),
    coalesce(sum(a.sentiment), 0.0),
    count(*) filter (where a.label <> 'unscored' and a.sentiment is null),
    count(*) filter (where a.corrected like '%"label"%'),
    count(*) filter (where a.sender not in ('customer', 'own'))
"""

# What a brand's own posts answer: the mention above them, or all of a thread where they name none.
# No answer is older than what it answers. (The brand is coalesced so that the planner finds these few
# posts by the index of own ones, and does not go through all of each brand's.)
_ANSWERS = """
    select
        coalesce(o.brand, '') as brand, cast(coalesce(r.parent_id, r.thread_id) as text) as target,
        max(o.at_ms) as at_ms
    from assessment o join mention r on r.seq = o.mention
    where o.own = 1 and o.at_ms >= {since_ms} and coalesce(r.parent_id, r.thread_id) is not null
    group by 1, 2
"""
_ANSWERED = f"""
    join mention w on w.seq = a.mention
    left join ({_ANSWERS}) below on below.brand = a.brand and below.target = w.id
    left join ({_ANSWERS}) later
        on later.brand = a.brand and later.target = coalesce(w.thread_id, w.id) and later.at_ms >= a.at_ms
"""
_WAITING = "w.answered_ms is null and w.gone_ms is null and below.at_ms is null and later.at_ms is null"

_QUERY = """
    coalesce(
        (select s.query from sighting s where s.mention = m.seq order by s.first_ms, s.query limit 1), '')
"""
_SNIPPET = "snippet(mention_fts, -1, char(2), char(3), '…', 24)"

RARE = 10_000
"""Hits up to which a search starts from the words; beyond, from the time index."""

AT_ONCE = 300
"""Mentions that are read at once where all of them are gone through."""

LISTED = 10
"""How many ids an ambiguous one is answered with."""

GOOD = "('ok', 'unchanged', 'partial')"
_BAD = "('failed', 'no_access', 'blind')"
_UNREAD = "('failed', 'no_access', 'blind', 'waiting')"
_DAY_MS = 86_400_000
_RUN = "id, started_ms, ended_ms, exit_code, due"
_OUTCOME = ", ".join(f"o.{name}" for name in rows.OUTCOME)

# Each source is found by one step in an index: there are few of them, and many outcomes.
SOURCES = """
    with recursive source_name (source) as (
        select min(source) from run_source
        union all
        select (select min(o.source) from run_source o where o.source > s.source)
        from source_name s where s.source is not null
    )
"""


@dataclass(frozen=True, slots=True)
class _Where:
    """Which assessments are meant: `tables` stands after from."""

    tables: str
    condition: str
    values: list[Any]


class SqlReader:
    """Answers questions about a database; see the protocol in base.py."""

    def __init__(self, connection: Connection) -> None:
        self.db = connection

    def close(self) -> None:
        """Give the file back."""
        self.db.close()

    def mentions(
        self, filter: Filter, *, order: Order = "newest", limit: int | None = None
    ) -> Iterator[MentionRow]:
        """Yield matching rows, streamed.

        Raises:
            UsageError: the search in filter.words can't be read.
        """
        words = None if filter.words is None else match_expression(filter.words)
        if words is None and order == "rank":
            order = "newest"
        sql, values = self._mentions(filter, words, order, limit)
        return map(rows.mention_row, self.db.rows(sql, values))

    def _mentions(
        self, filter: Filter, words: str | None, order: Order, limit: int | None
    ) -> tuple[str, list[Any]]:
        columns = ", ".join(rows.MENTION_ROW)
        if words is None and limit is None:
            where = self._where(filter, None)
            found = f"select {columns} from {where.tables} join mention m on m.seq = a.mention"
            return f"{found} where {where.condition} order by {_ORDERS[order]}", where.values
        # The few rows that win are chosen within an index; only they are fetched whole.
        where = self._where(filter, None if order == "rank" else words)
        hits, values = where.tables, where.values
        rank, ranked = "", _ORDERS[order]
        if order == "rank":
            hits = (
                "(select rowid as mention, rank from mention_fts where mention_fts match ?) f"
                f" cross join {where.tables.replace('assessment a', 'assessment a on a.mention = f.mention')}"
            )
            values = [words, *values]
            rank, ranked = ", f.rank", ranked.replace("f.rank", "h.rank")
        found = (
            f"select a.mention, a.brand{rank} from {hits} where {where.condition} order by {_ORDERS[order]}"
        )
        if limit is not None:
            found, values = f"{found} limit ?", [*values, limit]
        search = ""
        if words is not None:
            columns = f"{columns}, {_SNIPPET}"
            search = "cross join mention_fts on mention_fts.rowid = h.mention and mention_fts match ?"
            values = [*values, words]
        sql = f"""
            select {columns} from ({found}) h
            cross join assessment a on a.mention = h.mention and a.brand = h.brand
            cross join mention m on m.seq = h.mention
            {search}
            order by {ranked}
        """
        return sql, values

    def counts(self, filter: Filter, by: Sequence[By] = ()) -> list[Count]:
        """Return a count for each group, or a single one with an empty key; ordered by key."""
        words = None if filter.words is None else match_expression(filter.words)
        where = self._where(filter, words)
        groups = [_GROUPS[name] for name in by]
        keys = "".join(f"{group}, " for group in groups)
        joined = " join mention m on m.seq = a.mention" if "author" in by else ""
        grouped = f" group by {', '.join(groups)}" if groups else ""
        found = self.db.rows(
            f"select {keys}{_COUNTED} from {where.tables}{joined} where {where.condition}{grouped}",
            where.values,
        )
        return sorted(
            (Count(tuple(row[: len(groups)]), *row[len(groups) :]) for row in found),
            key=lambda count: count.key,
        )

    def _where(self, filter: Filter, words: str | None) -> _Where:
        tables, conditions = "assessment a", ["1 = 1"]
        values: list[Any] = []
        lists: tuple[tuple[str, Sequence[str]], ...] = (
            ("a.brand", filter.brands),
            ("a.source", filter.sources),
            ("a.label", filter.labels),
            ("a.lang", filter.langs),
            ("a.relevance", filter.relevance),
            ("a.intent", filter.intents),
            ("a.urgency", filter.urgencies),
            ("a.sender", filter.senders),
        )
        for column, allowed in lists:
            if allowed:
                conditions.append(f"{column} in ({', '.join('?' * len(allowed))})")
                values.extend(allowed)
        if filter.since is not None:
            conditions.append("a.at_ms >= ?")
            values.append(epoch_ms(filter.since))
        if filter.until is not None:
            conditions.append("a.at_ms < ?")
            values.append(epoch_ms(filter.until))
        if filter.own is not None:
            conditions.append("a.own = ?")
            values.append(int(filter.own))
        if filter.trended:
            conditions.append("a.trended = 1")
        if filter.waiting:
            tables += _ANSWERED.format(since_ms=_since(filter.since))
            conditions.append(_WAITING)
        if words is not None:
            # The plus keeps the planner from looking up every hit of a common word.
            plus = "" if self._is_rare(words) else "+"
            conditions.append(f"{plus}a.mention in (select rowid from mention_fts where mention_fts match ?)")
            values.append(words)
        return _Where(tables, " and ".join(conditions), values)

    def _is_rare(self, words: str) -> bool:
        found = self.db.one(
            "select count(*) from (select 1 from mention_fts where mention_fts match ? limit ?)",
            (words, RARE + 1),
        )
        return found is not None and found[0] <= RARE

    def mention(self, prefix: str) -> list[MentionRow]:
        """Return one mention, a row for each brand it was assessed for.

        Raises:
            UsageError: no id begins so, or several do (they are listed).
        """
        typed = prefix.strip()
        start = "m_" + typed.removeprefix("m_").removeprefix("M_").upper()
        columns = ", ".join(rows.MENTION_ROW)
        with self.db.reading():
            ids = self.db.all(
                "select m.id from mention m where m.id >= ? and m.id < ?"
                " and exists (select 1 from assessment a where a.mention = m.seq) order by m.id limit ?",
                (start, start + "\x7f", LISTED + 1),
            )
            if len(ids) != 1:
                raise _ambiguous("mention", typed, ids, "Find it: repwatch search WORDS")
            found = self.db.all(
                f"select {columns} from mention m join assessment a on a.mention = m.seq"
                " where m.id = ? order by a.brand",
                ids[0],
            )
        return [rows.mention_row(row) for row in found]

    def assessed(self, filter: Filter, *, corrected: bool = False) -> Iterator[Assessed]:
        """Yield matching mentions as they were judged, last stored first, each mention's brands together.

        They are read a few hundred at a time: what is yielded may be judged anew and saved meanwhile.

        Args:
            filter: which; those that are gone are left out, and its words are not looked at.
            corrected: only those of which a person has said something.
        """
        where = self._where(filter, None)
        if corrected:
            where = replace(where, condition=f"{where.condition} and a.corrected <> '[]'")
        found = self.db.rows(
            f"select distinct a.mention from {where.tables} where {where.condition} order by a.mention desc",
            where.values,
        )
        seqs = array("q", (seq for (seq,) in found))
        for start in range(0, len(seqs), AT_ONCE):
            yield from self._assessed(where, list(seqs[start : start + AT_ONCE]))

    def _assessed(self, where: _Where, seqs: Sequence[int]) -> list[Assessed]:
        among = rows.compact(seqs)
        with self.db.reading():
            said = self._corrections("c.mention in (select value from json_each(?))", (among,))
            found = self.db.all(
                f"select {_QUERY}, {', '.join(rows.ASSESSED)}"
                f" from {where.tables} join mention m on m.seq = a.mention"
                f" where {where.condition} and m.gone_ms is null"
                " and a.mention in (select value from json_each(?)) order by a.mention desc, a.brand",
                (*where.values, among),
            )
        by_brand: defaultdict[tuple[str, str], list[Correction]] = defaultdict(list)
        for each in said:
            by_brand[each.mention, each.brand].append(each)
        return [rows.assessed(row, by_brand) for row in found]

    def near_misses(self, since: datetime | None = None) -> Iterator[AlmostKept]:
        """Yield what was not kept since then, last shown first; it is there for two weeks."""
        found = self.db.rows(
            "select source, shown_ms, payload from near_miss where shown_ms >= ? order by shown_ms desc, id",
            (_since(since),),
        )
        for source, shown_ms, payload in found:
            mention, near_misses = rows.near_miss(payload)
            at = from_epoch_ms(shown_ms)
            yield AlmostKept(source=source, at=at, mention=mention, near_misses=near_misses)

    def corrections(self, mention: str) -> list[Correction]:
        """Return all that people have said of a mention (its whole id), oldest first."""
        return self._corrections("m.id = ?", (mention,))

    def _corrections(self, condition: str, values: Sequence[Any]) -> list[Correction]:
        found = self.db.all(
            f"select m.id, {', '.join(f'c.{name}' for name in rows.CORRECTION)}"
            " from correction c join mention m on m.seq = c.mention"
            f" where {condition} order by c.at_ms, c.id",
            values,
        )
        return [rows.correction(id, values) for id, *values in found]

    def lessons(self, brand: str | None = None) -> list[Lesson]:
        """Return what corrections taught about a brand, or each, oldest first; the last kept one holds."""
        found = self.db.all(
            f"select {', '.join(rows.LESSON)} from lesson where :brand is null or brand = :brand"
            " order by brand, version",
            {"brand": brand},
        )
        return [rows.lesson(values) for values in found]

    def runs(self, limit: int | None = None) -> list[Run]:
        """Return the newest runs, newest first, with their outcomes."""
        chosen = f"select {_RUN} from run order by started_ms desc, id desc"
        values: list[int] = []
        if limit is not None:
            chosen, values = f"{chosen} limit ?", [limit]
        with self.db.reading():
            return self._runs(chosen, values)

    def run(self, prefix: str) -> Run:
        """Return one run with its outcomes.

        Raises:
            UsageError: no id begins so, or several do (they are listed).
        """
        typed = prefix.strip()
        start = "r_" + typed.removeprefix("r_")
        with self.db.reading():
            ids = self.db.all(
                "select id from run where id >= ? and id < ? order by id limit ?",
                (start, start + "\x7f", LISTED + 1),
            )
            if len(ids) != 1:
                raise _ambiguous("scan", typed, ids, "list them: repwatch runs list")
            return self._runs(f"select {_RUN} from run where id = ?", ids[0])[0]

    def _runs(self, chosen: str, values: Sequence[Any]) -> list[Run]:
        runs = self.db.all(chosen, values)
        outcomes = self.db.all(
            f"select {_OUTCOME} from ({chosen}) r join run_source o on o.run = r.id order by o.source",
            values,
        )
        by_run: defaultdict[str, list[Outcome]] = defaultdict(list)
        for outcome in map(rows.outcome, outcomes):
            by_run[outcome.run].append(outcome)
        return [
            Run(
                id=id,
                started_at=from_epoch_ms(started_ms),
                ended_at=rows.moment(ended_ms),
                exit_code=exit_code,
                due=due,
                outcomes=tuple(by_run[id]),
            )
            for id, started_ms, ended_ms, exit_code, due in runs
        ]

    def outcomes(self, since: datetime, until: datetime) -> list[Outcome]:
        """Return what sources did in runs that started in the window, oldest first.

        The last outcome of each source before the window comes first, so that a gap that reaches
        into the window can be seen.
        """
        since_ms, until_ms = epoch_ms(since), epoch_ms(until)
        with self.db.reading():
            before = self.db.all(
                f"""
                {SOURCES}
                select {_OUTCOME} from source_name s join run_source o on o.source = s.source and o.run = (
                    select b.run from run_source b
                    where b.source = s.source and b.run_ms < ? order by b.run_ms desc limit 1
                )
                order by o.run_ms, o.started_ms, o.source
                """,
                (since_ms,),
            )
            inside = self.db.all(
                f"""
                select {_OUTCOME} from run r join run_source o on o.run = r.id
                where r.started_ms >= ? and r.started_ms < ? order by r.started_ms, o.started_ms, o.source
                """,
                (since_ms, until_ms),
            )
        return [rows.outcome(row) for row in (*before, *inside)]

    def health(self) -> dict[str, Health]:
        """Return how each source fares that has ever been scanned."""
        found = self.db.all(
            f"""
            {SOURCES},
            latest as (
                select
                    s.source,
                    (select o.run from run_source o
                     where o.source = s.source order by o.run_ms desc limit 1) as last_run,
                    (select o.run from run_source o
                     where o.source = s.source and o.status in {GOOD}
                     order by o.run_ms desc limit 1) as good_run
                from source_name s where s.source is not null
            ),
            streak as (
                select
                    l.source, l.last_run, g.ended_ms as good_ms,
                    coalesce(sum(b.status in {_BAD}), 0) as failures, min(b.started_ms) as failing_ms
                from latest l
                left join run_source g on g.run = l.good_run and g.source = l.source
                left join run_source b on b.source = l.source and b.status in {_UNREAD}
                    and b.run_ms > coalesce(g.run_ms, -1)
                group by l.source, l.last_run, g.ended_ms
            )
            select k.good_ms, k.failures, k.failing_ms,
                (select max(f.run_ms) from run_source f where f.source = k.source and f.fresh > 0),
                {_OUTCOME}
            from streak k
            join run_source o on o.run = k.last_run and o.source = k.source
            order by k.source
            """
        )
        healths = (
            Health(
                source=last.source,
                last=last,
                last_ok_at=rows.moment(good_ms),
                failures_in_a_row=failures,
                failing_since=rows.moment(failing_ms),
                last_fresh_at=rows.moment(fresh_ms),
            )
            for good_ms, failures, failing_ms, fresh_ms, *outcome in found
            for last in (rows.outcome(tuple(outcome)),)
        )
        return {health.source: health for health in healths}

    def open_tasks(self, sources: Sequence[str]) -> list[OpenTask]:
        """Return the pages that are still to be read, oldest window first."""
        marks = ", ".join("?" * len(sources))
        return self._open_tasks(f"s.source in ({marks})", list(sources))

    def _open_tasks(self, condition: str, values: Sequence[Any]) -> list[OpenTask]:
        windows: dict[tuple[int, int, int], _Window] = {}
        found: list[tuple[tuple[int, int, int], Task, bool]] = []
        for (
            stream,
            source,
            query,
            resume,
            read_until_ms,
            since_ms,
            until_ms,
            cursor,
            done,
            shown,
        ) in self.db.rows(
            f"""
            select s.id, s.source, s.query, s.resume, s.read_until_ms,
                t.since_ms, t.until_ms, t.page_cursor, t.done, t.shown
            from stream s join task t on t.stream = s.id
            where {condition} order by t.until_ms, t.seq
            """,
            values,
        ):
            key = (stream, since_ms, until_ms)
            window = windows.setdefault(key, _Window(0, set()))
            if done:
                window.pages += 1
                window.shown.update(json.loads(shown))
                continue
            task = Task(
                source=source,
                query=query,
                since=from_epoch_ms(since_ms),
                until=from_epoch_ms(until_ms),
                cursor=cursor,
                resume=resume,
            )
            found.append((key, task, read_until_ms is None))
        return [
            OpenTask(
                task=task,
                pages=windows[key].pages,
                shown=frozenset(windows[key].shown),
                first_read=first_read,
            )
            for key, task, first_read in found
        ]

    def lease(self, name: str) -> Lease | None:
        """Return who holds a lease now."""
        row = self.db.one("select name, holder, taken_ms, until_ms from lease where name = ?", (name,))
        if row is None:
            return None
        name, holder, taken_ms, until_ms = row
        return Lease(name, holder, from_epoch_ms(taken_ms), from_epoch_ms(until_ms))

    def engagement(self, mention: str) -> list[Engagement]:
        """Return how the counts of a mention (its whole id) grew, oldest first."""
        found = self.db.all(
            "select e.at_ms, e.likes, e.replies, e.reposts, e.views, e.score"
            " from engagement e join mention m on m.seq = e.mention where m.id = ? order by e.at_ms",
            (mention,),
        )
        return [Engagement(from_epoch_ms(at_ms), *counts) for at_ms, *counts in found]

    def spent(self, quota: str, since: datetime) -> int:
        """Return what was spent of a quota in the stretch that began then."""
        row = self.db.one("select spent from quota where name = ? and since_ms = ?", (quota, epoch_ms(since)))
        return row[0] if row else 0

    def habit(self, source: str, since: datetime) -> Habit:
        """Return what a source has brought day by day (in UTC) since then."""
        found = self.db.all(
            f"""
            select run_ms / {_DAY_MS}, sum(fresh), min(case when status = 'ok' then fetched end)
            from run_source where source = ? and run_ms >= ? and status in {GOOD}
            group by run_ms / {_DAY_MS} order by 1
            """,
            (source, epoch_ms(since)),
        )
        last = self.db.one("select max(run_ms) from run_source where source = ? and fresh > 0", (source,))
        return Habit(
            days=tuple(
                DayYield(from_epoch_ms(day * _DAY_MS).date(), fresh, least) for day, fresh, least in found
            ),
            last_fresh_at=rows.moment(last[0]) if last else None,
        )

    def followups(self, source: str, now: datetime, since: datetime | None, limit: int) -> list[Known]:
        """Return mentions of a source, published since then, that are to be read again, longest ago first.

        A mention is due when a quarter of its age has passed since it was last asked for, at least an
        hour and at most a day. One that is gone is not read again.
        """
        values = {"source": source, "now_ms": epoch_ms(now), "since_ms": _since(since), "limit": limit}
        due = followups.DUE_OF_ALL if since is None else followups.DUE
        return [followups.known(row) for row in self.db.rows(due, values)]

    def threads(self, source: str, since: datetime | None, limit: int) -> list[Known]:
        """Return mentions of a source whose replies have grown since they were read, newest first."""
        values = {"source": source, "since_ms": _since(since), "limit": limit}
        return [followups.known(row) for row in self.db.rows(followups.THREADS, values)]

    def info(self) -> StoreInfo:
        """Return the store in numbers."""
        with self.db.reading():
            (schema,) = self.db.one("pragma user_version") or (0,)
            (mode,) = self.db.one("pragma journal_mode") or ("",)
            by_source: dict[str, int] = dict(
                self.db.all("select source, count(*) from mention group by source")
            )
            (near_misses,) = self.db.one("select count(*) from near_miss") or (0,)
            (zone,) = self.db.one("select value from meta where key = 'timezone'") or ("",)
        path = self.db.path
        return StoreInfo(
            path=str(path),
            schema=schema,
            bytes=sum(map(size, (path, *beside(path)))),
            mentions=sum(by_source.values()),
            by_source=by_source,
            near_misses=near_misses,
            details={"sqlite": sqlite3.sqlite_version, "journal": mode, "timezone": zone},
        )


def _since(moment: datetime | None) -> int:
    return -(2**62) if moment is None else epoch_ms(moment)


@dataclass(slots=True)
class _Window:
    pages: int
    shown: set[str]


def _ambiguous(what: str, typed: str, ids: Sequence[Row], hint: str) -> UsageError:
    if not ids:
        return UsageError(f'no {what}\'s id begins with "{typed}"', hint=hint)
    more = ", …" if len(ids) > LISTED else ""
    return UsageError(
        f'several {what}s\' ids begin with "{typed}": {", ".join(id for (id,) in ids[:LISTED])}{more}',
        hint="Type more of it.",
    )
