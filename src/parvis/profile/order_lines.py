"""The lines of orders as they stand: each with its part of what came back. Pure Ibis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from parvis.domain.event import EventName
from parvis.lake.functions import local_day
from parvis.profile.money import with_rate
from parvis.profile.orders import (
    KEY,
    MONEY,
    ZERO,
    beside,
    given_back,
    headings,
    priced_in,
    settle,
    told_amount,
)

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["order_lines"]


def order_lines(events: ir.Table, rates: ir.Table, zone: str, base: str) -> ir.Table:
    """Tell each line of each order as it stands.

    A refund that names products is taken from their lines; what it gives back beyond
    those is spread over the order's lines in proportion to their amounts. Where the order
    has no cost beyond its lines, the lines' net amounts add up to the order's. What came back
    without an order to take it from is a line of its own, with a negative number and a
    negative net amount, so that sums by product come out right too.

    Parameters
    ----------
    events
        Events of orders with their `order_id` and their customer.
    rates
        Rows of `exchange_rates`.
    zone
        Where days begin.
    base
        The workspace's currency.

    Returns
    -------
    ir.Table
        Rows of `order_lines`.
    """
    priced = priced_in(events, base)
    heads = headings(priced)
    given = _refunds_by_line(priced, heads)
    # all of an order's refunds in one row: so the many lines themselves are not joined
    given = given.group_by("message_id").agg(
        given=given.refunded.collect(order_by=given.line_number)
    )
    settled = beside(heads.select("message_id", "ordered_at"), given, ["message_id"])
    lines = _lines(priced.inner_join(settled, "message_id"))
    every = lines.union(_returned_alone(priced, heads).select(*lines.columns))
    dated = every.mutate(
        ordered_on=local_day(every.ordered_at, zone),
        net_amount=(every.gross_amount - every.refunded_amount).cast(MONEY),
    )
    rated = with_rate(dated, "ordered_on", rates, base)
    return rated.mutate(net_base=(rated.net_amount * rated.rate).cast(MONEY)).drop("rate")


def _lines(said: ir.Table) -> ir.Table:
    """Take orders apart; `given` is what was refunded of each line, null where nothing was."""
    numbers = ibis.range(1, said.products.length().cast("int64") + 1)
    given = ibis.coalesce(said.given, ibis.literal([], f"array<{MONEY}>"))
    each = said.select(
        *KEY,
        "message_id",
        "currency",
        "ordered_at",
        one=said.products.zip(numbers, given).unnest(),
    )
    line = each.one["f1"]
    return each.select(
        *KEY,
        "message_id",
        "currency",
        "ordered_at",
        line_number=each.one["f2"].cast("int64"),
        product_id=ibis.coalesce(line["product_id"], line["sku"]),
        name=line["name"],
        category=line["category"],
        brand=line["brand"],
        quantity=line["quantity"],
        gross_amount=line["amount"].fill_null(0).cast(MONEY),
        refunded_amount=each.one["f3"].fill_null(0).cast(MONEY),
        discount=line["discount"].fill_null(0),
        coupon_discount=line["coupon_discount"].fill_null(0),
    )


def _returned_alone(priced: ir.Table, heads: ir.Table) -> ir.Table:
    """List the products of refunds that belong to no order, or to one in another currency."""
    refunds = priced.filter(priced.name == EventName.ORDER_REFUNDED.value)
    lone = refunds.anti_join(heads, [*KEY, "currency"])
    each = lone.select(*KEY, "message_id", "currency", "occurred_at", one=lone.products.unnest())
    line = each.one
    named = each.select(
        *KEY,
        "message_id",
        "currency",
        ordered_at=each.occurred_at,
        product_id=ibis.coalesce(line["product_id"], line["sku"]),
        name=line["name"],
        category=line["category"],
        brand=line["brand"],
        quantity=ibis.literal(0, "decimal(18, 3)"),
        gross_amount=ZERO,
        refunded_amount=line["amount"].fill_null(0).cast(MONEY),
        discount=ZERO,
        coupon_discount=ZERO,
    )
    in_order = [
        named[c] for c in ("ordered_at", "message_id", "product_id", "name", "refunded_amount")
    ]
    place = ibis.row_number().over(group_by=[named[c] for c in KEY], order_by=in_order)
    return named.mutate(line_number=-1 - place.cast("int64"))


def _refunds_by_line(priced: ir.Table, heads: ir.Table) -> ir.Table:
    """Spread what was given back over the lines; only orders with refunds are touched.

    Of an order wholly given back, every line is. Of another, first the lines whose products
    the refunds name; the rest in proportion to what is still open.
    """
    touched = settle(priced, heads, given_back(priced))
    touched = touched.filter(touched.is_off | touched.refunded.notnull()).select(
        "message_id", "ordered_at", "is_off", refunded=touched.refunded.fill_null(0)
    )
    said = priced.inner_join(touched, "message_id")
    said = said.mutate(given=ibis.null(f"array<{MONEY}>"))
    whole = said.select(*KEY, "is_off", "refunded", paid=told_amount(said).cast(MONEY))
    lines = _lines(said).inner_join(whole, KEY)
    lines = beside(lines, _refunds_by_product(priced), [*KEY, "currency", "product_id"])
    lines = _with_direct(lines)

    order = ibis.window(group_by=KEY)
    lines = lines.mutate(
        open_amount=(lines.gross_amount - lines.direct).cast(MONEY),
        all_gross=lines.gross_amount.sum().over(order),
        all_direct=lines.direct.sum().over(order),
    )
    is_whole = lines.refunded >= lines.paid
    is_within = lines.refunded <= lines.all_direct
    rest = ibis.least(lines.refunded - lines.all_direct, lines.all_gross - lines.all_direct)
    lines = lines.mutate(
        certain=ibis.cases((is_whole, lines.gross_amount), (is_within, ZERO), else_=lines.direct),
        rest=ibis.cases(
            (is_whole, lines.refunded - lines.paid), (is_within, lines.refunded), else_=rest
        ).cast(MONEY),
        weight=ibis.cases(
            (is_whole, lines.gross_amount), (is_within, lines.direct), else_=lines.open_amount
        ),
    )
    return lines.select(
        "message_id",
        "line_number",
        refunded=lines.is_off.ifelse(
            lines.gross_amount, (lines.certain + _share(lines)).cast(MONEY)
        ),
    )


def _refunds_by_product(priced: ir.Table) -> ir.Table:
    refunds = priced.filter(priced.name == EventName.ORDER_REFUNDED.value)
    named = refunds.select(*KEY, "currency", one=refunds.products.unnest())
    named = named.select(
        *KEY,
        "currency",
        product_id=ibis.coalesce(named.one["product_id"], named.one["sku"]),
        back=named.one["amount"],
    )
    return named.group_by(*KEY, "currency", "product_id").agg(back=named.back.sum())


def _with_direct(lines: ir.Table) -> ir.Table:
    """Take from each line what refunds gave back for its product, up to what it cost."""
    same_product = ibis.window(
        group_by=[*KEY, "product_id"], order_by="line_number", preceding=(None, 0)
    )
    upto = lines.gross_amount.sum().over(same_product)
    left = lines.back.fill_null(0) - (upto - lines.gross_amount)
    return lines.mutate(
        direct=ibis.greatest(ibis.least(left, lines.gross_amount), ZERO).cast(MONEY)
    )


def _share(lines: ir.Table) -> ir.Value:
    """Give each line its part of `rest`, as its part of all `weight`; the first if that is 0.

    The running share is rounded, not each share: so the sum is exact.
    """
    total = lines.weight.sum().over(ibis.window(group_by=KEY))
    upto = lines.weight.sum().over(
        ibis.window(group_by=KEY, order_by="line_number", preceding=(None, 0))
    )

    def running(part: ir.Value) -> ir.Value:
        ratio = part.cast("float64") / total.nullif(0).cast("float64")
        rounded = (lines.rest.cast("float64") * ratio).cast(MONEY)
        return (part == total).ifelse(lines.rest, rounded)

    on_first = (lines.line_number == 1).ifelse(lines.rest, ZERO)
    return (total == 0).ifelse(on_first, running(upto) - running(upto - lines.weight))
