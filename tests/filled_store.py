"""A store with two weeks about Acme Anvils and Zed Forge, and commands run on it at a known time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import time_machine
import typer
from typer.testing import CliRunner, Result

from repwatch.commands import brand, eval, export, import_, inbox, label, mention, report, score, search
from repwatch.judging.model import shipped
from repwatch.model import Assessment, Judged, Label, Mention, Relevance, Sentiment, Span, Task
from repwatch.store import open_store
from repwatch.store.base import Lesson, Outcome, PageSave, Run, Status

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
"""Nine o'clock in Berlin, a Saturday."""

CONFIG = """
schema = 1
timezone = "Europe/Berlin"
database = "repwatch.db"

[http]
contact = "mailto:social@acme.example"

[brands.acme]
name = "Acme Anvils"
terms = ["acme anvils"]

[brands.zed]
name = "Zed Forge"
terms = ["zed forge"]
role = "competitor"

[sources.forum]
type = "feed"
url = "https://forum.example/feed"

[sources.shop]
type = "feed"
url = "https://shop.example/feed"
"""

SCORES: dict[Label, float | None] = {"negative": -0.6, "neutral": 0.0, "positive": 0.6, "unscored": None}


def hours_ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def said(
    native_id: str,
    text: str,
    label: Label = "neutral",
    *,
    at: datetime | None,
    brands: Sequence[str] = ("acme",),
    relevance: Relevance = "about",
    own: bool = False,
    tone: float | None = None,
    reasons: tuple[str, ...] = (),
    judged: Mapping[str, Any] | None = None,
    p_negative: float | None = None,
    **fields: object,
) -> Judged:
    """Return a judged mention; `judged` are fields of Assessment, further ones those of Mention."""
    given = {"kind": "post", "lang": "en", "url": f"https://forum.example/t/{native_id}", "author": "someone"}
    mention = Mention(
        space="discourse:forum.example",
        native_id=native_id,
        text=text,
        published_at=at,
        **(given | fields),  # type: ignore[arg-type]  # whatever a test wants to say
    )
    why = reasons or (("charged twice -2.5",) if label == "negative" else ())
    sentiment = Sentiment(SCORES[label] if tone is None else tone, label, why, p_negative)
    return Judged(
        mention=mention,
        version=native_id.encode(),
        assessments=tuple(
            Assessment(
                brand=brand,
                relevance=relevance,
                own=own,
                sentiment=sentiment,
                **{
                    "scorer": "vader/1",
                    "spans": (Span("text", 0, 4, f"{brand} anvils", "term"),),
                    **(judged or {}),
                },
            )
            for brand in brands
        ),
    )


def lesson(negative_from: float, **weights: float) -> Lesson:
    """Return what Acme taught the model that comes with repwatch."""
    return Lesson(
        brand="acme",
        version=1,
        at=NOW,
        base=shipped().version,
        labels=30,
        state="kept",
        figures={},
        negative_from=negative_from,
        weights={word: (weight, -weight) for word, weight in weights.items()},
    )


@dataclass(frozen=True)
class Place:
    """A directory with a configuration and a database."""

    directory: Path

    @property
    def database(self) -> Path:
        return self.directory / "repwatch.db"

    def save(self, *judged: Judged, source: str = "forum", first_read: bool = False) -> None:
        """Store mentions as one page of a source."""
        task = Task(source=source, query="", since=hours_ago(24 * 30), until=NOW)
        store = open_store(self.database, BERLIN)
        store.open_window(task)
        store.save_page(
            PageSave(
                task=task,
                collected_at=hours_ago(0.1),
                judged=judged,
                shown=[one.mention.id for one in judged],
                seen=[one.version for one in judged],
                window_done=True,
                first_read=first_read,
            )
        )
        store.close()

    def scanned(self, at: datetime, **statuses: Status) -> None:
        """Note a run in which sources fared so."""
        run = at.strftime("r_%Y%m%dT%H%M%SZ")
        store = open_store(self.database, BERLIN)
        store.begin_run(Run(id=run, started_at=at))
        for source, status in statuses.items():
            store.save_outcome(
                Outcome(
                    run=run, source=source, status=status, started_at=at, ended_at=at + timedelta(seconds=5)
                )
            )
        store.end_run(Run(id=run, started_at=at, ended_at=at + timedelta(seconds=9), exit_code=0))
        store.close()

    def teach(self, negative_from: float, **weights: float) -> None:
        """Keep what Acme taught the model: how far words move it towards negative, and its cut."""
        store = open_store(self.database, BERLIN)
        store.save_lesson(lesson(negative_from, **weights))
        store.close()

    def run(self, *words: str, stdin: str | None = None) -> Result:
        """Run a command at NOW; what a person should act on is the result's exception."""
        config = self.directory / "repwatch.toml"
        if not config.exists():
            config.write_text(CONFIG)
        with time_machine.travel(NOW, tick=False):
            return CliRunner().invoke(_app(), words, input=stdin, env={"REPWATCH_CONFIG": str(config)})

    def text(self, *words: str) -> str:
        """Run a command that must succeed, and return what it printed."""
        result = self.run(*words)
        if result.exception:
            raise result.exception
        return result.stdout


def _app() -> typer.Typer:
    app = typer.Typer(pretty_exceptions_enable=False)
    commands: dict[str, Callable[..., None]] = {
        "report": report.report,
        "search": search.search,
        "inbox": inbox.inbox,
        "eval": eval.eval,
        "label": label.label,
        "score": score.score,
        "export": export.export,
        "import": import_.import_,
    }
    for name, command in commands.items():
        app.command(name)(command)
    app.add_typer(mention.app, name="mention")
    app.add_typer(brand.app, name="brand")
    return app
