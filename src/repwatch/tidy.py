"""Mentions cleaned once, when they come in, and known again when they come back.

What a source read is foreign: oversized, misdecoded, hostile, dated in the year 9999. After
`tidy_page` it can be stored, matched and shown, and it has an identity.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from operator import attrgetter

from repwatch.model import Mention, Page
from repwatch.text import clean, one_line, repair
from repwatch.urls import canonical

LONGEST_TITLE = 300
LONGEST_TEXT = 10_000
LONGEST_AUTHOR = 200
LONGEST_ID = 2_048
MOST_ADDRESSED = 50
LONGEST_LANG = 35  # the longest tag that BCP 47 asks everybody to keep
MENTIONS_ON_A_PAGE = 1_000

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
CLOCKS_DIFFER = timedelta(days=1)

MADE_IDS = ("said:", "long:")
"""How ids begin that are made here, where a platform gives none, or none that can be kept."""

_LARGEST = 2**63 - 1
_OPENING = 200
"""How much of a text tells it from an author's others of the same moment."""

_UNSAID = ("marks", "ref", "author_followers")
"""Fields that say nothing about a text; followers come and go with every look."""

_SAID = attrgetter(*(field.name for field in fields(Mention) if field.name not in _UNSAID))


def tidy_page(page: Page, collected_at: datetime) -> Page:
    """Return the page as it may be kept: tidied mentions, each identity once.

    Entries that say nothing are skipped, and so are all but the newest 1,000. An id or an address
    that several different entries share identifies none of them.
    """
    cleaned = [_cleaned(mention, collected_at) for mention in page.mentions]
    worded = [each for each in cleaned if each.text or each.title or each.rating is not None]
    skipped = [*page.skipped, *["no text"] * (len(cleaned) - len(worded))]
    if len(worded) > MENTIONS_ON_A_PAGE:
        worded.sort(key=lambda mention: mention.published_at or EARLIEST, reverse=True)
        skipped += [f"beyond the newest {MENTIONS_ON_A_PAGE:,}"] * (len(worded) - MENTIONS_ON_A_PAGE)
        del worded[MENTIONS_ON_A_PAGE:]
    mentions: dict[str, Mention] = {}
    for mention in _without_shared_ids(worded):
        mentions.setdefault(mention.id, mention)
    skipped += ["same as another"] * (len(worded) - len(mentions))
    return replace(page, mentions=tuple(mentions.values()), skipped=tuple(skipped))


def tidy(mention: Mention, collected_at: datetime) -> Mention:
    """Return the mention clean, within the limits of what is kept, and with an identity."""
    return _identified(_cleaned(mention, collected_at))


def version(mention: Mention) -> bytes:
    """Return 16 bytes that change when anything changes that the platform says about a mention."""
    return _digest(*_SAID(mention))


def twins(mention: Mention) -> tuple[bytes, ...]:
    """Return what stays the same where a place gives an entry a new id or address on every request.

    Two mentions of one space are one if they share a twin: address and text, or author, moment and
    text; where there is no text, the title stands for it. A mention without either has none.
    """
    words = mention.text or mention.title
    if not words:
        return ()
    said: list[bytes] = []
    if mention.url:
        said.append(_digest("address", mention.space, mention.url, words))
    if mention.author and mention.published_at:
        said.append(_digest("author", mention.space, mention.author, mention.published_at, words))
    return tuple(said)


def _cleaned(mention: Mention, collected_at: datetime) -> Mention:
    published_at = _plausible(mention.published_at, collected_at)
    text = clean(repair(clean(mention.text[: 2 * LONGEST_TEXT]).strip())).strip()
    return replace(
        mention,
        native_id=_id(mention.native_id),
        url=canonical(mention.url) if mention.url else None,
        title=_line(mention.title, LONGEST_TITLE) or "",
        text=text[:LONGEST_TEXT].rstrip(),
        author=_line(mention.author),
        author_id=_line(mention.author_id),
        author_url=canonical(mention.author_url) if mention.author_url else None,
        author_followers=_count(mention.author_followers),
        published_at=published_at,
        edited_at=_plausible(mention.edited_at, collected_at),
        answered_at=_plausible(mention.answered_at, collected_at),
        lang=_line(mention.lang, LONGEST_LANG),
        rating=_finite(mention.rating),
        rating_worst=_finite(mention.rating_worst),
        rating_best=_finite(mention.rating_best),
        item=_line(mention.item),
        parent_id=_id(mention.parent_id),
        thread_id=_id(mention.thread_id),
        likes=_count(mention.likes),
        replies=_count(mention.replies),
        reposts=_count(mention.reposts),
        views=_count(mention.views),
        score=mention.score if mention.score is not None and abs(mention.score) <= _LARGEST else None,
        marks=tuple(dict.fromkeys((*mention.marks, *_marks(mention, published_at, text)))),
        addressed_to=tuple(filter(None, map(_line, mention.addressed_to[:MOST_ADDRESSED]))),
        ref=_id(mention.ref),
    )


def _without_shared_ids(mentions: Sequence[Mention]) -> Iterator[Mention]:
    """Yield each entry once, with an identity that no different entry of the page has."""
    entries = list(dict.fromkeys(mentions))
    ids = Counter((mention.space, mention.native_id) for mention in entries)
    entries = [
        replace(mention, native_id=None) if ids[mention.space, mention.native_id] > 1 else mention
        for mention in entries
    ]
    addresses = Counter(mention.url for mention in entries if mention.native_id is None)
    for mention in entries:
        if mention.native_id is None and addresses[mention.url] > 1:
            yield replace(mention, native_id=_said_by(mention))
        else:
            yield _identified(mention)


def _identified(mention: Mention) -> Mention:
    if mention.native_id is not None:
        return mention
    if mention.url:
        return replace(mention, space="url", native_id=mention.url)
    return replace(mention, native_id=_said_by(mention))


def _said_by(mention: Mention) -> str:
    """Return an id made of who said what, and when."""
    opening = (mention.text or mention.title)[:_OPENING]
    return "said:" + _digest(mention.author, mention.published_at, opening).hex()


def _marks(mention: Mention, published_at: datetime | None, text: str) -> Iterator[str]:
    if published_at is None:
        if mention.published_at is not None:
            yield "implausible date"
        yield "undated"
    if len(text) > LONGEST_TEXT:
        yield "cut"


def _plausible(moment: datetime | None, collected_at: datetime) -> datetime | None:
    return moment if moment is not None and EARLIEST <= moment <= collected_at + CLOCKS_DIFFER else None


def _line(text: str | None, limit: int = LONGEST_AUTHOR) -> str | None:
    return one_line(repair(one_line(text, 2 * limit)), limit) or None if text else None


def _id(native_id: str | None) -> str | None:
    """Return an id as it is kept; empty and blank ones count as none, and "0" is one."""
    if native_id is None:
        return None
    if len(native_id) > LONGEST_ID:
        return "long:" + _digest(native_id).hex()
    return " ".join(clean(native_id).split()) or None


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None


def _count(number: int | None) -> int | None:
    return number if number is not None and 0 <= number <= _LARGEST else None


def _digest(*parts: object) -> bytes:
    return hashlib.blake2b(json.dumps(parts, default=str).encode(), digest_size=16).digest()
