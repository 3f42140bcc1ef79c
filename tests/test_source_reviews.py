from __future__ import annotations

import gzip
import json
import os
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from repwatch.errors import ParseError
from repwatch.model import ITEM_OF_PAGE, Answer, Mention, Page, Task
from repwatch.sources import build
from repwatch.sources.reviews import MOST_NESTED, MOST_REVIEWS, Reviews
from repwatch.tidy import tidy_page, twins

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
URL = "https://shop.example/anvil"
SOURCE = Reviews(url=URL)
TASK = Task(source="shop", query=URL, since=NOW.replace(year=2025), until=NOW)


def read(html: str | bytes, *, url: str = URL, task: Task = TASK) -> Page:
    body = html.encode() if isinstance(html, str) else html
    return SOURCE.parse(task, Answer(200, url, {"content-type": "text/html"}, body))


def page_of(*blocks: Any, head: str = "") -> str:
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(block)}</script>' for block in blocks)
    return f"<html><head>{head}{scripts}</head><body>An anvil.</body></html>"


def review(**given: Any) -> dict[str, Any]:
    return {"@type": "Review", "author": "Bea", "reviewBody": "It fell.", **given}


def rating_of(value: Any, **bounds: Any) -> tuple[float | None, float | None, float | None]:
    rating = {"ratingValue": value, **bounds} if bounds else value
    [mention] = read(page_of(review(reviewRating=rating))).mentions
    return mention.rating, mention.rating_worst, mention.rating_best


def sample() -> Page:
    return read((Path(__file__).parent / "data/source_reviews.html").read_bytes())


# What is asked


def test_each_page_is_a_stream_and_a_web_page_that_robots_txt_speaks_of() -> None:
    source = Reviews(url=f"{URL}#top", urls=("https://shop.example/tongs", f"{URL}#top"))
    assert source.queries([]) == (f"{URL}#top", "https://shop.example/tongs")
    request = source.request(replace(TASK, query=f"{URL}#top"))
    assert (request.url, request.page) == (URL, True)
    assert source.request(replace(TASK, cursor=f"{URL}?page=2")).url == f"{URL}?page=2"


def test_a_source_without_a_page_is_refused() -> None:
    with pytest.raises(ValidationError, match="it needs a page"):
        build("reviews", {})


# What is read


def test_reviews_are_found_inside_products_and_graphs_with_all_they_say() -> None:
    first, second, third, fourth = sample().mentions
    assert replace(first, native_id=None, url=None) == Mention(
        space="reviews:https://shop.example/anvil",
        native_id=None,
        kind="review",
        title="Never again",
        text="Cracked on day two.\nSupport is silent & rude.".replace("\n", " "),
        author="Bea B.",
        published_at=datetime(2026, 11, 18, tzinfo=UTC),
        lang="en",
        rating=1.0,
        rating_worst=1.0,
        rating_best=5.0,
        item="Spring anvil",
        marks=(ITEM_OF_PAGE,),
    )
    assert second.text == "Guter Klang, schwer.\nWürde ich wieder kaufen."
    assert second.published_at == datetime(2026, 10, 12, tzinfo=UTC)
    assert (second.rating, second.rating_worst, second.rating_best) == (8.5, 0.0, 10.0)
    assert (third.author, third.text, third.item, third.rating) == ("Ann, Bob", "", "Zed hammer", 4.0)
    assert third.published_at == datetime(2026, 11, 1, 6, tzinfo=UTC)
    assert fourth.native_id == fourth.url == "https://shop.example/reviews/4711"
    assert fourth.text == "5 < 6 stars, and 7 > 6"
    assert (fourth.author, fourth.rating, fourth.rating_best) == ("Cleo", 90.0, 100.0)


