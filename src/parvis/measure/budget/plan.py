r"""A budget for the weeks to come.

The curves speak of the time that was looked at. Of :math:`n` of its :math:`N` weeks a channel's
budget is :math:`n / N` of what was spent, and what it returns moves with what comes anyway: in a
season in which people buy a third more, the same pressure makes a third more. Within the weeks to
come each budget follows what is expected to come anyway.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parvis.errors import MeasureError
from parvis.measure.curves import ResponseCurves

__all__ = ["Ahead", "WeekPlan", "ahead", "plan_weeks"]

Floats = NDArray[np.float64]

#: Half of an interval that holds nine in ten, in standard deviations.
_HALF: Final = 1.6448536


@dataclass(frozen=True, slots=True)
class Ahead:
    """The weeks to come.

    Parameters
    ----------
    curves
        What channels return in them.
    anyway, anyway_low, anyway_high
        (weeks,) what comes without advertising.
    """

    curves: ResponseCurves
    anyway: Floats
    anyway_low: Floats
    anyway_high: Floats


@dataclass(frozen=True, slots=True)
class WeekPlan:
    """A budget, week by week.

    Parameters
    ----------
    spend
        (weeks, channels).
    sales, low, high
        (weeks,) expected, and the interval.
    """

    spend: Floats
    sales: Floats
    low: Floats
    high: Floats


def ahead(curves: ResponseCurves, past: Floats, future: tuple[Floats, Floats, Floats]) -> Ahead:
    """Turn curves of the time looked at into those of the weeks to come.

    Parameters
    ----------
    curves
        Of the time looked at.
    past
        (weeks,) what came without advertising then.
    future
        (weeks to come,) each: what is expected to come without advertising, and its interval.

    Raises
    ------
    MeasureError
        There is no past or no outlook.
    """
    anyway, low, high = future
    if not len(past) or not len(anyway) or past.sum() <= 0:
        raise MeasureError("There is no outlook to plan with.", "Measure again: parvis measure.")
    lively = float(anyway.sum() / past.sum())
    part = len(anyway) / len(past)
    found = ResponseCurves(
        curves.channels, curves.spend * part, curves.returned * lively, curves.margin
    )
    return Ahead(found, anyway, low, high)


def plan_weeks(found: Ahead, spend: Floats) -> WeekPlan:
    """Lay a budget out by week.

    Parameters
    ----------
    spend
        (channels,) for all of the weeks.
    """
    shares = found.anyway / found.anyway.sum()
    returned = found.curves.at(spend).sum(axis=1)
    # what is uncertain about weeks and about channels has nothing to do with each other
    doubt = (found.anyway_high - found.anyway_low) / (2 * _HALF)
    error = np.sqrt(doubt**2 + (shares * returned.std()) ** 2)
    sales = found.anyway + shares * returned.mean()
    return WeekPlan(shares[:, None] * spend, sales, sales - _HALF * error, sales + _HALF * error)
