"""The tables, views and indexes, as numbered steps.

Tables are private and singular, views public and plural (see views.py). Times are UTC
milliseconds, lists are JSON, ids of mentions are texts made by us. `mention.seq` only grows:
the search index hangs on it, and rows that belong to a mention refer to it. Its title and text are
kept as the index takes them, with U+001F between letters of scripts without blanks (see search.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils.db import Database

APPLICATION_ID = 0x72657077  # "repw"

Step = Callable[["Database"], None]

_TABLES = (
    """
    create table meta (
        key text primary key,
        value text not null
    ) strict, without rowid
    """,
    """
    create table mention (
        seq integer primary key,
        id text not null unique,
        source text not null,
        space text not null,
        native_id text not null,
        kind text not null,
        url text,
        author text,
        author_id text,
        author_url text,
        author_is_bot integer,
        published_ms integer,
        edited_ms integer,
        collected_ms integer not null,
        trended integer not null,
        lang text,
        rating real,
        rating_worst real,
        rating_best real,
        item text,
        parent_id text,
        thread_id text,
        likes integer,
        replies integer,
        reposts integer,
        views integer,
        score integer,
        marks text not null,
        title text not null,
        text text not null
    ) strict
    """,
    "create index mention_source on mention (source)",
    """
    create table twin (
        hash blob not null,
        mention integer not null references mention (seq) on delete cascade,
        primary key (hash, mention)
    ) strict, without rowid
    """,
    "create index twin_mention on twin (mention)",
    """
    create table sighting (
        mention integer not null references mention (seq) on delete cascade,
        source text not null,
        query text not null,
        first_ms integer not null,
        primary key (mention, source, query)
    ) strict, without rowid
    """,
    # What reports filter and group by is copied here from the mention, so that they read one index.
    """
    create table assessment (
        mention integer not null references mention (seq) on delete cascade,
        brand text not null,
        relevance text not null,
        own integer not null,
        sentiment real,
        label text not null,
        scorer text not null,
        at_ms integer not null,
        day text not null,
        source text not null,
        lang text,
        kind text not null,
        engagement integer not null,
        trended integer not null,
        matched text not null,
        reasons text not null,
        spans text not null,
        primary key (mention, brand)
    ) strict, without rowid
    """,
    """
    create index assessment_brand on assessment
        (brand, at_ms, mention, label, sentiment, source, day, lang, kind, relevance, own, trended,
        engagement)
    """,
    """
    create index assessment_at on assessment
        (at_ms, mention, brand, label, sentiment, source, day, lang, kind, relevance, own, trended,
        engagement)
    """,
    """
    create table near_miss (
        id text primary key,
        source text not null,
        shown_ms integer not null,
        payload text not null
    ) strict, without rowid
    """,
    "create index near_miss_shown on near_miss (shown_ms)",
    """
    create table stream (
        id integer primary key,
        source text not null,
        query text not null,
        read_until_ms integer,
        resume text,
        saved_ms integer,
        fingerprint text not null default '',
        url text,
        etag text,
        last_modified text,
        body_hash text,
        validated_ms integer,
        unique (source, query)
    ) strict
    """,
    """
    create table seen (
        stream integer not null references stream (id) on delete cascade,
        version blob not null,
        shown_ms integer not null,
        primary key (stream, version)
    ) strict, without rowid
    """,
    """
    create table task (
        seq integer primary key,
        id text not null unique,
        stream integer not null references stream (id) on delete cascade,
        since_ms integer not null,
        until_ms integer not null,
        page_cursor text,
        done integer not null default 0,
        shown text not null default '[]'
    ) strict
    """,
    "create index task_stream on task (stream, until_ms)",
    """
    create table host (
        host text primary key,
        next_ms integer,
        back_off_ms integer,
        back_off_why text,
        strikes integer not null default 0,
        robots text,
        robots_until_ms integer
    ) strict, without rowid
    """,
    """
    create table lease (
        name text primary key,
        holder text not null,
        taken_ms integer not null,
        until_ms integer not null
    ) strict, without rowid
    """,
    """
    create table run (
        id text primary key,
        started_ms integer not null,
        ended_ms integer,
        exit_code integer,
        due integer not null
    ) strict, without rowid
    """,
    "create index run_started on run (started_ms)",
    # run_ms is the run's started_ms: a source's history is read from one index.
    """
    create table run_source (
        run text not null references run (id) on delete cascade,
        source text not null,
        run_ms integer not null,
        status text not null,
        started_ms integer not null,
        ended_ms integer not null,
        reason text,
        detail text not null,
        fetched integer not null,
        added integer not null,
        updated integer not null,
        negative integer not null,
        skipped integer not null,
        requests integer not null,
        next_ms integer,
        primary key (run, source)
    ) strict, without rowid
    """,
    "create index run_source_source on run_source (source, run_ms, status)",
)

_SEARCH = """
    create virtual table mention_fts using fts5 (
        title, text, content="mention", content_rowid="seq", tokenize="unicode61 remove_diacritics 2"
    )
