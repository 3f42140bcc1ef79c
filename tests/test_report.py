from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from filled_store import CONFIG, NOW, Place, hours_ago, said
from repwatch.errors import StoreError, UsageError
from repwatch.model import Label


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
        {"since": "2026-11-18T07:30:00Z", "until": "2026-11-21T07:30:00Z", "partial": False}
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
