"""What is done within a visit: pages, products looked at, a log-in, a cart, an order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parvis.simulate.happenings.orders import Orders, from_shelves
from parvis.simulate.happenings.visits import BUYS, FILLS_CART, ROBOT, Visits
from parvis.simulate.scene import SECOND, Block, Scene

__all__ = ["STEPS", "Steps", "steps_of"]

#: What can be done; the place in this list is the step's code.
STEPS: Final = (
    "home", "category", "product", "article", "viewed", "identify", "added", "cart", "started",
    "checkout", "completed",
)  # fmt: skip
HOME, CATEGORY, PRODUCT, ARTICLE, VIEWED, IDENTIFY, ADDED, CART, STARTED, CHECKOUT, COMPLETED = (
    range(len(STEPS))
)
PAGES: Final = (HOME, CATEGORY, PRODUCT, ARTICLE, CART, CHECKOUT)
_LAST: Final = {BUYS: (ADDED, CART, STARTED, CHECKOUT, COMPLETED), FILLS_CART: (ADDED, CART)}


@dataclass(frozen=True, slots=True)
class Steps:
    """What is done, visit by visit in order of time.

    Parameters
    ----------
    visit
        The visit's place.
    code
        The place in `STEPS`.
    product
        What it is about (also where the code needs none).
    at
        Microseconds since 1970.
    is_after_login
        Whether the site knows by then who it is.
    """

    visit: NDArray[np.int64]
    code: NDArray[np.int8]
    product: NDArray[np.int16]
    at: NDArray[np.int64]
    is_after_login: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.visit)


def steps_of(scene: Scene, block: Block, visits: Visits, orders: Orders) -> Steps:
    """Draw the steps of the visits that are seen."""
    rng = scene.seeds.of("steps", block.number)
    seen = np.flatnonzero(visits.is_seen)
    robot = visits.person[seen] <= ROBOT
    more = rng.geometric(1 / np.where(robot, 9.0, max(scene.world.web.pages, 1.01))) - 1
    more = np.minimum(more, 60)
    # the page that is landed on, then others; a product's page also tells which product
    visit = np.repeat(seen, more + 1)
    starts = np.cumsum(more + 1) - (more + 1)
    place = np.arange(len(visit)) - np.repeat(starts, more + 1)
    code = rng.choice([HOME, CATEGORY, PRODUCT, ARTICLE], len(visit), p=[0.16, 0.3, 0.46, 0.08])
    product = _products(scene, visits, visit, rng)
    views = code == PRODUCT
    login = seen[visits.logs_in[seen]]
    found = [
        (visit, place * 4, code, product),
        (visit[views], place[views] * 4 + 1, np.full(views.sum(), VIEWED), product[views]),
        (login, np.full(len(login), 2), np.full(len(login), IDENTIFY), np.zeros(len(login))),
    ]
    for goal, codes in _LAST.items():
        those = seen[visits.goal[seen] == goal]
        wanted = _products(scene, visits, those, rng)
        if goal == BUYS:
            wanted = orders.lines.product[orders.lines.starts[visits.order[those]]]
        found += [
            (those, np.full(len(those), 1000 + i), np.full(len(those), c), wanted)
            for i, c in enumerate(codes)
        ]
    visit, key = (np.concatenate([f[i] for f in found]).astype(np.int64) for i in (0, 1))
    order = np.argsort(visit * 2048 + key, kind="stable")
    visit = visit[order]
    code = np.concatenate([f[2] for f in found])[order].astype(np.int8)
    product = np.concatenate([f[3] for f in found])[order].astype(np.int16)
    at = _times(visits, visit, code, rng)
    first = np.concatenate(([True], visit[1:] != visit[:-1])) if len(visit) else np.zeros(0, bool)
    begun = np.maximum.accumulate(np.where(first, np.arange(len(visit)), 0))
    after = np.cumsum(code == IDENTIFY)
    before_visit = after[begun] - (code[begun] == IDENTIFY) if len(visit) else after
    return Steps(visit, code, product, at, after > before_visit)


def _products(
    scene: Scene, visits: Visits, visit: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int16]:
    """Choose what is looked at: by popularity, and customers by their taste."""
    person = visits.person[visit]
    favourite = scene.people.favourite[np.maximum(person, 0)].astype(np.int64)
    taste = (person >= 0) & (rng.random(len(visit)) < 0.6)
    return from_shelves(scene.world, np.where(taste, favourite + 1, 0), rng)


def _times(
    visits: Visits, visit: NDArray[np.int64], code: NDArray[np.int8], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Let time pass between steps; a visit that buys ends when the order is placed."""
    if not len(visit):
        return np.zeros(0, np.int64)
    seconds = np.where(np.isin(code, PAGES), 3 + rng.exponential(24, len(visit)), 0.4)
    robot = visits.person[visit] <= ROBOT
    seconds = np.where(robot, rng.uniform(0.3, 2, len(visit)), seconds)
    passed = np.cumsum((seconds * SECOND).astype(np.int64))
    edges = np.flatnonzero(np.concatenate(([True], visit[1:] != visit[:-1])))
    lengths = np.diff(np.concatenate((edges, [len(visit)])))
    begin = np.repeat(passed[edges], lengths)
    end = np.repeat(passed[edges + lengths - 1], lengths)
    buys = visits.goal[visit] == BUYS
    return visits.at[visit] + passed - np.where(buys, end, begin)
