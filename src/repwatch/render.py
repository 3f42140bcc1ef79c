"""Rows and numbers as people and programs read them: table, TSV, JSON, CSV, Markdown.

At a terminal a table has no boxes, only its last column is shortened, and times are in the zone of
the configuration. In a pipe values are whole, separated by tabs, and times are UTC in ISO 8601.
Texts of mentions are foreign: every way out cleans or escapes them.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from difflib import get_close_matches
from io import TextIOWrapper
from pathlib import Path
from textwrap import wrap
from typing import Any, BinaryIO, Literal, TextIO, TypeVar, cast
from urllib.parse import quote

from rich.console import Console
from rich.text import Text

from repwatch.errors import UsageError
from repwatch.text import clean

MINUS = "−"
NONE = "–"
LEAST = 12
"""Cells that the last column of a table keeps on the narrowest screen."""

SHORT_ID = 10
"""Characters of an id at a terminal: enough to be the only one among millions."""

Format = Literal["table", "json", "jsonl", "csv"]
Row = Mapping[str, Any]
F = TypeVar("F", bound=str)


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


# Text


def flat(text: str) -> str:
    """Return a foreign text without anything that could act or break the line."""
    return " ".join(clean(text).split())


def short_id(id: str) -> str:
    """Return the beginning of an id, by which it is found."""
    return id[:SHORT_ID]


def plain(value: Any) -> str:
    """Return a value as pipes get it: whole, UTC, empty for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, list | tuple):
        return "; ".join(plain(part) for part in value)
    return str(value)


# Numbers


def number(value: float | None) -> str:
    """Return a count as people write it: 41,208."""
    return NONE if value is None else f"{value:,}".replace("-", MINUS)


def signed(value: float | None, digits: int = 2) -> str:
    """Return a number with its sign and a typographic minus: −0.12, +0.05, 0.00."""
    if value is None:
        return NONE
    value = round(value, digits) + 0.0  # -0.0 is 0.0
    return f"{value:+,.{digits}f}".replace("-", MINUS) if value else f"{value:.{digits}f}"


def percent(share: float | None) -> str:
    """Return a fraction as a per cent: 32 %."""
    return NONE if share is None else f"{round(share * 100)} %"


def change(fraction: float | None) -> str:
    """Return a relative change: +34 %."""
    return NONE if fraction is None else f"{signed(fraction * 100, 0)} %"


def points(difference: float | None) -> str:
    """Return the difference of two shares: +11 pts."""
    return NONE if difference is None else f"{signed(difference * 100, 0)} pts"


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return a count and its noun: 1 mention, 2 mentions."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def size(count: int) -> str:
    """Return bytes as people write them: 212 MB."""
    value, power = float(count), 0
    while value >= 999.5 and power < 4:
        value, power = value / 1000, power + 1
    digits = 1 if power and value < 9.95 else 0
    return f"{value:.{digits}f} {('bytes', 'kB', 'MB', 'GB', 'TB')[power]}"


_SPARKS = "▁▂▃▄▅▆▇█"
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def spark(values: Sequence[float | None], *, low: float | None = None) -> str:
    """Return a line of blocks, one for each value, from `low` (else the least one) to the greatest.

    What is not known is a dot.
    """
    known = [value for value in values if value is not None]
    if not known:
        return "·" * len(values)
    least = min(known) if low is None else low
    reach = max(known) - least
    flat = _SPARKS[0] if low is not None else _SPARKS[3]

    def block(value: float | None) -> str:
        if value is None:
            return "·"
        return _SPARKS[round((value - least) / reach * 7)] if reach > 0 else flat

    return "".join(map(block, values))


def bar(value: float, most: float, width: int = 10) -> str:
    """Return a bar that is `width` cells long for the greatest value, in steps of an eighth."""
    if most <= 0 or value <= 0:
        return ""
    eighths = max(1, round(min(value / most, 1.0) * width * 8))
    whole, rest = divmod(eighths, 8)
    return "█" * whole + (_EIGHTHS[rest] if rest else "")


# Times


