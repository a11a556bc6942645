"""Sales by day and city of the customer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parvis.measure.kpi import CITY
from parvis.profile import api as profile

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["METRICS", "CitySales", "city_sales", "laid_out"]

Floats = NDArray[np.float64]

METRICS: Final = ("sales", "orders")
#: Smaller cities have little to say, and sets of cities are drawn by the hundred.
_MOST_CITIES: Final = 60


def city_sales(orders: ir.Table, profiles: ir.Table) -> ir.Table:
    """Sum up sales by day and city of the customer.

    Parameters
    ----------
    orders
        Rows of `orders`; those that stand count.
    profiles
        Rows of `profiles`, with what silos said of customers.

    Returns
    -------
    ir.Table
        `day`, `city` in small letters (empty: not known), `sales`, `orders`.
    """
    told = profiles.select("customer_id", one=profiles.attributes.unnest())
    of_city = told.filter(told.one["name"] == CITY)
    cities = of_city.select("customer_id", city=of_city.one["value"].strip().lower())
    one = cities.group_by("customer_id").agg(city=cities.city.max())
    kept = orders.filter(orders.status.isin(profile.KEPT_STATUSES), orders.net_base.notnull())
    placed = kept.left_join(one, "customer_id").drop("customer_id_right")
    return placed.group_by(day=placed.ordered_on, city=placed.city.fill_null("")).agg(
        sales=placed.net_base.cast("float64").sum(), orders=placed.count().cast("float64")
    )


@dataclass(frozen=True, slots=True)
class CitySales:
    """Sales by day and city, laid out.

    Parameters
    ----------
    first_day
        Of the rows.
    cities
        Names in small letters, the largest first.
    figures
        ``sales`` and ``orders``: (days, cities). What has no city is shared as the known of
        that day are.
    placed
        The part of sales whose city is known.
    """

    first_day: date
    cities: tuple[str, ...]
    figures: dict[str, Floats]
    placed: float

    @property
    def last_day(self) -> date:
        """The last day of which an order is known."""
        return self.first_day + timedelta(len(self.figures["sales"]) - 1)


def laid_out(rows: pa.Table, most: int = _MOST_CITIES, also: Collection[str] = ()) -> CitySales:
    """Lay sales out by day and city.

    Parameters
    ----------
    rows
        Rows of `city_sales`, at least one.
    most
        So many of the largest cities,
    also
        and these.
    """
    days = np.array(rows["day"].to_numpy(zero_copy_only=False), "datetime64[D]")
    first = days.min()
    at = (days - first).astype(int)
    names = np.array(rows["city"].to_pylist(), object)
    count = int(at.max()) + 1
    every, column = np.unique(names, return_inverse=True)
    sums = np.bincount(column, rows["sales"].to_numpy(zero_copy_only=False))
    known = every != ""
    largest = [str(every[c]) for c in np.argsort(-sums) if known[c]]
    chosen = [*largest[:most], *(c for c in also if c in set(largest[most:]))]
    place = {c: i for i, c in enumerate(chosen)}
    where = np.array([place.get(str(c), -1) for c in every])[column]
    figures = {}
    for metric in METRICS:
        value = rows[metric].to_numpy(zero_copy_only=False).astype(float)
        grid = np.zeros((count, len(chosen)))
        inside = where >= 0
        np.add.at(grid, (at[inside], where[inside]), value[inside])
        of_day = np.bincount(at, value, count)
        of_known = np.bincount(at, value * known[column], count)
        factor = np.divide(of_day, of_known, out=np.ones(count), where=of_known > 0)
        figures[metric] = grid * factor[:, None]
    placed = float(sums[known].sum() / sums.sum()) if sums.sum() else 0.0
    day: date = first.astype(object)
    return CitySales(day, tuple(chosen), figures, placed)
