from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from repwatch.commands.config import app
from repwatch.errors import ConfigError

RIGHT = """\
timezone = "Europe/Berlin"
[http]
contact = "mailto:social@acme.example"
[brands.acme]
terms = ["acme anvils"]
[sources.m]
type = "mastodon"
instances = ["https://mastodon.example"]
token = "hunter2"
"""


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the person who runs the tests is read or written."""
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home" / name))
    for name in [name for name in os.environ if name.startswith("REPWATCH_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def run(*words: str, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(app, words, env=env)


def put(text: str) -> Path:
    file = Path("repwatch.toml").absolute()
    file.write_text(text)
    file.chmod(0o600)
    return file


def test_path_prints_the_file_that_is_used() -> None:
    file = put(RIGHT)
    assert run("path").stdout == f"{file}\n"
    other = file.rename("other.toml").absolute()
    assert run("path", "-c", "other.toml").stdout == f"{other}\n"


def test_path_without_a_configuration_says_where_it_was_looked_for() -> None:
    error = run("path").exception
    assert isinstance(error, ConfigError)
    assert "/etc/repwatch/config.toml" in error.message


def test_path_imports_nothing_heavy(tmp_path: Path) -> None:
    put(RIGHT)
    code = (
        "import sys\nfrom repwatch.commands.config import app\ntry: app(['path'])\nexcept SystemExit: pass\n"
        "print(*sorted(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    path, modules = done.stdout.splitlines()
    assert path == str(tmp_path / "repwatch.toml")
    heavy = {
        "pydantic",
        "tomlkit",
        "httpx",
        "feedparser",
        "sqlite_utils",
        "rich",
        "vaderSentiment",
        "selectolax",
    }
    assert not heavy & set(modules.split())


def test_check_counts_what_is_right_and_warns_on_stderr() -> None:
    put(RIGHT)
    done = run("check")
    assert done.exit_code == 0
    assert done.stdout == "repwatch.toml is right: 1 brand, 1 source\n"
    account, token = done.stderr.splitlines()
    assert account.startswith("! line 6 sources.m reads what is said to its account, such as ")
    assert token.startswith("! line 9 sources.m.token is a secret written out")
    assert "hunter2" not in done.output


def test_check_raises_every_mistake() -> None:
    put(RIGHT.replace("terms", "term").replace("timezone", "timezome"))
    error = run("check").exception
    assert isinstance(error, ConfigError)
    assert [one.key for one in error.mistakes] == ["timezome", "brands.acme.term"]


def test_check_is_quiet_when_asked() -> None:
    put(RIGHT.replace('token = "hunter2"\n', ""))
    assert run("check", "--quiet").output == ""


def test_show_prints_toml_that_means_the_same_without_secrets() -> None:
    put(RIGHT)
    shown = tomllib.loads(run("show").stdout)
    assert shown["timezone"] == "Europe/Berlin"
    assert shown["database"].endswith("/repwatch/repwatch.db")
    assert shown["scan"]["every"] == "30m"
    assert shown["brands"] == {"acme": {"terms": ["acme anvils"]}}
    assert shown["sources"]["m"]["token"] == "***"


def test_show_origin_says_where_each_value_was_said() -> None:
    put(RIGHT)
    done = run("show", "--origin", "--db", "x.db", env={"REPWATCH_SCAN__JOBS": "4"})
    rows = {line.split("\t")[0]: line.split("\t")[1:] for line in done.stdout.splitlines()}
    assert rows["timezone"] == ["repwatch.toml:1", '"Europe/Berlin"']
    assert rows["http.contact"] == ["repwatch.toml:3", '"mailto:social@acme.example"']
    assert rows["scan.jobs"] == ["REPWATCH_SCAN__JOBS", "4"]
    assert rows["scan.every"] == ["default", '"30m"']
    assert rows["database"] == ["--db", json.dumps(str(Path("x.db").absolute()))]
    assert rows["sources.m.token"] == ["repwatch.toml:9", '"***"']


def test_show_as_json_is_one_document() -> None:
    put(RIGHT)
    document = json.loads(run("show", "--json", "--origin").stdout)
    assert document["schema"] == "repwatch.config/1"
    assert document["values"]["http"]["contact"] == "mailto:social@acme.example"
    assert document["origins"]["http.contact"] == "repwatch.toml:3"
    assert "hunter2" not in json.dumps(document)


def test_show_works_on_a_wrong_configuration_and_still_hides_what_looks_secret() -> None:
    put(
        '[sources.x]\ntype = ["odd"]\napi_key = "hunter2"\nurl = "https://me:hunter3@x.example"\n'
        "[http]\njobs = 3\n"
    )
    done = run("show")
    assert done.exit_code == 0
    assert "hunter" not in done.stdout
    assert run("show", "--json").exit_code == 0
    assert run("show", "--origin").exit_code == 0


def test_the_examples_of_the_help_are_commands() -> None:
    put(RIGHT)
    assert isinstance(app, typer.Typer)
    for command in ("path", "check", "show"):
        text = run(command, "--help").stdout
        example = next(line for line in text.splitlines() if line.strip().startswith("repwatch config "))
        words = example.split("repwatch config ")[1].strip(" │").split()
        assert run(*words).exit_code == 0
