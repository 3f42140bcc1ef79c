from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repwatch import config
from repwatch.config import examine, find, load
from repwatch.config.check import settings_of
from repwatch.config.lines import key_lines, line_of
from repwatch.config.options import SECTIONS, BrandTable, FileTable, SourceTable, option_names
from repwatch.config.secret import resolve
from repwatch.config.values import DEFAULTS
from repwatch.errors import ConfigError, Mistake, SourceError, UsageError
from repwatch.model import Brand, Secret
from repwatch.score import NEGATIVE_BELOW, NEGATIVE_FROM, POSITIVE_ABOVE, POSITIVE_FROM, SCORERS
from repwatch.sources import BUILT_IN

SMALL = """\
[brands.acme]
terms = ["acme anvils"]
"""

EXAMPLE = Path(__file__).parent.parent / "config.example.toml"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the person who runs the tests is read or written."""
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home" / name))
    for name in [name for name in os.environ if name.startswith("REPWATCH_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def put(text: str | bytes, path: str = "repwatch.toml", mode: int = 0o600) -> Path:
    file = Path(path).absolute()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    file.chmod(mode)
    return file


def wrong(text: str | bytes, **options: Any) -> list[Mistake]:
    put(text)
    with pytest.raises(ConfigError) as caught:
        load(**{"env": {}, **options})
    return list(caught.value.mistakes)


def the_mistake(text: str, **options: Any) -> tuple[int | None, str, str]:
    (mistake,) = wrong(text, **options)
    return mistake.line, mistake.key, mistake.message


def warnings(text: str, mode: int = 0o600, **env: str) -> dict[str, str]:
    put('http.contact = "mailto:a@acme.example"\n' + text, mode=mode)
    return {warning.key: warning.message for warning in examine(env=env).warnings}


# Finding


def test_the_first_place_that_has_a_configuration_wins() -> None:
    named = put(SMALL, "named.toml")
    by_variable = put(SMALL, "variable.toml")
    here = put(SMALL)
    own = put(SMALL, f"{os.environ['XDG_CONFIG_HOME']}/repwatch/config.toml")
    env = {"REPWATCH_CONFIG": "variable.toml"}
    assert find(named, env=env) == named
    assert find(env=env) == by_variable
    assert find(env={}) == here
    here.unlink()
    assert find(env={}) == own


def test_an_empty_variable_names_no_configuration() -> None:
    here = put(SMALL)
    assert find(env={"REPWATCH_CONFIG": ""}) == here


def test_a_configuration_that_is_named_and_missing_is_an_error_not_a_reason_to_take_another() -> None:
    put(SMALL)
    for options in ({"path": Path("gone.toml"), "env": {}}, {"env": {"REPWATCH_CONFIG": "gone.toml"}}):
        with pytest.raises(ConfigError, match=r"no configuration .*gone\.toml"):
            find(**options)


def test_a_broken_link_does_not_fall_through_to_the_next_place() -> None:
    put(SMALL, f"{os.environ['XDG_CONFIG_HOME']}/repwatch/config.toml")
    Path("repwatch.toml").symlink_to("nowhere.toml")
    with pytest.raises(ConfigError, match=r"repwatch\.toml can't be read: No such file"):
        load(env={})


def test_without_a_configuration_init_is_suggested_and_the_places_are_named(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"not in repwatch\.toml, .*/repwatch/config\.toml, /etc/"
    ) as caught:
        load(env={})
    assert "repwatch init" in str(caught.value.hint)


# Layers


def test_a_small_configuration_is_filled_up_with_defaults(tmp_path: Path) -> None:
    put(SMALL)
    found = load(env={})
    assert found.timezone == ZoneInfo("UTC")
    assert found.database == Path(os.environ["XDG_DATA_HOME"]) / "repwatch" / "repwatch.db"
    assert found.brands == {"acme": Brand(key="acme", name="acme", terms=("acme anvils",))}
    assert found.http == config.Http("", 1.0, (), 30.0, True, None)
    assert found.scan == config.Scan(1800.0, 600.0, 1_209_600.0, 3, 16)
    assert found.scoring == config.Scoring(
        scorer=SCORERS[0],
        negative_from=NEGATIVE_FROM,
        positive_from=POSITIVE_FROM,
        negative_below=NEGATIVE_BELOW,
        positive_above=POSITIVE_ABOVE,
        languages=("en",),
        learn=False,
        words={},
    )
    assert found.sources == {}


def test_values_come_as_they_are_written() -> None:
    put(
        """
