from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from repwatch.errors import FetchError, ParseError
from repwatch.model import Answer, Brand, Mention, Page, Task
from repwatch.sources import build
from repwatch.sources.lemmy import ENTRIES_ON_A_PAGE, NEW, OLD, Lemmy

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BASE = "https://lemmy.example"
SOURCE = Lemmy(instances=(BASE,))
TASK = Task(source="l", query=f"acme anvils@{BASE}", since=NOW - timedelta(days=14), until=NOW)
ACME = Brand(
    key="acme",
    name="Acme",
    terms=("acme anvils", "@acme_anvils"),
    own_domains=("acme.example",),
    own_accounts=("hn:acme", "lemmy:@acme@social.acme.example"),
)


def answer(body: Any, status: int = 200, url: str = f"{BASE}/api/v3/search?q=x") -> Answer:
    return Answer(status, url, {}, body if isinstance(body, bytes) else json.dumps(body).encode())


def read(body: Any, cursor: str | None = OLD, resume: str | None = None) -> Page:
    return SOURCE.parse(replace(TASK, cursor=cursor, resume=resume), answer(body))


def sample() -> dict[str, Mention]:
    body = (Path(__file__).parent / "data/source_lemmy.json").read_bytes()
    return {(mention.native_id or "").rpartition(".example/")[2]: mention for mention in read(body).mentions}


def view(number: int, at: datetime = NOW) -> dict[str, Any]:
    """Return a post as both versions spell it."""
    uri, when = f"{BASE}/post/{number}", at.isoformat()
    return {
        "post": {"id": number, "ap_id": uri, "name": f"n{number}", "published": when, "published_at": when}
    }


# Settings


def test_there_has_to_be_an_instance() -> None:
    with pytest.raises(ValidationError, match="it needs an instance"):
        build("lemmy", {})
    assert build("lemmy", {"base_url": BASE})


# What is asked


def test_terms_own_domains_and_own_accounts_are_searched_for_on_every_instance() -> None:
    two = Lemmy(instances=(f"{BASE}/", "https://far.example"), base_url=BASE)
    asked = ("acme anvils", "acme_anvils", "acme.example", "@acme@social.acme.example")
    assert two.queries([ACME]) == tuple(
        f"{term}@{base}" for base in (BASE, "https://far.example") for term in asked
    )
    own = replace(TASK, query=f"@acme@social.acme.example@{BASE}")
    assert dict(SOURCE.request(own).params)["search_term"] == "@acme@social.acme.example"


def test_the_new_way_is_tried_first_and_the_one_that_worked_is_remembered() -> None:
    first = SOURCE.request(TASK)
    assert (first.url, dict(first.params)) == (
        f"{BASE}/api/v4/search",
        {"search_term": "acme anvils", "limit": "50"},
    )
    old = SOURCE.request(replace(TASK, resume=OLD))
    assert (old.url, dict(old.params)) == (
        f"{BASE}/api/v3/search",
        {
            "q": "acme anvils",
            "type_": "All",
            "sort": "New",
            "listing_type": "All",
            "limit": "50",
            "page": "1",
        },
    )
    assert SOURCE.request(replace(TASK, resume=NEW)) == SOURCE.request(replace(TASK, resume="?")) == first
    assert read({"posts": [view(1)]}, OLD).resume == OLD
    assert read({"posts": [view(1)]}, NEW).resume == NEW


# What is read


def test_a_post_is_its_title_its_text_and_where_it_leads_to() -> None:
    assert sample()["post/4711001"] == Mention(
        space="lemmy",
        native_id="https://lemmy.example/post/4711001",
        kind="post",
        url="https://lemmy.example/post/4711001",
        title="Acme Anvils recall?",
        text="Anyone seen this? It_is > odd.\nhttps://news.acme.example/recall",
        author="Ann ⚒",
        author_id="lemmy:@ann@lemmy.example",
        author_url="https://lemmy.example/u/ann",
        author_is_bot=False,
        published_at=datetime(2026, 11, 20, 10, 11, 12, 123456, tzinfo=UTC),
        edited_at=datetime(2026, 11, 20, 11, tzinfo=UTC),
        thread_id="https://lemmy.example/post/4711001",
        likes=12,
        replies=4,
        score=10,
    )


