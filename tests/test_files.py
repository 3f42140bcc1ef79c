from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from repwatch.errors import UsageError
from repwatch.files import output


def write(path: Path, text: str) -> None:
    with output(path, io.StringIO()) as stream:
        stream.write(text)


def test_a_file_is_private_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write(path, "ü\r\n")
    assert path.read_bytes() == "ü\r\n".encode()
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")

    def fail() -> None:
        with output(path, io.StringIO()) as stream:
            stream.write("new")
            raise RuntimeError("cut")

    with pytest.raises(RuntimeError, match="cut"):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_replaced_and_never_followed(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("precious")
    link.symlink_to(target)
    write(link, "new")
    assert target.read_text() == "precious"
    assert not link.is_symlink()
    assert link.read_text() == "new"


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    write(path, "through")
    assert os.read(reader, 100) == b"through"
    assert path.is_fifo()
    os.close(reader)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing" / "out.csv"):
        with pytest.raises(UsageError, match="can't write") as refused:
            write(path, "x")
        assert refused.value.where == str(path)


@pytest.mark.parametrize("path", [None, Path("-"), Path("/dev/stdout")])
def test_a_dash_means_standard_output(path: Path | None) -> None:
    stdout = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    with output(path, stdout) as stream:
        stream.write("ü\n")
    assert stdout.buffer.getvalue() == "ü\n".encode()  # type: ignore[attr-defined]  # it is a BytesIO
    assert not stdout.closed
