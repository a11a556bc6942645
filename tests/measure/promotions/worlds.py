"""Small worlds whose truth is known: customers and a campaign, shelves and displays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
import pyarrow as pa

from parvis.measure.promotions.counts import Grid
from parvis.measure.promotions.coupons import CouponCampaign
from parvis.measure.promotions.facts import CouponFacts, Span
from parvis.measure.promotions.laying import Shelf

BEGIN = date(2026, 1, 5)
WEEKS = 24
STARTS = BEGIN + timedelta(weeks=16)
ENDS = STARTS + timedelta(days=34)
NAME = "Campaign 1"

EMPTY_TOLD = pa.table(
    {
        "customer_id": pa.array([], pa.string()),
        "name": pa.array([], pa.string()),
        "number": pa.array([], pa.float64()),
    }
)


@dataclass(frozen=True, slots=True)
class World:
    facts: CouponFacts
    campaign: CouponCampaign
    effect: float


def ids(people: int) -> list[str]:
    return [f"c{n:05d}" for n in range(people)]


def world(
    seed: int,
    *,
    people: int = 1200,
    effect: float = 4.0,
    chosen: Literal["drawn", "spenders", "hidden", "all", "separate"] = "spenders",
    redeems: float = 0.3,
    anyway: float = 0.5,
) -> World:
    """Make customers who buy each week, and a campaign to some of them.

    Parameters
    ----------
    effect
        What the campaign adds to each one's sales of its products.
    chosen
        Whether who gets it is drawn, told by what was bought before, told by a taste that isn't in
        the data, everybody, or told apart from all others.
    redeems
        The part of those who got it who hand a coupon in.
    """
    rng = np.random.default_rng(seed)
    habit = rng.gamma(3.0, 2.0, people)
    rise = rng.random(people) < 0.3
    weeks = np.arange(WEEKS)
    start = (STARTS - BEGIN).days // 7
    sales = habit[:, None] * rng.gamma(4.0, 0.25, (people, WEEKS)) + 1.0
    before = sales[:, start - 8 : start].sum(axis=1)
    scaled = (before - before.mean()) / before.std()
    if chosen == "drawn":
        got = rng.random(people) < 0.4
    elif chosen == "spenders":
        got = rng.random(people) < 1 / (1 + np.exp(0.7 - scaled))
    elif chosen == "hidden":
        got = rng.random(people) < np.where(rise, 0.8, 0.2)
    elif chosen == "all":
        got = np.ones(people, bool)
    else:
        got = scaled > 0.5
        sales[got] *= 6.0
    inside = weeks >= start
    # a taste that what is bought in a few weeks tells badly
    taste = 3.0 if chosen == "hidden" else 0.0
    share = 0.4 + taste * rise[:, None] * (rng.random((people, WEEKS)) < 0.05)
    own = share * sales
    own[:, start : start + 5] += (effect / 5.0) * got[:, None]
    sales[:, start : start + 5] += (effect / 5.0) * got[:, None]
    assert inside.any()
    names = ids(people)
    who = np.repeat(np.arange(people), WEEKS)
    days = np.tile(np.array([BEGIN + timedelta(weeks=int(w)) for w in weeks]), people)
    by_day = pa.table(
        {
            "customer_id": [names[i] for i in who],
            "day": pa.array(list(days), pa.date32()),
            "sales": sales.ravel(),
            "orders": np.ones(people * WEEKS),
            "discount": np.zeros(people * WEEKS),
            "coupon_discount": np.zeros(people * WEEKS),
            "beyond": rng.gamma(2.0, 1.0, people * WEEKS),
        }
    )
    of_campaign = pa.table(
        {
            "campaign": [NAME] * (people * WEEKS),
            "customer_id": [names[i] for i in who],
            "day": pa.array(list(days), pa.date32()),
            "sales": own.ravel(),
        }
    )
    sent = pa.table(
        {
            "campaign": pa.array([NAME] * int(got.sum()), pa.string()),
            "customer_id": pa.array([names[i] for i in np.flatnonzero(got)], pa.string()),
        }
    )
    facts = CouponFacts(by_day, of_campaign, sent, EMPTY_TOLD, {NAME: Span.of(STARTS, ENDS)})
    handed = np.flatnonzero(got & (rng.random(people) < redeems))
    # each redeemed line is worth so much that the effect is the part that wasn't coming anyway
    worth = effect / max(redeems, 1e-9) / max(1.0 - anyway, 1e-9) if redeems else 0.0
    redeemed = pa.table(
        {
            "campaign": pa.array([NAME] * len(handed), pa.string()),
            "customer_id": pa.array([names[i] for i in handed], pa.string()),
            "day": pa.array([STARTS + timedelta(days=7)] * len(handed), pa.date32()),
            "sales": np.full(len(handed), worth),
            "coupon_discount": np.full(len(handed), 1.0),
            "days_any": np.where(np.arange(len(handed)) % 2 == 0, 3, 0),
            "days_same": np.where(np.arange(len(handed)) % 4 == 0, 1, 0),
        }
    )
    campaign = CouponCampaign(NAME, "mail", STARTS, ENDS, 3, 20, redeemed, len(handed), len(handed))
    return World(facts, campaign, effect)


def shelf(
    seed: int,
    *,
    name: str = "p1",
    category: str = "SOUP",
    display: float = 0.5,
    mailer: float = 0.3,
    price: float = 0.0,
    early: float = 0.0,
    shops: int = 30,
    weeks: int = 40,
    rate: float = 0.6,
    ripe: bool = False,
) -> Shelf:
    """Make one product whose displays and mailers multiply its sales by known factors.

    Parameters
    ----------
    display, mailer
        What being shown does, as logarithms.
    price
        The elasticity; the price is cut by a fifth in most weeks in a mailer.
    early
        What the week before a display does already: displays go where sales rise anyway.
    ripe
        Whether it is a fruit, in the mailer mostly in the weeks in which it is ripe.
    """
    rng = np.random.default_rng(seed)
    orders = rng.poisson(40, (shops, weeks)).astype(float)
    level = rng.gamma(4.0, 0.25, shops)
    season = np.exp(0.3 * np.sin(np.arange(weeks) / 4.0))
    shown = rng.random((shops, weeks)) < 0.15
    mailed = np.broadcast_to(rng.random(weeks) < 0.25, (shops, weeks))
    if ripe:
        begins = (np.arange(weeks) >= 12) & (np.arange(weeks) < 24)
        season = season * np.where(begins, 6.0, 1.0)
        mailed = np.broadcast_to(begins & (rng.random(weeks) < 0.6), (shops, weeks))
    cut = np.where(mailed[0] & (rng.random(weeks) < 0.7), -0.2, 0.0)
    cut = np.where(~mailed[0] & (rng.random(weeks) < 0.2), -0.2, cut)
    after = np.zeros((shops, weeks), bool)
    after[:, :-1] = shown[:, 1:]
    eve, eve_mail = after & ~shown, np.zeros((shops, weeks), bool)
    eve_mail[:, :-1] = mailed[:, 1:] & ~mailed[:, :-1]
    mean = rate / 40 * orders * level[:, None] * season[None, :]
    mean = mean * np.exp(
        display * shown + mailer * mailed + price * cut[None, :] + early * (eve | shown)
    )
    units = rng.poisson(mean).astype(float)
    sold = units.any(axis=1)
    d = np.where(eve, 2, shown.astype(np.int64))
    m = np.where(eve_mail, 2, mailed.astype(np.int64))
    grid = Grid(units[sold], orders[sold], d[sold], m[sold], (2, 2))
    days = (BEGIN - date(1970, 1, 1)).days + 7 * np.arange(weeks)
    names = [f"s{n}" for n in np.flatnonzero(sold)]
    return Shelf(name, name, category, grid, cut, 0.7, 2.5 * grid.units, names, days)
