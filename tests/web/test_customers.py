from __future__ import annotations

import csv
import io
import re
from datetime import date
from decimal import Decimal
from itertools import pairwise
from urllib.parse import parse_qs

import pytest

from parvis.lake.workspace import Workspace
from parvis.web.queries.customer_filter import SORTS, CustomerFilter
from parvis.web.queries.order_filter import SORTS as ORDER_SORTS
from parvis.web.queries.order_filter import OrderFilter
from tests.making import rows
from tests.web.conftest import text_of


@pytest.fixture(scope="module")
def profiles(shop_folder):
    """The table itself, to check what pages say of it."""
    with Workspace.open(shop_folder) as shop:
        return rows(shop.profiles)


@pytest.fixture(scope="module")
def orders(shop_folder):
    with Workspace.open(shop_folder) as shop:
        return rows(shop.orders)


FILTERS = {
    "segment=champions": lambda p: p["rfm_segment"] == "champions",
    "segment=unknown": lambda p: p["rfm_segment"] is None,
    "overdue=yes": lambda p: p["is_overdue"] is True,
    "overdue=no": lambda p: p["is_overdue"] is False,
    "overdue=unknown": lambda p: p["is_overdue"] is None,
    "age=35-44": lambda p: p["age_band"] == "35-44",
    "age=unknown": lambda p: p["age_band"] is None,
    "channel=web": lambda p: p["last_channel"] == "web",
    "channel=unknown": lambda p: p["last_channel"] is None,
    "cohort=2026-02": lambda p: p["cohort"] == date(2026, 2, 1),
    "known=no": lambda p: not p["is_known"],
    "from=2026-02-10&to=2026-02-12": lambda p: (
        p["first_order_on"] and date(2026, 2, 10) <= p["first_order_on"] <= date(2026, 2, 12)
    ),
    "q=C01": lambda p: "c01" in (p["user_id"] or ""),
    "q=ana%40example": lambda p: p["user_id"] == "c001",
    "q=mart%C3%8Dn": lambda p: p["user_id"] == "c001",
    "overdue=yes&channel=web&cohort=2026-02": lambda p: (
        p["is_overdue"] and p["last_channel"] == "web" and p["cohort"] == date(2026, 2, 1)
    ),
}


@pytest.mark.parametrize("query", FILTERS)
def test_a_filter_keeps_those_and_only_those(client, profiles, query):
    expected = {p["customer_id"] for p in profiles if FILTERS[query](p)}
    assert expected, "the test would say nothing"
    answer = client.get(f"/api/v1/customers?rows=1000&{query}").json()
    assert {c["customer_id"] for c in answer["rows"]} == expected
    assert answer["total"] == len(expected)
    chosen = [p for p in profiles if p["customer_id"] in expected]
    assert Decimal(answer["sales"]) == sum(p["monetary"] for p in chosen)
    page = text_of(client.get(f"/customers?{query}").text)
    assert re.search(rf"\b{len(expected)} customers?\b", page)


@pytest.mark.parametrize("sort", [s for name in SORTS for s in (name, f"-{name}")])
def test_every_column_sorts_both_ways_with_the_unknown_last(client, sort):
    answer = client.get(f"/api/v1/customers?rows=1000&sort={sort}").json()
    column = SORTS[sort.removeprefix("-")][0]
    values = [c[column] for c in answer["rows"]]
    known = [v for v in values if v is not None]
    assert values[: len(known)] == known
    keys = [float(v) if isinstance(v, str) and column in MONEY else v for v in known]
    pairs = pairwise(reversed(keys)) if sort.startswith("-") else pairwise(keys)
    assert all(a <= b for a, b in pairs)


MONEY = {"monetary", "average_basket"}


def test_pages_together_are_the_whole_list(client, profiles):
    seen = []
    for number in range(1, 6):
        page = client.get(f"/customers?page={number}").text
        seen += re.findall(r'<th scope="row"><a href="/customers/([0-9a-f]{16})"', page)
    assert len(seen) == len(set(seen)) == len(profiles)
    beyond = client.get("/customers?page=99").text
    assert f"of {len(profiles)}" in text_of(beyond)


@pytest.mark.parametrize(
    "query", ["sort=nothing", "page=0", "page=-1", "page=x", "page=" + "9" * 40, "cohort=2026-13",
              "overdue=perhaps", "from=2026-02-31", "unheard=of", "q=" + "x" * 5000]
)  # fmt: skip
def test_an_address_that_means_nothing_is_no_failure(client, query):
    assert client.get(f"/customers?{query}").status_code == 200
    assert client.get(f"/orders?{query}").status_code == 200


