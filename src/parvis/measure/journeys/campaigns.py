"""What campaigns cost, and which sales the touches before orders credit them with. Pure Ibis."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["campaigns", "digital_shares"]


def campaigns(spend: ir.Table, touches: ir.Table, journeys: ir.Table) -> ir.Table:
    """Lay the costs and the credited sales of campaigns side by side.

    Parameters
    ----------
    spend
        Spending, with its `rate`.
    touches
        Rows of `touchpoints`, channels named as accounts name them.
    journeys
        Rows of `journeys`.

    Returns
    -------
    ir.Table
        `channel`, `campaign`, `spent`, `starts_on`, `ends_on`, `credited`: net sales, each order's
        shared among its touches alike; null where no touch names the campaign.
    """
    paid = spend.filter(spend.campaign.notnull(), spend.rate.notnull())
    costs = paid.group_by("channel", "campaign").agg(
        spent=(paid.amount * paid.rate).cast("float64").sum(),
        starts_on=paid.day.min(),
        ends_on=paid.day.max(),
    )
    bought = journeys.filter(journeys.order_id.notnull(), journeys.touches > 0)
    each = bought.select("journey_id", part=bought.value.cast("float64") / bought.touches)
    met = touches.filter(touches.campaign.notnull()).inner_join(each, "journey_id")
    credited = met.group_by("channel", known=met.campaign.lower()).agg(credited=met.part.sum())
    found = costs.left_join(
        credited,
        [costs.channel == credited.channel, costs.campaign.lower() == credited.known],
    )
    return found.select(
        "channel", "campaign", "spent", "starts_on", "ends_on", "credited"
    ).order_by("channel", "campaign")


def digital_shares(touches: ir.Table, journeys: ir.Table) -> ir.Table:
    """Tell for how many customers marketing began on a screen.

    Returns
    -------
    ir.Table
        One row: `customers` with a touch or an order; `touched` with a touch; `digital_first`,
        whose first touch was on a screen; `buyers`; `first_digital`, buyers with a touch on a
        screen on the way to their first order; `offline_orders` and those of them after a touch on
        a screen, `offline_digital`.
    """
    first = touches.group_by("customer_id").agg(
        is_digital=touches.is_digital.argmin(touches.touched_at)
    )
    orders = journeys.filter(journeys.order_id.notnull())
    bought = orders.group_by("customer_id").agg(
        digital=orders.digital_touches.argmin(orders.ended_at) > 0
    )
    offline = orders.filter(orders.is_offline)
    everybody = touches.select("customer_id").union(orders.select("customer_id"))
    of_all = everybody.agg(customers=everybody.customer_id.nunique())
    of_touches = first.agg(touched=first.count(), digital_first=first.is_digital.sum().fill_null(0))
    of_orders = bought.agg(buyers=bought.count(), first_digital=bought.digital.sum().fill_null(0))
    of_shops = offline.agg(
        offline_orders=offline.count(),
        offline_digital=(offline.digital_touches > 0).sum().fill_null(0),
    )
    return of_all.cross_join(of_touches).cross_join(of_orders).cross_join(of_shops)
