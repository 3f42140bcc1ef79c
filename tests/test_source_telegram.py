from __future__ import annotations

import gzip
import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from selectolax.lexbor import LexborHTMLParser

from repwatch.errors import ParseError
from repwatch.model import Answer, Brand, Known, Mention, Page, Task, mention_id
from repwatch.sources import build
from repwatch.sources.telegram import Telegram

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SOURCE = Telegram(channels=("forge_talk",))
TASK = Task(source="t", query="forge_talk", since=NOW - timedelta(days=14), until=NOW)
ACME = Brand(key="acme", name="Acme", terms=("acme anvils", "@acme_anvils"), own_domains=("acme.example",))
PREVIEW = "https://t.me/s/forge_talk"
SAMPLE = (Path(__file__).parent / "data/source_telegram.html").read_bytes()


def read(body: bytes | str, url: str = PREVIEW, task: Task = TASK) -> Page:
    return SOURCE.parse(task, Answer(200, url, {}, body if isinstance(body, bytes) else body.encode()))


def sample() -> dict[str, Mention]:
    return {mention.native_id or "": mention for mention in read(SAMPLE).mentions}


def message(number: int, inside: str | None = None, at: datetime = NOW) -> str:
    if inside is None:
        inside = f'<div class="tgme_widget_message_text js-message_text">words {number}</div>'
    return (
        f'<div class="tgme_widget_message" data-post="forge_talk/{number}">{inside}'
        f'<a class="tgme_widget_message_date" href="https://t.me/forge_talk/{number}">'
        f'<time datetime="{at.isoformat()}"></time></a></div>'
    )


def page_of(*messages: str) -> str:
    return f'<section class="tgme_channel_history">{"".join(messages)}</section>'


def known(number: int) -> Known:
    name = f"forge_talk/{number}"
    return Known(id=mention_id("telegram", name), space="telegram", native_id=name, kind="post")


# Settings


@pytest.mark.parametrize(
    "spelled",
    ["forge_talk", "@forge_talk", "https://t.me/forge_talk", "t.me/s/forge_talk/", "telegram.me/forge_talk"],
)
def test_a_channel_may_be_named_as_people_write_it(spelled: str) -> None:
    assert build("telegram", {"channels": [spelled]}).channels == ("forge_talk",)  # type: ignore[attr-defined]


@pytest.mark.parametrize("wrong", ["", "+AbCdEfGh", "https://t.me/joinchat/AAAA", "forge talk", "a/b"])
def test_what_is_no_public_channel_is_refused(wrong: str) -> None:
    with pytest.raises(ValidationError, match="is no public channel"):
        build("telegram", {"channels": [wrong]})
    with pytest.raises(ValidationError, match="it needs a channel"):
        build("telegram", {})


# What is asked


def test_channels_are_read_as_a_whole_or_asked_for_the_terms() -> None:
    assert Telegram(channels=("forge_talk", "anvils", "anvils")).queries([ACME]) == ("forge_talk", "anvils")
    searched = Telegram(channels=("anvils",), search=True).queries([ACME])
    assert searched == ("anvils acme anvils", "anvils acme_anvils", "anvils acme.example")


def test_a_page_is_asked_for_as_a_web_page_so_that_robots_txt_counts() -> None:
    first = SOURCE.request(TASK)
    assert (first.url, first.params, first.page) == (PREVIEW, (), True)
    older = SOURCE.request(replace(TASK, query="forge_talk acme anvils", cursor="47110"))
    assert (older.url, older.params) == (PREVIEW, (("q", "acme anvils"), ("before", "47110")))


# What is read


def test_a_message_is_read_with_its_emoji_line_breaks_and_views() -> None:
    assert sample()["forge_talk/47110"] == Mention(
        space="telegram",
        native_id="forge_talk/47110",
        kind="post",
        url="https://t.me/forge_talk/47110",
        text=(
            "Recall ❗\n"
            "The horn of the Acme Anvils spring anvil comes off & nobody answers: acme.example/help\n"
            "#AcmeAnvils"
        ),
        author="Forge & Talk 🔨",
        author_id="telegram:@forge_talk",
        author_url="https://t.me/forge_talk",
        published_at=datetime(2026, 11, 20, 8, 15, tzinfo=UTC),
        views=1_200,
    )


