"""A report as tables and sentences, before an output writes them in its own way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from rich.text import Text

from repwatch.commands.excerpts import counted, emphasised, excerpt, unmarked
from repwatch.commands.report import by_rating_alone
from repwatch.formats import flat, short_id
from repwatch.metrics import FEW, Coverage, Gap, Tally, compare, grouped, outages, shares
from repwatch.period import before_words, describe
from repwatch.render import Column
from repwatch.words import (
    bar,
    change,
    duration,
    iso,
    number,
    percent,
    plural,
    points,
    signed,
    spark,
    when,
)

if TYPE_CHECKING:
    from repwatch.commands.report import Block, Report, SourceLine
    from repwatch.period import Window
    from repwatch.store.base import MentionRow

POINTS = 31
"""A line of blocks has at most so many; a longer window is drawn by weeks or more."""

STALE = timedelta(days=1)
"""After so long without a scan, a report says so."""

MOST_GAPS = 3
"""Stretches without reading that a report words; the longest ones, when there are more."""

MOST_NAMES = 4
"""Sources that share a gap are named up to here; of more, all but one are and the rest is counted."""

Row = dict[str, Any]

COMPARED = ("mentions", "negative", "negative_share", "net_sentiment", "tone")


@dataclass(frozen=True, slots=True)
class Wording:
    """For whom moments are worded: people in a zone, or programs, which get UTC in ISO 8601."""

    zone: tzinfo
    now: datetime
    machine: bool = False

    def when(self, moment: datetime) -> str:
        """Return a moment."""
        return iso(moment) if self.machine else when(moment, self.zone, self.now)


class Table(NamedTuple):
    """Rows under a title, which is empty when there is nothing to say."""

    title: str
    rows: list[Row]
    columns: list[Column]


def heading(report: Report, wording: Wording) -> str:
    """Return what a report is about: both ends, the zone, what it is compared with, and what is left out."""
    window, narrowed = report.window, report.filter
    ends = describe(window, wording.zone, now=wording.now)
    if wording.machine:
        ends = f"{iso(window.since)} – {iso(window.until)} ({window.zone})"
    parts = [ends, f"against {_compared_words(window, report.compared)}" if report.compared else ""]
    parts += [
        f"only {flat(', '.join(names))}"
        for names in (
            narrowed.sources,
            narrowed.labels,
            narrowed.langs,
            narrowed.intents,
            [f"{urgency} urgency" for urgency in narrowed.urgencies],
            [f"by {sender.replace('_', ' ')}" for sender in narrowed.senders],
            () if narrowed.relevance == ("about",) else [r.replace("_", " ") for r in narrowed.relevance],
        )
        if names
    ]
    return " · ".join(filter(None, parts))


def _compared_words(window: Window, compared: Window) -> str:
    return before_words(window) if compared.until == window.since else "the same a year before"


# The summary


def block_tables(report: Report, block: Block, wording: Wording) -> Iterator[Table]:
    """Yield the tables of one brand's summary; those without rows have nothing to say."""
    if block.now.mentions or (block.before and block.before.mentions):
        yield measures(report, block)
    lines = [line for line in block.sources if line.tally.mentions or line.coverage.state != "full"]
    yield sources([block], {block.brand.key: lines})._replace(title="By source")
    yield _examples("Most negative", block.negative, Column("tone", right=True, show=signed), wording)
    yield _examples(
        "Most engaged", block.engaged, Column("engagement", "engaged", right=True, show=number), wording
    )


def measures(report: Report, block: Block) -> Table:
    """Return what was counted of one brand, now and before."""
    series, every = _drawn(block)
    names = ["mentions"]
    if not report.filter.labels:  # shares of mentions that were picked by label say nothing
        names += ["negative", "negative_share", "tone"]
    machine: Literal["machine"] = "machine"
    columns = [
        *(Column(name, where=machine) for name in ("brand", "measure", "now", "before", "change")),
        Column("title", "", where="terminal"),
        Column("now_word", "now", right=True, where="terminal"),
        Column("before_word", "before", right=True, where="terminal"),
        Column("change_word", "change", right=True, where="terminal"),
        Column("spark", every, style="cyan", where="terminal"),
    ]
    if not block.before:
        columns = [column for column in columns if column.name not in ("before_word", "change_word")]
    return Table("", [_measure(name, block, series) for name in names], columns)


