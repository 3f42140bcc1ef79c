"""How a text sounds."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from repwatch.errors import UsageError
from repwatch.model import Sentiment, Span
from repwatch.score import (
    MOST_PIECES,
    MOST_REASONS,
    NEGATIVE_BELOW,
    PIECE,
    POSITIVE_ABOVE,
    Vader,
    masked,
    pieces,
    scorer,
    without_addresses,
)

ORIGINAL = SentimentIntensityAnalyzer()
PLAIN = Vader()


def tone(text: str, *, lang: str | None = "en", rating: float | None = None, vader: Vader = PLAIN) -> float:
    score = vader.score(text, lang=lang, rating=rating).score
    assert score is not None
    return score


def name(text: str, piece: str) -> Span:
    at = text.index(piece)
    return Span("text", at, at + len(piece), piece.lower(), "term")


FEELING = [
    "good",
    "GREAT",
    "bad",
    "Horrible",
    "love",
    "broken",
    "excellent",
    "AWFUL",
    "shit",
    "bomb",
    ":)",
    ":(",
]
TURNING = [
    "no",
    "not",
    "never",
    "without doubt",
    "isn't",
    "mayn't",
    "or",
    "so",
    "this",
    "very",
    "kinda",
    "kind of",
    "least",
]
OTHER = ["sort of", "at", "the", "yeah right", "to", "die for", "bus stop", "kiss of death", "anvil"]
WORDS = st.sampled_from(FEELING) | st.sampled_from(TURNING) | st.sampled_from(OTHER)
ENDS = st.sampled_from(["", "!", "!!!!!", "??", "?!", "...", " 10/10"])


@settings(max_examples=300)
@given(st.lists(WORDS, max_size=25).map(" ".join), ENDS)
def test_a_short_text_scores_as_its_lexicon_says(words: str, end: str) -> None:
    text = (words + end)[:PIECE]
    sentiment = Vader().score(text, lang="en", rating=None)
    assert (sentiment.score or 0.0) == ORIGINAL.polarity_scores(text)["compound"]


def test_what_follows_but_weighs_more() -> None:
    assert tone("The shop is good but the anvil is bad") < tone("The anvil is bad and the shop is good")


def test_labels_follow_the_cuts() -> None:
    vader = Vader(negative_below=-0.2, positive_above=0.4)
    said = {value: vader.label(value) for value in (-0.21, -0.2, 0.0, 0.4, 0.41)}
    assert said == {-0.21: "negative", -0.2: "neutral", 0.0: "neutral", 0.4: "neutral", 0.41: "positive"}
    assert NEGATIVE_BELOW < 0 < POSITIVE_ABOVE


def test_reasons_are_the_words_that_carried_it_strongest_first() -> None:
    sentiment = Vader().score("The handle is broken and the service horrible", lang="en", rating=None)
    assert sentiment.label == "negative"
    assert sentiment.reasons == ("horrible -2.5", "broken -2.1")


def test_a_negated_word_is_named_with_the_weight_it_had() -> None:
    (reason,) = Vader().score("It is not good", lang="en", rating=None).reasons
    assert reason == "good -1.4"


def test_there_are_never_more_than_a_few_reasons() -> None:
    text = "bad terrible awful horrible ugly sad poor hate worst broken angry"
    assert len(Vader().score(text, lang="en", rating=None).reasons) == MOST_REASONS


@pytest.mark.parametrize("apostrophe", ["’", "‘", "´", "`", "＇", "ʼ"])
def test_any_apostrophe_lets_a_negation_be_seen(apostrophe: str) -> None:
    assert tone(f"I don{apostrophe}t love it") == tone("I don't love it") < 0


def test_an_emoji_scores_the_same_wherever_it_is_glued() -> None:
    assert tone("thanks 😡 all") == tone("thanks😡all")
    assert tone("❤️") == tone("❤") > 0
    assert tone("👍🏽") == tone("👍")
    assert tone("😀" * 1_000) == tone("😀😀😀")


def test_words_of_the_configuration_count() -> None:
    vader = Vader(words=(("charged twice", -2.5), ("meh", -1.0), ("sick", 0.0)))
    assert Vader().score("They charged twice.", lang="en", rating=None).reasons == ("charged -0.8",)
    twice = vader.score("They Charged\n twice.", lang="en", rating=None)
    assert (twice.label, twice.reasons) == ("negative", ("charged twice -2.5",))
    assert tone("meh", vader=vader) < 0
    assert tone("That is sick", vader=vader) == 0.0 > tone("That is sick")
    assert tone("They recharged twice or charged twicely", vader=vader) == tone("They charged it")
    assert tone("They never charged twice", vader=vader) > 0
    assert tone("this bad", vader=Vader(words=(("is bad", 4.0),))) == tone("this bad")


def test_a_department_is_no_praise_unless_the_configuration_says_so() -> None:
    assert tone("I wrote to support, please help") == 0.0
    assert tone("I wrote to support", vader=Vader(words=(("support", 1.5),))) > 0


def test_words_of_one_scorer_do_not_reach_another() -> None:
    assert tone("anvil", vader=Vader(words=(("anvil", -3.0),))) < 0
    assert tone("anvil and good") > 0


def test_another_language_stays_unscored() -> None:
    sentiment = Vader().score("Das war leider nichts, I hate it", lang="de", rating=None)
    assert sentiment == Sentiment(None, "unscored", ("language de is not scored",))
    both = Vader(languages=frozenset({"en", "de"}))
    assert both.score("I hate it", lang="de", rating=None).label == "negative"


def test_an_unknown_language_is_scored_by_the_words_that_are_known() -> None:
    assert Vader().score("Great!!! 10/10", lang=None, rating=None).label == "positive"
    assert Vader().score("Muy malo", lang=None, rating=None) == Sentiment(
        None, "unscored", ("language not recognised",)
    )


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_nothing_said_is_unscored_and_not_neutral(text: str) -> None:
    assert Vader().score(text, lang=None, rating=None) == Sentiment(None, "unscored", ("no text",))


def test_a_rating_alone_decides() -> None:
    scores = [Vader().score("", lang=None, rating=r) for r in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert [s.score for s in scores] == [-1.0, -0.5, 0.0, 0.5, 1.0]
    assert [s.label for s in scores] == ["negative", "negative", "neutral", "positive", "positive"]
    assert scores[0].reasons[0] == "rating -1.0"


def test_a_rating_speaks_for_a_text_that_can_not_be_read() -> None:
    sentiment = Vader().score("Leider kaputt", lang="de", rating=0.0)
    assert (sentiment.score, sentiment.label) == (-1.0, "negative")
    assert "language de is not scored" in sentiment.reasons


@settings(max_examples=50)
@given(st.lists(WORDS, min_size=1, max_size=15).map(" ".join))
def test_one_star_is_negative_and_five_are_positive_whatever_is_said(text: str) -> None:
    worst, best = (Vader().score(text, lang="en", rating=r) for r in (0.0, 1.0))
    assert (worst.label, best.label) == ("negative", "positive")
    assert worst.score is not None
    assert best.score is not None
    assert -1.0 <= worst.score < best.score <= 1.0


def test_text_and_rating_count_together() -> None:
    assert tone("bad", rating=0.5) < tone("plain", rating=0.5) == 0.0 < tone("good", rating=0.5)


def test_a_long_text_does_not_saturate() -> None:
    text = "The anvil is good. It came in a box of wood. " * 40
    assert ORIGINAL.polarity_scores(text)["compound"] > 0.99
    assert 0.3 < tone(text) < 0.95


def test_one_furious_sentence_is_not_lost_among_plain_ones() -> None:
    plain = "The anvil came in a box of wood and stands in the yard now. " * 30
    assert (
        Vader().score(plain + "I hate it, it is terrible and broken!", lang="en", rating=None).label
        == "negative"
    )


@settings(max_examples=100)
@given(st.text(alphabet="ab .!?…。\n\"'é😀", max_size=2_000))
def test_pieces_are_short_and_together_the_text(text: str) -> None:
    found = list(pieces(text))
    assert all(0 < len(piece) <= PIECE for piece in found)
    assert "".join("".join(found).split()) == "".join(text.split())


def test_pieces_end_where_sentences_end() -> None:
    text = "One two three. " * 30
    assert all(piece.endswith("three.") for piece in pieces(text))
    assert {word for piece in pieces("wordy " * 200) for word in piece.split()} == {"wordy"}
    assert [len(p) for p in pieces("a" * 600)] == [280, 280, 40]


def test_only_so_many_pieces_are_scored() -> None:
    assert len(list(pieces("word " * 10_000))) == MOST_PIECES
    assert tone("word " * 10_000 + "terrible") == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "😀" * 100_000,
        "😀😡" * 50_000,
        "least good " * 4_000,
        "good but bad " * 4_000,
        "a" * 1_000_000,
        "." * 100_000,
    ],
)
def test_no_text_makes_the_rules_read_more_than_a_few_words_at_a_time(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    rules = SentimentIntensityAnalyzer.sentiment_valence

    def counted(
        self: object, valence: float, around: object, word: str, at: int, weights: list[float]
    ) -> object:
        seen.append(len(around.words_and_emoticons))  # type: ignore[attr-defined]
        return rules(self, valence, around, word, at, weights)

    monkeypatch.setattr(SentimentIntensityAnalyzer, "sentiment_valence", counted)
    assert -1.0 <= tone(text) <= 1.0
    assert max(seen, default=0) <= 6
    assert len(seen) <= MOST_PIECES * PIECE


def test_names_are_masked_before_they_are_felt() -> None:
    text = "Best Hope Anvils: BEST HOPE ANVILS came late"
    spans = [name(text, "Best Hope Anvils"), name(text, "BEST HOPE ANVILS")]
    assert masked(text, spans) == "brand: BRAND came late"
    assert tone(masked(text, spans)) == 0.0 < tone(text)


def test_handles_and_addresses_are_masked() -> None:
    text = "@great_love @love@win.example to best@win.example, https://win.example/best?x=1 (www.win.example"
    assert masked(text) == text
    assert without_addresses(text) == "someone someone to link,  link  ( link "
    assert without_addresses("5 @ 3, a@b and #great") == "5 @ 3, a@b and #great"
    assert without_addresses("WWW.win.example") == without_addresses("HTTPS://win.example") == " link "
    assert without_addresses("＠great_love") == "someone"
    assert tone(text) == 0.0


def test_a_masked_tag_stays_a_tag_and_a_handle_a_handle() -> None:
    text = "@BestHope and #besthope"
    assert masked(text, [name(text, "@BestHope"), name(text, "#besthope")]) == "@brand and #brand"


def test_spans_may_touch_overlap_and_be_empty() -> None:
    text = "great love anvils"
    spans = [Span("text", 0, 5, "great", "term"), Span("text", 0, 10, "great love", "term")]
    spans += [Span("text", 10, 17, " anvils", "term"), Span("text", 0, 0, "acme", "about source")]
    assert masked(text, spans) == "brandbrand"


def test_the_version_changes_with_what_the_configuration_says() -> None:
    versions = {
        scorer("vader").version,
        scorer("vader", negative_below=-0.3).version,
        scorer("vader", positive_above=0.3).version,
        scorer("vader", languages=("en", "de")).version,
        scorer("vader", words={"sick": 0.0}).version,
    }
    assert len(versions) == 5
    assert scorer(words={"a": 1.0, "b": 2.0}).version == scorer(words={"b": 2.0, "a": 1.0}).version


def test_an_unknown_scorer_is_refused() -> None:
    with pytest.raises(UsageError, match="oracle"):
        scorer("oracle")


def test_a_scorer_survives_its_way_to_a_worker() -> None:
    first = scorer(words={"charged twice": -2.5})
    first.score("charged twice", lang="en", rating=None)
    copy = pickle.loads(pickle.dumps(first))
    assert copy.version == first.version
    assert copy.score("charged twice", lang="en", rating=None).label == "negative"
