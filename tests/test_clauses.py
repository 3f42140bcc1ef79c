"""What a text says of each of several brands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repwatch.judging.clauses import LONGEST, MOST_BRANDS, Part, apart, mark, marked, unmarked

NAMES = ("Acme", "Zed", "Bolt")


def parts(text: str) -> dict[str, Part] | None:
    """Return what a text says of each brand that it names."""
    names = [name for name in NAMES if name in text]
    for index, name in enumerate(names):
        text = text.replace(name, mark(index))
    found = dict(zip(names, apart(text, len(names)), strict=True))
    told = {name: part for name, part in found.items() if part}
    return told or None


@pytest.mark.parametrize(
    ("text", "acme", "zed"),
    [
        ("I love Acme and hate Zed", "I love brand", "and hate brand"),
        ("Acme broke, while Zed works. Quick, too", "brand broke", "while brand works. Quick, too"),
        (
            "It came late. Acme is slow. Zed is fine",
            "It came late. brand is slow.",
            "It came late. brand is fine",
        ),
        ("Acme is slow but Zed's is slower", "brand is slow", "but brand's is slower"),
        ("Acme is late. Zed is not. Acme again", "brand is late. brand again", "brand is not."),
        ("Ask Zed, not Acme", "not brand", "Ask brand"),
    ],
)
def test_a_clause_is_about_the_brand_that_it_names_or_that_was_named_last(
    text: str, acme: str, zed: str
) -> None:
    assert parts(text) == {"Acme": Part(acme), "Zed": Part(zed)}


@pytest.mark.parametrize(
    "text",
    [
        "Acme and Zed are terrible",
        "Acme, Zed and Bolt: all late",
        "Both Acme & Zed are late, and rude",
        "It is late with Acme or Zed",
        "Zed/Acme. Which one?",
    ],
)
def test_brands_in_a_list_share_what_is_said(text: str) -> None:
    assert parts(text) is None


@pytest.mark.parametrize(
    ("text", "better"),
    [
        ("switched from Acme to Zed, so much better", "Zed"),
        ("We moved our stuff over from Acme to Zed", "Zed"),
        ("Left Acme for Zed", "Zed"),
        ("I ditched my Acme for a Zed", "Zed"),
        ("Zed is better than Acme", "Zed"),
        ("Zed is so much cheaper than the Acme", "Zed"),
        ("Acme is not better than Zed", "Zed"),
        ("Acme is worse than Zed", "Zed"),
        ("Acme is not as good as Zed", "Zed"),
        ("Acme isn't as good as Zed", "Zed"),
        ("Acme wasn’t so quick as Zed", "Zed"),
        ("Acme isn’t better than Zed", "Zed"),
        ("Zed is not only better than Acme", "Zed"),
        ("I prefer Zed to Acme", "Zed"),
        ("Zed beats Acme", "Zed"),
        ("Take Zed instead of Acme", "Zed"),
    ],
)
def test_a_comparison_says_something_of_both(text: str, better: str) -> None:
    found = parts(text)
    assert found is not None
    assert {name: part.side for name, part in found.items()} == {"Acme": "worse", better: "better"}


def test_a_question_between_names_compares_nothing() -> None:
    found = parts("Is it Acme? Or rather Zed")
    assert found is not None
    assert {part.side for part in found.values()} == {None}


def test_names_are_marked_where_they_stand_and_no_foreign_mark_counts() -> None:
    text = f"Acme {mark(3)} Zed"
    assert marked(text, [(7, 10, 1), (0, 4, 0), (2, 4, 1)]) == f"{mark(0)}   {mark(1)}"
    assert unmarked(f"{mark(0)} and {mark(MOST_BRANDS - 1)}") == "brand and brand"


def test_a_brand_that_is_named_beyond_the_beginning_has_no_clause_of_its_own() -> None:
    first, second, third = apart(f"{mark(0)} is late, {mark(1)} not." + " x" * LONGEST + mark(2), 3)
    assert first is not None
    assert second is not None
    assert third is None


def test_hostile_texts_are_cut_in_bounded_time() -> None:
    one, two = mark(0), mark(1)
    for text in (
        f"{one} {two} " * 20_000,
        f"{one} " + "x" * 1_000_000 + f" {two}",
        f"left {one} " + "a " * 200_000 + two,
        f"{one}," * 50_000 + two,
        ", and " * 100_000 + one + two,
    ):
        apart(text, 2)


WORDS = st.sampled_from(
    [
        "Acme",
        "Zed",
        "and",
        ",",
        "but",
        "than",
        "better",
        "from",
        "to",
        "left",
        "for",
        ".",
        "it",
        "\n",
        "is",
        "late",
    ]
)


@given(st.lists(WORDS, max_size=20).map(" ".join))
def test_every_word_is_said_of_somebody_and_every_name_of_itself_alone(text: str) -> None:
    found = parts(text)
    if found is None:
        return
    said = " ".join(part.text for part in found.values())
    for word in set(text.split()) - {*NAMES, ","}:
        assert word.strip(".") in said
    for name, part in found.items():
        assert part.text.count("brand") >= text.split().count(name)
