"""Who speaks: a customer, or somebody who advertises, raffles, hires, or is a program.

Own accounts and declared bots are known for sure. Everybody else is a customer unless the clues
against it add up to LEAST points for one of the others: each row of CLUES says for whom.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from repwatch.model import Kind, Mention, Sender

LEAST = 3

MANY_TAGS = 5
"""Hashtags with which a text is written for searches rather than for readers."""

MANY_LINKS = 3

MANY_EMOJI = 8

LOOKED_AT = 2_000
"""Characters of a text that are counted."""


class Clue(NamedTuple):
    """What speaks for a sender: points, and the reason in words."""

    points: Mapping[Sender, int]
    why: str


CLUES: Mapping[str, Clue] = {
    "giveaway": Clue({"giveaway": 3}, "says {}"),
    "job ad": Clue({"job_ad": 2}, "says {}"),
    "begging": Clue({"spam": 3}, "says {}"),
    "lure": Clue({"spam": 2}, "says {}"),
    "wares": Clue({"spam": 2}, "says {}"),
    "repeated": Clue({"spam": 2}, "repeats itself"),
    "bare link": Clue({"spam": 2}, "is a comment of little more than a link"),
    "link": Clue({"job_ad": 1, "spam": 1}, "has {}"),
    "links": Clue({"spam": 1}, "has {} links"),
    "tags": Clue({"job_ad": 1, "spam": 1, "giveaway": 1}, "has {} hashtags"),
    "emoji": Clue({"spam": 1}, "has {} emoji"),
    "capitals": Clue({"spam": 1}, "is written in capitals"),
    "trouble": Clue({"giveaway": -2, "job_ad": -2, "spam": -2}, "but says {}"),
}
"""All that tells them apart; of those with enough points the one with the most is the sender."""

FEW_LETTERS = 12
"""Characters beside a link that say nothing."""

MANY_LETTERS = 60
"""Characters from which capitals and repetition say something."""

_LINK = re.compile(r"https?://\S+")
_SYMBOL = re.compile("[\u2600-\U0010ffff]")
_BOT = re.compile(
    r"(?:^|[^a-z])bot(?:$|[^a-z])|(?:news|auto|feed|rss|alert|job|price|deal)s?bot$", re.IGNORECASE
)


def sender(mention: Mention, signs: Mapping[str, str], *, own: bool = False) -> tuple[Sender, str]:
    """Return who wrote a mention, and why that is thought, empty for a customer.

    Args:
        mention: as its source gave it.
        signs: those of its words, and those that it has beside them (see intent).
        own: an account of the brand's own wrote it.
    """
    if own:
        return "own", "own: written by an own account"
    if mention.author_is_bot:
        return "bot", "bot: its account says so"
    if mention.author and "bot" in mention.author.lower() and _BOT.search(mention.author):
        return "bot", f'bot: its name is "{mention.author}"'
    return by_words(mention.text, signs, mention.kind)


def by_words(text: str, signs: Mapping[str, str], kind: Kind = "post") -> tuple[Sender, str]:
    """Return who wrote a text as far as it tells itself, and why that is thought."""
    text = text[:LOOKED_AT]
    counted, telling = _counted(text, kind), not _TELLING.isdisjoint(signs)
    if (counted or telling or "link" in signs) and _repeats_itself(text):  # too few points alone
        counted["repeated"] = ""
    if not (counted or telling):
        return "customer", ""
    found = {**signs, **counted}
    totals: dict[Sender, int] = {}
    for name in CLUES.keys() & found.keys():
        for who, points in CLUES[name].points.items():
            totals[who] = totals.get(who, 0) + points
    best = max(_ORDER, key=lambda who: totals.get(who, 0))
    if totals.get(best, 0) < LEAST:
        return "customer", ""
    said = [
        clue.why.format(found[name]) for name, clue in CLUES.items() if name in found and best in clue.points
    ]
    return best, f"{best.replace('_', ' ')}: {', '.join(said)}"


_ORDER: tuple[Sender, ...] = ("spam", "giveaway", "job_ad")
_TELLING = frozenset({"giveaway", "job ad", "begging", "lure", "wares"})


def _counted(text: str, kind: Kind) -> dict[str, str]:
    """Return the signs of a text that can be counted."""
    found: dict[str, str] = {}
    links, tags = text.count("://"), text.count("#")
    if links and kind == "comment" and len(_LINK.sub("", text)) < FEW_LETTERS:
        found["bare link"] = ""
    if links >= MANY_LINKS:
        found["links"] = str(links)
    if tags >= MANY_TAGS:
        found["tags"] = str(tags)
    if not text.isascii():
        emoji = sum(not char.isalnum() for char in _SYMBOL.findall(text))
        if emoji >= MANY_EMOJI:
            found["emoji"] = str(emoji)
    if len(text) > MANY_LETTERS and text.isupper():
        found["capitals"] = ""
    return found


def _repeats_itself(text: str) -> bool:
    words = text.lower().split()
    return len(text) > MANY_LETTERS and len(set(words)) * 5 < len(words) * 2