def test_a_comment_knows_its_post_and_its_parent_if_that_is_on_the_page() -> None:
    answer, parent, stray = (sample()[f"comment/471110{number}"] for number in (1, 2, 3))
    assert (answer.kind, answer.title) == ("comment", "")
    assert answer.parent_id == parent.native_id
    assert parent.parent_id == parent.thread_id == answer.thread_id == "https://lemmy.example/post/4711001"
    assert stray.parent_id is None, "a number of the instance is no uri"
    assert (answer.score, answer.likes, answer.replies) == (-2, 1, 0)
    assert stray.author_is_bot is True


def test_an_account_is_named_with_its_home_wherever_it_is_met() -> None:
    assert sample()["comment/4711101"].author_id == "lemmy:@halde@far.example"
    assert sample()["comment/4711101"].addressed_to == ("lemmy:@ann@lemmy.example",)
    assert sample()["post/4711002"].addressed_to == ("lemmy:@acme@social.acme.example",)


def test_the_number_of_a_language_is_no_language() -> None:
    assert {mention.lang for mention in sample().values()} == {None}


def test_what_was_deleted_or_removed_is_left_out_and_counted() -> None:
    assert "post/4711003" not in sample()
    removed = {"post": {**view(1)["post"], "removed": True}}
    assert read({"posts": [removed, {}, 7]}).skipped == ("deleted or removed", "no text", "no text")


def test_the_same_post_has_one_identity_on_every_instance() -> None:
    copy = view(9)
    copy["post"] |= {"id": 123_456, "ap_id": f"{BASE}/post/1"}
    elsewhere = replace(TASK, query="acme anvils@https://far.example", cursor=OLD)
    [there] = SOURCE.parse(elsewhere, answer({"posts": [copy]})).mentions
    assert there.id == read({"posts": [view(1)]}).mentions[0].id


def test_both_versions_say_the_same() -> None:
    old = json.loads((Path(__file__).parent / "data/source_lemmy.json").read_bytes())
    new = json.loads(json.dumps(old))
    for each in (*new["posts"], *new["comments"]):
        told = each.get("comment") or each["post"]
        told |= {name: value for name, value in each.pop("counts").items() if name not in told}
        for thing in (each["post"], told, each["creator"]):
            for before, after in (
                ("published", "published_at"),
                ("updated", "updated_at"),
                ("actor_id", "ap_id"),
            ):
                if before in thing:
                    thing[after] = thing.pop(before)
    assert "published_at" in json.dumps(new)
    assert read(new, NEW).mentions == read(old, OLD).mentions


def test_an_answer_without_lists_says_what_the_instance_said() -> None:
    with pytest.raises(ParseError, match="couldnt_find_object"):
        read({"error": "couldnt_find_object"})
    assert read({"posts": [], "comments": []}) == Page(resume=OLD)


def test_an_address_behind_words_is_told_with_them() -> None:
    said = "I had [one](https://acme.example/anvil_9 'x') and [acme](https://acme.example), see"
    said += " [acme.example/faq](https://acme.example/faq) and ![a picture](https://pictures.example/1)"
    [mention] = read({"posts": [{"post": {**view(1)["post"], "body": said}}]}).mentions
    assert mention.text == (
        "I had one (https://acme.example/anvil_9) and acme (https://acme.example), see"
        " https://acme.example/faq and a picture"
    )


# Paging


