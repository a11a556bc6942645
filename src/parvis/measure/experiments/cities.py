"""From sales by city to what a test in cities showed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parvis.errors import MeasureError
from parvis.measure.experiments.budgets import budget_seen, not_as_planned
from parvis.measure.experiments.contracts import Finding, Shown
from parvis.measure.experiments.plans import Plan
from parvis.measure.experiments.sales_by_city import METRICS, CitySales
from parvis.measure.experiments.troubles import trouble

if TYPE_CHECKING:
    from parvis.measure.experiments.synthetic import CityEffect
    from parvis.measure.problems import Problem

__all__ = [
    "PastPanel",
    "Window",
    "city_finding",
    "past_panel",
    "window_of",
]

Floats = NDArray[np.float64]

LEVEL: Final = 0.9
_WEEK: Final = 7
#: A year tells all seasons; what was before tells less of today.
_MOST_BEFORE: Final = 52
_LEAST_BEFORE: Final = 10
_LEAST_DONORS: Final = 2
#: With so many others, a city that was in any other test of that time can be done without.
_MANY: Final = 8
_ALL_PLACED: Final = 0.995


@dataclass(frozen=True, slots=True)
class PastPanel:
    """Weeks in which no test was run, of cities that were there all along.

    Parameters
    ----------
    outcome
        (weeks, cities) sales each day, on average.
    treated
        (cities,) those that a test would change.
    """

    outcome: Floats
    treated: NDArray[np.bool_]


def past_panel(sales: CitySales, cities: Collection[str], plans: Collection[Plan]) -> PastPanel:
    """Lay the past out by week, for a test that isn't run yet.

    Parameters
    ----------
    sales
        Sales by day and city.
    cities
        Those that the test would change.
    plans
        Tests of the past: their cities can't be held against these.

    Raises
    ------
    MeasureError
        A city isn't known, or wasn't there all along.
    """
    weeks = len(sales.figures["sales"]) // _WEEK
    count = min(weeks, _MOST_BEFORE)
    first = sales.last_day - timedelta(count * _WEEK - 1)
    window = Window(first, _WEEK, count, count)
    plan = Plan("", "", "cities", cities=tuple(cities), starts_on=first, ends_on=sales.last_day)
    treated, problems = _treated(plan, sales, window)
    if problems:
        raise MeasureError(problems[0].what, problems[0].next_step)
    donors, _ = _donors(plan, sales, window, treated, plans)
    marks = np.arange(len(treated) + len(donors)) < len(treated)
    return PastPanel(window.of(sales, "sales")[:, [*treated, *donors]], marks)


@dataclass(frozen=True, slots=True)
class Window:
    """The periods of a test: before it, and during it.

    Parameters
    ----------
    starts_on
        The first day of the first period.
    period_days
        7, or 1 where the test doesn't last whole weeks.
    begins
        The first period of the test.
    periods
        How many there are.
    """

    starts_on: date
    period_days: int
    begins: int
    periods: int

    def day(self, period: int) -> date:
        """Return the first day of a period."""
        return self.starts_on + timedelta(period * self.period_days)

    def of(self, sales: CitySales, metric: str) -> Floats:
        """(periods, cities) what each city had each day, on average."""
        begin = (self.starts_on - sales.first_day).days
        days = sales.figures[metric][begin : begin + self.periods * self.period_days]
        found: Floats = days.reshape(self.periods, self.period_days, -1).mean(axis=1)
        return found


def window_of(first: date, last: date, known_from: date) -> Window:
    """Cut the time of a test, and up to a year before it, into periods.

    Parameters
    ----------
    first, last
        The days of the test that are looked at.
    known_from
        The first day of which orders are known.
    """
    days = (last - first).days + 1
    period = _WEEK if days % _WEEK == 0 else 1
    most = _MOST_BEFORE * _WEEK // period
    begins = max(min((first - known_from).days // period, most), 0)
    return Window(first - timedelta(begins * period), period, begins, begins + days // period)


def city_finding(
    plan: Plan, sales: CitySales, others: Collection[Plan], today: date, spent: pa.Table
) -> Finding:
    """Tell what a test in cities did.

    Parameters
    ----------
    plan
        The test; its cities and days are told.
    sales
        Sales by day and city.
    others
        Other tests: their cities aren't held against these while they were changed.
    today
        The day the tables speak of.
    spent
        Rows of `spent_by_city`.
    """
    assert plan.starts_on is not None  # noqa: S101
    assert plan.ends_on is not None  # noqa: S101
    state = plan.state(today)
    last = min(plan.ends_on, sales.last_day)
    if last < plan.starts_on:
        kind = "nothing yet" if state == "planned" else "not told of yet"
        day = plan.starts_on if state == "planned" else sales.last_day
        return Finding(plan, state, None, (), (trouble(kind, day=day),))
    if plan.starts_on < sales.first_day:
        # a slip of the year, most likely: there are no rows to lay out
        lacks = trouble("few weeks before", blocks=True, count=0, least=_LEAST_BEFORE)
        return Finding(plan, state, last, (), (lacks,))
    window = window_of(plan.starts_on, last, sales.first_day)
    treated, problems = _treated(plan, sales, window)
    weeks = window.begins * window.period_days // _WEEK
    if weeks < _LEAST_BEFORE:
        problems.append(trouble("few weeks before", blocks=True, count=weeks, least=_LEAST_BEFORE))
    budget = budget_seen(spent, plan, last)
    if not problems:
        problems += not_as_planned(plan, budget)
        donors, told = _donors(plan, sales, window, treated, others)
        problems += told
        if sales.placed < _ALL_PLACED:
            problems.append(trouble("placed", percent=100 * sales.placed))
        if len(donors) >= _LEAST_DONORS:
            shown = tuple(
                _shown(metric, plan, sales, window, (treated, donors)) for metric in METRICS
            )
            return Finding(plan, state, last, shown, tuple(problems), budget=budget)
    return Finding(plan, state, last, (), tuple(problems), budget=budget)


def _treated(plan: Plan, sales: CitySales, window: Window) -> tuple[list[int], list[Problem]]:
    """Find the changed cities, and tell which can't be looked at."""
    found, problems = [], []
    place = {c: i for i, c in enumerate(sales.cities)}
    outcome = window.of(sales, "orders")
    for city in plan.cities:
        at = place.get(city.strip().lower())
        if at is None:
            problems.append(trouble("unknown city", blocks=True, city=city))
            continue
        found.append(at)
        bad = _broken(outcome[:, at], city, window)
        if bad is not None:
            problems.append(bad)
    return found, problems


