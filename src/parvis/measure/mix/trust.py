"""Whether a fit may be believed: sales drawn again, weeks held out, and how much the data told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parvis.measure.curves import interval
from parvis.measure.mix.contracts import MixData, MixPriors, SpendTest
from parvis.measure.mix.design import design_of
from parvis.measure.mix.fitting import MixFit, fit_mix
from parvis.measure.mix.sampler import SamplerOptions
from parvis.measure.mix.weeks import drawn_again, drawn_ahead

__all__ = ["Backtest", "Learned", "Predictive", "backtest", "learned", "predictive"]

Floats = NDArray[np.float64]

#: So much of the time is held out, at least four weeks and at most a quarter of a year.
_HELD_OUT: Final = 0.15
_LEAST_HELD_OUT: Final = 4
_MOST_HELD_OUT: Final = 13
_OPTIONS: Final = SamplerOptions(chains=16, warm_up=100, draws=80)


@dataclass(frozen=True, slots=True)
class Predictive:
    """Sales drawn again, against those there were.

    Parameters
    ----------
    inside
        The part of periods and places whose sales lie within 90 of 100 drawn ones.
    expected, low, high
        (weeks,) all places together: the mean of the draws, and their interval.
    """

    inside: float
    expected: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Backtest:
    """Weeks that the model hadn't seen.

    Parameters
    ----------
    weeks
        How many, the last ones.
    expected, low, high
        (weeks,) all places together.
    real
        (weeks,) as they were.
    total_low, total_high
        Of all of them together, so wide that 998 of 1,000 draws are inside.
    error
        How far the expected ones are off, relative to the real ones, on average.
    naive_error
        How far off one is who expects what the last weeks before brought.
    """

    weeks: int
    expected: Floats
    low: Floats
    high: Floats
    real: Floats
    total_low: float
    total_high: float
    error: float
    naive_error: float

    @property
    def inside(self) -> float:
        """The part of the weeks that lie in their interval."""
        return float(((self.low <= self.real) & (self.real <= self.high)).mean())

    @property
    def is_refuted(self) -> bool:
        """Whether what came is beyond what the model held possible."""
        return not self.total_low <= float(self.real.sum()) <= self.total_high


@dataclass(frozen=True, slots=True)
class Learned:
    """What was believed of each channel before, and after; returns of a unit of spending.

    Parameters
    ----------
    before_low, before_high, low, high
        (channels,) where 90 of 100 lie.
    told
        (channels,) how much of the doubt about the return's logarithm the data took away, 0 to 1.
    """

    before_low: Floats
    before_high: Floats
    low: Floats
    high: Floats
    told: Floats


def predictive(fit: MixFit) -> Predictive:
    """Hold sales drawn again against those there were."""
    drawn = drawn_again(fit)
    low, high = interval(drawn)
    inside = ((low <= fit.data.outcome) & (fit.data.outcome <= high))[fit.data.is_open]
    whole = fit.data.by_week(drawn.sum(axis=2), axis=1)
    low, high = interval(whole)
    return Predictive(float(inside.mean()), whole.mean(axis=0), low, high)


def backtest(
    data: MixData,
    priors: MixPriors,
    tests: tuple[SpendTest, ...],
    options: SamplerOptions = _OPTIONS,
) -> Backtest:
    """Fit all but the last weeks, and hold what that expects of them against what came.

    Their spending, prices and what was said are taken as known: it is the sales that are asked.
    """
    periods = len(data.outcome)
    part = round(_HELD_OUT * periods / data.periods_in(1))
    weeks = int(np.clip(part, _LEAST_HELD_OUT, _MOST_HELD_OUT))
    held = data.periods_in(weeks)
    known = periods - held
    whole = design_of(data, priors)
    rows = known * data.outcome.shape[1]
    first = replace(
        data,
        outcome=data.outcome[:known],
        spend=data.spend[:known],
        controls=data.controls[:known],
        closed=None if data.closed is None else data.closed[:known],
    )
    fit = fit_mix(first, priors, _before(tests, known), options, whole.before(rows))
    drawn = drawn_ahead(fit, data, whole.columns)
    real = data.by_week(data.outcome[known:].sum(axis=1))
    weekly = data.by_week(drawn.sum(axis=2), axis=1)
    low, high = interval(weekly)
    total_low, total_high = np.quantile(weekly.sum(axis=1), [0.001, 0.999])
    usual = data.outcome[known - held : known].sum() / weeks
    return Backtest(
        weeks=weeks,
        expected=weekly.mean(axis=0),
        low=low,
        high=high,
        real=real,
        total_low=float(total_low),
        total_high=float(total_high),
        error=float(np.abs(weekly.mean(axis=0) / real - 1).mean()),
        naive_error=float(np.abs(usual / real - 1).mean()),
    )


def _before(tests: tuple[SpendTest, ...], known: int) -> tuple[SpendTest, ...]:
    """Keep the tests that were over by then."""
    found = []
    for test in tests:
        if test.spend.ndim == 1:
            found.append(test)
        elif not np.any(test.weights[known:]):
            found.append(replace(test, spend=test.spend[:known], weights=test.weights[:known]))
    return tuple(found)


def learned(fit: MixFit, priors: MixPriors) -> Learned:
    """Hold what is believed of each channel's return after the data against what was before."""
    spent = fit.data.spend.sum(axis=(0, 1))
    total = float(fit.data.outcome.sum())
    rng = np.random.default_rng(0)
    normal = rng.standard_normal((4000, len(spent)))
    if priors.share_factor is None:
        share = np.abs(normal) * priors.share
    else:
        share = priors.share * priors.share_factor**normal
    before, after = share * total / spent, fit.contributions / spent
    before_low, before_high = interval(before)
    low, high = interval(after)
    doubt = np.log(np.maximum(after, 1e-12)).var(axis=0) / np.log(before).var(axis=0)
    return Learned(before_low, before_high, low, high, np.clip(1 - doubt, 0, 1))
