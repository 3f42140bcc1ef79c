"""Texts of another program, judged line by line."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repwatch import batch
from repwatch.batch import AT_ONCE, Answer, Batch, LineError, _named, dumped, lines
from repwatch.judge import Judge
from repwatch.match import Match, Matched, Matcher
from repwatch.model import Brand, Mention
from repwatch.score import scorer
from repwatch.text import clean

WHOLE = Batch(Judge(Matcher(()), scorer()))
ACME = Brand(key="acme", name="Acme", terms=("acme anvils",), weak_terms=("acme",), need_one_of=("anvil",))
KEYS = ["id", "label", "sentiment", "p_negative", "kind", "urgency", "relevance", "lang", "reasons"]


class Trickle(io.BytesIO):
    """Bytes that come a few at a time."""

    def __init__(self, data: bytes, size: int) -> None:
        super().__init__(data)
        self._size = size

    def read1(self, size: int | None = -1, /) -> bytes:
        return super().read1(self._size)


def answers(data: bytes, judge: Batch = WHOLE) -> list[Answer]:
    return [answer for some in judge.answers(io.BytesIO(data)) for answer in some]


def said(**line: Any) -> dict[str, Any]:
    return WHOLE.record({"id": 1, **line})


@settings(max_examples=200)
@given(
    st.lists(st.binary(max_size=9).map(lambda raw: raw.replace(b"\n", b"")), max_size=12), st.integers(1, 20)
)
def test_lines_are_the_same_however_they_come(said: list[bytes], size: int) -> None:
    data = b"\n".join(said)
    found = [line for some in lines(Trickle(data, size)) for line in some]
    assert found == (data.split(b"\n") if not data.endswith(b"\n") and data else data.split(b"\n")[:-1])


def test_a_line_too_long_costs_itself_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "LONGEST_LINE", 100)
    data = b"a\n" + b"x" * 101 + b"\n" + b"y" * 100 + b"\nb\n" + b"z" * 1000
    for size in (1, 7, 99):
        assert [line for some in lines(Trickle(data, size)) for line in some] == [
            b"a",
            None,
            b"y" * 100,
            b"b",
            None,
        ]


def test_answers_come_in_order_with_the_keys_of_the_door() -> None:
    data = "\n".join(json.dumps({"id": f"t{n}", "text": f"my bag is late {n}"}) for n in range(500))
    found = answers(data.encode())
    assert [answer.record["id"] for answer in found if answer.record] == [f"t{n}" for n in range(500)]
    assert all(list(answer.record or {}) == KEYS for answer in found)


TEXTS = st.text(max_size=60) | st.lists(
    st.sampled_from(
        [
            "Acme",
            "still",
            "waiting",
            "😡",
            "not",
            "great",
            "https://a.example",
            "#x",
            "why",
            "?",
            "DIE",
            "fire",
        ]
    ),
    max_size=30,
).map(" ".join)


@settings(max_examples=200)
@given(TEXTS, st.sampled_from([None, "Acme", "t"]), st.sampled_from([None, 1, 3.5, 5]))
def test_the_door_says_what_the_judge_says_of_a_post_of_which_nothing_else_is_known(
    text: str, target: str | None, rating: float | None
) -> None:
    found = said(text=text, target=target, rating=rating)
    post = Mention(space="s", native_id="1", kind="post", text=clean(text), rating=rating)
    spans = _named(post.text, target) if target else ()
    judged = WHOLE.judge.assess(post, Matched((Match("", False, spans),)), version=b"")
    (one,) = judged.assessments
    tone = one.sentiment
    assert list(found.values())[1:] == [
        *(tone.label, tone.score, tone.p_negative, one.intent, one.urgency),
        *("about", judged.mention.lang, tone.reasons),
    ]


@given(st.text(max_size=9) | st.integers(), st.none() | st.floats(-1, 1), st.lists(st.text(max_size=9)))
def test_a_line_is_the_json_that_a_library_writes(
    name: str | int, tone: float | None, reasons: list[str]
) -> None:
    record = {**said(text="my bag is late"), "id": name, "sentiment": tone, "reasons": tuple(reasons)}
    as_usual = json.dumps(record, ensure_ascii=False)
    assert dumped(record) == as_usual.encode("utf-8", "backslashreplace") + b"\n"


@given(
    st.binary(max_size=20)
    | st.dictionaries(st.text(max_size=3), st.floats() | st.text(max_size=3)).map(
        lambda said: json.dumps(said).encode()
    )
)
def test_a_line_is_read_as_a_library_reads_it(line: bytes) -> None:
    def outcome(read: Callable[[bytes], Any]) -> str:
        try:
            return repr(read(line))
        except ValueError as error:
            return repr(error)

    for raw in (
        line,
        line.decode("latin-1").encode("utf-16"),
        b"\xef\xbb\xbf" + line,
        line + b" \r",
        line + b"\0",
    ):
        line = raw
        assert outcome(batch._decoded) == outcome(json.loads)


@settings(max_examples=50)
@given(
    st.lists(st.tuples(TEXTS, st.sampled_from([None, "Acme", 7]), st.sampled_from([None, 2, 9])), max_size=9)
)
def test_lines_that_come_together_are_answered_as_if_they_came_alone(
    said: list[tuple[Any, Any, Any]],
) -> None:
    rows = [
        json.dumps({"id": at, "text": text, "target": target, "rating": rating}).encode()
        for at, (text, target, rating) in enumerate(said)
    ]
    for door in (WHOLE, Batch(Judge(Matcher([ACME]), scorer()), "acme")):
        alone = [(answer.record, answer.wrong) for row in rows for answer in answers(row, door)]
        assert [(answer.record, answer.wrong) for answer in answers(b"\n".join(rows), door)] == alone


def test_a_text_is_judged_as_a_whole() -> None:
    found = said(text="Three weeks and no reply, still waiting for my refund")
    assert (found["label"], found["relevance"], found["lang"]) == ("negative", "about", "en")
    assert found["sentiment"] == -found["p_negative"]
    assert any("refund" in reason for reason in found["reasons"])


def test_a_target_is_masked_whatever_its_case() -> None:
    best = said(text="BEST lost it and Best, is late: #best @best bestial", target="best")
    other = said(text="ZEDS lost it and Zeds, is late: #zeds @zeds bestial", target="zeds")
    assert (
        best["p_negative"]
        == other["p_negative"]
        != said(text="BEST lost it and Best, is late: #best @best bestial")["p_negative"]
    )
    assert said(text="C++ (is) [bad", target="c++ (is) [")["label"] == "negative"


def test_a_language_that_is_given_is_trusted() -> None:
    assert said(text="my bag is lost", lang="de") == said(text="my bag is lost", lang="DE-at")
    assert said(text="my bag is lost", lang="de")["label"] == "unscored"
    assert said(text="Leider schon wieder kaputt und keiner meldet sich")["lang"] == "de"
    assert said(text="ok", lang="en")["lang"] == "en"


def test_a_rating_counts() -> None:
    assert said(text="", rating=1)["label"] == "negative"
    assert said(text="", rating=5.0)["label"] == "positive"
    assert said(text="")["label"] == "unscored"


def test_with_a_brand_its_terms_tell_whether_a_text_is_about_it() -> None:
    acme = Batch(Judge(Matcher([ACME]), scorer()), "acme")

    def relevance(text: str, **more: str) -> Any:
        return acme.record({"id": 1, "text": text, **more})["relevance"]

    assert relevance("Acme Anvils lost my bag") == "about"
    assert relevance("acme lost my bag, the anvil too") == "about"
    assert relevance("I heard it from Acme yesterday") == "unsure"
    assert relevance("somebody lost my bag") is None
    assert relevance("somebody lost my bag", target="bag") == "about"
    assert acme.record({"id": 1, "text": "somebody lost my bag"})["label"] == "negative"


NAMING = st.lists(
    st.sampled_from(
        [
            "Acme Anvils",
            "acme",
            "an anvil",
            "Zed Forge",
            "is so much better than",
            "lost my bag",
            "but",
            ".",
            "why?",
        ]
    ),
    max_size=12,
).map(" ".join)


@settings(max_examples=100)
@given(NAMING, st.sampled_from([None, 1, 3.5, 5]))
def test_with_a_brand_the_door_says_what_the_judge_says_of_a_post(text: str, rating: float | None) -> None:
    zed = Brand(key="zed", name="Zed", terms=("zed forge",))
    judge = Judge(Matcher([ACME, zed]), WHOLE.judge.scorer)
    post = Mention(space="s", native_id="1", kind="post", text=text, rating=rating)
    for brand in ("acme", "zed"):
        found = Batch(judge, brand).record({"id": 1, "text": text, "rating": rating})
        for one in judge.judge(post).assessments:
            if one.brand == brand:
                tone = one.sentiment
                assert list(found.values())[1:-2] == [
                    *(tone.label, tone.score, tone.p_negative, one.intent, one.urgency, one.relevance)
                ]
                assert found["reasons"] == tone.reasons


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{bad", "is not JSON"),
        ("[1]", "is no object"),
        ("{}", "has no text"),
        ('{"id": 1}', "has no text"),
        ('{"id": 1, "text": 3}', 'its "text" is no text'),
        ('{"text": "a"}', "has no id"),
        ('{"id": null, "text": "a"}', "has no id"),
        ('{"id": true, "text": "a"}', "has no id"),
        ('{"id": 1, "text": "a", "rating": "5"}', '"rating" is no number'),
        ('{"id": 1, "text": "a", "rating": 6}', "goes from 1 to 5"),
        ('{"id": 1, "text": "a", "rating": NaN}', "goes from 1 to 5"),
        ('{"id": 1, "text": "a", "lang": "deutsch"}', "no language"),
        ('{"id": 1, "text": "a", "target": 7}', '"target" is no text'),
        ("[" * 100_000, "nested too deeply"),
        ('{"id": ' + "9" * 5_000 + ', "text": "a"}', "is not JSON"),
    ],
)
def test_a_bad_line_says_what_is_wrong_and_the_next_one_is_judged(line: str, why: str) -> None:
    bad, good = answers(f'{line}\n\n{{"id": 2, "text": "my bag is lost"}}\n'.encode())
    assert bad.record is None
    assert why in bad.wrong
    assert (bad.line, good.line) == (1, 3)
    assert good.record is not None
    assert good.record["label"] == "negative"


def test_bytes_that_are_no_utf_8_are_a_bad_line() -> None:
    (bad,) = answers(b'{"id": 1, "text": "\xff\xfe"}')
    assert bad.wrong == "is not UTF-8"


@settings(max_examples=100)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*KEYS, "text", "target"]), inner)
        ),
        max_leaves=8,
    )
)
def test_whatever_a_line_holds_there_is_an_answer_or_a_reason(line: Any) -> None:
    (answer,) = answers(json.dumps(line).encode())
    assert answer.record is not None or answer.wrong
    if answer.record is not None:
        assert list(json.loads(dumped(answer.record))) == KEYS


def test_lone_surrogates_leave_as_they_came() -> None:
    (answer,) = answers(b'{"id": "\\ud800", "text": "bad \\ud800 service"}')
    assert answer.record is not None
    assert json.loads(dumped(answer.record))["id"] == "\ud800"


def test_what_is_kept_does_not_grow_with_what_is_read() -> None:
    class Endless:
        left = 10

        def read1(self, size: int, /) -> bytes:
            assert size == AT_ONCE
            self.left -= 1
            return b'{"id": 1, "text": "my bag is late"}\n' * 1_000 if self.left >= 0 else b""

    found = WHOLE.answers(Endless())
    next(found)
    tracemalloc.start()
    for _ in found:
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


# As it is typed


def run(*words: str, stdin: bytes, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "repwatch", "score", "--jsonl", *words]
    env = os.environ | {"XDG_CONFIG_HOME": str(cwd), "HOME": str(cwd)}
    return subprocess.run(
        command, input=stdin, capture_output=True, cwd=cwd, env=env, timeout=300, check=False
    )


def test_the_door_needs_no_configuration_and_ends_with_5_if_a_line_was_bad(tmp_path: Path) -> None:
    done = run(
        "-", stdin=b'{"id": 1, "text": "my bag is lost"}\nbad\n{"id": 2, "text": "thanks!"}', cwd=tmp_path
    )
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [1, 2]
    (error,) = done.stderr.splitlines()
    assert json.loads(error)["error"]["line"] == 2
    assert done.returncode == 5
    good = run(stdin=b'{"id": 1, "text": "my bag is lost"}\n', cwd=tmp_path)
    assert (good.returncode, good.stderr) == (0, b"")
    assert run("-", stdin=b"", cwd=tmp_path).stdout == b""


def test_an_answer_comes_before_the_next_text_is_there(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "repwatch", "score", "--jsonl", "-"]
    env = os.environ | {"XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path, env=env
    ) as door:
        assert door.stdin is not None
        assert door.stdout is not None
        for number in (1, 2):
            door.stdin.write(b'{"id": %d, "text": "my bag is lost"}\n' % number)
            door.stdin.flush()
            assert json.loads(door.stdout.readline())["id"] == number
        door.stdin.close()
        assert door.wait(timeout=300) == 0


def test_a_text_beside_the_door_is_refused(tmp_path: Path) -> None:
    assert run("some text", stdin=b"", cwd=tmp_path).returncode == 2


def test_bad_lines_are_exceptions_of_their_own() -> None:
    with pytest.raises(LineError, match="no id"):
        WHOLE.record({"text": "a"})
