"""Note what a folder says of its silos, before their rows come in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from parvis.connect.folder.contracts import FolderPlan
from parvis.lake.schema import TABLES

if TYPE_CHECKING:
    from parvis.lake.workspace import Workspace

__all__ = ["describe_sources"]


def describe_sources(workspace: Workspace, plan: FolderPlan) -> tuple[str, ...]:
    """Note which sources of a folder are made up, and what it says of them.

    A source that several silos share is made up where one of them is. A source that is
    described as before is left as it is.

    Returns
    -------
    tuple of str
        The sources whose description is new or changed.
    """
    engine = workspace.engine
    told: dict[str, tuple[bool, str | None]] = {}
    for planned in plan.silos:
        simulated, description = told.get(planned.silo.source, (False, None))
        told[planned.silo.source] = (
            simulated or planned.is_simulated,
            description or planned.description or None,
        )
    known = {
        r["source"]: (r["is_simulated"], r["description"])
        for r in engine.rows(engine.table("sources"))
    }
    # a silo that is said to be real, and of which nothing else is said, needs no note
    fresh = {s: t for s, t in told.items() if known.get(s, (False, None)) != t}
    if not fresh:
        return ()
    now = datetime.now(UTC)
    rows = [
        {"source": s, "is_simulated": simulated, "description": text, "described_at": now}
        for s, (simulated, text) in fresh.items()
    ]
    scope = engine.stage_rows([{"source": s} for s in fresh], {"source": "string"})
    staged = engine.stage_rows(rows, dict(TABLES["sources"].ibis.items()))
    engine.reconcile("sources", staged, scope)
    engine.back_up_catalog()
    engine.discard(scope)
    engine.discard(staged)
    return tuple(fresh)