@pytest.mark.parametrize(
    ("data", "item", "marks"),
    [
        ({"name": "Zed Forge burner", "review": [review()]}, "Zed Forge burner", (ITEM_OF_PAGE,)),
        ({"name": ["Zed Forge burner"], "reviews": review()}, "Zed Forge burner", (ITEM_OF_PAGE,)),
        ({"@graph": [{"name": "Burner", "review": review()}]}, "Burner", (ITEM_OF_PAGE,)),
        ({"name": "Burner", "review": review(itemReviewed={"name": "Tongs"})}, "Tongs", ()),
        ({"name": "Burner", "review": review(itemReviewed={"@id": "#1"})}, "Burner", (ITEM_OF_PAGE,)),
        ({"name": "", "review": review()}, None, ()),
        ({"name": "Everything", "mentions": {"review": review()}}, None, ()),
        ({"name": "Everything", "hasPart": review()}, None, ()),
        ({**review(reviewBody="", author="Cleo"), "name": "", "review": review()}, None, ()),
    ],
)
def test_a_review_that_does_not_say_of_what_is_of_what_it_stands_in(
    data: Any, item: str | None, marks: tuple[str, ...]
) -> None:
    [mention] = read(page_of(data)).mentions
    assert (mention.item, mention.marks) == (item, marks)


def test_an_answer_to_a_review_is_no_review_of_its_title() -> None:
    outer, inner = read(page_of(review(name="Loud", review=review(author="Cleo")))).mentions
    assert (outer.title, inner.item, inner.marks) == ("Loud", None, ())


def test_what_can_not_be_used_is_counted_with_its_reason() -> None:
    assert sample().skipped == (
        "neither text nor rating",
        "the same review again",
        "a block of JSON-LD that can't be read",
    )
    assert not sample().damaged, "the broken block has no review in it"
    broken = '<script type="application/ld+json">[{"@type": "Review", </script>'
    page = read(page_of(review(), head=broken))
    assert (len(page.mentions), page.damaged) == (1, True)


def test_an_aggregate_rating_is_no_mention() -> None:
    product = {"@type": "Product", "aggregateRating": {"@type": "AggregateRating", "ratingValue": "4.4"}}
    assert read(page_of(product)) == Page()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("4", (4.0, 1.0, 5.0)),
        (4, (4.0, 1.0, 5.0)),
        ({"ratingValue": "4,5"}, (4.5, 1.0, 5.0)),
        ({"ratingValue": ["3"]}, (3.0, 1.0, 5.0)),
        ({"ratingValue": "4 out of 5 stars"}, (4.0, 1.0, 5.0)),
        ("8/10", (8.0, 1.0, 10.0)),
        ("80 %", (80.0, 1.0, 100.0)),
        ("0%", (0.0, 0.0, 100.0)),
        ({"ratingValue": "9", "bestRating": "10"}, (9.0, 1.0, 10.0)),
        ({"ratingValue": "0", "bestRating": 5, "worstRating": 0}, (0.0, 0.0, 5.0)),
        ("7", (7.0, None, None)),
        ("0", (None, None, None)),
        ({"ratingValue": "6", "bestRating": "5"}, (None, None, None)),
        ({"ratingValue": 3, "bestRating": "1", "worstRating": "5"}, (None, None, None)),
        ("five stars", (None, None, None)),
        ("NaN", (None, None, None)),
        (float("nan"), (None, None, None)),
        (10**30, (None, None, None)),
        (True, (None, None, None)),
        ({}, (None, None, None)),
        ([], (None, None, None)),
        (None, (None, None, None)),
    ],
)
def test_a_rating_comes_with_its_scale_or_not_at_all(value: Any, expected: tuple[Any, ...]) -> None:
    assert rating_of(value) == expected


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("Bea", "Bea"),
        ({"@type": "Person", "name": "Bea"}, "Bea"),
        ([{"name": "Bea"}, "Old Marrow"], "Bea, Old Marrow"),
        ({"name": {"@value": "Bea", "@language": "en"}}, "Bea"),
        ({"name": ["Bea", "B."]}, "Bea"),
        ({"name": " "}, None),
        ({"@id": "#bea"}, None),
        ([], None),
        (7, "7"),
        (None, None),
    ],
)
def test_an_author_is_a_text_a_thing_or_a_list_of_them(author: Any, name: str | None) -> None:
    assert read(page_of(review(author=author))).mentions[0].author == name