timezone = "Asia/Kathmandu"
[http]
min_gap = "0s"
allow_private = ["127.0.0.1:8765"]
respect_robots = false
[scan]
every = "1.5h"
[scoring.words]
"charged twice" = -3
[scoring.kinds]
"anvil down" = "complaint"
[scoring.urgency]
"anvil down" = "high"
[brands.acme]
name = "Acme Anvils"
terms = ["acme anvils"]
weak_terms = ["acme"]
need_one_of = ["anvil"]
role = "competitor"
[sources.hn]
type = "hackernews"
base_url = "http://127.0.0.1:8765"
about = "acme"
paused = true
[sources.often]
type = "hackernews"
every = "15m"
brands = ["acme"]
"""
    )
    found = load(env={})
    assert found.timezone == ZoneInfo("Asia/Kathmandu")
    assert (found.http.min_gap_s, found.http.respect_robots) == (0.0, False)
    assert found.http.allow_private == ("127.0.0.1:8765",)
    assert found.scoring.words == {"charged twice": -3.0}
    assert found.scoring.kinds == {"anvil down": "complaint"}
    assert found.scoring.urgency == {"anvil down": "high"}
    assert found.brands["acme"].weak_terms == ("acme",)
    assert found.brands["acme"].role == "competitor"
    hn, often = found.sources["hn"], found.sources["often"]
    assert (hn.type, hn.every_s, hn.about, hn.brands, hn.paused) == ("hackernews", 5400.0, "acme", (), True)
    assert hn.settings == {"base_url": "http://127.0.0.1:8765"}
    assert getattr(hn.source, "base_url", None) == "http://127.0.0.1:8765"
    assert (often.every_s, often.brands, often.paused) == (900.0, ("acme",), False)


def test_a_variable_of_the_environment_goes_before_the_file() -> None:
    put('[http]\nmin_gap = "1s"\n[scan]\njobs = 8\n' + SMALL)
    env = {
        "REPWATCH_HTTP__MIN_GAP": "5s",
        "REPWATCH_HTTP__RESPECT_ROBOTS": "false",
        "REPWATCH_SCAN__JOBS": "4",
        "REPWATCH_SCORING__LANGUAGES": "en, de",
        "REPWATCH_SCORING__NEGATIVE_BELOW": "-0.5",
        "REPWATCH_BSKY_PASSWORD": "no option of ours",
    }
    found = load(env=env)
    assert (found.http.min_gap_s, found.http.respect_robots) == (5.0, False)
    assert found.scan.jobs == 4
    assert found.scoring.languages == ("en", "de")
    assert found.scoring.negative_below == -0.5


def test_a_wrong_variable_is_named_itself() -> None:
    env = {"REPWATCH_SCAN__JOBS": "many", "REPWATCH_HTTP__TIMOUT": "3s"}
    first, second = wrong(SMALL, env=env)
    assert first == Mistake(
        "environment", None, "REPWATCH_HTTP__TIMOUT", 'sets no option. Did you mean "REPWATCH_HTTP__TIMEOUT"?'
    )
    assert second == Mistake("environment", None, "REPWATCH_SCAN__JOBS", 'must be a whole number, not "many"')


def test_a_variable_can_not_smuggle_in_another_option() -> None:
    (mistake,) = wrong(SMALL, env={"REPWATCH_SCAN__JOBS": "4\ntolerate = 900"})
    assert mistake.key == "REPWATCH_SCAN__JOBS"


def test_the_database_is_that_of_the_flag_then_the_variable_then_the_file(tmp_path: Path) -> None:
    file = put('database = "data/repwatch.db"\n' + SMALL, "conf/repwatch.toml")
    assert load(file, env={}).database == tmp_path / "conf" / "data" / "repwatch.db"
    assert load(file, env={"REPWATCH_DB": "env.db"}).database == tmp_path / "env.db"
    assert load(file, env={"REPWATCH_DB": "env.db"}, database="flag.db").database == tmp_path / "flag.db"


@pytest.mark.parametrize("database", ["postgresql://db.example/repwatch", "", "  "])
def test_a_database_that_is_no_file_is_refused_wherever_it_is_named(database: str) -> None:
    put(SMALL)
    with pytest.raises(UsageError, match="--db"):
        load(database=database, env={})
    _, key, _ = the_mistake(f'database = "{database}"\n{SMALL}')
    assert key == "database"


# Files that are none


@pytest.mark.parametrize(
    ("raw", "line", "said"),
    [
        ('[brands.acme]\nname = "Caf\xe9"\n'.encode("latin-1"), 2, "is not in UTF-8"),
        (SMALL.encode("utf-16"), None, "is in UTF-16"),
        (b"a = 1\nb = = 2\n", 2, "is not valid TOML: Invalid value, column 5"),
        (b"a = 1\n[scan]\nb = [1,\n", 4, "is not valid TOML"),
        (b'a = "\x00"\n', 1, "is not valid TOML"),
        (b"[a]\n[a]\n", 2, "twice"),
        (b"a = " + b"9" * 5000 + b"\n", None, "is not valid TOML"),
        (b"a = " + b"[" * 50_000, None, "is nested too deeply"),
    ],
)
def test_a_file_that_is_no_toml_is_refused_with_the_line(raw: bytes, line: int | None, said: str) -> None:
    (mistake,) = wrong(raw)
    assert (mistake.file, mistake.line) == ("repwatch.toml", line)
    assert said in mistake.message


def test_the_same_source_twice_is_an_error() -> None:
    (mistake,) = wrong(SMALL + '[sources.a]\ntype = "hackernews"\n[sources.a]\ntype = "hackernews"\n')
    assert mistake.line == 5


def test_a_byte_order_mark_does_no_harm() -> None:
    put(b"\xef\xbb\xbf" + SMALL.encode())
    assert load(env={}).brands


def test_windows_line_ends_do_not_shift_lines() -> None:
    assert the_mistake('[http]\r\nmin_gap = "1s"\r\ncontakt = ""\r\n' + SMALL)[0] == 3


def test_a_folder_is_no_configuration() -> None:
    Path("repwatch.toml").mkdir()
    with pytest.raises(ConfigError, match="is a folder") as caught:
        load(env={})
    assert "repwatch.toml/repwatch.toml" in str(caught.value.hint)


def test_a_huge_file_is_refused_before_it_is_read() -> None:
    put(b"# " + b"x" * 10_000_000)
    with pytest.raises(ConfigError, match="larger than 4 MiB"):
        load(env={})
    with pytest.raises(ConfigError, match="larger than 4 MiB"):
        load(Path("/dev/zero"), env={})


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_an_error() -> None:
    put(SMALL, mode=0)
    with pytest.raises(ConfigError, match="can't be read: Permission denied"):
        load(env={})


def test_a_link_to_itself_is_an_error() -> None:
    Path("repwatch.toml").symlink_to("repwatch.toml")
    with pytest.raises(ConfigError, match="can't be read: Too many levels"):
        load(env={})


# Mistakes


def test_every_mistake_is_reported_at_once_with_its_line() -> None:
    text = """\
