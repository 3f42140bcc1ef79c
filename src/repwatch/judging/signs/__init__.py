"""The words and phrases by which texts are read: one file a language, such as en.txt.

A file has tables: [name] alone on a line, and below it phrases, parted by semicolons; a line
that begins with # and a blank is a remark. Each table is a sign that the rules of intent and senders ask
for. How phrases are written says phrases.Phrases. To read another language, add its file; one
without a file is read by tone and rating alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources


@cache
def languages() -> frozenset[str]:
    """Return the codes of the languages that have tables."""
    files = (path.name for path in resources.files(__name__).iterdir())
    return frozenset(name.removesuffix(".txt") for name in files if name.endswith(".txt") and "-" not in name)


@cache
def tables(name: str) -> Mapping[str, tuple[str, ...]]:
    """Return the tables of a file here by their names."""
    found: dict[str, list[str]] = {}
    phrases: list[str] = []
    for line in resources.files(__name__).joinpath(f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            phrases = found.setdefault(line.strip("[] "), [])
        elif not line.startswith("# "):
            phrases += filter(None, (phrase.strip() for phrase in line.split(";")))
    return {name: tuple(phrases) for name, phrases in found.items()}
