"""Learn without labels what likeness is worth: a mixture of one person, one household, strangers.

Pairs are counted by their pattern of likeness. All possible pairs are the population: those
that were blocked together are seen one by one, of the others only how often each level occurs
(from pairs drawn at random), and none of them is taken for alike. So the matches can be taken
out of the random pairs again, which matters where records are few.

References
----------
Fellegi, I. P., & Sunter, A. B. (1969). A theory for record linkage. *Journal of the American
Statistical Association*, 64(328), 1183–1210. https://doi.org/10.1080/01621459.1969.10501049

Winkler, W. E. (1988). Using the EM algorithm for weight computation in the Fellegi-Sunter model
of record linkage. *Proceedings of the Section on Survey Research Methods*, 667–671.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parvis.identity.alike.likeness import Comparison

__all__ = ["Mixture", "Patterns", "Population", "learn", "posterior", "starting"]

Floats = NDArray[np.float64]

_ROUNDS: Final = 60
_ENOUGH: Final = 1e-5
#: Fewer households than this, for each pair that is one person, are one person's odd pairs.
_FEW_KIN: Final = 0.02
#: How many imagined pairs keep a level that nobody shows from weighing without end.
_IMAGINED: Final = 3.0
#: No share is less, so that logarithms exist.
_LEAST: Final = 1e-9


@dataclass(frozen=True)
class Patterns:
    """Pairs by pattern of likeness.

    Parameters
    ----------
    levels
        One row a pattern, one column a comparison: the level from 1 on; 0: unknown.
    counts
        How many pairs show it.
    terms
        Bits that rare and frequent values add.
    terms_of_kin
        Of these, what fields add in which a household agrees.
    known
        Whether the pairs are one person for sure.
    """

    levels: NDArray[np.int64]
    counts: Floats
    terms: Floats
    terms_of_kin: Floats
    known: NDArray[np.bool_]


@dataclass(frozen=True)
class Population:
    """All pairs of records, whether they were blocked together or not.

    Parameters
    ----------
    possible
        How many there are.
    sampled
        How many of them were drawn at random.
    random
        For each comparison, how often those show each level.
    filled
        For each comparison, in what share of all pairs both sides are known.
    """

    possible: float
    sampled: float
    random: tuple[Floats, ...]
    filled: tuple[float, ...]


@dataclass(frozen=True)
class Mixture:
    """What each level weighs.

    Parameters
    ----------
    m, u, kin
        For each comparison, how often one person's pairs, strangers' and a household's pairs
        show each level.
    prior, prior_kin
        The share of all pairs that are one person, and one household.
    """

    m: tuple[Floats, ...]
    u: tuple[Floats, ...]
    kin: tuple[Floats, ...]
    prior: float
    prior_kin: float


def starting(comparisons: Sequence[Comparison], population: Population, prior: float) -> Mixture:
    """Return what is taken for granted before anything is learnt.

    Parameters
    ----------
    comparisons
        How fields are compared.
    population
        All pairs.
    prior
        The share of all pairs that are one person, roughly.
    """
    m = tuple(_normed(np.array([level.m for level in c.levels])) for c in comparisons)
    households = any(c.is_personal for c in comparisons) and any(
        not c.is_personal for c in comparisons
    )
    kin = tuple(
        u.copy() if c.is_personal else m_c.copy()
        for c, u, m_c in zip(comparisons, population.random, m, strict=True)
    )
    return Mixture(m, population.random, kin, prior, 0.2 * prior if households else 0.0)


def posterior(patterns: Patterns, mixture: Mixture) -> tuple[Floats, Floats]:
    """Return how probably each pattern is one person, and one household.

    Returns
    -------
    tuple
        Two arrays, one number a pattern.
    """
    same = np.log(mixture.prior) + patterns.terms * np.log(2)
    strangers = np.full(len(patterns.counts), np.log1p(-mixture.prior - mixture.prior_kin))
    kin = np.full(len(patterns.counts), np.log(max(mixture.prior_kin, 1e-300)))
    kin += patterns.terms_of_kin * np.log(2)
    for c in range(patterns.levels.shape[1]):
        level = patterns.levels[:, c]
        same += _log(mixture.m[c])[level]
        strangers += _log(mixture.u[c])[level]
        kin += _log(mixture.kin[c])[level]
    if mixture.prior_kin == 0:
        kin[:] = -np.inf
    top = np.maximum(np.maximum(same, strangers), kin)
    same, strangers, kin = np.exp(same - top), np.exp(strangers - top), np.exp(kin - top)
    total = same + strangers + kin
    p, q = same / total, kin / total
    return np.where(patterns.known, 1.0, p), np.where(patterns.known, 0.0, q)


def learn(
    patterns: Patterns,
    comparisons: Sequence[Comparison],
    start: Mixture,
    population: Population,
) -> Mixture:
    """Learn the levels' weights and the priors by expectation and maximisation.

    Parameters
    ----------
    patterns
        The pairs that were blocked together.
    comparisons
        How fields are compared.
    start
        Where to begin.
    population
        All pairs.

    Returns
    -------
    Mixture
        All its numbers are above nought.
    """
    mixture = _converged(patterns, comparisons, start, population)
    if 0 < mixture.prior_kin < _FEW_KIN * mixture.prior:
        alone = replace(start, prior_kin=0.0)
        mixture = _converged(patterns, comparisons, alone, population)
    return mixture


def _converged(
    patterns: Patterns, comparisons: Sequence[Comparison], start: Mixture, population: Population
) -> Mixture:
    mixture = start
    for _ in range(_ROUNDS):
        p, q = posterior(patterns, mixture)
        next_one = _maximised(patterns, comparisons, mixture, (p, q), population)
        moved = max(float(np.abs(a - b).max()) for a, b in zip(mixture.m, next_one.m, strict=True))
        mixture = next_one
        if moved < _ENOUGH:
            break
    return mixture


def _maximised(
    patterns: Patterns,
    comparisons: Sequence[Comparison],
    mixture: Mixture,
    shares: tuple[Floats, Floats],
    population: Population,
) -> Mixture:
    possible = population.possible
    same = patterns.counts * shares[0]
    kin = patterns.counts * shares[1]
    unsaid = same * ~patterns.known
    m, u, k = [], [], []
    for c, comparison in enumerate(comparisons):
        level, size = patterns.levels[:, c], len(comparison.levels)
        default = _normed(np.array([x.m for x in comparison.levels]))
        of_same = _sums(level, unsaid if comparison.names_alone else same, size)
        of_kin = _sums(level, kin, size)
        m.append(_normed(of_same + _IMAGINED * default))
        # of the pairs of strangers: all, less those that are alike
        filled = possible * max(population.filled[c], 1e-6)
        left = population.random[c] * filled - _sums(level, same, size) - of_kin
        floor = np.maximum(0.5 / population.sampled, 0.02 * population.random[c])
        u.append(_normed(np.maximum(left / filled, floor)))
        k.append(u[-1] if comparison.is_personal else _normed(of_kin + _IMAGINED * default))
    prior = float(np.clip(same.sum() / possible, 1e-12, 0.5))
    prior_kin = float(np.clip(kin.sum() / possible, 1e-12, 0.3)) if mixture.prior_kin else 0.0
    return replace(mixture, m=tuple(m), u=tuple(u), kin=tuple(k), prior=prior, prior_kin=prior_kin)


def _sums(level: NDArray[np.int64], weights: Floats, size: int) -> Floats:
    return np.bincount(level, weights=weights, minlength=size + 1)[1:].astype(float)


def _normed(values: Floats) -> Floats:
    kept = np.maximum(values, _LEAST)
    return np.asarray(kept / kept.sum(), dtype=float)


def _log(shares: Floats) -> Floats:
    # level 0 says nothing
    return np.concatenate([[0.0], np.log(np.maximum(shares, _LEAST))])
