"""What a fitted mix says of other spendings."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from parvis.measure.curves import SCALES, ResponseCurves
from parvis.measure.mix.fitting import MixFit, lags_of
from parvis.measure.mix.shapes import lagged

__all__ = ["response_curves"]

Floats = NDArray[np.float64]

#: As many draws tell an interval's ends to a few per cent of its width.
_DRAWS: Final = 400


def response_curves(
    fit: MixFit, margin: float, periods: slice | None = None, draws: int = _DRAWS
) -> ResponseCurves:
    """Return what each channel would have returned at multiples of its spending.

    Parameters
    ----------
    fit
        A fitted mix.
    margin
        Of each euro of outcome, what is left before advertising.
    periods
        Of which time; None: all. Spending is changed in all of it, so that what was carried over
        from before is at the same multiple.
    draws
        So many draws, spread over all.
    """
    periods = periods or slice(None)
    theta = _some(fit, draws)
    unit = fit.posterior.unit(theta, fit.data.outcome.ravel(), fit.scale)
    inside = _inside(fit, periods)
    unit = unit * inside
    lags = lags_of(fit.data.period_days)
    returned = np.empty((len(theta), len(fit.data.channels), len(SCALES)))
    for channel in range(len(fit.data.channels)):
        pressure = fit.data.spend[:, :, channel] / fit.usual[:, channel]
        laid = lagged(pressure, lags)
        for at, scale in enumerate(SCALES):
            added = fit.posterior.shapes(theta, channel, scale * laid)
            returned[:, channel, at] = (added * unit).sum(axis=1)
    # of nothing nothing comes
    returned[:, :, 0] = 0.0
    spend = fit.data.spend[periods].sum(axis=(0, 1))
    return ResponseCurves(fit.data.channels, spend, returned, margin)


def _some(fit: MixFit, draws: int) -> Floats:
    theta = fit.draws.flat
    if len(theta) <= draws:
        return theta
    # evenly over all chains, and over each from its beginning to its end
    some: Floats = theta[np.linspace(0, len(theta) - 1, draws).astype(int)]
    return some


def _inside(fit: MixFit, periods: slice) -> Floats:
    marks = np.zeros(fit.data.outcome.shape)
    marks[periods] = 1.0
    return marks.ravel()
