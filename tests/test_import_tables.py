"""Tables and JSON as other programs write them, line by line, whatever they hold."""

from __future__ import annotations

import csv
import io
import json
import re
import tracemalloc
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repwatch.imports import delimited, jsonlines, lines
from repwatch.imports.base import Record, Unreadable
from repwatch.imports.encoding import Encoding, find_encoding

KNOWN = ("text", "url", "date")


def known(names: Sequence[str]) -> int:
    return sum(name.strip().lower() in KNOWN for name in names)


def table(text: str, *, needed: Sequence[str] = ("text",), **options: object) -> list[Record]:
    found = delimited.sniff(text, known, **options)  # type: ignore[arg-type]  # what a test wants to say
    return list(delimited.records(io.StringIO(text, newline=""), found, needed))


def brief(records: Sequence[Record]) -> list[tuple[int, str]]:
    """Return of each record its line, and its text or what is wrong with it."""
    return [(one.line, f"! {one.wrong}" if one.wrong else one.values["text"]) for one in records]


# Tables


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_told_from_the_rows(delimiter: str, end: str) -> None:
    rows = ["text,url,date", '"a, b; c | d",u1,1', "plain; and | simple,u2,2", "x,u3,3"]
    text = (
        end.join([rows[0].replace(",", delimiter), f'"a, b; c | d"{delimiter}u1{delimiter}1', "", "x"]) + end
    )
    assert brief(table(text, needed=()))[0] == (2, "a, b; c | d")
    assert [one.line for one in table(text, needed=())] == [2, 4]


def test_a_table_of_one_column_has_no_delimiter() -> None:
    assert brief(table("text\nhello, you; there | all\nno\n")) == [(2, "hello, you; there | all"), (3, "no")]


def test_a_line_for_spreadsheets_tells_the_delimiter() -> None:
    assert brief(table("sep=;\r\ntext;url\r\na,b;u\r\n")) == [(3, "a,b")]


def test_lines_above_the_header_are_passed_over() -> None:
    text = 'Report:,Mentions\n"From\nto",x\n\ntext,url,date\na,u,1\n'
    assert brief(table(text)) == [(6, "a")]


def test_no_row_is_passed_over_because_it_looks_like_a_header() -> None:
    text = "a,b,c\n1,2,3\ntext,url,date\n4,5,6\n"
    assert [one.line for one in table(text, needed=())] == [2, 3, 4]


def test_columns_without_names_get_numbers_and_repeated_ones_too() -> None:
    assert delimited.sniff("text,,text,text\na,b,c,d\n", known).columns == (
        "text",
        "column 2",
        "text (3)",
        "text (4)",
    )
    assert [one.values for one in table("a,b\nc,d\n", header=False, needed=())] == [
        {"1": "a", "2": "b"},
        {"1": "c", "2": "d"},
    ]


def test_a_told_delimiter_is_taken() -> None:
    assert table("text~url\na,b~u\n", delimiter="~")[0].values == {"text": "a,b", "url": "u"}


@pytest.mark.parametrize(
    ("rows", "read"),
    [
        # A quote that is never closed costs its own row.
        ('u,"open\nu,b\nu,c\n', [(2, "! a quote is opened and not closed"), (3, "b"), (4, "c")]),
        # Nor does it swallow the rows up to the next quoted cell.
        ('u,"open\nu,"b"\nu,c\n', [(2, "! a quote is opened and not closed"), (3, "b"), (4, "c")]),
        ('u,"open\nu,"b\nb"\nu,c\n', [(2, "! a quote is opened and not closed"), (3, "b\nb"), (5, "c")]),
        # Nor where the next cell in quotes begins with a delimiter.
        (
            'u,"open\nu,b\nu,",x"\nu,c\n',
            [(2, "! a quote is opened and not closed"), (3, "b"), (4, ",x"), (5, "c")],
        ),
        # Quotes that are not doubled stay in the row.
        ('u,"he said "wow" x"\nu,b\n', [(2, 'he said wow" x"'), (3, "b")]),
        ('u,say "hi"\nu,b\n', [(2, 'say "hi"'), (3, "b")]),
        ('u, "a, b"\n', [(2, "a, b")]),
        ('u,"a ""b"" c\r\nd"\nu,e\n', [(2, 'a "b" c\r\nd'), (4, "e")]),
        # Rows that don't fit the header.
        ("u\nu,b\n", [(2, "! it ends after 1 of 2 cells"), (3, "b")]),
        ("u,b,\nu,b,c\n", [(2, "b"), (3, "! it has 3 cells, and the header 2: a quote may be missing")]),
        (",\n\n , \nu,b\n", [(5, "b")]),
        ("u,\x00b\x00\n", [(2, "\x00b\x00")]),
        ("u,b\u2028c\x85d\x0be\n", [(2, "b\u2028c\x85d\x0be")]),
        ("u,last", [(2, "last")]),
        ('u,"last', [(2, "! a quote is opened and not closed")]),
    ],
)  # fmt: skip
def test_a_bad_row_costs_itself_and_nothing_else(rows: str, read: list[tuple[int, str]]) -> None:
    assert brief(table("url,text\n" + rows)) == read


