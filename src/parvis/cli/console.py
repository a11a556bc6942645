"""How commands speak: plain words on the terminal, errors with what to do next."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from parvis.lake.workspace import Workspace

__all__ = ["WorkspaceOption", "console", "errors", "opened"]

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

WorkspaceOption = Annotated[
    Path,
    typer.Option(
        "--workspace",
        "-w",
        envvar="PARVIS_WORKSPACE",
        help="The workspace's folder.",
        show_default="this folder",
    ),
]


def opened(folder: Path) -> Workspace:
    """Open the workspace that a command is about."""
    return Workspace.open(folder)
