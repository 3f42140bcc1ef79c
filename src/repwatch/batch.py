"""Texts of another program, judged line by line: JSON in, JSON out, in the same order.

What is kept does not grow with what is read: a line is judged and forgotten.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from json.encoder import encode_basestring as _quoted
from typing import Any, NamedTuple, Protocol

from repwatch.judge import Heard, Judge, Text
from repwatch.match import Match, Matched, taken_for
from repwatch.model import Mention, Span
from repwatch.text import clean
from repwatch.tidy import LONGEST_TEXT

AT_ONCE = 1 << 16
"""Bytes that are asked for at once; fewer come if whoever writes waits for answers."""

LONGEST_LINE = 1 << 24
"""Bytes of a line that is still read."""

SHORTEST_TARGET = 2
"""Letters of a name that is masked; a shorter one is a letter of many words."""

MOST_NAMED = 1_000
"""Places where a name is masked in one text."""

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_]\w+)?", re.IGNORECASE)


class LineError(ValueError):
    """A line that can't be judged, and why."""


class Bytes(Protocol):
    """Where bytes come from: at most so many, as soon as there are any; none at the end."""

    def read1(self, size: int = ..., /) -> bytes:
        """Return what is there."""


class Answer(NamedTuple):
    """The answer to a line, or what is wrong with it."""

    line: int
    record: dict[str, Any] | None
    wrong: str = ""


class Asked(NamedTuple):
    """What a line asks: what to call the answer, a text, and perhaps more about it."""

    id: str | int
    text: str
    target: str | None
    rating: float | None
    lang: str | None


def lines(source: Bytes) -> Iterator[list[bytes | None]]:
    """Yield the lines of a stream as they come, those together that came together; None for one too long."""
    rest: list[bytes] = []
    size = 0
    while chunk := source.read1(AT_ONCE):
        first, *more = chunk.split(b"\n")
        size += len(first)
        if size <= LONGEST_LINE:
            rest.append(first)
        else:
            rest.clear()
        if more:
            whole = b"".join(rest) if size <= LONGEST_LINE else None
            yield [whole, *more[:-1]]
            rest, size = [more[-1]], len(more[-1])
    if size:
        yield [b"".join(rest) if size <= LONGEST_LINE else None]


