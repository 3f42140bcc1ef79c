"""Mentions are labelled at a pseudo terminal, key by key."""

from __future__ import annotations

import json
import os
import pty
import re
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
        said("even", "It rings, somehow", at=hours_ago(2), p_negative=0.6, author="ben"),
        said("near", "It is an anvil \x1b[31m", at=hours_ago(3), p_negative=0.5, author="cid"),
        said("maybe", "Acme again", at=hours_ago(4), p_negative=0.01, author="dan", relevance="unsure"),
        said("twin", "It rings, somehow!", at=hours_ago(5), p_negative=0.6, author="eve"),
        said("spam", "Win one", at=hours_ago(5), p_negative=0.6, author="fay", judged={"sender": "spam"}),
    )
    return place


def typed(place: Place, keys: str, *words: str, code: int = 0) -> str:
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
    assert process.wait(timeout=300) == code, shown
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
    assert "0.6" not in shown
    assert "\x1b[31m" not in shown
    assert "may be about something else" in shown
    assert "0 mentions labelled, 3 skipped" in shown


def test_one_can_go_back_and_answer_otherwise(place: Place) -> None:
    shown = typed(place, "nbbxuq", "--seed", "3")
    assert "(you said negative)" in shown
    found = [each for each in said_of(place).values() if each[2]]
    assert sorted(corrected for *_, corrected in found) == [["about"], ["about", "label"]]
    assert {relevance for relevance, *_ in found} == {"not_about", "about"}


def test_who_breaks_off_is_told_what_was_kept(place: Place) -> None:
    shown = typed(place, "ns\x03", code=130)
    assert shown.splitlines()[-2].endswith("stopped")
    assert shown.splitlines()[-1] == "1 mention labelled, 1 skipped. Next: repwatch eval"
    assert [found for *_, found in said_of(place).values() if found] == [["label"]]


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


# Labels of another machine


@pytest.fixture
def there(tmp_path: Path, place: Place) -> Place:
    """Another machine that has read some of the same texts, and where people have labelled them."""
    other = tmp_path / "there"
    other.mkdir()
    there = Place(other)
    there.save(
        said("sure", "It is terrible", "negative", at=hours_ago(1), author="ann"),
        said("even", "It rings, somehow", at=hours_ago(2), author="ben"),
        said("=far", "It is far away", at=hours_ago(2), author="zoe"),
    )
    for query, *words in (
        ("terrible", "--label", "neutral", "--why", "=irony"),
        ("rings", "--not-about"),
        ("rings", "--kind", "question"),
    ):
        there.text("mention", "correct", there.text("search", query, *COLUMNS_OF_IDS).strip(), *words)
    return there


COLUMNS_OF_IDS = ("--columns", "id", "--no-header", "--relevance", "about", "--relevance", "not_about")


def exported(there: Place, name: str) -> str:
    file = there.directory / name
    there.text("export", "labels", "-o", str(file))
    return str(file)


def by_zoe(there: Place) -> str:
    """Return exported labels as somebody else gave them the day before."""
    rows = map(json.loads, Path(exported(there, "labels.jsonl")).read_text().splitlines())
    return "\n".join(json.dumps(row | {"who": "zoe", "said_at": "2026-11-20T08:00:00Z"}) for row in rows)


def counted(place: Place, file: str, *words: str, stdin: str | None = None) -> list[int]:
    """Take labels from a file; return how many were kept, known, said otherwise since, and rejected."""
    result = place.run("label", "--from", file, *words, stdin=stdin)
    assert (result.exit_code, result.stderr) == (0, "")
    return [int(cell) for cell in result.stdout.splitlines()[-1].split()]


def correctly(place: Place) -> list[tuple[str, str, str]]:
    """Return what people said here, in words, without the columns of the machine."""
    rows = json.loads(place.text("export", "labels", "--json"))["labels"]
    return sorted(
        (row["text"], str(row["relevance"]), str(row["label"]), str(row["intent"]), row["why"])
        for row in rows
    )


