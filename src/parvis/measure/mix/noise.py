r"""What is left unexplained: larger in small places, and today much like yesterday.

With :math:`z_{tg} = r_{tg} / s_g` the rest of a place relative to how noisy that place is,

.. math:: w_{tg} = z_{tg} - \varphi z_{t-1,g}, \qquad w_{0g} = \sqrt{1 - \varphi^2}\, z_{0g}

are independent and of one size. A model that took each week for news of its own would be surer
than it may be: a warm month would count four times.

References
----------
Prais, S. J., & Winsten, C. B. (1954). Trend estimators and serial correlation. Cowles Commission
Discussion Paper 383.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Noise", "noise_of"]

Floats = NDArray[np.float64]

#: What hangs together more than this is a trend, and there are columns for those.
_MOST: Final = 0.9


@dataclass(frozen=True, slots=True)
class Noise:
    """How the rest behaves.

    Parameters
    ----------
    size
        (places,) how noisy each place is, relative to the others; mean of squares 1.
    kept
        How much of a period's rest is left in the next, 0 to 1.
    """

    size: Floats
    kept: float

    def apart(self, rest: Floats) -> Floats:
        """Make rows independent and of one size.

        Parameters
        ----------
        rest
            (draws, periods * places).
        """
        each = rest.reshape(len(rest), -1, len(self.size)) / self.size
        found = each.copy()
        found[:, 1:] -= self.kept * each[:, :-1]
        found[:, 0] *= np.sqrt(1 - self.kept**2)
        return found.reshape(len(rest), -1)

    def together(self, apart: Floats) -> Floats:
        """Undo `apart`."""
        each = apart.reshape(len(apart), -1, len(self.size)).copy()
        each[:, 0] /= np.sqrt(1 - self.kept**2)
        for period in range(1, each.shape[1]):
            each[:, period] += self.kept * each[:, period - 1]
        return (each * self.size).reshape(len(apart), -1)

    def back(self, slope: Floats) -> Floats:
        """Carry the slope by what `apart` made back to what it was given."""
        each = slope.reshape(len(slope), -1, len(self.size))
        found = each.copy()
        found[:, 0] *= np.sqrt(1 - self.kept**2)
        found[:, :-1] -= self.kept * each[:, 1:]
        found /= self.size
        return found.reshape(len(slope), -1)


def noise_of(rest: Floats, scale: Floats) -> Noise:
    """Tell how the rest behaves.

    Parameters
    ----------
    rest
        (periods, places) what a first fit left unexplained.
    scale
        (places,) the usual outcome: the variance is a part for all and a part of 1 / scale.
    """
    periods, places = rest.shape
    variance = (rest**2).mean(axis=0)
    small = 1 / scale
    size = np.ones(places)
    if places > 2:
        design = np.stack([np.ones(places), small / small.mean()], axis=1)
        found, *_ = np.linalg.lstsq(design, variance, rcond=None)
        if found[1] < 0:
            found = np.array([variance.mean(), 0.0])
        elif found[0] < 0:
            found = np.array([0.0, variance.mean()])
        fitted = np.maximum(design @ found, 0.05 * variance.mean())
        size = np.sqrt(fitted / fitted.mean())
    each = rest / size
    together = float((each[1:] * each[:-1]).sum()), float((each**2).sum())
    kept = together[0] / together[1] * periods / max(periods - 1, 1)
    return Noise(size, float(np.clip(kept, 0.0, _MOST)))
