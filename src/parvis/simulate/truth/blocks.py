"""The truth of a block of days: each order's cause, each cookie's owner, sums by day and town."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parvis.simulate.happenings.orders import Orders
from parvis.simulate.happenings.visits import FIRST_DOOR, Visits
from parvis.simulate.scene import Block, Scene
from parvis.simulate.writing import Pen, words, write_parquet

__all__ = ["BlockTruth", "causes", "write_block_truth"]


@dataclass(frozen=True, slots=True)
class BlockTruth:
    """Sums of a block.

    Parameters
    ----------
    block
        Its days.
    orders, gross_cents, net_cents
        (days, cities, causes).
    landed
        (all days, cities, channels) visits through each channel, whatever the block's days:
        a visit may lie before the block of the order that it led to.
    events
        How many each silo tells.
    """

    block: Block
    orders: NDArray[np.int64]
    gross_cents: NDArray[np.int64]
    net_cents: NDArray[np.int64]
    landed: NDArray[np.int64]
    events: dict[str, int]


def causes(scene: Scene) -> list[str]:
    """Name the causes of orders, in the order of their numbers."""
    return ["base", "word of mouth", *(c.name for c in scene.channels)]


def write_block_truth(
    scene: Scene,
    block: Block,
    happened: tuple[Orders, Visits],
    events: dict[str, int],
    pen: Pen,
    folder: Path,
) -> BlockTruth:
    """Write each order's cause and each cookie's owner, and sum up the block."""
    orders, visits = happened
    stem = f"{block.number + 1:04d}.parquet"
    named = causes(scene)
    write_parquet(
        folder / "truth" / "orders" / stem,
        pa.table(
            {
                "order_id": pa.array(orders.number).cast(pa.string()),
                "person": pa.array(orders.person),
                "day": pa.array(orders.day),
                "cause": words(orders.cause, named).cast(pa.string()),
                "in_store": pa.array(orders.in_store),
                "gross_cents": pa.array(orders.total_cents),
                "net_cents": pa.array(orders.net_cents),
            }
        ),
    )
    _write_cookies(visits, pen, folder / "truth" / "cookies" / stem)
    where = (orders.day - block.first, scene.people.city[orders.person], orders.cause)
    shape = (block.last - block.first, len(scene.world.cities), len(named))
    return BlockTruth(
        block,
        _summed(shape, where, np.ones(len(orders), np.int64)),
        _summed(shape, where, orders.total_cents),
        _summed(shape, where, orders.net_cents),
        _landed(scene, visits),
        events,
    )


def _summed(
    shape: tuple[int, ...], where: tuple[NDArray[Any], ...], values: NDArray[np.int64]
) -> NDArray[np.int64]:
    sums = np.zeros(shape, np.int64)
    np.add.at(sums, tuple(w.astype(np.int64) for w in where), values)
    return sums


def _landed(scene: Scene, visits: Visits) -> NDArray[np.int64]:
    days, cities, channels = scene.story.spend_cents.shape
    through = visits.door >= FIRST_DOOR
    day = scene.day_of(visits.at[through])
    inside = (day >= 0) & (day < days)
    door = visits.door[through].astype(np.int64)[inside] - FIRST_DOOR
    flat = (day[inside].astype(np.int64) * cities + visits.city[through][inside]) * channels + door
    return np.bincount(flat, minlength=days * cities * channels).reshape(days, cities, channels)


def _write_cookies(visits: Visits, pen: Pen, path: Path) -> None:
    """Write who sat behind each browser's cookie: a person, a stranger or a robot."""
    seen = np.flatnonzero(visits.is_seen)
    table = pa.table(
        {
            "cookie": pa.array(visits.cookie[seen]),
            "person": pa.array(visits.person[seen]),
        }
    )
    found = pen.columns(
        {"visits": table},
        "SELECT uuid_of(hex(cookie, 'browser')) AS anonymous_id, CASE WHEN person >= 0 THEN person "
        "END AS person, CASE WHEN person >= 0 THEN 'customer' WHEN person = -1 THEN 'stranger' "
        "WHEN person = -2 THEN 'robot' ELSE 'hidden robot' END AS who, count(*) AS visits "
        "FROM visits GROUP BY ALL ORDER BY ALL",
    )
    write_parquet(path, found)
