"""`brand test --replay`: a changed query tried on what was read before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Any

from repwatch.words import number, percent, plural

if TYPE_CHECKING:
    from repwatch.commands.base import Session
    from repwatch.learning.replay import Past, Replayed
    from repwatch.match import Matched
    from repwatch.model import Brand
    from repwatch.period import Window
    from repwatch.store.base import Reader

SHOWN = 90
"""Characters that are shown of an example."""

_WORDS = {
    "gained": "gained: about it now",
    "lost": "lost: not found any more",
    "doubted": "doubted: may be about it now, and were about it",
    "unsure": "unsure: may be about it now",
    "dropped": "dropped: may have been about it, and are not found any more",
}


def replay(session: Session, brands: Sequence[Brand], since: str, *, json: bool) -> None:
    """Show what the configured queries make of the mentions and near-misses since then."""
    from repwatch.formats import json_document
    from repwatch.judge import Judge
    from repwatch.learning.replay import replay
    from repwatch.match import Matcher
    from repwatch.period import window
    from repwatch.score import scorer

    asked = window(since, None, None, now=session.now, zone=session.settings.timezone, default=since)
    judge = Judge(Matcher(session.settings.brands.values()), scorer("vader"))
    places = session.settings.sources

    def match(past: Past) -> Matched:
        place = places.get(past.source)
        only = frozenset(place.brands) if place and place.brands else None
        about = place.about if place and place.about else past.place
        return judge.match(past.mention, about=about, brands=only)

    keys = [brand.key for brand in brands]
    with closing(session.reader()) as reader:
        found = replay(pasts(reader, asked), match, keys)
    if json:
        body = {
            "since": asked.since,
            "until": asked.until,
            "brands": [document(found[key]) for key in keys],
        }
        session.out.file.write(json_document("repwatch.brand_replay/1", body))
        return
    for key in keys:
        describe(session, found[key])


def pasts(reader: Reader, asked: Window) -> Iterator[Past]:
    """Yield the mentions of a time with what was found in them, and the near-misses."""
    from repwatch.learning.replay import Past
    from repwatch.store.base import Filter

    everything = Filter(
        since=asked.since, until=asked.until, relevance=("about", "unsure", "not_about"), own=None
    )
    for id, group in groupby(reader.assessed(everything), key=lambda one: one.id):
        found = list(group)
        places = (
            one.assessment.brand
            for one in found
            for span in one.assessment.spans
            if span.rule == "about source"
        )
        yield Past(
            id=id,
            source=found[0].source,
            mention=found[0].mention,
            was={one.assessment.brand: one.assessment.relevance for one in found},
            said={
                one.assessment.brand: one.said["about"].value == "about"
                for one in found
                if "about" in one.said and one.said["about"].value != "unsure"
            },
            place=next(places, None),
        )
    for near in reader.near_misses(asked.since):
        was = dict.fromkeys(miss.brand for miss in near.near_misses)
        yield Past(id=near.mention.id, source=near.source, mention=near.mention, was=was, kept=False)


def document(replayed: Replayed) -> dict[str, Any]:
    """Return what became of a brand's mentions, as JSON has it."""
    body = asdict(replayed)
    for name, hits in (("before", replayed.before), ("after", replayed.after)):
        body[name] |= {"precision": hits.precision, "recall": hits.recall}
    return body


def describe(session: Session, replayed: Replayed) -> None:
    """Print it for a person."""
    from rich.text import Text

    from repwatch.formats import flat
    from repwatch.text import one_line

    def line(*parts: str | tuple[str, str]) -> None:
        session.out.print(Text.assemble(*parts), soft_wrap=True)

    had = (
        f"{plural(replayed.stored, 'mention')} and {plural(replayed.near_misses, 'near-miss', 'near-misses')}"
    )
    line((flat(replayed.brand), "bold"), f": {had}")
    line(f"  {'stay':9}{number(replayed.stays):>7}")
    for change in _WORDS:
        count = getattr(replayed, change)
        of_them = ""
        if change == "gained" and replayed.from_near:
            of_them = f"  {number(replayed.from_near)} of them near-misses so far"
        line(f"  {change:9}{number(count):>7}{of_them}")
    before, after = replayed.before, replayed.after
    if corrected := before.all:
        line(f"  of {plural(corrected, 'mention')} that people corrected:")
        line(f"    precision  {percent(after.precision)}, was {percent(before.precision)}")
        line(f"    recall     {percent(after.recall)}, was {percent(before.recall)}")
    for change, examples in replayed.examples.items():
        line()
        line((_WORDS[change], "bold"))
        for one in examples:
            said = one_line(f"{one.title}\n{one.text}".strip(), SHOWN)
            line("  ", (one.id, "cyan"), f"  {said}")
            line((f"    {flat(one.why)}", "dim"))
    line()
