"""Coupon campaigns as figures: whom they went to, what was bought. Pure Ibis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import ibis

from parvis.domain.event import EventName
from parvis.lake.functions import json_text, local_day
from parvis.profile import api as profile

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = [
    "DAYS_BEFORE",
    "bought_by_day",
    "bought_of_campaigns",
    "campaign_events",
    "campaigns_sent",
    "drawn_for",
    "kept_lines",
    "known_before",
    "received",
    "redeemed_lines",
    "redemptions",
    "told_of",
]

#: How long before a campaign a purchase counts as "bought it anyway": a quarter.
DAYS_BEFORE: Final = 91

_VIEWED: Final = "Experiment Viewed"


def campaign_events(events: ir.Table) -> ir.Table:
    """Keep the events that tell who got which coupons, and who handed them in."""
    names = (EventName.CAMPAIGN_RECEIVED.value, EventName.COUPON_REDEEMED.value, _VIEWED)
    return events.filter(events.name.isin(names))


def campaigns_sent(events: ir.Table, coupon_products: ir.Table) -> ir.Table:
    """List the campaigns that had coupons, and when these were good.

    Parameters
    ----------
    events
        As `campaign_events` keeps them.
    coupon_products
        What coupons are for.

    Returns
    -------
    ir.Table
        `campaign`, `kind`, `starts_on`, `ends_on`, `coupons`, `products`; those whose days aren't
        told are left out.
    """
    sent = events.filter(events.name == EventName.CAMPAIGN_RECEIVED.value)
    days = {k: json_text(sent.properties, k).try_cast("date") for k in ("starts_on", "ends_on")}
    told = sent.mutate(**days, kind=json_text(sent.properties, "campaign_type"))
    each = told.group_by("campaign").agg(
        kind=told.kind.max(), starts_on=told.starts_on.min(), ends_on=told.ends_on.max()
    )
    good = coupon_products.group_by("campaign").agg(
        coupons=coupon_products.coupon_id.nunique(), products=coupon_products.product_id.nunique()
    )
    return each.inner_join(good, "campaign").filter(
        lambda t: t.starts_on.notnull() & t.ends_on.notnull()
    )


def received(events: ir.Table) -> ir.Table:
    """List who got which campaign: `campaign`, `customer_id`."""
    sent = events.filter(
        events.name == EventName.CAMPAIGN_RECEIVED.value, events.customer_id.notnull()
    )
    return sent.filter(sent.campaign.notnull()).select("campaign", "customer_id").distinct()


def drawn_for(events: ir.Table) -> ir.Table:
    """List who was drawn for which campaign, or drawn to be left out.

    Returns
    -------
    ir.Table
        `campaign` (in small letters), `customer_id`, `is_out`; of those who saw but one side.
    """
    seen = events.filter(events.name == _VIEWED, events.customer_id.notnull())
    named = seen.select(
        "customer_id",
        campaign=ibis.coalesce(
            seen.campaign,
            json_text(seen.properties, "experiment_name"),
            json_text(seen.properties, "experiment_id"),
        ).lower(),
        is_out=json_text(seen.properties, "variation_name")
        .lower()
        .re_search("control|holdout|left out|témoin|temoin"),
    ).filter(lambda t: t.is_out.notnull() & t.campaign.notnull())
    each = named.group_by("campaign", "customer_id").agg(
        is_out=named.is_out.max(), sides=named.is_out.nunique()
    )
    return each.filter(each.sides == 1).drop("sides")


def redemptions(events: ir.Table, zone: str) -> ir.Table:
    """List coupons handed in: `campaign`, `customer_id`, `coupon_id`, `day`."""
    handed = events.filter(
        events.name == EventName.COUPON_REDEEMED.value,
        events.customer_id.notnull(),
        events.campaign.notnull(),
    )
    return handed.select(
        "campaign",
        "customer_id",
        coupon_id=json_text(handed.properties, "coupon_id"),
        day=local_day(handed.occurred_at, zone),
    )


def kept_lines(order_lines: ir.Table, orders: ir.Table) -> ir.Table:
    """Keep lines of orders that stand, as what measuring needs of them.

    Returns
    -------
    ir.Table
        `customer_id`, `source`, `order_id`, `line_number`, `day`, `product_id`, `category`,
        `sales`, `units`, `discount`, `coupon_discount` (money as numbers: sales in the workspace's
        currency, discounts as the orders tell them).
    """
    standing = orders.filter(orders.status.isin(profile.KEPT_STATUSES), orders.net_base.notnull())
    key = ["customer_id", "source", "order_id"]
    lines = order_lines.filter(order_lines.net_base.notnull())
    return lines.semi_join(standing, key).select(
        "customer_id",
        "source",
        "order_id",
        "line_number",
        "product_id",
        "category",
        day=lines.ordered_on,
        sales=lines.net_base.cast("float64"),
        units=lines.quantity.cast("float64"),
        discount=lines.discount.cast("float64"),
        coupon_discount=lines.coupon_discount.cast("float64"),
    )


def bought_by_day(lines: ir.Table, coupon_products: ir.Table) -> ir.Table:
    """Sum up what customers bought, by day.

    Returns
    -------
    ir.Table
        `customer_id`, `day`, `sales`, `orders`, `coupon_discount`, `discount`, and `beyond`:
        sales in categories for which no campaign ever had a coupon.
    """
    good = coupon_products.select("product_id").distinct()
    reached = lines.semi_join(good, "product_id").select("category").distinct()
    marked = lines.left_join(reached.mutate(is_reached=True), "category").drop("category_right")
    beyond = marked.is_reached.isnull() & marked.category.notnull()
    return marked.group_by("customer_id", "day").agg(
        sales=marked.sales.sum(),
        orders=marked.order_id.nunique(),
        discount=marked.discount.sum(),
        coupon_discount=marked.coupon_discount.sum(),
        beyond=marked.sales.sum(where=beyond).fill_null(0.0),
    )


def bought_of_campaigns(
    lines: ir.Table, coupon_products: ir.Table, campaigns: ir.Table, days_before: int
) -> ir.Table:
    """Sum up what customers bought of each campaign's products, from some days before it on.

    Returns
    -------
    ir.Table
        `campaign`, `customer_id`, `day`, `sales`.
    """
    good = coupon_products.select("campaign", "product_id").distinct()
    dated = good.inner_join(campaigns.select("campaign", "starts_on", "ends_on"), "campaign")
    found = lines.inner_join(dated, "product_id").filter(
        lambda t: (t.day >= t.starts_on - ibis.interval(days=days_before)) & (t.day <= t.ends_on)
    )
    return found.group_by("campaign", "customer_id", "day").agg(sales=found.sales.sum())


def redeemed_lines(handed: ir.Table, coupon_products: ir.Table, lines: ir.Table) -> ir.Table:
    """Find the lines for which coupons were handed in.

    A coupon and a line are told apart by customer, day and product; the line must have had
    something taken off by a coupon.

    Returns
    -------
    ir.Table
        `campaign`, `customer_id`, `day`, `coupon_id`, `product_id`, `source`, `order_id`,
        `line_number`, `sales`, `coupon_discount`; a line once for each campaign.
    """
    off = lines.filter(lines.coupon_discount > 0)
    good = coupon_products.select("campaign", "coupon_id", "product_id").distinct()
    # coupons are good for thousands of products each: of few lines it is asked which
    near = off.inner_join(handed.distinct(), ["customer_id", "day"])
    found = near.inner_join(good, ["campaign", "coupon_id", "product_id"])
    once = found.group_by("campaign", "customer_id", "source", "order_id", "line_number").agg(
        day=found.day.max(),
        coupon_id=found.coupon_id.min(),
        product_id=found.product_id.max(),
        sales=found.sales.max(),
        coupon_discount=found.coupon_discount.max(),
    )
    return once.select(
        "campaign",
        "customer_id",
        "day",
        "coupon_id",
        "product_id",
        "source",
        "order_id",
        "line_number",
        "sales",
        "coupon_discount",
    )


def known_before(
    redeemed: ir.Table, coupon_products: ir.Table, lines: ir.Table, campaigns: ir.Table
) -> ir.Table:
    """Tell of each redeemed line how often its customer bought that in the quarter before.

    Parameters
    ----------
    redeemed
        As `redeemed_lines` finds them.
    campaigns
        As `campaigns_sent` lists them.

    Returns
    -------
    ir.Table
        The lines with `days_same` (days in the quarter before the campaign on which the customer
        bought the very product) and `days_any` (any product of the coupon).
    """
    starts = campaigns.select("campaign", "starts_on")
    asked = redeemed.select("campaign", "customer_id", "coupon_id").distinct()
    good = coupon_products.select("campaign", "coupon_id", "product_id").distinct()
    bought = lines.select("customer_id", "product_id", "day")
    near = asked.inner_join(starts, "campaign").inner_join(bought, "customer_id")
    dated = near.filter(
        lambda t: (t.day < t.starts_on) & (t.day >= t.starts_on - ibis.interval(days=DAYS_BEFORE))
    )
    earlier = dated.inner_join(good, ["campaign", "coupon_id", "product_id"])
    key = ["campaign", "customer_id", "coupon_id"]
    anyone = earlier.group_by(key).agg(days_any=earlier.day.nunique())
    same = earlier.group_by([*key, "product_id"]).agg(days_same=earlier.day.nunique())
    told = redeemed.left_join(anyone, key).drop("campaign_right", "customer_id_right",
                                                "coupon_id_right")  # fmt: skip
    both = told.left_join(same, [*key, "product_id"])
    return both.select(
        *redeemed.columns,
        days_any=both.days_any.fill_null(0),
        days_same=both.days_same.fill_null(0),
    )


def told_of(profiles: ir.Table) -> ir.Table:
    """List what silos said of customers as numbers: `customer_id`, `name`, `number`.

    Of words that begin with a number ("35-49K", "65+") it is that number.
    """
    each = profiles.select("customer_id", one=profiles.attributes.unnest())
    number = each.one["value"].re_extract(r"^\D{0,6}?(\d+)", 1).try_cast("float64")
    told = each.select("customer_id", name=each.one["name"], number=number)
    return told.filter(told.number.notnull())
