"""From figures to a verdict on each coupon campaign, or why there can't be one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parvis.errors import MeasureError
from parvis.measure.promotions.balancing import (
    LEAST,
    MOST_APART,
    Balanced,
    Difference,
    balanced,
    e_value,
    share_of,
)
from parvis.measure.promotions.facts import (
    LEAST_HISTORY_DAYS,
    MOST_HISTORY_DAYS,
    CouponFacts,
    Span,
)
from parvis.measure.promotions.findings import false_shares

__all__ = ["CouponCampaign", "judge_campaigns"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: So many days before all that the sides were made alike by: there they must be alike too.
PLACEBO_DAYS: Final = 28
#: Fewer days of a campaign than this tell nothing.
_LEAST_DAYS: Final = 14
#: If more of those who got it have nobody like them, the rest doesn't speak for them.
_MOST_LOST: Final = 0.5
#: From this part on, redeemed sales are called sales that would have been made anyway.
_MOSTLY: Final = 0.5
#: As many weeks before must be known to tell what was bought before.
_LEAST_BEFORE: Final = 56
#: At most this part of what is called an effect may be chance.
_FALSE: Final = 0.1
_BINS: Final = 20


@dataclass(frozen=True, slots=True)
class CouponCampaign:
    """One campaign, as it was.

    Parameters
    ----------
    name, kind
        What it is called; what it says it is.
    starts_on, ends_on
        The days on which its coupons were good.
    coupons, products
        How many kinds of coupons, and products they were good for.
    redeemed
        Rows of `known_before`: the lines for which its coupons were handed in.
    redemptions
        Coupons handed in, up to the last day of the data.
    redeemers
        Who handed one in.
    drawn, left_out
        Who was drawn for it at random, and who was drawn to be left out; empty: nobody was.
    """

    name: str
    kind: str | None
    starts_on: date
    ends_on: date
    coupons: int
    products: int
    redeemed: pa.Table
    redemptions: int
    redeemers: int
    drawn: Sequence[str] = ()
    left_out: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Judged:
    """What one comparison said; `why` names what stands in the way."""

    row: Mapping[str, Any]
    checks: Mapping[str, Any]
    why: str | None
    error: float | None = None
    cost: float = 0.0


def judge_campaigns(
    facts: CouponFacts, campaigns: Sequence[CouponCampaign], margin: float | None
) -> list[dict[str, Any]]:
    """Judge each campaign, and hold the findings against how many were looked at.

    Parameters
    ----------
    facts
        What customers bought and got.
    campaigns
        Those with coupons.
    margin
        What is left of each euro of sales; null: not told.

    Returns
    -------
    list
        Rows of `coupon_effects`.
    """
    judged = [_judge(facts, each) for each in campaigns]
    told = [j for j in judged if j.why is None and j.error]
    z = np.array([j.row["effect"] / j.error for j in told if j.error])
    shares = iter(false_shares(z))
    rows = []
    for each, one in zip(campaigns, judged, strict=True):
        false = float(next(shares)) if one.why is None and one.error else None
        verdict, why = _verdict(one, each, margin, false)
        checks = dict(one.checks) | {"false_share": false, "margin": margin}
        row = dict(one.row) | {"verdict": verdict, "why": why}
        rows.append(row | {"checks": json.dumps(checks, ensure_ascii=False)})
    return rows


def _judge(facts: CouponFacts, campaign: CouponCampaign) -> _Judged:
    whole = Span.of(campaign.starts_on, campaign.ends_on)
    span = Span(whole.first, min(whole.last, facts.last_day + 1))
    known = facts.known_from < span.first
    got = facts.got(campaign.name) & known
    row = _described(facts, campaign, span, got, known)
    why = _too_little(facts, span, got, known)
    if why is not None:
        return _Judged(row, {"days_before": max(span.first - facts.first_day, 0)}, why)
    if campaign.left_out and campaign.drawn:
        return _drawn(facts, campaign, span, row)
    return _compared(facts, campaign, span, row, got, known)


def _too_little(facts: CouponFacts, span: Span, got: Bools, known: Bools) -> str | None:
    if span.days < _LEAST_DAYS:
        return "late"
    if span.first - facts.first_day < LEAST_HISTORY_DAYS + PLACEBO_DAYS:
        return "early"
    if min(int(got.sum()), int((known & ~got).sum())) < LEAST:
        return "few"
    return None


def _drawn(
    facts: CouponFacts, campaign: CouponCampaign, span: Span, row: Mapping[str, Any]
) -> _Judged:
    """Hold those who were drawn against those who were drawn to be left out."""
    treated, out = facts.marked(campaign.drawn), facts.marked(campaign.left_out)
    who = np.flatnonzero(treated | out)
    row = dict(row) | {"method": "holdout", "sent": len(campaign.drawn),
                       "others": len(campaign.left_out)}  # fmt: skip
    return _estimated(facts, campaign, span, row, who, treated[who], drawn=True)


def _compared(
    facts: CouponFacts,
    campaign: CouponCampaign,
    span: Span,
    row: Mapping[str, Any],
    got: Bools,
    known: Bools,
) -> _Judged:
    """Hold those who got it against others who looked as if they might."""
    who = np.flatnonzero(known)
    return _estimated(facts, campaign, span, row, who, got[who], drawn=False)


def _estimated(
    facts: CouponFacts,
    campaign: CouponCampaign,
    span: Span,
    row: Mapping[str, Any],
    who: NDArray[np.int64],
    treated: Bools,
    *,
    drawn: bool,
) -> _Judged:
    days = min(MOST_HISTORY_DAYS, span.first - facts.first_day - PLACEBO_DAYS)
    figures, names = facts.before(campaign.name, span, days)
    # what nobody was made alike by, and nothing can have changed yet
    earlier = span.before(days).before(PLACEBO_DAYS)
    try:
        sides = balanced(figures[who], treated, drawn=drawn)
    except MeasureError:
        return _Judged(row, {}, "overlap" if not drawn else "few")
    own = facts.own_sales(campaign.name, span)[who]
    effect = sides.difference(own)
    basket = sides.difference(facts.sales(span)[who])
    control = sides.difference(facts.beyond(span)[who])
    per_day = span.days / PLACEBO_DAYS
    placebo = sides.difference(facts.own_sales(campaign.name, earlier)[who] * per_day)
    placebo_all = sides.difference(facts.sales(earlier)[who] * per_day)
    redeemed = _by_customer(facts, campaign, span, "sales")[who]
    handed = sides.mean_of_treated(redeemed)
    seen = effect
    if not drawn:
        # the choice may have seen something that isn't in the data, as much as before
        effect, basket = effect.widened(placebo), basket.widened(placebo_all)
    share = share_of((effect.low, effect.high), (handed.low, handed.high))
    discount = sides.mean_of_treated(_by_customer(facts, campaign, span, "coupon_discount")[who])
    checks = _checks(sides, names, placebo, placebo_all, control, seen, own)
    checks["days_before"] = days
    checks["needed"] = _needed(seen, sides, handed.estimate)
    checks |= _others(facts, campaign, span, who, treated)
    checks["discount_each"] = _rounded(discount.estimate)
    compared = {
        "compared_sent": int((sides.kept & treated).sum()),
        "compared_others": int((sides.kept & ~treated).sum()),
    }
    why = _refused(sides, placebo, placebo_all, control, drawn=drawn)
    told = dict(row) | compared
    if why is None:
        told |= _figures(effect, basket, share)
    return _Judged(told, checks, why, effect.error, discount.estimate)


def _refused(
    sides: Balanced, placebo: Difference, placebo_all: Difference, control: Difference, *,
    drawn: bool,
) -> str | None:  # fmt: skip
    if sides.effective < LEAST:
        return "few"
    if drawn:
        return None if placebo.holds_zero else "placebo"
    if sides.lost > _MOST_LOST:
        return "overlap"
    if np.abs(sides.apart_after).max() > MOST_APART:
        return "balance"
    if not (placebo.holds_zero and placebo_all.holds_zero):
        return "placebo"
    if not control.holds_zero:
        return "control"
    return None


def _verdict(
    judged: _Judged, campaign: CouponCampaign, margin: float | None, false: float | None
) -> tuple[str, str | None]:
    if judged.why is not None:
        return "can't tell", judged.why
    row = judged.row
    if margin is not None and row["effect_high"] * margin < judged.cost:
        return "didn't pay", "margin"
    if row["anyway_low"] is not None and row["anyway_low"] >= _MOSTLY and campaign.redemptions:
        return "bought anyway", "share"
    sold_more = row["effect_low"] > 0 and (false or 0.0) <= _FALSE
    if margin is None:
        return ("worked", "sales") if sold_more else ("can't tell", "wide")
    if sold_more and row["effect_low"] * margin > judged.cost:
        return "worked", "margin"
    return "can't tell", "wide"


def _described(
    facts: CouponFacts, campaign: CouponCampaign, span: Span, got: Bools, known: Bools
) -> dict[str, Any]:
    lines = campaign.redeemed
    off = np.asarray(lines["coupon_discount"].to_numpy(zero_copy_only=False), float)
    any_ = np.asarray(lines["days_any"].to_numpy(zero_copy_only=False)) > 0
    same = np.asarray(lines["days_same"].to_numpy(zero_copy_only=False)) > 0
    tells = span.first - facts.first_day >= _LEAST_BEFORE
    until = date(1970, 1, 1) + timedelta(days=span.last - 1)
    return {
        "campaign": campaign.name,
        "kind": campaign.kind,
        "starts_on": campaign.starts_on,
        "ends_on": campaign.ends_on,
        "seen_until": max(until, campaign.starts_on),
        "method": "balanced",
        "sent": int(facts.got(campaign.name).sum()),
        "others": int((known & ~got).sum()),
        "compared_sent": 0,
        "compared_others": 0,
        "coupons": campaign.coupons,
        "products": campaign.products,
        "redeemers": campaign.redeemers,
        "redemptions": campaign.redemptions,
        "redeemed_sales": float(np.asarray(lines["sales"].to_numpy(zero_copy_only=False)).sum()),
        "redeemed_discount": float(off.sum()),
        "known_discount": float(off[any_].sum()) if tells else None,
        "same_discount": float(off[same].sum()) if tells else None,
    } | dict.fromkeys(_FIGURES)


_FIGURES: Final = ("effect", "effect_low", "effect_high", "basket", "basket_low", "basket_high",
                   "anyway_low", "anyway_high")  # fmt: skip


def _figures(
    effect: Difference, basket: Difference, share: tuple[float, float] | None
) -> dict[str, float | None]:
    return {
        "effect": effect.estimate,
        "effect_low": effect.low,
        "effect_high": effect.high,
        "basket": basket.estimate,
        "basket_low": basket.low,
        "basket_high": basket.high,
        "anyway_low": 1.0 - share[1] if share else None,
        "anyway_high": 1.0 - share[0] if share else None,
    }


def _needed(effect: Difference, sides: Balanced, redeemed: float) -> int | None:
    """Tell how many a side a holdout needs to tell half of the redeemed sales from none."""
    if redeemed <= 0:
        return None
    # of two sides of as many people as count here, each contributes half of the square
    spread = effect.error**2 * sides.effective / 2.0
    return int(np.ceil(2.0 * spread * (2.0 * 1.96 / redeemed) ** 2))


def _by_customer(facts: CouponFacts, campaign: CouponCampaign, span: Span, name: str) -> Floats:
    lines = campaign.redeemed
    places = facts.places(lines["customer_id"].combine_chunks())
    days = np.asarray(lines["day"].combine_chunks().cast(pa.int32()).to_numpy(), np.int64)
    amounts = np.asarray(lines[name].to_numpy(zero_copy_only=False), float)
    inside = (places >= 0) & (days >= span.first) & (days < span.last)
    many = np.bincount(places[inside], amounts[inside], minlength=facts.people)
    return np.asarray(many, np.float64)


def _checks(
    sides: Balanced,
    names: Sequence[str],
    placebo: Difference,
    placebo_all: Difference,
    control: Difference,
    effect: Difference,
    own: Floats,
) -> dict[str, Any]:
    nearest = 0.0 if effect.holds_zero else min(abs(effect.low), abs(effect.high))
    edges = np.linspace(0.0, 1.0, _BINS + 1)
    spread = float(own[sides.kept].std())
    return {
        "apart": [
            [n, _rounded(b), _rounded(a)]
            for n, b, a in zip(names, sides.apart_before, sides.apart_after, strict=True)
        ],
        "most_apart": _rounded(float(np.abs(sides.apart_after).max())),
        "lost": _rounded(sides.lost),
        "effective": _rounded(sides.effective),
        "overlap": {
            "got": np.histogram(sides.propensity[sides.treated], edges)[0].tolist(),
            "not": np.histogram(sides.propensity[~sides.treated], edges)[0].tolist(),
        },
        "placebo": _range(placebo),
        "placebo_basket": _range(placebo_all),
        "control": _range(control),
        "e_value": _rounded(e_value(effect.estimate, spread)),
        "e_value_low": _rounded(e_value(nearest, spread)),
        "seen": _range(effect),
    }


def _others(
    facts: CouponFacts, campaign: CouponCampaign, span: Span, who: NDArray[np.int64], treated: Bools
) -> dict[str, Any]:
    found = []
    for name in facts.concurrent(campaign.name, span):
        got = facts.got(name)[who]
        if got.any():
            found.append([name, _rounded(float(got[treated].mean())),
                          _rounded(float(got[~treated].mean()))])  # fmt: skip
    return {"concurrent": found}


def _range(found: Difference) -> list[float]:
    return [_rounded(found.estimate), _rounded(found.low), _rounded(found.high)]


def _rounded(value: float) -> float:
    return round(float(value), 4)
