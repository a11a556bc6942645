"""Files at addresses that strangers name: fetched from the open web alone.

A post can name any address as its picture, that of a router or of a neighbour's database, too.
So names are resolved here, refused where they lead into a private network, and what was checked
is what is connected to.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Collection, Iterable
from typing import Final

import httpx

from parvis.connect.pull.polite import Patience, PoliteClient
from parvis.errors import PeerRefused, PeerUnreachable

__all__ = ["OpenWeb", "Resolve", "fetch_file", "open_web_client"]

Resolve = Callable[[str, int], Iterable[str]]

_PORTS: Final = {"http": 80, "https": 443}
#: IPv6 addresses that stand for IPv4 ones behind a translator (RFC 6052).
_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")
_PATIENCE: Final = Patience(
    tries=2, connect_seconds=5.0, read_seconds=10.0, whole_seconds=30.0, visit_seconds=86_400.0,
    longest_wait_seconds=10.0,
)  # fmt: skip


def _resolved(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(where[0]) for *_, where in found))


def _is_open(address: str) -> bool:
    """Tell whether an address is on the open web."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return _is_open(str(inner))
    return ip.is_global and not ip.is_multicast


class OpenWeb(httpx.BaseTransport):
    """Sends requests to the open web, and to no address inside.

    Parameters
    ----------
    known
        Hosts with their port (``blog.example:443``) that the team itself connected, wherever
        they are.
    resolve
        Gives the addresses of a name.
    inner
        What sends them.
    """

    def __init__(
        self,
        known: Collection[str] = (),
        resolve: Resolve = _resolved,
        inner: httpx.BaseTransport | None = None,
    ) -> None:
        self._known = frozenset(known)
        self._resolve = resolve
        self._inner = inner or httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request to the address that its name leads to."""
        url = request.url
        port = url.port or _PORTS.get(url.scheme, 0)
        if f"{url.host}:{port}" in self._known:
            return self._inner.handle_request(request)
        if port != _PORTS.get(url.scheme):
            raise _refused(url.host, f"port {port}")
        try:
            found = list(self._resolve(url.host, port))
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError(f"{url.host} has no address: {error}") from error
        if not found:
            raise httpx.ConnectError(f"{url.host} has no address")
        for address in found:
            if not _is_open(address):
                raise _refused(url.host, address)
        # what was looked at is what is asked: a name may lead elsewhere the next moment
        checked = httpx.Request(
            request.method,
            url.copy_with(host=found[0].split("%")[0]),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": url.host},
        )
        return self._inner.handle_request(checked)

    def close(self) -> None:
        """Let go of open connections."""
        self._inner.close()


def _refused(host: str, what: str) -> PeerRefused:
    return PeerRefused(
        f"{host} ({what}) isn't on the open web: what a stranger names isn't fetched there.",
        "If it is yours, connect it: parvis connect add.",
    )


def open_web_client(known: Iterable[str] = ()) -> PoliteClient:
    """Make a client for addresses that strangers name.

    Parameters
    ----------
    known
        Addresses of what the team itself connected: their hosts are trusted.
    """
    hosts = set()
    for address in known:
        try:
            url = httpx.URL(address)
        except httpx.InvalidURL:
            continue
        hosts.add(f"{url.host}:{url.port or _PORTS.get(url.scheme, 0)}")
    return PoliteClient(patience=_PATIENCE, transport=OpenWeb(hosts))


def fetch_file(client: PoliteClient, address: str) -> bytes | None:
    """Fetch a file; null where it is gone.

    Raises
    ------
    ConnectorError
        It isn't an address, it isn't on the open web, or its server gives no file.
    """
    answer = client.get(address)
    if answer.status in (404, 410):
        return None
    if not answer.content:
        raise PeerUnreachable(
            f"{address[:200]} answers with nothing.", "It is tried again by itself."
        )
    return answer.content
