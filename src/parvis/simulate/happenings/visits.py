"""Who comes to the site, through which door, and with what browser.

Here credit parts from cause: an order passes through channels that did not cause it (`credit`),
most of all those that wait where people are about to buy: brand search and retargeting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from parvis.simulate.happenings.orders import Orders, held_out, mixed
from parvis.simulate.people import LAPTOP, PHONE, TABLET
from parvis.simulate.scene import (
    FIRST_CHANNEL,
    SECOND,
    WORD_OF_MOUTH,
    Block,
    Scene,
    second_of_day,
    spread,
)

__all__ = [
    "BROWSES",
    "BUYS",
    "DIRECT",
    "FILLS_CART",
    "FIRST_DOOR",
    "HIDDEN_ROBOT",
    "ORGANIC",
    "ROBOT",
    "SOCIAL_LINK",
    "STRANGER",
    "Visits",
    "visits_of",
]

#: Doors to the site; advertising channels follow in the world's order.
DIRECT: Final = 0
ORGANIC: Final = 1
SOCIAL_LINK: Final = 2
FIRST_DOOR: Final = 3

#: Who comes, where it is no customer.
STRANGER: Final = -1
ROBOT: Final = -2
HIDDEN_ROBOT: Final = -3

BROWSES: Final = 0
FILLS_CART: Final = 1
BUYS: Final = 2

_LANDS: Final = 0.85  # clicks after which the page was waited for
_CUSTOMER_CLICKS: Final = 0.5
_FREE_DOORS: Final = np.array([0.46, 0.42, 0.12])


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits to the site.

    Parameters
    ----------
    person
        The customer; below 0: `STRANGER`, `ROBOT`, `HIDDEN_ROBOT`.
    stranger
        Which stranger or robot it is.
    at
        When it begins (for `BUYS`: when the order is placed), microseconds since 1970.
    door
        `DIRECT`, `ORGANIC`, `SOCIAL_LINK`, or `FIRST_DOOR` and the channel's place.
    campaign
        Which of the channel's campaigns.
    browser
        PHONE, TABLET or LAPTOP.
    cookie
        Names the browser's cookie of that time.
    is_seen
        Whether its events are sent: the browser doesn't refuse.
    goal
        BROWSES, FILLS_CART or BUYS.
    order
        The order's place among the block's orders; -1: none.
    logs_in
        Whether the customer logs in.
    """

    person: NDArray[np.int32]
    stranger: NDArray[np.int64]
    at: NDArray[np.int64]
    city: NDArray[np.int16]
    door: NDArray[np.int16]
    campaign: NDArray[np.int8]
    browser: NDArray[np.int8]
    cookie: NDArray[np.uint64]
    is_seen: NDArray[np.bool_]
    goal: NDArray[np.int8]
    order: NDArray[np.int64]
    logs_in: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.person)


@dataclass(frozen=True, slots=True)
class _Part:
    """Some visits before they get their browser: person, city, at, door, goal, order, stranger."""

    person: NDArray[np.int32]
    city: NDArray[np.int16]
    at: NDArray[np.int64]
    door: NDArray[np.int16]
    goal: int = BROWSES
    order: NDArray[np.int64] | None = None
    stranger: NDArray[np.int64] | None = None


def visits_of(scene: Scene, block: Block, orders: Orders) -> Visits:
    """Draw the visits of a block of days, and those that led to its orders."""
    rng = scene.seeds.of("visits", block.number)
    buying = _buying(scene, orders, rng)
    parts = [buying, _before(scene, orders, rng)]
    parts += _browsing(scene, block, rng)
    paid = _paid(scene, block, parts, rng)
    parts += [*paid, *_robots(scene, block, rng)]
    return _whole(scene, parts, rng)


