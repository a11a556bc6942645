"""The silos: what each brought, what could not be read, and how ready the brand is."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, get_args

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from parvis.connect.files.api import Kind
from parvis.connect.pull.api import connector_states
from parvis.profile.api import Readiness, Silo, readiness, silos
from parvis.web.charts.bars import Bar, by_period, small_bars
from parvis.web.charts.drawing import NARROW_PX, Cell, ChartTable, Figure
from parvis.web.language import Language
from parvis.web.language.words import EVENTS, word
from parvis.web.queries.paging import is_day, page_number
from parvis.web.queries.silos import Import, bad_reasons, bad_rows, imports_of, source_events
from parvis.web.render import render
from parvis.web.shelf import Shelf
from parvis.web.visit import Editor, Member

__all__ = ["silos_pages", "the_readiness", "the_silos"]

silos_pages = APIRouter(include_in_schema=False)

_WIDE_PX: Final = 500
_HEIGHT_PX: Final = 88
#: The kinds that have a command for one file.
_BY_FILE: Final = get_args(Kind)


@dataclass(frozen=True, slots=True)
class ShownReadiness:
    """One kind of data: how much of it is joined to a known customer.

    Parameters
    ----------
    share
        0 to 1; null: there is nothing yet.
    told
        What it counts, or what to do.
    """

    name: str
    share: float | None
    percent: str
    told: str
    beside: str
    command: str


@dataclass(frozen=True, slots=True)
class ShownSilo:
    """A silo as the page shows it."""

    silo: Silo
    kinds: str
    known: str
    figure: Figure | None
    reasons: tuple[dict[str, Any], ...]
    imports: tuple[Import, ...]
    command: str


def the_silos(shelf: Shelf) -> tuple[Silo, ...]:
    """Return what each source brought."""
    return shelf.computed("silos", lambda engine: silos(engine, shelf.situation.zone))


def the_readiness(shelf: Shelf) -> tuple[Readiness, ...]:
    """Return how much of each kind of data is joined to a customer."""
    return shelf.computed("readiness", lambda engine: readiness(engine, shelf.situation.currency))


@silos_pages.get("/silos")
def show_silos(visit: Member) -> Response:
    """Show all silos."""
    shelf, language = visit.shelf, visit.language
    shown, ready = shelf.kept(
        ("silos page", language.code),
        lambda: (
            tuple(_shown(s, shelf, language) for s in the_silos(shelf)),
            tuple(_ready(r, shelf, language) for r in the_readiness(shelf)),
        ),
    )
    # they fare well or badly whatever the tables hold, so they are looked up each time
    networks = connector_states(shelf.workspace.files.app)
    return render(
        visit, "silos.html", situation=shelf.situation, silos=shown, ready=ready, networks=networks
    )


@silos_pages.get("/silos/{source:path}/quarantine")
def show_quarantine(visit: Editor, source: str) -> Response:
    """Show the rows of a silo that could not be read, as they were."""
    shelf = visit.shelf
    silo = _found(shelf, source, visit.language)
    page = bad_rows(shelf, source, silo.quarantined, page_number(visit.request.query_params))
    return render(
        visit, "quarantine.html", situation=shelf.situation, silo=silo, page=page,
        reasons=bad_reasons(shelf).get(source, []),
    )  # fmt: skip


@silos_pages.get("/silos/{source:path}")
def show_silo(visit: Member, source: str, day: str = "") -> Response:
    """Show the newest events of a silo."""
    shelf, language = visit.shelf, visit.language
    silo = _found(shelf, source, language)
    on = date.fromisoformat(day) if is_day(day) else None
    total = dict(silo.volume).get(on, 0) if on else silo.events
    if silo.kinds and silo.kinds[0][0] == "spend":
        page = None
    else:
        page = source_events(shelf, source, total, page_number(visit.request.query_params), on)
    return render(
        visit,
        "silo.html",
        situation=shelf.situation,
        shown=_shown(silo, shelf, language),
        page=page,
        day=on,
    )


def _found(shelf: Shelf, source: str, language: Language) -> Silo:
    for silo in the_silos(shelf):
        if silo.source == source:
            return silo
    raise HTTPException(404, language.say("There is no silo %(name)s.", name=source[:80]))


def _shown(silo: Silo, shelf: Shelf, language: Language) -> ShownSilo:
    fmt = language.formats
    names = [(word(EVENTS, k, language), fmt.number(n)) for k, n in silo.kinds]
    kinds = names[0][0] if len(names) == 1 else ", ".join(f"{k} ({n})" for k, n in names)
    imports = tuple(i for s, i in imports_of(shelf) if _is_of(silo.source, s))
    return ShownSilo(
        silo,
        kinds,
        fmt.percent(silo.customer_share) if silo.customer_share is not None else "",
        _figure(silo, language),
        tuple(bad_reasons(shelf).get(silo.source, [])[:5]),
        imports[:5],
        _command(silo, imports, language),
    )


def _is_of(silo: str, source: str) -> bool:
    """Whether an import (`shop`) brought what a silo (`shop.orders`) has."""
    return silo == source or silo.startswith(f"{source}.")


def _command(silo: Silo, imports: tuple[Import, ...], language: Language) -> str:
    """Return the command that brings more of the same."""
    kind = imports[0].kind if imports else "events"
    if kind == "completejourney":
        return "parvis import completejourney"
    source = shlex.quote(silo.source)
    if kind in _BY_FILE:
        file = language.say("FILE")
        return f"parvis import {kind} {file} --source {source}"
    folder = language.say("FOLDER")
    return f"parvis import folder {folder} --only {source}"


def _figure(silo: Silo, language: Language) -> Figure | None:
    if len(silo.volume) < 3:
        return None
    fmt, say = language.formats, language.say
    values = [(d, float(n)) for d, n in silo.volume]
    sums, kind = by_period(values, values[0][0], values[-1][0], most=400)
    names = {
        "day": say("Events per day"),
        "week": say("Events per week"),
        "month": say("Events per month"),
    }
    bars = [Bar(d, n, f"{fmt.date(d)}: {fmt.number(n)}") for d, n in sums]
    top = max(bars, key=lambda b: b.value)
    most = {"n": fmt.number(top.value), "day": fmt.date(top.day)}
    titles = {
        "day": say("At most %(n)s, on %(day)s", **most),
        "week": say("At most %(n)s, in the week of %(day)s", **most),
        "month": say("At most %(n)s, in the month from %(day)s", **most),
    }
    title = titles[kind]
    href = f"/silos/{silo.source}?day="
    rows = tuple(
        (Cell(fmt.date(d)), Cell(fmt.number(n), href + d.isoformat()))
        for d, n in reversed(silo.volume[-31:])
    )
    return Figure(
        title,
        names[kind],
        small_bars(bars, title, fmt.number(top.value), language, _WIDE_PX, _HEIGHT_PX),
        small_bars(bars, title, fmt.number(top.value), language, NARROW_PX, _HEIGHT_PX),
        ChartTable((say("Day"), say("Events")), rows),
        say("The table shows the last 31 days with events.") if len(silo.volume) > 31 else "",
    )


def _ready(ready: Readiness, shelf: Shelf, language: Language) -> ShownReadiness:
    fmt, say = language.formats, language.say
    # what 1,700 chief marketing officers told IBM for "From Stretched to Strengthened" (2011)
    file, in_2011 = say("FILE"), {"blogs": fmt.percent(0.26), "reviews": fmt.percent(0.48)}
    names = {
        "orders": (say("Orders"), "", f"parvis import orders {file}"),
        "spend": (say("Advertising spend"), "", f"parvis import spend {file}"),
        "conversations": (
            say("Conversations"),
            say("In 2011, %(blogs)s analysed blogs and %(reviews)s tracked reviews", **in_2011),
            f"parvis import events {file}",
        ),
        "devices": (say("Devices"), "", f"parvis import events {file}"),
    }
    name, beside, command = names[ready.subject]
    if ready.unconverted:
        beside = language.say_n(
            "%(n)s row of spend has no rate and is in no sum.",
            "%(n)s rows of spend have no rate and are in no sum.",
            ready.unconverted,
        )
    if ready.share is None and ready.unconverted:
        return ShownReadiness(name, None, "", say("can't tell"), beside, command)
    if ready.share is None:
        return ShownReadiness(name, None, "", say("Nothing yet."), beside, command)
    if ready.unit == "money":
        currency = shelf.situation.currency
        joined, total = (fmt.money(v, currency, 0) for v in (ready.joined, ready.total))
    else:
        joined, total = (fmt.number(v) for v in (ready.joined, ready.total))
    told = say("%(joined)s of %(total)s", joined=joined, total=total)
    return ShownReadiness(name, ready.share, fmt.percent(ready.share, 0), told, beside, "")
