"""A bad file gets an error in plain words, a bad row is set aside, and nothing is lost."""

from __future__ import annotations

import gzip
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from parvis.errors import FileUnreadable, MappingError, UnknownCurrency
from parvis.lake.workspace import Workspace
from tests.connect.files.bringing import brought, reasons, rows, written

GOOD = "order_id,date,customer_id,amount\n1,2024-03-15,7,10.50\n2,2024-03-16,8,20.00\n"


@pytest.fixture
def shop(workspace: Workspace, tmp_path: Path) -> Workspace:
    """Give a workspace that holds two orders already."""
    brought(workspace, written(tmp_path, GOOD, "before.csv"), source="before")
    return workspace


def refused(shop: Workspace, path: Path, **options: object) -> str:
    """Import what can't be; return what is said, and make sure that nothing changed."""
    with pytest.raises((FileUnreadable, MappingError, UnknownCurrency)) as caught:
        brought(shop, path, **options)
    assert len(rows(shop)) == 2
    assert caught.value.next_step, "an error says what to do next"
    return str(caught.value)


def test_a_missing_file(shop: Workspace, tmp_path: Path) -> None:
    assert "no file" in refused(shop, tmp_path / "nowhere.csv")


def test_a_folder(shop: Workspace, tmp_path: Path) -> None:
    assert "is a folder" in refused(shop, tmp_path)


@pytest.mark.parametrize("content", [b"", b"\n\n  \n", b"\xef\xbb\xbf"])
def test_an_empty_file(shop: Workspace, tmp_path: Path, content: bytes) -> None:
    assert "is empty" in refused(shop, written(tmp_path, content))


def test_a_header_and_no_rows(shop: Workspace, tmp_path: Path) -> None:
    assert "a header and no rows" in refused(shop, written(tmp_path, "order_id,date,amount\n"))


def test_no_header(shop: Workspace, tmp_path: Path) -> None:
    path = written(tmp_path, "1,2024-03-15,10.50\n2,2024-03-16,20.00\n")
    assert "has no header" in refused(shop, path)


def test_a_line_cut_in_the_middle_of_a_row(shop: Workspace, tmp_path: Path) -> None:
    report = brought(shop, written(tmp_path, GOOD + "3,2024-03-17,9,30.00\n4,2024-0"))
    assert report.report.added == 3
    assert reasons(report) == {"too_few_columns": 1}
    kept = rows(shop, "quarantine")[0]
    assert "4,2024-0" in kept["raw"]
    assert kept["row_number"] == 4
    assert any("last line isn't ended" in n for n in report.preview.notes)


def test_a_file_cut_inside_a_quoted_value(shop: Workspace, tmp_path: Path) -> None:
    text = 'order_id,date,amount,note\n1,2024-03-15,10,"a ""b"", c"\n2,2024-03-16,20,"cut he'
    report = brought(shop, written(tmp_path, text))
    assert report.report.added == 1
    assert reasons(report) == {"quote_not_closed": 1}


def test_a_quote_left_open_early_costs_its_own_line_alone(shop: Workspace, tmp_path: Path) -> None:
    lines = [f'{i},2024-03-15,{i}.50,"note {i}"' for i in range(1, 201)]
    lines[1] = '2,2024-03-15,2.50,"note 2'
    lines[9] = '10,2024-03-15,10.50,"no"te'
    text = "order_id,date,amount,note\n" + "\n".join(lines) + "\n"
    report = brought(shop, written(tmp_path, text))
    assert report.report.added == 198
    assert reasons(report) == {"quote_not_closed": 2}
    assert [r["row_number"] for r in rows(shop, "quarantine")] == [2, 10]


def test_an_order_with_a_line_cut_off_waits_whole(shop: Workspace, tmp_path: Path) -> None:
    text = "order_id,date,sku,amount\n1,2024-03-15,a,1.50\n2,2024-03-15,a,2.50\n2,2024-03-1"
    report = brought(shop, written(tmp_path, text))
    assert report.report.added == 1
    assert reasons(report) == {"order_incomplete": 1, "too_few_columns": 1}


