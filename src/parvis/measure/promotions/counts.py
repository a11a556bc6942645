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
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Fit", "Grid", "expected", "fit_each", "fit_together"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.integer[Any]]

_STEPS: Final = 15
#: Far below any standard error.
_CLOSE: Final = 1e-4
_ROUNDS: Final = 4
#: Levels alone are looked for so many times, until they move by less than this part.
_LEVELS: Final = 60
_LEVEL: Final = 1e-9
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

    units: NDArray[np.floating[Any]]
    orders: NDArray[np.floating[Any]]
    display: Codes
    mailer: Codes
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
    climbed
        (factors,) as they were when the search ended, also those that can't be told.
    """

    factors: Floats
    error: Floats
    climbed: Floats


@dataclass(frozen=True, slots=True)
class _Laid:
    """What stays the same while factors are looked for. Most cells aren't shown in any way.

    Parameters
    ----------
    grid
        What it is laid out from.
    where
        (shown,) the cells in which the product was shown in any way.
    display, mailer
        (shown,) how.
    at_shop, at_season, crossed
        For each of display and mailer the shop and the code of those cells as one number, the
        season and the code; and both codes.
    starts, season
        (seasons,) the first week of those that share a level; (weeks,) which level a week has.
    by_shop, by_season
        Units, summed up.
    """

    grid: Grid
    where: Ints
    display: Ints
    mailer: Ints
    at_shop: tuple[Ints, Ints]
    at_season: tuple[Ints, Ints]
    crossed: Ints
    starts: Ints
    season: Ints
    by_shop: Floats
    by_season: Floats

    def seasons(self, of: Floats) -> Floats:
        """Sum up over the weeks that share a level; (shops, seasons)."""
        if len(self.starts) == of.shape[1]:
            return of
        found: Floats = np.add.reduceat(of, self.starts, axis=1)
        return found


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


def expected(grid: Grid, fit: Fit, *, weeks_alike: int) -> Floats:
    """Return the units that a fit expects in each shop and week, as it was shown there.

    They sum up to those that were sold: by shop, by weeks that share a level, and, where the fit
    is of these units, by what was shown.

    Returns
    -------
    Floats
        (shops, weeks) units.
    """
    laid = _laid(grid, weeks_alike)
    weeks = np.ones(len(laid.starts))
    mean = _mean(laid, fit.climbed, weeks, weeks_alike=weeks_alike)
    for _ in range(_LEVELS if weeks_alike else 0):
        before = weeks.copy()
        mean = _mean(laid, fit.climbed, weeks, weeks_alike=weeks_alike)
        if np.abs(weeks - before).max() <= _LEVEL * weeks.max():
            break
    return mean


def _told(factors: Floats, bend: Floats, scores: Floats) -> Fit:
    seen = np.diag(bend) > _LEAST
    error = np.full(len(factors), np.nan)
    if seen.any():
        inverse = np.linalg.pinv(bend[np.ix_(seen, seen)], hermitian=True)
        groups = len(scores)
        meat = scores[:, seen].T @ scores[:, seen] * groups / max(groups - 1, 1)
        error[seen] = np.sqrt(np.maximum(np.diag(inverse @ meat @ inverse), 0.0))
    found = np.where(seen & (np.abs(factors) < _FARTHEST), factors, np.nan)
    return Fit(found, np.where(np.isnan(found), np.nan, error), factors)


def _climb(grids: Sequence[Grid], *, weeks_alike: int) -> tuple[Floats, list[_Slope]]:
    factors = np.zeros(grids[0].width)
    laid = [_laid(g, weeks_alike) for g in grids]
    weeks = [np.ones(len(one.starts)) for one in laid]
    slopes: list[_Slope] = []
    for _ in range(_STEPS):
        slopes = [
            _slope(one, factors, w, weeks_alike=weeks_alike)
            for one, w in zip(laid, weeks, strict=True)
        ]
        bend = np.sum([s.bend for s in slopes], axis=0)
        score = np.sum([s.score for s in slopes], axis=0)
        seen = np.diag(bend) > _LEAST
        step = _step(bend, score, seen)
        # what would go beyond the farthest stays there: the others are found given that
        stuck = (np.abs(factors) >= _FARTHEST) & (step * factors > 0)
        if stuck.any():
            step = _step(bend, score, seen & ~stuck)
        longest = float(np.abs(step).max(initial=0.0))
        factors = np.clip(
            factors + step * min(1.0, _LONGEST / max(longest, 1e-12)), -_FARTHEST, _FARTHEST
        )
        if longest < _CLOSE:
            break
    return factors, slopes


def _step(bend: Floats, score: Floats, free: NDArray[np.bool_]) -> Floats:
    step = np.zeros(len(score))
    if free.any():
        step[free] = np.linalg.lstsq(bend[np.ix_(free, free)], score[free], rcond=1e-8)[0]
    return step


def _laid(grid: Grid, weeks_alike: int) -> _Laid:
    ways, mails = grid.levels
    width = grid.units.shape[1]
    starts = np.arange(0, width, weeks_alike or width)
    season = np.arange(width) // (weeks_alike or width)
    where = np.flatnonzero((grid.display > 0) | (grid.mailer > 0))
    display = grid.display.ravel()[where].astype(np.int64)
    mailer = grid.mailer.ravel()[where].astype(np.int64)
    shop, when = where // width, season[where % width]
    by_week = grid.units.sum(axis=0, dtype=np.float64)
    return _Laid(
        grid,
        where,
        display,
        mailer,
        (shop * (ways + 1) + display, shop * (mails + 1) + mailer),
        (when * (ways + 1) + display, when * (mails + 1) + mailer),
        display * (mails + 1) + mailer,
        starts,
        season,
        grid.units.sum(axis=1, dtype=np.float64),
        np.add.reduceat(by_week, starts),
    )


def _slope(laid: _Laid, factors: Floats, weeks: Floats, *, weeks_alike: int) -> _Slope:
    mean = _mean(laid, factors, weeks, weeks_alike=weeks_alike)
    return _curved(laid, mean, laid.grid.units - mean, weeks_alike=weeks_alike)


def _mean(laid: _Laid, factors: Floats, weeks: Floats, *, weeks_alike: int) -> Floats:
    """Return what is expected given the factors; the levels of weeks are mended in place."""
    grid = laid.grid
    ways, mails = grid.levels
    base = np.array(grid.orders, np.float64)
    shown = np.exp(np.append(0.0, factors[:ways]))[laid.display]
    base.reshape(-1)[laid.where] *= (
        shown * np.exp(np.append(0.0, factors[ways : ways + mails]))[laid.mailer]
    )
    if grid.price is not None:
        base *= np.exp(factors[-1] * grid.price)
    together = laid.seasons(base)
    shops = laid.by_shop / np.maximum(together @ weeks, 1e-300)
    if weeks_alike:
        # both sums must be right at once: each is mended in turn, from where it last stood
        for _ in range(_ROUNDS):
            weeks[:] = laid.by_season / np.maximum(shops @ together, 1e-300)
            shops = laid.by_shop / np.maximum(together @ weeks, 1e-300)
    mean = base
    mean *= shops[:, None]
    mean *= weeks[laid.season]
    return mean


def _curved(laid: _Laid, mean: Floats, left: Floats, *, weeks_alike: int) -> _Slope:
    """Take out of the curvature what the levels can do as well."""
    shop_left = _at_shop(laid, left)
    at_shop, at_season = _at_shop(laid, mean), _at_season(laid, mean)
    of_shop = mean.sum(axis=1)
    scaled = at_shop / np.maximum(of_shop, 1e-300)[:, None]
    bend = _crossed(laid, mean) - at_shop.T @ scaled
    score = shop_left.sum(axis=0)
    all_left = left.sum(axis=1)[:, None]
    by_shop = shop_left - all_left * scaled
    if weeks_alike:
        mean, left = laid.seasons(mean), laid.seasons(left)
        of_week = mean.sum(axis=0)
        share = mean / np.maximum(of_shop, 1e-300)[:, None]
        rest = at_season - mean.T @ scaled
        within = np.diag(of_week) - mean.T @ share
        # the levels are known but for one factor that shops and weeks share
        within[np.diag_indices_from(within)] += 1e-9 * max(float(of_week.max()), 1.0)
        within += of_week.mean() / len(of_week) ** 2
        moved = np.linalg.solve(within, rest)
        bend = bend - rest.T @ moved
        by_shop = shop_left - left @ moved - all_left * (scaled - share @ moved)
    return _Slope(score, (bend + bend.T) / 2.0, by_shop)


def _at_shop(laid: _Laid, of: Floats) -> Floats:
    """Sum up over weeks, by factor; (shops, factors)."""
    grid = laid.grid
    found = _by_code(laid, of, laid.at_shop, len(of))
    if grid.price is not None:
        found.append((of @ grid.price)[:, None])
    return np.concatenate(found, axis=1)


def _at_season(laid: _Laid, of: Floats) -> Floats:
    """Sum up over shops and the weeks that share a level, by factor; (seasons, factors)."""
    grid = laid.grid
    found = _by_code(laid, of, laid.at_season, len(laid.starts))
    if grid.price is not None:
        found.append(np.add.reduceat(of.sum(axis=0) * grid.price, laid.starts)[:, None])
    return np.concatenate(found, axis=1)


def _by_code(laid: _Laid, of: Floats, at: tuple[Ints, Ints], size: int) -> list[Floats]:
    some = of.ravel()[laid.where]
    found = []
    for place, width in zip(at, laid.grid.levels, strict=True):
        many = np.bincount(place, some, minlength=size * (width + 1))
        found.append(np.asarray(many.reshape(size, width + 1)[:, 1:], np.float64))
    return found


def _crossed(laid: _Laid, of: Floats) -> Floats:
    """Sum up over shops and weeks, by two factors; (factors, factors)."""
    grid = laid.grid
    ways, mails = grid.levels
    some = of.ravel()[laid.where]
    table = np.bincount(laid.crossed, some, minlength=(ways + 1) * (mails + 1))
    both = table.reshape(ways + 1, mails + 1)
    cross = np.zeros((grid.width, grid.width))
    cross[:ways, :ways] = np.diag(both.sum(axis=1)[1:])
    cross[ways : ways + mails, ways : ways + mails] = np.diag(both.sum(axis=0)[1:])
    cross[:ways, ways : ways + mails] = both[1:, 1:]
    cross[ways : ways + mails, :ways] = both[1:, 1:].T
    if grid.price is not None:
        priced = some * grid.price[laid.where % of.shape[1]]
        codes = zip((laid.display, laid.mailer), grid.levels, strict=True)
        every = [np.bincount(code, priced, minlength=width + 1)[1:] for code, width in codes]
        cross[-1, :-1] = cross[:-1, -1] = np.concatenate(every)
        cross[-1, -1] = float(of.sum(axis=0) @ grid.price**2)
    return cross
