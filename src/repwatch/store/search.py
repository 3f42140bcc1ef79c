"""Texts as the search index takes them, and what people type into a search as a query of it."""

from __future__ import annotations

import re
import unicodedata

from repwatch.errors import UsageError
from repwatch.text import UNSPACED

LONGEST = 1_000
"""Characters of a search; nobody types more, and time stays bounded."""

SEPARATOR = "\x1f"
"""Unit separator: no word character to the index, and in no text that was cleaned."""

_HINT = 'a search is words, "phrases", -not and OR, as in: refund OR "charged twice" -spam'
_PIECE = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
_RANGES = "".join(f"{chr(first)}-{chr(last)}" for first, last in UNSPACED)
_UNSPACED = re.compile(f"[{_RANGES}]")
_EDGE = re.compile(rf"(?<=[{_RANGES}])(?=\w)|(?<=\w)(?=[{_RANGES}])")


def parted(text: str) -> str:
    """Return a text with a separator at each edge of a letter whose script has no blanks between words.

    The index takes a run of letters as one word. Parted, each such letter is a word, and a search for
    several of them is one for a phrase.
    """
    return text if text.isascii() or not _UNSPACED.search(text) else _EDGE.sub(SEPARATOR, text)


def whole(text: str) -> str:
    """Return a text as it was before it was parted."""
    return text.replace(SEPARATOR, "")


def match_expression(words: str) -> str:
    """Return the FTS5 expression for a search: words, "phrases", -not, OR.

    All words must be there; `OR` binds its two neighbours; a part with a minus must not be there.
    Parts without a letter or a digit can't be found and are left out.

    Raises:
        UsageError: a quote is not closed, OR lacks a neighbour, nothing is left to look for, or it is
            no text.
    """
    _check(words)
    wanted: list[list[str]] = []
    unwanted: list[str] = []
    after_or = False
    for minus, text, is_or in _pieces(words):
        if is_or:
            if after_or or not wanted:
                raise UsageError("OR needs a word on either side", hint=_HINT)
            after_or = True
        elif minus and after_or:
            raise UsageError("a part with a minus can't stand beside OR", hint=_HINT)
        elif minus:
            unwanted.append(text)
        elif after_or:
            wanted[-1].append(text)
            after_or = False
        else:
            wanted.append([text])
    if after_or:
        raise UsageError("OR needs a word on either side", hint=_HINT)
    return _expression(wanted, unwanted)


def _check(words: str) -> None:
    if len(words) > LONGEST:
        raise UsageError(f"a search has at most {LONGEST} characters", hint=_HINT)
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in words):
        raise UsageError("the search holds characters that are no text", hint=_HINT)
    if words.count('"') % 2:
        raise UsageError('a quote (") is not closed', hint=_HINT)


def _pieces(words: str) -> list[tuple[bool, str, bool]]:
    return [
        (bool(found["minus"]), found["phrase"] or found["word"] or "", found[0] == "OR")
        for found in _PIECE.finditer(words)
    ]


def _expression(wanted: list[list[str]], unwanted: list[str]) -> str:
    groups = [found for group in wanted if (found := [_quoted(text) for text in group if _is_word(text)])]
    without = [_quoted(text) for text in unwanted if _is_word(text)]
    if not groups:
        if without:
            raise UsageError("a search needs something to look for beside what to leave out", hint=_HINT)
        raise UsageError("there is no word in the search", hint=_HINT)
    expression = " AND ".join(f"({' OR '.join(group)})" for group in groups)
    return f"({expression}) NOT ({' OR '.join(without)})" if without else expression


def _is_word(text: str) -> bool:
    """Tell whether the index knows any of it: letters, digits and private-use characters."""
    return any(category[0] in "LN" or category == "Co" for category in map(unicodedata.category, text))


def _quoted(text: str) -> str:
    return '"' + parted(text).replace('"', '""') + '"'
