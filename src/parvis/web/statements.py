"""Queries that are compiled once and run with values.

An Ibis expression takes 10 to 90 ms to become SQL, several times what the query itself takes
(measured: a customer's events 65 ms, then 4 ms). The SQL depends on the shape of a question
alone, so it is kept; only the values change.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.web.shelf import Shelf

__all__ = ["Statement"]

# stands in the SQL until the values are known; no data is like it
_TEXT: Final = "parvis-value-"
_NUMBER: Final = 7_316_459_000_000_000


class Statement:
    """A question whose SQL is kept.

    Parameters
    ----------
    build
        Makes the expression from the shelf and the values, by name. It is called with
        stand-ins: it must not look at the values.
    kinds
        The values' names, and whether each is a `str` or an `int`.

    Examples
    --------
    >>> by_customer = Statement(
    ...     lambda shelf, customer: shelf.table("orders").filter(customer_id=customer),
    ...     customer=str,
    ... )  # doctest: +SKIP
    >>> shelf.rows(by_customer, customer="0059d4fc0dc7b731")  # doctest: +SKIP
    """

    def __init__(self, build: Callable[..., ir.Table], **kinds: type[str | int]) -> None:
        self._build = build
        self._kinds = kinds
        self._compiled: dict[object, str] = {}

    def sql(self, shelf: Shelf) -> str:
        """Return the SQL with a named parameter for each value."""
        for key in (shelf.names, (shelf.names, shelf.version)):
            if key in self._compiled:
                return self._compiled[key]
        with shelf.watching() as reached:
            query = self._compile(shelf)
        # a table of the lake is named with its version: that SQL holds for this state alone
        key = (shelf.names, shelf.version) if reached else shelf.names
        self._compiled = {k: q for k, q in self._compiled.items() if k == shelf.names}
        self._compiled[key] = query
        return query

    def _compile(self, shelf: Shelf) -> str:
        stand_ins: dict[str, str | int] = {}
        for number, (name, kind) in enumerate(self._kinds.items()):
            stand_ins[name] = _TEXT + name if kind is str else _NUMBER + number
        expression = self._build(shelf, **stand_ins)
        backend: Any = ibis.get_backend(expression)
        query = str(backend.compile(expression))
        for name, stand_in in stand_ins.items():
            written = f"'{stand_in}'" if isinstance(stand_in, str) else str(stand_in)
            if written not in query:
                raise AssertionError(f"The query doesn't depend on {name}.")
            query = query.replace(written, f"${name}")
        return query
