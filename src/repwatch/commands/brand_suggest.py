"""`brand suggest`: words that would sharpen a brand's query."""

from __future__ import annotations

import json as dumper
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING

from repwatch.words import number, plural

if TYPE_CHECKING:
    from datetime import datetime

    from repwatch.commands.base import Session
    from repwatch.learning.suggest import Suggestion, Suggestions
    from repwatch.model import Brand, Mention
    from repwatch.store.base import Reader

_SURE = frozenset({"term", "own handle", "own domain", "addressed to"})
"""Rules by which a mention is about a brand without its weak terms."""


def propose(session: Session, brands: Sequence[Brand], since: str, *, json: bool) -> None:
    """Print what is proposed for each brand."""
    from repwatch.formats import json_document
    from repwatch.learning.suggest import suggest
    from repwatch.period import window

    asked = window(since, None, None, now=session.now, zone=session.settings.timezone, default=since)
    with closing(session.reader()) as reader:
        found = [(brand, suggest(brand, *texts(reader, brand, asked.since))) for brand in brands]
    if json:
        body = {
            "since": asked.since,
            "brands": [{"brand": brand.key} | asdict(proposed) for brand, proposed in found],
        }
        session.out.file.write(json_document("repwatch.brand_suggest/1", body))
        return
    print("\n".join(toml(brand, proposed) for brand, proposed in found), end="")


def texts(reader: Reader, brand: Brand, since: datetime) -> tuple[list[str], list[str]]:
    """Return what is known to be about a brand, and what is not or nearly was."""
    from repwatch.store.base import Filter

    confirmed, rejected = [], []
    everything = Filter(brands=(brand.key,), since=since, relevance=("about", "unsure", "not_about"))
    for one in reader.assessed(everything):
        said = one.said["about"].value if "about" in one.said else None
        named = one.assessment.relevance == "about" and any(s.rule in _SURE for s in one.assessment.spans)
        if said == "not_about":
            rejected.append(_text(one.mention))
        elif said == "about" or (said is None and named):
            confirmed.append(_text(one.mention))
    for near in reader.near_misses(since):
        if any(miss.brand == brand.key for miss in near.near_misses):
            rejected.append(_text(near.mention))
    return confirmed, rejected


def _text(mention: Mention) -> str:
    return f"{mention.title}\n{mention.text}"


def toml(brand: Brand, proposed: Suggestions) -> str:
    """Return the lines for the configuration: what stands there, and what is proposed with its counts."""
    counted = f"{plural(proposed.confirmed, 'mention')} about it, {plural(proposed.rejected, 'other')}"
    head = [f"[brands.{brand.key}]  # {counted}"]
    lists = (
        ("need_one_of", brand.need_one_of, proposed.need_one_of),
        ("exclude", brand.exclude, proposed.exclude),
    )
    body = [line for name, stands, new in lists if new for line in _list(name, stands, new, proposed)]
    return "\n".join([*head, *(body or ["# nothing stands out"])]) + "\n"


def _list(name: str, stands: Sequence[str], new: Sequence[Suggestion], all: Suggestions) -> list[str]:
    def of(count: int, size: int) -> str:
        return f"{number(count)} of {number(size)}"

    return [
        f"{name} = [",
        *(f"    {_quoted(phrase)}," for phrase in stands),
        *(
            f"    {_quoted(one.phrase)},  # in {of(one.confirmed, all.confirmed)} about it,"
            f" {of(one.rejected, all.rejected)} others"
            for one in new
        ),
        "]",
    ]


def _quoted(phrase: str) -> str:
    return dumper.dumps(phrase, ensure_ascii=False)
