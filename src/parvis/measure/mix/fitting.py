"""A mix model: what each channel made of the outcomes, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parvis.measure.mix.checks import effective_draws, r_hat
from parvis.measure.mix.contracts import MixData, MixPriors, SpendTest
from parvis.measure.mix.design import Design, design_of
from parvis.measure.mix.linear import LinearPart
from parvis.measure.mix.posterior import ChannelRows, Observed, Posterior, Prior
from parvis.measure.mix.sampler import Draws, SamplerOptions, draw
from parvis.measure.mix.shapes import lagged

__all__ = ["MixFit", "default_priors", "fit_mix"]

Floats = NDArray[np.float64]

#: Carry-over is followed for so long, eight weeks.
_CARRIED_DAYS: Final = 56
#: Without money to compare with, a channel may well make so much of all outcomes.
_SHARE: Final = 0.3


@dataclass(frozen=True, slots=True)
class MixFit:
    """What was found.

    Parameters
    ----------
    data
        What was explained.
    scale
        (places,) the usual outcome of each place.
    usual
        (places, channels) the usual spending.
    draws
        What was drawn.
    posterior
        What it was drawn from.
    design, linear
        What was integrated out.
    contributions
        (draws, channels) what each channel made, in units of the outcome.
    r_hat, effective
        (quantities,) of all that was sampled and of the contributions.
    """

    data: MixData
    scale: Floats
    usual: Floats
    draws: Draws
    posterior: Posterior
    design: Design
    linear: LinearPart
    contributions: Floats
    r_hat: Floats
    effective: Floats

    def added(self, channel: int, spend: Floats, limit: int | None = None) -> Floats:
        """Return what a channel adds at any spending, in units of the outcome.

        Parameters
        ----------
        spend
            (periods, places).
        limit
            So many draws, spread over all; None: all.

        Returns
        -------
        (draws, periods, places)
        """
        theta = self.draws.flat
        if limit is not None and len(theta) > limit:
            theta = theta[:: len(theta) // limit][:limit]
        lags = lagged(spend / self.usual[:, channel], self._lags)
        shapes = self.posterior.shapes(theta, channel, lags)
        found: Floats = shapes.reshape(len(theta), *spend.shape) * self.scale
        return found

    @property
    def _lags(self) -> int:
        return lags_of(self.data.period_days)


def lags_of(period_days: int) -> int:
    """Return how many periods carry-over is followed for."""
    return max(_CARRIED_DAYS // period_days, 2)


def default_priors(data: MixData, roas: float | None = None) -> MixPriors:
    """Believe little: any channel may make nothing, or a good part of all outcomes.

    Parameters
    ----------
    roas
        Where spending is money of the outcome's currency: a return that is no surprise. None:
        the units of spending say nothing.
    """
    channels = len(data.channels)
    share = np.full(channels, _SHARE)
    if roas is not None:
        share = roas * data.spend.sum(axis=(0, 1)) / data.outcome.sum()
    return MixPriors(share=np.maximum(share, 1e-4))


def fit_mix(
    data: MixData,
    priors: MixPriors | None = None,
    tests: tuple[SpendTest, ...] = (),
    options: SamplerOptions | None = None,
) -> MixFit:
    """Fit a mix model.

    Parameters
    ----------
    data
        What is to be explained, and what may have moved it.
    priors
        What is believed before; by default little.
    tests
        What experiments found.
    options
        How much is drawn.
    """
    priors = priors or default_priors(data)
    scale = data.outcome.mean(axis=0)
    usual = usual_spend(data, scale)
    lags = lags_of(data.period_days)
    weights = np.broadcast_to(scale, data.outcome.shape).ravel()
    total = float(weights.sum())
    weights = weights / total
    channels = tuple(
        ChannelRows(
            lagged(data.spend[:, :, c] / usual[:, c], lags),
            tuple(
                _observed(test, data, usual[:, c], scale, lags)
                for test in tests
                if test.channel == c
            ),
        )
        for c in range(len(data.channels))
    )
    design = design_of(data, priors)
    linear = LinearPart(design.columns, design.scale)
    middle = np.log([priors.half_life_days[0], priors.half[0], priors.slope[0]])
    spread = np.log([priors.half_life_days[1], priors.half[1], priors.slope[1]])
    outcome = data.outcome / scale
    if priors.link == "multiplied":
        outcome = np.log(outcome)
    posterior = Posterior(
        outcome.ravel(),
        channels,
        tuple(Prior(float(share), middle, spread) for share in priors.share),
        linear,
        weights,
        (float(np.log(priors.noise[0])), float(np.log(priors.noise[1]))),
        float(data.period_days),
        link=priors.link,
    )
    drawn = draw(posterior, posterior.prior_middle, options)
    contributions = _contributions(posterior, drawn, data)
    return MixFit(
        data=data,
        scale=scale,
        usual=usual,
        draws=drawn,
        posterior=posterior,
        design=design,
        linear=linear,
        contributions=contributions,
        r_hat=r_hat(drawn.theta),
        effective=effective_draws(drawn.theta),
    )


def usual_spend(data: MixData, scale: Floats) -> Floats:
    """Return what is usually spent where something is spent, by place and channel.

    A place of the double outcomes is taken to need the double: pressure is what is spent for each
    unit of the usual outcome.
    """
    intensity = data.spend / scale[:, None]
    some = intensity > 0
    mean = intensity.sum(axis=(0, 1)) / np.maximum(some.sum(axis=(0, 1)), 1)
    usual: Floats = scale[:, None] * np.where(mean > 0, mean, 1.0)
    return usual


def _observed(test: SpendTest, data: MixData, usual: Floats, scale: Floats, lags: int) -> Observed:
    if test.spend.ndim == 1:
        # two spendings that last: carried over they are what they are
        pressure = test.spend / usual.mean()
        rows = np.repeat(pressure[None], lags, axis=0)
        weights = np.array([-1.0, 1.0])
        unit = float(scale.mean())
        return Observed(rows, weights, test.found / unit, test.error / unit)
    there = lagged(data.spend[:, :, test.channel] / usual, lags)
    without = lagged(test.spend / usual, lags)
    weights = (test.weights * scale).ravel()
    looked = weights != 0
    unit = float(np.abs(weights[looked]).sum())
    return Observed(
        np.concatenate([there[:, looked], without[:, looked]], axis=1),
        np.concatenate([weights[looked], -weights[looked]]) / unit,
        test.found / unit,
        test.error / unit,
    )


def _contributions(posterior: Posterior, drawn: Draws, data: MixData) -> Floats:
    """Return what each channel made, in units of the outcome; (draws, channels)."""
    return np.concatenate(
        [posterior.parts(some, data.outcome.ravel()) for some in np.array_split(drawn.flat, 20)]
    )
