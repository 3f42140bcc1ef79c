"""Every mistake of a configuration at once, each in plain words with its line and the nearest right word."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from pydantic import PydanticUserError, ValidationError

from repwatch import score, sources, urls
from repwatch.config.files import ENVIRONMENT, Layers
from repwatch.config.lines import KeyPath, key_lines, line_of
from repwatch.config.options import SECTIONS, BrandTable, FileTable, option_names
from repwatch.config.secret import HIDDEN, is_reference, resolve
from repwatch.config.values import CORE_KEYS
from repwatch.config.words import UNKNOWN, dotted, nearest, shown, wording
from repwatch.errors import Mistake
from repwatch.model import Secret, account_key
from repwatch.sources import off_limits
from repwatch.sources.presets import PRESETS

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from repwatch.sources.base import Source

MOST_SHOWN = 100
"""So many mistakes are put into words."""

_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
_REFER = 'say where it is: "env:NAME", "file:PATH" or "cmd:COMMAND"'

_NEAR = 0.75
"""How alike a word is that was meant: an account may also begin with any host."""

Found = dict[KeyPath, "str | ErrorDetails"]
"""What is wrong, by key: our own words, or what pydantic says, put into words only if it is shown."""


@dataclass(slots=True)
class Result:
    """What a check found, and what it built on the way; `n_mistakes` counts those not shown too.

    `lacking` says, by source, which secret can't be had: without it, the source can't be asked.
    """

    mistakes: tuple[Mistake, ...] = ()
    n_mistakes: int = 0
    warnings: tuple[Mistake, ...] = ()
    proxy: Secret | None = None
    sources: dict[str, Source] = field(default_factory=dict)
    lacking: dict[str, str] = field(default_factory=dict)


def check(layers: Layers, *, resolve: bool, needed: Collection[str] | None = None) -> Result:
    """Return every mistake and warning, in the order of the file, and the built sources.

    With `resolve`, secrets are looked up: those of all sources, or of those that are `needed`. One
    that can't be had is no mistake of the file, and keeps only its own source from being read.
    """
    checking = _Check(layers, resolve, needed)
    checking.all()
    result = checking.result
    result.n_mistakes = len(layers.mistakes) + len(checking.wrong)
    result.mistakes = (*layers.mistakes, *checking.worded(checking.wrong))[:MOST_SHOWN]
    result.warnings = tuple(checking.worded(checking.doubtful))
    return result


def settings_of(kind: object) -> dict[str, bool]:
    """Return the names of the settings that a type of source has, and whether each is a secret."""
    known = sources.source_types().get(kind) if isinstance(kind, str) else None
    return settings_in(known) if known is not None else {}


def settings_in(known: type[Source]) -> dict[str, bool]:
    """Return the settings of a type as `settings_of` does."""
    hints = get_type_hints(known)
    options = fields(known)  # type: ignore[arg-type]  # every source is a dataclass, which no protocol can say
    return {option.name: _holds_secret(hints[option.name]) for option in options}


def inner_names(kind: object, option: str) -> list[str]:
    """Return the keys of a setting that is a table itself, such as the fields of an entry."""
    known = sources.source_types().get(kind) if isinstance(kind, str) else None
    hint = get_type_hints(known).get(option) if known is not None else None
    return [inner.name for inner in fields(hint)] if isinstance(hint, type) and is_dataclass(hint) else []


def _holds_secret(hint: Any) -> bool:
    return hint is Secret or any(_holds_secret(part) for part in get_args(hint))


def _no_type(kind: str, types: Iterable[str]) -> str:
    """Return why there is no such type of source, and what to do."""
    left_alone = off_limits.named(kind)
    if left_alone is not None:
        place = off_limits.OFF_LIMITS[left_alone]
        return f"{place.name} is read by no source: {place.why}. Instead, {place.todo(left_alone)}"
    if kind.lower() in PRESETS:
        return f'{shown(kind)} is a preset of feeds: type = "feed", preset = {shown(kind.lower())}'
    return f"{shown(kind)} is not a source type{nearest(kind, types)} (repwatch source types)"


def _account(source: Source) -> str | None:
    """Return the account that a source logs in as, if it says so."""
    try:
        account = getattr(source, "account", None)
    except Exception:  # whatever a foreign module raises, this is only a hint
        return None
    return account if isinstance(account, str) and ":" in account else None


class _Check:
    """One pass over one configuration; the first thing found at a key is kept."""

    def __init__(self, layers: Layers, resolve: bool, needed: Collection[str] | None) -> None:
        self.layers = layers
        self.values = layers.values
        self.resolve = resolve
        self.needed = needed
        self.wrong: Found = {}
        self.doubtful: Found = {}
        self.result = Result()
        self.logged_in: dict[str, str] = {}  # the accounts of sources

    def all(self) -> None:
        self.letters(self.values, ())
        self.names()
        try:
            FileTable.model_validate(self.values)
        except ValidationError as error:
            self.take(error, ())
        self.cutoffs()
        self.proxy()
        self.brands()
        for key, table in self.table("sources").items():
            if isinstance(table, dict):
                self.place(key, table)
        if self.foreign:
            self.doubtful[()] = f"{self.layers.name} {self.foreign}"
        if not self.wrong:
            self.doubts()

    def add(self, path: KeyPath, message: str) -> None:
        self.wrong.setdefault(path, message)

    def take(self, error: ValidationError, at: KeyPath) -> None:
        """Note what pydantic found below a key."""
        for one in error.errors(include_url=False):
            self.wrong.setdefault((*at, *(part for part in one["loc"] if part != "[key]")), one)

    def table(self, name: str) -> dict[str, Any]:
        """Return a table of the file, empty where something else or nothing stands."""
        value = self.values.get(name)
        return value if isinstance(value, dict) else {}

    # What pydantic can't see

    def letters(self, value: Any, path: KeyPath) -> None:
        """Find the control characters that TOML lets through as escapes."""
        if isinstance(value, str) and _INVISIBLE.search(value):
            self.add(path, f"has a line break, control or invisible character in it: {shown(value)}")
        inside: Iterable[tuple[str | int, Any]] = ()
        if isinstance(value, dict):
            inside = value.items()
        elif isinstance(value, list):
            inside = enumerate(value)
        for key, inner in inside:
            if isinstance(key, str) and _INVISIBLE.search(key):
                self.add((*path, key), "has a line break, control or invisible character in its name")
            self.letters(inner, (*path, key))

    def names(self) -> None:
        for section in ("brands", "sources"):
            for key in self.table(section):
                if not _KEY.fullmatch(key):
                    self.add((section, key), "is no name: use up to 64 letters a-z, figures, - and _")

    def cutoffs(self) -> None:
        scoring = self.table("scoring")
        low, high = scoring.get("negative_below"), scoring.get("positive_above")
        if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
            self.add(("scoring", "negative_below"), f"{low} is above positive_above, which is {high}")

    def brands(self) -> None:
        brands = self.table("brands")
        if not brands and isinstance(self.values.get("brands", {}), dict):
            self.add(
                ("brands",), 'is missing: name a brand, as in [brands.acme] with terms = ["acme anvils"]'
            )
        options = set(option_names(BrandTable))
        for key, brand in brands.items():
            if not isinstance(brand, dict) or brand.get("terms") or brand.get("weak_terms"):
                continue
            if options.issuperset(brand):  # else a misspelt "terms" would be reported twice
                self.add(("brands", key), 'has no term, so nothing names it: terms = ["acme anvils"]')

    def place(self, key: str, table: dict[str, Any]) -> None:
        """Check one source, and build it."""
        at: KeyPath = ("sources", key)
        only = table.get("brands")
        named: list[tuple[KeyPath, Any]] = [((*at, "about"), table.get("about"))]
        named += [
            ((*at, "brands", n), brand) for n, brand in enumerate(only if isinstance(only, list) else ())
        ]
        known = self.table("brands")
        for path, brand in named:
            if isinstance(brand, str) and brand not in known:
                self.add(path, f"{shown(brand)} is not a brand of this file{nearest(brand, known)}")
        kind, types = table.get("type"), sources.source_types()
        if isinstance(kind, str) and kind not in types:
            self.add((*at, "type"), _no_type(kind, types))
        elif isinstance(kind, str):
            self.build(at, key, kind, table)

    def build(self, at: KeyPath, key: str, kind: str, table: dict[str, Any]) -> None:
        settings = {option: value for option, value in table.items() if option not in CORE_KEYS}
        for option, is_secret in settings_of(kind).items():
            if is_secret and isinstance(settings.get(option), str):
                settings[option] = self.secret_of(key, option, settings[option])
        try:
            source = sources.build(kind, settings)
        except ValidationError as error:
            self.take(error, at)
        except PydanticUserError as error:
            self.add((*at, "type"), f"{shown(kind)} can't be used: {str(error)[:200]}")
        else:
            if table.get("paused") is not True and (account := _account(source)):
                self.logged_in[key] = account
            if self.resolve:
                self.result.sources[key] = source

    # Secrets

    def proxy(self) -> None:
        path: KeyPath = ("http", "proxy")
        said = self.table("http").get("proxy")
        if not isinstance(said, str) or not said:
            return
        if is_reference(said) and not self.resolve:
            return
        is_secret = is_reference(said) or urls.redact(said) != said
        try:
            proxy = self.secret(path, said) if is_secret else Secret(said)
        except ValueError as error:
            self.add(path, str(error))
            return
        if not urls.host(proxy):
            self.add(path, 'is not the address of a proxy, such as "http://proxy.example:3128"')
        self.result.proxy = proxy

    def secret_of(self, key: str, option: str, said: str) -> Secret:
        """Return a secret of a source, or something in its place, and note that it is missing."""
        path: KeyPath = ("sources", key, option)
        if self.needed is not None and key not in self.needed:
            self.result.lacking[key] = "its secrets were not looked up"
            return Secret(HIDDEN)
        try:
            return self.secret(path, said)
        except ValueError as error:
            self.result.lacking[key] = f"{option}: {error}"
            paused = self.table("sources")[key].get("paused") is True
            self.doubtful[path] = f"{error}; " + (
                "needed when it is no longer paused" if paused else "the source can't be read without it"
            )
            return Secret(HIDDEN)

    def secret(self, path: KeyPath, said: str) -> Secret:
        """Return the secret that an option stands for, or something in its place if none is looked up.

        Raises:
            ValueError: it can't be had, and why.
        """
        if not is_reference(said):
            if path not in self.layers.overrides:
                self.written_out(path)
        elif not self.resolve:
            return Secret(HIDDEN)
        if said.startswith("cmd:") and self.foreign:
            raise ValueError(f"no command is run from a file that {self.foreign}")
        return resolve(said, folder=self.layers.path.absolute().parent, env=self.layers.env)

    def written_out(self, path: KeyPath) -> None:
        """Note a secret that stands in the file itself."""
        if self.layers.mode & 0o044:
            self.add(path, f"is a secret in a file that others can read; {_REFER}, or chmod 600 the file")
        else:
            self.doubtful[path] = f"is a secret written out; better {_REFER}"

    @property
    def foreign(self) -> str:
        """Why the file may say what somebody else wants; empty if it can't."""
        if self.layers.mode & 0o002:
            return "everybody can write to"
        return "" if self.layers.owner in (0, os.geteuid()) else "belongs to another user"

    # What is allowed and perhaps not meant

    def doubts(self) -> None:
        if not self.values["http"]["contact"]:
            self.doubtful["http", "contact"] = (
                'is empty, so sites that are read can\'t reach you; write "mailto:you@acme.example"'
            )
        scoring = self.values["scoring"]
        folder = scoring["model"] and str(
            self.layers.path.absolute().parent / Path(scoring["model"]).expanduser()
        )
        if why := score.trouble(scoring["scorer"], folder):
            self.doubtful["scoring", "scorer"] = why
        foreign = [lang for lang in scoring["languages"] if lang != "en"]
        if foreign and scoring["scorer"] != "onnx":
            self.doubtful["scoring", "languages"] = (
                f"{scoring['scorer']} reads English alone, and takes texts in {', '.join(foreign)} for that"
            )
        if not self.table("sources"):
            self.doubtful[("sources",)] = "is missing, so nothing is read (repwatch source types)"
        owners: dict[str, str] = {}
        for key, brand in self.table("brands").items():
            if brand.get("weak_terms") and not brand.get("need_one_of"):
                self.doubtful["brands", key, "weak_terms"] = (
                    "are seldom more than unsure without need_one_of, and there is none"
                )
            for n, term in enumerate(brand.get("terms", ())):
                owner = owners.setdefault(unicodedata.normalize("NFKC", term).casefold(), key)
                if owner != key:
                    self.doubtful["brands", key, "terms", n] = f"{shown(term)} is a term of {owner}, too"
        self.accounts()
        places: dict[str, str] = {}
        for key, table in self.table("sources").items():
            place = {option: value for option, value in table.items() if option not in ("every", "paused")}
            twin = places.setdefault(json.dumps(place, sort_keys=True, default=str), key)
            if twin != key:
                self.doubtful["sources", key] = f"reads the same place as sources.{twin}"

    def accounts(self) -> None:
        """Doubt own accounts that are misspelt, and logins whose account is nobody's."""
        types = sources.source_types()
        forms = {
            form.partition(":")[0]: form
            for kind in types.values()
            if (form := getattr(kind, "author_like", None))
        }
        ids = {type: pattern for type, kind in types.items() if (pattern := getattr(kind, "author_id", None))}
        own: set[str] = set()
        for key, brand in self.table("brands").items():
            for n, account in enumerate(brand.get("own_accounts", ())):
                own.add(account_key(account))
                place, _, name = account_key(account).partition(":")
                if place in ids and not re.fullmatch(rf".*[*?\[].*|{ids[place]}", name, re.IGNORECASE):
                    self.doubtful["brands", key, "own_accounts", n] = (
                        f"{shown(account)} matches nobody: accounts are known by their ids there, such as"
                        f" {shown(forms[place])}"
                    )
                near = get_close_matches(place, forms, n=1, cutoff=_NEAR)
                if near and place not in (*forms, *types):
                    like = shown(forms[near[0]])
                    self.doubtful["brands", key, "own_accounts", n] = (
                        f"{shown(account)}: did you mean {like}?"
                    )
        for name, account in self.logged_in.items():
            if not any(fnmatchcase(one, account_key(account)) for one in own):
                place, _, who = account.partition(":")
                one = (
                    f"its account, such as {shown(forms.get(place, account))}"
                    if who == "*"
                    else shown(account)
                )
                self.doubtful["sources", name] = (
                    f"reads what is said to {one}: put that into a brand's own_accounts,"
                    " or nothing that it hears there or says itself is known as the brand's"
                )

    # Words

    def worded(self, found: Mapping[KeyPath, str | ErrorDetails]) -> list[Mistake]:
        """Return what was found, in the order of the file."""
        if not found:
            return []
        lines = key_lines(self.layers.text)
        placed = sorted(((line_of(lines, path) or 0, path) for path in found), key=lambda place: place[0])
        return [self.mistake(line or None, path, found[path]) for line, path in placed[:MOST_SHOWN]]

    def mistake(self, line: int | None, path: KeyPath, said: str | ErrorDetails) -> Mistake:
        message = said if isinstance(said, str) else self.explained(path, said)
        variable = self.layers.overrides.get(path[:2])
        if variable:
            return Mistake(ENVIRONMENT, None, variable, message)
        return Mistake(self.layers.name, line, dotted(path), message)

    def explained(self, path: KeyPath, error: ErrorDetails) -> str:
        if error["type"] in UNKNOWN:
            return self.unknown(path)
        hidden = (
            len(path) > 2 and path[0] == "sources" and self.settings(str(path[1])).get(str(path[2]), False)
        )
        said = wording(error["type"], error["msg"], error["input"], error.get("ctx", {}), secret=hidden)
        if said == "is missing" and path[-1] == "type":
            return "is missing: which type of source is it? (repwatch source types)"
        return said

    def unknown(self, path: KeyPath) -> str:
        key = str(path[-1])
        options = [*self.options_at(path[:-1])]
        if near := nearest(key, options):
            return f"unknown key{near}"
        homes = [section for section, model in SECTIONS.items() if key in option_names(model)]
        if homes and len(path) <= 2:
            return f"unknown key. It belongs in [{homes[0]}]"
        others = ", ".join(option for option in options if option != "type")
        return f"unknown key. There is: {others}" if others else "unknown key"

    def options_at(self, path: KeyPath) -> Iterable[str]:
        """Return the keys that a table may have."""
        match path:
            case ():
                return option_names(FileTable)
            case (str(section),) if section in SECTIONS:
                return option_names(SECTIONS[section])
            case ("brands", _):
                return option_names(BrandTable)
            case ("sources", str(key)):
                return (*self.settings(key), *CORE_KEYS)
            case ("sources", str(key), str(option)):
                return inner_names(self.table("sources")[key].get("type"), option)
        return ()

    def settings(self, source: str) -> dict[str, bool]:
        """Return the settings that a configured source may have, as `settings_of` does."""
        return settings_of(self.table("sources")[source].get("type"))
