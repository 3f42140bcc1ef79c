"""`brand`: what is watched, and whether a text would be found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from repwatch.commands.base import Group, Session, general
from repwatch.commands.options import JsonOption, Listing, listed
from repwatch.commands.score import read_text
from repwatch.errors import UsageError

if TYPE_CHECKING:
    from rich.text import Text

    from repwatch.match import Matched
    from repwatch.model import Brand, Mention, Relevance, Span

app = typer.Typer(cls=Group, help="What is watched.", no_args_is_help=True)

AROUND = 40
"""Characters shown on each side of what matched."""

MOST_SPANS = 5
"""Places shown of each brand in one text."""


@app.command("list")
@general
@listed
def list_brands(session: Session, *, shown: Listing) -> None:
    """List the brands that are watched, and what names them.

    Examples:

        repwatch brand list
    """
    from repwatch.render import Column, text_of

    def few(words: Sequence[str]) -> str:
        return ", ".join(words) or text_of(None)

    known = [
        Column("brand"),
        Column("role"),
        Column("name"),
        Column("terms", show=few),
        Column("weak_terms", show=few),
    ]
    rows = [
        {
            "brand": brand.key,
            "role": brand.role,
            "name": brand.name,
            "terms": brand.terms,
            "weak_terms": brand.weak_terms,
        }
        for brand in session.settings.brands.values()
    ]
    shown.show(session.out, rows, known, schema="repwatch.brands/1", key="brands")


@app.command("show")
@general
def show(
    session: Session,
    brand: Annotated[str, typer.Argument(metavar="BRAND", help="Its key in the configuration.")],
    json: JsonOption = False,
) -> None:
    """Show all that is known of one brand.

    Examples:

        repwatch brand show acme
    """
    from repwatch.formats import flat, json_document

    document = _document(_brand(session, brand))
    if json:
        session.out.file.write(json_document("repwatch.brand/1", document))
        return
    for name, value in document.items():
        words = value if isinstance(value, str) else ", ".join(value)
        print(f"{name:13}{flat(words) or '–'}")


@app.command("test")
@general
def try_text(
    session: Session,
    text: Annotated[
        str | None, typer.Argument(metavar="[TEXT|-]", help="What somebody wrote; - reads it from stdin.")
    ] = None,
    brand: Annotated[
        list[str] | None,
        typer.Option("-b", "--brand", metavar="BRAND", help="Only this brand; may be repeated."),
    ] = None,
    title: Annotated[str, typer.Option("--title", metavar="TEXT", help="Its title, if it has one.")] = "",
    replay: Annotated[
        bool, typer.Option("--replay", help="Try the queries on what was read, instead of a text.")
    ] = False,
    since: Annotated[
        str, typer.Option("--since", metavar="TIME", help="How far --replay goes back; near-misses last 14d.")
    ] = "14d",
    json: JsonOption = False,
) -> None:
    """Say which brands a text is about, or may be about, and why or why not.

    With --replay, the configured queries are tried on the stored mentions and on the near-misses: what
    would be gained and lost, and how well they do on what people corrected. A changed configuration is
    tried with --config, before it is put in place. Nothing is fetched or stored.

    Examples:

        repwatch brand test "My acme broke after two days"
        repwatch brand test --brand acme --title "Anvils" "acme or zed?"
        repwatch brand test --replay --config new.toml --since 30d
    """
    from repwatch.commands.brand_replay import replay as replay_past
    from repwatch.formats import json_document
    from repwatch.match import Matcher
    from repwatch.model import Mention
    from repwatch.text import clean

    brands = session.settings.brands
    chosen = [_brand(session, key) for key in dict.fromkeys(brand)] if brand else list(brands.values())
    if replay:
        if text is not None:
            raise UsageError("--replay takes no text: it tries the queries on what was read")
        replay_past(session, chosen, since, json=json)
        return
    if text is None:
        raise UsageError("there is no text to try", hint='Try: repwatch brand test "some text"')
    mention = Mention(space="test", native_id="test", kind="post", title=clean(title), text=read_text(text))
    matched = Matcher(chosen).match(mention)
    verdicts = [_verdict(one, matched, mention) for one in chosen]
    if json:
        body = {"title": mention.title, "text": mention.text, "brands": verdicts}
        session.out.file.write(json_document("repwatch.brand_test/1", body))
        return
    for verdict in verdicts:
        session.out.print(_headline(verdict), soft_wrap=True)
        for span in verdict["spans"][:MOST_SPANS]:
            session.out.print(_quote(span, getattr(mention, span["field"]) or ""), soft_wrap=True)
        if len(verdict["spans"]) > MOST_SPANS:
            print(f"  … {len(verdict['spans']) - MOST_SPANS} more")
    if not verdicts:
        session.say("No brand is configured.")


@app.command("suggest")
@general
def suggest(
    session: Session,
    brand: Annotated[
        str | None, typer.Argument(metavar="[BRAND]", help="Its key in the configuration; without it, all.")
    ] = None,
    since: Annotated[str, typer.Option("--since", metavar="TIME", help="How far to look back.")] = "90d",
    json: JsonOption = False,
) -> None:
    """Propose context words and exclusions for a brand, out of mentions that are about it and others.

    About it are those that name it by a term, or of which somebody said so; others are near-misses, and
    what somebody said is not about it. Each proposal has the counts behind it. It prints lines for the
    configuration; try them with: repwatch brand test --replay.

    Examples:

        repwatch brand suggest
        repwatch brand suggest acme --since 30d
    """
    from repwatch.commands.brand_suggest import propose

    brands = session.settings.brands
    propose(session, [_brand(session, brand)] if brand else list(brands.values()), since, json=json)


def _brand(session: Session, key: str) -> Brand:
    from repwatch.render import pick

    return session.settings.brands[pick(key, session.settings.brands, "brand")]


def _document(brand: Brand) -> dict[str, Any]:
    return {
        "brand": brand.key,
        "name": brand.name,
        "role": brand.role,
        "terms": brand.terms,
        "weak_terms": brand.weak_terms,
        "need_one_of": brand.need_one_of,
        "exclude": brand.exclude,
        "own_accounts": brand.own_accounts,
        "own_domains": brand.own_domains,
    }


def _verdict(brand: Brand, matched: Matched, mention: Mention) -> dict[str, Any]:
    for match in matched.about:
        if match.brand == brand.key:
            return _as_document(brand, match.relevance, ", ".join(match.why), match.spans, mention)
    for miss in matched.near_misses:
        if miss.brand == brand.key:
            return _as_document(brand, None, miss.why, miss.spans, mention)
    words = (*brand.terms, *brand.weak_terms)
    why = "none of its terms is in the text" if words else "it has no terms"
    return _as_document(brand, None, why, (), mention)


def _as_document(
    brand: Brand, relevance: Relevance | None, why: str, spans: Sequence[Span], mention: Mention
) -> dict[str, Any]:
    found = [
        {
            "field": span.field,
            "start": span.start,
            "end": span.end,
            "text": (getattr(mention, span.field) or "")[span.start : span.end],
            "rule": span.rule,
            "term": span.term,
        }
        for span in spans
    ]
    return {
        "brand": brand.key,
        "about": relevance == "about",
        "why": why,
        "spans": found,
        "relevance": relevance,
    }


_HEADLINES = {"about": ("about", "green"), "unsure": ("unsure", "yellow"), None: ("not about", "yellow")}


def _headline(verdict: dict[str, Any]) -> Text:
    from rich.text import Text

    from repwatch.formats import flat

    line = Text(f"{verdict['brand']}: ")
    line.append(*_HEADLINES[verdict["relevance"]])
    return line.append(f" ({flat(verdict['why'])})")


def _quote(span: dict[str, Any], text: str) -> Text:
    """Return the words around a place, with the place in brackets."""
    from rich.text import Text

    from repwatch.formats import flat

    start, end = span["start"], span["end"]
    first, last = max(0, start - AROUND), min(len(text), end + AROUND)
    quote = Text(f"  {span['field']} {start}-{end}, {flat(span['rule'])}: ")
    quote.append(("…" if first else "") + _edge(text[first:start]))
    quote.append(f"[{flat(text[start:end])}]", style="bold")
    return quote.append(_edge(text[end:last]) + ("…" if last < len(text) else ""))


def _edge(text: str) -> str:
    """Return a text on one line that keeps the blanks at its ends."""
    from repwatch.formats import flat

    return (
        (" " if text[:1].isspace() else "")
        + flat(text)
        + (" " if text[-1:].isspace() and text.strip() else "")
    )
