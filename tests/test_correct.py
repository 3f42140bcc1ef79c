from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from filled_store import Place, hours_ago, said
from repwatch.errors import StoreError, UsageError
from repwatch.model import Mention


def id_of(native_id: str) -> str:
    return Mention(space="discourse:forum.example", native_id=native_id, kind="post").id


@pytest.fixture(autouse=True)
def mara(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "mara")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    place.save(
        said(
            "a",
            "Oh great, it broke again",
            "positive",
            at=hours_ago(2),
            judged={"intent": "praise"},
            p_negative=0.3,
        ),
        said("b", "The anvil broke", "negative", at=hours_ago(3), judged={"intent": "complaint"}),
        said("c", "Zed or Acme?", at=hours_ago(4), brands=["acme", "zed"]),
    )
    return place


def changes(place: Place, *words: str) -> list[dict[str, Any]]:
    document = json.loads(place.text("mention", "correct", "--json", *words))
    assert document["schema"] == "repwatch.corrected/1"
    return document["corrections"]


def shown(place: Place, native_id: str) -> dict[str, Any]:
    document = json.loads(place.text("mention", "show", id_of(native_id), "--json"))
    return document["mentions"][0]


def negative(place: Place) -> int:
    (block,) = json.loads(place.text("report", "--json", "--brand", "acme"))["brands"]
    return block["now"]["negative"]


def test_a_corrected_label_counts_in_reports_at_once(place: Place) -> None:
    assert negative(place) == 1
    (change,) = changes(place, id_of("a")[:10], "--label", "negative")
    assert (change["before"], change["now"], change["machine"]) == ("positive", "negative", "positive")
    assert negative(place) == 2
    assert "1 label (33 %) was set by hand" in place.text("report")


def test_a_mention_shows_what_the_machine_said_what_holds_and_who_said_so(place: Place) -> None:
    place.text("mention", "correct", id_of("a"), "--label", "negative", "--why", "sarcasm")
    text = place.text("mention", "show", id_of("a"))
    assert "acme  negative · complaint" in text
    assert "machine     positive +0.60 · praise" in text
    assert "said        label negative · mara · 2026-11-21T08:00:00Z: “sarcasm”" in text
    assert "because     positive" in text
    brand, said_ = shown(place, "a")["brands"][0], shown(place, "a")["corrections"][0]
    assert (brand["label"], brand["machine_label"], brand["corrected"]) == ("negative", "positive", ["label"])
    assert (said_["field"], said_["value"], said_["who"], said_["why"]) == (
        "label",
        "negative",
        "mara",
        "sarcasm",
    )


def test_what_is_not_about_the_brand_leaves_every_number(place: Place) -> None:
    place.text("mention", "correct", id_of("b"), "--not-about")
    assert negative(place) == 0
    assert place.text("search", "broke", "--columns", "native_id", "--no-header") == "a\n"
    assert (
        place.text("search", "broke", "--relevance", "not_about", "--columns", "native_id")
        == "native_id\nb\n"
    )


def test_label_kind_and_relevance_can_be_said_at_once(place: Place) -> None:
    made = changes(place, id_of("a"), "--about", "--label", "negative", "--kind", "request")
    assert [(change["field"], change["now"]) for change in made] == [
        ("about", "about"),
        ("label", "negative"),
        ("kind", "request"),
    ]


def test_many_mentions_are_corrected_from_a_pipe_all_or_none(place: Place) -> None:
    ids = f"{id_of('a')}\tx\n{id_of('b')}\n"
    result = place.run("mention", "correct", "-", "--label", "neutral", stdin=ids)
    assert result.exception is None
    assert len(result.stdout.splitlines()) == 3
    result = place.run("mention", "correct", id_of("a"), id_of("c"), "--label", "negative")
    assert isinstance(result.exception, UsageError)
    assert shown(place, "a")["brands"][0]["label"] == "neutral"


def test_a_mention_of_several_brands_needs_to_be_told_which(place: Place) -> None:
    with pytest.raises(UsageError, match="about several brands: acme, zed") as caught:
        place.text("mention", "correct", id_of("c"), "--label", "negative")
    assert caught.value.hint == "Say which: --brand acme"
    assert changes(place, id_of("c"), "--label", "negative", "--brand", "Zed Forge")[0]["brand"] == "zed"
    with pytest.raises(UsageError, match="was not read for zed"):
        place.text("mention", "correct", id_of("a"), "--label", "negative", "--brand", "zed")


