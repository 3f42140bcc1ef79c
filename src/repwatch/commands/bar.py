"""A bar for somebody who watches something that takes its time."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from repwatch.commands.base import Session


class Bar(AbstractContextManager["Bar"]):
    """A bar on stderr, which is gone in the end; nothing where nobody watches.

    It counts to `total`, or shows the share of it that is done.
    """

    def __init__(self, session: Session, total: int, *, counts: bool) -> None:
        self._progress: Any = None
        if sys.stderr.isatty() and not session.flags.quiet and total:
            from rich import progress

            self._progress = progress.Progress(
                progress.BarColumn(24),
                progress.MofNCompleteColumn() if counts else progress.TaskProgressColumn(),
                progress.TextColumn("{task.description}", markup=False),
                progress.TimeElapsedColumn() if counts else progress.TimeRemainingColumn(),
                console=session.err,
                transient=True,
            )
            self._task = self._progress.add_task("", total=total)

    def __enter__(self) -> Bar:
        """Show it."""
        if self._progress:
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take it away."""
        if self._progress:
            self._progress.stop()

    def move(self, said: str, **moved: float) -> None:
        """Say what is done now; `advance` or `completed` as rich takes them."""
        if self._progress:
            self._progress.update(self._task, description=said, **moved)
