"""`repwatch demo`: the main job on an invented brand, without the internet."""

from __future__ import annotations

import shlex
import shutil
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from repwatch.commands.base import Session, general
from repwatch.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from repwatch.demo import Demo
    from repwatch.demo.site import Site

FOLDER = Path("repwatch-demo")
PORT = 8765
FRESH_FOR = timedelta(days=7)
"""How long a report of the last week shows something: few posts are written after the demo began."""

NEXT = """\
  repwatch report --since 14d
  repwatch search '"charged twice"'
  repwatch export --label negative --format xlsx -o negative.xlsx
  repwatch brand test "my acme order is late again"
  repwatch demo . --serve    # keeps its site up, and new posts arrive there\
"""


@general
def demo(
    session: Session,
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where it lives.")] = FOLDER,
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            metavar="N",
            min=0,
            max=65535,
            help=f"Where its site listens: {PORT}; 0 takes any free one.",
            show_default=False,
        ),
    ] = None,
    serve: Annotated[
        bool, typer.Option("--serve", help="Keep its site up until Ctrl-C, so that later scans find it.")
    ] = False,
) -> None:
    """Try repwatch on an invented brand, offline: scan, report and export, all for real.

    A small site of invented places is served on this machine and scanned. The folder then works
    with every other command. New posts arrive for a day while the site is kept up.

    Examples:

        repwatch demo
        repwatch demo tour --port 9000
        repwatch demo tour --serve
    """
    known = _known(folder, port)
    with _site(known, PORT if port is None else port) as site:
        if known is None:
            _set_up(folder, site)
        if known is None or not serve:
            _tour(session, folder, site)
        if serve:
            _keep_up(session, folder, site)


def _known(folder: Path, port: int | None) -> Demo | None:
    """Return the demo that is in the folder, None where a new one can begin.

    Raises:
        UsageError: the folder is somebody's, or its demo listens at another port.
    """
    from repwatch import demo

    known = demo.read(folder)
    if known is None:
        if folder.exists() and not (folder.is_dir() and _is_empty(folder)):
            raise UsageError(
                f"{folder} is there already, and no demo: it is left as it is",
                hint="Name a folder that does not exist yet: repwatch demo DIR",
            )
        return None
    if port is not None and port != known.port:
        raise UsageError(
            f"the demo in {folder} listens at port {known.port}: its configuration says so",
            hint="Leave out --port, or begin another one: repwatch demo OTHER_DIR --port N",
        )
    return known


def _is_empty(folder: Path) -> bool:
    try:
        return not any(folder.iterdir())
    except OSError as error:
        raise UsageError(f"{folder} can't be read: {error.strerror}") from error


@contextmanager
def _site(known: Demo | None, port: int) -> Iterator[Site]:
    """Serve the places; a folder that is known keeps its time and its port."""
    from datetime import UTC, datetime
    from errno import EADDRINUSE

    from repwatch.demo.corpus import load
    from repwatch.demo.site import serving

    started = known.started if known else datetime.now(UTC).replace(microsecond=0)
    port = known.port if known else port
    with ExitStack() as stack:
        try:
            site = stack.enter_context(serving(load(), started, port))
        except OSError as error:
            if error.errno == EADDRINUSE:
                raise UsageError(f"port {port} is taken", hint=_other_port(known)) from error
            why = error.strerror or str(error)
            raise UsageError(f"port {port} can't be opened: {why}", hint="Take another: --port N") from error
        yield site


def _other_port(known: Demo | None) -> str:
    if known is None:
        return "Take another one: --port N (0 takes any free one)"
    return (
        "If that is this demo, kept up in another terminal, scan it: repwatch scan --all\n"
        "Else stop what listens there, or begin another demo: repwatch demo OTHER_DIR --port N"
    )


def _set_up(folder: Path, site: Site) -> None:
    from importlib.resources import files

    from repwatch import demo

    template = (files("repwatch.demo") / demo.CONFIG).read_text("utf-8")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        config = folder / demo.CONFIG
        config.touch(0o600)
        config.write_text(template.replace(f"127.0.0.1:{PORT}", f"127.0.0.1:{site.port}"), "utf-8")
        demo.save(folder, demo.Demo(site.started, site.port))
    except OSError as error:
        raise UsageError(f"{folder} can't be written: {error.strerror}") from error


def _tour(session: Session, folder: Path, site: Site) -> None:
    """Scan, report and export as a person would, and say what to type next."""
    from repwatch.commands.export import export
    from repwatch.commands.report import report
    from repwatch.commands.scan import ScanFlags, scan_now
    from repwatch.outcomes import PARTIAL

    _tell(session, f"Invented places are served at {site.base}/ and scanned into {folder}/repwatch.db\n")
    code = scan_now(_inside(session, folder), ScanFlags(everything=True))
    if code not in (0, PARTIAL):  # one place is broken on purpose
        raise typer.Exit(code)
    _tell(session, "\n$ repwatch report --since 7d\n")
    _as_typed(report)(_inside(session, folder), since="7d")
    sys.stdout.flush()
    _tell(session, "\n$ repwatch export -o mentions.csv\n")
    _as_typed(export)(_inside(session, folder), output=folder / "mentions.csv")
    _tell(session, _what_next(folder))
    if session.now - site.started > FRESH_FOR:
        _tell(
            session,
            f"\nThis demo began on {site.started:%d %B %Y}, so a report of the last week is empty or thin."
            "\nFor a fresh one: repwatch demo OTHER_DIR --port N",
        )


def _as_typed(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command that takes its session as it is, and its other options as they are typed."""
    inner: Callable[..., None] = vars(command)["__wrapped__"]  # general put it there
    return inner


def _inside(session: Session, folder: Path) -> Session:
    """Return a session as of now that uses the folder's own configuration and database.

    The database is named, since $REPWATCH_DB may lead to a real one.
    """
    from repwatch import demo

    flags = replace(
        session.flags, config=folder / demo.CONFIG, db=str((folder / "repwatch.db").absolute()), no_pager=True
    )
    return Session(flags)


def _what_next(folder: Path) -> str:
    activate = Path(sys.prefix) / "bin" / "activate"
    here = Path.cwd()
    first = ""
    if shutil.which("repwatch") is None and activate.exists():
        script = activate.relative_to(here) if activate.is_relative_to(here) else activate
        first = f"  . {_typed(script)}\n"
    if folder.absolute() != here:
        first += f"  cd {_typed(folder)}\n"
    return f"\nNext:\n{first}{NEXT}"


def _typed(path: Path) -> str:
    """Return a path as it can be typed into a shell."""
    return shlex.quote(str(path))


def _keep_up(session: Session, folder: Path, site: Site) -> NoReturn:
    from threading import Event

    _tell(
        session,
        f"\nThe demo site is up at {site.base}/ until Ctrl-C, and new posts arrive. In another terminal:\n"
        f"  cd {_typed(folder.absolute())} && repwatch scan",
    )
    while True:
        Event().wait()


def _tell(session: Session, text: str) -> None:
    """Tell the story of the demo: not for a pipe to read on, but also for a log."""
    if not session.flags.quiet:
        session.err.print(text, markup=False, highlight=False, soft_wrap=True)
