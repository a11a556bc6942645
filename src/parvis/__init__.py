"""Parvis: one view of each customer, what they say, what they will do, what marketing achieves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parvis.lake.workspace import Workspace

__all__ = ["__version__", "open"]

__version__ = "0.1.0"


def open(path: str | Path = ".") -> Workspace:  # noqa: A001 - parvis.open reads well
    """Open a workspace, also while its server runs.

    Parameters
    ----------
    path
        The workspace's folder (the one with `parvis.toml`).

    Returns
    -------
    Workspace
        Its tables are Ibis tables: `parvis.open("shop").profiles`.

    Raises
    ------
    WorkspaceNotFound
        There is no workspace at `path`.
    SettingsError
        `parvis.toml` has a wrong value.
    """
    from parvis.lake.workspace import Workspace

    return Workspace.open(Path(path))
