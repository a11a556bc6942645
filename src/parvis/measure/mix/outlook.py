"""The weeks to come, as the model would have them without advertising."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parvis.measure.mix.contracts import MixData
from parvis.measure.mix.design import Design
from parvis.measure.mix.fitting import MixFit
from parvis.measure.mix.weeks import drawn_ahead

__all__ = ["AHEAD", "lengthened", "outlook"]

Floats = NDArray[np.float64]

#: So many weeks are looked ahead.
AHEAD: Final = 13
#: Prices and what is said go on as in so many last weeks.
_LIKE_LAST: Final = 8


def lengthened(data: MixData, weeks: int = AHEAD) -> MixData:
    """Add the weeks to come: nothing spent, prices and what is said as lately, open as lately."""
    shape, periods = data.outcome.shape, data.periods_in(weeks)
    usual = data.controls[-data.periods_in(_LIKE_LAST) :].mean(axis=0)
    closed = data.closed
    if closed is not None:
        # what was closed in most weeks stays so
        week = closed.reshape(-1, data.periods_in(1)).mean(axis=0) > 0.5
        closed = np.concatenate([closed, np.tile(week, weeks)])
    return replace(
        data,
        outcome=np.concatenate([data.outcome, np.zeros((periods, shape[1]))]),
        spend=np.concatenate([data.spend, np.zeros((periods, *data.spend.shape[1:]))]),
        controls=np.concatenate([data.controls, np.repeat(usual[None], periods, axis=0)]),
        closed=closed,
    )


def outlook(fit: MixFit, longer: MixData, whole: Design) -> Floats:
    """Draw what would come without advertising; (draws, weeks to come), all places together."""
    drawn = drawn_ahead(fit, longer, whole.columns, advertised=False)
    return fit.data.by_week(drawn.sum(axis=2), axis=1)
