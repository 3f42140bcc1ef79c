"""`eval`: how good the judge is, on what people have corrected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from repwatch.commands.base import Session, general
from repwatch.commands.options import Asked, Listing, filtered, listed
from repwatch.words import NONE

if TYPE_CHECKING:
    from repwatch.judge import Judge
    from repwatch.learning.quality import Estimate, Mark
    from repwatch.model import Mention, Sentiment
    from repwatch.render import Column
    from repwatch.store.base import Assessed

By = Literal["source", "lang", "brand"]
STORED = "stored"
"""What is measured without a scorer: the verdicts as they stand in the store."""
FIGURES = ("precision", "recall", "f1", "ap")


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A text that a person has labelled, and what the machine made of it."""

    source: str
    lang: str
    brand: str
    negative: bool
    verdict: Sentiment
    scorer: str


@general
@filtered
@listed
def eval(
    session: Session,
    labels: Annotated[
        Path | None,
        typer.Option(
            "--labels",
            metavar="FILE",
            help="Texts and labels of your own (.csv, .jsonl), instead of corrections.",
        ),
    ] = None,
    scorer: Annotated[
        list[str] | None,
        typer.Option("--scorer", metavar="NAME", help="Judge them anew with this one; may be repeated."),
    ] = None,
    by: Annotated[By | None, typer.Option("--by", help="One line for each.")] = None,
    *,
    asked: Asked,
    shown: Listing,
) -> None:
    """Say how well negative mentions are told from others, on the labels that you gave yourself.

    Precision is the share of flagged mentions that are negative, recall the share of the negative ones
    that are flagged, F1 their mean; AP is about their ranking. Each stands with the interval that holds
    it in 95 of 100 samples. What could not be scored counts as not flagged.

    A file of labels has the columns text and label, and may have lang, source, rating and brand.

    Examples:

        repwatch eval
        repwatch eval --by source --since 90d
        repwatch eval --scorer vader --csv
    """
    if labels is not None:
        found = _of_file(session, labels, scorer or [session.settings.scoring.scorer])
    else:
        found = _corrected(session, asked, scorer or [])
    rows = [row for name, each in found.items() for row in rows_of(name, each, by)]
    shown.show(
        session.out, rows, columns(by, several=len(found) > 1), schema="repwatch.eval/1", key="figures"
    )
    if not session.flags.quiet:
        for note in _notes(found, corrections=labels is None):
            session.warn(note)


# Labels and verdicts


def _corrected(session: Session, asked: Asked, scorers: Sequence[str]) -> dict[str, list[Labelled]]:
    """Return the mentions that people have labelled, with the stored verdicts or those of scorers."""
    from repwatch.commands.filters import build_filter

    narrowed, _ = build_filter(session, asked)
    wanted = replace(narrowed, relevance=narrowed.relevance if asked.relevance else ("about", "unsure"))
    judges = {name: session.judge(name) for name in scorers}
    found: dict[str, list[Labelled]] = {name: [] for name in judges or [STORED]}
    with closing(session.reader()) as reader:
        for each in reader.assessed(wanted, corrected=True):
            if "label" not in each.said:
                continue
            if not judges:
                stored = each.assessment
                found[STORED].append(_labelled(each, stored.sentiment, stored.scorer))
            for name, judge in judges.items():
                brand = each.assessment.brand
                found[name].append(
                    _labelled(each, verdict(judge, each.mention, brand), judge.scored_by(brand))
                )
    return found


def _labelled(each: Assessed, sentiment: Sentiment, scorer: str) -> Labelled:
    return Labelled(
        source=each.source,
        lang=each.mention.lang or "",
        brand=each.assessment.brand,
        negative=each.said["label"].value == "negative",
        verdict=sentiment,
        scorer=scorer,
    )


def _of_file(session: Session, path: Path, scorers: Sequence[str]) -> dict[str, list[Labelled]]:
    """Return the labelled texts of a file, with the verdicts of scorers."""
    from repwatch.commands.correct import brand_key
    from repwatch.commands.eval_labels import read_labels

    texts = read_labels(path)
    judges = {name: session.judge(name) for name in scorers}
    return {
        name: [
            Labelled(
                source=each.source,
                lang=each.mention.lang or "",
                brand=each.brand or "",
                negative=each.negative,
                verdict=verdict(judge, each.mention, brand),
                scorer=judge.scored_by(brand),
            )
            for each in texts
            for brand in [brand_key(session, each.brand)]
        ]
        for name, judge in judges.items()
    }


def verdict(judge: Judge, mention: Mention, brand: str | None) -> Sentiment:
    """Return how a judge takes a text to treat a brand; without one, how it sounds as a whole."""
    from repwatch.judge import rating_share, spoken
    from repwatch.judging.language import detect

    matched = judge.match(mention, about=brand)
    if brand is not None:
        judged = judge.assess(mention, matched, version=b"")
        for assessment in judged.assessments:
            if assessment.brand == brand:
                return assessment.sentiment
    words = spoken(mention, [span for match in matched.about for span in match.spans])
    return judge.scorer.score(words, lang=detect(words, mention.lang), rating=rating_share(mention))


