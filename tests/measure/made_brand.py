"""Figures of a brand whose channels' effects are known, as the table `kpi` has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

MONDAY = date(2025, 1, 6)
CITIES = ("Aix", "Brest", "Caen", "Dijon", "Evian", "Fréjus")
#: Sales for each euro, on average.
RETURNS: Mapping[str, float] = {"radio": 6.0, "posters": 0.05, "search": 2.0}


def brand(
    weeks: int = 60,
    *,
    cities: Sequence[str] = CITIES,
    returns: Mapping[str, float] = RETURNS,
    noise: float = 0.02,
    seed: int = 1,
) -> list[dict[str, Any]]:
    """Make rows of `kpi`: weekly figures on Mondays, channels in flights of their own."""
    rng = np.random.default_rng(seed)
    size = np.linspace(8_000, 20_000, len(cities))
    season = 1 + 0.15 * np.sin(2 * np.pi * np.arange(weeks) / 52)
    sales = size * season[:, None]
    rows: list[dict[str, Any]] = []
    for name, each in returns.items():
        level = rng.choice([0.4, 1.0, 1.8], (weeks, len(cities)))
        spend = 0.06 * size * level * np.exp(0.1 * rng.standard_normal(level.shape))
        carried = spend * 0.7 + np.concatenate([spend[:1], spend[:-1]]) * 0.3
        usual = carried.mean(axis=0)
        sales = sales + each * usual * (carried / usual) / (1 + 0.3 * carried / usual) * 1.3
        rows += _rows("spend", name, spend, cities)
    sales = sales * np.exp(noise * rng.standard_normal(sales.shape))
    return [*rows, *_rows("outcome", "sales", sales, cities)]


def _rows(kind: str, name: str, values: np.ndarray, cities: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"day": MONDAY + timedelta(days=7 * week + day), "geography": city, "kind": kind,
         "name": name, "value": float(values[week, place]) / 7}
        for week in range(len(values))
        for place, city in enumerate(cities)
        for day in range(7)
    ]  # fmt: skip


def table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Lay rows out as a table."""
    return pa.Table.from_pylist(
        list(rows),
        pa.schema(
            {"day": pa.date32(), "geography": pa.string(), "kind": pa.string(),
             "name": pa.string(), "value": pa.float64()}
        ),
    )  # fmt: skip


def daily_brand(
    weeks: int = 40,
    *,
    cities: Sequence[str] = (),
    rest: int | None = None,
    returns: Mapping[str, float] = RETURNS,
    noise: float = 0.05,
    seed: int = 1,
) -> list[dict[str, Any]]:
    """Make rows of `kpi` of which each day is one of its own, with busy Saturdays.

    Parameters
    ----------
    rest
        The day of the week on which nobody sells, 0 is Monday; the money is spent all the same.
    """
    rng = np.random.default_rng(seed)
    places = tuple(cities) or ("",)
    days = 7 * weeks
    weekday = np.arange(days) % 7
    size = np.linspace(1_500, 3_000, len(places))
    busy = np.array([0.9, 0.8, 0.9, 1.0, 1.1, 1.5, 0.8])[weekday]
    season = 1 + 0.15 * np.sin(2 * np.pi * np.arange(days) / 364)
    added = np.zeros((days, len(places)))
    rows: list[dict[str, Any]] = []
    for name, each in returns.items():
        # some days on, some off, whatever the demand
        level = rng.choice([0.3, 1.0, 1.7], (days // 4 + 1, len(places))).repeat(4, axis=0)[:days]
        spend = 0.06 * size * level * np.exp(0.1 * rng.standard_normal(level.shape))
        carried = spend.copy()
        for day in range(1, days):
            carried[day] = 0.4 * spend[day] + 0.6 * carried[day - 1]
        usual = carried.mean(axis=0)
        added += each * usual / size * (carried / usual) / (1 + 0.3 * carried / usual) * 1.3
        rows += _by_day("spend", name, spend, places)
    sales = size * (season * busy)[:, None] * (1 + added)
    sales *= np.exp(noise * rng.standard_normal(sales.shape))
    if rest is not None:
        sales[weekday == rest] = 0.0
    return [*rows, *_by_day("outcome", "sales", sales, places)]


def _by_day(
    kind: str, name: str, values: np.ndarray, places: Sequence[str]
) -> list[dict[str, Any]]:
    # a day without sales has no row: there is no order to sum up
    return [
        {"day": MONDAY + timedelta(days=day), "geography": place, "kind": kind, "name": name,
         "value": float(values[day, at])}
        for day in range(len(values))
        for at, place in enumerate(places)
        if values[day, at] > 0
    ]  # fmt: skip
