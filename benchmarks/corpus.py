"""A corpus made by a seed: feeds that name brands now and then, and stores full of mentions."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

from repwatch.model import Assessment, Judged, Mention, Sentiment, Span

SEED = 20261121
BRANDS = [f"{first} {second}" for first in ("Acme", "Zed", "Bolt", "Cinder", "Dross") for second in ("Anvils", "Forge", "Tongs", "Bellows")]
NAMED = 0.3
WORDS = (
    "the of and a to in is it that was for on with as at by this from they or had not but what some we can out"
    " other were all there when up use how said an each she which do their time if will way about many then them"
    " write would like so these her long make thing see him two has look more day could go come did number sound"
    " no most people my over know water than call first who may down side been now find hammer steel handle order"
    " delivery refund waiting broken great love terrible support answer week app login price quality heavy light"
).split()


def brand_key(name: str) -> str:
    """Return a brand's key in the configuration."""
    return name.lower().replace(" ", "-")


def sentence(rng: random.Random, length: int) -> str:
    """Return so many characters of words, more or less."""
    words: list[str] = []
    size = 0
    while size < length:
        words.append(rng.choice(WORDS))
        size += len(words[-1]) + 1
    return " ".join(words)


def entries(feed: int, count: int, start: datetime, first: int = 0) -> Iterator[str]:
    """Yield a feed's entries as RSS items, each the same whenever it is asked for."""
    for number in range(first, first + count):
        rng = random.Random(f"{SEED}/{feed}/{number}")
        body = sentence(rng, rng.randint(300, 1500))
        if rng.random() < NAMED:
            at = body.index(" ", len(body) // 2)
            body = f"{body[:at]} {rng.choice(BRANDS)}{body[at:]}"
        when = start - timedelta(hours=6 * number, minutes=feed % 60)
        yield (
            f"<item><guid isPermaLink=\"false\">{feed}-{number}</guid><title>{escape(sentence(rng, 40))}</title>"
            f"<link>http://feed{feed}.example/{number}</link><pubDate>{format_datetime(when)}</pubDate>"
            f"<description>{escape(body)}</description></item>"
        )


def rss(feed: int, count: int, start: datetime, extra: int = 0) -> bytes:
    """Return a feed; its `extra` entries are newer than the `count` that it always has."""
    items = [*entries(feed, extra, start + timedelta(hours=1), first=10_000), *entries(feed, count, start)]
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>Feed {feed}</title><link>http://feed{feed}.example/</link><description>made by a seed</description>"
        f"{''.join(items)}</channel></rss>"
    ).encode()


def mentions(count: int, brands: int, now: datetime) -> Iterator[Judged]:
    """Yield judged mentions over a year, spread over many brands, half of them about the first twenty."""
    rng = random.Random(SEED)
    pool = [sentence(rng, rng.randint(80, 300)) for _ in range(5000)]
    labels = (("negative", -0.6), ("neutral", 0.0), ("positive", 0.6))
    for number in range(count):
        brand = f"brand-{rng.randrange(20) if rng.random() < 0.5 else rng.randrange(brands)}"
        label, score = rng.choice(labels)
        text = f"{rng.choice(pool)} {number}"
        mention = Mention(
            space="bench",
            native_id=str(number),
            kind="post",
            url=f"http://bench.example/{number}",
            text=text,
            author=f"smith_{rng.randrange(50_000)}",
            published_at=now - timedelta(seconds=rng.randrange(365 * 86_400)),
            lang="en",
            likes=rng.randrange(50),
        )
        assessment = Assessment(
            brand=brand,
            relevance="about",
            own=False,
            spans=(Span("text", 0, 4, "brand", "term"),),
            sentiment=Sentiment(score, label, ("great +3.1",)),
            scorer="bench/1",
        )
        yield Judged(mention=mention, version=number.to_bytes(16, "big"), assessments=(assessment,))


def start() -> datetime:
    """Return the moment that the newest entries were written; the same all day."""
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
