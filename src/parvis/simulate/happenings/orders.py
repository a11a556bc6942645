"""Who orders what, when, and because of what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from parvis.simulate.scene import (
    BASE,
    FIRST_CHANNEL,
    SECOND,
    WORD_OF_MOUTH,
    Block,
    Scene,
    second_of_day,
    spread,
)
from parvis.simulate.seeds import Seeds
from parvis.simulate.story import window
from parvis.simulate.world.model import World

__all__ = ["Lines", "Orders", "average_basket", "from_shelves", "held_out", "orders_of"]

_COUPON_CUT: Final = 0.10
_MOST_LINES: Final = 12
#: Orders are numbered block by block.
BLOCK_NUMBERS: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Lines:
    """What stands on orders; `starts` (n + 1,) tells where each order's lines begin."""

    starts: NDArray[np.int64]
    product: NDArray[np.int16]
    quantity: NDArray[np.int16]
    unit_cents: NDArray[np.int64]
    discount_cents: NDArray[np.int64]
    amount_cents: NDArray[np.int64]

    @property
    def order(self) -> NDArray[np.int64]:
        """The order of each line."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    @property
    def totals(self) -> NDArray[np.int64]:
        """The amount of each order, in cents."""
        upto = np.concatenate(([0], np.cumsum(self.amount_cents)))
        return upto[self.starts[1:]] - upto[self.starts[:-1]]


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders of a block, in order of time.

    Parameters
    ----------
    number
        Unique in the whole brand.
    at
        Microseconds since 1970.
    cause
        `BASE`, `WORD_OF_MOUTH`, or `FIRST_CHANNEL` and the channel's place.
    refund_at
        When (part of) it was given back; 0: never, or not before the last day.
    refund_line
        The line given back; -1: all of it.
    refund_cents
        What was given back.
    """

    number: NDArray[np.int64]
    person: NDArray[np.int32]
    day: NDArray[np.int32]
    at: NDArray[np.int64]
    cause: NDArray[np.int8]
    in_store: NDArray[np.bool_]
    has_coupon: NDArray[np.bool_]
    is_cancelled: NDArray[np.bool_]
    lines: Lines
    total_cents: NDArray[np.int64]
    refund_at: NDArray[np.int64]
    refund_line: NDArray[np.int64]
    refund_cents: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.number)

    @property
    def net_cents(self) -> NDArray[np.int64]:
        """What the brand keeps."""
        return np.where(self.is_cancelled, 0, self.total_cents - self.refund_cents)


def orders_of(scene: Scene, block: Block) -> Orders:
    """Draw the orders of a block of days.

    Each cause is a Poisson process of its own: the base rate times the cause's lift.

    Raises
    ------
    ValueError
        Never for a world that was checked.
    """
    rng, story, people = scene.seeds.of("orders", block.number), scene.story, scene.people
    base = story.demand[block.days]
    causes = [(BASE, scene.rates, base)]
    causes.append((WORD_OF_MOUTH, scene.rates, base * story.word_of_mouth[block.days, None]))
    causes += [
        (FIRST_CHANNEL + c, scene.reaches[c], base * story.lift[block.days, :, c])
        for c in range(len(scene.channels))
    ]
    found: list[tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int8]]] = []
    for cause, urn, intensity in causes:
        day, city = spread(rng.poisson(intensity * urn.totals), block.first)
        person = urn.draw(city, rng)
        stays = people.are_customers(person, day)
        if cause >= FIRST_CHANNEL:
            stays &= ~held_out(scene, cause - FIRST_CHANNEL, person, day)
        kept = int(stays.sum())
        found.append((person[stays], day[stays], np.full(kept, cause, np.int8)))
    whole: list[NDArray[Any]] = [np.concatenate([f[i] for f in found]) for i in range(3)]
    return _placed(scene, block, whole, rng)


def held_out(
    scene: Scene, channel: int, person: NDArray[np.int32], day: NDArray[np.int32]
) -> NDArray[np.bool_]:
    """Tell who is kept from a channel on that day, by an experiment."""
    kept = np.zeros(len(person), bool)
    for place, experiment in enumerate(scene.world.experiments):
        if experiment.kind != "holdout" or experiment.share is None:
            continue
        if scene.channels[channel].name != experiment.channel:
            continue
        during = window(scene.world, experiment, scene.story.days)
        inside = (during.start <= day) & (day < during.stop)
        kept |= inside & (drawn_lots(scene.seeds, place, person) < experiment.share)
    return kept


def drawn_lots(seeds: Seeds, experiment: int, person: NDArray[np.int32]) -> NDArray[np.float64]:
    """Draw a lot for each person in an experiment, the same whenever it is asked for."""
    salt = np.uint64(seeds.of("lots", experiment).integers(1, 2**62))
    return mixed(person.astype(np.uint64) + salt).astype(np.float64) / 2.0**64


