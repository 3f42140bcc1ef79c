"""Mailboxes, saved pages and feeds, and archives of platforms."""

from __future__ import annotations

import io
import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repwatch.errors import UsageError
from repwatch.imports import mail
from repwatch.imports.base import Rejected, Row, Unreadable
from repwatch.imports.look import look
from repwatch.imports.plan import Asked, Plan
from repwatch.imports.read import Notes, rows
from repwatch.model import Answer, Mention, Task, mention_id
from repwatch.sources.feed import Feed
from repwatch.sources.reviews import Reviews
from repwatch.tidy import tidy_page

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DATA = Path(__file__).parent / "data"


def plan(path: Path, **asked: Any) -> Plan:
    return look(path, path.name, Asked(**{"zone": UTC, **asked}), now=NOW)


def read(path: Path, **asked: Any) -> list[Row | Rejected]:
    with path.open("rb") as stream:
        return list(rows(plan(path, **asked), stream, Notes()))


def mentions(path: Path, **asked: Any) -> list[Mention]:
    return [row.mention for row in read(path, **asked) if isinstance(row, Row)]


def write(path: Path, body: str | bytes) -> Path:
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    return path


# Mail

MBOX = b"""\
From bea@post.example Fri Nov 20 09:00:00 2026
From: =?utf-8?q?Bea_Gr=C3=BCn?= <Bea@Post.example>
To: Acme Help <help@acme.example>, anvils@lists.example
Subject: =?utf-8?b?QWNtZSBBbnZpbHM=?= cracked
Message-ID: <4711a@post.example>
Date: Fri, 20 Nov 2026 09:00:00 +0100
Archived-At: <https://lists.example/a/4711a>
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

It cracked. Gr=FC=DFe
>From the first day on.
> what you wrote
--=20
Bea
--b
Content-Type: text/html

<p>not this</p>
--b
Content-Type: text/plain
Content-Disposition: attachment; filename=log.txt

nor this
--b--

From help@acme.example Sat Nov 21 09:00:00 2026
From: help@acme.example
Subject: Re: Acme Anvils cracked
Message-ID: <4711b@acme.example>
In-Reply-To: <4711a@post.example>
References: <4711a@post.example>
Date: Sat, 21 Nov 2026 09:00:00
Content-Type: text/html; charset=utf-8

<p>We are <b>sorry</b>.</p>

From nobody Sat Nov 21 10:00:00 2026
Subject:
Message-ID: <>

"""


LINES = [1 + MBOX[: MBOX.index(start)].count(b"\n") for start in (b"From bea", b"From help", b"From nobody")]


def test_a_mailbox_is_read_mail_by_mail(tmp_path: Path) -> None:
    path = write(tmp_path / "list.mbox", MBOX)
    first, second, third = read(path)
    assert isinstance(first, Row)
    assert isinstance(second, Row)
    mail = first.mention
    assert (first.line, mail.space, mail.native_id, mail.kind) == (1, "mail", "4711a@post.example", "post")
    assert (mail.title, mail.text) == ("Acme Anvils cracked", "It cracked. Grüße\nFrom the first day on.")
    assert (mail.author, mail.author_id, mail.url) == (
        "Bea Grün",
        "mail:bea@post.example",
        "https://lists.example/a/4711a",
    )
    assert mail.published_at == datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert mail.addressed_to == ("mail:help@acme.example", "mail:anvils@lists.example")
    answer = second.mention
    assert (second.line, answer.kind, answer.text, answer.author) == (
        LINES[1],
        "comment",
        "We are sorry.",
        "help",
    )
    assert (answer.parent_id, answer.thread_id) == (mail.native_id, mail.native_id)
    assert third == Rejected(LINES[2], "it has neither subject nor text", third.raw)


