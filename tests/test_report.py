from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from filled_store import CONFIG, NOW, Place, hours_ago, said
from repwatch.commands.report import Block, SourceLine, by_rating_alone
from repwatch.commands.report_tables import days as trend
from repwatch.commands.report_tables import sources
from repwatch.errors import StoreError, UsageError
from repwatch.metrics import Coverage, Gap, Tally, total
from repwatch.model import Brand, Label
from repwatch.render import aligned, for_people
from repwatch.score import scorer


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def busy(place: Place) -> Place:
    """Two weeks: 40 mentions of Acme in the first, 60 in the second, half of the last negative."""
    place.save(
        *(said(f"old{n}", f"older {n}", "neutral", at=hours_ago(8 * 24 + n)) for n in range(40)),
        *(
            said(
                f"new{n}", f"newer {n}", "negative" if n % 2 else "positive", at=hours_ago(2 * n + 1), likes=n
            )
            for n in range(60)
        ),
        *(said(f"zed{n}", f"rival {n}", at=hours_ago(n + 1), brands=["zed"]) for n in range(20)),
    )
    for days in range(16, -1, -1):
        place.scanned(hours_ago(24 * days + 0.5), forum="ok", shop="failed" if days in (1, 2) else "ok")
    return place


def document(place: Place, *words: str) -> dict[str, object]:
    return json.loads(place.text("report", "--json", *words))


def acme(place: Place, *words: str) -> dict[str, object]:
    (block,) = document(place, *words)["brands"]
    return block


def test_a_report_compares_the_window_with_the_one_before(busy: Place) -> None:
    block = acme(busy)
    assert block["now"]["mentions"] == 60
    assert block["now"]["negative_share"] == 0.5
    assert block["before"]["mentions"] == 40
    assert block["change"]["mentions"] == 0.5
    assert block["change"]["negative_share"] == 0.5
    assert block["change"]["negative"] is None


def test_a_report_can_stand_alone(busy: Place) -> None:
    block = acme(busy, "--compare", "none")
    assert (block["before"], block["change"]) == (None, None)
    assert "before" not in busy.text("report", "--compare", "none").splitlines()[0]


def test_both_ends_and_the_zone_are_named_and_days_are_those_of_the_zone(busy: Place) -> None:
    found = document(busy)
    assert (found["schema"], found["timezone"]) == ("repwatch.report/1", "Europe/Berlin")
    assert (found["since"], found["until"]) == ("2026-11-14T08:00:00Z", "2026-11-21T08:00:00Z")
    days = found["brands"][0]["days"]
    assert [day["day"] for day in days] == [f"2026-11-{day}" for day in range(14, 22)]
    assert sum(day["mentions"] for day in days) == 60


def test_competitors_are_only_in_the_shares(busy: Place) -> None:
    found = document(busy)
    assert [block["brand"] for block in found["brands"]] == ["acme"]
    assert {row["brand"]: row["share"] for row in found["shares"]} == {"acme": 0.75, "zed": 0.25}


def test_a_competitor_that_is_asked_for_gets_its_own_block(busy: Place) -> None:
    assert acme(busy, "--brand", "zed")["now"]["mentions"] == 20
    assert acme(busy, "--brand", "Zed Forge")["brand"] == "zed"


def test_a_source_that_failed_shows_its_gap(busy: Place) -> None:
    sources = {line["source"]: line for line in acme(busy)["sources"]}
    assert sources["forum"]["coverage"] == "full"
    assert sources["shop"]["coverage"] == "gap"
    assert sources["shop"]["gaps"] == [
        {"since": "2026-11-18T07:30:00Z", "until": "2026-11-21T07:30:00Z", "partial": False, "blind": False}
    ]
    assert "shop\t0\t0" in busy.text("report", "sources")


