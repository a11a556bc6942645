"""What was met leads to the order it led to, once, and to nothing where it led to nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from parvis.lake.ducklake import DuckLake
from parvis.lake.schema import TABLES
from parvis.measure.journeys.touches import JourneyRules, journeys, touchpoints
from tests.making import rows

RULES = JourneyRules(click_days=30, view_days=7)
START = datetime(2026, 3, 1, tzinfo=UTC)


def touch(
    day: float, channel: str = "email", kind: str = "visit", who: str = "ann"
) -> dict[str, Any]:
    return {
        "touch_id": f"{who}-{day}-{channel}",
        "customer_id": who,
        "touched_at": START + timedelta(days=day),
        "kind": kind,
        "channel": channel,
        "source": None,
        "campaign": None,
        "is_digital": channel != "direct mail",
    }


def order(day: float, number: str = "o1", who: str = "ann", **more: Any) -> dict[str, Any]:
    at = START + timedelta(days=day)
    row = dict.fromkeys(TABLES["orders"].ibis)
    zero = Decimal(0)
    told = {
        "source": "shop",
        "order_id": number,
        "customer_id": who,
        "ordered_at": at,
        "ordered_on": at.date(),
        "status": "completed",
        "currency": "EUR",
        "gross_amount": Decimal(10),
        "refunded_amount": zero,
        "net_amount": Decimal(10),
        "net_base": Decimal(10),
        "discount": zero,
        "coupon_discount": zero,
        "lines": 1,
        "channel": "web",
        "message_id": number,
        "events": 1,
    }
    return row | told | more


def told(
    engine: DuckLake, touches: list[dict[str, Any]], orders: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    schema = {
        c: TABLES["touchpoints"].ibis[c]
        for c in ("touch_id", "customer_id", "touched_at", "kind", "channel", "source", "campaign",
                  "is_digital")
    }  # fmt: skip
    met = engine.stage_rows(touches, schema)
    bought = engine.stage_rows(orders, dict(TABLES["orders"].ibis.items()))
    placed = touchpoints(met, bought, RULES)
    assert set(placed.columns) == set(TABLES["touchpoints"].ibis)
    each = journeys(placed, bought, "UTC")
    assert set(each.columns) == set(TABLES["journeys"].ibis)
    return rows(placed, "touched_at", "touch_id"), rows(each, "ended_at", "journey_id")


def test_touches_lead_to_the_next_order(engine: DuckLake) -> None:
    touches = [touch(0, "social"), touch(2, "email"), touch(4, "search"), touch(9, "email")]
    placed, each = told(engine, touches, [order(3, "o1"), order(10, "o2")])
    assert [(t["order_key"], t["position"]) for t in placed] == [
        ("shop|o1|EUR", 1),
        ("shop|o1|EUR", 2),
        ("shop|o2|EUR", 1),
        ("shop|o2|EUR", 2),
    ]
    assert [t["days_before"] for t in placed] == [3, 1, 6, 1]
    assert [(j["order_id"], j["touches"], j["first_channel"], j["last_channel"]) for j in each] == [
        ("o1", 2, "social", "email"),
        ("o2", 2, "search", "email"),
    ]
    assert {t["journey_id"] for t in placed} == {j["journey_id"] for j in each}


def test_what_was_met_too_early_led_to_nothing(engine: DuckLake) -> None:
    touches = [touch(0), touch(20), touch(45, "direct mail", "received"), touch(50)]
    placed, each = told(engine, touches, [order(55)])
    assert [t["order_key"] is not None for t in placed] == [False, False, False, True]
    # a visit on day 20 is 35 days before; a letter on day 45 is ten, and counts for seven
    assert [j["touches"] for j in each] == [3, 1]
    assert [j["order_id"] for j in each] == [None, "o1"]


def test_a_long_pause_ends_a_journey_that_led_to_nothing(engine: DuckLake) -> None:
    placed, each = told(engine, [touch(0), touch(29), touch(60), touch(95)], [])
    assert [t["position"] for t in placed] == [1, 2, 1, 1]
    assert [j["touches"] for j in each] == [2, 1, 1]
    assert [j["value"] for j in each] == [None] * 3


def test_an_order_without_a_touch_is_a_journey_of_none(engine: DuckLake) -> None:
    _, each = told(engine, [], [order(1, channel="store")])
    assert [(j["touches"], j["is_offline"], j["first_channel"]) for j in each] == [(0, True, None)]
    assert each[0]["value"] == 10


def test_at_the_moment_of_the_order_the_touch_came_first(engine: DuckLake) -> None:
    placed, _ = told(engine, [touch(3)], [order(3)])
    assert [(t["order_key"], t["days_before"]) for t in placed] == [("shop|o1|EUR", 0)]


def test_people_dont_lead_each_other(engine: DuckLake) -> None:
    placed, each = told(engine, [touch(0, who="ann"), touch(1, who="bob")], [order(2, who="bob")])
    assert [t["order_key"] is not None for t in placed] == [False, True]
    assert {j["customer_id"] for j in each} == {"ann", "bob"}


def test_every_touch_is_in_one_journey_and_every_order_is_one(engine: DuckLake) -> None:
    touches = [touch(d * 1.7, who=f"c{d % 5}") for d in range(60)]
    orders = [order(d * 4.1, f"o{d}", who=f"c{d % 5}") for d in range(25)]
    placed, each = told(engine, touches, orders)
    assert len(placed) == len(touches)
    assert sum(j["touches"] for j in each) == len(touches)
    assert sorted(j["order_id"] for j in each if j["order_id"]) == sorted(
        o["order_id"] for o in orders
    )
    assert len({j["journey_id"] for j in each}) == len(each)
