"""`repwatch help`: what a command does, and topics that belong to no single one."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from repwatch.commands.base import Session, general
from repwatch.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

TOPICS = ("config", "cron", "environment", "exit-codes", "formats", "time")


@general
def help(
    session: Session,
    context: typer.Context,
    topic: Annotated[
        list[str] | None, typer.Argument(metavar="TOPIC|COMMAND", help=f"A command, or: {', '.join(TOPICS)}.")
    ] = None,
) -> None:
    """Show help on a command or a topic.

    Topics: config, cron, environment, exit-codes, formats, time.

    Examples:

        repwatch help time
        repwatch help scan
    """
    if not topic:
        print(context.find_root().get_help())
        print(f"\nTopics: {', '.join(TOPICS)}. Read one with: repwatch help TOPIC")
    elif len(topic) == 1 and topic[0] in TOPICS:
        _show(session, topic_text(topic[0]))
    else:
        _show_command(context, topic)


def topic_text(topic: str) -> str:
    """Return a topic as Markdown."""
    if topic == "formats":
        return _formats()
    if topic == "config":
        return f"{_read('config.md')}\n```toml\n{example()}```\n"
    return _read(f"{topic}.md")


def example() -> str:
    """Return the example configuration, in which every option is explained."""
    try:
        return _read("config.example.toml")
    except FileNotFoundError:  # an editable install reads the one of the checkout
        return (Path(__file__).parents[3] / "config.example.toml").read_text(encoding="utf-8")


def _read(name: str) -> str:
    return files("repwatch.topics").joinpath(name).read_text(encoding="utf-8")


def _formats() -> str:
    """Put the columns that the code knows under the words about them."""
    from repwatch.commands.export_labels import LABELS
    from repwatch.imports.columns import FIELDS, USUAL
    from repwatch.imports.plan import FORMATS
    from repwatch.store.views import COLUMNS as VIEWS
    from repwatch.writers import COLUMNS

    parts = [_read("formats.md")]
    parts.append(_table(("--as", "what it reads"), FORMATS.items()))
    fields = ((name, meaning, ", ".join(USUAL.get(name, ()))) for name, meaning in FIELDS.items())
    parts.append(_table(("field", "meaning", "names by which its column is known"), fields))
    parts.append(_columns("Columns of `repwatch export`", COLUMNS))
    parts.append(_columns("Columns of `repwatch export labels`", LABELS))
    parts += [_columns(f"Columns of the view `{view}`", columns) for view, columns in VIEWS.items()]
    return "\n".join(parts)


def _columns(title: str, columns: Mapping[str, str]) -> str:
    return f"## {title}\n\n{_table(('column', 'meaning'), columns.items())}"


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _show(session: Session, text: str) -> None:
    from repwatch.render import paged

    if not session.out.is_terminal:
        print(text.strip())
        return
    from rich.markdown import Markdown

    with paged(session.out, not session.flags.no_pager):
        session.out.print(Markdown(text))


def _show_command(context: typer.Context, names: list[str]) -> None:
    root = context.find_root()
    command, at = root.command, root
    for name in names:
        found = getattr(command, "commands", {}).get(name)
        if found is None:
            raise UsageError(
                f'there is no command or topic "{" ".join(names)}"', hint=f"Topics: {', '.join(TOPICS)}"
            )
        at = type(root)(found, info_name=name, parent=at)
        command = found
    print(command.get_help(at))
