"""A folder of silos, brought in by one command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from parvis.cli.app import app
from parvis.lake.workspace import Workspace
from parvis.work.steps import build
from tests.making import change_settings, one, only, rows

HEADER = (
    "\ufeffN° commande;Date;N° client;E-mail;Statut;Canal;Réf. produit;Produit;Catégorie;"
    "Quantité;Prix unitaire;Montant;Devise\n"
)
ORDERS = HEADER + (
    "BR-1;31/01/2025 18:04;C1;ada@brumelle.example;payée;web;P1;Savon;Savons;2;12,50;25,00;EUR\n"
    "BR-2;28/02/2025 09:10;;grace@brumelle.example;payée;magasin;P2;Crème;Soins;1;30,00;30,00;EUR\n"
)
MORE = "BR-3;13/03/2025 09:10;C1;;payée;web;P2;Crème;Soins;1;30,00;30,00;EUR\n"
SILOS = """
version = 1
name = "Brumelle"
zone = "Europe/Paris"
[[silo]]
source = "shop"
format = "orders"
files = ["shop/orders-*.csv"]
[[silo]]
source = "ads"
format = "spend"
files = ["ads/*.csv"]
[[silo]]
source = "web"
format = "segment"
files = ["web/*.ndjson"]
orders_told_by = "shop"
"""


def message(number: int, **more: object) -> str:
    told = {
        "type": "page",
        "messageId": f"v{number}",
        "anonymousId": "b1",
        "userId": "C1",
        "timestamp": f"2025-01-31T17:0{number}:00Z",
        "properties": {"url": "https://brumelle.example/"},
    }
    return json.dumps(told | more) + "\n"


ORDER = message(4, type="track", event="Order Completed", properties={"order_id": "BR-1"})


@pytest.fixture
def brand(tmp_path: Path) -> Path:
    brand = tmp_path / "brand"
    for name, text in {
        "silos.toml": SILOS,
        "shop/orders-0001.csv": ORDERS,
        "ads/search.csv": "no;columns;known\n1;2;3\n",
        "web/events-0001.ndjson": message(1) + message(2) + "{broken\n",
        "web/events-0002.ndjson": message(3) + ORDER,
    }.items():
        (brand / name).parent.mkdir(parents=True, exist_ok=True)
        (brand / name).write_text(text, "utf-8")
    return brand


def run(brand: Path, workspace: Workspace, *words: str) -> Result:
    workspace.close()
    shop = str(workspace.files.folder)
    return CliRunner().invoke(app, ["import", "folder", str(brand), "-w", shop, *words])


def test_a_silo_that_fails_does_not_stop_the_others(brand: Path, workspace: Workspace) -> None:
    done = run(brand, workspace)
    assert done.exit_code == 1
    assert "ads" in done.stderr
    assert "--set" in done.stderr or "mapping" in done.stderr, "what to do is said"
    assert set(only(workspace.table("events"), "source")) == {"shop", "web"}
    assert one(workspace.table("quarantine"))["file"] == "web/events-0001.ndjson"
    lines = {x.split()[0]: x.split() for x in done.stdout.splitlines() if x.split()}
    assert lines["shop"][:-1] == ["shop", "orders", "1", "2", "2", "0", "0"]
    assert lines["ads"][-1] == "failed"
    assert lines["web"][:-1] == ["web", "segment", "2", "5", "4", "0", "1"]


def test_again_reads_nothing_and_what_grew_adds_what_is_new(
    brand: Path, workspace: Workspace
) -> None:
    first = run(brand, workspace, "--only", "shop", "--only", "web")
    assert first.exit_code == 0, first.output
    before = len(rows(workspace.table("imports")))
    again = run(brand, workspace, "--only", "shop", "--only", "web")
    assert "0 rows read, 0 added" in again.stdout
    assert len(rows(workspace.table("imports"))) == before
    (brand / "shop/orders-0001.csv").write_text(ORDERS + MORE, "utf-8")
    (brand / "web/events-0003.ndjson").write_text(message(5), "utf-8")
    grown = run(brand, workspace, "--only", "shop", "--only", "web")
    assert "4 rows read, 2 added" in grown.stdout
    assert len(rows(workspace.table("events"))) == 2 + 4 + 2


def test_times_are_the_folders_and_orders_count_once(brand: Path, workspace: Workspace) -> None:
    run(brand, workspace, "--only", "shop", "--only", "web")
    shop = change_settings(workspace, ('zone = "UTC"', 'zone = "Europe/Paris"'))
    build(shop)
    found = {r["order_id"]: r for r in rows(shop.table("orders"))}
    assert set(found) == {"BR-1", "BR-2"}
    assert found["BR-1"]["ordered_at"].hour == 17, "18:04 in Paris"
    shop.close()


def test_a_dry_run_writes_nothing(brand: Path, workspace: Workspace) -> None:
    done = run(brand, workspace, "--dry-run")
    assert done.exit_code == 0
    assert "nothing was written" in done.stdout
    assert rows(workspace.table("events")) == rows(workspace.table("imports")) == []
