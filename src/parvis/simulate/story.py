r"""What causes what: the whole truth of a simulated brand, before anybody buys or clicks.

Day *t*, town *g*, channel *c*. Four sentences make the story:

**Demand.** Without advertising, the customers of a town place
:math:`\Lambda_{tg}\,D_{tg}` orders a day: :math:`\Lambda` is the sum of their own rates, and

.. math:: D_{tg} = \text{trend}_t \cdot \text{season}_t \cdot \text{weekday}_t \cdot
          \text{price}_t^{-\text{elasticity}} \cdot \text{weather}_{tg} \cdot (1 - \text{crisis}_t).

**Budgets follow demand.** Whoever plans them sees it coming, and spends

.. math:: \text{spend}_{tgc} = \text{usual}_{gc} \cdot \text{flight}_{tc} \cdot
          (\hat D_{tg} / \bar D)^{\text{follows}_c} \cdot e^{\text{noise}} \cdot \text{test}_{tgc}.

This is the confounder: sales and spending rise together, whatever advertising does.

**Advertising adds orders**, with carry-over and saturation. The pressure
:math:`x = \text{spend} / \text{usual}` is 1 on a usual day; it is carried over,
:math:`a_t = (1 - r) x_t + r a_{t-1}`, and adds

.. math:: \text{lift}_{tgc} = \text{effect}_c \cdot \frac{S(a_{tgc})}{S(1)},\qquad
          S(a) = \frac{a^k}{a^k + h^k}

orders for each that would come anyway. `effect` is such that the usual pressure returns
`roas` in sales for each euro.

**People talk**, and kind words add orders too, some days later. A crisis makes them talk more,
and unkindly.

The orders of different causes are independent Poisson processes: taking a channel away takes
away its own orders and no others. So the truth of a channel is a sum over orders that exist, to
the cent, and not a model of one. What a naive eye sees as a channel's return is decided
elsewhere, in `happenings.visits`: through which channels an order passes that would have come
anyway (`credit`).

References
----------
Jin et al., "Bayesian Methods for Media Mix Modeling with Carryover and Shape Effects", Google
(2017): carry-over and Hill saturation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from parvis.simulate.seeds import Seeds
from parvis.simulate.world.model import Channel, Experiment, World

__all__ = ["Market", "Story", "carried_over", "saturated", "tell_story"]

Array = NDArray[np.float64]
_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Market:
    """What the story needs to know of the people.

    Parameters
    ----------
    orders
        (days, cities) orders a day at demand 1, without advertising.
    basket
        The average order, in units of the currency, at list prices.
    """

    orders: Array
    basket: float


@dataclass(frozen=True, slots=True)
class Story:
    """The truth, day by day.

    Parameters
    ----------
    first_day
        The first day.
    demand
        (days, cities) relative to an ordinary day.
    price
        (days,) relative to the list.
    usual_cents
        (cities, channels) a usual day's spending.
    planned_cents, spend_cents
        (days, cities, channels) without and with the city tests; whole cents.
    carried
        (days, cities, channels) pressure with its carry-over.
    lift
        (days, cities, channels) orders added for each base order.
    word_of_mouth
        (days,) orders added by kind words for each base order.
    voices
        (days,) how much is said, relative to an ordinary day.
    crisis
        (days,) 0 to 1: how much of it is the crisis.
    """

    first_day: date
    demand: Array
    price: Array
    usual_cents: Array
    planned_cents: NDArray[np.int64]
    spend_cents: NDArray[np.int64]
    carried: Array
    lift: Array
    word_of_mouth: Array
    voices: Array
    crisis: Array

    @property
    def days(self) -> int:
        """How many days there are."""
        return len(self.price)


def tell_story(world: World, market: Market, seeds: Seeds) -> Story:
    """Compute what causes what, for all days, towns and channels.

    Parameters
    ----------
    market
        The people's own rates and basket.

    Returns
    -------
    Story
        Arrays of (days, cities, channels).
    """
    rng = seeds.of("story")
    days, cities = market.orders.shape
    crisis = _crisis(world, days)
    price = _price(world, days)
    expected = _seasonal(world, days)[:, None] * price[:, None] ** (1 - world.demand.elasticity)
    weather = _weather(world, days, cities, rng)
    calm = _seasonal(world, days)[:, None] * price[:, None] ** -world.demand.elasticity * weather
    lost = world.crisis.demand * crisis if world.crisis else np.zeros(days)
    demand = calm * (1 - lost)[:, None]

    usual = _usual_cents(world, market, expected)
    # a plan knows the season and the promotions; of the weather it sees yesterday's
    seen = expected * np.vstack([weather[:1], weather[:-1]])
    planned = _planned_cents(world, usual, seen, rng)
    story = Story(
        first_day=world.brand.starts_on,
        demand=demand,
        price=price,
        usual_cents=usual,
        planned_cents=planned,
        spend_cents=_tested(world, planned),
        carried=np.empty(0),
        lift=np.empty(0),
        word_of_mouth=np.empty(0),
        voices=np.empty(0),
        crisis=crisis,
    )
    carried, lift = advertising(world, story, story.spend_cents)
    voices, kind_words = _talk(world, days, crisis, rng)
    return replace(story, carried=carried, lift=lift, voices=voices, word_of_mouth=kind_words)


def advertising(world: World, story: Story, cents: NDArray[np.int64]) -> tuple[Array, Array]:
    """Compute pressure with its carry-over, and the orders it adds for each base order.

    Parameters
    ----------
    cents
        (days, cities, channels) spending; the story's, or what could have been.

    Returns
    -------
    tuple
        Carried pressure and lift, both (days, cities, channels).
    """
    pressure = cents / np.where(story.usual_cents > 0, story.usual_cents, 1)
    carried = np.stack(
        [
            carried_over(pressure[:, :, c], channel.half_life_days)
            for c, channel in enumerate(world.channels)
        ],
        axis=2,
    )
    lift = np.stack(
        [lift_of(world, channel, carried[:, :, c]) for c, channel in enumerate(world.channels)],
        axis=2,
    )
    return carried, lift


def lift_of(world: World, channel: Channel, carried: Array) -> Array:
    """Compute the orders that a channel adds for each base order, of any shape."""
    effect = channel.roas * world.advertising.budget_share * channel.share
    return effect * saturated(carried, channel) / saturated(np.ones(1), channel)


def carried_over(pressure: Array, half_life_days: float) -> Array:
    """Carry pressure over to the following days; a constant pressure stays what it is.

    Parameters
    ----------
    pressure
        (days, …).
    half_life_days
        After so many days half of a day's pressure is left.
    """
    keep = 0.5 ** (1 / half_life_days)
    carried = np.empty_like(pressure)
    # before the first day it was as on that day
    state = pressure[0]
    for day, today in enumerate(pressure):
        state = (1 - keep) * today + keep * state
        carried[day] = state
    return carried


def saturated(carried: Array, channel: Channel) -> Array:
    """Saturate pressure: 0 to 1, by Hill's function."""
    power = np.maximum(carried, 0) ** channel.slope
    share: Array = power / (power + channel.half_saturation**channel.slope)
    return share


