"""Who the customers are: drawn once, sorted by town, kept as numbers until a silo writes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parvis.simulate.seeds import Seeds
from parvis.simulate.world.model import World

__all__ = ["LAPTOP", "PHONE", "TABLET", "People", "draw_people"]

PHONE: Final = 0
TABLET: Final = 1
LAPTOP: Final = 2

#: A day later than any that is written.
NEVER: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class People:
    """The customers of a brand; each field is an array of one value a person, sorted by town.

    Parameters
    ----------
    city, language
        Indices into the world's cities and ``("fr", "en")``.
    is_female, first_name, last_name
        What they are called: indices that the lists of names are entered with.
    birth
        Day of birth, days since 1970.
    rate
        Orders a day, without advertising and at demand 1, while they are customers.
    appetite
        Their baskets' size, relative to the average.
    favourite
        Index of the category that they like best.
    satisfaction
        Standard normal: what they say of the brand follows it.
    temper
        How much they talk, relative to the average.
    joined, left
        Days of the simulation; a customer from `joined` up to and without `left`.
    visit_rate
        Visits a day that lead to no order.
    partner
        The person whose mail address, roof and tablet they share; -1: nobody.
    browsers
        (3, n) whether they have a phone, a tablet, a laptop.
    refuses
        (3, n) whether they refuse to be measured there.
    clock_skew
        Seconds by which the clock of their phone is wrong.
    """

    city: NDArray[np.int16]
    language: NDArray[np.int8]
    is_female: NDArray[np.bool_]
    first_name: NDArray[np.int32]
    last_name: NDArray[np.int32]
    birth: NDArray[np.int32]
    rate: NDArray[np.float64]
    appetite: NDArray[np.float32]
    favourite: NDArray[np.int8]
    satisfaction: NDArray[np.float32]
    temper: NDArray[np.float32]
    joined: NDArray[np.int32]
    left: NDArray[np.int32]
    visit_rate: NDArray[np.float32]
    partner: NDArray[np.int32]
    has_account: NDArray[np.bool_]
    has_card: NDArray[np.bool_]
    is_contact: NDArray[np.bool_]
    newsletter: NDArray[np.bool_]
    browsers: NDArray[np.bool_]
    refuses: NDArray[np.bool_]
    on_fediverse: NDArray[np.bool_]
    on_bluesky: NDArray[np.bool_]
    has_machine: NDArray[np.bool_]
    clock_skew: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.city)

    def are_customers(self, person: NDArray[np.int32], day: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Tell of each person whether they are a customer on that day."""
        return (self.joined[person] <= day) & (day < self.left[person])

    def alive(self, weight: NDArray[np.float64], days: int, cities: int) -> NDArray[np.float64]:
        """Sum a weight over the customers of each day and town.

        Parameters
        ----------
        weight
            (n,) such as `rate`.

        Returns
        -------
        ndarray
            (days, cities).
        """
        come = np.clip(self.joined, 0, days)
        # who left before joining was never there
        go = np.clip(np.maximum(self.left, self.joined), 0, days)
        change = np.zeros((days + 1) * cities)
        city = self.city.astype(np.int64)
        for day, sign in ((come, 1.0), (go, -1.0)):
            change += sign * np.bincount(
                day * cities + city, weights=weight, minlength=(days + 1) * cities
            )
        return np.cumsum(change.reshape(days + 1, cities), axis=0)[:days]


