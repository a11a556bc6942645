"""Profiles become what is known of a person: handle, name, what they say of themselves.

References
----------
W3C, "ActivityPub", 4.1 (actor objects); Mastodon's documentation, "ActivityPub": profile fields
are `PropertyValue`s of schema.org in `attachment`; RFC 7033 (WebFinger) for handles.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from parvis.connect.activitypub.vocabulary import CHANNEL
from parvis.connect.files.parse import Setting
from parvis.connect.moments import date_reason, read_moment
from parvis.connect.plain_text import plain_text
from parvis.domain.event import EMAIL, EventType

__all__ = ["Profile", "own_actors", "profile_of"]

_EMAIL: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+", re.ASCII)
_LINK: Final = re.compile(r"""href\s*=\s*["']?(https?://[^"'\s>]+)""", re.IGNORECASE)
_LONGEST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Profile:
    """What came of an actor's document.

    Parameters
    ----------
    row
        A row of `events` (identify), or None.
    reason, field, value
        Why there is none.
    """

    row: dict[str, Any] | None
    reason: str = ""
    field: str = ""
    value: str = ""


def profile_of(actor: Mapping[str, Any], setting: Setting) -> Profile:
    """Read an actor's document.

    Parameters
    ----------
    actor
        A Person, Service, Organization, Group or Application.
    setting
        Source, zone and moment.
    """
    name = actor.get("id")
    if not isinstance(name, str) or not name:
        return Profile(None, "not_an_id", "id", str(name))
    stated = actor.get("updated") or actor.get("published")
    at = read_moment(stated, setting.zone) if isinstance(stated, str) else None
    if stated and (wrong := date_reason(at, setting.now)):
        return Profile(None, wrong, "published", str(stated))
    handle = _handle(actor, name)
    fields = list(_fields(actor.get("attachment")))
    summary = plain_text(_text(actor.get("summary")))
    mail = next(
        filter(None, (_mail(text, handle) for text in (*(v for _, v in fields), summary))), ""
    )
    traits = {
        "name": _text(actor.get("name")) or _text(actor.get("preferredUsername")),
        "handle": handle,
        "summary": summary,
        "website": next((m[1] for _, v in fields if (m := _LINK.search(v))), ""),
        "email": mail,
        "url": _text(actor.get("url")),
        "kind": _text(actor.get("type")),
    }
    known = [("activitypub", name), ("fediverse", handle), (EMAIL, mail)]
    content = json.dumps(actor, sort_keys=True, ensure_ascii=True)
    seal = hashlib.md5(content.encode(), usedforsecurity=False).hexdigest()[:16]
    row = {
        "message_id": f"activitypub:{name}:{seal}",
        "source": setting.source,
        "type": EventType.IDENTIFY.value,
        "occurred_at": at or setting.now,
        "received_at": at or setting.now,
        "identifiers": [{"kind": k, "value": v} for k, v in known if v],
        "channel": CHANNEL,
        "properties": json.dumps({} if at else {"date_known": False}),
        "traits": [(k, v[:_LONGEST]) for k, v in traits.items() if v],
    }
    return Profile(row)


def _text(value: object) -> str:
    return value.replace("\x00", "").strip() if isinstance(value, str) else ""


def _fields(attachment: object) -> Iterable[tuple[str, str]]:
    for field in attachment if isinstance(attachment, list) else [attachment]:
        if isinstance(field, Mapping) and field.get("type") == "PropertyValue":
            yield _text(field.get("name")), _text(field.get("value"))


def _handle(actor: Mapping[str, Any], name: str) -> str:
    host = _host(name)
    user = _text(actor.get("preferredUsername")).lower()
    return f"@{user}@{host}" if user and host else ""


def _host(name: str) -> str:
    try:
        return (urlsplit(name).hostname or "").lower()
    except ValueError:
        return ""


def _mail(markup: str, handle: str) -> str:
    """Find a mail address; a handle looks like one, but isn't."""
    text = plain_text(markup.replace("mailto:", " "))
    for found in _EMAIL.finditer(text):
        written = found[0].lower()
        if "@" + written != handle and text[max(found.start() - 1, 0)] != "@":
            return written
    return ""


def own_actors(own: Iterable[str], known: Mapping[str, str]) -> tuple[str, ...]:
    """Return the ids of the brand's own actors, in small letters.

    Parameters
    ----------
    own
        Their ids or handles (``@name@host``).
    known
        Handles and ids of actors that were met.

    Examples
    --------
    >>> own_actors(["@tea@social.example"], {})
    ('https://social.example/users/tea', 'https://social.example/@tea')
    """
    ids: dict[str, None] = {}
    for told in own:
        small = told.strip().lower()
        if small.startswith(("http://", "https://")):
            ids[small] = None
            continue
        user, _, host = small.removeprefix("@").partition("@")
        if user and host:
            ids |= dict.fromkeys(
                (
                    *([known[f"@{user}@{host}"].lower()] if f"@{user}@{host}" in known else []),
                    # where Mastodon and its kin keep their actors
                    f"https://{host}/users/{user}",
                    f"https://{host}/@{user}",
                )
            )
    return tuple(ids)
