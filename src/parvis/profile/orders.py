"""Orders as they stand: the latest description, less what came back. Pure Ibis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from parvis.domain.event import ORDER_EVENTS, EventName
from parvis.lake.functions import json_text, local_day
from parvis.profile.money import with_rate

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["order_events", "order_lines", "orders"]

_KEY = ["customer_id", "source", "order_id"]
_MONEY = "decimal(18, 4)"
_ZERO = ibis.literal(0, _MONEY)


def order_events(events: ir.Table) -> ir.Table:
    """Keep the events that speak of an order, with its `order_id`."""
    named = events.filter(events.name.isin([n.value for n in ORDER_EVENTS]))
    return named.mutate(
        order_id=ibis.coalesce(json_text(named.properties, "order_id"), named.message_id)
    )


def _described(of_orders: ir.Table) -> ir.Table:
    """Keep the latest event that describes each order."""
    says = of_orders.filter(
        of_orders.name.isin([EventName.ORDER_COMPLETED.value, EventName.ORDER_UPDATED.value])
    )
    # ranked without their products, which would be copied and sorted too
    narrow = says.select(*_KEY, "received_at", "occurred_at", "message_id")
    latest = ibis.window(
        group_by=[narrow[c] for c in _KEY],
        order_by=[narrow.received_at.desc(), narrow.occurred_at.desc(), narrow.message_id.desc()],
    )
    ranked = narrow.mutate(place=ibis.row_number().over(latest))
    return says.semi_join(ranked.filter(ranked.place == 0), "message_id")


def _line_total(events: ir.Table) -> ir.Table:
    each = events.select("message_id", one=events.products.unnest())
    return each.group_by("message_id").agg(lines_total=each.one["amount"].sum().cast(_MONEY))


def _with_amount(events: ir.Table) -> ir.Table:
    """Take the event's own amount, else the sum of its lines."""
    # only the events that don't tell their amount are taken apart
    untold = events.filter(events.amount.isnull() & events.products.notnull())
    sums = _line_total(untold)
    narrow = events.mutate(lines=events.products.length().fill_null(0).cast("int64"))
    joined = narrow.drop("products").left_join(sums, "message_id").drop("message_id_right")
    return joined.mutate(amount=ibis.coalesce(joined.amount, joined.lines_total, _ZERO)).drop(
        "lines_total"
    )


def _given_back(of_orders: ir.Table) -> ir.Table:
    refunds = _with_amount(of_orders.filter(of_orders.name == EventName.ORDER_REFUNDED.value))
    return refunds.group_by(*_KEY, "currency").agg(
        refunded=refunds.amount.sum().cast(_MONEY),
        refunded_at=refunds.occurred_at.min(),
        refund_message_id=refunds.message_id.max(),
        refund_channel=refunds.channel.max(),
    )


def _cancelled(of_orders: ir.Table) -> ir.Table:
    gone = of_orders.filter(of_orders.name == EventName.ORDER_CANCELLED.value)
    return gone.group_by(*_KEY).agg(cancellations=gone.count())


def orders(events: ir.Table, rates: ir.Table, zone: str, base: str) -> ir.Table:
    """Tell each order as it stands.

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
        Rows of `orders`. A refund of an order that is not known, or in another currency
        than its order, stands alone with the status ``refund_only`` and a negative net
        amount, so that sums by customer come out right.
    """
    priced = events.mutate(currency=events.currency.fill_null(base))
    said = _with_amount(_described(priced))
    back = _given_back(priced)
    off = _cancelled(priced)
    counts = priced.group_by(*_KEY).agg(event_count=priced.count())

    with_back = said.left_join(back, [*_KEY, "currency"]).drop(
        *(f"{c}_right" for c in [*_KEY, "currency"])
    )
    with_off = with_back.left_join(off, _KEY).drop(*(f"{c}_right" for c in _KEY))
    is_off = with_off.cancellations.notnull()
    gross = with_off.amount
    given = is_off.ifelse(gross, with_off.refunded.fill_null(0))
    told = with_off.select(
        *_KEY,
        ordered_at=with_off.occurred_at,
        status=ibis.cases(
            (is_off, "cancelled"),
            ((given >= gross) & (given > 0), "refunded"),
            (given > 0, "partly_refunded"),
            else_="completed",
        ),
        currency=with_off.currency,
        gross_amount=gross.cast(_MONEY),
        refunded_amount=given.cast(_MONEY),
        discount=json_text(with_off.properties, "discount").try_cast(_MONEY).fill_null(0),
        coupon_discount=json_text(with_off.properties, "coupon_discount")
        .try_cast(_MONEY)
        .fill_null(0),
        lines=with_off.lines,
        channel=with_off.channel,
        campaign=with_off.campaign,
        message_id=with_off.message_id,
    )
    lone = back.anti_join(said, [*_KEY, "currency"])
    alone = lone.select(
        *_KEY,
        ordered_at=lone.refunded_at,
        status=ibis.literal("refund_only"),
        currency=lone.currency,
        gross_amount=_ZERO,
        refunded_amount=lone.refunded,
        discount=_ZERO,
        coupon_discount=_ZERO,
        lines=ibis.literal(0, "int64"),
        channel=lone.refund_channel,
        campaign=ibis.null("string"),
        message_id=lone.refund_message_id,
    )
    every = told.union(alone)
    counted = every.left_join(counts, _KEY)
    dated = counted.select(*every.columns, events=counted.event_count.fill_null(1))
    dated = dated.mutate(
        ordered_on=local_day(dated.ordered_at, zone),
        net_amount=(dated.gross_amount - dated.refunded_amount).cast(_MONEY),
    )
    rated = with_rate(dated, "ordered_on", rates, base)
    return rated.mutate(net_base=(rated.net_amount * rated.rate).cast(_MONEY)).drop("rate")


