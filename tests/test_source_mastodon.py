from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from repwatch.errors import ParseError
from repwatch.model import Answer, Brand, Mention, Page, Secret, Task
from repwatch.sources import build
from repwatch.sources.mastodon import LATE, Mastodon

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BASE = "https://social.example"
SOURCE = Mastodon(instances=(BASE,))
TAG = f"tag:acmeanvils@{BASE}"
SEARCH = f"search:acme anvils@{BASE}"
TASK = Task(source="fedi", query=TAG, since=NOW - timedelta(days=14), until=NOW)
ACME = Brand(key="acme", name="Acme", terms=("acme anvils", "@acme_anvils"), weak_terms=("acme",))


def read(body: Any, task: Task = TASK, link: str | None = None, source: Mastodon = SOURCE) -> Page:
    headers = {} if link is None else {"link": link}
    return source.parse(task, Answer(200, source.request(task).url, headers, json.dumps(body).encode()))


def sample() -> Page:
    return read(json.loads((Path(__file__).parent / "data/source_mastodon.json").read_bytes()))


def status(id: str, at: datetime = NOW, **more: Any) -> dict[str, Any]:
    account = {"id": "1", "acct": "bea", "url": f"{BASE}/@bea"}
    uri = f"{BASE}/users/bea/statuses/{id}"
    given = {"id": id, "uri": uri, "created_at": at.isoformat(), "content": f"<p>{id}</p>"}
    return {**given, "account": account, "visibility": "public", **more}


# What is asked


def test_terms_are_read_as_hashtags_on_every_instance() -> None:
    two = Mastodon(instances=(f"{BASE}/", "https://other.example"), base_url=BASE)
    assert two.queries([ACME]) == (
        TAG,
        f"tag:acme_anvils@{BASE}",
        "tag:acmeanvils@https://other.example",
        "tag:acme_anvils@https://other.example",
    )
    assert two.queries([]) == ()


def test_tags_of_the_settings_stand_in_for_those_of_the_brands() -> None:
    source = Mastodon(
        instances=(BASE,), tags=("#Black Smith", "２０２６", "Ｆｏｒｇｅ", "鍛冶屋", "#blacksmith", "!")
    )
    assert source.queries([ACME]) == (
        f"tag:blacksmith@{BASE}",
        f"tag:forge@{BASE}",
        f"tag:鍛冶屋@{BASE}",
    )
    assert source.request(replace(TASK, query=f"tag:鍛冶屋@{BASE}")).url.isascii()


def test_a_token_opens_the_search_and_is_sent_to_its_instance_alone() -> None:
    source = Mastodon(instances=(BASE,), token=Secret("hush"))
    assert source.queries([ACME]) == (
        TAG,
        f"tag:acme_anvils@{BASE}",
        SEARCH,
        f"search:acme_anvils@{BASE}",
    )
    request = source.request(replace(TASK, query=SEARCH))
    assert request.url == f"{BASE}/api/v2/search"
    assert dict(request.params) == {"limit": "40", "q": '"acme anvils"', "type": "statuses", "offset": "0"}
    [(name, value)] = request.headers
    assert (name, str(value)) == ("Authorization", "Bearer hush")
    assert isinstance(value, Secret)
    assert "hush" not in repr(request)
    assert source.request(TASK).headers == request.headers
    elsewhere = source.request(replace(TASK, query="tag:acmeanvils@https://left.example"))
    assert elsewhere.headers == ()


def test_a_token_and_several_instances_are_refused() -> None:
    with pytest.raises(ValidationError, match="a token belongs to one instance"):
        build("mastodon", {"instances": [BASE, "https://b.example"], "token": Secret("hush")})
    with pytest.raises(ValidationError, match="it needs an instance"):
        build("mastodon", {})


# What is read


def test_a_post_is_read_with_all_that_the_instance_says() -> None:
    assert sample().mentions[0] == Mention(
        space="mastodon",
        native_id=f"{BASE}/users/bellows_bea/statuses/115000000000000900",
        kind="post",
        url=f"{BASE}/@bellows_bea/115000000000000900",
        text="Rant\nThe horn came off my #AcmeAnvils anvil.\nTwice & counting.",
        author="Bea :anvil:",
        author_id="mastodon:@bellows_bea@social.example",
        author_url=f"{BASE}/@bellows_bea",
        author_is_bot=False,
        published_at=datetime(2026, 11, 20, 10, tzinfo=UTC),
        edited_at=datetime(2026, 11, 20, 10, 5, tzinfo=UTC),
        lang="en",
        likes=7,
        replies=1,
        reposts=2,
    )


def test_an_answer_knows_its_parent_by_the_uri_if_it_is_on_the_same_page() -> None:
    _, answer, parent, *_ = sample().mentions
    assert answer.kind == "comment"
    assert answer.parent_id == parent.native_id == f"{BASE}/users/bellows_bea/statuses/115000000000000700"
    assert answer.author == answer.author_id.removeprefix("mastodon:") == "@clinker@far.example"  # type: ignore[union-attr]
    assert answer.author_is_bot is True
    assert answer.url == answer.native_id == "https://far.example/users/clinker/statuses/7"
    assert answer.lang is None


