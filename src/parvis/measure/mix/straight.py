r"""The same beliefs in numbers that don't lean on each other, for the walks.

What the data tell of a curve is how far it is bent at the usual pressure, :math:`S(1)`; the half
and the slope know that only together. Walked instead of :math:`\log h` is

.. math:: s = k \log h = -\operatorname{logit} S(1),

with :math:`k` the slope. A point :math:`(s, \log k)` is the point :math:`(s / k, \log k)`, and
densities differ by the factor :math:`1 / k`.

References
----------
Betancourt, M., & Girolami, M. (2015). Hamiltonian Monte Carlo for hierarchical models. *Current
Trends in Bayesian Methodology with Applications*, chapter 4. https://arxiv.org/abs/1312.0906
(why the same model is walked easily in one set of numbers and not in another).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from parvis.measure.mix.posterior import OF_CHANNEL, Posterior
from parvis.measure.mix.sampler import Draws, SamplerOptions, draw

__all__ = ["Straight", "draw_straight"]

Floats = NDArray[np.float64]

_HALF, _SLOPE = OF_CHANNEL.index("half"), OF_CHANNEL.index("slope")


class Straight:
    """A posterior, seen from numbers that don't lean on each other.

    Parameters
    ----------
    posterior
        Over the logarithms of half and slope, among others.
    """

    def __init__(self, posterior: Posterior) -> None:
        self._posterior = posterior
        first = np.arange(0, posterior.dimensions - 1, len(OF_CHANNEL))
        self._half, self._slope = first + _HALF, first + _SLOPE

    def there(self, theta: Floats) -> Floats:
        """Carry the posterior's own points over; (…, dimensions)."""
        found: Floats = theta.copy()
        found[..., self._half] *= np.exp(theta[..., self._slope])
        return found

    def back(self, walked: Floats) -> Floats:
        """Undo `there`."""
        found: Floats = walked.copy()
        found[..., self._half] *= np.exp(-walked[..., self._slope])
        return found

    def __call__(self, walked: Floats) -> tuple[Floats, Floats]:
        """Return the log density and its slope at some points; (draws,), (draws, dimensions)."""
        theta = self.back(walked)
        value, slope = self._posterior(theta)
        along = slope[:, self._half].copy()
        slope[:, self._half] *= np.exp(-walked[:, self._slope])
        slope[:, self._slope] -= along * theta[:, self._half] + 1
        return value - walked[:, self._slope].sum(axis=1), slope


def draw_straight(
    posterior: Posterior, start: Floats, options: SamplerOptions | None = None
) -> Draws:
    """Draw from a posterior; what is returned are its own numbers.

    Parameters
    ----------
    start
        Near the mode; (dimensions,).
    options
        How much is drawn.
    """
    straight = Straight(posterior)
    drawn = draw(straight, straight.there(start), options)
    return replace(drawn, theta=straight.back(drawn.theta))
