"""By which channel somebody came, told from a link's marks and from where it stood. Pure Ibis.

References
----------
Google Analytics, "Default channel group" (2024): the order of the rules and their patterns.
https://support.google.com/analytics/answer/9756891
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import ibis

from parvis.measure.journeys.sites import SITES

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["CHANNELS", "DIRECT", "channel_of", "source_of"]

DIRECT: Final = "direct"

CHANNELS: Final = (
    "cross-network", "paid shopping", "paid search", "paid social", "paid video", "display",
    "paid other", "organic shopping", "organic social", "organic video", "organic search", "email",
    "affiliates", "referral", "audio", "sms", "push", DIRECT, "other",
)  # fmt: skip
"""In the order in which they are tried."""

_PAID: Final = r"^(.*cp.*|ppc|retargeting|paid.*)$"
_SOCIAL_MEDIUM: Final = (
    "social", "social-network", "social-media", "sm", "social network", "social media",
)  # fmt: skip
_DISPLAY: Final = ("display", "banner", "expandable", "interstitial", "cpm")
_MAIL: Final = ("email", "e-mail", "e_mail", "e mail", "newsletter")
_NOT_SET: Final = ("", "(not set)", "(none)", "none", "direct", "(direct)")


def source_of(url: ir.StringValue, referrer: ir.StringValue) -> dict[str, ir.StringValue]:
    """Read where a visit came from.

    Parameters
    ----------
    url
        The page it began on, with the marks of the link (`utm_source` and so on).
    referrer
        The page before.

    Returns
    -------
    dict
        `source`, `medium` and `campaign`, in small letters, null where nothing is told. Without
        marks the source is the site before; a click that Google or Microsoft numbered is paid.
    """
    marked = {
        name: _decoded(url.re_extract(rf"[?&]utm_{name}=([^&#]*)", 1).nullif(""))
        for name in ("source", "medium", "campaign")
    }
    numbered = url.re_search(r"[?&](gclid|gbraid|wbraid|msclkid)=")
    before = referrer.lower().re_extract(r"^[a-z]+://(?:www\.)?([^/:?#]+)", 1).nullif("")
    own = url.lower().re_extract(r"^[a-z]+://(?:www\.)?([^/:?#]+)", 1).nullif("")
    elsewhere = ibis.ifelse(before == own, ibis.null("string"), before)
    paid = ibis.ifelse(numbered, ibis.literal("cpc"), ibis.null("string"))
    return {
        "source": ibis.coalesce(marked["source"].lower(), elsewhere),
        "medium": ibis.coalesce(marked["medium"].lower(), paid),
        "campaign": marked["campaign"],
    }


def _decoded(text: ir.StringValue) -> ir.StringValue:
    """Undo the writing of a space and of the signs that names have most."""
    plain = text.replace("+", " ")
    for code, sign in (("%20", " "), ("%2B", "+"), ("%26", "&"), ("%27", "'"), ("%7C", "|")):
        plain = plain.replace(code, sign)
    return plain


def channel_of(
    source: ir.StringValue,
    medium: ir.StringValue,
    campaign: ir.StringValue,
    own: Mapping[str, str] | None = None,
) -> ir.StringValue:
    """Name the channel by which somebody came.

    Parameters
    ----------
    source, medium, campaign
        As `source_of` tells them; null is unknown.
    own
        Categories of a team's own file, by source; they stand above the built-in ones.

    Returns
    -------
    ir.StringValue
        One of `CHANNELS`.
    """
    source = source.lower().fill_null("")
    medium = medium.lower().fill_null("")
    campaign = campaign.lower().fill_null("")
    kind = _category(source, own or {})
    is_paid = medium.re_search(_PAID)
    shops = campaign.re_search(r"^(.*(([^a-df-z]|^)shop|shopping).*)$")
    is_mail = source.isin(_MAIL) | medium.isin(_MAIL)
    unknown = source.isin(_NOT_SET) & medium.isin(_NOT_SET)
    rules = (
        (campaign.contains("cross-network"), "cross-network"),
        (((kind == "shopping") | shops) & is_paid, "paid shopping"),
        ((kind == "search") & is_paid, "paid search"),
        (((kind == "social") & is_paid) | (medium == "paid_social"), "paid social"),
        ((kind == "video") & is_paid, "paid video"),
        (medium.isin(_DISPLAY), "display"),
        (is_paid, "paid other"),
        ((kind == "shopping") | shops, "organic shopping"),
        ((kind == "social") | medium.isin(_SOCIAL_MEDIUM), "organic social"),
        ((kind == "video") | medium.contains("video"), "organic video"),
        ((kind == "search") | (medium == "organic"), "organic search"),
        (is_mail, "email"),
        (medium == "affiliate", "affiliates"),
        (medium == "audio", "audio"),
        ((source == "sms") | (medium == "sms"), "sms"),
        (medium.endswith("push") | medium.contains("notification"), "push"),
        (unknown, DIRECT),
        (medium.isin(("referral", "app", "link", "")), "referral"),
    )
    named: ir.StringValue = ibis.cases(*rules, else_="other")
    return named


def _category(source: ir.StringValue, own: Mapping[str, str]) -> ir.StringValue:
    rules = []
    for category in ("search", "social", "video", "shopping"):
        told = [name for name, kind in own.items() if kind == category]
        if told:
            rules.append((source.isin(told), category))
    # shopping before search: shopping.yahoo.com, and google's own shops
    rules += [
        (source.re_search(_words(SITES[category])), category)
        for category in ("shopping", "video", "social", "search")
    ]
    found: ir.StringValue = ibis.cases(*rules, else_="")
    return found


def _words(names: tuple[str, ...]) -> str:
    return r"(^|[.])(" + "|".join(re.escape(name) for name in names) + r")($|[.])"
