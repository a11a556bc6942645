"""From the events behind a trait alone, the trait comes out again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from parvis.errors import ParvisError
from parvis.lake.workspace import Workspace
from parvis.profile import api as profile
from parvis.work.steps import build
from tests.making import Row, change_settings, event, made_workspace, one, order, page, put, rows

#: Scores depend on the other customers too.
ALONE = [
    t.name for t in profile.TRAITS if not t.name.endswith("_score") and t.name != "rfm_segment"
]

LINES = [("tea", 10, "drinks"), ("pot", 12, "china")]


def life() -> list[Row]:
    days = ["2026-01-05", "2026-01-15", "2026-02-04", "2026-02-14", "2026-03-24"]
    return [
        *(
            order(
                f"o{n}",
                f"{d}T10:00",
                lines=LINES,
                channel="store" if n % 2 else None,
                properties={"coupon_discount": n % 2},
            )
            for n, d in enumerate(days)
        ),
        order("o1", "2026-01-20", name="Order Refunded", lines=[("pot", 12)]),
        order("o2", "2026-02-20", name="Order Refunded", lines=[("pot", 8)], amount=8),
        order("other", "2026-03-01", lines=[("cup", 20, "china"), ("rug", 5, "rooms")]),
        order("other", "2026-03-02", name="Order Refunded", lines=[("cup", 19)], amount=19),
        order("gone", "2026-03-03", lines=[("sofa", 900, "rooms")]),
        order("gone", "2026-03-04", name="Order Cancelled", lines=()),
        order("pounds", "2026-03-05", amount=9, currency="GBP", lines=()),
        event("Coupon Redeemed", "2026-02-01", user="ann"),
        event("Campaign Received", "2026-01-01", user="ann", channel="direct mail"),
        page("/", "2026-03-06T10:00", user="ann", channel="search"),
        event("Video Played", "2026-03-06T10:09", user="ann", cookie="c1", source="web"),
        page("/", "2026-03-06T12:00", cookie="c1"),
        # arrived five days later: no visit by the rules of a visit
        page("/", "2026-03-06T12:10", cookie="c1", received="2026-03-11T12:10"),
        event("Video Played", "2026-03-07T10:00", user="ann", cookie="c1", source="web"),
        # at one moment: the message decides which channel is the last
        page("/a", "2026-03-28T10:00", user="ann", channel="email", message_id="z1"),
        page("/b", "2026-03-28T10:00", user="ann", channel="social", message_id="z2"),
        event(None, "2026-01-02", user="ann", traits={"name": "Ann", "age": "30", "city": "Lyon"}),
        event(None, "2026-02-02", user="ann", traits={"city": "Paris"}),
    ]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("provenance") / "shop"
    with made_workspace(folder, rates=[("GBP", "2026-01-01", "1.15")]) as workspace:
        put(workspace, [*life(), order("b1", user="bob"), page("/", user="bob", cookie="c9")])
        build(workspace)
        yield workspace


def customer(workspace: Workspace) -> Row:
    return one(workspace.profiles, user_id="ann")


def again(workspace: Workspace, trait: str) -> Any:
    """Reckon a trait from its evidence, by the functions of the build."""
    engine, rules = workspace.engine, profile.session_rules(workspace.settings)
    who = customer(workspace)["customer_id"]
    events = engine.stage(profile.evidence(engine, who, trait, rules))
    of_orders = profile.order_events(events)
    rates = workspace.table("exchange_rates")
    traits = profile.customer_traits(
        events,
        profile.orders(of_orders, rates, "UTC", "EUR"),
        profile.order_lines(of_orders, rates, "UTC", "EUR"),
        profile.sessions(events, rules, "UTC"),
    )
    return one(profile.profiles(traits, workspace.now(), "UTC"))[trait]


@pytest.mark.parametrize("trait", ALONE)
def test_a_trait_comes_out_of_its_evidence_again(shop: Workspace, trait: str) -> None:
    expected = customer(shop)[trait]
    assert expected is not None, "the life made up for this test lacks this trait"
    assert again(shop, trait) == expected


@pytest.mark.parametrize("trait", [t.name for t in profile.TRAITS])
def test_evidence_is_the_customers_own_newest_first(shop: Workspace, trait: str) -> None:
    found = profile.evidence(shop.engine, customer(shop)["customer_id"], trait)
    told = (
        found.select("message_id", "occurred_at", "user_id", "anonymous_id")
        .to_pyarrow()
        .to_pylist()
    )
    assert told
    moments: list[datetime] = [r["occurred_at"] for r in told]
    assert moments == sorted(moments, reverse=True)
    assert {r["user_id"] for r in told} <= {"ann", None}
    assert {r["anonymous_id"] for r in told} <= {"c1", None}


def test_a_count_has_as_many_events_as_it_says(shop: Workspace) -> None:
    who = customer(shop)["customer_id"]
    for trait, count in (("coupons_redeemed", 1), ("campaigns_received", 1), ("last_channel", 1)):
        assert len(rows(profile.evidence(shop.engine, who, trait))) == count
    (last,) = rows(profile.evidence(shop.engine, who, "last_channel"))
    assert last["channel"] == customer(shop)["last_channel"] == "social"
    (city,) = [a for a in customer(shop)["attributes"] if a["name"] == "city"]
    behind = rows(profile.evidence(shop.engine, who, "attributes"))
    assert city["message_id"] in {r["message_id"] for r in behind}


def test_every_trait_of_the_pages_is_a_column(shop: Workspace) -> None:
    assert {t.name for t in profile.TRAITS} <= set(shop.profiles.columns)


def test_an_unknown_trait_is_named(shop: Workspace) -> None:
    with pytest.raises(ParvisError, match="'charm'") as caught:
        profile.evidence(shop.engine, "x", "charm")
    assert "monetary" in caught.value.next_step


def test_other_rules_of_a_visit_have_other_evidence(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("rules") / "shop"
    with made_workspace(folder) as made:
        put(made, life())
        longer = change_settings(made, ("max_delay_days = 3", "max_delay_days = 30"))
        build(longer)
        assert again(longer, "page_views") == customer(longer)["page_views"] == 5
        longer.close()


def test_what_the_build_does_not_know_is_not_behind_it(shop: Workspace) -> None:
    late = order("unbuilt", "2026-03-01", received="2026-08-01")
    put(shop, [late])
    found = rows(profile.customer_events(shop.engine, customer(shop)["customer_id"]))
    assert late["message_id"] not in {r["message_id"] for r in found}
