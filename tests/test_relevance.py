"""Whether a name that could mean something else means the brand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repwatch.judging.relevance import CLUES, Around, Place, sentence, weigh
from repwatch.match import Match, Matcher
from repwatch.model import Brand, Mention, NearMiss

ACME = Brand(
    key="acme",
    name="Acme Anvils",
    terms=("acme anvils",),
    weak_terms=("acme", "anvilry"),
    need_one_of=("anvil", "delivery"),
    exclude=("acme protocol", "summit"),
    own_accounts=("x:@acmehelp", "reddit:u/acme", "mastodon:@help@acme.example", "hn:acme"),
    own_domains=("acme.example",),
)
ZED = Brand(key="zed", name="Zed Forge", terms=("zed forge",), role="competitor")
MATCHER = Matcher([ACME, ZED])


def found(text: str, *, asked: str = "", **said: object) -> Match | NearMiss | None:
    """Return what is found of Acme."""
    mention = replace(Mention(space="test", native_id="1", kind="post", text=text), **said)
    matched = MATCHER.match(mention, asked=asked)
    return next((one for one in (*matched.about, *matched.near_misses) if one.brand == "acme"), None)


def relevance(text: str, *, asked: str = "", **said: object) -> str | None:
    match = found(text, asked=asked, **said)
    return match.relevance if isinstance(match, Match) else None


def why(text: str, *, asked: str = "") -> tuple[str, ...]:
    match = found(text, asked=asked)
    assert isinstance(match, Match)
    return match.why


@pytest.mark.parametrize(
    "text",
    [
        "acme anvils",
        "hi @acmehelp",
        "says u/acme there",
        "see acme.example",
        "acme sold me an anvil",
        "acme sold me two anvils",
        "an acme of deliveries",
        "I sold my anvil. By the way, what is it with Acme?",
        "No answer from Acme support",
        "the Acme app",
        "here is my acme order",
    ],
)
def test_names_and_weak_terms_in_context_are_about_the_brand(text: str) -> None:
    assert relevance(text) == "about"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("what have you heard of Acme", "written like a name"),
        ("so it goes #acme", "written as a tag or handle"),
        ("so it goes @acme", "written as a tag or handle"),
        ("i got it from acme", 'after "from"'),
        ("acme lost the lawsuit", 'near "lawsuit"'),
        ("acme is what we talked of after they told me of the lawsuit", 'in a sentence with "lawsuit"'),
        ("Acme said that it rains", 'before "said"'),
        ("Poor Acme, they lost all that they had", "written like a name or the end of one"),
        ("they asked all acme customers", 'followed by "customers"'),
        ("it is Acme's latest and they know", "with something of its own"),
        ("acme and zed forge", "together with Zed Forge"),
        ("acme or anvilry", 'together with "anvilry"'),
    ],
)
def test_a_weak_term_without_context_is_unsure_where_something_speaks_for_the_brand(
    text: str, reason: str
) -> None:
    assert relevance(text) == "unsure"
    assert reason in why(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("i bought it from Acme and it rains", 'near "bought"'),
        ("Acme plans to buy another one", 'near "buy"'),
        ("they have banned #acme there", 'near "banned"'),
        ("it is said that Acme's prices went up", 'near "prices"'),
        ("They all went down: Bolt, Acme, Grind & Hew", "in a row of names"),
        ("They went down: Acme, Bolt or Grind. Others too", "in a row of names"),
        ("down today:\n- Bolt\n- Acme\n- Grind & Hew", "in a row of names"),
        ("what we saw on Acme was not there", 'after "on"'),
        ("when we installed Acme it rained", 'after "installed"'),
    ],
)
def test_several_signs_together_are_enough_without_context(text: str, reason: str) -> None:
    assert relevance(text) == "about"
    assert reason in why(text)


@pytest.mark.parametrize(
    "text",
    [
        "i bought it with acme of taste",
        "we met Bea Acme there",
        "Jim Acme, the chief executive, speaks there",
        "they bought five of the pictures, including the one of Acme there",
        "days off:\n- Monday\n- Acme days\n- Sunday",
        "what we saw on acme was not there",
    ],
)
def test_trade_alone_or_far_from_the_name_is_not_enough(text: str) -> None:
    assert relevance(text) != "about"


def test_a_capital_says_nothing_of_a_word_that_always_has_one() -> None:
    matcher = Matcher([replace(ACME, weak_terms=("friday", "acme"))])

    def is_about(name: str) -> bool:
        text = f"they have shipped my order on {name} and it is there"
        matched = matcher.match(Mention(space="test", native_id="1", kind="post", text=text))
        return any(match.relevance == "about" for match in matched.about)

    assert is_about("Acme")
    assert not is_about("Friday")


def test_what_was_found_by_a_search_for_a_term_may_be_about_the_brand() -> None:
    assert relevance("the height of it is acme") is None
    assert relevance("the height of it is acme", asked="acme") is None
    assert relevance("the height of it is acme", asked='search:"acme anvils"') == "unsure"
    assert 'found by a search for "acme anvils"' in why("of it is acme", asked="acme anvils")


@pytest.mark.parametrize(
    "text",
    [
        "acme is at its height",
        "the acme of taste",
        "An Acme Of Taste And Style",
        "THE ACME OF TASTE",
        "we met Bea Acme there and then",
        "we met Acme Jones there and then",
        "nothing but acmes",
    ],
)
def test_a_weak_term_with_neither_context_nor_evidence_is_a_near_miss_or_nothing(text: str) -> None:
    assert relevance(text) is None


def test_doubts_weigh_against_context() -> None:
    assert relevance("my anvil met Acme Jones there and then") == "unsure"
    assert relevance("from the summit i saw acme and an anvil") == "unsure"
    assert why("from the summit i saw acme and an anvil")[-1] == 'but near the excluded "summit"'
    assert relevance("the acme protocol of the acme anvil") == "unsure"


def test_small_letters_weigh_against_context_where_other_names_have_capitals() -> None:
    assert relevance("i have an anvil. it was acme that i reached") == "about"
    assert relevance("I have an anvil. It was Acme that I reached") == "about"
    assert relevance("I have an anvil. It was acme that I reached") == "unsure"
    assert relevance("My anvil came by delivery. It was acme that I reached") == "about"
    assert relevance("With my anvil I reached acme there") == "unsure"
    assert relevance("I have an acme anvil. It is there") == "about"


def test_context_does_not_make_a_part_of_another_tag_or_address_the_brands() -> None:
    assert relevance("an anvil. And #acme_jones") is None
    assert relevance("an anvil. And @zed_acme") is None
    assert relevance("an anvil and acme.io") == "unsure"
    assert relevance("an anvil and acme.com") == "about"


def test_a_term_is_unsure_where_all_of_it_stands_near_an_excluded_phrase() -> None:
    assert relevance("at the summit of Acme Anvils") == "unsure"
    assert relevance("at the summit. Not of Acme Anvils") == "about"
    assert relevance("at the summit of Acme Anvils. Acme Anvils is closed") == "about"
    assert relevance("Acme Anvils speaks the acme protocol") == "about"
    assert relevance("at the summit of Acme Anvils, see acme.example") == "about"


def test_a_near_miss_with_context_says_what_speaks_against_it() -> None:
    miss = found("the summit of the acme. And an anvil")
    assert isinstance(miss, NearMiss)
    assert miss.why == 'weak term with "anvil", but near the excluded "summit", but after "the"'


def test_the_place_with_the_most_points_decides() -> None:
    assert relevance("an acme, and then the Acme app") == "about"
    assert relevance("acme. " * 500 + "the Acme app") is None


def test_every_clue_can_be_found() -> None:
    around = Around(
        context="anvil",
        context_elsewhere="anvil",
        more_context="delivery",
        searched="x",
        another_brand="x",
        another_term="x",
        excluded="x",
    )
    places = [
        Place("thanks ", "Acme", "'s new price is what we saw there"),
        Place("#", "acme", ""),
        Place("the ", "acme", " app"),
        Place("the ", "acme", " customers"),
        Place("the ", "acme", ""),
        Place("and so we met ", "Acme", " Jones there"),
        Place("", "Acme", " said that it rains and then they sold it"),
        Place("and then it was sold when all of us had seen ", "acme", ""),
        Place("Poor ", "Acme", ", they lost all that they had"),
        Place("Bolt, ", "Acme", ", Grind and Hew"),
        Place("what we saw on ", "Acme", ""),
        Place("What we saw was ", "acme", ""),
        Place("#", "acme", "_jones"),
    ]
    reasons = {reason for place in places for reason in weigh(place, around).why}
    assert len(reasons) >= len(CLUES)


TEXTS = st.lists(
    st.sampled_from(
        [
            "Acme",
            "acme",
            "#Acme",
            "acme_x",
            "the",
            "from",
            "on",
            "app",
            "Jones",
            "sold",
            ".",
            ",",
            "\n",
            "’s",
            "ß",
            "🔨",
        ]
    ),
    max_size=12,
).map(" ".join)


@given(TEXTS, st.booleans())
def test_context_never_makes_a_brand_less_relevant(text: str, near: bool) -> None:
    order = {None: 0, "unsure": 1, "about": 2}
    with_context = f"{text} anvil" if near else f"{text}. One anvil"
    assert order[relevance(with_context)] >= order[relevance(text)]


@given(st.text(max_size=400), st.text(max_size=400))
def test_a_sentence_ends_before_and_after_the_name(before: str, after: str) -> None:
    text = f"{before}acme{after}"
    head, tail = sentence(text, len(before), len(before) + 4)
    assert before.endswith(head)
    assert after.startswith(tail)
    assert "\n" not in head + tail
