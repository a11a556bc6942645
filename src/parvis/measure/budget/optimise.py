r"""The best way to spend a sum, within what is allowed.

Each channel's spending is a number of steps of the whole budget. With :math:`g_c(b)` what channel
:math:`c` leaves at :math:`b` steps, the best split of :math:`B` steps over the first :math:`c`
channels follows from that over the first :math:`c - 1`:

.. math:: G_c(B) = \max_{b} \; g_c(b) + G_{c-1}(B - b).

So the best of all splits is found, not the nearest good one: curves that bend both ways (little
spending does nothing) have several.

**Risk.** Of two splits with the same expected profit a careful team takes the surer one:
:math:`g_c = \mathrm{mean} - \lambda\,\mathrm{sd}` over the draws, :math:`\lambda` the appetite
from 0 (indifferent) upwards. Deviations of channels are added as if all went wrong together.

References
----------
Bellman, R. (1957). *Dynamic Programming*, Princeton University Press, chapter 1 (an allocation
process).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parvis.errors import MeasureError
from parvis.measure.curves import SCALES, ResponseCurves, interval

__all__ = ["Allocation", "BudgetRules", "compared", "reallocate"]

Floats = NDArray[np.float64]

_STEPS: Final = 200


@dataclass(frozen=True, slots=True)
class BudgetRules:
    """What is allowed.

    Parameters
    ----------
    total
        What is to be spent in all, at most.
    floors, ceilings
        (channels,) the least and the most for each.
    must_spend
        Whether all of it is spent, even where the last euro doesn't pay.
    caution
        Standard deviations of the profit that are given up for certainty; 0: none.
    """

    total: float
    floors: Floats
    ceilings: Floats
    must_spend: bool = True
    caution: float = 0.0


@dataclass(frozen=True, slots=True)
class Allocation:
    """A budget, beside today's.

    Parameters
    ----------
    channels
        Names.
    today, spend
        (channels,) today's spending, and the one proposed.
    returned, returned_low, returned_high
        What it returns in all.
    gain, gain_low, gain_high
        How much more profit than today's, between these in 90 of 100 draws.
    better
        How probable it is that there is more profit at all.
    """

    channels: tuple[str, ...]
    today: Floats
    spend: Floats
    returned: float
    returned_low: float
    returned_high: float
    gain: float
    gain_low: float
    gain_high: float
    better: float


def reallocate(curves: ResponseCurves, rules: BudgetRules) -> Allocation:
    """Find the best split of a budget.

    Parameters
    ----------
    curves
        What each channel returns.
    rules
        What is allowed.

    Raises
    ------
    MeasureError
        Floors above ceilings or above the total; ceilings below a total that must be spent.
    """
    _check(curves, rules)
    step = rules.total / _STEPS
    levels: Floats = np.arange(_STEPS + 1, dtype=np.float64) * step
    allowed = _allowed(rules, step)
    best = np.full(_STEPS + 1, -np.inf)
    best[0] = 0.0
    chosen = np.zeros((len(curves.channels), _STEPS + 1), int)
    for channel in range(len(curves.channels)):
        worth = _worth(curves, channel, levels, rules.caution)
        worth[~allowed[channel]] = -np.inf
        # (spent in all, spent on this channel)
        spent = np.arange(_STEPS + 1)[:, None] - np.arange(_STEPS + 1)
        sums = np.where(spent >= 0, best[np.maximum(spent, 0)], -np.inf) + worth
        chosen[channel] = sums.argmax(axis=1)
        best = sums.max(axis=1)
    at = _STEPS if rules.must_spend else int(np.argmax(best))
    spend = np.zeros(len(curves.channels))
    for channel in reversed(range(len(curves.channels))):
        spend[channel] = chosen[channel, at] * step
        at -= chosen[channel, at]
    # steps are coarse: floors and ceilings are kept to the cent
    spend = np.clip(spend, rules.floors, rules.ceilings)
    return compared(curves, spend)


def compared(curves: ResponseCurves, spend: Floats) -> Allocation:
    """Hold a split of the budget against today's.

    Parameters
    ----------
    spend
        (channels,).
    """
    returned = curves.at(spend).sum(axis=1)
    today = curves.at(curves.spend).sum(axis=1)
    gain = curves.margin * (returned - today) - (spend.sum() - curves.spend.sum())
    low, high = interval(gain)
    returned_low, returned_high = interval(returned)
    return Allocation(
        channels=curves.channels,
        today=curves.spend,
        spend=spend,
        returned=float(returned.mean()),
        returned_low=float(returned_low),
        returned_high=float(returned_high),
        gain=float(gain.mean()),
        gain_low=float(low),
        gain_high=float(high),
        better=float((gain > 0).mean()),
    )


def _worth(curves: ResponseCurves, channel: int, levels: Floats, caution: float) -> Floats:
    returned = curves.returned[:, channel]
    worth = curves.margin * returned.mean(axis=0)
    if caution:
        worth = worth - caution * curves.margin * returned.std(axis=0)
    spent = SCALES * curves.spend[channel]
    if curves.spend[channel] <= 0:
        return -levels
    found: Floats = np.interp(levels, spent, worth) - levels
    return found


def _allowed(rules: BudgetRules, step: float) -> NDArray[np.bool_]:
    levels = np.arange(_STEPS + 1)
    low = np.floor(rules.floors / step + 1e-9)
    high = np.ceil(rules.ceilings / step - 1e-9)
    found: NDArray[np.bool_] = (levels >= low[:, None]) & (levels <= high[:, None])
    return found


def _check(curves: ResponseCurves, rules: BudgetRules) -> None:
    for name, low, high in zip(curves.channels, rules.floors, rules.ceilings, strict=True):
        if not 0 <= low <= high:
            raise MeasureError(
                f"{name} is to get between {low:,.0f} and {high:,.0f}.",
                "The least is 0 or more, and no more than the most.",
            )
    if not rules.total > 0:
        raise MeasureError(f"A budget of {rules.total:,.0f}.", "Expected more than 0.")
    if rules.floors.sum() > rules.total:
        raise MeasureError(
            f"The least of all channels is {rules.floors.sum():,.0f}, the budget "
            f"{rules.total:,.0f}.",
            "Raise the budget, or lower a channel's least.",
        )
    if rules.must_spend and rules.ceilings.sum() < rules.total:
        raise MeasureError(
            f"The most of all channels is {rules.ceilings.sum():,.0f}, the budget "
            f"{rules.total:,.0f} and all of it must be spent.",
            "Raise a channel's most, or allow a rest.",
        )