def test_microdata_is_read_where_there_is_no_review_in_json_ld() -> None:
    html = """<html><body itemscope itemtype="https://schema.org/Product"><h1 itemprop="name">Anvil</h1>
    <div itemprop="review" itemscope itemtype="http://schema.org/Review">
      <a itemprop="author" itemscope itemtype="http://schema.org/Person" href="/u/1">
        <b itemprop="name">Bea</b></a>
      <time itemprop="datePublished" datetime="2026-11-02T10:00:00+01:00">2 Nov</time>
      <div itemprop="reviewRating" itemscope itemtype="http://schema.org/Rating">
        <meta itemprop="worstRating" content="0"><span itemprop="ratingValue"><b>7,5</b></span> of
        <span itemprop="bestRating">10</span></div>
      <h3 itemprop="name headline">Loud &amp; heavy</h3>
      <div itemprop="reviewBody"><p>It rings. It is 5 &lt; 6.</p>
         <p>Buy <i itemprop="keywords">two</i>.</p></div>
      <div itemprop="itemReviewed" itemscope><span itemprop="name">Spring anvil</span></div>
    </div>
    <div itemprop="review" itemscope itemtype="http://schema.org/Review">
      <a itemprop="author" href="/u/2">Old Marrow</a><p itemprop="description" content="Meh."></p>
      <div itemprop="comment" itemscope itemtype="http://schema.org/Comment">
        <span itemprop="author">The shop</span><p itemprop="reviewBody">Sorry!</p></div>
    </div>
    <div itemscope itemtype="http://schema.org/Review"><meta itemprop="reviewRating" content="2"></div>
    </body></html>"""
    one, two, three = read(html).mentions
    assert (one.author, one.title, one.item) == ("Bea", "Loud & heavy", "Spring anvil")
    assert one.text == "It rings. It is 5 < 6.\nBuy two."
    assert one.published_at == datetime(2026, 11, 2, 9, tzinfo=UTC)
    assert (one.rating, one.rating_worst, one.rating_best) == (7.5, 0.0, 10.0)
    assert (two.author, two.text) == ("Old Marrow", "Meh.")
    assert three.rating == 2.0
    assert [each.item for each in (two, three)] == ["Anvil", None], "the last is no property of the product"
    both = html.replace("<html>", page_of(review()))
    assert [each.text for each in read(both).mentions] == ["It fell."], "both say the same"


@pytest.mark.parametrize(
    "wrapped",
    ["<!-- {} -->", "//<![CDATA[\n{}\n//]]>", "/*<![CDATA[*/{}/*]]>*/", "{};", "\ufeff{}", "  {}\n"],
)
def test_json_ld_is_read_in_the_wrappings_of_other_times(wrapped: str) -> None:
    block = wrapped.replace("{}", json.dumps(review()))
    html = f'<script type="Application/LD+JSON; charset=utf-8">{block}</script>'
    assert len(read(html).mentions) == 1


def test_line_breaks_in_the_texts_of_json_ld_do_no_harm() -> None:
    html = page_of(review(reviewBody="one\\two")).replace("\\\\", "\n\t")
    assert "one" in read(html).mentions[0].text


def test_a_text_that_is_no_html_keeps_its_lines_and_its_hearts() -> None:
    html = page_of(review(reviewBody="I <3 it.\nReally &amp; truly."))
    assert read(html).mentions[0].text == "I <3 it.\nReally & truly."


def test_the_page_is_decoded_as_it_says() -> None:
    html = '<meta charset="windows-1252">' + page_of(review()).replace("It fell.", "“Größe”")
    assert read(html.encode("cp1252")).mentions[0].text == "“Größe”"


# Who is who


def ids(page: Page) -> list[str]:
    return [mention.id for mention in tidy_page(page, NOW).mentions]


def test_reviews_keep_their_identity_when_others_come_in_and_they_move_on() -> None:
    old = [review(author=name, datePublished="2026-11-01") for name in ("Ann", "Bob", "Cleo")]
    before = read(page_of(old))
    newer = read(page_of([review(author="Dora"), *old[:1]]))
    second = replace(TASK, cursor=f"{URL}?page=2")
    moved = read(page_of(old[1:]), url=f"{URL}?page=2", task=second)
    assert len(set(ids(before))) == 3
    assert [*ids(newer)[1:], *ids(moved)] == ids(before)
    assert [*newer.mentions[1:], *moved.mentions] == list(before.mentions), "nor do they count as edited"


