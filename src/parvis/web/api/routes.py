"""The API's addresses, under `/api/v1/`."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

import parvis
from parvis.errors import ParvisError
from parvis.trust.api import Role, User
from parvis.web.api.access import Asker, PageNumber, State, member
from parvis.web.api.conversations import conversations_api
from parvis.web.api.identity import identity_api
from parvis.web.api.measuring import measuring_api
from parvis.web.api.models import (
    CustomerOut,
    CustomerPage,
    EventOut,
    EventPage,
    EvidencePage,
    Failure,
    Health,
    LineOut,
    OrderDetail,
    OrderOut,
    OrderPage,
    OverviewOut,
    ProfileOut,
    ProvenanceOut,
    ReadinessOut,
    SiloOut,
)
from parvis.web.api.requests import CustomerQuery, OrderQuery
from parvis.web.pages.masking import masked_text
from parvis.web.pages.overview import the_overview
from parvis.web.pages.silos import the_readiness, the_silos
from parvis.web.queries.customers import find_customers, one_customer
from parvis.web.queries.events import TRAIT_NAMES, provenance, timeline
from parvis.web.queries.orders import find_orders, one_order, order_lines
from parvis.web.shelf import Shelf

__all__ = ["api"]

api = APIRouter()
_v1 = APIRouter(
    prefix="/api/v1",
    dependencies=[Depends(member)],
    responses={
        401: {"model": Failure, "description": "Nobody is logged in."},
        404: {"model": Failure, "description": "There is no such thing."},
        503: {"model": Failure, "description": "The lake can't be read just now."},
    },
)


@api.get("/health", tags=["health"], response_model=Health)
def health(request: Request) -> Response:
    """Tell whether the pages can be served; open to all, so it says nothing of the data."""
    told: dict[str, Any] = {"status": "ok", "version": parvis.__version__}
    try:
        request.app.state.reader.shelf()
    except ParvisError:
        told["status"] = "the lake can't be read"
    return JSONResponse(told, 200 if told["status"] == "ok" else 503)


@_v1.get("/health", tags=["health"])
def data_health(shelf: State) -> Health:
    """Tell which state of the data the answers come from."""
    return Health(
        status="ok",
        version=parvis.__version__,
        data_version=shelf.version,
        as_of=shelf.situation.as_of,
    )


@_v1.get("/overview", tags=["overview"])
def get_overview(shelf: State) -> OverviewOut:
    """Give the first page's figures, changes and the tables behind its charts."""
    told = the_overview(shelf)
    if told is None:
        raise HTTPException(404, "Nothing is built yet; run `parvis build`.")
    return OverviewOut.model_validate(told)


@_v1.get("/customers", tags=["customers"])
def get_customers(shelf: State, query: Annotated[CustomerQuery, Query()]) -> CustomerPage:
    """List customers; the same filters as the page's."""
    found, totals = find_customers(shelf, query.wanted(), query.rows)
    return CustomerPage(
        as_of=shelf.situation.as_of,
        currency=shelf.situation.currency,
        total=found.total,
        page=found.number,
        pages=found.pages,
        orders=totals.orders,
        sales=totals.sales,
        unconverted_orders=totals.unconverted,
        overdue=totals.overdue,
        rows=[CustomerOut.model_validate(c) for c in found.rows],
    )


@_v1.get("/customers/{customer_id}", tags=["customers"])
def get_customer(shelf: State, customer_id: str) -> ProfileOut:
    """Give all traits of a customer, and for each the events that it comes from."""
    profile = _profile(shelf, customer_id)
    behind = provenance(shelf, customer_id, has_visits=profile["sessions"] > 0)
    return ProfileOut(
        as_of=shelf.situation.as_of,
        currency=shelf.situation.currency,
        customer_id=customer_id,
        traits=profile,
        provenance={n: ProvenanceOut.model_validate(p) for n, p in behind.items()},
    )


@_v1.get("/customers/{customer_id}/events", tags=["customers"])
def get_events(
    shelf: State, user: Asker, request: Request, customer_id: str, page: PageNumber = 1
) -> EventPage:
    """List everything a customer did, newest first; viewers get texts without personal data."""
    _profile(shelf, customer_id)
    found = _events(shelf, customer_id, "", page)
    return EventPage(**_seen_by(user, request, found))


