"""The API's description, and the page that shows it; nothing comes from elsewhere."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from parvis.web.render import render
from parvis.web.visit import Member

__all__ = ["docs_pages", "in_openapi_3_0"]

docs_pages = APIRouter(include_in_schema=False)


@docs_pages.get("/docs")
def show_docs(visit: Member) -> Response:
    """Show the API to somebody who is logged in."""
    return render(visit, "docs.html")


@docs_pages.get("/openapi.json")
def describe(visit: Member) -> Response:
    """Describe the API for machines (OpenAPI 3.1)."""
    return JSONResponse(visit.request.app.openapi())


@docs_pages.get("/openapi-3.0.json")
def describe_for_older(visit: Member) -> Response:
    """Describe the API for tools that don't read OpenAPI 3.1, such as the page above."""
    told = in_openapi_3_0(visit.request.app.openapi())
    return JSONResponse({**told, "openapi": "3.0.3"})


def in_openapi_3_0(part: Any) -> Any:
    """Say in the words of OpenAPI 3.0 what 3.1 says in those of JSON Schema.

    Examples
    --------
    >>> in_openapi_3_0({"anyOf": [{"type": "string"}, {"type": "null"}]})
    {'nullable': True, 'type': 'string'}
    """
    if isinstance(part, list):
        return [in_openapi_3_0(p) for p in part]
    if not isinstance(part, dict):
        return part
    told = {k: in_openapi_3_0(v) for k, v in part.items()}
    kinds = told.get("anyOf")
    if isinstance(kinds, list) and {"type": "null"} in kinds:
        others = [k for k in kinds if k != {"type": "null"}]
        del told["anyOf"]
        told["nullable"] = True
        if len(others) == 1 and "$ref" not in others[0]:
            told.update(others[0])
        else:
            told["anyOf"] = others
    if isinstance(told.get("prefixItems"), list):
        told["items"] = {"anyOf": told.pop("prefixItems")}
    if "const" in told and not isinstance(told["const"], dict):
        told["enum"] = [told.pop("const")]
    return told
