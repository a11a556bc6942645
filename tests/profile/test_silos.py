"""What each silo brought, and how much of it is joined to a customer."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from parvis.profile import api as profile
from parvis.work.steps import build
from tests.making import event, order, page, put, staged


def put_spend(workspace, *rows):
    table = [
        {
            "row_key": str(number),
            "source": "ads",
            "day": date(2026, 3, 2),
            "channel": channel,
            "campaign": campaign,
            "amount": Decimal(amount),
            "currency": currency,
            "received_at": datetime(2026, 3, 3, tzinfo=UTC),
        }
        for number, (channel, campaign, amount, currency) in enumerate(rows)
    ]
    workspace.engine.append("spend", staged(workspace.engine, table, "spend"))


@pytest.fixture
def shop(make):
    made = make(rates=[("USD", "2026-01-01", "0.5")])
    put(
        made,
        [
            order("1", user="ann", source="shop", channel="search", campaign="Spring"),
            order("2", user="bob", source="shop"),
            order("3", user=None, also=[("anonymous_id", "nobody")], source="shop"),
            page(cookie="c9", source="web"),
            event("Comment Added", user="ann", source="blog"),
            event("Comment Added", cookie="c8", source="blog"),
        ],
    )
    put_spend(
        made,
        ("search", "Spring", "100", "EUR"),
        ("search", None, "50", "USD"),
        ("display", None, "75", "EUR"),
        ("display", "Spring", "10", "GBP"),
    )
    build(made)
    return made


def test_each_silo_says_what_it_brought_and_whom_it_knows(shop):
    found = {s.source: s for s in profile.silos(shop.engine, "UTC")}
    assert set(found) == {"shop", "web", "blog", "ads"}
    assert found["shop"].events == 3
    assert found["shop"].kinds == (("Order Completed", 3),)
    assert found["shop"].customers == 2
    assert found["shop"].customer_share == 1.0
    assert found["blog"].customers == 1
    assert found["blog"].customer_share == 0.5
    assert found["web"].customers == 0
    assert found["shop"].volume == ((date(2026, 3, 2), 3),)
    assert found["ads"].kinds == (("spend", 4),)


def test_readiness_counts_what_is_joined_and_never_mixes_currencies(shop):
    ready = {r.subject: r for r in profile.readiness(shop.engine, "EUR")}
    assert (ready["orders"].joined, ready["orders"].total) == (2, 3)
    assert (ready["conversations"].joined, ready["conversations"].total) == (1, 2)
    assert ready["devices"].share is None
    # 100 by its campaign, 50 dollars (25 euros) by their channel; 75 met nobody
    assert ready["spend"].total == pytest.approx(200)
    assert ready["spend"].joined == pytest.approx(125)
    # pounds have no rate: in neither sum, and said
    assert ready["spend"].unconverted == 1


def test_an_empty_lake_is_ready_for_nothing_and_says_so(workspace):
    build(workspace)
    assert profile.silos(workspace.engine, "UTC") == ()
    assert [r.share for r in profile.readiness(workspace.engine, "EUR")] == [None] * 4
