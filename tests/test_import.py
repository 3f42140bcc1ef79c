"""`repwatch import`: what is kept, what is rejected, and that nothing is ever kept twice."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filled_store import BERLIN, NOW, Place, hours_ago, said
from repwatch.commands.import_results import columns
from repwatch.errors import Busy, UsageError
from repwatch.imports.load import Job, Loader, Result
from repwatch.imports.look import look
from repwatch.imports.own import READ
from repwatch.imports.plan import Asked
from repwatch.judge import Judge
from repwatch.match import Matcher
from repwatch.model import ITEM_OF_PAGE, Brand, Judged, Kind, Mention, Task
from repwatch.render import aligned, for_people
from repwatch.score import scorer
from repwatch.store import open_reader, open_store
from repwatch.store.base import Filter, MentionRow, PageSave
from repwatch.tidy import tidy, twins
from repwatch.writers import COLUMNS, write_csv, write_json, write_jsonl

BRANDS = (
    Brand(
        key="acme", name="Acme Anvils", terms=("acme anvils",), weak_terms=("acme",), need_one_of=("forge",)
    ),
    Brand(key="zed", name="Zed Forge", terms=("zed forge",), own_accounts=("mail:help@zed.example",)),
)
JUDGE = Judge(Matcher(BRANDS), scorer("vader"))
EVERYTHING = Filter(relevance=("about", "unsure"), own=None)

REVIEWS = """\
Reviewer;Date;Rating;Review;Link
anvil_fan_7;20.11.2026 14:30;4,5;"Acme Anvils are
great; really";https://shop.example/anvil
smith_3;19.11.2026;1/5;Acme Anvils broke. Terrible!;https://shop.example/anvil
x;31.02.2026;3;Acme Anvils ok;https://shop.example/anvil
y;18.11.2026;★★☆☆☆;nobody knows;https://shop.example/anvil
"open;19.11.2026;3;oops;u
z;18.11.2026;;Zed Forge does it better;
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def write(place: Place, name: str, body: str | bytes) -> str:
    path = place.directory / name
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    return str(path)


def stored(database: Path) -> list[MentionRow]:
    with closing(open_reader(database)) as reader:
        return list(reader.mentions(EVERYTHING, order="oldest"))


def outcome(place: Place, *words: str, **more: Any) -> dict[str, Any]:
    """Import with --json, and return what came of the first file."""
    result = place.run("import", *words, "--json", **more)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    body: dict[str, Any] = json.loads(result.stdout)
    assert body["exit"] == result.exit_code
    return {"exit": body["exit"], **body["files"][0]}


def loaded(path: Path, database: Path, *, about: str | None = None, **asked: Any) -> Result:
    plan = look(path, path.name, Asked(**{"zone": UTC, **asked}), now=NOW)
    job = Job(plan=plan, source="import:x", is_default=True, about=about, beside=path)
    with closing(open_store(database, BERLIN)) as store:
        (result,) = Loader(JUDGE, clock=lambda: NOW).load([job], store)
    return result


# What is kept


def test_rows_are_kept_as_mentions_and_bad_ones_named_by_their_line(place: Place) -> None:
    path = write(place, "reviews.csv", REVIEWS)
    result = place.run("import", path)
    assert result.exit_code == 5
    assert result.stderr.splitlines() == [
        f"{path}: a table in UTF-8, separated by semicolons, dates day first, ratings from 1 to 5",
        f'{path}:5: the date "31.02.2026" can\'t be read',
        f"{path}:7: a quote is opened and not closed",
        f"{path}: rejected rows are in {path}.rejected.csv, with the reasons",
    ]
    assert result.stdout.splitlines() == [
        "file\tsource\trows\tabout\tnew\tupdated\tknown\tnear\tother\trejected",
        f"{path}\timport:reviews\t6\t3\t3\t0\t0\t0\t1\t2",
    ]
    zed, broke, great = stored(place.database)
    assert (great.text, great.rating, great.rating_best) == ("Acme Anvils are\ngreat; really", 4.5, 5.0)
    assert great.published_at == datetime(2026, 11, 20, 13, 30, tzinfo=UTC)
    assert (broke.kind, broke.source, broke.label, broke.day) == (
        "review",
        "import:reviews",
        "negative",
        "2026-11-19",
    )
    assert (zed.brand, zed.rating, zed.url) == ("zed", None, None)


