"""The list of customers."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from parvis.web.language import Language
from parvis.web.language.words import CHANNELS, SEGMENTS, word
from parvis.web.pages.csv import csv_response
from parvis.web.queries.customer_filter import NO_VALUE, CustomerFilter
from parvis.web.queries.customers import all_customers, facets, find_customers
from parvis.web.render import render
from parvis.web.shelf import Shelf
from parvis.web.visit import Editor, Member

__all__ = ["customers_pages"]

customers_pages = APIRouter(include_in_schema=False)

#: The columns of the file, those of `profiles`.
_FILE_COLUMNS: Final = (
    "customer_id", "user_id", "display_name", "is_known", "rfm_segment", "first_order_on",
    "last_order_on", "recency_days", "frequency", "monetary", "unconverted_orders",
    "average_basket", "purchase_interval_days", "usual_longest_gap_days", "is_overdue",
    "favourite_category", "coupon_share", "age_band", "last_channel", "events",
)  # fmt: skip


@customers_pages.get("/customers")
def show_customers(visit: Member) -> Response:
    """Show a page of a view of the customers."""
    shelf, wanted = visit.shelf, CustomerFilter.of(visit.request.query_params)
    page, totals = find_customers(shelf, wanted)
    response = render(
        visit,
        "customers.html",
        situation=shelf.situation,
        wanted=wanted,
        page=page,
        totals=totals,
        choices=_choices(shelf, visit.language),
        csv_address="/customers.csv?" + wanted.address(),
    )
    if visit.is_fragment:
        address = wanted.address(page=page.number)
        response.headers["HX-Push-Url"] = "/customers" + (f"?{address}" if address else "")
    return response


@customers_pages.get("/customers.csv")
def download_customers(visit: Editor) -> Response:
    """Give all customers of a view as a file."""
    shelf, wanted = visit.shelf, CustomerFilter.of(visit.request.query_params)
    rows = all_customers(shelf, wanted)
    assert visit.user is not None  # noqa: S101
    visit.access.audit.note(
        "customers.exported",
        actor=visit.user.login,
        subject=wanted.address() or "all",
        detail=f"{len(rows)} rows",
        address=visit.address,
    )
    return csv_response("customers", shelf.situation, rows, _FILE_COLUMNS)


def _choices(shelf: Shelf, language: Language) -> list[dict[str, Any]]:
    """Tell what can be filtered by, with how many customers each choice has."""
    found, say, fmt = facets(shelf), language.say, language.formats
    yes_no = {True: ("yes", say("yes")), False: ("no", say("no"))}

    def options(rows: Any, name: Any, nobody: str) -> list[tuple[str, str, int]]:
        return [(*((NO_VALUE, nobody) if value is None else name(value)), n) for value, n in rows]

    return [
        _choice("segment", say("Segment"), options(
            found.segment, lambda v: (v, word(SEGMENTS, v, language)), say("never ordered"))),
        _choice("overdue", say("Overdue"), options(
            found.overdue, yes_no.__getitem__, say("can't tell"))),
        _choice("age", say("Age"), options(found.age, lambda v: (v, v), say("not known"))),
        _choice("channel", say("Last channel"), options(
            found.channel, lambda v: (v, word(CHANNELS, v, language)), say("not known"))),
        _choice("cohort", say("First order"), options(
            found.cohort, lambda v: (f"{v:%Y-%m}", fmt.month(v)), say("never ordered"))),
        _choice("known", say("Known"), options(found.known, yes_no.__getitem__, "")),
    ]  # fmt: skip


def _choice(name: str, label: str, options: list[tuple[str, str, int]]) -> dict[str, Any]:
    return {"name": name, "label": label, "options": options}