def iso(moment: datetime) -> str:
    """Return a moment in UTC, to the second: 2026-11-21T08:00:00Z."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return utc.isoformat()[:19] + "Z"


def when(moment: datetime | None, zone: tzinfo, now: datetime) -> str:
    """Return a moment as people in a zone write it, with the year if it is not this one."""
    if moment is None:
        return NONE
    local = moment.astimezone(zone)
    year = "" if local.year == now.astimezone(zone).year else f" {local.year}"
    return f"{local.day} {local:%b}{year} {local:%H:%M}"


def duration(seconds: float) -> str:
    """Return a stretch of time in one or two units: 0.9 s, 12 min, 5 h 10 min, 3 d."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 59.95 else "1 min"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours and days < 3 else f"{days} d"


def age(moment: datetime, now: datetime) -> str:
    """Return how long ago a moment was, in its largest unit: 12 min, 2 h, 3 d."""
    seconds = max(0.0, (now - moment) / timedelta(seconds=1))
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{int(seconds // length)} {unit}"
    return f"{int(seconds)} s"


def ago(moment: datetime | None, now: datetime) -> str:
    """Return how long ago a moment was: 12 min ago, in 18 min, just now, never."""
    if moment is None:
        return "never"
    seconds = (now - moment) / timedelta(seconds=1)
    if abs(seconds) < 5:
        return "just now"
    return f"{age(moment, now)} ago" if seconds > 0 else f"in {age(now, moment)}"


# Tables


def text_of(value: Any) -> str:
    """Return any value for a terminal: a dash for None."""
    return NONE if value is None else plain(value)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    `name` is the key in its rows and stays the same for ever in pipes, CSV and JSON. At a
    terminal it is headed `title` and each value is worded by `show`. Some columns make sense only
    at a terminal (a bar), others only to a program. On a narrow screen optional ones go first; then
    the last one is shortened or, with `wrap`, broken. `link` is the key of an address that it leads
    to in Markdown.
    """

    name: str
    title: str | None = None
    show: Callable[[Any], str | Text] = text_of
    right: bool = False
    style: str = ""
    where: Literal["everywhere", "terminal", "machine"] = "everywhere"
    optional: bool = False
    wrap: bool = False
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
    hint = f'Did you mean "{meant}"?' if meant else f"There is: {', '.join(names) or 'none'}"
    raise UsageError(f'there is no {noun} "{flat(name)}"', hint=hint)


def chosen_format(
    named: F | None, *, json: bool = False, jsonl: bool = False, csv: bool = False, default: F
) -> F:
    """Return the one format that was asked for.

    Raises:
        UsageError: several were.
    """
    on = [name for name, asked in (("json", json), ("jsonl", jsonl), ("csv", csv)) if asked]
    typed = [f"--{name}" for name in on] + ([f"--format {named}"] if named else [])
    if len(typed) > 1:
        raise UsageError(f"{' and '.join(typed)} exclude each other", hint="One format at a time.")
    return named or cast("F", on[0] if on else default)


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
        rest = [cells[at] for at in kept]
        while rest:
            shown, rest = _broken(rest, room[-1]) if columns[kept[-1]].wrap else (rest, [])
            parts = zip(shown, room, (columns[at].right for at in kept), strict=True)
            line = Text("  ").join(_fitted(*part) for part in parts)
            line.rstrip()
            yield line


def _fitting(columns: Sequence[Column], widths: Sequence[int], width: int) -> list[int]:
    """Return which columns are kept: optional ones go, from the last on, while there is no room."""
    kept = list(range(len(columns)))
    least = widths[-1] if columns[-1].wrap else min(widths[-1], LEAST)
    for at in reversed(kept[:-1]):
        if sum(widths[place] + 2 for place in kept[:-1]) + least <= width:
            break
        if columns[at].optional:
            kept.remove(at)
    return kept


def _broken(cells: list[Text], width: int) -> tuple[list[Text], list[Text]]:
    """Return cells with as much of the last one as fits, and cells for the next line."""
    *others, last = cells
    first, *more = wrap(last.plain, width) or [""]
    following = [*(Text() for _ in others), Text(" ".join(more), last.style)] if more else []
    return [*others, Text(first, last.style)], following


def _fitted(cell: Text, width: int, right: bool) -> Text:
    cell.truncate(width, overflow="ellipsis")
    pad = " " * (width - cell.cell_len)
    return Text.assemble(pad, cell) if right else Text.assemble(cell, pad)


def _print_tsv(stream: Any, rows: Iterable[Row], columns: Sequence[Column], header: bool) -> None:
    if header:
        stream.write("\t".join(column.name for column in columns) + "\n")
    for row in rows:
        stream.write("\t".join(flat(plain(row.get(column.name))) for column in columns) + "\n")


def markdown(text: str) -> str:
    """Return a foreign text for the middle of a line of Markdown, where it shows as it is.

    Neither marks nor HTML nor addresses in it act.
    """
    escaped = re.sub(r"([\\`*_\[\]|~$@])", r"\\\1", flat(text))
    unlinked = re.sub(r"(?i)(?=://)|(?<=www)(?=\.)", r"\\", escaped)
    return unlinked.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


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


# Formats for programs

_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""What JSON may hold as it is, and a terminal or a parser of lines had better not see."""


def _json_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON")


_DOCUMENT = json.JSONEncoder(ensure_ascii=False, indent=2, default=_json_value, allow_nan=False)
_LINE = json.JSONEncoder(ensure_ascii=False, default=_json_value, allow_nan=False)


def _escaped(text: str) -> str:
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def json_document(schema: str, body: Mapping[str, Any]) -> str:
    """Return one JSON document whose first key names its schema; times become UTC texts."""
    return _escaped(_DOCUMENT.encode({"schema": schema, **body})) + "\n"


def json_line(record: Mapping[str, Any]) -> str:
    """Return one record as a line of JSON."""
    return _escaped(_LINE.encode(record)) + "\n"


def disarm(text: str) -> str:
    """Return a foreign text that no spreadsheet takes for a formula.

    It is cleaned first: spreadsheets drop control characters and then see the formula behind.
    """
    if _TAME.fullmatch(text):
        return text
    text = clean(text)
    return "'" + text if text.startswith(("\t", "\n")) or text.lstrip().startswith(_FORMULA) else text


_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""How formulas begin; the full-width forms are formulas too where East Asian input is usual."""

_TAME = re.compile(r"[!-*,./0-<>?A-~][ -~\n]*")
"""Nearly every text: ASCII that begins no formula."""


def write_csv(stream: TextIO, rows: Iterable[Row], columns: Sequence[Column], *, header: bool = True) -> None:
    """Write a small table as RFC 4180 has it; texts are disarmed, numbers stay numbers."""
    writer = csv.writer(stream)
    if header:
        writer.writerow([column.name for column in columns])
    for row in rows:
        values = (row.get(column.name) for column in columns)
        writer.writerow([disarm(value) if isinstance(value, str) else plain(value) for value in values])


# Where it goes


def is_stdout(path: Path | None) -> bool:
    """Say whether an --output means standard output."""
    return path is None or str(path) in ("-", "/dev/stdout")


@contextmanager
def output(path: Path | None, stdout: Any, *, newline: str = "") -> Iterator[TextIO]:
    """Open where results go, as UTF-8 text; see output_bytes."""
    if is_stdout(path) and not hasattr(stdout, "buffer"):
        yield stdout
        return
    with output_bytes(path, stdout) as stream:
        text = TextIOWrapper(stream, encoding="utf-8", errors="replace", newline=newline)
        try:
            yield text
            text.flush()
        finally:
            with suppress(ValueError):  # already detached or closed
                text.detach()


@contextmanager
def output_bytes(path: Path | None, stdout: Any) -> Iterator[BinaryIO]:
    """Open where results go: standard output, or a file that is replaced when all is written.

    The file is made beside its place with mode 0600 and moved there whole; a link is replaced,
    never followed. Devices and pipes are written to as they are.

    Raises:
        UsageError: the file can't be written.
    """
    if is_stdout(path):
        stdout.flush()
        yield stdout.buffer
        stdout.buffer.flush()
        return
    assert path is not None  # noqa: S101 (is_stdout has said so)
    try:
        with _device(path) if _is_device(path) else _replaced(path) as stream:
            yield stream
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(f"can't write {path}: {error.strerror or error}", where=str(path)) from error


def _is_device(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    if stat.S_ISDIR(mode):
        raise UsageError(f"can't write {path}: it is a directory", where=str(path))
    return not stat.S_ISREG(mode)


def _device(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY), "wb")


@contextmanager
def _replaced(path: Path) -> Iterator[BinaryIO]:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".repwatch-", suffix=".tmp")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


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
