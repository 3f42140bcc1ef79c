"""`score`: how a text sounds, and which of its words say so."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from repwatch.commands.base import Session, general
from repwatch.commands.options import JsonOption
from repwatch.errors import UsageError

if TYPE_CHECKING:
    from repwatch.judge import Judge

MOST = 100_000
"""Characters read from standard input."""


@general
def score(
    session: Session,
    text: Annotated[
        str | None, typer.Argument(metavar="[TEXT|-]", help="What somebody wrote; - reads it from stdin.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say what carried the score.")] = False,
    scorer: Annotated[
        str | None, typer.Option("--scorer", metavar="NAME", help="Another scorer than the configured one.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Say how a text sounds: its label, and a score from -1 to 1.

    The words, languages and cut-offs of the configuration count if there is one; none is needed.

    Examples:

        repwatch score "Two weeks and no answer, this is terrible"
        repwatch score --explain "Support was great, but the anvil broke"
    """
    from repwatch.formats import json_document
    from repwatch.judge import spoken
    from repwatch.language import detect
    from repwatch.model import Mention
    from repwatch.words import signed, verdict

    if text is None:
        raise UsageError("there is no text to score", hint='Try: repwatch score "some text"')
    judge = _judge(session, scorer)
    mention = Mention(space="score", native_id="score", kind="post", text=read_text(text))
    names = [span for match in judge.matcher.match(mention).about for span in match.spans]
    words = spoken(mention, names)
    lang = detect(words)
    sentiment = judge.scorer.score(words, lang=lang, rating=None)
    version = f"{judge.scorer.name}/{judge.scorer.version}"
    if json:
        body = {
            "label": sentiment.label,
            "sentiment": sentiment.score,
            "p_negative": sentiment.p_negative,
            "lang": lang,
            "reasons": sentiment.reasons,
            "scorer": version,
        }
        session.out.file.write(json_document("repwatch.score/1", body))
        return
    print(
        sentiment.label
        if sentiment.score is None
        else f"{sentiment.label} {signed(sentiment.score, ascii=not session.out.is_terminal)}"
    )
    if explain:
        print(f"  {verdict(sentiment)}")
        print(f"  language  {lang or 'not recognised'}")
        print(f"  because   {', '.join(sentiment.reasons) or 'nothing in it weighs much'}")
        print(f"  scorer    {version}")
    elif sentiment.score is None:
        session.say(", ".join(sentiment.reasons))


def read_text(argument: str) -> str:
    """Return a text given as an argument, cleaned; "-" stands for standard input."""
    from repwatch.text import clean

    return clean(sys.stdin.read(MOST) if argument == "-" else argument)


def _judge(session: Session, name: str | None) -> Judge:
    """Return the configured judge, or one that knows no brands where nothing is configured."""
    from dataclasses import replace

    from repwatch.config import find
    from repwatch.judge import Judge, judge_for
    from repwatch.match import Matcher
    from repwatch.score import scorer

    if find(session.flags.config) is None:
        return Judge(Matcher(()), scorer(name) if name else scorer())
    scoring = session.settings.scoring
    return judge_for(session.settings.brands.values(), replace(scoring, scorer=name or scoring.scorer))
