"""What stands in the way of a mix model, said before anything is computed."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parvis.measure.mix.contracts import MixData
from parvis.measure.problems import Problem, problem

__all__ = ["diagnose", "kept_places"]

Floats = NDArray[np.float64]

#: With less than half a year a season can't be told from advertising.
_LEAST_DAYS: Final = 26 * 7
#: A channel that was used in fewer weeks shows no curve.
_LEAST_USED: Final = 4
_ALIKE: Final = 0.97


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
    if not whole.any():
        return data, (problem("no place", blocks=True, places=", ".join(left)),)
    told = tuple(_midway(data, int(g)) for g in np.flatnonzero(~whole))
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
        return problem("never", place=data.place(place))
    first, last = data.day(int(seen[0])), data.day(int(seen[-1]))
    return problem("midway", place=data.place(place), first=first, last=last)


def _of_time(data: MixData) -> list[Problem]:
    days = len(data.outcome) * data.period_days
    if days >= _LEAST_DAYS:
        return []
    return [problem("short", blocks=True, weeks=days // 7, least=_LEAST_DAYS // 7)]


def _of_outcomes(data: MixData) -> list[Problem]:
    found = []
    below = np.argwhere(data.outcome < 0)
    if len(below):
        period, place = (int(v) for v in below[0])
        found.append(
            problem(
                "negative",
                blocks=True,
                count=len(below),
                place=data.place(place),
                day=data.day(period),
                value=float(data.outcome[period, place]),
            )
        )
    for place in range(data.outcome.shape[1]):
        seen = np.flatnonzero(data.outcome[:, place])
        if not len(seen):
            continue
        all_open = np.flatnonzero(data.is_open[: seen[-1]])
        gap = np.setdiff1d(all_open[all_open > seen[0]], seen)
        if len(gap):
            day = data.day(int(gap[0]))
            found.append(
                problem("gap", blocks=True, place=data.place(place), count=len(gap), day=day)
            )
    return found


def _of_channels(data: MixData) -> list[Problem]:
    found = []
    for at, name in enumerate(data.channels):
        spend = data.by_week(data.spend[:, :, at].sum(axis=1))
        used = int((spend > 0).sum())
        if used == 0:
            found.append(problem("unused", channels=(name,), channel=name))
        elif used < _LEAST_USED:
            day = data.day(data.periods_in(int(np.flatnonzero(spend)[0])))
            found.append(
                problem("once", channels=(name,), channel=name, periods=used, all=len(spend),
                        day=day)
            )  # fmt: skip
        elif _variation(data.spend[:, :, at], data.outcome) < 0.02:
            found.append(problem("constant", channels=(name,), channel=name))
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
                pair = (data.channels[first], data.channels[second])
                found.append(
                    problem("alike", channels=pair, one=pair[0], other=pair[1], alike=alike)
                )
    return found
