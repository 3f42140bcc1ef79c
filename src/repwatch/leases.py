"""The lease of scans, which whatever else writes what scans write holds as well."""

from __future__ import annotations

import os
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from repwatch.errors import Busy
from repwatch.store.base import Store

LEASE = "scan"
LEASE_S = 60.0
RENEWED_EVERY_S = 15.0


@contextmanager
def held(
    store: Store, clock: Callable[[], datetime], *, refused: str, lost: str
) -> Iterator[Callable[[], None]]:
    """Hold the lease of scans, and yield what renews it when it is time.

    Args:
        store: where it is held.
        clock: what time it is.
        refused: what to tell whoever does not get it.
        lost: likewise whoever loses it, having been suspended for too long.

    Raises:
        Busy: something else holds it.
    """
    holder = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    other = store.take_lease(LEASE, holder, clock(), LEASE_S)
    if other is not None:
        raise Busy(f"a scan or an import is running since {other.taken_at:%Y-%m-%d %H:%M} UTC", hint=refused)
    renewed_s = time.monotonic()

    def renew() -> None:
        nonlocal renewed_s
        if time.monotonic() - renewed_s < RENEWED_EVERY_S:
            return
        renewed_s = time.monotonic()
        if store.take_lease(LEASE, holder, clock(), LEASE_S) is not None:
            raise Busy("a scan took over while this was suspended", hint=lost)

    try:
        yield renew
    finally:
        store.release_lease(LEASE, holder)
