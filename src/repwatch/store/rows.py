"""Values to rows and back."""

# ruff: noqa: S608 (SQL is put together from names in this package; values are always bound)

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any, cast

from repwatch.corrections import Holds, held, in_force
from repwatch.model import (
    UNNAMED,
    Assessment,
    Correction,
    Field,
    Judged,
    Mention,
    NearMiss,
    Sentiment,
    Span,
    epoch_ms,
    from_epoch_ms,
    mention_id,
)
from repwatch.store.base import Assessed, Lesson, MentionRow, Outcome, Stream, Validators
from repwatch.store.search import parted, whole

Values = dict[str, Any]

MENTION = (
    "id", "source", "space", "native_id", "kind", "url", "author", "author_id", "author_url", "author_is_bot",
    "author_followers", "published_ms", "edited_ms", "answered_ms", "collected_ms", "trended", "lang",
    "rating", "rating_worst", "rating_best", "item", "parent_id", "thread_id", "likes", "replies", "reposts",
    "views", "score", "marks", "title", "text",
)  # fmt: skip
"""Columns of `mention` beside its seq."""

TALLIES = ("likes", "replies", "reposts", "views")
COUNTED = (*TALLIES, "score")
"""Columns of `mention` that a platform counts, and of `engagement`."""

JUDGED = (
    "machine_relevance", "own", "machine_sentiment", "machine_label", "machine_intent", "p_negative",
    "urgency", "sender", "comparison", "scorer", "matched", "reasons", "why", "spans",
)  # fmt: skip
"""Columns of `assessment` that the judge fills."""

HELD = ("relevance", "sentiment", "label", "intent", "corrected")
"""Columns of `assessment` that hold what counts: what the judge said, or a person."""

COPIED = ("at_ms", "day", "source", "lang", "kind", "engagement", "trended")
"""Columns of `assessment` that are copied from the mention."""

COPIED_FROM = (
    "source", "kind", "published_ms", "collected_ms", "trended", "lang", "likes", "replies", "reposts",
)  # fmt: skip
"""Columns of `mention` that COPIED is made of."""

OUTCOME = (
    "run", "source", "status", "started_ms", "ended_ms", "reason", "detail", "fetched", "added", "updated",
    "negative", "skipped", "requests", "next_ms", "fresh", "gone", "blind_ms",
)  # fmt: skip
"""Columns of `run_source` in the order of an Outcome."""