def test_truncated_gzip(shop: Workspace, tmp_path: Path) -> None:
    whole = gzip.compress((GOOD * 200).encode())
    path = written(tmp_path, whole[: len(whole) // 2], "orders.csv.gz")
    assert "cut or damaged" in refused(shop, path)


def test_truncated_parquet(shop: Workspace, tmp_path: Path) -> None:
    whole = tmp_path / "whole.parquet"
    pq.write_table(pa.table({"order_id": ["1"], "date": ["2024-03-15"], "amount": [1.5]}), whole)
    path = written(tmp_path, whole.read_bytes()[:-20], "cut.parquet")
    assert "cut or damaged" in refused(shop, path)


def test_what_is_no_parquet(shop: Workspace, tmp_path: Path) -> None:
    assert "isn't a Parquet file" in refused(shop, written(tmp_path, GOOD, "orders.parquet"))


def test_an_excel_workbook(shop: Workspace, tmp_path: Path) -> None:
    path = written(tmp_path, b"PK\x03\x04\x14\x00\x06\x00", "orders.xlsx")
    assert "Excel" in refused(shop, path)


def test_a_picture(shop: Workspace, tmp_path: Path) -> None:
    path = written(tmp_path, b"\x89PNG\r\n\x1a\n" + b"\x00\x01\x02" * 50, "logo.png")
    assert "isn't a text file" in refused(shop, path)


def test_a_json_list(shop: Workspace, tmp_path: Path) -> None:
    assert "one JSON list" in refused(shop, written(tmp_path, '[{"order_id": 1}]', "o.json"))


def test_a_wrong_delimiter_is_told_the_right_one(shop: Workspace, tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace(",", ";"))
    said = refused(shop, path, delimiter=",")
    assert "single column" in said
    assert "--delimiter ';'" in said


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(shop: Workspace, tmp_path: Path, sign: str) -> None:
    report = brought(shop, written(tmp_path, GOOD.replace(",", sign)))
    assert report.preview.shape.delimiter == sign
    assert report.report.added == 2


def test_excels_own_first_line(shop: Workspace, tmp_path: Path) -> None:
    report = brought(shop, written(tmp_path, "sep=;\n" + GOOD.replace(",", ";")))
    assert report.report.added == 2


def test_a_title_above_the_header(shop: Workspace, tmp_path: Path) -> None:
    report = brought(shop, written(tmp_path, "Orders of March\nParis\n" + GOOD))
    assert report.report.added == 2
    assert "title" in report.preview.notes[0]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("cp1252", b""),
        ("latin-1", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16", b""),
        ("utf-16-le", b""),
        ("utf-16-be", b"\xfe\xff"),
    ],
)
def test_text_that_is_not_utf_8(
    shop: Workspace, tmp_path: Path, encoding: str, mark: bytes
) -> None:
    text = "Numéro de commande;Date;Montant;Région\r\nété-1;15/03/2024;1,50;Île-de-France\r\n"
    report = brought(shop, written(tmp_path, mark + text.encode(encoding)))
    assert report.report.added == 1
    event = next(r for r in rows(shop) if r["source"] == "orders")
    assert '"order_id":"été-1"' in event["properties"]
    assert '"Région":"Île-de-France"' in event["properties"]


def test_a_wrong_encoding(shop: Workspace, tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace("7", "é"), encoding="latin-1")
    assert "isn't in the encoding" in refused(shop, path, encoding="utf-8")
    assert "is not an encoding" in refused(shop, path, encoding="klingon")


@pytest.mark.parametrize("ends", ["\r\n", "\r", "mixed"])
def test_line_ends_of_all_kinds(shop: Workspace, tmp_path: Path, ends: str) -> None:
    text = GOOD.replace("\n", "\r\n", 1) if ends == "mixed" else GOOD.replace("\n", ends)
    assert brought(shop, written(tmp_path, text)).report.added == 2


def test_dates_in_three_formats(shop: Workspace, tmp_path: Path) -> None:
    text = (
        "order_id,date,amount\n1,2024-03-15,1\n2,16/03/2024,1\n3,17 mars 2024,1\n"
        '4,"March 18, 2024",1\n5,20240319,1\n6,31/02/2024,1\n7,soon,1\n'
    )
    report = brought(shop, written(tmp_path, text))
    days = [r["occurred_at"].day for r in rows(shop) if r["source"] == "orders"]
    assert sorted(days) == [15, 16, 17, 18, 19]
    assert reasons(report) == {"not_a_date": 2}


def test_dates_that_could_be_either_are_asked(shop: Workspace, tmp_path: Path) -> None:
    path = written(tmp_path, "order_id,date,amount\n1,03/04/2024,1\n2,05/06/2024,1\n")
    assert "--date-format" in refused(shop, path)
    brought(shop, path, date_format="DD/MM/YYYY")
    assert [r["occurred_at"].month for r in rows(shop) if r["source"] == "orders"] == [4, 6]


def test_the_odd_ambiguous_date_is_set_aside(shop: Workspace, tmp_path: Path) -> None:
    text = "order_id,date,amount\n1,25/12/2024,1\n2,12/25/2024,1\n3,2024-03-01,1\n4,03/04/2024,1\n"
    report = brought(shop, written(tmp_path, text))
    assert report.report.added == 3
    assert reasons(report) == {"ambiguous_date": 1}


def test_dates_before_1970_and_in_the_future(shop: Workspace, tmp_path: Path) -> None:
    text = "order_id,date,amount\n1,1969-12-31,1\n2,2999-01-01,1\n3,2024-03-01,1\n"
    report = brought(shop, written(tmp_path, text))
    assert reasons(report) == {"before_1970": 1, "in_the_future": 1}


def test_a_negative_quantity_is_a_return(shop: Workspace, tmp_path: Path) -> None:
    text = "order_id,date,customer_id,sku,quantity,price\nC9,2024-03-15,7,a,-2,1.50\n"
    report = brought(shop, written(tmp_path, text))
    assert report.preview.added == {"Order Refunded": 1}
    event = next(r for r in rows(shop) if r["name"] == "Order Refunded")
    assert event["amount"] == Decimal("3.0000")
    assert event["products"][0]["quantity"] == Decimal("2.000")


def test_a_decimal_comma(shop: Workspace, tmp_path: Path) -> None:
    text = (
        "order_id;date;amount\n1;2024-03-15;1 234,50\n2;2024-03-15;1\u202f234,50 €\n"
        "3;2024-03-15;1.234,50\n4;2024-03-15;(3,20)\n5;2024-03-15;1.234\n"
    )
    report = brought(shop, written(tmp_path, text))
    amounts = [r["amount"] for r in rows(shop) if r["source"] == "orders"]
    assert sorted(amounts) == [Decimal("3.20"), Decimal(1234), *[Decimal("1234.50")] * 3]
    assert report.preview.mapping.currency == "EUR"


def test_numbers_that_could_be_either_are_asked(shop: Workspace, tmp_path: Path) -> None:
    path = written(tmp_path, "order_id;date;amount\n1;2024-03-15;1,234\n2;2024-03-15;5,678\n")
    assert "--decimal" in refused(shop, path)
    brought(shop, path, decimal="comma")
    assert sorted(r["amount"] for r in rows(shop) if r["source"] == "orders") == [
        Decimal("1.234"),
        Decimal("5.678"),
    ]


@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        ("NaN", "not_a_number"),
        ("ten", "not_a_number"),
        ("1.2.3", "not_a_number"),
        ("12 50", "not_a_number"),
        ("10000000000000.01", "too_large"),
        ("999999999999999999999", "too_large"),
        ("", "missing"),
        ("5 USD", "other_currency"),
    ],
)
def test_amounts_that_are_none(shop: Workspace, tmp_path: Path, amount: str, reason: str) -> None:
    text = f"order_id,date,amount\n1,2024-03-15,{amount}\n2,2024-03-15,2.50\n3,2024-03-15,2.5\n"
    report = brought(shop, written(tmp_path, text), currency="EUR")
    assert report.report.added == 2
    assert reasons(report) == {reason: 1}


