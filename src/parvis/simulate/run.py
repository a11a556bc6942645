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
from parvis.simulate.desk import Desk, set_desk, write_block, write_rest
from parvis.simulate.scene import Block
from parvis.simulate.silos.ads import write_spend
from parvis.simulate.silos.manifest import write_manifest
from parvis.simulate.silos.shop import join_files
from parvis.simulate.truth import BlockTruth, write_truth
from parvis.simulate.world.model import World

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


_desk: Desk | None = None


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
    desk = set_desk(world, options, folder)
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
        if not options.overlay:
            join_files(folder)
            write_spend(scene, landed, desk.pen, folder)
        for silo, count in write_rest(desk).items():
            events[silo] = events.get(silo, 0) + count
        on_progress("Writing the truth", 0.98)
        overlaid = desk.baskets is not None
        wasted = write_truth(scene, desk.names, found, desk.pen, folder, overlaid=overlaid)
        write_manifest(scene, options, folder)
        on_progress("Done", 1.0)
        sales = sum(int(b.net_cents.sum()) for b in found)
        return Outcome(
            dict(sorted(events.items())), sales, int(scene.story.spend_cents.sum()), wasted
        )


def _written(
    world: World, options: SimulateOptions, folder: Path, desk: Desk, blocks: tuple[Block, ...]
) -> Iterator[BlockTruth]:
    workers = min(options.workers or min(os.cpu_count() or 1, 4), len(blocks))
    if workers <= 1 or len(blocks) <= 2:
        for block in blocks:
            yield write_block(desk, block)
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


def _sit_down(world: World, options: SimulateOptions, folder: Path) -> None:
    global _desk
    _desk = set_desk(world, options, folder)


def _at_desk(block: Block) -> BlockTruth:
    if _desk is None:
        raise RuntimeError("A block was asked of a process that has no scene.")
    return write_block(_desk, block)
