"""The story: carry-over, saturation, budgets, tests, and the confounder."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.simulate.happenings.orders import orders_of
from parvis.simulate.scene import FIRST_CHANNEL, Block
from parvis.simulate.story import carried_over, lift_of, saturated
from parvis.simulate.world import read_world
from tests.simulate.conftest import changed, scene_of


@given(
    st.lists(st.floats(0, 50), min_size=1, max_size=60),
    st.floats(0.1, 60),
)
def test_carry_over_keeps_a_constant_and_stays_between(
    pressure: list[float], half_life: float
) -> None:
    days = np.array(pressure)
    carried = carried_over(days, half_life)
    assert carried.min() >= days.min() - 1e-9
    assert carried.max() <= days.max() + 1e-9
    assert np.allclose(carried_over(np.full(9, 1.7), half_life), 1.7)


def test_half_of_a_day_is_left_after_its_half_life() -> None:
    days = np.zeros(30)
    days[5] = 1.0
    carried = carried_over(days, 4.0)
    assert carried[9] == pytest.approx(carried[5] / 2)
    assert carried[13] == pytest.approx(carried[5] / 4)
    # all of it arrives in the end
    assert carried_over(np.concatenate((days, np.zeros(400))), 4.0).sum() == pytest.approx(1.0)


def test_saturation_is_half_where_it_is_said_and_grows() -> None:
    channel = read_world("default").channels[0]
    at = saturated(np.array([0.0, channel.half_saturation, 1e6]), channel)
    assert at == pytest.approx([0.0, 0.5, 1.0], abs=1e-4)
    assert (np.diff(saturated(np.linspace(0, 9, 50), channel)) > 0).all()


def test_the_usual_pressure_returns_what_the_world_says() -> None:
    world = read_world("default")
    for channel in world.channels:
        lift = lift_of(world, channel, np.ones(1))[0]
        spent = world.advertising.budget_share * channel.share
        assert lift / spent == pytest.approx(channel.roas)


def test_budgets_keep_their_sum_whatever_flights_and_demand() -> None:
    scene = scene_of("default", days=360)
    story = scene.story
    planned = story.planned_cents.sum(axis=(0, 1))
    usual = story.usual_cents.sum(axis=0) * story.days
    assert planned == pytest.approx(usual, rel=0.12)


def test_a_city_test_changes_its_towns_and_days_alone() -> None:
    scene = scene_of("tiny", days=120)
    story, world = scene.story, scene.world
    differs = story.spend_cents != story.planned_cents
    social = [c.name for c in world.channels].index("social")
    days, cities, channels = np.nonzero(differs)
    assert set(channels.tolist()) == {social}
    assert {world.cities[g].name for g in set(cities.tolist())} == {"Nantes", "Galway"}
    # 2025-02-10 is day 40
    assert days.min() >= 40
    assert days.max() < 61
    assert (story.spend_cents[40:61][:, [1, 3], social] == 0).all()


def test_the_crisis_begins_on_its_day_and_fades() -> None:
    scene = scene_of("default", days=300)
    begin = 260  # 2025-09-18
    assert (scene.story.crisis[:begin] == 0).all()
    assert scene.story.crisis[begin] > 0.5
    assert scene.story.crisis[begin + 7] == pytest.approx(
        scene.story.crisis[begin + 1] / 2, rel=1e-6
    )
    assert scene.story.voices[begin + 1] > 5 * np.median(scene.story.voices)


def test_budgets_follow_demand_where_the_world_says_so() -> None:
    def correlation(name: str) -> float:
        scene = scene_of(name, days=364)
        story = scene.story
        always = [c for c, told in enumerate(scene.channels) if told.flight_days is None]
        spend = story.spend_cents[:, :, always].sum(axis=(1, 2)).reshape(-1, 7).sum(axis=1)
        demand = story.demand.mean(axis=1).reshape(-1, 7).sum(axis=1)
        return float(np.corrcoef(spend, demand)[0, 1])

    assert correlation("confounded") > 0.9
    fixed = changed("default")
    fixed = fixed.model_copy(
        update={
            "channels": tuple(
                c.model_copy(update={"follows_demand": 0.0, "flight_days": None, "noise": 0.0})
                for c in fixed.channels
            ),
            "experiments": (),
        }
    )
    story = scene_of(fixed, days=364).story
    # a fixed budget doesn't move at all, whatever demand does
    assert np.ptp(story.spend_cents, axis=0).max() == 0


def _regressed(name: str, seed: int) -> tuple[float, float]:
    """Return what a naive regression of weekly sales on spending finds, and the truth."""
    days = 364
    scene = scene_of(name, customers=15_000, days=days, seed=seed)
    orders = orders_of(scene, Block(0, 0, days))
    sales = np.bincount(orders.day, weights=orders.net_cents, minlength=days)
    spend = scene.story.spend_cents.sum(axis=(1, 2))
    weekly = sales.reshape(-1, 7).sum(axis=1), spend.reshape(-1, 7).sum(axis=1)
    slope = float(np.polyfit(weekly[1], weekly[0], 1)[0])
    caused = orders.net_cents[orders.cause >= FIRST_CHANNEL].sum()
    return slope, float(caused / spend.sum())


def test_the_confounded_world_fools_a_naive_regression() -> None:
    """It finds more than twice the return there is, in each of three seeds."""
    for seed in (1, 2, 3):
        found, true = _regressed("confounded", seed)
        assert found > 2.0 * true, (seed, found, true)


def test_advertising_that_does_nothing_looks_as_if_it_did() -> None:
    found = [_regressed("all-wasted", seed) for seed in (1, 2, 3)]
    assert all(true == 0 for _, true in found)
    assert np.median([slope for slope, _ in found]) > 0.5
