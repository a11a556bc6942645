"""Dates as people write them: which number is the day is decided from the whole column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import ibis

from parvis.connect.files.date_formats import DateFormat, Order, formats_of
from parvis.connect.files.functions import (
    coalesced,
    parsed_time,
    parsed_zoned,
    since_epoch,
    trimmed,
)
from parvis.connect.files.patterns import Pattern
from parvis.lake.functions import moment as in_zone

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = [
    "DateFormat",
    "DateReading",
    "Order",
    "date_choices",
    "date_reason",
    "date_text",
    "judge_dates",
]

_MONTHS: Final = (
    "january jan janvier janv", "february feb fevrier fevr fev", "march mar mars",
    "april apr avril avr", "may mai", "june jun juin", "july jul juillet juil",
    "august aug aout", "september sep sept septembre", "october oct octobre",
    "november nov novembre", "december dec decembre",
)  # fmt: skip
_WORDS: Final = {w: f"m{n:02}" for n, names in enumerate(_MONTHS, 1) for w in names.split()}
_WEEKDAY: Final = (
    r"^(mon|tue|wed|thu|fri|sat|sun|lun|mer|jeu|ven|sam|dim|monday|tuesday|wednesday|thursday|"
    r"friday|saturday|sunday|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)[.,]*\s+"
)


@dataclass(frozen=True, slots=True)
class DateReading:
    """How the dates of a column are written.

    Parameters
    ----------
    formats
        The formats in use; a value that two of them read differently is ambiguous.
    ambiguous
        Patterns for which nothing tells the day from the month.
    months
        Whether months are written as words.
    ambiguous_rows, rows
        How many values are ambiguous, of how many.
    example
        An ambiguous value.
    """

    formats: tuple[DateFormat, ...] = ()
    ambiguous: tuple[str, ...] = ()
    months: bool = False
    ambiguous_rows: int = 0
    rows: int = 0
    example: str = ""

    @property
    def order(self) -> Order:
        """The order of day, month and year, where all its dates in numbers have the same."""
        starts: dict[str, Order] = {"DD": "dmy", "MM": "mdy", "YY": "ymd"}
        met = {starts[f.shown[:2]] for f in self.formats if f.shown[:2] in starts}
        orders = {o for o in met if o != "ymd"}
        return orders.pop() if len(orders) == 1 else ""

    @property
    def how(self) -> str:
        """Say in words how the dates are read."""
        return " or ".join(dict.fromkeys(f.shown for f in self.formats)) or "no date found"


def date_text(text: ir.StringValue, months: bool) -> ir.StringValue:
    """Prepare a text to be read as a date; month names become ``m01`` to ``m12``."""
    if not months:
        return trimmed(text)
    low = text.lower().translate("éèêûôàäö\u00a0\u202f", "eeeuoaao  ").strip()
    low = low.re_replace(_WEEKDAY, "").re_replace(r"^1(er|st)\b", "1")
    low = low.re_replace(r"^(\d{1,2})(nd|rd|th)\b", r"\1")
    word = low.re_extract(r"[a-z]{3,}", 0)
    number = word.cases(*_WORDS.items(), else_=ibis.null("string"))
    return ibis.ifelse(number.notnull() & (word != ""), low.replace(word, number), low)


def judge_dates(
    patterns: Sequence[Pattern], order: Order = "", months: bool = False
) -> DateReading:
    """Decide from all values of a column how its dates are written.

    Parameters
    ----------
    patterns
        The column's patterns.
    order
        What the user said; empty: what the values prove.
    months
        Whether months are written as words (the patterns are then of `date_text`).
    """
    found: dict[DateFormat, list[str]] = {}
    ambiguous, open_rows, example = [], 0, ""
    for pattern in patterns:
        choices = formats_of(pattern, patterns, order)
        if choices is None:
            ambiguous.append(pattern.text)
            open_rows += pattern.rows
            example = example or pattern.example
            continue
        for choice in choices:
            found.setdefault(choice, []).append(pattern.text)
    formats = tuple(
        DateFormat(f.kind, f.format, f.shown, tuple(texts)) for f, texts in found.items()
    )
    rows = sum(p.rows for p in patterns)
    return DateReading(formats, tuple(ambiguous), months, open_rows, rows, example)


def date_choices(
    text: ir.StringValue, pattern: ir.StringValue, reading: DateReading, zone: str
) -> list[ir.TimestampValue]:
    """Read a column by each of its formats; null where a value isn't written so.

    Parameters
    ----------
    text, pattern
        The column after `date_text`, and its `patterns.pattern_of`.
    reading
        How it is written.
    zone
        Where the clock stood that wrote times without an offset.
    """
    nothing = ibis.null("timestamp('UTC')")
    return [
        ibis.ifelse(pattern.isin(f.patterns), _moment(text, f, zone), nothing)
        for f in reading.formats
    ]


def date_reason(
    text: ir.StringValue,
    pattern: ir.StringValue,
    choices: Sequence[ir.Value],
    reading: DateReading,
) -> ir.StringValue:
    """Say why a date could not be read; null where it could, or where there is none."""
    # a value that two formats read differently could be either
    first = coalesced(choices, "timestamp('UTC')")
    last = coalesced(reversed(choices), "timestamp('UTC')")
    return ibis.cases(
        (text.isnull(), ibis.null("string")),
        (pattern.isin(reading.ambiguous or ("∅",)), "ambiguous_date"),
        (first.isnull(), "not_a_date"),
        (first != last, "ambiguous_date"),
        else_=ibis.null("string"),
    )


def _moment(text: ir.StringValue, form: DateFormat, zone: str) -> ir.TimestampValue:
    if form.kind == "zoned":
        return parsed_zoned(text, form.format)
    if form.kind == "utc":
        return in_zone(parsed_time(text, form.format), "UTC")
    if form.kind == "epoch":
        microseconds = text.try_cast("decimal(38, 9)") * int(form.format)
        return in_zone(since_epoch(microseconds.cast("int64")), "UTC")
    if form.kind == "excel":
        seconds = ((text.try_cast("float64") - 25569) * 86400).round().cast("int64")
        return in_zone(since_epoch(seconds * 1_000_000), zone)
    return in_zone(parsed_time(text, form.format), zone)
