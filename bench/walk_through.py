"""Import and build of the Complete Journey, and what a day's news costs after it."""

from __future__ import annotations

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

from bench.measure import Row, median_of, parvis

__all__ = ["make_workspace", "measure"]

_NEW_ORDERS = 1_000


def make_workspace(scratch: Path) -> tuple[Path, float, float]:
    """Make the demo's workspace; return it with the wall seconds and the peak memory."""
    folder = scratch / "shop"
    if folder.exists():
        return folder, 0.0, 0.0
    made = parvis("demo", str(folder), "--build-only")
    return folder, made.seconds, made.peak_gib


def measure(scratch: Path) -> list[Row]:
    """Return the figures of the first walk-through."""
    folder, seconds, peak = make_workspace(scratch)
    where = ("--workspace", str(folder))
    again = median_of(5, lambda: parvis("build", *where).seconds)
    news = []
    for batch in range(3):
        file = scratch / f"orders-{batch}.csv"
        _write_orders(file, batch)
        brought = parvis("import", "orders", str(file), "--yes", *where)
        news.append((brought.seconds, parvis("build", *where).seconds))
    news.sort(key=sum)
    imported, built = news[1]
    return [
        Row("the demo: import, simulated part and build, fresh", seconds, "s", 60),
        Row("  its peak memory", peak, "GiB", 3),
        Row("build again, nothing new (median of 5)", again, "s", 2),
        Row("build after 1,000 new orders (median of 3)", built, "s", 5),
        Row("  with the import of their file", imported + built, "s", 5),
    ]


def _write_orders(path: Path, seed: int) -> None:
    """Write 1,000 orders of the demo's last days, by its customers."""
    chance = random.Random(seed)
    noon = datetime(2017, 12, 30, 12)  # noqa: DTZ001 - a clock on a wall, as files have it
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["order_id", "customer_id", "ordered_at", "product", "quantity", "total"])
        for number in range(_NEW_ORDERS):
            at = noon + timedelta(minutes=chance.randrange(1200))
            rows.writerow(
                [
                    f"web-{seed}-{number}",
                    chance.randrange(1, 2500),
                    at.isoformat(sep=" "),
                    f"Product {chance.randrange(200)}",
                    chance.randrange(1, 4),
                    f"{chance.randrange(300, 9000) / 100:.2f}",
                ]
            )
