"""A small shop that advertises in six cities, with channels whose effects are known."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from parvis.connect.landing import Arrival, land
from parvis.lake.workspace import Workspace
from parvis.work.measuring import MeasureReport, measure_all
from parvis.work.steps import build
from tests.making import Row, event, order, page, put, staged
from tests.measure.made_brand import CITIES, MONDAY, brand

WEEKS = 60
_HALF = MONDAY + timedelta(weeks=30)


def marketed_shop(shop: Workspace) -> MeasureReport:
    """Fill, build and measure a workspace: six customers, one a city, who stand for all."""
    rows = brand(WEEKS)
    put(shop, [*_people(), *_orders(rows), *_visits()], source="shop", kind="orders")
    land(
        shop, Arrival(source="ads", kind="spend"), spend=staged(shop.engine, _spend(rows), "spend")
    )
    build(shop)
    return measure_all(shop)


def _people() -> list[Row]:
    return [
        event(at="2024-12-01", user=city, source="crm", traits={"address.city": city},
              properties={"precision": "day"})
        for city in CITIES
    ]  # fmt: skip


def _orders(rows: list[dict[str, Any]]) -> list[Row]:
    weekly: dict[tuple[str, date], float] = {}
    for row in rows:
        if row["kind"] == "outcome":
            monday = row["day"] - timedelta(days=row["day"].weekday())
            key = (row["geography"], monday)
            weekly[key] = weekly.get(key, 0.0) + row["value"]
    return [
        order(f"{city}-{day}", f"{day + timedelta(days=2)}T10:00", user=city,
              amount=str(Decimal(str(round(value, 2)))), currency="EUR", channel="web",
              lines=[("tea", round(value, 2))])
        for (city, day), value in weekly.items()
    ]  # fmt: skip


def _spend(rows: list[dict[str, Any]]) -> list[Row]:
    return [
        {"row_key": "-".join([r["name"], r["geography"], str(r["day"])]), "source": "ads",
         "day": r["day"],
         "channel": r["name"], "geography": r["geography"], "currency": "EUR",
         "campaign": f"{r['name']} {'early' if r['day'] < _HALF else 'late'}",
         "amount": Decimal(str(round(r["value"], 2))),
         "received_at": datetime(2026, 6, 1, tzinfo=UTC)}
        for r in rows
        if r["kind"] == "spend"
    ]  # fmt: skip


def _visits() -> list[Row]:
    found = []
    for number, city in enumerate(CITIES):
        for week in range(0, WEEKS, 4):
            day = MONDAY + timedelta(days=7 * week + number % 2)
            mark = "utm_source=google&utm_medium=cpc&utm_campaign=search+early"
            found.append(page(f"/?{mark}", f"{day}T09:00", cookie=f"k{city}", user=city))
    return found
