"""Every source against servers that never come to an end: a window ends all the same."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import MISSING, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request as Incoming
from werkzeug import Response

from repwatch.config import Config, Http, Scoring, SourceConfig
from repwatch.config import Scan as ScanSettings
from repwatch.model import Brand
from repwatch.scan import Scan
from repwatch.sources import BUILT_IN, build, source_types
from repwatch.sources.base import LogsIn, Source
from repwatch.store import open_store
from repwatch.store.base import Outcome, Store
from repwatch.windows import BRANCHES_PER_WINDOW, PAGES_PER_WINDOW
from test_sources import SAMPLES, Sample

NOW = datetime(2026, 11, 21, 14, tzinfo=UTC)
BRAND = Brand(key="acme", name="Acme Anvils", terms=("acme anvils",))
MARK = re.compile(rb"4711")
BACKOFF = re.compile(rb'"backoff": *\d+')
Body = Callable[[Sample, int], bytes]
"""What the server says to its n-th request."""


def unhurried(kind: type[Source]) -> type[Source]:
    """Return a type that keeps no pace, for a server that does not mind."""
    quick = type(f"Quick{kind.__name__}", (kind,), {"pace_s": 0.0, "__slots__": (), "__module__": __name__})
    return cast(type[Source], quick)


# They have names here, so that they find their way to the worker processes.
QUICK = {type: unhurried(source_types()[type]) for type in BUILT_IN}
globals().update({kind.__name__: kind for kind in QUICK.values()})


def fresh(sample: Sample, n: int) -> bytes:
    """Return a page whose entries nobody has seen yet."""
    return MARK.sub(str(4712 + n).encode(), sample.body)


def same(sample: Sample, _: int) -> bytes:
    return sample.body


def two(sample: Sample, n: int) -> bytes:
    return fresh(sample, n % 2)


def emptied(sample: Sample, n: int) -> bytes:
    """Return a page without entries that says there is more, if that can be said."""
    body = fresh(sample, n)
    try:
        return json.dumps(without_entries(json.loads(body))).encode()
    except ValueError:
        return re.sub(rb"(?s)<(item|entry|article)\b.*?</\1>", b"", body)


def reordered(sample: Sample, n: int) -> bytes:
    try:
        return json.dumps(backwards(json.loads(sample.body)) if n % 2 else json.loads(sample.body)).encode()
    except ValueError:
        return sample.body


def without_entries(value: Any) -> Any:
    """Return a JSON value whose lists of objects are empty."""
    if isinstance(value, dict):
        return {key: without_entries(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [] if any(isinstance(inner, dict) for inner in value) else value
    return value


def backwards(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: backwards(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [backwards(inner) for inner in reversed(value)]
    return value


ENDLESS: dict[str, Body] = {
    "pages for ever": fresh,
    "repeats one page": same,
    "repeats two pages": two,
    "empty pages with cursors": emptied,
    "reorders its page": reordered,
}


class Place:
    """A source on a server of its own, and what it was asked."""

    def __init__(self, type: str, body: Body) -> None:
        self.type, self.sample = type, SAMPLES[type]
        self.asked: list[str] = []
        self._body = body
        self._http = HTTPServer(threaded=True)
        self._http.expect_request(re.compile(".*")).respond_with_handler(self._answer)
        self._http.start()
        self._url = self._http.url_for("").rstrip("/")
        source = build(type, self._settings())
        log_in = source.log_in(None) if isinstance(source, LogsIn) else None
        self._login_path = urlsplit(log_in.url).path if log_in else None
        self.streams = len(source.queries([BRAND]))
        values = {option.name: getattr(source, option.name) for option in fields(source)}  # type: ignore[arg-type]
        self.config = SourceConfig(
            key=type, type=type, every_s=1800.0, about="acme", brands=(), paused=False, settings={},
            source=QUICK[type](**values), reread_s=0.0,
        )  # fmt: skip

    def close(self) -> None:
        self._http.clear()
        self._http.stop()

    def _answer(self, request: Incoming) -> Response:
        if request.path == "/robots.txt":
            return Response("", 404)
        if request.path == self._login_path:
            return Response(json.dumps(self.sample.session), content_type="application/json")
        self.asked.append(request.full_path)
        body = BACKOFF.sub(b'"backoff": 0', self._body(self.sample, len(self.asked)))
        return Response(body, content_type=self.sample.content_type)

    def _settings(self) -> dict[str, Any]:
        """Return the sample's settings with every address on the server."""
        options = fields(source_types()[self.type])  # type: ignore[arg-type]
        addresses = {
            option.name: self._url
            for option in options
            if option.default is not MISSING and str(option.default).startswith("https://")
        }
        return {**addresses, **{name: self._moved(value) for name, value in self.sample.settings.items()}}

    def _moved(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._moved(each) for each in value]
        if isinstance(value, str) and value.startswith("http"):
            path = value.removeprefix(self.sample.origin) if value.startswith(self.sample.origin) else ""
            return self._url + path
        return value


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(tmp_path / "there.db", ZoneInfo("UTC"))) as opened:
        yield opened


def scan(places: Sequence[Place], store: Store, folder: Path, at: datetime) -> dict[str, Outcome]:
    config = Config(
        path=Path("repwatch.toml"),
        timezone=ZoneInfo("UTC"),
        database=Path("repwatch.db"),
        http=Http("", 0.0, ("127.0.0.0/8",), 60.0, True, None),
        scan=ScanSettings(1800.0, 600.0, 14 * 86400.0, 3, 16),
        scoring=Scoring("vader", -0.05, 0.35, ("en",), {}),
        brands={"acme": BRAND},
        sources={place.type: place.config for place in places},
    )
    due = list(config.sources.values())
    run = Scan(config, store, clock=lambda: at, sessions=folder / "sessions").run(due)
    return {outcome.source: outcome for outcome in run.outcomes}


@pytest.mark.parametrize("how", ENDLESS)
def test_every_window_ends_whatever_its_server_does(how: str, store: Store, tmp_path: Path) -> None:
    with ExitStack() as stack:
        places = [stack.enter_context(closing(Place(type, ENDLESS[how]))) for type in sorted(BUILT_IN)]
        first = scan(places, store, tmp_path, NOW)
        kept = dict(store.info().by_source)
        for place in places:
            outcome = first[place.type]
            assert outcome.status != "not_reached", place.type
            assert len(place.asked) <= place.streams * (PAGES_PER_WINDOW + BRANCHES_PER_WINDOW), place.type
            if how != "empty pages with cursors":
                assert outcome.status != "failed", (place.type, outcome.detail)
                assert kept.get(place.type), (place.type, outcome.status, outcome.detail)
        scan(places, store, tmp_path, NOW + timedelta(hours=1))
        if how in ("repeats one page", "reorders its page"):
            assert dict(store.info().by_source) == kept, "the same again adds nothing"
