from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from repwatch.errors import FetchError, ParseError
from repwatch.model import UNNAMED, Answer, Brand, Known, Mention, Page, Reread, Secret, Task
from repwatch.sources import build
from repwatch.sources.mastodon import ACCESS, LATE, Mastodon

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BASE = "https://social.example"
SOURCE = Mastodon(instances=(BASE,))
TAG = f"tag:acmeanvils@{BASE}"
SEARCH = f"search:acme anvils@{BASE}"
MENTIONS = f"mentions:@{BASE}"
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
        MENTIONS,
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
        native_id=f"{BASE}/users/bellows_bea/statuses/115000004711000900",
        kind="post",
        url=f"{BASE}/@bellows_bea/115000004711000900",
        text="Rant\nThe horn came off my #AcmeAnvils anvil.\nTwice & counting.",
        author="Bea :anvil:",
        author_id="mastodon:@bellows_bea@social.example",
        author_url=f"{BASE}/@bellows_bea",
        author_is_bot=False,
        author_followers=1200,
        published_at=datetime(2026, 11, 20, 10, tzinfo=UTC),
        edited_at=datetime(2026, 11, 20, 10, 5, tzinfo=UTC),
        lang="en",
        likes=7,
        replies=1,
        reposts=2,
        ref=f"115000004711000900@{BASE}",
    )


def test_an_answer_knows_its_parent_by_the_uri_if_it_is_on_the_same_page() -> None:
    _, answer, parent, *_ = sample().mentions
    assert answer.kind == "comment"
    assert answer.parent_id == parent.native_id == f"{BASE}/users/bellows_bea/statuses/115000004711000700"
    assert answer.author == answer.author_id.removeprefix("mastodon:") == "@clinker@far.example"  # type: ignore[union-attr]
    assert answer.author_is_bot is True
    assert answer.url == answer.native_id == "https://far.example/users/clinker/statuses/47117"
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
    assert boosted.native_id == "https://far.example/users/clinker/statuses/47111"
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


def test_who_is_not_to_be_found_by_search_is_marked_so_that_the_name_is_not_kept() -> None:
    account = {"id": "1", "acct": "bea", "url": f"{BASE}/@bea", "display_name": "Bea", "indexable": False}
    [mention] = read([status("1", account=account)]).mentions
    assert mention.text
    assert mention.marks == (UNNAMED,)


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
    with pytest.raises(ParseError, match="no statuses"):
        read({"accounts": []}, replace(TASK, query=SEARCH))


def test_an_empty_timeline_is_a_page_without_posts() -> None:
    page = read([])
    assert replace(page, branches=()) == Page()


def test_a_search_goes_on_where_its_page_ended() -> None:
    found = replace(TASK, query=SEARCH)
    assert read({"statuses": [status("3"), status("2")]}, found).cursors == ("2",)
    assert read({"statuses": [status("1")]}, replace(found, cursor="2")).cursors == ("3",)
    assert read({"statuses": []}, replace(found, cursor="3")).cursors == ()


def test_an_instance_that_shows_a_tag_without_posts_is_asked_whether_it_would() -> None:
    asks = replace(TASK, cursor=ACCESS)
    assert read([]).branches == (ACCESS,)
    assert read([], replace(TASK, resume="5")).branches == (), "it has shown some before"
    assert read([status("1")]).branches == ()
    assert SOURCE.request(asks).url == f"{BASE}/api/v2/instance"

    def tells(local: str, remote: str, source: Mastodon = SOURCE) -> Page:
        feeds = {"local": local, "remote": remote}
        return read({"configuration": {"timelines_access": {"hashtag_feeds": feeds}}}, asks, source=source)

    assert tells("public", "authenticated") == Page()
    assert read({"version": "4.2.0"}, asks) == Page()
    for access in (("authenticated", "authenticated"), ("authenticated", "disabled")):
        with pytest.raises(ParseError, match="to its users alone") as closed:
            tells(*access)
        assert (closed.value.reason, closed.value.hint is None) == ("login", False)
    user = Mastodon(instances=(BASE,), token=Secret("hush"))
    assert tells("authenticated", "authenticated", user) == Page()
    with pytest.raises(ParseError, match="to nobody") as closed:
        tells("disabled", "disabled", user)
    assert closed.value.reason == "forbidden"


def test_accounts_that_a_post_mentions_are_addressed_by_their_full_names() -> None:
    mentions = [
        {"id": "3", "acct": "help", "url": f"{BASE}/@help"},
        {"id": "4", "acct": "zed@far.example", "url": "https://far.example/@zed"},
        {"id": "1", "acct": "bea", "url": f"{BASE}/@bea"},
        {"id": "3", "acct": "help", "url": f"{BASE}/@help"},
        {"id": None},
        "junk",
    ]
    [mention] = read([status("1", mentions=mentions)]).mentions
    assert mention.addressed_to == ("mastodon:@help@social.example", "mastodon:@zed@far.example")


# Own mentions


def told(id: str, kind: str = "mention", at: datetime = NOW, **more: Any) -> dict[str, Any]:
    return {"id": id, "type": kind, "created_at": at.isoformat(), "status": status(f"7{id}", at), **more}


