from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path

import pytest

from filled_store import Place, hours_ago, said
from repwatch.commands.export import amount
from repwatch.errors import UsageError
from repwatch.store.base import MentionRow
from repwatch.writers import COLUMNS, write_csv, write_json, write_jsonl, write_xlsx

FORMULAS = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\x00=1+1", "＝1"]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    place.save(
        said("1", "Grüße, “quoted”\nand more", "positive", at=hours_ago(5), likes=3, marks=("edited late",)),
        said("2", "charged twice", "negative", at=hours_ago(50), author="=HYPERLINK(1)", score=-4),
        said("00012", "maybe", at=hours_ago(20), relevance="unsure"),
        said("4", "by ourselves", at=hours_ago(20), own=True),
    )
    return place


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def row(**fields: object) -> MentionRow:
    moment = datetime(2026, 11, 21, 8, tzinfo=UTC)
    blank = dict.fromkeys(COLUMNS) | {
        "id": "m_A", "brand": "acme", "source": "forum", "space": "feed:x", "native_id": "1", "kind": "post",
        "title": "", "text": "text", "at": moment, "collected_at": moment, "day": "2026-11-21",
        "engagement": 0, "marks": (), "relevance": "about", "own": False, "label": "neutral",
        "reasons": (), "matched": (), "scorer": "vader/1", "sentiment": 0.0,
    }  # fmt: skip
    return MentionRow(**(blank | fields))  # type: ignore[arg-type]  # every field has its value


def test_the_columns_are_the_same_in_every_format_and_each_is_explained(place: Place) -> None:
    rows = table(place.text("export"))
    assert list(rows[0]) == list(COLUMNS)
    assert list(json.loads(place.text("export", "--jsonl").splitlines()[0])) == list(COLUMNS)
    assert all(COLUMNS.values())
    assert set(COLUMNS) | {"snippet"} == set(MentionRow.__dataclass_fields__)


def test_an_export_has_what_is_surely_about_a_brand_oldest_first(place: Place) -> None:
    assert [row["native_id"] for row in table(place.text("export"))] == ["2", "1"]
    assert [row["native_id"] for row in table(place.text("export", "--since", "1d"))] == ["1"]
    everything = table(place.text("export", "--unsure", "--own"))
    assert [row["native_id"] for row in everything] == ["2", "00012", "4", "1"]
    assert [row["own"] for row in everything] == ["false", "false", "true", "false"]


def test_a_csv_holds_texts_numbers_and_times_as_they_are(place: Place) -> None:
    *_, first = table(place.text("export"))
    assert first["text"] == "Grüße, “quoted”\nand more"
    assert (first["likes"], first["sentiment"], first["replies"]) == ("3", "0.6", "")
    assert (first["at"], first["marks"]) == ("2026-11-21T03:00:00Z", "edited late")


def test_formulas_are_disarmed_and_negative_numbers_stay_numbers(place: Place) -> None:
    negative = table(place.text("export", "--label", "negative"))[0]
    assert negative["author"] == "'=HYPERLINK(1)"
    assert (negative["score"], negative["sentiment"]) == ("-4", "-0.6")


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize(
    "name", ["title", "text", "url", "author", "author_id", "author_url", "item", "native_id"]
)
def test_no_foreign_column_holds_a_formula(name: str, formula: str) -> None:
    stream = io.StringIO(newline="")
    write_csv(stream, [row(**{name: formula})])
    assert table(stream.getvalue())[0][name].startswith("'")


def test_excel_gets_a_mark_at_the_front_and_crlf(place: Place) -> None:
    path = place.directory / "m.csv"
    place.text("export", "--excel", "-o", str(path))
    body = path.read_bytes()
    assert body.startswith(b"\xef\xbb\xbfid,brand,")
    assert body.count(b"\r\n") == 3
    assert "Grüße".encode() in body


def test_columns_and_header_can_be_chosen(place: Place) -> None:
    assert place.text("export", "--columns", "native_id, label", "--no-header").splitlines() == [
        "2,negative",
        "1,positive",
    ]
    assert (
        place.text("export", "--columns", "label", "--jsonl")
        == '{"label": "negative"}\n{"label": "positive"}\n'
    )
    with pytest.raises(UsageError, match='no column "lable"') as refused:
        place.text("export", "--columns", "lable")
    assert refused.value.hint == 'Did you mean "label"?'
    with pytest.raises(UsageError, match="names no column"):
        place.text("export", "--columns", ",")


