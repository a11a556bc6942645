"""The API's description, and the page that shows it; nothing comes from elsewhere."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from parvis.web.render import render
from parvis.web.visit import Member

__all__ = ["docs_pages"]

docs_pages = APIRouter(include_in_schema=False)


@docs_pages.get("/docs")
def show_docs(visit: Member) -> Response:
    """Show the API to somebody who is logged in."""
    return render(visit, "docs.html")


@docs_pages.get("/openapi.json")
def describe(visit: Member) -> Response:
    """Describe the API for machines."""
    return JSONResponse(visit.request.app.openapi())