def test_importing_again_adds_nothing_also_under_another_name(place: Place) -> None:
    path = write(place, "reviews.csv", REVIEWS)
    assert outcome(place, path)["new"] == 3
    before = stored(place.database)
    again = outcome(place, path)
    assert (again["new"], again["updated"], again["known"]) == (0, 0, 3)
    other = write(
        place, "other.csv", REVIEWS.replace(";", ",").replace("4,5", "4.5").replace("great, r", "great; r")
    )
    assert outcome(place, other, "--source", "shop")["known"] == 3
    assert stored(place.database) == before


def test_rejected_rows_can_be_mended_and_imported(place: Place) -> None:
    path = write(place, "reviews.csv", REVIEWS.replace("x;31", "=x;31"))
    outcome(place, path)
    beside = Path(f"{path}.rejected.csv")
    assert beside.stat().st_mode & 0o777 == 0o600
    bad = list(csv.reader(beside.read_text(encoding="utf-8").splitlines()))
    assert bad[0] == ["rejected_line", "rejected_reason", "Reviewer", "Date", "Rating", "Review", "Link"]
    assert bad[1][:4] == ["5", 'the date "31.02.2026" can\'t be read', "'=x", "31.02.2026"]
    assert bad[2] == ["7", "a quote is opened and not closed", '"open;19.11.2026;3;oops;u']
    bad[1][3] = "28.02.2026"
    with beside.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(bad[:2])
    mended = outcome(place, str(beside))
    assert (mended["exit"], mended["new"], mended["source"]) == (0, 1, "import:reviews")
    assert "=x" in {row.author for row in stored(place.database)}


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("a.b.csv", "import:a.b"),
        ("x.CSV.rejected.csv", "import:x"),
        ("x.jsonl.rejected (1).jsonl", "import:x"),
        ("x.csv.rejected-mended.csv", "import:x"),
    ],
)
def test_a_file_counts_under_its_name_and_what_was_rejected_of_it_as_well(
    name: str, source: str, place: Place
) -> None:
    body = '{"text": "Acme Anvils"}' if "jsonl" in name else "text,date\nAcme Anvils,\n"
    assert outcome(place, write(place, name, body))["source"] == source


@pytest.mark.parametrize("kept", [True, False])
def test_what_came_of_a_file_fits_on_a_narrow_screen(kept: bool) -> None:
    names = ("rows", "about", "new", "updated", "known", "near", "other", "rejected")
    row = {"file": "reviews of november.csv", "source": "import:reviews", **dict.fromkeys(names, 12_000)}
    lines = [line.plain for line in aligned([row], for_people(columns(kept=kept)), 60)]
    assert all(len(line) <= 60 for line in lines)
    assert lines[1].split("  ")[-1].startswith("reviews of")


def test_rejected_rows_of_an_export_keep_what_was_disarmed(place: Place) -> None:
    place.save(said("1", "=Acme Anvils", at=hours_ago(5), author="'=me"))
    exported = (
        place.text("export").replace("2026-11-21T03:00:00Z", "never", 1).replace(",2026-11-21T03", ",never")
    )
    place.database.unlink()
    path = write(place, "m.csv", exported)
    assert outcome(place, path)["problems"] == [
        {"line": 2, "reason": 'its published_at "never:00:00Z" is no date'}
    ]
    beside = Path(f"{path}.rejected.csv")
    assert "''=Acme Anvils" in beside.read_text()
    beside.write_text(beside.read_text().replace("never:00", "2026-11-21T03:00"))
    assert outcome(place, str(beside))["exit"] == 0
    assert [(row.text, row.author, row.source) for row in stored(place.database)] == [
        ("=Acme Anvils", "'=me", "forum")
    ]


def test_brands_of_an_export_that_are_not_configured_are_told(place: Place) -> None:
    place.save(said("1", "loud bell", at=hours_ago(5), brands=("other",)))
    text = place.text("export")
    found = outcome(place, "-", stdin=text)
    assert (found["other"], found["remarks"]) == (1, ['no brand "other" is configured here'])


