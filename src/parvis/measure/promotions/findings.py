"""How many of the findings are false, when many things were looked at."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["false_shares"]

Floats = NDArray[np.float64]


def false_shares(z: Floats) -> Floats:
    """Return the share of false findings among all that are at least as sure as each.

    Parameters
    ----------
    z
        (findings,) estimates in standard errors.

    Returns
    -------
    NDArray
        (findings,) adjusted two-sided p-values.

    References
    ----------
    Benjamini and Hochberg (1995), "Controlling the false discovery rate", JRSS B 57(1).
    """
    from scipy.special import ndtr

    if not len(z):
        return np.zeros(0)
    p = 2.0 * ndtr(-np.abs(z))
    order = np.argsort(p)
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    falling = np.minimum.accumulate(scaled[::-1])[::-1]
    found = np.empty(len(p))
    found[order] = np.minimum(falling, 1.0)
    return found
