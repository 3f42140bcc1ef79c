from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repwatch.metrics import (
    FEW,
    Coverage,
    Gap,
    Tally,
    by_day,
    compare,
    coverage,
    grouped,
    outages,
    shares,
    total,
)
from repwatch.period import Window

SINCE = datetime(2026, 11, 14, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=7)
WEEK = Window(SINCE, UNTIL, UTC)

laws = settings(max_examples=80)
small = st.integers(0, 10_000)


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    negative, neutral, positive, unscored = (draw(small) for _ in range(4))
    scored = negative + neutral + positive
    untoned = draw(st.integers(0, scored))
    tone_sum = draw(st.floats(untoned - scored, scored - untoned)) if scored > untoned else 0.0
    return Tally(scored + unscored, negative, neutral, positive, unscored, tone_sum, untoned)


def tally(negative: int = 0, neutral: int = 0, positive: int = 0, unscored: int = 0) -> Tally:
    mentions = negative + neutral + positive + unscored
    return Tally(mentions, negative, neutral, positive, unscored, 0.5 * (positive - negative))


def test_shares_and_tone_are_of_the_scored_mentions_only() -> None:
    seen = tally(negative=3, neutral=5, positive=2, unscored=90)
    assert seen.scored == 10
    assert seen.negative_share == 0.3
    assert seen.net_sentiment == -0.1
    assert seen.tone == -0.05


def test_without_a_scored_mention_there_is_no_share_and_no_tone() -> None:
    silent = tally(unscored=7)
    assert (silent.negative_share, silent.net_sentiment, silent.tone) == (None, None, None)


def test_a_label_by_hand_counts_in_shares_and_says_nothing_about_the_tone() -> None:
    seen = Tally(5, 4, 1, 0, 0, -0.6, untoned=3)
    assert (seen.negative_share, seen.tone) == (0.8, -0.3)
    assert Tally(3, 3, 0, 0, 0, 0.0, untoned=3).tone is None


@laws
@given(tallies())
def test_shares_and_tone_stay_in_their_ranges(seen: Tally) -> None:
    if seen.scored:
        assert 0.0 <= seen.negative_share <= 1.0
        assert -1.0 <= seen.net_sentiment <= 1.0
    if seen.scored > seen.untoned:
        assert -1.0 <= seen.tone <= 1.0


@laws
@given(st.dictionaries(st.text(max_size=4), small, max_size=8))
def test_shares_of_voice_add_up_to_one_or_there_are_none(counts: dict[str, int]) -> None:
    found = shares(counts)
    assert found.keys() == counts.keys()
    if sum(counts.values()):
        assert sum(found.values()) == pytest.approx(1.0)
    else:
        assert set(found.values()) <= {None}


def test_a_change_is_relative_for_counts_and_a_difference_for_shares() -> None:
    changed = compare(tally(negative=30, neutral=20), tally(negative=10, neutral=30))
    assert changed.mentions == pytest.approx(0.25)
    assert changed.negative == pytest.approx(2.0)
    assert changed.negative_share == pytest.approx(0.35)
    assert changed.net_sentiment == pytest.approx(-0.35)
    assert changed.tone == pytest.approx(-0.3 + 0.125)


@pytest.mark.parametrize(("now", "before"), [(FEW - 1, FEW), (FEW, FEW - 1), (0, 0)])
def test_samples_under_twenty_are_not_compared(now: int, before: int) -> None:
    changed = compare(tally(negative=now), tally(negative=before))
    assert changed.mentions is None
    assert changed.negative is None
    assert changed.negative_share is None
    assert changed.tone is None


def test_samples_of_twenty_are_compared() -> None:
    assert compare(tally(negative=FEW), tally(negative=FEW)).mentions == 0.0


def test_volume_is_compared_even_when_most_of_it_is_unscored() -> None:
    changed = compare(tally(negative=2, unscored=58), tally(negative=5, unscored=25))
    assert changed.mentions == pytest.approx(1.0)
    assert changed.negative_share is None


def test_nothing_grows_by_a_percentage_from_zero() -> None:
    assert compare(tally(negative=5, neutral=20), tally(neutral=25)).negative is None


