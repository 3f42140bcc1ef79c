"""Mentions read for all brands at once."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repwatch.judge import Judge, judge_for, rating_share, spoken
from repwatch.judging.care import Care, Taught
from repwatch.judging.model import shipped
from repwatch.match import Matcher
from repwatch.model import ITEM_OF_PAGE, Brand, Intent, Judged, Mention, Sentiment, Urgency
from repwatch.score import scorer
from repwatch.tidy import twins, version

ACME = Brand(
    key="acme",
    name="Smithy Works",
    terms=("acme anvils",),
    weak_terms=("acme",),
    need_one_of=("anvil",),
    exclude=("acme protocol",),
    own_accounts=("forum:acme_help",),
)
ZED = Brand(key="zed", name="Zed Forge", terms=("zed forge",), role="competitor")
JUDGE = Judge(Matcher([ACME, ZED]), scorer())


@dataclass
class Recorder:
    """A scorer that keeps what it was asked."""

    name: str = "recorder"
    version: str = "7"
    asked: list[tuple[str, str | None, float | None]] = field(default_factory=list)

    def score(self, text: str, *, lang: str | None, rating: float | None) -> Sentiment:
        self.asked.append((text, lang, rating))
        return Sentiment(0.5, "positive")


def mention(text: str = "", **said: object) -> Mention:
    return replace(Mention(space="test", native_id="1", kind="post", text=text), **said)


def brands(judged: Judged) -> list[str]:
    return [assessment.brand for assessment in judged.assessments]


def test_a_mention_is_assessed_for_each_brand_that_it_names() -> None:
    post = mention("I hate the broken box of Acme Anvils and Zed Forge, both are terrible")
    judged = JUDGE.judge(post)
    assert brands(judged) == ["acme", "zed"]
    assert {a.sentiment.label for a in judged.assessments} == {"negative"}
    assert {a.relevance for a in judged.assessments} == {"about"}
    assert judged.assessments[0].spans[0].term == "acme anvils"
    assert judged.assessments[0].scorer == f"care/{Care().version}"
    assert judged.mention == replace(post, lang="en")


def test_a_text_is_scored_once_for_all_brands() -> None:
    recorder = Recorder()
    Judge(Matcher([ACME, ZED]), recorder).judge(mention("Acme Anvils or Zed Forge?"))
    assert [text for text, *_ in recorder.asked] == ["brand or brand?"]


def test_a_mention_of_no_brand_is_left_as_it_was() -> None:
    recorder = Recorder()
    post = mention("Just an anvil and a forge", lang="de")
    judged = Judge(Matcher([ACME, ZED]), recorder).judge(post)
    assert judged == Judged(mention=post, version=version(post), twins=twins(post))
    assert recorder.asked == []


def test_version_and_twins_are_those_of_the_mention_as_it_came() -> None:
    post = mention("Acme Anvils are here", url="https://forum.example/1", lang="de")
    judged = JUDGE.judge(post)
    assert judged.mention.lang == "en"
    assert judged.version == version(post)
    assert judged.twins == twins(post) != ()


def test_near_misses_come_along() -> None:
    judged = JUDGE.judge(mention("acme protocol and Zed Forge"))
    assert brands(judged) == ["zed"]
    assert [miss.brand for miss in judged.near_misses] == ["acme"]


def test_a_mention_in_another_language_is_kept_and_unscored() -> None:
    (assessment,) = JUDGE.judge(mention("Der Kasten von Acme Anvils ist leider kaputt")).assessments
    assert assessment.sentiment == Sentiment(None, "unscored", ("language de is not scored",))


def test_the_brands_own_words_are_marked() -> None:
    (assessment,) = JUDGE.judge(mention("We are open", author_id="forum:Acme_Help")).assessments
    assert assessment.own


def test_only_the_brands_of_a_source_are_looked_for() -> None:
    post = mention("Acme Anvils, Zed Forge, acme protocol")
    assert brands(JUDGE.judge(post, brands=frozenset({"zed"}))) == ["zed"]
    assert not JUDGE.judge(post, brands=frozenset({"zed"})).near_misses
    assert brands(JUDGE.judge(post, about="acme", brands=frozenset({"zed"}))) == ["acme", "zed"]


def test_everything_in_a_place_about_a_brand_is_about_it() -> None:
    judged = JUDGE.judge(mention("It broke and Zed Forge is no better"), about="acme")
    assert brands(judged) == ["zed", "acme"]
    assert [span.rule for span in judged.assessments[1].spans] == ["about source"]
    assert not judged.assessments[1].own


def test_a_name_in_such_a_place_keeps_its_spans_and_loses_its_near_miss() -> None:
    named = JUDGE.judge(mention("Acme Anvils broke"), about="acme").assessments[0]
    assert [span.rule for span in named.spans] == ["term"]
    almost = JUDGE.judge(mention("acme broke"), about="acme")
    assert (brands(almost), almost.near_misses) == (["acme"], ())


@pytest.mark.parametrize("item", ["ACME Anvils Classic", "The acme one", "SMITHY works"])
def test_a_review_of_the_brands_item_needs_no_name(item: str) -> None:
    assert brands(JUDGE.judge(mention("It broke", item=item), about="acme")) == ["acme"]


@pytest.mark.parametrize("item", ["Garden hose", "acme protocol"])
def test_a_review_of_another_item_has_to_name_the_brand(item: str) -> None:
    assert brands(JUDGE.judge(mention("It broke", item=item), about="acme")) == []
    assert brands(JUDGE.judge(mention("Unlike Acme Anvils", item=item), about="acme")) == ["acme"]


@pytest.mark.parametrize(
    ("item", "found"), [("Hammer 3000", ["acme"]), ("acme protocol", ["acme"]), ("Zed Forge Burner", ["zed"])]
)
def test_a_review_that_stands_in_something_has_to_name_the_brand_if_that_is_another_brands(
    item: str, found: list[str]
) -> None:
    review = mention("It broke", item=item, marks=(ITEM_OF_PAGE,))
    assert brands(JUDGE.judge(review, about="acme")) == found
    only_acme = [key for key in found if key == "acme"]
    assert brands(JUDGE.judge(review, about="acme", brands=frozenset({"acme"}))) == only_acme


def test_a_rating_counts_with_its_scale() -> None:
    recorder = Recorder()
    judge = Judge(Matcher([ACME]), recorder)
    judge.judge(mention("Acme Anvils", rating=8.0, rating_worst=0.0, rating_best=10.0))
    judge.judge(mention("Acme Anvils"))
    assert [rating for *_, rating in recorder.asked] == [0.8, None]


@pytest.mark.parametrize(
    ("rating", "worst", "best", "share"),
    [
        (1.0, None, None, 0.0),
        (5.0, None, None, 1.0),
        (2.0, 1.0, 5.0, 0.25),
        (0.0, 0.0, 1.0, 0.0),
        (7.0, None, None, None),
        (0.0, None, None, None),
        (3.0, 5.0, 1.0, None),
        (3.0, 3.0, 3.0, None),
        (float("nan"), 1.0, 5.0, None),
        (3.0, 1.0, float("inf"), None),
        (None, 1.0, 5.0, None),
    ],
)
def test_a_rating_is_read_on_its_scale_or_not_at_all(
    rating: float | None, worst: float | None, best: float | None, share: float | None
) -> None:
    assert rating_share(mention(rating=rating, rating_worst=worst, rating_best=best)) == share


def test_a_title_that_the_text_repeats_is_said_once() -> None:
    assert spoken(mention("It broke. And more", title="It broke")) == "It broke. And more"
    assert spoken(mention("And more", title="It broke")) == "It broke\nAnd more"
    assert spoken(mention("", title="It broke")) == "It broke"
    assert spoken(mention("It broke")) == "It broke"


def test_a_judge_is_made_of_what_the_configuration_says_and_can_travel() -> None:
    @dataclass(frozen=True)
    class Scoring:
        scorer: str = "vader"
        negative_from: float = 0.3
        positive_from: float = 0.5
        model: str = ""
        negative_below: float = -0.9
        positive_above: float = 0.9
        languages: tuple[str, ...] = ("en",)
        words: dict[str, float] = field(default_factory=lambda: {"clanky": -4.0})
        kinds: dict[str, Intent] = field(default_factory=lambda: {"clanky": "question"})
        urgency: dict[str, Urgency] = field(default_factory=lambda: {"acme anvils are": "high"})

    judge = judge_for([ACME, ZED], Scoring())
    copy = pickle.loads(pickle.dumps(judge))
    post = mention("Acme Anvils are clanky today, I think")
    assert copy.judge(post) == judge.judge(post)
    (assessment,) = judge.judge(post).assessments
    assert assessment.sentiment.reasons == ("clanky -4.0",)
    assert assessment.sentiment.label == "neutral"
    assert (assessment.intent, assessment.urgency) == ("question", "high")
    assert assessment.why[1:] == ('question: "clanky"', 'high urgency: "brand are"')
    assert assessment.scorer == judge.scored_by("acme")
    plain = judge_for([ACME, ZED], Scoring(kinds={}, urgency={}))
    assert assessment.scorer.startswith(f"{plain.scored_by('acme')}+phrases-")


def test_an_assessment_says_what_is_wanted_how_urgently_by_whom_and_why() -> None:
    (assessment,) = JUDGE.judge(mention("Acme Anvils, third time I write: where is my refund?")).assessments
    assert (assessment.intent, assessment.urgency, assessment.sender) == ("complaint", "high", "customer")
    assert assessment.why == (
        'about: term "acme anvils"',
        'complaint: "where is my refund"',
        'high urgency: "third time"',
    )


def test_advertisers_and_own_accounts_are_named_as_such() -> None:
    (spam,) = JUDGE.judge(mention("Acme Anvils giveaway! Retweet to win")).assessments
    assert (spam.sender, spam.intent) == ("giveaway", "promotion")
    assert 'giveaway: says "giveaway"' in spam.why
    (own,) = JUDGE.judge(mention("We are down", author_id="forum:acme_help")).assessments
    assert (own.sender, own.urgency) == ("own", "low")


def test_a_mention_that_may_be_about_a_brand_is_assessed_and_says_so() -> None:
    (assessment,) = JUDGE.judge(mention("I heard it from Acme yesterday")).assessments
    assert assessment.relevance == "unsure"
    assert assessment.why[0].startswith('unsure: weak term "acme", ')


def test_what_a_source_was_searched_for_counts() -> None:
    assert not JUDGE.judge(mention("the acme of taste")).assessments
    assert not JUDGE.judge(mention("so it is acme"), asked="acme").assessments
    assert JUDGE.judge(mention("so it is acme"), asked="acme anvils").assessments[0].relevance == "unsure"


def test_in_a_place_about_a_brand_nothing_is_unsure() -> None:
    (assessment,) = JUDGE.judge(mention("I heard it from Acme yesterday"), about="acme").assessments
    assert (assessment.relevance, assessment.why[0]) == ("about", "about: all of its source is")


def test_each_of_two_brands_is_judged_by_what_is_said_of_it() -> None:
    acme, zed = JUDGE.judge(mention("Switched from Acme Anvils to Zed Forge, so much better")).assessments
    assert (acme.sentiment.label, zed.sentiment.label) == ("negative", "positive")
    assert (acme.intent, zed.intent) == ("complaint", "praise")
    assert acme.comparison
    assert zed.comparison
    assert acme.sentiment.reasons[0] == "worse than another brand"
    assert not any("worse" in why for why in acme.sentiment.reasons[1:])  # nobody wrote that
    assert "complaint: worse than another brand" in acme.why


def test_what_is_said_of_all_brands_alike_is_no_comparison() -> None:
    for text in (
        "Acme Anvils and Zed Forge are terrible",
        "Zed Forge, terrible",
        "Zed Forge and an acme, terrible",
    ):
        assert not any(one.comparison for one in JUDGE.judge(mention(text)).assessments)


def test_only_brands_that_a_text_is_about_divide_it() -> None:
    zed, acme = sorted(
        JUDGE.judge(mention("I hate Zed Forge and love Acme")).assessments, key=lambda a: a.relevance
    )
    assert (zed.relevance, acme.relevance) == ("about", "unsure")
    assert not zed.comparison
    assert zed.sentiment == acme.sentiment


def test_a_rating_belongs_to_the_item_that_is_named() -> None:
    recorder = Recorder()
    review = mention("Better than Zed Forge. Acme Anvils rock", item="Acme Anvils 9", rating=1.0)
    judged = Judge(Matcher([ACME, ZED]), recorder).judge(review)
    assert brands(judged) == ["acme", "zed"]
    assert [rating for *_, rating in recorder.asked] == [0.0, None]


TEXTS = st.lists(
    st.sampled_from(
        ["Acme Anvils", "Acme", "Zed Forge", "anvil", "and", "but", "is", "bad", "great", ",", ".", "?"]
    ),
    max_size=12,
).map(" ".join)


@given(TEXTS)
def test_every_verdict_names_its_reason(text: str) -> None:
    for assessment in JUDGE.judge(mention(text)).assessments:
        assert assessment.why[0].startswith(f"{assessment.relevance}: ")
        assert assessment.intent == "other" or any(
            why.startswith(assessment.intent) for why in assessment.why
        )


@given(TEXTS)
def test_a_text_about_one_brand_is_scored_as_a_whole(text: str) -> None:
    for assessment in Judge(Matcher([ACME]), scorer()).judge(mention(text)).assessments:
        assert not assessment.comparison


def test_a_brand_that_taught_its_model_something_is_judged_by_it_alone() -> None:
    lesson = Taught("acme1", shipped().version, (("clanky", 6.0, -3.0),), 0.3)
    judge = Judge(Matcher([ACME, ZED]), scorer(), own={"acme": Care(taught=lesson)})
    acme, zed = judge.judge(mention("Acme Anvils and Zed Forge: both are clanky again")).assessments
    assert (acme.sentiment.p_negative or 0) > (zed.sentiment.p_negative or 0)
    assert acme.scorer == f"{zed.scorer}+acme1"