def test_json_records_that_can_not_be_used_are_written_as_json(place: Place) -> None:
    lines = ['{"text": "Acme Anvils", "date": "never", "x": 1}', "{oops", '{"text": "Acme Anvils"}', "[1]"]
    path = write(place, "a.jsonl", "\n".join(lines))
    found = outcome(place, path)
    assert (found["exit"], found["new"], found["rejected"]) == (5, 1, 3)
    assert [(one["line"], one["reason"]) for one in found["problems"]] == [
        (1, 'the date "never" can\'t be read'),
        (2, "it is not JSON: Expecting property name enclosed in double quotes (column 2)"),
        (4, "it is no JSON object"),
    ]
    bad = [json.loads(line) for line in Path(f"{path}.rejected.jsonl").read_text().splitlines()]
    assert bad[0] == {
        "rejected_line": 1, "rejected_reason": 'the date "never" can\'t be read',
        "text": "Acme Anvils", "date": "never", "x": 1,
    }  # fmt: skip
    assert (bad[1]["rejected_text"], bad[2]["rejected_text"]) == ("{oops", "[1]")


def test_about_makes_all_of_it_about_a_brand_named_or_not(place: Place) -> None:
    path = write(place, "a.csv", "text,product\nloud bell,Anvil 3000\nZed Forge rings,Anvil 3000\n")
    assert outcome(place, path)["about"] == 1
    told = outcome(place, path, "--about", "Acme Anvils", "--map", "item=product", "--kind", "review")
    assert (told["about"], told["new"], told["updated"]) == (2, 1, 1)
    found = stored(place.database)
    assert sorted((row.text, row.brand) for row in found) == [
        ("Zed Forge rings", "acme"), ("Zed Forge rings", "zed"), ("loud bell", "acme"),
    ]  # fmt: skip


def test_what_a_person_says_is_added_to_what_an_export_says(place: Place) -> None:
    place.save(said("1", "loud bell", at=hours_ago(5)))
    text = place.text("export")
    place.database.unlink()
    place.run("import", "-", "--about", "zed", stdin=text)
    assert [row.brand for row in stored(place.database)] == ["acme", "zed"]


def test_a_column_may_name_the_brand(place: Place) -> None:
    path = write(place, "a.csv", "text,client\nloud bell,ACME anvils\nshrill,zed\nwhat,nobody\n")
    found = outcome(place, path, "--map", "brand=client")
    assert found["problems"] == [{"line": 4, "reason": 'there is no brand "nobody" in the configuration'}]
    assert sorted(row.brand for row in stored(place.database)) == ["acme", "zed"]


