"""The rows behind what showing did: where and when it was shown, and what was expected there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parvis.measure.promotions.counts import Grid, expected
from parvis.measure.promotions.fits import (
    ALIKE,
    WAYS,
    Fitted,
    grids_by_place,
    grids_of_products,
    is_told,
)
from parvis.measure.promotions.laying import Shelf, Ways

__all__ = ["ShownRows", "shown_rows"]

Floats = NDArray[np.float64]
Cells = NDArray[np.bool_]
Codes = NDArray[np.integer[Any]]

#: Far below a unit: what comes out a little differently each time isn't written anew.
_DIGITS: Final = 6
_MONEY_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class ShownRows:
    """What the effects of displays and mailers are made of.

    Parameters
    ----------
    shown
        Rows of `shown_weeks`: each product in each shop and week in which it was shown.
    unshown
        Rows of `unshown_weeks`: each product in each week, in the shops that didn't show it.
    """

    shown: pa.Table
    unshown: pa.Table


def shown_rows(shelves: Sequence[Shelf], ways: Ways, fits: Fitted) -> ShownRows:
    """Lay the rows out, each with the units that were expected had it not been shown.

    At the factors that were found, what is expected of all weeks of shops in which a product was
    shown is what was sold in them. Without the factor of being shown it is what is expected
    otherwise: units divided by it are the product's own factor, or the place's.
    """
    each = zip(shelves, _without(shelves, fits), strict=True)
    shown = [_shown(shelf, ways, without) for shelf, without in each]
    unshown = [_unshown(shelf, way) for way in WAYS for shelf in shelves]
    return ShownRows(pa.concat_tables(shown), pa.concat_tables(unshown))


def _without(shelves: Sequence[Shelf], fits: Fitted) -> Iterator[dict[str, Floats]]:
    """Return of each product, by column, the units expected had it not been shown so."""
    own = {kind: grids_of_products(shelves, kind) for kind in WAYS.values()}
    together = {kind: grids_by_place(shelves, kind) for kind in WAYS.values()}
    for place in range(len(shelves)):
        found = {}
        for at, (way, kind) in enumerate(WAYS.items()):
            grid, fit = own[kind][place], fits.each[kind][place]
            told = np.where(is_told(fit.factors, fit.error), fit.factors, np.nan)
            mean = expected(grid, fit, weeks_alike=ALIKE[kind])
            found[f"expected_{way}"] = _divided(mean, _codes(grid, at), told[2 * at :][:1])
            grid, fit = together[kind][place], fits.placed[kind]
            told = fit.factors[at * grid.levels[0] :][: grid.levels[at] - 1]
            mean = expected(grid, fit, weeks_alike=ALIKE[kind])
            found[f"expected_{way}_spot"] = _divided(mean, _codes(grid, at), told)
        yield found


def _codes(grid: Grid, at: int) -> Codes:
    return (grid.display, grid.mailer)[at]


def _divided(mean: Floats, code: Codes, factors: Floats) -> Floats:
    """Take the factor of each place out of what is expected; nan where it wasn't shown so."""
    each = np.exp(-np.concatenate([[np.nan], factors, [np.nan]]))
    found: Floats = np.round(mean * each[np.minimum(code, len(factors) + 1)], _DIGITS)
    return found


def _shown(shelf: Shelf, ways: Ways, without: dict[str, Floats]) -> pa.Table:
    grid = shelf.grid
    codes = {"display": _inside(grid.display, ways.displays),
             "mailer": _inside(grid.mailer, ways.mailers)}  # fmt: skip
    shop, week = np.nonzero(((codes["display"] > 0) | (codes["mailer"] > 0)) & (grid.orders > 0))
    names = {"display": ways.displays, "mailer": ways.mailers}
    columns: dict[str, pa.Array] = {
        "product_id": pa.array([shelf.product_id]).take(pa.array(np.zeros(len(shop), np.int64))),
        "store_id": pa.array(shelf.shops, pa.string()).take(pa.array(shop)),
        "week": pa.array(shelf.weeks[week].astype(np.int32), pa.date32()),
    }
    for way, code in codes.items():
        places = pa.array(("", *names[way]), pa.string())
        columns[way] = places.take(pa.array(code[shop, week].astype(np.int64)))
    columns["orders"] = pa.array(grid.orders[shop, week].astype(np.int64))
    columns["units"] = pa.array(grid.units[shop, week].astype(np.float64))
    columns["sales"] = pa.array(_money(shelf.sales[shop, week]))
    for name, values in without.items():
        columns[name] = pa.array(values[shop, week], from_pandas=True)
    return pa.table(columns)


def _unshown(shelf: Shelf, way: str) -> pa.Table:
    """Sum up over the shops that show a product neither now nor in the week after."""
    grid = shelf.grid
    bare = (_codes(grid, list(WAYS).index(way)) == 0) & (grid.orders > 0)
    many = len(shelf.weeks)
    return pa.table(
        {
            "way": [way] * many,
            "product_id": [shelf.product_id] * many,
            "label": [shelf.label] * many,
            "category": [shelf.category] * many,
            "week": pa.array(shelf.weeks.astype(np.int32), pa.date32()),
            "price": np.round(np.exp(shelf.price), _DIGITS),
            "shops": bare.sum(axis=0),
            "orders": _summed(grid.orders, bare).astype(np.int64),
            "units": _summed(grid.units, bare),
            "sales": _money(_summed(shelf.sales, bare)),
        }
    )


def _inside(code: Codes, places: Sequence[str]) -> Codes:
    """Return the code of the place, 0 where there is none; the week before is none."""
    return np.where(code <= len(places), code, 0)


def _summed(of: NDArray[np.floating[Any]], cells: Cells) -> Floats:
    """Sum up over shops; (weeks,)."""
    return np.asarray(np.where(cells, of, 0.0).sum(axis=0, dtype=np.float64), np.float64)


def _money(of: NDArray[Any]) -> Floats:
    return np.asarray(np.round(of.astype(np.float64), _MONEY_DIGITS), np.float64)