def test_reviews_of_one_page_are_never_taken_for_each_other() -> None:
    alike = [review(author=name, datePublished="2026-11-01") for name in ("Ann", "Bob")]
    stars = [{"@type": "Review", "datePublished": "2026-11-01", "reviewRating": number} for number in (1, 5)]
    page = tidy_page(read(page_of(alike, stars)), NOW)
    assert len({mention.id for mention in page.mentions}) == 4
    known = [twin for mention in page.mentions for twin in twins(mention)]
    assert len(set(known)) == len(known)


def test_an_edited_rating_is_an_edit_and_not_another_review() -> None:
    before, after = (read(page_of(review(reviewRating=stars))).mentions[0] for stars in (1, 4))
    assert before.native_id == after.native_id
    assert before.rating != after.rating


@pytest.mark.parametrize("own", ["#review-1", f"{URL}#review-1", URL, "_:b1", "review/1", "javascript:1", 7])
def test_an_address_on_the_page_itself_is_no_identity(own: Any) -> None:
    named = read(page_of(review(**{"@id": own}))).mentions[0]
    assert named == read(page_of(review())).mentions[0]


def test_pages_are_places_of_their_own() -> None:
    other = replace(TASK, query="https://shop.example/tongs")
    assert ids(read(page_of(review()))) != ids(read(page_of(review()), task=other))


# The pages that follow


@pytest.mark.parametrize(
    ("head", "following"),
    [
        ('<link rel="next" href="?page=2#reviews">', f"{URL}?page=2"),
        (
            '<link rel="prev" href="?page=0"><a rel="nofollow NEXT" href="/anvil/2">',
            "https://shop.example/anvil/2",
        ),
        ('<base href="https://shop.example/x/"><link rel="next" href="2">', "https://shop.example/x/2"),
        ('<link rel="next" href="https://evil.example/2">', None),
        ('<link rel="next" href="javascript:alert(1)">', None),
        ('<link rel="next" href="#reviews">', None),
        ('<link rel="next" href="">', None),
        ('<link rel="next">', None),
        ('<link rel="nextish" href="?page=2">', None),
        ("", None),
    ],
)
def test_the_next_page_is_one_of_the_same_origin(head: str, following: str | None) -> None:
    assert read(page_of(review(), head=head)).cursors == ((following,) if following else ())


# Pages that do not show their reviews


def failure(html: str) -> ParseError:
    with pytest.raises(ParseError) as caught:
        read(html)
    return caught.value


LONG = "<p>" + "An anvil is heavy. " * 50 + "</p>"


def test_a_page_without_structured_data_says_what_is_missing() -> None:
    error = failure(f"<html><body>{LONG}</body></html>")
    assert (error.reason, error.message) == ("layout", "the page has no schema.org data")
    assert error.hint


def test_a_login_wall_and_an_empty_shell_are_blocked_pages() -> None:
    form = '<form><input type="PASSWORD"></form>'
    assert failure(f"<body>{LONG}{form}").reason == "blocked_page"
    assert failure(page_of({"@type": "Organization", "name": "Wall"}) + form).reason == "blocked_page"
    assert failure(f"<body><div id=app></div><script>{LONG}</script>").reason == "blocked_page"
    assert failure("").reason == "blocked_page"


def test_a_product_that_nobody_has_reviewed_yet_is_no_failure() -> None:
    form = '<form><input type="password"></form>'
    assert read(page_of({"@type": "Product", "offers": {"price": 7}}) + form).mentions == ()
    assert read(page_of({"@type": "Product", "name": "Anvil"})).mentions == ()


def test_structured_data_that_can_not_be_read_at_all_is_no_empty_page() -> None:
    error = failure(f'<script type="application/ld+json">{{"@type": </script>{LONG}')
    assert error.reason == "layout"


# Hostile pages


