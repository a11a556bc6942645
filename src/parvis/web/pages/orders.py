"""The list of orders, and the lines of one: where the figures' rows are."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from parvis.web.pages.csv import csv_response
from parvis.web.queries.customers import one_customer
from parvis.web.queries.order_filter import OrderFilter
from parvis.web.queries.orders import (
    all_orders,
    find_orders,
    one_order,
    order_lines,
    simulated_orders,
)
from parvis.web.render import customer_label, render
from parvis.web.visit import Editor, Member

__all__ = ["orders_pages"]

orders_pages = APIRouter(include_in_schema=False)

_FILE_COLUMNS: Final = (
    "source", "order_id", "customer_id", "user_id", "ordered_at", "ordered_on", "status",
    "currency", "gross_amount", "refunded_amount", "net_amount", "net_base", "discount",
    "coupon_discount", "lines", "channel", "campaign", "message_id",
)  # fmt: skip


@orders_pages.get("/orders")
def show_orders(visit: Member) -> Response:
    """Show a page of a view of the orders."""
    shelf, wanted = visit.shelf, OrderFilter.of(visit.request.query_params)
    page, totals = find_orders(shelf, wanted)
    owner = ""
    if wanted.customer:
        profile = one_customer(shelf, wanted.customer)
        owner = customer_label(profile, visit.language) if profile else wanted.customer
    response = render(
        visit,
        "orders.html",
        situation=shelf.situation,
        wanted=wanted,
        page=page,
        totals=totals,
        owner=owner,
        simulated=simulated_orders(shelf),
        csv_address="/orders.csv?" + wanted.address(),
    )
    if visit.is_fragment:
        address = wanted.address(page=page.number)
        response.headers["HX-Push-Url"] = "/orders" + (f"?{address}" if address else "")
    return response


@orders_pages.get("/orders.csv")
def download_orders(visit: Editor) -> Response:
    """Give all orders of a view as a file."""
    shelf, wanted = visit.shelf, OrderFilter.of(visit.request.query_params)
    rows = all_orders(shelf, wanted)
    assert visit.user is not None  # noqa: S101
    visit.access.audit.note(
        "orders.exported",
        actor=visit.user.login,
        subject=wanted.address() or "all",
        detail=f"{len(rows)} rows",
        address=visit.address,
    )
    return csv_response("orders", shelf.situation, rows, _FILE_COLUMNS)


@orders_pages.get("/order")
def show_order(visit: Member, source: str = "", id: str = "") -> Response:  # noqa: A002
    """Show an order with its lines; in a timeline, its lines alone."""
    shelf = visit.shelf
    order = one_order(shelf, source, id)
    if order is None:
        raise HTTPException(404, visit.language.say("There is no order %(id)s.", id=id[:80]))
    return render(
        visit,
        "order.html",
        situation=shelf.situation,
        order=order,
        lines=order_lines(shelf, order),
    )
