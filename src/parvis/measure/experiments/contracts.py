"""What an experiment showed, as frozen types."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from math import isfinite
from typing import Any

from parvis.measure.experiments.budgets import BudgetSeen
from parvis.measure.experiments.plans import Plan
from parvis.measure.problems import Problem

__all__ = ["Finding", "Shown"]


@dataclass(frozen=True, slots=True)
class Shown:
    """What one method found of one figure; the figures are as in `experiment_results`.

    Parameters
    ----------
    metric
        ``sales`` or ``orders``.
    method
        ``difference``, ``cuped`` or ``synthetic``.
    treated, control
        People, or cities.
    effect, low, high
        For each person in the whole time; for each city and day.
    error
        The standard error of `effect`.
    detail
        What a page draws.
    """

    metric: str
    method: str
    treated: int
    control: int
    effect: float
    low: float
    high: float
    error: float
    usual: float
    lift: float
    lift_low: float
    lift_high: float
    incremental: float
    incremental_low: float
    incremental_high: float
    always_low: float | None = None
    always_high: float | None = None
    p_value: float | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """An experiment, what it showed, and what stands in the way.

    Parameters
    ----------
    plan
        The experiment.
    state
        ``planned``, ``running`` or ``ended``.
    seen_on
        The last day that was looked at; null: none.
    shown
        By figure and method; empty: nothing can be told.
    problems
        What limits it, or forbids its use.
    people
        Of holdouts: how many have a lot.
    budget
        Of tests in cities: what was spent there, and what would have been; null: not told.
    """

    plan: Plan
    state: str
    seen_on: date | None
    shown: tuple[Shown, ...]
    problems: tuple[Problem, ...]
    people: int = 0
    budget: BudgetSeen | None = None

    @property
    def is_usable(self) -> bool:
        """Whether nothing forbids its use."""
        return bool(self.shown) and not any(p.blocks for p in self.problems)

    @property
    def best(self) -> Shown | None:
        """What it found of sales, by the narrowest method; null: nothing."""
        by_method = {s.method: s for s in self.shown if s.metric == "sales"}
        for method in ("synthetic", "cuped", "difference"):
            if method in by_method:
                return by_method[method]
        return None

    def rows(self, measured_at: datetime) -> list[dict[str, Any]]:
        """Return it as rows of `experiment_results`."""
        told = json.dumps([p.told() for p in self.problems], ensure_ascii=False)
        base: dict[str, Any] = {
            "experiment_id": self.plan.experiment_id,
            "state": self.state,
            "seen_on": self.seen_on,
            "problems": told,
            "measured_at": measured_at,
        }
        if not self.shown:
            empty = {"metric": "sales", "method": "none", "detail": "{}"}
            columns = dict.fromkeys(n for n in Shown.__slots__ if n != "error")
            return [columns | base | empty]
        return [base | _row(shown) for shown in self.shown]


def _row(shown: Shown) -> dict[str, Any]:
    told = asdict(shown)
    detail = {"error": told.pop("error"), **told["detail"]}
    # a bound that isn't known is null, to the lake and in JSON
    row = {k: None if isinstance(v, float) and not isfinite(v) else v for k, v in told.items()}
    row["detail"] = json.dumps(_plain(detail), ensure_ascii=False)
    return row


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 6) if isfinite(value) else None
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value.isoformat() if isinstance(value, date) else value
