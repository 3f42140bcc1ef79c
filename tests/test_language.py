"""Which language a text is in."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repwatch.judging import language
from repwatch.judging.language import SAMPLE, detect, only_in


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("The anvil broke after two days and nobody answers", "en"),
        ("THE ANVIL BROKE AFTER TWO DAYS AND NOBODY ANSWERS", "en"),
        ("The anvil\nbroke after\r\ntwo days\x00 and nobody answers", "en"),
        ("Der Amboss ist nach zwei Tagen zerbrochen", "de"),
        ("L’enclume s’est cassée après deux jours", "fr"),
        ("El yunque se rompió después de dos días", "es"),
        ("Наковальня сломалась через два дня", "ru"),
        ("この金床は二日で壊れました", "ja"),
        ("السندان انكسر بعد يومين", "ar"),
    ],
)
def test_a_text_tells_its_language_itself(text: str, lang: str) -> None:
    assert detect(text) == lang
    assert detect(text, "sv") == lang, "what was written outweighs a platform's setting"


@pytest.mark.parametrize(
    "text", ["", " \n", "10/10", "😡😡😡", "https://acme.example/der-die-das", "@help @me", "lol"]
)
def test_a_text_without_words_to_tell_by_leaves_it_to_the_platform(text: str) -> None:
    assert detect(text) is None
    assert detect(text, "de") == "de"


@pytest.mark.parametrize(
    ("hint", "lang"),
    [
        ("en-US", "en"),
        ("pt_BR", "pt"),
        ("DE", "de"),
        ("zh-Hans-CN", "zh"),
        ("nb", "no"),
        ("und", None),
        ("qme", None),
        ("qst", None),
        ("que", "que"),
        ("", None),
        ("English", None),
        ("<script>", None),
        ("e\nn", None),
    ],
)
def test_a_hint_is_read_as_a_language_tag(hint: str, lang: str | None) -> None:
    assert detect("10/10", hint) == lang


def test_one_borrowed_word_does_not_decide() -> None:
    assert detect("terrible") is None
    assert detect("terrible", "en") == "en"


@pytest.mark.parametrize(
    "text", ["nobody helpful", "Felt alone tonight", "@acme your company lost both", "#anvil everything free"]
)
def test_words_of_english_alone_tell_it_where_there_are_few(text: str) -> None:
    assert detect(text) == "en"


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Ich war gestern in so einem Service und der Support ist leider nicht besser geworden", "de"),
        ("Le service client est down, on est off et personne ne répond depuis hier matin", "fr"),
        ("El team de support no me ha respondido nada sobre mi pedido en tres semanas", "es"),
    ],
)
def test_english_words_in_another_language_do_not_make_it_english(text: str, lang: str) -> None:
    assert detect(text) == lang


ENGLISH = st.sampled_from(["the box", "is broken.", "Nobody", "answers!", "why?", "@acme", "#anvil", "xyz"])
GERMAN = st.sampled_from(["Der Amboss", "ist leider", "schon wieder", "kaputt.", "Niemand", "antwortet!"])


MARKS = st.sampled_from([".", "!", "?!", "...", ".)", ").", "@acme.", "#x!", "\n", "1.5", "\u00a0"])


@settings(max_examples=200)
@given(st.lists(ENGLISH | GERMAN | MARKS, max_size=30).map(" ".join))
def test_the_quick_look_at_an_english_text_says_what_its_sentences_say(text: str) -> None:
    sentences = language._SENTENCE.findall(text)
    kept = [one for one in sentences if language._is_in(one, True, {"en"})]
    if len(text) <= language._SHORT or len(sentences) < 2 or kept == sentences:
        assert only_in(text, "en", {"en"}) == text
    else:
        assert only_in(text, "en", {"en"}) == (" ".join(kept) or None)


def test_addresses_and_handles_are_no_words() -> None:
    text = "@zerbrochen @nachrichten https://amboss.example/ist-nach-zwei-tagen-kaputt I am not happy here"
    assert detect(text) == "en"


def test_only_the_beginning_of_a_long_text_is_looked_at() -> None:
    english = "The anvil broke after two days and nobody answers. " * (SAMPLE // 10)
    assert detect(english + "Der Amboss ist nach zwei Tagen zerbrochen. " * 100_000) == "en"
    assert detect("x" * 1_000_000) in (None, detect("x" * SAMPLE))


@settings(max_examples=100)
@given(st.text(max_size=200), st.none() | st.text(max_size=8))
def test_any_text_has_a_language_or_none_and_always_the_same(text: str, hint: str | None) -> None:
    lang = detect(text, hint)
    assert lang is None or (2 <= len(lang) <= 3 and lang.isascii() and lang.islower())
    assert detect(text, hint) == lang


def test_lone_surrogates_do_no_harm() -> None:
    assert detect("\ud800 The anvil broke after two days") == "en"


def test_threads_may_ask_at_once() -> None:
    texts = ["The anvil broke after two days", "Der Amboss ist nach zwei Tagen zerbrochen"] * 50
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(detect, texts)) == ["en", "de"] * 50


def test_asking_for_a_language_loads_no_downloader() -> None:
    code = (
        "import sys; from repwatch.judging.language import detect; assert 'fasttext' not in sys.modules;"
        "detect('The anvil broke after two days');"
        "sys.exit(not {'requests', 'urllib3'}.isdisjoint(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=300).returncode == 0
