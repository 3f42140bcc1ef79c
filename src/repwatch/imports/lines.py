"""The lines of a text, counted, each of bounded length; some of them can be given back."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TextIO

LONGEST = 4 * 1024 * 1024
"""Characters of a line, and of an entry of several lines."""
TOO_LONG = f"it is longer than {LONGEST:,} characters"
_KEPT = 200


class Cut(str):
    """The beginning of a line that is too long; the rest was left out."""

    __slots__ = ()


class Lines:
    """Reads a text line by line; `number` is that of the line that was read last.

    The stream must leave line ends as they are (newline="").
    """

    def __init__(self, stream: TextIO, *, longest: int = LONGEST) -> None:
        self._stream = stream
        self._longest = longest
        self._again: deque[str] = deque()
        self.number = 0

    def take(self) -> str | None:
        """Return the next line with its end, None after the last one."""
        line = self._again.popleft() if self._again else self._stream.readline(self._longest)
        if not line:
            return None
        self.number += 1
        if len(line) < self._longest or line.endswith("\n"):
            return line
        return self._left_out(line)

    def give_back(self, lines: Sequence[str]) -> None:
        """Let lines be read once more, the first of them next."""
        self._again.extendleft(reversed(lines))
        self.number -= len(lines)

    def _left_out(self, line: str) -> Cut:
        piece = line
        while len(piece) == self._longest and not piece.endswith("\n"):
            ended = piece.endswith("\r")
            piece = self._stream.readline(self._longest)
            if ended and piece != "\n":
                self._again.append(piece)
                break
        return Cut(line[:_KEPT])
