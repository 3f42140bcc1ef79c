"""Laws that hold for every store; a second one is an entry in STORES."""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repwatch.errors import StoreError, UsageError
from repwatch.model import (
    INTENTS,
    LABELS,
    UNNAMED,
    Assessment,
    Judged,
    Known,
    Mention,
    NearMiss,
    Sender,
    Sentiment,
    Span,
    Task,
    Urgency,
    mention_id,
)
from repwatch.store import open_reader, open_store
from repwatch.store.base import (
    AlmostKept,
    Filter,
    Outcome,
    PageSave,
    Reader,
    Run,
    Saved,
    SecondLook,
    Store,
    Validators,
)

UTC_ZONE = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TASK = Task(source="forum", query="anvil", since=NOW - 3 * DAY, until=NOW)


class SqlitePlace:
    """Where a store lives, and how to get at it."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "repwatch.db"

    def store(self, zone: ZoneInfo = UTC_ZONE) -> Store:
        return open_store(self.path, zone)

    def reader(self) -> Reader:
        return open_reader(self.path)


STORES: list[Callable[[Path], SqlitePlace]] = [SqlitePlace]


@pytest.fixture(params=STORES, ids=lambda kind: kind.__name__)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> SqlitePlace:
    return request.param(tmp_path)


@pytest.fixture
def store(place: SqlitePlace) -> Iterator[Store]:
    with closing(place.store()) as store:
        yield store


def mention(number: int = 1, text: str = "The anvil broke", **fields: Any) -> Mention:
    values = {"space": "forum.example", "native_id": str(number), "kind": "post", "published_at": NOW - HOUR}
    return Mention(text=text, **{**values, **fields})


def assessment(brand: str = "acme", score: float | None = -0.5, **fields: Any) -> Assessment:
    label = (
        "unscored" if score is None else "negative" if score < 0 else "positive" if score > 0 else "neutral"
    )
    values = {
        "relevance": "about",
        "own": False,
        "spans": (Span("text", 4, 9, "anvil", "term"),),
        "sentiment": Sentiment(score, label, ("broke -1.2",), None if score is None else (1 - score) / 2),
        "scorer": "test/1",
    }
    return Assessment(brand=brand, **{**values, **fields})


def judged(about: Mention, *assessments: Assessment, **fields: Any) -> Judged:
    return Judged(
        mention=about,
        version=repr((about.id, about.text)).encode("ascii", "backslashreplace"),
        assessments=assessments or (assessment(),),
        **fields,
    )


def page(*items: Judged, task: Task = TASK, **fields: Any) -> PageSave:
    values = {
        "collected_at": NOW,
        "shown": [item.mention.id for item in items],
        "seen": [item.version for item in items],
    }
    return PageSave(task=task, judged=items, **{**values, **fields})


def kept(store: Reader, **filter: Any) -> list[Any]:
    everything = {"relevance": (), "own": None, **filter}
    return list(store.mentions(Filter(**everything), order="oldest"))


# Mentions


def test_a_mention_comes_back_as_it_was_saved(store: Store) -> None:
    said = mention(
        title="Broken",
        url="https://forum.example/1",
        kind="review",
        author="Mara",
        author_id="forum:mara",
        author_url="https://forum.example/u/mara",
        edited_at=NOW - timedelta(minutes=5),
        lang="en",
        rating=1.0,
        rating_worst=1.0,
        rating_best=5.0,
        item="Anvil 3",
        parent_id="7",
        thread_id="5",
        likes=3,
        replies=2,
        reposts=None,
        views=90,
        score=-4,
        marks=("cut",),
    )
    assert store.save_page(page(judged(said, assessment(relevance="unsure", own=True)))) == Saved(
        1, 0, 0, fresh=1
    )

    (row,) = kept(store)
    for name in (
        "title",
        "text",
        "url",
        "kind",
        "author",
        "author_id",
        "author_url",
        "published_at",
        "edited_at",
    ):
        assert getattr(row, name) == getattr(said, name)
    for name in (
        "lang",
        "rating",
        "rating_worst",
        "rating_best",
        "item",
        "likes",
        "replies",
        "reposts",
        "views",
    ):
        assert getattr(row, name) == getattr(said, name)
    assert (row.id, row.space, row.native_id, row.score, row.marks) == (
        said.id,
        "forum.example",
        "1",
        -4,
        ("cut",),
    )
    assert row.parent_id == mention_id("forum.example", "7")
    assert row.thread_id == mention_id("forum.example", "5")
    assert (row.brand, row.source, row.relevance, row.own) == ("acme", "forum", "unsure", True)
    assert (row.sentiment, row.label, row.reasons) == (-0.5, "negative", ("broke -1.2",))
    assert (row.matched, row.scorer, row.snippet) == (("term: anvil",), "test/1", None)
    assert (row.at, row.day, row.collected_at, row.engagement) == (NOW - HOUR, "2026-11-21", NOW, 5)


def test_a_mention_of_two_brands_has_two_rows(store: Store) -> None:
    store.save_page(page(judged(mention(), assessment("acme", -0.5), assessment("zed", 0.5))))
    assert [(row.brand, row.label) for row in kept(store)] == [("acme", "negative"), ("zed", "positive")]
    assert [row.brand for row in store.mention(mention().id)] == ["acme", "zed"]


def test_saving_a_page_twice_is_saving_it_once(store: Store) -> None:
    items = [judged(mention(n, likes=n)) for n in range(5)]
    assert store.save_page(page(*items)) == Saved(5, 0, 5, fresh=5)
    before = kept(store)
    assert store.save_page(page(*items, collected_at=NOW + HOUR)) == Saved(0, 0, 0)
    assert kept(store) == before


def test_a_mention_twice_on_one_page_is_kept_once(store: Store) -> None:
    assert store.save_page(page(judged(mention()), judged(mention()))).new == 1
    assert len(kept(store)) == 1


def test_an_edit_changes_the_text_and_replaces_what_was_found_in_it(store: Store) -> None:
    store.save_page(page(judged(mention(), assessment("acme", -0.5), assessment("zed", -0.1))))
    edited = judged(mention(text="The anvil is fine now"), assessment("acme", 0.4))

    assert store.save_page(page(edited, collected_at=NOW + HOUR)) == Saved(0, 1, 0)
    (row,) = kept(store)
    assert (row.text, row.brand, row.label) == ("The anvil is fine now", "acme", "positive")
    assert (row.edited_at, row.collected_at) == (NOW + HOUR, NOW)
    assert [row.text for row in kept(store, words="fine")] == ["The anvil is fine now"]
    assert kept(store, words="broke") == []


def test_an_edit_bears_the_platforms_own_date_where_it_has_one(store: Store) -> None:
    store.save_page(page(judged(mention())))
    edited = mention(text="It holds", edited_at=NOW + timedelta(minutes=7))
    store.save_page(page(judged(edited), collected_at=NOW + HOUR))
    assert kept(store)[0].edited_at == NOW + timedelta(minutes=7)


@pytest.mark.parametrize("dots", ["...", " ...", "…", " […]"])
def test_the_beginning_of_a_text_is_no_edit_of_it_and_does_not_take_its_place(
    store: Store, dots: str
) -> None:
    store.save_page(page(judged(mention(text=f"It broke. My{dots}"))))
    whole = "It broke.\nMy anvil is in two pieces now."
    assert store.save_page(page(judged(mention(text=whole)), collected_at=NOW + HOUR)).updated == 1
    assert (kept(store)[0].text, kept(store)[0].edited_at) == (whole, None)
    assert store.save_page(page(judged(mention(text=f"It broke. My{dots}")))).updated == 0
    assert (kept(store)[0].text, kept(store)[0].edited_at) == (whole, None)
    store.save_page(page(judged(mention(text="It broke. My dog laughed..."))))
    assert kept(store)[0].edited_at == NOW


def test_the_date_of_an_edit_is_learnt_once_and_does_not_move_with_every_request(store: Store) -> None:
    store.save_page(page(judged(mention())))
    assert store.save_page(page(judged(mention(edited_at=NOW)))).updated == 1
    assert store.save_page(page(judged(mention(edited_at=NOW + HOUR)))).updated == 0
    assert kept(store)[0].edited_at == NOW


def test_an_edit_that_takes_the_brand_out_takes_the_mention_out_of_reports(store: Store) -> None:
    store.save_page(page(judged(mention())))
    gone = Judged(mention=mention(text="Never mind"), version=b"2")
    assert store.save_page(page(gone)) == Saved(0, 1, 0)
    assert kept(store) == []
    assert store.counts(Filter())[0].mentions == 0
    with pytest.raises(UsageError):
        store.mention(mention().id)


def test_the_same_text_keeps_what_was_found_and_gains_what_is_new(store: Store) -> None:
    store.save_page(page(judged(mention(), assessment("acme"))))
    assert store.save_page(page(judged(mention(), assessment("zed", 0.3)))) == Saved(0, 1, 0)
    assert [row.brand for row in kept(store)] == ["acme", "zed"]


def test_what_is_not_known_now_never_wipes_what_was_known(store: Store) -> None:
    store.save_page(page(judged(mention(title="Broken", author="Mara", likes=3, lang="en"))))
    before = kept(store)
    silent = mention(author=None, likes=None, lang=None, published_at=None)
    assert store.save_page(page(judged(silent))) == Saved(0, 0, 0)
    assert kept(store) == before


def test_who_does_not_want_to_be_found_any_more_is_named_no_more(store: Store) -> None:
    store.save_page(page(judged(mention(author="Mara", author_id="mastodon:@mara@a.example"))))
    opted_out = mention(author=None, author_id=None, author_url=None, marks=(UNNAMED,))
    assert store.save_page(page(judged(opted_out))).updated == 1
    assert [(row.author, row.author_id) for row in kept(store)] == [(None, None)]


def test_who_knows_of_fewer_likes_takes_none_away_but_a_second_look_does(store: Store) -> None:
    store.save_page(page(judged(mention(likes=91, score=40))))
    assert store.save_page(page(judged(mention(likes=0, replies=2, score=7)))) == Saved(0, 1, 0)
    (row,) = kept(store)
    assert (row.likes, row.replies, row.score) == (91, 2, 7)
    store.save_second_look(SecondLook(source="forum", at=NOW, judged=[judged(mention(likes=85))]))
    assert [row.likes for row in kept(store)] == [85]


def test_more_likes_are_an_update_and_no_edit(store: Store) -> None:
    store.save_page(page(judged(mention(likes=3))))
    assert store.save_page(page(judged(mention(likes=9)))) == Saved(0, 1, 0)
    (row,) = kept(store)
    assert (row.likes, row.engagement, row.edited_at) == (9, 9, None)
    assert [r.engagement for r in store.mentions(Filter(), order="engaged", limit=1)] == [9]


def test_a_date_that_moves_with_every_request_does_not_move_the_mention(store: Store) -> None:
    store.save_page(page(judged(mention(published_at=NOW - HOUR))))
    assert store.save_page(page(judged(mention(published_at=NOW)))) == Saved(0, 0, 0)
    assert kept(store)[0].at == NOW - HOUR


def test_an_undated_mention_of_a_first_read_stays_out_of_trends_until_it_is_dated(store: Store) -> None:
    undated = judged(mention(published_at=None, marks=("undated",)))
    store.save_page(page(undated, first_read=True))
    assert [row.at for row in kept(store)] == [NOW]
    assert kept(store, trended=True) == []

    store.save_page(page(judged(mention(published_at=NOW - DAY))))
    (row,) = kept(store, trended=True)
    assert (row.at, row.day, row.marks) == (NOW - DAY, "2026-11-20", ())

    store.save_page(page(undated))
    assert kept(store)[0].marks == ()


def test_an_undated_mention_of_a_later_read_is_trended(store: Store) -> None:
    store.save_page(page(judged(mention(published_at=None))))
    assert len(kept(store, trended=True)) == 1


def test_the_source_of_a_mention_is_the_first_that_showed_it(store: Store) -> None:
    store.save_page(page(judged(mention(), assessment("acme"))))
    other = replace(TASK, source="mirror")
    store.save_page(page(judged(mention(), assessment("acme"), assessment("zed")), task=other))
    assert [(row.brand, row.source) for row in kept(store)] == [("acme", "forum"), ("zed", "forum")]


def test_a_twin_is_the_mention_it_looks_like(store: Store) -> None:
    store.save_page(page(judged(mention(1), twins=(b"link and text", b"author and text"))))
    flapped = judged(mention(2, likes=4), twins=(b"author and text",))
    assert store.save_page(page(flapped)) == Saved(0, 1, 0, fresh=1)
    (row,) = kept(store)
    assert (row.id, row.native_id, row.likes) == (mention(1).id, "1", 4)


def test_twins_on_one_page_are_one_mention(store: Store) -> None:
    twins = [judged(mention(n), twins=(b"same",)) for n in range(3)]
    assert store.save_page(page(*twins)).new == 1


def test_a_twin_in_another_space_is_another_mention(store: Store) -> None:
    store.save_page(page(judged(mention(1), twins=(b"same",))))
    elsewhere = judged(mention(2, space="other.example"), twins=(b"same",))
    assert store.save_page(page(elsewhere)).new == 1


def test_an_edited_mention_is_known_again_by_its_new_words(store: Store) -> None:
    store.save_page(page(judged(mention(1), twins=(b"old",))))
    store.save_page(page(judged(mention(1, text="Now it holds"), twins=(b"new",))))
    assert store.save_page(page(judged(mention(2, text="Now it holds"), twins=(b"new",)))).new == 0


def test_near_misses_are_kept_apart_for_two_weeks(store: Store) -> None:
    near = Judged(
        mention=mention(), version=b"1", near_misses=(NearMiss(brand="acme", spans=(), why="no context"),)
    )
    assert store.save_page(page(near)) == Saved(fresh=1)
    assert (kept(store), store.info().near_misses) == ([], 1)
    store.tidy(NOW + 13 * DAY)
    assert store.info().near_misses == 1
    store.tidy(NOW + 15 * DAY)
    assert store.info().near_misses == 0


def test_near_misses_come_back_as_they_were_read(store: Store) -> None:
    near = NearMiss(brand="acme", spans=(Span("text", 4, 8, "acme", "weak term"),), why="no context")
    post = mention(likes=3, marks=("undated",), addressed_to=("x:@zed",), lang="en")
    store.save_page(page(Judged(mention=post, version=b"1", near_misses=(near,))))
    (kept_near,) = store.near_misses()
    assert kept_near == AlmostKept(source="forum", at=NOW, mention=post, near_misses=(near,))
    assert list(store.near_misses(NOW)) == [kept_near]
    assert list(store.near_misses(NOW + DAY)) == []


def test_a_near_miss_that_becomes_a_hit_is_a_near_miss_no_longer(store: Store) -> None:
    near = NearMiss(brand="acme", spans=(), why="no context")
    store.save_page(page(Judged(mention=mention(), version=b"1", near_misses=(near,))))
    assert store.save_page(page(judged(mention()))).new == 1
    assert store.info().near_misses == 0


def test_what_names_no_brand_is_not_kept(store: Store) -> None:
    assert store.save_page(page(Judged(mention=mention(), version=b"1"))) == Saved(fresh=1)
    assert (store.info().mentions, store.info().near_misses) == (0, 0)
    assert store.seen("forum", "anvil") == {mention().id: b"1"}


def test_own_and_unsure_negatives_are_not_announced(store: Store) -> None:
    saved = store.save_page(
        page(
            judged(mention(1), assessment(own=True)),
            judged(mention(2), assessment(relevance="unsure")),
            judged(mention(3), assessment("acme", 0.5), assessment("zed", -0.5)),
        )
    )
    assert saved == Saved(new=3, updated=0, negative=1, fresh=3)


@pytest.mark.parametrize(
    "broken",
    [
        mention(2, text="half a pair \ud83d"),
        mention(2, author="a\udcffb"),
        mention(2, rating=float("nan"), likes=10**40, score=-(10**40)),
        mention(2, text="nul\0nul"),
        mention(2, native_id="\ud800"),
        mention(2, title="", text="", published_at=datetime(1, 1, 1, tzinfo=UTC)),
    ],
    ids=["surrogate", "surrogate author", "numbers", "nul", "surrogate id", "year one"],
)
def test_a_hostile_mention_is_stored_or_its_page_fails_whole(store: Store, broken: Mention) -> None:
    try:
        saved = store.save_page(
            page(judged(mention(1)), judged(broken), judged(mention(3)), window_done=True)
        )
    except StoreError:
        assert (kept(store), store.streams("forum"), store.seen("forum", "anvil")) == ([], {}, {})
    else:
        assert saved.new == 3
        assert len(kept(store)) == 3
    store.save_page(page(judged(mention(4))))
    assert mention(4).id in {row.id for row in kept(store)}


def test_numbers_beyond_what_can_be_stored_are_cut(store: Store) -> None:
    store.save_page(page(judged(mention(likes=10**40, reposts=3, score=-(10**40)))))
    (row,) = kept(store)
    assert (row.likes, row.engagement, row.score) == (2**63 - 1, 2**63 - 1, 1 - 2**63)


# Filters, orders and counts

URGENCIES: tuple[Urgency, ...] = ("high", "medium", "low")
SENDERS: tuple[Sender, ...] = ("customer", "spam", "giveaway", "job_ad", "bot")
VERBS = ("broke", "holds", "is late", "arrived")
CORPUS = [
    judged(
        mention(
            n,
            text=f"The anvil {VERBS[n % 4]} again, {'café' if n % 3 else 'forge'}",
            author=f"user{n % 5}" if n % 7 else None,
            kind=("post", "comment", "review", "article")[n % 4],
            lang=("en", "de", None)[n % 3],
            published_at=None if n % 11 == 0 else NOW - n * timedelta(hours=5),
            likes=n % 6 or None,
        ),
        *(
            assessment(
                brand,
                (None, -0.75, 0.0, 0.5)[(n + shift) % 4],
                own=n % 10 == 9,
                relevance=relevance,
                intent=INTENTS[n % 6],
                urgency=URGENCIES[n % 3],
                sender=SENDERS[(n + shift) % 5],
            )
            for shift, brand in enumerate(("acme", "zed")[: 1 + n % 2])
            for relevance in ("unsure" if n % 8 == 3 else "about",)
        ),
    )
    for n in range(120)
]


@pytest.fixture(scope="module", params=STORES, ids=lambda kind: kind.__name__)
def corpus(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    place = request.param(tmp_path_factory.mktemp("corpus"))
    with closing(place.store(BERLIN)) as store:
        for source, part in (("forum", CORPUS[:70]), ("feed", CORPUS[70:])):
            store.save_page(page(*part, task=replace(TASK, source=source), first_read=source == "feed"))
    with closing(place.reader()) as reader:
        yield reader


def some(values: tuple[Any, ...]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


moments = st.none() | st.integers(-10, 700).map(lambda hours: NOW - hours * HOUR)
filters = st.builds(
    Filter,
    brands=some(("acme", "zed", "nobody")),
    sources=some(("forum", "feed")),
    since=moments,
    until=moments,
    labels=some(LABELS),
    langs=some(("en", "de")),
    words=st.none() | st.sampled_from(("broke", "cafe", "anvil -broke", "late OR arrived", '"holds again"')),
    relevance=some(("about", "unsure")),
    own=st.sampled_from((None, True, False)),
    trended=st.booleans(),
    intents=some(INTENTS),
    urgencies=some(URGENCIES),
    senders=some((*SENDERS, "own")),
)
GROUPS = ("brand", "source", "day", "label", "lang", "author", "kind", "intent", "urgency", "sender")
EXAMPLES = settings(
    max_examples=80, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


def passes(row: Any, filter: Filter) -> bool:
    return (
        (not filter.brands or row.brand in filter.brands)
        and (not filter.sources or row.source in filter.sources)
        and (filter.since is None or row.at >= filter.since)
        and (filter.until is None or row.at < filter.until)
        and (not filter.labels or row.label in filter.labels)
        and (not filter.langs or row.lang in filter.langs)
        and (not filter.relevance or row.relevance in filter.relevance)
        and (filter.own is None or row.own == filter.own)
        and (not filter.trended or row.published_at is not None or row.source == "forum")
        and (not filter.intents or row.intent in filter.intents)
        and (not filter.urgencies or row.urgency in filter.urgencies)
        and (not filter.senders or row.sender in filter.senders)
    )


def says(text: str, words: str) -> bool:
    text = text.replace("é", "e")
    return {
        "broke": "broke" in text,
        "cafe": "cafe" in text,
        "anvil -broke": "broke" not in text,
        "late OR arrived": "late" in text or "arrived" in text,
        '"holds again"': "holds again" in text,
    }[words]


@EXAMPLES
@given(filter=filters)
def test_a_filter_lets_through_what_it_says(corpus: Reader, filter: Filter) -> None:
    everything = corpus.mentions(Filter(relevance=(), own=None), order="oldest")
    wanted = [
        (row.id, row.brand)
        for row in everything
        if passes(row, filter) and (filter.words is None or says(row.text, filter.words))
    ]
    assert [(row.id, row.brand) for row in corpus.mentions(filter, order="oldest")] == wanted


@EXAMPLES
@given(filter=filters, by=st.lists(st.sampled_from(GROUPS), max_size=3, unique=True))
def test_counts_agree_with_the_mentions_they_count(corpus: Reader, filter: Filter, by: list[Any]) -> None:
    rows = list(corpus.mentions(filter))
    counts = corpus.counts(filter, by)
    keys = Counter(tuple(getattr(row, name) or "" for name in by) for row in rows)

    assert {count.key: count.mentions for count in counts} == ({(): 0, **keys} if not by else keys)
    assert [count.key for count in counts] == sorted(count.key for count in counts)
    for count in counts:
        mine = [row for row in rows if tuple(getattr(row, name) or "" for name in by) == count.key]
        labels = Counter(row.label for row in mine)
        assert (count.negative, count.neutral, count.positive, count.unscored) == tuple(
            labels[label] for label in LABELS
        )
        assert count.tone_sum == pytest.approx(sum(row.sentiment or 0.0 for row in mine))
        assert count.others == sum(row.sender not in ("customer", "own") for row in mine)


@EXAMPLES
@given(
    filter=filters,
    limit=st.integers(1, 30),
    order=st.sampled_from(("newest", "oldest", "negative", "engaged", "urgent", "rank")),
)
def test_a_limit_takes_the_first_of_the_whole_order(
    corpus: Reader, filter: Filter, limit: int, order: Any
) -> None:
    whole = list(corpus.mentions(filter, order=order))
    assert list(corpus.mentions(filter, order=order, limit=limit)) == whole[:limit]


ORDERED_BY: dict[Any, Callable[[Any], Any]] = {
    "newest": lambda row: -row.at.timestamp(),
    "oldest": lambda row: row.at,
    "negative": lambda row: (row.sentiment is None, row.sentiment or 0.0, -row.at.timestamp()),
    "engaged": lambda row: (-row.engagement, -row.at.timestamp()),
    "urgent": lambda row: (
        URGENCIES.index(row.urgency),
        row.p_negative is None,
        -(row.p_negative or 0.0),
        -row.engagement,
        -row.at.timestamp(),
    ),
}


@pytest.mark.parametrize("order", ORDERED_BY)
@pytest.mark.parametrize("words", [None, "anvil"])
def test_rows_come_in_the_order_asked_for(corpus: Reader, order: Any, words: str | None) -> None:
    rows = list(corpus.mentions(Filter(words=words), order=order))
    assert rows == sorted(rows, key=ORDERED_BY[order])
    assert len(rows) > 50


def test_the_best_hit_of_a_search_comes_first(store: Store) -> None:
    long = "The delivery of an anvil. " + "Nothing else happened. " * 50
    store.save_page(
        page(
            judged(mention(1, text=long)),
            judged(mention(2, text="Delivery, delivery!", published_at=NOW - DAY)),
            judged(mention(3, text="No word of it")),
        )
    )
    found = store.mentions(Filter(words="delivery"), order="rank")
    assert [row.native_id for row in found] == ["2", "1"]


def test_a_search_marks_the_words_it_found(store: Store) -> None:
    store.save_page(page(judged(mention(text="Der Café-Amboss"))))
    assert [row.snippet for row in kept(store, words="cafe")] == ["Der \x02Café\x03-Amboss"]


def test_a_search_finds_words_of_a_script_without_blanks_and_marks_them_in_the_text_as_it_was(
    store: Store,
) -> None:
    first, second = "この金床はすぐに壊れた。", "Acme金床のカタログ、金床"
    store.save_page(page(judged(mention(1, text=first, title="金床の評価")), judged(mention(2, text=second))))
    assert [(row.title, row.text, row.snippet) for row in kept(store, words="壊れた")] == [
        ("金床の評価", first, "この金床はすぐに\x02壊れた\x03。")
    ]
    (row,) = kept(store, words="カタログ 金床")
    assert row.snippet == "Acme\x02金床\x03の\x02カタログ\x03、\x02金床\x03"
    assert {row.text for row in kept(store, words="金床")} == {first, second}
    assert kept(store, words="床金") == []

    assert store.save_page(page(judged(mention(1, text=first, title="金床の評価")))) == Saved(0, 0, 0)
    assert store.save_page(page(judged(mention(1, text="返金された", title="金床の評価")))).updated == 1
    assert [row.text for row in kept(store, words="返金")] == ["返金された"]
    assert kept(store, words="壊れた") == []


def test_a_search_that_cannot_be_read_says_so_at_once(store: Store) -> None:
    with pytest.raises(UsageError, match="not closed"):
        store.mentions(Filter(words='"open'))
    with pytest.raises(UsageError, match="not closed"):
        store.counts(Filter(words='"open'))


def test_a_mention_is_found_by_the_beginning_of_its_id(store: Store) -> None:
    store.save_page(page(*(judged(mention(n)) for n in range(40))))
    wanted = mention(7).id
    assert store.mention(wanted)[0].native_id == "7"
    assert store.mention(wanted[:9])[0].native_id == "7"
    assert store.mention(wanted[2:].lower())[0].native_id == "7"
    with pytest.raises(UsageError, match="no mention"):
        store.mention("m_nothing")
    with pytest.raises(UsageError, match="several") as caught:
        store.mention("m_")
    assert caught.value.message.count("m_") == 11  # what was typed, and ten ids
    assert "…" in caught.value.message


def test_days_are_counted_in_the_zone_and_follow_it(place: SqlitePlace) -> None:
    late = judged(mention(published_at=datetime(2026, 11, 20, 23, 30, tzinfo=UTC)))
    with closing(place.store(UTC_ZONE)) as store:
        store.save_page(page(late))
        assert kept(store)[0].day == "2026-11-20"
    with closing(place.store(BERLIN)) as store:
        assert kept(store)[0].day == "2026-11-21"
        assert [count.key for count in store.counts(Filter(), ["day"])] == [("2026-11-21",)]
        assert store.info().details["timezone"] == "Europe/Berlin"


words_known = ("anvil", "broke", "holds", "late", "refund", "café", "金床")
texts = st.lists(st.sampled_from(words_known), min_size=1, max_size=4).map(" ".join)
entries = st.tuples(st.integers(1, 4), texts, texts | st.just(""), st.booleans())
page_lists = st.lists(st.lists(entries, max_size=4), min_size=1, max_size=6)


@settings(max_examples=50)
@given(pages=page_lists)
@pytest.mark.parametrize("kind", STORES, ids=lambda kind: kind.__name__)
def test_the_search_stays_in_step_and_a_page_read_twice_changes_nothing(
    kind: Callable[[Path], SqlitePlace], pages: list[Any]
) -> None:
    with TemporaryDirectory() as directory, closing(kind(Path(directory)).store()) as store:
        for entries in pages:
            items = [
                judged(mention(n, text=text, title=title), *([assessment()] * about), twins=(text.encode(),))
                for n, text, title, about in entries
            ]
            store.save_page(page(*items))
        rows = kept(store)
        for word in words_known:
            found = {(row.id, row.brand) for row in kept(store, words=word)}
            assert found == {(row.id, row.brand) for row in rows if word in f"{row.title} {row.text}".split()}
        if len({n for n, *_ in entries}) == len(entries):
            store.save_page(page(*items))
            assert kept(store) == rows


# Streams, windows and tasks


def following(*cursors: str) -> list[Task]:
    return [replace(TASK, cursor=cursor) for cursor in cursors]


def test_a_window_is_opened_once_and_stays_as_it_is(store: Store) -> None:
    opened = store.open_window(TASK)
    assert (opened.task, opened.pages, opened.shown, opened.first_read) == (TASK, 0, frozenset(), True)
    later = replace(TASK, since=NOW, until=NOW + DAY)
    assert store.open_window(later) == opened
    assert store.open_tasks(["forum"]) == [opened]


def test_what_a_window_has_shown_goes_on_with_it(place: SqlitePlace) -> None:
    with closing(place.store()) as store:
        store.open_window(TASK)
        store.save_page(page(judged(mention(1)), following=following("2")))
        store.save_page(page(judged(mention(2)), task=following("2")[0], following=following("3")))
    with closing(place.store()) as store:
        (left,) = store.open_tasks(["forum", "other"])
    assert (left.task.cursor, left.pages, left.first_read) == ("3", 2, True)
    assert left.shown == {mention(1).id, mention(2).id}


def test_a_cursor_that_repeats_adds_nothing(store: Store) -> None:
    store.open_window(TASK)
    store.save_page(page(following=following("2")))
    store.save_page(page(task=following("2")[0], following=following("2")))
    assert store.open_tasks(["forum"]) == []


def test_a_window_whose_pages_are_all_read_makes_room_for_the_next(store: Store) -> None:
    store.open_window(TASK)
    store.save_page(page())
    assert (store.open_window(TASK).task, store.open_window(TASK).pages) == (TASK, 0)
    store.save_page(page())
    later = replace(TASK, until=NOW + DAY)
    assert store.open_window(later).task == later


def test_tasks_come_oldest_window_first_and_only_of_the_sources_asked_for(store: Store) -> None:
    newer = replace(TASK, source="feed", until=NOW + HOUR)
    for task in (newer, TASK, replace(TASK, source="other")):
        store.open_window(task)
    assert [left.task for left in store.open_tasks(["feed", "forum"])] == [TASK, newer]
    assert store.open_tasks([]) == []


def test_a_window_that_is_done_moves_its_stream(store: Store) -> None:
    store.open_window(TASK)
    validators = Validators("https://forum.example/feed", '"1"', None, "abc", NOW)
    store.save_page(page(window_done=True, resume="id 9", validators=validators, fingerprint="f1"))

    stream = store.streams("forum")["anvil"]
    assert (stream.read_until, stream.resume, stream.validators) == (NOW, "id 9", validators)
    assert stream.fingerprint == "f1"
    assert store.open_tasks(["forum"]) == []

    again = store.open_window(replace(TASK, until=NOW + DAY))
    assert (again.first_read, again.task.resume) == (False, "id 9")
    store.save_page(page(task=again.task, window_done=True))
    stream = store.streams("forum")["anvil"]
    assert (stream.read_until, stream.resume, stream.validators) == (NOW + DAY, "id 9", None)


def test_a_stream_that_led_nowhere_starts_over(store: Store) -> None:
    store.save_page(page(window_done=True, resume="id 9"))
    store.open_window(replace(TASK, until=NOW + DAY))
    store.start_over("forum", "anvil")
    assert store.open_tasks(["forum"]) == []
    stream = store.streams("forum")["anvil"]
    assert (stream.resume, stream.read_until) == (None, NOW)
    assert store.open_window(replace(TASK, until=NOW + DAY)).task.resume is None


def test_an_unchanged_stream_is_read_up_to_now_and_keeps_what_it_knows(store: Store) -> None:
    validators = Validators("https://forum.example/feed", '"1"', None, "abc", NOW)
    store.save_page(
        page(judged(mention()), window_done=True, resume="9", validators=validators, fingerprint="f")
    )
    again = replace(TASK, until=NOW + 40 * DAY)
    store.open_window(again)
    store.save_unchanged(again)
    store.tidy(NOW + 40 * DAY)

    stream = store.streams("forum")["anvil"]
    assert (stream.read_until, stream.resume, stream.validators) == (NOW + 40 * DAY, "9", validators)
    assert stream.fingerprint == "f"
    assert store.open_tasks(["forum"]) == []
    assert len(store.seen("forum", "anvil")) == 1


def test_what_a_stream_has_not_shown_for_30_days_is_forgotten(store: Store) -> None:
    store.save_page(page(shown=["m_OLD", "m_BOTH"], seen=[b"old", b"both"]))
    store.save_page(page(shown=["m_BOTH"], seen=[b"both"], collected_at=NOW + 29 * DAY))
    store.tidy(NOW + 29 * DAY)
    assert store.seen("forum", "anvil") == {"m_OLD": b"old", "m_BOTH": b"both"}
    store.save_page(page(shown=["m_NEW"], seen=[b"new"], collected_at=NOW + 31 * DAY))
    store.tidy(NOW + 31 * DAY)
    assert store.seen("forum", "anvil") == {"m_BOTH": b"both", "m_NEW": b"new"}
    assert store.seen("forum", "other") == {}


# Hosts, leases and runs


def test_a_hosts_slots_are_a_gap_apart_and_never_in_the_past(store: Store) -> None:
    def seconds(moment: datetime) -> float:
        return (moment - NOW).total_seconds()

    assert seconds(store.reserve("a.example", NOW, 1.5)) == 0
    assert seconds(store.reserve("a.example", NOW, 1.0)) == 1.5
    assert seconds(store.reserve("b.example:80", NOW, 1.0)) == 0
    assert seconds(store.reserve("a.example", NOW + timedelta(seconds=60), 1.0)) == 60
    assert store.host("a.example").next_at == NOW + timedelta(seconds=61)


def test_a_host_is_left_alone_and_forgiven(store: Store) -> None:
    assert store.host("a.example").strikes == 0
    store.back_off("a.example", NOW + HOUR, "rate_limited")
    store.back_off("a.example", NOW + DAY, "forbidden")
    state = store.host("a.example")
    assert (state.strikes, state.back_off_until, state.back_off_why) == (2, NOW + DAY, "forbidden")
    assert store.reserve("a.example", NOW, 1.0) == NOW
    store.forgive("a.example")
    state = store.host("a.example")
    assert (state.strikes, state.back_off_until, state.back_off_why) == (0, None, None)
    store.forgive("unknown.example")


def test_a_hosts_robots_txt_is_kept(store: Store) -> None:
    assert store.host("a.example").robots is None
    store.save_robots("a.example", "", NOW)
    store.save_robots("a.example", "User-agent: *", NOW + DAY)
    state = store.host("a.example")
    assert (state.robots, state.robots_until, state.next_at) == ("User-agent: *", NOW + DAY, None)


def test_a_lease_is_held_by_one_until_it_ends_or_is_given_back(store: Store) -> None:
    assert store.take_lease("scan", "a", NOW, 60) is None
    assert store.take_lease("scan", "a", NOW + timedelta(seconds=30), 60) is None
    other = store.take_lease("scan", "b", NOW + timedelta(seconds=89), 60)
    assert other is not None
    assert (other.holder, other.taken_at, other.until) == ("a", NOW, NOW + timedelta(seconds=90))
    store.release_lease("scan", "b")
    assert store.lease("scan") == other

    assert store.take_lease("scan", "b", NOW + timedelta(seconds=90), 60) is None
    assert store.take_lease("scan", "a", NOW + timedelta(seconds=91), 60) is not None
    store.release_lease("scan", "b")
    assert store.lease("scan") is None
    assert store.take_lease("other", "a", NOW, 60) is None


def outcome(run: str, hours: int, status: Any, source: str = "forum", **fields: Any) -> Outcome:
    began = NOW + hours * HOUR
    return Outcome(
        run=run,
        source=source,
        status=status,
        started_at=began,
        ended_at=began + timedelta(seconds=2),
        **fields,
    )


def scan(store: Store, hours: float, **statuses: Any) -> None:
    run = Run(id=f"r_{hours:03}", started_at=NOW + hours * HOUR, due=len(statuses))
    store.begin_run(run)
    for source, status in statuses.items():
        store.save_outcome(outcome(run.id, hours, status, source))
    store.end_run(replace(run, ended_at=NOW + hours * HOUR + timedelta(seconds=9), exit_code=0))


def test_runs_come_newest_first_with_what_each_source_did(store: Store) -> None:
    scan(store, 0, forum="ok", feed="failed")
    cut = Run(id="r_cut", started_at=NOW + HOUR, due=3)
    store.begin_run(cut)
    full = outcome(
        "r_cut", 1, "partial", reason="timeout", detail="slow", fetched=9, new=3, updated=2, negative=1,
        skipped=4, requests=7, next_at=NOW + 2 * HOUR,
    )  # fmt: skip
    store.save_outcome(outcome("r_cut", 1, "ok"))
    store.save_outcome(full)

    newest, oldest = store.runs()
    assert newest == replace(cut, outcomes=(full,))
    assert (oldest.exit_code, oldest.ended_at) == (0, NOW + timedelta(seconds=9))
    assert [(o.source, o.status) for o in oldest.outcomes] == [("feed", "failed"), ("forum", "ok")]
    assert store.runs(limit=1) == [newest]


def test_a_run_is_found_by_the_beginning_of_its_id(store: Store) -> None:
    scan(store, 10, forum="ok", feed="failed")
    scan(store, 11, forum="ok")
    newer, older = store.runs()
    assert store.run("r_010") == store.run(" 010 ") == older
    assert store.run("r_011") == newer
    with pytest.raises(UsageError, match='no scan\'s id begins with "r_02"'):
        store.run("r_02")
    with pytest.raises(UsageError, match='several scans\' ids begin with "r_01": r_010, r_011'):
        store.run("r_01")
    with pytest.raises(UsageError, match="no scan"):
        store.run("%")


def test_runs_are_dropped_after_400_days_but_for_what_reports_begin_with(store: Store) -> None:
    def at(days: int, **statuses: Any) -> None:
        scan(store, -24 * days, **statuses)

    at(900, gone="ok")
    at(800, gone="failed", forum="ok", feed="ok")
    at(500, forum="ok", feed="failed")
    at(401, forum="failed", feed="failed")
    at(400, forum="failed")
    at(1, forum="failed", fresh="ok")
    store.begin_run(Run(id="r_cut", started_at=NOW - 401 * DAY))
    health, since = store.health(), NOW - 400 * DAY
    outcomes = store.outcomes(since, NOW)

    store.tidy(NOW)
    assert {(o.source, (NOW - o.started_at).days) for run in store.runs() for o in run.outcomes} == {
        ("gone", 900), ("gone", 800), ("feed", 800), ("forum", 500), ("feed", 401), ("forum", 401),
        ("forum", 400), ("forum", 1), ("fresh", 1),
    }  # fmt: skip
    assert all(run.outcomes for run in store.runs())
    assert store.outcomes(since, NOW) == outcomes
    after = store.health()
    for source in ("forum", "fresh", "gone"):
        assert after[source] == health[source]
    assert after["feed"] == replace(health["feed"], failures_in_a_row=1, failing_since=NOW - 401 * DAY), (
        "only what is older than that is forgotten"
    )


def test_outcomes_begin_with_the_last_one_of_each_source_before_the_window(store: Store) -> None:
    scan(store, 0, forum="ok", feed="ok", gone="failed")
    scan(store, 1, forum="failed", feed="ok")
    scan(store, 2, forum="ok")
    scan(store, 3, feed="ok")
    found = store.outcomes(NOW + 2 * HOUR, NOW + 3 * HOUR)
    assert [(o.run, o.source) for o in found] == [
        ("r_000", "gone"), ("r_001", "feed"), ("r_001", "forum"), ("r_002", "forum"),
    ]  # fmt: skip
    assert store.outcomes(NOW - DAY, NOW) == []


def test_health_is_folded_from_what_happened(store: Store) -> None:
    assert store.health() == {}
    scan(store, 0, forum="ok", feed="failed")
    scan(store, 1, forum="failed", feed="no_access")
    scan(store, 2, forum="not_reached", feed="waiting", fine="unchanged")
    scan(store, 3, forum="failed")
    store.save_page(page(judged(mention())))

    health = store.health()
    forum, feed, fine = health["forum"], health["feed"], health["fine"]
    assert (forum.last.run, forum.failures_in_a_row) == ("r_003", 2)
    assert (forum.last_ok_at, forum.failing_since) == (NOW + timedelta(seconds=2), NOW + HOUR)
    assert (feed.last.status, feed.failures_in_a_row, feed.last_ok_at) == ("waiting", 2, None)
    assert feed.failing_since == NOW
    assert (fine.failures_in_a_row, fine.failing_since) == (0, None)
    scan(store, 3.5, fine="waiting")
    scan(store, 3.6, fine="waiting")
    fine = store.health()["fine"]
    assert (fine.failures_in_a_row, fine.failing_since) == (0, NOW + 3.5 * HOUR)
    assert store.info().by_source == {"forum": 1}

    scan(store, 4, forum="partial")
    assert store.health()["forum"].failures_in_a_row == 0


@settings(max_examples=50)
@given(
    statuses=st.lists(
        st.sampled_from(("ok", "unchanged", "partial", "failed", "waiting", "no_access", "not_reached")),
        min_size=1,
        max_size=8,
    )
)
@pytest.mark.parametrize("kind", STORES, ids=lambda kind: kind.__name__)
def test_failures_in_a_row_are_those_since_something_was_read(
    kind: Callable[[Path], SqlitePlace], statuses: list[Any]
) -> None:
    failures = 0
    for status in statuses:
        if status in ("ok", "unchanged", "partial"):
            failures = 0
        failures += status in ("failed", "no_access")
    with TemporaryDirectory() as directory, closing(kind(Path(directory)).store()) as store:
        for hours, status in enumerate(statuses):
            scan(store, hours, forum=status)
        assert store.health()["forum"].failures_in_a_row == failures


def test_the_store_in_numbers(store: Store) -> None:
    store.save_page(page(judged(mention(1)), judged(mention(2))))
    info = store.info()
    assert (info.mentions, info.near_misses) == (2, 0)
    assert info.bytes > 4096
    assert info.details["timezone"] == "UTC"


# Second looks


def followed(*items: Judged, **fields: Any) -> PageSave:
    return page(*items, followed=True, **fields)


def again(store: Store, now: datetime, since: datetime | None = None, limit: int = 100) -> list[str]:
    return [known.native_id for known in store.followups("forum", now, since, limit)]


def look(at: datetime, *asked: Mention, **more: Any) -> SecondLook:
    ids = {name: [one.id for one in more.pop(name, ())] for name in ("gone", "missing")}
    return SecondLook(source="forum", at=at, asked=[one.id for one in asked], **ids, **more)


def test_a_mention_is_due_again_when_a_quarter_of_its_age_has_passed(store: Store) -> None:
    for number, age in ((1, HOUR), (2, 20 * HOUR), (3, 40 * DAY)):
        store.save_page(followed(judged(mention(number, f"anvil {number}", published_at=NOW - age))))
    assert again(store, NOW + timedelta(minutes=59)) == []
    assert again(store, NOW + HOUR) == ["1"], "at least an hour"
    assert again(store, NOW + 5 * HOUR) == ["1", "2"]
    assert again(store, NOW + DAY) == ["1", "2", "3"], "at most a day"
    assert again(store, NOW + DAY, since=NOW - 30 * DAY) == ["1", "2"]
    shown = judged(mention(1, "anvil 1"))
    store.save_second_look(look(NOW + HOUR, mention(1), judged=[shown]))
    assert again(store, NOW + HOUR + timedelta(minutes=30)) == []
    assert again(store, NOW + DAY, limit=1) == ["2"], "the longest unread comes first"


def test_only_what_its_source_can_read_again_is_followed(store: Store) -> None:
    store.save_page(page(judged(mention())))
    assert again(store, NOW + DAY) == []
    assert store.followups("other", NOW + DAY, None, 10) == []


def test_a_second_look_knows_what_to_ask_with(store: Store) -> None:
    store.save_page(followed(judged(mention(url="https://forum.example/1", ref="topic 7"))))
    (known,) = store.followups("forum", NOW + DAY, None, 10)
    assert known == Known(
        id=mention().id,
        space="forum.example",
        native_id="1",
        kind="post",
        url="https://forum.example/1",
        ref="topic 7",
    )


def test_what_is_gone_leaves_its_counts_and_nothing_that_was_said(place: SqlitePlace) -> None:
    said = mention(text="the anvil cracked", title="Cracked", author="Mara", author_id="forum:mara", likes=4)
    with closing(place.store()) as store:
        store.save_page(followed(judged(said, twins=(b"twin",))))
        assert store.save_second_look(look(NOW + HOUR, said, gone=[said])).gone == 1
        assert store.save_second_look(look(NOW + DAY, said, gone=[said])).gone == 0
        (row,) = kept(store)
        assert (row.text, row.title, row.author, row.author_id, row.url) == ("", "", None, None, None)
        assert (row.likes, row.label, row.reasons, row.gone_at) == (4, "negative", (), NOW + HOUR)
        assert list(store.mentions(Filter(words="cracked"))) == []
        assert again(store, NOW + 9 * DAY) == []
        # A copy of it is another mention now: nothing is left to know it by.
        twin = judged(mention(2, "the anvil cracked"), twins=(b"twin",))
        assert store.save_page(page(twin)).new == 1
        assert store.counts(Filter())[0].mentions == 2


def test_what_is_missing_for_a_day_is_gone(store: Store) -> None:
    store.save_page(followed(judged(mention())))
    assert store.save_second_look(look(NOW + HOUR, mention(), missing=[mention()])).gone == 0
    store.save_page(followed(judged(mention(likes=1)), collected_at=NOW + 2 * HOUR))
    for hours, gone in ((4, 0), (27, 0), (28, 1)):
        missed = look(NOW + hours * HOUR, mention(), missing=[mention()])
        assert store.save_second_look(missed).gone == gone, hours


def test_what_is_doubted_is_gone_after_two_days_of_it(store: Store) -> None:
    here = mention()
    store.save_page(followed(judged(here)))
    for hours, gone in ((1, 0), (2, 0), (48, 0), (49, 1)):
        doubted = look(NOW + hours * HOUR, here, gone=[here], doubted=True)
        assert store.save_second_look(doubted).gone == gone, hours


def test_of_what_is_gone_no_word_is_left_in_any_table(place: SqlitePlace) -> None:
    told = mention(
        text="xyzzy broke", title="xyzzy", author="xyzzy", author_id="forum:xyzzy", item="xyzzy",
        author_url="https://forum.example/xyzzy", url="https://forum.example/xyzzy/1", native_id="xyzzy/1",
        ref="xyzzy 1", parent_id="xyzzy/0", thread_id="xyzzy/0", likes=3, marks=("undated",),
    )  # fmt: skip
    found = assessment(
        spans=(Span("text", 0, 5, "anvil", "term"),),
        sentiment=Sentiment(-0.5, "negative", ("xyzzy -1.2",), 0.9),
        why=("complaint: xyzzy broke",),
    )
    with closing(place.store()) as store:
        said = replace(judged(told, found, twins=(b"twin",)), version=b"hashed")
        store.save_page(followed(judged(mention(7, "anvil")), said))
        assert "xyzzy" in "".join(dump(place.path))
        store.save_second_look(look(NOW + HOUR, told, gone=[told]))
        assert not [line for line in dump(place.path) if "xyzzy" in line]
        assert list(store.mentions(Filter(words="xyzzy"))) == []


def dump(path: Path) -> Iterator[str]:
    """Yield every row of every table, but for the pages of the search index."""
    with closing(sqlite3.connect(path)) as db:
        for (table,) in db.execute("select name from sqlite_master where type = 'table'").fetchall():
            if not table.startswith("mention_fts"):
                yield from (f"{table} {row}" for row in db.execute(f"select * from {table}"))


def test_a_look_that_brings_nothing_lets_others_have_their_turn(store: Store) -> None:
    numbers = range(1, 4)
    store.save_page(followed(*(judged(mention(n, f"anvil {n}")) for n in numbers)))
    assert again(store, NOW + HOUR, NOW - DAY) == ["1", "2", "3"]
    store.save_second_look(look(NOW + HOUR, mention(1)))
    assert again(store, NOW + HOUR, NOW - DAY) == ["2", "3"]
    assert again(store, NOW + 3 * HOUR, NOW - DAY) == ["2", "3", "1"]


def test_a_clock_that_was_ahead_puts_off_no_second_look(store: Store) -> None:
    store.save_page(followed(judged(mention()), collected_at=NOW + 400 * DAY))
    assert again(store, NOW + HOUR, NOW - DAY) == ["1"]


def test_replies_are_read_when_there_are_more_of_them(store: Store) -> None:
    store.save_page(followed(judged(mention(1, replies=0)), judged(mention(2, "anvil two", replies=2))))
    (known,) = store.threads("forum", None, 10)
    assert known.native_id == "2"
    answer = judged(mention(7, "we help", parent_id="2"), assessment(own=True))
    store.save_second_look(look(NOW, mention(2), judged=[answer], thread_of=known.id))
    assert store.threads("forum", None, 10) == []
    store.save_page(followed(judged(mention(2, "anvil two", replies=3)), collected_at=NOW + HOUR))
    assert [one.native_id for one in store.threads("forum", None, 10)] == ["2"]


def test_of_counts_only_changes_are_kept_and_one_an_hour(store: Store) -> None:
    minute = timedelta(minutes=1)
    for minutes, likes in ((0, 1), (20, 1), (30, 2), (40, 5), (100, 6), (110, 7)):
        store.save_page(page(judged(mention(likes=likes)), collected_at=NOW + minutes * minute))
    grown = store.engagement(mention().id)
    assert [(each.at - NOW, each.likes) for each in grown] == [
        (timedelta(), 1), (40 * minute, 5), (110 * minute, 7),
    ]  # fmt: skip


def test_a_quota_is_never_exceeded_and_what_was_not_used_comes_back(store: Store) -> None:
    assert store.spend("video", NOW, 60, 100)
    assert not store.spend("video", NOW, 41, 100)
    assert store.spent("video", NOW) == 60
    assert store.spend("video", NOW, 40, 100)
    assert store.spend("video", NOW, -30, 100)
    assert store.spent("video", NOW) == 70
    assert store.spend("video", NOW + DAY, 100, 100), "it begins anew"
    assert store.spend("other", NOW, 100, 100), "another quota is another"


def test_what_is_lent_for_a_time_is_blanked_after_it(store: Store) -> None:
    store.save_page(followed(judged(mention(1)), judged(mention(2, "anvil two"))))
    shown = judged(mention(2, "anvil two"))
    store.save_second_look(look(NOW + DAY, mention(1), mention(2), judged=[shown]))
    assert store.expire("forum", NOW + HOUR, NOW + 2 * DAY) == 1, "to be asked for is not to be shown"
    assert {row.text: row.gone_at for row in kept(store)} == {"": NOW + 2 * DAY, "anvil two": None}
    assert store.expire("other", NOW + 9 * DAY, NOW + 9 * DAY) == 0


def test_a_habit_is_what_a_source_brought_day_by_day(store: Store) -> None:
    for day, fresh, status, fetched in (
        (0, 3, "ok", 9), (0, 2, "ok", 7), (1, 0, "unchanged", 0), (2, 4, "failed", 0), (3, 1, "partial", 2),
    ):  # fmt: skip
        run = Run(id=f"r{day}{fresh}", started_at=NOW + day * DAY)
        store.begin_run(run)
        store.save_outcome(
            Outcome(
                run=run.id,
                source="forum",
                status=status,
                started_at=run.started_at,
                ended_at=run.started_at,
                fresh=fresh,
                fetched=fetched,
            )
        )
    habit = store.habit("forum", NOW - DAY)
    assert [(day.day - NOW.date(), day.fresh, day.least) for day in habit.days] == [
        (0 * DAY, 5, 7), (1 * DAY, 0, None), (3 * DAY, 1, None),
    ]  # fmt: skip
    assert habit.last_fresh_at == NOW + 3 * DAY


# Several at once


def test_a_reader_sees_one_moment_and_never_waits_for_a_writer(place: SqlitePlace) -> None:
    with closing(place.store()) as store:
        store.save_page(page(*(judged(mention(n)) for n in range(5))))
        with closing(place.reader()) as reader:
            rows = reader.mentions(Filter())
            next(rows)
            store.save_page(page(judged(mention(9))))
            assert len(list(rows)) == 4
            assert reader.counts(Filter())[0].mentions == 5
            store.tidy(NOW)
        with closing(place.reader()) as reader:
            assert reader.counts(Filter())[0].mentions == 6


def test_two_writers_at_once_both_succeed(place: SqlitePlace) -> None:
    place.store().close()
    errors: list[BaseException] = []

    def write(first: int) -> None:
        try:
            with closing(place.store()) as store:
                for n in range(first, first + 30):
                    kept(store)
                    store.save_page(page(judged(mention(n))))
        except BaseException as error:
            errors.append(error)

    writers = [threading.Thread(target=write, args=(first,)) for first in (0, 100)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert errors == []
    with closing(place.reader()) as reader:
        assert reader.counts(Filter())[0].mentions == 60