@dataclass
class Instance:
    """The search of an instance. The shim of 1.0 heeds neither page nor number nor order."""

    count: int
    version: str
    old_way: bool = True
    requests: list[str] = field(default_factory=list)

    def answer(self, task: Task) -> Answer:
        request = SOURCE.request(task)
        params = dict(request.params)
        way = request.url.split("/")[-2]
        self.requests.append(way)
        if way == "v4" and self.version == "0.19":
            return answer(b"", 404, request.url)
        posts = [view(number, NOW - timedelta(minutes=number)) for number in range(self.count)]
        size = int(params["limit"])
        if way == "v4":
            start = int(params.get("page_cursor", "P0")[1:])
            more = start + size < self.count
            body = {"posts": posts[start : start + size], "next_page": f"P{start + size}" if more else None}
            return answer({**body, "comments": []}, 200, request.url)
        start = (int(params["page"]) - 1) * size if self.version == "0.19" else 0
        size = size if self.version == "0.19" else 20
        return answer({"posts": posts[start : start + size], "comments": []}, 200, request.url)

    def window(self, resume: str | None = None) -> tuple[set[str], str | None]:
        """Read a window as the scan does; return the ids and the next resume."""
        seen: set[str] = set()
        cursors: list[str | None] = [None]
        for number, cursor in enumerate(cursors):
            assert number < 20
            task = replace(TASK, cursor=cursor, resume=resume)
            said = self.answer(task)
            page = SOURCE.explain(said) if said.status >= 400 else SOURCE.parse(task, said)
            assert isinstance(page, Page)
            ids = {mention.native_id or "" for mention in page.mentions}
            following = (*page.branches, *(page.cursors if ids - seen else ()))
            cursors += [cursor for cursor in following if cursor not in cursors]
            seen |= ids
            resume = page.resume or resume
        return seen, resume


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 170])
@pytest.mark.parametrize(("version", "way"), [("0.19", OLD), ("1.0", NEW)])
def test_both_versions_are_read_to_the_end(count: int, version: str, way: str) -> None:
    instance = Instance(count, version)
    seen, resume = instance.window()
    assert seen == {f"{BASE}/post/{number}" for number in range(count)}
    assert resume == way
    assert len(instance.requests) <= count // ENTRIES_ON_A_PAGE + 3
    before = len(instance.requests)
    again, _ = instance.window(resume)
    assert again == seen
    assert set(instance.requests[before:]) == {f"v{way}"}, "the way that works is known now"


def test_an_instance_that_became_1_0_is_noticed_and_read_whole() -> None:
    instance = Instance(170, "1.0")
    seen, resume = instance.window(OLD)
    assert len(seen) == 170
    assert resume == NEW
    assert instance.requests[:2] == ["v3", "v3"]


def test_a_page_without_a_next_one_is_the_end() -> None:
    for page in (None, "", 7.5, "a b", "a\nb"):
        assert read({"posts": [view(1)], "next_page": page}, NEW).cursors == ()
    assert read({"posts": [view(1)], "next_page": "Pn2a"}, NEW).cursors == ("4 Pn2a",)
    assert read({"posts": [], "next_page": "Pn2a"}, NEW).cursors == ()


# Failures


def test_only_a_missing_new_way_leads_to_the_old_one() -> None:
    assert SOURCE.explain(answer(b"", 404, f"{BASE}/api/v4/search?search_term=x")) == Page(
        branches=(OLD,), resume=OLD
    )
    assert SOURCE.explain(answer(b"", 404, f"{BASE}/api/v3/search?q=x")) is None
    assert SOURCE.explain(answer(b"<html>", 502, f"{BASE}/api/v4/search")) is None


@pytest.mark.parametrize("said", ["rate_limit_error", "too_many_requests"])
def test_too_many_searches_mean_waiting_whatever_the_status(said: str) -> None:
    for status in (400, 429):
        error = SOURCE.explain(answer({"error": said}, status))
        assert isinstance(error, FetchError)
        assert error.reason == "rate_limited"


# Real answers


def test_every_post_and_comment_of_the_recorded_answers_is_there() -> None:
    folder = os.environ.get("REPWATCH_RECORDINGS")
    if not folder:
        pytest.skip("REPWATCH_RECORDINGS is not set")
    files = sorted(Path(folder, "lemmy").glob("*_search.json"))
    assert len(files) >= 2
    for file in files:
        body = json.loads(file.read_bytes())
        page = read(body, NEW if "v4" in file.name else OLD)
        uris = [each["post"]["ap_id"] for each in body["posts"]]
        uris += [each["comment"]["ap_id"] for each in body["comments"]]
        assert [mention.native_id for mention in page.mentions] == uris
        assert page.skipped == ()
        for mention in page.mentions:
            assert mention.published_at
            assert mention.author_id
            assert mention.score is not None
    for file in Path(folder, "lemmy").glob("*error*.json"):
        assert isinstance(SOURCE.explain(answer(file.read_bytes(), 429)), FetchError)
    for file in Path(folder, "lemmy/apub").glob("*.json"):
        with pytest.raises(ParseError):
            read(file.read_bytes())
