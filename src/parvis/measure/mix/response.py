"""What a fitted mix says of other spendings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from parvis.measure.curves import SCALES, ResponseCurves
from parvis.measure.mix.fitting import MixFit, lags_of
from parvis.measure.mix.shapes import lagged
from parvis.measure.mix.weeks import some_draws

__all__ = ["by_place", "response_curves", "response_in"]

Floats = NDArray[np.float64]


def response_curves(
    fit: MixFit, margin: float, periods: slice | None = None, draws: int = 400
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
    return response_in(fit, margin, [periods or slice(None)], draws)[0]


def response_in(
    fit: MixFit, margin: float, times: Sequence[slice], draws: int = 400
) -> tuple[ResponseCurves, ...]:
    """Return what each channel would have returned in each of some times; see `response_curves`.

    Parameters
    ----------
    times
        Periods from one up to another.
    """
    theta = some_draws(fit, draws)
    inside = _inside(fit, times)
    returned = np.empty((len(times), len(theta), len(fit.data.channels), len(SCALES)))
    for channel in range(len(fit.data.channels)):
        for at, made in enumerate(_made(fit, theta, channel)):
            returned[:, :, channel, at] = inside @ made.T
    # of nothing nothing comes
    returned[..., 0] = 0.0
    return tuple(
        ResponseCurves(
            fit.data.channels,
            fit.data.spend[time].sum(axis=(0, 1)),
            returned[number],
            margin,
            fit.believed,
        )
        for number, time in enumerate(times)
    )


def by_place(fit: MixFit, channel: int, scales: Floats, draws: int = 400) -> Floats:
    """Return what a channel would have made in each place at multiples of its spending.

    Returns
    -------
    (scales, draws, places)
        In units of the outcome.
    """
    theta = some_draws(fit, draws)
    shape = (len(theta), *fit.data.outcome.shape)
    return np.stack([m.reshape(shape).sum(axis=1) for m in _made(fit, theta, channel, scales)])


def _made(fit: MixFit, theta: Floats, channel: int, scales: Floats = SCALES) -> Iterator[Floats]:
    """Return what is made in each row at each multiple; (draws, rows), written over each time."""
    posterior = fit.posterior
    unit = posterior.unit(theta, fit.data.outcome.ravel(), fit.scale)
    height = posterior.heights(theta)[channel][:, None] * unit
    pressure = fit.data.spend[:, :, channel] / fit.usual[:, channel]
    # what is carried over of a multiple is that multiple of what is carried over
    carried = posterior.carried(theta, channel, lagged(pressure, lags_of(fit.data.period_days)))
    bent = posterior.bent(theta, channel, carried)
    made = height * bent
    slope = _slope(fit, theta, channel)
    found, below = np.empty_like(made), np.empty_like(made)
    for scale in scales:
        # u / (1 + u) is bent, and at a multiple the odds u are its power of the slope as large
        odds = (scale**slope)[:, None]
        np.multiply(bent, odds - 1.0, out=below)
        np.add(below, 1.0, out=below)
        np.multiply(made, odds, out=found)
        yield np.divide(found, below, out=found)


def _slope(fit: MixFit, theta: Floats, channel: int) -> Floats:
    """Return the slope of a channel's saturation; (draws,)."""
    # by which the logarithm of the odds rises with that of the pressure
    two = fit.posterior.bent(theta, channel, np.array([[1.0, np.e]]))
    odds = np.log(two / (1.0 - two))
    found: Floats = odds[:, 1] - odds[:, 0]
    return found


def _inside(fit: MixFit, times: Sequence[slice]) -> Floats:
    marks = np.zeros((len(times), *fit.data.outcome.shape))
    for number, time in enumerate(times):
        marks[number, time] = 1.0
    return marks.reshape(len(times), -1)
