"""Rows brought to the shape of a table of the lake, as the engine understands types."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis.expr.datatypes as dt
from ibis.backends.sql.compilers.duckdb import compiler as duckdb_compiler

from parvis.errors import LakeError, UnknownTable
from parvis.lake.schema import TABLES, TableSchema

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["conformed", "schema_of"]


def schema_of(name: str) -> TableSchema:
    """Return how a table is described.

    Raises
    ------
    UnknownTable
        There is no such table.
    """
    if name not in TABLES:
        raise UnknownTable(
            f"The lake has no table {name!r}.", f"It has: {', '.join(sorted(TABLES))}."
        )
    return TABLES[name]


def conformed(rows: ir.Table, name: str) -> ir.Table:
    """Give rows the table's columns, in its order, in its types."""
    schema = schema_of(name).ibis
    missing = [c for c in schema if c not in rows.columns]
    if missing:
        raise LakeError(f"Rows for {name} lack the columns {', '.join(missing)}.")
    return rows.select(
        **{c: rows[c] if _same(rows[c].type(), t) else rows[c].cast(t) for c, t in schema.items()}
    )


def _same(one: dt.DataType, other: dt.DataType) -> bool:
    """Whether two types are one to the engine (it has one precision of time only)."""
    to_text = duckdb_compiler.type_mapper.to_string
    return bool(to_text(one) == to_text(other))