def test_what_begins_like_a_mail_is_none_in_the_middle_of_a_text(tmp_path: Path) -> None:
    said = b"Hello\nFrom a Fri Nov 20 09:00:00 2026 on it rang.\n\nFrom then on it broke.\n" + b"x" * 200_000
    body = b"From a Fri Nov 20 09:00:00 2026\nSubject: Acme Anvils\n\n" + said + b"\n\n" + MBOX
    first, *rest = read(write(tmp_path / "m", body))
    assert isinstance(first, Row)
    assert first.mention.text.split("\n")[1:4] == [
        "From a Fri Nov 20 09:00:00 2026 on it rang.",
        "",
        "From then on it broke.",
    ]
    assert [one.line for one in rest] == [line + 9 for line in LINES]


def test_a_mail_that_says_no_zone_is_of_the_asked_one(tmp_path: Path) -> None:
    found = mentions(write(tmp_path / "m", MBOX), zone=ZoneInfo("Europe/Berlin"))
    assert found[1].published_at == datetime(2026, 11, 21, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "header",
    [
        b"Subject: =?utf-8?q?" + b"=FF" * 2000,
        b"Subject: =?no-such-charset?q?a?= b",
        b"Subject: =?utf-8?b?A?=",
        b"Subject: \x00\x1b[31m\xff\xfe",
        b"From: " + b"<" * 5000,
        b"From: =?utf-8?q?a?= <",
        b"From: a@b@c <<>>,,;:@",
        b"Date: Fri, 99 Foo 20260 99:99:99 +9999",
        b"Date: " + b"9" * 5000,
        b"Message-ID: <" + b"a" * 5000 + b">",
        b"References: " + b"<a@b>" * 5000,
        b"Content-Type: multipart/mixed",
        b"Content-Type: text/plain; charset=no-such-charset",
        b"Content-Type: text/plain; charset=\xff",
        b"Content-Type: ;;;=",
        b"Content-Transfer-Encoding: base64\nContent-Type: text/plain",
        b"Content-Transfer-Encoding: x-uuencode",
        b"No colon at all",
        b" continued from nothing",
    ],
)
def test_hostile_headers_break_nothing(header: bytes, tmp_path: Path) -> None:
    body = b"From a Fri Nov 20 09:00:00 2026\n" + header + b"\nX-Last: 1\n\nAcme Anvils!\n\n" + MBOX
    found = read(write(tmp_path / "m", body))
    assert len(found) == 4
    assert [one.line for one in found[1:]] == [line + found[1].line - 1 for line in LINES]


def test_mails_in_mails_end(tmp_path: Path) -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2_000))
    found = read(write(tmp_path / "m", b"From a b\nSubject: deep\n" + deep + b"\nend\n\n" + MBOX))
    assert len(found) == 4


def test_a_mail_is_read_as_far_as_is_sensible(tmp_path: Path) -> None:
    long = b"From a b\nSubject: long\n\n" + b"Acme Anvils\n" * 500_000
    found = read(write(tmp_path / "m", long + b"\n" + MBOX))
    assert [isinstance(one, Row) for one in found] == [True, True, True, False]
    assert "cut" in found[0].mention.marks  # type: ignore[union-attr]  # it is a row


@settings(max_examples=200)
@given(st.binary(max_size=200), st.sampled_from([b"", MBOX[:600]]))
def test_any_mailbox_is_read_to_its_end(tail: bytes, head: bytes) -> None:
    body = b"From a b\n" + tail + b"\n\n" + head
    for one in mail.mails(io.BytesIO(body), zone=UTC, now=NOW, kind=None):
        assert one.line >= 1


# Saved pages and feeds


def test_a_saved_feed_holds_the_mentions_that_a_scan_would_find(tmp_path: Path) -> None:
    url = "https://notes.example/feed.xml"
    body = (DATA / "source_feed.xml").read_bytes()
    task = Task(source="x", query="", since=NOW, until=NOW)
    scanned = tidy_page(Feed(url=url).parse(task, Answer(200, url, {}, body)), NOW).mentions
    assert mentions(write(tmp_path / "feed.xml", body), url=url) == list(scanned)
    told = body.replace(b"<channel>", f'<channel><atom:link rel="self" href="{url}"/>'.encode())
    assert [m.id for m in mentions(write(tmp_path / "told.xml", told))] == [m.id for m in scanned]


