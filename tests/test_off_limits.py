from __future__ import annotations

from pathlib import Path

import pytest

from repwatch.config import load
from repwatch.errors import ConfigError
from repwatch.sources import source_types
from repwatch.sources.off_limits import OFF_LIMITS, at, named

CONFIG = """
schema = 1
[http]
contact = "mailto:social@acme.example"
[brands.acme]
name = "Acme Anvils"
terms = ["acme anvils"]
[sources.place]
type = "{type}"
url = "https://place.example"
"""


def said_of(type: str, folder: Path) -> str:
    path = folder / "repwatch.toml"
    path.write_text(CONFIG.format(type=type))
    path.chmod(0o600)
    with pytest.raises(ConfigError) as caught:
        load(path)
    (one,) = caught.value.mistakes
    assert one.key == "sources.place.type"
    return one.message


@pytest.mark.parametrize("type", OFF_LIMITS)
def test_a_place_that_is_left_alone_is_explained_where_it_is_configured(type: str, tmp_path: Path) -> None:
    place = OFF_LIMITS[type]
    assert (
        said_of(type, tmp_path)
        == f"{place.name} is read by no source: {place.why}. Instead, {place.todo(type)}"
    )


def test_such_a_place_is_known_however_it_is_written(tmp_path: Path) -> None:
    assert "the id of a place" in said_of("Google-Places", tmp_path)
    assert [named(word) for word in ("google", "Trip Advisor", "chrome_web_store", "G2", "feed")] == [
        "googleplaces",
        "tripadvisor",
        "chromewebstore",
        "g2",
        None,
    ]


def test_a_preset_in_the_place_of_a_type_is_put_right(tmp_path: Path) -> None:
    assert said_of("phpBB", tmp_path) == '"phpBB" is a preset of feeds: type = "feed", preset = "phpbb"'


def test_a_type_that_nobody_knows_gets_the_nearest_one(tmp_path: Path) -> None:
    assert said_of("redit", tmp_path) == (
        '"redit" is not a source type. Did you mean "reddit"? (repwatch source types)'
    )


def test_what_is_left_alone_is_no_type_of_source_and_says_what_to_do_instead() -> None:
    assert not OFF_LIMITS.keys() & source_types().keys()
    assert all("repwatch import FILE" in place.todo(key) for key, place in OFF_LIMITS.items())


@pytest.mark.parametrize(
    ("host", "path", "key"),
    [
        ("www.yelp.com", "/biz/acme", "yelp"),
        ("www.amazon.co.uk", "/dp/1", "amazon"),
        ("www.google.com", "/maps/place/Acme", "googleplaces"),
        ("maps.app.goo.gl", "/x", "googleplaces"),
        ("www.google.com", "/alerts/feeds/1/2", None),
        ("www.g2.com", "/products/acme", "g2"),
        ("de.linkedin.com", "/company/acme", "linkedin"),
        ("notyelp.com", "/", None),
        ("yelp.com.evil.example", "/", None),
    ],
)
def test_addresses_of_such_places_are_known(host: str, path: str, key: str | None) -> None:
    assert at(host, path) == key