def test_currencies(shop: Workspace, tmp_path: Path) -> None:
    text = (
        "order_id,date,amount,currency\n1,2024-03-15,1,usd\n2,2024-03-15,1,XQQ\n3,2024-03-15,1,\n"
    )
    path = written(tmp_path, text)
    assert "not a currency" in refused(shop, path, currency="dollars")
    report = brought(shop, path)
    assert reasons(report) == {"unknown_currency": 1}
    assert {r["currency"] for r in rows(shop) if r["source"] == "orders"} == {"USD", "EUR"}


def test_a_duplicate_header_is_asked_where_it_matters(shop: Workspace, tmp_path: Path) -> None:
    text = "order_id,date,Amount,amount,x,x\n1,2024-03-15,1.50,99.00,p,q\n"
    path = written(tmp_path, text)
    said = refused(shop, path)
    assert "more than once" in said
    assert "columns 3 and 4" in said
    brought(shop, path, overrides=("amount=amount (2)",))
    event = next(r for r in rows(shop) if r["source"] == "orders")
    assert event["amount"] == Decimal(99)
    assert '"x":"p"' in event["properties"]
    assert '"x (2)":"q"' in event["properties"]


def test_two_hundred_columns(shop: Workspace, tmp_path: Path) -> None:
    extra = [f"column_{i}" for i in range(197)]
    text = ",".join(["order_id", "date", "amount", *extra]) + "\n"
    text += "\n".join(f"{o},2024-03-15,{o}.50," + ",".join("v" * 197) for o in range(1, 4)) + "\n"
    assert brought(shop, written(tmp_path, text)).report.added == 3
    event = next(r for r in rows(shop) if r["source"] == "orders")
    assert '"column_196":"v"' in event["properties"]


