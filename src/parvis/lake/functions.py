"""Functions that transformations need and Ibis has no portable word for.

Each is one built-in function of the engine. An engine that lacks the name (Spark, say)
registers a function of that name once, and no transformation changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

F = TypeVar("F")

__all__ = [
    "json_items",
    "json_text",
    "json_values",
    "local_day",
    "local_month",
    "local_time",
    "local_week",
    "moment",
    "strip_accents",
    "together",
]

_MOST_ITEMS: Final = 1000


_builtin: Callable[..., Callable[[F], F]] = ibis.udf.scalar.builtin


@_builtin(name="timezone", signature=(("string", "timestamp('UTC')"), "timestamp"))
def _timezone(zone: Any, moment: Any) -> Any:
    """Clock time of a moment in a zone."""


@_builtin(name="timezone", signature=(("string", "timestamp"), "timestamp('UTC')"))
def _moment(zone: Any, clock: Any) -> Any:
    """Moment at which a clock in a zone shows a time."""


@_builtin(name="json_extract_string", signature=(("json", "string"), "string"))
def _json_extract_string(document: Any, path: Any) -> Any:
    """One value of a JSON document as text, without quotes."""


@_builtin(name="json_extract_string", signature=(("json", "array<string>"), "array<string>"))
def _json_extract_strings(document: Any, paths: Any) -> Any:
    """Several values of a JSON document as text, without quotes."""


@_builtin(name="json_extract", signature=(("json", "string"), "array<json>"))
def _items_at(document: Any, path: Any) -> Any:
    """All values that a path with [*] leads to."""


@_builtin(name="strip_accents", signature=(("string",), "string"))
def strip_accents(text: Any) -> Any:
    """Write a text's letters without their accents."""


def local_time(moment: ir.Value, zone: str) -> ir.TimestampValue:
    """Turn a moment (UTC) into the clock time of a zone."""
    return _timezone(ibis.literal(zone), moment)


def local_day(moment: ir.Value, zone: str) -> ir.DateValue:
    """Turn a moment (UTC) into the day it is in a zone."""
    return local_time(moment, zone).date()


def local_week(moment: ir.Value, zone: str) -> ir.DateValue:
    """Turn a moment (UTC) into the Monday of its week in a zone."""
    return local_time(moment, zone).truncate("W").date()


def local_month(moment: ir.Value, zone: str) -> ir.DateValue:
    """Turn a moment (UTC) into the first day of its month in a zone."""
    return local_time(moment, zone).truncate("M").date()


def moment(clock: ir.Value, zone: str) -> ir.TimestampValue:
    """Turn the clock time of a zone into a moment (UTC)."""
    return _moment(ibis.literal(zone), clock)


def json_text(document: ir.Value, key: str) -> ir.StringValue:
    """Take one key of a JSON column as text; null where it isn't there.

    Parameters
    ----------
    document
        A JSON column.
    key
        A name, or a path of names with dots between (``page.url``).
    """
    return _json_extract_string(document, ibis.literal(f"$.{key}"))


def json_values(document: ir.Value, keys: Sequence[str]) -> dict[str, ir.StringValue]:
    """Take several keys of a JSON column as text: the document is parsed once for all.

    Parameters
    ----------
    document
        A JSON column.
    keys
        Names, or paths of names with dots between.

    Returns
    -------
    dict
        The values by their key; null where a key isn't there.
    """
    found = _json_extract_strings(document, ibis.array([f"$.{k}" for k in keys]))
    return {k: found[i] for i, k in enumerate(keys)}


def json_items(document: ir.Value, path: str) -> ir.ArrayValue:
    """Take the values that a path with ``[*]`` leads to, the first thousand of them."""
    # sliced, too, because the engine would take a bare `->` within a list for a lambda
    return _items_at(document, ibis.literal(path))[:_MOST_ITEMS]


def together(first: ir.Table, *others: ir.Table) -> ir.Table:
    """Put the rows of tables under each other, whatever each says of where nulls can be.

    Parameters
    ----------
    first
        Gives the columns and their types.
    others
        With at least these columns.
    """
    types = {name: dtype.copy(nullable=True) for name, dtype in first.schema().items()}
    loose = [t.select(**{n: t[n].cast(d) for n, d in types.items()}) for t in (first, *others)]
    return loose[0].union(*loose[1:])