def test_a_pipe_gets_one_table_with_tabs_whole_values_and_utc(busy: Place) -> None:
    header, *lines = busy.text("report", "sources").splitlines()
    assert header.split("\t")[:4] == ["brand", "source", "mentions", "negative"]
    shop = dict(zip(header.split("\t"), lines[1].split("\t"), strict=True))
    assert (shop["gap_from"], shop["gap_to"]) == ("2026-11-18T07:30:00Z", "2026-11-21T07:30:00Z")


def test_most_negative_and_most_engaged_mentions_are_shown_with_their_ids(busy: Place) -> None:
    block = acme(busy)
    assert {row["label"] for row in block["most_negative"]} == {"negative"}
    assert [row["likes"] for row in block["most_engaged"]] == [59, 58, 57]
    assert block["most_engaged"][0]["id"] in busy.text("report")


def test_the_trend_has_every_day(busy: Place) -> None:
    rows = list(csv.DictReader(io.StringIO(busy.text("report", "trend", "--csv"))))
    assert [row["day"] for row in rows] == [f"2026-11-{day}" for day in range(14, 22)]
    assert sum(int(row["mentions"]) for row in rows) == 60


def test_brands_are_compared_by_their_share_of_mentions(busy: Place) -> None:
    rows = [json.loads(line) for line in busy.text("report", "brands", "--jsonl").splitlines()]
    assert [(row["brand"], row["share"], row["share_before"]) for row in rows] == [
        ("acme", 0.75, 1.0),
        ("zed", 0.25, 0.0),
    ]


def test_columns_can_be_chosen(busy: Place) -> None:
    assert (
        busy.text("report", "brands", "--columns", "mentions,brand", "--no-header") == "60\tacme\n20\tzed\n"
    )
    with pytest.raises(UsageError, match='no column "mentoins"'):
        busy.text("report", "brands", "--columns", "mentoins")


def test_a_report_says_what_was_not_scored_and_never_counts_it_as_neutral(place: Place) -> None:
    labels: list[tuple[str, Label, str | None]] = [
        ("a", "unscored", "de"),
        ("b", "unscored", "de"),
        ("c", "unscored", "ja"),
        ("d", "neutral", "en"),
        ("e", "unscored", None),
    ]
    place.save(*(said(id, "text", label, at=hours_ago(5), lang=lang) for id, label, lang in labels))
    assert "! 2 mentions in de, 1 in an unknown language, 1 in ja were not scored" in place.text("report")
    block = acme(place)
    assert (block["now"]["unscored"], block["now"]["neutral"], block["now"]["negative_share"]) == (4, 1, 0.0)
    assert block["unscored_by_lang"]["de"] == 2


def test_unsure_mentions_are_counted_beside_and_own_ones_not_at_all(place: Place) -> None:
    place.save(
        said("a", "sure", at=hours_ago(5)),
        said("b", "perhaps", at=hours_ago(5), relevance="unsure"),
        said("c", "we ourselves", at=hours_ago(5), own=True),
    )
    block = acme(place)
    assert (block["now"]["mentions"], block["unsure"]) == (1, 1)
    assert "1 more mention may be about Acme Anvils (unsure)" in place.text("report")


def test_undated_mentions_of_a_first_read_are_counted_but_not_by_day(place: Place) -> None:
    place.save(said("a", "undated", at=None), said("b", "dated", at=hours_ago(30)), first_read=True)
    block = acme(place)
    assert (block["now"]["mentions"], block["undated"]) == (2, 1)
    assert sum(day["mentions"] for day in block["days"]) == 1
    assert "1 mention without a date is counted, but not by day." in place.text("report")


def test_small_samples_are_not_compared_and_the_report_says_why(place: Place) -> None:
    place.save(*(said(f"a{n}", "text", "negative", at=hours_ago(n + 1)) for n in range(19)))
    assert set(acme(place)["change"].values()) == {None}
    assert "Fewer than 20 scored mentions (19 now, 0 before): too few to compare." in place.text("report")


