from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from repwatch.errors import ParseError
from repwatch.model import Answer, Brand, Known, Mention, Page, Task, mention_id
from repwatch.sources.hackernews import HITS_ON_A_PAGE, MOST_HITS, HackerNews

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SINCE = NOW - timedelta(days=14)
TASK = Task(source="hn", query="acme anvils", since=SINCE, until=NOW)
SOURCE = HackerNews()
LINK = "https://acme.example/"


def read(body: Any, task: Task = TASK) -> Page:
    return SOURCE.parse(task, Answer(200, SOURCE.request(task).url, {}, json.dumps(body).encode()))


def sample() -> dict[str, Mention]:
    body = json.loads((Path(__file__).parent / "data/source_hackernews.json").read_bytes())
    return {mention.native_id or "": mention for mention in read(body).mentions}


def hit(number: int, at: datetime, **more: Any) -> dict[str, Any]:
    at_s = int(at.timestamp())
    return {"objectID": str(number), "title": f"Acme Anvils {number}", "created_at_i": at_s, **more}


def asked(task: Task) -> dict[str, str]:
    return dict(SOURCE.request(task).params)


def test_each_term_weak_term_and_own_domain_is_asked_for_once() -> None:
    brands = [
        Brand(
            key="acme",
            name="Acme",
            terms=("acme anvils", "Acme  Anvils", "@acme_anvils", "#AcmeAnvils"),
            weak_terms=("acme", '"ACME"'),
            own_domains=("acme.example",),
        ),
        Brand(key="zed", name="Zed", terms=("Zed Forge", "acme", "@#")),
    ]
    assert SOURCE.queries(brands) == (
        "acme anvils",
        "acme_anvils",
        "AcmeAnvils",
        "acme",
        "acme.example",
        "Zed Forge",
    )
    assert SOURCE.queries([]) == ()


def test_the_exact_phrase_is_asked_for_in_the_whole_window() -> None:
    odd = replace(TASK, since=SINCE + timedelta(seconds=0.5), until=NOW + timedelta(seconds=0.5))
    assert SOURCE.request(odd).url == "https://hn.algolia.com/api/v1/search_by_date"
    assert asked(odd) == {
        "query": '"acme anvils"',
        "tags": "(story,comment,poll)",
        "numericFilters": f"created_at_i>={int(SINCE.timestamp())},created_at_i<{int(NOW.timestamp()) + 1}",
        "hitsPerPage": "100",
        "page": "0",
        "typoTolerance": "false",
        "queryType": "prefixNone",
        "advancedSyntax": "true",
        "restrictSearchableAttributes": "title,url,story_text,comment_text",
    }


def test_a_story_is_its_title_its_text_and_the_address_it_leads_to() -> None:
    story = sample()["47110010"]
    assert story == Mention(
        space="hackernews",
        native_id="47110010",
        kind="post",
        url="https://news.ycombinator.com/item?id=47110010",
        title="Acme Anvils recalls its spring anvil & the whole internet laughs",
        text="https://news.acme.example/recall",
        author="quench_hardened",
        author_id="hn:quench_hardened",
        author_url="https://news.ycombinator.com/user?id=quench_hardened",
        published_at=datetime(2026, 11, 20, 8, tzinfo=UTC),
        thread_id="47110010",
        replies=2,
        score=87,
    )


def test_a_comment_knows_its_parent_and_its_story() -> None:
    comment = sample()["47110014"]
    assert comment.kind == "comment"
    assert comment.title == "", "the story's title is not the comment's"
    assert comment.text == (
        'Mine cracked after two days.\nSupport said "it\'s normal": https://acme.example/faq'
    )
    assert (comment.parent_id, comment.thread_id) == ("47110010", "47110010")
    assert (comment.score, comment.replies) == (None, 2)


def test_an_answer_of_the_older_shape_is_read_as_well() -> None:
    story = sample()["47119001"]
    assert story.kind == "post"
    assert story.text == "I look at Acme Anvils and at Zed Forge."
    assert story.thread_id == "47119001"
    assert story.published_at == datetime(2026, 11, 19, 12, tzinfo=UTC)


def test_what_answers_something_is_a_comment_whatever_its_tags_say() -> None:
    [option] = read({"hits": [hit(1, NOW, _tags=["pollopt", 7], parent_id=5, url=LINK)]}).mentions
    assert (option.kind, option.parent_id, option.text) == ("comment", "5", "")
    [story] = read({"hits": [hit(1, NOW, _tags=["story"], parent_id=5, url=LINK)]}).mentions
    assert (story.kind, story.text) == ("post", LINK)


