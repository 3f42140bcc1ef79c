"""What the readers of files hand on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from repwatch.model import Mention

Container = Literal["csv", "jsonl", "json", "mbox", "page", "rss"]
"""How a file is built: a table, a JSON record a line, one JSON list, a mailbox, a web page, a feed."""


@dataclass(frozen=True, slots=True)
class Record:
    """An entry as it stands in a file: the line it begins on, and its values by column.

    `raw` is what it was read from: cells, or one text. `wrong` says why it can't be used.
    """

    line: int
    values: Mapping[str, Any]
    raw: tuple[str, ...]
    wrong: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """An entry that can't be used, and why."""

    line: int
    reason: str
    raw: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A tidied mention of a file; the other fields are None where the file does not say.

    `about` is the brand that it was about where it comes from, `source` the one that showed it
    first and `collected_at` when.
    """

    line: int
    mention: Mention
    about: str | None = None
    source: str | None = None
    collected_at: datetime | None = None


class Unusable(Exception):  # noqa: N818 (it reads as what it is)
    """An entry that can't be used; its text is the reason."""


class Unreadable(Exception):  # noqa: N818 (likewise)
    """A file that can't be read, or not any further; its text is the reason."""

    def __init__(self, reason: str, hint: str | None = None) -> None:
        super().__init__(reason)
        self.hint = hint