def _doors_of_orders(
    scene: Scene, orders: Orders, which: NDArray[np.int64], credit: float, rng: np.random.Generator
) -> NDArray[np.int16]:
    """Choose doors for visits around orders: the cause's own, or whoever takes the credit."""
    count = len(which)
    day, city = orders.day[which], scene.people.city[orders.person[which]]
    cause = orders.cause[which].astype(np.int64)
    channel = cause - FIRST_CHANNEL
    clicked = np.array([c.cost_per_click > 0 for c in scene.channels])
    own = (channel >= 0) & (rng.random(count) < credit)
    spent = scene.story.spend_cents[day, city] > 0
    # what was carried over from earlier days can't be clicked on a day without spending
    own &= (clicked & spent)[np.arange(count), np.maximum(channel, 0)]
    door = rng.choice(len(_FREE_DOORS), count, p=_FREE_DOORS)
    # who comes because of what others said often follows their link
    followed = (cause == WORD_OF_MOUTH) & (rng.random(count) < credit)
    door = np.where(followed, SOCIAL_LINK, door)
    left = rng.random(count)
    for c, told in enumerate(scene.channels):
        # who spends nothing in a town takes no credit there, and who is held out sees nothing
        takes = spent[:, c] & (left >= 0) & (left < told.credit)
        if told.reaches == "contacts":
            takes &= scene.people.newsletter[orders.person[which]]
        takes &= ~held_out(scene, c, orders.person[which], day)
        door = np.where(takes, FIRST_DOOR + c, door)
        left = left - told.credit
    return np.where(own, FIRST_DOOR + channel, door).astype(np.int16)


def _buying(scene: Scene, orders: Orders, rng: np.random.Generator) -> _Part:
    which = np.flatnonzero(~orders.in_store)
    person = orders.person[which]
    return _Part(
        person=person,
        city=scene.people.city[person],
        at=orders.at[which],
        door=_doors_of_orders(scene, orders, which, 0.5, rng),
        goal=BUYS,
        order=which,
    )


def _before(scene: Scene, orders: Orders, rng: np.random.Generator) -> _Part:
    """Draw visits in the days before an order; before one in a shop there are fewer."""
    told = scene.world.web
    number = rng.poisson(np.where(orders.in_store, told.before_store, told.before_order))
    which = np.repeat(np.arange(len(orders)), number)
    before = 600 + np.minimum(rng.exponential(4.5, len(which)), 30) * 86_400
    at = orders.at[which] - (before * SECOND).astype(np.int64)
    door = _doors_of_orders(scene, orders, which, 0.7, rng)
    person = orders.person[which]
    day = scene.day_of(at)
    stays = (day >= 0) & (scene.people.joined[person] <= day + 30)
    # a channel that spent nothing on the day of the visit wasn't there
    spent = scene.story.spend_cents[np.maximum(day, 0), scene.people.city[person]]
    channel = np.maximum(door.astype(np.int64) - FIRST_DOOR, 0)
    absent = (door >= FIRST_DOOR) & (spent[np.arange(len(door)), channel] == 0)
    door = np.where(absent, DIRECT, door).astype(np.int16)
    return _Part(
        person=person[stays],
        city=scene.people.city[person[stays]],
        at=at[stays],
        door=door[stays],
    )


def _browsing(scene: Scene, block: Block, rng: np.random.Generator) -> list[_Part]:
    """Draw visits without a purpose: by customers, and by strangers of the same towns."""
    told, totals = scene.world.web, scene.visits.totals
    intensity = scene.story.demand[block.days] * totals
    day, city = spread(rng.poisson(intensity), block.first)
    person = scene.visits.draw(city, rng)
    stays = scene.people.are_customers(person, day)
    person, day, city = person[stays], day[stays], city[stays]
    ours = _Part(person, city, _when(scene, day, rng), _free(len(day), rng))
    heard = _by_word_of_mouth(scene, block, intensity, rng)
    day, city = spread(rng.poisson(intensity * told.strangers), block.first)
    theirs = _Part(
        np.full(len(day), STRANGER, np.int32), city, _when(scene, day, rng), _free(len(day), rng)
    )
    return [ours, heard, theirs]


