from __future__ import annotations

import csv
import io
import json
import os
import pty
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.text import Text

from repwatch import render
from repwatch.errors import UsageError
from repwatch.render import Column

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
HOSTILE = "a\x1b[31mred\x1b]8;;http://evil.example\x07 \x9b31m\u202edesrever\tb\r\nforged [bold]x[/bold]"

laws = settings(max_examples=80, deadline=None)


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


# Words


@pytest.mark.parametrize(
    ("worded", "expected"),
    [
        (render.number(41208), "41,208"),
        (render.number(-4), "−4"),
        (render.number(None), "–"),
        (render.signed(-0.123), "−0.12"),
        (render.signed(0.05), "+0.05"),
        (render.signed(-0.001), "0.00"),
        (render.percent(0.3234), "32 %"),
        (render.percent(None), "–"),
        (render.change(0.338), "+34 %"),
        (render.change(-0.5), "−50 %"),
        (render.change(10.5), "+1,050 %"),
        (render.points(0.11), "+11 pts"),
        (render.points(None), "–"),
        (render.plural(1, "mention"), "1 mention"),
        (render.plural(1200, "mention"), "1,200 mentions"),
        (render.plural(2, "reply", "replies"), "2 replies"),
        (render.size(999), "999 bytes"),
        (render.size(1500), "1.5 kB"),
        (render.size(212_000_000), "212 MB"),
        (render.size(999_999), "1.0 MB"),
        (render.duration(0.94), "0.9 s"),
        (render.duration(59.99), "1 min"),
        (render.duration(725), "12 min"),
        (render.duration(18_600), "5 h 10 min"),
        (render.duration(3 * 86_400), "3 d"),
        (render.ago(NOW - timedelta(minutes=12), NOW), "12 min ago"),
        (render.ago(NOW + timedelta(hours=2), NOW), "in 2 h"),
        (render.ago(NOW, NOW), "just now"),
        (render.ago(None, NOW), "never"),
        (render.iso(datetime(2026, 11, 21, 9, 0, 5, 999, BERLIN)), "2026-11-21T08:00:05Z"),
        (render.when(NOW, BERLIN, NOW), "21 Nov 09:00"),
        (render.when(NOW - timedelta(days=365), BERLIN, NOW), "21 Nov 2025 09:00"),
        (render.when(None, BERLIN, NOW), "–"),
    ],
)
def test_numbers_and_times_are_worded_as_people_write_them(worded: str, expected: str) -> None:
    assert worded == expected


def test_a_spark_line_goes_from_the_least_to_the_greatest() -> None:
    assert render.spark([0, 5, 10], low=0) == "▁▅█"
    assert render.spark([-0.5, None, 0.5]) == "▁·█"
    assert render.spark([0, 0], low=0) == "▁▁"
    assert render.spark([None, None]) == "··"


@laws
@given(st.lists(st.none() | st.floats(-1, 1), max_size=40))
def test_a_spark_line_has_a_block_for_every_value(values: list[float | None]) -> None:
    line = render.spark(values)
    assert len(line) == len(values)
    assert {block == "·" for block, value in zip(line, values, strict=True) if value is None} <= {True}


@laws
@given(st.integers(0, 1000), st.integers(1, 1000))
def test_a_bar_is_never_longer_than_its_width_and_never_hides_a_value(value: int, most: int) -> None:
    drawn = render.bar(value, most, 10)
    assert len(drawn) <= 10
    assert bool(drawn) == (value > 0)


# Tables

