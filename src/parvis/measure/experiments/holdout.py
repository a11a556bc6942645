r"""People who were left out at random, against those who weren't.

**Difference** of means, with the interval of unequal variances. **CUPED**: what people did before
the lots were drawn says much of what they do after; taking :math:`\theta(x - \bar x)` away, with
:math:`\theta = \mathrm{cov}(x, y) / \mathrm{var}(x)`, changes no expectation and narrows the
interval by :math:`1 - \rho^2`. **Ratios** (sales for each visit) by the delta method: people are
drawn, not visits.

**Looking early.** An interval that is right on one day is wrong when looked at daily until it
pleases. The always-valid interval is wider, and holds on all days together: with :math:`f`, the
share of the planned time (or people) that has been seen, and the standard error :math:`s`,

.. math:: \hat\Delta \pm s \sqrt{\frac{2 (Lf + 1)}{Lf} \log \frac{\sqrt{Lf + 1}}{\alpha}} .

:math:`L` makes it narrowest at the planned end. The bound is one of sums of independent parts; that
the same people are looked at again makes the sums more alike than such, and by Slepian's
inequality their worst moment less bad.

References
----------
Deng, A., Xu, Y., Kohavi, R., & Walker, T. (2013). Improving the sensitivity of online controlled
experiments by utilizing pre-experiment data. *WSDM '13*. https://doi.org/10.1145/2433396.2433413
Deng, A., Knoblich, U., & Lu, J. (2018). Applying the delta method in metric analytics. *KDD '18*.
https://doi.org/10.1145/3219819.3219919
Waudby-Smith, I., Arbour, D., Sinha, R., Kennedy, E. H., & Ramdas, A. (2024). Time-uniform central
limit theory and asymptotic confidence sequences. *Annals of Statistics*, 52(6), 2613–2640.
https://arxiv.org/abs/2103.06476
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from parvis.errors import MeasureError

__all__ = ["Difference", "Lots", "difference", "ratio_difference"]

Floats = NDArray[np.float64]

_LEAST: Final = 20
#: Lots that fall so far from what was planned don't fall so by chance.
_MISMATCH: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Lots:
    """Whose lot was which, and what they did.

    Parameters
    ----------
    outcome
        (people,) what each did after the lots were drawn.
    exposed
        (people,) whether marketing reached them; the others were left out.
    before
        (people,) what each did as long before; empty: isn't known.
    planned
        The share that was to be exposed; None: isn't known.
    progress
        How much of the planned time, or of the planned people, has been seen; 1: all.
    """

    outcome: Floats
    exposed: NDArray[np.bool_]
    before: Floats
    planned: float | None = None
    progress: float = 1.0

    def __post_init__(self) -> None:
        reached = int(self.exposed.sum())
        left_out = len(self.exposed) - reached
        if min(reached, left_out) < _LEAST:
            raise MeasureError(
                f"{reached} people were reached and {left_out} left out.",
                f"A difference needs at least {_LEAST} of each.",
            )
        if len(self.outcome) != len(self.exposed) or len(self.before) not in (
            0,
            len(self.outcome),
        ):
            raise MeasureError(
                f"{len(self.outcome)} outcomes, {len(self.exposed)} lots, "
                f"{len(self.before)} before.",
                "There is one of each for each person.",
            )


@dataclass(frozen=True, slots=True)
class Difference:
    """What marketing did to those whom it reached.

    Parameters
    ----------
    effect
        For each person, in units of the outcome.
    error
        Its standard error.
    low, high
        The interval, right if looked at once.
    always_low, always_high
        The interval that is right however often it is looked at.
    usual
        What those left out did on average.
    lift
        The effect relative to it.
    reached, left_out
        How many people.
    explained
        The share of the variance that the time before explains; 0: not used.
    mismatch
        How probable it is that lots fell so unevenly by chance; None: what was planned isn't known.
    level
        Of the intervals.
    """

    effect: float
    error: float
    low: float
    high: float
    always_low: float
    always_high: float
    usual: float
    lift: float
    reached: int
    left_out: int
    explained: float
    mismatch: float | None
    level: float

    @property
    def is_suspect(self) -> bool:
        """Whether lots fell so unevenly that something other than chance drew them."""
        return self.mismatch is not None and self.mismatch < _MISMATCH


def difference(lots: Lots, level: float = 0.9) -> Difference:
    """Tell what marketing did, by those left out.

    Parameters
    ----------
    lots
        Whose lot was which.
    level
        Of the intervals.
    """
    outcome, explained = lots.outcome, 0.0
    if len(lots.before) and (spread := float(lots.before.var())) > 0:
        # one slope for both: what is taken away is the same for the same past
        centred = lots.before - lots.before.mean()
        slope = _within(outcome, lots.exposed) @ _within(lots.before, lots.exposed)
        slope /= max(float((_within(lots.before, lots.exposed) ** 2).sum()), 1e-300)
        left = outcome - slope * centred
        inside = float((_within(outcome, lots.exposed) ** 2).sum())
        if inside > 0 and spread > 0:
            explained = 1 - float((_within(left, lots.exposed) ** 2).sum()) / inside
        outcome = left
    usual = float(outcome[~lots.exposed].mean())
    return _compared(outcome, lots, usual, explained, level)


def ratio_difference(above: Floats, below: Floats, lots: Lots, level: float = 0.9) -> Difference:
    """Tell what marketing did to a ratio of sums, as of sales to visits.

    Parameters
    ----------
    above, below
        (people,) of whose sums the ratio is.
    lots
        Whose lot was which; its outcome isn't looked at.
    level
        Of the intervals.
    """
    parts = np.zeros(len(above))
    ratios = []
    for group in (lots.exposed, ~lots.exposed):
        bottom = float(below[group].mean())
        if bottom <= 0:
            raise MeasureError("A ratio over nothing.", "Its lower part is 0 in one of the groups.")
        ratio = float(above[group].mean()) / bottom
        # each person's part in the ratio, to first order
        parts[group] = ratio + (above[group] - ratio * below[group]) / bottom
        ratios.append(ratio)
    return _compared(parts, lots, ratios[1], 0.0, level)


def _within(values: Floats, groups: NDArray[np.bool_]) -> Floats:
    means = np.where(groups, values[groups].mean(), values[~groups].mean())
    inside: Floats = values - means
    return inside


def _compared(
    outcome: Floats, lots: Lots, usual: float, explained: float, level: float
) -> Difference:
    reached, left = outcome[lots.exposed], outcome[~lots.exposed]
    effect = float(reached.mean() - left.mean())
    parts = reached.var(ddof=1) / len(reached), left.var(ddof=1) / len(left)
    error = float(np.sqrt(sum(parts)))
    freedom = sum(parts) ** 2 / max(
        parts[0] ** 2 / (len(reached) - 1) + parts[1] ** 2 / (len(left) - 1), 1e-300
    )
    half = float(student.ppf(0.5 + level / 2, max(freedom, 1.0))) * error
    always = _always_valid(error, lots.progress, 1 - level)
    return Difference(
        effect=effect,
        error=error,
        low=effect - half,
        high=effect + half,
        always_low=effect - always,
        always_high=effect + always,
        usual=usual,
        lift=effect / usual if usual else float("nan"),
        reached=len(reached),
        left_out=len(left),
        explained=explained,
        mismatch=_mismatch(len(reached), len(outcome), lots.planned),
        level=level,
    )


def _always_valid(error: float, progress: float, alpha: float) -> float:
    """Return the half-width that holds however often it is looked at."""
    log = -2 * np.log(alpha)
    seen = (log + np.log(log + 1)) * progress
    wide = np.sqrt(2 * (seen + 1) / seen * np.log(np.sqrt(seen + 1) / alpha))
    return float(error * wide)


def _mismatch(reached: int, people: int, planned: float | None) -> float | None:
    if planned is None:
        return None
    off = (reached - people * planned) ** 2 / (people * planned * (1 - planned))
    # the tail of a chi-square with one degree of freedom
    return erfc(sqrt(off / 2))
