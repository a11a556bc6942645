r"""What a test in cities would see, before it is run.

The test is laid over the past, where nothing was changed: at many moments, with the cities and the
weeks that it shall have, and a known lift put in. How often it is then told from nothing is the
power; without a lift, how often it is told all the same is what chance does.

A lift :math:`\delta` adds :math:`\tau = \delta \bar y` to the treated cities, :math:`\bar y` being
what they had. The p-value of "no effect" after adding :math:`\tau` is the p-value of "an effect of
:math:`-\tau`" in what there was: no outcome needs to be made up.

References
----------
Abadie, A., & Zhao, J. (2021). Synthetic controls for experimental design.
https://arxiv.org/abs/2108.02196 (placebo periods before the experiment).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from parvis.errors import MeasureError

if TYPE_CHECKING:
    from parvis.measure.experiments.chance import Chance

__all__ = ["Power", "city_power"]

Floats = NDArray[np.float64]

_LEAST_BEFORE: Final = 10
_MOST_MOMENTS: Final = 24
_LEAST_MOMENTS: Final = 5
_LEAST_SETS: Final = 20
#: Lifts that are tried, as parts of what would have been.
_LIFTS: Final = np.concatenate([np.arange(0.005, 0.1, 0.005), np.arange(0.1, 0.51, 0.01)])


@dataclass(frozen=True, slots=True)
class Power:
    """What a test would see.

    Parameters
    ----------
    lift
        The smallest lift, up or down, that is seen with the power asked for; null: none up to a
        half.
    lifts, seen
        Lifts that were tried, and how often each was seen, up and down together.
    by_chance
        How often something was seen where nothing was.
    moments
        At how many moments of the past it was tried.
    usual
        What the treated cities had on average, each in each period.
    scheme
        ``cities`` or ``time``, as of `city_effect`.
    power, level
        As asked.
    """

    lift: float | None
    lifts: Floats
    seen: Floats
    by_chance: float
    moments: int
    usual: float
    scheme: str
    power: float
    level: float


def city_power(
    outcome: Floats,
    treated: NDArray[np.bool_],
    periods: int,
    *,
    power: float = 0.8,
    level: float = 0.9,
) -> Power:
    """Tell the smallest lift that a test in cities would see.

    Parameters
    ----------
    outcome
        (periods, cities) of the past; no city was changed in it.
    treated
        (cities,) which would be changed.
    periods
        How long the test would last.
    power
        How often such a lift is to be seen.
    level
        Of the test's interval.

    Raises
    ------
    MeasureError
        The past is too short, or there are too few cities.
    """
    count, cities = outcome.shape
    donors = int((~treated).sum())
    if not treated.any() or donors < 2:
        raise MeasureError(
            f"{int(treated.sum())} cities would be changed and {donors} held against them.",
            "At least one, and two others, are needed.",
        )
    last = count - periods
    begins = np.arange(_LEAST_BEFORE, last + 1)
    if len(begins) < _LEAST_MOMENTS:
        raise MeasureError(
            f"There are {count} periods of the past for a test of {periods}.",
            f"At least {_LEAST_BEFORE + periods + _LEAST_MOMENTS - 1} are needed: import earlier "
            "orders, or plan a shorter test.",
        )
    if len(begins) > _MOST_MOMENTS:
        begins = np.linspace(begins[0], begins[-1], _MOST_MOMENTS).astype(int)
    by_cities = comb(cities, int(treated.sum())) > _LEAST_SETS
    alpha = 1 - level + 1e-9
    seen = np.zeros((2, len(_LIFTS)))
    chance = 0
    usual = 0.0
    for begin in begins:
        part = outcome[: begin + periods]
        mean = float(part[begin:, treated].mean())
        usual += mean / len(begins)
        test = _test(part, treated, int(begin), by_cities=by_cities)
        chance += test.p_value(0.0) <= alpha
        for side, sign in enumerate((-1, 1)):
            # once seen, a larger lift is seen as well
            first = _first_seen(test, sign * mean * _LIFTS, alpha)
            seen[side, first:] += 1
    share = seen.mean(axis=0) / len(begins)
    enough = np.flatnonzero(share >= power)
    return Power(
        lift=float(_LIFTS[enough[0]]) if len(enough) else None,
        lifts=_LIFTS,
        seen=share,
        by_chance=chance / len(begins),
        moments=len(begins),
        usual=usual,
        scheme="cities" if by_cities else "time",
        power=power,
        level=level,
    )


def _test(part: Floats, treated: NDArray[np.bool_], begin: int, *, by_cities: bool) -> Chance:
    from parvis.measure.experiments.chance import LotsDrawn, Stretches

    if by_cities:
        return LotsDrawn(part, treated, begin)
    return Stretches(part[:, treated].mean(axis=1), part[:, ~treated], begin)


def _first_seen(test: Chance, effects: Floats, alpha: float) -> int:
    """Return the first of growing effects that is told from nothing; their number: none."""
    low, high = 0, len(effects)
    while low < high:
        middle = (low + high) // 2
        if test.p_value(float(effects[middle])) <= alpha:
            high = middle
        else:
            low = middle + 1
    return low
