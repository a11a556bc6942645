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

#: So many periods are looked ahead.
AHEAD: Final = 13
#: Prices and what is said go on as in so many last periods.
_LIKE_LAST: Final = 8


def lengthened(data: MixData, periods: int = AHEAD) -> MixData:
    """Add the periods to come: nothing spent, prices and what is said as lately."""
    shape = data.outcome.shape
    usual = data.controls[-_LIKE_LAST:].mean(axis=0)
    return replace(
        data,
        outcome=np.concatenate([data.outcome, np.zeros((periods, shape[1]))]),
        spend=np.concatenate([data.spend, np.zeros((periods, *data.spend.shape[1:]))]),
        controls=np.concatenate([data.controls, np.repeat(usual[None], periods, axis=0)]),
    )


def outlook(fit: MixFit, longer: MixData, whole: Design) -> Floats:
    """Draw what would come without advertising; (draws, periods to come), all places together."""
    drawn = drawn_ahead(fit, longer, whole.columns, advertised=False)
    found: Floats = drawn.sum(axis=2)
    return found
