"""Statuses, accounts and notifications as the activities of ActivityPub that they stand for.

So the same post is one event, whether it came by the API, by an inbox or in an archive.

References
----------
Mastodon's documentation, "API entities" (Status, Account, Notification, MediaAttachment) and
"ActivityPub": a status's activity is its `uri` and ``/activity``, an edit's its `uri` and
``#updates/`` with the second; a boost's `uri` is that of its activity.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from parvis.connect.activitypub.vocabulary import PUBLIC
from parvis.connect.moments import read_moment

__all__ = ["actor_document", "actor_of", "notification_activity", "status_activities"]

Entity = Mapping[str, Any]
_REACTIONS: Final = {"favourite": "Like", "reblog": "Announce"}


def actor_of(account: Entity, home: str, status: str = "") -> str:
    """Return the id of an account in ActivityPub; empty where it can't be told.

    Parameters
    ----------
    account
        As the API tells it; newer servers tell its `uri`.
    home
        The host that was asked.
    status
        The `uri` of something that the account wrote.
    """
    told = account.get("uri")
    if isinstance(told, str) and told:
        return told
    before, between, _ = status.partition("/statuses/")
    if between:
        return before
    name, _, host = str(account.get("acct", "")).partition("@")
    return f"https://{host or home}/users/{name}" if name else ""


def actor_document(account: Entity, actor: str) -> dict[str, Any]:
    """Return an account as an actor's document.

    Its date is the account's own, so that it is told anew only when something in it changes.
    """
    name = str(account.get("acct", "")).partition("@")[0]
    fields = [f for f in account.get("fields") or [] if isinstance(f, Mapping)]
    return {
        "id": actor,
        "type": "Service" if account.get("bot") else "Person",
        "preferredUsername": account.get("username") or name,
        "name": account.get("display_name") or "",
        "summary": account.get("note") or "",
        "url": account.get("url") or "",
        "published": account.get("created_at"),
        "attachment": [
            {"type": "PropertyValue", "name": f.get("name"), "value": f.get("value")}
            for f in fields
        ],
    }


def status_activities(
    status: Entity, home: str, answered: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return what a status stands for: its making or its boost, and its last edit.

    Parameters
    ----------
    home
        The host that was asked.
    answered
        The `uri`s of statuses that are answered, by their number on that host.
    """
    uri = str(status.get("uri") or "")
    account = status.get("account")
    actor = actor_of(account, home, uri) if isinstance(account, Mapping) else ""
    if not uri or not actor:
        return []
    made = status.get("created_at")
    boosted = status.get("reblog")
    if isinstance(boosted, Mapping):
        if not boosted.get("uri"):
            return []
        return [
            {
                "id": uri,
                "type": "Announce",
                "actor": actor,
                "published": made,
                "object": boosted["uri"],
            }
        ]
    note = _note(status, actor, home, answered)
    found: list[dict[str, Any]] = [
        {
            "id": f"{uri}/activity",
            "type": "Create",
            "actor": actor,
            "published": made,
            "object": note,
        }
    ]
    edited = status.get("edited_at")
    at = read_moment(edited, "UTC") if isinstance(edited, str) else None
    if at is not None:
        found.append(
            {
                "id": f"{uri}#updates/{int(at.timestamp())}",
                "type": "Update",
                "actor": actor,
                "published": edited,
                "object": {**note, "updated": edited},
            }
        )
    return found


def _note(status: Entity, actor: str, home: str, answered: Mapping[str, str]) -> dict[str, Any]:
    uri = status["uri"]
    language = status.get("language")
    content = status.get("content") or ""
    visibility = status.get("visibility")
    note: dict[str, Any] = {
        "id": uri,
        "type": "Note",
        "attributedTo": actor,
        "published": status.get("created_at"),
        "content": content,
        "url": status.get("url") or uri,
        "to": [PUBLIC[0]] if visibility == "public" else [f"{actor}/followers"],
        "cc": [PUBLIC[0]] if visibility == "unlisted" else [],
        "tag": [
            *({"type": "Hashtag", "name": f"#{t.get('name')}"} for t in _all(status, "tags")),
            *({"type": "Mention", "href": m.get("url")} for m in _all(status, "mentions")),
        ],
        "attachment": [
            {"type": "Image", "url": m.get("url"), "name": m.get("description")}
            for m in _all(status, "media_attachments")
            if m.get("type") == "image"
        ],
        "sensitive": bool(status.get("sensitive")),
    }
    if isinstance(language, str) and language:
        note["contentMap"] = {language: content}
    if status.get("spoiler_text"):
        note["summary"] = status["spoiler_text"]
    if parent := status.get("in_reply_to_id"):
        # where the text that is answered isn't to be had, its place tells that there is one
        note["inReplyTo"] = answered.get(str(parent)) or f"https://{home}/api/v1/statuses/{parent}"
    return note


def notification_activity(told: Entity, home: str, own: str) -> dict[str, Any] | None:
    """Return what a notification stands for: a like, a boost, a follow; None for others.

    Parameters
    ----------
    own
        The actor who is told.
    """
    account, status = told.get("account"), told.get("status")
    if not isinstance(account, Mapping):
        return None
    activity = {"actor": actor_of(account, home), "published": told.get("created_at")}
    if told.get("type") == "follow":
        return {**activity, "type": "Follow", "object": own}
    kind = _REACTIONS.get(str(told.get("type")))
    if kind is None or not isinstance(status, Mapping) or not status.get("uri"):
        return None
    return {**activity, "type": kind, "object": status["uri"]}


def _all(status: Entity, name: str) -> list[Entity]:
    return [v for v in status.get(name) or [] if isinstance(v, Mapping)]
