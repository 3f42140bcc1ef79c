"""Mentions are cleaned once, and known again when they come back."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from repwatch import tidy as tidying
from repwatch.model import Mention, Page
from repwatch.tidy import tidy, tidy_page, twins, version

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SPACE = "feed:https://news.example/feed.xml"


def mention(**given: object) -> Mention:
    said: dict[str, object] = {
        "space": SPACE,
        "native_id": "1",
        "kind": "article",
        "text": "Acme Anvils crack.",
    }
    said |= {"published_at": NOW - timedelta(hours=1)}
    return Mention(**(said | given))  # type: ignore[arg-type]  # tests pass odd values on purpose


def kept(*mentions: Mention) -> Page:
    return tidy_page(Page(mentions=mentions), NOW)


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        ("title", "a\x1b[31m\nb", "a b"),
        ("title", "x" * 301, "x" * 299 + "…"),
        ("text", "one\0\r\ntwo \u202e", "one\ntwo"),
        ("text", "itâ€™s cafÃ©", "it’s café"),
        ("text", "x" * 10_001, "x" * 10_000),
        ("author", "  Kim\n\x1b]0;x\x07 ", "Kim"),
        ("author", "k" * 201, "k" * 199 + "…"),
        ("author", " ", None),
        ("author_id", "@kim@acme.example", "@kim@acme.example"),
        ("author_url", "HTTPS://acme.example/@kim?utm_source=x", "https://acme.example/@kim"),
        ("author_url", "javascript:alert(1)", None),
        ("url", "http://Acme.example:80/a?utm_source=x#top", "http://acme.example/a"),
        ("url", "javascript:alert(1)", None),
        ("url", "https://acme.example/" + "a" * 2_048, None),
        ("lang", "en\x00-GB", "en-GB"),
        ("lang", "", None),
        ("item", "Anvil\n2", "Anvil 2"),
        ("rating", math.nan, None),
        ("rating", math.inf, None),
        ("rating", 4.5, 4.5),
        ("rating_best", math.inf, None),
        ("likes", -1, None),
        ("likes", 2**63, None),
        ("views", 2**63 - 1, 2**63 - 1),
        ("replies", 0, 0),
        ("score", -5, -5),
        ("score", -(2**63), None),
        ("native_id", " tag:1 \n", "tag:1"),
        ("native_id", "0", "0"),
        ("parent_id", "", None),
        ("thread_id", "t\0", "t"),
        ("edited_at", datetime(9999, 1, 1, tzinfo=UTC), None),
    ],
)
def test_what_a_platform_says_is_kept_within_limits(field: str, given: object, kept: object) -> None:
    assert getattr(tidy(mention(**{field: given}), NOW), field) == kept


@pytest.mark.parametrize(
    ("published_at", "kept_at", "marks"),
    [
        (None, None, ("undated",)),
        (datetime(1989, 12, 31, tzinfo=UTC), None, ("implausible date", "undated")),
        (datetime(1, 1, 1, tzinfo=UTC), None, ("implausible date", "undated")),
        (NOW + timedelta(days=1, seconds=1), None, ("implausible date", "undated")),
        (NOW + timedelta(days=1), NOW + timedelta(days=1), ()),
        (datetime(1990, 1, 1, tzinfo=UTC), datetime(1990, 1, 1, tzinfo=UTC), ()),
    ],
)
def test_a_date_that_cannot_be_true_counts_as_none(
    published_at: datetime | None, kept_at: datetime | None, marks: tuple[str, ...]
) -> None:
    tidied = tidy(mention(published_at=published_at), NOW)
    assert tidied.published_at == kept_at
    assert tidied.marks == marks


def test_a_text_that_was_cut_says_so() -> None:
    assert tidy(mention(text="x" * 10_001), NOW).marks == ("cut",)
    assert tidy(mention(text="x" * 10_000), NOW).marks == ()
    assert tidy(mention(marks=("guessed",), text="x" * 10_001), NOW).marks == ("guessed", "cut")


@pytest.mark.parametrize("native_id", [None, "", "  ", "\0", "\n"])
def test_without_an_id_the_address_is_the_identity_in_every_place(native_id: str | None) -> None:
    one = tidy(mention(native_id=native_id, url="https://a.example/1?utm_source=x"), NOW)
    other = tidy(mention(space="elsewhere", native_id=None, url="https://a.example/1", text="edited"), NOW)
    assert one.id == other.id
    assert (one.space, one.native_id) == ("url", "https://a.example/1")


def test_without_id_and_address_who_said_what_and_when_is_the_identity() -> None:
    said = mention(native_id=None, author="Kim", text="word " * 50)
    one = tidy(said, NOW)
    assert one.id == tidy(replace(said, text=said.text + "more", title="other"), NOW + timedelta(days=9)).id
    others = [
        replace(said, space="feed:https://other.example/"),
        replace(said, author="Lee"),
        replace(said, published_at=NOW),
        replace(said, text="Word " * 50),
    ]
    assert len({one.id, *(tidy(other, NOW).id for other in others)}) == 5


def test_ids_that_differ_only_beyond_what_is_kept_stay_different() -> None:
    one, other = (tidy(mention(native_id="x" * 64_000 + end), NOW) for end in "ab")
    assert one.id != other.id
    assert len(one.native_id or "") < 100


def test_numbers_as_ids_that_floats_cannot_tell_apart_stay_different() -> None:
    assert tidy(mention(native_id=str(2**53)), NOW).id != tidy(mention(native_id=str(2**53 + 1)), NOW).id


def test_an_entry_that_says_nothing_is_skipped_and_counted() -> None:
    page = kept(
        mention(native_id="1", text=" \0", title="\u202e"),
        mention(native_id="2", text="", rating=3.0),
        mention(native_id="3", text="", title="A title"),
    )
    assert [each.native_id for each in page.mentions] == ["2", "3"]
    assert page.skipped == ("no text",)


def test_an_entry_shown_twice_is_kept_once() -> None:
    page = kept(mention(), mention(), mention(text="Acme Anvils crack.\0"))
    assert [each.native_id for each in page.mentions] == ["1"]


def test_an_id_that_different_entries_share_identifies_none_of_them() -> None:
    page = kept(
        mention(native_id="1", text="one", url="https://a.example/1"),
        mention(native_id="1 ", text="two", url="https://a.example/2"),
        mention(native_id="2", text="three"),
    )
    assert [(each.space, each.native_id) for each in page.mentions] == [
        ("url", "https://a.example/1"),
        ("url", "https://a.example/2"),
        (SPACE, "2"),
    ]
    assert page.skipped == ()


def test_an_address_that_all_entries_share_identifies_none_of_them() -> None:
    page = kept(*(mention(native_id=None, text=text, url="https://a.example/") for text in ("one", "two")))
    assert [each.text for each in page.mentions] == ["one", "two"]
    assert {each.space for each in page.mentions} == {SPACE}
    assert len({each.id for each in page.mentions}) == 2


def test_of_entries_that_nothing_tells_apart_the_first_is_kept_and_the_others_are_counted() -> None:
    page = kept(mention(native_id=None, likes=2), mention(native_id=None, likes=1))
    assert [each.likes for each in page.mentions] == [2]
    assert page.skipped == ("same as another",)


def test_a_page_keeps_its_thousand_newest_and_counts_the_others() -> None:
    shown = [
        mention(native_id=str(n), published_at=NOW - timedelta(minutes=n) if n % 2 else None)
        for n in range(2_100)
    ]
    page = kept(*shown)
    assert len(page.mentions) == 1_000
    assert min(each.published_at for each in page.mentions if each.published_at) == NOW - timedelta(
        minutes=1_999
    )
    assert page.skipped == ("beyond the newest 1,000",) * 1_100


def test_the_rest_of_a_page_stays_as_it_is() -> None:
    page = Page(mentions=(mention(),), cursors=("2",), resume="3", skipped=("odd",), damaged=True)
    tidied = tidy_page(page, NOW)
    assert replace(tidied, mentions=page.mentions) == page


WORDS = st.text(st.sampled_from("aé \n\0\x1b[\u202e\ud800Ãâ€™\u0301<&")) | st.text(max_size=20)
MENTIONS = st.builds(
    mention,
    native_id=st.none() | st.sampled_from(["1", "2", " 2", "", "0"]) | WORDS,
    url=st.none()
    | st.sampled_from(["https://a.example/1", "https://A.example/1?utm_source=x", "nowhere"])
    | WORDS,
    title=WORDS,
    text=WORDS,
    author=st.none() | WORDS,
    published_at=st.none() | st.just(NOW) | st.datetimes(timezones=st.just(UTC)),
    rating=st.none() | st.floats(),
    likes=st.none() | st.integers(),
)


@settings(max_examples=100)
@given(MENTIONS)
@example(mention(text="Ã€é€ "))
def test_tidying_twice_is_tidying_once(foreign: Mention) -> None:
    once = tidy(foreign, NOW)
    again = tidy(once, NOW)
    assert again == once
    assert version(again) == version(once)
    assert twins(again) == twins(once)


@settings(max_examples=100)
@given(st.lists(MENTIONS, max_size=8))
def test_every_entry_is_kept_skipped_or_the_same_as_another(foreign: list[Mention]) -> None:
    page = kept(*foreign)
    assert len({each.id for each in page.mentions}) == len(page.mentions)
    worded = [
        each
        for each in (tidy(one, NOW) for one in foreign)
        if each.text or each.title or each.rating is not None
    ]
    assert page.skipped.count("no text") == len(foreign) - len(worded)
    assert len(page.mentions) + page.skipped.count("same as another") <= len(worded)
    assert {each.text for each in page.mentions} == {
        each.text for each in worded
    } or "same as another" in page.skipped


def test_a_version_changes_with_anything_the_platform_says_and_with_nothing_else() -> None:
    said = tidy(mention(), NOW)
    changes: dict[str, object] = {
        **dict.fromkeys(("text", "title", "author", "url", "lang", "item", "parent_id"), "other"),
        **dict.fromkeys(("likes", "replies", "reposts", "views", "score"), 7),
        **dict.fromkeys(("published_at", "edited_at"), NOW),
        **dict.fromkeys(("rating", "rating_worst", "rating_best"), 1.5),
        "author_is_bot": True,
    }
    versions = {name: version(replace(said, **{name: value})) for name, value in changes.items()}  # type: ignore[arg-type]  # names and values fit
    assert len({version(said), *versions.values()}) == len(changes) + 1
    assert version(replace(said, marks=("seen by us",), author_followers=7)) == version(said)
    assert len(version(said)) == 16


def test_an_entry_is_known_again_under_a_new_id() -> None:
    said = tidy(mention(author="Kim", url="https://a.example/1?sid=" + "0" * 32), NOW)
    flapped = tidy(mention(native_id="2", author="Kim", url="https://a.example/1?sid=" + "1" * 32), NOW)
    assert said.id != flapped.id
    assert twins(said) == twins(flapped) != ()
    moved = tidy(mention(native_id="3", author="Kim", url="https://b.example/"), NOW)
    assert len(set(twins(said)) & set(twins(moved))) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"text": "Something else."},
        {"space": "feed:https://other.example/"},
        {"author": "Lee", "url": "https://a.example/2"},
        {"published_at": NOW, "url": "https://a.example/2"},
    ],
    ids=str,
)
def test_different_entries_have_no_twins_in_common(other: dict[str, object]) -> None:
    said: dict[str, object] = {"author": "Kim", "url": "https://a.example/1"}
    assert not set(twins(tidy(mention(**said), NOW))) & set(twins(tidy(mention(**(said | other)), NOW)))


@pytest.mark.parametrize(
    ("given", "count"),
    [
        ({"text": "", "title": "T", "rating": 5.0}, 2),
        ({"text": "", "title": "", "rating": 5.0}, 0),
        ({"published_at": None}, 1),
        ({"author": None, "url": None}, 0),
    ],
)
def test_twins_need_all_their_parts(given: dict[str, object], count: int) -> None:
    said: dict[str, object] = {"author": "Kim", "url": "https://a.example/1"}
    assert len(twins(tidy(mention(**(said | given)), NOW))) == count


def test_the_limits_are_those_that_are_documented() -> None:
    limits = (tidying.LONGEST_TITLE, tidying.LONGEST_TEXT, tidying.LONGEST_ID, tidying.MENTIONS_ON_A_PAGE)
    assert limits == (300, 10_000, 2_048, 1_000)
