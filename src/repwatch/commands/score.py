"""`score`: how a text sounds, and which of its words say so."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from repwatch.commands.base import Session, general
from repwatch.commands.options import OUTPUT, Asked, DryRunOption, JsonOption, filtered
from repwatch.errors import UsageError

if TYPE_CHECKING:
    from repwatch.judge import Judge
    from repwatch.match import Matched
    from repwatch.model import Mention

PARTIAL = 5
RESCORE = "The other options that say which mentions belong to --rescore."
GARBAGE = 100_000
"""Values made before the collector looks for rings of garbage: a judge makes none, and looking takes a tenth
of the time."""

MOST = 100_000
"""Characters read from standard input."""


@general
@filtered
def score(
    session: Session,
    text: Annotated[
        str | None, typer.Argument(metavar="[TEXT|-]", help="What somebody wrote; - reads it from stdin.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say what carried the score.")] = False,
    scorer: Annotated[
        str | None, typer.Option("--scorer", metavar="NAME", help="Another scorer than the configured one.")
    ] = None,
    rescore: Annotated[
        bool, typer.Option("--rescore", help="Judge stored mentions anew, instead of a text.")
    ] = False,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
    jsonl: Annotated[
        bool,
        typer.Option("--jsonl", help="Read and write one JSON record a line.", rich_help_panel=OUTPUT),
    ] = False,
    *,
    asked: Asked,
) -> None:
    """Say how a text sounds: its label, and a score from -1 to 1.

    The words, phrases, languages and cut-offs of the configuration count if there is one; none is needed.
    With --brand it is judged as mentions of that brand are: where others are named as well, by what is
    said of it, and with what it taught the model.
    With --rescore, stored mentions are judged anew by the brands and the scorer of today; what
    people have corrected still counts.

    With --jsonl it judges texts of another program: each line of standard input holds an id and a text,
    and perhaps the target (the name that it is about; --brand stands for those without), rating (1 to 5)
    and lang; each line of standard output the answer, in the same order. A line that can't be read is
    told on standard error; in the end that makes the exit code 5.

    Examples:

        repwatch score "Two weeks and no answer, this is terrible"
        repwatch score --explain "Support was great, but the anvil broke"
        repwatch score --brand acme "Acme Anvils are lighter than those of Zed Forge"
        repwatch score --jsonl - < texts.jsonl > scored.jsonl
        repwatch score --rescore --since 90d --dry-run
    """
    if jsonl:
        raise typer.Exit(_batch(session, text, asked, scorer, other=json or explain or rescore or dry_run))
    from repwatch.formats import folded, json_document
    from repwatch.model import Mention
    from repwatch.words import signed, verdict

    if rescore:
        if text is not None or explain:
            raise UsageError("--rescore is about stored mentions, not a text", hint="Leave out the text.")
        from repwatch.commands.rescore import rescore as judge_anew

        session.settings  # noqa: B018 (stored mentions need a configuration, and it says so)
        raise typer.Exit(judge_anew(session, _judge(session, scorer), asked, dry_run=dry_run, json=json))
    if dry_run or asked != Asked(brand=asked.brand):
        raise UsageError("which mentions, and --dry-run, belong to --rescore", hint="Add --rescore.")
    if text is None:
        raise UsageError("there is no text to score", hint='Try: repwatch score "some text"')
    brand = _brand(session, asked)
    judge = _judge(session, scorer)
    mention = Mention(space="score", native_id="score", kind="post", text=read_text(text))
    judged = judge.assess(mention, _matched(judge, mention, brand), version=b"")
    lang, found = judged.mention.lang, judged.assessments[-1]
    sentiment = found.sentiment
    if json:
        body = {
            "label": sentiment.label,
            "sentiment": sentiment.score,
            "p_negative": sentiment.p_negative,
            "kind": found.intent,
            "urgency": found.urgency,
            "lang": lang,
            "reasons": sentiment.reasons,
            "why": found.why,
            "brand": brand or None,
            "comparison": found.comparison,
            "scorer": found.scorer,
        }
        session.out.file.write(json_document("repwatch.score/1", body))
        return
    print(
        sentiment.label
        if sentiment.score is None
        else f"{sentiment.label} {signed(sentiment.score, ascii=not session.out.is_terminal)}"
    )
    if explain:
        width = session.out.width if session.out.is_terminal else None
        for name, said in (
            ("", verdict(sentiment)),
            ("kind      ", "; ".join(found.why) or "other: it asks for nothing"),
            ("language  ", lang or "not recognised"),
            ("because   ", ", ".join(sentiment.reasons) or "nothing in it weighs much"),
            ("scorer    ", found.scorer),
        ):
            print(*folded(f"  {name}{said}", width, indent=2 + len(name)), sep="\n")
    elif sentiment.score is None:
        session.say(", ".join(sentiment.reasons))


def _batch(session: Session, text: str | None, asked: Asked, scorer: str | None, *, other: bool) -> int:
    """Judge the lines of standard input; return the exit code."""
    from repwatch.batch import Batch, dumped
    from repwatch.formats import json_line

    if other or text not in (None, "-"):
        raise UsageError("--jsonl reads texts from standard input, and needs no other option for them")
    if asked != Asked(brand=asked.brand):
        raise UsageError("--jsonl judges for one --brand, or for what each line names", hint=RESCORE)
    brand = _brand(session, asked)
    judge = _judge(session, scorer)
    gc.freeze()
    gc.set_threshold(GARBAGE)
    bad = 0
    out = sys.stdout.buffer
    for answers in Batch(judge, brand or None).answers(sys.stdin.buffer):  # type: ignore[arg-type]  # it is buffered, which typeshed does not say
        for answer in answers:
            if answer.record is not None:
                out.write(dumped(answer.record))
                continue
            bad += 1
            error = {"line": answer.line, "message": f"line {answer.line} {answer.wrong}"}
            print(json_line({"error": error}), end="", file=sys.stderr)
        out.flush()
    return PARTIAL if bad else 0


def _brand(session: Session, asked: Asked) -> str:
    """Return the key of the one brand that is asked for, empty if none is."""
    if not asked.brand:
        return ""
    if len(asked.brand) > 1:
        raise UsageError("a text is judged for one --brand at a time", hint=RESCORE)
    from repwatch.render import pick

    return pick(asked.brand[0], session.settings.brands, "brand")


def _matched(judge: Judge, mention: Mention, brand: str) -> Matched:
    """Return a text as one about a brand, and others named beside it; or as one about all that it names."""
    from repwatch.match import Match, Matched, taken_for

    found = judge.match(mention)
    if brand:
        return taken_for(found, brand)
    return Matched((Match("", False, tuple(span for match in found.about for span in match.spans)),))


def read_text(argument: str) -> str:
    """Return a text given as an argument, cleaned; "-" stands for standard input."""
    from repwatch.text import clean

    return clean(sys.stdin.read(MOST) if argument == "-" else argument)


def _judge(session: Session, name: str | None) -> Judge:
    """Return the configured judge, or one that knows no brands where nothing is configured."""
    from repwatch.config import find

    if find(session.flags.config) is not None:
        return session.judge(name)
    from repwatch.judge import Judge
    from repwatch.match import Matcher
    from repwatch.score import SCORERS, scorer, trouble

    chosen = name or SCORERS[0]
    if why := trouble(chosen):
        session.warn(f"{chosen}: {why}")
    return Judge(Matcher(()), scorer(chosen))
