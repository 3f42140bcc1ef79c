"""Texts as they are searched: one spelling for all that reads alike, addresses found and blanked out.

* Case, width and composition do not matter (NFKC and casefold). Marks on Latin and Greek letters
  do not either, so "acmé" is "acme"; in other scripts a mark makes another letter and is kept.
* Characters that are not seen (soft hyphens, zero-width ones) are not there. Any run of blanks is
  one blank, and a hyphen or underscore inside a word is a blank too: "acme-anvils" is "acme anvils".
* A hashtag or handle is read as written and again in its parts: "#AcmeAnvilsRock" names "acme
  anvils".
* A word's edge is where a letter or digit meets something else. Scripts that do not part their
  words, or glue particles to them (Chinese, Japanese, Korean, Thai and their like), have an edge at
  every character.
* Addresses are not words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Literal

from repwatch.text import UNSPACED

Part = Literal["title", "text", "item"]
"""Which field of a mention a text is."""

_WEB = re.compile(
    r"""
    (?: [Hh][Tt][Tt][Pp][Ss]?:// | (?<!\w)[Ww][Ww][Ww]\. )
    (?: [^\s/?\#<>"]{0,200}@ )?  # a name before the host is not the host
    (?P<host> [^\s/?\#:@<>"]* )
    [^\s<>"\u3001-\u9fff\uac00-\ud7af\uff08-\uff0f]*
    """,
    re.VERBOSE,
)
_MAIL = re.compile(r"(?:(?<![\w.+@-])[\w.+-]{1,64}|(?<=\w))@(?P<host>[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})")
"""A mail address, or the home server of a handle such as @name@social.example."""

_SERVED = re.compile(r"[\w.+-]@")
"""What every one of them has; most texts have only handles, and are spared the longer look."""

_TAG = re.compile(r"[#@＃＠](\w+)")
_JOINT = re.compile(r"(?<=\w)[-_](?=\w)")
_BLANKS = re.compile(r"[^\S ]\s*| \s+")  # all but a single blank
_BLANK_RUN = re.compile(r"\s\s")
_OTHERS = re.compile(r"[^\x00-\x7f]+")
_MARK = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
_HIDDEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


class Text:
    """One field of a mention, its addresses found and blanked out."""

    def __init__(self, name: Part, text: str) -> None:
        self.field: Part = name
        self.text = text
        self.addresses: list[tuple[int, int, str]] = []
        self.words = text
        if "://" in text or "www." in text.casefold():
            self.words = _WEB.sub(self._note, self.words)
        if "@" in self.words and _SERVED.search(self.words):
            self.words = _MAIL.sub(self._note, self.words)

    def _note(self, address: re.Match[str]) -> str:
        self.addresses.append((*address.span(), _host(address)))
        return "\x7f" * len(address[0])


def _host(address: re.Match[str]) -> str:
    return address["host"].casefold().strip(".")


def host_in(url: str) -> str:
    """Return the host of an address; empty if it is none."""
    address = _WEB.match(url)
    return _host(address) if address else ""


class Piece:
    """A text to be searched: a whole field, or a tag taken apart.

    `places` are where its characters stand in the field.
    """

    def __init__(self, text: Text, words: str, places: Sequence[int]) -> None:
        self.text = text
        self.folded = fold(words)
        self._words = words
        self._places = places

    @cached_property
    def _origins(self) -> tuple[Sequence[int], Sequence[int]]:
        return _origins(self._words)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return where a stretch of it stands in the field."""
        starts, ends = self._origins
        return self._places[starts[start]], self._places[ends[end - 1] - 1] + 1


def searched(text: Text) -> Iterator[Piece]:
    """Yield what is searched of a text: all of it, and its tags taken apart."""
    yield Piece(text, text.words, range(len(text.words)))
    if "#" in text.words or "@" in text.words or "＃" in text.words or "＠" in text.words:
        for tag in _TAG.finditer(text.words):
            parts = _parts(tag[1])
            if len(parts) > len(tag[1]):
                places = [at if at < 0 else tag.start(1) + at for at in parts]
                yield Piece(text, "".join(" " if at < 0 else text.words[at] for at in places), places)


@lru_cache(maxsize=1 << 12)
def _parts(tag: str) -> tuple[int, ...]:
    """Return the places of a tag's characters, with -1 between "Acme" and "Anvils" in AcmeAnvils."""
    places: list[int] = []
    for at, char in enumerate(tag):
        before, after = tag[at - 1 : at], tag[at + 1 : at + 2]
        new_word = char.isupper() and (before.islower() or (before.isupper() and after.islower()))
        if before and (new_word or before.isdigit() != char.isdigit()):
            places.append(-1)
        places.append(at)
    return tuple(places)


def words(text: str) -> list[str]:
    """Return the words of a text as they are compared, without addresses and figures."""
    return _LETTERS.findall(fold(Text("text", text).words))


_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def fold(text: str) -> str:
    """Return a text as it is compared: one spelling for all that look or read alike."""
    if text.isascii():
        folded = text.lower()
    elif (units := _units(text)) is text:
        folded = _OTHERS.sub(lambda run: run[0].translate(_FOLDS), text).lower()
    else:
        folded = "".join(map(_fold_unit, units))
    if "-" in folded or "_" in folded:
        folded = _JOINT.sub(" ", folded)
    if "  " in folded or not folded.isprintable():  # quicker than to look for what is rarely there
        folded = _BLANKS.sub(" ", folded)
    return folded


def _origins(text: str) -> tuple[Sequence[int], Sequence[int]]:
    """Return where each character of the folded text starts and ends in the text."""
    if text.isascii() and "  " not in text and text.isprintable():
        return range(len(text)), range(1, len(text) + 1)
    units = _units(text)
    if (
        units is text
        and not _BLANK_RUN.search(text)
        and all(len(_FOLDS[ord(char)]) == 1 for char in set(text))
    ):
        return range(len(text)), range(1, len(text) + 1)
    starts: list[int] = []
    ends: list[int] = []
    at, after_blank = 0, False
    for unit in units:
        for char in _fold_unit(unit):
            if not (after_blank and char.isspace()):
                starts.append(at)
                ends.append(at + len(unit))
            after_blank = char.isspace()
        at += len(unit)
    return starts, ends


def _units(text: str) -> Sequence[str]:
    """Return the parts of a text that are folded each on its own: letters, with their marks if apart."""
    if unicodedata.is_normalized("NFC", text) and not _MARK.search(text):
        return text
    units: list[list[str]] = []
    for char in text:
        # what can merge with the letter before it: marks, and the later parts of a Hangul syllable
        if units and (unicodedata.category(char)[0] == "M" or "\u1160" <= char <= "\u11ff"):
            units[-1].append(char)
        else:
            units.append([char])
    return ["".join(unit) for unit in units]


@lru_cache(maxsize=1 << 14)
def _fold_unit(unit: str) -> str:
    if unit.isascii():
        return unit.lower()
    kept: list[str] = []
    bare = False
    unit = unit.encode("utf-8", "replace").decode()  # the automaton can't read lone surrogates
    for char in unicodedata.normalize("NFD", unicodedata.normalize("NFKC", unit).casefold()):
        if unicodedata.category(char) == "Cf" or _HIDDEN.match(char):
            continue
        if _MARK.match(char):
            if bare:
                continue
        else:
            bare = unicodedata.name(char, "").startswith(("LATIN", "GREEK"))
        kept.append("'" if char in "‘’ʼ" else "-" if char == "‐" else char)
    return unicodedata.normalize("NFKC", "".join(kept))


class _Folds(dict[int, str]):
    """A table for str.translate that fills itself; it can't outgrow Unicode."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_unit(chr(code))
        return folded


_FOLDS = _Folds()


# Where words end


def is_whole_host(text: str, start: int, end: int) -> bool:
    """Tell whether a host name stands there: alone, or with a name before it ("shop.acme.example")."""
    before, after = text[start - 1 : start] if start else "", text[end : end + 2]
    return not (
        (before.isalnum() or before in ("-", "_"))
        or after[:1].isalnum()
        or after[:1] in ("-", "_")
        or (after[:1] == "." and after[1:].isalnum())
    )


def stands_alone(text: str, start: int, end: int) -> bool:
    """Tell whether a stretch of a folded text begins and ends where words do."""
    if start and (_joined(text[start - 1], text[start]) or (text[start] in "#@" and _kind(text[start - 1]))):
        return False
    return end == len(text) or not _joined(text[end - 1], text[end])


def _joined(left: str, right: str) -> bool:
    if _kind(right) == "mark":
        return True
    return _kind(left) in ("word", "mark") and _kind(right) == "word"


@lru_cache(maxsize=1 << 14)
def _kind(char: str) -> Literal["word", "unspaced", "mark", ""]:
    if not char.isascii() and unicodedata.category(char)[0] == "M":
        return "mark"
    if not char.isalnum():
        return ""
    code = ord(char)
    return "unspaced" if any(first <= code <= last for first, last in UNSPACED) else "word"
