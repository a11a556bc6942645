"""Orders: those of a view, those of a customer, and the lines of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import ibis

from parvis.web.queries.order_filter import CHOICES, SORTS, OrderFilter
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
    "Order",
    "OrderLine",
    "OrderTotals",
    "all_orders",
    "customer_orders",
    "find_orders",
    "one_order",
    "order_lines",
    "simulated_orders",
]

_COLUMNS: Final = (
    "source", "order_id", "customer_id", "ordered_at", "ordered_on", "status", "currency",
    "gross_amount", "refunded_amount", "net_amount", "net_base", "discount", "coupon_discount",
    "lines", "channel", "campaign", "message_id", "events",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it stands; the columns of `orders` of the same names."""

    source: str
    order_id: str
    customer_id: str
    ordered_at: datetime
    ordered_on: date
    status: str
    currency: str | None
    gross_amount: Decimal
    refunded_amount: Decimal
    net_amount: Decimal
    net_base: Decimal | None
    discount: Decimal
    coupon_discount: Decimal
    lines: int
    channel: str | None
    campaign: str | None
    message_id: str
    events: int
    user_id: str | None = None
    display_name: str | None = None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of an order as it stands; the columns of `order_lines` of the same names."""

    line_number: int
    product_id: str | None
    name: str | None
    category: str | None
    brand: str | None
    quantity: Decimal | None
    currency: str | None
    net_amount: Decimal
    refunded_amount: Decimal


@dataclass(frozen=True, slots=True)
class OrderTotals:
    """What the orders of a view add up to, in the workspace's currency.

    Parameters
    ----------
    unconverted
        Orders in a currency without a rate, in no sum.
    unconverted_currencies
        Those currencies.
    """

    orders: int
    customers: int
    sales: Decimal
    unconverted: int
    unconverted_currencies: tuple[str, ...]


def _question(wanted: OrderFilter) -> tuple[tuple[str, ...], dict[str, str | int]]:
    shape: list[str] = []
    values: dict[str, str | int] = {}
    for name in ("q", "since", "until", "customer", "category"):
        if getattr(wanted, name):
            shape.append(name)
            values[name] = getattr(wanted, name)
    shape += [f"{n}:{getattr(wanted, n)}" for n in CHOICES if getattr(wanted, n)]
    return tuple(shape), values


def _chosen(shelf: Shelf, shape: tuple[str, ...], values: Mapping[str, str]) -> ir.Table:
    table = shelf.table("orders")
    conditions = {
        "q": lambda t: t.order_id.contains(values["q"]),
        "since": lambda t: t.ordered_on >= ibis.literal(values["since"]).cast("date"),
        "until": lambda t: t.ordered_on <= ibis.literal(values["until"]).cast("date"),
        "customer": lambda t: t.customer_id == values["customer"],
        "coupon:yes": lambda t: t.coupon_discount > 0,
        "coupon:no": lambda t: t.coupon_discount <= 0,
        "rate:none": lambda t: t.net_base.isnull(),
        "rate:known": lambda t: t.net_base.notnull(),
        "kept:yes": lambda t: t.status.isin(["completed", "partly_refunded"]),
        "kept:no": lambda t: t.status.notin(["completed", "partly_refunded"]),
    }
    for name in shape:
        if name == "category":
            lines = shelf.table("order_lines")
            in_it = lines.filter(lines.category == values["category"])
            keys = in_it.select("source", "order_id").distinct()
            table = table.semi_join(keys, ["source", "order_id"])
        else:
            table = table.filter(conditions[name])
    return table


@lru_cache(maxsize=256)
def _list_statement(shape: tuple[str, ...], sort: str) -> Statement:
    def build(shelf: Shelf, *, skip: int, rows: int, **values: str) -> ir.Table:
        table = _chosen(shelf, shape, values)
        names = shelf.table("profiles").select("customer_id", "user_id", "display_name")
        if sort.removeprefix("-") == "customer":
            table = table.left_join(names, "customer_id").drop("customer_id_right")
            cut = ordered(table, sort, SORTS, "message_id").limit(rows, offset=skip)
        else:
            # names are looked up for the rows of the page alone
            cut = ordered(table, sort, SORTS, "message_id").limit(rows, offset=skip)
            cut = cut.left_join(names, "customer_id").drop("customer_id_right")
        again = ordered(cut, sort, SORTS, "message_id")
        return again.select(*_COLUMNS, "user_id", "display_name")

    return Statement(build, **dict.fromkeys(_names(shape), str), skip=int, rows=int)


@lru_cache(maxsize=256)
def _totals_statement(shape: tuple[str, ...]) -> Statement:
    def build(shelf: Shelf, **values: str) -> ir.Table:
        table = _chosen(shelf, shape, values)
        bare = table.net_base.isnull()
        return table.agg(
            orders=table.count(),
            customers=table.customer_id.nunique(),
            sales=table.net_base.sum().fill_null(0),
            unconverted=bare.sum().fill_null(0),
            currencies=table.currency.collect(where=bare, distinct=True),
        )

    return Statement(build, **dict.fromkeys(_names(shape), str))


def _names(shape: tuple[str, ...]) -> list[str]:
    return [n for n in shape if ":" not in n]


def find_orders(shelf: Shelf, wanted: OrderFilter) -> tuple[Page[Order], OrderTotals]:
    """Return one page of a view, and what the whole view adds up to."""
    shape, values = _question(wanted)
    row = shelf.kept(
        ("order totals", shape, tuple(values.items())),
        lambda: shelf.rows(_totals_statement(shape), **values)[0],
    )
    totals = OrderTotals(
        row["orders"],
        row["customers"],
        row["sales"],
        int(row["unconverted"]),
        tuple(sorted(row["currencies"] or ())),
    )
    pages = max(1, -(-totals.orders // PAGE_ROWS))
    number = min(wanted.page, pages)
    found = _fetch(shelf, wanted, (number - 1) * PAGE_ROWS, PAGE_ROWS)
    return Page(found, number, totals.orders), totals


def all_orders(shelf: Shelf, wanted: OrderFilter) -> tuple[Order, ...]:
    """Return all rows of a view, for a file."""
    return _fetch(shelf, wanted, 0, 10**9)


def _fetch(shelf: Shelf, wanted: OrderFilter, skip: int, rows: int) -> tuple[Order, ...]:
    shape, values = _question(wanted)
    statement = _list_statement(shape, wanted.sort)
    return tuple(Order(**r) for r in shelf.rows(statement, **values, skip=skip, rows=rows))


def _of_customer(shelf: Shelf, customer: str) -> ir.Table:
    table = shelf.table("orders")
    return (
        table.filter(table.customer_id == customer)
        .select("ordered_on", "net_base", "currency", "status")
        .order_by("ordered_on")
    )


_OF_CUSTOMER: Final = Statement(_of_customer, customer=str)


def customer_orders(shelf: Shelf, customer_id: str) -> list[dict[str, Any]]:
    """Return day, net amount, currency and status of each order of a customer, oldest first."""
    return shelf.rows(_OF_CUSTOMER, customer=customer_id)


def _one(shelf: Shelf, source: str, order: str) -> ir.Table:
    table = shelf.table("orders")
    found = table.filter(table.source == source, table.order_id == order)
    names = shelf.table("profiles").select("customer_id", "user_id", "display_name")
    return found.left_join(names, "customer_id").select(*_COLUMNS, "user_id", "display_name")


_ONE: Final = Statement(_one, source=str, order=str)


def one_order(shelf: Shelf, source: str, order_id: str) -> Order | None:
    """Return an order; null where there is none."""
    rows = shelf.rows(_ONE, source=source, order=order_id)
    return Order(**rows[0]) if rows else None


def _lines(shelf: Shelf, customer: str, source: str, order: str) -> ir.Table:
    table = shelf.table("order_lines")
    # by customer first: the shelf is sorted so
    found = table.filter(
        table.customer_id == customer, table.source == source, table.order_id == order
    )
    return found.order_by("line_number").select(*OrderLine.__slots__)


_LINES: Final = Statement(_lines, customer=str, source=str, order=str)


_SOURCES: Final = Statement(lambda shelf: shelf.table("orders").select("source").distinct())


def simulated_orders(shelf: Shelf) -> frozenset[str]:
    """Return the silos that tell orders and are made up."""
    simulated = shelf.situation.simulated
    if not simulated:
        return simulated
    told = shelf.kept("order sources", lambda: {r["source"] for r in shelf.rows(_SOURCES)})
    return simulated & told


def order_lines(shelf: Shelf, order: Order) -> tuple[OrderLine, ...]:
    """Return the lines of an order."""
    rows = shelf.rows(_LINES, customer=order.customer_id, source=order.source, order=order.order_id)
    return tuple(OrderLine(**r) for r in rows)
