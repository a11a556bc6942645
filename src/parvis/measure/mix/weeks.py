r"""What each week's sales were made of, and what the model would expect of weeks it hasn't seen.

With draws of the curves, the part of a channel is its curve times what would have come anyway;
what came anyway is the rest of the sales there were. What the model *expects* of a week needs the
coefficients that were integrated out too, drawn given each draw of the curves, and the noise:

.. math:: y^*_t = Z_t\gamma + \sum_c q_c u_{ct} + \varepsilon^*_t .

Sales drawn so are held against those there were: nine of ten should lie where nine of ten of the
drawn ones do (Gelman, Meng & Stern).

References
----------
Gelman, A., Meng, X.-L., & Stern, H. (1996). Posterior predictive assessment of model fitness via
realized discrepancies. *Statistica Sinica*, 6(4), 733–760.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parvis.measure.mix.contracts import MixData
from parvis.measure.mix.fitting import MixFit, lags_of
from parvis.measure.mix.noise import Noise
from parvis.measure.mix.shapes import lagged

__all__ = ["WeekParts", "drawn_again", "drawn_ahead", "some_draws", "week_parts"]

Floats = NDArray[np.float64]

_DRAWS: Final = 400
_SEED: Final = 20260101


@dataclass(frozen=True, slots=True)
class WeekParts:
    """What each week's outcomes were made of.

    Parameters
    ----------
    channels
        (draws, weeks, channels) what each channel made.
    anyway
        (draws, weeks) what would have come without any.
    """

    channels: Floats
    anyway: Floats


def some_draws(fit: MixFit, draws: int = _DRAWS) -> Floats:
    """Return so many draws, spread over all chains and over each from beginning to end."""
    theta = fit.draws.flat
    if len(theta) <= draws:
        return theta
    some: Floats = theta[np.linspace(0, len(theta) - 1, draws).astype(int)]
    return some


def week_parts(fit: MixFit) -> WeekParts:
    """Take each week's outcomes apart."""
    theta = some_draws(fit)
    data, posterior = fit.data, fit.posterior
    unit = posterior.unit(theta, data.outcome.ravel(), fit.scale)
    heights = posterior.heights(theta)
    lags = lags_of(data.period_days)
    sold = data.by_week(data.outcome.sum(axis=1))
    found = np.empty((len(theta), len(sold), len(data.channels)))
    for channel in range(len(data.channels)):
        laid = lagged(data.spend[:, :, channel] / fit.usual[:, channel], lags)
        bent = posterior.bent(theta, channel, posterior.carried(theta, channel, laid))
        made = heights[channel][:, None] * bent * unit
        each = made.reshape(len(theta), *data.outcome.shape).sum(axis=2)
        found[:, :, channel] = data.by_week(each, axis=1)
    anyway = sold - found.sum(axis=2)
    return WeekParts(found, anyway)


def drawn_again(fit: MixFit, seed: int = _SEED) -> Floats:
    """Draw outcomes as the model would have them come once more.

    Returns
    -------
    (draws, periods, places)
        In units of the outcome.
    """
    rng = np.random.default_rng(seed)
    theta, posterior = some_draws(fit), fit.posterior
    rest = posterior.rest(theta)
    sigma = np.exp(theta[:, -1])
    terms = posterior.linear.draw(rest, sigma, rng) @ posterior.linear.design.T
    apart = posterior.outcome - rest + terms
    apart += sigma[:, None] * rng.standard_normal(apart.shape)
    shape = posterior.noise_shape
    whole = apart if shape is None else shape.together(apart)
    return _outcomes(fit, whole, fit.data.is_open)


def drawn_ahead(
    fit: MixFit, longer: MixData, columns: Floats, *, advertised: bool = True, seed: int = _SEED
) -> Floats:
    """Draw outcomes of the periods after those that were fitted.

    Parameters
    ----------
    fit
        Of the periods before.
    longer
        Those, and the periods after them.
    columns
        (rows of all periods, columns) what else may move outcomes, laid out over all of them as
        over those that were fitted.
    advertised
        Whether channels make their part; else only what would come anyway is drawn.

    Returns
    -------
    (draws, periods after, places)
        In units of the outcome.
    """
    rng = np.random.default_rng(seed)
    theta, posterior = some_draws(fit), fit.posterior
    places = len(fit.scale)
    known = len(fit.data.outcome)
    after = len(longer.outcome) - known
    rest, sigma = posterior.rest(theta), np.exp(theta[:, -1])
    coefficients = posterior.linear.draw(rest, sigma, rng)
    found = coefficients @ columns[known * places :].T
    if advertised:
        share = _added(fit, longer, theta)
        found += np.log1p(share) if posterior.link == "multiplied" else share
    shape = posterior.noise_shape or Noise(np.ones(places), 0.0)
    left = shape.together(rest - coefficients @ posterior.linear.design.T)
    last = left.reshape(len(theta), known, places)[:, -1] / shape.size
    noise = np.empty((len(theta), after, places))
    for period in range(after):
        last = shape.kept * last + sigma[:, None] * rng.standard_normal(last.shape)
        noise[:, period] = last
    whole: Floats = found + (noise * shape.size).reshape(len(theta), -1)
    return _outcomes(fit, whole, longer.is_open[known:])


def _added(fit: MixFit, longer: MixData, theta: Floats) -> Floats:
    lags = lags_of(longer.period_days)
    rows = len(fit.data.outcome) * len(fit.scale)
    heights = fit.posterior.heights(theta)
    found: Floats = np.zeros((len(theta), longer.outcome.size - rows))
    for channel in range(len(longer.channels)):
        laid = lagged(longer.spend[:, :, channel] / fit.usual[:, channel], lags)[:, rows:]
        carried = fit.posterior.carried(theta, channel, laid)
        found += heights[channel][:, None] * fit.posterior.bent(theta, channel, carried)
    return found


def _outcomes(fit: MixFit, relative: Floats, is_open: NDArray[np.bool_]) -> Floats:
    each = relative.reshape(len(relative), -1, len(fit.scale))
    if fit.posterior.link == "multiplied":
        each = np.exp(np.where(is_open[:, None], each, -np.inf))
    found: Floats = each * fit.scale
    return found
