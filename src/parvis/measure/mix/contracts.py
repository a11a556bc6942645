"""What a mix model is given and what it answers, as frozen types."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from parvis.errors import MeasureError

__all__ = ["Link", "MixData", "MixPriors", "SpendTest"]

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]

_WEEK: Final = 7

Link = Literal["added", "multiplied"]


@dataclass(frozen=True, slots=True)
class SpendTest:
    """What an experiment found of a channel, at the spending there was.

    Parameters
    ----------
    channel
        Its place.
    spend
        (periods, places) what would have been spent without the experiment's change; or (2,), the
        lower and the higher spending of one period that both last for long.
    found
        By how much the outcomes of the weighted rows differ: those at the spending there was,
        less those at `spend`.
    error
        Its standard error.
    weights
        (periods, places) which rows were looked at: 1 for those, 0 for others.
    """

    channel: int
    spend: Floats
    found: float
    error: float
    weights: Floats

    def __post_init__(self) -> None:
        if not (np.isfinite(self.found) and self.error > 0):
            raise MeasureError(
                f"An experiment found {self.found} ± {self.error}.",
                "Both are numbers, and the standard error is above 0.",
            )


@dataclass(frozen=True, slots=True)
class MixData:
    """Outcomes and what may have moved them, by period and place.

    Parameters
    ----------
    outcome
        (periods, places) sales, or whatever is to be explained.
    spend
        (periods, places, channels).
    channels
        Names.
    controls
        (periods, places, controls) prices, holidays, what people say; any unit.
    control_names
        Names.
    starts_on
        The first day of the first period.
    places
        Names; empty where there is one place, the whole.
    period_days
        Days of a period: 1 or 7.
    closed
        (periods,) on which nothing could be sold anywhere; null: none.
    """

    outcome: Floats
    spend: Floats
    channels: tuple[str, ...]
    controls: Floats
    control_names: tuple[str, ...]
    starts_on: date
    places: tuple[str, ...] = ()
    period_days: int = 7
    closed: Marks | None = None

    def __post_init__(self) -> None:
        shape = self.outcome.shape
        if len(shape) != 2 or self.spend.shape != (*shape, len(self.channels)):
            raise MeasureError(
                f"Outcomes of shape {shape} don't fit spending of shape {self.spend.shape}.",
                "Outcomes are (periods, places), spending (periods, places, channels).",
            )
        if self.controls.shape != (*shape, len(self.control_names)):
            raise MeasureError(
                f"Controls of shape {self.controls.shape} don't fit outcomes of shape {shape}.",
                "Controls are (periods, places, controls).",
            )

    def place(self, number: int) -> str:
        """Name a place."""
        return self.places[number] if self.places else "the whole"

    def day(self, period: int) -> date:
        """Return the first day of a period."""
        return self.starts_on + timedelta(days=period * self.period_days)

    @property
    def is_open(self) -> Marks:
        """(periods,) on which something could be sold."""
        if self.closed is None:
            return np.ones(len(self.outcome), bool)
        is_open: Marks = ~self.closed
        return is_open

    def periods_in(self, weeks: int) -> int:
        """Return how many periods so many weeks have."""
        return weeks * _WEEK // self.period_days

    def by_week(self, values: Floats, axis: int = 0) -> Floats:
        """Sum up what is told by period; a week that isn't whole at the end is left out.

        Parameters
        ----------
        axis
            That of the periods.
        """
        each = _WEEK // self.period_days
        weeks = values.shape[axis] // each
        whole = np.take(values, np.arange(weeks * each), axis=axis)
        shape = (*values.shape[:axis], weeks, each, *values.shape[axis + 1 :])
        found: Floats = whole.reshape(shape).sum(axis=axis + 1)
        return found


@dataclass(frozen=True, slots=True)
class MixPriors:
    """What is believed before anything is seen.

    Parameters
    ----------
    share
        (channels,) the part of all outcomes that a channel may make: the scale of a half-normal,
        or the middle of a log-normal where there is a `share_factor`.
    share_factor
        By which factor it may differ from that middle (one standard deviation of its logarithm);
        null: half-normal.
    half_life_days
        The middle of the half-life of advertising, and by which factor it may differ (one
        standard deviation of its logarithm).
    half
        The pressure at which half of the greatest effect is reached, 1 is the usual; likewise.
    slope
        Of the saturation; likewise.
    level, trend, bends, season, control, period
        How much of the usual outcome may come from the level of a place, from the trend and its
        bends, from the season, from a usual change of a control, and from what moves all places
        alike in one period: standard deviations.
    noise
        The middle of what is left unexplained, and by which factor it may differ.
    link
        ``added``: channels add to outcomes. ``multiplied``: they add a share to what would come
        anyway, and so does all else.
    """

    share: Floats
    share_factor: float | None = None
    half_life_days: tuple[float, float] = (4.0, 2.5)
    half: tuple[float, float] = (1.0, 2.0)
    slope: tuple[float, float] = (1.2, 1.35)
    level: float = 2.0
    trend: float = 0.3
    bends: float = 0.1
    season: float = 0.2
    control: float = 0.3
    period: float = 0.03
    noise: tuple[float, float] = (0.1, 3.0)
    link: Link = "added"
