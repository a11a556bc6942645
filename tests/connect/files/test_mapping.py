"""The mapping: guessed from names and values, saved, edited, overridden."""

from __future__ import annotations

from pathlib import Path

import pytest

from parvis.connect.files.api import ImportOptions, load_mapping, mapping_toml, prepared
from parvis.connect.files.guess import guess, plain_name
from parvis.errors import MappingError
from parvis.lake.workspace import Workspace
from tests.connect.files.bringing import brought, rows, written

TEXT = 'N° "A";Quand;Combien\nx1;15/03/2024;1,50\nx2;03/04/2024;2,50\n'


@pytest.mark.parametrize(
    ("columns", "fields"),
    [
        (
            ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice",
             "CustomerID"],
            ["order_id", "product_id", "name", "quantity", "occurred_at", "price", "user_id"],
        ),
        (
            ["Numéro de commande", "Date de commande", "N° client", "Réf. produit", "Qté",
             "Prix unitaire (EUR)"],
            ["order_id", "occurred_at", "user_id", "product_id", "quantity", "price"],
        ),
        (
            ["orderNumber", "created_at", "customer-email", "GRAND TOTAL", "Statut", "code promo"],
            ["order_id", "occurred_at", "email", "total", "status", "coupon"],
        ),
    ],
)  # fmt: skip
def test_names_in_both_languages(columns: list[str], fields: list[str]) -> None:
    mapping = guess("orders", columns, {})
    assert {r.column: r.field for r in mapping.reads} == dict(zip(columns, fields, strict=True))


def test_a_name_whose_values_say_otherwise_is_not_taken() -> None:
    mapping = guess("orders", ["order", "date"], {"date": ["red", "green", "blue"]})
    assert not mapping.has("occurred_at")


def test_plain_names() -> None:
    assert plain_name("N° de Commande") == "n de commande"


def test_saved_and_used_again(workspace: Workspace, tmp_path: Path) -> None:
    path = written(tmp_path, TEXT)
    overrides = ('order_id=N° "A"', "occurred_at=quand", "amount=Combien", "channel:=web")
    with prepared(workspace, path, "orders", ImportOptions(overrides=overrides)) as ready:
        saved = written(tmp_path, mapping_toml(ready.preview.mapping), "m.toml")
    mapping = load_mapping(saved, "orders")
    assert (mapping.date_format, mapping.decimal) == ("DD/MM/YYYY", "comma")
    # the first row, which proved that the day comes first, is gone
    rest = written(tmp_path, TEXT.replace("x1;15/03/2024;1,50\n", ""), "rest.csv")
    brought(workspace, rest, mapping_file=saved)
    (event,) = rows(workspace)
    assert event["occurred_at"].month == 4
    assert event["channel"] == "web"


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (("oder_id=x",), "order_id"),
        (("order_id=Nr",), "no column 'Nr'"),
        (("order_id",), "field=column"),
        (("occurred_at:=2024-01-01",), "can't be the same value"),
    ],
)
def test_overrides_that_cannot_be(
    workspace: Workspace, tmp_path: Path, overrides: tuple[str, ...], said: str
) -> None:
    path = written(tmp_path, "order_id,date,amount\n1,2024-03-15,1\n")
    with pytest.raises(MappingError) as caught:
        brought(workspace, path, overrides=overrides)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind = ", "not valid TOML"),
        ('kind = "spend"', "for spend"),
        ('colour = "red"', "'colour'"),
        ("[fields]\norder_id = 3", "expected a column"),
        ('[fields]\nfoo = "x"', "not a field"),
    ],
)
def test_a_mapping_that_cannot_be_read(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(MappingError) as caught:
        load_mapping(written(tmp_path, text, "m.toml"), "orders")
    assert said in str(caught.value)
