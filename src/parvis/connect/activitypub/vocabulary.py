"""The words of ActivityStreams that are understood, and where they stand in an activity.

References
----------
W3C, "Activity Streams 2.0" and "Activity Vocabulary"; W3C, "ActivityPub", 6 and 7;
Mastodon's documentation, "ActivityPub" (polls, `sensitive`, `toot:` terms, profile fields).
"""

from __future__ import annotations

from typing import Final

__all__ = ["ACTORS", "CHANNEL", "KINDS", "OBJECTS", "PATHS", "PUBLIC", "REACTIONS", "UNIQUE"]

#: The events' channel.
CHANNEL: Final = "fediverse"

#: What holds a text of somebody.
OBJECTS: Final = ("Note", "Article", "Page", "Question", "Video", "Audio", "Image", "Event")

#: Who acts.
ACTORS: Final = ("Person", "Service", "Organization", "Group", "Application")

#: Activities that say something about an object in one word.
REACTIONS: Final = {
    "Like": "like",
    "Announce": "share",
    "Dislike": "dislike",
    "EmojiReact": "emoji",
}

#: To whom a public activity is addressed.
PUBLIC: Final = ("https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public")

#: Where in an activity what stands that is read as text.
PATHS: Final = {
    "id": "$.id",
    "type": "$.type",
    "actor": "$.actor",
    "actor_id": "$.actor.id",
    "published": "$.published",
    "updated": "$.updated",
    "emoji": "$.content",
    "to": "$.to",
    "cc": "$.cc",
    "object_to": "$.object.to",
    "object_cc": "$.object.cc",
    "object_id": "$.object.id",
    "object_type": "$.object.type",
    "object_actor": "$.object.attributedTo",
    "object_actor_id": "$.object.attributedTo.id",
    "object_published": "$.object.published",
    "object_updated": "$.object.updated",
    "object_deleted": "$.object.deleted",
    "content": "$.object.content",
    "title": "$.object.name",
    "subject": "$.object.summary",
    "reply": "$.object.inReplyTo",
    "reply_id": "$.object.inReplyTo.id",
    "url": "$.object.url",
    "url_href": "$.object.url.href",
    "url_first": "$.object.url[0].href",
    "conversation": "$.object.conversation",
    "sensitive": "$.object.sensitive",
    "tag": "$.object.tag",
    "attachment": "$.object.attachment",
    "undone": "$.object.object",
    "undone_id": "$.object.object.id",
}

#: Places of which the kind of value is asked: identifiers are text, or objects that hold one.
KINDS: Final = {
    "": "$",
    "id": "$.id",
    "actor": "$.actor",
    "object": "$.object",
    "object_id": "$.object.id",
    "reply": "$.object.inReplyTo",
}

#: Objects in which no key may stand twice; the last one's keys are languages.
UNIQUE: Final = ("$", "$.object", "$.object.contentMap")
