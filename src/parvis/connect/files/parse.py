"""From columns of text to typed fields; whatever can't be read gets a reason, never a guess."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import ibis
from babel.numbers import list_currencies

from parvis.connect.files.contracts import FieldRead, FileMapping
from parvis.connect.files.dates import DateReading, date_choices, date_reason, date_text
from parvis.connect.files.fields import Field, fields_of
from parvis.connect.files.functions import coalesced, computed_once, is_json
from parvis.connect.files.judge import present, text_of
from parvis.connect.files.numbers import NumberReading, may_be, number_reason, written_number
from parvis.connect.files.patterns import number_pattern, number_text, pattern_of
from parvis.connect.files.reading import Contents
from parvis.errors import MappingError
from parvis.lake.functions import local_day

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["FAULT_TYPE", "Setting", "completed", "parsed"]

FAULT_TYPE: Final = "struct<reason: string, field: string, value: string>"
_TYPES: Final = {
    "amount": "decimal(18, 4)",
    "number": "decimal(18, 3)",
    "whole": "int64",
    "moment": "timestamp('UTC')",
    "day": "date",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """What holds for every row of a file.

    Parameters
    ----------
    source
        The silo.
    zone
        Where the clock stands of times without an offset.
    currency
        Of amounts that don't name theirs.
    now
        The moment of the import.
    """

    source: str
    zone: str
    currency: str
    now: datetime


def parsed(contents: Contents, mapping: FileMapping, setting: Setting) -> ir.Table:
    """Read all fields of a file.

    Returns
    -------
    ibis.Table
        `row_number`; each field that is read as ``f_`` and its name; `fault`, the first reason
        why the row can't be read (null where it can); and the file's own columns, ``c0``,
        ``c1``, …
    """
    fields = fields_of(mapping.kind)
    rows = contents.rows
    read = {r.field: (fields[r.field], r) for r in mapping.reads}
    rows = computed_once(rows.mutate(**_texts(read, contents)))
    rows = computed_once(rows.mutate(**_patterns(rows, read)))
    rows = computed_once(rows.mutate(**_choices(rows, read, setting)))
    rows = computed_once(rows.mutate(**_values(rows, read, setting)))
    rows = computed_once(rows.mutate(**_reasons(rows, read, setting)))
    rows = rows.mutate(**_faults(rows, read, contents))
    values = {f"f_{n}": rows[f"f_{n}"] for n in read}
    return rows.select(*contents.rows.columns, "fault", **values)


def completed(parsed_rows: ir.Table, mapping: FileMapping, setting: Setting) -> ir.Table:
    """Give parsed rows the fields that the file lacks, as nulls that take no room when staged."""
    fields = fields_of(mapping.kind)
    rows = parsed_rows.mutate(
        **{f"f_{n}": ibis.null(_dtype(f)) for n, f in fields.items() if not mapping.has(n)}
    )
    if "currency" in fields:
        rows = rows.mutate(f_currency=rows.f_currency.fill_null(setting.currency))
    return rows


_Reads = Mapping[str, tuple[Field, FieldRead]]


def _texts(read: _Reads, contents: Contents) -> dict[str, ir.Value]:
    """Each field's text without the words that stand for nothing, ready to be read."""
    texts = {}
    for name, (field, told) in read.items():
        if told.value is not None:
            texts[f"t_{name}"] = ibis.literal(told.value)
            continue
        text = present(text_of(contents, told), nan=field.read_as in ("identifier", "email"))
        if isinstance(told.reading, NumberReading):
            text = number_text(text)
        elif isinstance(told.reading, DateReading):
            text = date_text(text, told.reading.months)
        texts[f"t_{name}"] = text
    return texts


def _patterns(rows: ir.Table, read: _Reads) -> dict[str, ir.Value]:
    found: dict[str, ir.Value] = {}
    for name, (_, told) in read.items():
        if isinstance(told.reading, NumberReading):
            found[f"p_{name}"] = number_pattern(rows[f"t_{name}"])
        elif isinstance(told.reading, DateReading):
            found[f"p_{name}"] = pattern_of(rows[f"t_{name}"])
    return found


def _choices(rows: ir.Table, read: _Reads, setting: Setting) -> dict[str, ir.Value]:
    """Numbers, and what each format makes of a date."""
    found: dict[str, ir.Value] = {}
    for name, (field, told) in read.items():
        text = rows[f"t_{name}"]
        if isinstance(told.reading, DateReading):
            choices = date_choices(text, rows[f"p_{name}"], told.reading, setting.zone)
            found |= {f"d_{name}_{i}": c for i, c in enumerate(choices)}
        elif field.read_as in ("amount", "number", "whole"):
            if isinstance(told.reading, NumberReading):
                text = written_number(text, rows[f"p_{name}"], told.reading)
            # in 64 bits: 38 digits take seventy times as long
            found[f"n_{name}"] = text.try_cast("decimal(18, 4)")
    return found


def _values(rows: ir.Table, read: _Reads, setting: Setting) -> dict[str, ir.Value]:
    return {f"f_{n}": _value(rows, n, f, told, setting) for n, (f, told) in read.items()}


