"""What several sources share: checked settings, words to search for, values out of foreign JSON."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import unescape
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import unquote_plus, urldefrag, urlsplit

from repwatch.errors import ParseError
from repwatch.model import Answer, Brand, Known, Mention, Page, Request, Task, account_key
from repwatch.text import clean, one_line
from repwatch.tidy import MADE_IDS
from repwatch.urls import absolute, origin, redact

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema
    from selectolax.lexbor import LexborHTMLParser

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


def installation(address: str) -> str:
    """Return what tells one installation of a software from another: forum.example/community."""
    return origin(address).partition("://")[2] + urlsplit(address).path.rstrip("/")


def own_names(brands: Sequence[Brand], type: str) -> tuple[str, ...]:
    """Return the bare names of the brands' own accounts on a platform: acme for "reddit:u/acme"."""
    keys = (account_key(account).partition(":") for brand in brands for account in brand.own_accounts)
    return tuple(dict.fromkeys(name for place, _, name in keys if place == type and name))


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


def stars(value: object) -> tuple[float | None, float | None, float | None]:
    """Return a rating of one to five stars and the ends of that scale; nothing but None for anything else."""
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9](?:\.[0-9]{1,4})?\s*", value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= 5:
        return None, None, None
    return float(value), 1.0, 5.0


def seconds(value: object) -> float | None:
    """Return a length of time that a platform gives as a number of seconds."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LARGEST_COUNT:
        return None
    return float(value)


def web_link(value: object, base: str | None = None) -> str | None:
    """Return the value if it is the http(s) address of something, or leads to one from the page `base`."""
    text = word(value)
    if text is not None and base is not None:
        return absolute(base, text)
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
        ParseError: there is no list, or one of something else than objects; it repeats what the
            platform says about an error instead.
    """
    found = body
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    if isinstance(found, list) and (rows(found) or not found):
        return found
    said = remark(body)
    raise ParseError(f"the answer has no {'.'.join(path) or 'list of objects'}{f': {said}' if said else ''}")


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
            inner.get("code"),
        )
    )
    return one_line(said, LONGEST_REMARK) if said else None


def json_or_none(answer: Answer) -> Any:
    """Return the parsed body of an answer that may be anything, such as that of a failure."""
    try:
        return answer.json()
    except ParseError:
        return None


def sifted(read: Iterable[Mention | str], **more: Any) -> Page:
    """Return a page of what was read of its entries: a mention, or why one can't be used.

    `more` are further fields of the page.
    """
    found = tuple(read)
    return Page(
        mentions=tuple(each for each in found if isinstance(each, Mention)),
        skipped=tuple(each for each in found if isinstance(each, str)),
        **more,
    )


def pot(type: str, secret: str) -> str:
    """Return what a login's quota is called: the same for the same login, which can't be told from it."""
    digest = hashlib.blake2b(secret.encode("utf-8", "replace"), digest_size=4).hexdigest()
    return f"{type}:{digest}"


def askable(known: Iterable[Known], space: str) -> list[Known]:
    """Return those of the mentions that a place can be asked for: of its space, and with an id of its own.

    What the source's name stood for before was of another space.
    """
    return [one for one in known if one.space == space and not one.native_id.startswith(MADE_IDS)]


def beneath(id: str, mentions: Iterable[Mention]) -> Iterator[Mention]:
    """Yield those of the mentions that answer a text, or answer an answer to it."""
    given = tuple(mentions)
    parents = {mention.native_id: mention.parent_id for mention in given}
    for mention in given:
        above, passed = mention.parent_id, {mention.native_id}
        while above is not None and above != id and above not in passed:
            passed.add(above)
            above = parents.get(above)
        if above == id or (mention.thread_id == id and mention.native_id != id):
            yield mention


def unmarked(markdown: str) -> str:
    """Return Markdown with its entities and escapes as the letters that they stand for, once."""
    return clean(_ESCAPED.sub(lambda escape: escape[1] or unescape(escape[0]), markdown)).strip()


def with_addresses(markdown: str) -> str:
    """Return Markdown whose links say where they lead to: that may be all that names a brand."""
    return _MARKED_LINK.sub(
        lambda link: (
            link[2] if link[1] in ("", link[2], link[2].partition("://")[2]) else f"{link[1]} ({link[2]})"
        ),
        markdown,
    )


_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])|&#?\w{1,40};")
_MARKED_LINK = re.compile(
    r"(?<!!)\[([^\[\]\n]{0,300})\]\(\s{0,9}<?(https?://[^\s<>()]{1,2000})>?[^()\n]{0,300}\)", re.IGNORECASE
)
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


# Addresses that hold a secret

_PARAMETER = re.compile(r"(?<=[?&;])(?P<name>[^\s=&;#?]{1,100})=(?P<value>[^\s&;#]*)")
_VEIL = "***"


