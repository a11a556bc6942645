"""What a director asks first: how sales and customers are, and what changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

import ibis

from parvis.lake.functions import local_day
from parvis.profile.traits import KEPT_STATUSES

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.engine import Engine

__all__ = ["Change", "Figure", "Overview", "Period", "overview"]

PERIOD_DAYS: Final = 28

#: Two-sided 90 % of the normal distribution.
_Z_FIGURE: Final = 1.645

#: Categories are many: the same 90 %, shared among some three hundred comparisons.
_Z_CHANGE: Final = 3.6


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both in it."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the last period beside the one before.

    Parameters
    ----------
    name
        net_sales, buyers, new_customers, average_basket or overdue_customers.
    unit
        What it counts.
    value, previous
        In the last period and in the one before; None where it can't be told.
    change_low, change_high
        The 90 % interval of the relative change (0.05 is 5 %), from how differently
        customers moved; None where it can't be told.
    """

    name: str
    unit: Literal["money", "count"]
    value: float | None
    previous: float | None
    change_low: float | None = None
    change_high: float | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A product category that sold more, or less, than chance among customers explains."""

    subject: str
    value: float
    previous: float
    change_low: float
    change_high: float


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the first page shows.

    Parameters
    ----------
    as_of
        The day the tables speak of; periods end the day before.
    period, previous
        The last 28 days and the 28 before.
    figures
        Five.
    changes
        The largest rises and falls that are more than chance, largest first.
    weekly_sales
        `week` (Monday), `net_sales`, `orders`; weeks that are not whole are left out.
    segments
        `segment`, `customers`, `net_sales`.
    newcomers
        `month`, `new_buyers`, `returning_buyers`; whole months.
    coupon_weeks
        `week`, `orders`, `with_coupon`.
    unconverted
        `currency`, `orders`: in no sum, for want of a rate.
    """

    as_of: date
    currency: str
    period: Period
    previous: Period
    figures: tuple[Figure, ...]
    changes: tuple[Change, ...]
    weekly_sales: tuple[dict[str, Any], ...]
    segments: tuple[dict[str, Any], ...]
    newcomers: tuple[dict[str, Any], ...]
    coupon_weeks: tuple[dict[str, Any], ...]
    unconverted: tuple[dict[str, Any], ...]


def overview(engine: Engine, as_of: datetime, zone: str, currency: str) -> Overview:
    """Gather the first page.

    Parameters
    ----------
    engine
        Where the built tables are.
    as_of
        The moment up to which the tables speak.
    zone, currency
        The workspace's.
    """
    today = _value(local_day(ibis.literal(as_of, "timestamp('UTC')"), zone), engine)
    period = Period(today - timedelta(PERIOD_DAYS), today - timedelta(1))
    previous = Period(period.first - timedelta(PERIOD_DAYS), period.first - timedelta(1))
    orders, lines = engine.table("orders"), engine.table("order_lines")
    profiles = engine.table("profiles")
    return Overview(
        as_of=today,
        currency=currency,
        period=period,
        previous=previous,
        figures=_figures(orders, profiles, period, previous),
        changes=_changes(lines, period, previous),
        weekly_sales=_rows(_weekly(orders, today)),
        segments=_rows(_segments(profiles)),
        newcomers=_rows(_newcomers(orders, profiles, today)),
        coupon_weeks=_rows(_coupon_weeks(orders, today)),
        unconverted=_rows(
            orders.filter(orders.net_base.isnull())
            .group_by("currency")
            .agg(orders=lambda t: t.count())
            .order_by("currency")
        ),
    )


def _value(scalar: ir.Value, engine: Engine) -> Any:
    # an expression without a table has no engine of its own
    one = engine.table("build_state").limit(1).aggregate(n=lambda t: t.count())
    return one.select(value=scalar).to_pyarrow().to_pylist()[0]["value"]


def _rows(table: ir.Table) -> tuple[dict[str, Any], ...]:
    return tuple(table.to_pyarrow().to_pylist())


def _between(day: ir.Value, period: Period) -> ir.Value:
    return day.between(ibis.literal(period.first), ibis.literal(period.last))


def _ratio_interval(
    now: float, before: float, spread: float, z: float
) -> tuple[float | None, float | None]:
    """Give the interval of a relative change, from the spread of customers' own changes."""
    if before <= 0:
        return None, None
    middle = (now - before) / before
    half = z * spread**0.5 / before
    # nothing can fall by more than all of it
    return max(middle - half, -1.0), middle + half


