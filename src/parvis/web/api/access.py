"""Who asks the API, and of which state of the lake."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends, Query, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from parvis.errors import NotAllowed
from parvis.trust.api import Access, Role, User
from parvis.web.desk import Desk
from parvis.web.shelf import Shelf
from parvis.web.visit import LoginNeeded, session_cookie

__all__ = ["Asker", "Decider", "Decisions", "PageNumber", "State", "member"]

_bearer: Final = HTTPBearer(
    auto_error=False, description="A token of `parvis token create`; the login's cookie does too."
)


def member(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> User:
    """Let only users in.

    Raises
    ------
    LoginNeeded
        Nobody is logged in, and the token is missing or not valid.
    """
    access: Access = request.app.state.access
    if bearer is not None:
        user = access.tokens.user(bearer.credentials)
    else:
        user = access.logins.user(request.cookies.get(session_cookie(request), ""))
    if user is None:
        raise LoginNeeded
    return user


Asker = Annotated[User, Depends(member)]


def _editor(user: Asker) -> User:
    if not user.role.may(Role.EDITOR):
        raise NotAllowed(
            "Your role, viewer, doesn't include this.",
            "Ask an administrator to make you an editor.",
        )
    return user


def _shelf(request: Request) -> Shelf:
    return request.app.state.reader.shelf()  # type: ignore[no-any-return]


def _desk(request: Request) -> Desk:
    return request.app.state.desk  # type: ignore[no-any-return]


#: Editors and administrators.
Decider = Annotated[User, Depends(_editor)]
#: The newest state of the lake that is laid out.
State = Annotated[Shelf, Depends(_shelf)]
#: Where decisions are made.
Decisions = Annotated[Desk, Depends(_desk)]
PageNumber = Annotated[int, Query(ge=1, le=10**6, description="From 1.")]
