r"""The one test that would tell most of a channel for its price.

A test in cities that stops a channel there for some weeks (or doubles it) would see an effect
:math:`y = e(\theta) + s\varepsilon`: what the draws of the model say it does, with the noise that
is left between cities. Knowing :math:`y` one would spend what is best *then*; the profit that this
is expected to add is what the test is worth,

.. math:: E_y\big[\max_b E(\pi_b \mid y)\big] - \max_b E(\pi_b),

:math:`\pi_b` being a year's profit at the spending :math:`b`. The inner expectations are
regressions of the draws' profits on the draws' :math:`y` (Strong, Oakley & Brennan); what a
regression on noise alone would seem worth is taken away. The test's price is the profit that it
gives up while it runs. The best one is worth most above its price.

References
----------
Raiffa, H., & Schlaifer, R. (1961). *Applied Statistical Decision Theory*, Harvard, chapter 4.
Strong, M., Oakley, J. E., Brennan, A., & Breeze, P. (2015). Estimating the expected value of sample
information using the probabilistic sensitivity analysis sample. *Medical Decision Making*, 35(5),
570–583. https://doi.org/10.1177/0272989X15575286
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parvis.measure.curves import SCALES, ResponseCurves
from parvis.measure.ledger.verdict import can_tell, odds_of_doubt, regret_of
from parvis.measure.mix.fitting import MixFit, lags_of
from parvis.measure.mix.noise import Noise
from parvis.measure.mix.response import by_place
from parvis.measure.mix.weeks import some_draws

__all__ = ["SuggestedTest", "suggest_test"]

Floats = NDArray[np.float64]

_WEEKS: Final = (3, 4, 6, 8)
_FACTORS: Final = (0.0, 2.0)
_LEAST_PLACES: Final = 4
_PLACES: Final = (2, 3, 4, 6, 8)
_YEAR_WEEKS: Final = 52.0
#: Budgets that knowing may lead to, times today's: further out nobody has looked.
_CHOICES: Final = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
#: A test that ends in a verdict less probably than this settles nothing.
_LEAST_CHANCE: Final = 0.1
#: Chances are told from so many draws.
_CHANCE_DRAWS: Final = 600
_BENDS: Final = 3
_SHUFFLES: Final = 20


@dataclass(frozen=True, slots=True)
class SuggestedTest:
    """A test in cities.

    Parameters
    ----------
    channel
        Whose budget is changed.
    places
        Where.
    weeks
        For how long.
    factor
        Times the usual budget; 0: none.
    cost
        Profit that it is expected to cost while it runs; below 0: it saves.
    worth
        Profit of a year that knowing is expected to add.
    settles
        The probability that it ends in a verdict: to stop, to cut, to raise, or that it matters
        little.
    error
        Standard error of the outcomes that it would find.
    expected
        Outcomes that it is expected to change.
    """

    channel: str
    places: tuple[str, ...]
    weeks: int
    factor: float
    cost: float
    worth: float
    settles: float
    error: float
    expected: float


def suggest_test(fit: MixFit, curves: ResponseCurves, channel: int) -> SuggestedTest | None:
    """Find the test that would tell most of a channel for its price.

    Null: none is worth it, or none that is ends in a verdict with some probability.

    Parameters
    ----------
    fit
        The mix.
    curves
        What it says of other spendings, of the same draws.
    channel
        Its place.
    """
    if len(fit.data.places) < _LEAST_PLACES:
        return None
    theta = some_draws(fit, len(curves.returned))
    usual, double = by_place(fit, channel, np.array([1.0, 2.0]), len(theta))
    periods = len(fit.data.outcome)
    profits = curves.profit[:, channel, np.searchsorted(SCALES, np.array(_CHOICES) - 1e-9)]
    rng = np.random.default_rng(channel)
    noise = rng.standard_normal(len(theta))
    spent = fit.data.spend[:, :, channel].mean(axis=0)
    best, most = None, 0.0
    all_built = [_built(fit, theta, channel, weeks) for weeks in _WEEKS]
    for places in _sets(fit.scale):
        for weeks, built in zip(_WEEKS, all_built, strict=True):
            error = _error(fit, theta, places, weeks)
            for factor in _FACTORS:
                made = (double if factor else -usual)[:, places] - (
                    usual[:, places] if factor else 0.0
                )
                lasting = fit.data.periods_in(weeks)
                effect = made.sum(axis=1) / periods * lasting * built
                seen = effect + error * noise
                worth = _worth(profits, seen, rng) * _YEAR_WEEKS * 7 / (
                    periods * fit.data.period_days
                )  # fmt: skip
                saved = (1 - factor) * float(spent[places].sum()) * lasting
                cost = -float(curves.margin * effect.mean()) - saved
                if worth - cost <= most or worth <= 0:
                    continue
                chance = _settles(curves, channel, seen)
                if chance >= _LEAST_CHANCE:
                    most = worth - cost
                    names = tuple(fit.data.places[int(p)] for p in places)
                    best = SuggestedTest(
                        fit.data.channels[channel], names, weeks, factor, cost, worth,
                        chance, error, float(effect.mean()),
                    )  # fmt: skip
    return best


def _sets(scale: Floats) -> list[NDArray[np.intp]]:
    """Return some sets of places: of all sizes, but not the largest ones."""
    by_size = np.argsort(scale)
    inner = by_size[len(scale) // 10 : len(scale) - len(scale) // 5]
    most = min(len(inner), len(scale) // 2)
    return [
        inner[np.linspace(0, len(inner) - 1, count).round().astype(int)]
        for count in _PLACES
        if count <= most
    ]


def _built(fit: MixFit, theta: Floats, channel: int, weeks: int) -> Floats:
    """Return which part of a lasting change's effect is seen in a test of some weeks; (draws,)."""
    lags = lags_of(fit.data.period_days)
    reached = np.arange(fit.data.periods_in(weeks)) >= np.arange(lags)[:, None]
    found: Floats = fit.posterior.carried(theta, channel, reached.astype(float)).mean(axis=1)
    return found


