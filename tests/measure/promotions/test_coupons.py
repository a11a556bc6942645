"""What a campaign added is found where it can be, and refused where it can't."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from parvis.errors import MeasureError
from parvis.measure.promotions.balancing import balanced, e_value, share_of
from parvis.measure.promotions.coupons import judge_campaigns
from parvis.measure.promotions.findings import false_shares
from tests.measure.promotions.worlds import NAME, STARTS, World, ids, world


def judged(made: World, margin: float | None = None) -> dict[str, Any]:
    (row,) = judge_campaigns(made.facts, [made.campaign], margin)
    return row | {"checks": json.loads(row["checks"])}


def test_an_effect_on_chosen_customers_is_found() -> None:
    row = judged(world(1))
    assert (row["verdict"], row["method"]) == ("worked", "balanced")
    assert row["effect_low"] < 4.0 < row["effect_high"]
    assert row["checks"]["most_apart"] < 0.1
    apart = {name: (b, a) for name, b, a in row["checks"]["apart"]}
    assert apart["spent in all"][0] > 0.5
    assert row["compared_sent"] <= row["sent"]


def test_intervals_before_bias_is_allowed_hold_the_truth_as_often_as_they_say() -> None:
    inside = told = 0
    for seed in range(60):
        made = world(seed, people=700)
        seen = judged(made)["checks"]["seen"]
        told += 1
        inside += seen[1] <= made.effect <= seen[2]
    assert inside / told >= 0.88


def test_published_intervals_hold_the_truth_and_placebos_mostly_pass() -> None:
    rows = [judged(world(seed, people=700)) for seed in range(40)]
    told = [r for r in rows if r["effect"] is not None]
    assert len(told) >= 30
    assert np.mean([r["effect_low"] <= 4.0 <= r["effect_high"] for r in told]) >= 0.95


def test_what_the_choice_saw_and_the_data_dont_is_told_by_the_weeks_before() -> None:
    row = judged(world(3, chosen="hidden", effect=0.0, people=6000))
    assert (row["verdict"], row["why"]) == ("can't tell", "placebo")
    assert row["effect"] is None
    assert row["anyway_low"] is None
    assert row["checks"]["placebo"][1] > 0


def test_customers_whom_nobody_resembles_are_not_compared() -> None:
    row = judged(world(4, chosen="separate"))
    assert row["verdict"] == "can't tell"
    assert row["why"] in ("overlap", "balance", "few")
    assert row["effect"] is None


def test_a_campaign_to_everybody_is_refused() -> None:
    row = judged(world(5, chosen="all"))
    assert (row["verdict"], row["why"], row["others"]) == ("can't tell", "few", 0)


def test_one_household_is_too_few() -> None:
    made = world(6, people=40)
    row = judged(replace(made))
    assert (row["verdict"], row["why"]) == ("can't tell", "few")


def test_nothing_redeemed_has_no_share() -> None:
    row = judged(world(7, redeems=0.0))
    assert row["redemptions"] == 0
    assert (row["anyway_low"], row["anyway_high"]) == (None, None)
    assert (row["known_discount"], row["redeemed_discount"]) == (0.0, 0.0)


def test_sales_that_were_coming_anyway_are_called_so() -> None:
    made = world(8, effect=0.1, people=4000, redeems=0.5, anyway=0.99)
    row = judged(made)
    assert row["verdict"] == "bought anyway"
    assert row["anyway_low"] >= 0.5


def test_with_a_margin_it_must_pay_for_what_it_took_off() -> None:
    assert judged(world(9, people=4000), margin=0.9)["verdict"] == "worked"
    poor = world(9, people=4000, effect=0.0, anyway=0.0)
    assert judged(poor, margin=0.01)["verdict"] == "didn't pay"


def test_what_was_drawn_is_compared_with_what_was_left_out() -> None:
    made = world(10, chosen="drawn")
    got = made.facts.got(NAME)
    names = ids(len(got))
    lots = replace(
        made.campaign,
        drawn=[n for n, g in zip(names, got, strict=True) if g],
        left_out=[n for n, g in zip(names, got, strict=True) if not g],
    )
    row = judged(World(made.facts, lots, made.effect))
    assert (row["method"], row["verdict"]) == ("holdout", "worked")
    assert row["effect_low"] < 4.0 < row["effect_high"]
    assert row["effect_high"] - row["effect_low"] < 4.0


@pytest.mark.parametrize(("days", "why"), [(-100, "early"), (51, "late")])
def test_days_that_arent_known_are_said(days: int, why: str) -> None:
    made = world(11, people=200)
    moved = STARTS + timedelta(days=days)
    campaign = replace(made.campaign, starts_on=moved, ends_on=moved + timedelta(days=30))
    row = judged(World(made.facts, campaign, 0.0))
    assert (row["verdict"], row["why"]) == ("can't tell", why)
    assert (row["known_discount"] is None) == (why == "early")


def test_what_the_same_customers_had_bought_is_counted_exactly() -> None:
    made = world(12)
    row = judged(made)
    many = made.campaign.redemptions
    assert row["redeemed_discount"] == many
    assert row["known_discount"] == (many + 1) // 2
    assert row["same_discount"] == (many + 3) // 4


def test_sides_must_have_people() -> None:
    rng = np.random.default_rng(1)
    with pytest.raises(MeasureError, match="5 customers got it"):
        balanced(rng.normal(size=(100, 2)), np.arange(100) < 5)


def test_figures_that_never_vary_do_no_harm() -> None:
    rng = np.random.default_rng(2)
    figures = np.column_stack([rng.normal(size=400), np.full(400, 3.0)])
    sides = balanced(figures, rng.random(400) < 0.5)
    assert sides.apart_after.shape == (2,)
    assert sides.apart_after[1] == 0.0


def test_shares_are_said_only_where_they_say_something() -> None:
    assert share_of((1.0, 2.0), (4.0, 5.0)) == pytest.approx((0.2, 0.5))
    assert share_of((-9.0, 9.0), (4.0, 5.0)) is None
    assert share_of((1.0, 2.0), (0.0, 5.0)) is None


def test_e_values_are_those_of_the_paper() -> None:
    # a standardised difference of 0.5: a risk ratio of exp(0.455) = 1.576
    assert e_value(0.5, 1.0) == pytest.approx(1.576 + np.sqrt(1.576 * 0.576), rel=1e-3)
    assert e_value(0.0, 1.0) == 1.0


def test_false_findings_are_counted_among_all() -> None:
    z = np.array([0.1, 4.0, 2.5, 0.5])
    shares = false_shares(z)
    assert shares[1] == pytest.approx(4 * 6.334e-5, rel=1e-3)
    assert shares[2] == pytest.approx(2 * 0.012419, rel=1e-3)
    assert (np.argsort(shares) == np.argsort(-z)).all()
    assert len(false_shares(np.zeros(0))) == 0
