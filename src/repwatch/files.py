"""Where results go: standard output, or a file that is replaced when all of it is written."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from repwatch.errors import UsageError


def is_stdout(path: Path | None) -> bool:
    """Say whether an --output means standard output."""
    return path is None or str(path) in ("-", "/dev/stdout")


@contextmanager
def output(path: Path | None, stdout: Any, *, newline: str = "") -> Iterator[TextIO]:
    """Open where results go, as UTF-8 text; see output_bytes."""
    if is_stdout(path) and not hasattr(stdout, "buffer"):
        yield stdout
        return
    with output_bytes(path, stdout) as stream:
        text = TextIOWrapper(stream, encoding="utf-8", errors="replace", newline=newline)
        try:
            yield text
            text.flush()
        finally:
            with suppress(ValueError):  # already detached or closed
                text.detach()


@contextmanager
def output_bytes(path: Path | None, stdout: Any) -> Iterator[BinaryIO]:
    """Open where results go: standard output, or a file that is replaced when all is written.

    The file is made beside its place with mode 0600 and moved there whole; a link is replaced,
    never followed. Devices and pipes are written to as they are.

    Raises:
        UsageError: the file can't be written.
    """
    if is_stdout(path):
        stdout.flush()
        yield stdout.buffer
        stdout.buffer.flush()
        return
    assert path is not None  # noqa: S101 (is_stdout has said so)
    try:
        with _device(path) if _is_device(path) else _replaced(path) as stream:
            yield stream
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(f"can't write {path}: {error.strerror or error}", where=str(path)) from error


def _is_device(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    if stat.S_ISDIR(mode):
        raise UsageError(f"can't write {path}: it is a directory", where=str(path))
    return not stat.S_ISREG(mode)


def _device(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY), "wb")


@contextmanager
def _replaced(path: Path) -> Iterator[BinaryIO]:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".repwatch-", suffix=".tmp")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
