"""Words and phrases of many tables, looked for in one pass over a text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, product, takewhile
from typing import Any

from ahocorasick_rs import AhoCorasick, Implementation

LONGEST = 4_000
"""Characters of a text that are looked at; what somebody wants is said by then."""


class Phrases:
    """Tables of phrases by name, for English or any other language that parts its words.

    A phrase is found where it stands as words of its own, in any case. One that ends in * is the
    beginning of a word: "refund*" also finds "refunds". One that begins with ^ counts at the
    beginning of a sentence only, or behind a name or greeting there. "(a|b) c" are "a c" and "b c".
    """

    def __init__(self, tables: Mapping[str, Iterable[str]]) -> None:
        self._tables = {name: tuple(phrases) for name, phrases in tables.items()}
        owners: defaultdict[str, list[_Owner]] = defaultdict(list)
        for name, phrases in self._tables.items():
            for phrase in chain.from_iterable(map(expanded, phrases)):
                opening, beginning = phrase.startswith("^"), phrase.endswith("*")
                bare = _even(phrase.removeprefix("^").removesuffix("*")).strip()
                if bare:
                    owners[bare].append((name, opening, beginning))
        self._phrases = [(phrase, phrase[-1].isalnum(), owned) for phrase, owned in owners.items()]
        # the blank before a phrase spares us all that begins within words
        words = [f" {phrase}" if phrase[0].isalnum() else phrase for phrase in owners]
        self._automaton = AhoCorasick(words, implementation=Implementation.ContiguousNFA) if words else None

    def __reduce__(self) -> tuple[Any, ...]:
        return Phrases, (self._tables,)

    def signs(self, text: str) -> dict[str, str]:
        """Return the tables of which a phrase stands in a text, each with the first one found.

        One that begins a word comes with the rest of it.
        """
        found: dict[str, str] = {}
        if self._automaton is None:
            return found
        even = " " + _even(text[:LONGEST]) + " "
        for index, start, end in self._automaton.find_matches_as_indexes(even, overlapping=True):
            phrase, joins, owners = self._phrases[index]
            whole = not (joins and even[end].isalnum())
            for name, opening, beginning in owners:
                if (whole or beginning) and name not in found and not (opening and not _opens(even, start)):
                    found[name] = phrase if whole else phrase + _rest(even, end)
        return found


_Owner = tuple[str, bool, bool]
_LONGEST_REST = 30


def _rest(text: str, at: int) -> str:
    """Return the rest of the word there."""
    return "".join(takewhile(str.isalnum, text[at : at + _LONGEST_REST]))


def _even(text: str) -> str:
    """Return a text as phrases are looked for in it: in small letters, with blanks between words."""
    text = text.lower()
    if "\n" in text:
        text = text.replace("\n", ". ")
    if text.isascii():  # as bytes in a fifth of the time
        return text.encode().translate(_BLANK_BYTES).decode()
    return text.translate(_EVEN)


def expanded(phrase: str) -> Iterator[str]:
    """Yield what a phrase with alternatives stands for."""
    for parts in product(*(part.split("|") for part in _GROUP.split(phrase))):
        yield "".join(parts)


_GROUP = re.compile(r"\(([^()]*)\)")
_BLANKS = '\t\r"([{*-_/|>~'
_BLANK_BYTES = bytes.maketrans(_BLANKS.encode(), b" " * len(_BLANKS))
_EVEN = str.maketrans(dict.fromkeys("‘’ʼ´`＇′", "'") | dict.fromkeys(_BLANKS, " "))
_ENDS = frozenset(".!?,:;)'")
_BEFORE = frozenset(
    [
        "someone",
        "brand",
        "link",
        "hi",
        "hey",
        "hello",
        "dear",
        "so",
        "and",
        "but",
        "ok",
        "okay",
        "please",
        "just",
    ]
)
"""What may stand before the beginning of a sentence: masked names, greetings and small words."""


def _opens(text: str, at: int) -> bool:
    """Tell whether a sentence begins there."""
    before = text[max(0, at - 40) : at].rstrip()
    while before and before[-1] not in _ENDS:
        word = before.rpartition(" ")[2]
        if word not in _BEFORE and word[0] not in "@#":
            return False
        before = before[: len(before) - len(word)].rstrip()
    return True
