"""What mix models read: sales, spending and what else may matter, by day and place. Pure Ibis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import ibis

from parvis.lake.functions import local_day, together
from parvis.profile import api as profile

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["CITY", "kpi", "unrated_spend"]

#: The attribute that tells where a customer lives.
CITY: Final = "address.city"


def kpi(
    orders: ir.Table,
    profiles: ir.Table,
    spend: ir.Table,
    texts: ir.Table,
    zone: str,
) -> ir.Table:
    """Lay sales, spending and what else may matter side by side.

    Parameters
    ----------
    orders
        Orders; those that stand are summed, of a customer's place where it is known.
    profiles
        Customers, with what silos said of them.
    spend
        Spending, with its `rate` into the workspace's currency.
    texts
        What people say, with its mood.
    zone
        Where days begin.

    Returns
    -------
    ir.Table
        Rows of `kpi`. Places are written as spending writes them, whatever their case.
    """
    placed = _placed(orders, profiles, spend)
    return together(_sales(placed), _spending(spend), _said(texts, zone))


def unrated_spend(spend: ir.Table) -> ir.Table:
    """Sum up spending in a currency without a rate: it is in no figure.

    Returns
    -------
    ir.Table
        `currency`, `amount`, `rows`.
    """
    lost = spend.filter(spend.rate.isnull())
    return lost.group_by("currency").agg(amount=lost.amount.sum(), rows=lost.count())


def _placed(orders: ir.Table, profiles: ir.Table, spend: ir.Table) -> ir.Table:
    told = profiles.select("customer_id", one=profiles.attributes.unnest())
    cities = told.filter(told.one["name"] == CITY).select(
        "customer_id", city=told.one["value"].strip().lower()
    )
    one = cities.group_by("customer_id").agg(city=cities.city.max())
    names = spend.filter(spend.geography.notnull()).select(
        geography="geography", city=spend.geography.strip().lower()
    )
    known = names.group_by("city").agg(geography=names.geography.max())
    kept = orders.filter(orders.status.isin(profile.KEPT_STATUSES), orders.net_base.notnull())
    return (
        kept.left_join(one, "customer_id")
        .drop("customer_id_right")
        .left_join(known, "city")
        .select(
            day=lambda t: t.ordered_on,
            geography=lambda t: t.geography.fill_null(""),
            net=lambda t: t.net_base.cast("float64"),
            gross=lambda t: t.gross_amount.cast("float64"),
            off=lambda t: (t.discount + t.coupon_discount).cast("float64"),
        )
    )


def _sales(placed: ir.Table) -> ir.Table:
    each = placed.group_by("day", "geography").agg(
        sales=placed.net.sum(), orders=placed.count().cast("float64")
    )
    return together(
        _named(each, "outcome", "sales", each.sales),
        _named(each, "outcome", "orders", each.orders),
        _discounts(placed),
    )


def _discounts(placed: ir.Table) -> ir.Table:
    """Tell which part of the list price was given away; by day, for the whole."""
    each = placed.group_by("day").agg(off=placed.off.sum(), gross=placed.gross.sum())
    share = each.off / (each.gross + each.off).nullif(0)
    return _named(
        each.mutate(geography=ibis.literal("")), "control", "discount", share.fill_null(0.0)
    )


def _spending(spend: ir.Table) -> ir.Table:
    rated = spend.filter(spend.rate.notnull())
    each = rated.group_by("day", "channel", geography=rated.geography.fill_null("")).agg(
        amount=(rated.amount * rated.rate).cast("float64").sum()
    )
    return each.select(
        "day",
        "geography",
        kind=ibis.literal("spend"),
        name=each.channel,
        value=each.amount,
    )


def _said(texts: ir.Table, zone: str) -> ir.Table:
    """Count what was said, and how much of it unkindly; by day, for the whole."""
    others = texts.filter(~texts.is_own)
    dated = others.mutate(day=local_day(others.occurred_at, zone))
    each = dated.group_by("day").agg(
        texts=dated.count().cast("float64"),
        negative=(dated.sentiment == "negative").fill_null(False).sum().cast("float64"),
    )
    whole = each.mutate(geography=ibis.literal(""))
    return together(
        _named(whole, "control", "texts", whole.texts),
        _named(whole, "control", "negative texts", whole.negative),
    )


def _named(rows: ir.Table, kind: str, name: str, value: ir.Value) -> ir.Table:
    return rows.select(
        "day",
        "geography",
        kind=ibis.literal(kind),
        name=ibis.literal(name),
        value=value,
    )