COLUMNS = [
    Column("id", style="cyan"),
    Column("mentions", right=True, show=render.number),
    Column("bar", "", show=lambda value: render.bar(value, 2000), where="terminal", optional=True),
    Column("at", "when", show=lambda at: render.when(at, BERLIN, NOW)),
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
    header, first, second = shown(ROWS, render.for_people(COLUMNS), 60)
    assert header.split() == ["id", "mentions", "when", "what"]
    assert first.split() == ["m_AAAA", "1,234", "██████▏", "21", "Nov", "09:00", "fine"]
    assert first.index("1,234") + 5 == header.index("mentions") + 8
    assert second.endswith("w…")
    assert max(map(len, (header, first, second))) == 60


def test_on_a_narrow_screen_bars_go_first_and_ids_numbers_and_dates_stay_whole() -> None:
    lines = shown(ROWS, render.for_people(COLUMNS), 45)
    assert not any("█" in line for line in lines)
    assert lines[1].split() == ["m_AAAA", "1,234", "21", "Nov", "09:00", "fine"]
    for width in range(1, 40):
        first = shown(ROWS, render.for_people(COLUMNS), width)[1]
        assert first.startswith("m_AAAA")
        assert "1,234  21 Nov 09:00  fine" in first


def test_a_last_column_that_must_be_whole_is_broken_not_shortened() -> None:
    columns = [Column("source"), Column("coverage", wrap=True)]
    rows = [{"source": "forum", "coverage": "gap: 19 Nov 22:00 – 21 Nov 06:00"}]
    assert shown(rows, columns, 30)[1:] == ["forum   gap: 19 Nov 22:00 – 21", "        Nov 06:00"]


def test_wide_characters_are_counted_as_two_cells() -> None:
    columns = [Column("text"), Column("n", right=True)]
    lines = shown([{"text": "鍛冶", "n": 1}, {"text": "abcd", "n": 2}], columns, 40)
    assert lines[1:] == ["鍛冶  1", "abcd  2"]


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


def test_two_formats_at_once_are_refused() -> None:
    assert render.chosen_format(None, json=True, default="table") == "json"
    assert render.chosen_format("md", default="table") == "md"
    with pytest.raises(UsageError, match="--json and --format md"):
        render.chosen_format("md", json=True, default="table")


# Markdown, JSON, CSV


def test_markdown_shows_a_foreign_text_as_it_is() -> None:
    hostile = (
        "| `tick` [a](javascript:x) <script> *b* _c_ https://evil.example www.evil.example ![i](x) &amp;"
    )
    assert render.markdown(hostile) == (
        r"\| \`tick\` \[a\](javascript:x) &lt;script&gt; \*b\* \_c\_ https\://evil.example"
        r" www\.evil.example !\[i\](x) &amp;amp;"
    )


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


def test_json_names_its_schema_first_and_escapes_what_a_terminal_would_act_on() -> None:
    text = render.json_document("repwatch.test/1", {"at": NOW, "text": "\x1b\x9b31m\u202e ü\ud800"})
    assert text.replace("\n", "").isprintable()
    parsed = json.loads(text)
    assert list(parsed) == ["schema", "at", "text"]
    assert parsed["at"] == "2026-11-21T08:00:00Z"
    assert parsed["text"] == "\x1b\x9b31m\u202e ü\ud800"
    assert "ü" in text
    text.encode()


def test_a_json_record_is_one_line_whatever_it_holds() -> None:
    line = render.json_line({"text": "a\n\u2028\x85b"})
    assert line.splitlines() == [line.rstrip("\n")]
    assert json.loads(line) == {"text": "a\n\u2028\x85b"}


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'\t=1"),
        ("\x00=1+1", "'=1+1"),
        ("\x1b[0m=cmd|'/c calc'!A1", "'=cmd|'/c calc'!A1"),
        ("  =1", "'  =1"),
        ("＝1+1", "'＝1+1"),
        ("a=1", "a=1"),
        ("", ""),
    ],
)
def test_a_formula_is_disarmed_after_cleaning(text: str, cell: str) -> None:
    assert render.disarm(text) == cell


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


# Files


def write(path: Path, text: str) -> None:
    with render.output(path, io.StringIO()) as stream:
        stream.write(text)


def test_a_file_is_private_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write(path, "ü\r\n")
    assert path.read_bytes() == "ü\r\n".encode()
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")

    def fail() -> None:
        with render.output(path, io.StringIO()) as stream:
            stream.write("new")
            raise RuntimeError("cut")

    with pytest.raises(RuntimeError, match="cut"):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_replaced_and_never_followed(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("precious")
    link.symlink_to(target)
    write(link, "new")
    assert target.read_text() == "precious"
    assert not link.is_symlink()
    assert link.read_text() == "new"


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    write(path, "through")
    assert os.read(reader, 100) == b"through"
    assert path.is_fifo()
    os.close(reader)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing" / "out.csv"):
        with pytest.raises(UsageError, match="can't write") as refused:
            write(path, "x")
        assert refused.value.where == str(path)


@pytest.mark.parametrize("path", [None, Path("-"), Path("/dev/stdout")])
def test_a_dash_means_standard_output(path: Path | None) -> None:
    stdout = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    with render.output(path, stdout) as stream:
        stream.write("ü\n")
    assert stdout.buffer.getvalue() == "ü\n".encode()  # type: ignore[attr-defined]  # it is a BytesIO
    assert not stdout.closed


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