def test_an_empty_window_says_so_and_when_there_was_something(place: Place) -> None:
    place.save(said("a", "long ago", at=hours_ago(24 * 100)))
    place.scanned(hours_ago(1), forum="ok", shop="ok")
    text = place.text("report")
    assert "No mentions of Acme Anvils in this window; the newest before is of 2026-08-13T08:00:00Z." in text
    assert "Watching began 2026-11-21T07:00:00Z" in text


def test_a_store_that_was_never_scanned_says_so(place: Place) -> None:
    place.save()
    assert "There was no scan yet." in place.text("report")


def test_a_store_that_was_not_scanned_lately_says_since_when(place: Place) -> None:
    place.save(said("a", "text", at=hours_ago(80)))
    place.scanned(hours_ago(70), forum="ok")
    assert "No scan since 2026-11-18T10:00:00Z" in place.text("report")
    assert {line["source"]: line["coverage"] for line in acme(place)["sources"]} == {
        "forum": "gap",
        "shop": "none yet",
    }


def test_what_came_out_of_files_is_neither_missed_nor_awaited(place: Place) -> None:
    place.save(said("a", "text", at=hours_ago(3)), source="import:survey")
    place.scanned(hours_ago(1), forum="ok", shop="ok")
    assert {line["source"]: line["coverage"] for line in acme(place)["sources"]} == {
        "forum": "full",
        "shop": "full",
        "import:survey": "imported",
    }


