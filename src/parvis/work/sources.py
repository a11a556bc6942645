"""What kind of site a source of visits is, as the team says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from parvis.lake.schema import TABLES
from parvis.lake.workspace import Workspace
from parvis.measure import api as measure

__all__ = ["tell_sources"]


def tell_sources(workspace: Workspace, path: Path) -> int:
    """Take a file of sources and their category; what it says stands from the next build on.

    Parameters
    ----------
    path
        CSV with `source` and `source_category`: search, social, video or shopping.

    Returns
    -------
    int
        How many sources are told anew or otherwise than before.

    Raises
    ------
    MeasureError
        The file can't be read; the message names the line.
    """
    told = measure.read_categories(path)
    engine, now = workspace.engine, datetime.now(UTC)
    changed = 0

    def keep() -> None:
        nonlocal changed
        table = engine.table("source_categories")
        rows = {row["source"]: row for row in engine.arrow(table).to_pylist()}
        known = {source: row["category"] for source, row in rows.items()}
        fresh = {s: c for s, c in told.items() if known.get(s) != c}
        changed = len(fresh)
        rows |= {s: {"source": s, "category": c, "told_at": now} for s, c in fresh.items()}
        schema = dict(TABLES["source_categories"].ibis.items())
        engine.reconcile("source_categories", engine.stage_rows(list(rows.values()), schema), None)

    engine.atomically(keep)
    return changed
