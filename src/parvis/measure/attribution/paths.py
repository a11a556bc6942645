"""Journeys as numbers: which channels were met, in their order, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parvis.errors import MeasureError

__all__ = ["Paths", "paths_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Paths:
    """Journeys of one or more touches, side by side.

    Parameters
    ----------
    channels
        Names; a touch is a place in them.
    touches
        (touches,) the channels met, one journey after the other.
    offsets
        (journeys + 1,) where each journey begins in `touches`, and where the last ends.
    conversions
        (journeys,) how often such a journey ended with an outcome.
    value
        (journeys,) what those outcomes are worth together.
    nulls
        (journeys,) how often it ended with none.
    groups
        (journeys,) who is drawn together when journeys are drawn again: a customer, or some
        customers put together at random; from 0 on.
    ages
        (touches,) days from the touch to the end of the journey; empty where they aren't known.
    """

    channels: tuple[str, ...]
    touches: NDArray[np.int32]
    offsets: Ints
    conversions: Floats
    value: Floats
    nulls: Floats
    groups: Ints
    ages: Floats

    def __post_init__(self) -> None:
        lengths = np.diff(self.offsets)
        if len(lengths) and lengths.min() < 1:
            raise MeasureError(
                f"Journey {int(lengths.argmin())} has no touch.",
                "Keep only journeys with at least one; orders without any are counted beside.",
            )
        for name in ("conversions", "value", "nulls"):
            amounts = getattr(self, name)
            if not np.isfinite(amounts).all() or ((amounts < 0).any() and name != "value"):
                raise MeasureError(
                    f"The {name} of journeys hold what is no count: {amounts[:5]}.",
                    "They are numbers from 0 on.",
                )

    def __len__(self) -> int:
        return len(self.conversions)

    @property
    def lengths(self) -> Ints:
        """(journeys,) how many touches each has."""
        return np.diff(self.offsets)

    @property
    def journey(self) -> Ints:
        """(touches,) to which journey each touch belongs."""
        return np.repeat(np.arange(len(self)), self.lengths)

    @property
    def is_first(self) -> NDArray[np.bool_]:
        """(touches,) whether a touch begins its journey."""
        found = np.zeros(len(self.touches), bool)
        found[self.offsets[:-1]] = True
        return found


def paths_of(
    journeys: Iterable[Sequence[str]],
    conversions: Sequence[float],
    value: Sequence[float] | None = None,
    nulls: Sequence[float] | None = None,
    *,
    groups: Sequence[int] | None = None,
    codes: Mapping[str, int] | None = None,
) -> Paths:
    """Make paths of names.

    Parameters
    ----------
    journeys
        The channels met, in their order, for each journey.
    conversions, value, nulls
        As in `Paths`; without `value` each outcome is worth 1, without `nulls` there are none.
    groups
        As in `Paths`; by default each journey is drawn for itself.
    codes
        The place of each channel; by default they are sorted by name.

    Examples
    --------
    >>> paths = paths_of([["search", "mail"], ["mail"]], [1, 0], nulls=[0, 3])
    >>> paths.channels, paths.touches.tolist(), paths.offsets.tolist()
    (('mail', 'search'), [1, 0, 0], [0, 2, 3])
    """
    lists = [list(one) for one in journeys]
    names = (
        sorted({name for one in lists for name in one})
        if codes is None
        else sorted(codes, key=codes.__getitem__)
    )
    place = {name: at for at, name in enumerate(names)}
    counts = np.asarray(conversions, float)
    return Paths(
        channels=tuple(names),
        touches=np.fromiter((place[n] for one in lists for n in one), np.int32),
        offsets=np.concatenate([[0], np.cumsum([len(one) for one in lists])]).astype(np.int64),
        conversions=counts,
        value=counts.copy() if value is None else np.asarray(value, float),
        nulls=np.zeros(len(lists)) if nulls is None else np.asarray(nulls, float),
        groups=np.arange(len(lists)) if groups is None else np.asarray(groups, np.int64),
        ages=np.empty(0),
    )
