"""A customer on a day: what depends on the date and on the other customers. Pure Ibis."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

import ibis

from parvis.lake.functions import local_day

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["RFM_SEGMENTS", "profiles"]

#: By recency score (5 first), the segments for frequency-and-money scores 1 to 5.
_GRID: Final = {
    5: ("new", "promising", "potential_loyal", "champions", "champions"),
    4: ("new", "promising", "potential_loyal", "loyal", "champions"),
    3: ("about_to_sleep", "about_to_sleep", "need_attention", "loyal", "loyal"),
    2: ("hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"),
    1: ("lost", "lost", "at_risk", "cannot_lose", "cannot_lose"),
}

#: From the best to those who are gone.
RFM_SEGMENTS: Final = (
    "champions",
    "loyal",
    "potential_loyal",
    "promising",
    "new",
    "need_attention",
    "about_to_sleep",
    "at_risk",
    "cannot_lose",
    "hibernating",
    "lost",
)


def profiles(traits: ir.Table, as_of: datetime, zone: str) -> ir.Table:
    """Complete the traits with what depends on the day and on the others.

    Parameters
    ----------
    traits
        Rows of `customer_traits`, of all customers.
    as_of
        The moment up to which they speak.
    zone
        Where days begin.

    Returns
    -------
    ir.Table
        Rows of `profiles`. Scores are fifths of the customers who have ordered; equal
        values get equal scores.

    References
    ----------
    A. M. Hughes, "Strategic Database Marketing" (1994), for recency, frequency, monetary
    value in fifths.
    """
    today = local_day(ibis.literal(as_of, "timestamp('UTC')"), zone)
    dated = traits.mutate(
        recency_days=today.delta(traits.last_order_on, unit="day"),
        tenure_days=ibis.greatest(
            today.delta(local_day(traits.first_seen_at, zone), unit="day"), 0
        ),
        age_band=_age_band(traits, today),
    )
    dated = dated.mutate(
        is_overdue=dated.usual_longest_gap_days.notnull().ifelse(
            dated.recency_days > dated.usual_longest_gap_days, ibis.null("boolean")
        )
    )
    return dated.left_join(_rfm(dated), "customer_id").drop("customer_id_right")


def _fifth(value: ir.Value, *, high_is_good: bool) -> ir.Value:
    rank = ibis.percent_rank().over(order_by=value if high_is_good else value.desc())
    return (ibis.least((rank * 5).floor(), 4) + 1).cast("int64")


def _rfm(dated: ir.Table) -> ir.Table:
    buyers = dated.filter(dated.frequency > 0)
    scored = buyers.select(
        "customer_id",
        recency_score=_fifth(buyers.recency_days, high_is_good=False),
        frequency_score=_fifth(buyers.frequency, high_is_good=True),
        monetary_score=_fifth(buyers.monetary, high_is_good=True),
    )
    both = ((scored.frequency_score + scored.monetary_score) / 2).ceil().cast("int64")
    cells = [
        ((scored.recency_score == recency) & (both == place), ibis.literal(segment))
        for recency, row in _GRID.items()
        for place, segment in enumerate(row, start=1)
    ]
    return scored.mutate(rfm_segment=ibis.cases(*cells))


def _told(traits: ir.Table, *names: str) -> ir.Value:
    """Take the first attribute of these names."""
    found = [traits.attributes.filter(lambda a, n=n: a["name"] == n)[0]["value"] for n in names]
    return ibis.coalesce(*found)


def _age_band(traits: ir.Table, today: ir.Value) -> ir.Value:
    born = _told(traits, "birthday", "birthDate", "birth_date", "date_of_birth").try_cast("date")
    # a birthday counts once it is reached: the number of whole years, not of days / 365
    had_birthday = (today.month() > born.month()) | (
        (today.month() == born.month()) & (today.day() >= born.day())
    )
    years = today.year() - born.year() - had_birthday.ifelse(0, 1)
    age = ibis.coalesce(years, _told(traits, "age").try_cast("int64"))
    band = ibis.cases(
        (age < 0, ibis.null("string")),
        (age < 18, "under 18"),
        (age < 25, "18-24"),
        (age < 35, "25-34"),
        (age < 45, "35-44"),
        (age < 55, "45-54"),
        (age < 65, "55-64"),
        (age < 120, "65+"),
        else_=ibis.null("string"),
    )
    return ibis.coalesce(_told(traits, "age_band", "ageBand"), band)
