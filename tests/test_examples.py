"""The examples of every command's help are run as they stand there, in a demo's folder."""

from __future__ import annotations

import functools
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from repwatch import demo
from repwatch.demo.corpus import load
from repwatch.demo.site import serving
from test_docs import COMMANDS

ELSEWHERE = ("demo", "init", "doctor --json", "source discover https://forum.example", "label")
"""Their own tests run these; doctor asks every place once more, that forum is nowhere, and keys
are pressed by people."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("home")
    shell("repwatch demo tour --port 0", home, home)
    tour = home / "tour"
    (tour / "reviews.csv").write_text("Author;Rating;Review\nanvil_fan_7;4,5;It rings\n")
    (tour / "comments.jsonl").write_text('{"body": "Acme Anvils ring", "created": "2026-11-20"}\n')
    (tour / "texts.jsonl").write_text('{"id": 1, "text": "three weeks and no reply"}\n')
    (tour / "new.toml").write_text((tour / "repwatch.toml").read_text())
    known = demo.read(tour)
    assert known
    with serving(load(), known.started, known.port):
        yield tour


def shell(line: str, folder: Path, home: Path) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("REPWATCH", "XDG"))}
    return subprocess.run(
        ["sh", "-c", line],
        cwd=folder,
        env=env | {"HOME": str(home), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_every_example_of_the_help_does_what_it_says(folder: Path) -> None:
    found = json.loads(shell("repwatch search refund --jsonl -n 1", folder, folder).stdout)
    run = json.loads(shell("repwatch runs list --jsonl -n 1", folder, folder).stdout)
    meant = {
        "m_7Q2KABCD": found["id"],
        "r_20261121T130000123Z": run["run"],
        "source show hn": "source show maker-news",
        "source test hn": "source test maker-news",
        "scan blog forum": "scan wire forum",
    }
    failed = []
    for name, command in COMMANDS.items():
        for example in re.findall(r"^\s+(repwatch .*)$", command.help or "", re.MULTILINE):
            if example.removeprefix("repwatch ").startswith(ELSEWHERE):
                continue
            line = functools.reduce(lambda text, pair: text.replace(*pair), meant.items(), example)
            for target in re.findall(r"> ~/(\S+)/", line):
                (folder / target).mkdir(parents=True, exist_ok=True)
            done = shell(line, folder, folder)
            if done.returncode != 0 or "Traceback" in done.stderr:
                failed.append(f"{name}: {line}: {done.returncode}: {done.stderr}")
    assert not failed, "\n".join(failed)