def test_days_on_which_nothing_was_said_are_in_the_series() -> None:
    days = [date(2026, 11, day) for day in (14, 15, 16)]
    series = by_day(days, {"2026-11-15": tally(negative=2)})
    assert [(day, seen.mentions) for day, seen in series] == [
        ("2026-11-14", 0),
        ("2026-11-15", 2),
        ("2026-11-16", 0),
    ]


dated = st.dictionaries(
    st.dates(date(2026, 11, 1), date(2026, 12, 20)).map(date.isoformat), tallies(), max_size=9
)


@laws
@given(dated, st.integers(1, 40))
def test_no_grouping_of_days_loses_a_mention(counts: dict[str, Tally], size: int) -> None:
    days = [date(2026, 11, 1) + timedelta(days=n) for n in range(30)]
    series = by_day(days, counts)
    whole = total(counts.values())
    assert [day for day, _ in series] == sorted({day for day, _ in series})
    for summed in (total(seen for _, seen in series), total(seen for _, seen in grouped(series, size))):
        assert (summed.mentions, summed.negative, summed.unscored) == (
            whole.mentions,
            whole.negative,
            whole.unscored,
        )


def test_a_group_of_days_is_named_by_its_first() -> None:
    series = [(f"2026-11-0{day}", tally(neutral=day)) for day in range(1, 6)]
    assert [(day, seen.mentions) for day, seen in grouped(series, 2)] == [
        ("2026-11-01", 3),
        ("2026-11-03", 7),
        ("2026-11-05", 5),
    ]


@dataclass(frozen=True)
class Try:
    """What a source did, so many hours after the window began."""

    hours: float
    status: str = "ok"
    source: str = "forum"
    blind_since: datetime | None = None

    @property
    def started_at(self) -> datetime:
        return SINCE + timedelta(hours=self.hours)


def at(hours: float) -> datetime:
    return SINCE + timedelta(hours=hours)


def covered(*tries: Try, now: datetime = UNTIL, every_s: float = 1800.0):  # type: ignore[no-untyped-def]  # only looked into
    found = coverage(tries, WEEK, now=now, every_s={"forum": every_s})["forum"]
    return found.state, [(gap.since, gap.until) for gap in found.gaps]


def daily(*bad: int) -> list[Try]:
    return [Try(24.0 * day, "failed" if day in bad else "ok") for day in range(-1, 8)]


def test_a_source_that_was_read_every_time_is_covered_in_full() -> None:
    assert covered(*daily()) == ("full", [])


def test_unchanged_is_as_good_as_read() -> None:
    tries = [Try(hours, "unchanged") for hours in range(-24, 169, 12)]
    assert covered(*tries) == ("full", [])


def test_a_gap_reaches_from_the_last_good_scan_to_the_next() -> None:
    assert covered(*daily(2, 3)) == ("gap", [(at(24), at(96))])


def test_a_blind_source_was_not_covered_since_it_last_showed_what_it_should() -> None:
    blind, again = (Try(hours, "blind", blind_since=at(10)) for hours in (30, 60))
    assert covered(Try(0), Try(20), blind, Try(40), Try(160)) == ("gap", [(at(10), at(40))])
    both = covered(Try(0), Try(20), blind, Try(40), again, Try(70), Try(160))
    assert both == ("gap", [(at(10), at(40)), (at(40), at(70))])


def test_a_gap_without_a_good_scan_after_it_reaches_to_the_end() -> None:
    assert covered(*daily(6, 7)) == ("gap", [(at(120), UNTIL)])


def test_a_gap_that_began_before_the_window_is_cut_to_it() -> None:
    assert covered(Try(-30), Try(-10, "failed"), *(Try(hours) for hours in range(10, 169, 12))) == (
        "gap",
        [(SINCE, at(10))],
    )


def test_a_source_that_failed_before_and_ever_since_is_a_gap_all_through() -> None:
    assert covered(Try(-10, "failed"), Try(50, "no_access")) == ("gap", [(SINCE, UNTIL)])


def test_a_source_that_never_worked_has_no_coverage_yet() -> None:
    assert covered(Try(100, "failed"), Try(150, "no_access")) == ("none yet", [])


def test_the_time_before_the_first_scan_is_no_gap_since_that_one_looks_back() -> None:
    assert covered(Try(100), Try(124), Try(148)) == ("full", [])


