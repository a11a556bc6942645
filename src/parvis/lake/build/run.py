"""Carry a build out, in one transaction: readers see the old tables, then the new ones."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

import ibis

from parvis.lake.build.plan import (
    BuildPlan,
    Decision,
    Known,
    LastBuild,
    SourceNews,
    make_plan,
    step_version,
)
from parvis.lake.build.step import Step
from parvis.lake.engine import PLACE, Engine, Written
from parvis.lake.schema import TABLES

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.domain.settings import Settings
    from parvis.lake.workspace import Workspace

__all__ = ["After", "BuildReport", "Progress", "StepReport", "explain_build", "run_build"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StepReport:
    """What was done with one table."""

    decision: Decision
    seconds: float
    rows_written: int
    rows_removed: int


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did."""

    plan: BuildPlan
    steps: tuple[StepReport, ...]
    seconds: float


Progress = Callable[[Decision, int, int], None]


#: Called in the build's transaction when all tables are made: what was written in each, and
#: what was decided for each.
After = Callable[[Engine, Mapping[str, Written], BuildPlan], None]


def _nothing(_engine: Engine, _written: Mapping[str, Written], _plan: BuildPlan) -> None:
    """Do no more."""


def _quiet(_decision: Decision, _place: int, _count: int) -> None:
    """Say nothing."""


@dataclass(slots=True)
class _Frame:
    """One build's view of the tables."""

    engine: Engine
    settings: Settings
    as_of: datetime
    last: LastBuild | None
    until: int
    written: dict[str, Written] = field(default_factory=dict)
    scopes: dict[Any, ir.Table] = field(default_factory=dict)
    news: dict[str, ir.Table] = field(default_factory=dict)
    shrunk: dict[str, bool] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)
    scope: ir.Table | None = None
    held: dict[str, ir.Table] = field(default_factory=dict)
    unchanged: frozenset[str] = frozenset()

    def table(self, name: str) -> ir.Table:
        return self.engine.table(name)

    def within(self, rows: ir.Table) -> ir.Table:
        if self.scope is None:
            return rows
        return rows.semi_join(self.scope, list(self.scope.columns))

    def standing(self, name: str) -> ir.Table:
        if name not in self.held:
            self.hold(name, self.engine.stage(self.within(self.engine.placed(name))))
        return self.held[name].drop(PLACE)

    def hold(self, name: str, rows: ir.Table) -> None:
        self.held[name] = rows

    def changed(self, name: str) -> ir.Table:
        if name in self.written:
            done = self.written[name]
            return done.before.union(done.after)
        if name not in self.news and (TABLES[name].kind == "derived" or name in self.unchanged):
            # staged, so that it is of one shape with what other steps have written
            self.news[name] = self.engine.stage(self.engine.table(name).limit(0))
        if name not in self.news:
            self.news[name] = self.engine.stage(
                _news(self.engine, name, self.last, self.until, self.as_of)
            )
        return self.news[name]

    def came(self, name: str) -> ir.Table:
        if name in self.written:
            return self.written[name].after
        return self.changed(name)

    def added(self, name: str) -> ir.Table | None:
        if self.scope is None or self.last is None:
            return None
        if name not in self.shrunk:
            rows = self.engine.changes(name, self.last.snapshot, self.until)
            gone = rows.filter(rows.change_type != "insert")
            self.shrunk[name] = self.engine.count(gone) > 0
        return None if self.shrunk[name] else self.changed(name)

    def once(self, key: str, make: Callable[[], T]) -> T:
        if key not in self.kept:
            self.kept[key] = make()
        return self.kept[key]  # type: ignore[no-any-return]


def _news(
    engine: Engine, name: str, last: LastBuild | None, until: int, as_of: datetime
) -> ir.Table:
    """List what came, went, or only now lies before the date."""
    if last is None:
        return engine.table(name)
    rows = engine.changes(name, last.snapshot, until).drop("change_type")
    if "occurred_at" not in rows.columns or as_of <= last.as_of:
        return rows
    return rows.union(_matured(engine.table_at(name, last.snapshot), last.as_of, as_of))


def _matured(rows: ir.Table, before: datetime, now: datetime) -> ir.Table:
    """Keep the rows that a build at `before` could see but that count only from then on."""
    known = ibis.greatest(rows.occurred_at, rows.received_at)
    at = [ibis.literal(m, "timestamp('UTC')") for m in (before, now)]
    return rows.filter(known >= at[0], known < at[1])


def _look(engine: Engine, steps: Sequence[Step], settings: Settings, as_of: datetime) -> Known:
    snapshot = engine.snapshot()
    state = engine.rows(engine.table("build_state"))
    last = {r["step"]: LastBuild(r["version"], r["snapshot"], r["as_of"]) for r in state}
    names = {s.table for s in steps}
    of_steps = [b for name, b in last.items() if name in names]
    news: dict[str, SourceNews] = {}
    readable, day_changed = True, False
    if of_steps:
        newest = max(of_steps, key=lambda b: b.snapshot)
        readable = engine.has_snapshot(min(b.snapshot for b in of_steps))
        sources = {r for s in steps for r in s.reads if r not in names}
        if readable:
            news = {
                name: _news_counts(engine, name, newest, snapshot, as_of)
                for name in sorted(sources)
                if TABLES[name].kind == "source"
            }
        day_changed = _day(newest.as_of, settings) != _day(as_of, settings)
    return Known(last, news, readable, snapshot, as_of, day_changed)


