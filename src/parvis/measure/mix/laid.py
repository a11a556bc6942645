"""All channels side by side, with what experiments saw of them: the arrays a density runs over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["ChannelRows", "Laid", "Observed", "lay_out"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Observed:
    """An experiment on a channel, as the model sees it.

    Parameters
    ----------
    rows
        (lags, rows) pressure, laid out as in `ChannelRows`.
    weights
        (rows,) of which the difference is the weighted sum.
    found, error
        What was found, relative to the outcomes' scale.
    """

    rows: Floats
    weights: Floats
    found: float
    error: float


@dataclass(frozen=True, slots=True)
class ChannelRows:
    """A channel's pressure.

    Parameters
    ----------
    lags
        (lags, rows) what was spent in each period and in those before, 1 is the usual.
    experiments
        What experiments found of it.
    """

    lags: Floats
    experiments: tuple[Observed, ...] = ()


@dataclass(frozen=True, slots=True)
class Laid:
    """All channels side by side: an experiment's rows stand behind the channel's own.

    Parameters
    ----------
    lags
        (channels, lags, rows + experiments' rows) pressure.
    weights
        (channels, experiments' rows, experiments).
    found, sureness
        (channels, experiments) what was found; 1 / its error, 0 where there is no experiment.
    """

    lags: Floats
    weights: Floats
    found: Floats
    sureness: Floats


def lay_out(channels: tuple[ChannelRows, ...]) -> Laid:
    """Lay all channels side by side."""
    lags, rows = channels[0].lags.shape
    more = max(sum(len(e.weights) for e in c.experiments) for c in channels)
    most = max(len(c.experiments) for c in channels)
    count = len(channels)
    laid = Laid(
        np.zeros((count, lags, rows + more)),
        np.zeros((count, more, most)),
        np.zeros((count, most)),
        np.zeros((count, most)),
    )
    for at, channel in enumerate(channels):
        laid.lags[at, :, :rows] = channel.lags
        start = 0
        for number, experiment in enumerate(channel.experiments):
            end = start + len(experiment.weights)
            laid.lags[at, :, rows + start : rows + end] = experiment.rows
            laid.weights[at, start:end, number] = experiment.weights
            laid.found[at, number] = experiment.found
            laid.sureness[at, number] = 1 / experiment.error
            start = end
    return laid