def test_what_a_message_quotes_is_its_parent_and_not_its_text() -> None:
    answer = sample()["forge_talk/47112"]
    assert answer.text == "They have answered now. 👏"
    assert answer.parent_id == "forge_talk/47110"
    assert answer.published_at == datetime(2026, 11, 20, 14, 0, 30, tzinfo=UTC)


def test_the_request_to_open_the_app_is_no_part_of_a_text() -> None:
    assert "open Telegram" not in str(read(SAMPLE).mentions)
    asks = '<div class="message_media_not_supported_label">Please open Telegram to view this post</div>'
    assert read(page_of(message(5, asks))).skipped == ("no text; the rest is shown in the app alone",)


def test_a_forwarded_message_says_where_it_is_from() -> None:
    forwarded = sample()["forge_talk/47116"]
    assert forwarded.marks == ("forwarded from Zed Forge News",)
    assert forwarded.author_id == "telegram:@forge_talk"


def test_addresses_that_expire_are_not_kept() -> None:
    assert b"cdn.example" in SAMPLE
    assert "cdn.example" not in str(read(SAMPLE))


@pytest.mark.parametrize(
    ("shown", "views"),
    [
        *(("987", 987), ("1.2K", 1_200), ("35.6k", 35_600), ("1.01M", 1_010_000), ("2B", 2 * 10**9)),
        *(("", None), ("many", None), ("1,2K", None), ("-1", None), ("9" * 30, None)),
    ],
)
def test_views_are_counted_as_exactly_as_they_are_shown(shown: str, views: int | None) -> None:
    words = '<div class="tgme_widget_message_text js-message_text">x</div>'
    shown = f'{words}<span class="tgme_widget_message_views">{shown}</span>'
    assert read(page_of(message(5, shown))).mentions[0].views == views


def test_the_length_of_a_video_is_no_date() -> None:
    undated = (
        '<div class="tgme_widget_message" data-post="forge_talk/5"><time datetime="2020-01-01">0:42</time>'
    )
    undated += '<div class="tgme_widget_message_text js-message_text">x</div></div>'
    [mention] = read(page_of(undated)).mentions
    assert (mention.published_at, mention.url, mention.author, mention.views) == (None, None, None, None)


def test_a_message_quotes_no_other_channel_as_its_parent() -> None:
    words = '<div class="tgme_widget_message_text js-message_text">x</div>'
    for link in ("https://t.me/zed_forge/4", "https://t.me/forge_talk", "?q=x", "https://["):
        quoted = f'<a class="tgme_widget_message_reply" href="{link}"></a>{words}'
        assert read(page_of(message(5, quoted))).mentions[0].parent_id is None


# Pages without messages


PROFILE = """<!DOCTYPE html><html><body><div class="tgme_page"><div class="tgme_page_title">Acme</div>
<a class="tgme_action_button_new" href="tg://resolve?domain=acme">View in Telegram</a></div></body></html>"""


def test_a_channel_without_a_preview_can_not_be_read_and_says_why() -> None:
    with pytest.raises(ParseError, match="shows no preview of @forge_talk") as caught:
        read(PROFILE, url="https://t.me/forge_talk")
    assert caught.value.reason == "forbidden"
    assert "check its name" in (caught.value.hint or "")


def test_a_search_without_hits_is_an_empty_page() -> None:
    nothing = page_of('<div class="tme_no_messages_found">No posts found</div>')
    assert read(nothing, f"{PREVIEW}?q=acme") == Page()


def test_what_is_not_telegram_is_no_empty_channel() -> None:
    for body in ("", "<html><body>hello</body></html>", "{}"):
        with pytest.raises(ParseError):
            read(body)
    with pytest.raises(ParseError) as caught:
        read("<html><title>Just a moment...</title></html>")
    assert caught.value.reason == "blocked_page"


# Paging


