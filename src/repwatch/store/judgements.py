"""What the machine and people say of mentions, and what counts then."""

# ruff: noqa: S608 (SQL is put together from names in this package; values are always bound)

from __future__ import annotations

import secrets
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from repwatch.corrections import in_force
from repwatch.errors import UsageError
from repwatch.model import Assessment, Correction, Field, Judged, from_epoch_ms
from repwatch.store import rows
from repwatch.store.base import Verdict

_COLUMNS = (*rows.JUDGED, *rows.HELD)
_SAVE = f"""
    {rows.insert("assessment", ("mention", "brand", *_COLUMNS, *rows.COPIED))}
    on conflict (mention, brand) do update set {rows.assignments(_COLUMNS, "excluded.")}
"""
_COPY = f"update assessment set {rows.assignments(rows.COPIED)} where mention = :mention"
_HOLD = f"update assessment set {rows.assignments(rows.HELD)} where mention = :mention and brand = :brand"
_STORED = f"select seq, {', '.join(rows.COPIED_FROM)} from mention where id = ? and gone_ms is null"
_SAID = f"""
    select m.id, {", ".join(f"c.{name}" for name in rows.CORRECTION)}
    from correction c join mention m on m.seq = c.mention where c.mention = ?
"""

Said = Mapping[str, Mapping[Field, Correction]]
"""The corrections of a mention that count, by brand."""


class Judgements:
    """Keeps judgements and corrections, inside the transaction that is open."""

    def __init__(self, raw: sqlite3.Connection, day: Callable[[int], str]) -> None:
        self._raw = raw
        self._day = day

    def add(self, mention: Mapping[str, Any], assessments: Iterable[Assessment]) -> None:
        """Keep what was found in a mention (its row) that is new."""
        self._save(mention, assessments, {})

    def replace(self, mention: Mapping[str, Any], found: Sequence[Assessment], *, edited: bool) -> bool:
        """Keep what is found in a stored mention now; tell whether the machine says anything new.

        Other words replace what was found before, but for brands that a person says it is about; the
        same words only add to it. What people said still counts.
        """
        seq = mention["seq"]
        stored = {brand: judged for brand, *judged in self._raw.execute(_JUDGED, (seq,))}
        fresh = [
            assessment
            for assessment in found
            if stored.get(assessment.brand) != list(rows.judged_values(assessment).values())
        ]
        here = {assessment.brand for assessment in found}
        dropped = [brand for brand in stored if edited and brand not in here]
        if not (fresh or dropped):
            return False
        said = self.said(seq)
        dropped = [brand for brand in dropped if not _is_about(said, brand)]
        self._raw.executemany(
            "delete from assessment where mention = ? and brand = ?", ((seq, brand) for brand in dropped)
        )
        self._save(mention, fresh, said)
        return bool(fresh or dropped)

    def copy(self, mention: Mapping[str, Any]) -> None:
        """Bring up to date what assessments copy from the row of their mention."""
        self._raw.execute(_COPY, {"mention": mention["seq"], **rows.copied_values(mention, self._day)})

    def said(self, seq: int) -> Said:
        """Return the corrections of a mention that count."""
        by_brand: defaultdict[str, list[Correction]] = defaultdict(list)
        for id, *values in self._raw.execute(_SAID, (seq,)):
            correction = rows.correction(id, values)
            by_brand[correction.brand].append(correction)
        return {brand: in_force(corrections) for brand, corrections in by_brand.items()}

    def rejudge(self, judged: Sequence[Judged]) -> None:
        """Keep how stored mentions are judged now."""
        for each in judged:
            stored = self._raw.execute(_STORED, (each.mention.id,)).fetchone()
            if stored is None:
                continue
            row = dict(zip(("seq", *rows.COPIED_FROM), stored, strict=True))
            if each.mention.lang is not None and each.mention.lang != row["lang"]:
                row["lang"] = each.mention.lang
                self._raw.execute("update mention set lang = :lang where seq = :seq", row)
                self.copy(row)
            self.replace(row, each.assessments, edited=False)

    def correct(self, verdicts: Sequence[Verdict], who: str, why: str, now_ms: int) -> list[Correction]:
        """Keep what a person says; return what of it is new."""
        (newest_ms,) = self._raw.execute("select coalesce(max(at_ms), 0) from correction").fetchone()
        at_ms = max(now_ms, newest_ms + 1)
        written = []
        for verdict in verdicts:
            seq = self._seq(verdict)
            said = self.said(seq).get(verdict.brand, {})
            before = said.get(verdict.field)
            if verdict.value == (before.value if before else None):
                continue
            correction = Correction(
                id=f"{at_ms:012x}{secrets.token_hex(4)}",
                mention=verdict.mention,
                brand=verdict.brand,
                field=verdict.field,
                value=verdict.value,
                who=who,
                why=why,
                at=from_epoch_ms(at_ms),
            )
            self._raw.execute(_CORRECT, {**rows.correction_values(correction), "mention": seq})
            self._hold(seq, verdict.brand)
            written.append(correction)
            at_ms += 1
        return written

    def _seq(self, verdict: Verdict) -> int:
        found = self._raw.execute(
            "select m.seq from mention m join assessment a on a.mention = m.seq"
            " where m.id = ? and a.brand = ?",
            (verdict.mention, verdict.brand),
        ).fetchone()
        if found is None:
            raise UsageError(f"{verdict.mention} was not read for {verdict.brand}")
        return int(found[0])

    def _hold(self, seq: int, brand: str) -> None:
        """Write down what counts now."""
        (judged,) = self._raw.execute(f"{_JUDGED} and brand = ?", (seq, brand))
        machine = dict(zip(rows.JUDGED, judged[1:], strict=True))
        said = self.said(seq).get(brand, {})
        self._raw.execute(_HOLD, {"mention": seq, "brand": brand, **rows.held_values(machine, said)})

    def _save(self, mention: Mapping[str, Any], assessments: Iterable[Assessment], said: Said) -> None:
        copied = rows.copied_values(mention, self._day)
        values = ((assessment.brand, rows.judged_values(assessment)) for assessment in assessments)
        self._raw.executemany(
            _SAVE,
            (
                {
                    "mention": mention["seq"],
                    "brand": brand,
                    **judged,
                    **rows.held_values(judged, said.get(brand, {})),
                    **copied,
                }
                for brand, judged in values
            ),
        )


_JUDGED = f"select brand, {', '.join(rows.JUDGED)} from assessment where mention = ?"
_CORRECT = rows.insert("correction", ("mention", *rows.CORRECTION))


def _is_about(said: Said, brand: str) -> bool:
    about = said.get(brand, {}).get("about")
    return about is not None and about.value == "about"