def test_who_continues_their_own_post_names_it_also_from_another_page() -> None:
    mine = status("20", in_reply_to_id="10", in_reply_to_account_id="1")
    yours = status("21", in_reply_to_id="10", in_reply_to_account_id="2")
    own, foreign = read([mine, yours]).mentions
    assert own.parent_id == f"{BASE}/users/bea/statuses/10"
    assert foreign.parent_id is None, "an id of the instance is no uri"
    assert foreign.kind == "comment"


def test_a_boost_is_the_post_that_it_repeats() -> None:
    boosted = sample().mentions[3]
    assert boosted.native_id == "https://far.example/users/clinker/statuses/1"
    assert boosted.text == "#AcmeAnvils for sale, hardly dropped"
    assert boosted.published_at == datetime(2026, 11, 12, 8, tzinfo=UTC)


def test_what_is_not_public_and_who_opted_out_is_left_out_and_counted() -> None:
    page = sample()
    assert page.skipped == (
        "not public",
        "its author opted out of being indexed",
        "no text",
    )
    boost_of_private = status("1", reblog=status("2", visibility="direct"))
    assert read([boost_of_private]).skipped == ("not public",)


def test_who_is_not_to_be_found_by_search_is_kept_without_a_name() -> None:
    account = {"id": "1", "acct": "bea", "url": f"{BASE}/@bea", "display_name": "Bea", "indexable": False}
    [mention] = read([status("1", account=account)]).mentions
    assert mention.text
    assert (mention.author, mention.author_id, mention.author_url) == (None, None, None)


def test_the_same_post_has_one_identity_on_every_instance() -> None:
    elsewhere = replace(TASK, query="tag:acmeanvils@https://other.example")
    there = status("77", uri=f"{BASE}/users/bea/statuses/1", account={"acct": "bea@social.example"})
    [here], [far] = read([status("1")]).mentions, read([there], elsewhere).mentions
    assert here.id == far.id
    assert here.author_id == far.author_id == "mastodon:@bea@social.example"


def test_a_local_name_gets_the_host_of_its_instance() -> None:
    nameless = status("1", account={"acct": "bea"})
    ported = replace(TASK, query="tag:acmeanvils@http://127.0.0.1:8765/one")
    assert read([nameless]).mentions[0].author_id == "mastodon:@bea@social.example"
    assert read([nameless], ported).mentions[0].author_id == "mastodon:@bea@127.0.0.1:8765"
    moved = replace(TASK, query="tag:acmeanvils@https://web.social.example")
    assert read([status("1")], moved).mentions[0].author_id == "mastodon:@bea@social.example"
    assert read([status("1", account=None)]).mentions[0].author_id is None


def test_an_error_in_the_place_of_posts_is_repeated() -> None:
    with pytest.raises(ParseError, match="Record not found"):
        read({"error": "Record not found"})
    with pytest.raises(ParseError, match="without posts"):
        read({"accounts": []}, replace(TASK, query=SEARCH))


def test_an_empty_timeline_is_a_page_without_posts() -> None:
    assert read([]) == Page()


def test_a_search_goes_on_where_its_page_ended() -> None:
    found = replace(TASK, query=SEARCH)
    assert read({"statuses": [status("3"), status("2")]}, found).cursors == ("2",)
    assert read({"statuses": [status("1")]}, replace(found, cursor="2")).cursors == ("3",)
    assert read({"statuses": []}, replace(found, cursor="3")).cursors == ()


# Paging


@dataclass
class Instance:
    """A tag's timeline as Mastodon serves it: ids grow with the time of writing."""

    written: list[datetime] = field(default_factory=list)
    on_a_page: int = 40
    links: bool = True
    requests: int = 0

    def write(self, *times: datetime) -> None:
        self.written.extend(times)

    def answer(self, task: Task) -> Answer:
        self.requests += 1
        params = dict(SOURCE.request(task).params)
        ids = sorted((int(at.timestamp() * 1000) << 16 for at in self.written), reverse=True)
        below, above = int(params.get("max_id", 2**80)), int(params.get("min_id", 0))
        size = min(int(params["limit"]), self.on_a_page)
        found = [id for id in ids if above < id < below]
        found = found[-size:] if "min_id" in params else found[:size]
        body = [status(str(id), datetime.fromtimestamp((id >> 16) / 1000, UTC)) for id in found]
        link = (
            f'<http://inside:3000/x?limit=40&max_id={found[-1]}>; rel="next",'
            f' <http://inside:3000/x?limit=40&min_id={found[0]}>; rel="prev"'
            if found and self.links
            else ""
        )
        return Answer(200, BASE, {"link": link} if link else {}, json.dumps(body).encode())

    def window(self, until: datetime, resume: str | None) -> tuple[set[datetime], str | None]:
        """Read a window as the scan does; return when its posts were written, and the next resume."""
        task = replace(TASK, since=until - timedelta(days=14), until=until, resume=resume)
        seen: set[datetime] = set()
        cursors: list[str | None] = [None]
        for cursor in cursors:
            page = SOURCE.parse(replace(task, cursor=cursor), self.answer(replace(task, cursor=cursor)))
            times = {each.published_at for each in page.mentions if each.published_at}
            resume = page.resume or resume
            if not times or times <= seen or max(times) < task.since:
                break
            seen |= times
            cursors += [cursor for cursor in page.cursors if cursor not in cursors]
        return seen, resume


