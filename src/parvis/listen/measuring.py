"""How often what reads texts is right, measured on texts that the team labelled unseen."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parvis.listen.contracts import LABELS

__all__ = ["ENOUGH", "Bin", "Interval", "Measured", "measured", "wilson"]

#: With fewer labelled texts nothing is told.
ENOUGH: Final = 50

_Z: Final = 1.959964
_DRAWS: Final = 1_000
_EDGES: Final = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class Interval:
    """A share between 0 and 1 with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Texts of which the model was about as sure.

    Parameters
    ----------
    low, high
        How sure: probabilities.
    texts
        How many.
    said
        How sure it was on average.
    right
        The share on which it was right.
    """

    low: float
    high: float
    texts: int
    said: float
    right: Interval


@dataclass(frozen=True, slots=True)
class Measured:
    """How often it is right.

    Parameters
    ----------
    texts
        Labelled.
    accuracy
        The share that is right; interval of Wilson.
    macro_f1
        The mean of the F1 of the moods that occur; interval by bootstrap, 1,000 draws.
    calibration_error
        How far said and right are apart, on average over texts.
    bins
        The same by how sure it was.
    """

    texts: int
    accuracy: Interval
    macro_f1: Interval
    calibration_error: float
    bins: tuple[Bin, ...]


def measured(truth: Sequence[str], probabilities: Sequence[Sequence[float]]) -> Measured:
    """Measure what was said against what is right.

    Parameters
    ----------
    truth
        Of `LABELS`, one a text; at least one.
    probabilities
        For each text what the model gives each of `LABELS`.

    References
    ----------
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference" (1927).
    B. Efron, "Bootstrap methods: another look at the jackknife" (1979).

    Examples
    --------
    >>> told = measured(["negative"] * 8, [[0.9, 0.05, 0.05]] * 6 + [[0.2, 0.2, 0.6]] * 2)
    >>> told.accuracy.value, round(told.accuracy.low, 2), round(told.accuracy.high, 2)
    (0.75, 0.41, 0.93)
    """
    given = np.asarray(probabilities, float)
    right = np.array([LABELS.index(one) for one in truth])
    said = given.argmax(axis=1)
    sure, hit = given.max(axis=1), said == right
    chance = np.random.default_rng(20_261_122)
    drawn = chance.integers(0, len(right), (_DRAWS, len(right)))
    scores = np.array([_macro_f1(right[rows], said[rows]) for rows in drawn])
    low, high = (float(one) for one in np.quantile(scores, (0.025, 0.975)))
    bins = tuple(
        _bin(start, end, sure[inside], hit[inside])
        for start, end in itertools.pairwise(_EDGES)
        if (inside := (sure > start) & (sure <= end)).any()
    )
    apart = sum(one.texts * abs(one.said - one.right.value) for one in bins) / len(right)
    return Measured(
        len(right),
        wilson(int(hit.sum()), len(right)),
        Interval(_macro_f1(right, said), low, high),
        float(apart),
        bins,
    )


def _bin(low: float, high: float, sure: NDArray[np.float64], hit: NDArray[np.bool_]) -> Bin:
    return Bin(low, high, len(sure), float(sure.mean()), wilson(int(hit.sum()), len(hit)))


def _macro_f1(right: NDArray[np.intp], said: NDArray[np.intp]) -> float:
    table = np.bincount(right * 3 + said, minlength=9).reshape(3, 3)
    both, occurs = table.diagonal(), table.sum(axis=0) + table.sum(axis=1)
    return float((2 * both[occurs > 0] / occurs[occurs > 0]).mean())


def wilson(hits: int, tries: int) -> Interval:
    """Give a share with the interval of Wilson."""
    share, squared = hits / tries, _Z * _Z
    middle = (share + squared / (2 * tries)) / (1 + squared / tries)
    spread = math.sqrt(share * (1 - share) / tries + squared / (4 * tries * tries))
    spread *= _Z / (1 + squared / tries)
    return Interval(share, max(0.0, middle - spread), min(1.0, middle + spread))
