"""Who asks, in which language and light; what pages and API need of every request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from parvis.errors import NotAllowed
from parvis.trust.api import Access, Role, User
from parvis.web.language import LANGUAGES, Language
from parvis.web.reader import Reader
from parvis.web.shelf import Shelf

__all__ = [
    "COOKIES",
    "THEMES",
    "Editor",
    "LoginNeeded",
    "Member",
    "Visit",
    "Visitor",
    "editor",
    "is_secure",
    "local_path",
    "login_address",
    "session_cookie",
    "visitor",
]

#: The cookies of the pages. The session's has a stricter name where the way is encrypted.
COOKIES: Final = {"language": "parvis_language", "theme": "parvis_theme"}

#: Light, dark, or as the system has it.
THEMES: Final = ("system", "light", "dark")


class LoginNeeded(Exception):
    """Nobody is logged in."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request.

    Parameters
    ----------
    user
        Who is logged in; null: nobody.
    language
        In which the answer is written.
    theme
        system, light or dark.
    """

    request: Request
    user: User | None
    language: Language
    theme: str

    @property
    def reader(self) -> Reader:
        """The lake."""
        return self.request.app.state.reader  # type: ignore[no-any-return]

    @property
    def access(self) -> Access:
        """The users."""
        return self.request.app.state.access  # type: ignore[no-any-return]

    @property
    def shelf(self) -> Shelf:
        """The newest state of the lake; the same during the whole request."""
        state = self.request.state
        if not hasattr(state, "shelf"):
            state.shelf = self.reader.shelf()
        return state.shelf  # type: ignore[no-any-return]

    @property
    def address(self) -> str:
        """Where the request comes from."""
        client = self.request.client
        return client.host if client else "?"

    @property
    def zone(self) -> ZoneInfo:
        """The workspace's zone."""
        return ZoneInfo(self.reader.workspace.settings.time.zone)

    @property
    def is_fragment(self) -> bool:
        """Whether htmx asks for a part of the page alone."""
        headers = self.request.headers
        return "hx-request" in headers and "hx-history-restore-request" not in headers

    @property
    def here(self) -> str:
        """The path and query of the request, to come back to."""
        url = self.request.url
        return url.path + (f"?{url.query}" if url.query else "")

    def may(self, role: Role) -> bool:
        """Tell whether the user may do what a role may."""
        return self.user is not None and self.user.role.may(role)


def is_secure(request: Request) -> bool:
    """Tell whether the way to the browser is encrypted."""
    return request.url.scheme == "https"


def session_cookie(request: Request) -> str:
    """Name the session's cookie."""
    return "__Host-parvis_session" if is_secure(request) else "parvis_session"


def local_path(path: str) -> str:
    r"""Return a path of this site; anything else becomes the first page.

    Examples
    --------
    >>> local_path("/customers?q=ana"), local_path("//elsewhere.example"), local_path("/\\x")
    ('/customers?q=ana', '/', '/')
    """
    plain = path.startswith("/") and path.isprintable()
    return path if plain and not path.startswith(("//", "/\\")) else "/"


def visitor(request: Request) -> Visit:
    """Recognise who asks; nobody is turned away."""
    access: Access = request.app.state.access
    return Visit(
        request,
        access.logins.user(request.cookies.get(session_cookie(request), "")),
        _language(request),
        _theme(request),
    )


Visitor = Annotated[Visit, Depends(visitor)]


def member(visit: Visitor) -> Visit:
    """Let only users in.

    Raises
    ------
    LoginNeeded
        Nobody is logged in.
    """
    if visit.user is None:
        raise LoginNeeded
    return visit


Member = Annotated[Visit, Depends(member)]


def editor(visit: Member) -> Visit:
    """Let only editors and administrators in.

    Raises
    ------
    NotAllowed
        The user only looks.
    """
    if not visit.may(Role.EDITOR):
        raise NotAllowed(
            "Your role, viewer, doesn't include this.",
            "Ask an administrator to make you an editor.",
        )
    return visit


Editor = Annotated[Visit, Depends(editor)]


def login_address(visit_path: str) -> str:
    """Return the login page that leads back to a path."""
    return "/login" if visit_path == "/" else "/login?" + urlencode({"next": visit_path})


def _theme(request: Request) -> str:
    theme = request.cookies.get(COOKIES["theme"], "system")
    return theme if theme in THEMES else "system"


def _language(request: Request) -> Language:
    languages: dict[str, Language] = request.app.state.languages
    chosen = request.cookies.get(COOKIES["language"], "")
    if chosen in languages:
        return languages[chosen]
    for part in request.headers.get("accept-language", "").split(","):
        code = part.split(";")[0].strip().lower()[:2]
        if code in LANGUAGES:
            return languages[code]
    reader: Reader = request.app.state.reader
    return languages[reader.workspace.settings.workspace.language]
