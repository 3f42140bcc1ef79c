"""What a configuration says, as plain values, and the defaults for what it leaves unsaid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from repwatch.errors import SourceError
from repwatch.model import Brand, Intent, Secret, Urgency
from repwatch.period import duration_s

if TYPE_CHECKING:
    from repwatch.sources.base import Source

DEFAULTS: dict[str, Any] = {
    "schema": 1,
    "timezone": "UTC",
    "http": {
        "contact": "",
        "min_gap": "1s",
        "allow_private": [],
        "timeout": "30s",
        "respect_robots": True,
        "proxy": "",
    },
    "scan": {"every": "30m", "max_time": "10m", "first_look_back": "14d", "tolerate": 3, "jobs": 16},
    "scoring": {
        "scorer": "care",
        "negative_from": 0.29,
        "positive_from": 0.51,
        "negative_below": -0.05,
        "positive_above": 0.35,
        "languages": ["en"],
        "learn": False,
        "model": "",
        "words": {},
        "kinds": {},
        "urgency": {},
    },
}
"""The options that have a default, as they would be written in the file."""

CORE_KEYS = ("type", "every", "about", "brands", "paused", "reread")
"""The keys of `[sources.NAME]` that every source has; all others are the settings of its class."""

_TO_BE_FOUND = 'put it there, or say where else it is: "env:NAME", "file:PATH" or "cmd:COMMAND"'


@dataclass(frozen=True, slots=True)
class Http:
    """How pages are asked for; `proxy` is None unless one is configured and sources were built."""

    contact: str
    min_gap_s: float
    allow_private: tuple[str, ...]
    timeout_s: float
    respect_robots: bool
    proxy: Secret | None


@dataclass(frozen=True, slots=True)
class Scan:
    """When a scan runs, how long and how far back; `tolerate` failures in a row are not reported."""

    every_s: float
    max_time_s: float
    first_look_back_s: float
    tolerate: int
    jobs: int


@dataclass(frozen=True, slots=True)
class Scoring:
    """How texts are judged: cut-offs and the scores of words are those of the scorer.

    With `learn`, scans let the model learn from corrections by themselves. `model` is the folder of a
    transformer, for the scorer onnx. `kinds` and `urgency` are phrases that make a text of one kind, or
    so urgent.
    """

    scorer: str
    negative_below: float
    positive_above: float
    languages: tuple[str, ...]
    words: dict[str, float]
    negative_from: float = DEFAULTS["scoring"]["negative_from"]
    positive_from: float = DEFAULTS["scoring"]["positive_from"]
    learn: bool = False
    model: str = ""
    kinds: dict[str, Intent] = field(default_factory=dict)
    urgency: dict[str, Urgency] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """A configured place: `settings` are its class's own, as written, `source` the object made of them.

    `about` is the brand that everything here is about, `brands` those asked for and matched here
    (all when empty). Its mentions are read again for `reread_s`; None leaves that to its type.
    `source` is None when sources were not built; `lacks` says which secret is missing, if one is:
    then it can't be asked.
    """

    key: str
    type: str
    every_s: float
    about: str | None
    brands: tuple[str, ...]
    paused: bool
    settings: dict[str, Any]
    source: Source | None = field(repr=False)
    reread_s: float | None = None
    lacks: str | None = None

    @property
    def preset(self) -> str | None:
        """The preset that it is a feed of, such as "phpbb"."""
        preset = self.settings.get("preset") if self.type == "feed" else None
        return preset if isinstance(preset, str) and preset else None

    @property
    def typed(self) -> str:
        """Its type as people read it, with the preset: "feed: phpbb"."""
        return f"{self.type}: {self.preset}" if self.preset else self.type

    @property
    def built(self) -> Source:
        """The source, ready to be asked.

        Raises:
            SourceError: a secret of it is missing.
        """
        if self.source is None or self.lacks is not None:
            why = (
                f"its secret is missing: {self.lacks}" if self.lacks else "it was not made ready to be asked"
            )
            raise SourceError("login", why, hint=_TO_BE_FOUND)
        return self.source


@dataclass(frozen=True, slots=True)
class Config:
    """A checked configuration, and the file that it came from."""

    path: Path
    timezone: ZoneInfo
    database: Path
    http: Http
    scan: Scan
    scoring: Scoring
    brands: dict[str, Brand]
    sources: dict[str, SourceConfig]


def build(
    path: Path,
    values: Mapping[str, Any],
    database: Path,
    *,
    proxy: Secret | None = None,
    sources: Mapping[str, Source] | None = None,
    lacking: Mapping[str, str] | None = None,
) -> Config:
    """Return the configuration that checked, layered values describe."""
    http, scan, scoring = values["http"], values["scan"], values["scoring"]
    return Config(
        path=path,
        timezone=ZoneInfo(values["timezone"]),
        database=database,
        http=Http(
            contact=http["contact"],
            min_gap_s=duration_s(http["min_gap"]),
            allow_private=tuple(http["allow_private"]),
            timeout_s=duration_s(http["timeout"]),
            respect_robots=http["respect_robots"],
            proxy=proxy,
        ),
        scan=Scan(
            every_s=duration_s(scan["every"]),
            max_time_s=duration_s(scan["max_time"]),
            first_look_back_s=duration_s(scan["first_look_back"]),
            tolerate=scan["tolerate"],
            jobs=scan["jobs"],
        ),
        scoring=Scoring(
            scorer=scoring["scorer"],
            negative_from=float(scoring["negative_from"]),
            positive_from=float(scoring["positive_from"]),
            negative_below=float(scoring["negative_below"]),
            positive_above=float(scoring["positive_above"]),
            languages=tuple(scoring["languages"]),
            learn=scoring["learn"],
            model=str(path.absolute().parent / Path(scoring["model"]).expanduser())
            if scoring["model"]
            else "",
            words={word: float(score) for word, score in scoring["words"].items()},
            kinds=dict(scoring["kinds"]),
            urgency=dict(scoring["urgency"]),
        ),
        brands={key: _brand(key, table) for key, table in values.get("brands", {}).items()},
        sources={
            key: _source(key, table, scan["every"], (sources or {}).get(key), (lacking or {}).get(key))
            for key, table in values.get("sources", {}).items()
        },
    )


def _brand(key: str, table: Mapping[str, Any]) -> Brand:
    given: dict[str, Any] = {"name": key}
    for option, value in table.items():
        given[option] = tuple(value) if isinstance(value, list) else value
    return Brand(key=key, **given)


def _source(
    key: str, table: Mapping[str, Any], every: str, source: Source | None, lacks: str | None
) -> SourceConfig:
    return SourceConfig(
        key=key,
        type=table["type"],
        every_s=duration_s(table.get("every", every)),
        about=table.get("about"),
        brands=tuple(table.get("brands", ())),
        paused=table.get("paused", False),
        reread_s=duration_s(table["reread"]) if "reread" in table else None,
        settings={option: value for option, value in table.items() if option not in CORE_KEYS},
        source=source,
        lacks=lacks,
    )


def secrets(config: Config) -> tuple[str, ...]:
    """Return every secret that a configuration holds, to be hidden wherever words are shown."""
    found = [config.http.proxy]
    for place in config.sources.values():
        if place.source is not None:
            found += _secrets_of(place.source)
    return tuple(str(secret) for secret in found if secret)


def _secrets_of(source: Any) -> list[Secret]:
    return [value for field in fields(source) if isinstance(value := getattr(source, field.name), Secret)]
