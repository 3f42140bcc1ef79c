from __future__ import annotations

import csv
import io
import json
from contextlib import closing
from datetime import UTC
from pathlib import Path

import pytest
import time_machine

from filled_store import BERLIN, NOW, Place, hours_ago, said
from repwatch.commands.base import Flags, Session
from repwatch.commands.excerpts import emphasised
from repwatch.commands.mention import wanted
from repwatch.commands.search import result_columns
from repwatch.errors import UsageError
from repwatch.render import aligned, for_people
from repwatch.store import open_store
from repwatch.store.base import SecondLook

HOSTILE = "refund \x1b[31mred\x1b]52;c;aGk=\x07 \x9b31m[link=http://evil.example]x[/link]\r\n=1+1 hostile"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    place.save(
        said("a", "I want a refund for my anvil", "negative", at=hours_ago(2), rating=1.0, rating_best=5.0),
        said("b", "The refund came at once, thank you", "positive", at=hours_ago(1), thread_id="t1"),
        said("c", "An anvil is an anvil", at=hours_ago(30), brands=["acme", "zed"], title="On anvils"),
        said("d", HOSTILE, "negative", at=hours_ago(40), author="=HYPERLINK(1)"),
    )
    return place


def found(place: Place, *words: str) -> list[str]:
    document = json.loads(place.text("search", "--json", *words))
    assert document["schema"] == "repwatch.search/1"
    return [mention["native_id"] for mention in document["mentions"]]


def test_mentions_are_found_by_their_words_newest_first(place: Place) -> None:
    assert found(place, "refund") == ["b", "a", "d"]
    assert found(place, "refund", "--sort", "oldest") == ["d", "a", "b"]
    assert found(place, "refund", "anvil") == ["a"]
    assert found(place, '"refund came" OR "hostile"') == ["b", "d"]
    assert found(place, "--", "refund", "-anvil") == ["b", "d"]


def test_a_search_is_narrowed_like_everything_else(place: Place) -> None:
    assert found(place, "refund", "--label", "negative", "--since", "7h") == ["a"]
    assert found(place, "anvil", "--brand", "zed") == ["c"]
    assert found(place, "refund", "-n", "1") == ["b"]


def test_words_that_are_found_are_marked_at_a_terminal_and_nowhere_else(place: Place) -> None:
    shown = emphasised("I want a \x02refund\x03 \x1b[31mnow")
    assert shown.plain == "I want a refund now"
    assert [shown.plain[span.start : span.end] for span in shown.spans if "bold" in str(span.style)] == [
        "refund"
    ]
    document = place.text("search", "refund", "--json")
    assert "\\u0002" not in document
    assert '"snippet": "I want a refund for my anvil"' in document


def test_a_pipe_gets_a_few_columns_unless_it_asks_for_others(place: Place) -> None:
    header, first, *_ = place.text("search", "refund").splitlines()
    assert header == "id\tat\tbrand\tsource\tlabel\tsentiment\turl\tsnippet"
    assert first.split("\t")[1] == "2026-11-21T07:00:00Z"
    assert (
        place.text("search", "refund", "-n1", "--columns", "native_id,label", "--no-header")
        == "b\tpositive\n"
    )


def test_on_a_narrow_screen_a_search_has_no_line_that_the_terminal_would_break(place: Place) -> None:
    with time_machine.travel(NOW, tick=False):
        session = Session(Flags())
    row = {
        "id": "m_ABCDEFGH",
        "at": NOW,
        "brand": "acme",
        "source": "app-reviews",
        "sentiment": -0.85,
        "shown": "\x02Charged\x03 twice on Tuesday, refunded once. How many more times?",
    }
    columns = for_people(result_columns(session, UTC, brands=True))
    for width in (40, 60, 80, 96):
        header, line = (line.plain for line in aligned([row], columns, width))
        assert len(line) <= width
        assert "Charged twice" in line
        assert ("source" in header) == (width >= 80)


