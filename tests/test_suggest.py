"""Words that would sharpen a brand's query."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from repwatch.learning.suggest import LEAST, MOST, Suggestion, suggest
from repwatch.match import Matcher
from repwatch.model import Brand, Mention

ACME = Brand(
    key="acme",
    name="Acme Anvils",
    terms=("acme anvils",),
    weak_terms=("acme",),
    need_one_of=("anvil",),
    exclude=("acme protocol",),
)
ABOUT = [f"my acme hammer number {n} broke" for n in ("one", "two", "three", "four", "five", "six")]
OTHERS = [f"the acme of {n}, said at the summit" for n in ("art", "taste", "style", "wit", "song", "food")]


def test_words_of_confirmed_mentions_become_context_and_those_of_others_exclusions() -> None:
    found = suggest(ACME, ABOUT, OTHERS)
    assert (found.confirmed, found.rejected) == (6, 6)
    assert [one.phrase for one in found.need_one_of] == ["broke", "hammer", "number"]
    assert "acme of" in [one.phrase for one in found.exclude]
    assert "summit" in [one.phrase for one in found.exclude]
    assert found.need_one_of[0].confirmed == 6
    assert found.need_one_of[0].rejected == 0
    assert found.need_one_of[0].log_odds > 0
    assert all(one.log_odds < 0 for one in found.exclude)


def test_what_the_query_knows_is_not_proposed_again() -> None:
    texts = [f"acme anvils and an anvil, acme protocol {n}" for n in range(6)]
    found = suggest(ACME, texts, [])
    assert (found.need_one_of, found.exclude) == ((), ())
    assert suggest(ACME, [], [f"the acme protocol {n}" for n in range(6)]).exclude == ()


def test_names_small_words_addresses_and_figures_are_not_proposed() -> None:
    texts = [f"acme was with you on https://forge.example/hammer 4711 {n} @smith" for n in ("aa", "bb", "cc")]
    assert suggest(replace(ACME, name="Smith"), texts, OTHERS).need_one_of == ()


def test_a_word_needs_support() -> None:
    assert suggest(ACME, ABOUT[: LEAST - 1], OTHERS).need_one_of == ()
    assert suggest(ACME, ABOUT * 10, OTHERS) == suggest(ACME, ABOUT, OTHERS)


def test_a_phrase_around_a_shorter_one_is_not_proposed_with_it() -> None:
    phrases = [one.phrase for one in suggest(ACME, ABOUT, OTHERS).exclude]
    assert not any(f" {a} " in f" {b} " for a in phrases for b in phrases if a != b)


def test_nothing_is_proposed_of_nothing() -> None:
    assert suggest(ACME, [], []).need_one_of == ()
    assert suggest(Brand(key="x", name="X"), ABOUT, OTHERS).confirmed == 6


def test_exclusions_that_are_proposed_make_near_misses_of_what_they_came_from() -> None:
    sharper = replace(ACME, exclude=tuple(one.phrase for one in suggest(ACME, ABOUT, OTHERS).exclude))
    for text in OTHERS:
        assert not Matcher([sharper]).match(Mention(space="t", native_id="1", kind="post", text=text)).about


WORDS = st.lists(
    st.sampled_from(["acme", "hammer", "art", "of", "Summit", "#forge", "anvil", "ß"]), max_size=8
)
TEXTS = st.lists(WORDS.map(" ".join), max_size=12)


@given(TEXTS, TEXTS)
def test_counts_are_those_of_the_texts_and_the_order_of_texts_does_not_matter(
    about: list[str], others: list[str]
) -> None:
    found = suggest(ACME, about, others)
    assert suggest(ACME, about[::-1], others[::-1]) == found
    for one in (*found.need_one_of, *found.exclude):
        assert one.confirmed <= found.confirmed <= len(set(about))
        assert one.rejected <= found.rejected <= len(set(others))
    assert all(one.confirmed >= LEAST for one in found.need_one_of)
    assert all(one.rejected >= LEAST for one in found.exclude)
    assert max(len(found.need_one_of), len(found.exclude)) <= MOST


@given(TEXTS, TEXTS)
def test_words_for_and_against_change_sides_with_the_texts(about: list[str], others: list[str]) -> None:
    brand = replace(ACME, weak_terms=(), terms=())
    forth, back = suggest(brand, about, others), suggest(brand, others, about)
    turned = [Suggestion(one.phrase, one.rejected, one.confirmed, -one.log_odds) for one in forth.exclude]
    assert list(back.need_one_of) == turned
