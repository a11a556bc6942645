"""The truth of the whole: people, channels, waste, experiments, the crisis."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parvis.simulate.happenings.orders import drawn_lots
from parvis.simulate.names import Names
from parvis.simulate.scene import FIRST_CHANNEL, Scene
from parvis.simulate.silos.devices import serial_of
from parvis.simulate.story import advertising, crisis_moment, lift_of, window
from parvis.simulate.truth.blocks import BlockTruth, causes
from parvis.simulate.writing import Pen, words, write_parquet

__all__ = ["Totals", "expected_sales", "waste_of", "write_truth"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of all blocks, (days, cities, causes)."""

    orders: NDArray[np.int64]
    gross_cents: NDArray[np.int64]
    net_cents: NDArray[np.int64]

    @property
    def kept(self) -> float:
        """The share of sales that is left after refunds and cancellations."""
        gross = int(self.gross_cents.sum())
        return int(self.net_cents.sum()) / gross if gross else 1.0


def summed(blocks: Sequence[BlockTruth]) -> Totals:
    """Put the days of all blocks one after the other."""
    ordered = sorted(blocks, key=lambda b: b.block.first)
    return Totals(
        np.concatenate([b.orders for b in ordered]),
        np.concatenate([b.gross_cents for b in ordered]),
        np.concatenate([b.net_cents for b in ordered]),
    )


def write_truth(
    scene: Scene,
    names: Names,
    blocks: Sequence[BlockTruth],
    pen: Pen,
    folder: Path,
    *,
    overlaid: bool = False,
) -> dict[str, int]:
    """Write what is true of the whole.

    Parameters
    ----------
    overlaid
        The orders are real: nobody knows what caused them, and nothing is said of it.

    Returns
    -------
    dict
        The cents wasted, by channel.
    """
    totals = summed(blocks)
    target = folder / "truth"
    _write_people(scene, names, pen, target)
    _write_json(target / "crisis.json", _crisis(scene))
    (target / "world.json").write_text(
        scene.world.model_dump_json(indent=1) + "\n", encoding="utf-8"
    )
    if overlaid:
        return {}
    _write_channels(scene, totals, target)
    _write_demand(scene, totals, target)
    waste = [waste_of(scene, c, totals) for c in range(len(scene.channels))]
    _write_json(target / "waste.json", {"definition": _WASTE, "channels": waste})
    _write_json(target / "experiments.json", _experiments(scene, totals))
    return {w["channel"]: w["wasted_cents"] for w in waste}


_WASTE = (
    "With s between 0 and 1 a channel's budget on all days and in all towns is s times what was "
    "spent. Its profit is margin times expected incremental sales (after refunds), less the "
    "spending. wasted_cents is the profit at the best s, less the profit at s = 1: what could "
    "have been had for nothing by spending less."
)