_KEPT = (
    "id",
    "source",
    "space",
    "native_id",
    "collected_ms",
    "published_ms",
    "edited_ms",
    "trended",
    "marks",
)
_LARGEST = 2**63 - 1
_OURS = re.compile(r"m_[A-Z2-7]{16}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

MENTION_ROW = (
    "m.id", "a.brand", "a.source", "m.space", "m.native_id", "m.kind", "m.url", "m.title", "m.text",
    "m.author", "m.author_id", "m.author_url", "a.at_ms", "m.published_ms", "m.edited_ms", "m.collected_ms",
    "a.day", "a.lang", "m.rating", "m.rating_worst", "m.rating_best", "m.item", "m.parent_id", "m.thread_id",
    "m.likes", "m.replies", "m.reposts", "m.views", "m.score", "a.engagement", "m.marks", "a.relevance",
    "a.own", "a.sentiment", "a.label", "a.reasons", "a.matched", "a.scorer", "m.answered_ms",
    "m.gone_ms", "a.p_negative", "a.intent", "a.urgency", "a.sender", "a.comparison", "a.why", "a.corrected",
    "a.machine_relevance", "a.machine_sentiment", "a.machine_label", "a.machine_intent",
)  # fmt: skip
"""What mention_row takes, of `mention m` and `assessment a`; a snippet may follow."""


def moment(ms: int | None) -> datetime | None:
    """Return the UTC moment, or None for none."""
    return None if ms is None else from_epoch_ms(ms)


def milliseconds(at: datetime | None) -> int | None:
    """Return UTC milliseconds, or None for none."""
    return None if at is None else epoch_ms(at)


def local_day(zone: tzinfo) -> Callable[[int], str]:
    """Return a function from UTC milliseconds to the ISO date in a zone."""

    def day(ms: int) -> str:
        return from_epoch_ms(ms).astimezone(zone).date().isoformat()

    return day


def compact(value: object) -> str:
    """Return a value as JSON without spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def mention_values(mention: Mention, source: str, collected_at: datetime, *, first_read: bool) -> Values:
    """Return the row of a mention that is not stored yet."""
    return {
        "id": mention.id,
        "source": source,
        "space": mention.space,
        "native_id": mention.native_id,
        "kind": mention.kind,
        "url": mention.url,
        "author": mention.author,
        "author_id": mention.author_id,
        "author_url": mention.author_url,
        "author_is_bot": mention.author_is_bot,
        "author_followers": _count(mention.author_followers),
        "published_ms": milliseconds(mention.published_at),
        "edited_ms": milliseconds(mention.edited_at),
        "answered_ms": milliseconds(mention.answered_at),
        "collected_ms": epoch_ms(collected_at),
        "trended": int(mention.published_at is not None or not first_read),
        "lang": mention.lang,
        "rating": mention.rating,
        "rating_worst": mention.rating_worst,
        "rating_best": mention.rating_best,
        "item": mention.item,
        "parent_id": _linked(mention.space, mention.parent_id),
        "thread_id": _linked(mention.space, mention.thread_id),
        "likes": _count(mention.likes),
        "replies": _count(mention.replies),
        "reposts": _count(mention.reposts),
        "views": _count(mention.views),
        "score": _count(mention.score),
        "marks": compact(mention.marks),
        "title": parted(mention.title),
        "text": parted(mention.text),
    }


def merged(stored: Values, shown: Values, *, recounted: bool = False) -> Values:
    """Return a stored mention as it is after it was shown again.

    What is not known now never wipes what was known before. Who it is and when it was first heard
    stay; so does its date once it has one, and the date of its edit while the text is the same,
    since some places change those with every request. Lists show the beginning of a text that is
    whole elsewhere: that is no edit, and does not take the place of the whole. Counts only grow, unless
    they were asked for: other instances, lists and caches know of fewer.
    """
    row = {
        name: value if name not in _KEPT and value not in (None, "") else stored[name]
        for name, value in shown.items()
    }
    for name in () if recounted else TALLIES:
        row[name] = max((value for value in (stored[name], shown[name]) if value is not None), default=None)
    if UNNAMED in shown["marks"] and shown["author_id"] is None:
        row |= dict.fromkeys(("author", "author_id", "author_url"))
    if _is_beginning(row["text"], stored["text"]):
        row["text"] = stored["text"]
    same_words = stored["title"] == row["title"] and _is_beginning(stored["text"], row["text"])
    if is_edited(stored, row) and not same_words:
        row["edited_ms"] = shown["edited_ms"] or shown["collected_ms"]
    elif stored["edited_ms"] is None:
        row["edited_ms"] = shown["edited_ms"]
    if stored["published_ms"] is None and shown["published_ms"] is not None:
        row["published_ms"] = shown["published_ms"]
        row["trended"] = 1
    if stored["published_ms"] is None or shown["published_ms"] is not None:
        row["marks"] = shown["marks"]  # else they would call a dated mention undated
    return row


def _is_beginning(text: str, whole: str) -> bool:
    """Tell whether a text that ends in dots is how another one begins."""
    if len(text) >= len(whole) or not text.endswith(("...", "…", "…]", "...]")):
        return False
    return " ".join(whole.split()).startswith(" ".join(text.split()).rstrip(" .…[]"))


def is_edited(stored: Values, row: Values) -> bool:
    """Tell whether the words are others."""
    return bool(stored["title"] != row["title"] or stored["text"] != row["text"])


def at_ms(row: Mapping[str, Any]) -> int:
    """Return when a mention was published, or collected when it is undated."""
    ms: int = row["collected_ms"] if row["published_ms"] is None else row["published_ms"]
    return ms


def copied_values(row: Mapping[str, Any], day: Callable[[int], str]) -> Values:
    """Return what assessments copy from the row of their mention."""
    said_ms = at_ms(row)
    counts = (row["likes"], row["replies"], row["reposts"])
    return {
        "at_ms": said_ms,
        "day": day(said_ms),
        "source": row["source"],
        "lang": row["lang"],
        "kind": row["kind"],
        "engagement": min(sum(count for count in counts if count), _LARGEST),
        "trended": row["trended"],
    }


def judged_values(assessment: Assessment) -> Values:
    """Return what an assessment found out."""
    matched = dict.fromkeys(f"{span.rule}: {span.term}" for span in assessment.spans)
    return {
        "machine_relevance": assessment.relevance,
        "own": int(assessment.own),
        "machine_sentiment": assessment.sentiment.score,
        "machine_label": assessment.sentiment.label,
        "machine_intent": assessment.intent,
        "p_negative": assessment.sentiment.p_negative,
        "urgency": assessment.urgency,
        "sender": "own" if assessment.own else assessment.sender,
        "comparison": int(assessment.comparison),
        "scorer": assessment.scorer,
        "matched": compact(list(matched)),
        "reasons": compact(assessment.sentiment.reasons),
        "why": compact(assessment.why),
        "spans": compact([_span_list(span) for span in assessment.spans]),
    }


def held_values(judged: Mapping[str, Any], said: Mapping[Field, Correction]) -> Values:
    """Return what counts of what was judged (columns of JUDGED) and what people have said of it."""
    machine = Holds(
        judged["machine_relevance"],
        judged["machine_sentiment"],
        judged["machine_label"],
        judged["machine_intent"],
    )
    holds = held(machine, said) if said else machine
    return {
        "relevance": holds.relevance,
        "sentiment": holds.sentiment,
        "label": holds.label,
        "intent": holds.intent,
        "corrected": compact(sorted(said)),
    }


def mention_row(values: tuple[Any, ...]) -> MentionRow:
    """Build a MentionRow from the columns of MENTION_ROW."""
    (
        id_, brand, source, space, native_id, kind, url, title, text, author, author_id, author_url, at_ms,
        published_ms, edited_ms, collected_ms, day, lang, rating, rating_worst, rating_best, item, parent_id,
        thread_id, likes, replies, reposts, views, score, engagement, marks, relevance, own, sentiment, label,
        reasons, matched, scorer, answered_ms, gone_ms, p_negative, intent, urgency, sender, comparison, why,
        corrected, machine_relevance, machine_sentiment, machine_label, machine_intent, *snippet,
    ) = values  # fmt: skip
    at = _EPOCH + timedelta(milliseconds=at_ms)
    return MentionRow(
        id=id_,
        brand=brand,
        source=source,
        space=space,
        native_id=native_id,
        kind=kind,
        url=url,
        title=whole(title),
        text=whole(text),
        author=author,
        author_id=author_id,
        author_url=author_url,
        at=at,
        published_at=at if published_ms == at_ms else moment(published_ms),
        edited_at=moment(edited_ms),
        collected_at=at if collected_ms == at_ms else from_epoch_ms(collected_ms),
        day=day,
        lang=lang,
        rating=rating,
        rating_worst=rating_worst,
        rating_best=rating_best,
        item=item,
        parent_id=parent_id,
        thread_id=thread_id,
        likes=likes,
        replies=replies,
        reposts=reposts,
        views=views,
        score=score,
        engagement=engagement,
        marks=texts(marks),
        relevance=relevance,
        own=own == 1,
        sentiment=sentiment,
        label=label,
        reasons=texts(reasons),
        matched=texts(matched),
        scorer=scorer,
        answered_at=moment(answered_ms),
        gone_at=moment(gone_ms),
        p_negative=p_negative,
        intent=intent,
        urgency=urgency,
        sender=sender,
        comparison=comparison == 1,
        why=texts(why),
        corrected=cast("tuple[Field, ...]", texts(corrected)),
        machine_relevance=machine_relevance,
        machine_sentiment=machine_sentiment,
        machine_label=machine_label,
        machine_intent=machine_intent,
        snippet=whole(snippet[0]) if snippet else None,
    )


ASSESSED = (
    "m.id", "m.source", "m.space", "m.native_id", "m.kind", "m.url", "m.title", "m.text", "m.author",
    "m.author_id", "m.author_url", "m.author_is_bot", "m.author_followers", "m.published_ms", "m.edited_ms",
    "m.answered_ms", "m.lang", "m.rating", "m.rating_worst", "m.rating_best", "m.item", "m.parent_id",
    "m.thread_id", "m.likes", "m.replies", "m.reposts", "m.views", "m.score", "m.marks", "a.brand", "a.own",
    "a.machine_relevance", "a.machine_sentiment", "a.machine_label", "a.machine_intent", "a.p_negative",
    "a.urgency", "a.sender", "a.comparison", "a.scorer", "a.reasons", "a.why", "a.spans", "a.at_ms",
)  # fmt: skip
"""What `assessed` takes behind the query of its first sighting, of `mention m` and `assessment a`."""


def assessed(values: Sequence[Any], corrections: Mapping[tuple[str, str], Sequence[Correction]]) -> Assessed:
    """Build an Assessed from a query and the columns of ASSESSED, and corrections by mention and brand."""
    query, *rest = values
    row = dict(zip((name.partition(".")[2] for name in ASSESSED), rest, strict=True))
    spans = tuple(Span(*span) for span in json.loads(row["spans"]))
    mention = Mention(
        space=row["space"],
        native_id=row["native_id"],
        kind=row["kind"],
        url=row["url"],
        title=whole(row["title"]),
        text=whole(row["text"]),
        author=row["author"],
        author_id=row["author_id"],
        author_url=row["author_url"],
        author_is_bot=None if row["author_is_bot"] is None else row["author_is_bot"] == 1,
        author_followers=row["author_followers"],
        published_at=moment(row["published_ms"]),
        edited_at=moment(row["edited_ms"]),
        answered_at=moment(row["answered_ms"]),
        lang=row["lang"],
        rating=row["rating"],
        rating_worst=row["rating_worst"],
        rating_best=row["rating_best"],
        item=row["item"],
        parent_id=row["parent_id"],
        thread_id=row["thread_id"],
        likes=row["likes"],
        replies=row["replies"],
        reposts=row["reposts"],
        views=row["views"],
        score=row["score"],
        marks=texts(row["marks"]),
        addressed_to=tuple(span.term for span in spans if span.field == "to"),
    )
    assessment = Assessment(
        brand=row["brand"],
        relevance=row["machine_relevance"],
        own=row["own"] == 1,
        spans=spans,
        sentiment=Sentiment(
            row["machine_sentiment"], row["machine_label"], texts(row["reasons"]), row["p_negative"]
        ),
        scorer=row["scorer"],
        intent=row["machine_intent"],
        urgency=row["urgency"],
        sender=row["sender"],
        comparison=row["comparison"] == 1,
        why=texts(row["why"]),
    )
    return Assessed(
        id=row["id"],
        source=row["source"],
        query=query,
        at=from_epoch_ms(row["at_ms"]),
        mention=mention,
        assessment=assessment,
        said=in_force(corrections.get((row["id"], row["brand"]), ())),
    )


CORRECTION = ("id", "brand", "field", "value", "who", "why", "at_ms")
"""What `correction` takes beside the id of its mention."""


def correction(mention: str, values: Sequence[Any]) -> Correction:
    """Build a Correction from the columns of CORRECTION."""
    id, brand, field, value, who, why, at_ms = values
    return Correction(
        id=id,
        mention=mention,
        brand=brand,
        field=field,
        value=value,
        who=who,
        why=why,
        at=from_epoch_ms(at_ms),
    )


def correction_values(correction: Correction) -> Values:
    """Return the row of a correction, but for its mention."""
    return {
        "id": correction.id,
        "brand": correction.brand,
        "field": correction.field,
        "value": correction.value,
        "who": correction.who,
        "why": correction.why,
        "at_ms": epoch_ms(correction.at),
    }


LESSON = ("brand", "version", "at_ms", "base", "labels", "state", "figures", "negative_from", "weights")


def lesson(values: Sequence[Any]) -> Lesson:
    """Return the lesson of a row with the LESSON columns."""
    row = dict(zip(LESSON, values, strict=True))
    return Lesson(
        brand=row["brand"],
        version=row["version"],
        at=from_epoch_ms(row["at_ms"]),
        base=row["base"],
        labels=row["labels"],
        state=row["state"],
        figures=json.loads(row["figures"]),
        negative_from=row["negative_from"],
        weights={name: (bad, good) for name, (bad, good) in json.loads(row["weights"]).items()},
    )


def lesson_values(lesson: Lesson) -> Values:
    """Return the row of a lesson."""
    return {
        "brand": lesson.brand,
        "version": lesson.version,
        "at_ms": epoch_ms(lesson.at),
        "base": lesson.base,
        "labels": lesson.labels,
        "state": lesson.state,
        "figures": compact(lesson.figures),
        "negative_from": lesson.negative_from,
        "weights": compact(lesson.weights),
    }


def near_miss_payload(judged: Judged) -> str:
    """Return a mention and why it was nearly kept, as JSON that near_miss reads back."""
    mention = asdict(judged.mention)
    for name in ("published_at", "edited_at", "answered_at"):
        mention[name] = milliseconds(mention[name])
    return compact(
        {
            "mention": {name: value for name, value in mention.items() if value not in (None, "", ())},
            "near": [
                [near.brand, near.why, [_span_list(s) for s in near.spans]] for near in judged.near_misses
            ],
        }
    )


def near_miss(payload: str) -> tuple[Mention, tuple[NearMiss, ...]]:
    """Return the mention that was nearly kept, and why it was not."""
    stored = json.loads(payload)
    fields = {"native_id": None, **stored["mention"]}
    for name in ("published_at", "edited_at", "answered_at"):
        fields[name] = moment(fields.get(name))
    for name in ("marks", "addressed_to"):
        fields[name] = tuple(fields.get(name, ()))
    return Mention(**fields), tuple(
        NearMiss(brand=brand, why=why, spans=tuple(Span(*span) for span in spans))
        for brand, why, spans in stored["near"]
    )


def outcome_values(outcome: Outcome) -> Values:
    """Return the row of an outcome."""
    return {
        "run": outcome.run,
        "source": outcome.source,
        "status": outcome.status,
        "started_ms": epoch_ms(outcome.started_at),
        "ended_ms": epoch_ms(outcome.ended_at),
        "reason": outcome.reason,
        "detail": outcome.detail,
        "fetched": outcome.fetched,
        "added": outcome.new,
        "updated": outcome.updated,
        "negative": outcome.negative,
        "skipped": outcome.skipped,
        "requests": outcome.requests,
        "next_ms": milliseconds(outcome.next_at),
        "fresh": outcome.fresh,
        "gone": outcome.gone,
        "blind_ms": milliseconds(outcome.blind_since),
    }


def outcome(values: tuple[Any, ...]) -> Outcome:
    """Build an Outcome from the columns of OUTCOME."""
    row = dict(zip(OUTCOME, values, strict=True))
    return Outcome(
        run=row["run"],
        source=row["source"],
        status=row["status"],
        started_at=from_epoch_ms(row["started_ms"]),
        ended_at=from_epoch_ms(row["ended_ms"]),
        reason=row["reason"],
        detail=row["detail"],
        fetched=row["fetched"],
        new=row["added"],
        updated=row["updated"],
        negative=row["negative"],
        skipped=row["skipped"],
        requests=row["requests"],
        next_at=moment(row["next_ms"]),
        fresh=row["fresh"],
        gone=row["gone"],
        blind_since=moment(row["blind_ms"]),
    )


STREAM = (
    "source", "query", "read_until_ms", "resume", "fingerprint", "url", "etag", "last_modified", "body_hash",
    "validated_ms",
)  # fmt: skip
"""What stream takes."""


def stream(values: tuple[Any, ...]) -> Stream:
    """Build a Stream from the columns of STREAM."""
    source, query, read_until_ms, resume, fingerprint, url, etag, last_modified, body_hash, validated_ms = (
        values
    )
    return Stream(
        source=source,
        query=query,
        read_until=moment(read_until_ms),
        resume=resume,
        validators=None
        if url is None
        else Validators(url, etag, last_modified, body_hash, from_epoch_ms(validated_ms)),
        fingerprint=fingerprint,
    )


def insert(table: str, columns: Sequence[str]) -> str:
    """Return an insert with a named value for each column."""
    return f"insert into {table} ({', '.join(columns)}) values ({', '.join(f':{name}' for name in columns)})"


def assignments(columns: Iterable[str], source: str = ":") -> str:
    """Return `column = source column` for each column."""
    return ", ".join(f"{name} = {source}{name}" for name in columns)


def _linked(space: str, id: str | None) -> str | None:
    """Return the id of another mention by its native id; an export has it already."""
    return id if id is None or _OURS.fullmatch(id) else mention_id(space, id)


def _count(value: int | None) -> int | None:
    return None if value is None else max(-_LARGEST, min(value, _LARGEST))


def _span_list(span: Span) -> list[object]:
    return [span.field, span.start, span.end, span.term, span.rule]


@lru_cache(maxsize=4096)
def texts(array: str) -> tuple[str, ...]:
    """Return a JSON list of texts; few of them differ, so most are read once."""
    return tuple(json.loads(array)) if array != "[]" else ()
