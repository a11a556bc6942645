"""Questions to a server of atproto: searches, feeds, notifications, threads.

References
----------
atproto, "HTTP API (XRPC)" and the lexicons com.atproto.server.createSession,
app.bsky.feed.searchPosts, .getAuthorFeed, .getPostThread, .getPosts,
app.bsky.notification.listNotifications.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from parvis.errors import ConnectorError, PeerRefused, PeerUnreachable

if TYPE_CHECKING:
    from parvis.connect.pull.polite import PoliteClient

__all__ = ["Xrpc", "listed"]

_PER_PAGE: Final = 100
_MOST_PAGES: Final = 30
_URIS_AT_ONCE: Final = 25

View = Mapping[str, Any]


def listed(value: object) -> list[View]:
    """Return what is an object in a list."""
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []


class Xrpc:
    """A server, and the session on it where there is one.

    Parameters
    ----------
    http
        For requests.
    address
        The account's own server, or ``https://public.api.bsky.app`` to read without one.
    """

    def __init__(self, http: PoliteClient, address: str) -> None:
        self._http = http
        self._address = address.rstrip("/")
        self._headers: dict[str, str] = {}

    def log_in(self, login: str, password: str) -> None:
        """Begin a session with an app password.

        Raises
        ------
        PeerRefused
            They aren't accepted.
        """
        told = {"identifier": login, "password": password}
        answer = self._http.post(f"{self._address}/xrpc/com.atproto.server.createSession", told)
        session = answer.json() if answer.is_there else None
        if not isinstance(session, Mapping) or not isinstance(session.get("accessJwt"), str):
            raise PeerRefused(
                f"{self._address} opens no session for {login}.",
                "Check the address of the account's server, the handle and the app password.",
            )
        self._headers = {"authorization": f"Bearer {session['accessJwt']}"}

    def ask(self, method: str, **asked: Any) -> View:
        """Ask once.

        Raises
        ------
        ConnectorError
            What was asked for isn't there.
        """
        address = f"{self._address}/xrpc/{method}"
        answer = self._http.get(address, asked, headers=self._headers)
        found = answer.json() if answer.is_there else None
        if not isinstance(found, Mapping):
            raise ConnectorError(
                f"{self._address} doesn't answer {method} ({answer.status}).",
                "Check the address, and what is to be read (--read).",
            )
        return found

    def pages(self, method: str, key: str, **asked: Any) -> Iterator[list[View]]:
        """Ask page by page, the newest first; each page holds a list under `key`."""
        cursor = ""
        for _ in range(_MOST_PAGES):
            more = {"cursor": cursor} if cursor else {}
            found = self.ask(method, limit=_PER_PAGE, **asked, **more)
            yield listed(found.get(key))
            following = found.get("cursor")
            if not isinstance(following, str) or not following or following == cursor:
                return
            cursor = following

    def thread(self, uri: str) -> list[View]:
        """Return the posts of a conversation: above a post, itself, and below."""
        try:
            top = self.ask("app.bsky.feed.getPostThread", uri=uri, depth=100, parentHeight=100)
        except PeerUnreachable as error:
            if " 400" in error.what:
                # a post that is gone has no conversation, and that is no failure
                return []
            raise
        found, waiting = list[View](), [top.get("thread")]
        while waiting and len(found) < 10_000:
            node = waiting.pop()
            if isinstance(node, Mapping):
                if isinstance(node.get("post"), Mapping):
                    found.append(node["post"])
                waiting += [*listed(node.get("replies")), node.get("parent")]
        return found

    def still_there(self, uris: Sequence[str]) -> set[str]:
        """Return which of some posts are still there."""
        found: set[str] = set()
        for start in range(0, len(uris), _URIS_AT_ONCE):
            part = list(uris[start : start + _URIS_AT_ONCE])
            posts = listed(self.ask("app.bsky.feed.getPosts", uris=part).get("posts"))
            found.update(str(p.get("uri")) for p in posts)
        return found
