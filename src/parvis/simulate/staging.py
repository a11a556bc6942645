"""Set the scene: people, story and urns from a world, a number of customers and a seed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from parvis.simulate.happenings.orders import average_basket
from parvis.simulate.people import People
from parvis.simulate.scene import Scene, Urn, midnights, offsets
from parvis.simulate.seeds import Seeds
from parvis.simulate.story import Market, tell_story
from parvis.simulate.world.model import Channel, World

__all__ = ["market_of", "set_scene"]


def set_scene(world: World, people: People, days: int, seeds: Seeds) -> Scene:
    """Tell the story of some people.

    Parameters
    ----------
    people
        As `draw_people` draws them.
    days
        From the brand's first day on.
    """
    story = tell_story(world, market_of(world, people, days, seeds), seeds)
    cities, begins = len(world.cities), midnights(world, days)
    return Scene(
        world=world,
        people=people,
        story=story,
        seeds=seeds,
        midnights=begins,
        offsets=offsets(world, begins),
        rates=Urn.of(people.rate, people.city, cities),
        visits=Urn.of(people.visit_rate.astype(np.float64), people.city, cities),
        reaches=tuple(
            Urn.of(reached(channel, people, cities), people.city, cities)
            for channel in world.channels
        ),
    )


def market_of(world: World, people: People, days: int, seeds: Seeds) -> Market:
    """Return what the story needs to know of the people."""
    return Market(people.alive(people.rate, days, len(world.cities)), average_basket(world, seeds))


def reached(channel: Channel, people: People, cities: int) -> NDArray[np.float64]:
    """Return each person's orders a day for a lift of 1 by a channel.

    A channel that reaches some people only moves those the more: in the sum of a town the
    lift is the same.
    """
    if channel.reaches == "everyone":
        return people.rate
    who = people.visit_rate if channel.reaches == "visitors" else people.newsletter
    weight = people.rate * who.astype(np.float64)
    city = people.city.astype(np.int64)
    whole = np.bincount(city, weights=people.rate, minlength=cities)
    part = np.bincount(city, weights=weight, minlength=cities)
    return weight * (whole / np.where(part > 0, part, 1))[city]