@_v1.get("/customers/{customer_id}/traits/{trait}", tags=["customers"])
def get_evidence(
    shelf: State,
    user: Asker,
    request: Request,
    customer_id: str,
    trait: str,
    page: PageNumber = 1,
) -> EvidencePage:
    """List the events behind one trait of a customer; viewers get no personal data in texts."""
    _profile(shelf, customer_id)
    if trait not in TRAIT_NAMES:
        raise HTTPException(404, f"There is no trait {trait!r}; traits: {', '.join(TRAIT_NAMES)}.")
    found = _events(shelf, customer_id, trait, page)
    return EvidencePage(trait=trait, **_seen_by(user, request, found))


@_v1.get("/orders", tags=["orders"])
def get_orders(shelf: State, query: Annotated[OrderQuery, Query()]) -> OrderPage:
    """List orders; the same filters as the page's."""
    found, totals = find_orders(shelf, query.wanted())
    return OrderPage(
        as_of=shelf.situation.as_of,
        currency=shelf.situation.currency,
        total=found.total,
        page=found.number,
        pages=found.pages,
        customers=totals.customers,
        sales=totals.sales,
        unconverted_orders=totals.unconverted,
        unconverted_currencies=list(totals.unconverted_currencies),
        rows=[OrderOut.model_validate(o) for o in found.rows],
    )


@_v1.get("/order", tags=["orders"])
def get_order(shelf: State, source: str, id: str) -> OrderDetail:  # noqa: A002
    """Give an order with its lines."""
    order = one_order(shelf, source, id)
    if order is None:
        raise HTTPException(404, f"There is no order {id!r} in {source!r}.")
    return OrderDetail(
        order=OrderOut.model_validate(order),
        lines=[LineOut.model_validate(line) for line in order_lines(shelf, order)],
    )


@_v1.get("/silos", tags=["silos"])
def get_silos(shelf: State) -> list[SiloOut]:
    """Tell what each source brought."""
    return [SiloOut.model_validate(s) for s in the_silos(shelf)]


@_v1.get("/readiness", tags=["silos"])
def get_readiness(shelf: State) -> list[ReadinessOut]:
    """Tell how much of orders, spend, conversations and devices is joined to a customer."""
    return [ReadinessOut.model_validate(r) for r in the_readiness(shelf)]


def _profile(shelf: Shelf, customer_id: str) -> dict[str, Any]:
    profile = one_customer(shelf, customer_id)
    if profile is None:
        raise HTTPException(404, f"There is no customer {customer_id!r}.")
    return profile


def _events(shelf: Shelf, customer_id: str, trait: str, page: int) -> dict[str, Any]:
    found = timeline(shelf, customer_id, trait, page)
    return {
        "as_of": shelf.situation.as_of,
        "total": found.total,
        "page": found.number,
        "pages": found.pages,
        "rows": [EventOut.model_validate(e) for e in found.rows],
    }


#: What people wrote, and to whom; the rest of what silos say is numbers and names of things.
_WORDS: Final = ("whole", "subject", "title", "from", "to", "cc", "author")


def _seen_by(user: User, request: Request, found: dict[str, Any]) -> dict[str, Any]:
    """Take the personal data out of texts, for those without the right to see it."""
    if user.role.may(Role.EDITOR):
        return found
    country = request.app.state.reader.workspace.settings.identity.country

    def shown(words: Any) -> Any:
        if isinstance(words, list):
            return [shown(one) for one in words]
        return masked_text(words, country) if isinstance(words, str) else words

    def masked(event: EventOut) -> EventOut:
        told = {k: shown(v) if k in _WORDS else v for k, v in event.properties.items()}
        return event.model_copy(update={"text": shown(event.text), "properties": told})

    return found | {"rows": [masked(event) for event in found["rows"]]}


_v1.include_router(identity_api)
_v1.include_router(conversations_api)
_v1.include_router(measuring_api)

for _route in _v1.routes:
    # the first line of what a function says of itself, rather than its name
    if isinstance(_route, APIRoute):
        _route.summary = _route.description.splitlines()[0].rstrip(".")

api.include_router(_v1)
