"""What servers answer, and what their answers ask for.

References
----------
RFC 9110, 10.2.3 (`Retry-After`); the header fields `X-RateLimit-*` as Mastodon documents them and
`RateLimit-*` as atproto's servers send them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from parvis.connect.moments import read_moment
from parvis.errors import PeerBusy, PeerUnreachable

__all__ = ["Answer", "asked_wait", "busy", "reset_wait", "shown", "words"]

#: Of a server that is busy and doesn't say for how long.
_DEFAULT_WAIT: Final = 900.0
#: Whatever a server says, it is asked again within a day.
_LONGEST_WAIT: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered.

    Parameters
    ----------
    status
        200, 304 (nothing new), 404 or 410 (not there).
    address
        Where the answer came from in the end.
    headers
        In small letters.
    """

    status: int
    address: str
    headers: Mapping[str, str]
    content: bytes = field(repr=False)

    @property
    def is_there(self) -> bool:
        """Whether there is a content."""
        return self.status < 300

    def json(self) -> Any:
        """Return the content, taken for JSON.

        Raises
        ------
        PeerUnreachable
            It isn't.
        """
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError) as error:
            raise PeerUnreachable(
                f"{shown(self.address)} answered with something that is no JSON: "
                f"{self.content[:80].decode('utf-8', 'replace')!r}.",
                "Check the address: it may be that of a page, not of the API.",
            ) from error


def shown(address: str) -> str:
    """Return an address without its query and login, which may hold secrets."""
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        return address.partition("?")[0]
    return str(url.copy_with(username=None, password=None, query=None, fragment=None))


def words(answer: Answer) -> str:
    """Return what a server says of an error, in short."""
    try:
        told = json.loads(answer.content)
    except (ValueError, RecursionError):
        told = None
    if isinstance(told, dict):
        text = told.get("message") or told.get("error_description") or told.get("error")
        if isinstance(text, str) and text:
            return text[:200]
    return answer.content[:100].decode("utf-8", "replace").strip() or "nothing said"


def asked_wait(answer: Answer) -> float | None:
    """Return for how many seconds a server asks to be left alone."""
    told = answer.headers.get("retry-after", "").strip()
    if told.isdigit():
        return float(told)
    at = read_moment(told, "UTC") if told else None
    if at is not None:
        return max((at - datetime.now(UTC)).total_seconds(), 0.0)
    return reset_wait(answer) if answer.status == 429 else None


def reset_wait(answer: Answer) -> float | None:
    """Return in how many seconds a server counts anew; null: it doesn't say."""
    told = answer.headers.get("x-ratelimit-reset") or answer.headers.get("ratelimit-reset", "")
    now = datetime.now(UTC)
    if told.isdigit():
        # a moment where it is large, else seconds
        number = float(told)
        return max(number - now.timestamp(), 0.0) if number > 1e9 else number
    at = read_moment(told, "UTC") if told else None
    return None if at is None else max((at - now).total_seconds(), 0.0)


def busy(answer: Answer, seconds: float | None) -> PeerBusy:
    """Return the error that says until when a server asks to wait."""
    wait = _DEFAULT_WAIT if seconds is None else seconds
    again = datetime.now(UTC) + timedelta(seconds=min(wait, _LONGEST_WAIT))
    return PeerBusy(
        f"{shown(answer.address)} asks to wait ({answer.status}).",
        f"It is asked again from {again:%Y-%m-%d %H:%M} UTC on; if that comes often, read less "
        "there or less often (--every).",
        again,
    )
