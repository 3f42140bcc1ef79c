"""The model: its file, what it says, and that its quick ways say the same as slow ones."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from obvious_judge import SlowExplainer, odds, phrases_in, read
from repwatch.judging import lexicon, quick, reading
from repwatch.judging.model import MAGIC, SHIPPED, ModelError, blank, chance, load, shipped
from repwatch.judging.quick import LEAST, Quick
from repwatch.judging.reasons import Explainer, Reason
from repwatch.judging.tone import NEUTRAL

MODEL = shipped()
QUICK, EXPLAINER = Quick(MODEL), Explainer(MODEL)
RAW = SHIPPED.read_bytes()
VADER = SentimentIntensityAnalyzer()


def judged(text: str, quick: Quick = QUICK) -> complex:
    """Return the calibrated log-odds of a text."""
    return quick.model.calibrated(quick.hear(text).odds)


def p_negative(text: str, quick: Quick = QUICK) -> float:
    """Return the probability that a text is negative."""
    return chance(judged(text, quick).real)


def phrases() -> Iterator[str]:
    for words, _, _ in lexicon.patterns():
        yield " ".join(words)


SAID = sorted(set(phrases()))[::37]
GROUPED = sorted({word for text in lexicon.WORDS.values() for word in text.split()})
FELT = [
    "good",
    "GREAT",
    "bad",
    "Horrible",
    "love",
    "broken",
    "AWFUL",
    "shit",
    ":)",
    ":(",
    "😡",
    "👍",
    "no",
    "NO",
    "not",
    "never",
    "really",
    "BARELY",
    "but",
]
PLAIN = [
    "anvil",
    "@acme",
    "#AcmeAnvils",
    "https://a.example/b",
    "3",
    "so",
    "this",
    "kind of",
    "sooooo",
    "I'm",
    "didn’t",
    "RT",
]
TONED = [
    word
    for word in (*FELT, *PLAIN, *GROUPED)
    if word.isascii()
    and word not in ("but", "kind of", "ass")
    and word[0] not in "@h"
    and word not in NEUTRAL
]
"""Words of which we say what VADER says: theirs feels names, takes those around "but" for each other, damps
what follows "kind of", and knows idioms ("bad ass")."""
PARTS = st.sampled_from(SAID) | st.sampled_from(GROUPED) | st.sampled_from(FELT) | st.sampled_from(PLAIN)
ENDS = st.sampled_from(["", "!", "!!!", "?", "?!", "...", ' "so"'])
TEXTS = st.builds(lambda parts, end: " ".join(parts) + end, st.lists(PARTS, max_size=40), ENDS)


ODD = st.sampled_from(
    [
        "-",
        "...",
        "can't-wait",
        "no-reply!",
        "GREAT",
        "&amp;",
        "www.a.example",
        "waiting;for",
        "?!",
        "brand",
        "é",
        "$5",
    ]
)
ANYTHING = st.text(max_size=300) | st.lists(PARTS | ODD | st.text(max_size=9), max_size=90).map(" ".join)


@settings(max_examples=500)
@given(ANYTHING)
def test_the_quick_way_says_what_the_obvious_one_says_to_the_last_digit(text: str) -> None:
    heard, found = QUICK.hear(text), read(text)
    assert heard.odds == odds(MODEL, found)
    assert heard.is_wordless == {"@", "link"}.issuperset(word.plain for word in found.words)
    assert heard.is_understood == bool(
        found.phrases or found.tones[0] or found.names & set(reading.WORD_GROUPS) - set(reading.EVERYWHERE)
    )
    assert [tuple(one) for one in heard.phrases] == found.phrases


@settings(max_examples=200)
@given(ANYTHING)
def test_a_model_is_trained_on_what_it_judges_by(text: str) -> None:
    trained, found = Quick(blank()).read(text), read(text)
    assert (trained.tones, set(trained.names())) == (found.tones, found.names)
    assert trained.words == [word.plain for word in found.words]
    assert trained == QUICK.read(text)


@settings(max_examples=100)
@given(TEXTS, st.floats(-2, 2), st.floats(-2, 2))
def test_what_a_brand_taught_is_heard_as_it_is_read(text: str, bad: float, good: float) -> None:
    taught = MODEL.taught(
        {"waiting": complex(bad, good), "[thing]": complex(good, bad), "[bias]": complex(bad)}
    )
    assert Quick(taught).hear(text).odds == odds(taught, read(text))


@settings(max_examples=300)
@given(ANYTHING)
@example("not really a good job")
@example("never had good service")
@example("not at all bland")
@example("hardly worth it, not bland")
def test_phrases_found_in_one_pass_are_those_found_one_by_one(text: str) -> None:
    words, known = QUICK.read(text).words, reading.phrases()
    assert [tuple(one) for one in known.find(b"".join(map(known.code, words)))] == phrases_in(words)


SLOW = SlowExplainer(MODEL)


@settings(max_examples=500)
@given(ANYTHING)
def test_reasons_are_those_that_are_found_word_by_word(text: str) -> None:
    assert reasons(text, 6) == SLOW.reasons(text, read(text), 6)
    assert reasons(text * 20, 6) == SLOW.reasons(text * 20, read(text * 20), 6)


@settings(max_examples=100)
@given(TEXTS)
def test_the_same_text_has_the_same_probability_whatever_was_read_before(text: str) -> None:
    assert Quick(load(SHIPPED)).hear(text).odds == QUICK.hear(text).odds


@settings(max_examples=200)
@given(st.lists(st.sampled_from(TONED), max_size=25).map(" ".join), ENDS)
@example("no no good", "")
@example("REALLY NO good", "")
@example("GREAT anvil", "")
def test_the_tone_is_that_of_vader(words: str, end: str) -> None:
    text = words + end
    tone = QUICK.hear(text).tones[0]
    assert round(tone, 4) + 0.0 == VADER.polarity_scores(text)["compound"] + 0.0


def test_a_complaint_without_a_word_of_feeling_is_found() -> None:
    for text in ("my bag is still in Denver", "three weeks for my refund", "support never replied"):
        assert VADER.polarity_scores(text)["compound"] >= 0
        assert p_negative(text) > 0.3
    assert chance(judged("thank you so much, great crew!").imag) > 0.9


def test_opinions_of_food_films_and_things_are_heard_where_vader_knows_no_word() -> None:
    for text in (
        "the soup was bland and overcooked",
        "a contrived plot that falls flat",
        "flimsy and clunky",
    ):
        assert VADER.polarity_scores(text)["compound"] == 0
        assert p_negative(text) > 0.5
    for text in ("riveting, couldn't put it down", "crispy outside and so moreish"):
        assert VADER.polarity_scores(text)["compound"] == 0
        assert chance(judged(text).imag) > 0.5


def test_a_fault_that_is_denied_counts_for_the_contrary() -> None:
    (denied,), (said,) = QUICK.hear("it is not bland").phrases, QUICK.hear("it is bland").phrases
    assert said.valence < 0 < denied.valence


def test_the_phrases_of_the_lexicon_have_groups_and_weights_on_the_scale_of_vader() -> None:
    found = list(lexicon.patterns())
    assert len(found) > 30_000
    assert len({words for words, _, _ in found}) == len(found)
    assert all(group in lexicon.PHRASES and -4 <= weight <= 4 for _, group, weight in found)


def test_the_first_text_is_judged_soon() -> None:
    code = (
        "import time, sys; from repwatch.judging.model import shipped\n"
        "from repwatch.judging.quick import Quick\n"
        "start = time.process_time(); Quick(shipped()).hear('waiting for my refund')\n"
        "sys.exit(time.process_time() - start > 2.0)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# The file


def with_header(**changed: object) -> bytes:
    (length,) = struct.unpack_from("<I", RAW, len(MAGIC))
    start = len(MAGIC) + 4
    header = json.loads(RAW[start : start + length]) | changed
    head = json.dumps(header).encode()
    return MAGIC + struct.pack("<I", len(head)) + head + RAW[start + length :]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "no model"),
        (b"PK\3\4" + RAW, "no model"),
        (RAW[:-9], "cut or damaged"),
        (RAW[:40], "cut or damaged"),
        (RAW[: len(MAGIC) + 2], "cut or damaged"),
        (RAW[:-1] + bytes([RAW[-1] ^ 1]), "cut or damaged"),
        (MAGIC + b"\xff\xff\xff\xff{}", "cut or damaged"),
        (with_header(format=9), "has format 9; this repwatch reads 1"),
        (with_header(format=[1]), "has format"),
        (with_header(lexicon="another"), "another lexicon"),
        (with_header(dense=[[0, 0]]), "other features"),
        (with_header(bias="no"), "cut or damaged"),
        (with_header(calibration=[[1]]), "cut or damaged"),
        (with_header(scales=None), "cut or damaged"),
    ],
    ids=range(14),
)
def test_a_file_that_is_no_whole_model_of_ours_is_refused_and_says_why(
    raw: bytes, why: str, tmp_path: Path
) -> None:
    path = tmp_path / "judge.bin"
    path.write_bytes(raw)
    with pytest.raises(ModelError, match=why):
        load(path)


def test_a_model_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"judge\.bin can't be read"):
        load(tmp_path / "judge.bin")


def test_the_model_is_small_and_says_what_it_is() -> None:
    assert len(RAW) < 1_000_000
    assert MODEL.version.startswith("1.")
    card = SHIPPED.with_name("MODEL_CARD.md").read_text("utf-8")
    (length,) = struct.unpack_from("<I", RAW, len(MAGIC))
    header = json.loads(RAW[len(MAGIC) + 4 : len(MAGIC) + 4 + length])
    assert header["sha256"] in card
    assert all(name in card and checksum in card for name, checksum in header["trained on"].items())


# Bad input

HOSTILE = {
    "a megabyte": "my bag is lost and nobody answers. " * 30_000,
    "one word without end": "a" * 1_000_000,
    "a hundred thousand emoji": "\U0001f621" * 100_000,
    "many kinds of emoji": "\U0001f621\U0001f600" * 50_000,
    "marks": "?!" * 300_000,
    "escapes": "\\u00e9" * 100_000,
    "ampersands": "&amp;" * 200_000,
    "stretched": "soooo" * 100_000,
    "letters apart": "a b " * 200_000,
    "lines": "\n" * 1_000_000 + "bad",
    "surrogates": "\ud800 bad",
    "nul": "bad\0bad",
    "camels": "#" + "aB" * 300_000,
    "apostrophes": "don't'" * 100_000,
    "nothing": "",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_takes_long_or_leaves_the_scale(text: str) -> None:
    QUICK.hear("warm up")
    start = time.process_time()
    heard = QUICK.hear(text)
    EXPLAINER.reasons(heard, 6)
    assert time.process_time() - start < 2.0
    assert heard.odds == odds(MODEL, read(text))
    assert 0 <= chance(heard.odds.real) <= 1
    assert 0 <= chance(heard.odds.imag) <= 1


def test_what_is_kept_of_spellings_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick, "MOST_KEPT", 100)
    hearing = Quick(MODEL)
    for number in range(300):
        text = f"word{number}x is late, @somebody{number} https://a.example/{number} {'?' * number}"
        assert hearing.hear(text).odds == odds(MODEL, read(text))
    assert 0 < len(hearing._spellings) <= 100
    assert 0 < len(hearing._spellings._vocabulary) <= 100


# Reasons


def reasons(text: str, most: int) -> list[Reason]:
    return EXPLAINER.reasons(QUICK.hear(text), most)


def why(text: str) -> dict[str, float]:
    return dict(reasons(text, 6))


def test_reasons_are_the_texts_own_words_and_phrases() -> None:
    found = why("Three weeks and no reply, I am still waiting for my refund. Thanks!")
    assert found['"still waiting"'] < 0 < found['"Thanks"']
    assert any("refund" in name and weight < 0 for name, weight in found.items())
    assert not any("0" in name for name in found)


def test_a_phrase_is_named_once_with_all_that_it_brings() -> None:
    names = list(why("nobody answers, nobody answers, nobody answers"))
    assert len(names) == len(set(names))
    assert [name for name in names if "nobody" in name.lower()] == ['"nobody answers"']


def test_handles_and_addresses_are_no_reasons() -> None:
    assert not [
        name for name in why("@acme http://a.example @acme is down again @zed") if "@" in name or ":" in name
    ]


@settings(max_examples=100)
@given(TEXTS)
def test_reasons_are_few_and_weigh_something(text: str) -> None:
    found = reasons(text, 3)
    assert len(found) <= 3
    assert all(abs(weight) >= LEAST for _, weight in found)
    assert [abs(weight) for _, weight in found] == sorted((abs(weight) for _, weight in found), reverse=True)


# What a brand teaches


def test_what_a_brand_taught_moves_its_words_alone() -> None:
    taught = Quick(MODEL.taught({"clanky": complex(3, -1), "[bias]": complex(0.0, 0.0)}))
    assert p_negative("so clanky", taught) > p_negative("so clanky")
    assert judged("so good", taught) == judged("so good")
