"""Experiments inform the mix where they can be tied to spending, and never twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from parvis.measure.experiments.budgets import BudgetSeen
from parvis.measure.experiments.contracts import Finding, Shown
from parvis.measure.experiments.plans import Plan
from parvis.measure.experiments.troubles import trouble
from parvis.measure.mix.calibration import calibration
from parvis.measure.mix.contracts import MixData

FIRST = date(2025, 1, 6)


def _data(places: tuple[str, ...]) -> MixData:
    count = max(len(places), 1)
    return MixData(
        outcome=np.full((20, count), 1000.0),
        spend=np.full((20, count, 2), 70.0),
        channels=("email", "social"),
        controls=np.zeros((20, count, 0)),
        control_names=(),
        starts_on=FIRST,
        places=places,
    )


def _shown(method: str, **figures: float) -> Shown:
    told = {"effect": 2.0, "low": 1.0, "high": 3.0, "error": 0.5, "usual": 50.0, "lift": 0.04,
            "lift_low": 0.02, "lift_high": 0.06, "incremental": -160.0, "incremental_low": -240.0,
            "incremental_high": -80.0} | figures  # fmt: skip
    return Shown("sales", method, treated=80, control=20, **told)


HOLDOUT = Finding(
    Plan("h", "h", "holdout", "email", starts_on=date(2025, 2, 3), ends_on=date(2025, 2, 16),
         share=0.2, covers=1.0),
    "ended", date(2025, 2, 16), (_shown("cuped"),), (),
)  # fmt: skip
CITIES = Finding(
    Plan("c", "c", "cities", "social", starts_on=date(2025, 2, 3), ends_on=date(2025, 2, 16),
         cities=("Nantes",), budget=0.0),
    "ended", date(2025, 2, 16), (_shown("synthetic"),), (),
    budget=BudgetSeen(date(2025, 2, 3), np.zeros(14), np.full(14, 5.0)),
)  # fmt: skip


def test_a_holdout_of_all_is_what_the_spending_of_its_weeks_brought() -> None:
    found = calibration([HOLDOUT], _data(("Nantes", "Lille")))
    (test,) = found.tests
    assert test.channel == 0
    assert test.found == pytest.approx(2.0 * (80 + 10))
    # its own error, and the doubt whose money it was
    assert test.error == pytest.approx(np.hypot(0.5 * 90, 20 * 2.0 / np.sqrt(12)))
    assert test.weights.sum(axis=0).tolist() == [2.0, 2.0]
    assert (test.spend[4:6] == 0).all()
    assert test.spend.sum() == 18 * 2 * 70


def test_a_holdout_of_nobody_knows_whom_stands_beside() -> None:
    unknown = replace(HOLDOUT, plan=replace(HOLDOUT.plan, covers=None))
    found = calibration([unknown], _data(()))
    assert (found.tests, found.notes[0]["used"], found.notes[0]["reason"]) == ((), "", "no reach")


def test_cities_that_the_mix_sees_are_not_counted_twice() -> None:
    found = calibration([CITIES], _data(("Lille", "Nantes")))
    assert found.tests == ()
    assert found.notes[0]["used"] == "places"
    assert found.changed is not None
    assert np.argwhere(found.changed).tolist() == [[4, 1, 1], [5, 1, 1]]


def test_cities_that_the_mix_does_not_see_tell_what_the_change_did() -> None:
    (test,) = calibration([CITIES], _data(())).tests
    assert test.found == pytest.approx(-160.0)
    assert test.spend[4:6, 0].tolist() == [105.0, 105.0]
    assert test.weights.sum() == 2
    assert test.error == pytest.approx(80 / 1.6448536)


def test_a_test_with_a_problem_is_not_used() -> None:
    bad = trouble("overlap channel", blocks=True, other="x", channel="email")
    for finding in (HOLDOUT, CITIES):
        found = calibration([replace(finding, problems=(bad,))], _data(()))
        assert (found.tests, found.notes[0]["reason"]) == ((), "problem")


def test_another_time_is_not_used() -> None:
    plan = replace(HOLDOUT.plan, starts_on=date(2024, 2, 3), ends_on=date(2024, 2, 16))
    other = replace(HOLDOUT, plan=plan, seen_on=date(2024, 2, 16))
    assert calibration([other], _data(())).notes[0]["reason"] == "other time"
