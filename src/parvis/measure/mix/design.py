"""What may move outcomes besides advertising, as columns: level, trend, season, prices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parvis.measure.mix.contracts import MixData, MixPriors

__all__ = ["Design", "design_of"]

Floats = NDArray[np.float64]

_YEAR: Final = 365.25
#: Waves of the year: one and two a year, and so on.
_WAVES: Final = 2
#: A trend may bend once in so many days.
_BEND_DAYS: Final = 91.0
#: So much may a period differ of which nothing is to be learnt, as a logarithm: nothing fits worse.
_CLOSED: Final = 10.0


@dataclass(frozen=True, slots=True)
class Design:
    """Columns, their names and how large each may be.

    Parameters
    ----------
    columns
        (rows, columns), rows in the order of (periods, places).
    scale
        (columns,) standard deviation of what is believed of each, relative to the usual outcome.
    names
        Of each column.
    """

    columns: Floats
    scale: Floats
    names: tuple[str, ...]

    def before(self, rows: int) -> Design:
        """Return the first rows of what was laid out over a longer time."""
        return replace(self, columns=self.columns[:rows])


def design_of(data: MixData, priors: MixPriors) -> Design:
    """Lay out all that may move outcomes besides advertising.

    With several places each period has a column of its own: what moves all places alike, whatever
    it is, is then no effect of advertising. So has each that was closed, and may be anything.
    """
    periods, places = data.outcome.shape
    found: list[tuple[str, Floats, float]] = []
    for place in range(places):
        column = np.zeros((periods, places))
        column[:, place] = 1
        found.append((f"place {place}", column, priors.level))
    days: Floats = np.arange(periods, dtype=np.float64) * data.period_days
    along = _national(days, data, priors)
    found += [(name, np.repeat(line[:, None], places, 1), scale) for name, line, scale in along]
    for period, is_open in enumerate(data.is_open):
        if places > 1 or not is_open:
            column = np.zeros((periods, places))
            column[period] = 1
            scale = priors.period if is_open else _CLOSED
            found.append((f"period {period}", column, scale))
    for at, name in enumerate(data.control_names):
        standard = _standard(data.controls[:, :, at])
        if standard is not None:
            found.append((name, standard, priors.control))
    return Design(
        columns=np.stack([column.ravel() for _, column, _ in found], axis=1),
        scale=np.array([scale for _, _, scale in found]),
        names=tuple(name for name, _, _ in found),
    )


def _national(days: Floats, data: MixData, priors: MixPriors) -> list[tuple[str, Floats, float]]:
    length = max(float(days[-1]), 1.0)
    found: list[tuple[str, Floats, float]] = [("trend", days / length - 0.5, priors.trend)]
    knots = int(length // _BEND_DAYS)
    for knot in range(1, knots):
        # a bend: straight before it, straight after it
        hinge = np.maximum(days / length - knot / knots, 0.0)
        found.append((f"bend {knot}", hinge - hinge.mean(), priors.bends))
    of_year = 2 * np.pi * (days + (data.starts_on.timetuple().tm_yday - 1)) / _YEAR
    if length >= _YEAR / 2:
        for wave in range(1, _WAVES + 1):
            found.append((f"year sin {wave}", np.sin(wave * of_year), priors.season))
            found.append((f"year cos {wave}", np.cos(wave * of_year), priors.season))
    if data.period_days == 1:
        for weekday in range(6):
            column = ((np.arange(len(days)) % 7) == weekday) - 1 / 7
            found.append((f"weekday {weekday}", column.astype(float), priors.season))
    return found


def _standard(column: Floats) -> Floats | None:
    spread = column.std()
    if spread < 1e-12:
        return None
    standard: Floats = (column - column.mean()) / spread
    return standard