def test_more_reviews_than_a_page_may_have_are_counted() -> None:
    many = [review(author=f"Bea {number}") for number in range(MOST_REVIEWS + 3)]
    page = read(page_of(many))
    assert len(page.mentions) == MOST_REVIEWS
    assert page.skipped == ("more than can be read of one page",) * 3


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "html",
    [
        '<div itemscope itemtype="https://schema.org/Review"><p itemprop=reviewBody>a' * 3_000,
        '<b itemscope itemtype="https://schema.org/Review" itemprop="review">' * 20_000,
        '<div itemscope itemtype="https://schema.org/Review">' + "<p itemprop=name>a" * 50_000,
        page_of([review(author=[{"name": "x"}] * 100_000)]),
        page_of(review(reviewBody="<b>" * 100_000)),
        '<script type="application/ld+json">' + " " * 500_000 + "{;" + " " * 500_000 + "</script>",
        '<script type="application/ld+json">' + "<!--//" * 100_000 + "</script>",
    ],
    ids=[
        "nested reviews",
        "nested items",
        "a property many times",
        "authors",
        "a deep text",
        "blanks",
        "wraps",
    ],
)
def test_a_hostile_page_ends_soon(html: str) -> None:
    try:
        page = read(html)
    except ParseError:
        return
    assert len(page.mentions) <= MOST_REVIEWS


def test_microdata_is_read_to_a_limited_depth() -> None:
    one = '<div itemscope itemtype="https://schema.org/Review"><p itemprop="reviewBody">'
    page = read("".join(f"{one}{number}</p>" for number in range(2 * MOST_NESTED)))
    assert len(page.mentions) == MOST_NESTED


ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=5)
    | st.just("https://\ud800"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["@type", "@value", "name", "url", "ratingValue", "Review"]), inner)
    ),
    max_leaves=6,
)
PROPERTIES = [
    *("@id", "url", "author", "reviewBody", "description", "name", "headline", "datePublished"),
    *("dateModified", "reviewRating", "itemReviewed", "inLanguage"),
]


@settings(max_examples=150)
@given(given_=st.dictionaries(st.sampled_from(PROPERTIES), ANY))
def test_no_value_of_any_property_breaks_a_page(given_: dict[str, Any]) -> None:
    page = read(page_of([{"@type": "Review", **given_}, review()]))
    assert len(page.mentions) + len(page.skipped) >= 2
    assert "It fell." in [mention.text for mention in page.mentions]
    tidy_page(page, NOW)


# Real pages


def recorded(folder: str) -> Path:
    root = os.environ.get("REPWATCH_RECORDINGS")
    if not root:
        pytest.skip("REPWATCH_RECORDINGS is not set")
    return Path(root, folder)


def unpacked(file: Path) -> bytes:
    return gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()


def test_every_review_of_the_recorded_pages_is_found() -> None:
    folder = recorded("jsonld_reviews")
    wrong, unmarked, repeated = [], set(), 0
    for line in (folder / "index.jsonl").read_text().splitlines():
        row = json.loads(line)
        try:
            page = read(unpacked(folder / row["file"]))
        except ParseError as error:
            unmarked.add(error.message)
            page = Page()
        skipped = Counter(page.skipped)
        again = skipped.pop("the same review again", 0)
        repeated += again
        if len(page.mentions) + again != row["reviews"] or skipped.total() > (row.get("bad_blocks") or 0):
            wrong.append((row["file"], row["reviews"], len(page.mentions), skipped))
    assert wrong == []
    assert unmarked == {"the page has no schema.org data"}
    assert repeated <= 21


def test_recorded_login_walls_and_shells_yield_no_reviews() -> None:
    outcomes = {}
    for file in recorded("negative_html").iterdir():
        try:
            outcomes[file.name.partition("_")[0]] = len(read(unpacked(file)).mentions)
        except ParseError as error:
            outcomes[file.name.partition("_")[0]] = error.reason
    # The last two hold structured data, about things that have no reviews.
    assert outcomes == {
        "instagram": "blocked_page",
        "linkedin": "blocked_page",
        "bluesky": 0,
        "tiktok": 0,
    }
