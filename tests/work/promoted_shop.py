"""A small shop with a campaign, coupons and displays whose figures are known exactly."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from parvis.connect.landing import Arrival, land
from parvis.lake.workspace import Workspace
from parvis.work.steps import build
from tests.making import Row, event, order, put, staged

FIRST = date(2026, 1, 5)
WEEKS = 24
STARTS, ENDS = date(2026, 4, 27), date(2026, 5, 24)
PEOPLE = 120
CAMPAIGN = "Spring"


def promoted_shop(shop: Workspace, *, seed: int = 1) -> None:
    """Fill and build a workspace: 120 customers who buy weekly, a third of whom got a campaign.

    Nine of them hand in one coupon for tea: four had bought tea in the quarter before.
    """
    put(shop, _events(np.random.default_rng(seed)), source="till", kind="orders")
    coupons = [
        {"source": "till", "campaign": CAMPAIGN, "coupon_id": "k1", "product_id": product}
        for product in ("tea", "green tea")
    ]
    shown = [
        {
            "source": "till",
            "starts_on": FIRST + timedelta(weeks=week),
            "ends_on": FIRST + timedelta(weeks=week, days=6),
            "store_id": f"s{store}",
            "product_id": product,
            "display": "end cap" if (store + week) % 4 == 0 else "",
            "mailer": "front page" if week % 5 == 0 else "",
        }
        for week in range(WEEKS)
        for store in range(12)
        for product in ("bread", "milk")
        if (store + week) % 4 == 0 or week % 5 == 0
    ]
    land(
        shop,
        Arrival(source="till", kind="events"),
        beside={
            "coupon_products": staged(shop.engine, coupons, "coupon_products").drop("import_id"),
            "promotions_shown": staged(shop.engine, shown, "promotions_shown").drop("import_id"),
        },
    )
    build(shop)


def _events(rng: np.random.Generator) -> list[Row]:
    rows: list[Row] = []
    for person in range(PEOPLE):
        user, store = f"c{person:03}", person % 12
        for week in range(WEEKS):
            day = FIRST + timedelta(weeks=week, days=person % 6)
            shown = (store + week) % 4 == 0
            lines = [("bread", round(float(rng.gamma(4.0, 0.5)), 2), "BAKERY")]
            lines += [("milk", 2, "DAIRY")] * int(rng.poisson(1.5 if shown else 0.6) > 0)
            lines += [("bulbs", round(float(rng.gamma(2.0, 1.0)), 2), "LAMPS")]
            # some buy tea now and then
            if person % 8 == 0 and week % 4 == 0:
                lines += [("tea", 3, "TEA")]
            one = order(f"{user}-{week}", f"{day}T10:00", user=user, lines=lines, source="till",
                        properties={"store_id": f"s{store}"})  # fmt: skip
            rows.append(one)
    days = {"campaign_type": "mail", "starts_on": str(STARTS), "ends_on": str(ENDS)}
    rows += [
        event("Campaign Received", f"{STARTS}T00:00", user=f"c{person:03}", source="till",
              campaign=CAMPAIGN, properties=days)
        for person in range(0, PEOPLE, 3)
    ]  # fmt: skip
    for place, person in enumerate((0, 24, 48, 72, 3, 6, 9, 12, 15)):
        day = STARTS + timedelta(days=2 + place)
        taken = order(f"k-{person}", f"{day}T12:00", user=f"c{person:03}", source="till",
                      lines=[("tea", 3, "TEA")], properties={"store_id": "s0"})  # fmt: skip
        taken["products"][0]["coupon_discount"] = Decimal("0.5")
        taken["properties"] = json.dumps(json.loads(taken["properties"]) | {"coupon_discount": 0.5})
        rows.append(taken)
        rows.append(
            event("Coupon Redeemed", f"{day}T00:00", user=f"c{person:03}", source="till",
                  campaign=CAMPAIGN, properties={"coupon_id": "k1"})
        )  # fmt: skip
    return rows