@pytest.mark.parametrize("name", ["labels.csv", "labels.jsonl", "labels.json"])
def test_labels_of_another_machine_are_kept_here_once(place: Place, there: Place, name: str) -> None:
    file = exported(there, name)
    assert counted(place, file, "--dry-run") == [3, 0, 0, 0]
    assert correctly(place) == []
    assert counted(place, file) == [3, 0, 0, 0]
    assert correctly(place) == correctly(there) != []
    assert counted(place, file) == [0, 3, 0, 0]
    assert correctly(place) == correctly(there)


def test_a_label_of_another_machine_keeps_the_name_of_who_gave_it(place: Place, there: Place) -> None:
    counted(place, "-", stdin=by_zoe(there))
    kept = json.loads(place.text("export", "labels", "--json"))["labels"]
    assert [row["who"] for row in kept] == ["zoe", "zoe"]


def test_what_somebody_else_said_here_since_stays(place: Place, there: Place) -> None:
    place.text(
        "mention", "correct", place.text("search", "terrible", *COLUMNS_OF_IDS).strip(), "--label", "positive"
    )
    assert counted(place, "-", stdin=by_zoe(there)) == [2, 0, 1, 0]
    assert ("It is terrible", "None", "positive", "None", "") in correctly(place)


def test_rows_that_cannot_be_used_are_told_by_line_and_the_others_kept(place: Place, there: Place) -> None:
    lines = Path(exported(there, "labels.csv")).read_text().splitlines()
    head = lines[0].split(",")
    bad = dict.fromkeys(head, "") | {
        "space": "x",
        "native_id": "1",
        "brand": "acme",
        "label": "negative",
        "corrected": "label",
    }
    wrong = [
        bad,
        bad | {"label": "awful"},
        bad | {"brand": ""},
        bad | {"id": "m_AAAAAAAAAAAAAAAA"},
        bad | {"native_id": "", "id": ""},
        bad | {"space": "discourse:forum.example", "native_id": "sure", "brand": "zed"},
    ]
    (there.directory / "labels.csv").write_text(
        "\n".join([*lines, *(",".join(each[name] for name in head) for each in wrong)]) + "\n"
    )
    result = place.run("label", "--from", str(there.directory / "labels.csv"))
    assert result.exit_code == 5
    told = re.findall(r"labels.csv:(\d+): (.*)", result.stderr)
    assert [int(line) for line, _ in told] == list(range(len(lines) + 1, len(lines) + 7))
    for (_, reason), expected in zip(
        told,
        (
            "is not stored here",
            'its label "awful" is none of negative, neutral, positive',
            "it has no brand",
            "its id is not that of its native_id",
            "it has no space and native_id",
            "was not read for zed here",
        ),
        strict=True,
    ):
        assert expected in reason
    assert result.stdout.split()[-4:] == ["3", "0", "0", "6"]


def test_what_the_machine_says_in_another_export_is_no_label(place: Place, there: Place) -> None:
    file = there.directory / "mentions.csv"
    there.text("export", "-o", str(file))
    assert counted(place, str(file)) == [1, 0, 0, 0]


@pytest.mark.parametrize("text", ["text,label\nIt broke,negative\n", "", "\0\1\2"])
def test_a_file_of_something_else_is_refused(place: Place, text: str) -> None:
    result = place.run("label", "--from", "-", stdin=text)
    assert isinstance(result.exception, UsageError)


def test_labels_of_a_file_are_taken_whole(place: Place) -> None:
    for words in (
        ("--from", "x.csv", "--brand", "acme"),
        ("--from", "x.csv", "--sample", "5"),
        ("--dry-run",),
    ):
        assert isinstance(place.run("label", *words).exception, UsageError)


def test_who_has_thought_better_of_it_there_is_believed_here(place: Place, there: Place) -> None:
    first = by_zoe(there)
    counted(place, "-", stdin=first)
    second = first.replace('"label": "neutral"', '"label": "positive"')
    assert counted(place, "-", stdin=second) == [1, 2, 0, 0]
