"""Second looks at stored mentions: which are due, and what is blanked when it is gone upstream."""

# ruff: noqa: S608 (SQL is put together from names in this package; values are always bound)

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from repwatch.model import Known
from repwatch.store import rows

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MISSED_FOR = timedelta(days=1)
DOUBTED_FOR = timedelta(days=2)
"""So long it takes to believe that what is missing is gone, and that all of what was asked for is.

Blanking can't be undone, and outages of an index last for hours; Reddit wants it out in two days.
"""
MISSES = 3
"""So many looks in a row must have missed it: where scans are far apart, two may fall into two outages."""

_KNOWN = "m.id, m.space, m.native_id, m.kind, m.url, f.ref"
_OF_SOURCE = "from followup f join mention m on m.seq = f.mention where f.source = :source"
_IS_DUE = f"""
    f.asked_ms <= :now_ms - case
        when (f.asked_ms - f.at_ms) / 4 < {HOUR_MS} then {HOUR_MS}
        when (f.asked_ms - f.at_ms) / 4 > {DAY_MS} then {DAY_MS}
        else (f.asked_ms - f.at_ms) / 4 end
"""
# The plus keeps the planner to the index by age: old mentions must cost nothing. A clock that was
# ahead for a while has asked in the future.
DUE = f"""
    select {_KNOWN} {_OF_SOURCE} and f.at_ms >= :since_ms and ({_IS_DUE} or f.asked_ms > :now_ms)
    order by +f.asked_ms, f.mention limit :limit
"""
DUE_OF_ALL = f"""
    select {_KNOWN} {_OF_SOURCE} and f.read_ms <= :now_ms - {HOUR_MS} and {_IS_DUE}
    order by f.read_ms, f.mention limit :limit
"""
"""The same where all mentions are read again, however old: then those in the front of an index are due."""
THREADS = f"""
    select {_KNOWN} {_OF_SOURCE} and f.at_ms >= :since_ms
        and m.replies > 0 and (f.thread_replies is null or m.replies <> f.thread_replies)
    order by f.at_ms desc limit :limit
"""
_BLANKED = ("title", "text", "native_id")
_REMOVED = ("url", "author", "author_id", "author_url", "author_followers", "item")
_UNSAID = ("reasons", "spans", "why")
_PURGE = """
    insert into meta (key, value) values ('purge', 'wanted')
    on conflict (key) do update set value = case value when 'wanted' then value else 'begun, wanted' end
"""
"""The index only marks words as taken out, until it is merged anew: that takes seconds where it is large."""
_LISTED = "select value from json_each(?)"


class Followups:
    """Notes second looks, inside the transaction that is open."""

    def __init__(self, raw: sqlite3.Connection, at_ms: int) -> None:
        self._raw = raw
        self._at_ms = at_ms

    def asked(self, ids: Sequence[str]) -> None:
        """Note that mentions were asked for now."""
        self._raw.execute(
            "update followup set asked_ms = ? where mention in"
            f" (select seq from mention where id in ({_LISTED}))",
            (self._at_ms, rows.compact(list(ids))),
        )

    def thread_read(self, id: str) -> None:
        """Note that the replies under a mention were read now."""
        self._raw.execute(
            "update followup set thread_replies = (select replies from mention where id = ?)"
            " where mention = (select seq from mention where id = ?)",
            (id, id),
        )

    def missed(self, ids: Sequence[str], *, doubted: bool = False) -> list[str]:
        """Note that mentions were missing now; return those that are believed to be gone.

        They were missing long before, where it is doubted longer, and each time that was looked.
        """
        listed = rows.compact(list(ids))
        long_ms = self._at_ms - (DOUBTED_FOR if doubted else MISSED_FOR) // timedelta(milliseconds=1)
        self._raw.execute(
            "update followup set missing_ms = coalesce(missing_ms, ?), misses = misses + 1 where mention in"
            f" (select seq from mention where id in ({_LISTED}))",
            (self._at_ms, listed),
        )
        believed = self._raw.execute(
            "select m.id from followup f join mention m on m.seq = f.mention"
            f" where f.missing_ms <= ? and f.misses >= ? and m.id in ({_LISTED})",
            (long_ms, MISSES, listed),
        )
        return [id for (id,) in believed]

    def blank(self, ids: Sequence[str]) -> int:
        """Take away what gone mentions said and who said it; return how many were not blanked before."""
        found = self._raw.execute(
            f"select seq, title, text from mention where gone_ms is null and id in ({_LISTED})",
            (rows.compact(list(ids)),),
        ).fetchall()
        if found:
            self._raw.execute("pragma secure_delete = on")  # what is taken away is overwritten as well
            self._raw.execute(_PURGE)
        unsaid = ", ".join(f"{name} = '[]'" for name in _UNSAID)
        for seq, title, text in found:
            self._raw.execute(
                "insert into mention_fts (mention_fts, rowid, title, text) values ('delete', ?, ?, ?)",
                (seq, title, text),
            )
            self._raw.execute("insert into mention_fts (rowid, title, text) values (?, '', '')", (seq,))
            self._raw.execute("delete from twin where mention = ?", (seq,))
            self._raw.execute("delete from followup where mention = ?", (seq,))
            self._raw.execute(f"update assessment set {unsaid} where mention = ?", (seq,))
        blanks = [*(f"{name} = ''" for name in _BLANKED), *(f"{name} = null" for name in _REMOVED)]
        self._raw.executemany(
            f"update mention set gone_ms = ?, {', '.join(blanks)} where seq = ?",
            ((self._at_ms, seq) for seq, _, _ in found),
        )
        return len(found)

    def expire(self, source: str, before_ms: int) -> int:
        """Blank what was last read before then."""
        found = self._raw.execute(
            "select m.id from followup f join mention m on m.seq = f.mention"
            " where f.source = ? and f.read_ms < ?",
            (source, before_ms),
        )
        return self.blank([id for (id,) in found])


def known(values: tuple[Any, ...]) -> Known:
    """Build a Known from the columns of DUE and THREADS."""
    id, space, native_id, kind, url, ref = values
    return Known(id=id, space=space, native_id=native_id, kind=kind, url=url, ref=ref)
