"""What is said of multiples of a spending is what the curve says of the spending multiplied."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from parvis.measure.curves import SCALES
from parvis.measure.mix.fitting import default_priors, fit_mix, lags_of
from parvis.measure.mix.panel import panel_of
from parvis.measure.mix.response import response_in
from parvis.measure.mix.sampler import SamplerOptions
from parvis.measure.mix.shapes import lagged
from parvis.measure.mix.weeks import some_draws
from tests.measure.made_brand import brand, table


@pytest.mark.parametrize("link", ["added", "multiplied"])
def test_multiples_are_the_curve_of_multiplied_spending(link: str) -> None:
    data = panel_of(table(brand(30, noise=0.05, returns={"radio": 3.0, "posters": 2.0}))).data
    priors = replace(default_priors(data, (1.2, 3.0)), link=link)
    fit = fit_mix(data, priors, (), SamplerOptions(chains=4, warm_up=30, draws=20))
    whole, half = response_in(fit, 0.4, [slice(None), slice(0, 15)], 40)
    theta, posterior = some_draws(fit, 40), fit.posterior
    unit = posterior.unit(theta, data.outcome.ravel(), fit.scale)
    rows = 15 * data.outcome.shape[1]
    for channel in range(len(data.channels)):
        laid = lagged(data.spend[:, :, channel] / fit.usual[:, channel], lags_of(7))
        carried = posterior.carried(theta, channel, laid)
        for at in (1, 10, len(SCALES) - 1):
            made = posterior.bent(theta, channel, SCALES[at] * carried) * unit
            made *= posterior.heights(theta)[channel][:, None]
            np.testing.assert_allclose(whole.returned[:, channel, at], made.sum(axis=1), rtol=1e-6)
            np.testing.assert_allclose(
                half.returned[:, channel, at], made[:, :rows].sum(axis=1), rtol=1e-6
            )
