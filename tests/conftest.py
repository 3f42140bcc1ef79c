"""What holds for all tests: `make test` leaves nothing to chance, `make fuzz` does."""

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings
from hypothesis.internal.conjecture import providers

MORE = 20  # times as many examples when they are drawn anew

# How quick a test is, is no test's business: the next machine, or this one at noon, is slower.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fixed", UNHURRIED, derandomize=True)
settings.register_profile("fuzz", UNHURRIED, derandomize=False, print_blob=True)
settings.load_profile("fixed")


def pytest_sessionstart() -> None:
    """See that what a fixed test draws hangs on nothing but itself.

    Hypothesis also draws the numbers and words of the modules that happen to be loaded: what ran before,
    and what somebody changes elsewhere, would bring other examples.
    """
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
