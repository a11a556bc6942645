"""The language and the light that somebody chose, kept in their browser."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from parvis.web.language import LANGUAGES
from parvis.web.visit import COOKIES, THEMES, Visitor, is_secure, local_path

__all__ = ["preference_pages"]

preference_pages = APIRouter(include_in_schema=False)


@preference_pages.post("/preferences")
def prefer(
    visit: Visitor,
    back: Annotated[str, Form()] = "/",
    language: Annotated[str, Form()] = "",
    theme: Annotated[str, Form()] = "",
) -> Response:
    """Keep a choice, and go back to where it was made."""
    response = RedirectResponse(local_path(back), 303)
    for name, value, known in (("language", language, LANGUAGES), ("theme", theme, THEMES)):
        if value in known:
            response.set_cookie(
                COOKIES[name],
                value,
                max_age=365 * 86_400,
                httponly=True,
                samesite="lax",
                secure=is_secure(visit.request),
            )
    return response
