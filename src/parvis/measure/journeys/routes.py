"""The ways that journeys take most. Pure Ibis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["top_routes"]

#: Longer ways are told by their ends.
_LONGEST: Final = 6


def top_routes(walked: ir.Table, most: int = 20) -> ir.Table:
    """Count the ways that led to most orders.

    Parameters
    ----------
    walked
        Rows of `walks`.
    most
        How many ways.

    Returns
    -------
    ir.Table
        `route` (channels in their order, one after another alike only once; null in the middle:
        others), `journeys`, `orders`, `value`.
    """
    journey = ibis.window(group_by="journey_id", order_by="position")
    turns = walked.mutate(before=walked.channel.lag().over(journey)).filter(
        lambda t: t.before.isnull() | (t.before != t.channel)
    )
    each = turns.group_by("journey_id").agg(
        way=turns.channel.collect(order_by=turns.position),
        bought=turns.bought.max(),
        value=turns.value.max(),
    )
    ends = _LONGEST // 2
    gap = ibis.array([ibis.null("string")])
    route = (each.way.length() > _LONGEST).ifelse(
        each.way[:ends].concat(gap).concat(each.way[-ends:]), each.way
    )
    found = (
        each.mutate(route=route)
        .group_by("route")
        .agg(
            journeys=lambda t: t.count(),
            orders=lambda t: t.bought.sum().cast("int64"),
            value=lambda t: t.value.sum(),
        )
    )
    return found.order_by(ibis.desc("orders"), ibis.desc("journeys"), "route").limit(most)