def _figures(
    orders: ir.Table, profiles: ir.Table, period: Period, previous: Period
) -> tuple[Figure, ...]:
    sold = orders.filter(orders.net_base.notnull())
    in_now, in_before = _between(sold.ordered_on, period), _between(sold.ordered_on, previous)
    kept = sold.status.isin(KEPT_STATUSES)
    amount = sold.net_base.cast("float64")
    each = (
        sold.filter(in_now | in_before)
        .group_by("customer_id")
        .agg(
            now=amount.sum(where=in_now).fill_null(0),
            before=amount.sum(where=in_before).fill_null(0),
            orders_now=(in_now & kept).sum(),
            orders_before=(in_before & kept).sum(),
            kept_now=amount.sum(where=in_now & kept).fill_null(0),
            kept_before=amount.sum(where=in_before & kept).fill_null(0),
        )
    )
    bought_now, bought_before = each.orders_now > 0, each.orders_before > 0
    moved = bought_now.cast("int64") - bought_before.cast("int64")
    difference = each.now - each.before
    got = each.agg(
        now=each.now.sum().fill_null(0),
        before=each.before.sum().fill_null(0),
        # customers are taken as independent: the variance of a sum of their changes
        spread=(difference * difference).sum().fill_null(0),
        buyers_now=bought_now.sum().fill_null(0),
        buyers_before=bought_before.sum().fill_null(0),
        buyers_spread=(moved * moved).sum().fill_null(0),
        orders_now=each.orders_now.sum().fill_null(0),
        orders_before=each.orders_before.sum().fill_null(0),
        kept_now=each.kept_now.sum().fill_null(0),
        kept_before=each.kept_before.sum().fill_null(0),
    )
    people = profiles.agg(
        new_now=_between(profiles.first_order_on, period).sum().fill_null(0),
        new_before=_between(profiles.first_order_on, previous).sum().fill_null(0),
        overdue=profiles.is_overdue.sum().fill_null(0),
    )
    row = {**_rows(got)[0], **_rows(people)[0]}
    sales = _ratio_interval(row["now"], row["before"], row["spread"], _Z_FIGURE)
    buyers = _ratio_interval(
        row["buyers_now"], row["buyers_before"], row["buyers_spread"], _Z_FIGURE
    )
    new = _ratio_interval(
        row["new_now"], row["new_before"], row["new_now"] + row["new_before"], _Z_FIGURE
    )
    return (
        Figure("net_sales", "money", row["now"], row["before"], *sales),
        Figure("buyers", "count", row["buyers_now"], row["buyers_before"], *buyers),
        Figure("new_customers", "count", row["new_now"], row["new_before"], *new),
        Figure(
            "average_basket",
            "money",
            row["kept_now"] / row["orders_now"] if row["orders_now"] else None,
            row["kept_before"] / row["orders_before"] if row["orders_before"] else None,
        ),
        Figure("overdue_customers", "count", row["overdue"], None),
    )


def _changes(lines: ir.Table, period: Period, previous: Period) -> tuple[Change, ...]:
    sold = lines.filter(lines.net_base.notnull(), lines.category.notnull())
    in_now, in_before = _between(sold.ordered_on, period), _between(sold.ordered_on, previous)
    amount = sold.net_base.cast("float64")
    each = (
        sold.filter(in_now | in_before)
        .group_by("category", "customer_id")
        .agg(
            now=amount.sum(where=in_now).fill_null(0),
            before=amount.sum(where=in_before).fill_null(0),
        )
    )
    difference = each.now - each.before
    sums = each.group_by("category").agg(
        now=each.now.sum(),
        before=each.before.sum(),
        spread=(difference * difference).sum(),
        moved=difference.sum(),
    )
    sure = sums.filter(sums.before > 0, sums.moved.abs() > _Z_CHANGE * sums.spread.sqrt()).order_by(
        sums.moved.abs().desc()
    )
    found = []
    for row in _rows(sure.limit(6)):
        low, high = _ratio_interval(row["now"], row["before"], row["spread"], _Z_FIGURE)
        if low is not None and high is not None:
            found.append(Change(row["category"], row["now"], row["before"], low, high))
    return tuple(found)


def _weekly(orders: ir.Table, today: date) -> ir.Table:
    weeks = _by_week(orders, today)
    return (
        weeks.group_by("week")
        .agg(net_sales=weeks.net_base.sum().cast("float64"), orders=weeks.count())
        .order_by("week")
    )


def _by_week(orders: ir.Table, today: date) -> ir.Table:
    """Keep the orders of whole weeks: the first and the last would look like a fall."""
    dated = orders.filter(orders.net_base.notnull()).mutate(
        week=lambda t: t.ordered_on.truncate("W")
    )
    this_week = today - timedelta(today.weekday())
    begun = dated.ordered_on.min().over()
    whole = dated.mutate(begun=begun)
    return whole.filter(whole.week < ibis.literal(this_week), whole.week >= whole.begun)


def _coupon_weeks(orders: ir.Table, today: date) -> ir.Table:
    weeks = _by_week(orders.filter(orders.status.isin(KEPT_STATUSES)), today)
    return (
        weeks.group_by("week")
        .agg(orders=weeks.count(), with_coupon=(weeks.coupon_discount > 0).sum())
        .order_by("week")
    )


def _segments(profiles: ir.Table) -> ir.Table:
    buyers = profiles.filter(profiles.rfm_segment.notnull())
    return (
        buyers.group_by(segment=buyers.rfm_segment)
        .agg(customers=buyers.count(), net_sales=buyers.monetary.sum().cast("float64"))
        .order_by(ibis.desc("net_sales"))
    )


def _newcomers(orders: ir.Table, profiles: ir.Table, today: date) -> ir.Table:
    kept = orders.filter(orders.status.isin(KEPT_STATUSES))
    this_month = today.replace(day=1)
    buys = kept.select("customer_id", month=kept.ordered_on.truncate("M")).distinct()
    joined = buys.inner_join(profiles.select("customer_id", "cohort"), "customer_id")
    whole = joined.filter(joined.month < ibis.literal(this_month))
    return (
        whole.group_by("month")
        .agg(
            new_buyers=(whole.month == whole.cohort).sum(),
            returning_buyers=(whole.month != whole.cohort).sum(),
        )
        .order_by("month")
    )
