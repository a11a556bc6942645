"""A function for identifiers: an engine that lacks it registers it once, as `functions` says."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

F = TypeVar("F")

__all__ = ["identifier_norm"]


_builtin: Callable[..., Callable[[F], F]] = ibis.udf.scalar.builtin


@_builtin(
    name="identifier_norm",
    signature=(("string", "string", "string"), "struct<normal: string, problem: string>"),
)
def _identifier_norm(kind: Any, value: Any, rules: Any) -> Any:
    """Form in which an identifier is compared, or why it can't be."""


def identifier_norm(kind: ir.Value, value: ir.Value, rules: str) -> ir.StructValue:
    """Bring identifiers to the form in which they are compared.

    It is Python's and takes microseconds a row: what the engine can tell by itself shouldn't
    come here.

    Parameters
    ----------
    kind, value
        Columns of text.
    rules
        What `NormRules.as_text` gives.

    Returns
    -------
    ir.StructValue
        `normal`, or `problem`: why it can't be.
    """
    return _identifier_norm(kind, value, ibis.literal(rules))
