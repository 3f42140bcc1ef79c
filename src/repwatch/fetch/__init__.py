"""The only HTTP of repwatch: single exchanges, and what good manners make of their answers.

`Fetcher` sends one request and returns one answer. Everything else here is pure: whether to
follow, wait, try again or give up is decided by whoever asks (see crawl).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from repwatch.fetch.address import Allowed, is_public
from repwatch.fetch.limits import Limits
from repwatch.fetch.manners import (
    MOST_WAIT_S,
    back_off_s,
    full_url,
    gate_key,
    limit_left,
    limit_reset_s,
    public_url,
    retry_after_s,
    retry_wait_s,
    secrets_in,
    settle,
    shown_url,
)
from repwatch.fetch.robots import DENY_ALL, allowed, crawl_delay_s, read_robots, robots_request

if TYPE_CHECKING:
    from repwatch.fetch.client import Fetcher, identity

__all__ = [
    "DENY_ALL",
    "MOST_WAIT_S",
    "Allowed",
    "Fetcher",
    "Limits",
    "allowed",
    "back_off_s",
    "crawl_delay_s",
    "full_url",
    "gate_key",
    "identity",
    "is_public",
    "limit_left",
    "limit_reset_s",
    "public_url",
    "read_robots",
    "retry_after_s",
    "retry_wait_s",
    "robots_request",
    "secrets_in",
    "settle",
    "shown_url",
]


def __getattr__(name: str) -> Any:
    # httpx takes 80 ms to import, which a config check need not pay.
    if name in ("Fetcher", "identity"):
        from repwatch.fetch import client  # noqa: PLC0415 (see above)

        return getattr(client, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
