"""How a check says what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from repwatch import urls
from repwatch.text import clean

_SHOWN = 60

_EXPECTED = {
    "string_type": "a text in quotes",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": 'a list, such as ["one", "two"]',
    "tuple_type": 'a list, such as ["one", "two"]',
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "dataclass_type": "a table",
}

_OWN_WORDS = ("value_error", "setting")
"""What a ValueError becomes, raised by our checks or by a source's."""

_LIMITS = {
    "literal_error": ("one of", "expected"),
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
}

UNKNOWN = ("extra_forbidden", "unexpected_keyword_argument")
"""What pydantic calls an option that nobody knows, in a model and in a dataclass."""


def wording(kind: str, message: str, given: Any, limits: dict[str, Any], *, secret: bool = False) -> str:
    """Return in plain words what pydantic found: `kind` and `limits` are its type and context.

    What was given is not repeated if it is a secret.
    """
    but = "" if secret else f", not {shown(given)}"
    if kind in _OWN_WORDS:
        return clean(urls.redact(message.removeprefix("Value error, ")))
    if kind.startswith("missing"):
        return "is missing"
    if kind in _EXPECTED:
        return f"must be {_EXPECTED[kind]}{but}"
    if kind in _LIMITS:
        relation, limit = _LIMITS[kind]
        return f"must be {relation} {limits[limit]}{but}".replace("'", '"')
    text = message[:1].lower() + message[1:]
    return text if secret else f"{shown(given)} is not right: {text}"


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a question after the known word that was probably meant, or nothing."""
    folded = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), folded, n=1)
    return f". Did you mean {shown(folded[near[0]])}?" if near else ""


def shown(value: Any) -> str:
    """Return a value as a configuration would have it, cut, without passwords and control characters."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, str):
        text = urls.redact(value)
        text = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
        return clean(json.dumps(text, ensure_ascii=False))
    return str(value).lower() if isinstance(value, bool) else clean(str(value)[:_SHOWN])


def dotted(path: Iterable[str | int]) -> str:
    """Return the name of a key; places in a list are left to the line."""
    return ".".join(_bare(part) for part in path if isinstance(part, str))


def _bare(key: str) -> str:
    return (
        key
        if key and all(letter.isalnum() or letter in "-_" for letter in key) and len(key) < _SHOWN
        else shown(key)
    )