def test_the_address_tells_the_view_and_nothing_else():
    view = CustomerFilter(q="a b", segment="lost", since="2026-01-01", sort="monetary", page=3)
    assert CustomerFilter.of(_parsed(view.address(page=3))) == view
    assert CustomerFilter().address() == ""
    assert view.address(segment="") == "q=a+b&from=2026-01-01&sort=monetary"
    other = OrderFilter(since="2026-01-01", until="2026-01-31", coupon="yes", page=2)
    assert OrderFilter.of(_parsed(other.address(page=2))) == other


def _parsed(query):
    return {k: v[0] for k, v in parse_qs(query).items()}


def test_htmx_gets_the_results_alone_and_the_clean_address(client):
    answer = client.get("/customers?q=&segment=lost&sort=-monetary", headers={"HX-Request": "true"})
    assert "<html" not in answer.text
    assert 'id="results"' in answer.text
    assert answer.headers["hx-push-url"] == "/customers?segment=lost"
    assert "HX-Request" in answer.headers["vary"]
    restored = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in client.get("/customers", headers=restored).text


def test_the_file_holds_the_whole_view(client, profiles):
    answer = client.get("/customers.csv?overdue=yes")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="customers-2026-07-01.csv"' in answer.headers["content-disposition"]
    lines = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    expected = {p["customer_id"]: p for p in profiles if p["is_overdue"]}
    assert {line["customer_id"] for line in lines} == set(expected)
    assert all(
        Decimal(line["monetary"]) == expected[line["customer_id"]]["monetary"] for line in lines
    )


def test_the_file_runs_no_formula(client):
    assert "'=cmd" in client.get("/customers.csv?q=cmd").text


def test_what_cannot_be_told_is_said_never_a_zero(client, profiles):
    page = client.get("/customers?overdue=unknown").text
    assert "can&#39;t tell" in page or "can't tell" in page
    once = next(p for p in profiles if p["frequency"] == 1 and p["is_known"])
    text = text_of(client.get(f"/customers/{once['customer_id']}").text)
    assert "Needs at least four intervals" in text
    assert "Needs orders on at least two days" in text


ORDERS = {
    "": lambda o: True,
    "coupon=yes": lambda o: o["coupon_discount"] > 0,
    "coupon=no": lambda o: o["coupon_discount"] <= 0,
    "rate=none": lambda o: o["net_base"] is None,
    "rate=known": lambda o: o["net_base"] is not None,
    "kept=no": lambda o: o["status"] not in {"completed", "partly_refunded"},
    "from=2026-06-01&to=2026-06-07": lambda o: (
        date(2026, 6, 1) <= o["ordered_on"] <= date(2026, 6, 7)
    ),
    "q=c010-": lambda o: "c010-" in o["order_id"],
}


@pytest.mark.parametrize("query", ORDERS)
def test_orders_are_filtered_and_added_up(client, orders, query):
    expected = [o for o in orders if ORDERS[query](o)]
    assert expected
    answer = client.get(f"/api/v1/orders?{query}").json()
    assert answer["total"] == len(expected)
    assert Decimal(answer["sales"]) == sum(o["net_base"] or 0 for o in expected)
    assert answer["customers"] == len({o["customer_id"] for o in expected})


@pytest.mark.parametrize("sort", [s for name in ORDER_SORTS for s in (name, f"-{name}")])
def test_orders_sort_by_every_column(client, sort):
    assert client.get(f"/orders?sort={sort}").status_code == 200


def test_orders_without_a_rate_are_said_everywhere(client):
    overview = text_of(client.get("/").text)
    assert "3 orders in GBP have no rate and are in no sum." in overview
    assert "3 orders (GBP) have no rate and are in no sum." in text_of(client.get("/orders").text)
    whose = client.get("/api/v1/orders?rate=none").json()["rows"][0]["customer_id"]
    told = text_of(client.get(f"/customers/{whose}").text)
    assert "3 orders in a currency without a rate are in no sum." in told


def test_orders_by_category_hold_a_line_of_it(client):
    answer = client.get("/api/v1/orders?category=TEA&q=c010-").json()
    assert 0 < answer["total"] < client.get("/api/v1/orders?q=c010-").json()["total"]
    for row in answer["rows"]:
        query = {"source": row["source"], "id": row["order_id"]}
        lines = client.get("/api/v1/order", params=query).json()["lines"]
        assert "TEA" in {line["category"] for line in lines}
