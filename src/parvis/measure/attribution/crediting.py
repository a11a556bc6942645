"""Methods side by side: what each gives each channel, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parvis.errors import MeasureError
from parvis.measure.attribution.markov import Walk
from parvis.measure.attribution.tally import Chain, Tally
from parvis.measure.curves import interval

__all__ = ["Credit", "credit", "methods_of"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Credit:
    """What one method gives the channels.

    Parameters
    ----------
    method
        A rule, `shapley`, or `markov_1` and so on.
    channels
        Their names.
    conversions, value
        (channels,) outcomes, and what they are worth; they sum to those there were.
    low, high
        (channels,) between these are the outcomes given in 90 of 100 draws of customers.
    value_low, value_high
        The same of what outcomes are worth.
    effects
        (channels,) removal effects; empty for rules.
    """

    method: str
    channels: tuple[str, ...]
    conversions: Floats
    value: Floats
    low: Floats
    high: Floats
    value_low: Floats
    value_high: Floats
    effects: Floats


def methods_of(counted: Tally) -> tuple[str, ...]:
    """List the methods that can be told of what was counted."""
    return (*counted.credits, *(f"markov_{order}" for order in counted.chains))


def credit(counted: Tally, method: str, *, replicates: int = 200, seed: int = 0) -> Credit:
    """Give outcomes to channels by one method.

    Parameters
    ----------
    counted
        What was counted of the journeys.
    method
        One of `methods_of`.
    replicates
        How often customers are drawn again for the interval; 0: no interval.
    seed
        The same seed gives the same interval.

    Raises
    ------
    MeasureError
        A method that isn't known.

    References
    ----------
    Efron, B., & Tibshirani, R. J. (1993). *An Introduction to the Bootstrap* (groups of customers
    are drawn, for journeys of one customer aren't independent; percentile interval).
    """
    totals, worth = float(counted.conversions.sum()), float(counted.value.sum())
    draws = _draws(len(counted.conversions), replicates, seed)
    everyone = np.ones((1, len(counted.conversions)))
    effects = np.empty(0)
    if method in counted.credits:
        given, valued = counted.credits[method], counted.values[method]
        shares, again = _shares(everyone @ given), _shares(draws @ given)
        of_value, value_again = _shares(everyone @ valued), _shares(draws @ valued)
    elif (chain := counted.chains.get(_order(method))) is not None:
        found = _removals(chain, everyone)
        effects = found[0]
        shares = of_value = _shares(found)
        again = value_again = _shares(_removals(chain, draws))
    else:
        raise MeasureError(
            f"There is no method {method!r}.", f"Expected one of {', '.join(methods_of(counted))}."
        )
    low, high = _interval(again, shares[0])
    value_low, value_high = _interval(value_again, of_value[0])
    return Credit(
        method=method,
        channels=counted.channels,
        conversions=shares[0] * totals,
        value=of_value[0] * worth,
        low=low * totals,
        high=high * totals,
        value_low=value_low * worth,
        value_high=value_high * worth,
        effects=effects,
    )


def _order(method: str) -> int:
    name, _, order = method.partition("_")
    return int(order) if name == "markov" and order.isdigit() else 0


def _draws(groups: int, replicates: int, seed: int) -> Floats:
    """Return how often each group is drawn in each replicate; (replicates, groups)."""
    rng = np.random.default_rng(seed)
    drawn: Floats = rng.multinomial(groups, np.full(groups, 1 / groups), replicates).astype(float)
    return drawn


def _removals(chain: Chain, draws: Floats) -> Floats:
    walk = Walk(chain)
    effects = np.empty((len(draws), chain.channels))
    for row, drawn in enumerate(draws):
        effects[row] = walk.removal_effects(chain.counts.T @ drawn)
    return effects


def _shares(given: Floats) -> Floats:
    totals = given.sum(axis=1, keepdims=True)
    shares: Floats = np.divide(given, totals, out=np.zeros_like(given), where=totals != 0)
    return shares


def _interval(again: Floats, found: Floats) -> tuple[Floats, Floats]:
    if not len(again):
        return found, found
    low, high = interval(again)
    return np.minimum(low, found), np.maximum(high, found)
