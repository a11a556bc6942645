"""What chance alone does to a city test: other lots, or other stretches of time.

`synthetic` tells why and whence.
"""

from __future__ import annotations

from functools import cached_property
from itertools import combinations
from math import comb
from typing import Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from parvis.measure.experiments.simplex import least_squares_on_simplex

__all__ = ["Chance", "LotsDrawn", "Stretches"]

Floats = NDArray[np.float64]

_PLACEBOS: Final = 199


class Chance(Protocol):
    """What tells how often chance alone is as far off."""

    scheme: Literal["cities", "time"]

    def p_value(self, effect: float) -> float:
        """Tell how often chance alone is as far from this effect."""

    def interval(self, effect: float, alpha: float) -> tuple[float, float]:
        """Return the smallest and the largest effect that isn't refused."""


class LotsDrawn:
    """Whether other sets of cities, had they been drawn, would be as far off.

    Parameters
    ----------
    outcome
        (periods, cities).
    treated
        (cities,) which were drawn.
    begins
        The first treated period.
    """

    scheme: Literal["cities", "time"] = "cities"

    def __init__(self, outcome: Floats, treated: NDArray[np.bool_], begins: int) -> None:
        before = outcome[:begins] - outcome[:begins].mean(axis=0)
        after = outcome[begins:].mean(axis=0) - outcome[:begins].mean(axis=0)
        own = np.flatnonzero(treated)
        drawn = [own, *_sets(len(treated), len(own), own)]
        gram = before.T @ before
        mixes = np.stack([_mix(gram, chosen) for chosen in drawn])
        squares = np.einsum("si,ij,sj->s", mixes, gram, mixes)
        spread = np.sqrt(np.maximum(squares, 1e-24) / begins)
        # how far each set is off, and by how much less for each unit of effect taken away
        self._off = mixes @ after / spread
        self._falls = mixes @ treated.astype(float) / spread

    def p_value(self, effect: float) -> float:
        """Return the share of sets that are as far off; none beyond is less refused."""
        beyond = self._turns[self._turns >= effect]
        if effect < self._off[0] / self._falls[0]:
            beyond = self._turns[self._turns <= effect]
        return float(self._shares(np.append(beyond, effect)).max())

    def interval(self, effect: float, alpha: float) -> tuple[float, float]:
        """Return the smallest and the largest effect that isn't refused."""
        # beyond all turns nothing changes any more
        width = max(float(np.ptp(self._turns)), abs(effect), 1e-9)
        far = np.array([self._turns.min() - width, self._turns.max() + width])
        if (self._shares(far) > alpha).any():
            return -float("inf"), float("inf")
        kept = self._turns[self._shares(self._turns) > alpha]
        return float(min(kept.min(), effect)), float(max(kept.max(), effect))

    @cached_property
    def _turns(self) -> Floats:
        """Where a set becomes as far off as the one drawn: the share changes nowhere else."""
        off, falls = self._off, self._falls
        with np.errstate(divide="ignore", invalid="ignore"):
            crossed = np.concatenate(
                [(off[0] - off[1:]) / (falls[0] - falls[1:]),
                 (off[0] + off[1:]) / (falls[0] + falls[1:])]
            )  # fmt: skip
        found: Floats = np.unique(np.append(crossed[np.isfinite(crossed)], off[0] / falls[0]))
        return found

    def _shares(self, effects: Floats) -> Floats:
        left = np.abs(self._off - effects[:, None] * self._falls)
        found: Floats = (left >= left[:, :1] * (1 - 1e-9) - 1e-12).mean(axis=1)
        return found


def _mix(gram: Floats, chosen: NDArray[np.int64]) -> Floats:
    """Return the mean of some cities less the mix of the others that moves alike; (cities,)."""
    rest = np.setdiff1d(np.arange(len(gram)), chosen)
    aim = gram[np.ix_(rest, chosen)].mean(axis=1)
    found = np.zeros(len(gram))
    found[chosen] = 1 / len(chosen)
    found[rest] = -least_squares_on_simplex(gram[np.ix_(rest, rest)], aim)
    return found


def _sets(count: int, size: int, own: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """List the sets of cities that could have been drawn instead: all, or some at random."""
    if comb(count, size) <= _PLACEBOS:
        every = (np.array(chosen) for chosen in combinations(range(count), size))
        return [chosen for chosen in every if not np.array_equal(chosen, own)]
    rng = np.random.default_rng(0)
    return [np.sort(rng.choice(count, size, replace=False)) for _ in range(_PLACEBOS)]


class Stretches:
    """Whether an effect would make the treated periods like any others.

    Parameters
    ----------
    treated
        (periods,) mean outcome of the treated cities.
    others
        (periods, donors).
    begins
        The first treated period.
    """

    scheme: Literal["cities", "time"] = "time"

    def __init__(self, treated: Floats, others: Floats, begins: int) -> None:
        self._treated, self._begins = treated, begins
        self._centred = others - others.mean(axis=0)
        self._gram = self._centred.T @ self._centred

    def p_value(self, effect: float) -> float:
        """Return the share of stretches whose residuals are as large as the treated ones."""
        freed = self._treated.copy()
        freed[self._begins :] -= effect
        freed -= freed.mean()
        weights = least_squares_on_simplex(self._gram, self._centred.T @ freed)
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
