"""Birth dates as silos write them, one way to write each. Pure Ibis.

For comparing people, and beside what was written: nothing here is an identifier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["birth_date"]


def birth_date(text: ir.StringValue) -> ir.DateValue:
    """Read a birth date as silos write them; null where it isn't one for sure.

    The day comes before the month where both orders are possible, as everywhere but in the
    United States; a year has four digits, and is one in which somebody alive was born.

    Examples
    --------
    >>> birth_date(ibis.literal("15/03/1960")).type()
    Date(nullable=True, unit='D')
    """
    told = text.strip()
    first = r"^([0-9]{4})[-./ ]?([0-9]{2})[-./ ]?([0-9]{2})(?:[T ].*)?$"
    last = r"^([0-9]{1,2})[-./ ]([0-9]{1,2})[-./ ]([0-9]{4})(?:[T ].*)?$"
    year_first = [told.re_extract(first, i) for i in (1, 2, 3)]
    one, other, year = (told.re_extract(last, i) for i in (1, 2, 3))
    american = other.try_cast("int64") > 12
    year_last = [year, ibis.ifelse(american, one, other), ibis.ifelse(american, other, one)]
    parts = [
        ibis.ifelse(told.re_search(first), a, b) for a, b in zip(year_first, year_last, strict=True)
    ]
    written = parts[0] + "-" + parts[1].lpad(2, "0") + "-" + parts[2].lpad(2, "0")
    found = written.try_cast("date")
    likely = found.year().between(1880, 2100)
    return ibis.ifelse(likely, found, ibis.null("date"))
