"""One page's mentions are kept: added, recognised, updated, and found by the search afterwards."""

# ruff: noqa: S608 (SQL is put together from names in this package; values are always bound)

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from repwatch.model import Judged, epoch_ms
from repwatch.store import rows
from repwatch.store.base import PageSave, Saved
from repwatch.store.judgements import Judgements

_STORED = ("seq", "gone_ms", *rows.MENTION)
_KNOWN = f"select {', '.join(_STORED)} from mention where id in (select value from json_each(?))"
_TWIN = f"""
    select {", ".join(f"m.{name}" for name in _STORED)} from twin t join mention m on m.seq = t.mention
    where t.hash = ? and m.space = ? order by m.seq limit 1
"""
_INSERT_MENTION = rows.insert("mention", rows.MENTION)
_UPDATE_MENTION = f"update mention set {rows.assignments(rows.MENTION)} where seq = :seq"
_COUNT = f"""
    {rows.insert("engagement", ("mention", "at_ms", *rows.COUNTED))}
    on conflict (mention, at_ms) do update set {rows.assignments(rows.COUNTED, "excluded.")}
"""
# Only the source that showed it first reads it again.
_FOLLOW = """
    insert into followup (mention, source, at_ms, ref, asked_ms, read_ms)
    values (:seq, :source, :at_ms, :ref, :now_ms, :now_ms)
    on conflict (mention) do update set
        at_ms = excluded.at_ms, ref = coalesce(excluded.ref, followup.ref),
        asked_ms = excluded.asked_ms, read_ms = excluded.read_ms, missing_ms = null, misses = 0
    where followup.source = excluded.source
"""
COUNTED_EVERY_MS = 3_600_000


class Keeper:
    """Keeps a page's mentions, inside the transaction that is open."""

    def __init__(self, raw: sqlite3.Connection, page: PageSave, day: Callable[[int], str]) -> None:
        self._raw = raw
        self._page = page
        self._judgements = Judgements(raw, day)
        (self._indexed,) = raw.execute("select coalesce(max(seq), 0) from mention").fetchone()
        ids = rows.compact([judged.mention.id for judged in page.judged])
        self._known = {row["id"]: row for row in map(_stored, raw.execute(_KNOWN, (ids,)))}

    def keep(self) -> Saved:
        """Keep what is about a brand, and for a while what nearly was."""
        new = updated = negative = 0
        for judged in self._page.judged:
            shown = rows.mention_values(
                judged.mention,
                self._page.task.source,
                self._page.collected_at,
                first_read=self._page.first_read,
            )
            stored = self._known.get(shown["id"]) or self._twin(judged)
            if stored is not None:
                # What was taken away upstream does not come back through a stale index.
                if stored["gone_ms"] is None:
                    updated += self._update(stored, shown, judged)
            elif judged.assessments:
                self._add(shown, judged)
                new += 1
                negative += _is_negative(judged)
            elif judged.near_misses:
                self._keep_near_miss(judged)
        self._raw.execute(
            "insert into mention_fts (rowid, title, text) select seq, title, text from mention where seq > ?",
            (self._indexed,),
        )
        return Saved(new, updated, negative)

    def _twin(self, judged: Judged) -> rows.Values | None:
        """Return the stored mention that this one is under another id."""
        for hash in judged.twins:
            found = self._raw.execute(_TWIN, (hash, judged.mention.space)).fetchone()
            if found:
                return _stored(found)
        return None

    def _add(self, row: rows.Values, judged: Judged) -> None:
        row = {"seq": self._raw.execute(_INSERT_MENTION, row).lastrowid, "gone_ms": None, **row}
        self._known[row["id"]] = row
        self._count(row, first=True)
        self._raw.execute("delete from near_miss where id = ?", (row["id"],))
        self._sight(row, judged)
        self._judgements.add(row, judged.assessments)

    def _update(self, stored: rows.Values, shown: rows.Values, judged: Judged) -> bool:
        """Bring a stored mention up to date; tell whether anything of it changed."""
        row = {
            "seq": stored["seq"],
            "gone_ms": None,
            **rows.merged(stored, shown, recounted=self._page.asked_again),
        }
        edited = rows.is_edited(stored, row)
        if row != stored:
            self._rewrite(stored, row, edited=edited)
            self._known[row["id"]] = row
            if any(stored[name] != row[name] for name in rows.COUNTED):
                self._count(row)
        self._sight(row, judged)
        reassessed = self._judgements.replace(row, judged.assessments, edited=edited)
        return row != stored or reassessed

    def _count(self, row: rows.Values, *, first: bool = False) -> None:
        """Keep what the platform counts now; of several counts in an hour the last."""
        if all(row[name] is None for name in rows.COUNTED):
            return
        at_ms = epoch_ms(self._page.collected_at)
        if not first:
            # The first count of all stays: growth is measured from it.
            self._raw.execute(
                "delete from engagement where mention = :seq and at_ms > :at_ms - :hour_ms"
                " and at_ms > (select min(at_ms) from engagement where mention = :seq)",
                {"seq": row["seq"], "at_ms": at_ms, "hour_ms": COUNTED_EVERY_MS},
            )
        self._raw.execute(_COUNT, {**row, "mention": row["seq"], "at_ms": at_ms})

    def _rewrite(self, stored: rows.Values, row: rows.Values, *, edited: bool) -> None:
        seq = row["seq"]
        indexed = edited and seq <= self._indexed
        if indexed:
            # Only the words that went in take themselves out again.
            self._raw.execute(
                "insert into mention_fts (mention_fts, rowid, title, text) values ('delete', ?, ?, ?)",
                (seq, stored["title"], stored["text"]),
            )
        self._raw.execute(_UPDATE_MENTION, row)
        if indexed:
            self._raw.execute(
                "insert into mention_fts (rowid, title, text) values (?, ?, ?)",
                (seq, row["title"], row["text"]),
            )
        self._judgements.copy(row)

    def _sight(self, row: rows.Values, judged: Judged) -> None:
        """Note who showed a mention, and by what it is known again."""
        seq, task = row["seq"], self._page.task
        collected_ms = epoch_ms(self._page.collected_at)
        self._raw.execute(
            "insert into sighting (mention, source, query, first_ms) values (?, ?, ?, ?)"
            " on conflict (mention, source, query) do nothing",
            (seq, task.source, task.query, collected_ms),
        )
        if self._page.followed:
            self._raw.execute(
                _FOLLOW,
                {
                    "seq": seq,
                    "source": task.source,
                    "at_ms": rows.at_ms(row),
                    "ref": judged.mention.ref,
                    "now_ms": collected_ms,
                },
            )
        self._raw.executemany(
            "insert into twin (hash, mention) values (?, ?) on conflict (hash, mention) do nothing",
            ((hash, seq) for hash in judged.twins),
        )

    def _keep_near_miss(self, judged: Judged) -> None:
        self._raw.execute(
            """
            insert into near_miss (id, source, shown_ms, payload) values (?, ?, ?, ?)
            on conflict (id) do update set shown_ms = excluded.shown_ms, payload = excluded.payload
            """,
            (
                judged.mention.id,
                self._page.task.source,
                epoch_ms(self._page.collected_at),
                rows.near_miss_payload(judged),
            ),
        )


def _stored(values: tuple[Any, ...]) -> rows.Values:
    return dict(zip(_STORED, values, strict=True))


def _is_negative(judged: Judged) -> bool:
    """Tell whether a report would count it as negative for one of the brands."""
    return any(
        a.sentiment.label == "negative" and a.relevance == "about" and not a.own for a in judged.assessments
    )
