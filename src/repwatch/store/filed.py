"""Mentions of files are kept: files tell of the past, so they add to what is stored and change none of it."""

from __future__ import annotations

from dataclasses import replace

from repwatch.model import Judged
from repwatch.store import rows
from repwatch.store.keeper import Keeper


class FileKeeper(Keeper):
    """Keeps a page of a file, inside the transaction that is open.

    A stored mention stays as it is: what it lacks is filled in, and brands are added for which it was
    not read yet, if the file has the same words of it.
    """

    def _update(self, stored: rows.Values, shown: rows.Values, judged: Judged) -> bool:
        if rows.is_edited(stored, shown):
            self._sight(stored, judged)
            return False
        known = {name: stored[name] for name in shown if stored[name] not in (None, "")}
        found = self._raw.execute("select brand from assessment where mention = ?", (stored["seq"],))
        brands = {brand for (brand,) in found}
        added = tuple(each for each in judged.assessments if each.brand not in brands)
        return super()._update(stored, shown | known, replace(judged, assessments=added))
