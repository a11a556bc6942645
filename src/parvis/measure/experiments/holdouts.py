"""From people's lots and orders to what a holdout showed, day by day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import erfc, sqrt
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parvis.measure.experiments.contracts import Finding, Shown
from parvis.measure.experiments.plans import Plan
from parvis.measure.experiments.troubles import trouble

if TYPE_CHECKING:
    from parvis.measure.experiments.holdout import Difference, Lots
    from parvis.measure.problems import Problem

__all__ = ["LEAST_PEOPLE", "People", "holdout_finding", "people_of"]

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]

METRICS: Final = ("sales", "orders")
LEAST_PEOPLE: Final = 20
LEVEL: Final = 0.9
#: An experiment whose end isn't told is looked at as if so many days were planned: any number
#: fixed beforehand leaves the always-valid interval right, this one is where it is narrowest.
_USUAL_DAYS: Final = 56
#: With less of a past, what people did before says little.
_LEAST_PAST_DAYS: Final = 14
#: More people on both sides than this part aren't chance joins.
_MOST_BOTH: Final = 0.02
_ALMOST_NEVER: Final = 1e-3
_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class People:
    """Those with a lot, and what each bought.

    Parameters
    ----------
    ids
        (people,) customers.
    exposed
        (people,) whether marketing reached them.
    since
        (rows,) days since the lot, negative before it.
    person
        (rows,) whose row it is.
    bought
        ``sales`` and ``orders``: (rows,).
    both_sides
        Customers with lots of both sides; they are in none of the above.
    """

    ids: pa.ChunkedArray
    exposed: Marks
    since: NDArray[np.int64]
    person: NDArray[np.int64]
    bought: dict[str, Floats]
    both_sides: int

    def outcome(self, metric: str, days: int) -> Floats:
        """(people,) what each did in so many days from the lot on."""
        inside = (self.since >= 0) & (self.since < days)
        return self._summed(metric, inside)

    def before(self, metric: str) -> Floats:
        """(people,) what each did before the lot."""
        return self._summed(metric, self.since < 0)

    def _summed(self, metric: str, inside: Marks) -> Floats:
        found: Floats = np.bincount(
            self.person[inside], self.bought[metric][inside], len(self.exposed)
        ).astype(float)
        return found


def people_of(lots: pa.Table, bought: pa.Table) -> People:
    """Lay people and what they bought side by side.

    Parameters
    ----------
    lots
        Rows of `lots`.
    bought
        Rows of `bought`.
    """
    one = lots.filter(pc.equal(lots["sides"], 1))
    place = pc.index_in(bought["customer_id"], value_set=one["customer_id"])
    theirs = bought.filter(pc.is_valid(place))
    return People(
        ids=one["customer_id"],
        exposed=one["exposed"].to_numpy(zero_copy_only=False).astype(bool),
        since=theirs["since"].to_numpy(zero_copy_only=False).astype(np.int64),
        person=pc.drop_null(place).to_numpy(zero_copy_only=False).astype(np.int64),
        bought={m: theirs[m].to_numpy(zero_copy_only=False).astype(float) for m in METRICS},
        both_sides=lots.num_rows - one.num_rows,
    )


def holdout_finding(
    plan: Plan, people: People, seen_on: date, today: date, known_from: date
) -> Finding:
    """Tell what a holdout did.

    Parameters
    ----------
    plan
        The experiment; its first day is told.
    people
        With what they bought until `seen_on`.
    seen_on
        The last day that is looked at.
    today
        The day the tables speak of.
    known_from
        The first day of which orders are known.
    """
    from parvis.measure.experiments.holdout import Lots

    assert plan.starts_on is not None  # noqa: S101
    reached = int(people.exposed.sum())
    left_out = len(people.exposed) - reached
    problems = _of_people(people)
    state = plan.state(today)
    if min(reached, left_out) < LEAST_PEOPLE:
        problems.append(
            trouble("few people", blocks=True, treated=reached, control=left_out,
                    least=LEAST_PEOPLE)
        )  # fmt: skip
        return Finding(plan, state, seen_on, (), tuple(problems), len(people.exposed))
    days = (seen_on - plan.starts_on).days + 1
    planned_days = plan.days or _USUAL_DAYS
    share = None if plan.share is None else 1 - plan.share
    has_past = (plan.starts_on - known_from).days >= _LEAST_PAST_DAYS
    if not has_past:
        problems.append(trouble("short past", day=known_from))
    shown: list[Shown] = []
    for metric in METRICS:
        before = people.before(metric) if has_past else np.empty(0)
        whole = Lots(
            people.outcome(metric, days), people.exposed, before, share, days / planned_days
        )
        methods = (("difference", replace(whole, before=np.empty(0))), ("cuped", whole))
        for method, lots in methods if has_past else methods[:1]:
            shown.append(_shown(metric, method, lots, people, (plan.starts_on, days, planned_days)))
    problems += _of_lots(plan, people, shown[0], has_past=has_past)
    return Finding(plan, state, seen_on, tuple(shown), tuple(problems), len(people.exposed))


def _shown(
    metric: str, method: str, lots: Lots, people: People, times: tuple[date, int, int]
) -> Shown:
    from parvis.measure.experiments.holdout import difference

    first, days, planned = times
    found = difference(lots, LEVEL)
    weeks = []
    for until in [*range(_WEEK, days, _WEEK), days]:
        seen = replace(lots, outcome=people.outcome(metric, until), progress=until / planned)
        told = difference(seen, LEVEL)
        weeks.append(
            {"day": first + timedelta(until - 1), "effect": told.effect, "low": told.low,
             "high": told.high, "always_low": told.always_low, "always_high": told.always_high}
        )  # fmt: skip
    lift, lift_low, lift_high = _lift(lots, found)
    detail: dict[str, Any] = {
        "weeks": weeks,
        "explained": found.explained,
        "mismatch": found.mismatch,
        "planned_days": planned,
        "mean_treated": float(lots.outcome[lots.exposed].mean()),
        "mean_control": float(lots.outcome[~lots.exposed].mean()),
    }
    return Shown(
        metric=metric,
        method=method,
        treated=found.reached,
        control=found.left_out,
        effect=found.effect,
        low=found.low,
        high=found.high,
        error=found.error,
        usual=found.usual,
        lift=lift,
        lift_low=lift_low,
        lift_high=lift_high,
        incremental=found.effect * found.reached,
        incremental_low=found.low * found.reached,
        incremental_high=found.high * found.reached,
        always_low=found.always_low,
        always_high=found.always_high,
        p_value=_p_value(found),
        detail=detail,
    )


def _p_value(found: Difference) -> float:
    return erfc(abs(found.effect) / found.error / sqrt(2)) if found.error > 0 else 1.0


def _lift(lots: Lots, found: Difference) -> tuple[float, float, float]:
    """Return the effect relative to what would have been, and its interval.

    All ratios that aren't refused (Fieller): the interval holds 0 where that of the effect does.

    References
    ----------
    Fieller, E. C. (1954). Some problems in interval estimation. *Journal of the Royal Statistical
    Society B*, 16(2), 175–185.
    """
    reached, left = lots.outcome[lots.exposed], lots.outcome[~lots.exposed]
    spread = left.var(ddof=1) / len(left)
    plain = reached.var(ddof=1) / len(reached) + spread
    # what the past explains is taken from both sides alike
    spread *= found.error**2 / max(plain, 1e-300)
    usual, effect = found.usual, found.effect
    width = (found.high - found.low) / 2
    ratio = width**2 / max(found.error**2, 1e-300)
    square = usual**2 - ratio * spread
    if usual <= 0 or square <= 0:
        return (effect / usual if usual > 0 else np.nan), -np.inf, np.inf
    middle = (effect * usual + ratio * spread) / square
    root = sqrt(max(middle**2 - (effect**2 - width**2) / square, 0.0))
    return effect / usual, middle - root, middle + root


def _of_people(people: People) -> list[Problem]:
    both, every = people.both_sides, people.both_sides + len(people.exposed)
    if not both:
        return []
    if both > _MOST_BOTH * every:
        return [trouble("many two sides", blocks=True, count=both, percent=100 * both / every)]
    return [trouble("two sides", count=both)]


def _of_lots(plan: Plan, people: People, sales: Shown, *, has_past: bool) -> list[Problem]:
    found = []
    mismatch = sales.detail["mismatch"]
    if plan.share is None:
        found.append(trouble("no share", id=plan.experiment_id))
    elif mismatch is not None and mismatch < _ALMOST_NEVER:
        left = 100 * sales.control / (sales.control + sales.treated)
        odds = int(min(1 / max(mismatch, 1e-12), 1e12))
        found.append(
            trouble("mismatch", blocks=True, percent=left, planned=100 * plan.share, odds=odds)
        )
    if has_past:
        before = people.before("sales")
        sides = before[people.exposed], before[~people.exposed]
        gap = float(sides[0].mean() - sides[1].mean())
        error = float(np.sqrt(sum(s.var(ddof=1) / len(s) for s in sides)))
        if error > 0 and erfc(abs(gap) / error / sqrt(2)) < _ALMOST_NEVER:
            found.append(trouble("unlike before", blocks=True, differs=gap))
    return found
