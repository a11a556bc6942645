"""What is said when something goes wrong: in plain words, as a page or as JSON."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from parvis.errors import LakeError, NotAllowed, ParvisError, TooManyAttempts, WorkspaceError
from parvis.web.render import render
from parvis.web.visit import LoginNeeded, Visit, login_address, visitor

__all__ = ["Rescue", "add_failures", "failure"]

_log: Final = logging.getLogger("parvis.web")


def add_failures(app: FastAPI) -> None:
    """Teach an application how to fail."""
    app.add_exception_handler(LoginNeeded, _login_needed)
    app.add_exception_handler(ParvisError, _on_purpose)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(HTTPException, _http)


def _is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/") or request.url.path in {"/health", "/openapi.json"}


def _say(
    request: Request, status: int, what: str, next_step: str = "", again_seconds: int | None = None
) -> Response:
    headers = {} if again_seconds is None else {"Retry-After": str(again_seconds)}
    if _is_api(request):
        if status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return JSONResponse({"error": what, "next_step": next_step}, status, headers)
    response = failure(visitor(request), status, what, next_step)
    response.headers.update(headers)
    return response


def failure(visit: Visit, status: int, what: str, next_step: str = "") -> Response:
    """Answer with the page that says what went wrong."""
    # a fragment would be put in the middle of the page: the whole page is shown instead
    response = render(visit, "failure.html", status, code=status, what=what, next_step=next_step)
    if visit.is_fragment:
        response.headers["HX-Retarget"] = "body"
        response.headers["HX-Reswap"] = "innerHTML"
    return response


def _login_needed(request: Request, _error: Exception) -> Response:
    if _is_api(request):
        return _say(
            request,
            401,
            "Nobody is logged in, and the token is missing or not valid.",
            "Send the header `Authorization: Bearer parvis_…`; `parvis token create` makes one.",
        )
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    target = login_address(path) if request.method == "GET" else "/login"
    if "hx-request" in request.headers:
        return Response(status_code=204, headers={"HX-Redirect": target})
    return RedirectResponse(target, 303)


def _on_purpose(request: Request, error: Exception) -> Response:
    assert isinstance(error, ParvisError)  # noqa: S101
    if isinstance(error, TooManyAttempts):
        seconds = max(1, int((error.again_at - datetime.now(UTC)).total_seconds()) + 1)
        return _say(request, 429, error.what, error.next_step, seconds)
    if isinstance(error, NotAllowed):
        return _say(request, 403, error.what, error.next_step)
    if isinstance(error, (LakeError, WorkspaceError)):
        _log.error("%s", error)
        return _say(request, 503, error.what, error.next_step, 10)
    return _say(request, 400, error.what, error.next_step)


def _not_understood(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    said = "; ".join(
        f"{'.'.join(str(p) for p in e['loc'][1:])} = {e.get('input')!r}: {e['msg']}"
        for e in error.errors()
    )
    return _say(request, 422, f"The request can't be understood: {said}.", "See /docs.")


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    return _say(request, error.status_code, str(error.detail))


def _by_accident(request: Request, error: Exception) -> Response:
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _say(
        request,
        500,
        "Something went wrong that should not have.",
        "Nothing was changed. The server's log tells more.",
    )


class Rescue:
    """Answers what failed by accident with a page, under the same headers as all others."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            if begun:
                raise
            response = await run_in_threadpool(_by_accident, Request(scope), error)
            await response(scope, receive, send)
