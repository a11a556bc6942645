"""Learn without labels what likeness is worth: one person, lookalikes, strangers.

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
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from parvis.identity.alike.likeness import Comparison

__all__ = [
    "Lookalikes",
    "Mixture",
    "Patterns",
    "Population",
    "learn",
    "lookalikes_of",
    "posterior",
    "starting",
]

Floats = NDArray[np.float64]
Follows = Literal["stranger", "same", "own"]

_ROUNDS: Final = 60
_ENOUGH: Final = 1e-5
#: From so many pairs that are one person for sure, they alone say what such pairs look like.
_ENOUGH_KNOWN: Final = 100.0
#: The fields that are ways to reach somebody.
_ADDRESSES: Final = frozenset({"email", "emails", "phone", "phones", "handle", "handles"})
#: Fewer lookalikes than this, for each pair that is one person, aren't believed in.
_FEW: Final = 0.02
#: Of the pairs of households, how many are twins, at least and at most.
_TWINS: Final = (0.01, 0.15)
#: What people make of their names: namesakes are alike in it.
_OF_NAMES: Final = frozenset({"email", "emails", "handle", "handles"})
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
        Bits that rare and frequent values add: for one person (`same`), and for each kind of
        lookalikes, in the fields in which those agree.
    known
        Whether the pairs are one person for sure.
    """

    levels: NDArray[np.int64]
    counts: Floats
    terms: dict[str, Floats]
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
class Lookalikes:
    """Pairs that are alike in some fields and yet are two people.

    Parameters
    ----------
    name
        `household`, `twins`, `namesakes` or `neighbours`.
    follows
        For each comparison, whose levels they show: `stranger` (like any two), `same` (like one
        person's records) or `own` (learnt).
    shares
        For each comparison, how often they show each level.
    prior
        Their share of all pairs.
    """

    name: str
    follows: tuple[Follows, ...]
    shares: tuple[Floats, ...]
    prior: float


@dataclass(frozen=True)
class Mixture:
    """What each level weighs.

    Parameters
    ----------
    m, u
        For each comparison, how often one person's pairs, and strangers', show each level.
    prior
        The share of all pairs that are one person.
    lookalikes
        Kinds of pairs that could be mistaken for one person.
    """

    m: tuple[Floats, ...]
    u: tuple[Floats, ...]
    prior: float
    lookalikes: tuple[Lookalikes, ...] = ()

    @property
    def prior_of_strangers(self) -> float:
        """The share of all pairs that have nothing to do with each other."""
        return 1 - self.prior - sum(x.prior for x in self.lookalikes)


def lookalikes_of(comparisons: Sequence[Comparison]) -> dict[str, tuple[Follows, ...]]:
    """Say which kinds of lookalikes the fields let one see, and whose levels they show."""
    found: dict[str, tuple[Follows, ...]] = {}
    if any(c.is_personal for c in comparisons) and any(not c.is_personal for c in comparisons):
        found["household"] = tuple(
            "stranger" if c.is_personal else "own" if c.names_alone else "same" for c in comparisons
        )
    kinds = {c.kind for c in comparisons}
    if "household" in found and "date" in kinds and kinds & {"given_name", "full_name"}:
        found["twins"] = tuple(
            "same" if c.kind == "date" else whose
            for c, whose in zip(comparisons, found["household"], strict=True)
        )
    if {"given_name", "surname"} <= kinds and kinds & _OF_NAMES:
        found["namesakes"] = tuple(
            "same"
            if c.kind in ("given_name", "surname")
            else "own"
            if c.kind in _OF_NAMES
            else "stranger"
            for c in comparisons
        )
    if sum(c.is_place for c in comparisons) > 1:
        found["neighbours"] = tuple("own" if c.is_place else "stranger" for c in comparisons)
    return found


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
    lookalikes = tuple(
        Lookalikes(name, follows, _following(follows, m, m, population.random), 0.2 * prior)
        for name, follows in lookalikes_of(comparisons).items()
    )
    return Mixture(m, population.random, prior, lookalikes)


