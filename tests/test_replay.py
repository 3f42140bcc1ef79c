"""A changed query tried on mentions of the past."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repwatch.learning.replay import MOST_EXAMPLES, Past, Replayed, Verdict, replay
from repwatch.match import Match, Matched
from repwatch.model import Mention, NearMiss

CHANGES = ("gained", "lost", "doubted", "unsure", "dropped")


def past(id: str, was: Verdict, *, said: bool | None = None, kept: bool = True, brand: str = "acme") -> Past:
    mention = Mention(space="test", native_id=id, kind="post", text=f"text of {id}")
    about = {} if said is None else {brand: said}
    return Past(id=id, source="forum", mention=mention, was={brand: was}, said=about, kept=kept)


def tried(verdicts: Mapping[str, Verdict], *pasts: Past) -> Replayed:
    """Return what becomes of Acme's past where each mention would be that now."""

    def match(past: Past) -> Matched:
        now = verdicts[past.id]
        if now is None:
            return Matched((), (NearMiss(brand="acme", spans=(), why="why not"),))
        return Matched((Match("acme", False, (), now, ("why", "so")),))

    return replay(pasts, match, ["acme"])["acme"]


@pytest.mark.parametrize(
    ("was", "now", "change"),
    [
        (None, "about", "gained"),
        ("unsure", "about", "gained"),
        ("about", None, "lost"),
        ("about", "unsure", "doubted"),
        (None, "unsure", "unsure"),
        ("unsure", None, "dropped"),
        ("about", "about", None),
        ("unsure", "unsure", None),
        (None, None, None),
    ],
)
def test_every_change_is_counted_by_its_name(was: Verdict, now: Verdict, change: str | None) -> None:
    found = tried({"m1": now}, past("m1", was))
    assert [name for name in CHANGES if getattr(found, name)] == ([change] if change else [])
    assert list(found.examples) == ([change] if change else [])
    assert found.stays == (change is None and now is not None)


def test_a_near_miss_that_is_found_is_gained_from_near_misses() -> None:
    found = tried({"m1": "about", "m2": "about"}, past("m1", None, kept=False), past("m2", "unsure"))
    assert (found.gained, found.from_near, found.stored, found.near_misses) == (2, 1, 1, 1)


def test_examples_say_what_was_what_is_and_why() -> None:
    found = tried({f"m{n}": "about" for n in range(9)}, *(past(f"m{n}", None) for n in range(9)))
    assert len(found.examples["gained"]) == MOST_EXAMPLES
    example = found.examples["gained"][0]
    assert (example.id, example.text, example.was, example.now) == ("m0", "text of m0", None, "about")
    assert example.why == "why, so"
    assert tried({"m1": None}, past("m1", "about")).examples["lost"][0].why == "why not"


def test_what_people_said_measures_the_query_before_and_after() -> None:
    found = tried(
        {"m1": "about", "m2": None, "m3": "about", "m4": "unsure", "m5": "about"},
        past("m1", "about", said=True),
        past("m2", "about", said=False),
        past("m3", None, said=True),
        past("m4", "unsure", said=False),
        past("m5", "about"),
    )
    assert (found.before.precision, found.before.recall, found.before.all) == (0.5, 0.5, 4)
    assert (found.after.precision, found.after.recall, found.after.all) == (1.0, 1.0, 4)


def test_nothing_measured_is_no_number() -> None:
    found = tried({"m1": None}, past("m1", None))
    assert (found.after.precision, found.after.recall, found.after.all) == (None, None, 0)


def test_a_brand_that_was_not_looked_for_then_may_be_found_now() -> None:
    found = tried({"m1": "about"}, past("m1", "about", brand="zed"))
    assert (found.gained, found.stored, found.from_near) == (1, 0, 0)


VERDICTS = st.sampled_from([None, "unsure", "about"])


@given(st.lists(st.tuples(VERDICTS, VERDICTS, st.booleans()), max_size=30))
def test_what_is_found_now_is_what_stays_and_what_is_new(
    rows: list[tuple[Verdict, Verdict, bool]],
) -> None:
    pasts = [past(f"m{n}", was if kept else None, kept=kept) for n, (was, _, kept) in enumerate(rows)]
    found = tried({f"m{n}": now for n, (_, now, _) in enumerate(rows)}, *pasts)
    now_found = sum(now is not None for _, now, _ in rows)
    assert found.stays + found.gained + found.doubted + found.unsure == now_found
    assert found.stored + found.near_misses == len(rows)
