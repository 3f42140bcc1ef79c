"""`repwatch completion`: what makes a shell complete commands and flags."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from repwatch.commands.base import Session, general


@general
def completion(
    session: Session,
    shell: Annotated[Literal["bash", "zsh", "fish", "powershell"], typer.Argument(help="Which shell.")],
) -> None:
    """Print a script that completes commands and flags in a shell.

    Examples:

        repwatch completion bash > ~/.local/share/bash-completion/completions/repwatch
        repwatch completion zsh > ~/.zfunc/_repwatch
        repwatch completion fish > ~/.config/fish/completions/repwatch.fish
    """
    from typer.completion import get_completion_script  # type: ignore[attr-defined]  # it is, but not re-exported

    del session  # there is nothing to open
    print(get_completion_script(prog_name="repwatch", complete_var="_REPWATCH_COMPLETE", shell=shell))