schema = 1
timezone = "Berlin"
contact = "x"

[http]
contact = "nobody"
timout = "3s"

[brands.acme]
term = ["x"]
terms = [
  "acme anvils",
  5,
]

[sources.forum]
type = "redit"

[sources.rad]
type = "hackernew"
about = "akme"
evry = "1h"
"""
    found = [(one.line, one.key, one.message) for one in wrong(text)]
    assert found == [
        (2, "timezone", '"Berlin" is not a time zone. Did you mean "Europe/Berlin"?'),
        (3, "contact", "unknown key. It belongs in [http]"),
        (
            6,
            "http.contact",
            '"nobody" is no way to reach you: write "mailto:you@acme.example" or a web address',
        ),
        (7, "http.timout", 'unknown key. Did you mean "timeout"?'),
        (10, "brands.acme.term", 'unknown key. Did you mean "terms"?'),
        (13, "brands.acme.terms", "must be a text in quotes, not 5"),
        (
            17,
            "sources.forum.type",
            '"redit" is not a source type. Did you mean "reddit"? (repwatch source types)',
        ),
        (
            20,
            "sources.rad.type",
            '"hackernew" is not a source type. Did you mean "hackernews"? (repwatch source types)',
        ),
        (21, "sources.rad.about", '"akme" is not a brand of this file. Did you mean "acme"?'),
    ]


def test_the_number_of_mistakes_and_the_next_step_are_said() -> None:
    put("[brands.acme]\nterms = []\nname = 3\n")
    with pytest.raises(ConfigError, match=r"^repwatch\.toml has 2 mistakes$") as caught:
        load(env={})
    assert caught.value.hint == "Nothing was fetched. Check again with: repwatch config check"


@pytest.mark.parametrize(
    ("text", "line", "key", "said"),
    [
        ("schema = 2\n" + SMALL, 1, "schema", "2 is not known to this version"),
        ('schema = "1"\n' + SMALL, 1, "schema", 'must be a whole number, not "1"'),
        ('timezone = "../../etc/passwd"\n' + SMALL, 1, "timezone", "is not a time zone"),
        ('timezone = "Europe"\n' + SMALL, 1, "timezone", "is not a time zone"),
        ('[http]\nmin_gap = "30"\n' + SMALL, 2, "http.min_gap", 'it lacks a unit); write it like "30m"'),
        ("[http]\nmin_gap = 30\n" + SMALL, 2, "http.min_gap", "must be a text in quotes, not 30"),
        ('[http]\ntimeout = "0s"\n' + SMALL, 2, "http.timeout", "out of range: 1s to 10m"),
        ('[http]\nrespect_robots = "yes"\n' + SMALL, 2, "http.respect_robots", "must be true or false"),
        ('[http]\nallow_private = "x"\n' + SMALL, 2, "http.allow_private", "must be a list"),
        ('[http]\nallow_private = ["a.example",\n"http://b"]\n' + SMALL, 3, "http.allow_private", "host"),
        ('[http]\ncontact = "a@b.example\\r\\nX: y"\n' + SMALL, 2, "http.contact", "line break"),
        ('[http]\nproxy = "proxy:3128"\n' + SMALL, 2, "http.proxy", "is not the address of a proxy"),
        ("http = 3\n" + SMALL, 1, "http", "must be a table, not 3"),
        ("[scan]\njobs = 0\n" + SMALL, 2, "scan.jobs", "must be at least 1, not 0"),
        ("[scan]\njobs = true\n" + SMALL, 2, "scan.jobs", "must be a whole number, not true"),
        ("[scan]\njobs = 2.5\n" + SMALL, 2, "scan.jobs", "must be a whole number, not 2.5"),
        ("[scan]\ntolerate = 1001\n" + SMALL, 2, "scan.tolerate", "must be at most 1000"),
        ('[scoring]\nscorer = "wader"\n' + SMALL, 2, "scoring.scorer", "vader"),
        ("[scoring]\nnegative_below = -1.5\n" + SMALL, 2, "scoring.negative_below", "at least -1"),
        ("[scoring]\nnegative_below = 0.5\n" + SMALL, 2, "scoring.negative_below", "above positive_above"),
        ("[scoring]\npositive_above = nan\n" + SMALL, 2, "scoring.positive_above", "must be a number"),
        ('[scoring]\nlanguages = ["English"]\n' + SMALL, 2, "scoring.languages", 'such as "en"'),
        ("[scoring.words]\n'slow poke' = -5\n" + SMALL, 2, 'scoring.words."slow poke"', "at least -4"),
        ("[scoring.words]\nsick = 'bad'\n" + SMALL, 2, "scoring.words.sick", "must be a number"),
        (
            "[scoring.kinds]\n'slow poke' = 'complain'\n" + SMALL,
            2,
            'scoring.kinds."slow poke"',
            '"complaint"',
        ),
        ("[scoring.kinds]\n'?!' = 'question'\n" + SMALL, 2, 'scoring.kinds."?!"', "no letter or figure"),
        (
            "[scoring.kinds]\n'(a|b c' = 'other'\n" + SMALL,
            2,
            'scoring.kinds."(a|b c"',
            "brackets that do not",
        ),
        (
            "[scoring.urgency]\n'((a|b) c)' = 'low'\n" + SMALL,
            2,
            'scoring.urgency."((a|b) c)"',
            "brackets that",
        ),
        (
            "[scoring.urgency]\n" + f"'{'(a|b)' * 10}' = 'low'\n" + SMALL,
            2,
            f'scoring.urgency."{"(a|b)" * 10}"',
            "stands for more than 1000 phrases",
        ),
        (
            "[scoring.urgency]\ndown = 'urgent'\n" + SMALL,
            2,
            "scoring.urgency.down",
            'one of "high", "medium"',
        ),
        ("[scoring.urgency]\ndown = 3\n" + SMALL, 2, "scoring.urgency.down", 'one of "high"'),
        ("", None, "brands", "name a brand"),
        ("brands = 3\n", 1, "brands", "must be a table"),
        ("[brands]\nacme = 3\n", 2, "brands.acme", "must be a table"),
        ("[brands.acme]\nname = 'Acme'\n", 1, "brands.acme", "has no term"),
        ("[brands.acme]\nterms = ['acme', '!!']\n", 2, "brands.acme.terms", "no letter or figure"),
        ("[brands.acme]\nterms = ['" + "a" * 101 + "']\n", 2, "brands.acme.terms", "longer than 100"),
        ('[brands.acme]\nterms = ["ac\\u001b[31mme"]\n', 2, "brands.acme.terms", "control"),
        ('[brands.acme]\nterms = ["ac\\u202eme"]\n', 2, "brands.acme.terms", "invisible"),
        (SMALL + "role = 'rival'\n", 3, "brands.acme.role", 'one of "own" or "competitor"'),
        (SMALL + "name = ' '\n", 3, "brands.acme.name", "is empty"),
        (
            SMALL + "own_domains = ['https://acme.example/x']\n",
            3,
            "brands.acme.own_domains",
            '"acme.example"',
        ),
        (SMALL + "own_accounts = ['@help']\n", 3, "brands.acme.own_accounts", "mastodon:@help"),
        ("[brands.'a b']\nterms = ['x y']\n", 1, 'brands."a b"', "is no name"),
        (SMALL + "[sources.'../x']\ntype = 'hackernews'\n", 3, 'sources."../x"', "is no name"),
        (SMALL + "[sources]\nhn = 3\n", 4, "sources.hn", "must be a table"),
        (SMALL + "[sources.hn]\nevery = '1h'\n", 3, "sources.hn.type", "which type of source"),
        (SMALL + "[sources.hn]\ntype = ['hackernews']\n", 4, "sources.hn.type", "must be a text"),
        (SMALL + "[sources.hn]\ntype = 'hackernews'\nevery = '1x'\n", 5, "sources.hn.every", "no length"),
        (SMALL + "[sources.hn]\ntype = 'hackernews'\nevry = '1h'\n", 5, "sources.hn.evry", '"every"'),
        (SMALL + "[sources.hn]\ntype = 'hackernews'\nbase = 'x'\n", 5, "sources.hn.base", '"base_url"'),
        (
            SMALL + "[sources.hn]\ntype = 'hackernews'\nbrands = ['zed']\n",
            5,
            "sources.hn.brands",
            "is not a brand",
        ),
        (
            SMALL + "[sources.hn]\ntype = 'hackernews'\nbase_url = 'hn.example/x'\n",
            5,
            "sources.hn.base_url",
            '"hn.example/x" is not a URL: it lacks https://',
        ),
        (
            SMALL + "[sources.f]\ntype = 'discourse'\nbase_url = 'https://f.example'\nurl = 'x'\n",
            6,
            "sources.f.url",
            "There is: base_url, posts, categories, search",
        ),
        (
            SMALL
            + "[sources.b]\ntype = 'html'\nurl = 'https://b.example'\nitem = 'li'\nfields = { date = 'b' }\n",
            7,
            "sources.b.fields.date",
            "There is: title, text, url, time, author, rating, id",
        ),
        (
            SMALL + "[sources.g]\ntype = 'steam'\napp_id = 'id9'\n",
            5,
            "sources.g.app_id",
            'must be a whole number, not "id9"',
        ),
        (SMALL + "[sources.m]\ntype = 'mastodon'\n", 3, "sources.m", "needs an instance"),
        (SMALL + "[source.hn]\ntype = 'hackernews'\n", 3, "source", 'Did you mean "sources"?'),
        (SMALL + "[retention]\ntext = '400d'\n", 3, "retention", "unknown key"),
    ],
)
def test_a_mistake_is_named_in_plain_words(text: str, line: int | None, key: str, said: str) -> None:
    found = the_mistake(text)
    assert found[:2] == (line, key)
    assert said in found[2]
    assert not any(letter in found[2] for letter in "\n\x1b\u202e")


def test_thousands_of_mistakes_are_counted_and_the_first_are_shown() -> None:
    put(SMALL + "[scan]\n" + "".join(f"option{n} = 1\n" for n in range(20_000)))
    with pytest.raises(ConfigError, match="has 20000 mistakes; the first 100 are") as caught:
        load(env={})
    assert [one.line for one in caught.value.mistakes] == list(range(4, 104))


def test_a_long_value_is_cut_and_a_password_in_it_hidden() -> None:
    _, _, said = the_mistake(SMALL + f"[sources.hn]\ntype = 'https://me:hunter2@{'x' * 500}'\n")
    assert "hunter2" not in said
    assert len(said) < 200


# Warnings


def test_what_is_allowed_and_perhaps_not_meant_is_a_warning() -> None:
    found = warnings(
        """
