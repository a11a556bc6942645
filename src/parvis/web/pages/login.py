"""Logging in and out, and the first administrator."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from parvis.errors import (
    AccessError,
    AccountError,
    TooManyAttempts,
    WeakPassword,
    WrongPassword,
)
from parvis.trust.api import MIN_LENGTH, NewSession
from parvis.web.render import render
from parvis.web.visit import Visit, Visitor, is_secure, local_path, session_cookie

__all__ = ["login_pages"]

login_pages = APIRouter(include_in_schema=False)

# htmx and browsers follow it with a GET
_SEE_OTHER = 303

Text = Annotated[str, Form()]


@login_pages.get("/login")
def show_login(visit: Visitor, next: str = "/") -> Response:  # noqa: A002 - the address says so
    """Show the login form; before there is any user, say how the first is made."""
    if visit.user is not None:
        return RedirectResponse(local_path(next), _SEE_OTHER)
    if not visit.access.users.any():
        return RedirectResponse("/setup", _SEE_OTHER)
    return render(visit, "login.html", next=local_path(next), login="", error="")


@login_pages.post("/login")
def log_in(visit: Visitor, login: Text = "", password: Text = "", next: Text = "/") -> Response:  # noqa: A002
    """Check the password and open a session."""
    say = visit.language.say
    told = {"next": local_path(next), "login": login[:200]}
    try:
        session = visit.access.logins.log_in(login, password, visit.address)
    except WrongPassword:
        error = say("The login or the password is not right.")
        return render(visit, "login.html", 401, **told, error=error)
    except TooManyAttempts as refused:
        zone = visit.reader.workspace.settings.time.zone
        error = say(
            "Too many failed logins. Try again at %(time)s (%(zone)s).",
            time=visit.language.formats.clock(refused.again_at, zone),
            zone=zone,
        )
        response = render(visit, "login.html", 429, **told, error=error)
        response.headers["Retry-After"] = str(_seconds_until(refused))
        return response
    return _enter(visit, session, local_path(next))


@login_pages.post("/logout")
def log_out(visit: Visitor) -> Response:
    """End the session."""
    secret = visit.request.cookies.get(session_cookie(visit.request))
    if secret:
        visit.access.logins.log_out(secret)
    response = RedirectResponse("/login", _SEE_OTHER)
    response.delete_cookie(
        session_cookie(visit.request), secure=is_secure(visit.request), httponly=True
    )
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@login_pages.get("/setup")
def show_setup(visit: Visitor, secret: str = "") -> Response:
    """Show the form that makes the administrator, to whoever has the link."""
    if visit.access.users.any():
        return RedirectResponse("/login", _SEE_OTHER)
    return render(visit, "setup.html", secret=secret, login="", name="", error="", min=MIN_LENGTH)


@login_pages.post("/setup")
def set_up(
    visit: Visitor, secret: Text = "", name: Text = "", login: Text = "", password: Text = "",
    again: Text = "",
) -> Response:  # fmt: skip
    """Make the administrator and log them in."""
    say = visit.language.say
    users = visit.access.users
    status, error = 400, ""
    if users.any():
        return RedirectResponse("/login", _SEE_OTHER)
    if password != again:
        error = say("The two passwords differ.")
    else:
        try:
            user = users.set_up(secret, login, password, name=name)
        except WeakPassword:
            error = say(
                "Choose a password of at least %(n)s characters that is not easy to guess; "
                "a few words do well.",
                n=MIN_LENGTH,
            )
        except AccountError:
            error = say("Give a login without blanks.")
        except AccessError:
            status = 403
            error = say(
                "This link is not valid. Use the one that was printed on the terminal when "
                "Parvis started."
            )
        else:
            return _enter(visit, visit.access.logins.begin(user, visit.address), "/")
    told = {"secret": secret, "login": login[:200], "name": name[:200], "min": MIN_LENGTH}
    return render(visit, "setup.html", status, **told, error=error)


def _enter(visit: Visit, session: NewSession, target: str) -> Response:
    response = RedirectResponse(target, _SEE_OTHER)
    response.set_cookie(
        session_cookie(visit.request),
        session.secret,
        max_age=30 * 86_400,
        httponly=True,
        samesite="lax",
        secure=is_secure(visit.request),
        path="/",
    )
    return response


def _seconds_until(refused: TooManyAttempts) -> int:
    return max(1, int((refused.again_at - datetime.now(UTC)).total_seconds()) + 1)
