"""What is made of a page as a whole."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from repwatch.config import Scoring
from repwatch.errors import ParseError
from repwatch.judge import judge_for
from repwatch.model import Answer, Brand, Secret, Task
from repwatch.pipeline import PageJob, Place, ReadPage, read_page
from repwatch.sources import build

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ACME = Brand(key="acme", name="Acme Anvils", terms=("acme anvils",))
FEDI = {"instances": ["https://social.example"]}
PAGE = {"page_id": "900100", "token": Secret("t")}

SOURCES: dict[str, tuple[dict[str, Any], str]] = {
    "hackernews": ({}, "hits"),
    "bluesky": ({"handle": "acme.example", "password": Secret("p")}, "posts"),
    "mastodon": (FEDI, ""),
    "stackexchange": ({"sites": ["stackoverflow"]}, "items"),
    "steam": ({"app_id": 4711}, "reviews"),
    "facebook": (PAGE, "data"),
}


def read(type: str, *entries: Any) -> ReadPage:
    """Return a page of these entries as a scan reads it."""
    settings, name = SOURCES[type]
    source = build(type, settings)
    task = Task(source="here", query=source.queries([ACME])[0], since=NOW - timedelta(days=14), until=NOW)
    body = json.dumps({name: entries, "success": 1} if name else entries).encode()
    answer = Answer(200, source.request(task).url, {"content-type": "application/json"}, body)
    job = PageJob(task=task, answer=answer, collected_at=NOW)
    return read_page(Place(source=source), judge_for([ACME], Scoring("vader", -0.05, 0.35, ("en",), {})), job)


@pytest.mark.parametrize("type", SOURCES)
def test_a_page_of_entries_that_cannot_be_read_is_a_changed_format(type: str) -> None:
    with pytest.raises(ParseError, match="none of 5 entries can be read: n") as caught:
        read(type, *[{"foo": number} for number in range(5)])
    assert caught.value.reason == "layout"


def test_a_few_posts_without_words_are_nothing_strange() -> None:
    assert read("mastodon", *[{"id": f"4711{n}", "content": ""} for n in range(4)]).shown == ()


def test_what_is_left_out_for_a_good_reason_does_not_count_as_unread() -> None:
    hidden = [{"id": f"4711{n}", "account": {"noindex": True}} for n in range(9)]
    assert len(read("mastodon", *hidden, {"id": "47119"}).page.skipped) == 10
    pictures = [{"id": f"900100_4711{n}"} for n in range(9)]
    assert len(read("facebook", *pictures).page.skipped) == 9


def test_one_entry_that_can_be_read_speaks_for_the_others() -> None:
    said = {"id": "47119", "uri": "https://social.example/47119", "content": "<p>Acme Anvils</p>"}
    assert len(read("mastodon", *[{"foo": 1}] * 9, said).shown) == 1
