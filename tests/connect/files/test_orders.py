"""Orders: lines grouped, sales and returns parted, the same file twice no change."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from parvis.connect.files.api import ImportOptions, prepared
from parvis.errors import MappingError
from parvis.lake.workspace import Workspace
from tests.connect.files.bringing import brought, reasons, rows, written

LINES = (
    "order_id,date,customer_id,sku,product,quantity,price,discount,store\n"
    "1,2024-03-15 10:00,7,a,Bread,2,1.50,0.50,north\n"
    "1,2024-03-15 10:00,7,b,Milk,1,0.99,,south\n"
    "2,2024-03-16 11:00,,a,Bread,1,1.50,,north\n"
)


def test_lines_become_orders(workspace: Workspace, tmp_path: Path) -> None:
    report = brought(workspace, written(tmp_path, LINES), source="shop", zone="Europe/Paris")
    assert report.preview.added == {"Order Completed": 2}
    first, second = rows(workspace)
    assert first["occurred_at"] == datetime(2024, 3, 15, 9, 0, tzinfo=UTC)
    assert first["received_at"] == first["occurred_at"]
    assert first["amount"] == Decimal("3.49")
    assert [p["name"] for p in first["products"]] == ["Bread", "Milk"]
    assert [p["amount"] for p in first["products"]] == [Decimal("2.5"), Decimal("0.99")]
    assert first["identifiers"] == [{"kind": "user_id", "value": "7"}]
    assert first["properties"] == '{"order_id":"1","store":["north","south"]}'
    assert second["user_id"] is None
    assert second["anonymous_id"] == "order:shop:2"


def test_the_same_file_twice_changes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    brought(workspace, written(tmp_path, LINES + "3,never,7,a,Bread,1,1,,x\n"))
    before, aside = rows(workspace), rows(workspace, "quarantine")
    again = brought(
        workspace, written(tmp_path, LINES + "3,never,7,a,Bread,1,1,,x\n", "renamed.csv")
    )
    assert (again.report.added, again.report.quarantined) == (0, 0)
    assert again.report.known == again.preview.known == 2
    assert rows(workspace) == before
    assert rows(workspace, "quarantine") == aside


def test_columns_in_another_order_are_the_same_file(workspace: Workspace, tmp_path: Path) -> None:
    brought(workspace, written(tmp_path, "order_id,date,amount,x\n1,2024-03-15,1.50,a\n"))
    other = written(tmp_path, "x;amount;order_id;date\na;1,5;1;15.03.2024\n", "other.csv")
    assert brought(workspace, other).report.added == 0


def test_an_order_that_changed_is_updated(workspace: Workspace, tmp_path: Path) -> None:
    brought(workspace, written(tmp_path, LINES))
    changed = written(tmp_path, LINES.replace("b,Milk,1,0.99", "b,Milk,3,0.99"), "later.csv")
    report = brought(workspace, changed)
    assert report.preview.added == {"Order Updated": 1}
    update = next(r for r in rows(workspace) if r["name"] == "Order Updated")
    assert update["amount"] == Decimal("5.47")
    assert '"ordered_at":"2024-03-15T10:00:00.000000Z"' in update["properties"]
    assert update["occurred_at"] > datetime(2024, 3, 16, tzinfo=UTC)
    assert brought(workspace, changed).report.added == 0


def test_a_bad_line_holds_its_order_and_nothing_else(workspace: Workspace, tmp_path: Path) -> None:
    text = LINES.replace("0.99", "cheap")
    report = brought(workspace, written(tmp_path, text))
    assert report.preview.added == {"Order Completed": 1}
    assert reasons(report) == {"not_a_number": 1, "order_incomplete": 1}
    mended = brought(workspace, written(tmp_path, LINES, "mended.csv"))
    assert mended.preview.added == {"Order Completed": 1}


def test_a_total_beside_lines_is_the_orders_amount(workspace: Workspace, tmp_path: Path) -> None:
    text = (
        "order_id,date,sku,quantity,price,order total,shipping,tax,coupon code\n"
        "1,2024-03-15,a,1,10,16.00,4,2,SPRING\n1,2024-03-15,b,1,1,16.00,4,2,SPRING\n"
        "1,2024-03-15,c,1,-1,16.00,4,2,SPRING\n"
    )
    brought(workspace, written(tmp_path, text))
    (event,) = rows(workspace)
    assert event["amount"] == Decimal(16)
    assert len(event["products"]) == 3, "a line with a price below zero is a discount"
    assert event["properties"] == ('{"coupon":"SPRING","order_id":"1","shipping":4.0,"tax":2.0}')


def test_a_total_that_differs_between_lines_is_the_lines(
    workspace: Workspace, tmp_path: Path
) -> None:
    text = "order_id,date,sku,total\n1,2024-03-15,a,10\n1,2024-03-15,b,5\n2,2024-03-15,b,5\n"
    brought(workspace, written(tmp_path, text))
    assert [r["amount"] for r in rows(workspace)] in ([15, 5], [5, 15])


def test_an_amount_repeated_on_all_lines_is_asked(workspace: Workspace, tmp_path: Path) -> None:
    text = "order_id,date,sku,amount\n1,2024-03-15,a,15\n1,2024-03-15,b,15\n2,2024-03-15,b,5\n"
    path = written(tmp_path, text)
    with pytest.raises(MappingError, match="--set total='amount'"):
        brought(workspace, path)
    brought(workspace, path, overrides=("total=amount",))
    assert sorted(r["amount"] for r in rows(workspace)) == [5, 15]


def test_returns_name_their_order_where_the_file_does(workspace: Workspace, tmp_path: Path) -> None:
    text = (
        "invoice,date,customer,sku,quantity,price,original order\n"
        "A1,2024-03-15,7,a,3,2.00,\nC1,2024-03-20,7,a,-1,2.00,A1\n"
    )
    brought(workspace, written(tmp_path, text))
    sale, refund = rows(workspace)
    assert (sale["name"], refund["name"]) == ("Order Completed", "Order Refunded")
    assert refund["properties"] == '{"order_id":"A1","refund_id":"C1"}'
    assert refund["amount"] == Decimal(2)


def test_a_sale_and_a_return_in_one_order(workspace: Workspace, tmp_path: Path) -> None:
    text = "order_id,date,sku,quantity,price\n1,2024-03-15,a,3,2.00\n1,2024-03-15,b,-1,2.00\n"
    brought(workspace, written(tmp_path, text))
    assert {r["name"]: r["amount"] for r in rows(workspace)} == {
        "Order Completed": 6,
        "Order Refunded": 2,
    }


@pytest.mark.parametrize(
    ("status", "events"),
    [
        ("paid", {"Order Completed": 50}),
        ("Annulée", {"Order Completed": 50, "Order Cancelled": 50}),
        ("cancelled", {"Order Completed": 50, "Order Cancelled": 50}),
        ("Remboursé", {"Order Completed": 50, "Order Refunded": 50}),
        ("refunded", {"Order Completed": 50, "Order Refunded": 50}),
    ],
)
def test_what_a_status_means(
    workspace: Workspace, tmp_path: Path, status: str, events: dict[str, int]
) -> None:
    text = f"order_id,date,total,status\n1,2024-03-15,50,{status}\n"
    report = brought(workspace, written(tmp_path, text))
    assert {r["name"]: r["amount"] for r in rows(workspace)} == events
    assert any(status in note for note in report.preview.notes)


def test_an_order_cancelled_in_a_later_file(workspace: Workspace, tmp_path: Path) -> None:
    text = "order_id,date,total,status,cancelled at\n1,2024-03-15,50,{},{}\n"
    brought(workspace, written(tmp_path, text.format("cancelled", "2024-03-18"), "b.csv"))
    brought(workspace, written(tmp_path, text.format("cancelled", "2024-03-18"), "c.csv"))
    cancelled = [r for r in rows(workspace) if r["name"] == "Order Cancelled"]
    assert [r["occurred_at"].day for r in cancelled] == [18]


def test_what_was_refunded_so_far_is_told_once(workspace: Workspace, tmp_path: Path) -> None:
    text = "order_id,date,total,refunded amount\n1,2024-03-15,50,{}\n"
    for sofar in ("0", "10", "30", "30", "20"):
        report = brought(workspace, written(tmp_path, text.format(sofar), f"{sofar}.csv"))
    refunds = [r["amount"] for r in rows(workspace) if r["name"] == "Order Refunded"]
    assert refunds == [10, 20]
    assert reasons(report) == {"differs_from_known": 1}


def test_partly_refunded_without_an_amount(workspace: Workspace, tmp_path: Path) -> None:
    text = "order_id,date,total,status\n1,2024-03-15,50,partially_refunded\n"
    assert reasons(brought(workspace, written(tmp_path, text))) == {"refund_unknown": 1}


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("1,2024-03-15,7,1,EUR\n1,2024-03-15,8,2,EUR\n", "mixed_customer"),
        ("1,2024-03-15,7,1,EUR\n1,2024-03-15,7,2,USD\n", "mixed_currency"),
    ],
)
def test_an_order_that_contradicts_itself(
    workspace: Workspace, tmp_path: Path, lines: str, reason: str
) -> None:
    text = "order_id,date,customer,amount,currency\n" + lines
    assert reasons(brought(workspace, written(tmp_path, text))) == {reason: 2}


def test_an_export_with_the_order_on_its_first_line_alone(
    workspace: Workspace, tmp_path: Path
) -> None:
    text = (
        "Name,Email,Financial Status,Created at,Currency,Total,Lineitem quantity,Lineitem name,"
        "Lineitem price\n#1001,A@b.fr,paid,2024-03-15 10:00:00 +0100,EUR,7.00,2,Bread,1.50\n"
        "#1001,A@b.fr,,,,,1,Jam,4.00\n"
    )
    brought(workspace, written(tmp_path, text))
    (event,) = rows(workspace)
    assert event["amount"] == Decimal(7)
    assert event["occurred_at"] == datetime(2024, 3, 15, 9, 0, tzinfo=UTC)
    assert event["identifiers"] == [{"kind": "email", "value": "a@b.fr"}]
    assert len(event["products"]) == 2


def test_a_preview_writes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    before = workspace.data_version()
    with prepared(workspace, written(tmp_path, LINES), "orders", ImportOptions()) as ready:
        assert ready.preview.added == {"Order Completed": 2}
        examples = {r.field: r.examples for r in ready.preview.rows}
        assert examples["price"][0].read_as == "1.5"
    assert workspace.data_version() == before