def test_near_misses_are_kept_for_a_while_as_in_a_scan(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text\nacme is loud\nnobody\nacme forge\n")
    result = loaded(path, tmp_path / "r.db")
    assert (result.about, result.near, result.other) == (1, 1, 1)
    with closing(open_reader(tmp_path / "r.db")) as reader:
        assert reader.info().near_misses == 1


def test_undated_mentions_stay_out_of_trends(place: Place) -> None:
    outcome(place, write(place, "a.csv", "text\nAcme Anvils\n"))
    with closing(open_reader(place.database)) as reader:
        assert len(list(reader.mentions(Filter()))) == 1
        assert not list(reader.mentions(Filter(trended=True)))


def test_what_is_stored_is_not_changed_by_a_file(place: Place) -> None:
    kept = said("1", "charged twice by acme anvils", "negative", at=hours_ago(5), likes=3)
    place.save(kept)
    before = stored(place.database)
    header = "space,native_id,text,likes,views,published_at\n"
    row = "discourse:forum.example,1,{},{},7,2026-11-20\n"
    path = write(place, "a.csv", header + row.format("charged twice by acme anvils", 99))
    assert outcome(place, path, "--as", "csv", "--map", "space=space")["updated"] == 1
    (after,) = stored(place.database)
    assert after == replace(before[0], views=7)
    edited = write(place, "b.csv", header + row.format("Acme Anvils and Zed Forge edited", 99))
    found = outcome(place, edited, "--as", "csv", "--map", "space=space")
    assert (found["about"], found["updated"], found["exit"]) == (1, 0, 0)
    assert stored(place.database) == [after]


def test_ids_of_files_alone_never_merge_two_mentions(place: Place) -> None:
    head = "id,text,url\n"
    outcome(place, write(place, "january.csv", head + "1,Acme Anvils ring,https://shop.example/\n"))
    found = outcome(place, write(place, "february.csv", head + "1,Acme Anvils broke,https://shop.example/\n"))
    assert (found["new"], len(stored(place.database))) == (1, 2)
    found = outcome(place, write(place, "march.csv", head + "1,Acme Anvils ring,https://other.example/\n"))
    assert (found["new"], len(stored(place.database))) == (1, 3)


def test_a_configured_source_lends_its_name_its_brand_and_its_address(place: Place) -> None:
    config = place.directory / "repwatch.toml"
    place.run("import")  # which writes the configuration
    config.write_text(config.read_text().replace("[sources.shop]\n", '[sources.shop]\nabout = "acme"\n'))
    feed = '<rss version="2.0"><channel><item><guid>4711</guid><title>loud</title></item></channel></rss>'
    path = write(place, "feed.xml", feed)
    result = place.run("import", path, "--source", "shop")
    assert 'It counts under the configured source "shop".' in result.stderr
    (row,) = stored(place.database)
    assert (row.space, row.source, row.brand) == ("feed:https://shop.example/feed", "shop", "acme")


def test_imported_mentions_can_be_asked_for_by_their_source(place: Place) -> None:
    outcome(place, write(place, "a.csv", "text\nAcme Anvils\n"))
    assert len(place.text("export", "--source", "import:a").splitlines()) == 2


# Dates, ratings, encodings: told by the file as a whole


@pytest.mark.parametrize(
    ("dates", "words", "day"),
    [
        (["03/04/2026", "13/04/2026"], (), "2026-04-03"),
        (["03/04/2026", "04/13/2026"], (), "2026-03-04"),
        (["03/04/2026"], ("--dates", "month-first"), "2026-03-04"),
        (["03.04.2026"], (), "2026-04-03"),
    ],
)
def test_the_order_of_dates_is_that_of_all_of_the_file(
    dates: Sequence[str], words: Sequence[str], day: str, place: Place
) -> None:
    body = "text,date\n" + "".join(f"Acme Anvils {n},{date}\n" for n, date in enumerate(dates))
    assert outcome(place, write(place, "a.csv", body), *words)["exit"] == 0
    assert day in {row.day for row in stored(place.database)}


@pytest.mark.parametrize(
    ("dates", "message"),
    [
        (["03/04/2026"], 'line 2: nothing in the file tells whether "03/04/2026" is 3 April or 4 March'),
        (["20.11.26"], 'line 2: nothing in the file tells whether "20.11.26" is which is the day'),
        (
            ["13/04/2026", "03/04/2026", "04/13/2026"],
            'days and months come in both orders: "13/04/2026" in line 2 and "04/13/2026" in line 4',
        ),
    ],
)
def test_dates_that_the_file_does_not_explain_are_asked_for(
    dates: Sequence[str], message: str, place: Place
) -> None:
    body = "text,date\n" + "".join(f"Acme Anvils {n},{date}\n" for n, date in enumerate(dates))
    path = write(place, "a.csv", body)
    result = place.run("import", path)
    assert isinstance(result.exception, UsageError)
    assert result.exception.message == f"{path}: {message}"
    assert "--dates day-first" in (result.exception.hint or "")
    assert not place.database.exists()
    told = outcome(place, path, "--dates", "day-first")
    assert [one["line"] for one in told["problems"]] == [
        n for n, date in enumerate(dates, 2) if date == "04/13/2026"
    ]


def test_times_without_a_zone_are_those_of_the_configuration_or_the_flag(place: Place) -> None:
    path = write(place, "a.csv", "text,date\nAcme Anvils,2026-11-20 09:00\n")
    outcome(place, path)
    outcome(place, path, "--tz", "UTC")
    assert [row.at.hour for row in stored(place.database)] == [8, 9]


@pytest.mark.parametrize(
    ("ratings", "words", "ends"),
    [
        (["4", "5"], (), (1.0, 5.0)),
        (["4", "8"], (), (1.0, 10.0)),
        (["4", "8", "0"], (), (0.0, 10.0)),
        (["4", "80"], (), (1.0, 100.0)),
        (["4", "5"], ("--scale", "1-10"), (1.0, 10.0)),
        (["4", "9/10"], (), (1.0, 5.0)),
        (["4", "2000"], (), (None, None)),
    ],
)
def test_a_scale_is_that_of_all_ratings(
    ratings: Sequence[str], words: Sequence[str], ends: tuple[float | None, float | None], place: Place
) -> None:
    body = "text,rating\n" + "".join(f"Acme Anvils {n},{rating}\n" for n, rating in enumerate(ratings))
    outcome(place, write(place, "a.csv", body), *words)
    (row,) = [row for row in stored(place.database) if row.text == "Acme Anvils 0"]
    assert (row.rating, row.rating_worst, row.rating_best) == (4.0, *ends)


def test_no_stars_are_no_rating_and_others_off_the_scale_are_rejected(place: Place) -> None:
    path = write(place, "a.csv", "text,rating\nAcme Anvils,0\nAcme Anvils!,7\n")
    found = outcome(place, path, "--scale", "1-5")
    assert found["problems"] == [{"line": 3, "reason": "the rating 7 is not on the scale from 1 to 5"}]
    assert [row.rating for row in stored(place.database)] == [None]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encodings_are_told_apart(encoding: str, place: Place) -> None:
    path = write(place, "a.csv", "author;text\nGrün;Acme Anvils – schön, sehr schön\n".encode(encoding))
    assert outcome(place, path)["encoding"] == encoding
    assert stored(place.database)[0].text == "Acme Anvils – schön, sehr schön"


def test_another_encoding_can_be_told(place: Place) -> None:
    path = write(place, "a.csv", "text\nAcme Anvils żółw\n".encode("iso-8859-2"))
    outcome(place, path, "--encoding", "iso-8859-2")
    assert stored(place.database)[0].text == "Acme Anvils żółw"
    result = place.run("import", path, "--encoding", "klingon")
    assert isinstance(result.exception, UsageError)
    assert 'there is no encoding "klingon"' in result.exception.message


# The command


def test_a_dry_run_shows_what_would_be_kept_and_keeps_nothing(place: Place) -> None:
    path = write(place, "reviews.csv", REVIEWS)
    result = place.run("import", path, "--dry-run")
    assert result.exit_code == 5
    assert (
        f"{path}: columns: text=Review,url=Link,author=Reviewer,published_at=Date,rating=Rating"
        in result.stderr
    )
    table = [line.split("\t") for line in result.stdout.splitlines()]
    assert table[0] == ["file", "line", "at", "kind", "author", "rating", "brands", "label", "text"]
    assert table[1][1:] == [
        "2", "2026-11-20T13:30:00Z", "review", "anvil_fan_7", "4.5/5", "acme", "positive",
        "Acme Anvils are great; really",
    ]  # fmt: skip
    assert table[-1] == [path, "import:reviews", "6", "3", "0", "1", "2"]
    assert sorted(os.listdir(place.directory)) == ["repwatch.toml", "reviews.csv"]


def test_standard_input_is_read_and_so_are_several_files(place: Place) -> None:
    one, two = (write(place, name, f"text\nAcme Anvils {name}\n") for name in ("one.csv", "two.csv"))
    result = place.run("import", one, "-", two, stdin='{"text": "Acme Anvils, piped"}\n')
    assert result.exit_code == 0
    assert [line.split("\t")[:3] for line in result.stdout.splitlines()[1:]] == [
        [one, "import:one", "1"], ["stdin", "import:stdin", "1"], [two, "import:two", "1"],
    ]  # fmt: skip
    assert len(stored(place.database)) == 3


def test_nothing_is_imported_while_one_of_the_files_is_not_understood(place: Place) -> None:
    good, bad = write(place, "a.csv", "text\nAcme Anvils\n"), write(place, "b.csv", "x,y\n1,2\n")
    result = place.run("import", good, bad)
    assert isinstance(result.exception, UsageError)
    assert result.exception.message.startswith(f"{bad}: no column holds texts")
    assert not place.database.exists()


def test_a_file_that_breaks_off_keeps_what_came_before(place: Place) -> None:
    path = write(place, "a.json", '[{"text": "Acme Anvils"},\n{"text": "Acme Anvils, too"},\n{"text": "Acm')
    found = outcome(place, path, "--as", "jsonl", "--map", "text=text")
    assert (found["exit"], found["new"]) == (5, 2)
    assert found["broken"].startswith("line 3: ")


def test_files_of_which_nothing_can_be_read_exit_with_6(place: Place) -> None:
    found = outcome(
        place, write(place, "a.html", "<html><p>no reviews here</p></html>"), "--url", "https://x.example"
    )
    assert (found["exit"], found["rows"]) == (6, 0)
    assert "it holds no reviews" in found["broken"]


def test_an_import_does_not_run_beside_a_scan(place: Place) -> None:
    path = write(place, "a.csv", "text\nAcme Anvils\n")
    with closing(open_store(place.database, BERLIN)) as store:
        store.take_lease("scan", "another", datetime.now(UTC), 3600)
        result = place.run("import", path)
    assert isinstance(result.exception, Busy)
    assert "a scan or an import is running since" in result.exception.message
    assert not stored(place.database)
    with closing(open_store(place.database, BERLIN)) as store:
        store.release_lease("scan", "another")
    assert outcome(place, path)["new"] == 1
    with closing(open_reader(place.database)) as reader:
        assert reader.lease("scan") is None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--as", "cvs"], 'no format "cvs"'),
        (["--map", "text"], '"text" is no map'),
        (["--map", "txt=text"], 'no field "txt"'),
        (["--scale", "five"], '"five" is no scale of ratings'),
        (["--tz", "Mars"], 'there is no time zone "Mars"'),
        (["--about", "acne"], 'no brand "acne"'),
        (["--url", "ftp://x"], '"ftp://x" is no address'),
        (["--delimiter", "::"], '"::" is no delimiter'),
        (["--source", "a\nb"], "a source's name is one line"),
    ],
)
def test_flags_that_name_nothing_are_refused(words: list[str], message: str, place: Place) -> None:
    result = place.run("import", write(place, "a.csv", "text\nAcme Anvils\n"), *words)
    assert isinstance(result.exception, UsageError)
    assert message in result.exception.message


