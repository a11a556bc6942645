"""A difference is told as it is, and no surer than it is."""

from __future__ import annotations

import numpy as np
import pytest

from parvis.errors import MeasureError
from parvis.measure.experiments.holdout import Lots, difference, ratio_difference

NOTHING = np.empty(0)


def _people(seed: int, effect: float, people: int = 4000, share: float = 0.8) -> Lots:
    rng = np.random.default_rng(seed)
    habit = rng.gamma(2.0, 10.0, people)
    exposed = rng.random(people) < share
    outcome = habit + rng.gamma(1.0, 8.0, people) + effect * exposed
    before = habit + rng.gamma(1.0, 8.0, people)
    return Lots(outcome, exposed, before, share)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    inside = np.zeros(2)
    for seed in range(300):
        lots = _people(seed, 1.5, people=600)
        for at, told in enumerate((lots, Lots(lots.outcome, lots.exposed, NOTHING))):
            found = difference(told)
            inside[at] += found.low <= 1.5 <= found.high
    assert (inside / 300 > 0.86).all()
    assert (inside / 300 < 0.94).all()


def test_the_past_narrows_the_interval_and_moves_nothing() -> None:
    lots = _people(1, 2.0, people=20_000)
    plain = difference(Lots(lots.outcome, lots.exposed, NOTHING))
    helped = difference(lots)
    assert helped.explained == pytest.approx(0.5, abs=0.25)
    assert helped.error == pytest.approx(plain.error * np.sqrt(1 - helped.explained), rel=0.05)
    assert helped.low < 2.0 < helped.high


def test_looking_each_day_finds_nothing_where_nothing_is() -> None:
    """People's habits stay theirs: what a day shows of them, the next shows again."""
    days, people, worlds = 40, 400, 400
    rng = np.random.default_rng(2)
    once = always = 0
    for _ in range(worlds):
        exposed = rng.random(people) < 0.5
        habit = rng.gamma(1.0, 1.0, (people, 1))
        bought = rng.poisson(np.repeat(habit, days, axis=1)).cumsum(axis=1).astype(float)
        fooled = [False, False]
        for day in range(2, days):
            told = difference(Lots(bought[:, day], exposed, NOTHING, None, (day + 1) / days))
            fooled[0] |= not told.low <= 0 <= told.high
            fooled[1] |= not told.always_low <= 0 <= told.always_high
        once += fooled[0]
        always += fooled[1]
    assert once / worlds > 0.15
    assert always / worlds < 0.1


def test_a_ratio_is_of_sums() -> None:
    rng = np.random.default_rng(3)
    visits = rng.poisson(4, 5000) + 1.0
    exposed = rng.random(5000) < 0.5
    sales = visits * rng.gamma(2.0, 2.0 + 0.2 * exposed, 5000)
    lots = Lots(sales, exposed, NOTHING, 0.5)
    found = ratio_difference(sales, visits, lots)
    expected = (
        sales[exposed].sum() / visits[exposed].sum()
        - sales[~exposed].sum() / visits[~exposed].sum()
    )
    assert found.effect == pytest.approx(expected)
    assert found.low < 0.4 < found.high
    with pytest.raises(MeasureError, match="over nothing"):
        ratio_difference(sales, np.zeros(5000), lots)


def test_lots_that_no_chance_drew_are_suspect() -> None:
    lots = _people(4, 0.0)
    assert not difference(lots).is_suspect
    assert difference(Lots(lots.outcome, lots.exposed, NOTHING, 0.9)).is_suspect


def test_too_few_people_are_refused() -> None:
    with pytest.raises(MeasureError, match="3 people were reached"):
        Lots(np.zeros(40), np.arange(40) < 3, NOTHING)
