"""Each product by itself, and all together by place, in the three ways of comparing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parvis.measure.promotions.counts import Fit, Grid, fit_each, fit_together
from parvis.measure.promotions.laying import Shelf, coarse

__all__ = ["ALIKE", "WAYS", "Fitted", "fitted", "grids_by_place", "grids_of_products", "is_told"]

Floats = NDArray[np.float64]

#: So many weeks are one season: fruit is in the mailer when it is ripe.
_SEASON: Final = 6
#: By way of comparing, how many weeks share a level.
ALIKE: Final = {"raw": 0, "same_price": _SEASON, "shops": 1}
#: Ways of showing, and the comparison that is published of each.
WAYS: Final = {"display": "shops", "mailer": "same_price"}
#: Less sure than this by itself, an estimate is no use, not even to be drawn to others.
_WIDEST: Final = 1.0


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was fitted, by way of comparing.

    Parameters
    ----------
    each
        Of each product by itself, shown anywhere: display, the week before, mailer, the week
        before.
    placed
        Of all products together, by place.
    """

    each: Mapping[str, Sequence[Fit]]
    placed: Mapping[str, Fit]


def fitted(shelves: Sequence[Shelf]) -> Fitted:
    """Fit each product by itself, and all together by place, in the three ways."""
    each = {
        kind: [fit_each(g, weeks_alike=ALIKE[kind]) for g in grids_of_products(shelves, kind)]
        for kind in ALIKE
    }
    placed = {
        kind: fit_together(grids_by_place(shelves, kind), weeks_alike=weeks)
        for kind, weeks in ALIKE.items()
    }
    return Fitted(each, placed)


def grids_of_products(shelves: Sequence[Shelf], kind: str) -> list[Grid]:
    """Return the grids that a way of comparing fits each by itself."""
    plain = [coarse(s.grid) for s in shelves]
    if kind != "same_price":
        return plain
    return [replace(g, price=s.price) for g, s in zip(plain, shelves, strict=True)]


def grids_by_place(shelves: Sequence[Shelf], kind: str) -> list[Grid]:
    """Return the grids that a way of comparing fits together, by place."""
    fine = [s.grid for s in shelves]
    if kind == "same_price":
        return [replace(g, price=s.price) for g, s in zip(fine, shelves, strict=True)]
    if kind == "raw":
        return fine
    # mailers hardly differ between shops: they are told apart no further than that there was one
    return [
        replace(g, mailer=c.mailer, levels=(g.levels[0], 2))
        for g, c in zip(fine, (coarse(g) for g in fine), strict=True)
    ]


def is_told(value: Floats, error: Floats) -> NDArray[np.bool_]:
    """Tell which estimates are sure enough to be drawn to others."""
    told: NDArray[np.bool_] = (
        np.isfinite(value) & np.isfinite(error) & (error > 0) & (error < _WIDEST)
    )
    return told
