"""Measure what marketing achieved, when somebody asks."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from parvis.errors import MeasureError
from parvis.lake.schema import TABLES
from parvis.lake.workspace import Workspace
from parvis.measure import api as measure
from parvis.profile import api as profile
from parvis.work.experimenting import keep_tried, try_experiments
from parvis.work.promoting import Promoted, judge_promotions, keep_promoted

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.engine import Engine

__all__ = ["MeasureReport", "measure_all", "measure_if_due"]

_BATCH: Final = 500_000
_REPLICATES: Final = 200
_ORDERS: Final = (1, 2, 3)
_DAYS: Final = {"week": 7, "day": 1}


@dataclass(frozen=True, slots=True)
class MeasureReport:
    """What was measured.

    Parameters
    ----------
    answer
        What the mix says, or why it says nothing.
    journeys
        How many journeys were credited.
    seconds
        How long it took.
    promoted
        What was found of coupons and promotions.
    """

    answer: measure.Answer
    journeys: int
    seconds: float
    promoted: Promoted


def measure_if_due(workspace: Workspace) -> MeasureReport | None:
    """Measure, if there is something to measure and the last time is long enough ago.

    Returns
    -------
    MeasureReport or None
        None: it isn't due.
    """
    every, engine = workspace.settings.measure.every_days, workspace.engine
    if not every:
        return None
    last = engine.table("measured").measured_at.max().to_pyarrow().as_py()
    if last is not None and datetime.now(UTC) - last < timedelta(days=every):
        return None
    somebody = engine.count(engine.table("orders").limit(1))
    return measure_all(workspace) if somebody else None


def measure_all(workspace: Workspace) -> MeasureReport:
    """Credit journeys, fit the mix, judge the channels, and keep what was found.

    All is kept in one transaction: nobody reads one half of it.
    """
    from threadpoolctl import threadpool_limits

    began = time.perf_counter()
    engine = workspace.engine.session()
    try:
        # matrices are small here: threads wait for each other for longer than they compute
        with threadpool_limits(1):
            # all that follows asks of the same touches
            touches = engine.stage(
                measure.named_channel(engine.table("touchpoints"), engine.table("spend"))
            )
            journeys = _credit(engine, workspace, touches)
            tried = try_experiments(engine, workspace)
            answer = _mix(engine, workspace, touches, tried.findings)
            promoted = judge_promotions(engine, workspace)
        seconds = time.perf_counter() - began

        def keep() -> None:
            _keep(workspace.engine, answer, journeys, seconds)
            keep_tried(workspace.engine, tried, datetime.now(UTC))
            keep_promoted(workspace.engine, promoted)

        workspace.engine.atomically(keep)
        counted = int(journeys.summary.get("journeys", 0))
        return MeasureReport(answer, counted, time.perf_counter() - began, promoted)
    finally:
        engine.close()


@dataclass(frozen=True, slots=True)
class _Journeys:
    """What journeys tell: rows of `credits`, and a summary for `measured`."""

    credits: Sequence[Mapping[str, Any]] = ()
    summary: Mapping[str, Any] = field(default_factory=dict)


def _credit(engine: Engine, workspace: Workspace, touches: ir.Table) -> _Journeys:
    journeys = engine.table("journeys")
    names = engine.arrow(touches.select("channel").distinct())["channel"].to_pylist()
    if not names:
        return _Journeys()
    walked = engine.stage(
        measure.walks(touches, journeys, workspace.now(), workspace.settings.measure.click_days)
    )
    paths = measure.paths_in(
        engine.arrow_batches(walked.order_by("journey_id", "position"), _BATCH),
        tuple(sorted(names)),
    )
    try:
        counted = measure.tally(paths, _ORDERS)
    except MeasureError:
        # all journeys are still open
        return _Journeys()
    summary = {
        "journeys": round(counted.journeys),
        "digital": engine.arrow(measure.digital_shares(touches, journeys)).to_pylist()[0],
        "routes": engine.arrow(measure.top_routes(walked)).to_pylist(),
    }
    rows = [
        row
        for method in measure.methods_of(counted)
        for row in _credit_rows(measure.credit(counted, method, replicates=_REPLICATES), method)
    ]
    return _Journeys(rows, summary)


def _credit_rows(found: measure.Credit, method: str) -> list[dict[str, Any]]:
    return [
        {
            "method": method,
            "channel": name,
            "conversions": float(found.conversions[at]),
            "low": float(found.low[at]),
            "high": float(found.high[at]),
            "value": float(found.value[at]),
            "value_low": float(found.value_low[at]),
            "value_high": float(found.value_high[at]),
            "removal": float(found.effects[at]) if len(found.effects) else None,
        }
        for at, name in enumerate(found.channels)
    ]


def _mix(
    engine: Engine,
    workspace: Workspace,
    touches: ir.Table,
    findings: Sequence[measure.experiments.Finding],
) -> measure.Answer:
    settings = workspace.settings
    spend = profile.with_rate(
        engine.table("spend"), "day", engine.table("exchange_rates"), settings.money.currency
    )
    figures = measure.kpi(
        engine.table("orders"),
        engine.table("profiles"),
        spend,
        engine.table("mentions"),
        settings.time.zone,
    )
    lost = engine.arrow(measure.unrated_spend(spend)).to_pylist()
    kpi = measure.with_holidays(engine.arrow(figures), settings.identity.country)
    shared = measure.campaigns(spend, touches, engine.table("journeys"))
    campaigns = engine.arrow(shared).to_pylist()
    return measure.answer(
        kpi,
        lost,
        settings.measure.margin,
        findings,
        campaigns,
        period_days=_DAYS[settings.measure.period],
    )


def _keep(
    engine: Engine,
    answer: measure.Answer,
    journeys: _Journeys,
    seconds: float,
) -> None:
    def put(name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        schema = dict(TABLES[name].ibis.items())
        engine.reconcile(name, engine.stage_rows(rows, schema), None)

    put("credits", journeys.credits)
    engine.reconcile("kpi", _as_kpi(engine, answer), None)
    for name in ("ledger", "ledger_parts", "response", "contributions", "suggested_tests"):
        put(name, getattr(answer, name))
    told = {
        "measured_at": datetime.now(UTC),
        "state": answer.state,
        "seconds": seconds,
        "starts_on": answer.first_day,
        "ends_on": answer.last_day,
        "places": answer.places,
        "placed": answer.placed,
        "problems": json.dumps([p.told() for p in answer.problems], ensure_ascii=False),
        "checks": json.dumps({**answer.checks, "journeys": journeys.summary}, default=float),
    }
    schema = dict(TABLES["measured"].ibis.items())
    engine.append("measured", engine.stage_rows([told], schema))


def _as_kpi(engine: Engine, answer: measure.Answer) -> ir.Table:
    schema = TABLES["kpi"].ibis
    return engine.stage_arrow(answer.kpi).select(*schema.names)
