"""Credit by rule: to whom an outcome is given by the place of a touch alone.

None of these knows what would have happened without the touch. They are shown because teams
compare with them, and because where they disagree is where an experiment tells most.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from parvis.errors import MeasureError
from parvis.measure.attribution.paths import Paths

__all__ = ["HALF_LIFE_DAYS", "RULES", "rule_weights", "shapley_weights"]

Floats = NDArray[np.float64]

RULES: Final = ("first", "last", "linear", "position", "time_decay")
"""First and last touch, equal parts, 40/20/40, and halved for each week before the outcome."""

HALF_LIFE_DAYS: Final = 7.0
#: What the first and the last of more than two touches get.
_ENDS: Final = 0.4
#: Of the number that tells which channels a journey has met.
_BITS: Final = 64


def rule_weights(paths: Paths, rule: str) -> Floats:
    """Share each journey's outcomes among its touches.

    Parameters
    ----------
    rule
        One of `RULES`.

    Returns
    -------
    (touches,)
        Weights; those of a journey sum to 1.

    Raises
    ------
    MeasureError
        A rule that isn't known; `time_decay` of paths without ages.

    References
    ----------
    Google Analytics, "Attribution models": position-based 40/20/40, time decay with a half-life
    of seven days.
    """
    lengths = paths.lengths.astype(float)
    first, last = paths.offsets[:-1], paths.offsets[1:] - 1
    weights = np.zeros(len(paths.touches))
    if rule == "first":
        weights[first] = 1
    elif rule == "last":
        weights[last] = 1
    elif rule == "linear":
        weights = np.repeat(1 / lengths, paths.lengths)
    elif rule == "position":
        between = (1 - 2 * _ENDS) / np.maximum(lengths - 2, 1)
        weights = np.repeat(between, paths.lengths)
        # two touches are both an end, and one is both ends
        ends = np.where(lengths > 2, _ENDS, 1 / lengths)
        weights[first] = ends
        weights[last] = ends
    elif rule == "time_decay":
        weights = _decayed(paths)
    else:
        raise MeasureError(f"There is no rule {rule!r}.", f"Expected one of {', '.join(RULES)}.")
    return weights


def _decayed(paths: Paths) -> Floats:
    if len(paths.ages) != len(paths.touches):
        raise MeasureError(
            "Time decay needs to know when each touch was.",
            "Give the days before the outcome, or choose another rule.",
        )
    # counted from the last touch: a journey that ended long after it would else vanish
    youngest = np.minimum.reduceat(paths.ages, paths.offsets[:-1])
    raw = 0.5 ** ((paths.ages - np.repeat(youngest, paths.lengths)) / HALF_LIFE_DAYS)
    sums = np.add.reduceat(raw, paths.offsets[:-1])
    weights: Floats = raw / np.repeat(sums, paths.lengths)
    return weights


def shapley_weights(paths: Paths) -> Floats:
    r"""Share each journey's outcomes equally among the channels in it, however often each is met.

    With :math:`v(S)`, the outcomes of journeys that meet none but the channels of :math:`S`,
    each journey is a game of its own that pays when all of its channels are there. Shapley's
    value of such a game is an equal part for each, and values add up over games: no sum over
    subsets is needed, and the result is exact for any number of channels.

    Returns
    -------
    (touches,)
        Weights; those of a journey sum to 1.

    References
    ----------
    Zhao, K., Mahboobi, S. H., & Bagheri, S. R. (2018). Shapley value methods for attribution
    modeling in online advertising. https://arxiv.org/abs/1804.05327 (section 3).
    """
    # a channel is credited where it is met first
    weights = _met_first(paths).astype(np.float64)
    distinct = np.add.reduceat(weights, paths.offsets[:-1])
    shared: Floats = weights / np.repeat(distinct, paths.lengths)
    return shared


def _met_first(paths: Paths) -> NDArray[np.bool_]:
    """Tell of each touch whether its journey meets the channel for the first time; (touches,)."""
    found = np.zeros(len(paths.touches), bool)
    if len(paths.channels) > _BITS:
        met = paths.journey * len(paths.channels) + paths.touches
        found[np.unique(met, return_index=True)[1]] = True
        return found
    # the channels met so far are the bits of a number; all journeys take a step at a time
    bits = np.uint64(1) << paths.touches.astype(np.uint64)
    at, left = paths.offsets[:-1], paths.lengths
    met_so_far = np.zeros(len(at), np.uint64)
    while len(at):
        bit = bits[at]
        found[at] = (met_so_far & bit) == 0
        goes_on = left > 1
        met_so_far = (met_so_far | bit)[goes_on]
        at, left = at[goes_on] + 1, left[goes_on] - 1
    return found