def _write_json(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def base_orders(scene: Scene, channel: int) -> Array:
    """Return the expected orders that a lift of 1 by a channel would add, (days, cities)."""
    story, people = scene.story, scene.people
    weight = np.diff(scene.reaches[channel].upto)
    alive = people.alive(weight, story.days, len(scene.world.cities)) * story.demand
    for place, experiment in enumerate(scene.world.experiments):
        if experiment.kind == "holdout" and experiment.share is not None:
            if experiment.channel != scene.channels[channel].name:
                continue
            everyone = np.arange(len(people), dtype=np.int32)
            kept = drawn_lots(scene.seeds, place, everyone) < experiment.share
            without = people.alive(np.where(kept, weight, 0.0), story.days, alive.shape[1])
            during = window(scene.world, experiment, story.days)
            alive[during] -= without[during] * story.demand[during]
    return alive


def expected_sales(scene: Scene, channel: int, lift: Array, basket_cents: float) -> Array:
    """Return the sales in cents that a lift adds, (days, cities), before refunds."""
    price = scene.story.price[:, None]
    sales: Array = base_orders(scene, channel) * lift * price * basket_cents
    return sales


def waste_of(scene: Scene, channel: int, totals: Totals) -> dict[str, Any]:
    """Tell what a channel cost, brought and wasted."""
    told, story = scene.channels[channel], scene.story
    spend = int(story.spend_cents[:, :, channel].sum())
    base = base_orders(scene, channel) * story.price[:, None]
    basket = _basket_cents(scene, totals)
    scales = np.linspace(0, 1, 201)
    carried = story.carried[:, :, channel]
    sales = np.array(
        [(base * lift_of(scene.world, told, s * carried)).sum() * basket for s in scales]
    )
    sales *= totals.kept
    profit = scene.world.brand.margin * sales - scales * spend
    best = int(np.argmax(profit))
    step = (sales[-1] - sales[-2]) / max((scales[-1] - scales[-2]) * spend, 1)
    place = FIRST_CHANNEL + channel
    return {
        "channel": told.name,
        "spend_cents": spend,
        "expected_incremental_sales_cents": round(float(sales[-1])),
        "incremental_orders": int(totals.orders[:, :, place].sum()),
        "incremental_gross_cents": int(totals.gross_cents[:, :, place].sum()),
        "incremental_net_cents": int(totals.net_cents[:, :, place].sum()),
        "marginal_sales_per_euro": round(float(step), 6) if spend else None,
        "best_scale": round(float(scales[best]), 4),
        "wasted_cents": round(float(profit[best] - profit[-1])),
    }


def _basket_cents(scene: Scene, totals: Totals) -> float:
    """Return the average order at list prices, from the orders themselves."""
    orders = totals.orders.sum(axis=(1, 2))
    gross = totals.gross_cents.sum()
    return float(gross / max((orders * scene.story.price).sum(), 1))


def _cells(scene: Scene, count: int) -> tuple[NDArray[Any], pa.Array, NDArray[np.int64]]:
    days, cities = scene.story.demand.shape
    day, city, third = np.indices((days, cities, count)).reshape(3, -1)
    first = np.datetime64(scene.world.brand.starts_on, "D")
    named = words(city, [c.name for c in scene.world.cities]).cast(pa.string())
    return first + day, named, third


def _write_channels(scene: Scene, totals: Totals, target: Path) -> None:
    story, basket = scene.story, _basket_cents(scene, totals)
    expected = np.stack(
        [expected_sales(scene, c, story.lift[:, :, c], basket) for c in range(len(scene.channels))],
        axis=2,
    )
    day, city, channel = _cells(scene, len(scene.channels))
    own = np.s_[:, :, FIRST_CHANNEL:]
    write_parquet(
        target / "channels.parquet",
        pa.table(
            {
                "day": pa.array(day),
                "city": city,
                "channel": words(channel, [c.name for c in scene.channels]).cast(pa.string()),
                "spend_cents": pa.array(story.spend_cents.ravel()),
                "carried_pressure": pa.array(story.carried.ravel()),
                "lift": pa.array(story.lift.ravel()),
                "expected_gross_cents": pa.array(expected.ravel()),
                "orders": pa.array(totals.orders[own].ravel()),
                "gross_cents": pa.array(totals.gross_cents[own].ravel()),
                "net_cents": pa.array(totals.net_cents[own].ravel()),
            }
        ),
    )


def _write_demand(scene: Scene, totals: Totals, target: Path) -> None:
    """Write demand and what came of it, by day, town and cause."""
    story, named = scene.story, causes(scene)
    day, city, cause = _cells(scene, len(named))
    spread = np.repeat(story.demand[:, :, None], len(named), axis=2)
    price = np.broadcast_to(story.price[:, None, None], spread.shape)
    write_parquet(
        target / "sales.parquet",
        pa.table(
            {
                "day": pa.array(day),
                "city": city,
                "cause": words(cause, named).cast(pa.string()),
                "demand": pa.array(spread.ravel()),
                "price": pa.array(price.ravel()),
                "orders": pa.array(totals.orders.ravel()),
                "gross_cents": pa.array(totals.gross_cents.ravel()),
                "net_cents": pa.array(totals.net_cents.ravel()),
            }
        ),
    )


_VALUES: Final = """
SELECT p.*, coalesce(o.orders, 0) AS orders, coalesce(o.net_cents, 0) AS net_cents,
    orders_a_day * days_ahead AS expected_orders_next_year
FROM people p LEFT JOIN (
    SELECT person, count(*) AS orders, sum(net_cents)::BIGINT AS net_cents
    FROM read_parquet({orders}) GROUP BY person
) o USING (person)
ORDER BY person
"""


def _write_people(scene: Scene, names: Names, pen: Pen, target: Path) -> None:
    people, world = scene.people, scene.world
    everyone = np.arange(len(people), dtype=np.int32)
    first = np.datetime64(world.brand.starts_on, "D")
    days = scene.story.days
    stays = people.left < 10 * 365 + days
    left = np.where(stays, first + people.left, np.datetime64("NaT"))
    ahead = np.clip(people.left - np.maximum(people.joined, days), 0, 365)
    table = pa.table(
        {
            "person": pa.array(everyone),
            "customer_number": names.customer,
            "first_name": names.first.cast(pa.string()),
            "last_name": names.last.cast(pa.string()),
            "email": names.email,
            "own_email": names.own_email,
            "phone": pa.array(names.phone),
            "city": words(people.city, [c.name for c in world.cities]).cast(pa.string()),
            "language": words(people.language, ["fr", "en"]).cast(pa.string()),
            "partner": pa.array(people.partner, mask=people.partner < 0),
            "device_serial": pa.array(serial_of(everyone), mask=~people.has_machine),
            "favourite_category": words(people.favourite, [c.name for c in world.categories]).cast(
                pa.string()
            ),
            "orders_a_day": pa.array(people.rate),
            "appetite": pa.array(people.appetite),
            "satisfaction": pa.array(people.satisfaction),
            "joined_on": pa.array(first + people.joined),
            "left_on": pa.array(left),
            "days_ahead": pa.array(ahead),
        }
    )
    orders = [str(p) for p in sorted((target / "orders").glob("*.parquet"))]
    found = pen.columns({"people": table}, _VALUES.replace("{orders}", repr(orders)))
    write_parquet(target / "people.parquet", found.drop_columns(["days_ahead"]))


def _experiments(scene: Scene, totals: Totals) -> list[dict[str, Any]]:
    told, story, basket = [], scene.story, _basket_cents(scene, totals)
    for place, experiment in enumerate(scene.world.experiments):
        during = window(scene.world, experiment, story.days)
        if during.start == during.stop:
            continue
        c = [x.name for x in scene.channels].index(experiment.channel)
        found: dict[str, Any] = {
            "name": experiment.name,
            "kind": experiment.kind,
            "channel": experiment.channel,
            "first_day": during.start,
            "last_day": during.stop - 1,
        }
        if experiment.kind == "holdout" and experiment.share is not None:
            found |= _holdout(scene, c, place, experiment.share, during, basket)
        else:
            usual = story.spend_cents.copy()
            towns = [i for i, x in enumerate(scene.world.cities) if x.name in experiment.cities]
            for g in towns:
                usual[during, g, c] = story.planned_cents[during, g, c]
            _, lift = advertising(scene.world, story, usual)
            actual = expected_sales(scene, c, story.lift[:, :, c], basket)
            other = expected_sales(scene, c, lift[:, :, c], basket)
            difference = (story.spend_cents - usual)[:, :, c]
            found |= {
                "cities": list(experiment.cities),
                "budget": experiment.budget,
                "spend_difference_cents": int(difference.sum()),
                "expected_sales_difference_cents": round(float((actual - other).sum())),
                "within_window_cents": round(float((actual - other)[during].sum())),
            }
        told.append(found)
    return told


def _holdout(
    scene: Scene, c: int, place: int, share: float, during: slice, basket: float
) -> dict[str, Any]:
    """Tell what a holdout's people lost: expected orders and sales of a person kept from it."""
    people, story = scene.people, scene.story
    everyone = np.arange(len(people), dtype=np.int32)
    kept = drawn_lots(scene.seeds, place, everyone) < share
    weight = np.diff(scene.reaches[c].upto)
    there = people.has_account & (people.joined <= during.start) & (people.left > during.start)
    found: dict[str, Any] = {"share": share}
    for name, group in (("holdout", kept & there), ("exposed", ~kept & there)):
        alive = people.alive(np.where(group, weight, 0.0), story.days, len(scene.world.cities))
        orders = (alive * story.demand * story.lift[:, :, c])[during]
        sales = (orders * story.price[during, None]).sum() * basket
        found[f"{name}_people"] = int(group.sum())
        found[f"{name}_expected_orders_by_channel"] = round(float(orders.sum()), 3)
        found[f"{name}_expected_gross_cents_by_channel"] = round(float(sales))
    found["note"] = "the holdout's expectation is what it lost: its people saw nothing"
    return found


def _crisis(scene: Scene) -> dict[str, Any]:
    begins, crisis = crisis_moment(scene.world), scene.world.crisis
    if crisis is None or begins is None:
        return {"happens": False}
    day = (crisis.starts_at.date() - scene.world.brand.starts_on).days
    return {
        "happens": 0 <= day < scene.story.days,
        "starts_at": np.datetime64(int(begins), "s").astype(str) + "Z",
        "topic": crisis.topic,
        "strength_by_day": [round(float(x), 6) for x in scene.story.crisis],
    }