[brands.acme]
terms = ["Acme Anvils"]
weak_terms = ["acme"]
[brands.zed]
terms = ["acme anvils"]
[sources.a]
type = "hackernews"
[sources.b]
type = "hackernews"
every = "1h"
"""
    )
    assert found == {
        "brands.acme.weak_terms": "are seldom more than unsure without need_one_of, and there is none",
        "brands.zed.terms": '"acme anvils" is a term of acme, too',
        "sources.b": "reads the same place as sources.a",
    }


def test_a_language_that_the_scorer_does_not_read_is_warned_of() -> None:
    hn = '[sources.hn]\ntype = "hackernews"\n'
    found = warnings('[scoring]\nlanguages = ["en", "de"]\n' + SMALL + hn)
    assert found == {"scoring.languages": "care reads English alone, and takes texts in de for that"}
    assert warnings('[scoring]\nlanguages = ["en"]\n' + SMALL + hn) == {}


def test_an_account_whose_place_is_misspelt_is_warned_of() -> None:
    hn = '[sources.hn]\ntype = "hackernews"\n'
    right = (
        '"X:acme", "twitter:acme", "hackernews:acme", "forum.example:Acme", "mail:a@b.example", "wiki:Acme"'
    )
    assert warnings(SMALL + f"own_accounts = [{right}]\n" + hn) == {}
    found = warnings(SMALL + 'own_accounts = ["hn:acme", "mastodn:@help@acme.example"]\n' + hn)
    assert found == {
        "brands.acme.own_accounts": '"mastodn:@help@acme.example":'
        ' did you mean "mastodon:@acme@mastodon.example"?'
    }


LOGGED_IN = """
[sources.here]
type = "bluesky"
handle = "help.acme.example"
password = "env:P"
[sources.page]
type = "facebook"
page_id = "100200300"
token = "env:P"
[sources.tube]
type = "youtube"
channel_id = "UCacme_anvils_000000"
api_key = "env:P"
[sources.fedi]
type = "mastodon"
instances = ["https://social.example"]
token = "env:P"
"""


def test_an_own_account_by_its_name_is_doubted_where_accounts_are_known_by_their_ids() -> None:
    accounts = (
        '"youtube:@acme", "facebook:acme", "youtube:UCacme00000000000000000a", "steam:7656*", "x:@acme"'
    )
    put(SMALL + f"own_accounts = [{accounts}, 'youtube:UC*']\n[sources.hn]\ntype = 'hackernews'\n")
    found = [each.message for each in config.examine(env={}).warnings if "own_accounts" in each.key]
    assert [each.partition(" ")[0] for each in found] == ['"youtube:@acme"', '"facebook:acme"']
    assert 'such as "youtube:UCacme00000000000000000a"' in found[0]


def test_an_account_that_a_source_logs_in_as_and_no_brand_owns_is_warned_of() -> None:
    found = warnings(SMALL + LOGGED_IN, P="hush")
    assert found.keys() == {"sources.here", "sources.page", "sources.tube", "sources.fedi"}
    assert '"bluesky:help.acme.example": put that into a brand\'s own_accounts' in found["sources.here"]
    assert 'its account, such as "mastodon:@acme@mastodon.example"' in found["sources.fedi"]
    own = (
        '"bluesky:@Help.acme.example", "facebook:100200300", "youtube:UCacme_anvils_000000"'
        ', "mastodon:@acme@social.example"'
    )
    assert warnings(SMALL + f"own_accounts = [{own}]\n" + LOGGED_IN, P="hush") == {}
    paused = LOGGED_IN.replace("[sources", "paused = true\n[sources") + "paused = true\n"
    assert warnings(SMALL + paused.removeprefix("\npaused = true"), P="hush") == {}


def test_an_empty_contact_and_no_sources_are_warned_of() -> None:
    put(SMALL)
    assert {warning.key for warning in examine(env={}).warnings} == {"http.contact", "sources"}


# Secrets

OTHER = '[sources.n]\ntype = "mastodon"\ninstances = ["https://n.example"]\n'
WITH_TOKEN = SMALL + '[sources.m]\ntype = "mastodon"\ninstances = ["https://m.example"]\ntoken = "{}"\n'


def token_of(found: config.Config) -> Any:
    return getattr(found.sources["m"].source, "token", None)


def test_secrets_are_resolved_from_environment_file_and_command(tmp_path: Path) -> None:
    put("from a file\n", "conf/token")
    for reference, secret in (
        ("env:TOKEN", "from the environment"),
        ("file:token", "from a file"),
        (f"file:{tmp_path}/conf/token", "from a file"),
        (f"cmd:{sys.executable} -c 'print(1234566 + 1); print(8)'", "1234567"),
    ):
        file = put(WITH_TOKEN.format(reference), "conf/repwatch.toml")
        found = load(file, env={"TOKEN": "from the environment"})
        assert token_of(found) == secret
        assert isinstance(token_of(found), Secret)
        assert found.sources["m"].settings["token"] == reference
        assert config.secrets(found) == (secret,)
        assert secret not in repr(found)


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("env:TOKEN", "the environment has no TOKEN"),
        ("env:EMPTY", "the environment has no EMPTY"),
        ("env:", "the environment has no name"),
        ("env:BROKEN", "line break"),
        ("env:BLANK", "empty secret"),
        ("file:gone", "gone can't be read: No such file"),
        ("file:.", "can't be read: Is a directory"),
        ("file:/dev/zero", "is not a plain file"),
        ("cmd:", "names no command"),
        ("cmd:'", "can't be read"),
        ("cmd:no-such-program-here", "can't be run: No such file"),
        ("cmd:false", "false ended with exit code 1"),
        ("cmd:true", "empty secret"),
        ("cmd:yes", "gives more than 64 KiB"),
    ],
)
def test_a_secret_that_can_not_be_had_keeps_its_own_source_from_being_asked(
    reference: str, said: str
) -> None:
    put(WITH_TOKEN.format(reference) + OTHER)
    env = {"EMPTY": "", "BROKEN": "hunter2\nhunter3", "BLANK": " "}
    checked = config.examine(env=env)
    (warning,) = [each for each in checked.warnings if each.key == "sources.m.token"]
    assert warning.line == 6
    assert said in warning.message
    place = checked.config.sources["m"]
    with pytest.raises(SourceError) as caught:
        place.built  # noqa: B018 (what it raises counts)
    assert (caught.value.reason, place.lacks in caught.value.message) == ("login", True)
    assert said in caught.value.message
    assert "hunter" not in warning.message + caught.value.message
    assert checked.config.sources["n"].built


@pytest.mark.parametrize("command", ["sleep 20", "sh -c 'sleep 20 & echo x'"])
def test_a_command_that_hangs_or_leaves_a_child_behind_is_not_waited_for(command: str) -> None:
    with pytest.raises(ValueError, match=r"did not end within 0\.2 s"):
        resolve(f"cmd:{command}", folder=Path(), env={}, timeout_s=0.2)


def test_a_pipe_is_not_waited_for() -> None:
    os.mkfifo("pipe")
    assert "is not a plain file" in warnings(WITH_TOKEN.format("file:pipe"))["sources.m.token"]


def test_reading_commands_look_up_no_secret() -> None:
    put(WITH_TOKEN.format("env:TOKEN"))
    found = load(sources=False, env={})
    assert found.sources["m"].source is None
    assert found.sources["m"].settings["token"] == "env:TOKEN"
    assert config.secrets(found) == ()


def test_a_paused_source_needs_no_secret_yet() -> None:
    put(WITH_TOKEN.format("env:TOKEN") + "paused = true\n")
    assert (
        "needed when it is no longer paused"
        in warnings(WITH_TOKEN.format("env:TOKEN") + "paused = true\n")["sources.m.token"]
    )
    assert token_of(load(env={"TOKEN": "abc"})) == "abc"


def test_a_secret_written_out_is_a_warning_and_an_error_where_others_can_read_it() -> None:
    assert "is a secret written out" in warnings(WITH_TOKEN.format("hunter2"))["sources.m.token"]
    put(WITH_TOKEN.format("hunter2"), mode=0o640)
    with pytest.raises(ConfigError) as caught:
        load(env={})
    (mistake,) = caught.value.mistakes
    assert "chmod 600" in mistake.message
    assert "hunter2" not in mistake.message


def test_a_secret_of_the_wrong_type_is_not_repeated() -> None:
    text = WITH_TOKEN.replace('"{}"', "123456")
    assert the_mistake(text)[1:] == ("sources.m.token", "must be a text in quotes")


def test_a_file_that_anybody_can_write_to_is_warned_of_and_runs_no_command() -> None:
    assert "everybody can write to" in warnings(SMALL, mode=0o602)[""]
    put(WITH_TOKEN.format("cmd:touch ran"), mode=0o602)
    assert "no command is run" in (load(env={}).sources["m"].lacks or "")
    assert not Path("ran").exists()


def test_a_proxy_may_be_a_secret() -> None:
    put('[http]\nproxy = "env:PROXY"\n' + SMALL)
    address = "http://me:hunter2@proxy.example:3128"
    found = load(env={"PROXY": address})
    assert found.http.proxy == address
    assert "hunter2" not in repr(found)
    assert load(sources=False, env={}).http.proxy is None
    _, key, said = the_mistake('[http]\nproxy = "env:PROXY"\n' + SMALL, env={"PROXY": "hunter2"})
    assert key == "http.proxy"
    assert "hunter2" not in said


def test_secrets_are_hidden_as_they_are_and_as_addresses_spell_them() -> None:
    text = "a p&ss/w b p%26ss%2Fw c p%26ss/w"
    assert config.hide(text, ["p&ss/w", ""]) == "a *** b *** c p%26ss/w"
    assert config.hide("?q=pass+word&r=pass%20word", ["pass word"]) == "?q=***&r=***"
    assert config.hide("abcdef", ["abc", "abcdef"]) == "***"
    assert config.hide("bad token hammer-and… (400)", ["hammer-and-tongs"]) == "bad token ***… (400)"
    assert config.hide("hammer-and-nails…, hammer-a", ["hammer-and-tongs"]) == "hammer-and-nails…, ***"


# Remembering


def imported(code: str, *, home: Path) -> set[str]:
    """Return the modules that are there after a piece of code in a fresh process."""
    tail = "\nimport json, sys; print(json.dumps(sorted(sys.modules)))"
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", code + tail], env=env, capture_output=True, text=True, check=True, cwd=home
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


HEAVY = {"pydantic", "tomlkit", "httpx", "feedparser", "sqlite_utils", "rich", "vaderSentiment", "selectolax"}


def test_a_configuration_that_was_right_is_not_checked_again_until_it_changes(tmp_path: Path) -> None:
    file = put(SMALL, mode=0o600)
    read = "from repwatch.config import load; load(sources=False)"
    assert "pydantic" in imported(read, home=tmp_path)
    assert not HEAVY & imported(read, home=tmp_path)
    file.chmod(0o644)
    assert "pydantic" in imported(read, home=tmp_path)
    put(SMALL + "# changed\n")
    assert "pydantic" in imported(read, home=tmp_path)


def test_what_is_remembered_gives_the_same_values() -> None:
    put(EXAMPLE.read_bytes())
    fresh = load(sources=False, env={})
    assert load(sources=False, env={}) == fresh


def test_a_mistake_is_not_forgotten_by_remembering() -> None:
    put(SMALL)
    load(env={})
    wrong("[brands.acme]\nterms = []\n", sources=False)
    put(SMALL)
    with pytest.raises(ConfigError):
        load(sources=False, env={"REPWATCH_SCAN__JOBS": "none"})


def test_remembering_is_private_bounded_and_never_fatal(tmp_path: Path) -> None:
    for n in range(40):
        put(SMALL + f"# {n}\n")
        load(sources=False, env={})
    cache = Path(os.environ["XDG_CACHE_HOME"]) / "repwatch"
    (file,) = cache.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(file.read_text().split()) == 32
    file.write_bytes(b"\xff\xfe garbage")
    assert load(sources=False, env={}).brands
    file.unlink()
    file.mkdir()
    assert load(sources=False, env={}).brands


# Lines


def test_lines_are_found_for_every_way_to_write_a_key() -> None:
    text = '''\
top = 1 # = not a key
"quoted \\" key" = """
[not.a.table]
"""
[a . "b c"]
d.e = { f = 1, 'g h' = [ "]", # comment ]
  """x
