"""The rows behind what displays and mailers did: products, their weeks, and the shops of a week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NoReturn
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from parvis.web.language import Language
from parvis.web.language.promotion_words import SPOTS, WAYS
from parvis.web.language.words import soften, word
from parvis.web.pages.csv import rows_response
from parvis.web.queries.paging import PAGE_ROWS, Page, asked, page_number
from parvis.web.queries.promoted import promoted
from parvis.web.queries.shown import (
    Beside,
    added,
    products_behind,
    shops_behind,
    weeks_behind,
)
from parvis.web.render import render
from parvis.web.visit import Editor, Member, Visit

__all__ = ["evidence_address", "shown_pages"]

shown_pages = APIRouter(include_in_schema=False)

Row = Mapping[str, Any]

_PATH: Final = "/promotions/shown"
_NAMES: Final = ("product", "category", "spot", "week")
_PRODUCT_COLUMNS: Final = (
    "product_id", "label", "category", "shown_weeks", "shown_orders", "shown_units",
    "shown_sales", "expected", "other_weeks", "other_orders", "other_units", "other_sales",
    "effect", "effect_low", "effect_high", "verdict",
)  # fmt: skip
_WEEK_COLUMNS: Final = (
    "week", "store_id", "shops", "display", "mailer", "orders", "units", "sales", "expected",
    "price",
)  # fmt: skip


def evidence_address(row: Row) -> str:
    """Return where the rows behind one row of `promotion_effects` are."""
    told = {"spot": row["spot"], row["level"]: row["name"]}
    query = urlencode({k: v for k, v in told.items() if v and k != "all"})
    return f"{_PATH}/{row['way']}{'?' if query else ''}{query}"


@shown_pages.get(_PATH + "/{way}")
def show_evidence(visit: Member, way: str) -> Response:
    """Show the rows behind one figure: products, or the weeks of one, or the shops of a week."""
    wanted = _wanted(visit, way)
    if "week" in wanted.told:
        return _shops(visit, wanted)
    return _weeks(visit, wanted) if "product" in wanted.told else _products(visit, wanted)


@shown_pages.get(_PATH + "/{way}/rows.csv")
def save_evidence(visit: Editor, way: str) -> Response:
    """Give all rows behind one figure as a file."""
    wanted = _wanted(visit, way)
    situation = visit.shelf.situation
    if "product" in wanted.told:
        return rows_response(f"{way}-weeks", situation, _week_rows(visit, wanted), _WEEK_COLUMNS)
    rows = [_product_row(b, wanted.judged(b.key)) for b in _read(visit, wanted)]
    return rows_response(f"{way}-products", situation, rows, _PRODUCT_COLUMNS)


class _Wanted:
    """Which rows are asked for.

    Parameters
    ----------
    way
        display or mailer.
    told
        What of it: product, category, spot, week; only those that are said.
    rows
        Rows of `promotion_effects`.
    """

    def __init__(self, way: str, told: Mapping[str, str], rows: Sequence[Row]) -> None:
        self.way = way
        self.told = told
        self.spot = told.get("spot", "")
        self._rows = [r for r in rows if r["way"] == way]

    @property
    def row(self) -> Row | None:
        """The figure behind which they stand; null: it isn't judged by itself."""
        level = next((n for n in ("product", "category") if n in self.told), "all")
        return self.judged(self.told.get(level, ""), level, self.spot)

    def judged(self, name: str, level: str = "product", spot: str = "") -> Row | None:
        """Return one row of `promotion_effects`."""
        told = ((r["level"], r["name"], r["spot"]) == (level, name, spot) for r in self._rows)
        return next((r for r, is_it in zip(self._rows, told, strict=True) if is_it), None)

    def address(self, page: int = 1, **told: str) -> str:
        """Return the query string of other rows of the same way."""
        query = {**self.told, **told} | ({"page": str(page)} if page > 1 else {})
        return urlencode({k: v for k, v in query.items() if v})

    @property
    def file(self) -> str:
        """Where the file of all rows is."""
        return f"{_PATH}/{self.way}/rows.csv?{self.address(week='')}"


def _wanted(visit: Visit, way: str) -> _Wanted:
    if way not in WAYS:
        raise HTTPException(404, visit.language.say("There is no such way of showing."))
    query = visit.request.query_params
    told = {n: asked(query, n) for n in _NAMES}
    if told["week"] and not told["product"]:
        told["week"] = ""
    found = promoted(visit.shelf).shown
    return _Wanted(way, {n: v for n, v in told.items() if v}, found)


def _read(visit: Visit, wanted: _Wanted) -> tuple[Beside, ...]:
    found = products_behind(
        visit.shelf, wanted.way, spot=wanted.spot, category=wanted.told.get("category", "")
    )
    return found or _nothing(visit, wanted)


def _products(visit: Visit, wanted: _Wanted) -> Response:
    found = _read(visit, wanted)
    row, language = wanted.row, visit.language
    what = wanted.told.get("category") or word(SPOTS, wanted.spot, language)
    if not (wanted.spot or "category" in wanted.told):
        what = language.say("All products")
    rows, page = _paged(found, visit)
    judged = [(b, None if wanted.spot else wanted.judged(b.key)) for b in rows]
    return _render(visit, wanted, (soften(what), row, found), rows=judged, page=page)


def _weeks(visit: Visit, wanted: _Wanted) -> Response:
    found = _of_product(visit, wanted)
    rows, page = _paged(found, visit)
    what = soften(found[0].label)
    return _render(visit, wanted, (what, wanted.row, found), rows=[(b, None) for b in rows],
                   page=page)  # fmt: skip


