from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repwatch import formats

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


def test_markdown_shows_a_foreign_text_as_it_is() -> None:
    hostile = (
        "| `tick` [a](javascript:x) <script> *b* _c_ https://evil.example www.evil.example ![i](x) &amp;"
    )
    assert formats.markdown(hostile) == (
        r"\| \`tick\` \[a\](javascript:x) &lt;script&gt; \*b\* \_c\_ https\://evil.example"
        r" www\.evil.example !\[i\](x) &amp;amp;"
    )


def test_json_names_its_schema_first_and_escapes_what_a_terminal_would_act_on() -> None:
    text = formats.json_document("repwatch.test/1", {"at": NOW, "text": "\x1b\x9b31m\u202e ü\ud800"})
    assert text.replace("\n", "").isprintable()
    parsed = json.loads(text)
    assert list(parsed) == ["schema", "at", "text"]
    assert parsed["at"] == "2026-11-21T08:00:00Z"
    assert parsed["text"] == "\x1b\x9b31m\u202e ü\ud800"
    assert "ü" in text
    text.encode()


def test_a_json_record_is_one_line_whatever_it_holds() -> None:
    line = formats.json_line({"text": "a\n\u2028\x85b"})
    assert line.splitlines() == [line.rstrip("\n")]
    assert json.loads(line) == {"text": "a\n\u2028\x85b"}


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'\t=1"),
        ("\x00=1+1", "'=1+1"),
        ("\x1b[0m=cmd|'/c calc'!A1", "'=cmd|'/c calc'!A1"),
        ("  =1", "'  =1"),
        ("＝1+1", "'＝1+1"),
        ("'=1+1", "''=1+1"),
        ("'tis", "'tis"),
        ("a=1", "a=1"),
        ("", ""),
    ],
)
def test_a_formula_is_disarmed_after_cleaning(text: str, cell: str) -> None:
    assert formats.disarm(text) == cell


@given(st.text("'=+-@\t\n a＝é", max_size=8))
def test_disarming_can_be_undone(text: str) -> None:
    assert formats.armed(formats.disarm(text)) == text


def test_a_long_line_goes_on_indented_and_its_words_stay_whole() -> None:
    text = "forum: not read since Monday: https://forum.example/a/long/address-with-a-hyphen. Try again"
    assert formats.folded(text, 40, indent=4) == [
        "forum: not read since Monday:",
        "    https://forum.example/a/long/address-with-a-hyphen.",
        "    Try again",
    ]
    assert formats.folded(text, None) == [text]
    assert formats.folded("  short  enough", 40) == ["  short  enough"]