def test_a_hit_that_says_nothing_is_skipped_and_counted() -> None:
    page = read({"hits": [{"objectID": "1", "_tags": ["comment"], "comment_text": None}, 7, hit(2, NOW)]})
    assert [mention.native_id for mention in page.mentions] == ["2"]
    assert page.skipped == ("no text", "no object")


def test_an_answer_without_hits_says_what_the_search_said() -> None:
    with pytest.raises(ParseError, match="invalid numeric attribute"):
        read({"message": "invalid numeric attribute", "status": 400})


class Search:
    """Hits as the search engine hands them out: newest first, the first thousand of a query.

    How many there are is an estimate; it claims no more than `counted`.
    """

    def __init__(self, times: list[datetime], counted: int = 10_000) -> None:
        self.counted = counted
        self.hits = [hit(number, at) for number, at in enumerate(sorted(times, reverse=True))]

    def answer(self, task: Task) -> dict[str, Any]:
        params = asked(task)
        lower, upper = (int(part) for part in re.findall(r"\d+", params["numericFilters"]))
        found = [each for each in self.hits if lower <= each["created_at_i"] < upper]
        size, page = int(params["hitsPerPage"]), int(params["page"])
        reachable = found[:MOST_HITS]
        return {
            "hits": reachable[page * size : (page + 1) * size],
            "nbHits": min(len(found), self.counted),
            "nbPages": -(-len(reachable) // size),
            "hitsPerPage": size,
            "page": page,
        }

    def walk(self) -> list[str]:
        """Follow all cursors; return the ids in the order in which they came."""
        ids: list[str] = []
        cursors: list[str | None] = [None]
        for cursor in cursors:
            task = replace(TASK, cursor=cursor)
            page = read(self.answer(task), task)
            ids += [mention.native_id or "" for mention in page.mentions]
            cursors += page.cursors
            assert len(cursors) < 60
        return ids


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250, 999, 1_000, 1_001, 2_345])
def test_every_hit_of_a_window_is_read_also_beyond_the_thousand_that_can_be_paged(count: int) -> None:
    # Three in each second, so that a boundary between windows falls into the middle of one.
    times = [NOW - timedelta(seconds=1 + number // 3) for number in range(count)]
    for counted in (count, min(count, MOST_HITS)):
        ids = Search(times, counted).walk()
        assert {int(id) for id in ids} == set(range(count))
        assert len(ids) <= count + count // 300, "only the second at the edge is read twice"


def test_a_second_with_more_hits_than_can_be_paged_does_not_hold_up_what_is_older() -> None:
    crowd = [NOW - timedelta(seconds=10)] * (MOST_HITS + 50)
    ids = Search([*crowd, NOW - timedelta(days=1)]).walk()
    assert str(len(crowd)) in ids


def test_no_page_follows_one_that_is_not_full() -> None:
    assert read({"hits": [hit(1, NOW)], "nbHits": 1, "nbPages": 1, "hitsPerPage": 100}).cursors == ()
    assert read({"hits": []}).cursors == ()
    full = [hit(number, NOW) for number in range(HITS_ON_A_PAGE)]
    assert len(read({"hits": full}).cursors) == 1, "an answer that counts no pages may have another"


# Second looks


def known(id: str, ref: str | None = None) -> Known:
    kind: Any = "comment" if ref else "post"
    return Known(id=mention_id("hackernews", id), space="hackernews", native_id=id, kind=kind, ref=ref)


def again(body: Any, *asked: Known) -> Any:
    return SOURCE.revisit(asked, Answer(200, "https://items.example", {}, json.dumps(body).encode()))


def test_items_are_read_again_one_by_one_where_the_site_itself_keeps_them() -> None:
    first, second = SOURCE.rereads([known("47110010"), known("47110014", "47110010")])
    assert first.request.url == "https://hacker-news.firebaseio.com/v0/item/47110010.json"
    assert [one.native_id for one in second.known] == ["47110014"]
    elsewhere = replace(SOURCE, items_url="http://127.0.0.1:9/fire/")
    [reread] = elsewhere.rereads([known("7")])
    assert reread.request.url == "http://127.0.0.1:9/fire/v0/item/7.json"


def test_an_item_that_did_not_change_says_what_the_search_said() -> None:
    story, comment = sample()["47110010"], sample()["47110014"]
    as_story = {
        "id": 47110010,
        "type": "story",
        "by": "quench_hardened",
        "time": 1795161600,
        "score": 87,
        "title": "Acme Anvils recalls its spring anvil &amp; the whole internet laughs",
        "kids": [47110014],
        "url": "https://news.acme.example/recall",
        "descendants": 2,
    }
    as_comment = {
        "id": 47110014,
        "type": "comment",
        "by": "tongs_up",
        "time": 1795159800,
        "parent": 47110010,
        "text": "Mine cracked after two days.<p>Support said &quot;it&#x27;s normal&quot;:"
        ' <a href="https:&#x2F;&#x2F;acme.example&#x2F;faq">https:&#x2F;&#x2F;acme.example&#x2F;faq</a>',
        "kids": [47110015, 47110016],
    }
    assert story.ref is None
    assert comment.ref == "47110010"
    assert again(as_story, known("47110010")).mentions == (story,)
    assert again(as_comment, known("47110014", comment.ref)).mentions == (comment,)
    edited = again({**as_comment, "text": "It was the horn."}, known("47110014", comment.ref))
    assert edited.mentions == (replace(comment, text="It was the horn."),)


@pytest.mark.parametrize("body", [None, {"id": 7, "deleted": True}, {"id": 7, "text": "x", "dead": True}])
def test_what_was_deleted_or_taken_down_is_gone(body: Any) -> None:
    assert again(body, known("7")).gone == (known("7").id,)


@pytest.mark.parametrize("body", [{}, [], "x", {"id": 8, "text": "x"}, {"error": "Permission denied"}])
def test_what_is_not_the_item_that_was_asked_for_is_a_parse_error(body: Any) -> None:
    with pytest.raises(ParseError):
        again(body, known("7"))


def test_a_thread_brings_the_comments_under_a_story_or_a_comment() -> None:
    request = SOURCE.thread(known("1"))
    assert request is not None
    assert request.url == "https://hn.algolia.com/api/v1/search_by_date"
    assert dict(request.params) == {"query": "", "tags": "comment,story_1", "hitsPerPage": "1000"}
    assert SOURCE.thread(known("3", "1")) == request
    assert SOURCE.thread(replace(known("3"), kind="comment")) is None, "nobody knows its story"

    def said(id: int, parent: int) -> dict[str, Any]:
        words = {"comment_text": f"words {id}", "story_id": 1, "parent_id": parent}
        return {"objectID": str(id), "_tags": ["comment"], **words}

    hits = [said(2, 1), said(3, 1), said(4, 3), said(5, 4), said(6, 99)]
    answer = Answer(200, request.url, {}, json.dumps({"hits": hits}).encode())
    under = {
        one.native_id: [mention.native_id for mention in SOURCE.replies(one, answer).mentions]
        for one in (known("1"), known("3", "1"), known("5", "1"))
    }
    assert under == {"1": ["2", "3", "4", "5", "6"], "3": ["4", "5"], "5": []}
    with pytest.raises(ParseError):
        SOURCE.replies(known("1"), Answer(200, request.url, {}, b"{}"))


# Real answers


def test_recorded_items_are_read_again() -> None:
    folder = os.environ.get("REPWATCH_RECORDINGS")
    if not folder:
        pytest.skip("REPWATCH_RECORDINGS is not set")
    files = sorted(Path(folder, "hn").glob("firebase__item__*.json"))
    assert len(files) >= 5
    for file in files:
        item = json.loads(file.read_bytes())
        one = known(str(item["id"]), "1" if "parent" in item else None)
        revisit = again(item, one)
        if item.get("deleted"):
            assert revisit.gone == (one.id,)
            continue
        [mention] = revisit.mentions
        assert mention.id == one.id
        assert (mention.author, mention.score) == (item["by"], item.get("score"))
        assert mention.published_at is not None
        assert mention.published_at.timestamp() == item["time"]


def test_recorded_answers_are_read_whole() -> None:
    folder = os.environ.get("REPWATCH_RECORDINGS")
    if not folder:
        pytest.skip("REPWATCH_RECORDINGS is not set")
    files = sorted(Path(folder, "hn").glob("algolia_*.json"))
    assert files
    for file in files:
        body = json.loads(file.read_bytes())
        page = read(body)
        assert len(page.mentions) == len(body["hits"])
        assert page.skipped == ()
        for mention in page.mentions:
            assert mention.native_id
            assert mention.author_id
            assert mention.published_at
            assert mention.thread_id
