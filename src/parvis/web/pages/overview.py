"""The first page: what changed, five figures, four charts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from parvis.profile.api import Change, Overview, overview
from parvis.profile.api import Figure as Told
from parvis.web.charts.drawing import Figure
from parvis.web.charts.overview import overview_figures
from parvis.web.language import Language
from parvis.web.language.words import soften
from parvis.web.pages.alerting import shown_alerts
from parvis.web.queries.customers import buyers_without_rhythm, facets
from parvis.web.queries.orders import simulated_orders
from parvis.web.render import render
from parvis.web.shelf import Shelf
from parvis.web.visit import Member

__all__ = ["first_page", "overview_pages", "the_overview"]

overview_pages = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """One of the five figures as the page shows it.

    Parameters
    ----------
    change
        The change since the period before, in words; empty: nothing to compare with.
    direction
        ``up``, ``down`` or ``level``: what is more than chance.
    note
        How sure it is, or why it can't be compared.
    """

    name: str
    value: str
    change: str
    direction: str
    note: str
    href: str
    meaning: str


@dataclass(frozen=True, slots=True)
class FirstPage:
    """All that the first page shows, in one language."""

    title: str
    period: str
    previous: str
    figures: tuple[ShownFigure, ...]
    changes: tuple[dict[str, Any], ...]
    charts: tuple[Figure, ...]
    unconverted: tuple[str, ...]
    orders: int


@overview_pages.get("/")
def show_overview(visit: Member) -> Response:
    """Show the first page."""
    shelf = visit.shelf
    page = first_page(shelf, visit.language)
    return render(
        visit,
        "overview.html",
        situation=shelf.situation,
        page=page,
        alerts=shown_alerts(shelf, visit.language),
        # every figure here is told by orders and coupons
        simulated=simulated_orders(shelf),
    )


def the_overview(shelf: Shelf) -> Overview | None:
    """Return the figures of the first page; null before the first build."""
    situation = shelf.situation
    as_of = situation.as_of
    if as_of is None:
        return None
    return shelf.computed(
        "overview", lambda engine: overview(engine, as_of, situation.zone, situation.currency)
    )


def first_page(shelf: Shelf, language: Language) -> FirstPage | None:
    """Return what the first page shows; null where there are no orders yet."""
    told = the_overview(shelf)
    if told is None or (not told.segments and not told.unconverted):
        return None
    return shelf.kept(("first page", language.code), lambda: _first_page(shelf, told, language))


def _first_page(shelf: Shelf, told: Overview, language: Language) -> FirstPage:
    fmt = language.formats
    return FirstPage(
        title=_title(told, language),
        period=fmt.period(told.period.first, told.period.last),
        previous=fmt.period(told.previous.first, told.previous.last),
        figures=tuple(_figure(f, told, shelf, language) for f in told.figures),
        changes=tuple(_change(c, told, language) for c in told.changes),
        charts=overview_figures(told, language),
        unconverted=tuple(
            language.say_n(
                "%(n)s order in %(currency)s has no rate and is in no sum.",
                "%(n)s orders in %(currency)s have no rate and are in no sum.",
                row["orders"],
                currency=row["currency"],
            )
            for row in told.unconverted
        ),
        orders=sum(w["orders"] for w in told.weekly_sales),
    )


def _sales(told: Overview) -> Told:
    return next(f for f in told.figures if f.name == "net_sales")


def _direction(figure: Told) -> str:
    if figure.change_low is None or figure.change_high is None:
        return "level"
    return "up" if figure.change_low > 0 else "down" if figure.change_high < 0 else "level"


def _title(told: Overview, language: Language) -> str:
    sales, fmt, say = _sales(told), language.formats, language.say
    if sales.value is None or not sales.previous:
        return say(
            "Net sales of the last four weeks: %(value)s", value=_value(sales, told, language)
        )
    change = (sales.value - sales.previous) / sales.previous
    by = fmt.percent(abs(change), 1)
    direction = _direction(sales)
    if direction == "up":
        return say("Net sales rose by %(by)s in the last four weeks", by=by)
    if direction == "down":
        return say("Net sales fell by %(by)s in the last four weeks", by=by)
    return say("Net sales of the last four weeks held level")


def _value(figure: Told, told: Overview, language: Language) -> str:
    fmt = language.formats
    if figure.value is None:
        return fmt.number(None)
    if figure.unit == "money":
        return fmt.money(figure.value, told.currency, 0 if abs(figure.value) >= 1000 else None)
    return fmt.number(figure.value)


def _figure(figure: Told, told: Overview, shelf: Shelf, language: Language) -> ShownFigure:
    fmt, say = language.formats, language.say
    names = {
        "net_sales": (say("Net sales"), say("What remains after refunds and cancellations")),
        "buyers": (say("Buyers"), say("Customers with an order kept in the period")),
        "new_customers": (
            say("New customers"),
            say("Customers whose first order is in the period"),
        ),
        "average_basket": (say("Average basket"), say("Net sales per order kept")),
        "overdue_customers": (
            say("Overdue customers"),
            say("Without an order for longer than nine in ten of their own intervals"),
        ),
    }
    name, meaning = names[figure.name]
    change, direction, note = "", _direction(figure), ""
    if figure.value is not None and figure.previous:
        change = fmt.change((figure.value - figure.previous) / figure.previous, 1)
        if figure.change_low is None or figure.change_high is None:
            note = say("against %(before)s before", before=_previous(figure, told, language))
        else:
            note = say(
                "between %(low)s and %(high)s",
                low=fmt.change(figure.change_low, 1),
                high=fmt.change(figure.change_high, 1),
            )
            if direction == "level":
                note = say("no more than chance: %(range)s", range=note)
    elif figure.name == "overdue_customers":
        note = _overdue_note(shelf, language)
    return ShownFigure(
        name,
        _value(figure, told, language),
        change,
        direction,
        note,
        _rows(figure.name, told),
        meaning,
    )


def _previous(figure: Told, told: Overview, language: Language) -> str:
    before = Told(figure.name, figure.unit, figure.previous, None)
    return _value(before, told, language)


def _overdue_note(shelf: Shelf, language: Language) -> str:
    known = dict(facets(shelf).overdue)
    rhythm = known.get(True, 0) + known.get(False, 0)
    told = language.say_n(
        "of %(n)s customer whose rhythm is known",
        "of %(n)s customers whose rhythm is known",
        rhythm,
    )
    # whoever never bought has no rhythm to be late in
    unsure = buyers_without_rhythm(shelf)
    if not unsure:
        return told
    return told + language.say_n(
        "; for %(n)s it can't be told", "; for %(n)s it can't be told", unsure
    )


def _rows(name: str, told: Overview) -> str:
    """Where the rows behind a figure are."""
    days = {"from": told.period.first.isoformat(), "to": told.period.last.isoformat()}
    if name == "net_sales":
        return "/orders?" + urlencode(days)
    if name in {"buyers", "average_basket"}:
        return "/orders?" + urlencode({**days, "kept": "yes", "rate": "known"})
    if name == "new_customers":
        return "/customers?" + urlencode(days)
    return "/customers?overdue=yes"


def _change(change: Change, told: Overview, language: Language) -> dict[str, Any]:
    fmt, say = language.formats, language.say
    moved = (change.value - change.previous) / change.previous
    values = {
        "subject": soften(change.subject),
        "by": fmt.percent(abs(moved)),
        "value": fmt.money(change.value, told.currency, 0),
        "before": fmt.money(change.previous, told.currency, 0),
        "low": fmt.percent(min(abs(change.change_low), abs(change.change_high))),
        "high": fmt.percent(max(abs(change.change_low), abs(change.change_high))),
    }
    if moved > 0:
        text = say("%(subject)s sold %(by)s more", **values)
    else:
        text = say("%(subject)s sold %(by)s less", **values)
    detail = say("%(value)s after %(before)s; between %(low)s and %(high)s", **values)
    query = {
        "from": told.period.first.isoformat(),
        "to": told.period.last.isoformat(),
        "category": change.subject,
    }
    return {
        "text": text,
        "detail": detail,
        "direction": "up" if moved > 0 else "down",
        "href": "/orders?" + urlencode(query),
    }
