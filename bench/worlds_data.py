"""Simulated worlds as stories: weeks, towns, spending, sales and journeys, and the truth of each.

No files are written: orders of each cause are drawn from the story's own rates, day by day and town
by town, as the simulator draws them, and summed. A world takes a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import poisson

from parvis.measure.attribution.paths import Paths
from parvis.measure.mix.contracts import MixData, SpendTest
from parvis.simulate.api import read_world
from parvis.simulate.people import draw_people
from parvis.simulate.scene import Scene
from parvis.simulate.seeds import Seeds
from parvis.simulate.staging import market_of, set_scene
from parvis.simulate.story import advertising, window
from parvis.simulate.truth.whole import base_orders
from parvis.simulate.world.model import Experiment, World

__all__ = ["Told", "journeys_of", "tell"]

Floats = NDArray[np.float64]

_SHUFFLED = "shuffled "
_CUSTOMERS = 100_000
_DAYS = 365
_WEEK = 7
#: A basket's standard deviation, relative to its mean.
_BASKET = 0.6
#: Texts a day when nothing happens, and the part of them that is negative.
_TEXTS, _NEGATIVE = 40.0, 0.22
#: Orders that are followed up for the journeys; as many of what led to none as belong to them.
_FOLLOWED = 30_000
_LANDS = 0.85
_FREE = (("direct", 0.46), ("organic", 0.42), ("social link", 0.12))


@dataclass(frozen=True, slots=True)
class Told:
    """A world: what is seen of it, and what is true.

    Parameters
    ----------
    data
        Sales, spending, prices and what people say, by week and town.
    tests
        What the holdouts showed.
    set_by_test
        (weeks, towns, channels) where an experiment set the budget.
    margin
        Of each euro of sales, what is left before advertising.
    made
        (channels,) sales of the orders that each channel brought.
    marginal
        (channels,) expected sales for one more euro, in proportion to today's spending.
    causes
        (1 + channels,) orders by cause; the first: those that would come anyway.
    world
        Its parameters.
    """

    data: MixData
    tests: tuple[SpendTest, ...]
    set_by_test: NDArray[np.bool_]
    margin: float
    made: Floats
    marginal: Floats
    causes: Floats
    world: World


def tell(name: str, seed: int, period_days: int = _WEEK, more: Sequence[Experiment] = ()) -> Told:
    """Tell a world's year.

    Parameters
    ----------
    name
        Of a ready world; after "shuffled " channels keep how they are planned and what they take
        the credit for, and get each other's returns.
    seed
        Another year of another crowd.
    period_days
        7: by week; 1: by day.
    more
        Tests in cities that are run beside the world's own.
    """
    world, seeds = read_world(name.removeprefix(_SHUFFLED)), Seeds(seed)
    if name.startswith(_SHUFFLED):
        world = _shuffled(world, seed)
    world = world.model_copy(update={"experiments": (*world.experiments, *more)})
    people = draw_people(world, _CUSTOMERS, _DAYS, seeds)
    scene = set_scene(world, people, _DAYS, seeds)
    basket = market_of(world, people, _DAYS, seeds).basket
    rng = np.random.default_rng([seed, 1])
    story, towns = scene.story, len(world.cities)
    alive = people.alive(people.rate, _DAYS, towns)
    rates = [alive * story.demand * (1 + story.word_of_mouth[:, None])]
    bases = [base_orders(scene, c) for c in range(len(world.channels))]
    rates += [base * story.lift[:, :, c] for c, base in enumerate(bases)]
    rate = np.maximum(np.stack(rates, axis=2), 0)
    # by the same chances whatever is spent: one more test changes what it changes, and no more
    orders = poisson.ppf(rng.random(rate.shape), rate)
    spread = np.sqrt(orders) * _BASKET * rng.standard_normal(orders.shape)
    sales = (orders + spread) * basket * story.price[:, None, None]
    spend = story.spend_cents / 100.0
    data = _data(scene, sales.sum(axis=2), spend, period_days, rng)
    return Told(
        data=data,
        tests=_holdouts(scene, sales, spend, period_days, rng),
        set_by_test=_summed(story.planned_cents != story.spend_cents, period_days) > 0,
        margin=world.brand.margin,
        made=_summed(sales, _WEEK)[:, :, 1:].sum(axis=(0, 1)),
        marginal=_marginal(scene, bases, basket),
        causes=orders.sum(axis=(0, 1)).astype(float),
        world=world,
    )


def _shuffled(world: World, seed: int) -> World:
    # the newsletter's return of nine is its own: it costs next to nothing
    places = [at for at, c in enumerate(world.channels) if c.reaches != "contacts"]
    returns = [c.roas for c in world.channels]
    drawn = np.random.default_rng([seed, 4]).permutation([returns[at] for at in places])
    for at, given in zip(places, drawn, strict=True):
        returns[at] = float(given)
    channels = tuple(
        c.model_copy(update={"roas": given})
        for c, given in zip(world.channels, returns, strict=True)
    )
    return world.model_copy(update={"channels": channels})


def _summed(daily: NDArray[Any], days: int) -> NDArray[np.float64]:
    """Sum up periods of so many days, of whole weeks."""
    periods = len(daily) // _WEEK * _WEEK // days
    found: NDArray[np.float64] = (
        daily[: periods * days].reshape(periods, days, *daily.shape[1:]).sum(axis=1)
    )
    return found


def _data(
    scene: Scene, sales: Floats, spend: Floats, days: int, rng: np.random.Generator
) -> MixData:
    story, world = scene.story, scene.world
    texts = rng.poisson(_TEXTS * story.voices)
    negative = rng.binomial(texts, _NEGATIVE + (1 - _NEGATIVE) * np.minimum(story.crisis, 1))
    controls = np.stack(
        [
            np.log(_summed(story.price, days) / days),
            np.log1p(_summed(texts, days) / days),
            np.log1p(_summed(negative, days) / days),
        ],
        axis=1,
    )
    return MixData(
        outcome=_summed(sales, days),
        spend=_summed(spend, days),
        channels=tuple(c.name for c in world.channels),
        controls=np.repeat(controls[:, None], sales.shape[1], axis=1),
        control_names=("price", "texts", "negative texts"),
        starts_on=date(2025, 1, 1),
        places=tuple(c.name for c in world.cities),
        period_days=days,
    )


def _holdouts(
    scene: Scene, sales: Floats, spend: Floats, days: int, rng: np.random.Generator
) -> tuple[SpendTest, ...]:
    """See each holdout's lift with the error that so many people's orders have."""
    found = []
    for told in scene.world.experiments:
        if told.kind != "holdout" or told.share is None:
            continue
        channel = [c.name for c in scene.world.channels].index(told.channel)
        during = window(scene.world, told, _DAYS)
        total = float(sales[during].sum())
        # who is held out brings nothing by this channel: all would have brought so much
        made = float(sales[during][:, :, 1 + channel].sum()) / (1 - told.share)
        lift = made / (total - made)
        error = _error_of_lift(scene, during, told.share)
        seen = lift + error * rng.standard_normal()
        weights = np.zeros((len(sales), 1))
        weights[during] = 1
        without = spend[:, :, channel].copy()
        without[during] = 0
        found.append(
            SpendTest(
                channel,
                _summed(without, days),
                seen / (1 + seen) * total,
                error * total / (1 + seen) ** 2,
                np.repeat(_summed(weights, days) / days, sales.shape[1], axis=1),
            )
        )
    return tuple(found)


def _error_of_lift(scene: Scene, during: slice, share: float) -> float:
    """Return the standard error of a relative difference between two groups of people."""
    world, people = scene.world, scene.people
    length = during.stop - during.start
    there = people.has_account & (people.joined <= during.start) & (people.left > during.start)
    orders = float(world.demand.orders_a_year / 365 * length)
    # of one person: how often, how unequal the rates are, how large the baskets
    relative = (1 + orders / world.demand.spread + _BASKET**2) / orders
    count = float(there.sum())
    return float(np.sqrt(relative / (count * share) + relative / (count * (1 - share))))


def _marginal(scene: Scene, bases: list[Floats], basket: float) -> Floats:
    """Return what one more euro, spread as today's are, is expected to bring."""
    story, world, step = scene.story, scene.world, 0.05
    found = []
    for c, base in enumerate(bases):
        brought = []
        for scale in (1 - step, 1 + step):
            cents = story.spend_cents.astype(float)
            cents[:, :, c] *= scale
            _, lift = advertising(world, story, cents)
            brought.append((base * lift[:, :, c] * story.price[:, None]).sum() * basket)
        found.append(
            (brought[1] - brought[0]) / (2 * step * story.spend_cents[:, :, c].sum() / 100)
        )
    return np.array(found)


