"""All that attribution needs of journeys, counted in one pass and in little memory.

Journeys come in batches; what is kept is how often each group of customers went from where to
where, and what each rule gives each channel. Ten million journeys are some millions of numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from parvis.errors import MeasureError
from parvis.measure.attribution.paths import Paths
from parvis.measure.attribution.rules import RULES, rule_weights, shapley_weights

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["Chain", "Tally", "tally"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Chain:
    """How often customers went from where to where.

    A state is the last `order` touches, the newest in the lowest digit, in base channels + 1; a
    digit of 0 is before the journey began, so that state 0 is its beginning. What follows a state
    is a channel, or an outcome (channels), or its end without one (channels + 1).

    Parameters
    ----------
    order
        How many touches are remembered.
    channels
        How many there are.
    steps
        (steps,) state * (channels + 2) + what follows; ascending.
    counts
        (groups, steps) how often.
    """

    order: int
    channels: int
    steps: Ints
    counts: csr_array


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted.

    Parameters
    ----------
    channels
        Their names.
    journeys
        How many there were, with an outcome or without.
    conversions, value
        (groups,) outcomes, and what they are worth.
    credits
        By rule (and `shapley`): (groups, channels) outcomes given to each channel.
    values
        The same of what outcomes are worth.
    chains
        By order.
    """

    channels: tuple[str, ...]
    journeys: float
    conversions: Floats
    value: Floats
    credits: dict[str, Floats]
    values: dict[str, Floats]
    chains: dict[int, Chain]


def tally(batches: Iterable[Paths], orders: tuple[int, ...] = (1,)) -> Tally:
    """Count journeys.

    Parameters
    ----------
    batches
        Of the same channels, their groups numbered alike.
    orders
        Of how many touches the chains remember.

    Raises
    ------
    MeasureError
        No journey; an order below 1 or above what fits; batches of other channels.
    """
    ledger: _Ledger | None = None
    for batch in batches:
        if ledger is None:
            ledger = _Ledger(batch.channels, orders)
        ledger.add(batch)
    if ledger is None:
        raise MeasureError("There are no journeys.", "Attribution needs touches before outcomes.")
    return ledger.close()


