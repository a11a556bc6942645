"""What was spent in tested cities, and what would have been spent without the test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parvis.measure.experiments.plans import Plan
from parvis.measure.experiments.troubles import trouble

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.measure.problems import Problem

__all__ = ["BudgetSeen", "budget_seen", "not_as_planned", "spent_by_city"]

Floats = NDArray[np.float64]

#: So long before a test tells what is usual.
_BEFORE_DAYS: Final = 56
_LEAST_BEFORE_DAYS: Final = 14
#: A budget this much off its plan is another test.
_OFF: Final = 0.25


@dataclass(frozen=True, slots=True)
class BudgetSeen:
    """The spending on a test's channel in its cities.

    Parameters
    ----------
    first_day
        Of the test.
    actual, usual
        (days,) what was spent, and what would have been: what was spent in the same
        cities in the weeks before, moved as other cities' budgets of the channel did.
    """

    first_day: date
    actual: Floats
    usual: Floats

    @property
    def factor(self) -> float:
        """What was spent, as a factor of the usual."""
        usual = float(self.usual.sum())
        return float(self.actual.sum()) / usual if usual > 0 else float("nan")


def spent_by_city(spend: ir.Table) -> ir.Table:
    """Sum up spending by day, channel and city.

    Parameters
    ----------
    spend
        Rows of `spend`, with their `rate` into the workspace's currency.

    Returns
    -------
    ir.Table
        `day`, `channel`, `city` in small letters (empty: not told), `amount`.
    """
    rated = spend.filter(spend.rate.notnull())
    city = ibis.coalesce(rated.geography.strip().lower(), "")
    return rated.group_by(rated.day, rated.channel, city=city).agg(
        amount=(rated.amount * rated.rate).cast("float64").sum()
    )


def budget_seen(spent: pa.Table, plan: Plan, last: date) -> BudgetSeen | None:
    """Tell what was spent in tested cities, and what would have been.

    Parameters
    ----------
    spent
        Rows of `spent_by_city`.
    plan
        A test in cities.
    last
        The last day that is looked at.

    Returns
    -------
    BudgetSeen or None
        Null where the silo doesn't tell spending by city, or not of the weeks before.
    """
    assert plan.starts_on is not None  # noqa: S101
    cities = pa.array([c.strip().lower() for c in plan.cities])
    rows = spent.filter(pc.equal(spent["channel"], plan.channel))
    first = plan.starts_on - timedelta(_BEFORE_DAYS)
    count = _BEFORE_DAYS + (last - plan.starts_on).days + 1
    own = _by_day(rows.filter(pc.is_in(rows["city"], value_set=cities)), first, count)
    told = rows.filter(pc.invert(pc.is_in(rows["city"], value_set=cities)))
    rest = _by_day(told.filter(pc.not_equal(told["city"], "")), first, count)
    known = (own[:_BEFORE_DAYS] > 0) & (rest[:_BEFORE_DAYS] > 0)
    if known.sum() < _LEAST_BEFORE_DAYS or rest[_BEFORE_DAYS:].sum() <= 0:
        return None
    share = own[:_BEFORE_DAYS][known].sum() / rest[:_BEFORE_DAYS][known].sum()
    return BudgetSeen(plan.starts_on, own[_BEFORE_DAYS:], share * rest[_BEFORE_DAYS:])


def not_as_planned(plan: Plan, seen: BudgetSeen | None) -> list[Problem]:
    """Say where the spending doesn't show the change that was planned."""
    if seen is None:
        return [trouble("no city budget", channel=plan.channel or "")]
    if plan.budget is None or abs(seen.factor - plan.budget) <= _OFF * max(1.0, plan.budget):
        return []
    return [
        trouble("other budget", blocks=True, channel=plan.channel or "",
                planned=float(plan.budget), seen=seen.factor)
    ]  # fmt: skip


def _by_day(rows: pa.Table, first: date, count: int) -> Floats:
    found = np.zeros(count)
    days = np.array(rows["day"].to_numpy(zero_copy_only=False), "datetime64[D]")
    at = (days - np.datetime64(first)).astype(int)
    inside = (at >= 0) & (at < count)
    np.add.at(found, at[inside], rows["amount"].to_numpy(zero_copy_only=False)[inside])
    return found