def _error(fit: MixFit, theta: Floats, places: NDArray[np.intp], weeks: int) -> float:
    """Return how far the outcomes of some places and weeks are off what others would tell."""
    shape = fit.posterior.noise_shape or Noise(np.ones(len(fit.scale)), 0.0)
    sigma = float(np.exp(theta[:, -1]).mean())
    periods = fit.data.periods_in(weeks)
    apart = np.arange(1, periods)
    together = periods + 2 * float(((periods - apart) * shape.kept**apart).sum())
    each = (sigma * shape.size * fit.scale) ** 2 / (1 - shape.kept**2)
    others = len(fit.scale) - len(places)
    return float(np.sqrt(each[places].sum() * together * (1 + len(places) / others)))


def _worth(profits: Floats, seen: Floats, rng: np.random.Generator) -> float:
    """Return what knowing is worth: (draws, choices) profits, (draws,) what the test would see."""
    anyway = float(profits.mean(axis=0).max())
    spread = float(seen.std())
    if spread <= 0:
        return 0.0
    scaled = (seen - seen.mean()) / spread
    # what a regression fits doesn't depend on how its terms are turned; shuffled they stay upright
    terms, _ = np.linalg.qr(np.vander(scaled, _BENDS + 1))
    rows = np.stack([np.arange(len(seen)), *(rng.permutation(len(seen)) for _ in range(_SHUFFLES))])
    fitted = terms @ (terms[rows].transpose(0, 2, 1) @ profits)
    gained = fitted.max(axis=2).mean(axis=1) - anyway
    return max(float(gained[0] - gained[1:].mean()), 0.0)


def _settles(curves: ResponseCurves, channel: int, seen: Floats) -> float:
    """Return how probably there is a verdict after the test."""
    some = slice(None, None, max(len(seen) // _CHANCE_DRAWS, 1))
    seen = seen[some]
    width = max(0.25 * float(seen.std()), 1e-300)
    near = np.exp(-0.5 * ((seen[:, None] - seen) / width) ** 2)
    below = (curves.margin * curves.marginal[some, channel] < 1).astype(float)
    odds = odds_of_doubt(curves, channel)[some]
    whole = near.sum(axis=1)
    told = can_tell(
        near @ below / whole,
        near @ (odds * below) / np.maximum(near @ odds, 1e-300),
        near @ regret_of(curves)[some, channel] / whole,
        float(curves.spend[channel]),
    )
    return float(told.mean())