"""


def _time(column: str, name: str) -> str:
    return f"strftime('%Y-%m-%dT%H:%M:%SZ', {column} / 1000, 'unixepoch') as {name}"


_MENTIONS = """
    create view mentions as
    select
        m.id, a.brand, a.source, a.kind,
        strftime('%Y-%m-%dT%H:%M:%SZ', a.at_ms / 1000, 'unixepoch') as at,
        a.at_ms, a.day,
        strftime('%Y-%m-%dT%H:%M:%SZ', m.published_ms / 1000, 'unixepoch') as published_at,
        strftime('%Y-%m-%dT%H:%M:%SZ', m.edited_ms / 1000, 'unixepoch') as edited_at,
        strftime('%Y-%m-%dT%H:%M:%SZ', m.collected_ms / 1000, 'unixepoch') as collected_at,
        a.trended, a.lang, a.relevance, a.own, a.sentiment, a.label, a.reasons, a.matched, a.scorer,
        replace(m.title, char(31), '') as title, replace(m.text, char(31), '') as text,
        m.url, m.author, m.author_id, m.author_url,
        m.rating, m.rating_worst, m.rating_best, m.item,
        m.likes, m.replies, m.reposts, m.views, m.score, a.engagement,
        m.parent_id, m.thread_id, m.marks, m.space, m.native_id
    from assessment a join mention m on m.seq = a.mention
"""

_VIEWS = (
    _MENTIONS,
    """
    create view daily as
    select
        brand, day, source,
        count(*) as mentions,
        count(*) filter (where label = 'negative') as negative,
        count(*) filter (where label = 'neutral') as neutral,
        count(*) filter (where label = 'positive') as positive,
        count(*) filter (where label = 'unscored') as unscored,
        avg(sentiment) as tone
    from assessment
    where relevance = 'about' and own = 0 and trended = 1
    group by brand, day, source
    """,
)


def m001_first(db: Database) -> None:
    """Make everything that the first version needs."""
    for statement in (*_TABLES, _SEARCH, *_VIEWS):
        db.execute(statement)


_LOOKED_AGAIN = (
    # Mentions that their source can show again: when they were said, what it asks with, when it last
    # asked and was last shown them, since when they are missing, and how many replies were read.
    """
    create table followup (
        mention integer primary key references mention (seq) on delete cascade,
        source text not null,
        at_ms integer not null,
        ref text,
        asked_ms integer not null,
        read_ms integer not null,
        missing_ms integer,
        thread_replies integer
    ) strict
    """,
    "create index followup_at on followup (source, at_ms)",
    "create index followup_read on followup (source, read_ms)",
    """
    create table engagement (
        mention integer not null references mention (seq) on delete cascade,
        at_ms integer not null,
        likes integer,
        replies integer,
        reposts integer,
        views integer,
        score integer,
        primary key (mention, at_ms)
    ) strict, without rowid
    """,
    """
    create table quota (
        name text not null,
        since_ms integer not null,
        spent integer not null,
        primary key (name, since_ms)
    ) strict, without rowid
    """,
    "alter table mention add column answered_ms integer",
    "alter table mention add column gone_ms integer",
    "alter table run_source add column fresh integer not null default 0",
    "alter table run_source add column gone integer not null default 0",
    "alter table run_source add column blind_ms integer",
    # What a stream has shown is known by its id, and by what was said under it.
    "drop table seen",
    """
    create table seen (
        stream integer not null references stream (id) on delete cascade,
        id text not null,
        version blob not null,
        shown_ms integer not null,
        primary key (stream, id)
    ) strict, without rowid
    """,
    "drop index run_source_source",
    "create index run_source_source on run_source (source, run_ms, status, fetched, fresh)",
    "create index run_source_fresh on run_source (source, run_ms) where fresh > 0",
    # A source's habits are learned since it is asked for the same.
    """
    create table habit (
        source text primary key,
        asked text not null,
        since_ms integer not null
    ) strict, without rowid
    """,
    "drop view mentions",
    _MENTIONS.replace(
        "m.space, m.native_id",
        "m.space, m.native_id,\n        "
        + _time("m.answered_ms", "answered_at")
        + ", "
        + _time("m.gone_ms", "gone_at"),
    ),
    """
    create view engagement_history as
    select
        m.id, strftime('%Y-%m-%dT%H:%M:%SZ', e.at_ms / 1000, 'unixepoch') as at,
        e.likes, e.replies, e.reposts, e.views, e.score
    from engagement e join mention m on m.seq = e.mention
    """,
)


def m002_looked_again(db: Database) -> None:
    """Make room for second looks, counts over time, quotas and blindness."""
    for statement in _LOOKED_AGAIN:
        db.execute(statement)


_JUDGED = (
    # What the machine said stands beside what counts, which a person may have corrected.
    "alter table assessment add column p_negative real",
    "alter table assessment add column intent text not null default 'other'",
    "alter table assessment add column urgency text not null default 'low'",
    "alter table assessment add column sender text not null default 'customer'",
    "alter table assessment add column comparison integer not null default 0",
    "alter table assessment add column why text not null default '[]'",
    "alter table assessment add column corrected text not null default '[]'",
    "alter table assessment add column machine_relevance text not null default 'about'",
    "alter table assessment add column machine_label text not null default 'unscored'",
    "alter table assessment add column machine_intent text not null default 'other'",
    "alter table assessment add column machine_sentiment real",
    """
    update assessment set
        machine_relevance = relevance, machine_label = label, machine_sentiment = sentiment,
        sender = case own when 1 then 'own' else 'customer' end
    """,
    """
    create table correction (
        id text primary key,
        mention integer not null references mention (seq) on delete cascade,
        brand text not null,
        field text not null,
        value text,
        who text not null,
        why text not null,
        at_ms integer not null
    ) strict, without rowid
    """,
    "create index correction_mention on correction (mention, brand)",
    "create index correction_at on correction (at_ms)",
    "drop index assessment_brand",
    """
    create index assessment_brand on assessment
        (brand, at_ms, mention, label, sentiment, source, day, lang, kind, relevance, own, trended,
        engagement, sender, corrected, intent, urgency, p_negative)
    """,
    "drop index assessment_at",
    """
    create index assessment_at on assessment
        (at_ms, mention, brand, label, sentiment, source, day, lang, kind, relevance, own, trended,
        engagement, sender, corrected, intent, urgency, p_negative)
    """,
    "create index assessment_corrected on assessment (mention, brand) where corrected <> '[]'",
    "create index assessment_own on assessment (at_ms, mention, brand) where own = 1",
    "drop view mentions",
    _MENTIONS.replace(
        "m.space, m.native_id",
        f"""m.space, m.native_id,
        {_time("m.answered_ms", "answered_at")}, {_time("m.gone_ms", "gone_at")},
        a.p_negative, a.intent, a.urgency, a.sender, a.comparison, a.why, a.corrected,
        a.machine_relevance, a.machine_sentiment, a.machine_label, a.machine_intent""",
    ),
    """
    create view corrections as
    select
        m.id, c.brand, c.field, c.value, c.who, c.why,
        strftime('%Y-%m-%dT%H:%M:%SZ', c.at_ms / 1000, 'unixepoch') as at, c.at_ms
    from correction c join mention m on m.seq = c.mention
    """,
)


def m003_judged(db: Database) -> None:
    """Make room for what texts want, how urgent they are and who speaks, and for people's corrections."""
    for statement in _JUDGED:
        db.execute(statement)


