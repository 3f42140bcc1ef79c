from __future__ import annotations

import csv
import io
import json
import os
import pty
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from rich.text import Text

from repwatch import render, words
from repwatch.errors import UsageError
from repwatch.render import Column

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
HOSTILE = "a\x1b[31mred\x1b]8;;http://evil.example\x07 \x9b31m\u202edesrever\tb\r\nforged [bold]x[/bold]"

laws = settings(max_examples=80)


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "PAGER", "REPWATCH_PAGER", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("LINES", "10")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def printed(value: str, color: str | None = None, *, stream: io.StringIO | None = None) -> str:
    stream = stream or Terminal()
    render.console(stream, color).print(Text(value, style="bold red"))  # type: ignore[arg-type]  # one of the three words
    return stream.getvalue()


# Consoles


def test_a_terminal_gets_colour_and_a_pipe_gets_none() -> None:
    assert "\x1b[1;31m" in printed("x")
    assert printed("x", stream=io.StringIO()) == "x\n"


def test_no_color_takes_the_colour_and_leaves_bold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert printed("x") == "\x1b[1mx\x1b[0m\n"


def test_a_dumb_terminal_gets_no_escape_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert printed("x") == "x\n"


def test_force_color_colours_a_pipe_but_no_color_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1;31m" in printed("x", stream=io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert "31m" not in printed("x", stream=io.StringIO())


