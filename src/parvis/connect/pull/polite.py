"""Requests that keep to what a server asks: how often, how long to wait, only what changed.

References
----------
RFC 9110 (HTTP semantics: conditional requests 13, redirection 15.4); RFC 6585, 4 (429).
"""

from __future__ import annotations

import ipaddress
import random
import time
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from parvis import __version__
from parvis.connect.pull.answers import Answer, asked_wait, busy, reset_wait, shown, words
from parvis.errors import ConnectorError, PeerRefused, PeerUnreachable

__all__ = ["Patience", "PoliteClient", "is_here"]

_REDIRECTS: Final = 5
_WAITING: Final = (429, 503)
_AGAIN: Final = (408, 425, 429, 500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server is waited for, and how much is taken from it.

    Parameters
    ----------
    pause_seconds
        Between two requests to a host.
    tries
        How often a request that fails is made in all.
    first_wait_seconds, longest_wait_seconds
        Before the second try, doubled for each further one, up to the longest.
    connect_seconds, read_seconds, whole_seconds
        For a connection, for the next bytes, for a whole answer.
    visit_seconds
        For all that is fetched on one visit.
    largest_bytes
        The largest answer that is read, unpacked.
    """

    pause_seconds: float = 0.5
    tries: int = 4
    first_wait_seconds: float = 1.0
    longest_wait_seconds: float = 30.0
    connect_seconds: float = 10.0
    read_seconds: float = 30.0
    whole_seconds: float = 120.0
    visit_seconds: float = 600.0
    largest_bytes: int = 32 << 20


class PoliteClient:
    """Makes requests, one at a time.

    Parameters
    ----------
    validators
        What servers said last of each address (`ETag`, `Last-Modified`); kept up to date.
    patience
        How long to wait, and for how much.
    transport
        Where requests go; the network unless given.
    sleep
        What waiting is.
    """

    def __init__(
        self,
        validators: MutableMapping[str, dict[str, str]] | None = None,
        patience: Patience | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.validators = {} if validators is None else validators
        self._patience = patience or Patience()
        self._sleep = sleep
        self._next: dict[str, float] = {}
        self._until = time.monotonic() + self._patience.visit_seconds
        timeout = httpx.Timeout(self._patience.read_seconds, connect=self._patience.connect_seconds)
        self._client = httpx.Client(
            headers={"user-agent": f"parvis/{__version__} (reads what its user connected)"},
            timeout=timeout,
            transport=transport,
        )

    def close(self) -> None:
        """Let go of open connections."""
        self._client.close()

    def get(
        self,
        address: str,
        params: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        login: tuple[str, str] | None = None,
        if_changed: bool = False,
    ) -> Answer:
        """Fetch something.

        Parameters
        ----------
        params
            Of the query.
        headers
            Besides those that are always sent.
        login
            A name and a password (HTTP Basic).
        if_changed
            Ask for it only if it isn't as it was: the answer may be 304.

        Raises
        ------
        PeerBusy
            The server asks to wait longer than a visit can.
        PeerRefused
            It doesn't accept the login or what is asked.
        PeerUnreachable
            There is no answer that makes sense, after several tries.
        """
        told = dict(headers or {})
        request = self._request("GET", address, params, told, None, login)
        key = str(request.url)
        if if_changed and (known := self.validators.get(key)):
            request.headers.update(known)
        answer = self._tried(request)
        if answer.is_there:
            names = {"etag": "if-none-match", "last-modified": "if-modified-since"}
            found = {n: answer.headers[h] for h, n in names.items() if h in answer.headers}
            if if_changed and found:
                self.validators[key] = found
        return answer

    def post(
        self, address: str, document: Any, *, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a JSON document, such as a login; raises what `get` raises."""
        return self._tried(
            self._request("POST", address, None, dict(headers or {}), document, None)
        )

    def _request(
        self,
        method: str,
        address: str,
        params: Mapping[str, Any] | None,
        headers: dict[str, str],
        document: Any,
        login: tuple[str, str] | None,
    ) -> httpx.Request:
        try:
            request = self._client.build_request(
                method, address, params=params, headers=headers, json=document
            )
        except (httpx.InvalidURL, ValueError, TypeError) as error:
            raise ConnectorError(
                f"{address!r} is no web address: {error}.", "Expected https://host/path."
            ) from error
        _check(request)
        is_secret = login is not None or "authorization" in request.headers
        if is_secret and request.url.scheme == "http" and not is_here(request.url.host):
            raise PeerRefused(
                f"{shown(address)} isn't encrypted: the password would be sent in the clear.",
                "Give its address with https://.",
            )
        if login is not None:
            signed = next(httpx.BasicAuth(*login).auth_flow(request))
            request.headers["authorization"] = signed.headers["authorization"]
        return request

    def _tried(self, request: httpx.Request) -> Answer:
        patience = self._patience
        for attempt in range(1, patience.tries + 1):
            wait = min(patience.first_wait_seconds * 2 ** (attempt - 1), _longest(patience))
            wait *= random.uniform(0.8, 1.2)  # noqa: S311
            try:
                answer = self._followed(request)
            except httpx.TransportError as error:
                if attempt == patience.tries:
                    raise PeerUnreachable(
                        f"{shown(str(request.url))} gives no answer "
                        f"({type(error).__name__}: {error}).",
                        "Check the address and the network; it is tried again by itself.",
                    ) from error
                self._sleep(wait)
                continue
            if answer.status not in _AGAIN:
                return self._judged(answer)
            asked = asked_wait(answer)
            if asked is not None and asked > _longest(patience):
                raise busy(answer, asked)
            if attempt == patience.tries:
                if answer.status in _WAITING:
                    raise busy(answer, None)
                raise PeerUnreachable(
                    f"{shown(answer.address)} answers {answer.status}: {words(answer)}.",
                    "The fault is the server's; it is tried again by itself.",
                )
            self._sleep(max(wait, asked or 0.0))
        raise AssertionError

    def _followed(self, request: httpx.Request) -> Answer:
        for _ in range(_REDIRECTS + 1):
            answer, following = self._once(request)
            if following is None:
                return answer
            _check(following)
            request = following
        raise PeerUnreachable(
            f"{shown(str(request.url))} leads on more than {_REDIRECTS} times.",
            "Give the address at which the browser ends.",
        )

    def _once(self, request: httpx.Request) -> tuple[Answer, httpx.Request | None]:
        if time.monotonic() > self._until:
            raise PeerUnreachable(
                f"{shown(str(request.url))} takes more than "
                f"{self._patience.visit_seconds / 60:.0f} minutes.",
                "What it brought so far is kept; it goes on from there by itself.",
            )
        host = request.url.netloc.decode("ascii", "replace")
        if (early := self._next.get(host, 0.0) - time.monotonic()) > 0:
            self._sleep(early)
        try:
            response = self._client.send(request, stream=True)
        except httpx.InvalidURL as error:
            raise PeerUnreachable(
                f"{shown(str(request.url))} leads to no web address ({error}).",
                "Give the address at which the browser ends.",
            ) from error
        finally:
            self._next[host] = time.monotonic() + self._patience.pause_seconds
        try:
            if response.next_request is not None:
                return Answer(response.status_code, str(request.url), {}, b""), (
                    response.next_request
                )
            content = self._content(response)
        finally:
            response.close()
        headers = {k.lower(): v for k, v in response.headers.items()}
        answer = Answer(response.status_code, str(response.url), headers, content)
        self._heed(host, answer)
        return answer, None

    def _content(self, response: httpx.Response) -> bytes:
        parts, size = [], 0
        until = time.monotonic() + self._patience.whole_seconds
        try:
            for part in response.iter_bytes():
                size += len(part)
                if size > self._patience.largest_bytes:
                    raise PeerUnreachable(
                        f"{shown(str(response.url))} answers with more than "
                        f"{self._patience.largest_bytes >> 20} MB; no more was read.",
                        "Check that the address is that of a feed or of the API.",
                    )
                if time.monotonic() > until:
                    raise httpx.ReadTimeout("the whole takes too long", request=response.request)
                parts.append(part)
        except httpx.DecodingError as error:
            raise PeerUnreachable(
                f"{shown(str(response.url))} answers with something damaged ({error}).",
                "The fault is the server's; it is tried again by itself.",
            ) from error
        return b"".join(parts)

    def _heed(self, host: str, answer: Answer) -> None:
        """Wait before the next request where the server says that none is left."""
        if (answer.headers.get("x-ratelimit-remaining") or answer.headers.get(
            "ratelimit-remaining", ""
        )) != "0":  # fmt: skip
            return
        seconds = reset_wait(answer)
        if seconds is not None:
            # a longer wait is told by the 429 that would follow
            self._next[host] = time.monotonic() + min(seconds, _longest(self._patience))

    def _judged(self, answer: Answer) -> Answer:
        if answer.status < 300 or answer.status in (304, 404, 410):
            return answer
        if answer.status in (401, 403):
            raise PeerRefused(
                f"{shown(answer.address)} refuses ({answer.status}): {words(answer)}.",
                "Check the login and the password or key, and what it is allowed to read.",
            )
        raise PeerUnreachable(
            f"{shown(answer.address)} answers {answer.status}: {words(answer)}.",
            "Check the address and what is to be read there.",
        )


def _longest(patience: Patience) -> float:
    return patience.longest_wait_seconds


def is_here(host: str) -> bool:
    """Tell whether a host is this machine, to which nothing goes over a wire."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check(request: httpx.Request) -> None:
    if request.url.scheme not in ("http", "https") or not request.url.host:
        raise ConnectorError(
            f"{shown(str(request.url))} isn't on the web.",
            "Expected an address that begins with https:// or http://.",
        )
