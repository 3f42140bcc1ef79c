"""Mentions are labelled at a pseudo terminal, key by key."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import Any

import pytest

from filled_store import CONFIG, Place, hours_ago, said
from repwatch.errors import UsageError

LIVE = """
import sys, time_machine
from filled_store import NOW
from repwatch.cli import run
sys.argv = ["repwatch", "label", *sys.argv[1:]]
with time_machine.travel(NOW, tick=True):
    sys.exit(run())
"""

LOCAL_MODES = 3  # where `tcgetattr` has them


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    (tmp_path / "repwatch.toml").write_text(CONFIG)
    place.save(
        said("sure", "It is terrible", "negative", at=hours_ago(1), p_negative=0.99, author="ann"),
        said("even", "It rings, somehow", at=hours_ago(2), p_negative=0.3, author="ben"),
        said("near", "It is an anvil \x1b[31m", at=hours_ago(3), p_negative=0.2, author="cid"),
        said("maybe", "Acme again", at=hours_ago(4), p_negative=0.01, author="dan", relevance="unsure"),
        said("twin", "It rings, somehow!", at=hours_ago(5), p_negative=0.3, author="eve"),
        said("spam", "Win one", at=hours_ago(5), p_negative=0.3, author="fay", judged={"sender": "spam"}),
    )
    return place


def typed(place: Place, keys: str, *words: str) -> str:
    """Type keys, each when the question before is there; return what the terminal showed."""
    here, there = pty.openpty()
    env = {k: v for k, v in os.environ.items() if k != "REPWATCH_DB"} | {
        "REPWATCH_CONFIG": str(place.directory / "repwatch.toml"),
        "PYTHONPATH": os.pathsep.join(sys.path),
        "TERM": "dumb",
        "LOGNAME": "mara",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", LIVE, *words], stdin=there, stdout=there, stderr=there, env=env, close_fds=True
    )
    os.close(there)
    shown, asked = "", 0
    while True:
        try:
            part = os.read(here, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part.decode(errors="replace")
        while shown.count("[q]uit") > asked and asked < len(keys):
            while termios.tcgetattr(here)[LOCAL_MODES] & termios.ICANON:  # until it reads keys
                time.sleep(0.01)
            os.write(here, keys[asked].encode())
            asked += 1
    os.close(here)
    assert process.wait(timeout=300) == 0, shown
    return shown.replace("\r\n", "\n")


def said_of(place: Place) -> dict[str, tuple[str, str, list[str]]]:
    every = [f"--relevance={relevance}" for relevance in ("about", "unsure", "not_about")]
    rows = json.loads(place.text("export", "--format", "json", *every))["mentions"]
    return {row["native_id"]: (row["relevance"], row["label"], row["corrected"]) for row in rows}


def test_each_key_labels_one_mention_and_the_most_telling_come_first(place: Place) -> None:
    shown = typed(place, "nxpq")
    assert shown.index("It rings") < shown.index("Acme again") < shown.index("It is an anvil")
    found = said_of(place)
    ringing = found["even"] if found["even"][2] else found["twin"]
    assert ringing == ("about", "negative", ["label"])
    assert found["maybe"] == ("not_about", "neutral", ["about"])
    assert found["near"] == ("about", "positive", ["label"])
    assert [name for name, (*_, corrected) in found.items() if not corrected].count("sure") == 1
    assert "3 mentions labelled. Next: repwatch eval" in shown


def test_what_the_machine_thinks_is_not_shown_and_a_hostile_text_cannot_act(place: Place) -> None:
    shown = typed(place, "sssq")
    assert "0.3" not in shown
    assert "\x1b[31m" not in shown
    assert "may be about something else" in shown
    assert "0 mentions labelled, 3 skipped" in shown


def test_one_can_go_back_and_answer_otherwise(place: Place) -> None:
    shown = typed(place, "nbbxuq", "--seed", "3")
    assert "(you said negative)" in shown
    found = [each for each in said_of(place).values() if each[2]]
    assert sorted(corrected for *_, corrected in found) == [["about"], ["about", "label"]]
    assert {relevance for relevance, *_ in found} == {"not_about", "about"}


def test_what_is_doubtful_is_told_by_the_cut_that_the_brand_taught(place: Place) -> None:
    place.teach(0.98)
    shown = typed(place, "sssss", "--sample", "9")
    assert shown.index("It is terrible") < shown.index("It rings")


def test_what_was_labelled_is_not_asked_again(place: Place) -> None:
    typed(place, "uu", "--sample", "2")
    assert "It rings" not in typed(place, "q")


def test_no_story_is_asked_about_twice(place: Place) -> None:
    assert typed(place, "ssss", "--sample", "9").count("It rings") == 1


def test_where_there_is_nothing_to_label_that_is_said(place: Place) -> None:
    assert "nothing to label" in typed(place, "", "--lang", "de")


@pytest.mark.parametrize("words", [(), ("--no-input",)])
def test_without_a_terminal_the_way_around_is_named(place: Place, words: Any) -> None:
    with pytest.raises(UsageError, match="terminal") as caught:
        place.text("label", *words)
    assert "mention correct ID --label negative" in str(caught.value.hint)
