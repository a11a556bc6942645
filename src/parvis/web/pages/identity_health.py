"""How well customers are told apart, and what builds have changed of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from parvis.identity.api import Health, health
from parvis.web.charts.drawing import Figure
from parvis.web.charts.identity import health_figures
from parvis.web.language import Language
from parvis.web.queries.customers import names_of
from parvis.web.queries.identity import queue
from parvis.web.queries.identity_history import Report, changes_of, reports
from parvis.web.queries.paging import page_number
from parvis.web.render import render
from parvis.web.shelf import Shelf
from parvis.web.visit import Member

__all__ = ["health_page", "health_pages", "report_at", "the_health"]

health_pages = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class HealthPage:
    """The page as it is shown.

    Parameters
    ----------
    names
        What the customers that it names are called.
    """

    health: Health
    figures: tuple[Figure, ...]
    names: dict[str, dict[str, Any]]


def the_health(shelf: Shelf) -> Health:
    """Return the state of who is who."""
    settings = shelf.workspace.settings.identity
    return shelf.kept(
        "health", lambda: shelf.apart(lambda engine: health(engine, settings, shelf.situation.zone))
    )


def health_page(shelf: Shelf, language: Language) -> HealthPage:
    """Put the page together, once for each state and language."""

    def make() -> HealthPage:
        told = the_health(shelf)
        lists = (told.largest, told.near_limits, told.cut_components, told.birth_dates)
        ids = {str(row["customer_id"]) for rows in lists for row in rows}
        return HealthPage(told, health_figures(told, language), names_of(shelf, ids))

    return shelf.kept(("health page", language.code), make)


@health_pages.get("/identity/health")
def show_health(visit: Member) -> Response:
    """Show sizes, warnings of too much and too little joined, and what can't be used."""
    shelf = visit.shelf
    page = health_page(shelf, visit.language)
    limits = shelf.workspace.settings.identity
    return render(
        visit,
        "identity_health.html",
        situation=shelf.situation,
        page=page,
        told=page.health,
        queue=queue(shelf),
        limits=limits,
    )


@health_pages.get("/identity/changes")
def show_changes(visit: Member, at: str = "") -> Response:
    """List what builds changed of who is who; of one build, the identifiers."""
    shelf = visit.shelf
    if not at:
        return render(
            visit, "identity_changes.html", situation=shelf.situation, reports=reports(shelf)
        )
    report = report_at(shelf, at)
    if report is None:
        raise HTTPException(404, visit.language.say("No build is known of that moment."))
    page = changes_of(shelf, report, page_number(visit.request.query_params))
    ids = {c for row in page.rows for c in (row.customer_before, row.customer_after)}
    return render(
        visit,
        "identity_change.html",
        situation=shelf.situation,
        report=report,
        page=page,
        names=names_of(shelf, ids),
    )


def report_at(shelf: Shelf, at: str) -> Report | None:
    """Find the report of a build by its moment; null where there is none."""
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return next((r for r in reports(shelf) if r.built_at == moment), None)
