"""The same worlds by day and by week: does the finer clock still hold the truth, and tell more?"""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import inf
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.measure import Row
from bench.worlds import FIRST_SEED, fit_world, side_by_side, whole_of
from bench.worlds_data import tell
from parvis.measure.curves import interval

__all__ = ["Held", "hold", "measure_by_day"]

#: Worlds of each name: as one place, and with towns apart, which takes longer.
_WHOLE, _APART = 10, 3
_CLOCKS = {"by week": 7, "by day": 1}


@dataclass(frozen=True, slots=True)
class Held:
    """What was found of one world by one clock.

    Parameters
    ----------
    inside
        (channels,) whether the interval of what a channel made holds the truth.
    width
        (channels,) of the interval, relative to the truth.
    seconds
        The fit took.
    """

    inside: NDArray[np.bool_]
    width: NDArray[np.float64]
    seconds: float


def hold(what: str, seed: int) -> Held:
    """Fit one world.

    Parameters
    ----------
    what
        Its name, the clock, and "whole" or "apart", with bars between.
    """
    name, clock, places = what.split("|")
    told = tell(name, seed, _CLOCKS[clock])
    if places == "whole":
        told = whole_of(told)
    began = time.perf_counter()
    made = fit_world(told).contributions
    seconds = time.perf_counter() - began
    low, high = interval(made)
    inside = (low <= told.made) & (told.made <= high)
    return Held(inside, (high - low) / told.made, seconds)


def measure_by_day(scratch: Path) -> list[Row]:
    """Hold the two clocks side by side."""
    del scratch
    rows = []
    for places, count in (("whole", _WHOLE), ("apart", _APART)):
        seeds = range(FIRST_SEED, FIRST_SEED + count)
        for clock in _CLOCKS:
            worlds = [
                (f"{name}|{clock}|{places}", s) for name in ("default", "confounded") for s in seeds
            ]
            found = side_by_side(hold, worlds)
            inside = 100 * float(np.mean([f.inside for f in found]))
            width = float(np.median([f.width for f in found]))
            what = f"{len(found)} worlds {clock}, " + (
                "one place" if places == "whole" else "towns apart"
            )
            rows += [
                Row(f"{what}: truths inside", inside, "%", inf),
                Row("… median width, of the truth", width, "", inf),
                Row("… a fit, median", float(np.median([f.seconds for f in found])), "s", inf),
            ]
    return rows
