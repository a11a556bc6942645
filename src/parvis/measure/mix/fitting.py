"""A mix model: what each channel made of the outcomes, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parvis.measure.mix.checks import effective_draws, r_hat
from parvis.measure.mix.contracts import MixData, MixPriors, SpendTest
from parvis.measure.mix.design import Design, design_of
from parvis.measure.mix.laid import ChannelRows, Observed
from parvis.measure.mix.linear import LinearPart
from parvis.measure.mix.noise import Noise, noise_of
from parvis.measure.mix.posterior import Posterior, Prior
from parvis.measure.mix.sampler import Draws, SamplerOptions, mode_of
from parvis.measure.mix.shapes import lagged
from parvis.measure.mix.straight import draw_straight

__all__ = ["MixFit", "default_priors", "fit_mix"]

Floats = NDArray[np.float64]

#: Carry-over is followed for so long, eight weeks.
_CARRIED_DAYS: Final = 56
#: Without money to compare with, a channel may well make so much of all outcomes.
_SHARE: Final = 0.3
_NOISE_ROUNDS: Final = 2


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
    contributions
        (draws, channels) what each channel made, in units of the outcome.
    r_hat, effective
        (quantities,) of all that was sampled.
    believed
        What was believed of each channel's return before: the middle, (channels,), and the factor
        by which it may differ; None: nothing was believed of returns.
    """

    data: MixData
    scale: Floats
    usual: Floats
    draws: Draws
    posterior: Posterior
    contributions: Floats
    r_hat: Floats
    effective: Floats
    believed: tuple[Floats, float] | None = None


def lags_of(period_days: int) -> int:
    """Return how many periods carry-over is followed for."""
    return max(_CARRIED_DAYS // period_days, 2)


def default_priors(data: MixData, roas: tuple[float, float] | None = None) -> MixPriors:
    """Believe little: any channel may make nothing, or a good part of all outcomes.

    Parameters
    ----------
    roas
        Where spending is money of the outcome's currency: the return that half of all channels
        stay below, and the factor by which returns differ (one standard deviation of their
        logarithm). None: the units of spending say nothing.
    """
    if roas is None:
        return MixPriors(share=np.full(len(data.channels), _SHARE))
    share = roas[0] * data.spend.sum(axis=(0, 1)) / data.outcome.sum()
    return MixPriors(share=np.maximum(share, 1e-6), share_factor=roas[1])


def fit_mix(
    data: MixData,
    priors: MixPriors | None = None,
    tests: tuple[SpendTest, ...] = (),
    options: SamplerOptions | None = None,
    design: Design | None = None,
) -> MixFit:
    """Fit a mix model.

    A first climb to the mode tells how what is left unexplained behaves; the draws take that as
    known.

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
    design
        What else may move outcomes, where it was laid out over a longer time.
    """
    priors = priors or default_priors(data)
    scale = data.outcome.mean(axis=0)
    usual = usual_spend(data, scale)
    rows = _channel_rows(data, usual, tests, np.ones(data.outcome.shape))
    design = design or design_of(data, priors)
    posterior = _posterior(data, priors, rows, design, None)
    top = mode_of(posterior, posterior.prior_middle)
    for _ in range(_NOISE_ROUNDS):
        rest = posterior.unexplained(top).reshape(data.outcome.shape)
        shape = noise_of(rest, scale)
        if priors.link == "multiplied" and tests:
            # a test saw a share of what came with all other channels, not of what comes anyway
            grown = 1 + posterior.added(top[None]).reshape(data.outcome.shape)
            rows = _channel_rows(data, usual, tests, grown)
        posterior = _posterior(data, priors, rows, design, shape)
        top = mode_of(posterior, top)
    drawn = draw_straight(posterior, top, options)
    return MixFit(
        data=data,
        scale=scale,
        usual=usual,
        draws=drawn,
        posterior=posterior,
        contributions=_contributions(posterior, drawn, data),
        r_hat=r_hat(drawn.theta),
        effective=effective_draws(drawn.theta),
        believed=_of_returns(data, priors),
    )


def _of_returns(data: MixData, priors: MixPriors) -> tuple[Floats, float] | None:
    spent = data.spend.sum(axis=(0, 1))
    if priors.share_factor is None or not spent.all():
        return None
    return priors.share * data.outcome.sum() / spent, priors.share_factor


def _channel_rows(
    data: MixData, usual: Floats, tests: tuple[SpendTest, ...], grown: Floats
) -> tuple[ChannelRows, ...]:
    lags = lags_of(data.period_days)
    return tuple(
        ChannelRows(
            lagged(data.spend[:, :, c] / usual[:, c], lags),
            tuple(
                _observed(test, data, usual[:, c], grown, lags)
                for test in tests
                if test.channel == c
            ),
        )
        for c in range(len(data.channels))
    )


def _posterior(
    data: MixData,
    priors: MixPriors,
    rows: tuple[ChannelRows, ...],
    design: Design,
    shape: Noise | None,
) -> Posterior:
    scale = data.outcome.mean(axis=0)
    outcome = data.outcome / scale
    is_open = np.broadcast_to(data.is_open[:, None], outcome.shape)
    if priors.link == "multiplied":
        # of what is closed nothing is asked: it has a column of its own
        outcome = np.log(np.where(is_open, outcome, 1.0))
    flat, columns = outcome.reshape(1, -1), design.columns
    if shape is not None:
        flat, columns = shape.apart(flat), shape.apart(columns.T).T
    weights = (scale * is_open).ravel()
    middle = np.log([priors.half_life_days[0], priors.half[0], priors.slope[0]])
    spread = np.log([priors.half_life_days[1], priors.half[1], priors.slope[1]])
    return Posterior(
        flat[0],
        rows,
        tuple(
            Prior(float(share), middle, spread, _log(priors.share_factor)) for share in priors.share
        ),
        LinearPart(columns, design.scale),
        weights / weights.sum(),
        (float(np.log(priors.noise[0])), float(np.log(priors.noise[1]))),
        float(data.period_days),
        shape,
        priors.link,
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


def _observed(test: SpendTest, data: MixData, usual: Floats, grown: Floats, lags: int) -> Observed:
    scale = data.outcome.mean(axis=0)
    if test.spend.ndim == 1:
        # two spendings that last: carried over they are what they are
        pressure = test.spend / usual.mean()
        rows = np.repeat(pressure[None], lags, axis=0)
        factor = float(grown.mean() / scale.mean())
        return Observed(rows, np.array([-1.0, 1.0]), test.found * factor, test.error * factor)
    there = lagged(data.spend[:, :, test.channel] / usual, lags)
    without = lagged(test.spend / usual, lags)
    weights = (test.weights * scale).ravel()
    looked = weights != 0
    weights = weights[looked]
    unit = float(np.abs(weights).sum())
    factor = float(np.average(grown.ravel()[looked], weights=np.abs(weights))) / unit
    return Observed(
        np.concatenate([there[:, looked], without[:, looked]], axis=1),
        np.concatenate([weights, -weights]) / unit,
        test.found * factor,
        test.error * factor,
    )


def _log(factor: float | None) -> float | None:
    return None if factor is None else float(np.log(factor))


def _contributions(posterior: Posterior, drawn: Draws, data: MixData) -> Floats:
    """Return what each channel made, in units of the outcome; (draws, channels)."""
    found = []
    for some in np.array_split(drawn.flat, 20):
        unit = posterior.unit(some, data.outcome.ravel(), data.outcome.mean(axis=0))
        found.append(posterior.parts(some, unit))
    return np.concatenate(found)
