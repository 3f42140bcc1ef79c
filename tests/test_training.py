"""What corrections teach the model: never kept when worse, always reversible."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from repwatch.config import Scoring
from repwatch.judging import model
from repwatch.judging.care import Care
from repwatch.judging.learning import (
    FEWEST,
    Figures,
    Labelled,
    Learned,
    average_precision,
    contradictions,
    figures,
    learn,
)
from repwatch.judging.model import Model, chance, shipped
from repwatch.judging.quick import Quick
from repwatch.learning.training import EVERY, keep, labelled, outdated, taught, train_if_due, trained
from repwatch.model import Label, Mention
from repwatch.store.base import Lesson, Store, Verdict
from test_store import NOW, STORES, SqlitePlace, assessment, judged, mention, page

SCORING = Scoring("care", -0.05, 0.35, ("en",), {})
MODEL = shipped()
CLANKY = ("it goes clanky {n} again", "clanky as ever, day {n}", "so clanky on line {n}")
SHINY = ("it goes shiny {n} again", "shiny as ever, day {n}", "so shiny on line {n}")


def clanky(count: int, *, wrong: float = 0.0) -> list[Labelled]:
    """Return labels of a brand that calls its complaints clanky, some of them wrong."""
    draw = random.Random(1)
    labels = []
    for n in range(count):
        bad = n % 2 == 0
        text = draw.choice(CLANKY if bad else SHINY).format(n=n)
        said = bad != (draw.random() < wrong)
        labels.append(Labelled(f"m_{n:03}", text, "negative" if said else "neutral"))
    return labels


COMPLAINTS = (
    "still waiting for my refund, {}", "nobody answers, the {} is broken", "terrible {}, never again",
    "my {} never arrived and support is useless", "charged twice for the {}, so angry",
)  # fmt: skip
OTHERS = (
    "thank you, the {} is great", "love the new {}", "the {} arrived early, well done",
    "what time does the {} open", "my {} works perfectly",
)  # fmt: skip
THINGS = ("anvil", "hammer", "forge", "chain", "hook", "rivet", "bolt", "blade", "vice", "file")


def careless(count: int, *, wrong: float) -> list[Labelled]:
    """Return labels of texts that the model takes rightly, some of which a person got wrong."""
    draw = random.Random(1)
    labels = []
    for n in range(count):
        bad = n % 2 == 0
        text = (COMPLAINTS if bad else OTHERS)[n // 2 % 5].format(THINGS[n // 10 % 10])
        said = bad != (draw.random() < wrong)
        labels.append(Labelled(f"m_{n:03}", text, "negative" if said else "neutral"))
    return labels


def senseless(count: int) -> list[Labelled]:
    """Return labels that have nothing to do with their texts; as many are negative as the model expects."""
    draw = random.Random(1)
    words = ["".join(draw.sample("bdfgklmnprst", 6)) for _ in range(8)]
    return [
        Labelled(f"m_{n:03}", f"It is {' '.join(draw.sample(words, 4))}", "neutral" if n % 7 else "negative")
        for n in range(count)
    ]


@pytest.fixture(params=STORES, ids=lambda kind: kind.__name__)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> SqlitePlace:
    return request.param(tmp_path)


@pytest.fixture
def store(place: SqlitePlace) -> Iterator[Store]:
    with closing(place.store()) as store:
        yield store


def correct(store: Store, labels: list[Labelled]) -> None:
    """Keep mentions with these texts, and have Mara label them."""
    said: list[tuple[Mention, Label]] = [
        (replace(mention(at), text=one.text, lang="en"), one.label) for at, one in enumerate(labels)
    ]
    store.save_page(page(*(judged(one, assessment(score=0.0, spans=())) for one, _ in said)))
    verdicts = [Verdict(mention=one.id, brand="acme", field="label", value=label) for one, label in said]
    store.correct(verdicts, who="mara", why="", now=NOW)


# Learning


def p_negative(model: Model, text: str) -> float:
    return chance(model.calibrated(Quick(model).hear(text).odds).real)


def test_a_word_that_only_this_brand_complains_with_is_learned() -> None:
    learned = learn(MODEL, clanky(60), 0.3)
    assert learned is not None
    assert learned.is_better
    assert learned.after.average_precision > learned.before.average_precision
    assert learned.weights["shiny"].real < 0 < learned.weights["clanky"].real
    own = MODEL.taught(learned.weights)
    assert p_negative(own, "clanky again") > p_negative(MODEL, "clanky again")


def test_the_same_labels_teach_the_same_in_any_order() -> None:
    labels = clanky(40)
    shuffled = random.Random(2).sample(labels, len(labels))
    assert learn(MODEL, labels, 0.3) == learn(MODEL, shuffled, 0.3)


def test_few_labels_move_little() -> None:
    few, many = learn(MODEL, clanky(26), 0.3), learn(MODEL, clanky(120), 0.3)
    assert few is not None
    assert many is not None
    assert abs(few.weights["clanky"]) < abs(many.weights["clanky"])


@pytest.mark.parametrize(
    "labels",
    [
        clanky(3),
        clanky(FEWEST - 1),
        [replace_label for replace_label in clanky(60) if replace_label.label == "neutral"],
    ],
)
def test_too_few_labels_or_all_of_one_kind_teach_nothing(labels: list[Labelled]) -> None:
    assert learn(MODEL, labels, 0.3) is None


def test_who_knows_a_text_is_not_asked_about_its_copies() -> None:
    draw = random.Random(1)
    words = ["".join(draw.sample("bdfgklmnprst", 6)) for _ in range(20)]
    said = {word: draw.choice(("negative", "neutral")) for word in words}
    copies = [
        Labelled(f"m_{at:03}", f"It is {words[at // 10]}", said[words[at // 10]])  # type: ignore[arg-type]
        for at in range(200)
    ]
    learned = learn(MODEL, copies, 0.3)
    assert learned is not None
    assert learned.after.average_precision < 0.7  # as good as chance: no text tells of another one


def test_better_means_less_surprised_and_no_worse_than_by_chance_at_finding_complaints() -> None:
    good, bad = Figures(1, 1, 0.9, 1, 0.3), Figures(1, 1, 0.8, 1, 0.4)
    assert Learned({}, 0.3, before=bad, after=good).is_better
    assert not Learned({}, 0.3, before=good, after=bad).is_better
    assert not Learned({}, 0.3, before=good, after=replace(bad, loss=0.1)).is_better
    assert Learned({}, 0.3, before=good, after=replace(good, f1=0.86, loss=0.2)).is_better
    assert not Learned({}, 0.3, before=good, after=good).is_better


def test_a_lesson_that_makes_the_model_worse_is_told_by_labels_that_were_held_back() -> None:
    learned = learn(MODEL, careless(60, wrong=0.1), 0.3)
    assert learned is not None
    assert learned.after.loss > learned.before.loss
    assert not learned.is_better
    own = MODEL.taught(learned.weights)  # and so it is: they know less of what is true
    true = careless(100, wrong=0.0)
    shipped_is, own_is = (
        figures([(p_negative(model, one.text), one.label == "negative") for one in true], 0.3)
        for model in (MODEL, own)
    )
    assert own_is.loss > shipped_is.loss


def test_the_cut_moves_towards_half_the_f1_that_is_promised_and_little_by_few_labels() -> None:
    few, many = learn(MODEL, careless(26, wrong=0.0), 0.3), learn(MODEL, careless(100, wrong=0.0), 0.3)
    assert few is not None
    assert many is not None
    assert 0.3 < few.negative_from < many.negative_from < 0.5


def test_labels_of_the_same_words_that_contradict_each_other_are_found() -> None:
    labels = [Labelled("1", "It is  late", "negative"), Labelled("2", "it is late", "neutral")]
    labels += [Labelled("3", "thanks", "neutral"), Labelled("4", "Thanks", "positive")]
    assert [one.id for one in contradictions(labels)] == ["1", "2"]


def test_average_precision_takes_equal_chances_as_one_step() -> None:
    assert average_precision([(0.9, True), (0.5, False)]) == 1.0
    assert average_precision([(0.5, True), (0.5, False)]) == 0.5
    assert average_precision([]) == 0.0


# In the store


def test_labels_come_from_what_people_said_and_the_model_can_read(store: Store) -> None:
    correct(store, clanky(4))
    german = replace(mention(90), text="Das ist leider schon wieder kaputt gegangen", lang="de")
    kind = replace(mention(91), text="nobody told me about this", lang="en")
    store.save_page(page(*(judged(one, assessment(spans=())) for one in (german, kind, mention(92)))))
    for one, field, value in ((german, "label", "negative"), (kind, "kind", "complaint")):
        verdict = Verdict(mention=one.id, brand="acme", field=field, value=value)  # type: ignore[arg-type]
        store.correct([verdict], who="mara", why="", now=NOW)
    found = {one.text: one.label for one in labelled(store, "acme", Care())}
    assert len(found) == 5
    assert found["nobody told me about this"] == "negative"


def test_what_is_learned_is_kept_and_can_be_taken_back(store: Store) -> None:
    correct(store, clanky(60))
    training = trained(store, "acme", SCORING, NOW)
    assert store.lessons() == []
    keep(store, training)
    (lesson,) = store.lessons("acme")
    assert (lesson.version, lesson.state, lesson.labels, lesson.base) == (1, "kept", 60, MODEL.version)
    assert lesson == training.lesson
    own = taught(store.lessons())["acme"]
    assert Care(taught=own).score("clanky again", lang="en", rating=None).label == "negative"
    assert Care(taught=own).version.endswith("+acme1")

    assert (undone := store.undo_lesson("acme")) is not None
    assert undone.version == 1
    assert taught(store.lessons()) == {}
    assert store.undo_lesson("acme") is None
    again = trained(store, "acme", SCORING, NOW)
    assert again.lesson is not None
    assert again.lesson.version == 2


def test_a_lesson_that_is_worse_is_noted_and_judges_nothing(store: Store) -> None:
    correct(store, senseless(60))
    training = trained(store, "acme", SCORING, NOW)
    assert training.why == "it does no better on labels that were held back"
    keep(store, training)
    (lesson,) = store.lessons("acme")
    assert (lesson.state, lesson.weights) == ("worse", {})
    assert lesson.figures["after"]["loss"] > lesson.figures["before"]["loss"]
    assert taught(store.lessons()) == {}


def test_what_was_kept_before_holds_where_the_next_lesson_is_worse(store: Store) -> None:
    correct(store, clanky(60))
    keep(store, trained(store, "acme", SCORING, NOW))
    kept = taught(store.lessons())
    worse = replace(store.lessons("acme")[0], version=2, state="worse", weights={})
    store.save_lesson(worse)
    assert taught(store.lessons()) == kept != {}


def test_the_cut_that_was_learned_holds_whatever_cut_the_configuration_had(store: Store) -> None:
    correct(store, clanky(60))
    strict = replace(SCORING, negative_from=0.5)
    training = trained(store, "acme", strict, NOW)
    keep(store, training)
    assert training.learned is not None
    own = taught(store.lessons())["acme"]
    assert Care(negative_from=0.5, taught=own).cut == pytest.approx(training.learned.negative_from)


def test_the_version_before_holds_again_when_the_last_is_undone(store: Store) -> None:
    first = Lesson(
        brand="acme", version=1, at=NOW, base=MODEL.version, labels=30, state="kept",
        figures={"before": {"f1": 0.5}, "after": {"f1": 0.6}}, negative_from=0.3, weights={"a": (0.5, -0.5)},
    )  # fmt: skip
    for lesson in (first, replace(first, version=2), replace(first, version=3, state="worse", weights={})):
        store.save_lesson(lesson)
    store.save_lesson(replace(first, brand="zed"))
    assert taught(store.lessons())["acme"].name == "acme2"
    store.undo_lesson("acme")
    assert {key: one.name for key, one in taught(store.lessons()).items()} == {"acme": "acme1", "zed": "zed1"}
    assert [one.state for one in store.lessons("acme")] == ["kept", "undone", "worse"]


def test_what_was_learned_with_another_model_does_not_count() -> None:
    other = Lesson(
        brand="acme", version=1, at=NOW, base="0.12345678", labels=30, state="kept", figures={},
        negative_from=0.3, weights={},
    )  # fmt: skip
    assert taught([other]) == {}


def test_where_the_model_is_broken_what_was_learned_waits_until_it_is_mended(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    correct(store, clanky(60))
    keep(store, trained(store, "acme", SCORING, NOW))
    kept = taught(store.lessons())
    whole, cut = model.SHIPPED, tmp_path / "judge.bin"
    cut.write_bytes(whole.read_bytes()[:-1])
    monkeypatch.setattr(model, "SHIPPED", cut)
    shipped.cache_clear()
    try:
        assert (taught(store.lessons()), outdated(store.lessons())) == ({}, [])
        assert "judge.bin is cut" in trained(store, "acme", SCORING, NOW).why
    finally:
        monkeypatch.setattr(model, "SHIPPED", whole)
        shipped.cache_clear()
    assert taught(store.lessons()) == kept


def test_a_scan_learns_anew_what_was_learned_with_another_model(store: Store) -> None:
    correct(store, clanky(60))
    later = NOW + timedelta(minutes=1)
    keep(store, trained(store, "acme", SCORING, later))
    (lesson,) = store.lessons("acme")
    assert train_if_due(store, ["acme"], SCORING, later) == []
    store.save_lesson(replace(lesson, version=2, base="0.12345678"))
    assert taught(store.lessons()) == {}
    assert outdated(store.lessons()) == ["acme"]
    (done,) = train_if_due(store, ["acme"], SCORING, later)
    assert done.lesson is not None
    assert taught(store.lessons())["acme"].name == "acme3"
    assert outdated(store.lessons()) == []


def test_the_same_labels_teach_a_brand_nothing_twice(store: Store) -> None:
    correct(store, clanky(60))
    keep(store, trained(store, "acme", SCORING, NOW))
    again = trained(store, "acme", SCORING, NOW + timedelta(days=1))
    assert (again.lesson, again.why) == (None, "it is what version 1 knows already")
    store.undo_lesson("acme")
    assert trained(store, "acme", SCORING, NOW).lesson is not None


def test_of_two_that_learn_at_once_each_gets_a_version(place: SqlitePlace) -> None:
    with closing(place.store()) as one, closing(place.store()) as other:
        correct(one, clanky(60))
        lessons = [trained(store, "acme", SCORING, NOW) for store in (one, other)]
        kept = [keep(*each).lesson for each in zip((one, other), lessons, strict=True)]
    assert [lesson and lesson.version for lesson in kept] == [1, 2]


def test_contradicting_labels_are_left_out_and_named(store: Store) -> None:
    labels = clanky(40)
    torn = [Labelled("", "the very same words", "negative"), Labelled("", "The very same words", "neutral")]
    correct(store, [*labels, *torn])
    training = trained(store, "acme", SCORING, NOW)
    assert (training.labels, len(training.contradicting)) == (40, 2)


def test_too_few_labels_say_how_many_are_needed(store: Store) -> None:
    correct(store, clanky(3))
    training = trained(store, "acme", SCORING, NOW)
    assert training.why == "25 labels are needed, and there are 3"
    keep(store, training)
    assert store.lessons() == []
    assert (
        trained(store, "acme", replace(SCORING, scorer="vader"), NOW).why == "only the scorer care can learn"
    )


def test_a_scan_learns_after_every_so_many_new_labels(store: Store) -> None:
    correct(store, clanky(EVERY - 1))
    assert train_if_due(store, ["acme"], SCORING, NOW) == []
    correct(store, clanky(2 * EVERY))
    (done,) = train_if_due(store, ["acme", "zed"], SCORING, NOW + timedelta(minutes=1))
    assert done.lesson is not None
    assert train_if_due(store, ["acme"], SCORING, NOW + timedelta(days=1)) == []


def test_new_labels_are_those_given_since_it_last_learned_however_many_there_were(store: Store) -> None:
    many = Lesson(
        brand="acme", version=1, at=NOW - timedelta(days=1), base=MODEL.version, labels=3_000, state="kept",
        figures={}, negative_from=0.3, weights={},
    )  # fmt: skip
    store.save_lesson(many)
    correct(store, clanky(EVERY - 1))
    assert train_if_due(store, ["acme"], SCORING, NOW) == []
    correct(store, clanky(EVERY + 1))
    (done,) = train_if_due(store, ["acme"], SCORING, NOW)
    assert done.lesson is not None
    assert done.lesson.version == 2


# As it is typed


CONFIG = """
schema = 1
database = "repwatch.db"