@dataclass
class Channel:
    """A channel as t.me shows it: twenty messages a page, the newest last."""

    numbers: list[int]
    pictures: set[int] = field(default_factory=set)

    def answer(self, task: Task) -> Answer:
        params = dict(SOURCE.request(task).params)
        before = int(params.get("before", 10**12))
        shown = [number for number in self.numbers if number < before][-20:]
        messages = [
            message(number, "" if number in self.pictures else None, NOW - timedelta(hours=10_000 - number))
            for number in shown
        ]
        return Answer(200, PREVIEW, {}, page_of(*messages).encode())

    def walk(self, since: datetime) -> tuple[set[int], int]:
        """Read a window as the scan does; return the numbers of its messages, and of its pages."""
        seen: set[str] = set()
        cursors: list[str | None] = [None]
        for number, cursor in enumerate(cursors):
            assert number < 20
            task = replace(TASK, cursor=cursor, since=since)
            page = SOURCE.parse(task, self.answer(task))
            ids = {mention.native_id or "" for mention in page.mentions}
            following = (*page.branches, *(page.cursors if ids - seen else ()))
            cursors += [cursor for cursor in following if cursor not in cursors]
            seen |= ids
        return {int(id.partition("/")[2]) for id in seen}, len(cursors)


@pytest.mark.parametrize("count", [0, 1, 20, 21, 150])
def test_a_channel_is_read_to_its_first_message(count: int) -> None:
    channel = Channel(list(range(1, count + 1)))
    seen, pages = channel.walk(NOW - timedelta(days=1_000))
    assert seen == set(channel.numbers)
    assert pages <= count // 20 + 1


def test_nothing_is_asked_beyond_the_window() -> None:
    channel = Channel(list(range(5_000, 10_000)))
    seen, pages = channel.walk(NOW - timedelta(hours=50))
    assert set(range(9_950, 10_000)) <= seen
    assert pages <= 4


def test_pages_of_nothing_but_pictures_hide_nothing_and_go_on_no_longer_than_the_window() -> None:
    channel = Channel(list(range(5_000, 10_000)), set(range(9_930, 9_980)))
    seen, _ = channel.walk(NOW - timedelta(hours=80))
    assert set(range(9_920, 9_930)) <= seen
    _, pages = replace(channel, pictures=set(range(5_000, 10_000))).walk(NOW - timedelta(hours=80))
    assert pages <= 6


# Second looks


def test_messages_that_stand_close_together_are_read_again_with_one_request() -> None:
    elsewhere = replace(known(3), native_id="anvils/3")
    first, second, third = SOURCE.rereads(
        [known(100), elsewhere, known(120), known(119), replace(known(1), native_id="odd")]
    )
    assert (first.request.url, first.request.params) == ("https://t.me/s/anvils", (("before", "4"),))
    assert (second.request.url, second.request.params) == (PREVIEW, (("before", "121"),))
    assert [one.native_id for one in second.known] == ["forge_talk/120", "forge_talk/119"]
    assert third.request.params == (("before", "101"),)
    assert first.request.page is True


def test_a_second_look_shows_edits_and_what_is_missing_among_what_is_shown() -> None:
    edited, deleted, older = known(120), known(119), known(101)
    words = '<div class="tgme_widget_message_text js-message_text">better now</div>'
    body = page_of(message(110), message(120, words)).encode()
    revisit = SOURCE.revisit([edited, deleted, older], Answer(200, PREVIEW, {}, body))
    assert [(mention.id, mention.text) for mention in revisit.mentions] == [(edited.id, "better now")]
    assert (revisit.gone, revisit.missing) == ((), (deleted.id,))
    closed = SOURCE.revisit([edited], Answer(200, "https://t.me/forge_talk", {}, PROFILE.encode()))
    assert (closed.mentions, closed.gone, closed.missing) == ((), (), ())


# Real answers


def recordings() -> Path:
    folder = os.environ.get("REPWATCH_RECORDINGS")
    if not folder:
        pytest.skip("REPWATCH_RECORDINGS is not set")
    return Path(folder)


def test_every_message_of_the_recorded_pages_is_there() -> None:
    for file in recordings().glob("telegram/*.htm*"):
        body = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        nodes: Any = LexborHTMLParser(body.decode()).css("[data-post]")
        page = read(body)
        assert len(page.mentions) + len(page.skipped) == len(nodes)
        texts = [node for node in nodes if node.css_first(".js-message_text")]
        assert [mention.native_id for mention in page.mentions] == [
            node.attributes["data-post"] for node in texts
        ]


def test_walls_of_other_places_are_no_channels() -> None:
    for file in recordings().glob("negative_html/*.html.gz"):
        with pytest.raises(ParseError):
            read(gzip.decompress(file.read_bytes()))
