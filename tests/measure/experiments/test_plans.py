"""What is told of an experiment is understood, or refused with its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from parvis.errors import MeasureError
from parvis.measure.api import experiments
from parvis.measure.experiments.plans import Plan, checked, left_out_of, plan_fault, told_channel

CHANNELS = ("brand search", "search", "social")
CITIES = ("Lille", "Nantes", "Cork")
GOOD = Plan(
    "dark", "Dark", "cities", "Social", starts_on=date(2025, 5, 5), ends_on=date(2025, 6, 8),
    cities=("nantes", "LILLE"), budget=0.0,
)  # fmt: skip


def test_names_are_written_as_the_lake_writes_them() -> None:
    found = checked(GOOD, CHANNELS, CITIES)
    assert (found.channel, found.cities) == ("social", ("Nantes", "Lille"))
    row = experiments.row_of(found, "test", None)
    assert experiments.plan_of(row) == found


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"channel": "socal"}, "unknown_channel"),
        ({"channel": None}, "missing"),
        ({"cities": ("Nantes", "Gotham")}, "unknown_city"),
        ({"cities": ("Nantes", "nantes")}, "named_twice"),
        ({"cities": ()}, "missing"),
        ({"ends_on": date(2025, 5, 4)}, "ends_before"),
        ({"ends_on": date(2027, 5, 4)}, "too_long"),
        ({"budget": -1.0}, "not_a_factor"),
        ({"budget": 1.0}, "not_a_factor"),
        ({"budget": float("nan")}, "not_a_factor"),
        ({"kind": "holdout"}, "two_designs"),
        ({"share": 1.5}, "not_a_share"),
        ({"name": " ! "}, "missing"),
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, object], reason: str) -> None:
    bad = replace(GOOD, **change)  # type: ignore[arg-type]
    fault = plan_fault(bad, CHANNELS, CITIES)
    assert fault is not None
    assert fault.reason == reason
    with pytest.raises(MeasureError):
        checked(bad, CHANNELS, CITIES)


def test_a_slip_is_answered_with_what_was_meant() -> None:
    fault = plan_fault(replace(GOOD, channel="socal"), CHANNELS, CITIES)
    assert fault is not None
    assert fault.next_step == "Did you mean social?"


def test_a_channel_is_told_by_the_name_or_not_at_all() -> None:
    assert told_channel(["social-holdout-2025"], CHANNELS) == "social"
    assert told_channel(["brand_search off"], CHANNELS) == "brand search"
    assert told_channel(["search or social"], CHANNELS) is None
    assert told_channel(["researching"], CHANNELS) is None


def test_who_was_left_out_is_never_guessed() -> None:
    assert left_out_of(["exposed", "Holdout"]) == "Holdout"
    assert left_out_of(["blue", "green"]) is None
    assert left_out_of(["control", "holdout", "on"]) is None
    assert left_out_of(["blue", "green"], "Green") == "green"
