"""What holds for all tests: `make test` leaves nothing to chance, `make fuzz` does."""

import multiprocessing
import signal
import sys
from collections.abc import Generator
from multiprocessing import forkserver

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings
from hypothesis.internal.conjecture import providers

FORKED_FROM = ("repwatch.scan", "pytest", "pytest_httpserver")  # what tests of scans import
MORE = 20  # times as many examples when they are drawn anew

# How quick a test is, is no test's business: the next machine, or this one at noon, is slower.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fixed", UNHURRIED, derandomize=True)
settings.register_profile("fuzz", UNHURRIED, derandomize=False, print_blob=True)
settings.load_profile("fixed")


def pytest_sessionstart() -> None:
    """See that what a test does hangs on nothing but itself."""
    # A shell that runs us in the background ignores Ctrl-C, and so would all that the tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Hypothesis also draws the numbers and words of the modules that happen to be loaded: what ran before,
    # and what somebody changes elsewhere, would bring other examples.
    if settings.default.derandomize:
        providers._get_local_constants = lambda: providers._local_constants


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Draw more where they are drawn anew."""
    if settings.default.derandomize:
        return
    laws = {
        item.function for item in items if isinstance(item, pytest.Function) and is_hypothesis_test(item.obj)
    }
    for law in laws:
        asked = law._hypothesis_internal_use_settings
        law._hypothesis_internal_use_settings = settings(asked, max_examples=MORE * asked.max_examples)


def pytest_collection_finish() -> None:
    """Let the processes that parse fork from one that has imported what they need.

    Each scan of a test starts some, and each would import for itself what the test's module imports.
    """
    scan = sys.modules.get("repwatch.scan")
    if scan and "forkserver" in multiprocessing.get_all_start_methods():
        multiprocessing.set_forkserver_preload([*scan.PRELOAD, *FORKED_FROM])
        forkserver.ensure_running()


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Run two more tests at once than there are processors, as many of them wait."""
    return (yield) + 2
