"""Customers: search, filter, sort, and each by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

import ibis

from parvis.web.queries.customer_filter import NO_VALUE, SORTS, CustomerFilter
from parvis.web.queries.paging import (
    PAGE_ROWS,
    Page,
    ordered,
)
from parvis.web.shelf import Shelf
from parvis.web.statements import Statement

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = [
    "Customer",
    "CustomerTotals",
    "Facets",
    "all_customers",
    "buyers_without_rhythm",
    "count_customers",
    "facets",
    "find_customers",
    "names_of",
    "one_customer",
]

_COLUMNS: Final = (
    "customer_id", "is_known", "user_id", "display_name", "rfm_segment", "first_order_on",
    "last_order_on", "recency_days", "frequency", "monetary", "unconverted_orders",
    "average_basket", "purchase_interval_days", "usual_longest_gap_days", "is_overdue",
    "favourite_category", "coupon_share", "age_band", "last_channel", "cohort", "events",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Customer:
    """A row of the list; the columns of `profiles` of the same names."""

    customer_id: str
    is_known: bool
    user_id: str | None
    display_name: str | None
    rfm_segment: str | None
    first_order_on: date | None
    last_order_on: date | None
    recency_days: int | None
    frequency: int
    monetary: Decimal
    unconverted_orders: int
    average_basket: Decimal | None
    purchase_interval_days: float | None
    usual_longest_gap_days: float | None
    is_overdue: bool | None
    favourite_category: str | None
    coupon_share: float | None
    age_band: str | None
    last_channel: str | None
    cohort: date | None
    events: int


@dataclass(frozen=True, slots=True)
class CustomerTotals:
    """What the customers of a view add up to.

    Parameters
    ----------
    sales
        Net sales in the workspace's currency.
    unconverted
        Orders in a currency without a rate, in no sum.
    overdue
        Of whom it is known that they are.
    """

    customers: int
    orders: int
    sales: Decimal
    unconverted: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Facets:
    """The values that can be filtered by, and how many customers have each; null: not known."""

    segment: tuple[tuple[str | None, int], ...]
    age: tuple[tuple[str | None, int], ...]
    channel: tuple[tuple[str | None, int], ...]
    cohort: tuple[tuple[date | None, int], ...]
    overdue: tuple[tuple[bool | None, int], ...]
    known: tuple[tuple[bool | None, int], ...]


# what a filter asks: the names of its values, and their kinds
_Asked = tuple[tuple[str, Literal["value", "none", "yes", "no"]], ...]

_FIELD: Final = {
    "segment": "rfm_segment",
    "age": "age_band",
    "channel": "last_channel",
    "cohort": "cohort",
    "overdue": "is_overdue",
    "known": "is_known",
}


def _question(wanted: CustomerFilter) -> tuple[_Asked, dict[str, str | int]]:
    """Part the shape of a question from its values."""
    shape: list[tuple[str, Any]] = []
    values: dict[str, str | int] = {}
    if wanted.q:
        shape.append(("q", "value"))
        values["q"] = wanted.q.lower()
    for name in ("since", "until"):
        if getattr(wanted, name):
            shape.append((name, "value"))
            values[name] = getattr(wanted, name)
    for name in _FIELD:
        value = getattr(wanted, name)
        if not value:
            continue
        if value == NO_VALUE:
            shape.append((name, "none"))
        elif name in {"overdue", "known"}:
            shape.append((name, value))
        else:
            shape.append((name, "value"))
            values[name] = f"{value}-01" if name == "cohort" else value
    return tuple(shape), values


def _chosen(shelf: Shelf, shape: _Asked, values: Mapping[str, str | int]) -> ir.Table:
    table = shelf.table("profiles")
    for name, kind in shape:
        if name == "q":
            table = table.filter(_matches(shelf, table, str(values["q"])))
            continue
        if name in {"since", "until"}:
            day = ibis.literal(values[name]).cast("date")
            first = table.first_order_on
            table = table.filter(first >= day if name == "since" else first <= day)
            continue
        column = table[_FIELD[name]]
        if kind == "none":
            table = table.filter(column.isnull())
        elif kind in {"yes", "no"}:
            table = table.filter(column == (kind == "yes"))
        elif name == "cohort":
            table = table.filter(column == ibis.literal(values[name]).cast("date"))
        else:
            table = table.filter(column == values[name])
    return table


def _matches(shelf: Shelf, table: ir.Table, part: str) -> ir.Value:
    owners = shelf.table("identities")
    whose = owners.filter(owners.value.lower().contains(part)).customer_id
    return (
        table.display_name.lower().contains(part).fill_null(False)
        | table.customer_id.startswith(part)
        | table.customer_id.isin(whose)
    )


@lru_cache(maxsize=256)
def _list_statement(shape: _Asked, sort: str) -> Statement:
    def build(shelf: Shelf, *, skip: int, rows: int, **values: str) -> ir.Table:
        table = _chosen(shelf, shape, values).mutate(id_length=lambda t: t.user_id.length())
        by = ordered(table, sort, SORTS, "customer_id")
        return by.limit(rows, offset=skip).select(*_COLUMNS)

    return Statement(build, **_kinds(shape), skip=int, rows=int)


@lru_cache(maxsize=256)
def _totals_statement(shape: _Asked) -> Statement:
    def build(shelf: Shelf, **values: str) -> ir.Table:
        table = _chosen(shelf, shape, values)
        return table.agg(
            customers=table.count(),
            orders=table.frequency.sum().fill_null(0),
            sales=table.monetary.sum().fill_null(0),
            unconverted=table.unconverted_orders.sum().fill_null(0),
            overdue=table.is_overdue.sum().fill_null(0),
        )

    return Statement(build, **_kinds(shape))


def _kinds(shape: _Asked) -> dict[str, type[str | int]]:
    return {name: str for name, kind in shape if kind == "value"}


def count_customers(shelf: Shelf, wanted: CustomerFilter) -> CustomerTotals:
    """Tell what the customers of a view add up to."""
    shape, values = _question(wanted)

    def count() -> CustomerTotals:
        row = shelf.rows(_totals_statement(shape), **values)[0]
        return CustomerTotals(**{**row, "orders": int(row["orders"])})

    if wanted.is_narrow:
        return count()
    return shelf.kept("customer totals", count)


def find_customers(
    shelf: Shelf, wanted: CustomerFilter, rows: int = PAGE_ROWS
) -> tuple[Page[Customer], CustomerTotals]:
    """Return one page of a view, and what the whole view adds up to."""
    totals = count_customers(shelf, wanted)
    pages = max(1, -(-totals.customers // rows))
    number = min(wanted.page, pages)
    found = _fetch(shelf, wanted, (number - 1) * rows, rows)
    return Page(found, number, totals.customers, rows), totals


def all_customers(shelf: Shelf, wanted: CustomerFilter) -> tuple[Customer, ...]:
    """Return all rows of a view, for a file."""
    return _fetch(shelf, wanted, 0, 10**9)


def _fetch(shelf: Shelf, wanted: CustomerFilter, skip: int, rows: int) -> tuple[Customer, ...]:
    shape, values = _question(wanted)
    statement = _list_statement(shape, wanted.sort)
    return tuple(Customer(**r) for r in shelf.rows(statement, **values, skip=skip, rows=rows))


def _facet(column: str) -> Statement:
    def build(shelf: Shelf) -> ir.Table:
        table = shelf.table("profiles")
        return table.group_by(value=table[column]).agg(n=table.count())

    return Statement(build)


_FACETS: Final = {name: _facet(column) for name, column in _FIELD.items()}


def facets(shelf: Shelf) -> Facets:
    """Tell what can be filtered by."""

    def look() -> Facets:
        found: dict[str, tuple[tuple[Any, int], ...]] = {}
        for name, statement in _FACETS.items():
            rows = [(r["value"], r["n"]) for r in shelf.rows(statement)]
            rows.sort(key=lambda r: (r[0] is None, -r[1] if name == "channel" else r[0] or 0))
            found[name] = tuple(rows)
        return Facets(**found)

    return shelf.kept("facets", look)


_UNSURE: Final = Statement(
    lambda shelf: (
        shelf.table("profiles")
        .filter(lambda t: (t.frequency > 0) & t.is_overdue.isnull())
        .agg(n=lambda t: t.count())
    )
)


def buyers_without_rhythm(shelf: Shelf) -> int:
    """Count those who have bought, but too seldom to tell whether they are overdue."""
    found: int = shelf.kept("unsure buyers", lambda: int(shelf.rows(_UNSURE)[0]["n"]))
    return found


_ONE: Final = Statement(
    lambda shelf, customer: shelf.table("profiles").filter(
        shelf.table("profiles").customer_id == customer
    ),
    customer=str,
)


_MOST_NAMES: Final = 128


@lru_cache(maxsize=8)
def _names_statement(many: int) -> Statement:
    def build(shelf: Shelf, **customers: str) -> ir.Table:
        table = shelf.table("profiles")
        wanted = table.filter(table.customer_id.isin(list(customers.values())))
        return wanted.select("customer_id", "display_name", "user_id")

    return Statement(build, **{f"customer_{n:03}": str for n in range(many)})


def names_of(shelf: Shelf, customers: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return what some customers are called: `display_name` and `user_id`, by their id."""
    wanted = sorted(customers)[:_MOST_NAMES]
    if not wanted:
        return {}
    # a few sizes are compiled, not each
    many = next(n for n in (8, 32, _MOST_NAMES) if n >= len(wanted))
    values = {f"customer_{n:03}": wanted[min(n, len(wanted) - 1)] for n in range(many)}
    return {r["customer_id"]: r for r in shelf.rows(_names_statement(many), **values)}


@dataclass(frozen=True, slots=True)
class Told:
    """Something a silo said of a customer."""

    name: str
    value: str
    message_id: str
    source: str
    set_at: datetime


def one_customer(shelf: Shelf, customer_id: str) -> dict[str, Any] | None:
    """Return the row of `profiles` of a customer; null where there is none."""
    rows = shelf.rows(_ONE, customer=customer_id)
    if not rows:
        return None
    row = rows[0]
    row["attributes"] = tuple(Told(**a) for a in row["attributes"] or ())
    row["sources"] = tuple(row["sources"] or ())
    return row