def _dates(world: World, days: int) -> NDArray[np.datetime64]:
    return np.datetime64(world.brand.starts_on, "D") + np.arange(days)


def _seasonal(world: World, days: int) -> Array:
    """Trend, season and weekday."""
    dates = _dates(world, days)
    of_year = (dates - dates.astype("datetime64[Y]").astype("datetime64[D]")).astype(float)
    top = 349  # the middle of December
    season = 1 + world.demand.season * np.cos(2 * np.pi * (of_year - top) / 365.25)
    weekday = (dates.astype(np.int64) + 3) % 7  # 1970 began on a Thursday
    trend = (1 + world.demand.trend) ** (np.arange(days) / 365.25)
    factors: Array = trend * season * np.array(world.demand.weekdays)[weekday]
    return factors


def _price(world: World, days: int) -> Array:
    price = np.ones(days)
    for promotion in world.demand.promotions:
        begin = (promotion.starts_on - world.brand.starts_on).days
        price[max(begin, 0) : max(begin + promotion.days, 0)] = 1 - promotion.cut
    return price


def _weather(world: World, days: int, cities: int, rng: np.random.Generator) -> Array:
    """Shocks that come and go: half of each is the whole country's, half the town's own."""
    keep = 0.5 ** (1 / world.demand.weather_days)
    shocks = (rng.standard_normal((days, 1)) + rng.standard_normal((days, cities))) / np.sqrt(2)
    state = np.empty((days, cities))
    state[0] = shocks[0]
    for day in range(1, days):
        state[day] = keep * state[day - 1] + np.sqrt(1 - keep**2) * shocks[day]
    sigma = world.demand.weather
    return np.exp(sigma * state - sigma**2 / 2)


