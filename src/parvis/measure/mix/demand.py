r"""Budgets that follow demand, read from the budgets themselves.

Whoever plans advertising sees demand coming and spends more: sales and spending rise together,
whatever advertising does. No silo holds demand; but all budgets followed the same one. After the
usual spending of place and channel is taken away,

.. math:: \log \mathrm{spend}_{tgc} = f_c\, d_{tg} + e_{tgc},

a factor that all channels have in common, and what each did by itself. The factor enters the mix
as a control, so that a channel is judged by what it did *by itself*. Where channels did nothing by
themselves, nothing is left to judge by, and the interval says so.

The factor is one of each period for all places (season, promotions, news) and one of each place
beside it (a warm week in one town).

Planners see demand late, advertising works late, and sales come at once. So what sales follow is a
little ahead of what budgets tell, and the periods before and after enter beside it. Without them
sales seem to foretell spending, and all that is carried over is taken for less than it is.

References
----------
Wang, Y., & Blei, D. M. (2019). The blessings of multiple causes. *JASA*, 114(528), 1574–1596.
https://doi.org/10.1080/01621459.2019.1686987 (what several causes have in common stands for what
drives them all); with the reply of D'Amour, A. (2019), *JASA*, 114(528), on when it can't.
Rubin, D. B., & Thayer, D. T. (1982). EM algorithms for ML factor analysis. *Psychometrika*, 47,
69–76. https://doi.org/10.1007/BF02293851
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Demand", "demand_columns", "demand_in"]

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]

#: What fewer channels have in common may as well be what one does to another.
_LEAST_CHANNELS: Final = 3
#: A channel that rested more often than this was planned in flights, not by demand.
_ALWAYS_ON: Final = 0.95
_ROUNDS: Final = 300
_LEAST_NOISE: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Demand:
    """What budgets tell of demand.

    Parameters
    ----------
    whole
        (periods,) demand of all places; standard deviation 1; empty: can't be told.
    local
        (periods, places) demand of each place beside it; likewise.
    follows
        (channels,) the part of a channel's ups and downs (of those that are looked at) that
        follow demand, 0 to 1; not a number: can't be told.
    """

    whole: Floats
    local: Floats
    follows: Floats

    @property
    def is_known(self) -> bool:
        """Whether anything can be told of demand."""
        return bool(len(self.whole) or len(self.local))


def demand_in(spend: Floats, changed: Marks | None = None) -> Demand:
    """Read demand from budgets.

    Parameters
    ----------
    spend
        (periods, places, channels).
    changed
        (periods, places, channels) where an experiment set the budget: it follows nothing then.
    """
    periods, places, channels = spend.shape
    told = spend > 0
    if changed is not None:
        told &= ~changed
    log = np.log(np.where(told, spend, 1.0))
    follows = np.full(channels, np.nan)
    whole, local = np.empty(0), np.empty((0, 0))
    always = told.any(axis=1).mean(axis=0) >= _ALWAYS_ON
    national, seen = _mean(_less_mean(log, told, 0), told, 1)
    if always.sum() >= _LEAST_CHANNELS:
        found = _factor(national[:, always], seen[:, always])
        whole, follows[always] = _standard(found[0]), found[1]
    if places > 1:
        apart = log - _mean(log, told, 1)[0][:, None]
        apart = _less_mean(apart, told, 0)
        used = told.mean(axis=(0, 1)) > 0.2
        if used.sum() >= _LEAST_CHANNELS:
            found = _factor(
                apart[:, :, used].reshape(-1, int(used.sum())),
                told[:, :, used].reshape(-1, int(used.sum())),
            )
            local = _standard(found[0]).reshape(periods, places)
            follows[used] = np.fmax(follows[used], found[1])
    return Demand(whole, local, follows)


def demand_columns(demand: Demand, places: int) -> tuple[tuple[str, ...], Floats]:
    """Lay demand out as controls: now, and how it differs in the periods beside.

    Returns
    -------
    names, columns
        (controls,) and (periods, places, controls); none where nothing can be told.
    """
    names: list[str] = []
    columns: list[Floats] = []
    periods = max(len(demand.whole), len(demand.local))
    told = (
        ("demand", np.repeat(demand.whole[:, None], places, axis=1)),
        ("local demand", demand.local),
    )
    for name, now in told:
        if not now.size:
            continue
        # before the first period and after the last it is taken to stay
        sooner = np.concatenate([now[1:], now[-1:]]) - now
        later = np.concatenate([now[:1], now[:-1]]) - now
        names += [name, f"{name}, next", f"{name}, before"]
        columns += [now, sooner, later]
    if not columns:
        return (), np.empty((periods, places, 0))
    return tuple(names), np.stack(columns, axis=2)


def _mean(values: Floats, told: Marks, axis: int) -> tuple[Floats, Marks]:
    """Average what is told, and tell where anything is."""
    count = told.sum(axis=axis)
    sums = np.where(told, values, 0.0).sum(axis=axis)
    found: Floats = sums / np.maximum(count, 1)
    return found, count > 0


def _less_mean(values: Floats, told: Marks, axis: int) -> Floats:
    middle, _ = _mean(values, told, axis)
    found: Floats = np.where(told, values - np.expand_dims(middle, axis), 0.0)
    return found


def _standard(values: Floats) -> Floats:
    spread = values.std()
    found: Floats = (values - values.mean()) / (spread if spread > 0 else 1.0)
    return found


def _factor(values: Floats, told: Marks) -> tuple[Floats, Floats]:
    """Find what columns have in common.

    Parameters
    ----------
    values, told
        (rows, columns).

    Returns
    -------
    (rows,), (columns,)
        The factor, and the part of each column's variance that it explains.
    """
    held = np.where(told, values, 0.0)
    count = np.maximum(told.sum(axis=0), 1)
    variance = np.maximum((held**2).sum(axis=0) / count, _LEAST_NOISE**2)
    loading, noise = np.sqrt(variance / 2), variance / 2
    factor = np.zeros(len(values))
    for _ in range(_ROUNDS):
        weight = loading / noise
        spread = 1 / (1 + told @ (weight * loading))
        factor = (held @ weight) * spread
        square = factor**2 + spread
        new = (held.T @ factor) / np.maximum(told.T @ square, 1e-300)
        left = held - told * np.outer(factor, new)
        noise = ((left**2).sum(axis=0) + new**2 * (told.T @ spread)) / count
        noise = np.maximum(noise, _LEAST_NOISE**2)
        done = np.abs(new - loading).max() < 1e-7 * max(float(np.abs(new).max()), 1e-12)
        loading = new
        if done:
            break
    if loading.sum() < 0:
        factor, loading = -factor, -loading
    explained: Floats = loading**2 / (loading**2 + noise)
    return factor, explained
