"""What carried a label, as a sentence.

A scorer's reasons are words and phrases with a weight ("charged twice -2.5"), the rating ("rating
-1.0"), or remarks ("language de is not scored").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from repwatch.model import Label
from repwatch.words import percent, signed

RATING = "rating"
_WEIGHED = re.compile(r"(?P<what>.+) (?P<weight>[+-][0-9]+(?:\.[0-9]+)?)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What counted in a text, and how much; less than zero is negative."""

    what: str
    weight: float


def weighed(reasons: Iterable[str]) -> list[Weighed]:
    """Return the reasons that have a weight."""
    found = map(_WEIGHED.fullmatch, reasons)
    return [Weighed(match["what"], float(match["weight"])) for match in found if match]


def words(reasons: Iterable[str], *, negative: bool = False) -> list[str]:
    """Return the words and phrases that counted; with `negative` only those that spoke against it."""
    return [
        each.what for each in weighed(reasons) if each.what != RATING and (each.weight < 0 or not negative)
    ]


def sentence(
    label: Label, reasons: Sequence[str], p_negative: float | None = None, *, ascii: bool = False
) -> str:
    """Return why a text has its label, such as: Negative because of “charged twice” (−2.5)."""
    carried = weighed(reasons)
    remarks = [reason for reason in reasons if not _WEIGHED.fullmatch(reason)]
    if label == "unscored":
        return f"Unscored: {'; '.join(remarks) or 'nothing in it can be judged'}."
    parts = [_part(each, ascii=ascii) for each in carried] + remarks
    if label == "neutral":
        said = f"with {_listed(parts)}" if parts else "as no word in it says otherwise"
    else:
        said = f"because of {_listed(parts)}" if parts else "although no single word in it says so"
    chance = "" if p_negative is None else f"; the probability of negative is {percent(p_negative)}"
    return f"{label.capitalize()} {said}{chance}."


def _part(each: Weighed, *, ascii: bool) -> str:
    what = "the rating" if each.what == RATING else f"“{each.what}”"
    return f"{what} ({signed(each.weight, 1, ascii=ascii)})"


def _listed(parts: Sequence[str]) -> str:
    *before, last = parts
    return f"{', '.join(before)} and {last}" if before else last
