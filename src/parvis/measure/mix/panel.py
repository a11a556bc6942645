"""From the figures of days and places to what a mix model is given, by week or by day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parvis.errors import NothingToMeasure
from parvis.measure.holidays import HOLIDAYS
from parvis.measure.mix.contracts import MixData
from parvis.measure.mix.opening import closed_days
from parvis.measure.problems import problem

__all__ = ["Panel", "panel_of"]

Floats = NDArray[np.float64]

#: Fewer places than this tell no more than the whole.
_LEAST_PLACES: Final = 4
#: With less of the sales in a known place the places don't stand for the whole.
_LEAST_PLACED: Final = 0.4
_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class Panel:
    """What a mix model is given, and what was done to get there.

    Parameters
    ----------
    data
        By week or day, and by place.
    placed
        The part of sales whose place is known; the others were shared out like them.
    first_day, last_day
        Whole weeks only.
    """

    data: MixData
    placed: float
    first_day: date
    last_day: date


def panel_of(kpi: pa.Table, outcome: str = "sales", period_days: int = _WEEK) -> Panel:
    """Lay figures out by week or day, and by place.

    Parameters
    ----------
    kpi
        Rows of `kpi`.
    outcome
        Which outcome is explained.
    period_days
        7: by week; 1: by day.

    Raises
    ------
    NothingToMeasure
        There is no spending, or none in the time of the outcomes.

    Notes
    -----
    Sales whose place isn't known are shared among places as the known ones of that day are;
    spending without a place, as the usual sales are. Where few places are known, or few sales have
    one, there is one place: the whole.
    """
    days = _days(kpi, outcome)
    channels = tuple(sorted(_names(kpi, "spend")))
    places = _places(kpi)
    count = len(days)
    sales = _grid(kpi, "outcome", outcome, days, places)
    known = sales[:, :-1]
    total = float(sales.sum())
    placed = float(known.sum()) / total if total else 0.0
    if len(places) < _LEAST_PLACES or placed < _LEAST_PLACED:
        places, known = (), np.empty((count, 0))
    outcomes = _shared(sales, known)
    usual = outcomes.mean(axis=0)
    spend = np.stack(
        [_spread(_grid(kpi, "spend", c, days, places), usual) for c in channels], axis=2
    )
    control_names, controls = _controls(kpi, days, outcomes.shape[1])
    whole = count // _WEEK * _WEEK
    outcomes, spend, controls = outcomes[:whole], spend[:whole], controls[:whole]
    data = MixData(
        outcome=outcomes,
        spend=spend,
        channels=channels,
        controls=controls,
        control_names=control_names,
        starts_on=days[0],
        places=places,
        period_days=1,
        closed=closed_days(outcomes.sum(axis=1), _holidays(control_names, controls)),
    )
    return Panel(
        data=data if period_days == 1 else _weekly(data),
        placed=placed,
        first_day=days[0],
        last_day=days[whole - 1],
    )


def _names(kpi: pa.Table, kind: str) -> set[str]:
    return set(kpi.filter(pc.equal(kpi["kind"], kind))["name"].to_pylist())


def _days(kpi: pa.Table, outcome: str) -> list[date]:
    """Return the days on which both outcomes and spending are told of, from a Monday on."""
    spent = kpi.filter(pc.equal(kpi["kind"], "spend"))["day"]
    sold = kpi.filter(pc.and_(pc.equal(kpi["kind"], "outcome"), pc.equal(kpi["name"], outcome)))[
        "day"
    ]
    if not len(spent):
        raise _nothing("no spending")
    if not len(sold):
        raise _nothing("no outcomes")
    first = max(pc.min(spent).as_py(), pc.min(sold).as_py())
    last = min(pc.max(spent).as_py(), pc.max(sold).as_py())
    first += timedelta(days=-first.weekday() % _WEEK)
    days = (last - first).days + 1
    if days < _WEEK:
        raise _nothing("apart")
    return [first + timedelta(days=d) for d in range(days)]


def _nothing(kind: str) -> NothingToMeasure:
    found = problem(kind, blocks=True)
    return NothingToMeasure(found.what, found.next_step, kind)


def _places(kpi: pa.Table) -> tuple[str, ...]:
    spent = kpi.filter(pc.equal(kpi["kind"], "spend"))["geography"].to_pylist()
    return tuple(sorted(set(spent) - {""}))


def _grid(kpi: pa.Table, kind: str, name: str, days: list[date], places: tuple[str, ...]) -> Floats:
    """Lay one figure out by day and place; in the last column what has no place of these."""
    rows = kpi.filter(pc.and_(pc.equal(kpi["kind"], kind), pc.equal(kpi["name"], name)))
    first = days[0]
    at = np.array([(d - first).days for d in rows["day"].to_pylist()], int)
    where = {place: number for number, place in enumerate(places)}
    column = np.array([where.get(p, len(places)) for p in rows["geography"].to_pylist()], int)
    value = rows["value"].to_numpy(zero_copy_only=False).astype(float)
    grid = np.zeros((len(days), len(places) + 1))
    inside = (at >= 0) & (at < len(days))
    np.add.at(grid, (at[inside], column[inside]), value[inside])
    return grid


def _shared(sales: Floats, known: Floats) -> Floats:
    """Share out what has no place as what has one; without places, all is one."""
    total: Floats = sales.sum(axis=1)
    if not known.shape[1]:
        return total[:, None]
    placed = known.sum(axis=1)
    usual: Floats = known.sum(axis=0) / known.sum()
    factor = np.divide(total, placed, out=np.zeros_like(total), where=placed > 0)
    # a day on which no sale has a place is shared as usual
    found: Floats = np.where(placed[:, None] > 0, known * factor[:, None], total[:, None] * usual)
    return found


def _spread(spend: Floats, usual: Floats) -> Floats:
    if len(usual) == spend.shape[1]:
        return spend
    found: Floats = spend[:, :-1] + spend[:, -1:] * (usual / usual.sum())
    return found


def _controls(kpi: pa.Table, days: list[date], places: int) -> tuple[tuple[str, ...], Floats]:
    """Return discounts, what is said and holidays, on the scales on which they matter."""
    found: dict[str, Floats] = {}
    told = _names(kpi, "control")
    if "discount" in told:
        off = _grid(kpi, "control", "discount", days, ()).sum(axis=1)
        found["price"] = np.log1p(-np.clip(off, 0, 0.95))
    if "texts" in told:
        texts = _grid(kpi, "control", "texts", days, ()).sum(axis=1)
        negative = _grid(kpi, "control", "negative texts", days, ()).sum(axis=1)
        found["texts"] = np.log1p(texts)
        found["negative texts"] = np.log1p(negative)
    if HOLIDAYS in told:
        found[HOLIDAYS] = _grid(kpi, "control", HOLIDAYS, days, ()).sum(axis=1)
    if not found:
        return (), np.zeros((len(days), places, 0))
    columns = np.stack(list(found.values()), axis=1)
    return tuple(found), np.repeat(columns[:, None], places, axis=1)


def _holidays(names: tuple[str, ...], controls: Floats) -> NDArray[np.bool_]:
    if HOLIDAYS not in names:
        return np.zeros(len(controls), bool)
    found: NDArray[np.bool_] = controls[:, 0, names.index(HOLIDAYS)] > 0
    return found


def _weekly(data: MixData) -> MixData:
    return replace(
        data,
        outcome=data.by_week(data.outcome),
        spend=data.by_week(data.spend),
        controls=data.by_week(data.controls) / _WEEK,
        period_days=_WEEK,
        closed=None,
    )
