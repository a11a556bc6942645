"""Experiments that are in each other's way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow.compute as pc

from parvis.measure.experiments.contracts import Finding
from parvis.measure.experiments.plans import Plan
from parvis.measure.experiments.troubles import trouble

if TYPE_CHECKING:
    from parvis.measure.experiments.holdouts import People
    from parvis.measure.problems import Problem

__all__ = ["with_overlaps"]

_ALMOST_NEVER: Final = 1e-4


def with_overlaps(findings: Sequence[Finding], people: Mapping[str, People]) -> tuple[Finding, ...]:
    """Say of each experiment which others are in its way.

    Parameters
    ----------
    findings
        All experiments.
    people
        Of holdouts: whose lot was which, by experiment.
    """
    said: dict[str, list[Problem]] = {f.plan.experiment_id: [] for f in findings}
    for number, one in enumerate(findings):
        for other in findings[number + 1 :]:
            if not _at_once(one, other):
                continue
            for first, second in ((one, other), (other, one)):
                said[first.plan.experiment_id] += _between(first.plan, second.plan, people)
    return tuple(replace(f, problems=(*f.problems, *said[f.plan.experiment_id])) for f in findings)


def _at_once(one: Finding, other: Finding) -> bool:
    a, b = _days(one), _days(other)
    return a is not None and b is not None and a[0] <= b[1] and b[0] <= a[1]


def _days(finding: Finding) -> tuple[date, date] | None:
    plan = finding.plan
    if plan.starts_on is None:
        return None
    return plan.starts_on, plan.ends_on or finding.seen_on or plan.starts_on


def _between(plan: Plan, other: Plan, people: Mapping[str, People]) -> list[Problem]:
    same_channel = plan.channel is not None and plan.channel == other.channel
    if plan.kind == other.kind == "cities":
        theirs = {c.casefold() for c in other.cities}
        shared = [c for c in plan.cities if c.casefold() in theirs]
        if shared:
            return [
                trouble("overlap cities", blocks=True, other=other.name, cities=", ".join(shared))
            ]
        # other cities of the same channel aren't held against these: nothing is in the way
        return []
    if same_channel:
        return [trouble("overlap channel", blocks=True, other=other.name, channel=plan.channel)]
    if plan.kind == other.kind == "holdout":
        mine, theirs_too = people.get(plan.experiment_id), people.get(other.experiment_id)
        if mine is not None and theirs_too is not None:
            return _of_lots(other, mine, theirs_too)
    return []


def _of_lots(other: Plan, mine: People, theirs: People) -> list[Problem]:
    """Tell whether the lots of two experiments hang together."""
    place = pc.index_in(mine.ids, value_set=theirs.ids)
    both = pc.is_valid(place).to_numpy(zero_copy_only=False)
    shared = int(both.sum())
    if not shared:
        return []
    left = ~mine.exposed[both]
    at = pc.drop_null(place).to_numpy(zero_copy_only=False)
    left_there = ~theirs.exposed[at]
    expected = left.mean() * left_there.mean()
    seen = float((left & left_there).mean())
    if 0 < expected < 1:
        # the usual test of a table of two by two
        spread = np.sqrt(expected * (1 - left.mean()) * (1 - left_there.mean()) / shared)
        from math import erfc

        if erfc(abs(seen - expected) / spread / np.sqrt(2)) < _ALMOST_NEVER:
            return [trouble("overlap lots", blocks=True, other=other.name, times=seen / expected)]
    return [trouble("overlap people", count=shared, other=other.name)]
