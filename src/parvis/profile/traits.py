"""What a customer's own events say of them, whatever the day. Pure Ibis."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import ibis

from parvis.domain.event import USER_ID, EventName, EventType

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["KEPT_STATUSES", "MIN_INTERVALS", "customer_traits"]

#: An order that was not cancelled and of which something remains.
KEPT_STATUSES = ("completed", "partly_refunded")

#: Below this many intervals nobody can say what is usual for a customer.
MIN_INTERVALS = 4

_MONEY = "decimal(18, 4)"


def customer_traits(
    events: ir.Table, orders: ir.Table, lines: ir.Table, visits: ir.Table
) -> ir.Table:
    """Gather what each customer's own events say.

    Parameters
    ----------
    events
        Events with their customer (`customer_id`, `is_known`).
    orders, lines, visits
        Rows of `orders`, `order_lines` and `sessions` of the same customers.

    Returns
    -------
    ir.Table
        Rows of `customer_traits`.
    """
    parts = (
        _presence(events),
        _buying(orders),
        _rhythm(orders),
        _favourites(lines),
        _visiting(visits),
        _attributes(events),
    )
    joined = reduce(_beside, parts)
    return joined.mutate(
        **{
            name: joined[name].fill_null(0)
            for name in ("frequency", "unconverted_orders", "sessions", "page_views")
        },
        seconds_on_site=joined.seconds_on_site.fill_null(0).cast("int64"),
        monetary=joined.monetary.fill_null(0),
    )


def _beside(left: ir.Table, right: ir.Table) -> ir.Table:
    return left.left_join(right, "customer_id").drop("customer_id_right")


def _presence(events: ir.Table) -> ir.Table:
    has_channel = events.channel.notnull()
    in_order = [events.occurred_at, events.message_id]
    return events.group_by("customer_id").agg(
        is_known=events.is_known.any(),
        user_id=events.user_id.first(order_by=in_order),
        sources=events.source.collect(distinct=True).sort(),
        first_seen_at=events.occurred_at.min(),
        last_seen_at=events.occurred_at.max(),
        events=events.count(),
        campaigns_received=(events.name == EventName.CAMPAIGN_RECEIVED.value).sum().fill_null(0),
        coupons_redeemed=(events.name == EventName.COUPON_REDEEMED.value).sum().fill_null(0),
        first_channel=events.channel.first(where=has_channel, order_by=in_order),
        last_channel=events.channel.last(where=has_channel, order_by=in_order),
    )


def _buying(orders: ir.Table) -> ir.Table:
    kept = orders.status.isin(KEPT_STATUSES)
    # an order whose currency has no rate is counted apart, never summed as if it were base
    in_base = orders.net_base.notnull()
    counted = orders.group_by("customer_id").agg(
        frequency=kept.sum(),
        first_order_on=orders.ordered_on.min(where=kept),
        last_order_on=orders.ordered_on.max(where=kept),
        monetary=orders.net_base.sum(where=in_base).cast(_MONEY).fill_null(0),
        unconverted_orders=(~in_base).sum(),
        kept_in_base=(kept & in_base).sum(),
        kept_sales=orders.net_base.sum(where=kept & in_base),
        with_coupon=(kept & (orders.coupon_discount > 0)).sum(),
    )
    return counted.mutate(
        cohort=counted.first_order_on.truncate("M"),
        average_basket=(counted.kept_sales / counted.kept_in_base.nullif(0)).cast(_MONEY),
        coupon_share=counted.with_coupon / counted.frequency.nullif(0),
    ).drop("kept_in_base", "kept_sales", "with_coupon")


def _rhythm(orders: ir.Table) -> ir.Table:
    kept = orders.filter(orders.status.isin(KEPT_STATUSES))
    days = kept.select("customer_id", "ordered_on").distinct()
    previous = days.ordered_on.lag().over(group_by=days.customer_id, order_by=days.ordered_on)
    gaps = days.mutate(gap=days.ordered_on.delta(previous, unit="day"))
    gaps = gaps.filter(gaps.gap.notnull())
    rhythm = gaps.group_by("customer_id").agg(
        purchase_interval_days=gaps.gap.median().cast("float64"),
        ninth_decile=gaps.gap.quantile(0.9).cast("float64"),
        intervals=gaps.count(),
    )
    return rhythm.mutate(
        usual_longest_gap_days=(rhythm.intervals >= MIN_INTERVALS).ifelse(
            rhythm.ninth_decile, ibis.null("float64")
        )
    ).drop("ninth_decile", "intervals")


def _favourites(lines: ir.Table) -> ir.Table:
    sold = lines.filter(lines.category.notnull(), lines.net_base > 0)
    by_category = sold.group_by("customer_id", "category").agg(sales=sold.net_base.sum())
    ranked = by_category.mutate(
        place=ibis.row_number().over(
            group_by=by_category.customer_id,
            order_by=[by_category.sales.desc(), by_category.category],
        ),
        all_sales=by_category.sales.sum().over(group_by=by_category.customer_id),
    )
    best = ranked.filter(ranked.place == 0)
    return best.select(
        "customer_id",
        favourite_category="category",
        favourite_category_share=best.sales.cast("float64") / best.all_sales.cast("float64"),
    )


def _visiting(visits: ir.Table) -> ir.Table:
    return visits.group_by("customer_id").agg(
        sessions=visits.count(),
        page_views=visits.page_views.sum(),
        seconds_on_site=visits.seconds.sum(),
    )


def _attributes(events: ir.Table) -> ir.Table:
    """Keep the latest value of everything that a silo said of a person."""
    told = events.filter(events.traits.notnull(), events.type == EventType.IDENTIFY.value)
    pairs = told.select(
        "customer_id",
        "message_id",
        "source",
        "occurred_at",
        "received_at",
        "traits",
        name=told.traits.keys().unnest(),
    )
    each = pairs.mutate(value=pairs.traits.get(pairs.name)).drop("traits")
    each = each.filter(each.value.notnull(), each.value != "", each.name != USER_ID)
    latest = ibis.window(
        group_by=[each.customer_id, each.name],
        order_by=[each.occurred_at.desc(), each.received_at.desc(), each.message_id.desc()],
    )
    each = each.mutate(place=ibis.row_number().over(latest))
    each = each.filter(each.place == 0)
    one = ibis.struct(
        {
            "name": each.name,
            "value": each.value,
            "message_id": each.message_id,
            "source": each.source,
            "set_at": each.occurred_at,
        }
    )
    whole = each.value.max(where=each.name.isin(["name", "fullName", "full_name"]))
    first = each.value.max(where=each.name.isin(["firstName", "first_name"]))
    last = each.value.max(where=each.name.isin(["lastName", "last_name"]))
    return each.group_by("customer_id").agg(
        attributes=one.collect().sort(),
        display_name=ibis.coalesce(
            whole, (first.fill_null("") + " " + last.fill_null("")).strip().nullif("")
        ),
    )
