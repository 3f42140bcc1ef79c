"""Where the program starts: nothing is imported for what needs nothing."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line."""
    if sys.argv[1:] == ["--version"]:
        from repwatch import __version__

        print(f"repwatch {__version__}")
        return
    from repwatch.cli import run

    sys.exit(run())


if __name__ == "__main__":
    main()
