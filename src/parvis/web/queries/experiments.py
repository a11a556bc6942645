"""Experiments, and what they showed when all was last measured."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import ibis

from parvis.measure.api import experiments
from parvis.web.shelf import Shelf
from parvis.web.statements import Statement

__all__ = ["Seen", "experiments_seen"]

_METHODS: Final = ("synthetic", "cuped", "difference")


@dataclass(frozen=True, slots=True)
class Seen:
    """An experiment as the pages show it.

    Parameters
    ----------
    plan
        What it is.
    told_by, told_at
        Who told of it last, and when.
    state
        ``planned``, ``running`` or ``ended``, on the day the tables speak of.
    rows
        What was found, by figure and method; empty: nothing.
    problems
        What stands in the way, as it was written.
    measured_at, seen_on
        When it was measured, and up to which day it was looked at; null: never.
    note
        Whether it informs the mix, as `calibration` said; null: no mix was fitted since.
    """

    plan: experiments.Plan
    told_by: str
    told_at: datetime
    state: str
    rows: tuple[Mapping[str, Any], ...]
    problems: tuple[Mapping[str, Any], ...]
    measured_at: datetime | None
    seen_on: date | None
    note: Mapping[str, Any] | None

    @property
    def best(self) -> Mapping[str, Any] | None:
        """What was found of sales, by the narrowest method."""
        by_method = {r["method"]: r for r in self.rows if r["metric"] == "sales"}
        return next((by_method[m] for m in _METHODS if m in by_method), None)

    @property
    def is_blocked(self) -> bool:
        """Whether a problem forbids its use."""
        return any(p["blocks"] for p in self.problems)

    @property
    def is_stale(self) -> bool:
        """Whether it was told of anew after it was measured."""
        return self.measured_at is not None and self.told_at > self.measured_at


_PLANS: Final = Statement(
    lambda shelf: shelf.table("experiments").mutate(design=lambda t: t.design.cast("string"))
)
_RESULTS: Final = Statement(
    lambda shelf: shelf.table("experiment_results").mutate(
        problems=lambda t: t.problems.cast("string"), detail=lambda t: t.detail.cast("string")
    )
)
_CHECKS: Final = Statement(
    lambda shelf: (
        shelf.table("measured")
        .order_by(ibis.desc("measured_at"))
        .limit(1)
        .select(checks=lambda t: t.checks.cast("string"))
    )
)


def experiments_seen(
    shelf: Shelf, told: Mapping[str, tuple[experiments.Plan, str, datetime]]
) -> tuple[Seen, ...]:
    """Return all experiments, the newest first.

    Parameters
    ----------
    told
        Those that were told of since this state: plan, by whom, when.
    """
    plans, results, notes = shelf.kept("experiments", lambda: _read(shelf))
    today = shelf.situation.day or date.today()  # noqa: DTZ011 - nothing is built yet
    every = {**plans, **told}
    found = [
        _seen(plan, by, at, results.get(plan.experiment_id, []), notes, today)
        for plan, by, at in every.values()
    ]
    return tuple(
        sorted(found, key=lambda s: (s.plan.starts_on or date.max, s.plan.name), reverse=True)
    )


_Plans = Mapping[str, tuple[experiments.Plan, str, datetime]]
_Rows = Mapping[str, list[dict[str, Any]]]


def _read(shelf: Shelf) -> tuple[_Plans, _Rows, Mapping[str, Any]]:
    plans = {
        r["experiment_id"]: (experiments.plan_of(r), r["told_by"], r["told_at"])
        for r in shelf.rows(_PLANS)
    }
    results: dict[str, list[dict[str, Any]]] = {}
    for row in shelf.rows(_RESULTS):
        row["problems"], row["detail"] = json.loads(row["problems"]), json.loads(row["detail"])
        results.setdefault(row["experiment_id"], []).append(row)
    checks = shelf.rows(_CHECKS)
    noted = json.loads(checks[0]["checks"] or "{}").get("experiments", []) if checks else []
    return plans, results, {n["experiment_id"]: n for n in noted}


def _seen(
    plan: experiments.Plan,
    by: str,
    at: datetime,
    rows: Sequence[Mapping[str, Any]],
    notes: Mapping[str, Any],
    today: date,
) -> Seen:
    first = rows[0] if rows else None
    return Seen(
        plan=plan,
        told_by=by,
        told_at=at,
        state=plan.state(today),
        rows=tuple(r for r in rows if r["method"] != "none"),
        problems=tuple(first["problems"]) if first else (),
        measured_at=first["measured_at"] if first else None,
        seen_on=first["seen_on"] if first else None,
        note=notes.get(plan.experiment_id),
    )
