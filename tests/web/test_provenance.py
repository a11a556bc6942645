"""The pages' own layout of the data must say what the lake itself says."""

from __future__ import annotations

import pytest

from parvis.lake.workspace import Workspace
from parvis.profile.api import TRAITS, customer_events, evidence, session_rules
from parvis.web.queries.customers import one_customer
from parvis.web.queries.events import provenance, timeline
from parvis.web.reader import Reader
from tests.making import event, made_workspace, order, page, put, rows


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Three customers, one visit that changes hands, and what the tables don't know yet."""
    from parvis.work.steps import build

    shop = made_workspace(tmp_path_factory.mktemp("provenance") / "shop", as_of="2026-07-01")
    put(shop, [
        order("1", "2026-05-01", user="ann", lines=[("tea", 5, "TEA")], channel="store"),
        order("2", "2026-05-09", user="ann", lines=[("tea", 5, "TEA"), ("cup", 2, "CUPS")]),
        order("2", "2026-05-11", user="ann", name="Order Refunded", lines=[("cup", 2)]),
        order("3", "2026-06-30T23:00", user="ann", received="2026-07-02"),
        event(at="2026-05-02", user="ann", source="crm", traits={"name": "Ann", "age": "40"}),
        event(at="2026-06-02", user="ann", source="crm", traits={"age": "41", "city": "Lyon"}),
        page("/a", "2026-06-01T09:00", cookie="k1"),
        page("/b", "2026-06-01T09:05", cookie="k1", user="ann"),
        page("/c", "2026-06-01T09:06", cookie="k2", context={"sessionId": "s1"}),
        page("/d", "2026-06-01T09:07", cookie="k3", user="bob", context={"sessionId": "s1"}),
        page("/e", "2026-06-03T09:07", cookie="k1"),
        order("9", "2026-04-01", user="bob", properties={"coupon_discount": 1}),
        event("Comment Added", "2026-04-02", cookie="k7", source="blog", text="?"),
    ])  # fmt: skip
    build(shop)
    yield shop
    shop.close()


@pytest.fixture(scope="module")
def shelf(shop):
    reader = Reader(shop.files.folder)
    yield reader.shelf()
    reader.close()


def customers(shop: Workspace) -> list[str]:
    found = [r["customer_id"] for r in rows(shop.profiles)]
    assert len(found) >= 3
    return found


def test_the_timeline_is_that_of_the_lake(shop, shelf):
    for customer in customers(shop):
        expected = customer_events(shop.engine, customer).to_pyarrow().to_pylist()
        found = timeline(shelf, customer)
        assert [e.message_id for e in found.rows] == [e["message_id"] for e in expected]


@pytest.mark.parametrize("trait", [t.name for t in TRAITS])
def test_the_events_behind_a_trait_are_those_of_the_lake(shop, shelf, trait):
    rules = session_rules(shop.settings)
    for customer in customers(shop):
        expected = rows(evidence(shop.engine, customer, trait, rules))
        found = timeline(shelf, customer, trait)
        assert {e.message_id for e in found.rows} == {e["message_id"] for e in expected}
        profile = one_customer(shelf, customer)
        told = provenance(shelf, customer, has_visits=profile["sessions"] > 0)[trait]
        assert told.events == len(expected) == found.total
        assert set(told.sources) == {e["source"] for e in expected}
        assert told.last_at == max((e["occurred_at"] for e in expected), default=None)
