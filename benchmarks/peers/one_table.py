"""The smallest report: typer, one count with sqlite3, one table with rich. Usage: one_table.py DATABASE."""

from __future__ import annotations

import sqlite3

import typer
from rich.console import Console
from rich.table import Table


def report(database: str) -> None:
    """Print how many mentions of each label there are."""
    table = Table("label", "mentions")
    for label, count in sqlite3.connect(database).execute(
        "select label, count(*) from mentions group by label"
    ):
        table.add_row(label, str(count))
    Console().print(table)


typer.run(report)
