from __future__ import annotations

import os
import pty
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from repwatch.commands.init import Answers, configuration, guessed_terms, init, slug, write
from repwatch.config import examine, load
from repwatch.errors import ConfigError, UsageError

app = typer.Typer()
app.command()(init)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the person who runs the tests is read or written."""
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home" / name))
    for name in [name for name in os.environ if name.startswith("REPWATCH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    monkeypatch.chdir(tmp_path)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def written(path: str = "repwatch.toml") -> dict[str, Any]:
    return tomllib.loads(Path(path).read_text())


def test_a_brand_is_all_that_a_first_configuration_needs() -> None:
    done = run("--brand", "Acme Anvils")
    assert done.exit_code == 0
    assert done.stdout == "Wrote repwatch.toml: Acme Anvils is looked for as acme anvils, acmeanvils\n"
    found = load(env={})
    assert found.brands["acme-anvils"].terms == ("acme anvils", "acmeanvils")
    assert [place.type for place in found.sources.values()] == ["hackernews"]
    assert str(found.timezone) == "Asia/Kathmandu"
    assert found.database == Path("repwatch.db").absolute()


def test_only_the_missing_contact_is_warned_of() -> None:
    run("--brand", "Acme Anvils")
    assert [warning.key for warning in examine(env={}).warnings] == ["http.contact"]
    run("--brand", "Acme Anvils", "--contact", "social@acme.example", "--force")
    assert examine(env={}).warnings == ()


def test_everything_can_be_said_in_flags() -> None:
    done = run(
        *("new/folder", "--brand", 'Acme "A" Anvils', "--term", "acme anvils", "--term", "acmé"),
        *("--domain", "https://acme.example/shop", "--contact", "https://acme.example/contact"),
        *("--source", "feed=https://news.example/a", "--source", "feed=https://news.example/b"),
        *("--source", "mastodon=https://mastodon.example", "--source", "reviews=https://shop.example/1"),
    )
    assert done.exit_code == 0
    found = written("new/folder/repwatch.toml")
    assert found["brands"] == {
        "acme-a-anvils": {
            "name": 'Acme "A" Anvils',
            "terms": ["acme anvils", "acmé"],
            "own_domains": ["acme.example"],
        }
    }
    assert found["http"]["contact"] == "https://acme.example/contact"
    assert found["sources"] == {
        "feed": {"type": "feed", "url": "https://news.example/a"},
        "feed-2": {"type": "feed", "url": "https://news.example/b"},
        "mastodon": {"type": "mastodon", "instances": ["https://mastodon.example"]},
        "reviews": {"type": "reviews", "url": "https://shop.example/1"},
    }


def test_the_file_is_for_its_owner_alone() -> None:
    run("--brand", "Acme")
    assert Path("repwatch.toml").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("link", [False, True])
def test_a_configuration_is_never_overwritten(link: bool) -> None:
    file = Path("repwatch.toml")
    if link:
        file.symlink_to("precious.toml")  # which is not there
    else:
        file.write_text("precious")
    error = run("--brand", "Acme").exception
    assert isinstance(error, UsageError)
    assert "--force" in str(error.hint)
    assert not Path("precious.toml").exists()
    assert link or file.read_text() == "precious"


def test_a_file_that_appears_while_it_asks_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "repwatch.toml"
    file.write_text("precious")
    with pytest.raises(UsageError, match="is in the way"):
        write(file, "new", force=False)
    assert file.read_text() == "precious"


def test_force_keeps_the_old_configuration() -> None:
    Path("repwatch.toml").write_text("precious")
    assert run("--brand", "Acme", "--force").exit_code == 0
    assert Path("repwatch.toml.bak").read_text() == "precious"
    assert written()["brands"]["acme"]["name"] == "Acme"


def test_the_global_configuration_is_the_users_own() -> None:
    assert run("--brand", "Acme", "--global").exit_code == 0
    found = load(env={})
    assert found.path == Path(os.environ["XDG_CONFIG_HOME"]) / "repwatch" / "config.toml"
    assert found.database == Path(os.environ["XDG_DATA_HOME"]) / "repwatch" / "repwatch.db"


def test_the_general_flag_names_the_file_as_well() -> None:
    assert run("--brand", "Acme", "--config", "x/y.toml").exit_code == 0
    assert written("x/y.toml")["brands"]
    error = run("x", "--brand", "Acme", "--config", "z.toml").exception
    assert isinstance(error, UsageError)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "which brand"),
        (("--brand", " "), "which brand"),
        (("--brand", "!!"), "no letter or figure"),
        (("--brand", "Acme", "--source", "hackernew"), 'Did you mean "hackernews"?'),
        (("--brand", "Acme", "--source", "feed"), "url is missing"),
        (("--brand", "Acme", "--source", "feed=news.example"), "lacks https://"),
        (("--brand", "Acme", "--domain", "acme"), "is not a domain"),
        (("--brand", "Acme", "--contact", "the office"), "is no way to reach you"),
        (("--brand", "Acme\x1b[31m"), "control"),
    ],
)
def test_what_makes_no_right_configuration_is_refused_and_nothing_is_written(
    words: tuple[str, ...], said: str
) -> None:
    error = run("folder", *words).exception
    assert isinstance(error, UsageError)
    assert said in error.message
    assert not Path("folder").exists()


def test_a_missing_brand_names_its_flag() -> None:
    error = run().exception
    assert isinstance(error, UsageError)
    assert "--brand" in str(error.hint)


def test_a_folder_that_can_not_be_made_is_an_error() -> None:
    Path("file").write_text("")
    error = run("file/folder", "--brand", "Acme").exception
    assert isinstance(error, ConfigError)
    assert "can't be written" in error.message


def test_at_a_terminal_it_asks_for_what_it_was_not_told(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "repwatch", "init"], stdin=theirs, stdout=theirs, stderr=theirs, cwd=tmp_path
    )
    os.write(ours, b"Zed Forge\nzed.example\nnot an address\nsocial@zed.example\n")
    assert process.wait(timeout=300) == 0
    screen = os.read(ours, 65_536).decode()
    os.close(ours)
    os.close(theirs)
    assert "Brand to watch: " in screen
    assert "'not an address' is no address to reach you at" in screen
    assert "Wrote repwatch.toml: Zed Forge is looked for as zed forge, zedforge\r\n" in screen
    assert "Next: repwatch scan" in screen
    found = written()
    assert found["http"]["contact"] == "mailto:social@zed.example"
    assert found["brands"]["zed-forge"]["own_domains"] == ["zed.example"]


def test_terms_are_guessed_from_the_name() -> None:
    assert guessed_terms("Acme  Anvils") == ("acme anvils", "acmeanvils")
    assert guessed_terms("ACME") == ("acme",)
    assert guessed_terms("Ａｃｍｅ") == ("acme",)


def test_a_key_is_made_of_any_name() -> None:
    assert slug("Acmé & Söhne GmbH") == "acme-sohne-gmbh"
    assert slug("鉄床") == "brand"
    assert len(slug("a" * 200)) == 64


def test_the_suggestions_in_the_comments_are_right_once_the_signs_are_taken_away() -> None:
    text = configuration(Answers("Acme", ("acme anvils",), (), "mailto:a@acme.example", ("hackernews",)))
    begin = text.index("# [sources.blog]")
    lines = [line.removeprefix("#").strip() for line in text[begin:].splitlines()]
    Path("repwatch.toml").write_text(
        text[:begin] + "\n".join(line for line in lines if "[" in line or "=" in line)
    )
    Path("repwatch.toml").chmod(0o600)
    checked = examine(env={})
    assert checked.warnings == ()
    assert set(checked.config.sources) == {"hackernews", "blog", "fediverse", "shop"}
    assert set(checked.config.brands) == {"acme", "zed"}


@settings(max_examples=60)
@given(
    brand=st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=90
    ).filter(lambda text: text.strip() != "")
)
def test_any_name_that_can_be_found_makes_a_right_configuration(
    tmp_path_factory: pytest.TempPathFactory, brand: str
) -> None:
    folder = tmp_path_factory.mktemp("any")
    done = run(str(folder), f"--brand={brand}")
    if done.exit_code == 0:
        (found,) = load(folder / "repwatch.toml", env={}).brands.values()
        assert found.name == brand.strip()
    else:
        assert isinstance(done.exception, UsageError)
