r"""What experiments tell the mix, and where the mix must not learn from them twice.

**Tests in cities.** Where the mix tells these cities apart it sees the changed budgets and the
sales that followed: a term beside that would count the same sales twice. It is told which budgets
were set by the test, so that they aren't taken for what planners knew of demand
(`demand_in`). Where the mix sees only the whole, the test is what tells: in all changed cities and
weeks, outcomes differ by the test's effect from what they would have been at the usual budget.
That budget is what was spent there in the weeks before, moved as the other cities' budgets did.

**Holdouts.** With a part :math:`h` of all whom a channel reaches left out, and an effect
:math:`\Delta` for each of the :math:`n_1` people reached, those weeks' sales are
:math:`n_1 \Delta` above what they would have been without the channel. What the channel brings when
nobody is left out is :math:`(n_1 + n_0) \Delta`, if as much was spent; if the money of those left
out was saved, it is the first that belongs to the spending there was. Which of both isn't known, so
the middle is told, and the doubt between them is part of its error:

.. math:: \Big(n_1 + \frac{n_0}{2}\Big)\Delta \;\pm\;
          \sqrt{\Big(n_1 + \frac{n_0}{2}\Big)^2 s^2 + \frac{(n_0 \Delta)^2}{12}} .

This needs to be known of the design: whether the people in the lots are all whom the channel
reaches, or which part of them. Where nobody says so, the effect is that of the people in
the lots; it stands beside the mix, and isn't used.

References
----------
Zhang, Y., Wurm, M., Wakim, A., Li, E., & Liu, Y. (2023). Bayesian hierarchical media mix model
incorporating reach and frequency data; and Google (2024), Meridian: "ROI priors and calibration".
Runge, J., Skokan, I., & Zhou, G. (2023). Packaging up media mix modeling: An introduction to
Robyn's open-source approach, section on calibration. https://arxiv.org/abs/2403.14674
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from parvis.measure.experiments.contracts import Finding
from parvis.measure.mix.contracts import MixData, SpendTest

__all__ = ["NOTHING_LEARNT", "Calibration", "calibration"]

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]

#: With less of a test in the weeks that the mix explains, it is about another time.
_LEAST_INSIDE: Final = 0.8
#: Nine in ten are as near as this, in standard errors.
_HALF_90: Final = 1.6448536


@dataclass(frozen=True, slots=True)
class Calibration:
    """What experiments tell the mix.

    Parameters
    ----------
    tests
        Observations of the response curves.
    changed
        (periods, places, channels) where an experiment set the budget; null: nowhere.
    notes
        Of each experiment: `experiment_id`, `name`, `channel`, `used` (``test``, ``places`` or
        empty), `reason` (a key of words) and the numbers in it.
    """

    tests: tuple[SpendTest, ...] = ()
    changed: Marks | None = None
    notes: tuple[dict[str, Any], ...] = ()


NOTHING_LEARNT: Final = Calibration()


@dataclass(slots=True)
class _Learnt:
    tests: list[SpendTest] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)


def calibration(findings: Sequence[Finding], data: MixData) -> Calibration:
    """Turn what experiments found into what a mix can be told.

    Parameters
    ----------
    findings
        The experiments, with the problems that they have.
    data
        What the mix explains; its outcome is sales.
    """
    learnt = _Learnt()
    changed = np.zeros(data.spend.shape, bool)
    for finding in findings:
        used, reason, more = _looked_at(finding, data, changed, learnt)
        learnt.notes.append(
            {"experiment_id": finding.plan.experiment_id, "name": finding.plan.name,
             "channel": finding.plan.channel, "used": used, "reason": reason, **more}
        )  # fmt: skip
    return Calibration(tuple(learnt.tests), changed if changed.any() else None, tuple(learnt.notes))


def _looked_at(
    finding: Finding, data: MixData, changed: Marks, learnt: _Learnt
) -> tuple[str, str, dict[str, Any]]:
    plan, best = finding.plan, finding.best
    if plan.channel is None or plan.channel not in data.channels:
        return "", "no channel", {}
    channel = data.channels.index(plan.channel)
    if plan.starts_on is None or finding.seen_on is None or best is None:
        return "", "nothing found", {}
    inside = _days_inside(data, plan.starts_on, finding.seen_on)
    days = (finding.seen_on - plan.starts_on).days + 1
    if plan.kind == "cities":
        where = _places(data, plan.cities)
        if where:
            # also of a test that can't be judged: nobody planned these budgets by demand
            for place in where:
                changed[:, place, channel] |= inside > 0
    blocking = next((p for p in finding.problems if p.blocks), None)
    if blocking is not None:
        return "", "problem", {"problem": blocking.kind}
    if plan.kind == "cities" and len(data.places) > 1:
        missing = len(plan.cities) - len(where)
        if missing:
            return "", "city apart", {"count": missing}
        return "places", "seen by place", {}
    if inside.sum() < _LEAST_INSIDE * days:
        return "", "other time", {}
    if not np.isfinite(best.error) or best.error <= 0:
        return "", "no interval", {}
    part = float(inside.sum()) / days
    if plan.kind == "cities":
        if finding.budget is None:
            return "", "no budget", {}
        learnt.tests.append(_of_cities(finding, data, channel, part))
        return "test", "cities", {}
    if plan.ends_on is None:
        return "", "no end", {}
    if plan.covers is None:
        return "", "no reach", {}
    if not data.spend[inside > 0, :, channel].any():
        return "", "no spending", {}
    learnt.tests.append(_of_holdout(finding, data, channel, (inside, part)))
    return "test", "holdout", {"covers": plan.covers}


def _days_inside(data: MixData, first: date, last: date) -> Floats:
    """(periods,) how many days of each period a test lasted."""
    begin = (first - data.starts_on).days
    end = (last - data.starts_on).days + 1
    edges = np.arange(len(data.outcome) + 1) * data.period_days
    found: Floats = np.clip(
        np.minimum(edges[1:], end) - np.maximum(edges[:-1], begin), 0, None
    ).astype(float)
    return found


def _places(data: MixData, cities: Sequence[str]) -> list[int]:
    by_name = {p.strip().casefold(): i for i, p in enumerate(data.places)}
    return [by_name[c.strip().casefold()] for c in cities if c.strip().casefold() in by_name]


def _of_cities(finding: Finding, data: MixData, channel: int, part: float) -> SpendTest:
    """Compare with what would have been spent; only the whole is told apart."""
    best, budget = finding.best, finding.budget
    assert best is not None  # noqa: S101
    assert budget is not None  # noqa: S101
    less = budget.usual - budget.actual
    period = ((budget.first_day - data.starts_on).days + np.arange(len(less))) // data.period_days
    inside = (period >= 0) & (period < len(data.outcome))
    without = data.spend[:, :, channel].copy()
    np.add.at(without[:, 0], period[inside], less[inside])
    weights = np.zeros(data.outcome.shape)
    weights[np.unique(period[inside])] = 1.0
    error = (best.incremental_high - best.incremental_low) / 2 / _HALF_90
    return SpendTest(
        channel=channel,
        spend=np.maximum(without, 0.0),
        found=best.incremental * part,
        error=error * part,
        weights=weights,
    )


def _of_holdout(
    finding: Finding, data: MixData, channel: int, when: tuple[Floats, float]
) -> SpendTest:
    inside, part = when
    best = finding.best
    assert best is not None  # noqa: S101
    covers = finding.plan.covers or 1.0
    people = (best.treated + best.control / 2) / covers * part
    doubt = best.control / covers * part * best.effect / np.sqrt(12)
    without = data.spend[:, :, channel] * (1 - inside / data.period_days)[:, None]
    weights = np.repeat((inside > 0).astype(float)[:, None], data.outcome.shape[1], axis=1)
    return SpendTest(
        channel=channel,
        spend=without,
        found=people * best.effect,
        error=float(np.hypot(people * best.error, doubt)),
        weights=weights,
    )