def _by_word_of_mouth(
    scene: Scene, block: Block, intensity: NDArray[np.float64], rng: np.random.Generator
) -> _Part:
    """Draw the visits that more kind words than usual bring, through links in posts."""
    usual = scene.world.social.word_of_mouth
    relative = scene.story.word_of_mouth[block.days, None] / usual if usual else np.zeros(1)
    more = intensity * _FREE_DOORS[SOCIAL_LINK] * np.maximum(relative - 1, 0)
    day, city = spread(rng.poisson(more), block.first)
    person = scene.visits.draw(city, rng)
    stays = scene.people.are_customers(person, day)
    person, day, city = person[stays], day[stays], city[stays]
    door = np.full(len(day), SOCIAL_LINK, np.int16)
    return _Part(person, city, _when(scene, day, rng), door)


def _when(scene: Scene, day: NDArray[np.int32], rng: np.random.Generator) -> NDArray[np.int64]:
    return scene.moment(day, second_of_day("site", len(day), rng))


def _free(count: int, rng: np.random.Generator) -> NDArray[np.int16]:
    return rng.choice(len(_FREE_DOORS), count, p=_FREE_DOORS).astype(np.int16)


def _paid(scene: Scene, block: Block, parts: list[_Part], rng: np.random.Generator) -> list[_Part]:
    """Draw the other visits that clicks on advertising bring: most clicks buy nothing."""
    cents = scene.story.spend_cents[block.days]
    found = []
    for c, channel in enumerate(scene.channels):
        if channel.cost_per_click <= 0:
            continue
        expected = cents[:, :, c] / 100 / channel.cost_per_click * _LANDS
        taken = np.zeros_like(expected)
        for part in parts:
            through = part.door == FIRST_DOOR + c
            day = scene.day_of(part.at[through]) - block.first
            inside = (day >= 0) & (day < len(expected))
            np.add.at(taken, (day[inside], part.city[through][inside]), 1)
        day, city = spread(rng.poisson(np.maximum(expected - taken, 0)), block.first)
        only = channel.reaches != "everyone"
        is_customer = rng.random(len(day)) < (1.0 if only else _CUSTOMER_CLICKS)
        person = scene.visits.draw(city, rng)
        stays = scene.people.are_customers(person, day)
        stays &= ~held_out(scene, c, person, day)
        if channel.reaches == "contacts":
            stays &= scene.people.newsletter[person]
        person = np.where(is_customer, person, STRANGER).astype(np.int32)
        keep = stays | ~is_customer
        door = np.full(int(keep.sum()), FIRST_DOOR + c, np.int16)
        found.append(_Part(person[keep], city[keep], _when(scene, day[keep], rng), door))
    return found


def _robots(scene: Scene, block: Block, rng: np.random.Generator) -> list[_Part]:
    told, parts = scene.world.web, []
    usual = scene.visits.totals.sum()
    days = block.last - block.first
    for who, share, names in (
        (ROBOT, told.declared_robots, 12),
        (HIDDEN_ROBOT, told.hidden_robots, 40),
    ):
        number = rng.poisson(usual * share, days)
        day = np.repeat(np.arange(block.first, block.last, dtype=np.int32), number)
        # robots don't sleep
        second = rng.random(len(day)) * 82_800
        parts.append(
            _Part(
                np.full(len(day), who, np.int32),
                np.zeros(len(day), np.int16),
                scene.moment(day, second),
                np.full(len(day), DIRECT, np.int16),
                stranger=rng.integers(0, names, len(day)),
            )
        )
    return parts


