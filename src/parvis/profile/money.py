"""Amounts of several currencies in the workspace's one, never without a rate. Pure Ibis."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

import ibis

from parvis.domain.money import ExchangeRate

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["END_OF_TIME", "rate_periods", "with_rate"]

END_OF_TIME: Final = date(9999, 12, 31)


def rate_periods(rates: Iterable[ExchangeRate]) -> list[dict[str, Any]]:
    """Turn dated rates into periods: each rate holds until the next of its currency.

    Returns
    -------
    list of dict
        Rows of `exchange_rates`.
    """
    ordered = sorted(rates, key=lambda r: (r.currency, r.valid_from))
    return [
        {
            "currency": rate.currency,
            "valid_from": rate.valid_from,
            "valid_until": after.valid_from
            if after is not None and after.currency == rate.currency
            else END_OF_TIME,
            "rate": rate.rate.quantize(Decimal("1e-8")),
        }
        for rate, after in zip_longest(ordered, ordered[1:])
    ]


def with_rate(rows: ir.Table, day: str, rates: ir.Table, base: str) -> ir.Table:
    """Give each row the worth of one unit of its `currency` in the base currency.

    Parameters
    ----------
    rows
        With `currency`, and the day on which it counts in the column `day`.
    day
        The name of that column.
    rates
        Rows of `exchange_rates`.
    base
        The base currency; a row without a currency is taken to be in it.

    Returns
    -------
    ir.Table
        The rows with `rate`; null where no rate is known.
    """
    named = rates.select(
        rate_currency="currency", from_day="valid_from", to_day="valid_until", found="rate"
    )
    joined = rows.left_join(
        named,
        [
            rows.currency == named.rate_currency,
            rows[day] >= named.from_day,
            rows[day] < named.to_day,
        ],
    )
    own = joined.currency.isnull() | (joined.currency == base)
    one = ibis.literal(Decimal(1), "decimal(18, 8)")
    return joined.mutate(rate=own.ifelse(one, joined.found)).drop(
        "rate_currency", "from_day", "to_day", "found"
    )
