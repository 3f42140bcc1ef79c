"""Rows and numbers as people and programs read them: table, TSV, JSON, CSV, Markdown.

At a terminal a table has no boxes, only its last column is shortened, and times are in the zone of
the configuration. In a pipe values are whole, separated by tabs, and times are UTC in ISO 8601.
Texts of mentions are foreign: every way out cleans or escapes them.
"""

from __future__ import annotations

import csv
import os
import re
import shlex
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Literal, TextIO, TypeVar, cast
from urllib.parse import quote

from rich.console import Console
from rich.text import Text

from repwatch.errors import UsageError
from repwatch.files import is_stdout, output
from repwatch.formats import disarm, flat, json_document, json_line, markdown, plain
from repwatch.text import clean
from repwatch.words import NONE

LEAST = 12
"""Cells that the last column of a table keeps on the narrowest screen."""

ROOM = 24
"""Cells that the last column has before optional ones are shown beside it."""

WORDS = 20
"""Cells that a column of sentences needs to be readable."""

Format = Literal["table", "json", "jsonl", "csv"]
Row = Mapping[str, Any]
F = TypeVar("F", bound=str)

ENDINGS: dict[str, Format] = {
    ".csv": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".tsv": "table",
    ".txt": "table",
}
"""The format of a listing that a file's ending stands for."""


def console(stream: TextIO, color: Literal["auto", "always", "never"] | None = None) -> Console:
    """Return a console for a stream, judged alone: `is_terminal` is true only if it is one.

    Colour is off in a pipe, with NO_COLOR (which leaves bold) and with TERM=dumb; `color`, then
    FORCE_COLOR, have the last word. Nothing that is printed is taken for markup.
    """
    terminal = stream.isatty()
    if isinstance(stream, TextIOWrapper) and stream.errors == "strict":
        stream.reconfigure(errors="replace")  # a Latin-1 terminal shows "?", and no traceback
    colored = {"always": True, "never": False}.get(color or "auto", _colored(terminal))
    no_color = color != "always" and bool(os.environ.get("NO_COLOR"))
    return Console(
        file=stream,
        force_terminal=terminal,
        color_system="standard" if colored else None,
        no_color=no_color,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=not terminal,
        legacy_windows=False,
    )


def _colored(terminal: bool) -> bool:
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return terminal and os.environ.get("TERM") != "dumb"


@contextmanager
def paged(out: Console, wanted: bool = True) -> Iterator[None]:
    """Show what is printed inside through a pager when it is longer than the screen.

    The pager is $REPWATCH_PAGER, else $PAGER, else less; an empty one or "cat" means none.
    """
    command = os.environ.get("REPWATCH_PAGER", os.environ.get("PAGER", "less"))
    if not wanted or not out.is_terminal or command.strip() in ("", "cat"):
        yield
        return
    with out.capture() as captured:
        yield
    text = captured.get()
    if text.count("\n") < out.height or not _page(command, text):
        out.file.write(text)


def _page(command: str, text: str) -> bool:
    environment = {"LESS": "FIRX", "LV": "-c", **os.environ}  # as git does
    try:
        pager = subprocess.Popen(  # noqa: S603 (the user's own pager, without a shell)
            shlex.split(command), stdin=subprocess.PIPE, env=environment
        )
    except (OSError, ValueError):
        return False
    assert pager.stdin is not None  # noqa: S101 (it was asked for)
    with suppress(BrokenPipeError), pager.stdin as stdin:
        stdin.write(text.encode("utf-8", "replace"))
    while True:
        with suppress(KeyboardInterrupt):  # Ctrl-C belongs to the pager
            pager.wait()
            return True


# Tables