def test_without_a_database_there_is_a_clear_error(place: Place) -> None:
    with pytest.raises(StoreError):
        place.text("report")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--json", "--format", "md"), "--json and --format md exclude each other"),
        (("--brand", "acmee"), 'no brand "acmee"'),
        (("--source", "forumm"), 'no source "forumm"'),
        (("--since", "soonish"), "soonish"),
    ],
)
def test_a_wrong_option_is_named(busy: Place, words: tuple[str, ...], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        busy.text("report", *words)


def test_a_source_that_is_no_longer_configured_can_still_be_asked_for(place: Place) -> None:
    place.save(said("a", "text", at=hours_ago(5)), source="gone")
    place.scanned(hours_ago(1), gone="ok")
    assert acme(place, "--source", "gone")["now"]["mentions"] == 1


def test_with_labels_chosen_shares_are_left_out(busy: Place) -> None:
    lines = busy.text("report", "--label", "negative").splitlines()
    assert "only negative" in lines[0]
    assert [line.split("\t")[1] for line in lines if line.startswith("acme\t")][:2] == ["mentions", "forum"]


def test_markdown_lets_nothing_in_a_mention_act(place: Place) -> None:
    hostile = "| <script>alert(1)</script> [a](http://evil.example) `x` \x1b[31m\n# forged"
    place.save(said("a", hostile, "negative", at=hours_ago(5), url="javascript:alert(1)", likes=3))
    text = place.text("report", "--format", "md")
    assert text.startswith("# Acme Anvils\n")
    assert "<script" not in text
    assert not re.search(r"(?<!\\)\]\(", text)
    assert "\x1b" not in text
    assert "\n# forged" not in text
    assert r"\| &lt;script&gt;alert(1)&lt;/script&gt; \[a\](http\://evil.example) \`x\`" in text


def test_a_report_goes_to_a_file_and_says_nothing_on_stdout(busy: Place) -> None:
    path = busy.directory / "report.json"
    assert busy.text("report", "--json", "-o", str(path)) == ""
    assert json.loads(path.read_text())["schema"] == "repwatch.report/1"


def test_many_brands_get_a_block_for_the_most_named_ones(place: Place) -> None:
    names = [f"brand{n}" for n in range(8)]
    tables = "".join(f'[brands.{name}]\nname = "{name.title()}"\nterms = ["{name}"]\n' for name in names)
    (place.directory / "repwatch.toml").write_text(CONFIG + tables)
    place.save(
        *(
            said(f"{name}-{n}", name, at=hours_ago(n + 1), brands=[name])
            for count, name in enumerate(names)
            for n in range(count)
        )
    )
    text = place.text("report")
    assert [line.split(" · ")[0] for line in text.splitlines() if "2026-11-14T" in line] == [
        f"Brand{n}" for n in (7, 6, 5, 4, 3)
    ]
    assert "4 more brands: repwatch report brands" in text
    assert len(document(place)["brands"]) == 9


def test_a_mention_is_counted_once_for_each_brand_it_names(place: Place) -> None:
    place.save(said("a", "both", at=hours_ago(5), brands=["acme", "zed"]))
    assert {row["brand"]: row["mentions"] for row in document(place)["shares"]} == {"acme": 1, "zed": 1}


def test_days_are_counted_by_the_zone_on_the_day_the_clocks_change(place: Place) -> None:
    before = NOW.replace(month=10, day=24, hour=22, minute=30)  # 00:30 in Berlin on the 25th, summer time
    after = before + timedelta(hours=24, minutes=15)  # 23:45 on the 25th, winter time, 25 hours long
    place.save(said("a", "text", at=before), said("b", "text", at=after))
    days = acme(place, "--since", "2026-10-25", "--until", "2026-10-26")["days"]
    assert [(day["day"], day["mentions"]) for day in days] == [("2026-10-25", 2)]


# What is shown, and where


def complaints(place: Place, *words: str) -> list[str]:
    return [row["native_id"] for row in acme(place, *words)["most_negative"]]


RATED = ("rating -1.0", "language fr is not scored")


def test_the_most_negative_are_those_in_words_then_by_tone_engagement_and_time(place: Place) -> None:
    place.save(
        *(
            said(f"r{n}", "Nul", "negative", at=hours_ago(n), tone=-1.0, reasons=RATED, rating=1.0)
            for n in (1, 2, 3)
        ),
        said("mild", "text", "negative", at=hours_ago(1), tone=-0.4),
        said("older", "text", "negative", at=hours_ago(9), tone=-0.9),
        said("newer", "text", "negative", at=hours_ago(8), tone=-0.9),
        said("liked", "text", "negative", at=hours_ago(30), tone=-0.9, likes=4),
    )
    assert complaints(place, "-n", "10") == ["liked", "newer", "older", "mild", "r1", "r2", "r3"]
    assert complaints(place) == ["liked", "newer", "older"]
    assert complaints(place, "--limit", "0") == []


def test_a_complaint_that_only_a_rating_carried_says_so(place: Place) -> None:
    place.save(
        said("a", "Nul", "negative", at=hours_ago(2), tone=-1.0, reasons=RATED, rating=1.0),
        said("b", "Awful", "negative", at=hours_ago(3), reasons=("rating -1.0", "awful -2.0")),
    )
    text = place.text("report", "--format", "md")
    assert [line.split(" | ")[4:] for line in text.splitlines() if "Nul" in line] == [["(rating)", "“Nul” |"]]
    assert [line.split(" | ")[4:] for line in text.splitlines() if "Awful" in line] == [["", "“Awful” |"]]


def test_the_most_negative_are_quoted_by_the_words_that_made_them_so(place: Place) -> None:
    text = "word " * 80 + "and then nobody answered. They charged twice"
    place.save(said("a", text, "negative", at=hours_ago(2), title="About my anvil"))
    (line,) = [
        line for line in place.text("report", "--format", "md").splitlines() if "charged twice" in line
    ]
    assert "answered" in line
    assert "About my anvil" not in line
    rows = place.text("report").splitlines()
    assert any(row.endswith("answered. They charged twice") for row in rows)
    assert not {"\x02", "\x03"} & set("".join(rows))


@pytest.mark.parametrize(
    ("reasons", "alone"),
    [
        (("rating -1.0",), True),
        (("rating -1.0", "no text"), True),
        (("rating -1.0", "awful -2.0"), False),
        (("awful -2.0",), False),
        (("no text",), False),
        ((), False),
    ],
)
def test_what_carried_a_label_is_known_by_its_reasons(reasons: tuple[str, ...], alone: bool) -> None:
    assert by_rating_alone(reasons) == alone


def test_by_rating_alone_reads_the_reasons_that_the_scorer_gives() -> None:
    judge = scorer("vader")
    assert by_rating_alone(judge.score("Nul et cher", lang="fr", rating=0.0).reasons)
    assert not by_rating_alone(judge.score("This is awful", lang="en", rating=0.0).reasons)


def test_only_a_summary_has_examples_to_limit(busy: Place) -> None:
    with pytest.raises(UsageError, match="-n is about the examples"):
        busy.text("report", "trend", "-n", "2")


def test_a_report_can_be_compared_with_the_year_before(busy: Place) -> None:
    busy.save(*(said(f"y{n}", "text", at=NOW.replace(year=2025, day=18)) for n in range(30)))
    found = document(busy, "--compare", "year")
    assert found["compared"] == {"since": "2025-11-14T08:00:00Z", "until": "2025-11-21T08:00:00Z"}
    assert found["brands"][0]["change"]["mentions"] == 1.0
    assert "against the same a year before" in busy.text("report", "--compare", "year")


def test_a_place_about_another_brand_is_not_listed_unless_it_named_this_one(place: Place) -> None:
    board = '[sources.board]\ntype = "feed"\nurl = "https://board.example/feed"\nabout = "zed"\n'
    other = f'{CONFIG}about = "zed"\n{board}'
    (place.directory / "repwatch.toml").write_text(other)
    place.save(said("a", "text", at=hours_ago(5)), source="board")
    place.scanned(hours_ago(1), forum="ok", shop="failed", board="ok")
    assert [line["source"] for line in acme(place)["sources"]] == ["board", "forum"]
    assert [line["source"] for line in acme(place, "-b", "zed")["sources"]] == ["board", "forum", "shop"]


def outage(place: Place, hours: float) -> None:
    """Let both sources fail once, so many hours before they are read again."""
    place.save(said("a", "text", "negative", at=hours_ago(5)))
    for ago, status in ((100, "ok"), (50 + hours, "ok"), (50.001, "failed"), (50, "ok"), (10, "ok")):
        place.scanned(hours_ago(ago), forum=status, shop=status)


def test_sources_with_the_same_gap_share_one_note(place: Place) -> None:
    outage(place, 3)
    text = place.text("report")
    assert text.count("forum and shop were not read 2026-11-19T03:00:00Z – 2026-11-19T06:00:00Z.") == 1


def test_a_failure_shorter_than_the_time_between_scans_is_not_shown(place: Place) -> None:
    outage(place, 0.02)
    assert "not read" not in place.text("report")
    assert {line["coverage"] for line in acme(place)["sources"]} == {"full"}


def test_of_many_gaps_the_longest_are_worded_and_the_others_counted(place: Place) -> None:
    place.save(said("a", "text", at=hours_ago(5)))
    for n in range(6):
        place.scanned(hours_ago(150 - 20 * n), forum="ok")
        place.scanned(hours_ago(149 - 20 * n), forum="failed")
        place.scanned(hours_ago(148 - 21 * n), forum="ok")
    place.scanned(hours_ago(1), forum="ok")
    text = place.text("report")
    assert text.count("forum was not read") == 3
    assert "3 shorter gaps: repwatch report sources --json" in text


FULL = Coverage("full")


def block(*tallies: Tally, coverage: Coverage = FULL) -> Block:
    """Return what a report knows of Acme, with a day and a source for each tally."""
    return Block(
        brand=Brand(key="acme", name="Acme Anvils"),
        now=total(tallies),
        before=None,
        days=[(f"2026-11-{day}", tally) for day, tally in enumerate(tallies, start=10)],
        sources=[SourceLine(f"app-reviews-{n}", tally, coverage) for n, tally in enumerate(tallies)],
        unscored={},
        unsure=0,
    )


def test_on_sixty_columns_no_row_of_a_report_is_broken() -> None:
    missed = Coverage("gap", (Gap(hours_ago(80), hours_ago(48.5), False),))
    found = block(Tally(1234, 400, 400, 400, 34, -100.0), Tally(12, 4, 4, 4, 0, -1.0), coverage=missed)
    for each in (sources([found], {"acme": found.sources}), trend([found])):
        for line in aligned(each.rows, for_people(each.columns), 60):
            assert line.cell_len <= 60
            assert "…" not in line.plain


def test_no_two_columns_of_a_trend_have_the_same_name(busy: Place) -> None:
    names = [column.heading for column in for_people(trend([block()]).columns) if column.heading]
    assert len(names) == len(set(names))
    header = busy.text("report", "trend", "--format", "md").splitlines()[4]
    assert header.count("negative") == 1


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("r.md", "# Acme Anvils\n"),
        ("r.json", '{\n  "schema"'),
        ("r.csv", "brand,measure,"),
        ("r.tsv", "Acme"),
    ],
)
def test_a_report_goes_by_the_ending_of_its_file(busy: Place, name: str, start: str) -> None:
    path = busy.directory / name
    assert busy.text("report", "-o", str(path)) == ""
    assert path.read_bytes().decode().startswith(start)


