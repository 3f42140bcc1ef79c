"""Archives of platforms with one entry a line, as their interfaces return it.

Sources: https://github.com/HackerNews/API and https://www.reddit.com/dev/api. The entries are read by
the sources that read these platforms, so they are the same mentions as in a scan.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from repwatch.errors import ParseError
from repwatch.imports.base import Record, Row, Unusable
from repwatch.model import Answer, Known, Mention, Secret, Task, mention_id
from repwatch.sources.common import word
from repwatch.tidy import tidy


@dataclass(frozen=True, slots=True)
class Dump:
    """A kind of archive: what it holds, by which keys it is known, and who reads its entries."""

    about: str
    known_by: tuple[tuple[str, ...], ...]
    read: Callable[[Mapping[str, object], datetime], Sequence[Mention] | str]


def _item(record: Mapping[str, object], now: datetime) -> Sequence[Mention] | str:  # noqa: ARG001 (as the other)
    from repwatch.sources.hackernews import HackerNews  # noqa: PLC0415 (few files need it)

    id = word(record.get("id")) or ""
    if record.get("type") not in ("story", "comment"):
        return ()
    known = Known(
        id=mention_id("hackernews", id),
        space="hackernews",
        native_id=id,
        kind="comment" if record.get("type") == "comment" else "post",
    )
    return HackerNews().revisit((known,), _answer(record)).mentions


def _entry(record: Mapping[str, object], now: datetime) -> Sequence[Mention] | str:
    from repwatch.sources.reddit import GONE, Reddit  # noqa: PLC0415 (few files need it)

    kind = "t1" if "body" in record else "t3"
    listing = {"kind": "Listing", "data": {"children": [{"kind": kind, "data": record}]}}
    reader = Reddit(client_id=Secret("none"), client_secret=Secret("none"))
    page = reader.parse(Task(source="import", query="", since=now, until=now), _answer(listing))
    reason = page.skipped[0] if page.skipped else GONE
    return page.mentions or (() if reason == GONE else reason)


def _answer(body: object) -> Answer:
    return Answer(200, "https://import.invalid/", {}, json.dumps(body).encode())


DUMPS: Mapping[str, Dump] = {
    "hn-dump": Dump(
        "stories and comments of Hacker News, an item a line", (("by", "id", "time", "type"),), _item
    ),
    "reddit-dump": Dump(
        "posts or comments of Reddit, an entry a line",
        (("author", "created_utc", "subreddit", "body"), ("author", "created_utc", "subreddit", "selftext")),
        _entry,
    ),
}
"""Archives by the name that --as takes."""


@dataclass(frozen=True, slots=True)
class DumpEntries:
    """Reads the records of an archive; None for those that hold nothing, such as deleted ones."""

    dump: Dump
    now: datetime

    def __call__(self, record: Record) -> Row | None:
        """Return the mention that a record holds.

        Raises:
            Unusable: it holds none.
        """
        if record.wrong is not None:
            raise Unusable(record.wrong)
        try:
            found = self.dump.read(record.values, self.now)
        except ParseError as error:
            raise Unusable(error.message) from error
        if isinstance(found, str):
            raise Unusable(found)
        return Row(record.line, tidy(found[0], self.now)) if found else None
