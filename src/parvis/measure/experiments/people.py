"""Whose lot was which, and what they bought before and after. Pure Ibis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import ibis

from parvis.identity import api as identity
from parvis.lake.functions import json_values, local_day
from parvis.profile import api as profile

if TYPE_CHECKING:
    from datetime import date

    import ibis.expr.types as ir

__all__ = ["VIEWED", "assignments", "bought", "known_before", "lots"]

#: What tells of somebody's lot.
VIEWED: Final = "Experiment Viewed"


def assignments(events: ir.Table, owners: ir.Table, zone: str) -> ir.Table:
    """Tell who took part in which experiment, and on which side.

    Parameters
    ----------
    events
        Rows of `events`.
    owners
        Rows of `identities`.
    zone
        Where days begin.

    Returns
    -------
    ir.Table
        `experiment_id`, `name`, `customer_id`, `variation`, `day` (the first on which the lot is
        told). A customer in whom two people of different lots were found to be one has two rows.
    """
    seen = events.filter(events.name == VIEWED)
    told = json_values(seen.properties, ("experiment_id", "experiment_name", "variation_name",
                                         "variation_id"))  # fmt: skip
    named = seen.mutate(
        experiment_id=ibis.coalesce(told["experiment_id"], told["experiment_name"]),
        experiment_name=ibis.coalesce(told["experiment_name"], told["experiment_id"]),
        variation=ibis.coalesce(told["variation_name"], told["variation_id"]),
    ).filter(lambda t: t.experiment_id.notnull() & t.variation.notnull())
    whose = identity.resolved(
        named.select("identifiers", "experiment_id", "experiment_name", "variation", "occurred_at"),
        owners,
    )
    return whose.group_by("experiment_id", "customer_id", "variation").agg(
        name=whose.experiment_name.max(), day=local_day(whose.occurred_at, zone).min()
    )


def lots(assigned: ir.Table, left_out: str, begins: date, ends: date) -> ir.Table:
    """Give each customer one lot; those with several have `sides` above 1.

    Parameters
    ----------
    assigned
        Rows of `assignments`, of one experiment.
    left_out
        The variation that is left out.
    begins, ends
        Nobody is in before, or after.

    Returns
    -------
    ir.Table
        `customer_id`, `exposed`, `day` from which on they are looked at, `sides`.
    """
    inside = assigned.filter(assigned.day <= ibis.literal(ends))
    side = inside.mutate(exposed=inside.variation != left_out)
    one = side.group_by("customer_id").agg(
        exposed=side.exposed.max(), sides=side.exposed.nunique(), first=side.day.min()
    )
    return one.select(
        "customer_id", "exposed", "sides", day=ibis.greatest(one.first, ibis.literal(begins))
    )


def bought(orders: ir.Table, people: ir.Table, ends: date) -> ir.Table:
    """Sum up what people bought, from as long before their lot as it is looked at after.

    Parameters
    ----------
    orders
        Rows of `orders`; those that stand count.
    people
        Rows of `lots`.
    ends
        The last day that is looked at.

    Returns
    -------
    ir.Table
        `customer_id`, `since` (days since the lot was known, negative: before it), `sales` in the
        workspace's currency, `orders`.
    """
    kept = orders.filter(orders.status.isin(profile.KEPT_STATUSES), orders.net_base.notnull())
    theirs = kept.inner_join(people.select("customer_id", from_day="day"), "customer_id")
    theirs = theirs.mutate(since=theirs.ordered_on.delta(theirs.from_day, unit="day"))
    length = ibis.literal(ends).delta(theirs.from_day, unit="day") + 1
    inside = theirs.filter((theirs.ordered_on <= ibis.literal(ends)) & (theirs.since >= -length))
    return inside.group_by("customer_id", "since").agg(
        sales=inside.net_base.cast("float64").sum(), orders=inside.count().cast("float64")
    )


def known_before(orders: ir.Table, people: ir.Table) -> ir.Table:
    """Tell what was known of people on the day before their lot.

    Returns
    -------
    ir.Table
        `customer_id`, `recency` and `tenure` in days, `frequency`, `spent`, `basket`, `lately`
        (spent in the 90 days before), `gap` (days between orders), `off` (the part of list prices
        that was taken off); null where nothing was known.
    """
    kept = orders.filter(orders.status.isin(profile.KEPT_STATUSES), orders.net_base.notnull())
    theirs = kept.inner_join(people.select("customer_id", from_day="day"), "customer_id")
    past = theirs.filter(theirs.ordered_on < theirs.from_day)
    past = past.mutate(
        ago=past.from_day.delta(past.ordered_on, unit="day"),
        net=past.net_base.cast("float64"),
        off=(past.discount + past.coupon_discount).cast("float64"),
        gross=past.gross_amount.cast("float64"),
    )
    each = past.group_by("customer_id").agg(
        recency=past.ago.min().cast("float64"),
        tenure=past.ago.max().cast("float64"),
        frequency=past.count().cast("float64"),
        spent=past.net.sum(),
        lately=past.net.sum(where=past.ago <= 90),
        off=past.off.sum() / (past.gross.sum() + past.off.sum()).nullif(0),
    )
    told = each.mutate(
        basket=each.spent / each.frequency,
        gap=(each.tenure - each.recency) / (each.frequency - 1).nullif(0),
    )
    return people.select("customer_id").left_join(told, "customer_id").drop("customer_id_right")