def test_a_search_goes_to_a_file_in_the_format_of_its_ending(place: Place) -> None:
    for name, start in (("hits.csv", "id,at,brand,"), ("hits.json", "{"), ("hits.tsv", "id\tat\tbrand\t")):
        path = place.directory / name
        place.text("search", "refund", "-o", str(path))
        assert path.read_text().startswith(start)
    with pytest.raises(UsageError, match="ending"):
        place.text("search", "refund", "-o", str(place.directory / "hits.doc"))


def test_nothing_found_is_no_error(place: Place) -> None:
    assert found(place, "nowhere") == []
    assert place.text("search", "nowhere", "--jsonl") == ""


@pytest.mark.parametrize("query", ['"open', "OR", "-only", "***"])
def test_a_search_that_cannot_be_read_is_a_clear_error(place: Place, query: str) -> None:
    with pytest.raises(UsageError):
        place.text("search", "--", query)


@pytest.mark.parametrize("format", [(), ("--csv",), ("--json",), ("--jsonl",)])
def test_no_output_lets_a_hostile_mention_act(place: Place, format: tuple[str, ...]) -> None:
    printed = place.text("search", "hostile", *format, *(("--columns", "text,author") if not format else ()))
    assert not set(printed) & set("\x1b\x07\x9b\x02")
    if format == ("--csv",):
        (row,) = csv.DictReader(io.StringIO(printed, newline=""))
        assert row["author"] == "'=HYPERLINK(1)"


# One mention


def test_a_mention_is_shown_with_all_that_is_known_about_it(place: Place) -> None:
    id = place.text("search", "want", "--columns", "id", "--no-header").strip()
    text = place.text("mention", "show", id[:10])
    for known in ("I want a refund", "someone", "https://forum.example/t/a", "1 of 5", "negative -0.60"):
        assert known in text
    assert "because     negative: charged twice" in text
    assert "term: acme anvils" in text
    assert "vader/1" in text


def test_a_mention_of_two_brands_shows_what_each_makes_of_it(place: Place) -> None:
    id = place.text("search", "anvils", "--columns", "id", "--no-header", "-n1").strip()
    document = json.loads(place.text("mention", "show", id, "--json"))
    assert document["schema"] == "repwatch.mention/1"
    (mention,) = document["mentions"]
    assert mention["title"] == "On anvils"
    assert [brand["brand"] for brand in mention["brands"]] == ["acme", "zed"]


def test_ids_are_read_from_standard_input(place: Place) -> None:
    ids = place.text("search", "refund", "--columns", "id,label", "--no-header")
    result = place.run("mention", "show", "-", "--json", stdin=ids)
    assert [mention["native_id"] for mention in json.loads(result.stdout)["mentions"]] == ["b", "a", "d"]


def test_each_id_is_shown_once_and_none_is_an_error() -> None:
    assert wanted(["m_A", "-", "m_A"], ["m_B x\n", "\n", "m_A\n"]) == ["m_A", "m_B"]
    with pytest.raises(UsageError):
        wanted(["-"], [])


def test_an_unknown_or_ambiguous_id_is_an_error(place: Place) -> None:
    for id in ("m_", "m_NOTHERE"):
        with pytest.raises(UsageError):
            place.text("mention", "show", id)


def test_a_mention_that_is_gone_says_so_and_no_more(place: Place) -> None:
    gone = said("gone", "Acme Anvils crack", "negative", at=hours_ago(2), title="Cracked", likes=4)
    place.save(gone)
    id = gone.mention.id
    with closing(open_store(place.database, BERLIN)) as store:
        store.save_second_look(SecondLook(source="forum", at=hours_ago(1), asked=[id], gone=[id]))
    text = place.text("mention", "show", id)
    assert "gone there since 2026-11-21T07:00:00Z: its text and author are gone here, too" in text
    assert "likes" in text
    assert "known as" not in text
    assert "\n\n\n" not in text


def test_a_hostile_mention_cannot_act_when_it_is_shown(place: Place) -> None:
    id = place.text("search", "hostile", "--columns", "id", "--no-header").strip()
    for words in ((), ("--json",)):
        printed = place.text("mention", "show", id, *words)
        assert not set(printed) & set("\x1b\x07\x9b\r")
        assert "[link=http://evil.example]x[/link]" in printed