def test_many_bad_rows_are_told_in_few_lines(place: Place) -> None:
    body = "text,date\n" + "".join(f"Acme Anvils {n},never\n" for n in range(450))
    path = write(place, "a.csv", body)
    result = place.run("import", path)
    assert len(result.stderr.splitlines()) == 1 + 20 + 1 + 1
    assert f"{path}: and 430 more rows that can't be used" in result.stderr
    assert len(Path(f"{path}.rejected.csv").read_text().splitlines()) == 451


def test_hostile_names_and_cells_do_not_act_on_a_terminal(place: Place) -> None:
    body = "te\x1b]0;x\x07xt,\x1b[31mdate\nAcme Anvils \x1b[2J\x00,\x1b[31mnever\n\x9b31mAcme Anvils,\n"
    path = write(place, "a\x1b[31m.csv", body)
    result = place.run("import", path, "--dry-run", "--map", "text=te\x1b]0;x\x07xt")
    assert result.exit_code in (0, 5)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert not {"\x1b", "\x9b", "\x00", "\x07"} & {*result.stdout, *result.stderr}


def test_ctrl_c_keeps_whole_pages_and_the_rejected_rows(tmp_path: Path) -> None:
    (tmp_path / "repwatch.toml").write_text(
        'schema = 1\ndatabase = "repwatch.db"\n[http]\ncontact = "mailto:dev@acme.example"\n'
        '[brands.acme]\nname = "Acme Anvils"\nterms = ["acme anvils"]\n'
    )
    with (tmp_path / "a.csv").open("w") as stream:
        stream.write("text,date\nAcme Anvils,never\n")
        stream.writelines(f"Acme Anvils {n} ring like no other anvil,2026-11-01\n" for n in range(200_000))
    env = {k: v for k, v in os.environ.items() if not k.startswith(("REPWATCH", "XDG"))} | {
        "HOME": str(tmp_path)
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "repwatch", "import", "a.csv"],
        cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not mentions_in(tmp_path / "repwatch.db") and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 130, err
    kept = mentions_in(tmp_path / "repwatch.db")
    assert 0 < kept < 200_000
    assert f"\t{kept}\t0\t0\t" in out
    assert len((tmp_path / "a.csv.rejected.csv").read_text().splitlines()) == 2
    assert sorted(os.listdir(tmp_path))[:2] != [".repwatch"]


