"""A budget is split as well as it can be, and never beyond what is allowed."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from parvis.errors import MeasureError
from parvis.measure.budget.optimise import BudgetRules, reallocate
from parvis.measure.curves import SCALES, ResponseCurves
from parvis.measure.ledger.verdict import judge


def _curves(
    tops: list[float], halves: list[float], slopes: list[float], spread: float = 0.1
) -> ResponseCurves:
    rng = np.random.default_rng(1)
    channels = len(tops)
    height = np.array(tops) * np.exp(spread * rng.standard_normal((300, channels)))
    half, slope = np.array(halves)[:, None], np.array(slopes)[:, None]
    shape = SCALES**slope / (SCALES**slope + half**slope)
    return ResponseCurves(
        tuple(f"channel {n}" for n in range(channels)),
        np.full(channels, 1000.0),
        height[:, :, None] * shape,
        0.5,
    )


@settings(max_examples=15, phases=[Phase.explicit, Phase.generate])
@given(
    st.lists(st.floats(0, 20_000), min_size=2, max_size=3),
    st.floats(0.3, 2.0),
    st.floats(0.6, 3.0),
)
def test_no_split_is_better(tops: list[float], half: float, slope: float) -> None:
    count = len(tops)
    curves = _curves(tops, [half] * count, [slope] * count, 0.0)
    total = 1000.0 * count
    rules = BudgetRules(total, np.zeros(count), np.full(count, 3000.0))
    found = reallocate(curves, rules)
    assert found.spend.sum() <= total * (1 + 1e-9)
    steps = np.linspace(0, 1, 21)
    best = -np.inf
    for parts in itertools.product(steps, repeat=count):
        spend = np.array(parts) * total
        if abs(spend.sum() - total) < 1e-6 and (spend <= 3000).all():
            best = max(best, float(curves.at(spend).mean(axis=0).sum()))
    assert found.returned >= best - 1e-6 * abs(best) - 1e-6


def test_money_goes_where_the_last_euro_brings_most() -> None:
    curves = _curves([12_000, 2_000], [1.0, 0.3], [1.0, 1.0])
    found = reallocate(curves, BudgetRules(2000, np.zeros(2), np.full(2, 3000.0)))
    assert found.spend[0] > found.spend[1]
    assert found.gain_low > 0
    assert found.better > 0.95
    assert found.spend.sum() == pytest.approx(2000)


def test_floors_and_ceilings_are_kept() -> None:
    curves = _curves([12_000, 0], [1.0, 1.0], [1.0, 1.0])
    rules = BudgetRules(2000, np.array([0.0, 333.0]), np.array([1500.0, 900.0]))
    found = reallocate(curves, rules)
    assert found.spend[1] >= 333
    assert found.spend[0] <= 1500
    free = reallocate(curves, BudgetRules(2000, np.zeros(2), np.full(2, 2000.0), must_spend=False))
    assert free.spend[1] == 0


def test_a_careful_team_takes_the_surer_channel() -> None:
    rng = np.random.default_rng(2)
    shape = SCALES / (SCALES + 1)
    sure = np.repeat(6000 * shape[None], 400, axis=0)
    bold = 6600 * np.exp(0.9 * rng.standard_normal((400, 1)) - 0.4) * shape
    curves = ResponseCurves(("sure", "bold"), np.full(2, 1000.0), np.stack([sure, bold], 1), 0.5)
    rules = {"total": 2000.0, "floors": np.zeros(2), "ceilings": np.full(2, 2000.0)}
    bold_split = reallocate(curves, BudgetRules(**rules))
    careful = reallocate(curves, BudgetRules(**rules, caution=1.0))
    assert careful.spend[0] > bold_split.spend[0]


def test_what_cannot_be_is_refused() -> None:
    curves = _curves([1000, 1000], [1, 1], [1, 1])
    with pytest.raises(MeasureError, match="between 500 and 100"):
        reallocate(curves, BudgetRules(1000, np.array([500.0, 0]), np.array([100.0, 10])))
    with pytest.raises(MeasureError, match="least of all channels is 3,000"):
        reallocate(curves, BudgetRules(1000, np.full(2, 1500.0), np.full(2, 1500.0)))
    with pytest.raises(MeasureError, match="allow a rest"):
        reallocate(curves, BudgetRules(9000, np.zeros(2), np.full(2, 1500.0)))
    with pytest.raises(MeasureError, match="margin of 0"):
        ResponseCurves(curves.channels, curves.spend, curves.returned, 0.0)


def test_a_channel_is_judged_by_its_last_euro() -> None:
    # 0.5 * d/ds [top * s/(s+h)] / 1000 at s = 1
    curves = _curves([12_000, 2_500, 40, 8_100], [1.0, 0.2, 1.0, 1.0], [1.0] * 4, 0.02)
    found = judge(curves)
    assert [j.verdict for j in found] == ["raise", "cut", "stop", "hold"]
    assert found[1].below > 0.99
    assert 0 < found[1].best_scale < 1
    assert found[1].wasted_low > 0
    assert found[0].wasted == 0
    # nothing is made by the third: all that it cost is wasted
    assert found[2].wasted == pytest.approx(1000, rel=0.05)


def test_what_was_believed_before_does_not_give_the_verdict() -> None:
    rng = np.random.default_rng(7)
    # nothing was seen: the draws are what was believed, and most of that is below break-even
    returns = 1.2 * 3.0 ** rng.standard_normal(4000)
    bent = SCALES / (SCALES + 1) * 2
    untold = returns[:, None, None] * bent[None, None] * 1000
    known = 0.1 * returns[:, None, None] ** 0.1 * bent[None, None] * 1000
    spend = np.array([1000.0])
    belief = (np.array([1.2]), 3.0)
    hasty = judge(ResponseCurves(("a",), spend, untold, 0.4))[0]
    careful = judge(ResponseCurves(("a",), spend, untold, 0.4, belief))[0]
    assert hasty.below == careful.below > 0.9
    assert hasty.verdict == "cut"
    # who believed that it pays as likely as not still does
    assert careful.below_doubted == pytest.approx(0.5, abs=0.05)
    assert careful.verdict == "can't tell"
    # what was seen to return little is cut whoever asks
    assert judge(ResponseCurves(("a",), spend, known, 0.4, belief))[0].verdict in ("cut", "stop")


def test_where_both_may_be_it_cannot_be_told() -> None:
    found = judge(_curves([8_000], [1.0], [1.0], 0.9))
    assert found[0].verdict == "can't tell"
    assert found[0].regret > 0.05 * found[0].spent
