"""The first page's figures, computed by hand on a small shop."""

from __future__ import annotations

from datetime import date

import pytest

from parvis.profile import api as profile
from parvis.work.steps import build
from tests.making import days_after, order, put


@pytest.fixture
def told(make):
    # the last 28 days are 3 to 30 June, the 28 before 6 May to 2 June
    shop = make(as_of="2026-07-01")
    events = [
        order("1", "2026-05-10T12:00", user="ann", lines=[("tea", 40, "drinks")]),
        order("2", "2026-06-10T12:00", user="ann", lines=[("tea", 60, "drinks")]),
        order("3", "2026-05-20T12:00", user="bob", lines=[("tea", 20, "drinks")]),
        order("4", "2026-06-20T12:00", user="eve", lines=[("tea", 30, "drinks")]),
        order("5", "2026-06-30T23:00", user="eve", lines=[("tea", 10, "drinks")]),
        order("6", "2026-06-15T12:00", user="dan", lines=[("tea", 99, "drinks")]),
        order("6", "2026-06-16T12:00", user="dan", lines=None, name="Order Cancelled"),
        order("7", "2026-06-15T12:00", user="ann", amount=5, currency="GBP"),
    ]
    put(shop, events)
    build(shop)
    return profile.overview(shop.engine, shop.now(), "UTC", "EUR")


def test_periods_end_the_day_before_and_do_not_overlap(told):
    assert told.as_of == date(2026, 7, 1)
    assert (told.period.first, told.period.last) == (date(2026, 6, 3), date(2026, 6, 30))
    assert (told.previous.first, told.previous.last) == (date(2026, 5, 6), date(2026, 6, 2))


def test_the_five_figures(told):
    figures = {f.name: f for f in told.figures}
    assert (figures["net_sales"].value, figures["net_sales"].previous) == (100, 60)
    assert (figures["buyers"].value, figures["buyers"].previous) == (2, 2)
    assert (figures["new_customers"].value, figures["new_customers"].previous) == (1, 2)
    assert figures["average_basket"].value == pytest.approx(100 / 3)
    assert figures["overdue_customers"].value == 0


def test_the_interval_comes_from_how_differently_customers_moved(told):
    sales = next(f for f in told.figures if f.name == "net_sales")
    # customers moved by +20, -20 and +40 on 60
    half = 1.645 * (20**2 + 20**2 + 40**2) ** 0.5 / 60
    assert sales.change_low == pytest.approx(40 / 60 - half)
    assert sales.change_high == pytest.approx(40 / 60 + half)


def test_what_has_no_rate_is_said_and_in_no_sum(told):
    assert told.unconverted == ({"currency": "GBP", "orders": 1},)
    assert sum(w["net_sales"] for w in told.weekly_sales) <= 160


def test_half_weeks_are_left_out(make):
    shop = make(as_of="2026-07-01")  # a Wednesday
    put(
        shop,
        [order(str(n), days_after("2026-06-10", n) + "T12:00", user="ann") for n in range(21)],
    )
    build(shop)
    weeks = profile.overview(shop.engine, shop.now(), "UTC", "EUR").weekly_sales
    assert [w["week"] for w in weeks] == [date(2026, 6, 15), date(2026, 6, 22)]
    assert all(w["orders"] == 7 for w in weeks)


def test_a_change_beyond_chance_is_found_and_noise_is_not(make):
    shop = make(as_of="2026-07-01")
    events = []
    for n in range(60):
        user = f"u{n}"
        before, now = "2026-05-12T12:00", "2026-06-12T12:00"
        wobble = 5 if n % 2 else -5
        events += [
            order(f"a{n}", before, user=user, lines=[("tea", 10, "tea"), ("jam", 20, "jam")]),
            order(f"b{n}", now, user=user, lines=[("tea", 30, "tea"), ("jam", 20 + wobble, "jam")]),
        ]
    put(shop, events)
    build(shop)
    changes = profile.overview(shop.engine, shop.now(), "UTC", "EUR").changes
    assert [c.subject for c in changes] == ["tea"]
    assert changes[0].change_low < 2.0 < changes[0].change_high


def test_an_empty_shop_has_no_figures_made_up(workspace):
    build(workspace)
    told = profile.overview(workspace.engine, workspace.now(), "UTC", "EUR")
    assert told.weekly_sales == ()
    assert told.changes == ()
    assert next(f for f in told.figures if f.name == "average_basket").value is None
