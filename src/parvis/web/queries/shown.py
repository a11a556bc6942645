"""The weeks of shops that stand behind what displays and mailers did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from parvis.measure.api import promotions
from parvis.web.shelf import Shelf
from parvis.web.statements import Statement

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["Beside", "Side", "added", "products_behind", "shops_behind", "weeks_behind"]

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Side:
    """What was sold in some weeks of shops.

    Parameters
    ----------
    cells
        How many weeks of shops.
    orders
        Orders of anything there.
    units, sales
        Of the product.
    """

    cells: int = 0
    orders: int = 0
    units: float = 0.0
    sales: float = 0.0

    @property
    def price(self) -> float | None:
        """What a unit was sold for; null: none was."""
        return self.sales / self.units if self.units else None

    @property
    def rate(self) -> float | None:
        """Units for a hundred orders; null: there were none."""
        return 100 * self.units / self.orders if self.orders else None

    def plus(self, other: Side) -> Side:
        """Add another."""
        return Side(
            self.cells + other.cells,
            self.orders + other.orders,
            self.units + other.units,
            self.sales + other.sales,
        )


@dataclass(frozen=True, slots=True)
class Beside:
    """Weeks of shops in which something was shown, beside those in which it wasn't.

    Parameters
    ----------
    key
        The product, or the Monday of the week.
    label, category
        What the product is called.
    price
        Times its usual price in that week; null: of many weeks.
    on, off
        Shown, and neither shown then nor in the week after.
    expected
        Units that were expected of the weeks of shops `on` had it not been shown; null: can't be
        told.
    """

    key: str
    on: Side
    off: Side
    expected: float | None
    label: str = ""
    category: str = ""
    price: float | None = None

    @property
    def times(self) -> float | None:
        """Units against those that were expected; null: can't be told."""
        return self.on.units / self.expected if self.expected else None

    @property
    def week(self) -> date:
        """The week, where it is of one."""
        return date.fromisoformat(self.key)


_NOTHING: Final = Side(0, 0, 0.0, 0.0)


def _sums(t: ir.Table) -> dict[str, Any]:
    return {n: t[n].sum() for n in ("orders", "units", "sales")}


def _shown(shelf: Shelf, way: str) -> ir.Table:
    """Return the weeks of shops shown in one way, with what was expected by product and place."""
    rows = shelf.table("shown_weeks")
    here = rows.filter(rows[way] != "")
    return here.mutate(
        spot=here[way], expected=here[f"expected_{way}"], expected_spot=here[f"expected_{way}_spot"]
    )


def _grouped(t: ir.Table, key: str) -> ir.Table:
    more = {"expected": t.expected.sum(), "expected_spot": t.expected_spot.sum()}
    return t.group_by(key, "spot").agg(cells=t.count(), **_sums(t), **more)


def _bare(shelf: Shelf) -> ir.Table:
    rows = shelf.table("unshown_weeks")
    return rows.group_by("way", "product_id").agg(
        label=rows.label.max(), category=rows.category.max(), cells=rows.shops.sum(), **_sums(rows)
    )


def _bare_weeks(shelf: Shelf, *, product: str) -> ir.Table:
    rows = shelf.table("unshown_weeks")
    return rows.filter(rows.product_id == product).rename(cells="shops").order_by("way", "week")


def _products_of(way: str) -> Statement:
    return Statement(lambda shelf: _grouped(_shown(shelf, way), "product_id"))


def _weeks_of(way: str) -> Statement:
    def ask(shelf: Shelf, *, product: str) -> ir.Table:
        rows = _shown(shelf, way)
        return _grouped(rows.filter(rows.product_id == product), "week")

    return Statement(ask, product=str)


def _shops_of(way: str) -> Statement:
    def ask(shelf: Shelf, *, product: str) -> ir.Table:
        rows = _shown(shelf, way)
        return rows.filter(rows.product_id == product).order_by("week", "store_id")

    return Statement(ask, product=str)


