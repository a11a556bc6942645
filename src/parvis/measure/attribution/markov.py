r"""Credit by what would be lost: exact removal effects of a Markov chain.

A customer walks from state to state (a state: the last touches) until an outcome or the end.
With :math:`Q` the probabilities between states and :math:`r` those of an outcome,

.. math:: N = (I - Q)^{-1}, \qquad f = N r

give how often each state is visited and the probability of an outcome from each. To take a
channel away is to end every walk that enters one of its states :math:`S`. A walk first enters
:math:`S` at its states with probabilities :math:`h = N_{0S} N_{SS}^{-1}`, so

.. math:: p_{-c} = f_0 - N_{0S} N_{SS}^{-1} f_S,

and the removal effect is :math:`1 - p_{-c} / f_0`: one factorisation for all channels, nothing is
simulated, and each run gives the same.

References
----------
Anderl, E., Becker, I., von Wangenheim, F., & Schumann, J. H. (2016). Mapping the customer
journey: Lessons learned from graph-based online attribution modeling. *International Journal of
Research in Marketing*, 33(3), 457–474. https://doi.org/10.1016/j.ijresmar.2016.03.001
Kemeny, J. G., & Snell, J. L. (1960). *Finite Markov Chains*, chapter 3 (absorbing chains).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from parvis.measure.attribution.tally import Chain

__all__ = ["Walk", "removal_effects"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: With more states than this the walk is followed step by step instead of inverted,
_DENSE: Final = 3_000
#: and where an inverse takes so many times the products of a step: measured, the same time.
_STEPS: Final = 3_000
_TOLERANCE: Final = 1e-12
_MOST_STEPS: Final = 100_000


class Walk:
    """The places of a chain, found once; its probabilities are then given by counts.

    Parameters
    ----------
    chain
        Its steps.
    """

    def __init__(self, chain: Chain) -> None:
        ends = chain.channels + 2
        base, width = chain.channels + 1, (chain.channels + 1) ** chain.order
        state, follows = np.divmod(chain.steps, ends)
        onward = follows < chain.channels
        reached = (state[onward] * base + follows[onward] + 1) % width
        self._states = np.unique(np.concatenate([[0], state, reached]))
        self._from = np.searchsorted(self._states, state)
        self._onward = onward
        self._to = np.searchsorted(self._states, reached)
        self._is_outcome = follows == chain.channels
        #: (states,) the channel of the last touch; -1 at the beginning
        self._last = self._states % base - 1
        self._channels = chain.channels

    def removal_effects(self, counts: Floats) -> Floats:
        """Return how much of the outcomes each channel's removal takes away.

        Parameters
        ----------
        counts
            (steps,) how often each step was made.

        Returns
        -------
        (channels,)
            Between 0 and 1; 0 for a channel that isn't met, and where there is no outcome.
        """
        size = len(self._states)
        left = np.bincount(self._from, weights=counts, minlength=size)
        odds = counts / np.maximum(left, 1e-300)[self._from]
        outcome: Floats = np.bincount(
            self._from[self._is_outcome], weights=odds[self._is_outcome], minlength=size
        ).astype(float)
        step = int(self._onward.sum()) * (self._channels + 1)
        if size <= _DENSE and size**3 <= _STEPS * step:
            return self._inverted(odds[self._onward], outcome)
        return self._followed(odds[self._onward], outcome)

    def _inverted(self, odds: Floats, outcome: Floats) -> Floats:
        size = len(self._states)
        system = np.eye(size)
        np.subtract.at(system, (self._from[self._onward], self._to), odds)
        visits = np.linalg.inv(system)
        chances = visits @ outcome
        effects = np.zeros(self._channels)
        if chances[0] <= 0:
            return effects
        for channel in range(self._channels):
            inside = np.flatnonzero(self._last == channel)
            if len(inside):
                lost = np.linalg.solve(visits[np.ix_(inside, inside)], chances[inside])
                effects[channel] = visits[0, inside] @ lost / chances[0]
        return np.clip(effects, 0.0, 1.0)

    def _followed(self, odds: Floats, outcome: Floats) -> Floats:
        """Bound the chances from below and from above until the two meet."""
        # it is large, and most commands measure nothing
        from scipy.sparse import csr_array

        size = len(self._states)
        onward = csr_array((odds, (self._from[self._onward], self._to)), shape=(size, size))
        # one column for each channel taken away, and one with all of them
        open_to = np.ones((size, self._channels + 1))
        for channel in range(self._channels):
            open_to[self._last == channel, channel] = 0
        reached = outcome[:, None] * open_to
        low = reached.copy()
        # who may still walk on after so many steps
        still = open_to.copy()
        for _ in range(_MOST_STEPS):
            low = (onward @ low) * open_to + reached
            still = (onward @ still) * open_to
            if still[0].max() <= _TOLERANCE:
                break
        chances = low[0]
        if chances[-1] <= 0:
            return np.zeros(self._channels)
        effects: Floats = 1 - chances[:-1] / chances[-1]
        return np.clip(effects, 0.0, 1.0)


def removal_effects(chain: Chain) -> Floats:
    """Return each channel's removal effect in all journeys of a chain; (channels,)."""
    return Walk(chain).removal_effects(np.asarray(chain.counts.sum(axis=0)).ravel())
