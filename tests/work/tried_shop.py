"""A small shop that tried two things, with effects that are known exactly."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np

from parvis.connect.landing import Arrival, land
from parvis.lake.workspace import Workspace
from parvis.measure.api import experiments
from parvis.work.experimenting import keep_tried, note_found, try_experiments
from parvis.work.steps import build
from tests.making import Row, event, order, put, speak_of, staged

#: Lots of the holdout, and the first day of the test in cities.
BEGINS = date(2026, 3, 2)
ENDS = date(2026, 4, 12)
TODAY = date(2026, 6, 1)
WEEKS_BEFORE, WEEKS_AFTER = 30, 6
PEOPLE = 600
#: What each person reached spends more in the six weeks.
DEARER = 5.0
HOLDOUT, DARK = "email-holdout", "dark-in-the-west"
CITIES = ("Aix", "Brest", "Caen", "Dijon", "Evian", "Fréjus", "Gap", "Hyères", "Istres", "Jonzac")
TREATED = ("Aix", "Caen")
#: Two cities sell so much more while their budget is doubled.
LIFT = 0.25
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def lots(
    name: str = HOLDOUT,
    people: int = PEOPLE,
    *,
    both: Collection[int] = (),
    block: int = 1,
    begins: date = BEGINS,
) -> list[Row]:
    """Make who was left out: every fourth; some are told on both sides.

    Parameters
    ----------
    block
        So many people who follow each other have the same lot: 1 and 4 hang together in nothing.
    """
    out = {n for n in range(people) if n // block % 4 == 0}
    rows = [(n, "holdout" if n in out else "exposed") for n in range(people)]
    rows += [(n, "exposed" if n in out else "holdout") for n in both]
    return [
        event(
            "Experiment Viewed", f"{begins}T00:00", user=f"p{n}",
            properties={"experiment_id": name, "experiment_name": name, "variation_name": side},
        )
        for n, side in rows
    ]  # fmt: skip


def orders_of_people(people: int = PEOPLE) -> list[Row]:
    """Make an order each person some weeks before, and one in the time: dearer if reached."""
    chance = random.Random(3)
    found = []
    for n in range(people):
        usual = chance.uniform(20, 60)
        for name, day in (("before", -14 - n % 7), ("after", 7 + n % 21)):
            price = usual + chance.uniform(-3, 3) + DEARER * (name == "after" and n % 4 != 0)
            found.append(_order(f"p{n}-{name}", BEGINS + timedelta(day), f"p{n}", price))
    return found


def orders_of_cities(
    *, gone: Mapping[str, Collection[int]] | None = None, lift: float = LIFT, seed: int = 2
) -> list[Row]:
    """Make an order a week of a customer who stands for a city; `gone` weeks have none."""
    rng = np.random.default_rng(seed)
    weeks = WEEKS_BEFORE + WEEKS_AFTER
    common = 1 + 0.1 * np.sin(np.arange(weeks) / 6) + 0.02 * rng.standard_normal(weeks)
    found = []
    for at, city in enumerate(CITIES):
        own = 0.02 * rng.standard_normal(weeks)
        for week in range(weeks):
            if week in (gone or {}).get(city, ()):
                continue
            more = lift if city in TREATED and week >= WEEKS_BEFORE else 0.0
            price = 1000 * (1 + at / 5) * (common[week] + own[week]) * (1 + more)
            day = BEGINS + timedelta(7 * (week - WEEKS_BEFORE) + 2)
            found.append(_order(f"{city}-{week}", day, city, float(price)))
    return found


def people_in_cities() -> list[Row]:
    """Make who lives where."""
    return [
        event(at="2025-01-02", user=city, source="crm", traits={"address.city": city},
              properties={"precision": "day"})
        for city in CITIES
    ]  # fmt: skip


def spend_rows(factor: float = 2.0) -> list[Row]:
    """Make spending on social by week and city: in the changed ones so many times the usual."""
    rows = []
    for city in CITIES:
        for week in range(-WEEKS_BEFORE, WEEKS_AFTER):
            day = BEGINS + timedelta(7 * week)
            amount = 100 * (factor if city in TREATED and week >= 0 else 1)
            rows += [
                {"row_key": f"{city}{day}{n}", "source": "ads", "day": day + timedelta(n),
                 "channel": "social", "geography": city, "currency": "EUR",
                 "amount": Decimal(str(round(amount / 7, 2))), "received_at": NOW}
                for n in range(7)
            ]  # fmt: skip
    rows.append(
        {"row_key": "email", "source": "crm", "day": BEGINS, "channel": "email",
         "currency": "EUR", "amount": Decimal(50), "received_at": NOW}
    )  # fmt: skip
    return rows


def spent(shop: Workspace, rows: list[Row]) -> None:
    """Land spending."""
    land(
        shop, Arrival(source="ads", kind="spend"), spend=staged(shop.engine, rows, "spend")
    )  # fmt: skip


def dark(name: str = "Dark in the west") -> experiments.Plan:
    """Tell of the test in cities, which doubles their budget."""
    return experiments.Plan(
        experiments.plan_id(name), name, "cities", "social", starts_on=BEGINS, ends_on=ENDS,
        cities=TREATED, budget=2.0, hypothesis="Is social worth it?",
    )  # fmt: skip


def tell(shop: Workspace, *plans: experiments.Plan) -> None:
    """Keep experiments as they are told."""
    for plan in plans:
        experiments.put_plan(shop.engine, plan, "test", NOW)


def tried_shop(shop: Workspace) -> Workspace:
    """Fill, build and tell of a shop; `measured` looks at what it shows."""
    put(shop, [*lots(both=(1, 2)), *orders_of_people(), *people_in_cities(), *orders_of_cities()])
    spent(shop, spend_rows())
    build(shop)
    shop = speak_of(shop, TODAY)
    note_found(shop)
    (found,) = experiments.plans_of(shop.engine)
    tell(shop, told(found), dark())
    return shop


def told(plan: experiments.Plan) -> experiments.Plan:
    """Tell of a holdout what events don't."""
    return replace(plan, ends_on=ENDS, share=0.25)


def measured(shop: Workspace) -> dict[str, experiments.Finding]:
    """Look at all experiments and keep what they show."""
    engine = shop.engine.session()
    found = try_experiments(engine, shop)
    engine.close()
    shop.engine.atomically(lambda: keep_tried(shop.engine, found, NOW))
    return {f.plan.experiment_id: f for f in found.findings}


def _order(name: str, day: date, user: str, price: float) -> Row:
    return order(
        name, f"{day}T12:00", user=user, amount=str(round(price, 2)), currency="EUR", lines=None
    )
