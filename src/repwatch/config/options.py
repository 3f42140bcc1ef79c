"""What each option takes.

These models only check. Values are built from the same tables by `values.build`, so that a
configuration that was checked before is read without them.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches
from itertools import islice
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from repwatch import urls
from repwatch.config.files import not_a_file
from repwatch.config.words import shown
from repwatch.errors import UsageError
from repwatch.model import Intent, Role, Urgency
from repwatch.period import duration_s

_DAY_S = 86_400.0
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_CONTACT = re.compile(r"(?:mailto:)?[!-~]+@[!-~]+|https?://[!-~]+")
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_ACCOUNT = re.compile(r"[^:\s]+:\S(?:.*\S)?")
_LONGEST_TERM = 100
_MOST_PHRASES = 1_000


def _duration(least_s: float, most_s: float, said: str) -> AfterValidator:
    def check(text: str) -> str:
        try:
            seconds = duration_s(text)
        except UsageError as error:
            raise ValueError(f'{error.message}; write it like "30m" or "1.5h"') from error
        if not least_s <= seconds <= most_s:
            raise ValueError(f"{shown(text)} is out of range: {said}")
        return text

    return AfterValidator(check)


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ValueError, OSError, KeyError) as error:
        zones = available_timezones()
        ending = [
            zone for zone in sorted(zones) if zone.lower().endswith(f"/{text.lower().replace(' ', '_')}")
        ]
        near = ending[0] if ending else next(iter(get_close_matches(text, zones, n=1)), "Europe/Berlin")
        raise ValueError(f"{shown(text)} is not a time zone. Did you mean {shown(near)}?") from error
    return text


def _schema(number: int) -> int:
    if number != 1:
        raise ValueError(f"{number} is not known to this version of repwatch, which reads 1")
    return number


def _database(text: str) -> str:
    if why := not_a_file(text):
        raise ValueError(f"{shown(text)} {why}")
    return text


def _contact(text: str) -> str:
    if text and (not _CONTACT.fullmatch(text) or set(text) & set('()<>\\"')):
        raise ValueError(
            f'{shown(text)} is no way to reach you: write "mailto:you@acme.example" or a web address'
        )
    return text


def _allowed(text: str) -> str:
    from repwatch.fetch.address import Allowed  # noqa: PLC0415 (a neighbour of config; only its reading is used)

    Allowed.parse([text])
    return text


def _term(text: str) -> str:
    if not any(letter.isalnum() for letter in unicodedata.normalize("NFKC", text)):
        raise ValueError(f"{shown(text)} has no letter or figure that could be found")
    if len(text) > _LONGEST_TERM:
        raise ValueError(f"{shown(text)} is longer than {_LONGEST_TERM} characters")
    return text


def _phrase(text: str) -> str:
    from repwatch.judging.phrases import expanded  # noqa: PLC0415 (checking a source alone needs none)

    if {"(", ")"} & set(next(expanded(text))):
        raise ValueError(f"{shown(text)} has brackets that do not match; (a|b) c is two phrases, a c and b c")
    if sum(1 for _ in islice(expanded(text), _MOST_PHRASES + 1)) > _MOST_PHRASES:
        raise ValueError(f"{shown(text)} stands for more than {_MOST_PHRASES} phrases")
    return text


def _domain(text: str) -> str:
    if not _DOMAIN.fullmatch(text):
        host = urls.host(text) or urls.host(f"https://{text}")
        near = f"; write {shown(host)}" if _DOMAIN.fullmatch(host) else ', such as "acme.example"'
        raise ValueError(f"{shown(text)} is not a domain{near}")
    return text


def _account(text: str) -> str:
    if not _ACCOUNT.fullmatch(text) or "://" in text:
        raise ValueError(f'{shown(text)} is not an account; write it like "mastodon:@help@acme.example"')
    return text


def _language(text: str) -> str:
    if not _LANGUAGE.fullmatch(text):
        raise ValueError(f'{shown(text)} is not a language; write its code, such as "en"')
    return text


def _scorer(text: str) -> str:
    from repwatch.score import scorer  # noqa: PLC0415 (checking a source alone needs none)

    try:
        scorer(text)
    except UsageError as error:
        raise ValueError(f"{error.message}; {error.hint}") from error
    return text


def _name(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty")
    return text


Name = Annotated[str, AfterValidator(_name)]
Every = Annotated[str, _duration(0, 366 * _DAY_S, "0s to 366d")]
Term = Annotated[str, AfterValidator(_term)]
Terms = list[Term]
Phrase = Annotated[Term, AfterValidator(_phrase)]


class _Table(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class HttpTable(_Table):
    """The options of `[http]`."""

    contact: Annotated[str, AfterValidator(_contact)]
    min_gap: Annotated[str, _duration(0, 3600, "0s to 1h")]
    allow_private: list[Annotated[str, AfterValidator(_allowed)]]
    timeout: Annotated[str, _duration(1, 600, "1s to 10m")]
    respect_robots: bool
    proxy: str


class ScanTable(_Table):
    """The options of `[scan]`."""

    every: Every
    max_time: Annotated[str, _duration(1, _DAY_S, "1s to 24h")]
    first_look_back: Annotated[str, _duration(60, 3660 * _DAY_S, "1m to 3660d")]
    tolerate: Annotated[int, Field(ge=1, le=1000)]
    jobs: Annotated[int, Field(ge=1, le=64)]


class ScoringTable(_Table):
    """The options of `[scoring]`."""

    scorer: Annotated[str, AfterValidator(_scorer)]
    negative_from: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
    positive_from: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
    negative_below: Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
    positive_above: Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
    languages: list[Annotated[str, AfterValidator(_language)]]
    learn: bool
    model: str
    words: dict[Name, Annotated[float, Field(ge=-4, le=4, allow_inf_nan=False)]]
    kinds: dict[Phrase, Intent]
    urgency: dict[Phrase, Urgency]


class BrandTable(_Table):
    """The options of `[brands.KEY]`."""

    name: Name = "-"
    terms: Terms = []
    weak_terms: Terms = []
    need_one_of: Terms = []
    exclude: Terms = []
    own_accounts: list[Annotated[str, AfterValidator(_account)]] = []
    own_domains: list[Annotated[str, AfterValidator(_domain)]] = []
    role: Role = "own"


class SourceTable(_Table):
    """The options of `[sources.KEY]` that every source has."""

    model_config = ConfigDict(extra="ignore")

    type: str
    every: Every = "30m"
    about: str | None = None
    brands: list[str] = []
    paused: bool = False
    reread: Every | None = None


class FileTable(_Table):
    """The whole file."""

    schema_: Annotated[int, AfterValidator(_schema), Field(alias="schema")]
    timezone: Annotated[str, AfterValidator(_zone)]
    database: Annotated[str, AfterValidator(_database)] = "-"
    http: HttpTable
    scan: ScanTable
    scoring: ScoringTable
    brands: dict[str, BrandTable] = {}
    sources: dict[str, SourceTable] = {}


SECTIONS: dict[str, type[BaseModel]] = {"http": HttpTable, "scan": ScanTable, "scoring": ScoringTable}


def option_names(model: type[BaseModel]) -> tuple[str, ...]:
    """Return the keys that a table may have."""
    return tuple(option.alias or name for name, option in model.model_fields.items())
