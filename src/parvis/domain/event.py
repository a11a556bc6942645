"""Everything that happens is an event, in the shape of the Segment specification.

References
----------
Segment, "Spec": calls (track, identify, page, screen, group, alias) and the
e-commerce events (Order Completed, Order Updated, Order Refunded, Order Cancelled).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

__all__ = [
    "ANONYMOUS_ID",
    "DEVICE_ID",
    "EMAIL",
    "ORDER_EVENTS",
    "SOCIAL_EVENTS",
    "USER_ID",
    "EventName",
    "EventType",
]


class EventType(StrEnum):
    """The calls of the Segment specification."""

    TRACK = "track"
    IDENTIFY = "identify"
    PAGE = "page"
    SCREEN = "screen"
    GROUP = "group"
    ALIAS = "alias"


class EventName(StrEnum):
    """The names of the events that Parvis itself understands; others are kept as they are."""

    ORDER_COMPLETED = "Order Completed"
    ORDER_UPDATED = "Order Updated"
    ORDER_REFUNDED = "Order Refunded"
    ORDER_CANCELLED = "Order Cancelled"
    COUPON_REDEEMED = "Coupon Redeemed"
    CAMPAIGN_RECEIVED = "Campaign Received"
    DEVICE_TELEMETRY = "Device Telemetry"
    CONSENT_UPDATED = "Segment Consent Preference Updated"
    PAGE_PING = "Page Ping"
    POST_PUBLISHED = "Post Published"
    COMMENT_ADDED = "Comment Added"
    REACTION_ADDED = "Reaction Added"
    REACTION_REMOVED = "Reaction Removed"
    REVIEW_POSTED = "Review Posted"
    ARTICLE_PUBLISHED = "Article Published"
    EMAIL_RECEIVED = "Email Received"
    MESSAGE_SENT = "Message Sent"
    MESSAGE_RECEIVED = "Message Received"
    POLL_ANSWERED = "Poll Answered"
    TEXT_EDITED = "Text Edited"
    TEXT_DELETED = "Text Deleted"
    ACCOUNT_FOLLOWED = "Account Followed"
    ACCOUNT_UNFOLLOWED = "Account Unfollowed"
    ACCOUNT_DELETED = "Account Deleted"


#: The events that make or change an order.
ORDER_EVENTS: Final = (
    EventName.ORDER_COMPLETED,
    EventName.ORDER_UPDATED,
    EventName.ORDER_REFUNDED,
    EventName.ORDER_CANCELLED,
)

#: What people say, write and answer, and what becomes of it.
SOCIAL_EVENTS: Final = (
    EventName.POST_PUBLISHED,
    EventName.COMMENT_ADDED,
    EventName.REACTION_ADDED,
    EventName.REACTION_REMOVED,
    EventName.REVIEW_POSTED,
    EventName.MESSAGE_RECEIVED,
    EventName.MESSAGE_SENT,
    EventName.EMAIL_RECEIVED,
    EventName.ARTICLE_PUBLISHED,
    EventName.POLL_ANSWERED,
    EventName.TEXT_EDITED,
    EventName.TEXT_DELETED,
    EventName.ACCOUNT_FOLLOWED,
    EventName.ACCOUNT_UNFOLLOWED,
    EventName.ACCOUNT_DELETED,
)

#: The kind of identifier that a silo gives to a person whom it knows.
USER_ID: Final = "user_id"

#: The kind of identifier that a browser or an app gives to somebody unknown.
ANONYMOUS_ID: Final = "anonymous_id"

#: The kind of identifier of a mail address; in small letters.
EMAIL: Final = "email"

#: The kind of identifier of a device: its serial number.
DEVICE_ID: Final = "device_id"
