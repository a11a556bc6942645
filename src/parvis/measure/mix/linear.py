r"""All that adds up without a bend, integrated out instead of sampled.

Level, trend, season, prices and holidays are :math:`Z\gamma` with :math:`\gamma \sim N(0, P)`,
and the noise is :math:`N(0, \sigma^2)`. What is left when advertising is taken away then is

.. math:: r \sim N(0,\; \sigma^2 I + Z P Z^\top).

With the singular values :math:`Z P^{1/2} = U D V^\top`, computed once, its density costs two small
products for each draw, whatever :math:`\sigma` is:

.. math:: -2 \log p = \frac{\|r\|^2}{\sigma^2}
          + \sum_i (u_i^\top r)^2 \Big(\frac{1}{\sigma^2 + d_i^2} - \frac{1}{\sigma^2}\Big)
          + \sum_i \log(\sigma^2 + d_i^2) + (n - p) \log \sigma^2 + n \log 2\pi.

References
----------
Rasmussen, C. E., & Williams, C. K. I. (2006). *Gaussian Processes for Machine Learning*, MIT
Press, section 2.7 (explicit basis functions integrated out) and A.3 (the matrix inversion lemma).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["LinearPart"]

Floats = NDArray[np.float64]


class LinearPart:
    """The part of a model that is linear and normal.

    Parameters
    ----------
    design
        (rows, columns) what may matter.
    scale
        (columns,) how large each coefficient may be, a standard deviation.
    """

    def __init__(self, design: Floats, scale: Floats) -> None:
        self._design, self._scale = design, scale
        left, values, right = np.linalg.svd(design * scale, full_matrices=False)
        some = values > 1e-10 * max(values.max(initial=0.0), 1e-300)
        self._left: Floats = left[:, some]
        self._values: Floats = values[some]
        self._right: Floats = right[some]

    @property
    def design(self) -> Floats:
        """(rows, columns) what may matter."""
        return self._design

    def log_density(self, rest: Floats, sigma: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the log density of what is left, and its derivatives.

        Parameters
        ----------
        rest
            (draws, rows) what is left when advertising is taken away.
        sigma
            (draws,) standard deviation of the noise.

        Returns
        -------
        (draws,), (draws, rows), (draws,)
            The density; its derivatives by `rest` and by log(sigma).
        """
        rows, columns = rest.shape[1], len(self._values)
        noise = (sigma**2)[:, None]
        along = rest @ self._left
        wide = noise + self._values**2
        squares = (rest**2).sum(axis=1)
        value = -0.5 * (
            squares / noise[:, 0]
            + (along**2 * (1 / wide - 1 / noise)).sum(axis=1)
            + np.log(wide).sum(axis=1)
            + (rows - columns) * np.log(noise[:, 0])
            + rows * np.log(2 * np.pi)
        )
        by_rest = -(rest / noise + (along * (1 / wide - 1 / noise)) @ self._left.T)
        by_noise = 0.5 * (
            squares / noise[:, 0] ** 2
            + (along**2 * (1 / wide**2 - 1 / noise**2)).sum(axis=1)
            - (1 / wide).sum(axis=1)
            - (rows - columns) / noise[:, 0]
        )
        return value, by_rest, by_noise * 2 * noise[:, 0]

    def explained(self, rest: Floats, sigma: Floats) -> Floats:
        """Return what the linear part is expected to explain of what is left; (draws, rows)."""
        wide = (sigma**2)[:, None] + self._values**2
        found: Floats = ((rest @ self._left) * self._values**2 / wide) @ self._left.T
        return found

    def draw(self, rest: Floats, sigma: Floats, rng: np.random.Generator) -> Floats:
        """Draw the coefficients that were integrated out; (draws, columns)."""
        noise = (sigma**2)[:, None]
        # in the directions of the design: a normal of variance 1 before anything was seen
        wide = noise + self._values**2
        middle = self._values * (rest @ self._left) / wide
        inside = middle + np.sqrt(noise / wide) * rng.standard_normal(middle.shape)
        outside = rng.standard_normal((len(rest), self._design.shape[1]))
        outside -= (outside @ self._right.T) @ self._right
        drawn: Floats = (inside @ self._right + outside) * self._scale
        return drawn
