"""Look at whole columns: how their dates and numbers are written, and whether that is certain.

A number that is wrong and looks right is the worst defect: what stays open is asked, not
guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import ibis

from parvis.connect.files.contracts import FieldRead, FileMapping
from parvis.connect.files.date_formats import order_of
from parvis.connect.files.dates import DateReading, date_text, judge_dates
from parvis.connect.files.fields import ReadAs, field_of
from parvis.connect.files.functions import json_at
from parvis.connect.files.numbers import (
    Notation,
    NumberReading,
    currency_of,
    judge_numbers,
    notation_of,
)
from parvis.connect.files.patterns import Pattern, date_patterns, number_patterns, number_text
from parvis.connect.files.reading import Contents
from parvis.errors import MappingError

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["Judged", "judge", "present", "text_of"]

_NUMBERS: Final[tuple[ReadAs, ...]] = ("amount", "number", "whole")
_DATES: Final[tuple[ReadAs, ...]] = ("moment", "day")
#: Words that stand for "nothing here" in exports; a person called so would swallow thousands.
NOTHING: Final = ("null", "\\n", "n/a", "#n/a", "none", "(null)", "-", "--", "<na>", "nul")


@dataclass(frozen=True, slots=True)
class Judged:
    """A mapping whose columns were looked at.

    Parameters
    ----------
    mapping
        With the readings, the zone and the currency.
    notes
        What was settled how, in plain sentences.
    """

    mapping: FileMapping
    notes: tuple[str, ...]


def text_of(contents: Contents, read: FieldRead, rows: ir.Table | None = None) -> ir.StringValue:
    """Return a field's text: a column (of `rows`, or of the file), or a place inside it."""
    place = contents.shape.columns.index(read.column or "")
    text = (contents.rows if rows is None else rows)[f"c{place}"]
    return json_at(text, read.path) if read.path else text


def present(text: ir.StringValue, *, nan: bool = False) -> ir.StringValue:
    """Make null of the words that stand for nothing.

    Parameters
    ----------
    nan
        Whether ``nan`` is one of them: for an identifier it is, for an amount it is an error.
    """
    words = (*NOTHING, "nan") if nan else NOTHING
    return ibis.ifelse(text.lower().isin(words), ibis.null("string"), text)


def judge(contents: Contents, mapping: FileMapping) -> Judged:
    """Decide how each column of dates and numbers is written.

    Raises
    ------
    MappingError
        More than half of a column could be read in two ways; the message says how to settle it.
    """
    notes: list[str] = []
    numbers = {
        r.field: _number_patterns(contents, r)
        for r in mapping.reads
        # a column of numbers in Parquet says itself what it holds
        if r.column
        and field_of(mapping.kind, r.field).read_as in _NUMBERS
        and (r.path or contents.shape.columns.index(r.column) not in contents.native)
    }
    notation = _notation(mapping, numbers)
    reads = []
    for read in mapping.reads:
        read_as = field_of(mapping.kind, read.field).read_as
        if read.field in numbers:
            number = judge_numbers(numbers[read.field], notation)
            _certain_number(read, number)
            read = replace(read, reading=number)
        elif read_as in _DATES and read.column:
            date = _date_reading(contents, read, mapping)
            _certain_date(read, date, notes)
            read = replace(read, reading=date)
        reads.append(read)
    judged = replace(mapping, reads=tuple(reads))
    return Judged(_with_currency(judged, notes), tuple(notes))


def _number_patterns(contents: Contents, read: FieldRead) -> list[Pattern]:
    return number_patterns(number_text(present(text_of(contents, read))))


def _notation(mapping: FileMapping, numbers: dict[str, list[Pattern]]) -> Notation:
    said = mapping.decimal
    words: dict[str, Notation] = {"comma": "comma", ",": "comma", "point": "point", ".": "point"}
    if said:
        if said not in words:
            raise MappingError(f"--decimal {said!r} isn't a decimal sign.", "Say comma or point.")
        return words[said]
    return notation_of(list(numbers.values()))


def _certain_number(read: FieldRead, reading: NumberReading) -> None:
    if reading.ambiguous_rows * 2 > reading.rows:
        raise MappingError(
            f"The numbers in {read.column!r} ({read.field}) could be read in two ways: "
            f"{reading.example!r} is "
            f"{reading.example.replace(',', '').replace('.', '')} or, with decimals, "
            f"{reading.example.replace(',', '.')}, and no other value tells which.",
            "Say --decimal comma or --decimal point.",
        )


def _date_reading(contents: Contents, read: FieldRead, mapping: FileMapping) -> DateReading:
    said = mapping.date_format
    order = order_of(said)
    if said and not order:
        raise MappingError(
            f"--date-format {said!r} can't be understood.",
            "Write the order of day, month and year: DD/MM/YYYY, MM/DD/YYYY or YYYY-MM-DD.",
        )
    text = present(text_of(contents, read))
    plain = date_patterns(date_text(text, False))
    reading = judge_dates(plain, order)
    covered = {p for f in reading.formats for p in f.patterns} | set(reading.ambiguous)
    if not any(re.search(r"[^\W\d_]{3,}", p.text) for p in plain if p.text not in covered):
        return reading
    # months as words cost a pass more: only where words are left
    words = judge_dates(date_patterns(date_text(text, True)), order, months=True)
    return words if any("Month" in f.shown for f in words.formats) else reading


def _certain_date(read: FieldRead, reading: DateReading, notes: list[str]) -> None:
    if reading.ambiguous_rows * 2 > reading.rows:
        raise MappingError(
            f"The dates in {read.column!r} ({read.field}) could be read in two ways: in "
            f"{reading.example!r} nothing tells the day from the month, nor does any other value.",
            "Say --date-format DD/MM/YYYY or --date-format MM/DD/YYYY.",
        )
    if len(reading.formats) > 1:
        notes.append(
            f"{read.column!r} holds dates in {len(reading.formats)} formats ({reading.how}); "
            "each row is read by the one that fits."
        )


def _with_currency(mapping: FileMapping, notes: list[str]) -> FileMapping:
    """Take the currency from signs beside the amounts, where no column or option names it."""
    if mapping.currency or mapping.has("currency"):
        return mapping
    signs = {
        sign: read.column
        for read in mapping.reads
        if isinstance(read.reading, NumberReading)
        for sign, _ in read.reading.currencies
    }
    codes = {currency_of(s) for s in signs} - {""}
    if len(codes) == 1:
        code = codes.pop()
        notes.append(f"Amounts are in {code}: that stands beside them.")
        return replace(mapping, currency=code)
    return mapping
