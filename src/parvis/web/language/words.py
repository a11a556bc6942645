"""The names of what the tables speak of: segments, traits, events, channels."""

from __future__ import annotations

from typing import Final

from parvis.web.language.catalogs import Language

__all__ = [
    "ASPECTS",
    "ATTRIBUTES",
    "CHANNELS",
    "EVENTS",
    "SEGMENTS",
    "SEGMENT_MEANINGS",
    "STANCES",
    "STATUSES",
    "TRAIT_GROUPS",
    "TRAIT_MEANINGS",
    "TRAIT_NAMES",
    "channel_name",
    "event_name",
    "soften",
    "word",
]


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "translate later"
    """Mark a text for the catalogs."""
    return text


SEGMENTS: Final = {
    "champions": N_("Champions"),
    "loyal": N_("Loyal"),
    "potential_loyal": N_("Potentially loyal"),
    "promising": N_("Promising"),
    "new": N_("New"),
    "need_attention": N_("Need attention"),
    "about_to_sleep": N_("About to sleep"),
    "at_risk": N_("At risk"),
    "cannot_lose": N_("Cannot lose"),
    "hibernating": N_("Hibernating"),
    "lost": N_("Lost"),
}

SEGMENT_MEANINGS: Final = {
    "champions": N_("bought lately, often and for much"),
    "loyal": N_("buy often and for much"),
    "potential_loyal": N_("bought lately, fairly often"),
    "promising": N_("bought lately, not yet often"),
    "new": N_("bought lately, among the least often"),
    "need_attention": N_("in the middle on all three"),
    "about_to_sleep": N_("no longer lately, and seldom"),
    "at_risk": N_("bought fairly often, but not lately"),
    "cannot_lose": N_("bought often and for much, but not lately"),
    "hibernating": N_("seldom, and some time ago"),
    "lost": N_("seldom, and long ago"),
}

TRAIT_GROUPS: Final = {
    "place": N_("Place among the others"),
    "buying": N_("Purchases"),
    "rhythm": N_("Rhythm"),
    "taste": N_("Taste"),
    "presence": N_("Presence"),
    "person": N_("Person"),
}

TRAIT_NAMES: Final = {
    "rfm_segment": N_("Segment"),
    "recency_score": N_("Recency score"),
    "frequency_score": N_("Frequency score"),
    "monetary_score": N_("Monetary score"),
    "cohort": N_("Cohort"),
    "frequency": N_("Orders"),
    "monetary": N_("Net sales"),
    "average_basket": N_("Average basket"),
    "first_order_on": N_("First order"),
    "last_order_on": N_("Last order"),
    "recency_days": N_("Days since the last order"),
    "purchase_interval_days": N_("Usual interval"),
    "usual_longest_gap_days": N_("Usual longest gap"),
    "is_overdue": N_("Overdue"),
    "favourite_category": N_("Favourite category"),
    "favourite_category_share": N_("Its share of net sales"),
    "coupon_share": N_("Orders with a coupon"),
    "coupons_redeemed": N_("Coupons redeemed"),
    "campaigns_received": N_("Campaigns received"),
    "first_seen_at": N_("First seen"),
    "last_seen_at": N_("Last seen"),
    "tenure_days": N_("Known for"),
    "first_channel": N_("First channel"),
    "last_channel": N_("Last channel"),
    "sessions": N_("Visits"),
    "page_views": N_("Pages seen"),
    "seconds_on_site": N_("Time on site"),
    "display_name": N_("Name"),
    "age_band": N_("Age"),
    "attributes": N_("Told by silos"),
}

TRAIT_MEANINGS: Final = {
    "rfm_segment": N_("Named after the three scores"),
    "recency_score": N_("1 to 5; 5: as recently as the best fifth of buyers"),
    "frequency_score": N_("1 to 5; 5: as often as the best fifth of buyers"),
    "monetary_score": N_("1 to 5; 5: for as much as the best fifth of buyers"),
    "cohort": N_("The month of the first order"),
    "frequency": N_("Orders kept: neither cancelled nor wholly refunded"),
    "monetary": N_("What remains after refunds and cancellations"),
    "average_basket": N_("Net sales per order kept"),
    "purchase_interval_days": N_("Median of the days between days with an order"),
    "usual_longest_gap_days": N_("Nine in ten intervals are shorter"),
    "is_overdue": N_("No order for longer than the usual longest gap"),
    "favourite_category": N_("The category with the highest net sales"),
    "coupon_share": N_("Share of orders kept that used a coupon"),
    "tenure_days": N_("Days since the first event"),
    "seconds_on_site": N_("From the first to the last event of each visit"),
    "attributes": N_("The latest of each, with the day it was said"),
}

