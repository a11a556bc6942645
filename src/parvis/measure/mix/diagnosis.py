"""What stands in the way of a mix model, said before anything is computed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parvis.measure.mix.contracts import MixData

__all__ = ["Problem", "diagnose", "kept_places"]

Floats = NDArray[np.float64]

#: With less than half a year a season can't be told from advertising.
_LEAST_DAYS: Final = 26 * 7
#: A channel that was used in fewer periods shows no curve.
_LEAST_USED: Final = 4
_ALIKE: Final = 0.97


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that stands in the way.

    Parameters
    ----------
    kind
        ``short``, ``negative``, ``gap``, ``midway``, ``unused``, ``once``, ``alike``, ``constant``.
    what
        In plain words, with the values.
    next_step
        What to do about it.
    blocks
        Whether nothing can be told; else it limits what is told of some channels or places.
    channels
        The channels that it is about.
    """

    kind: str
    what: str
    next_step: str
    blocks: bool
    channels: tuple[str, ...] = ()

    def told(self) -> dict[str, object]:
        """Return it as a page or a file tells it."""
        return {
            "kind": self.kind,
            "what": self.what,
            "next_step": self.next_step,
            "blocks": self.blocks,
        }


def diagnose(data: MixData) -> tuple[Problem, ...]:
    """Look for all that would make a silent, wrong number."""
    return (*_of_time(data), *_of_outcomes(data), *_of_channels(data), *_of_pairs(data))


def kept_places(data: MixData) -> tuple[MixData, tuple[Problem, ...]]:
    """Leave out places that came or went midway; tell which.

    A place that appears brings its sales with it: they would be taken for an effect of whatever
    was spent more just then.
    """
    there = data.outcome != 0
    periods = len(there)
    edge = max(periods // 20, 1)
    whole = there[:edge].any(axis=0) & there[-edge:].any(axis=0)
    if whole.all():
        return data, ()
    left = [data.place(int(g)) for g in np.flatnonzero(~whole)]
    told = tuple(_midway(data, int(g)) for g in np.flatnonzero(~whole))
    if not whole.any():
        return data, (replace(told[0], what=f"No place was there all along: {', '.join(left)}.",
                              blocks=True),)  # fmt: skip
    kept = replace(
        data,
        outcome=data.outcome[:, whole],
        spend=data.spend[:, whole],
        controls=data.controls[:, whole],
        places=tuple(p for p, is_in in zip(data.places, whole, strict=True) if is_in),
    )
    return kept, told


def _midway(data: MixData, place: int) -> Problem:
    seen = np.flatnonzero(data.outcome[:, place])
    if not len(seen):
        when = "has no outcome at all"
    else:
        first, last = data.day(int(seen[0])), data.day(int(seen[-1]))
        when = f"has outcomes from {first} to {last} only"
    return Problem(
        "midway",
        f"{data.place(place)} {when}; it is left out.",
        "It is looked at when it has been there for all of the time.",
        blocks=False,
    )


def _of_time(data: MixData) -> list[Problem]:
    days = len(data.outcome) * data.period_days
    if days >= _LEAST_DAYS:
        return []
    return [
        Problem(
            "short",
            f"There are {days // 7} weeks of outcomes; at least {_LEAST_DAYS // 7} are needed.",
            "Import earlier orders and spending, or wait; experiments answer sooner.",
            blocks=True,
        )
    ]


def _of_outcomes(data: MixData) -> list[Problem]:
    found = []
    below = np.argwhere(data.outcome < 0)
    if len(below):
        period, place = (int(v) for v in below[0])
        found.append(
            Problem(
                "negative",
                f"Outcomes are below 0 in {len(below)} places and periods, first in "
                f"{data.place(place)} on {data.day(period)}: {data.outcome[period, place]:,.2f}.",
                "Look whether refunds of earlier orders came in at once; they belong to the day "
                "of their order.",
                blocks=True,
            )
        )
    for place in range(data.outcome.shape[1]):
        seen = np.flatnonzero(data.outcome[:, place])
        if not len(seen):
            continue
        gap = np.setdiff1d(np.arange(seen[0], seen[-1]), seen)
        if len(gap):
            found.append(
                Problem(
                    "gap",
                    f"{data.place(place)} has no outcome in {len(gap)} periods between others, "
                    f"first on {data.day(int(gap[0]))}.",
                    "Import what is missing; days without sales are told from days without data "
                    "by a row of 0.",
                    blocks=True,
                )
            )
    return found


def _of_channels(data: MixData) -> list[Problem]:
    found = []
    for at, name in enumerate(data.channels):
        spend = data.spend[:, :, at].sum(axis=1)
        used = int((spend > 0).sum())
        if used == 0:
            found.append(
                Problem("unused", f"Nothing was spent on {name}.", "It is left out.",
                        blocks=False, channels=(name,))
            )  # fmt: skip
        elif used < _LEAST_USED:
            day = data.day(int(np.flatnonzero(spend)[0]))
            periods = "one period" if used == 1 else f"{used} periods"
            found.append(
                Problem(
                    "once",
                    f"{name} was used in {periods} only, from {day} on: that shows no curve.",
                    "What it brought can't be told from what else happened then. A test in some "
                    "cities would tell.",
                    blocks=False,
                    channels=(name,),
                )
            )
        elif _variation(data.spend[:, :, at], data.outcome) < 0.02:
            found.append(
                Problem(
                    "constant",
                    f"{name} was always spent alike: what it brings can't be told from what comes "
                    "anyway.",
                    "Change it in some cities for some weeks.",
                    blocks=False,
                    channels=(name,),
                )
            )
    return found


def _variation(spend: Floats, outcome: Floats) -> float:
    intensity = spend / np.maximum(outcome.mean(axis=0), 1e-300)
    mean = intensity.mean()
    return float(intensity.std() / mean) if mean > 0 else 0.0


def _of_pairs(data: MixData) -> list[Problem]:
    found = []
    # of each place relative to its usual: that large places spend more on all is no news
    usual = np.maximum(data.spend.mean(axis=0), 1e-300)
    lines = (data.spend / usual).reshape(-1, len(data.channels))
    for first in range(len(data.channels)):
        for second in range(first + 1, len(data.channels)):
            one, other = lines[:, first], lines[:, second]
            if one.std() == 0 or other.std() == 0:
                continue
            alike = float(np.corrcoef(one, other)[0, 1])
            if alike >= _ALIKE:
                names = f"{data.channels[first]} and {data.channels[second]}"
                found.append(
                    Problem(
                        "alike",
                        f"{names} rose and fell together (correlation {alike:.2f}): what they "
                        "bring together can be told, what each brings can't.",
                        "Move one without the other for some weeks, in some cities.",
                        blocks=False,
                        channels=(data.channels[first], data.channels[second]),
                    )
                )
    return found
