"""Laws of corrections and judgements that hold for every store (see STORES in test_store.py)."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repwatch.corrections import Holds, held, in_force
from repwatch.errors import UsageError
from repwatch.model import Judged, Label, Mention, Sentiment, Span
from repwatch.store.base import Filter, SecondLook, Store, Verdict
from test_store import HOUR, NOW, STORES, SqlitePlace, assessment, judged, kept, mention, page

VALUES: dict[Any, tuple[str, ...]] = {
    "about": ("about", "not_about"),
    "label": ("negative", "neutral", "positive"),
    "kind": ("complaint", "question", "praise"),
}


@pytest.fixture(params=STORES, ids=lambda kind: kind.__name__)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> SqlitePlace:
    return request.param(tmp_path)


@pytest.fixture
def store(place: SqlitePlace) -> Iterator[Store]:
    with closing(place.store()) as store:
        yield store


def say(store: Store, field: Any, value: str | None, about: Mention | None = None, **more: Any) -> list[Any]:
    """Have Mara say something, and return what of it is new."""
    verdict = Verdict(
        mention=(about or mention()).id, brand=more.pop("brand", "acme"), field=field, value=value
    )
    return store.correct([verdict], **{"who": "mara", "why": "", "now": NOW, **more})


def only(store: Store) -> Any:
    (row,) = kept(store)
    return row


def test_a_correction_counts_at_once_and_the_machines_word_stands_beside_it(store: Store) -> None:
    store.save_page(page(judged(mention(), assessment(score=0.5, intent="praise"))))
    (made,) = say(store, "label", "negative", why="sarcasm")
    row = only(store)
    assert (row.label, row.sentiment, row.intent, row.corrected) == (
        "negative",
        None,
        "complaint",
        ("label",),
    )
    assert (row.machine_label, row.machine_sentiment, row.machine_intent) == ("positive", 0.5, "praise")
    assert (made.who, made.why, made.value, made.at) == ("mara", "sarcasm", "negative", NOW)
    assert store.corrections(row.id) == [made]


def test_reports_count_what_people_said(store: Store) -> None:
    store.save_page(page(judged(mention(1)), judged(mention(2)), judged(mention(3), assessment(score=None))))
    say(store, "about", "not_about", mention(1))
    say(store, "label", "positive", mention(2))
    say(store, "label", "negative", mention(3))
    (count,) = store.counts(Filter())
    assert (count.mentions, count.negative, count.positive, count.unscored) == (2, 1, 1, 0)
    assert (count.tone_sum, count.untoned, count.by_hand) == (0.0, 2, 2)
    assert [row.native_id for row in kept(store, relevance=("not_about",))] == ["1"]


def test_a_correction_is_of_one_brand(store: Store) -> None:
    store.save_page(page(judged(mention(), assessment("acme", -0.5), assessment("zed", -0.5))))
    say(store, "label", "positive", brand="zed")
    assert [(row.brand, row.label) for row in kept(store)] == [("acme", "negative"), ("zed", "positive")]


def test_corrections_are_kept_whole_or_not_at_all(store: Store) -> None:
    store.save_page(page(judged(mention())))
    good = Verdict(mention=mention().id, brand="acme", field="label", value="positive")
    for bad in (replace(good, brand="zed"), replace(good, mention=mention(2).id)):
        with pytest.raises(UsageError, match="not read for"):
            store.correct([good, bad], who="mara", why="", now=NOW)
    assert (only(store).label, store.corrections(mention().id)) == ("negative", [])


def test_the_last_word_counts_even_if_the_clock_was_set_back(store: Store) -> None:
    store.save_page(page(judged(mention())))
    say(store, "label", "positive")
    (later,) = say(store, "label", "neutral", now=NOW - timedelta(days=900), who="jo")
    assert later.at == NOW + timedelta(milliseconds=1)
    assert (only(store).label, [c.who for c in store.corrections(mention().id)]) == (
        "neutral",
        ["mara", "jo"],
    )


def test_what_holds_already_is_not_noted_again(store: Store) -> None:
    store.save_page(page(judged(mention())))
    assert say(store, "label", None) == []
    assert len(say(store, "label", "negative")) == 1  # agreeing with the machine is a label, too
    assert say(store, "label", "negative", who="jo") == []


def test_a_correction_survives_an_edit_and_another_reading(store: Store) -> None:
    store.save_page(page(judged(mention(), assessment(score=-0.5))))
    say(store, "label", "neutral")
    store.save_page(page(judged(mention(text="It is splendid"), assessment(score=0.9, scorer="test/2"))))
    row = only(store)
    assert (row.label, row.machine_label, row.text) == ("neutral", "positive", "It is splendid")


def test_the_same_verdict_again_is_no_update(store: Store) -> None:
    store.save_page(page(judged(mention())))
    say(store, "label", "positive")
    before = kept(store)
    assert store.save_page(page(judged(mention()))).updated == 0
    assert kept(store) == before


def test_an_edit_without_the_brand_keeps_what_a_person_calls_about_it(store: Store) -> None:
    store.save_page(page(judged(mention(1)), judged(mention(2))))
    say(store, "about", "about", mention(1))
    say(store, "label", "positive", mention(2))
    gone = [Judged(mention=mention(n, text="Never mind"), version=b"2") for n in (1, 2)]
    store.save_page(page(*gone))
    assert [row.native_id for row in kept(store)] == ["1"]
    store.save_page(page(judged(mention(2))))  # the brand is back, and with it what was said
    assert [row.label for row in kept(store)] == ["negative", "positive"]


def test_a_correction_of_what_is_gone_upstream_still_counts(store: Store) -> None:
    store.save_page(page(judged(mention()), followed=True))
    say(store, "label", "positive")
    store.save_second_look(
        SecondLook(source="forum", at=NOW + HOUR, asked=[mention().id], gone=[mention().id])
    )
    assert (only(store).label, only(store).text) == ("positive", "")
    assert list(store.assessed(Filter())) == []


# Judging anew


def test_a_mention_comes_back_as_it_was_judged(store: Store) -> None:
    said = mention(
        title="Broken",
        url="https://forum.example/1",
        author="Mara",
        author_is_bot=False,
        author_followers=20_000,
        lang="en",
        rating=1.0,
        rating_worst=1.0,
        rating_best=5.0,
        item="Anvil 3",
        likes=3,
        replies=2,
        score=-4,
        marks=("cut",),
        addressed_to=("forum:acme",),
        edited_at=NOW,
        answered_at=NOW,
    )
    found = assessment(
        relevance="unsure",
        spans=(Span("text", 4, 9, "anvil", "term"), Span("to", 0, 10, "forum:acme", "addressed to")),
        sentiment=Sentiment(-0.5, "negative", ("broke -1.2",), 0.83),
        intent="question",
        urgency="medium",
        sender="bot",
        comparison=True,
        why=("weak term: anvil",),
    )
    store.save_page(page(judged(said, found)))
    (made,) = say(store, "about", "not_about")
    (back,) = store.assessed(Filter(relevance=()))
    assert (back.mention, back.assessment) == (said, found)
    assert (back.id, back.source, back.query, back.at) == (said.id, "forum", "anvil", NOW - HOUR)
    assert back.said == {"about": made}


def test_every_mention_is_gone_through_once_even_while_it_is_judged_anew(store: Store) -> None:
    items = [judged(mention(n), assessment("acme", -0.5), assessment("zed", 0.5)) for n in range(700)]
    store.save_page(page(*items))
    seen = []
    for each in store.assessed(Filter(labels=("negative",), brands=("acme",))):
        seen.append(each.mention.native_id)
        store.save_judgements([judged(each.mention, assessment("acme", 0.5))])
    assert seen == [str(n) for n in reversed(range(700))]
    assert {row.label for row in kept(store)} == {"positive"}


def test_only_what_people_have_judged_is_found_when_asked_for(store: Store) -> None:
    store.save_page(page(*(judged(mention(n)) for n in range(9))))
    say(store, "label", "neutral", mention(4))
    say(store, "kind", "complaint", mention(7))
    say(store, "kind", None, mention(7))
    (found,) = store.assessed(Filter(), corrected=True)
    assert (found.mention.native_id, found.assessment.sentiment.label) == ("4", "negative")
    assert found.said["label"].value == "neutral"


def test_judging_anew_replaces_the_verdict_and_keeps_what_people_said(store: Store) -> None:
    store.save_page(page(judged(mention(1), assessment("acme"), assessment("old")), judged(mention(2))))
    say(store, "label", "neutral", mention(1))
    store.save_judgements(
        [
            judged(mention(1), assessment("acme", 0.5), assessment("zed", 0.1)),
            Judged(mention=mention(2), version=b""),
            judged(mention(3)),  # is not stored
        ]
    )
    assert [(row.native_id, row.brand, row.label, row.machine_label) for row in kept(store)] == [
        ("1", "acme", "neutral", "positive"),
        ("1", "old", "negative", "negative"),
        ("1", "zed", "positive", "positive"),
        ("2", "acme", "negative", "negative"),
    ]


def test_a_language_that_is_now_told_is_kept(store: Store) -> None:
    store.save_page(page(judged(mention(), assessment(score=None))))
    store.save_judgements([judged(mention(lang="de"), assessment(score=0.5))])
    assert [row.lang for row in kept(store, langs=("de",))] == ["de"]


# Waiting for an answer


def own(number: int, **fields: Any) -> Judged:
    return judged(mention(number, text="We are sorry", **fields), assessment(own=True))


def waiting(store: Store) -> list[str]:
    found = store.mentions(Filter(waiting=True), order="oldest")
    return [row.native_id for row in found]


def test_what_the_brand_has_answered_does_not_wait(store: Store) -> None:
    store.save_page(
        page(
            judged(mention(1)),
            judged(mention(2)),
            judged(mention(3, answered_at=NOW)),
            own(9, parent_id="1", thread_id="7", published_at=NOW),
        )
    )
    assert waiting(store) == ["2"]
    (count,) = store.counts(Filter(waiting=True))
    assert count.mentions == 1


def test_a_flat_thread_waits_from_the_brands_last_post_on(store: Store) -> None:
    store.save_page(
        page(
            judged(mention(1, published_at=NOW - 5 * HOUR)),
            judged(mention(2, thread_id="1", published_at=NOW - 4 * HOUR)),
            own(3, thread_id="1", published_at=NOW - 3 * HOUR),
            judged(mention(4, thread_id="1", published_at=NOW - 2 * HOUR)),
        )
    )
    assert waiting(store) == ["4"]


def test_an_answer_to_somebody_else_in_the_thread_is_none(store: Store) -> None:
    store.save_page(
        page(
            judged(mention(1, published_at=NOW - 5 * HOUR)),
            judged(mention(2, thread_id="1", parent_id="1", published_at=NOW - 4 * HOUR)),
            judged(mention(3, thread_id="1", parent_id="1", published_at=NOW - 3 * HOUR)),
            own(4, thread_id="1", parent_id="2", published_at=NOW),
        )
    )
    assert waiting(store) == ["1", "3"]


def test_an_answer_of_one_brand_is_none_of_another(store: Store) -> None:
    store.save_page(
        page(
            judged(mention(1), assessment("acme"), assessment("zed")),
            own(2, parent_id="1", published_at=NOW),
        )
    )
    found = store.mentions(Filter(waiting=True))
    assert [row.brand for row in found] == ["zed"]


# Laws

steps = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.integers(1, 3), st.sampled_from(list(VALUES)), st.integers(0, 3)),
        st.tuples(st.just("judge"), st.integers(1, 3), st.sampled_from((-0.5, 0.0, 0.5, None)), st.just(0)),
        st.tuples(st.just("edit"), st.integers(1, 3), st.sampled_from((-0.5, 0.5)), st.integers(0, 9)),
    ),
    max_size=12,
)


@settings(max_examples=40)
@given(steps=steps, seed=st.integers(0, 9))
@pytest.mark.parametrize("kind", STORES, ids=lambda kind: kind.__name__)
def test_whatever_happens_the_last_word_of_a_person_counts_and_else_the_machines(
    kind: Callable[[Path], SqlitePlace], steps: list[Any], seed: int
) -> None:
    clock = random.Random(seed)
    with TemporaryDirectory() as directory, closing(kind(Path(directory)).store()) as store:
        store.save_page(page(*(judged(mention(n)) for n in (1, 2, 3))))
        for what, number, detail, choice in steps:
            if what == "say":
                value = (*VALUES[detail], None)[choice % (len(VALUES[detail]) + 1)]
                now = NOW + timedelta(minutes=clock.randrange(-9, 9))
                first = say(store, detail, value, mention(number), now=now)
                rows = kept(store)
                assert say(store, detail, value, mention(number), now=now) == []
                assert (kept(store), len(first) <= 1) == (rows, True)
            elif what == "judge":
                store.save_judgements([judged(mention(number), assessment(score=detail))])
            else:
                edited = judged(mention(number, text=f"Text {choice}"), assessment(score=detail))
                store.save_page(page(edited))
        for row in kept(store):
            said = in_force(store.corrections(row.id))
            machine = Holds(
                row.machine_relevance, row.machine_sentiment, row.machine_label, row.machine_intent
            )
            assert Holds(row.relevance, row.sentiment, row.label, row.intent) == held(machine, said)
            assert row.corrected == tuple(sorted(said))
            labels: dict[float | None, Label] = {None: "unscored", -0.5: "negative", 0.0: "neutral"}
            assert row.machine_label == labels.get(row.machine_sentiment, "positive")
