"""Whom marketing moves is found where somebody is moved more than others, and only there."""

from __future__ import annotations

import numpy as np
import pytest

from parvis.errors import MeasureError
from parvis.measure.experiments.uplift import LEARNERS, UpliftData, qini_curve, uplift


def _holdout(seed: int, moved: float, people: int = 6000) -> tuple[UpliftData, np.ndarray]:
    rng = np.random.default_rng(seed)
    features = rng.standard_normal((people, 4))
    exposed = rng.random(people) < 0.5
    effect = moved * (features[:, 0] > 0)
    outcome = features[:, 1] + effect * exposed + rng.standard_normal(people)
    return UpliftData(features, exposed, outcome, 0.5), effect


@pytest.mark.parametrize("learner", LEARNERS)
def test_those_who_are_moved_come_first(learner: str) -> None:
    data, effect = _holdout(1, 0.8)
    found = uplift(data, learner)
    assert found.effect_low < 0.4 < found.effect_high
    assert found.is_targetable
    assert found.qini_low > 0
    # of those put first, more are moved than of all
    first = np.argsort(-found.scores)[: len(effect) // 2]
    assert effect[first].mean() > 0.7
    part, gained, _ = qini_curve(found)
    assert gained[0] == 0
    assert gained[-1] == pytest.approx(found.effect)
    assert gained[10] > 0.8 * found.effect
    assert part[10] == 0.5


def test_where_all_are_moved_alike_nobody_comes_first() -> None:
    rng = np.random.default_rng(2)
    features = rng.standard_normal((4000, 4))
    exposed = rng.random(4000) < 0.5
    outcome = features[:, 1] + 0.5 * exposed + rng.standard_normal(4000)
    found = uplift(UpliftData(features, exposed, outcome, 0.5))
    assert found.effect_low > 0
    assert not found.is_targetable


def test_lots_drawn_again_find_nothing() -> None:
    data, _ = _holdout(3, 0.8, people=1500)
    rng = np.random.default_rng(4)
    wrong = 0
    for _ in range(6):
        lots = rng.permutation(data.exposed)
        found = uplift(UpliftData(data.features, lots, data.outcome, 0.5), "T")
        wrong += not found.effect_low <= 0 <= found.effect_high
        wrong += found.is_targetable
    assert wrong <= 2


def test_too_few_people_and_unknown_learners_are_refused() -> None:
    data, _ = _holdout(5, 0.5)
    with pytest.raises(MeasureError, match="Expected one of T, X, DR"):
        uplift(data, "Z")
    with pytest.raises(MeasureError, match="200 of each"):
        UpliftData(data.features[:300], data.exposed[:300], data.outcome[:300])