_TAUGHT = """
    create table lesson (
        brand text not null,
        version integer not null,
        at_ms integer not null,
        base text not null,
        labels integer not null,
        state text not null,
        figures text not null,
        negative_from real not null,
        weights text not null,
        primary key (brand, version)
    ) strict, without rowid
"""


def m004_taught(db: Database) -> None:
    """Make room for what people's corrections teach the model, each lesson with how it did."""
    db.execute(_TAUGHT)


def m005_misses(db: Database) -> None:
    """Make room for how many looks in a row did not find a mention."""
    db.execute("alter table followup add column misses integer not null default 0")


def m006_followers(db: Database) -> None:
    """Make room for how many follow an author."""
    db.execute("alter table mention add column author_followers integer")


STEPS: tuple[Step, ...] = (
    m001_first,
    m002_looked_again,
    m003_judged,
    m004_taught,
    m005_misses,
    m006_followers,
)
VERSION = len(STEPS)
"""Kept in the file as user_version."""


def migrate(connection: sqlite3.Connection, steps: Sequence[Step] = STEPS) -> None:
    """Take the steps that a database lacks, inside the transaction that is open."""
    from sqlite_utils import Database  # noqa: PLC0415 (an up-to-date database is opened without it)
    from sqlite_utils.migrations import Migrations  # noqa: PLC0415 (likewise)

    migrations = Migrations("repwatch")
    for step in steps:
        migrations(name=step.__name__)(step)
    migrations.apply(Database(connection, recursive_triggers=False, execute_plugins=False))
    connection.execute(f"pragma application_id = {APPLICATION_ID}")
    connection.execute(f"pragma user_version = {len(steps)}")
