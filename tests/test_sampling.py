from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from repwatch.learning.sampling import TELLING, UNDECIDED, Candidate, doubt, most_telling
from repwatch.model import Assessment, Label, Relevance, Sentiment

candidates = st.lists(
    st.builds(
        Candidate,
        id=st.integers(0, 10**6).map(lambda n: f"m_{n}"),
        brand=st.just("acme"),
        source=st.sampled_from(("forum", "shop", "wire")),
        author=st.none() | st.sampled_from("abcdefgh"),
        text=st.sampled_from([f"The anvil broke {n} times" for n in range(12)]),
        doubt=st.sampled_from((0.1, 0.5, 0.9)),
    ),
    max_size=40,
    unique_by=lambda each: each.id,
)


def assessed(p: float | None, relevance: Relevance = "about", label: Label = "neutral") -> Assessment:
    sentiment = Sentiment(None if label == "unscored" else 0.0, label, (), p)
    return Assessment(
        brand="acme", relevance=relevance, own=False, spans=(), sentiment=sentiment, scorer="test/1"
    )


def test_likely_complaints_that_may_be_none_teach_most() -> None:
    assert doubt(assessed(TELLING)) == 1.0
    assert doubt(assessed(0.6)) > doubt(assessed(0.5)) > doubt(assessed(0.3)) > doubt(assessed(0.0)) == 0.0
    assert doubt(assessed(0.7)) > doubt(assessed(0.99)) > 0.0
    assert doubt(assessed(None)) == 1.0
    assert doubt(assessed(None, label="unscored")) == 0.0
    assert doubt(assessed(0.99, "unsure")) == UNDECIDED


@settings(max_examples=80)
@given(candidates, st.integers(0, 20), st.integers(0, 3), st.randoms())
def test_the_same_mentions_are_picked_whatever_order_they_come_in(
    found: list[Candidate], count: int, seed: int, chance: Any
) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert most_telling(shuffled, count, seed=seed) == most_telling(found, count, seed=seed)


@settings(max_examples=80)
@given(candidates, st.integers(0, 20), st.integers(0, 3))
def test_no_author_and_no_story_is_asked_about_twice(found: list[Candidate], count: int, seed: int) -> None:
    chosen = most_telling(found, count, seed=seed)
    assert len(chosen) <= count
    assert set(chosen) <= set(found)
    assert max(Counter(each.text for each in chosen).values(), default=1) == 1
    assert max(Counter(each.author for each in chosen if each.author).values(), default=1) == 1
    if len(chosen) < count:  # then every other one repeats an author or a story
        authors, stories = {each.author for each in chosen}, {each.text for each in chosen}
        rest = set(found) - set(chosen)
        assert all((each.author and each.author in authors) or each.text in stories for each in rest)


def test_sources_take_turns_and_each_begins_with_its_most_doubtful() -> None:
    found = [
        Candidate(f"m_{source}{n}", "acme", source, None, f"{source} {n}", n / 100)
        for source, size in (("forum", 90), ("shop", 3), ("wire", 1))
        for n in range(size)
    ]
    chosen = most_telling(found, 10)
    assert Counter(each.source for each in chosen) == {"forum": 6, "shop": 3, "wire": 1}
    assert [each.id for each in chosen if each.source == "forum"] == [
        f"m_forum{n}" for n in range(89, 83, -1)
    ]
    assert chosen[0].source == "forum"


def test_a_story_that_is_known_teaches_nothing() -> None:
    found = [Candidate(f"m_{n}", "acme", "forum", None, f"Text {n}!", 0.5) for n in range(3)]
    assert [each.id for each in most_telling(found, 9, known=["text, 1"])] == [
        each.id for each in most_telling(found, 9) if each.id != "m_1"
    ]


def test_another_seed_decides_otherwise_between_equals() -> None:
    found = [Candidate(f"m_{n}", "acme", "forum", None, f"text {n}", 0.5) for n in range(40)]
    assert most_telling(found, 5, seed=1) != most_telling(found, 5, seed=2)
