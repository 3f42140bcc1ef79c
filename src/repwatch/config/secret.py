"""Secrets by reference: "env:NAME", "file:/path", "cmd:pass show acme"; resolved late, shown never."""

from __future__ import annotations

import os
import select
import shlex
import stat
import subprocess
import time
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

from repwatch.model import Secret

COMMAND_TIMEOUT_S = 10.0
_MOST_BYTES = 65_536

HIDDEN = "***"


def is_reference(text: str) -> bool:
    """Tell whether a setting says where a secret is, rather than what it is."""
    return text.startswith(("env:", "file:", "cmd:"))


def resolve(
    reference: str, *, folder: Path, env: Mapping[str, str], timeout_s: float = COMMAND_TIMEOUT_S
) -> Secret:
    """Return the secret that a reference leads to; a text that is no reference is the secret itself.

    Files are looked for from `folder`. Of what a command prints, the first line is taken, as
    password managers put it; `timeout_s` is what it may take.

    Raises:
        ValueError: there is none, or it can't be had; the message never holds the secret.
    """
    kind, _, rest = reference.partition(":") if is_reference(reference) else ("", "", reference)
    match kind:
        case "env":
            value = _from_environment(rest.strip(), env)
        case "file":
            value = _decoded(_from_file(folder / Path(rest.strip()).expanduser()), reference)
        case "cmd":
            value = _decoded(_from_command(rest, folder, timeout_s), reference).partition("\n")[0]
        case _:
            value = rest
    value = value.rstrip("\r\n")
    if not value.strip():
        raise ValueError(f"{_name(reference)} gives an empty secret")
    if any(unicodedata.category(letter) == "Cc" for letter in value):
        raise ValueError(f"{_name(reference)} gives a secret with a line break or control character in it")
    return Secret(value)


_TOLD_BY = 8
"""Characters of a secret that nothing else begins with."""


def hide(text: str, secrets: Iterable[str]) -> str:
    """Return a text with every secret in it, also as URLs spell it or cut off with an ellipsis, as ***."""
    spellings = {form for secret in secrets for form in (str(secret), quote(secret, ""), quote_plus(secret))}
    for spelling in sorted(spellings - {""}, key=len, reverse=True):
        text = text.replace(spelling, HIDDEN)
        if "…" in text and len(spelling) > _TOLD_BY:
            text = "…".join(_without_end(part, spelling) for part in text.split("…"))
    return text


def _without_end(text: str, secret: str) -> str:
    """Return a text without the beginning of a secret that it ends with."""
    start = text.rfind(secret[:_TOLD_BY])
    return text[:start] + HIDDEN if start >= 0 and secret.startswith(text[start:]) else text


def _name(reference: str) -> str:
    return reference if is_reference(reference) else "it"


def _decoded(raw: bytes, reference: str) -> str:
    if len(raw) > _MOST_BYTES:
        raise ValueError(f"{reference} gives more than {_MOST_BYTES // 1024} KiB")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise ValueError(f"{reference} gives something that is not UTF-8 text") from None


def _from_environment(name: str, env: Mapping[str, str]) -> str:
    value = env.get(name, "")
    if not value:
        raise ValueError(f"the environment has no {name or 'name'} (cron does not read your shell's profile)")
    return value


def _from_file(path: Path) -> bytes:
    def opened(name: str, flags: int) -> int:
        return os.open(name, flags | os.O_NONBLOCK)  # a pipe that nobody writes to is not waited for

    try:
        with open(path, "rb", opener=opened) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise ValueError(f"{path} is not a plain file")
            return file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise ValueError(f"{path} can't be read: {error.strerror}") from error


def _from_command(command: str, folder: Path, timeout_s: float) -> bytes:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ValueError(f"cmd: can't be read: {str(error).lower()}") from error
    if not words:
        raise ValueError("cmd: names no command")
    try:
        process = subprocess.Popen(  # noqa: S603 (the person who owns the file named it; no shell reads it)
            words, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError as error:
        raise ValueError(f"{words[0]} can't be run: {error.strerror}") from error
    with process:
        return _output(process, words[0], timeout_s)


def _output(process: subprocess.Popen[bytes], name: str, timeout_s: float) -> bytes:
    """Return what a command prints, waiting and reading no longer than is reasonable.

    communicate() would wait for every process that the command left behind, and keep all they print.
    """
    assert process.stdout is not None  # noqa: S101 (for the type checker: it was opened as a pipe)
    deadline = time.monotonic() + timeout_s
    output = b""
    try:
        while len(output) <= _MOST_BYTES:
            ready, _, _ = select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise subprocess.TimeoutExpired(name, timeout_s)
            part = os.read(process.stdout.fileno(), _MOST_BYTES)
            if not part:
                break
            output += part
        else:
            return output
        code = process.wait(max(0.1, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise ValueError(f"{name} did not end within {timeout_s:g} s") from None
    finally:
        process.kill()
    if code != 0:
        raise ValueError(f"{name} ended with exit code {code}")
    return output
