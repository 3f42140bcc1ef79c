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
from repwatch.model import Answer, Brand, Mention, Page, Task
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
        "tags": "(story,comment)",
        "numericFilters": f"created_at_i>={int(SINCE.timestamp())},created_at_i<{int(NOW.timestamp()) + 1}",
        "hitsPerPage": "100",
        "page": "0",
        "typoTolerance": "false",
        "queryType": "prefixNone",
        "advancedSyntax": "true",
        "restrictSearchableAttributes": "title,url,story_text,comment_text",
    }


def test_a_story_is_its_title_its_text_and_the_address_it_leads_to() -> None:
    story = sample()["70000010"]
    assert story == Mention(
        space="hackernews",
        native_id="70000010",
        kind="post",
        url="https://news.ycombinator.com/item?id=70000010",
        title="Acme Anvils recalls its spring anvil & the whole internet laughs",
        text="https://news.acme.example/recall",
        author="quench_hardened",
        author_id="hn:quench_hardened",
        author_url="https://news.ycombinator.com/user?id=quench_hardened",
        published_at=datetime(2026, 11, 20, 8, tzinfo=UTC),
        thread_id="70000010",
        replies=2,
        score=87,
    )


def test_a_comment_knows_its_parent_and_its_story() -> None:
    comment = sample()["70000014"]
    assert comment.kind == "comment"
    assert comment.title == "", "the story's title is not the comment's"
    assert comment.text == (
        'Mine cracked after two days.\nSupport said "it\'s normal": https://acme.example/faq'
    )
    assert (comment.parent_id, comment.thread_id) == ("70000010", "70000010")
    assert (comment.score, comment.replies) == (None, 2)


def test_an_answer_of_the_older_shape_is_read_as_well() -> None:
    story = sample()["69990001"]
    assert story.kind == "post"
    assert story.text == "I look at Acme Anvils and at Zed Forge."
    assert story.thread_id == "69990001"
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
