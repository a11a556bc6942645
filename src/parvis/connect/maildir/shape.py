"""A mail becomes an event: pure, the same for a maildir and for a mailbox that is polled.

References
----------
RFC 5322, "Internet Message Format"; RFC 2045 and 2046 (MIME); RFC 3834 (`Auto-Submitted`).
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses
from typing import Any, Final
from urllib.parse import quote

from parvis.connect.files.parse import Setting
from parvis.connect.maildir.decoding import decoded, header_bytes, header_text
from parvis.connect.maildir.quotes import cut_history, flowed, own_words
from parvis.connect.moments import date_reason, read_moment
from parvis.connect.plain_text import bounded, plain_text
from parvis.domain.event import EMAIL, EventName, EventType

__all__ = ["Mail", "mail_event"]

_MOST_PARTS: Final = 100
_MOST_BYTES: Final = 4_000_000
_KEPT_WHOLE: Final = 64_000
_BOUNDARIES: Final = re.compile(rb"boundary\s*=|message/rfc822", re.IGNORECASE)
_IDS: Final = re.compile(r"<([^<>\s]{1,900})>")
_EMAIL: Final = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")
_KNOWN: Final = ("from", "to", "subject", "date", "received", "message-id", "sender")


@dataclass(frozen=True, slots=True)
class Mail:
    """What came of a message.

    Parameters
    ----------
    row
        A row of `events`, or None.
    reason, field, value
        Why there is none.
    pictures
        Those that came with it: what `row` calls each, and its bytes.
    """

    row: dict[str, Any] | None
    reason: str = ""
    field: str | None = None
    value: str | None = None
    pictures: tuple[tuple[str, bytes], ...] = ()


@dataclass(slots=True)
class _Body:
    """What the parts of a message hold."""

    attachments: list[str] = field(default_factory=list)
    pictures: list[tuple[str, bytes]] = field(default_factory=list)
    parts: int = 0
    cut: bool = False


#: Of one message; a smaller picture is a logo or counts who reads.
_MOST_PICTURES: Final = 8
_PICTURE_BYTES: Final = range(4_000, 15_000_000)


def mail_event(content: bytes, name: str, setting: Setting, own: frozenset[str]) -> Mail:
    """Read one message.

    Parameters
    ----------
    content
        RFC 5322.
    name
        Its name in the mailbox, kept with it; in a maildir it begins with the second of delivery.
    setting
        Source, zone and moment.
    own
        The brand's own addresses, in small letters; a domain begins with ``@``.

    Returns
    -------
    Mail
        An `Email Received`, or a `Message Sent` where it is from the brand (it is then told of
        those it was sent to); or why there is none.
    """
    # no mail may hold it as it is (RFC 5322, 2.1), and the lake's text can't
    content = content.replace(b"\x00", b"")
    if len(_BOUNDARIES.findall(content)) > _MOST_PARTS:
        return Mail(None, "too_deep")
    try:
        message = message_from_bytes(content)
        headers = _headers(message)
        if not any(h in headers for h in _KNOWN):
            return Mail(None, "not_a_mail")
        body = _Body()
        whole = _text_of(message, body).replace("\r\n", "\n").strip()
    except RecursionError:
        return Mail(None, "too_deep")
    senders = _addresses(headers, "from") or _addresses(headers, "sender", "return-path")
    to, cc = _addresses(headers, "to"), _addresses(headers, "cc")
    is_own = bool(senders) and _is_own(senders[0][1], own)
    others = [a for a in (*to, *cc) if not _is_own(a[1], own)]
    people = others if is_own else senders[:1]
    if not people:
        return Mail(None, "no_identifier", "To" if is_own else "From")
    at, received, wrong = _moments(headers, name, setting)
    if wrong:
        return wrong
    words, is_long = bounded(own_words(whole))
    ids = _IDS.findall(" ".join(headers.get("references", [])))
    above = _IDS.findall(" ".join(headers.get("in-reply-to", []))) or ids[-1:]
    own_id = next(iter(_IDS.findall(" ".join(headers.get("message-id", [])))), "")
    if not own_id:
        seal = "\x1f".join((str(senders), str(at), _first(headers, "subject"), whole))
        own_id = hashlib.md5(seal.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
    # RFC 2392 calls the parts of a message so
    names = [f"mid:{quote(own_id, safe='@')}/{n}" for n in range(len(body.pictures))]
    shown = [{"url": u, "alt": file} for u, (file, _) in zip(names, body.pictures, strict=True)]
    properties = {
        "object": own_id,
        "thread": (ids or above or [own_id])[0],
        "in_reply_to": above[0] if above else "",
        "subject": header_text(_first(headers, "subject")),
        "from": senders[0][1] if senders else "",
        "to": [a for _, a in to],
        "cc": [a for _, a in cc],
        "language": header_text(_first(headers, "content-language")),
        "attachments": body.attachments,
        "pictures": shown,
        "is_automatic": _first(headers, "auto-submitted").lower() not in ("", "no"),
        "whole": whole[:_KEPT_WHOLE] if whole != words else "",
        "maildir": name,
        "is_own": is_own,
        "cut": is_long or body.cut,
    }
    event = EventName.MESSAGE_SENT if is_own else EventName.EMAIL_RECEIVED
    return Mail(
        {
            "message_id": f"mail:{own_id}",
            "source": setting.source,
            "type": EventType.TRACK.value,
            "name": event.value,
            "occurred_at": at,
            "received_at": received,
            "identifiers": [{"kind": EMAIL, "value": a} for _, a in people[:1]],
            "channel": "email",
            "text": words or None,
            "properties": json.dumps({k: v for k, v in properties.items() if v}),
            "traits": [("name", people[0][0])] if people[0][0] and not is_own else None,
        },
        pictures=tuple(zip(names, (content for _, content in body.pictures), strict=True)),
    )


def _headers(message: Message) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        if len(told := found.setdefault(name.lower(), [])) < 200:
            told.append(str(value))
    return found


def _first(headers: dict[str, list[str]], name: str) -> str:
    return headers.get(name, [""])[0][:20_000]


def _addresses(headers: dict[str, list[str]], *names: str) -> list[tuple[str, str]]:
    """Return names and addresses, these in small letters."""
    for name in names:
        told = [header_bytes(v).replace("\r", "").replace("\n", "") for v in headers.get(name, [])]
        pairs = getaddresses(told[:10])
        found = [(header_text(n), a.lower()) for n, a in pairs if _EMAIL.fullmatch(a)]
        if found:
            return found[:_MOST_PARTS]
    return []


def _is_own(address: str, own: frozenset[str]) -> bool:
    return address in own or "@" + address.rpartition("@")[2] in own


def _moments(
    headers: dict[str, list[str]], name: str, setting: Setting
) -> tuple[datetime | None, datetime | None, Mail | None]:
    """Return when it was written and when it was delivered; or what is wrong with that."""
    stated = _first(headers, "date").strip()
    # the server that took it in last wrote the uppermost
    delivered = read_moment(_first(headers, "received").rpartition(";")[2], setting.zone)
    if delivered is None and (second := re.match(r"(\d{9,10})\.", name)):
        delivered = datetime.fromtimestamp(int(second[1]), setting.now.tzinfo)
    at = read_moment(re.sub(r"\([^()]*\)", "", stated), setting.zone) if stated else delivered
    if not stated and at is None:
        return None, None, Mail(None, "missing", "Date")
    if reason := date_reason(at, setting.now):
        return None, None, Mail(None, reason, "Date", stated[:200])
    sound = delivered is not None and not date_reason(delivered, setting.now)
    return at, delivered if sound else at, None


def _text_of(part: Message, body: _Body) -> str:
    """Return the text of a part: of alternatives the plain one, else HTML made plain."""
    body.parts += 1
    if body.parts > _MOST_PARTS:
        return ""
    kind = part.get_content_type()
    if kind.startswith("message/") and body.parts > 1:
        body.attachments.append(_file_name(part) or "message")
        return ""
    if part.is_multipart():
        children = [c for c in part.get_payload() if isinstance(c, Message)]
        texts = [(c.get_content_type(), _text_of(c, body)) for c in children]
        if kind == "multipart/alternative":
            plain = next((t for k, t in texts if k == "text/plain" and t.strip()), "")
            return plain or next((t for _, t in reversed(texts) if t.strip()), "")
        return "\n\n".join(t for _, t in texts if t.strip())
    file = _file_name(part)
    if file or not kind.startswith("text/") or kind in ("text/calendar", "text/css"):
        body.attachments.append(file or kind)
        if kind.startswith("image/") and len(body.pictures) < _MOST_PICTURES:
            content = part.get_payload(decode=True)
            if isinstance(content, bytes) and len(content) in _PICTURE_BYTES:
                body.pictures.append((file, content))
        return ""
    content = part.get_payload(decode=True)
    content = content if isinstance(content, bytes) else b""
    body.cut = body.cut or len(content) > _MOST_BYTES
    text = decoded(content[:_MOST_BYTES], _charset(part)).replace("\x00", "")
    if kind == "text/html":
        return plain_text(cut_history(text))
    return flowed(text) if _parameter(part, "format").lower() == "flowed" else text


def _parameter(part: Message, name: str) -> str:
    try:
        return str(part.get_param(name) or "")
    except (ValueError, TypeError, LookupError, UnicodeError):
        return ""


def _charset(part: Message) -> str:
    try:
        return part.get_content_charset() or ""
    except (ValueError, TypeError, LookupError, UnicodeError):
        return ""


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename() or ""
        disposition = part.get_content_disposition() or ""
    except (ValueError, TypeError, LookupError, UnicodeError):
        return "?"
    return header_text(name)[:500] or ("?" if disposition == "attachment" else "")
