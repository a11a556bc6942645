"""What products have in common, and how much of what one shows is chance.

References
----------
DerSimonian and Laird (1986), "Meta-analysis in clinical trials", Controlled Clinical Trials 7(3).
Morris (1983), "Parametric empirical Bayes inference", JASA 78(381).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Pooled", "drawn_together", "pooled"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pooled:
    """What several estimates have in common.

    Parameters
    ----------
    mean, error
        Of what they scatter around.
    differ
        The standard deviation of the truths around it.
    many
        How many there are.
    """

    mean: float
    error: float
    differ: float
    many: int


def pooled(estimates: Floats, errors: Floats, differ: float | None = None) -> Pooled:
    """Return what estimates scatter around, and how much more than by chance.

    Parameters
    ----------
    estimates, errors
        (n,) with their standard errors.
    differ
        By how much the truths differ, where that is known from more than these.
    """
    weights = 1.0 / errors**2
    if differ is None:
        mean = float(weights @ estimates / weights.sum())
        excess = float(weights @ (estimates - mean) ** 2) - (len(estimates) - 1)
        scale = float(weights.sum() - (weights @ weights) / weights.sum())
        differ = float(np.sqrt(max(excess, 0.0) / scale)) if scale > 0 else 0.0
    wide = 1.0 / (errors**2 + differ**2)
    return Pooled(
        float(wide @ estimates / wide.sum()), float(1 / np.sqrt(wide.sum())), differ, len(estimates)
    )


def drawn_together(
    estimates: Floats, errors: Floats, around: Floats, around_errors: Floats, differ: float
) -> tuple[Floats, Floats]:
    """Draw estimates to what theirs have in common, the more the less each knows by itself.

    Parameters
    ----------
    around, around_errors
        (n,) the mean that each is drawn to.
    differ
        The standard deviation of the truths around it.

    Returns
    -------
    tuple
        The estimates and their standard errors, each of shape (n,).
    """
    own = differ**2 / (differ**2 + errors**2)
    error = np.sqrt(own * errors**2 + (1.0 - own) ** 2 * around_errors**2)
    return own * estimates + (1.0 - own) * around, error
