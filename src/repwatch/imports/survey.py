"""What only a file as a whole can tell: whether the day or the month comes first, how far ratings go."""

from __future__ import annotations

from dataclasses import replace
from typing import BinaryIO

from repwatch.dates import Order, moment, orders
from repwatch.imports import jsonlines, values
from repwatch.imports.base import Record, Unreadable, Unusable
from repwatch.imports.columns import Chosen
from repwatch.imports.entries import TIMES, names_of
from repwatch.imports.plan import Plan
from repwatch.imports.read import records, sound, text_of
from repwatch.imports.values import Scale


def surveyed(plan: Plan, stream: BinaryIO) -> Plan:
    """Return the plan with what only the file as a whole can tell."""
    assert plan.chosen is not None  # noqa: S101 (only tables are surveyed)
    survey = _Survey(plan.chosen)
    stream.seek(0)
    with text_of(stream, plan.encoding) as text:
        for record in sound(records(plan, text)):
            if record.wrong is None:
                survey.add(record)
    return replace(
        plan,
        order=survey.order(plan.asked.order),
        scale=plan.asked.scale or plan.chosen.scale or survey.scale,
    )


class _Survey:
    """Collects what dates and ratings look like in all rows."""

    def __init__(self, chosen: Chosen) -> None:
        self._dates = [n for name in TIMES for n in names_of(chosen.columns.get(name, ()))]
        self._ratings = names_of(chosen.columns.get("rating", ()))
        self._seen: dict[Order, tuple[int, str]] = {}
        self._either: tuple[int, str] | None = None
        self._most, self._least = 0.0, 1.0

    def add(self, record: Record) -> None:
        """Look at a record."""
        for column in self._dates:
            value = jsonlines.lookup(record.values, column)
            possible = orders(" ".join(value.split())) if isinstance(value, str) and value else None
            if possible and len(possible) == 1:
                self._seen.setdefault(next(iter(possible)), (record.line, value))
            elif possible and self._either is None:
                self._either = (record.line, value)
        for column in self._ratings:
            try:
                rating = values.rating(jsonlines.lookup(record.values, column))
            except Unusable:
                continue
            if rating is not None and rating.scale is None:
                self._most, self._least = max(self._most, rating.value), min(self._least, rating.value)

    def order(self, asked: Order | None) -> Order | None:
        """Return what comes first in dates such as 03/04/2026.

        Raises:
            Unreadable: the file does not tell, or contradicts itself.
        """
        if asked is not None:
            return asked
        if len(self._seen) > 1:
            said = " and ".join(f"{values.shown(text)} in line {line}" for line, text in self._seen.values())
            hint = (
                "Say which is meant, and the others are rejected: --dates day-first, or --dates month-first"
            )
            raise Unreadable(f"days and months come in both orders: {said}", hint)
        if self._seen:
            return next(iter(self._seen))
        if self._either:
            line, text = self._either
            one, other = (moment(text, order=order) for order in ("day-first", "month-first"))
            meant = f"{one:%-d %B} or {other:%-d %B}" if one and other else "which is the day"
            raise Unreadable(
                f"line {line}: nothing in the file tells whether {values.shown(text)} is {meant}",
                "Say what comes first: --dates day-first, or --dates month-first",
            )
        return None

    @property
    def scale(self) -> Scale | None:
        """The scale that all ratings fit on which do not name their own."""
        if not self._ratings or not self._most:
            return None
        best = next((best for best in (5.0, 10.0, 100.0) if self._most <= best), None)
        # Of five stars, 0 means that there is no rating.
        return Scale(0.0 if self._least <= 0 and best != 5 else 1.0, best) if best else None
