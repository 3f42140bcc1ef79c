"""Second looks at stored mentions: which are due, and what is blanked when it is gone upstream."""

# ruff: noqa: S608 (SQL is put together from names in this package; values are always bound)

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from repwatch.model import Known
from repwatch.store import rows

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS

_AT = "coalesce(m.published_ms, m.collected_ms)"
_KNOWN = "m.id, m.space, m.native_id, m.kind, m.url, f.ref"
_OF_SOURCE = f"""
    from followup f join mention m on m.seq = f.mention
    where f.source = :source and m.gone_ms is null and {_AT} >= :since_ms
"""
DUE = f"""
    select {_KNOWN} {_OF_SOURCE} and f.read_ms <= :now_ms - case
        when (f.read_ms - {_AT}) / 4 < {HOUR_MS} then {HOUR_MS}
        when (f.read_ms - {_AT}) / 4 > {DAY_MS} then {DAY_MS}
        else (f.read_ms - {_AT}) / 4 end
    order by f.read_ms limit :limit
"""
THREADS = f"""
    select {_KNOWN} {_OF_SOURCE}
        and m.replies > 0 and (f.thread_replies is null or m.replies <> f.thread_replies)
    order by {_AT} desc limit :limit
"""
_BLANKED = ("title", "text", "native_id")
_REMOVED = ("url", "author", "author_id", "author_url", "item")


class Followups:
    """Notes second looks, inside the transaction that is open."""

    def __init__(self, raw: sqlite3.Connection, at_ms: int) -> None:
        self._raw = raw
        self._at_ms = at_ms

    def read(self, ids: Sequence[str]) -> None:
        """Note that mentions were asked for now."""
        self._raw.execute(
            "update followup set read_ms = ? where mention in (select seq from mention where id in"
            " (select value from json_each(?)))",
            (self._at_ms, rows.compact(list(ids))),
        )

    def thread_read(self, id: str) -> None:
        """Note that the replies under a mention were read now."""
        self._raw.execute(
            "update followup set thread_ms = ?, thread_replies = (select replies from mention where id = ?)"
            " where mention = (select seq from mention where id = ?)",
            (self._at_ms, id, id),
        )

    def missed(self, ids: Sequence[str]) -> list[str]:
        """Note that mentions were missing now; return those that had been missing before."""
        twice = [
            id
            for (id,) in self._raw.execute(
                "select m.id from followup f join mention m on m.seq = f.mention"
                " where f.missing_ms is not null and m.id in (select value from json_each(?))",
                (rows.compact(list(ids)),),
            )
        ]
        self._raw.execute(
            "update followup set missing_ms = ? where missing_ms is null and mention in"
            " (select seq from mention where id in (select value from json_each(?)))",
            (self._at_ms, rows.compact(list(ids))),
        )
        return twice

    def blank(self, ids: Iterable[str]) -> int:
        """Take away what gone mentions said and who said it; return how many were not blanked before."""
        found = self._raw.execute(
            "select seq, title, text from mention where gone_ms is null"
            " and id in (select value from json_each(?))",
            (rows.compact(list(ids)),),
        ).fetchall()
        for seq, title, text in found:
            self._raw.execute(
                "insert into mention_fts (mention_fts, rowid, title, text) values ('delete', ?, ?, ?)",
                (seq, title, text),
            )
            self._raw.execute("insert into mention_fts (rowid, title, text) values (?, '', '')", (seq,))
            self._raw.execute("delete from twin where mention = ?", (seq,))
            self._raw.execute(
                "update assessment set reasons = '[]', why = '[]', spans = '[]' where mention = ?", (seq,)
            )
        blanks = [*(f"{name} = ''" for name in _BLANKED), *(f"{name} = null" for name in _REMOVED)]
        self._raw.executemany(
            f"update mention set gone_ms = ?, {', '.join(blanks)} where seq = ?",
            ((self._at_ms, seq) for seq, _, _ in found),
        )
        return len(found)

    def expire(self, source: str) -> int:
        """Blank what was last read before now."""
        found = self._raw.execute(
            "select m.id from followup f join mention m on m.seq = f.mention"
            " where f.source = ? and f.read_ms < ? and m.gone_ms is null",
            (source, self._at_ms),
        )
        return self.blank([id for (id,) in found])


def known(values: tuple[Any, ...]) -> Known:
    """Build a Known from the columns of DUE and THREADS."""
    id, space, native_id, kind, url, ref = values
    return Known(id=id, space=space, native_id=native_id, kind=kind, url=url, ref=ref)