def test_columns_with_odd_names(shop: Workspace, tmp_path: Path) -> None:
    text = 'order_id,date,amount,"it\'s ""x"", {y}",🌍,,Tax\n1,2024-03-15,1.50,a,b,c,d\n'
    brought(shop, written(tmp_path, text), overrides=("tax=",))
    properties = next(r for r in rows(shop) if r["source"] == "orders")["properties"]
    assert '"🌍":"b"' in properties
    assert '"column 6":"c"' in properties
    assert '"Tax (column)":"d"' in properties


def test_a_header_that_names_too_few_columns(shop: Workspace, tmp_path: Path) -> None:
    path = written(tmp_path, "order_id,date,amount\n1,a,2024-03-15,1\n2,b,2024-03-16,1\n")
    assert "names 3 columns" in refused(shop, path)


def test_unknown_columns_are_asked(shop: Workspace, tmp_path: Path) -> None:
    path = written(tmp_path, "foo,bar\n1,2\n")
    said = refused(shop, path)
    assert "order_id" in said
    assert "foo, bar" in said


def test_rows_without_their_order_number(shop: Workspace, tmp_path: Path) -> None:
    text = GOOD + ",2024-03-17,9,5\nNULL,2024-03-17,9,5\n"
    report = brought(shop, written(tmp_path, text))
    assert report.report.added == 2
    assert reasons(report) == {"missing": 2}


def test_json_lines_that_are_broken(shop: Workspace, tmp_path: Path) -> None:
    text = (
        '{"order_id": "1", "date": "2024-03-15", "amount": 1.5}\n{"order_id": "2", "da\n'
        '{"order_id": "3", "date": "2024-03-15", "amount": 2.5}\n[1]\n'
    )
    report = brought(shop, written(tmp_path, text, "orders.ndjson"))
    assert report.report.added == 2
    assert reasons(report) == {"not_json": 2}
