"""Customers made alike: who would have got it, who could have, and what the difference was.

A campaign goes to people who were chosen. Who was likely to be chosen is learnt from what was
known before (a logistic regression); people whom nobody of the other side resembles are left
out; the rest are weighted so that both sides look the same on average, most where the choice was
most open (*overlap weights*: each gets the probability of the other side). What is left between
the two sides, after a regression on the same figures among those it didn't go to, is the
estimate; it is right if either of the two models is.

References
----------
Li, Morgan and Zaslavsky (2018), "Balancing covariates via propensity score weighting", JASA
113(521). Mao, Li and Greene (2019), "Propensity score weighting analysis and treatment effect
discovery", Statistical Methods in Medical Research 28(8). Crump, Hotz, Imbens and Mitnik (2009),
"Dealing with limited overlap in estimation of average treatment effects", Biometrika 96(1).
VanderWeele and Ding (2017), "Sensitivity analysis in observational research: introducing the
E-value", Annals of Internal Medicine 167(4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parvis.errors import MeasureError

__all__ = ["MOST_APART", "Balanced", "Difference", "balanced", "e_value", "share_of"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: Groups whose means are further apart than this, in standard deviations, aren't alike.
MOST_APART: Final = 0.1
#: Fewer people than this on one side tell nothing.
LEAST: Final = 30
#: What keeps a logistic regression finite where a figure tells the sides apart by itself.
_RIDGE: Final = 0.5
_STEPS: Final = 50
_SETTLED: Final = 1e-6
_CLOSE: Final = 1e-9
#: The part of either side that may be an outlier when the range of the other is told.
_TAIL: Final = 0.01
#: Two-sided, nineteen times in twenty.
_SURE: Final = 0.975


@dataclass(frozen=True, slots=True)
class Difference:
    """What one side had more than the other, once they were made alike.

    Parameters
    ----------
    estimate, low, high
        A customer; the interval holds the truth nineteen times in twenty.
    error
        Its standard error.
    parts
        (customers,) each one's influence on the estimate; 0 for those left out.
    """

    estimate: float
    low: float
    high: float
    error: float
    parts: Floats

    def widened(self, bias: Difference) -> Difference:
        """Allow for as much bias as a difference where there should be none allows.

        References
        ----------
        Rambachan and Roth (2023), "A more credible approach to parallel trends", Review of
        Economic Studies 90(5): what goes on before bounds what may go on after.
        """
        low, high = self.low - max(bias.high, 0.0), self.high - min(bias.low, 0.0)
        return Difference(self.estimate, low, high, self.error, self.parts)

    @property
    def holds_zero(self) -> bool:
        """Whether no difference at all is possible."""
        return self.low <= 0.0 <= self.high


@dataclass(frozen=True, slots=True)
class Balanced:
    """Two sides made alike.

    Parameters
    ----------
    treated
        (customers,) who got it.
    kept
        (customers,) who is compared: somebody of the other side resembles them.
    propensity
        (customers,) how likely it was that they got it.
    weights
        (customers,) 0 for those left out.
    apart_before, apart_after
        (figures,) how far apart the means were and are, in standard deviations.
    figures
        (customers, figures) what was known before, standardised.
    """

    treated: Bools
    kept: Bools
    propensity: Floats
    weights: Floats
    apart_before: Floats
    apart_after: Floats
    figures: Floats

    @property
    def lost(self) -> float:
        """The part of those who got it that can't be compared."""
        return 1.0 - float((self.kept & self.treated).sum()) / max(int(self.treated.sum()), 1)

    @property
    def effective(self) -> float:
        """As how many people, equally weighted, the smaller side counts."""
        return min(_effective(self.weights[self.treated]), _effective(self.weights[~self.treated]))

    def difference(self, outcome: Floats) -> Difference:
        """Tell what those who got it had more.

        Parameters
        ----------
        outcome
            (customers,) what they did.

        Returns
        -------
        Difference
            For people of whom it was open whether they get it (the overlap population).
        """
        left = outcome - self._expected(outcome)
        one, other = self.weights * self.treated, self.weights * ~self.treated
        mean_one = float(one @ left / one.sum())
        mean_other = float(other @ left / other.sum())
        parts = one * (left - mean_one) / one.sum() - other * (left - mean_other) / other.sum()
        return _difference(mean_one - mean_other, parts, self.effective)

    def mean_of_treated(self, outcome: Floats) -> Difference:
        """Return what those who got it did, on average, of the same people."""
        one = self.weights * self.treated
        mean = float(one @ outcome / one.sum())
        return _difference(mean, one * (outcome - mean) / one.sum(), self.effective)

    def _expected(self, outcome: Floats) -> Floats:
        """Foretell what each would have done without it, from those who went without."""
        design = np.column_stack([np.ones(len(outcome)), self.figures])
        weights = self.weights * ~self.treated
        gram = (design * weights[:, None]).T @ design
        penalty = np.full(design.shape[1], 1e-3 * weights.sum())
        penalty[0] = 0.0
        gram[np.diag_indices_from(gram)] += penalty
        found: Floats = design @ np.linalg.solve(gram, design.T @ (weights * outcome))
        return found