def mentions_in(database: Path) -> int:
    try:
        with closing(open_reader(database)) as reader:
            return reader.info().mentions
    except Exception:  # it is not made yet, or just being made
        return 0


# Round trips

WORDS = st.sampled_from([
    "Acme Anvils", "Zed Forge", "acme", "forge", "rings", "like", "a bell", "great", "terrible", "- no", "-5",
    "=1+1", "'=x", "'", "@all", '"quoted"', ";", ",", "\n", "\t", "Glückwunsch", "大きい", "\u202e", "\x00",
    "e\u0301",
])  # fmt: skip
TEXTS = st.lists(WORDS, max_size=6).map(" ".join) | st.lists(WORDS, max_size=3).map("".join)
NAMES = st.none() | TEXTS | st.sampled_from(["anvil_fan_7", "=cmd|' /C calc'!A0", "+49 1", "n/a"])
MOMENTS = st.none() | st.integers(0, 60 * 24 * 400).map(lambda minutes: NOW - timedelta(minutes=minutes))
COUNTS = st.none() | st.integers(0, 2**53)
KINDS: tuple[Kind, ...] = ("post", "comment", "review", "article")


@st.composite
def drawn_mentions(draw: st.DrawFn) -> Mention:
    rated = draw(st.booleans())
    return Mention(
        space=draw(st.sampled_from(["reddit", "feed:https://x.example/", "url"])),
        native_id=draw(st.none() | st.text("0123456789abc=+-' ", max_size=4)),
        kind=draw(st.sampled_from(KINDS)),
        url=draw(
            st.none() | st.sampled_from(["https://x.example/a?b=1", "http://x.example/#c4", "no address"])
        ),
        title=draw(TEXTS),
        text=draw(TEXTS),
        author=draw(NAMES),
        author_id=draw(NAMES),
        author_url=draw(st.none() | st.just("https://x.example/u/1")),
        published_at=draw(MOMENTS),
        edited_at=draw(MOMENTS),
        answered_at=draw(MOMENTS),
        lang=draw(st.sampled_from([None, "en", "de-DE", "xx", "-"])),
        rating=draw(st.floats(0, 10)) if rated else None,
        rating_worst=draw(st.none() | st.just(0.0)) if rated else None,
        rating_best=draw(st.none() | st.just(10.0)) if rated else None,
        item=draw(NAMES),
        parent_id=draw(st.none() | st.just("7")),
        thread_id=draw(st.none() | st.just("8")),
        likes=draw(COUNTS),
        replies=draw(COUNTS),
        reposts=draw(COUNTS),
        views=draw(COUNTS),
        score=draw(st.none() | st.integers(-(2**53), 2**53)),
        marks=draw(st.sampled_from([(), (ITEM_OF_PAGE,), ("a", "b")])),
    )