def journeys_of(told: Told, seed: int) -> Paths:
    """Draw what was clicked on before some of the orders, and clicks that led to none.

    As in the simulator a visit around an order passes through the channel that caused it, or
    through whichever takes the credit (`credit`), or through none. Simplified: a click that led to
    no order is a journey by itself.
    """
    rng, channels = np.random.default_rng([seed, 2]), told.world.channels
    web, width = told.world.web, len(channels)
    stores = sum(c.share for c in told.world.cities if c.store)
    cause = rng.choice(width + 1, _FOLLOWED, p=told.causes / told.causes.sum()) - 1
    in_store = rng.random(_FOLLOWED) < told.world.demand.store_share * stores
    before = rng.poisson(np.where(in_store, web.before_store, web.before_order))
    visits = before + ~in_store
    kept = visits > 0
    lengths = visits[kept]
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    order = np.repeat(np.flatnonzero(kept), lengths)
    is_last = np.zeros(len(order), bool)
    is_last[offsets[1:] - 1] = ~in_store[kept]
    door = _doors(told, cause[order], np.where(is_last, 0.5, 0.7), rng)
    sampled = _FOLLOWED / told.causes.sum()
    nulls = []
    for c, channel in enumerate(channels):
        if channel.cost_per_click > 0:
            clicks = told.data.spend[:, :, c].sum() / channel.cost_per_click * _LANDS * sampled
            nulls.append(np.full(int(max(clicks - (door == c).sum(), 0)), c))
    browsing = int(web.visits_a_year * (1 + web.strangers) / told.world.demand.orders_a_year
                   * _FOLLOWED)  # fmt: skip
    free = rng.choice(len(_FREE), browsing, p=[p for _, p in _FREE])
    nulls.append(width + free)
    lost = np.concatenate(nulls)
    count = len(lengths) + len(lost)
    bought = np.concatenate([np.ones(len(lengths)), np.zeros(len(lost))])
    return Paths(
        channels=(*(c.name for c in channels), *(name for name, _ in _FREE)),
        touches=np.concatenate([door, lost]).astype(np.int32),
        offsets=np.concatenate([offsets, offsets[-1] + 1 + np.arange(len(lost))]).astype(np.int64),
        conversions=bought,
        value=bought.copy(),
        nulls=1 - bought,
        groups=np.zeros(count, np.int64),
        ages=np.empty(0),
    )


def _doors(
    told: Told, cause: NDArray[np.int64], credit: Floats, rng: np.random.Generator
) -> NDArray[np.int64]:
    channels, width = told.world.channels, len(told.world.channels)
    there = (told.data.spend > 0).mean(axis=(0, 1))
    reach = np.array(
        [told.world.crm.contact_share * 0.62 if c.reaches == "contacts" else 1 for c in channels]
    )
    door = width + rng.choice(len(_FREE), len(cause), p=[p for _, p in _FREE])
    left = rng.random(len(cause))
    for c, channel in enumerate(channels):
        takes = (left >= 0) & (left < channel.credit)
        takes &= rng.random(len(cause)) < there[c] * reach[c]
        door = np.where(takes, c, door)
        left = left - channel.credit
    clicked = np.array([c.cost_per_click > 0 for c in channels])
    own = (cause >= 0) & (rng.random(len(cause)) < credit) & clicked[np.maximum(cause, 0)]
    return np.where(own, cause, door)