def test_the_flag_beats_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[1;31m" in printed("x", "always")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert printed("x", "never") == "x\n"


def test_colour_does_not_make_a_pipe_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert not render.console(io.StringIO(), "always").is_terminal


def test_what_is_printed_is_never_taken_for_markup() -> None:
    stream = io.StringIO()
    render.console(stream).print("[link=http://evil.example]x[/link] [/] :smile:")
    assert stream.getvalue() == "[link=http://evil.example]x[/link] [/] :smile:\n"


def test_a_terminal_without_unicode_gets_question_marks_and_no_error() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    render.console(stream).print("▁▂▃")
    stream.flush()
    assert stream.buffer.getvalue() == b"???\n"  # type: ignore[attr-defined]  # it is a BytesIO


# Tables

COLUMNS = [
    Column("id", style="cyan"),
    Column("mentions", right=True, show=words.number),
    Column("bar", "", show=lambda value: words.bar(value, 2000), where="terminal", optional=True),
    Column("at", "when", show=lambda at: words.when(at, BERLIN, NOW)),
    Column("url", where="machine"),
    Column("what"),
]
ROWS = [
    {"id": "m_AAAA", "mentions": 1234, "bar": 1234, "at": NOW, "url": "https://a.example/1", "what": "fine"},
    {"id": "m_BBBB", "mentions": None, "bar": 0, "at": NOW, "url": None, "what": "w" * 500},
]


def shown(rows: list[dict[str, object]], columns: list[Column], width: int) -> list[str]:
    return [line.plain for line in render.aligned(rows, columns, width)]


def test_a_table_at_a_terminal_has_no_boxes_and_right_aligned_numbers() -> None:
    header, first, second = shown(ROWS, render.for_people(COLUMNS), 72)
    assert header.split() == ["id", "mentions", "when", "what"]
    assert first.split() == ["m_AAAA", "1,234", "██████▏", "21", "Nov", "09:00", "fine"]
    assert first.index("1,234") + 5 == header.index("mentions") + 8
    assert second.endswith("w…")
    assert max(map(len, (header, first, second))) == 72


def test_on_a_narrow_screen_bars_go_first_and_ids_numbers_and_dates_stay_whole() -> None:
    lines = shown(ROWS, render.for_people(COLUMNS), 45)
    assert not any("█" in line for line in lines)
    assert lines[1].split() == ["m_AAAA", "1,234", "21", "Nov", "09:00", "fine"]
    for width in range(1, 40):
        first = shown(ROWS, render.for_people(COLUMNS), width)[1]
        assert first.startswith("m_AAAA")
        assert "1,234  21 Nov 09:00  fine" in first


def test_the_most_optional_columns_go_first_and_leave_room_for_the_last() -> None:
    columns = [Column("id"), Column("where", optional=2), Column("at", optional=1), Column("what")]
    rows = [{"id": "m_AAAA", "where": "here", "at": "today", "what": "a b c d e f g h i j k l m n"}]
    shown_at = {width: shown(rows, columns, width)[0].split() for width in (46, 44, 37)}
    assert shown_at == {46: ["id", "where", "at", "what"], 44: ["id", "at", "what"], 37: ["id", "what"]}
    assert all(len(line) <= width for width in range(20, 60) for line in shown(rows, columns, width))


def test_wide_characters_are_counted_as_two_cells() -> None:
    columns = [Column("text"), Column("n", right=True)]
    lines = shown([{"text": "鍛冶", "n": 1}, {"text": "abcd", "n": 2}], columns, 40)
    assert lines[1:] == ["鍛冶  1", "abcd  2"]


def test_sentences_go_on_in_the_next_line_and_nothing_of_them_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    stream = Terminal()
    rows = [{"name": "a-long-name", "why": "one two three four five six seven " * 3}]
    render.wrapped(render.console(stream, "never"), rows, [Column("name"), Column("why")])
    lines = stream.getvalue().splitlines()
    assert len(lines) > 3
    assert max(map(len, lines)) <= 40
    assert lines[1].startswith("a-long-name  one two three")
    assert " ".join(" ".join(lines[1:]).split()) == "a-long-name " + rows[0]["why"].strip()


def test_columns_of_sentences_that_a_narrow_screen_has_no_room_for_are_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = {"type": "feed: wordpress-plugin", "reads": "reviews of a plugin", "terms": "those of the site"}
    columns = [Column("type"), Column("reads"), Column("terms", optional=1)]
    for width, shown in ((60, False), (100, True)):
        monkeypatch.setenv("COLUMNS", str(width))
        stream = Terminal()
        render.wrapped(render.console(stream, "never"), [row], columns)
        assert ("those of the site" in stream.getvalue()) is shown
        assert "reviews of a plugin" in stream.getvalue()


@pytest.mark.parametrize("header", [True, False])
def test_a_hostile_text_can_not_act_in_sentences_either(header: bool) -> None:
    stream = Terminal()
    render.wrapped(render.console(stream, "never"), [{"a": HOSTILE}], [Column("a")], header=header)
    assert not {"\x1b", "\x9b", "\u202e", "\t", "\x07"} & set(stream.getvalue())
    assert "[bold]x[/bold]" in stream.getvalue()


def test_a_pipe_gets_whole_values_between_tabs_in_utc() -> None:
    stream = io.StringIO()
    render.table(render.console(stream), ROWS, COLUMNS)
    assert stream.getvalue().splitlines() == [
        "id\tmentions\tat\turl\twhat",
        "m_AAAA\t1234\t2026-11-21T08:00:00Z\thttps://a.example/1\tfine",
        f"m_BBBB\t\t2026-11-21T08:00:00Z\t\t{'w' * 500}",
    ]


@pytest.mark.parametrize("stream", [Terminal(), io.StringIO()], ids=["terminal", "pipe"])
def test_a_hostile_text_stays_one_cell_of_one_line_and_cannot_act(stream: io.StringIO) -> None:
    console = render.console(stream, "never")
    render.table(console, [{"id": HOSTILE, "what": HOSTILE}], [Column("id"), Column("what")], header=False)
    assert stream.getvalue().count("\n") == 1
    assert not set(stream.getvalue()) & set("\x1b\x07\x9b\r\u202e")
    assert "[bold]x[/bold]" in stream.getvalue()
    if not console.is_terminal:
        assert stream.getvalue().count("\t") == 1


def test_chosen_columns_come_in_the_order_they_were_named_in_and_are_shown_everywhere() -> None:
    picked = render.choose(COLUMNS, "what, url")
    assert [(column.name, column.where) for column in picked] == [
        ("what", "everywhere"),
        ("url", "everywhere"),
    ]


def test_an_unknown_name_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(UsageError) as refused:
        render.choose(COLUMNS, "id,mentoins")
    assert refused.value.hint == 'Did you mean "mentions"?'
    with pytest.raises(UsageError) as refused:
        render.pick("zzz", ["acme", "zed"], "brand")
    assert refused.value.hint == "There is: acme, zed"
    with pytest.raises(UsageError) as refused:
        render.pick("zzz", [], "source")
    assert refused.value.hint == "There is none yet."


def test_two_formats_at_once_are_refused() -> None:
    assert render.chosen_format(None, json=True, default="table") == "json"
    assert render.chosen_format("md", default="table") == "md"
    with pytest.raises(UsageError, match="--json and --format md"):
        render.chosen_format("md", json=True, default="table")


def test_the_ending_of_a_file_names_a_format_unless_an_option_does() -> None:
    def chosen(name: str | None, **asked: object) -> str:
        path = None if name is None else Path(name)
        return render.chosen_format(
            asked.pop("named", None), **asked, default="table", path=path, endings=render.ENDINGS
        )

    assert [chosen(name) for name in ("a.csv", "a.JSON", "a.ndjson", "a.txt")] == [
        "csv",
        "json",
        "jsonl",
        "table",
    ]
    assert [chosen(name) for name in (None, "-", "a", "/dev/stdout")] == ["table"] * 4
    assert chosen("a.parquet", csv=True) == "csv"
    with pytest.raises(UsageError, match="the ending of") as refused:
        chosen("a.parquet")
    assert ".csv, .json" in str(refused.value.hint)


# Markdown, CSV and listings


def test_a_markdown_table_keeps_its_cells_and_links_only_to_web_addresses() -> None:
    columns = [Column("id", link="url"), Column("n", right=True)]
    table = render.markdown_table(
        [
            {"id": "a|b", "n": -1, "url": "https://forum.example/t(1) <x>|y"},
            {"id": "c", "n": 2, "url": "javascript:alert(1)"},
        ],
        columns,
    )
    assert table.splitlines() == [
        "| id | n |",
        "| --- | ---: |",
        r"| [a\|b](https://forum.example/t%281%29%20%3Cx%3E%7Cy) | -1 |",
        "| c | 2 |",
    ]


def test_numbers_in_a_csv_stay_numbers() -> None:
    stream = io.StringIO(newline="")
    render.write_csv(stream, [{"tone": -0.18, "what": "-0.18"}], [Column("tone"), Column("what")])
    assert list(csv.reader(io.StringIO(stream.getvalue(), newline=""))) == [
        ["tone", "what"],
        ["-0.18", "'-0.18"],
    ]


@pytest.mark.parametrize("format", ["table", "json", "jsonl", "csv"])
def test_a_listing_holds_the_same_rows_in_every_format(format: render.Format, tmp_path: Path) -> None:
    path = tmp_path / "rows"
    columns = [Column("id"), Column("n"), Column("bar", where="terminal")]
    render.listing(
        render.console(Terminal()),
        iter([{"id": "a", "n": 1}, {"id": "b", "n": None}]),
        columns,
        schema="repwatch.things/1",
        key="things",
        format=format,
        path=path,
    )
    text = path.read_bytes().decode()
    expected = {
        "table": "id\tn\na\t1\nb\t\n",
        "csv": "id,n\r\na,1\r\nb,\r\n",
        "jsonl": '{"id": "a", "n": 1}\n{"id": "b", "n": null}\n',
    }
    if format == "json":
        things = [{"id": "a", "n": 1}, {"id": "b", "n": None}]
        assert json.loads(text) == {"schema": "repwatch.things/1", "things": things}
    else:
        assert text == expected[format]


# The pager


@contextmanager
def terminal() -> Iterator[tuple[TextIO, int]]:
    main, side = pty.openpty()
    tty.setraw(side)
    with os.fdopen(side, "w") as stream:
        yield stream, main
    os.close(main)


@pytest.mark.parametrize(("printed_lines", "is_paged"), [(3, False), (30, True)])
def test_only_what_is_longer_than_the_screen_is_paged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, printed_lines: int, is_paged: bool
) -> None:
    page = tmp_path / "page"
    monkeypatch.setenv("REPWATCH_PAGER", f"sh -c 'cat > {page}'")
    with terminal() as (stream, main):
        out = render.console(stream, "never")
        with render.paged(out):
            for number in range(printed_lines):
                out.print(f"line {number}")
        stream.write("end")
        stream.flush()
        on_screen = os.read(main, 10_000).decode()
    assert page.exists() == is_paged
    assert ("line 0" in on_screen) == (not is_paged)
    if is_paged:
        assert page.read_text() == "".join(f"line {number}\n" for number in range(printed_lines))


def test_a_pager_that_is_missing_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPWATCH_PAGER", "no-such-pager --at-all")
    with terminal() as (stream, main):
        out = render.console(stream, "never")
        with render.paged(out):
            out.print("\n" * 20 + "last")
        stream.flush()
        assert "last" in os.read(main, 10_000).decode()


def test_a_pipe_is_never_paged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REPWATCH_PAGER", f"sh -c 'cat > {tmp_path / 'page'}'")
    stream = io.StringIO()
    out = render.console(stream)
    with render.paged(out):
        out.print("\n" * 200)
    assert stream.getvalue() == "\n" * 201
    assert not (tmp_path / "page").exists()
