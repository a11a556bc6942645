"""Tell what experiments showed: find them in the events, compute, and keep it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from parvis.lake.schema import TABLES
from parvis.lake.workspace import Workspace
from parvis.measure.api import experiments
from parvis.profile import api as profile

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.engine import Engine

__all__ = ["Tried", "keep_tried", "note_found", "shown_of", "try_experiments"]


class Tried:
    """Experiments as they are now, and what they showed.

    Parameters
    ----------
    plans
        Of holdouts that only events told of, to be kept.
    findings
        One for each experiment.
    """

    def __init__(
        self, plans: Sequence[experiments.Plan], findings: Sequence[experiments.Finding]
    ) -> None:
        self.plans = tuple(plans)
        self.findings = tuple(findings)


def try_experiments(engine: Engine, workspace: Workspace) -> Tried:
    """Tell what all experiments showed. Nothing is written.

    Parameters
    ----------
    engine
        A session of the workspace's engine.
    """
    assigned = engine.stage(
        experiments.assignments(
            engine.table("events"), engine.table("identities"), workspace.settings.time.zone
        )
    )
    known = {p.experiment_id: p for p in experiments.plans_of(engine)}
    fresh = _found_in(engine, assigned, known, experiments.known_channels(engine))
    plans = {**known, **{p.experiment_id: p for p in fresh}}
    if not plans:
        return Tried((), ())
    tables = _Tables(engine, workspace, assigned, tuple(plans.values()))
    findings = [tables.finding(p) for p in plans.values()]
    return Tried(fresh, experiments.with_overlaps(findings, tables.people))


def keep_tried(engine: Engine, tried: Tried, now: datetime) -> None:
    """Keep the results, and the experiments that only events told of."""
    for plan in tried.plans:
        experiments.put_plan(engine, plan, "events", now)
    rows = [row for f in tried.findings for row in f.rows(now)]
    schema = dict(TABLES["experiment_results"].ibis.items())
    engine.reconcile("experiment_results", engine.stage_rows(rows, schema), None)


def _found_in(
    engine: Engine,
    assigned: ir.Table,
    known: dict[str, experiments.Plan],
    channels: Sequence[str],
) -> list[experiments.Plan]:
    """List the holdouts that events tell of and nobody else did."""
    each = assigned.group_by("experiment_id").agg(
        name=assigned.name.max(), starts_on=assigned.day.min()
    )
    return [
        experiments.Plan(
            experiment_id=row["experiment_id"],
            name=row["name"],
            kind="holdout",
            channel=experiments.told_channel((row["experiment_id"], row["name"]), channels),
            starts_on=row["starts_on"],
            channel_by="name",
        )
        for row in engine.rows(each)
        if row["experiment_id"] not in known
    ]


class _Tables:
    """What experiments are told from; each table is read once, when it is first needed."""

    def __init__(
        self,
        engine: Engine,
        workspace: Workspace,
        assigned: ir.Table,
        plans: tuple[experiments.Plan, ...],
    ) -> None:
        self._engine, self._workspace = engine, workspace
        self._assigned, self._plans = assigned, plans
        self._sales: experiments.CitySales | None = None
        self._spent: pa.Table | None = None
        self._days: tuple[date, date] | None = None
        self.people: dict[str, experiments.People] = {}

    def finding(self, plan: experiments.Plan) -> experiments.Finding:
        """Tell what an experiment showed."""
        today = self._workspace.today()
        found = self._of_cities(plan, today) if plan.kind == "cities" else self._of_people(
            plan, today)  # fmt: skip
        if plan.channel is None:
            lacks = experiments.trouble("no channel", id=plan.experiment_id)
            found = replace(found, problems=(lacks, *found.problems))
        return found

    def _nothing(self, plan: experiments.Plan, today: date, *why: Any) -> experiments.Finding:
        return experiments.Finding(plan, plan.state(today), None, (), why)

    def _known_days(self) -> tuple[date, date] | None:
        """Return the first and the last day of which orders are known."""
        if self._days is None:
            orders = self._engine.table("orders")
            row = self._engine.rows(
                orders.agg(first=orders.ordered_on.min(), last=orders.ordered_on.max())
            )[0]
            self._days = None if row["first"] is None else (row["first"], row["last"])
        return self._days

    def _of_cities(self, plan: experiments.Plan, today: date) -> experiments.Finding:
        if plan.starts_on is None or plan.ends_on is None:
            return self._nothing(
                plan, today, experiments.trouble("no days", blocks=True, id=plan.experiment_id)
            )
        if self._sales is None:
            also = [c for p in self._plans for c in p.cities]
            self._sales = experiments.past_by_city(self._engine, also)
            spend = profile.with_rate(
                self._engine.table("spend"), "day", self._engine.table("exchange_rates"),
                self._workspace.settings.money.currency,
            )  # fmt: skip
            self._spent = self._engine.arrow(experiments.spent_by_city(spend))
        if self._sales is None or self._spent is None:
            return self._nothing(
                plan, today, experiments.trouble("unknown city", blocks=True, city=plan.cities[0])
            )
        return experiments.city_finding(plan, self._sales, self._plans, today, self._spent)

    def _of_people(self, plan: experiments.Plan, today: date) -> experiments.Finding:
        engine = self._engine
        mine = self._assigned.filter(self._assigned.experiment_id == plan.experiment_id)
        told = engine.rows(mine.group_by("variation").agg(n=mine.count(), first=mine.day.min()))
        days = self._known_days()
        if not told or days is None:
            return self._nothing(plan, today, experiments.trouble("no lots", blocks=True))
        names = sorted(str(r["variation"]) for r in told)
        left_out = experiments.left_out_of(names, plan.left_out)
        if left_out is None or len(names) < 2:
            said = experiments.trouble(
                "no side", blocks=True, variations=", ".join(names[:8]), id=plan.experiment_id
            )
            return self._nothing(plan, today, said)
        starts = plan.starts_on or min(r["first"] for r in told)
        last = min(plan.ends_on or days[1], days[1], today - timedelta(1))
        plan = replace(plan, starts_on=starts)
        if last < starts:
            kind = "nothing yet" if plan.state(today) == "planned" else "not told of yet"
            day = starts if kind == "nothing yet" else days[1]
            return self._nothing(plan, today, experiments.trouble(kind, day=day))
        lots = engine.stage(experiments.lots(mine, left_out, starts, last))
        orders = engine.table("orders")
        people = experiments.people_of(
            engine.arrow(lots), engine.arrow(experiments.bought(orders, lots, last))
        )
        self.people[plan.experiment_id] = people
        found = experiments.holdout_finding(plan, people, last, today, days[0])
        problems = list(found.problems)
        if len(names) > 2:
            problems.append(
                experiments.trouble("many variations", count=len(names), left_out=left_out)
            )
        if plan.ends_on is None:
            problems.insert(0, experiments.trouble("no end", day=last, id=plan.experiment_id))
        found = replace(found, problems=tuple(problems))
        return self._with_moved(found, people, lots)

    def _with_moved(
        self, found: experiments.Finding, people: experiments.People, lots: ir.Table
    ) -> experiments.Finding:
        """Add whom it moved to what it found of sales."""
        if not found.is_usable or found.plan.starts_on is None or found.seen_on is None:
            return found
        one = lots.filter(lots.sides == 1)
        known = self._engine.arrow(experiments.known_before(self._engine.table("orders"), one))
        days = (found.seen_on - found.plan.starts_on).days + 1
        share = None if found.plan.share is None else 1 - found.plan.share
        moved = experiments.whom_it_moved(people, known, days, share)
        if moved is None:
            return found
        shown = tuple(
            replace(s, detail={**s.detail, "moved": moved}) if s is found.best else s
            for s in found.shown
        )
        return replace(found, shown=shown)


def note_found(workspace: Workspace) -> None:
    """Keep the holdouts that events tell of and nobody has told of before."""
    engine = workspace.engine.session()
    try:
        assigned = experiments.assignments(
            engine.table("events"), engine.table("identities"), workspace.zone
        )
        known = {p.experiment_id: p for p in experiments.plans_of(engine)}
        fresh = _found_in(engine, assigned, known, experiments.known_channels(engine))
    finally:
        engine.close()
    if not fresh:
        return
    now = datetime.now(UTC)

    def keep() -> None:
        for plan in fresh:
            experiments.put_plan(workspace.engine, plan, "events", now)

    workspace.engine.atomically(keep)


def shown_of(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Return what each experiment showed when it was last measured."""
    table = engine.table("experiment_results")
    rows = engine.rows(
        table.mutate(problems=table.problems.cast("string"), detail=table.detail.cast("string"))
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        row["problems"], row["detail"] = json.loads(row["problems"]), json.loads(row["detail"])
        found.setdefault(row["experiment_id"], []).append(row)
    return found
