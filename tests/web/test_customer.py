from __future__ import annotations

import html
import re

import pytest

from parvis.profile.api import TRAITS
from tests.web.conftest import text_of


def test_everything_a_customer_did_is_there_newest_first(client, ana):
    answer = client.get(f"/api/v1/customers/{ana}/events").json()
    profile = client.get(f"/api/v1/customers/{ana}").json()
    assert answer["total"] == profile["traits"]["events"]
    times = [e["occurred_at"] for e in answer["rows"]]
    assert times == sorted(times, reverse=True)
    rows = list(answer["rows"])
    for number in range(2, answer["pages"] + 1):
        rows += client.get(f"/api/v1/customers/{ana}/events?page={number}").json()["rows"]
    assert len({r["message_id"] for r in rows}) == answer["total"]
    assert {r["source"] for r in rows} == {"shop", "crm", "web", "blog", "coupons"}


@pytest.mark.parametrize("trait", [t.name for t in TRAITS])
def test_each_trait_leads_to_the_events_behind_it(client, ana, trait):
    told = client.get(f"/api/v1/customers/{ana}").json()["provenance"][trait]
    answer = client.get(f"/api/v1/customers/{ana}/traits/{trait}").json()
    assert answer["total"] == told["events"] > 0
    assert {e["source"] for e in answer["rows"]} <= set(told["sources"])
    page = client.get(f"/customers/{ana}?trait={trait}")
    assert page.status_code == 200
    assert f"{told['events']} event" in text_of(page.text).split("behind “")[0][-40:]


def test_the_page_says_where_traits_come_from(client, ana):
    page = client.get(f"/customers/{ana}").text
    text = html.unescape(text_of(page))
    assert "Ana <b>Martín</b>" in text
    assert re.search(r"\d+ orders for €[\d,]+, about every \d+ days", text)
    assert "as of 1 Jul 2026" in text
    assert re.search(r"\d+ events · shop · last \d+ Jun 2026", text)
    for name in ("recency_days", "coupons_redeemed", "sessions", "age_band", "attributes"):
        assert f"?trait={name}#timeline" in page
    assert "Lyon" in text


def test_a_day_is_not_told_as_a_time(client, ana):
    page = client.get(f"/customers/{ana}?trait=attributes").text
    when = re.search(r'<div class="when">(.*?)</div>', page, re.DOTALL)
    assert when
    assert text_of(when[1]).strip() == "5 Jan 2026"


def test_times_are_those_of_the_workspace(client, ana):
    page = text_of(client.get(f"/customers/{ana}").text)
    assert "12 Jun 2026 10:00" in page, "08:00 UTC is 10:00 in Paris"


def test_the_timeline_pages_on_by_itself(client, ana):
    first = client.get(f"/customers/{ana}", headers={"HX-Request": "true"})
    assert "<html" not in first.text
    assert first.text.strip().startswith('<section id="timeline"')


def test_an_order_opens_its_lines(client):
    row = client.get("/api/v1/orders?q=c010-").json()["rows"][0]
    query = {"source": row["source"], "id": row["order_id"]}
    whole = client.get("/order", params=query)
    part = client.get("/order", params=query, headers={"HX-Request": "true"})
    assert "<html" in whole.text
    assert part.text.strip().startswith('<div class="scroll"')
    detail = client.get("/api/v1/order", params=query).json()
    assert sum(float(x["net_amount"]) for x in detail["lines"]) == float(row["net_amount"])


def test_somebody_unknown_has_a_page(client):
    row = client.get("/api/v1/customers?known=no").json()["rows"][0]
    page = text_of(client.get(f"/customers/{row['customer_id']}").text)
    assert "not known yet" in page
    assert "Has never ordered" in page


def test_those_who_are_not_there(client):
    assert client.get("/customers/0000000000000000").status_code == 404
    assert "There is no customer" in client.get("/customers/0000000000000000").text
    assert client.get("/order?source=shop&id=nope").status_code == 404
    assert client.get("/silos/nope").status_code == 404
    assert client.get("/api/v1/customers/x").json()["error"] == "There is no customer 'x'."
    assert client.get("/customers/x?trait=nothing").status_code == 404