def test_an_unknown_ending_is_refused_unless_a_format_is_named(busy: Place) -> None:
    path = busy.directory / "r.pdf"
    with pytest.raises(UsageError, match="ending") as refused:
        busy.text("report", "-o", str(path))
    assert ".md" in str(refused.value.hint)
    busy.text("report", "-o", str(path), "--format", "md")
    assert path.read_text().startswith("# ")


def test_columns_are_obeyed_in_markdown_and_refused_in_json(busy: Place) -> None:
    text = busy.text("report", "sources", "--format", "md", "--columns", "source,mentions")
    assert "| source | mentions |\n| --- | ---: |\n| forum | 60 |\n" in text
    assert "| measure | now |" in busy.text("report", "--format", "md", "--columns", "measure,now")
    with pytest.raises(UsageError, match="always whole"):
        busy.text("report", "--json", "--columns", "source")


def test_notes_beside_a_csv_are_in_utc_like_its_cells(place: Place) -> None:
    place.save(said("a", "text", at=hours_ago(80)))
    place.scanned(hours_ago(70), forum="ok")
    for words in ((), ("--csv",), ("--jsonl",)):
        noted = place.run("report", "sources", *words).stderr
        assert "No scan since 2026-11-18T10:00:00Z" in noted


def test_a_report_can_be_of_the_unsure_and_then_counts_them_once(place: Place) -> None:
    place.save(
        said("a", "surely", at=hours_ago(1)),
        said("b", "perhaps", at=hours_ago(2), relevance="unsure"),
    )
    assert (acme(place)["now"]["mentions"], acme(place)["unsure"]) == (1, 1)
    block = acme(place, "--relevance", "unsure")
    assert (block["now"]["mentions"], block["unsure"]) == (1, 0)
    assert "only unsure" in place.text("report", "--relevance", "unsure")


def test_a_report_is_narrowed_to_what_is_wanted_how_urgently_and_by_whom(place: Place) -> None:
    place.save(
        said("a", "help", at=hours_ago(1), judged={"intent": "complaint", "urgency": "high"}),
        said("b", "thanks", at=hours_ago(2), judged={"intent": "praise"}),
        said("c", "win", at=hours_ago(3), judged={"sender": "giveaway"}),
    )
    block = acme(place)
    assert (block["now"]["mentions"], block["others"]) == (3, 1)
    assert "1 of the mentions is not by customers" in place.text("report")
    assert acme(place, "--sender", "customer")["now"]["mentions"] == 2
    assert acme(place, "--kind", "praise", "--kind", "complaint")["now"]["mentions"] == 2
    found = document(place, "--urgency", "high", "--kind", "complaint")
    assert found["brands"][0]["now"]["mentions"] == 1
    assert found["filter"]["urgencies"] == ["high"]
    heading = place.text("report", "--urgency", "high", "--sender", "giveaway").splitlines()[0]
    assert "only high urgency · only by giveaway" in heading
