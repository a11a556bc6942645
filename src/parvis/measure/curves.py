"""What each channel would return at other spendings: the one thing that budgets are made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parvis.errors import MeasureError

__all__ = ["SCALES", "ResponseCurves", "interval"]

Floats = NDArray[np.float64]

#: An interval holds the truth so often.
_LEVEL: Final = 0.90
#: Times today's spending; finer below and around it, where decisions fall.
SCALES: Final = np.unique(np.concatenate([np.linspace(0, 1.3, 27), np.linspace(1.3, 3, 18)]))


@dataclass(frozen=True, slots=True)
class ResponseCurves:
    """Draws of what each channel returns at multiples of today's spending.

    Parameters
    ----------
    channels
        Names.
    spend
        (channels,) today's, of the time looked at.
    returned
        (draws, channels, scales) outcomes in the same money, at `SCALES` times today's spending.
    margin
        Of each euro of outcome, what is left before advertising.
    believed
        What was believed of each channel's return before anything was seen: the middle,
        (channels,), and the factor by which it may differ (one standard deviation of its
        logarithm); None: it isn't known.
    """

    channels: tuple[str, ...]
    spend: Floats
    returned: Floats
    margin: float
    believed: tuple[Floats, float] | None = None

    def __post_init__(self) -> None:
        if not 0 < self.margin <= 1:
            raise MeasureError(
                f"A margin of {self.margin}.",
                "Expected more than 0 and at most 1: the part of a sale that is left.",
            )
        if self.returned.shape[1:] != (len(self.channels), len(SCALES)):
            raise MeasureError(
                f"Curves of shape {self.returned.shape} for {len(self.channels)} channels.",
                f"Expected (draws, channels, {len(SCALES)}).",
            )

    @property
    def profit(self) -> Floats:
        """(draws, channels, scales) what is left of outcomes when spending is paid."""
        found: Floats = self.margin * self.returned - self.spend[:, None] * SCALES
        return found

    def at(self, spend: Floats) -> Floats:
        """Return what is returned at a spending of each channel; (draws, channels).

        Beyond the last multiple that was looked at nothing more is taken to be returned.
        """
        scale = np.divide(spend, self.spend, out=np.zeros_like(spend), where=self.spend > 0)
        upper = np.clip(np.searchsorted(SCALES, scale), 1, len(SCALES) - 1)
        lower = upper - 1
        part = np.clip((scale - SCALES[lower]) / (SCALES[upper] - SCALES[lower]), 0, 1)
        each = np.arange(len(self.channels))
        found: Floats = (
            self.returned[:, each, lower] * (1 - part) + self.returned[:, each, upper] * part
        )
        return found

    @property
    def marginal(self) -> Floats:
        """(draws, channels) what the last euro of today's spending returns."""
        today = int(np.searchsorted(SCALES, 1.0))
        rise = self.returned[:, :, today + 1] - self.returned[:, :, today - 1]
        width = (SCALES[today + 1] - SCALES[today - 1]) * self.spend
        found: Floats = np.divide(rise, width, out=np.zeros_like(rise), where=width > 0)
        return found

    @property
    def wasted(self) -> Floats:
        """(draws, channels) how much more would be left with less spending.

        The best profit at no more than today's spending, less today's: 0 where each euro pays.
        """
        today = int(np.searchsorted(SCALES, 1.0))
        profit = self.profit[:, :, : today + 1]
        found: Floats = profit.max(axis=2) - profit[:, :, -1]
        return found

    @property
    def best_scale(self) -> Floats:
        """(draws, channels) at which part of today's spending the profit is best, 0 to 1."""
        today = int(np.searchsorted(SCALES, 1.0))
        found: Floats = SCALES[self.profit[:, :, : today + 1].argmax(axis=2)]
        return found


def interval(draws: Floats) -> tuple[Floats, Floats]:
    """Return between what 90 of 100 draws are; draws are in the first dimension."""
    tail = (1 - _LEVEL) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
    return low, high