def posterior(patterns: Patterns, mixture: Mixture) -> list[Floats]:
    """Return how probably each pattern is one person, and lookalikes of each kind.

    Returns
    -------
    list of numpy.ndarray
        One person first, then the lookalikes in their order; one number a pattern.
    """
    logs = [np.full(len(patterns.counts), np.log(mixture.prior_of_strangers))]
    logs.append(np.log(mixture.prior) + patterns.terms["same"] * np.log(2))
    logs += [np.log(x.prior) + patterns.terms[x.name] * np.log(2) for x in mixture.lookalikes]
    for c in range(patterns.levels.shape[1]):
        level = patterns.levels[:, c]
        shares = [mixture.u[c], mixture.m[c], *(x.shares[c] for x in mixture.lookalikes)]
        for log, share in zip(logs, shares, strict=True):
            log += _log(share)[level]
    top = np.maximum.reduce(logs)
    weights = [np.exp(log - top) for log in logs]
    total = np.sum(weights, axis=0)
    same, *others = [w / total for w in weights[1:]]
    return [
        np.where(patterns.known, 1.0, same),
        *(np.where(patterns.known, 0.0, q) for q in others),
    ]


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
        All its numbers are above nought. Where enough pairs are one person for sure, they alone
        say what one person's records look like: among the doubtful ones namesakes are many, and
        what is learnt from those is what namesakes look like.
    """
    sure = _said_by_known(patterns, comparisons)
    start = replace(start, m=tuple(_either(a, b) for a, b in zip(sure, start.m, strict=True)))
    mixture = _converged(patterns, comparisons, start, population)
    # so few are no kind of their own but one person's odd pairs
    many = {x.name for x in mixture.lookalikes if x.prior >= _FEW * mixture.prior}
    many = many | {"twins"} if "household" in many else many - {"twins"}
    if len(many) < len(mixture.lookalikes):
        kept = tuple(x for x in start.lookalikes if x.name in many)
        mixture = _converged(patterns, comparisons, replace(start, lookalikes=kept), population)
    return mixture


def _said_by_known(
    patterns: Patterns, comparisons: Sequence[Comparison]
) -> tuple[Floats | None, ...]:
    """Count how often pairs that are one person for sure show each level; null: too few do.

    An address is often what made them known. What it says by itself is told by those pairs that
    share another address: then this one may agree or not.
    """
    known = patterns.counts * patterns.known
    if known.sum() < _ENOUGH_KNOWN:
        return (None,) * len(comparisons)
    addresses = [c for c, x in enumerate(comparisons) if x.kind in _ADDRESSES]
    found: list[Floats | None] = []
    for c, comparison in enumerate(comparisons):
        weights = known
        if c in addresses:
            others = [patterns.levels[:, o] == 1 for o in addresses if o != c]
            weights = known * (np.any(others, axis=0) if others else 0.0)
        sums = _sums(patterns.levels[:, c], weights, len(comparison.levels))
        default = _normed(np.array([x.m for x in comparison.levels]))
        if sums.sum() < _ENOUGH_KNOWN:
            # too few to count, and what the doubtful ones show isn't to be trusted either
            found.append(default if c in addresses else None)
        else:
            found.append(_normed(sums + _IMAGINED * default))
    return tuple(found)


def _either(one: Floats | None, other: Floats) -> Floats:
    return other if one is None else one


def _converged(
    patterns: Patterns, comparisons: Sequence[Comparison], start: Mixture, population: Population
) -> Mixture:
    mixture = start
    sure = _said_by_known(patterns, comparisons)
    for _ in range(_ROUNDS):
        shares = posterior(patterns, mixture)
        next_one = _maximised(patterns, comparisons, mixture, shares, population)
        m = tuple(_either(a, b) for a, b in zip(sure, next_one.m, strict=True))
        next_one = replace(next_one, m=m)
        moved = max(float(np.abs(a - b).max()) for a, b in zip(mixture.m, next_one.m, strict=True))
        mixture = next_one
        if moved < _ENOUGH:
            break
    return mixture


def _maximised(
    patterns: Patterns,
    comparisons: Sequence[Comparison],
    mixture: Mixture,
    shares: Sequence[Floats],
    population: Population,
) -> Mixture:
    same, *others = [patterns.counts * share for share in shares]
    unsaid = same * ~patterns.known
    m, u = [], []
    own: list[list[Floats]] = [[] for _ in others]
    for c, comparison in enumerate(comparisons):
        level, size = patterns.levels[:, c], len(comparison.levels)
        default = _normed(np.array([x.m for x in comparison.levels]))
        of_same = _sums(level, unsaid if comparison.names_alone else same, size)
        m.append(_normed(of_same + _IMAGINED * default))
        # of the pairs of strangers: all, less those that are alike
        filled = population.possible * max(population.filled[c], 1e-6)
        left = population.random[c] * filled - _sums(level, same, size)
        for mine, weights in zip(own, others, strict=True):
            of_kind = _sums(level, weights, size)
            mine.append(_normed(of_kind + _IMAGINED * default))
            left = left - of_kind
        floor = np.maximum(0.5 / population.sampled, 0.02 * population.random[c])
        u.append(_normed(np.maximum(left / filled, floor)))
    possible = population.possible
    priors = {
        x.name: float(np.clip(weights.sum() / possible, 1e-12, 0.2))
        for x, weights in zip(mixture.lookalikes, others, strict=True)
    }
    if "twins" in priors:
        # there are some twins wherever there are households, and never many
        least, most = (share * priors["household"] for share in _TWINS)
        priors["twins"] = min(max(priors["twins"], least), most)
    lookalikes = tuple(
        Lookalikes(x.name, x.follows, _following(x.follows, mine, m, u), priors[x.name])
        for x, mine in zip(mixture.lookalikes, own, strict=True)
    )
    # what is known already says nothing of how often those that aren't are one
    prior = float(np.clip(unsaid.sum() / possible, 1e-12, 0.5))
    return Mixture(tuple(m), tuple(u), prior, lookalikes)


def _following(
    follows: Sequence[Follows], own: Sequence[Floats], m: Sequence[Floats], u: Sequence[Floats]
) -> tuple[Floats, ...]:
    of = {"own": own, "same": m, "stranger": u}
    return tuple(of[whose][c] for c, whose in enumerate(follows))


def _sums(level: NDArray[np.int64], weights: Floats, size: int) -> Floats:
    return np.bincount(level, weights=weights, minlength=size + 1)[1:].astype(float)


def _normed(values: Floats) -> Floats:
    kept = np.maximum(values, _LEAST)
    return np.asarray(kept / kept.sum(), dtype=float)


def _log(shares: Floats) -> Floats:
    # level 0 says nothing
    return np.concatenate([[0.0], np.log(np.maximum(shares, _LEAST))])
