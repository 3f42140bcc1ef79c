"""Which column is what."""

from __future__ import annotations

import re

import pytest

from repwatch.commands.help import topic_text
from repwatch.errors import UsageError
from repwatch.imports import columns
from repwatch.imports.columns import ALSO, FIELDS, MAPS, USUAL, choose, normal
from repwatch.imports.plan import FORMATS


def chosen(*names: str, map: str | None = None, **asked: str) -> dict[str, str]:
    found = choose(names, asked, map)
    return {name: columns.written(each) for name, each in found.columns.items()}


@pytest.mark.parametrize(
    "names",
    [
        ("Review Text", "Star Rating", "Reviewer Name", "Review Date", "Permalink"),
        ("reviewText", "starRating", "reviewerName", "reviewDate", "permalink"),
        ("review_text", "star_rating", "reviewer_name", "review_date", "PERMALINK"),
        ("REVIEW-TEXT", "Star  Rating ", "Reviewer name", "review.date", "permalink"),
    ],
)
def test_usual_names_are_known_however_they_are_spelled(names: tuple[str, ...]) -> None:
    fields = ("text", "rating", "author", "published_at", "url")
    assert chosen(*names) == dict(zip(fields, names, strict=True))


def test_the_best_of_several_columns_counts_and_each_only_once() -> None:
    assert chosen("snippet", "full text", "created", "date") == {
        "text": "full text", "published_at": "created",
    }  # fmt: skip
    assert chosen("title", "review") == {"title": "title", "text": "review"}


def test_what_a_person_says_goes_before_everything() -> None:
    assert chosen("text", "body", "date", text="body", date="") == {"text": "body"}
    assert chosen("pros", "cons", "Pros Only", text="pros+cons|Pros only") == {"text": "pros+cons|Pros Only"}
    assert chosen("a+b", text="a+b") == {"text": "a+b"}
    assert chosen("x", "y", title="x", id="y") == {"title": "x", "native_id": "y"}


@pytest.mark.parametrize(
    ("asked", "message", "hint"),
    [
        ({"txt": "a"}, 'no field "txt"', 'Did you mean "text"?'),
        ({"text": "bdoy"}, 'no column "bdoy"', 'Did you mean "body"?'),
        ({"text": "q"}, 'no column "q"', "It has: a, body"),
        ({"text": ""}, "no column holds texts", 'Say which one: --map text="NAME"   It has: a, body'),
    ],
)
def test_what_does_not_exist_is_refused_with_what_does(
    asked: dict[str, str], message: str, hint: str
) -> None:
    with pytest.raises(UsageError, match=message) as refused:
        choose(("a", "body"), asked, None)
    assert refused.value.hint == hint


@pytest.mark.parametrize("name", MAPS)
def test_a_named_map_is_recognised_by_its_columns(name: str) -> None:
    names = sorted({part for spec in MAPS[name].columns.values() for part in re.split(r"[|+]", spec)})
    names += [column for column in MAPS[name].known_by if column not in names]
    found = choose(["#", *names], {}, None)
    assert (found.map, found.kind, found.scale) == (name, MAPS[name].kind, MAPS[name].scale)
    assert set(found.columns) == set(MAPS[name].columns)
    upper = choose([column.upper() for column in names], {}, None)
    assert (upper.map, set(upper.columns)) == (name, set(found.columns))


def test_a_map_can_be_asked_for_where_columns_are_missing() -> None:
    assert chosen("Title", "Hit Sentence", map="hit-sentences") == {"title": "Title", "text": "Hit Sentence"}


def test_maps_and_usual_names_speak_of_fields_that_exist() -> None:
    fields = {name for one in MAPS.values() for name in one.columns} | set(USUAL) | set(ALSO.values())
    assert fields <= set(FIELDS)
    for name, usual in USUAL.items():
        assert all(normal(each) == each for each in usual), name
    taken = [each for names in USUAL.values() for each in names]
    assert len(taken) == len(set(taken))


def test_the_help_lists_every_format_and_every_field() -> None:
    text = topic_text("formats")
    listed = set(re.findall(r"^\| ([a-z_-]+) \|", text, re.MULTILINE))
    assert set(FORMATS) | set(FIELDS) <= listed
    assert all(", ".join(usual) in text for usual in USUAL.values())
