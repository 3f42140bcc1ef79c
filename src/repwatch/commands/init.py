"""repwatch init: a first configuration, with which a scan works at once."""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from repwatch.commands.base import Session, general
from repwatch.commands.options import YesOption
from repwatch.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails
    from tomlkit.items import Table

TEMPLATE = """\
# What repwatch watches. Check it with: repwatch config check
# Every option is explained in: repwatch help config
schema = 1
timezone = "UTC"  # days and weeks in reports are counted here
database = "repwatch.db"  # relative to this file

[http]
contact = ""  # sent in the User-Agent, so that sites can reach you: "mailto:you@acme.example"
min_gap = "1s"  # least time between two requests to one host

[scan]
every = "30m"  # how often a source is due; a source may say otherwise
first_look_back = "14d"  # how far the first scan goes back
"""

EXAMPLES = """
# More places; take the # away. All types: repwatch source types. What runs at an address, and the
# table for it: repwatch source discover https://forum.example
#
# [sources.blog]
# type = "feed"  # RSS, Atom, JSON Feed, or a page that links to one
# url = "https://news.example/feed.xml"
#
# [sources.fediverse]
# type = "mastodon"  # hashtags on the instances that you name
# instances = ["https://mastodon.example"]
#
# [sources.shop]
# type = "reviews"  # reviews on a product's page
# url = "https://shop.example/anvil"
# about = "{brand}"  # everything there is about this brand

# Rivals to compare with:
#
# [brands.zed]
# name = "Zed Forge"
# terms = ["zed forge"]
# role = "competitor"
"""

DirArgument = Annotated[
    Path | None, typer.Argument(metavar="[DIR]", help="Where to: here.", show_default=False)
]
BrandOption = Annotated[str | None, typer.Option("--brand", metavar="NAME", help="The brand to watch.")]
TermOption = Annotated[
    list[str] | None,
    typer.Option("--term", metavar="TERM", help="A name it goes by, in place of guesses; may be repeated."),
]
DomainOption = Annotated[
    list[str] | None,
    typer.Option("--domain", metavar="DOMAIN", help="A website of its own; may be repeated."),
]
ContactOption = Annotated[
    str | None,
    typer.Option("--contact", metavar="MAIL", help="Where sites that are read can reach you."),
]
KindOption = Annotated[
    list[str] | None,
    typer.Option(
        "--source",
        metavar="TYPE[=ADDRESS]",
        help="Where to look: hackernews, feed=https://news.example/feed.xml; may be repeated.",
    ),
]
GlobalOption = Annotated[bool, typer.Option("--global", help="For you everywhere, not for one folder.")]
ForceOption = Annotated[
    bool, typer.Option("--force", help="Replace a configuration; the old one becomes .bak.")
]


@dataclass(frozen=True, slots=True)
class Answers:
    """What a first configuration needs to know."""

    brand: str
    terms: tuple[str, ...]
    domains: tuple[str, ...]
    contact: str
    sources: tuple[str, ...]


@general
def init(
    session: Session,
    folder: DirArgument = None,
    brand: BrandOption = None,
    term: TermOption = None,
    domain: DomainOption = None,
    contact: ContactOption = None,
    source: KindOption = None,
    everywhere: GlobalOption = False,
    force: ForceOption = False,
    yes: YesOption = False,
) -> None:
    """Write a first configuration; asks for what it is not told.

    Examples:

        repwatch init --brand "Acme Anvils"
        repwatch init --brand "Acme Anvils" --contact social@acme.example --source feed=https://news.example/rss
    """
    from repwatch.config import shown

    target = _target(session, folder, everywhere)
    if os.path.lexists(target) and not force:
        raise UsageError(
            f"there is a configuration already: {shown(target)}", hint="Replace it with --force, or edit it."
        )
    ask = session.may_ask and not yes
    brand = (brand or "").strip()
    if not brand and not session.may_ask:
        raise UsageError("which brand is to be watched?", hint='Say so: --brand "Acme Anvils"')
    brand = brand or typer.prompt("Brand to watch", err=True).strip()
    if domain is None and ask:
        domain = typer.prompt("Its websites, such as acme.example", "", show_default=False, err=True).split()
    if contact is None and ask:
        contact = typer.prompt(
            "Mail address for sites to reach you",
            "",
            show_default=False,
            err=True,
            value_proc=_usable_contact,
        )
    answers = Answers(
        brand=brand,
        terms=tuple(term or guessed_terms(brand)),
        domains=tuple(_host(address) for address in domain or ()),
        contact=_reachable((contact or "").strip()),
        sources=tuple(source or ("hackernews",)),
    )
    text = configuration(answers, everywhere=everywhere)
    _check(text)
    write(target, text, force=force)
    print(f"Wrote {shown(target)}: {answers.brand} is looked for as {', '.join(answers.terms)}")
    if not answers.contact:
        session.say("Sites that are read can't reach you yet: fill in contact.")
    session.say("Next: repwatch scan")


def configuration(answers: Answers, *, everywhere: bool = False) -> str:
    """Return the text of a first configuration.

    Raises:
        UsageError: a source is unknown, or lacks its address.
    """
    import tomlkit

    key = slug(answers.brand)
    document = tomlkit.parse(TEMPLATE)
    document["timezone"] = system_zone()
    if everywhere:
        del document["database"]
    if answers.contact:
        document["http"]["contact"] = answers.contact
    document["brands"] = _tables({key: _brand(answers)})
    document["sources"] = _tables(_sources(answers.sources))
    return tomlkit.dumps(document) + EXAMPLES.replace("{brand}", key)


def guessed_terms(brand: str) -> tuple[str, ...]:
    """Return what a brand is probably called: "Acme Anvils" is acme anvils, or acmeanvils."""
    words = unicodedata.normalize("NFKC", brand).casefold().split()
    return tuple(dict.fromkeys((" ".join(words), "".join(words))))


