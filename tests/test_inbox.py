from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
import time_machine

from filled_store import NOW, Place, hours_ago, said
from repwatch.commands.base import Flags, Session
from repwatch.commands.excerpts import BEFORE, excerpt
from repwatch.commands.inbox import columns, footer
from repwatch.render import aligned, for_people
from repwatch.store.base import MentionRow

COMPLAINT = {"intent": "complaint"}
QUESTION = {"intent": "question"}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    place.save(
        said(
            "late",
            "Three weeks and no refund",
            "negative",
            at=hours_ago(50),
            judged=COMPLAINT | {"urgency": "medium"},
            p_negative=0.8,
        ),
        said(
            "burnt",
            "It caught fire",
            "negative",
            at=hours_ago(80),
            judged=COMPLAINT | {"urgency": "high", "why": ("caught fire: safety",)},
            p_negative=0.7,
        ),
        said("dull", "It is dull", "negative", at=hours_ago(3), judged=COMPLAINT, p_negative=0.9),
        said("norway", "Do you ship to Norway?", at=hours_ago(9), judged=QUESTION, p_negative=0.1),
        said("thanks", "Thank you", "positive", at=hours_ago(2), judged={"intent": "praise"}),
        said("remark", "An anvil is an anvil", at=hours_ago(2)),
        said("win", "Win an anvil", at=hours_ago(2), judged=COMPLAINT | {"sender": "giveaway"}),
        said("zed", "Zed broke", "negative", at=hours_ago(2), brands=["zed"], judged=COMPLAINT),
        said("maybe", "Acme is late", "negative", at=hours_ago(2), relevance="unsure", judged=COMPLAINT),
        said("old", "It broke last month", "negative", at=hours_ago(24 * 20), judged=COMPLAINT),
        said("done", "It broke", "negative", at=hours_ago(5), judged=COMPLAINT, answered_at=hours_ago(4)),
        said("told", "It broke twice", "negative", at=hours_ago(5), judged=COMPLAINT),
        said("reply", "We are sorry", at=hours_ago(4), own=True, parent_id="told"),
    )
    return place


def listed(place: Place, *words: str) -> list[str]:
    document = json.loads(place.text("inbox", "--json", *words))
    assert document["schema"] == "repwatch.inbox/1"
    return [mention["native_id"] for mention in document["mentions"]]


def test_what_needs_an_answer_comes_most_urgent_first(place: Place) -> None:
    assert listed(place) == ["burnt", "late", "dull", "norway", "maybe"]


def test_what_was_answered_is_not_shown(place: Place) -> None:
    assert not {"done", "told", "reply"} & set(listed(place, "--since", "90d", "--all"))


def test_an_inbox_is_narrowed_and_widened(place: Place) -> None:
    assert "old" in listed(place, "--since", "30d")
    assert listed(place, "--kind", "question") == ["norway"]
    assert listed(place, "--urgency", "high", "--urgency", "medium") == ["burnt", "late"]
    assert listed(place, "--brand", "zed") == ["zed"]
    assert listed(place, "--sender", "giveaway") == ["win"]
    assert listed(place, "--all", "--since", "4h") == ["dull", "maybe", "thanks"]
    assert listed(place, "-n", "2") == ["burnt", "late"]
    assert listed(place, "--relevance", "about") == ["burnt", "late", "dull", "norway"]


def test_the_unsure_are_a_bucket_that_can_be_worked_off(place: Place) -> None:
    assert listed(place, "--unsure") == ["maybe"]
    ids = place.text("inbox", "--unsure", "--columns", "id", "--no-header")
    assert place.run("mention", "correct", "-", "--not-about", stdin=ids).exception is None
    assert listed(place, "--unsure") == []
    assert "maybe" not in listed(place)


def test_what_could_not_be_judged_is_a_bucket_too(place: Place) -> None:
    place.save(said("german", "Der Amboss klingt", "unscored", at=hours_ago(1), lang="de"))
    assert "german" not in listed(place)
    assert listed(place, "--label", "unscored") == ["german"]
    assert listed(place, "--label", "unscored", "--kind", "question") == []


def test_a_correction_moves_a_mention_into_the_inbox_and_out_of_it(place: Place) -> None:
    ids = dict(
        line.split("\t")
        for line in place.text("export", "--columns", "native_id,id", "--format", "csv", "--no-header")
        .replace(",", "\t")
        .splitlines()
    )
    place.text("mention", "correct", ids["remark"], "--label", "negative")
    place.text("mention", "correct", ids["dull"], "--kind", "other")
    assert {"remark", "dull"} & set(listed(place)) == {"remark"}


