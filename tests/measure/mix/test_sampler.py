"""Draws are drawn from what they should be, and tell when they aren't."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from parvis.errors import MeasureError
from parvis.measure.mix.checks import effective_draws, r_hat
from parvis.measure.mix.sampler import SamplerOptions, draw

Floats = NDArray[np.float64]


def test_draws_of_a_leaning_normal_are_of_that_normal() -> None:
    covariance = np.array([[1.0, 1.8, 0.0], [1.8, 4.0, 0.1], [0.0, 0.1, 0.1]])
    middle, precision = np.array([1.0, -2.0, 5.0]), np.linalg.inv(covariance)

    def density(theta: Floats) -> tuple[Floats, Floats]:
        off = theta - middle
        return -0.5 * np.einsum("bi,ij,bj->b", off, precision, off), -off @ precision

    found = draw(density, np.zeros(3), SamplerOptions(chains=16, draws=400))
    assert found.flat.mean(axis=0) == pytest.approx(middle, abs=0.15)
    assert np.cov(found.flat.T) == pytest.approx(covariance, rel=0.15, abs=0.05)
    assert r_hat(found.theta).max() < 1.01
    assert effective_draws(found.theta).min() > 1000
    assert found.diverged == 0


def test_draws_follow_a_long_tail() -> None:
    """The logarithm of something that may well be nothing, as a share is."""

    def density(theta: Floats) -> tuple[Floats, Floats]:
        share = np.exp(theta)
        return (theta - 0.5 * share**2).sum(axis=1), 1 - share**2

    found = draw(density, np.zeros(2), SamplerOptions(draws=400))
    share = np.exp(found.flat)
    # a half-normal: its mean, and how much of it is below a tenth
    assert share.mean(axis=0) == pytest.approx(np.sqrt(2 / np.pi), rel=0.04)
    assert (share < 0.1).mean(axis=0) == pytest.approx(0.0797, rel=0.15)


def test_chains_that_differ_are_told() -> None:
    rng = np.random.default_rng(1)
    alike = rng.standard_normal((8, 200, 2))
    apart = alike.copy()
    apart[0, :, 0] += 2
    wide = alike.copy()
    wide[0, :, 1] *= 6
    assert r_hat(alike).max() < 1.01
    assert r_hat(apart)[0] > 1.05
    assert r_hat(wide)[1] > 1.05


def test_draws_that_hang_together_count_less() -> None:
    rng = np.random.default_rng(2)
    draws = rng.standard_normal((6, 2000, 1))
    for at in range(1, 2000):
        draws[:, at] = 0.8 * draws[:, at - 1] + 0.6 * draws[:, at]
    # (1 - 0.8) / (1 + 0.8)
    assert effective_draws(draws)[0] == pytest.approx(12_000 / 9, rel=0.2)


def test_a_density_that_is_no_number_is_refused() -> None:
    def density(theta: Floats) -> tuple[Floats, Floats]:
        return np.full(len(theta), np.nan), np.full_like(theta, np.nan)

    with pytest.raises(MeasureError, match="isn't a number"):
        draw(density, np.zeros(2))
