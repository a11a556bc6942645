"""A city that never was moves as the treated did, and finds no effect where there is none."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from parvis.errors import MeasureError
from parvis.measure.experiments.synthetic import CityPanel, city_effect, donor_weights

PUBLISHED = Path(__file__).parents[4] / "shared" / "data" / "geolift"


def _walkthrough(name: str) -> tuple[np.ndarray, tuple[str, ...]]:
    file = PUBLISHED / name
    if not file.exists():
        pytest.skip("the published city test isn't beside the project")
    with file.open() as lines:
        rows = list(csv.DictReader(lines))
    days = sorted({row["date"] for row in rows})
    cities = tuple(sorted({row["location"] for row in rows}))
    outcome = np.full((len(days), len(cities)), np.nan)
    for row in rows:
        outcome[days.index(row["date"]), cities.index(row["location"])] = float(row["Y"])
    return outcome, cities


def _cities(seed: int, effect: float, periods: int = 90, begins: int = 70) -> CityPanel:
    rng = np.random.default_rng(seed)
    trend = np.cumsum(rng.standard_normal((periods, 3)), axis=0)
    outcome = 100 + trend @ rng.random((3, 12)) + rng.standard_normal((periods, 12))
    treated = np.arange(12) < 2
    outcome[begins:, :2] += effect
    return CityPanel(outcome, tuple(f"city {n}" for n in range(12)), treated, begins)


def test_the_published_city_test_gives_the_published_effect() -> None:
    outcome, cities = _walkthrough("GeoLift_Test.csv")
    treated = np.array([city in ("chicago", "portland") for city in cities])
    found = city_effect(CityPanel(outcome, cities, treated, 90))
    assert found.effect == pytest.approx(155.556, rel=1e-3)
    assert found.incremental == pytest.approx(4667, rel=1e-3)
    assert round(100 * found.lift, 1) == 5.4
    assert found.misfit == pytest.approx(909.489, rel=1e-4)


def test_weights_are_the_best_on_the_simplex() -> None:
    rng = np.random.default_rng(5)
    for _ in range(40):
        others = rng.standard_normal((30, 8)).cumsum(axis=0)
        treated = others[:, :3].mean(axis=1) + rng.standard_normal(30)
        weights = donor_weights(treated, others)
        assert weights.min() >= 0
        assert weights.sum() == pytest.approx(1)
        centred = others - others.mean(axis=0)
        slope = centred.T @ (centred @ weights - (treated - treated.mean()))
        # where a city is in, none is better; where it is out, none is as good
        price = slope @ weights
        assert (slope >= price - 1e-6 * abs(slope).max()).all()


def test_an_effect_is_found_and_none_isnt() -> None:
    found = city_effect(_cities(1, 6.0))
    assert found.low < 6.0 < found.high
    assert found.low > 0
    assert found.p_value < 0.1
    nothing = city_effect(_cities(1, 0.0))
    assert nothing.low < 0 < nothing.high


def test_the_interval_and_the_p_value_never_contradict_each_other() -> None:
    for seed in range(25):
        found = city_effect(_cities(seed, 1.0), level=0.9)
        assert (found.p_value <= 0.1) == (not found.low <= 0 <= found.high), seed


def test_bad_panels_are_refused() -> None:
    panel = _cities(1, 0.0)
    with pytest.raises(MeasureError, match="period 5 of 90"):
        CityPanel(panel.outcome, panel.cities, panel.treated, 5)
    with pytest.raises(MeasureError, match="12 treated cities and 0 others"):
        CityPanel(panel.outcome, panel.cities, np.ones(12, bool), 70)
    broken = panel.outcome.copy()
    broken[3, 4] = np.nan
    with pytest.raises(MeasureError, match="city 4 has no outcome in period 3"):
        CityPanel(broken, panel.cities, panel.treated, 70)