def test_a_pipe_gets_whole_values_and_the_words_that_counted(place: Place) -> None:
    rows = list(csv.DictReader(io.StringIO(place.text("inbox")), delimiter="\t"))
    assert rows[0] | {"id": ""} == {
        "id": "",
        "at": "2026-11-18T00:00:00Z",
        "brand": "acme",
        "source": "forum",
        "urgency": "high",
        "intent": "complaint",
        "label": "negative",
        "sentiment": "-0.6",
        "p_negative": "0.7",
        "relevance": "about",
        "because": "charged twice",
        "url": "https://forum.example/t/burnt",
        "text": "It caught fire",
    }
    (first, *_) = csv.DictReader(io.StringIO(place.text("inbox", "--csv")))
    assert first["why"] == "caught fire: safety"


def row(**fields: Any) -> dict[str, Any]:
    given = {"id": "m_ABCDEFGHIJ", "at": NOW, "brand": "acme", "source": "app-reviews", "sentiment": -0.85}
    return given | {"urgency": "medium", "wants": "complaint?", "basis": "charged twice, silent"} | fields


@pytest.mark.parametrize("width", [40, 60, 80, 96, 140])
def test_on_any_screen_a_mention_takes_one_line(width: int) -> None:
    with time_machine.travel(NOW, tick=False):
        session = Session(Flags())
    shown = for_people(columns(session, several=True, unsure=False))
    what = "\x02Charged twice\x03 on Tuesday, and support has been silent ever since. How many more times?"
    header, line = (line.plain for line in aligned([row(what=what)], shown, width))
    assert len(line) <= width
    assert "Charged" in line
    assert ("because" in header) == (width > 96)


def mentioned(text: str, **fields: Any) -> MentionRow:
    given = dict.fromkeys(MentionRow.__dataclass_fields__)
    return MentionRow(**(given | {"title": "", "text": text} | fields))


def test_an_excerpt_begins_shortly_before_what_counted() -> None:
    long = "word " * 60 + "then it broke, it Broke twice"
    found = excerpt(mentioned(long), ["broke"])
    assert found.endswith("then it \x02broke\x03, it \x02Broke\x03 twice")
    assert found.startswith("… ")
    assert len(found) < 3 * BEFORE + 40
    assert excerpt(mentioned("It broke"), []) == "It broke"
    assert excerpt(mentioned("brokers broke"), ["broke"]) == "brokers \x02broke\x03"


def test_an_excerpt_is_of_the_text_and_of_a_title_that_is_its_own() -> None:
    assert excerpt(mentioned("It rings", title="My anvil"), []) == "My anvil. It rings"
    assert excerpt(mentioned("It rings", title="Re: Anvils"), []) == "It rings"
    assert excerpt(mentioned("It rings", title="Anvils", kind="comment"), []) == "It rings"
    assert excerpt(mentioned("", title="Anvils", kind="comment"), []) == "Anvils"
    assert excerpt(mentioned("My anvil rings", title="My anvil"), []) == "My anvil rings"


def test_an_excerpt_holds_nothing_that_acts() -> None:
    found = excerpt(mentioned("a\x1b[31m \x02b\x03\nbroke (twice"), ["(twice", "\x1b"])
    assert not set(found) & set("\x1b\n")
    assert found.count("\x02") == 1


def test_the_footer_says_what_to_do_next() -> None:
    assert footer(2, {"high": 1, "low": 1}, 3, unsure=False).splitlines() == [
        "2 to answer · 1 urgent",
        "Next: repwatch mention show ID, or repwatch mention correct ID if it is wrong",
        "3 mentions may be about something else: repwatch inbox --unsure",
    ]
    assert footer(0, {}, unread=2, unsure=False).splitlines() == [
        "Nothing to answer",
        "2 mentions could not be judged: repwatch inbox --label unscored",
    ]
    assert footer(0, {}, unsure=False) == "Nothing to answer"
    assert "more with -n 100" in footer(20, {"low": 21}, unsure=False)
    assert footer(1, {"low": 1}, unsure=True).splitlines()[0] == "1 mention to decide"


def test_an_empty_inbox_is_no_error(place: Place) -> None:
    assert listed(place, "--lang", "de") == []
    assert place.text("inbox", "--lang", "de", "--jsonl") == ""
