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
from parvis.measure.mix.laid import ChannelRows, lay_out
from parvis.measure.mix.linear import LinearPart
from parvis.measure.mix.noise import Noise
from parvis.measure.mix.shapes import NOTHING, carry_over_weights, kept_after, saturation

__all__ = ["OF_CHANNEL", "Posterior", "Prior"]

Floats = NDArray[np.float64]

#: What is sampled of each channel, in this order; then, last, the noise.
OF_CHANNEL = ("share", "half_life", "half", "slope")


@dataclass(frozen=True, slots=True)
class Prior:
    """Beliefs of one channel, about logarithms but for the share.

    Parameters
    ----------
    share
        The scale of a half-normal, or the middle of a log-normal.
    share_spread
        Of the log-normal; null: half-normal.
    middle, spread
        (3,) of log half-life (days), log half, log slope: normal.
    """

    share: float
    middle: Floats
    spread: Floats
    share_spread: float | None = None


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
    noise_shape
        What makes rows independent and of one size; None: they are. `outcome` and the linear
        part are given so.
    link
        Whether channels add to outcomes, or a share to what would come anyway.
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
        noise_shape: Noise | None = None,
        link: Link = "added",
    ) -> None:
        self._outcome, self._linear = outcome, linear
        self._weights, self._noise = weights, noise
        self._period, self._shape, self._link = period_days, noise_shape, link
        self._rows = len(weights)
        self._laid = lay_out(channels)
        self._share = np.array([p.share for p in priors])
        self._share_spread = priors[0].share_spread
        self._middle = np.array([p.middle for p in priors])
        self._spread = np.array([p.spread for p in priors])

    @property
    def dimensions(self) -> int:
        """How many numbers are sampled."""
        return len(OF_CHANNEL) * len(self._share) + 1

    @property
    def prior_middle(self) -> Floats:
        """(dimensions,) where the beliefs have their middle."""
        each = np.concatenate([np.log(self._share)[:, None] - 0.5, self._middle], axis=1)
        middle: Floats = np.append(each.ravel(), self._noise[0])
        return middle

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
        sides = self._sides(theta)
        added = self._added(sides)
        density, by_rest, by_noise = self._linear.log_density(
            self._outcome - self._seen(added), np.exp(theta[:, -1])
        )
        slope[:, -1] += by_noise
        by_added = -by_rest if self._shape is None else -self._shape.back(by_rest)
        if self._link == "multiplied":
            by_added /= 1 + added
        value += density + self._back(sides, by_added, slope)
        return value, slope

    @property
    def linear(self) -> LinearPart:
        """What is integrated out."""
        return self._linear

    @property
    def link(self) -> Link:
        """Whether channels add to outcomes, or a share to what would come anyway."""
        return self._link

    @property
    def outcome(self) -> Floats:
        """(rows,) what is explained, rows made apart."""
        return self._outcome

    @property
    def noise_shape(self) -> Noise | None:
        """What makes rows independent and of one size."""
        return self._shape

    def heights(self, theta: Floats) -> Floats:
        """Return what a channel adds where its curve is at its top; (channels, draws)."""
        sides = self._sides(theta)
        found: Floats = sides.share / sides.mean
        return found

    def carried(self, theta: Floats, channel: int, lags: Floats) -> Floats:
        """Return what is left of a pressure and of those before it; (draws, rows).

        Parameters
        ----------
        lags
            (lags, rows) any pressure, laid out as the channel's own.
        """
        kept = kept_after(np.exp(theta[:, channel * 4 + 1]), self._period)
        weights, _ = carry_over_weights(kept, len(lags))
        found: Floats = weights @ lags
        return found

    def bent(self, theta: Floats, channel: int, carried: Floats) -> Floats:
        """Return which part of its top a channel reaches; (draws, rows)."""
        parts = np.exp(theta[:, channel * 4 + 2 : channel * 4 + 4])
        found, _ = saturation(carried, parts[:, 0], parts[:, 1])
        return found

    def unit(self, theta: Floats, outcome: Floats, scale: Floats) -> Floats:
        """Return what an added share of 1 is worth in each row, in units of the outcome.

        Parameters
        ----------
        outcome
            (rows,) as it was.
        scale
            (places,) the usual outcome.

        Returns
        -------
        (draws, rows)
            The usual outcome of the place; where channels add a share to what would come
            anyway, what would have come.
        """
        if self._link == "multiplied":
            anyway: Floats = outcome / (1 + self._added(self._sides(theta)))
            return anyway
        return np.tile(np.tile(scale, len(outcome) // len(scale)), (len(theta), 1))

    def parts(self, theta: Floats, unit: Floats) -> Floats:
        """Return what each channel made, in units of the outcome; (draws, channels).

        Parameters
        ----------
        unit
            (draws, rows) as `unit` returns it.
        """
        sides = self._sides(theta)
        made = sides.share * (sides.shape[:, :, : self._rows] * unit).sum(axis=2)
        found: Floats = made.T
        return found

    def rest(self, theta: Floats) -> Floats:
        """Return what is left of the outcome when advertising is taken away, rows made apart."""
        rest: Floats = self._outcome - self._seen(self.added(theta))
        return rest

    def added(self, theta: Floats) -> Floats:
        """Return what all channels add in each row, as a share; (draws, rows)."""
        return self._added(self._sides(theta))

    def unexplained(self, theta: Floats) -> Floats:
        """Return what nothing explains, at one point, as the rows are; (rows,)."""
        rest = self.rest(theta[None])
        left = rest - self._linear.explained(rest, np.exp(theta[None, -1]))
        whole: Floats = left if self._shape is None else self._shape.together(left)
        return whole.ravel()

    def _added(self, sides: _Sides) -> Floats:
        added: Floats = (sides.share[:, :, None] * sides.shape[:, :, : self._rows]).sum(axis=0)
        return added

    def _seen(self, added: Floats) -> Floats:
        seen = np.log1p(added) if self._link == "multiplied" else added
        whole: Floats = seen if self._shape is None else self._shape.apart(seen)
        return whole

    def _believed(self, theta: Floats, slope: Floats) -> Floats:
        each = theta[:, :-1].reshape(len(theta), -1, 4)
        by_each = slope[:, :-1].reshape(len(theta), -1, 4)
        if self._share_spread is None:
            share = np.exp(each[:, :, 0]) / self._share
            # a half-normal of the share, sampled as its logarithm
            value: Floats = (each[:, :, 0] - 0.5 * share**2).sum(axis=1)
            by_each[:, :, 0] += 1 - share**2
        else:
            off_share = (each[:, :, 0] - np.log(self._share)) / self._share_spread
            value = -0.5 * (off_share**2).sum(axis=1)
            by_each[:, :, 0] -= off_share / self._share_spread
        off = (each[:, :, 1:] - self._middle) / self._spread
        value -= 0.5 * (off**2).sum(axis=(1, 2))
        by_each[:, :, 1:] -= off / self._spread
        slope[:, :-1] = by_each.reshape(len(theta), -1)
        off_noise = (theta[:, -1] - self._noise[0]) / self._noise[1]
        value -= 0.5 * off_noise**2
        slope[:, -1] -= off_noise / self._noise[1]
        return value

    def _sides(self, theta: Floats) -> _Sides:
        each = np.exp(theta[:, :-1]).reshape(len(theta), -1, 4).transpose(2, 1, 0)
        share, half_life, half, bend = each
        channels, draws = share.shape
        kept = kept_after(half_life, self._period)
        lags = self._laid.lags.shape[1]
        weights, by_kept = carry_over_weights(kept.ravel(), lags)
        carried = weights.reshape(channels, draws, lags) @ self._laid.lags
        flat = carried.reshape(channels * draws, -1)
        bent, distance = saturation(flat, half.ravel(), bend.ravel())
        bent = bent.reshape(carried.shape)
        # far out nothing is left of the curve; such a walk is lost, not an error
        mean = np.maximum(bent[:, :, : self._rows] @ self._weights, 1e-200)
        # d kept / d log(half-life)
        by_half_life = kept * np.log(2) * self._period / half_life
        return _Sides(
            share=share,
            shape=bent / mean[:, :, None],
            mean=mean,
            bent=bent,
            distance=distance.reshape(carried.shape),
            carried=carried,
            bend=bend,
            by_kept=by_kept.reshape(channels, draws, lags) * by_half_life[:, :, None],
        )

    def _back(self, sides: _Sides, by_added: Floats, slope: Floats) -> Floats:
        """Carry the slope back to the channels' own numbers; return the experiments' density."""
        laid, rows = self._laid, self._rows
        by_shape = np.empty_like(sides.shape)
        by_shape[:, :, :rows] = by_added
        seen = sides.share[:, :, None] * (sides.shape[:, :, rows:] @ laid.weights)
        off = (laid.found[:, None] - seen) * laid.sureness[:, None]
        value: Floats = -0.5 * (off**2).sum(axis=(0, 2))
        by_shape[:, :, rows:] = (off * laid.sureness[:, None]) @ laid.weights.transpose(0, 2, 1)
        along = (by_shape * sides.shape).sum(axis=2)
        by_bent = by_shape * (sides.share / sides.mean)[:, :, None]
        by_mean = -sides.share * along / sides.mean
        by_bent[:, :, :rows] += by_mean[:, :, None] * self._weights
        by_log = by_bent * sides.bent * (1 - sides.bent) * sides.bend[:, :, None]
        by_carried = by_log / np.maximum(sides.carried, NOTHING)
        by_weights = by_carried @ laid.lags.transpose(0, 2, 1)
        found = (
            sides.share * along,
            (by_weights * sides.by_kept).sum(axis=2),
            -by_log.sum(axis=2),
            (by_log * sides.distance).sum(axis=2),
        )
        slope[:, :-1] += np.stack(found, axis=2).transpose(1, 0, 2).reshape(len(slope), -1)
        return value


@dataclass(frozen=True, slots=True)
class _Sides:
    """All channels at some draws, (channels, draws, …): what the way back needs."""

    share: Floats
    shape: Floats
    mean: Floats
    bent: Floats
    distance: Floats
    carried: Floats
    bend: Floats
    by_kept: Floats
