"""How a table of the lake is described."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import ibis
import ibis.expr.datatypes as dt

__all__ = ["Column", "TableSchema"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its Ibis type (a trailing ``!`` means never null) and what it says."""

    name: str
    type: str
    meaning: str

    @property
    def dtype(self) -> dt.DataType:
        """The Ibis type."""
        return dt.dtype(self.type)


@dataclass(frozen=True, slots=True)
class TableSchema:
    """A table of the lake.

    Parameters
    ----------
    name
        Its name in SQL and as an attribute of a workspace.
    row
        What one row is.
    kind
        ``source``: facts that come in, appended only. ``derived``: what a build makes of
        them, and could make again. ``state``: what Parvis notes for itself.
    key
        The columns that identify a row.
    columns
        In their order.
    """

    name: str
    row: str
    kind: Literal["source", "derived", "state"]
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def ibis(self) -> ibis.Schema:
        """The schema as Ibis sees it."""
        return _schema(self.columns)


# types are parsed from text, which takes longer than most queries
@cache
def _schema(columns: tuple[Column, ...]) -> ibis.Schema:
    return ibis.schema({c.name: c.dtype for c in columns})