# Figures


def marks(found: Iterable[Labelled]) -> list[Mark]:
    """Return what quality is measured on: ranks are probabilities if all have one, else tones.

    What could not be scored comes last and is not flagged.
    """
    from repwatch.learning.quality import Mark

    every = list(found)
    scored = [each.verdict for each in every if each.verdict.label != "unscored"]
    by_chance = all(sentiment.p_negative is not None for sentiment in scored)

    def rank(sentiment: Sentiment) -> float:
        if sentiment.label == "unscored":
            return -2.0
        if by_chance and sentiment.p_negative is not None:
            return sentiment.p_negative
        return -(sentiment.score or 0.0)

    return [Mark(rank(each.verdict), each.negative, each.verdict.label == "negative") for each in every]


def rows_of(scorer: str, found: Sequence[Labelled], by: By | None) -> Iterator[dict[str, Any]]:
    """Yield the figures of all labels, then of each group, largest first."""
    yield _figures(scorer, "all" if by else None, found)
    if by is None:
        return
    groups = Counter(getattr(each, by) for each in found)
    for name, _ in sorted(groups.items(), key=lambda group: (-group[1], group[0])):
        yield _figures(scorer, name, [each for each in found if getattr(each, by) == name])


def _figures(scorer: str, group: str | None, found: Sequence[Labelled]) -> dict[str, Any]:
    from repwatch.learning.quality import FEW, quality

    measured = quality(marks(found))
    unscored = sum(each.verdict.label == "unscored" for each in found)
    row: dict[str, Any] = {
        "scorer": scorer,
        "group": group,
        "labels": measured.texts,
        "negative": measured.negative,
        "flagged": measured.flagged,
        "unscored": unscored,
        "unread": unscored,
        "enough": measured.texts >= FEW,
    }
    for name in FIGURES:
        estimate: Estimate | None = getattr(measured, name)
        row[name] = round(estimate.value, 4) if estimate else None
        row[f"{name}_low"] = round(estimate.low, 4) if estimate else None
        row[f"{name}_high"] = round(estimate.high, 4) if estimate else None
        row[f"{name}_words"] = f"{estimate.value:.2f}" if estimate else "few"
        row[f"{name}_range"] = f"{estimate.low:.2f}–{estimate.high:.2f}" if estimate else ""
    return row


def columns(by: By | None, *, several: bool) -> list[Column]:
    """Return the columns of the figures; on a narrow screen counts and intervals go, the last ones first."""
    from repwatch.render import Column
    from repwatch.words import number

    machine: Literal["machine"] = "machine"
    terminal: Literal["terminal"] = "terminal"
    return [
        Column("scorer") if several else Column("scorer", where=machine),
        Column("group", by, show=lambda name: name or NONE) if by else Column("group", where=machine),
        *(
            Column(name, right=True, show=number, optional=place)
            for name, place in (("labels", 1), ("negative", 2), ("flagged", 7))
        ),
        Column("unscored", where=machine),
        Column("enough", where=machine),
        *(Column(f"{name}{end}", where=machine) for name in FIGURES for end in ("", "_low", "_high")),
        *(
            column
            for place, name in enumerate(FIGURES, start=3)
            for column in (
                Column(f"{name}_words", name.upper() if len(name) == 2 else name, right=True, where=terminal),
                Column(f"{name}_range", "", style="dim", where=terminal, optional=place),
            )
        ),
        Column("unread", "unscored", right=True, show=number, where=terminal),
    ]


def _notes(found: Mapping[str, Sequence[Labelled]], *, corrections: bool) -> Iterator[str]:
    """Yield what the figures do not say."""
    from repwatch.judging.care import TAUGHT
    from repwatch.learning.quality import FEW
    from repwatch.words import plural

    every = next(iter(found.values()))
    if len(every) < FEW:
        yield (
            f"{plural(len(every), 'label')} so far, and {FEW} are needed: repwatch label --sample {FEW}"
            if corrections
            else f"{plural(len(every), 'label')}, and {FEW} are needed."
        )
    elif corrections:
        yield "People look at what is doubtful or wrong: on a random sample the figures may be better."
    every_one = (each for some in found.values() for each in some)
    if corrections and any(f"{TAUGHT}{each.brand}" in each.scorer for each in every_one):
        yield "The model learned from such labels. On labels that were held back: repwatch train --dry-run"
    scorers = Counter((each.brand, each.scorer) for each in found.get(STORED, ()))
    brands = Counter(brand for brand, _ in scorers)
    if several := [(name, count) for (brand, name), count in scorers.most_common() if brands[brand] > 1]:
        told = ", ".join(f"{name} {count}" for name, count in several)
        yield f"Several scorers gave these verdicts ({told}): repwatch score --rescore --dry-run"
