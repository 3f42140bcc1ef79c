"""The smallest program with typer."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def hello(name: Annotated[str, typer.Argument(help="Who is greeted.")] = "world") -> None:
    """Greet somebody."""
    print(f"Hello {name}")


@app.command()
def bye() -> None:
    """Take leave."""


app(prog_name="hello")
