"""Imports point one way: a module may use what stands on a line above its own."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

SRC = Path(__file__).parent.parent / "src" / "repwatch"

LAYERS = """
model errors
text dates urls period words
judging
tidy spelling metrics formats habits corrections
match
score sources
judge
fetch store config files workers
render
writers
pipeline crawl outcomes leases windows
second_looks
learning
scan probe batch
imports
topics demo
commands
cli
__main__
"""

RANK = {name: rank for rank, line in enumerate(LAYERS.strip().splitlines()) for name in line.split()}

HEAVY = (
    "httpx",
    "feedparser",
    "sqlite_utils",
    "jinja2",
    "vaderSentiment",
    "pydantic",
    "selectolax",
    "rich",
    "rich.table",
)


def room(path: Path) -> str:
    return path.relative_to(SRC).parts[0].removesuffix(".py")


def files() -> list[Path]:
    return [path for path in sorted(SRC.rglob("*.py")) if path != SRC / "__init__.py"]


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def imported(path: Path) -> set[str]:
    """Return the rooms of repwatch that a file imports from, when it runs and when it is type-checked."""
    names = set()
    for node in nodes(path):
        if isinstance(node, ast.ImportFrom) and node.module:
            base = node.module.split(".")
            if base == ["repwatch"]:
                names |= {alias.name for alias in node.names if not alias.name.startswith("__version__")}
            elif base[0] == "repwatch":
                names.add(base[1])
        elif isinstance(node, ast.Import):
            names |= {a.name.split(".")[1] for a in node.names if a.name.startswith("repwatch.")}
    return names


def test_every_module_has_its_place_in_the_layers() -> None:
    assert {room(path) for path in files()} == set(RANK)


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(SRC)))
def test_imports_point_one_way(path: Path) -> None:
    here = room(path)
    wrong = {name for name in imported(path) if name != here and RANK[name] > RANK[here]}
    assert not wrong, f"{here} must not know {', '.join(sorted(wrong))}"


@pytest.mark.parametrize(
    ("library", "homes"),
    [
        ("httpx", {"fetch"}),
        ("httpcore", {"fetch"}),
        ("sqlite3", {"store"}),
        ("sqlite_utils", {"store"}),
        ("feedparser", {"sources"}),
        ("vaderSentiment", {"score", "judging"}),
    ],
)
def test_each_library_is_used_in_one_place(library: str, homes: set[str]) -> None:
    users = set()
    for path in files():
        for node in nodes(path):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            if any(name.split(".")[0] == library for name in names):
                users.add(room(path))
    assert users <= homes


@pytest.mark.parametrize(
    "arguments", [["--help"], ["scan", "--help"], ["config", "path", "--config", "x.toml"]]
)
def test_help_and_completion_load_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys; from repwatch.cli import run\n"
        f"sys.argv = ['repwatch', *{arguments!r}]\n"
        "try: run()\n"
        "except SystemExit: pass\n"
        f"print([n for n in {HEAVY!r} if n in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stderr.strip().splitlines()[-1]
    assert loaded == "[]"


def test_the_version_is_shown_without_loading_the_command_line() -> None:
    code = (
        "import sys; sys.argv = ['repwatch', '--version']; from repwatch.__main__ import main; main();"
        "print('typer' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("repwatch ")
    assert done.stderr.strip() == "False"
