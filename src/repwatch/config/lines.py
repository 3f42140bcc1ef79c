"""On which line of a TOML text each key stands; tomllib does not say."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Callable

KeyPath = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_KEY = re.compile(r"""[ \t]*("(?:\\.|[^"\\])*"|'[^']*'|[A-Za-z0-9_-]+)[ \t]*""")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}(?!")' + r"|'''.*?'{3,5}(?!')" + r'|"(?:\\.|[^"\\])*"' + r"|'[^']*'", re.DOTALL
)
_OTHER = re.compile(r"[^,\]}#\r\n]+")


def key_lines(text: str) -> dict[KeyPath, int]:
    """Return the line, from 1, of every table, key and list element of a TOML text that tomllib accepts."""
    return _Reader(text).read()


def line_of(lines: dict[KeyPath, int], path: KeyPath) -> int | None:
    """Return the line of a key, or of the nearest table around it; None if nothing of it is there."""
    return next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), None)


class _Reader:
    """Walks over a text that tomllib has accepted, so it need not doubt what it sees."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.breaks = [found.start() for found in re.finditer("\n", text)]
        self.lines: dict[KeyPath, int] = {}
        self.tables_in: dict[KeyPath, int] = {}

    def read(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        while self.next() != "":
            if self.next() == "[":
                table = self.header()
            else:
                self.pair(table)
        return self.lines

    def next(self) -> str:
        """Return the next letter that is neither blank nor comment, and stand there; empty at the end."""
        blank = _BLANK.match(self.text, self.at)
        self.at = blank.end() if blank else self.at
        return self.text[self.at : self.at + 1]

    def key(self, table: KeyPath) -> KeyPath:
        """Read a dotted key and note the line of each of its parts."""
        path, line = table, bisect_left(self.breaks, self.at) + 1
        while part := _KEY.match(self.text, self.at):
            self.at = part.end()
            path = self.inside((*path, _unquoted(part[1])))
            self.lines.setdefault(path, line)
            if self.text[self.at : self.at + 1] != ".":
                break
            self.at += 1
        return path

    def inside(self, path: KeyPath) -> KeyPath:
        """Return the path into the newest table, if a list of tables is at the path."""
        return (*path, self.tables_in[path]) if path in self.tables_in else path

    def header(self) -> KeyPath:
        brackets = 2 if self.text.startswith("[[", self.at) else 1
        self.at += brackets
        line = bisect_left(self.breaks, self.at) + 1
        path = self.key(())
        self.at += brackets
        if brackets == 1:
            return path
        # Seen before, the path already leads into the newest table of the list: one step back.
        if self.tables_in.get(path[:-1]) == path[-1]:
            path = path[:-1]
        self.tables_in[path] = self.tables_in.get(path, -1) + 1
        path = self.inside(path)
        self.lines[path] = line
        return path

    def pair(self, table: KeyPath) -> None:
        path = self.key(table)
        self.at += 1  # the equals sign
        self.value(path)

    def value(self, path: KeyPath) -> None:
        opened = self.next()
        if opened == "[":
            self.members("]", path, self.element)
        elif opened == "{":
            self.members("}", path, lambda path, _: self.pair(path))
        elif found := (_STRING.match(self.text, self.at) or _OTHER.match(self.text, self.at)):
            self.at = found.end()

    def members(self, closed: str, path: KeyPath, read: Callable[[KeyPath, int], None]) -> None:
        """Read what stands between a bracket and its partner, separated by commas."""
        self.at += 1
        n = 0
        while (letter := self.next()) not in (closed, ""):
            if letter == ",":
                self.at += 1
                continue
            read(path, n)
            n += 1
        self.at += 1

    def element(self, path: KeyPath, n: int) -> None:
        self.lines[(*path, n)] = bisect_left(self.breaks, self.at) + 1
        self.value((*path, n))


def _unquoted(key: str) -> str:
    if key.startswith("'"):
        return key[1:-1]
    return next(iter(tomllib.loads(f"{key} = 0"))) if key.startswith('"') else key
