from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from repwatch.config import SourceConfig
from repwatch.errors import FetchError, ParseError, Reason, SourceError
from repwatch.habits import Habit
from repwatch.outcomes import Tally, exit_code, next_try, plan, with_sight
from repwatch.store.base import Health, Outcome, Status

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def source(key: str = "feed", *, every_s: float = 1800.0, paused: bool = False) -> SourceConfig:
    return SourceConfig(
        key=key, type="feed", every_s=every_s, about=None, brands=(), paused=paused, settings={}, source=None
    )


def outcome(status: Status = "ok", key: str = "feed", **more: Any) -> Outcome:
    given = {"started_at": NOW, "ended_at": NOW, **more}
    return Outcome(run="r", source=key, status=status, **given)


def health(last: Outcome, failures: int = 0) -> Health:
    return Health(
        source=last.source,
        last=last,
        last_ok_at=None,
        failures_in_a_row=failures,
        failing_since=None,
    )


def due(source: SourceConfig, last: Outcome | None, at: datetime, **more: Any) -> bool:
    known = {source.key: health(last)} if last else {}
    return bool(plan([source], known, at, **more).due)


def test_a_source_is_due_when_its_interval_has_passed_and_before_it_was_ever_read() -> None:
    last = outcome(next_at=NOW + HOUR / 2)
    assert due(source(), None, NOW)
    assert not due(source(), last, NOW + HOUR / 4)
    assert due(source(), last, NOW + HOUR / 2)


def test_cron_may_start_a_few_seconds_early() -> None:
    last = outcome(next_at=NOW + HOUR / 2)
    assert due(source(), last, NOW + HOUR / 2 - timedelta(seconds=20))
    assert not due(source(), last, NOW + HOUR / 2 - timedelta(seconds=200))


def test_a_shorter_interval_counts_from_the_next_scan_on() -> None:
    last = outcome(next_at=NOW + HOUR)
    assert due(source(every_s=300.0), last, NOW + HOUR / 10)


def test_a_source_that_backs_off_is_not_due_before_unless_it_is_named() -> None:
    last = outcome("failed", next_at=NOW + 6 * HOUR)
    assert not due(source(), last, NOW + HOUR)
    assert due(source(), last, NOW + HOUR, everything=True)
    assert due(source(), last, NOW + HOUR, names=["feed"])


def test_a_clock_that_was_ahead_puts_no_source_off() -> None:
    last = outcome(started_at=NOW + 400 * HOUR, next_at=NOW + 401 * HOUR)
    assert due(source(), last, NOW)


def test_a_paused_source_is_read_only_when_it_is_named() -> None:
    paused = source(paused=True)
    assert plan([paused], {}, NOW).paused == 1
    assert not due(paused, None, NOW, everything=True)
    assert due(paused, None, NOW, names=["feed"])


@pytest.mark.parametrize(
    ("status", "reason", "failures", "wait_s", "after"),
    [
        ("ok", None, 1, 0.0, HOUR / 2),
        ("failed", "timeout", 5, 0.0, HOUR / 2),
        ("failed", "not_found", 1, 0.0, HOUR),
        ("failed", "not_found", 2, 0.0, 6 * HOUR),
        ("failed", "not_found", 9, 0.0, 24 * HOUR),
        ("waiting", "rate_limited", 1, 7200.0, 2 * HOUR),
        ("failed", "gone", 1, 0.0, HOUR),
    ],
)
def test_what_seldom_passes_is_tried_less_often(
    status: Status, reason: Reason | None, failures: int, wait_s: float, after: timedelta
) -> None:
    last = outcome(status, reason=reason, requests=1)
    assert next_try(source(), last, failures, wait_s) == NOW + after


def test_a_run_that_a_host_was_not_asked_in_makes_it_wait_no_longer() -> None:
    left_alone = outcome("failed", reason="blocked_page", requests=0)
    assert next_try(source(), left_alone, 5, 3600.0) == NOW + HOUR


