"""All that is known before the first day: world, people, story, clocks; shared by all blocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from parvis.simulate.people import People
from parvis.simulate.seeds import Seeds
from parvis.simulate.story import Story
from parvis.simulate.world.model import Channel, World

__all__ = ["BASE", "FIRST_CHANNEL", "SECOND", "WORD_OF_MOUTH", "Block", "Scene", "Urn"]

#: Causes of an order; channels follow in the world's order.
BASE: Final = 0
WORD_OF_MOUTH: Final = 1
FIRST_CHANNEL: Final = 2

#: A second, in the microseconds that moments are counted in.
SECOND: Final = 1_000_000

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Block:
    """Some days, made up and written together; blocks don't know of each other.

    Parameters
    ----------
    number
        From 0.
    first, last
        The first day, and the day after the last.
    """

    number: int
    first: int
    last: int

    @property
    def days(self) -> slice:
        """The days as a slice of arrays by day."""
        return slice(self.first, self.last)


@dataclass(frozen=True, slots=True)
class Urn:
    """People to be drawn, each with a weight, town by town.

    Parameters
    ----------
    upto
        (n + 1,) cumulative weights.
    bounds
        (cities + 1,) where each town's people begin.
    """

    upto: NDArray[np.float64]
    bounds: Counts

    @classmethod
    def of(cls, weight: NDArray[np.float64], city: NDArray[np.int16], cities: int) -> Urn:
        """Fill an urn; people are sorted by town."""
        bounds = np.searchsorted(city, np.arange(cities + 1))
        return cls(np.concatenate(([0.0], np.cumsum(weight))), bounds.astype(np.int64))

    @property
    def totals(self) -> NDArray[np.float64]:
        """(cities,) sum of the weights of each town."""
        return np.diff(self.upto[self.bounds])

    def draw(self, city: NDArray[np.int16], rng: np.random.Generator) -> NDArray[np.int32]:
        """Draw a person of each of these towns."""
        low, high = self.upto[self.bounds[:-1]][city], self.upto[self.bounds[1:]][city]
        at = low + rng.random(len(city)) * (high - low)
        found = np.searchsorted(self.upto, at, side="right") - 1
        # rounding may step over the edge of a town
        first, last = self.bounds[:-1][city], self.bounds[1:][city] - 1
        return np.clip(found, first, np.maximum(last, first)).astype(np.int32)


@dataclass(frozen=True, slots=True)
class Scene:
    """The world with its people and its story.

    Parameters
    ----------
    midnights
        (days + 1,) when each day begins, in microseconds since 1970.
    offsets
        By how much the brand's clocks are ahead of UTC, hour by hour from the first day on.
    rates, visits
        Urns of people by their rates of orders and of visits.
    reaches
        For each channel, the urn of people whom it moves, by orders.
    """

    world: World
    people: People
    story: Story
    seeds: Seeds
    midnights: NDArray[np.int64]
    offsets: NDArray[np.int64]
    rates: Urn
    visits: Urn
    reaches: tuple[Urn, ...]

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The world's channels."""
        return self.world.channels

    @property
    def end(self) -> int:
        """The moment after the last day."""
        return int(self.midnights[-1])

    def moment(self, day: NDArray[np.int32], second: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return moments: so many seconds after a day began."""
        return self.midnights[day] + (second * SECOND).astype(np.int64)

    def clock(self, moment: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return what the brand's clocks show, as microseconds since 1970 on those clocks."""
        hour = (moment - self.midnights[0]) // (3600 * SECOND)
        ahead: NDArray[np.int64] = self.offsets[np.clip(hour, 0, len(self.offsets) - 1)]
        return moment + ahead

    def day_of(self, moment: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return the day of a moment; before the first day: negative."""
        return (np.searchsorted(self.midnights, moment, side="right") - 1).astype(np.int32)


def midnights(world: World, days: int) -> NDArray[np.int64]:
    """Return when each day begins where the brand's clocks stand, microseconds since 1970."""
    zone, first = ZoneInfo(world.brand.zone), world.brand.starts_on
    found = [
        datetime.combine(first + timedelta(days=d), time(), zone).timestamp()
        for d in range(days + 1)
    ]
    return (np.array(found) * SECOND).astype(np.int64)


def offsets(world: World, begins: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how far the brand's clocks are ahead of UTC, each hour and two months on."""
    zone = ZoneInfo(world.brand.zone)
    hours = np.arange(begins[0], begins[-1] + 60 * 86_400 * SECOND, 3600 * SECOND)
    ahead = [datetime.fromtimestamp(h / SECOND, zone).utcoffset() for h in hours.tolist()]
    return np.array([(a or timedelta()).total_seconds() * SECOND for a in ahead], np.int64)


def spread(counts: Counts, first_day: int) -> tuple[NDArray[np.int32], NDArray[np.int16]]:
    """Turn counts by day and town into a day and a town for each thing counted.

    Parameters
    ----------
    counts
        (days, cities).
    """
    days, cities = counts.shape
    flat = np.repeat(np.arange(days * cities, dtype=np.int64), counts.ravel())
    return (flat // cities + first_day).astype(np.int32), (flat % cities).astype(np.int16)


#: How busy each hour is, midnight first: in shops, on the site, on social networks.
_SHOP_HOURS: Final = (0,) * 9 + (3, 6, 7, 7, 5, 6, 7, 8, 9, 8, 4) + (0,) * 4
_SITE_HOURS: Final = (0,) * 6 + (2, 4, 6, 7, 8, 7, 8, 7, 6, 6, 6, 7, 8, 9, 11, 12, 9, 0)
_WORD_HOURS: Final = (2, 1, 1, 1, 1, 1, 2, 5, 7, 7, 6, 6, 8, 7, 6, 6, 6, 7, 8, 9, 9, 9, 7, 4)
HOURS: Final = {"shop": _SHOP_HOURS, "site": _SITE_HOURS, "words": _WORD_HOURS}


def second_of_day(kind: str, count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw times of the day, in seconds after midnight.

    Shops and the site rest at the edges of the day: a day of 23 or 25 hours keeps its orders.
    """
    weights = np.array(HOURS[kind], float)
    hour = rng.choice(24, count, p=weights / weights.sum())
    return hour * 3600 + rng.random(count) * 3599
