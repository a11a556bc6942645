"""The one test that would settle a channel, and why methods disagree."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from parvis.errors import MeasureError
from parvis.measure.budget.plan import ahead, plan_weeks
from parvis.measure.curves import SCALES, ResponseCurves
from parvis.measure.ledger.differences import differences
from parvis.measure.ledger.settle import SuggestedTest, suggest_test
from parvis.measure.mix.fitting import MixFit, default_priors, fit_mix
from parvis.measure.mix.panel import panel_of
from parvis.measure.mix.response import response_curves
from parvis.measure.mix.sampler import SamplerOptions
from parvis.measure.mix.trust import predictive
from parvis.measure.mix.weeks import week_parts
from tests.measure.made_brand import brand, table

FEW = SamplerOptions(chains=8, warm_up=60, draws=60)


@pytest.fixture(scope="module")
def fit() -> MixFit:
    data = panel_of(table(brand(45, noise=0.05, returns={"radio": 3.0, "posters": 2.0}))).data
    return fit_mix(data, replace(default_priors(data, (1.2, 3.0)), link="multiplied"), (), FEW)


def test_a_test_is_worth_more_than_it_costs(fit: MixFit) -> None:
    curves = response_curves(fit, 0.4)
    found = [suggest_test(fit, curves, channel) for channel in range(2)]
    tests = [t for t in found if isinstance(t, SuggestedTest)]
    assert tests
    for test in tests:
        assert test.worth > max(test.cost, 0.0) or test.cost < 0
        assert test.factor in {0.0, 2.0}
        assert 2 <= len(test.places) <= 3
        assert set(test.places) <= set(fit.data.places)
        assert 0 <= test.settles <= 1
        assert test.error > 0
        assert (test.expected < 0) == (test.factor == 0.0)


def test_it_is_the_same_each_time(fit: MixFit) -> None:
    curves = response_curves(fit, 0.4)
    assert suggest_test(fit, curves, 0) == suggest_test(fit, curves, 0)


def test_one_place_cannot_be_split(fit: MixFit) -> None:
    whole = replace(fit, data=replace(fit.data, places=()))
    assert suggest_test(whole, response_curves(fit, 0.4), 0) is None


def test_parts_of_weeks_are_the_curves_at_today(fit: MixFit) -> None:
    parts, curves = week_parts(fit), response_curves(fit, 0.4)
    today = int(np.searchsorted(SCALES, 1.0))
    np.testing.assert_allclose(parts.channels.sum(axis=1), curves.returned[:, :, today])
    total = parts.anyway + parts.channels.sum(axis=2)
    np.testing.assert_allclose(total, np.broadcast_to(fit.data.outcome.sum(axis=1), total.shape))


def test_sales_drawn_again_are_like_those_there_were(fit: MixFit) -> None:
    found = predictive(fit)
    assert 0.84 < found.inside < 0.97
    assert found.expected == pytest.approx(fit.data.outcome.sum(axis=1), rel=0.1)


def row(low: float, high: float) -> dict[str, Any]:
    return {"returned": (low + high) / 2, "returned_low": low, "returned_high": high}


def credited(**values: float) -> list[dict[str, Any]]:
    return [
        {"method": m, "value": v, "value_low": v * 0.95, "value_high": v * 1.05}
        for m, v in values.items()
    ]


@pytest.mark.parametrize(
    ("told", "given", "follows", "learned", "expected"),
    [
        (row(0, 10), credited(shapley=50.0), 0.9, 0.6, ("harvests", "follows")),
        (row(0, 10), credited(shapley=50.0), 0.1, 0.6, ("harvests",)),
        (row(0, 10), credited(shapley=50.0), 0.9, 0.01, ("unlearned",)),
        (row(80, 90), credited(shapley=50.0), 0.9, 0.6, ("unseen",)),
        (row(40, 90), credited(shapley=50.0), None, None, ("agree",)),
        (row(40, 90), [], None, None, ("untouched",)),
        (row(40, 90), credited(shapley=50.0, first=10.0, last=90.0), None, None,
         ("agree", "closes")),
        (row(40, 90), credited(shapley=50.0, first=90.0, last=10.0), None, None,
         ("agree", "opens")),
        ({"returned": None}, credited(shapley=50.0), None, None, ()),
    ],
)  # fmt: skip
def test_methods_disagree_for_a_reason(
    told: dict[str, Any], given: list[dict[str, Any]], follows: float | None,
    learned: float | None, expected: tuple[str, ...],
) -> None:  # fmt: skip
    assert differences(told, given, follows, learned) == expected


def straight(each: float) -> ResponseCurves:
    returned = each * 100.0 * SCALES[None, None] * np.ones((50, 1, 1))
    return ResponseCurves(("radio",), np.array([100.0]), returned, 0.5)


def test_a_plan_follows_what_is_expected_to_come_anyway() -> None:
    past = np.full(10, 1000.0)
    mean = np.array([1000.0, 3000.0])
    future = ahead(straight(4.0), past, (mean, mean * 0.9, mean * 1.1))
    # two of ten weeks, in which four of ten weeks' sales come
    assert future.curves.spend == pytest.approx([20.0])
    plan = plan_weeks(future, np.array([20.0]))
    assert plan.spend[:, 0] == pytest.approx([5.0, 15.0])
    assert plan.sales.sum() == pytest.approx(4000 + 4.0 * 100 * 0.4)
    assert (plan.low < plan.sales).all()
    assert (plan.sales < plan.high).all()


def test_there_is_no_plan_without_an_outlook() -> None:
    none = np.empty(0)
    with pytest.raises(MeasureError, match="no outlook"):
        ahead(straight(1.0), np.ones(5), (none, none, none))
