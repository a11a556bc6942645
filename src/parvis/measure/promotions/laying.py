"""From rows of what was shown and sold to one grid a product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parvis.measure.promotions.counts import Grid

__all__ = ["Shelf", "ShelfFacts", "Ways", "coarse", "laid_out"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.integer[Any]]

#: A week in which the price is this much below the product's usual one is a price cut.
_CUT: Final = 0.05


@dataclass(frozen=True, slots=True)
class Ways:
    """The places in which products are shown, by their code less one."""

    displays: tuple[str, ...]
    mailers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShelfFacts:
    """What was shown and sold, as rows.

    Parameters
    ----------
    products
        Rows of `often_sold`.
    sold
        Rows of `sold_by_week` of those, in shops that tell what they show.
    shown
        Rows of `shown_by_week` of those.
    visits
        Rows of `visits_by_week` of those shops.
    """

    products: pa.Table
    sold: pa.Table
    shown: pa.Table
    visits: pa.Table


@dataclass(frozen=True, slots=True)
class Shelf:
    """One product, where it is sold and shown.

    Parameters
    ----------
    product_id, label, category
        Which.
    grid
        Its shops and weeks, with the code of each place and one more each for *the week before
        it was shown* (in which it wasn't).
    price
        (weeks,) logarithm of its price against its usual one.
    cut
        The part of weeks in a mailer in which its price was cut.
    sales
        (shops, weeks) of the units, in the workspace's currency.
    shops, weeks
        Which shops and weeks (their Mondays, as days since 1970) the grid is of.
    """

    product_id: str
    label: str
    category: str
    grid: Grid
    price: Floats
    cut: float
    sales: NDArray[np.floating[Any]]
    shops: Sequence[str]
    weeks: Ints


def laid_out(facts: ShelfFacts) -> tuple[list[Shelf], Ways]:
    """Lay each product out: its shops down, the weeks across.

    Weeks run without a gap from the first to the last in which anything was sold.
    """
    shops = sorted(set(facts.shown["store_id"].to_pylist()))
    weeks = _weeks(facts.visits["week"])
    displays = tuple(sorted({d for d in pc.unique(facts.shown["display"]).to_pylist() if d}))
    mailers = tuple(sorted({m for m in pc.unique(facts.shown["mailer"]).to_pylist() if m}))
    index = pa.array(shops, pa.string())
    width = len(weeks)

    def cells(rows: pa.Table) -> tuple[Ints, Ints]:
        shop = _numbers(pc.index_in(rows["store_id"].combine_chunks(), index).fill_null(-1))
        week = (_days(rows["week"]) - weeks[0]) // 7
        return shop, week

    orders = np.zeros((len(shops), width))
    shop, week = cells(facts.visits)
    inside = (shop >= 0) & (week >= 0) & (week < width)
    orders[shop[inside], week[inside]] = _floats(facts.visits, "visits")[inside]

    ids = pa.array(facts.products["product_id"].to_pylist(), pa.string())
    sold = _grouped(facts.sold, ids)
    shown = _grouped(facts.shown, ids)
    display = _coded(facts.shown["display"], displays)
    mailer = _coded(facts.shown["mailer"], mailers)
    sold_shop, sold_week = cells(facts.sold)
    shown_shop, shown_week = cells(facts.shown)
    amounts = {n: _floats(facts.sold, n) for n in ("units", "sales")}
    found = []
    for at, row in enumerate(facts.products.to_pylist()):
        mine = sold[at][sold_shop[sold[at]] >= 0]
        units, sales = np.zeros((len(shops), width)), np.zeros((len(shops), width))
        units[sold_shop[mine], sold_week[mine]] = amounts["units"][mine]
        sales[sold_shop[mine], sold_week[mine]] = amounts["sales"][mine]
        d, m = np.zeros(units.shape, np.int16), np.zeros(units.shape, np.int16)
        theirs = shown[at][(shown_week[shown[at]] >= 0) & (shown_week[shown[at]] < width)]
        d[shown_shop[theirs], shown_week[theirs]] = display[theirs]
        m[shown_shop[theirs], shown_week[theirs]] = mailer[theirs]
        where, when = units.any(axis=1), (units.sum(axis=0) > 0) | (orders.sum(axis=0) > 0)
        price = _price(units.sum(axis=0), sales.sum(axis=0))
        kept = np.ix_(where, when)
        d, m = _with_eve(d, len(displays) + 1)[kept], _with_eve(m, len(mailers) + 1)[kept]
        # what sold where nobody is said to have ordered is an order all the same
        visited = np.maximum(orders[kept], units[kept] > 0)
        # hundreds of grids are held at once: counts and codes are kept small
        few = (units[kept].astype(np.float32), visited.astype(np.float32))
        grid = Grid(*few, d, m, (len(displays) + 1, len(mailers) + 1))
        mailed = (m > 0) & (m <= len(mailers)) & (visited > 0)
        cut = np.broadcast_to(price[when][None, :] < -_CUT, m.shape)[mailed]
        found.append(
            Shelf(
                row["product_id"],
                row.get("label") or row["product_id"],
                row["category"] or "",
                grid,
                price[when],
                float(cut.mean()) if cut.size else float("nan"),
                sales[kept].astype(np.float32),
                [shops[at] for at in np.flatnonzero(where)],
                weeks[when],
            )
        )
    return found, Ways(displays, mailers)


def coarse(grid: Grid) -> Grid:
    """Tell displays and mailers apart no further: shown, the week before it, or neither."""
    ways, mails = grid.levels

    def two(code: Codes, eve: int) -> Codes:
        return np.where(code == eve, np.int8(2), (code > 0).astype(np.int8))

    return replace(
        grid, display=two(grid.display, ways), mailer=two(grid.mailer, mails), levels=(2, 2)
    )


def _with_eve(code: Codes, eve: int) -> Codes:
    """Mark the week before a product is shown, if it isn't shown in it."""
    after = np.zeros_like(code)
    after[:, :-1] = code[:, 1:]
    return np.where((code == 0) & (after > 0), code.dtype.type(eve), code)


def _price(units: Floats, sales: Floats) -> Floats:
    """Return the logarithm of the price against its median; as before in weeks without sales."""
    known = (units > 0) & (sales > 0)
    if not known.any():
        return np.zeros(len(units))
    price = np.log(np.where(known, sales, 1.0) / np.where(known, units, 1.0))
    at = np.where(known, np.arange(len(units)), -1)
    last = np.maximum.accumulate(at)
    last = np.where(last < 0, int(np.flatnonzero(known)[0]), last)
    found: Floats = price[last] - float(np.median(price[known]))
    return found


def _grouped(rows: pa.Table, ids: pa.Array) -> list[Ints]:
    at = _numbers(pc.index_in(rows["product_id"].combine_chunks(), ids).fill_null(-1))
    order = np.argsort(at, kind="stable")
    edges = np.searchsorted(at[order], np.arange(len(ids) + 1))
    return [order[a:b] for a, b in pairwise(edges)]


def _coded(column: pa.ChunkedArray, names: Sequence[str]) -> Ints:
    if not names:
        return np.zeros(len(column), np.int64)
    at = pc.index_in(column.combine_chunks(), pa.array(names, pa.string())).fill_null(-1)
    return _numbers(at) + 1


def _weeks(column: pa.ChunkedArray) -> Ints:
    days = _days(column)
    return np.arange(days.min(), days.max() + 7, 7)


def _days(column: pa.ChunkedArray) -> Ints:
    return np.asarray(
        column.combine_chunks().cast(pa.date32()).cast(pa.int32()).to_numpy(), np.int64
    )


def _numbers(column: pa.Array) -> Ints:
    return np.asarray(column.to_numpy(zero_copy_only=False), np.int64)


def _floats(rows: pa.Table, name: str) -> Floats:
    column = rows[name].combine_chunks().cast(pa.float64())
    return np.asarray(column.to_numpy(zero_copy_only=False), np.float64)