def test_a_source_of_which_only_some_pages_were_read_is_covered_in_part() -> None:
    tries = [Try(hours, "partial" if hours == 24 else "ok") for hours in range(-12, 169, 12)]
    assert covered(*tries) == ("partial", [(at(12), at(36))])


def test_a_source_that_nobody_read_any_more_is_a_gap_to_the_end() -> None:
    assert covered(Try(-5), Try(10)) == ("gap", [(at(10), UNTIL)])


def test_a_source_that_is_read_once_a_week_is_not_missed_after_a_day() -> None:
    assert covered(Try(-5), Try(10), every_s=7 * 86_400.0) == ("full", [])


def test_what_lies_in_the_future_is_no_gap() -> None:
    assert covered(Try(-5), Try(10), now=at(20)) == ("full", [])
    assert covered(Try(-5), Try(10, "failed"), now=at(20)) == ("gap", [(SINCE, at(20))])


def test_a_scan_after_the_window_closes_a_gap_only_then() -> None:
    assert covered(*daily(7), Try(200), now=at(300)) == ("gap", [(at(144), UNTIL)])


def test_a_failure_that_is_over_before_the_next_scan_was_due_is_no_gap() -> None:
    tries = [*daily(), Try(30, "ok"), Try(30 + 55 / 3600, "failed"), Try(30 + 80 / 3600, "ok")]
    assert covered(*tries) == ("full", [])
    assert covered(Try(-5), Try(10), Try(10.01, "failed"), now=at(10.02)) == ("full", [])
    assert covered(*tries, every_s=60.0) == ("gap", [(at(30), at(30 + 80 / 3600))])


def test_a_source_that_failed_for_the_whole_of_a_short_window_is_a_gap() -> None:
    day = Window(at(48), at(72), UTC)
    found = coverage([Try(0), Try(24, "failed")], day, now=UNTIL, every_s={"forum": 7 * 86_400.0})
    assert found["forum"] == Coverage("gap", (Gap(at(48), at(72), False),))


def test_sources_that_one_outage_hit_share_its_gap() -> None:
    coverages = {
        "forum": Coverage("gap", (Gap(at(10), at(20), False), Gap(at(50), at(60), False))),
        "shop": Coverage("gap", (Gap(at(10.1), at(20.1), False),)),
        "wire": Coverage("partial", (Gap(at(10), at(20), True),)),
        "diary": Coverage("gap", (Gap(at(10), at(30), False),)),
        "club": Coverage("full"),
    }
    assert outages(coverages) == [
        (Gap(at(10), at(20), False), ["forum", "shop"]),
        (Gap(at(10), at(20), True), ["wire"]),
        (Gap(at(10), at(30), False), ["diary"]),
        (Gap(at(50), at(60), False), ["forum"]),
    ]


@laws
@given(
    st.dictionaries(
        st.sampled_from("abcdef"),
        st.lists(
            st.builds(
                lambda since, hours, partial: Gap(at(since), at(since + hours), partial),
                st.floats(0, 2),
                st.floats(0.01, 1),
                st.booleans(),
            ),
            max_size=5,
        ),
    )
)
def test_every_gap_of_every_source_is_in_one_outage(drawn: dict[str, list[Gap]]) -> None:
    found = outages({source: Coverage("gap", tuple(gaps)) for source, gaps in drawn.items()})
    named = sorted(source for _, sources in found for source in sources)
    assert named == sorted(source for source, gaps in drawn.items() for _ in gaps)
    assert all(len(set(sources)) == len(sources) for _, sources in found)


tries = st.lists(
    st.builds(Try, st.floats(-48, 200), st.sampled_from(["ok", "unchanged", "partial", "failed", "waiting"])),
    min_size=1,
    max_size=12,
)


@laws
@given(tries, st.floats(0, 200))
def test_gaps_lie_in_the_window_in_order_and_never_hold_a_good_scan(drawn: list[Try], hours: float) -> None:
    found = coverage(drawn, WEEK, now=at(hours))["forum"]
    edges = [edge for gap in found.gaps for edge in (gap.since, gap.until)]
    assert edges == sorted(edges)
    assert all(SINCE <= edge <= UNTIL for edge in edges)
    good = [one.started_at for one in drawn if one.status in ("ok", "unchanged")]
    assert not any(gap.since < moment < gap.until for gap in found.gaps for moment in good)
    assert bool(found.gaps) == (found.state in ("gap", "partial"))
