"""`brand suggest` and `brand test --replay`, as they are typed, on a store."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from filled_store import BERLIN, NOW, Place, hours_ago
from repwatch.config import load
from repwatch.errors import UsageError
from repwatch.judge import Judge
from repwatch.match import Matcher
from repwatch.model import Judged, Mention
from repwatch.score import scorer
from repwatch.store import open_store
from repwatch.store.base import Verdict

CONFIG = """
schema = 1
timezone = "Europe/Berlin"
database = "repwatch.db"

[http]
contact = "mailto:social@acme.example"

[brands.acme]
name = "Acme Anvils"
terms = ["acme anvils"]
weak_terms = ["acme"]
need_one_of = ["anvil"]

[sources.forum]
type = "feed"
url = "https://forum.example/feed"

[sources.shop]
type = "feed"
url = "https://shop.example/feed"
about = "acme"
"""

ABOUT = [f"my Acme Anvils hammer number {n} broke" for n in ("one", "two", "three", "four", "five")]
NEAR = [f"the acme of {n}" for n in ("art", "taste", "style", "wit", "song")]
WITH_HAMMER = "my acme hammer is gone"
UNSURE = "i got it from acme"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "repwatch.toml").write_text(CONFIG)
    place = Place(tmp_path)
    texts = [*ABOUT, *NEAR, WITH_HAMMER, UNSURE]
    place.save(*(judged(place, n, text) for n, text in enumerate(texts)))
    place.save(judged(place, 90, "nothing named here", about="acme"), source="shop")
    return place


def judged(place: Place, number: int, text: str, about: str | None = None) -> Judged:
    config = load(place.directory / "repwatch.toml", sources=False)
    mention = Mention(
        space="forum",
        native_id=str(number),
        kind="post",
        text=text,
        published_at=hours_ago(number + 1),
    )
    return Judge(Matcher(config.brands.values()), scorer("vader")).judge(mention, about=about)


def correct(place: Place, number: int, value: str) -> None:
    store = open_store(place.database, BERLIN)
    verdict = Verdict(mention=id_of(number), brand="acme", field="about", value=value)
    store.correct([verdict], who="mara", why="", now=NOW)
    store.close()


def id_of(number: int) -> str:
    return Mention(space="forum", native_id=str(number), kind="post").id


def changed(place: Place, **lists: list[str]) -> str:
    path = place.directory / "new.toml"
    text = CONFIG
    for name, words in lists.items():
        old = next((line for line in CONFIG.splitlines() if line.startswith(f"{name} =")), None)
        new = f"{name} = {json.dumps(words)}"
        text = text.replace(old, new) if old else text.replace("[sources.forum]", f"{new}\n\n[sources.forum]")
    path.write_text(text)
    return str(path)


def replayed(place: Place, *words: str) -> dict[str, Any]:
    document = json.loads(place.text("brand", "test", "--replay", "--json", *words))
    assert document["schema"] == "repwatch.brand_replay/1"
    return document["brands"][0]


def test_the_same_query_changes_nothing(place: Place) -> None:
    found = replayed(place)
    assert (found["stored"], found["near_misses"], found["stays"]) == (7, 6, 7)
    assert [found[name] for name in ("gained", "lost", "doubted", "unsure", "dropped")] == [0] * 5


def test_a_changed_query_shows_what_would_be_gained_and_lost(place: Place) -> None:
    config = changed(place, terms=["acme hammers"], need_one_of=["hammer"])
    found = replayed(place, "--config", config)
    assert (found["gained"], found["from_near"], found["lost"]) == (1, 1, 0)
    assert found["examples"]["gained"][0]["text"] == WITH_HAMMER
    found = replayed(place, "--config", changed(place, weak_terms=[]))
    assert (found["dropped"], found["examples"]["dropped"][0]["text"]) == (1, UNSURE)
    assert found["lost"] == 0
    found = replayed(place, "--config", changed(place, exclude=["acme anvils"]))
    assert (found["lost"], found["examples"]["lost"][0]["why"]) == (
        5,
        'inside the excluded phrase "acme anvils"',
    )


def test_what_people_said_measures_the_changed_query(place: Place) -> None:
    correct(place, 0, "not_about")
    correct(place, 1, "about")
    found = replayed(place, "--config", changed(place, exclude=["number one"]))
    assert found["before"]["precision"] == 0.5
    assert found["after"] == {
        "right": 1, "wrong": 0, "missed": 0, "left": 1, "precision": 1.0, "recall": 1.0
    }  # fmt: skip


def test_what_is_about_a_brand_by_its_source_stays_so(place: Place) -> None:
    assert replayed(place, "--config", changed(place, terms=["nothing"], weak_terms=[]))["stays"] == 1


def test_a_replay_looks_back_as_far_as_it_is_told(place: Place) -> None:
    assert replayed(place, "--since", "3h")["stored"] == 3


def test_a_person_reads_counts_and_examples(place: Place) -> None:
    correct(place, 0, "not_about")
    shown = place.text("brand", "test", "--replay", "--config", changed(place, need_one_of=["hammer"]))
    lines = [line.rstrip() for line in shown.splitlines()]
    assert lines[0] == "acme: 7 mentions and 6 near-misses"
    assert "  gained         1  1 of them near-misses so far" in lines
    assert "  of 1 mention that people corrected:" in lines
    assert "    precision  0 %, was 0 %" in lines
    assert "gained: about it now" in lines
    assert any(WITH_HAMMER in line for line in lines)


def test_a_replay_takes_no_text_and_a_test_needs_one(place: Place) -> None:
    assert isinstance(place.run("brand", "test", "--replay", "some text").exception, UsageError)
    assert isinstance(place.run("brand", "test").exception, UsageError)


def test_context_and_exclusions_are_proposed_as_lines_of_a_configuration(place: Place) -> None:
    shown = place.text("brand", "suggest", "acme")
    assert shown.splitlines()[0] == "[brands.acme]  # 5 mentions about it, 6 others"
    table = tomllib.loads(shown)["brands"]["acme"]
    assert table["need_one_of"] == ["anvil", "broke", "number", "hammer"]
    assert table["exclude"] == ["acme of", "the acme"]
    assert '    "acme of",  # in 0 of 5 about it, 5 of 6 others' in shown.splitlines()


def test_what_people_said_counts_for_proposals(place: Place) -> None:
    for number in range(3):
        correct(place, number, "not_about")
    document = json.loads(place.text("brand", "suggest", "--json"))
    assert document["schema"] == "repwatch.brand_suggest/1"
    assert (document["brands"][0]["confirmed"], document["brands"][0]["rejected"]) == (2, 9)
    correct(place, 11, "about")
    document = json.loads(place.text("brand", "suggest", "--json"))
    assert document["brands"][0]["confirmed"] == 3


def test_where_nothing_stands_out_it_says_so(place: Place) -> None:
    shown = place.text("brand", "suggest", "--since", "30m")
    assert shown == "[brands.acme]  # 0 mentions about it, 6 others\n# nothing stands out\n"


def test_hostile_words_are_proposed_as_text(place: Place) -> None:
    hostile = ['the acme "]\nx = ["' + "\u202e" + f" {n}" for n in range(5)]
    place.save(*(judged(place, 50 + n, text) for n, text in enumerate(hostile)))
    assert tomllib.loads(place.text("brand", "suggest"))["brands"]["acme"]
