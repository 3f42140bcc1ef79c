"""Which mentions a person should label: those that a judge would learn most from."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from repwatch.model import Assessment

TELLING = 0.6
"""p(negative) of the texts that teach most: likely complaints that may be none. Those around the usual cut,
far lower, taught half of what texts drawn by chance did."""
UNDECIDED = 0.9
"""How doubtful a mention is at least that may be about something else."""
OPENING = 200
"""Letters by which copies of one story are known."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mention that could be labelled, and how doubtful the machine is about it, from 0.0 to 1.0."""

    id: str
    brand: str
    source: str
    author: str | None
    text: str
    doubt: float


def doubt(assessment: Assessment, *, tone_cut: float = 0.0) -> float:
    """Return how near a judgement is to TELLING: 1.0 is on it, 0.0 as far away as can be.

    A scorer without probabilities is judged by its tone, and the cut of that. What it can't read at all is no
    lesson.
    """
    sentiment = assessment.sentiment
    if sentiment.label == "unscored":
        found = 0.0
    elif sentiment.p_negative is not None:
        found = 1 - abs(sentiment.p_negative - TELLING) / TELLING
    else:
        found = 1 - abs((sentiment.score or 0.0) - tone_cut) / (1 + abs(tone_cut))
    return max(found, UNDECIDED) if assessment.relevance == "unsure" else found


def most_telling(
    candidates: Iterable[Candidate], count: int, *, seed: int = 0, known: Iterable[str] = ()
) -> list[Candidate]:
    """Return at most so many candidates: the most doubtful of each source, taken in turn.

    Of each author and story there is only one, and none of a story whose text is known already. The
    same candidates in any order give the same ones; another seed decides otherwise between equals.
    """
    by_source: defaultdict[str, list[Candidate]] = defaultdict(list)
    for each in sorted(candidates, key=lambda each: (-each.doubt, _lot(each, seed))):
        by_source[each.source].append(each)
    authors: set[str] = set()
    stories = set(map(_story, known))

    def fresh(found: Iterable[Candidate]) -> Iterator[Candidate]:
        for each in found:
            story = _story(each.text)
            if each.author in authors or story in stories:
                continue
            if each.author is not None:
                authors.add(each.author)
            stories.add(story)
            yield each

    first = sorted(by_source.values(), key=lambda found: (-found[0].doubt, _lot(found[0], seed)))
    turns = [fresh(found) for found in first]
    chosen: list[Candidate] = []
    while turns and len(chosen) < count:
        left = []
        for turn in turns:
            found = next(turn, None) if len(chosen) < count else None
            if found is not None:
                chosen.append(found)
                left.append(turn)
        turns = left
    return chosen


def _lot(candidate: Candidate, seed: int) -> bytes:
    return hashlib.blake2b(f"{seed} {candidate.id} {candidate.brand}".encode(), digest_size=8).digest()


def _story(text: str) -> str:
    return re.sub(r"\W+", "", text.casefold())[:OPENING]
