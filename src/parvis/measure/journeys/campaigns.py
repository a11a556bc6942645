"""What campaigns cost, and which sales the touches before orders credit them with. Pure Ibis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parvis.lake.functions import together

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
    """Tell for how many buyers the way began on a screen.

    Returns
    -------
    ir.Table
        One row: `buyers`; `digital_first`, whose first contact (a touch or an order) was on a
        screen; `first_digital`, with a touch on a screen on the way to their first order;
        `both`; `offline_orders`, and those of them after a touch on a screen, `offline_digital`.
    """
    orders = journeys.filter(journeys.order_id.notnull())
    first_orders = orders.group_by("customer_id").agg(
        digital_way=orders.digital_touches.argmin(orders.ended_at) > 0,
    )
    contacts = together(
        touches.select("customer_id", moment=touches.touched_at, is_digital=touches.is_digital),
        orders.select("customer_id", moment=orders.ended_at, is_digital=~orders.is_offline),
    )
    first = contacts.group_by("customer_id").agg(
        digital_contact=contacts.is_digital.argmin(contacts.moment)
    )
    buyers = first_orders.inner_join(first, "customer_id")
    of_buyers = buyers.agg(
        buyers=buyers.count(),
        digital_first=_count(buyers.digital_contact),
        first_digital=_count(buyers.digital_way),
        both=_count(buyers.digital_contact & buyers.digital_way),
    )
    offline = orders.filter(orders.is_offline)
    of_shops = offline.agg(
        offline_orders=offline.count(), offline_digital=_count(offline.digital_touches > 0)
    )
    return of_buyers.cross_join(of_shops)


def _count(condition: ir.BooleanValue) -> ir.IntegerScalar:
    return condition.sum().fill_null(0).cast("int64")
