"""What people's corrections teach the model about one brand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import islice
from operator import attrgetter
from typing import cast

from repwatch.config import Scoring
from repwatch.judge import scorer_for, spoken
from repwatch.judging.care import NEGATIVE_FROM, Care, Taught
from repwatch.judging.learning import FEWEST, FOLDS, Labelled, Learned, contradictions, learn
from repwatch.judging.model import ModelError, chance, log_odds, shipped
from repwatch.model import Label
from repwatch.score import trouble
from repwatch.store.base import Assessed, Filter, Lesson, Reader, Store
from repwatch.words import plural

EVERY = 25
"""New labels after which a scan lets the model learn again, where the configuration says so."""

MOST_LABELS = 3_000
"""Labels of one brand that are learned from, the newest; more of them take minutes and teach little."""

_LABEL_OF: dict[str, Label] = {"complaint": "negative", "praise": "positive"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What came of a brand's labels: `why` says why nothing was kept, `lesson` is what would be, or is."""

    brand: str
    labels: int
    negative: int
    contradicting: tuple[Labelled, ...] = ()
    learned: Learned | None = None
    lesson: Lesson | None = None
    why: str = ""


def trained(reader: Reader, brand: str, scoring: Scoring, now: datetime) -> Training:
    """Return what the labels of a brand teach now; nothing is kept (see keep)."""
    care = scorer_for(scoring)
    if not isinstance(care, Care):
        why = trouble(scoring.scorer, scoring.model) or "only the scorer care can learn"
        return Training(brand=brand, labels=0, negative=0, why=why)
    labels = labelled(reader, brand, care)
    torn = contradictions(labels)
    useful = [one for one in labels if one not in torn]
    negative = sum(one.label == "negative" for one in useful)
    learned = learn(shipped(), useful, scoring.negative_from)
    found = Training(
        brand=brand, labels=len(useful), negative=negative, contradicting=tuple(torn), learned=learned
    )
    if learned is None:
        return replace(found, why=_too_few(len(useful), negative))
    why = "" if learned.is_better else "it does no better on labels that were held back"
    moved = log_odds(learned.negative_from) - log_odds(scoring.negative_from)
    lesson = _lesson(reader, found, learned, moved, now)
    holds = in_force(reader.lessons(brand)).get(brand)
    if holds and _known(holds) == _known(lesson):
        return replace(found, why=f"it is what version {holds.version} knows already")
    return replace(found, lesson=lesson, why=why)


def keep(store: Store, training: Training) -> Training:
    """Keep what was learned, or that it was not worth it; return it as it is kept."""
    if training.lesson is None:
        return training
    return replace(training, lesson=store.save_lesson(training.lesson))


def train_if_due(store: Store, brands: Iterable[str], scoring: Scoring, now: datetime) -> list[Training]:
    """Let the model learn about each brand that got EVERY new labels since it last learned.

    Where it learned with another model than that of now, it learns anew.
    """
    if not isinstance(scorer_for(scoring), Care):
        return []
    due = [brand for brand in brands if _is_due(store, brand)]
    return [keep(store, trained(store, brand, scoring, now)) for brand in due]


def _is_due(reader: Reader, brand: str) -> bool:
    lessons = reader.lessons(brand)
    if outdated(lessons) and lessons[-1].base != shipped().version:
        return True
    new = (at for _, _, at in _labels(reader, brand) if not lessons or at > lessons[-1].at)
    return sum(1 for _ in islice(new, EVERY)) == EVERY


def labelled(reader: Reader, brand: str, care: Care) -> list[Labelled]:
    """Return the texts of a brand that people labelled and the model can read, newest first."""
    readable = (
        Labelled(one.id, text, label)
        for one, label, _ in _labels(reader, brand)
        if (text := care.readable(spoken(one.mention, one.assessment.spans), one.mention.lang)) is not None
    )
    return list(islice(readable, MOST_LABELS))


def _labels(reader: Reader, brand: str) -> Iterator[tuple[Assessed, Label, datetime]]:
    """Yield what people labelled of a brand, newest first, with the label and when it was given."""
    about = Filter(brands=(brand,), relevance=("about", "unsure"), own=None)
    for one in reader.assessed(about, corrected=True):
        label, kind = one.said.get("label"), one.said.get("kind")
        if label is not None and label.value in ("negative", "neutral", "positive"):
            yield one, cast("Label", label.value), label.at
        elif label is None and kind is not None and kind.value in _LABEL_OF:
            yield one, _LABEL_OF[kind.value], kind.at


_known = attrgetter("base", "weights", "negative_from")


def in_force(lessons: Iterable[Lesson]) -> dict[str, Lesson]:
    """Return the last lesson that is kept of each brand, by the brand's key."""
    return {lesson.brand: lesson for lesson in lessons if lesson.state == "kept"}


def outdated(lessons: Iterable[Lesson]) -> list[str]:
    """Return the brands whose lesson belongs to another model than that of now, so that it does not count."""
    held = in_force(lessons)
    base = _base() if held else None
    return [brand for brand, lesson in held.items() if base not in (None, lesson.base)]


def _base() -> str | None:
    """Return the version of the model of now; None where it can't be used, which is told elsewhere."""
    try:
        return shipped().version
    except ModelError:
        return None


def taught(lessons: Sequence[Lesson]) -> dict[str, Taught]:
    """Return what each brand's corrections taught the model that judges now, by the brand's key."""
    held = in_force(lessons)
    base = _base() if held else None
    return {
        brand: Taught(
            name=f"{brand}{lesson.version}",
            base=lesson.base,
            weights=tuple((name, bad, good) for name, (bad, good) in sorted(lesson.weights.items())),
            negative_from=lesson.negative_from,
        )
        for brand, lesson in held.items()
        if lesson.base == base
    }


def _lesson(reader: Reader, found: Training, learned: Learned, moved: float, now: datetime) -> Lesson:
    """Return what was learned, with the cut that the usual one is `moved` to (see care.Care.cut)."""
    before = reader.lessons(found.brand)
    better = learned.is_better
    return Lesson(
        brand=found.brand,
        version=before[-1].version + 1 if before else 1,
        at=now,
        base=shipped().version,
        labels=found.labels,
        state="kept" if better else "worse",
        figures={"before": asdict(learned.before), "after": asdict(learned.after)},
        negative_from=chance(log_odds(NEGATIVE_FROM) + moved),
        weights={name: (at.real, at.imag) for name, at in learned.weights.items()} if better else {},
    )


def _too_few(labels: int, negative: int) -> str:
    if labels < FEWEST:
        return f"{plural(FEWEST, 'label')} are needed, and there are {labels}"
    kind, count = ("negative", negative) if negative < labels - negative else ("other", labels - negative)
    return f"at least {FOLDS} labels of each kind are needed, and there are {count} {kind} ones"
