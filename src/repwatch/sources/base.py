"""What a source can do.

A source asks and reads; it never acts. It does not send, wait, retry, log, remember or write, so
a saved answer is its whole test, and one crawler gives every source the same manners.

`Source` is what every source is. The small protocols below it are for platforms that allow more:
a class that has their methods is used for it, and there is nothing to register.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Protocol, runtime_checkable

from repwatch.errors import SourceError
from repwatch.model import (
    Answer,
    Brand,
    Known,
    Page,
    Quota,
    Request,
    Reread,
    Revisit,
    Session,
    Task,
)


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
    version: ClassVar[int]
    """Raised when parsing changes so much that pages already read should be read again."""

    # Three things are for sources whose platform has accounts, and may be left out: `author_like`, an
    # example of how an author there stands in own_accounts, such as "reddit:u/acme"; `author_id`, a regular
    # expression for what stands behind its colon, where that is an id and no name; and a property `account`,
    # the one in that form that the settings log in as, with * for what they do not say.

    @property
    def pace_s(self) -> float:
        """The least time between two requests to one host, if the platform asks for more than [http] min_gap.

        A constant of the class, unless it depends on the settings.
        """

    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return what to ask for, each a stream of its own: ("",) where a place is read as a whole."""

    def request(self, task: Task) -> Request:
        """Return the request for one page."""

    def parse(self, task: Task, answer: Answer) -> Page:
        """Return the page in a successful answer.

        Raises:
            ParseError: the answer as a whole is not what it should be; a single bad entry is
                skipped and counted instead. That of many entries none can be read is found out by
                whoever reads the page, if they are skipped for a reason of pipeline.UNREAD.
        """


@runtime_checkable
class Explains(Protocol):
    """A source whose platform says more about a failure than its status does."""

    def explain(self, answer: Answer) -> SourceError | Page | None:
        """Return what an answer that is no success means on this platform.

        A Page says that it is no failure: an empty one ends the window, cursors lead on. None
        leaves it to the status, Retry-After and the rate limit headers.
        """


@runtime_checkable
class LogsIn(Protocol):
    """A source that exchanges its credentials for a session, which is kept and renewed for it."""

    def log_in(self, session: Session | None) -> Request | None:
        """Return the request that makes a session; given one that has expired, that renews it.

        None when the settings need no session.
        """

    def session(self, answer: Answer) -> Session:
        """Return the session in a successful answer.

        Raises:
            ParseError: there is none in it.
        """

    def signed(self, request: Request, session: Session) -> Request:
        """Return a request as it is sent with a session; what is secret of it is a Secret."""


@runtime_checkable
class Metered(Protocol):
    """A source whose platform counts, or charges for, what is asked of it."""

    @property
    def quota(self) -> Quota | None:
        """What may be spent; None when nothing limits it."""

    def cost(self, request: Request) -> int:
        """Return the most that a request can take of the quota; it is reserved before it is sent."""


@runtime_checkable
class Rereads(Protocol):
    """A source whose platform lets single mentions be read again, so that edits and deletions show."""

    reread_for_s: ClassVar[float]
    """How long after it was published a mention is read again; infinite if terms ask for refreshing.

    If they also ask for deleting what was not refreshed, `keep_s`, in seconds, says after how long:
    what was not read again for that time is blanked as if it were gone.
    """

    def rereads(self, known: Sequence[Known]) -> Iterable[Reread]:
        """Yield requests that read these mentions again, as few as the platform allows.

        Those of another space are left out: the source's name may have stood for another place before,
        and what is not found here must not be taken for deleted there.
        """

    def revisit(self, known: Sequence[Known], answer: Answer) -> Revisit:
        """Return what a successful answer to such a request shows.

        That there is nothing (404, 410) is seen to where one mention was asked for.

        Raises:
            ParseError: the answer as a whole is not what it should be.
        """


@runtime_checkable
class Threads(Protocol):
    """A source that can bring the replies under a mention with one request."""

    def thread(self, known: Known) -> Request | None:
        """Return the request for the replies under a mention; None when it can't be asked for here."""

    def replies(self, known: Known, answer: Answer) -> Page:
        """Return the replies; parent_id and thread_id say where each belongs.

        Raises:
            ParseError: the answer as a whole is not what it should be.
        """
