"""Requests to a server of Mastodon's API, page by page.

References
----------
Mastodon's documentation: "Timelines", "Notifications", "Statuses" (context), "Pagination" (by the
`Link` header: `min_id` upwards, `max_id` downwards) and "Rate limits".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from parvis.errors import ConnectorError

if TYPE_CHECKING:
    from parvis.connect.pull.polite import PoliteClient

__all__ = ["Server", "newest"]

_LINK: Final = re.compile(r'<([^<>]+)>\s*;[^,]*?rel="?(\w+)"?')
_PER_PAGE: Final = 40
_MOST_PAGES: Final = 50
#: How far back the first visit goes.
_FIRST_PAGES: Final = 10


class Server:
    """A server that is asked.

    Parameters
    ----------
    http
        For requests.
    address
        The server's, such as ``https://social.example``.
    token
        An access token; empty: what everybody may read.
    """

    def __init__(self, http: PoliteClient, address: str, token: str = "") -> None:
        self._http = http
        self._address = address.rstrip("/")
        self._headers = {"authorization": f"Bearer {token}"} if token else {}

    @property
    def host(self) -> str:
        """The host that is asked."""
        return (urlsplit(self._address).hostname or "").lower()

    def one(self, path: str, **asked: str) -> Mapping[str, Any] | None:
        """Ask for one thing; None where it isn't there (404, 410)."""
        answer = self._http.get(f"{self._address}/api/{path}", asked, headers=self._headers)
        found = answer.json() if answer.is_there else None
        return found if isinstance(found, Mapping) else None

    def pages(self, path: str, after: str) -> Iterator[list[Mapping[str, Any]]]:
        """Give pages of a list: upwards from a number, or the newest downwards where none is known.

        Raises
        ------
        ConnectorError
            There is no such list.
        """
        address = f"{self._address}/api/{path}"
        asked: dict[str, Any] | None = {"limit": _PER_PAGE, **({"min_id": after} if after else {})}
        for _ in range(_MOST_PAGES if after else _FIRST_PAGES):
            answer = self._http.get(address, asked, headers=self._headers)
            found = answer.json() if answer.is_there else None
            if not isinstance(found, list):
                raise ConnectorError(
                    f"{self._address} has no {path} ({answer.status}).",
                    "Check the address of the server, and what is to be read (--read).",
                )
            if not found:
                return
            yield [f for f in found if isinstance(f, Mapping)]
            links = {rel: place for place, rel in _LINK.findall(answer.headers.get("link", ""))}
            following = links.get("prev" if after else "next", "")
            # a token is for one server
            if urlsplit(following).netloc != urlsplit(self._address).netloc:
                return
            address, asked = following, None


def newest(first: str, second: str) -> str:
    """Return the later of two numbers, which are told as text.

    Examples
    --------
    >>> newest("99", "100")
    '100'
    """
    return max(first, second, key=lambda n: (len(n), n))
