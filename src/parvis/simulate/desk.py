"""Who writes: a scene with its names and accounts, and how a block of days goes to all silos."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

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
from parvis.simulate.overlay import (
    Baskets,
    baskets_of,
    real_orders,
    with_real_customers,
    with_real_numbers,
)
from parvis.simulate.people import draw_people
from parvis.simulate.scene import Block, Scene
from parvis.simulate.seeds import Seeds
from parvis.simulate.silos.blog import write_blog, write_competitors
from parvis.simulate.silos.crm import write_consents, write_contacts, write_registrations
from parvis.simulate.silos.devices import write_telemetry
from parvis.simulate.silos.experiments import write_experiments
from parvis.simulate.silos.mail import mail_ids, write_mails
from parvis.simulate.silos.reviews import review_ids, write_reviews
from parvis.simulate.silos.shop import write_orders
from parvis.simulate.silos.social import converse, write_accounts, write_conversations
from parvis.simulate.silos.web import write_visits
from parvis.simulate.staging import set_scene
from parvis.simulate.texts import compose
from parvis.simulate.truth.blocks import BlockTruth, write_block_truth
from parvis.simulate.truth.texts import labelled, write_account_owners, write_texts
from parvis.simulate.world.model import World
from parvis.simulate.writing import Pen

__all__ = ["Desk", "set_desk", "write_block", "write_rest"]


@dataclass(frozen=True, slots=True)
class Desk:
    """What is needed to write any block.

    Parameters
    ----------
    baskets
        The real orders that the rest is laid over; None: orders are made up too.
    """

    scene: Scene
    names: Names
    accounts: Accounts
    options: SimulateOptions
    folder: Path
    pen: Pen
    baskets: Baskets | None = None


def set_desk(world: World, options: SimulateOptions, folder: Path) -> Desk:
    """Draw the people, tell the story, give names and accounts; always the same for a seed."""
    seeds, pen = Seeds(options.seed), Pen()
    baskets = baskets_of(world, pen) if options.overlay else None
    count = len(baskets.households) if baskets else options.customers
    people = draw_people(world, count, options.days, seeds)
    if baskets is not None:
        people = with_real_customers(people, baskets)
    scene = set_scene(world, people, options.days, seeds)
    names = name_people(world, people, pen)
    if baskets is not None:
        names = with_real_numbers(names, baskets)
    accounts = open_accounts(world, people, names, seeds, pen)
    return Desk(scene, names, accounts, options, folder, pen, baskets)


def write_block(desk: Desk, block: Block) -> BlockTruth:
    """Make up a block of days and write it into all silos, and its truth."""
    scene, folder, form = desk.scene, desk.folder, desk.options.form
    baskets = desk.baskets
    orders = orders_of(scene, block) if baskets is None else real_orders(scene, baskets, block)
    visits = visits_of(scene, block, orders)
    steps = steps_of(scene, block, visits, orders)
    events = {
        "web": write_visits(
            scene, desk.names, block, (orders, visits, steps), desk.pen, folder, form
        ),
        "devices": write_telemetry(scene, block, desk.pen, folder, form),
        "social": _write_words(desk, block, orders),
        "mail": _write_letters(desk, block, orders),
    }
    if baskets is None:
        events["shop"] = write_orders(scene, desk.names, block, orders, desk.pen, folder, form)
    return write_block_truth(scene, block, (orders, visits), events, desk.pen, folder)


def _write_words(desk: Desk, block: Block, orders: Orders) -> int:
    """Write what is said on networks, and the reviews."""
    scene, folder, accounts = desk.scene, desk.folder, desk.accounts
    lexicon = lexicon_of(scene.world)
    said, likes = conversations_of(scene, accounts, block)
    texts = compose(said.wanted(), lexicon, scene.seeds.of("words", block.number))
    talk = converse(scene, accounts, block, (said, likes, texts), desk.pen)
    count = write_conversations(scene, accounts, block, talk, desk.pen, folder, desk.options.form)
    whose = accounts.person[np.maximum(said.author, 0)] if len(accounts) else said.author
    person = np.where(said.author >= 0, whose, -1)
    write_texts(folder, f"social-{block.number + 1:04d}", labelled(texts, talk.ids, person))
    reviewed = reviews_of(scene, block, orders)
    texts = compose(reviewed.wanted(), lexicon, scene.seeds.of("review words", block.number))
    ids = review_ids(block, len(reviewed))
    write_texts(folder, f"reviews-{block.number + 1:04d}", labelled(texts, ids, reviewed.author))
    return count + write_reviews(scene, desk.names, block, (reviewed, texts), desk.pen, folder)


def _write_letters(desk: Desk, block: Block, orders: Orders) -> int:
    scene, folder = desk.scene, desk.folder
    letters = letters_of(scene, block, orders)
    texts = compose(
        letters.wanted(), lexicon_of(scene.world), scene.seeds.of("mail words", block.number)
    )
    ids = pa.array(mail_ids(scene, block, len(letters)), pa.string())
    write_texts(folder, f"mail-{block.number + 1:04d}", labelled(texts, ids, letters.author))
    return write_mails(scene, desk.names, block, letters, texts, folder)


def write_rest(desk: Desk) -> dict[str, int]:
    """Write what belongs to no day: contacts, consents, profiles, the blog, the rivals."""
    scene, names, pen, folder = desk.scene, desk.names, desk.pen, desk.folder
    blog, comments = write_blog(scene, names, pen, folder)
    if comments is not None:
        write_texts(folder, "blog", comments)
    found = {}
    if desk.baskets is None:
        found = {
            "experiments": write_experiments(scene, names, pen, folder),
            "crm": write_contacts(scene, names, desk.accounts, pen, folder),
            "consents": write_consents(scene, names, pen, folder),
        }
    found |= {
        "devices": write_registrations(scene, names, pen, folder),
        "social": write_accounts(scene, names, desk.accounts, pen, folder),
        "blog": blog,
        "competitors": write_competitors(scene, pen, folder),
    }
    write_account_owners(desk.accounts, folder)
    return {silo: count for silo, count in found.items() if count}
