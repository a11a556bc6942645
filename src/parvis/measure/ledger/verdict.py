r"""What to do about a channel, and how sure that is.

A euro is spent well while the sales it adds leave more than itself: while margin times the
*marginal* return is above 1. What a channel returned on average says nothing of its last euro.

=============  =====================================================================
stop           almost surely even the first euros didn't pay
cut            almost surely the last euros didn't pay
hold           whichever way, little is lost: the last euro brings about what it costs
raise          almost surely the last euro brought more than it cost
can't tell     the evidence allows both, and it matters which
=============  =====================================================================

What was believed before must not give the verdict. Returns are believed to be 1.2 by half: where a
channel tells nothing of itself, that alone makes it likely that its last euro doesn't pay. So to
*stop*, *cut* or *raise*, somebody must be convinced too who believed before that it pays as likely
as not: the draws are weighed anew by what that person believes of the return,

.. math:: w \propto \frac{N(\log r;\, \log r_0,\, s^2)}{N(\log r;\, \log m,\, s^2)},

where :math:`m` and :math:`s` are what the mix believed and :math:`r_0` is the return on average at
which the last euro brings what it costs.

References
----------
Spiegelhalter, D. J., Freedman, L. S., & Parmar, M. K. B. (1994). Bayesian approaches to randomized
trials. *JRSS A*, 157(3), 357–416. https://doi.org/10.2307/2983527 (section 6: evidence should
convince those who doubt it).
Dorfman, R., & Steiner, P. O. (1954). Optimal advertising and optimal quality. *American Economic
Review*, 44(5), 826–836 (who plans well spends until the last euro brings what it costs).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from parvis.measure.curves import SCALES, ResponseCurves, interval

__all__ = ["Judgement", "Verdict", "can_tell", "judge", "odds_of_doubt", "regret_of"]

Floats = NDArray[np.float64]

Verdict = Literal["stop", "cut", "hold", "raise", "can't tell"]

#: As sure as this for a verdict that moves money.
_SURE: Final = 0.9
#: A channel whose best spending is below this part of today's isn't worth keeping.
_NOTHING: Final = 0.1
#: So much more is looked at to tell whether more would be lost by not spending it.
_MORE: Final = 1.2
#: Less than this part of the spending is not worth an argument.
_LITTLE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the evidence says of a channel.

    Parameters
    ----------
    channel
        Its name.
    spent
        What it cost.
    returned, returned_low, returned_high
        Outcomes it made.
    marginal, marginal_low, marginal_high
        Outcomes that the last euro made.
    below
        How probable it is that the last euro brought less than it cost, margin included.
    wasted, wasted_low, wasted_high
        Profit that less spending would have left: the middle of the draws, and the interval.
    best_scale
        The part of the spending at which the profit is best, in the middle of the draws.
    regret
        What is expected to be lost by going on as today, at most `more` times it and at least 0.
    verdict
        What to do.
    below_doubted
        As `below`, for somebody who believed before that the last euro pays as likely as not; the
        same where it isn't told what was believed.
    """

    channel: str
    spent: float
    returned: float
    returned_low: float
    returned_high: float
    marginal: float
    marginal_low: float
    marginal_high: float
    below: float
    wasted: float
    wasted_low: float
    wasted_high: float
    best_scale: float
    regret: float
    verdict: Verdict
    below_doubted: float


def judge(curves: ResponseCurves) -> tuple[Judgement, ...]:
    """Judge each channel by the draws of its curve."""
    today = int(np.searchsorted(SCALES, 1.0))
    marginal, wasted, best = curves.marginal, curves.wasted, curves.best_scale
    regret = regret_of(curves).mean(axis=0)
    found = []
    for at, name in enumerate(curves.channels):
        spent = float(curves.spend[at])
        returned = curves.returned[:, at, today]
        is_below = curves.margin * marginal[:, at] < 1
        below = float(is_below.mean())
        nothing = float((best[:, at] <= _NOTHING).mean())
        doubted = float(np.average(is_below, weights=odds_of_doubt(curves, at)))
        low, high = _interval(returned)
        marginal_low, marginal_high = _interval(marginal[:, at])
        wasted_low, wasted_high = _interval(wasted[:, at])
        found.append(
            Judgement(
                channel=name,
                spent=spent,
                returned=float(returned.mean()),
                returned_low=low,
                returned_high=high,
                marginal=float(marginal[:, at].mean()),
                marginal_low=marginal_low,
                marginal_high=marginal_high,
                below=below,
                wasted=float(np.median(wasted[:, at])),
                wasted_low=wasted_low,
                wasted_high=wasted_high,
                best_scale=float(np.median(best[:, at])),
                regret=float(regret[at]),
                verdict=_verdict(below, doubted, nothing, float(regret[at]), spent),
                below_doubted=doubted,
            )
        )
    return tuple(found)


def regret_of(curves: ResponseCurves) -> Floats:
    """Return what is lost by going on as today; (draws, channels), at most `more` is looked at."""
    today = int(np.searchsorted(SCALES, 1.0))
    profit = curves.profit[:, :, : int(np.searchsorted(SCALES, _MORE + 1e-9))]
    found: Floats = profit.max(axis=2) - profit[:, :, today]
    return found


def odds_of_doubt(curves: ResponseCurves, at: int) -> Floats:
    """Weigh a channel's draws as who thought it as likely as not that the last euro doesn't pay.

    Returns
    -------
    (draws,)
        The largest is 1; all are, where it isn't told what was believed.
    """
    today = int(np.searchsorted(SCALES, 1.0))
    spent = float(curves.spend[at])
    if curves.believed is None or spent <= 0:
        return np.ones(len(curves.returned))
    middle, factor = float(curves.believed[0][at]), curves.believed[1]
    returns = np.maximum(curves.returned[:, at, today] / spent, 1e-12)
    log, spread = np.log(returns), float(np.log(factor))
    # how much less than a euro on average the last one brings
    last = float(np.median(curves.marginal[:, at] / returns))
    fair = -float(np.log(max(curves.margin * last, 1e-12)))
    weight = ((log - np.log(middle)) ** 2 - (log - fair) ** 2) / (2 * spread**2)
    odds: Floats = np.exp(weight - weight.max())
    return odds


def can_tell(below: Floats, doubted: Floats, regret: Floats, spent: float) -> NDArray[np.bool_]:
    """Tell where the evidence ends in a verdict; each of any one shape.

    Parameters
    ----------
    below, doubted
        How probable it is that the last euro doesn't pay, to both who judge.
    regret
        What is expected to be lost by going on as today.
    """
    low, high = np.minimum(below, doubted), np.maximum(below, doubted)
    told: NDArray[np.bool_] = (low >= _SURE) | (high <= 1 - _SURE) | (regret <= _LITTLE * spent)
    return told


def _verdict(below: float, doubted: float, nothing: float, regret: float, spent: float) -> Verdict:
    if not can_tell(np.array(below), np.array(doubted), np.array(regret), spent):
        return "can't tell"
    if min(below, doubted) >= _SURE:
        return "stop" if nothing >= _SURE else "cut"
    return "raise" if max(below, doubted) <= 1 - _SURE else "hold"


def _interval(draws: Floats) -> tuple[float, float]:
    low, high = interval(draws)
    return float(low), float(high)