def draw_people(world: World, count: int, days: int, seeds: Seeds) -> People:
    """Draw the customers.

    Rates of buying are gamma distributed, and so are rates of leaving: the model behind
    Pareto/NBD.

    Parameters
    ----------
    count
        How many.
    days
        How many days are written: who joins does so within them.

    References
    ----------
    Schmittlein, Morrison and Colombo, "Counting Your Customers", Management Science 33 (1987).
    """
    rng, told = seeds.of("people"), world.people
    city = np.repeat(
        np.arange(len(world.cities), dtype=np.int16),
        _allotted(count, [c.share for c in world.cities]),
    )
    home = np.array([0 if c.language == "fr" else 1 for c in world.cities], np.int8)[city]
    other = rng.random(count) < told.other_language_share
    rate = rng.gamma(world.demand.spread, 1 / world.demand.spread, count)
    joined = np.where(
        rng.random(count) < told.newcomer_share,
        rng.integers(0, max(days, 1), count),
        -rng.exponential(400, count).astype(np.int64) - 1,
    )
    leave = rng.gamma(told.stay_spread, 1 / (told.stay_spread * told.stay_days), count)
    # who was there at the beginning hasn't left before it
    stays = rng.exponential(1, count) / np.maximum(leave, 1e-6)
    left = np.minimum(np.maximum(joined, 0) + 1 + stays, NEVER).astype(np.int32)
    has_account = rng.random(count) < told.account_share
    browsers = np.stack(
        [rng.random(count) < s for s in (told.phone_share, told.tablet_share, told.laptop_share)]
    )
    browsers[PHONE] |= ~browsers.any(axis=0)
    refusing = rng.random(count)
    share = world.web.refuse_share
    # most who refuse do so everywhere; some on one browser only
    refuses = np.stack([(refusing < 0.7 * share) | (rng.random(count) < 0.3 * share)] * 3)
    refuses[LAPTOP] = (refusing < 0.7 * share) | (rng.random(count) < 0.3 * share)
    is_contact = rng.random(count) < world.crm.contact_share
    partner = _partners(city, told.household_share, rng)
    last_name = (rng.beta(0.8, 2.2, count) * 10_000).astype(np.int32)
    shares_name = (partner >= 0) & (rng.random(count) < 0.8)
    last_name[shares_name] = last_name[partner[shares_name]]
    activity = 0.4 + 0.6 * rate * rng.gamma(2.0, 0.5, count)
    skewed = rng.random(count) < 0.03
    return People(
        city=city,
        language=np.where(other, 1 - home, home).astype(np.int8),
        is_female=rng.random(count) < 0.52,
        first_name=(rng.beta(0.9, 1.8, count) * 10_000).astype(np.int32),
        last_name=last_name,
        birth=rng.integers(-13_500, 13_000, count).astype(np.int32),
        rate=rate * world.demand.orders_a_year / 365.0,
        appetite=rng.lognormal(-0.08, 0.4, count).astype(np.float32),
        favourite=_categories(world, count, rng),
        satisfaction=rng.standard_normal(count).astype(np.float32),
        temper=rng.gamma(0.6, 1 / 0.6, count).astype(np.float32),
        joined=joined.astype(np.int32),
        left=left,
        visit_rate=(activity * world.web.visits_a_year / 365.0).astype(np.float32),
        partner=partner,
        has_account=has_account,
        has_card=rng.random(count) < told.loyalty_share,
        is_contact=is_contact,
        newsletter=is_contact & (rng.random(count) < 0.62),
        browsers=browsers,
        refuses=refuses,
        on_fediverse=rng.random(count) < told.fediverse_share,
        on_bluesky=rng.random(count) < told.bluesky_share,
        has_machine=rng.random(count) < told.machine_share,
        clock_skew=np.where(skewed, rng.integers(-7200, 7200, count), 0).astype(np.int32),
    )


def _allotted(count: int, shares: list[float]) -> NDArray[np.int64]:
    """Split a number by shares; the sum is kept."""
    edges = np.rint(np.cumsum(np.array(shares) / sum(shares)) * count).astype(np.int64)
    return np.diff(edges, prepend=0)


def _categories(world: World, count: int, rng: np.random.Generator) -> NDArray[np.int8]:
    names = [c.name for c in world.categories]
    weights = np.zeros(len(names))
    for product in world.products:
        weights[names.index(product.category)] += product.weight
    return rng.choice(len(names), count, p=weights / weights.sum()).astype(np.int8)


def _partners(city: NDArray[np.int16], share: float, rng: np.random.Generator) -> NDArray[np.int32]:
    """Pair neighbours of one town: the second of a pair shares with the first."""
    count = len(city)
    partner = np.full(count, -1, np.int32)
    second = np.arange(1, count, 2)
    # a pair has two members: half the share of people are the second of one
    joined = (rng.random(len(second)) < share) & (city[second] == city[second - 1])
    partner[second[joined]] = second[joined] - 1
    return partner