def _broken(outcome: Floats, city: str, window: Window) -> Problem | None:
    """Tell of a city that wasn't there all along; null: it was. Days without a sale are usual."""
    if window.period_days != _WEEK:
        # days that aren't whole weeks are looked at by week as well, from the last one back
        odd = len(outcome) % _WEEK
        outcome = outcome[odd:].reshape(-1, _WEEK).sum(axis=1)
        window = Window(window.day(odd), _WEEK, 0, len(outcome))
    there = np.flatnonzero(outcome > 0)
    edge = max(len(outcome) // 20, 1)
    if not len(there):
        return trouble("unknown city", blocks=True, city=city)
    first, last = int(there[0]), int(there[-1])
    if first >= edge or last < len(outcome) - edge:
        return trouble(
            "city midway", blocks=True, city=city, first=window.day(first), last=window.day(last)
        )
    missing = np.flatnonzero(outcome[first : last + 1] <= 0) + first
    if len(missing):
        return trouble(
            "city gap", blocks=True, city=city, count=len(missing), day=window.day(int(missing[0]))
        )
    return None


def _donors(
    plan: Plan, sales: CitySales, window: Window, treated: list[int], others: Collection[Plan]
) -> tuple[list[int], list[Problem]]:
    outcome = window.of(sales, "orders")
    last = plan.ends_on or window.day(window.periods)
    begins = plan.starts_on or window.starts_on
    free = [i for i in range(len(sales.cities)) if i not in treated]
    tested = {i for i in free if _in_other(sales.cities[i], plan, others, (begins, last))}
    long = {i for i in free if _in_other(sales.cities[i], plan, others, (window.starts_on, last))}
    whole = [i for i in free if _broken(outcome[:, i], sales.cities[i], window) is None]
    if len([i for i in whole if i not in long]) >= _MANY:
        # their past was changed as well: with enough others they can be done without
        tested = long
    donors = [i for i in whole if i not in tested]
    problems = []
    broken = [sales.cities[i] for i in free if i not in whole and outcome[:, i].sum() > 0]
    if broken:
        problems.append(trouble("donors left out", cities=_listed(broken)))
    if tested:
        names = [sales.cities[i] for i in sorted(tested)]
        problems.append(trouble("donors tested", cities=_listed(names)))
    if len(donors) < _LEAST_DONORS:
        problems.append(trouble("few donors", blocks=True, count=len(donors), least=_LEAST_DONORS))
    return donors, problems


def _listed(names: list[str]) -> str:
    told = [n.title() for n in names[:5]]
    return ", ".join(told) + (f" + {len(names) - 5}" if len(names) > 5 else "")


def _in_other(city: str, plan: Plan, others: Collection[Plan], during: tuple[date, date]) -> bool:
    first, last = during
    return any(
        other.kind == "cities"
        and other.experiment_id != plan.experiment_id
        and other.starts_on is not None
        and other.ends_on is not None
        and other.starts_on <= last
        and other.ends_on >= first
        and city in {c.strip().lower() for c in other.cities}
        for other in others
    )


def _shown(
    metric: str, plan: Plan, sales: CitySales, window: Window, sides: tuple[list[int], list[int]]
) -> Shown:
    from parvis.measure.experiments.synthetic import CityPanel, city_effect

    treated, donors = sides
    outcome = window.of(sales, metric)[:, [*treated, *donors]]
    marks = np.arange(len(treated) + len(donors)) < len(treated)
    names = tuple(sales.cities[i] for i in (*treated, *donors))
    found = city_effect(CityPanel(outcome, names, marks, window.begins), LEVEL)
    expected = float(found.expected[window.begins :].mean())
    days = (window.periods - window.begins) * window.period_days
    count = len(treated) * days
    return Shown(
        metric=metric,
        method="synthetic",
        treated=len(treated),
        control=len(donors),
        effect=found.effect,
        low=found.low,
        high=found.high,
        error=(found.high - found.low) / 2 / 1.6448536,
        usual=expected,
        lift=found.effect / expected if expected > 0 else np.nan,
        lift_low=found.low / expected if expected > 0 else np.nan,
        lift_high=found.high / expected if expected > 0 else np.nan,
        incremental=found.effect * count,
        incremental_low=found.low * count,
        incremental_high=found.high * count,
        p_value=found.p_value,
        detail=_detail(found, plan, window, len(treated)),
    )


def _detail(found: CityEffect, plan: Plan, window: Window, count: int) -> dict[str, object]:
    half = (found.high - found.low) / 2
    weights = sorted(zip(found.donors, found.weights, strict=True), key=lambda w: -w[1])
    return {
        "period_days": window.period_days,
        "begins": plan.starts_on,
        "scheme": found.scheme,
        "misfit": found.misfit / np.sqrt(window.begins),
        "half": half if np.isfinite(half) else None,
        "weights": [{"city": c, "weight": float(w)} for c, w in weights if w > 0.0005],
        "donors": len(found.donors),
        "series": [
            {"day": window.day(t), "observed": float(found.observed[t] * count),
             "expected": float(found.expected[t] * count)}
            for t in range(window.periods)
        ],
    }  # fmt: skip