def _crisis(world: World, days: int) -> Array:
    """How strong the crisis is: a steep beginning on its day, then half after half."""
    if world.crisis is None:
        return np.zeros(days)
    begin = (world.crisis.starts_at.date() - world.brand.starts_on).days
    after = np.arange(days) - begin
    strength = np.where(after >= 0, 0.5 ** (np.maximum(after, 0) / world.crisis.days), 0.0)
    if 0 <= begin < days:
        # on its first day only the hours that are left count
        clock = world.crisis.starts_at.time()
        gone = clock.hour / 24 + clock.minute / 1440
        strength[begin] = 1 - gone
    return strength


def _usual_cents(world: World, market: Market, expected: Array) -> Array:
    """Return a usual day's spending by town and channel."""
    sales = (market.orders * expected).mean(axis=0) * market.basket * 100
    shares = np.array([c.share for c in world.channels])
    return world.advertising.budget_share * np.outer(sales, shares)


def _planned_cents(
    world: World, usual: Array, seen: Array, rng: np.random.Generator
) -> NDArray[np.int64]:
    days = len(seen)
    relative = seen / seen.mean(axis=0)
    planned = np.empty((days, *usual.shape))
    for c, channel in enumerate(world.channels):
        flight = np.ones(days)
        if channel.flight_days is not None:
            on, off = channel.flight_days
            phase = int(rng.integers(0, on + off))
            # the same budget in fewer days
            flight = np.where((np.arange(days) + phase) % (on + off) < on, (on + off) / on, 0.0)
        noise = rng.standard_normal(seen.shape) * channel.noise - channel.noise**2 / 2
        followed = relative**channel.follows_demand
        followed /= followed.mean(axis=0)
        planned[:, :, c] = usual[:, c] * flight[:, None] * followed * np.exp(noise)
    return np.rint(planned).astype(np.int64)


def window(world: World, experiment: Experiment, days: int) -> slice:
    """Return the days of the simulation on which an experiment runs; may be empty."""
    begin = (experiment.starts_on - world.brand.starts_on).days
    return slice(min(max(begin, 0), days), min(max(begin + experiment.days, 0), days))


def _tested(world: World, planned: NDArray[np.int64]) -> NDArray[np.int64]:
    """Change the budgets of towns that are tested."""
    spend = planned.copy()
    for experiment in world.experiments:
        if experiment.kind != "cities" or experiment.budget is None:
            continue
        channel = [c.name for c in world.channels].index(experiment.channel)
        during = window(world, experiment, len(planned))
        for g, city in enumerate(world.cities):
            if city.name in experiment.cities:
                changed = planned[during, g, channel] * experiment.budget
                spend[during, g, channel] = np.rint(changed).astype(np.int64)
    return spend


def _talk(world: World, days: int, crisis: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Tell how much is said each day, and the orders that kind words add."""
    calm = np.exp(0.15 * rng.standard_normal(days))
    # now and then somebody with many readers likes something
    bursts = (rng.random(days) < 3 / 365) * rng.uniform(2, 5, days)
    kind = calm + carried_over(bursts, 1.5) / (1 - 0.5 ** (1 / 1.5)) * 0.6
    loud = (world.crisis.posts - 1) * crisis if world.crisis else np.zeros(days)
    heard = carried_over(kind / (1 + loud), world.social.word_of_mouth_days)
    return kind + loud, world.social.word_of_mouth * heard


def crisis_moment(world: World) -> float | None:
    """Return when the crisis begins, in seconds since 1970; None: there is none."""
    if world.crisis is None:
        return None
    begins = world.crisis.starts_at
    if begins.tzinfo is None:
        begins = begins.replace(tzinfo=ZoneInfo(world.brand.zone))
    return begins.timestamp()


def day_start(day: date) -> datetime:
    """Return the beginning of a day, without a zone."""
    return datetime.combine(day, time())
