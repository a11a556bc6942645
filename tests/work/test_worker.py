"""The worker: builds after an import, says what is wrong, and recovers."""

from __future__ import annotations

import io
import json
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from parvis.connect.landing import Arrival, events_shaped, land
from parvis.connect.pull.api import Connector, Connectors
from parvis.lake.schema import TABLES
from parvis.lake.workspace import Workspace
from parvis.work.status import read_status
from parvis.work.worker import Worker
from tests.connect.pull.serving import Given, served
from tests.making import event, made_workspace, put, rows


def _put_order(workspace: Workspace, number: int, user: str = "ada") -> None:
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    row = {
        "message_id": f"order-{number}",
        "source": "shop",
        "type": "track",
        "name": "Order Completed",
        "occurred_at": at,
        "received_at": at,
        "user_id": user,
        "identifiers": [{"kind": "user_id", "value": user}],
        "amount": 10,
        "properties": json.dumps({"order_id": str(number)}),
    }
    schema = {**TABLES["events"].ibis, "properties": "string", "context": "string"}
    rows = workspace.engine.stage_rows([row], schema)
    land(workspace, Arrival("shop", "orders", rows_read=1), events=events_shaped(rows))


def _until(condition, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.05)


@pytest.fixture
def folder(tmp_path) -> Path:
    place = tmp_path / "shop"
    made_workspace(place, as_of="today").close()
    return place


@pytest.fixture
def working(folder):
    stop = threading.Event()
    threads = []

    def start() -> None:
        worker = Worker(folder)
        threads.append(threading.Thread(target=worker.run, args=(stop,)))
        threads[-1].start()

    yield start
    stop.set()
    for thread in threads:
        thread.join(30)


def _orders(folder: Path) -> int:
    with Workspace.open(folder) as shop:
        return int(shop.orders.count().to_pyarrow().as_py())


def test_a_picture_is_read_by_itself(folder, working):
    kept = io.BytesIO()
    Image.effect_mandelbrot((90, 60), (-2, -1, 1, 1), 50).save(kept, "PNG")
    with served(lambda _: Given(kept.getvalue())) as server:
        with Workspace.open(folder) as shop:
            with Connectors(shop.files.app) as connectors:
                connectors.add(Connector("blog", "wordpress", server.address, every_minutes=60), "")
                connectors.note_success("blog", datetime.now(UTC), 0)
            told = {"object": "p1", "pictures": [{"url": f"{server.address}/a.png", "alt": ""}]}
            at = datetime(2026, 3, 1, tzinfo=UTC)
            put(shop, [event("Post Published", at, cookie="k1", text="", properties=told)])
        working()

        with Workspace.open(folder) as shop:
            _until(lambda: rows(shop.table("pictures")))
            (picture,) = rows(shop.table("pictures"))
            assert (picture["width"], picture["problem"]) == (90, None)


def test_an_import_is_built_by_itself(folder, working):
    working()
    _until(lambda: read_status(folder) is not None and read_status(folder).last_build_at)
    with Workspace.open(folder) as shop:
        _put_order(shop, 1)
        _until(lambda: shop.orders.count().to_pyarrow().as_py() == 1)
    _until(lambda: read_status(folder).state == "waiting")


def test_changed_settings_are_followed(folder, working):
    with Workspace.open(folder) as shop:
        _put_order(shop, 1)
    working()
    _until(lambda: _orders(folder) == 1)
    settings = folder / "parvis.toml"
    text = settings.read_text().replace('as_of = "today"', "as_of = 2026-02-01")
    settings.write_text(text)
    # nothing had happened yet on that day
    _until(lambda: _orders(folder) == 0)


def test_what_is_wrong_is_said_and_the_worker_recovers(folder, working):
    with Workspace.open(folder) as shop:
        _put_order(shop, 1)
    settings = folder / "parvis.toml"
    good = settings.read_text()
    working()
    _until(lambda: _orders(folder) == 1)
    settings.write_text(good.replace('"UTC"', '"Europe/Pariss"'))
    _until(lambda: read_status(folder).state == "failing")
    status = read_status(folder)
    assert "time.zone" in status.problem
    assert "Europe/Paris" in status.problem
    assert status.next_step
    settings.write_text(good)
    with Workspace.open(folder) as shop:
        _put_order(shop, 2)
    _until(lambda: _orders(folder) == 2)
    _until(lambda: read_status(folder).problem == "")


def test_a_damaged_status_file_is_no_status(tmp_path):
    (tmp_path / "worker.json").write_text("{half")
    assert read_status(tmp_path) is None
