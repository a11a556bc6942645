"""How coupons and promotions are spoken of."""

from __future__ import annotations

from typing import Final

__all__ = ["CAMPAIGN_VERDICTS", "CAMPAIGN_WHY", "CHECKED", "SHOWN_VERDICTS", "SPOTS", "WAYS"]


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "translate later"
    """Mark a text for the catalogs."""
    return text


CAMPAIGN_VERDICTS: Final = {
    "worked": N_("worked"),
    "bought anyway": N_("bought anyway"),
    "didn't pay": N_("didn't pay"),
    "can't tell": N_("can't tell"),
}

CAMPAIGN_WHY: Final = {
    "early": N_("The data begin less than twelve weeks before it."),
    "late": N_("The data end less than two weeks into it."),
    "few": N_("Too few customers got it, or too few can be compared."),
    "overlap": N_("Most of those who got it resemble nobody who didn't."),
    "balance": N_("Those who got it and the others can't be made alike."),
    "placebo": N_("Those who got it bought more, or less, long before it already."),
    "control": N_("Those who got it bought more, or less, where there were no coupons too."),
    "wide": N_("Whatever it did is lost in the noise."),
    "share": N_("At least half of what coupons were handed in for would have been bought."),
    "sales": N_("More of its products was sold than would have been without it."),
    "margin": N_("What it added, times the margin, against what it took off."),
}

SHOWN_VERDICTS: Final = {
    "sold more": N_("sold more"),
    "sold less": N_("sold less"),
    "no difference": N_("no difference"),
    "can't tell": N_("can't tell"),
}

WAYS: Final = {"display": N_("display"), "mailer": N_("mailer")}

SPOTS: Final = {
    "": N_("anywhere"),
    "store front": N_("store front"),
    "store rear": N_("store rear"),
    "front end cap": N_("front end cap"),
    "mid-aisle end cap": N_("mid-aisle end cap"),
    "rear end cap": N_("rear end cap"),
    "side-aisle end cap": N_("side-aisle end cap"),
    "in aisle": N_("in aisle"),
    "secondary location": N_("secondary location"),
    "in shelf": N_("in shelf"),
    "interior page": N_("interior page"),
    "interior page line item": N_("interior page line item"),
    "front page": N_("front page"),
    "back page": N_("back page"),
    "wrap front": N_("wrap front"),
    "wrap interior coupon": N_("wrap interior coupon"),
    "wrap back": N_("wrap back"),
    "interior page coupon": N_("interior page coupon"),
    "free on interior page": N_("free on interior page"),
    "free on front page, back page or wrap": N_("free on front page, back page or wrap"),
}

#: What was known of customers before a campaign.
CHECKED: Final = {
    "spent in the last 4 weeks": N_("spent in the last 4 weeks"),
    "spent in the 4 weeks before": N_("spent in the 4 weeks before"),
    "spent before that": N_("spent before that"),
    "spent in all": N_("spent in all"),
    "orders in the last 4 weeks": N_("orders in the last 4 weeks"),
    "orders before that": N_("orders before that"),
    "days since the last order": N_("days since the last order"),
    "spent on its products, last 4 weeks": N_("spent on its products, last 4 weeks"),
    "spent on its products, 4 weeks before": N_("spent on its products, 4 weeks before"),
    "spent on its products in all": N_("spent on its products in all"),
    "its products' share": N_("its products' share"),
    "taken off by coupons": N_("taken off by coupons"),
    "share taken off by the shop": N_("share taken off by the shop"),
    "spent where there are no coupons": N_("spent where there are no coupons"),
    "days known": N_("days known"),
    "campaigns got before": N_("campaigns got before"),
    "told anything": N_("told anything"),
}
