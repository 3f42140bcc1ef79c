"""The scorer `care`."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repwatch import score
from repwatch.judging import model
from repwatch.judging.care import NEGATIVE_FROM, POSITIVE_FROM, Asked, Care, Taught, told
from repwatch.model import Sentiment
from repwatch.score import Vader, scorer, trouble
from repwatch.words import verdict

CARE = Care()
SAID = (
    "",
    "Still waiting for my refund, and nobody answers!",
    "brand was brilliant \U0001f60d thank you",
    "BRAND is not brilliant. Das ist leider schlecht",
    "@acme https://a.example",
    "Das ist leider sehr schlecht und kostet zu viel",
    "\U0001f621",
    "...",
)
CHANCE = st.integers(0, 10_000).map(lambda ten_thousandths: ten_thousandths / 10_000)


LANG = st.sampled_from(["en", "de", None])
RATING = st.none() | st.floats(0.0, 1.0)


def judged(
    text: str, *, lang: str | None = "en", rating: float | None = None, care: Care = CARE
) -> Sentiment:
    return care.score(text, lang=lang, rating=rating)


def p(text: str, *, care: Care = CARE, rating: float | None = None) -> float:
    chance = judged(text, care=care, rating=rating).p_negative
    assert chance is not None
    return chance


def test_it_is_the_usual_scorer_and_its_cuts_are_those_that_its_model_was_trained_to() -> None:
    assert scorer() == CARE
    assert model.shipped().cuts == (NEGATIVE_FROM, POSITIVE_FROM)


def test_labels_follow_the_cuts_and_the_sentiment_the_labels() -> None:
    hardly, scarcely = NEGATIVE_FROM - 0.01, POSITIVE_FROM - 0.01
    assert [
        CARE.label(*both) for both in ((NEGATIVE_FROM, 0.9), (hardly, POSITIVE_FROM), (hardly, scarcely))
    ] == [
        "negative",
        "positive",
        "neutral",
    ]
    strict = Care(negative_from=0.9, positive_from=0.9)
    assert (strict.label(0.8, 0.8), strict.label(0.95, 0.95)) == ("neutral", "negative")


@given(CHANCE, CHANCE, CHANCE)
def test_the_sentiment_falls_as_a_complaint_gets_more_probable_and_rises_with_praise(
    a: float, b: float, c: float
) -> None:
    def tone(negative: float, positive: float) -> float:
        score = told(negative, positive, CARE.label(negative, positive), ()).score
        assert score is not None
        return score

    low, high = sorted((a, b))
    assert tone(high, c) <= tone(low, c)
    assert tone(c, low) <= tone(c, high)
    assert -1 <= tone(a, b) <= 1


def test_each_label_has_its_own_stretch_of_sentiments() -> None:
    complaint, praise, plain = (
        judged("three weeks and no reply"),
        judged("great crew, thank you"),
        judged("on my way to Boston"),
    )
    assert [one.label for one in (complaint, praise, plain)] == ["negative", "positive", "neutral"]
    assert complaint.score == -(complaint.p_negative or 0)
    assert complaint.score <= -NEGATIVE_FROM < (plain.score or 0) < POSITIVE_FROM <= (praise.score or 0)


@pytest.mark.parametrize(
    "text", ["", " \n\t ", "https://a.example/b", "@acme @zed", "@acme https://a.example", "!!!", "?"]
)
def test_what_says_nothing_is_unscored_and_not_neutral(text: str) -> None:
    found = judged(text, lang=None)
    assert (found.score, found.label, found.p_negative) == (None, "unscored", None)
    assert found.reasons[0] in (
        "no text",
        "no words but handles and links",
        "no words, and no emoji with feeling",
    )


@pytest.mark.parametrize(
    ("emoji", "label"),
    [
        ("😡😡😡", "negative"),
        ("🤬", "negative"),
        ("👎 @acme", "negative"),
        ("🙄", "negative"),
        ("🤦‍♀️", "negative"),
        ("😭😭", "negative"),
        ("❤️", "positive"),
        ("👏👏👏", "positive"),
        ("👍🏽", "positive"),
        ("😍", "positive"),
    ],
)
def test_emoji_alone_say_how_they_are_meant(emoji: str, label: str) -> None:
    assert judged(emoji, lang=None).label == label


@pytest.mark.parametrize("emoji", ["🤔", "🙏", "🚗✈️", "🔥🔥🔥", "🇩🇪", "?!"])
def test_emoji_that_may_mean_this_or_that_stay_unscored(emoji: str) -> None:
    found = judged(emoji, lang=None)
    assert found.label == "unscored"
    assert found.reasons[0].startswith("no words")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("😡😡😡", '"😡" -'),
        ("my order comes on monday 😡", '"😡" -'),
        ("this is 😤", '"😤" -'),
        ("so so late 👎", '"👎" -'),
        ("the café was terrible 😡 &amp; closed", '"terrible'),
    ],
)
def test_a_reason_shows_the_emoji_itself(text: str, reason: str) -> None:
    assert any(one.startswith(reason) for one in judged(text).reasons)


def test_an_emoji_counts_beside_words() -> None:
    assert p("so my order comes on monday 😡") > p("so my order comes on monday")


def test_another_language_is_unscored_unless_its_rating_speaks() -> None:
    assert judged("Das ist leider kaputt", lang="de") == Sentiment(
        None, "unscored", ("language de is not scored",)
    )
    rated = judged("Das ist leider kaputt", lang="de", rating=0.0)
    assert (rated.label, rated.reasons) == ("negative", ("rating -1.0", "language de is not scored"))


def test_an_unknown_language_is_judged_by_the_words_that_are_known() -> None:
    assert judged("Great!!! 10/10", lang=None).label == "positive"
    assert judged("Muy malo", lang=None) == Sentiment(None, "unscored", ("language not recognised",))


def test_a_text_in_two_languages_is_judged_by_the_part_that_can_be_read() -> None:
    german = "Leider ist der Amboss schon wieder kaputt und keiner meldet sich."
    english = "Still waiting for my refund, this is not acceptable."
    both = judged(f"{german} {english}", lang="de")
    assert (both.label, both.p_negative) == ("negative", judged(english).p_negative)
    assert both.reasons[0] == "only the part in a language that is scored"
    assert judged(f"{english} {german}", lang="en").p_negative == judged(english).p_negative
    assert judged(german, lang="de").label == "unscored"


def test_one_star_is_negative_and_five_are_positive_whatever_is_said() -> None:
    for text in ("", "terrible, never again, worst company", "best crew ever, thank you so much!"):
        ratings = [judged(text, lang="en", rating=rating) for rating in (0.0, 0.25, 0.75, 1.0)]
        assert [one.label for one in ratings] == ["negative", "negative", "positive", "positive"]
        assert ratings[0].reasons[0] == "rating -1.0"
        chances = [one.p_negative or 0 for one in ratings]
        assert chances == sorted(chances, reverse=True)


def test_three_stars_leave_it_to_the_text() -> None:
    labels = [
        judged(text, rating=0.5).label for text in ("", "worst company ever", "thank you so much, great crew")
    ]
    assert labels == ["neutral", "negative", "positive"]


def test_words_of_the_configuration_count_as_they_say() -> None:
    care = Care(words=(("charged twice", -2.5), ("yummy", 2.0), ("sick", 0.0), ("l’enfer", -3.0)))
    assert judged("They Charged\n twice.", care=care).reasons[0] == '"Charged twice" -2.5'
    assert p("it was charged twice", care=care) > p("it was there", care=care)
    assert p("they never charged twice", care=care) < p("they charged twice", care=care)
    assert p("that is sick", care=care) == p("that is ")
    assert judged("yummy", lang=None, care=care).label != "unscored"
    assert judged("l'enfer", lang=None, care=care).label == "negative"
    assert p("recharged twicely yummyish", care=care) == p("recharged twicely yummyish")


def test_names_weigh_nothing() -> None:
    assert p("the brand app is here") == p("the that app is here")
    assert judged("BRAND").reasons == ()


def test_reasons_read_as_a_sentence() -> None:
    said = verdict(judged("Three weeks and no reply, still waiting for my refund. Thanks!"))
    assert said.startswith("negative, 9")
    assert said.endswith('; "Thanks" does not outweigh that')
    assert verdict(judged("", lang=None)) == "unscored: no text"
    assert verdict(judged("", rating=0.0)).startswith("negative, 84 %: its rating; no text")
    assert verdict(Sentiment(0.0, "neutral", (), 0.1)) == "neutral, 10 % negative: nothing weighs much"
    assert verdict(Sentiment(0.1, "neutral", ('"a" +0.4', '"b" -0.3'))) == 'neutral: "a" against "b"'
    assert verdict(Sentiment(0.9, "positive", ('"a" +0.4', '"c" +0.4', '"b" -0.3', '"d" -0.3'))) == (
        'positive: "a" and "c"; "b" and "d" do not outweigh that'
    )
    assert verdict(Sentiment(-0.5, "negative", (), 0.5)) == "negative, 50 %: nothing weighs much"
    assert verdict(Sentiment(-0.4, "negative", ('"nice" +0.4',), 0.4)) == (
        'negative, 40 %: "nice" does not outweigh the rest'
    )


def test_the_version_names_the_model_and_changes_with_the_configuration() -> None:
    taught = Taught("acme1", model.shipped().version, (("clanky", 1.0, -1.0),), 0.4)
    versions = {
        care.version
        for care in (
            CARE,
            Care(0.4),
            Care(positive_from=0.6),
            Care(languages=frozenset("e")),
            Care(words=(("a", 1.0),)),
            Care(taught=taught),
        )
    }
    assert len(versions) == 6
    assert all(version.startswith(f"{model.shipped().version}-") for version in versions)
    assert any(version.endswith("+acme1") for version in versions)


def test_what_a_brand_taught_counts_and_moves_the_cut() -> None:
    taught = Taught("1", model.shipped().version, (("clanky", 3.0, -1.0),), 0.5)
    care = Care(taught=taught)
    assert p("clanky", care=care) > p("clanky")
    assert care.label(0.45, 0.0) == "neutral"
    assert care.label(0.5, 0.0) == "negative"


@given(st.lists(st.tuples(st.sampled_from(SAID), LANG, RATING), max_size=9))
def test_texts_that_are_judged_together_get_what_each_gets_by_itself(
    asked: list[tuple[str, str | None, float | None]],
) -> None:
    scorer = Care(words=(("brilliant", 2.0),))
    texts = [Asked(*one) for one in asked]
    assert scorer.scores(texts) == [
        scorer.score(text, lang=lang, rating=rating) for text, lang, rating in asked
    ]


def test_it_travels_light() -> None:
    judged("still waiting")
    CARE.version  # noqa: B018 (what is worked out stays here)
    sent = pickle.dumps(CARE)
    assert len(sent) < 1_000
    assert pickle.loads(sent) == CARE
    assert pickle.loads(sent).score("still waiting", lang="en", rating=None) == judged("still waiting")


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "judge.bin"
    file.write_bytes(model.SHIPPED.read_bytes()[:-1])
    monkeypatch.setattr(model, "SHIPPED", file)
    model.shipped.cache_clear()
    yield
    model.shipped.cache_clear()


@pytest.mark.usefixtures("broken")
def test_without_its_model_the_lexicon_judges_alone_and_says_so() -> None:
    assert trouble("care") == (
        "its model can't be used, so that plain VADER judges: judge.bin is cut or damaged; "
        "install repwatch anew"
    )
    assert isinstance(scorer(words={"meh": -1.0}), Vader)
    assert scorer().score("This is terrible", lang="en", rating=None).label == "negative"
    assert trouble("vader") is None


def test_the_lexicon_alone_stays_selectable() -> None:
    assert trouble("care") is None
    assert score.SCORERS[:2] == ("care", "vader")
    assert isinstance(scorer("vader"), Vader)
