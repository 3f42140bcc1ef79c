"""A corpus made by a seed: feeds that name brands now and then, and stores full of mentions."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import product
from xml.sax.saxutils import escape

from repwatch.model import Assessment, Judged, Label, Mention, Sentiment, Span, Task
from repwatch.store.base import PageSave
from repwatch.tidy import twins, version

SEED = 20261121
OWNERS = ("Acme", "Zed", "Bolt", "Cinder", "Dross")
WARES = ("Anvils", "Forge", "Tongs", "Bellows")
BRANDS = [f"{owner} {ware}" for owner, ware in product(OWNERS, WARES)]
NAMED = 0.3
"""The share of entries that name a brand."""

PAGE = 10_000
"""Mentions that are kept in one transaction."""

SOURCES = 50

POPULAR = 20
"""Brands that half of all mentions are about."""

WORDS = """
    the of and a to in is it that was for on with as at by this from they or had not but what some we can
    out other were all there when up use how said an each she which do their time if will way about many
    then them write would like so these her long make thing see him two has look more day could go come did
    number sound no most people my over know water than call first who may down side been now find hammer
    steel handle order delivery refund waiting broken great love terrible support answer week app login
    price quality heavy light
""".split()  # noqa: SIM905 (a list of them would take a screen)
COMMON_WORD = "hammer"
"""In about a third of the mentions."""

ANSWERED = 20
"""One mention in so many is a brand's own answer."""
LABELS: tuple[tuple[Label, float], ...] = (("negative", -0.6), ("neutral", 0.0), ("positive", 0.6))


def midnight() -> datetime:
    """Return the last midnight in UTC, from which everything is dated backwards."""
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def sentence(rng: random.Random, length: int) -> str:
    """Return so many characters of words, more or less."""
    words: list[str] = []
    size = 0
    while size < length:
        words.append(rng.choice(WORDS))
        size += len(words[-1]) + 1
    return " ".join(words)


# Feeds


def rss(feed: int, count: int, newest_at: datetime) -> bytes:
    """Return a feed of its first `count` entries, newest first; what an entry says stays the same."""
    items = "".join(_item(feed, number, newest_at) for number in reversed(range(count)))
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>Feed {feed}</title><link>http://feed{feed}.example/</link>"
        f"<description>made by a seed</description>{items}</channel></rss>"
    ).encode()


def _item(feed: int, number: int, newest_at: datetime) -> str:
    rng = random.Random(f"{SEED}/{feed}/{number}")
    body = sentence(rng, rng.randint(300, 1500))
    if rng.random() < NAMED:
        at = body.index(" ", len(body) // 2)
        body = f"{body[:at]} {rng.choice(BRANDS)}{body[at:]}"
    published_at = newest_at - timedelta(hours=6 * (60 - number), minutes=feed % 60)
    return (
        f'<item><guid isPermaLink="false">{feed}-{number}</guid><title>{escape(sentence(rng, 40))}</title>'
        f"<link>http://feed{feed}.example/{number}</link><pubDate>{format_datetime(published_at)}</pubDate>"
        f"<description>{escape(body)}</description></item>"
    )


# Stores


def pages(count: int, brands: int, newest_at: datetime) -> Iterator[PageSave]:
    """Yield a year of judged mentions, oldest first, as a scan would have saved them."""
    rng = random.Random(SEED)
    texts = [sentence(rng, rng.randint(80, 300)) for _ in range(5000)]
    step = timedelta(days=365) / max(count, 1)
    for first in range(0, count, PAGE):
        numbers = range(first, min(first + PAGE, count))
        judged = [_judged(rng, texts, n, brands, newest_at - step * (count - n)) for n in numbers]
        until = newest_at - step * (count - numbers[-1])
        yield PageSave(
            task=Task(
                source=f"bench-{first // PAGE % SOURCES}", query="", since=until - step * PAGE, until=until
            ),
            collected_at=until,
            judged=judged,
            shown=[one.mention.id for one in judged],
            seen=[one.version for one in judged],
            window_done=True,
        )


def _judged(rng: random.Random, texts: list[str], number: int, brands: int, at: datetime) -> Judged:
    brand = rng.randrange(POPULAR) if rng.random() < 0.5 else rng.randrange(brands)
    label, tone = rng.choice(LABELS)
    mention = Mention(
        space="bench",
        native_id=str(number),
        kind="post",
        url=f"http://bench.example/{number}",
        text=f"{rng.choice(texts)} {number}",
        author=f"smith_{rng.randrange(50_000)}",
        published_at=at,
        lang="en",
        likes=rng.randrange(50),
        parent_id=str(number - 40) if number % ANSWERED == 0 else None,
    )
    assessment = Assessment(
        brand=f"brand-{brand}",
        relevance="about",
        own=number % ANSWERED == 0,
        spans=(Span("text", 0, 4, f"smithy number {brand}", "term"),),
        sentiment=Sentiment(tone, label, ("great +3.1",), (1 - tone) / 2),
        scorer="bench/1",
        intent="complaint" if label == "negative" else "question" if number % 7 == 0 else "other",
        urgency=("low", "low", "medium", "high")[number % 4],
    )
    return Judged(mention=mention, version=version(mention), twins=twins(mention), assessments=(assessment,))
