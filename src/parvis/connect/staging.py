"""Events that were shaped one by one, brought to where the tables are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from parvis.connect.landing import events_shaped
from parvis.lake.schema import TABLES

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.connect.files.scratch import Scratch

__all__ = ["staged_events", "staged_pictures"]

_WRITTEN = ("properties", "context")


def staged_events(scratch: Scratch, rows: Sequence[Mapping[str, Any]]) -> ir.Table:
    """Bring rows of Python values to the engine, in the shape of `events`.

    Parameters
    ----------
    rows
        Columns of `events`; `properties` and `context` as JSON text, `traits` as pairs. What
        is left out is null.
    """
    schema = TABLES["events"].ibis
    used = {name for row in rows for name in row} or set(schema)
    told = {c: "string" if c in _WRITTEN else t for c, t in schema.items() if c in used}
    brought = scratch.stage_rows(rows, told)
    return events_shaped(
        brought.mutate(**{c: brought[c].cast("json") for c in _WRITTEN if c in told})
    )


def staged_pictures(scratch: Scratch, pictures: Iterable[tuple[str, bytes]]) -> ir.Table:
    """Bring files of pictures to the engine, in the shape of `picture_files`.

    Parameters
    ----------
    pictures
        What the text that shows it calls it, and its bytes.
    """
    now = datetime.now(UTC)
    rows = [{"url": u, "content": c, "brought_at": now} for u, c in dict(pictures).items()]
    return scratch.stage_rows(rows, dict(TABLES["picture_files"].ibis.items()))
