"""Mails of a mailbox: the mbox format, in which mailing lists are archived and programs export mail.

Source: RFC 4155 (mbox), RFC 5322 (headers). The mailbox is read mail by mail rather than with the
module mailbox, which keeps a table of all of them and knows no lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from typing import BinaryIO

from repwatch.dates import moment
from repwatch.imports.base import Rejected, Row, Unusable
from repwatch.model import Kind, Mention
from repwatch.text import clean, one_line, plain
from repwatch.tidy import LONGEST_TEXT, MOST_ADDRESSED, tidy

SPACE = "mail"
LONGEST_MAIL = 4 * 1024 * 1024
"""Bytes of one mail that are read; behind them are attachments, or more text than is kept."""
LONGEST_HEADER = 4_096
LONGEST_LINE = 64 * 1024
MOST_PARTS = 200

_START = re.compile(rb"From \S.*\d\d:\d\d")
_QUOTED_START = re.compile(rb"^>(>*From )", re.MULTILINE)
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,998})>")
_LINK = re.compile(r"<(https?://[^<>\s]+)>", re.IGNORECASE)
_UNREADABLE = (
    MessageError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    RecursionError,
    AssertionError,
)
"""What the module email raises on headers and parts that are made to break it."""


@dataclass(frozen=True, slots=True)
class _Raw:
    line: int
    body: bytes


def mails(stream: BinaryIO, *, zone: tzinfo, now: datetime, kind: Kind | None) -> Iterator[Row | Rejected]:
    """Yield the mails of a mailbox as mentions."""
    for raw in _mails(stream):
        beginning = raw.body[:2_000].decode("utf-8", "replace")
        try:
            mention = tidy(_mention(raw, zone, kind), now)
            if not (mention.text or mention.title):
                raise Unusable("it has neither subject nor text")
            yield Row(raw.line, mention)
        except Unusable as error:
            yield Rejected(raw.line, str(error), (beginning,))
        except _UNREADABLE as error:
            yield Rejected(raw.line, f"it can't be read: {type(error).__name__}", (beginning,))


def _mails(stream: BinaryIO) -> Iterator[_Raw]:
    """Yield the mails as they stand: "From " and a time behind an empty line begins the next."""
    body: list[bytes] = []
    size = start = number = 0
    empty, whole = True, True
    while line := stream.readline(LONGEST_LINE):
        begins, number = whole, number + whole
        whole = line.endswith(b"\n")
        if begins and empty and (_START.match(line) or (not start and line.startswith(b"From "))):
            if start:
                yield _Raw(start, b"".join(body))
            body, size, start = [], 0, number
        elif start:
            size += len(line)
            if size <= LONGEST_MAIL:
                body.append(line)
        empty = begins and line in (b"\n", b"\r\n")
    if start:
        yield _Raw(start, b"".join(body))


def _mention(raw: _Raw, zone: tzinfo, kind: Kind | None) -> Mention:
    mail = BytesParser().parsebytes(raw.body)
    ids = _MESSAGE_ID.findall(_header(mail, "Message-ID"))
    references = _MESSAGE_ID.findall(_header(mail, "References"))
    answered = _MESSAGE_ID.findall(_header(mail, "In-Reply-To")) or references[-1:]
    archived = _LINK.findall(_header(mail, "Archived-At"))
    author, address = _person(mail)
    return Mention(
        space=SPACE,
        native_id=ids[0] if ids else None,
        kind=kind or ("comment" if answered else "post"),
        url=archived[0] if archived else None,
        title=_header(mail, "Subject"),
        text=_said(mail),
        author=author,
        author_id=f"mail:{address}" if address else None,
        published_at=_date(_header(mail, "Date"), zone),
        lang=_header(mail, "Content-Language").partition(",")[0] or None,
        parent_id=answered[0] if answered else None,
        thread_id=references[0] if references else answered[0] if answered else ids[0] if ids else None,
        addressed_to=_addressed(mail),
    )


def _header(mail: Message, name: str) -> str:
    """Return a header as text; what can't be decoded stays as it is written."""
    value = str(mail.get(name) or "")[:LONGEST_HEADER]
    return one_line(_decoded_header(value), LONGEST_HEADER)


def _decoded_header(value: str) -> str:
    try:
        return str(make_header(decode_header(value)))
    except _UNREADABLE:
        return value


def _person(mail: Message) -> tuple[str | None, str | None]:
    """Return who wrote a mail: the name, else what stands before the @, and the address."""
    for name, address in getaddresses([str(mail.get("From") or "")[:LONGEST_HEADER]])[:1]:
        return _decoded_header(name).strip() or address.partition("@")[0] or None, address.casefold() or None
    return None, None


def _addressed(mail: Message) -> tuple[str, ...]:
    headers = [str(value)[:LONGEST_HEADER] for name in ("To", "Cc") for value in mail.get_all(name, [])[:20]]
    addresses = (address.casefold() for _, address in getaddresses(headers))
    return tuple(dict.fromkeys(f"mail:{each}" for each in addresses if "@" in each))[:MOST_ADDRESSED]


def _date(value: str, zone: tzinfo) -> datetime | None:
    at = moment(value, zone=zone)
    if at is not None or not value:
        return at
    try:
        return moment(parsedate_to_datetime(value), zone=zone)
    except (ValueError, TypeError, OverflowError):
        return None


def _said(mail: Message) -> str:
    """Return what the author of a mail wrote: its text without what is quoted, and without signature."""
    texts: list[str] = []
    html: list[str] = []
    for part, _ in zip(mail.walk(), range(MOST_PARTS), strict=False):
        if part.is_multipart() or part.get_content_disposition() == "attachment":
            continue
        if part.get_content_type() == "text/plain":
            texts.append(_decoded(part))
        elif part.get_content_type() == "text/html":
            html.append(plain(_decoded(part)))
    whole = "\n".join(texts if any(map(str.strip, texts)) else html)
    own = re.split(r"^-- ?$", whole, maxsplit=1, flags=re.MULTILINE)[0]
    own = "\n".join(line for line in own.split("\n") if not line.startswith(">"))
    return own.strip() or whole.strip()


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    payload = _QUOTED_START.sub(rb"\1", payload[: 8 * LONGEST_TEXT])
    charset = part.get_content_charset() or "utf-8"
    try:
        return clean(payload.decode(charset, "replace"))
    except (LookupError, ValueError):
        return clean(payload.decode("utf-8", "replace"))
