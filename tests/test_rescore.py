from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from filled_store import BERLIN, CONFIG, NOW, Place, hours_ago, said
from repwatch.errors import Busy, StoreError, UsageError
from repwatch.judge import Judge
from repwatch.learning.rescore import PAGE, Rescorer
from repwatch.leases import LEASE
from repwatch.match import Matcher
from repwatch.model import Brand, Span
from repwatch.score import scorer
from repwatch.store import open_store
from repwatch.store.base import Filter


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Mentions that an older scorer had wrong, and one that nothing names any more."""
    place = Place(tmp_path)
    place.save(
        said("bad", "Acme Anvils are terrible, I hate them", "positive", at=hours_ago(1)),
        said("good", "Acme Anvils are wonderful", "positive", at=hours_ago(2)),
        said("both", "Acme Anvils and Zed Forge", at=hours_ago(3)),
        said("gone", "The old name is terrible", "positive", at=hours_ago(4)),
        said("late", "Acme Anvils are terrible", "positive", at=hours_ago(99)),
    )
    return place


def rescored(place: Place, *words: str) -> dict[str, Any]:
    document = json.loads(place.text("score", "--rescore", "--json", *words))
    assert document["schema"] == "repwatch.rescore/1"
    return document


def stored(place: Place, *columns: str) -> list[list[str]]:
    words = ("export", "--unsure", "--format", "csv", "--no-header", "--columns", ",".join(columns))
    return [line.split(",") for line in place.text(*words).splitlines()]


def changes(document: dict[str, Any]) -> set[tuple[str, str, str, str, int]]:
    names = ("brand", "field", "before", "now", "mentions")
    return {tuple(change[name] for name in names) for change in document["changes"]}


def test_a_dry_run_shows_how_many_labels_would_change_and_keeps_nothing(place: Place) -> None:
    before = stored(place, "native_id", "brand", "label", "scorer")
    document = rescored(place, "--dry-run")
    assert (document["dry_run"], document["mentions"], document["labels"]) == (True, 5, 3)
    assert ("acme", "label", "positive", "negative", 3) in changes(document)
    assert stored(place, "native_id", "brand", "label", "scorer") == before


def test_stored_mentions_are_judged_by_the_scorer_of_today(place: Place) -> None:
    assert rescored(place)["labels"] == 3
    assert {tuple(row) for row in stored(place, "native_id", "brand", "label")} == {
        ("late", "acme", "negative"),
        ("gone", "acme", "negative"),
        ("both", "acme", "neutral"),
        ("both", "zed", "neutral"),
        ("good", "acme", "positive"),
        ("bad", "acme", "negative"),
    }
    again = rescored(place)
    assert (again["labels"], again["other"], again["added"], again["changes"]) == (0, 0, 0, [])


def test_what_nothing_names_any_more_is_for_a_person_to_decide(place: Place) -> None:
    assert ("acme", "about", "about", "unsure", 1) in changes(rescored(place))
    (row,) = json.loads(place.text("inbox", "--unsure", "--json"))["mentions"]
    assert (row["native_id"], row["why"][0]) == ("gone", "nothing names the brand any more")
    place.text("mention", "correct", row["id"], "--about")
    assert rescored(place)["kept"] == 0
    assert ["gone", "about"] in stored(place, "native_id", "relevance")


def test_what_a_brand_taught_the_model_judges_its_stored_mentions(place: Place) -> None:
    place.save(
        said("own", "Acme Anvils go clanky at night", at=hours_ago(1)),
        said("others", "Zed Forge goes clanky at night", at=hours_ago(1), brands=("zed",)),
    )
    place.teach(0.3, clanky=6.0)
    rescored(place)
    labels = {row[0]: (row[1], row[2]) for row in stored(place, "native_id", "label", "scorer")}
    assert (labels["own"][0], labels["others"][0]) == ("negative", "neutral")
    assert labels["own"][1] == f"{labels['others'][1]}+acme1"


def test_corrections_are_kept(place: Place) -> None:
    ids = place.text("search", "hate", "--columns", "id", "--no-header")
    place.text("mention", "correct", ids.strip(), "--label", "neutral")
    document = rescored(place)
    assert (document["labels"], document["kept"]) == (3, 1)
    assert ["bad", "neutral", "negative"] in stored(place, "native_id", "label", "machine_label")


def test_only_the_mentions_that_were_asked_for_are_judged(place: Place) -> None:
    assert rescored(place, "--since", "1d", "--label", "positive")["mentions"] == 3
    labels = {row[0]: row[1] for row in stored(place, "native_id", "label")}
    assert (labels["late"], labels["bad"]) == ("positive", "negative")
    assert rescored(place, "--brand", "zed", "--dry-run")["mentions"] == 0


def test_all_of_a_place_stays_about_its_brand_though_nothing_names_it(tmp_path: Path) -> None:
    place = Place(tmp_path)
    spans = {"spans": (Span("text", 0, 0, "acme", "about source"),)}
    place.save(said("r", "It is terrible", "positive", at=hours_ago(1), judged=spans), source="reviews")
    place.save(said("s", "It is terrible", "positive", at=hours_ago(1)), source="shop")
    config = CONFIG.replace("[sources.shop]", '[sources.shop]\nabout = "acme"')
    (tmp_path / "repwatch.toml").write_text(config)
    found = changes(rescored(place))
    assert ("acme", "label", "positive", "negative", 2) in found
    assert not [field for _, field, *_ in found if field == "about"]


def test_phrases_of_your_own_that_were_added_count_for_what_is_stored(place: Place, tmp_path: Path) -> None:
    rescored(place)
    assert rescored(place)["changes"] == []
    scorer = dict(stored(place, "native_id", "scorer"))["good"]
    own = '[scoring.kinds]\nwonderful = "question"\n[scoring.urgency]\n"acme anvils are wonderful" = "high"\n'
    (tmp_path / "repwatch.toml").write_text(CONFIG + own)
    found = changes(rescored(place, "--brand", "acme"))
    assert ("acme", "kind", "praise", "question", 1) in found
    assert ("acme", "urgency", "low", "high", 1) in found
    assert dict(stored(place, "native_id", "scorer"))["good"].startswith(f"{scorer}+phrases-")


def test_a_review_of_something_else_is_for_a_person_to_decide(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.save(said("r", "It is terrible", at=hours_ago(1), kind="review", item="A hammer"), source="shop")
    config = CONFIG.replace("[sources.shop]", '[sources.shop]\nabout = "acme"')
    (tmp_path / "repwatch.toml").write_text(config)
    assert ("acme", "about", "about", "unsure", 1) in changes(rescored(place))


def test_judging_anew_waits_for_no_scan(place: Place) -> None:
    with closing(open_store(place.database, BERLIN)) as store:
        store.take_lease(LEASE, "a scan", NOW, 3600)
        with pytest.raises(Busy, match="a scan or an import is running"):
            place.text("score", "--rescore")
        store.release_lease(LEASE, "a scan")
    rescored(place)
    with closing(open_store(place.database, BERLIN)) as store:
        assert store.lease(LEASE) is None


def test_who_is_stopped_keeps_what_was_judged_and_lets_others_in(place: Place) -> None:
    texts = [f"Acme Anvils are terrible, all {n} of them" for n in range(2 * PAGE)]
    place.save(*(said(f"more{n}", text, "positive", at=hours_ago(9)) for n, text in enumerate(texts)))
    acme = Brand(key="acme", name="Acme Anvils", terms=("acme anvils",))
    judge = Judge(Matcher([acme]), scorer())
    with closing(open_store(place.database, BERLIN)) as store:
        result = Rescorer(judge, {}, clock=lambda: NOW, stop=lambda: True).rescore(store, Filter(own=None))
        assert store.lease(LEASE) is None
        judged = [each.assessment.scorer for each in store.assessed(Filter(own=None))]
    assert result.mentions == PAGE
    assert judged.count(judge.scored_by()) == PAGE


def test_what_belongs_to_stored_mentions_is_no_option_for_a_text(place: Place) -> None:
    for words in (("fine", "--dry-run"), ("fine", "--since", "1d"), ("fine", "--rescore")):
        with pytest.raises(UsageError):
            place.text("score", *words)


def test_where_nothing_was_scanned_there_is_nothing_to_judge(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no database"):
        Place(tmp_path).text("score", "--rescore")
    assert not (tmp_path / "repwatch.db").exists()
