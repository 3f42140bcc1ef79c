"""Who speaks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from repwatch.judging.intent import Wording, written
from repwatch.judging.senders import CLUES, LEAST, sender
from repwatch.model import Mention


def who(text: str, **said: object) -> str:
    return told(text, **said)[0]


def told(text: str, **said: object) -> tuple[str, str]:
    mention = replace(Mention(space="test", native_id="1", kind="post", text=text), **said)
    return sender(mention, {**Wording().signs(text, "en"), **written(mention)})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "My anvil broke, see https://forum.example/t/1",
        "Please check out what I wrote about your support",
        "Your giveaway is a scam, no answer for weeks",
        "I was hired by Acme and love it",
        "I entered the giveaway and never got my prize",
        "I clicked on the link and it does not work https://acme.example",
        "Subscribed for a year, cancelled today",
        "BRAND IS DOWN AGAIN",
        "👍👍👍",
        "https://blog.example/anvils",
    ],
)
def test_people_are_customers_unless_a_lot_speaks_against_it(text: str) -> None:
    assert told(text) == ("customer", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GIVEAWAY time! Win an anvil", "giveaway"),
        ("Retweet to win one of ten anvils", "giveaway"),
        ("We're giving away three anvils tonight", "giveaway"),
        ("Three anvils for three smiths. Comment to enter!", "giveaway"),
        ("We're hiring a smith: https://jobs.example/1", "job_ad"),
        ("Smith (m/w/d) #jobs #hiring #smith #forge #berlin", "job_ad"),
        ("check out my channel", "spam"),
        ("Make money from home, click here https://x.example", "spam"),
        ("Cheap watches, buy now!!!", "spam"),
        ("buy anvils " * 30 + "https://x.example", "spam"),
        ("#a #b #c #d #e https://a.example https://b.example https://c.example", "spam"),
    ],
)
def test_those_who_want_to_be_seen_are_told_apart(text: str, expected: str) -> None:
    assert who(text) == expected


def test_a_reason_names_what_was_found() -> None:
    assert told("Work from home! https://x.example")[1] == 'spam: says "work from home", has a link'


def test_a_comment_of_nothing_but_a_link_is_spam_and_a_post_is_not() -> None:
    assert who("https://x.example/1 !!", kind="comment") == "spam"
    assert who("https://x.example/1 !!") == "customer"
    assert who("https://x.example/1 says how to mend it", kind="comment") == "customer"


@pytest.mark.parametrize("name", ["acme_bot", "AnvilNewsBot", "bot", "price-bot 3"])
def test_a_bot_is_known_by_its_account_or_name(name: str) -> None:
    assert told("new anvils", author_is_bot=True) == ("bot", "bot: its account says so")
    assert told("new anvils", author=name) == ("bot", f'bot: its name is "{name}"')


@pytest.mark.parametrize("name", ["Talbot", "abbott", "robot_fan", "Botham", "anvil_fan_7"])
def test_other_names_are_no_bots(name: str) -> None:
    assert who("new anvils", author=name) == "customer"


def test_an_own_account_is_no_customer_whatever_it_writes() -> None:
    mention = Mention(space="test", native_id="1", kind="post", text="giveaway", author_is_bot=True)
    assert sender(mention, {"giveaway": '"giveaway"'}, own=True)[0] == "own"


def test_no_single_count_makes_anybody_a_spammer() -> None:
    for name in ("repeated", "link", "links", "tags", "emoji", "capitals"):
        assert max(CLUES[name].points.values()) < LEAST


def test_a_hostile_text_is_read_in_bounded_time() -> None:
    assert who("🔨" * 100_000) == "customer"
    assert who("#" * 1_000_000) == "customer"
    assert who("a" * 1_000_000) == "customer"
