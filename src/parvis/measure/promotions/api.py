"""What others may ask of coupons and promotions."""

from parvis.measure.promotions.campaigns import (
    DAYS_BEFORE,
    bought_by_day,
    bought_of_campaigns,
    campaign_events,
    campaigns_sent,
    drawn_for,
    kept_lines,
    known_before,
    received,
    redeemed_lines,
    redemptions,
    told_of,
)
from parvis.measure.promotions.coupons import CouponCampaign, judge_campaigns
from parvis.measure.promotions.evidence import ShownRows, shown_rows
from parvis.measure.promotions.facts import MOST_HISTORY_DAYS, CouponFacts, Span
from parvis.measure.promotions.fits import fitted
from parvis.measure.promotions.laying import ShelfFacts, laid_out
from parvis.measure.promotions.shelves import (
    lines_in_shops,
    often_sold,
    orders_in_shops,
    shown_by_week,
    sold_by_week,
    visits_by_week,
)
from parvis.measure.promotions.shown import LEAST_SHOWN, judge_shown

__all__ = [
    "DAYS_BEFORE",
    "LEAST_SHOWN",
    "MOST_HISTORY_DAYS",
    "CouponCampaign",
    "CouponFacts",
    "ShelfFacts",
    "ShownRows",
    "Span",
    "bought_by_day",
    "bought_of_campaigns",
    "campaign_events",
    "campaigns_sent",
    "drawn_for",
    "fitted",
    "judge_campaigns",
    "judge_shown",
    "kept_lines",
    "known_before",
    "laid_out",
    "lines_in_shops",
    "often_sold",
    "orders_in_shops",
    "received",
    "redeemed_lines",
    "redemptions",
    "shown_by_week",
    "shown_rows",
    "sold_by_week",
    "told_of",
    "visits_by_week",
]
