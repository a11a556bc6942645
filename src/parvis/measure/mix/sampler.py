r"""Draws from a density whose slope is known: many short Hamiltonian chains side by side.

A point is given a push and follows the density's slope for a while; where it arrives it is kept
with the probability that makes the draws exact. All chains walk at once, so that a step of sixty
costs little more than one.

The start and the shape of the steps come from the mode and its curvature, then from the warm-up's
own draws. Lengths of walks are drawn anew each time, so that none comes back to where it began.

References
----------
Neal, R. M. (2011). MCMC using Hamiltonian dynamics. *Handbook of Markov Chain Monte Carlo*,
chapter 5. https://arxiv.org/abs/1206.1901
Hoffman, M. D., & Gelman, A. (2014). The No-U-Turn sampler. *JMLR*, 15, 1593–1623 (section 3.2,
the length of steps by dual averaging). https://jmlr.org/papers/v15/hoffman14a.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parvis.errors import MeasureError

__all__ = ["Draws", "SamplerOptions", "draw", "mode_of"]

Floats = NDArray[np.float64]
Density = Callable[[Floats], tuple[Floats, Floats]]

#: Steps of a walk, at most; the mean is half of it.
_LONGEST: Final = 10
#: Of a walk's ends so many should be kept.
_TARGET: Final = 0.8
_FAR: Final = 50.0
#: What is told to who climbs where there is no density.
_REFUSED: Final = 1e12


@dataclass(frozen=True, slots=True)
class SamplerOptions:
    """How much is drawn.

    Parameters
    ----------
    chains
        Side by side.
    warm_up
        Draws of each that are thrown away.
    draws
        Draws of each that are kept.
    seed
        The same seed gives the same draws.
    """

    chains: int = 32
    warm_up: int = 180
    draws: int = 400
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Draws:
    """What was drawn.

    Parameters
    ----------
    theta
        (chains, draws, dimensions).
    accepted
        The share of walks whose end was kept.
    diverged
        How many walks left the density's shape: many say that something is too sharp to follow.
    """

    theta: Floats
    accepted: float
    diverged: int

    @property
    def flat(self) -> Floats:
        """(chains * draws, dimensions)."""
        return self.theta.reshape(-1, self.theta.shape[-1])


def mode_of(density: Density, start: Floats) -> Floats:
    """Climb to the top of a density from a point; (dimensions,)."""
    # it is large, and most commands measure nothing
    from scipy.optimize import minimize

    def down(theta: Floats) -> tuple[float, Floats]:
        with np.errstate(all="ignore"):
            value, slope = density(theta[None])
        if not (np.isfinite(value[0]) and np.isfinite(slope[0]).all()):
            return _REFUSED, np.zeros_like(theta)
        return -float(value[0]), -slope[0]

    found = minimize(down, start, jac=True, method="L-BFGS-B", options={"maxiter": 500})
    if not found.fun < _REFUSED:
        raise MeasureError(
            "The model's density isn't a number where it begins.",
            "Look for empty or constant columns in what it was given.",
        )
    top: Floats = found.x
    return top


def draw(density: Density, start: Floats, options: SamplerOptions | None = None) -> Draws:
    """Draw from a density.

    Parameters
    ----------
    density
        Gives log density and slope of (draws, dimensions) points.
    start
        Where the climb to the mode begins; (dimensions,).
    options
        How much is drawn.
    """
    options = options or SamplerOptions()
    rng = np.random.default_rng(options.seed)
    top = mode_of(density, start)
    walk = _Walk(density, top, _shape_at(density, top), options.chains, rng)
    third = options.warm_up // 3
    walk.run(third, adapts=True)
    for _ in range(2):
        seen = walk.run(third, adapts=True)
        walk.reshape(seen.reshape(-1, seen.shape[-1]))
    walk.run(max(third // 2, 10), adapts=True)
    walk.settle()
    walk.diverged = walk.kept = walk.walked = 0
    theta = walk.run(options.draws, adapts=False)
    return Draws(theta.transpose(1, 0, 2), walk.kept / max(walk.walked, 1), walk.diverged)


def _shape_at(density: Density, top: Floats) -> Floats:
    """Return the covariance that the curvature at a point speaks of."""
    size, step = len(top), 1e-4
    around = np.concatenate([top + step * np.eye(size), top - step * np.eye(size)])
    slopes = density(around)[1]
    curvature = -(slopes[:size] - slopes[size:]) / (2 * step)
    curvature = (curvature + curvature.T) / 2
    values, directions = np.linalg.eigh(curvature)
    # flat directions are as wide as beliefs about logarithms are
    shape: Floats = (directions / np.clip(values, 0.25, None)) @ directions.T
    return shape


class _Walk:
    def __init__(
        self, density: Density, top: Floats, shape: Floats, chains: int, rng: np.random.Generator
    ) -> None:
        self._density, self._rng = density, rng
        self._root = np.linalg.cholesky(shape)
        spread = rng.standard_normal((chains, len(top)))
        self._at = top + 0.5 * spread @ self._root.T
        self._value, self._slope = density(self._at)
        self._step = self._smooth = 0.5
        self._aim()
        self.diverged = self.kept = self.walked = 0

    def _aim(self) -> None:
        self._aims, self._error = 0, 0.0
        self._centre = np.log(10 * self._step)

    def reshape(self, seen: Floats) -> None:
        """Take the shape of the steps from draws."""
        shape = np.cov(seen.T) + 1e-6 * np.eye(seen.shape[1])
        self._root = np.linalg.cholesky(shape)
        self._step = 0.5
        self._aim()

    def settle(self) -> None:
        """Take the length of steps that was aimed for; it isn't changed any more."""
        self._step = self._smooth

    def run(self, draws: int, *, adapts: bool) -> Floats:
        """Walk; return (draws, chains, dimensions)."""
        seen = np.empty((draws, *self._at.shape))
        for number in range(draws):
            chance = self._walk()
            if adapts:
                self._adapt(float(chance.mean()))
            seen[number] = self._at
        return seen

    def _walk(self) -> Floats:
        rng, root = self._rng, self._root
        push = rng.standard_normal(self._at.shape)
        # each chain steps a little longer or shorter, each walk is longer or shorter
        step = self._step * rng.uniform(0.8, 1.2, (len(push), 1))
        steps = int(rng.integers(1, _LONGEST + 1))
        at, slope = self._at.copy(), self._slope
        energy = self._value - 0.5 * (push**2).sum(axis=1)
        with np.errstate(all="ignore"):
            push = push + 0.5 * step * (slope @ root)
            for number in range(steps):
                at = at + step * (push @ root.T)
                value, slope = self._density(at)
                push = push + (1.0 if number < steps - 1 else 0.5) * step * (slope @ root)
            gained = value - 0.5 * (push**2).sum(axis=1) - energy
        lost = ~np.isfinite(gained)
        self.diverged += int((lost | (gained < -_FAR)).sum())
        chance = np.exp(np.minimum(np.where(lost, -np.inf, gained), 0.0))
        kept = rng.random(len(chance)) < chance
        self._at = np.where(kept[:, None], at, self._at)
        self._value = np.where(kept, value, self._value)
        self._slope = np.where(kept[:, None], slope, self._slope)
        self.kept += int(kept.sum())
        self.walked += len(kept)
        return chance

    def _adapt(self, chance: float) -> None:
        self._aims += 1
        part = 1 / (self._aims + 10)
        self._error += part * (_TARGET - chance - self._error)
        log_step = self._centre - np.sqrt(self._aims) / 0.05 * self._error
        self._step = float(np.exp(np.clip(log_step, -8, 1)))
        keep = self._aims**-0.75
        self._smooth = float(
            np.exp(keep * np.log(self._step) + (1 - keep) * np.log(self._smooth))
            if self._aims > 1
            else self._step
        )