y""", {z = 2} ] }
[[list]]
n = 1
[[list]]
n = 2
[list.sub]
deep = 1979-05-27 07:32:00
'''
    lines = key_lines(text)
    assert lines["top",] == 1
    assert lines['quoted " key',] == 2
    assert lines["a", "b c"] == 5
    assert lines["a", "b c", "d", "e", "f"] == 6
    assert lines["a", "b c", "d", "e", "g h", 0] == 6
    assert lines["a", "b c", "d", "e", "g h", 1] == 7
    assert lines["a", "b c", "d", "e", "g h", 2, "z"] == 8
    assert lines["list", 0, "n"] == 10
    assert lines["list", 1, "n"] == 12
    assert lines["list", 1, "sub", "deep"] == 14
    assert line_of(lines, ("list", 1, "missing", "deeper")) == 11
    assert line_of(lines, ("nothing",)) is None


keys = st.sampled_from(["a", "b-c", "'d e'", '"f\\"#"', '"]"', "12"])
scalars = st.sampled_from(
    [
        "1",
        "1.5e3",
        "true",
        '"x # ]}"',
        "'[{'",
        '"""\n"" ]\n"""',
        "'''\n'''",
        "1979-05-27T07:32:00Z",
        "07:32:00",
    ]
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda many: "[ # c\n" + ",\n".join(many) + "\n]"),
        st.lists(st.tuples(keys, inner), max_size=3, unique_by=lambda pair: pair[0]).map(
            lambda many: "{ " + ", ".join(f"{key} = {value}" for key, value in many) + " }"
        ),
    ),
    max_leaves=8,
)
tables = st.lists(
    st.tuples(keys, st.lists(st.tuples(keys, values), max_size=4, unique_by=lambda pair: pair[0])),
    max_size=4,
    unique_by=lambda table: table[0],
)


def leaves(value: Any, path: tuple[str | int, ...]) -> set[tuple[str | int, ...]]:
    inside: Any = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    return {path}.union(*(leaves(inner, (*path, key)) for key, inner in inside))


@settings(max_examples=100)
@given(written=tables)
def test_every_key_and_element_of_a_toml_text_has_a_line(
    written: list[tuple[str, list[tuple[str, str]]]],
) -> None:
    text, expected = "", {}
    for table, pairs in written:
        text += f"\n[{table}]\n"
        for key, value in pairs:
            path = tuple(next(iter(tomllib.loads(f"{part} = 0"))) for part in (table, key))
            expected[path] = text.count("\n") + 1
            text += f"{key} = {value}\n"
    lines = key_lines(text)
    assert set(lines) == leaves(tomllib.loads(text), ()) - {()}
    assert {path: lines[path] for path in expected} == expected


OPTIONS = (
    *("schema", "timezone", "database", "contact", "min_gap", "proxy", "allow_private", "jobs", "every"),
    *("words", "languages", "terms", "role", "name", "own_domains", "type", "about", "brands", "paused"),
    *("base_url", "token", "instances", "nonsense"),
)


@settings(max_examples=100)
@given(
    section=st.sampled_from(
        ["", "[http]", "[scan]", "[scoring]", "[brands.acme]", "[sources.hn]", "[sources.m]"]
    ),
    option=st.sampled_from(OPTIONS),
    value=values,
)
def test_whatever_a_key_is_set_to_is_a_right_configuration_or_a_config_error(
    tmp_path_factory: pytest.TempPathFactory, section: str, option: str, value: str
) -> None:
    file = tmp_path_factory.mktemp("any") / "repwatch.toml"
    rest = {
        "[brands.acme]": SMALL,
        "[sources.hn]": '[sources.hn]\ntype = "hackernews"\n',
        "[sources.m]": '[sources.m]\ntype = "mastodon"\n',
    }
    pair = f"{option} = {value}\n"
    rest_text = "".join(text + (pair if section == name else "") for name, text in rest.items())
    file.write_text((f"{section}\n{pair}" if section not in rest else "") + rest_text)
    try:
        load(file, env={})
    except ConfigError as error:
        assert error.mistakes  # noqa: PT017 (both ends of the try are what is tested)


# The example


def test_the_example_is_right_and_without_warning() -> None:
    put(EXAMPLE.read_bytes())
    checked = examine(env={})
    assert [one for one in checked.warnings if "when it is no longer paused" not in one.message] == []
    assert set(checked.config.brands) == {"acme", "zed"}
    assert {place.type for place in checked.config.sources.values()} == BUILT_IN.keys()


def test_the_example_explains_every_option() -> None:
    text = EXAMPLE.read_text()
    models = [FileTable, BrandTable, SourceTable, *SECTIONS.values()]
    options = {name for model in models for name in option_names(model)}
    options |= {name for kind in BUILT_IN for name in settings_of(kind)}
    for option in sorted(
        options - {"http", "scan", "scoring", "brands", "sources", "words", "kinds", "urgency"}
    ):
        lines = [line for line in text.splitlines() if line.lstrip("# ").startswith(f"{option} =")]
        assert lines, f"{option} is not in the example"


def test_the_example_says_the_defaults_where_it_does_not_say_why_not() -> None:
    said = tomllib.loads(EXAMPLE.read_text())
    for section in ("scan", "scoring", "http"):
        for option, value in DEFAULTS[section].items():
            if not isinstance(value, dict) and option not in (
                "contact",
                "proxy",
                "negative_below",
                "positive_above",
                "model",
            ):
                assert said[section][option] == value, option
