"""Orders and their lines as they stand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parvis.domain.money import ExchangeRate
from parvis.identity import api as identity
from parvis.lake.ducklake import DuckLake
from parvis.profile import api as profile
from tests.making import Row, order, owners_of, rows, staged

RATES = (
    ExchangeRate("GBP", date(2026, 1, 1), Decimal("1.10")),
    ExchangeRate("GBP", date(2026, 3, 30), Decimal("1.20")),
)


def told(
    engine: DuckLake, events: list[Row], zone: str = "UTC", rates: Iterable[ExchangeRate] = RATES
) -> tuple[list[Row], list[Row]]:
    table = staged(engine, events)
    owners = owners_of(engine, table)
    of_orders = profile.order_events(identity.resolved(table, owners))
    dated = staged(engine, profile.rate_periods(rates), "exchange_rates")
    return (
        rows(profile.orders(of_orders, dated, zone, "EUR"), "order_id", "currency"),
        rows(profile.order_lines(of_orders, dated, zone, "EUR"), "order_id", "line_number"),
    )


def single(engine: DuckLake, *events: Row) -> tuple[Row, list[Row]]:
    orders, lines = told(engine, list(events))
    (found,) = orders
    return found, lines


def net(lines: Iterable[Row]) -> list[Decimal]:
    return [r["net_amount"] for r in lines]


TEA_AND_POT = (("tea", 10, "drinks"), ("pot", 30, "china"))


def refund(at: str = "2026-03-05", **more: object) -> Row:
    return order("o1", at, name="Order Refunded", **{"lines": (), **more})  # type: ignore[arg-type]


# descriptions


def test_an_order_is_told_with_its_lines(engine: DuckLake) -> None:
    found, lines = single(
        engine,
        order(
            "o1",
            lines=TEA_AND_POT,
            channel="web",
            properties={"discount": "1.5", "coupon_discount": 2},
        ),
    )
    assert found["status"] == "completed"
    assert (found["gross_amount"], found["net_amount"], found["net_base"]) == (40, 40, 40)
    assert (found["discount"], found["coupon_discount"]) == (Decimal("1.5"), 2)
    assert (found["lines"], found["channel"], found["currency"], found["events"]) == (
        2,
        "web",
        "EUR",
        1,
    )
    assert [(r["line_number"], r["product_id"], r["category"], r["net_base"]) for r in lines] == [
        (1, "tea", "drinks", 10),
        (2, "pot", "china", 30),
    ]


def test_the_events_own_amount_counts_before_the_lines(engine: DuckLake) -> None:
    found, _ = single(engine, order("o1", lines=TEA_AND_POT, amount="44.90"))
    assert found["gross_amount"] == Decimal("44.90")


def test_an_order_without_lines_or_amount_is_worth_nothing(engine: DuckLake) -> None:
    found, lines = single(engine, order("o1", lines=()))
    assert (found["net_amount"], found["lines"], lines) == (0, 0, [])


def test_a_line_without_an_amount_counts_as_nothing(engine: DuckLake) -> None:
    found, lines = single(engine, order("o1", lines=[("tea", 10), ("gift", None)]))
    assert found["gross_amount"] == 10
    assert net(lines) == [10, 0]


def test_the_latest_description_wins_not_the_last_in_the_list(engine: DuckLake) -> None:
    found, lines = single(
        engine,
        order("o1", "2026-03-03", name="Order Updated", lines=[("cup", 7)]),
        order("o1", "2026-03-02", lines=TEA_AND_POT),
    )
    assert (found["net_amount"], found["events"]) == (7, 2)
    assert [r["product_id"] for r in lines] == ["cup"]


def test_latest_is_what_was_received_last(engine: DuckLake) -> None:
    found, _ = single(
        engine,
        order("o1", "2026-03-02", received="2026-03-09", amount=5),
        order("o1", "2026-03-03", received="2026-03-03", amount=6, name="Order Updated"),
    )
    assert found["net_amount"] == 5


def test_an_update_does_not_move_the_day_of_the_order(engine: DuckLake) -> None:
    found, lines = single(
        engine,
        order("o1", "2026-03-02T10:00"),
        order("o1", "2026-03-20T10:00", name="Order Updated", lines=[("tea", 8)]),
    )
    assert found["ordered_on"] == date(2026, 3, 2)
    assert [r["ordered_on"] for r in lines] == [date(2026, 3, 2)]
    corrected, _ = single(
        engine, order("o1", "2026-03-02T10:00"), order("o1", "2026-02-20", received="2026-03-05")
    )
    assert corrected["ordered_on"] == date(2026, 2, 20)
    unseen, _ = single(
        engine, *(order("o1", f"2026-03-{d:02}", name="Order Updated") for d in (4, 9))
    )
    assert unseen["ordered_on"] == date(2026, 3, 4)


def test_orders_without_a_number_are_each_their_own(engine: DuckLake) -> None:
    orders, lines = told(engine, [order(None), order(None), order("")])
    assert len(orders) == 3
    assert len(lines) == 3


def test_one_number_in_two_shops_is_two_orders(engine: DuckLake) -> None:
    orders, _ = told(engine, [order("o1"), order("o1", source="other")])
    assert len(orders) == 2


# what came back


def test_a_refund_without_products_is_spread(engine: DuckLake) -> None:
    found, lines = single(engine, order("o1", lines=TEA_AND_POT), refund(amount=8))
    assert (found["status"], found["refunded_amount"], found["net_amount"]) == (
        "partly_refunded",
        8,
        32,
    )
    assert net(lines) == [8, 24]


def test_a_refund_of_a_product_is_taken_from_its_line(engine: DuckLake) -> None:
    found, lines = single(engine, order("o1", lines=TEA_AND_POT), refund(lines=[("pot", 30)]))
    assert found["net_amount"] == 10
    assert net(lines) == [10, 0]


def test_a_product_and_a_part_of_the_rest(engine: DuckLake) -> None:
    _, lines = single(
        engine, order("o1", lines=TEA_AND_POT), refund(lines=[("pot", 30)], amount=35)
    )
    assert net(lines) == [5, 0]


def test_less_than_its_products_cost_is_spread_over_them(engine: DuckLake) -> None:
    """A restocking fee: the pot came back, and three quarters of its price went out."""
    found, lines = single(
        engine, order("o1", lines=TEA_AND_POT), refund(lines=[("pot", 30)], amount="22.5")
    )
    assert found["net_amount"] == Decimal("17.5")
    assert net(lines) == [10, Decimal("7.5")]


def test_refunds_add_up(engine: DuckLake) -> None:
    found, lines = single(
        engine,
        order("o1", lines=TEA_AND_POT),
        refund(lines=[("tea", 10)]),
        refund(lines=[("pot", 30)]),
    )
    assert (found["status"], found["net_amount"], found["events"]) == ("refunded", 0, 3)
    assert net(lines) == [0, 0]


def test_more_than_the_order_cost_leaves_less_than_nothing(engine: DuckLake) -> None:
    found, lines = single(engine, order("o1", lines=TEA_AND_POT), refund(amount=44))
    assert (found["status"], found["net_amount"]) == ("refunded", -4)
    assert net(lines) == [-1, -3]


def test_a_whole_refund_with_shipping_leaves_no_line(engine: DuckLake) -> None:
    found, lines = single(engine, order("o1", lines=TEA_AND_POT, amount=45), refund(amount=45))
    assert found["net_amount"] == 0
    assert net(lines) == [0, 0]


def test_a_whole_refund_of_a_discounted_order_leaves_no_line(engine: DuckLake) -> None:
    found, lines = single(engine, order("o1", lines=TEA_AND_POT, amount=36), refund(amount=36))
    assert found["net_amount"] == 0
    assert net(lines) == [0, 0]


def test_a_product_twice_on_an_order_is_given_back_once(engine: DuckLake) -> None:
    twice = [("tea", 10), ("tea", 12), ("pot", 30)]
    _, lines = single(engine, order("o1", lines=twice), refund(lines=[("tea", 15)]))
    assert net(lines) == [0, 7, 30]


def test_a_refund_in_another_currency_stands_alone(engine: DuckLake) -> None:
    orders, lines = told(engine, [order("o1", amount=10), refund(amount=5, currency="GBP")])
    assert [(r["currency"], r["status"], r["net_amount"], r["net_base"]) for r in orders] == [
        ("EUR", "completed", 10, 10),
        ("GBP", "refund_only", -5, Decimal("-5.5")),
    ]
    assert net(lines) == [10]


def test_a_refund_of_an_unknown_order_stands_alone_by_currency(engine: DuckLake) -> None:
    orders, lines = told(
        engine,
        [refund(amount=5), refund("2026-03-04", amount=2), refund(amount=1, currency="GBP")],
    )
    assert [(r["currency"], r["net_amount"], r["events"]) for r in orders] == [
        ("EUR", -7, 2),
        ("GBP", -1, 1),
    ]
    assert orders[0]["ordered_on"] == date(2026, 3, 4)
    assert lines == []


def test_a_cancelled_order_leaves_nothing(engine: DuckLake) -> None:
    found, lines = single(
        engine,
        order("o1", lines=TEA_AND_POT),
        refund(amount=3),
        order("o1", "2026-03-04", name="Order Cancelled", lines=()),
    )
    assert (found["status"], found["net_amount"], found["refunded_amount"]) == ("cancelled", 0, 40)
    assert net(lines) == [0, 0]


def test_a_cancellation_of_an_unknown_order_is_no_order(engine: DuckLake) -> None:
    assert told(engine, [order("o1", name="Order Cancelled", lines=())]) == ([], [])


_cents = st.integers(0, 20_000).map(lambda n: Decimal(n) / 100)
_order_lines = st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), _cents), min_size=1, max_size=6)
_refunds = st.lists(
    st.tuples(
        st.none() | _cents,
        st.lists(st.tuples(st.sampled_from(["a", "b", "x"]), _cents), max_size=3),
    ),
    max_size=3,
)


@settings(max_examples=8)
@given(st.lists(st.tuples(_order_lines, _refunds, st.booleans()), min_size=1, max_size=12))
def test_lines_add_up_to_their_order(
    engine: DuckLake,
    shop: list[
        tuple[
            list[tuple[str, Decimal]], list[tuple[Decimal | None, list[tuple[str, Decimal]]]], bool
        ]
    ],
) -> None:
    events = []
    for number, (lines, refunds, cancelled) in enumerate(shop):
        name = f"o{number}"
        events.append(order(name, lines=lines))
        events += [
            order(name, name="Order Refunded", amount=None if a is None else str(a), lines=back)
            for a, back in refunds
        ]
        if cancelled:
            events.append(order(name, name="Order Cancelled", lines=()))
    orders, lines_ = told(engine, events)
    assert len(orders) == len(shop)
    for found in orders:
        of_it = [r for r in lines_ if r["order_id"] == found["order_id"]]
        assert sum(net(of_it)) == found["net_amount"]
        assert sum(r["gross_amount"] for r in of_it) == found["gross_amount"]
        assert sum(r["refunded_amount"] for r in of_it) == found["refunded_amount"]
        if found["net_amount"] >= 0:
            assert all(amount >= 0 for amount in net(of_it))


# other currencies


def test_an_order_is_converted_by_the_rate_of_its_local_day(engine: DuckLake) -> None:
    late = order("o1", "2026-03-29T23:30", amount=100, currency="GBP")
    in_utc, _ = told(engine, [late])
    in_paris, lines = told(engine, [late], "Europe/Paris")
    assert (in_utc[0]["ordered_on"], in_utc[0]["net_base"]) == (date(2026, 3, 29), 110)
    assert (in_paris[0]["ordered_on"], in_paris[0]["net_base"]) == (date(2026, 3, 30), 120)
    assert lines[0]["net_base"] == 12


@pytest.mark.parametrize(("day", "currency"), [("2026-03-02", "JPY"), ("2025-12-31", "GBP")])
def test_without_a_rate_nothing_is_made_up(engine: DuckLake, day: str, currency: str) -> None:
    found, lines = single(engine, order("o1", day, amount=100, currency=currency))
    assert (found["net_amount"], found["net_base"]) == (100, None)
    assert lines[0]["net_base"] is None


def test_rates_hold_until_the_next_of_their_currency() -> None:
    mixed = [*reversed(RATES), ExchangeRate("USD", date(2026, 2, 1), Decimal("0.9"))]
    periods = [
        (r["currency"], r["valid_from"], r["valid_until"]) for r in profile.rate_periods(mixed)
    ]
    assert periods == [
        ("GBP", date(2026, 1, 1), date(2026, 3, 30)),
        ("GBP", date(2026, 3, 30), date(9999, 12, 31)),
        ("USD", date(2026, 2, 1), date(9999, 12, 31)),
    ]