def _news_counts(
    engine: Engine, name: str, last: LastBuild, until: int, as_of: datetime
) -> SourceNews:
    rows = 0 if until <= last.snapshot else engine.count(engine.changes(name, last.snapshot, until))
    matured = 0
    if "occurred_at" in TABLES[name].ibis and as_of > last.as_of:
        matured = engine.count(_matured(engine.table_at(name, last.snapshot), last.as_of, as_of))
    return SourceNews(rows, matured)


def _day(moment: datetime, settings: Settings) -> date:
    return moment.astimezone(ZoneInfo(settings.time.zone)).date()


def explain_build(workspace: Workspace, steps: Sequence[Step]) -> BuildPlan:
    """Tell what a build would do, and why, without doing it."""
    engine = workspace.engine.session()
    try:
        known = _look(engine, steps, workspace.settings, workspace.now())
        return make_plan(steps, workspace.settings, known)
    finally:
        engine.close()


def run_build(
    workspace: Workspace,
    steps: Sequence[Step],
    prepare: Callable[[Engine, Settings], None],
    on_progress: Progress = _quiet,
    after: After = _nothing,
) -> BuildReport:
    """Bring all tables up to date, in one transaction.

    Parameters
    ----------
    workspace
        Whose tables.
    steps
        How each is made.
    prepare
        Writes what the steps read beside the facts (exchange rates), in the same
        transaction.
    on_progress
        Called before each step with its decision, its place from 0, and their number.
    after
        Notes what the build changed, in the same transaction.

    Returns
    -------
    BuildReport
        What was done, and how long it took.

    Raises
    ------
    WorkspaceBusy
        Another process builds.
    DiskFull
        The tables are as they were before.
    """
    began = time.perf_counter()
    with workspace.building():
        engine = workspace.engine.session()
        try:
            plan, reports = engine.atomically(
                lambda: _build(engine, workspace, steps, (prepare, after), on_progress)
            )
        finally:
            engine.close()
    if not plan.is_empty:
        workspace.engine.back_up_catalog()
    return BuildReport(plan, tuple(reports), time.perf_counter() - began)


def _build(
    engine: Engine,
    workspace: Workspace,
    steps: Sequence[Step],
    around: tuple[Callable[[Engine, Settings], None], After],
    on_progress: Progress,
) -> tuple[BuildPlan, list[StepReport]]:
    settings = workspace.settings
    known = _look(engine, steps, settings, workspace.now())
    plan = make_plan(steps, settings, known)
    if plan.is_empty:
        return plan, []
    prepare, after = around
    prepare(engine, settings)
    newest = max(known.last.values(), key=lambda b: b.snapshot, default=None)
    same = frozenset(n for n, news in known.news.items() if not (news.rows or news.matured))
    frame = _Frame(engine, settings, plan.as_of, newest, plan.snapshot, unchanged=same)
    reports = []
    for place, decision in enumerate(plan.decisions):
        on_progress(decision, place, len(plan.decisions))
        reports.append(_do(frame, decision))
    after(engine, frame.written, plan)
    _note(engine, plan, reports, settings)
    return plan, reports


def _do(frame: _Frame, decision: Decision) -> StepReport:
    began = time.perf_counter()
    step = decision.step
    if decision.what == "nothing":
        return StepReport(decision, 0.0, 0, 0)
    frame.scope = None
    if decision.what == "changed" and step.concerned is not None:
        if step.concerned not in frame.scopes:
            frame.scopes[step.concerned] = frame.engine.stage(step.concerned(frame))
        frame.scope = frame.scopes[step.concerned]
    rows = step.transform(frame)
    written = frame.engine.reconcile(
        step.table, rows, frame.scope, frame.held.pop(step.table, None)
    )
    frame.written[step.table] = written
    return StepReport(decision, time.perf_counter() - began, written.added, written.removed)


def _note(
    engine: Engine, plan: BuildPlan, reports: Sequence[StepReport], settings: Settings
) -> None:
    """Note for every table that it is now up to date with this snapshot."""
    now = datetime.now(UTC)
    rows = [
        {
            "step": r.decision.step.table,
            "version": step_version(r.decision.step, settings),
            "snapshot": plan.snapshot,
            "as_of": plan.as_of,
            "built_at": now,
            "seconds": r.seconds,
            "rows_written": r.rows_written,
            "rows_removed": r.rows_removed,
        }
        for r in reports
    ]
    engine.reconcile(
        "build_state", engine.stage_rows(rows, dict(TABLES["build_state"].ibis.items())), None
    )
