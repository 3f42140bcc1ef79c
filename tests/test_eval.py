from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from filled_store import CONFIG, Place, hours_ago, said
from repwatch.commands.eval import Labelled, columns, marks, rows_of
from repwatch.errors import UsageError
from repwatch.learning.quality import FEW
from repwatch.model import Label, Sentiment
from repwatch.render import aligned, for_people

TEXTS: dict[Label, str] = {
    "negative": "Acme Anvils are terrible, I hate mine, number {}",
    "neutral": "Acme Anvils weigh {} kg",
    "positive": "Acme Anvils are wonderful, I love mine, number {}",
}


def numbered(number: int, label: Label, **fields: Any) -> Any:
    return said(f"{label}{number}", TEXTS[label].format(number), label, at=hours_ago(number + 1), **fields)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Twelve mentions of each label, which the machine has right, in two sources."""
    place = Place(tmp_path)
    for source, first in (("forum", 0), ("shop", 4)):
        last = 4 if source == "forum" else 12
        place.save(
            *(
                numbered(n, label, lang="en" if n % 2 else "de")
                for label in TEXTS
                for n in range(first, last)
            ),
            source=source,
        )
    return place


def correct(place: Place, query: str, *words: str, limit: int = 50) -> None:
    ids = place.text("search", query, "--columns", "id", "--no-header", "-n", str(limit))
    result = place.run("mention", "correct", "-", *words, stdin=ids)
    assert result.exception is None


def figures(place: Place, *words: str) -> list[dict[str, Any]]:
    document = json.loads(place.text("eval", "--json", *words))
    assert document["schema"] == "repwatch.eval/1"
    return document["figures"]


def label_all(place: Place) -> None:
    correct(place, "terrible", "--label", "negative")
    correct(place, "wonderful", "--label", "positive")
    correct(place, "kg", "--label", "neutral")


def test_the_judge_is_measured_on_what_people_said(place: Place) -> None:
    label_all(place)
    correct(place, "wonderful", "--label", "negative", limit=6)  # it was irony
    (row,) = figures(place)
    assert (row["scorer"], row["labels"], row["negative"], row["flagged"]) == ("stored", 36, 18, 12)
    assert (row["precision"], row["recall"], row["f1"]) == (1.0, 0.6667, 0.8)
    assert row["recall_low"] < 0.6667 < row["recall_high"]
    assert row["ap"] < 1.0


def test_the_same_labels_give_the_same_figures(place: Place) -> None:
    label_all(place)
    assert place.text("eval", "--csv") == place.text("eval", "--csv")


def test_mentions_that_nobody_labelled_do_not_count(place: Place) -> None:
    correct(place, "terrible", "--not-about")
    correct(place, "wonderful", "--kind", "question")
    correct(place, "kg", "--label", "neutral")
    (row,) = figures(place)
    assert (row["labels"], row["negative"]) == (12, 0)


def test_few_labels_are_counted_and_not_judged(place: Place) -> None:
    correct(place, "terrible", "--label", "negative")
    (row,) = figures(place)
    assert (row["labels"], row["enough"], row["f1"]) == (12, False, None)
    assert f"12 labels so far, and {FEW} are needed: repwatch label" in place.run("eval").stderr


def test_figures_come_by_source_and_language(place: Place) -> None:
    label_all(place)
    rows = figures(place, "--by", "source")
    assert [(row["group"], row["labels"], row["enough"]) for row in rows] == [
        ("all", 36, True),
        ("shop", 24, True),
        ("forum", 12, False),
    ]
    assert [row["group"] for row in figures(place, "--by", "lang")] == ["all", "de", "en"]
    assert [row["labels"] for row in figures(place, "--source", "shop")] == [24]


def test_another_scorer_judges_the_same_mentions_anew(place: Place) -> None:
    label_all(place)
    (row,) = figures(place, "--scorer", "vader")
    assert (row["scorer"], row["labels"], row["negative"]) == ("vader", 36, 12)
    assert (row["precision"], row["recall"]) == (1.0, 1.0)
    with pytest.raises(UsageError, match="no scorer"):
        place.text("eval", "--scorer", "oracle")


def test_a_brand_is_measured_with_what_it_taught_the_model(place: Place) -> None:
    texts = [f"Acme Anvils go {word} at night, number {n}" for n in range(12) for word in ("clanky", "dull")]
    place.save(*(said(f"night{n}", text, at=hours_ago(1)) for n, text in enumerate(texts)))
    correct(place, "clanky", "--label", "negative")
    correct(place, "dull", "--label", "neutral")
    (before,) = figures(place, "--scorer", "care", "--lang", "en")
    place.teach(0.3, clanky=6.0)
    (after,) = figures(place, "--scorer", "care", "--lang", "en")
    assert (before["flagged"], after["flagged"], after["precision"]) == (0, 12, 1.0)
    assert "learned from such labels" in place.run("eval", "--scorer", "care").stderr
    assert "learned from such labels" not in place.run("eval", "--scorer", "vader").stderr


def test_verdicts_of_several_scorers_are_told_where_they_are_about_one_brand(place: Place) -> None:
    label_all(place)
    place.save(
        said("zed", "Zed Forge is hot", at=hours_ago(1), brands=["zed"], judged={"scorer": "care/1+zed1"})
    )
    correct(place, "hot", "--label", "neutral")
    assert "Several scorers" not in place.run("eval").stderr
    place.save(said("hot", "Acme Anvils get hot", at=hours_ago(1), judged={"scorer": "care/1"}))
    correct(place, "hot", "--label", "neutral")
    assert "Several scorers gave these verdicts (vader/1 36, care/1 1)" in place.run("eval").stderr


def test_phrases_of_ones_own_are_no_labels_that_the_model_learned_from(place: Place) -> None:
    label_all(place)
    (place.directory / "repwatch.toml").write_text(
        f'{CONFIG}\n[scoring.kinds]\n"went clanky" = "complaint"\n'
    )
    assert "learned from such labels" not in place.run("eval", "--scorer", "care").stderr


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_labels_of_a_file_are_measured_without_a_store(tmp_path: Path, ending: str, delimiter: str) -> None:
    place = Place(tmp_path)
    rows = [
        {"text": TEXTS[label].format(n), "label": label[:3] if n else label, "lang": "en"}
        for label in TEXTS
        for n in range(10)
    ]
    path = tmp_path / f"labels.{ending}"
    if ending == "csv":
        lines = ["text,label,lang", *(f'"{row["text"]}",{row["label"]},{row["lang"]}' for row in rows)]
        path.write_text("\n".join(line.replace(",", delimiter) for line in lines))
    else:
        path.write_text("\n".join(json.dumps(row) for row in rows))
    (row,) = figures(place, "--labels", str(path))
    assert (row["labels"], row["negative"], row["precision"], row["recall"]) == (30, 10, 1.0, 1.0)


def test_an_export_is_measured_on_what_people_labelled_in_it(place: Place) -> None:
    label_all(place)
    correct(place, "kg", "--withdraw")
    path = place.directory / "all.csv"
    place.text("export", "-o", str(path))
    assert [row["labels"] for row in figures(place, "--labels", str(path))] == [24]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.csv", None, "can't read"),
        ("bare.csv", "text,stars\nfine,3\n", "no column label"),
        ("odd.csv", "text,label\nfine,good\n", "line 2 .* label negative, neutral or positive"),
        ("short.csv", "text,label\n", "no label in"),
        ("broken.jsonl", '{"text": "x", "label": "neg"}\n{', "line 2 .* no JSON"),
        ("list.jsonl", "[1]\n", "no object"),
        ("number.jsonl", '{"text": 7, "label": "neg"}\n', "line 1 .* no text"),
        ("stars.jsonl", '{"text": "x", "label": "neg", "rating": "many"}\n', "rating is no number"),
        ("latin.csv", b"text,label\nsch\xf6n,pos\n", "can't read"),
    ],
)
def test_a_file_of_labels_that_cannot_be_read_says_where(
    tmp_path: Path, name: str, content: str | bytes | None, message: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UsageError, match=message):
        Place(tmp_path).text("eval", "--labels", str(path))


@pytest.mark.parametrize("width", [60, 80, 96, 120])
@pytest.mark.parametrize("by", [None, "source"])
def test_figures_fit_on_any_screen(width: int, by: Any) -> None:
    labels = [
        Labelled(
            source="app-reviews",
            lang="",
            brand="",
            negative=n % 2 == 0,
            verdict=Sentiment(0.5, "negative", (), n / 40),
            scorer="",
        )
        for n in range(40)
    ]
    rows = list(rows_of("care", labels, by))
    for line in aligned(rows, for_people(columns(by, several=True)), width):
        assert line.cell_len <= width
    assert rows[0]["precision"] == 0.5


def test_what_was_not_scored_is_ranked_last_and_not_flagged() -> None:
    def labelled(score: float | None, label: Label, p: float | None = None) -> Labelled:
        verdict = Sentiment(score, label, (), p)
        return Labelled(source="", lang="", brand="", negative=True, verdict=verdict, scorer="")

    unscored, good, bad = marks(
        [labelled(None, "unscored"), labelled(0.9, "positive"), labelled(-0.9, "negative")]
    )
    assert unscored.rank < good.rank < bad.rank
    assert (unscored.flagged, good.flagged, bad.flagged) == (False, False, True)
    low, high = marks([labelled(-0.9, "negative", 0.0), labelled(0.9, "positive", 1.0)])
    assert (low.rank, high.rank) == (0.0, 1.0)
