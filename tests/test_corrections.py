"""What people say is what counts, whoever said what in which order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repwatch.corrections import Holds, fitting, held, in_force
from repwatch.model import INTENTS, LABELS, Correction

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
VALUES: dict[Any, tuple[str, ...]] = {"about": ("about", "not_about"), "label": LABELS[:3], "kind": INTENTS}


def correction(field: Any, value: str | None, *, id: str = "1", minutes: int = 0) -> Correction:
    at = NOW + timedelta(minutes=minutes)
    return Correction(id=id, mention="m_1", brand="acme", field=field, value=value, who="mara", at=at)


@st.composite
def histories(draw: st.DrawFn) -> list[Correction]:
    """Return corrections of one mention, in any order; many are of the same minute."""
    count = draw(st.integers(0, 12))
    made = []
    for number in range(count):
        field = draw(st.sampled_from(list(VALUES)))
        value = draw(st.none() | st.sampled_from(VALUES[field]))
        made.append(correction(field, value, id=f"{number:02}", minutes=draw(st.integers(0, 3))))
    return draw(st.permutations(made))


machines = st.builds(
    Holds,
    relevance=st.sampled_from(("about", "unsure")),
    sentiment=st.floats(-1, 1),
    label=st.sampled_from(LABELS[:3]),
    intent=st.sampled_from(INTENTS),
)


@given(histories(), st.randoms())
def test_the_order_in_which_corrections_are_read_does_not_matter(made: list[Correction], random: Any) -> None:
    shuffled = list(made)
    random.shuffle(shuffled)
    assert in_force(shuffled) == in_force(made)


@given(histories())
def test_of_each_field_the_last_one_by_time_and_id_counts(made: list[Correction]) -> None:
    for field in VALUES:
        mine = [each for each in made if each.field == field]
        last = max(mine, key=lambda each: (each.at, each.id), default=None)
        assert in_force(made).get(field) == (last if last and last.value is not None else None)


@given(histories(), machines)
def test_saying_it_twice_is_saying_it_once(made: list[Correction], machine: Holds) -> None:
    again = [correction(c.field, c.value, id="9", minutes=9) for c in in_force(made).values()]
    assert held(machine, in_force([*made, *again])) == held(machine, in_force(made))


@given(histories(), machines)
def test_what_is_withdrawn_leaves_what_the_machine_said(made: list[Correction], machine: Holds) -> None:
    withdrawn = [correction(field, None, id="9", minutes=9) for field in VALUES]
    assert held(machine, in_force([*made, *withdrawn])) == machine


@given(histories(), machines)
def test_what_a_person_says_holds(made: list[Correction], machine: Holds) -> None:
    said = in_force(made)
    holds = held(machine, said)
    kept = {"about": holds.relevance, "label": holds.label, "kind": holds.intent}
    assert {field: kept[field] for field in said} == {field: each.value for field, each in said.items()}
    assert (holds.sentiment is None) == (holds.label != machine.label)


def test_a_label_takes_what_the_text_wants_along_unless_a_person_says_that_too() -> None:
    machine = Holds("about", 0.7, "positive", "praise")
    sarcasm = correction("label", "negative")
    assert held(machine, {"label": sarcasm}) == Holds("about", None, "negative", "complaint")
    assert held(machine, {"label": sarcasm, "kind": correction("kind", "other")}).intent == "other"


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("intent", INTENTS)
def test_questions_requests_and_promotions_may_sound_like_anything(intent: Any, label: Any) -> None:
    found = fitting(intent, label)
    if intent in ("question", "request", "promotion") or label == "unscored":
        assert found == intent
    assert (found, label) not in (("praise", "negative"), ("complaint", "positive"))
    assert fitting(found, label) == found