def balanced(figures: Floats, treated: Bools, *, drawn: bool = False) -> Balanced:
    """Make those who got it and those who didn't alike.

    Parameters
    ----------
    figures
        (customers, figures) what was known of them before.
    treated
        (customers,) who got it.
    drawn
        Whether who got it was drawn at random: everybody is comparable then.

    Raises
    ------
    MeasureError
        One side has too few people, or none whom anybody of the other side resembles.
    """
    _check_sides(treated, np.ones(len(treated), bool))
    spread = figures.std(axis=0)
    scaled = (figures - figures.mean(axis=0)) / np.where(spread > _CLOSE, spread, 1.0)
    scaled = scaled[:, spread > _CLOSE]
    before = _apart(scaled, treated, np.ones(len(treated)))
    if drawn:
        share = np.full(len(treated), treated.mean())
        kept = np.ones(len(treated), bool)
        weights = np.where(treated, 1.0 - share, share)
        wide = _wide(before, figures, spread)
        return Balanced(treated, kept, share, weights, wide, wide, scaled)
    propensity = _propensity(scaled, treated)
    kept = _shared(propensity, treated)
    _check_sides(treated, kept)
    again = np.zeros(len(treated))
    again[kept] = _propensity(scaled[kept], treated[kept])
    weights = np.where(treated, 1.0 - again, again) * kept
    after = _apart(scaled, treated, weights)
    shown = np.where(kept, again, propensity)
    return Balanced(treated, kept, shown, weights, _wide(before, figures, spread),
                    _wide(after, figures, spread), scaled)  # fmt: skip


def share_of(effect: tuple[float, float], whole: tuple[float, float]) -> tuple[float, float] | None:
    """Return between which shares of a whole an effect is, if anything can be said of it.

    Parameters
    ----------
    effect, whole
        Between which amounts each is.

    Returns
    -------
    tuple
        Between 0 and 1; null: the whole may be nothing, or every share is possible.
    """
    if whole[0] <= 0:
        return None
    corners = [e / w for e in effect for w in whole]
    low, high = float(np.clip(min(corners), 0.0, 1.0)), float(np.clip(max(corners), 0.0, 1.0))
    return None if low <= 0.0 and high >= 1.0 else (low, high)


def e_value(estimate: float, spread: float) -> float:
    """Tell how strongly something unseen must go with both sides to make up a difference.

    Parameters
    ----------
    estimate
        The difference (or the end of its interval that is nearest to none).
    spread
        The standard deviation of the outcome.

    Returns
    -------
    float
        A risk ratio; 1: nothing is needed.
    """
    if spread <= 0:
        return 1.0
    ratio = float(np.exp(0.91 * abs(estimate) / spread))
    return ratio + float(np.sqrt(ratio * (ratio - 1.0)))


def _difference(estimate: float, parts: Floats, effective: float) -> Difference:
    error = float(np.sqrt(parts @ parts))
    reach = _quantile(effective) * error
    return Difference(estimate, estimate - reach, estimate + reach, error, parts)


def _quantile(effective: float) -> float:
    # the same as scipy.stats.t.ppf, without the memory that scipy.stats takes
    from scipy.special import stdtrit

    return float(stdtrit(max(effective - 1.0, 1.0), _SURE))


def _effective(weights: Floats) -> float:
    squares = float(weights @ weights)
    return float(weights.sum()) ** 2 / squares if squares > 0 else 0.0


def _check_sides(treated: Bools, kept: Bools) -> None:
    got, not_got = int((treated & kept).sum()), int((~treated & kept).sum())
    if min(got, not_got) < LEAST:
        raise MeasureError(
            f"{got} customers got it and {not_got} didn't, of those that can be compared.",
            f"At least {LEAST} on each side are needed: send it to more, or leave more out.",
        )


def _shared(propensity: Floats, treated: Bools) -> Bools:
    """Keep those whose likelihood both sides have."""
    one, other = propensity[treated], propensity[~treated]
    low = max(np.quantile(one, _TAIL), np.quantile(other, _TAIL))
    high = min(np.quantile(one, 1 - _TAIL), np.quantile(other, 1 - _TAIL))
    kept: Bools = (propensity >= low) & (propensity <= high)
    return kept


def _propensity(figures: Floats, treated: Bools) -> Floats:
    """Fit a logistic regression by Newton's steps."""
    design = np.column_stack([np.ones(len(treated)), figures])
    penalty = np.full(design.shape[1], _RIDGE)
    penalty[0] = 0.0
    weights = np.zeros(design.shape[1])
    share = np.clip(treated.mean(), 1e-6, 1 - 1e-6)
    weights[0] = np.log(share / (1.0 - share))
    for _ in range(_STEPS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(design @ weights, -30, 30)))
        slope = design.T @ (treated - chance) - penalty * weights
        bend = (design * (chance * (1.0 - chance))[:, None]).T @ design + np.diag(penalty + _CLOSE)
        step = np.linalg.solve(bend, slope)
        weights = weights + step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < _SETTLED:
            break
    found: Floats = 1.0 / (1.0 + np.exp(-np.clip(design @ weights, -30, 30)))
    return found


def _apart(scaled: Floats, treated: Bools, weights: Floats) -> Floats:
    """Return how far apart the weighted means are, in (unweighted) standard deviations."""
    one, other = weights * treated, weights * ~treated
    means = one @ scaled / one.sum() - other @ scaled / other.sum()
    pooled = np.sqrt((scaled[treated].var(axis=0) + scaled[~treated].var(axis=0)) / 2.0)
    found: Floats = means / np.where(pooled > _CLOSE, pooled, 1.0)
    return found


def _wide(apart: Floats, figures: Floats, spread: Floats) -> Floats:
    """Set figures that never vary back among the others: they are alike."""
    whole = np.zeros(figures.shape[1])
    whole[spread > _CLOSE] = apart
    return whole
