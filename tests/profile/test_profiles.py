"""Each trait, on customers small enough to reckon by hand."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from parvis.lake.ducklake import DuckLake
from parvis.lake.workspace import Workspace
from parvis.profile import api as profile
from parvis.work.steps import build
from tests.making import Row, event, made_workspace, one, order, page, put, rows, staged
from tests.work.histories import histories

AS_OF = datetime(2026, 7, 1, tzinfo=UTC)


def person(workspace: Workspace, *events: Row) -> Row:
    put(workspace, events)
    build(workspace)
    (found,) = rows(workspace.profiles)
    return found


def test_a_buyer_by_hand(workspace: Workspace) -> None:
    days = ["2026-01-05", "2026-01-15", "2026-02-04", "2026-02-14", "2026-02-24", "2026-06-01"]
    lines = [("tea", 10, "drinks"), ("pot", 30, "china")]
    found = person(
        workspace,
        *(
            order(
                f"o{n}",
                f"{day}T10:00",
                lines=lines,
                channel="web" if n else "store",
                properties={"coupon_discount": "1" if n in (1, 2) else "0"},
            )
            for n, day in enumerate(days)
        ),
        order("gone", "2026-06-20", amount=500),
        order("gone", "2026-06-21", name="Order Cancelled", lines=()),
        order("o5", "2026-06-02", name="Order Refunded", lines=[("pot", 30)]),
        event("Coupon Redeemed", "2026-02-01", user="ann"),
        event("Campaign Received", "2026-01-01", user="ann", channel="direct mail"),
        event("Campaign Received", "2026-06-25", user="ann"),
    )
    assert found["frequency"] == 6
    assert found["monetary"] == 6 * 40 - 30
    assert found["average_basket"] == 35
    assert (found["first_order_on"], found["last_order_on"]) == (date(2026, 1, 5), date(2026, 6, 1))
    assert found["cohort"] == date(2026, 1, 1)
    assert found["recency_days"] == 30
    assert found["tenure_days"] == 181
    # gaps of 10, 20, 10, 10 and 97 days
    assert found["purchase_interval_days"] == 10
    assert found["usual_longest_gap_days"] == pytest.approx(20 + (97 - 20) * 0.6)
    assert found["is_overdue"] is False
    assert found["favourite_category"] == "china"
    assert found["favourite_category_share"] == pytest.approx(150 / 210)
    assert found["coupon_share"] == pytest.approx(2 / 6)
    assert (found["coupons_redeemed"], found["campaigns_received"]) == (1, 2)
    assert (found["first_channel"], found["last_channel"]) == ("direct mail", "web")
    assert (found["events"], found["is_known"], found["user_id"]) == (12, True, "ann")
    assert found["sources"] == ["shop"]
    assert (found["sessions"], found["page_views"], found["seconds_on_site"]) == (0, 0, 0)


def test_a_visitor_by_hand(workspace: Workspace) -> None:
    found = person(
        workspace,
        page("/", "2026-06-01T10:00:00", channel="search"),
        page("/tea", "2026-06-01T10:01:40"),
        page("/", "2026-06-03T10:00:00", channel="email"),
    )
    assert (found["sessions"], found["page_views"], found["seconds_on_site"]) == (2, 3, 100)
    assert (found["is_known"], found["user_id"], found["frequency"]) == (False, None, 0)
    assert (found["first_channel"], found["last_channel"]) == ("search", "email")
    for empty in (
        "recency_days",
        "average_basket",
        "cohort",
        "purchase_interval_days",
        "coupon_share",
        "favourite_category",
        "is_overdue",
        "rfm_segment",
        "monetary_score",
        "age_band",
        "usual_longest_gap_days",
        "display_name",
    ):
        assert found[empty] is None, empty
    assert found["monetary"] == 0


@pytest.mark.parametrize(("orders", "told"), [(4, False), (5, True)])
def test_below_four_intervals_nobody_can_say_what_is_usual(
    workspace: Workspace, orders: int, told: bool
) -> None:
    found = person(workspace, *(order(f"o{n}", f"2026-01-{1 + 3 * n:02}") for n in range(orders)))
    assert found["purchase_interval_days"] == 3
    assert (found["usual_longest_gap_days"] is not None) == told
    assert found["is_overdue"] == (True if told else None)


def test_two_orders_on_a_day_are_no_interval(workspace: Workspace) -> None:
    found = person(workspace, order("a", "2026-01-01T09:00"), order("b", "2026-01-01T19:00"))
    assert (found["frequency"], found["purchase_interval_days"]) == (2, None)


def test_unconverted_orders_are_counted_and_in_no_sum(workspace: Workspace) -> None:
    found = person(
        workspace,
        order("a", amount=100, currency="JPY", lines=[("tea", 100, "drinks")]),
        order("b", amount=7, lines=[("pot", 7, "china")]),
    )
    assert (found["frequency"], found["unconverted_orders"]) == (2, 1)
    assert (found["monetary"], found["average_basket"]) == (7, 7)
    assert (found["favourite_category"], found["favourite_category_share"]) == ("china", 1)


def test_what_silos_said_the_latest_of_each(workspace: Workspace) -> None:
    def told(at: str, **traits: str) -> Row:
        return event(None, at, user="ann", traits=traits)

    first = told("2026-01-01", city="Lyon", firstName="Ann")
    latest = told("2026-03-01", city="Paris", empty="")
    found = person(workspace, latest, first, told("2026-02-01", city="Lille", lastName="Lee"))
    assert {a["name"]: a["value"] for a in found["attributes"]} == {
        "city": "Paris",
        "firstName": "Ann",
        "lastName": "Lee",
    }
    (city,) = [a for a in found["attributes"] if a["name"] == "city"]
    assert city["message_id"] == latest["message_id"]
    assert city["set_at"] == latest["occurred_at"]
    assert found["display_name"] == "Ann Lee"


# with the others


def profiled(engine: DuckLake, people: list[dict[str, Any]], as_of: datetime = AS_OF) -> list[Row]:
    plain = {
        "is_known": True,
        "sources": ["shop"],
        "first_seen_at": datetime(2025, 1, 1, tzinfo=UTC),
        "last_seen_at": datetime(2026, 1, 1, tzinfo=UTC),
        "events": 1,
        "frequency": 1,
        "monetary": Decimal(1),
        "unconverted_orders": 0,
        "coupons_redeemed": 0,
        "campaigns_received": 0,
        "sessions": 0,
        "page_views": 0,
        "seconds_on_site": 0,
        "last_order_on": date(2026, 1, 1),
    }
    given_ = [plain | {"customer_id": f"p{n:03}"} | p for n, p in enumerate(people)]
    return rows(
        profile.profiles(staged(engine, given_, "customer_traits"), as_of, "UTC"), "customer_id"
    )


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(1, 9), st.integers(0, 9)), min_size=1, max_size=30
    )
)
def test_scores_are_monotone_and_equal_for_equals(
    engine: DuckLake, people: list[tuple[int, int, int]]
) -> None:
    found = profiled(
        engine,
        [
            {
                "last_order_on": date(2026, 6, 1) - timedelta(days),
                "frequency": often,
                "monetary": Decimal(much),
            }
            for days, often, much in people
        ],
    )
    for value, score, sign in (
        ("recency_days", "recency_score", -1),
        ("frequency", "frequency_score", 1),
        ("monetary", "monetary_score", 1),
    ):
        by_value: dict[Any, set[int]] = {}
        for row in found:
            by_value.setdefault(sign * row[value], set()).add(row[score])
        assert all(len(scores) == 1 for scores in by_value.values())
        in_order = [by_value[v].pop() for v in sorted(by_value)]
        assert in_order == sorted(in_order)
        assert set(in_order) <= {1, 2, 3, 4, 5}
    assert {r["rfm_segment"] for r in found} <= set(profile.RFM_SEGMENTS)


def test_five_people_five_places(engine: DuckLake) -> None:
    found = profiled(
        engine,
        [
            {"last_order_on": date(2026, 1, 1 + n), "frequency": 1 + n, "monetary": Decimal(n + 1)}
            for n in range(5)
        ]
        + [{"frequency": 0, "last_order_on": None, "monetary": Decimal(0)}],
    )
    assert [r["recency_score"] for r in found] == [1, 2, 3, 4, 5, None]
    assert [r["monetary_score"] for r in found] == [1, 2, 3, 4, 5, None]
    assert [r["rfm_segment"] for r in found] == [
        "lost",
        "hibernating",
        "need_attention",
        "loyal",
        "champions",
        None,
    ]


@pytest.mark.parametrize(
    ("traits", "as_of", "band"),
    [
        ({"birthday": "2001-07-02"}, "2026-07-01", "18-24"),
        ({"birthday": "2001-07-01"}, "2026-07-01", "25-34"),
        ({"birthday": "2001-06-30"}, "2026-07-01", "25-34"),
        ({"birthday": "2008-02-29"}, "2026-02-28", "under 18"),
        ({"birthday": "2008-02-29"}, "2026-03-01", "18-24"),
        ({"birthDate": "1950-01-01"}, "2026-07-01", "65+"),
        ({"age": "44"}, "2026-07-01", "35-44"),
        ({"age": "45"}, "2026-07-01", "45-54"),
        ({"age": "old"}, "2026-07-01", None),
        ({"age": "200"}, "2026-07-01", None),
        ({"birthday": "2030-01-01"}, "2026-07-01", None),
        ({"birthday": "not a day", "age": "30"}, "2026-07-01", "25-34"),
        ({"age_band": "35-44", "age": "20"}, "2026-07-01", "35-44"),
        ({}, "2026-07-01", None),
    ],
)
def test_the_age_is_counted_in_birthdays(
    engine: DuckLake, traits: dict[str, str], as_of: str, band: str | None
) -> None:
    said = [
        {"name": n, "value": v, "message_id": "m", "source": "crm", "set_at": AS_OF}
        for n, v in traits.items()
    ]
    (found,) = profiled(
        engine, [{"attributes": said}], datetime.fromisoformat(as_of).replace(tzinfo=UTC)
    )
    assert found["age_band"] == band


# any day


@pytest.mark.slow
@settings(max_examples=1, phases=[Phase.explicit, Phase.generate])
@given(history=histories(), after=st.integers(1, 45))
def test_profiles_of_a_past_day_are_those_that_were_known_then(
    history: list[Row], after: int
) -> None:
    day = date(2026, 3, 27) + timedelta(after)
    folder = Path(tempfile.mkdtemp(prefix="parvis-then-"))
    rates = (("GBP", "2026-01-01", "1.15"),)
    given_ = {"zone": "Europe/Paris", "rates": rates}
    try:
        with made_workspace(folder / "now", as_of="2026-06-01", **given_) as now:
            put(now, history)
            build(now)
            ours = rows(profile.profiles_at(now, day), "customer_id")
            moment = now.beginning_of(day)
        # nothing that came later can leak: it isn't there
        known = [e for e in history if e["occurred_at"] < moment and e["received_at"] < moment]
        with made_workspace(folder / "then", as_of=str(day), **given_) as then:
            put(then, known)
            build(then)
            theirs = rows(then.profiles, "customer_id")
        assert ours == theirs
    finally:
        shutil.rmtree(folder)


def test_nothing_of_the_future_leaks(workspace: Workspace) -> None:
    put(
        workspace,
        [
            order("o1", "2026-03-01"),
            order("later", "2026-03-10"),
            order("late", "2026-02-01", received="2026-03-10"),
            event(None, "2026-03-11", user="ann", traits={"city": "Paris"}),
        ],
    )
    build(workspace)
    assert one(workspace.profiles)["frequency"] == 3
    for day, orders in ((date(2026, 3, 5), 1), (date(2026, 3, 10), 1), (date(2026, 3, 11), 3)):
        found = one(profile.profiles_at(workspace, day))
        assert (found["frequency"], found["attributes"]) == (orders, None)
    assert rows(profile.profiles_at(workspace, date(2026, 3, 1))) == []
