"""`score`: how a text sounds, and which of its words say so."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from repwatch.commands.base import Session, general
from repwatch.commands.options import OUTPUT, JsonOption
from repwatch.errors import UsageError

if TYPE_CHECKING:
    from repwatch.judge import Judge

PARTIAL = 5
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
    brand: Annotated[
        str | None,
        typer.Option("-b", "--brand", metavar="BRAND", help="With --jsonl: judge the texts for this brand."),
    ] = None,
    json: JsonOption = False,
    jsonl: Annotated[
        bool,
        typer.Option("--jsonl", help="Read and write one JSON record a line.", rich_help_panel=OUTPUT),
    ] = False,
) -> None:
    """Say how a text sounds: its label, and a score from -1 to 1.

    The words, languages and cut-offs of the configuration count if there is one; none is needed.

    With --jsonl it judges texts of another program: each line of standard input holds an id and a text,
    and perhaps the target (the name that it is about), rating (1 to 5) and lang; each line of standard
    output the answer, in the same order. A line that can't be read is told on standard error; in the
    end that makes the exit code 5.

    Examples:

        repwatch score "Two weeks and no answer, this is terrible"
        repwatch score --explain "Support was great, but the anvil broke"
        repwatch score --jsonl - < texts.jsonl > scored.jsonl
    """
    if jsonl:
        raise typer.Exit(_batch(session, text, brand, scorer, other=json or explain))
    if brand is not None:
        raise UsageError(
            "--brand goes with --jsonl", hint=f'Try: repwatch brand test --brand {brand} "some text"'
        )
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


def _batch(session: Session, text: str | None, brand: str | None, scorer: str | None, *, other: bool) -> int:
    """Judge the lines of standard input; return the exit code."""
    from repwatch.batch import Batch, dumped
    from repwatch.formats import json_line
    from repwatch.render import pick

    if other or text not in (None, "-"):
        raise UsageError("--jsonl reads texts from standard input, and needs no other option for them")
    if brand is not None:
        pick(brand, session.settings.brands, "brand")
    bad = 0
    out = sys.stdout.buffer
    for answers in Batch(_judge(session, scorer), brand).answers(sys.stdin.buffer):  # type: ignore[arg-type]  # it is buffered, which typeshed does not say
        for answer in answers:
            if answer.record is not None:
                out.write(dumped(answer.record))
                continue
            bad += 1
            error = {"line": answer.line, "message": f"line {answer.line} {answer.wrong}"}
            print(json_line({"error": error}), end="", file=sys.stderr)
        out.flush()
    return PARTIAL if bad else 0


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
