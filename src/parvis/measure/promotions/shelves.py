"""What was shown and sold, by product, shop and week. Pure Ibis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from parvis.domain.event import EventName
from parvis.lake.functions import json_text
from parvis.profile import api as profile

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["lines_in_shops", "often_sold", "shown_by_week", "sold_by_week", "visits_by_week"]


def orders_in_shops(orders: ir.Table, events: ir.Table) -> ir.Table:
    """Give orders the shop and the week in which they were made.

    Parameters
    ----------
    orders, events
        Orders that stand; of events those that completed them tell the shop (`store_id`).

    Returns
    -------
    ir.Table
        `customer_id`, `source`, `order_id`, `store_id`, `week` (its Monday); orders without a
        shop are left out.
    """
    standing = orders.filter(orders.status.isin(profile.KEPT_STATUSES), orders.net_base.notnull())
    told = events.filter(events.name == EventName.ORDER_COMPLETED.value)
    shops = told.select("message_id", store_id=json_text(told.properties, "store_id"))
    where = standing.inner_join(shops.filter(shops.store_id.notnull()), "message_id")
    return where.select(
        "customer_id",
        "source",
        "order_id",
        "store_id",
        week=where.ordered_on.truncate("W").cast("date"),
    )


def lines_in_shops(lines: ir.Table, placed: ir.Table, promotions: ir.Table, least: int) -> ir.Table:
    """Find the lines of products that were ever shown, where and when they were bought.

    Parameters
    ----------
    lines
        As `kept_lines` keeps them.
    placed
        As `orders_in_shops` places them.
    least
        Products of fewer lines than this are left out: they can't be sold in so many weeks.

    Returns
    -------
    ir.Table
        `product_id`, `store_id`, `week`, `units`, `sales`.
    """
    sold = lines.filter(lines.units > 0)
    many = sold.group_by("product_id").agg(lines=sold.count())
    often = many.filter(many.lines >= least).semi_join(promotions, "product_id")
    bought = sold.semi_join(often, "product_id").inner_join(
        placed, ["customer_id", "source", "order_id"]
    )
    return bought.select("product_id", "store_id", "week", "units", "sales")


def shown_by_week(promotions: ir.Table) -> ir.Table:
    """Spread what was shown over the weeks in which it was.

    Returns
    -------
    ir.Table
        `product_id`, `store_id`, `week`, `display`, `mailer`; of several places in one week the
        first by its name.
    """
    first = promotions.starts_on.truncate("W").cast("date")
    last = promotions.ends_on.truncate("W").cast("date")
    weeks = (last.delta(first, unit="day") // 7).cast("int64")
    many = promotions.mutate(first=first, step=ibis.range(0, weeks + 1)).unnest("step")
    dated = many.mutate(week=(many["first"] + ibis.interval(days=1) * (many.step * 7)).cast("date"))
    return dated.group_by("product_id", "store_id", "week").agg(
        display=dated.display.max(), mailer=dated.mailer.max()
    )


def often_sold(sold: ir.Table, order_lines: ir.Table, least: int, most: int) -> ir.Table:
    """Pick the products that are sold often enough in shops that tell what they show.

    Parameters
    ----------
    sold
        As `lines_in_shops` finds them.
    order_lines
        They tell what products are called.
    least
        In so many weeks of shops it must have been sold.
    most
        At most so many products, those that are sold most often.

    Returns
    -------
    ir.Table
        `product_id`, `label`, `category`, `cells`, `sales`.
    """
    cells = sold.group_by("product_id", "store_id", "week").agg(sales=sold.sales.sum())
    each = cells.group_by("product_id").agg(cells=cells.count(), sales=cells.sales.sum())
    often = each.filter(each.cells >= least).order_by(each.cells.desc(), "product_id").limit(most)
    theirs = order_lines.semi_join(often, "product_id")
    named = theirs.group_by("product_id").agg(
        label=theirs.name.max(), category=theirs.category.max()
    )
    return often.left_join(named, "product_id").select(
        "product_id", "label", "category", "cells", "sales"
    )


def sold_by_week(sold: ir.Table, products: ir.Table) -> ir.Table:
    """Sum up what was sold of some products: `product_id`, `store_id`, `week`, `units`, `sales`."""
    kept = sold.semi_join(products, "product_id")
    return kept.group_by("product_id", "store_id", "week").agg(
        units=kept.units.sum(), sales=kept.sales.sum()
    )


def visits_by_week(placed: ir.Table) -> ir.Table:
    """Count orders: `store_id`, `week`, `visits`."""
    return placed.group_by("store_id", "week").agg(visits=placed.count())
