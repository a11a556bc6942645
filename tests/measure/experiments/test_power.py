"""A test is told beforehand what it would see."""

from __future__ import annotations

import numpy as np
import pytest

from parvis.errors import MeasureError
from parvis.measure.experiments.power import city_power


def _past(noise: float, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    season = 1 + 0.2 * np.sin(np.arange(52) / 8)[:, None]
    return rng.uniform(50, 150, 16) * season * (1 + noise * rng.standard_normal((52, 16)))


def test_less_noise_shows_smaller_lifts() -> None:
    treated = np.arange(16) < 3
    quiet, loud = (city_power(_past(n), treated, 5) for n in (0.02, 0.1))
    assert quiet.lift is not None
    assert loud.lift is not None
    assert quiet.lift < loud.lift / 2
    assert (np.diff(quiet.seen) >= 0).all()


def test_nothing_is_seen_where_nothing_is_as_often_as_it_should() -> None:
    treated = np.arange(16) < 3
    seen = [city_power(_past(0.05, seed), treated, 5).by_chance for seed in range(4)]
    assert np.mean(seen) < 0.2


def test_a_past_that_is_too_short_is_told() -> None:
    with pytest.raises(MeasureError, match="periods of the past"):
        city_power(_past(0.05)[:14], np.arange(16) < 3, 5)
