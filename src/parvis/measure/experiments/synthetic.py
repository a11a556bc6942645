r"""A city that never was: the mix of other cities that moved as the treated ones did before.

Outcomes are taken relative to each city's mean before the treatment. With the treated cities'
mean :math:`y_t` and the others :math:`x_{tj}`,

.. math:: \min_{w \ge 0,\; \sum w = 1} \sum_{t \text{ before}} \Big(y_t - \sum_j w_j x_{tj}\Big)^2,

and the effect is what the treated cities did beyond that mix afterwards.

**How sure.** If the effect were :math:`\tau`, then with :math:`\tau` taken away the treated
periods would be like any others: their residuals, of weights found on *all* periods, are no
larger than those of any other stretch as long. The share of stretches that are as large is the
p-value; the interval is all :math:`\tau` that aren't refused. So the interval and the p-value are
one question and can't contradict each other.

Stretches are moved as a whole (residuals of neighbouring days are alike), around the end to the
beginning.

References
----------
Abadie, A., Diamond, A., & Hainmueller, J. (2010). Synthetic control methods for comparative case
studies. *JASA*, 105(490), 493–505. https://doi.org/10.1198/jasa.2009.ap08746
Doudchenko, N., & Imbens, G. W. (2016). Balancing, regression, difference-in-differences and
synthetic control methods. NBER 22791 (an intercept for each city).
Chernozhukov, V., Wüthrich, K., & Zhu, Y. (2021). An exact and robust conformal inference method
for counterfactual and synthetic controls. *JASA*, 116(536), 1849–1864.
https://doi.org/10.1080/01621459.2021.1920957
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parvis.errors import MeasureError

__all__ = ["CityEffect", "CityPanel", "city_effect", "donor_weights"]

Floats = NDArray[np.float64]

_LEAST_BEFORE: Final = 10
_LEAST_DONORS: Final = 2


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
    shift = treated[: panel.begins].mean() - (others[: panel.begins].mean(axis=0) @ weights)
    expected = others @ weights + shift
    gaps = treated - expected
    after = slice(panel.begins, None)
    effect = float(gaps[after].mean())
    test = _Conformal(treated, others, panel.begins)
    low, high = test.interval(effect, 1 - level)
    count = int(panel.treated.sum()) * (len(treated) - panel.begins)
    usual = float(expected[after].mean())
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
    return _least_squares_on_simplex(gram, aim)


def _least_squares_on_simplex(gram: Floats, aim: Floats) -> Floats:
    """Minimise w'Gw/2 - w'b on the simplex, exactly, by an active set.

    Cities enter that would lower the sum, and leave when their weight would fall below 0.
    """
    size = len(aim)
    # of the size of the condition that weights sum to 1
    unit = max(float(np.trace(gram)) / size, 1e-300)
    gram, aim, ridge = gram / unit, aim / unit, 1e-12
    inside = np.zeros(size, bool)
    weights = np.zeros(size)
    begin = int(np.argmin(np.diag(gram) / 2 - aim))
    inside[begin], weights[begin] = True, 1.0
    for _ in range(50 * size):
        slope = gram @ weights - aim
        price = float(slope @ weights)
        worst = int(np.where(inside, np.inf, slope).argmin())
        if inside.all() or slope[worst] >= price - 1e-9 * max(1.0, abs(price)):
            break
        inside[worst] = True
        while True:
            free = np.flatnonzero(inside)
            aimed = _on_plane(gram[np.ix_(free, free)], aim[free], ridge)
            if aimed.min() > 0:
                weights[:] = 0
                weights[free] = aimed
                break
            # as far towards it as no weight falls below 0
            now = weights[free]
            falling = aimed <= 0
            part = float(np.min(now[falling] / np.maximum(now[falling] - aimed[falling], 1e-300)))
            moved = now + part * (aimed - now)
            leaves = falling & (moved <= 1e-12)
            weights[free] = np.where(leaves, 0.0, moved)
            inside[free[leaves]] = False
            if not leaves.any():
                break
    found: Floats = weights / weights.sum()
    return found


def _on_plane(gram: Floats, aim: Floats, ridge: float) -> Floats:
    """Minimise with weights that sum to 1, of any sign."""
    size = len(aim)
    system = np.zeros((size + 1, size + 1))
    system[:size, :size] = gram + ridge * np.eye(size)
    system[:size, size] = system[size, :size] = 1.0
    found: Floats = np.linalg.lstsq(system, np.append(aim, 1.0), rcond=None)[0][:size]
    return found


class _Conformal:
    """Whether an effect would make the treated periods like any others."""

    def __init__(self, treated: Floats, others: Floats, begins: int) -> None:
        self._treated, self._begins = treated, begins
        self._centred = others - others.mean(axis=0)
        self._gram = self._centred.T @ self._centred

    def p_value(self, effect: float) -> float:
        """Return the share of stretches whose residuals are as large as the treated ones."""
        freed = self._treated.copy()
        freed[self._begins :] -= effect
        freed -= freed.mean()
        weights = _least_squares_on_simplex(self._gram, self._centred.T @ freed)
        rest = freed - self._centred @ weights
        length = len(rest) - self._begins
        # a stretch that began anywhere; its sum, for an effect lasts
        around = np.concatenate([rest, rest[: length - 1]]) if length > 1 else rest
        sums = np.concatenate([[0.0], np.cumsum(around)])
        sizes = np.abs(sums[length:] - sums[:-length])
        return float((sizes >= sizes[self._begins] * (1 - 1e-12)).mean())

    def interval(self, effect: float, alpha: float) -> tuple[float, float]:
        """Return the smallest and the largest effect that isn't refused."""
        spread = max(float(np.std(self._treated[: self._begins])), 1e-9)
        return (
            self._edge(effect, -spread, alpha),
            self._edge(effect, spread, alpha),
        )

    def _edge(self, effect: float, step: float, alpha: float) -> float:
        outside = effect + step
        for _ in range(30):
            if self.p_value(outside) <= alpha:
                break
            step *= 2
            outside = effect + step
        else:
            return float(np.copysign(np.inf, step))
        inside = effect
        for _ in range(40):
            middle = (inside + outside) / 2
            if self.p_value(middle) <= alpha:
                outside = middle
            else:
                inside = middle
        return inside