[http]
contact = "mailto:social@acme.example"

[brands.acme]
name = "Acme Anvils"
terms = ["acme anvils"]
"""


def test_train_says_what_came_of_it(place: SqlitePlace, tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "repwatch.toml").write_text(CONFIG)

    def typed(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "repwatch", "--db", str(place.path), *words]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)

    with closing(place.store()) as store:
        correct(store, clanky(3))
    assert "not kept: 25 labels are needed, and there are 3" in typed("train").stdout
    with closing(place.store()) as store:
        correct(store, clanky(60))
    dry = typed("train", "--dry-run")
    assert "would be kept as version 1" in dry.stdout, dry.stderr
    done = typed("train", "--brand", "acme")
    assert "60 labels, 30 of them negative" in done.stdout
    assert "kept as version 1" in done.stdout
    assert "not kept: it is what version 1 knows already" in typed("train").stdout
    with closing(place.store()) as store:
        correct(store, clanky(90))
    assert '"kept": true' in typed("train", "--json").stdout
    assert "version 2 is undone; version 1 holds again" in typed("train", "--brand", "acme", "--undo").stdout
    with closing(place.store()) as store:
        store.save_lesson(replace(store.lessons("acme")[0], base="0.12345678"))
    assert "what acme taught belongs to another model" in typed("doctor", "--offline").stdout
    assert "version 1 holds again" in typed("train", "--brand", "acme", "--undo").stdout
    assert "the model that comes with repwatch judges again" in typed("train", "-b", "acme", "--undo").stdout
    assert "nothing to undo" in typed("train", "-b", "acme", "--undo").stdout
    assert typed("train", "--undo").returncode == 2