@dataclass(frozen=True)
class Batch:
    """Judges lines {"id", "text", "target"?, "rating"?, "lang"?}.

    A text is about its target, or about the brand (its key), or else judged as a whole.
    """

    judge: Judge
    brand: str | None = None

    def answers(self, source: Bytes) -> Iterator[list[Answer]]:
        """Yield the answers to what came together; blank lines have none."""
        number = 0
        for some in lines(source):
            asked = [
                (at, _asked(line)) for at, line in enumerate(some, number + 1) if line is None or line.strip()
            ]
            number += len(some)
            records = iter(self.records([one for _, one in asked if isinstance(one, Asked)]))
            yield [
                Answer(at, next(records)) if isinstance(one, Asked) else Answer(at, None, one)
                for at, one in asked
            ]

    def record(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer to what a line says.

        Raises:
            LineError: something of it can't be what it should be.
        """
        (record,) = self.records([_read(said)])
        return record

    def records(self, asked: Sequence[Asked]) -> list[dict[str, Any]]:
        """Return the answers to what some lines ask."""
        found = list(map(self._found, asked))
        alone = [
            _heard_alone(one, where.spans)
            for one, where in zip(asked, found, strict=True)
            if not where.compared
        ]
        heard = iter(self.judge.hear(self.brand or "", alone))
        return [
            _record(one.id, where.relevance, self._compared(one, where) if where.compared else next(heard))
            for one, where in zip(asked, found, strict=True)
        ]

    def _found(self, asked: Asked) -> _Found:
        """Return where a text names its target or the brand; it is about the target, or judged as a whole."""
        if asked.target:
            return _Found(_named(asked.text, asked.target), "about")
        if self.brand is None:
            return _Found((), "about")
        found = self.judge.match(_mention(asked))
        about = taken_for(found, self.brand).about
        own = about[-1]
        if own in found.about:
            return _Found(own.spans, own.relevance, about if len(about) > 1 else ())
        return _Found(own.spans, "near_miss" if own.spans else None)

    def _compared(self, asked: Asked, found: _Found) -> Heard:
        """Return how a text sounds for the brand that is about others as well."""
        judged = self.judge.assess(_mention(asked), Matched(found.compared), version=b"", lang=asked.lang)
        own = judged.assessments[-1]
        return Heard(judged.mention.lang, own.sentiment, own.intent, own.urgency)


class _Found(NamedTuple):
    """Where a text names what it is about, and how it is about that.

    Where it is about other brands as well, `compared` has all of them, the one that is asked for last.
    """

    spans: Sequence[Span]
    relevance: str | None
    compared: tuple[Match, ...] = ()


def _mention(asked: Asked) -> Mention:
    return Mention(space="score", native_id="score", kind="post", text=asked.text, rating=asked.rating)


def _heard_alone(asked: Asked, spans: Sequence[Span]) -> Text:
    share = None if asked.rating is None else (asked.rating - 1) / 4
    return Text(asked.text, spans, share, asked.lang)


def _record(name: str | int, relevance: str | None, heard: Heard) -> dict[str, Any]:
    lang, sentiment, kind, urgency = heard
    return {
        "id": name,
        "label": sentiment.label,
        "sentiment": sentiment.score,
        "p_negative": sentiment.p_negative,
        "kind": kind,
        "urgency": urgency,
        "relevance": relevance,
        "lang": lang,
        "reasons": sentiment.reasons,
    }


def dumped(said: Mapping[str, Any]) -> bytes:
    """Return a record as a line; lone surrogates, which UTF-8 does not know, stay escaped.

    Written out: a JSON encoder takes four times as long.
    """
    line = (
        f'{{"id": {_json(said["id"])}, "label": "{said["label"]}", "sentiment": {_json(said["sentiment"])}, '
        f'"p_negative": {_json(said["p_negative"])}, "kind": "{said["kind"]}", '
        f'"urgency": "{said["urgency"]}", "relevance": {_json(said["relevance"])}, '
        f'"lang": {_json(said["lang"])}, "reasons": [{", ".join(map(_quoted, said["reasons"]))}]}}\n'
    )
    return line.encode("utf-8", "backslashreplace")


def _json(value: str | float | None) -> str:
    if value is None:
        return "null"
    return _quoted(value) if isinstance(value, str) else repr(value)


def _asked(line: bytes | None) -> Asked | str:
    """Return what a line asks, or what is wrong with it."""
    try:
        return _read(_parsed(line))
    except LineError as error:
        return str(error)


def _read(said: Mapping[str, Any]) -> Asked:
    text, rating, lang = _text(said), _rating(said), _language(said.get("lang"))
    return Asked(said["id"], text, _target(said.get("target")), rating, lang)


def _parsed(line: bytes | None) -> dict[str, Any]:
    if line is None:
        raise LineError(f"is longer than {LONGEST_LINE // 2**20} MiB")
    try:
        said = _decoded(line)
    except RecursionError as error:
        raise LineError("is nested too deeply") from error
    except UnicodeDecodeError as error:
        raise LineError("is not UTF-8") from error
    except ValueError as error:
        raise LineError(f"is not JSON: {error}") from error
    if not isinstance(said, dict):
        raise LineError('is no object: write {"id": ..., "text": ...}')
    return said


def _decoded(line: bytes) -> Any:
    """Return what `json.loads` does, sooner where a line is what it should be."""
    try:
        text = line.decode()
        said, end = _DECODER.raw_decode(text)
        if end == len(text) or not text[end:].strip(" \t\r\n"):
            return said
    except ValueError:
        pass  # it is said below what is wrong, or what the encoding is
    return json.loads(line)


_DECODER = json.JSONDecoder()


def _text(said: Mapping[str, Any]) -> str:
    text, name = said.get("text"), said.get("id")
    if not isinstance(text, str):
        raise LineError('has no text: "text" is missing' if text is None else 'its "text" is no text')
    if not isinstance(name, str | int) or isinstance(name, bool):
        raise LineError('has no id: "id" is a text or a number')
    return clean(text[:LONGEST_TEXT])


def _rating(said: Mapping[str, Any]) -> float | None:
    rating = said.get("rating")
    if rating is None:
        return None
    if isinstance(rating, bool) or not isinstance(rating, int | float):
        raise LineError('its "rating" is no number')
    if not 1 <= rating <= 5:
        raise LineError(f'its "rating" is {rating}; it goes from 1 to 5')
    return rating


def _language(said: Any) -> str | None:
    """Return the language that a line names; None if it does not."""
    if said is None or said == "":
        return None
    if not isinstance(said, str) or not _LANGUAGE.fullmatch(said):
        raise LineError('its "lang" is no language, such as "en"')
    return said[:3].rstrip("-_").lower()


def _target(said: Any) -> str | None:
    if said is None or said == "":
        return None
    if not isinstance(said, str):
        raise LineError('its "target" is no text')
    return said


def _named(text: str, target: str) -> tuple[Span, ...]:
    """Return where a text names its target."""
    name = clean(target).strip()
    if len(name) < SHORTEST_TARGET:
        return ()
    found = _pattern(name[:200]).finditer(text)
    return tuple(Span("text", one.start(), one.end(), name, "target") for one in islice(found, MOST_NAMED))


@lru_cache(maxsize=1024)
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