def veiled(text: str, own: str) -> str:
    """Return addresses as they may be stored: without what is secret in `own`, an address of the settings."""
    secrets = {name: unquote_plus(value) for name, value in _secrets_in(own).items()}
    if not secrets:
        return text
    return _PARAMETER.sub(
        lambda part: (
            f"{part['name']}={_VEIL}" if unquote_plus(part["value"]) == secrets.get(part["name"]) else part[0]
        ),
        text,
    )


def unveiled(address: str, own: str) -> str:
    """Return an address as it was before it was veiled; what leads to another origin stays as it is."""
    if _VEIL not in address or origin(address) != origin(own):
        return address
    secrets = _secrets_in(own)
    return _PARAMETER.sub(
        lambda part: (
            f"{part['name']}={secrets.get(part['name'], _VEIL)}" if part["value"] == _VEIL else part[0]
        ),
        address,
    )


def without_secrets(mention: Mention, own: str) -> Mention:
    """Return a mention whose addresses do not repeat what is secret in `own`, an address of the settings."""
    if not _secrets_in(own):
        return mention
    url, id = (value and veiled(value, own) for value in (mention.url, mention.native_id))
    return replace(mention, url=url, native_id=id)


def _secrets_in(address: str) -> dict[str, str]:
    """Return the parameters of an address that are named like a secret."""
    parts = (part for part in _PARAMETER.finditer(address) if redact(f"?{part[0]}") != f"?{part[0]}")
    return {part["name"]: part["value"] for part in parts}


# Web pages

LITTLE_TEXT = 200
"""Visible characters of a page that consists of its scripts."""
FIRST_WORDS = 200
"""Characters of a text that tell it from another one of the same author and day."""

_NUMBER = re.compile(
    r"\s*(?P<value>[+-]?\d{1,9}(?:[.,]\d{1,20})?)(?!\d)\s*(?:/\s*(?P<best>\d{1,9}(?:[.,]\d{1,9})?)|(?P<percent>%))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfPages:
    """A source that reads web pages which its settings name, each of them a stream of its own."""

    url: WebAddress | None = None
    urls: tuple[WebAddress, ...] = ()

    def __post_init__(self) -> None:
        """Check what no single setting can say.

        Raises:
            ValueError: no page is named.
        """
        if not self._pages:
            raise ValueError('it needs a page, such as url = "https://shop.example/anvil"')

    @property
    def _pages(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([self.url, *self.urls] if self.url else self.urls))

    def queries(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return the addresses of the pages, without what is secret in them: queries are stored."""
        return tuple(dict.fromkeys(redact(page) for page in self._pages))

    def page_of(self, task: Task) -> str:
        """Return the page that a task is about: its query is the address without what is secret in it."""
        return next((page for page in self._pages if redact(page) == task.query), task.query)

    def request(self, task: Task) -> Request:
        """Return the request for a page that is named, or for one that follows it."""
        page = self.page_of(task)
        address = unveiled(task.cursor, page) if task.cursor else page
        return Request("GET", urldefrag(address).url, page=True)


def markup(answer: Answer) -> LexborHTMLParser:
    """Return a web page taken apart, whatever its encoding."""
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 (heavy, and only needed here)
    from w3lib.encoding import html_to_unicode  # noqa: PLC0415 (the same)

    _, html = html_to_unicode(answer.headers.get("content-type"), answer.body)
    return LexborHTMLParser(html)


def base_of(tree: LexborHTMLParser, url: str) -> str:
    """Return the address that the links of a page count from."""
    base = tree.css_first("base[href]")
    return (base is not None and absolute(url, base.attributes.get("href") or "")) or url


def next_pages(tree: LexborHTMLParser, selector: str, url: str) -> tuple[str, ...]:
    """Return where the first of these links leads to that stays on the page's origin and leaves the page."""
    base, here = base_of(tree, url), urldefrag(url).url
    for link in tree.css(selector):
        href = link.attributes.get("href")
        found = urldefrag((href and absolute(base, href)) or here).url
        if origin(found) == origin(url) and found != here:
            return (found,)
    return ()


def visible(tree: LexborHTMLParser) -> str:
    """Return what a page shows without its scripts, which are gone from it afterwards."""
    tree.strip_tags(["script", "style", "noscript", "template"])
    return (tree.body.text() if tree.body else "").strip()


def fingerprint(author: str | None, at: datetime | None, said: str | float | None) -> str:
    """Return a number that is the same for the same text of the same author and moment."""
    parts = author, at.isoformat() if at else None, said[:FIRST_WORDS] if isinstance(said, str) else said
    # It is enough for one page, and short in its address.
    return str(int.from_bytes(hashlib.blake2b(json.dumps(parts).encode(), digest_size=6).digest()))


def number(text: str) -> tuple[float | None, float | None]:
    """Return the number that a text begins with, and the best one if it says so: 4,5 or 8/10 or 80 %."""
    found = _NUMBER.match(text)
    if not found:
        return None, None
    best = 100.0 if found["percent"] else _float(found["best"]) if found["best"] else None
    return _float(found["value"]), best


def _float(digits: str) -> float:
    return float(digits.replace(",", "."))
