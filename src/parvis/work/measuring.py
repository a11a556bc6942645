"""Measure what marketing achieved, when somebody asks."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from parvis.errors import MeasureError
from parvis.lake.schema import TABLES
from parvis.lake.workspace import Workspace
from parvis.measure import api as measure
from parvis.profile import api as profile
from parvis.work.experimenting import keep_tried, try_experiments

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.engine import Engine

__all__ = ["MeasureReport", "measure_all"]

_BATCH: Final = 500_000
_REPLICATES: Final = 200
_ORDERS: Final = (1, 2)


@dataclass(frozen=True, slots=True)
class MeasureReport:
    """What was measured.

    Parameters
    ----------
    answer
        What the mix says, or why it says nothing; null: there is no spending.
    journeys
        How many journeys were credited.
    seconds
        How long it took.
    """

    answer: measure.Answer | None
    journeys: int
    seconds: float


def measure_all(workspace: Workspace) -> MeasureReport:
    """Credit journeys, fit the mix, judge the channels, and keep what was found.

    All is kept in one transaction: nobody reads one half of it.
    """
    began = time.perf_counter()
    engine = workspace.engine.session()
    try:
        journeys, credits_ = _credit(engine, workspace)
        tried = try_experiments(engine, workspace)
        answer = _mix(engine, workspace, tried.findings)
        seconds = time.perf_counter() - began

        def keep() -> None:
            _keep(workspace.engine, answer, credits_, seconds)
            keep_tried(workspace.engine, tried, datetime.now(UTC))

        workspace.engine.atomically(keep)
        return MeasureReport(answer, journeys, time.perf_counter() - began)
    finally:
        engine.close()


def _credit(engine: Engine, workspace: Workspace) -> tuple[int, list[dict[str, Any]]]:
    touches = measure.named_channel(engine.table("touchpoints"), engine.table("spend"))
    names = engine.arrow(touches.select("channel").distinct())["channel"].to_pylist()
    if not names:
        return 0, []
    channels = tuple(sorted(names))
    walked = measure.walks(
        touches, engine.table("journeys"), workspace.now(), workspace.settings.measure.click_days
    )
    paths = measure.paths_in(engine.arrow_batches(walked, _BATCH), channels)
    try:
        counted = measure.tally(paths, _ORDERS)
    except MeasureError:
        # all journeys are still open
        return 0, []
    rows = []
    for method in measure.methods_of(counted):
        found = measure.credit(counted, method, replicates=_REPLICATES)
        rows += [
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
    return round(counted.journeys), rows


def _mix(
    engine: Engine, workspace: Workspace, findings: Sequence[measure.experiments.Finding]
) -> measure.Answer | None:
    settings = workspace.settings
    if not engine.count(engine.table("spend").limit(1)):
        return None
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
    kpi = engine.arrow(figures)
    return measure.answer(kpi, lost, settings.measure.margin, findings)


def _keep(
    engine: Engine,
    answer: measure.Answer | None,
    credits_: Sequence[dict[str, Any]],
    seconds: float,
) -> None:
    def put(name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        schema = dict(TABLES[name].ibis.items())
        engine.reconcile(name, engine.stage_rows(rows, schema), None)

    put("credits", credits_)
    if answer is None:
        return
    engine.reconcile("kpi", _as_kpi(engine, answer), None)
    put("ledger", answer.ledger)
    put("response", answer.response)
    told = {
        "measured_at": datetime.now(UTC),
        "state": answer.state,
        "seconds": seconds,
        "starts_on": answer.first_day,
        "ends_on": answer.last_day,
        "places": answer.places,
        "placed": answer.placed,
        "problems": json.dumps([p.told() for p in answer.problems], ensure_ascii=False),
        "checks": json.dumps(answer.checks),
    }
    schema = dict(TABLES["measured"].ibis.items())
    engine.append("measured", engine.stage_rows([told], schema))


def _as_kpi(engine: Engine, answer: measure.Answer) -> ir.Table:
    schema = TABLES["kpi"].ibis
    return engine.stage_arrow(answer.kpi).select(*schema.names)