_WAYS: Final = ("display", "mailer")
_PRODUCTS: Final = {way: _products_of(way) for way in _WAYS}
_WEEKS: Final = {way: _weeks_of(way) for way in _WAYS}
_SHOPS: Final = {way: _shops_of(way) for way in _WAYS}
_BARE: Final = Statement(_bare)
_BARE_WEEKS: Final = Statement(_bare_weeks, product=str)


def products_behind(
    shelf: Shelf, way: str, *, spot: str = "", category: str = ""
) -> tuple[Beside, ...]:
    """Return the products that a figure is read from, those that were shown most first.

    Parameters
    ----------
    way
        display or mailer.
    spot
        Only where they were shown in this place: all of those; empty: anywhere, and then only the
        products that were shown often enough to be judged.
    category
        Only its products; empty: all.
    """
    shown = shelf.kept(("shown", way), lambda: tuple(shelf.rows(_PRODUCTS[way])))
    bare = shelf.kept("unshown", lambda: tuple(shelf.rows(_BARE)))
    off = {r["product_id"]: r for r in bare if r["way"] == way}
    least = 1 if spot else promotions.LEAST_SHOWN
    found = [
        Beside(key, on, _side(off[key]), expected, off[key]["label"], off[key]["category"])
        for key, (on, expected) in _in(shown, "product_id", spot).items()
        if on.cells >= least and category in ("", off[key]["category"])
    ]
    return tuple(sorted(found, key=lambda b: (-b.on.cells, b.key)))


def weeks_behind(shelf: Shelf, way: str, product: str, spot: str = "") -> tuple[Beside, ...]:
    """Return the weeks of one product, the newest first; none: it wasn't looked at."""
    shown = _in(shelf.rows(_WEEKS[way], product=product), "week", spot)
    found = [
        Beside(
            r["week"].isoformat(),
            *_with(shown, r["week"].isoformat(), _side(r)),
            r["label"],
            r["category"],
            r["price"],
        )
        for r in shelf.rows(_BARE_WEEKS, product=product)
        if r["way"] == way
    ]
    return tuple(reversed(found))


def shops_behind(shelf: Shelf, way: str, product: str, spot: str = "") -> list[dict[str, Any]]:
    """Return the weeks of shops in which one product was shown, the oldest first.

    Each has the columns of `shown_weeks`, `spot` (where it was shown in that way) and `expected`.
    """
    rows = shelf.rows(_SHOPS[way], product=product)
    name = "expected_spot" if spot else "expected"
    return [r | {"expected": r[name]} for r in rows if spot in ("", r["spot"])]


def added(rows: Iterable[Beside], key: str = "") -> Beside:
    """Sum rows up; what is expected is told if it is of all in which something was shown."""
    on, off = _NOTHING, _NOTHING
    told: list[float | None] = []
    for row in rows:
        on, off = on.plus(row.on), off.plus(row.off)
        told += [row.expected] if row.on.cells else []
    known = [e for e in told if e is not None]
    expected = sum(known) if len(known) == len(told) else None
    return Beside(key, on, off, expected)


def _with(
    shown: Mapping[str, tuple[Side, float | None]], key: str, off: Side
) -> tuple[Side, Side, float | None]:
    on, expected = shown.get(key, (_NOTHING, None))
    return on, off, expected


def _in(rows: Sequence[Row], key: str, spot: str) -> dict[str, tuple[Side, float | None]]:
    """Sum up over places, or take one, by product or week."""
    found: dict[str, tuple[Side, float | None]] = {}
    name = "expected_spot" if spot else "expected"
    for r in rows:
        if spot not in ("", r["spot"]):
            continue
        on, expected = found.get(str(r[key]), (_NOTHING, None))
        if r[name] is not None:
            expected = (expected or 0.0) + r[name]
        found[str(r[key])] = (on.plus(_side(r)), expected)
    return found


def _side(row: Row) -> Side:
    return Side(int(row["cells"]), int(row["orders"]), float(row["units"]), float(row["sales"]))
