"""The mapping as it is shown: field, column, how it is read, and three values as proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from parvis.connect.files.contracts import ExampleValue, FileMapping, MappingRow
from parvis.connect.files.dates import DateReading
from parvis.connect.files.fields import ReadAs, field_of
from parvis.connect.files.numbers import NumberReading
from parvis.connect.files.reading import Contents
from parvis.connect.files.status import meaning_of_status
from parvis.lake.functions import local_time

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["mapping_rows", "status_notes"]

_WORDS: Final[dict[ReadAs, str]] = {
    "text": "text",
    "identifier": "identifier",
    "email": "e-mail address",
    "currency": "currency",
    "json": "JSON",
    "amount": "amount",
    "number": "number",
    "whole": "whole number",
    "moment": "time",
    "day": "day",
}
_LOOK: Final = 500


def mapping_rows(
    typed: ir.Table, contents: Contents, mapping: FileMapping, zone: str
) -> tuple[MappingRow, ...]:
    """Show how each field is read, with three of its values.

    Parameters
    ----------
    typed
        What `parse.parsed` gave.
    zone
        The zone of times without an offset.
    """
    fields = [r.field for r in mapping.reads]
    rows = typed.order_by("row_number").limit(_LOOK)
    shown = {f"v_{f}": _shown(rows[f"f_{f}"], zone) for f in fields}
    shown |= {f"t_{f}": rows[_place(contents, mapping, f)].cast("string") for f in fields}
    values = rows.select(**shown).to_pyarrow().to_pylist()
    return tuple(_row(mapping, field, values, zone) for field in fields)


def _shown(value: ir.Value, zone: str) -> ir.StringValue:
    """Write a value as people do: a moment by the clock of the zone, a number without zeros."""
    if value.type().is_timestamp():
        return local_time(value, zone).strftime("%Y-%m-%d %H:%M:%S")
    if value.type().is_decimal():
        return value.cast("string").re_replace(r"\.?0+$", "")
    return value.cast("string")


def _place(contents: Contents, mapping: FileMapping, field: str) -> str:
    read = mapping.read_of(field)
    if read is None or read.column is None:
        return f"f_{field}"
    return f"c{contents.shape.columns.index(read.column)}"


def _row(mapping: FileMapping, field: str, values: list[dict[str, Any]], zone: str) -> MappingRow:
    read = mapping.read_of(field)
    how = _WORDS[field_of(mapping.kind, field).read_as]
    column = ""
    if read is not None:
        column = read.column or f"always {read.value!r}"
        column += f" → {read.path}" if read.path else ""
        if isinstance(read.reading, DateReading | NumberReading):
            how += f", {read.reading.how}"
        if isinstance(read.reading, DateReading) and _needs_zone(read.reading):
            how += f", clock of {zone}"
    examples: list[ExampleValue] = []
    for row in values:
        raw, told = row[f"t_{field}"], row[f"v_{field}"]
        if raw is None or any(e.raw == raw[:60] for e in examples):
            continue
        examples.append(ExampleValue(raw[:60], "?" if told is None else told[:60]))
        if len(examples) == 3:
            break
    return MappingRow(field, column, how, tuple(examples))


def _needs_zone(reading: DateReading) -> bool:
    return any(f.kind == "clock" and "HH:MM" in f.shown for f in reading.formats)


def status_notes(typed: ir.Table, mapping: FileMapping) -> tuple[str, ...]:
    """Tell how each word of an order's status is understood."""
    if mapping.kind != "orders" or not mapping.has("status"):
        return ()
    rows = typed.filter(typed.f_status.notnull())
    counted = rows.group_by(word=rows.f_status, meaning=meaning_of_status(rows.f_status)).agg(
        rows=rows.count()
    )
    found = counted.order_by(counted.rows.desc(), "word").limit(12).to_pyarrow().to_pylist()
    if not found:
        return ()
    words = ", ".join(f"{r['word']!r} = {str(r['meaning']).replace('_', ' ')}" for r in found)
    return (f"Status: {words}.",)
