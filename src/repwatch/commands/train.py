"""`train`: let the model learn about a brand from what people corrected."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from repwatch.commands.base import Session, general
from repwatch.commands.options import BrandOption, DryRunOption, JsonOption
from repwatch.errors import UsageError

if TYPE_CHECKING:
    from repwatch.judging.learning import Figures
    from repwatch.learning.training import Training
    from repwatch.store.base import Lesson

SHOWN = {
    "precision": "precision",
    "recall": "recall",
    "f1": "f1",
    "average_precision": "average precision",
    "loss": "surprise",
}
"""Figures, and what people call them."""
MOST_NAMED = 5


@general
def train(
    session: Session,
    brand: BrandOption = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Take back what was learned last; what held before holds again.")
    ] = False,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Let the model learn about a brand from the labels that people corrected.

    It starts from the model that comes with repwatch and takes seconds. What it learned is tried on
    labels that were held back, and kept only if it does better there: less surprised by what people
    said, and no worse at finding complaints than one or two labels make out. Every version stays in the
    database. New mentions are judged by what was learned; stored ones are, once they are judged anew:
    repwatch score --rescore. A repwatch with another model needs another lesson, of the same labels.

    Examples:

        repwatch train --brand acme --dry-run
        repwatch train
        repwatch train --brand acme --undo
    """
    from repwatch.formats import json_document
    from repwatch.learning.training import keep, trained
    from repwatch.render import pick

    brands = session.settings.brands
    keys = list(dict.fromkeys(pick(one, brands, "brand") for one in brand or brands))
    if undo:
        if dry_run or not brand:
            raise UsageError("--undo takes one --brand or more, and nothing else")
        _undo(session, keys, json)
        return
    done = []
    with closing(session.reader() if dry_run else session.store()) as store:
        for key in keys:
            one = trained(store, key, session.settings.scoring, session.now)
            if not dry_run:
                one = keep(store, one)  # type: ignore[arg-type]  # it is a store unless it is a dry run
            done.append(one)
            if not json:
                _show(one, dry_run)
    if json:
        body = {"brands": [_document(one, dry_run) for one in done]}
        session.out.file.write(json_document("repwatch.train/1", body))


def _undo(session: Session, keys: list[str], json: bool) -> None:
    from repwatch.formats import json_document
    from repwatch.learning.training import in_force, outdated

    with closing(session.store()) as store:
        undone = {key: store.undo_lesson(key) for key in keys}
        lessons = store.lessons()
    old = outdated(lessons)
    left = {key: None if key in old else in_force(lessons).get(key) for key in keys}
    if json:
        body = {key: {"undone": _version(undone[key]), "holds": _version(left[key])} for key in keys}
        session.out.file.write(json_document("repwatch.train_undo/1", {"brands": body}))
        return
    for key, lesson in undone.items():
        now = left[key]
        holds = (
            f"version {now.version} holds again" if now else "the model that comes with repwatch judges again"
        )
        print(
            f"{key}: there is nothing to undo"
            if lesson is None
            else f"{key}: version {lesson.version} is undone; {holds}"
        )


def _version(lesson: Lesson | None) -> int | None:
    return lesson.version if lesson else None


def _show(one: Training, dry_run: bool) -> None:
    from repwatch.words import plural

    print(f"{one.brand}: {plural(one.labels, 'label')}, {one.negative} of them negative")
    if one.contradicting:
        named = ", ".join(each.id for each in one.contradicting[:MOST_NAMED])
        print(f"  left out  {plural(len(one.contradicting), 'label')} of texts that read alike: {named}")
    if one.learned:
        print("            before  after  (on labels that were held back)")
        for name, called in SHOWN.items():
            before, after = (_share(figures, name) for figures in (one.learned.before, one.learned.after))
            print(f"  {called:18}{before:.2f}   {after:.2f}")
    if one.why:
        print(f"  not kept: {one.why}")
    elif one.lesson and dry_run:
        print(f"  would be kept as version {one.lesson.version}")
    elif one.lesson:
        print(f"  kept as version {one.lesson.version}; undo it: repwatch train --brand {one.brand} --undo")


def _share(figures: Figures, name: str) -> float:
    return float(getattr(figures, name))


def _document(one: Training, dry_run: bool) -> dict[str, Any]:
    lesson = one.lesson
    return {
        "brand": one.brand,
        "labels": one.labels,
        "negative": one.negative,
        "contradicting": [each.id for each in one.contradicting],
        "kept": bool(lesson and not one.why and not dry_run),
        "version": lesson.version if lesson and not one.why else None,
        "why": one.why or None,
        **({name: dict(figures) for name, figures in lesson.figures.items()} if lesson else {}),
    }
