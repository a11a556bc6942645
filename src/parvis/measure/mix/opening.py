"""Days on which nothing could be sold, and places that sell too little for days.

By the week a shop that rests on Sundays is a shop like others. By the day its Sundays have no sales
because there could be none: that tells nothing of advertising, and nothing is asked of them. A day
without sales among days with some is something else: its orders may be missing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parvis.measure.mix.contracts import MixData
from parvis.measure.problems import Problem, problem

__all__ = ["closed_days", "joined_where_sparse"]

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]

_WEEK: Final = 7
#: A day of the week on which so many of its days have no sales is a day of rest.
_REST: Final = 0.75
#: Fewer places than this tell no more than the whole.
_LEAST_PLACES: Final = 4


def closed_days(sales: Floats, holidays: Marks) -> Marks | None:
    """Tell the days on which nothing could be sold.

    Parameters
    ----------
    sales
        (days,) of all places, from a Monday on, whole weeks.
    holidays
        (days,)

    Returns
    -------
    (days,) or None
        Days without sales on a usual day of rest or on a holiday; None: there are none.
    """
    nothing = sales == 0
    rest = nothing.reshape(-1, _WEEK).mean(axis=0) >= _REST
    closed: Marks = nothing & (np.tile(rest, len(sales) // _WEEK) | holidays)
    return closed if closed.any() else None


def joined_where_sparse(data: MixData) -> tuple[MixData, tuple[Problem, ...]]:
    """Join places that sell nothing on days on which others do; tell so.

    A share can't be added to nothing: by the day such places can't be told apart. They stand as
    one; where that is still too little, or few others are left, all do.
    """
    if data.period_days == _WEEK or len(data.places) <= 1:
        return data, ()
    without = (data.outcome[data.is_open] == 0).sum(axis=0)
    if not without.any():
        return data, ()
    sparse = without > 0
    names = ", ".join(data.places[int(g)] for g in np.flatnonzero(sparse))
    most = int(without.max())
    joined = _joined(data, sparse)
    if len(joined.places) >= _LEAST_PLACES and joined.outcome[data.is_open].min() > 0:
        return joined, (problem("joined", places=names, count=most),)
    whole = replace(_joined(data, np.ones(len(sparse), bool)), places=())
    return whole, (problem("sparse", places=names, count=most),)


def _joined(data: MixData, which: Marks) -> MixData:
    """Make one place of some; it is the last."""
    names = [data.places[int(g)] for g in np.flatnonzero(which)]

    def together(values: Floats) -> Floats:
        one = values[:, which].sum(axis=1, keepdims=True)
        return np.concatenate([values[:, ~which], one], axis=1)

    return replace(
        data,
        outcome=together(data.outcome),
        spend=together(data.spend),
        # they are of the whole: alike everywhere
        controls=np.concatenate([data.controls[:, ~which], data.controls[:, :1]], axis=1),
        places=(*(p for p in data.places if p not in names), " + ".join(names)),
    )