def test_who_mentions_the_account_is_read_from_its_notifications() -> None:
    source = Mastodon(instances=(BASE,), token=Secret("hush"))
    task = replace(TASK, query=MENTIONS)
    request = source.request(task)
    assert request.url == f"{BASE}/api/v1/notifications"
    assert request.params == (("limit", "40"), ("types[]", "mention"), ("include_filtered", "true"))
    private = status("74", visibility="direct")
    page = read([told("5"), told("4", status=private), told("3", "poll"), told("2", status=None)], task)
    assert [mention.native_id for mention in page.mentions] == [f"{BASE}/users/bea/statuses/75"]
    assert page.skipped == ("not public", "no object")


def test_notifications_are_paged_by_their_own_ids() -> None:
    task = replace(TASK, query=MENTIONS)
    old = NOW - timedelta(days=1)
    page = read([told("6"), told("5", at=old), told("4", "poll", at=old)], task)
    assert page.resume == "5"
    following = SOURCE.request(replace(task, cursor=page.cursors[0]))
    assert dict(following.params)["max_id"] == "4"
    assert "from" not in dict(following.params), "where the next window starts is not asked for"
    later = SOURCE.request(replace(task, resume=page.resume))
    assert dict(later.params)["min_id"] == "5"


# Failures


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (401, {"error": "Der Zugriffstoken ist ungültig"}, "login"),
        (422, {"error": "この操作にはログインが必要です"}, "login"),
        (403, {"error": "This action is outside the authorized scopes"}, "forbidden"),
        (403, b"<html>blocked</html>", None),
        (404, {"error": "Record not found"}, None),
        (429, {"error": "Too many requests"}, None),
    ],
)
def test_a_refusal_is_understood_in_any_language(status: int, body: Any, reason: str | None) -> None:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = Answer(status, SOURCE.request(TASK).url, {}, raw)
    with_token = Mastodon(instances=(BASE,), token=Secret("hush"))
    said, said_to_user = SOURCE.explain(answer), with_token.explain(answer)
    if reason is None:
        assert said is said_to_user is None
        return
    assert isinstance(said, FetchError)
    assert isinstance(said_to_user, FetchError)
    assert said.reason == said_to_user.reason == reason
    assert body["error"] in said.message
    assert "a token of an account" in (said.hint or "")
    assert "read:notifications" in (said_to_user.hint or "")
    assert not said.whole_host, "other pages of the instance may be open"


def test_an_older_instance_that_can_not_tell_who_may_read_is_no_failure() -> None:
    url = SOURCE.request(replace(TASK, cursor=ACCESS)).url
    assert SOURCE.explain(Answer(404, url, {}, b"<html>")) == Page()
    assert SOURCE.explain(Answer(502, url, {}, b"")) is None


# Second looks


def known(id: str, base: str = BASE, **more: Any) -> Known:
    uri = f"{BASE}/users/bea/statuses/{id}"
    given = {"id": f"m_{id}", "space": "mastodon", "native_id": uri, "kind": "post", "ref": f"{id}@{base}"}
    return Known(**{**given, **more})


def look(source: Mastodon, *wanted: Known) -> list[Reread]:
    return list(source.rereads(wanted))


def test_posts_are_read_again_where_they_were_shown_and_nowhere_else() -> None:
    source = Mastodon(instances=(BASE, "https://other.example"))
    here, there, left, without = (
        known("1"),
        known("2", "https://other.example"),
        known("3", "https://left.example"),
        known("4", ref=None),
    )
    assert [(one.request.url, one.known) for one in look(source, here, there, left, without)] == [
        (f"{BASE}/api/v1/statuses/1", (here,)),
        ("https://other.example/api/v1/statuses/2", (there,)),
    ]
    user = Mastodon(instances=(BASE,), token=Secret("hush"))
    [one] = look(user, here, there)
    assert [str(value) for _, value in one.request.headers] == ["Bearer hush"]
    assert user.thread(left) is None
    assert user.thread(known("5", ref=f"@{BASE}")) is None


def test_a_second_look_shows_a_post_as_it_is_now() -> None:
    edited = status("1", content="<p>All is well</p>", edited_at="2026-11-21T11:00:00Z", favourites_count=5)
    revisit = SOURCE.revisit((known("1"),), answer_of(edited))
    [now] = revisit.mentions
    assert (now.text, now.likes, now.edited_at) == ("All is well", 5, NOW - timedelta(hours=1))
    assert (revisit.gone, revisit.missing) == ((), ())


def test_who_opts_out_later_is_taken_out_later() -> None:
    account = {"id": "1", "acct": "bea", "url": f"{BASE}/@bea", "noindex": True}
    assert SOURCE.revisit((known("1"),), answer_of(status("1", account=account))).gone == ("m_1",)