def text_of(value: Any) -> str:
    """Return any value for a terminal: a dash for None."""
    return NONE if value is None else plain(value)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    `name` is the key in its rows and stays the same for ever in pipes, CSV and JSON. At a
    terminal it is headed `title` and each value is worded by `show`. Some columns make sense only
    at a terminal (a bar), others only to a program. On a narrow screen optional ones go first, those
    with the highest number before all; then the last one is shortened. `link` is the key of an address
    that it leads to in Markdown.
    """

    name: str
    title: str | None = None
    show: Callable[[Any], str | Text] = text_of
    right: bool = False
    style: str = ""
    where: Literal["everywhere", "terminal", "machine"] = "everywhere"
    optional: int = 0
    link: str | None = None

    @property
    def heading(self) -> str:
        """What stands above it at a terminal."""
        return self.name.replace("_", " ") if self.title is None else self.title

    def cell(self, row: Row) -> Text:
        """Return its value in a row as a terminal shows it, cleaned and on one line."""
        shown = self.show(row.get(self.name))
        return shown.copy() if isinstance(shown, Text) else Text(flat(shown), style=self.style)


def for_people(columns: Iterable[Column]) -> list[Column]:
    """Return the columns that a terminal shows."""
    return [column for column in columns if column.where != "machine"]


def for_programs(columns: Iterable[Column]) -> list[Column]:
    """Return the columns that a program gets."""
    return [column for column in columns if column.where != "terminal"]


def choose(columns: Sequence[Column], names: str | None) -> list[Column]:
    """Return the columns named in a comma-separated list, in its order; all when it is None.

    Raises:
        UsageError: a name is none of theirs.
    """
    if names is None:
        return list(columns)
    known = {column.name: replace(column, where="everywhere") for column in for_programs(columns)}
    return [known[pick(name.strip(), known, "column")] for name in names.split(",") if name.strip()]


def pick(name: str, known: Iterable[str], noun: str) -> str:
    """Return a name if it is known.

    Raises:
        UsageError: it is not; the hint has the nearest one, or all of them.
    """
    names = list(known)
    if name in names:
        return name
    near = get_close_matches(name.casefold(), [known.casefold() for known in names], 1)
    meant = next((known for known in names if near and known.casefold() == near[0]), None)
    every = f"There is: {', '.join(names)}" if names else "There is none yet."
    hint = f'Did you mean "{meant}"?' if meant else every
    raise UsageError(f'there is no {noun} "{flat(name)}"', hint=hint)


def chosen_format(
    named: F | None,
    *,
    json: bool = False,
    jsonl: bool = False,
    csv: bool = False,
    default: F,
    path: Path | None = None,
    endings: Mapping[str, F] | None = None,
) -> F:
    """Return the one format that was asked for: by an option, else by the ending of a file.

    Raises:
        UsageError: several were, or the file's ending is none of `endings`.
    """
    on = [name for name, asked in (("json", json), ("jsonl", jsonl), ("csv", csv)) if asked]
    typed = [f"--{name}" for name in on] + ([f"--format {named}"] if named else [])
    if len(typed) > 1:
        raise UsageError(f"{' and '.join(typed)} exclude each other", hint="One format at a time.")
    if named or on:
        return named or cast("F", on[0])
    return _by_ending(path, endings, default) if path and endings else default


def _by_ending(path: Path, endings: Mapping[str, F], default: F) -> F:
    ending = path.suffix.lower()
    if is_stdout(path) or not ending:
        return default
    if ending not in endings:
        raise UsageError(
            f"the ending of {path} is that of no format",
            hint=f"There is: {', '.join(endings)}. A file with another ending needs an option, as --csv.",
        )
    return endings[ending]


def table(out: Console, rows: Iterable[Row], columns: Sequence[Column], *, header: bool = True) -> None:
    """Print rows: aligned at a terminal, else separated by tabs."""
    if not out.is_terminal:
        _print_tsv(out.file, rows, for_programs(columns), header)
        return
    for line in aligned(list(rows), for_people(columns), out.width, header=header):
        out.print(line, soft_wrap=True)


def aligned(
    rows: Sequence[Row], columns: Sequence[Column], width: int, *, header: bool = True
) -> Iterator[Text]:
    """Yield lines of rows whose cells stand under each other, for a screen of so many cells."""
    head = [[Text(column.heading, style="dim") for column in columns]] if header else []
    lines = head + [[column.cell(row) for column in columns] for row in rows]
    if not lines:
        return
    widths = [max(cell.cell_len for cell in cells) for cells in zip(*lines, strict=True)]
    kept = _fitting(columns, widths, width)
    *fixed, last = [widths[at] for at in kept]
    room = [*fixed, min(last, max(width - sum(fixed) - 2 * len(fixed), LEAST))]
    for cells in lines:
        parts = zip((cells[at] for at in kept), room, (columns[at].right for at in kept), strict=True)
        line = Text("  ").join(_fitted(*part) for part in parts)
        line.rstrip()
        yield line


def wrapped(out: Console, rows: Iterable[Row], columns: Sequence[Column], *, header: bool = True) -> None:
    """Print rows at a terminal whose cells go on in the next line where they are too long for the screen.

    The first column is as wide as it needs to be; optional ones go, from the last on, while there is
    no room for words in all of them.
    """
    from rich.table import Table  # noqa: PLC0415 (few lists are made of sentences)

    rows, shown = list(rows), for_people(columns)
    first = max((shown[0].cell(row).cell_len for row in rows), default=0)
    while (out.width - first) // max(1, len(shown) - 1) < WORDS and any(column.optional for column in shown):
        shown.remove(max(shown, key=lambda column: column.optional))
    grid = Table(box=None, padding=(0, 2, 0, 0), show_header=header, pad_edge=False)
    for place, column in enumerate(shown):
        grid.add_column(Text(column.heading, style="dim"), no_wrap=place == 0, overflow="fold")
    for row in rows:
        grid.add_row(*(column.cell(row) for column in shown))
    out.print(grid)


def _fitting(columns: Sequence[Column], widths: Sequence[int], width: int) -> list[int]:
    """Return which columns are kept: optional ones go, from the last on, while there is no room."""
    *before, last = range(len(columns))
    kept = set(before)
    for at in sorted(before, key=lambda at: (columns[at].optional, at), reverse=True):
        taken = sum(widths[place] + 2 for place in kept)
        if not columns[at].optional or taken + min(widths[last], ROOM) <= width:
            break
        kept.remove(at)
    return [*sorted(kept), last]


def _fitted(cell: Text, width: int, right: bool) -> Text:
    cell.truncate(width, overflow="ellipsis")
    pad = " " * (width - cell.cell_len)
    return Text.assemble(pad, cell) if right else Text.assemble(cell, pad)


def _print_tsv(stream: Any, rows: Iterable[Row], columns: Sequence[Column], header: bool) -> None:
    if header:
        stream.write("\t".join(column.name for column in columns) + "\n")
    for row in rows:
        stream.write("\t".join(flat(plain(row.get(column.name))) for column in columns) + "\n")


def markdown_table(rows: Iterable[Row], columns: Sequence[Column]) -> str:
    """Return rows as a table of GitHub-flavoured Markdown, worded as at a terminal."""
    shown = for_people(columns)
    lines = [
        [markdown(column.heading) for column in shown],
        ["---:" if column.right else "---" for column in shown],
        *([_markdown_cell(column, row) for column in shown] for row in rows),
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _markdown_cell(column: Column, row: Row) -> str:
    text = markdown(column.cell(row).plain)
    address = row.get(column.link) if column.link else None
    if not address or not re.match(r"https?://", address, re.IGNORECASE):
        return text
    return f"[{text}]({quote(clean(address), safe=_ADDRESS)})"


_ADDRESS = ":/?#@!$&'*+,;=%~"
"""What may stand in an address and ends neither a link nor a cell of Markdown."""


def listing(
    out: Console,
    rows: Iterable[Row],
    columns: Sequence[Column],
    *,
    schema: str,
    key: str,
    format: Format = "table",
    path: Path | None = None,
    header: bool = True,
) -> None:
    """Write rows in the format that was asked for, to the console or a file.

    Args:
        out: where they go without a path.
        rows: consumed once; streamed in every format but "table" at a terminal and "json".
        columns: what each row has.
        schema: names the JSON document, such as "repwatch.runs/1".
        key: holds the rows in the JSON document.
        format: how they are written.
        path: a file, replaced when all is written.
        header: whether the names of the columns come first.
    """
    with output(path, out.file) as stream:
        if format == "table" and path is None:
            table(out, rows, columns, header=header)
        elif format == "table":
            _print_tsv(stream, rows, for_programs(columns), header)
        elif format == "csv":
            write_csv(stream, rows, for_programs(columns), header=header)
        elif format == "jsonl":
            names = [column.name for column in for_programs(columns)]
            stream.writelines(json_line({name: row.get(name) for name in names}) for row in rows)
        else:
            names = [column.name for column in for_programs(columns)]
            records = [{name: row.get(name) for name in names} for row in rows]
            stream.write(json_document(schema, {key: records}))


def write_csv(stream: TextIO, rows: Iterable[Row], columns: Sequence[Column], *, header: bool = True) -> None:
    """Write a small table as RFC 4180 has it; texts are disarmed, numbers stay numbers."""
    writer = csv.writer(stream)
    if header:
        writer.writerow([column.name for column in columns])
    for row in rows:
        values = (row.get(column.name) for column in columns)
        writer.writerow([disarm(value) if isinstance(value, str) else plain(value) for value in values])