def slug(brand: str) -> str:
    """Return a key for a brand: letters a-z, figures and hyphens."""
    plain = unicodedata.normalize("NFKD", brand).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:64].strip("-") or "brand"


def system_zone() -> str:
    """Return the name of the time zone that this machine is set to; UTC if it does not say."""
    named = [os.environ.get("TZ", "").lstrip(":")]
    try:
        named.append(str(Path("/etc/localtime").resolve(strict=True)).partition("zoneinfo/")[2])
        named.append(Path("/etc/timezone").read_text("ascii").strip())
    except (OSError, ValueError):
        pass
    return next((name for name in named if name and _is_zone(name)), "UTC")


def write(target: Path, text: str, *, force: bool) -> None:
    """Write a new file that nobody else can read; with `force`, an old one is kept as .bak.

    Raises:
        ConfigError: it can't be written.
        UsageError: somebody else wrote one in the meantime.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if force and os.path.lexists(target):
            os.replace(target, target.with_name(f"{target.name}.bak"))
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise UsageError(f"{target} is in the way", hint="Replace it with --force.") from error
    except OSError as error:
        raise ConfigError(f"{target} can't be written: {error.strerror}", where=str(target)) from error


def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo

    try:
        return bool(ZoneInfo(name).key)
    except (ValueError, OSError, KeyError):
        return False


def _target(session: Session, folder: Path | None, everywhere: bool) -> Path:
    """Return the file to write: --config, the user's own, or repwatch.toml in a folder.

    Raises:
        UsageError: more than one of them was asked for.
    """
    from platformdirs import user_config_path

    asked = {"--config": session.flags.config, "DIR": folder, "--global": everywhere or None}
    named = [name for name, value in asked.items() if value is not None]
    if len(named) > 1:
        raise UsageError(f"{' and '.join(named)} exclude each other: there is one file to write")
    if session.flags.config is not None:
        return session.flags.config.expanduser().absolute()
    if everywhere:
        return user_config_path("repwatch", appauthor=False) / "config.toml"
    return (folder or Path()).expanduser().absolute() / "repwatch.toml"


def _host(address: str) -> str:
    from repwatch.urls import host

    return host(address) or address


def _usable_contact(contact: str) -> str:
    """Return a contact that a configuration takes; raise BadParameter, and be asked again, for another."""
    from pydantic import TypeAdapter, ValidationError

    from repwatch.config.options import HttpTable
    from repwatch.config.values import DEFAULTS

    try:
        TypeAdapter(HttpTable).validate_python(DEFAULTS["http"] | {"contact": _reachable(contact.strip())})
    except ValidationError as error:
        raise typer.BadParameter(f"{contact!r} is no address to reach you at") from error
    return contact


def _reachable(contact: str) -> str:
    return f"mailto:{contact}" if "@" in contact and ":" not in contact else contact


def _brand(answers: Answers) -> dict[str, Any]:
    table: dict[str, Any] = {"name": answers.brand, "terms": list(answers.terms)}
    return table | ({"own_domains": list(answers.domains)} if answers.domains else {})


def _sources(asked: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Return a table for each source asked for, named after its type.

    Raises:
        UsageError: there is no such type, or it needs an address.
    """
    tables: dict[str, dict[str, Any]] = {}
    for one in dict.fromkeys(asked):
        kind, _, address = one.partition("=")
        count = sum(table["type"] == kind for table in tables.values())
        tables[f"{kind}-{count + 1}" if count else kind] = _source(kind, address)
    return tables


def _source(kind: str, address: str) -> dict[str, Any]:
    """Return the table of one source; its first setting takes the address."""
    from dataclasses import fields

    from pydantic import ValidationError

    from repwatch.config.words import nearest, shown
    from repwatch.sources import build, source_types

    types = source_types()
    if kind not in types:
        raise UsageError(
            f"there is no source type {shown(kind)}{nearest(kind, types)}",
            hint=f"There is: {', '.join(types)}",
        )
    settings: dict[str, Any] = {}
    if address:
        first = fields(types[kind])[0]  # type: ignore[arg-type]  # every source is a dataclass, which no protocol can say
        settings[first.name] = [address] if "tuple" in str(first.type) else address
    try:
        build(kind, settings)
    except ValidationError as error:
        raise UsageError(
            f"--source {kind}: {_why(error.errors()[0])}",
            hint=f"Give it its address: --source {kind}=https://…",
        ) from error
    return {"type": kind, **settings}


def _why(error: ErrorDetails) -> str:
    from repwatch.config.words import dotted, wording

    said = wording(error["type"], error["msg"], error["input"], error.get("ctx", {}))
    return f"{dotted(map(str, error['loc']))} {said}".strip()


def _tables(entries: dict[str, dict[str, Any]]) -> Table:
    """Return [NAME.KEY] tables without a [NAME] of their own."""
    import tomlkit

    outer = tomlkit.table(is_super_table=True)
    for key, entry in entries.items():
        outer[key] = entry
    return outer


def _check(text: str) -> None:
    """See that a text is a right configuration before anything is written.

    Raises:
        UsageError: what was asked for makes none.
    """
    from tempfile import TemporaryDirectory

    from repwatch.config import load

    with TemporaryDirectory() as folder:
        draft = Path(folder) / "repwatch.toml"
        draft.write_text(text, encoding="utf-8")
        draft.chmod(0o600)
        try:
            load(draft, env={})
        except ConfigError as error:
            wrong = "; ".join(f"{mistake.key}: {mistake.message}" for mistake in error.mistakes)
            raise UsageError(f"that makes no right configuration: {wrong}") from error
