r"""A city that never was: the mix of other cities that moved as the treated ones did before.

Outcomes are taken relative to each city's mean before the treatment. With the treated cities'
mean :math:`y_t` and the others :math:`x_{tj}`,

.. math:: \min_{w \ge 0,\; \sum w = 1} \sum_{t \text{ before}} \Big(y_t - \sum_j w_j x_{tj}\Big)^2,

and the effect is what the treated cities did beyond that mix afterwards.

**How sure.** Which cities were treated was a draw of lots. Any other set of as many cities could
have been drawn; each is asked the same, as if it had been: how far it is off afterwards, relative
to how well its mix followed before, :math:`t = \hat\tau / \hat\sigma_{\text{before}}`. If the
effect were :math:`\tau` then, with :math:`\tau` taken away from the treated cities, nothing
distinguishes the set that was drawn, and its :math:`|t|` is among the largest :math:`\alpha` of all
with probability :math:`\alpha`, whatever the data are like. The p-value is the share of sets that
are as far off; the interval is all :math:`\tau` that aren't refused. So the interval and the
p-value are one question and can't contradict each other.

With fewer than twenty sets of other cities, stretches of time are held against each other instead:
with the effect taken away the treated periods would be like any other stretch as long, of
residuals of weights found on all periods.

References
----------
Abadie, A., Diamond, A., & Hainmueller, J. (2010). Synthetic control methods for comparative case
studies. *JASA*, 105(490), 493–505. https://doi.org/10.1198/jasa.2009.ap08746
Doudchenko, N., & Imbens, G. W. (2016). Balancing, regression, difference-in-differences and
synthetic control methods. NBER 22791 (an intercept for each city).
Fisher, R. A. (1935). *The Design of Experiments*, Oliver & Boyd, chapter 2 (lots alone).
Chernozhukov, V., Wüthrich, K., & Zhu, Y. (2021). An exact and robust conformal inference method
for counterfactual and synthetic controls. *JASA*, 116(536), 1849–1864.
https://doi.org/10.1080/01621459.2021.1920957
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from parvis.errors import MeasureError
from parvis.measure.experiments.chance import Chance, LotsDrawn, Stretches
from parvis.measure.experiments.simplex import least_squares_on_simplex

__all__ = ["CityEffect", "CityPanel", "city_effect", "donor_weights"]

Floats = NDArray[np.float64]

_LEAST_BEFORE: Final = 10
_LEAST_DONORS: Final = 2
_LEAST_PLACEBOS: Final = 20


@dataclass(frozen=True, slots=True)
class CityPanel:
    """Outcomes of cities over time, some of them treated from a day on.

    Parameters
    ----------
    outcome
        (periods, cities).
    cities
        Names.
    treated
        (cities,) whether a city was treated.
    begins
        The first treated period; all from there on are.
    """

    outcome: Floats
    cities: tuple[str, ...]
    treated: NDArray[np.bool_]
    begins: int

    def __post_init__(self) -> None:
        periods, cities = self.outcome.shape
        if cities != len(self.cities) or len(self.treated) != cities:
            raise MeasureError(
                f"{cities} columns, {len(self.cities)} names and {len(self.treated)} marks.",
                "There is one of each for each city.",
            )
        donors = int((~self.treated).sum())
        if not self.treated.any() or donors < _LEAST_DONORS:
            raise MeasureError(
                f"{int(self.treated.sum())} treated cities and {donors} others.",
                f"At least one treated city and {_LEAST_DONORS} others are needed.",
            )
        if not _LEAST_BEFORE <= self.begins < periods:
            raise MeasureError(
                f"The treatment begins in period {self.begins} of {periods}.",
                f"At least {_LEAST_BEFORE} periods before it, and one after, are needed.",
            )
        if not np.isfinite(self.outcome).all():
            at, city = np.argwhere(~np.isfinite(self.outcome))[0]
            raise MeasureError(
                f"{self.cities[city]} has no outcome in period {at}.",
                "Leave the city out, or choose a time in which all report.",
            )


@dataclass(frozen=True, slots=True)
class CityEffect:
    """What the treatment did.

    Parameters
    ----------
    effect
        What a treated city had more in a treated period, on average.
    low, high
        The interval of that at `level`.
    p_value
        How often chance alone does as much.
    incremental, incremental_low, incremental_high
        In all treated cities and periods.
    lift, lift_low, lift_high
        Relative to what would have been.
    weights
        (donors,) the mix.
    donors
        Their names.
    observed, expected
        (periods,) mean outcome of the treated cities, as it was and as it would have been.
    misfit
        Root of the sum of squares before the treatment.
    scheme
        What the effect was held against: ``cities``, or ``time`` where there are too few.
    level
        Of the interval.
    """

    effect: float
    low: float
    high: float
    p_value: float
    incremental: float
    incremental_low: float
    incremental_high: float
    lift: float
    lift_low: float
    lift_high: float
    weights: Floats
    donors: tuple[str, ...]
    observed: Floats
    expected: Floats
    misfit: float
    scheme: Literal["cities", "time"]
    level: float


def city_effect(panel: CityPanel, level: float = 0.9) -> CityEffect:
    """Find what a treatment of cities did, and how sure that is.

    Parameters
    ----------
    panel
        Outcomes by period and city.
    level
        Of the interval.
    """
    treated = panel.outcome[:, panel.treated].mean(axis=1)
    others = panel.outcome[:, ~panel.treated]
    weights = donor_weights(treated[: panel.begins], others[: panel.begins])
    gaps = _gaps(treated, others, weights, panel.begins)
    expected = treated - gaps
    effect = float(gaps[panel.begins :].mean())
    size = int(panel.treated.sum())
    test: Chance
    if comb(len(panel.cities), size) > _LEAST_PLACEBOS:
        test = LotsDrawn(panel.outcome, panel.treated, panel.begins)
    else:
        test = Stretches(treated, others, panel.begins)
    low, high = test.interval(effect, 1 - level)
    count = size * (len(treated) - panel.begins)
    usual = float(expected[panel.begins :].mean())
    return CityEffect(
        effect=effect,
        low=low,
        high=high,
        p_value=test.p_value(0.0),
        incremental=effect * count,
        incremental_low=low * count,
        incremental_high=high * count,
        lift=effect / usual,
        lift_low=low / usual,
        lift_high=high / usual,
        weights=weights,
        donors=tuple(c for c, is_in in zip(panel.cities, panel.treated, strict=True) if not is_in),
        observed=treated,
        expected=expected,
        misfit=float(np.sqrt((gaps[: panel.begins] ** 2).sum())),
        scheme=test.scheme,
        level=level,
    )


def donor_weights(treated: Floats, others: Floats) -> Floats:
    """Find the mix of other cities that moves as the treated did.

    Parameters
    ----------
    treated
        (periods,).
    others
        (periods, donors).

    Returns
    -------
    (donors,)
        None below 0; they sum to 1.
    """
    centred = others - others.mean(axis=0)
    gram = centred.T @ centred
    aim = centred.T @ (treated - treated.mean())
    return least_squares_on_simplex(gram, aim)


def _gaps(treated: Floats, others: Floats, weights: Floats, begins: int) -> Floats:
    """Return what treated cities had beyond the mix, which is alike before on average."""
    beyond = treated - others @ weights
    found: Floats = beyond - beyond[:begins].mean()
    return found