EVENTS: Final = {
    "Order Completed": N_("Order"),
    "Order Updated": N_("Order changed"),
    "Order Refunded": N_("Refund"),
    "Order Cancelled": N_("Order cancelled"),
    "Coupon Redeemed": N_("Coupon redeemed"),
    "Campaign Received": N_("Campaign received"),
    "Device Telemetry": N_("Device message"),
    "Page Ping": N_("Page still open"),
    "Post Published": N_("Post"),
    "Comment Added": N_("Comment"),
    "Reaction Added": N_("Reaction"),
    "Review Posted": N_("Review"),
    "Message Received": N_("Message"),
    "Email Received": N_("E-mail"),
    "Article Published": N_("Article"),
    "Poll Answered": N_("Poll answer"),
    "Reaction Removed": N_("Reaction taken back"),
    "Message Sent": N_("Message sent"),
    "Text Edited": N_("Text edited"),
    "Text Deleted": N_("Text deleted"),
    "Account Followed": N_("Follows"),
    "Account Unfollowed": N_("No longer follows"),
    "Account Deleted": N_("Account deleted"),
    "Product Viewed": N_("Product seen"),
    "Product Added": N_("Product added to the basket"),
    "Checkout Started": N_("Checkout begun"),
    "Experiment Viewed": N_("Took part in an experiment"),
    "Segment Consent Preference Updated": N_("Consent answer"),
    "identify": N_("Customer data"),
    "page": N_("Page seen"),
    "screen": N_("Screen seen"),
    "group": N_("Joined a group"),
    "alias": N_("Identifiers joined"),
    "track": N_("Event"),
    "spend": N_("Advertising cost"),
}

CHANNELS: Final = {
    "store": N_("store"),
    "web": N_("web"),
    "app": N_("app"),
    "email": N_("e-mail"),
    "direct mail": N_("direct mail"),
    "phone": N_("phone"),
    "search": N_("search"),
    "social": N_("social"),
    "fediverse": N_("Fediverse"),
    "bluesky": N_("Bluesky"),
    "reviews": N_("reviews"),
    "blog": N_("blog"),
    "display": N_("display"),
    "television": N_("television"),
    "direct": N_("direct"),
    "referral": N_("referral"),
    "affiliates": N_("affiliates"),
    "sms": N_("text messages"),
    "audio": N_("audio"),
    "cross-network": N_("cross-network"),
    "paid shopping": N_("paid shopping"),
    "paid search": N_("paid search"),
    "paid social": N_("paid social"),
    "paid video": N_("paid video"),
    "paid other": N_("paid, other"),
    "organic shopping": N_("organic shopping"),
    "organic social": N_("organic social"),
    "organic video": N_("organic video"),
    "organic search": N_("organic search"),
    "push": N_("push notifications"),
}

#: What people judge of any brand, as `listen` tells it; a team's own aspects have their own names.
ASPECTS: Final = {
    "delivery": N_("delivery"),
    "price": N_("price"),
    "quality": N_("quality"),
    "service": N_("customer service"),
    "returns": N_("returns and refunds"),
    "website": N_("website and app"),
    "packaging": N_("packaging"),
    "availability": N_("availability"),
    "shop": N_("shop"),
    "billing": N_("billing"),
}

STANCES: Final = {
    "supporter": N_("supporter"),
    "detractor": N_("detractor"),
}

STATUSES: Final = {
    "completed": N_("completed"),
    "partly_refunded": N_("partly refunded"),
    "refunded": N_("refunded"),
    "cancelled": N_("cancelled"),
    "refund_only": N_("refund without its order"),
}

ATTRIBUTES: Final = {
    "age_band": N_("age"),
    "income_band": N_("income"),
    "home_ownership": N_("home"),
    "marital_status": N_("marital status"),
    "household_size": N_("household size"),
    "household_composition": N_("household"),
    "kids_count": N_("children"),
    "email": N_("e-mail"),
    "name": N_("name"),
    "firstName": N_("first name"),
    "lastName": N_("last name"),
    "phone": N_("phone"),
    "city": N_("city"),
    "country": N_("country"),
}


def word(names: dict[str, str], code: str | None, language: Language) -> str:
    """Name a code in a language; a code without a name is shown as it is."""
    if code is None:
        return ""
    return language.say(names[code]) if code in names else code


def event_name(name: str | None, type_: str, language: Language) -> str:
    """Name an event: its own name, else what type of call it is."""
    return word(EVENTS, name or type_, language)


def channel_name(channel: str | None, language: Language) -> str:
    """Name a channel."""
    return word(CHANNELS, channel, language)


def soften(text: str | None) -> str:
    """Write a value that a silo shouts (ALL CAPITALS) as a word.

    Examples
    --------
    >>> soften("CANDY - PACKAGED"), soften("iPhone"), soften("TV")
    ('Candy - packaged', 'iPhone', 'TV')
    """
    if text is None:
        return ""
    return text.capitalize() if len(text) > 3 and text.isupper() else text
