"""The experiments as they are kept, and what they can be checked against."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from parvis.lake.schema import TABLES
from parvis.measure.experiments.plans import Plan, plan_of, row_of
from parvis.measure.experiments.sales_by_city import CitySales, city_sales, laid_out

if TYPE_CHECKING:
    from parvis.lake.engine import Engine

__all__ = ["known_channels", "known_cities", "past_by_city", "plans_of", "put_plan"]


def plans_of(engine: Engine) -> tuple[Plan, ...]:
    """Return the experiments that are kept, by their first day."""
    table = engine.table("experiments")
    rows = engine.rows(table.mutate(design=table.design.cast("string")))
    found = [plan_of(r) for r in rows]
    return tuple(sorted(found, key=lambda p: (p.starts_on or date.max, p.experiment_id)))


def put_plan(engine: Engine, plan: Plan, told_by: str, now: datetime) -> None:
    """Keep an experiment, in place of what was told of it before."""
    schema = {**TABLES["experiments"].ibis, "design": "string"}
    row = engine.stage_rows([row_of(plan, told_by, now)], schema)
    staged = row.mutate(design=row.design.cast("json"))
    engine.reconcile("experiments", staged, staged.select("experiment_id"))


def known_channels(engine: Engine) -> tuple[str, ...]:
    """Return the channels that money is spent on."""
    names = engine.table("spend").select("channel").distinct()
    return tuple(sorted(c for c in engine.arrow(names)["channel"].to_pylist() if c))


def known_cities(engine: Engine) -> tuple[str, ...]:
    """Return the cities where customers live or money is spent, as spending writes them."""
    spend = engine.table("spend")
    places = spend.filter(spend.geography.notnull()).select("geography").distinct()
    told = [str(c) for c in engine.arrow(places)["geography"].to_pylist()]
    by_small = {c.strip().lower(): c.strip() for c in told}
    rows = city_sales(engine.table("orders"), engine.table("profiles"))
    lived = engine.arrow(rows.filter(rows.city != "").select("city").distinct())
    for city in lived["city"].to_pylist():
        by_small.setdefault(city, city)
    return tuple(sorted(by_small.values()))


def past_by_city(engine: Engine, also: Sequence[str] = ()) -> CitySales | None:
    """Return sales by day and city; null where no order is known."""
    rows = engine.arrow(city_sales(engine.table("orders"), engine.table("profiles")))
    return laid_out(rows, also=[c.strip().lower() for c in also]) if rows.num_rows else None
