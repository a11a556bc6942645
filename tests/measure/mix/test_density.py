"""What the model believes is what it says it believes, and its slopes are its slopes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from parvis.measure.mix.contracts import Link
from parvis.measure.mix.laid import ChannelRows, Observed
from parvis.measure.mix.linear import LinearPart
from parvis.measure.mix.noise import Noise, noise_of
from parvis.measure.mix.posterior import Posterior, Prior
from parvis.measure.mix.shapes import carry_over_weights, lagged, saturation
from parvis.measure.mix.straight import Straight


def _posterior(link: Link, *, shaped: bool = False) -> Posterior:
    rng = np.random.default_rng(1)
    rows, lags = 30, 5
    spend = rng.gamma(1.0, 1.0, (rows, 1, 2))
    channels = tuple(
        ChannelRows(
            lagged(spend[:, :, c], lags),
            (Observed(rng.random((lags, 4)), np.array([0.5, 0.5, -0.5, -0.5]), 0.1, 0.05),) * (c),
        )
        for c in range(2)
    )
    design = np.stack([np.ones(rows), np.linspace(-1, 1, rows)], axis=1)
    shape = Noise(np.array([0.7, 1.2]), 0.4) if shaped else None
    outcome = rng.standard_normal((1, rows))
    return Posterior(
        (outcome if shape is None else shape.apart(outcome))[0],
        channels,
        tuple(Prior(0.3, np.log([4.0, 1.0, 1.2]), np.log([2.5, 2, 1.4])) for _ in range(2)),
        LinearPart(design if shape is None else shape.apart(design.T).T, np.array([2.0, 0.5])),
        np.full(rows, 1 / rows),
        (np.log(0.1), 1.0),
        7.0,
        shape,
        link,
    )


@pytest.mark.parametrize("link", ["added", "multiplied"])
@pytest.mark.parametrize("shaped", [False, True])
def test_the_slope_is_the_slope(link: Link, shaped: bool) -> None:
    posterior = _posterior(link, shaped=shaped)
    rng = np.random.default_rng(2)
    theta = posterior.prior_middle + 0.5 * rng.standard_normal((3, posterior.dimensions))
    _, slope = posterior(theta)
    step = 1e-5
    for at in range(posterior.dimensions):
        there, back = theta.copy(), theta.copy()
        there[:, at] += step
        back[:, at] -= step
        expected = (posterior(there)[0] - posterior(back)[0]) / (2 * step)
        assert slope[:, at] == pytest.approx(expected, rel=1e-4, abs=1e-4), at


def test_straightened_it_is_the_same_belief() -> None:
    posterior = _posterior("multiplied", shaped=True)
    straight = Straight(posterior)
    rng = np.random.default_rng(9)
    theta = posterior.prior_middle + 0.5 * rng.standard_normal((3, posterior.dimensions))
    walked = straight.there(theta)
    assert straight.back(walked) == pytest.approx(theta)
    value, slope = straight(walked)
    # a density in other numbers is divided by how much those are stretched: by the slope, here
    stretched = theta[:, [3, 7]].sum(axis=1)
    assert value == pytest.approx(posterior(theta)[0] - stretched)
    step = 1e-5
    for at in range(posterior.dimensions):
        there, back = walked.copy(), walked.copy()
        there[:, at] += step
        back[:, at] -= step
        expected = (straight(there)[0] - straight(back)[0]) / (2 * step)
        assert slope[:, at] == pytest.approx(expected, rel=1e-4, abs=1e-4), at


def test_draws_side_by_side_are_those_one_by_one() -> None:
    posterior = _posterior("added")
    theta = posterior.prior_middle + 0.3 * np.random.default_rng(3).standard_normal(
        (4, posterior.dimensions)
    )
    together, _ = posterior(theta)
    assert together == pytest.approx([posterior(one[None])[0][0] for one in theta])


def test_what_is_integrated_out_is_the_normal_it_should_be() -> None:
    rng = np.random.default_rng(4)
    design, scale = rng.standard_normal((12, 5)), rng.random(5) + 0.5
    rest, sigma = rng.standard_normal((3, 12)), np.array([0.3, 0.7, 1.5])
    found, _, _ = LinearPart(design, scale).log_density(rest, sigma)
    for at in range(3):
        covariance = sigma[at] ** 2 * np.eye(12) + (design * scale**2) @ design.T
        expected = multivariate_normal(np.zeros(12), covariance).logpdf(rest[at])
        assert found[at] == pytest.approx(expected)


def test_what_was_integrated_out_is_drawn_as_it_is_believed() -> None:
    rng = np.random.default_rng(5)
    design, scale = rng.standard_normal((20, 3)), np.array([1.0, 0.5, 2.0])
    design = np.concatenate([design, design[:, :1]], axis=1)
    scale = np.append(scale, 0.7)
    rest = np.repeat(rng.standard_normal((1, 20)), 60_000, axis=0)
    sigma = np.full(60_000, 0.8)
    drawn = LinearPart(design, scale).draw(rest, sigma, rng)
    precision = design.T @ design / 0.64 + np.diag(scale**-2.0)
    covariance = np.linalg.inv(precision)
    assert drawn.mean(axis=0) == pytest.approx(covariance @ design.T @ rest[0] / 0.64, abs=0.02)
    assert np.cov(drawn.T) == pytest.approx(covariance, abs=0.02)


def test_a_constant_spending_stays_what_it_is() -> None:
    weights, _ = carry_over_weights(np.array([0.0, 0.4, 0.99]), 8)
    assert weights.sum(axis=1) == pytest.approx(1)
    assert weights[0].tolist() == [1, 0, 0, 0, 0, 0, 0, 0]
    carried = weights @ lagged(np.full((10, 1), 2.5), 8)
    assert carried == pytest.approx(2.5)


def test_a_day_of_spending_falls_by_what_is_kept() -> None:
    spend = np.zeros((16, 1))
    spend[8] = 1
    weights, _ = carry_over_weights(np.array([0.5]), 6)
    carried = (weights @ lagged(spend, 6))[0]
    assert carried[:8].max() == 0
    assert carried[9] == pytest.approx(carried[8] / 2)
    assert carried[14] == 0


def test_saturation_is_a_half_at_the_half() -> None:
    bent, _ = saturation(np.array([[0.0, 2.0, 1e9]]), np.array([2.0]), np.array([1.7]))
    assert bent[0] == pytest.approx([0, 0.5, 1])


def test_rows_are_made_apart_as_they_hang_together() -> None:
    rng = np.random.default_rng(6)
    scale = np.array([1.0, 4.0, 9.0, 16.0, 100.0])
    size = np.sqrt(0.5 + 5 / scale)
    rest = np.zeros((4000, 5))
    for period in range(1, 4000):
        rest[period] = 0.6 * rest[period - 1] + rng.standard_normal(5) * size
    found = noise_of(rest, scale)
    assert found.kept == pytest.approx(0.6, abs=0.03)
    assert found.size / found.size[0] == pytest.approx(size / size[0], rel=0.08)
    apart = found.apart(rest.reshape(1, -1)).reshape(4000, 5)
    assert apart.std(axis=0) == pytest.approx(apart.std(), rel=0.1)
    assert abs(np.corrcoef(apart[1:, 0], apart[:-1, 0])[0, 1]) < 0.06
    assert noise_of(rng.standard_normal((60, 1)), np.ones(1)).size.tolist() == [1]
