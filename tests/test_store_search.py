"""A search is read as it was meant, and never as SQL."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repwatch.errors import UsageError
from repwatch.store.search import LONGEST, SEPARATOR, match_expression, parted, whole

TEXTS = (
    "red anvil",
    "red hammer",
    "blue anvil",
    "green tongs",
    "refund refund the red-hot anvil",
    "café au lait",
    "この金床はすぐに壊れた",
    "金の床、Acme金床3型",
    "ทั่งเหล็กนี้แตก",
    "모루가 깨졌다",
)


def found(words: str) -> set[str]:
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("create virtual table t using fts5 (text, tokenize='unicode61 remove_diacritics 2')")
        db.executemany("insert into t values (?)", [(parted(text),) for text in TEXTS])
        query = "select text from t where t match ?"
        return {whole(text) for (text,) in db.execute(query, (match_expression(words),))}


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("red anvil", {"red anvil", "refund refund the red-hot anvil"}),
        ('"red anvil"', {"red anvil"}),
        ("RED Anvil", {"red anvil", "refund refund the red-hot anvil"}),
        ("anvil -red", {"blue anvil"}),
        ("-red anvil", {"blue anvil"}),
        ('anvil -"red anvil"', {"blue anvil", "refund refund the red-hot anvil"}),
        ("tongs OR hammer", {"green tongs", "red hammer"}),
        ("red anvil OR hammer -refund", {"red anvil", "red hammer"}),
        ("tongs OR hammer OR blue", {"green tongs", "red hammer", "blue anvil"}),
        ("red-hot", {"refund refund the red-hot anvil"}),
        ("cafe", {"café au lait"}),
        ("CAFÉ", {"café au lait"}),
        ("金床", {"この金床はすぐに壊れた", "金の床、Acme金床3型"}),
        ("金床 壊", {"この金床はすぐに壊れた"}),
        ("金床 -壊れた", {"金の床、Acme金床3型"}),
        ("床金", set()),
        ("acme", {"金の床、Acme金床3型"}),
        ('"ACME金床 3型"', {"金の床、Acme金床3型"}),
        ("เหล็ก", {"ทั่งเหล็กนี้แตก"}),
        ("모루 OR 金の床", {"모루가 깨졌다", "金の床、Acme金床3型"}),
        ("anvil OR", "OR needs a word"),
        ("OR anvil", "OR needs a word"),
        ("anvil OR OR red", "OR needs a word"),
        ("red OR -anvil", "can't stand beside OR"),
        ('"red anvil', "not closed"),
        ('red "anvil" "', "not closed"),
        ("", "no word"),
        ("   \t", "no word"),
        ("!!! ...", "no word"),
        ("🔥", "no word"),
        ('""', "no word"),
        ("-red", "beside what to leave out"),
        ("-red -anvil", "beside what to leave out"),
        ("red\0", "no text"),
        ("red \udcff", "no text"),
        ("a" * (LONGEST + 1), "at most"),
        ("anvil ! blue", {"blue anvil"}),
        ("tongs OR !", {"green tongs"}),
        ("anvil - red", {"red anvil", "refund refund the red-hot anvil"}),
        ("or", set()),
        ("NOT", set()),
        ("red NEAR hammer", set()),
        ("text : red", set()),
        ("red*", {"red anvil", "red hammer", "refund refund the red-hot anvil"}),
        ("^green", {"green tongs"}),
        ("(red)", {"red anvil", "red hammer", "refund refund the red-hot anvil"}),
        ("'; drop table t; --", set()),
    ],
)
def test_a_search_is_read_as_it_was_meant(words: str, wanted: set[str] | str) -> None:
    if isinstance(wanted, set):
        assert found(words) == wanted
    else:
        with pytest.raises(UsageError, match=wanted):
            match_expression(words)


SIGNS = (
    '"',
    "-",
    "OR",
    "AND",
    "NOT",
    "NEAR(",
    ")",
    "*",
    "^",
    ":",
    "+",
    "'",
    "{",
    "}",
    ",",
    ";",
    "\0",
    "\ud800",
)
WORDS = ("red", "-anvil", "red*", '"red anvil"', "é", "中文", "\u0301", "\ue000", "🔥", " ", "\u3000", "\n")
pieces = st.sampled_from(SIGNS + WORDS)


@settings(max_examples=300)
@given(
    words=st.lists(pieces | st.text(max_size=5), max_size=12).map(" ".join) | st.lists(pieces).map("".join)
)
def test_no_search_is_an_error_of_the_database(words: str) -> None:
    with suppress(UsageError):
        found(words)


letters = st.text(alphabet="金床はカー々ก๑ล็가ㄱA3é -_、", max_size=12)


@settings(max_examples=200)
@given(before=letters, words=st.text(alphabet="金床はカー々กล가ㄱ", min_size=1, max_size=5), after=letters)
def test_a_script_without_blanks_is_found_wherever_it_stands(before: str, words: str, after: str) -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("create virtual table t using fts5 (text, tokenize='unicode61 remove_diacritics 2')")
        db.execute("insert into t values (?)", (parted(before + words + after),))
        assert db.execute("select count(*) from t where t match ?", (match_expression(words),)).fetchone()[0]


@settings(max_examples=200)
@given(text=letters | st.text())
def test_a_parted_text_is_the_same_text(text: str) -> None:
    assert whole(parted(text)) == text.replace(SEPARATOR, "")
    assert parted(parted(text)) == parted(text)


def test_a_text_of_words_is_not_parted() -> None:
    assert parted("Der Café-Amboss, сломался, χάλασε: 3 €") == "Der Café-Amboss, сломался, χάλασε: 3 €"


def test_the_longest_search_is_still_understood() -> None:
    assert found("金床" * (LONGEST // 2)) == set()
    assert found("red " * (LONGEST // 4)) == {"red anvil", "red hammer", "refund refund the red-hot anvil"}
    assert found(" OR ".join(["tongs"] * (LONGEST // 9))) == {"green tongs"}
    assert found("tongs" + " -x" * (LONGEST // 3 - 2)) == {"green tongs"}
