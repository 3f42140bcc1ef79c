"""What people say against the machine, and what holds then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from repwatch.model import Correction, Field, Intent, Label, Relevance


@dataclass(frozen=True, slots=True)
class Holds:
    """What counts of one mention for one brand."""

    relevance: Relevance
    sentiment: float | None
    label: Label
    intent: Intent


def in_force(corrections: Iterable[Correction]) -> dict[Field, Correction]:
    """Return which corrections of one mention and brand count: of each field the last, unless withdrawn."""
    last: dict[Field, Correction] = {}
    for each in corrections:
        before = last.get(each.field)
        if before is None or (before.at, before.id) < (each.at, each.id):
            last[each.field] = each
    return {field: each for field, each in last.items() if each.value is not None}


def held(machine: Holds, said: Mapping[Field, Correction]) -> Holds:
    """Return what counts when people have said so.

    A tone that belongs to another label than a person's is no longer known. A label that was
    corrected takes what the text wants along, as far as the two would contradict each other.
    """
    about, label, kind = said.get("about"), said.get("label"), said.get("kind")
    held_label = cast("Label", label.value) if label else machine.label
    same = held_label == machine.label
    return Holds(
        relevance=cast("Relevance", about.value) if about else machine.relevance,
        sentiment=machine.sentiment if same else None,
        label=held_label,
        intent=cast("Intent", kind.value)
        if kind
        else machine.intent
        if same
        else fitting(machine.intent, held_label),
    )


def fitting(intent: Intent, label: Label) -> Intent:
    """Return what a text wants that sounds so: no complaint is positive, and no praise negative."""
    return _FITTING.get((intent, label), intent)


_FITTING: Mapping[tuple[Intent, Label], Intent] = {
    ("praise", "negative"): "complaint",
    ("other", "negative"): "complaint",
    ("complaint", "neutral"): "other",
    ("praise", "neutral"): "other",
    ("complaint", "positive"): "praise",
    ("other", "positive"): "praise",
}
