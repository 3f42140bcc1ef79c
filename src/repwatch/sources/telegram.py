"""Messages of public Telegram channels, from the preview that t.me shows of them.

Documentation: https://telegram.org/faq_channels and https://telegram.org/tos
Limits: none are named; robots.txt is obeyed. Only channels with a preview can be read: for groups,
private channels and those that switched it off, t.me leads to a page without messages.
Terms: those of Telegram; the channels are public, the messages their authors'. Addresses of
pictures and files expire, and are not kept.

A channel numbers its messages. A page shows some twenty of them, the newest last, and is followed
by the one before the smallest number on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, ClassVar
from urllib.parse import urlsplit

from repwatch.dates import moment
from repwatch.errors import ParseError
from repwatch.model import Answer, Brand, Known, Mention, Page, Request, Reread, Revisit, Task
from repwatch.sources.common import (
    Checked,
    WebAddress,
    askable,
    markup,
    search_terms,
    sifted,
    wall,
    web_link,
)
from repwatch.text import one_line, plain

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

MESSAGES_ON_A_PAGE = 20
LONGEST_NAME = 100
MESSAGE = ".tgme_widget_message[data-post]"
# What a message quotes has the first of these classes as well.
TEXT = ".tgme_widget_message_text.js-message_text"
DATE = "a.tgme_widget_message_date"
OWNER = ".tgme_widget_message_owner_name"
FORWARDED = ".tgme_widget_message_forwarded_from_name"
QUOTED = "a.tgme_widget_message_reply"
VIEWS = ".tgme_widget_message_views"

_NO_PREVIEW = "check its name; of groups, private channels and those that switched it off there is none"
_POST = re.compile(r"(?P<channel>\w{1,64})/(?P<number>\d{1,12})", re.ASCII)
_QUOTED_POST = re.compile(rf"https?://[^/?#]+/(?P<post>{_POST.pattern})/?(?:[?#].*)?", re.ASCII)
_COUNT = re.compile(r"(?P<number>\d{1,15}(?:\.\d{1,3})?)\s*(?P<unit>[KMB]?)", re.ASCII)
_UNITS = {"": 1, "K": 1_000, "M": 1_000_000, "B": 1_000_000_000}
_OURS = re.compile(rb"\btgme_|\btme_")


def channel(value: str) -> str:
    """Return the name of a channel, given that or its address.

    Raises:
        ValueError: it can't be one.
    """
    name = re.sub(r"^(?:(?:https?://)?(?:t|telegram)\.me/(?:s/)?|@)", "", value.strip(), flags=re.IGNORECASE)
    if not re.fullmatch(r"[a-z]\w{2,31}", name.rstrip("/"), re.ASCII | re.IGNORECASE):
        raise ValueError(f'"{value[:60]}" is no public channel; write it like "@acme_news"')
    return name.rstrip("/")


Channel = Annotated[str, Checked(channel)]


@dataclass(frozen=True, slots=True)
class Telegram:
    """Reads channels as a whole; with `search`, asks each of them for the brands' terms instead."""

    type: ClassVar[str] = "telegram"
    reads: ClassVar[str] = "messages of public channels"
    login: ClassVar[str] = "none"
    terms: ClassVar[str] = "only what a channel shows in its public preview"
    author_like: ClassVar[str] = "telegram:@acme"
    pace_s: ClassVar[float] = 0.0
    version: ClassVar[int] = 1
    reread_for_s: ClassVar[float] = 2 * 86_400.0

    base_url: WebAddress = "https://t.me"
    channels: tuple[Channel, ...] = ()
    search: bool = False

    def __post_init__(self) -> None:
        """Check what no single setting can say.

        Raises:
            ValueError: there is no channel.
        """
        if not self.channels:
            raise ValueError('it needs a channel, such as channels = ["@acme_news"]')

    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return "acme_news" for each channel, or "acme_news acme anvils" for each of the terms in it."""
        names = tuple(dict.fromkeys(self.channels))
        if not self.search:
            return names
        return tuple(f"{name} {term}" for name in names for term in search_terms(brands, domains=True))

    def request(self, task: Task) -> Request:
        """Return the request for the newest messages, or those before a number."""
        name, _, term = task.query.partition(" ")
        params = (("q", term), ("before", task.cursor))
        return self._preview(name, [(key, value) for key, value in params if value])

    def parse(self, task: Task, answer: Answer) -> Page:
        """Return the messages of a page that have a text.

        Raises:
            ParseError: the answer is no page of Telegram, or the channel has no preview.
        """
        messages = _messages(answer)
        if not messages:
            if not _is_preview(answer):
                name = task.query.partition(" ")[0]
                raise ParseError(f"t.me shows no preview of @{name}", reason="forbidden", hint=_NO_PREVIEW)
            return Page()
        read = [_read(message) for message in messages]
        page = sifted(read)
        dates = [at for at in map(_published_at, messages) if at is not None]
        first = min(_numbers(messages), default=0)
        if first <= 1 or (dates and max(dates) < task.since):
            return page
        # A page of nothing but pictures is no end.
        following = (str(first),)
        return replace(page, cursors=following) if page.mentions else replace(page, branches=following)

    def rereads(self, known: Sequence[Known]) -> Iterator[Reread]:
        """Yield requests for the page that ends with a message and holds those shortly before it."""
        found = [
            (match["channel"], int(match["number"]), one)
            for one in askable(known, "telegram")
            if (match := _post(one))
        ]
        found.sort(key=lambda each: (each[0].lower(), -each[1]))
        while found:
            name, newest, _ = found[0]
            some = [
                one
                for where, number, one in found
                if where.lower() == name.lower() and number > newest - MESSAGES_ON_A_PAGE
            ]
            yield Reread(self._preview(name, [("before", str(newest + 1))]), tuple(some))
            del found[: len(some)]

    def revisit(self, known: Sequence[Known], answer: Answer) -> Revisit:
        """Return the messages as they are now; what the page should hold and does not is missing.

        Raises:
            ParseError: the answer is no page of Telegram.
        """
        messages = _messages(answer)
        first = min(_numbers(messages), default=None)
        read = {
            mention.native_id: mention for each in messages if isinstance(mention := _read(each), Mention)
        }
        covered = [
            one
            for one in known
            if first is not None and (match := _post(one)) and int(match["number"]) >= first
        ]
        return Revisit(
            mentions=tuple(read[one.native_id] for one in known if one.native_id in read),
            missing=tuple(one.id for one in covered if one.native_id not in read),
        )

    def _preview(self, name: str, params: Sequence[tuple[str, str]]) -> Request:
        return Request("GET", f"{self.base_url.rstrip('/')}/s/{name}", tuple(params), page=True)


# Pages


def _messages(answer: Answer) -> list[LexborNode]:
    """Return the messages on a page.

    Raises:
        ParseError: it is no page of Telegram.
    """
    messages = markup(answer).css(MESSAGE)
    if not messages and not _OURS.search(answer.body):
        raise wall(answer) or ParseError("the page is none of Telegram's")
    return messages


def _is_preview(answer: Answer) -> bool:
    """Tell whether t.me showed the preview, rather than lead to the page that asks to open the app."""
    return urlsplit(answer.url).path.split("/")[-2:-1] == ["s"]


def _post(one: Known) -> re.Match[str] | None:
    return _POST.fullmatch(one.native_id)


def _numbers(messages: Sequence[LexborNode]) -> Iterator[int]:
    for message in messages:
        if match := _POST.fullmatch(message.attributes.get("data-post") or ""):
            yield int(match["number"])


# Messages


def _read(message: LexborNode) -> Mention | str:
    """Return what a message says, or why it can't be used."""
    match = _POST.fullmatch(message.attributes.get("data-post") or "")
    if match is None:
        return "no number"
    text = _text(message, TEXT)
    if not text:
        return "no text; the rest is shown in the app alone"
    forwarded = _text(message, FORWARDED)
    name = match["channel"]
    return Mention(
        space="telegram",
        native_id=match[0],
        kind="post",
        url=_link(message, DATE),
        text=text,
        author=_text(message, OWNER) or None,
        author_id=f"telegram:@{name}",
        author_url=_link(message, OWNER),
        published_at=_published_at(message),
        parent_id=_answered(message, name),
        views=_views(message),
        marks=(one_line(f"forwarded from {forwarded}", LONGEST_NAME),) if forwarded else (),
    )


def _text(message: LexborNode, selector: str) -> str:
    node = message.css_first(selector)
    return plain(node.html or "") if node else ""


def _link(message: LexborNode, selector: str) -> str | None:
    node = message.css_first(selector)
    return web_link(node.attributes.get("href")) if node else None


def _published_at(message: LexborNode) -> datetime | None:
    time = message.css_first(f"{DATE} time[datetime]")
    return moment(time.attributes.get("datetime")) if time else None


def _answered(message: LexborNode, name: str) -> str | None:
    """Return the message of the same channel that this one quotes."""
    match = _QUOTED_POST.fullmatch(_link(message, QUOTED) or "")
    return match["post"] if match and match["channel"].lower() == name.lower() else None


def _views(message: LexborNode) -> int | None:
    """Return how often a message was seen: "1.2K" is as exact as Telegram says it."""
    match = _COUNT.fullmatch(_text(message, VIEWS).upper())
    return round(float(match["number"]) * _UNITS[match["unit"]]) if match else None
