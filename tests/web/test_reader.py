from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from decimal import Decimal

import pytest

from parvis.errors import CatalogUnreadable
from parvis.lake.workspace import Workspace
from parvis.trust.api import Access, Role
from parvis.web import reader as module
from parvis.web.app import create_app
from parvis.web.queries.customer_filter import CustomerFilter
from parvis.web.queries.customers import count_customers, find_customers
from parvis.web.reader import Reader
from tests.making import run_python
from tests.web.conftest import PASSWORD, TestClient


@pytest.fixture
def folder(tmp_path, shop_folder):
    """A copy of the brand that a test may change."""
    target = tmp_path / "shop"
    shutil.copytree(shop_folder, target)
    return target


@pytest.fixture
def reader(folder):
    made = Reader(folder)
    yield made
    made.close()


def add_orders(folder, *numbers: int, amount: str = "100.00") -> None:
    """Add orders of the same amount, each with a build, as the worker does: in a process apart."""
    code = """
import sys
from pathlib import Path
from parvis.lake.workspace import Workspace
from parvis.work.steps import build
from tests.making import order, put
for number in sys.argv[3:]:
    with Workspace.open(Path(sys.argv[1])) as shop:
        more = {"user": "c001", "amount": sys.argv[2], "message_id": f"more-{number}"}
        put(shop, [order(f"more-{number}", "2026-06-29", **more)])
        build(shop)
"""
    run_python(code, folder, amount, *numbers)


def test_a_new_state_is_shown_once_it_is_laid_out(reader, folder):
    before = count_customers(reader.shelf(), CustomerFilter())
    add_orders(folder, 1)
    shelf = reader.refresh()
    after = count_customers(shelf, CustomerFilter())
    assert after.orders == before.orders + 1
    assert after.sales == before.sales + Decimal(100)
    assert reader.shelf() is shelf


def test_nothing_is_laid_out_twice(reader):
    assert reader.refresh() is reader.refresh()


def test_a_request_keeps_its_state_while_the_lake_moves_on(reader, folder):
    shelf = reader.shelf()
    before = count_customers(shelf, CustomerFilter(q="c001"))
    add_orders(folder, 1)
    newer = reader.refresh()
    assert count_customers(shelf, CustomerFilter(q="c001")) == before
    assert count_customers(newer, CustomerFilter(q="c001")) != before
    assert len(shelf.table("events").limit(1).to_pyarrow()) == 1, "the lake is read at that state"


def test_kept_questions_answer_for_the_state_that_is_asked(reader, folder):
    wanted = CustomerFilter(segment="champions", sort="customer")
    first = reader.shelf()
    _, before = find_customers(first, wanted)
    add_orders(folder, 1, amount="5000.00")
    _, after = find_customers(reader.refresh(), wanted)
    _, again = find_customers(first, wanted)
    assert before == again != after


def test_the_pages_follow_the_lake_by_themselves(folder, monkeypatch):
    monkeypatch.setattr(module, "_LOOK_EVERY_SECONDS", 0.1)
    with TestClient(create_app(folder)) as client:
        log_in(client)
        before = client.get("/api/v1/customers").json()["orders"]
        add_orders(folder, 1)
        until = time.monotonic() + 30
        while client.get("/api/v1/customers").json()["orders"] == before:
            assert time.monotonic() < until
            time.sleep(0.1)


def until(client, path: str, status: int):
    """Ask until the answer is of a status."""
    last = time.monotonic() + 30
    while (answer := client.get(path)).status_code != status:
        assert time.monotonic() < last, answer.text
        time.sleep(0.1)
    return answer


def log_in(client) -> None:
    given = {"login": "admin", "password": PASSWORD}
    assert client.post("/login", data=given, follow_redirects=False).status_code == 303