def minutes_ago(*minutes: float) -> list[datetime]:
    return [NOW - timedelta(minutes=number) for number in minutes]


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("count", [0, 1, 40, 41, 200])
def test_the_first_window_is_read_down_to_its_beginning(count: int, links: bool) -> None:
    instance = Instance(minutes_ago(*range(1, count + 1)), links=links)
    instance.write(*minutes_ago(*(60 * 24 * day for day in range(15, 100))))
    seen, _ = instance.window(NOW, None)
    assert set(minutes_ago(*range(1, count + 1))) <= seen
    assert instance.requests <= count // 40 + 3, "what is older than the window is not paged through"


@pytest.mark.parametrize("on_a_page", [40, 20])
@pytest.mark.parametrize("links", [True, False])
def test_however_much_was_written_between_two_windows_nothing_is_jumped_over(
    links: bool, on_a_page: int
) -> None:
    instance = Instance(minutes_ago(*range(500, 900)), links=links, on_a_page=on_a_page)
    _, resume = instance.window(NOW, None)
    assert resume is not None
    burst = [NOW + timedelta(seconds=number) for number in range(300)]
    instance.write(*burst)
    before = instance.requests
    seen, _ = instance.window(NOW + timedelta(minutes=30), resume)
    assert set(burst) <= seen
    assert instance.requests - before <= len(seen) // on_a_page + 2


def test_a_post_that_comes_in_late_from_another_server_is_still_found() -> None:
    instance = Instance(minutes_ago(5, 60, 60 * 24))
    _, resume = instance.window(NOW, None)
    late = NOW - LATE + timedelta(minutes=1)
    instance.write(late)
    seen, _ = instance.window(NOW + timedelta(minutes=30), resume)
    assert late in seen


def test_a_window_starts_again_where_the_last_one_was_settled() -> None:
    instance = Instance(minutes_ago(*range(30, 60 * 24, 30)))
    _, resume = instance.window(NOW, None)
    assert resume is not None
    assert datetime.fromtimestamp((int(resume) >> 16) / 1000, UTC) == NOW - LATE
    quiet, same = instance.window(NOW + timedelta(minutes=1), resume)
    assert quiet == set(minutes_ago(*range(30, 6 * 60, 30)))
    assert same == resume, "an old place is kept until there is a newer one"


def test_a_deleted_anchor_does_not_matter() -> None:
    instance = Instance(minutes_ago(10, 60 * 7, 60 * 8))
    _, resume = instance.window(NOW, None)
    instance.written.remove(NOW - timedelta(hours=7))
    instance.write(NOW + timedelta(minutes=1))
    seen, _ = instance.window(NOW + timedelta(minutes=30), resume)
    assert seen == {NOW - timedelta(minutes=10), NOW + timedelta(minutes=1)}


def test_a_link_header_without_a_next_page_is_the_end_of_it() -> None:
    assert read([status("5")], link=f'<{BASE}/x?min_id=5>; rel="prev"').cursors == ()


def test_addresses_in_a_link_header_are_never_followed() -> None:
    page = read([status("5")], link='<https://evil.example/x?max_id=1&token=1>; rel="next"')
    following = SOURCE.request(replace(TASK, cursor=page.cursors[0]))
    assert following.url == SOURCE.request(TASK).url
    assert dict(following.params) == {"limit": "40", "max_id": "5"}


def test_ids_are_ordered_as_numbers_in_whatever_order_they_come() -> None:
    old = NOW - timedelta(days=1)
    page = read([status("9", old), status("101", old), status("100", old), status("102", NOW)])
    assert page.resume == "101"
    assert dict(SOURCE.request(replace(TASK, cursor=page.cursors[0])).params)["max_id"] == "9"


# Real answers


def test_every_public_post_of_the_recorded_answers_is_there() -> None:
    folder = os.environ.get("REPWATCH_RECORDINGS")
    if not folder:
        pytest.skip("REPWATCH_RECORDINGS is not set")
    lists = 0
    for line in Path(folder, "mastodon/replay.jsonl").read_text().splitlines():
        record = json.loads(line)
        body = record["response"]["body"]
        try:
            entries = json.loads(body) if isinstance(body, str) else body
        except ValueError:
            continue
        if not isinstance(entries, list) or not all("uri" in each and "account" in each for each in entries):
            continue
        lists += 1
        headers = {name.lower(): str(value) for name, value in record["response"]["headers"].items()}
        page = SOURCE.parse(TASK, Answer(200, BASE, headers, json.dumps(entries).encode()))
        public = [
            each["uri"]
            for each in entries
            if each.get("visibility", "public") in ("public", "unlisted")
            and each["account"].get("noindex") is not True
        ]
        assert [mention.native_id for mention in page.mentions] == public
        assert len(page.mentions) + len(page.skipped) == len(entries)
    assert lists >= 10
