"""Messages of the Segment spec, by the file."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from parvis.connect.files.quarantine import MEANINGS
from parvis.connect.landing import ImportReport
from parvis.connect.segment.api import import_segment
from parvis.connect.silo import Silo
from parvis.errors import FileUnreadable
from parvis.lake.workspace import Workspace
from parvis.work.steps import build
from tests.making import one, order, put, rows

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/124.0 Safari/537.36"
VIEW: dict[str, Any] = {
    "type": "page",
    "messageId": "v1",
    "anonymousId": "b1",
    "userId": None,
    "timestamp": "2025-03-04T10:11:12.345Z",
    "receivedAt": "2025-03-04T10:11:13Z",
    "properties": {"url": "https://brumelle.example/", "title": "Brumelle"},
    "context": {
        "userAgent": CHROME,
        "sessionId": 7,
        "campaign": {"name": "spring", "source": "google", "medium": "cpc"},
        "consent": {"categoryPreferences": {"Analytics": True}},
    },
    "integrations": {},
}
ORDER: dict[str, Any] = {
    **VIEW,
    "type": "track",
    "event": "Order Completed",
    "messageId": "o1",
    "userId": "u1",
    "properties": {
        "order_id": "BR-1",
        "total": 25,
        "currency": "eur",
        "products": [{"product_id": "p1", "price": 13, "quantity": 2, "discount": 1}],
    },
}

Bring = Callable[..., ImportReport]


@pytest.fixture
def bring(workspace: Workspace, tmp_path: Path) -> Bring:
    """Import documents, or whole lines, as files of one silo."""

    def run(*lines: Any, name: str = "events.ndjson", **more: Any) -> ImportReport:
        text = "".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines)
        path = tmp_path / name
        raw = text.encode()
        path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
        return import_segment(workspace, Silo("web", (path,), tmp_path, **more))

    return run


def events(workspace: Workspace) -> dict[str, dict[str, Any]]:
    return {r["message_id"]: r for r in rows(workspace.table("events"))}


def test_a_page(workspace: Workspace, bring: Bring) -> None:
    assert bring(VIEW).added == 1
    (event,) = events(workspace).values()
    assert event["occurred_at"] == datetime(2025, 3, 4, 10, 11, 12, 345000, tzinfo=UTC)
    assert (event["channel"], event["campaign"], event["device"]) == ("cpc", "spring", "desktop")
    assert event["identifiers"] == [{"kind": "anonymous_id", "value": "b1"}]
    context = json.loads(event["context"])
    assert context == VIEW["context"], "as it was received, consent with it"
    assert (event["type"], event["name"], event["amount"]) == ("page", None, None)


def test_an_order(workspace: Workspace, bring: Bring) -> None:
    bring(ORDER)
    (event,) = events(workspace).values()
    assert (event["amount"], event["currency"]) == (Decimal(25), "EUR")
    assert event["products"][0]["amount"] == Decimal(25), "price by quantity, less the discount"
    assert json.loads(event["properties"]) == {"order_id": "BR-1", "total": 25, "currency": "eur"}
    assert [i["kind"] for i in event["identifiers"]] == ["user_id", "anonymous_id"]


@pytest.mark.parametrize(
    ("times", "occurred"),
    [
        ({"timestamp": "2025-03-04T12:00:00+02:00"}, datetime(2025, 3, 4, 10, tzinfo=UTC)),
        ({"timestamp": "2025-03-04T10:00:00"}, datetime(2025, 3, 4, 10, tzinfo=UTC)),
        (
            # a clock an hour slow, and a message kept for five minutes
            {
                "timestamp": None,
                "originalTimestamp": "2025-03-04T09:00:00Z",
                "sentAt": "2025-03-04T09:05:00Z",
                "receivedAt": "2025-03-04T10:05:00Z",
            },
            datetime(2025, 3, 4, 10, tzinfo=UTC),
        ),
        (
            {"timestamp": None, "receivedAt": "2025-03-04T10:00:00Z"},
            datetime(2025, 3, 4, 10, tzinfo=UTC),
        ),
    ],
)
def test_when_it_happened(
    workspace: Workspace, bring: Bring, times: dict[str, Any], occurred: datetime
) -> None:
    bring(VIEW | times)
    assert events(workspace)["v1"]["occurred_at"] == occurred


@pytest.mark.parametrize(
    ("agent", "device", "robot"),
    [
        (CHROME, "desktop", None),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) Mobile/15E148", "phone", None),
        ("Mozilla/5.0 (iPad; CPU OS 17_4 like Mac OS X) Safari/604.1", "tablet", None),
        ("Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/124 Mobile Safari/537", "phone", None),
        ("Mozilla/5.0 (Linux; Android 13; SM-X710) Chrome/124 Safari/537", "tablet", None),
        ("Mozilla/5.0 (Linux; Android 9; CUBOT_X19) Chrome/90 Mobile Safari/537", "phone", None),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", None, True),
        ("python-requests/2.31", None, True),
        ("", None, None),
    ],
)
def test_devices_and_robots(
    workspace: Workspace, bring: Bring, agent: str, device: str | None, robot: bool | None
) -> None:
    bring(VIEW | {"context": {"userAgent": agent}})
    event = events(workspace)["v1"]
    assert event["device"] == device
    assert json.loads(event["context"]).get("is_robot") is robot


def test_identify_group_and_alias(workspace: Workspace, bring: Bring) -> None:
    who = {"type": "identify", "userId": "u1", "anonymousId": "b1", "timestamp": VIEW["timestamp"]}
    traits = {"email": "Ada@Brumelle.example", "phone": "+33 1 99 00 12 34", "age": 36}
    bring(
        who | {"messageId": "i1", "traits": traits},
        who | {"messageId": "i2", "context": {"traits": {"email": "b@brumelle.example"}}},
        who | {"messageId": "g1", "type": "group", "groupId": "club", "traits": {"size": 9}},
        who | {"messageId": "a1", "type": "alias", "previousId": "b0", "anonymousId": None},
        VIEW | {"context": {"externalIds": [{"type": "crm", "id": "c9", "collection": "users"}]}},
    )
    found = events(workspace)
    assert {i["kind"]: i["value"] for i in found["i1"]["identifiers"]} == {
        "user_id": "u1",
        "anonymous_id": "b1",
        "email": "ada@brumelle.example",
        "phone": "+33199001234",
    }
    assert dict(found["i1"]["traits"])["age"] == "36"
    assert dict(found["i2"]["traits"]) == {"email": "b@brumelle.example"}
    assert found["g1"]["traits"] is None, "a group's traits are not a person's"
    assert json.loads(found["g1"]["properties"]) == {"group_id": "club", "traits": {"size": 9}}
    assert {"kind": "anonymous_id", "value": "b0"} in found["a1"]["identifiers"]
    assert {"kind": "crm", "value": "c9"} in found["v1"]["identifiers"]


def test_an_app_tells_whose_a_device_is(workspace: Workspace, bring: Bring) -> None:
    told = {"type": "identify", "userId": "u1", "messageId": "d1", "timestamp": VIEW["timestamp"]}
    bring(told | {"context": {"device": {"id": "10000666", "type": "coffee machine"}}})
    event = events(workspace)["d1"]
    assert {"kind": "device_id", "value": "10000666"} in event["identifiers"]
    build(workspace)
    owner = one(workspace.table("identities"), kind="device_id")
    assert owner["is_known"]
    assert owner["customer_id"] == one(workspace.table("identities"), kind="user_id")["customer_id"]


def test_messages_without_an_id_or_anybody(workspace: Workspace, bring: Bring) -> None:
    nameless = {k: v for k, v in VIEW.items() if k not in ("messageId", "anonymousId")}
    report = bring(nameless, nameless, nameless | {"timestamp": "2025-03-05T00:00:00Z"})
    assert (report.added, report.known) == (2, 1), "told by their content"
    for event in events(workspace).values():
        assert event["anonymous_id"] == f"event:web:{event['message_id']}"


BAD = {
    "not_json": '{"type":"page","messageId":"x","properties":{"url":"htt',
    "unknown_type": json.dumps(VIEW | {"messageId": "x1", "type": "view"}),
    "not_a_date": json.dumps(VIEW | {"messageId": "x2", "timestamp": "yesterday"}),
    "before_1970": json.dumps(VIEW | {"messageId": "x3", "timestamp": "1901-01-01T00:00:00Z"}),
    "in_the_future": json.dumps(VIEW | {"messageId": "x4", "timestamp": "2199-01-01T00:00:00Z"}),
    "unknown_currency": json.dumps(
        ORDER | {"messageId": "x5", "properties": {**ORDER["properties"], "currency": "EURO"}}
    ),
    "missing": json.dumps(ORDER | {"messageId": "x6", "properties": {"total": 1}}),
}


@pytest.mark.parametrize("name", ["events.ndjson", "events.ndjson.gz"])
def test_bad_lines_are_set_aside_with_their_place(
    workspace: Workspace, bring: Bring, name: str
) -> None:
    good = [VIEW | {"messageId": f"g{n}"} for n in range(3)]
    report = bring(good[0], "", *BAD.values(), "[1, 2]", good[1], '"text"', good[2], name=name)
    assert (report.rows_read, report.added, report.quarantined) == (12, 3, 9)
    assert set(events(workspace)) == {"g0", "g1", "g2"}
    kept = rows(workspace.table("quarantine"))
    assert {r["file"] for r in kept} == {name}
    by_row = {r["row_number"]: r for r in kept}
    for number, (reason, line) in enumerate(BAD.items(), 3):
        assert by_row[number]["reason"] == reason
        assert json.loads(by_row[number]["raw"])["parvis_line"] == line
    assert (by_row[10]["reason"], by_row[12]["reason"]) == ("not_json", "not_json")
    assert {r["reason"] for r in kept} <= set(MEANINGS)


def test_no_good_line_is_lost_beside_bad_ones(workspace: Workspace, bring: Bring) -> None:
    # the engine's own way to skip broken lines drops some of their neighbours
    lines: list[Any] = []
    for n in range(6000):
        lines.append(VIEW | {"messageId": f"g{n}"})
        lines += [BAD["not_json"][: 5 + n % 40]] if n % 50 == 0 else []
    report = bring(*lines)
    assert (report.added, report.quarantined) == (6000, 120)


def test_what_is_not_utf_8_or_no_object_where_one_is_expected(
    workspace: Workspace, tmp_path: Path
) -> None:
    odd = VIEW | {"messageId": "odd", "properties": "{oops", "context": [1]}
    path = tmp_path / "e.ndjson"
    lines = [
        json.dumps(VIEW).encode(),
        b'{"type":"page","name":"\xff\xfe"}',
        json.dumps(odd).encode(),
    ]
    path.write_bytes(b"\n".join(lines))
    report = import_segment(workspace, Silo("web", (path,), tmp_path))
    assert (report.added, report.quarantined) == (2, 1)
    assert json.loads(events(workspace)["odd"]["properties"]) == {}


def test_a_file_of_something_else_is_said(bring: Bring) -> None:
    with pytest.raises(FileUnreadable, match="none of its 2 lines is a JSON object"):
        bring("type;messageId", "page;v1")


@pytest.mark.parametrize("name", ["events.ndjson.gz", "events.parquet"])
def test_a_file_that_was_cut_is_said(workspace: Workspace, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.endswith(".gz"):
        # cut where a line ends: what is left looks whole
        lines = [json.dumps(VIEW | {"messageId": f"m{n}"}).encode() + b"\n" for n in range(500)]
        path.write_bytes(gzip.compress(lines[0]) + gzip.compress(b"".join(lines))[:-30])
    else:
        pq.write_table(pa.table({"type": ["page"]}), path)
        path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(FileUnreadable, match="cut or damaged"):
        import_segment(workspace, Silo("web", (path,), tmp_path))
    assert events(workspace) == {}


def test_files_are_read_once_and_grown_ones_for_what_is_new(
    workspace: Workspace, bring: Bring
) -> None:
    assert bring(VIEW, BAD["not_json"]).added == 1
    again = bring(VIEW, BAD["not_json"])
    assert (again.rows_read, again.added, again.quarantined) == (0, 0, 0)
    grown = bring(VIEW, BAD["not_json"], ORDER)
    assert (grown.rows_read, grown.added, grown.known, grown.quarantined) == (3, 1, 1, 0)
    assert len(rows(workspace.table("imports"))) == 2


def test_parquet_says_the_same(workspace: Workspace, tmp_path: Path, bring: Bring) -> None:
    bring(VIEW, ORDER)
    expected = events(workspace)
    documents = [VIEW, ORDER, VIEW | {"type": "view", "messageId": "x"}]
    columns = {
        k: pa.array([d.get(k) for d in documents], pa.string())
        for k in ("type", "messageId", "anonymousId", "userId", "event")
    }
    for k in ("timestamp", "receivedAt"):
        columns[k] = pa.array(
            [datetime.fromisoformat(d[k]) for d in documents], pa.timestamp("us", "UTC")
        )
    for k in ("properties", "context", "traits"):
        columns[k] = pa.array([json.dumps(d[k]) if k in d else None for d in documents])
    path = tmp_path / "events.parquet"
    pq.write_table(pa.table(columns), path)
    report = import_segment(workspace, Silo("web", (path,), tmp_path))
    assert (report.known, report.added, report.quarantined) == (2, 0, 1)
    kept = one(workspace.table("quarantine"), reason="unknown_type")
    assert json.loads(json.loads(kept["raw"])["parvis_line"])["messageId"] == "x"
    pq.write_table(pa.table(columns), tmp_path / "other.parquet")
    import_segment(workspace, Silo("site", (tmp_path / "other.parquet",), tmp_path))
    assert events(workspace) == expected, "their ids are known, whatever the source"


def test_a_parquet_file_of_something_else_is_said(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(FileUnreadable, match="no column 'type'"):
        import_segment(workspace, Silo("web", (path,), tmp_path))


def test_an_order_of_shop_and_site_counts_once(workspace: Workspace, bring: Bring) -> None:
    at = "2025-03-04T10:11"
    put(workspace, [order("BR-1", at, user="u1", amount=25, source="shop")])
    bring(VIEW | {"userId": "u1"}, ORDER, orders_told_by="shop")
    build(workspace)
    (told,) = rows(workspace.table("orders"))
    assert (told["source"], told["order_id"], told["events"]) == ("shop", "BR-1", 1)
    assert len(rows(workspace.table("order_lines"))) == 1
    (person,) = rows(workspace.table("profiles"))
    assert (person["frequency"], person["monetary"]) == (1, Decimal(25))
    (visit,) = rows(workspace.table("sessions"))
    assert visit["events"] == 2, "the visit still ends with the order"
    event = events(workspace)["o1"]
    assert event["name"] == "Order Completed"
    assert json.loads(event["properties"])["order_id"] == "BR-1"
    assert json.loads(event["context"])["orders_told_by"] == "shop"


def test_a_site_that_is_the_only_one_to_tell_its_orders(workspace: Workspace, bring: Bring) -> None:
    bring(ORDER)
    build(workspace)
    (told,) = rows(workspace.table("orders"))
    assert (told["source"], told["net_amount"]) == ("web", Decimal(25))