def test_an_id_that_means_another_post_now_shows_nothing() -> None:
    revisit = SOURCE.revisit((known("1"),), answer_of(status("2")))
    assert (revisit.mentions, revisit.gone, revisit.missing) == ((), (), ("m_1",))
    bodies: tuple[Any, ...] = ({}, [], None, {"error": "Record not found"})
    for body in bodies:
        with pytest.raises(ParseError, match="without a post"):
            SOURCE.revisit((known("1"),), answer_of(body))


def test_a_thread_brings_the_replies_with_their_parents() -> None:
    request = SOURCE.thread(known("5"))
    assert request is not None
    assert request.url == f"{BASE}/api/v1/statuses/5/context"
    above = status("3")
    first = status("6", in_reply_to_id="5", in_reply_to_account_id="3")
    second = status("7", in_reply_to_id="6", in_reply_to_account_id="2")
    hidden = status("8", in_reply_to_id="5", visibility="private")
    body = {"ancestors": [above], "descendants": [first, second, hidden]}
    page = SOURCE.replies(known("5"), answer_of(body))
    assert [(each.parent_id, each.thread_id) for each in page.mentions] == [
        (known("5").native_id, above["uri"]),
        (first["uri"], above["uri"]),
    ]
    assert page.skipped == ("not public",)
    assert page.mentions[0].ref == f"6@{BASE}"
    alone = answer_of({"ancestors": [], "descendants": [first]})
    assert SOURCE.replies(known("5"), alone).mentions[0].thread_id == known("5").native_id
    lost = known("5", kind="comment")
    assert SOURCE.replies(lost, alone).mentions[0].thread_id is None, "what it answers was deleted"
    cut = answer_of({"ancestors": [status("3", in_reply_to_id="2")], "descendants": [first]})
    assert SOURCE.replies(lost, cut).mentions[0].thread_id is None
    with pytest.raises(ParseError):
        SOURCE.replies(known("5"), answer_of({"error": "Record not found"}))


def answer_of(body: Any) -> Answer:
    return Answer(200, BASE, {}, json.dumps(body).encode())


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
    lists = notifications = posts = refusals = 0
    for line in Path(folder, "mastodon/replay.jsonl").read_text().splitlines():
        record = json.loads(line)
        body, path = record["response"]["body"], record["request"]["url"].partition("/api/")[2]
        try:
            entries = json.loads(body) if isinstance(body, str) else body
        except ValueError:
            continue
        headers = {name.lower(): str(value) for name, value in record["response"]["headers"].items()}
        answer = Answer(record["response"]["status"], BASE, headers, json.dumps(entries).encode())
        if answer.status >= 400:
            refusals += 1
            assert (SOURCE.explain(answer) is not None) == (answer.status in (401, 403, 422))
        elif path.partition("?")[0] == "v1/notifications":
            notifications += 1
            page = SOURCE.parse(replace(TASK, query=MENTIONS), answer)
            told = [each["status"] for each in entries if each["type"] == "mention"]
            check(page, [each for each in told if isinstance(each, dict)])
            assert len(page.mentions) + len(page.skipped) == len(told)
        elif re.fullmatch(r"v1/statuses/[0-9]+", path):
            posts += 1
            wanted = Known(id="m", space="mastodon", native_id=entries["uri"], kind="post", ref=f"1@{BASE}")
            revisit = SOURCE.revisit((wanted,), answer)
            assert (len(revisit.mentions) + len(revisit.gone), revisit.missing) == (1, ())
        elif isinstance(entries, list) and all("uri" in each and "account" in each for each in entries):
            lists += 1
            page = SOURCE.parse(TASK, answer)
            check(page, entries)
            assert len(page.mentions) + len(page.skipped) == len(entries)
    assert lists >= 10
    assert notifications >= 3
    assert posts >= 3
    assert refusals >= 3


def test_every_post_of_the_answers_of_old_is_there() -> None:
    folder = os.environ.get("REPWATCH_RECORDINGS")
    if not folder:
        pytest.skip("REPWATCH_RECORDINGS is not set")
    for name in ("home", "statuses", "search-by-url"):
        raw = Path(folder, f"mastodon/old-api-{name}.http.txt").read_bytes()
        body = json.loads(raw.partition(b"\r\n\r\n")[2] or raw.partition(b"\n\n")[2])
        task = replace(TASK, query=SEARCH) if name == "search-by-url" else TASK
        page = read(body, task)
        check(page, body["statuses"] if name == "search-by-url" else body)


def check(page: Page, statuses: list[dict[str, Any]]) -> None:
    """Compare what was read with the answer itself."""
    public = [
        (each.get("reblog") or each)
        for each in statuses
        if (each.get("reblog") or each).get("visibility", "public") in ("public", "unlisted")
        and (each.get("reblog") or each)["account"].get("noindex") is not True
    ]
    assert [mention.native_id for mention in page.mentions] == [each["uri"] for each in public]
    for mention, each in zip(page.mentions, public, strict=True):
        assert mention.ref == f"{each['id']}@{BASE}"
        assert len(mention.addressed_to) <= len(each["mentions"])
        assert all(
            any(name.split("@")[1] == m["acct"].partition("@")[0] for m in each["mentions"])
            for name in mention.addressed_to
        )