def mixed(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Mix the bits of whole numbers: equal in, equal out; else as by chance.

    References
    ----------
    Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA (2014).
    """
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def _placed(
    scene: Scene,
    block: Block,
    drawn: list[NDArray[Any]],
    rng: np.random.Generator,
) -> Orders:
    """Give the orders (person, day and cause) their time, place, lines and fate."""
    person, day, cause = drawn
    people, count = scene.people, len(person)
    has_store = np.array([c.store for c in scene.world.cities])[people.city[person]]
    in_store = has_store & (rng.random(count) < scene.world.demand.store_share)
    second = np.where(
        in_store, second_of_day("shop", count, rng), second_of_day("site", count, rng)
    )
    at = scene.moment(day, second)
    order = np.argsort(at, kind="stable")
    person, day, cause = (a[order] for a in drawn)
    in_store, at = in_store[order], at[order]
    coupon = ~in_store & people.newsletter[person] & (rng.random(count) < 0.07)
    lines = draw_lines(
        scene.world,
        people.favourite[person],
        people.appetite[person],
        _cut(scene.story.price[day], coupon),
        rng,
    )
    total = lines.totals
    cancelled = ~in_store & (rng.random(count) < 0.012)
    refund_at, refund_line, refund_cents = _refunds(scene, lines, at, in_store, rng)
    refund_at[cancelled], refund_cents[cancelled] = 0, 0
    return Orders(
        number=np.arange(count) + (block.number + 1) * BLOCK_NUMBERS + 1,
        person=person,
        day=day,
        at=at,
        cause=cause,
        in_store=in_store,
        has_coupon=coupon,
        is_cancelled=cancelled,
        lines=lines,
        total_cents=total,
        refund_at=refund_at,
        refund_line=refund_line,
        refund_cents=refund_cents,
    )


def _cut(price: NDArray[np.float64], coupon: NDArray[np.bool_]) -> NDArray[np.float64]:
    return 1 - price * np.where(coupon, 1 - _COUPON_CUT, 1)


def draw_lines(
    world: World,
    favourite: NDArray[np.int8],
    appetite: NDArray[np.float32],
    cut: NDArray[np.float64],
    rng: np.random.Generator,
) -> Lines:
    """Draw what is ordered.

    Parameters
    ----------
    favourite, appetite, cut
        Of each order: the customer's category, their baskets' size, the discount (0 to 1).
    """
    count = len(favourite)
    number = np.minimum(1 + rng.poisson(1.3 * appetite), _MOST_LINES)
    starts = np.concatenate(([0], np.cumsum(number)))
    total = int(starts[-1])
    of = np.repeat(np.arange(count), number)
    shelf = np.where(rng.random(total) < 0.55, favourite[of].astype(np.int64), -1) + 1
    product = from_shelves(world, shelf, rng)
    cents = np.array([round(p.price * 100) for p in world.products], np.int64)[product]
    quantity = np.where(cents < 3000, 1 + rng.poisson(0.8 * np.minimum(appetite[of], 4)), 1)
    gross = quantity * cents
    discount = np.rint(gross * cut[of]).astype(np.int64)
    return Lines(
        starts=starts.astype(np.int64),
        product=product,
        quantity=quantity.astype(np.int16),
        unit_cents=cents,
        discount_cents=discount,
        amount_cents=gross - discount,
    )


def from_shelves(
    world: World, shelf: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int16]:
    """Take a product from the whole shop (shelf 0) or from one category (1 and up)."""
    names = [c.name for c in world.categories]
    weight = np.array([p.weight for p in world.products])
    category = np.array([names.index(p.category) for p in world.products])
    rows = [weight] + [np.where(category == c, weight, 0.0) for c in range(len(names))]
    upto = np.cumsum(np.array([r / max(r.sum(), 1e-12) for r in rows]), axis=1)
    # one row after the other: a search in the whole finds the place in its row
    flat = (upto + np.arange(len(rows))[:, None]).ravel()
    at = np.searchsorted(flat, shelf + rng.random(len(shelf)) * 0.999_999, side="right")
    return (at % len(weight)).astype(np.int16)


def _refunds(
    scene: Scene,
    lines: Lines,
    at: NDArray[np.int64],
    in_store: NDArray[np.bool_],
    rng: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    count = len(at)
    back = rng.random(count) < np.where(in_store, 0.012, 0.05)
    when = at + (rng.uniform(3, 24, count) * 86_400 * SECOND).astype(np.int64)
    back &= when < scene.end
    number = np.diff(lines.starts)
    whole = (rng.random(count) < 0.6) | (number == 1)
    chosen = lines.starts[:-1] + (rng.random(count) * number).astype(np.int64)
    cents = np.where(whole, lines.totals, lines.amount_cents[chosen] if count else 0)
    return (
        np.where(back, when, 0),
        np.where(whole, -1, chosen),
        np.where(back, cents, 0),
    )


def average_basket(world: World, seeds: Seeds) -> float:
    """Return what an order costs on average at list prices, in units of the currency."""
    rng, count = seeds.of("basket"), 200_000
    names = [c.name for c in world.categories]
    weight = np.zeros(len(names))
    for product in world.products:
        weight[names.index(product.category)] += product.weight
    favourite = rng.choice(len(names), count, p=weight / weight.sum()).astype(np.int8)
    appetite = rng.lognormal(-0.08, 0.4, count).astype(np.float32)
    lines = draw_lines(world, favourite, appetite, np.zeros(count), rng)
    return float(lines.amount_cents.sum()) / count / 100