def order_lines(events: ir.Table, rates: ir.Table, zone: str, base: str) -> ir.Table:
    """Tell each line of each order as it stands.

    A refund that names products is taken from their lines; what it gives back beyond
    those is spread over the order's lines in proportion to their amounts. Where the order
    has no cost beyond its lines, the lines' net amounts add up to the order's.

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
    """
    priced = events.mutate(currency=events.currency.fill_null(base))
    said = _described(priced)
    plain = _lines(said)
    given = _refunds_by_line(said, priced)
    settled = plain.left_join(given, [*_KEY, "line_number"])
    dated = settled.select(*plain.columns, refunded_amount=settled.refunded.fill_null(0))
    dated = dated.mutate(
        ordered_on=local_day(dated.ordered_at, zone),
        net_amount=(dated.gross_amount - dated.refunded_amount).cast(_MONEY),
    )
    rated = with_rate(dated, "ordered_on", rates, base)
    return rated.mutate(net_base=(rated.net_amount * rated.rate).cast(_MONEY)).drop("rate")


def _lines(said: ir.Table) -> ir.Table:
    each = said.select(
        *_KEY, "message_id", "currency", "products", ordered_at="occurred_at"
    ).unnest("products", offset="place")
    line = each.products
    return each.select(
        *_KEY,
        "message_id",
        "currency",
        "ordered_at",
        line_number=each.place.cast("int64") + 1,
        product_id=ibis.coalesce(line["product_id"], line["sku"]),
        name=line["name"],
        category=line["category"],
        brand=line["brand"],
        quantity=line["quantity"],
        gross_amount=line["amount"].fill_null(0).cast(_MONEY),
        discount=line["discount"].fill_null(0),
        coupon_discount=line["coupon_discount"].fill_null(0),
    )


def _refunds_by_line(said: ir.Table, priced: ir.Table) -> ir.Table:
    """Spread what was given back over the lines; only orders with refunds are touched."""
    refunds = priced.filter(priced.name == EventName.ORDER_REFUNDED.value)
    totals = _given_back(priced).select(*_KEY, "currency", "refunded")
    off = _cancelled(priced)
    whole = said.select(*_KEY, "currency").left_join(totals, [*_KEY, "currency"])
    whole = whole.select(*_KEY, "refunded").left_join(off, _KEY)
    whole = whole.select(*_KEY, "refunded", is_off=whole.cancellations.notnull()).filter(
        lambda t: t.is_off | t.refunded.notnull()
    )

    named = refunds.select(*_KEY, "currency", one=refunds.products.unnest())
    named = named.select(
        *_KEY,
        "currency",
        product_id=ibis.coalesce(named.one["product_id"], named.one["sku"]),
        back=named.one["amount"],
    )
    by_product = named.group_by(*_KEY, "currency", "product_id").agg(back=named.back.sum())

    lines = _lines(said.semi_join(whole, _KEY)).inner_join(whole, _KEY)
    lines = lines.left_join(by_product, [*_KEY, "currency", "product_id"])
    lines = lines.drop(*(c for c in lines.columns if c.endswith("_right")))
    same_product = ibis.window(
        group_by=[*_KEY, "product_id"], order_by="line_number", preceding=(None, 0)
    )
    upto = lines.gross_amount.sum().over(same_product)
    lines = lines.mutate(
        direct=ibis.greatest(
            ibis.least(lines.back.fill_null(0) - (upto - lines.gross_amount), lines.gross_amount),
            _ZERO,
        ).cast(_MONEY)
    )
    lines = lines.mutate(open_amount=(lines.gross_amount - lines.direct).cast(_MONEY))
    order = ibis.window(group_by=_KEY)
    running = ibis.window(group_by=_KEY, order_by="line_number", preceding=(None, 0))
    lines = lines.mutate(
        rest=ibis.greatest(
            ibis.least(
                lines.refunded.fill_null(0) - lines.direct.sum().over(order),
                lines.open_amount.sum().over(order),
            ),
            _ZERO,
        ).cast("float64"),
        open_total=lines.open_amount.sum().over(order).cast("float64"),
        open_upto=lines.open_amount.sum().over(running).cast("float64"),
    )
    # rounding the running share, not each share, keeps the sum exact
    total = lines.open_total.nullif(0)
    share_upto = (lines.rest * lines.open_upto / total).cast(_MONEY)
    before = lines.open_upto - lines.open_amount.cast("float64")
    share_before = (lines.rest * before / total).cast(_MONEY)
    spread = (share_upto - share_before).fill_null(0)
    return lines.select(
        *_KEY,
        "line_number",
        refunded=lines.is_off.ifelse(lines.gross_amount, (lines.direct + spread).cast(_MONEY)),
    )
