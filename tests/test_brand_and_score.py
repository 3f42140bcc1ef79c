"""`brand` and `score`, as they are typed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from repwatch.commands import brand, score
from repwatch.errors import UsageError

CONFIG = """
schema = 1

[http]
contact = "mailto:social@acme.example"

[scoring]
languages = ["en", "de"]

[scoring.words]
"charged twice" = -2.5

[brands.acme]
name = "Acme Anvils"
terms = ["acme anvils"]
weak_terms = ["acme", "great hope"]
need_one_of = ["anvil"]
exclude = ["acme protocol"]

[brands.zed]
name = "Zed Forge"
terms = ["zed forge"]
role = "competitor"
"""

app = typer.Typer()
app.add_typer(brand.app, name="brand")
app.command("score")(score.score)


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what a command prints; its configuration is repwatch.toml in the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("REPWATCH_CONFIG", raising=False)
    (tmp_path / "repwatch.toml").write_text(CONFIG)

    def run(*words: str, stdin: str | None = None) -> str:
        result = CliRunner().invoke(app, words, input=stdin, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


def test_brand_list_is_a_table_of_tabs_in_a_pipe(typed: Any) -> None:
    lines = typed("brand", "list").splitlines()
    assert lines[0].split("\t") == ["brand", "role", "name", "terms", "weak_terms"]
    assert lines[1].split("\t") == ["acme", "own", "Acme Anvils", "acme anvils", "acme; great hope"]
    assert len(lines) == 3


def test_brand_list_has_json(typed: Any) -> None:
    document = json.loads(typed("brand", "list", "--json"))
    assert document["schema"] == "repwatch.brands/1"
    assert [one["brand"] for one in document["brands"]] == ["acme", "zed"]


def test_brand_show_says_all_of_a_brand(typed: Any) -> None:
    shown = typed("brand", "show", "acme")
    for word in ("Acme Anvils", "acme anvils", "great hope", "anvil", "acme protocol", "own"):
        assert word in shown
    document = json.loads(typed("brand", "show", "zed", "--json"))
    assert (document["role"], document["terms"]) == ("competitor", ["zed forge"])


def test_an_unknown_brand_is_named_with_the_nearest_one(typed: Any) -> None:
    for words in (("brand", "show", "acne"), ("brand", "test", "--brand", "acne", "text")):
        with pytest.raises(UsageError, match="acne") as raised:
            typed(*words)
        assert raised.value.hint == 'Did you mean "acme"?'


def test_brand_test_shows_where_a_text_names_a_brand(typed: Any) -> None:
    assert typed("brand", "test", "I love my  #AcmeAnvils so much").splitlines() == [
        'acme: about (term "acme anvils")',
        "  text 11-22, term: I love my [#AcmeAnvils] so much",
        "zed: not about (none of its terms is in the text)",
    ]


def test_brand_test_says_what_is_missing(typed: Any) -> None:
    assert typed("brand", "test", "-b", "acme", "my acme broke").splitlines() == [
        'acme: not about (weak term without context: none of "anvil")',
        "  text 3-7, weak term: my [acme] broke",
    ]
    assert "inside the excluded phrase" in typed("brand", "test", "the acme protocol")
    about = typed("brand", "test", "--title", "Anvil", "my acme broke")
    assert 'acme: about (weak term "acme", with "anvil")' in about


def test_brand_test_says_what_makes_it_unsure(typed: Any) -> None:
    assert typed("brand", "test", "-b", "acme", "I heard it from Acme yesterday").splitlines() == [
        'acme: unsure (weak term "acme", written like a name, after "from")',
        "  text 16-20, weak term: I heard it from [Acme] yesterday",
    ]
    document = json.loads(typed("brand", "test", "--json", "-b", "acme", "I heard it from Acme yesterday"))
    assert (document["brands"][0]["about"], document["brands"][0]["relevance"]) == (False, "unsure")


def test_brand_test_has_json(typed: Any) -> None:
    document = json.loads(typed("brand", "test", "--json", "-", stdin="Acme Anvils!\n"))
    (acme, zed) = document["brands"]
    assert document["schema"] == "repwatch.brand_test/1"
    assert acme["about"] is True
    assert acme["spans"] == [
        {"field": "text", "start": 0, "end": 11, "text": "Acme Anvils", "rule": "term", "term": "acme anvils"}
    ]
    assert (zed["about"], zed["why"]) == (False, "none of its terms is in the text")


def test_a_hostile_text_is_shown_as_harmless_words(typed: Any) -> None:
    hostile = "\x1b]8;;http://evil.test\x07[red]Acme Anvils[/]\x1b[2J\u202e \ud800 " + "acme anvils " * 1_000
    shown = typed("brand", "test", hostile)
    assert "[red][Acme Anvils][/]" in shown
    assert not {"\x1b", "\x07", "\u202e", "\ud800"} & set(shown)
    assert "more" in shown.splitlines()[6]
    assert not {"\x1b", "\x07", "\u202e"} & set(typed("score", "--explain", hostile))


def test_score_needs_no_configuration(typed: Any, tmp_path: Path) -> None:
    (tmp_path / "repwatch.toml").unlink()
    assert typed("score", "This is terrible") == "negative -0.94\n"


def test_score_explains_by_words_and_language(typed: Any) -> None:
    shown = typed("score", "--explain", "They charged twice, and support was lovely about it")
    assert re.fullmatch(
        r'  negative, \d\d %: "charged twice".*; "lovely" does not outweigh that', shown.splitlines()[1]
    )
    why = 'complaint: "charged twice", sounds negative; medium urgency: "charged"'
    assert shown.splitlines()[2] == f"  kind      {why}"
    assert shown.splitlines()[3] == "  language  en"
    assert shown.splitlines()[4].startswith('  because   "charged twice" -2.5, "lovely" +2.')
    assert shown.splitlines()[5].startswith("  scorer    care/1.")


def test_a_text_on_two_brands_is_scored_for_the_one_that_is_named(typed: Any) -> None:
    text = "Switched from Acme Anvils to Zed Forge, so much better"
    assert typed("score", "--brand", "acme", text).startswith("negative")
    assert typed("score", "--brand", "zed", text).startswith("positive")
    shown = typed("score", "--explain", "-b", "acme", text)
    assert re.search(r"^  negative, \d\d %: .*worse than another brand$", shown, re.MULTILINE)
    assert '  kind      about: term "acme anvils"; complaint: worse than another brand' in shown
    document = json.loads(typed("score", "--json", "-b", "zed", text))
    assert (document["brand"], document["comparison"]) == ("zed", True)
    assert typed("score", "-b", "acme", "It broke") == typed("score", "It broke")
    with pytest.raises(UsageError, match="one --brand at a time"):
        typed("score", "-b", "acme", "-b", "zed", text)


def test_score_says_when_another_scorer_judges_than_was_asked_for(typed: Any, tmp_path: Path) -> None:
    for words in (("score", "--scorer", "onnx", "terrible"), ("score", "--scorer", "onnx", "--jsonl")):
        said = CliRunner().invoke(app, words, input="").stderr
        assert said.startswith("onnx: plain VADER judges: which model?")
    (tmp_path / "repwatch.toml").unlink()
    assert "plain VADER judges" in CliRunner().invoke(app, ("score", "--scorer", "onnx", "terrible")).stderr


def test_a_database_that_cannot_be_asked_what_brands_taught_is_told(typed: Any, tmp_path: Path) -> None:
    (tmp_path / "repwatch.db").write_text("this is none " * 100)
    said = CliRunner().invoke(app, ("score", "--db", "repwatch.db", "This is terrible"))
    assert said.stdout == "negative -0.94\n"
    assert said.stderr.startswith("what brands taught the model does not count: ")


def test_score_has_the_lexicon_alone_as_well(typed: Any) -> None:
    shown = typed("score", "--explain", "--scorer", "vader", "They charged twice, support was lovely")
    assert shown.splitlines()[4] == "  because   lovely +2.8, charged twice -2.5"
    assert shown.splitlines()[5].startswith("  scorer    vader/")


def test_score_tries_phrases_of_your_own(typed: Any, tmp_path: Path) -> None:
    said = "The forge is closed today"
    assert "other: it asks for nothing" in typed("score", "--explain", said)
    with (tmp_path / "repwatch.toml").open("a") as file:
        file.write('[scoring.kinds]\n"forge is closed" = "question"\n[scoring.urgency]\nclosed = "high"\n')
    why = 'question: "forge is closed"; high urgency: "closed"'
    assert f"  kind      {why}\n" in typed("score", "--explain", said)
    document = json.loads(typed("score", "--json", said))
    assert (document["kind"], document["urgency"], document["why"]) == ("question", "high", why.split("; "))
    assert "+phrases-" in document["scorer"]


def test_score_reads_the_configured_languages_and_standard_input(typed: Any, tmp_path: Path) -> None:
    german = "Der Amboss ist leider schon wieder kaputt, I hate it"
    assert typed("score", "-", stdin=german).startswith("negative")
    (tmp_path / "repwatch.toml").unlink()
    assert typed("score", "-", stdin=german) == "unscored\n"


def test_score_does_not_feel_brand_names(typed: Any) -> None:
    assert typed("score", "The anvil of Great Hope is here today").startswith("neutral ")


def test_score_has_json(typed: Any) -> None:
    document = json.loads(typed("score", "--json", "They charged twice again"))
    assert document["schema"] == "repwatch.score/1"
    assert (document["label"], document["lang"]) == ("negative", "en")
    assert document["sentiment"] == -document["p_negative"] < 0
    assert document["reasons"][0] == '"charged twice" -2.5'


def test_score_without_a_text_or_with_an_unknown_scorer_says_how(typed: Any) -> None:
    with pytest.raises(UsageError, match="no text"):
        typed("score")
    with pytest.raises(UsageError, match="oracle"):
        typed("score", "--scorer", "oracle", "good")


def test_importing_the_commands_loads_nothing_heavy() -> None:
    code = (
        "import sys, repwatch.commands.brand, repwatch.commands.score;"
        "heavy = {'vaderSentiment', 'fasttext', 'ahocorasick_rs', 'httpx', 'pydantic', 'sqlite_utils'};"
        "sys.exit(bool(heavy & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=300).returncode == 0


@pytest.mark.parametrize(
    "text",
    [
        "my great hope is broken",  # almost the brand: its name says nothing
        "Zed Forge is awful",  # about another one
        "Zed Forge is awful, Acme Anvils is lovely",
        "it is late again",
    ],
)
def test_a_text_sounds_alike_by_itself_and_in_a_batch(typed: Any, text: str) -> None:
    alone = json.loads(typed("score", text, "--brand", "acme", "--json"))
    line = json.dumps({"id": 1, "text": text})
    together = json.loads(typed("score", "--jsonl", "--brand", "acme", stdin=line))
    assert [alone[name] for name in ("label", "p_negative", "kind", "urgency")] == [
        together[name] for name in ("label", "p_negative", "kind", "urgency")
    ]
