"""Judges texts in turns with vaderSentiment: judging.py TEXTS prints the seconds of each as JSON.

TEXTS holds a JSON text in each line. Every contestant gets the same texts in the same portions, one right
after the other, first all of them once ("first") and then once more ("again"), in one process that starts
with nothing read: so the first round is of texts and spellings that were never seen.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from repwatch.batch import Batch, dumped
from repwatch.judge import Judge
from repwatch.match import Matcher
from repwatch.score import scorer

PORTION = 500
WARM = "Still waiting for my refund, and nobody answers. Terrible!"
"""Read once before anything is measured, so that what is loaded when it is needed is there."""


class Portion(NamedTuple):
    """Some texts, and the lines that hold them for the batch door."""

    texts: list[str]
    lines: bytes


Contestant = Callable[[Portion], None]


def contestants() -> dict[str, Contestant]:
    analyzer, alone, batch = SentimentIntensityAnalyzer(), scorer(), Batch(Judge(Matcher(()), scorer()))

    def vader(some: Portion) -> None:
        for text in some.texts:
            analyzer.polarity_scores(text)

    def scored(some: Portion) -> None:
        for text in some.texts:
            alone.score(text, lang="en", rating=None)

    def judged(some: Portion) -> None:
        for answers in batch.answers(io.BytesIO(some.lines)):
            for answer in answers:
                dumped(answer.record or {})

    return {"vaderSentiment": vader, "scorer": scored, "whole judge": judged}


def portion(texts: list[str]) -> Portion:
    lines = (json.dumps({"id": at, "text": text}) for at, text in enumerate(texts))
    return Portion(texts, "\n".join(lines).encode())


def seconds(texts: list[str]) -> Iterable[tuple[str, str, float, float]]:
    """Yield each contestant's wall and CPU time for all texts, first and again."""
    running = contestants()
    for judge in running.values():
        judge(portion([WARM]))
    portions = [portion(texts[at : at + PORTION]) for at in range(0, len(texts), PORTION)]
    for phase in ("first", "again"):
        wall_s, cpu_s = dict.fromkeys(running, 0.0), dict.fromkeys(running, 0.0)
        for some in portions:
            for name, judge in running.items():
                began_s, began_cpu_s = time.perf_counter(), time.process_time()
                judge(some)
                cpu_s[name] += time.process_time() - began_cpu_s
                wall_s[name] += time.perf_counter() - began_s
        for name in running:
            yield name, phase, wall_s[name], cpu_s[name]


if __name__ == "__main__":
    said = Path(sys.argv[1]).read_text("utf-8").splitlines()
    print(json.dumps(list(seconds([json.loads(line) for line in said]))))
