"""How the values of a column are written: their patterns, each digit a 9.

Of a million values a handful of patterns is left, which can be judged one by one: whether
``1.234`` is a thousand or little more than one, whether ``03/04`` is in March or in April.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import ibis

from parvis.connect.files.functions import computed_once, trimmed

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["Pattern", "date_patterns", "number_patterns", "number_text", "pattern_of"]

#: A column with more patterns than this holds neither dates nor numbers.
_MOST: Final = 3000

_SPACES: Final = "\u00a0\u202f\u2009\t"


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way in which values of a column are written.

    Parameters
    ----------
    text
        The value with each digit as 9 (and a leading ``0`` told: ``0|`` before it).
    rows
        How many values.
    example
        One of them.
    first_over_12, second_over_12
        How many have a first or second number from 13 to 31 (a day, then, not a month).
    first_over_31
        How many have a first number above 31 (a year, then).
    """

    text: str
    rows: int
    example: str
    first_over_12: int = 0
    second_over_12: int = 0
    first_over_31: int = 0


def pattern_of(text: ir.StringValue) -> ir.StringValue:
    """Replace each digit by 9."""
    return text.translate("012345678", "9" * 9)


def number_text(text: ir.StringValue) -> ir.StringValue:
    """Write all kinds of space, apostrophe and minus in one way."""
    return trimmed(text.translate(_SPACES + "’−–", " " * len(_SPACES) + "'--"))


def number_pattern(text: ir.StringValue) -> ir.StringValue:
    """Return the pattern of a number, telling a zero before the decimal sign."""
    zero = ibis.ifelse(text.re_search(r"^[^0-9]*0[.,]"), "0|", "")
    return zero + pattern_of(text)


def number_patterns(text: ir.StringValue) -> list[Pattern]:
    """Return the patterns of a column of numbers, the most frequent first."""
    values = computed_once(text.name("value").as_table()).filter(lambda t: t.value.notnull())
    found = (
        values.group_by(pattern=number_pattern(values.value))
        .agg(rows=values.count(), example=values.value.min())
        .order_by([ibis.desc("rows"), "pattern"])
        .limit(_MOST)
    )
    return [
        Pattern(str(r["pattern"]), int(r["rows"]), str(r["example"]))
        for r in found.to_pyarrow().to_pylist()
    ]


def date_patterns(text: ir.StringValue) -> list[Pattern]:
    """Return the patterns of a column of dates, the most frequent first."""
    values = computed_once(text.name("value").as_table()).filter(lambda t: t.value.notnull())
    values = computed_once(
        values.mutate(
            pattern=pattern_of(values.value),
            first=values.value.re_extract(r"^(\d{1,2})\D", 1).try_cast("int64"),
            second=values.value.re_extract(r"^\d{1,2}\D+(\d{1,2})\D", 1).try_cast("int64"),
        )
    )
    found = (
        values.group_by("pattern")
        .agg(
            rows=values.count(),
            example=values.value.min(),
            first=values.first.between(13, 31).sum(),
            second=values.second.between(13, 31).sum(),
            year=(values.first > 31).sum(),
        )
        .order_by([ibis.desc("rows"), "pattern"])
        .limit(_MOST)
    )
    return [
        Pattern(
            str(r["pattern"]),
            int(r["rows"]),
            str(r["example"]),
            int(r["first"] or 0),
            int(r["second"] or 0),
            int(r["year"] or 0),
        )
        for r in found.to_pyarrow().to_pylist()
    ]
