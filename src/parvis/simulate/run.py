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
import pyarrow as pa

from parvis.simulate.accounts import Accounts, open_accounts
from parvis.simulate.contracts import SimulateOptions
from parvis.simulate.happenings.orders import Orders, orders_of
from parvis.simulate.happenings.steps import steps_of
from parvis.simulate.happenings.visits import visits_of
from parvis.simulate.happenings.voices import conversations_of, letters_of, reviews_of
from parvis.simulate.lexicon import lexicon_of
from parvis.simulate.names import Names, name_people
from parvis.simulate.scene import Block, Scene
from parvis.simulate.silos.ads import write_spend
from parvis.simulate.silos.blog import write_blog, write_competitors
from parvis.simulate.silos.crm import write_consents, write_contacts, write_registrations
from parvis.simulate.silos.devices import write_telemetry
from parvis.simulate.silos.experiments import write_experiments
from parvis.simulate.silos.mail import mail_ids, write_mails
from parvis.simulate.silos.manifest import write_manifest
from parvis.simulate.silos.reviews import review_ids, write_reviews
from parvis.simulate.silos.shop import join_files, write_orders
from parvis.simulate.silos.social import converse, write_accounts, write_conversations
from parvis.simulate.silos.web import write_visits
from parvis.simulate.staging import set_scene
from parvis.simulate.texts import compose
from parvis.simulate.truth import BlockTruth, write_block_truth, write_truth
from parvis.simulate.truth.texts import labelled, write_account_owners, write_texts
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
    accounts: Accounts
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
        join_files(folder)
        write_spend(scene, landed, desk.pen, folder)
        for silo, count in _write_rest(desk).items():
            events[silo] = events.get(silo, 0) + count
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


def _write_rest(desk: _Desk) -> dict[str, int]:
    """Write what belongs to no day: contacts, consents, profiles, the blog, the rivals."""
    scene, names, pen, folder = desk.scene, desk.names, desk.pen, desk.folder
    blog, comments = write_blog(scene, names, pen, folder)
    if comments is not None:
        write_texts(folder, "blog", comments)
    found = {
        "experiments": write_experiments(scene, pen, folder),
        "crm": write_contacts(scene, names, desk.accounts, pen, folder),
        "consents": write_consents(scene, names, pen, folder),
        "devices": write_registrations(scene, pen, folder),
        "social": write_accounts(scene, names, desk.accounts, pen, folder),
        "blog": blog,
        "competitors": write_competitors(scene, pen, folder),
    }
    write_account_owners(desk.accounts, folder)
    return {silo: count for silo, count in found.items() if count}


def _set_desk(world: World, options: SimulateOptions, folder: Path) -> _Desk:
    scene = set_scene(world, options.customers, options.days, options.seed)
    names, pen = name_people(world, scene.people), Pen()
    accounts = open_accounts(world, scene.people, names, scene.seeds, pen)
    return _Desk(scene, names, accounts, options, folder, pen)


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
        "social": _write_words(desk, block, orders),
        "mail": _write_letters(desk, block, orders),
    }
    return write_block_truth(scene, block, (orders, visits), events, desk.pen, folder)


def _write_words(desk: _Desk, block: Block, orders: Orders) -> int:
    """Write what is said on networks, and the reviews."""
    scene, folder, accounts = desk.scene, desk.folder, desk.accounts
    lexicon = lexicon_of(scene.world)
    said, likes = conversations_of(scene, accounts, block)
    texts = compose(said.wanted(), lexicon, scene.seeds.of("words", block.number))
    talk = converse(scene, accounts, block, said, likes, texts)
    count = write_conversations(scene, accounts, block, talk, desk.pen, folder, desk.options.form)
    whose = accounts.person[np.maximum(said.author, 0)] if len(accounts) else said.author
    person = np.where(said.author >= 0, whose, -1)
    write_texts(folder, f"social-{block.number + 1:04d}", labelled(texts, talk.ids, person))
    reviewed = reviews_of(scene, block, orders)
    texts = compose(reviewed.wanted(), lexicon, scene.seeds.of("review words", block.number))
    ids = review_ids(block, len(reviewed))
    write_texts(folder, f"reviews-{block.number + 1:04d}", labelled(texts, ids, reviewed.author))
    return count + write_reviews(scene, desk.names, block, (reviewed, texts), desk.pen, folder)


def _write_letters(desk: _Desk, block: Block, orders: Orders) -> int:
    scene, folder = desk.scene, desk.folder
    letters = letters_of(scene, block, orders)
    texts = compose(
        letters.wanted(), lexicon_of(scene.world), scene.seeds.of("mail words", block.number)
    )
    ids = pa.array(mail_ids(scene, block, len(letters)), pa.string())
    write_texts(folder, f"mail-{block.number + 1:04d}", labelled(texts, ids, letters.author))
    return write_mails(scene, desk.names, block, letters, texts, folder)
