"""Phrases of many tables in one look."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repwatch.judging.intent import INTENTS, URGENCIES
from repwatch.judging.phrases import LONGEST, Phrases, expanded
from repwatch.judging.senders import CLUES
from repwatch.judging.signs import languages, tables

PHRASES = Phrases(
    {
        "late": ["still waiting", "(no|never an) answer", "delay*"],
        "asks": ["^where is", "^can i"],
        "polite": ["please", "can i"],
        "tag": ["#late", "% off"],
    }
)


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("STILL WAITING!", {"late": "still waiting"}),
        ("I’m still-waiting", {"late": "still waiting"}),
        ("(still waiting)", {"late": "still waiting"}),
        ("distill waiting", {}),
        ("still waitings", {}),
        ("never an answer, only delays", {"late": "never an answer"}),
        ("delay", {"late": "delay"}),
        ("Delayed.", {"late": "delayed"}),
        ("delay" + "s" * 500, {"late": "delay" + "s" * 30}),
        ("undelayed", {}),
        ("please, can i go", {"polite": "please", "asks": "can i"}),
        ("pleased", {}),
        ("all is #late", {"tag": "#late"}),
        ("20% off", {"tag": "% off"}),
        ("", {}),
        ("🔨" * 50, {}),
    ],
)
def test_a_phrase_stands_as_words_of_its_own(text: str, signs: dict[str, str]) -> None:
    assert PHRASES.signs(text) == signs


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Where is it", True),
        ("Hi someone, where is it?", True),
        ("someone where is it", True),
        ("It broke. Where is my money", True),
        ("It broke\nwhere is my money", True),
        ("I know where is best", False),
        ("Nobody says where is what", False),
    ],
)
def test_some_phrases_count_at_the_beginning_of_a_sentence_only(text: str, asks: bool) -> None:
    assert ("asks" in PHRASES.signs(text)) is asks


def test_alternatives_are_written_once() -> None:
    assert list(expanded("(a|b) c (d|e)")) == ["a c d", "a c e", "b c d", "b c e"]
    assert list(expanded("plain")) == ["plain"]


def test_no_tables_find_nothing() -> None:
    assert Phrases({}).signs("please") == Phrases({"none": ["", "*", "^"]}).signs("please") == {}


def test_phrases_survive_their_way_to_a_worker() -> None:
    assert pickle.loads(pickle.dumps(PHRASES)).signs("delayed, please") == PHRASES.signs("delayed, please")


def test_a_text_without_end_is_read_at_its_beginning() -> None:
    assert PHRASES.signs("x " * LONGEST + "please") == {}
    assert PHRASES.signs("please " * 200_000) == {"polite": "please"}


@given(st.text(max_size=40), st.sampled_from([" ", ".", "!", ",", "\n", "("]), st.text(max_size=40))
def test_a_phrase_between_other_words_is_always_found(before: str, edge: str, after: str) -> None:
    assert "late" in PHRASES.signs(f"{before}{edge} still waiting{edge} {after}")


def test_every_sign_that_rules_ask_for_is_in_the_english_tables_or_no_matter_of_words() -> None:
    words = {
        "link", "question mark", "heard", "review", "positive", "negative", "very positive", "very negative",
        "low rating", "high rating", "compared worse", "compared better", "no tables", "advertises",
        "complaint", "wants nothing", "harsh", "delighted",
    }  # fmt: skip
    asked = {name for rule in (*INTENTS, *URGENCIES) for name in (*rule.needs, *rule.unless)}
    asked = {name for name in asked if not name.endswith("by your words")}
    counted = {"repeated", "bare link", "link", "links", "tags", "emoji", "capitals"}
    assert asked - words <= tables("en").keys()
    assert CLUES.keys() - counted <= tables("en").keys()
    assert tables("en").keys() <= asked | CLUES.keys()


@pytest.mark.parametrize("name", sorted(languages()))
def test_every_table_is_well_written(name: str) -> None:
    for sign, phrases in tables(name).items():
        assert phrases, sign
        for phrase in phrases:
            assert phrase.count("(") == phrase.count(")"), phrase
            assert all("*" not in spelling[:-1] for spelling in expanded(phrase)), phrase
            assert all(spelling == " ".join(spelling.split()) for spelling in expanded(phrase)), phrase
