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

__all__ = ["closed_days", "whole_where_sparse"]

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]

_WEEK: Final = 7
#: A day of the week on which so many of its days have no sales is a day of rest.
_REST: Final = 0.75


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


def whole_where_sparse(data: MixData) -> tuple[MixData, tuple[Problem, ...]]:
    """Put places together where some sell nothing on days on which others do; tell so.

    A share can't be added to nothing: by the day such places can't be told apart.
    """
    if data.period_days == _WEEK or len(data.places) <= 1:
        return data, ()
    without = (data.outcome[data.is_open] == 0).sum(axis=0)
    if not without.any():
        return data, ()
    sparse = [data.places[int(g)] for g in np.flatnonzero(without)]
    whole = replace(
        data,
        outcome=data.outcome.sum(axis=1, keepdims=True),
        spend=data.spend.sum(axis=1, keepdims=True),
        controls=data.controls[:, :1],
        places=(),
    )
    return whole, (problem("sparse", places=", ".join(sparse), count=int(without.max())),)