def _shops(visit: Visit, wanted: _Wanted) -> Response:
    """Show the shops of one week, and what was sold in all the others."""
    weeks = _of_product(visit, wanted)
    one = next((b for b in weeks if b.key == wanted.told["week"]), None)
    if one is None:
        raise HTTPException(404, visit.language.say("Nothing was shown so."))
    shops = [
        r
        for r in shops_behind(visit.shelf, wanted.way, wanted.told["product"], wanted.spot)
        if r["week"].isoformat() == one.key
    ]
    rows, page = _paged(shops, visit)
    what = soften(one.label)
    return _render(visit, wanted, (what, wanted.row, [one]), shops=rows, page=page, week=one)


def _nothing(visit: Visit, wanted: _Wanted) -> NoReturn:
    say = visit.language.say
    if wanted.row is not None:
        # it was judged before the rows were kept
        raise HTTPException(
            404, say("The rows behind it aren't kept yet: parvis measure keeps them.")
        )
    raise HTTPException(404, say("Nothing was shown so."))


def _of_product(visit: Visit, wanted: _Wanted) -> tuple[Beside, ...]:
    found = weeks_behind(visit.shelf, wanted.way, wanted.told["product"], wanted.spot)
    return found or _nothing(visit, wanted)


def _render(
    visit: Visit, wanted: _Wanted, what: tuple[str, Row | None, Sequence[Beside]], **more: Any
) -> Response:
    language = visit.language
    name, row, found = what
    told = {"rows": [], "shops": [], "week": None} | more
    return render(
        visit,
        "promotion_shown.html",
        situation=visit.shelf.situation,
        wanted=wanted,
        path=f"{_PATH}/{wanted.way}",
        what=name,
        title=_title(name, wanted.way, row, language)
        if row is not None or not wanted.spot
        else _in_place(name, word(SPOTS, wanted.spot, language), added(found), language),
        compared=_compared(wanted.way, language),
        row=row,
        whole=added(found),
        many=len(found),
        spot=word(SPOTS, wanted.spot, language) if wanted.spot else "",
        spots=lambda code: word(SPOTS, code, language) if code else "",
        **told,
    )


def _paged(rows: Sequence[Any], visit: Visit) -> tuple[Sequence[Any], Page[Any]]:
    number = page_number(visit.request.query_params)
    some = rows[(number - 1) * PAGE_ROWS : number * PAGE_ROWS]
    return some, Page(tuple(some), number, len(rows))


def _title(what: str, way: str, row: Row | None, language: Language) -> str:
    say, fmt = language.say, language.formats
    if row is None or row["effect"] is None:
        untold = {
            "display": say("%(what)s – what being on display did can't be told", what=what),
            "mailer": say("%(what)s – what being in the mailer did can't be told", what=what),
        }
        return untold[way]
    low, high = fmt.number(row["effect_low"], 2), fmt.number(row["effect_high"], 2)
    titles = {
        "display": say("%(what)s – on display, %(low)s to %(high)s times as many units",
                       what=what, low=low, high=high),
        "mailer": say("%(what)s – in the mailer, %(low)s to %(high)s times as many units",
                      what=what, low=low, high=high),
    }  # fmt: skip
    return titles[way]


def _in_place(what: str, spot: str, whole: Beside, language: Language) -> str:
    """Say what one product sold in one place: that isn't judged by itself."""
    say, fmt = language.say, language.formats
    if whole.expected is None:
        return say("%(what)s, %(spot)s – %(units)s units sold",
                   what=what, spot=spot, units=fmt.number(whole.on.units))  # fmt: skip
    return say(
        "%(what)s, %(spot)s – %(units)s units sold, %(expected)s expected",
        what=what,
        spot=spot,
        units=fmt.number(whole.on.units),
        expected=fmt.number(whole.expected),
    )


def _compared(way: str, language: Language) -> str:
    say = language.say
    told = {
        "display": say(
            "Expected is what the same product sold in other shops in the same week, at their "
            "price and season, for as many orders and by what each shop usually sells of it."
        ),
        "mailer": say(
            "Expected is what the same product sold in that shop in other weeks of the same "
            "six, at that week's price, for as many orders."
        ),
    }
    return told[way]


def _product_row(b: Beside, row: Row | None) -> dict[str, Any]:
    names = ("effect", "effect_low", "effect_high", "verdict")
    return {
        "product_id": b.key,
        "label": b.label,
        "category": b.category,
        "shown_weeks": b.on.cells,
        "shown_orders": b.on.orders,
        "shown_units": b.on.units,
        "shown_sales": b.on.sales,
        "expected": b.expected,
        "other_weeks": b.off.cells,
        "other_orders": b.off.orders,
        "other_units": b.off.units,
        "other_sales": b.off.sales,
    } | {n: None if row is None else row[n] for n in names}


def _week_rows(visit: Visit, wanted: _Wanted) -> list[dict[str, Any]]:
    """Return all weeks of shops of one product; the shops that didn't show it as one."""
    weeks = _of_product(visit, wanted)
    shops = shops_behind(visit.shelf, wanted.way, wanted.told["product"], wanted.spot)
    prices = {b.key: b.price for b in weeks}
    shown = [r | {"shops": 1, "price": prices[r["week"].isoformat()]} for r in shops]
    others = [
        {"week": b.week, "store_id": "", "shops": b.off.cells, "display": "", "mailer": "",
         "orders": b.off.orders, "units": b.off.units, "sales": b.off.sales, "expected": None,
         "price": b.price}
        for b in weeks
    ]  # fmt: skip
    return sorted([*shown, *others], key=lambda r: (r["week"], r["store_id"] == "", r["store_id"]))
