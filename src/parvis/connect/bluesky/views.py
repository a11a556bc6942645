"""What the API shows of records, as the messages that the Jetstream tells them by.

References
----------
The lexicons app.bsky.feed.defs (postView) and app.bsky.notification.listNotifications;
Bluesky, "Jetstream".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from parvis.connect.lines import Line, line_of
from parvis.connect.moments import read_moment

__all__ = ["as_lines", "handles_of", "identity_message", "record_message"]


def record_message(view: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a record that is shown as the message of its making; None where it isn't whole."""
    parts = str(view.get("uri", "")).removeprefix("at://").split("/")
    record = view.get("record")
    if len(parts) != 3 or not isinstance(record, Mapping):
        return None
    did, collection, key = parts
    seen = read_moment(str(view.get("indexedAt", "")), "UTC")
    message: dict[str, Any] = {
        "did": did,
        "kind": "commit",
        "commit": {
            "operation": "create",
            "collection": collection,
            "rkey": key,
            "record": record,
        },
    }
    if seen is not None:
        message["time_us"] = int(seen.timestamp() * 1_000_000)
    return message


def handles_of(views: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the handles by which authors are shown, by their DID."""
    found: dict[str, str] = {}
    for view in views:
        author = view.get("author")
        if isinstance(author, Mapping):
            did, handle = author.get("did"), author.get("handle")
            # a handle that can't be resolved is shown so
            if isinstance(did, str) and isinstance(handle, str) and handle != "handle.invalid":
                found[did] = handle.lower()
    return found


def identity_message(did: str, handle: str, at: str) -> dict[str, Any]:
    """Return the message that tells an account's handle."""
    return {
        "did": did,
        "kind": "identity",
        "identity": {"did": did, "handle": handle, "time": at},
    }


def as_lines(messages: Iterable[Mapping[str, Any]]) -> list[Line]:
    """Write messages as lines of a file, which is how they are read elsewhere."""
    return [
        line_of(number, json.dumps(message, ensure_ascii=False).encode("utf-8", "replace"))
        for number, message in enumerate(messages, 1)
    ]