def test_rows_may_lack_their_last_cells_as_some_spreadsheets_leave_them_out() -> None:
    assert brief(table("url,text,date\nu,a,1\nu,b\n", needed=("text",))) == [(2, "a"), (3, "b")]


def test_a_field_may_be_longer_than_the_module_csv_takes() -> None:
    long = "x" * 300_000
    assert brief(table(f'url,text\nu,"{long}"\nu,{long}\n')) == [(2, long), (3, long)]


def test_a_line_that_is_too_long_is_left_out() -> None:
    long = "x" * (lines.LONGEST + 5)
    wrong = f"! {lines.TOO_LONG}"
    assert brief(table(f"url,text\nu,{long}\nu,b\n")) == [(2, wrong), (3, "b")]
    assert brief(table(f'url,text\nu,"a\n{long}\nu,b\n')) == [
        (2, "! a quote is opened and not closed"),
        (3, wrong),
        (4, "b"),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_behind_one_that_was_cut_at_its_end(end: str) -> None:
    for length in range(6, 12):
        reader = lines.Lines(io.StringIO("x" * length + end + "y" + end, newline=""), longest=8)
        first, second = reader.take(), reader.take()
        assert (str(second), reader.number) == ("y" + end, 2), length
        assert isinstance(first, lines.Cut) == (length + len(end) > 8 or (length == 7 and end == "\r")), (
            length
        )


def test_quotes_that_are_never_closed_end_in_bounded_time() -> None:
    text = "url,text\n" + 'x",y,"z\n' * 200_000
    with pytest.raises(Unreadable, match=r"from line [0-9]+ on, quotes are opened and not closed"):
        table(text)


CELLS = st.text("ab,;|\t\"'\n\r =\0é\u2028", max_size=6)


@given(
    st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=8),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_what_was_written_is_read_with_its_line(rows: list[list[str]], delimiter: str, end: str) -> None:
    rows = [[cell.lstrip(" ") for cell in row] for row in rows]
    stream = io.StringIO(newline="")
    # Ended otherwise, the module writes line ends inside cells without quotes.
    quoting = csv.QUOTE_MINIMAL if end == "\r\n" else csv.QUOTE_ALL
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerow(["text", "url"])
    expected = []
    for row in rows:
        line = len(re.findall("\r\n|\r|\n", stream.getvalue())) + 1
        writer.writerow(row)
        if any(cell.strip() for cell in row):
            expected.append((line, tuple(row)))
    found = table(stream.getvalue(), delimiter=delimiter)
    assert [(one.line, one.raw) for one in found] == expected
    assert not any(one.wrong for one in found)


@given(st.text('ab,;"\n\r\t', max_size=80))
def test_any_text_is_read_to_its_end(text: str) -> None:
    found = table("text,url\n" + text, delimiter=",", needed=())
    places = [one.line for one in found]
    assert places == sorted(places)
    letters = sum(map(text.count, "ab"))
    assert sum("".join(one.raw).count(letter) for one in found for letter in "ab") == letters


# Encodings


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("text,ü\n".encode(), "utf-8"),
        (b"\xef\xbb\xbftext\n", "utf-8-sig"),
        ("text,ü\n".encode("utf-16"), "utf-16"),
        ("text,Größe\n".encode("utf-16-le"), "utf-16-le"),
        ("text,Größe\n".encode("utf-16-be"), "utf-16-be"),
        ("text\n".encode("utf-32"), "utf-32"),
        ("text;Größe; 5 €\n".encode("cp1252"), "cp1252"),
        (b"a" * 3_000_000 + "ü".encode("cp1252"), "cp1252"),
        (b"a" * (1024 * 1024 - 1) + "ü".encode(), "utf-8"),
        (b"text,nul\x00\n" + b"plain text " * 40, "utf-8"),
        (b"", "utf-8"),
    ],
)
def test_the_encoding_is_told_from_all_of_the_file(body: bytes, name: str) -> None:
    assert find_encoding(io.BytesIO(body)) == Encoding(name)


