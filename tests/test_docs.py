"""What the documents say is held against what the code does."""

from __future__ import annotations

import contextlib
import itertools
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
import typer

from repwatch import __version__
from repwatch.cli import COMMANDS as LISTED
from repwatch.cli import EXIT_CODES, add_commands, app
from repwatch.commands.help import TOPICS, topic_text
from repwatch.errors import ParseError
from repwatch.model import Answer, Page, Task
from repwatch.sources import source_types
from repwatch.sources.base import Source
from repwatch.tidy import tidy_page
from test_sources import HOSTILE

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def commands() -> dict[str, typer.core.TyperCommand]:
    """Return all commands by what is typed for them."""
    add_commands(["help"])
    found = {}

    def walk(command: typer.core.TyperCommand, path: tuple[str, ...]) -> None:
        for name, below in getattr(command, "commands", {}).items():
            found[" ".join((*path, name))] = below
            walk(below, (*path, name))

    walk(typer.main.get_command(app), ())
    return found


COMMANDS = commands()


def source_table() -> str:
    rows = ["| type | reads | login | terms |", "| --- | --- | --- | --- |"]
    rows += [
        f"| `{name}` | {kind.reads} | {kind.login} | {kind.terms} |"
        for name, kind in sorted(source_types().items())
    ]
    return "\n".join(rows)


def test_the_list_of_commands_says_what_each_command_says_of_itself() -> None:
    listed = {name: summary for commands in LISTED.values() for name, summary in commands.items()}
    own = {name: (COMMANDS[name].help or "").split("\n\n")[0].strip() for name in listed}
    assert listed == own


def test_the_readme_lists_every_type_of_source_as_it_describes_itself() -> None:
    listed = README.split("by a test -->\n")[1].split("<!-- /sources -->")[0].strip()
    lacking = [row for row in source_table().splitlines() if row not in listed.splitlines()]
    assert not lacking, "put these rows into the README, each in its place:\n" + "\n".join(lacking)
    assert listed == source_table(), "these rows are too many, or in another order"


def test_the_help_names_an_account_of_every_platform_as_its_source_does() -> None:
    listed = set(re.findall(r"(?<=  )\S+:\S+(?: \S+)?", topic_text("config").partition("```toml")[0]))
    forms = {form for kind in source_types().values() if (form := getattr(kind, "author_like", None))}
    lacking = forms - listed
    assert not lacking, f"put these accounts into topics/config.md, each in its place: {lacking}"
    assert forms == listed - {"mail:help@acme.example"}


def test_the_example_configuration_shows_every_type_of_source() -> None:
    shown = set(
        re.findall(r'^type = "(\w+)"', (ROOT / "config.example.toml").read_text("utf-8"), re.MULTILINE)
    )
    assert shown == source_types().keys(), "put a table with its options into config.example.toml"


def test_the_set_up_commands_are_those_of_the_makefile_and_ci() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for target in ("demo", "test"):
        assert f"make {target}" in README
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
    assert "make test" in ci
    assert "make check" in ci


@pytest.mark.parametrize("document", ["README", "CONTRIBUTING", *TOPICS])
def test_documents_name_only_commands_and_options_that_exist(document: str) -> None:
    text = {"README": README, "CONTRIBUTING": CONTRIBUTING}.get(document) or topic_text(document)
    for line in re.findall(r"\brepwatch ((?:[a-z-]+ ?)+)((?: ?--[a-z-]+)*)", text):
        words = line[0].split()
        if not words or words[0] not in {name.split()[0] for name in COMMANDS}:
            continue
        name = " ".join(words[:2]) if " ".join(words[:2]) in COMMANDS else words[0]
        options = {o for p in COMMANDS[name].params for o in (*p.opts, *p.secondary_opts)} | {"--help"}
        assert set(line[1].split()) <= options, f"repwatch {' '.join(line)}"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does_and_gives_an_example(name: str) -> None:
    help = COMMANDS[name].help or ""
    assert help.strip().splitlines()[0].endswith((".", "!"))
    if not getattr(COMMANDS[name], "commands", None):
        assert f"repwatch {name}" in help, "an example is missing"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_explained(name: str) -> None:
    silent = [p.name for p in COMMANDS[name].params if not getattr(p, "help", None) and p.name != "help"]
    assert not silent


def test_the_exit_codes_of_the_help_are_those_of_the_program() -> None:
    listed = {int(code) for code in re.findall(r"^\| (\d+)", topic_text("exit-codes"), re.MULTILINE)}
    assert set(EXIT_CODES.values()) | {0, 4, 5, 8} <= listed


def test_the_changelog_speaks_of_this_version() -> None:
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_dependency_has_its_reason_and_is_locked() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    extras = project["optional-dependencies"].values()
    wanted = [*project["dependencies"], *itertools.chain.from_iterable(extras)]
    locked = {
        re.split(r"[=\[]", line)[0].lower()
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith((" ", "#"))
    }
    for requirement in wanted:
        [line] = [line for line in text.splitlines() if f'"{requirement}"' in line]
        assert "# " in line, f"{requirement}: why?"
        name = re.split(r"[<>=\[ ;]", requirement)[0].lower()
        assert name.replace("_", "-") in locked or name in locked


POSTS = b"""{"posts": [{"id": 4711, "html": "<p>Acme &amp; co</p>", "date": "2026-11-20", "author": "bea",
"link": "/t/4711"}]}"""


def test_the_example_source_of_the_guide_is_short_and_keeps_what_every_source_promises() -> None:
    code = CONTRIBUTING.split("```python\n")[1].split("```")[0]
    lines = [line for line in code.split('"""\n', 1)[1].splitlines() if line]
    assert len(lines) < 60
    guide = ModuleType("forum", "")
    exec(compile(code, "forum.py", "exec", dont_inherit=True), vars(guide))
    assert "Documentation:" in (guide.__doc__ or "")
    forum: Source = guide.Forum("https://forum.example")
    now = datetime(2026, 11, 21, tzinfo=UTC)
    task = Task(source="f", query="acme", since=now, until=now)
    request = forum.request(task)

    def read(body: bytes) -> Page:
        return tidy_page(forum.parse(task, Answer(200, request.url, {}, body)), now)

    [mention] = read(POSTS).mentions
    assert (mention.text, mention.author_id) == ("Acme & co", "forum:forum.example/bea")
    assert (mention.url, read(POSTS).cursors) == ("https://forum.example/t/4711", ("2",))
    with pytest.raises(ParseError) as limited:
        read(b'{"wait": 30}')
    assert (limited.value.reason, limited.value.retry_after_s) == ("rate_limited", 30.0)
    for damage in HOSTILE.values():
        with contextlib.suppress(ParseError):
            read(damage(POSTS))
