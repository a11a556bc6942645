r"""A connection to a mailbox, of which nothing is ever changed.

References
----------
RFC 3501 and RFC 9051 (IMAP4rev1 and rev2): EXAMINE, UID FETCH, BODY.PEEK, UIDVALIDITY, names of
mailboxes in modified UTF-7 (5.1.3); RFC 6154 (special use: ``\Sent``); RFC 8314 (TLS).
"""

from __future__ import annotations

import base64
import contextlib
import imaplib
import re
import ssl
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import urlsplit

from parvis.connect.pull.polite import is_here
from parvis.errors import ConnectorError, PeerRefused, PeerUnreachable

__all__ = ["Mailbox", "Message", "folder_name"]

_PORT: Final = 143
_PORT_TLS: Final = 993
_TIMEOUT_SECONDS: Final = 60.0
#: A message is read up to there; what is cut off is of its attachments.
_LARGEST: Final = 25_000_000
_HEAD: Final = re.compile(rb"UID (\d+)")
_ARRIVED: Final = re.compile(rb'INTERNALDATE "([^"]{1,40})"')
_FOLDER: Final = re.compile(rb'\(([^)]*)\) (?:"(?:\\.|[^"])*"|NIL) (.+)', re.DOTALL)
_BEYOND: Final = re.compile(r"[^\x20-\x7e]+")


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it lies in a folder.

    Parameters
    ----------
    uid
        Its number in the folder, which only grows.
    arrived
        When the server took it in (seconds since 1970); 0: it doesn't say.
    content
        RFC 5322, cut at 25 MB.
    """

    uid: int
    arrived: int
    content: bytes


class Mailbox:
    """An open mailbox.

    Parameters
    ----------
    address
        ``imaps://host[:port]``; ``imap://`` where the server offers STARTTLS or is this machine.
    login, password
        Who reads.

    Raises
    ------
    PeerUnreachable
        The server gives no answer.
    PeerRefused
        The login or the password isn't accepted, or would be sent in the clear.
    """

    def __init__(self, address: str, login: str, password: str) -> None:
        self._address = address
        try:
            parts = urlsplit(address)
            host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise ConnectorError(
                f"{address!r} is no address of a mailbox: {error}.", "Expected imaps://HOST[:PORT]."
            ) from error
        with self._told():
            self._imap = _opened(parts.scheme, host, port)
            try:
                self._imap.login(login, password)
            except imaplib.IMAP4.abort:
                raise
            except (imaplib.IMAP4.error, UnicodeEncodeError) as error:
                with contextlib.suppress(imaplib.IMAP4.error, OSError):
                    self._imap.logout()
                raise PeerRefused(
                    f"{host} doesn't accept {login}: {_words(error)}.",
                    "Check the login and the password; many providers want a password that is "
                    "made for one application.",
                ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            self._imap.logout()

    def sent_folder(self) -> str:
        """Return the folder of what was sent, as the server names it; empty: it names none."""
        with self._told():
            _, lines = self._imap.list()
        for line in lines or []:
            found = _FOLDER.match(line) if isinstance(line, bytes) else None
            if found and b"\\sent" in found[1].lower().split():
                name = found[2].decode("ascii", "replace")
                return name.strip('"').replace('\\"', '"').replace("\\\\", "\\")
        return ""

    def examine(self, folder: str) -> int:
        """Open a folder to read alone.

        Parameters
        ----------
        folder
            Its name as the server writes it: see `folder_name`.

        Returns
        -------
        int
            Its UIDVALIDITY: when it changes, the messages' numbers are others.
        """
        quoted = '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
        with self._told():
            answer, told = self._imap.select(quoted, readonly=True)
            if answer != "OK":
                raise ConnectorError(
                    f"There is no folder {folder} in {self._address}: {_words(told)}.",
                    "Name those to read by --read; their names are as the mail program shows "
                    "them, with the separator of the server (INBOX/Clients, INBOX.Clients).",
                )
            _, validity = self._imap.response("UIDVALIDITY")
        return int(validity[0]) if validity and validity[0] else 0

    def uids_after(self, uid: int) -> list[int]:
        """Return the numbers of the messages that came after one, in order."""
        with self._told():
            _, found = self._imap.uid("SEARCH", f"UID {uid + 1}:*")
        numbers = (int(n) for line in found or [] if line for n in line.split())
        # where there is none, the server names the last one
        return sorted(n for n in numbers if n > uid)

    def messages(self, uids: Sequence[int]) -> Iterator[Message]:
        """Fetch messages one by one; one that was deleted meanwhile is left out."""
        for uid in uids:
            with self._told():
                _, found = self._imap.uid(
                    "FETCH", str(uid), f"(UID INTERNALDATE BODY.PEEK[]<0.{_LARGEST}>)"
                )
            for part in found or []:
                if isinstance(part, tuple) and (number := _HEAD.search(part[0])):
                    yield Message(int(number[1]), _arrived(part[0]), part[1])
                    break

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Say what is wrong with a connection in words of our own."""
        try:
            yield
        except (imaplib.IMAP4.error, OSError) as error:
            reason = _words(error) if isinstance(error, imaplib.IMAP4.error) else str(error)
            raise PeerUnreachable(
                f"{self._address} can't be read ({type(error).__name__}: {reason}).",
                "Check the address and the port; what was read so far is kept, and it is tried "
                "again by itself.",
            ) from error


def _opened(scheme: str, host: str, port: int | None) -> imaplib.IMAP4:
    if scheme == "imaps":
        context = ssl.create_default_context()
        return imaplib.IMAP4_SSL(
            host, port or _PORT_TLS, ssl_context=context, timeout=_TIMEOUT_SECONDS
        )
    opened = imaplib.IMAP4(host, port or _PORT, timeout=_TIMEOUT_SECONDS)
    if "STARTTLS" in opened.capabilities:
        opened.starttls(ssl.create_default_context())
    elif not is_here(host):
        opened.shutdown()
        raise PeerRefused(
            f"{host} offers no encryption: the password would be sent in the clear.",
            f"Give its address as imaps://{host}, or ask its provider.",
        )
    return opened


def _arrived(head: bytes) -> int:
    found = _ARRIVED.search(head)
    parts = imaplib.Internaldate2tuple(b'INTERNALDATE "' + found[1] + b'"') if found else None
    # the library gives the clock time of this machine
    return int(time.mktime(parts)) if parts is not None else 0


def _words(told: Any) -> str:
    """Return what a server says, in short."""
    if isinstance(told, Exception):
        told = told.args
    first = next((t for t in told or [] if t), "")
    text = first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)
    return text[:200] or "nothing said"


def folder_name(name: str) -> str:
    """Write a folder's name as servers do: modified UTF-7.

    Examples
    --------
    >>> folder_name("Réclamations"), folder_name("Q&A")
    ('R&AOk-clamations', 'Q&-A')
    """

    def packed(found: re.Match[str]) -> str:
        code = base64.b64encode(found[0].encode("utf-16-be")).decode().rstrip("=")
        return f"&{code.replace('/', ',')}-"

    return _BEYOND.sub(packed, name.replace("&", "&-"))