@pytest.mark.parametrize(
    ("name", "start"), [("m.csv", b"id,"), ("m.jsonl", b'{"id"'), ("m.json", b'{"schema"'), ("m.XLSX", b"PK")]
)
def test_the_ending_of_a_file_says_its_format(place: Place, name: str, start: bytes) -> None:
    path = place.directory / name
    assert place.text("export", "-o", str(path)) == ""
    assert path.read_bytes().startswith(start)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "words",
    [
        ("--csv", "--jsonl"),
        ("--format", "xlsx", "--excel"),
        ("--jsonl", "--format", "csv"),
        ("--json", "--format", "json"),
        ("--json", "--csv"),
        ("--json", "--excel"),
    ],
)
def test_contradicting_formats_are_refused(place: Place, words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        place.text("export", *words)


def test_an_unknown_ending_needs_a_format(place: Place) -> None:
    path = place.directory / "m.parquet"
    with pytest.raises(UsageError, match="ending") as refused:
        place.text("export", "-o", str(path))
    assert ".xlsx" in str(refused.value.hint)
    assert not path.exists()
    place.text("export", "-o", str(path), "--jsonl")
    assert path.read_text().startswith('{"id"')


def test_an_export_is_one_json_document_if_asked(place: Place) -> None:
    document = json.loads(place.text("export", "--json", "--columns", "native_id,at"))
    assert document == {
        "schema": "repwatch.export/1",
        "mentions": [
            {"native_id": "2", "at": "2026-11-19T06:00:00Z"},
            {"native_id": "1", "at": "2026-11-21T03:00:00Z"},
        ],
    }
    assert place.text("export", "--format", "json") == place.text("export", "--json")
    assert json.loads(place.text("export", "--json", "--label", "neutral"))["mentions"] == []


def test_an_export_says_rows_when_a_mention_of_two_brands_is_two_of_them() -> None:
    assert amount(2, 2) == "2 mentions"
    assert amount(3, 2) == "3 rows (2 mentions)"
    assert amount(2, 1) == "2 rows (1 mention)"


def test_a_person_is_told_how_many_mentions_and_rows_were_written(place: Place) -> None:
    place.save(said("5", "both", at=hours_ago(9), brands=["acme", "zed"]))
    place.text("export")  # writes the configuration
    ours, theirs = pty.openpty()
    config = place.directory / "repwatch.toml"
    subprocess.run(
        [sys.executable, "-m", "repwatch", "export", "-o", "m.csv", "-c", config],
        cwd=place.directory,
        stderr=theirs,
        env=os.environ | {"TERM": "dumb"},
        check=True,
    )
    assert os.read(ours, 1_000).decode().splitlines() == ["4 rows (3 mentions) written to m.csv"]
    os.close(ours)
    os.close(theirs)


def test_an_export_that_fails_leaves_the_old_file(place: Place) -> None:
    path = place.directory / "m.csv"
    path.write_text("old")
    with pytest.raises(UsageError):
        place.text("export", "--brand", "nobody", "-o", str(path))
    assert path.read_text() == "old"


# Spreadsheets


def sheets(body: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        names = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        return {name: book.read(name).decode() for name in names}


def book(rows: list[MentionRow], **options: object) -> dict[str, str]:
    stream = io.BytesIO()
    assert write_xlsx(stream, rows, **options) == len(rows)  # type: ignore[arg-type]  # what a test wants
    return sheets(stream.getvalue())


def test_a_spreadsheet_has_no_formulas_and_no_links() -> None:
    hostile = [
        row(text=formula, url="https://forum.example/1", author="mailto:x@y.example") for formula in FORMULAS
    ]
    (sheet,) = book(hostile).values()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert sheet.count("https://forum.example/1") == len(FORMULAS)


def test_a_spreadsheet_keeps_long_ids_and_true_numbers() -> None:
    (sheet,) = book([row(native_id="12345678901234567890", sentiment=-0.25, likes=7)]).values()
    assert "<t>12345678901234567890</t>" in sheet
    assert "<v>-0.25</v>" in sheet
    assert "<v>7</v>" in sheet


def test_a_full_sheet_is_followed_by_another() -> None:
    found = book([row(native_id=str(n)) for n in range(7)], sheet_rows=3)
    assert [sheet.count("<row ") for sheet in found.values()] == [4, 4, 2]
    assert [sheet.count("<row ") for sheet in book([]).values()] == [1]


def test_a_text_is_cut_to_what_a_cell_takes_and_never_dropped() -> None:
    (sheet,) = book([row(text="a" * 40_000 + "\ufffe\x00")]).values()
    assert re.search("<t>a{32767}</t>", sheet)


def test_a_spreadsheet_can_go_through_a_pipe(place: Place) -> None:
    result = place.run("export", "--format", "xlsx")
    assert list(sheets(result.stdout_bytes)) == ["xl/worksheets/sheet1.xml"]


# Many rows


def many(rows: int) -> Iterator[MentionRow]:
    one = row(text="The anvil rings like a bell. " * 20)
    return (replace(one, native_id=str(number)) for number in islice(count(), rows))


@pytest.mark.parametrize("writer", [write_csv, write_json, write_jsonl])
def test_memory_does_not_grow_with_the_rows(writer: object, tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        with (tmp_path / "out").open("w", newline="") as stream:
            tracemalloc.start()
            assert writer(stream, many(rows)) == rows  # type: ignore[operator]  # one of two functions
            size = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return size

    peak(10)
    assert peak(3_000) < peak(300) + 100_000