def test_every_answer_is_of_one_state_while_builds_commit(folder, monkeypatch):
    """Each build adds one order of 100: sales and orders must always fit each other."""
    monkeypatch.setattr(module, "_LOOK_EVERY_SECONDS", 0.05)
    over = threading.Event()

    def keep_building() -> None:
        try:
            add_orders(folder, *range(3))
        finally:
            over.set()

    with TestClient(create_app(folder)) as client:
        log_in(client)
        first = client.get("/api/v1/customers").json()
        builder = threading.Thread(target=keep_building)
        builder.start()
        asked = 0
        while not over.is_set() or asked < 20:
            answer = client.get("/api/v1/customers")
            assert answer.status_code == 200
            now = answer.json()
            more = now["orders"] - first["orders"]
            assert Decimal(now["sales"]) - Decimal(first["sales"]) == 100 * more
            assert client.get("/").status_code == 200
            asked += 1
        builder.join()


def test_a_lake_that_is_away_is_told_and_found_again(folder):
    catalog = folder / "lake" / "catalog.sqlite"
    with TestClient(create_app(folder)) as client:
        log_in(client)
        assert client.get("/").status_code == 200
        away = catalog.with_name("away.sqlite")
        catalog.rename(away)
        for path in ("/", "/customers", "/silos"):
            answer = client.get(path)
            assert answer.status_code == 503
            assert "parvis lake restore" in answer.text
            assert answer.headers["retry-after"]
        assert client.get("/api/v1/customers").json()["next_step"]
        assert client.get("/health").status_code == 503
        away.rename(catalog)
        assert client.get("/").status_code == 200


def test_a_damaged_catalog_is_told_and_its_copy_is_taken_up(folder):
    with TestClient(create_app(folder)) as client:
        log_in(client)
        for name in ("catalog.sqlite-wal", "catalog.sqlite-shm"):
            (folder / "lake" / name).unlink(missing_ok=True)
        (folder / "lake" / "catalog.sqlite").write_bytes(b"damaged" * 1000)
        answer = until(client, "/customers", 503)
        assert "can&#39;t be read" in answer.text
        with Workspace.open(folder) as shop:
            shop.restore_catalog()
        until(client, "/customers", 200)


def test_the_door_stays_open_without_a_lake(folder):
    shutil.rmtree(folder / "lake")
    with TestClient(create_app(folder)) as client:
        assert client.get("/login").status_code == 200
        log_in(client)
        assert client.get("/").status_code == 503
    with pytest.raises(CatalogUnreadable):
        Reader(folder).shelf()


def test_settings_that_change_are_taken_up(folder):
    with TestClient(create_app(folder)) as client:
        log_in(client)
        path = folder / "parvis.toml"
        path.write_text(path.read_text("utf-8").replace('language = "en"', 'language = "fr"'))
        client.get("/")
        assert '<html lang="fr"' in client.get("/").text


def test_a_page_that_fails_is_told_and_the_others_go_on(folder, monkeypatch):
    def broken(*_: object) -> None:
        raise ZeroDivisionError("by accident")

    monkeypatch.setattr("parvis.web.pages.overview._first_page", broken)
    with TestClient(create_app(folder), raise_server_exceptions=False) as client:
        log_in(client)
        answer = client.get("/")
        assert answer.status_code == 500
        assert "Something went wrong" in answer.text
        assert "by accident" not in answer.text
        assert "default-src" in answer.headers["content-security-policy"]
        assert client.get("/customers").status_code == 200


def test_a_database_that_is_locked_makes_nobody_wait_for_ever(folder):
    """Reading a session needs no write, so a long writer doesn't hold the pages up."""
    with Access(folder / "app.db") as access:
        assert any(u.role is Role.ADMIN for u in access.users.list())
    with TestClient(create_app(folder)) as client:
        log_in(client)
        # the first time the page's figures are computed
        assert client.get("/customers").status_code == 200
        writer = sqlite3.connect(folder / "app.db", isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        began = time.perf_counter()
        assert client.get("/customers").status_code == 200
        assert time.perf_counter() - began < 5
        writer.execute("ROLLBACK")
        writer.close()
