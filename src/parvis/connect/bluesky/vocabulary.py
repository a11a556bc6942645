"""Where in a message of the Jetstream what stands.

References
----------
Bluesky, "Jetstream" (https://github.com/bluesky-social/jetstream): commit, identity and account
messages; the lexicons app.bsky.feed.post, .like, .repost, app.bsky.graph.follow,
app.bsky.actor.profile, app.bsky.richtext.facet, app.bsky.embed.images (atproto).
"""

from __future__ import annotations

from typing import Final

__all__ = ["CHANNEL", "FOLLOW", "KINDS", "PATHS", "POST", "PROFILE", "REACTIONS", "UNIQUE"]

#: The events' channel, and the kind of identifier of a person (a DID).
CHANNEL: Final = "bluesky"

POST: Final = "app.bsky.feed.post"
PROFILE: Final = "app.bsky.actor.profile"
FOLLOW: Final = "app.bsky.graph.follow"
REACTIONS: Final = {"app.bsky.feed.like": "like", "app.bsky.feed.repost": "share"}

_RECORD: Final = "$.commit.record"

#: What is read as text.
PATHS: Final = {
    "did": "$.did",
    "time_us": "$.time_us",
    "kind": "$.kind",
    "rev": "$.commit.rev",
    "operation": "$.commit.operation",
    "collection": "$.commit.collection",
    "rkey": "$.commit.rkey",
    "created": f"{_RECORD}.createdAt",
    "text": f"{_RECORD}.text",
    "langs": f"{_RECORD}.langs",
    "language": f"{_RECORD}.langs[0]",
    "tags": f"{_RECORD}.tags",
    "facets": f"{_RECORD}.facets",
    "images": f"{_RECORD}.embed.images",
    "media": f"{_RECORD}.embed.media.images",
    "quoted": f"{_RECORD}.embed.record.uri",
    "quoted_too": f"{_RECORD}.embed.record.record.uri",
    "root": f"{_RECORD}.reply.root.uri",
    "parent": f"{_RECORD}.reply.parent.uri",
    "subject": f"{_RECORD}.subject",
    "subject_uri": f"{_RECORD}.subject.uri",
    "display_name": f"{_RECORD}.displayName",
    "description": f"{_RECORD}.description",
    "website": f"{_RECORD}.website",
    "handle": "$.identity.handle",
    "identity_time": "$.identity.time",
    "is_active": "$.account.active",
    "status": "$.account.status",
    "account_time": "$.account.time",
}

#: Places of which the kind of value is asked.
KINDS: Final = {
    "": "$",
    "did": "$.did",
    "rkey": "$.commit.rkey",
    "record": _RECORD,
    "text": f"{_RECORD}.text",
    "subject": f"{_RECORD}.subject",
    "subject_uri": f"{_RECORD}.subject.uri",
    "parent": f"{_RECORD}.reply.parent.uri",
}

#: Objects in which no key may stand twice.
UNIQUE: Final = ("$", "$.commit", _RECORD)
