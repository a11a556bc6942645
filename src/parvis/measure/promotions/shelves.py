"""What was shown and sold, by product, shop and week. Pure Ibis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from parvis.domain.event import EventName
from parvis.lake.functions import json_text

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["lines_in_shops", "often_sold", "shown_by_week", "sold_by_week", "visits_by_week"]


def lines_in_shops(lines: ir.Table, orders: ir.Table, events: ir.Table) -> ir.Table:
    """Give lines the shop and the week in which they were bought.

    Parameters
    ----------
    lines
        As `kept_lines` keeps them.
    orders, events
        Orders; of events those that completed them tell the shop (`store_id`).

    Returns
    -------
    ir.Table
        The lines with `store_id` and `week` (its Monday); those without a shop are left out.
    """
    told = events.filter(events.name == EventName.ORDER_COMPLETED.value)
    shops = told.select("message_id", store_id=json_text(told.properties, "store_id"))
    where = orders.inner_join(shops.filter(shops.store_id.notnull()), "message_id")
    key = ["customer_id", "source", "order_id"]
    placed = lines.inner_join(where.select(*key, "store_id"), key)
    return placed.mutate(week=placed.day.truncate("W").cast("date"))


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


def often_sold(placed: ir.Table, promotions: ir.Table, least: int, most: int) -> ir.Table:
    """Pick the products that are sold often enough in shops that tell what they show.

    Parameters
    ----------
    placed
        As `lines_in_shops` places them.
    least
        In so many weeks of shops it must have been sold.
    most
        At most so many products, those that are sold most often.

    Returns
    -------
    ir.Table
        `product_id`, `label`, `category`, `cells`, `sales`.
    """
    shops = promotions.select("store_id").distinct()
    shown = promotions.select("product_id").distinct()
    sold = placed.semi_join(shops, "store_id").semi_join(shown, "product_id")
    sold = sold.filter(sold.units > 0)
    cells = sold.group_by("product_id", "store_id", "week").agg(
        sales=sold.sales.sum(), category=sold.category.max(), label=sold.name.max()
    )
    each = cells.group_by("product_id").agg(
        cells=cells.count(),
        sales=cells.sales.sum(),
        category=cells.category.max(),
        label=cells.label.max(),
    )
    return each.filter(each.cells >= least).order_by(each.cells.desc(), "product_id").limit(most)


def sold_by_week(placed: ir.Table, products: ir.Table) -> ir.Table:
    """Sum up what was sold of some products: `product_id`, `store_id`, `week`, `units`, `sales`."""
    kept = placed.semi_join(products, "product_id").filter(lambda t: t.units > 0)
    return kept.group_by("product_id", "store_id", "week").agg(
        units=kept.units.sum(), sales=kept.sales.sum()
    )


def visits_by_week(placed: ir.Table) -> ir.Table:
    """Count orders: `store_id`, `week`, `visits`."""
    return placed.group_by("store_id", "week").agg(visits=placed.order_id.nunique())
