r"""What a mix model believes after seeing the data: its density, and the density's slope.

Of each channel four numbers are sampled, as logarithms:

* :math:`q`, the share of all outcomes that it made. Not the height of its curve: the height
  matters only together with where the curve bends, the share is what the data tell.
* the half-life of its carry-over;
* the half and the slope of its saturation.

and one number for all, the noise :math:`\sigma`. With :math:`u_{ct} = S(a_{ct}) / \bar S_c`, of
mean 1, the outcomes (relative to the mean of their place) are

.. math:: y_t = Z_t\gamma + \sum_c q_c\, u_{ct} + \varepsilon_t,

and :math:`\gamma` is integrated out (`linear`). Experiments are observations of the same curves:
one that changed a channel's spending from :math:`x` to :math:`x'` saw

.. math:: \Delta \sim N\Big(\sum_{t} q_c\,[u_{ct}(x) - u_{ct}(x')],\; s^2\Big).

Not priors on a return: a return depends on how much is spent, a curve doesn't.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parvis.measure.mix.contracts import Link
from parvis.measure.mix.linear import LinearPart
from parvis.measure.mix.shapes import carry_over_weights, kept_after, saturation

__all__ = ["OF_CHANNEL", "ChannelRows", "Observed", "Posterior", "Prior"]

Floats = NDArray[np.float64]

#: What is sampled of each channel, in this order; then, last, the noise.
OF_CHANNEL = ("share", "half_life", "half", "slope")


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
class Prior:
    """Beliefs of one channel, about logarithms but for the share.

    Parameters
    ----------
    share
        The scale of a half-normal.
    middle, spread
        (3,) of log half-life (days), log half, log slope: normal.
    """

    share: float
    middle: Floats
    spread: Floats


class Posterior:
    """A density over all that is sampled.

    Parameters
    ----------
    outcome
        (rows,) relative to the usual.
    channels, priors
        One of each for each channel.
    linear
        What is integrated out.
    weights
        (rows,) what each row's part is of all outcomes, where its place is usual; sum 1.
    noise
        Middle and spread of log(sigma).
    period_days
        Days of a period.
    whiten
        (rows, rows) makes the noise of rows independent; None: it is. `outcome` and the linear
        part are given whitened.
    """

    def __init__(
        self,
        outcome: Floats,
        channels: tuple[ChannelRows, ...],
        priors: tuple[Prior, ...],
        linear: LinearPart,
        weights: Floats,
        noise: tuple[float, float],
        period_days: float,
        whiten: Floats | None = None,
        link: Link = "added",
    ) -> None:
        self._outcome, self._channels, self._priors = outcome, channels, priors
        self._linear, self._weights, self._noise = linear, weights, noise
        self._period, self._whiten, self._link = period_days, whiten, link
        # an experiment's rows are carried and bent together with the channel's own
        self._lags = [
            np.concatenate([c.lags, *(e.rows for e in c.experiments)], axis=1) for c in channels
        ]

    @property
    def dimensions(self) -> int:
        """How many numbers are sampled."""
        return len(OF_CHANNEL) * len(self._channels) + 1

    @property
    def prior_middle(self) -> Floats:
        """(dimensions,) where the beliefs have their middle."""
        parts = [np.concatenate([[np.log(p.share) - 0.5], p.middle]) for p in self._priors]
        return np.concatenate([*parts, [self._noise[0]]])

    def __call__(self, theta: Floats) -> tuple[Floats, Floats]:
        """Return the log density and its slope.

        Parameters
        ----------
        theta
            (draws, dimensions).

        Returns
        -------
        (draws,), (draws, dimensions)
        """
        slope = np.zeros_like(theta)
        value = self._believed(theta, slope)
        sides = [self._side(theta, c) for c in range(len(self._channels))]
        added = self._added(sides)
        density, by_rest, by_noise = self._linear.log_density(
            self._outcome - self._seen(added), np.exp(theta[:, -1])
        )
        value += density
        slope[:, -1] += by_noise
        by_added = -by_rest if self._whiten is None else -by_rest @ self._whiten
        if self._link == "multiplied":
            by_added /= 1 + added
        for at, side in enumerate(sides):
            value += self._back(at, side, by_added, slope)
        return value, slope

    def shapes(self, theta: Floats, channel: int, lags: Floats) -> Floats:
        """Return what a pressure adds, relative to the usual outcome; (draws, rows).

        Parameters
        ----------
        lags
            (lags, rows) any pressure, laid out as the channel's own.
        """
        own = self._side(theta, channel)
        parts = theta[:, channel * 4 : channel * 4 + 4]
        kept = kept_after(np.exp(parts[:, 1]), self._period)
        weights, _ = carry_over_weights(kept, len(lags))
        bent, _ = saturation(weights @ lags, np.exp(parts[:, 2]), np.exp(parts[:, 3]))
        return own.share[:, None] * bent / own.mean[:, None]

    def parts(self, theta: Floats, outcome: Floats) -> Floats:
        """Return what each channel made of the outcomes there were; (draws, channels).

        Parameters
        ----------
        outcome
            (rows,) as it was.
        """
        sides = [self._side(theta, c) for c in range(len(self._channels))]
        added = self._added(sides)
        rows = added.shape[1]
        if self._link == "multiplied":
            # of each outcome the share that this lift has in it
            unit = outcome / (1 + added)
        else:
            unit = np.broadcast_to(self._weights * outcome.sum(), added.shape)
        return np.stack(
            [side.share * (side.shape[:, :rows] * unit).sum(axis=1) for side in sides], axis=1
        )

    def rest(self, theta: Floats) -> Floats:
        """Return what is left of the outcome, whitened, when advertising is taken away."""
        sides = [self._side(theta, c) for c in range(len(self._channels))]
        return self._outcome - self._seen(self._added(sides))

    def _added(self, sides: list[_Side]) -> Floats:
        added = np.zeros((len(sides[0].share), len(self._weights)))
        for side in sides:
            added += side.share[:, None] * side.shape[:, : added.shape[1]]
        return added

    def _seen(self, added: Floats) -> Floats:
        seen = np.log1p(added) if self._link == "multiplied" else added
        return seen if self._whiten is None else seen @ self._whiten.T

    def _believed(self, theta: Floats, slope: Floats) -> Floats:
        value = np.zeros(len(theta))
        for c, prior in enumerate(self._priors):
            at = c * 4
            share = np.exp(theta[:, at]) / prior.share
            # a half-normal of the share, sampled as its logarithm
            value += -0.5 * share**2 + theta[:, at]
            slope[:, at] += 1 - share**2
            off = (theta[:, at + 1 : at + 4] - prior.middle) / prior.spread
            value += -0.5 * (off**2).sum(axis=1)
            slope[:, at + 1 : at + 4] -= off / prior.spread
        off_noise = (theta[:, -1] - self._noise[0]) / self._noise[1]
        value += -0.5 * off_noise**2
        slope[:, -1] -= off_noise / self._noise[1]
        return value

    def _side(self, theta: Floats, channel: int) -> _Side:
        at = channel * 4
        half_life, half, bend = (np.exp(theta[:, at + i]) for i in (1, 2, 3))
        kept = kept_after(half_life, self._period)
        weights, by_kept = carry_over_weights(kept, len(self._lags[channel]))
        carried = weights @ self._lags[channel]
        bent, distance = saturation(carried, half, bend)
        mean = bent[:, : len(self._weights)] @ self._weights
        # d kept / d log(half-life)
        by_half_life = kept * np.log(2) * self._period / half_life
        return _Side(
            share=np.exp(theta[:, at]),
            shape=bent / mean[:, None],
            mean=mean,
            bent=bent,
            distance=distance,
            carried=carried,
            bend=bend,
            by_kept=by_kept * by_half_life[:, None],
        )

    def _back(self, channel: int, side: _Side, by_added: Floats, slope: Floats) -> Floats:
        """Carry the slope back to a channel's own numbers; return the experiments' density."""
        rows, at = len(self._weights), channel * 4
        by_shape = np.zeros_like(side.shape)
        by_shape[:, :rows] = by_added
        value = np.zeros(len(slope))
        start = rows
        for experiment in self._channels[channel].experiments:
            end = start + len(experiment.weights)
            seen = side.share * (side.shape[:, start:end] @ experiment.weights)
            off = (experiment.found - seen) / experiment.error
            value += -0.5 * off**2
            by_shape[:, start:end] = (off / experiment.error)[:, None] * experiment.weights
            start = end
        # by log(share)
        slope[:, at] += side.share * (by_shape * side.shape).sum(axis=1)
        by_shape *= side.share[:, None]
        by_mean = -(by_shape * side.shape).sum(axis=1) / side.mean
        by_bent = by_shape / side.mean[:, None]
        by_bent[:, :rows] += by_mean[:, None] * self._weights
        by_log = by_bent * side.bent * (1 - side.bent) * side.bend[:, None]
        slope[:, at + 2] -= by_log.sum(axis=1)
        slope[:, at + 3] += (by_log * side.distance).sum(axis=1)
        by_carried = by_log / np.maximum(side.carried, 1e-9)
        slope[:, at + 1] += ((by_carried @ self._lags[channel].T) * side.by_kept).sum(axis=1)
        return value


@dataclass(frozen=True, slots=True)
class _Side:
    """A channel at some draws: what was computed on the way, for the way back."""

    share: Floats
    shape: Floats
    mean: Floats
    bent: Floats
    distance: Floats
    carried: Floats
    bend: Floats
    by_kept: Floats
