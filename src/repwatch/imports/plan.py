"""What is asked of a file, and how it is to be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path

from repwatch.dates import Order
from repwatch.imports.base import Container
from repwatch.imports.columns import MAPS, Chosen
from repwatch.imports.delimited import Table
from repwatch.imports.dumps import DUMPS
from repwatch.imports.encoding import Encoding
from repwatch.imports.values import Scale
from repwatch.model import Kind

CONTAINERS: Mapping[str, Container] = {
    "csv": "csv",
    "jsonl": "jsonl",
    "mbox": "mbox",
    "page": "page",
    "rss": "rss",
}
FORMATS: Mapping[str, str] = {
    "csv": "a table, its cells parted by commas, semicolons, tabs or bars",
    "jsonl": "JSON, a record a line, or one list of records",
    "repwatch": "what `repwatch export` writes as CSV, JSON or JSON lines, with all columns",
    "mbox": "a mailbox, as mailing lists archive them; own_accounts are `mail:` and the address",
    "page": "a saved web page with reviews in schema.org's terms, or one of Trustpilot",
    "rss": "a saved feed: RSS, Atom, RDF or JSON Feed",
    **{name: map.about for name, map in MAPS.items()},
    **{name: dump.about for name, dump in DUMPS.items()},
}
"""What --as takes, and what it stands for."""
SAID: Mapping[Container, str] = {
    "csv": "a table",
    "jsonl": "JSON, a record a line",
    "json": "a JSON list",
    "mbox": "a mailbox",
    "page": "a saved page",
    "rss": "a feed",
}
"""What a file is called that is built so."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a person says about a file; None or empty leaves it to be found out."""

    format: str | None = None
    map: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    delimiter: str | None = None
    header: bool = True
    order: Order | None = None
    scale: Scale | None = None
    zone: tzinfo
    kind: Kind | None = None
    url: str | None = None
    brands: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a file is to be read. `name` is the file as it is called, `path` where its bytes are."""

    path: Path
    name: str
    container: Container
    encoding: Encoding
    asked: Asked
    now: datetime
    size: int
    table: Table | None = None
    chosen: Chosen | None = None
    own: bool = False
    dump: str | None = None
    order: Order | None = None
    scale: Scale | None = None
    url: str | None = None

    @property
    def format(self) -> str:
        """Its format in the words of --as."""
        named = self.dump or (self.chosen.map if self.chosen else None)
        return "repwatch" if self.own else named or ("jsonl" if self.container == "json" else self.container)

    @property
    def words(self) -> str:
        """What it was taken for, in a sentence."""
        parts = [f"{'an export of repwatch' if self.own else SAID[self.container]}"]
        if self.container in ("csv", "jsonl", "json"):
            parts[0] += f" in {self.encoding.words}"
        if self.table is not None:
            signs = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
            if self.table.delimiter in signs:
                parts.append(f"separated by {signs[self.table.delimiter]}")
            if self.table.header_line > 1:
                parts.append(f"column names in line {self.table.header_line}")
        if self.chosen is not None and self.chosen.map:
            parts.append(f"columns as in {self.chosen.map}")
        if self.dump:
            parts.append(f"entries as in {self.dump}")
        if self.order:
            parts.append(f"dates {self.order.replace('-', ' ')}")
        if self.scale:
            parts.append(f"ratings {self.scale.words}")
        if self.url:
            parts.append(f"of {self.url}")
        return ", ".join(parts)
