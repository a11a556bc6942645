"""Orders as they stand: the latest description, less what came back. Pure Ibis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from parvis.domain.event import ORDER_EVENTS, EventName
from parvis.lake.functions import json_text, local_day
from parvis.profile.money import with_rate

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = [
    "KEY",
    "MONEY",
    "ZERO",
    "beside",
    "counted",
    "given_back",
    "headings",
    "order_events",
    "orders",
    "priced_in",
    "settle",
    "tells_an_order",
    "told_amount",
]

KEY = ["customer_id", "source", "order_id"]
MONEY = "decimal(18, 4)"
ZERO = ibis.literal(0, MONEY)

_DESCRIBING = (EventName.ORDER_COMPLETED.value, EventName.ORDER_UPDATED.value)


def tells_an_order(events: ir.Table) -> ir.BooleanValue:
    """Tell whether an event speaks of an order, as its source's own.

    What a site says of an order that the shop tells too (`context.orders_told_by`) is part of a
    visit, and no order: it would count twice.
    """
    named = events.name.isin([n.value for n in ORDER_EVENTS])
    return named & json_text(events.context, "orders_told_by").isnull()


def order_events(events: ir.Table) -> ir.Table:
    """Keep the events that speak of an order, with its `order_id`."""
    named = events.filter(tells_an_order(events))
    order_id = json_text(named.properties, "order_id").nullif("")
    # an event that names no order is one of its own
    return named.mutate(order_id=ibis.coalesce(order_id, named.message_id))


def priced_in(events: ir.Table, base: str) -> ir.Table:
    """Take an amount without a currency to be in the workspace's."""
    return events.mutate(currency=events.currency.fill_null(base))


def headings(priced: ir.Table) -> ir.Table:
    """Find the latest event that describes each order, and when the order was placed.

    An update tells what the order is now, not when it was placed: the moment is that of the
    latest `Order Completed`, and the first update's only where there is none.

    Returns
    -------
    ir.Table
        One row an order: its key, `currency`, `message_id`, `ordered_at`.
    """
    # ranked without their products, which would be copied and sorted too
    says = priced.filter(priced.name.isin(_DESCRIBING)).select(
        *KEY,
        "currency",
        "message_id",
        "received_at",
        "occurred_at",
        completes=priced.name == EventName.ORDER_COMPLETED.value,
    )
    newest = [says.received_at.desc(), says.occurred_at.desc(), says.message_id.desc()]
    keys = [says[c] for c in KEY]
    ranked = says.mutate(
        place=ibis.row_number().over(group_by=keys, order_by=newest),
        of_its_kind=ibis.row_number().over(group_by=[*keys, says.completes], order_by=newest),
    )
    is_latest, completed = ranked.place == 0, ranked.completes & (ranked.of_its_kind == 0)
    return ranked.group_by(*KEY).agg(
        currency=ranked.currency.max(where=is_latest),
        message_id=ranked.message_id.max(where=is_latest),
        ordered_at=ibis.coalesce(ranked.occurred_at.max(where=completed), ranked.occurred_at.min()),
    )


def told_amount(events: ir.Table) -> ir.Value:
    """Take the event's own amount, else the sum of its lines."""
    lines = events.products.map(lambda p: p["amount"]).sums()
    return ibis.coalesce(events.amount, lines.cast(MONEY), ZERO)


def given_back(priced: ir.Table) -> ir.Table:
    """Add up the refunds of each order, by currency."""
    refunds = priced.filter(priced.name == EventName.ORDER_REFUNDED.value)
    refunds = refunds.mutate(amount=told_amount(refunds))
    return refunds.group_by(*KEY, "currency").agg(
        refunded=refunds.amount.sum().cast(MONEY),
        refunded_at=refunds.occurred_at.min(),
        refund_message_id=refunds.message_id.max(),
        refund_channel=refunds.channel.max(),
        refunds=refunds.count(),
    )


def counted(priced: ir.Table) -> ir.Table:
    """Count the events of each order, and tell whether one cancels it."""
    is_off = priced.name == EventName.ORDER_CANCELLED.value
    return priced.group_by(*KEY).agg(event_count=priced.count(), is_off=is_off.any())


def settle(priced: ir.Table, heads: ir.Table, back: ir.Table) -> ir.Table:
    """Put beside each heading what came back of it, and whether it was cancelled.

    The headings are narrow: joined before the products come in, this costs little.
    """
    given = back.select(*KEY, "currency", "refunded")
    return beside(beside(heads, given, [*KEY, "currency"]), counted(priced), KEY)


def beside(left: ir.Table, right: ir.Table, keys: list[str]) -> ir.Table:
    """Put the columns of the right table, where there is such a row, beside the left's."""
    return left.left_join(right, keys).drop(*(f"{k}_right" for k in keys))


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
    priced = priced_in(events, base)
    heads, back = headings(priced), given_back(priced)
    every = _told(priced, heads, back).union(_alone(heads, back))
    dated = every.mutate(
        ordered_on=local_day(every.ordered_at, zone),
        net_amount=(every.gross_amount - every.refunded_amount).cast(MONEY),
    )
    rated = with_rate(dated, "ordered_on", rates, base)
    return rated.mutate(net_base=(rated.net_amount * rated.rate).cast(MONEY)).drop("rate")


def _told(priced: ir.Table, heads: ir.Table, back: ir.Table) -> ir.Table:
    """Tell the orders that something describes."""
    settled = settle(priced, heads, back).drop(*KEY, "currency")
    said = priced.inner_join(settled, "message_id")
    settled = said.select(
        *KEY,
        "message_id",
        "ordered_at",
        "currency",
        "channel",
        "campaign",
        "refunded",
        "is_off",
        "event_count",
        gross=told_amount(said).cast(MONEY),
        lines=said.products.length().fill_null(0).cast("int64"),
        discount=json_text(said.properties, "discount").try_cast(MONEY).fill_null(0),
        coupon_discount=json_text(said.properties, "coupon_discount").try_cast(MONEY).fill_null(0),
    )
    gross = settled.gross
    given = settled.is_off.ifelse(gross, settled.refunded.fill_null(0))
    return settled.select(
        *KEY,
        "ordered_at",
        status=ibis.cases(
            (settled.is_off, "cancelled"),
            ((given >= gross) & (given > 0), "refunded"),
            (given > 0, "partly_refunded"),
            else_="completed",
        ),
        currency="currency",
        gross_amount=gross,
        refunded_amount=given.cast(MONEY),
        discount="discount",
        coupon_discount="coupon_discount",
        lines="lines",
        channel="channel",
        campaign="campaign",
        message_id="message_id",
        events="event_count",
    )


def _alone(heads: ir.Table, back: ir.Table) -> ir.Table:
    """Tell the refunds that belong to no order, or to one in another currency."""
    lone = back.anti_join(heads, [*KEY, "currency"])
    return lone.select(
        *KEY,
        ordered_at=lone.refunded_at,
        status=ibis.literal("refund_only"),
        currency=lone.currency,
        gross_amount=ZERO,
        refunded_amount=lone.refunded,
        discount=ZERO,
        coupon_discount=ZERO,
        lines=ibis.literal(0, "int64"),
        channel=lone.refund_channel,
        campaign=ibis.null("string"),
        message_id=lone.refund_message_id,
        events=lone.refunds,
    )
