"""In which encoding a file is written: all of it is asked, for its first lines may be plain ASCII."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import BinaryIO

PIECE = 1024 * 1024
_SNIFFED = 4_096

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WORDS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with a byte order mark",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp1252": "Windows-1252",
}
_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_CONTROLS = bytes({*range(32)} - {*b"\t\n\r\f"})
_LEAST_TEXT = 0.7
"""How much of a text is no control character, at least."""
_BEYOND_ASCII = bytes(range(128, 256))


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding as Python names it, and how many places of the file are wrong in it."""

    name: str
    damaged: int = 0

    @property
    def words(self) -> str:
        """It as people say it."""
        said = _WORDS.get(self.name, self.name)
        return f"{said}, damaged in {self.damaged:,} places" if self.damaged else said


def find_encoding(stream: BinaryIO) -> Encoding | None:
    """Return how a file is encoded; None if it is no text.

    Without a mark it is UTF-8, also where single bytes of it are broken, else Windows-1252, in
    which everything can be read.
    """
    head = stream.read(_SNIFFED)
    stream.seek(0)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name)
    if wide := _wide(head):
        return Encoding(wide)
    if len(head.translate(None, _CONTROLS)) < _LEAST_TEXT * len(head):
        return None
    return Encoding("utf-8") if _is_utf8(stream) else _better(stream)


def _wide(head: bytes) -> str | None:
    """Return which UTF-16 a text without a mark is in; most letters of most texts have a zero byte."""
    half = len(head) // 2
    if half < 4:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd * 2 > half and even * 10 < half:
        return "utf-16-le"
    return "utf-16-be" if even * 2 > half and odd * 10 < half else None


def _is_utf8(stream: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while piece := stream.read(PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        stream.seek(0)
    return True


def _better(stream: BinaryIO) -> Encoding:
    """Tell UTF-8 with damages from an encoding of single bytes: in that, letters seldom look like UTF-8."""
    sound = broken = 0
    while piece := stream.read(PIECE):
        rest, found = _SEQUENCE.subn(b"", piece)
        sound += found
        broken += len(rest) - len(rest.translate(None, _BEYOND_ASCII))
    stream.seek(0)
    return Encoding("utf-8", broken) if sound > broken else Encoding("cp1252")
