"""`export labels`: what people said against the machine, with the texts that they said it of."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from repwatch.commands.base import Session
from repwatch.errors import UsageError
from repwatch.files import is_stdout
from repwatch.render import Column, choose, listing
from repwatch.store.base import Assessed, Filter
from repwatch.words import plural
from repwatch.writers import ExportFormat

LABELS: Mapping[str, str] = {
    "id": "the mention's identity, the same wherever it is read",
    "brand": "the brand that it was read for",
    "corrected": "what of it a person has said: about, label, kind",
    "relevance": "about or not_about, as a person says",
    "label": "negative, neutral or positive, as a person says",
    "intent": "what its author wants, as a person says",
    "who": "who said the last of it",
    "why": "the reason that was given",
    "said_at": "when the last of it was said; UTC",
    "source": "the source that showed it first",
    "title": "its title, as plain text",
    "text": "its text, as plain text",
    "url": "where it can be read",
    "lang": "its language, such as en",
    "rating": "the stars or points of a review",
    "rating_worst": "the lowest rating that the place allows",
    "rating_best": "the highest rating that the place allows",
    "space": "where the platform's ids are unique",
    "native_id": "the platform's id",
}
"""The columns of exported labels, and what they hold; those that a person says are empty if nobody did."""


def export_labels(
    session: Session,
    found: Filter,
    format: ExportFormat,
    path: Path | None,
    names: str | None,
    *,
    header: bool,
    limit: int | None,
) -> None:
    """Write what people said, last stored mention first.

    Raises:
        UsageError: in a format that there is not, or a column.
    """
    if format == "xlsx":
        raise UsageError("labels are no spreadsheet", hint="There is: --csv, --json, --jsonl")
    columns = choose([Column(name) for name in LABELS], names)
    with closing(session.reader()) as reader:
        rows = [_row(each) for each in islice(reader.assessed(found, corrected=True), limit)]
    listing(
        session.out,
        rows,
        columns,
        schema="repwatch.labels/1",
        key="labels",
        format=format,
        path=path,
        header=header,
    )
    if path is not None and not is_stdout(path):
        session.say(f"{plural(len(rows), 'label')} written to {path}")


def _row(each: Assessed) -> dict[str, Any]:
    mention, said = each.mention, each.said
    last = max(said.values(), key=lambda one: (one.at, one.id))
    return {
        "id": each.id,
        "brand": each.assessment.brand,
        "corrected": tuple(sorted(said)),
        "relevance": said["about"].value if "about" in said else None,
        "label": said["label"].value if "label" in said else None,
        "intent": said["kind"].value if "kind" in said else None,
        "who": last.who,
        "why": last.why,
        "said_at": last.at,
        "source": each.source,
        **{name: getattr(mention, name) for name in LABELS if hasattr(mention, name) and name != "id"},
    }
