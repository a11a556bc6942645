"""The small forms of pictures that people show."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from parvis.web.pages.masking import may_see_personal_data
from parvis.web.queries.going_round import one_picture
from parvis.web.visit import Member, Visit

__all__ = ["pictures_pages"]

pictures_pages = APIRouter(include_in_schema=False)

#: An hour: what its author deletes goes from browsers, too.
_KEPT: Final = "private, max-age=3600"


@pictures_pages.get("/pictures/{picture_id}")
def show_picture(visit: Member, picture_id: str) -> Response:
    """Show a picture, 320 pixels at most."""
    found = visit.shelf.kept(("picture", picture_id), lambda: _picture(visit, picture_id))
    if found is None:
        raise HTTPException(404, "There is no such picture.")
    content, is_personal = found
    if is_personal and not may_see_personal_data(visit):
        raise HTTPException(403, "Personal data stands in this picture: editors may see it.")
    # another user of the same browser may not see what this one may
    headers = {"Cache-Control": _KEPT, "Vary": "Cookie"}
    return Response(content, media_type="image/webp", headers=headers)


def _picture(visit: Visit, picture_id: str) -> tuple[bytes, bool] | None:
    return one_picture(visit.shelf, picture_id)