def _whole(scene: Scene, parts: list[_Part], rng: np.random.Generator) -> Visits:
    """Give all visits their browser, cookie and will."""
    person = np.concatenate([p.person for p in parts])
    count = len(person)
    city = np.concatenate([p.city for p in parts])
    at = np.concatenate([p.at for p in parts])
    door = np.concatenate([p.door for p in parts])
    goal = np.concatenate([np.full(len(p.person), p.goal, np.int8) for p in parts])
    order = np.concatenate(
        [p.order if p.order is not None else np.full(len(p.person), -1) for p in parts]
    )
    # a stranger comes back now and then
    stranger = np.concatenate(
        [
            p.stranger
            if p.stranger is not None
            else (rng.pareto(1.2, len(p.person)) * 1000).astype(np.int64) % 50_000_000
            for p in parts
        ]
    )
    goal = np.where((goal == BROWSES) & (rng.random(count) < 0.07), FILLS_CART, goal)
    goal[person <= ROBOT] = BROWSES
    browser = _browsers(scene, person, stranger, rng)
    is_customer = person >= 0
    whose = np.maximum(person, 0)
    refused = np.where(
        is_customer,
        scene.people.refuses[browser, whose],
        (mixed(stranger.astype(np.uint64) * np.uint64(3)) % np.uint64(1000)).astype(float)
        < 1000 * scene.world.web.refuse_share,
    )
    refused &= person > ROBOT
    logs_in = is_customer & scene.people.has_account[whose]
    # who buys with an account is logged in
    logs_in &= (goal == BUYS) | (rng.random(count) < scene.world.web.login_share)
    channel = np.maximum(door.astype(np.int64) - FIRST_DOOR, 0)
    number = np.array([len(c.campaigns) for c in scene.channels])[channel]
    order_of_time = np.argsort(at, kind="stable")
    found: list[NDArray[Any]] = [
        a[order_of_time]
        for a in (
            person,
            stranger,
            at,
            city,
            door,
            (rng.random(count) * number).astype(np.int8),
            browser,
            _cookies(scene, person, stranger, browser, at),
            ~refused,
            goal.astype(np.int8),
            order,
            logs_in,
        )
    ]
    return Visits(*found)


def _browsers(
    scene: Scene,
    person: NDArray[np.int32],
    stranger: NDArray[np.int64],
    rng: np.random.Generator,
) -> NDArray[np.int8]:
    """Choose a browser among those that somebody has."""
    whose = np.maximum(person, 0)
    chance = rng.random((3, len(person))) ** (1 / np.array([[0.55], [0.12], [0.33]]))
    chance *= scene.people.browsers[:, whose] | (person < 0)
    chosen = chance.argmax(axis=0)
    theirs = np.array([PHONE, PHONE, LAPTOP, TABLET, PHONE])[stranger % 5]
    chosen = np.where(person == STRANGER, theirs, chosen)
    return np.where(person <= ROBOT, LAPTOP, chosen).astype(np.int8)


def _cookies(
    scene: Scene,
    person: NDArray[np.int32],
    stranger: NDArray[np.int64],
    browser: NDArray[np.int8],
    at: NDArray[np.int64],
) -> NDArray[np.uint64]:
    """Name the cookie that a browser has at a moment: it is replaced every so many days.

    A household's tablet has one cookie for two people.
    """
    owner = np.maximum(person, 0)
    partner = scene.people.partner[owner]
    owner = np.where((browser == TABLET) & (partner >= 0), partner, owner).astype(np.uint64)
    unknown = stranger.astype(np.uint64) + np.uint64(1 << 40)
    unknown += np.where(person < STRANGER, -person, 0).astype(np.uint64) << np.uint64(42)
    owner = np.where(person >= 0, owner, unknown)
    lasts = np.array(scene.world.web.cookie_days, np.uint64)[browser]
    base = mixed(
        owner * np.uint64(4) + browser.astype(np.uint64) + np.uint64(scene.seeds.seed << 8)
    )
    age = np.maximum(scene.day_of(at), 0).astype(np.uint64)
    # everybody's cookies end on days of their own
    epoch = (age + base % lasts) // lasts
    # a robot that hides takes a new cookie each time
    fresh = np.where(person == HIDDEN_ROBOT, at.astype(np.uint64), np.uint64(0))
    return mixed(base + epoch * np.uint64(0x9E3779B97F4A7C15) + fresh)
