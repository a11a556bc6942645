"""Steps that have nothing to do: to compose their questions takes most of a small build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parvis.lake.build import Frame
from parvis.lake.schema import TABLES

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["no_rows", "nothing_yet"]


def nothing_yet(frame: Frame, name: str, told: ir.Table) -> bool:
    """Tell whether a table is empty and stays so: there are no events of which it speaks.

    Parameters
    ----------
    name
        The table.
    told
        All events that could bring it a row.
    """
    engine = frame.engine
    return not engine.count(engine.table(name).limit(1)) and not engine.count(told.limit(1))


def no_rows(frame: Frame, name: str, *columns: str) -> ir.Table:
    """Give no rows of a table, or of some of its columns."""
    schema = TABLES[name].ibis
    return frame.engine.stage_rows([], {c: schema[c] for c in columns or schema})
