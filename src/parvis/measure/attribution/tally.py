"""All that attribution needs of journeys, counted in one pass and in little memory.

Journeys come in batches; what is kept is how often each group of customers went from where to
where, and what each rule gives each channel. Ten million journeys are some millions of numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

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

#: Up to so many steps are looked up in a table of all; more are sorted.
_TABLE: Final = 1 << 26


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
        self._seen: dict[int, list[csr_array]] = {o: [] for o in orders}

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
            seen.append(_counted(paths, order))
            # two of a size become one: each number is added up a few times only
            while len(seen) > 1 and seen[-2].nnz < 2 * seen[-1].nnz:
                last = seen.pop()
                seen[-1] = _added(seen[-1], last)

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
        from scipy.sparse import csr_array

        seen = self._seen[order]
        while len(seen) > 1:
            last = seen.pop()
            seen[-1] = _added(seen[-1], last)
        whole = seen[0]
        steps, place = _named(whole.indices, whole.shape[1])
        starts = np.pad(whole.indptr, (0, groups - whole.shape[0]), mode="edge")
        counts = csr_array((whole.data, place, starts), shape=(groups, len(steps)))
        return Chain(order, len(self._channels), steps, counts)


def _by_group(groups: NDArray[np.integer], amounts: Floats) -> Floats:
    return np.bincount(groups, weights=amounts).astype(float)


def _counted(paths: Paths, order: int) -> csr_array:
    """Count each step of each group's journeys; (groups, all steps there could be)."""
    # it is large, and most commands measure nothing
    from scipy.sparse import coo_array

    base, ends = len(paths.channels) + 1, len(paths.channels) + 2
    width = base**order * ends
    small = np.int32 if width < 2**31 else np.int64
    digits = paths.touches.astype(small) + 1
    state = digits.copy()
    for back in range(1, order):
        earlier = np.zeros_like(digits)
        earlier[back:] = digits[:-back] * base**back
        # before its first touch a journey has none
        for place in range(back):
            long = paths.lengths > place
            earlier[paths.offsets[:-1][long] + place] = 0
        state = state + earlier
    before = np.zeros_like(state)
    before[1:] = state[:-1]
    before[paths.offsets[:-1]] = 0
    last = state[paths.offsets[1:] - 1] * ends
    groups = paths.groups.astype(small)
    how_often = paths.conversions + paths.nulls
    bought, left = paths.conversions > 0, paths.nulls > 0
    group = np.concatenate([np.repeat(groups, paths.lengths), groups[bought], groups[left]])
    step = np.concatenate(
        [before * ends + paths.touches, last[bought] + (ends - 2), last[left] + (ends - 1)]
    )
    count = np.concatenate(
        [np.repeat(how_often, paths.lengths), paths.conversions[bought], paths.nulls[left]]
    )
    if not how_often.all():
        some = count > 0
        group, step, count = group[some], step[some], count[some]
    shape = (int(paths.groups.max(initial=-1)) + 1, width)
    return coo_array((count, (group, step)), shape=shape).tocsr()


def _added(one: csr_array, other: csr_array) -> csr_array:
    groups = max(one.shape[0], other.shape[0])
    for each in (one, other):
        each.resize((groups, one.shape[1]))
    return one + other


def _named(steps: NDArray[np.integer], width: int) -> tuple[Ints, NDArray[np.integer]]:
    """Return the steps there are, ascending, and the place of each among them."""
    if width > _TABLE:
        names, place = np.unique(steps, return_inverse=True)
        return names.astype(np.int64), place
    there = np.zeros(width, bool)
    there[steps] = True
    places = np.cumsum(there, dtype=np.int32) - 1
    return np.flatnonzero(there).astype(np.int64), places[steps].astype(np.int32)
