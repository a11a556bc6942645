"""What every answer carries, and which requests are turned away, before any page is asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Guard", "is_cross_site"]

_POLICY: Final = {
    "default-src": "'self'",
    "img-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}

# Swagger's own style sheet carries its pictures as data
_DOCS_POLICY: Final = {**_POLICY, "img-src": "'self' data:"}

_HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}

_SAFE: Final = {"GET", "HEAD", "OPTIONS"}


def is_cross_site(method: str, scheme: str, headers: Headers) -> bool:
    """Tell whether a request that changes something was made by another site's page.

    Browsers say where a request comes from, in `Sec-Fetch-Site`, or at least in `Origin`; a
    client that says neither isn't a browser, and carries no cookie that it wasn't given.

    References
    ----------
    F. Valsorda, "Cross-Site Request Forgery" (2025), on which Go's and Datasette's checks
    stand.
    """
    if method in _SAFE:
        return False
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is not None and origin != f"{scheme}://{headers.get('host', '')}"


class Guard:
    """Adds the security headers, and turns cross-site changes away."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        secure = scope["scheme"] == "https"

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add(MutableHeaders(scope=message), scope["path"], secure)
            await send(message)

        if is_cross_site(scope["method"], scope["scheme"], headers):
            await _refuse(guarded)
        else:
            await self._app(scope, receive, guarded)


def _add(headers: MutableHeaders, path: str, secure: bool) -> None:
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    policy = _DOCS_POLICY if path == "/docs" else _POLICY
    headers.setdefault("content-security-policy", _written(policy.items()))
    # people's data stays in no cache; only files named by their content do
    headers.setdefault("cache-control", "no-store")
    if secure:
        headers.setdefault("strict-transport-security", "max-age=31536000")


def _written(policy: Iterable[tuple[str, str]]) -> str:
    return "; ".join(f"{name} {value}" for name, value in policy)


async def _refuse(send: Send) -> None:
    text = b"This request came from another site and was turned away. Open the page and try again."
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": text})