def test_the_last_word_wins_and_it_is_said_whose_it_replaces(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.text("mention", "correct", id_of("a"), "--label", "negative")
    monkeypatch.setenv("LOGNAME", "jo")
    (change,) = changes(place, id_of("a"), "--label", "neutral")
    assert (change["before"], change["now"]) == ("negative", "neutral")
    assert (change["said_before"], change["said_by"]) == ("negative", "mara")
    assert change["said_at"] == "2026-11-21T08:00:00Z"


def test_what_was_said_can_be_taken_back(place: Place) -> None:
    place.text("mention", "correct", id_of("a"), "--label", "negative", "--not-about")
    taken = changes(place, id_of("a"), "--withdraw")
    assert {(change["field"], change["now"]) for change in taken} == {
        ("about", "about"),
        ("label", "positive"),
    }
    assert changes(place, id_of("a"), "--withdraw") == []
    assert shown(place, "a")["brands"][0]["corrected"] == []
    assert len(shown(place, "a")["corrections"]) == 4


def test_a_dry_run_shows_what_would_change_and_changes_nothing(place: Place) -> None:
    for words in (("--label", "negative"), ("--not-about",)):
        (change,) = changes(place, id_of("a"), *words, "--dry-run")
        assert change["now"] in ("negative", "not_about")
    assert shown(place, "a")["corrections"] == []


@pytest.mark.parametrize("words", [(), ("--withdraw", "--label", "negative"), ("--why", "x")])
def test_a_correction_has_to_say_something(place: Place, words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        place.text("mention", "correct", id_of("a"), *words)


def test_a_label_is_what_a_person_can_say(place: Place) -> None:
    assert place.run("mention", "correct", id_of("a"), "--label", "unscored").exit_code == 2


def test_what_people_said_can_be_taken_to_another_machine(place: Place, tmp_path: Path) -> None:
    place.text("mention", "correct", id_of("a"), "--label", "negative", "--why", "=sarcasm")
    place.text("mention", "correct", id_of("b"), "--label", "neutral", "--kind", "question")
    place.text("mention", "correct", id_of("c"), "--brand", "zed", "--not-about")
    document = json.loads(place.text("export", "labels", "--json"))
    assert document["schema"] == "repwatch.labels/1"
    found = {(row["id"], row["brand"]): row for row in document["labels"]}
    assert set(found) == {(id_of("a"), "acme"), (id_of("b"), "acme"), (id_of("c"), "zed")}
    a, b, c = (found[id_of(name), brand] for name, brand in (("a", "acme"), ("b", "acme"), ("c", "zed")))
    assert (a["label"], a["intent"], a["relevance"], a["why"], a["who"]) == (
        *("negative", None, None, "=sarcasm", "mara"),
    )
    assert (b["label"], b["intent"], b["corrected"]) == ("neutral", "question", ["kind", "label"])
    assert (c["label"], c["relevance"], c["text"]) == (None, "not_about", "Zed or Acme?")
    for name in ("labels.csv", "labels.jsonl"):
        file = str(tmp_path / name)
        place.text("export", "labels", "-o", file)
        other = Place(tmp_path / "other")
        other.directory.mkdir(exist_ok=True)
        measured = json.loads(other.text("eval", "--labels", file, "--json"))
        assert measured["figures"][0]["labels"] == 2
    assert "'=sarcasm" in (tmp_path / "labels.csv").read_text()


def test_labels_that_were_taken_back_are_not_exported(place: Place) -> None:
    place.text("mention", "correct", id_of("a"), "--label", "negative")
    place.text("mention", "correct", id_of("a"), "--withdraw")
    assert place.text("export", "labels", "--jsonl") == ""
    assert place.text("export", "labels", "--csv", "--columns", "id,label") == "id,label\n"


def test_where_nothing_was_scanned_there_is_nothing_to_correct(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no database"):
        Place(tmp_path).text("mention", "correct", "m_A", "--label", "negative")
    assert not (tmp_path / "repwatch.db").exists()


def test_a_hostile_reason_cannot_act(place: Place) -> None:
    place.text("mention", "correct", id_of("a"), "--label", "negative", "--why", "a\x1b[31m\nb\u202e")
    text = place.text("mention", "show", id_of("a"))
    assert "“a[31m b”" in text or "“a b”" in text
    assert not set(text) & {"\x1b", "\u202e"}
