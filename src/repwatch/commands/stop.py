"""Ctrl-C and SIGTERM as a question that long work asks itself: is it time to leave?"""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any


class Stop:
    """Tells, while it is entered, whether somebody wants the work to end; a second time does not wait for it.

    `code` is the exit code that says so, 0 as long as nobody has.
    """

    def __init__(self) -> None:
        self.code = 0
        self._before: dict[int, Any] = {}

    def __call__(self) -> bool:
        """Say whether to leave."""
        return self.code != 0

    def __enter__(self) -> Stop:
        """Listen from now on."""
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._stop)
        return self

    def __exit__(self, *_: object) -> None:
        """Let signals act as they did before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _stop(self, number: int, _: FrameType | None) -> None:
        if self.code:
            raise KeyboardInterrupt
        self.code = 128 + number
