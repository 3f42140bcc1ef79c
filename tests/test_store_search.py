"""A search is read as it was meant, and never as SQL."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repwatch.errors import UsageError
from repwatch.store.search import LONGEST, match_expression

TEXTS = (
    "red anvil",
    "red hammer",
    "blue anvil",
    "green tongs",
    "refund refund the red-hot anvil",
    "café au lait",
)


def found(words: str) -> set[str]:
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("create virtual table t using fts5 (text, tokenize='unicode61 remove_diacritics 2')")
        db.executemany("insert into t values (?)", [(text,) for text in TEXTS])
        return {
            text for (text,) in db.execute("select text from t where t match ?", (match_expression(words),))
        }


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


@settings(max_examples=300, deadline=None)
@given(
    words=st.lists(pieces | st.text(max_size=5), max_size=12).map(" ".join) | st.lists(pieces).map("".join)
)
def test_no_search_is_an_error_of_the_database(words: str) -> None:
    with suppress(UsageError):
        found(words)


def test_the_longest_search_is_still_understood() -> None:
    assert found("red " * (LONGEST // 4)) == {"red anvil", "red hammer", "refund refund the red-hot anvil"}
    assert found(" OR ".join(["tongs"] * (LONGEST // 9))) == {"green tongs"}
    assert found("tongs" + " -x" * (LONGEST // 3 - 2)) == {"green tongs"}
