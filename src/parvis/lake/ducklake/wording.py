"""Expressions put into the engine's SQL, once for each shape."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ibis.backends.duckdb import Backend

if TYPE_CHECKING:
    import ibis.expr.operations as ops
    import ibis.expr.types as ir

__all__ = ["sql_of"]

#: A build asks for about a hundred; what a worker builds next is mostly of the same shape.
_KEPT: Final = 512

_wording: Final = Backend()


def sql_of(rows: ir.Table) -> str:
    """Return the SQL that computes `rows`.

    Putting an expression into words takes longer than computing it where rows are few, and each
    build asks for the same ones again (a session numbers its temporary tables from nought).
    """
    return _worded(rows.op())


@lru_cache(maxsize=_KEPT)
def _worded(node: ops.Node) -> str:
    # words depend on names and types alone: two expressions that are equal read the same names,
    # each on its own session
    return str(_wording.compile(node.to_expr()))