def test_what_is_gone_twice_is_not_asked_any_more() -> None:
    assert next_try(source(), outcome("failed", reason="gone"), 2, 0.0) is None
    assert not due(source(), outcome("failed", reason="gone", next_at=None), NOW + 99 * HOUR)


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ([], 0),
        (["ok", "unchanged"], 0),
        (["ok", "failed"], 0),
        (["ok", "waiting"], 0),
        (["waiting"], 0),
        (["ok", "no_access"], 4),
        (["ok", "no_access", "blind"], 4),
        (["ok", "no_access", "failed"], 4),
        (["no_access", "blind"], 4),
        (["ok", "blind"], 0),
        (["no_access"], 4),
        (["failed"], 6),
        (["failed", "no_access"], 6),
        (["ok", "failed", "no_access"], 4),
    ],
)
def test_the_exit_code_says_how_bad_it_is(statuses: list[Status], code: int) -> None:
    outcomes = [outcome(status, str(n)) for n, status in enumerate(statuses)]
    assert exit_code(outcomes, {}) == code
    assert exit_code(outcomes, {}, fail_on="never") == 0


def test_a_source_may_fail_a_few_times_before_anybody_is_told() -> None:
    outcomes = [outcome(), outcome("failed", "bad")]
    codes = [
        exit_code(outcomes, {"bad": health(outcomes[1], failures)}, tolerate=3) for failures in (1, 2, 3, 4)
    ]
    assert codes == [0, 0, 5, 5]


def test_a_source_may_wait_for_a_day_before_anybody_is_told() -> None:
    outcomes = [outcome(), outcome("waiting", "patient", reason="quota")]
    codes = []
    for hours in (1, 23, 24, 99):
        known = {"patient": replace(health(outcomes[1]), failing_since=NOW - hours * HOUR)}
        codes.append(exit_code(outcomes, known))
    assert codes == [0, 0, 5, 5]
    assert exit_code(outcomes, known, fail_on="never") == 0
    assert exit_code(outcomes, {}, fail_on="partial") == 0


def test_a_run_that_was_cut_before_half_was_done_is_to_be_tried_later() -> None:
    reached, left = outcome(), outcome("not_reached")
    assert exit_code([reached, left, left], {}, interrupted=True) == 75
    assert exit_code([reached, reached, left], {}, interrupted=True) == 0


def test_habits_are_looked_at_only_where_silence_may_be_strange() -> None:
    def usual() -> Habit:
        raise AssertionError("nobody needs to know")

    seen = replace(health(outcome()), last_ok_at=NOW - HOUR, last_fresh_at=NOW - HOUR)
    for each in (outcome(fresh=1), outcome(fetched=9), outcome("unchanged"), outcome("waiting")):
        assert with_sight(each, seen, usual, NOW) == each
    never = replace(seen, last_fresh_at=None)
    assert with_sight(outcome("unchanged"), never, usual, NOW).good
    assert with_sight(outcome(), None, usual, NOW).good


def tally(streams: int, done: int, *errors: SourceError, **more: int) -> Tally:
    return Tally(source(), NOW, streams=streams, done=done, errors=list(errors), **more)  # type: ignore[arg-type]


FORBIDDEN = FetchError("forbidden", "403")
LIMITED = FetchError("rate_limited", "429", retry_after_s=7200.0)


@pytest.mark.parametrize(
    ("made", "status"),
    [
        (tally(1, 1, pages=1), "ok"),
        (tally(2, 2, unchanged=2), "unchanged"),
        (tally(2, 1, pages=1), "partial"),
        (tally(1, 0), "not_reached"),
        (tally(1, 1, pages=20, capped=1), "partial"),
        (tally(2, 1, FORBIDDEN, pages=1), "partial"),
        (tally(1, 0, FORBIDDEN), "failed"),
        (tally(1, 0, LIMITED), "waiting"),
        (tally(2, 0, LIMITED, FORBIDDEN), "failed"),
        (tally(2, 0, FORBIDDEN, FetchError("login", "401")), "no_access"),
        (tally(1, 0, ParseError("not a feed")), "failed"),
    ],
)
def test_a_sources_streams_add_up_to_one_word(made: Tally, status: Status) -> None:
    assert made.outcome("r", NOW, None).status == status


def test_what_went_wrong_comes_with_what_to_do() -> None:
    def said(error: SourceError) -> str:
        return tally(1, 0, error).outcome("r", NOW, None).detail

    assert said(FetchError("not_found", "404 Not Found.")) == "404 Not Found; check its address, or its name"
    assert said(FetchError("login", "refused", hint="make a key")) == "refused; make a key"
    assert said(LIMITED) == "429"


def test_a_source_is_due_again_when_its_host_lets_it() -> None:
    assert tally(1, 0, LIMITED).outcome("r", NOW, None).next_at == NOW + 2 * HOUR


def test_what_was_not_reached_is_due_at_once() -> None:
    assert tally(1, 0).outcome("r", NOW, None).next_at == NOW
