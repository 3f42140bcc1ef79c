from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from multiprocessing.connection import wait

import pytest

from repwatch.errors import ParseError, SourceError
from repwatch.workers import Workers


def work(job: str) -> str:
    """Do what a hostile page might make a parser do."""
    match job:
        case "hang":
            time.sleep(60)
        case "compute":
            while True:
                pass
        case "die":
            os._exit(1)
        case "eat":
            return str(len(bytearray(1 << 40)))
        case "layout":
            raise ParseError("no such table")
        case "bug":
            raise KeyError("entries")
    return job.upper()


@pytest.fixture
def workers() -> Iterator[Workers[str, str, str]]:
    kept: Workers[str, str, str] = Workers(2, work, deadline_s=1.0)
    yield kept
    kept.close()


def answers(workers: Workers[str, str, str], *jobs: str) -> dict[str, str | SourceError]:
    todo, done = list(jobs), {}
    while todo or workers.pipes:
        while todo and workers.free:
            workers.submit(todo[0], todo.pop(0))
        wait(workers.pipes, 0.1)
        done |= dict(workers.collect())
    return done


def test_each_job_comes_back_under_its_key(workers: Workers[str, str, str]) -> None:
    jobs = [f"page {n}" for n in range(20)]
    assert answers(workers, *jobs) == {job: job.upper() for job in jobs}


@pytest.mark.parametrize(
    ("job", "reason"),
    [
        ("hang", "too_slow"),
        ("compute", "too_slow"),
        ("die", "crashed"),
        ("eat", "too_large"),
        ("layout", "layout"),
        ("bug", "crashed"),
    ],
)
def test_a_job_that_goes_wrong_costs_only_itself(
    workers: Workers[str, str, str], job: str, reason: str
) -> None:
    if job == "eat" and sys.platform == "darwin":
        pytest.skip("macOS sets no limit to the address space")
    done = answers(workers, "before", job, "beside", "after")
    error = done.pop(job)
    assert isinstance(error, SourceError)
    assert error.reason == reason
    assert done == {"before": "BEFORE", "beside": "BESIDE", "after": "AFTER"}


def test_no_process_is_left_when_workers_are_closed() -> None:
    workers: Workers[str, str, str] = Workers(2, work)
    answers(workers, "a", "b")
    processes = [worker.process for worker in workers._workers]
    workers.submit("hang", "hang")
    workers.close()
    assert processes
    assert not any(process.is_alive() for process in processes)
