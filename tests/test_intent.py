"""What somebody wants with a text, and how soon somebody should look at it."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repwatch.judging.intent import INTENTS, URGENCIES, Wants, Wording, decided, sounds, wants, written
from repwatch.model import Intent, Label, Mention, Sender, Sentiment, Urgency

TONES: dict[Label, float | None] = {"negative": -0.4, "neutral": 0.0, "positive": 0.5, "unscored": None}


def read(
    text: str,
    label: Label = "neutral",
    *,
    tone: float | None = None,
    rating: float | None = None,
    lang: str | None = "en",
    sender: Sender = "customer",
    wording: Wording = Wording(),  # noqa: B008 (it is frozen)
    p_negative: float | None = None,
    **said: object,
) -> Wants:
    mention = replace(Mention(space="test", native_id="1", kind="post", text=text), **said)
    sentiment = Sentiment(TONES[label] if tone is None else tone, label, (), p_negative)
    signs = {**wording.signs(text, lang), **written(mention), **sounds(sentiment, rating)}
    return wants(signs, sender)


@pytest.mark.parametrize(
    ("text", "label", "intent"),
    [
        ("Three weeks and still no answer from you", "neutral", "complaint"),
        ("My anvil is broken", "negative", "complaint"),
        ("You lot are bad people", "negative", "complaint"),
        ("Thanks for nothing", "positive", "complaint"),
        ("Is it acceptable to leave us in the cold?", "negative", "complaint"),
        ("How is that possible?", "negative", "complaint"),
        ("I never got my refund", "neutral", "complaint"),
        ("Half of my hops were mouldy", "neutral", "complaint"),
        ("Thanks for your help with the handle", "positive", "praise"),
        ("Any help with the handle?", "neutral", "request"),
        ("I was hacked through your app", "neutral", "complaint"),
        ("How do I reset my password?", "neutral", "question"),
        ("Hi brand, is there a way to turn it off", "neutral", "question"),
        ("Does anyone know when the forge opens?", "positive", "question"),
        ("What cities does your courier serve?", "neutral", "question"),
        ("I moved to Ulm, can my key be sent there?", "neutral", "question"),
        ("Is the small anvil heavy?", "neutral", "question"),
        ("Do I look like a smith? I hate this anvil", "negative", "complaint"),
        ("Was anyone ever so happy? It is great", "positive", "praise"),
        ("Looked at the big one. Can't say more, ok?", "neutral", "other"),
        ("I need to verify my account", "neutral", "request"),
        ("We would like a copy of the guide", "neutral", "request"),
        ("How about adding a handle", "neutral", "request"),
        ("The app just needs some shortcuts", "positive", "request"),
        ("Two more seats please, a refund please", "neutral", "request"),
        ("Please add a dark mode", "positive", "request"),
        ("It would be great if it had a handle", "positive", "request"),
        ("Can you please send me an invoice", "neutral", "request"),
        ("Thank you, the anvil is great", "positive", "praise"),
        ("You made me so very happy", "positive", "praise"),
        ("The new forge is a gem, stunning light https://smiths.example", "positive", "praise"),
        ("Now available: brand anvils, 20% off", "positive", "promotion"),
        ("Great deal on anvils https://shop.example", "positive", "promotion"),
        ("Sign the petition https://smiths.example", "neutral", "promotion"),
        ("Brand opens a forge in Ulm", "neutral", "other"),
        ("Brand shares fell https://news.example", "negative", "other"),
        ("", "unscored", "other"),
    ],
)
def test_words_and_tone_say_what_somebody_wants(text: str, label: Label, intent: Intent) -> None:
    tone = 0.8 if "so very" in text else None
    assert read(text, label, tone=tone).intent == intent


def test_trouble_that_somebody_is_delighted_about_is_over() -> None:
    text = "Thank you for mending my broken anvil, you are the best"
    assert read(text, "positive", tone=0.95).intent == "praise"
    assert read(text, "positive", tone=0.8).intent == "complaint"


def test_a_rating_says_what_words_do_not() -> None:
    assert read("So that was that", rating=0.0).intent == "complaint"
    assert read("So that was that", rating=1.0).intent == "praise"
    assert read("So that was that", rating=0.5).intent == "other"


def test_a_review_needs_nobody_who_speaks() -> None:
    assert read("Broad hips", "negative").intent == "other"
    assert read("Broad hips", "negative", kind="review").intent == "complaint"
    assert read("Broad hips", "positive", kind="review").intent == "praise"


def test_what_advertisers_write_is_promotion_and_not_urgent() -> None:
    wanted = read("My anvil was hacked, please help me", "negative", sender="spam")
    assert wanted == Wants("promotion", "low", ("promotion: from spam",))


@pytest.mark.parametrize("sender", ["own", "bot"])
def test_nobody_has_to_hurry_for_what_is_no_customers(sender: Sender) -> None:
    assert read("We are stranded and still waiting", "negative", sender=sender).urgency == "low"


def test_another_language_has_a_kind_only_by_tone_and_rating() -> None:
    assert read("please help me", "neutral", lang="de").intent == "other"
    assert read("nichts als Kummer", "negative", lang="de").intent == "complaint"
    assert read("nichts als Freude", "positive", lang="de").intent == "praise"
    assert read("nichts", "unscored", rating=0.0, lang="de") == Wants(
        "complaint", "medium", ("complaint: a low rating", "medium urgency: a low rating")
    )


def test_a_text_in_no_language_we_can_tell_is_read_as_english() -> None:
    assert read("please help me", lang=None).intent == "request"


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("My anvil caught fire", "high"),
        ("Smoke is coming out of my forge", "high"),
        ("There is a smell of gas in our kitchen", "high"),
        ("I have phoned six times and nobody answers", "high"),
        ("You charged me twice", "high"),
        ("I will talk to my lawyer, this is unacceptable", "high"),
        ("Awful. A reporter wants to hear it from me", "high"),
        ("We are stranded, please help", "high"),
        ("Third time I write, still no answer", "high"),
        ("I need help today, please", "medium"),
        ("Where is it? I already called you", "medium"),
        ("I have been waiting for days", "medium"),
        ("I am fed up and will cancel my account", "medium"),
        ("You refuse me a refund", "medium"),
        ("Your site is down", "medium"),
        ("The handle broke", "low"),
        ("How do I turn it?", "low"),
        ("Thanks, you fixed it today", "low"),
        ("Fire sale of anvils", "low"),
    ],
)
def test_words_of_loss_danger_law_press_and_waiting_are_urgent(text: str, urgency: Urgency) -> None:
    label: Label = "positive" if text.startswith("Thanks") else "neutral"
    assert read(text, label).urgency == urgency


def test_what_many_have_heard_is_more_urgent() -> None:
    assert read("The handle broke", likes=60, reposts=39).urgency == "low"
    assert read("The handle broke", likes=60, reposts=40) == Wants(
        "complaint", "high", ('complaint: "broke"', "high urgency: 100 reactions")
    )
    assert read("The handle broke", views=20_000).urgency == "high"
    assert read("The handle broke", score=100).urgency == "high"
    assert read("How do I turn it?", replies=100).urgency == "medium"
    assert read("The handle broke", author_followers=19_999).urgency == "low"
    assert read("The handle broke", author_followers=20_000) == Wants(
        "complaint", "high", ('complaint: "broke"', "high urgency: 20,000 followers")
    )


def test_a_harsh_complaint_is_more_urgent() -> None:
    assert read("The handle broke", "negative", tone=-0.7).urgency == "low"
    assert read("The handle broke", "negative", tone=-0.9).urgency == "medium"
    assert read("The handle broke", "negative", tone=-0.9, p_negative=0.9).urgency == "low"
    assert read("The handle broke", "negative", tone=-0.4, p_negative=0.97).urgency == "medium"


def test_words_of_ones_own_go_before_all_rules_in_every_language() -> None:
    wording = Wording((("anvil down", "complaint"), ("hurra", "praise")), (("anvil down", "high"),))
    assert read("ANVIL DOWN?!", "positive", wording=wording) == Wants(
        "complaint", "high", ('complaint: "anvil down"', 'high urgency: "anvil down"')
    )
    assert read("Hurra, endlich", lang="de", wording=wording).intent == "praise"
    assert read("anvil downtown", wording=wording).intent == "other"
    assert pickle.loads(pickle.dumps(wording)) == wording


def test_own_words_of_urgency_need_no_kind() -> None:
    wording = Wording(urgency=(("lab burned", "high"),))
    assert read("brand's lab burned", wording=wording) == Wants(
        "other", "high", ('high urgency: "lab burned"',)
    )


def test_every_row_can_decide() -> None:
    rows = [*(("kind", rule) for rule in INTENTS), *(("urgency", rule) for rule in URGENCIES)]
    for sort, rule in rows:
        signs = dict.fromkeys(rule.needs, "x")
        decided = wants(signs, "customer")
        got = decided.intent if sort == "kind" else decided.urgency
        if sort == "kind":
            assert got == rule.verdict, rule


SIGNS = sorted({name for rule in (*INTENTS, *URGENCIES) for name in (*rule.needs, *rule.unless)})


@given(st.sets(st.sampled_from(SIGNS)), st.sampled_from(get_args(Sender)))
def test_every_verdict_has_its_reason(signs: set[str], sender: Sender) -> None:
    decided = wants(dict.fromkeys(signs, "words"), sender)
    assert [why.partition(":")[0] for why in decided.why] == [
        *([decided.intent] if decided.intent != "other" or "other by your words" in signs else []),
        *([f"{decided.urgency} urgency"] if decided.urgency != "low" else []),
    ]


@given(
    st.frozensets(st.sampled_from(sorted({name for r in (*INTENTS, *URGENCIES) for name in r.needs}))),
    st.sampled_from(get_args(Sender)),
)
def test_texts_with_the_same_signs_want_the_same_and_each_has_its_own_words_for_it(
    names: frozenset[str], sender: Sender
) -> None:
    one, other = (dict.fromkeys(names, word) for word in ("one", "other"))
    assert wants(one, sender).intent == wants(other, sender).intent == decided(names, sender).intent
    assert [why.replace("one", "other") for why in wants(one, sender).why] == list(wants(other, sender).why)