def keep(database: Path, mentions: Iterable[Mention], about: str | None) -> None:
    """Store mentions as a scan at some moments would have, each once and as it is."""
    known: set[object] = set()
    with closing(open_store(database, BERLIN)) as store:
        for number, mention in enumerate(mentions):
            at = NOW - timedelta(minutes=number)
            tidied = tidy(mention, at)
            names = {tidied.id, *twins(tidied)}
            if known & names or not (tidied.text or tidied.title or tidied.rating is not None):
                continue
            known |= names
            judged: Judged = JUDGE.judge(tidied, about=about)
            task = Task(source=f"s{number % 2}", query="", since=at, until=at)
            page = PageSave(task=task, collected_at=at, judged=[judged], shown=[], seen=[], window_done=True)
            store.open_window(task)
            store.save_page(page)


WRITERS: dict[str, Callable[[Any, Iterable[MentionRow]], int]] = {
    "x.csv": write_csv,
    "x.jsonl": write_jsonl,
    "x.json": write_json,
}


@settings(max_examples=60)
@given(
    st.lists(drawn_mentions(), max_size=5), st.sampled_from([None, "acme"]), st.sampled_from(list(WRITERS))
)
def test_an_export_that_is_imported_is_what_it_was(
    mentions: list[Mention], about: str | None, name: str
) -> None:
    with TemporaryDirectory() as folder:
        first, second, path = Path(folder, "1.db"), Path(folder, "2.db"), Path(folder, name)
        keep(first, mentions, about)
        before = stored(first)
        with path.open("w", encoding="utf-8", newline="") as stream:
            WRITERS[name](stream, before)
        if not before and name != "x.csv":
            return  # there is nothing that says what it is
        result = loaded(path, second)
        assert not result.problems
        assert result.broken is None
        assert stored(second) == before
        again = loaded(path, first)
        assert (again.saved.new, again.saved.updated) == (0, 0)
        assert stored(first) == before


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(TEXTS, NAMES, st.sampled_from(["", "2026-11-01", "5.11.2026", "never"]), NAMES), max_size=8
    ),
    st.sampled_from([",", ";", "\t"]),
)
def test_any_table_that_is_imported_twice_adds_nothing_the_second_time(
    rows: list[tuple[str, str | None, str, str | None]], delimiter: str
) -> None:
    with TemporaryDirectory() as folder:
        path, database = Path(folder, "x.csv"), Path(folder, "x.db")
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, delimiter=delimiter).writerows([("text", "author", "date", "id"), *rows])
        first = loaded(path, database, delimiter=delimiter)
        before = stored(database)
        second = loaded(path, database, delimiter=delimiter)
        assert (second.saved.new, second.saved.updated) == (0, 0)
        assert [one.line for one in first.problems] == [one.line for one in second.problems]
        assert stored(database) == before
        assert first.rows == first.about + first.near + first.other + first.rejected
        said = sum(text == row[0].strip() for row in rows for text in [row[0].strip()] if row[2] == "never")
        assert first.rejected >= (said > 0)


