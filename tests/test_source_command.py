from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest
from typer.testing import CliRunner

from repwatch.commands.source import app
from repwatch.commands.source_type import _example
from repwatch.errors import UsageError
from repwatch.model import Secret
from repwatch.sources import source_types
from repwatch.sources.off_limits import OFF_LIMITS
from repwatch.sources.presets import PRESETS

CONFIG = """
schema = 1
[http]
contact = "mailto:social@acme.example"
[brands.acme]
name = "Acme Anvils"
terms = ["acme anvils"]
[sources.hn]
type = "hackernews"
every = "15m"
[sources.fedi]
type = "mastodon"
instances = ["https://social.example"]
token = "env:FEDI_TOKEN"
paused = true
[sources.shop]
type = "reviews"
url = "https://shop.example/anvil?token=hush"
about = "acme"
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("FEDI_TOKEN", "hush")
    path = tmp_path / "repwatch.toml"
    path.write_text(CONFIG)
    path.chmod(0o600)
    return path


def out(*words: str) -> str:
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_every_type_is_listed_with_what_it_reads_and_needs() -> None:
    rows = json.loads(out("types", "--json"))
    assert rows["schema"] == "repwatch.source_types/1"
    assert [row for row in rows["types"] if not row["preset"]] == [
        {
            "type": name,
            "reads": kind.reads,
            "login": kind.login,
            "terms": kind.terms,
            "preset": None,
            "usable": True,
            "instead": None,
        }
        for name, kind in sorted(source_types().items())
    ]


def test_the_presets_of_feeds_are_listed_behind_feeds() -> None:
    rows = json.loads(out("types", "--json"))["types"]
    at = next(n for n, row in enumerate(rows) if row["type"] == "feed")
    presets = {row["preset"]: (row["reads"], row["terms"]) for row in rows[at + 1 :] if row["type"] == "feed"}
    assert presets == {name: (preset.reads, preset.terms) for name, preset in PRESETS.items()}
    assert [row["type"] for row in rows].count("feed") == len(PRESETS) + 1
    assert list(csv.DictReader(io.StringIO(out("types", "--csv"))))[at + 1]["preset"] == min(PRESETS)


def test_places_that_no_source_reads_are_listed_with_the_reason_when_asked_for() -> None:
    assert all(row["usable"] for row in json.loads(out("types", "--json"))["types"])
    left_alone = [row for row in json.loads(out("types", "--all", "--json"))["types"] if not row["usable"]]
    assert [row["type"] for row in left_alone] == list(OFF_LIMITS)
    yelp = left_alone[-1]
    assert (yelp["reads"], yelp["login"], yelp["preset"]) == ("reviews of shops and places", None, None)
    assert "24 hours" in yelp["terms"]
    assert yelp["instead"].endswith("repwatch import FILE --source yelp")


@pytest.mark.parametrize("name", [*source_types(), *PRESETS])
def test_one_type_is_shown_with_a_table_that_is_right_and_all_of_its_settings(name: str) -> None:
    said = json.loads(out("types", name, "--json"))
    assert name in (said["type"], said["preset"])
    for table in tomllib.loads(said["example"])["sources"].values():
        assert table["type"] == said["type"]
        assert "paused" not in table
        needed = {one["name"] for one in said["settings"] if one["needed"]}
        assert needed <= table.keys()
    assert tomllib.loads(out("types", name))["sources"]
    if name == said["type"] != "feed":
        for one in said["settings"]:
            assert re.search(rf"\b{one['name']}\b", said["example"]), one["name"]


def test_a_plug_in_is_shown_with_the_settings_that_it_has() -> None:
    @dataclass(frozen=True)
    class Forum:
        type: ClassVar[str] = "forum"

        base_url: str
        key: Secret | None = None
        pages: int = 3

    assert _example("forum", Forum).splitlines() == [  # type: ignore[arg-type]  # enough of a source
        "[sources.NAME]",
        'type = "forum"',
        'base_url = ""',
        '# key = "env:KEY"',
        "# pages = 3",
    ]


def test_a_place_that_no_source_reads_is_shown_with_what_to_do_instead() -> None:
    said = out("types", "G2")
    assert all(line.startswith("# ") for line in said.splitlines())
    assert "repwatch import FILE --source g2" in said
    with pytest.raises(UsageError, match="no type of source"):
        out("types", "discord")
    with pytest.raises(UsageError, match="no list"):
        out("types", "discourse", "--csv")


def test_configured_sources_are_listed_in_the_order_of_the_file(config: Path) -> None:
    assert json.loads(out("list", "--json", "-c", str(config))) == {
        "schema": "repwatch.sources/1",
        "sources": [
            {
                "source": "hn",
                "type": "hackernews",
                "every_s": 900,
                "about": None,
                "preset": None,
                "paused": False,
            },
            {
                "source": "fedi",
                "type": "mastodon",
                "every_s": 1800,
                "about": None,
                "preset": None,
                "paused": True,
            },
            {
                "source": "shop",
                "type": "reviews",
                "every_s": 1800,
                "about": "acme",
                "preset": None,
                "paused": False,
            },
        ],
    }


def test_a_source_is_shown_with_its_settings_and_where_they_come_from(config: Path) -> None:
    said = json.loads(out("show", "hn", "--json", "-c", str(config)))
    assert said["source"] == "hn"
    settings = {"type": "hackernews", "every": "15m", "base_url": "https://hn.algolia.com"}
    assert settings.items() <= said["settings"].items()
    rows = [line.split("\t") for line in out("show", "hn", "-c", str(config)).splitlines()]
    assert rows[0] == ["setting", "origin", "value"]
    assert ["base_url", "default", '"https://hn.algolia.com"'] in rows
    line = CONFIG.splitlines().index('every = "15m"') + 1
    assert ["every", f"{config.name}:{line}", '"15m"'] in [
        [name, where[-16:], value] for name, where, value in rows
    ]


def test_no_secret_is_shown(config: Path) -> None:
    for source in ("fedi", "shop"):
        for form in ((), ("--json",)):
            assert "hush" not in out("show", source, *form, "-c", str(config))
    assert "env:FEDI_TOKEN" in out("show", "fedi", "-c", str(config))


def test_an_unknown_source_is_a_usage_error_with_the_nearest_one(config: Path) -> None:
    with pytest.raises(UsageError, match='no source "shopp"') as caught:
        out("show", "shopp", "-c", str(config))
    assert caught.value.hint == 'Did you mean "shop"?'