class _Ledger:
    def __init__(self, channels: tuple[str, ...], orders: tuple[int, ...]) -> None:
        for order in orders:
            if order < 1 or (len(channels) + 2) ** (order + 1) >= 2**62:
                raise MeasureError(
                    f"A chain of order {order} over {len(channels)} channels can't be counted.",
                    "Orders 1 to 3 are of use: who remembers more has seen each journey once.",
                )
        self._channels = channels
        self._journeys = 0.0
        self._sums: dict[str, list[Floats]] = {}
        self._seen: dict[int, list[tuple[Ints, Ints, Floats]]] = {o: [] for o in orders}

    def add(self, paths: Paths) -> None:
        if paths.channels != self._channels:
            raise MeasureError(
                f"A batch is of the channels {paths.channels}, others of {self._channels}.",
                "Number the channels once for all batches.",
            )
        self._journeys += float(paths.conversions.sum() + paths.nulls.sum())
        self._give("conversions", _by_group(paths.groups, paths.conversions))
        self._give("value", _by_group(paths.groups, paths.value))
        of_touch = np.repeat(paths.groups, paths.lengths)
        outcomes = np.repeat(paths.conversions, paths.lengths)
        worth = np.repeat(paths.value, paths.lengths)
        for rule in (*RULES, "shapley"):
            if rule == "time_decay" and not len(paths.ages):
                continue
            shares = shapley_weights(paths) if rule == "shapley" else rule_weights(paths, rule)
            self._give(f"credits {rule}", self._by_channel(of_touch, paths, shares * outcomes))
            self._give(f"values {rule}", self._by_channel(of_touch, paths, shares * worth))
        for order, seen in self._seen.items():
            seen.append(_merged([_steps(paths, order)]))
            # summed up again whenever it would have grown to the double
            if len(seen) > 1 and len(seen[0][0]) < sum(len(s[0]) for s in seen[1:]):
                self._seen[order] = [_merged(seen)]

    def _by_channel(self, of_touch: Ints, paths: Paths, amounts: Floats) -> Floats:
        width = len(self._channels)
        return _by_group(of_touch * width + paths.touches, amounts)

    def _give(self, name: str, sums: Floats) -> None:
        held = self._sums.setdefault(name, [np.zeros(0)])
        longer, shorter = sorted((held[0], sums), key=len, reverse=True)
        longer = longer.copy()
        longer[: len(shorter)] += shorter
        held[0] = longer

    def close(self) -> Tally:
        width = len(self._channels)
        groups = len(self._sums["conversions"][0])

        def table(name: str) -> Floats:
            flat = self._sums[name][0]
            return np.pad(flat, (0, groups * width - len(flat))).reshape(groups, width)

        names = [n.removeprefix("credits ") for n in self._sums if n.startswith("credits ")]
        return Tally(
            channels=self._channels,
            journeys=self._journeys,
            conversions=self._sums["conversions"][0],
            value=self._sums["value"][0],
            credits={n: table(f"credits {n}") for n in names},
            values={n: table(f"values {n}") for n in names},
            chains={o: self._chain(o, groups) for o in self._seen},
        )

    def _chain(self, order: int, groups: int) -> Chain:
        # it is large, and most commands measure nothing
        from scipy.sparse import coo_array

        group, step, count = _merged(self._seen[order])
        steps, place = np.unique(step, return_inverse=True)
        counts = coo_array((count, (group, place)), shape=(groups, len(steps))).tocsr()
        return Chain(order, len(self._channels), steps, counts)


def _by_group(groups: NDArray[np.integer], amounts: Floats) -> Floats:
    return np.bincount(groups, weights=amounts).astype(float)


def _steps(paths: Paths, order: int) -> tuple[Ints, Ints, Floats]:
    """Return group, step and count of each step of each journey."""
    base, ends = len(paths.channels) + 1, len(paths.channels) + 2
    digits = paths.touches.astype(np.int64) + 1
    at: Ints = np.arange(len(digits)) - np.repeat(paths.offsets[:-1], paths.lengths)
    state = digits.copy()
    for back in range(1, order):
        earlier = np.zeros_like(digits)
        earlier[back:] = digits[:-back]
        state += np.where(at >= back, earlier, 0) * base**back
    before = np.zeros_like(state)
    before[1:] = state[:-1]
    before[paths.is_first] = 0
    last = state[paths.offsets[1:] - 1]
    how_often = paths.conversions + paths.nulls
    group = np.concatenate([np.repeat(paths.groups, paths.lengths), paths.groups, paths.groups])
    step = np.concatenate(
        [before * ends + paths.touches, last * ends + ends - 2, last * ends + ends - 1]
    )
    count = np.concatenate([np.repeat(how_often, paths.lengths), paths.conversions, paths.nulls])
    some = count > 0
    return group[some], step[some], count[some]


def _merged(parts: list[tuple[Ints, Ints, Floats]]) -> tuple[Ints, Ints, Floats]:
    group = np.concatenate([p[0] for p in parts])
    step = np.concatenate([p[1] for p in parts])
    count = np.concatenate([p[2] for p in parts])
    if not len(step):
        return group, step, count
    names, place = np.unique(step, return_inverse=True)
    width = len(names)
    keys = group * width + place
    spread = int(keys.max()) + 1
    if spread <= max(8 * len(keys), 1 << 20):
        # few enough places to count in, rather than to sort
        sums = _by_group(keys, count)
        some = np.flatnonzero(sums).astype(np.int64)
        return some // width, names[some % width], sums[some]
    found, place = np.unique(keys, return_inverse=True)
    return found // width, names[found % width], _by_group(place, count)
