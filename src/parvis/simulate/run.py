"""Write a brand: block after block, in as many processes as there are cores.

A block of days needs nothing from another: each process sets the same scene from the same seed,
and what is written does not depend on who writes it. Memory grows with the people, not the days.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import numpy as np

from parvis.simulate.contracts import SimulateOptions
from parvis.simulate.happenings.orders import orders_of
from parvis.simulate.happenings.steps import steps_of
from parvis.simulate.happenings.visits import visits_of
from parvis.simulate.names import Names, name_people
from parvis.simulate.scene import Block, Scene
from parvis.simulate.silos.ads import write_spend
from parvis.simulate.silos.devices import write_telemetry
from parvis.simulate.silos.experiments import write_experiments
from parvis.simulate.silos.manifest import write_manifest
from parvis.simulate.silos.shop import write_orders
from parvis.simulate.silos.web import write_visits
from parvis.simulate.staging import set_scene
from parvis.simulate.truth import BlockTruth, write_block_truth, write_truth
from parvis.simulate.world.model import World
from parvis.simulate.writing import Pen

__all__ = ["Outcome", "blocks_of", "run"]

Progress = Callable[[str, float], None]

#: Events that a block should hold: enough to be quick, few enough for little memory.
_BLOCK_EVENTS: Final = {"native": 350_000, "parquet": 700_000}
_EVENTS_A_DAY: Final = 0.28  # of a customer
_MOST_BLOCK_DAYS: Final = 61


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was written: events by silo, and sums in cents."""

    events: dict[str, int]
    sales_cents: int
    spend_cents: int
    wasted_cents: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Desk:
    """What a process needs to write any block."""

    scene: Scene
    names: Names
    options: SimulateOptions
    folder: Path
    pen: Pen


_desk: _Desk | None = None


def blocks_of(options: SimulateOptions) -> tuple[Block, ...]:
    """Cut the days into blocks."""
    daily = max(options.customers * _EVENTS_A_DAY, 1)
    length = int(min(max(_BLOCK_EVENTS[options.form] / daily, 1), _MOST_BLOCK_DAYS))
    firsts = range(0, options.days, length)
    return tuple(
        Block(number, first, min(first + length, options.days))
        for number, first in enumerate(firsts)
    )


def run(world: World, options: SimulateOptions, folder: Path, on_progress: Progress) -> Outcome:
    """Write all silos and the truth.

    Parameters
    ----------
    folder
        Empty.
    on_progress
        Called with what is being written and the share done, 0 to 1.
    """
    on_progress("Drawing the customers", 0.0)
    desk = _set_desk(world, options, folder)
    with closing(desk.pen):
        scene, blocks = desk.scene, blocks_of(options)
        landed = np.zeros(scene.story.spend_cents.shape, np.int64)
        events: dict[str, int] = {}
        found: list[BlockTruth] = []
        for done in _written(world, options, folder, desk, blocks):
            landed += done.landed
            for silo, count in done.events.items():
                events[silo] = events.get(silo, 0) + count
            found.append(replace(done, landed=np.empty(0, np.int64)))
            on_progress("Writing the days", 0.02 + 0.93 * len(found) / len(blocks))
        on_progress("Writing the accounts", 0.96)
        write_spend(scene, landed, desk.pen, folder)
        experiments = write_experiments(scene, desk.pen, folder)
        if experiments:
            events["experiments"] = experiments
        on_progress("Writing the truth", 0.98)
        wasted = write_truth(scene, desk.names, found, desk.pen, folder)
        write_manifest(scene, options, folder)
        on_progress("Done", 1.0)
        sales = sum(int(b.net_cents.sum()) for b in found)
        return Outcome(
            dict(sorted(events.items())), sales, int(scene.story.spend_cents.sum()), wasted
        )


def _written(
    world: World, options: SimulateOptions, folder: Path, desk: _Desk, blocks: tuple[Block, ...]
) -> Iterator[BlockTruth]:
    workers = min(options.workers or min(os.cpu_count() or 1, 4), len(blocks))
    if workers <= 1 or len(blocks) <= 2:
        for block in blocks:
            yield _write_block(desk, block)
        return
    with ProcessPoolExecutor(
        workers, get_context("spawn"), _sit_down, (world, options, folder)
    ) as pool:
        waiting = [pool.submit(_at_desk, block) for block in blocks]
        try:
            for done in as_completed(waiting):
                yield done.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _set_desk(world: World, options: SimulateOptions, folder: Path) -> _Desk:
    scene = set_scene(world, options.customers, options.days, options.seed)
    return _Desk(scene, name_people(world, scene.people), options, folder, Pen())


def _sit_down(world: World, options: SimulateOptions, folder: Path) -> None:
    global _desk
    _desk = _set_desk(world, options, folder)


def _at_desk(block: Block) -> BlockTruth:
    if _desk is None:
        raise RuntimeError("A block was asked of a process that has no scene.")
    return _write_block(_desk, block)


def _write_block(desk: _Desk, block: Block) -> BlockTruth:
    scene, folder, form = desk.scene, desk.folder, desk.options.form
    orders = orders_of(scene, block)
    visits = visits_of(scene, block, orders)
    steps = steps_of(scene, block, visits, orders)
    events = {
        "shop": write_orders(scene, desk.names, block, orders, desk.pen, folder, form),
        "web": write_visits(
            scene, desk.names, block, (orders, visits, steps), desk.pen, folder, form
        ),
        "devices": write_telemetry(scene, block, desk.pen, folder, form),
    }
    return write_block_truth(scene, block, (orders, visits), events, desk.pen, folder)
