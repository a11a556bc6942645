"""Counts in shops and weeks, explained by what was shown there: Poisson, two ways of levels.

Units of a product in a shop and week are as many as orders there, times what the shop usually
sells of it (a level for each shop), times, where weeks are told apart, what the week does to it
everywhere (a level for each week), times the factor of what was shown. Weeks in which nothing was
sold count: a promotion that sells nothing is a promotion that sells nothing.

The levels are solved for, never estimated one by one: given the factors they are the ones at
which the sums over shops and weeks are those that were seen; and the curvature of what is left is
the Schur complement of theirs. That is exact, and right whatever the spread of the counts is, as
long as their mean is (Poisson pseudo-likelihood).

References
----------
Correia, Guimaraes and Zylkin (2020), "Fast Poisson estimation with high-dimensional fixed
effects", Stata Journal 20(1). Wooldridge (1999), "Distribution-free estimation of some nonlinear
panel data models", Journal of Econometrics 90(1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Fit", "Grid", "fit_each", "fit_together"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_STEPS: Final = 15
#: Far below any standard error.
_CLOSE: Final = 1e-4
_ROUNDS: Final = 4
_LONGEST: Final = 1.0
_FARTHEST: Final = 6.0
#: A factor with less information than this can't be told from the levels.
_LEAST: Final = 0.5


@dataclass(frozen=True, slots=True)
class Grid:
    """One product in its shops and weeks.

    Parameters
    ----------
    units, orders
        (shops, weeks) units sold, and orders of anything there; where nobody ordered at all the
        week says nothing and is left out.
    display, mailer
        (shops, weeks) 0: not shown; from 1 on, how.
    levels
        How many ways there are of each.
    price
        (weeks,) logarithm of the price; null: not held.
    """

    units: Floats
    orders: Floats
    display: Ints
    mailer: Ints
    levels: tuple[int, int]
    price: Floats | None = None

    @property
    def width(self) -> int:
        """How many factors there are."""
        return sum(self.levels) + (self.price is not None)


@dataclass(frozen=True, slots=True)
class Fit:
    """Factors, as logarithms.

    Parameters
    ----------
    factors, error
        (factors,) and their standard errors; nan: can't be told from the levels.
    """

    factors: Floats
    error: Floats


@dataclass(frozen=True, slots=True)
class _Slope:
    """Score (factors,), curvature (factors, factors), and the score by shop."""

    score: Floats
    bend: Floats
    by_shop: Floats


def fit_each(grid: Grid, *, weeks_alike: int) -> Fit:
    """Fit the factors of one product; errors allow for what hangs together within a shop.

    Parameters
    ----------
    weeks_alike
        So many weeks that follow each other share a level. 1: the product is held against itself
        in other shops in the same week; 6: against other weeks in that shop, those of the same
        season; 0: against all other weeks.
    """
    factors, slopes = _climb([grid], weeks_alike=weeks_alike)
    return _told(factors, slopes[0].bend, slopes[0].by_shop)


def fit_together(grids: Sequence[Grid], *, weeks_alike: int) -> Fit:
    """Fit factors that all products share; errors allow for what differs between products."""
    factors, slopes = _climb(grids, weeks_alike=weeks_alike)
    bend = np.sum([s.bend for s in slopes], axis=0)
    return _told(factors, bend, np.stack([s.score for s in slopes]))


def _told(factors: Floats, bend: Floats, scores: Floats) -> Fit:
    seen = np.diag(bend) > _LEAST
    error = np.full(len(factors), np.nan)
    if seen.any():
        inverse = np.linalg.pinv(bend[np.ix_(seen, seen)], hermitian=True)
        groups = len(scores)
        meat = scores[:, seen].T @ scores[:, seen] * groups / max(groups - 1, 1)
        error[seen] = np.sqrt(np.maximum(np.diag(inverse @ meat @ inverse), 0.0))
    found = np.where(seen & (np.abs(factors) < _FARTHEST), factors, np.nan)
    return Fit(found, np.where(np.isnan(found), np.nan, error))


def _climb(grids: Sequence[Grid], *, weeks_alike: int) -> tuple[Floats, list[_Slope]]:
    factors = np.zeros(grids[0].width)
    weeks = [np.ones(_seasons(g, weeks_alike).shape[1]) for g in grids]
    slopes: list[_Slope] = []
    for _ in range(_STEPS):
        slopes = [
            _slope(g, factors, w, weeks_alike=weeks_alike)
            for g, w in zip(grids, weeks, strict=True)
        ]
        bend = np.sum([s.bend for s in slopes], axis=0)
        score = np.sum([s.score for s in slopes], axis=0)
        seen = np.diag(bend) > _LEAST
        step = np.zeros(len(factors))
        if seen.any():
            step[seen] = np.linalg.lstsq(bend[np.ix_(seen, seen)], score[seen], rcond=1e-8)[0]
        longest = float(np.abs(step).max(initial=0.0))
        factors = np.clip(
            factors + step * min(1.0, _LONGEST / max(longest, 1e-12)), -_FARTHEST, _FARTHEST
        )
        if longest < _CLOSE:
            break
    return factors, slopes


def _slope(grid: Grid, factors: Floats, weeks: Floats, *, weeks_alike: int) -> _Slope:
    ways, mails = grid.levels
    effect = np.exp(np.append(0.0, factors[:ways]))[grid.display]
    effect = effect * np.exp(np.append(0.0, factors[ways : ways + mails]))[grid.mailer]
    base = grid.orders * effect
    if grid.price is not None:
        base = base * np.exp(factors[-1] * grid.price)[None, :]
    by_shop, by_week = grid.units.sum(axis=1), grid.units.sum(axis=0)
    seasons = _seasons(grid, weeks_alike)
    together = base @ seasons
    shops = by_shop / np.maximum(together @ weeks, 1e-300)
    if weeks_alike:
        of_season = by_week @ seasons
        # both sums must be right at once: each is mended in turn, from where it last stood
        for _ in range(_ROUNDS):
            weeks[:] = of_season / np.maximum(shops @ together, 1e-300)
            shops = by_shop / np.maximum(together @ weeks, 1e-300)
    mean = base * shops[:, None] * (seasons @ weeks)[None, :]
    return _curved(grid, mean, grid.units - mean, weeks_alike=weeks_alike)


def _seasons(grid: Grid, weeks_alike: int) -> Floats:
    """Tell which weeks share a level. Shape (weeks, levels)."""
    number = np.arange(grid.units.shape[1]) // (weeks_alike or grid.units.shape[1])
    return np.asarray(number[:, None] == np.arange(number[-1] + 1)[None, :], np.float64)


def _curved(grid: Grid, mean: Floats, left: Floats, *, weeks_alike: int) -> _Slope:
    """Take out of the curvature what the levels can do as well."""
    shop_left, _, _ = _sums(grid, left)
    at_shop, at_week, cross = _sums(grid, mean)
    of_shop = mean.sum(axis=1)
    scaled = at_shop / np.maximum(of_shop, 1e-300)[:, None]
    bend = cross - at_shop.T @ scaled
    score = shop_left.sum(axis=0)
    by_shop = shop_left - left.sum(axis=1)[:, None] * scaled
    if weeks_alike:
        seasons = _seasons(grid, weeks_alike)
        mean, left = mean @ seasons, left @ seasons
        of_week = mean.sum(axis=0)
        rest = seasons.T @ at_week - mean.T @ scaled
        within = np.diag(of_week) - mean.T @ (mean / np.maximum(of_shop, 1e-300)[:, None])
        # the levels are known but for one factor that shops and weeks share
        within[np.diag_indices_from(within)] += 1e-9 * max(float(of_week.max()), 1.0)
        within += of_week.mean() / len(of_week) ** 2
        moved = np.linalg.solve(within, rest)
        bend = bend - rest.T @ moved
        shifted = scaled - (mean / np.maximum(of_shop, 1e-300)[:, None]) @ moved
        by_shop = shop_left - left @ moved - left.sum(axis=1)[:, None] * shifted
    return _Slope(score, (bend + bend.T) / 2.0, by_shop)


def _sums(grid: Grid, of: Floats) -> tuple[Floats, Floats, Floats]:
    """Sum up over weeks (shops, factors), over shops (weeks, factors), and over both, crossed."""
    ways, mails = grid.levels
    shops, weeks = of.shape
    flat = of.ravel()
    row = np.repeat(np.arange(shops), weeks)
    column = np.tile(np.arange(weeks), shops)
    shown, mailed = grid.display.ravel(), grid.mailer.ravel()

    def laid(place: Ints, size: int, code: Ints, width: int) -> Floats:
        many = np.bincount(place * (width + 1) + code, flat, minlength=size * (width + 1))
        return np.asarray(many.reshape(size, width + 1)[:, 1:], np.float64)

    at_shop = [laid(row, shops, shown, ways), laid(row, shops, mailed, mails)]
    at_week = [laid(column, weeks, shown, ways), laid(column, weeks, mailed, mails)]
    table = np.bincount(shown * (mails + 1) + mailed, flat, minlength=(ways + 1) * (mails + 1))
    both = table.reshape(ways + 1, mails + 1)
    cross = np.zeros((grid.width, grid.width))
    cross[:ways, :ways] = np.diag(both.sum(axis=1)[1:])
    cross[ways : ways + mails, ways : ways + mails] = np.diag(both.sum(axis=0)[1:])
    cross[:ways, ways : ways + mails] = both[1:, 1:]
    cross[ways : ways + mails, :ways] = both[1:, 1:].T
    if grid.price is not None:
        by_week = of.sum(axis=0)
        at_shop.append((of @ grid.price)[:, None])
        at_week.append((by_week * grid.price)[:, None])
        every = np.concatenate([at_week[0], at_week[1]], axis=1)
        cross[-1, :-1] = cross[:-1, -1] = grid.price @ every
        cross[-1, -1] = float(by_week @ grid.price**2)
    return np.concatenate(at_shop, axis=1), np.concatenate(at_week, axis=1), cross
