"""What several sources share: checked settings, words to search for, values out of foreign JSON."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from repwatch.errors import ParseError
from repwatch.model import Answer, Brand
from repwatch.text import clean, one_line

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

LONGEST_REMARK = 160

LARGEST_COUNT = 2**53
"""Above it, numbers in JSON are no longer exact, and no count of a platform comes near."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Makes pydantic call a function on a setting's value, without importing pydantic here.

    The function returns the value to keep; a ValueError's text becomes the mistake as it is.
    """

    check: Callable[[Any], Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return the schema of the annotated type, followed by the check."""
        from pydantic_core import PydanticCustomError, core_schema  # noqa: PLC0415 (not for every start)

        def checked(value: Any) -> Any:
            try:
                return self.check(value)
            except ValueError as error:
                raise PydanticCustomError("setting", "{why}", {"why": str(error)}) from error

        return core_schema.no_info_after_validator_function(checked, handler(source))


def web_address(value: str) -> str:
    """Return an address that can be asked.

    Raises:
        ValueError: it is none, and why.
    """
    if "@" in value.partition("://")[2].partition("/")[0]:
        raise ValueError("the address holds a login, which would be shown wherever the address is")
    if any(letter.isspace() or not letter.isprintable() for letter in value):
        raise ValueError(f"{value!r} is not a URL: it has blanks in it")
    if not re.match(r"https?://", value, re.IGNORECASE):
        scheme, found, _ = value.partition("://")
        why = f"only http and https are read, not {scheme}" if found else "it lacks https://"
        raise ValueError(f'"{value}" is not a URL{" that can be read" if found else ""}: {why}')
    try:
        parts = urlsplit(value)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise ValueError(f'"{value}" is not a URL: {error}') from error
    if not usable:
        raise ValueError(f'"{value}" is not a URL: it names no host')
    return value


WebAddress = Annotated[str, Checked(web_address)]
"""A setting that holds an http(s) address."""


def search_terms(brands: Sequence[Brand], *, weak: bool = True, domains: bool = False) -> tuple[str, ...]:
    """Return what a search engine is asked for: each term once, without @ and #."""
    asked: dict[str, str] = {}
    for brand in brands:
        words = (*brand.terms, *(brand.weak_terms if weak else ()), *(brand.own_domains if domains else ()))
        for word in words:
            term = " ".join(word.replace('"', " ").lstrip("@# ").split())
            if term:
                asked.setdefault(term.casefold(), term)
    return tuple(asked.values())


def word(value: object) -> str | None:
    """Return a text, cleaned, or a whole number as text; None for anything else and for blanks."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**200:
        return str(value)
    return clean(value).strip() or None if isinstance(value, str) else None


def first_word(values: Iterable[object]) -> str | None:
    """Return the first of the values that is a word."""
    return next((text for text in map(word, values) if text is not None), None)


def balance(value: object) -> int | None:
    """Return a whole number that may be negative, such as a balance of votes."""
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?[0-9]{1,16}\s*", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return int(value) if abs(value) <= LARGEST_COUNT else None


def count(value: object) -> int | None:
    """Return a whole number that is not negative."""
    number = balance(value)
    return number if number is not None and number >= 0 else None


def web_link(value: object) -> str | None:
    """Return the value if it is the http(s) address of something."""
    text = word(value)
    return text if text is not None and re.match(r"https?://[^/]", text, re.IGNORECASE) else None


def table(value: object) -> Mapping[str, Any]:
    """Return a JSON object, empty for anything else."""
    return value if isinstance(value, dict) else {}


def rows(value: object) -> list[Mapping[str, Any]]:
    """Return the objects in a JSON list, empty for anything else."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def entries(body: object, *path: str) -> list[Any]:
    """Return the list at a path of keys in a JSON answer.

    Raises:
        ParseError: there is no list; it repeats what the platform says about an error instead.
    """
    found = body
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    if isinstance(found, list):
        return found
    said = remark(body)
    raise ParseError(f"the answer has no {'.'.join(path) or 'list'}{f': {said}' if said else ''}")


def remark(body: object) -> str | None:
    """Return what a JSON answer says about an error, in the usual places, cut to a line."""
    found = table(body)
    inner = table(found.get("error"))
    errors = found.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    said = first_word(
        (
            *(inner.get(key) for key in ("message", "error_user_msg")),
            *(found.get(key) for key in ("message", "error_message", "error_description", "detail")),
            table(first).get("message"),
            first,
            *(found.get(key) for key in ("error", "explanation", "reason", "title")),
        )
    )
    return one_line(said, LONGEST_REMARK) if said else None


def json_or_none(answer: Answer) -> Any:
    """Return the parsed body of an answer that may be anything, such as that of a failure."""
    try:
        return answer.json()
    except ParseError:
        return None


_LOGIN_FORM = re.compile(rb"<input\s[^<>]{0,1000}type\s*=\s*[\"']?password", re.IGNORECASE)
_CHALLENGE = re.compile(
    rb"cf-chl|challenge-platform|just a moment\.\.\.|captcha|are you (?:a )?(?:human|robot)"
    rb"|enable javascript|blocked by network security|access denied|verify you are human",
    re.IGNORECASE,
)
_READ_OF_WALL = 200_000


def wall(answer: Answer) -> ParseError | None:
    """Return the error for a web page that keeps readers like us out, None for any other answer.

    To be asked only where nothing was found: an ordinary page may have a login form as well.
    """
    head = answer.body[:_READ_OF_WALL]
    if _CHALLENGE.search(head):
        return ParseError("a page that keeps programs out", reason="blocked_page")
    if _LOGIN_FORM.search(head):
        return ParseError("a login page", reason="login")
    return None
