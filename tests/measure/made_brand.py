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
