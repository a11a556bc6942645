"""Events: Segment's shape, a tracker's export, any table of what happened when."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from parvis.lake.workspace import Workspace
from tests.connect.files.bringing import brought, reasons, rows, written

ORDER = {
    "messageId": "m1",
    "type": "track",
    "event": "Order Completed",
    "userId": "u1",
    "originalTimestamp": "2024-03-01T10:00:00.000Z",
    "sentAt": "2024-03-01T10:00:05.500Z",
    "receivedAt": "2024-03-01T12:00:05.500Z",
    "properties": {
        "order_id": "o1",
        "total": 12.5,
        "currency": "usd",
        "products": [{"product_id": "p", "price": 5, "quantity": 2, "discount": 1}],
    },
    "context": {"ip": "10.0.0.1", "externalIds": [{"id": "c9", "type": "crm"}]},
}


def lines(*documents: dict[str, Any]) -> str:
    """Write one document a line."""
    return "".join(json.dumps(d) + "\n" for d in documents)


def test_an_order_event(workspace: Workspace, tmp_path: Path) -> None:
    brought(workspace, written(tmp_path, lines(ORDER), "e.ndjson"), "events", source="web")
    (event,) = rows(workspace)
    assert event["message_id"] == "m1"
    assert event["occurred_at"] == datetime(2024, 3, 1, 12, 0, tzinfo=UTC), "the clock corrected"
    assert event["received_at"] == datetime(2024, 3, 1, 12, 0, 5, 500000, tzinfo=UTC)
    assert (event["amount"], event["currency"]) == (Decimal("12.5"), "USD")
    assert event["products"][0]["amount"] == Decimal(9)
    assert "products" not in json.loads(event["properties"])
    assert event["identifiers"] == [
        {"kind": "user_id", "value": "u1"},
        {"kind": "crm", "value": "c9"},
    ]
    assert json.loads(event["context"])["sentAt"].startswith("2024-03-01T10:00:05.5")


def test_a_time_that_was_sent_is_not_corrected(workspace: Workspace, tmp_path: Path) -> None:
    told = {**ORDER, "timestamp": "2024-03-01T11:11:00+01:00"}
    brought(workspace, written(tmp_path, lines(told), "e.ndjson"), "events")
    assert rows(workspace)[0]["occurred_at"] == datetime(2024, 3, 1, 10, 11, tzinfo=UTC)


def test_the_calls_of_the_specification(workspace: Workspace, tmp_path: Path) -> None:
    at = {"timestamp": "2024-03-01T10:00:00Z", "anonymousId": "a1"}
    text = lines(
        {**at, "type": "identify", "userId": "u1", "traits": {"email": "U@x.com", "age": 3}},
        {**at, "type": "page", "name": "Home", "properties": {"url": "/"}},
        {**at, "type": "screen", "name": "Main"},
        {**at, "type": "track", "event": "Clicked"},
        {**at, "type": "group", "groupId": "g"},
        {**at, "type": "dance"},
        {**at, "type": "track"},
        {"type": "track", "event": "Nobody", "timestamp": "2024-03-01T10:00:00Z"},
        {"type": "track", "event": "Never", "anonymousId": "a1"},
    )
    report = brought(workspace, written(tmp_path, text, "e.ndjson"), "events")
    assert reasons(report) == {"missing": 2, "unknown_type": 1}
    by_type = {r["type"]: r for r in rows(workspace) if r["name"] != "Nobody"}
    assert set(by_type) == {"identify", "page", "screen", "track", "group"}
    assert by_type["identify"]["identifiers"][-1] == {"kind": "email", "value": "u@x.com"}
    assert dict(by_type["identify"]["traits"]) == {"email": "U@x.com", "age": "3"}
    nobody = next(r for r in rows(workspace) if r["name"] == "Nobody")
    assert nobody["anonymous_id"].startswith("event:events:")
    assert brought(workspace, tmp_path / "e.ndjson", "events").report.added == 0


def test_a_message_twice_in_a_file(workspace: Workspace, tmp_path: Path) -> None:
    later = {**ORDER, "receivedAt": "2024-03-01T13:00:05Z"}
    text = lines(later, ORDER)
    report = brought(workspace, written(tmp_path, text, "e.ndjson"), "events")
    assert report.report.added == 1
    assert rows(workspace)[0]["received_at"].hour == 12
    assert any("more than once" in note for note in report.preview.notes)


def test_a_flat_table(workspace: Workspace, tmp_path: Path) -> None:
    text = (
        "event,timestamp,user_id,url,colour\npage_view,2024-03-01 10:00,u1,/a,red\n"
        "Poll Answered,2024-03-01 10:01,u1,/b,blue\n"
    )
    brought(workspace, written(tmp_path, text), "events", zone="Europe/Paris")
    page, answer = rows(workspace)
    assert (page["type"], page["name"]) == ("page", None)
    assert page["occurred_at"] == datetime(2024, 3, 1, 9, 0, tzinfo=UTC)
    assert (answer["type"], answer["name"]) == ("track", "Poll Answered")
    assert json.loads(answer["properties"]) == {"colour": "blue", "url": "/b"}


def test_an_order_without_its_number_or_money(workspace: Workspace, tmp_path: Path) -> None:
    text = lines(
        {**ORDER, "messageId": "x", "properties": {"total": 1}},
        {**ORDER, "messageId": "y", "properties": {"order_id": "1", "total": 1, "currency": "zzz"}},
    )
    report = brought(workspace, written(tmp_path, text, "e.ndjson"), "events")
    assert reasons(report) == {"missing": 1, "unknown_currency": 1}
