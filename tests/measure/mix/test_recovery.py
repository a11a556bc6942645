"""What is true of simulated worlds is found again: a small part of `make bench BENCH=worlds`."""

from __future__ import annotations

import numpy as np
import pytest
from bench import worlds
from bench.worlds_data import tell

from parvis.measure.curves import interval
from parvis.measure.ledger.verdict import judge
from parvis.measure.mix.demand import Demand, demand_columns
from parvis.measure.mix.response import response_curves
from parvis.measure.mix.sampler import SamplerOptions


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    options = SamplerOptions(chains=12, warm_up=60, draws=50)
    monkeypatch.setattr(worlds, "_OPTIONS", options)


@pytest.mark.parametrize("name", ["default", "confounded"])
def test_intervals_hold_what_channels_made(name: str) -> None:
    told = tell(name, 1)
    low, high = interval(worlds.fit_world(told).contributions)
    inside = (low <= told.made) & (told.made <= high)
    assert inside.sum() >= 5
    # search follows demand: its effect isn't taken for demand's
    assert inside[told.data.channels.index("search")]
    # wide enough to be wrong now and then, not so wide that nothing is said
    assert ((high - low) / told.made).min() < 2


def test_where_nothing_is_wasted_nothing_is_called_wasted() -> None:
    told = tell("none-wasted", 1)
    assert (told.margin * told.marginal > 1).all()
    judged = judge(response_curves(worlds.fit_world(told), told.margin))
    assert not {j.verdict for j in judged} & {"stop", "cut"}


def test_a_world_is_told_the_same_each_time() -> None:
    one, again = tell("default", 3), tell("default", 3)
    assert (one.data.outcome == again.data.outcome).all()
    assert one.tests[0].found == again.tests[0].found
    # what channels made is a part of all sales
    assert 0 < one.made.sum() < one.data.outcome.sum()


def test_demand_enters_with_the_periods_beside() -> None:
    whole = np.array([0.0, 1.0, 3.0])
    names, columns = demand_columns(Demand(whole, np.empty((0, 0)), np.empty(0)), 2)
    assert names == ("demand", "demand, next", "demand, before")
    assert columns[:, 0].T.tolist() == [[0, 1, 3], [1, 2, 0], [0, -1, -2]]
    assert (columns[:, 0] == columns[:, 1]).all()
    nothing = demand_columns(Demand(np.empty(0), np.empty((0, 0)), np.empty(0)), 2)
    assert nothing[0] == ()
