"""What a source can do.

A source asks and reads; it never acts. It does not send, wait, retry, log, remember or write, so
a saved answer is its whole test, and one crawler gives every source the same manners.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Protocol

from repwatch.model import Answer, Brand, Page, Request, Task


class Source(Protocol):
    """A configured place: a frozen dataclass whose fields are its settings.

    Fields get their values from the table `[sources.NAME]`; a base address is always one of them,
    so that a test, a proxy or a self-hosted copy can stand in. The class must be picklable, since
    `parse` runs in a worker process.
    """

    type: ClassVar[str]
    """The word for it in the configuration."""
    reads: ClassVar[str]
    """What it reads, for people, in a few words."""
    login: ClassVar[str]
    """What login it needs: "none", or what and where to get it."""
    terms: ClassVar[str]
    """The platform's terms in a sentence, as far as they bind whoever runs this."""
    pace_s: ClassVar[float]
    """The least time between two requests to one host, if the platform asks for more than [http] min_gap."""
    version: ClassVar[int]
    """Raised when parsing changes so much that pages already read should be read again."""

    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return what to ask for, each a stream of its own: ("",) where a place is read as a whole."""

    def request(self, task: Task) -> Request:
        """Return the request for one page."""

    def parse(self, task: Task, answer: Answer) -> Page:
        """Return the page in a successful answer.

        Raises:
            ParseError: the answer as a whole is not what it should be; a single bad entry is
                skipped and counted instead.
        """
