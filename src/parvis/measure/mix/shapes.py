r"""The two shapes of advertising: what is left the days after, and what more of it still adds.

**Carry-over** (adstock). What is spent works on later; after each period a share :math:`r` of it
is left. Of the last :math:`L` periods

.. math:: a_t = \sum_{l<L} w_l\, x_{t-l}, \qquad w_l = r^l \Big/ \sum_{j<L} r^j,

so that a constant spending stays what it is.

**Saturation** (Hill's function, by its half and its slope):

.. math:: S(a) = \frac{a^k}{a^k + h^k},

0 for nothing, a half at :math:`a = h`, and never more than 1. With :math:`k \le 1` each euro adds
less than the one before; with :math:`k > 1` little spending does little, and then more.

Both come with the derivatives by which they are fitted, for many draws of parameters at once.

References
----------
Jin, Y., Wang, Y., Sun, Y., Chan, D., & Koehler, J. (2017). Bayesian methods for media mix
modeling with carryover and shape effects. Google Inc.
https://research.google/pubs/pub46001/ (equations 1 to 4).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["NOTHING", "carry_over_weights", "kept_after", "lagged", "saturation"]

Floats = NDArray[np.float64]

#: No spending at all is this much, so that its logarithm is a number.
NOTHING: Final = 1e-9


def lagged(pressure: Floats, lags: int) -> Floats:
    """Lay what was spent in the periods before beside each period.

    Parameters
    ----------
    pressure
        (periods, places) spending, relative to the usual.
    lags
        How many periods, its own among them.

    Returns
    -------
    (lags, periods * places)
        Before the first period it was as in the mean of the first `lags`: a brand that advertised
        all along didn't begin on the day its figures do.
    """
    periods = len(pressure)
    before = np.repeat(pressure[:lags].mean(axis=0, keepdims=True), lags - 1, axis=0)
    whole = np.concatenate([before, pressure])
    return np.stack([whole[lags - 1 - lag :][:periods].ravel() for lag in range(lags)])


def kept_after(half_life: Floats, period: float) -> Floats:
    """Return the share that is left after a period; half-life and period in the same unit."""
    kept: Floats = 0.5 ** (period / half_life)
    return kept


def carry_over_weights(kept: Floats, lags: int) -> tuple[Floats, Floats]:
    """Return the weights of the periods before, and their derivatives by what is kept.

    Parameters
    ----------
    kept
        (draws,) the share left after a period.

    Returns
    -------
    (draws, lags), (draws, lags)

    Examples
    --------
    >>> carry_over_weights(np.array([0.5]), 3)[0].round(3).tolist()
    [[0.571, 0.286, 0.143]]
    """
    back = np.arange(lags)
    raw = kept[:, None] ** back
    slope = back * kept[:, None] ** np.maximum(back - 1, 0)
    total = raw.sum(axis=1, keepdims=True)
    weights = raw / total
    return weights, (slope - weights * slope.sum(axis=1, keepdims=True)) / total


def saturation(carried: Floats, half: Floats, slope: Floats) -> tuple[Floats, Floats]:
    """Saturate, and return the logarithms that its derivatives need.

    Parameters
    ----------
    carried
        (draws, rows) pressure with its carry-over.
    half, slope
        (draws,) the half-saturation and the slope.

    Returns
    -------
    saturated, distance
        (draws, rows): between 0 and 1, and log(carried / half). With `p = saturated *
        (1 - saturated)` the derivatives are `slope * p` by log(carried), `-slope * p` by
        log(half) and `slope * p * distance` by log(slope).
    """
    distance = np.log(np.maximum(carried, NOTHING)) - np.log(half)[:, None]
    with np.errstate(over="ignore"):
        saturated: Floats = 1 / (1 + np.exp(-slope[:, None] * distance))
    return saturated, distance
