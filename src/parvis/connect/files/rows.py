"""What all kinds of rows have in common: identifiers, and what no field took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import ibis

from parvis.connect.files.contracts import FileMapping
from parvis.connect.files.functions import coalesced
from parvis.connect.files.reading import Contents
from parvis.domain.event import ANONYMOUS_ID, USER_ID

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["IDENTIFIERS", "Shaped", "extra_columns", "identifiers_of", "phone_text", "with_faults"]

IDENTIFIERS: Final = "array<struct<kind: string, value: string>>"
_EMAIL: Final = r"^[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+$"


@dataclass(frozen=True, slots=True)
class Shaped:
    """Rows of a file in the shape of the lake's tables.

    Parameters
    ----------
    table
        ``events`` or ``spend``.
    rows
        In its shape.
    bad
        Rows of the file with their `fault`.
    notes
        What a reader should know.
    """

    table: str
    rows: ir.Table
    bad: ir.Table
    notes: tuple[str, ...] = ()


def with_faults(rows: ir.Table, faults: Iterable[ir.Value]) -> ir.Table:
    """Add reasons to those that reading found; the first of a row stands."""
    return rows.mutate(fault=coalesced([rows.fault, *faults], str(rows.fault.type())))


def extra_columns(
    contents: Contents, mapping: FileMapping, reserved: Iterable[str] = ()
) -> dict[str, str]:
    """Return the columns that no field took, by their name among the properties.

    A column that is called like a property of another meaning gets ``(column)`` after its
    name; what `export_quarantine` added is left aside.
    """
    taken = {r.casefold() for r in reserved}
    found = {}
    for place, name in enumerate(contents.shape.columns):
        if name in mapping.columns or name.lower().startswith("parvis_"):
            continue
        found[f"{name} (column)" if name.casefold() in taken else name] = f"c{place}"
    return found


def is_email(text: ir.StringValue) -> ir.BooleanValue:
    """Tell whether a text has the form of an e-mail address."""
    return text.re_search(_EMAIL)


def phone_text(text: ir.StringValue) -> ir.StringValue:
    """Write a telephone number without spaces and signs; null where too few digits are left."""
    digits = text.re_replace(r"[^0-9+]", "")
    return ibis.ifelse(digits.length() >= 6, digits, ibis.null("string"))


def identifiers_of(values: Mapping[str, ir.Value]) -> ir.ArrayValue:
    """Make the list of identifiers, the one that decides first; those that are null are left out.

    Parameters
    ----------
    values
        Kinds and values: `user_id`, `anonymous_id`, `email`, `phone`, …
    """
    order = [k for k in (USER_ID, ANONYMOUS_ID) if k in values]
    order += [k for k in values if k not in order]
    told = [
        ibis.struct({"kind": ibis.literal(k), "value": values[k].cast("string")}) for k in order
    ]
    return ibis.array(told).filter(lambda i: i["value"].notnull())