def test_a_json_feed_is_told_from_json(tmp_path: Path) -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "feed_url": "https://notes.example/feed.json",
        "items": [{"id": "4711", "content_text": "Acme Anvils ring"}],
    }
    path = write(tmp_path / "feed.json", json.dumps(feed))
    assert (plan(path).container, plan(path).url) == ("rss", "https://notes.example/feed.json")
    assert [m.text for m in mentions(path)] == ["Acme Anvils ring"]


@pytest.mark.parametrize(
    "told",
    [
        "<!-- saved from url=(0026)https://shop.example/anvil -->",
        "<!-- Page saved with a browser \n url: https://shop.example/anvil \n saved date: today -->",
        '<link rel="canonical" href="https://shop.example/anvil">',
        "<link href=https://shop.example/anvil rel=canonical>",
        '<meta property="og:url" content="https://shop.example/anvil">',
    ],
)
def test_a_saved_page_of_reviews_says_where_it_is_from(told: str, tmp_path: Path) -> None:
    url = "https://shop.example/anvil"
    body = (DATA / "source_reviews.html").read_text(encoding="utf-8")
    task = Task(source="x", query=url, since=NOW, until=NOW)
    scanned = tidy_page(Reviews(url=url).parse(task, Answer(200, url, {}, body.encode())), NOW).mentions
    path = write(tmp_path / "page.html", body.replace("<head>", f"<head>{told}"))
    assert plan(path).url == url
    assert mentions(path) == list(scanned)
    assert {m.kind for m in mentions(path, kind="post")} == {"post"}


def test_a_saved_page_that_does_not_say_it_has_to_be_told(tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match="a saved page that does not say from which address it is"
    ) as refused:
        plan(write(tmp_path / "page.html", "<html><p>x</p></html>"))
    assert refused.value.hint == "Say it: --url https://…"


def test_a_saved_page_of_trustpilot_is_read_by_its_data(tmp_path: Path) -> None:
    review = {
        "id": "66f0c0de4711000000000001",
        "text": "It arrived broken.",
        "rating": 1,
        "title": "Two parts",
        "dates": {"publishedDate": "2026-11-21T09:15:00.000Z"},
        "consumer": {"displayName": "Bea B."},
    }
    data = {"props": {"pageProps": {"businessUnit": {"displayName": "Acme Anvils"}, "reviews": [review]}}}
    html = (
        '<html><head><link rel="canonical" href="https://www.trustpilot.com/review/acme.example"></head>'
        f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(data)}</script></html>'
    )
    (found,) = mentions(write(tmp_path / "p.html", html))
    assert (found.space, found.native_id, found.rating) == ("trustpilot", review["id"], 1.0)


# Archives


def test_items_of_hacker_news_are_those_of_a_scan(tmp_path: Path) -> None:
    said = {"by": "smith_3", "time": 1_763_600_000}
    items = [
        {**said, "id": 4711, "type": "story", "title": "Acme Anvils", "score": 3},
        {**said, "id": 47112, "type": "comment", "text": "I&#x27;d say no<p>x", "parent": 4711},
        {**said, "id": 47113, "type": "comment", "text": "gone", "deleted": True},
        {**said, "id": 47114, "type": "job", "title": "work"},
    ]
    path = write(tmp_path / "hn.jsonl", "\n".join(map(json.dumps, items)))
    assert plan(path).format == "hn-dump"
    first, second = mentions(path)
    assert (first.id, first.score) == (mention_id("hackernews", "4711"), 3)
    assert (second.text, second.kind, second.parent_id) == ("I'd say no\nx", "comment", "4711")