def test_an_export_holds_all_that_can_be_asked_of_a_mention() -> None:
    left_out = {"author_is_bot", "author_followers", "addressed_to", "ref"}
    assert set(READ) | left_out == {field.name for field in fields(Mention)}
    assert set(READ) <= set(COLUMNS)
    assert not left_out & set(COLUMNS)


def test_a_spreadsheet_that_changed_ids_is_found_out(place: Place) -> None:
    place.save(said("12345678901234567890", "Acme Anvils", at=hours_ago(5)))
    path = place.directory / "m.csv"
    place.text("export", "-o", str(path))
    path.write_text(path.read_text().replace("12345678901234567890", "1.23457E+19"))
    assert [one["reason"] for one in outcome(place, str(path))["problems"]] == [
        "its id is not that of its native_id: a spreadsheet may have changed the number"
    ]


def test_mentions_of_two_brands_and_of_places_that_name_none_come_back(place: Place, tmp_path: Path) -> None:
    both = said("1", "acme anvils or zed forge?", at=hours_ago(5), brands=("acme", "zed"))
    place.save(both, said("2", "loud bell", at=hours_ago(6)))
    path = tmp_path / "m.jsonl"
    place.text("export", "-o", str(path))
    (place.database).unlink()
    found = outcome(place, str(path))
    assert (found["rows"], found["new"], found["exit"]) == (3, 2, 0)
    assert [(row.brand, row.text) for row in stored(place.database)] == [
        ("acme", "loud bell"), ("acme", "acme anvils or zed forge?"), ("zed", "acme anvils or zed forge?"),
    ]  # fmt: skip


def test_an_export_counts_under_its_sources_unless_told_otherwise(place: Place) -> None:
    place.save(said("1", "acme anvils", at=hours_ago(5)))
    text = place.text("export")
    place.database.unlink()
    place.run("import", "-", stdin=text)
    assert [row.source for row in stored(place.database)] == ["forum"]
    place.database.unlink()
    place.run("import", "-", "--source", "old", stdin=text)
    assert [row.source for row in stored(place.database)] == ["old"]
