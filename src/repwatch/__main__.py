"""Where the program starts: nothing is imported for what needs nothing."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line."""
    if sys.argv[1:] == ["--version"]:
        from repwatch import __version__  # noqa: PLC0415 (see above)

        print(f"repwatch {__version__}")
        return
    from repwatch.cli import run  # noqa: PLC0415 (typer takes a while)

    sys.exit(run())


if __name__ == "__main__":
    main()