def test_entries_of_reddit_are_those_of_a_scan(tmp_path: Path) -> None:
    said = {"author": "u7", "created_utc": 1_763_600_000, "subreddit": "anvils"}
    post = {
        "selftext": "",
        "title": "Acme Anvils?",
        "is_self": True,
        "permalink": "/r/anvils/comments/4711b/x/",
    }
    entries = [
        {**said, "id": "4711a", "body": "Acme &amp; co", "link_id": "t3_4711b", "parent_id": "t3_4711b"},
        {**said, "id": "4711c", "author": "[deleted]", "body": "[removed]"},
        {**said, "id": "4711b", "created_utc": "1763600000", **post},
    ]
    path = write(tmp_path / "RC.ndjson", "\n".join(map(json.dumps, entries)))
    assert plan(path).format == "reddit-dump"
    comment, found = mentions(path)
    assert (comment.id, comment.text) == (mention_id("reddit", "t1_4711a"), "Acme & co")
    assert (found.id, found.kind) == (mention_id("reddit", "t3_4711b"), "post")


# What is no such file


NO_FILES = {
    "empty.csv": (b"", "it is empty", None),
    "blank.csv": (b" \n\n", "it is empty", None),
    "a.csv.gz": (b"\x1f\x8b\x08", "it is compressed", "Unpack it on the way: zcat FILE | repwatch import -"),
    "a.xlsx": (
        b"PK\x03\x04",
        "it is a spreadsheet or an archive",
        "Save the sheet as CSV, or unpack the archive.",
    ),
    "a.db": (
        b"SQLite format 3\0",
        "it is a database",
        "If it is one of repwatch: repwatch export --db FILE",
    ),
    "a.bin": (bytes(300), "it is no text", None),
    "a.csv": (
        b"a,b,c\nhttps://forum.example/a/long/address,The anvil broke,2026-11-20\n",
        "no column holds texts, titles or ratings",
        'Say which one: --map text="b"   It has: a, b, c',
    ),
    "a.json": (
        b'{"x": "1", "y": {"z": "The anvil"}}',
        "no column holds texts",
        'Say which one: --map text="y.z"   It has: x, y.z',
    ),
    "one.json": (
        b'{\n "items": []\n}\n',
        "no line of it is a JSON record",
        "Make it one, for example with: jq -c '.items[]' FILE | repwatch import -",
    ),
    "few.csv": (
        b"id,brand,text,at\nm_ABCDEFGHIJKLMNOP,acme,x,\n",
        "an export of repwatch without space and native_id",
        "Export it again without --columns, or take it as any other table: --as csv",
    ),
}


@pytest.mark.parametrize("name", NO_FILES)
def test_what_can_not_be_imported_is_told_with_what_to_do(name: str, tmp_path: Path) -> None:
    body, message, hint = NO_FILES[name]
    with pytest.raises(UsageError, match=f"^{name}: {message}") as refused:
        plan(write(tmp_path / name, body))
    assert refused.value.hint == hint


def test_a_folder_or_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"can't read nothing\.csv: No such file or directory"):
        plan(tmp_path / "nothing.csv")
    with pytest.raises(UsageError, match="Is a directory"):
        plan(tmp_path)


@pytest.mark.parametrize(
    ("name", "body", "format"),
    [
        ("x", b"text,url\na,b\n", "csv"),
        ("x", b'{"text": "a"}\n', "jsonl"),
        ("x.csv", b'[{"text": "a"}]', "jsonl"),
        ("x.txt", MBOX, "mbox"),
        ("x.jsonl", b'\xef\xbb\xbf {"text": "a"}\n', "jsonl"),
        ("x.html", b"text,url\na,b\n", "page"),
    ],
)
def test_the_format_is_told_by_what_is_in_a_file_then_by_its_name(
    name: str, body: bytes, format: str, tmp_path: Path
) -> None:
    assert plan(write(tmp_path / name, body), url="https://x.example/").format == format


RECORDINGS = os.environ.get("REPWATCH_RECORDINGS")


@pytest.mark.skipif(not RECORDINGS, reason="there are no recordings")
def test_recorded_pages_and_feeds_are_read_or_refused_in_words() -> None:
    seen = 0
    for folder in ("feeds", "jsonld_reviews", "trustpilot", "forums_html", "negative_html"):
        for path in sorted(Path(RECORDINGS or "", folder).rglob("*")):
            if path.is_file():
                with suppress(UsageError, Unreadable):
                    seen += len(read(path, url="https://x.example/"))
    assert seen > 100