class _Worded(NamedTuple):
    title: str
    value: Callable[[Any], str]
    change: Callable[[Any], str]
    low: float | None


_WORDED = {
    "mentions": _Worded("mentions", number, change, 0.0),
    "negative": _Worded("negative", number, change, 0.0),
    "negative_share": _Worded("negative share", percent, points, 0.0),
    "tone": _Worded("tone (−1…+1)", signed, signed, None),
}


def _measure(name: str, block: Block, series: Sequence[Tally]) -> Row:
    title, word, differ, low = _WORDED[name]
    now, before = getattr(block.now, name), getattr(block.before, name, None)
    changed = getattr(compare(block.now, block.before), name) if block.before else None
    return rounded({
        "brand": block.brand.key,
        "measure": name,
        "now": now,
        "before": before,
        "change": changed,
        "title": title,
        "now_word": word(now),
        "before_word": word(before),
        "change_word": differ(changed),
        "spark": spark([getattr(tally, name) for tally in series], low=low),
    })  # fmt: skip


def _drawn(block: Block) -> tuple[list[Tally], str]:
    """Return what a line of blocks draws, and how many days each block stands for."""
    size = -(-len(block.days) // POINTS)
    if size > 1:
        size = max(7, size)
    every = {0: "per day", 1: "per day", 7: "per week"}.get(size, f"per {size} days")
    return [tally for _, tally in grouped(block.days, max(1, size))], every


def _examples(title: str, rows: Sequence[MentionRow], leading: Column, wording: Wording) -> Table:
    columns = [
        leading,
        Column("id", show=short_id, style="cyan", link="url"),
        Column("source", optional=2),
        Column("at", "when", show=wording.when, optional=1),
        Column("url", where="machine"),
        Column("basis", "", style="dim", where="terminal"),
        Column("what", where="machine"),
        Column("said", "", show=_quoted, where="terminal"),
    ]
    examples = [_example(row) for row in rows]
    if leading.name != "tone" or not any(example["basis"] for example in examples):
        columns = [column for column in columns if column.name != "basis"]
    return Table(title, examples, columns)


def _example(row: MentionRow) -> Row:
    said = excerpt(row, counted(row))
    return {
        "tone": row.sentiment,
        "engagement": row.engagement,
        "id": row.id,
        "source": row.source,
        "at": row.at,
        "url": row.url,
        "basis": "(rating)" if by_rating_alone(row.reasons) else "",
        "what": unmarked(said),
        "said": said,
    }


def _quoted(said: str) -> Text:
    return Text.assemble("“", emphasised(said), "”")


# Views, each one table of rows that are complete by themselves


def view_table(report: Report, view: str) -> Table:
    """Return a view as one table."""
    blocks = report.blocks
    if view == "brands":
        return voices(report)
    if view == "sources":
        return sources(blocks, {block.brand.key: block.sources for block in blocks})
    if view == "trend":
        return days(blocks)
    rows = [row for block in blocks for row in measures(report, block).rows]
    return Table("", rows, measures(report, blocks[0]).columns if blocks else [])


def sources(blocks: Sequence[Block], lines: Mapping[str, Sequence[SourceLine]]) -> Table:
    """Return what each source had of each brand, and when it was not read."""
    rows = [_source(block, line) for block in blocks for line in lines[block.brand.key]]
    most = max((row["negative"] for row in rows), default=0)
    columns = [
        _brand_column(blocks),
        Column("source"),
        Column("mentions", right=True, show=number),
        Column("negative", "neg", right=True, show=number),
        Column("bar", "", show=lambda value: bar(value, most), style="red", where="terminal", optional=1),
        *(Column(name, where="machine") for name in ("neutral", "positive", "unscored", "negative_share")),
        Column("tone", right=True, show=signed),
        Column("coverage", where="machine"),
        Column("covered", "coverage", show=_covered, where="terminal"),
        Column("gap_from", where="machine"),
        Column("gap_to", where="machine"),
    ]
    return Table("", rows, columns)


def _source(block: Block, line: SourceLine) -> Row:
    return rounded({
        "brand": block.brand.key,
        "source": line.source,
        **counts(line.tally),
        "bar": line.tally.negative,
        "coverage": line.coverage.state,
        "covered": line.coverage,
        "gap_from": tuple(gap.since for gap in line.coverage.gaps),
        "gap_to": tuple(gap.until for gap in line.coverage.gaps),
    })  # fmt: skip


def _covered(coverage: Coverage) -> Text:
    missed = sum((gap.length for gap in coverage.gaps), timedelta())
    words = f"{coverage.state} {duration(missed.total_seconds())}" if missed else coverage.state
    return Text(words, style="" if coverage.state in ("full", "imported") else "yellow")


def days(blocks: Sequence[Block]) -> Table:
    """Return what was said of each brand on each day."""
    rows = [
        rounded({"brand": block.brand.key, "day": day, **counts(tally), "bar": tally.negative})
        for block in blocks
        for day, tally in block.days
    ]
    most = max((row["bar"] for row in rows), default=0)
    columns = [
        _brand_column(blocks),
        Column("day", show=_day),
        Column("mentions", right=True, show=number),
        *(Column(name, right=True, show=number, optional=2) for name in ("positive", "neutral")),
        Column("negative", right=True, show=number),
        Column("bar", "", show=lambda value: bar(value, most), style="red", where="terminal", optional=1),
        Column("unscored", right=True, show=number, optional=2),
        Column("negative_share", "share", right=True, show=percent),
        Column("net_sentiment", where="machine"),
        Column("tone", right=True, show=signed),
    ]
    return Table("", rows, columns)


def _day(day: str) -> str:
    at = date.fromisoformat(day)
    return f"{at:%a} {at.day:>2} {at:%b}"


def _brand_column(blocks: Sequence[Block]) -> Column:
    return Column("brand", where="everywhere" if len(blocks) > 1 else "machine")


def voices(report: Report) -> Table:
    """Return each brand's share of all mentions of the brands that were asked for."""
    rows = _voices(report)
    most = max((row["bar"] for row in rows), default=0.0)
    compared: Literal["everywhere", "machine"] = "everywhere" if report.compared else "machine"
    columns = [
        Column("brand", where="machine"),
        Column("name", "brand"),
        Column("role", optional=1),
        Column("mentions", right=True, show=number),
        Column("share", right=True, show=percent),
        Column("bar", "", show=lambda value: bar(value, most), style="cyan", where="terminal", optional=1),
        Column("share_before", "before", right=True, show=percent, where=compared, optional=1),
        Column("share_change", "change", right=True, show=points, where=compared, optional=1),
        Column("negative", "neg", right=True, show=number),
        *(Column(name, where="machine") for name in ("neutral", "positive", "unscored", "negative_share")),
        Column("tone", right=True, show=signed),
    ]
    return Table("Share of mentions", rows, columns)


def _voices(report: Report) -> list[Row]:
    now = {brand.key: tally.mentions for brand, tally, _ in report.voices}
    before = {brand.key: tally.mentions for brand, _, tally in report.voices if tally}
    enough = min(sum(now.values()), sum(before.values())) >= FEW
    share, was = shares(now), shares(before)

    def row(key: str, name: str, role: str, tally: Tally) -> Row:
        here, there = share[key], was.get(key)
        return rounded({
            "brand": key,
            "name": name,
            "role": role,
            "share": here,
            "share_before": there,
            "share_change": here - there if enough and here is not None and there is not None else None,
            "bar": here or 0.0,
            **counts(tally),
        })  # fmt: skip

    rows = [row(brand.key, brand.name, brand.role, tally) for brand, tally, _ in report.voices]
    return sorted(rows, key=lambda row: -row["mentions"])


# What a report does not know


def block_notes(block: Block, wording: Wording) -> list[str]:
    """Return what the numbers of one brand leave out, in sentences."""
    name = flat(block.brand.name)
    notes = []
    if not block.now.mentions:
        newest = f"; the newest before is of {wording.when(block.newest_at)}" if block.newest_at else ""
        notes.append(f"No mentions of {name} in this window{newest}.")
    if block.before and (small := _too_few(block.now, block.before)):
        notes.append(small)
    if block.unscored:
        notes.append(_not_scored(block.unscored))
    if block.unsure:
        notes.append(
            f"{plural(block.unsure, 'more mention')} may be about {name} (unsure), counted nowhere here:"
            " repwatch inbox --unsure"
        )
    if block.now.others:
        notes.append(
            f"{number(block.now.others)} of the mentions {'is' if block.now.others == 1 else 'are'} not by"
            " customers (spam, giveaways, job ads, bots); without: --sender customer"
        )
    if block.now.by_hand:
        share = percent(block.now.by_hand / block.now.mentions)
        verb = "was" if block.now.by_hand == 1 else "were"
        notes.append(f"{plural(block.now.by_hand, 'label')} ({share}) {verb} set by hand.")
    if block.undated:
        verb = "is" if block.undated == 1 else "are"
        notes.append(f"{plural(block.undated, 'mention')} without a date {verb} counted, but not by day.")
    return notes


def _too_few(now: Tally, before: Tally) -> str | None:
    small = [
        f"{number(tally.scored)} {which}"
        for tally, which in ((now, "now"), (before, "before"))
        if tally.scored < FEW
    ]
    if not small or not now.mentions + before.mentions:
        return None
    return f"Fewer than {FEW} scored mentions ({', '.join(small)}): too few to compare."


def _not_scored(unscored: Mapping[str, int]) -> str:
    """Word the unscored: 6 mentions in de, 2 in ja were not scored."""
    most_first = sorted(unscored.items(), key=lambda item: (-item[1], item[0]))
    (lang, count), *rest = most_first
    parts = [f"{plural(count, 'mention')} {_in(lang)}", *(f"{number(n)} {_in(lang)}" for lang, n in rest)]
    verb = "was" if sum(unscored.values()) == 1 else "were"
    return f"{', '.join(parts)} {verb} not scored: counted as mentions, not in shares and tone."


def _in(lang: str) -> str:
    return f"in {flat(lang)}" if lang not in ("", "und") else "in an unknown language"


def report_notes(report: Report, wording: Wording) -> list[str]:
    """Return what all numbers leave out, in sentences."""
    notes = []
    if report.last_scan_at is None:
        notes.append("There was no scan yet.")
    elif min(report.window.until, wording.now) - report.last_scan_at > STALE:
        notes.append(f"No scan since {wording.when(report.last_scan_at)}: what was said later is not here.")
    if report.first_scan_at is not None:
        first = wording.when(report.first_scan_at)
        notes.append(f"Watching began {first}; of the time before there is what the sources still held.")
    notes += _gap_notes(report, wording)
    if report.not_shown:
        notes.append(f"{plural(len(report.not_shown), 'more brand')}: repwatch report brands")
    return notes


def _gap_notes(report: Report, wording: Wording) -> list[str]:
    """Word the longest stretches for which sources were not read, oldest first."""
    shown = {line.source: line.coverage for block in report.blocks for line in block.sources}
    found = outages(shown)
    longest = sorted(found, key=lambda each: each[0].length, reverse=True)[:MOST_GAPS]
    notes = [_gap_note(gap, names, wording) for gap, names in found if (gap, names) in longest]
    if more := len(found) - len(notes):
        notes.append(f"{plural(more, 'shorter gap')}: repwatch report sources --json")
    return notes


def _gap_note(gap: Gap, sources: Sequence[str], wording: Wording) -> str:
    """Word a gap: forum, shop and wire were not read 19 Nov 22:00 – 21 Nov 06:00."""
    *names, last = (
        sources
        if len(sources) <= MOST_NAMES
        else [*sources[: MOST_NAMES - 1], f"{number(len(sources) - MOST_NAMES + 1)} more sources"]
    )
    verb = "was" if not names else "were"
    how = "read only in part" if gap.partial else "blind" if gap.blind else "not read"
    who = f"{', '.join(names)} and {last}" if names else last
    return f"{who} {verb} {how} {wording.when(gap.since)} – {wording.when(gap.until)}."


# Numbers


def counts(tally: Tally) -> Row:
    """Return a tally as machine outputs have it."""
    names = ("mentions", "negative", "neutral", "positive", "unscored", "scored")
    shared = ("negative_share", "net_sentiment", "tone")
    return {name: getattr(tally, name) for name in (*names, *shared)}


def rounded(row: Mapping[str, Any]) -> Row:
    """Return a row with fractions to four digits, which is more than any sample bears."""
    return {key: round(value, 4) if isinstance(value, float) else value for key, value in row.items()}