def test_single_broken_bytes_make_no_other_encoding() -> None:
    body = "Größe, Maß und Gewicht".encode() + b"\xff" + "ü".encode()[:1]
    assert find_encoding(io.BytesIO(body)) == Encoding("utf-8", 2)
    assert Encoding("utf-8", 2).words == "UTF-8, damaged in 2 places"


def test_what_is_no_text_has_no_encoding() -> None:
    assert find_encoding(io.BytesIO(bytes(range(8)) * 3 + b"\0" * 90)) is None


# JSON


def listed(text: str) -> list[tuple[int, object]]:
    return [(one.line, one.wrong or dict(one.values)) for one in jsonlines.listed(io.StringIO(text))]


def test_json_records_are_read_line_by_line() -> None:
    text = (
        '{"a": 1}\n\n[1]\n{"a":\n{"a": 1e400}\r\n{"a": ' + "1" * 5_000 + "}\n" + "[" * 100_000 + '\n{"a": 2}'
    )
    found = [(one.line, one.wrong) for one in jsonlines.records(io.StringIO(text, newline=""))]
    assert found[:4] == [
        (1, None),
        (3, "it is no JSON object"),
        (4, "it is not JSON: Expecting value (column 6)"),
        (5, None),
    ]
    assert [line for line, _ in found] == [1, 3, 4, 5, 6, 7, 8]
    assert all(wrong is not None and wrong.startswith("it is not JSON: ") for _, wrong in found[4:6])


def test_a_list_is_read_record_by_record_and_so_is_our_own_document() -> None:
    assert listed('[{"a": 1},\n {"a":\n2},\n3]') == [
        (1, {"a": 1}),
        (2, {"a": 2}),
        (4, "it is no JSON object"),
    ]
    assert listed('{"schema": "repwatch.export/1", "mentions": [\n{"a": 1}\n]}\n') == [(2, {"a": 1})]
    assert listed("[]") == listed(" [ \n ] ") == []


def test_a_number_may_go_on_in_the_next_piece() -> None:
    class Dripping(io.StringIO):
        def read(self, size: int | None = -1) -> str:
            return super().read(1)

    assert [one.raw for one in jsonlines.listed(Dripping("[123, {}]"))] == [("123",), ("{}",)]


@pytest.mark.parametrize(
    "text", ["[", '[{"a": 1}', '[{"a": 1} {"a": 2}]', '[{"a": \x01}]', "[{]", '[{"a": 1}, ']
)
def test_a_list_that_breaks_off_says_where(text: str) -> None:
    with pytest.raises(Unreadable, match="line 1: "):
        listed(text)


@given(
    st.lists(
        st.dictionaries(st.text(max_size=3), st.text(max_size=5) | st.integers() | st.none(), max_size=3)
    ),
    st.sampled_from([None, 0, 2]),
    st.integers(1, 9),
)
def test_any_list_is_read_however_its_pieces_fall(
    values: list[object], indent: int | None, piece: int
) -> None:
    class Dripping(io.StringIO):
        def read(self, size: int | None = -1) -> str:
            return super().read(piece)

    text = json.dumps(values, indent=indent)
    assert [dict(one.values) for one in jsonlines.listed(Dripping(text))] == values


def test_columns_may_stand_in_objects() -> None:
    record = Record(1, {"a": 1, "user": {"name": "x", "home": {"city": {"zip": 1}}}, "dotted.name": 2}, ())
    assert jsonlines.columns([record]) == ("a", "user.name", "user.home.city", "dotted.name")
    assert jsonlines.lookup(record.values, "user.name") == "x"
    assert jsonlines.lookup(record.values, "dotted.name") == 2
    assert jsonlines.lookup(record.values, "a.b") is None


# Memory


def test_memory_does_not_grow_with_the_rows() -> None:
    class Endless(io.TextIOBase):
        """A table of so many rows that is made while it is read."""

        def __init__(self, rows: int) -> None:
            self._rows = iter(["text,url\n", *[f'"{"x" * 200}\n{n}",u\n' for n in range(10)] * (rows // 10)])
            self._left: Iterator[str] = iter(())

        def readline(self, size: int | None = -1) -> str:  # type: ignore[override]  # as it is called here
            line = next(self._left, None)
            if line is None:
                self._left = iter(next(self._rows, "").splitlines(keepends=True))
                line = next(self._left, "")
            return line

    def peak(rows: int) -> int:
        found = delimited.Table(",", ("text", "url"), 1)
        stream = Endless(rows)
        tracemalloc.start()
        assert sum(1 for _ in delimited.records(stream, found, ["text"])) == rows  # type: ignore[arg-type]  # it reads
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(10)
    assert peak(5_000) < peak(500) + 50_000