def _value(rows: ir.Table, name: str, field: Field, told: FieldRead, setting: Setting) -> ir.Value:
    text = rows[f"t_{name}"]
    if field.read_as in ("amount", "number", "whole"):
        return rows[f"n_{name}"].try_cast(_TYPES[field.read_as])
    if field.read_as in ("moment", "day"):
        if not isinstance(told.reading, DateReading):
            raise MappingError(
                f"{name} can't be the same value for every row.",
                f"Name a column: --set {name}=COLUMN.",
            )
        moment = coalesced(_of_date(rows, name, told.reading), _TYPES["moment"])
        return local_day(moment, setting.zone) if field.read_as == "day" else moment
    if field.read_as == "email":
        return text.lower()
    if field.read_as == "currency":
        return text.upper()
    if field.read_as == "json":
        return ibis.ifelse(is_json(text), text, ibis.null("string"))
    return text


def _of_date(rows: ir.Table, name: str, reading: DateReading) -> list[ir.Value]:
    return [rows[f"d_{name}_{i}"] for i in range(len(reading.formats))]


def _reasons(rows: ir.Table, read: _Reads, setting: Setting) -> dict[str, ir.Value]:
    """Why a field could not be read, for those that can fail."""
    found = {f"r_{n}": _reason(rows, n, f, told, setting) for n, (f, told) in read.items()}
    return {n: r for n, r in found.items() if r is not None}


def _reason(
    rows: ir.Table, name: str, field: Field, told: FieldRead, setting: Setting
) -> ir.Value | None:
    text, value = rows[f"t_{name}"], rows[f"f_{name}"]
    none = ibis.null("string")
    if isinstance(told.reading, DateReading):
        if field.name == "birthday":
            # people were born long ago, and what isn't a date stays a trait as it was written
            return None
        pattern = rows[f"p_{name}"]
        reason = date_reason(text, pattern, _of_date(rows, name, told.reading), told.reading)
        moment = value.cast(_TYPES["moment"])
        late = ibis.literal(setting.now + timedelta(days=1), _TYPES["moment"])
        early = ibis.literal(datetime(1970, 1, 1, tzinfo=UTC), _TYPES["moment"])
        if field.read_as == "day":
            moment, late, early = value, late.cast("date"), early.cast("date")
        return ibis.cases(
            (reason.notnull(), reason),
            (moment > late, "in_the_future"),
            (moment < early, "before_1970"),
            else_=none,
        )
    if field.read_as in ("amount", "number", "whole"):
        return _number_reason(rows, name, field, told, setting)
    if field.read_as == "currency":
        unknown = text.notnull() & ~value.isin(sorted(list_currencies()))
        return ibis.ifelse(unknown, "unknown_currency", none)
    if field.read_as == "json":
        return ibis.ifelse(text.notnull() & value.isnull(), "not_json", none)
    return None


def _number_reason(
    rows: ir.Table, name: str, field: Field, told: FieldRead, setting: Setting
) -> ir.Value:
    text, number = rows[f"t_{name}"], rows[f"n_{name}"]
    none = ibis.null("string")
    if not isinstance(told.reading, NumberReading):
        return ibis.ifelse(text.notnull() & number.isnull(), "not_a_number", none)
    reason = number_reason(text, rows[f"p_{name}"], number, told.reading)
    if field.read_as == "whole":
        broken = reason.isnull() & (number != rows[f"f_{name}"])
        reason = ibis.ifelse(broken, "not_a_whole_number", reason)
    own = rows["f_currency"] if "f_currency" in rows.columns else ibis.null("string")
    currency = own.fill_null(setting.currency)
    for sign, patterns in told.reading.currencies:
        codes = [c for c in sorted(list_currencies()) if may_be(sign, c)]
        other = rows[f"p_{name}"].isin(patterns) & ~currency.isin(codes)
        reason = ibis.ifelse(reason.isnull() & other, "other_currency", reason)
    return reason


def _faults(rows: ir.Table, read: _Reads, contents: Contents) -> dict[str, ir.Value]:
    """Put the first reason of a row together with the field and its value in the file."""
    reasons = {n: rows[f"r_{n}"] for n in read if f"r_{n}" in rows.columns}
    if not reasons:
        return {"fault": ibis.null(FAULT_TYPE)}
    none = ibis.null("string")
    reason = ibis.coalesce(*reasons.values())
    texts = {
        n: none if read[n][1].value is not None else text_of(contents, read[n][1], rows)
        for n in reasons
    }
    told = ibis.struct(
        {
            "reason": reason,
            "field": ibis.cases(*((r.notnull(), n) for n, r in reasons.items()), else_=none),
            "value": ibis.cases(*((r.notnull(), texts[n]) for n, r in reasons.items()), else_=none),
        }
    )
    return {"fault": ibis.ifelse(reason.notnull(), told.cast(FAULT_TYPE), ibis.null(FAULT_TYPE))}


def _dtype(field: Field) -> str:
    return _TYPES.get(field.read_as, "string")
