"""Files of the world: a year of a shop, a tracker's export. Skipped where they are absent."""

from __future__ import annotations

import json
from decimal import Decimal

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from parvis.lake.workspace import Workspace
from tests.connect.files.bringing import NO_SHARED, SHARED, brought, rows

RETAIL = SHARED / "orders" / "online_retail_first240007_with_invoice.parquet"
SNOWPLOW = SHARED / "web" / "snowplow_web_events.csv"


@pytest.mark.skipif(not RETAIL.exists(), reason=NO_SHARED)
def test_online_retail(workspace: Workspace) -> None:
    options = {"source": "retail", "currency": "GBP", "zone": "Europe/London"}
    report = brought(workspace, RETAIL, **options)
    assert report.preview.rows_read == 240_007
    assert report.preview.quarantined == ()
    table = pq.read_table(RETAIL, columns=["InvoiceNo", "Quantity", "UnitPrice"])
    backwards = pc.less(table["Quantity"], 0)
    invoices = {
        side: len(pc.unique(table.filter(mask)["InvoiceNo"]))
        for side, mask in (("Order Refunded", backwards), ("Order Completed", pc.invert(backwards)))
    }
    assert report.preview.added == invoices
    worth = pc.multiply(table["Quantity"], table["UnitPrice"])
    events = workspace.table("events")
    sums = events.group_by("name").agg(
        amount=events.amount.sum(), lines=events.products.length().sum()
    )
    found = {r["name"]: r for r in sums.to_pyarrow().to_pylist()}
    for name, mask in (("Order Completed", pc.invert(backwards)), ("Order Refunded", backwards)):
        exact = abs(pc.sum(worth.filter(mask)).as_py())
        assert float(found[name]["amount"]) == pytest.approx(exact, abs=0.01)
        assert found[name]["lines"] == pc.sum(mask).as_py()
    refund = events.filter(events.properties.cast("string").contains('"refund_id":"C536379"'))
    (told,) = refund.to_pyarrow().to_pylist()
    assert (told["name"], told["amount"]) == ("Order Refunded", Decimal("27.50"))
    again = brought(workspace, RETAIL, **options)
    assert (again.report.added, again.report.known) == (0, report.report.added)


@pytest.mark.skipif(not SNOWPLOW.exists(), reason=NO_SHARED)
def test_snowplow(workspace: Workspace) -> None:
    report = brought(workspace, SNOWPLOW, "events", source="web", overrides=("user_id=",))
    assert report.preview.rows_read == 160
    assert report.preview.quarantined == ()
    assert report.report.added == 157, "three messages came more than once"
    events = rows(workspace)
    pages = [e for e in events if e["type"] == "page"]
    assert all(json.loads(e["properties"])["url"] for e in pages)
    assert {json.loads(e["context"])["is_robot"] for e in events} <= {True, False}
    assert {e["name"] for e in events} >= {"Page Ping", "link_click", "consent_preferences"}
    assert all(e["user_id"] is None for e in events)
    views = {json.loads(e["properties"]).get("page_view_id") for e in events}
    assert len(views) > 40
    assert (
        brought(workspace, SNOWPLOW, "events", source="web", overrides=("user_id=",)).report.added
        == 0
    )
